//! What can go wrong in the store.

use std::io;
use std::path::{Path, PathBuf};

use super::rows::MAX_TEXT;

/// Why the store cannot do what it was asked. Nothing was acknowledged and what was committed before is untouched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is nothing at this place.
    #[error("there is no database at {}; `tieline load` makes one", .0.display())]
    Missing(PathBuf),
    /// There is something at this place, but no database.
    #[error("{} is not a Tieline database: {why}", .directory.display())]
    NotADatabase {
        /// The place.
        directory: PathBuf,
        /// What is there instead.
        why: String,
    },
    /// There is a database already.
    #[error("there is a database at {} already", .0.display())]
    Exists(PathBuf),
    /// Another process writes to it.
    #[error("the database {} is busy: it is held by {}", .directory.display(), holder(*.pid))]
    Busy {
        /// The database.
        directory: PathBuf,
        /// The process that holds it, if it left its number.
        pid: Option<u32>,
    },
    /// It was made by a version that writes another format.
    #[error("the database {} has format {found}, and this version of Tieline reads format {expected}", .directory.display())]
    Version {
        /// The database.
        directory: PathBuf,
        /// Its format.
        found: u32,
        /// The format that can be read.
        expected: u32,
    },
    /// What is on disk is not what was written.
    #[error(
        "the database {} is damaged: {what}; the way back is `tieline --db DIR restore FILE`, which puts a backup into a new \
         directory",
        .directory.display()
    )]
    Damaged {
        /// The database.
        directory: PathBuf,
        /// What was found.
        what: String,
    },
    /// A backup is not what was written.
    #[error("the backup {} is not usable: {what}", .file.display())]
    Backup {
        /// The backup.
        file: PathBuf,
        /// What was found.
        what: String,
    },
    /// A file is there already and was not to be replaced.
    #[error("{} exists already", .0.display())]
    FileExists(PathBuf),
    /// There is no room.
    #[error("there is no room left on the disk for {}", .0.display())]
    Full(PathBuf),
    /// There is no permission.
    #[error("there is no permission to write to {}", .0.display())]
    Denied(PathBuf),
    /// An earlier write failed, so that what is in memory may differ from what is on disk.
    #[error("an earlier write to {} failed; open the database again", .0.display())]
    Failed(PathBuf),
    /// A row does not fit.
    #[error("the texts of one of the {table} have {bytes} bytes; at most {MAX_TEXT} can be stored")]
    TooLong {
        /// The table.
        table: &'static str,
        /// Bytes of its texts.
        bytes: usize,
    },
    /// There are no more numbers.
    #[error("the store cannot hold more {0}")]
    TooMany(&'static str),
    /// A number that the store never gave.
    #[error("there is no number {number} among the {count} {table}")]
    Unknown {
        /// The table.
        table: &'static str,
        /// The number.
        number: u32,
        /// How many there are.
        count: u32,
    },
    /// Anything else that the operating system reports.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The report.
        source: io::Error,
    },
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}

impl StoreError {
    /// An error of the operating system about `path`.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        use io::ErrorKind::{
            FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull, WriteZero,
        };
        let path = path.to_owned();
        match source.kind() {
            StorageFull | QuotaExceeded | FileTooLarge | WriteZero => Self::Full(path),
            PermissionDenied | ReadOnlyFilesystem => Self::Denied(path),
            _ => Self::Io { path, source },
        }
    }

    /// Damage of the database in `directory`.
    pub(super) fn damaged(directory: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { directory: directory.to_owned(), what: what.into() }
    }
}
