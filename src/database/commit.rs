//! Committing changes and undoing commits: to the store first, then to the graph.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use xxhash_rust::xxh3::Xxh3;

use super::{CommitSummary, Database, DatabaseError, project, refold};
use crate::graph::{Delta, Graph};
use crate::model::{Changes, Claim, ClaimNo, CommitNo, Diagnostic, Entity, EntityNo, Modality, Says, SourceNo, Word};
use crate::store::{CommitRecord, Store};

/// A database of fewer claims is folded anew after each commit.
const SMALL_DATABASE: u32 = 20_000;
/// A commit of more claims is folded anew together with everything else.
const SMALL_COMMIT: usize = 5_000;
/// The most touched entities and links that are laid over a snapshot before everything is folded anew.
pub(super) const LARGE_DELTA: usize = 20_000;

/// Claims that a commit added, retracted or restored.
pub(super) struct Touched {
    pub added: Range<ClaimNo>,
    pub retracted: Vec<ClaimNo>,
    pub restored: Vec<ClaimNo>,
}

impl Database {
    /// Commits changes: everything or nothing. Claims that the database has already, from the same source at the same
    /// place and of the same content, are skipped, so that doing it twice adds nothing.
    ///
    /// # Errors
    /// The changes do not fit the schema or contradict what is known of an entity; or the store cannot be written.
    pub fn commit(
        &mut self,
        mut changes: Changes,
        author: &str,
        message: &str,
    ) -> Result<CommitSummary, DatabaseError> {
        self.schema().check(&mut changes).map_err(|errors| {
            DatabaseError::Refused(errors.iter().map(|error| Diagnostic::new("", 0..0, error.to_string())).collect())
        })?;
        let mut read = (self.known_entities(&changes), self.present(&changes));
        if self.mend()? {
            read = (self.known_entities(&changes), self.present(&changes));
        }
        let (known, present) = (read.0?, read.1?);
        let (time, author) = (now(), author.to_owned());
        let mut summary = self.sameness(&changes);
        let (_, store) = self.graph_and_store()?;
        let texts = new_texts(store, &changes)?;
        let mut transaction = store.begin()?;
        let mut words: Vec<Option<Word>> = vec![None; changes.words.len()];
        let mut sources = Vec::with_capacity(changes.sources().len());
        let mut new_sources = false;
        for source in changes.sources() {
            sources.push(transaction.source(source)?);
        }
        let new_texts = texts.len();
        for (source, text) in texts {
            let number = sources.get(source as usize).copied();
            transaction.text(number.ok_or_else(stray)?, text)?;
        }
        let mut entities = Vec::with_capacity(changes.entities().len());
        let mut new_entities = 0;
        for (entity, known) in changes.entities().iter().zip(known) {
            let mut word = |word: Word| -> Result<Word, DatabaseError> {
                intern(&mut words, word, |word| transaction.word(changes.words.text(word)))
            };
            entities.push(match known {
                Known::New => {
                    new_entities += 1;
                    let stored = Entity {
                        id: entity.id.clone(),
                        kind: word(entity.kind)?,
                        finer: entity.finer.map(&mut word).transpose()?,
                    };
                    transaction.entity(&stored)?
                }
                Known::Refined(number, finer) => {
                    let finer = word(finer)?;
                    transaction.refine(number, finer)?;
                    new_sources = true;
                    number
                }
                Known::Same(number) => number,
            });
        }

        let mut added = 0u64;
        for claim in changes.claims {
            let claim = renumber(claim, &entities, &sources, |word| {
                intern(&mut words, word, |word| transaction.word(changes.words.text(word)))
            })?;
            if !present.is_empty() && present.contains(&fingerprint(&claim)) {
                summary.skipped += 1;
            } else {
                transaction.claim(&claim)?;
                added += 1;
            }
        }
        for &claim in &changes.retract {
            transaction.retract(claim)?;
        }
        new_sources |= transaction.described_sources()? > 0;
        if added == 0 && new_entities == 0 && !new_sources && new_texts == 0 && changes.retract.is_empty() {
            return Ok(CommitSummary { skipped: summary.skipped, ..CommitSummary::default() });
        }
        let record = transaction.commit(&author, time, message)?;
        let touched = Touched { added: record.claims.clone(), retracted: changes.retract, restored: Vec::new() };
        summary.commit = Some(record.commit.clone());
        self.project(&record, &touched)?;
        Ok(summary)
    }

