//! Releases of a list: a newer one takes the place of an older one, and two of them can be compared.
//!
//! All releases of a list share the beginning of their source's id (`un-sc` of `un-sc:2026-02-27`). What a newer release says
//! again stays as it is, with the release that said it first; what it says no more is retracted; what is new is added. This
//! is one commit, which can be undone. `docs/releases.md` describes it for users.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::compare::{Change, Compared, Differences, compare, differences};
use super::{CommitSummary, Database, DatabaseError, project};
use crate::model::{Changes, Claim, ClaimNo, CommitNo, Diagnostic, EntityNo, Says, SourceNo, Word};
use crate::schema::Schema;
use crate::schema::ftm::{SOURCE, noted};

/// How a list goes into the database.
#[derive(Clone, Debug, Default)]
pub struct Arrival {
    /// Whether a release older than the one that the database has may take its place.
    pub older: bool,
    /// If the list only says what has changed: the ids of what it speaks of. All else stays.
    pub only: Option<HashSet<String>>,
}

/// What a release changed: how many entities, and how many links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReleaseSummary {
    /// That are new.
    pub added: (usize, usize),
    /// That are gone.
    pub removed: (usize, usize),
    /// That have another primary name, or another id under the same number of the list.
    pub renamed: (usize, usize),
    /// That have other dates.
    pub redated: (usize, usize),
    /// Of which something else is not the same.
    pub changed: (usize, usize),
    /// Claims that both releases make.
    pub same: usize,
}

impl ReleaseSummary {
    pub(super) fn of(differences: &Differences, same: usize) -> Self {
        Self {
            added: differences.count(Change::Added),
            removed: differences.count(Change::Removed),
            renamed: differences.count(Change::Renamed),
            redated: differences.count(Change::Redated),
            changed: differences.count(Change::Changed),
            same,
        }
    }
}

/// What a database says, or said, as changes that would make it; with the number of each claim.
#[derive(Default)]
pub(super) struct State {
    pub changes: Changes,
    pub numbers: Vec<ClaimNo>,
}

/// Which claims make up a state.
#[derive(Clone, Copy, Default)]
pub(super) struct Which<'a> {
    /// Only those of these sources.
    pub sources: Option<&'a BTreeSet<SourceNo>>,
    /// As known after this commit.
    pub until: Option<CommitNo>,
}

impl Database {
    /// Commits a list. If it is a newer release of one that the database has, it takes its place: what both say stays, what is
    /// gone is retracted, what is new is added, in one commit.
    ///
    /// # Errors
    /// As [`Database::commit`]; or the list is older than what the database has, or has no date where the other has one.
    ///
    /// # Complexity
    /// O(n log n) in the claims of both releases.
    pub fn commit_list(
        &mut self,
        mut changes: Changes,
        arrival: &Arrival,
        author: &str,
        message: &str,
    ) -> Result<CommitSummary, DatabaseError> {
        self.schema().check(&mut changes).map_err(|errors| {
            DatabaseError::Refused(errors.iter().map(|error| Diagnostic::new("", 0..0, error.to_string())).collect())
        })?;
        let known = self.releases(&changes, arrival)?;
        if known.sources.is_empty() {
            return self.commit(changes, author, message);
        }
        let mut state = self.state(Which { sources: Some(&known.sources), until: None })?;
        if let Some(only) = &arrival.only {
            state.keep(|changes, claim| speaks_of(self.schema(), changes, claim, only));
        }
        let mut compared = compare(&state.changes, &changes);
        // That two entities are one is somebody's decision, and no part of the list.
        compared
            .removed
            .retain(|at| !matches!(state.changes.claims.get(*at).map(|claim| &claim.says), Some(Says::SameAs { .. })));
        if !known.replaces && arrival.only.is_none() {
            compared.removed.clear();
        }
        let Compared { removed, added } = &compared;
        let same = changes.claims.len() - added.len();
        let changed = differences(&state.changes, &changes, &compared, self.schema());
        let summary = ReleaseSummary::of(&changed, same);
        drop(changed);
        changes.retract.extend(removed.iter().filter_map(|at| state.numbers.get(*at)));
        changes.retract.sort_unstable();
        let mut wanted = added.iter().copied().peekable();
        let mut at = 0;
        changes.claims.retain(|_| {
            at += 1;
            wanted.next_if_eq(&(at - 1)).is_some()
        });
        drop(state);
        let committed = self.commit(changes, author, message)?;
        let skipped = committed.skipped + same as u64;
        Ok(CommitSummary { release: known.replaces.then_some(summary), skipped, ..committed })
    }

