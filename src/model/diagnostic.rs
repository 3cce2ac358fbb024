//! A message about a place in a text, as plain data; the faces draw it with a caret.

use std::fmt;
use std::ops::Range;

/// What is wrong, where, and what may help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The file, or what stands for it; `None` for a query.
    pub file: Option<Box<str>>,
    /// Line in the text, from 1.
    pub line: usize,
    /// Column in the line, in characters, from 1.
    pub column: usize,
    /// The line, or the part of a long line around the place.
    pub excerpt: String,
    /// The place in `excerpt`, in bytes.
    pub span: Range<usize>,
    /// What may help: the nearest name, the expected words.
    pub help: Option<String>,
}

/// The most characters of a line that an excerpt keeps on either side of the place.
const MARGIN: usize = 120;

impl Diagnostic {
    /// A message about `span` (bytes) of `text`. A span outside the text is moved to its end.
    #[allow(
        clippy::string_slice,
        clippy::indexing_slicing,
        reason = "every place is a boundary that was found in the text"
    )]
    pub fn new(text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let start = floor_boundary(text, span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let end = floor_boundary(text, span.end.clamp(start, line_end)).max(start);
        let from =
            text[line_start..start].char_indices().rev().nth(MARGIN).map_or(line_start, |(at, _)| line_start + at);
        let to = text[end..line_end].char_indices().nth(MARGIN).map_or(line_end, |(at, _)| end + at);
        let excerpt = text[from..to].trim_end_matches('\r');
        Self {
            message: message.into(),
            file: None,
            line: text[..line_start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            excerpt: excerpt.to_owned(),
            span: (start - from).min(excerpt.len())..(end - from).min(excerpt.len()),
            help: None,
        }
    }

    /// The same message, about a text of this file.
    pub fn in_file(mut self, file: impl Into<Box<str>>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// The same message with what may help.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}:")?;
        }
        write!(f, "{}:{}: {}", self.line, self.column, self.message)?;
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_in_its_line() {
        let text = "one\ntwö three\nfour";
        let at = text.find("three").unwrap();
        let found = Diagnostic::new(text, at..at + 5, "no").in_file("f.toml").help("yes");
        assert_eq!((found.line, found.column), (2, 5));
        assert_eq!(&found.excerpt[found.span.clone()], "three");
        assert_eq!(found.to_string(), "f.toml:2:5: no (yes)");
    }

    #[test]
    fn any_span_of_any_text_is_drawn() {
        let long = "é".repeat(1000);
        for (text, span) in
            [("", 0..0), ("", 5..9), ("a\n", 1..7), (long.as_str(), 3..999), ("é", 1..2), ("a\r\nb", 1..3)]
        {
            let found = Diagnostic::new(text, span, "no");
            assert!(found.excerpt.get(found.span.clone()).is_some());
            assert!(found.excerpt.len() <= 2000);
        }
    }
}
