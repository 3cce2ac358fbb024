//! FollowTheMoney JSON lines in: entities, statements, and changes of entities.
//!
//! [`ftm()`] is the door. All lines are read first (`gather`), so that an entity may refer to one that comes later; then
//! entities become entities, edges become links, properties become names and attributes (`build`). Nothing is lost: what
//! the schema has no word for is kept under FollowTheMoney's own. `docs/followthemoney.md` describes how.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod build;
mod entry;
mod gather;
mod lines;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use self::build::{build, refused};
use self::gather::Gathered;
use crate::model::{Changes, Diagnostic, Lookup};
use crate::schema::Schema;
use crate::schema::ftm::to_id;

/// What may be said of the files beside what they say themselves.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The data set of entities that name none or several; the name of the first file if none is given.
    pub dataset: Option<String>,
    /// The release: a date. Without it, each data set has the day on which its entities were seen last, if they say so.
    pub release: Option<String>,
}

/// What was read.
#[derive(Debug)]
pub struct Imported {
    /// The claims.
    pub changes: Changes,
    /// If the files are changes of what is known: the ids of the entities and edges that they speak of. All else stays as
    /// it is.
    pub only: Option<HashSet<String>>,
}

/// Reads files of FollowTheMoney's JSON lines, all or none.
///
/// # Arguments
/// - `files`: entities, statements or changes (`{"op": ..., "entity": ...}`), one a line.
/// - `known`: what the database knows already: the ends of edges.
/// - `progress`: is told now and then how many bytes have been read.
///
/// # Errors
/// Everything that is wrong with the files, at most 50 messages.
///
/// # Complexity
/// Linear in the bytes of the files; memory is that of what they say, twice.
pub fn ftm(
    files: &[PathBuf],
    options: &Options,
    schema: &Schema,
    known: &dyn Lookup,
    progress: &mut dyn FnMut(u64),
) -> Result<Imported, Vec<Diagnostic>> {
    let dataset = options.dataset.clone().unwrap_or_else(|| files.first().map_or_else(String::new, |path| stem(path)));
    let gathered = Gathered::read(files, dataset, progress);
    finish(gathered, files, options.release.as_deref(), schema, known)
}

/// Reads one file of FollowTheMoney's JSON lines from its bytes.
///
/// # Errors
/// As [`ftm`].
pub fn ftm_bytes(bytes: &[u8], schema: &Schema) -> Result<Imported, Vec<Diagnostic>> {
    const NAME: &str = "bytes";
    finish(Gathered::of(NAME, bytes), &[PathBuf::from(NAME)], None, schema, &())
}

fn finish(
    mut gathered: Gathered,
    files: &[PathBuf],
    release: Option<&str>,
    schema: &Schema,
    known: &dyn Lookup,
) -> Result<Imported, Vec<Diagnostic>> {
    if gathered.problems.is_empty() && gathered.entities.is_empty() && gathered.deleted.is_empty() {
        let file = files.first().map(|path| path.display().to_string()).unwrap_or_default();
        gathered.problem(Diagnostic::new("", 0..0, "there is no entity in it").in_file(file));
    }
    let mut imported = build(&mut gathered, files, release, schema, known);
    if !gathered.problems.is_empty() {
        return Err(refused(gathered));
    }
    if let Some(only) = &mut imported.only {
        for id in &gathered.deleted {
            only.extend([id.clone()].into_iter().chain(to_id(id).map(String::from)));
        }
    }
    schema.check(&mut imported.changes).map_err(|errors| {
        errors.into_iter().map(|error| Diagnostic::new("", 0..0, error.to_string())).collect::<Vec<_>>()
    })?;
    Ok(imported)
}

/// Whether a line is one of FollowTheMoney's.
pub fn is_ftm(line: &str) -> bool {
    entry::Entry::parse(line).is_ok_and(|entry| entry.op.is_some() || entry.schema.is_some())
}

/// The name of a file up to its first dot, as the name of a data set.
fn stem(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let plain: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    if plain.is_empty() { "unnamed".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = concat!(
        r#"{"id":"NK-1","caption":"Ada","schema":"Person","properties":{"name":["Ada"],"birthDate":["1970"]},"target":true}"#,
        "\n",
        r#"{"op":"MOD","entity":{"id":"o","schema":"Company","properties":{"name":["Firm é"],"holder":["NK-1"]}}}"#,
        "\n",
        r#"{"id":"s","entity_id":"NK-1","prop":"alias","schema":"Person","value":"A","dataset":"d","first_seen":"2020"}"#,
        "\n",
        r#"{"id":"own","schema":"Ownership","properties":{"owner":["NK-1"],"asset":["o"],"startDate":["2001"]}}"#,
        "\n",
    );

    proptest! {
        #[test]
        fn a_damaged_file_is_read_or_refused(
            changes in prop::collection::vec((0..GOOD.len(), any::<u8>()), 0..6),
            cut in 0..=GOOD.len(),
        ) {
            let mut bytes = GOOD.as_bytes()[..cut].to_vec();
            for (at, byte) in changes {
                if let Some(slot) = bytes.get_mut(at) {
                    *slot = byte;
                }
            }
            match ftm_bytes(&bytes, Schema::builtin()) {
                Ok(imported) => prop_assert!(!imported.changes.claims.is_empty() || imported.only.is_some()),
                Err(problems) => prop_assert!(!problems.is_empty() && problems.iter().all(|one| one.line > 0)),
            }
        }
    }

    #[test]
    fn each_line_becomes_what_it_is() {
        let imported = ftm_bytes(GOOD.as_bytes(), Schema::builtin()).unwrap();
        assert_eq!(imported.changes.entities().len(), 2);
        assert!(imported.only.unwrap().contains("own"));
        assert!(GOOD.lines().all(is_ftm) && !is_ftm("{\"a\":1}") && !is_ftm("x"));
        for (path, name) in [("a/Yente_T1.entities.ftm.json", "yente_t1"), ("x y.json", "x_y"), (".json", "unnamed")] {
            assert_eq!(stem(Path::new(path)), name);
        }
    }
}
