//! What the fuzzer calls: nothing else can hand the store a frame.

use super::frame::Frame;
use super::rows::{CommitRecord, Description, Refinement, Retraction, Row};
use crate::model::{Claim, Entity};

/// Reads bytes as a frame of each table. What can be read is written and read again, and must be as long.
pub fn frame(bytes: &[u8]) {
    let Ok(frame) = Frame::check(b"", bytes) else { return };
    let Ok(raw) = frame.raw() else { return };
    rows::<Claim>(&raw, frame.count);
    rows::<Entity>(&raw, frame.count);
    rows::<Refinement>(&raw, frame.count);
    rows::<Description>(&raw, frame.count);
    rows::<Box<str>>(&raw, frame.count);
    rows::<Retraction>(&raw, frame.count);
    rows::<CommitRecord>(&raw, frame.count);
}

fn rows<R: Row>(raw: &[u8], count: usize) {
    let Ok(rows) = R::decode(raw, 0, count) else { return };
    let again = R::encode(&rows).and_then(|raw| R::decode(&raw, 0, rows.len()));
    assert!(again.is_ok_and(|again| again.len() == rows.len()), "rows that were read cannot be written and read again");
}
