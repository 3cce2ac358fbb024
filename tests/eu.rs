//! The three lists of the European Union, by their mappings: every entry with its aliases, dates and listing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{Home, repository, shared};
use serde_json::json;

const LISTS: [(&str, &str, &str); 3] = [
    ("eu-terrorists", "32001R2580_eu_terrorist_list.csv", "eu-list:eu-terr"),
    ("eu-al-qaida", "32002R0881_alqaida_isil.csv", "eu-list:eu-taqa-euaq"),
    ("eu-taliban", "32011R0753_taliban.csv", "eu-list:eu-afg"),
];

fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn every_entry_and_every_alias_is_there() {
    let Some(folder) = shared("data/eu") else { return };
    let home = Home::new();
    for (mapping, file, status) in LISTS {
        let mapping = repository(&format!("schema/mappings/{mapping}.toml"));
        let path = folder.join(file);
        home.run([
            "import",
            "csv",
            "--release",
            "2026-02-27",
            "--mapping",
            mapping.to_str().unwrap(),
            path.to_str().unwrap(),
        ])
        .ok();
        let rows = rows(&std::fs::read_to_string(&path).unwrap());
        let listed = home
            .json(&format!("match (a)-[l:has_status]->(s) where s.id = '{status}' return count(distinct a) as listed"));
        let names: BTreeSet<&str> = rows.iter().map(|row| row["name"].as_str()).collect();
        assert_eq!(listed["rows"][0][0].as_u64().unwrap() as usize, names.len(), "{file}");
        for row in rows.iter().step_by(7) {
            let found = home.ids(&format!("find {}", json!(row["name"])));
            assert!(!found.is_empty(), "{}", row["name"]);
            // Aliases without brackets: one for each semicolon.
            for alias in row["alias"].split(';').map(str::trim).filter(|alias| !alias.is_empty()) {
                if !row["alias"].contains(['(', '"', '‘', '’', '\'']) {
                    assert!(!home.ids(&format!("find {}", json!(alias))).is_empty(), "{alias}");
                }
            }
        }
    }
    // 350 rows of one list are 348 names: two people stand in it twice.
    let people = home.json("match (a)-[:designated_by]->(b) where b.id = 'eu-council' return count(distinct a) as n");
    assert_eq!(people["rows"][0][0], json!(36 + 348 + 140));
}

#[test]
fn what_a_row_says_is_said_of_its_entry() {
    let Some(folder) = shared("data/eu") else { return };
    let home = Home::new();
    for (mapping, file, _) in LISTS {
        let mapping = repository(&format!("schema/mappings/{mapping}.toml"));
        home.run(["import", "csv", "--mapping", mapping.to_str().unwrap(), folder.join(file).to_str().unwrap()]).ok();
    }
    let shown = home.query("show @eu-taliban-ia-1").ok();
    for (what, value) in [
        ("name (alias)", "Abdul Baqi"),
        ("birth date", "1960~/1962~"),
        ("birth place", "Jalalabad City, Nangarhar Province, Afghanistan"),
        ("birth place", "Shinwar District, Nangarhar Province, Afghanistan"),
        ("role", "Maulavi"),
        ("role", "Mullah"),
        ("listed on", "2001-02-23"),
        ("programme", "EU-AFG"),
    ] {
        let there = shown.lines().any(|line| line.starts_with(what) && line.contains(value));
        assert!(there, "{what} {value}\n{shown}");
    }
    let listing = home.json("why @eu-taliban-ia-1 to @eu-council");
    assert_eq!(listing["rows"][0][6], json!("2001-02-23/"));
    assert!(listing["rows"][0][7].as_str().unwrap().contains("Governor of Khost"));
    assert_eq!(
        home.json("show @eu-taliban-ia-1 as of 1999")["rows"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row[0] == "is designated by")
            .count(),
        0
    );
    // Two births, of which the list does not know which it is; and a date that is none is kept as a note.
    let shown = home.query("show @eu-terrorists-arbabsiar-manssor").ok();
    assert!(shown.contains("1955-03-06") && shown.contains("1955-03-15"), "{shown}");
}

/// Imports a table by a mapping of an entity with these lines.
fn import(home: &Home, entity: &str, table: &str) -> common::Ran {
    home.file(
        "m.toml",
        format!(
            "[source]\nid = \"s\"\ntitle = \"S\"\n\n[[table]]\nclean = [\"quotes\"]\n\
             dates = {{ formats = [\"d.m.yyyy\", \"yyyy\"], words = true }}\n\n[[table.entity]]\nid = \"e-{{id}}\"\n\
             kind = \"Person\"\n{entity}\n"
        ),
    );
    home.file("t.csv", table);
    home.run(["import", "csv", "--mapping", "m.toml", "t.csv"])
}

#[test]
fn a_mapping_says_what_these_columns_need() {
    let home = Home::new();
    let entity = "names = [{ text = \"Someone\" }, { column = \"name\", role = \"alias\", split = [\"; \", \"(a)\"] }]\n\
                  attributes = { birth_date = { column = \"born\", split = \" or \" }, gender = { column = \"sex\", map = { F = \"female\" } }, \"ftm:eyes\" = \"eyes\" }";
    import(
        &home,
        entity,
        "id,name,born,sex,eyes\n1,\"\"\"(a) One, (b) Two (x; y)\"\"\",circa 1960 or 1.2.1961,F,brown\n",
    )
    .ok();
    let shown = home.query("show @e-1").ok();
    for (what, value) in [
        ("name (primary)", "Someone"),
        ("name (alias)", "One"),
        ("name (alias)", "Two (x; y)"),
        ("birth date", "1960~"),
        ("birth date", "1961-02-01"),
        ("gender", "female"),
        ("ftm:eyes", "brown"),
    ] {
        assert!(shown.lines().any(|line| line.starts_with(what) && line.contains(value)), "{what} {value}\n{shown}");
    }
}

#[test]
fn what_only_the_first_row_says_is_said_once() {
    let home = Home::new();
    let out = import(&home, "names = { column = \"name\" }\nonce = true", "id,name\n1,Ada\n1,Ada\n1,Other\n").ok();
    assert!(out.contains("1 entity, 1 source, 1 claim"), "{out}");
}

#[test]
fn what_is_wrong_with_them_is_said() {
    for (entity, table, expected) in [
        ("names = { role = \"alias\" }", "id,name\n1,A\n", "a name needs `column` or `text`"),
        ("names = { column = \"name\", text = \"A\" }", "id,name\n1,A\n", "`column` or `text`, not both"),
        ("names = { column = \"name\", split = [\"\"] }", "id,name\n1,A\n", "`split` is empty"),
        (
            "attributes = { gender = { column = \"name\", map = { F = \"female\" } } }",
            "id,name\n1,A\n",
            "the mapping knows no name \"A\"",
        ),
        ("attributes = { \"ftm:\" = \"name\" }", "id,name\n1,A\n", "there is no attribute \"ftm:\""),
        ("attributes = { birth_date = \"name\" }", "id,name\n1,about A\n", "\"about A\" is no date"),
    ] {
        let home = Home::new();
        let error = import(&home, entity, table).fails(1);
        assert!(error.contains(expected), "{expected}: {error}");
        assert!(!home.database().exists());
    }
}
