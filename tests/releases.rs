//! A newer release of a list takes the place of an older one: what is gone is retracted, what is new is added, what is the
//! same is not touched.

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

fn person(id: &str, name: &str, birth: &str) -> String {
    entity(id, "Person", json!({ "name": [name], "birthDate": [birth] }))
}

fn entity(id: &str, schema: &str, properties: Value) -> String {
    format!("{}\n", json!({ "id": id, "schema": schema, "properties": properties, "datasets": ["list"] }))
}

fn import(home: &Home, release: &str, text: &str) -> common::Ran {
    home.file("list.json", text);
    home.run(["import", "ftm", "--release", release, "list.json"])
}

/// A release with four people, and the next one: one is gone, one is new, one has another name, one another date of birth.
fn two_releases() -> (String, String) {
    let tie =
        |start: &str| entity("tie", "Associate", json!({ "person": ["a"], "associate": ["b"], "startDate": [start] }));
    let first = [
        person("a", "Ada", "1970"),
        person("b", "Bob", "1971"),
        person("c", "Cy", "1972"),
        person("d", "Di", "1973"),
        tie("2001"),
    ];
    let second = [
        person("a", "Ada", "1970"),
        person("b", "Robert", "1971"),
        person("c", "Cy", "1982"),
        person("e", "Eve", "1974"),
        tie("2002"),
    ];
    (first.concat(), second.concat())
}

