//! The command line.
//!
//! [`Args`] is what is typed, [`run`] has one function a mode, [`Terminal`] is where answers and messages go: results to
//! the standard output, everything else to the standard error. A command ends in a [`Failure`] or not at all.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod args;
mod dedupe;
mod diagnostics;
mod diff;
mod exchange;
mod failure;
mod ingest;
mod lists;
mod names;
mod parameters;
mod progress;
mod review;
mod run;
mod schema;
mod score;
mod screen;
mod statements;
mod terminal;
mod tour;

pub use args::{Args, Colour, Command, Global};
pub use failure::Failure;
pub use parameters::{Given, parameter_name};
pub use run::{history, in_file, keeps_numbers, remember, run};
pub use schema::print as print_schema;
pub use statements::{Statement, continues, ends_in_backslash, is_idle, split};
pub use terminal::{Target, Terminal, count, format_of, looks};
