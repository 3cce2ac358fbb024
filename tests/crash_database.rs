//! The program is killed at random moments while it imports and commits: what it acknowledged is there, nothing is torn,
//! and the next command works. And several programs on one database at once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![cfg(unix)]

mod common;

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::{Home, Ran};

/// Rounds of killing; more where it is asked for.
fn rounds() -> u32 {
    std::env::var("TIELINE_TEST_CRASH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(20)
}

/// Numbers that differ from run to run; the first one is printed, so that a failure can be told from another.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let seed = RandomState::new().build_hasher().finish();
        println!("seed {seed}");
        Self(seed | 1)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// A seed file with a leader of its own for the TTP, which is how its commit is known.
fn seed(number: u32) -> String {
    format!(
        "[source]\nid = \"note-{number}\"\ntitle = \"Note {number}\"\n\n[[entity]]\nid = \"ttp\"\nkind = \"Organisation\"\nnames = [\"TTP\"]\n\n\
         [[entity]]\nid = \"leader-{number}\"\nkind = \"Person\"\nnames = [\"Leader {number}\"]\n\n\
         [[link]]\nfrom = \"ttp\"\nkind = \"led_by\"\nto = \"leader-{number}\"\ntext = \"sentence {number}\"\n"
    )
}

const IMPORT: &str = "exec \"$0\" --quiet import csv --mapping made/mapping.toml made/entities.csv made/links.csv";

/// A shell that imports the generated graph and then loads one note after the other, and says what was acknowledged.
fn writer(home: &Home, first: u32) -> Child {
    let program = home.command(["--version"]);
    let script = format!(
        "({IMPORT}) && echo imported; n={first}; while :; do \"$0\" --quiet load notes/$n.toml && echo $n || exit 1; n=$((n+1)); done"
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).arg(program.get_program()).current_dir(home.path());
    shell.env("TIELINE_DB", home.database()).env("USER", "tester");
    std::os::unix::process::CommandExt::process_group(&mut shell, 0);
    shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Kills a writer and whatever it started; returns what it had acknowledged.
fn kill(mut child: Child) -> (bool, Vec<u32>) {
    let group = format!("-{}", child.id());
    Command::new("kill").args(["-9", "--", &group]).status().unwrap();
    let said: Vec<String> = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap).collect();
    child.wait().unwrap();
    let imported = said.iter().any(|line| line == "imported");
    (imported, said.iter().filter_map(|line| line.parse().ok()).collect())
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let mut random = Random::new();
    let home = Home::new();
    home.run(["bench", "generate", "--entities", "2000", "--out", "made"]).ok();
    std::fs::create_dir(home.at("notes")).unwrap();
    let mut noted = 0;
    let (mut kills_in_import, mut kills_in_commits, mut unasked) = (0, 0, 0);
    let mut acknowledged: Vec<u32> = Vec::new();
    let mut imported = false;
    for round in 0..rounds() {
        // Now and then from the beginning, so that the first import is killed, too.
        if round % 5 == 0 && home.database().exists() {
            std::fs::remove_dir_all(home.database()).unwrap();
            acknowledged.clear();
            imported = false;
        }
        let first = acknowledged.last().map_or(round * 1000, |last| last + 1).max(round * 1000);
        for number in noted.max(first)..first + 200 {
            std::fs::write(home.at(&format!("notes/{number}.toml")), seed(number)).unwrap();
        }
        noted = 0;
        let child = writer(&home, first);
        std::thread::sleep(Duration::from_millis(random.below(900)));
        let (import_done, new) = kill(child);
        imported |= import_done;
        match import_done {
            true => kills_in_commits += 1,
            false => kills_in_import += 1,
        }
        acknowledged.extend(&new);

        // The killed program holds no lock any more, and what it was doing is done or undone.
        let Ran { code, out, err } = home.run(["verify"]);
        let begun = ["there is no database", "its creation was interrupted"].iter().any(|words| err.contains(words));
        if code == 3 && begun && !imported && acknowledged.is_empty() {
            unasked += 1;
            // What was begun is no obstacle: the next command makes the database.
            home.run(["load", &format!("notes/{first}.toml")]).ok();
            std::fs::remove_dir_all(home.database()).unwrap();
            continue;
        }
        assert_eq!(code, 0, "round {round}: {out}\n{err}");
        assert!(out.ends_with("store: intact\n"), "round {round}: {out}");
        let stats = home.run(["stats", "--format", "csv"]).ok();
        let count = |what: &str| -> u32 {
            stats
                .lines()
                .find_map(|line| line.strip_prefix(&format!("{what},")))
                .map_or(0, |count| count.parse().unwrap())
        };
        // Whole commits only: the graph of 2,000, then a leader a note (the first brings the TTP along).
        let leaders: Vec<u32> = match count("entities") % 2000 {
            0 => Vec::new(),
            _ => home
                .ids("neighbours @ttp via led_by")
                .iter()
                .map(|id| id.strip_prefix("leader-").unwrap().parse().unwrap())
                .collect(),
        };
        assert!(!imported || count("entities") >= 2000, "round {round}: the import is lost: {stats}");
        let graph = if count("entities") >= 2000 { 2000 } else { 0 };
        assert_eq!(
            count("entities"),
            graph + leaders.len() as u32 + u32::from(!leaders.is_empty()),
            "round {round}: {stats}"
        );
        for number in &acknowledged {
            assert!(leaders.contains(number), "round {round}: {number} was acknowledged and is lost, of {leaders:?}");
        }
        // At most one that was not acknowledged in a round: the one that was being written.
        let unknown: Vec<&u32> = leaders.iter().filter(|number| !acknowledged.contains(number)).collect();
        assert!(unknown.len() <= 1, "round {round}: {unknown:?} came from nowhere");
        for number in &leaders {
            let why = home.json(&format!("why @ttp to @leader-{number}"));
            assert_eq!(why["rows"][0][7], format!("sentence {number}"));
            if leaders.len() > 12 {
                break;
            }
        }
        acknowledged = leaders;
        acknowledged.sort_unstable();
    }
    println!(
        "{kills_in_import} killed in an import, {unasked} of them before there was a database; {kills_in_commits} later"
    );
    let last = home.file("last.toml", seed(4_000_000));
    home.run(["load", last.to_str().unwrap()]).ok();
    assert!(home.run(["verify"]).ok().ends_with("store: intact\n"));
}

#[test]
fn a_prompt_lets_others_write_and_sees_what_they_wrote() {
    let home = Home::with_seeds();
    let note = home.file("note.toml", seed(1));
    let mut command = home.command(Vec::<&str>::new());
    let mut prompt = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut to, mut from) = (prompt.stdin.take().unwrap(), BufReader::new(prompt.stdout.take().unwrap()));
    let mut ask = |line: &str| -> String {
        to.write_all(format!("{line} | csv\n").as_bytes()).unwrap();
        let mut answer = String::new();
        for _ in 0..2 {
            from.read_line(&mut answer).unwrap();
        }
        answer
    };
    assert_eq!(ask("why \"TTP\" to \"al-Qaeda\" | count"), "count\n4\n");
    assert_eq!(ask("neighbours \"TTP\" via led_by | count"), "count\n0\n");
    home.run(["load", note.to_str().unwrap()]).ok();
    assert_eq!(ask("neighbours \"TTP\" via led_by | count"), "count\n1\n");
    assert_eq!(ask("why \"TTP\" to \"Leader 1\" | count"), "count\n1\n");
    home.run(["undo", "2"]).ok();
    assert_eq!(ask("neighbours \"TTP\" via led_by | count"), "count\n0\n");
    drop(to);
    assert!(prompt.wait().unwrap().success());
}

