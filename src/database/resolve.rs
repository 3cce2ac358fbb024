//! Sameness and screening: claims handed to `resolve`, and decisions written as claims.

use std::cell::RefCell;
use std::collections::HashMap;

use super::claims::open_store;
use super::{CommitSummary, Database, DatabaseError, project};
use crate::graph::{Graph, LinkFilter};
use crate::model::{
    Changes, Claim, ClaimNo, CommitNo, Credibility, Diagnostic, EntityNo, Locator, Modality, NameRole, Says, Source,
};
use crate::names;
use crate::query::{self, Context};
use crate::resolve::{
    Conflict, Facts, Gather, Proposals, Said, Sameness, Screener, Verdict, Wanted, Weigher, propose, verdict,
};

/// The source of reviewers' decisions: one a reviewer, `decisions:ada`.
const DECISIONS: &str = "decisions";
/// The most ties that are shown of an entity.
const MOST_TIES: usize = 12;

/// What a person decided of two entities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The id of the one.
    pub one: String,
    /// The id of the other.
    pub other: String,
    /// What was decided.
    pub verdict: Verdict,
    /// Why, in the words of whoever decided.
    pub note: Option<String>,
    /// Where it stands in a file, as a message to be completed.
    pub place: Option<Box<Diagnostic>>,
}

/// What is known for deciding: facts of all entities, and all that has been said of sameness.
#[derive(Debug)]
pub struct Resolution {
    facts: Facts,
    sameness: Sameness,
    /// Pairs that a source proposes and nobody has decided.
    proposed: Vec<(EntityNo, EntityNo)>,
}

/// An entity as it is shown beside another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The id.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Kind and finer type.
    pub kind: String,
    /// All names with their roles.
    pub names: Vec<(NameRole, String)>,
    /// Attributes, by key: all values.
    pub attributes: Vec<(String, Vec<String>)>,
    /// The sources that speak of it.
    pub sources: Vec<String>,
    /// Its ties, in words.
    pub ties: Vec<String>,
    /// How many more ties it has.
    pub more_ties: usize,
}

impl Database {
    /// Gathers what is known for finding and deciding what is the same. O(claims).
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn resolution(&mut self) -> Result<Resolution, DatabaseError> {
        self.sound()?;
        let filter = LinkFilter::default();
        let (facts, said) = self.gather(&filter, None)?;
        let decided = self.decisions();
        let mut proposed = Vec::new();
        let mut settled = Vec::new();
        for (claim, says) in said {
            let Says::SameAs { entity: one, other } = says.says else { continue };
            let by_reviewer = decided.contains(&says.source);
            match verdict(says.modality, by_reviewer) {
                Some(verdict) => {
                    let source = says.source;
                    settled.push(Said { claim: Some(claim), one, other, verdict, source, decided: by_reviewer });
                }
                None => proposed.push((one, other)),
            }
        }
        Ok(Resolution { facts, sameness: Sameness::new(settled), proposed })
    }

