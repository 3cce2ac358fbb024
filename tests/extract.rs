//! The extractor on whole documents: the shared press release, and three of other styles with a gold list each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use tieline::extract::score::{Gold, Report, relations, score};
use tieline::extract::{Document, DocumentMeta, Extraction, Rules, Said, extract};
use tieline::model::{Lookup, Match, Modality, NameRole};
use tieline::schema::Schema;

fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents").join(name)
}

fn read(bytes: &[u8], name: &str) -> Document {
    Document::read(bytes, Path::new(name), DocumentMeta::default()).unwrap()
}

fn found(text: &str) -> Extraction {
    extract(&read(text.as_bytes(), "text.txt"), Schema::builtin(), Rules::builtin(), &())
}

fn report(document: &Path, gold: &Path) -> Report {
    let document = read(&std::fs::read(document).unwrap(), "text.txt");
    let gold = Gold::read(&std::fs::read_to_string(gold).unwrap(), &document.text).unwrap();
    score(&gold, &extract(&document, Schema::builtin(), Rules::builtin(), &()), Schema::builtin())
}

/// Links as `from kind to`, by the ids in the document.
fn links(extraction: &Extraction) -> Vec<String> {
    let link = |says: &Said| match says {
        Said::Link { from, kind, to } => Some(format!("{} {kind} {}", from.id(), to.id())),
        _ => None,
    };
    extraction.proposals.iter().filter_map(|proposal| link(&proposal.says)).collect()
}

#[test]
fn the_press_release_is_read() {
    let Some(folder) = common::shared("data/documents") else { return };
    let report = report(&folder.join("cep-ttp-ceasefire.txt"), &folder.join("cep-ttp-ceasefire.gold.json"));
    assert!(report.entities.f1() >= 0.90, "{report}");
    assert!(report.links.f1() >= 0.65 && report.links.precision() >= 0.80, "{report}");
    assert!(report.attribution.recall() >= 0.90, "{report}");
}

#[test]
fn the_traps_of_the_press_release_are_avoided() {
    let Some(folder) = common::shared("data/documents") else { return };
    let text = std::fs::read_to_string(folder.join("cep-ttp-ceasefire.txt")).unwrap();
    let extraction = found(&text);
    let links = links(&extraction);
    let entities: Vec<(String, String)> = extraction
        .proposals
        .iter()
        .filter_map(|proposal| match &proposal.says {
            Said::Entity { entity, kind, .. } => Some((entity.id().to_owned(), kind.clone())),
            _ => None,
        })
        .collect();
    let has = |id: &str| entities.iter().any(|(other, _)| other == id);
    let none = |wanted: &dyn Fn(&str) -> bool| {
        let wrong: Vec<&String> = links.iter().filter(|link| wanted(link)).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    };
    // Relative date: the ceasefire has no date of its own.
    assert!(!extraction.proposals.iter().any(|proposal| proposal.at.sentence == 2 && proposal.when.is_some()));
    // Two precisions of one date: one founding, both dates cited.
    let founded: Vec<&str> = extraction
        .proposals
        .iter()
        .filter_map(|proposal| match &proposal.says {
            Said::Attribute { entity, key, value } if key == "founded" && entity.id().starts_with("tehrik") => {
                Some(value.as_str())
            }
            _ => None,
        })
        .collect();
    assert_eq!(founded, ["2007", "2007-12"]);
    let foundings = extraction.proposals.iter().filter(|proposal| {
        matches!(&proposal.says, Said::Event { finer, names, .. } if finer.as_deref() == Some("founding") && names[0].name.contains("Tehrik"))
    });
    assert_eq!(foundings.count(), 1);
    // One name spelled in several ways.
    assert_eq!(
        entities
            .iter()
            .filter(|(id, _)| id.contains("qaeda") && !id.contains("members")
                || id.contains("qaida") && !id.contains("team"))
            .count(),
        1
    );
    // A body whose name lists three others employs nobody three times.
    none(&|link| link.starts_with("hans-jakob-schindler held_role_at") && !link.contains("monitoring-team"));
    // Similar names are four entities.
    for id in ["afghan-taliban", "pakistani-taliban", "tehrik-e-taliban-pakistan", "afghanistan-taliban-government"] {
        assert!(has(id), "{id} in {entities:?}");
    }
    // Titles of works claim nothing about the groups.
    none(&|link| link.contains("extremism-and-terrorism") && !link.contains("published") && !link.contains("about"));
    // The quotation goes on across sentences.
    for sentence in 6..=9 {
        for proposal in extraction.proposals.iter().filter(|proposal| proposal.at.sentence == sentence) {
            let comment = matches!(&proposal.says, Said::Link { kind, .. } if kind == "comments_on");
            if matches!(proposal.says, Said::Link { .. }) && !comment {
                assert_eq!(
                    proposal.speaker.as_ref().map(|speaker| speaker.id()),
                    Some("hans-jakob-schindler"),
                    "{proposal:?}"
                );
            }
        }
    }
    // The footer is about others, and its lines are nobody.
    none(&|link| link.contains("peoples-protection") && (link.contains("tehrik") || link.contains("haqqani")));
    assert!(!entities.iter().any(|(id, _)| id.contains("twitter") || id.contains("archive") || id.contains("dose")));
    // A former role, aims, metonymy, people's names.
    assert!(links.iter().any(|link| link.starts_with("hans-jakob-schindler held_role_at")));
    for proposal in extraction.proposals.iter().filter(|proposal| proposal.at.sentence == 11) {
        if let Said::Link { kind, .. } = &proposal.says
            && ["seeks_to_expel", "wages_jihad_against", "seeks_state_in", "faces_expulsion_from"]
                .contains(&kind.as_str())
        {
            assert_eq!(proposal.modality, Modality::Aim, "{proposal:?}");
        }
    }
    none(&|link| link.starts_with("pakistan party_to") || link.starts_with("pakistan made_agreement_with"));
    assert!(!has("pakistani") && !has("afghan"));
    // Offsets survive curly quotes and dashes.
    for proposal in &extraction.proposals {
        assert_eq!(proposal.at.span.of(&text), Some(proposal.text.as_str()));
        assert!(proposal.at.evidence.is_none_or(|evidence| evidence.of(&text).is_some()));
    }
}

