//! Plans: queries with every name resolved, in the order in which they are carried out.

use std::borrow::Cow;
use std::sync::Arc;

use super::ast::Direction;
use super::expression_ast::{Binary, Comparison, Quantifier};
use super::functions::{Aggregate, Function};
use super::graph::LabelNo;
use super::lexer::Span;
use super::search::Search;
use super::value::Value;

/// The place of a variable in a row.
pub type Slot = usize;

/// A planned query.
#[derive(Debug)]
pub struct Plan {
    /// What is carried out.
    pub query: QueryPlan,
    /// How many places a row has.
    pub slots: usize,
    /// The names of variables, by place.
    pub names: Vec<(Slot, Cow<'static, str>)>,
    /// Labels and kinds of links that the graph does not know.
    pub unknown: Vec<Box<str>>,
}

impl Plan {
    /// The first path search, and its step.
    pub fn search(&self) -> Option<(&Step, &Search)> {
        let segments = self.query.parts.iter().flat_map(|part| &part.segments);
        segments.flat_map(|segment| &segment.steps).find_map(|step| match step {
            Step::Search(search) => Some((step, &**search)),
            _ => None,
        })
    }
}

/// Parts joined by `union`.
#[derive(Debug)]
pub struct QueryPlan {
    /// Each part.
    pub parts: Vec<Part>,
    /// Whether duplicates stay.
    pub all: bool,
    /// The names of the columns.
    pub columns: Vec<Box<str>>,
}

/// One part of a union.
#[derive(Debug)]
pub struct Part {
    /// Its segments, each the source of the next.
    pub segments: Vec<Segment>,
    /// Where the columns stand in the rows that come out.
    pub output: Vec<Slot>,
}

/// Steps, and the `with` or `return` that ends them.
#[derive(Debug, Default)]
pub struct Segment {
    /// What is done for each row that comes in.
    pub steps: Vec<Step>,
    /// What is made of the rows that come out; nothing at the end of a subquery or a `create`.
    pub projection: Option<Projected>,
}

/// A `with` or `return`.
#[derive(Debug)]
pub struct Projected {
    /// Columns: where they go, and their values. With grouping, they are evaluated once for each group.
    pub items: Vec<(Slot, Ex)>,
    /// Grouping, if there is an aggregation.
    pub grouping: Option<Grouping>,
    /// Whether rows with equal items become one.
    pub distinct: bool,
    /// Order: value, and whether it descends.
    pub order: Vec<(Ex, bool)>,
    /// How many rows to leave out.
    pub skip: Option<Ex>,
    /// How many rows to keep.
    pub limit: Option<Ex>,
    /// What must hold of a row.
    pub filter: Option<Ex>,
    /// The place of the clause.
    pub span: Span,
}

/// Rows with equal keys become one.
#[derive(Debug)]
pub struct Grouping {
    /// Where the keys go, and their values.
    pub keys: Vec<(Slot, Ex)>,
    /// What is gathered.
    pub calls: Vec<Gather>,
}

/// An aggregation.
#[derive(Debug)]
pub struct Gather {
    /// Where the result goes.
    pub slot: Slot,
    /// Which.
    pub function: Aggregate,
    /// Whether equal values count once.
    pub distinct: bool,
    /// What is gathered; nothing for `count(*)`.
    pub value: Option<Ex>,
    /// A second argument.
    pub second: Option<Ex>,
    /// Its place.
    pub span: Span,
}

/// A step. Each takes a row and gives any number of rows on.
#[derive(Debug)]
pub enum Step {
    /// All nodes from a source.
    Scan(Slot, Source),
    /// The links of a node.
    Expand(Expand),
    /// A node to which several nodes have links.
    Intersect(Vec<Arm>),
    /// Paths, by an automaton.
    Search(Box<Search>),
    /// Only rows of which this holds.
    Filter(Ex),
    /// A path made of what has been found.
    Path(Slot, Vec<Slot>),
    /// The rows of these steps, or the row with nulls if there are none.
    Optional(Vec<Step>, Vec<Slot>),
    /// A row for each element of a list.
    Unwind(Ex, Slot),
    /// New nodes and links of a scratch graph.
    Create(Vec<Creation>),
}

/// Where nodes come from.
#[derive(Debug)]
pub enum Source {
    /// All nodes.
    All,
    /// Nodes with a label; none if the graph does not know it.
    Label(Option<LabelNo>),
    /// These nodes: one that was named, or those that an index gave.
    Nodes(Vec<u32>),
}

/// From a node along a link to another node.
#[derive(Debug)]
pub struct Expand {
    /// The node that is known.
    pub from: Slot,
    /// Where the link goes.
    pub link: Slot,
    /// Whether the link is known already.
    pub link_bound: bool,
    /// Where the other node goes.
    pub to: Slot,
    /// Whether the other node is known already.
    pub to_bound: bool,
    /// Where the link points, seen from `from`.
    pub direction: Direction,
    /// What its kind must be.
    pub kind: Option<LabelTest>,
    /// Links and lists of links that it must differ from.
    pub differs: Vec<Slot>,
    /// Whether nothing depends on the link or the other node but how many there are.
    pub only_counted: bool,
}

/// One of the links of a [`Step::Intersect`].
#[derive(Debug)]
pub struct Arm {
    /// The link, from a known node to the one that all arms share.
    pub expand: Expand,
    /// Those other arms whose links it must differ from.
    pub peers: Vec<usize>,
}

/// A node or a link to make.
#[derive(Debug)]
pub struct Creation {
    /// Where it goes.
    pub slot: Slot,
    /// Labels, or the one kind.
    pub labels: Vec<Box<str>>,
    /// Properties.
    pub properties: Option<Ex>,
    /// The ends of a link.
    pub ends: Option<(Slot, Slot)>,
}

/// A condition on labels, resolved in a graph.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelTest {
    /// This one is there; never, if the graph does not know it.
    Is(Option<LabelNo>),
    /// There is one.
    Any,
    /// Not this.
    Not(Box<LabelTest>),
    /// All of these.
    And(Vec<LabelTest>),
    /// One of these.
    Or(Vec<LabelTest>),
}

