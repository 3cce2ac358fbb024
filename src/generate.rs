//! A graph like the real ones, of any size: for benches, and for trying Tieline on more than anyone has typed in.
//!
//! The proportions follow published lists and incident databases: 60% people, 25% events, 10% organisations and 5%
//! places, five links an entity, a few entities with very many links and many with few, dates on about half of the links
//! and often only to the year, names that mostly differ and sometimes do not.
//!
//! The graph is the same on every machine for the same number of entities.

use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Links for each entity.
const LINKS_PER_ENTITY: u64 = 5;
/// The fewest entities: one of each kind and of each end that a link needs.
const LEAST: u32 = 20;

/// What [`generate`] wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generated {
    /// Entities, each with one primary name.
    pub entities: u32,
    /// Names beside the primary ones.
    pub aliases: u32,
    /// Links, each a claim; a few join the same two entities in the same way.
    pub links: u64,
    /// Bytes of the tables.
    pub bytes: u64,
}

impl fmt::Display for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} entities with {} further names, {} links, {} bytes",
            self.entities, self.aliases, self.links, self.bytes
        )
    }
}

/// Writes `entities.csv`, `links.csv` and `mapping.toml` into the folder `out`, which is made if it is not there.
///
/// Time and bytes are linear in `entities` (about 300 bytes each); memory is constant.
///
/// # Errors
/// Fewer than 20 entities, or the files cannot be written.
///
/// # Examples
/// ```
/// let folder = std::env::temp_dir().join(format!("tieline-generate-{}", std::process::id()));
/// let generated = tieline::generate::generate(100, &folder)?;
/// assert_eq!((generated.entities, generated.links), (100, 500));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn generate(entities: u32, out: &Path) -> io::Result<Generated> {
    if entities < LEAST {
        let message = format!("a graph needs at least {LEAST} entities, not {entities}");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    std::fs::create_dir_all(out)?;
    std::fs::write(out.join("mapping.toml"), MAPPING)?;
    let (aliases, entity_bytes) = write_entities(entities, &out.join("entities.csv"))?;
    let links = u64::from(entities) * LINKS_PER_ENTITY;
    let link_bytes = write_links(entities, links, &out.join("links.csv"))?;
    Ok(Generated { entities, aliases, links, bytes: entity_bytes + link_bytes })
}

const MAPPING: &str = r#"# Made by `tieline bench generate`: no real people, organisations, places or events.

[source]
id = "generated"
title = "A generated graph"
publisher = "tieline bench generate"
licence = "CC0-1.0"
reliability = "C"

[[table]]
file = "entities.csv"

[[table.entity]]
id = "{id}"
kind = { column = "kind" }
type = { column = "type" }
join = "never"
credibility = 2
names = [
    { column = "name" },
    { column = "alias", role = "alias", language = { column = "alias_language", map = { ar = "ar", ru = "ru", hi = "hi", zh = "zh" } } },
]

[[table]]
file = "links.csv"

[[table.link]]
from = "{from}"
to = "{to}"
kind = { column = "kind" }
since = "since"
until = "until"
credibility = { column = "credibility" }
"#;

/// A kind of entity and its share of twenty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Person,
    Event,
    Organisation,
    Place,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Person, Kind::Event, Kind::Organisation, Kind::Place];

    fn share(self) -> u32 {
        match self {
            Kind::Person => 12,
            Kind::Event => 5,
            Kind::Organisation => 2,
            Kind::Place => 1,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Person => "Person",
            Kind::Event => "Event",
            Kind::Organisation => "Organisation",
            Kind::Place => "Place",
        }
    }

    /// The letter before the number in an id.
    fn letter(self) -> char {
        match self {
            Kind::Person => 'p',
            Kind::Event => 'e',
            Kind::Organisation => 'o',
            Kind::Place => 'l',
        }
    }

    /// The kind of the entity `number`, and its number among those of its kind.
    fn of(number: u32) -> (Kind, u32) {
        let mut place = number % 20;
        for kind in Kind::ALL {
            if place < kind.share() {
                return (kind, number / 20 * kind.share() + place);
            }
            place -= kind.share();
        }
        (Kind::Place, number / 20)
    }

    /// How many of the first `entities` are of this kind.
    fn count(self, entities: u32) -> u32 {
        let before: u32 = Kind::ALL.iter().take_while(|kind| **kind != self).map(|kind| kind.share()).sum();
        entities / 20 * self.share() + (entities % 20).saturating_sub(before).min(self.share())
    }
}

