//! Commits: who changed the database, when, and by how much.

use super::CommitNo;

/// One acknowledged change of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its number; the first commit is 1.
    pub number: CommitNo,
    /// Who made it.
    pub author: String,
    /// When it was made, in seconds since 1970-01-01T00:00:00Z.
    pub time: i64,
    /// What it is about, in the author's words.
    pub message: String,
    /// How many entities it added.
    pub entities: u32,
    /// How many sources it added or described anew.
    pub sources: u32,
    /// How many claims it added.
    pub claims: u32,
    /// How many claims it retracted or restored.
    pub retracted: u32,
}
