//! Names compared: a table of invented names for each rule, what holds for all names, and the command line.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::process::{Command, Output};

use proptest::prelude::*;
use tieline::names::{NameKind, Prepared, THRESHOLD, explain, fold, keys, score, score_at_least};

/// For each rule names that are the same by it, and names that are not.
struct Rule {
    rule: &'static str,
    kind: NameKind,
    same: &'static [(&'static str, &'static str)],
    different: &'static [(&'static str, &'static str)],
}

use NameKind::{Organisation, Other, Person, Unknown};

const RULES: &[Rule] = &[
    Rule {
        rule: "case, diacritics and punctuation do not count",
        kind: Person,
        same: &[("ĐURO ŠARIĆ-KOVAČ", "Duro Saric Kovac"), ("O'Merrin, Tadhg", "TADHG OMERRIN")],
        different: &[("Đuro Šarić", "Đuro Kovač")],
    },
    Rule {
        rule: "romanisations of Arabic and Persian names",
        kind: Person,
        same: &[
            ("Tawfiq al-Qasabi", "Toufik El Kassabi"),
            ("Jalal al-Din Shirvani", "Jalaluddin Shirwani"),
            ("Abd al-Rahman Zubaydi", "Abdurrahman Zubeidi"),
            ("Mohamed Ould Selmane", "Muhammad Ould Salman"),
        ],
        different: &[("Tawfiq al-Qasabi", "Tawfiq al-Najjar"), ("Hasan Zubaydi", "Husayn Zubaydi")],
    },
    Rule {
        rule: "Arabic script against Latin by consonants",
        kind: Person,
        same: &[("توفيق القصابي", "Tawfiq al-Qasabi"), ("وليد مرزوق", "Walid Marzouq")],
        different: &[("توفيق القصابي", "Tawfiq al-Najjar"), ("وليد مرزوق", "Khalid Marzouq")],
    },
    Rule {
        rule: "Hebrew and Greek script",
        kind: Person,
        same: &[("שמעון גולדפרב", "Shimon Goldfarb"), ("Νίκος Παπαδάκης", "Nikos Papadakis")],
        different: &[("שמעון גולדפרב", "Reuven Goldfarb")],
    },
    Rule {
        rule: "old and new romanisations of Cyrillic",
        kind: Person,
        same: &[
            ("Юрий Щукарёв", "Yury Shchukarev"),
            ("Evgenii Zharkov", "Yevgeny Zharkov"),
            ("Дмитрий Ляхов", "Dmitri Lyakhov"),
            ("Aleksei Vjazov", "Alexey Vyazov"),
        ],
        different: &[("Юрий Щукарёв", "Pavel Shchukarev")],
    },
    Rule {
        rule: "Hangul and Han by syllables",
        kind: Person,
        same: &[("박정민", "Pak Jong Min"), ("王小明", "Wang Xiaoming")],
        different: &[("박정민", "박정수"), ("王小明", "王大明")],
    },
    Rule {
        rule: "kana against Latin",
        kind: Person,
        same: &[("マルコ・ロッシ", "Marco Rossi")],
        different: &[("マルコ・ロッシ", "Paolo Rossi")],
    },
    Rule {
        rule: "umlauts written out",
        kind: Person,
        same: &[("Jürgen Müller-Voß", "Juergen Mueller Voss"), ("Søren Mørk", "Soeren Moerk")],
        different: &[],
    },
    Rule {
        rule: "titles and honours may be missing",
        kind: Person,
        same: &[
            ("Mullah Tariq Zadran", "Tariq Zadran"),
            ("Dr. Ilse Brandauer", "Ilse Brandauer"),
            ("Haji Tariq Zadran", "Sheikh Tariq Zadran"),
        ],
        different: &[("Haji Tariq", "Haji Nadir")],
    },
    Rule {
        rule: "a middle name or patronymic may be missing, and may not differ",
        kind: Person,
        same: &[("Oleg Petrovich Zharkov", "Oleg Zharkov"), ("Ilse Maria Brandauer", "Ilse Brandauer")],
        different: &[("Oleg Petrovich Zharkov", "Oleg Ivanovich Zharkov"), ("Tariq", "Tariq Nadir Zadran")],
    },
    Rule {
        rule: "the order of the parts",
        kind: Person,
        same: &[("BRANDAUER, Ilse Maria", "Ilse Maria Brandauer")],
        different: &[],
    },
    Rule {
        rule: "initials",
        kind: Person,
        same: &[("I. Brandauer", "Ilse Brandauer"), ("JP Delmarche", "Jean-Paul Delmarche")],
        different: &[("K. Brandauer", "Ilse Brandauer")],
    },
    Rule {
        rule: "forms of one given name",
        kind: Person,
        same: &[("Bill Thornquist", "William Thornquist"), ("Sasha Zharkov", "Alexander Zharkov")],
        different: &[("Bob Thornquist", "William Thornquist")],
    },
    Rule {
        rule: "one error in a word",
        kind: Person,
        same: &[
            ("Ilse Brandauer", "Ilse Brandaeur"),
            ("Ilse Brandauer", "Ilse Brandouer"),
            ("Ilse Brandauer", "Ilse Brandaur"),
        ],
        different: &[("Ilse Brandauer", "Ilse Brandstetter"), ("Ilse Brandauer", "Elke Brandauer")],
    },
    Rule {
        rule: "words written in one and apart",
        kind: Unknown,
        same: &[("TariqZadran", "Tariq Zadran"), ("Al Qasr", "Alqasr"), ("Good Harbour Ltd", "Goodharbour Ltd")],
        different: &[],
    },
    Rule {
        rule: "legal forms in full, in short, in another country, or not at all",
        kind: Organisation,
        same: &[
            ("Zarkom OOO", "Zarkom Limited Liability Company"),
            ("OAO Zarkom", "Open Joint Stock Company Zarkom"),
            ("Brandauer GmbH", "Brandauer Gesellschaft mit beschränkter Haftung"),
            ("Brandauer A.G.", "Brandauer Aktiengesellschaft"),
            ("Zarkom FZE", "Zarkom"),
        ],
        different: &[("ANO Zarkom", "OOO Zarkom"), ("Zarkom GmbH", "Brandauer GmbH")],
    },
    Rule {
        rule: "words that many organisations have, translated and shortened",
        kind: Organisation,
        same: &[("Banco Zarkom", "Zarkom Bank"), ("Zarkom Intl Trading Co", "Zarkom International Trading Company")],
        different: &[("Zarkom Bank", "Zarkom Trust"), ("Zarkom Oil Company", "Zarkom Gas Company")],
    },
    Rule {
        rule: "places",
        kind: Organisation,
        same: &[("Zarkom (Deutschland) AG", "Zarkom Germany AG")],
        different: &[("Zarkom (Germany) AG", "Zarkom (Spain) AG")],
    },
    Rule {
        rule: "numbers and ordinals decide",
        kind: Organisation,
        same: &[
            ("First Harbour Bank", "1st Harbour Bank"),
            ("Harbour Fund II", "Harbour Fund 2"),
            ("Forty-Four Brigade", "44 Brigade"),
        ],
        different: &[("Unit 6", "Unit 7"), ("Harbour Fund", "Harbour Fund 2"), ("Brigade 313", "Brigade 413")],
    },
    Rule {
        rule: "acronyms of organisations",
        kind: Organisation,
        same: &[("ZHRC", "Zarkom Harbour Repair Company")],
        different: &[("ZHR", "Brandauer Harbour Repair")],
    },
    Rule {
        rule: "the number of a ship",
        kind: Other,
        same: &[("Sea Heron 3", "Sea Herron 3")],
        different: &[("Sea Heron 3", "Sea Heron 4"), ("Sea Heron", "Sea Osprey")],
    },
];