/// Link kinds of the schema, what they join here, and how frequent they are.
const LINKS: [(&str, Kind, Kind, u32); 24] = [
    ("took_part_in", Kind::Person, Kind::Event, 180),
    ("located_in", Kind::Event, Kind::Place, 130),
    ("member_of", Kind::Person, Kind::Organisation, 130),
    ("knows", Kind::Person, Kind::Person, 110),
    ("relative_of", Kind::Person, Kind::Person, 60),
    ("perpetrator_of", Kind::Organisation, Kind::Event, 60),
    ("affiliated_with", Kind::Person, Kind::Organisation, 50),
    ("held_role_at", Kind::Person, Kind::Organisation, 40),
    ("targeted", Kind::Event, Kind::Place, 40),
    ("born_in", Kind::Person, Kind::Place, 30),
    ("claimed_responsibility_for", Kind::Organisation, Kind::Event, 30),
    ("operates_in", Kind::Organisation, Kind::Place, 25),
    ("holds_role_at", Kind::Person, Kind::Organisation, 25),
    ("led_by", Kind::Organisation, Kind::Person, 20),
    ("party_to", Kind::Organisation, Kind::Event, 15),
    ("founded_by", Kind::Organisation, Kind::Person, 10),
    ("affiliated_with", Kind::Organisation, Kind::Organisation, 10),
    ("allied_with", Kind::Organisation, Kind::Organisation, 8),
    ("rival_of", Kind::Organisation, Kind::Organisation, 8),
    ("led_to", Kind::Event, Kind::Event, 7),
    ("finances", Kind::Organisation, Kind::Organisation, 5),
    ("split_from", Kind::Organisation, Kind::Organisation, 4),
    ("merged_into", Kind::Organisation, Kind::Organisation, 2),
    ("trained", Kind::Organisation, Kind::Person, 1),
];

fn write_entities(entities: u32, path: &Path) -> io::Result<(u32, u64)> {
    let mut random = Random::new(1);
    let words = Vocabulary::new();
    let mut file = Counted { inner: BufWriter::with_capacity(1 << 16, File::create(path)?), bytes: 0 };
    let mut aliases = 0;
    let mut name = String::new();
    let mut alias = String::new();
    writeln!(file, "id,kind,type,name,alias,alias_language")?;
    for number in 0..entities {
        let (kind, own) = Kind::of(number);
        name.clear();
        alias.clear();
        let finer = words.name(kind, &mut random, &mut name);
        // Three in a hundred have a name in another script, one of the three no other.
        let script = match random.below(100) {
            0..3 => Some(random.pick(&SCRIPTS)),
            _ => None,
        };
        let language = script.map_or("", |script| {
            for word in 0..2 {
                if word > 0 {
                    alias.push_str(script.between);
                }
                for _ in 0..2 + random.below(2) {
                    alias.push_str(random.pick(script.syllables));
                }
            }
            script.language
        });
        let only = !language.is_empty() && random.below(3) == 0;
        let (shown, alias, language) = if only { (&alias, "", "") } else { (&name, alias.as_str(), language) };
        aliases += u32::from(!alias.is_empty());
        writeln!(file, "{}{own},{},{finer},{shown},{alias},{language}", kind.letter(), kind.word())?;
    }
    file.inner.flush()?;
    Ok((aliases, file.bytes))
}

fn write_links(entities: u32, links: u64, path: &Path) -> io::Result<u64> {
    let mut random = Random::new(2);
    let mut file = Counted { inner: BufWriter::with_capacity(1 << 16, File::create(path)?), bytes: 0 };
    let total: u32 = LINKS.iter().map(|(.., weight)| weight).sum();
    writeln!(file, "from,kind,to,since,until,credibility")?;
    for _ in 0..links {
        let mut left = random.below(total);
        let (kind, from, to, _) = LINKS
            .iter()
            .find(|(.., weight)| {
                let found = left < *weight;
                left = left.saturating_sub(*weight);
                found
            })
            .unwrap_or(&LINKS[0]);
        // What a link goes out from is spread more evenly than what it goes to: a group has many members, a member few
        // groups.
        let (from_count, to_count) = (from.count(entities), to.count(entities));
        let start = random.skewed(from_count, 1.4);
        let mut end = random.skewed(to_count, 2.5);
        if from == to && start == end {
            end = (end + 1) % to_count;
        }
        write!(file, "{}{start},{kind},{}{end},", from.letter(), to.letter())?;
        write_dates(&mut random, &mut file)?;
        let credibility = match random.below(100) {
            0..10 => 1,
            10..45 => 2,
            45..70 => 3,
            70..80 => 4,
            80..83 => 5,
            _ => 6,
        };
        writeln!(file, ",{credibility}")?;
    }
    file.inner.flush()?;
    Ok(file.bytes)
}

