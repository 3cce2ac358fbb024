//! Folding what a small commit touched, to be laid over the snapshot.

use std::collections::BTreeMap;

use super::commit::{LARGE_DELTA, Touched};
use super::kinds::Kinds;
use super::{DatabaseError, project};
use crate::graph::{Delta, DeltaEvidence, DeltaLink, DeltaNode, GONE, Graph, LIVE, MERGED, SourceMeta};
use crate::model::{
    Claim, ClaimNo, EntityNo, Evidence, Grade, Modality, NameRole, Period, Says, Source, Word, Words, primary_name,
};
use crate::store::{CommitRecord, Store};

/// The changes since the snapshot with those of one more commit. `claims` are the claims that it added or restored
/// (`true`) or retracted (`false`). `None` if they cannot be laid over the snapshot: then everything is folded anew.
///
/// O(claims of the touched entities and links).
pub(super) fn refold(
    graph: &Graph,
    store: &Store,
    before: Delta,
    record: &CommitRecord,
    touched: &Touched,
    claims: Vec<(ClaimNo, Claim, bool)>,
) -> Result<Option<Delta>, DatabaseError> {
    let joins = |claim: &Claim| matches!(claim.says, Says::SameAs { .. }) && claim.modality == Modality::Asserted;
    // Parting entities that were one would need to know which of their links came from which.
    if claims.iter().any(|(_, claim, added)| !added && joins(claim)) {
        return Ok(None);
    }
    let sources = store.sources()?;
    let mut refold = Refold {
        kinds: Kinds::of(store.directory())?,
        graph,
        store,
        sources: &sources,
        delta: before,
        stands: BTreeMap::new(),
        links: BTreeMap::new(),
    };
    refold.head(record, touched, &claims);
    for (_, claim, _) in claims.iter().filter(|(_, claim, _)| joins(claim)) {
        if let Says::SameAs { entity, other } = claim.says {
            refold.join(entity, other)?;
        }
        if refold.links.len() > LARGE_DELTA {
            return Ok(None);
        }
    }
    refold.fold(record, claims)
}

struct Refold<'a> {
    kinds: Kinds,
    graph: &'a Graph,
    store: &'a Store,
    sources: &'a [Source],
    delta: Delta,
    /// Entities that this commit merges into others.
    stands: BTreeMap<EntityNo, EntityNo>,
    links: BTreeMap<(EntityNo, u8, EntityNo), LinkChange>,
}

/// What becomes of a link.
#[derive(Default)]
struct LinkChange {
    /// It is no link between these two any more.
    moved: bool,
    added: Vec<DeltaEvidence>,
    removed: Vec<ClaimNo>,
}

