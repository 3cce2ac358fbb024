//! The graph that questions are answered on: a snapshot, and the small changes since.

use std::path::Path;
use std::sync::OnceLock;

use super::GraphError;
use super::build::source_of;
use super::image::{Image, ImageError};
use super::layout::{EvidenceRecord, LIVE, MERGED, NameRecord, NodeRecord, PeriodRecord, Section, Tie};
use super::meta::{LinkKindMeta, Meta, SourceMeta};
use super::name_index;
use super::overlay::{Delta, Overlay};
use crate::model::{ClaimNo, EntityNo, Evidence, Grade, Modality, NameRole, Period, SourceNo};

/// The number of a link inside one [`Graph`]; another generation may number it otherwise.
pub type LinkNo = u32;

/// Entities and links, ready to be walked.
///
/// Numbers of entities are those of the store: dense from 0, and some may be merged into others or gone; those have no
/// ties and no names. The whole implements petgraph's visit traits (see [`visit`](super::visit)).
#[derive(Debug)]
pub struct Graph {
    image: Image,
    meta: Meta,
    sources: OnceLock<Vec<SourceMeta>>,
    overlay: Option<Box<Overlay>>,
}

/// The ties of one entity: first the outgoing, then the incoming, each part by kind and neighbour.
#[derive(Clone, Copy, Debug)]
pub struct Ties<'g> {
    neighbours: &'g [EntityNo],
    ties: &'g [Tie],
    outgoing: usize,
    first: LinkNo,
    listed: Option<&'g [LinkNo]>,
}

impl<'g> Ties<'g> {
    /// How many ties there are.
    pub fn len(&self) -> usize {
        self.neighbours.len().min(self.ties.len())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of them go out; the others come in.
    pub fn outgoing(&self) -> usize {
        self.outgoing
    }

    /// The link at a place; `LinkNo::MAX`, which no link has, where there is none.
    #[inline]
    pub fn link(&self, place: usize) -> LinkNo {
        match self.listed {
            Some(listed) => listed.get(place).copied().unwrap_or(LinkNo::MAX),
            None if place < self.outgoing => self.first + place as u32,
            None => self.ties.get(place).map_or(LinkNo::MAX, |tie| tie.claim),
        }
    }

    /// Neighbour and tie at a place.
    pub fn at(&self, place: usize) -> Option<(EntityNo, &'g Tie)> {
        Some((*self.neighbours.get(place)?, self.ties.get(place)?))
    }

    /// All ties: place, neighbour, tie.
    pub fn iter(self) -> impl Iterator<Item = (usize, EntityNo, &'g Tie)> {
        self.neighbours.iter().zip(self.ties).enumerate().map(|(place, (&neighbour, tie))| (place, neighbour, tie))
    }
}

/// An entity as the graph knows it.
#[derive(Clone, Copy, Debug)]
pub struct NodeView<'g> {
    /// The id.
    pub id: &'g str,
    /// The name to show.
    pub name: &'g str,
    /// Code of its kind.
    pub kind: u8,
    /// Code of its finer type, plus 1; 0 for none.
    pub finer: u16,
    /// [`LIVE`], [`MERGED`] or [`GONE`](super::GONE).
    pub state: u8,
}

/// A link as the graph knows it.
#[derive(Clone, Copy, Debug)]
pub struct LinkView<'g> {
    /// Where it goes out from.
    pub from: EntityNo,
    /// Where it goes to.
    pub to: EntityNo,
    /// The fold of its claims.
    pub tie: &'g Tie,
}

impl Graph {
    /// Opens the snapshot at `path`, with the changes since, if there are any.
    ///
    /// # Errors
    /// The file is missing, damaged or of another version; it can be rebuilt from the store.
    pub fn open(path: &Path, delta: Option<Delta>) -> Result<Self, GraphError> {
        Self::new(Image::open(path)?, delta)
    }

