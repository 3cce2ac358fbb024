//! Documents: their proposals are kept, decided about, and committed.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::commit::now;
use super::desks::{Desks, Kept, Lock};
use super::known::Known;
use super::{CommitSummary, Database, DatabaseError, project};
use crate::extract::review::{Accepting, Desk, Event, Fate, Status, Verdict};
use crate::extract::{Document, DocumentMeta, EntityRef, Extraction, Fault, KeepText, Proposal, Rules, Said, extract};
use crate::model::{CommitNo, Diagnostic, Lookup, Source};
use crate::store::{Store, StoreError};

/// The folder of a database's own rules of extraction.
const RULES: &str = "extraction";

/// What ingesting a document did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// How many proposals are new.
    pub new: usize,
    /// How many were proposed before, decided or not.
    pub before: usize,
    /// How many add an entity that another proposal adds already.
    pub doubled: usize,
    /// How many were proposed by an earlier edition of the document, are undecided, and are not in this one.
    pub gone: usize,
}

/// The review of one document: the only one at a time.
#[derive(Debug)]
pub struct Review {
    desks: Desks,
    _lock: Lock,
    desk: Desk,
    keep: KeepText,
    /// Ids that entities of other documents will have.
    taken: HashSet<String>,
    /// Decisions that could not be read.
    unreadable: usize,
}

impl Database {
    /// Reads a file of proposals that any program may have made. `text` is the document's, if it stands in a file of its
    /// own.
    ///
    /// # Errors
    /// Everything that is wrong in the file.
    pub fn read_proposals(
        &mut self,
        file: &str,
        content: &str,
        text: Option<String>,
    ) -> Result<Extraction, DatabaseError> {
        let kinds = std::sync::Arc::clone(&self.kinds);
        self.read_graph(|graph| Extraction::read(file, content, text.clone(), &kinds, &Known(graph)))?
            .map_err(DatabaseError::Refused)
    }

    /// What a document may be taken to say, by the rules that Tieline comes with and those of the folder `rules`, or else of
    /// the folder `extraction` of the database, if it has one.
    ///
    /// # Errors
    /// Everything that is wrong with the rules.
    pub fn extract(&mut self, document: &Document, rules: Option<&Path>) -> Result<Extraction, DatabaseError> {
        let kinds = std::sync::Arc::clone(&self.kinds);
        let own = self.directory.join(RULES);
        let folder = rules.or_else(|| own.is_dir().then_some(&*own));
        let own = folder.map(|folder| Rules::load(folder, &kinds)).transpose().map_err(DatabaseError::Refused)?;
        let rules = own.as_ref().unwrap_or_else(|| Rules::builtin());
        self.read_graph(|graph| extract(document, &kinds, rules, &Known(graph)))
    }

    /// What is wrong with an extraction, as [`Extraction::check`].
    ///
    /// # Errors
    /// The graph is damaged and cannot be made anew.
    pub fn check_extraction(&mut self, extraction: &Extraction) -> Result<Vec<Fault>, DatabaseError> {
        let kinds = std::sync::Arc::clone(&self.kinds);
        self.read_graph(|graph| extraction.check(&kinds, &Known(graph)))
    }

