//! Imports larger than what is held at once: the same claims, the same errors, all or nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::convert::Infallible;
use std::fs;
use std::path::Path;

use tieline::database::CommitSummary;
use tieline::generate::generate;
use tieline::model::{Changes, Claim, Commit, Diagnostic};
use tieline::read::csv::{Tables, csv, csv_in_pieces};
use tieline::schema::Schema;
use tieline::{Database, DatabaseError, Session};

/// What came in pieces, and the most claims that there were at once.
struct Pieces {
    claims: Vec<Claim>,
    most: usize,
    refined: usize,
    last: Changes,
}

fn in_pieces(folder: &Path, size: usize) -> Result<Pieces, Vec<Diagnostic>> {
    let (mut claims, mut most, mut refined) = (Vec::new(), 0, 0);
    let take = &mut |changes: &Changes| {
        most = most.max(changes.claims.len());
        refined += changes.refined_entities().len();
        claims.extend_from_slice(&changes.claims);
        Ok(())
    };
    let (mapping, paths) = (folder.join("mapping.toml"), [folder.to_owned()]);
    let tables = Tables { mapping: &mapping, paths: &paths, release: None };
    let read: Result<_, Infallible> = csv_in_pieces(&tables, Schema::builtin(), &(), &mut |_| (), size, take);
    let last = read.unwrap_or_else(|never| match never {})?;
    claims.extend_from_slice(&last.claims);
    Ok(Pieces { claims, most: most.max(last.claims.len()), refined: refined + last.refined_entities().len(), last })
}

fn whole(folder: &Path) -> Result<Changes, Vec<Diagnostic>> {
    csv(&folder.join("mapping.toml"), &[folder.to_owned()], Schema::builtin(), &(), &mut |_| ())
}

#[test]
fn the_claims_held_at_once_do_not_grow_with_the_files() {
    let folder = tempfile::tempdir().unwrap();
    for entities in [200, 2_000, 8_000] {
        generate(entities, folder.path()).unwrap();
        let expected = whole(folder.path()).unwrap();
        let pieces = in_pieces(folder.path(), 100).unwrap();
        // A row makes a few claims more than fit.
        assert!(pieces.most <= 105, "{} claims at once of {}", pieces.most, pieces.claims.len());
        assert_eq!(pieces.claims, expected.claims);
        assert_eq!(pieces.last.entities(), expected.entities());
        assert_eq!(pieces.last.sources(), expected.sources());
    }
}

/// People, of whom some are described twice, and whom they know.
const PEOPLE: &str = r#"
[source]
id = "s"
title = "S"

[[table]]
file = "people.csv"

[[table.entity]]
id = "{id}"
kind = "Organisation"
type = { column = "type" }
names = { column = "name" }
attributes = { website = "website" }

[[table.link]]
where = { column = "knows", not_empty = true }
from = "{id}"
to = "{knows}"
kind = { column = "kind" }
"#;

fn people(rows: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mapping.toml"), PEOPLE).unwrap();
    fs::write(folder.path().join("people.csv"), format!("id,name,type,website,knows,kind\n{}\n", rows.join("\n")))
        .unwrap();
    folder
}

#[test]
fn pieces_of_any_size_give_the_same_errors() {
    let refused_by_the_schema = [
        "a,A,,https://a.example,b,allied_with",
        "b,B,,ftp://b,,",
        "c,C,attack,,a,led_by",
        "d,D,,,a,took_part_in",
        "e,E,militant_group,nothing,a,allied_with",
        "f,F,ceasefire,,a,allied_with",
    ];
    let mut too_short = refused_by_the_schema.to_vec();
    too_short.push("g,G");
    for (rows, count) in [(&refused_by_the_schema[..], 5), (&too_short[..], 1)] {
        let folder = people(rows);
        let expected = whole(folder.path()).unwrap_err();
        assert!(expected.len() >= count, "{expected:?}");
        for size in [1, 2, 3, 5] {
            let Err(found) = in_pieces(folder.path(), size) else { panic!("not refused in pieces of {size}") };
            assert_eq!(found, expected, "pieces of {size}");
        }
    }
}

#[test]
fn a_finer_type_that_comes_late_is_checked() {
    let folder = people(&["a,A,,,,", "b,B,,,,", "c,C,,,,", "a,A again,attack,,,"]);
    let message = |read: Vec<Diagnostic>| read.first().map(|problem| (problem.message.clone(), problem.line)).unwrap();
    assert_eq!(message(whole(folder.path()).unwrap_err()).1, 2);
    let Err(found) = in_pieces(folder.path(), 1) else { panic!("not refused") };
    let (text, line) = message(found);
    assert_eq!((text.as_str(), line), ("attack is a type of Event, and a is of the kind Organisation", 5));
}

#[test]
fn a_finer_type_that_comes_late_is_told() {
    let folder = people(&["a,A,,,,", "b,B,,,,", "c,C,,,,", "a,A,militant_group,,,"]);
    let pieces = in_pieces(folder.path(), 1).unwrap();
    assert_eq!(pieces.refined, 1);
    assert_eq!(in_pieces(folder.path(), 100).unwrap().refined, 0);
}