    /// Takes a snapshot from memory.
    ///
    /// # Errors
    /// As [`Graph::open`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, GraphError> {
        Self::new(Image::from_bytes(bytes)?, None)
    }

    fn new(image: Image, delta: Option<Delta>) -> Result<Self, GraphError> {
        let meta: Meta = serde_json::from_slice(image.section(Section::Meta))
            .map_err(|error| ImageError::Damaged(format!("its metadata: {error}")))?;
        let mut graph = Self { image, meta, sources: OnceLock::new(), overlay: None };
        if let Some(delta) = delta {
            let overlay = Overlay::apply(&graph, delta)?;
            graph.meta = overlay.meta.clone();
            graph.overlay = Some(Box::new(overlay));
        }
        Ok(graph)
    }

    /// The same snapshot with other changes since: what was changed before is replaced, not added to.
    ///
    /// # Errors
    /// The changes do not fit the snapshot.
    pub fn with_delta(self, delta: Delta) -> Result<Self, GraphError> {
        Self::new(self.image, Some(delta))
    }

    /// The generation of the store that this graph projects.
    pub fn generation(&self) -> u32 {
        self.overlay.as_ref().map_or(self.image.header().generation, |overlay| overlay.generation)
    }

    /// The generation of the snapshot below the changes since.
    pub fn base_generation(&self) -> u32 {
        self.image.header().generation
    }

    /// The id of the store.
    pub fn store_id(&self) -> [u8; 16] {
        self.image.header().store
    }

    /// What was found damaged since it was opened. Ask before giving out an answer: damaged records read as empty.
    pub fn damage(&self) -> Option<&str> {
        self.image.damage()
    }

    /// Checks every block. O(size of the file).
    ///
    /// # Errors
    /// The first damage found.
    pub fn verify(&self) -> Result<(), GraphError> {
        Ok(self.image.verify()?)
    }

    /// The tables of kinds and counts.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Kinds of links, by code.
    pub fn link_kind(&self, code: u8) -> Option<&LinkKindMeta> {
        self.meta.link_kinds.get(code as usize)
    }

    /// The code of a link kind that some link has.
    pub fn link_kind_code(&self, name: &str) -> Option<u8> {
        self.meta.link_kinds.iter().position(|kind| kind.name == name).map(|code| code as u8)
    }

    /// All sources, by number.
    pub fn sources(&self) -> &[SourceMeta] {
        self.sources.get_or_init(|| {
            let mut sources: Vec<SourceMeta> = serde_json::from_slice(self.image.section(Section::Sources))
                .unwrap_or_else(|error| {
                    self.image.note_damage(|| format!("its sources: {error}"));
                    Vec::new()
                });
            if let Some(overlay) = &self.overlay {
                for (number, source) in &overlay.sources {
                    match sources.get_mut(*number as usize) {
                        Some(known) => *known = source.clone(),
                        None => sources.push(source.clone()),
                    }
                }
            }
            sources
        })
    }

    /// How many entity numbers there are, those merged or gone included.
    pub fn entity_count(&self) -> usize {
        self.overlay.as_ref().map_or(self.image.header().entities as usize, |overlay| overlay.entities as usize)
    }

    /// How many links there are.
    pub fn link_count(&self) -> usize {
        self.meta.links_by_kind.iter().sum::<u64>() as usize
    }

    /// One more than the largest link number.
    pub fn link_bound(&self) -> usize {
        self.base_positions() + self.overlay.as_ref().map_or(0, |overlay| overlay.links.len())
    }

    pub(super) fn base_positions(&self) -> usize {
        self.image.len::<u32>(Section::Neighbours)
    }

    pub(super) fn base_periods(&self) -> usize {
        self.image.len::<PeriodRecord>(Section::Periods)
    }

    pub(super) fn image(&self) -> &Image {
        &self.image
    }

    /// Entities at the other end of the ties of `entity`, the outgoing first; one with several ties stands several times.
    #[inline]
    pub fn around(&self, entity: EntityNo) -> &[EntityNo] {
        if let Some(list) = self.overlay.as_ref().and_then(|overlay| overlay.lists.get(&entity)) {
            return &list.neighbours;
        }
        let Some([start, _, end]) = self.offsets(entity) else { return &[] };
        self.image.records(Section::Neighbours, start..end)
    }

    /// Entities that the links of `entity` go out to, and those that they come in from.
    pub fn split(&self, entity: EntityNo) -> (&[EntityNo], &[EntityNo]) {
        let around = self.around(entity);
        let outgoing = match self.overlay.as_ref().and_then(|overlay| overlay.lists.get(&entity)) {
            Some(list) => list.outgoing,
            None => self.offsets(entity).map_or(0, |[start, middle, _]| middle - start),
        };
        around.split_at(outgoing.min(around.len()))
    }

    /// The ties of `entity`.
    #[inline]
    pub fn ties(&self, entity: EntityNo) -> Ties<'_> {
        if let Some(list) = self.overlay.as_ref().and_then(|overlay| overlay.lists.get(&entity)) {
            return Ties {
                neighbours: &list.neighbours,
                ties: &list.ties,
                outgoing: list.outgoing,
                first: 0,
                listed: Some(list.links.as_slice()),
            };
        }
        let [start, middle, end] = self.offsets(entity).unwrap_or_default();
        Ties {
            neighbours: self.image.records(Section::Neighbours, start..end),
            ties: self.image.records(Section::Ties, start..end),
            outgoing: middle - start,
            first: start as u32,
            listed: None,
        }
    }

    /// How many ties `entity` has.
    #[inline]
    pub fn degree(&self, entity: EntityNo) -> usize {
        if let Some(list) = self.overlay.as_ref().and_then(|overlay| overlay.lists.get(&entity)) {
            return list.neighbours.len();
        }
        self.offsets(entity).map_or(0, |[start, _, end]| end - start)
    }

    #[inline]
    fn offsets(&self, entity: EntityNo) -> Option<[usize; 3]> {
        if entity >= self.image.header().entities {
            return None;
        }
        let at = 2 * entity as usize;
        match *self.image.records::<u32>(Section::Offsets, at..at + 3) {
            [start, middle, end] if start <= middle && middle <= end => {
                Some([start as usize, middle as usize, end as usize])
            }
            _ => None,
        }
    }

    /// A link by its number.
    pub fn link(&self, link: LinkNo) -> Option<LinkView<'_>> {
        let base = self.base_positions();
        if let Some(place) = (link as usize).checked_sub(base) {
            let link = self.overlay.as_ref()?.links.get(place)?;
            return Some(LinkView { from: link.from, to: link.to, tie: &link.tie });
        }
        let tie = self.image.record::<Tie>(Section::Ties, link as usize)?;
        let to = *self.image.record::<u32>(Section::Neighbours, link as usize)?;
        let (mut low, mut high) = (0, self.image.header().entities);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.offsets(middle)?[2] <= link as usize {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Some(LinkView { from: low, to, tie })
    }

    /// The link of a kind from one entity to another. O(log degree).
    pub fn find_link(&self, from: EntityNo, kind: u8, to: EntityNo) -> Option<LinkNo> {
        let ties = self.ties(from);
        let outgoing = ties.outgoing().min(ties.len());
        let key = |place| ties.at(place).map(|(neighbour, tie)| (tie.kind, neighbour));
        let place = partition_point(outgoing, |place| key(place) < Some((kind, to)));
        (place < outgoing && key(place) == Some((kind, to))).then(|| ties.link(place))
    }

    /// The evidence of a link: one entry a live claim, in the order of claims.
    pub fn evidence(&self, link: LinkNo) -> Vec<Evidence> {
        let mut all = Vec::new();
        self.each_evidence(link, |evidence| all.push(evidence));
        all
    }

    /// Calls `see` for each live claim of a link.
    pub(super) fn each_evidence(&self, link: LinkNo, mut see: impl FnMut(Evidence)) {
        if let Some(place) = (link as usize).checked_sub(self.base_positions()) {
            if let Some(link) = self.overlay.as_ref().and_then(|overlay| overlay.links.get(place)) {
                link.evidence.iter().copied().for_each(see);
            }
            return;
        }
        let Some(tie) = self.image.record::<Tie>(Section::Ties, link as usize) else { return };
        if tie.claims == 1 {
            let period = self.period(tie.period);
            return see(evidence(tie.claim, self.source_of(tie.claim), period, tie.grade, tie.modality));
        }
        for place in tie.claim as usize.. {
            let Some(&record) = self.image.record::<EvidenceRecord>(Section::Evidence, place) else { return };
            see(evidence(record.claim, record.source, self.period(record.period), record.grade, record.modality));
            if record.last != 0 {
                return;
            }
        }
    }

    /// The source of a claim.
    pub fn source_of(&self, claim: ClaimNo) -> SourceNo {
        if let Some(overlay) = &self.overlay
            && overlay.source_runs.first().is_some_and(|run| claim >= run[0])
        {
            return source_of(&overlay.source_runs, claim);
        }
        let runs = self.image.len::<[u32; 2]>(Section::SourceRuns);
        let run = |place: usize| self.image.record::<[u32; 2]>(Section::SourceRuns, place).copied().unwrap_or_default();
        let after = partition_point(runs, |place| run(place)[0] <= claim);
        after.checked_sub(1).map_or(SourceNo::MAX, |place| run(place)[1])
    }

    /// Ranges of claims that come from a source, as far as live claims tell; O(runs).
    pub fn claims_of_source(&self, source: SourceNo) -> Vec<std::ops::Range<ClaimNo>> {
        let runs: &[[u32; 2]] =
            self.image.records(Section::SourceRuns, 0..self.image.len::<[u32; 2]>(Section::SourceRuns));
        let later = self.overlay.as_ref().map_or(&[][..], |overlay| &overlay.source_runs);
        let all: Vec<[u32; 2]> = runs.iter().chain(later).copied().collect();
        let ends = all.iter().skip(1).map(|run| run[0]).chain([self.meta.claims]);
        all.iter().zip(ends).filter(|(run, _)| run[1] == source).map(|(run, end)| run[0]..end).collect()
    }

    /// The record of a period by its index.
    #[inline]
    pub(super) fn period_record(&self, index: u32) -> Option<&PeriodRecord> {
        match (index as usize).checked_sub(self.base_periods()) {
            None => self.image.record(Section::Periods, index as usize),
            Some(place) => self.overlay.as_ref()?.periods.get(place),
        }
    }

    /// The period by its index; `None` if it is not known.
    pub fn period(&self, index: u32) -> Option<Period> {
        Period::from_bits(self.period_record(index)?.bits)
    }

    /// An entity by its number.
    pub fn node(&self, entity: EntityNo) -> Option<NodeView<'_>> {
        if let Some(node) = self.overlay.as_ref().and_then(|overlay| overlay.nodes.get(&entity)) {
            let (kind, finer) = (node.kind, node.finer);
            return Some(NodeView { id: &node.id, name: &node.name, kind, finer, state: node.state });
        }
        let record = self.node_record(entity)?;
        let id = self.image.text(record.text, record.id_len as usize);
        let name = self.image.text(record.text + u32::from(record.id_len), record.name_len as usize);
        Some(NodeView { id, name, kind: record.kind, finer: record.finer, state: record.state })
    }

    fn node_record(&self, entity: EntityNo) -> Option<&NodeRecord> {
        (entity < self.image.header().entities).then(|| self.image.record(Section::Nodes, entity as usize))?
    }

    /// Code of the kind of an entity.
    #[inline]
    pub fn kind_of(&self, entity: EntityNo) -> Option<u8> {
        match self.overlay.as_ref().and_then(|overlay| overlay.nodes.get(&entity)) {
            Some(node) => Some(node.kind),
            None => self.node_record(entity).map(|record| record.kind),
        }
    }

    /// Whether the number stands for an entity of its own: neither merged nor gone.
    pub fn is_live(&self, entity: EntityNo) -> bool {
        match self.overlay.as_ref().and_then(|overlay| overlay.nodes.get(&entity)) {
            Some(node) => node.state == LIVE,
            None => self.node_record(entity).is_some_and(|record| record.state == LIVE),
        }
    }

    /// The numbers of all entities that stand for themselves.
    pub fn entities(&self) -> impl Iterator<Item = EntityNo> {
        (0..self.entity_count() as EntityNo).filter(|&entity| self.is_live(entity))
    }

    /// The name of a kind.
    pub fn kind_name(&self, code: u8) -> &str {
        self.meta.kinds.get(code as usize).map_or("", |name| name)
    }

    /// The name of a finer type (a code plus 1; 0 is none).
    pub fn finer_name(&self, code: u16) -> Option<&str> {
        self.meta.finer.get((code as usize).checked_sub(1)?).map(String::as_str)
    }

    /// Numbers of the live claims about an entity itself: names, attributes, sameness. Links are not among them.
    pub fn claims_of(&self, entity: EntityNo) -> &[ClaimNo] {
        if let Some(node) = self.overlay.as_ref().and_then(|overlay| overlay.nodes.get(&entity)) {
            return &node.claims;
        }
        let (Some(record), Some(next)) =
            (self.node_record(entity), self.image.record::<NodeRecord>(Section::Nodes, entity as usize + 1))
        else {
            return &[];
        };
        if record.state == MERGED {
            return &[];
        }
        let start = record.claims as usize;
        let end = self.claims_end(entity + 1, next);
        self.image.records(Section::NodeClaims, start..end.max(start))
    }

    /// Where the claims before `entity` end: merged entities have none and keep another number in their place.
    fn claims_end<'g>(&'g self, mut entity: EntityNo, mut record: &'g NodeRecord) -> usize {
        while record.state == MERGED {
            entity += 1;
            match self.image.record::<NodeRecord>(Section::Nodes, entity as usize) {
                Some(next) => record = next,
                None => return 0,
            }
        }
        record.claims as usize
    }

    /// The entity with this id, or the one that stands for it; `None` if it is unknown or gone.
    pub fn by_id(&self, id: &str) -> Option<EntityNo> {
        self.any_by_id(id).map(|entity| self.representative(entity)).filter(|&entity| self.is_live(entity))
    }

    /// The number of an id, whatever has become of the entity.
    pub fn any_by_id(&self, id: &str) -> Option<EntityNo> {
        if let Some(&entity) = self.overlay.as_ref().and_then(|overlay| overlay.ids.get(id)) {
            return Some(entity);
        }
        name_index::by_id(&self.image, id)
    }

    /// The entity that stands for `entity`: itself, unless it is merged.
    pub fn representative(&self, mut entity: EntityNo) -> EntityNo {
        // Each step leads to a smaller number, or to one that a later change put in its place: it ends.
        for _ in 0..self.entity_count() {
            let stands = match self.overlay.as_ref().and_then(|overlay| overlay.nodes.get(&entity)) {
                Some(node) => node.stands,
                None => match self.node_record(entity) {
                    Some(record) if record.state == MERGED => record.claims,
                    _ => entity,
                },
            };
            if stands == entity {
                break;
            }
            entity = stands;
        }
        entity
    }

    /// The names of an entity with their roles.
    pub fn names_of(&self, entity: EntityNo) -> Vec<(NameRole, &str)> {
        if let Some(node) = self.overlay.as_ref().and_then(|overlay| overlay.nodes.get(&entity)) {
            return node.names.iter().map(|(role, name)| (*role, name.as_str())).collect();
        }
        let count = self.image.len::<NameRecord>(Section::Names);
        let entity_at = |place| self.image.record::<NameRecord>(Section::Names, place).map_or(u32::MAX, |n| n.entity);
        let start = partition_point(count, |place| entity_at(place) < entity);
        (start..count)
            .map_while(|place| self.image.record::<NameRecord>(Section::Names, place))
            .take_while(|name| name.entity == entity)
            .map(|name| (role(name), self.image.text(name.text, name.len as usize)))
            .collect()
    }

    /// The link's id: the ids of its ends and its kind, as `why` takes it after an `@`.
    pub fn link_id(&self, link: LinkNo) -> String {
        let Some(view) = self.link(link) else { return String::new() };
        let id = |entity| self.node(entity).map_or("", |node| node.id);
        let kind = self.link_kind(view.tie.kind).map_or("", |kind| &kind.name);
        format!("{}/{kind}/{}", id(view.from), id(view.to))
    }

    /// The link with an id made by [`Graph::link_id`]; ends may be ids that were merged since.
    pub fn link_by_id(&self, id: &str) -> Option<LinkNo> {
        let mut parts = id.split('/');
        let (from, kind, to) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let (from, to, kind) = (self.by_id(from)?, self.by_id(to)?, self.link_kind_code(kind)?);
        let turned = self.link_kind(kind).is_some_and(|kind| kind.symmetric);
        self.find_link(from, kind, to).or_else(|| if turned { self.find_link(to, kind, from) } else { None })
    }

    pub(super) fn overlay(&self) -> Option<&Overlay> {
        self.overlay.as_deref()
    }
}

pub(super) fn role(name: &NameRecord) -> NameRole {
    NameRole::from_number(name.role).unwrap_or_default()
}

fn evidence(claim: u32, source: u32, when: Option<Period>, grade: u8, modality: u8) -> Evidence {
    Evidence {
        claim,
        source,
        when,
        grade: Grade::from_byte(grade)
            .unwrap_or(Grade { reliability: crate::model::Reliability::F, credibility: Default::default() }),
        modality: Modality::from_number(modality).unwrap_or_default(),
    }
}

/// How many of `0..count` come before the first for which `before` is false.
pub(super) fn partition_point(count: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
