//! The changes since a snapshot was built: small, kept in a file beside it, laid over it when it is opened.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::GraphError;
use super::build::{narrowest, record};
use super::graph::{Graph, LinkNo};
use super::layout::{LIVE, PeriodRecord, Tie};
use super::meta::{LinkKindMeta, Meta, SourceMeta};
use crate::model::{ClaimNo, EntityNo, Evidence, Grade, Modality, NameRole, Period, strongest};

/// What changed since a snapshot: every entity and link that a later commit touched, folded anew.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delta {
    /// The generation of the store that snapshot and changes together project.
    pub generation: u32,
    /// The generation of the snapshot.
    pub base: u32,
    /// How many entities the store has.
    pub entities: u32,
    /// How many claims the store has.
    pub claims: u32,
    /// Entity kinds by code: those of the snapshot and new ones.
    pub kinds: Vec<String>,
    /// Finer types by code.
    pub finer: Vec<String>,
    /// Link kinds by code.
    pub link_kinds: Vec<LinkKindMeta>,
    /// New or changed sources, by number.
    pub sources: Vec<(u32, SourceMeta)>,
    /// Runs of new claims with one source: first claim, source.
    pub source_runs: Vec<[u32; 2]>,
    /// Touched entities, by number.
    pub nodes: Vec<(EntityNo, DeltaNode)>,
    /// Touched links.
    pub links: Vec<DeltaLink>,
}

/// A touched entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeltaNode {
    /// The id.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Code of the kind.
    pub kind: u8,
    /// Code of the finer type plus 1, or 0.
    pub finer: u16,
    /// Whether any live claim speaks of it: a state of the layout.
    pub state: u8,
    /// The entity that stands for it: itself unless it is merged.
    pub stands: EntityNo,
    /// Its names: number of the role, name.
    pub names: Vec<(u8, String)>,
    /// Its claims.
    pub claims: Vec<ClaimNo>,
}

/// A touched link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeltaLink {
    /// Where it goes out from.
    pub from: EntityNo,
    /// Code of its kind.
    pub kind: u8,
    /// Where it goes to.
    pub to: EntityNo,
    /// Its live claims; none if the link is gone.
    pub evidence: Vec<DeltaEvidence>,
}

/// A claim of a touched link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeltaEvidence {
    /// The claim.
    pub claim: ClaimNo,
    /// Its source.
    pub source: u32,
    /// [`Period::to_bits`], or 0.
    pub period: u64,
    /// [`Grade::to_byte`].
    pub grade: u8,
    /// The modality as a number.
    pub modality: u8,
}

/// A [`Delta`] made ready for walking.
#[derive(Debug)]
pub(super) struct Overlay {
    pub generation: u32,
    pub entities: u32,
    pub meta: Meta,
    pub sources: Vec<(u32, SourceMeta)>,
    pub source_runs: Vec<[u32; 2]>,
    pub nodes: HashMap<EntityNo, OverlayNode>,
    pub ids: HashMap<String, EntityNo>,
    pub lists: HashMap<EntityNo, List>,
    pub links: Vec<OverlayLink>,
    pub periods: Vec<PeriodRecord>,
}

#[derive(Debug)]
pub(super) struct OverlayNode {
    pub id: String,
    pub name: String,
    pub kind: u8,
    pub finer: u16,
    pub state: u8,
    pub stands: EntityNo,
    pub names: Vec<(NameRole, String)>,
    pub claims: Vec<ClaimNo>,
}

#[derive(Debug)]
pub(super) struct OverlayLink {
    pub from: EntityNo,
    pub to: EntityNo,
    pub tie: Tie,
    pub evidence: Vec<Evidence>,
}

/// All ties of an entity that has a touched one.
#[derive(Debug, Default)]
pub(super) struct List {
    pub neighbours: Vec<EntityNo>,
    pub ties: Vec<Tie>,
    pub links: Vec<LinkNo>,
    pub outgoing: usize,
}

struct Entry {
    kind: u8,
    neighbour: EntityNo,
    link: LinkNo,
    tie: Tie,
}

