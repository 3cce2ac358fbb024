//! Documents: bytes to text, paragraphs and sentences.
//!
//! The text that is kept is the one that all offsets count in: of plain text and Markdown the text itself, of HTML and PDF
//! the main text that was taken out of it.

use std::path::Path;

use jiff::civil::Date;

use super::lexicon::{Lexicon, Tags};
use super::sentences::{Sentence, paragraphs, sentences};
use super::tokens::{Class, tokens_into};
use super::{DocumentMeta, html, markdown};
use crate::model::Period;

/// A document that was read.
#[derive(Clone, Debug)]
pub struct Document {
    /// What is known of it.
    pub meta: DocumentMeta,
    /// The text that is kept.
    pub text: String,
    /// What was read.
    pub form: Form,
    /// The same text with markup blanked out, of the same length; `None` where there is no markup.
    pub(super) plain: Option<String>,
    /// Its sentences, in order.
    pub sentences: Vec<Sentence>,
    /// For each sentence the part of the document that it stands in: what comes after a break is about something else.
    pub(super) sections: Vec<u32>,
    /// For each sentence whether it is no part of the text proper.
    pub(super) left_out: Vec<bool>,
    /// Whether it is in a language whose grammar is known: English.
    pub is_english: bool,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// What a document was before it was a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// HTML.
    Html,
    /// PDF.
    Pdf,
}

/// A file that is no document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The file is too large.
    #[error("the document is larger than {} MB, the most that is read at once; split it", MAX_BYTES >> 20)]
    TooLarge,
    /// The file is no text.
    #[error("this is no text: it has bytes that only programs write")]
    Binary,
    /// The file has no text.
    #[error("there is no text in the document")]
    Empty,
    /// The program was built without a reader for PDF.
    #[error(
        "this is a PDF, and this build reads none; take its text out with another program, or build with --features pdf"
    )]
    NoPdf,
    /// The PDF cannot be read.
    #[error("the PDF cannot be read: {0}")]
    Pdf(String),
}

/// The largest document, in bytes.
pub const MAX_BYTES: usize = 64 << 20;

impl Document {
    /// Reads a document. `path` is only looked at for its ending, and for an id where `meta` has none; what `meta` leaves
    /// open is taken from the document where it says so.
    ///
    /// # Errors
    /// The file is too large, is no text, or is in a form that this build does not read.
    pub fn read(bytes: &[u8], path: &Path, meta: DocumentMeta) -> Result<Self, DocumentError> {
        if bytes.len() > MAX_BYTES {
            return Err(DocumentError::TooLarge);
        }
        if bytes.starts_with(b"%PDF") {
            return Self::made(pdf(bytes)?, Form::Pdf, path, meta, Vec::new());
        }
        let mut notes = Vec::new();
        let text = decoded(bytes, &mut notes)?;
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let begins = text.get(..text.len().min(2000)).or_else(|| text.get(..0)).unwrap_or_default().to_lowercase();
        if matches!(ending.as_str(), "html" | "htm" | "xhtml")
            || begins.trim_start().starts_with("<!doctype html")
            || begins.trim_start().starts_with("<html")
        {
            let page = html::read(&text);
            let meta = DocumentMeta {
                title: or(meta.title, page.title),
                published: meta.published.or(page.published),
                language: meta.language.or(page.language),
                ..meta
            };
            return Self::made(page.text, Form::Html, path, meta, notes);
        }
        let form = if matches!(ending.as_str(), "md" | "markdown") { Form::Markdown } else { Form::Text };
        Self::made(text, form, path, meta, notes)
    }

    /// A document of plain text.
    ///
    /// # Errors
    /// There is no text.
    pub fn from_text(text: &str, meta: DocumentMeta) -> Result<Self, DocumentError> {
        Self::made(text.to_owned(), Form::Text, Path::new(""), meta, Vec::new())
    }

