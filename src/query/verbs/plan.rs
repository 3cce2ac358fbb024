//! The plans of verbs: each that asks for a pattern is a plan of the core, made without a detour over its text.

use std::borrow::Cow;

use crate::graph::KindSet;
use crate::model::{Diagnostic, EntityNo};
use crate::query::ast::{Direction, Mode, Name, Selector};
use crate::query::context::{Avoided, Context, KindFilter};
use crate::query::expression_ast::{Binary, Comparison};
use crate::query::lexer::Span;
use crate::query::plan::{Arm, Ex, Expand, LabelTest, Part, Plan, Projected, QueryPlan, Segment, Slot, Source, Step};
use crate::query::search::{Every, LinkTest, Search};
use crate::query::value::Value;

/// The place of the entity that a verb starts from, of the one that it ends at, and of the path between them.
const START: Slot = 0;
const END: Slot = 1;
const PATH: Slot = 2;
/// The place of the link, or of the node, that a condition is tested on.
const LINK: Slot = 3;
const NODE: Slot = 4;

/// Which links and entities a verb goes by.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    /// What the kind of a link must be.
    pub kind: Option<LabelTest>,
    /// Whether links are followed in their direction only.
    pub directed: bool,
    /// The most links of a path.
    pub max: u32,
    /// What is not gone through.
    pub avoided: Avoided,
    /// What the kinds of the entity at the end must be.
    pub of: KindFilter,
}

impl Walk {
    /// Along links of some kinds, in any direction.
    pub fn new(kind: Option<LabelTest>, max: u32) -> Self {
        Self { kind, directed: false, max, avoided: Avoided::default(), of: KindFilter::default() }
    }

    /// Whether nothing limits it.
    pub fn is_free(&self) -> bool {
        self.kind.is_none() && !self.directed && self.avoided.is_empty()
    }

    pub fn direction(&self) -> Direction {
        if self.directed { Direction::Out } else { Direction::Either }
    }

    /// A search for one link over and over. `empty` says whether it may end where it starts.
    pub fn search(&self, selector: Selector, mode: Mode, empty: bool, to_bound: bool) -> Search {
        let link = LinkTest {
            kind: self.kind.clone(),
            direction: self.direction(),
            filters: Vec::new(),
            slot: LINK,
            list: None,
            repeated: true,
            named: false,
            group: None,
        };
        let mut search = Search::repeated(link, empty, (START, END), PATH);
        search.to_bound = to_bound;
        search.selector = selector;
        search.mode = mode;
        search.longest = Some(self.max);
        search.open = !empty;
        search.every_node = avoiding(&self.avoided);
        search.end_labels.extend(self.of.test());
        search
    }
}

/// What must not hold of the nodes inside a path.
fn avoiding(avoided: &Avoided) -> Vec<Every> {
    let node = || Box::new(Ex::Slot(NODE));
    let is = |entity: &EntityNo| Ex::Compare(node(), vec![(Comparison::Equal, Ex::Constant(Value::Node(*entity)))]);
    let labels = |test| Ex::Labels(node(), Box::new((test, LabelTest::Is(None))), Span::default());
    let conditions = avoided.entities.iter().map(is).chain(avoided.kinds.test().map(labels));
    conditions.map(|ex| Every { slot: NODE, ex, wanted: false, first: false, last: false }).collect()
}

/// Lets the conditions of a search hold where a node is entered, and not only where it is left; `ends` are entered whatever
/// they are.
pub(super) fn entering(search: &mut Search, ends: &[EntityNo]) {
    let nodes = Value::list(ends.iter().map(|end| Value::Node(*end)).collect());
    for every in &mut search.every_node {
        let is_end = Ex::Binary(Binary::In, Box::new((Ex::Slot(NODE), Ex::Constant(nodes.clone()))), Span::default());
        let avoided = std::mem::replace(&mut every.ex, Ex::Constant(Value::Null));
        every.ex = Ex::And(vec![Ex::Not(Box::new(is_end), Span::default()), avoided], Span::default());
        (every.first, every.last) = (true, true);
    }
}

