//! Two lists, two releases, two days beside each other.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use common::{Home, repository, shared};
use serde_json::{Value, json};

fn entity(id: &str, schema: &str, properties: Value) -> String {
    format!("{}\n", json!({ "id": id, "schema": schema, "properties": properties, "datasets": ["list"] }))
}

fn lists(home: &Home) {
    let person = |id: &str, name: &str, birth: &str, number: &str| {
        entity(id, "Person", json!({ "name": [name], "birthDate": [birth], "recordId": [number] }))
    };
    let tie = |start: &str, end: &str| {
        entity(
            "tie",
            "Associate",
            json!({ "person": ["a"], "associate": ["b"], "startDate": [start], "endDate": [end] }),
        )
    };
    let company = entity("f", "Company", json!({ "name": ["Firm"] }));
    let owns = entity("own", "Ownership", json!({ "owner": ["a"], "asset": ["f"] }));
    home.file(
        "old.json",
        [
            person("a", "Ada", "1970", "1"),
            person("b", "Bob", "1971", "2"),
            person("c", "Cy", "1972", "3"),
            person("d", "Di", "1973", "4"),
            tie("2001", "2003"),
            company.clone(),
            owns.clone(),
        ]
        .concat(),
    );
    home.file(
        "new.json",
        [
            person("a", "Ada", "1970", "1"),
            person("b", "Robert", "1971", "2"),
            person("c", "Cy", "1982", "3"),
            person("x", "Di", "1973", "4"),
            person("e", "Eve", "1974", "5"),
            tie("2002", "2003"),
            entity("f", "Company", json!({ "name": ["Firm"], "alias": ["The Firm"] })),
        ]
        .concat(),
    );
}

const TABLE: [(&str, &str, &str, &str, &str); 8] = [
    ("added", "e", "", "", ""),
    ("removed", "a/owns/f", "", "", ""),
    ("renamed", "b", "name", "Bob", "Robert"),
    ("renamed", "x", "entry 4", "@d Di", "@x Di"),
    ("re-dated", "c", "birth date", "1972", "1982"),
    ("re-dated", "a/knows/b", "dates", "2001/2003", "2002/2003"),
    ("changed", "f", "name (alias)", "", "The Firm"),
    ("", "", "", "", ""),
];

