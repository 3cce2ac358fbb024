//! FollowTheMoney in and out, and what a newer release of a list changed.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::progress::Progress;
use super::run::{opened, summary};
use super::terminal::{count, replace};
use super::{Failure, Global, Terminal};
use crate::database::{Database, DatabaseError, ReleaseSummary};
use crate::read::ftm::Options;

/// Imports files of FollowTheMoney's JSON lines.
///
/// # Errors
/// They are refused, or the database cannot be written.
pub fn import_ftm(
    files: &[PathBuf],
    options: &Options,
    older: bool,
    global: &Global,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let mut database = opened(Database::create_or_open(&global.db), terminal)?;
    let total = files.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|known| known.len()).sum();
    let imported = {
        let progress = Progress::new("importing", total, terminal.is_quiet());
        database.import_ftm(files, options, older, &global.author(), &mut |bytes| progress.at(bytes))?
    };
    terminal.notices(&mut database);
    summary(&imported, terminal)
}

/// Writes the whole database as FollowTheMoney's JSON lines, entities or statements.
///
/// # Errors
/// The database cannot be read, or the file cannot be written.
pub fn export_all(
    database: &mut Database,
    statements: bool,
    file: Option<&Path>,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let exported = match file {
        None => {
            let mut out = BufWriter::new(io::stdout().lock());
            let exported = written(database.export_ftm(statements, &mut out))?;
            out.flush()?;
            exported
        }
        Some(path) => {
            let mut exported = None;
            let mut failed = None;
            let wrote = replace(path, &mut |out| match database.export_ftm(statements, out) {
                Ok(done) => {
                    exported = Some(done);
                    Ok(())
                }
                Err(DatabaseError::Io { source, .. }) => Err(source),
                Err(error) => {
                    failed = Some(error);
                    Err(io::ErrorKind::Other.into())
                }
            });
            if let Some(error) = failed {
                return Err(error.into());
            }
            wrote.map_err(|error| Failure::Write { path: path.to_owned(), error })?;
            exported.unwrap_or_default()
        }
    };
    terminal.notices(database);
    terminal.say(&format!("wrote {}", count(exported.lines as usize, if statements { "statement" } else { "entry" })));
    if exported.left_out > 0 {
        terminal.say(&format!(
            "note: {} no plain assertions and are not part of it; FollowTheMoney has no word for that",
            match exported.left_out {
                1 => "1 claim is".to_owned(),
                many => format!("{many} claims are"),
            }
        ));
    }
    Ok(())
}

/// A standard output that nobody reads any more is no failure of the database.
fn written<T>(done: Result<T, DatabaseError>) -> Result<T, Failure> {
    match done {
        Err(DatabaseError::Io { source, .. }) => Err(Failure::Output(source)),
        other => Ok(other?),
    }
}

/// What a release changed, in words.
pub fn release_text(release: &ReleaseSummary) -> String {
    let changed = counted(release).unwrap_or_else(|| "nothing is added, removed or changed".to_owned());
    format!("a newer release: {changed}")
}

/// How many entities and links were added, removed, renamed, re-dated and changed; `None` if none.
pub fn counted(release: &ReleaseSummary) -> Option<String> {
    let part = |what: &str, (entities, links): (usize, usize)| match (entities, links) {
        (0, 0) => None,
        (entities, 0) => Some(format!("{} {what}", count(entities, "entity"))),
        (0, links) => Some(format!("{} {what}", count(links, "link"))),
        (entities, links) => Some(format!("{} and {} {what}", count(entities, "entity"), count(links, "link"))),
    };
    let parts: Vec<String> = [
        part("added", release.added),
        part("removed", release.removed),
        part("renamed", release.renamed),
        part("re-dated", release.redated),
        part("changed", release.changed),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