/// What a link must be: of one of the kinds that are given, if any are, and of one of those that are `left`.
pub(super) fn link_kinds(context: &Context<'_>, via: &[Name], left: KindSet) -> Result<Option<LabelTest>, Diagnostic> {
    let codes = |set: &KindSet, has: bool| -> Vec<LabelTest> {
        let all = (0..=u8::MAX).take(context.graph.meta().link_kinds.len());
        all.filter(|code| set.has(*code) == has).map(|code| LabelTest::Is(Some(code.into()))).collect()
    };
    let one_of = |mut tests: Vec<LabelTest>| match tests.len() {
        1 => tests.remove(0),
        _ => LabelTest::Or(tests),
    };
    let mut tests = Vec::new();
    if !via.is_empty() {
        tests.push(one_of(codes(&context.link_kinds(via)?, true)));
    }
    tests.extend(codes(&left, false).into_iter().map(|test| LabelTest::Not(Box::new(test))));
    Ok(match tests.len() {
        0 => None,
        1 => tests.pop(),
        _ => Some(LabelTest::And(tests)),
    })
}

impl KindFilter {
    /// The same as a condition on labels; nothing if every entity is kept.
    fn test(&self) -> Option<LabelTest> {
        let labels: Vec<LabelTest> = self.labels().map(|label| LabelTest::Is(Some(label))).collect();
        (!self.is_trivial()).then_some(LabelTest::Or(labels))
    }
}

fn scan(slot: Slot, entity: EntityNo) -> Step {
    Step::Scan(slot, Source::Nodes(vec![entity]))
}

fn whole(steps: Vec<Step>, items: Vec<(Slot, Ex)>, slots: usize, names: Vec<(Slot, Cow<'static, str>)>) -> Plan {
    let output = items.iter().map(|(slot, _)| *slot).collect();
    let projection = Projected {
        items,
        grouping: None,
        distinct: false,
        order: Vec::new(),
        skip: None,
        limit: None,
        filter: None,
        span: Span::default(),
    };
    let part = Part { segments: vec![Segment { steps, projection: Some(projection) }], output };
    let query = QueryPlan { parts: vec![part], all: false, columns: Vec::new() };
    Plan { query, slots, names, unknown: Vec::new() }
}

/// The plan of a search from an entity, to another one if it is given.
pub(super) fn plan(start: EntityNo, end: Option<EntityNo>, search: Search) -> Plan {
    let mut steps = Vec::with_capacity(3);
    steps.push(scan(START, start));
    steps.extend(end.map(|end| scan(END, end)));
    steps.push(Step::Search(Box::new(search)));
    let item = if end.is_some() { PATH } else { END };
    let names = [(START, "a"), (END, "b"), (PATH, "p"), (NODE, "n")].map(|(slot, name)| (slot, Cow::Borrowed(name)));
    whole(steps, vec![(item, Ex::Slot(item))], NODE + 1, names.into())
}

/// The plan for entities that have a link of a kind to each of several others: first the entity, then the links.
pub(super) fn common(entities: &[EntityNo], kind: Option<&LabelTest>, of: &KindFilter) -> Plan {
    let count = entities.len();
    let (shared, link) = (count, |at: usize| count + 1 + at);
    let mut steps: Vec<Step> = entities.iter().enumerate().map(|(at, entity)| scan(at, *entity)).collect();
    let arm = |at: usize| {
        let expand = Expand {
            from: at,
            link: link(at),
            link_bound: false,
            to: shared,
            to_bound: false,
            direction: Direction::Either,
            kind: kind.cloned(),
            differs: Vec::new(),
            only_counted: false,
        };
        Arm { expand, peers: (0..count).filter(|other| *other != at).collect() }
    };
    steps.push(Step::Intersect((0..count).map(arm).collect()));
    let span = Span::default();
    let given = Value::list(entities.iter().map(|entity| Value::Node(*entity)).collect());
    let is_given = Ex::Binary(Binary::In, Box::new((Ex::Slot(shared), Ex::Constant(given))), span);
    steps.push(Step::Filter(Ex::Not(Box::new(is_given), span)));
    let labels = |test| Ex::Labels(Box::new(Ex::Slot(shared)), Box::new((test, LabelTest::Is(None))), span);
    steps.extend(of.test().map(labels).map(Step::Filter));
    let items = std::iter::once(shared).chain((0..count).map(link)).map(|slot| (slot, Ex::Slot(slot))).collect();
    let name = |(prefix, slot, at)| (slot, Cow::Owned(format!("{prefix}{at}")));
    let names = (0..count).flat_map(|at| [("a", at, at), ("l", link(at), at)]).map(name);
    whole(steps, items, 2 * count + 1, names.chain([(shared, "b".into())]).collect())
}
