//! Answers written out: tables for people, JSON, CSV and Markdown for other programs, DOT for pictures.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod csv;
mod dot;
pub mod ftm;
mod json;
mod markdown;
mod table;
mod text;

#[cfg(test)]
mod sample;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::str::FromStr;

use crate::graph::Answer;

pub use self::csv::guarded;
pub use text::{Phrases, safe};

/// In which form an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Format {
    /// Aligned columns under a ruled header.
    #[default]
    Table,
    /// Aligned columns in drawn boxes.
    Box,
    /// One JSON object: columns, rows, nodes, edges.
    Json,
    /// One JSON object a row.
    Jsonl,
    /// Comma-separated values (RFC 4180), safe to open in a spreadsheet.
    Csv,
    /// A table of GitHub-flavoured Markdown.
    Markdown,
    /// A graph for Graphviz.
    Dot,
    /// JSON lines of FollowTheMoney: the entities and links of the answer, with all that is said of them.
    Ftm,
}

/// A text that names no [`Format`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no format; it is one of {list}", list = Format::WORDS.join(", "))]
pub struct UnknownFormat(String);

impl Format {
    /// All formats.
    pub const ALL: [Self; 8] =
        [Self::Table, Self::Box, Self::Json, Self::Jsonl, Self::Csv, Self::Markdown, Self::Dot, Self::Ftm];
    /// The words for [`Format::ALL`], in the same order.
    pub const WORDS: [&'static str; 8] = ["table", "box", "json", "jsonl", "csv", "markdown", "dot", "ftm"];

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::WORDS.get(self as usize).copied().unwrap_or_default()
    }

    /// Whether the written answer has room for its notes and for the budget that cut it. Where it has not, a face says
    /// them elsewhere.
    pub fn carries_notes(self) -> bool {
        !matches!(self, Self::Jsonl | Self::Csv | Self::Ftm)
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let word = text.to_ascii_lowercase();
        let word = if word == "md" { "markdown" } else { &word };
        Self::ALL.into_iter().find(|format| format.word() == word).ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How entities of a kind are drawn. The schema says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindLook {
    /// The kind.
    pub kind: String,
    /// A Graphviz shape.
    pub shape: String,
    /// The colour to fill it with, `#rrggbb`.
    pub colour: String,
}

/// What became of entities and links between two states, by their ids.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// Of entities.
    pub entities: BTreeMap<String, Mark>,
    /// Of links.
    pub links: BTreeMap<String, Mark>,
}

/// What became of an entity or a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// It is there only in the later state.
    Added,
    /// It is there only in the earlier state.
    Removed,
    /// It is there in both, and something of it is not the same.
    Changed,
}

/// What a writer may be told beside the answer.
#[derive(Clone, Debug, Default)]
pub struct Options<'a> {
    /// What was asked: the caption of a picture.
    pub title: Option<&'a str>,
    /// How kinds are drawn; entities of other kinds are grey boxes.
    pub looks: &'a [KindLook],
    /// The number of the statement, where several are answered into one output: a member of JSON objects.
    pub statement: Option<usize>,
    /// Times of the statement: the member `timing` of a JSON object.
    pub timing: Option<serde_json::Value>,
    /// Width of the terminal in columns: wider tables are wrapped inside their cells. `None` never wraps.
    pub width: Option<u16>,
    /// Whether links in a table go without their numbers, because those of an earlier answer stay valid.
    pub unnumbered: bool,
    /// What is known of the entities and links of the answer, for [`Format::Ftm`].
    pub entries: &'a [ftm::Entry],
    /// How a picture marks what was added, removed or changed.
    pub marks: Option<&'a Marks>,
    /// Whether a table may be styled with terminal colours.
    pub colour: bool,
}

/// Writes `answer` in `format`.
///
/// # Errors
/// `out` cannot be written to.
///
/// ```
/// use tieline::graph::{Answer, Cell};
/// use tieline::write::{Format, Options, write};
///
/// let answer = Answer { columns: vec!["count".into()], rows: vec![vec![Cell::Int(3)]], ..Answer::default() };
/// let mut out = Vec::new();
/// write(&answer, Format::Jsonl, &Options::default(), &mut out)?;
/// assert_eq!(out, b"{\"count\":3}\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write(answer: &Answer, format: Format, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        Format::Table => table::write(answer, table::Frame::Plain, options, out),
        Format::Box => table::write(answer, table::Frame::Boxed, options, out),
        Format::Json => json::write(answer, options, out),
        Format::Jsonl => json::write_lines(answer, options, out),
        Format::Csv => csv::write(answer, out),
        Format::Markdown => markdown::write(answer, out),
        Format::Dot => dot::write(answer, options, out),
        Format::Ftm => ftm::write(options.entries, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_named_by_its_word() {
        for format in Format::ALL {
            assert_eq!(format.word().parse(), Ok(format));
            assert_eq!(format.to_string().to_uppercase().parse(), Ok(format));
        }
        assert_eq!("md".parse(), Ok(Format::Markdown));
        let error = "yaml".parse::<Format>().unwrap_err().to_string();
        assert_eq!(error, "\"yaml\" is no format; it is one of table, box, json, jsonl, csv, markdown, dot, ftm");
    }
}
