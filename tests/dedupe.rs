//! Proposals of what is the same, and decisions: at the terminal, in files, undone, refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use common::Home;
use serde_json::Value;

/// Two invented lists, and a report on one of the people.
const LISTS: [(&str, &str); 3] = [
    (
        "one.toml",
        r#"
        [source]
        id = "list-one"
        title = "List one"

        [[entity]]
        id = "authority"
        kind = "Organisation"
        names = [{ name = "The Authority" }]

        [[entity]]
        id = "one-1"
        kind = "Person"
        names = [{ name = "Karvand Zelmiran" }, { name = "Qarvand Zelmirān", role = "alias" }]
        attributes = [{ key = "birth_date", value = "1955" }, { key = "reference_number", value = "ONEi.001" }]

        [[entity]]
        id = "one-2"
        kind = "Person"
        names = [{ name = "Karvand Zelmiran" }]
        attributes = [{ key = "birth_date", value = "1971-03-12" }, { key = "reference_number", value = "ONEi.002" }]

        [[entity]]
        id = "one-3"
        kind = "Organisation"
        names = [{ name = "Brotherhood of Tolmek" }]

        [[link]]
        from = "one-1"
        kind = "designated_by"
        to = "authority"

        [[link]]
        from = "one-3"
        kind = "designated_by"
        to = "authority"
        "#,
    ),
    (
        "two.toml",
        r#"
        [source]
        id = "list-two"
        title = "List two"

        [[entity]]
        id = "two-1"
        kind = "Person"
        names = [{ name = "ZELMIRAN, Karwand" }]
        attributes = [{ key = "birth_date", value = "1955-04-02" }, { key = "nationality", value = "Ostrava" }]

        [[entity]]
        id = "two-2"
        kind = "Person"
        names = [{ name = "Odril Vashenko" }]

        [[entity]]
        id = "two-3"
        kind = "Organisation"
        names = [{ name = "Tolmek Brotherhood" }]

        [[link]]
        from = "two-1"
        kind = "member_of"
        to = "two-3"
        "#,
    ),
    (
        "report.toml",
        r#"
        [source]
        id = "report"
        title = "A report"

        [[entity]]
        id = "three-1"
        kind = "Person"
        names = [{ name = "Karvand Zelmiran" }]

        [[link]]
        from = "three-1"
        kind = "affiliated_with"
        to = "one-3"
        "#,
    ),
];

fn home() -> Home {
    let home = Home::new();
    for (name, text) in LISTS {
        let file = home.file(name, text);
        home.run(["load".as_ref(), file.as_os_str()]).ok();
    }
    home
}

/// The pairs that are proposed, with their scores and reasons.
fn proposed(home: &Home, more: &[&str]) -> Vec<(String, f64, String)> {
    let arguments = ["dedupe", "--format", "json", "--threshold", "0"].iter().chain(more);
    let answer: Value = serde_json::from_str(&home.run(arguments).ok()).unwrap();
    let rows = answer["rows"].as_array().unwrap().iter();
    rows.map(|row| {
        let id = |at: usize| row[at]["id"].as_str().unwrap();
        (format!("{} {}", id(1), id(2)), row[0].as_f64().unwrap(), row[3].to_string())
    })
    .collect()
}

fn pairs(home: &Home, more: &[&str]) -> Vec<String> {
    proposed(home, more).into_iter().map(|(pair, ..)| pair).collect()
}

/// The ids that an id stands for: itself if it has not been merged.
fn stands_for(home: &Home, id: &str) -> String {
    home.ids(&format!("show @{id}"))[0].clone()
}

#[test]
fn pairs_are_proposed_with_their_reasons_and_contradictions_come_last() {
    let home = home();
    let all = proposed(&home, &[]);
    let score = |pair: &str| all.iter().find(|(known, ..)| known == pair).unwrap_or_else(|| panic!("{all:?}")).1;
    assert_eq!(all.iter().find(|(pair, ..)| !pair.contains("three")).unwrap().0, "one-1 two-1", "{all:?}");
    let first = &all.iter().find(|(pair, ..)| pair == "one-1 two-1").unwrap().2;
    assert!(first.contains("born 1955 and 1955-04-02: agree (+4.0)"), "{first}");
    assert!(score("one-1 two-1") > 0.9);
    assert!(score("one-3 two-3") > 0.5);
    assert!(score("one-1 one-2") < 0.1, "one list, two years of birth");
    let contradiction = &all.iter().find(|(pair, ..)| pair == "one-1 one-2").unwrap().2;
    assert!(contradiction.contains("born 1955 against 1971-03-12 (-12.0)"), "{contradiction}");
    assert!(!all.iter().any(|(pair, ..)| pair.contains("two-2")), "{all:?}");
}

