//! One line: an entity, a statement, or a change of an entity.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

/// What a line says. Which of its fields are there decides what it is.
#[derive(Debug, Default)]
pub struct Entry {
    /// Of a change: `ADD`, `MOD` or `DEL`.
    pub op: Option<String>,
    /// Of a change: the entity.
    pub entity: Option<Box<Entry>>,
    /// The id of the entity; of a statement, its own.
    pub id: Option<String>,
    /// The schema.
    pub schema: Option<String>,
    /// The properties with their values, as they stand.
    pub properties: Option<Properties>,
    /// The name to show.
    pub caption: Option<String>,
    /// The data sets that the entity stands in.
    pub datasets: Vec<String>,
    /// Ids that the entity has had.
    pub referents: Vec<String>,
    /// Whether the entity is what its data set is about.
    pub target: Option<bool>,
    /// Since when it has been in its data sets.
    pub first_seen: Option<String>,
    /// When it was in them last.
    pub last_seen: Option<String>,
    /// When anything of it changed last.
    pub last_change: Option<String>,
    /// Of a statement: the property.
    pub prop: Option<String>,
    /// Of a statement: the value.
    pub value: Option<String>,
    /// Of a statement: the entity in its data set.
    pub entity_id: Option<String>,
    /// Of a statement: the entity after deduplication.
    pub canonical_id: Option<String>,
    /// Of a statement: the data set.
    pub dataset: Option<String>,
    /// Of a statement: the language of the value.
    pub lang: Option<String>,
    /// Fields that are none of these.
    pub other: Map<String, Value>,
}

impl Entry {
    /// Reads a line.
    ///
    /// # Errors
    /// It is no JSON, or a field is not of its type. The column of the error is the byte after the fault, from 1.
    pub fn parse(line: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(line)
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object: an entity, a statement or a change")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
                let mut entry = Entry::default();
                let mut seen: Vec<String> = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    if seen.contains(&key) {
                        return Err(A::Error::custom(format!("{key:?} stands here twice")));
                    }
                    match key.as_str() {
                        "op" => entry.op = map.next_value()?,
                        "entity" => entry.entity = map.next_value()?,
                        "id" => entry.id = map.next_value()?,
                        "schema" => entry.schema = map.next_value()?,
                        "properties" => entry.properties = map.next_value()?,
                        "caption" => entry.caption = map.next_value()?,
                        "datasets" => entry.datasets = map.next_value::<Option<_>>()?.unwrap_or_default(),
                        "referents" => entry.referents = map.next_value::<Option<_>>()?.unwrap_or_default(),
                        "target" => entry.target = map.next_value()?,
                        "first_seen" => entry.first_seen = map.next_value()?,
                        "last_seen" => entry.last_seen = map.next_value()?,
                        "last_change" => entry.last_change = map.next_value()?,
                        "prop" => entry.prop = map.next_value()?,
                        "value" => entry.value = map.next_value()?,
                        "entity_id" => entry.entity_id = map.next_value()?,
                        "canonical_id" => entry.canonical_id = map.next_value()?,
                        "dataset" => entry.dataset = map.next_value()?,
                        "lang" => entry.lang = map.next_value()?,
                        _ => drop(entry.other.insert(key.clone(), map.next_value()?)),
                    }
                    seen.push(key);
                }
                Ok(entry)
            }
        }
        deserializer.deserialize_map(Read)
    }
}

/// The properties of an entity, in the order of the line.
#[derive(Debug, Default)]
pub struct Properties(pub Vec<(String, Vec<String>)>);

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Properties;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of lists of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Properties, A::Error> {
                let mut all = Vec::new();
                while let Some((property, values)) = map.next_entry::<String, Vec<String>>()? {
                    all.push((property, values));
                }
                Ok(Properties(all))
            }
        }
        deserializer.deserialize_map(Read)
    }
}
