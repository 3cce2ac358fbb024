//! How much speaks for two entities being one, and against it: a sum of weights, each with its reason.
//!
//! Every piece of evidence has a weight in bits: one bit doubles the odds, minus one halves them. The sum starts at what must
//! be outweighed, that of all entities just this one is meant; the score is the probability that the sum stands for.
//! `docs/dedupe.md` has the table of weights.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;

use super::dates::{self, Meeting};
use super::facts::{Fact, FactKind, Facts};
use super::spelling::{Agreement, Key, Rarity, Spelled, distinct, key, name_kind, rarity_of, shared, together, words};
use crate::graph::Graph;
use crate::model::{EntityNo, Modality, NameRole, SourceNo};
use crate::names::{self, NameKind, Prepared};
use crate::schema::Schema;

/// Something that speaks for sameness, or against it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// What, in words.
    pub what: String,
    /// How much, in bits: for it if positive.
    pub bits: f64,
    /// Whether it cannot be if they are the same.
    pub contradicts: bool,
}

/// What speaks for two entities being one, and against it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weighed {
    /// The sum of all reasons and of what they must outweigh, in bits.
    pub bits: f64,
    /// All reasons, the weightiest first.
    pub reasons: Vec<Reason>,
}

impl Weighed {
    /// The sum as a probability.
    pub fn score(&self) -> f64 {
        1.0 / (1.0 + (-self.bits).exp2())
    }

    /// What cannot be if they are the same.
    pub fn contradictions(&self) -> impl Iterator<Item = &str> {
        self.reasons.iter().filter(|reason| reason.contradicts).map(|reason| reason.what.as_str())
    }

    fn add(&mut self, bits: f64, what: impl Into<String>) {
        self.bits += bits;
        self.reasons.push(Reason { what: what.into(), bits, contradicts: false });
    }

    fn contradict(&mut self, bits: f64, what: impl Into<String>) {
        self.add(bits, what);
        if let Some(reason) = self.reasons.last_mut() {
            reason.contradicts = true;
        }
    }
}

/// Names less alike than this do not agree at all.
const LEAST_NAME: f64 = 0.7;
/// The most that the agreement of names weighs.
const MOST_NAME: f64 = 20.0;
/// What no agreement of names weighs.
const NO_NAME: f64 = -6.0;
/// What a name weighs that is too common or too doubtful to identify anyone, of its full weight.
const WEAK_NAME: f64 = 0.4;
/// Where two have more pairs of names than this, names that share less than this part of their weight are not compared letter
/// by letter.
const FEW_PAIRS: usize = 4;
const LEAST_SHARED: f64 = 0.25;
/// What each further name that agrees adds, and how many count.
const MORE_NAMES: (f64, usize) = (1.0, 4);
/// From here on a further name agrees.
const AGREES: f64 = 0.9;
/// How much of what differing words tell counts against.
const CONFLICT: f64 = 0.5;
/// First names that do not agree.
const OTHER_PRIMARY: f64 = -3.0;
/// Two entries of one list are more often two than one.
const SAME_SOURCE: f64 = -2.0;
/// Different kinds.
const OTHER_KIND: f64 = -20.0;
/// Finer types: the same, or different.
const FINER: (f64, f64) = (0.5, -1.0);
/// Different genders.
const OTHER_GENDER: f64 = -6.0;
/// Identifiers that two share and no other, a few others, many others.
const IDENTIFIER: [f64; 3] = [12.0, 5.0, 1.0];
/// The share of the bits of a birth place, a country and a day of listing that counts, and the most of it.
const PLACE: (f64, f64) = (0.4, 4.0);
const COUNTRY: (f64, f64) = (0.4, 2.0);
const LISTED: (f64, f64) = (0.15, 1.5);
/// Fewer entities than this, of whom a sort of fact is known, are a sample of so many.
const LEAST_KNOWN: u32 = 500;
/// Other birth places, other countries.
const OTHER_PLACE: f64 = -1.0;
const OTHER_COUNTRY: f64 = -1.0;
/// The share of the bits of a common neighbour that counts, the most of one and of all.
const NEIGHBOUR: (f64, f64, f64) = (0.3, 3.0, 6.0);
/// Entities with more ties than this have no neighbours compared.
const MOST_TIES: usize = 2_000;
/// Two that are tied to each other are two.
const TIED: f64 = -6.0;

