//! What a reader hands to the database: new sources, entities and claims, complete or not at all.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::{Claim, ClaimNo, Entity, EntityNo, NameRole, Source, SourceNo, Word, Words};

/// A set of changes that is committed as a whole.
///
/// Numbers inside are relative to this value: an [`EntityNo`] indexes [`Changes::entities`], a [`SourceNo`] indexes
/// [`Changes::sources`], a [`Word`] belongs to [`Changes::words`]. Entities and sources that the database already holds
/// are named again here by their id; the database recognises them.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Link kinds, kinds, attribute names and languages used below.
    pub words: Words,
    /// Claims to retract, by their number in the database.
    pub retract: Vec<ClaimNo>,
    /// Claims to add.
    pub claims: Vec<Claim>,
    /// Texts of sources that are to be kept whole.
    pub texts: Vec<(SourceNo, String)>,
    sources: Vec<Source>,
    source_numbers: HashMap<Box<str>, SourceNo, RandomState>,
    entities: Vec<Entity>,
    entity_numbers: Numbers,
    /// How many entities were there when the claims were last handed over.
    handed_over: usize,
    refined: Vec<EntityNo>,
}

/// Numbers of entities by their ids, which stand in the list of entities and not once more here.
#[derive(Clone, Debug, Default)]
struct Numbers {
    hasher: RandomState,
    /// Half of an id's hash, so that growing does not read the ids, and the number.
    table: HashTable<(u32, EntityNo)>,
}

impl Numbers {
    fn hash(&self, id: &str) -> u32 {
        self.hasher.hash_one(id) as u32
    }

    /// The table looks at the upper and the lower bits of its 64.
    fn spread(hash: u32) -> u64 {
        u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    fn get(&self, entities: &[Entity], id: &str) -> Option<EntityNo> {
        let hash = self.hash(id);
        let is = |(other, number): &(u32, EntityNo)| {
            *other == hash && entities.get(*number as usize).is_some_and(|entity| *entity.id == *id)
        };
        self.table.find(Self::spread(hash), is).map(|(_, number)| *number)
    }

    /// Adds an id that is not there yet.
    fn add(&mut self, id: &str, number: EntityNo) {
        let hash = self.hash(id);
        self.table.insert_unique(Self::spread(hash), (hash, number), |(hash, _)| Self::spread(*hash));
    }
}

/// Why something cannot enter a [`Changes`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChangesError {
    /// One id with two kinds or two finer types.
    #[error("{id} is {first} here and {second} elsewhere")]
    Conflict {
        /// The id.
        id: String,
        /// What it is by the first mention.
        first: String,
        /// What it is by this mention.
        second: String,
    },
    /// One source id with two descriptions.
    #[error("source {0} is described twice, in two ways")]
    Source(String),
}

impl Changes {
    /// The number of the entity `id`, added with `kind` and `finer` if it is new. A finer type may be given later.
    ///
    /// # Errors
    /// The id is known here with another kind or finer type.
    pub fn add_entity(&mut self, id: &str, kind: &str, finer: Option<&str>) -> Result<EntityNo, ChangesError> {
        let kind = self.words.intern(kind);
        let finer = finer.map(|text| self.words.intern(text));
        let number = self.entity_numbers.get(&self.entities, id).unwrap_or(self.entities.len() as EntityNo);
        let Some(known) = self.entities.get_mut(number as usize) else {
            self.entities.push(Entity { id: id.into(), kind, finer });
            self.entity_numbers.add(id, number);
            return Ok(number);
        };
        if known.kind != kind || (finer.is_some() && known.finer.is_some() && known.finer != finer) {
            let show = |kind, finer: Option<Word>| match finer {
                Some(finer) => format!("{} ({})", self.words.text(kind), self.words.text(finer)),
                None => self.words.text(kind).to_owned(),
            };
            return Err(ChangesError::Conflict {
                id: id.to_owned(),
                first: show(known.kind, known.finer),
                second: show(kind, finer),
            });
        }
        if known.finer.is_none() && finer.is_some() {
            known.finer = finer;
            if (number as usize) < self.handed_over {
                self.refined.push(number);
            }
        }
        Ok(number)
    }

