//! The gold list through the real program: what the press release says is found, with its sentence, and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use common::{Home, gold};
use serde_json::Value;

/// The claims behind the links between two entities.
struct Why {
    answer: Value,
}

impl Why {
    fn cell<'a>(&'a self, row: &'a Value, column: &str) -> &'a Value {
        let columns = self.answer["columns"].as_array().unwrap();
        &row[columns.iter().position(|name| name == column).unwrap()]
    }

    /// Whether a claim cites the place of a gold entry, for a link of its kind, with its speaker, modality and date.
    fn has(&self, entry: &Value, [from, to]: [&str; 2]) -> bool {
        let symmetric = |link: &Value| link["symmetric"].as_bool() == Some(true);
        let place = format!("p{} s{}", entry["paragraph"], entry["sentence"]);
        self.answer["rows"].as_array().unwrap().iter().any(|row| {
            let link = self.cell(row, "link");
            let ends = [link["from"].as_str().unwrap(), link["to"].as_str().unwrap()];
            let [from, to] = if gold::turned(entry) { [to, from] } else { [from, to] };
            link["kind"] == gold::kind(entry)
                && (ends == [from, to] || ends == [to, from] && symmetric(link))
                && self.cell(row, "source") == "cep-ttp-ceasefire"
                && self.cell(row, "place") == place.as_str()
                && self.cell(row, "speaker")["id"].as_str() == gold::speaker(entry)
                && self.cell(row, "modality") == gold::modality(entry)
                && self.cell(row, "when").as_str() == gold::when(entry)
                && self.cell(row, "text").as_str().is_some_and(|text| !text.is_empty())
        })
    }
}

#[test]
fn every_link_is_joined_and_cited_to_its_sentence() {
    let Some(gold) = gold::gold() else { return };
    let home = Home::with_seeds();
    let links: Vec<&Value> =
        gold["links"].as_array().unwrap().iter().filter(|link| link["target"].is_string()).collect();
    assert_eq!(links.len(), 63);
    let ends = |link: &Value| ["source", "target"].map(|end| gold::ours(link[end].as_str().unwrap()));
    // One process answers all of them, a JSON object a statement.
    let statements: String = links.iter().map(|link| ends(link)).map(|[a, b]| format!("why @{a} to @{b}\n")).collect();
    let file = home.file("why.txt", statements);
    let out = home.run(["query".as_ref(), "--format".as_ref(), "json".as_ref(), "-f".as_ref(), file.as_os_str()]).ok();
    let answers: Vec<Why> = out.lines().map(|line| Why { answer: serde_json::from_str(line).unwrap() }).collect();
    assert_eq!(answers.len(), links.len());
    let missing: Vec<&Value> = links
        .iter()
        .zip(&answers)
        .filter(|(link, why)| !why.has(link, ends(link)))
        .map(|(link, _)| &link["id"])
        .collect();
    assert_eq!(missing, Vec::<&Value>::new(), "of 63 links");

    // They are joined in the graph, too: each pair by a path of one link.
    let statements: String = links.iter().map(|link| ends(link)).map(|[a, b]| format!("path @{a} to @{b}\n")).collect();
    let file = home.file("path.txt", statements);
    let out = home.run(["query".as_ref(), "--format".as_ref(), "json".as_ref(), "-f".as_ref(), file.as_os_str()]).ok();
    for (line, link) in out.lines().zip(&links) {
        let answer: Value = serde_json::from_str(line).unwrap();
        assert_eq!(answer["rows"][0][1], 1, "{link}");
    }
}

