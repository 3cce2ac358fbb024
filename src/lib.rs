//! Tieline: a knowledge-graph database of extremist organisations and the ties between them.
//!
//! Everything is a claim, and every answer can show its sentence.

pub mod cli;
pub mod database;
pub mod extract;
pub mod generate;
pub mod graph;
pub mod model;
pub mod names;
pub mod query;
pub mod read;
pub mod repl;
pub mod resolve;
pub mod schema;
pub mod store;
pub mod write;

pub use database::{Database, DatabaseError, Session};
