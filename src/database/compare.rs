//! Two states of a list compared: what both say, what only one of them says, and what that means for a reader.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;

use xxhash_rust::xxh3::Xxh3;

use crate::model::{Changes, Claim, EntityNo, NameRole, Says, Word};
use crate::schema::{Schema, ValueType};

/// The claims that are not in both states, by their places.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Compared {
    /// Places in the earlier state.
    pub removed: Vec<usize>,
    /// Places in the later state.
    pub added: Vec<usize>,
}

/// The numbers of two states made one: those of the earlier one, and after them what only the later one has.
struct Joint {
    entities: Vec<EntityNo>,
    words: Vec<u32>,
}

impl Joint {
    fn new(old: &Changes, new: &Changes) -> Self {
        let beyond = old.entities().len() as u32;
        let entities = new.entities().iter().zip(beyond..);
        let entities = entities.map(|(entity, fresh)| old.entity(&entity.id).unwrap_or(fresh)).collect();
        let words = new.words.iter().zip(old.words.len() as u32..);
        let words = words.map(|(text, fresh)| old.words.get(text).map_or(fresh, |word| word.0)).collect();
        Self { entities, words }
    }

    fn entity(&self, entity: EntityNo) -> EntityNo {
        self.entities.get(entity as usize).copied().unwrap_or(EntityNo::MAX)
    }

    fn word(&self, word: Word) -> u32 {
        self.words.get(word.0 as usize).copied().unwrap_or(u32::MAX)
    }
}

/// Compares two states. Two claims are the same if they say the same in the same way; in which release and in which row they
/// stand does not count. A claim that stands twice in one state and once in the other is over by one.
///
/// O(n log n) in the number of claims.
pub(super) fn compare(old: &Changes, new: &Changes) -> Compared {
    let joint = Joint::new(old, new);
    let mut before: Vec<(u128, usize)> =
        old.claims.iter().enumerate().map(|(at, claim)| (key(claim, |e| e, |w| w.0), at)).collect();
    let mut after: Vec<(u128, usize)> = new
        .claims
        .iter()
        .enumerate()
        .map(|(at, claim)| (key(claim, |e| joint.entity(e), |w| joint.word(w)), at))
        .collect();
    before.sort_unstable();
    after.sort_unstable();
    let mut compared = Compared::default();
    let (mut before, mut after) = (before.into_iter().peekable(), after.into_iter().peekable());
    loop {
        match (before.peek(), after.peek()) {
            (Some((one, _)), Some((other, _))) if one == other => {
                before.next();
                after.next();
            }
            (Some((one, at)), other) if other.is_none_or(|(other, _)| one < other) => {
                compared.removed.push(*at);
                before.next();
            }
            (_, Some((_, at))) => {
                compared.added.push(*at);
                after.next();
            }
            (_, None) => break,
        }
    }
    compared.removed.sort_unstable();
    compared.added.sort_unstable();
    compared
}

/// A hash of what a claim says, wherever it says it. It is never stored.
fn key(claim: &Claim, entity: impl Fn(EntityNo) -> EntityNo, word: impl Fn(Word) -> u32) -> u128 {
    let mut hasher = Xxh3::new();
    let mut text = |tag: u8, text: Option<&str>| {
        hasher.write_u8(tag);
        hasher.write_u64(text.map_or(u64::MAX, |text| text.len() as u64));
        hasher.write(text.unwrap_or_default().as_bytes());
    };
    text(0, claim.text.as_deref());
    text(1, claim.note.as_deref());
    match &claim.says {
        Says::Name { text: name, .. } => text(2, Some(name)),
        Says::Attribute { value, .. } => text(3, Some(value)),
        Says::Link { .. } | Says::SameAs { .. } | Says::Exists { .. } => text(4, None),
    }
    let numbers: [u64; 7] = match claim.says {
        Says::Name { entity: of, role, language, .. } => {
            [0, entity(of).into(), role as u64, language.map_or(u64::MAX, |language| word(language).into()), 0, 0, 0]
        }
        Says::Attribute { entity: of, key, .. } => [1, entity(of).into(), word(key).into(), 0, 0, 0, 0],
        Says::Link { from, kind, to } => [2, entity(from).into(), word(kind).into(), entity(to).into(), 0, 0, 0],
        Says::SameAs { entity: of, other } => [3, entity(of).into(), entity(other).into(), 0, 0, 0, 0],
        Says::Exists { entity: of } => [4, entity(of).into(), 0, 0, 0, 0, 0],
    };
    numbers.iter().for_each(|number| hasher.write_u64(*number));
    hasher.write_u64(claim.when.map_or(0, |when| when.to_bits()));
    hasher.write_u64(claim.speaker.map_or(u64::MAX, |speaker| entity(speaker).into()));
    hasher.write_u8(claim.modality as u8);
    hasher.write_u8(claim.credibility.number());
    hasher.digest128()
}

