//! What a reader hands to the database: new sources, entities and claims, complete or not at all.

use std::collections::HashMap;

use foldhash::fast::RandomState;

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
    entity_numbers: HashMap<Box<str>, EntityNo, RandomState>,
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
        let number = self.entity_numbers.get(id).copied().unwrap_or(self.entities.len() as EntityNo);
        let Some(known) = self.entities.get_mut(number as usize) else {
            self.entities.push(Entity { id: id.into(), kind, finer });
            self.entity_numbers.insert(id.into(), number);
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
        known.finer = known.finer.or(finer);
        Ok(number)
    }

    /// The number of the entity `id`, if it has been added.
    pub fn entity(&self, id: &str) -> Option<EntityNo> {
        self.entity_numbers.get(id).copied()
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
