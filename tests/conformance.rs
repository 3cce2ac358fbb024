//! The shared read scenarios must all pass.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "../examples/conformance/harness.rs"]
mod harness;

use std::path::PathBuf;

#[test]
fn all_shared_read_scenarios_pass() {
    let shared = std::env::var_os("TIELINE_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let file = shared.join("tck/scenarios.jsonl");
    let Ok(text) = std::fs::read_to_string(&file) else {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", file.display());
        println!("skipped: {} is missing", file.display());
        return;
    };
    let report = harness::run(&text, false).unwrap();
    let (passed, of) = report.total();
    assert_eq!(passed, of, "{}", report.failures.join("\n"));
    assert!(of >= 1856, "{of} scenarios");
}
