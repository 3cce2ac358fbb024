//! The rules of the house: which way imports point, where the dangerous and the replaceable stand, who prints.
//!
//! `docs/architecture.md` says why. A rule that no longer fits is changed here, in the same commit as what breaks it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod tokens;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tokens::{Token, tokens, without_tests};

/// The rooms, and for each the rooms that it may use. Arrows point only to rooms further up.
const ROOMS: [(&str, &[&str]); 14] = [
    ("model", &[]),
    ("names", &["model"]),
    ("schema", &["model"]),
    ("store", &["model"]),
    ("graph", &["model", "names"]),
    ("resolve", &["model", "names", "schema", "graph"]),
    ("read", &["model", "names", "schema"]),
    ("extract", &["model", "names", "schema", "graph"]),
    ("query", &["model", "names", "schema", "graph"]),
    ("write", &["model", "schema", "graph"]),
    ("generate", &["model", "schema"]),
    ("database", &["model", "names", "schema", "store", "graph", "resolve", "read", "extract", "query", "write"]),
    (
        "cli",
        &["model", "names", "schema", "graph", "resolve", "read", "extract", "query", "write", "generate", "database"],
    ),
    ("repl", &["model", "names", "schema", "graph", "read", "query", "write", "database", "cli"]),
];

/// Crates that stay behind one room, so that they can be replaced.
const CRATES: [(&str, &[&str]); 9] = [
    ("sled", &["src/store/"]),
    ("bincode", &["src/store/"]),
    ("lz4_flex", &["src/store/"]),
    ("memmap2", &["src/graph/"]),
    ("petgraph", &["src/graph/", "src/query/", "src/write/", "src/database/diff.rs"]),
    ("quick_xml", &["src/read/xml/"]),
    ("clap", &["src/cli/", "src/main.rs"]),
    ("rustyline", &["src/repl/"]),
    ("annotate_snippets", &["src/cli/"]),
];

/// Files that may be longer than [`MOST_LINES`], each with the reason.
const LONG: [(&str, &str); 0] = [];
const MOST_LINES: usize = 600;

/// The only place of `unsafe`: a file cannot be mapped without it.
const UNSAFE: &str = "src/graph/map.rs";

/// The rooms that print, and `main.rs`.
const PRINTING: [&str; 3] = ["src/cli/", "src/repl/", "src/main.rs"];

/// What a file breaks; `path` is as `src/graph/map.rs`.
fn violations(path: &str, source: &str) -> Vec<String> {
    let all = tokens(source);
    let for_tests = path.ends_with("tests.rs");
    let shipped = if for_tests { Vec::new() } else { without_tests(&all) };
    let mut found = arrows(path, &all);
    found.extend(crates(path, &all));
    found.extend(prints(path, &shipped));
    for token in all.iter().filter(|token| token.text == "unsafe" && path != UNSAFE) {
        found.push(format!("{path}:{}: `unsafe` outside {UNSAFE}", token.line));
    }
    found.extend(text_rules(path, source));
    found
}

/// The room that a file belongs to; `None` for the roots `lib.rs` and `main.rs`.
fn room(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let room = inside.split_once('/').map_or_else(|| inside.trim_end_matches(".rs"), |(room, _)| room);
    (room != "lib" && room != "main").then_some(room)
}

/// Imports of rooms that the file's room may not use.
fn arrows(path: &str, tokens: &[Token]) -> Vec<String> {
    let Some(room) = room(path) else { return Vec::new() };
    let Some((_, allowed)) = ROOMS.iter().find(|(known, _)| *known == room) else {
        return vec![format!("{path}: the room `{room}` is not in the list of rooms")];
    };
    imports(path, tokens)
        .into_iter()
        .filter(|(used, _)| used != room && !allowed.contains(&&**used))
        .map(|(used, line)| format!("{path}:{line}: `{room}` may not use `{used}`"))
        .collect()
}

