//! What the store is kept in: ordered keys and values, written in atomic batches. [`SledPages`] is sled, the only place
//! that knows it; tests put something else here to see what failures leave behind.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::directory;
use super::error::StoreError;

/// A key and its value.
pub(super) type Pair = (Vec<u8>, Vec<u8>);
/// A key and the value it shall have, or `None` to remove it.
pub(super) type Write = (Vec<u8>, Option<Vec<u8>>);

/// Ordered keys and values.
pub(super) trait Pages: Send + Sync {
    /// The value of `key`.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
    /// The pair with the greatest key that is at most `key`.
    fn at_most(&self, key: &[u8]) -> Result<Option<Pair>, StoreError>;
    /// All pairs with keys from `from` on and before `to`, in order.
    fn scan<'a>(&'a self, from: &[u8], to: &[u8]) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + 'a>;
    /// Writes all or nothing. What is written lasts after the next [`Pages::sync`].
    fn apply(&self, batch: Vec<Write>) -> Result<(), StoreError>;
    /// Makes everything written so far last.
    fn sync(&self) -> Result<(), StoreError>;
    /// Closes and opens again, so that what is read comes from the disk and opening again has a starting point.
    fn reopen(&mut self) -> Result<(), StoreError>;
}

/// Bytes of sled's cache. Frames are read once and in order; the cache only has to hold the paths to them.
const CACHE: u64 = 16 << 20;
/// How long to wait for sled's own lock, and how often to look.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(1);

/// sled.
pub(super) struct SledPages {
    /// The database that it belongs to.
    directory: PathBuf,
    db: Option<sled::Db>,
    /// Whether sled panicked: then it may not be touched any more.
    broken: AtomicBool,
}

impl SledPages {
    /// Opens the sled of the database in `directory`, or makes it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if sled does not open or panics, and any error of the operating system.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        let mut pages = Self { directory: directory.to_owned(), db: None, broken: AtomicBool::new(false) };
        pages.start()?;
        Ok(pages)
    }

    fn path(&self) -> PathBuf {
        self.directory.join(directory::SLED)
    }

    fn start(&mut self) -> Result<(), StoreError> {
        // Without its thread that flushes now and then: every commit flushes and syncs.
        let config = sled::Config::new()
            .path(self.path())
            .mode(sled::Mode::HighThroughput)
            .cache_capacity(CACHE)
            .flush_every_ms(None);
        let begin = Instant::now();
        let db = loop {
            match self.guarded(|| config.open()) {
                // A thread of a sled that this process closed just now may still hold its file: we hold our own lock.
                Err(StoreError::Busy { .. }) if begin.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
                opened => break opened?,
            }
        };
        self.db = Some(db);
        directory::sync_tree(&self.path())?;
        directory::sync_directory(&self.directory)
    }

    fn stop(&mut self) -> Result<(), StoreError> {
        let Some(db) = self.db.take() else { return Ok(()) };
        if self.broken.load(Ordering::Relaxed) {
            // Its destructor could wait for what the panic left undone.
            std::mem::forget(db);
            return Ok(());
        }
        self.guarded(|| {
            drop(db);
            Ok(())
        })
    }

    fn db(&self) -> Result<&sled::Db, StoreError> {
        match &self.db {
            Some(db) if !self.broken.load(Ordering::Relaxed) => Ok(db),
            _ => Err(StoreError::Failed(self.directory.clone())),
        }
    }

    /// Runs `work`, which may panic: sled does so on damage.
    fn guarded<T>(&self, work: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
        quiet_panics();
        let outer = QUIET.replace(true);
        let result = panic::catch_unwind(AssertUnwindSafe(work));
        QUIET.set(outer);
        match result {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(self.error(error)),
            Err(panic) => {
                self.broken.store(true, Ordering::Relaxed);
                Err(StoreError::damaged(&self.directory, format!("sled failed on it ({})", message(&*panic))))
            }
        }
    }

    fn error(&self, error: sled::Error) -> StoreError {
        use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match error {
            sled::Error::Io(error) if !matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof) => {
                match StoreError::io(&self.path(), error) {
                    // sled 0.34 reports a lock that another process holds in these words and without a kind.
                    StoreError::Io { source, .. } if source.to_string().starts_with("could not acquire lock") => {
                        StoreError::Busy { directory: self.directory.clone(), pid: None }
                    }
                    other => other,
                }
            }
            sled::Error::Corruption { .. } => {
                StoreError::damaged(&self.directory, "sled does not read it (a checksum in its files is wrong)")
            }
            other => {
                let what = format!("sled does not read it ({})", one_line(&other.to_string()));
                StoreError::damaged(&self.directory, what)
            }
        }
    }
}

impl Pages for SledPages {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let db = self.db()?;
        Ok(self.guarded(|| db.get(key))?.map(|value| value.to_vec()))
    }

    fn at_most(&self, key: &[u8]) -> Result<Option<Pair>, StoreError> {
        let db = self.db()?;
        let pair = self.guarded(|| db.range(..=key).next_back().transpose())?;
        Ok(pair.map(|(key, value)| (key.to_vec(), value.to_vec())))
    }

    fn scan<'a>(&'a self, from: &[u8], to: &[u8]) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + 'a> {
        let mut range = match self.db() {
            Ok(db) => db.range(from.to_vec()..to.to_vec()),
            Err(error) => return Box::new(std::iter::once(Err(error))),
        };
        let mut done = false;
        Box::new(std::iter::from_fn(move || {
            if done {
                return None;
            }
            let next = self.guarded(|| range.next().transpose()).transpose();
            done = !matches!(next, Some(Ok(_)));
            Some(next?.map(|(key, value)| (key.to_vec(), value.to_vec())))
        }))
    }

    fn apply(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let db = self.db()?;
        let mut batch = sled::Batch::default();
        for (key, value) in writes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.guarded(|| db.apply_batch(batch))
    }

    fn sync(&self) -> Result<(), StoreError> {
        let db = self.db()?;
        self.guarded(|| db.flush())?;
        // sled's flush starts the writing of the data and does not wait for the file's length to be on disk.
        directory::sync_file(&self.path().join("db"))
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        self.stop()?;
        self.start()
    }
}

impl Drop for SledPages {
    fn drop(&mut self) {
        // Whatever was acknowledged has been synced.
        let _ = self.stop();
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Keeps the reports of caught panics off the terminal: those under [`SledPages::guarded`] and those in sled's own
/// threads. All others are reported as before.
fn quiet_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let sled_thread = std::thread::current().name().is_some_and(|name| name.starts_with("sled-io-"));
            if !sled_thread && !QUIET.get() {
                report(info);
            }
        }));
    });
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    one_line(text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message"))
}

/// The beginning of a text that may be long and have many lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}
