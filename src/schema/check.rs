//! Checking changes against a schema.

use super::{AttributeType, KindSet, LinkKind, Named, Schema, ValueType};
use crate::model::{Changes, DateError, Entity, EntityNo, Period, Says, Word, Words};

/// Something in a [`Changes`] that the schema does not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct SchemaError {
    /// Where it is.
    pub about: About,
    /// Which part of that is wrong.
    pub part: Part,
    /// Where in the part, if the part is the value of an attribute: a byte offset.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// What may help: the nearest name, the ends that would fit.
    pub help: Option<String>,
}

/// What a [`SchemaError`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// An entity, by its number.
    Entity(EntityNo),
    /// A claim, by its place in [`Changes::claims`].
    Claim(usize),
}

/// The part of an entity or a claim that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The id of an entity.
    Id,
    /// The kind of an entity.
    Kind,
    /// The finer type of an entity.
    FinerType,
    /// The kind of a link.
    Link,
    /// The entities that a claim is about, which do not fit it.
    Ends,
    /// The name of an attribute.
    Attribute,
    /// The value of an attribute.
    Value,
}

/// What is wrong with a part of an entity or a claim.
struct Fault {
    part: Part,
    at: usize,
    message: String,
    help: Option<String>,
}

impl Fault {
    fn new(part: Part, message: String, help: Option<String>) -> Self {
        Self { part, at: 0, message, help }
    }

    fn about(self, about: About) -> SchemaError {
        let Self { part, at, message, help } = self;
        SchemaError { about, part, at, message, help }
    }

    /// A name that the schema does not know.
    fn unknown(part: Part, what: &str, name: &str, near: Option<&str>) -> Self {
        Self::new(part, format!("there is no {what} {name:?}"), near.map(|near| format!("did you mean {near}?")))
    }
}

/// What [`Entity::is_id`] asks for, in words.
pub(crate) const ID_SHAPE: &str =
    "an id is of lower-case letters, digits and -_.: and starts with a letter or a digit, 200 bytes at most";

/// The number that stands for a kind that the schema does not know.
const UNKNOWN: u16 = u16::MAX;

/// The most errors that one check reports: a mapping that is wrong is wrong in every row of a large file.
const MAX_ERRORS: usize = 10_000;

impl Schema {
    /// Holds changes against the schema: ids are well formed, kinds, types, link kinds and attributes are known, ends
    /// fit, values are of their type. Links of symmetric kinds are turned so that the smaller id comes first.
    ///
    /// Time is linear in the number of entities and claims.
    ///
    /// # Errors
    /// Everything that does not hold (at most 10,000 errors), in the order of entities and then of claims.
    pub fn check(&self, changes: &mut Changes) -> Result<(), Vec<SchemaError>> {
        self.checking().check(changes)
    }

    /// A check of changes that are handed over in pieces.
    pub fn checking(&self) -> Checking<'_> {
        Checking { schema: self, kinds: Vec::new(), links: Vec::new(), attributes: Vec::new() }
    }

    fn check_entity(&self, words: &Words, entity: &Entity) -> Vec<Fault> {
        let mut faults = Vec::new();
        let id = &entity.id;
        if !Entity::is_id(id) {
            faults.push(Fault::new(Part::Id, format!("{id:?} is no id"), Some(ID_SHAPE.to_owned())));
        }
        let kind = words.text(entity.kind);
        if kind.is_empty() {
            let kinds: Vec<&str> = self.kinds.names().collect();
            faults.push(Fault::new(
                Part::Kind,
                format!("{id} needs a kind"),
                Some(format!("one of {}", kinds.join(", "))),
            ));
        } else if self.kind(kind).is_none() {
            faults.push(Fault::unknown(Part::Kind, "kind", kind, self.near_kind(kind)));
        }
        if let Some(finer) = entity.finer.map(|finer| words.text(finer)) {
            match self.finer_type(finer) {
                None => faults.push(Fault::unknown(Part::FinerType, "type", finer, self.near_finer_type(finer))),
                Some(known) if *known.kind != *kind && self.kind(kind).is_some() => {
                    let message = format!("{finer} is a type of {}, and {id} is of the kind {kind}", known.kind);
                    faults.push(Fault::new(Part::FinerType, message, None));
                }
                Some(_) => {}
            }
        }
        faults
    }

    fn in_words(&self, kinds: KindSet) -> String {
        let named = self.kinds.list.iter().enumerate().filter(|(number, _)| kinds.has(*number));
        let names: Vec<&str> = named.map(|(_, kind)| kind.name()).collect();
        match names.split_last() {
            _ if names.len() == self.kinds.list.len() => "anything".to_owned(),
            Some((last, [])) => (*last).to_owned(),
            Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
            None => "nothing".to_owned(),
        }
    }
}

