//! The `FORMAT` file: what this directory is, and the last generation that was acknowledged.

use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

use super::directory;
use super::error::StoreError;

/// The format that this version writes.
pub(super) const VERSION: u32 = 2;
/// The oldest format that this version reads. The next commit writes the present one.
const OLDEST: u32 = 1;
const MAGIC: &str = "Tieline database";
const SLED: &str = "0.34.7";
const CODEC: &str = "bincode-2.0.1 lz4-block xxh3-64";
/// No `FORMAT` is longer.
const MAX_LEN: u64 = 1024;

/// What a database's `FORMAT` file says. It can be read while another process writes to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The id of the store, random at its creation and kept by a backup.
    pub store: [u8; 16],
    /// The number of the last acknowledged commit.
    pub generation: u32,
}

impl Format {
    /// The file's text.
    pub(super) fn to_text(self) -> String {
        self.to_text_of(VERSION)
    }

    fn to_text_of(self, version: u32) -> String {
        let store = u128::from_be_bytes(self.store);
        let body = format!(
            "{MAGIC}\nformat {version}\nsled {SLED}\ncodec {CODEC}\nstore {store:032x}\ngeneration {}\n",
            self.generation
        );
        let checksum = xxh3_64(body.as_bytes());
        format!("{body}checksum {checksum:016x}\n")
    }

    /// Reads a file's text: exactly what [`Format::to_text`] wrote.
    fn from_text(directory: &Path, text: &[u8]) -> Result<Self, StoreError> {
        let damaged = || StoreError::damaged(directory, "its FORMAT file is not what was written");
        let text = std::str::from_utf8(text).map_err(|_| damaged())?;
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let (body, checksum) = text.split_at_checked(text.rfind("checksum ").unwrap_or(0)).ok_or_else(damaged)?;
        if checksum != format!("checksum {:016x}\n", xxh3_64(body.as_bytes())) {
            return Err(damaged());
        }
        let version = field("format").and_then(|version| version.parse().ok()).ok_or_else(damaged)?;
        if !(OLDEST..=VERSION).contains(&version) {
            return Err(StoreError::Version { directory: directory.to_owned(), found: version, expected: VERSION });
        }
        let store = field("store").and_then(|store| u128::from_str_radix(store, 16).ok()).ok_or_else(damaged)?;
        let generation = field("generation").and_then(|number| number.parse().ok()).ok_or_else(damaged)?;
        let format = Self { store: store.to_be_bytes(), generation };
        if format.to_text_of(version) == text { Ok(format) } else { Err(damaged()) }
    }

    /// Reads the `FORMAT` of `directory`; `None` if there is none.
    pub(super) fn read(directory: &Path) -> Result<Option<Self>, StoreError> {
        let path = directory.join(directory::FORMAT);
        match directory::read_at_most(&path, MAX_LEN) {
            Ok(Some(text)) => Self::from_text(directory, &text).map(Some),
            Ok(None) => Err(StoreError::damaged(directory, "its FORMAT file is not what was written")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io(&path, error)),
        }
    }

    /// Replaces the `FORMAT` of `directory` as a whole and durably.
    pub(super) fn write(self, directory: &Path) -> Result<(), StoreError> {
        directory::replace(directory, directory::FORMAT, self.to_text().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_every_flipped_bit_is_found() {
        let place = Path::new("somewhere");
        let format = Format { store: [7; 16], generation: 4_000_000_000 };
        let good = format.to_text().into_bytes();
        assert_eq!(Format::from_text(place, &good).unwrap(), format);
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Format::from_text(place, &bad).is_err(), "bit {bit}");
        }
        for len in 0..good.len() {
            assert!(Format::from_text(place, &good[..len]).is_err(), "cut to {len}");
        }
    }

    #[test]
    fn another_version_is_named() {
        let body = "Tieline database\nformat 3\nanything else\n";
        let text = format!("{body}checksum {:016x}\n", xxh3_64(body.as_bytes()));
        let error = Format::from_text(Path::new("d"), text.as_bytes()).unwrap_err();
        assert!(matches!(error, StoreError::Version { found: 3, expected: 2, .. }), "{error}");
    }

    #[test]
    fn format_1_is_read() {
        let format = Format { store: [7; 16], generation: 5 };
        let text = format.to_text_of(1);
        assert!(text.contains("\nformat 1\n"));
        assert_eq!(Format::from_text(Path::new("d"), text.as_bytes()).unwrap(), format);
    }
}
