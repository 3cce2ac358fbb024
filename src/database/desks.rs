//! The folder `proposals` of a database: what is proposed, and what has been decided about it.
//!
//! Of each document there are two files. `ID.jsonl` holds its text and the proposals; it is only ever replaced as a
//! whole. `ID.log` holds one decision a line; it only ever grows, and a decision is acknowledged after it was synced.
//! Both carry checksums. Nothing here is a claim: without this folder the database is whole.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::DatabaseError;
use super::claims::PATIENCE;
use crate::extract::review::Event;
use crate::extract::{Extraction, KeepText};
use crate::store::StoreError;

/// The folder inside the database.
const FOLDER: &str = "proposals";
/// What the first line of an `ID.jsonl` begins with.
const MAGIC: &str = "tieline proposals 1";
const LOCK: &str = "lock";

/// The folder of a database.
#[derive(Clone, Debug)]
pub(super) struct Desks(PathBuf);

/// Held by the one process that changes the folder.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "it is held, not read")] File);

/// What was read of a document's two files.
#[derive(Debug)]
pub(super) struct Kept {
    pub extraction: Extraction,
    pub keep: KeepText,
    pub events: Vec<Event>,
    /// Decisions that cannot be read.
    pub unreadable: usize,
}

impl Desks {
    /// The folder of the database in `directory`, which need not be there.
    pub fn of(directory: &Path) -> Self {
        Self(directory.join(FOLDER))
    }

    /// Takes the lock, waiting a moment for another process; the folder is made if it is not there.
    pub fn lock(&self) -> Result<Lock, DatabaseError> {
        fs::create_dir_all(&self.0).map_err(|error| self.io(LOCK, error))?;
        let started = Instant::now();
        let path = self.0.join(LOCK);
        loop {
            let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
            let mut file = opened.map_err(|error| self.io(LOCK, error))?;
            match file.try_lock() {
                Ok(()) => {
                    file.set_len(0)
                        .and_then(|()| writeln!(file, "{}", std::process::id()))
                        .map_err(|error| self.io(LOCK, error))?;
                    return Ok(Lock(file));
                }
                Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => sleep(Duration::from_millis(50)),
                Err(TryLockError::WouldBlock) => {
                    let mut text = String::new();
                    let holder = file.take(32).read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
                    return Err(StoreError::Busy { directory: self.0.clone(), pid: holder }.into());
                }
                Err(TryLockError::Error(error)) => return Err(self.io(LOCK, error)),
            }
        }
    }

    /// The ids of all documents, sorted.
    pub fn ids(&self) -> Result<Vec<String>, DatabaseError> {
        let mut ids = Vec::new();
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(ids),
            entries => entries.map_err(|error| self.io("", error))?,
        };
        for entry in entries {
            let name = entry.map_err(|error| self.io("", error))?.file_name();
            ids.extend(name.to_str().and_then(|name| name.strip_suffix(".jsonl")).map(|id| id.replace('+', ":")));
        }
        ids.sort();
        Ok(ids)
    }

    /// Reads a document's files; `None` if there are none.
    pub fn read(&self, id: &str) -> Result<Option<Kept>, DatabaseError> {
        let name = file_name(id, "jsonl");
        let bytes = match fs::read(self.0.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            bytes => bytes.map_err(|error| self.io(&name, error))?,
        };
        let (keep, extraction) = parse(&bytes).ok_or_else(|| self.damaged(&name))?;
        let (events, unreadable) = self.events(id)?;
        Ok(Some(Kept { extraction, keep, events, unreadable }))
    }

    /// Replaces a document's proposals: whatever happens, the old or the new ones are there as a whole.
    pub fn write(&self, extraction: &Extraction, keep: KeepText) -> Result<(), DatabaseError> {
        let name = file_name(&extraction.document.id, "jsonl");
        let (path, new) = (self.0.join(&name), self.0.join(format!("{name}.new")));
        let lines = extraction.to_lines();
        let written = File::create(&new).and_then(|mut file| {
            writeln!(file, "{MAGIC} {keep} {}", checksum(keep, &lines))?;
            file.write_all(lines.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &path)
        });
        written.and_then(|()| self.sync()).map_err(|error| self.io(&name, error))
    }

    /// Adds decisions. When this returns, they are on disk.
    pub fn append(&self, id: &str, events: &[Event]) -> Result<(), DatabaseError> {
        let name = file_name(id, "log");
        let mut lines = String::new();
        for event in events {
            // Words, texts and finite numbers always have a form in JSON.
            let json = serde_json::to_string(event).unwrap_or_default();
            lines.push_str(&format!("{:016x} {json}\n", xxh3_64(json.as_bytes())));
        }
        let is_new = !self.0.join(&name).exists();
        let appended = || {
            let mut file = File::options().read(true).append(true).create(true).open(self.0.join(&name))?;
            cut_torn_line(&mut file)?;
            file.write_all(lines.as_bytes())?;
            file.sync_all()?;
            if is_new { self.sync() } else { Ok(()) }
        };
        appended().map_err(|error| self.io(&name, error))
    }

    /// All decisions that can be read, and how many cannot. A last line without its end was never acknowledged.
    fn events(&self, id: &str) -> Result<(Vec<Event>, usize), DatabaseError> {
        let name = file_name(id, "log");
        let bytes = match fs::read(self.0.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
            bytes => bytes.map_err(|error| self.io(&name, error))?,
        };
        let (mut events, mut unreadable) = (Vec::new(), 0);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let Some(line) = line.strip_suffix(b"\n") else { continue };
            match event(line) {
                Some(event) => events.push(event),
                None if line.is_empty() => {}
                None => unreadable += 1,
            }
        }
        Ok((events, unreadable))
    }

    fn sync(&self) -> io::Result<()> {
        if cfg!(unix) { File::open(&self.0)?.sync_all() } else { Ok(()) }
    }

    fn io(&self, name: &str, source: io::Error) -> DatabaseError {
        DatabaseError::Io { path: self.0.join(name), source }
    }

    fn damaged(&self, name: &str) -> DatabaseError {
        DatabaseError::Desk { path: self.0.join(name) }
    }
}

