//! Any bytes as OFAC's list in XML: a release that fits the schema, or an error with a place.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tieline::read::ofac::ofac_bytes;
use tieline::schema::Schema;

fuzz_target!(|bytes: &[u8]| {
    match ofac_bytes(bytes, Schema::builtin()) {
        Ok(mut release) => assert!(Schema::builtin().check(&mut release.changes).is_ok()),
        Err(problems) => assert!(problems.iter().all(|problem| problem.line > 0)),
    }
});
