//! `tieline ingest` as it is used: proposals of another program come in, whole or not at all.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use common::paper::{Paper, TEXT, added, proposal};
use common::{Home, Ran};
use serde_json::{Value, json};

/// Ingests a file of proposals.
fn ingest(home: &Home, paper: &Paper, more: &[&str]) -> Ran {
    home.file("p.jsonl", paper.lines());
    home.run([&["ingest", "--proposals", "p.jsonl"], more].concat())
}

/// The proposals with what is listed of them.
#[track_caller]
fn listed(home: &Home) -> Vec<Value> {
    let answer: Value = serde_json::from_str(&home.run(["review", "--format", "json"]).ok()).unwrap();
    let columns: Vec<String> = serde_json::from_value(answer["columns"].clone()).unwrap();
    let rows = answer["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        columns.iter().cloned().zip(row.as_array().unwrap().iter().cloned()).collect::<serde_json::Map<_, _>>().into()
    })
    .collect()
}

fn open(home: &Home) -> usize {
    listed(home).iter().filter(|row| row["status"] == "open").count()
}

#[test]
fn the_same_proposals_twice_are_proposed_once() {
    let home = Home::new();
    let told = ingest(&home, &Paper::new(), &[]).ok();
    assert!(told.contains("8 proposals: 4 entities, 1 event, 1 attribute, 2 links"), "{told}");
    assert!(told.contains("8 new; `tieline review harbour-report`"), "{told}");
    let before = listed(&home);
    let again = ingest(&home, &Paper::new(), &[]).ok();
    assert!(again.contains("nothing new is proposed") && again.contains("8 proposed before"), "{again}");
    assert_eq!(listed(&home), before);
    assert_eq!(before.len(), 8);
    let link = before.iter().find(|row| row["says"] == "Harbour Front --affiliated_with--> Ansar Example").unwrap();
    assert_eq!(
        (&link["speaker"], &link["modality"], &link["place"]),
        (&json!("Dana Doe"), &json!("possible"), &json!("p2 s3"))
    );
    assert_eq!(home.query("find \"Harbour Front\" | count").ok().lines().last().unwrap().trim(), "0");
}

#[test]
fn two_programs_propose_together() {
    let home = Home::new();
    ingest(&home, &Paper::new(), &[]).ok();
    let mut other = Paper::new();
    other.proposals.truncate(2);
    let part_of = json!({"link": {"from": "new:harbour-front", "kind": "allied_with", "to": "new:port-front"}});
    other.proposals.push(proposal(2, part_of, "truce", 0.5));
    // The same group, found at another place.
    other.proposals[1] = proposal(4, added("port-front", "Port Front", "Organisation"), "Port Front", 0.7);
    let told = ingest(&home, &other, &[]).ok();
    assert!(told.contains("1 new") && told.contains("1 proposed before") && told.contains("1 left out"), "{told}");
    assert_eq!(open(&home), 9);
}

#[test]
fn another_edition_takes_the_place_of_the_first() {
    let home = Home::new();
    ingest(&home, &Paper::new(), &[]).ok();
    let mut edition = Paper::new();
    edition.head["text"] = json!(format!("{TEXT}\nA correction.\n"));
    edition.proposals.remove(6);
    let told = ingest(&home, &edition, &[]).ok();
    assert!(
        told.contains("nothing new") && told.contains("7 proposed before") && told.contains("1 of an earlier"),
        "{told}"
    );
    assert_eq!(open(&home), 7);
}

