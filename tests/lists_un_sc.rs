//! The UN list: the real file counted by a scan of its own, invented records one by one, and what is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use common::{Home, shared};
use proptest::prelude::*;
use serde_json::Value;
use tieline::read::un_sc::un_sc_bytes;
use tieline::schema::Schema;

/// An invented list: two people, two organisations.
const LIST: &str = include_str!("fixtures/un-sc.xml");

fn real() -> Option<PathBuf> {
    shared("data/un-sc").map(|folder| folder.join("UN_consolidated_2026-02-27.xml"))
}

fn import(home: &Home, path: &std::path::Path) -> common::Ran {
    home.run(["import".as_ref(), "un-sc".as_ref(), path.as_os_str()])
}

/// What stands between two tags, every time, with the five entities put back and white space made single.
fn between<'t>(text: &'t str, open: &'t str, close: &'t str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(open) {
        let (inside, after) = after.split_once(close).unwrap();
        found.push(plain(inside));
        rest = after;
    }
    found
}

fn plain(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

/// The records of a list by their reference numbers, cut out of the text.
fn records(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (open, close) in [("<INDIVIDUAL>", "</INDIVIDUAL>"), ("<ENTITY>", "</ENTITY>")] {
        for record in text.split(open).skip(1) {
            let record = record.split(close).next().unwrap().to_owned();
            let number = between(&record, "<REFERENCE_NUMBER>", "</REFERENCE_NUMBER>").remove(0);
            assert!(found.insert(number, record).is_none());
        }
    }
    found
}

/// Reference numbers in a text, in the plainest way: every place where one of the list's own numbers stands.
fn references<'r>(text: &str, numbers: impl Iterator<Item = &'r String>) -> usize {
    numbers.map(|number| text.match_indices(number.as_str()).count()).sum()
}

/// The dossiers of entities, by id.
fn dossiers(home: &Home, ids: &[String]) -> BTreeMap<String, Vec<Value>> {
    let statements: String = ids.iter().map(|id| format!("show @{id}\n")).collect();
    let file = home.file("show.txt", statements);
    let out = home.run(["query".as_ref(), "--format".as_ref(), "jsonl".as_ref(), "-f".as_ref(), file.as_os_str()]).ok();
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in out.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let id = ids[row["statement"].as_u64().unwrap() as usize - 1].clone();
        found.entry(id).or_default().push(row);
    }
    found
}

fn stat(home: &Home, what: &str) -> u64 {
    let stats: Value = serde_json::from_str(&home.run(["stats", "--format", "json"]).ok()).unwrap();
    let row = stats["rows"].as_array().unwrap().iter().find(|row| row[0].as_str().unwrap().trim() == what).cloned();
    row.map_or(0, |row| row[1].as_u64().unwrap())
}

#[test]
fn every_record_and_every_name_is_there() {
    let Some(path) = real() else { return };
    let home = Home::new();
    let said = import(&home, &path).ok();
    assert!(said.starts_with("source un-sc:2026-02-27\n"), "{said}");
    let text = std::fs::read_to_string(&path).unwrap();
    let people = text.matches("<INDIVIDUAL>").count();
    let bodies = text.matches("<ENTITY>").count();
    assert_eq!((people, bodies), (730, 273));
    assert_eq!(stat(&home, "Person"), 730);
    assert_eq!(stat(&home, "Organisation"), 273 + 1, "and the Security Council");
    assert_eq!(stat(&home, "designated_by"), 1003);

    let records = records(&text);
    assert_eq!(records.len(), 1003);
    let ids: Vec<String> = records.keys().map(|number| format!("un-{}", number.to_lowercase())).collect();
    let dossiers = dossiers(&home, &ids);
    let (mut aliases, mut in_script) = (0, 0);
    for (number, record) in &records {
        let rows = &dossiers[&format!("un-{}", number.to_lowercase())];
        let names = |role: &str| -> BTreeSet<&str> {
            let label = format!("name ({role})");
            rows.iter().filter(|row| row["what"] == label.as_str()).map(|row| row["value"].as_str().unwrap()).collect()
        };
        let all: BTreeSet<&str> = ["primary", "alias", "former", "weak"].into_iter().flat_map(names).collect();
        let parts = ["FIRST", "SECOND", "THIRD", "FOURTH"];
        let name: Vec<String> = parts
            .iter()
            .flat_map(|part| between(record, &format!("<{part}_NAME>"), &format!("</{part}_NAME>")))
            .filter(|part| !part.is_empty() && part != "na")
            .collect();
        assert!(names("primary").contains(name.join(" ").as_str()), "{number}: {name:?}");
        for name in between(record, "<NAME_ORIGINAL_SCRIPT>", "</NAME_ORIGINAL_SCRIPT>") {
            in_script += 1;
            assert!(names("alias").contains(name.as_str()), "{number}: {name}");
        }
        for (open, close) in [("<INDIVIDUAL_ALIAS>", "</INDIVIDUAL_ALIAS>"), ("<ENTITY_ALIAS>", "</ENTITY_ALIAS>")] {
            for alias in record.split(open).skip(1) {
                let alias = alias.split(close).next().unwrap();
                let name = between(alias, "<ALIAS_NAME>", "</ALIAS_NAME>").pop().unwrap_or_default();
                if name.is_empty() {
                    continue;
                }
                aliases += 1;
                // Several names in one field are several names; a remark behind a name is none.
                for part in name.split(';') {
                    let part = part.trim();
                    let found = all.contains(part)
                        || all.iter().any(|known| part.contains(known) && known.len() * 3 > part.len());
                    assert!(found, "{number}: {part:?} is not among {all:?}");
                }
                let quality = between(alias, "<QUALITY>", "</QUALITY>").pop().unwrap_or_default();
                if quality == "Low" && !name.contains([';', '(', ')']) {
                    assert!(names("weak").contains(name.trim_end_matches(',')), "{number}: {name}");
                }
                if quality == "f.k.a." && !name.contains([';', '(']) {
                    assert!(names("former").contains(name.as_str()), "{number}: {name}");
                }
            }
        }
    }
    assert_eq!((aliases, in_script), (2752, 378));
}