    fn made(
        text: String,
        form: Form,
        path: &Path,
        meta: DocumentMeta,
        notes: Vec<String>,
    ) -> Result<Self, DocumentError> {
        if text.trim().is_empty() {
            return Err(DocumentError::Empty);
        }
        let plain = (form == Form::Markdown).then(|| markdown::blanked(&text));
        let lexicon = Lexicon::builtin();
        let read = plain.as_deref().unwrap_or(&text);
        let mut found = Vec::new();
        let mut sections = Vec::new();
        let mut left_out = Vec::new();
        let mut section = 0;
        let mut body = false;
        for (number, (start, end)) in paragraphs(read).into_iter().enumerate() {
            let first = found.len();
            sentences(read, start, end, number as u32 + 1, lexicon, &mut found);
            let paragraph = read.get(start..end).unwrap_or_default();
            let out = paragraph.len() < 400 && lexicon.is_boilerplate(paragraph);
            // A short line of its own after the text has begun is the head of something else.
            let words = paragraph.split_whitespace().count();
            let heading =
                words <= 6 && found.get(first).is_some_and(|sentence| sentence.heading) && found.len() == first + 1;
            if body && (heading || out) {
                section += 1;
                body = false;
            }
            body |= words > 20;
            sections.resize(found.len(), section);
            left_out.resize(found.len(), out);
        }
        let is_english = is_english(read, lexicon);
        let mut document = Self { meta, text, form, plain, sentences: found, sections, left_out, is_english, notes };
        document.complete(path);
        Ok(document)
    }

    /// The text in which names and clauses are looked for.
    pub(super) fn plain(&self) -> &str {
        self.plain.as_deref().unwrap_or(&self.text)
    }

    /// Fills in what the document says of itself.
    fn complete(&mut self, path: &Path) {
        if self.meta.title.is_empty() {
            let first =
                self.sentences.first().map(|first| self.plain().get(first.start..first.end).unwrap_or_default());
            let title: String = first.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
            self.meta.title = title.chars().take(200).collect();
        }
        if self.meta.id.is_empty() {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            self.meta.id = super::proposal::slug(if stem.is_empty() { &self.meta.title } else { stem });
        }
        if self.meta.language.is_none() && self.is_english {
            self.meta.language = Some("en".to_owned());
        }
        if !self.is_english {
            self.notes.push(
                "the document does not seem to be in English: only names that the database knows are proposed"
                    .to_owned(),
            );
        }
        let out = self.left_out.iter().filter(|out| **out).count();
        if out > 0 {
            self.notes
                .push(format!("{out} of {} sentences are no part of the text and were left out", self.sentences.len()));
        }
    }

    /// The day of the document, if it is known to the day.
    pub(super) fn day(&self) -> Option<Date> {
        let period: Period = self.meta.published.as_deref()?.parse().ok()?;
        period.to_string().get(..10)?.parse().ok()
    }
}

fn or(text: String, other: Option<String>) -> String {
    if text.is_empty() { other.unwrap_or_default() } else { text }
}

/// Bytes to text.
fn decoded(bytes: &[u8], notes: &mut Vec<String>) -> Result<String, DocumentError> {
    if let [0xff, 0xfe, rest @ ..] | [0xfe, 0xff, rest @ ..] = bytes {
        let little = bytes.first() == Some(&0xff);
        let units = rest.chunks_exact(2).map(|pair| match *pair {
            [a, b] if little => u16::from_le_bytes([a, b]),
            [a, b] => u16::from_be_bytes([a, b]),
            _ => 0,
        });
        return Ok(char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let sample = bytes.get(..bytes.len().min(1 << 16)).unwrap_or_default();
    let control = sample.iter().filter(|byte| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)).count();
    if sample.contains(&0) || control * 20 > sample.len() {
        return Err(DocumentError::Binary);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let lost = text.matches('\u{fffd}').count();
            // What is not UTF-8 for the most part is in another encoding, or no text at all.
            if lost * 4 > text.chars().count() {
                return Err(DocumentError::Binary);
            }
            notes.push(format!("{lost} places are not UTF-8; they are shown as \u{fffd}"));
            Ok(text)
        }
    }
}

