//! The database: the only door.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::graph::Answer;
use crate::model::{Changes, Diagnostic};
use crate::schema::Schema;
use crate::write::Format;

/// A commit.
#[derive(Clone, Debug)]
#[expect(missing_docs)]
pub struct Commit {
    pub number: u32,
    pub author: String,
    pub time: i64,
    pub message: String,
    pub entities: u32,
    pub sources: u32,
    pub claims: u32,
    pub retracted: u32,
}

/// What a commit did.
#[derive(Clone, Debug)]
#[expect(missing_docs)]
pub struct CommitSummary {
    pub commit: Option<Commit>,
    pub proposals: Vec<String>,
    pub skipped: u64,
}

/// Limits.
#[derive(Clone, Debug, Default)]
pub struct Budget {}

/// What statements share.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs)]
pub struct Session {
    pub scope: String,
    pub budget: Budget,
    pub stop: Arc<AtomicBool>,
    pub last: Vec<String>,
}

/// An answered statement.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs)]
pub struct Ran {
    pub answer: Answer,
    pub output: Option<Format>,
    pub file: Option<PathBuf>,
    pub timing: Timing,
}

/// Times of a statement.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs)]
pub struct Timing {
    pub parse_us: f64,
    pub plan_us: f64,
    pub run_us: f64,
    pub rows: usize,
}

/// A report.
#[derive(Clone, Debug, thiserror::Error)]
#[error("report")]
pub struct Report;

/// Errors.
#[derive(Clone, Debug, thiserror::Error)]
#[expect(missing_docs)]
#[non_exhaustive]
pub enum DatabaseError {
    #[error("refused")]
    Refused(Vec<Diagnostic>),
    #[error("{0}")]
    Query(Diagnostic),
    #[error("there is no database at {}", .0.display())]
    Missing(PathBuf),
    #[error("placeholder")]
    Placeholder,
}

impl DatabaseError {
    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::Query(_) => 1,
            _ => 3,
        }
    }
}

/// A database.
#[derive(Debug)]
pub struct Database {}

#[expect(missing_docs, clippy::missing_errors_doc)]
impl Database {
    pub fn create_or_open(dir: &Path) -> Result<Database, DatabaseError> {
        Err(DatabaseError::Missing(dir.to_owned()))
    }
    pub fn open(dir: &Path) -> Result<Database, DatabaseError> {
        if dir.is_dir() { Ok(Self {}) } else { Err(DatabaseError::Missing(dir.to_owned())) }
    }
    pub fn schema(&self) -> &Schema {
        Schema::builtin()
    }
    pub fn commit(&mut self, _: Changes, _: &str, _: &str) -> Result<CommitSummary, DatabaseError> {
        Err(DatabaseError::Placeholder)
    }
    pub fn load(&mut self, _: &[PathBuf], _: &str) -> Result<CommitSummary, DatabaseError> {
        Err(DatabaseError::Placeholder)
    }
    pub fn import_csv(
        &mut self,
        _: &Path,
        _: &[PathBuf],
        _: &str,
        _: &mut dyn FnMut(u64),
    ) -> Result<CommitSummary, DatabaseError> {
        Err(DatabaseError::Placeholder)
    }
    pub fn run(&mut self, text: &str, _: &Session) -> Result<Ran, DatabaseError> {
        if text.starts_with("find") {
            let answer =
                Answer { columns: vec!["n".into()], rows: vec![vec![crate::graph::Cell::Int(1)]], ..Answer::default() };
            return Ok(Ran { answer, ..Ran::default() });
        }
        Err(DatabaseError::Query(Diagnostic::new(text, 0..4, "no such verb").help("did you mean `find`?")))
    }
    pub fn desugar(&self, text: &str) -> Result<String, DatabaseError> {
        Ok(text.to_owned())
    }
    pub fn check_scope(&self, _: &str) -> Result<(), DatabaseError> {
        Ok(())
    }
    pub fn history(&mut self) -> Result<Vec<Commit>, DatabaseError> {
        Err(DatabaseError::Placeholder)
    }
    pub fn undo(&mut self, _: u32, _: &str) -> Result<CommitSummary, DatabaseError> {
        Err(DatabaseError::Placeholder)
    }
    pub fn verify(&mut self) -> Result<Report, DatabaseError> {
        Err(DatabaseError::Placeholder)
    }
    pub fn backup(&mut self, _: &Path) -> Result<Report, DatabaseError> {
        Err(DatabaseError::Placeholder)
    }
    pub fn restore(_: &Path, _: &Path) -> Result<Report, DatabaseError> {
        Err(DatabaseError::Placeholder)
    }
    pub fn stats(&mut self) -> Result<Answer, DatabaseError> {
        Err(DatabaseError::Placeholder)
    }
    pub fn complete(&self, prefix: &str, limit: usize) -> Vec<String> {
        ["Haqqani Network", "Tehrik-e Taliban Pakistan", "al-Qaeda"]
            .iter()
            .filter(|name| name.to_lowercase().starts_with(&prefix.to_lowercase()))
            .take(limit)
            .map(|name| (*name).to_owned())
            .collect()
    }
}
