//! Committing changes and undoing commits: to the store first, then to the graph.

use std::ops::Range;

use super::intake::Intake;
use super::{CommitSummary, Database, DatabaseError, project, refold};
use crate::graph::{Delta, Graph};
use crate::model::{Changes, ClaimNo, CommitNo, Diagnostic};
use crate::store::{CommitRecord, Store};

/// A database of fewer claims is folded anew after each commit.
const SMALL_DATABASE: u32 = 20_000;
/// A commit of more claims is folded anew together with everything else.
const SMALL_COMMIT: usize = 5_000;
/// The most touched entities and links that are laid over a snapshot before everything is folded anew.
pub(super) const LARGE_DELTA: usize = 20_000;

/// Claims that a commit added, retracted or restored.
pub(super) struct Touched {
    pub added: Range<ClaimNo>,
    pub retracted: Vec<ClaimNo>,
    pub restored: Vec<ClaimNo>,
}

impl Database {
    /// Commits changes: everything or nothing. Claims that the database has already, from the same source at the same
    /// place and of the same content, are skipped, so that doing it twice adds nothing.
    ///
    /// # Errors
    /// The changes do not fit the schema or contradict what is known of an entity; or the store cannot be written.
    pub fn commit(
        &mut self,
        mut changes: Changes,
        author: &str,
        message: &str,
    ) -> Result<CommitSummary, DatabaseError> {
        self.schema().check(&mut changes).map_err(|errors| {
            DatabaseError::Refused(errors.iter().map(|error| Diagnostic::new("", 0..0, error.to_string())).collect())
        })?;
        let mut repaired = false;
        let (mut summary, record) = loop {
            let (graph, store) = self.graph_and_store()?;
            let mut intake = Intake::new(graph, store.begin()?);
            let taken = intake.take(&changes);
            // What was read of a damaged graph does not count.
            if graph.damage().is_some() && !repaired {
                drop(intake);
                repaired = self.mend()?;
                continue;
            }
            taken?;
            break intake.commit(&changes.retract, author, message)?;
        };
        let Some(record) = record else { return Ok(summary) };
        let touched = Touched { added: record.claims.clone(), retracted: changes.retract, restored: Vec::new() };
        summary.commit = Some(record.commit.clone());
        self.project(&record, &touched)?;
        Ok(summary)
    }

    /// Undoes a commit: what it added is retracted, what it retracted is restored. This is a commit of its own, which
    /// can be undone.
    ///
    /// # Errors
    /// There is no such commit, nothing of it is left to undo, or the store cannot be written.
    pub fn undo(&mut self, number: CommitNo, author: &str) -> Result<CommitSummary, DatabaseError> {
        let (_, store) = self.graph_and_store()?;
        let commits = store.commits()?;
        let Some(record) = commits.iter().find(|record| record.commit.number == number) else {
            let known = match commits.last() {
                Some(last) => format!("the last one is {}", last.commit.number),
                None => "there is none yet".to_owned(),
            };
            return Err(DatabaseError::Impossible(format!("there is no commit {number}: {known}")));
        };
        let events = store.retractions()?;
        let gone = project::retracted(&events, CommitNo::MAX);
        let mut touched = Touched { added: 0..0, retracted: Vec::new(), restored: Vec::new() };
        touched.retracted.extend(record.claims.clone().filter(|claim| !gone.contains_key(claim)));
        for event in events.iter().filter(|event| event.commit == number) {
            let is_gone = gone.contains_key(&event.claim);
            match event.restored {
                false if is_gone => touched.restored.push(event.claim),
                true if !is_gone => touched.retracted.push(event.claim),
                _ => {}
            }
        }
        if touched.retracted.is_empty() && touched.restored.is_empty() {
            return Err(DatabaseError::Impossible(format!("nothing of commit {number} is left to undo")));
        }
        let mut transaction = store.begin()?;
        for &claim in &touched.retracted {
            transaction.retract(claim)?;
        }
        for &claim in &touched.restored {
            transaction.restore(claim)?;
        }
        let record = transaction.commit(author, now(), &format!("undo {number}"))?;
        self.project(&record, &touched)?;
        let restored = touched.restored.len() as u32;
        Ok(CommitSummary { commit: Some(record.commit), restored, ..CommitSummary::default() })
    }

    pub(super) fn graph_and_store(&mut self) -> Result<(&Graph, &mut Store), DatabaseError> {
        if self.store.is_none() && self.graph.generation() == 0 {
            self.store = Some(Store::open_or_create(&self.directory)?);
        }
        super::claims::open_store(&self.directory, &mut self.store)?;
        let generation = self.store.as_ref().map(|store| store.generation().generation);
        if generation != Some(self.graph.generation()) {
            // Another process committed since this one opened the database.
            if let Some(store) = &self.store {
                self.graph = match project::open(&self.directory, store.generation()) {
                    Ok(graph) => graph,
                    Err(_) => project::build_and_keep(&self.directory, store, &mut self.notices)?,
                };
            }
        }
        let store = super::claims::open_store(&self.directory, &mut self.store)?;
        Ok((&self.graph, store))
    }

    /// Brings the graph to the generation of a commit that was just acknowledged.
    pub(super) fn project(&mut self, record: &CommitRecord, touched: &Touched) -> Result<(), DatabaseError> {
        self.commits = None;
        self.sources = None;
        self.past = None;
        let Some(store) = &self.store else { return Ok(()) };
        if let Some(delta) = self.delta(store, record, touched)? {
            match project::keep_delta(&self.directory, &delta) {
                Ok(()) => {
                    project::sweep(&self.directory, delta.generation, delta.base);
                    self.graph = project::open(&self.directory, store.generation())
                        .or_else(|_| {
                            project::build_and_keep(&self.directory, store, &mut self.notices).map_err(Box::new)
                        })
                        .map_err(|error| *error)?;
                    return Ok(());
                }
                Err(error) => self.notices.push(format!("the graph's changes cannot be kept: {error}")),
            }
        }
        self.graph = project::build_and_keep(&self.directory, store, &mut self.notices)?;
        Ok(())
    }

    /// The changes since the snapshot with those of one more commit, if they are small enough to be laid over it.
    fn delta(&self, store: &Store, record: &CommitRecord, touched: &Touched) -> Result<Option<Delta>, DatabaseError> {
        let size = touched.added.len() + touched.retracted.len() + touched.restored.len();
        if store.counts().claims < SMALL_DATABASE || size > SMALL_COMMIT {
            return Ok(None);
        }
        let Ok(before) = project::delta_of(&self.directory, &self.graph) else { return Ok(None) };
        if before.nodes.len() + before.links.len() > LARGE_DELTA {
            return Ok(None);
        }
        let mut claims = Vec::with_capacity(size);
        for number in touched.added.clone().chain(touched.restored.iter().copied()) {
            claims.push((number, store.claim(number)?, true));
        }
        for &number in &touched.retracted {
            claims.push((number, store.claim(number)?, false));
        }
        let delta = refold::refold(&self.graph, store, before, record, touched, claims)?;
        // What was read of a damaged graph is not to be kept.
        Ok(delta.filter(|_| self.graph.damage().is_none()))
    }
}

/// The time on the clock, in seconds.
pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