/// Since and until: for half of the links a beginning, for a fifth an end too.
fn write_dates(random: &mut Random, file: &mut impl Write) -> io::Result<()> {
    const LAST_YEAR: u32 = 2025;
    if random.below(2) == 0 {
        return file.write_all(b",");
    }
    let (year, month, day) = (1985 + random.below(LAST_YEAR - 1985), 1 + random.below(12), 1 + random.below(28));
    let precision = random.below(20);
    let end = year + 1 + random.below(15);
    let ended = random.below(10) < 4 && end <= LAST_YEAR;
    for (position, year) in [Some(year), ended.then_some(end)].into_iter().enumerate() {
        if position > 0 {
            file.write_all(b",")?;
        }
        match (year, precision) {
            (None, _) => {}
            (Some(year), 0..7) => write!(file, "{year}")?,
            (Some(year), 7..12) => write!(file, "{year}-{month:02}")?,
            (Some(year), _) => write!(file, "{year}-{month:02}-{day:02}")?,
        }
    }
    Ok(())
}

/// Syllables of a script that is not Latin.
struct Script {
    language: &'static str,
    between: &'static str,
    syllables: &'static [&'static str],
}

const SCRIPTS: [&Script; 4] = [
    &Script {
        language: "ar",
        between: " ",
        syllables: &["با", "دي", "فار", "حم", "كري", "لط", "مو", "نا", "قا", "ران", "سل", "طا", "عبد", "يو"],
    },
    &Script {
        language: "ru",
        between: " ",
        syllables: &["ба", "вер", "го", "да", "ев", "зор", "ки", "лен", "ма", "ник", "ор", "ров", "са", "ти"],
    },
    &Script {
        language: "hi",
        between: " ",
        syllables: &["अम", "का", "गो", "जी", "ता", "दे", "न", "पा", "भा", "मि", "रा", "ला", "वि", "सु"],
    },
    &Script {
        language: "zh",
        between: "",
        syllables: &["安", "白", "成", "德", "方", "国", "海", "建", "立", "明", "平", "山", "文", "新"],
    },
];

/// Words that names are made of.
struct Vocabulary {
    given: Vec<String>,
    family: Vec<String>,
    places: Vec<String>,
}

impl Vocabulary {
    fn new() -> Self {
        const START: [&str; 24] = [
            "Ba", "Be", "Cha", "Da", "Dor", "Fa", "Ga", "Ha", "Is", "Ja", "Ka", "Kho", "La", "Ma", "Mu", "Na", "Or",
            "Qa", "Ra", "Sa", "Sha", "Ta", "Ya", "Zu",
        ];
        const MIDDLE: [&str; 20] = [
            "bi", "da", "fi", "ha", "jo", "ka", "le", "li", "ma", "mi", "na", "ni", "ra", "ri", "sha", "so", "ta",
            "va", "ya", "za",
        ];
        const NAME_END: [&str; 14] = ["b", "d", "f", "him", "l", "m", "n", "q", "r", "sh", "t", "ud", "wan", "z"];
        const FAMILY_END: [&str; 12] =
            ["bani", "dar", "ev", "gar", "i", "kov", "lek", "mani", "ov", "rai", "wi", "zai"];
        const PLACE_END: [&str; 12] =
            ["abad", "burg", "dara", "gan", "grad", "kot", "mir", "pur", "shahr", "stan", "ville", "zad"];
        let mut random = Random::new(3);
        let mut made = |count: usize, middles: u32, ends: &[&str]| -> Vec<String> {
            let word = |random: &mut Random| {
                let mut word = random.pick(&START).to_owned();
                for _ in 0..random.below(middles) {
                    word.push_str(random.pick(&MIDDLE));
                }
                word + random.pick(ends)
            };
            (0..count).map(|_| word(&mut random)).collect()
        };
        Self {
            given: made(600, 3, &NAME_END),
            family: made(12_000, 4, &FAMILY_END),
            places: made(6_000, 4, &PLACE_END),
        }
    }

