//! Writing: rows gathered into frames, and the one batch that makes them count.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_128;

use super::cut::{Cut, Cutter};
use super::error::StoreError;
use super::format::Format;
use super::frame::Frame;
use super::manifest::{self, Manifest};
use super::open::Store;
use super::pages::Write;
use super::read::Frames;
use super::rows::{CommitRecord, Description, MAX_TEXT, Refinement, Retraction, Row};
use super::table::Table;
use super::texts::Part;
use crate::model::{Claim, ClaimNo, Commit, Entity, EntityNo, Says, Source, SourceNo, Word, Words};

/// Bytes of a batch that are given to sled at a time, at most a frame more.
pub(super) const BATCH: usize = 256 * 1024;

/// A change on its way. Nothing of it is visible before [`Transaction::commit`] has returned; if it is dropped, or the
/// process ends, nothing ever is.
pub struct Transaction<'s> {
    store: &'s mut Store,
    /// The manifest as it will be.
    manifest: Manifest,
    words: Words,
    /// Sources that this change adds or describes anew.
    sources: HashMap<Box<str>, (SourceNo, u128)>,
    cut: Cutters,
    /// Frames not yet given to sled.
    pending: Vec<Write>,
    pending_len: usize,
    /// Whether frames have been given to sled already.
    spilled: bool,
}

struct Cutters {
    entities: Cutter<Entity>,
    refinements: Cutter<Refinement>,
    sources: Cutter<Description>,
    words: Cutter<Box<str>>,
    claims: Cutter<Claim>,
    retractions: Cutter<Retraction>,
    texts: Cutter<Part>,
}

impl<'s> Transaction<'s> {
    pub(super) fn new(store: &'s mut Store) -> Self {
        let first = |table| store.manifest.table(table).rows;
        let cut = Cutters {
            entities: Cutter::new(first(Table::Entities)),
            refinements: Cutter::new(first(Table::Refinements)),
            sources: Cutter::new(first(Table::Sources)),
            words: Cutter::new(first(Table::Words)),
            claims: Cutter::new(first(Table::Claims)),
            retractions: Cutter::new(first(Table::Retractions)),
            texts: Cutter::new(first(Table::Texts)),
        };
        Self {
            manifest: store.manifest.clone(),
            words: store.words.clone(),
            sources: HashMap::new(),
            cut,
            pending: Vec::new(),
            pending_len: 0,
            spilled: false,
            store,
        }
    }

    /// The store as it was before this change.
    pub fn before(&self) -> &Store {
        self.store
    }

    /// The number of a word, given to it now if it is new.
    ///
    /// # Errors
    /// It is too long, or the disk refuses.
    pub fn word(&mut self, text: &str) -> Result<Word, StoreError> {
        if let Some(word) = self.words.get(text) {
            return Ok(word);
        }
        self.cut.words.push(text.into())?;
        let word = self.words.intern(text);
        self.drain(false)?;
        Ok(word)
    }

    /// Adds an entity and returns its number. The store does not look for its id: the caller knows which are there.
    ///
    /// # Errors
    /// Its words are unknown, its id is too long, or the disk refuses.
    pub fn entity(&mut self, entity: &Entity) -> Result<EntityNo, StoreError> {
        self.check_word(entity.kind)?;
        entity.finer.map_or(Ok(()), |finer| self.check_word(finer))?;
        let number = self.cut.entities.push(entity.clone())?;
        self.drain(false)?;
        Ok(number)
    }

    /// Gives an entity that came without one a finer type, or another one.
    ///
    /// # Errors
    /// The entity or the word is unknown, or the disk refuses.
    pub fn refine(&mut self, entity: EntityNo, finer: Word) -> Result<(), StoreError> {
        self.check_entity(entity)?;
        self.check_word(finer)?;
        self.cut.refinements.push(Refinement { entity, finer })?;
        self.drain(false)
    }

    /// The number of a source, which is added if its id is new. A source that is known by this id with another
    /// description keeps its number; the new description counts from then on.
    ///
    /// # Errors
    /// Its texts are too long, damage, or the disk refuses.
    pub fn source(&mut self, source: &Source) -> Result<SourceNo, StoreError> {
        let digest = digest(source);
        let known = match self.sources.get(&source.id) {
            Some(known) => Some(*known),
            None => self.store.source_index()?.get(&source.id).copied(),
        };
        let number = match known {
            Some((number, same)) if same == digest => return Ok(number),
            Some((number, _)) => number,
            None => self.manifest.sources,
        };
        self.cut.sources.push(Description { number, source: source.clone() })?;
        if known.is_none() {
            self.manifest.sources += 1;
        }
        self.sources.insert(source.id.clone(), (number, digest));
        self.drain(false)?;
        Ok(number)
    }

