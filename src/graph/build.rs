//! Building a snapshot from the live claims.

#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "every number here was given out by this builder")]

use std::collections::HashMap;
use std::path::Path;

use foldhash::fast::RandomState;

use super::GraphError;
use super::assemble::Sections;
use super::layout::{GONE, LIVE, MERGED, NodeRecord, PeriodRecord, Section};
use super::links::{self, LinkRow};
use super::meta::{LinkKindMeta, Meta, SourceMeta};
use super::name_index;
use crate::model::{
    Bounds, Claim, ClaimNo, Entity, EntityNo, Grade, Modality, NameRole, Period, Reliability, Says, Source, Word,
    Words, primary_name,
};

/// Collects entities and live claims in the order of their numbers and makes the sections of a snapshot.
///
/// Memory: 20 bytes a claim of a link and 12 more while links are laid out, 16 bytes and the text a name, 8 bytes and the id
/// an entity; the sections as they are made, unless they go to a file.
pub struct Builder<'a> {
    words: &'a Words,
    readings: &'a dyn Fn(&str) -> LinkKindMeta,
    reliabilities: Vec<Reliability>,
    sources: Vec<SourceMeta>,
    meta: Meta,
    kind_codes: HashMap<Word, u8>,
    finer_codes: HashMap<Word, u16>,
    link_codes: HashMap<Word, u8>,
    ids: String,
    nodes: Vec<NodeRow>,
    links: Vec<LinkRow>,
    periods: Periods,
    names: Vec<NameRow>,
    name_text: String,
    node_claims: Vec<(EntityNo, ClaimNo)>,
    merges: Vec<(EntityNo, EntityNo)>,
    source_runs: Vec<[u32; 2]>,
}

struct NodeRow {
    id_end: u32,
    finer: u16,
    kind: u8,
    spoken_of: bool,
}

/// A name claim, its text in a common arena.
struct NameRow {
    entity: EntityNo,
    start: u32,
    len: u16,
    role: NameRole,
    grade: Grade,
}

impl<'a> Builder<'a> {
    /// A builder for entities and claims whose words are `words` and whose sources are `sources`. `readings` tells how
    /// a link kind reads.
    pub fn new(words: &'a Words, sources: &[Source], readings: &'a dyn Fn(&str) -> LinkKindMeta) -> Self {
        Self {
            words,
            readings,
            reliabilities: sources.iter().map(|source| source.reliability).collect(),
            sources: sources.iter().map(SourceMeta::from).collect(),
            meta: Meta::default(),
            kind_codes: HashMap::new(),
            finer_codes: HashMap::new(),
            link_codes: HashMap::new(),
            ids: String::new(),
            nodes: Vec::new(),
            links: Vec::new(),
            periods: Periods::default(),
            names: Vec::new(),
            name_text: String::new(),
            node_claims: Vec::new(),
            merges: Vec::new(),
            source_runs: Vec::new(),
        }
    }

    /// Adds the next entity.
    ///
    /// # Errors
    /// There are more kinds than the layout has codes for, or more text than it can hold.
    pub fn entity(&mut self, entity: &Entity) -> Result<(), GraphError> {
        let words = self.words;
        let kind = code(&mut self.kind_codes, &mut self.meta.kinds, entity.kind, |word| words.text(word).to_owned())?;
        let finer = match entity.finer {
            Some(word) => {
                1 + code::<u16, _>(&mut self.finer_codes, &mut self.meta.finer, word, |word| {
                    words.text(word).to_owned()
                })?
            }
            None => 0,
        };
        self.ids.push_str(&entity.id);
        self.nodes.push(NodeRow { id_end: place(&self.ids)?, finer, kind, spoken_of: false });
        Ok(())
    }

