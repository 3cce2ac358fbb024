//! Which format a file has, by what is in it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::ftm::is_ftm;
use crate::model::Diagnostic;

/// How much of a file is looked at.
const START: u64 = 1 << 20;

/// A format that a list may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ListFormat {
    /// JSON lines of FollowTheMoney.
    Ftm,
    /// The consolidated list of the UN Security Council.
    UnSc,
    /// OFAC's list of Specially Designated Nationals: its XML form, or a folder with its tables.
    Ofac,
    /// A seed.
    Seed,
    /// A table, which needs a mapping.
    Csv,
}

/// The format of a list. A table is what is nothing else and has a separator in its first line.
///
/// # Errors
/// The file cannot be read, or has no format that is known.
pub fn recognise(path: &Path) -> Result<ListFormat, Diagnostic> {
    let file = path.display().to_string();
    let refuse = |message: String| Diagnostic::new("", 0..0, message).in_file(file.as_str());
    if path.is_dir() {
        return Ok(ListFormat::Ofac);
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(START).read_to_end(&mut bytes))
        .map_err(|error| refuse(format!("cannot be read: {error}")))?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let first = text.lines().next().unwrap_or_default();
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if text.starts_with('<') && text.contains("<CONSOLIDATED_LIST") {
        return Ok(ListFormat::UnSc);
    }
    if text.starts_with('<') && text.contains("<sdnList") {
        return Ok(ListFormat::Ofac);
    }
    // A line that is longer than what was looked at is one of JSON's.
    if text.starts_with('{') && (is_ftm(first) || first.len() as u64 >= START / 2 || first.contains("\"schema\"")) {
        return Ok(ListFormat::Ftm);
    }
    if extension.eq_ignore_ascii_case("toml") || text.contains("\n[[entity]]") {
        return Ok(ListFormat::Seed);
    }
    if !text.starts_with(['<', '{']) && first.contains([',', ';', '\t', '|']) {
        return Ok(ListFormat::Csv);
    }
    Err(refuse(
        "this is no list that is known: JSON lines of FollowTheMoney, the lists of the UN and of OFAC, a seed, a table"
            .to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_known_by_their_content() {
        let folder = tempfile::tempdir().unwrap();
        let check = |text: &str, expected: Option<ListFormat>| {
            let path = folder.path().join("list");
            std::fs::write(&path, text).unwrap();
            assert_eq!(recognise(&path).ok(), expected, "{text}");
        };
        check("{\"id\":\"a\",\"schema\":\"Person\",\"properties\":{}}\n", Some(ListFormat::Ftm));
        check("\n{\"op\":\"DEL\",\"entity\":{\"id\":\"a\"}}\n", Some(ListFormat::Ftm));
        check("{\"id\":\"a\",\"schema\":\"Per", Some(ListFormat::Ftm));
        check("<?xml version=\"1.0\"?>\n<CONSOLIDATED_LIST dateGenerated=\"x\">", Some(ListFormat::UnSc));
        check("<?xml version=\"1.0\"?>\n<sdnList xmlns=\"x\">", Some(ListFormat::Ofac));
        check("[source]\nid = \"a\"\n\n[[entity]]\n", Some(ListFormat::Seed));
        check("\u{feff}id,name\n1,x\n", Some(ListFormat::Csv));
        check("{\"a\": 1}", None);
        check("<html>", None);
        check("", None);
    }
}
