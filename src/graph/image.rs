//! A snapshot in memory: sections of fixed-width records whose blocks are checked when they are first touched.

use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use bytemuck::Pod;
use memmap2::Mmap;
use xxhash_rust::xxh3::xxh3_64;

use super::layout::{BLOCK, BLOCK_SHIFT, HEADER_CHECK, HEADER_LEN, Header, MAGIC, Section, VERSION};

/// Whether checksums are taken to be right: a fuzzer must get past them to what is behind.
const TRUSTING: bool = cfg!(fuzzing);

/// Why a snapshot cannot be used. It can always be rebuilt from the store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The file cannot be read.
    #[error("the snapshot cannot be read: {0}")]
    Io(String),
    /// The bytes are not those that were written.
    #[error("the snapshot is damaged: {0}")]
    Damaged(String),
    /// It was written by another version of Tieline.
    #[error("the snapshot has layout {0}, this program writes {VERSION}")]
    Version(u32),
}

/// The bytes of a snapshot, mapped from a file or held in memory.
#[derive(Debug)]
pub struct Image {
    bytes: Bytes,
    header: Header,
    /// Number of the first block that the checksums cover.
    first_block: usize,
    /// A bit per block: set once its checksum was found right.
    checked: Box<[AtomicU64]>,
    damage: OnceLock<String>,
}

#[derive(Debug)]
enum Bytes {
    Mapped(Mmap),
    /// In words, for the alignment of the records.
    Owned(Vec<u64>, usize),
}

impl Bytes {
    fn get(&self) -> &[u8] {
        match self {
            Bytes::Mapped(map) => map,
            Bytes::Owned(words, len) => bytemuck::cast_slice(words).get(..*len).unwrap_or_default(),
        }
    }
}

impl Image {
    /// Maps the snapshot file at `path`. Only header and checksums are read: O(blocks / 512) page touches.
    ///
    /// # Errors
    /// The file cannot be read, is of another version, or its header or checksums are damaged.
    pub fn open(path: &Path) -> Result<Self, ImageError> {
        Self::new(Bytes::Mapped(super::map::map(path).map_err(|error| ImageError::Io(error.to_string()))?))
    }

