//! Putting sections into a file: layout, checksums, and the write that readers never see half-done.

#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "sections and blocks are counted here")]

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use super::GraphError;
use super::layout::{ALIGN, BLOCK, HEADER_CHECK, HEADER_LEN, Header, MAGIC, SECTIONS, Section, VERSION};

/// The sections of a snapshot, complete in memory.
pub struct Sections {
    pub(super) links: u32,
    entities: u32,
    bytes: [Vec<u8>; SECTIONS],
}

impl Sections {
    pub(super) fn new(entities: u32) -> Self {
        Self { links: 0, entities, bytes: Default::default() }
    }

    pub(super) fn put(&mut self, section: Section, bytes: &[u8]) {
        self.bytes[section as usize] = bytes.to_vec();
    }

    pub(super) fn put_json(&mut self, section: Section, value: &impl Serialize) -> Result<(), GraphError> {
        self.bytes[section as usize] =
            serde_json::to_vec(value).map_err(|_| GraphError::Inconsistent("metadata that is no JSON"))?;
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
        let data = Section::Sums as usize + 1;
        let align = |at: usize, to: usize| at.div_ceil(to) * to;
        // The number of blocks decides the length of the sums, and that where the blocks start, but not how many.
        let mut length = 0;
        let mut sections = [[0u64; 2]; SECTIONS];
        for (section, bytes) in sections.iter_mut().zip(&self.bytes).skip(data) {
            length = align(length, ALIGN);
            *section = [length as u64, bytes.len() as u64];
            length += bytes.len();
        }
        let blocks = length.div_ceil(BLOCK);
        let first = align(HEADER_LEN + blocks * 8, BLOCK);
        for section in sections.iter_mut().skip(data) {
            section[0] += first as u64;
        }
        sections[Section::Sums as usize] = [HEADER_LEN as u64, blocks as u64 * 8];

        out.seek(SeekFrom::Start(first as u64))?;
        let mut sums = Vec::with_capacity(blocks * 8);
        let mut block = Vec::with_capacity(BLOCK);
        let mut at = first;
        for (section, bytes) in sections.iter().zip(&mut self.bytes).skip(data) {
            let bytes = std::mem::take(bytes);
            let padding = vec![0; section[0] as usize - at];
            at += padding.len() + bytes.len();
            for mut rest in [&padding[..], &bytes[..]] {
                while !rest.is_empty() {
                    let (now, later) = rest.split_at(rest.len().min(BLOCK - block.len()));
                    block.extend_from_slice(now);
                    rest = later;
                    if block.len() == BLOCK {
                        sums.extend(xxh3_64(&block).to_le_bytes());
                        out.write_all(&block)?;
                        block.clear();
                    }
                }
            }
        }
        if !block.is_empty() {
            sums.extend(xxh3_64(&block).to_le_bytes());
            out.write_all(&block)?;
        }

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
