//! What a big import costs: run with
//! `cargo test --release --test store_bulk -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::time::Instant;

use tieline::model::{Claim, Credibility, Entity, Locator, Modality, NameRole, Period, Reliability, Says, Source};
use tieline::store::Store;

const ENTITIES: u32 = 1_000_000;
const LINKS: u32 = 5_000_000;

/// Processor seconds of this process so far (Linux).
fn cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or("")
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|f| f.parse().ok())
        .collect();
    fields.iter().sum::<f64>() / 100.0
}

fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS")).collect::<Vec<_>>().join(", ")
}

struct Step(Instant, f64);

impl Step {
    fn begin() -> Self {
        Self(Instant::now(), cpu())
    }

    fn end(self, what: &str) {
        println!("{what}: {:.4} s, {:.2} CPU s; {}", self.0.elapsed().as_secs_f64(), cpu() - self.1, memory());
    }
}

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// A day, a year and what follows, or an interval of years and months.
fn period(seed: &mut u64) -> Period {
    let mut below = |limit| random(seed) % limit;
    let (year, month, day) = (1990 + below(35), 1 + below(12), 1 + below(28));
    let text = match below(3) {
        0 => format!("{year}-{month:02}-{day:02}"),
        1 => format!("{year}/.."),
        _ => format!("{year}-{month:02}/{}", year + 1 + below(9)),
    };
    text.parse().unwrap()
}

fn import(store: &mut Store) {
    let mut seed = 88_172_645_463_325_252;
    let mut changes = store.begin().unwrap();
    let kinds: Vec<_> = (0..20).map(|n| changes.word(&format!("kind_{n}")).unwrap()).collect();
    let source = Source { id: "generated".into(), reliability: Reliability::B, ..Source::default() };
    let source = changes.source(&source).unwrap();
    for n in 0..ENTITIES {
        let kind = kinds[(random(&mut seed) % 4) as usize];
        changes.entity(&Entity { id: format!("e{n}").into(), kind, finer: None }).unwrap();
    }
    let credibility = |seed: &mut u64| Credibility::new(1 + (random(seed) % 6) as u8).unwrap();
    let claim = |says, when, sentence, credibility| Claim {
        says,
        when,
        source,
        locator: Locator { paragraph: 0, sentence, span: None },
        speaker: None,
        modality: Modality::Asserted,
        credibility,
        text: None,
        note: None,
    };
    const PARTS: [&str; 16] = [
        "Abu",
        "Front",
        "Army",
        "of",
        "Haqqani",
        "Brigade",
        "Movement",
        "Khan",
        "Liberation",
        "North",
        "Omar",
        "Valley",
        "Council",
        "Youth",
        "Guard",
        "League",
    ];
    for n in 0..ENTITIES {
        let part = |at: u64| PARTS[(at % 16) as usize];
        let r = random(&mut seed);
        let text = format!("{} {} {} {}", part(r), part(r >> 4), part(r >> 8), n).into();
        let says = Says::Name { entity: n, text, role: NameRole::Primary, language: None };
        let credibility = credibility(&mut seed);
        changes.claim(&claim(says, None, n + 1, credibility)).unwrap();
    }
    for n in 0..LINKS {
        let far = (random(&mut seed) % u64::from(ENTITIES)) as u32;
        let near = (random(&mut seed) % u64::from(ENTITIES)) as f64 / f64::from(ENTITIES);
        let says = Says::Link {
            from: far,
            kind: kinds[(random(&mut seed) % 20) as usize],
            to: (near.powi(3) * f64::from(ENTITIES)) as u32,
        };
        let when = (random(&mut seed) % 10 < 7).then(|| period(&mut seed));
        let credibility = credibility(&mut seed);
        changes.claim(&claim(says, when, n + 1, credibility)).unwrap();
    }
    changes.commit("bench", 0, "a generated graph").unwrap();
}

#[test]
#[ignore = "takes a while; measures, does not judge"]
fn a_million_entities_and_five_million_links() {
    let place = tempfile::tempdir_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).unwrap();
    let directory = place.path().join("db");
    let step = Step::begin();
    let mut store = Store::create(&directory).unwrap();
    step.end("create");
    let step = Step::begin();
    import(&mut store);
    step.end("append and commit");
    println!("on disk: {:.1} MB", store.size_on_disk().unwrap() as f64 / 1e6);
    let step = Step::begin();
    drop(store);
    step.end("close");
    let step = Step::begin();
    let mut store = Store::open(&directory).unwrap();
    step.end("open");
    println!("on disk: {:.1} MB", store.size_on_disk().unwrap() as f64 / 1e6);
    let step = Step::begin();
    let names: usize = store.entities().unwrap().map(|entity| entity.unwrap().id.len()).sum();
    step.end("read the entities");
    let step = Step::begin();
    let sum: u64 = store.claims(0..u32::MAX).unwrap().map(|row| u64::from(row.unwrap().1.says.subject())).sum();
    step.end("read the claims");
    println!("({names} {sum})");
    let step = Step::begin();
    for n in 0..1000 {
        store.claim(n * 5999).unwrap();
    }
    step.end("read 1000 claims here and there");
    for commits in [1, 1, 1000] {
        let step = Step::begin();
        for _ in 0..commits {
            let mut changes = store.begin().unwrap();
            for _ in 0..10 {
                changes.claim(&small_claim()).unwrap();
            }
            changes.commit("me", 1, "ten claims").unwrap();
        }
        step.end(&format!("{commits} commits of ten claims"));
    }
    println!("on disk: {:.1} MB", store.size_on_disk().unwrap() as f64 / 1e6);
    let step = Step::begin();
    assert_eq!(store.verify().problems, [""; 0]);
    step.end("verify");
    let file = place.path().join("backup");
    let step = Step::begin();
    let backup = store.backup(&file, false).unwrap();
    step.end(&format!("back up {:.1} MB", backup.bytes as f64 / 1e6));
    let step = Step::begin();
    Store::restore(&file, &place.path().join("restored")).unwrap();
    step.end("restore");
    assert!(fs::read_dir(directory.join("sled").join("blobs")).unwrap().next().is_none(), "no value is a blob file");
}

fn small_claim() -> Claim {
    Claim {
        says: Says::Exists { entity: 7 },
        when: None,
        source: 0,
        locator: Locator::default(),
        speaker: None,
        modality: Modality::Asserted,
        credibility: Credibility::UNKNOWN,
        text: None,
        note: None,
    }
}