#[cfg(feature = "pdf")]
fn pdf(bytes: &[u8]) -> Result<String, DocumentError> {
    // The reader may panic on broken files; a broken file is an error here.
    let read = std::panic::catch_unwind(|| pdf_extract::extract_text_from_mem(bytes));
    match read {
        Ok(Ok(text)) => Ok(text),
        Ok(Err(error)) => Err(DocumentError::Pdf(error.to_string())),
        Err(_) => Err(DocumentError::Pdf("it is damaged".to_owned())),
    }
}

#[cfg(not(feature = "pdf"))]
fn pdf(_: &[u8]) -> Result<String, DocumentError> {
    Err(DocumentError::NoPdf)
}

/// Whether a text is in English: its small words are. Looks at its beginning only.
fn is_english(text: &str, lexicon: &Lexicon) -> bool {
    let mut tokens = Vec::new();
    let end = (0..=text.len().min(40_000)).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    tokens_into(text, 0, end, &mut tokens);
    let words: Vec<&str> =
        tokens.iter().filter(|token| token.class == Class::Word).map(|token| token.text(text)).collect();
    let small = Tags::DETERMINER
        .or(Tags::PREPOSITION)
        .or(Tags::CONJUNCTION)
        .or(Tags::BE)
        .or(Tags::HAVE)
        .or(Tags::PRONOUN)
        .or(Tags::SUBORDINATOR);
    // Words that other languages have too tell nothing.
    let shared = [
        "a", "an", "in", "on", "me", "as", "de", "no", "he", "has", "i", "at", "also", "so", "man", "per", "was", "die",
    ];
    let count = words
        .iter()
        .filter(|word| {
            !shared.iter().any(|other| word.eq_ignore_ascii_case(other))
                && lexicon.form(&word.to_lowercase()).tags.has(small)
        })
        .count();
    let known = words.iter().filter(|word| lexicon.is_common(&word.to_lowercase())).count();
    words.is_empty() || count * 10 >= words.len() || words.len() < 40 && known * 4 >= words.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], name: &str) -> Result<Document, DocumentError> {
        Document::read(bytes, Path::new(name), DocumentMeta::default())
    }

    #[test]
    fn what_is_no_document_is_refused() {
        assert!(matches!(read(b"\x7fELF\x02\x01\x01\0\0\0", "a"), Err(DocumentError::Binary)));
        assert!(matches!(read(&[0x80; 100], "a"), Err(DocumentError::Binary)));
        assert!(matches!(read(b" \n\t", "a"), Err(DocumentError::Empty)));
        assert!(matches!(read(&vec![b'a'; MAX_BYTES + 1], "a"), Err(DocumentError::TooLarge)));
    }

    #[test]
    fn broken_letters_are_said_and_read_over() {
        let document = read(b"The group was founded in the north by \xff men of the town.", "a.txt").unwrap();
        assert!(document.notes.iter().any(|note| note.contains("1 places are not UTF-8")), "{:?}", document.notes);
    }

    #[test]
    fn english_is_told_from_other_languages() {
        for (text, english) in [
            ("The group was founded in 2007 and is led by a man from the north who has no known links to it.", true),
            (
                "Le groupe a été fondé en 2007 par des hommes du nord et il est dirigé depuis par un chef dont on ne sait rien de plus que son nom et le lieu où il est né avant la guerre dans cette région du pays.",
                false,
            ),
            (
                "تأسست الجماعة في الشمال عام ٢٠٠٧ ويقودها رجل من القرية التي ولد فيها قبل الحرب وهو لا يعرف أحدا من قادة الجماعات الأخرى في المنطقة ولا صلة له بهم منذ سنوات طويلة كما يقول أهل القرية أنفسهم في كل مرة",
                false,
            ),
        ] {
            assert_eq!(read(text.as_bytes(), "a.txt").unwrap().is_english, english, "{text}");
        }
    }

    #[test]
    fn boilerplate_is_left_out() {
        let document = read(b"Title\n\nThe group met in the north and spoke of the war that nobody in the town had wanted for many a year.\n\nRead more: other news\n\nShare this", "a.txt").unwrap();
        assert_eq!(document.left_out, [false, false, true, true]);
    }
}