    /// Adds a live claim; claims come in the order of their numbers, after all entities.
    ///
    /// # Errors
    /// There are more link kinds than the layout has codes for, or the claim speaks of an entity that does not exist.
    pub fn claim(&mut self, number: ClaimNo, claim: &Claim) -> Result<(), GraphError> {
        let ends = match claim.says {
            Says::Link { from, to, .. } => [from, to],
            Says::SameAs { entity, other } => [entity, other],
            _ => [claim.says.subject(); 2],
        };
        for end in ends {
            if end as usize >= self.nodes.len() {
                return Err(GraphError::Inconsistent("a claim about no entity"));
            }
            // Whether a link speaks of its ends is known when it is known whether they are two.
            if !matches!(claim.says, Says::Link { .. }) {
                self.nodes[end as usize].spoken_of = true;
            }
        }
        if self.source_runs.last().is_none_or(|run| run[1] != claim.source) {
            self.source_runs.push([number, claim.source]);
        }
        let reliability = self.reliabilities.get(claim.source as usize).copied().unwrap_or_default();
        let grade = Grade { reliability, credibility: claim.credibility };
        match &claim.says {
            Says::Link { from, kind, to } => {
                let (words, readings) = (self.words, self.readings);
                let kind =
                    code(&mut self.link_codes, &mut self.meta.link_kinds, *kind, |word| readings(words.text(word)))?;
                self.links.push(LinkRow {
                    from: *from,
                    to: *to,
                    claim: number,
                    period: self.periods.index(claim.when),
                    kind,
                    grade: grade.to_byte(),
                    modality: claim.modality as u8,
                    claims: 1,
                });
                return Ok(());
            }
            Says::Name { entity, text, role, .. } => {
                let len = u16::try_from(text.len()).map_err(|_| GraphError::Inconsistent("a name of over 64 KB"))?;
                self.names.push(NameRow { entity: *entity, start: place(&self.name_text)?, len, role: *role, grade });
                self.name_text.push_str(text);
            }
            Says::SameAs { entity, other } => {
                if claim.modality == Modality::Asserted {
                    self.merges.push((*entity, *other));
                }
                self.node_claims.push((*other, number));
            }
            Says::Attribute { .. } | Says::Exists { .. } => {}
        }
        self.node_claims.push((claim.says.subject(), number));
        Ok(())
    }

    /// Folds everything and makes the sections, in memory. `claims` is the number of claims that the store has.
    ///
    /// # Errors
    /// There is more than the layout can hold (4 GiB of text, 2^31 links).
    pub fn finish(self, claims: u32) -> Result<Sections, GraphError> {
        self.finish_in(claims, None)
    }

    /// As [`Builder::finish`], with the sections in the file `spill` if one is given. It is removed with them; what goes
    /// wrong with it is told when the snapshot is written.
    ///
    /// # Errors
    /// As [`Builder::finish`].
    pub fn finish_in(mut self, claims: u32, spill: Option<&Path>) -> Result<Sections, GraphError> {
        self.meta.claims = claims;
        let stands = self.representatives();
        let mut sections = Sections::new(self.nodes.len() as u32, spill);
        self.join_ends(&stands);
        let rows = std::mem::take(&mut self.links);
        let nodes = &self.nodes;
        let entities = links::Entities { count: nodes.len(), kind: &|entity| nodes[entity as usize].kind };
        links::lay_out(rows, &entities, &self.source_runs, &self.periods, &mut self.meta, &mut sections)?;
        sections.put(Section::Periods, bytemuck::cast_slice(&self.periods.list));
        sections.put(Section::SourceRuns, bytemuck::cast_slice(&self.source_runs));
        sections.put_json(Section::Sources, &self.sources)?;
        let meta = self.node_sections(&mut sections, &stands)?;
        sections.put_json(Section::Meta, &meta)?;
        Ok(sections)
    }