/// A check of changes whose claims are handed over in pieces ([`Changes::hand_over`]). It remembers what it must know of the
/// entities before: two bytes of each. Definitions stand by the numbers of words and entities, so that a claim costs no
/// hashing.
#[derive(Debug)]
pub struct Checking<'s> {
    schema: &'s Schema,
    kinds: Vec<u16>,
    links: Vec<Option<&'s LinkKind>>,
    attributes: Vec<Option<&'s AttributeType>>,
}

impl Checking<'_> {
    /// Holds the next piece against the schema, as [`Schema::check`] does the whole.
    ///
    /// # Errors
    /// Everything in this piece that does not hold (at most 10,000 errors), in the order of entities and then of claims.
    /// Claims are counted from the start of the piece.
    pub fn check(&mut self, changes: &mut Changes) -> Result<(), Vec<SchemaError>> {
        let schema = self.schema;
        let mut errors = Vec::new();
        let new = changes.entities().get(self.kinds.len()..).unwrap_or_default();
        self.kinds.extend(new.iter().map(|entity| {
            let number = schema.kinds.number(changes.words.text(entity.kind));
            number.and_then(|number| u16::try_from(number).ok()).unwrap_or(UNKNOWN)
        }));
        for number in changes.refined_entities().iter().copied().chain(changes.new_entities()) {
            let Some(entity) = changes.entities().get(number as usize) else { continue };
            let faults = schema.check_entity(&changes.words, entity);
            let room = MAX_ERRORS - errors.len();
            errors.extend(faults.into_iter().take(room).map(|fault| fault.about(About::Entity(number))));
        }
        self.links.extend(changes.words.iter().skip(self.links.len()).map(|word| schema.link(word)));
        self.attributes.extend(changes.words.iter().skip(self.attributes.len()).map(|word| schema.attribute(word)));
        let mut claims = std::mem::take(&mut changes.claims);
        let checker = Checker { with: self, changes };
        for (number, claim) in claims.iter_mut().enumerate() {
            if errors.len() >= MAX_ERRORS {
                break;
            }
            if let Err(fault) = checker.check(&mut claim.says) {
                errors.push(fault.about(About::Claim(number)));
            }
        }
        changes.claims = claims;
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// What the claims of a piece are checked with.
struct Checker<'a> {
    with: &'a Checking<'a>,
    changes: &'a Changes,
}

