//! The program as it is used: every command, what it says where, and with which exit code it ends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod bad_input;
mod commands;
#[path = "../common/mod.rs"]
mod common;
mod damage;
mod explosions;
mod militants;
mod own_schema;
mod parameters;
mod prompt;