    /// The description of the source whose text has this digest, or else of the one whose id is `id`.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn known_source(&mut self, digest: &str, id: Option<&str>) -> Result<Option<Source>, DatabaseError> {
        if self.graph.generation() == 0 {
            return Ok(None);
        }
        let sources = self.store()?.sources()?;
        let by_digest = || sources.iter().find(|source| source.digest.as_deref() == Some(digest));
        let by_id = |id: &str| sources.iter().find(|source| *source.id == *id);
        Ok(id.map_or_else(by_digest, by_id).cloned())
    }

    /// The document whose text has this digest among those that were ingested, and whether the program `by` has read it.
    ///
    /// # Errors
    /// The folder of proposals cannot be read.
    pub fn ingested(&self, digest: &str, by: &str) -> Result<Option<(DocumentMeta, bool)>, DatabaseError> {
        let desks = Desks::of(&self.directory);
        for id in desks.ids()? {
            // A damaged file is the next one's to complain about who needs it.
            let Ok(Some(kept)) = desks.read(&id) else { continue };
            if kept.extraction.document.digest.as_deref() == Some(digest) {
                let desk = Desk::new(kept.extraction, kept.events, &|_| Fate::Missing);
                return Ok(Some((desk.extraction().document.clone(), desk.was_read(by, digest))));
            }
        }
        Ok(None)
    }

    /// Keeps the proposals of a document, which the program `by` made, until they are decided. What was proposed before is not
    /// proposed again, also if an entity that was new then is known by now; of what two programs propose, each thing is kept
    /// once.
    ///
    /// # Errors
    /// Another process changes proposals; an earlier edition of the document has accepted proposals that are not yet in the
    /// database; the disk refuses.
    pub fn ingest(&mut self, extraction: Extraction, keep: KeepText, by: &str) -> Result<Ingested, DatabaseError> {
        // The folder is inside the database, which has to be there first.
        if matches!(Store::format(&self.directory), Err(StoreError::Missing(_))) {
            let (_, store) = self.graph_and_store()?;
            self.graph = project::build_and_keep(store.directory(), store, &mut Vec::new())?;
        }
        self.release();
        let desks = Desks::of(&self.directory);
        let _lock = desks.lock()?;
        let id = extraction.document.id.clone();
        let before = match desks.read(&id) {
            Err(DatabaseError::Desk { .. }) => None,
            read => read?,
        };
        let digest = extraction.document.digest.clone().unwrap_or_default();
        let mut ingested = Ingested::default();
        let merged = match before {
            Some(Kept { extraction: before, events, .. }) => {
                let fates = self.fates()?;
                let desk = Desk::new(before, events, &|batch| fate(&fates, batch));
                if desk.extraction().text == extraction.text {
                    merged(&desk, extraction, &Known(&self.graph), &mut ingested)
                } else if desk.tally().accepted > 0 {
                    return Err(DatabaseError::Impossible(format!(
                        "an earlier edition of {id} has accepted proposals that are not in the database yet; \
                         `tieline review {id} --commit` puts them there"
                    )));
                } else {
                    let here: HashSet<&str> = extraction.proposals.iter().map(|proposal| &*proposal.id).collect();
                    let stay = |proposal: &&Proposal| here.contains(&*proposal.id);
                    ingested.before = desk.extraction().proposals.iter().filter(stay).count();
                    ingested.gone = desk.extraction().proposals.len() - ingested.before;
                    ingested.new = extraction.proposals.len() - ingested.before;
                    extraction
                }
            }
            None => {
                ingested.new = extraction.proposals.len();
                extraction
            }
        };
        desks.write(&merged, keep)?;
        desks.append(&id, &[Event::Read { by: by.to_owned(), digest }])?;
        Ok(ingested)
    }

    /// All documents with proposals, each with what has been decided; and what is wrong with files that cannot be read.
    ///
    /// # Errors
    /// The folder or the database cannot be read.
    pub fn desks(&mut self) -> Result<(Vec<Desk>, Vec<String>), DatabaseError> {
        let desks = Desks::of(&self.directory);
        let ids = desks.ids()?;
        let (mut found, mut problems) = (Vec::new(), Vec::new());
        if ids.is_empty() {
            return Ok((found, problems));
        }
        let fates = self.fates()?;
        for id in ids {
            match desks.read(&id) {
                Ok(Some(Kept { extraction, events, unreadable, .. })) => {
                    if unreadable > 0 {
                        problems.push(unreadable_decisions(&id, unreadable));
                    }
                    found.push(Desk::new(extraction, events, &|batch| fate(&fates, batch)));
                }
                Ok(None) => {}
                Err(error @ DatabaseError::Desk { .. }) => problems.push(error.to_string()),
                Err(error) => return Err(error),
            }
        }
        Ok((found, problems))
    }

    /// Begins the review of a document.
    ///
    /// # Errors
    /// There is none with this id, its proposals are damaged, or another process changes proposals.
    pub fn review(&mut self, id: &str) -> Result<Review, DatabaseError> {
        let desks = Desks::of(&self.directory);
        let unknown = |ids: &[String]| {
            let near = crate::schema::nearest(id, ids.iter().map(String::as_str));
            let help = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            DatabaseError::Impossible(format!("there are no proposals of a document {id}{help}"))
        };
        let ids = desks.ids()?;
        if !ids.iter().any(|known| known == id) {
            return Err(unknown(&ids));
        }
        let lock = desks.lock()?;
        let kept = desks.read(id)?.ok_or_else(|| unknown(&ids))?;
        let fates = self.fates()?;
        let desk = Desk::new(kept.extraction, kept.events, &|batch| fate(&fates, batch));
        let taken = self.taken(id)?;
        Ok(Review { desks, _lock: lock, desk, keep: kept.keep, taken, unreadable: kept.unreadable })
    }

    /// The ids that entities of other documents than this one have or will have.
    pub(super) fn taken(&mut self, id: &str) -> Result<HashSet<String>, DatabaseError> {
        let (others, _) = self.desks()?;
        let others = others.iter().filter(|other| other.extraction().document.id != id);
        Ok(others.flat_map(|other| other.ids().map(str::to_owned).collect::<Vec<_>>()).collect())
    }

    /// Commits what was accepted in a review and is not in the database yet. `None` if there is nothing.
    ///
    /// # Errors
    /// The database has changed so that something accepted fits it no more; it is busy; the disk refuses. What was accepted
    /// stays accepted and waits.
    pub fn commit_review(&mut self, review: &mut Review, author: &str) -> Result<Option<CommitSummary>, DatabaseError> {
        let (batch, ids) = review.desk.waiting();
        if ids.is_empty() {
            return Ok(None);
        }
        let document = self.described(&review.desk.extraction().document)?;
        self.refresh_if_there()?;
        let kinds = std::sync::Arc::clone(&self.kinds);
        let keep_text = review.keep != KeepText::Nothing;
        let changes =
            self.read_graph(|graph| review.desk.changes(&document, &ids, &Known(graph), &kinds, keep_text))?;
        let mut changes = changes.map_err(|faults| {
            let told = |fault: &Fault| {
                let id = fault.proposal.and_then(|at| ids.get(at)).map_or("", String::as_str);
                Diagnostic { help: fault.help.clone(), ..Diagnostic::new("", 0..0, format!("{id}: {}", fault.message)) }
            };
            DatabaseError::Refused(faults.iter().map(told).collect())
        })?;
        if review.keep == KeepText::Whole {
            changes.texts.push((0, review.desk.extraction().text.clone()));
        }
        let id = &document.id;
        review.keep_events(&[Event::Batch { batch: batch.clone(), proposals: ids.clone() }], &|_| Fate::Missing)?;
        let summary = self.commit(changes, author, &format!("review {id} [{batch}]"));
        self.release();
        let summary = summary?;
        match &summary.commit {
            Some(commit) => {
                let commit = commit.number;
                review.desk.apply(Event::Batch { batch, proposals: ids }, &|_| Fate::Committed(commit));
            }
            None => review.keep_events(&[Event::Known { proposals: ids }], &|_| Fate::Missing)?,
        }
        Ok(Some(summary))
    }

    /// What a document adds to what the database knows of the source already.
    pub(super) fn described(&mut self, document: &DocumentMeta) -> Result<DocumentMeta, DatabaseError> {
        let Some(known) = self.known_source("", Some(&document.id))? else { return Ok(document.clone()) };
        Ok(document.clone().or(&known))
    }

    /// What became of the batches that are named in the history.
    pub(super) fn fates(&mut self) -> Result<HashMap<String, Fate>, DatabaseError> {
        let mut fates = HashMap::new();
        let (_, store) = self.graph_and_store()?;
        let gone = project::retracted(&store.retractions()?, CommitNo::MAX);
        for record in store.commits()? {
            let message = record.commit.message.strip_suffix(']').and_then(|message| message.rsplit_once('['));
            let Some((_, batch)) = message.filter(|(review, _)| review.starts_with("review ")) else { continue };
            let undone = !record.claims.is_empty() && record.claims.clone().all(|claim| gone.contains_key(&claim));
            let fate = if undone { Fate::Undone } else { Fate::Committed(record.commit.number) };
            fates.insert(batch.to_owned(), fate);
        }
        self.release();
        Ok(fates)
    }
}

