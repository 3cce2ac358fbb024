//! Changes on their way into the store, whole or in pieces: known entities recognised, claims that are there already
//! skipped, numbers of the changes made numbers of the store.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use xxhash_rust::xxh3::Xxh3;

use super::{CommitSummary, DatabaseError, commit, project};
use crate::graph::Graph;
use crate::model::{
    Changes, Claim, ClaimNo, CommitNo, Diagnostic, Entity, EntityNo, Modality, Says, Source, SourceNo, Word,
};
use crate::store::{CommitRecord, Store, Transaction};

/// A commit that takes its changes piece by piece. Nothing of them counts before [`Intake::commit`].
pub(super) struct Intake<'d> {
    graph: &'d Graph,
    transaction: Transaction<'d>,
    /// Numbers in the store by those of the changes.
    words: Vec<Option<Word>>,
    sources: Vec<SourceNo>,
    entities: Vec<EntityNo>,
    /// Fingerprints of the claims that the database has already from these sources, and how many have each.
    present: HashMap<u64, u32>,
    /// Whether a claim is the same wherever in its source it stands.
    anywhere: bool,
    /// Whether there is something new beside claims: an entity, a finer type, a text.
    news: bool,
    added: u64,
    summary: CommitSummary,
}

impl<'d> Intake<'d> {
    /// Begins with a graph that projects what is in the store.
    pub fn new(graph: &'d Graph, transaction: Transaction<'d>) -> Self {
        Self {
            graph,
            transaction,
            words: Vec::new(),
            sources: Vec::new(),
            entities: Vec::new(),
            present: HashMap::new(),
            anywhere: false,
            news: false,
            added: 0,
            summary: CommitSummary::default(),
        }
    }

    /// Lets a claim be there already if its source makes it at another place: rows of a table move. As with the releases of a
    /// list, one that stands twice where the database has it once is over by one.
    pub fn anywhere(mut self) -> Self {
        self.anywhere = true;
        self
    }

    /// Takes changes that fit the schema, or the next piece of them ([`Changes::hand_over`]).
    ///
    /// # Errors
    /// They contradict what the database knows of an entity; or the store cannot be read or written.
    pub fn take(&mut self, changes: &Changes) -> Result<(), DatabaseError> {
        let new = changes.sources().get(self.sources.len()..).unwrap_or_default();
        self.recognise(new)?;
        for source in new {
            self.sources.push(self.transaction.source(source)?);
        }
        self.take_texts(changes)?;
        self.words.resize(changes.words.len(), None);
        self.take_entities(changes)?;
        for claim in &changes.claims {
            self.note_sameness(changes, claim);
            let claim = self.renumber(changes, claim.clone())?;
            if self.is_present(&claim) {
                self.summary.skipped += 1;
            } else {
                self.transaction.take(claim)?;
                self.added += 1;
            }
        }
        Ok(())
    }

