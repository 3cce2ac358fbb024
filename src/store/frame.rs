//! Frames: the values of the store. A header, a checksum, and the rows as one compressed block.

use std::borrow::Cow;

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// A frame's bytes at most. Longer values would become sled's blob files, which it never syncs.
pub(super) const MAX_FRAME: usize = 7 * 1024;
/// Bytes of the rows before compression at most; a frame that claims more is not read.
pub(super) const MAX_RAW: usize = 65_535;
/// Rows of a frame at most.
pub(super) const MAX_ROWS: usize = 8_192;
/// Count (2), raw length (2), checksum (8).
const HEADER: usize = 12;

/// A frame whose checksum and lengths are right.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    /// Number of rows, 1 to [`MAX_ROWS`].
    pub count: usize,
    /// The checksum, which the manifest's rolling hash covers.
    pub checksum: u64,
    raw_len: usize,
    payload: &'a [u8],
}

/// The frame of `count` rows encoded as `raw`. The caller has kept to [`MAX_RAW`] and [`MAX_ROWS`]; whether the result
/// is within [`MAX_FRAME`] is for the caller to see.
pub(super) fn seal(key: &[u8], count: usize, raw: &[u8]) -> Vec<u8> {
    let compressed = lz4_flex::block::compress(raw);
    let payload = if compressed.len() < raw.len() { &compressed } else { raw };
    let lengths = [(count as u16).to_le_bytes(), (raw.len() as u16).to_le_bytes()].concat();
    let mut frame = Vec::with_capacity(HEADER + payload.len());
    frame.extend_from_slice(&lengths);
    frame.extend_from_slice(&checksum(key, &lengths, payload).to_le_bytes());
    frame.extend_from_slice(payload);
    frame
}

impl<'a> Frame<'a> {
    /// Checks the frame stored under `key`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(key: &[u8], value: &'a [u8]) -> Result<Self, &'static str> {
        if value.len() > MAX_FRAME {
            return Err("the frame is too long");
        }
        let (lengths, rest) = value.split_first_chunk::<4>().ok_or("the frame is cut short")?;
        let (stored, payload) = rest.split_first_chunk::<8>().ok_or("the frame is cut short")?;
        let stored = u64::from_le_bytes(*stored);
        // A fuzzer must get past the checksum to what is behind.
        if !cfg!(fuzzing) && checksum(key, lengths, payload) != stored {
            return Err("the checksum of the frame is wrong");
        }
        let [a, b, c, d] = *lengths;
        let count = usize::from(u16::from_le_bytes([a, b]));
        let raw_len = usize::from(u16::from_le_bytes([c, d]));
        if count == 0 || count > MAX_ROWS || payload.len() > raw_len {
            return Err("the header of the frame is wrong");
        }
        Ok(Self { count, checksum: stored, raw_len, payload })
    }

    /// The encoded rows.
    ///
    /// # Errors
    /// What is wrong with the frame.
    pub fn raw(&self) -> Result<Cow<'a, [u8]>, &'static str> {
        if self.payload.len() == self.raw_len {
            return Ok(Cow::Borrowed(self.payload));
        }
        let mut raw = vec![0; self.raw_len];
        match lz4_flex::block::decompress_into(self.payload, &mut raw) {
            Ok(len) if len == self.raw_len => Ok(Cow::Owned(raw)),
            _ => Err("the frame cannot be decompressed"),
        }
    }
}

fn checksum(key: &[u8], lengths: &[u8], payload: &[u8]) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(key);
    hash.update(lengths);
    hash.update(payload);
    hash.digest()
}

/// The rolling hash of a table after one more frame.
pub(super) fn roll(hash: u64, key: &[u8], checksum: u64) -> u64 {
    xxh3_64(&[&hash.to_le_bytes()[..], key, &checksum.to_le_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let raw: Vec<u8> = (0..2000u32).flat_map(|n| [(n * 7 % 13) as u8, (n / 100) as u8]).collect();
        seal(b"c\0\0\0\0", 40, &raw)
    }

    #[test]
    fn what_is_sealed_is_read() {
        for raw in [vec![], vec![1], vec![0; MAX_RAW], (0..=255).collect::<Vec<u8>>()] {
            let value = seal(b"c\0\0\0\x01", 3, &raw);
            let frame = Frame::check(b"c\0\0\0\x01", &value).unwrap();
            assert_eq!((frame.count, &*frame.raw().unwrap()), (3, &*raw));
        }
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let good = sample();
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Frame::check(b"c\0\0\0\0", &bad).is_err(), "bit {bit}");
        }
        assert!(Frame::check(b"c\0\0\0\x01", &good).is_err(), "a frame under another key");
        for len in 0..good.len() {
            assert!(Frame::check(b"c\0\0\0\0", &good[..len]).is_err(), "cut to {len}");
        }
    }

    #[test]
    fn forged_lengths_with_right_checksums_are_refused() {
        let key = b"c\0\0\0\0";
        for (count, raw_len, payload) in [(0u16, 5u16, 3usize), (9000, 5, 3), (1, 2, 9), (1, u16::MAX, 9)] {
            let lengths = [count.to_le_bytes(), raw_len.to_le_bytes()].concat();
            let payload = vec![0xff; payload];
            let mut value = lengths.clone();
            value.extend(checksum(key, &lengths, &payload).to_le_bytes());
            value.extend(payload);
            assert!(Frame::check(key, &value).and_then(|frame| frame.raw().map(|_| ())).is_err());
        }
    }
}