/// What each meeting of dates of birth weighs, and of dates of foundation.
fn date_bits(meeting: Meeting, of_birth: bool) -> f64 {
    let bits = match meeting {
        Meeting::Day => 8.0,
        Meeting::Month => 5.0,
        Meeting::Year => 4.0,
        Meeting::Swapped => 4.0,
        Meeting::May => 1.0,
        Meeting::Near => -1.5,
        Meeting::Contradict => -12.0,
    };
    if of_birth { bits } else { bits / 2.0 }
}

/// Two names that agree, by their places in [`Facts::all_names`].
struct Pairing {
    bits: f64,
    conflict: f64,
    score: f64,
    left: usize,
    right: usize,
}

/// Weighs pairs of entities.
pub struct Weigher<'a> {
    graph: &'a Graph,
    facts: &'a Facts,
    /// By the place of each name in [`Facts::all_names`].
    names: Vec<OnceCell<Prepared>>,
    /// The words of each name.
    keys: Vec<Box<[Key]>>,
    /// How much all words of each name tell.
    totals: Vec<f64>,
    /// How rare parts of names are.
    pub rarity: Rarity,
    /// Whole names that several entries of one source bear, with how many: such a name tells no more than their number.
    crowds: HashMap<Key, u32, RandomState>,
    /// How many entities have each value of a fact, and how many have any of its sort.
    values: HashMap<Key, u32, RandomState>,
    known: HashMap<FactKind, u32>,
    /// Link kinds that say nothing of whether their ends are two.
    vague: Vec<bool>,
}

impl<'a> Weigher<'a> {
    /// Weighs by these facts. O(names and facts).
    pub fn new(graph: &'a Graph, schema: &Schema, facts: &'a Facts) -> Self {
        let keys: Vec<Box<[Key]>> = facts.all_names().iter().map(|name| words(facts.text(name))).collect();
        let rarity = rarity_of(facts, &keys);
        let crowds = crowds(facts, &keys);
        let mut values: HashMap<Key, u32, RandomState> = HashMap::default();
        let mut known: HashMap<FactKind, u32> = HashMap::new();
        for of_one in facts.all_facts().chunk_by(|a, b| (a.entity, a.kind) == (b.entity, b.kind)) {
            let Some(kind) = of_one.first().map(|fact| fact.kind) else { continue };
            *known.entry(kind).or_insert(0) += 1;
            let keys = distinct(of_one.iter().flat_map(|fact| self::values(kind, &fact.value)));
            for &value in &keys {
                *values.entry(value).or_insert(0) += 1;
            }
        }
        let vague = graph.meta().link_kinds.iter().map(|kind| {
            kind.name == "linked_to" || schema.link(&kind.name).is_some_and(|kind| &*kind.ftm.schema == "UnknownLink")
        });
        Self {
            graph,
            facts,
            names: facts.all_names().iter().map(|_| OnceCell::new()).collect(),
            totals: keys.iter().map(|keys| rarity.sum(keys)).collect(),
            keys,
            rarity,
            crowds,
            values,
            known,
            vague: vague.collect(),
        }
    }

    /// The words of each name, by its place in [`Facts::all_names`].
    pub fn keys(&self) -> &[Box<[Key]>] {
        &self.keys
    }

    /// How many entities have an identifier.
    pub fn bearers(&self, number: &str) -> u32 {
        values(FactKind::Identifier, number).next().map_or(0, |key| self.values.get(&key).copied().unwrap_or(0))
    }