    /// For each entity the one that stands for it: the first of all that are claimed to be the same.
    fn representatives(&self) -> Vec<EntityNo> {
        let mut stands: Vec<EntityNo> = (0..self.nodes.len() as EntityNo).collect();
        fn find(stands: &mut [EntityNo], mut entity: EntityNo) -> EntityNo {
            while stands[entity as usize] != entity {
                stands[entity as usize] = stands[stands[entity as usize] as usize];
                entity = stands[entity as usize];
            }
            entity
        }
        for &(one, other) in &self.merges {
            let (one, other) = (find(&mut stands, one), find(&mut stands, other));
            stands[one.max(other) as usize] = one.min(other);
        }
        for entity in 0..stands.len() as EntityNo {
            stands[entity as usize] = find(&mut stands, entity);
        }
        stands
    }

    /// Moves links to the entities that stand for their ends, drops loops, and turns symmetric links so that the end
    /// with the smaller id comes first.
    fn join_ends(&mut self, stands: &[EntityNo]) {
        let mut links = std::mem::take(&mut self.links);
        links.retain_mut(|row| {
            row.from = stands[row.from as usize];
            row.to = stands[row.to as usize];
            let symmetric = self.meta.link_kinds.get(row.kind as usize).is_some_and(|kind| kind.symmetric);
            if symmetric && self.id(row.to) < self.id(row.from) {
                std::mem::swap(&mut row.from, &mut row.to);
            }
            row.from != row.to
        });
        for row in &links {
            self.nodes[row.from as usize].spoken_of = true;
            self.nodes[row.to as usize].spoken_of = true;
        }
        self.links = links;
    }

    fn id(&self, entity: EntityNo) -> &str {
        let entity = entity as usize;
        let start = if entity == 0 { 0 } else { self.nodes[entity - 1].id_end };
        &self.ids[start as usize..self.nodes[entity].id_end as usize]
    }

    /// Nodes, their claims, their names and the look-up tables.
    fn node_sections(mut self, sections: &mut Sections, stands: &[EntityNo]) -> Result<Meta, GraphError> {
        let mut names = std::mem::take(&mut self.names);
        for name in &mut names {
            name.entity = stands[name.entity as usize];
        }
        names.sort_by_key(|name| name.entity);
        let mut claims = std::mem::take(&mut self.node_claims);
        for (entity, _) in &mut claims {
            *entity = stands[*entity as usize];
        }
        claims.sort_unstable();
        claims.dedup();
        let mut spoken_of = vec![false; self.nodes.len()];
        for (entity, node) in self.nodes.iter().enumerate() {
            spoken_of[stands[entity] as usize] |= node.spoken_of;
        }

        let mut text = String::with_capacity(self.ids.len() + self.name_text.len());
        let mut nodes: Vec<NodeRecord> = Vec::with_capacity(self.nodes.len() + 1);
        let mut records = Vec::with_capacity(names.len());
        let (mut named, mut claimed) = (0, 0);
        let mut by_kind = vec![0; self.meta.kinds.len()];
        for (entity, row) in self.nodes.iter().enumerate() {
            let own = names[named..].partition_point(|name| name.entity as usize <= entity);
            let own = &names[named..named + own];
            let id = self.id(entity as EntityNo);
            let start = place(&text)?;
            text.push_str(id);
            let name_text = |name: &NameRow| &self.name_text[name.start as usize..][..name.len as usize];
            let shown = primary_name(own.iter().map(|name| (name.role, name.grade, name_text(name)))).unwrap_or(id);
            let merged = stands[entity] as usize != entity;
            let shown = if merged { "" } else { shown };
            let shown_start = place(&text)?;
            text.push_str(shown);
            let state = match (merged, spoken_of[entity]) {
                (true, _) => MERGED,
                (false, true) => LIVE,
                (false, false) => GONE,
            };
            by_kind[row.kind as usize] += u64::from(state == LIVE);
            nodes.push(NodeRecord {
                text: start,
                claims: if merged { stands[entity] } else { claimed as u32 },
                name_len: shown.len() as u16,
                finer: row.finer,
                id_len: id.len() as u8,
                kind: row.kind,
                state,
                pad: 0,
            });
            for name in own {
                let spelled = name_text(name);
                let at = if spelled == shown {
                    shown_start
                } else {
                    let at = place(&text)?;
                    text.push_str(spelled);
                    at
                };
                records.push(super::layout::NameRecord {
                    entity: entity as u32,
                    text: at,
                    len: name.len,
                    role: name.role as u8,
                    pad: 0,
                });
            }
            named += own.len();
            claimed += claims[claimed..].partition_point(|claim| claim.0 as usize <= entity);
        }
        self.meta.entities_by_kind = by_kind;
        nodes.push(NodeRecord {
            text: place(&text)?,
            claims: claimed as u32,
            name_len: 0,
            finer: 0,
            id_len: 0,
            kind: 0,
            state: GONE,
            pad: 0,
        });
        let claims: Vec<ClaimNo> = claims.into_iter().map(|(_, claim)| claim).collect();
        sections.put(Section::NodeClaims, bytemuck::cast_slice(&claims));
        // All that was collected stands in the sections now; the index of names needs the room.
        let meta = std::mem::take(&mut self.meta);
        drop((self, names, claims, spoken_of));
        sections.put(Section::Nodes, bytemuck::cast_slice(&nodes));
        name_index::build(sections, &text, &nodes, &records);
        sections.put(Section::Names, bytemuck::cast_slice(&records));
        sections.put(Section::Text, text.as_bytes());
        Ok(meta)
    }
}