/// The rooms that a file names, by `crate::` or by as many `super` as lead to the crate's root, with the lines.
fn imports(path: &str, tokens: &[Token]) -> Vec<(String, usize)> {
    let text = |at: usize| tokens.get(at).map_or("", |token| &*token.text);
    let mut found = Vec::new();
    let mut depth = 0;
    let mut modules: Vec<usize> = Vec::new();
    for at in 0..tokens.len() {
        match text(at) {
            "{" => {
                depth += 1;
                if at >= 2 && text(at - 2) == "mod" {
                    modules.push(depth);
                }
            }
            "}" => {
                if modules.last() == Some(&depth) {
                    modules.pop();
                }
                depth -= 1;
            }
            "crate" if text(at + 1) == "::" => first_segments(tokens, at + 2, &mut found),
            "super" if text(at + 1) == "::" && (at == 0 || text(at - 1) != "::") => {
                let ups = (0..).take_while(|step| text(at + 2 * step) == "super" && text(at + 2 * step + 1) == "::");
                let ups = ups.count();
                if ups >= module_depth(path) + modules.len() {
                    first_segments(tokens, at + 2 * ups, &mut found);
                }
            }
            _ => {}
        }
    }
    found
}

/// How deep below the crate's root the module of a file is.
fn module_depth(path: &str) -> usize {
    path.matches('/').count() - usize::from(path.ends_with("/mod.rs"))
}

/// The first names of a path, or of each path of a group in braces.
fn first_segments(tokens: &[Token], at: usize, found: &mut Vec<(String, usize)>) {
    let Some(token) = tokens.get(at) else { return };
    if token.text != "{" {
        found.push((token.text.clone(), token.line));
        return;
    }
    let mut depth = 0;
    for (place, token) in tokens.iter().enumerate().skip(at) {
        match &*token.text {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
        let before = &*tokens[place - 1].text;
        if depth == 1 && (before == "{" || before == ",") && token.text != "{" {
            found.push((token.text.clone(), token.line));
        }
    }
}

/// Crates outside their room.
fn crates(path: &str, tokens: &[Token]) -> Vec<String> {
    let text = |at: usize| tokens.get(at).map_or("", |token| &*token.text);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let Some((name, homes)) = CRATES.iter().find(|(name, _)| *name == token.text) else { continue };
        let before = if at == 0 { "" } else { text(at - 1) };
        let is_crate = before != "." && (text(at + 1) == "::" && (before != "::" || at < 2) || before == "use");
        if is_crate && !homes.iter().any(|home| path.starts_with(home)) {
            found.push(format!("{path}:{}: `{name}` outside {}", token.line, homes.join(", ")));
        }
    }
    found
}

/// Printing outside the two faces.
fn prints(path: &str, tokens: &[Token]) -> Vec<String> {
    if PRINTING.iter().any(|home| path.starts_with(home)) {
        return Vec::new();
    }
    let pairs = tokens.iter().zip(tokens.iter().skip(1).map(|token| &*token.text));
    pairs
        .filter(|(token, next)| match &*token.text {
            "print" | "println" | "eprint" | "eprintln" | "dbg" => *next == "!",
            "stdout" | "stderr" => *next == "(",
            _ => false,
        })
        .map(|(token, _)| format!("{path}:{}: `{}` outside cli and repl", token.line, token.text))
        .collect()
}

/// What the text itself must be: headed by a comment, short, and free of promises that nobody keeps.
fn text_rules(path: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !source.starts_with("//! ") {
        found.push(format!("{path}: it does not start by saying what it is (`//! ...`)"));
    }
    let lines = source.lines().count();
    if lines > MOST_LINES && !LONG.iter().any(|(long, reason)| *long == path && !reason.is_empty()) {
        found.push(format!("{path}: {lines} lines are two concepts"));
    }
    for (number, line) in source.lines().enumerate() {
        let promised = ["TODO", "FIXME"].iter().find_map(|word| Some(&line[line.find(word)? + word.len()..]));
        let kept =
            |rest: &str| rest.strip_prefix("(#").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        if promised.is_some_and(|rest| !kept(rest)) {
            found.push(format!("{path}:{}: a promise without the number of its issue", number + 1));
        }
    }
    found
}

/// The files of a folder, as `src/graph/map.rs`.
fn files(root: &Path, folder: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files(root, &path, found);
        } else if path.ends_with(".rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_house_is_in_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    files(root, "src", &mut paths);
    paths.sort();
    assert!(paths.len() > 100, "the sources were not found");
    let broken: Vec<String> =
        paths.iter().flat_map(|path| violations(path, &fs::read_to_string(root.join(path)).unwrap())).collect();
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));

    let there: BTreeSet<&str> = paths.iter().filter_map(|path| room(path)).collect();
    let listed: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    assert_eq!(there, listed, "rooms there and rooms listed");
}