/// What became of an entity or a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    Added,
    Removed,
    Renamed,
    Redated,
    Changed,
}

impl Change {
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Redated => "re-dated",
            Self::Changed => "changed",
        }
    }
}

/// What a difference is about, by joint numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    Entity(EntityNo),
    Link(EntityNo, u32, EntityNo),
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub change: Change,
    pub about: About,
    /// What has changed: an attribute, a name, the dates; empty where all of it is new or gone.
    pub what: String,
    pub before: Vec<String>,
    pub after: Vec<String>,
}

/// What two states differ in, as a reader sees it.
#[derive(Debug, Default)]
pub(super) struct Differences {
    pub list: Vec<Difference>,
    /// Of each entity by its joint number: id, kind, finer type and the name to show.
    pub entities: Vec<Shown>,
    /// Texts of the joint words.
    pub words: Vec<String>,
}

/// An entity in a difference.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    pub id: String,
    pub kind: String,
    pub finer: Option<String>,
    pub name: String,
}

/// Attributes that tell when a list was made or read, not what it says.
fn is_bookkeeping(attribute: &str) -> bool {
    attribute.starts_with("ftm:@") && attribute != "ftm:@schema"
}

/// The attribute by which a list knows its entries, whatever their ids.
const REFERENCE_NUMBER: &str = "reference_number";

/// What the differences of two states mean.
pub(super) fn differences(old: &Changes, new: &Changes, compared: &Compared, schema: &Schema) -> Differences {
    let joint = Joint::new(old, new);
    let mut found = Differences { words: old.words.iter().map(str::to_owned).collect(), ..Differences::default() };
    for (text, number) in new.words.iter().zip(&joint.words) {
        if *number as usize >= found.words.len() {
            found.words.resize(*number as usize + 1, String::new());
        }
        if let Some(slot) = found.words.get_mut(*number as usize) {
            *slot = text.to_owned();
        }
    }
    let states = [State::of(old, |e| e, |w| w.0), State::of(new, |e| joint.entity(e), |w| joint.word(w))];
    let [before, after] = &states;
    let count = before.names.len().max(after.names.len());
    found.entities = vec![Shown::default(); count];
    for (changes, state, entity) in [(old, before, None), (new, after, Some(&joint))] {
        for (number, known) in changes.entities().iter().enumerate() {
            let number = entity.map_or(number as EntityNo, |joint| joint.entity(number as EntityNo));
            let Some(slot) = found.entities.get_mut(number as usize) else { continue };
            slot.id = known.id.to_string();
            slot.kind = changes.words.text(known.kind).to_owned();
            slot.finer = known.finer.map(|finer| changes.words.text(finer).to_owned()).or(slot.finer.take());
            if let Some(name) = state.name(number) {
                slot.name = name.to_owned();
            }
        }
    }
    let gone = Said::of(compared.removed.iter().filter_map(|at| old.claims.get(*at)), |e| e, |w| w.0);
    let come =
        Said::of(compared.added.iter().filter_map(|at| new.claims.get(*at)), |e| joint.entity(e), |w| joint.word(w));
    let renumbered = found.entities_of(&gone, &come, before, after);
    found.attributes(&gone, &come, before, after, schema, &renumbered);
    found.links(&gone, &come, before, after);
    let entities = &found.entities;
    let id = |entity: EntityNo| entities.get(entity as usize).map_or_else(String::new, |shown| shown.id.clone());
    found.list.sort_by_cached_key(|difference| {
        let about = match difference.about {
            About::Entity(entity) => (0, id(entity), 0, String::new()),
            About::Link(from, kind, to) => (1, id(from), kind, id(to)),
        };
        (difference.change, about, difference.what.clone())
    });
    found
}

/// What a whole state says, as far as differences need it.
struct State<'c> {
    /// Of each entity: the best role and the name that has it. An entity that is only named by others has no place.
    names: Vec<Option<(u8, &'c str)>>,
    present: Vec<bool>,
    links: BTreeSet<(EntityNo, u32, EntityNo)>,
}