#[test]
fn each_rule_tells_the_same_from_the_different() {
    let mut wrong = Vec::new();
    for Rule { rule, kind, same, different } in RULES {
        for (expected, pairs) in [(true, same), (false, different)] {
            for (one, other) in *pairs {
                let found = explain(&Prepared::of(one, *kind), &Prepared::of(other, *kind));
                if found.is_match() != expected {
                    wrong.push(format!("{rule}: {one} | {other}: {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn names_that_are_the_same_by_a_rule_share_a_key() {
    for (rule, kind, (one, other)) in
        RULES.iter().flat_map(|rule| rule.same.iter().map(|pair| (rule.rule, rule.kind, pair)))
    {
        let (one_keys, other_keys) = (keys(&Prepared::of(one, kind)), keys(&Prepared::of(other, kind)));
        assert!(one_keys.iter().any(|key| other_keys.contains(key)), "{rule}: {one} | {other}");
    }
}

fn kind() -> impl Strategy<Value = NameKind> {
    prop_oneof![Just(Person), Just(Organisation), Just(Other), Just(Unknown)]
}

const WORDS: &str = "(al|bin|abd|Tariq|Tareq|Zadran|Brandauer|brandaur|Ilse|I|Petrovich|Bank|banco|GmbH|OOO|limited|liability|company|Spain|6|7|II|first|forty|four|haji|Dr|zhrc|محمد|王小明|박정|Юрий)";

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::collection::vec(WORDS, 0..6).prop_map(|words| words.join(" ")),
        "\\PC{0,16}",
        "[a-d]{1,6}( [a-d]{1,6}){0,3}",
    ]
}

proptest! {
    #[test]
    fn the_order_of_two_names_does_not_count(one in name(), other in name(), kinds in (kind(), kind())) {
        let (one, other) = (Prepared::of(&one, kinds.0), Prepared::of(&other, kinds.1));
        let found = score(&one, &other);
        prop_assert_eq!(found, score(&other, &one));
        prop_assert!((0.0..=1.0).contains(&found));
        prop_assert_eq!(explain(&one, &other), explain(&other, &one));
        prop_assert_eq!(explain(&one, &other).score, found);
        prop_assert!(!explain(&one, &other).reasons.is_empty());
    }

    #[test]
    fn a_name_is_itself_in_any_case_and_punctuation(words in prop::collection::vec("[a-zé]{2,9}", 1..5), mark in "[ ,;/–-]{1,2}", kind in kind()) {
        let plain = words.join(" ");
        let marked = words.join(&mark).to_uppercase();
        prop_assert_eq!(score(&Prepared::of(&plain, kind), &Prepared::of(&marked, kind)), 1.0);
    }

    #[test]
    fn names_that_differ_after_folding_never_score_one(one in name(), other in name(), kind in kind()) {
        prop_assume!(fold(&one) != fold(&other));
        prop_assert!(score(&Prepared::of(&one, kind), &Prepared::of(&other, kind)) < 1.0);
    }

    #[test]
    fn an_early_end_changes_nothing(one in name(), other in name(), kind in kind(), threshold in 0.0..1.0_f64) {
        let (one, other) = (Prepared::of(&one, kind), Prepared::of(&other, kind));
        let found = score(&one, &other);
        for threshold in [threshold, THRESHOLD, found] {
            prop_assert_eq!(score_at_least(&one, &other, threshold), (found >= threshold).then_some(found));
        }
    }

    #[test]
    fn another_strange_part_never_helps(words in prop::collection::vec("[b-df-h]{4,7}", 2..4), strange in "[p-tv-z]{4,7}") {
        let name = Prepared::of(&words.join(" "), Person);
        let longer = Prepared::of(&format!("{} {strange}", words.join(" ")), Person);
        let changed = Prepared::of(&format!("{} {strange}", words[1..].join(" ")), Person);
        let (whole, more, other) = (score(&name, &name), score(&name, &longer), score(&name, &changed));
        prop_assert!(whole > more && more > other, "{whole} {more} {other}");
    }
}

fn tieline(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tieline")).args(arguments).env("NO_COLOR", "1").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn two_names_are_compared_with_reasons() {
    let answer = tieline(&["names", "compare", "Mullah Tariq Zadran", "ZADRAN, Tareq", "--kind", "person"]);
    let said = text(&answer.stdout);
    assert!(answer.status.success() && said.contains("the same (from 0.75 on)"), "{said}");
    assert!(said.contains("one part missing: mullah") && said.contains("same after transliteration"), "{said}");
    let json: serde_json::Value =
        serde_json::from_slice(&tieline(&["names", "compare", "Unit 6", "Unit 7", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["same"], false);
    assert_eq!(json["reasons"][0], "numbers differ");
}

#[test]
fn labelled_pairs_are_measured() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pairs.csv");
    let rows = "case_group,schema,name1,name2,is_match\n\
        a,Person,Tariq Zadran,ZADRAN Tareq,true\na,Person,Tariq Zadran,Tariq Brandauer,false\n\
        b,Company,Zarkom GmbH,Brandauer GmbH,true\nb,Security,\"Zarkom, Bank\",Zarkom Bank,false\n";
    std::fs::write(&path, rows).unwrap();
    let path = path.to_str().unwrap();
    let json: serde_json::Value =
        serde_json::from_slice(&tieline(&["names", "score", path, "--format", "json", "--sweep"]).stdout).unwrap();
    assert_eq!((&json["precision"], &json["recall"], &json["f1"]), (&0.5.into(), &0.5.into(), &0.5.into()));
    assert_eq!(json["groups"]["a"]["f1"], 1.0);
    assert_eq!(json["wrong_pairs"].as_array().unwrap().len(), 2);
    let all: serde_json::Value =
        serde_json::from_slice(&tieline(&["names", "score", path, "--threshold", "0", "--format", "json"]).stdout)
            .unwrap();
    assert_eq!((&all["precision"], &all["recall"]), (&0.5.into(), &1.0.into()));
    let said = text(&tieline(&["names", "score", path]).stdout);
    assert!(
        said.contains("4 pairs, 2 of them the same") && said.contains("missed: Zarkom GmbH | Brandauer GmbH"),
        "{said}"
    );
}

#[test]
fn a_bad_file_of_pairs_is_refused_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pairs.csv");
    for (rows, said) in [
        (&b"name1,name2,ismatch\na,b,true\n"[..], "there is no column `is_match`"),
        (b"name1,name2,is_match\na,b,true\n\"x, y\",b,maybe\n", "pairs.csv:3:10"),
        (b"name1,name2,is_match\na,b\n", "this row has 2 cells, and the header 3"),
        (b"name1,name2,is_match\na,\xff,true\n", "this is not UTF-8"),
        (b"", "there is no column `name1`"),
    ] {
        std::fs::write(&path, rows).unwrap();
        let answer = tieline(&["names", "score", path.to_str().unwrap()]);
        assert_eq!(answer.status.code(), Some(1));
        assert!(text(&answer.stderr).contains(said) && answer.stdout.is_empty(), "{}", text(&answer.stderr));
    }
    assert_eq!(tieline(&["names", "score", "no-such-file.csv"]).status.code(), Some(2));
    assert_eq!(tieline(&["names", "compare", "a", "b", "--kind", "robot"]).status.code(), Some(2));
}

/// The figures that the program promises on labelled pairs that it was not made from.
#[test]
fn the_shared_pairs_are_told_apart() {
    let shared =
        std::env::var("TIELINE_SHARED").unwrap_or_else(|_| format!("{}/../shared", env!("CARGO_MANIFEST_DIR")));
    let path = std::path::Path::new(&shared).join("data/name-pairs/cases.csv");
    if !path.exists() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
        println!("skipped: {} is missing", path.display());
        return;
    }
    let answer = tieline(&["names", "score", path.to_str().unwrap(), "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
    assert!(json["f1"].as_f64() >= Some(0.86) && json["precision"].as_f64() >= Some(0.85), "{}", json["f1"]);
}
