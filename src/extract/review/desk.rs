//! A document's proposals and what has been decided about them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use super::event::{Event, Settled, Verdict};
use crate::extract::proposal::{DocumentMeta, EVENT, EntityRef, Extraction, Fault, Proposal, Said, Who, claims};
use crate::model::{Changes, Lookup, NameRole};
use crate::schema::Schema;

/// A document on the desk.
#[derive(Clone, Debug)]
pub struct Desk {
    extraction: Extraction,
    /// The places of the proposals in the order in which they are asked: that of the text, but whoever is added comes
    /// before what rests on it.
    order: Vec<usize>,
    places: HashMap<String, usize>,
    /// The places of the proposals that add an entity, by its id.
    adds: HashMap<String, usize>,
    states: BTreeMap<String, State>,
    /// Ids that entities got from decisions that were taken back later: they get them again.
    former: HashMap<String, String>,
    /// Ids that entities got, even if that was taken back.
    given: HashSet<String>,
    /// Which programs have read which texts.
    read: HashSet<(String, String)>,
    batches: usize,
}

#[derive(Clone, Debug)]
struct State {
    verdict: Verdict,
    by: String,
    home: Home,
}

/// Where the claims of an accepted proposal are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    Waiting,
    Committed(u32),
    Known,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was not committed.
    Missing,
    /// It is this commit.
    Committed(u32),
    /// It was committed, and undone later.
    Undone,
}

/// How it stands with a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nobody has decided.
    Open,
    /// Accepted, and not in the database yet.
    Accepted,
    /// Accepted, and in the database: by this commit, or before.
    Committed(Option<u32>),
    /// Rejected.
    Rejected,
}

/// How many proposals are how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub all: usize,
    /// Those that nobody has decided about.
    pub open: usize,
    /// Those that are accepted and not in the database yet.
    pub accepted: usize,
    /// Those that are in the database.
    pub committed: usize,
    /// Those that are rejected.
    pub rejected: usize,
}

/// What accepting is done with.
pub struct Accepting<'a> {
    /// What the database knows.
    pub known: &'a dyn Lookup,
    /// Its schema.
    pub schema: &'a Schema,
    /// Whether an id is taken by what is on another desk.
    pub taken: &'a dyn Fn(&str) -> bool,
    /// Who decides.
    pub by: &'a str,
    /// When, in seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
}

impl Desk {
    /// The desk of an extraction after these events. `fate` tells what became of a batch: the proposals of one that was
    /// undone are open again.
    pub fn new(extraction: Extraction, events: Vec<Event>, fate: &dyn Fn(&str) -> Fate) -> Self {
        let places = extraction.proposals.iter().enumerate().map(|(at, it)| (it.id.clone(), at)).collect();
        let added = |(at, proposal): (usize, &Proposal)| Some((proposal.says.proposes()?.id().to_owned(), at));
        let adds: HashMap<_, _> = extraction.proposals.iter().enumerate().filter_map(added).collect();
        let order = order(&extraction, &adds);
        let (states, former) = (BTreeMap::new(), HashMap::new());
        let mut desk = Self {
            extraction,
            order,
            places,
            adds,
            states,
            former,
            given: HashSet::new(),
            read: HashSet::new(),
            batches: 0,
        };
        for event in events {
            desk.apply(event, fate);
        }
        desk
    }

    /// The document and its proposals.
    pub fn extraction(&self) -> &Extraction {
        &self.extraction
    }

    /// The places of all proposals in the order in which they are asked.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// The proposal at a place, with what was edited when it was accepted.
    pub fn proposal(&self, at: usize) -> Option<&Proposal> {
        let proposal = self.extraction.proposals.get(at)?;
        match self.states.get(&proposal.id).map(|state| &state.verdict) {
            Some(Verdict::Accepted { proposal, .. }) => Some(proposal),
            _ => Some(proposal),
        }
    }

    /// The place of the proposal whose id is `id` or, if there is only one such, begins with it.
    pub fn find(&self, id: &str) -> Option<usize> {
        if let Some(at) = self.places.get(id) {
            return Some(*at);
        }
        let mut begin = self.places.iter().filter(|(known, _)| known.starts_with(id)).map(|(_, at)| *at);
        begin.next().filter(|_| begin.next().is_none())
    }

