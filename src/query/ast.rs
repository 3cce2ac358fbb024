//! The syntax tree of a statement. Everything that a message may have to point at has its [`Span`].

use super::expression_ast::Expr;
use super::lexer::Span;
use crate::model::{Grade, Modality, Period};

/// A value and its place in the query.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

/// A name, and its place in the query.
pub type Name = Spanned<Box<str>>;

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Whether to show the plan, or the plan with what it did, instead of the answer.
    pub explain: Option<Explain>,
    /// What is asked.
    pub body: Body,
    /// Which claims count.
    pub scope: ScopeAst,
    /// What happens to the answer, in order.
    pub pipes: Vec<Spanned<Pipe>>,
    /// The file that the answer is written to.
    pub file: Option<Spanned<String>>,
}

/// What to show of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explain {
    /// The plan, without running it.
    Explain,
    /// The plan with rows, visited links and time of each operator.
    Profile,
}

/// What a statement asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A verb.
    Verb(Verb),
    /// A `match ... return ...` query.
    Query(Query),
}

/// How an entity is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityForm {
    /// By its id, `@ttp`.
    Id,
    /// By one of its names.
    Name,
}

/// An entity as a statement names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityRef {
    /// The id without `@`, or the name without quotes.
    pub text: String,
    /// Which of the two.
    pub form: EntityForm,
    /// Its place.
    pub span: Span,
}

/// A verb with its arguments. Lists are empty where their clause is not given.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// Entities by name, ranked.
    Find {
        /// The name looked for.
        text: Spanned<String>,
        /// Kinds or finer types.
        of: Vec<Name>,
        /// How many at most.
        limit: Option<u32>,
    },
    /// The dossier of an entity.
    Show {
        /// The entity.
        entity: EntityRef,
    },
    /// What is tied to an entity.
    Neighbours {
        /// The entity.
        entity: EntityRef,
        /// How many links away at most; 1 unless given.
        within: u32,
        /// Link kinds to follow.
        via: Vec<Name>,
        /// Kinds or finer types to keep.
        of: Vec<Name>,
        /// Whether links are followed in their direction only.
        directed: bool,
        /// How many at most.
        limit: Option<u32>,
    },
    /// Paths between two entities.
    Path(PathVerb),
    /// The smallest subgraph that joins entities.
    Between {
        /// Two or more.
        entities: Vec<EntityRef>,
        /// The longest path between two of them.
        max: Option<u32>,
        /// Link kinds to follow.
        via: Vec<Name>,
        /// What not to go through.
        avoid: Vec<Avoid>,
    },
    /// What all of some entities are tied to.
    Common {
        /// Two or more.
        entities: Vec<EntityRef>,
        /// Link kinds to follow.
        via: Vec<Name>,
        /// Kinds or finer types to keep.
        of: Vec<Name>,
    },
    /// The dated claims about an entity in the order of time.
    Timeline {
        /// The entity.
        entity: EntityRef,
        /// Only this time.
        range: Option<Spanned<Period>>,
    },
    /// The claims behind a link.
    Why(Why),
    /// Entities by a measure of their place in the graph.
    Rank {
        /// The measure; degree unless given.
        measure: Measure,
        /// Kinds or finer types to keep.
        of: Vec<Name>,
        /// Link kinds to count.
        via: Vec<Name>,
        /// How many at most.
        limit: Option<u32>,
    },
}

/// The arguments of `path`.
#[derive(Clone, Debug, PartialEq)]
pub struct PathVerb {
    /// Where paths start.
    pub from: EntityRef,
    /// Where they end.
    pub to: EntityRef,
    /// Which paths.
    pub selector: PathSelector,
    /// The most links of a path.
    pub max: Option<u32>,
    /// Link kinds to follow.
    pub via: Vec<Name>,
    /// Entities that a path must go through.
    pub through: Vec<EntityRef>,
    /// What a path may not go through.
    pub avoid: Vec<Avoid>,
    /// Whether links are followed in their direction only.
    pub directed: bool,
}

