//! Reading claims for statements that show them.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::DatabaseError;
use crate::model::{Claim, ClaimNo, Commit, Source, SourceNo, SourceText, Word};
use crate::query::ClaimSource;
use crate::store::{CommitRecord, Store, StoreError};

/// How long a reader waits for a writer to finish before it says that the database is busy.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// The store, opened if it is not open yet.
pub(super) fn open_store<'s>(directory: &Path, store: &'s mut Option<Store>) -> Result<&'s mut Store, DatabaseError> {
    let started = Instant::now();
    loop {
        match store {
            Some(store) => return Ok(store),
            None => match Store::open(directory) {
                Err(StoreError::Busy { .. }) if started.elapsed() < PATIENCE => sleep(Duration::from_millis(50)),
                opened => *store = Some(opened?),
            },
        }
    }
}

/// Claims read from a store that is opened when the first one is asked for.
pub(super) struct Claims<'d> {
    pub directory: &'d Path,
    pub store: &'d mut Option<Store>,
    pub commits: &'d mut Option<Vec<CommitRecord>>,
    pub sources: &'d mut Option<Vec<Source>>,
}

impl ClaimSource for Claims<'_> {
    type Error = DatabaseError;

    fn claims(&mut self, numbers: &[ClaimNo]) -> Result<Vec<Claim>, DatabaseError> {
        let store = open_store(self.directory, self.store)?;
        numbers.iter().map(|&number| Ok(store.claim(number)?)).collect()
    }

    fn word(&self, word: Word) -> String {
        self.store.as_ref().map_or_else(String::new, |store| store.words().text(word).to_owned())
    }

    fn sources(&mut self) -> Result<&[Source], DatabaseError> {
        if self.sources.is_none() {
            *self.sources = Some(open_store(self.directory, self.store)?.sources()?);
        }
        Ok(self.sources.as_deref().unwrap_or_default())
    }

    fn text(&mut self, source: SourceNo) -> Result<Option<SourceText>, DatabaseError> {
        Ok(open_store(self.directory, self.store)?.text(source)?)
    }

    fn added(&mut self, claim: ClaimNo) -> Result<Option<Commit>, DatabaseError> {
        if self.commits.is_none() {
            *self.commits = Some(open_store(self.directory, self.store)?.commits()?);
        }
        let commits = self.commits.as_deref().unwrap_or_default();
        let at = commits.partition_point(|record| record.claims.end <= claim);
        Ok(commits.get(at).map(|record| record.commit.clone()))
    }
}
