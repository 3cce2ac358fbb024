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

/// How many links of a kind go from entities of one kind to entities of another, all as codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkEnds {
    /// The link kind.
    pub link: u8,
    /// The kind of the entities that they go out from.
    pub from: u8,
    /// The kind of the entities that they go to.
    pub to: u8,
    /// How many links.
    pub count: u64,
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
    /// The same by the kinds of their ends, in order, as when the snapshot was built: for estimates.
    #[serde(default)]
    pub ends: Vec<LinkEnds>,
    /// How many links have nothing but denials.
    pub denied_links: u64,
    /// How many claims the store had, retracted ones included.
    pub claims: u32,
}

impl Meta {
    /// How many links of a kind go out from an entity, or come in to it if not `out`, on average: of the entities of a
    /// kind, or of all.
    pub fn mean_degree(&self, of: Option<u8>, link: u8, out: bool) -> f64 {
        let entities = match of {
            Some(kind) => self.entities_by_kind.get(usize::from(kind)).copied().unwrap_or(0),
            None => self.entities_by_kind.iter().sum(),
        };
        let fits =
            |ends: &&LinkEnds| ends.link == link && of.is_none_or(|kind| kind == if out { ends.from } else { ends.to });
        let links: u64 = self.ends.iter().filter(fits).map(|ends| ends.count).sum();
        links as f64 / entities.max(1) as f64
    }
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