/// The name of a document's file. Some systems do not allow a colon, and an id has no plus sign.
fn file_name(id: &str, ending: &str) -> String {
    format!("{}.{ending}", id.replace(':', "+"))
}

fn parse(bytes: &[u8]) -> Option<(KeepText, Extraction)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, lines) = text.split_once('\n')?;
    let (keep, sum) = head.strip_prefix(MAGIC)?.trim().split_once(' ')?;
    let keep = keep.parse().ok()?;
    if sum != checksum(keep, lines) {
        return None;
    }
    Some((keep, Extraction::from_lines(lines).ok()?))
}

fn checksum(keep: KeepText, lines: &str) -> String {
    format!("{:016x}", xxh3_64_with_seed(lines.as_bytes(), keep as u64))
}

fn event(line: &[u8]) -> Option<Event> {
    let (sum, json) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    (sum == format!("{:016x}", xxh3_64(json.as_bytes()))).then(|| serde_json::from_str(json).ok())?
}

/// Takes away what an interrupted process left of its last line: it was never acknowledged.
fn cut_torn_line(file: &mut File) -> io::Result<()> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    if whole < bytes.len() { file.set_len(whole as u64) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::DocumentMeta;
    use crate::extract::review::Verdict;

    fn rejected(proposal: &str) -> Event {
        Event::Decided { proposal: proposal.to_owned(), verdict: Verdict::Rejected, by: "me".to_owned(), at: 1 }
    }

    fn desks() -> (tempfile::TempDir, Desks) {
        let directory = tempfile::tempdir().unwrap();
        let desks = Desks::of(directory.path());
        drop(desks.lock().unwrap());
        (directory, desks)
    }

    #[test]
    fn what_was_written_is_read_and_every_flipped_bit_is_found() {
        let (_directory, desks) = desks();
        let document = DocumentMeta { id: "a:b".into(), title: "A".into(), ..DocumentMeta::default() };
        let extraction = Extraction::new(document, "Text.\n".into(), Vec::new(), vec!["note".into()]);
        desks.write(&extraction, KeepText::Sentences).unwrap();
        assert_eq!(desks.ids().unwrap(), ["a:b"]);
        let kept = desks.read("a:b").unwrap().unwrap();
        assert_eq!((kept.extraction, kept.keep), (extraction, KeepText::Sentences));
        assert!(desks.read("absent").unwrap().is_none());

        let path = desks.0.join("a+b.jsonl");
        let good = fs::read(&path).unwrap();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, bad).unwrap();
            let read = desks.read("a:b");
            assert!(matches!(read, Err(DatabaseError::Desk { .. })), "bit {bit}");
        }
    }

    #[test]
    fn a_decision_is_there_as_a_whole_or_not_at_all() {
        let (_directory, desks) = desks();
        desks.append("a", &[rejected("p-1")]).unwrap();
        desks.append("a", &[rejected("p-2"), rejected("p-3")]).unwrap();
        let all = [rejected("p-1"), rejected("p-2"), rejected("p-3")];
        assert_eq!(desks.events("a").unwrap(), (all.to_vec(), 0));
        let path = desks.0.join("a.log");
        let good = fs::read(&path).unwrap();
        let ends: Vec<usize> = good.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
        for len in 0..good.len() {
            fs::write(&path, &good[..len]).unwrap();
            let whole = ends.iter().filter(|end| **end < len).count();
            assert_eq!(desks.events("a").unwrap(), (all[..whole].to_vec(), 0), "{len}");
            desks.append("a", &[rejected("p-4")]).unwrap();
            let expected = [&all[..whole], &[rejected("p-4")]].concat();
            assert_eq!(desks.events("a").unwrap(), (expected, 0), "{len}");
        }
        let mut bad = good.clone();
        bad[ends[0] + 20] ^= 1;
        fs::write(&path, bad).unwrap();
        assert_eq!(desks.events("a").unwrap(), (vec![rejected("p-1"), rejected("p-3")], 1));
    }

    #[test]
    fn one_process_at_a_time() {
        let (_directory, desks) = desks();
        let held = desks.lock().unwrap();
        let error = desks.lock().unwrap_err().to_string();
        assert!(error.contains(&std::process::id().to_string()), "{error}");
        drop(held);
        desks.lock().unwrap();
    }
}