impl Overlay {
    pub fn apply(base: &Graph, delta: Delta) -> Result<Self, GraphError> {
        if delta.base != base.base_generation() || (delta.entities as usize) < base.entity_count() {
            return Err(GraphError::Inconsistent("changes that belong to another snapshot"));
        }
        let mut meta = base.meta().clone();
        meta.kinds = delta.kinds;
        meta.finer = delta.finer;
        meta.link_kinds = delta.link_kinds;
        meta.claims = delta.claims;
        meta.links_by_kind.resize(meta.link_kinds.len(), 0);
        meta.entities_by_kind.resize(meta.kinds.len(), 0);

        let first_link = base.base_positions() as LinkNo;
        let mut outgoing: HashMap<EntityNo, Vec<Entry>> = HashMap::new();
        let mut incoming: HashMap<EntityNo, Vec<Entry>> = HashMap::new();
        let touched: BTreeSet<EntityNo> = delta.links.iter().flat_map(|link| [link.from, link.to]).collect();
        for &entity in &touched {
            let ties = base.ties(entity);
            let entry = |(place, neighbour, tie): (usize, EntityNo, &Tie)| {
                (place, Entry { kind: tie.kind, neighbour, link: ties.link(place), tie: *tie })
            };
            let (out, into): (Vec<_>, Vec<_>) = ties.iter().map(entry).partition(|(place, _)| *place < ties.outgoing());
            outgoing.insert(entity, out.into_iter().map(|(_, entry)| entry).collect());
            incoming.insert(entity, into.into_iter().map(|(_, entry)| entry).collect());
        }

        let mut links = Vec::new();
        let mut periods = Vec::new();
        for link in delta.links {
            let (Some(out), Some(into)) = (outgoing.get_mut(&link.from), incoming.get_mut(&link.to)) else { continue };
            if let Some(old) = out.iter().position(|entry| (entry.kind, entry.neighbour) == (link.kind, link.to)) {
                let old = out.remove(old);
                meta.denied_links -= u64::from(old.tie.modality == Modality::Denied as u8);
                decrement(&mut meta.links_by_kind, link.kind);
                into.retain(|entry| (entry.kind, entry.neighbour) != (link.kind, link.from));
            }
            let evidence: Vec<Evidence> = link.evidence.iter().filter_map(DeltaEvidence::read).collect();
            let Some(tie) = fold(link.kind, &evidence, base.base_periods(), &mut periods) else { continue };
            meta.denied_links += u64::from(tie.modality == Modality::Denied as u8);
            if let Some(count) = meta.links_by_kind.get_mut(link.kind as usize) {
                *count += 1;
            }
            let number = first_link + links.len() as LinkNo;
            out.push(Entry { kind: link.kind, neighbour: link.to, link: number, tie });
            into.push(Entry { kind: link.kind, neighbour: link.from, link: number, tie });
            links.push(OverlayLink { from: link.from, to: link.to, tie, evidence });
        }
        let lists = touched
            .into_iter()
            .map(|entity| {
                let mut list = List::default();
                for (part, goes_out) in [(&mut outgoing, true), (&mut incoming, false)] {
                    let mut entries = part.remove(&entity).unwrap_or_default();
                    entries.sort_by_key(|entry| (entry.kind, entry.neighbour));
                    for entry in entries {
                        list.neighbours.push(entry.neighbour);
                        list.ties.push(entry.tie);
                        list.links.push(entry.link);
                    }
                    if goes_out {
                        list.outgoing = list.links.len();
                    }
                }
                (entity, list)
            })
            .collect();

        let mut nodes = HashMap::new();
        let mut ids = HashMap::new();
        for (number, node) in delta.nodes {
            if base.node(number).is_some_and(|old| old.state == LIVE) {
                decrement(&mut meta.entities_by_kind, node.kind);
            }
            if node.state == LIVE
                && let Some(count) = meta.entities_by_kind.get_mut(node.kind as usize)
            {
                *count += 1;
            }
            ids.insert(node.id.clone(), number);
            nodes.insert(
                number,
                OverlayNode {
                    id: node.id,
                    name: node.name,
                    kind: node.kind,
                    finer: node.finer,
                    state: node.state,
                    stands: node.stands,
                    names: node
                        .names
                        .into_iter()
                        .map(|(role, name)| (NameRole::from_number(role).unwrap_or_default(), name))
                        .collect(),
                    claims: node.claims,
                },
            );
        }
        Ok(Self {
            generation: delta.generation,
            entities: delta.entities,
            meta,
            sources: delta.sources,
            source_runs: delta.source_runs,
            nodes,
            ids,
            lists,
            links,
            periods,
        })
    }
}

fn decrement(counts: &mut [u64], code: u8) {
    if let Some(count) = counts.get_mut(code as usize) {
        *count = count.saturating_sub(1);
    }
}

impl DeltaEvidence {
    fn read(&self) -> Option<Evidence> {
        Some(Evidence {
            claim: self.claim,
            source: self.source,
            when: Period::from_bits(self.period),
            grade: Grade::from_byte(self.grade)?,
            modality: Modality::from_number(self.modality)?,
        })
    }
}

fn fold(kind: u8, evidence: &[Evidence], base_periods: usize, periods: &mut Vec<PeriodRecord>) -> Option<Tie> {
    let first = evidence.first()?;
    let period = match narrowest(evidence.iter().filter_map(|evidence| evidence.when)) {
        None => 0,
        when => {
            periods.push(record(when));
            (base_periods + periods.len() - 1) as u32
        }
    };
    Some(Tie {
        period,
        claim: first.claim,
        kind,
        grade: evidence.iter().map(|evidence| evidence.grade.to_byte()).min()?,
        modality: strongest(evidence.iter().map(|evidence| evidence.modality))? as u8,
        claims: u8::try_from(evidence.len()).unwrap_or(u8::MAX),
    })
}
