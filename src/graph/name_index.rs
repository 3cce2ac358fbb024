//! The name index: entities by id, by exact name, and by the words of their names in any spelling.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use fst::{Automaton, IntoStreamer, Map, MapBuilder, Streamer};
use xxhash_rust::xxh3::xxh3_64;

use super::assemble::Sections;
use super::image::Image;
use super::layout::{NameRecord, NodeRecord, Section};
use super::near::{Near, SameConsonants};
use crate::names;

/// How many words with the same consonants are weighed at most.
const MOST_WEIGHED: usize = 4096;

/// Marks the last name of a group in the order of names.
const LAST: u32 = 1 << 31;

/// Makes the look-up sections.
#[allow(clippy::indexing_slicing, clippy::string_slice, reason = "every number here was given out by the builder")]
pub(super) fn build(sections: &mut Sections, text: &str, nodes: &[NodeRecord], records: &[NameRecord]) {
    let slots = |count: usize| (count + count / 2 + 1).next_power_of_two();

    let mut ids = vec![0u32; slots(nodes.len())];
    for (number, node) in nodes.iter().enumerate().take(nodes.len().saturating_sub(1)) {
        let id = &text[node.text as usize..node.text as usize + node.id_len as usize];
        insert(&mut ids, hash(id), number as u32);
    }
    sections.put(Section::IdTable, bytemuck::cast_slice(&ids));

    let mut folded = String::new();
    let mut hashes: Vec<(u64, u32)> = Vec::with_capacity(records.len());
    let mut words: HashMap<Box<str>, u32, RandomState> = HashMap::default();
    let mut word_names: Vec<(u32, u32)> = Vec::new();
    for (number, record) in records.iter().enumerate() {
        let number = number as u32;
        folded.clear();
        names::fold_into(&text[record.text as usize..record.text as usize + record.len as usize], &mut folded);
        hashes.push((hash(&folded), number));
        let skeleton = names::skeleton(&folded);
        for word in skeleton.split(' ').filter(|word| !word.is_empty() && word.len() <= MAX_WORD) {
            let next = words.len() as u32;
            let word = match words.get(word) {
                Some(&known) => known,
                None => *words.entry(word.into()).or_insert(next),
            };
            word_names.push((word, number));
        }
    }

    hashes.sort_unstable();
    let mut order: Vec<u32> = Vec::with_capacity(hashes.len());
    let groups: Vec<&[(u64, u32)]> = hashes.chunk_by(|a, b| a.0 == b.0).collect();
    let mut table = vec![0u32; slots(groups.len())];
    for group in groups {
        insert(&mut table, group[0].0, order.len() as u32);
        order.extend(group.iter().map(|(_, number)| number));
        if let Some(last) = order.last_mut() {
            *last |= LAST;
        }
    }
    sections.put(Section::NameTable, bytemuck::cast_slice(&table));
    sections.put(Section::NameOrder, bytemuck::cast_slice(&order));

    let mut sorted: Vec<(Box<str>, u32)> = words.into_iter().collect();
    sorted.sort_unstable();
    let mut ranks = vec![0u32; sorted.len()];
    for (rank, (_, word)) in sorted.iter().enumerate() {
        ranks[*word as usize] = rank as u32;
    }
    for (word, _) in &mut word_names {
        *word = ranks[*word as usize];
    }
    word_names.sort_unstable();
    word_names.dedup();
    let mut postings: Vec<u32> = Vec::with_capacity(word_names.len() + sorted.len());
    let mut map = MapBuilder::memory();
    for group in word_names.chunk_by(|a, b| a.0 == b.0) {
        // Sorted and distinct by construction, so that the builder has nothing to refuse.
        let _ = map.insert(&*sorted[group[0].0 as usize].0, postings.len() as u64);
        postings.push(group.len() as u32);
        postings.extend(group.iter().map(|(_, name)| name));
    }
    sections.put(Section::Words, &map.into_inner().unwrap_or_default());
    sections.put(Section::WordNames, bytemuck::cast_slice(&postings));
}

/// The longest word that is indexed, in bytes.
const MAX_WORD: usize = 64;

fn hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

#[allow(clippy::indexing_slicing, reason = "the mask keeps the slot inside the table")]
fn insert(table: &mut [u32], hash: u64, value: u32) {
    let mask = table.len() - 1;
    let mut slot = hash as usize & mask;
    while table[slot] != 0 {
        slot = (slot + 1) & mask;
    }
    table[slot] = value + 1;
}