#[test]
fn cross_references_are_links() {
    let Some(path) = real() else { return };
    let text = std::fs::read_to_string(&path).unwrap();
    let records = records(&text);
    let mut plainly = 0;
    for (number, record) in &records {
        let texts: Vec<String> = ["COMMENTS1", "VALUE", "NOTE", "ALIAS_NAME"]
            .iter()
            .flat_map(|field| between(record, &format!("<{field}>"), &format!("</{field}>")))
            .collect();
        plainly += references(&texts.join("\n"), records.keys().filter(|other| *other != number));
    }
    assert!(plainly >= 496, "{plainly}");
    let release = un_sc_bytes(text.as_bytes(), Schema::builtin()).unwrap();
    let words = &release.changes.words;
    let links = release.changes.claims.iter().filter(|claim| match claim.says {
        tieline::model::Says::Link { kind, .. } => {
            !matches!(words.text(kind), "designated_by" | "has_status" | "part_of" | "born_in" | "located_in")
        }
        _ => false,
    });
    // `KPE.018` and `QDi322` are references too.
    let links: Vec<_> = links.collect();
    assert!(links.len() >= plainly && links.len() <= plainly + 5, "{} links, {plainly} references", links.len());
    let possible = links.iter().filter(|claim| claim.modality == tieline::model::Modality::Possible).count();
    assert!(possible > 100 && possible < links.len() - 100, "{possible} of {}", links.len());
    assert!(links.iter().all(|claim| claim.text.is_some() && claim.locator.span.is_some()));
    let said = release.notices.join("\n");
    assert!(said.contains("entries that are not on the list: ") && said.contains("QDi.317 (3)"), "{said}");
}

#[test]
fn spans_point_at_the_words() {
    let release = un_sc_bytes(LIST.as_bytes(), Schema::builtin()).unwrap();
    let mut names = 0;
    for claim in &release.changes.claims {
        let (start, end) = claim.locator.span.unwrap();
        let part = &LIST[start as usize..end as usize];
        assert!(part.starts_with('<') && part.ends_with('>'), "{part}");
        if let tieline::model::Says::Name { entity, text, .. } = &claim.says
            && release.changes.words.text(release.changes.entities()[*entity as usize].kind) == "Person"
        {
            let words = plain(&part.replace(['<', '>'], " "));
            assert!(text.split(' ').all(|word| words.contains(word)), "{text}: {part}");
            names += 1;
        }
    }
    assert!(names > 5);
}

