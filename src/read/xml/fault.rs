//! What is wrong with an XML file, and where.

use std::io::{BufRead, BufReader, Read};

use crate::model::Diagnostic;

/// Something wrong at a byte of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, in bytes.
    pub at: u64,
    /// What is wrong.
    pub message: String,
    /// What may help.
    pub help: Option<String>,
}

/// The most bytes of a line that a message looks at on either side of the place.
const WINDOW: usize = 600;

impl Fault {
    /// Something wrong at `at`.
    pub fn new(at: u64, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), help: None }
    }

    /// The same with what may help.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The message about a fault: `input` is read again from its beginning to find the line, since keeping every line for
/// the few that are wrong would cost more.
pub fn locate(input: impl Read, fault: Fault) -> Diagnostic {
    let mut input = BufReader::new(input);
    let (mut line, mut column) = (1, 1);
    // The end of the text before the place, as far as it is of the same line.
    let mut before: Vec<u8> = Vec::new();
    let mut left = fault.at;
    while left > 0 {
        let Ok(bytes) = input.fill_buf() else { break };
        let count = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let Some(bytes) = bytes.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        for &byte in bytes {
            if byte == b'\n' {
                line += 1;
                column = 1;
                before.clear();
            } else {
                // Bytes that go on with a character are no column of their own.
                column += usize::from(byte & 0xc0 != 0x80);
                before.push(byte);
                if before.len() > 2 * WINDOW {
                    before.drain(..WINDOW);
                }
            }
        }
        input.consume(count);
        left -= count as u64;
    }
    let mut after = Vec::new();
    // What cannot be read is not shown.
    let _ = input.take(WINDOW as u64).read_to_end(&mut after);
    let after = after.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = String::from_utf8_lossy(&before);
    let text = text.trim_start_matches('\u{fffd}');
    let start = text.len();
    let whole = format!("{text}{}", String::from_utf8_lossy(after).trim_end_matches('\u{fffd}'));
    let mut diagnostic =
        Diagnostic::new(&whole, start..start + tag_length(whole.get(start..).unwrap_or_default()), fault.message);
    diagnostic.line = line;
    diagnostic.column = column;
    diagnostic.help = fault.help;
    diagnostic
}

/// How much of a text is the tag or the word at its beginning.
fn tag_length(text: &str) -> usize {
    let end = if text.starts_with('<') { text.find('>').map(|at| at + 1) } else { text.find(['<', ' ']) };
    end.unwrap_or(text.len())
}