/// Which paths `path` gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum PathSelector {
    /// One of the shortest.
    #[default]
    AnyShortest,
    /// All of the shortest.
    AllShortest,
    /// The `k` shortest.
    Shortest(u32),
}

/// What a path may not go through.
#[derive(Clone, Debug, PartialEq)]
pub enum Avoid {
    /// Links of this kind, or entities of this kind or finer type.
    Kind(Name),
    /// This entity.
    Entity(EntityRef),
}

/// What `why` explains.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// A link by its number in the last answer, from 1.
    Number(Spanned<u32>),
    /// A link by its id, without `@`.
    Link(Spanned<String>),
    /// All links between two entities.
    Pair(EntityRef, EntityRef),
}

/// A measure of an entity's place in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Measure {
    /// The number of its links.
    #[default]
    Degree,
    /// How often a random walk comes by.
    PageRank,
    /// On how many shortest paths it lies.
    Betweenness,
}

/// Which claims count. Each part is given at most once; what is not given admits everything.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ScopeAst {
    /// When a link must hold.
    pub time: Option<Spanned<TimeScope>>,
    /// Only what was known on this day.
    pub known_on: Option<Spanned<Period>>,
    /// The least grade.
    pub grade: Option<Spanned<Grade>>,
    /// The least number of sources.
    pub sources: Option<Spanned<u32>>,
    /// The modalities that count; empty for all.
    pub modality: Vec<Spanned<Modality>>,
    /// The sources that count, by id; empty for all.
    pub from_source: Vec<Spanned<String>>,
}

impl ScopeAst {
    /// Whether nothing is given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// When a link must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeScope {
    /// `as of`: at some time in the period.
    AsOf(Period),
    /// `during`: at some time in the interval.
    During(Period),
}

/// What happens to an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pipe {
    /// It is rendered.
    Render(Format),
    /// It is reduced to the number of its rows.
    Count,
    /// It is reduced to the number of entities of each kind.
    CountByKind,
    /// It is reduced to the ids of its entities.
    Ids,
}

/// How an answer is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the formats")]
pub enum Format {
    Dot,
    Csv,
    Json,
    Jsonl,
    Table,
    Box,
    Markdown,
    Ftm,
}

/// A query: parts joined by `union`.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// The clauses of each part.
    pub parts: Vec<Vec<Clause>>,
    /// Whether duplicates stay (`union all`); means nothing for one part.
    pub all: bool,
    /// Where a `union` stands that mixes the two sorts, if one does.
    pub mixed_union: Option<Span>,
}

/// A clause of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum Clause {
    /// `match` or `optional match`.
    Match {
        /// Whether a row without a match stays, with nulls.
        optional: bool,
        /// What is to be found.
        patterns: Vec<PathPattern>,
        /// What must hold of it.
        filter: Option<Expr>,
        /// Its place.
        span: Span,
    },
    /// `unwind LIST as NAME`.
    Unwind {
        /// The list.
        list: Expr,
        /// The variable for its elements.
        variable: Name,
    },
    /// `with`.
    With(Projection),
    /// `return`.
    Return(Projection),
    /// `create`: for scratch graphs only.
    Create {
        /// What is made.
        patterns: Vec<PathPattern>,
        /// Its place.
        span: Span,
    },
}

/// What `with` and `return` make of the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// Whether equal rows become one.
    pub distinct: bool,
    /// Whether all variables are kept (`*`).
    pub star: bool,
    /// The columns after the star.
    pub items: Vec<Item>,
    /// `order by`: expression and whether it descends.
    pub order: Vec<(Expr, bool)>,
    /// `skip`.
    pub skip: Option<Expr>,
    /// `limit`.
    pub limit: Option<Expr>,
    /// `where` after `with`.
    pub filter: Option<Expr>,
    /// The place of the clause's word.
    pub span: Span,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its value.
    pub expr: Expr,
    /// Its name by `as`.
    pub alias: Option<Name>,
    /// Its text in the query, which is its name without `as`.
    pub span: Span,
}

