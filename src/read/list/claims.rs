//! Claims of a release, record by record.

use std::collections::HashMap;

use super::Family;
use super::place::Level;
use crate::model::{Changes, Claim, Credibility, EntityNo, Locator, Modality, NameRole, Period, Says, SourceNo, Word};
use crate::schema::{Schema, ValueType};

/// The longest name, in bytes.
const MAX_NAME: usize = 1_000;
/// The longest value or evidence, in bytes. A longer text is several claims.
const MAX_TEXT: usize = 4_000;
/// The longest evidence that is kept with a fact taken from it.
const MAX_EVIDENCE: usize = 600;

/// Where in the list a fact stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct At {
    /// The number of the record.
    pub record: u32,
    /// The bytes of the file.
    pub span: Option<(u32, u32)>,
}

/// How a fact is said, beside what.
#[derive(Clone, Debug)]
pub struct Saying {
    /// When it holds.
    pub when: Option<Period>,
    /// The list's own words, where they are not the value.
    pub text: Option<String>,
    /// What else the list says of it.
    pub note: Option<String>,
    /// In which modality.
    pub modality: Modality,
    /// How credible it is.
    pub credibility: u8,
}

impl Default for Saying {
    /// Asserted and probably true: a list sums up what states have submitted.
    fn default() -> Self {
        Self { when: None, text: None, note: None, modality: Modality::Asserted, credibility: 2 }
    }
}

impl Saying {
    /// With these words of the list.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into()).filter(|text| !text.is_empty());
        self
    }

    /// With this remark; an empty one is none.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into()).filter(|note| !note.is_empty());
        self
    }

    /// With this period.
    pub fn when(mut self, when: Option<Period>) -> Self {
        self.when = when;
        self
    }

    /// In this modality.
    pub fn modality(mut self, modality: Modality) -> Self {
        self.modality = modality;
        self
    }

    /// So credible.
    pub fn credibility(mut self, credibility: u8) -> Self {
        self.credibility = credibility;
        self
    }

    /// The fact of being listed: the list itself is what makes it true.
    pub fn listing() -> Self {
        Self::default().credibility(1)
    }
}

/// Writes claims into [`Changes`].
pub struct Writer<'s> {
    /// What was written.
    pub changes: Changes,
    pub(super) places: HashMap<String, EntityNo>,
    source: SourceNo,
    schema: &'s Schema,
}

impl<'s> Writer<'s> {
    /// A writer for a release.
    ///
    /// # Errors
    /// Never with a new [`Changes`]; said as the message that the model gives.
    pub fn new(family: &Family, published: Option<&str>, schema: &'s Schema) -> Result<Self, String> {
        let mut changes = Changes::default();
        let source = changes.add_source(family.source(published)).map_err(|error| error.to_string())?;
        Ok(Self { changes, places: HashMap::new(), source, schema })
    }

    /// Adds an entity.
    ///
    /// # Errors
    /// The id is known as something else.
    pub fn entity(&mut self, id: &str, kind: &str, finer: Option<&str>) -> Result<EntityNo, String> {
        self.changes.add_entity(id, kind, finer).map_err(|error| error.to_string())
    }

    fn push(&mut self, at: At, says: Says, saying: Saying) {
        let clip = |text: String| Box::<str>::from(shortened(&text, MAX_EVIDENCE));
        self.changes.claims.push(Claim {
            says,
            when: saying.when,
            source: self.source,
            locator: Locator { paragraph: 0, sentence: at.record, span: at.span },
            speaker: None,
            modality: saying.modality,
            credibility: Credibility::new(saying.credibility).unwrap_or_default(),
            text: saying.text.map(clip),
            note: saying.note.map(clip),
        });
    }

    /// A name, with its script where that is not the Latin one.
    pub fn name(&mut self, at: At, entity: EntityNo, name: &str, role: NameRole, saying: Saying) {
        let name = shortened(name, MAX_NAME);
        if name.is_empty() {
            return;
        }
        let language = script(name).map(|script| self.changes.words.intern(script));
        self.push(at, Says::Name { entity, text: name.into(), role, language }, saying);
    }

    /// An attribute, or a remark if the schema does not give that attribute to such an entity or the value does not fit.
    pub fn attribute(&mut self, at: At, entity: EntityNo, key: &str, value: &str, saying: Saying) {
        if value.is_empty() {
            return;
        }
        if !self.takes(entity, key, value) {
            let words = saying.text.clone().unwrap_or_else(|| format!("{key}: {value}"));
            return self.remark(at, entity, &words, saying);
        }
        let key = self.changes.words.intern(key);
        for part in parts(value) {
            self.push(at, Says::Attribute { entity, key, value: part.into() }, saying.clone());
        }
    }