#[test]
fn the_second_writer_says_who_is_first_and_readers_do_not_care() {
    let home = Home::with_seeds();
    let note = home.file("note.toml", seed(1));
    let busy = format!("is busy: it is held by process {}", std::process::id());
    let first = tieline::store::Store::open(&home.database()).unwrap();
    for arguments in
        [&["load", note.to_str().unwrap()][..], &["undo", "1"], &["verify"], &["query", "why \"TTP\" to \"al-Qaeda\""]]
    {
        let error = home.run(arguments).fails(3);
        assert!(error.contains(&busy), "{error}");
    }
    home.query("neighbours \"TTP\"").ok();
    home.query("path \"TTP\" to \"al-Qaeda\"").ok();
    drop(first);
    home.run(["load", note.to_str().unwrap()]).ok();
}

#[test]
fn writers_wait_for_each_other() {
    let home = Home::with_seeds();
    for number in 0..6 {
        home.file(&format!("{number}.toml"), seed(number));
    }
    std::thread::scope(|scope| {
        for number in 0..6 {
            let home = &home;
            scope.spawn(move || home.run(["load", &format!("{number}.toml")]).ok());
        }
    });
    assert_eq!(home.ids("neighbours @ttp via led_by").len(), 6);
    assert!(home.run(["verify"]).ok().ends_with("store: intact\n"));
}

/// Says at its end, however it comes, that something is done.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn readers_see_one_generation_or_another_while_others_write() {
    let home = Home::with_seeds();
    std::fs::create_dir(home.at("notes")).unwrap();
    const COMMITS: u32 = 12;
    for number in 0..COMMITS {
        std::fs::write(home.at(&format!("notes/{number}.toml")), seed(number)).unwrap();
    }
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (home, done) = (&home, &done);
        scope.spawn(move || {
            let _done = Done(done);
            for number in 0..COMMITS {
                let started = Instant::now();
                loop {
                    let ran = home.run(["load", &format!("notes/{number}.toml")]);
                    // A reader of claims may hold the lock for a moment.
                    if ran.code == 3 && ran.err.contains("busy") && started.elapsed() < Duration::from_secs(20) {
                        continue;
                    }
                    ran.ok();
                    break;
                }
            }
        });
        for claims in [false, false, true] {
            scope.spawn(move || {
                let mut last = 0;
                while !done.load(Ordering::Relaxed) {
                    let question = if claims { "show \"TTP\"" } else { "neighbours @ttp via led_by" };
                    let ran = home.run(["query", "--format", "json", question]);
                    if ran.code == 3 {
                        assert!(claims && ran.err.contains("busy"), "{}", ran.err);
                        continue;
                    }
                    let answer: serde_json::Value = serde_json::from_str(&ran.ok()).unwrap();
                    let leaders =
                        answer["nodes"].as_array().unwrap().iter().filter(|node| node["kind"] == "Person").count();
                    assert!(leaders >= last && leaders <= COMMITS as usize, "{last} leaders, then {leaders}");
                    last = leaders;
                }
            });
        }
    });
    assert_eq!(home.ids("neighbours @ttp via led_by").len(), COMMITS as usize);
    assert!(home.run(["verify"]).ok().ends_with("store: intact\n"));
}