#[test]
fn documents_of_other_styles_are_read() {
    for name in ["designation-notice", "court-summary", "wire-dispatch"] {
        let report = report(&own(&format!("{name}.txt")), &own(&format!("{name}.gold.json")));
        assert!(report.entities.f1() >= 0.80, "{name}\n{report}");
        assert!(report.links.f1() >= 0.75 && report.links.precision() >= 0.80, "{name}\n{report}");
        assert!(report.attribution.recall() >= 0.80, "{name}\n{report}");
    }
}

#[test]
fn types_of_relations_are_told() {
    let Some(folder) = common::shared("data/mapping-militants") else { return };
    let table = std::fs::read_to_string(folder.join("relationships.csv")).unwrap();
    let report = relations(&table, Schema::builtin(), Rules::builtin(), &()).unwrap();
    assert!(report.right * 100 >= report.sentences * 60, "{report}");
}

#[test]
fn every_rule_reads_its_examples() {
    let mut unread = String::new();
    for rule in Rules::builtin().rules() {
        for example in &rule.examples {
            let extraction = found(example);
            let by_rule = extraction.proposals.iter().any(|proposal| proposal.rule == *rule.name);
            let speaks = !rule.links.is_empty() || !rule.attributes.is_empty();
            if speaks && !by_rule {
                let rules: Vec<&str> = extraction.proposals.iter().map(|proposal| proposal.rule.as_str()).collect();
                writeln!(unread, "{}: {example} (read by {rules:?})", rule.name).unwrap();
            }
        }
    }
    assert!(unread.is_empty(), "\n{unread}");
}

#[test]
fn the_same_text_gives_the_same_bytes() {
    let text = std::fs::read_to_string(own("court-summary.txt")).unwrap();
    let once = |text: &str| serde_json::to_string(&found(text).proposals).unwrap();
    assert_eq!(once(&text), once(&text));
}

#[test]
fn time_is_linear_in_one_long_sentence() {
    // Counted in proposals per clause, not in seconds: what a clause gives does not grow with what stands around it.
    let clause = "the Northern Brigade attacked the Harbour Front in Kunduz, ";
    let count = |times: usize| found(&format!("In 2010, {}and it left.", clause.repeat(times))).proposals.len();
    let (small, large) = (count(100), count(400));
    assert!(large <= small * 5, "{small} proposals of 100 clauses, {large} of 400");
}

