//! What can be wrong with a query, as plain data: a class, a code, a place and a message.

use super::lexer::Span;
use crate::model::Diagnostic;

/// When a fault is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Before anything runs: from the text alone.
    Compile,
    /// While the query runs: from the data or the parameters.
    Run,
}

/// The class of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The text is not a query, or not one that makes sense.
    SyntaxError,
    /// A value is of a type that cannot be used here.
    TypeError,
    /// An argument is out of its range.
    ArgumentError,
    /// A computation has no result.
    ArithmeticError,
    /// A parameter that the query names was not given.
    ParameterMissing,
    /// The query was stopped, or ran into a budget that admits no partial answer.
    Stopped,
}

/// What is wrong, as a word that programs can rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each word says itself what is wrong")]
pub enum Code {
    UnexpectedSyntax,
    InvalidNumberLiteral,
    InvalidUnicodeLiteral,
    InvalidUnicodeCharacter,
    IntegerOverflow,
    FloatingPointOverflow,
    InvalidRelationshipPattern,
    InvalidParameterUse,
    InvalidClauseComposition,
    UndefinedVariable,
    VariableAlreadyBound,
    VariableTypeConflict,
    InvalidArgumentType,
    InvalidArgumentValue,
    InvalidNumberOfArguments,
    InvalidAggregation,
    AmbiguousAggregationExpression,
    NestedAggregation,
    NonConstantExpression,
    NegativeIntegerArgument,
    ColumnNameConflict,
    NoExpressionAlias,
    NoVariablesInScope,
    DifferentColumnsInUnion,
    RequiresDirectedRelationship,
    UnknownFunction,
    UnknownEntity,
    AmbiguousEntity,
    UnknownKind,
    UnknownProperty,
    RelationshipUniquenessViolation,
    MapElementAccessByNonString,
    NumberOutOfRange,
    DivisionByZero,
    MissingParameter,
    UnboundedWalk,
    TooLong,
    TooDeep,
    Stopped,
    Budget,
}

/// A fault of a query, at a place in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its class.
    pub class: Class,
    /// Its code.
    pub code: Code,
    /// Its place.
    pub span: Span,
    /// One sentence without a full stop.
    pub message: Box<str>,
    /// What may help.
    pub help: Option<Box<str>>,
}

impl Fault {
    /// A fault of the text.
    pub fn syntax(code: Code, span: Span, message: impl Into<Box<str>>) -> Self {
        Self::new(Class::SyntaxError, code, span, message)
    }

    /// A fault of any class.
    pub fn new(class: Class, code: Code, span: Span, message: impl Into<Box<str>>) -> Self {
        Self { class, code, span, message: message.into(), help: None }
    }

    /// The same fault with what may help.
    #[must_use]
    pub fn help(mut self, help: impl Into<Box<str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The fault as a message about its query.
    pub fn diagnostic(&self, text: &str) -> Diagnostic {
        let found = Diagnostic::new(text, self.span.range(), &*self.message);
        match &self.help {
            Some(help) => found.help(&**help),
            None => found,
        }
    }
}
