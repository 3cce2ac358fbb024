//! Power cuts: everything that the program does to its files while it imports, commits and takes back is recorded, cut
//! off at some moment, and what a disk may have kept of it is opened: what was acknowledged is there, nothing is torn.
//!
//! `TIELINE_TEST_POWER_CUTS=200 cargo test --release --test power_cut -- --nocapture` runs more of them than usual.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(clippy::indexing_slicing, reason = "a test that cannot go on fails")]
#![cfg(all(target_os = "linux", target_env = "gnu"))]

#[path = "../common/mod.rs"]
mod common;
mod disk;
mod trace;

use std::path::Path;
use std::process::Command;

use common::{Home, files, finish, repository};
use disk::Disk;
use trace::{Event, Kind};

const ENTITIES: usize = 2000;
const NOTES: u32 = 12;

/// What is recorded: an import, commits, one of them taken back, a backup; each is acknowledged with a word.
const WORK: &str = "\
    \"$0\" --quiet import csv --mapping made/mapping.toml made/entities.csv made/links.csv && echo imported || exit 1
    n=1; while [ $n -le 12 ]; do \"$0\" --quiet load notes/$n.toml && echo noted $n || exit 1; n=$((n+1)); done
    \"$0\" --quiet undo 4 && echo undone 3 || exit 1
    \"$0\" --quiet verify > verified && echo verified || exit 1";

fn note(number: u32) -> String {
    format!(
        "[source]\nid = \"note-{number}\"\ntitle = \"Note {number}\"\n\n[[entity]]\nid = \"ttp\"\nkind = \"Organisation\"\nnames = [\"TTP\"]\n\n\
         [[entity]]\nid = \"leader-{number}\"\nkind = \"Person\"\nnames = [\"Leader {number}\"]\n\n\
         [[link]]\nfrom = \"ttp\"\nkind = \"led_by\"\nto = \"leader-{number}\"\ntext = \"sentence {number}\"\n"
    )
}

/// Runs the work once with everything recorded.
fn record(home: &Home) -> Vec<Event> {
    home.run(["bench", "generate", "--entities", &ENTITIES.to_string(), "--out", "made"]).ok();
    std::fs::create_dir(home.at("notes")).unwrap();
    for number in 1..=NOTES {
        home.file(&format!("notes/{number}.toml"), note(number));
    }
    let recorder = home.at("record.so");
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&recorder).arg(repository("tests/power_cut/record.c"));
    finish({
        compiler.arg("-ldl");
        compiler
    })
    .ok();
    let root = home.path().canonicalize().unwrap().join("disk");
    std::fs::create_dir(&root).unwrap();
    let mut shell = Command::new("sh");
    let program = home.command(["--version"]);
    shell.args(["-c", WORK]).arg(program.get_program()).current_dir(home.path()).env("USER", "tester");
    shell.env("TIELINE_DB", root.join("db")).env("LD_PRELOAD", &recorder);
    shell.env("POWER_CUT_TRACE", home.at("trace")).env("POWER_CUT_ROOT", &root);
    finish(shell).ok();
    let events = trace::read(&std::fs::read(home.at("trace")).unwrap(), &root);
    // Nothing escaped the recorder: played back, it makes the same files.
    let mut disk = Disk::new();
    events.iter().for_each(|event| disk.apply(event));
    disk.now(&home.at("replayed"));
    let content = |folder: &Path| -> Vec<_> {
        let files = files(folder).into_iter();
        files.map(|path| (path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap())).collect()
    };
    assert!(content(&root) == content(&home.at("replayed")), "the recording does not make the same files");
    events
}

/// What had been acknowledged before a moment.
#[derive(Default, Debug)]
struct Acknowledged {
    imported: bool,
    noted: Vec<u32>,
    undone: bool,
}

fn acknowledged(events: &[Event]) -> Acknowledged {
    let mut all = Acknowledged::default();
    for event in events.iter().filter(|event| event.kind == Kind::Said) {
        for line in std::str::from_utf8(&event.data).unwrap().lines() {
            match line.split_once(' ') {
                None if line == "imported" => all.imported = true,
                Some(("noted", number)) => all.noted.push(number.parse().unwrap()),
                Some(("undone", _)) => all.undone = true,
                _ => {}
            }
        }
    }
    all
}

