//! Which file is which table.

use std::path::{Path, PathBuf};

use super::mapping::MappingFile;
use super::problems::Problems;
use crate::model::Diagnostic;
use crate::schema::nearest;

/// A file that a table of the mapping is to read.
#[derive(Debug)]
pub struct DataFile {
    /// The file.
    pub path: PathBuf,
    /// The number of its table in the mapping.
    pub table: usize,
    /// Its field separator.
    pub delimiter: u8,
}

impl DataFile {
    /// The file's name without its ending, in lower case, as a part of a source id.
    pub fn stem(&self) -> String {
        let stem = self.path.file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
        stem.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
    }
}

/// Finds the files of each table: by their names where the tables have a `file`, otherwise in their order.
///
/// # Errors
/// A path that is not there, a file that no table is for, a table without a file.
pub fn match_files(mapping: &MappingFile, paths: &[PathBuf]) -> Result<Vec<DataFile>, Vec<Diagnostic>> {
    let tables = &mapping.mapping.tables;
    let whole = |message: &str| Err(vec![mapping.diagnostic(0..0, message)]);
    let named = tables.iter().filter(|table| table.file.is_some()).count();
    if tables.is_empty() {
        return whole("the mapping has no [[table]]");
    }
    if named != 0 && named != tables.len() {
        return whole("either every [[table]] has a `file` or none has");
    }
    let mut problems = Problems::default();
    let mut delimiters = Vec::new();
    for table in tables {
        let delimiter = table.delimiter.as_ref().map_or(",", |delimiter| delimiter.get_ref());
        match delimiter.as_bytes() {
            [byte] if *byte != b'"' => delimiters.push(*byte),
            _ => {
                let span = table.delimiter.as_ref().map_or(0..0, |delimiter| delimiter.span());
                problems.note(|| mapping.diagnostic(span, "a delimiter is one ASCII character, and no double quote"));
            }
        }
        if table.entities.is_empty() && table.links.is_empty() {
            let span = table.file.as_ref().map_or(0..0, |file| file.span());
            problems.note(|| mapping.diagnostic(span, "the table has no [[table.entity]] and no [[table.link]]"));
        }
    }
    problems.into_result()?;
    let found = if named == 0 { in_order(mapping, paths) } else { by_name(mapping, paths) }?;
    let delimiter = |table: usize| delimiters.get(table).copied().unwrap_or(b',');
    Ok(found.into_iter().map(|(table, path)| DataFile { path, table, delimiter: delimiter(table) }).collect())
}

fn in_order(mapping: &MappingFile, paths: &[PathBuf]) -> Result<Vec<(usize, PathBuf)>, Vec<Diagnostic>> {
    let expected = mapping.mapping.tables.len();
    if paths.len() != expected {
        let message = format!("the mapping has {expected} tables without `file`, but {} files are given", paths.len());
        return Err(vec![mapping.diagnostic(0..0, message)]);
    }
    match paths.iter().find(|path| path.is_dir()) {
        Some(folder) => Err(vec![refuse(folder, "a folder needs tables with `file`, to tell its files apart")]),
        None => Ok(paths.iter().cloned().enumerate().collect()),
    }
}

fn by_name(mapping: &MappingFile, paths: &[PathBuf]) -> Result<Vec<(usize, PathBuf)>, Vec<Diagnostic>> {
    let patterns: Vec<&str> =
        mapping.mapping.tables.iter().filter_map(|table| Some(table.file.as_ref()?.get_ref().as_str())).collect();
    let mut problems = Problems::default();
    let mut found: Vec<(usize, PathBuf)> = Vec::new();
    for path in paths {
        let before = found.len();
        let folder = path.is_dir();
        let files = match list(path) {
            Ok(files) => files,
            Err(error) => {
                problems.note(|| refuse(path, format!("cannot be read: {error}")));
                continue;
            }
        };
        for file in files {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let tables = patterns.iter().enumerate().filter(|(_, pattern)| is_like(&name, pattern));
            let new: Vec<_> = tables.map(|(table, _)| (table, file.clone())).collect();
            found.extend(new.into_iter().filter(|one| !found.contains(one)).collect::<Vec<_>>());
            if found.len() == before && !folder {
                problems.note(|| {
                    let near = nearest(&name, patterns.iter().copied());
                    let expected = format!("the mapping's tables are {}", patterns.join(", "));
                    refuse(path, "no [[table]] of the mapping is for this file")
                        .help(near.map_or(expected, |near| format!("did you mean {near}?")))
                });
            }
        }
        if found.len() == before && folder {
            problems.note(|| refuse(path, format!("no file in this folder is {}", patterns.join(" or "))));
        }
    }
    if problems.is_empty() {
        for (number, table) in mapping.mapping.tables.iter().enumerate() {
            if let Some(file) = &table.file
                && !found.iter().any(|(table, _)| *table == number)
            {
                problems.note(|| mapping.diagnostic(file.span(), "no file is given for this table"));
            }
        }
    }
    found.sort();
    problems.into_result().map(|()| found)
}

/// A file itself, or the files of a folder, by name.
fn list(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let file = entry?.path();
        if file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn refuse(path: &Path, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new("", 0..0, message).in_file(path.display().to_string())
}

/// Whether a name is like a pattern, in which `*` stands for any characters and `?` for one.
fn is_like(name: &str, pattern: &str) -> bool {
    let (name, pattern): (Vec<char>, Vec<char>) = (name.chars().collect(), pattern.chars().collect());
    // Where to go on if what follows the last `*` does not fit: that `*` takes one character more.
    let mut retry: Option<(usize, usize)> = None;
    let (mut at, mut place) = (0, 0);
    loop {
        match (name.get(at), pattern.get(place)) {
            (None, None) => return true,
            (_, Some('*')) => {
                retry = Some((at, place));
                place += 1;
            }
            (Some(letter), Some(wanted)) if *wanted == '?' || letter == wanted => {
                at += 1;
                place += 1;
            }
            _ => match retry {
                Some((start, star)) if start < name.len() => {
                    retry = Some((start + 1, star));
                    at = start + 1;
                    place = star + 1;
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_like;

    #[test]
    fn names_are_matched_by_pattern() {
        for (name, pattern, expected) in [
            ("groups.csv", "groups.csv", true),
            ("groups.csv", "*.csv", true),
            ("groups.csv", "gro?ps*", true),
            ("groups.csv", "*s*.csv", true),
            ("groups.csv", "*", true),
            ("", "*", true),
            ("groups.csv", "group.csv", false),
            ("groups.csv", "*.tsv", false),
            ("aab", "a*ab", true),
            ("aXbab", "a*ab", true),
            ("aXba", "a*ab", false),
            ("é.csv", "?.csv", true),
            ("", "?", false),
        ] {
            assert_eq!(is_like(name, pattern), expected, "{name} {pattern}");
        }
    }
}
