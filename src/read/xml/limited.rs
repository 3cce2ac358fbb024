//! An input that stops delivering in the midst of an endless record.

use std::io::{self, BufRead, Read};

/// An input with a limit that its reader moves on.
pub struct Limited<R> {
    input: R,
    consumed: u64,
    allowed: u64,
}

impl<R> Limited<R> {
    /// An input of which one megabyte may be read before the first record.
    pub fn new(input: R) -> Self {
        Self { input, consumed: 0, allowed: 1 << 20 }
    }

    /// Bytes read so far.
    pub fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Says how many bytes may be read altogether.
    pub fn allow(&mut self, bytes: u64) {
        self.allowed = bytes;
    }
}

impl<R: BufRead> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let count = available.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Limited<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.consumed > self.allowed {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.consumed += count as u64;
        self.input.consume(count);
    }
}