    /// Proposes pairs of entities that may be one. `progress` is told how many of how many pairs have been compared.
    pub fn propose(
        &self,
        resolution: &Resolution,
        wanted: &Wanted,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Proposals {
        let Resolution { facts, sameness, proposed } = resolution;
        propose(&self.graph, &self.kinds, facts, sameness, proposed, wanted, progress)
    }

    /// The ids of the entities that stand for two now; `None` if they are one, or have been decided, by now.
    pub fn open_pair(&self, resolution: &Resolution, one: EntityNo, other: EntityNo) -> Option<(String, String)> {
        let stands = [one, other].map(|entity| self.graph.representative(entity));
        let [one, other] = stands;
        let id = |entity: EntityNo| self.graph.node(entity).map(|node| node.id.to_owned());
        (one != other && resolution.sameness.verdict(one, other).is_none()).then_some((id(one)?, id(other)?))
    }

    /// Commits decisions, all or none, each as a claim of the reviewer's own source. A decision on the very same two
    /// replaces an earlier one. Without `force`, entities whose facts contradict each other are not joined.
    ///
    /// # Errors
    /// An id is not known, facts contradict a decision, or it would join what is said to be different: everything that
    /// is wrong is told, and nothing is decided. Or the store cannot be written.
    pub fn decide(
        &mut self,
        resolution: &mut Resolution,
        decisions: &[Decision],
        force: bool,
        author: &str,
    ) -> Result<CommitSummary, DatabaseError> {
        let weighs = !force && decisions.iter().any(|decision| decision.verdict == Verdict::Same);
        let weigher = weighs.then(|| Weigher::new(&self.graph, &self.kinds, &resolution.facts));
        let mut changes = Changes::default();
        let source = changes.add_source(reviewer(author)).map_err(|error| impossible(&error))?;
        let mut sameness = resolution.sameness.clone();
        let mut made: Vec<Said> = Vec::new();
        let mut problems = Vec::new();
        let mut seen: HashMap<[EntityNo; 2], Verdict> = HashMap::new();
        for decision in decisions {
            if let Ok([one, other]) = self.numbers(decision) {
                let before = *seen.entry([one.min(other), one.max(other)]).or_insert(decision.verdict);
                if before != decision.verdict {
                    let message = format!("@{} and @{} are decided twice, in two ways", decision.one, decision.other);
                    problems.push(refusal(decision, message));
                    continue;
                }
            }
            match self.check(&mut sameness, decision, weigher.as_ref()) {
                Err(problem) => problems.push(problem),
                Ok(None) => {}
                Ok(Some((said, replaces))) => {
                    changes.retract.extend(replaces);
                    made.push(said);
                }
            }
        }
        if !problems.is_empty() {
            return Err(DatabaseError::Refused(problems));
        }
        for said in &made {
            let given =
                |decision: &&Decision| self.numbers(decision).is_ok_and(|[one, other]| is_pair(said, one, other));
            let note = decisions.iter().find(given).and_then(|decision| decision.note.clone());
            let ends = [said.one, said.other].map(|entity| self.add(&mut changes, entity));
            let [one, other] = ends;
            changes.claims.push(Claim {
                says: Says::SameAs { entity: one?, other: other? },
                when: None,
                source,
                locator: Locator::default(),
                speaker: None,
                modality: match said.verdict {
                    Verdict::Same => Modality::Asserted,
                    Verdict::Different => Modality::Denied,
                    Verdict::Unsure => Modality::Possible,
                },
                credibility: Credibility::UNKNOWN,
                text: None,
                note: Some(signed(note.as_deref(), author).into()),
            });
        }
        if made.is_empty() && changes.retract.is_empty() {
            return Ok(CommitSummary { skipped: decisions.len() as u64, ..CommitSummary::default() });
        }
        let message = match made.as_slice() {
            [one] => self.in_words(one),
            several => format!("{} decisions on what is the same", several.len()),
        };
        let mut summary = self.commit(changes, author, &message)?;
        // What was decided is not a proposal of the data.
        summary.proposals.clear();
        summary.joined.clear();
        let first = self.graph.meta().claims.saturating_sub(made.len() as ClaimNo);
        for (number, said) in (first..).zip(made) {
            // It has been checked against all that was known.
            let _ = resolution.sameness.decide(Said { claim: Some(number), ..said });
        }
        Ok(summary)
    }

    /// Whether a decision may be made; `None` if it is known already, else what it says and what it replaces.
    fn check(
        &self,
        sameness: &mut Sameness,
        decision: &Decision,
        weigher: Option<&Weigher<'_>>,
    ) -> Result<Option<(Said, Vec<ClaimNo>)>, Diagnostic> {
        let refuse = |message: String| refusal(decision, message);
        let [one, other] = self.numbers(decision).map_err(|id| {
            let near = self.graph.find(&id.replace(['-', '_', '.', ':'], " "), 1);
            let near = near.first().and_then(|hit| self.graph.node(hit.entity));
            let unknown = refuse(format!("there is no entity with the id @{id}"));
            match near {
                Some(near) => unknown.help(format!("did you mean @{} ({})?", near.id, near.name)),
                None => unknown,
            }
        })?;
        if one == other {
            return Err(refuse(format!("@{} is always the same as itself", decision.one)));
        }
        let kinds = [one, other].map(|entity| self.graph.kind_of(entity).map_or("", |kind| self.graph.kind_name(kind)));
        if kinds[0] != kinds[1] {
            let [first, second] = kinds;
            return match decision.verdict {
                Verdict::Same => Err(refuse(format!(
                    "@{} and @{} cannot be the same: {first} against {second}",
                    decision.one, decision.other
                ))
                .help("an entity has one kind: the source that gives it the wrong one is to be mended")),
                _ => Ok(None),
            };
        }
        let said = Said { claim: None, one, other, verdict: decision.verdict, source: 0, decided: true };
        let effect = sameness.decide(said).map_err(|conflict| refuse(self.conflict(&conflict)))?;
        if effect.known {
            return Ok(None);
        }
        if let (Verdict::Same, Some(weigher)) = (decision.verdict, weigher) {
            let weighed = weigher.weigh(self.graph.representative(one), self.graph.representative(other));
            let against: Vec<&str> = weighed.contradictions().collect();
            if !against.is_empty() {
                let message =
                    format!("@{} and @{} contradict each other: {}", decision.one, decision.other, against.join("; "));
                return Err(refuse(message).help("with --force they are joined all the same"));
            }
        }
        Ok(Some((said, effect.replaces)))
    }

    /// The entities of a decision, as the ids name them.
    fn numbers(&self, decision: &Decision) -> Result<[EntityNo; 2], String> {
        let number = |id: &str| self.graph.any_by_id(id).ok_or_else(|| id.to_owned());
        Ok([number(&decision.one)?, number(&decision.other)?])
    }

    fn add(&self, changes: &mut Changes, entity: EntityNo) -> Result<EntityNo, DatabaseError> {
        let Some(node) = self.graph.node(entity) else {
            return Err(DatabaseError::Impossible("a decision on no entity".to_owned()));
        };
        let (kind, finer) = (self.graph.kind_name(node.kind), self.graph.finer_name(node.finer));
        changes.add_entity(node.id, kind, finer).map_err(|error| impossible(&error))
    }

    fn id(&self, entity: EntityNo) -> String {
        format!("@{}", self.graph.node(entity).map_or("", |node| node.id))
    }

    fn in_words(&self, said: &Said) -> String {
        let (one, other) = (self.id(said.one), self.id(said.other));
        match said.verdict {
            Verdict::Same => format!("{one} is the same as {other}"),
            Verdict::Different => format!("{one} is not the same as {other}"),
            Verdict::Unsure => format!("{one} may be the same as {other}: unsure"),
        }
    }

    fn conflict(&self, conflict: &Conflict) -> String {
        let [one, other] = conflict.apart.map(|entity| self.id(entity));
        let chain: Vec<String> = conflict.chain.iter().map(|&entity| self.id(entity)).collect();
        format!("{one} and {other} are said to be different, and this would make them the same: {}", chain.join(" = "))
    }

    /// An entity as it is shown beside another.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn profile(&mut self, id: &str) -> Result<Profile, DatabaseError> {
        let Some(entity) = self.graph.by_id(id) else { return Ok(Profile { id: id.to_owned(), ..Profile::default() }) };
        let graph = &self.graph;
        let store = open_store(&self.directory, &mut self.store)?;
        let shown = graph.show_node(entity);
        let kind = match &shown.finer {
            Some(finer) => format!("{} ({})", shown.kind, finer.replace('_', " ")),
            None => shown.kind,
        };
        let mut profile = Profile { id: shown.id, name: shown.name, kind, ..Profile::default() };
        let sources = graph.sources();
        let source = |number: u32| sources.get(number as usize).map_or_else(String::new, |source| source.id.clone());
        for &number in graph.claims_of(entity) {
            let claim = store.claim(number)?;
            let spoken = source(claim.source);
            if !profile.sources.contains(&spoken) {
                profile.sources.push(spoken);
            }
            match claim.says {
                Says::Name { text, role, .. } => {
                    let name = (role, text.into_string());
                    if !profile.names.contains(&name) {
                        profile.names.push(name);
                    }
                }
                Says::Attribute { key, value, .. } => {
                    let key = store.words().text(key).replace('_', " ");
                    let value = value.into_string();
                    match profile.attributes.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, values)) if values.contains(&value) => {}
                        Some((_, values)) => values.push(value),
                        None => profile.attributes.push((key, vec![value])),
                    }
                }
                _ => {}
            }
        }
        profile.names.sort();
        profile.attributes.sort();
        let ties = graph.ties(entity);
        for (place, neighbour, tie) in ties.iter().take(MOST_TIES) {
            let Some(kind) = graph.link_kind(tie.kind) else { continue };
            let reading = if place < ties.outgoing() { &kind.forward } else { &kind.backward };
            let modality = Modality::from_number(tie.modality).filter(|modality| *modality != Modality::Asserted);
            let modality = modality.map_or_else(String::new, |modality| format!(" ({modality})"));
            profile.ties.push(format!("{reading} {}{modality}", graph.node(neighbour).map_or("", |node| node.name)));
        }
        profile.more_ties = ties.len().saturating_sub(MOST_TIES);
        Ok(profile)
    }

    /// Looks up names, on the links and claims that a scope admits (`as of 2024 grade B2`): `task` gets the look-up and the
    /// graph that its numbers are of.
    ///
    /// # Errors
    /// The scope is refused, or the store cannot be read.
    pub fn screening<T>(
        &mut self,
        scope: &str,
        task: impl FnOnce(&mut Screener<'_>, &Graph) -> T,
    ) -> Result<T, DatabaseError> {
        self.sound()?;
        let words = query::scope(scope).map_err(DatabaseError::Query)?;
        let past = match &words.known_on {
            Some(day) => self.past(day.value, scope, day)?,
            None => None,
        };
        let graph = past.and(self.past.as_ref()).map_or(&self.graph, |(_, graph)| graph);
        let notes = RefCell::default();
        let context = Context { graph, schema: &self.kinds, text: scope, notes: &notes };
        let filter = context.filter(&words).map_err(DatabaseError::Query)?;
        let (facts, _) = self.gather(&filter, past)?;
        // A night of screening keeps nobody from writing.
        self.release();
        let graph = past.and(self.past.as_ref()).map_or(&self.graph, |(_, graph)| graph);
        let mut screener = Screener::new(graph, &self.kinds, &facts, &filter);
        Ok(task(&mut screener, graph))
    }

    /// Reads all live claims: facts of those that the filter admits, and the claims of sameness.
    fn gather(
        &mut self,
        filter: &LinkFilter,
        until: Option<CommitNo>,
    ) -> Result<(Facts, Vec<(ClaimNo, Claim)>), DatabaseError> {
        if until.is_none() {
            self.graph_and_store()?;
        }
        let graph = until.and(self.past.as_ref()).map_or(&self.graph, |(_, graph)| graph);
        let store = open_store(&self.directory, &mut self.store)?;
        let retracted = project::retracted(&store.retractions()?, until.unwrap_or(CommitNo::MAX));
        let mut gather = Gather::new(graph, &self.kinds, store.words(), filter);
        let mut said = Vec::new();
        for claim in store.claims(0..graph.meta().claims)? {
            let (number, claim) = claim?;
            if retracted.contains_key(&number) {
                continue;
            }
            gather.claim(number, &claim);
            if matches!(claim.says, Says::SameAs { .. }) {
                said.push((number, claim));
            }
        }
        Ok((gather.finish(&self.kinds), said))
    }

    /// The numbers of the sources of reviewers' decisions.
    fn decisions(&self) -> Vec<u32> {
        let is = |id: &str| id.strip_prefix(DECISIONS).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
        (0..).zip(self.graph.sources()).filter(|(_, source)| is(&source.id)).map(|(number, _)| number).collect()
    }

    /// Checks all of the graph before much is read of it, and makes it anew if it is damaged.
    fn sound(&mut self) -> Result<(), DatabaseError> {
        // What is found is noted in the graph itself.
        let _ = self.graph.verify();
        self.mend().map(|_| ())
    }
}

