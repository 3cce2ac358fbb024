//! FollowTheMoney in and out: nothing is lost on the way, and what is wrong is said.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use common::{Home, shared};
use serde_json::{Value, json};

/// What a file says: (id, schema, property, value). Written without a line of the program's own reader.
type Said = BTreeSet<(String, String, String, String)>;

fn lines(text: &str) -> Vec<Value> {
    let parsed = text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap());
    parsed.map(|line: Value| if line["entity"].is_object() { line["entity"].clone() } else { line }).collect()
}

fn said(text: &str) -> Said {
    let mut said = Said::new();
    for entity in lines(text) {
        for (property, values) in entity["properties"].as_object().unwrap() {
            for value in values.as_array().unwrap() {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                said.insert((text(&entity["id"]), text(&entity["schema"]), property.clone(), text(value)));
            }
        }
    }
    said
}

/// What stands beside the properties, lists in order.
fn fields(text: &str) -> BTreeMap<String, BTreeMap<String, Value>> {
    let mut all = BTreeMap::new();
    for entity in lines(text) {
        let mut fields: BTreeMap<String, Value> = BTreeMap::new();
        for (field, value) in entity.as_object().unwrap() {
            let value = match value {
                Value::Array(list) => {
                    let mut list = list.clone();
                    list.sort_by_key(Value::to_string);
                    Value::Array(list)
                }
                other => other.clone(),
            };
            fields.insert(field.clone(), value);
        }
        fields.remove("properties");
        all.insert(entity["id"].as_str().unwrap().to_owned(), fields);
    }
    all
}

fn import(home: &Home, files: &[PathBuf]) {
    let arguments = ["import", "ftm"].map(std::ffi::OsString::from).into_iter();
    home.run(arguments.chain(files.iter().map(|file| file.clone().into_os_string()))).ok();
}

fn export(home: &Home) -> String {
    home.run(["export", "--all", "--format", "ftm"]).ok()
}

fn line(id: &str, schema: &str, properties: Value) -> String {
    format!("{}\n", json!({ "id": id, "schema": schema, "properties": properties }))
}

/// Imports a text and exports it again: the same is said, no more and no less.
#[track_caller]
fn round_trip(text: &str) -> Home {
    let home = Home::new();
    let file = home.file("list.ftm.json", text);
    import(&home, &[file]);
    assert_eq!(said(&export(&home)), said(text));
    home
}

const FILES: [&str; 3] =
    ["yente_parteispenden.entities.ftm.json", "yente_t1.entities.ftm.json", "yente_t2_entities.delta.json"];

#[test]
fn the_shared_files_come_back_as_they_went_in() {
    let Some(folder) = shared("data/ftm") else { return };
    for name in FILES {
        let home = Home::new();
        let file = folder.join(name);
        let text = std::fs::read_to_string(&file).unwrap();
        import(&home, &[file]);
        let written = export(&home);
        assert!(said(&text).len() > 50, "{name}");
        assert_eq!(said(&written), said(&text), "{name}");
        let after = fields(&written);
        for (id, fields) in fields(&text) {
            for (field, value) in fields {
                assert_eq!(after[&id].get(&field), Some(&value), "{name}: {id} {field}");
            }
        }
        home.run(["verify"]).ok();
        let mut stated = Said::new();
        for statement in lines(&home.run(["export", "--all", "--statements"]).ok()) {
            let text = |field: &str| statement[field].as_str().unwrap().to_owned();
            stated.insert((text("canonical_id"), text("schema"), text("prop"), text("value")));
        }
        assert_eq!(stated, said(&text), "{name}: statements");
        // What was written can be read, and says the same again.
        let second = Home::new();
        let file = second.file("again.json", &written);
        import(&second, &[file]);
        assert_eq!(said(&export(&second)), said(&text), "{name}");
    }
}

#[test]
fn all_shared_files_live_in_one_database() {
    let Some(folder) = shared("data/ftm") else { return };
    let home = Home::new();
    let mut all = Said::new();
    for name in FILES {
        let file = folder.join(name);
        all.extend(said(&std::fs::read_to_string(&file).unwrap()));
        import(&home, &[file]);
    }
    let written = export(&home);
    assert_eq!(said(&written), all);
    assert_eq!(export(&home), written, "twice the same");
    // Payments are links between those who paid and those who got it, with what else is said of them.
    let answer = home.json("why \"Frau Lina Dachner\" to \"MLPD\"");
    let note = answer["rows"][0][8].as_str().unwrap();
    assert!(note.contains("\"amountEur\":[\"100000\"]"), "{note}");
    let found = home.json("match (a)-[l:finances]->(b) return count(l) as links");
    assert!(found["rows"][0][0].as_i64().unwrap() > 100);
    let found = home.json("find \"Al-Qaida in Iraq\"");
    let id = found["rows"][0][0]["id"].as_str().unwrap();
    assert!(id.starts_with("nk-2t3s8hu29ktynkstgqp2wl.."), "{id}");
}