/// The period to show for several: the one that leaves the fewest days open, the first of equals.
pub(super) fn narrowest(periods: impl Iterator<Item = Period>) -> Option<Period> {
    periods.min_by_key(|period| {
        let bounds = period.bounds();
        i64::from(bounds.end_latest) - i64::from(bounds.start_earliest)
    })
}

/// The source of a claim by the runs of claims with one source.
pub(super) fn source_of(runs: &[[u32; 2]], claim: ClaimNo) -> u32 {
    let after = runs.partition_point(|run| run[0] <= claim);
    after.checked_sub(1).and_then(|at| runs.get(at)).map_or(u32::MAX, |run| run[1])
}

fn place(text: &str) -> Result<u32, GraphError> {
    u32::try_from(text.len()).map_err(|_| GraphError::TooLarge("text"))
}

/// The code of a word, given to it now if it is new.
fn code<C: TryFrom<usize> + Copy, T>(
    codes: &mut HashMap<Word, C>,
    table: &mut Vec<T>,
    word: Word,
    describe: impl FnOnce(Word) -> T,
) -> Result<C, GraphError> {
    if let Some(&code) = codes.get(&word) {
        return Ok(code);
    }
    let code = C::try_from(table.len()).map_err(|_| GraphError::TooLarge("kinds"))?;
    table.push(describe(word));
    codes.insert(word, code);
    Ok(code)
}

/// Distinct periods with their bounds; the first is "not known".
pub(super) struct Periods {
    pub list: Vec<PeriodRecord>,
    numbers: HashMap<Period, u32, RandomState>,
}

impl Default for Periods {
    fn default() -> Self {
        Self { list: vec![record(None)], numbers: HashMap::default() }
    }
}

impl Periods {
    /// The period of a number.
    pub fn get(&self, number: u32) -> Option<Period> {
        Period::from_bits(self.list[number as usize].bits).filter(|_| number > 0)
    }

    /// The number of a period that has one; 0 for any other.
    pub fn number(&self, period: Period) -> u32 {
        self.numbers.get(&period).copied().unwrap_or_default()
    }

    fn index(&mut self, period: Option<Period>) -> u32 {
        let Some(period) = period else { return 0 };
        *self.numbers.entry(period).or_insert_with(|| {
            self.list.push(record(Some(period)));
            self.list.len() as u32 - 1
        })
    }
}

/// The record of a period.
pub(super) fn record(period: Option<Period>) -> PeriodRecord {
    let bounds = period.map_or(Bounds::UNKNOWN, Period::bounds);
    PeriodRecord {
        bits: period.map_or(0, Period::to_bits),
        bounds: [bounds.start_earliest, bounds.start_latest, bounds.end_earliest, bounds.end_latest],
    }
}
