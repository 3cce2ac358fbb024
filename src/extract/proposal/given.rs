//! What whoever ingests a document says of it: in options, in a file, or at the head of the document.

use serde::Deserialize;

use super::DocumentMeta;
use crate::model::{Diagnostic, Reliability};

/// What is said of a document; what is not said is left open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The id.
    pub id: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// Who published it.
    pub publisher: Option<String>,
    /// When it was published (EDTF).
    pub published: Option<String>,
    /// When it was retrieved (EDTF).
    pub retrieved: Option<String>,
    /// Where it can be found.
    pub address: Option<String>,
    /// Language (BCP 47).
    pub language: Option<String>,
    /// Licence or terms of use.
    pub licence: Option<String>,
    /// Digest of the text.
    pub digest: Option<String>,
    /// Reliability, `A` to `F`.
    pub reliability: Option<String>,
}

/// A file that describes a source as the head of a seed file does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceFile {
    source: Given,
}

impl Given {
    /// Reads a file with the table `[source]` of a seed file.
    ///
    /// # Errors
    /// What is wrong in it, and where.
    pub fn from_source_file(file: &str, text: &str) -> Result<Self, Diagnostic> {
        toml::from_str::<SourceFile>(text).map(|read| read.source).map_err(|error| refusal(file, text, 0, &error))
    }

    /// Parts a document from its head, if it has one: lines of TOML between two lines `+++`, or of `key: value` between two
    /// lines `---`. The text is what follows the head and its empty lines.
    ///
    /// # Errors
    /// What is wrong in a head between `+++`, and where. One between `---` that is not of this form is text.
    pub fn from_head<'t>(file: &str, text: &'t str) -> Result<(Self, &'t str), Diagnostic> {
        let between = |fence: &str| {
            let (first, rest) = text.split_once('\n')?;
            let mut at = 0;
            for line in rest.split_inclusive('\n') {
                if line.trim_end() == fence {
                    let body = rest.get(at + line.len()..)?.trim_start_matches(['\n', '\r']);
                    return (first.trim_end() == fence).then_some((rest.get(..at)?, body));
                }
                at += line.len();
            }
            None
        };
        if let Some((head, body)) = between("+++") {
            let before = head.as_ptr() as usize - text.as_ptr() as usize;
            let given = toml::from_str(head).map_err(|error| refusal(file, text, before, &error))?;
            return Ok((given, body));
        }
        let pairs = between("---").and_then(|(head, body)| Some((pairs(head)?, body)));
        Ok(pairs.unwrap_or_else(|| (Self::default(), text)))
    }

    /// The same with what is not said taken from `other`.
    pub fn or(self, other: Self) -> Self {
        Self {
            id: self.id.or(other.id),
            title: self.title.or(other.title),
            publisher: self.publisher.or(other.publisher),
            published: self.published.or(other.published),
            retrieved: self.retrieved.or(other.retrieved),
            address: self.address.or(other.address),
            language: self.language.or(other.language),
            licence: self.licence.or(other.licence),
            digest: self.digest.or(other.digest),
            reliability: self.reliability.or(other.reliability),
        }
    }

    /// The description of a document. An id or a title that is not said is empty: the document itself may say it.
    ///
    /// # Errors
    /// The reliability is none, in a sentence.
    pub fn document(self) -> Result<DocumentMeta, String> {
        let reliability = match self.reliability {
            Some(letter) => letter.parse().map_err(|error| format!("{error}"))?,
            None => Reliability::F,
        };
        Ok(DocumentMeta {
            id: self.id.unwrap_or_default(),
            title: self.title.unwrap_or_default(),
            publisher: self.publisher,
            published: self.published,
            retrieved: self.retrieved,
            address: self.address,
            language: self.language,
            licence: self.licence,
            digest: self.digest,
            reliability,
        })
    }
}

impl From<&DocumentMeta> for Given {
    fn from(document: &DocumentMeta) -> Self {
        let DocumentMeta {
            id,
            title,
            publisher,
            published,
            retrieved,
            address,
            language,
            licence,
            digest,
            reliability,
        } = document.clone();
        let (id, title) = (Some(id), Some(title));
        let reliability = (reliability != Reliability::F).then(|| reliability.to_string());
        Self { id, title, publisher, published, retrieved, address, language, licence, digest, reliability }
    }
}

fn refusal(file: &str, text: &str, before: usize, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().unwrap_or(0..0);
    Diagnostic::new(text, before + span.start..before + span.end, error.message()).in_file(file)
}

/// Lines `key: value` of known keys, each once; `None` if they are something else. Other keys are passed over: a page
/// may carry more than we know of.
fn pairs(head: &str) -> Option<Given> {
    let mut given = Given::default();
    for line in head.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (key, value) = line.split_once(':')?;
        let value = value.trim();
        let bare =
            ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(value);
        let field = match key.trim() {
            "id" => &mut given.id,
            "title" => &mut given.title,
            "publisher" => &mut given.publisher,
            "published" | "date" => &mut given.published,
            "retrieved" => &mut given.retrieved,
            "address" | "url" => &mut given.address,
            "language" | "lang" => &mut given.language,
            "licence" | "license" => &mut given.licence,
            "reliability" => &mut given.reliability,
            _ => continue,
        };
        *field = (!bare.is_empty()).then(|| bare.to_owned());
    }
    Some(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_parted_from_its_text() {
        for head in [
            "+++\ntitle = \"A truce\"\npublished = \"2020\"\n+++\n\n",
            "---\ntitle: 'A truce'\ndate: 2020\ntags: [a, b]\n---\n",
            "---\r\ntitle: A truce\r\npublished: \"2020\"\r\n---\r\n\r\n",
        ] {
            let text = format!("{head}The text.\n---\nMore.\n");
            let (given, body) = Given::from_head("f", &text).unwrap();
            assert_eq!((given.title.as_deref(), given.published.as_deref()), (Some("A truce"), Some("2020")), "{head}");
            assert_eq!(body, "The text.\n---\nMore.\n");
        }
        for text in ["", "---", "---\nno head\n---\ntext", "Text.\n---\na: b\n---\n", "+++\nno end"] {
            assert_eq!(Given::from_head("f", text).unwrap(), (Given::default(), text), "{text}");
        }
        let error = Given::from_head("f", "+++\ntitel = \"x\"\n+++\ntext").unwrap_err();
        assert_eq!((error.line, error.column), (2, 1), "{error}");
    }

    #[test]
    fn what_is_said_first_counts() {
        let file = Given::from_source_file("f", "[source]\nid = \"a\"\ntitle = \"A\"\nreliability = \"B\"").unwrap();
        let given = Given { title: Some("Another".to_owned()), ..Given::default() };
        let document = given.or(file).document().unwrap();
        assert_eq!((&*document.id, &*document.title, document.reliability), ("a", "Another", Reliability::B));
        assert!(Given { reliability: Some("Z".to_owned()), ..Given::default() }.document().is_err());
        assert!(Given::from_source_file("f", "[source]\nidd = 1").is_err());
        assert_eq!(Given::default().document().unwrap(), DocumentMeta::default());
    }
}