#[test]
fn a_part_is_written_as_an_answer_names_it() {
    let text = [
        line("P-1", "Person", json!({ "name": ["Ada Example"], "birthDate": ["1970"] })),
        line("o-1", "Company", json!({ "name": ["Example Ltd"], "weird": ["kept"] })),
        line("o-2", "Company", json!({ "name": ["Elsewhere Ltd"] })),
        line(
            "own-1",
            "Ownership",
            json!({ "owner": ["P-1"], "asset": ["o-1"], "percentage": ["51"], "startDate": ["2001"] }),
        ),
        line("own-2", "Ownership", json!({ "owner": ["o-2"], "asset": ["o-1"] })),
    ]
    .concat();
    let home = round_trip(&text);
    let expected: Said =
        said(&text).into_iter().filter(|(id, ..)| ["P-1", "o-1", "own-1"].contains(&id.as_str())).collect();
    let statement = "path \"Ada Example\" to \"Example Ltd\"";
    let piped = home.query(&format!("{statement} | ftm")).ok();
    assert_eq!(said(&piped), expected);
    assert_eq!(home.run(["query", "--format", "ftm", statement]).ok(), piped);
    assert_eq!(home.run(["export", "--format", "ftm", statement]).ok(), piped);
    home.run(["export", statement, "-o", "part.ftm.json"]).ok();
    assert_eq!(std::fs::read_to_string(home.at("part.ftm.json")).unwrap(), piped);
    home.query(&format!("{statement} > other.ftm.json")).ok();
    assert_eq!(std::fs::read_to_string(home.at("other.ftm.json")).unwrap(), piped);
    let shown = home.json("why \"Ada Example\" to \"Example Ltd\"");
    assert_eq!(shown["rows"][0][6], json!("2001/"));
    assert!(home.run(["export", "--all", "--format", "dot"]).fails(2).contains("ftm"));
}

#[test]
fn whatever_a_file_says_is_kept() {
    let long = "A sentence that goes on and on, with an é in it. ".repeat(900);
    round_trip(
        &[
            line(
                "Q42",
                "Person",
                json!({ "name": ["Ada", "Adа"], "alias": ["Ada"], "weakAlias": ["A"], "previousName": ["B"],
            "abbreviation": ["AE"], "birthDate": ["1970-01-02T03:04:05", "1970", "19XX"], "gender": ["male", "none"],
            "topics": ["role.pep"], "notes": [&long, "x"], "position": [""] }),
            ),
            line("q42", "Person", json!({ "name": ["another, whose id differs in a capital"] })),
            line("a b/ü", "CryptoWallet", json!({ "publicKey": ["x"], "holder": ["Q42", "nobody"] })),
            line("-x", "Passport", json!({ "holder": ["Q42"], "passportNumber": ["1"] })),
            line("ftm:y", "Sanction", json!({ "entity": ["Q42"], "startDate": ["2001-02-03"], "authority": ["A"] })),
            line("v", "Vessel", json!({ "name": ["A ship"], "imoNumber": ["9"], "flag": ["pa"] })),
            line("adr", "Address", json!({ "full": ["Street 1"], "name": ["Named"], "city": ["X"] })),
            line("le", "LegalEntity", json!({ "name": ["Either"], "addressEntity": ["adr", "gone"] })),
            line("body", "PublicBody", json!({ "name": ["A ministry"] })),
            line("fam", "Family", json!({ "person": ["Q42"], "relative": ["q42"], "relationship": ["cousin"] })),
            line("rel", "UnknownLink", json!({ "subject": ["v", "le"], "object": ["Q42", "body"], "role": ["r"] })),
            line("mem", "Membership", json!({ "member": ["v"], "organization": ["adr"], "date": ["2011-12-29"] })),
            line("loose", "Ownership", json!({ "owner": ["Q42"], "asset": ["not-here"] })),
            line("wordy", "Ownership", json!({ "owner": ["Q42"], "asset": ["body"], "summary": [&long] })),
            line("occ", "Occupancy", json!({ "holder": ["Q42"], "post": ["pos"] })),
            line("pos", "Position", json!({ "name": ["Minister"] })),
            line("empty", "Person", json!({})),
            line("new", "SchemaOfTheFuture", json!({ "propertyOfTheFuture": ["1", "2"], "with a space": ["\u{7}"] })),
        ]
        .concat(),
    );
}

