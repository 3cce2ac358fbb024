//! Any text as the mapping of a table and any text as the table, parted by a line of `%%`.
#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use tieline::read::csv;
use tieline::schema::Schema;

fuzz_target!(|bytes: &[u8]| {
    let parted = bytes.windows(4).position(|window| window == b"\n%%\n");
    let (mapping, table) = parted.map_or((bytes, &b""[..]), |at| (&bytes[..at + 1], &bytes[at + 4..]));
    let folder = tempfile::tempdir_in(if cfg!(target_os = "linux") { "/dev/shm" } else { "." }).expect("a folder");
    let (mapping_file, table_file) = (folder.path().join("mapping.toml"), folder.path().join("t.csv"));
    fs::write(&mapping_file, mapping).expect("a file");
    fs::write(&table_file, table).expect("a file");
    if let Err(refused) = csv(&mapping_file, &[table_file], Schema::builtin(), &(), &mut |_| ()) {
        assert!(!refused.is_empty() && refused.iter().all(|refused| !refused.message.is_empty()));
    }
});