#[track_caller]
fn check(answer: &Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows: Vec<_> = answer["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (text(&row[0]), text(&row[1]["id"]), text(&row[2]), text(&row[3]), text(&row[4])))
        .collect();
    let expected: Vec<_> = TABLE
        .iter()
        .filter(|row| !row.0.is_empty())
        .map(|row| (row.0.into(), row.1.into(), row.2.into(), row.3.into(), row.4.into()))
        .collect();
    assert_eq!(rows, expected);
}

#[test]
fn two_files_are_compared_without_a_database() {
    let home = Home::new();
    lists(&home);
    let ran = home.run(["diff", "old.json", "new.json", "--format", "json"]);
    assert!(
        ran.err.contains(
            "1 entity added, 1 link removed, 2 entities renamed, 1 entity and 1 link re-dated, 1 entity changed"
        ),
        "{}",
        ran.err
    );
    check(&serde_json::from_str(&ran.clone().ok()).unwrap());
    assert_eq!(home.run(["diff", "old.json", "new.json", "--format", "json"]), ran, "twice the same");
    assert!(!home.database().exists());
    let csv = home.run(["diff", "old.json", "new.json", "--format", "csv"]).ok();
    assert!(csv.contains("re-dated,Cy,c,birth date,1972,1982"), "{csv}");
    assert!(home.run(["diff", "old.json", "new.json"]).ok().starts_with("change"));
    let same = home.run(["diff", "--exit-code", "old.json", "old.json"]);
    assert!(same.err.contains("no difference"));
    same.ok();
    assert_eq!(home.run(["diff", "--exit-code", "old.json", "new.json"]).code, 1);
    assert_eq!(home.run(["diff", "old.json", "new.json"]).code, 0);
}

#[test]
fn a_picture_shows_what_became_of_each() {
    let home = Home::new();
    lists(&home);
    let dot = home.run(["diff", "old.json", "new.json", "--format", "dot"]).ok();
    let line = |start: &str| {
        dot.lines().find(|line| line.trim_start().starts_with(start)).unwrap_or_else(|| panic!("{start}: {dot}"))
    };
    assert!(line("\"e\" [").contains("#2e7d32"));
    assert!(line("\"b\" [").contains("#b26a00"));
    assert!(!line("\"a\" [").contains("#2e7d32") && !line("\"a\" [").contains("dashed"));
    assert!(line("\"a\" -> \"f\"").contains("style=dashed, color=\"#b3261e\""));
    assert!(line("\"a\" -> \"b\"").contains("color=\"#b26a00\""));
    for word in ["added", "removed", "changed"] {
        assert!(
            dot.contains(&format!(
                "<font color=\"{}\">{word}</font>",
                match word {
                    "added" => "#2e7d32",
                    "removed" => "#b3261e",
                    _ => "#b26a00",
                }
            )),
            "{dot}"
        );
    }
    home.run(["diff", "new.json", "old.json", "-o", "back.dot"]).ok();
    let back = std::fs::read_to_string(home.at("back.dot")).unwrap();
    assert!(back.lines().any(|line| line.contains("\"e\" [") && line.contains("filled,dashed")), "{back}");
}

#[test]
fn releases_commits_and_days_of_a_database_are_compared() {
    let home = Home::new();
    lists(&home);
    home.run(["import", "ftm", "--release", "2024-01-01", "old.json"]).ok();
    home.run(["import", "ftm", "--release", "2024-02-01", "new.json"]).ok();
    // What is loaded beside a list is none of its business.
    home.file("seed.toml", "[source]\nid = \"s\"\ntitle = \"S\"\n\n[[entity]]\nid = \"z\"\nkind = \"Person\"\nnames = [{ name = \"Zoe\" }]\n");
    home.run(["load", "seed.toml"]).ok();
    let diff = |one: &str, other: &str| -> Value {
        serde_json::from_str(&home.run(["diff", one, other, "--format", "json"]).ok()).unwrap()
    };
    for (one, other) in [
        ("ftm-list:2024-01-01", "ftm-list:2024-02-01"),
        ("1", "2"),
        ("ftm-list:2024-01-01", "ftm-list"),
        ("old.json", "ftm-list:2024-02-01"),
        ("ftm-list:2024-01-01", "new.json"),
    ] {
        check(&diff(one, other));
    }
    assert_eq!(diff("2", "3")["rows"].as_array().unwrap().len(), 1);
    let today = jiff_today();
    assert_eq!(diff("3", &today)["rows"], json!([]));
    assert_eq!(diff("ftm-list:2024-02-01", &today)["rows"].as_array().unwrap().len(), 1);
    // A release that changes nothing is the one before it; a third one leaves the second as it was.
    home.run(["import", "ftm", "--release", "2024-03-01", "new.json"]).ok();
    home.run(["import", "ftm", "--release", "2024-04-01", "old.json"]).ok();
    check(&diff("ftm-list:2024-01-01", "ftm-list:2024-02-01"));
    check(&diff("ftm-list:2024-01-01", "ftm-list:2024-03-01"));
    assert_eq!(diff("ftm-list:2024-01-01", "ftm-list:2024-04-01")["rows"], json!([]));
}

/// Today, as the program sees it: the day of its last commit would do as well, but this is what a user writes.
fn jiff_today() -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    jiff::Timestamp::from_second(seconds as i64).unwrap().strftime("%Y-%m-%d").to_string()
}

#[test]
fn what_cannot_be_compared_is_said() {
    let home = Home::new();
    lists(&home);
    home.file("table.csv", "id,name\n1,A\n");
    home.file("text.txt", "Nothing of the kind\n");
    home.run(["import", "ftm", "--release", "2024-01-01", "old.json"]).ok();
    for (one, other, code, message) in [
        ("old.json", "absent.json", 2, "absent.json cannot be read"),
        ("old.json", "table.csv", 1, "another format"),
        ("table.csv", "table.csv", 1, "--mapping"),
        ("text.txt", "text.txt", 1, "no list that is known"),
        ("1", "7", 1, "there is no commit 7: the last one is 1"),
        ("1", "0", 1, "there is no commit 0"),
        ("1", "1999-01-01", 1, "no commit of 1999-01-01"),
        ("ftm-lst:2024-01-01", "1", 1, "did you mean ftm-list:2024-01-01?"),
    ] {
        let error = home.run(["diff", one, other]).fails(code);
        assert!(error.contains(message), "{one} {other}: {error}");
    }
    assert!(home.run(["diff", "old.json", "new.json", "--format", "ftm"]).fails(2).contains("FollowTheMoney"));
}

#[test]
fn tables_are_compared_by_their_mapping() {
    let Some(folder) = shared("data/eu") else { return };
    let home = Home::new();
    let text = std::fs::read_to_string(folder.join("32011R0753_taliban.csv")).unwrap();
    home.file("old_taliban.csv", &text);
    home.file("new_taliban.csv", text.replacen("Abdul Baqi Basir Awal Shah", "Abdul Baqi Renamed", 1));
    let mapping = repository("schema/mappings/eu-taliban.toml");
    let mapping = mapping.to_str().unwrap();
    let csv = home.run(["diff", "--mapping", mapping, "old_taliban.csv", "new_taliban.csv", "--format", "csv"]).ok();
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    assert_eq!(rows.len(), 1, "{csv}");
    assert!(rows[0].contains("renamed") && rows[0].contains("eu-taliban-ia-1,name"), "{csv}");
}
