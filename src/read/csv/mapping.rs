//! The mapping file: how the columns of tables become entities, names and links. `docs/csv-import.md` describes it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use super::shape::{OneOrMany, Shape};
use crate::model::{Diagnostic, Entity, Period, Reliability, Source, is_release};

/// A mapping file and its text, which messages about it quote.
#[derive(Debug)]
pub struct MappingFile {
    /// The file as it was named.
    pub file: String,
    /// Its text.
    pub text: String,
    /// What it says.
    pub mapping: Mapping,
}

/// What a mapping file says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The source that every row is a claim of.
    pub source: SourceBlock,
    /// The tables.
    #[serde(rename = "table", default)]
    pub tables: Vec<Table>,
}

/// The source, as in [`Source`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct SourceBlock {
    pub id: Spanned<String>,
    pub title: String,
    pub publisher: Option<String>,
    pub release: Option<Spanned<String>>,
    pub published: Option<Spanned<String>>,
    pub retrieved: Option<Spanned<String>>,
    pub address: Option<String>,
    pub language: Option<String>,
    pub licence: Option<String>,
    pub digest: Option<String>,
    pub reliability: Option<Spanned<String>>,
}

/// One kind of table: which files it is, how they are written, and what a row of them says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// File name with `*` and `?`; without it, tables and files are matched in their order.
    pub file: Option<Spanned<String>>,
    /// The part of the source that this table is: its claims' source is `SOURCE:PART`.
    pub part: Option<Spanned<String>>,
    /// The field separator; a comma if not given.
    pub delimiter: Option<Spanned<String>>,
    /// How the file is written.
    #[serde(default)]
    pub encoding: Encoding,
    /// Column names, for a file without a header line.
    pub columns: Option<Vec<String>>,
    /// Values that stand for "no value", beside the empty one.
    #[serde(default)]
    pub empty: Vec<String>,
    /// Which rows are read at all.
    #[serde(rename = "where", default)]
    pub filter: OneOrMany<Filter>,
    /// What to undo in names, evidence and notes.
    #[serde(default)]
    pub clean: Vec<Clean>,
    /// How dates are written.
    #[serde(default)]
    pub dates: Dates,
    /// The entities of a row.
    #[serde(rename = "entity", default)]
    pub entities: Vec<EntityBlock>,
    /// The links of a row.
    #[serde(rename = "link", default)]
    pub links: Vec<LinkBlock>,
}

/// How a file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO 8859-1.
    #[serde(rename = "latin-1")]
    Latin1,
    /// Windows-1252: Latin-1 with printed characters in the place of its second control block.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// A transport artefact to undo in names, evidence and notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clean {
    /// A backslash before a quote, an ampersand or a backslash, as database exports leave it.
    Backslashes,
    /// HTML character references: `&#039;`, `&amp;`.
    Html,
    /// Double quotes around a whole field, as a table inside a table leaves them.
    Quotes,
    /// Control characters U+0080 to U+009F that are Windows-1252 quotes and dashes read as Latin-1.
    C1Controls,
}

/// A condition on one column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// The column.
    pub column: Spanned<String>,
    /// The value is one of these.
    pub equals: Option<Texts>,
    /// The value is none of these.
    pub not: Option<Texts>,
    /// There is (or, if false, there is not) a value.
    pub not_empty: Option<bool>,
}

/// How dates are written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// Patterns, tried in order; `["edtf"]` if not given.
    pub formats: Option<Vec<Spanned<String>>>,
    /// The first two-digit year of the last century: with 30, `29` is 2029 and `30` is 1930.
    pub pivot: Option<Spanned<u8>>,
    /// Whether English words may stand around a date: `approximately 1963`, `between 1960 and 1962`.
    #[serde(default)]
    pub words: bool,
    /// What becomes of a value that fits no pattern.
    #[serde(default)]
    pub on_error: OnError,
}

/// What becomes of a value that cannot be understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// The import is refused.
    #[default]
    Error,
    /// The value is kept in the claim's note.
    Note,
}

/// How an entity is made from a row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntityBlock {
    /// Id templates; the first without a placeholder value is taken.
    pub id: Spanned<Texts>,
    /// Values of a column in an id template that say nothing, beside the empty one.
    #[serde(default)]
    pub placeholder: Vec<String>,
    /// Only rows for which this holds.
    #[serde(rename = "where", default)]
    pub filter: OneOrMany<Filter>,
    /// The kind.
    pub kind: Spanned<Choice>,
    /// The finer type.
    #[serde(rename = "type")]
    pub finer: Option<Spanned<Choice>>,
    /// Name columns.
    #[serde(default)]
    pub names: OneOrMany<NameColumn>,
    /// Attribute to column.
    #[serde(default)]
    pub attributes: BTreeMap<Spanned<String>, Spanned<AttributeColumn>>,
    /// What is done about an entity that the database already knows by this name.
    #[serde(default)]
    pub join: Join,
    /// Whether only the first row that names the entity says something of it.
    #[serde(default)]
    pub once: bool,
    /// Credibility of the names and attributes.
    pub credibility: Option<Spanned<Choice>>,
    /// Columns kept as a note.
    #[serde(default)]
    pub note: Vec<Spanned<String>>,
}

