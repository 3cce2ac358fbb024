//! A damaged database: whatever is done to whichever of its files, it is reported or mended, and no answer is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Home, Ran, copy, files};

const QUESTIONS: [&str; 4] = [
    "path \"Schindler\" to \"al-Qaeda\"",
    "why \"TTP\" to \"al-Qaeda\"",
    "show \"Haqqani Network\"",
    "neighbours \"TTP\" within 2",
];

const PAGE: usize = 4096;

/// What is done to a file.
#[derive(Clone, Copy, Debug)]
enum Harm {
    Delete,
    Empty,
    Truncate(u64),
    Append,
    Flip(u64),
    Zero(u64),
}

impl Harm {
    fn to(self, path: &Path) {
        let bytes = fs::read(path).unwrap();
        let place = |at: u64| (at % bytes.len().max(1) as u64) as usize;
        match self {
            Self::Delete => fs::remove_file(path).unwrap(),
            Self::Empty => fs::write(path, "").unwrap(),
            Self::Truncate(at) => fs::write(path, &bytes[..place(at).min(bytes.len())]).unwrap(),
            Self::Append => fs::write(path, [&bytes[..], b"more"].concat()).unwrap(),
            Self::Flip(_) | Self::Zero(_) if bytes.is_empty() => {}
            Self::Flip(at) => {
                let mut flipped = bytes.clone();
                flipped[place(at)] ^= 1 << (at % 7);
                fs::write(path, flipped).unwrap();
            }
            // A page that the disk has lost.
            Self::Zero(at) => {
                let mut zeroed = bytes.clone();
                let start = place(at) / PAGE * PAGE;
                let end = (start + PAGE).min(zeroed.len());
                zeroed[start..end].fill(0);
                fs::write(path, zeroed).unwrap();
            }
        }
    }
}

/// Asks everything: each answer is the right one, or the database says that it is damaged. `verify` never says that all
/// is well where a question failed.
fn ask(home: &Home, right: &[String], what: &str) {
    let mut reported = false;
    for (question, right) in QUESTIONS.iter().zip(right) {
        let Ran { code, out, err } = home.query(question);
        assert!(!err.contains("panicked"), "{what}: {question}\n{err}");
        match code {
            0 => assert_eq!(&out, right, "{what}: {question}\n{err}"),
            3 => {
                assert!(err.contains(home.database().to_str().unwrap()), "{what}: {question}\n{err}");
                reported = true;
            }
            _ => panic!("{what}: {question} ended with {code}\n{err}"),
        }
    }
    let verified = home.run(["verify"]);
    assert!(!verified.err.contains("panicked"), "{what}: verify\n{}", verified.err);
    match verified.code {
        0 => assert!(verified.out.ends_with("store: intact\n") && !reported, "{what}: {verified:?}"),
        3 => {
            let said = format!("{}{}", verified.out, verified.err);
            assert!(
                said.contains("restore") || said.contains("not a Tieline database") || said.contains("format"),
                "{what}: {said}"
            );
        }
        code => panic!("{what}: verify ended with {code}\n{verified:?}"),
    }
}

/// Harms each file of a database in each way, each time beginning with an intact copy.
fn harm_everything(whole: &Home, flips: u64) {
    let right: Vec<String> = QUESTIONS.iter().map(|question| whole.query(question).ok()).collect();
    let inside: Vec<PathBuf> =
        files(&whole.database()).iter().map(|file| file.strip_prefix(whole.database()).unwrap().to_owned()).collect();
    assert!(inside.len() >= 5, "{inside:?}");
    for (number, file) in inside.iter().enumerate() {
        let seed = 7919 * (number as u64 + 1);
        let mut harms = vec![Harm::Delete, Harm::Empty, Harm::Append, Harm::Truncate(seed)];
        harms.extend((1..=flips).flat_map(|turn| {
            let at = seed * turn * 104_729;
            [Harm::Flip(at), Harm::Zero(at), Harm::Truncate(at)]
        }));
        for harm in harms {
            let home = Home::new();
            copy(&whole.database(), &home.database());
            harm.to(&home.database().join(file));
            ask(&home, &right, &format!("{harm:?} of {}", file.display()));
        }
    }
}