    /// Appends a name; gives the finer type that goes with it.
    fn name(&self, kind: Kind, random: &mut Random, out: &mut String) -> &'static str {
        let mut say = |words: &[&str]| {
            for word in words {
                out.push_str(word);
            }
        };
        let place = |random: &mut Random| -> &str { random.skewed_word(&self.places) };
        match kind {
            Kind::Person => {
                say(&[random.skewed_word(&self.given), " "]);
                match random.below(10) {
                    0..4 => say(&[random.word(&self.given), " "]),
                    4 => say(&["al-"]),
                    5 => say(&["bin ", random.word(&self.given), " "]),
                    _ => {}
                }
                say(&[random.skewed_word(&self.family)]);
                ""
            }
            Kind::Organisation => {
                const FIRST: [&str; 16] = [
                    "United",
                    "National",
                    "Free",
                    "Northern",
                    "Southern",
                    "Popular",
                    "Islamic",
                    "Revolutionary",
                    "Democratic",
                    "New",
                    "Red",
                    "Black",
                    "People's",
                    "Eastern",
                    "Western",
                    "Holy",
                ];
                const BODY: [(&str, &str); 12] = [
                    ("Front", "militant_group"),
                    ("Army", "militant_group"),
                    ("Brigades", "militant_group"),
                    ("Battalion", "militant_group"),
                    ("Fighters", "militant_group"),
                    ("Guard", "militant_group"),
                    ("Movement", "movement"),
                    ("Council", "umbrella"),
                    ("Coalition", "umbrella"),
                    ("Network", "network"),
                    ("Party", "political_party"),
                    ("Relief Committee", ""),
                ];
                let (body, finer) = random.pick(&BODY);
                say(&[random.pick(&FIRST), " "]);
                if random.below(2) == 0 {
                    say(&[random.pick(&FIRST), " "]);
                }
                say(&[body, " of ", place(random)]);
                finer
            }
            Kind::Event => {
                const WHAT: [(&str, &str); 10] = [
                    ("Attack", "attack"),
                    ("Bombing", "attack"),
                    ("Raid", "attack"),
                    ("Ambush", "attack"),
                    ("Arrest", "arrest"),
                    ("Ceasefire", "ceasefire"),
                    ("Talks", "talks"),
                    ("Trial", ""),
                    ("Clash", "battle"),
                    ("Meeting", "talks"),
                ];
                const MONTHS: [&str; 12] = [
                    "January",
                    "February",
                    "March",
                    "April",
                    "May",
                    "June",
                    "July",
                    "August",
                    "September",
                    "October",
                    "November",
                    "December",
                ];
                let year = (1985 + random.below(41)).to_string();
                let (what, finer) = random.pick(&WHAT);
                say(&[what, " in ", place(random), " ", random.pick(&MONTHS), " ", &year]);
                finer
            }
            Kind::Place => {
                const WHERE: [&str; 10] = ["", "", "", "New ", "Old ", "Upper ", "Lower ", "North ", "South ", "Port "];
                say(&[random.pick(&WHERE), random.word(&self.places)]);
                if random.below(2) == 0 {
                    return "city";
                }
                say(&[" ", random.pick(&["District", "Province", "Valley"])]);
                "region"
            }
        }
    }
}

/// SplitMix64: Guy L. Steele Jr., Doug Lea and Christine H. Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014. Good enough to make up names, and the same everywhere.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not 0.
    fn below(&mut self, bound: u32) -> u32 {
        // The high half of a product: D. Lemire, "Fast random integer generation in an interval", 2019. The bias of at
        // most 2^-32 does not matter here.
        ((u64::from(bound) * (self.next() >> 32)) >> 32) as u32
    }

    /// A number below `bound` of which a few come often: the k-th most frequent about as often as k^(1/`skew` - 1).
    /// Which numbers are frequent has nothing to do with their size.
    fn skewed(&mut self, bound: u32, skew: f64) -> u32 {
        /// A prime above every `bound`, so that multiplying by it visits each number once.
        const PRIME: u64 = 4_294_967_291;
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = (f64::from(bound) * uniform.powf(skew)) as u64;
        (rank.min(u64::from(bound) - 1) * PRIME % u64::from(bound)) as u32
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u32) as usize]
    }

    fn word<'l>(&mut self, list: &'l [String]) -> &'l str {
        &list[self.below(list.len() as u32) as usize]
    }

    fn skewed_word<'l>(&mut self, list: &'l [String]) -> &'l str {
        &list[self.skewed(list.len() as u32, 1.7) as usize]
    }
}

/// Counts the bytes that pass.
struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buffer)?;
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
