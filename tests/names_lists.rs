//! How well names are told apart on the real lists: aliases of one record against names of others, names in their own
//! script against Latin ones, and distorted names among strangers. `docs/matching.md` states the figures.
//!
//! Measurements take a minute and prove nothing by themselves, so they run when asked for:
//! `cargo test --release --test names_lists -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use tieline::names::{NameKind, Prepared, THRESHOLD, keys, score, score_at_least};

/// A record of a list.
struct Record {
    id: String,
    kind: NameKind,
    names: Vec<String>,
    /// The name in its own script.
    original: Option<String>,
}

fn list(inside: &str) -> Option<PathBuf> {
    let shared =
        std::env::var("TIELINE_SHARED").unwrap_or_else(|_| format!("{}/../shared", env!("CARGO_MANIFEST_DIR")));
    let path = Path::new(&shared).join("data").join(inside);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
    println!("skipped: {} is missing", path.display());
    None
}

/// What stands between a tag and its end, for tags without attributes.
fn elements<'a>(text: &'a str, tag: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    text.split(&open).skip(1).filter_map(|rest| rest.split(&close).next()).collect()
}

fn un() -> Vec<Record> {
    let Some(folder) = list("un-sc") else { return Vec::new() };
    let path = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let text =
        std::fs::read_to_string(path).unwrap().replace("&amp;", "&").replace("&quot;", "\"").replace("&apos;", "'");
    let mut records = Vec::new();
    for (tag, kind) in [("INDIVIDUAL", NameKind::Person), ("ENTITY", NameKind::Organisation)] {
        for element in elements(&text, tag) {
            let one = |tag: &str| elements(element, tag).first().map(|text| text.trim().to_owned()).unwrap_or_default();
            let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"].map(one);
            let mut names = vec![parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")];
            for alias in elements(element, &format!("{tag}_ALIAS")) {
                let of =
                    |tag: &str| elements(alias, tag).first().map(|text| text.trim().to_owned()).unwrap_or_default();
                let name = of("ALIAS_NAME");
                if matches!(of("QUALITY").as_str(), "Good" | "a.k.a.") && !name.is_empty() {
                    names.push(name);
                }
            }
            let original = one("NAME_ORIGINAL_SCRIPT");
            let original = original.split([';', '\n']).next().map(str::trim).filter(|name| !name.is_empty());
            records.push(Record { id: one("REFERENCE_NUMBER"), kind, original: original.map(str::to_owned), names });
        }
    }
    records
}

fn ofac() -> Vec<Record> {
    let Some(folder) = list("ofac-sdn") else { return Vec::new() };
    let rows = |file: &str| -> Vec<csv::ByteRecord> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(folder.join(file)).unwrap();
        reader.byte_records().filter_map(Result::ok).filter(|row| row.len() > 3).collect()
    };
    // The file is in Latin-1.
    let text = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>().trim().to_owned();
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    for row in rows("sdn.csv") {
        let kind = match text(&row[2]).as_str() {
            "individual" => NameKind::Person,
            "vessel" | "aircraft" => NameKind::Other,
            _ => NameKind::Organisation,
        };
        let id = text(&row[0]);
        records.insert(id.clone(), Record { id, kind, names: vec![text(&row[1])], original: None });
    }
    for row in rows("alt.csv") {
        if let Some(record) = records.get_mut(&text(&row[0])) {
            record.names.push(text(&row[3]));
        }
    }
    records.into_values().collect()
}

/// A generator of numbers that is the same everywhere (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// The figures of scored pairs: those that are the same, and those that are not.
fn figures(what: &str, same: &[f64], different: &[f64]) {
    let over = |scores: &[f64]| scores.iter().filter(|score| **score >= THRESHOLD).count() as f64;
    let (found, wrong) = (over(same), over(different));
    let (precision, recall) = (found / (found + wrong), found / same.len() as f64);
    let both = 2.0 * precision * recall / (precision + recall);
    println!(
        "{what}: {} same, {} different: precision {precision:.3}, recall {recall:.3}, F1 {both:.3}",
        same.len(),
        different.len()
    );
}

fn compared(kind: NameKind, one: &str, other: &str) -> f64 {
    score(&Prepared::of(one, kind), &Prepared::of(other, kind))
}

/// Pairs of names of different records of one kind that share a word, at most two a record.
fn strangers(records: &[Record], dice: &mut Dice) -> Vec<f64> {
    let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, record) in records.iter().enumerate() {
        for word in record.names[0].to_lowercase().split(|char: char| !char.is_alphanumeric()) {
            if word.len() > 3 {
                by_word.entry(word.to_owned()).or_default().push(number);
            }
        }
    }
    let mut pairs = BTreeSet::new();
    for (number, record) in records.iter().enumerate() {
        for word in record.names[0].to_lowercase().split(|char: char| !char.is_alphanumeric()).take(2) {
            let Some(others) = by_word.get(word) else { continue };
            let other = others[dice.below(others.len())];
            if records[other].id != record.id && records[other].kind == record.kind {
                pairs.insert((number.min(other), number.max(other)));
            }
        }
    }
    let scored =
        |(one, other): (usize, usize)| compared(records[one].kind, &records[one].names[0], &records[other].names[0]);
    pairs.into_iter().map(scored).collect()
}

