//! Any bytes as a file of FollowTheMoney's JSON lines: changes that fit the schema, or messages with their places.
//!
//! `cargo +nightly fuzz run ftm`
#![no_main]

use libfuzzer_sys::fuzz_target;
use tieline::read::ftm::ftm_bytes;
use tieline::schema::Schema;
use tieline::schema::ftm::{from_id, to_id};

fuzz_target!(|bytes: &[u8]| {
    match ftm_bytes(bytes, Schema::builtin()) {
        Ok(mut imported) => assert!(Schema::builtin().check(&mut imported.changes).is_ok()),
        Err(problems) => assert!(!problems.is_empty()),
    }
    if let Ok(id) = std::str::from_utf8(bytes)
        && let Some(ours) = to_id(id)
    {
        assert_eq!(from_id(&ours), id);
    }
});
