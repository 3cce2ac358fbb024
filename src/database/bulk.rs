//! Importing tables of any size: claims go to the store while the files are still being read, and none of them counts
//! before all have been read without an error.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::commit::Touched;
use super::intake::Intake;
use super::{Arrival, CommitSummary, Database, DatabaseError, claims, known};
use crate::graph::Graph;
use crate::model::Changes;
use crate::read::csv::{Tables, csv_in_pieces};
use crate::store::{Store, StoreError};

/// Claims that are held at once. A smaller import is committed as a whole.
const PIECE: usize = 4_096;

/// Why a piece was not taken.
enum NotTaken {
    /// Another process has committed since the graph was opened.
    Outdated,
    /// A release is held against what the database has of the list, and for this it must be whole.
    Release,
    Failed(DatabaseError),
}

impl<E: Into<DatabaseError>> From<E> for NotTaken {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Database {
    /// Imports CSV files by a mapping: all or nothing. `release` is the release that the tables are, if the mapping does not
    /// say it; with `older` it may be older than what the database has. `progress` is told the bytes read so far.
    ///
    /// Memory is that of the ids and of 4,096 claims, and then that of the snapshot that is made; it does not hold all
    /// claims, unless they are a release.
    ///
    /// # Errors
    /// As [`Database::commit_list`]; or something is wrong with the mapping or the files.
    pub fn import_csv(
        &mut self,
        mapping: &Path,
        paths: &[PathBuf],
        release: Option<&str>,
        older: bool,
        author: &str,
        progress: &mut dyn FnMut(u64),
    ) -> Result<CommitSummary, DatabaseError> {
        let kinds = Arc::clone(&self.kinds);
        let message = format!("import csv by {}", mapping.display());
        let tables = Tables { mapping, paths, release };
        let (mut size, mut repaired) = (PIECE, false);
        loop {
            let mut target = Target {
                directory: &self.directory,
                graph: &self.graph,
                store: Some(&mut self.store),
                intake: None,
                made: false,
            };
            let known = known::Known(&self.graph);
            let take = &mut |changes: &Changes| target.take(changes);
            let read = csv_in_pieces(&tables, &kinds, &known, progress, size, take);
            let Target { intake, made, .. } = target;
            // What was read of a damaged graph does not count.
            if self.graph.damage().is_some() && !repaired {
                drop(intake);
                repaired = self.mend()?;
                continue;
            }
            let changes = match read {
                Ok(Ok(changes)) => changes,
                Ok(Err(problems)) => {
                    drop(intake);
                    self.leave(made);
                    return Err(DatabaseError::Refused(problems));
                }
                Err(NotTaken::Outdated) => {
                    drop(intake);
                    self.graph_and_store()?;
                    continue;
                }
                Err(NotTaken::Release) => {
                    drop(intake);
                    size = usize::MAX;
                    continue;
                }
                Err(NotTaken::Failed(error)) => {
                    drop(intake);
                    self.leave(made);
                    return Err(error);
                }
            };
            let Some(mut intake) = intake else {
                return self.commit_list(changes, &Arrival { older, only: None }, author, &message);
            };
            intake.take(&changes)?;
            drop(changes);
            let (mut summary, record) = intake.commit(&[], author, &message)?;
            let Some(record) = record else { return Ok(summary) };
            summary.commit = Some(record.commit.clone());
            let touched = Touched { added: record.claims.clone(), retracted: Vec::new(), restored: Vec::new() };
            self.project(&record, &touched)?;
            return Ok(summary);
        }
    }

    /// Removes the store that a refused import had made, so that it leaves nothing behind.
    fn leave(&mut self, made: bool) {
        if let Some(store) = self.store.take_if(|_| made) {
            // The error that is reported is the one that led here.
            let _ = store.discard();
        }
    }
}

/// Where the pieces of an import go. The store is opened, or made, for the first of them.
struct Target<'d> {
    directory: &'d Path,
    graph: &'d Graph,
    store: Option<&'d mut Option<Store>>,
    intake: Option<Intake<'d>>,
    /// Whether the store was made here.
    made: bool,
}

impl Target<'_> {
    fn take(&mut self, changes: &Changes) -> Result<(), NotTaken> {
        if let Some(store) = self.store.take() {
            if changes.sources().iter().any(|source| source.release().is_some()) {
                return Err(NotTaken::Release);
            }
            if store.is_none() && self.graph.generation() == 0 {
                self.made = matches!(Store::format(self.directory), Err(StoreError::Missing(_)));
                *store = Some(Store::open_or_create(self.directory)?);
            }
            let store = claims::open_store(self.directory, store)?;
            if store.generation().generation != self.graph.generation() {
                return Err(NotTaken::Outdated);
            }
            let sources = store.sources()?;
            let lists: HashSet<&str> =
                sources.iter().filter(|known| known.release().is_some()).map(|known| known.family()).collect();
            if changes.sources().iter().any(|source| lists.contains(source.family())) {
                return Err(NotTaken::Release);
            }
            self.intake = Some(Intake::new(self.graph, store.begin()?).anywhere());
        }
        match &mut self.intake {
            Some(intake) => Ok(intake.take(changes)?),
            None => Err(NotTaken::Outdated),
        }
    }
}