    /// The sources of the database that are releases of the same lists as those of some changes, and whether what is new
    /// takes the place of what they say.
    fn releases(&mut self, changes: &Changes, arrival: &Arrival) -> Result<Known, DatabaseError> {
        self.read_graph(|_| ())?;
        let mut families: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for source in changes.sources() {
            families.insert(source.family(), source.release());
        }
        let in_database = if self.graph().generation() == 0 { Vec::new() } else { self.store()?.sources()? };
        let of_family = |family: &str| -> Vec<(SourceNo, Option<&str>)> {
            let sources = (0..).zip(&in_database).filter(|(_, source)| source.family() == family);
            sources.map(|(number, source)| (number, source.release())).collect()
        };
        let candidates: BTreeSet<SourceNo> =
            families.keys().flat_map(|family| of_family(family)).map(|(number, _)| number).collect();
        let mut known = Known::default();
        if arrival.only.is_some() {
            // Changes come from an index of many data sets and may name none (`DEL`): they speak of all of them.
            let ftm = (0..).zip(&in_database).filter(|(_, source)| source.id.starts_with(SOURCE));
            known.sources.extend(ftm.map(|(number, _)| number));
        }
        if candidates.is_empty() {
            return Ok(known);
        }
        let (live, ever) = self.counts(&candidates)?;
        for (family, release) in families {
            let mut latest: Option<Option<&str>> = None;
            for (number, of) in of_family(family) {
                // A release whose claims were all undone is as if it had never been there.
                if live.contains(&number) || !ever.contains(&number) {
                    latest = latest.max(Some(of));
                    known.sources.insert(number);
                }
            }
            match (release, latest) {
                (_, None) | (None, Some(None)) => {}
                (Some(_), Some(None)) => known.replaces = true,
                (None, Some(Some(latest))) => {
                    return Err(DatabaseError::Impossible(format!(
                        "the database has {family} as of {latest}; say as of when this one is, with --release DATE; \
                         nothing was changed"
                    )));
                }
                (Some(new), Some(Some(latest))) if new < latest => {
                    if !arrival.older {
                        return Err(DatabaseError::Impossible(format!(
                            "this is {family} as of {new}, and the database has it as of {latest}; with --older it takes \
                             its place all the same; nothing was changed"
                        )));
                    }
                    known.replaces = true;
                }
                (Some(new), Some(Some(latest))) => known.replaces |= new > latest,
            }
        }
        Ok(known)
    }

    /// Of some sources those that have live claims, and those that ever had any.
    fn counts(
        &mut self,
        sources: &BTreeSet<SourceNo>,
    ) -> Result<(BTreeSet<SourceNo>, BTreeSet<SourceNo>), DatabaseError> {
        // The graph knows live claims only.
        let graph = self.graph();
        let says = |source: &&SourceNo| {
            graph.claims_of_source(**source).into_iter().flatten().any(|number| graph.source_of(number) == **source)
        };
        let live: BTreeSet<SourceNo> = sources.iter().filter(says).copied().collect();
        if live.len() == sources.len() {
            return Ok((live.clone(), live));
        }
        let ever = self.first_claims(sources)?.into_keys().collect();
        Ok((live, ever))
    }

    /// The first claim that each of some sources ever made; sources without any are not in it. Reads all claims.
    pub(super) fn first_claims(
        &mut self,
        sources: &BTreeSet<SourceNo>,
    ) -> Result<BTreeMap<SourceNo, ClaimNo>, DatabaseError> {
        let store = self.store()?;
        let mut first = BTreeMap::new();
        for claim in store.claims(0..store.counts().claims)? {
            let (number, claim) = claim?;
            if sources.contains(&claim.source) {
                first.entry(claim.source).or_insert(number);
            }
        }
        Ok(first)
    }

    /// What the database says, or said after a commit.
    pub(super) fn state(&mut self, which: Which<'_>) -> Result<State, DatabaseError> {
        let mut state = State::default();
        if self.graph().generation() == 0 {
            return Ok(state);
        }
        let store = super::claims::open_store(&self.directory, &mut self.store)?;
        let until = which.until.unwrap_or(CommitNo::MAX);
        let gone = project::retracted(&store.retractions()?, until);
        let commits = store.commits()?;
        let last = commits.iter().rfind(|record| record.commit.number <= until).map_or(0, |record| record.claims.end);
        let sources = store.sources()?;
        let mut ranges: Vec<(ClaimNo, ClaimNo)> = match which.sources.filter(|_| which.until.is_none()) {
            // The graph knows where live claims are; those of the past may be anywhere.
            Some(sources) => {
                let ranges = sources.iter().flat_map(|source| self.graph.claims_of_source(*source));
                ranges.map(|range| (range.start, range.end.min(last))).collect()
            }
            None => vec![(0, last)],
        };
        ranges.sort_unstable();
        let mut maps = Maps::default();
        let mut next = 0;
        for (start, end) in ranges {
            let range = start.max(next)..end;
            if range.is_empty() {
                continue;
            }
            next = end;
            for claim in store.claims(range)? {
                let (number, claim) = claim?;
                if gone.contains_key(&number) || which.sources.is_some_and(|wanted| !wanted.contains(&claim.source)) {
                    continue;
                }
                let Some(claim) = maps.claim(claim, &mut state.changes, &self.graph, store.words(), &sources) else {
                    continue;
                };
                state.changes.claims.push(claim);
                state.numbers.push(number);
            }
        }
        Ok(state)
    }
}

