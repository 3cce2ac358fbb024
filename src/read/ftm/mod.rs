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
    let mut gathered = Gathered::read(files, dataset, progress);
    if gathered.problems.is_empty() && gathered.entities.is_empty() && gathered.deleted.is_empty() {
        let file = files.first().map(|path| path.display().to_string()).unwrap_or_default();
        gathered.problem(Diagnostic::new("", 0..0, "there is no entity in it").in_file(file));
    }
    let mut imported = build(&mut gathered, files, options.release.as_deref(), schema, known);
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
