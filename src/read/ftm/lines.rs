//! A file of JSON lines, line by line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::model::Diagnostic;

/// The longest line, in bytes: an entity with all that is known of it has a few hundred thousand at most.
const MAX_LINE: usize = 16 << 20;

/// The lines of a file that are not empty.
pub struct Lines<'b> {
    file: String,
    input: Box<dyn BufRead + 'b>,
    buffer: Vec<u8>,
    number: u32,
    bytes: u64,
}

impl<'b> Lines<'b> {
    /// The lines of some bytes; `file` is only named in messages.
    pub fn of(file: &str, bytes: &'b [u8]) -> Self {
        Self { file: file.to_owned(), input: Box::new(bytes), buffer: Vec::new(), number: 0, bytes: 0 }
    }

    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(path: &Path) -> Result<Self, Diagnostic> {
        let file = path.display().to_string();
        let cannot = |error| Diagnostic::new("", 0..0, format!("cannot be read: {error}")).in_file(file.as_str());
        let opened = File::open(path).map_err(cannot)?;
        if path.is_dir() {
            return Err(Diagnostic::new("", 0..0, "this is a folder; name the files in it").in_file(file));
        }
        let input = Box::new(BufReader::with_capacity(1 << 16, opened));
        Ok(Self { file, input, buffer: Vec::new(), number: 0, bytes: 0 })
    }

    /// The next line that is not empty.
    ///
    /// # Errors
    /// The file cannot be read on, the line is too long, or it is no UTF-8.
    pub fn next(&mut self) -> Result<Option<&str>, Diagnostic> {
        loop {
            self.buffer.clear();
            let read = (&mut self.input).take(MAX_LINE as u64 + 1).read_until(b'\n', &mut self.buffer);
            let read = read.map_err(|error| self.plain(self.number + 1, format!("cannot be read on: {error}")))?;
            if read == 0 {
                return Ok(None);
            }
            self.number = self.number.saturating_add(1);
            self.bytes += read as u64;
            if read > MAX_LINE {
                let message = format!("this line is longer than {} megabytes", MAX_LINE >> 20);
                return Err(self.plain(self.number, message).help("an entity stands on a line of its own"));
            }
            if self.number == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
                self.buffer.drain(..3);
            }
            if !self.buffer.iter().all(u8::is_ascii_whitespace) {
                break;
            }
        }
        match std::str::from_utf8(&self.buffer) {
            Ok(_) => {}
            Err(error) => {
                let at = error.valid_up_to();
                return Err(self.wrong(at..at + 1, "not UTF-8 from here on"));
            }
        }
        Ok(std::str::from_utf8(&self.buffer).ok())
    }

    /// A message about a place (bytes) in the line that was read last.
    pub fn wrong(&self, span: std::ops::Range<usize>, message: impl Into<String>) -> Diagnostic {
        let text = String::from_utf8_lossy(&self.buffer);
        let mut diagnostic = Diagnostic::new(text.trim_end_matches('\n'), span, message).in_file(self.file.as_str());
        diagnostic.line = self.number as usize;
        diagnostic
    }

    fn plain(&self, line: u32, message: String) -> Diagnostic {
        let mut diagnostic = Diagnostic::new("", 0..0, message).in_file(self.file.as_str());
        diagnostic.line = line as usize;
        diagnostic
    }

    /// The number of the line that was read last, from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// How many bytes have been read.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// A message about a line of a file, with the place of `near` in it if it is there.
pub fn about(path: &Path, line: u32, near: &str, message: String) -> Diagnostic {
    let found = Lines::open(path).and_then(|mut lines| {
        while lines.next()?.is_some() {
            if lines.number() == line {
                let text = std::str::from_utf8(&lines.buffer).unwrap_or_default();
                let quoted = format!("\"{near}\"");
                let span = text.find(&quoted).map_or(0..0, |at| at..at + quoted.len());
                return Ok(Some(lines.wrong(span, message.clone())));
            }
        }
        Ok(None)
    });
    found.ok().flatten().unwrap_or_else(|| {
        let mut diagnostic = Diagnostic::new("", 0..0, message).in_file(path.display().to_string());
        diagnostic.line = line as usize;
        diagnostic
    })
}
