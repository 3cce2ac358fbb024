//! Screening tables of names against the graph: whom they may mean, how far from a designated organisation that is, and what
//! becomes of bad rows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use common::{Home, shared};
use serde_json::Value;

/// An invented authority, a designated group, its people and their companies.
const GRAPH: &str = r#"
    [source]
    id = "invented"
    title = "Invented"
    reliability = "B"

    [defaults]
    credibility = 2

    [[entity]]
    id = "authority"
    kind = "Organisation"
    names = ["The Authority"]

    [[entity]]
    id = "front"
    kind = "Organisation"
    names = ["Tolmek Front", { name = "جبهة تولمك", role = "alias", language = "ar" }]

    [[entity]]
    id = "zelmiran"
    kind = "Person"
    names = ["Karvand Zelmiran", { name = "The Doctor", role = "weak" }]
    attributes = [{ key = "birth_date", value = "1955" }, { key = "nationality", value = "Ostrava" }]

    [[entity]]
    id = "vashenko"
    kind = "Person"
    names = ["Odril Vashenko"]

    [[entity]]
    id = "mill"
    kind = "Organisation"
    names = ["Vashenko Mill Ltd"]

    [[entity]]
    id = "town"
    kind = "Place"
    names = ["Kesht"]

    [[entity]]
    id = "neighbour"
    kind = "Person"
    names = ["Ilmar Dostovic"]

    [[link]]
    from = "front"
    kind = "designated_by"
    to = "authority"
    when = "2009/.."

    [[link]]
    from = "zelmiran"
    kind = "designated_by"
    to = "authority"
    when = "2012/2015"

    [[link]]
    from = "vashenko"
    kind = "member_of"
    to = "front"
    when = "2010/2013"

    [[link]]
    from = "vashenko"
    kind = "runs"
    to = "mill"
    credibility = 4

    [[link]]
    from = "mill"
    kind = "located_in"
    to = "town"

    [[link]]
    from = "neighbour"
    kind = "born_in"
    to = "town"
"#;

fn home() -> Home {
    let home = Home::new();
    let file = home.file("graph.toml", GRAPH);
    home.run(["load".as_ref(), file.as_os_str()]).ok();
    home
}

