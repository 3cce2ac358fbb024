//! The United Nations Security Council's consolidated list (XML), one release of it.
//!
//! [`un_sc`] is the door. The file is read in a stream, record by record; cross-references in its texts are resolved in
//! the end, when all reference numbers are known. `docs/lists.md` says what becomes what.

mod documents;
mod names;
mod record;
mod references;
mod relations;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use self::record::Reader;
use super::list::{Family, Release, about_file, iso_day};
use super::xml::{Fault, Records, locate};
use crate::model::Diagnostic;
use crate::schema::Schema;

/// The list.
pub const FAMILY: Family = Family {
    id: "un-sc",
    title: "United Nations Security Council Consolidated List",
    publisher: "United Nations Security Council",
    address: "https://main.un.org/securitycouncil/en/content/un-sc-consolidated-list",
    licence: "public list; United Nations terms of use",
};

/// The root of the file, and where its records stand.
const ROOT: &str = "CONSOLIDATED_LIST";
const SECTIONS: [&str; 2] = ["INDIVIDUALS", "ENTITIES"];
/// Records between two reports of progress.
const REPORT: u32 = 64;
/// The most problems that are told of one file.
const MAX_PROBLEMS: usize = 20;

/// Reads a release of the list: its claims, all or none.
///
/// # Arguments
/// - `path`: the XML file.
/// - `schema`: what attributes an entity may have; what does not fit becomes a remark.
/// - `progress`: is told now and then how many bytes have been read.
///
/// # Errors
/// The file cannot be read, is not well-formed or not this list; or everything that is wrong with its records, at most
/// 20 messages.
///
/// # Complexity
/// Linear in the bytes of the file, which is read in a stream; memory is that of the claims.
pub fn un_sc(path: &Path, schema: &Schema, progress: &mut dyn FnMut(u64)) -> Result<Release, Vec<Diagnostic>> {
    let open = || File::open(path).map_err(|error| vec![about_file(path, format!("the file cannot be read: {error}"))]);
    let faults = match un_sc_from(BufReader::new(open()?), schema, progress) {
        Ok(release) => return Ok(release),
        Err(faults) => faults,
    };
    let mut problems = Vec::new();
    for fault in faults {
        problems.push(locate(open()?, fault).in_file(path.display().to_string()));
    }
    Err(problems)
}

/// Reads a release of the list from its bytes.
///
/// # Errors
/// As [`un_sc`].
pub fn un_sc_bytes(bytes: &[u8], schema: &Schema) -> Result<Release, Vec<Diagnostic>> {
    un_sc_from(bytes, schema, &mut |_| ())
        .map_err(|faults| faults.into_iter().map(|fault| locate(bytes, fault)).collect())
}

fn un_sc_from(input: impl BufRead, schema: &Schema, progress: &mut dyn FnMut(u64)) -> Result<Release, Vec<Fault>> {
    let mut records = Records::new(input);
    let root = records.root().map_err(|fault| vec![fault])?;
    if root.name != ROOT {
        let message = format!("this is no UN consolidated list: its root is <{}> and not <{ROOT}>", root.name);
        let fault = Fault::new(root.span.start, message);
        return Err(vec![match root.name.as_str() {
            "sdnList" => fault.help("`tieline import ofac` reads OFAC's list"),
            "export" => fault.help("lists of the European Union are imported from their CSV tables, by a mapping"),
            _ => fault,
        }]);
    }
    let published = root.attribute("dateGenerated").and_then(iso_day);
    let mut reader = Reader::new(published, schema).map_err(|message| vec![Fault::new(root.span.start, message)])?;
    let mut faults = Vec::new();
    loop {
        match records.next(&SECTIONS) {
            Ok(Some(record)) => {
                if let Err(fault) = reader.record(&record)
                    && faults.len() < MAX_PROBLEMS
                {
                    faults.push(fault);
                }
                if reader.count().is_multiple_of(REPORT) {
                    progress(records.bytes_read());
                }
            }
            Ok(None) => break,
            Err(fault) => {
                faults.push(fault);
                return Err(faults);
            }
        }
    }
    if faults.is_empty() && reader.count() == 0 {
        faults.push(Fault::new(root.span.start, "the list has no record"));
    }
    if faults.is_empty() { reader.finish().map_err(|fault| vec![fault]) } else { Err(faults) }
}
