//! The query language: lexer, parser, verbs, planner, executor.

pub mod ast;
mod budget;
mod claims;
mod context;
mod desugar;
pub mod diagnostics;
pub mod expression_ast;
mod found;
pub mod lexer;
mod marks;
pub mod parser;
mod paths;
mod run;
mod verbs;

pub use budget::Budget;
pub use claims::ClaimSource;
pub use desugar::desugar;
pub use found::{Found, Item};
pub use parser::{parse, scope};
pub use paths::Scratch;
pub use run::{Outcome, QueryError, Run, Timing, micros};
pub use verbs::place;
