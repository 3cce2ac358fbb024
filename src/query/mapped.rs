//! Tieline's graph as queries see it: kinds and finer types are labels, names and attributes are properties, and only the
//! links that the scope admits are there.

use std::cell::RefCell;

use super::ast::{Direction, EntityRef, Name};
use super::claims::ClaimSource;
use super::diagnostics::Fault;
use super::graph::{LabelNo, Link, LinkKeys, PropertyGraph, Side, Sort};
use super::known::{ENTITY_KEYS, Known, LINK_KEYS};
use super::plan::LabelTest;
use super::steps::Hop;
use super::value::Value;
use crate::graph::{Graph, Hit, KindSet, LinkFilter, LinkKindMeta, Tie, Ties};
use crate::model::{Claim, EntityNo, Grade, Modality, Period, Says, SourceNo, Truth};

/// Labels from this number on are finer types; those below are kinds.
pub const FINER: LabelNo = 1 << 16;

/// A graph under a filter, with the claims behind it.
pub struct Mapped<'a, C: ClaimSource> {
    known: Known<'a>,
    graph: &'a Graph,
    filter: &'a LinkFilter,
    /// Whether the filter has to look at claims.
    weigh: bool,
    symmetric: bool,
    claims: RefCell<&'a mut C>,
    failed: RefCell<Option<C::Error>>,
}

impl<'a, C: ClaimSource> Mapped<'a, C> {
    /// The graph under a filter.
    pub fn new(known: Known<'a>, filter: &'a LinkFilter, claims: &'a mut C) -> Self {
        let graph = known.graph;
        Self {
            known,
            graph,
            filter,
            weigh: filter.weighs_claims(graph),
            symmetric: graph.meta().link_kinds.iter().any(|kind| kind.symmetric),
            claims: RefCell::new(claims),
            failed: RefCell::new(None),
        }
    }

    /// Why claims could not be read, if they could not: then what was answered is not to be trusted.
    pub fn failure(&self) -> Option<C::Error> {
        self.failed.borrow_mut().take()
    }

    /// Claims by number; none, and the failure kept, if they cannot be read.
    fn read(&self, numbers: &[u32]) -> Vec<Claim> {
        match self.claims.borrow_mut().claims(numbers) {
            Ok(claims) => claims,
            Err(error) => {
                self.failed.borrow_mut().get_or_insert(error);
                Vec::new()
            }
        }
    }

    fn word(&self, word: crate::model::Word) -> String {
        self.claims.borrow().word(word)
    }

    /// The attributes that are claimed of an entity, each once, in the order of claims.
    fn attributes(&self, entity: EntityNo) -> Vec<(String, Value)> {
        let mut attributes: Vec<(String, Value)> = Vec::new();
        for claim in self.read(self.graph.claims_of(entity)) {
            if let Says::Attribute { key, value, .. } = &claim.says {
                let key = self.word(*key);
                if !attributes.iter().any(|(known, _)| *known == key) {
                    attributes.push((key, typed(value)));
                }
            }
        }
        attributes
    }

    /// How many sources say that a link is there.
    fn sources(&self, link: u32, tie: &Tie) -> usize {
        if tie.claims == 1 {
            return 1;
        }
        let mut sources: Vec<SourceNo> = self.graph.evidence(link).iter().map(|evidence| evidence.source).collect();
        sources.sort_unstable();
        sources.dedup();
        sources.len()
    }

    fn claim(&self, claim: &Claim) -> Value {
        let source = self.graph.sources().get(claim.source as usize);
        let number = |number: u32| if number == 0 { Value::Null } else { Value::Int(i64::from(number)) };
        let text = |text: Option<String>| text.map_or(Value::Null, Value::text);
        let speaker = claim.speaker.and_then(|speaker| self.graph.node(speaker)).map(|node| node.name.to_owned());
        let grade = source.map(|source| format!("{}{}", source.reliability, claim.credibility));
        Value::map([
            ("source".into(), text(source.map(|source| source.id.clone()))),
            ("paragraph".into(), number(claim.locator.paragraph)),
            ("sentence".into(), number(claim.locator.sentence)),
            ("speaker".into(), text(speaker)),
            ("modality".into(), Value::text(claim.modality.word())),
            ("credibility".into(), Value::Int(i64::from(claim.credibility.number()))),
            ("grade".into(), text(grade)),
            ("since".into(), text(claim.when.and_then(|when| when.since()))),
            ("until".into(), text(claim.when.and_then(|when| when.until()))),
            ("text".into(), text(claim.text.as_deref().map(str::to_owned))),
        ])
    }
}

