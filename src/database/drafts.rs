//! Reviews in an editor: proposals go out as a seed file and come back.

use std::collections::HashMap;

use super::desks::Desks;
use super::ingest::fate;
use super::known::Known;
use super::{CommitSummary, Database, DatabaseError};
use crate::extract::review::draft::{self, Choice, Draft};
use crate::extract::review::{Desk, Event, Settled, Status, Verdict};
use crate::extract::{EntityRef, KeepText};
use crate::read;

/// What became of a draft.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// How many proposals were accepted.
    pub accepted: usize,
    /// How many were rejected.
    pub rejected: usize,
    /// How many are decided later.
    pub skipped: usize,
    /// How many had been decided before.
    pub before: usize,
    /// What was committed.
    pub summary: CommitSummary,
}

impl Database {
    /// The open proposals of a document as a seed file.
    ///
    /// # Errors
    /// There is no such document, or its proposals are damaged.
    pub fn draft(&mut self, id: &str) -> Result<String, DatabaseError> {
        let missing = || DatabaseError::Impossible(format!("there are no proposals of a document {id}"));
        let kept = Desks::of(&self.directory).read(id)?.ok_or_else(missing)?;
        let fates = self.fates()?;
        let desk = Desk::new(kept.extraction, kept.events, &|batch| fate(&fates, batch));
        let document = self.described(&desk.extraction().document)?;
        let mut taken = self.taken(id)?;
        let known = Known(&self.graph);
        let open: Vec<usize> = desk.order().iter().copied().filter(|at| desk.status(*at) == Status::Open).collect();
        let mut ids: HashMap<&EntityRef, String> = HashMap::new();
        for (at, entity) in
            open.iter().filter_map(|at| Some((*at, desk.extraction().proposals.get(*at)?.says.proposes()?)))
        {
            let free = desk.free_id(at, &known, &|id| taken.contains(id)).unwrap_or_default();
            taken.insert(free.clone());
            ids.insert(entity, free);
        }
        let id = |entity: &EntityRef| match ids.get(entity) {
            Some(id) => id.clone(),
            None => desk.settled(entity, &known).unwrap_or_else(|| entity.id().to_owned()),
        };
        let name = |entity: &EntityRef| self.name_in(&desk, entity);
        Ok(draft::write(&desk, &document, &open, &id, &name, kept.keep != KeepText::Nothing))
    }

    /// Takes a draft that was edited: what was accepted is committed as it stands there, with what stands there besides;
    /// what was rejected or deleted is remembered. All or nothing. `file` stands for the text in messages.
    ///
    /// # Errors
    /// Everything that is wrong in the file; another process changes proposals; the database cannot be written.
    pub fn take_draft(&mut self, file: &str, text: &str, author: &str) -> Result<Taken, DatabaseError> {
        let Draft { document, choices, entities, seed } = draft::read(file, text).map_err(DatabaseError::Refused)?;
        let mut review = self.review(&document)?;
        let kinds = std::sync::Arc::clone(&self.kinds);
        let mut changes = self
            .read_graph(|graph| read::seed_text(file, seed.clone(), &kinds, &Known(graph)))?
            .map_err(DatabaseError::Refused)?;
        let source = changes.sources().iter().position(|source| *source.id == *document);
        if let (Some(source), KeepText::Whole) = (source, review.keep()) {
            changes.texts.push((source as u32, review.desk().extraction().text.clone()));
        }
        // What was accepted at the prompt has its own batch.
        self.commit_review(&mut review, author)?;

        let (mut taken, mut accepted, mut rejected) = (Taken::default(), Vec::new(), Vec::new());
        for (id, choice) in choices {
            let Some(at) = review.desk().find(&id) else {
                taken.before += 1;
                continue;
            };
            match (review.desk().status(at), choice) {
                (Status::Open, Choice::Accept) => accepted.push((at, id)),
                (Status::Open, Choice::Reject) => rejected.push(at),
                (Status::Open, Choice::Skip) => taken.skipped += 1,
                _ => taken.before += 1,
            }
        }
        let known = |id: &str| self.graph.any_by_id(id).is_some();
        let settled = |id: &str| match entities.get(id) {
            Some(entity) if known(entity) => Some(Settled::Is(EntityRef::Known(entity.clone()))),
            Some(entity) => Some(Settled::Adds(entity.clone())),
            None => None,
        };
        let time = super::commit::now();
        let mut events: Vec<Event> = accepted
            .iter()
            .filter_map(|(at, id)| {
                let proposal = review.desk().proposal(*at)?.clone();
                let entity = proposal.says.proposes().and_then(|_| settled(id));
                let verdict = Verdict::Accepted { proposal: Box::new(proposal), entity };
                Some(Event::Decided { proposal: id.clone(), verdict, by: author.to_owned(), at: time })
            })
            .collect();
        let ids: Vec<String> = accepted.into_iter().map(|(_, id)| id).collect();
        let batch = review.desk().batch(&ids);
        // The claims come first: what stands in the file is more than the decisions can tell. If the process ends before
        // these are kept, the same file can be taken again, and its claims are known then.
        taken.summary = self.commit(changes, author, &format!("review {document} [{batch}]"))?;
        self.release();
        let fates = self.fates()?;
        if !ids.is_empty() {
            taken.accepted = ids.len();
            events.push(match fates.contains_key(&batch) {
                true => Event::Batch { batch, proposals: ids },
                false => Event::Known { proposals: ids },
            });
        }
        review.keep_events(&events, &|batch| fate(&fates, batch))?;
        for at in rejected {
            taken.rejected += review.reject(at, author)?.len();
        }
        Ok(taken)
    }
}
