//! The rows of one file: read in a stream, decoded, limited in size, and found again for messages.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use ::csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::clean::{decode_latin1, decode_windows1252};
use super::mapping::Encoding;
use crate::model::Diagnostic;

/// The most bytes of one record: far more than any list holds, far less than a machine.
pub const MAX_RECORD: u64 = 1 << 20;
/// Bytes read at a time.
const BUFFER: usize = 1 << 16;
/// Bytes of a record that a message looks at.
const EXCERPT: u64 = 1 << 16;

/// The rows of a file.
pub struct Rows {
    path: PathBuf,
    reader: Reader<Guard>,
    encoding: Encoding,
    delimiter: u8,
    width: Option<usize>,
    bytes: ByteRecord,
    decoded: String,
    record: StringRecord,
    number: u64,
}

/// What is wrong with a row.
#[derive(Debug)]
pub struct Fault {
    /// The message.
    pub diagnostic: Box<Diagnostic>,
    /// Whether reading on would only repeat it.
    pub last: bool,
}

/// A file that stops delivering in the midst of an endless record.
struct Guard {
    file: File,
    delivered: u64,
    allowed: u64,
}

impl Read for Guard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.delivered > self.allowed {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let count = self.file.read(buffer)?;
        self.delivered += count as u64;
        Ok(count)
    }
}

impl Rows {
    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be opened, or it is empty.
    pub fn open(path: &Path, delimiter: u8, encoding: Encoding) -> Result<Self, Diagnostic> {
        let plain = |message: String| Diagnostic::new("", 0..0, message).in_file(path.display().to_string());
        let open = || {
            let file = File::open(path)?;
            let length = file.metadata()?.len();
            Ok::<_, io::Error>((file, length))
        };
        let (file, length) = open().map_err(|error| plain(format!("the file cannot be read: {error}")))?;
        if length == 0 {
            return Err(plain("the file is empty".into()));
        }
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(BUFFER)
            .from_reader(Guard { file, delivered: 0, allowed: 0 });
        Ok(Self {
            path: path.to_owned(),
            reader,
            encoding,
            delimiter,
            width: None,
            bytes: ByteRecord::new(),
            decoded: String::new(),
            record: StringRecord::new(),
            number: 0,
        })
    }

    /// Takes the first record as the header.
    ///
    /// # Errors
    /// It cannot be read, or there is none.
    pub fn header(&mut self) -> Result<Vec<String>, Fault> {
        if !self.next()? {
            return Err(Fault {
                diagnostic: Box::new(self.diagnostic(None, "the file has no header line")),
                last: true,
            });
        }
        self.number = 0;
        Ok(self.record.iter().map(|name| name.trim().to_owned()).collect())
    }

    /// Says how many fields each row has.
    pub fn expect_width(&mut self, width: usize) {
        self.width = Some(width);
    }

    /// Reads the next row. Returns whether there is one.
    ///
    /// # Errors
    /// The row is too long, not of the file's encoding or has another number of fields than the header.
    #[expect(clippy::should_implement_trait, reason = "it is no iterator: the row is lent")]
    pub fn next(&mut self) -> Result<bool, Fault> {
        let start = (self.reader.position().byte(), self.reader.position().line());
        self.reader.get_mut().allowed = start.0 + MAX_RECORD + BUFFER as u64;
        self.number += 1;
        let read = match self.encoding {
            Encoding::Utf8 => self.reader.read_record(&mut self.record),
            Encoding::Latin1 => self.read_decoded(decode_latin1),
            Encoding::Windows1252 => self.read_decoded(decode_windows1252),
        };
        match read {
            Ok(false) => Ok(false),
            Ok(true) => self.check().map(|()| true),
            Err(error) => Err(self.fault(start, error)),
        }
    }

    fn read_decoded(&mut self, decode: fn(&[u8], &mut String)) -> ::csv::Result<bool> {
        let more = self.reader.read_byte_record(&mut self.bytes)?;
        self.record.clear();
        self.record.set_position(self.bytes.position().cloned());
        for bytes in &self.bytes {
            self.decoded.clear();
            decode(bytes, &mut self.decoded);
            self.record.push_field(&self.decoded);
        }
        Ok(more)
    }

    fn check(&self) -> Result<(), Fault> {
        if self.record.as_slice().len() as u64 > MAX_RECORD {
            return Err(Fault { diagnostic: Box::new(self.too_long(self.record_start())), last: true });
        }
        match self.width {
            Some(width) if width != self.record.len() => {
                let found = self.record.len();
                let fields = if found == 1 { "field" } else { "fields" };
                let field = found.min(width).checked_sub(1);
                let diagnostic = self
                    .diagnostic(field, format!("the row has {found} {fields}, the header has {width}"))
                    .help("a value that holds the delimiter or a line break must stand in double quotes");
                Err(Fault { diagnostic: Box::new(diagnostic), last: false })
            }
            _ => Ok(()),
        }
    }

