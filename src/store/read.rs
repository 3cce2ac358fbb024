//! Reading tables: frame by frame, checked against the manifest.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::StoreError;
use super::frame::Frame;
use super::manifest::TableState;
use super::pages::{Pages, Pair};
use super::rows::Row;
use super::table::Table;

/// A database's pages while they are read.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub directory: &'a Path,
    pub pages: &'a dyn Pages,
}

impl Source<'_> {
    /// Damage in the frame of `table` that starts with row `first`.
    fn damaged(&self, table: Table, first: u32, what: &str) -> StoreError {
        let name = table.name();
        StoreError::damaged(self.directory, format!("{what} (the frame of {name} from number {first} on)"))
    }
}

/// The frames of a table in order. They follow each other without a gap, up to the count of the manifest; where all of
/// them are read, their rolling hash is the manifest's. Anything else is damage.
pub(super) struct Frames<'a> {
    source: Source<'a>,
    table: Table,
    expected: TableState,
    pairs: Box<dyn Iterator<Item = Result<Pair, StoreError>> + 'a>,
    /// What has been read so far.
    seen: TableState,
    whole: bool,
    done: bool,
}

/// A frame's rows, not yet decoded.
pub(super) struct RawFrame {
    pub first: u32,
    pub pair: Pair,
}

impl<'a> Frames<'a> {
    /// The frames of `table` from the one that holds row `from` on, where the manifest says `expected` of the table.
    pub fn new(source: Source<'a>, table: Table, expected: TableState, from: u32) -> Result<Self, StoreError> {
        let start = match source.pages.at_most(&table.key(from))? {
            Some((key, _)) if from > 0 => {
                Table::of_key(&key).filter(|(of, _)| *of == table).map_or(0, |(_, first)| first)
            }
            _ => 0,
        };
        let seen = TableState { rows: start, ..TableState::default() };
        let pairs = source.pages.scan(&table.key(start), &table.end());
        Ok(Self { source, table, expected, pairs, seen, whole: start == 0, done: false })
    }

    /// The frames that follow `seen`, which have been written since.
    pub fn after(source: Source<'a>, table: Table, expected: TableState, seen: TableState) -> Self {
        let pairs = source.pages.scan(&table.key(seen.rows), &table.end());
        Self { source, table, expected, pairs, seen, whole: true, done: false }
    }

    fn step(&mut self) -> Result<Option<RawFrame>, StoreError> {
        let at = self.seen.rows;
        let damaged = |what| self.source.damaged(self.table, at, what);
        if at == self.expected.rows {
            let same = self.seen.frames == self.expected.frames && self.seen.hash == self.expected.hash;
            return if same || !self.whole {
                Ok(None)
            } else {
                Err(damaged("the frames are not those of the manifest"))
            };
        }
        let pair = self.pairs.next().ok_or_else(|| damaged("a frame is missing"))??;
        if pair.0 != self.table.key(at) {
            return Err(damaged("a frame is missing"));
        }
        let frame = Frame::check(&pair.0, &pair.1).map_err(damaged)?;
        let (count, checksum) = (frame.count, frame.checksum);
        self.seen.add(&pair.0, count as u32, checksum);
        if self.seen.rows > self.expected.rows {
            return Err(damaged("a frame holds more rows than the manifest counts"));
        }
        Ok(Some(RawFrame { first: at, pair }))
    }
}

impl Iterator for Frames<'_> {
    type Item = Result<RawFrame, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.step().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

impl RawFrame {
    /// The rows.
    pub fn decode<R: Row>(&self) -> Result<Vec<R>, &'static str> {
        let frame = Frame::check(&self.pair.0, &self.pair.1)?;
        R::decode(&frame.raw()?, self.first, frame.count)
    }
}

/// The rows of a table in order, with their numbers.
pub(super) struct Rows<'a, R> {
    frames: Frames<'a>,
    rows: std::iter::Zip<std::ops::RangeFrom<u32>, std::vec::IntoIter<R>>,
    from: u32,
    to: u32,
    failed: bool,
}

impl<'a, R: Row> Rows<'a, R> {
    /// The rows with numbers `from` to `to`, the latter not included.
    pub fn new(source: Source<'a>, expected: TableState, from: u32, to: u32) -> Result<Self, StoreError> {
        let frames = Frames::new(source, R::TABLE, expected, from)?;
        Ok(Self { frames, rows: (0..).zip(Vec::new()), from, to, failed: false })
    }

    fn refill(&mut self) -> Result<bool, StoreError> {
        let Some(frame) = self.frames.next().transpose()? else { return Ok(false) };
        let rows = frame.decode().map_err(|what| self.frames.source.damaged(R::TABLE, frame.first, what))?;
        self.rows = (frame.first..).zip(rows);
        Ok(true)
    }
}

impl<R: Row> Iterator for Rows<'_, R> {
    type Item = Result<(u32, R), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.failed {
                return None;
            }
            match self.rows.next() {
                Some((number, _)) if number < self.from => {}
                Some((number, row)) if number < self.to => return Some(Ok((number, row))),
                Some(_) => return None,
                None => match self.refill() {
                    Ok(true) => {}
                    Ok(false) => return None,
                    Err(error) => {
                        self.failed = true;
                        return Some(Err(error));
                    }
                },
            }
        }
    }
}

/// The frames read last, for reading single rows.
pub(super) struct Cache<R>(Mutex<Vec<(u32, Arc<Vec<R>>)>>);

/// How many frames a cache holds.
const CACHED: usize = 16;

impl<R> Default for Cache<R> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<R: Row> Cache<R> {
    /// Row `number`.
    pub fn get(&self, source: Source<'_>, expected: TableState, number: u32) -> Result<R, StoreError> {
        if number >= expected.rows {
            return Err(StoreError::Unknown { table: R::TABLE.name(), number, count: expected.rows });
        }
        let row_of = |first: u32, rows: &[R]| rows.get(number.checked_sub(first)? as usize).cloned();
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = cached.iter().position(|(first, rows)| row_of(*first, rows).is_some()) {
            let frame = cached.remove(at);
            let row = row_of(frame.0, &frame.1);
            cached.push(frame);
            return row.ok_or_else(|| source.damaged(R::TABLE, number, "a frame is missing"));
        }
        let frame = Frames::new(source, R::TABLE, expected, number)?.next().transpose()?;
        let frame = frame.ok_or_else(|| source.damaged(R::TABLE, number, "a frame is missing"))?;
        let rows: Vec<R> = frame.decode().map_err(|what| source.damaged(R::TABLE, frame.first, what))?;
        let row = row_of(frame.first, &rows).ok_or_else(|| source.damaged(R::TABLE, number, "a frame is missing"))?;
        if cached.len() >= CACHED {
            cached.remove(0);
        }
        cached.push((frame.first, Arc::new(rows)));
        Ok(row)
    }
}