    /// The number of the entity `id`, if it has been added.
    pub fn entity(&self, id: &str) -> Option<EntityNo> {
        self.entity_numbers.get(&self.entities, id)
    }

    /// The number of a source, added if its id is new.
    ///
    /// # Errors
    /// The id is known here with another description.
    pub fn add_source(&mut self, source: Source) -> Result<SourceNo, ChangesError> {
        if let Some(&number) = self.source_numbers.get(&source.id) {
            return if self.sources.get(number as usize) == Some(&source) {
                Ok(number)
            } else {
                Err(ChangesError::Source(source.id.into()))
            };
        }
        let number = self.sources.len() as SourceNo;
        self.source_numbers.insert(source.id.clone(), number);
        self.sources.push(source);
        Ok(number)
    }

    /// All sources, by number.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// All entities, by number.
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// Entities that have been added since [`Changes::hand_over`]: all of them if it was never called.
    pub fn new_entities(&self) -> std::ops::Range<EntityNo> {
        self.handed_over as EntityNo..self.entities.len() as EntityNo
    }

    /// Entities that were there at the last [`Changes::hand_over`] and have been given a finer type since.
    pub fn refined_entities(&self) -> &[EntityNo] {
        &self.refined
    }

    /// Forgets claims and texts, which somebody else has taken. Entities, sources and words stay, as later claims speak of
    /// them. So a reader can hand over more claims than the memory holds, a piece at a time.
    pub fn hand_over(&mut self) {
        self.claims.clear();
        self.texts.clear();
        self.refined.clear();
        self.handed_over = self.entities.len();
    }

    /// Whether there is nothing to commit.
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty()
            && self.texts.is_empty()
            && self.retract.is_empty()
            && self.sources.is_empty()
            && self.entities.is_empty()
    }
}

/// What readers may ask of the database that their changes go to. `()` knows nothing.
pub trait Lookup {
    /// Kind and finer type of the entity `id`.
    fn entity(&self, id: &str) -> Option<(String, Option<String>)>;
    /// Entities one of whose names is `name` after folding, or after folding and transliteration.
    fn named(&self, name: &str) -> Vec<Match>;
    /// A few ids or names near `text`, the nearest first.
    fn near(&self, text: &str) -> Vec<String>;
}

/// An entity that [`Lookup::named`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// The name that matched, as it is recorded.
    pub name: String,
    /// The role of that name.
    pub role: NameRole,
}

impl Lookup for () {
    fn entity(&self, _: &str) -> Option<(String, Option<String>)> {
        None
    }

    fn named(&self, _: &str) -> Vec<Match> {
        Vec::new()
    }

    fn near(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_has_one_number(ids in prop::collection::vec("[a-c]{1,4}", 0..2000)) {
            let (mut changes, mut slow) = (Changes::default(), Vec::new());
            for id in &ids {
                prop_assert_eq!(changes.entity(id).is_some(), slow.contains(id));
                let number = changes.add_entity(id, "Person", None).unwrap();
                if !slow.contains(id) {
                    slow.push(id.clone());
                }
                prop_assert_eq!(&slow[number as usize], id);
            }
            let known: Vec<&str> = changes.entities().iter().map(|entity| &*entity.id).collect();
            prop_assert_eq!(known, slow);
        }
    }

    #[test]
    fn what_is_new_is_counted_from_the_last_piece() {
        let mut changes = Changes::default();
        changes.add_entity("a", "Person", None).unwrap();
        changes.add_entity("b", "Event", None).unwrap();
        changes.add_entity("b", "Event", Some("attack")).unwrap();
        assert_eq!((changes.new_entities(), changes.refined_entities().len()), (0..2, 0));
        changes.hand_over();
        changes.add_entity("a", "Person", Some("leader")).unwrap();
        changes.add_entity("b", "Event", Some("attack")).unwrap();
        changes.add_entity("c", "Person", None).unwrap();
        assert_eq!((changes.new_entities(), changes.refined_entities()), (2..3, &[0][..]));
        changes.hand_over();
        assert_eq!((changes.new_entities(), changes.refined_entities().len(), changes.entities().len()), (3..3, 0, 3));
    }
}