/// Holds the leaders that were found against what was acknowledged: none is missing, and at most one more is there, that
/// of the commit which was being written.
fn hold(said: &Acknowledged, leaders: &[String], what: &str) {
    let has = |number: &u32| leaders.contains(&format!("leader-{number}"));
    // The third note may have been taken back without a word that it was.
    let third = |number: &u32| *number == 3 && said.noted.len() == NOTES as usize;
    assert!(said.noted.iter().all(|number| has(number) || third(number)), "{what}: {said:?}, but {leaders:?}");
    assert!(!said.undone || !has(&3), "{what}: {said:?}, but {leaders:?}");
    let unsaid = leaders.iter().filter(|id| !said.noted.iter().any(|number| **id == format!("leader-{number}")));
    assert!(unsaid.count() <= 1, "{what}: {said:?}, but {leaders:?}");
}

/// Opens what is left in the database of `home`, and holds it against what was acknowledged.
fn check(home: &Home, said: &Acknowledged, ask_first: bool, what: &str) {
    // Without a check before it, too: a question must not be answered from what a cut has torn.
    let asked = ask_first.then(|| home.run(["query", "neighbours @ttp via led_by | ids", "--format", "csv"]));
    let verified = home.run(["verify"]);
    let begun = ["there is no database", "its creation was interrupted"];
    if begun.iter().any(|words| verified.err.contains(words)) {
        assert!(!said.imported, "{what}: the import is lost: {}", verified.err);
        home.run(["load", "again.toml"]).ok();
        return;
    }
    assert_eq!(verified.code, 0, "{what}: {}\n{}", verified.out, verified.err);
    assert!(verified.out.ends_with("store: intact\n"), "{what}: {}", verified.out);
    let stats = home.run(["stats", "--format", "csv"]).ok();
    let entities = stats.lines().find_map(|line| line.strip_prefix("entities,")).unwrap().parse::<usize>().unwrap();
    let leaders = match entities {
        0 => Vec::new(),
        ENTITIES => Vec::new(),
        _ => home.ids("neighbours @ttp via led_by"),
    };
    assert!(!said.imported || entities >= ENTITIES, "{what}: the import is lost: {stats}");
    hold(said, &leaders, what);
    // Whole commits only: the graph, and with the first note the TTP.
    let with_notes = leaders.len() + usize::from(!leaders.is_empty());
    assert_eq!(entities % ENTITIES, with_notes, "{what}: {leaders:?}\n{stats}");
    for id in &leaders {
        let number = id.strip_prefix("leader-").unwrap();
        assert_eq!(home.json(&format!("why @ttp to @{id}"))["rows"][0][7], format!("sentence {number}"), "{what}");
    }
    if let Some(asked) = asked.filter(|asked| asked.code == 0) {
        hold(said, &asked.out.lines().skip(1).map(str::to_owned).collect::<Vec<_>>(), what);
    }
    home.run(["load", "again.toml"]).ok();
    assert!(home.run(["verify"]).ok().ends_with("store: intact\n"), "{what}");
}

#[test]
fn what_was_acknowledged_survives_a_power_cut() {
    let home = Home::new();
    let events = record(&home);
    let said: Vec<usize> = (0..events.len()).filter(|at| events[*at].kind == Kind::Said).collect();
    assert_eq!(acknowledged(&events).noted.len(), NOTES as usize);
    let cuts: u64 = std::env::var("TIELINE_TEST_POWER_CUTS").ok().and_then(|cuts| cuts.parse().ok()).unwrap_or(24);
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut below = |limit: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % limit
    };
    let mut cut_off: Vec<(usize, u64)> = (0..cuts)
        .map(|round| match round % 3 {
            // Just after something was acknowledged, which is when most is at stake.
            0 => (said[below(said.len() as u64) as usize] + 1, round),
            _ => (below(events.len() as u64) as usize, round),
        })
        .collect();
    cut_off.sort_unstable();
    let (mut disk, mut done) = (Disk::new(), 0);
    for (at, round) in cut_off {
        events[done..at].iter().for_each(|event| disk.apply(event));
        done = at;
        let home = Home::new();
        home.file("again.toml", note(99));
        let left = home.at("disk");
        disk.after_a_cut(&left, &mut below);
        if left.join("db").exists() {
            std::fs::rename(left.join("db"), home.database()).unwrap();
        }
        let what = format!("cut {round}, after event {at} of {}", events.len());
        check(&home, &acknowledged(&events[..at]), round % 2 == 0, &what);
    }
    println!("{cuts} power cuts in {} events, {} of them acknowledgements", events.len(), said.len());
}
