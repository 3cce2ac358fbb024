//! TOML tables read key by key, so that everything that is wrong in a file is found in one go and has its place.
//!
//! `serde` would stop at the first error. A [`Document`] collects what is wrong; [`Fields`] is one of its tables.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::nearest;
use crate::model::Diagnostic;

/// A string of a file, and where it stands (quotes included).
pub(crate) type Text<'d> = Spanned<&'d str>;

/// A text file and what has been found wrong in it.
pub(crate) struct Document {
    name: Box<str>,
    text: String,
    readable: bool,
    problems: RefCell<Vec<Problem>>,
}

struct Problem {
    span: Range<usize>,
    message: String,
    help: Option<String>,
}

impl Document {
    pub fn new(name: impl Into<Box<str>>, text: String) -> Self {
        Self { name: name.into(), text, readable: true, problems: RefCell::default() }
    }

    /// The text of a file of at most `limit` bytes; what cannot be read is noted.
    pub fn read(path: &Path, limit: u64) -> Self {
        let name = path.display().to_string();
        let mut bytes = Vec::new();
        // The length is taken from what is read: a file may grow, or lie about its size.
        let read = File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
        if let Err(error) = read {
            return Self::unreadable(name, String::new(), format!("cannot be read: {error}"));
        }
        if bytes.len() as u64 > limit {
            return Self::unreadable(
                name,
                String::new(),
                format!("larger than {} MB, the most it may be", limit >> 20),
            );
        }
        match String::from_utf8(bytes) {
            Ok(text) => Self::new(name, text),
            Err(error) => {
                let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
                Self::unreadable(name, String::from_utf8_lossy(before).into_owned(), "not UTF-8 from here on")
            }
        }
    }

    /// A file that cannot be read, or only its beginning: `text`, after which the error is noted.
    pub fn unreadable(name: impl Into<Box<str>>, text: String, message: impl Into<String>) -> Self {
        let doc = Self { readable: false, ..Self::new(name, text) };
        doc.problem(doc.text.len()..doc.text.len(), message);
        doc
    }

    /// The file's name, as messages show it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's tables as far as they can be read. The second is `false` if some could not be, which has been noted.
    pub fn parse(&self) -> (Spanned<DeTable<'_>>, bool) {
        if !self.readable {
            return (Spanned::new(0..0, DeTable::new()), false);
        }
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        for error in &errors {
            let message = error.message().trim().replace('\n', "; ");
            self.problem(error.span().unwrap_or(self.text.len()..self.text.len()), message);
        }
        (table, errors.is_empty())
    }

    /// Notes that something is wrong at `span`.
    pub fn problem(&self, span: Range<usize>, message: impl Into<String>) {
        self.problem_with_help(span, message, None);
    }

    /// The same, with what may help.
    pub fn problem_with_help(&self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.problems.borrow_mut().push(Problem { span, message: message.into(), help });
    }

    /// Where the byte `at` of a string's value stands in the file: exactly if it is written without escapes, otherwise
    /// the whole string.
    pub fn inside(&self, text: &Text<'_>, at: usize) -> Range<usize> {
        let span = text.span();
        let value: &str = text.get_ref();
        for quotes in [3, 1] {
            let inner = span.start + quotes..span.end.saturating_sub(quotes);
            if self.text.get(inner.clone()) == Some(value) && at <= value.len() {
                return (inner.start + at).min(span.end)..inner.end.max(inner.start + at);
            }
        }
        span
    }

    /// Line of a place, from 1.
    pub fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.as_bytes().get(..span.start).unwrap_or(self.text.as_bytes());
        before.iter().filter(|&&byte| byte == b'\n').count() + 1
    }

    /// All that is wrong, in the order of the text.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.span.start);
        // What many claims take from one place is wrong once.
        problems.dedup_by(|a, b| a.span == b.span && a.message == b.message);
        // Lines and columns are counted on from problem to problem: from the top for each is quadratic in a broken file.
        let mut place = Place { text: &self.text, at: 0, line: 1, column: 1 };
        let mut found = Vec::with_capacity(problems.len());
        for Problem { span, message, help } in problems {
            place.advance(span.start);
            let (window, before) = place.window(span.end);
            let span = before..before + span.end.saturating_sub(place.at);
            let mut diagnostic = Diagnostic::new(window, span, message).in_file(self.name.clone());
            (diagnostic.line, diagnostic.column, diagnostic.help) = (place.line, place.column, help);
            found.push(diagnostic);
        }
        found
    }
}