impl Refold<'_> {
    /// Counts, sources and tables.
    fn head(&mut self, record: &CommitRecord, touched: &Touched, claims: &[(ClaimNo, Claim, bool)]) {
        let counts = self.store.counts();
        self.delta.generation = record.commit.number;
        self.delta.entities = counts.entities;
        self.delta.claims = counts.claims;
        let sources = self.sources.iter().enumerate().map(|(number, source)| (number as u32, SourceMeta::from(source)));
        self.delta.sources = sources
            .filter(|(number, source)| self.graph.sources().get(*number as usize) != Some(source))
            .chain(std::mem::take(&mut self.delta.sources))
            .collect();
        self.delta.sources.sort_by_key(|(number, _)| *number);
        self.delta.sources.dedup_by_key(|(number, _)| *number);
        for (number, claim, _) in claims.iter().filter(|(number, ..)| touched.added.contains(number)) {
            if self.delta.source_runs.last().is_none_or(|run| run[1] != claim.source) {
                self.delta.source_runs.push([*number, claim.source]);
            }
        }
    }

    /// The entity that stands for one after this commit.
    fn representative(&self, entity: EntityNo) -> EntityNo {
        let mut entity = self.graph.representative(entity);
        while let Some(&next) = self.stands.get(&entity) {
            entity = next;
        }
        entity
    }

    /// Merges two entities: the one with the smaller number stands for both, and gets the links of the other.
    fn join(&mut self, one: EntityNo, other: EntityNo) -> Result<(), DatabaseError> {
        let (one, other) = (self.representative(one), self.representative(other));
        if one == other {
            return Ok(());
        }
        let (keeps, goes) = (one.min(other), one.max(other));
        self.stands.insert(goes, keeps);
        let ties = self.graph.ties(goes);
        for (place, neighbour, tie) in ties.iter() {
            let (from, to) = if place < ties.outgoing() { (goes, neighbour) } else { (neighbour, goes) };
            let evidence = self.graph.evidence(ties.link(place)).iter().map(delta_evidence).collect::<Vec<_>>();
            self.links.entry((from, tie.kind, to)).or_default().moved = true;
            self.add(from, tie.kind, to, evidence)?;
        }
        // Links that this commit moved to the other before go on with it.
        let moved: Vec<_> = self.links.keys().filter(|(from, _, to)| *from == goes || *to == goes).copied().collect();
        for (from, kind, to) in moved {
            let change = self.links.entry((from, kind, to)).or_default();
            change.moved = true;
            let added = std::mem::take(&mut change.added);
            self.add(from, kind, to, added)?;
        }
        Ok(())
    }

    /// The ends of a link after this commit, in its canonical direction.
    fn ends(&self, from: EntityNo, kind: u8, to: EntityNo) -> Result<(EntityNo, EntityNo), DatabaseError> {
        let (from, to) = (self.representative(from), self.representative(to));
        let symmetric = self.delta.link_kinds.get(kind as usize).is_some_and(|kind| kind.symmetric);
        let turned = symmetric && self.store.entity(to)?.id < self.store.entity(from)?.id;
        Ok(if turned { (to, from) } else { (from, to) })
    }

    fn add(
        &mut self,
        from: EntityNo,
        kind: u8,
        to: EntityNo,
        evidence: Vec<DeltaEvidence>,
    ) -> Result<(), DatabaseError> {
        let (from, to) = self.ends(from, kind, to)?;
        if from != to && !evidence.is_empty() {
            self.links.entry((from, kind, to)).or_default().added.extend(evidence);
        }
        Ok(())
    }

    fn fold(
        mut self,
        record: &CommitRecord,
        claims: Vec<(ClaimNo, Claim, bool)>,
    ) -> Result<Option<Delta>, DatabaseError> {
        let words = self.store.words();
        let mut nodes: BTreeMap<EntityNo, Vec<(ClaimNo, bool)>> =
            record.entities.clone().map(|entity| (entity, Vec::new())).collect();
        for (&goes, &keeps) in &self.stands {
            nodes.entry(goes).or_default();
            nodes.entry(keeps).or_default();
        }
        for (number, claim, added) in claims {
            match claim.says {
                Says::Link { from, kind, to } => {
                    let Some(kind) = self.link_kind(words, kind) else { return Ok(None) };
                    nodes.entry(self.representative(from)).or_default();
                    nodes.entry(self.representative(to)).or_default();
                    if added {
                        let evidence = DeltaEvidence {
                            claim: number,
                            source: claim.source,
                            period: claim.when.map_or(0, Period::to_bits),
                            grade: self.grade(&claim).to_byte(),
                            modality: claim.modality as u8,
                        };
                        self.add(from, kind, to, vec![evidence])?;
                    } else {
                        let (from, to) = self.ends(from, kind, to)?;
                        self.links.entry((from, kind, to)).or_default().removed.push(number);
                    }
                }
                Says::SameAs { entity, other } => {
                    nodes.entry(self.representative(entity)).or_default().push((number, added));
                    nodes.entry(self.representative(other)).or_default().push((number, added));
                }
                _ => nodes.entry(self.representative(claim.says.subject())).or_default().push((number, added)),
            }
        }

        let mut degrees: BTreeMap<EntityNo, i64> = BTreeMap::new();
        for ((from, kind, to), change) in std::mem::take(&mut self.links) {
            let before = self.graph.find_link(from, kind, to).map_or_else(Vec::new, |link| self.graph.evidence(link));
            let mut evidence: Vec<DeltaEvidence> =
                if change.moved { Vec::new() } else { before.iter().map(delta_evidence).collect() };
            evidence.extend(change.added);
            evidence.retain(|evidence| !change.removed.contains(&evidence.claim));
            evidence.sort_by_key(|evidence| evidence.claim);
            evidence.dedup_by_key(|evidence| evidence.claim);
            let change = i64::from(!evidence.is_empty()) - i64::from(!before.is_empty());
            *degrees.entry(from).or_default() += change;
            *degrees.entry(to).or_default() += change;
            self.delta.links.retain(|link| (link.from, link.kind, link.to) != (from, kind, to));
            self.delta.links.push(DeltaLink { from, kind, to, evidence });
        }

        for (number, changed) in nodes {
            let degree = self.graph.degree(number) as i64 + degrees.get(&number).copied().unwrap_or(0);
            let Some(node) = self.node(number, &changed, degree > 0)? else { return Ok(None) };
            self.delta.nodes.retain(|(known, _)| *known != number);
            self.delta.nodes.push((number, node));
        }
        Ok(Some(self.delta))
    }

    fn node(
        &mut self,
        number: EntityNo,
        changed: &[(ClaimNo, bool)],
        linked: bool,
    ) -> Result<Option<DeltaNode>, DatabaseError> {
        let stands = self.representative(number);
        let mut claims: Vec<ClaimNo> = Vec::new();
        let mut names: Vec<(NameRole, Grade, Box<str>)> = Vec::new();
        if stands == number {
            claims.extend(self.graph.claims_of(number));
            for &goes in self.stands.keys().filter(|&&goes| self.representative(goes) == number) {
                claims.extend(self.graph.claims_of(goes));
            }
            claims.extend(changed.iter().filter(|(_, added)| *added).map(|(claim, _)| claim));
            claims.retain(|claim| !changed.contains(&(*claim, false)));
            claims.sort_unstable();
            claims.dedup();
            for &claim in &claims {
                let claim = self.store.claim(claim)?;
                let grade = self.grade(&claim);
                if let Says::Name { text, role, .. } = claim.says {
                    names.push((role, grade, text));
                }
            }
        }
        let entity = self.store.entity(number)?;
        let words = self.store.words();
        let shown = primary_name(names.iter().map(|(role, grade, name)| (*role, *grade, &**name)));
        let kind = code(&mut self.delta.kinds, words.text(entity.kind)).and_then(|code| u8::try_from(code).ok());
        let finer = match entity.finer {
            Some(finer) => code(&mut self.delta.finer, words.text(finer)).and_then(|code| u16::try_from(code + 1).ok()),
            None => Some(0),
        };
        let (Some(kind), Some(finer)) = (kind, finer) else { return Ok(None) };
        Ok(Some(DeltaNode {
            id: entity.id.to_string(),
            name: shown.unwrap_or(&entity.id).to_owned(),
            kind,
            finer,
            state: match stands == number {
                false => MERGED,
                true if claims.is_empty() && !linked => GONE,
                true => LIVE,
            },
            stands,
            names: names.iter().map(|(role, _, name)| (*role as u8, name.to_string())).collect(),
            claims,
        }))
    }

    fn link_kind(&mut self, words: &Words, kind: Word) -> Option<u8> {
        let name = words.text(kind);
        let known = self.delta.link_kinds.iter().position(|known| known.name == name);
        let code = known.unwrap_or_else(|| {
            self.delta.link_kinds.push(project::readings(&self.kinds, name));
            self.delta.link_kinds.len() - 1
        });
        u8::try_from(code).ok()
    }

    fn grade(&self, claim: &Claim) -> Grade {
        let source = self.sources.get(claim.source as usize);
        Grade {
            reliability: source.map(|source| source.reliability).unwrap_or_default(),
            credibility: claim.credibility,
        }
    }
}