    /// What speaks for `one` and `other` being the same, and against it.
    ///
    /// # Complexity
    /// O(names × names) look-ups of keys, and a comparison of each two that share enough; O(ties).
    pub fn weigh(&self, one: EntityNo, other: EntityNo) -> Weighed {
        let mut weighed = Weighed { bits: -self.rarity.prior(), reasons: Vec::new() };
        self.kinds(one, other, &mut weighed);
        self.weigh_names(one, other, &mut weighed);
        self.weigh_dates(one, other, &mut weighed);
        self.weigh_values(one, other, &mut weighed);
        self.neighbours(one, other, &mut weighed);
        weighed.reasons.sort_by(|a, b| b.bits.abs().total_cmp(&a.bits.abs()).then_with(|| a.what.cmp(&b.what)));
        weighed
    }

    fn kinds(&self, one: EntityNo, other: EntityNo, weighed: &mut Weighed) {
        let (Some(a), Some(b)) = (self.graph.node(one), self.graph.node(other)) else { return };
        if a.kind != b.kind {
            let (a, b) = (self.graph.kind_name(a.kind), self.graph.kind_name(b.kind));
            return weighed.contradict(OTHER_KIND, format!("{a} against {b}"));
        }
        if let (Some(first), Some(second)) = (self.graph.finer_name(a.finer), self.graph.finer_name(b.finer)) {
            let words = |name: &str| name.replace('_', " ");
            if first == second {
                weighed.add(FINER.0, format!("both {}", words(first)));
            } else {
                weighed.add(FINER.1, format!("{} against {}", words(first), words(second)));
            }
        }
    }

    fn weigh_names(&self, one: EntityNo, other: EntityNo, weighed: &mut Weighed) {
        let alike = self.alike(one, other).into_iter();
        let mut found: Vec<Pairing> = alike.filter_map(|(left, right)| self.agreement(left, right)).collect();
        found.sort_by(|a, b| {
            let order = b.bits.total_cmp(&a.bits).then(b.score.total_cmp(&a.score));
            order.then((a.left, a.right).cmp(&(b.left, b.right)))
        });
        let Some(best) = found.first() else {
            return weighed.add(NO_NAME, "no names that agree");
        };
        let why = match (self.prepared(best.left), self.prepared(best.right)) {
            (Some(a), Some(b)) => names::explain(a, b).reasons.join("; "),
            _ => String::new(),
        };
        let (left_name, right_name) = (self.name(best.left), self.name(best.right));
        let weak = if self.is_weak(best.left) || self.is_weak(best.right) { ", a weak name" } else { "" };
        weighed.add(
            best.bits,
            if left_name == right_name {
                format!("both are named {left_name}{weak}")
            } else {
                format!("{left_name} and {right_name}: {why}{weak} ({:.2})", best.score)
            },
        );
        let (mut lefts, mut rights) = (vec![best.left], vec![best.right]);
        for next in found.iter().skip(1) {
            if next.score >= AGREES && !lefts.contains(&next.left) && !rights.contains(&next.right) {
                lefts.push(next.left);
                rights.push(next.right);
            }
        }
        let more = lefts.len() - 1;
        if more > 0 {
            let names = if more == 1 { "name agrees" } else { "names agree" };
            weighed.add(MORE_NAMES.0 * more.min(MORE_NAMES.1) as f64, format!("{more} more {names}"));
        }
        self.weigh_primary(one, other, best, weighed);
    }

    /// Names of two that share so much that they are worth comparing letter by letter.
    fn alike(&self, one: EntityNo, other: EntityNo) -> Vec<(usize, usize)> {
        let (lefts, rights) = (self.places(one), self.places(other));
        let few = lefts.len() * rights.len() <= FEW_PAIRS;
        let mut found = Vec::new();
        for left in lefts {
            for right in rights.clone() {
                let (Some(left_keys), Some(right_keys)) = (self.keys.get(left), self.keys.get(right)) else { continue };
                let whole = |place: usize| self.totals.get(place).copied().unwrap_or(0.0);
                let least = LEAST_SHARED * whole(left).min(whole(right));
                let common = || shared(left_keys, right_keys).map(|key| self.rarity.bits(key)).sum::<f64>();
                if few || common() > least {
                    found.push((left, right));
                }
            }
        }
        found
    }

    /// What speaks for and against two, unless neither names nor identifiers do: then nothing else could.
    pub fn weigh_plausible(&self, one: EntityNo, other: EntityNo) -> Option<Weighed> {
        let plausible = !self.alike(one, other).is_empty() || self.same_identifier(one, other).is_some();
        plausible.then(|| self.weigh(one, other))
    }