impl LabelTest {
    /// Whether it holds of a thing whose labels `has` tells.
    pub fn holds(&self, has: &impl Fn(LabelNo) -> bool, any: &impl Fn() -> bool) -> bool {
        match self {
            LabelTest::Is(label) => label.is_some_and(has),
            LabelTest::Any => any(),
            LabelTest::Not(inner) => !inner.holds(has, any),
            LabelTest::And(list) => list.iter().all(|inner| inner.holds(has, any)),
            LabelTest::Or(list) => list.iter().any(|inner| inner.holds(has, any)),
        }
    }
}

/// An expression with every name resolved.
#[derive(Debug)]
pub enum Ex {
    /// A value.
    Constant(Value),
    /// A parameter.
    Parameter(Box<str>, Span),
    /// A variable.
    Slot(Slot),
    /// A list.
    List(Vec<Ex>),
    /// A map.
    Map(Vec<(Arc<str>, Ex)>),
    /// A property.
    Property(Box<Ex>, Arc<str>, Span),
    /// An element.
    Index(Box<(Ex, Ex)>, Span),
    /// A part of a list.
    Slice(Box<(Ex, Option<Ex>, Option<Ex>)>, Span),
    /// Whether a node or a link has labels. Nodes and links number their labels apart.
    Labels(Box<Ex>, Box<(LabelTest, LabelTest)>, Span),
    /// Negation.
    Not(Box<Ex>, Span),
    /// A minus sign; a plus sign if the second is false.
    Sign(Box<Ex>, bool, Span),
    /// An operator.
    Binary(Binary, Box<(Ex, Ex)>, Span),
    /// All hold.
    And(Vec<Ex>, Span),
    /// One holds.
    Or(Vec<Ex>, Span),
    /// Comparisons of neighbours.
    Compare(Box<Ex>, Vec<(Comparison, Ex)>),
    /// Whether it is null; whether it is not, if the second is true.
    IsNull(Box<Ex>, bool),
    /// `case`.
    Case(Box<CaseEx>),
    /// A function.
    Call(Function, Vec<Ex>, Span),
    /// A list made of a list.
    Comprehension(Box<Through>),
    /// A quantifier.
    Quantified(Quantifier, Box<Through>),
    /// A fold.
    Reduce(Box<ReduceEx>),
    /// Whether there is a row.
    Exists(Box<QueryPlan>),
    /// How many rows there are.
    Count(Box<QueryPlan>),
    /// A value for each row.
    Rows(Box<(Vec<Step>, Ex)>),
    /// The first value of the rows, or null.
    First(Box<(Vec<Step>, Ex)>),
}

/// `case` with every name resolved.
#[derive(Debug)]
pub struct CaseEx {
    /// The subject.
    pub subject: Option<Ex>,
    /// `when` and `then`.
    pub branches: Vec<(Ex, Ex)>,
    /// `else`.
    pub otherwise: Option<Ex>,
}

/// A variable that goes through a list.
#[derive(Debug)]
pub struct Through {
    /// The variable.
    pub slot: Slot,
    /// The list.
    pub list: Ex,
    /// What must hold.
    pub filter: Option<Ex>,
    /// What is made of each.
    pub map: Option<Ex>,
    /// Its place.
    pub span: Span,
}

/// A fold with every name resolved.
#[derive(Debug)]
pub struct ReduceEx {
    /// The variable for what has been gathered.
    pub total: Slot,
    /// Its first value.
    pub start: Ex,
    /// The list.
    pub through: Through,
}
