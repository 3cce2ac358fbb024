//! Seed files through the reader: what `seeds/` says beside what the document says, and what bad files are told.

mod bad_input;
mod gold;