    fn fault(&self, start: (u64, u64), error: ::csv::Error) -> Fault {
        let diagnostic = match error.kind() {
            ErrorKind::Utf8 { pos, err } => {
                let (byte, line) = pos.as_ref().map_or(start, |pos| (pos.byte(), pos.line()));
                self.locate(byte, line, Some(err.field()), format!("row {} is not UTF-8", self.number)).help(
                    "if the file is Latin-1 or Windows-1252, say `encoding = \"latin-1\"` or \"windows-1252\" in its \
                     [[table]]",
                )
            }
            ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => self.too_long(start),
            _ => self.locate(start.0, start.1, None, format!("the file cannot be read: {error}")),
        };
        Fault { diagnostic: Box::new(diagnostic), last: true }
    }

    fn too_long(&self, (byte, line): (u64, u64)) -> Diagnostic {
        self.locate(byte, line, None, format!("row {} is longer than {} KB", self.number, MAX_RECORD >> 10))
            .help("a double quote that is never closed makes one row of the rest of the file")
    }

    /// The current row's fields.
    pub fn record(&self) -> &StringRecord {
        &self.record
    }

    /// The current row's number, from 1.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.reader.get_ref().delivered
    }

    /// A message about a field of the current row, or about the row.
    pub fn diagnostic(&self, field: Option<usize>, message: impl Into<String>) -> Diagnostic {
        let (byte, line) = self.record_start();
        self.locate(byte, line, field, message)
    }

    fn record_start(&self) -> (u64, u64) {
        self.record.position().map_or((0, 1), |place| (place.byte(), place.line()))
    }

    fn locate(&self, byte: u64, line: u64, field: Option<usize>, message: impl Into<String>) -> Diagnostic {
        // The file is read again: keeping the bytes of every row for the few that are wrong would cost more.
        let mut bytes = Vec::new();
        let text = match File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(byte))?;
            file.take(EXCERPT).read_to_end(&mut bytes)
        }) {
            Err(_) => String::new(),
            Ok(_) if self.encoding == Encoding::Utf8 => String::from_utf8_lossy(&bytes).into_owned(),
            Ok(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
        };
        let text = text.trim_start_matches('\u{feff}');
        // A record's position may still be before the line break of the one before it.
        let record = text.trim_start_matches(['\r', '\n']);
        let skipped = text.len() - record.len();
        let breaks = text.bytes().take(skipped).filter(|&byte| byte == b'\n').count();
        let span = field.map_or(0..0, |field| field_span(record, self.delimiter, field));
        let mut diagnostic = Diagnostic::new(record, span, message).in_file(self.path.display().to_string());
        diagnostic.line += usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1) + breaks;
        diagnostic
    }
}

/// Where the field of that number stands in a record, quotes included.
fn field_span(record: &str, delimiter: u8, field: usize) -> Range<usize> {
    let (mut number, mut start, mut quoted) = (0, 0, false);
    for (at, byte) in record.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => return start..at,
            _ if byte == delimiter && !quoted => {
                if number == field {
                    return start..at;
                }
                number += 1;
                start = at + 1;
            }
            _ => {}
        }
    }
    start..record.len()
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_past_quotes() {
        let record = "a,\"b, \"\"c\"\"\nd\",e\r\nnext,line\r\n";
        for (field, expected) in [(0, "a"), (1, "\"b, \"\"c\"\"\nd\""), (2, "e"), (7, "e")] {
            assert_eq!(&record[field_span(record, b',', field)], expected);
        }
    }

    #[test]
    fn a_row_is_found_again_for_a_message() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, "\u{feff}id,name\r\n1,\"two\r\nlines\"\r\n\r\n3,three,four\r\n").unwrap();
        let mut rows = Rows::open(&path, b',', Encoding::Utf8).unwrap();
        assert_eq!(rows.header().unwrap(), ["id", "name"]);
        rows.expect_width(2);
        assert!(rows.next().unwrap());
        let found = rows.diagnostic(Some(1), "here");
        assert_eq!((found.line, found.column, found.excerpt.as_str()), (2, 3, "1,\"two"));
        let fault = rows.next().unwrap_err();
        assert_eq!((fault.diagnostic.line, fault.diagnostic.column), (5, 3));
        assert_eq!(rows.number(), 2);
    }
}
