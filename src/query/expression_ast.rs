//! The syntax tree of an expression.

use super::ast::{EntityRef, LabelExpr, Name, PathPattern, Query};
use super::lexer::Span;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
    /// How many expressions are nested in it at most, itself included: what walks the tree can rely on a small bound.
    pub height: u16,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Text(Box<str>),
    /// An entity by its id.
    Entity(EntityRef),
    /// `$name`.
    Parameter(Box<str>),
    /// A variable.
    Variable(Box<str>),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{key: value}`.
    Map(Vec<(Name, Expr)>),
    /// `a.key`.
    Property(Box<Expr>, Name),
    /// `a[b]`.
    Index(Box<Expr>, Box<Expr>),
    /// `a[b..c]`.
    Slice(Box<Expr>, Option<Box<Expr>>, Option<Box<Expr>>),
    /// `a:Label`.
    HasLabels(Box<Expr>, Box<LabelExpr>),
    /// A sign or `not` before an operand.
    Unary(Unary, Box<Expr>),
    /// An operator between two operands.
    Binary(Binary, Box<Expr>, Box<Expr>),
    /// `a and b and ...`.
    And(Vec<Expr>),
    /// `a or b or ...`.
    Or(Vec<Expr>),
    /// `a < b <= c ...`: each neighbouring pair must hold.
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    /// `a is null`, or `a is not null` if the second is true.
    IsNull(Box<Expr>, bool),
    /// `case`.
    Case(Box<Case>),
    /// `name(arguments)`.
    Call(Box<Call>),
    /// `count(*)`.
    CountStar,
    /// `[x in list where filter | map]`.
    Comprehension(Box<Comprehension>),
    /// `all(x in list where filter)` and its like.
    Quantified(Quantifier, Box<Comprehension>),
    /// `reduce(sum = 0, x in list | sum + x)`.
    Reduce(Box<Reduce>),
    /// `[p = (a)-->(b) where filter | map]`.
    PatternComprehension(Box<PatternComprehension>),
    /// A pattern as a condition.
    Pattern(Box<Nested<PathPattern>>),
    /// `shortestPath(...)` as a value.
    Path(Box<Nested<PathPattern>>),
    /// `exists { ... }`.
    Exists(Box<Nested<Query>>),
    /// `count { ... }`.
    CountQuery(Box<Nested<Query>>),
}

/// Something that holds expressions, with the height of the highest of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Nested<T> {
    /// What it is.
    pub inner: T,
    /// The height of the highest expression in it.
    pub height: u16,
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the operators")]
pub enum Unary {
    Not,
    Minus,
    Plus,
}

/// An operator between its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the operators")]
pub enum Binary {
    Xor,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    In,
    StartsWith,
    EndsWith,
    Contains,
    Matches,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the comparisons")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// `case subject when ... then ... else ... end`.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What each `when` is compared with; without it, each `when` is a condition.
    pub subject: Option<Expr>,
    /// `when` and `then`.
    pub branches: Vec<(Expr, Expr)>,
    /// `else`.
    pub otherwise: Option<Expr>,
}

/// A function call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function.
    pub name: Name,
    /// Whether equal arguments count once, in an aggregation.
    pub distinct: bool,
    /// The arguments.
    pub arguments: Vec<Expr>,
}

/// A variable that goes through a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Comprehension {
    /// The variable.
    pub variable: Name,
    /// The list.
    pub list: Expr,
    /// What must hold.
    pub filter: Option<Expr>,
    /// What is made of each element.
    pub map: Option<Expr>,
}

/// How many elements must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the quantifiers")]
pub enum Quantifier {
    All,
    Any,
    None,
    Single,
}

/// A fold over a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Reduce {
    /// The variable for what has been gathered.
    pub total: Name,
    /// Its first value.
    pub start: Expr,
    /// The variable for the element.
    pub variable: Name,
    /// The list.
    pub list: Expr,
    /// Its next value.
    pub step: Expr,
}

/// A list of what is made of each match of a pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternComprehension {
    /// The pattern, with its path variable if there is one.
    pub pattern: Nested<PathPattern>,
    /// What must hold.
    pub filter: Option<Expr>,
    /// What is made of each match.
    pub map: Expr,
}

impl ExprKind {
    /// The expressions directly inside, without those in patterns and subqueries.
    pub fn inside(&self) -> Vec<&Expr> {
        match self {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Text(_)
            | ExprKind::Entity(_)
            | ExprKind::Parameter(_)
            | ExprKind::Variable(_)
            | ExprKind::CountStar
            | ExprKind::Pattern(_)
            | ExprKind::Path(_)
            | ExprKind::Exists(_)
            | ExprKind::CountQuery(_) => Vec::new(),
            ExprKind::List(items) | ExprKind::And(items) | ExprKind::Or(items) => items.iter().collect(),
            ExprKind::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
            ExprKind::Property(a, _) | ExprKind::HasLabels(a, _) | ExprKind::Unary(_, a) | ExprKind::IsNull(a, _) => {
                vec![&**a]
            }
            ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => vec![&**a, &**b],
            ExprKind::Slice(a, from, to) => {
                let ends = [from, to].into_iter().flatten().map(|end| &**end);
                ends.chain([&**a]).collect()
            }
            ExprKind::Compare(first, rest) => rest.iter().map(|(_, expr)| expr).chain([&**first]).collect(),
            ExprKind::Case(case) => {
                let branches = case.branches.iter().flat_map(|(when, then)| [when, then]);
                branches.chain(&case.subject).chain(&case.otherwise).collect()
            }
            ExprKind::Call(call) => call.arguments.iter().collect(),
            ExprKind::Comprehension(inner) | ExprKind::Quantified(_, inner) => {
                [&inner.list].into_iter().chain(&inner.filter).chain(&inner.map).collect()
            }
            ExprKind::Reduce(reduce) => vec![&reduce.start, &reduce.list, &reduce.step],
            ExprKind::PatternComprehension(inner) => inner.filter.iter().chain([&inner.map]).collect(),
        }
    }

    /// The greatest height among the expressions directly inside, those in patterns and subqueries included.
    pub fn height_inside(&self) -> u16 {
        let nested = match self {
            ExprKind::PatternComprehension(inner) => inner.pattern.height,
            ExprKind::Pattern(inner) | ExprKind::Path(inner) => inner.height,
            ExprKind::Exists(inner) | ExprKind::CountQuery(inner) => inner.height,
            _ => 0,
        };
        self.inside().into_iter().map(|expr| expr.height).fold(nested, u16::max)
    }
}
