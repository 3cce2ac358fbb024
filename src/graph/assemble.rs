//! Putting sections into a file: layout, checksums, and the write that readers never see half-done.

#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "sections and blocks are counted here")]

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::GraphError;
use super::layout::{ALIGN, BLOCK, HEADER_CHECK, HEADER_LEN, Header, MAGIC, SECTIONS, Section, VERSION};

/// The sections of a snapshot, in memory or in a file of their own until their places in the snapshot are known.
pub struct Sections {
    pub(super) links: u32,
    entities: u32,
    parts: [Part; SECTIONS],
    spill: Option<Spill>,
    /// The first error in writing the file, told when the snapshot is written.
    failed: Option<io::Error>,
}

/// A section: in memory, or as pieces of the file.
#[derive(Default)]
struct Part {
    len: usize,
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
}

/// Bytes of the file.
struct Piece {
    start: u64,
    len: usize,
}

/// The file of sections, removed at the end.
struct Spill {
    path: PathBuf,
    file: File,
    len: u64,
}

impl Drop for Spill {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Bytes that are copied at a time.
const COPY: usize = 1 << 18;

impl Sections {
    pub(super) fn new(entities: u32, spill: Option<&Path>) -> Self {
        let open = |path: &Path| {
            let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
            Ok(Spill { path: path.to_owned(), file, len: 0 })
        };
        let (spill, failed) = match spill.map(open).transpose() {
            Ok(spill) => (spill, None),
            Err(error) => (None, Some(error)),
        };
        Self { links: 0, entities, parts: Default::default(), spill, failed }
    }

    /// Adds to a section.
    pub(super) fn append(&mut self, section: Section, bytes: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        let part = &mut self.parts[section as usize];
        part.len += bytes.len();
        let Some(spill) = &mut self.spill else { return part.bytes.extend_from_slice(bytes) };
        self.failed = spill.file.write_all(bytes).err();
        part.pieces.push(Piece { start: spill.len, len: bytes.len() });
        spill.len += bytes.len() as u64;
    }

    /// Makes a section of one piece.
    pub(super) fn put(&mut self, section: Section, bytes: &[u8]) {
        self.append(section, bytes);
    }

    pub(super) fn put_json(&mut self, section: Section, value: &impl Serialize) -> Result<(), GraphError> {
        let json = serde_json::to_vec(value).map_err(|_| GraphError::Inconsistent("metadata that is no JSON"))?;
        self.append(section, &json);
        Ok(())
    }

    /// Writes the snapshot of `generation` to `path`: a temporary file beside it, synced, then renamed.
    ///
    /// # Errors
    /// The file cannot be written; nothing is left behind.
    pub fn write(self, path: &Path, store: [u8; 16], generation: u32) -> io::Result<()> {
        let temporary = path.with_extension("tmp");
        let written = File::create(&temporary).and_then(|file| {
            let mut out = BufWriter::with_capacity(1 << 18, file);
            self.write_to(&mut out, store, generation)?;
            out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
        });
        let renamed = written.and_then(|()| fs::rename(&temporary, path));
        if renamed.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        renamed
    }

    /// The bytes of the snapshot file.
    ///
    /// # Errors
    /// None in practice; the signature is that of writing.
    pub fn to_bytes(self, store: [u8; 16], generation: u32) -> io::Result<Vec<u8>> {
        let mut out = io::Cursor::new(Vec::new());
        self.write_to(&mut out, store, generation)?;
        Ok(out.into_inner())
    }

    fn write_to(mut self, out: &mut (impl Write + Seek), store: [u8; 16], generation: u32) -> io::Result<()> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let data = Section::Sums as usize + 1;
        let align = |at: usize, to: usize| at.div_ceil(to) * to;
        // The number of blocks decides the length of the sums, and that where the blocks start, but not how many.
        let mut length = 0;
        let mut sections = [[0u64; 2]; SECTIONS];
        for (section, part) in sections.iter_mut().zip(&self.parts).skip(data) {
            length = align(length, ALIGN);
            *section = [length as u64, part.len as u64];
            length += part.len;
        }
        let blocks = length.div_ceil(BLOCK);
        let first = align(HEADER_LEN + blocks * 8, BLOCK);
        for section in sections.iter_mut().skip(data) {
            section[0] += first as u64;
        }
        sections[Section::Sums as usize] = [HEADER_LEN as u64, blocks as u64 * 8];

        out.seek(SeekFrom::Start(first as u64))?;
        let mut blocks = Blocks { out, block: Vec::with_capacity(BLOCK), sums: Vec::with_capacity(blocks * 8) };
        let mut at = first;
        for (section, part) in sections.iter().zip(&mut self.parts).skip(data) {
            let part = std::mem::take(part);
            let padding = vec![0; section[0] as usize - at];
            at += padding.len() + part.len;
            blocks.write(&padding)?;
            blocks.write(&part.bytes)?;
            for piece in &part.pieces {
                if let Some(spill) = &mut self.spill {
                    spill.copy(piece, &mut blocks)?;
                }
            }
        }
        blocks.end()?;
        let Blocks { out, sums, .. } = blocks;

        let header = Header {
            magic: MAGIC,
            version: VERSION,
            generation,
            store,
            length: (first + length) as u64,
            entities: self.entities,
            links: self.links,
            sums: xxh3_64(&sums),
            sections,
        };
        let mut start = bytemuck::bytes_of(&header).to_vec();
        start.resize(HEADER_CHECK, 0);
        start.extend(xxh3_64(&start).to_le_bytes());
        out.seek(SeekFrom::Start(0))?;
        out.write_all(&start)?;
        out.write_all(&sums)?;
        out.flush()
    }
}

impl Spill {
    fn copy(&mut self, piece: &Piece, blocks: &mut Blocks<'_, impl Write>) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(piece.start))?;
        let mut buffer = vec![0; piece.len.min(COPY)];
        let mut left = piece.len;
        while left > 0 {
            let now = &mut buffer[..left.min(COPY)];
            self.file.read_exact(now)?;
            blocks.write(now)?;
            left -= now.len();
        }
        Ok(())
    }
}

/// Writes blocks and notes their checksums.
struct Blocks<'w, W> {
    out: &'w mut W,
    block: Vec<u8>,
    sums: Vec<u8>,
}

impl<W: Write> Blocks<'_, W> {
    fn write(&mut self, mut rest: &[u8]) -> io::Result<()> {
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            rest = later;
            if self.block.len() == BLOCK {
                self.end()?;
            }
        }
        Ok(())
    }

    /// Ends the block, however long it is.
    fn end(&mut self) -> io::Result<()> {
        if !self.block.is_empty() {
            self.sums.extend(xxh3_64(&self.block).to_le_bytes());
            self.out.write_all(&self.block)?;
            self.block.clear();
        }
        Ok(())
    }
}
