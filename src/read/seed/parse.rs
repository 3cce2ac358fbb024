//! One seed file: its tables as plain values, each with its place.

use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{MAX_NAME, MAX_TEXT};
use crate::model::{Credibility, Locator, Modality, NameRole, Period, Reliability, Source};
use crate::schema::fields::{Document, Fields, Text, in_words};
use crate::schema::nearest;

/// A seed file.
pub(super) struct SeedFile<'d> {
    pub doc: &'d Document,
    pub source: Option<SourceTable<'d>>,
    pub entities: Vec<EntityTable<'d>>,
    pub links: Vec<LinkTable<'d>>,
}

/// `[source]`
pub(super) struct SourceTable<'d> {
    pub id: Text<'d>,
    /// `None` if the table has nothing but an id and so refers to a source that another file describes.
    pub described: Option<Source>,
}

/// `[[entity]]` or `[[event]]`
pub(super) struct EntityTable<'d> {
    pub id: Text<'d>,
    pub kind: Kind<'d>,
    pub finer: Option<Text<'d>>,
    pub frame: Frame<'d>,
    pub names: Vec<NameTable<'d>>,
    pub attributes: Vec<AttributeTable<'d>>,
    pub same_as: Vec<(Text<'d>, Frame<'d>)>,
    /// The date of an event, which is also an attribute of it.
    pub date: Option<Text<'d>>,
    pub participants: Vec<ParticipantTable<'d>>,
}

/// How an entity's kind is given.
pub(super) enum Kind<'d> {
    /// By a word.
    Named(Text<'d>),
    /// By the name of its table, which is `[[event]]`.
    Event,
    /// Elsewhere.
    Elsewhere,
}

/// An item of `names`.
pub(super) struct NameTable<'d> {
    pub name: &'d str,
    pub role: NameRole,
    pub language: Option<&'d str>,
    pub frame: Frame<'d>,
}

/// An item of `attributes`.
pub(super) struct AttributeTable<'d> {
    pub key: Text<'d>,
    /// The value as text, and where it stands.
    pub value: Box<str>,
    pub text: Option<Text<'d>>,
    pub span: Range<usize>,
    pub frame: Frame<'d>,
}

/// `[[link]]`
pub(super) struct LinkTable<'d> {
    pub from: Text<'d>,
    pub kind: Text<'d>,
    pub to: Text<'d>,
    pub frame: Frame<'d>,
}

/// An item of an event's `participants`.
pub(super) struct ParticipantTable<'d> {
    pub entity: Text<'d>,
    pub kind: Text<'d>,
    pub frame: Frame<'d>,
}

/// What every claim may say about itself; what it does not say it takes from the table that it stands in.
#[derive(Clone, Default)]
pub(super) struct Frame<'d> {
    /// The places in the source; each is a claim.
    pub at: Vec<Locator>,
    pub when: Option<Period>,
    pub speaker: Option<Text<'d>>,
    pub modality: Option<Modality>,
    pub credibility: Option<Credibility>,
    pub text: Option<&'d str>,
    pub note: Option<&'d str>,
}

impl<'d> Frame<'d> {
    /// What is not said here as it is said outside. Words of the source go with their place, a note with its claim.
    fn inside(mut self, outer: &Frame<'d>) -> Self {
        if self.at.is_empty() {
            self.at.clone_from(&outer.at);
            self.text = self.text.or(outer.text);
        }
        self.when = self.when.or(outer.when);
        self.speaker = self.speaker.or_else(|| outer.speaker.clone());
        self.modality = self.modality.or(outer.modality);
        self.credibility = self.credibility.or(outer.credibility);
        self
    }

    /// The same without the period: when an event took place is not when it had its name.
    fn undated(&self) -> Self {
        Self { when: None, ..self.clone() }
    }
}

/// The keys of a [`Frame`] that a table around claims may have.
const OUTER: [&str; 5] = ["at", "speaker", "modality", "credibility", "text"];
/// The keys of a [`Frame`] that a claim alone has.
const INNER: [&str; 2] = ["when", "note"];