/// A place in a text that moves on.
struct Place<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    column: usize,
}

impl<'t> Place<'t> {
    /// More bytes than a diagnostic shows of a line on either side.
    const WINDOW: usize = 1_000;

    /// Moves on to `to`, or to the end if that is before it.
    fn advance(&mut self, to: usize) {
        let to = floor(self.text, to);
        for c in self.text.get(self.at..to).unwrap_or_default().chars() {
            (self.line, self.column) = if c == '\n' { (self.line + 1, 1) } else { (self.line, self.column + 1) };
        }
        self.at = self.at.max(to);
    }

    /// The part of the line around this place as far as `end` and a bit more, and how much of it lies before this place.
    fn window(&self, end: usize) -> (&'t str, usize) {
        let from = floor(self.text, self.at.saturating_sub(Self::WINDOW));
        let before = self.text.get(from..self.at).unwrap_or_default();
        let before = before.rsplit('\n').next().unwrap_or_default();
        let to = floor(self.text, end.max(self.at).min(self.at + Self::WINDOW) + Self::WINDOW);
        let line = self.text.get(self.at - before.len()..to).unwrap_or_default();
        let after = line.get(before.len()..).unwrap_or_default();
        let length = before.len() + after.find('\n').unwrap_or(after.len());
        (line.get(..length).unwrap_or_default(), before.len())
    }
}

/// The last place where a character starts that is not after `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or_default()
}

/// A table of a document.
#[derive(Clone)]
pub(crate) struct Fields<'d> {
    doc: &'d Document,
    table: &'d DeTable<'d>,
    span: Range<usize>,
    /// What the table describes, for messages: "an entity".
    what: &'static str,
}

impl<'d> Fields<'d> {
    /// The table, in which only `allowed` keys may stand; others are noted with the nearest allowed one.
    pub fn new(
        doc: &'d Document,
        table: &'d DeTable<'d>,
        span: Range<usize>,
        what: &'static str,
        allowed: &[&str],
    ) -> Self {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !allowed.contains(&name) {
                let help = match nearest(name, allowed.iter().copied()) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("it may have {}", allowed.join(", ")),
                };
                doc.problem_with_help(key.span(), format!("{what} has no {name:?}"), Some(help));
            }
        }
        Self { doc, table, span, what }
    }

    /// Where the table starts.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The value of a key, whatever it is.
    pub fn value(&self, key: &str) -> Option<&'d Spanned<DeValue<'d>>> {
        self.table.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    /// A string.
    pub fn text(&self, key: &str) -> Option<Text<'d>> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(Spanned::new(value.span(), text)),
            other => self.wrong(key, "a string", value.span(), other),
        }
    }

    /// A string that must be there and not be empty.
    pub fn required(&self, key: &str) -> Option<Text<'d>> {
        if self.value(key).is_none() {
            self.doc.problem(self.span(), format!("{} needs {key:?}", self.what));
            return None;
        }
        let text = self.text(key)?;
        if text.get_ref().trim().is_empty() {
            self.doc.problem(text.span(), format!("{key:?} is empty"));
            return None;
        }
        Some(text)
    }

    /// A boolean; `false` if it is not there.
    pub fn flag(&self, key: &str) -> bool {
        let Some(value) = self.value(key) else { return false };
        match value.get_ref() {
            DeValue::Boolean(flag) => *flag,
            other => self.wrong(key, "true or false", value.span(), other).unwrap_or(false),
        }
    }

    /// A string or a list of strings.
    pub fn texts(&self, key: &str) -> Vec<Text<'d>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Array(list) => list
                .iter()
                .filter_map(|item| match item.get_ref() {
                    DeValue::String(text) => Some(Spanned::new(item.span(), &**text)),
                    other => self.wrong(key, "a list of strings", item.span(), other),
                })
                .collect(),
            _ => self.text(key).into_iter().collect(),
        }
    }

    /// A table.
    pub fn table(&self, key: &str, what: &'static str, allowed: &[&str]) -> Option<Fields<'d>> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Table(table) => Some(Fields::new(self.doc, table, value.span(), what, allowed)),
            other => self.wrong(key, "a table", value.span(), other),
        }
    }

    /// A list of tables.
    pub fn tables(&self, key: &str, what: &'static str, allowed: &[&str]) -> Vec<Fields<'d>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(list) = value.get_ref() else {
            self.wrong::<()>(key, "a list of tables", value.span(), value.get_ref());
            return Vec::new();
        };
        list.iter()
            .filter_map(|item| match item.get_ref() {
                DeValue::Table(table) => Some(Fields::new(self.doc, table, item.span(), what, allowed)),
                other => self.wrong(key, "a list of tables", item.span(), other),
            })
            .collect()
    }

    fn wrong<T>(&self, key: &str, wanted: &str, span: Range<usize>, found: &DeValue<'_>) -> Option<T> {
        self.doc.problem(span, format!("{key:?} is to be {wanted}, not {}", in_words(found)));
        None
    }
}

