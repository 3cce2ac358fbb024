//! `tieline review` as it is used: at the prompt, on a terminal, in an editor, by a rule; and what a kill leaves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use common::paper::{Paper, added, proposal};
use common::{Home, Ran};
use serde_json::{Value, json};

/// A home with the proposals of a document.
fn with(paper: &Paper) -> Home {
    let home = Home::new();
    take(&home, paper);
    home
}

fn take(home: &Home, paper: &Paper) {
    home.file("p.jsonl", paper.lines());
    home.run(["ingest", "--proposals", "p.jsonl"]).ok();
}

/// Reviews with these answers.
fn review(home: &Home, answers: &str) -> Ran {
    home.run_with(["review"], answers)
}

/// How it stands with each proposal, by what it says.
#[track_caller]
fn statuses(home: &Home) -> BTreeMap<String, String> {
    let answer: Value = serde_json::from_str(&home.run(["review", "--format", "json"]).ok()).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    answer["rows"].as_array().unwrap().iter().map(|row| (text(&row[6]), text(&row[2]))).collect()
}

/// How many proposals are how.
#[track_caller]
fn tally(home: &Home) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for status in statuses(home).into_values() {
        *tally.entry(status).or_default() += 1;
    }
    tally
}

fn of<const N: usize>(counts: [(&str, usize); N]) -> BTreeMap<String, usize> {
    counts.into_iter().map(|(status, count)| (status.to_owned(), count)).collect()
}

