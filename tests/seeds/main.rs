//! Seed files through the reader: what `seeds/` says beside what the document says, and what bad files are told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod bad_input;
#[path = "../common/mod.rs"]
mod common;
mod gold;