fn delta_evidence(evidence: &Evidence) -> DeltaEvidence {
    DeltaEvidence {
        claim: evidence.claim,
        source: evidence.source,
        period: evidence.when.map_or(0, Period::to_bits),
        grade: evidence.grade.to_byte(),
        modality: evidence.modality as u8,
    }
}

fn code(table: &mut Vec<String>, name: &str) -> Option<usize> {
    Some(table.iter().position(|known| known == name).unwrap_or_else(|| {
        table.push(name.to_owned());
        table.len() - 1
    }))
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use proptest::prelude::*;

    use super::*;
    use crate::model::{Credibility, Entity, Locator, Reliability};
    use crate::store::Transaction;

    /// What a commit does, with small numbers that are taken modulo what there is.
    #[derive(Clone, Debug)]
    enum Act {
        Entity,
        Name(u32, u32),
        Link(u32, u8, u32, u32),
        Same(u32, u32, bool),
        Retract(u32),
    }

    const KINDS: [&str; 3] = ["supports", "allied_with", "led_by"];

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            2 => Just(Act::Entity),
            3 => (any::<u32>(), 0..9u32).prop_map(|(entity, name)| Act::Name(entity, name)),
            6 => (any::<u32>(), 0u8..3, any::<u32>(), 0..9u32).prop_map(|(a, kind, b, year)| Act::Link(a, kind, b, year)),
            2 => (any::<u32>(), any::<u32>(), any::<bool>()).prop_map(|(a, b, sure)| Act::Same(a, b, sure)),
            2 => any::<u32>().prop_map(Act::Retract),
        ]
    }

    fn claim(says: Says, source: u32) -> Claim {
        Claim {
            says,
            when: None,
            source,
            locator: Locator::default(),
            speaker: None,
            modality: Modality::Asserted,
            credibility: Credibility::UNKNOWN,
            text: None,
            note: None,
        }
    }

    /// Writes the acts; says which claims they retract.
    fn write(acts: &[Act], transaction: &mut Transaction<'_>, mut entities: u32, claims: Range<u32>) -> Vec<ClaimNo> {
        let kind = transaction.word("Organisation").unwrap();
        let source = Source { id: "s".into(), reliability: Reliability::B, ..Source::default() };
        let source = transaction.source(&source).unwrap();
        let mut retracted = Vec::new();
        for act in acts {
            let says = match *act {
                Act::Entity => {
                    let id = format!("e{}", (entities * 7) % 100).into();
                    let entity = transaction.entity(&Entity { id, kind, finer: None }).unwrap();
                    entities += 1;
                    Says::Exists { entity }
                }
                Act::Name(entity, name) => Says::Name {
                    entity: entity % entities,
                    text: format!("Name {name}").into(),
                    role: NameRole::from_number((name % 5) as u8).unwrap(),
                    language: None,
                },
                Act::Link(from, kind, to, _) => Says::Link {
                    from: from % entities,
                    kind: transaction.word(KINDS[kind as usize]).unwrap(),
                    to: to % entities,
                },
                Act::Same(entity, other, _) => Says::SameAs { entity: entity % entities, other: other % entities },
                Act::Retract(number) => {
                    let number = claims.start + number % (claims.end - claims.start);
                    if !retracted.contains(&number) {
                        retracted.push(number);
                        transaction.retract(number).unwrap();
                    }
                    continue;
                }
            };
            let mut claim = claim(says, source);
            match *act {
                Act::Link(.., year) if year > 0 => claim.when = format!("200{year}").parse().ok(),
                Act::Same(.., false) => claim.modality = Modality::Possible,
                _ => {}
            }
            transaction.claim(&claim).unwrap();
        }
        retracted
    }

    /// Everything that a graph answers from, in an order that does not depend on numbers of links.
    fn dump(graph: &Graph) -> Vec<String> {
        let mut lines = vec![format!("{:?} {}", graph.meta().entities_by_kind, graph.link_count())];
        for entity in graph.entities() {
            let node = graph.node(entity).unwrap();
            let mut names = graph.names_of(entity);
            names.sort_unstable();
            lines.push(format!("{} {} {names:?} {:?}", node.id, node.name, graph.claims_of(entity)));
            assert_eq!(graph.by_id(node.id), Some(entity));
            let ties = graph.ties(entity);
            for (place, neighbour, tie) in ties.iter() {
                let link = ties.link(place);
                let side = if place < ties.outgoing() { "to" } else { "from" };
                let other = graph.node(neighbour).unwrap().id;
                lines.push(format!("{} {side} {other} {} {:?}", graph.link_id(link), tie.grade, graph.evidence(link)));
                let found = graph.link_by_id(&graph.link_id(link));
                assert_eq!(found, Some(link));
            }
        }
        lines.sort();
        lines
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn laying_over_and_folding_anew_give_the_same_graph(
            first in prop::collection::vec(act(), 1..30),
            later in prop::collection::vec(prop::collection::vec(act(), 1..8), 1..5),
        ) {
            let directory = tempfile::tempdir().unwrap();
            let mut store = Store::create(&directory.path().join("db")).unwrap();
            let mut transaction = store.begin().unwrap();
            let no_retractions: Vec<Act> =
                [Act::Entity, Act::Entity].into_iter().chain(first).filter(|act| !matches!(act, Act::Retract(_))).collect();
            write(&no_retractions, &mut transaction, 0, 0..1);
            transaction.commit("a", 0, "first").unwrap();
            let mut graph = project::in_memory(&store, None).unwrap();
            let mut delta = project::delta_of(directory.path(), &graph).unwrap();
            for acts in later {
                let counts = store.counts();
                let gone = project::retracted(&store.retractions().unwrap(), u32::MAX);
                let mut transaction = store.begin().unwrap();
                let retracted = write(&acts, &mut transaction, counts.entities, 0..counts.claims);
                let record = transaction.commit("a", 0, "later").unwrap();
                // Retracting twice changes nothing.
                let retracted: Vec<ClaimNo> = retracted.into_iter().filter(|claim| !gone.contains_key(claim)).collect();
                let touched = Touched { added: record.claims.clone(), retracted, restored: Vec::new() };
                let claims = touched.added.clone().map(|number| (number, true))
                    .chain(touched.retracted.iter().map(|&number| (number, false)))
                    .map(|(number, added)| (number, store.claim(number).unwrap(), added))
                    .collect();
                let anew = project::in_memory(&store, None).unwrap();
                match refold(&graph, &store, delta, &record, &touched, claims).unwrap() {
                    Some(laid) => {
                        graph = graph.with_delta(laid.clone()).unwrap();
                        delta = laid;
                        prop_assert_eq!(dump(&graph), dump(&anew));
                    }
                    None => {
                        delta = project::delta_of(directory.path(), &anew).unwrap();
                        graph = anew;
                    }
                }
            }
        }
    }
}
