//! What verbs that show claims need of the store.

use crate::model::{Claim, ClaimNo, Commit, Source, SourceNo, SourceText, Word};

/// Reads claims by number. The graph tells which claims there are; their sentences are in the store.
pub trait ClaimSource {
    /// Why claims cannot be read.
    type Error;

    /// The claims with these numbers, in the same order.
    ///
    /// # Errors
    /// The store cannot be read.
    fn claims(&mut self, numbers: &[ClaimNo]) -> Result<Vec<Claim>, Self::Error>;

    /// The text of a word in a claim.
    fn word(&self, word: Word) -> String;

    /// The sources, by number.
    ///
    /// # Errors
    /// The store cannot be read.
    fn sources(&mut self) -> Result<&[Source], Self::Error>;

    /// The text of a source, where it is kept.
    ///
    /// # Errors
    /// The store cannot be read.
    fn text(&mut self, source: SourceNo) -> Result<Option<SourceText>, Self::Error> {
        let _ = source;
        Ok(None)
    }

    /// The commit that added a claim.
    ///
    /// # Errors
    /// The store cannot be read.
    fn added(&mut self, claim: ClaimNo) -> Result<Option<Commit>, Self::Error>;
}
