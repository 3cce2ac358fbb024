//! How a command fails, and with which exit code.

use std::io;
use std::path::PathBuf;

use crate::database::DatabaseError;
use crate::model::Diagnostic;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The database says no.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A text is refused at a place.
    #[error("{0}")]
    Refused(Box<Diagnostic>),
    /// Something was refused, and what and why has been said.
    #[error("refused")]
    Said,
    /// The check of the database found damage, and what it found has been said.
    #[error("the database is damaged")]
    Damaged,
    /// What was asked makes no sense here.
    #[error("{0}")]
    Usage(String),
    /// A file cannot be read.
    #[error("{} cannot be read: {error}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: {error}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The standard output cannot be written to.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// 0 if nothing is wrong (whoever read the output has enough), 1 if the query or the data was refused, 2 for usage,
    /// 3 for a damaged or busy database.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => 0,
            Self::Database(error) => error.exit_code(),
            Self::Refused(_) | Self::Said => 1,
            Self::Damaged => 3,
            Self::Usage(_) | Self::Read { .. } | Self::Write { .. } | Self::Output(_) => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_no_failure() {
        assert_eq!(Failure::from(io::Error::from(io::ErrorKind::BrokenPipe)).exit_code(), 0);
        assert_eq!(Failure::from(io::Error::from(io::ErrorKind::StorageFull)).exit_code(), 2);
    }
}