impl<'c> State<'c> {
    fn of(changes: &'c Changes, entity: impl Fn(EntityNo) -> EntityNo, word: impl Fn(Word) -> u32) -> Self {
        let most = (0..changes.entities().len() as EntityNo).map(&entity).max().map_or(0, |most| most as usize + 1);
        let mut state = Self { names: vec![None; most], present: vec![false; most], links: BTreeSet::new() };
        for claim in &changes.claims {
            match &claim.says {
                Says::Link { from, kind, to } => drop(state.links.insert((entity(*from), word(*kind), entity(*to)))),
                Says::SameAs { .. } => {}
                says => {
                    let of = entity(says.subject()) as usize;
                    if let Some(present) = state.present.get_mut(of) {
                        *present = true;
                    }
                    if let (Says::Name { text, role, .. }, Some(name)) = (says, state.names.get_mut(of)) {
                        let rank = rank(*role);
                        if name.is_none_or(|(best, _)| rank < best) {
                            *name = Some((rank, text));
                        }
                    }
                }
            }
        }
        state
    }

    fn name(&self, entity: EntityNo) -> Option<&'c str> {
        self.names.get(entity as usize).copied().flatten().map(|(_, name)| name)
    }

    fn has(&self, entity: EntityNo) -> bool {
        self.present.get(entity as usize).copied().unwrap_or(false)
    }
}

/// The order in which names are shown: primary, alias, former, acronym, weak.
fn rank(role: NameRole) -> u8 {
    match role {
        NameRole::Primary => 0,
        NameRole::Alias => 1,
        NameRole::Former => 2,
        NameRole::Acronym => 3,
        NameRole::Weak => 4,
    }
}

/// What the claims of one side that the other lacks say, by what they are about.
#[derive(Default)]
struct Said {
    entities: BTreeSet<EntityNo>,
    /// By entity and attribute.
    attributes: BTreeMap<(EntityNo, u32), Vec<String>>,
    /// By entity and role.
    names: BTreeMap<(EntityNo, NameRole), Vec<String>>,
    /// Periods and other words of links.
    links: BTreeMap<(EntityNo, u32, EntityNo), Vec<(String, String)>>,
}

impl Said {
    fn of<'c>(
        claims: impl Iterator<Item = &'c Claim>,
        entity: impl Fn(EntityNo) -> EntityNo,
        word: impl Fn(Word) -> u32,
    ) -> Self {
        let mut said = Self::default();
        for claim in claims {
            match &claim.says {
                Says::Name { entity: of, text, role, .. } => {
                    said.entities.insert(entity(*of));
                    said.names.entry((entity(*of), *role)).or_default().push(text.to_string());
                }
                Says::Attribute { entity: of, key, value } => {
                    said.entities.insert(entity(*of));
                    said.attributes.entry((entity(*of), word(*key))).or_default().push(value.to_string());
                }
                Says::Exists { entity: of } => drop(said.entities.insert(entity(*of))),
                Says::Link { from, kind, to } => {
                    let when = claim.when.map_or_else(String::new, |when| when.to_string());
                    let mut words = claim.modality.to_string();
                    for text in [&claim.text, &claim.note].into_iter().flatten() {
                        words.push_str("; ");
                        words.push_str(text);
                    }
                    let link = (entity(*from), word(*kind), entity(*to));
                    said.links.entry(link).or_default().push((when, words));
                }
                Says::SameAs { .. } => {}
            }
        }
        let sort = |values: &mut Vec<String>| values.sort();
        said.attributes.values_mut().for_each(sort);
        said.names.values_mut().for_each(sort);
        said.links.values_mut().for_each(|values| values.sort());
        said
    }
}

impl Differences {
    fn push(&mut self, change: Change, about: About, what: &str, before: Vec<String>, after: Vec<String>) {
        self.list.push(Difference { change, about, what: what.to_owned(), before, after });
    }

    fn word(&self, word: u32) -> &str {
        self.words.get(word as usize).map_or("", String::as_str)
    }

    /// Entities that came, went, or have another name. Returns those that are an entry under a new id.
    fn entities_of(&mut self, gone: &Said, come: &Said, before: &State<'_>, after: &State<'_>) -> BTreeSet<EntityNo> {
        let touched: BTreeSet<EntityNo> = gone.entities.union(&come.entities).copied().collect();
        let numbered = |said: &Said, here: &State<'_>, there: &State<'_>| {
            let mut numbers: BTreeMap<String, Vec<EntityNo>> = BTreeMap::new();
            for ((entity, key), values) in &said.attributes {
                if self.word(*key) == REFERENCE_NUMBER && here.has(*entity) && !there.has(*entity) {
                    values.iter().for_each(|value| numbers.entry(value.clone()).or_default().push(*entity));
                }
            }
            numbers
        };
        let (left, arrived) = (numbered(gone, before, after), numbered(come, after, before));
        let mut renumbered = BTreeSet::new();
        for (number, old) in &left {
            if let ([old], Some([new])) = (old.as_slice(), arrived.get(number).map(Vec::as_slice)) {
                let id = |entity: EntityNo| {
                    self.entities
                        .get(entity as usize)
                        .map_or_else(String::new, |shown| format!("@{} {}", shown.id, shown.name))
                };
                let (was, is) = (id(*old), id(*new));
                renumbered.extend([*old, *new]);
                self.push(Change::Renamed, About::Entity(*new), &format!("entry {number}"), vec![was], vec![is]);
            }
        }
        for entity in touched {
            if renumbered.contains(&entity) {
                continue;
            }
            match (before.has(entity), after.has(entity)) {
                (false, true) => self.push(Change::Added, About::Entity(entity), "", Vec::new(), Vec::new()),
                (true, false) => self.push(Change::Removed, About::Entity(entity), "", Vec::new(), Vec::new()),
                (true, true) => {
                    let (was, is) = (before.name(entity), after.name(entity));
                    if was != is {
                        let owned = |name: Option<&str>| name.map(str::to_owned).into_iter().collect();
                        self.push(Change::Renamed, About::Entity(entity), "name", owned(was), owned(is));
                    }
                }
                (false, false) => {}
            }
        }
        renumbered
    }