#[test]
fn arrows_never_make_a_circle() {
    for (at, (room, uses)) in ROOMS.iter().enumerate() {
        for used in *uses {
            assert!(ROOMS[..at].iter().any(|(earlier, _)| earlier == used), "{room} -> {used}");
        }
    }
}

/// Whether `source` at `path` is refused for a reason that contains `reason`; an empty one means it is in order.
#[track_caller]
fn check(path: &str, source: &str, reason: &str) {
    let found = violations(path, &format!("//! A module.\n{source}"));
    if reason.is_empty() {
        assert_eq!(found, Vec::<String>::new(), "{source}");
    } else {
        assert!(found.iter().any(|violation| violation.contains(reason)), "{source}: {found:?}");
    }
}

#[test]
fn a_wrong_arrow_is_found() {
    check("src/store/open.rs", "use crate::model::Claim;", "");
    check("src/store/open.rs", "use crate::schema::Schema;", "src/store/open.rs:2: `store` may not use `schema`");
    check("src/store/open.rs", "use crate::{model::Claim, graph::{Graph, Tie}};", "may not use `graph`");
    check("src/model/claim.rs", "use crate::{self as all, names};", "may not use `names`");
    check("src/graph/filter.rs", "fn f(x: crate::query::Run) {}", "may not use `query`");
    check("src/query/verbs/why.rs", "use crate::store::Store;", "may not use `store`");
    check("src/read/seed/mod.rs", "use crate::Database;", "may not use `Database`");
    check("src/write/dot/mod.rs", "pub(in crate::query) fn f() {}", "may not use `query`");
    check("src/names/fold.rs", "// crate::graph\nconst A: &str = \"crate::graph\";", "");
    check("src/attic/old.rs", "", "`attic` is not in the list");
}

#[test]
fn a_wrong_arrow_by_super_is_found() {
    check("src/model/mod.rs", "use super::schema::Schema;", "may not use `schema`");
    check("src/model/date/mod.rs", "use super::super::schema::Schema;", "may not use `schema`");
    check("src/model/date/parse.rs", "use super::super::super::{names, model::Claim};", "may not use `names`");
    check("src/model/date/parse.rs", "use super::super::claim::Claim;", "");
    check("src/store/open.rs", "mod tests { use super::super::pages; }", "");
    check("src/store/open.rs", "mod tests { use super::super::super::graph; }", "may not use `graph`");
    check("src/store/open.rs", "mod tests { } use super::super::graph;", "may not use `graph`");
}

#[test]
fn crates_stay_in_their_rooms() {
    check("src/store/pages.rs", "use sled::Tree; use bincode::Encode;", "");
    check("src/database/commit.rs", "use sled::Tree;", "`sled` outside src/store/");
    check("src/graph/meta.rs", "#[derive(bincode::Encode)] struct A;", "`bincode` outside");
    check("src/store/read.rs", "use petgraph;", "`petgraph` outside");
    check("src/query/paths.rs", "let clap = hands.clap; thunder::clap::now();", "");
}

#[test]
fn only_the_faces_print() {
    for print in ["println!(\"a\")", "eprint!(\"a\")", "dbg!(1)", "std::io::stdout().lock()"] {
        check("src/query/run.rs", &format!("fn f() {{ {print}; }}"), "outside cli and repl");
        check("src/cli/run.rs", &format!("fn f() {{ {print}; }}"), "");
        check("src/query/run.rs", &format!("#[cfg(test)] mod tests {{ fn f() {{ {print}; }} }}"), "");
    }
    check("src/query/run.rs", "/// println!(\"a\")\nfn print(x: u8) {}", "");
}

#[test]
fn unsafe_stands_in_one_file() {
    check("src/graph/map.rs", "fn f() { unsafe { g() } }", "");
    check("src/graph/image.rs", "fn f() { unsafe { g() } }", "`unsafe` outside");
    check("src/graph/image.rs", "fn is_unsafe() {} // unsafe", "");
}

#[test]
fn texts_are_headed_short_and_finished() {
    assert!(violations("src/model/a.rs", "struct A;").iter().any(|found| found.contains("does not start")));
    check("src/model/a.rs", &"\n".repeat(MOST_LINES), "two concepts");
    check("src/model/a.rs", "// TODO: later", "a promise without");
    check("src/model/a.rs", "// TODO(#7): later", "");
}