impl Checker<'_> {
    fn check(&self, says: &mut Says) -> Result<(), Fault> {
        match says {
            Says::Name { entity, .. } | Says::Exists { entity } => self.kind(*entity).map(|_| ()),
            Says::Attribute { entity, key, value } => self.check_attribute(*entity, *key, value),
            Says::Link { from, kind, to } => {
                let link = self.check_link(*from, *kind, *to)?;
                if link.symmetric && self.id(*to) < self.id(*from) {
                    std::mem::swap(from, to);
                }
                Ok(())
            }
            Says::SameAs { entity, other } => {
                let (first, second) = (self.kind(*entity)?, self.kind(*other)?);
                if first == second || first == UNKNOWN || second == UNKNOWN {
                    return Ok(());
                }
                let (entity, other) = (self.with_kind(*entity), self.with_kind(*other));
                let message = format!("{entity} and {other} are of different kinds and cannot be the same");
                Err(Fault::new(Part::Ends, message, None))
            }
        }
    }

    fn check_link(&self, from: EntityNo, kind: Word, to: EntityNo) -> Result<&LinkKind, Fault> {
        let (from_kind, to_kind) = (self.kind(from)?, self.kind(to)?);
        let Some(link) = self.with.links.get(kind.0 as usize).copied().flatten() else {
            let name = self.changes.words.text(kind);
            return Err(Fault::unknown(Part::Link, "link kind", name, self.with.schema.near_link(name)));
        };
        // An entity of an unknown kind has its own error already.
        if from_kind == UNKNOWN || to_kind == UNKNOWN || link.joins(from_kind.into(), to_kind.into()) {
            return Ok(link);
        }
        let message = format!("{} does not join {} to {}", link.name, self.with_kind(from), self.with_kind(to));
        let help = if link.joins(to_kind.into(), from_kind.into()) {
            format!("the other way round it does: {} {} {}", self.id(to), link.forward, self.id(from))
        } else {
            let same = if link.same_kind { " of the same kind" } else { "" };
            let (from, to) = (self.with.schema.in_words(link.from_kinds), self.with.schema.in_words(link.to_kinds));
            format!("it joins {from} to {to}{same}")
        };
        Err(Fault::new(Part::Ends, message, Some(help)))
    }

    fn check_attribute(&self, entity: EntityNo, key: Word, value: &str) -> Result<(), Fault> {
        let kind = self.kind(entity)?;
        let Some(attribute) = self.with.attributes.get(key.0 as usize).copied().flatten() else {
            let name = self.changes.words.text(key);
            // What FollowTheMoney says and the schema has no word for is kept as it is.
            if super::ftm::property_of(name).is_some() {
                return Ok(());
            }
            return Err(Fault::unknown(Part::Attribute, "attribute", name, self.with.schema.near_attribute(name)));
        };
        let name = &attribute.name;
        if kind != UNKNOWN && !attribute.of_kinds.has(kind.into()) {
            let help = format!("it goes with {}", self.with.schema.in_words(attribute.of_kinds));
            let message = format!("{} has no attribute {name}", self.with_kind(entity));
            return Err(Fault::new(Part::Attribute, message, Some(help)));
        }
        attribute.value.check(value).map_err(|refused| {
            let (at, message) = match refused {
                Refused::Date(error) => (error.at, error.message),
                Refused::Not(wanted) => (0, format!("{name} is to be {wanted}, not {value:?}")),
            };
            Fault { part: Part::Value, at, message, help: None }
        })
    }

    /// The number of an entity's kind.
    fn kind(&self, entity: EntityNo) -> Result<u16, Fault> {
        let missing = || Fault::new(Part::Ends, format!("entity {entity} is not among the changes"), None);
        self.with.kinds.get(entity as usize).copied().ok_or_else(missing)
    }

    fn id(&self, entity: EntityNo) -> &str {
        self.changes.entities().get(entity as usize).map_or("", |entity| &entity.id)
    }

    fn with_kind(&self, entity: EntityNo) -> String {
        let kind = self.changes.entities().get(entity as usize).map(|entity| entity.kind);
        format!("{} ({})", self.id(entity), kind.map_or("", |kind| self.changes.words.text(kind)))
    }
}

/// Why a value is not of its type.
enum Refused {
    /// It is no date.
    Date(DateError),
    /// It is not this.
    Not(String),
}

impl ValueType {
    /// Whether a text is a value of this type.
    pub fn admits(&self, value: &str) -> bool {
        self.check(value).is_ok()
    }

    fn check(&self, value: &str) -> Result<(), Refused> {
        let is = |holds: bool, wanted: &str| if holds { Ok(()) } else { Err(Refused::Not(wanted.to_owned())) };
        match self {
            ValueType::Text => is(!value.trim().is_empty(), "a text"),
            ValueType::Number => is(value.parse::<f64>().is_ok_and(f64::is_finite), "a number"),
            ValueType::Boolean => is(matches!(value, "true" | "false"), "true or false"),
            ValueType::Url => {
                let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://")).unwrap_or_default();
                let whole = !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || c.is_control());
                is(whole, "an address that starts with https:// or http://")
            }
            ValueType::Word(words) => {
                is(words.iter().any(|word| **word == *value), &format!("one of {}", words.join(", ")))
            }
            ValueType::Date => value.parse::<Period>().map(|_| ()).map_err(Refused::Date),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Claim, Credibility, Locator, Modality};

