//! Copying a store into one flat file, and making a store from such a file.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use super::directory;
use super::error::StoreError;
use super::frame::{Frame, MAX_FRAME};
use super::manifest::{self, Manifest};
use super::open::Store;
use super::pages::{Pages, Pair};
use super::read::Frames;
use super::table::{Counts, KEY_LEN, Table};
use super::transaction::BATCH;

const MAGIC: &[u8; 16] = b"Tieline backup 2";
/// The backup of format 1, which knew no texts.
const MAGIC_1: &[u8; 16] = b"Tieline backup 1";

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    /// The number of the last commit in it.
    pub generation: u32,
    /// How much there is of everything.
    pub counts: Counts,
    /// Bytes of the file.
    pub bytes: u64,
}

impl fmt::Display for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { entities, sources, claims, .. } = self.counts;
        write!(
            f,
            "commit {}: {entities} entities, {sources} sources, {claims} claims, {} bytes",
            self.generation, self.bytes
        )
    }
}

impl Store {
    /// Copies everything that is committed into `file`. The file appears as a whole or not at all; one that is there
    /// already is replaced only if `replace` is set.
    ///
    /// # Errors
    /// The file is there already, damage of the database, or the disk refuses.
    pub fn backup(&self, file: &Path, replace: bool) -> Result<Backup, StoreError> {
        if !replace && file.exists() {
            return Err(StoreError::FileExists(file.to_owned()));
        }
        let mut partial = file.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let written = self.write_backup(&partial).and_then(|bytes| {
            fs::rename(&partial, file).map_err(|error| StoreError::io(file, error))?;
            Ok(bytes)
        });
        if written.is_err() {
            // The error that is reported is the one that led here.
            let _ = directory::remove_file(&partial);
        }
        let bytes = written?;
        directory::sync_parent(file)?;
        Ok(Backup { generation: self.manifest.generation, counts: self.counts(), bytes })
    }

    fn write_backup(&self, path: &Path) -> Result<u64, StoreError> {
        let io = |error| StoreError::io(path, error);
        let mut output = Output { file: BufWriter::new(File::create(path).map_err(io)?), hash: Xxh3::new(), len: 0 };
        output.write(MAGIC).map_err(io)?;
        output.write(&self.manifest.to_bytes()).map_err(io)?;
        for table in Table::ALL {
            for frame in Frames::new(self.source(), table, self.manifest.table(table), 0)? {
                let (key, value) = frame?.pair;
                output.write(&key).map_err(io)?;
                output.write(&(value.len() as u16).to_le_bytes()).map_err(io)?;
                output.write(&value).map_err(io)?;
            }
        }
        output.finish().map_err(io)
    }

    /// Makes a database in `directory`, which must be empty or not exist, from a backup.
    ///
    /// # Errors
    /// The backup is damaged or cut short (then nothing is made), there is something in the directory, or the disk
    /// refuses.
    pub fn restore(file: &Path, directory: &Path) -> Result<(Self, Backup), StoreError> {
        let mut check = Input::open(file)?;
        while check.next_frame()?.is_some() {}
        let (id, expected, bytes) = (check.manifest.store, check.manifest.clone(), check.len);
        let store = Self::build(directory, id, |pages, _| {
            let mut input = Input::open(file)?;
            fill(pages, &mut input)?;
            if input.manifest == expected {
                Ok(input.manifest)
            } else {
                Err(input.unusable("it changed while it was read"))
            }
        })?;
        let backup = Backup { generation: store.manifest.generation, counts: store.counts(), bytes };
        Ok((store, backup))
    }
}

/// Writes all frames of a backup, in batches.
fn fill(pages: &mut dyn Pages, input: &mut Input<'_>) -> Result<(), StoreError> {
    let (mut batch, mut len) = (Vec::new(), 0);
    while let Some((key, value)) = input.next_frame()? {
        len += value.len();
        batch.push((key, Some(value)));
        if len > BATCH {
            pages.apply(std::mem::take(&mut batch))?;
            len = 0;
        }
    }
    pages.apply(batch)
}

