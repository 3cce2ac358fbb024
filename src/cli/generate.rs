//! An invented graph of the shape of a real one, for measurements that anyone can repeat.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Links for each entity.
const LINKS: u64 = 5;

/// Kinds with their letter in ids, their share in percent, and how heavy the tail of their degrees is: an end of a link is
/// drawn as `count * u^weight` for a uniform `u`, so that the entities with small numbers are hubs.
const KINDS: [(&str, char, u64, f64); 4] =
    [("Person", 'p', 60, 1.5), ("Event", 'e', 25, 1.5), ("Organisation", 'o', 10, 2.0), ("Place", 'l', 5, 2.0)];
const PERSON: usize = 0;
const EVENT: usize = 1;
const ORGANISATION: usize = 2;
const PLACE: usize = 3;

/// Link kinds, the kinds that they join, and their share in percent.
const TIES: [(&str, usize, usize, u64); 20] = [
    ("member_of", PERSON, ORGANISATION, 18),
    ("took_part_in", PERSON, EVENT, 12),
    ("knows", PERSON, PERSON, 9),
    ("affiliated_with", ORGANISATION, ORGANISATION, 8),
    ("located_in", EVENT, PLACE, 8),
    ("born_in", PERSON, PLACE, 7),
    ("relative_of", PERSON, PERSON, 6),
    ("perpetrator_of", ORGANISATION, EVENT, 5),
    ("operates_in", ORGANISATION, PLACE, 4),
    ("allied_with", ORGANISATION, ORGANISATION, 3),
    ("citizen_of", PERSON, PLACE, 3),
    ("finances", PERSON, ORGANISATION, 3),
    ("led_by", ORGANISATION, PERSON, 3),
    ("rival_of", ORGANISATION, ORGANISATION, 2),
    ("supports", ORGANISATION, ORGANISATION, 2),
    ("targeted", EVENT, PLACE, 2),
    ("claimed_responsibility_for", ORGANISATION, EVENT, 2),
    ("led_to", EVENT, EVENT, 1),
    ("split_from", ORGANISATION, ORGANISATION, 1),
    ("trained_at", PERSON, PLACE, 1),
];

const MAPPING: &str = r#"# An invented graph: no person, organisation, place or event in it is real.
#
#   tieline import csv --mapping mapping.toml .

[source]
id = "invented"
title = "An invented graph for measurements"
reliability = "F"

[[table]]
file = "entities.csv"

[[table.entity]]
id = "{id}"
kind = { column = "kind" }
join = "never"
names = { column = "name", role = "primary" }

[[table]]
file = "links.csv"

[[table.link]]
from = "{from}"
to = "{to}"
kind = { column = "kind" }
since = "since"
until = "until"
modality = { column = "modality", default = "asserted" }
credibility = { column = "credibility" }
"#;

/// What [`generate`] wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// How many entities.
    pub entities: u64,
    /// How many links.
    pub links: u64,
    /// The folder.
    pub folder: PathBuf,
}

impl fmt::Display for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = self.folder.display();
        writeln!(f, "{} entities and {} links", self.entities, self.links)?;
        write!(f, "tieline import csv --mapping {folder}/mapping.toml {folder}/entities.csv {folder}/links.csv")
    }
}

/// Writes `entities.csv`, `links.csv` and `mapping.toml` into `folder`, which is made if it is not there: 60% people, 25%
/// events, 10% organisations, 5% places, five links an entity of 20 kinds, heavy-tailed degrees. The same number of
/// entities (at least 20) gives the same files everywhere.
///
/// # Errors
/// The files cannot be written.
///
/// # Complexity
/// Linear in the number of entities; memory is constant.
pub fn generate(entities: u32, folder: &Path) -> io::Result<Generated> {
    let entities = u64::from(entities.max(20));
    let mut counts = KINDS.map(|(_, _, percent, _)| entities * percent / 100);
    counts[PERSON] += entities - counts.iter().sum::<u64>();
    fs::create_dir_all(folder)?;
    fs::write(folder.join("mapping.toml"), MAPPING)?;
    let mut random = Random(0x7469_656c_696e_6521);
    let file = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    write_entities(&counts, &mut random, file("entities.csv")?)?;
    write_links(&counts, entities * LINKS, &mut random, file("links.csv")?)?;
    Ok(Generated { entities, links: entities * LINKS, folder: folder.to_owned() })
}

fn write_entities(counts: &[u64; 4], random: &mut Random, mut out: BufWriter<File>) -> io::Result<()> {
    writeln!(out, "id,kind,name")?;
    for (&count, (kind, letter, ..)) in counts.iter().zip(KINDS) {
        for number in 0..count {
            let (first, second) = (random.word(), random.word());
            let year = random.date().0;
            match kind {
                "Person" => writeln!(out, "{letter}{number},{kind},{first} {second}")?,
                "Event" => writeln!(out, "{letter}{number},{kind},{} of {first} {year}", random.of(&EVENTS))?,
                "Organisation" => writeln!(out, "{letter}{number},{kind},{first} {second} {}", random.of(&BODIES))?,
                _ => writeln!(out, "{letter}{number},{kind},{first}")?,
            }
        }
    }
    out.flush()
}