    fn says(changes: &mut Changes, says: Says) {
        changes.claims.push(Claim {
            says,
            when: None,
            source: 0,
            locator: Locator::default(),
            speaker: None,
            modality: Modality::Asserted,
            credibility: Credibility::UNKNOWN,
            text: None,
            note: None,
        });
    }

    fn link(changes: &mut Changes, from: EntityNo, kind: &str, to: EntityNo) {
        let kind = changes.words.intern(kind);
        says(changes, Says::Link { from, kind, to });
    }

    fn attribute(changes: &mut Changes, entity: EntityNo, key: &str, value: &str) {
        let key = changes.words.intern(key);
        says(changes, Says::Attribute { entity, key, value: value.into() });
    }

    #[test]
    fn everything_that_does_not_fit_is_said() {
        let mut changes = Changes::default();
        let group = changes.add_entity("zeta", "Organisation", Some("militant_group")).unwrap();
        let person = changes.add_entity("adam", "Person", None).unwrap();
        let _ = changes.add_entity("Bad Id", "Person", None).unwrap();
        let odd = changes.add_entity("odd", "Persn", None).unwrap();
        let _ = changes.add_entity("place", "Place", Some("attack")).unwrap();
        link(&mut changes, person, "led_by", group);
        link(&mut changes, person, "led_by", odd);
        link(&mut changes, group, "leads_by", person);
        link(&mut changes, 99, "led_by", person);
        attribute(&mut changes, person, "founded", "2001");
        attribute(&mut changes, person, "gendr", "male");
        attribute(&mut changes, person, "gender", "man");
        attribute(&mut changes, group, "factions", "some");
        attribute(&mut changes, group, "website", "ftp://x");
        attribute(&mut changes, group, "sanctioned", "yes");
        attribute(&mut changes, group, "founded", "2021-13-40");
        says(&mut changes, Says::SameAs { entity: group, other: person });
        let errors = Schema::builtin().check(&mut changes).unwrap_err();
        let shown: Vec<String> =
            errors.iter().map(|e| format!("{e} / {}", e.help.as_deref().unwrap_or("no help"))).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        "Bad Id" is no id / an id is of lower-case letters, digits and -_.: and starts with a letter or a digit, 200 bytes at most
        there is no kind "Persn" / did you mean Person?
        attack is a type of Event, and place is of the kind Place / no help
        led_by does not join adam (Person) to zeta (Organisation) / the other way round it does: zeta is led by adam
        there is no link kind "leads_by" / did you mean led_by?
        entity 99 is not among the changes / no help
        adam (Person) has no attribute founded / it goes with Organisation
        there is no attribute "gendr" / did you mean gender?
        gender is to be one of female, male, other, not "man" / no help
        factions is to be a number, not "some" / no help
        website is to be an address that starts with https:// or http://, not "ftp://x" / no help
        sanctioned is to be true or false, not "yes" / no help
        13 is no month; expected 01 to 12, or a season from 21 to 24 / no help
        zeta (Organisation) and adam (Person) are of different kinds and cannot be the same / no help
        "#);
    }

    #[test]
    fn a_symmetric_link_starts_at_the_smaller_id() {
        let mut changes = Changes::default();
        let zeta = changes.add_entity("zeta", "Organisation", None).unwrap();
        let alpha = changes.add_entity("alpha", "Organisation", None).unwrap();
        link(&mut changes, zeta, "allied_with", alpha);
        link(&mut changes, alpha, "allied_with", zeta);
        link(&mut changes, zeta, "part_of", alpha);
        Schema::builtin().check(&mut changes).unwrap();
        let ends: Vec<_> = changes.claims.iter().map(|claim| claim.says.subject()).collect();
        assert_eq!(ends, [alpha, alpha, zeta]);
    }
}