/// What became of a batch; one that the history does not name was never committed.
pub(super) fn fate(fates: &HashMap<String, Fate>, batch: &str) -> Fate {
    fates.get(batch).copied().unwrap_or(Fate::Missing)
}

fn unreadable_decisions(id: &str, count: usize) -> String {
    format!("{count} of the decisions about {id} cannot be read; what they decided is open again")
}

/// What two extractions of one text propose together: all that is on the desk, and what is new of the other.
fn merged(desk: &Desk, again: Extraction, known: &dyn Lookup, ingested: &mut Ingested) -> Extraction {
    let mut both = desk.extraction().clone();
    // Who was new and is settled by now is the entity of the database.
    let settled = |entity: &EntityRef| match desk.settled(entity, known) {
        Some(id) if entity.is_new() => EntityRef::Known(id),
        _ => entity.clone(),
    };
    let (id, text) = (both.document.id.clone(), both.text.clone());
    let told = |proposal: &Proposal| proposal.clone().about(&settled).told(&id, &text);
    let before: HashSet<u64> = both.proposals.iter().map(told).collect();
    let adds: HashSet<EntityRef> = both.proposals.iter().filter_map(|it| it.says.proposes()).cloned().collect();
    let names = both.proposals.iter().flat_map(|proposal| proposal.says.names());
    let names: HashSet<(EntityRef, String)> = names.map(|(entity, name)| (settled(entity), name.to_owned())).collect();
    for proposal in again.proposals {
        let named = match &proposal.says {
            Said::Name { entity, name, .. } => names.contains(&(settled(entity), name.clone())),
            _ => false,
        };
        if named || before.contains(&told(&proposal)) {
            ingested.before += 1;
        } else if proposal.says.proposes().is_some_and(|entity| adds.contains(entity)) {
            ingested.doubled += 1;
        } else {
            ingested.new += 1;
            both.proposals.push(proposal);
        }
    }
    both.proposals.sort_by_key(|proposal| proposal.at.span.0);
    both.document = again.document;
    both.notes = again.notes;
    both
}