#[test]
fn nothing_falls_into_the_traps() {
    let home = Home::with_seeds();
    let joined = |a: &str, b: &str, scope: &str| {
        let answer = home.json(&format!("path @{a} to @{b} {scope}"));
        !answer["rows"].as_array().unwrap().is_empty()
    };
    // The footer is about somebody else.
    for of_the_release in ["ttp", "haqqani-network", "al-qaeda", "hans-jakob-schindler"] {
        for scope in ["", "modality asserted"] {
            assert!(!joined("ypg", of_the_release, scope), "{of_the_release} {scope}");
        }
    }
    // Four of similar names.
    let four = [
        ("Afghan Taliban", "afghan-taliban"),
        ("Pakistani Taliban", "pakistani-taliban"),
        ("Tehrik-e Taliban Pakistan", "ttp"),
        ("Afghanistan Taliban government", "taliban-government"),
    ];
    for (name, id) in four {
        let shown = home.json(&format!("show {name:?}"));
        assert_eq!(shown["rows"][0][1]["id"], id, "{name}");
    }
    // Two spellings, one entity; a title is no group; a demonym is nobody.
    for name in ["Al-Qaeda", "al-Qaida", "AL QAIDA"] {
        assert_eq!(home.json(&format!("show {name:?}"))["rows"][0][1]["id"], "al-qaeda", "{name}");
    }
    assert_eq!(home.json("show \"Haqqani Network\"")["rows"][0][1]["id"], "haqqani-network");
    for demonym in ["Pakistani", "Afghan"] {
        assert!(home.query(&format!("show {demonym:?}")).fails(1).contains("no entity is named"));
    }
    // Schindler worked for one body of the United Nations, and no more.
    assert_eq!(home.ids("neighbours @hans-jakob-schindler via held_role_at"), ["un-monitoring-team"]);
    assert!(home.ids("neighbours @hans-jakob-schindler of militant_group").is_empty());
    // The country is no party to what its government does.
    assert_eq!(
        home.ids("neighbours @pakistan-ttp-ceasefire via party_to"),
        ["ttp", "government-of-pakistan"].map(str::to_owned)
    );
    // An aim is no act: asserted links do not say that there is a war.
    let asserted = home.json("neighbours @ttp modality asserted");
    let aims = ["seeks_to_expel", "wages_jihad_against", "seeks_state_in"];
    assert!(asserted["edges"].as_array().unwrap().iter().all(|edge| !aims.contains(&edge["kind"].as_str().unwrap())));
    assert_eq!(home.json("neighbours @ttp modality aim")["edges"].as_array().unwrap().len(), aims.len());
}

#[test]
fn what_is_dated_holds_in_its_time_and_what_is_not_may_hold() {
    let home = Home::with_seeds();
    let founding = |scope: &str| {
        let answer = home.json(&format!("neighbours @ttp via established_at {scope}"));
        let rows = answer["rows"].as_array().unwrap().clone();
        rows.first().map(|row| row[4].as_str().unwrap_or("").to_owned())
    };
    assert_eq!(founding(""), Some(String::new()), "without a time there is nothing to be said of it");
    assert_eq!(founding("as of 2005"), None);
    assert_eq!(founding("as of 2007-11").as_deref(), Some("may hold"), "one sentence says 2007, the other December");
    assert_eq!(founding("as of 2007-12").as_deref(), Some("holds"));
    assert_eq!(founding("as of 2010"), None);
    assert_eq!(founding("during 2001..2008").as_deref(), Some("holds"));
    // Undated: not "always", not "never".
    let answer = home.json("neighbours @ttp via affiliated_with as of 2010");
    assert_eq!(answer["rows"][0][4], "may hold");
    assert_eq!(answer["edges"][0]["holds"], "may");
    // Since 2001, with an end that is not known.
    let support = |year: u32| {
        let answer = home.json(&format!("neighbours @haqqani-network via supports as of {year}"));
        answer["rows"][0][4].as_str().map(str::to_owned)
    };
    assert_eq!(support(2000), None);
    assert_eq!(support(2001).as_deref(), Some("holds"));
    assert_eq!(support(2010).as_deref(), Some("may hold"));
}

#[test]
fn loading_twice_adds_nothing() {
    let home = Home::with_seeds();
    let stats = || {
        let stats = home.run(["stats"]).ok();
        stats.lines().filter(|line| !line.starts_with("bytes on disk")).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = stats();
    let again = home.run(["load".as_ref(), common::repository("seeds").as_os_str()]).ok();
    assert_eq!(again, "nothing new\n202 claims known already\n");
    assert_eq!(stats(), before);
}