    /// How many sources were described by this change: new ones, and known ones anew.
    ///
    /// # Errors
    /// There are no more numbers.
    pub fn described_sources(&self) -> Result<u32, StoreError> {
        Ok(self.cut.sources.next_number()? - self.store.manifest.table(Table::Sources).rows)
    }

    /// Adds a claim and returns its number. Its entities, words and source have been added before.
    ///
    /// # Errors
    /// A number in it is unknown, its texts are too long, or the disk refuses.
    pub fn claim(&mut self, claim: &Claim) -> Result<ClaimNo, StoreError> {
        self.take(claim.clone())
    }

    /// As [`Transaction::claim`], of a claim that is no longer needed.
    ///
    /// # Errors
    /// As [`Transaction::claim`].
    pub fn take(&mut self, claim: Claim) -> Result<ClaimNo, StoreError> {
        self.check_entity(claim.says.subject())?;
        match claim.says {
            Says::Name { language, .. } => language.map_or(Ok(()), |word| self.check_word(word))?,
            Says::Attribute { key, .. } => self.check_word(key)?,
            Says::Link { kind, to, .. } => {
                self.check_word(kind)?;
                self.check_entity(to)?;
            }
            Says::SameAs { other, .. } => self.check_entity(other)?,
            Says::Exists { .. } => {}
        }
        claim.speaker.map_or(Ok(()), |speaker| self.check_entity(speaker))?;
        self.check_source(claim.source)?;
        let number = self.cut.claims.push(claim)?;
        self.drain(false)?;
        Ok(number)
    }

    /// Retracts a claim, of this change or an earlier one.
    ///
    /// # Errors
    /// There is no such claim, or the disk refuses.
    pub fn retract(&mut self, claim: ClaimNo) -> Result<(), StoreError> {
        self.retraction(claim, false)
    }

    /// Restores a retracted claim.
    ///
    /// # Errors
    /// There is no such claim, or the disk refuses.
    pub fn restore(&mut self, claim: ClaimNo) -> Result<(), StoreError> {
        self.retraction(claim, true)
    }

    fn retraction(&mut self, claim: ClaimNo, restored: bool) -> Result<(), StoreError> {
        check("claims", claim, self.cut.claims.next_number()?)?;
        let commit = self.manifest.generation.checked_add(1).ok_or(StoreError::TooMany("commits"))?;
        self.cut.retractions.push(Retraction { claim, commit, restored })?;
        self.drain(false)
    }

    /// The number of the claim that is added next.
    pub(super) fn next_claim(&self) -> Result<ClaimNo, StoreError> {
        self.cut.claims.next_number()
    }

    /// Adds a part of a text.
    pub(super) fn part(&mut self, part: Part) -> Result<(), StoreError> {
        self.cut.texts.push(part)?;
        self.drain(false)
    }

    /// Refuses a source that is not there.
    pub(super) fn check_source(&self, number: SourceNo) -> Result<(), StoreError> {
        check("sources", number, self.manifest.sources)
    }

    fn check_entity(&self, number: EntityNo) -> Result<(), StoreError> {
        check("entities", number, self.cut.entities.next_number()?)
    }

    fn check_word(&self, word: Word) -> Result<(), StoreError> {
        check("words", word.0, self.words.len() as u32)
    }

    /// Cuts the frames that are full, or `all`, and gives them to sled once there are enough.
    fn drain(&mut self, all: bool) -> Result<(), StoreError> {
        let cut = &mut self.cut;
        let target = &mut (&mut self.manifest, &mut self.pending, &mut self.pending_len);
        drain_table(&mut cut.entities, target, all)?;
        drain_table(&mut cut.refinements, target, all)?;
        drain_table(&mut cut.sources, target, all)?;
        drain_table(&mut cut.words, target, all)?;
        drain_table(&mut cut.claims, target, all)?;
        drain_table(&mut cut.retractions, target, all)?;
        drain_table(&mut cut.texts, target, all)?;
        while self.pending_len > BATCH {
            self.spill()?;
        }
        Ok(())
    }

    /// Gives a batch of pending frames to sled, where they wait beyond the manifest's counts.
    fn spill(&mut self) -> Result<(), StoreError> {
        let mut len = 0;
        let size = |write: &Write| write.1.as_ref().map_or(0, Vec::len);
        let count = self.pending.iter().take_while(|write| {
            let room = len < BATCH;
            len += size(write);
            room
        });
        let batch: Vec<_> = self.pending.drain(..count.count()).collect();
        self.pending_len -= batch.iter().map(size).sum::<usize>();
        self.spilled = true;
        self.store.garbage = true;
        self.store.pages.apply(batch).inspect_err(|_| self.store.failed = true)
    }

