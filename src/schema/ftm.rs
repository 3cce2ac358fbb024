//! FollowTheMoney: which of its words is which of ours, and how its ids, entries and long values are kept.
//!
//! The mapping itself stands in `schema/*.toml` (`ftm`, `ftm_in`); here it is looked up, for reading and for writing
//! alike, so that the two cannot disagree. `docs/followthemoney.md` describes the whole.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::{AttributeType, LinkKind, Schema, ValueType};
use crate::model::{Entity, NameRole};

/// What an attribute starts with that is a FollowTheMoney property for which the schema has no word.
pub const PREFIX: &str = "ftm:";

/// The kind of what is no organisation, person, place ... of its own.
pub const RECORD: &str = "Record";
/// The link kind of a field that names another entry.
pub const REFERENCE: &str = "refers_to";
/// The link kind of a tie whose own kind does not join its ends.
pub const TIE: &str = "linked_to";

/// What the id of a source starts with that is a FollowTheMoney data set.
pub const SOURCE: &str = "ftm-";

/// The longest piece of a value, in bytes. A longer value is kept in several claims.
pub const PIECE: usize = 6_000;

/// The properties that hold names, and the role of each.
pub const NAMES: [(&str, NameRole); 5] = [
    ("name", NameRole::Primary),
    ("alias", NameRole::Alias),
    ("weakAlias", NameRole::Weak),
    ("previousName", NameRole::Former),
    ("abbreviation", NameRole::Acronym),
];

/// Properties whose values are ids of other entities, by FollowTheMoney's model. A value is read as a reference only if
/// there is an entity of that id.
const REFERENCES: [&str; 35] = [
    "addressEntity",
    "agent",
    "asset",
    "bank",
    "beneficiary",
    "case",
    "client",
    "contract",
    "creditor",
    "debtor",
    "director",
    "document",
    "entity",
    "holder",
    "involved",
    "issuer",
    "member",
    "object",
    "operator",
    "organization",
    "organizer",
    "owner",
    "parent",
    "participant",
    "party",
    "payer",
    "post",
    "project",
    "proof",
    "receiver",
    "resolved",
    "sender",
    "subject",
    "supplier",
    "vehicle",
];

/// Whether the values of a property may be ids of other entities.
pub fn is_reference(property: &str) -> bool {
    REFERENCES.binary_search(&property).is_ok()
}

/// Whether the end of a link is written by its name and not by its id, since FollowTheMoney has a text there.
pub fn is_by_name(property: &str) -> bool {
    matches!(property, "authority" | "birthPlace" | "citizenship")
}

/// Whether a date is one that FollowTheMoney can have: a year, a month or a day without any doubt.
///
/// ```
/// use tieline::schema::ftm::is_plain_date;
/// assert!(is_plain_date("1971-01-22") && is_plain_date("1971"));
/// assert!(!is_plain_date("1971~") && !is_plain_date("1960/1962") && !is_plain_date("197X"));
/// ```
pub fn is_plain_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let widths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    matches!(widths.as_slice(), [4] | [4, 2] | [4, 2, 2])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        && ValueType::Date.admits(text)
}

/// The property of an attribute that is one of FollowTheMoney's; `None` for an attribute of the schema.
///
/// ```
/// use tieline::schema::ftm::property_of;
/// assert_eq!(property_of("ftm:amountEur"), Some("amountEur"));
/// assert_eq!(property_of("founded"), None);
/// ```
pub fn property_of(attribute: &str) -> Option<&str> {
    attribute.strip_prefix(PREFIX).filter(|property| is_property(property))
}

/// Whether a text may be the name of a property: not empty, at most 100 bytes, without control characters and without white
/// space at its ends.
pub fn is_property(text: &str) -> bool {
    !text.is_empty() && text.len() <= 100 && !text.contains(char::is_control) && text.trim() == text
}

/// The property that holds the name by which entities of a schema are known.
pub fn name_property(schema: &str) -> &'static str {
    if schema == "Address" { "full" } else { "name" }
}

impl Schema {
    /// The kind and the finer type that a FollowTheMoney schema is read as; `None` if this schema has not even a kind for
    /// what it does not know (`Record`).
    pub fn of_ftm(&self, ftm: &str) -> Option<(&str, Option<&str>)> {
        let is = |names: &[Box<str>]| names.iter().any(|name| **name == *ftm);
        if let Some(finer) = self.finer_types().iter().find(|finer| is(&finer.ftm_in)) {
            return Some((&finer.kind, Some(&finer.name)));
        }
        let kind = self.kinds().iter().find(|kind| is(&kind.ftm_in)).or_else(|| self.kind(RECORD))?;
        Some((&kind.name, None))
    }

    /// The FollowTheMoney schema that an entity is written as, unless it says another itself.
    pub fn to_ftm(&self, kind: &str, finer: Option<&str>) -> &str {
        let finer = finer.and_then(|finer| self.finer_type(finer)?.ftm.as_deref());
        finer.or_else(|| self.kind(kind).map(|kind| &*kind.ftm)).unwrap_or("Thing")
    }