    /// What else is not the same of entities that are in both states.
    fn attributes(
        &mut self,
        gone: &Said,
        come: &Said,
        before: &State<'_>,
        after: &State<'_>,
        schema: &Schema,
        renumbered: &BTreeSet<EntityNo>,
    ) {
        let stays = |entity: EntityNo| before.has(entity) && after.has(entity) && !renumbered.contains(&entity);
        let keys: BTreeSet<&(EntityNo, u32)> = gone.attributes.keys().chain(come.attributes.keys()).collect();
        for &(entity, key) in keys.into_iter().filter(|(entity, _)| stays(*entity)) {
            let name = self.word(key).to_owned();
            let values = |said: &Said| said.attributes.get(&(entity, key)).cloned().unwrap_or_default();
            let (was, is) = (values(gone), values(come));
            if is_bookkeeping(&name) || was == is {
                continue;
            }
            let date = schema.attribute(&name).is_some_and(|attribute| attribute.value == ValueType::Date);
            let change = if date && name != "updated_on" { Change::Redated } else { Change::Changed };
            self.push(change, About::Entity(entity), &name.replace('_', " "), was, is);
        }
        let keys: BTreeSet<&(EntityNo, NameRole)> = gone.names.keys().chain(come.names.keys()).collect();
        for &(entity, role) in keys.into_iter().filter(|(entity, _)| stays(*entity)) {
            let values = |said: &Said| said.names.get(&(entity, role)).cloned().unwrap_or_default();
            let (mut was, mut is) = (values(gone), values(come));
            // A new name to show has been said already.
            if before.name(entity) != after.name(entity) {
                was.retain(|name| before.name(entity) != Some(name));
                is.retain(|name| after.name(entity) != Some(name));
            }
            if was != is {
                self.push(Change::Changed, About::Entity(entity), &format!("name ({role})"), was, is);
            }
        }
    }

    fn links(&mut self, gone: &Said, come: &Said, before: &State<'_>, after: &State<'_>) {
        let touched: BTreeSet<&(EntityNo, u32, EntityNo)> = gone.links.keys().chain(come.links.keys()).collect();
        for link in touched {
            let &(from, kind, to) = link;
            let about = About::Link(from, kind, to);
            let values = |said: &Said, dates: bool| -> Vec<String> {
                let claims = said.links.get(link).into_iter().flatten();
                let mut values: Vec<String> =
                    claims.map(|(when, words)| if dates { when.clone() } else { words.clone() }).collect();
                values.retain(|value| !value.is_empty());
                values.sort();
                values.dedup();
                values
            };
            match (before.links.contains(link), after.links.contains(link)) {
                (false, _) => self.push(Change::Added, about, "", Vec::new(), values(come, true)),
                (true, false) => self.push(Change::Removed, about, "", values(gone, true), Vec::new()),
                (true, true) => {
                    let (was, is) = (values(gone, true), values(come, true));
                    if was != is {
                        self.push(Change::Redated, about, "dates", was, is);
                    } else {
                        let (was, is) = (values(gone, false), values(come, false));
                        if was != is {
                            self.push(Change::Changed, about, "evidence", was, is);
                        }
                    }
                }
            }
        }
    }

    /// How many entities and links each change has befallen.
    pub fn count(&self, change: Change) -> (usize, usize) {
        let mut entities = BTreeSet::new();
        let mut links = BTreeSet::new();
        for difference in self.list.iter().filter(|difference| difference.change == change) {
            match &difference.about {
                About::Entity(entity) => drop(entities.insert(*entity)),
                link @ About::Link(..) => drop(links.insert(link.clone())),
            }
        }
        (entities.len(), links.len())
    }
}