#[test]
fn claims_of_an_earlier_edition_are_not_shown_in_the_text_of_a_later_one() {
    let home = Home::new();
    ingest(&home, &Paper::new(), &[]).ok();
    home.run(["review", "--all"]).ok();
    assert_ne!(shown(&home).0, Value::Null);
    let mut edition = Paper::new();
    let before = "A line that was not there. ";
    edition.head["text"] = json!(format!("{before}{TEXT}"));
    let ally = json!({"link": {"from": "@port-front", "kind": "allied_with", "to": "@harbour-front"}});
    edition.proposals = vec![proposal(2, ally, "truce", 0.5)];
    for key in ["span", "evidence"] {
        for at in edition.proposals[0]["at"][key].as_array_mut().unwrap() {
            *at = json!(at.as_u64().unwrap() + before.len() as u64);
        }
    }
    ingest(&home, &edition, &[]).ok();
    home.run(["review", "--all"]).ok();
    let why = home.query("why \"Port Front\" to \"Harbour Front\"").ok();
    assert!(why.contains("A line that was not there.") && why.contains("[truce]"), "{why}");
    assert_eq!(shown(&home).0, Value::Null);
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_nothing_is_kept() {
    let home = Home::with_seeds();
    let mut paper = Paper::new();
    paper.proposals[5]["says"]["link"]["kind"] = json!("afiliated_with");
    paper.proposals[7]["says"]["link"]["to"] = json!("@haqani-network");
    paper.proposals[6]["text"] = json!("The Port Front was founded in 1999.");
    let before = home.digest();
    let told = ingest(&home, &paper, &[]).fails(1);
    for part in [
        "p.jsonl:8:",
        "the sentence is not the text at",
        "p.jsonl:9:",
        "did you mean @haqqani-network?",
        "nothing was changed",
    ] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
    paper = Paper::new();
    paper.proposals[5]["says"]["link"]["kind"] = json!("afiliated_with");
    let told = ingest(&home, &paper, &[]).fails(1);
    assert!(told.contains("p.jsonl:7:") && told.contains("did you mean affiliated_with?"), "{told}");
    fs::remove_file(home.at("p.jsonl")).unwrap();
    assert_eq!(home.digest(), before);
}

#[test]
fn the_text_may_stand_in_a_file_of_its_own() {
    let home = Home::new();
    let mut paper = Paper::new();
    paper.head.as_object_mut().unwrap().remove("text");
    let told = ingest(&home, &paper, &[]).fails(1);
    assert!(told.contains("the document has no text") && told.contains("p.jsonl:1"), "{told}");
    home.file("report.txt", TEXT);
    home.file("other.txt", TEXT.replace("1998", "1999"));
    let told = ingest(&home, &paper, &["other.txt"]).fails(1);
    assert!(told.contains("p.jsonl:8:") && told.contains("founded in 1999"), "{told}");
    ingest(&home, &paper, &["report.txt"]).ok();
    ingest(&home, &Paper::new(), &["other.txt"]).fails(1);
    paper.head["document"]["digest"] = json!("sha256:00");
    assert!(ingest(&home, &paper, &["report.txt"]).fails(1).contains("the digest of another text"));
}

#[test]
fn files_that_are_no_documents_are_refused() {
    let home = Home::new();
    home.file("binary.txt", b"\x7fELF\0\0\0");
    home.file("latin1.txt", b"The ceasefire in Bogot\xe1 held.");
    home.file("long.txt", vec![b'a'; 2 << 20]);
    home.file("p.jsonl", Paper::new().lines());
    for (file, more, told) in [
        ("binary.txt", vec![], "zero byte"),
        ("latin1.txt", vec![], "not UTF-8"),
        ("long.txt", vec!["--limit", "1"], "more than 1048576 bytes"),
        ("absent.txt", vec![], "cannot be read"),
    ] {
        let ran = home.run([&["ingest", "--proposals", "p.jsonl", file], more.as_slice()].concat());
        let said = ran.fails(1);
        assert!(said.contains(told) && said.contains(file), "{file}: {said}");
        assert!(!home.database().exists());
    }
    for content in ["", "{}", "not json", "[1,2]", "{\"document\":{\"id\":\"a\"},\"text\":\"\"}", "\u{0}"] {
        home.file("p.jsonl", content);
        let said = home.run(["ingest", "--proposals", "p.jsonl"]).fails(1);
        assert!(said.contains("p.jsonl"), "{content}: {said}");
    }
}

#[test]
fn the_source_is_described_by_options_and_by_a_file() {
    let home = Home::new();
    home.file("source.toml", "[source]\nid = \"from-file\"\npublisher = \"File\"\nreliability = \"C\"\n");
    ingest(&home, &Paper::new(), &["--source", "source.toml", "--publisher", "Option", "--keep-text", "nothing"]).ok();
    home.run(["review", "--all"]).ok();
    let why = home.json("why \"Port Front\" to \"Dana Doe\"");
    let row = &why["rows"][0];
    assert_eq!((&row[1], &row[5]), (&json!("from-file"), &json!("C6")), "{why}");
    home.file("source.toml", "[source]\nidd = \"x\"\n");
    let told = ingest(&home, &Paper::new(), &["--source", "source.toml"]).fails(1);
    assert!(told.contains("source.toml:2:1") && told.contains("idd"), "{told}");
    for (option, value, told) in [
        ("--id", "A Report", "is no id"),
        ("--published", "soon", "is no date"),
        ("--reliability", "Z", "reliability"),
        ("--title", "", "empty"),
    ] {
        let ran = ingest(&home, &Paper::new(), &[option, value]);
        assert!([1, 2].contains(&ran.code) && ran.err.contains(told), "{option}: {}", ran.err);
    }
}

/// What `why` shows of the text around the first claim of the link, and its sentence.
fn shown(home: &Home) -> (Value, Value) {
    let why = home.json("why \"Harbour Front\" to \"Ansar Example\"");
    let columns: Vec<&str> = why["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let place = |name: &str| columns.iter().position(|column| *column == name);
    let cell = |name: &str| place(name).map_or(Value::Null, |place| why["rows"][0][place].clone());
    (cell("around"), cell("text"))
}

#[test]
fn as_much_of_the_text_is_kept_as_the_licence_allows() {
    let sentence = json!("According to Dana Doe, the Harbour Front may have ties to Ansar Example.");
    for (licence, more, whole, text) in [
        ("CC BY 4.0", vec![], true, true),
        ("all rights reserved", vec![], false, true),
        ("all rights reserved", vec!["--keep-text", "whole"], true, true),
        ("CC BY 4.0", vec!["--keep-text", "nothing"], false, false),
    ] {
        let home = Home::new();
        ingest(&home, &Paper::new(), &[&["--licence", licence], more.as_slice()].concat()).ok();
        home.run(["review", "--all"]).ok();
        let check = |home: &Home| {
            let (around, kept) = shown(home);
            assert_eq!(around != Value::Null, whole, "{licence} {more:?}");
            assert_eq!(kept == sentence, text, "{licence} {more:?}");
            if whole {
                let around = around.as_str().unwrap();
                assert!(
                    around.contains("Dana Doe said. According") && around.contains("[may have ties to]"),
                    "{around}"
                );
            }
        };
        check(&home);
        home.run(["verify"]).ok();
        home.run(["backup", "b"]).ok();
        let restored = home.at("restored").display().to_string();
        home.run(["--db", &restored, "restore", "b"]).ok();
        fs::remove_dir_all(home.database()).unwrap();
        fs::rename(restored, home.database()).unwrap();
        check(&home);
    }
}

#[test]
fn one_process_at_a_time_changes_proposals_and_all_may_ask() {
    let home = Home::new();
    ingest(&home, &Paper::new(), &[]).ok();
    let mut command = home.command(["review"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut screen = BufReader::new(child.stdout.take().unwrap()).lines();
    screen.find(|line| line.as_ref().unwrap().contains("1 of 8")).unwrap().unwrap();
    let busy = ingest(&home, &Paper::named("another"), &[]).fails(3);
    assert!(busy.contains(&child.id().to_string()), "{busy}");
    assert_eq!(open(&home), 8);
    home.query("rank").ok();
    child.stdin.take().unwrap().write_all(b"q\n").unwrap();
    assert!(child.wait().unwrap().success());
    ingest(&home, &Paper::named("another"), &[]).ok();
}

#[test]
fn many_ingests_at_once_lose_nothing() {
    let home = Home::new();
    ingest(&home, &Paper::new(), &[]).ok();
    let children: Vec<_> = (0..4)
        .map(|number| {
            let name = format!("p{number}.jsonl");
            home.file(&name, Paper::named(&format!("report-{number}")).lines());
            home.command(["ingest", "--proposals", &name]).stdout(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(open(&home), 40);
}

#[test]
fn a_damaged_file_of_proposals_is_told_and_mended_by_ingesting_again() {
    let home = Home::new();
    ingest(&home, &Paper::new(), &[]).ok();
    ingest(&home, &Paper::named("other-report"), &[]).ok();
    home.run_with(["review", "harbour-report"], "r\nq\n").ok();
    let path = home.database().join("proposals/harbour-report.jsonl");
    let good = fs::read(&path).unwrap();
    for bad in [&good[..good.len() / 2], b"", b"{}\n{}\n"] {
        fs::write(&path, bad).unwrap();
        let verified = home.run(["verify"]);
        assert_eq!(verified.code, 0, "no claim is lost: {}", verified.err);
        assert!(
            verified.out.contains("harbour-report.jsonl are damaged; ingest the document again"),
            "{}",
            verified.out
        );
        assert!(verified.out.contains("other-report: 8 open"), "{}", verified.out);
        let refused = home.run_with(["review", "harbour-report"], "q\n");
        assert_eq!(refused.code, 3);
        assert!(refused.err.contains("are damaged"), "{}", refused.err);
        assert!(home.run(["review", "--list"]).ok().contains("other-report"));
        ingest(&home, &Paper::new(), &[]).ok();
        let rows = listed(&home);
        let of = |row: &&Value| row["document"] == "harbour-report";
        // The group that was rejected took what rests on it along.
        assert_eq!(rows.iter().filter(of).filter(|row| row["status"] == "rejected").count(), 3);
        assert_eq!(rows.iter().filter(of).count(), 8);
    }
    let log = home.database().join("proposals/harbour-report.log");
    let mut bytes = fs::read(&log).unwrap();
    bytes[30] ^= 1;
    fs::write(&log, bytes).unwrap();
    let ran = home.run(["review", "harbour-report", "--list"]);
    assert!(ran.err.contains("1 of the decisions about harbour-report cannot be read"), "{}", ran.err);
    assert_eq!(ran.code, 0);
}

/// A text that the rules understand.
const NOTICE: &str = "What the monitor reports\n\nThe Northern Brigade broke away from the Harbour Front in 2010. \
    The Harbour Front is led by Dana Doe.\n";

#[test]
fn a_document_is_read_by_the_rules() {
    let home = Home::new();
    home.file("notice.txt", NOTICE);
    let told = home.run(["ingest", "notice.txt", "--licence", "CC0", "--published", "2020-06-01"]).ok();
    assert!(told.starts_with("notice: \"What the monitor reports\""), "{told}");
    let rows = listed(&home);
    let led = rows.iter().find(|row| row["says"] == "Harbour Front --led_by--> Dana Doe");
    assert!(led.is_some_and(|row| row["modality"] == "asserted"), "{rows:#?}");
    home.run(["review", "--all"]).ok();
    let why = home.query("why \"Harbour Front\" to \"Dana Doe\"").ok();
    assert!(why.contains("is led by") || why.contains("led by"), "{why}");
    assert!(why.contains("The Northern Brigade broke away"), "the text around it is shown\n{why}");
}

#[test]
fn a_document_that_was_read_proposes_nothing_new_whatever_it_is_called_and_whatever_is_known_by_now() {
    let home = Home::new();
    home.file("notice.txt", NOTICE);
    home.file("copy.txt", NOTICE);
    home.run(["ingest", "notice.txt"]).ok();
    let before = listed(&home);
    for file in ["notice.txt", "copy.txt"] {
        let told = home.run(["ingest", file]).ok();
        assert!(told.starts_with("notice: nothing new is proposed: this text was read before"), "{told}");
    }
    assert_eq!(listed(&home), before);
    let again = home.run(["ingest", "--again", "copy.txt"]).ok();
    assert!(again.contains("nothing new is proposed\n"), "{again}");
    home.run_with(["review"], "r\n").ok();
    home.run(["review", "--all"]).ok();
    let decided = listed(&home);
    home.run(["ingest", "notice.txt"]).ok();
    assert_eq!(listed(&home), decided);
    // By the present rules the groups are known, and what was said of them is recognised all the same.
    let again = home.run(["ingest", "--again", "notice.txt"]).ok();
    let links = |rows: &[Value]| rows.iter().filter(|row| row["what"] == "link").count();
    assert_eq!(links(&listed(&home)), links(&decided), "{again}");
}

#[test]
fn a_source_that_is_known_by_its_text_stays_that_source() {
    let Some(documents) = common::shared("data/documents") else { return };
    let home = Home::with_seeds();
    let text = fs::read(documents.join("cep-ttp-ceasefire.txt")).unwrap();
    home.file("downloaded.txt", text);
    let told = home.run(["ingest", "downloaded.txt"]).ok();
    assert!(told.starts_with("cep-ttp-ceasefire: "), "{told}");
    home.run(["review", "--all"]).ok();
    let stats = home.run(["stats", "--format", "csv"]).ok();
    assert!(stats.contains("sources,1\n"), "{stats}");
    // What the seed says of the source stays; only what is said of it now counts anew.
    assert!(home.query("why \"TTP\" to \"al-Qaeda\"").ok().contains("B3"));
}

#[test]
fn several_documents_are_read_all_or_none() {
    let home = Home::new();
    home.file("one.txt", NOTICE);
    home.file("two.md", NOTICE.replace("Harbour", "Port").replace("Northern", "Southern"));
    home.file("three.txt", b"\0\x01\x02");
    let told = home.run(["ingest", "one.txt", "two.md", "three.txt", "absent.txt"]).fails(1);
    assert!(told.contains("three.txt") && told.contains("absent.txt") && told.contains("2 errors"), "{told}");
    assert!(!home.database().exists());
    let told = home.run(["ingest", "one.txt", "two.md"]).ok();
    assert!(told.contains("\none: ") || told.starts_with("one: "), "{told}");
    assert!(told.contains("\ntwo: "), "{told}");
    home.run(["ingest", "one.txt", "two.md", "--title", "Both"]).fails(2);
}

#[test]
fn the_head_of_a_document_describes_it() {
    let home = Home::new();
    for head in [
        "+++\nid = \"note-7\"\ntitle = \"A note\"\nreliability = \"B\"\nlicence = \"CC0\"\n+++\n\n",
        "---\nid: note-7\ntitle: A note\nlicence: CC0\ndraft: true\n---\n",
    ] {
        home.file("x.txt", format!("{head}{NOTICE}"));
        let told = home.run(["ingest", "x.txt", "--title", "Another title"]).ok();
        assert!(told.starts_with("note-7: \"Another title\"") || told.contains("read before"), "{told}");
        assert!(told.contains("whole text") || told.contains("read before"), "{told}");
    }
    home.file("x.txt", format!("+++\ntitel = 1\n+++\n{NOTICE}"));
    let told = home.run(["ingest", "x.txt"]).fails(1);
    assert!(told.contains("x.txt:2:1"), "{told}");
}

#[test]
fn a_hundred_megabytes_are_refused_at_once() {
    let home = Home::new();
    let file = fs::File::create(home.at("large.txt")).unwrap();
    file.set_len(100 << 20).unwrap();
    let told = home.run(["ingest", "large.txt"]).fails(1);
    assert!(told.contains("more than 16777216 bytes"), "{told}");
    assert!(!home.database().exists());
}

#[test]
fn the_example_of_the_page_is_taken() {
    let page = fs::read_to_string(common::repository("docs/proposals.md")).unwrap();
    let example = page.split("```jsonl\n").nth(1).unwrap().split("```").next().unwrap();
    let home = Home::new();
    home.file("p.jsonl", example);
    home.run(["ingest", "--proposals", "p.jsonl"]).ok();
    home.run(["review", "--all"]).ok();
    let why = home.query("why \"Harbour Front\" to \"Port Front\"").ok();
    assert!(why.contains("The Harbour Front [has ties to] the Port Front, Dana Doe said."), "{why}");
}