#[test]
fn pairs_can_be_narrowed() {
    let home = home();
    assert_eq!(pairs(&home, &["--within"]), ["one-1 one-2"]);
    let across = pairs(&home, &["--across", "--kind", "organisation"]);
    assert_eq!(across, ["one-3 two-3"]);
    assert!(pairs(&home, &["--source", "report"]).iter().all(|pair| pair.ends_with("three-1")));
    assert_eq!(pairs(&home, &["--limit", "1"]).len(), 1);
    assert!(home.run(["dedupe", "--source", "lst-two"]).fails(1).contains("did you mean list-two?"));
    assert!(home.run(["dedupe", "--kind", "Persn"]).fails(1).contains("did you mean Person?"));
    assert!(home.run(["dedupe", "--threshold", "7"]).fails(2).contains("0 to 1"));
    assert!(home.run(["dedupe", "--across", "--within"]).fails(2).contains("cannot be used with"));
}

#[test]
fn decisions_of_a_file_are_claims_that_can_be_undone() {
    let home = home();
    for (format, name) in [("csv", "pairs.csv"), ("toml", "pairs.toml")] {
        let exported = home.run(["dedupe", "--format", format]).ok();
        let filled = match format {
            "csv" => {
                let mut lines: Vec<String> = exported.lines().map(str::to_owned).collect();
                for line in lines.iter_mut().skip(1).filter(|line| line.contains("two-1") && line.contains("one-1")) {
                    line.push_str("same");
                }
                lines.join("\n")
            }
            _ => {
                let mut parts: Vec<String> = exported.split("\n[[pair]]").map(str::to_owned).collect();
                let meant = |part: &&mut String| part.contains("\"one-1\"") && part.contains("\"two-1\"");
                let part = parts.iter_mut().find(meant).unwrap();
                *part =
                    part.replace("decision = \"\"", "decision = \"same\"").replace("note = \"\"", "note = \"one man\"");
                parts.join("\n[[pair]]")
            }
        };
        let file = home.file(name, filled);
        let said = home.run(["dedupe", "--decisions", file.to_str().unwrap(), "--author", "Ada Reviewer"]).ok();
        assert!(said.contains("1 claim"), "{said}");
        assert_eq!(stands_for(&home, "two-1"), "one-1");
        assert!(!pairs(&home, &[]).contains(&"one-1 two-1".to_owned()));

        let dossier = home.query("show @one-1").ok();
        assert!(dossier.contains("@two-1 (ZELMIRAN, Karwand)"), "{dossier}");
        assert!(dossier.contains("decisions:ada-reviewer"), "{dossier}");
        let why = home.json("why @one-1/member_of/two-3");
        let row = why["rows"][0].as_array().unwrap();
        assert_eq!(row.last().unwrap(), "@two-1 (ZELMIRAN, Karwand)");
        let history = home.run(["history"]).ok();
        assert!(history.contains("Ada Reviewer") && history.contains("@one-1 is the same as @two-1"), "{history}");

        // Doing it again changes nothing.
        let again = home.run(["dedupe", "--decisions", file.to_str().unwrap()]).ok();
        assert!(again.contains("nothing new"), "{again}");
        let last = home.json("match (a) return count(*)");
        let number = history.lines().find(|line| line.contains("is the same as")).unwrap();
        let number = number.split_whitespace().next().unwrap().to_owned();
        let undone = home.run(["undo", &number]).ok();
        assert!(undone.contains("1 retracted"), "{undone}");
        assert_eq!(stands_for(&home, "two-1"), "two-1");
        assert_ne!(home.json("match (a) return count(*)"), last);
        let number: u32 = number.parse().unwrap();
        let restored = home.run(["undo", &(number + 1).to_string()]).ok();
        assert!(restored.contains("1 restored") && !restored.contains("retracted"), "{restored}");
        assert_eq!(stands_for(&home, "two-1"), "one-1");
        home.run(["undo", &(number + 2).to_string()]).ok();
    }
}