/// What is done about a new entity that the database already knows by its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Join {
    /// One entity of the same kind with the same name is the same entity; doubtful ones are proposed.
    Exact,
    /// Each one of the same kind is proposed as the same.
    #[default]
    Propose,
    /// Nothing.
    Never,
}

/// A column that holds names.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameColumn {
    /// The column.
    pub column: Option<Spanned<String>>,
    /// In place of a column: always this name.
    pub text: Option<Spanned<String>>,
    /// Which sort of name.
    pub role: Option<Spanned<Choice>>,
    /// Language (BCP 47).
    pub language: Option<Spanned<Choice>>,
    /// What separates several names.
    pub split: Option<Texts>,
}

/// A column that holds an attribute's value.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Shape<AttributeTable>")]
pub struct AttributeColumn {
    /// The column.
    pub column: String,
    /// What separates several values.
    pub split: Option<Texts>,
    /// The word for each value.
    pub map: Option<BTreeMap<String, String>>,
}

/// How a link is made from a row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkBlock {
    /// Only rows for which this holds.
    #[serde(rename = "where", default)]
    pub filter: OneOrMany<Filter>,
    /// Where it goes out from.
    pub from: Spanned<End>,
    /// Where it goes to.
    pub to: Spanned<End>,
    /// Values of a column in an id template that say nothing, beside the empty one.
    #[serde(default)]
    pub placeholder: Vec<String>,
    /// The link kind.
    pub kind: Spanned<Choice>,
    /// The column of the date or period at which it holds.
    pub when: Option<Spanned<String>>,
    /// The column of the date since which it holds.
    pub since: Option<Spanned<String>>,
    /// The column of the date until which it holds.
    pub until: Option<Spanned<String>>,
    /// The column of the source's words for it.
    pub evidence: Option<Spanned<String>>,
    /// Modality; `asserted` if not given.
    pub modality: Option<Spanned<Choice>>,
    /// Credibility; 6 if not given.
    pub credibility: Option<Spanned<Choice>>,
    /// Columns kept as a note.
    #[serde(default)]
    pub note: Vec<Spanned<String>>,
    /// Rows that are to be read otherwise.
    #[serde(rename = "except", default)]
    pub exceptions: Vec<Exception>,
}

/// Rows of a link that are to be read otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Which rows.
    #[serde(rename = "where")]
    pub filter: OneOrMany<Filter>,
    /// Whether the link goes the other way.
    #[serde(default)]
    pub swap: bool,
    /// Another modality.
    pub modality: Option<Spanned<String>>,
    /// Another credibility.
    pub credibility: Option<Spanned<Choice>>,
    /// A remark.
    pub note: Option<String>,
}

/// A value that the mapping fixes, or that stands in a column.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Shape<ColumnChoice>")]
pub enum Choice {
    /// Always this.
    Fixed(String),
    /// The column's value, or what `map` makes of it.
    Column(ColumnChoice),
}

/// See [`Choice::Column`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnChoice {
    /// The column.
    pub column: Spanned<String>,
    /// The word for each value.
    pub map: Option<BTreeMap<String, Spanned<String>>>,
    /// What a row without a value has.
    pub default: Option<Spanned<String>>,
    /// For a link kind: the values for which the link goes the other way.
    #[serde(default)]
    pub swap: Vec<String>,
}

/// An end of a link.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Shape<NameEnd>")]
pub enum End {
    /// Id templates.
    Id(Vec<String>),
    /// The column that holds the entity's name.
    Name(String),
}