/// The releases that a database has of the lists that arrive.
#[derive(Default)]
struct Known {
    sources: BTreeSet<SourceNo>,
    /// Whether what arrives takes their place.
    replaces: bool,
}

impl State {
    /// Keeps only claims for which `wanted` holds.
    fn keep(&mut self, wanted: impl Fn(&Changes, &Claim) -> bool) {
        let claims = std::mem::take(&mut self.changes.claims);
        let numbers = std::mem::take(&mut self.numbers);
        for (claim, number) in claims.into_iter().zip(numbers) {
            if wanted(&self.changes, &claim) {
                self.changes.claims.push(claim);
                self.numbers.push(number);
            }
        }
    }
}

/// The numbers of a store as those of a state.
#[derive(Default)]
struct Maps {
    entities: Vec<Option<EntityNo>>,
    sources: Vec<Option<SourceNo>>,
    words: Vec<Option<Word>>,
}

impl Maps {
    fn claim(
        &mut self,
        mut claim: Claim,
        changes: &mut Changes,
        graph: &crate::graph::Graph,
        words: &crate::model::Words,
        sources: &[crate::model::Source],
    ) -> Option<Claim> {
        let mut entity = |number: EntityNo, changes: &mut Changes| -> Option<EntityNo> {
            let at = number as usize;
            if let Some(known) = self.entities.get(at).copied().flatten() {
                return Some(known);
            }
            let node = graph.node(number)?;
            let (id, kind, finer) = (node.id, graph.kind_name(node.kind), graph.finer_name(node.finer));
            let mapped = changes.add_entity(id, kind, finer).ok()?;
            put(&mut self.entities, at, mapped);
            Some(mapped)
        };
        let mut word = |old: Word, changes: &mut Changes| -> Word {
            let at = old.0 as usize;
            if let Some(known) = self.words.get(at).copied().flatten() {
                return known;
            }
            let mapped = changes.words.intern(words.text(old));
            put(&mut self.words, at, mapped);
            mapped
        };
        match &mut claim.says {
            Says::Name { entity: of, language, .. } => {
                *of = entity(*of, changes)?;
                *language = language.map(|language| word(language, changes));
            }
            Says::Attribute { entity: of, key, .. } => {
                *of = entity(*of, changes)?;
                *key = word(*key, changes);
            }
            Says::Link { from, kind, to } => {
                *from = entity(*from, changes)?;
                *to = entity(*to, changes)?;
                *kind = word(*kind, changes);
            }
            Says::SameAs { entity: of, other } => {
                *of = entity(*of, changes)?;
                *other = entity(*other, changes)?;
            }
            Says::Exists { entity: of } => *of = entity(*of, changes)?,
        }
        claim.speaker = match claim.speaker {
            Some(speaker) => Some(entity(speaker, changes)?),
            None => None,
        };
        let at = claim.source as usize;
        claim.source = match self.sources.get(at).copied().flatten() {
            Some(known) => known,
            None => {
                let mapped = changes.add_source(sources.get(at)?.clone()).ok()?;
                put(&mut self.sources, at, mapped);
                mapped
            }
        };
        Some(claim)
    }
}

fn put<T: Copy>(list: &mut Vec<Option<T>>, at: usize, value: T) {
    if list.len() <= at {
        list.resize(at + 1, None);
    }
    if let Some(slot) = list.get_mut(at) {
        *slot = Some(value);
    }
}

/// Whether a claim is part of what a data set says of one of some entities and edges.
fn speaks_of(schema: &Schema, changes: &Changes, claim: &Claim, only: &HashSet<String>) -> bool {
    let is =
        |entity: EntityNo| changes.entities().get(entity as usize).is_some_and(|entity| only.contains(&*entity.id));
    let Says::Link { from, kind, to } = claim.says else { return is(claim.says.subject()) };
    if let Some(edge) = claim.note.as_deref().and_then(noted)
        && let Some(id) = edge.get("id").and_then(|id| id.as_str())
    {
        return only.contains(id);
    }
    // A property of the entity that the link goes to is said of that entity.
    match schema.link(changes.words.text(kind)).map(|kind| (&kind.ftm.from, &kind.ftm.to)) {
        Some((Some(_), None)) => is(to),
        _ => is(from),
    }
}