/// The keys of a table of claims: its own and some of a [`Frame`].
fn outer(own: &[&'static str]) -> Vec<&'static str> {
    own.iter().chain(&OUTER).copied().collect()
}

/// The keys of a claim: its own and those of a [`Frame`].
fn claim(own: &[&'static str]) -> Vec<&'static str> {
    own.iter().chain(&OUTER).chain(&INNER).copied().collect()
}

/// Reads a file. If its TOML is broken (`whole` is false) only what stands before the break is worth anything, so that
/// what is missing is not complained of.
pub(super) fn file<'d>(doc: &'d Document, table: &'d Spanned<DeTable<'d>>, whole: bool) -> SeedFile<'d> {
    let mut file = SeedFile { doc, source: None, entities: Vec::new(), links: Vec::new() };
    if !whole {
        return file;
    }
    if table.get_ref().is_empty() {
        doc.problem_with_help(0..0, "nothing in this file", Some("a seed file starts with [source]".to_owned()));
        return file;
    }
    let root =
        Fields::new(doc, table.get_ref(), 0..0, "a seed file", &["source", "defaults", "entity", "event", "link"]);
    let reader = Reader { doc };
    if root.value("source").is_none() {
        doc.problem(0..0, "a seed file needs a [source]: every claim has one");
    }
    file.source = reader.source(&root);
    let defaults = root
        .table("defaults", "[defaults]", &["speaker", "modality", "credibility"])
        .map(|defaults| reader.frame(&defaults))
        .unwrap_or_default();
    file.entities = reader.entities(&root, &defaults);
    file.entities.extend(reader.events(&root, &defaults));
    for link in root.tables("link", "a link", &claim(&["from", "kind", "to"])) {
        let frame = reader.frame(&link).inside(&defaults);
        let (from, kind, to) = (link.required("from"), link.required("kind"), link.required("to"));
        if let (Some(from), Some(kind), Some(to)) = (from, kind, to) {
            if from.get_ref() == to.get_ref() {
                doc.problem(to.span(), format!("{} is joined to itself", to.get_ref()));
            }
            file.links.push(LinkTable { from, kind, to, frame });
        }
    }
    file
}

#[derive(Clone, Copy)]
struct Reader<'d> {
    doc: &'d Document,
}

impl<'d> Reader<'d> {
    fn source(self, root: &Fields<'d>) -> Option<SourceTable<'d>> {
        const KEYS: [&str; 10] = [
            "id",
            "title",
            "publisher",
            "published",
            "retrieved",
            "address",
            "language",
            "licence",
            "digest",
            "reliability",
        ];
        let table = root.table("source", "a source", &KEYS)?;
        let id = table.required("id")?;
        let given = KEYS.iter().filter(|key| table.value(key).is_some()).count();
        if given == 1 {
            return Some(SourceTable { id, described: None });
        }
        let optional = |key| {
            let text = table.text(key)?;
            self.clean(&text, key, MAX_TEXT).map(Box::from)
        };
        let title = table.required("title").and_then(|title| self.clean(&title, "title", MAX_TEXT)).unwrap_or_default();
        let source = Source {
            id: (*id.get_ref()).into(),
            title: title.into(),
            publisher: optional("publisher"),
            published: optional("published"),
            retrieved: optional("retrieved"),
            address: optional("address"),
            language: optional("language"),
            licence: optional("licence"),
            digest: optional("digest"),
            reliability: self.word::<Reliability>(&table, "reliability", []).unwrap_or_default(),
        };
        for key in ["published", "retrieved"] {
            self.period(&table, key);
        }
        if let Some(digest) = table.text("digest") {
            let hex = digest.get_ref().strip_prefix("sha256:").unwrap_or_default();
            if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                self.doc.problem(digest.span(), "\"digest\" is to be sha256: and 64 hexadecimal digits");
            }
        }
        Some(SourceTable { id, described: Some(source) })
    }

    fn entities(self, root: &Fields<'d>, defaults: &Frame<'d>) -> Vec<EntityTable<'d>> {
        let allowed = outer(&["id", "kind", "type", "names", "attributes", "same_as"]);
        root.tables("entity", "an entity", &allowed)
            .iter()
            .filter_map(|fields| {
                let kind = fields.text("kind").map_or(Kind::Elsewhere, Kind::Named);
                self.entity(fields, kind, defaults)
            })
            .collect()
    }

    fn events(self, root: &Fields<'d>, defaults: &Frame<'d>) -> Vec<EntityTable<'d>> {
        let allowed = outer(&["id", "type", "when", "names", "attributes", "same_as", "participants"]);
        root.tables("event", "an event", &allowed)
            .iter()
            .filter_map(|fields| self.entity(fields, Kind::Event, defaults))
            .collect()
    }

    fn entity(self, fields: &Fields<'d>, kind: Kind<'d>, defaults: &Frame<'d>) -> Option<EntityTable<'d>> {
        let frame = self.frame(fields).inside(defaults);
        let inner = frame.undated();
        let date = if matches!(kind, Kind::Event) && frame.when.is_some() { fields.text("when") } else { None };
        // What is wrong inside is to be found even if the table itself is useless.
        let (names, attributes) = (self.names(fields, &inner), self.attributes(fields, &inner));
        let (same_as, participants) = (self.same_as(fields, &inner), self.participants(fields, &frame));
        let (id, finer) = (fields.required("id")?, fields.text("type"));
        Some(EntityTable { id, kind, finer, frame, names, attributes, same_as, date, participants })
    }

    fn names(self, fields: &Fields<'d>, outer: &Frame<'d>) -> Vec<NameTable<'d>> {
        let tables = fields.tables("names", "a name", &claim(&["name", "role", "language"]));
        let mut names = Vec::with_capacity(tables.len());
        for (place, table) in tables.iter().enumerate() {
            let by_place = if place == 0 { NameRole::Primary } else { NameRole::Alias };
            let role = self.word(table, "role", NameRole::ALL.iter().map(|role| role.word())).unwrap_or(by_place);
            let language = table.text("language").and_then(|language| self.language(&language));
            let frame = self.frame(table).inside(outer);
            if let Some(name) = table.required("name").and_then(|name| self.clean(&name, "name", MAX_NAME)) {
                names.push(NameTable { name, role, language, frame });
            }
        }
        names
    }

    fn attributes(self, fields: &Fields<'d>, outer: &Frame<'d>) -> Vec<AttributeTable<'d>> {
        let mut attributes = Vec::new();
        for table in fields.tables("attributes", "an attribute", &claim(&["key", "value"])) {
            let frame = self.frame(&table).inside(outer);
            let key = table.required("key");
            let Some(value) = table.value("value") else {
                self.doc.problem(table.span(), "an attribute needs \"value\"");
                continue;
            };
            let (mut text, span) = (None, value.span());
            let value: Box<str> = match value.get_ref() {
                DeValue::String(string) => {
                    let string = Spanned::new(value.span(), &**string);
                    if self.clean(&string, "value", MAX_TEXT).is_none() {
                        continue;
                    }
                    text = Some(string.clone());
                    (*string.get_ref()).into()
                }
                DeValue::Integer(number) if number.radix() == 10 => number.as_str().into(),
                DeValue::Float(number) => number.as_str().into(),
                DeValue::Boolean(flag) => flag.to_string().into(),
                other => {
                    self.doc.problem(span, format!("\"value\" is to be a string, not {}", in_words(other)));
                    continue;
                }
            };
            if let Some(key) = key {
                attributes.push(AttributeTable { key, value, text, span, frame });
            }
        }
        attributes
    }

    fn participants(self, fields: &Fields<'d>, outer: &Frame<'d>) -> Vec<ParticipantTable<'d>> {
        let tables = fields.tables("participants", "a participant", &claim(&["entity", "kind"]));
        let mut participants = Vec::with_capacity(tables.len());
        for table in tables {
            let frame = self.frame(&table).inside(outer);
            if let (Some(entity), Some(kind)) = (table.required("entity"), table.required("kind")) {
                participants.push(ParticipantTable { entity, kind, frame });
            }
        }
        participants
    }

    /// `same_as` is an id, or a list of ids and of tables with an id.
    fn same_as(self, fields: &Fields<'d>, outer: &Frame<'d>) -> Vec<(Text<'d>, Frame<'d>)> {
        let Some(value) = fields.value("same_as") else { return Vec::new() };
        let items = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        let mut same = Vec::with_capacity(items.len());
        for item in items {
            match item.get_ref() {
                DeValue::String(id) => same.push((Spanned::new(item.span(), &**id), outer.clone())),
                DeValue::Table(table) => {
                    let table = Fields::new(self.doc, table, item.span(), "a same_as", &claim(&["id"]));
                    let frame = self.frame(&table).inside(outer);
                    same.extend(table.required("id").map(|id| (id, frame)));
                }
                other => {
                    let message = format!("\"same_as\" is to be an id or a list of them, not {}", in_words(other));
                    self.doc.problem(item.span(), message);
                }
            }
        }
        same
    }

    fn frame(self, fields: &Fields<'d>) -> Frame<'d> {
        let words = |key| fields.text(key).and_then(|text| self.clean(&text, key, MAX_TEXT));
        Frame {
            at: fields.texts("at").iter().filter_map(|at| self.locator(at)).collect(),
            when: self.period(fields, "when"),
            speaker: fields.text("speaker"),
            modality: self.word(fields, "modality", Modality::ALL.iter().map(|modality| modality.word())),
            credibility: self.credibility(fields),
            text: words("text"),
            note: words("note"),
        }
    }

    /// A date or an interval; the caret stands where it goes wrong.
    fn period(self, fields: &Fields<'d>, key: &str) -> Option<Period> {
        let text = fields.text(key)?;
        match text.get_ref().parse() {
            Ok(period) => Some(period),
            Err(error) => {
                self.doc.problem(self.doc.inside(&text, error.at), error.message);
                None
            }
        }
    }

    /// A place in the source: `p2 s3 b165-190`, each part once.
    fn locator(self, text: &Text<'d>) -> Option<Locator> {
        let mut locator = Locator::default();
        let mut seen = String::new();
        for part in text.get_ref().split_whitespace() {
            let at = part.as_ptr() as usize - text.get_ref().as_ptr() as usize;
            let mut letters = part.chars();
            let letter = letters.next().unwrap_or_default();
            let rest = letters.as_str();
            let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
            let known = match letter {
                'p' => number(rest).filter(|&n| n > 0).map(|n| locator.paragraph = n),
                's' => number(rest).filter(|&n| n > 0).map(|n| locator.sentence = n),
                'b' => rest
                    .split_once('-')
                    .and_then(|(from, to)| Some((number(from)?, number(to)?)))
                    .filter(|(from, to)| from < to)
                    .map(|span| locator.span = Some(span)),
                _ => None,
            };
            if known.is_none() || seen.contains(letter) {
                let mut span = self.doc.inside(text, at);
                span.end = span.end.min(span.start + part.len());
                let help = "a place is p (paragraph), s (sentence) and b (bytes): \"p2 s3 b165-190\"";
                self.doc.problem_with_help(span, format!("{part:?} is no place in a source"), Some(help.to_owned()));
                return None;
            }
            seen.push(letter);
        }
        if seen.is_empty() {
            self.doc.problem(text.span(), "\"at\" is empty");
            return None;
        }
        Some(locator)
    }

    fn credibility(self, fields: &Fields<'d>) -> Option<Credibility> {
        let value = fields.value("credibility")?;
        let known = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::String(text) => text.parse().ok(),
            _ => None,
        };
        if known.is_none() {
            self.doc.problem(value.span(), "\"credibility\" is to be a number from 1 to 6");
        }
        known
    }

    /// One of the model's words.
    fn word<T: FromStr<Err: Display>>(
        self,
        fields: &Fields<'d>,
        key: &str,
        words: impl IntoIterator<Item = &'static str>,
    ) -> Option<T> {
        let text = fields.text(key)?;
        match text.get_ref().parse() {
            Ok(word) => Some(word),
            Err(error) => {
                let help = nearest(text.get_ref(), words).map(|near| format!("did you mean {near}?"));
                self.doc.problem_with_help(text.span(), error.to_string(), help);
                None
            }
        }
    }

    /// A BCP 47 tag by its shape: letters and digits in groups of at most eight.
    fn language(self, text: &Text<'d>) -> Option<&'d str> {
        let tag = *text.get_ref();
        let shaped =
            tag.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !shaped {
            self.doc.problem(text.span(), format!("{tag:?} is no language tag (BCP 47), such as en or ps-Arab"));
        }
        shaped.then_some(tag)
    }

    /// A text that is not too long and has no control characters: they would speak to the reader's terminal.
    fn clean(self, text: &Text<'d>, key: &str, limit: usize) -> Option<&'d str> {
        let value = *text.get_ref();
        if value.len() > limit {
            let message = format!("{key:?} has {} bytes; {limit} is the most", value.len());
            self.doc.problem(text.span(), message);
            return None;
        }
        if value.trim().is_empty() {
            self.doc.problem(text.span(), format!("{key:?} is empty"));
            return None;
        }
        // A line break is part of a text but not of a name.
        let control = value.char_indices().find(|(_, c)| c.is_control() && (*c != '\n' || limit == MAX_NAME));
        if let Some((at, c)) = control {
            let message = format!("{key:?} has the control character U+{:04X}", u32::from(c));
            self.doc.problem(self.doc.inside(text, at), message);
            return None;
        }
        Some(value)
    }
}
