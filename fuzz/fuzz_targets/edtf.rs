//! Any text as a date: what can be read is written so that it is read as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tieline::model::Period;

fuzz_target!(|text: &str| {
    match text.parse::<Period>() {
        Ok(period) => {
            let written = period.to_string();
            assert_eq!(written.parse::<Period>().as_ref(), Ok(&period), "{written}");
            assert_eq!(Period::from_bits(period.to_bits()), Some(period));
            let bounds = period.bounds();
            assert!(bounds.start_earliest <= bounds.start_latest && bounds.end_earliest <= bounds.end_latest);
            assert!(bounds.start_earliest <= bounds.end_latest, "{written} ends before it starts");
            let _ = (period.since(), period.until(), bounds.holds_between(0, 1));
        }
        Err(error) => assert!(error.at <= text.len() && !error.message.is_empty()),
    }
});
