//! Any bytes as a frame of the store, its checksum taken to be right: rows, or what is wrong with it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| tieline::store::fuzzing::frame(bytes));
