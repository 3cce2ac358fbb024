//! Runs conformance scenarios: `cargo run --release --example conformance -- FILE [--all]`.
//!
//! A file has one scenario a line, as JSON: set-up queries, a query, parameters, and the expected rows or error. Only
//! scenarios of class `read`, or without a class, are run, unless `--all` is given.

mod harness;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (mut file, mut all) = (None, false);
    for argument in &mut arguments {
        match argument.as_str() {
            "--all" => all = true,
            _ => file = Some(argument),
        }
    }
    let Some(file) = file else {
        eprintln!("usage: conformance FILE [--all]");
        return ExitCode::from(2);
    };
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{file}: {error}");
            return ExitCode::from(2);
        }
    };
    let report = match harness::run(&text, all) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("{file}: {error}");
            return ExitCode::from(2);
        }
    };
    for failure in &report.failures {
        println!("FAILED {failure}");
    }
    for (folder, (passed, of)) in &report.folders {
        println!("{passed:5} of {of:5}  {folder}");
    }
    let (passed, of) = report.total();
    println!("{passed:5} of {of:5}  passed; {} of other classes left out", report.left_out);
    ExitCode::from(u8::from(passed < of))
}