impl Review {
    /// The proposals and what has been decided.
    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// How much of the document's text the database keeps.
    pub fn keep(&self) -> KeepText {
        self.keep
    }

    /// What a reviewer should know before beginning.
    pub fn notices(&self) -> Vec<String> {
        let id = &self.desk.extraction().document.id;
        let unreadable = (self.unreadable > 0).then(|| unreadable_decisions(id, self.unreadable));
        unreadable.into_iter().chain(self.desk.extraction().notes.iter().cloned()).collect()
    }

    /// Accepts the proposal at a place, as it is or edited; if it adds an entity, `is` may name the one that it is instead.
    /// When this returns the places of what was accepted, this one first, they are on disk.
    ///
    /// # Errors
    /// What [`Desk::accept`] refuses; or the disk does.
    pub fn accept(
        &mut self,
        database: &Database,
        at: usize,
        edited: Option<Proposal>,
        is: Option<EntityRef>,
        by: &str,
    ) -> Result<Result<Vec<usize>, Vec<Fault>>, DatabaseError> {
        let taken = |id: &str| self.taken.contains(id);
        let known = Known(&database.graph);
        let with = Accepting { known: &known, schema: database.schema(), taken: &taken, by, at: now() };
        match self.desk.accept(at, edited, is, &with) {
            Ok(events) => self.decide(events).map(Ok),
            Err(faults) => Ok(Err(faults)),
        }
    }

    /// The entities that accepting the proposal at a place would add besides it.
    ///
    /// # Errors
    /// What [`Desk::accept`] refuses.
    pub fn would_accept(
        &self,
        database: &Database,
        at: usize,
        edited: Option<Proposal>,
    ) -> Result<Vec<EntityRef>, Vec<Fault>> {
        let taken = |id: &str| self.taken.contains(id);
        let known = Known(&database.graph);
        let with = Accepting { known: &known, schema: database.schema(), taken: &taken, by: "", at: 0 };
        let events = self.desk.accept(at, edited, None, &with)?;
        let added = events.iter().skip(1).filter_map(|event| match event {
            Event::Decided { verdict: Verdict::Accepted { proposal, .. }, .. } => proposal.says.proposes().cloned(),
            _ => None,
        });
        Ok(added.collect())
    }

