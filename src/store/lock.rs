//! The lock: one process at a time.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use super::directory::LOCK;
use super::error::StoreError;

/// The lock of a database, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Takes the lock of `directory` and leaves the number of this process in it.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if another process (or another part of this one) holds it.
    pub fn take(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join(LOCK);
        let io = |error| StoreError::io(&path, error);
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Busy { directory: directory.to_owned(), pid: holder(file) });
            }
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        file.set_len(0).map_err(io)?;
        file.rewind().map_err(io)?;
        writeln!(file, "{}", std::process::id()).map_err(io)?;
        Ok(Self(file))
    }
}

/// The number that the holder of the lock left in it.
fn holder(file: File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The number is a courtesy: nothing is lost if it stays.
        let _ = self.0.set_len(0);
    }
}