#[test]
fn bad_files_change_nothing() {
    let home = home();
    let before = home.run(["history"]).ok();
    for (text, expected) in [
        ("one,other,decision\none-1,two-1,same\none-1,two-9,same\n", "there is no entity with the id @two-9"),
        ("one,other,decision\none-1,two-1,same\none-1,two-2,perhaps\n", "is no decision"),
        ("one,other,decision\none-1,one-1,same\n", "always the same as itself"),
        ("one,other,decision\none-1,one-2,same\n", "born 1955 against 1971-03-12"),
        ("one,other,decision\none-1,one-3,same\n", "Person against Organisation"),
        ("one,other,decision\none-1,two-1,same\ntwo-1,one-1,unsure\n", "decided twice, in two ways"),
        ("one,other\none-1,two-1\n", "there is no column decision"),
        (
            "one,other,decision\none-1,three-1,same\nthree-1,two-1,same\none-1,two-1,different\n",
            "@one-1 = @three-1 = @two-1",
        ),
    ] {
        let file = home.file("decisions.csv", text);
        let said = home.run(["dedupe", "--decisions", file.to_str().unwrap()]).fails(1);
        assert!(said.contains(expected), "{said}");
        assert!(said.contains("decisions.csv"), "{said}");
        assert_eq!(home.run(["history"]).ok(), before);
    }
    assert!(home.run(["dedupe", "--decisions", "nowhere.csv"]).fails(2).contains("cannot be read"));
}

#[test]
fn a_contradiction_is_joined_by_force_and_a_chain_to_what_is_different_never() {
    let home = home();
    let decide = |text: &str, more: &[&str]| {
        let file = home.file("decisions.csv", format!("one,other,decision\n{text}"));
        let arguments = ["dedupe", "--decisions", file.to_str().unwrap()];
        home.run(arguments.iter().chain(more))
    };
    decide("one-1,one-2,same\n", &["--force"]).ok();
    assert_eq!(stands_for(&home, "one-2"), "one-1");
    // Another decision on the same two replaces it.
    assert!(decide("one-2,one-1,different\n", &[]).ok().contains("1 claim, 1 retracted"));
    assert_eq!(stands_for(&home, "one-2"), "one-2");
    decide("one-1,three-1,same\n", &[]).ok();
    let said = decide("three-1,one-2,same\n", &["--force"]).fails(1);
    assert!(said.contains("@one-1 and @one-2 are said to be different"), "{said}");
    assert!(said.contains("@one-1 = @three-1 = @one-2"), "{said}");
    assert_eq!(stands_for(&home, "one-2"), "one-2");
    assert!(!pairs(&home, &[]).contains(&"one-1 one-2".to_owned()));
    let dossier = home.query("show @one-2").ok();
    assert!(dossier.contains("not the same as"), "{dossier}");
}

#[test]
fn at_the_terminal_pairs_are_asked_about_and_resumed() {
    let home = home();
    let ask = |input: &str| home.run_with(["dedupe", "--ask", "--threshold", "0"], input).ok();
    let said = ask("perhaps\nsame both are on the lists\nquit\n");
    assert!(said.contains("a word or its first letter is expected"), "{said}");
    assert!(said.contains("1 of ") && said.contains("2 of "), "{said}");
    assert!(said.contains("Qarvand Zelmirān") && said.contains("list-two"), "{said}");
    assert!(said.contains("1 pair decided"), "{said}");
    assert_eq!(stands_for(&home, "two-1"), "one-1");
    let dossier = home.query("show @one-1").ok();
    assert!(dossier.contains("also recorded as"), "{dossier}");

    // What was decided is not asked again; undo goes back over what was decided and what was skipped.
    let said = ask("different\nskip\nundo\nundo\nquit\n");
    assert!(said.contains("0 pairs decided"), "{said}");
    assert!(!said.contains("@two-1"), "{said}");
    let left = pairs(&home, &[]);
    let said = ask(&"unsure\n".repeat(left.len()));
    assert!(said.contains(&format!("{} pairs decided", left.len())), "{said}");
    assert_eq!(pairs(&home, &[]), Vec::<String>::new());
    assert!(ask("").contains("nothing is proposed that has not been decided"));
}

#[test]
fn at_the_terminal_a_contradiction_needs_a_yes() {
    let home = home();
    let ask = |input: &str| home.run_with(["dedupe", "--ask", "--within", "--threshold", "0"], input).ok();
    let said = ask("same\nno\nquit\n");
    assert!(said.contains("They contradict each other: born 1955 against 1971-03-12"), "{said}");
    assert_eq!(stands_for(&home, "one-2"), "one-2");
    ask("same\nyes\n");
    assert_eq!(stands_for(&home, "one-2"), "one-1");
}

#[test]
fn what_a_source_proposes_is_proposed() {
    let home = home();
    let file = home.file(
        "proposal.toml",
        r#"
        [source]
        id = "hint"
        title = "A hint"

        [[entity]]
        id = "hint-1"
        kind = "Person"
        names = [{ name = "The Clerk" }]

        [[entity]]
        id = "two-2"
        kind = "Person"
        same_as = [{ id = "hint-1", modality = "possible" }]
        "#,
    );
    home.run(["load".as_ref(), file.as_os_str()]).ok();
    assert!(pairs(&home, &[]).contains(&"two-2 hint-1".to_owned()));
}