    /// Words of the list that are kept as they are.
    pub fn remark(&mut self, at: At, entity: EntityNo, words: &str, saying: Saying) {
        let key = self.changes.words.intern("remark");
        for part in parts(words) {
            let saying = Saying { text: None, ..saying.clone() };
            self.push(at, Says::Attribute { entity, key, value: part.into() }, saying);
        }
    }

    /// A link.
    pub fn link(&mut self, at: At, from: EntityNo, kind: &str, to: EntityNo, saying: Saying) {
        let kind = self.changes.words.intern(kind);
        self.push(at, Says::Link { from, kind, to }, saying);
    }

    /// Whether the schema gives such an entity this attribute with this value.
    fn takes(&self, entity: EntityNo, key: &str, value: &str) -> bool {
        let kind = self.kind(entity);
        self.schema.attribute(key).is_some_and(|attribute| {
            let has = attribute.of.iter().any(|of| **of == *kind || **of == *"any");
            has && match &attribute.value {
                ValueType::Date => value.parse::<Period>().is_ok(),
                ValueType::Url => {
                    (value.starts_with("http://") || value.starts_with("https://")) && !value.contains(' ')
                }
                ValueType::Number => value.parse::<f64>().is_ok_and(f64::is_finite),
                ValueType::Word(words) => words.iter().any(|word| **word == *value),
                ValueType::Boolean => matches!(value, "true" | "false"),
                ValueType::Text => true,
            }
        })
    }

    /// The kind of an entity of the release.
    pub fn kind(&self, entity: EntityNo) -> &str {
        let entity: Option<Word> = self.changes.entities().get(entity as usize).map(|entity| entity.kind);
        entity.map_or("", |kind| self.changes.words.text(kind))
    }

    /// The place that these levels name, the widest first; `None` if they name none.
    ///
    /// # Errors
    /// As [`Writer::entity`].
    pub fn place(&mut self, at: At, levels: &[Level<'_>]) -> Result<Option<EntityNo>, String> {
        super::place::write(self, at, levels)
    }
}

/// At most `limit` bytes of a text, cut at a character.
fn shortened(text: &str, limit: usize) -> &str {
    let text = text.trim();
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text).trim_end()
}

/// A text in pieces that a claim can hold, cut at spaces.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while rest.len() > MAX_TEXT {
        let most = shortened(rest, MAX_TEXT);
        let end = most.rfind(' ').filter(|at| *at > 0).unwrap_or(most.len()).max(1);
        let (part, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        parts.push(part);
        rest = after.trim_start();
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

/// The script of a name as a language tag (BCP 47: language unknown, script known); `None` for the Latin script.
pub fn script(name: &str) -> Option<&'static str> {
    name.chars().find_map(|letter| match u32::from(letter) {
        0x0370..=0x03ff => Some("und-Grek"),
        0x0400..=0x052f => Some("und-Cyrl"),
        0x0530..=0x058f => Some("und-Armn"),
        0x0590..=0x05ff => Some("und-Hebr"),
        0x0600..=0x06ff | 0x0750..=0x077f | 0x08a0..=0x08ff | 0xfb50..=0xfdff | 0xfe70..=0xfefe => Some("und-Arab"),
        0x0900..=0x097f => Some("und-Deva"),
        0x0980..=0x09ff => Some("und-Beng"),
        0x0b80..=0x0bff => Some("und-Taml"),
        0x0e00..=0x0e7f => Some("und-Thai"),
        0x10a0..=0x10ff => Some("und-Geor"),
        0x1100..=0x11ff | 0xac00..=0xd7af => Some("und-Hang"),
        0x3040..=0x30ff => Some("und-Jpan"),
        0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff => Some("und-Hani"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_several_claims_and_lose_nothing() {
        let long = "wörd ".repeat(2_500);
        let found = parts(&long);
        assert_eq!(found.len(), 4);
        assert!(found.iter().all(|part| part.len() <= MAX_TEXT));
        assert_eq!(found.join(" "), long.trim());
        let solid = "ж".repeat(5_000);
        assert_eq!(parts(&solid).concat(), solid);
        assert!(parts("  ").is_empty());
    }

    #[test]
    fn scripts_are_told_apart() {
        for (name, expected) in [
            ("Abu Ali", None),
            ("Амир", Some("und-Cyrl")),
            ("صدام", Some("und-Arab")),
            ("华信", Some("und-Hani")),
            ("Élan 1", None),
            ("한국", Some("und-Hang")),
        ] {
            assert_eq!(script(name), expected, "{name}");
        }
    }
}
