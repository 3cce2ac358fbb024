//! The links of a snapshot: claims of one link folded, and the lists of ties of each entity laid out.

#![allow(clippy::indexing_slicing, reason = "every number here was given out by the builder")]

use std::collections::BTreeMap;

use super::GraphError;
use super::assemble::Sections;
use super::build::{Periods, narrowest, source_of};
use super::layout::{EvidenceRecord, Section, Tie};
use super::meta::{LinkEnds, Meta};
use crate::model::{ClaimNo, EntityNo, Modality, strongest};

/// A claim of a link; after folding, a link.
#[derive(Clone, Copy)]
pub(super) struct LinkRow {
    pub from: EntityNo,
    pub to: EntityNo,
    /// The claim; of a link with several, where they start in the evidence.
    pub claim: ClaimNo,
    pub period: u32,
    pub kind: u8,
    pub grade: u8,
    pub modality: u8,
    pub claims: u8,
}

/// What the layout must know of the entities.
pub(super) struct Entities<'a> {
    pub count: usize,
    /// The code of an entity's kind.
    pub kind: &'a dyn Fn(EntityNo) -> u8,
}

/// Bytes of a section that are written at a time.
const CHUNK: usize = 1 << 20;

/// Puts offsets, neighbours, ties and evidence. Each entity's list holds its outgoing and then its incoming ties, each part
/// by kind and neighbour.
///
/// The rows are sorted and folded where they are; beside them stand 4 bytes a link and 16 an entity. The lists are
/// written in the order of entities and never held.
pub(super) fn lay_out(
    mut rows: Vec<LinkRow>,
    entities: &Entities<'_>,
    source_runs: &[[u32; 2]],
    periods: &Periods,
    meta: &mut Meta,
    sections: &mut Sections,
) -> Result<(), GraphError> {
    rows.sort_unstable_by_key(|row| (row.from, row.kind, row.to, row.claim));
    let evidence = fold_all(&mut rows, periods, source_runs)?;
    if rows.len() >= 1 << 31 {
        return Err(GraphError::TooLarge("links"));
    }
    sections.put(Section::Evidence, bytemuck::cast_slice(&evidence));
    drop(evidence);
    meta.links_by_kind = vec![0; meta.link_kinds.len()];
    let mut ends: BTreeMap<[u8; 3], u64> = BTreeMap::new();
    let mut offsets = vec![0u32; 2 * entities.count + 1];
    // How many incoming ties there are before those of each entity.
    let mut before = vec![0u32; entities.count + 1];
    for row in &rows {
        meta.links_by_kind[row.kind as usize] += 1;
        *ends.entry([row.kind, (entities.kind)(row.from), (entities.kind)(row.to)]).or_default() += 1;
        meta.denied_links += u64::from(row.modality == Modality::Denied as u8);
        offsets[2 * row.from as usize] += 1;
        offsets[2 * row.to as usize + 1] += 1;
        before[row.to as usize] += 1;
    }
    let ends = ends.into_iter().map(|([link, from, to], count)| LinkEnds { link, from, to, count });
    meta.ends = ends.collect();
    for starts in [&mut offsets, &mut before] {
        let mut next = 0;
        for start in starts.iter_mut() {
            next += std::mem::replace(start, next);
        }
    }
    sections.links = rows.len() as u32;
    sections.put(Section::Offsets, bytemuck::cast_slice(&offsets));
    let incoming = incoming(&rows, &before);

    let (mut neighbours, mut ties) = (Vec::with_capacity(CHUNK / 4), Vec::with_capacity(CHUNK / 12));
    let mut next = 0;
    for entity in 0..entities.count {
        let (start, middle, end) = (offsets[2 * entity], offsets[2 * entity + 1], offsets[2 * entity + 2]);
        let going = (middle - start) as usize;
        for row in &rows[next..next + going] {
            neighbours.push(row.to);
            ties.push(row.tie(row.claim));
        }
        next += going;
        let first = before[entity] as usize;
        for &link in &incoming[first..first + (end - middle) as usize] {
            let row = rows[link as usize];
            neighbours.push(row.from);
            // The position of the outgoing tie: behind the links before it and the incoming ties of earlier entities.
            ties.push(row.tie(link + before[row.from as usize]));
        }
        if ties.len() >= CHUNK / size_of::<Tie>() || entity + 1 == entities.count {
            sections.append(Section::Neighbours, bytemuck::cast_slice(&neighbours));
            sections.append(Section::Ties, bytemuck::cast_slice(&ties));
            neighbours.clear();
            ties.clear();
        }
    }
    Ok(())
}

impl LinkRow {
    fn tie(&self, claim: u32) -> Tie {
        let Self { period, kind, grade, modality, claims, .. } = *self;
        Tie { period, claim, kind, grade, modality, claims }
    }
}

/// The links that come in to each entity, by their numbers; those of an entity by kind and neighbour.
fn incoming(rows: &[LinkRow], before: &[u32]) -> Vec<u32> {
    let mut incoming = vec![0u32; rows.len()];
    let mut filled = before.to_vec();
    for (link, row) in rows.iter().enumerate() {
        let place = &mut filled[row.to as usize];
        incoming[*place as usize] = link as u32;
        *place += 1;
    }
    for list in before.windows(2) {
        let list = &mut incoming[list[0] as usize..list[1] as usize];
        // They came by neighbour.
        if list.len() > 1 {
            list.sort_by_key(|link| rows[*link as usize].kind);
        }
    }
    incoming
}

/// Folds claims of one link, which follow each other, into one row each; of several claims, answers the list.
fn fold_all(
    rows: &mut Vec<LinkRow>,
    periods: &Periods,
    source_runs: &[[u32; 2]],
) -> Result<Vec<EvidenceRecord>, GraphError> {
    let same = |a: &LinkRow, b: &LinkRow| (a.from, a.kind, a.to) == (b.from, b.kind, b.to);
    let mut evidence = Vec::new();
    let (mut folded, mut at) = (0, 0);
    while at < rows.len() {
        let end = (at + 1..rows.len()).find(|&next| !same(&rows[at], &rows[next])).unwrap_or(rows.len());
        rows[folded] = fold(&rows[at..end], &mut evidence, periods, source_runs)?;
        folded += 1;
        at = end;
    }
    rows.truncate(folded);
    Ok(evidence)
}

/// The fold of a link's claims; several claims are also listed in `evidence`.
fn fold(
    group: &[LinkRow],
    evidence: &mut Vec<EvidenceRecord>,
    periods: &Periods,
    source_runs: &[[u32; 2]],
) -> Result<LinkRow, GraphError> {
    let row = group[0];
    if group.len() == 1 {
        return Ok(row);
    }
    let start = u32::try_from(evidence.len()).map_err(|_| GraphError::TooLarge("claims"))?;
    for (place, row) in group.iter().enumerate() {
        evidence.push(EvidenceRecord {
            claim: row.claim,
            source: source_of(source_runs, row.claim),
            period: row.period,
            grade: row.grade,
            modality: row.modality,
            last: u8::from(place + 1 == group.len()),
            pad: 0,
        });
    }
    let narrowest = narrowest(group.iter().filter_map(|row| periods.get(row.period)));
    Ok(LinkRow {
        period: narrowest.map_or(0, |period| periods.number(period)),
        claim: start,
        grade: group.iter().map(|row| row.grade).min().unwrap_or_default(),
        modality: strongest(group.iter().filter_map(|row| Modality::from_number(row.modality))).unwrap_or_default()
            as u8,
        claims: u8::try_from(group.len()).unwrap_or(u8::MAX),
        ..row
    })
}