    /// An identifier that two share.
    fn same_identifier(&self, one: EntityNo, other: EntityNo) -> Option<&Fact> {
        let mut theirs = self.facts.values(one, FactKind::Identifier);
        theirs.find(|fact| self.facts.values(other, FactKind::Identifier).any(|other| other.value == fact.value))
    }

    /// Two whose first names do not agree share an alias, which may be another's as well.
    fn weigh_primary(&self, one: EntityNo, other: EntityNo, best: &Pairing, weighed: &mut Weighed) {
        let primary = |entity: EntityNo| {
            let name = |place: &usize| self.facts.all_names().get(*place);
            self.places(entity).find(|place| name(place).is_some_and(|name| name.role == NameRole::Primary))
        };
        let (Some(left), Some(right)) = (primary(one), primary(other)) else { return };
        let bits = match self.agreement(left, right) {
            None => OTHER_PRIMARY,
            Some(pairing) => (-CONFLICT * pairing.conflict).max(OTHER_PRIMARY),
        };
        if bits < 0.0 && !(best.left == left && best.right == right) {
            weighed.add(bits, format!("{} against {}", self.name(left), self.name(right)));
        }
    }

    /// The places of the names of an entity in [`Facts::all_names`].
    fn places(&self, entity: EntityNo) -> Range<usize> {
        let start = self.facts.all_names().partition_point(|name| name.entity < entity);
        start..start + self.facts.names(entity).len()
    }

    /// How much it tells that two names are alike: the rarity of the words that they share, less that of words in whose
    /// place the other has another.
    fn agreement(&self, left: usize, right: usize) -> Option<Pairing> {
        let score = names::score(self.prepared(left)?, self.prepared(right)?);
        if score <= LEAST_NAME {
            return None;
        }
        let words = |place: usize| Spelled::of(self.name(place));
        let Agreement { mut common, conflict } = self.rarity.agreement(&words(left), &words(right));
        if let (Some(one), Some(other)) = (self.crowd(left), self.crowd(right)) {
            common = common.min(self.rarity.prior() - f64::from(one.min(other)).log2());
        }
        let quality = (score - LEAST_NAME) / (1.0 - LEAST_NAME);
        let weak = if self.is_weak(left) || self.is_weak(right) { WEAK_NAME } else { 1.0 };
        let bits = (common.min(MOST_NAME) * quality - CONFLICT * conflict).max(NO_NAME) * weak;
        Some(Pairing { bits, conflict, score, left, right })
    }

    /// How many entries of one source bear a name, if there are several.
    fn crowd(&self, place: usize) -> Option<u32> {
        self.crowds.get(&together(self.keys.get(place)?)).copied()
    }

    fn name(&self, place: usize) -> &str {
        self.facts.all_names().get(place).map_or("", |name| self.facts.text(name))
    }

    fn is_weak(&self, place: usize) -> bool {
        let role = self.facts.all_names().get(place).map(|name| name.role);
        role.is_none_or(|role| matches!(role, NameRole::Weak | NameRole::Acronym))
    }

    /// A name taken apart, when it is first compared.
    fn prepared(&self, place: usize) -> Option<&Prepared> {
        let name = self.facts.all_names().get(place)?;
        let prepare = || Prepared::of(self.facts.text(name), self.name_kind(name.entity));
        self.names.get(place).map(|cell| cell.get_or_init(prepare))
    }

    /// What bears the names of an entity.
    pub fn name_kind(&self, entity: EntityNo) -> NameKind {
        self.graph.kind_of(entity).map_or(NameKind::Unknown, |kind| name_kind(self.graph.kind_name(kind)))
    }