    /// How it stands with the proposal at a place.
    pub fn status(&self, at: usize) -> Status {
        let state = self.extraction.proposals.get(at).and_then(|proposal| self.states.get(&proposal.id));
        match state.map(|state| (&state.verdict, state.home)) {
            None | Some((Verdict::Reopened, _)) => Status::Open,
            Some((Verdict::Rejected, _)) => Status::Rejected,
            Some((Verdict::Accepted { .. }, Home::Waiting)) => Status::Accepted,
            Some((Verdict::Accepted { .. }, Home::Committed(commit))) => Status::Committed(Some(commit)),
            Some((Verdict::Accepted { .. }, Home::Known)) => Status::Committed(None),
        }
    }

    /// Who decided about the proposal at a place.
    pub fn decided_by(&self, at: usize) -> Option<&str> {
        let state = self.states.get(&self.extraction.proposals.get(at)?.id)?;
        (state.verdict != Verdict::Reopened).then_some(&state.by)
    }

    /// How many proposals are how.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally { all: self.extraction.proposals.len(), ..Tally::default() };
        for at in 0..tally.all {
            match self.status(at) {
                Status::Open => tally.open += 1,
                Status::Accepted => tally.accepted += 1,
                Status::Committed(_) => tally.committed += 1,
                Status::Rejected => tally.rejected += 1,
            }
        }
        tally
    }

    /// The proposal that adds an entity of this document.
    pub fn adding(&self, entity: &EntityRef) -> Option<usize> {
        if entity.is_new() { self.adds.get(entity.id()).copied() } else { None }
    }

    /// Whether a program has read the text of this digest.
    pub fn was_read(&self, by: &str, digest: &str) -> bool {
        self.read.contains(&(by.to_owned(), digest.to_owned()))
    }

    /// Takes an event into account.
    pub fn apply(&mut self, event: Event, fate: &dyn Fn(&str) -> Fate) {
        match event {
            Event::Decided { proposal, verdict, by, .. } => {
                if let Some(State { verdict: Verdict::Accepted { entity: Some(Settled::Adds(id)), .. }, .. }) =
                    self.states.get(&proposal)
                {
                    self.former.insert(proposal.clone(), id.clone());
                }
                if let Verdict::Accepted { entity: Some(Settled::Adds(id)), .. } = &verdict {
                    self.given.insert(id.clone());
                }
                self.states.insert(proposal, State { verdict, by, home: Home::Waiting });
            }
            Event::Batch { batch, proposals } => {
                self.batches += 1;
                let fate = fate(&batch);
                for id in proposals {
                    let Some(state) = self.states.get_mut(&id) else { continue };
                    match fate {
                        Fate::Missing => {}
                        Fate::Committed(commit) => state.home = Home::Committed(commit),
                        Fate::Undone => {
                            if let Verdict::Accepted { entity: Some(Settled::Adds(added)), .. } = &state.verdict {
                                self.former.insert(id, added.clone());
                            }
                            state.verdict = Verdict::Reopened;
                        }
                    }
                }
            }
            Event::Read { by, digest } => {
                self.read.insert((by, digest));
            }
            Event::Known { proposals } => {
                for id in proposals {
                    if let Some(state) = self.states.get_mut(&id) {
                        state.home = Home::Known;
                    }
                }
            }
        }
    }

    /// The events of accepting the proposal at a place, as it is or `edited`. If it adds an entity, `is` may name the one
    /// that it is instead. Who is added by an open proposal that this one rests on is accepted with it.
    ///
    /// # Errors
    /// It is decided already; it rests on somebody who was rejected; what was edited makes no sense; the schema does not
    /// allow it. A fault's number is 0 for this proposal and higher for those that it brings along.
    pub fn accept(
        &self,
        at: usize,
        edited: Option<Proposal>,
        is: Option<EntityRef>,
        with: &Accepting<'_>,
    ) -> Result<Vec<Event>, Vec<Fault>> {
        let fault = |message: String, help: Option<String>| {
            vec![Fault { proposal: Some(0), key: "", value: String::new(), message, help }]
        };
        let Some(original) = self.extraction.proposals.get(at) else {
            return Err(fault("there is no such proposal".to_owned(), None));
        };
        if let Status::Committed(commit) = self.status(at) {
            let help = commit.map(|commit| format!("`tieline undo {commit}` opens it again"));
            return Err(fault("this is in the database already".to_owned(), help));
        }
        let proposal = edited.unwrap_or_else(|| original.clone());
        let faults = self.extraction.check_one(&proposal, &self.adds, with.known);
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut round = Round { desk: self, with, accepted: Vec::new(), faults: Vec::new() };
        round.accept(original, proposal, is);
        if !round.faults.is_empty() {
            return Err(round.faults);
        }
        let accepted = round.accepted;
        let settled: HashMap<&str, &Verdict> = accepted.iter().map(|(id, verdict)| (id.as_str(), verdict)).collect();
        let who = |entity: &EntityRef| self.who(entity, with.known, &|id| settled.get(id).copied());
        let proposals = accepted.iter().filter_map(|(_, verdict)| match verdict {
            Verdict::Accepted { proposal, entity } => Some(as_settled(proposal, entity.as_ref())),
            _ => None,
        });
        let proposals: Vec<Proposal> = proposals.collect();
        claims(&self.extraction.document, &proposals, &who, with.schema, false)?;
        let decided = |(proposal, verdict)| Event::Decided { proposal, verdict, by: with.by.to_owned(), at: with.at };
        Ok(accepted.into_iter().map(decided).collect())
    }

    /// The events of rejecting the proposal at a place, and with it what rests on the entity that it would have added. None
    /// if it is in the database.
    pub fn reject(&self, at: usize, by: &str, time: i64) -> Vec<Event> {
        let Some(rejected) = self.extraction.proposals.get(at) else { return Vec::new() };
        let mut gone: BTreeSet<usize> = BTreeSet::from([at]);
        if let Some(entity) = rejected.says.proposes() {
            let rests = |place: &usize| self.proposal(*place).is_some_and(|it| it.entities().contains(&entity));
            gone.extend((0..self.extraction.proposals.len()).filter(rests));
        }
        let undecided = |at: &usize| !matches!(self.status(*at), Status::Committed(_) | Status::Rejected);
        if !undecided(&at) {
            return Vec::new();
        }
        // The proposal itself comes first.
        let others = gone.iter().copied().filter(|other| *other != at);
        let all = std::iter::once(at).chain(others).filter(undecided);
        all.filter_map(|at| self.decided(at, Verdict::Rejected, by, time)).collect()
    }

    /// The event of taking back what was decided about the proposal at a place; `None` if it is open or in the database.
    pub fn reopen(&self, at: usize, by: &str, time: i64) -> Option<Event> {
        match self.status(at) {
            Status::Accepted | Status::Rejected => self.decided(at, Verdict::Reopened, by, time),
            Status::Open | Status::Committed(_) => None,
        }
    }

    fn decided(&self, at: usize, verdict: Verdict, by: &str, time: i64) -> Option<Event> {
        let proposal = self.extraction.proposals.get(at)?.id.clone();
        Some(Event::Decided { proposal, verdict, by: by.to_owned(), at: time })
    }

    /// The ids of the proposals that are accepted and not in the database, in the order in which they are asked,
    /// and the name for the batch of them.
    pub fn waiting(&self) -> (String, Vec<String>) {
        let waiting = self.order.iter().filter(|at| self.status(**at) == Status::Accepted);
        let id = |at: &usize| self.extraction.proposals.get(*at).map(|proposal| proposal.id.clone());
        let ids: Vec<String> = waiting.filter_map(id).collect();
        (self.batch(&ids), ids)
    }

    /// The name of a batch of proposals, which no earlier one of this document has.
    pub fn batch(&self, ids: &[String]) -> String {
        let told = format!("{} {} {}", self.extraction.document.id, self.batches, ids.join(" "));
        format!("b-{:08x}", xxh3_64(told.as_bytes()) >> 32)
    }

    /// The first name that the document gives an entity that it adds; `None` for one of the database.
    pub fn new_name(&self, entity: &EntityRef) -> Option<String> {
        let named = match &self.proposal(self.adding(entity)?)?.says {
            Said::Entity { names, .. } | Said::Event { names, .. } => names.first()?.name.clone(),
            _ => return None,
        };
        Some(named)
    }

    /// The id that a new entity got, or the one of the entity that it turned out to be, if that is decided.
    pub fn settled(&self, entity: &EntityRef, known: &dyn Lookup) -> Option<String> {
        self.who(entity, known, &|_| None).map(|who| who.id)
    }

    /// The claims of accepted proposals. `document` is the source as it is to be described.
    ///
    /// # Errors
    /// The database has changed since they were accepted, so that they do not fit any more. A fault's number is a place in
    /// `ids`.
    pub fn changes(
        &self,
        document: &DocumentMeta,
        ids: &[String],
        known: &dyn Lookup,
        schema: &Schema,
        keep_text: bool,
    ) -> Result<Changes, Vec<Fault>> {
        let accepted = ids.iter().filter_map(|id| match &self.states.get(id)?.verdict {
            Verdict::Accepted { proposal, entity } => Some(as_settled(proposal, entity.as_ref())),
            _ => None,
        });
        let accepted: Vec<Proposal> = accepted.collect();
        let who = |entity: &EntityRef| self.who(entity, known, &|_| None);
        for (at, proposal) in accepted.iter().enumerate() {
            if let Some(missing) = proposal.entities().into_iter().find(|entity| who(entity).is_none()) {
                let message = format!("this rests on {missing}, whom nobody knows any more");
                return Err(vec![Fault {
                    proposal: Some(at),
                    key: "",
                    value: missing.to_string(),
                    message,
                    help: None,
                }]);
            }
        }
        claims(document, &accepted, &who, schema, keep_text)
    }

    /// The ids that entities of this desk have, will have, or had.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.given.iter().map(String::as_str)
    }

    /// Who a reference stands for by the decisions made here and those `deciding`.
    fn who<'v>(
        &'v self,
        entity: &EntityRef,
        known: &dyn Lookup,
        deciding: &dyn Fn(&str) -> Option<&'v Verdict>,
    ) -> Option<Who> {
        let mut entity = entity.clone();
        // A chain of "is" is as long as there are proposals at most; a circle ends nowhere.
        for _ in 0..=self.adds.len() {
            let EntityRef::New(id) = &entity else {
                let (kind, finer) = known.entity(entity.id())?;
                return Some(Who { id: entity.id().to_owned(), kind, finer });
            };
            // In what was settled already, the id of a new entity is that in the database.
            let proposal = &self.extraction.proposals.get(*self.adds.get(id.as_str())?)?.id;
            let decided = deciding(proposal).or_else(|| self.states.get(proposal).map(|state| &state.verdict))?;
            match decided {
                Verdict::Accepted { proposal, entity: Some(Settled::Adds(id)) } => {
                    let (kind, finer) = match &proposal.says {
                        Said::Entity { kind, finer, .. } => (kind.clone(), finer.clone()),
                        Said::Event { finer, .. } => (EVENT.to_owned(), finer.clone()),
                        _ => return None,
                    };
                    return Some(Who { id: id.clone(), kind, finer });
                }
                Verdict::Accepted { entity: Some(Settled::Is(other)), .. } => entity = other.clone(),
                _ => return None,
            }
        }
        None
    }

    /// An id for a new entity that nobody else has.
    pub fn free_id(&self, at: usize, known: &dyn Lookup, taken: &dyn Fn(&str) -> bool) -> Option<String> {
        let proposal = self.extraction.proposals.get(at)?;
        if let Some(former) = self.former.get(&proposal.id) {
            return Some(former.clone());
        }
        let wanted = proposal.says.proposes()?.id();
        let is_free = |id: &str| known.entity(id).is_none() && !taken(id) && !self.given.contains(id);
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(|id| is_free(id))
    }
}

