//! The manifest: what counts. Rows beyond its counts do not exist.

use bincode::{Decode, Encode};
use xxhash_rust::xxh3::xxh3_64;

use super::frame::roll;
use super::table::{Counts, Table};

/// The key of the manifest.
pub(super) const KEY: &[u8] = b"M";
const MAGIC: [u8; 8] = *b"TIELINE2";
/// The manifest of format 1, which knew no texts.
const MAGIC_1: [u8; 8] = *b"TIELINE1";
/// Bytes of the manifest.
pub(super) const LEN: usize = 168;
/// Bytes of the manifest of format 1.
pub(super) const LEN_1: usize = LEN - TABLE;
/// Bytes of the state of a table.
const TABLE: usize = 16;

/// The state of all tables after a commit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(super) struct Manifest {
    magic: [u8; 8],
    /// The id of the store.
    pub store: [u8; 16],
    /// Number of commits.
    pub generation: u32,
    /// Number of distinct sources; the table holds a row for every description of one.
    pub sources: u32,
    tables: [TableState; Table::ALL.len()],
}

/// What the manifest says of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct TableState {
    /// Rows.
    pub rows: u32,
    /// Frames.
    pub frames: u32,
    /// Rolling hash over the key and checksum of every frame.
    pub hash: u64,
}

impl TableState {
    /// The state after one more frame.
    pub fn add(&mut self, key: &[u8], count: u32, checksum: u64) {
        self.rows = self.rows.saturating_add(count);
        self.frames += 1;
        self.hash = roll(self.hash, key, checksum);
    }
}

impl Manifest {
    /// The manifest of an empty store.
    pub fn new(store: [u8; 16]) -> Self {
        Self { magic: MAGIC, store, generation: 0, sources: 0, tables: Default::default() }
    }

    /// The state of `table`.
    pub fn table(&self, table: Table) -> TableState {
        self.tables.get(table.index()).copied().unwrap_or_default()
    }

    /// The state of `table`, to be changed.
    #[allow(clippy::indexing_slicing, reason = "there is one state for each table")]
    pub fn table_mut(&mut self, table: Table) -> &mut TableState {
        &mut self.tables[table.index()]
    }

    /// The counts.
    pub fn counts(&self) -> Counts {
        let rows = |table| self.table(table).rows;
        Counts {
            entities: rows(Table::Entities),
            sources: self.sources,
            words: rows(Table::Words),
            claims: rows(Table::Claims),
            retractions: rows(Table::Retractions),
            commits: rows(Table::Commits),
        }
    }

    /// The bytes that are stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&self.magic);
        bytes.extend_from_slice(&self.store);
        bytes.extend_from_slice(&self.generation.to_le_bytes());
        bytes.extend_from_slice(&self.sources.to_le_bytes());
        for table in &self.tables {
            bytes.extend_from_slice(&table.rows.to_le_bytes());
            bytes.extend_from_slice(&table.frames.to_le_bytes());
            bytes.extend_from_slice(&table.hash.to_le_bytes());
        }
        bytes.extend_from_slice(&xxh3_64(&bytes).to_le_bytes());
        bytes
    }

    /// The manifest of bytes made by [`Manifest::to_bytes`].
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, &'static str> {
        let (body, stored) = bytes.split_last_chunk::<8>().ok_or("the manifest is cut short")?;
        if xxh3_64(body) != u64::from_le_bytes(*stored) {
            return Err("the checksum of the manifest is wrong");
        }
        let mut body = body.to_vec();
        if body.starts_with(&MAGIC_1) {
            // The table of texts comes last, and is empty.
            body.splice(..MAGIC.len(), MAGIC);
            body.extend([0; TABLE]);
        }
        let config = bincode::config::standard().with_fixed_int_encoding().with_limit::<1024>();
        match bincode::decode_from_slice::<Self, _>(&body, config) {
            Ok((manifest, used))
                if used == body.len()
                    && manifest.magic == MAGIC
                    && manifest.table(Table::Commits).rows == manifest.generation =>
            {
                Ok(manifest)
            }
            _ => Err("the manifest cannot be read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_every_flipped_bit_is_found() {
        let mut manifest = Manifest::new([9; 16]);
        manifest.table_mut(Table::Claims).add(b"c\0\0\0\0", 12, 77);
        manifest.table_mut(Table::Commits).add(b"k\0\0\0\0", 1, 78);
        manifest.generation = 1;
        manifest.sources = 3;
        let good = manifest.to_bytes();
        assert_eq!(good.len(), LEN);
        assert_eq!(Manifest::from_bytes(&good), Ok(manifest));
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Manifest::from_bytes(&bad).is_err());
        }
        for len in 0..good.len() {
            assert!(Manifest::from_bytes(&good[..len]).is_err());
        }
    }

    #[test]
    fn a_manifest_of_format_1_is_read() {
        let mut manifest = Manifest::new([9; 16]);
        manifest.table_mut(Table::Claims).add(b"c\0\0\0\0", 12, 77);
        let mut old = manifest.to_bytes();
        old.truncate(LEN_1 - 8);
        old.splice(..8, MAGIC_1);
        old.extend(xxh3_64(&old).to_le_bytes());
        assert_eq!(old.len(), LEN_1);
        assert_eq!(Manifest::from_bytes(&old), Ok(manifest));
    }
}