#[test]
fn odd_texts_are_read() {
    for text in [
        "حركة طالبان أعلنت مسؤوليتها عن الهجوم في كابول يوم الاثنين.",
        "((((((((((((((((((((((((( “““““““““ ,,,,,,,,,,,,,, and and and or or",
        "A. B. C. D. E.",
        "\u{202e}evil\u{202c} Omar Haddad of the Harbour Front said “yes.",
        "The the The the of Of for For in In and And",
        "1 2 3 2001 1999-2001 May 5 -- March",
    ] {
        let extraction = found(text);
        for proposal in &extraction.proposals {
            assert_eq!(proposal.at.span.of(&extraction.text), Some(proposal.text.as_str()));
        }
    }
}

/// A database that knows one body by several names.
struct Known;

impl Lookup for Known {
    fn entity(&self, id: &str) -> Option<(String, Option<String>)> {
        (id == "harbour-front").then(|| ("Organisation".to_owned(), Some("militant_group".to_owned())))
    }

    fn named(&self, name: &str) -> Vec<Match> {
        let known = ["Harbour Front", "HF", "جبهة الميناء"];
        if !known.contains(&name) {
            return Vec::new();
        }
        vec![Match {
            id: "harbour-front".into(),
            kind: "Organisation".into(),
            name: name.into(),
            role: NameRole::Primary,
        }]
    }

    fn near(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn what_the_database_knows_has_its_id() {
    let read = |text: &str| extract(&read(text.as_bytes(), "text.txt"), Schema::builtin(), Rules::builtin(), &Known);
    let extraction = read("The Northern Brigade broke away from HF in 2010.");
    assert_eq!(links(&extraction), ["northern-brigade split_from harbour-front"]);
    assert!(!extraction.proposals.iter().any(|it| matches!(&it.says, Said::Entity { entity, .. } if !entity.is_new())));
    // In another language only what is known is proposed, and nothing new.
    let extraction = read(
        "أعلنت جبهة الميناء مسؤوليتها عن الهجوم في المدينة يوم الاثنين وقالت إن رجالها هم الذين نفذوه هناك في الليل.",
    );
    assert!(extraction.proposals.iter().all(|proposal| proposal.says.proposes().is_none()));
    assert!(extraction.notes.iter().any(|note| note.contains("English")));
}

#[test]
fn a_rule_of_ones_own_is_read_and_a_bad_one_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let rule = "[[rule]]\nname = \"mine.outwit\"\nlink = \"rival_of\"\nverb = \"outwit\"\nfrom = \"subject\"\nto = \"object\"\n";
    std::fs::write(folder.path().join("mine.toml"), rule).unwrap();
    let rules = Rules::load(folder.path(), Schema::builtin()).unwrap();
    let document = read(b"The Northern Brigade outwits the Harbour Front.", "text.txt");
    let extraction = extract(&document, Schema::builtin(), &rules, &());
    assert_eq!(links(&extraction), ["northern-brigade rival_of harbour-front"]);

    let bad = rule.replace("rival_of", "rival_off").replace("\"object\"", "\"objekt\"");
    std::fs::write(folder.path().join("mine.toml"), bad).unwrap();
    let shown: Vec<String> =
        Rules::load(folder.path(), Schema::builtin()).unwrap_err().iter().map(ToString::to_string).collect();
    assert!(shown.iter().any(|line| line.contains("mine.toml:3:8") && line.contains("rival_of?")), "{shown:?}");
    assert!(shown.iter().any(|line| line.contains("mine.toml:6:6") && line.contains("object?")), "{shown:?}");
}

#[test]
fn a_gold_list_for_another_text_is_refused() {
    let gold = std::fs::read_to_string(own("court-summary.gold.json")).unwrap();
    let text = std::fs::read_to_string(own("court-summary.txt")).unwrap();
    let message = |gold: &str, text: &str| Gold::read(gold, text).unwrap_err().to_string();
    assert!(message(&gold, &text.replace("Qadri", "Kadri")).contains("another text"));
    let no_digest: String = gold.lines().filter(|line| !line.contains("sha256")).collect::<Vec<_>>().join("\n");
    assert!(message(&no_digest, &text.replacen("Qadri", "Kadri", 1)).contains("is to be"));
    assert!(message("{", &text).contains("cannot be read"));
}