#[test]
fn fields_beside_the_properties_are_kept() {
    let text = json!({
        "id": "a", "schema": "Person", "caption": "no name of it", "properties": { "name": ["B", "A"] },
        "referents": ["r-1", "R 2"], "datasets": ["two", "one"], "first_seen": "2020-01-01T00:00:00",
        "last_seen": "2024-06-01T10:57:03", "last_change": "2021-02-03T00:00:00", "target": true,
        "origin": ["x"], "number": 3,
    });
    let home = round_trip(&format!("{text}\n"));
    let written = export(&home);
    let (before, after) = (fields(&text.to_string()), fields(&written));
    assert_eq!(before, after);
    assert_eq!(home.json("find \"B\"")["rows"][0][0]["name"], json!("B"));
}

#[test]
fn an_edge_keeps_its_fields_and_its_data_set() {
    let entity = |id: &str, schema: &str, properties: Value| {
        json!({ "id": id, "schema": schema, "properties": properties, "datasets": ["one"], "target": false,
            "first_seen": "2020-01-01", "last_change": "2021-01-01", "referents": ["older"] })
    };
    let text = [
        entity("a", "Person", json!({ "name": ["Ada"] })),
        entity("b", "Company", json!({ "name": ["Firm"] })),
        entity("e", "Directorship", json!({ "director": ["a"], "organization": ["b"], "role": ["chair"] })),
    ]
    .map(|entity| format!("{entity}\n"))
    .concat();
    let home = round_trip(&text);
    let (before, mut after) = (fields(&text), fields(&export(&home)));
    after.values_mut().for_each(|fields| drop(fields.remove("caption")));
    assert_eq!(before, after);
}

#[test]
fn an_end_is_named_whose_name_is_read_later() {
    let home = Home::new();
    home.file(
        "seed.toml",
        "[source]\nid = \"s\"\ntitle = \"S\"\n\n[[entity]]\nid = \"a\"\nkind = \"Person\"\nnames = [{ name = \"Ada\" }]\n\n\
         [[link]]\nfrom = \"a\"\nkind = \"designated_by\"\nto = \"z\"\nwhen = \"2001/\"\ntext = \"Said so.\"\n\n\
         [[link]]\nfrom = \"a\"\nkind = \"born_in\"\nto = \"town\"\n\n\
         [[entity]]\nid = \"z\"\nkind = \"Organisation\"\nnames = [{ name = \"The Authority\" }]\n\n\
         [[entity]]\nid = \"town\"\nkind = \"Place\"\nnames = [{ name = \"A town\" }]\n",
    );
    home.run(["load", "seed.toml"]).ok();
    let written = said(&export(&home));
    for (id, schema, property, value) in [
        ("a.designated_by.z", "Sanction", "authority", "The Authority"),
        ("a.designated_by.z", "Sanction", "startDate", "2001"),
        ("a.designated_by.z", "Sanction", "reason", "Said so."),
        ("a", "Person", "birthPlace", "A town"),
        ("town", "Address", "full", "A town"),
    ] {
        assert!(
            written.contains(&(id.into(), schema.into(), property.into(), value.into())),
            "{property}: {written:?}"
        );
    }
}

#[test]
fn the_caption_is_the_name_that_is_shown() {
    let text =
        json!({ "id": "a", "schema": "Person", "caption": "Second", "properties": { "name": ["First", "Second"] } });
    let home = round_trip(&format!("{text}\n"));
    assert_eq!(home.json("find \"First\"")["rows"][0][0]["name"], json!("Second"));
}