    /// Makes the change count, as a whole and for good. When this returns, it is on disk.
    ///
    /// `time` is in seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Author and message are too long, damage, or the disk refuses. Then the change does not count; only if the very
    /// last step failed may it be found there when the database is opened again.
    pub fn commit(mut self, author: &str, time: i64, message: &str) -> Result<CommitRecord, StoreError> {
        let bytes = author.len() + message.len();
        if bytes > MAX_TEXT {
            return Err(StoreError::TooLong { table: Table::Commits.name(), bytes });
        }
        self.drain(true)?;
        if self.spilled {
            self.settle()?;
        }
        let record = self.record(author, time, message)?;
        let mut commits = Cutter::new(self.manifest.generation);
        commits.push(record.clone())?;
        drain_table(&mut commits, &mut (&mut self.manifest, &mut self.pending, &mut self.pending_len), true)?;
        self.manifest.generation = record.commit.number;

        let mut batch = std::mem::take(&mut self.pending);
        batch.push((manifest::KEY.to_vec(), Some(self.manifest.to_bytes())));
        let store = &mut *self.store;
        // From here on only opening again can tell what is on disk.
        store.failed = true;
        store.pages.apply(batch)?;
        store.pages.sync()?;
        Format { store: self.manifest.store, generation: self.manifest.generation }.write(&store.directory)?;
        store.failed = false;
        store.garbage = false;
        if store.manifest.table(Table::Refinements) != self.manifest.table(Table::Refinements) {
            store.refinements.take();
        }
        store.manifest = self.manifest.clone();
        store.words = std::mem::take(&mut self.words);
        if let Some(sources) = &mut store.sources {
            sources.extend(self.sources.drain());
        }
        Ok(record)
    }

    /// Writes all pending frames of a big change, and reads them back from the disk.
    fn settle(&mut self) -> Result<(), StoreError> {
        while !self.pending.is_empty() {
            self.spill()?;
        }
        let store = &mut *self.store;
        let settled = store.pages.sync().and_then(|()| store.pages.reopen());
        settled.inspect_err(|_| store.failed = true)?;
        for table in Table::ALL {
            let (expected, seen) = (self.manifest.table(table), store.manifest.table(table));
            Frames::after(store.source(), table, expected, seen).try_for_each(|frame| frame.map(|_| ()))?;
        }
        Ok(())
    }

    fn record(&self, author: &str, time: i64, message: &str) -> Result<CommitRecord, StoreError> {
        let added = |table| self.store.manifest.table(table).rows..self.manifest.table(table).rows;
        let (entities, claims) = (added(Table::Entities), added(Table::Claims));
        let (sources, retractions) = (added(Table::Sources), added(Table::Retractions));
        let commit = Commit {
            number: self.manifest.generation.checked_add(1).ok_or(StoreError::TooMany("commits"))?,
            author: author.to_owned(),
            time,
            message: message.to_owned(),
            entities: entities.end - entities.start,
            sources: sources.end - sources.start,
            claims: claims.end - claims.start,
            retracted: retractions.end - retractions.start,
        };
        Ok(CommitRecord { commit, entities, words: added(Table::Words), claims, retractions })
    }
}

fn check(table: &'static str, number: u32, count: u32) -> Result<(), StoreError> {
    if number < count { Ok(()) } else { Err(StoreError::Unknown { table, number, count }) }
}

/// Moves the frames that a table has ready to where they wait for being written.
fn drain_table<R: Row>(
    cutter: &mut Cutter<R>,
    (manifest, pending, pending_len): &mut (&mut Manifest, &mut Vec<Write>, &mut usize),
    all: bool,
) -> Result<(), StoreError> {
    while let Some(Cut { first, count, value }) = cutter.cut(all)? {
        let key = R::TABLE.key(first);
        let checksum = Frame::check(&key, &value).map_or(0, |frame| frame.checksum);
        manifest.table_mut(R::TABLE).add(&key, count, checksum);
        **pending_len += value.len();
        pending.push((key.to_vec(), Some(value)));
    }
    Ok(())
}

/// A digest of a source's description.
pub(super) fn digest(source: &Source) -> u128 {
    let row = Description { number: 0, source: source.clone() };
    Description::encode(&[row]).map_or(0, |bytes| xxh3_128(&bytes))
}