/// Values in the slots from where `hash` belongs to the next empty one.
fn probe(image: &Image, section: Section, hash: u64) -> impl Iterator<Item = u32> {
    let len = image.len::<u32>(section);
    let start = hash as usize & len.saturating_sub(1);
    (0..len)
        .map_while(move |step| image.record::<u32>(section, (start + step) & (len - 1)).copied())
        .map_while(|value| value.checked_sub(1))
}

/// The entity with this id, merged ones as themselves. O(1).
pub(super) fn by_id(image: &Image, id: &str) -> Option<u32> {
    probe(image, Section::IdTable, hash(id)).find(|&number| {
        image
            .record::<NodeRecord>(Section::Nodes, number as usize)
            .is_some_and(|node| node.id_len as usize == id.len() && image.text(node.text, id.len()) == id)
    })
}

/// Numbers of the names that are `folded` after folding. O(1) and the number of names.
pub(super) fn exact(image: &Image, folded: &str) -> Vec<u32> {
    let mut candidate = String::new();
    for start in probe(image, Section::NameTable, hash(folded)) {
        let mut group = Vec::new();
        for place in start as usize.. {
            let Some(&entry) = image.record::<u32>(Section::NameOrder, place) else { break };
            group.push(entry & !LAST);
            if entry & LAST != 0 {
                break;
            }
        }
        let Some(name) = group.first().and_then(|&name| self::name(image, name)) else { continue };
        candidate.clear();
        names::fold_into(image.text(name.text, name.len as usize), &mut candidate);
        if candidate == folded {
            return group;
        }
    }
    Vec::new()
}

/// The record of a name.
pub(super) fn name(image: &Image, number: u32) -> Option<&NameRecord> {
    image.record(Section::Names, number as usize)
}

/// How a word of a query is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordMatch {
    /// The same skeleton.
    Same,
    /// A skeleton that starts with it.
    Prefix,
    /// A skeleton at most this many edits away.
    Near(usize),
    /// A skeleton with the same consonants, at least two.
    Consonants,
}

/// The places of the names of each word of the index that matches a skeleton; of at most `limit` words.
pub(super) fn words(image: &Image, skeleton: &str, how: WordMatch, limit: usize) -> Vec<usize> {
    let Ok(map) = Map::new(image.section(Section::Words)) else {
        if image.len::<u8>(Section::Words) != 0 {
            image.note_damage(|| "the index of words is not readable".to_owned());
        }
        return Vec::new();
    };
    fn collect<A: Automaton>(map: &Map<&[u8]>, automaton: A, limit: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut stream = map.search(automaton).into_stream();
        while let Some((_, place)) = stream.next() {
            found.push(place as usize);
            if found.len() >= limit {
                break;
            }
        }
        found
    }
    // Few consonants are those of many words: it is not the alphabet that should choose among them.
    fn closest<A: Automaton>(map: &Map<&[u8]>, automaton: A, skeleton: &str, limit: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut stream = map.search(automaton).into_stream();
        while let Some((word, place)) = stream.next() {
            let alike = std::str::from_utf8(word).map_or(0.0, |word| names::similarity(word, skeleton));
            found.push((alike, place as usize));
            if found.len() >= MOST_WEIGHED {
                break;
            }
        }
        found.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        found.truncate(limit);
        found.into_iter().map(|(_, place)| place).collect()
    }
    match how {
        WordMatch::Same => map.get(skeleton).map(|place| place as usize).into_iter().collect(),
        WordMatch::Prefix => collect(&map, fst::automaton::Str::new(skeleton).starts_with(), limit),
        WordMatch::Consonants => {
            let same = SameConsonants::new(skeleton);
            if same.is_vague() { Vec::new() } else { closest(&map, same, skeleton, limit) }
        }
        WordMatch::Near(edits) => collect(&map, Near::new(skeleton, edits), limit),
    }
}

/// The names of a word of the index.
pub(super) fn word_names(image: &Image, place: usize) -> &[u32] {
    let count = image.record::<u32>(Section::WordNames, place).copied().unwrap_or(0) as usize;
    image.records(Section::WordNames, place + 1..place + 1 + count)
}