/// A path pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct PathPattern {
    /// The variable for the path.
    pub variable: Option<Name>,
    /// Which of the paths between two ends; all where none is given.
    pub selector: Selector,
    /// What the cheapest paths are cheapest by; given with that selector only.
    pub cost: Option<Box<Cost>>,
    /// What a path may repeat.
    pub mode: Mode,
    /// Whether the selector was written as `shortestPath(...)` or `allShortestPaths(...)`.
    pub legacy_shortest: bool,
    /// Nodes, links and groups in their order; begins and ends with a node or a group.
    pub elements: Vec<Element>,
    /// What must hold of each path, before the selector chooses among them.
    pub filter: Option<Box<Expr>>,
    /// Its place.
    pub span: Span,
}

/// Which of the paths between each two ends are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Selector {
    /// All of them.
    #[default]
    All,
    /// Any `k` of them.
    Any(u32),
    /// Any one of the shortest.
    AnyShortest,
    /// All of the shortest.
    AllShortest,
    /// The `k` shortest.
    Shortest(u32),
    /// Those of the `k` least lengths.
    ShortestGroups(u32),
    /// The `k` cheapest.
    Cheapest(u32),
}

/// What a path costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// The cost of a link.
    pub expr: Expr,
    /// Whether a path costs as much as its dearest link, not as all of them together.
    pub weakest: bool,
}

/// What a path may repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// No link within a whole `match`: the rule where no mode is written.
    #[default]
    Default,
    /// Everything.
    Walk,
    /// No link.
    Trail,
    /// No node.
    Acyclic,
    /// No node but the first, which may also be the last.
    Simple,
}

/// A part of a path pattern.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// A node.
    Node(NodePattern),
    /// A link.
    Link(LinkPattern),
    /// A part that is repeated.
    Group(Group),
}

/// A node of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct NodePattern {
    /// Its variable.
    pub variable: Option<Name>,
    /// What its labels must be.
    pub labels: Option<LabelExpr>,
    /// The entity that it must be.
    pub entity: Option<EntityRef>,
    /// What its properties must be: a map, or (refused later) a parameter.
    pub properties: Option<Expr>,
    /// What must hold of it.
    pub filter: Option<Box<Expr>>,
    /// Its place.
    pub span: Span,
}

/// A link of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkPattern {
    /// Its variable.
    pub variable: Option<Name>,
    /// What its kind must be.
    pub labels: Option<LabelExpr>,
    /// How often it is repeated.
    pub repeat: Option<Repeat>,
    /// What its properties must be.
    pub properties: Option<Expr>,
    /// What must hold of it.
    pub filter: Option<Box<Expr>>,
    /// Where it points.
    pub direction: Direction,
    /// Its place.
    pub span: Span,
}

/// A repeated part of a path pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its nodes and links; begins and ends with a node.
    pub elements: Vec<Element>,
    /// What must hold of each repetition.
    pub filter: Option<Box<Expr>>,
    /// How often it is repeated.
    pub repeat: Repeat,
    /// Its place.
    pub span: Span,
}

/// How often something is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// At least.
    pub min: u32,
    /// At most; `None` for any number.
    pub max: Option<u32>,
    /// Whether it was written inside the brackets, as `*1..3`.
    pub legacy: bool,
}

/// Where a link of a pattern points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the next node.
    Out,
    /// To the node before.
    In,
    /// To either.
    Either,
}

/// What labels must be.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelExpr {
    /// This one is among them.
    Is(Name),
    /// There is one (`%`).
    Any,
    /// This does not hold (`!`).
    Not(Box<LabelExpr>),
    /// All of these hold (`&`, or `:A:B`).
    And(Vec<LabelExpr>),
    /// One of these holds (`|`).
    Or(Vec<LabelExpr>),
}