/// The hits of a table.
#[track_caller]
fn hits(home: &Home, table: &str, more: &[&str]) -> Vec<Value> {
    let file = home.file("names.csv", table);
    let arguments = ["screen", file.to_str().unwrap()];
    let out = home.run(arguments.iter().chain(more)).ok();
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids(hits: &[Value]) -> Vec<&str> {
    hits.iter().map(|hit| hit["id"].as_str().unwrap_or("")).collect()
}

#[test]
fn hits_have_score_reasons_grade_and_the_way_to_a_designated_organisation() {
    let home = home();
    let found =
        hits(&home, "name\nZELMIRAN Karwand\nJane Roe\nOdril Vashenka\nVashenko Mill Limited\nتولمك جبهة\n", &[]);
    assert_eq!(ids(&found), ["zelmiran", "vashenko", "mill", "front"]);
    let [zelmiran, vashenko, mill, front] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((&zelmiran["row"], &zelmiran["matched"]), (&1.into(), &"Karvand Zelmiran".into()));
    assert!(zelmiran["score"].as_f64().unwrap() > 0.9);
    assert_eq!(zelmiran["reasons"][0], "parts in another order");
    assert_eq!((&zelmiran["grade"], &zelmiran["sources"][0]), (&"B2".into(), &"invented".into()));
    assert_eq!((&zelmiran["designated"], &zelmiran["distance"]), (&true.into(), &0.into()));
    assert_eq!(zelmiran["path"][0]["link"], "zelmiran/designated_by/authority");

    assert_eq!((&vashenko["row"], &vashenko["distance"]), (&3.into(), &1.into()));
    assert_eq!(mill["distance"], 2);
    let way: Vec<&str> = mill["path"].as_array().unwrap().iter().map(|hop| hop["link"].as_str().unwrap()).collect();
    assert_eq!(way, ["vashenko/runs/mill", "vashenko/member_of/front"]);
    assert_eq!((&mill["path"][0]["from"], &mill["path"][0]["forward"]), (&"mill".into(), &false.into()));
    assert_eq!((&front["row"], &front["distance"]), (&5.into(), &0.into()));
}

#[test]
fn no_way_leads_through_a_place() {
    let found = hits(&home(), "name\nIlmar Dostovic\n", &[]);
    assert_eq!(ids(&found), ["neighbour"]);
    assert_eq!((&found[0]["distance"], &found[0]["path"]), (&Value::Null, &Value::Array(Vec::new())));
}

#[test]
fn a_weak_name_counts_only_if_it_is_the_same() {
    let home = home();
    assert_eq!(ids(&hits(&home, "name\nThe Doctor\n", &["--threshold", "0.7"])), ["zelmiran"]);
    assert_eq!(hits(&home, "name\nThe Doctors\n", &["--threshold", "0.5"]), Vec::<Value>::new());
}

#[test]
fn dates_countries_and_kinds_change_a_score() {
    let home = home();
    let table = "name,born,land,what\nKarvand Zelmirana,1955-03-01,Ostrava,\nKarvand Zelmirana,1971,,\n\
                 Karvand Zelmirana,,Elsewhere,\nKarvand Zelmirana,,,\nKarvand Zelmirana,,,Organisation\n";
    let columns = ["--dob-column", "born", "--country-column", "land", "--kind-column", "what", "--threshold", "0.5"];
    let found = hits(&home, table, &columns);
    let score = |row: u64| found.iter().find(|hit| hit["row"] == row).map(|hit| hit["score"].as_f64().unwrap());
    let plain = score(4).unwrap();
    assert!(score(1).unwrap() > plain && score(2).unwrap() < plain && score(3).unwrap() < plain, "{found:?}");
    assert_eq!(score(5), None);
    let reasons = found[1]["reasons"].to_string();
    assert!(reasons.contains("date 1971 contradicts 1955"), "{reasons}");
}

#[test]
fn the_scope_says_what_counts() {
    let home = home();
    let distance = |scope: &str, name: &str| {
        let found = hits(&home, &format!("name\n{name}\n"), &["--scope", scope]);
        found.first().map(|hit| hit["distance"].clone())
    };
    assert_eq!(distance("as of 2013", "Karvand Zelmiran"), Some(0.into()));
    assert_eq!(distance("as of 2020", "Karvand Zelmiran"), Some(Value::Null));
    assert_eq!(distance("as of 2011", "Vashenko Mill Ltd"), Some(2.into()));
    assert_eq!(distance("as of 2020", "Vashenko Mill Ltd"), Some(Value::Null));
    assert_eq!(distance("grade B2", "Vashenko Mill Ltd"), Some(Value::Null));
    assert_eq!(distance("grade A1", "Vashenko Mill Ltd"), None, "no name of that grade");
    let refused = home.run(["screen", "names.csv", "--scope", "as off 2011"]).fails(1);
    assert!(refused.contains("as off 2011"), "{refused}");
}

#[test]
fn names_without_a_hit_are_counted_and_shown_if_asked() {
    let home = home();
    let file = home.file("names.csv", "name\nKarvand Zelmiran\nJane Roe\nJohn Doe\n");
    let ran = home.run(["screen".as_ref(), file.as_os_str()]);
    assert!(ran.err.contains("1 with a hit (1 hit), 2 without"), "{}", ran.err);
    let all = hits(&home, "name\nKarvand Zelmiran\nJane Roe\n", &["--all"]);
    assert_eq!(ids(&all), ["zelmiran", ""]);
    assert_eq!((&all[1]["query"], &all[1]["rank"]), (&"Jane Roe".into(), &0.into()));
}

#[test]
fn tables_are_safe_for_a_spreadsheet_and_whole_or_not_there() {
    let home = home();
    let file = home.file("names.csv", "name\n=Karvand Zelmiran\nVashenko Mill Ltd\n");
    let out = home.at("hits.csv");
    home.run(["screen", file.to_str().unwrap(), "-o", out.to_str().unwrap()]).ok();
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(text.contains("1,'=Karvand Zelmiran,1,zelmiran,"), "{text}");
    assert!(
        text.contains("Vashenko Mill Ltd ←runs— Odril Vashenko; Odril Vashenko —member of→ Tolmek Front"),
        "{text}"
    );
    let broken = home.file("broken.csv", "name,b\nKarvand Zelmiran,x\nno\n");
    home.run(["screen", broken.to_str().unwrap(), "-o", out.to_str().unwrap()]).fails(1);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), text);
}