#[test]
fn statements_are_read_by_their_data_sets() {
    let statement = |id: &str, dataset: &str, schema: &str, prop: &str, value: &str| {
        format!(
            "{}\n",
            json!({ "id": id, "entity_id": format!("{dataset}-1"), "canonical_id": "NK-1", "prop": prop, "prop_type": "name",
                "schema": schema, "value": value, "dataset": dataset, "lang": "eng", "original_value": format!("{value}!"),
                "external": false, "first_seen": "2023-01-01", "last_seen": "2024-05-06T07:08:09" })
        )
    };
    let text = [
        statement("s0", "one", "LegalEntity", "id", "digest"),
        statement("s1", "one", "LegalEntity", "name", "Example Ltd"),
        statement("s2", "two", "Company", "name", "Example Limited"),
        statement("s3", "two", "Company", "jurisdiction", "gb"),
    ]
    .concat();
    let home = Home::new();
    let file = home.file("statements.json", &text);
    import(&home, &[file]);
    let expected = [("name", "Example Ltd"), ("name", "Example Limited"), ("jurisdiction", "gb")];
    let expected: Said =
        expected.iter().map(|(p, v)| ("NK-1".into(), "Company".into(), (*p).into(), (*v).into())).collect();
    let written = export(&home);
    assert_eq!(said(&written), expected);
    assert_eq!(fields(&written)["NK-1"]["datasets"], json!(["one", "two"]));
    let shown = home.query("show \"Example Ltd\"").ok();
    assert!(shown.contains("ftm-one:2024-05-06") && shown.contains("ftm-two:2024-05-06"), "{shown}");
    assert_eq!(home.ids("find \"Example Limited\" from source \"ftm-two:2024-05-06\"").len(), 1);
    // As statements they come out as they went in, but for the moment of the day and the schema of the whole.
    let out = home.run(["export", "--all", "--statements"]).ok();
    let mut expected = lines(&text);
    expected.retain(|statement| statement["prop"] != "id");
    for statement in &mut expected {
        statement["schema"] = json!("Company");
        statement["last_seen"] = json!("2024-05-06");
    }
    let sorted = |mut statements: Vec<Value>| {
        statements.sort_by_key(|statement| statement["id"].to_string());
        statements
    };
    assert_eq!(sorted(lines(&out)), sorted(expected));
    let other = Home::new();
    let file = other.file("again.json", &out);
    import(&other, &[file]);
    assert_eq!(other.run(["export", "--all", "--statements"]).ok(), out);
    assert_eq!(home.run(["export", "--statements", "find \"x\""]).code, 2);
}

#[test]
fn long_statements_fit_into_claims() {
    let home = Home::new();
    let long = "long \u{1} é ".repeat(600);
    let statement = |prop: &str| {
        format!(
            "{}\n",
            json!({ "id": prop, "entity_id": "a", "prop": prop, "schema": "Person", "value": long, "dataset": "d",
                "lang": "eng", "original_value": long, "first_seen": "2020" })
        )
    };
    let edge = line("e", "Ownership", json!({ "owner": ["a"], "asset": ["a"], "summary": ["\u{1}".repeat(1_200)] }));
    let text = [statement("name"), statement("notes"), statement("odd")].concat() + &edge;
    home.file("list.json", &text);
    home.run(["import", "ftm", "list.json"]).ok();
    let written = said(&export(&home));
    for property in ["name", "notes", "odd"] {
        assert!(written.contains(&("a".into(), "Person".into(), property.into(), long.clone())), "{property}");
    }
    assert!(said(&edge).is_subset(&written));
}

#[test]
fn what_our_own_links_say_is_written_with_its_source_and_its_doubt() {
    let home = Home::with_seeds();
    let ran = home.run(["export", "--all"]);
    assert!(ran.err.contains("no plain assertions"), "{}", ran.err);
    let written = ran.ok();
    let entities = lines(&written);
    assert!(entities.iter().any(|entity| entity["schema"] == "Organization"));
    let ids: BTreeSet<&str> = entities.iter().map(|entity| entity["id"].as_str().unwrap()).collect();
    let edges: Vec<&Value> = entities.iter().filter(|entity| entity["schema"] == "UnknownLink").collect();
    assert!(!edges.is_empty());
    for edge in edges {
        for end in ["subject", "object"] {
            assert!(ids.contains(edge["properties"][end][0].as_str().unwrap()), "{edge}");
        }
    }
    let alleged = home.json("match ()-[l]->() where l.modality = 'alleged' return count(l) as links");
    let written_so = entities.iter().filter(|entity| entity["properties"]["status"] == json!(["alleged"])).count();
    assert!(written_so <= alleged["rows"][0][0].as_u64().unwrap() as usize);
    // It can be read by those who read FollowTheMoney, and so by us.
    let other = Home::new();
    let file = other.file("seeds.ftm.json", &written);
    import(&other, &[file]);
    assert_eq!(said(&export(&other)), said(&written));
}

