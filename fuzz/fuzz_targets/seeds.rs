//! Any text as a file of seeds: changes, or everything that is wrong with it. What is right can be loaded.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use tieline::read::seeds;
use tieline::schema::Schema;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir_in(if cfg!(target_os = "linux") { "/dev/shm" } else { "." }).expect("a folder");
    let file = folder.path().join("seed.toml");
    fs::write(&file, bytes).expect("a file");
    match seeds(&[file], Schema::builtin(), &()) {
        Ok(mut changes) => {
            let _ = Schema::builtin().check(&mut changes);
        }
        Err(refused) => assert!(!refused.is_empty() && refused.iter().all(|refused| !refused.message.is_empty())),
    }
});