fn live_claims(home: &Home, id: &str) -> Vec<(String, String)> {
    let answer = home.json(&format!("show @{id}"));
    let rows = answer["rows"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    rows.iter().skip(3).map(|row| (text(&row[1]), text(&row[6]))).collect()
}

#[test]
fn what_is_gone_goes_and_what_is_the_same_stays() {
    let home = Home::new();
    let (first, second) = two_releases();
    import(&home, "2024-01-01", &first).ok();
    let out = import(&home, "2024-02-01", &second).ok();
    assert!(
        out.contains(
            "a newer release: 1 entity added, 1 entity removed, 1 entity renamed, 1 entity and 1 link re-dated"
        ),
        "{out}"
    );
    // What did not change has the source that said it first.
    assert!(
        live_claims(&home, "a").contains(&("Ada".to_owned(), "ftm-list:2024-01-01 row 1".to_owned())),
        "{:?}",
        live_claims(&home, "a")
    );
    assert!(
        live_claims(&home, "b")
            .iter()
            .any(|(name, source)| name == "Robert" && source.starts_with("ftm-list:2024-02-01"))
    );
    assert!(!live_claims(&home, "b").iter().any(|(name, _)| name == "Bob"));
    // Who is gone is in no answer.
    assert!(home.ids("find \"Di\"").is_empty());
    assert_eq!(home.ids("find \"Eve\""), ["e"]);
    let all = home.json("match (a:Person) return count(a) as people");
    assert_eq!(all["rows"][0][0], json!(4));
    // It is one commit, and undoing it brings back all that was.
    home.run(["undo", "2"]).ok();
    assert_eq!(home.ids("find \"Di\""), ["d"]);
    assert_eq!(home.ids("find \"Bob\""), ["b"]);
    assert!(home.ids("find \"Eve\"").is_empty());
    home.run(["verify"]).ok();
    // What was undone is as if it had never come: the first release is the newest again.
    assert!(import(&home, "2024-01-15", &second).ok().contains("1 entity removed"));
}

#[test]
fn the_same_again_changes_nothing() {
    let home = Home::new();
    let (first, second) = two_releases();
    import(&home, "2024-01-01", &first).ok();
    let before = live_claims(&home, "a");
    assert!(import(&home, "2024-01-01", &first).ok().contains("nothing new"));
    let out = import(&home, "2024-03-01", &first).ok();
    assert!(out.contains("nothing is added, removed or changed") && out.contains("0 claims"), "{out}");
    assert_eq!(live_claims(&home, "a"), before);
    // The order and the places of entries do not count.
    let turned: Vec<&str> = first.lines().rev().collect();
    assert!(import(&home, "2024-04-01", &(turned.join("\n\n") + "\n")).ok().contains("0 claims"));
    // More of the same release is added to it.
    let more = person("f", "Flo", "1980");
    assert!(import(&home, "2024-04-01", &more).ok().contains("1 entity"));
    assert_eq!(home.ids("find \"Ada\""), ["a"]);
    assert!(import(&home, "2024-05-01", &second).ok().contains("2 entities removed"));
}

#[test]
fn an_older_release_is_refused_unless_asked_for() {
    let home = Home::new();
    let (first, second) = two_releases();
    import(&home, "2024-02-01", &second).ok();
    let error = import(&home, "2024-01", &first).fails(1);
    assert!(
        error.contains("as of 2024-01,") && error.contains("as of 2024-02-01") && error.contains("--older"),
        "{error}"
    );
    home.file("list.json", &first);
    let error = home.run(["import", "ftm", "list.json"]).fails(1);
    assert!(error.contains("--release DATE") && error.contains("2024-02-01"), "{error}");
    let history: Value = serde_json::from_str(&home.run(["history", "--format", "json"]).ok()).unwrap();
    assert_eq!(history["rows"].as_array().unwrap().len(), 1);
    assert_eq!(home.ids("find \"Eve\""), ["e"]);
    home.file("list.json", &first);
    let out = home.run(["import", "ftm", "--older", "--release", "2024-01", "list.json"]).ok();
    assert!(out.contains("1 entity removed"), "{out}");
    assert_eq!(home.ids("find \"Di\""), ["d"]);
    for wrong in ["yesterday", "2024-13", "2024-1-1", "24"] {
        let error = home.run(["import", "ftm", "--release", wrong, "list.json"]).fails(2);
        assert!(error.contains("2026-02-27"), "{error}");
    }
}

#[test]
fn a_dated_release_takes_the_place_of_an_undated_list() {
    let home = Home::new();
    let (first, second) = two_releases();
    home.file("list.json", &first);
    home.run(["import", "ftm", "list.json"]).ok();
    assert!(import(&home, "2024", &second).ok().contains("1 entity removed"));
}

#[test]
fn another_list_is_another_matter() {
    let home = Home::new();
    let (first, second) = two_releases();
    import(&home, "2024-01-01", &first).ok();
    home.file("other.json", person("d", "Di", "1973").replace("\"list\"", "\"other\""));
    home.run(["import", "ftm", "--release", "2023", "other.json"]).ok();
    import(&home, "2024-02-01", &second).ok();
    // One list has let go of her, the other has not.
    assert_eq!(home.ids("find \"Di\""), ["d"]);
    assert!(live_claims(&home, "d").iter().all(|(_, source)| source.starts_with("ftm-other")));
}

#[test]
fn changes_touch_only_what_they_speak_of() {
    let home = Home::new();
    let (first, _) = two_releases();
    let status = entity("status", "Sanction", json!({ "entity": ["a"], "program": ["P"] }));
    import(&home, "2024-01-01", &(first + &status)).ok();
    let change = |op: &str, entity: &str| format!("{{\"op\":\"{op}\",\"entity\":{}}}\n", entity.trim());
    let changes = [
        change("ADD", &person("e", "Eve", "1974")),
        change("MOD", &person("a", "Adele", "1970")),
        change("DEL", &json!({ "id": "d" }).to_string()),
        change("DEL", &json!({ "id": "tie" }).to_string()),
    ];
    let out = import(&home, "2024-01-02", &changes.concat()).ok();
    assert!(out.contains("1 entity added, 1 entity and 1 link removed, 1 entity renamed"), "{out}");
    for (name, found) in [("Eve", true), ("Adele", true), ("Ada", false), ("Di", false), ("Bob", true), ("Cy", true)] {
        assert_eq!(!home.ids(&format!("find \"{name}\"")).is_empty(), found, "{name}");
    }
    // What another entry says of her is not hers to lose.
    assert_eq!(home.json("neighbours \"Adele\"")["rows"].as_array().unwrap().len(), 1);
    // A change that only deletes names no data set.
    import(&home, "2024-01-03", &change("DEL", &json!({ "id": "e" }).to_string())).ok();
    assert!(home.ids("find \"Eve\"").is_empty() && !home.ids("find \"Adele\"").is_empty());
    // The next whole release counts from there.
    assert!(import(&home, "2024-02-01", &person("b", "Bob", "1971")).ok().contains("removed"));
}

#[test]
fn a_decision_that_two_are_one_outlives_a_release() {
    let home = Home::new();
    let mapping = home.file(
        "people.toml",
        "[source]\nid = \"people\"\ntitle = \"People\"\nrelease = \"2024-01-01\"\n\n[[table]]\n\n[[table.entity]]\nid = \"p-{id}\"\n\
         kind = \"Person\"\njoin = \"exact\"\nnames = { column = \"name\" }\n",
    );
    home.file("seed.toml", "[source]\nid = \"s\"\ntitle = \"S\"\n\n[[entity]]\nid = \"ada\"\nkind = \"Person\"\nnames = [{ name = \"Ada Example\" }]\n");
    home.run(["load", "seed.toml"]).ok();
    home.file("people.csv", "id,name\n1,Ada Example\n2,Bob Example\n");
    let import = |release: &[&str]| {
        let mut arguments = vec!["import", "csv", "--mapping", mapping.to_str().unwrap()];
        arguments.extend(release);
        arguments.push("people.csv");
        home.run(arguments)
    };
    assert!(import(&[]).ok().contains("1 entity known already under another id"));
    assert_eq!(home.json("match (a:Person) return count(a) as people")["rows"][0][0], json!(2));
    home.file("people.csv", "id,name\n1,Ada Example\n3,Cy Example\n");
    let out = import(&["--release", "2024-02-01"]).ok();
    assert!(out.contains("1 entity added, 1 entity removed"), "{out}");
    assert_eq!(home.json("match (a:Person) return count(a) as people")["rows"][0][0], json!(2));
    assert!(import(&[]).fails(1).contains("--older"));
    home.file("people.csv", "id,name\n1,Ada Example\n");
    import(&["--older"]).ok();
    std::fs::write(&mapping, std::fs::read_to_string(&mapping).unwrap().replace("2024-01-01", "soon")).unwrap();
    assert!(import(&[]).fails(1).contains("people.toml:4:11"));
}

#[test]
fn a_newer_list_of_the_united_nations_takes_the_place_of_the_older_one() {
    let Some(folder) = shared("data/un-sc") else { return };
    let home = Home::new();
    let file = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "xml"));
    let text = std::fs::read_to_string(file.unwrap()).unwrap();
    home.file("first.xml", &text);
    let people: Vec<&str> = text.split("<INDIVIDUAL>").collect();
    let gone = people[6].split("</INDIVIDUAL>").next().unwrap();
    let newer = text.replacen(&format!("<INDIVIDUAL>{gone}</INDIVIDUAL>"), "", 1).replacen(
        "dateGenerated=\"2026-02-27",
        "dateGenerated=\"2026-03-27",
        1,
    );
    home.file("second.xml", newer);
    home.run(["import", "un-sc", "first.xml"]).ok();
    let people = |home: &Home| home.json("match (a:Person) return count(a) as people")["rows"][0][0].as_i64().unwrap();
    let before = people(&home);
    let out = home.run(["import", "un-sc", "second.xml"]).ok();
    assert!(out.contains("a newer release:") && out.contains("removed") && !out.contains("renamed"), "{out}");
    assert_eq!(people(&home), before - 1);
    assert!(home.run(["import", "un-sc", "first.xml"]).fails(1).contains("2026-02-27"));
    home.run(["import", "un-sc", "--older", "first.xml"]).ok();
    assert_eq!(people(&home), before);
}

#[test]
fn the_lists_of_the_european_union_have_releases() {
    let Some(folder) = shared("data/eu") else { return };
    let home = Home::new();
    let text = std::fs::read_to_string(folder.join("32011R0753_taliban.csv")).unwrap();
    let mapping = repository("schema/mappings/eu-taliban.toml");
    let import = |release: &str, text: &str| {
        home.file("taliban.csv", text);
        home.run(["import", "csv", "--mapping", mapping.to_str().unwrap(), "--release", release, "taliban.csv"]).ok()
    };
    import("2026-01-01", &text);
    let newer = text.replacen("25.1.2001", "26.1.2001", 1).replacen(
        "Amir Abdullah,Amir Abdullah Sahib",
        "Amir Abdullah,Amir",
        1,
    );
    let out = import("2026-02-01", &newer);
    assert!(out.contains("1 entity and 2 links re-dated, 1 entity changed"), "{out}");
    assert!(out.contains("commit 2: 0 entities, 1 source, 4 claims, 4 retracted"), "{out}");
}
