//! The process is killed at random moments: what was acknowledged is there, and nothing is torn.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![cfg(unix)]

mod store_common;

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use store_common::{Random, check, commit};
use tieline::store::Store;

const DIRECTORY: &str = "TIELINE_TEST_CRASH_DIRECTORY";
/// How many rounds to run; more than the usual ones take longer.
const ROUNDS: &str = "TIELINE_TEST_CRASH_ROUNDS";

/// Not a test of its own: what the test below starts and kills. It commits without end and says so.
#[test]
#[ignore = "runs until it is killed; started by the other test"]
fn child() {
    let Ok(directory) = env::var(DIRECTORY) else { return };
    let mut store = Store::open_or_create(Path::new(&directory)).unwrap();
    let mut output = std::io::stdout();
    writeln!(output, "\nopened {}", store.counts().commits).unwrap();
    loop {
        let number = store.counts().commits + 1;
        commit(&mut store, number).unwrap();
        writeln!(output, "done {number}").unwrap();
        output.flush().unwrap();
    }
}

/// Runs the child on `directory` and kills it after `delay`; returns the last commit that it acknowledged.
fn run(directory: &Path, delay: Duration) -> u32 {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let lines = output.lines().map_while(Result::ok);
        lines.filter_map(|line| line.strip_prefix("done ")?.parse().ok()).last().unwrap_or(0)
    });
    std::thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_torn() {
    let place = tempfile::tempdir().unwrap();
    let rounds: u64 = env::var(ROUNDS).ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(30);
    let mut random = Random(env::var(ROUNDS).map_or(42, |_| std::process::id().into()));
    let (mut directory, mut acknowledged) = (place.path().join("0"), 0);
    for round in 0..rounds {
        if round % 10 == 0 {
            // Also kills during creation: the first rounds of a directory are short.
            directory = place.path().join(round.to_string());
            acknowledged = 0;
        }
        let delay = if round % 10 < 4 { random.below(30) } else { random.below(250) };
        acknowledged = run(&directory, Duration::from_millis(delay)).max(acknowledged);
        let store = Store::open_or_create(&directory).unwrap_or_else(|error| panic!("round {round}: {error}"));
        let found = check(&store).unwrap_or_else(|error| panic!("round {round}: {error}"));
        assert!(found >= acknowledged, "round {round}: {found} commits of {acknowledged} acknowledged");
        assert_eq!(store.verify().problems, [""; 0], "round {round}");
        acknowledged = found;
    }
}