    fn weigh_dates(&self, one: EntityNo, other: EntityNo, weighed: &mut Weighed) {
        for (kind, word) in [(FactKind::Born, "born"), (FactKind::Founded, "founded")] {
            let (left, right) = (self.facts.periods(one, kind), self.facts.periods(other, kind));
            let Some((meeting, a, b)) = dates::meet(&left, &right) else { continue };
            let bits = date_bits(meeting, kind == FactKind::Born);
            match meeting {
                Meeting::Contradict => weighed.contradict(bits, format!("{word} {a} against {b}")),
                Meeting::Near => weighed.add(bits, format!("{word} {a} against {b}, not far off")),
                Meeting::May => weighed.add(bits, format!("{word} {a} and {b}: may be the same")),
                Meeting::Swapped => weighed.add(bits, format!("{word} {a} and {b}: day and month swapped")),
                _ if a == b => weighed.add(bits, format!("both {word} {a}")),
                _ => weighed.add(bits, format!("{word} {a} and {b}: agree")),
            }
        }
    }

    fn weigh_values(&self, one: EntityNo, other: EntityNo, weighed: &mut Weighed) {
        if let Some(number) = self.same_identifier(one, other) {
            let bits = match self.bearers(&number.value) {
                0..=2 => IDENTIFIER[0],
                3..=5 => IDENTIFIER[1],
                _ => IDENTIFIER[2],
            };
            weighed.add(bits, format!("the same {} {}", self.facts.key(number), number.value));
        }
        self.common(one, other, FactKind::BirthPlace, "born in", PLACE, OTHER_PLACE, weighed);
        self.common(one, other, FactKind::Country, "country", COUNTRY, OTHER_COUNTRY, weighed);
        self.common(one, other, FactKind::Listed, "listed on", LISTED, 0.0, weighed);
        let genders = |entity| self.facts.values(entity, FactKind::Gender).map(|fact| &*fact.value).collect::<Vec<_>>();
        let (a, b) = (genders(one), genders(other));
        if let (Some(first), Some(second), false) = (a.first(), b.first(), a.iter().any(|gender| b.contains(gender))) {
            weighed.contradict(OTHER_GENDER, format!("{first} against {second}"));
        }
    }

    /// How much it tells to share a value, in bits: its rarity among those of whom anything of the sort is known.
    fn value_bits(&self, kind: FactKind, value: Key) -> f64 {
        let known = self.known.get(&kind).copied().unwrap_or(0).max(LEAST_KNOWN);
        (f64::from(known) / f64::from(self.values.get(&value).copied().unwrap_or(1))).log2().max(0.0)
    }

    /// Weighs what two share of one sort by its rarity.
    #[expect(clippy::too_many_arguments, reason = "the weights of a sort stand beside its words")]
    fn common(
        &self,
        one: EntityNo,
        other: EntityNo,
        kind: FactKind,
        words: &str,
        (share, most): (f64, f64),
        differ: f64,
        weighed: &mut Weighed,
    ) {
        let keys = |entity: EntityNo| -> Vec<(Key, &str)> {
            self.facts
                .values(entity, kind)
                .flat_map(|fact| values(kind, &fact.value).zip(parts(kind, &fact.value)))
                .collect()
        };
        let (left, right) = (keys(one), keys(other));
        let mut both: Vec<(Key, &str)> =
            left.iter().filter(|(key, _)| right.iter().any(|(other, _)| other == key)).copied().collect();
        both.sort_unstable();
        both.dedup();
        let bits: f64 = both.iter().map(|(key, _)| self.value_bits(kind, *key)).sum();
        let bits = (share * bits).min(most);
        // What tells most is named.
        both.sort_by(|a, b| self.value_bits(kind, b.0).total_cmp(&self.value_bits(kind, a.0)).then(a.1.cmp(b.1)));
        if !both.is_empty() {
            let texts: Vec<&str> = both.iter().take(3).map(|(_, text)| *text).collect();
            weighed.add(bits, format!("{words} {}", texts.join(", ")));
        } else if !left.is_empty() && !right.is_empty() && differ != 0.0 {
            let text = |entity: EntityNo| self.facts.values(entity, kind).next().map_or("", |fact| &fact.value);
            weighed.add(differ, format!("{words} {} against {}", text(one), text(other)));
        }
    }