    /// Takes a snapshot from memory.
    ///
    /// # Errors
    /// As [`Image::open`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ImageError> {
        let mut words = vec![0u64; bytes.len().div_ceil(8)];
        if let Some(start) = bytemuck::cast_slice_mut(&mut words).get_mut(..bytes.len()) {
            start.copy_from_slice(bytes);
        }
        Self::new(Bytes::Owned(words, bytes.len()))
    }

    fn new(bytes: Bytes) -> Result<Self, ImageError> {
        if cfg!(target_endian = "big") {
            return Err(ImageError::Io("snapshots need a little-endian machine".to_owned()));
        }
        let damaged = |what: &str| ImageError::Damaged(what.to_owned());
        let all = bytes.get();
        let header: Header = all
            .get(..HEADER_LEN)
            .and_then(|start| start.get(..size_of::<Header>()))
            .map(bytemuck::pod_read_unaligned)
            .ok_or_else(|| damaged("it is shorter than its header"))?;
        if header.magic != MAGIC {
            return Err(damaged("it does not start as a snapshot does"));
        }
        if header.version != VERSION {
            return Err(ImageError::Version(header.version));
        }
        let check = all.get(HEADER_CHECK..HEADER_LEN).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
        if !TRUSTING && all.get(..HEADER_CHECK).map(xxh3_64) != check {
            return Err(damaged("the checksum of its header is wrong"));
        }
        if header.length != all.len() as u64 {
            return Err(damaged("it is not as long as its header says"));
        }
        let [sums_start, sums_len] = header.section(Section::Sums);
        let sums_end = sums_start.saturating_add(sums_len).min(header.length) as usize;
        let first_block = sums_end.div_ceil(BLOCK);
        let blocks = all.len().div_ceil(BLOCK).saturating_sub(first_block);
        let checked = (0..blocks.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        let image = Self { bytes, header, first_block, checked, damage: OnceLock::new() };
        let sums = image.raw(Section::Sums).ok_or_else(|| damaged("its checksums are outside the file"))?;
        if sums.len() != blocks * 8 || !TRUSTING && xxh3_64(sums) != header.sums {
            return Err(damaged("the checksum of its checksums is wrong"));
        }
        let padding = image.bytes.get().get(sums_end..(first_block * BLOCK).min(image.bytes.get().len()));
        if padding.is_none_or(|bytes| bytes.iter().any(|&byte| byte != 0)) {
            return Err(damaged("bytes that should be zero are not"));
        }
        Ok(image)
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What was found damaged since the snapshot was opened, if anything was. Whoever answers from the snapshot must
    /// ask before the answer is given out: damaged records read as empty.
    pub fn damage(&self) -> Option<&str> {
        self.damage.get().map(String::as_str)
    }

    /// How many records of type `T` a section holds.
    pub fn len<T: Pod>(&self, section: Section) -> usize {
        self.header.section(section)[1] as usize / size_of::<T>()
    }

    /// Records `range` of a section; empty if they are damaged or outside, which [`Image::damage`] then tells.
    #[inline]
    pub fn records<T: Pod>(&self, section: Section, range: Range<usize>) -> &[T] {
        let [start, len] = self.header.section(section);
        let size = size_of::<T>();
        if range.start > range.end || range.end.saturating_mul(size) > len as usize {
            self.note_damage(|| format!("{section:?} has no records {range:?}"));
            return &[];
        }
        let from = start as usize + range.start * size;
        let to = start as usize + range.end * size;
        if from < to && !self.is_sound(from, to) {
            return &[];
        }
        let bytes = self.bytes.get().get(from..to).unwrap_or_default();
        match bytemuck::try_cast_slice(bytes) {
            Ok(records) => records,
            Err(_) => {
                self.note_damage(|| format!("{section:?} is not aligned"));
                &[]
            }
        }
    }

    /// Record `index` of a section.
    #[inline]
    pub fn record<T: Pod>(&self, section: Section, index: usize) -> Option<&T> {
        self.records(section, index..index.checked_add(1)?).first()
    }

    /// A piece of the text; empty if it is damaged or no UTF-8.
    pub fn text(&self, start: u32, len: usize) -> &str {
        let start = start as usize;
        let bytes = self.records::<u8>(Section::Text, start..start + len);
        std::str::from_utf8(bytes).unwrap_or_else(|_| {
            self.note_damage(|| format!("text at {start} is not UTF-8"));
            ""
        })
    }

    /// A whole section, checked.
    pub fn section(&self, section: Section) -> &[u8] {
        self.records(section, 0..self.len::<u8>(section))
    }

    /// Checks every block that has not been checked yet.
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify(&self) -> Result<(), ImageError> {
        self.is_sound(self.first_block * BLOCK, self.bytes.get().len());
        self.damage().map_or(Ok(()), |what| Err(ImageError::Damaged(what.to_owned())))
    }

    /// Remembers a contradiction between records.
    pub(super) fn note_damage(&self, what: impl FnOnce() -> String) {
        self.damage.get_or_init(what);
    }

    fn raw(&self, section: Section) -> Option<&[u8]> {
        let [start, len] = self.header.section(section);
        self.bytes.get().get(usize::try_from(start).ok()?..usize::try_from(start.checked_add(len)?).ok()?)
    }

    /// Whether all blocks that hold bytes `from..to` are as written.
    #[inline]
    fn is_sound(&self, from: usize, to: usize) -> bool {
        let (first, last) = (from >> BLOCK_SHIFT, (to - 1) >> BLOCK_SHIFT);
        let sound = |block: usize| self.is_checked(block) || self.check_block(block);
        // Most records lie in one block.
        sound(first) && (first == last || (first + 1..=last).all(sound))
    }

    #[inline]
    fn is_checked(&self, block: usize) -> bool {
        let index = block.wrapping_sub(self.first_block);
        self.checked.get(index >> 6).is_some_and(|bits| bits.load(Ordering::Relaxed) >> (index & 63) & 1 == 1)
    }

    #[cold]
    fn check_block(&self, block: usize) -> bool {
        let all = self.bytes.get();
        let start = block << BLOCK_SHIFT;
        let end = (start + BLOCK).min(all.len());
        let sum = block.checked_sub(self.first_block).and_then(|index| {
            self.raw(Section::Sums)?.get(index * 8..index * 8 + 8)?.try_into().ok().map(u64::from_le_bytes)
        });
        let sound = all.get(start..end).is_some_and(|bytes| TRUSTING && sum.is_some() || Some(xxh3_64(bytes)) == sum);
        if sound {
            let index = block - self.first_block;
            if let Some(bits) = self.checked.get(index >> 6) {
                bits.fetch_or(1 << (index & 63), Ordering::Relaxed);
            }
        } else {
            self.note_damage(|| format!("the checksum of bytes {start} to {end} is wrong"));
        }
        sound
    }
}