/// One acceptance with all that it brings along.
struct Round<'a> {
    desk: &'a Desk,
    with: &'a Accepting<'a>,
    /// Proposals by id, the first one first.
    accepted: Vec<(String, Verdict)>,
    faults: Vec<Fault>,
}

impl Round<'_> {
    fn accept(&mut self, original: &Proposal, proposal: Proposal, is: Option<EntityRef>) {
        let own = original.says.proposes().cloned();
        let number = self.accepted.len();
        let mut rests: Vec<EntityRef> = proposal.entities().into_iter().cloned().collect();
        rests.extend(is.clone());
        let entity = own.as_ref().and_then(|own| match &is {
            Some(is) => Some(Settled::Is(is.clone())),
            None => {
                let at = self.desk.adding(own)?;
                let brought: Vec<&str> = self.accepted.iter().filter_map(|(_, verdict)| adds(verdict)).collect();
                let taken = |id: &str| (self.with.taken)(id) || brought.contains(&id);
                self.desk.free_id(at, self.with.known, &taken).map(Settled::Adds)
            }
        });
        self.accepted
            .push((original.id.clone(), Verdict::Accepted { proposal: Box::new(proposal), entity: entity.clone() }));
        if is.is_some() && is == own {
            self.fault(number, "an entity is always the same as itself", None);
            return;
        }
        for rest in rests.into_iter().filter(|rest| Some(rest) != own.as_ref()) {
            self.bring(number, &rest);
        }
    }

    /// Accepts whoever adds an entity that the proposal `number` rests on.
    fn bring(&mut self, number: usize, entity: &EntityRef) {
        if !entity.is_new() {
            return;
        }
        let Some(at) = self.desk.adding(entity) else {
            self.fault(number, &format!("no proposal of this document adds {entity}"), None);
            return;
        };
        let Some(adding) = self.desk.extraction.proposals.get(at) else { return };
        if self.accepted.iter().any(|(id, _)| *id == adding.id) {
            return;
        }
        match self.desk.status(at) {
            Status::Open => self.accept(adding, adding.clone(), None),
            Status::Rejected => {
                let help = format!("open {} again, or put another entity in its place", adding.id);
                self.fault(number, &format!("this rests on {entity}, which was rejected"), Some(help));
            }
            Status::Accepted | Status::Committed(_) => {}
        }
    }

    fn fault(&mut self, number: usize, message: &str, help: Option<String>) {
        let message = message.to_owned();
        self.faults.push(Fault { proposal: Some(number), key: "", value: String::new(), message, help });
    }
}