/// One text or several: `"a"` or `["a", "b"]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Shape<IgnoredAny>")]
pub struct Texts(pub Vec<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NameEnd {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttributeTable {
    column: String,
    split: Option<Texts>,
    map: Option<BTreeMap<String, String>>,
}

impl TryFrom<Shape<ColumnChoice>> for Choice {
    type Error = &'static str;

    fn try_from(shape: Shape<ColumnChoice>) -> Result<Self, Self::Error> {
        match shape {
            Shape::Text(text) => Ok(Self::Fixed(text)),
            Shape::Table(table) => Ok(Self::Column(table)),
            Shape::List(_) => Err("expected one word, or `{ column = ..., map = { ... } }`"),
        }
    }
}

impl TryFrom<Shape<NameEnd>> for End {
    type Error = &'static str;

    fn try_from(shape: Shape<NameEnd>) -> Result<Self, Self::Error> {
        Ok(match shape {
            Shape::Text(text) => Self::Id(vec![text]),
            Shape::List(list) => Self::Id(list),
            Shape::Table(end) => Self::Name(end.name),
        })
    }
}

impl TryFrom<Shape<IgnoredAny>> for Texts {
    type Error = &'static str;

    fn try_from(shape: Shape<IgnoredAny>) -> Result<Self, Self::Error> {
        match shape {
            Shape::Text(text) => Ok(Self(vec![text])),
            Shape::List(list) => Ok(Self(list)),
            Shape::Table(_) => Err("expected a text or a list of texts"),
        }
    }
}

impl TryFrom<Shape<AttributeTable>> for AttributeColumn {
    type Error = &'static str;

    fn try_from(shape: Shape<AttributeTable>) -> Result<Self, Self::Error> {
        match shape {
            Shape::Text(column) => Ok(Self { column, split: None, map: None }),
            Shape::Table(AttributeTable { column, split, map }) => Ok(Self { column, split, map }),
            Shape::List(_) => Err("expected a column, or `{ column = ..., split = ... }`"),
        }
    }
}

impl MappingFile {
    /// Reads a mapping file.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, or says something that no mapping may say.
    pub fn read(path: &Path) -> Result<Self, Vec<Diagnostic>> {
        let file = path.display().to_string();
        let plain = |message: String| vec![Diagnostic::new("", 0..0, message).in_file(file.as_str())];
        let bytes = std::fs::read(path).map_err(|error| plain(format!("the mapping cannot be read: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|_| plain("the mapping is not UTF-8".into()))?;
        Self::parse(file, text)
    }

    /// Reads a mapping from its text; `file` is only named in messages.
    pub fn parse(file: String, text: String) -> Result<Self, Vec<Diagnostic>> {
        match toml::from_str(&text) {
            Ok(mapping) => Ok(Self { file, text, mapping }),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                Err(vec![Diagnostic::new(&text, span, error.message().replace('\n', ", ")).in_file(file)])
            }
        }
    }

    /// The mapping for tables of this release, if one is given.
    #[must_use]
    pub fn of_release(mut self, release: Option<&str>) -> Self {
        if let Some(release) = release {
            self.mapping.source.release = Some(Spanned::new(self.mapping.source.id.span(), release.to_owned()));
        }
        self
    }

    /// A message about a place in the mapping.
    pub fn diagnostic(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(&self.text, span, message).in_file(self.file.as_str())
    }

    /// The place of `part` in the text of `span`, or `span` where it is written in another way there.
    pub fn inside(&self, span: Range<usize>, part: &str) -> Range<usize> {
        match self.text.get(span.clone()).and_then(|text| text.find(part)) {
            Some(at) => span.start + at..span.start + at + part.len(),
            None => span,
        }
    }

    /// The source of a table's claims: the mapping's source, or the part of it that the table is.
    ///
    /// # Errors
    /// An id, date or reliability that is none.
    pub fn source(&self, part: Option<(&str, Range<usize>)>) -> Result<Source, Diagnostic> {
        let block = &self.mapping.source;
        let text = |text: &Option<String>| text.as_deref().map(Into::into);
        let date = |text: &Option<Spanned<String>>| match text {
            None => Ok(None),
            Some(date) => match date.get_ref().parse::<Period>() {
                Ok(_) => Ok(Some(date.get_ref().as_str().into())),
                Err(error) => Err(self.diagnostic(date.span(), error.to_string())),
            },
        };
        let (id, title, span) = match part {
            Some((part, span)) => (format!("{}:{part}", block.id.get_ref()), format!("{} ({part})", block.title), span),
            None => (block.id.get_ref().clone(), block.title.clone(), block.id.span()),
        };
        let (id, published) = match &block.release {
            None => (id, date(&block.published)?),
            Some(release) if is_release(release.get_ref()) => {
                let published = date(&block.published)?.unwrap_or_else(|| release.get_ref().as_str().into());
                (format!("{id}:{}", release.get_ref()), Some(published))
            }
            Some(release) => {
                let message = "a release is a year, a month or a day: 2026, 2026-02 or 2026-02-27";
                return Err(self.diagnostic(release.span(), message));
            }
        };
        if !Entity::is_id(&id) {
            let message = format!("{id:?} is no id: lower-case letters, digits and -_.: only");
            return Err(self.diagnostic(span, message));
        }
        let reliability = match &block.reliability {
            None => Reliability::default(),
            Some(letter) => {
                letter.get_ref().parse().map_err(|_| self.diagnostic(letter.span(), "the reliability is A to F"))?
            }
        };
        Ok(Source {
            id: id.into(),
            title: title.into(),
            publisher: text(&block.publisher),
            published,
            retrieved: date(&block.retrieved)?,
            address: text(&block.address),
            language: text(&block.language),
            licence: text(&block.licence),
            digest: text(&block.digest),
            reliability,
        })
    }
}