/// How often bytes are flipped in each file; more where it is asked for.
fn flips() -> u64 {
    std::env::var("TIELINE_TEST_FLIPS").ok().and_then(|count| count.parse().ok()).unwrap_or(3)
}

#[test]
fn every_file_of_a_database() {
    harm_everything(&Home::with_seeds(), flips());
}

#[test]
fn every_file_of_a_database_with_changes_over_its_snapshot() {
    let home = Home::new();
    home.run(["bench", "generate", "--entities", "4000", "--out", "made"]).ok();
    home.run(["import", "csv", "--mapping", "made/mapping.toml", "made/entities.csv", "made/links.csv"]).ok();
    home.run(["load".as_ref(), crate::common::repository("seeds").as_os_str()]).ok();
    let has_delta = files(&home.database()).iter().any(|file| file.extension().is_some_and(|ending| ending == "delta"));
    assert!(has_delta, "a small commit does not rewrite the snapshot");
    harm_everything(&home, flips() / 2);
}

#[test]
fn a_damaged_snapshot_is_mended_once_with_a_notice() {
    let home = Home::with_seeds();
    let right = home.query(QUESTIONS[0]).ok();
    let snapshot =
        || files(&home.database()).into_iter().find(|file| file.extension().is_some_and(|e| e == "snapshot")).unwrap();
    let length = fs::metadata(snapshot()).unwrap().len();
    for at in (0..length).step_by(length as usize / 23) {
        Harm::Flip(at).to(&snapshot());
        let first = home.query(QUESTIONS[0]);
        assert_eq!((first.code, &first.out), (0, &right), "byte {at}: {}", first.err);
        let report = home.run(["verify"]).ok();
        assert!(report.ends_with("store: intact\n"));
        assert!(first.err.contains("made anew") || report.contains("made anew"), "byte {at}: {}{report}", first.err);
        let second = home.query(QUESTIONS[0]);
        assert_eq!((second.code, &second.out, second.err.as_str()), (0, &right, ""), "byte {at}");
    }
}

#[test]
fn what_is_written_over_a_damaged_snapshot_rests_on_the_store() {
    let home = Home::with_seeds();
    let intact = Home::new();
    copy(&home.database(), &intact.database());
    let seeds = crate::common::repository("seeds");
    for at in 0..12 {
        let home = Home::new();
        copy(&intact.database(), &home.database());
        let snapshot =
            files(&home.database()).into_iter().find(|file| file.extension().is_some_and(|e| e == "snapshot")).unwrap();
        let mut bytes = fs::read(&snapshot).unwrap();
        let length = bytes.len();
        // A whole region: what is read of it reads as empty.
        let start = length / 12 * at;
        bytes[start..(start + length / 12).min(length)].fill(0xff);
        fs::write(&snapshot, bytes).unwrap();
        let again = home.run(["load".as_ref(), seeds.as_os_str()]);
        assert!(again.out.starts_with("nothing new\n"), "region {at}: {again:?}");
        assert!(home.run(["verify"]).ok().ends_with("store: intact\n"));
    }
}

#[test]
fn leftovers_are_cleared_away() {
    let home = Home::with_seeds();
    let right: Vec<String> = QUESTIONS.iter().map(|question| home.query(question).ok()).collect();
    for leftover in
        ["graph-1.tmp", "graph-99.snapshot", "graph-99.delta", "FORMAT.tmp", "sled/snap.0000.generating", "letter.txt"]
    {
        fs::write(home.database().join(leftover), "half").unwrap();
        ask(&home, &right, leftover);
    }
    let more = home.file(
        "more.toml",
        "[source]\nid = \"m\"\ntitle = \"M\"\n[[entity]]\nid = \"m\"\nkind = \"Person\"\nnames = [\"M\"]\n",
    );
    home.run(["load", more.to_str().unwrap()]).ok();
    ask(&home, &right, "after a commit");
    assert!(home.database().join("letter.txt").exists(), "what is not ours stays");
}