/// A database-sized import: more claims than the database takes at once.
fn large(folder: &Path) {
    generate(4_000, folder).unwrap();
}

/// Imports a folder; answers the commit, and how many claims were there already.
fn import(database: &mut Database, folder: &Path) -> Result<(Option<Commit>, u64), DatabaseError> {
    let summary =
        database.import_csv(&folder.join("mapping.toml"), &[folder.to_owned()], None, false, "me", &mut |_| ())?;
    Ok((summary.commit, summary.skipped))
}

#[test]
fn an_error_in_the_last_row_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    large(folder.path());
    let links = folder.path().join("links.csv");
    let good = fs::read(&links).unwrap();
    let mut bad = good.clone();
    bad.extend_from_slice(b"p1,relative_of,nobody-at-all,,,2\n");
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("db");

    fs::write(&links, &bad).unwrap();
    let mut database = Database::create_or_open(&directory).unwrap();
    let refused = import(&mut database, folder.path()).map(|_| ());
    assert!(matches!(&refused, Err(DatabaseError::Refused(problems)) if problems.len() == 1), "{refused:?}");
    assert!(!directory.exists(), "a refused import leaves no database behind");

    fs::write(&links, &good).unwrap();
    let commit = import(&mut database, folder.path()).unwrap().0.unwrap();
    assert_eq!((commit.number, commit.entities), (1, 4_000));
    let answer = |database: &mut Database| {
        let ran = database.run("neighbours @p17 within 2", &Session::default()).unwrap();
        format!("{:?}", ran.answer.rows)
    };
    let before = answer(&mut database);

    fs::write(&links, &bad).unwrap();
    import(&mut database, folder.path()).unwrap_err();
    assert_eq!(database.history().unwrap().len(), 1);
    assert_eq!(answer(&mut database), before);
    assert!(!database.verify().unwrap().is_damaged());

    fs::write(&links, &good).unwrap();
    let (again, skipped) = import(&mut database, folder.path()).unwrap();
    assert!(again.is_none(), "what is there already is not added twice");
    assert_eq!(skipped, u64::from(commit.claims));
    drop(database);
    let names: Vec<String> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("graph-"))
        .collect();
    assert_eq!(names, ["graph-1.snapshot"], "nothing that was only needed meanwhile stays");
}

#[test]
fn a_finer_type_that_comes_late_is_kept() {
    let mut rows: Vec<String> = vec!["a,A,,,,".to_owned()];
    rows.extend((0..20_000).map(|number| format!("n{number},Name {number},,,,")));
    rows.push("a,A,militant_group,,n17,allied_with".to_owned());
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let folder = people(&rows);
    let place = tempfile::tempdir().unwrap();
    let mut database = Database::create_or_open(&place.path().join("db")).unwrap();
    import(&mut database, folder.path()).unwrap();
    let graph = database.graph();
    let node = graph.node(graph.by_id("a").unwrap()).unwrap();
    assert_eq!(graph.finer_name(node.finer), Some("militant_group"));
    assert_eq!(graph.link_count(), 1);
}

/// More people than the database takes at once.
fn many(from: u32, until: u32) -> tempfile::TempDir {
    let rows: Vec<String> = (from..until).map(|number| format!("n{number},Name {number},,,,")).collect();
    people(&rows.iter().map(String::as_str).collect::<Vec<_>>())
}

fn import_release(
    database: &mut Database,
    folder: &Path,
    release: Option<&str>,
) -> Result<CommitSummary, DatabaseError> {
    database.import_csv(&folder.join("mapping.toml"), &[folder.to_owned()], release, false, "me", &mut |_| ())
}

#[test]
fn rows_that_have_moved_are_known() {
    let place = tempfile::tempdir().unwrap();
    let mut database = Database::create_or_open(&place.path().join("db")).unwrap();
    let first = import_release(&mut database, many(100, 10_000).path(), None).unwrap().commit.unwrap();
    assert!(first.claims > 9_000);
    let second = import_release(&mut database, many(99, 10_000).path(), None).unwrap();
    assert_eq!(second.skipped, u64::from(first.claims));
    assert_eq!(second.commit.map(|commit| commit.entities), Some(1));
}

#[test]
fn a_large_release_takes_the_place_of_the_last_one() {
    let place = tempfile::tempdir().unwrap();
    let mut database = Database::create_or_open(&place.path().join("db")).unwrap();
    let first = import_release(&mut database, many(0, 10_000).path(), Some("2026-01")).unwrap().commit.unwrap();
    let summary = import_release(&mut database, many(1, 10_001).path(), Some("2026-02")).unwrap();
    let release = summary.release.unwrap();
    assert_eq!((release.added, release.removed), ((1, 0), (1, 0)));
    assert_eq!(summary.commit.map(|commit| commit.entities), Some(1));
    assert!(u64::from(first.claims) > summary.skipped && summary.skipped > 9_000);
    for release in [None, Some("2025")] {
        let refused = import_release(&mut database, many(0, 10_000).path(), release);
        assert!(matches!(refused, Err(DatabaseError::Impossible(_))), "{release:?}");
    }
    assert_eq!(database.history().unwrap().len(), 2);
}