    fn neighbours(&self, one: EntityNo, other: EntityNo, weighed: &mut Weighed) {
        self.sources(one, other, weighed);
        let (few, many) = if self.graph.degree(one) <= self.graph.degree(other) { (one, other) } else { (other, one) };
        if self.graph.degree(few) > MOST_TIES {
            return;
        }
        // What joins the two: the kind of link, its direction, and whom it leads to.
        let ties = |entity: EntityNo| {
            let ties = self.graph.ties(entity);
            let outgoing = ties.outgoing();
            let mut list: Vec<(u8, bool, EntityNo)> = ties
                .iter()
                .take(MOST_TIES)
                .filter(|(_, _, tie)| tie.modality != Modality::Denied as u8)
                .map(|(place, neighbour, tie)| (tie.kind, place < outgoing, neighbour))
                .collect();
            list.sort_unstable();
            list.dedup();
            list
        };
        let (left, right) = (ties(few), ties(many));
        let is_vague = |kind: u8| self.vague.get(usize::from(kind)).copied().unwrap_or(true);
        if let Some(&(kind, forward, _)) = left.iter().find(|(kind, _, to)| *to == many && !is_vague(*kind)) {
            let reading =
                self.graph.link_kind(kind).map_or("", |kind| if forward { &kind.forward } else { &kind.backward });
            weighed.add(TIED, format!("the one {reading} the other"));
        }
        let mut common: Vec<(f64, EntityNo)> = left
            .iter()
            .filter(|tie| right.binary_search(tie).is_ok())
            .map(|&(_, _, neighbour)| (self.tie_bits(neighbour), neighbour))
            .collect();
        common.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        common.dedup_by_key(|(_, neighbour)| *neighbour);
        let bits: f64 = common.iter().map(|(bits, _)| bits).sum();
        if let Some(&(_, first)) = common.first() {
            let name = self.graph.node(first).map_or("", |node| node.name);
            let more = if common.len() > 1 { format!(" and {} more", common.len() - 1) } else { String::new() };
            weighed.add(bits.min(NEIGHBOUR.2), format!("both are tied to {name}{more}"));
        }
    }

    /// How much a common neighbour tells: the rarer its ties, the more.
    fn tie_bits(&self, neighbour: EntityNo) -> f64 {
        let bits = self.rarity.prior() - (self.graph.degree(neighbour).max(1) as f64).log2();
        (NEIGHBOUR.0 * bits).clamp(0.0, NEIGHBOUR.1)
    }

    fn sources(&self, one: EntityNo, other: EntityNo, weighed: &mut Weighed) {
        let theirs: Vec<_> = self.facts.sources(other).collect();
        if let Some(source) = self.facts.sources(one).find(|source| theirs.contains(source)) {
            let id = self.graph.sources().get(source as usize).map_or("", |source| source.id.as_str());
            weighed.add(SAME_SOURCE, format!("two entries of {id}"));
        }
    }
}

/// Whole names that more than two entries of one source bear.
fn crowds(facts: &Facts, keys: &[Box<[Key]>]) -> HashMap<Key, u32, RandomState> {
    let named = facts.all_names().iter().zip(keys).map(|(name, keys)| (together(keys), name.source, name.entity));
    let mut all: Vec<(Key, SourceNo, EntityNo)> = named.collect();
    all.sort_unstable();
    all.dedup();
    let mut crowds: HashMap<Key, u32, RandomState> = HashMap::default();
    for group in all.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|group| group.len() > 2) {
        let most = group.first().map(|(key, ..)| crowds.entry(*key).or_insert(0));
        most.into_iter().for_each(|most| *most = (*most).max(group.len() as u32));
    }
    crowds
}

/// The parts of a value that are compared: the words of a place, else the whole.
fn parts(kind: FactKind, value: &str) -> impl Iterator<Item = &str> {
    let words = kind == FactKind::BirthPlace;
    value.split(move |c| words && c == ' ').filter(move |word| !words || word.len() > 2)
}

/// The keys of a value.
fn values(kind: FactKind, value: &str) -> impl Iterator<Item = Key> {
    parts(kind, value).map(move |part| {
        let part = if kind == FactKind::BirthPlace { key(&names::skeleton_word(part)) } else { key(part) };
        together(&[kind as u64, part])
    })
}