#[test]
fn a_whole_review() {
    let home = with(&Paper::new());
    let answers = "a\na\ns\ne\ne when 2020-05-03\na\nwhat\nu\na\nr\nedit modality aleged\nt\na\na\nq\n";
    let ran = review(&home, answers);
    insta::assert_snapshot!(ran.ok().trim(), @r#"
    harbour-report: 1 of 8, p2 s2
    The “Harbour Front” (HF) agreed to a week's truce with the Port Front, Dana Doe said.

      new: Harbour Front (Organisation, militant_group), also "HF" (acronym)
      asserted, the document's own voice
      rule test.rule: the test says so; confidence 0.9

    harbour-report: 2 of 8, p2 s2
    The “Harbour Front” (HF) agreed to a week's truce with the Port Front, Dana Doe said.

      new: Port Front (Organisation)
      asserted, the document's own voice
      rule test.rule: the test says so; confidence 0.9

    harbour-report: 3 of 8, p2 s2
    The “Harbour Front” (HF) agreed to a week's truce with the Port Front, Dana Doe said.

      new: Dana Doe (Person)
      asserted, the document's own voice
      rule test.rule: the test says so; confidence 0.9

    harbour-report: 4 of 8, p2 s2
    The “Harbour Front” (HF) agreed to a week's truce with the Port Front, Dana Doe said.

      new: truce in Port Éxample (Event, ceasefire); Harbour Front --party_to--; Port Front --party_to--
      asserted, speaker: Dana Doe, when: 2020-05
      rule test.rule: the test says so; confidence 0.85
      accepting it adds too: Dana Doe
      type         ceasefire
      when         2020-05
      speaker      new:dana-doe
      modality     asserted
      credibility  6
      note
      `e FIELD VALUE` sets one, `e FIELD -` takes it away, `e turn` turns a link round

    harbour-report: 4 of 8, p2 s2, edited
    The “Harbour Front” (HF) agreed to a week's truce with the Port Front, Dana Doe said.

      new: truce in Port Éxample (Event, ceasefire); Harbour Front --party_to--; Port Front --party_to--
      asserted, speaker: Dana Doe, when: 2020-05-03
      rule test.rule: the test says so; confidence 0.85
      accepting it adds too: Dana Doe

    harbour-report: 5 of 8, p2 s3
    According to Dana Doe, the Harbour Front may have ties to Ansar Example.

      new: Ansar Example (Organisation)
      asserted, the document's own voice
      rule test.rule: the test says so; confidence 0.6
      "what" is no answer; `?` lists them

    harbour-report: 4 of 8, p2 s2
    The “Harbour Front” (HF) agreed to a week's truce with the Port Front, Dana Doe said.

      new: truce in Port Éxample (Event, ceasefire); Harbour Front --party_to--; Port Front --party_to--
      asserted, speaker: Dana Doe, when: 2020-05
      rule test.rule: the test says so; confidence 0.85
      accepting it adds too: Dana Doe

    harbour-report: 5 of 8, p2 s3
    According to Dana Doe, the Harbour Front may have ties to Ansar Example.

      new: Ansar Example (Organisation)
      asserted, the document's own voice
      rule test.rule: the test says so; confidence 0.6
    rejected, with 1 that rest on it

    harbour-report: 7 of 8, p3 s4
    The Port Front was founded in 1998.

      Port Front: founded = 1998
      asserted, the document's own voice
      rule test.rule: the test says so; confidence 0.95
      "aleged" is no modality; it is one of asserted, alleged, denied, aim, opinion, possible; did you mean alleged?
    Truce in Port Éxample

    The “Harbour Front” (HF) agreed to a week's truce with the Port Front, Dana Doe said. According to Dana Doe, the Harbour Front may have ties to Ansar Example.

    The Port Front was founded in 1998. It is led by Dana Doe.


    harbour-report: 8 of 8, p3 s5
    It is led by Dana Doe.

      Port Front --led_by--> Dana Doe
      asserted, the document's own voice
      rule test.rule: the test says so; confidence 0.3
    commit 1: 4 entities, 1 source, 10 claims
    harbour-report: 8 proposals: 6 in the database, 2 rejected
    "#);
    assert_eq!(tally(&home), of([("commit 1", 6), ("rejected", 2)]));
    assert_eq!(review(&home, "").ok(), "there is nothing to decide\n");
    assert_eq!(home.json("neighbours \"Port Front\"")["rows"].as_array().unwrap().len(), 2);
    let history = home.run(["history", "--format", "json"]).ok();
    assert!(history.contains("tester") && history.contains("review harbour-report ["), "{history}");
}

#[test]
fn a_review_goes_on_where_it_was_left() {
    let home = with(&Paper::new());
    assert!(review(&home, "a\n").ok().contains("commit 1: 1 entity"), "the end of the input is a way to quit");
    let ran = review(&home, "r\nq\n").ok();
    assert!(ran.contains("harbour-report: 2 of 8, p2 s2") && !ran.contains("1 of 8"), "{ran}");
    assert!(ran.contains("rejected, with 3 that rest on it"), "{ran}");
    assert_eq!(tally(&home), of([("commit 1", 1), ("open", 3), ("rejected", 4)]));
    // An answer that was undone was never given; the next sitting has nothing to undo.
    let ran = review(&home, "u\na\nu\nq\n").ok();
    assert!(ran.contains("nothing to undo in this sitting"), "{ran}");
    assert_eq!(tally(&home), of([("commit 1", 1), ("open", 3), ("rejected", 4)]));
}

#[test]
fn what_does_not_fit_is_told_at_the_proposal() {
    let home = with(&Paper::new());
    home.run(["review", "--accept-above", "0.9"]).ok();
    let answers =
        "s\ns\ne kind party_to\na\ns\ne turn\ne from \"Dana Doe\"\ne kind member_of\ne to \"Nobody Known\"\na\nq\n";
    let ran = review(&home, answers).ok();
    for part in [
        "it cannot be accepted like this: party_to does not join",
        "not accepted: party_to does not join",
        "nobody here is called \"Nobody Known\"",
        "Dana Doe --member_of--> Port Front",
    ] {
        assert!(ran.contains(part), "{part} is not in\n{ran}");
    }
    assert!(home.ids("neighbours \"Dana Doe\" via member_of").contains(&"port-front".to_owned()));
}

#[test]
fn a_new_entity_may_be_one_that_is_known() {
    let home = Home::with_seeds();
    let mut paper = Paper::new();
    paper.proposals[0] = proposal(2, added("haqqani-net", "Haqani Network", "Organisation"), "Harbour Front", 0.9);
    let text = serde_json::to_string(&paper.proposals).unwrap().replace("new:harbour-front", "new:haqqani-net");
    paper.proposals = serde_json::from_str(&text).unwrap();
    take(&home, &paper);
    let ran = review(&home, "= 9\n= \"nobody\"\n= @absent\n= new:haqqani-net\n= 1\na\na\na\nr\nq\n").ok();
    assert!(ran.contains("1  Haqqani network (@haqqani-network, Organisation): "), "{ran}");
    for part in ["nobody here is called \"9\"", "the database has no @absent", "always the same as itself"] {
        assert!(ran.contains(part), "{part} is not in\n{ran}");
    }
    assert!(home.ids("find \"Haqani Network\"").contains(&"haqqani-network".to_owned()));
    assert!(home.ids("neighbours @haqqani-network of Event").contains(&"truce".to_owned()));
    assert_eq!(home.query("show @haqqani-net").code, 1, "no second entity was made");
}

#[test]
fn an_id_that_is_taken_is_not_shared() {
    let home = with(&Paper::new());
    home.run(["review", "--all"]).ok();
    // Another document speaks of a place of the same name.
    let mut other = Paper::named("other-report");
    other.proposals = vec![proposal(1, added("harbour-front", "Harbour Front", "Place"), "Port", 0.9)];
    take(&home, &other);
    home.run(["review", "--all"]).ok();
    assert_eq!(home.json("match (n:Place) return n")["nodes"][0]["id"], "harbour-front-2");
    assert_eq!(home.json("show @harbour-front")["nodes"][0]["kind"], "Organisation");
}

#[test]
fn what_is_sure_enough_is_accepted_by_a_rule() {
    let home = with(&Paper::new());
    let told = home.run(["review", "--accept-above", "0.85"]).ok();
    assert!(told.contains("commit 1: 4 entities") && told.contains("3 open, 5 in the database"), "{told}");
    home.run(["review", "--accept-above", "0.7"]).ok();
    let now = statuses(&home);
    assert_eq!(now["new: Ansar Example (Organisation)"], "commit 2", "the link brings it along");
    assert_eq!(tally(&home), of([("commit 1", 5), ("commit 2", 2), ("open", 1)]));
    home.run(["review", "--all"]).ok();
    assert_eq!(tally(&home), of([("commit 1", 5), ("commit 2", 2), ("commit 3", 1)]));
    for bad in ["1.5", "-1", "x"] {
        home.run(["review", &format!("--accept-above={bad}")]).fails(2);
    }
    assert!(home.run(["review", "harbor-report", "--all"]).fails(1).contains("did you mean harbour-report?"));
}

#[test]
fn undoing_a_commit_opens_its_proposals_again() {
    let home = with(&Paper::new());
    home.run(["review", "--all"]).ok();
    assert_eq!(tally(&home), of([("commit 1", 8)]));
    home.run(["undo", "1"]).ok();
    assert_eq!(tally(&home), of([("open", 8)]));
    // Redoing it decides them again.
    home.run(["undo", "2"]).ok();
    assert_eq!(tally(&home), of([("commit 1", 8)]));
    home.run(["undo", "3"]).ok();
    home.run(["review", "--all"]).ok();
    assert_eq!(tally(&home), of([("commit 5", 8)]));
    assert!(home.ids("neighbours \"Port Front\"").contains(&"dana-doe".to_owned()), "ids are those of the first time");
}

#[test]
fn a_decision_is_taken_back_by_its_id() {
    let home = with(&Paper::new());
    review(&home, "a\nr\nq\n").ok();
    let [accepted, rejected] =
        ["new: Harbour Front (Organisation, militant_group), also \"HF\" (acronym)", "new: Port Front (Organisation)"]
            .map(|says| id_of(&home, says));
    let told = home.run(["review", "--reopen", &rejected[..6]]).ok();
    assert_eq!(told, "harbour-report: 8 proposals: 4 open, 1 in the database, 3 rejected\n");
    for (id, told) in [(&*accepted, "`tieline undo 1`"), (&*rejected, "is open"), ("p-", "not the id of one")] {
        assert!(home.run(["review", "--reopen", id]).fails(1).contains(told), "{id}");
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let home = with(&Paper::new());
    for round in 1..=3 {
        let mut child = home
            .command(["review"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut screen = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut input = child.stdin.take().unwrap();
        let mut wait = |number: usize| {
            let shown = format!("harbour-report: {number} of 8");
            assert!(screen.any(|line| line.unwrap().starts_with(&shown)), "{shown}");
        };
        wait(round);
        input.write_all(b"a\n").unwrap();
        // The next one is shown after the decision was kept.
        wait(round + 1);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(tally(&home), of([("accepted", round), ("open", 8 - round)]));
    }
    let told = home.run(["review", "--commit"]).ok();
    assert!(told.contains("commit 1: 3 entities") && told.contains("5 open, 3 in the database"), "{told}");
    assert_eq!(home.run(["review", "--commit"]).ok().lines().count(), 1, "once is enough");
}

/// The elements of a list, as texts in order.
fn sorted(list: &Value) -> Vec<String> {
    let mut texts: Vec<String> = list.as_array().unwrap().iter().map(Value::to_string).collect();
    texts.sort();
    texts
}

/// The open proposals as a file for an editor.
fn draft(home: &Home) -> String {
    home.run(["review", "harbour-report", "--format", "toml"]).ok()
}

/// The draft without the table that stands under a mark, and what belongs to it.
fn without(draft: &str, id: &str) -> String {
    let blocks: Vec<&str> = draft.split("\n\n").filter(|block| !block.contains(&format!("# accept {id}\n"))).collect();
    blocks.join("\n\n")
}

fn id_of(home: &Home, says: &str) -> String {
    let answer: Value = serde_json::from_str(&home.run(["review", "--format", "json"]).ok()).unwrap();
    let row = answer["rows"].as_array().unwrap().iter().find(|row| row[6] == says).unwrap().clone();
    row[1].as_str().unwrap().to_owned()
}

#[test]
fn a_review_in_an_editor() {
    let home = Home::new();
    home.file("p.jsonl", Paper::new().lines());
    let written = home.run(["ingest", "--proposals", "p.jsonl", "--format", "toml"]).ok();
    assert_eq!(draft(&home), written);
    let (ansar, tie) = ("new: Ansar Example (Organisation)", "Harbour Front --affiliated_with--> Ansar Example");
    let led = id_of(&home, "Port Front --led_by--> Dana Doe");
    let edited = without(&written, &led)
        .replace(&format!("# accept {}", id_of(&home, ansar)), &format!("# skip {}", id_of(&home, ansar)))
        .replace(&format!("# accept {}", id_of(&home, tie)), &format!("# skip {}", id_of(&home, tie)))
        .replace("value = \"1998\"", "value = \"1998~\"")
        .replace("id = \"dana-doe\"", "id = \"doe-dana\"")
        .replace("speaker = \"dana-doe\"", "speaker = \"doe-dana\"");
    home.file("d.toml", &edited);
    let told = home.run(["review", "--from", "d.toml"]).ok();
    assert!(told.starts_with("5 accepted, 1 rejected, 2 left open\ncommit 1: 4 entities, 1 source, "), "{told}");
    assert_eq!(tally(&home), of([("commit 1", 5), ("open", 2), ("rejected", 1)]));
    assert!(home.query("show \"Port Front\"").ok().contains("1998~"));
    // What is decided later knows which id the speaker got in the file.
    home.run(["review", "--all"]).ok();
    assert_eq!(home.json("why \"Harbour Front\" to \"Ansar Example\"")["rows"][0][3]["id"], "doe-dana");
    let again = home.run(["review", "--from", "d.toml"]).ok();
    assert!(again.contains("nothing new") && again.starts_with("8 decided before"), "{again}");
    home.run(["undo", "1"]).ok();
    assert_eq!(tally(&home), of([("commit 2", 2), ("open", 5), ("rejected", 1)]));
}

#[test]
fn a_draft_is_also_a_seed() {
    let mut paper = Paper::new();
    let attribute = json!({"attribute": {"entity": "new:port-front", "key": "strength", "value": "some \"200\" men"}});
    let name = json!({"name": {"entity": "new:port-front", "name": "PF", "role": "acronym", "language": "en"}});
    let same = json!({"same_as": {"entity": "new:harbour-front", "other": "new:ansar-example"}});
    for says in [attribute, name, same, json!({"entity": {"entity": "new:nameless", "kind": "Person"}})] {
        let mut more = proposal(2, says, "truce", 0.5);
        more["when"] = json!("2019~/..");
        more["note"] = json!("a \"note\" with \\ signs");
        more["credibility"] = json!(2);
        more["modality"] = json!("alleged");
        paper.proposals.push(more);
    }
    paper.proposals[3]["says"]["event"]["participants"][0]["note"] = json!("its leader");
    let home = with(&paper);
    let other = Home::new();
    other.file("d.toml", draft(&home));
    other.run(["load", "d.toml"]).ok();
    home.run(["review", "--all"]).ok();
    for question in [
        "match (a)-[l]->(b) return a, l, b",
        "show \"Harbour Front\"",
        "show \"Port Front\"",
        "timeline \"Port Front\"",
    ] {
        // In a seed file entities come before events, so that claims are in another order; and a table with nothing but a
        // `same_as` says too that its entity is spoken of.
        for key in ["rows", "nodes", "edges"] {
            let said = |home: &Home| {
                let mut said = sorted(&home.json(question)[key]);
                said.retain(|row| !row.contains("spoken of"));
                said
            };
            assert_eq!(said(&home), said(&other), "{question}");
        }
    }
}

#[test]
fn a_draft_with_mistakes_changes_nothing() {
    let home = with(&Paper::new());
    let written = draft(&home);
    let before = tally(&home);
    let front = id_of(&home, "new: Port Front (Organisation)");
    for (edited, told) in [
        (without(&written, &front), "port-front needs a kind"),
        (written.replace("kind = \"led_by\"", "kind = \"ledby\""), "did you mean led_by?"),
        (written.replace(&format!("# accept {front}"), &format!("# acept {front}")), "did you mean accept?"),
        (written.replace("# document harbour-report\n", ""), "this is no draft"),
        (written.replace("# document harbour-report\n", "# document harbor-report\n"), "did you mean harbour-report?"),
        (written.replace("[[link]]", "[[link"), "d.toml"),
    ] {
        home.file("d.toml", edited);
        let ran = home.run(["review", "--from", "d.toml"]).fails(1);
        assert!(ran.contains(told), "{told} is not in\n{ran}");
        assert_eq!(tally(&home), before, "{told}");
    }
}

#[test]
fn proposals_go_out_as_they_came_in() {
    let home = with(&Paper::new());
    home.run_with(["review"], "a\nq\n").ok();
    let lines = home.run(["review", "--format", "jsonl"]).ok();
    assert_eq!(lines.lines().count(), 8);
    let other = Home::new();
    other.file("p.jsonl", lines);
    // The first one is not there any more, and others rest on it.
    let refused = other.run(["ingest", "--proposals", "p.jsonl"]).fails(1);
    assert!(refused.contains("no proposal of this document adds new:harbour-front"), "{refused}");
    let whole = with(&Paper::new());
    other.file("p.jsonl", whole.run(["review", "--format", "jsonl"]).ok());
    other.run(["ingest", "--proposals", "p.jsonl"]).ok();
    assert_eq!(statuses(&other), statuses(&whole));
}

#[test]
fn from_a_document_to_a_picture() {
    let home = Home::with_seeds();
    take(&home, &Paper::new());
    home.run_with(["review"], "a\na\na\na\na\na\na\na\n").ok();
    assert_eq!(tally(&home), of([("commit 2", 8)]));
    let path = home.json("path \"Ansar Example\" to \"Dana Doe\"");
    assert!(!path["rows"].as_array().unwrap().is_empty(), "{path}");
    let why = home.query("why \"Harbour Front\" to \"Ansar Example\"").ok();
    for part in ["Dana Doe", "possible", "p2 s3", "B6", "[may have ties to]", "commit 2 by tester"] {
        assert!(why.contains(part), "{part} is not in\n{why}");
    }
    let during = home.ids("neighbours \"Harbour Front\" of Event during 2020-05");
    assert_eq!(during, ["truce"]);
    let dot = home.run(["export", "neighbours \"Harbour Front\" within 2"]).ok();
    assert!(dot.starts_with("digraph") && dot.contains("Ansar Example") && dot.contains("Port Front"), "{dot}");
    home.run(["verify"]).ok();
}

#[test]
fn a_hostile_text_does_not_steer_the_terminal() {
    let mut paper = Paper::new();
    let text = "Evil \u{1b}[2J\u{202e} Front is bad.\n";
    paper.head["text"] = json!(text);
    paper.proposals = vec![json!({
        "says": {"entity": {"entity": "new:evil", "kind": "Organisation", "names": [{"name": "Evil \u{202e} Front"}]}},
        "at": {"paragraph": 1, "sentence": 1, "span": [0, text.len() - 1]}, "text": text.trim_end(),
        "rule": "r\u{202e}", "confidence": 1.0
    })];
    let home = with(&paper);
    let ran = home.run_with(["review"], "t\na\n").ok();
    assert!(!ran.contains(['\u{1b}', '\u{202e}']), "{ran:?}");
    assert_eq!(tally(&home), of([("commit 1", 1)]));
}

#[test]
fn two_new_entities_may_be_one() {
    let mut paper = Paper::new();
    paper.proposals.insert(1, proposal(2, added("hf", "HF", "Organisation"), "HF", 0.9));
    let ally = json!({"link": {"from": "new:hf", "kind": "allied_with", "to": "new:port-front"}});
    paper.proposals.insert(3, proposal(2, ally, "truce", 0.9));
    let home = with(&paper);
    // The first is taken for the second before that one is decided about, and brings it along.
    let ran = review(&home, "= new:hf\na\na\nq\n").ok();
    assert!(ran.contains("HF --allied_with--> Port Front"), "{ran}");
    assert_eq!(home.ids("neighbours \"Port Front\""), ["hf"]);
    assert_eq!(home.ids("find \"Harbour Front\""), ["hf"]);
    assert_eq!(tally(&home), of([("commit 1", 4), ("open", 6)]));
}

#[test]
fn a_thousand_proposals_are_decided_at_once() {
    let mut paper = Paper::new();
    let groups = 500;
    paper.proposals = (0..groups)
        .map(|at| proposal(2, added(&format!("group-{at}"), &format!("Group {at}"), "Organisation"), "HF", 0.5))
        .collect();
    paper.proposals.extend((1..groups).map(|at| {
        let (from, to) = (format!("new:group-{at}"), format!("new:group-{}", at - 1));
        proposal(2, json!({"link": {"from": from, "kind": "allied_with", "to": to}}), "truce", 0.5)
    }));
    let home = with(&paper);
    home.run(["review", "--all"]).ok();
    assert_eq!(tally(&home), of([("commit 1", 2 * groups - 1)]));
}

/// A review on a terminal that `script` makes, if there is such a program: answers are typed, each after a wait for what
/// is to be on the screen.
#[cfg(target_os = "linux")]
#[test]
fn a_review_on_a_terminal() {
    use std::io::Read;
    use std::process::Command;
    use std::sync::{Arc, Mutex};
    use std::time::{Duration, Instant};
    let home = with(&Paper::new());
    let program = format!("exec {} review", home.command(Vec::<&str>::new()).get_program().to_str().unwrap());
    let spawned = Command::new("script")
        .args(["-qefc", &program, "/dev/null"])
        .current_dir(home.path())
        .env("TIELINE_DB", home.database())
        .env("USER", "tester")
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = spawned else {
        println!("skipped: there is no `script` here");
        return;
    };
    let screen = Arc::new(Mutex::new(String::new()));
    let (mut out, seen) = (child.stdout.take().unwrap(), Arc::clone(&screen));
    let reader = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = out.read(&mut bytes) {
            seen.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
    });
    let mut input = child.stdin.take().unwrap();
    let mut from = 0;
    for (awaited, typed) in [
        ("1 of 8", "a\n"),
        ("2 of 8", "a\n"),
        ("3 of 8", "a\n"),
        ("4 of 8", "s\n"),
        ("5 of 8", "a\n"),
        ("6 of 8", "u\n"),
        ("5 of 8", "a\n"),
        // Ctrl-D on an empty line ends the review.
        ("6 of 8", "\u{4}"),
    ] {
        let started = Instant::now();
        let prompt = format!("{awaited}, p");
        loop {
            let seen = screen.lock().unwrap()[from..].to_owned();
            if seen.split_once(&prompt).is_some_and(|(_, behind)| behind.contains("? > ")) {
                break;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "no {awaited:?} in {seen}");
            std::thread::sleep(Duration::from_millis(20));
        }
        from = screen.lock().unwrap().len();
        input.write_all(typed.as_bytes()).unwrap();
    }
    let status = child.wait().unwrap();
    drop(input);
    reader.join().unwrap();
    let screen = screen.lock().unwrap().clone();
    assert!(status.success(), "{status}: {screen}");
    assert!(screen.contains("\u{1b}[1;36mHarbour Front\u{1b}[0m"), "mentions are marked\n{screen}");
    assert!(screen.contains("\u{1b}[33mmay have ties to\u{1b}[0m"), "evidence is marked\n{screen}");
    assert_eq!(tally(&home), of([("commit 1", 4), ("open", 4)]));
}