    /// Undoes a commit: what it added is retracted, what it retracted is restored. This is a commit of its own, which
    /// can be undone.
    ///
    /// # Errors
    /// There is no such commit, nothing of it is left to undo, or the store cannot be written.
    pub fn undo(&mut self, number: CommitNo, author: &str) -> Result<CommitSummary, DatabaseError> {
        let (_, store) = self.graph_and_store()?;
        let commits = store.commits()?;
        let Some(record) = commits.iter().find(|record| record.commit.number == number) else {
            let known = match commits.last() {
                Some(last) => format!("the last one is {}", last.commit.number),
                None => "there is none yet".to_owned(),
            };
            return Err(DatabaseError::Impossible(format!("there is no commit {number}: {known}")));
        };
        let events = store.retractions()?;
        let gone = project::retracted(&events, CommitNo::MAX);
        let mut touched = Touched { added: 0..0, retracted: Vec::new(), restored: Vec::new() };
        touched.retracted.extend(record.claims.clone().filter(|claim| !gone.contains_key(claim)));
        for event in events.iter().filter(|event| event.commit == number) {
            let is_gone = gone.contains_key(&event.claim);
            match event.restored {
                false if is_gone => touched.restored.push(event.claim),
                true if !is_gone => touched.retracted.push(event.claim),
                _ => {}
            }
        }
        if touched.retracted.is_empty() && touched.restored.is_empty() {
            return Err(DatabaseError::Impossible(format!("nothing of commit {number} is left to undo")));
        }
        let mut transaction = store.begin()?;
        for &claim in &touched.retracted {
            transaction.retract(claim)?;
        }
        for &claim in &touched.restored {
            transaction.restore(claim)?;
        }
        let record = transaction.commit(author, now(), &format!("undo {number}"))?;
        self.project(&record, &touched)?;
        let restored = touched.restored.len() as u32;
        Ok(CommitSummary { commit: Some(record.commit), restored, ..CommitSummary::default() })
    }

    pub(super) fn graph_and_store(&mut self) -> Result<(&Graph, &mut Store), DatabaseError> {
        if self.store.is_none() && self.graph.generation() == 0 {
            self.store = Some(Store::open_or_create(&self.directory)?);
        }
        super::claims::open_store(&self.directory, &mut self.store)?;
        let generation = self.store.as_ref().map(|store| store.generation().generation);
        if generation != Some(self.graph.generation()) {
            // Another process committed since this one opened the database.
            if let Some(store) = &self.store {
                self.graph = match project::open(&self.directory, store.generation()) {
                    Ok(graph) => graph,
                    Err(_) => project::build_and_keep(&self.directory, store, &mut self.notices)?,
                };
            }
        }
        let store = super::claims::open_store(&self.directory, &mut self.store)?;
        Ok((&self.graph, store))
    }

    /// Fingerprints of the claims that the database has already from the sources of some changes.
    fn present(&mut self, changes: &Changes) -> Result<HashSet<u64>, DatabaseError> {
        let (graph, store) = self.graph_and_store()?;
        let sources = graph.sources();
        let find = |id: &str| sources.iter().position(|known| known.id == id).map(|number| number as SourceNo);
        let known: Vec<SourceNo> = changes.sources().iter().filter_map(|source| find(&source.id)).collect();
        fingerprints(store, graph, &known)
    }

