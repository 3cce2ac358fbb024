//! The query language: lexer, parser, verbs, planner, executor.

pub mod ast;
pub mod bind;
mod budget;
mod claims;
mod context;
pub mod core;
mod desugar;
pub mod diagnostics;
pub mod execute;
pub mod explain;
mod expression;
pub mod expression_ast;
mod found;
pub mod functions;
pub mod graph;
pub mod lexer;
pub mod mapped;
mod marks;
pub mod parser;
pub mod plan;
mod regex;
mod run;
pub mod scratch;
pub mod search;
mod steps;
pub mod value;
mod verbs;

pub use budget::{Budget, Meter};
pub use claims::ClaimSource;
pub use context::Context;
pub use desugar::desugar;
pub use found::{Found, Item};
pub use marks::Scratch;
pub use parser::{parse, scope};
pub use run::{Outcome, QueryError, Run, Timing, micros};
pub use verbs::place;