#[test]
fn bad_rows_are_told_with_their_place_or_left_out() {
    let home = home();
    let cases = [
        ("name,born\nA B,1955\n,1955\n", "names.csv:3:1", "a name is expected"),
        ("name,born\nA B,1955\nKarvand Zelmiran,12.5.1955\n", "names.csv:3:18", "is no date"),
        ("name,born\nKarvand Zelmiran,1955,more\n", "names.csv:2", "the row has 3 fields, the header has 2"),
    ];
    for (text, place, message) in cases {
        let file = home.file("names.csv", text);
        let arguments = ["screen", file.to_str().unwrap(), "--dob-column", "born"];
        let said = home.run(arguments).err;
        assert!(said.contains(message) && said.contains(place), "{said}");
        let ran = home.run(arguments.iter().chain(&["--keep-going"]));
        assert_eq!(ran.code, 0);
        assert!(ran.err.contains("1 row left out"), "{}", ran.err);
    }
    let file = home.file("names.csv", "Name,born\nA B,1955\n");
    let arguments =
        |more: &'static [&'static str]| ["screen", file.to_str().unwrap()].into_iter().chain(more.iter().copied());
    assert_eq!(home.run(arguments(&[])).code, 0, "the case of a column does not count");
    let said = home.run(arguments(&["--column", "nme"])).fails(1);
    assert!(said.contains("there is no column nme") && said.contains("did you mean Name?"), "{said}");
    home.run(arguments(&["--dob-column", "born", "--dob-format", "dd/mm/yyyy", "--dob-format", "yyyy"])).ok();
    assert!(home.run(["screen", "nowhere.csv"]).fails(2).contains("cannot be read"));
    let empty = home.file("empty.csv", "");
    assert!(home.run(["screen", empty.to_str().unwrap()]).fails(1).contains("the file is empty"));
}

#[test]
fn the_same_question_has_the_same_answer() {
    let home = home();
    let names: String = ["Karvand Zelmiran", "Vashenko", "Tolmek"].iter().map(|name| format!("{name}\n")).collect();
    let table = format!("name\n{}", names.repeat(50));
    let first = hits(&home, &table, &["--threshold", "0.4"]);
    assert_eq!(hits(&home, &table, &["--threshold", "0.4"]), first);
}

#[test]
fn the_man_who_is_on_the_un_list_twice_is_found_and_proposed() {
    let Some(folder) = shared("data/un-sc") else { return };
    let home = Home::new();
    let list = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    home.run(["import".as_ref(), "un-sc".as_ref(), list.as_os_str()]).ok();
    let found = hits(&home, "name\nSheikh Hasan Dahir Aweis\nХасан Дахир Авейс\n", &[]);
    for row in 1..=2 {
        let of_row: Vec<&Value> = found.iter().filter(|hit| hit["row"] == row).take(2).collect();
        assert!(of_row.iter().all(|hit| hit["name"] == "HASSAN DAHIR AWEYS"), "{found:?}");
        assert_eq!(of_row.len(), 2);
    }
    let out = home.run(["dedupe", "--kind", "Person", "--limit", "20", "--format", "json"]).ok();
    let answer: Value = serde_json::from_str(&out).unwrap();
    let pairs: Vec<[&str; 2]> = answer["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| [row[1]["name"].as_str().unwrap(), row[2]["name"].as_str().unwrap()])
        .collect();
    assert_eq!(pairs[0], ["HASSAN DAHIR AWEYS"; 2], "{pairs:?}");
    let siblings = |pair: &[&str; 2]| pair.iter().all(|name| name.ends_with("SADDAM HUSSEIN AL-TIKRITI"));
    assert!(!pairs.iter().take(5).any(siblings), "{pairs:?}");
}