    /// What the database knows of the entities of some changes.
    fn known_entities(&mut self, changes: &Changes) -> Result<Vec<Known>, DatabaseError> {
        let (graph, _) = self.graph_and_store()?;
        let mut conflicts = Vec::new();
        let mut known = Vec::with_capacity(changes.entities().len());
        for entity in changes.entities() {
            let Some(number) = graph.any_by_id(&entity.id) else {
                known.push(Known::New);
                continue;
            };
            let Some(node) = graph.node(number) else { continue };
            let kind = graph.kind_name(node.kind);
            let finer = graph.finer_name(node.finer);
            let (new_kind, new_finer) =
                (changes.words.text(entity.kind), entity.finer.map(|finer| changes.words.text(finer)));
            if kind != new_kind || (finer.is_some() && new_finer.is_some() && finer != new_finer) {
                let show = |kind: &str, finer: Option<&str>| match finer {
                    Some(finer) => format!("{kind} ({finer})"),
                    None => kind.to_owned(),
                };
                conflicts.push(Diagnostic::new(
                    "",
                    0..0,
                    format!(
                        "@{} is {} in the database and {} here",
                        entity.id,
                        show(kind, finer),
                        show(new_kind, new_finer)
                    ),
                ));
            }
            known.push(match (finer, entity.finer) {
                (None, Some(finer)) => Known::Refined(number, finer),
                _ => Known::Same(number),
            });
        }
        if conflicts.is_empty() { Ok(known) } else { Err(DatabaseError::Refused(conflicts)) }
    }

    /// The claims of sameness in some changes, as sentences.
    fn sameness(&self, changes: &Changes) -> CommitSummary {
        let mut summary = CommitSummary::default();
        for claim in &changes.claims {
            let Says::SameAs { entity, other } = claim.says else { continue };
            let id = |entity: EntityNo| changes.entities().get(entity as usize).map_or("", |entity| &entity.id);
            let note = claim.note.as_deref().map_or_else(String::new, |note| format!(" ({note})"));
            let sentence = format!("@{} and @{}{note}", id(entity), id(other));
            if claim.modality == Modality::Asserted {
                summary.joined.push(sentence);
            } else {
                summary.proposals.push(sentence);
            }
        }
        summary
    }

    /// Brings the graph to the generation of a commit that was just acknowledged.
    fn project(&mut self, record: &CommitRecord, touched: &Touched) -> Result<(), DatabaseError> {
        self.commits = None;
        self.sources = None;
        self.past = None;
        let Some(store) = &self.store else { return Ok(()) };
        if let Some(delta) = self.delta(store, record, touched)? {
            match project::keep_delta(&self.directory, &delta) {
                Ok(()) => {
                    project::sweep(&self.directory, delta.generation, delta.base);
                    self.graph = project::open(&self.directory, store.generation())
                        .or_else(|_| {
                            project::build_and_keep(&self.directory, store, &mut self.notices).map_err(Box::new)
                        })
                        .map_err(|error| *error)?;
                    return Ok(());
                }
                Err(error) => self.notices.push(format!("the graph's changes cannot be kept: {error}")),
            }
        }
        self.graph = project::build_and_keep(&self.directory, store, &mut self.notices)?;
        Ok(())
    }

    /// The changes since the snapshot with those of one more commit, if they are small enough to be laid over it.
    fn delta(&self, store: &Store, record: &CommitRecord, touched: &Touched) -> Result<Option<Delta>, DatabaseError> {
        let size = touched.added.len() + touched.retracted.len() + touched.restored.len();
        if store.counts().claims < SMALL_DATABASE || size > SMALL_COMMIT {
            return Ok(None);
        }
        let Ok(before) = project::delta_of(&self.directory, &self.graph) else { return Ok(None) };
        if before.nodes.len() + before.links.len() > LARGE_DELTA {
            return Ok(None);
        }
        let mut claims = Vec::with_capacity(size);
        for number in touched.added.clone().chain(touched.restored.iter().copied()) {
            claims.push((number, store.claim(number)?, true));
        }
        for &number in &touched.retracted {
            claims.push((number, store.claim(number)?, false));
        }
        let delta = refold::refold(&self.graph, store, before, record, touched, claims)?;
        // What was read of a damaged graph is not to be kept.
        Ok(delta.filter(|_| self.graph.damage().is_none()))
    }
}