#[test]
#[ignore = "a measurement"]
fn aliases_and_strangers_that_share_a_word() {
    for (list, records) in [("UN", un()), ("OFAC", ofac())] {
        let aliases = records
            .iter()
            .flat_map(|record| record.names.iter().skip(1).map(|alias| compared(record.kind, &record.names[0], alias)));
        figures(
            &format!("{list}, name against alias"),
            &aliases.collect::<Vec<_>>(),
            &strangers(&records, &mut Dice(7)),
        );
    }
}

#[test]
#[ignore = "a measurement"]
fn names_in_their_own_script() {
    let records: Vec<Record> = un().into_iter().filter(|record| record.original.is_some()).collect();
    let mut dice = Dice(11);
    let (mut same, mut different) = (Vec::new(), Vec::new());
    for record in &records {
        same.push(compared(record.kind, &record.names[0], record.original.as_deref().unwrap()));
        let other = &records[dice.below(records.len())];
        if other.id != record.id {
            different.push(compared(record.kind, &record.names[0], other.original.as_deref().unwrap()));
        }
    }
    figures("UN, Latin against original script", &same, &different);
}

/// A name as somebody writes it who heard or copied it badly.
fn distorted(name: &str, dice: &mut Dice) -> String {
    let mut words: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
    let longest = (0..words.len()).max_by_key(|at| (words[*at].len(), *at)).unwrap_or(0);
    let mut letters: Vec<char> = words[longest].chars().collect();
    let at = 1 + dice.below(letters.len().saturating_sub(2));
    match dice.below(8) {
        edit @ 0..=3 if letters.len() > 3 => {
            match edit {
                0 => drop(letters.remove(at)),
                1 => letters.insert(at, letters[at]),
                2 => letters.swap(at, at - 1),
                _ => letters[at] = char::from(b'a' + dice.below(26) as u8),
            }
            words[longest] = letters.into_iter().collect();
        }
        4 if words.len() > 2 => drop(words.remove(1)),
        5 => words.reverse(),
        6 if words.len() > 1 => {
            let last = words.pop().unwrap();
            words.last_mut().unwrap().push_str(&last);
        }
        _ => return name.to_lowercase().replace("ou", "u").replace("kh", "h").replace('y', "i").replace('q', "k"),
    }
    words.join(" ")
}

#[test]
#[ignore = "a measurement"]
fn distorted_names_among_strangers() {
    let records: Vec<Record> = un().into_iter().chain(ofac()).collect();
    let mut dice = Dice(3);
    let prepared: Vec<(usize, Prepared)> = records
        .iter()
        .enumerate()
        .flat_map(|(number, record)| record.names.iter().map(move |name| (number, Prepared::of(name, record.kind))))
        .collect();
    if prepared.is_empty() {
        return;
    }
    let mut table: HashMap<u64, Vec<usize>> = HashMap::new();
    for (number, (_, name)) in prepared.iter().enumerate() {
        keys(name).into_iter().for_each(|key| table.entry(key).or_default().push(number));
    }
    let mut compared = 0;
    let mut hits = |name: &Prepared| -> BTreeSet<usize> {
        let near: BTreeSet<usize> = keys(name).iter().filter_map(|key| table.get(key)).flatten().copied().collect();
        compared += near.len();
        let hit = |number: &usize| score_at_least(name, &prepared[*number].1, THRESHOLD).is_some();
        near.into_iter().filter(hit).map(|number| prepared[number].0).collect()
    };
    let mut found = 0;
    for _ in 0..683 {
        let number = dice.below(records.len());
        let name = distorted(&records[number].names[0], &mut dice);
        found += usize::from(hits(&Prepared::of(&name, records[number].kind)).contains(&number));
    }
    // A stranger: the family name of one and the given names of another, as the list writes them.
    let people: Vec<&str> = records
        .iter()
        .filter(|record| record.kind == NameKind::Person)
        .map(|record| record.names[0].as_str())
        .filter(|name| name.contains(", "))
        .collect();
    let on_lists: BTreeSet<&str> = people.iter().copied().collect();
    let (mut alarms, mut asked) = (0, 0);
    while asked < 50_000 && !people.is_empty() {
        let (one, other) = (people[dice.below(people.len())], people[dice.below(people.len())]);
        let (Some((family, _)), Some((_, given))) = (one.split_once(", "), other.split_once(", ")) else { continue };
        let stranger = format!("{family}, {given}");
        if !on_lists.contains(stranger.as_str()) {
            asked += 1;
            alarms += usize::from(!hits(&Prepared::of(&stranger, NameKind::Person)).is_empty());
        }
    }
    println!(
        "distorted names: {found} of 683 found among {} names; strangers: {alarms} of {asked} taken for somebody; {} names compared a question",
        prepared.len(),
        compared / (683 + asked).max(1)
    );
    assert!(found > 600);
}