/// What sort of value it is.
pub(crate) fn in_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date without quotes",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_wrong_is_found_with_its_line() {
        let text = "titel = 'x'\n\n[[entity]]\nid = 3\n[[entity]]\n\n[extra]\n";
        let doc = Document::new("f.toml", text.to_owned());
        {
            let (table, whole) = doc.parse();
            assert!(whole);
            let root = Fields::new(&doc, table.get_ref(), 0..0, "a file", &["title", "entity"]);
            for entity in root.tables("entity", "an entity", &["id"]) {
                assert!(entity.required("id").is_none());
            }
        }
        let shown: Vec<String> = doc.into_diagnostics().iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "f.toml:1:1: a file has no \"titel\" (did you mean title?)",
                "f.toml:4:6: \"id\" is to be a string, not a number",
                "f.toml:5:1: an entity needs \"id\"",
                "f.toml:7:2: a file has no \"extra\" (it may have title, entity)",
            ]
        );
    }

    #[test]
    fn places_of_one_long_line_are_counted_in_characters() {
        let text = format!("é = 1\nlist = [{}]\nend = 1\n", "'é', ".repeat(2_000));
        let doc = Document::new("f.toml", text.clone());
        let spans: Vec<_> = text.match_indices("'é'").map(|(at, word)| at..at + word.len()).collect();
        for span in spans.iter().rev().step_by(7) {
            doc.problem(span.clone(), "no");
        }
        doc.problem(text.len() + 9..text.len() + 9, "the end");
        let mut found = doc.into_diagnostics();
        let end = found.pop().unwrap();
        assert_eq!((end.line, end.column), (4, 1));
        for (found, span) in found.iter().zip(spans.iter().rev().step_by(7).collect::<Vec<_>>().iter().rev()) {
            let slow = Diagnostic::new(&text, (*span).clone(), "no").in_file("f.toml");
            assert_eq!(*found, slow);
        }
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_a_crash() {
        for text in ["[".repeat(10_000), format!("a = {}", "[".repeat(10_000)), format!("a = {}", "{b=".repeat(10_000))]
        {
            let doc = Document::new("f.toml", text);
            assert!(!doc.parse().1);
            assert!(!doc.into_diagnostics().is_empty());
        }
    }

    #[test]
    fn a_place_inside_a_string_is_found() {
        let doc = Document::new("f.toml", "a = \"2021-13\"\nb = '''x'''\nc = \"\\u0041b\"".to_owned());
        let (table, _) = doc.parse();
        let root = Fields::new(&doc, table.get_ref(), 0..0, "a file", &["a", "b", "c"]);
        let at = |key, at| doc.inside(&root.text(key).unwrap(), at);
        assert_eq!(at("a", 5), 10..12);
        assert_eq!(at("b", 0), 21..22);
        assert_eq!(at("c", 1), root.text("c").unwrap().span());
    }
}