struct Output {
    file: BufWriter<File>,
    hash: Xxh3,
    len: u64,
}

impl Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.len += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Ends the file with its checksum and makes it last. Returns its length.
    fn finish(mut self) -> io::Result<u64> {
        let checksum = self.hash.digest128().to_le_bytes();
        self.write(&checksum)?;
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        Ok(self.len)
    }
}

/// A backup while it is read. Nothing of it counts before the end has been reached.
struct Input<'a> {
    path: &'a Path,
    file: BufReader<File>,
    hash: Xxh3,
    len: u64,
    manifest: Manifest,
    /// What has been read so far.
    seen: Manifest,
    /// The table that is being read, by its place among all.
    at: usize,
}

impl<'a> Input<'a> {
    fn open(path: &'a Path) -> Result<Self, StoreError> {
        let file = File::open(path).map_err(|error| StoreError::io(path, error))?;
        let empty = Manifest::new([0; 16]);
        let (manifest, seen) = (empty.clone(), empty);
        let mut input = Self { path, file: BufReader::new(file), hash: Xxh3::new(), len: 0, manifest, seen, at: 0 };
        let mut magic = [0; MAGIC.len()];
        input.read(&mut magic)?;
        let len = match &magic {
            MAGIC => manifest::LEN,
            MAGIC_1 => manifest::LEN_1,
            _ => return Err(input.unusable("it is not a Tieline backup of this version")),
        };
        let mut bytes = vec![0; len];
        input.read(&mut bytes)?;
        input.manifest = Manifest::from_bytes(&bytes).map_err(|what| input.unusable(what))?;
        Ok(input)
    }

    /// The next frame; `None` at the end of a file that is as it was written.
    fn next_frame(&mut self) -> Result<Option<Pair>, StoreError> {
        let Some(&table) = Table::ALL.get(self.at) else { return self.end().map(|()| None) };
        let (expected, seen) = (self.manifest.table(table), self.seen.table(table));
        if seen.rows == expected.rows {
            if seen != expected {
                return Err(self.unusable("its frames are not those of its manifest"));
            }
            self.at += 1;
            return self.next_frame();
        }
        let (mut key, mut len) = ([0; KEY_LEN], [0; 2]);
        self.read(&mut key)?;
        self.read(&mut len)?;
        let len = usize::from(u16::from_le_bytes(len));
        if key != table.key(seen.rows) || len > MAX_FRAME {
            return Err(self.unusable("its frames are not those of its manifest"));
        }
        let mut value = vec![0; len];
        self.read(&mut value)?;
        let (count, checksum) = match Frame::check(&key, &value) {
            Ok(frame) => (frame.count as u32, frame.checksum),
            Err(what) => return Err(self.unusable(what)),
        };
        self.seen.table_mut(table).add(&key, count, checksum);
        if self.seen.table(table).rows > expected.rows {
            return Err(self.unusable("its frames are not those of its manifest"));
        }
        Ok(Some((key.to_vec(), value)))
    }

    fn end(&mut self) -> Result<(), StoreError> {
        let expected = self.hash.digest128().to_le_bytes();
        let mut checksum = [0; 16];
        self.read(&mut checksum)?;
        if checksum != expected {
            return Err(self.unusable("its checksum is wrong"));
        }
        match self.file.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.unusable("something follows its end")),
            Err(error) => Err(StoreError::io(self.path, error)),
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<(), StoreError> {
        match self.file.read_exact(buffer) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(self.unusable("it is cut short")),
            Err(error) => return Err(StoreError::io(self.path, error)),
        }
        self.hash.update(buffer);
        self.len += buffer.len() as u64;
        Ok(())
    }

    fn unusable(&self, what: &str) -> StoreError {
        StoreError::Backup { file: self.path.to_owned(), what: what.to_owned() }
    }
}