/// What the database knows of an entity that changes name.
#[derive(Clone, Copy)]
enum Known {
    New,
    Same(EntityNo),
    /// It is known without a finer type, which the changes give.
    Refined(EntityNo, Word),
}

/// The store's word for a word of some changes.
fn intern<E>(
    known: &mut [Option<Word>],
    word: Word,
    add: impl FnOnce(Word) -> Result<Word, E>,
) -> Result<Word, DatabaseError>
where
    DatabaseError: From<E>,
{
    match known.get_mut(word.0 as usize) {
        Some(Some(stored)) => Ok(*stored),
        Some(slot) => Ok(*slot.insert(add(word)?)),
        None => Err(DatabaseError::Impossible("the changes use a word that they do not have".to_owned())),
    }
}

/// The texts of some changes that the store does not keep already.
fn new_texts<'c>(store: &Store, changes: &'c Changes) -> Result<Vec<(SourceNo, &'c str)>, DatabaseError> {
    let mut texts = Vec::with_capacity(changes.texts.len());
    if changes.texts.is_empty() {
        return Ok(texts);
    }
    let known = store.sources()?;
    for (source, text) in &changes.texts {
        let id = changes.sources().get(*source as usize).map(|source| &source.id);
        let number = known.iter().position(|known| Some(&known.id) == id);
        let kept = number.map(|number| store.text(number as SourceNo)).transpose()?.flatten();
        if kept.is_none_or(|kept| kept.text != *text) {
            texts.push((*source, text.as_str()));
        }
    }
    Ok(texts)
}

/// Changes that name something that they do not have.
fn stray() -> DatabaseError {
    DatabaseError::Impossible("the changes speak of an entity or a source that they do not have".to_owned())
}

/// A claim of some changes with the numbers of the store.
fn renumber(
    mut claim: Claim,
    entities: &[EntityNo],
    sources: &[SourceNo],
    mut word: impl FnMut(Word) -> Result<Word, DatabaseError>,
) -> Result<Claim, DatabaseError> {
    let stored = |entity: EntityNo| entities.get(entity as usize).copied().ok_or_else(stray);
    match &mut claim.says {
        Says::Name { entity, language, .. } => {
            *entity = stored(*entity)?;
            *language = language.map(&mut word).transpose()?;
        }
        Says::Attribute { entity, key, .. } => {
            *entity = stored(*entity)?;
            *key = word(*key)?;
        }
        Says::Link { from, kind, to } => {
            *from = stored(*from)?;
            *to = stored(*to)?;
            *kind = word(*kind)?;
        }
        Says::SameAs { entity, other } => {
            *entity = stored(*entity)?;
            *other = stored(*other)?;
        }
        Says::Exists { entity } => *entity = stored(*entity)?,
    }
    claim.source = sources.get(claim.source as usize).copied().ok_or_else(stray)?;
    claim.speaker = claim.speaker.map(stored).transpose()?;
    Ok(claim)
}

/// Fingerprints of the live claims of some sources. O(their claims).
fn fingerprints(store: &Store, graph: &Graph, sources: &[SourceNo]) -> Result<HashSet<u64>, DatabaseError> {
    let mut present = HashSet::new();
    if sources.is_empty() {
        return Ok(present);
    }
    let gone = project::retracted(&store.retractions()?, CommitNo::MAX);
    for &source in sources {
        for range in graph.claims_of_source(source) {
            for claim in store.claims(range)? {
                let (number, claim) = claim?;
                if claim.source == source && !gone.contains_key(&number) {
                    present.insert(fingerprint(&claim));
                }
            }
        }
    }
    Ok(present)
}

/// A hash of everything that a claim says and where. It is never stored.
fn fingerprint(claim: &Claim) -> u64 {
    let mut hasher = Xxh3::new();
    claim.hash(&mut hasher);
    hasher.finish()
}

pub(super) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