    /// The attribute that a property with this value is read as, if the schema has one.
    pub fn ftm_attribute(&self, property: &str, kind: &str, value: &str) -> Option<&AttributeType> {
        let number = self.kinds.number(kind)?;
        self.attributes().iter().find(|attribute| {
            attribute.ftm.as_deref() == Some(property)
                && attribute.of_kinds.has(number)
                && if attribute.value == ValueType::Date { is_plain_date(value) } else { attribute.value.admits(value) }
        })
    }

    /// The link kinds that entries of a schema are read as, each with the properties of its ends.
    pub fn ftm_edges<'s>(&'s self, ftm: &'s str) -> impl Iterator<Item = (&'s LinkKind, &'s str, &'s str)> {
        self.links().iter().filter_map(move |link| {
            let fits = link.ftm.read && *link.ftm.schema == *ftm;
            Some((link, link.ftm.from.as_deref()?, link.ftm.to.as_deref()?)).filter(|_| fits)
        })
    }

    /// The link kind that a property with another entity's id is read as, and whether the link goes out from the entity that
    /// has the property.
    pub fn ftm_reference(&self, ftm: &str, property: &str) -> Option<(&LinkKind, bool)> {
        self.links()
            .iter()
            .filter(|link| link.ftm.read && (*link.ftm.schema == *ftm || &*link.ftm.schema == "Thing"))
            .find_map(|link| match (link.ftm.from.as_deref(), link.ftm.to.as_deref()) {
                (None, Some(to)) if to == property => Some((link, true)),
                (Some(from), None) if from == property => Some((link, false)),
                _ => None,
            })
    }
}

/// The narrower of two schemata of one entity: that of which the other is a generalisation. `None` if they exclude each other.
///
/// ```
/// use tieline::schema::ftm::narrower;
/// assert_eq!(narrower("LegalEntity", "Company"), Some("Company"));
/// assert_eq!(narrower("Person", "Company"), None);
/// ```
pub fn narrower<'a>(one: &'a str, other: &'a str) -> Option<&'a str> {
    /// A part of FollowTheMoney's hierarchy: what a data set may call the same entity in different places.
    const PARENTS: [(&str, &[&str]); 9] = [
        ("LegalEntity", &["Thing"]),
        ("Person", &["LegalEntity"]),
        ("Organization", &["LegalEntity"]),
        ("PublicBody", &["Organization"]),
        ("Company", &["Organization", "Asset"]),
        ("Asset", &["Thing"]),
        ("Vehicle", &["Asset"]),
        ("Vessel", &["Vehicle"]),
        ("Airplane", &["Vehicle"]),
    ];
    fn is(narrow: &str, wide: &str) -> bool {
        let parents = PARENTS.iter().find(|(name, _)| *name == narrow).map_or(&[][..], |(_, parents)| parents);
        narrow == wide || wide == "Thing" || parents.iter().any(|parent| is(parent, wide))
    }
    if is(one, other) {
        Some(one)
    } else if is(other, one) {
        Some(other)
    } else {
        None
    }
}

/// What separates the readable part of an id from the letters and bytes that our ids cannot have.
const MARK: &str = "..";

/// A FollowTheMoney id as an id of ours. An id that is one already stays as it is; capital letters become small ones and other
/// characters `_`, and what they were is said behind two dots, so that no two ids become one.
///
/// `None` if the result would be longer than an id may be.
///
/// ```
/// use tieline::schema::ftm::{from_id, to_id};
/// assert_eq!(to_id("ofac-32733").as_deref(), Some("ofac-32733"));
/// assert_eq!(to_id("NK-2Gd").as_deref(), Some("nk-2gd..7"));
/// assert_eq!(from_id("nk-2gd..7"), "NK-2Gd");
/// ```
pub fn to_id(ftm: &str) -> Option<Box<str>> {
    if Entity::is_id(ftm) && !ftm.contains(MARK) && !ftm.starts_with(PREFIX) {
        return Some(ftm.into());
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':');
    let escapes = ftm.bytes().any(|byte| !plain(byte) && byte != b'_');
    let (mut body, mut foreign) = (String::new(), String::new());
    let mut capitals: Vec<u8> = Vec::new();
    let mut letters = 0;
    for byte in ftm.bytes() {
        if plain(byte) {
            body.push(char::from(byte.to_ascii_lowercase()));
        } else {
            body.push('_');
            if escapes {
                // Writing to a String cannot fail.
                let _ = write!(foreign, "{byte:02x}");
            }
        }
        if byte.is_ascii_alphabetic() {
            if letters % 4 == 0 {
                capitals.push(0);
            }
            if let Some(last) = capitals.last_mut() {
                *last |= u8::from(byte.is_ascii_uppercase()) << (letters % 4);
            }
            letters += 1;
        }
    }
    while capitals.last() == Some(&0) {
        capitals.pop();
    }
    let mut id = String::new();
    if ftm.starts_with(PREFIX) || !body.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        id.push_str(PREFIX);
    }
    id.push_str(&body);
    if !capitals.is_empty() || escapes || body.contains(MARK) {
        id.push_str(MARK);
        for digit in &capitals {
            let _ = write!(id, "{digit:x}");
        }
        if escapes {
            id.push('-');
            id.push_str(&foreign);
        }
    }
    Entity::is_id(&id).then(|| id.into())
}

