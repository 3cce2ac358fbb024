//! A full disk under the program: at whatever moment there is no room left, it says so, nothing that was acknowledged is
//! lost, questions are still answered, and once there is room everything goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{Home, Ran};

/// Where the small disk is: for the test's own second process.
const SMALL_DISK: &str = "TIELINE_TEST_SMALL_DISK_OF_PROGRAM";
const PAGE: usize = 4096;

/// A note with twenty sentences that no packing makes short.
fn note(number: u32) -> String {
    let mut state = u64::from(number) + 1;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + (state >> 33) as u8 % 26)
    };
    let mut note = format!(
        "[source]\nid = \"note-{number}\"\ntitle = \"Note {number}\"\n\n[[entity]]\nid = \"ttp\"\nkind = \"Organisation\"\nnames = [\"TTP\"]\n\n\
         [[entity]]\nid = \"leader-{number}\"\nkind = \"Person\"\nnames = [\"Leader {number}\"]\n\n"
    );
    for _ in 0..20 {
        let sentence: String = (0..3000).map(|_| letter()).collect();
        note +=
            &format!("[[link]]\nfrom = \"ttp\"\nkind = \"led_by\"\nto = \"leader-{number}\"\ntext = \"{sentence}\"\n");
    }
    note
}

/// Fills the disk but for `pages` pages.
fn fill(ballast: &Path, pages: usize) {
    let mut file = fs::File::create(ballast).unwrap();
    while file.write_all(&[7; PAGE]).is_ok() {}
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub((pages * PAGE) as u64)).unwrap();
}

/// The program with its database on the small disk.
fn run(home: &Home, disk: &Path, arguments: &[&str]) -> Ran {
    let mut command = home.command(arguments);
    command.env("TIELINE_DB", disk.join("db"));
    common::finish(command)
}

#[track_caller]
fn says_that_it_is_full(ran: &Ran) {
    let Ran { code, out, err } = ran;
    assert!(matches!(code, 1 | 3) && !err.contains("panicked"), "{code}: {out}\n{err}");
    assert!(err.contains("no room left"), "{code}: {out}\n{err}");
}

/// Not a test of its own: the rounds, with a small disk to run them on.
#[test]
#[ignore = "needs a small disk; started by the other test"]
fn rounds() {
    let Some(disk) = std::env::var_os(SMALL_DISK) else { return };
    let disk = Path::new(&disk);
    let home = Home::new();
    home.run(["bench", "generate", "--entities", "1000", "--out", "made"]).ok();
    let import = ["--quiet", "import", "csv", "--mapping", "made/mapping.toml", "made/entities.csv", "made/links.csv"];
    let ballast = disk.join("ballast");
    // An import that has no room leaves nothing behind that a second one would stumble over.
    let mut refused = 0;
    for pages in (0..400).step_by(23) {
        fill(&ballast, pages);
        let ran = run(&home, disk, &import);
        let done = ran.code == 0;
        if !done {
            says_that_it_is_full(&ran);
            refused += 1;
        }
        fs::remove_file(&ballast).unwrap();
        if disk.join("db").exists() {
            let verified = run(&home, disk, &["verify"]);
            let nothing = verified.code == 3 && verified.err.contains("there is no database");
            assert!(nothing || verified.out.ends_with("store: intact\n"), "{pages}: {verified:?}");
            fs::remove_dir_all(disk.join("db")).unwrap();
        }
    }
    assert!(refused >= 5, "the disk was never full: {refused}");

    run(&home, disk, &import).ok();
    let (mut number, mut acknowledged) = (0, Vec::new());
    for round in 0..20 {
        fill(&ballast, round * 7 % 23);
        let mut fulls = 0;
        while fulls < 2 {
            number += 1;
            assert!(number < 2000, "the disk is never full");
            home.file("note.toml", note(number));
            let ran = run(&home, disk, &["--quiet", "load", "note.toml"]);
            match ran.code {
                0 => acknowledged.push(format!("leader-{number}")),
                _ => {
                    says_that_it_is_full(&ran);
                    fulls += 1;
                }
            }
        }
        // Without its graph it is slower, and still right.
        if round % 4 == 0 {
            for entry in fs::read_dir(disk.join("db")).unwrap() {
                let path = entry.unwrap().path();
                if path.to_string_lossy().contains("graph-") {
                    fs::remove_file(path).unwrap();
                }
            }
            fill(&ballast, 0);
        }
        let asked = run(&home, disk, &["query", "neighbours @ttp via led_by | ids", "--format", "csv"]);
        match asked.code {
            0 => {
                let found: Vec<&str> = asked.out.lines().skip(1).collect();
                assert!(acknowledged.iter().all(|id| found.contains(&id.as_str())), "round {round}: {asked:?}");
            }
            _ if acknowledged.is_empty() => {}
            _ => says_that_it_is_full(&asked),
        }
        fs::remove_file(&ballast).unwrap();
        let verified = run(&home, disk, &["verify"]);
        assert!(verified.code == 0 && verified.out.ends_with("store: intact\n"), "round {round}: {verified:?}");
        if !acknowledged.is_empty() {
            let found = run(&home, disk, &["query", "neighbours @ttp via led_by | ids", "--format", "csv"]).ok();
            let found: Vec<&str> = found.lines().skip(1).collect();
            for id in &acknowledged {
                assert!(found.contains(&id.as_str()), "round {round}: {id} was acknowledged and is lost: {found:?}");
            }
            // What was written without a word that it was is known from now on.
            acknowledged = found.into_iter().map(str::to_owned).collect();
        }
    }
    println!("{refused} imports and 40 commits without room; {} commits acknowledged", acknowledged.len());
}

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let place = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=40m tmpfs \"$1\" && exec \"$0\" --exact rounds --ignored --nocapture";
    let small = |program: &str, before: &[&str]| {
        let mut command = Command::new(program);
        command.args(before).args(["sh", "-c", script]).arg(std::env::current_exe().unwrap()).arg(place.path());
        command.env(SMALL_DISK, place.path()).stdin(Stdio::null());
        command
    };
    // A mount that nobody else sees; where that is not allowed, there is nothing to fill.
    let allowed = Command::new("unshare").args(["--user", "--map-root-user", "--mount", "true"]).status();
    if !allowed.is_ok_and(|status| status.success()) {
        println!("skipped: this machine lets no test mount a small disk");
        return;
    }
    let ran = common::finish(small("unshare", &["--user", "--map-root-user", "--mount"]));
    assert_eq!(ran.code, 0, "{}\n{}", ran.out, ran.err);
    assert!(ran.out.contains("commits acknowledged"), "{}\n{}", ran.out, ran.err);
    println!("{}", ran.out);
}