    /// Accepts the open ones of the proposals at some places, in this order, and returns those that are refused, each with
    /// why. When this returns, all decisions are on disk.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn accept_all(
        &mut self,
        database: &Database,
        places: &[usize],
        by: &str,
    ) -> Result<Vec<(usize, Vec<Fault>)>, DatabaseError> {
        let (mut all, mut refused) = (Vec::new(), Vec::new());
        let known = Known(&database.graph);
        for &at in places.iter() {
            // Somebody else may have brought it along.
            if self.desk.status(at) != Status::Open {
                continue;
            }
            let taken = |id: &str| self.taken.contains(id);
            let with = Accepting { known: &known, schema: database.schema(), taken: &taken, by, at: now() };
            match self.desk.accept(at, None, None, &with) {
                Ok(events) => {
                    for event in events {
                        self.desk.apply(event.clone(), &|_| Fate::Missing);
                        all.push(event);
                    }
                }
                Err(faults) => refused.push((at, faults)),
            }
        }
        if !all.is_empty() {
            self.desks.append(&self.desk.extraction().document.id, &all)?;
        }
        Ok(refused)
    }

    /// Rejects the proposal at a place and what rests on it. When this returns the places of what was rejected, this one
    /// first, they are on disk.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn reject(&mut self, at: usize, by: &str) -> Result<Vec<usize>, DatabaseError> {
        self.decide(self.desk.reject(at, by, now()))
    }

    /// Takes back what was decided about the proposals at some places, unless it is in the database.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn reopen(&mut self, places: &[usize], by: &str) -> Result<Vec<usize>, DatabaseError> {
        let time = now();
        self.decide(places.iter().filter_map(|at| self.desk.reopen(*at, by, time)).collect())
    }

    fn decide(&mut self, events: Vec<Event>) -> Result<Vec<usize>, DatabaseError> {
        let place = |event: &Event| match event {
            Event::Decided { proposal, .. } => self.desk.find(proposal),
            _ => None,
        };
        let places = events.iter().filter_map(place).collect();
        self.keep_events(&events, &|_| Fate::Missing)?;
        Ok(places)
    }

    pub(super) fn keep_events(&mut self, events: &[Event], fate: &dyn Fn(&str) -> Fate) -> Result<(), DatabaseError> {
        if !events.is_empty() {
            self.desks.append(&self.desk.extraction().document.id, events)?;
        }
        for event in events {
            self.desk.apply(event.clone(), fate);
        }
        Ok(())
    }
}

impl Database {
    /// What `verify` says of proposals: nothing where there are none.
    pub(super) fn proposals_report(&mut self) -> Result<Vec<String>, DatabaseError> {
        let (desks, problems) = self.desks()?;
        let told = desks.iter().map(|desk| {
            let (id, tally) = (&desk.extraction().document.id, desk.tally());
            format!("{id}: {} open, {} accepted and not yet in the database", tally.open, tally.accepted)
        });
        Ok(told.chain(problems).collect())
    }

    /// Reads a file of at most `limit` bytes.
    ///
    /// # Errors
    /// It cannot be read, or is longer.
    pub fn read_bytes(path: &Path, limit: u64) -> Result<Vec<u8>, DatabaseError> {
        use std::io::Read;
        let refuse = |message: String| refusal(path, "", 0, message);
        let mut bytes = Vec::new();
        let read =
            std::fs::File::open(path).and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes));
        read.map_err(|error| refuse(format!("cannot be read: {error}")))?;
        if bytes.len() as u64 > limit {
            let most = format!("this has more than {limit} bytes, which is the most that is read");
            return Err(refuse(most));
        }
        Ok(bytes)
    }

    /// Reads a text file of at most `limit` bytes.
    ///
    /// # Errors
    /// It cannot be read, is longer, is not UTF-8, or is no text.
    pub fn read_text(path: &Path, limit: u64) -> Result<String, DatabaseError> {
        let text = String::from_utf8(Self::read_bytes(path, limit)?).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes());
            refusal(path, &text, valid, "this is not UTF-8 text".to_owned())
        })?;
        match text.find('\0') {
            Some(at) => Err(refusal(path, &text, at, "this is no text: it has a zero byte".to_owned())),
            None => Ok(text),
        }
    }
}

fn refusal(path: &Path, text: &str, at: usize, message: String) -> DatabaseError {
    let diagnostic = Diagnostic::new(text, at..at + 1, message).in_file(path.display().to_string());
    DatabaseError::Refused(vec![diagnostic])
}
