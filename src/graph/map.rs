//! The one place where a file is mapped into memory.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// Maps a snapshot file for reading.
///
/// # Errors
/// The file cannot be opened or mapped.
#[allow(unsafe_code)]
pub(super) fn map(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: a mapped file must not change while it is mapped. Tieline never writes into a snapshot that has its final
    // name: it writes a temporary file and renames it, and a replaced snapshot is unlinked, which leaves mappings intact.
    // A foreign program that truncates the file ends the process with SIGBUS, and one that overwrites it is found by the
    // block checksums unless the block was already checked; docs/storage.md names both limits.
    unsafe { Mmap::map(&file) }
}
