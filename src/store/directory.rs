//! The files of a database: their names, and writing them so that they last.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use super::error::StoreError;

/// What the directory is, and its last generation.
pub(super) const FORMAT: &str = "FORMAT";
/// Held by the one process that may write.
pub(super) const LOCK: &str = "lock";
/// sled's directory.
pub(super) const SLED: &str = "sled";
/// Stands while the database is being made: what is found beside it is unfinished.
pub(super) const CREATING: &str = "CREATING";
/// What a file is called while it is being written.
const NEW: &str = ".new";

/// Syncs a directory, so that its entries last. Only Unix can and need do this.
pub(super) fn sync_directory(path: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        File::open(path).and_then(|directory| directory.sync_all()).map_err(|error| StoreError::io(path, error))?;
    }
    Ok(())
}

/// Syncs a file.
pub(super) fn sync_file(path: &Path) -> Result<(), StoreError> {
    let file = File::options().write(true).open(path);
    file.and_then(|file| file.sync_all()).map_err(|error| StoreError::io(path, error))
}

/// Syncs a directory with all that is in it.
pub(super) fn sync_tree(path: &Path) -> Result<(), StoreError> {
    let list = |error| StoreError::io(path, error);
    for entry in fs::read_dir(path).map_err(list)? {
        let entry = entry.map_err(list)?;
        if entry.file_type().map_err(list)?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            sync_file(&entry.path())?;
        }
    }
    sync_directory(path)
}

/// Replaces the file `name` in `directory`: whatever happens, the old or the new content is there as a whole.
pub(super) fn replace(directory: &Path, name: &str, content: &[u8]) -> Result<(), StoreError> {
    let (path, new) = (directory.join(name), directory.join(format!("{name}{NEW}")));
    let write = || {
        let mut file = File::create(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&new, &path)
    };
    write().map_err(|error| StoreError::io(&path, error))?;
    sync_directory(directory)
}

/// Removes a file if it is there.
pub(super) fn remove_file(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::io(path, error)),
        _ => Ok(()),
    }
}

/// Removes what an interrupted process left: half-written files of ours, and sled's half-written snapshot, with which
/// sled would not open.
pub(super) fn remove_leftovers(directory: &Path) -> Result<(), StoreError> {
    remove_file(&directory.join(format!("{FORMAT}{NEW}")))?;
    remove_file(&directory.join(CREATING))?;
    let sled = directory.join(SLED);
    let list = |error| StoreError::io(&sled, error);
    for entry in fs::read_dir(&sled).map_err(list)? {
        let path = entry.map_err(list)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy());
        if name.is_some_and(|name| name.starts_with("snap.") && name.ends_with(".generating")) {
            remove_file(&path)?;
        }
    }
    Ok(())
}

/// The names of what is in a directory.
pub(super) fn entries(directory: &Path) -> Result<Vec<String>, StoreError> {
    let list = |error| StoreError::io(directory, error);
    let entries = fs::read_dir(directory).map_err(list)?;
    entries.map(|entry| Ok(entry.map_err(list)?.file_name().to_string_lossy().into_owned())).collect()
}

/// Reads a file of at most `limit` bytes; `None` if it is longer.
pub(super) fn read_at_most(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut content)?;
    Ok((content.len() as u64 <= limit).then_some(content))
}

/// Bytes of all files under `path`.
pub(super) fn size(path: &Path) -> Result<u64, StoreError> {
    let error = |error| StoreError::io(path, error);
    let metadata = fs::symlink_metadata(path).map_err(error)?;
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    let mut sum = 0;
    for entry in fs::read_dir(path).map_err(error)? {
        sum += size(&entry.map_err(error)?.path())?;
    }
    Ok(sum)
}

/// Makes `directory` (and what leads to it) and syncs its place in its parent.
pub(super) fn make(directory: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(directory).map_err(|error| StoreError::io(directory, error))?;
    sync_parent(directory)
}

/// Syncs the directory that `path` is in.
pub(super) fn sync_parent(path: &Path) -> Result<(), StoreError> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_directory(parent),
        _ => sync_directory(Path::new(".")),
    }
}