/// A message about a decision, at its place.
fn refusal(decision: &Decision, message: String) -> Diagnostic {
    match &decision.place {
        Some(place) => Diagnostic { message, ..(**place).clone() },
        None => Diagnostic::new("", 0..0, message),
    }
}

/// Whether a statement is about these two.
fn is_pair(said: &Said, one: EntityNo, other: EntityNo) -> bool {
    [said.one, said.other] == [one, other] || [said.other, said.one] == [one, other]
}

/// The source of a reviewer's decisions.
fn reviewer(author: &str) -> Source {
    let name: String =
        names::fold(author).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(60).collect();
    let name = if name.trim_matches('-').is_empty() { "unknown".to_owned() } else { name };
    Source {
        id: format!("{DECISIONS}:{name}").into(),
        title: format!("Decisions by {author}").into(),
        publisher: Some(author.into()),
        ..Source::default()
    }
}

/// A note with who decided and when.
fn signed(note: Option<&str>, author: &str) -> String {
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d");
    match note.map(str::trim).filter(|note| !note.is_empty()) {
        Some(note) => format!("by {author} on {day}: {note}"),
        None => format!("by {author} on {day}"),
    }
}

fn impossible(error: &dyn std::error::Error) -> DatabaseError {
    DatabaseError::Impossible(error.to_string())
}
