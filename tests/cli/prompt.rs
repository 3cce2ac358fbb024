//! The prompt: statements and commands through a pipe, and on a terminal where there is a program that makes one.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{Home, Ran};

/// Runs the prompt with these lines.
fn prompt(home: &Home, lines: &str) -> Ran {
    home.run_with(Vec::<&str>::new(), lines)
}

#[test]
fn lines_are_statements_and_commands() {
    let home = Home::with_seeds();
    let ran = prompt(&home, ":mode csv\nneighbours \"TTP\" via affiliated_with\nwhy 1\n:mode\n:quit\nrank\n");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].starts_with("entity,entity.id") && lines[1].starts_with("al-Qaeda,al-qaeda"), "{}", ran.out);
    assert!(lines[2].starts_with("link,link.id") && lines[3].contains("ttp/affiliated_with/al-qaeda"), "{}", ran.out);
    assert_eq!(lines.len(), 5, "nothing after :quit\n{}", ran.out);
    assert!(ran.err.contains("mode: csv"), "{}", ran.err);
}

#[test]
fn what_is_refused_ends_neither_the_prompt_nor_goes_unsaid() {
    let home = Home::with_seeds();
    let ran = prompt(&home, "fnd \"x\"\n:nonsense\nshow \"Haqani Netwrk\"\n:mode yaml\nrank limit 1 | ids\n");
    assert_eq!(ran.code, 1);
    assert!(ran.out.ends_with("al-qaeda\n") || ran.out.lines().count() == 3, "{}", ran.out);
    for part in [
        "standard input:1:1",
        "did you mean `find`?",
        "no command :nonsense",
        "@haqqani-network",
        "\"yaml\" is no format",
    ] {
        assert!(ran.err.contains(part), "{part} is not in\n{}", ran.err);
    }
}

#[test]
fn a_statement_over_several_lines() {
    let home = Home::with_seeds();
    for lines in [
        "path \"TTP\" \\\n  to \"al-Qaeda\" | count\n",
        "path \"TTP\" to \"al-Qaeda\" |\ncount\n",
        "# a comment\n\npath \"TTP\" to \"al-Qaeda\" | count",
    ] {
        assert_eq!(prompt(&home, lines).ok(), "count\n───────\n    1\n", "{lines}");
    }
}

#[test]
fn a_scope_holds_until_it_is_taken_off() {
    let home = Home::with_seeds();
    let lines = ":mode csv\n:scope as of 2005\nneighbours \"TTP\" via established_at | count\n\
                 neighbours \"TTP\" via established_at as of 2007 | count\n:scope\n:scope off\n\
                 neighbours \"TTP\" via established_at | count\n:scope grade Z9\n:scope\n";
    let ran = prompt(&home, lines);
    assert_eq!(ran.out, "count\n0\ncount\n1\ncount\n1\n");
    assert!(ran.err.contains("scope: as of 2005") && ran.err.contains("no scope is set"), "{}", ran.err);
    assert!(ran.err.contains("Z9"), "{}", ran.err);
}

#[test]
fn the_other_commands() {
    let home = Home::with_seeds();
    home.file("more.txt", "rank limit 1 | ids\n:mode json\n");
    let lines = ":help\n:help path\n:schema led_by\n:history\n:desugar neighbours \"TTP\" within 2\n\
                 :timer on\n:output out.txt\nrank limit 1\n:output\n:source more.txt\nrank limit 1\n:source absent.txt\n";
    let ran = prompt(&home, lines);
    assert_eq!(ran.code, 1, "absent.txt is refused\n{}", ran.err);
    for part in ["Tab completes", "is led by", "load ", "match ", "{\"columns\""] {
        assert!(ran.out.contains(part), "{part} is not in\n{}", ran.out);
    }
    assert!(
        ran.err.contains("timer: on") && ran.err.contains(" ms: parse ") && ran.err.contains("absent.txt"),
        "{}",
        ran.err
    );
    let written = std::fs::read_to_string(home.at("out.txt")).unwrap();
    assert!(written.starts_with("rank") && written.lines().count() == 3, "{written}");
}

#[test]
fn a_closed_output_ends_the_prompt_quietly() {
    let home = Home::with_seeds();
    let mut command = home.command(Vec::<&str>::new());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let _ = child.stdin.take().unwrap().write_all("neighbours \"TTP\"\n".repeat(50).as_bytes());
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap()), (Some(0), String::new()));
}

/// The prompt on a terminal that `script` makes, if there is such a program: it is typed to, line by line, with a wait
/// before each for what is to be on the screen.
#[cfg(target_os = "linux")]
fn on_a_terminal(home: &Home, typed: &[(&str, &str)]) -> Option<String> {
    use std::io::Read;
    use std::sync::{Arc, Mutex};
    // Without `exec`, some shells stay around, get the Ctrl-C too, and end with their own code for it.
    let program = format!("exec {}", home.command(Vec::<&str>::new()).get_program().to_str().unwrap());
    let spawned = Command::new("script")
        .args(["-qefc", &program, "/dev/null"])
        .current_dir(home.path())
        .env("TIELINE_DB", home.database())
        .env("HOME", home.path())
        .env("TERM", "xterm")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = spawned else {
        println!("skipped: there is no `script` here");
        return None;
    };
    let screen = Arc::new(Mutex::new(String::new()));
    let (mut out, seen) = (child.stdout.take().unwrap(), Arc::clone(&screen));
    let reader = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = out.read(&mut bytes) {
            seen.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    });
    let mut input = child.stdin.take().unwrap();
    let mut from = 0;
    for (awaited, text) in typed {
        let started = Instant::now();
        while !screen.lock().unwrap()[from..].contains(awaited) {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "no {awaited:?} in {}",
                &screen.lock().unwrap()[from..]
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        from = screen.lock().unwrap().len();
        if text.starts_with('\u{3}') {
            // The statement before is running by now.
            std::thread::sleep(Duration::from_millis(700));
        }
        input.write_all(text.as_bytes()).unwrap();
    }
    drop(input);
    let status = child.wait().unwrap();
    reader.join().unwrap();
    let screen = screen.lock().unwrap().clone();
    assert!(status.success(), "{status}: {screen}");
    Some(screen)
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_ends_the_statement_and_not_the_prompt() {
    let home = Home::new();
    home.run(["bench", "generate", "--entities", "20000", "--out", "made"]).ok();
    home.run(["import", "csv", "--mapping", "made/mapping.toml", "made/entities.csv", "made/links.csv"]).ok();
    let started = Instant::now();
    let typed = [
        ("tieline> ", "rank betweenness limit 3\n"),
        ("betweenness", "\u{3}"),
        ("it was stopped", "rank limit 1 | count\n"),
        ("count", "\u{4}"),
    ];
    if on_a_terminal(&home, &typed).is_some() {
        assert!(started.elapsed() < Duration::from_secs(25));
        let history = std::fs::read_to_string(home.at(".local/state/tieline/history")).unwrap();
        assert!(history.contains("rank betweenness limit 3\n"), "{history}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn tab_completes_names() {
    let home = Home::with_seeds();
    let typed = [
        ("tieline> ", "nei\t"),
        ("neighbours", "\"tehrik-e\t"),
        ("Taliban Pakistan\"", " via affil\t"),
        ("affiliated_with", "\n"),
        ("(1 row)", "\u{4}"),
    ];
    if let Some(screen) = on_a_terminal(&home, &typed) {
        assert!(screen.contains("—affiliated with [1]→"), "{screen}");
    }
}
