//! The list of Specially Designated Nationals of the US Treasury's Office of Foreign Assets Control (OFAC), one release
//! of it, as the set of CSV tables or as the one XML file.
//!
//! [`ofac`] is the door. Both forms become the same entries, and the same claims from there on. `docs/lists.md` says what
//! becomes what.

mod claims;
mod document;
mod entry;
mod remarks;
mod tables;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::list::{Family, Release, about_file, published_day};
use super::xml::locate;
use crate::model::Diagnostic;
use crate::schema::Schema;

/// The list.
pub const FAMILY: Family = Family {
    id: "ofac-sdn",
    title: "OFAC Specially Designated Nationals and Blocked Persons List",
    publisher: "Office of Foreign Assets Control, US Department of the Treasury",
    address: "https://ofac.treasury.gov/specially-designated-nationals-and-blocked-persons-list-sdn-human-readable-lists",
    licence: "US government work, public domain",
};

/// Reads a release of the list: its claims, all or none.
///
/// # Arguments
/// - `paths`: the XML file; or the tables `sdn`, `alt`, `add` and `sdn_comments`, or a folder with them. Tables are told
///   apart by their names, or else by their number of columns.
/// - `published`: the day of publication (`2024-01-08`). The tables do not say it; without it the source is undated.
/// - `schema`: what attributes an entity may have; what does not fit becomes a remark.
/// - `progress`: is told now and then how many bytes have been read.
///
/// # Errors
/// A file cannot be read, is missing or is not of this list; or everything that is wrong with the rows, at most 50
/// messages.
///
/// # Complexity
/// Linear in the bytes of the files. The XML form is read in a stream; the tables are held until their rows are joined.
pub fn ofac(
    paths: &[PathBuf],
    published: Option<&str>,
    schema: &Schema,
    progress: &mut dyn FnMut(u64),
) -> Result<Release, Vec<Diagnostic>> {
    let published = match published.map(published_day).transpose() {
        Ok(published) => published,
        Err(message) => return Err(vec![Diagnostic::new("", 0..0, message)]),
    };
    let files = files(paths)?;
    match files.as_slice() {
        [only] if is_xml(only) => {
            let open = || {
                File::open(only).map_err(|error| vec![about_file(only, format!("the file cannot be read: {error}"))])
            };
            let read = document::read(BufReader::new(open()?), published.as_deref(), schema, progress);
            read.map_err(|faults| {
                let place = |fault| Some(locate(File::open(only).ok()?, fault).in_file(only.display().to_string()));
                faults.into_iter().filter_map(place).collect()
            })
        }
        _ => match files.iter().find(|file| is_xml(file)) {
            Some(xml) => Err(vec![about_file(xml, "the XML form is one file: it is imported alone")]),
            None => tables::read(&files, published.as_deref(), schema, progress),
        },
    }
}

/// Reads the XML form of a release from its bytes.
///
/// # Errors
/// As [`ofac`].
pub fn ofac_bytes(bytes: &[u8], schema: &Schema) -> Result<Release, Vec<Diagnostic>> {
    let read = document::read(bytes, None, schema, &mut |_| ());
    read.map_err(|faults| faults.into_iter().map(|fault| locate(bytes, fault)).collect())
}

/// The files themselves, and those of folders that may be of the list, by name.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path)
            .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
            .map_err(|error| vec![about_file(path, format!("the folder cannot be read: {error}"))])?;
        let mut inside: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
        inside.retain(|file| tables::Table::by_name(file).is_some());
        if inside.is_empty() {
            let message = "there is no sdn.csv in this folder, nor any other table of the list";
            return Err(vec![about_file(path, message).help("name the files if they are called otherwise")]);
        }
        inside.sort();
        files.extend(inside);
    }
    Ok(files)
}

/// Whether a file begins as XML does.
fn is_xml(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut start));
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    let utf16 = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
    read.is_ok() && (utf16 || text.trim_ascii_start().starts_with(b"<"))
}