/// The value of an attribute: a number if it is written as one.
fn typed(value: &str) -> Value {
    match (value.parse::<i64>(), value.parse::<f64>()) {
        (Ok(whole), _) => Value::Int(whole),
        (_, Ok(number)) if number.is_finite() => Value::Float(number),
        _ => Value::text(value),
    }
}

/// A place in a list of names of kinds, as a number.
fn place(names: &[String], name: &str) -> Option<LabelNo> {
    names.iter().position(|known| known == name).map(|place| place as LabelNo)
}

/// Properties of links that a tie tells, as bits of [`LinkKeys`].
const KIND: u8 = 1;
const GRADE: u8 = 1 << 1;
const MODALITY: u8 = 1 << 2;
const PERIOD: u8 = 1 << 3;
const SOURCES: u8 = 1 << 4;

/// The ties of an entity on one side.
#[derive(Clone, Copy)]
pub struct SideTies<'g> {
    ties: Ties<'g>,
    first: usize,
    end: usize,
}

impl<C: ClaimSource> PropertyGraph for Mapped<'_, C> {
    type Ties<'t>
        = SideTies<'t>
    where
        Self: 't;
    type Hop = Hop;

    fn node_count(&self) -> u32 {
        self.graph.entity_count() as u32
    }

    fn label(&self, name: &str) -> Option<LabelNo> {
        let meta = self.graph.meta();
        // The code of a finer type is its place plus 1.
        place(&meta.kinds, name).or_else(|| place(&meta.finer, name).map(|place| FINER + place + 1))
    }

    fn link_kind(&self, name: &str) -> Option<LabelNo> {
        self.graph.link_kind_code(name).map(LabelNo::from)
    }

    fn link_kind_name(&self, kind: LabelNo) -> &str {
        u8::try_from(kind).ok().and_then(|kind| self.graph.link_kind(kind)).map_or("", |kind| &kind.name)
    }

    fn has_label(&self, node: u32, label: LabelNo) -> bool {
        match label.checked_sub(FINER) {
            None => self.graph.kind_of(node).map(LabelNo::from) == Some(label),
            Some(finer) => self.graph.node(node).is_some_and(|view| LabelNo::from(view.finer) == finer),
        }
    }

    fn labels(&self, node: u32) -> Vec<&str> {
        let Some(view) = self.graph.node(node) else { return Vec::new() };
        [self.graph.kind_name(view.kind)].into_iter().chain(self.graph.finer_name(view.finer)).collect()
    }

    fn label_count(&self, label: LabelNo) -> u32 {
        match self.graph.meta().entities_by_kind.get(label as usize) {
            Some(count) => u32::try_from(*count).unwrap_or(u32::MAX),
            // How many have a finer type is not counted; it is some of those of a kind.
            None => self.node_count() / 8,
        }
    }

    fn next_node(&self, label: Option<LabelNo>, from: u32) -> Option<u32> {
        (from..self.node_count())
            .find(|node| self.graph.is_live(*node) && label.is_none_or(|label| self.has_label(*node, label)))
    }

    fn is_symmetric(&self, kind: LabelNo) -> bool {
        u8::try_from(kind).ok().and_then(|kind| self.graph.link_kind(kind)).is_some_and(|kind| kind.symmetric)
    }

    fn has_symmetric(&self) -> bool {
        self.symmetric
    }

    #[inline]
    fn ties(&self, node: u32, side: Side) -> SideTies<'_> {
        let ties = self.graph.ties(node);
        let (first, end) = match side {
            Side::Out => (0, ties.outgoing()),
            Side::In => (ties.outgoing(), ties.len()),
        };
        SideTies { ties, first, end }
    }

    #[inline]
    fn places(&self, ties: SideTies<'_>) -> u32 {
        ties.end.saturating_sub(ties.first) as u32
    }

    #[inline]
    fn link_at(&self, SideTies { ties, first, .. }: SideTies<'_>, place: u32) -> Option<Link> {
        let place = first + place as usize;
        let (other, tie) = ties.at(place)?;
        let link = ties.link(place);
        (self.filter.admits(self.graph, tie, self.weigh, || link) > Truth::No).then(|| Link {
            link,
            node: other,
            kind: LabelNo::from(tie.kind),
        })
    }

    fn each_between(&self, side: SideTies<'_>, other: u32, mut see: impl FnMut(u32) -> bool) -> u32 {
        let SideTies { ties, first, end } = side;
        let key = |place: usize| ties.at(first + place).map(|(neighbour, tie)| (tie.kind, neighbour));
        let count = end.saturating_sub(first);
        let (mut from, mut looked) = (0, 0);
        // A side is in the order of kinds, and each kind in the order of neighbours, of which each stands there once.
        while let Some((kind, _)) = key(from).filter(|_| from < count) {
            from += partition_point(count - from, |at| key(from + at) < Some((kind, other)));
            looked += 1;
            if from < count && key(from) == Some((kind, other)) && !see(from as u32) {
                break;
            }
            from += partition_point(count - from, |at| key(from + at).is_some_and(|(next, _)| next <= kind));
        }
        looked
    }

    fn mean_degree(&self, label: Option<LabelNo>, direction: Direction, kind: Option<&LabelTest>) -> f64 {
        let meta = self.graph.meta();
        // Of finer types nothing is measured.
        let of = label.and_then(|label| u8::try_from(label).ok());
        let kinds = kinds_of(self.graph, kind);
        let codes = (0..=u8::MAX).zip(&meta.link_kinds).filter(|(code, _)| kinds.has(*code));
        let degree = |(code, kind): (u8, &LinkKindMeta)| {
            let either = kind.symmetric || direction == Direction::Either;
            let side =
                |out: bool, wanted| if either || direction == wanted { meta.mean_degree(of, code, out) } else { 0.0 };
            side(true, Direction::Out) + side(false, Direction::In)
        };
        codes.map(degree).sum()
    }

    fn count_links(&self, node: u32, direction: Direction, kind: Option<&LabelTest>) -> Option<u64> {
        if self.weigh {
            return None;
        }
        let ties = self.graph.ties(node);
        let (out, all) = (ties.outgoing().min(ties.len()), ties.len());
        if kind.is_none() && !(self.symmetric && direction != Direction::Either) {
            return Some(match direction {
                Direction::Either => all,
                Direction::Out => out,
                Direction::In => all - out,
            } as u64);
        }
        // Each side is in the order of kinds.
        let kinds = kinds_of(self.graph, kind);
        let mut total = 0;
        for (first, end, along) in [(0, out, Direction::Out), (out, all, Direction::In)] {
            let mut from = first;
            while let Some((_, tie)) = ties.at(from).filter(|_| from < end) {
                let code = tie.kind;
                let same = |at: usize| ties.at(from + at).is_some_and(|(_, tie)| tie.kind == code);
                let count = partition_point(end - from, same);
                let counts = direction == Direction::Either || direction == along || self.is_symmetric(code.into());
                total += if counts && kinds.has(code) { count } else { 0 };
                from += count;
            }
        }
        Some(total as u64)
    }

    fn hop(&self, direction: Direction, kind: Option<&LabelTest>) -> Hop {
        let kinds = kinds_of(self.graph, kind);
        Hop::new(self.graph, self.filter, direction, kinds)
    }

    #[inline]
    fn each_step(&self, hop: &Hop, node: u32, see: impl FnMut(u32, u32) -> bool) -> usize {
        hop.each(self.graph, self.filter, node, see)
    }

    fn stepped(&self, node: u32, place: u32) -> u32 {
        self.graph.ties(node).link(place as usize)
    }

    #[inline]
    fn around(&self, node: u32) -> usize {
        self.graph.degree(node)
    }

    fn ends(&self, link: u32) -> (u32, u32) {
        self.graph.link(link).map_or((0, 0), |view| (view.from, view.to))
    }

    fn kind_of(&self, link: u32) -> LabelNo {
        self.graph.link(link).map_or(LabelNo::MAX, |view| LabelNo::from(view.tie.kind))
    }

    fn link_keys(&self, keys: &[&str]) -> Option<LinkKeys> {
        let mut set = 0;
        for key in keys {
            set |= match *key {
                "kind" => KIND,
                "grade" => GRADE,
                "modality" => MODALITY,
                "since" | "until" => PERIOD,
                "sources" => SOURCES,
                _ => return None,
            };
        }
        Some(LinkKeys(set))
    }

    #[inline]
    fn likeness(&self, SideTies { ties, first, .. }: SideTies<'_>, place: u32, keys: LinkKeys) -> Option<u64> {
        let place = first + place as usize;
        let (_, tie) = ties.at(place)?;
        let has = |key: u8| keys.0 & key != 0;
        let part = |key: u8, byte: u8, shift: u32| if has(key) { u64::from(byte) << shift } else { 0 };
        let period = if has(PERIOD) { u64::from(tie.period) } else { 0 };
        let sources = if has(SOURCES) { u8::try_from(self.sources(ties.link(place), tie)).ok()? } else { 0 };
        Some(
            period
                | part(KIND, tie.kind, 32)
                | part(GRADE, tie.grade, 40)
                | part(MODALITY, tie.modality, 48)
                | u64::from(sources) << 56,
        )
    }

    fn node_property(&self, node: u32, key: &str) -> Value {
        let Some(view) = self.graph.node(node) else { return Value::Null };
        match key {
            "id" => Value::text(view.id),
            "name" => Value::text(if view.name.is_empty() { view.id } else { view.name }),
            "kind" => Value::text(self.graph.kind_name(view.kind)),
            "type" => self.graph.finer_name(view.finer).map_or(Value::Null, Value::text),
            "names" => Value::list(self.graph.names_of(node).into_iter().map(|(_, name)| Value::text(name)).collect()),
            _ => self.attributes(node).into_iter().find(|(known, _)| known == key).map_or(Value::Null, |(_, v)| v),
        }
    }

    fn link_property(&self, link: u32, key: &str) -> Value {
        let Some(view) = self.graph.link(link) else { return Value::Null };
        let text = |text: Option<String>| text.map_or(Value::Null, Value::text);
        let period = || self.graph.period(view.tie.period);
        match key {
            "id" => Value::text(self.graph.link_id(link)),
            "kind" => Value::text(self.link_kind_name(LabelNo::from(view.tie.kind))),
            "since" => text(period().and_then(Period::since)),
            "until" => text(period().and_then(Period::until)),
            "when" => text(self.graph.show_link(link, Truth::Yes).and_then(|edge| edge.when)),
            "grade" => text(Grade::from_byte(view.tie.grade).map(|grade| grade.to_string())),
            "sources" => Value::Int(self.sources(link, view.tie) as i64),
            "modality" => Value::text(Modality::from_number(view.tie.modality).unwrap_or_default().word()),
            _ => Value::Null,
        }
    }

    fn node_properties(&self, node: u32) -> Vec<(String, Value)> {
        let given = ENTITY_KEYS.into_iter();
        let given = given.map(|key| (key.to_owned(), self.node_property(node, key)));
        given.chain(self.attributes(node)).filter(|(_, value)| !value.is_null()).collect()
    }

    fn link_properties(&self, link: u32) -> Vec<(String, Value)> {
        let properties = LINK_KEYS.iter().map(|key| ((*key).to_owned(), self.link_property(link, key)));
        properties.filter(|(_, value)| !value.is_null()).collect()
    }

    fn named(&self, text: &str, by_name: bool) -> Vec<u32> {
        if by_name { numbers(self.graph.meant(text)) } else { self.graph.by_id(text).into_iter().collect() }
    }

    fn entity(&self, entity: &EntityRef) -> Result<u32, Fault> {
        self.known.entity(entity)
    }

    fn misnamed(&self, sort: Sort, name: &Name) -> Option<Fault> {
        self.known.misnamed(sort, name)
    }

    fn asked_for(&self, sort: Sort, name: &Name) {
        if let Some(Fault { message, help, .. }) = self.known.misnamed(sort, name) {
            let help = help.map_or_else(String::new, |help| format!("; {help}"));
            self.known.note(format!("{message}{help}"));
        }
    }

    fn indexed(&self, key: &str, text: &str) -> Option<Vec<u32>> {
        match key {
            "id" => Some(self.named(text, false)),
            "name" => Some(numbers(self.graph.named(text))),
            _ => None,
        }
    }

    fn claims(&self, link: u32) -> Vec<Value> {
        let numbers: Vec<u32> = self.graph.evidence(link).iter().map(|evidence| evidence.claim).collect();
        self.read(&numbers).iter().map(|claim| self.claim(claim)).collect()
    }
}

/// How many of `0..count` come before the first for which `before` is false.
fn partition_point(count: usize, before: impl Fn(usize) -> bool) -> usize {
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

/// The link kinds of which a condition holds.
pub fn kinds_of(graph: &Graph, test: Option<&LabelTest>) -> KindSet {
    let Some(test) = test else { return KindSet::ALL };
    let mut kinds = KindSet::NONE;
    let codes = (0..=u8::MAX).take(graph.meta().link_kinds.len());
    let passes = |code: &u8| test.holds(&|label| label == LabelNo::from(*code), &|| true);
    codes.filter(passes).for_each(|code| kinds.insert(code));
    kinds
}

/// The entities found, each once, in their order.
fn numbers(hits: Vec<Hit>) -> Vec<u32> {
    let mut found: Vec<u32> = hits.into_iter().map(|hit| hit.entity).collect();
    found.sort_unstable();
    found.dedup();
    found
}
