//! The commands of README.md, docs/language.md and docs/match.md, run as a reader would type them, with the answers that stand there.
//!
//! Every `console` block is run, and every line `<!-- $ COMMAND -->`, whose answer stands below it as part of the page; the blocks of a page one after the other in one fresh folder that has `seeds/`,
//! `schema/`, `tests/` and, as `militants/`, the tables of Mapping Militants. `UPDATE_DOCS=1 cargo test --test docs` writes the
//! answers of this build into the pages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longer lines end in `…`.
const WIDTH: usize = 116;
/// Longer answers end in `...`.
const LINES: usize = 14;

fn militants() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("TIELINE_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let folder = shared.join("data/mapping-militants");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", folder.display());
    println!("skipped: {} is missing", folder.display());
    None
}

/// What a command prints on both outputs, as the pages show it.
fn run(command: &str, folder: &Path) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_tieline")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}; }} 2>&1")])
        .current_dir(folder)
        .env("PATH", path)
        .env("USER", "ada")
        .env_remove("TIELINE_DB")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn shown(output: &str) -> String {
    let mut lines: Vec<String> = output.trim_end().lines().map(|line| shortened(&without_time(line))).collect();
    if lines.len() > LINES {
        lines.truncate(LINES - 1);
        lines.push("...".to_owned());
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

fn shortened(line: &str) -> String {
    let line = line.trim_end();
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// The line with a fixed time in the place of any other.
fn without_time(line: &str) -> String {
    const TIME: &str = "2026-03-01T09:30:00Z";
    let mut out = String::new();
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        let fits = rest.len() >= TIME.len()
            && rest
                .bytes()
                .zip(TIME.bytes())
                .all(|(a, b)| if b.is_ascii_digit() { a.is_ascii_digit() } else { a == b });
        let length = if fits { TIME.len() } else { next.len_utf8() };
        out.push_str(if fits { TIME } else { &rest[..length] });
        rest = &rest[length..];
    }
    out
}

/// The page with the answers of this build.
fn with_answers(page: &str, folder: &Path) -> String {
    let mut out = String::new();
    let mut lines = page.lines().peekable();
    let mut inside = false;
    while let Some(line) = lines.next() {
        inside = if inside { line != "```" } else { line == "```console" };
        out.push_str(line);
        out.push('\n');
        if let Some(command) = line.strip_prefix("<!-- $ ").and_then(|rest| rest.strip_suffix(" -->")) {
            out.push_str(&without_time(run(command, folder).trim_end()));
            out.push('\n');
            while lines.next_if(|old| !old.is_empty()).is_some() {}
            continue;
        }
        let Some(command) = line.strip_prefix("$ ").filter(|_| inside) else { continue };
        out.push_str(&shown(&run(command, folder)));
        let mut empty = false;
        while let Some(old) = lines.next_if(|old| !old.starts_with("$ ") && *old != "```") {
            empty = old.is_empty();
        }
        if empty && lines.peek().is_some_and(|next| *next != "```") {
            out.push('\n');
        }
    }
    out
}

fn check(page: &str) {
    let Some(militants) = militants() else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    for (name, target) in [
        ("seeds", root.join("seeds")),
        ("schema", root.join("schema")),
        ("militants", fs::canonicalize(militants).unwrap()),
        ("tests", root.join("tests")),
    ] {
        symlink(target, folder.path().join(name)).unwrap();
    }
    let written = fs::read_to_string(root.join(page)).unwrap();
    let expected = with_answers(&written, folder.path());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(root.join(page), expected).unwrap();
        return;
    }
    for (number, (written, expected)) in written.lines().zip(expected.lines()).enumerate() {
        assert_eq!(written, expected, "{page}, line {}; UPDATE_DOCS=1 writes the answers anew", number + 1);
    }
    assert_eq!(written.len(), expected.len(), "{page}; UPDATE_DOCS=1 writes the answers anew");
}

#[test]
fn the_readme_tells_what_happens() {
    check("README.md");
}

#[test]
fn the_language_page_tells_what_happens() {
    check("docs/language.md");
}

#[test]
fn the_match_page_tells_what_happens() {
    check("docs/match.md");
}

#[test]
fn answers_are_shown_in_short() {
    assert_eq!(without_time("a 2031-12-31T23:59:59Z ü 2031"), "a 2026-03-01T09:30:00Z ü 2031");
    assert_eq!(shown(&"é\n".repeat(40)).lines().last(), Some("..."));
    assert_eq!(shown(&"é".repeat(200)).chars().count(), WIDTH + 2);
}
