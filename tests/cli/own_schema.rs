//! A schema of one's own: checked, shown, and put into a database.

use std::fs;
use std::path::Path;

use crate::common::{Home, repository};

fn copy_schema(to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(repository("schema")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn append(file: &Path, text: &str) {
    let before = fs::read_to_string(file).unwrap();
    fs::write(file, before + text).unwrap();
}

const MENTORS: &str = r#"
[[link]]
name = "mentors"
from = ["Person"]
to = ["Person"]
forward = "mentors"
backward = "is mentored by"
meaning = "One guides the other."
ftm = { schema = "Associate", from = "person", to = "associate" }
family = "people"
"#;

const SEED: &str = r#"
[source]
id = "s"
title = "A source"

[[entity]]
id = "a"
kind = "Person"
names = ["A"]

[[entity]]
id = "b"
kind = "Person"
names = ["B"]

[[link]]
from = "a"
kind = "mentors"
to = "b"
"#;

#[test]
fn a_broken_schema_is_refused_at_its_place() {
    let home = Home::new();
    copy_schema(&home.at("own"));
    assert_eq!(home.run(["schema", "led_by", "--from", "own"]).ok(), home.run(["schema", "led_by"]).ok());
    append(&home.at("own/links.toml"), &MENTORS.replace("from = [\"Person\"]", "from = [\"Persn\"]"));
    let said = home.run(["schema", "--from", "own"]).fails(1);
    assert!(
        said.contains("links.toml:") && said.contains("Persn") && said.contains('^') && said.contains("Person"),
        "{said}"
    );
}

#[test]
fn a_database_goes_by_its_own_schema() {
    let home = Home::with_seeds();
    home.file("mentors.toml", SEED);
    assert!(home.run(["load", "mentors.toml"]).fails(1).contains("mentors"));
    let folder = home.database().join("schema");
    copy_schema(&folder);
    append(&folder.join("links.toml"), MENTORS);
    assert!(home.run(["schema", "mentors"]).ok().contains("is mentored by"));
    home.run(["load", "mentors.toml"]).ok();
    assert_eq!(home.json("neighbours @b via mentors")["edges"][0]["reading"], "mentors");
    home.run(["verify"]).ok();
    append(&folder.join("links.toml"), "broken");
    assert!(home.query("show @b").fails(1).contains("links.toml:"));
}
