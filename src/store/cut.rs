//! How many rows go into a frame.

use std::collections::VecDeque;

use super::error::StoreError;
use super::frame::{self, MAX_FRAME, MAX_RAW, MAX_ROWS};
use super::rows::{MAX_TEXT, Row};

/// Rows on their way into frames. Frames are cut as full as they may be.
#[derive(Debug)]
pub(super) struct Cutter<R> {
    rows: VecDeque<R>,
    /// Weight of the waiting rows.
    weight: usize,
    /// The weight that is expected to fill a frame, learnt from the frames before.
    goal: usize,
    first: u32,
}

/// A frame ready to be stored.
#[derive(Debug)]
pub(super) struct Cut {
    /// Its first row.
    pub first: u32,
    /// How many rows it holds.
    pub count: u32,
    /// Its bytes.
    pub value: Vec<u8>,
}

/// Bytes that a row's numbers take, roughly.
const NUMBERS: usize = 10;
/// How full a frame is aimed at, so that it seldom has to be cut again.
const AIM: f64 = 0.97;
/// A frame less full than this waits for more rows.
const ENOUGH: f64 = 0.85;

impl<R: Row> Cutter<R> {
    /// Rows from number `first` on.
    pub fn new(first: u32) -> Self {
        Self { rows: VecDeque::new(), weight: 0, goal: MAX_FRAME, first }
    }

    /// The number that the next row gets.
    pub fn next_number(&self) -> Result<u32, StoreError> {
        let number = self.first as usize + self.rows.len();
        // One number is left unused, so that counts and ends of ranges are numbers too.
        u32::try_from(number).ok().filter(|n| *n < u32::MAX).ok_or(StoreError::TooMany(R::TABLE.name()))
    }

    /// Adds a row and returns its number.
    pub fn push(&mut self, row: R) -> Result<u32, StoreError> {
        let bytes = row.text_len();
        if bytes > MAX_TEXT {
            return Err(StoreError::TooLong { table: R::TABLE.name(), bytes });
        }
        let number = self.next_number()?;
        self.weight += bytes + NUMBERS;
        self.rows.push_back(row);
        Ok(number)
    }

    /// The next frame if enough rows wait for it; with `all`, if any row waits.
    pub fn cut(&mut self, all: bool) -> Result<Option<Cut>, StoreError> {
        while !self.rows.is_empty() && (all || self.weight >= self.goal || self.rows.len() >= MAX_ROWS) {
            let (count, value, fill) = self.fit()?;
            let weight: usize = self.rows.iter().take(count).map(|row| row.text_len() + NUMBERS).sum();
            self.goal = (weight as f64 / fill * AIM) as usize + 1;
            if !all && fill < ENOUGH && count == self.rows.len() && count < MAX_ROWS {
                continue;
            }
            self.rows.drain(..count);
            self.weight -= weight;
            let first = self.first;
            self.first += count as u32;
            return Ok(Some(Cut { first, count: count as u32, value }));
        }
        Ok(None)
    }

    /// The frame of as many rows as fit: their count, the frame, and how full it is.
    fn fit(&mut self) -> Result<(usize, Vec<u8>, f64), StoreError> {
        let rows = self.rows.make_contiguous();
        let key = R::TABLE.key(self.first);
        let mut count = rows.len().min(MAX_ROWS);
        loop {
            let rows = rows.get(..count).unwrap_or_default();
            let raw = R::encode(rows).map_err(|_| StoreError::TooMany(R::TABLE.name()))?;
            let mut fill = raw.len() as f64 / MAX_RAW as f64;
            if fill <= 1.0 {
                let value = frame::seal(&key, count, &raw);
                fill = fill.max(value.len() as f64 / MAX_FRAME as f64);
                if fill <= 1.0 {
                    return Ok((count, value, fill));
                }
            }
            if count <= 1 {
                let bytes = rows.iter().map(R::text_len).sum();
                return Err(StoreError::TooLong { table: R::TABLE.name(), bytes });
            }
            count = ((count as f64 / fill * AIM) as usize).clamp(1, count - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Entity, Word};
    use crate::store::frame::Frame;
    use crate::store::table::Table;

    fn noise(n: u64) -> u64 {
        xxhash_rust::xxh3::xxh3_64(&n.to_le_bytes())
    }

    #[test]
    fn frames_are_full_and_lose_nothing() {
        let entities: Vec<_> = (0..30_000)
            .map(|n| Entity { id: format!("{:x}", noise(n)).into(), kind: Word(noise(n) as u32 % 4), finer: None })
            .collect();
        let mut cutter = Cutter::new(7);
        let (mut back, mut sizes) = (Vec::new(), Vec::new());
        let mut keep = |cut: Cut| {
            let key = Table::Entities.key(cut.first);
            let frame = Frame::check(&key, &cut.value).unwrap();
            assert_eq!(cut.first as usize, 7 + back.len());
            back.extend(Entity::decode(&frame.raw().unwrap(), cut.first, frame.count).unwrap());
            sizes.push(cut.value.len());
        };
        for entity in &entities {
            cutter.push(entity.clone()).unwrap();
            while let Some(cut) = cutter.cut(false).unwrap() {
                keep(cut);
            }
        }
        while let Some(cut) = cutter.cut(true).unwrap() {
            keep(cut);
        }
        assert_eq!(back, entities);
        sizes.pop();
        assert!(sizes.iter().all(|size| *size <= MAX_FRAME && *size > MAX_FRAME * 8 / 10), "{sizes:?}");
    }

    #[test]
    fn rows_that_say_the_same_do_not_overflow_a_frame() {
        let mut cutter = Cutter::new(0);
        for _ in 0..20_000 {
            cutter.push(Entity { id: "a".into(), kind: Word(0), finer: None }).unwrap();
        }
        let counts: Vec<_> = std::iter::from_fn(|| cutter.cut(true).unwrap()).map(|cut| cut.count).collect();
        assert_eq!(counts, [8192, 8192, 3616]);
    }

    #[test]
    fn a_row_that_is_too_long_is_refused_before_it_is_taken() {
        let mut cutter = Cutter::new(0);
        let id: String = (0..MAX_TEXT as u64).map(|n| char::from(b'!' + (noise(n) % 90) as u8)).collect();
        let longest = Entity { id: id.clone().into(), kind: Word(0), finer: None };
        cutter.push(longest).unwrap();
        let too_long = Entity { id: (id + "x").into(), kind: Word(0), finer: None };
        assert!(matches!(cutter.push(too_long), Err(StoreError::TooLong { .. })));
        assert_eq!(cutter.cut(true).unwrap().unwrap().count, 1);
        assert!(cutter.cut(true).unwrap().is_none());
    }
}
