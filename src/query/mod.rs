//! The query language: lexer, parser, verbs, planner, executor.

pub mod ast;
pub mod bind;
pub mod budget;
pub mod diagnostics;
pub mod execute;
pub mod explain;
mod expression;
pub mod expression_ast;
pub mod functions;
pub mod graph;
pub mod lexer;
pub mod parser;
pub mod plan;
mod regex;
pub mod scratch;
pub mod search;
pub mod value;

pub use parser::{parse, scope};
