//! Why the database cannot do what it was asked.

use std::io;
use std::path::PathBuf;

use crate::graph::GraphError;
use crate::model::Diagnostic;
use crate::query::QueryError;
use crate::store::StoreError;

/// Why the database cannot do what it was asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The data is refused, for all of these reasons.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Diagnostic>),
    /// The statement is refused.
    #[error("{0}")]
    Query(Diagnostic),
    /// What was asked for cannot be done with this data.
    #[error("{0}")]
    Impossible(String),
    /// The store cannot do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The graph cannot be built.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The proposals of a document are damaged. No claim is lost with them.
    #[error(
        "the proposals in {} are damaged; ingest the document again: what has been decided is kept beside them",
        .path.display()
    )]
    Desk {
        /// The file.
        path: PathBuf,
    },
    /// A file of the graph cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The report of the operating system.
        source: io::Error,
    },
}

impl DatabaseError {
    /// The exit code of a program that ends with this error: 1 for what was refused, 3 for a database that is damaged,
    /// busy or not there.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::Query(_) | Self::Impossible(_) => 1,
            Self::Store(StoreError::FileExists(_) | StoreError::Exists(_) | StoreError::TooLong { .. }) => 1,
            Self::Store(_) | Self::Graph(_) | Self::Desk { .. } | Self::Io { .. } => 3,
        }
    }
}

impl From<QueryError<DatabaseError>> for DatabaseError {
    fn from(error: QueryError<DatabaseError>) -> Self {
        match error {
            QueryError::Refused(refused) => Self::Query(refused),
            QueryError::Claims(error) => error,
        }
    }
}