fn write_links(counts: &[u64; 4], links: u64, random: &mut Random, mut out: BufWriter<File>) -> io::Result<()> {
    writeln!(out, "from,kind,to,since,until,modality,credibility")?;
    for _ in 0..links {
        let (kind, from, to) = random.tie();
        let end = |side: usize, random: &mut Random| random.end(counts[side], KINDS[side].3);
        let (a, mut b) = (end(from, random), end(to, random));
        if from == to && a == b {
            b = (b + 1) % counts[to];
        }
        let (year, month) = random.date();
        write!(out, "{}{a},{kind},{}{b},", KINDS[from].1, KINDS[to].1)?;
        match random.below(10) {
            0..=3 => write!(out, ",,")?,
            4..=6 => write!(out, "{year},,")?,
            7 | 8 => write!(out, "{year}-{month:02},,")?,
            _ => write!(out, "{year},{},", year + random.below(12))?,
        }
        let modality = match random.below(50) {
            0 | 1 => "alleged",
            2 => "denied",
            3 => "possible",
            _ => "",
        };
        writeln!(out, "{modality},{}", 1 + random.below(6))?;
    }
    out.flush()
}

const EVENTS: [&str; 6] = ["Attack", "Ceasefire", "Talks", "Trial", "Raid", "Merger"];
const BODIES: [&str; 6] = ["Front", "Brigade", "Movement", "League", "Council", "Network"];
const SYLLABLES: [&str; 32] = [
    "ba", "da", "ga", "ha", "ja", "ka", "la", "ma", "na", "ra", "sa", "ta", "za", "bi", "di", "ri", "li", "mi", "ni",
    "shi", "bu", "du", "hu", "ku", "mu", "ru", "su", "tar", "man", "rim", "zur", "lan",
];

/// SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", 2014): the same
/// numbers on every machine and with every version of every library.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// 0 to `bound`, without `bound`. The bias is below `bound / 2^64`.
    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    fn end(&mut self, count: u64, weight: f64) -> u64 {
        // 53 bits make a uniform number from 0 to 1; only square roots are used, which every machine rounds alike.
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let power = if weight > 1.5 { uniform * uniform } else { uniform * uniform.sqrt() };
        ((count as f64 * power) as u64).min(count.saturating_sub(1))
    }

    fn tie(&mut self) -> (&'static str, usize, usize) {
        let mut left = self.below(TIES.iter().map(|(.., share)| share).sum());
        for (kind, from, to, share) in TIES {
            if left < share {
                return (kind, from, to);
            }
            left -= share;
        }
        (TIES[0].0, TIES[0].1, TIES[0].2)
    }

    fn date(&mut self) -> (u64, u64) {
        (1970 + self.below(55), 1 + self.below(12))
    }

    fn word(&mut self) -> String {
        let mut word: String = (0..2 + self.below(3)).map(|_| self.of(&SYLLABLES)).collect();
        if let Some(first) = word.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Schema;

    #[test]
    fn the_same_number_gives_the_same_files() {
        let [first, second] = [0, 1].map(|_| tempfile::tempdir().unwrap());
        let written = generate(400, first.path()).unwrap();
        generate(400, second.path()).unwrap();
        assert_eq!((written.entities, written.links), (400, 2000));
        for name in ["entities.csv", "links.csv", "mapping.toml"] {
            let [a, b] = [&first, &second].map(|folder| fs::read_to_string(folder.path().join(name)).unwrap());
            assert_eq!(a, b);
        }
        let entities = fs::read_to_string(first.path().join("entities.csv")).unwrap();
        assert_eq!(entities.lines().count(), 401);
        assert_eq!(entities.matches(",Person,").count(), 240);
        let links = fs::read_to_string(first.path().join("links.csv")).unwrap();
        assert_eq!(links.lines().count(), 2001);
        assert!(links.lines().skip(1).all(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            fields.len() == 7 && fields[0] != fields[2]
        }));
    }

    #[test]
    fn links_fit_the_schema() {
        let schema = Schema::builtin();
        assert_eq!(TIES.iter().map(|(.., share)| share).sum::<u64>(), 100);
        for (name, from, to, _) in TIES {
            let link = schema.link(name).unwrap_or_else(|| panic!("{name}"));
            assert!(schema.joins(link, KINDS[from].0, KINDS[to].0), "{name}");
        }
    }

    #[test]
    fn few_entities_have_many_links() {
        let mut random = Random(1);
        let mut degrees = vec![0_u32; 1000];
        (0..10_000).for_each(|_| degrees[random.end(1000, 2.0) as usize] += 1);
        assert!(degrees[0] > 200 && degrees[500..].iter().max().unwrap() < &40);
    }
}
