//! The small tables of a snapshot: kinds with their readings, and sources.

use serde::{Deserialize, Serialize};

use crate::model::{Reliability, Source};

/// What the graph needs to know of a link kind; the schema says it at each build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkKindMeta {
    /// The kind, such as `led_by`.
    pub name: String,
    /// How it reads forwards: `is led by`.
    pub forward: String,
    /// How it reads backwards: `leads`.
    pub backward: String,
    /// Whether it has no direction.
    pub symmetric: bool,
}

/// The metadata of a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// Entity kinds, by code.
    pub kinds: Vec<String>,
    /// Finer types, by code.
    pub finer: Vec<String>,
    /// Link kinds, by code.
    pub link_kinds: Vec<LinkKindMeta>,
    /// How many live entities of each kind there are.
    pub entities_by_kind: Vec<u64>,
    /// How many links of each kind there are.
    pub links_by_kind: Vec<u64>,
    /// How many links have nothing but denials.
    pub denied_links: u64,
    /// How many claims the store had, retracted ones included.
    pub claims: u32,
}

/// What answers show of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMeta {
    /// The id.
    pub id: String,
    /// The title.
    pub title: String,
    /// Reliability, `A` to `F`.
    pub reliability: char,
}

impl From<&Source> for SourceMeta {
    fn from(source: &Source) -> Self {
        let reliability = match source.reliability {
            Reliability::A => 'A',
            Reliability::B => 'B',
            Reliability::C => 'C',
            Reliability::D => 'D',
            Reliability::E => 'E',
            Reliability::F => 'F',
        };
        Self { id: source.id.to_string(), title: source.title.to_string(), reliability }
    }
}