/// The FollowTheMoney id of one of ours: what [`to_id`] made it of, or the id itself if it is none of those.
pub fn from_id(id: &str) -> String {
    decoded(id).filter(|ftm| to_id(ftm).as_deref() == Some(id)).unwrap_or_else(|| id.to_owned())
}

fn decoded(id: &str) -> Option<String> {
    let rest = id.strip_prefix(PREFIX).unwrap_or(id);
    let Some((body, code)) = rest.rsplit_once(MARK) else { return Some(rest.to_owned()) };
    let (capitals, foreign) = match code.split_once('-') {
        Some((capitals, foreign)) => (capitals, Some(foreign)),
        None => (code, None),
    };
    let capitals: Option<Vec<u32>> = capitals.chars().map(|digit| digit.to_digit(16)).collect();
    let capitals = capitals?;
    let mut bytes = Vec::with_capacity(body.len());
    let (mut letters, mut at) = (0, 0);
    for byte in body.bytes() {
        if byte.is_ascii_alphabetic() {
            let capital = capitals.get(letters / 4).is_some_and(|digit| digit >> (letters % 4) & 1 == 1);
            bytes.push(if capital { byte.to_ascii_uppercase() } else { byte });
            letters += 1;
        } else if let (b'_', Some(foreign)) = (byte, foreign) {
            bytes.push(u8::from_str_radix(foreign.get(at..at + 2)?, 16).ok()?);
            at += 2;
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The note of a claim that carries an entry of FollowTheMoney: the entry as JSON.
pub fn note(entry: &Map<String, Value>) -> String {
    format!("ftm {}", Value::Object(entry.clone()))
}

/// The entry that a note carries, if it carries one.
pub fn noted(note: &str) -> Option<Map<String, Value>> {
    serde_json::from_str(note.strip_prefix("ftm ")?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_id_is_kept(id in "\\PC{1,40}") {
            if let Some(ours) = to_id(&id) {
                prop_assert!(Entity::is_id(&ours));
                prop_assert_eq!(from_id(&ours), id);
            }
        }

        #[test]
        fn ids_like_those_of_lists_are_kept(id in "(ftm:|NK-)?[A-Za-z0-9_.:/-]{1,30}") {
            let ours = to_id(&id).unwrap();
            prop_assert_eq!(from_id(&ours), id);
        }

        #[test]
        fn any_id_of_ours_is_written_without_a_panic(id in "[a-z0-9][a-z0-9._:-]{0,30}") {
            let _ = from_id(&id);
        }
    }

    #[test]
    fn ids_stay_readable() {
        for (ftm, ours) in [
            ("Q42", "q42..1"),
            ("addr-12", "addr-12"),
            ("a b", "a_b..-20"),
            ("a_b", "a_b"),
            ("a_b c", "a_b_c..-5f20"),
            ("-x", "ftm:-x"),
            ("a..b", "a..b.."),
            ("É", "ftm:__..-c389"),
        ] {
            assert_eq!(to_id(ftm).as_deref(), Some(ours), "{ftm}");
            assert_eq!(from_id(ours), ftm);
        }
        assert_eq!(to_id(&"é".repeat(100)), None);
    }

    #[test]
    fn references_are_in_order() {
        assert!(REFERENCES.is_sorted() && is_reference("holder") && !is_reference("name"));
    }

    #[test]
    fn what_is_read_is_written_as_the_same() {
        let schema = Schema::builtin();
        for ftm in
            ["Person", "Organization", "LegalEntity", "Company", "Vessel", "Airplane", "Address", "Event", "Sanction"]
        {
            let (kind, finer) = schema.of_ftm(ftm).unwrap();
            assert_eq!(schema.to_ftm(kind, finer), ftm);
        }
        assert_eq!(schema.of_ftm("CryptoWallet"), Some((RECORD, None)));
        for edge in ["Ownership", "Membership", "Directorship", "Payment", "Succession", "UnknownLink"] {
            assert_eq!(schema.ftm_edges(edge).count(), 1, "{edge}");
        }
        let (link, outward) = schema.ftm_reference("Person", "addressEntity").unwrap();
        assert_eq!((&*link.name, outward), ("located_in", true));
        let (link, outward) = schema.ftm_reference("Sanction", "entity").unwrap();
        assert_eq!((&*link.name, outward), ("has_status", false));
        assert!(schema.ftm_reference("Note", "entity").is_none());
    }
}