fn adds(verdict: &Verdict) -> Option<&str> {
    match verdict {
        Verdict::Accepted { entity: Some(Settled::Adds(id)), .. } => Some(id),
        _ => None,
    }
}

/// A proposal as it enters the database. One whose entity turned out to be another one gives that one its names, of
/// which none is the one to show.
fn as_settled(proposal: &Proposal, settled: Option<&Settled>) -> Proposal {
    let mut proposal = proposal.clone();
    if let (Some(Settled::Is(other)), Said::Entity { names, .. } | Said::Event { names, .. }) =
        (settled, &mut proposal.says)
    {
        for name in names.iter_mut().filter(|name| name.role == NameRole::Primary) {
            name.role = NameRole::Alias;
        }
        match &mut proposal.says {
            Said::Entity { entity, .. } | Said::Event { event: entity, .. } => *entity = other.clone(),
            _ => {}
        }
    }
    proposal
}

/// The places of the proposals, each behind those that add what it rests on.
fn order(extraction: &Extraction, adds: &HashMap<String, usize>) -> Vec<usize> {
    let mut order = Vec::with_capacity(extraction.proposals.len());
    let mut seen = vec![false; extraction.proposals.len()];
    for at in 0..extraction.proposals.len() {
        // What is being waited for stands on the stack; whoever waits for itself is not waited for.
        let mut stack = vec![(at, false)];
        while let Some((at, ready)) = stack.pop() {
            if ready {
                order.push(at);
                continue;
            }
            if std::mem::replace(seen.get_mut(at).unwrap_or(&mut true), true) {
                continue;
            }
            stack.push((at, true));
            let entities = extraction.proposals.get(at).map(Proposal::entities).unwrap_or_default();
            let waits = entities.into_iter().rev().filter(|entity| entity.is_new());
            stack.extend(waits.filter_map(|entity| adds.get(entity.id())).map(|at| (*at, false)));
        }
    }
    order
}