    /// Makes everything count, with some retractions; without a commit if there is nothing new.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn commit(
        mut self,
        retract: &[ClaimNo],
        author: &str,
        message: &str,
    ) -> Result<(CommitSummary, Option<CommitRecord>), DatabaseError> {
        for &claim in retract {
            self.transaction.retract(claim)?;
        }
        let news = self.news || self.transaction.described_sources()? > 0;
        if self.added == 0 && !news && retract.is_empty() {
            return Ok((CommitSummary { skipped: self.summary.skipped, ..CommitSummary::default() }, None));
        }
        let record = self.transaction.commit(author, commit::now(), message)?;
        Ok((self.summary, Some(record)))
    }

    /// Remembers the live claims that the database has from some sources. O(their claims).
    fn recognise(&mut self, sources: &[Source]) -> Result<(), DatabaseError> {
        let known = self.graph.sources();
        let find = |id: &str| known.iter().position(|known| known.id == id).map(|number| number as SourceNo);
        let sources: Vec<SourceNo> = sources.iter().filter_map(|source| find(&source.id)).collect();
        if sources.is_empty() {
            return Ok(());
        }
        let store: &Store = self.transaction.before();
        let gone = project::retracted(&store.retractions()?, CommitNo::MAX);
        for source in sources {
            for range in self.graph.claims_of_source(source) {
                for claim in store.claims(range)? {
                    let (number, claim) = claim?;
                    if claim.source == source && !gone.contains_key(&number) {
                        *self.present.entry(self.fingerprint(&claim)).or_default() += 1;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether the database has a claim already, and not only as the same as an earlier one of these.
    fn is_present(&mut self, claim: &Claim) -> bool {
        if self.present.is_empty() {
            return false;
        }
        let fingerprint = self.fingerprint(claim);
        let Some(left) = self.present.get_mut(&fingerprint).filter(|left| **left > 0) else { return false };
        if self.anywhere {
            *left -= 1;
        }
        true
    }

    /// A hash of everything that a claim says, and where. It is never stored.
    fn fingerprint(&self, claim: &Claim) -> u64 {
        let Claim { says, when, source, locator, speaker, modality, credibility, text, note } = claim;
        let place = (!self.anywhere).then_some(locator);
        let mut hasher = Xxh3::new();
        (says, when, source, place, speaker, modality, credibility, text, note).hash(&mut hasher);
        hasher.finish()
    }

    /// Takes the texts that the store does not keep already.
    fn take_texts(&mut self, changes: &Changes) -> Result<(), DatabaseError> {
        for (source, text) in &changes.texts {
            let number = self.sources.get(*source as usize).copied().ok_or_else(stray)?;
            if self.transaction.before().text(number)?.is_none_or(|kept| kept.text != *text) {
                self.transaction.text(number, text)?;
                self.news = true;
            }
        }
        Ok(())
    }

    fn take_entities(&mut self, changes: &Changes) -> Result<(), DatabaseError> {
        let mut conflicts = Vec::new();
        let taken = self.entities.len();
        for entity in changes.entities().get(taken..).unwrap_or_default() {
            let number = match self.known(changes, entity) {
                Ok(None) => {
                    self.news = true;
                    let kind = self.word(changes, entity.kind)?;
                    let finer = entity.finer.map(|finer| self.word(changes, finer)).transpose()?;
                    self.transaction.entity(&Entity { id: entity.id.clone(), kind, finer })?
                }
                Ok(Some(number)) => {
                    self.refine(changes, entity, number)?;
                    number
                }
                Err(conflict) => {
                    conflicts.push(*conflict);
                    continue;
                }
            };
            self.entities.push(number);
        }
        for &place in changes.refined_entities() {
            let known = changes.entities().get(place as usize).zip(self.entities.get(place as usize).copied());
            let Some((entity, number)) = known else { continue };
            match self.known(changes, entity) {
                Ok(_) => self.refine(changes, entity, number)?,
                Err(conflict) => conflicts.push(*conflict),
            }
        }
        if conflicts.is_empty() { Ok(()) } else { Err(DatabaseError::Refused(conflicts)) }
    }

    /// The number of an entity that the database knows.
    ///
    /// # Errors
    /// It knows it as something else.
    fn known(&self, changes: &Changes, entity: &Entity) -> Result<Option<EntityNo>, Box<Diagnostic>> {
        let graph = self.graph;
        let Some(number) = graph.any_by_id(&entity.id) else { return Ok(None) };
        let Some(node) = graph.node(number) else { return Ok(Some(number)) };
        let (kind, finer) = (graph.kind_name(node.kind), graph.finer_name(node.finer));
        let (new_kind, new_finer) =
            (changes.words.text(entity.kind), entity.finer.map(|finer| changes.words.text(finer)));
        if kind == new_kind && (finer.is_none() || new_finer.is_none() || finer == new_finer) {
            return Ok(Some(number));
        }
        let show = |kind: &str, finer: Option<&str>| match finer {
            Some(finer) => format!("{kind} ({finer})"),
            None => kind.to_owned(),
        };
        let (id, old, new) = (&entity.id, show(kind, finer), show(new_kind, new_finer));
        Err(Box::new(Diagnostic::new("", 0..0, format!("@{id} is {old} in the database and {new} here"))))
    }

    /// Gives an entity that is in the store without a finer type the one that the changes know.
    fn refine(&mut self, changes: &Changes, entity: &Entity, number: EntityNo) -> Result<(), DatabaseError> {
        let Some(finer) = entity.finer else { return Ok(()) };
        if self.graph.node(number).is_some_and(|node| self.graph.finer_name(node.finer).is_some()) {
            return Ok(());
        }
        let finer = self.word(changes, finer)?;
        self.transaction.refine(number, finer)?;
        self.news = true;
        Ok(())
    }

    /// Notes a claim of sameness as a sentence for the summary.
    fn note_sameness(&mut self, changes: &Changes, claim: &Claim) {
        let Says::SameAs { entity, other } = claim.says else { return };
        let id = |entity: EntityNo| changes.entities().get(entity as usize).map_or("", |entity| &entity.id);
        let note = claim.note.as_deref().map_or_else(String::new, |note| format!(" ({note})"));
        let sentence = format!("@{} and @{}{note}", id(entity), id(other));
        if claim.modality == Modality::Asserted {
            self.summary.joined.push(sentence);
        } else {
            self.summary.proposals.push(sentence);
        }
    }

    /// The store's word for a word of the changes.
    fn word(&mut self, changes: &Changes, word: Word) -> Result<Word, DatabaseError> {
        match self.words.get_mut(word.0 as usize) {
            Some(Some(stored)) => Ok(*stored),
            Some(slot) => Ok(*slot.insert(self.transaction.word(changes.words.text(word))?)),
            None => Err(DatabaseError::Impossible("the changes use a word that they do not have".to_owned())),
        }
    }

    /// A claim of the changes with the numbers of the store.
    fn renumber(&mut self, changes: &Changes, mut claim: Claim) -> Result<Claim, DatabaseError> {
        match &mut claim.says {
            Says::Name { entity, language, .. } => {
                *entity = self.stored(*entity)?;
                *language = language.map(|word| self.word(changes, word)).transpose()?;
            }
            Says::Attribute { entity, key, .. } => {
                *entity = self.stored(*entity)?;
                *key = self.word(changes, *key)?;
            }
            Says::Link { from, kind, to } => {
                *from = self.stored(*from)?;
                *to = self.stored(*to)?;
                *kind = self.word(changes, *kind)?;
            }
            Says::SameAs { entity, other } => {
                *entity = self.stored(*entity)?;
                *other = self.stored(*other)?;
            }
            Says::Exists { entity } => *entity = self.stored(*entity)?,
        }
        claim.source = self.sources.get(claim.source as usize).copied().ok_or_else(stray)?;
        claim.speaker = claim.speaker.map(|speaker| self.stored(speaker)).transpose()?;
        Ok(claim)
    }

    /// The store's number of an entity of the changes.
    fn stored(&self, entity: EntityNo) -> Result<EntityNo, DatabaseError> {
        self.entities.get(entity as usize).copied().ok_or_else(stray)
    }
}

fn stray() -> DatabaseError {
    DatabaseError::Impossible("the changes speak of an entity or a source that they do not have".to_owned())
}