#[test]
fn records_become_what_the_page_says() {
    let home = Home::new();
    let path = home.file("list.xml", LIST);
    insta::assert_snapshot!(import(&home, &path).ok(), @r"
    source un-sc:2026-02-27
    commit 1: 11 entities, 1 source, 76 claims
    links from cross-references: 6, 4 of the kind that their sentence says and 2 as possible ties
    cross-references to entries that are not on the list: XAi.999 (1)
    ");
    let shown = |id: &str| {
        let answer = home.json(&format!("show @{id}"));
        let rows = answer["rows"].as_array().unwrap().iter().map(|row| {
            let cell = |at: usize| match &row[at] {
                Value::Object(node) => format!("@{}", node["id"].as_str().unwrap()),
                Value::String(text) => text.clone(),
                _ => "-".to_owned(),
            };
            let line: Vec<String> = (0..row.as_array().unwrap().len().min(5)).map(cell).collect();
            line.join(" | ")
        });
        rows.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!("person", shown("un-xai.001"));
    insta::assert_snapshot!("organisation", shown("un-xae.001"));
}

#[test]
fn importing_again_adds_nothing() {
    let home = Home::new();
    let path = home.file("list.xml", LIST);
    import(&home, &path).ok();
    let again = import(&home, &path).ok();
    assert!(again.contains("nothing new"), "{again}");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_nothing_is_loaded() {
    let broken = |from: &str, to: &str| LIST.replacen(from, to, 1);
    let cases = [
        (
            "twice.xml",
            broken("<REFERENCE_NUMBER>XAi.002", "<REFERENCE_NUMBER>XAi.001"),
            "record 2 (XAi.001) has the reference number of record 1",
        ),
        (
            "noname.xml",
            LIST.replace("<FIRST_NAME>ANNA</FIRST_NAME>", "<FIRST_NAME/>")
                .replace("<SECOND_NAME>SAMPLE</SECOND_NAME>", ""),
            "record 2 (XAi.002) has no name",
        ),
        ("noref.xml", broken("<REFERENCE_NUMBER>XAe.001</REFERENCE_NUMBER>", ""), "record 3 has no REFERENCE_NUMBER"),
        (
            "date.xml",
            broken("<LISTED_ON>2012-12-31</LISTED_ON>", "<LISTED_ON>soon</LISTED_ON>"),
            "has \"soon\" as LISTED_ON",
        ),
        ("cut.xml", LIST[..LIST.len() / 2].to_owned(), "cut off"),
        (
            "bomb.xml",
            LIST.replacen("?>", "?><!DOCTYPE x [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]>", 1),
            "a document type",
        ),
        ("external.xml", LIST.replacen("?>", "?><!DOCTYPE x SYSTEM \"file:///etc/hostname\">", 1), "a document type"),
        ("entity.xml", broken("ANNA", "&anna;"), "the entity &anna;"),
        ("eu.xml", "<?xml version=\"1.0\"?>\n<export><sanctionEntity/></export>".to_owned(), "its root is <export>"),
        ("latin.xml", LIST.replacen("UTF-8", "ISO-8859-1", 1), "ISO-8859-1"),
        ("section.xml", LIST.replace("<ENTITY>", "<THING>").replace("</ENTITY>", "</THING>"), "<THING> is neither"),
        ("nothing.xml", "<CONSOLIDATED_LIST/>".to_owned(), "the list has no record"),
        ("empty.xml", String::new(), "the file is empty"),
    ];
    for (name, content, expected) in cases {
        let home = Home::new();
        let path = home.file(name, content);
        let before = home.digest();
        let said = import(&home, &path).fails(1);
        assert!(said.contains(expected), "{name}: {said}");
        assert!(said.contains(name), "{said}");
        assert_eq!(home.digest(), before, "{name}");
    }
    let home = Home::new();
    assert!(import(&home, &home.at("missing.xml")).fails(1).contains("cannot be read"));
    let path = home.file("list.xml", broken("<REFERENCE_NUMBER>XAi.002", "<REFERENCE_NUMBER>XAi.001"));
    insta::assert_snapshot!(import(&home, &path).fails(1).replace(&home.path().display().to_string(), "."), @r"
    error: record 2 (XAi.001) has the reference number of record 1
      --> ./list.xml:46:7
       |
    46 |       <REFERENCE_NUMBER>XAi.001</REFERENCE_NUMBER>
       |       ^^^^^^^^^^^^^^^^^^

    error: 1 error; nothing was changed
    ");
}

#[test]
fn bytes_that_are_not_utf8_are_refused_where_they_stand() {
    let mut bytes = LIST.as_bytes().to_vec();
    let at = LIST.find("ANNA").unwrap();
    bytes[at] = 0xe9;
    let problems = un_sc_bytes(&bytes, Schema::builtin()).unwrap_err();
    let line = LIST[..at].matches('\n').count() + 1;
    assert_eq!(problems[0].line, line);
    assert!(problems[0].message.contains("not UTF-8"), "{}", problems[0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// A list that is cut, or in which a piece is replaced, is read or refused, and never half read.
    #[test]
    fn a_damaged_list_is_read_or_refused(at in 0usize..4000, length in 0usize..200, put in "[<>/A-Za-z&;\"= 0-9é]{0,20}") {
        let mut bytes = LIST.as_bytes().to_vec();
        let at = at.min(bytes.len());
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, put.bytes());
        match un_sc_bytes(&bytes, Schema::builtin()) {
            Ok(mut release) => prop_assert!(Schema::builtin().check(&mut release.changes).is_ok()),
            Err(problems) => prop_assert!(!problems.is_empty() && problems.iter().all(|problem| problem.line >= 1)),
        }
    }
}
