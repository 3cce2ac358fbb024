//! The query language: lexer, parser, verbs, planner, executor.

pub mod ast;
pub mod diagnostics;
pub mod expression_ast;
pub mod lexer;
pub mod parser;

pub use parser::{parse, scope};