/// Imports a text that is refused; nothing is there afterwards.
#[track_caller]
fn refused(text: impl AsRef<[u8]>, expected: &[&str]) {
    let home = Home::new();
    home.file("list.json", text);
    let error = home.run(["import", "ftm", "list.json"]).fails(1);
    for part in expected {
        assert!(error.contains(part), "{part:?} is not in\n{error}");
    }
    assert!(!home.database().exists(), "something was left behind");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let good = line("a", "Person", json!({ "name": ["A"] }));
    refused("", &["there is no entity in it"]);
    refused(format!("{good}{{\"id\":\"b\",\"schema\":\"Per"), &["list.json:2:", "the file cut off"]);
    refused(format!("{good}\n{{\"id\": 3}}\n"), &["list.json:3:8", "integer `3`", "a string"]);
    refused(
        "{\"id\":\"b\",\"schema\":\"Person\",\"properties\":{\"name\":\"B\"}}\n",
        &["list.json:1:", "string \"B\"", "a sequence"],
    );
    refused("{\"id\":\"b\",\"schema\":\"Person\",\"properties\":{\"name\":[1]}}\n", &["integer `1`"]);
    refused("{\"id\":\"b\",\"properties\":{}}\n", &["an entity needs \"schema\""]);
    refused("{\"schema\":\"Person\",\"properties\":{}}\n", &["an entity needs \"id\""]);
    refused("{\"id\":\"b\",\"schema\":\"Person\"}\n", &["an entity needs \"properties\""]);
    refused("{\"id\":\"b\",\"id\":\"c\",\"schema\":\"Person\",\"properties\":{}}\n", &["stands here twice"]);
    refused("[]\n", &["list.json:1:", "an object"]);
    refused("\"a\u{1}\"\n", &["list.json:1:"]);
    refused(b"{\"id\":\"\xff\"}\n", &["list.json:1:8", "not UTF-8"]);
    refused("{\"op\":\"MERGE\",\"entity\":{\"id\":\"a\"}}\n", &["\"MERGE\" is no change", "ADD, MOD, DEL"]);
    refused("{\"op\":\"ADD\"}\n", &["a change needs \"entity\""]);
    refused("{\"prop\":\"name\",\"schema\":\"Person\",\"value\":\"x\"}\n", &["a statement needs \"entity_id\""]);
    let edge = line("own", "Ownership", json!({ "owner": ["a"] }));
    refused(format!("{good}{edge}"), &["list.json:2:7", "the Ownership own has no \"asset\""]);
    let other = line("a", "Company", json!({ "name": ["A"] }));
    refused(format!("{good}{other}"), &["list.json:2:", "is a Company here and a Person in", "line 1"]);
    refused(line(&"é".repeat(150), "Person", json!({})), &["too long"]);
    refused(line("a", "Person", json!({ "@name": ["A"] })), &["no name of a property"]);
}

#[test]
fn a_line_without_an_end_is_not_read_to_its_end() {
    let home = Home::new();
    home.file("list.json", vec![b' '; 17 << 20]);
    let error = home.run(["import", "ftm", "list.json"]).fails(1);
    assert!(error.contains("longer than 16 megabytes"), "{error}");
    home.file("deep.json", "[".repeat(1 << 20));
    home.run(["import", "ftm", "deep.json"]).fails(1);
    home.file("deep.json", format!("{{\"x\":{}", "[".repeat(1 << 20)));
    assert!(home.run(["import", "ftm", "deep.json"]).fails(1).contains("recursion limit"));
}

#[test]
fn a_kind_is_kept() {
    let home = Home::new();
    home.file("one.json", line("a", "Person", json!({ "name": ["A"] })));
    home.file("other.json", line("a", "Company", json!({ "name": ["A"] })));
    home.run(["import", "ftm", "one.json"]).ok();
    let error = home.run(["import", "ftm", "other.json"]).fails(1);
    assert!(error.contains("other.json:1:") && error.contains("@a is Person in the database"), "{error}");
    assert!(home.run(["import", "ftm", "absent.json"]).fails(1).contains("absent.json"));
    assert!(home.run(["import", "ftm", "."]).fails(1).contains("folder"));
}

#[test]
fn an_edge_may_end_at_what_the_database_knows() {
    let home = Home::new();
    home.file("one.json", line("A", "Person", json!({ "name": ["A"] })));
    home.file(
        "two.json",
        line("b", "Company", json!({ "name": ["B"] }))
            + &line("e", "Directorship", json!({ "director": ["A"], "organization": ["b"] })),
    );
    home.run(["import", "ftm", "one.json"]).ok();
    home.run(["import", "ftm", "two.json"]).ok();
    assert_eq!(home.json("neighbours \"A\" via led_by")["rows"].as_array().unwrap().len(), 1);
    assert!(said(&export(&home)).contains(&("e".into(), "Directorship".into(), "director".into(), "A".into())));
}
