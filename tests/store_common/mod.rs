//! A small world for the tests of the store: commits whose content follows from their number.

#![allow(dead_code)]

use std::path::Path;

use tieline::model::{Claim, Credibility, Entity, Locator, Modality, NameRole, Reliability, Says, Source, Word};
use tieline::store::{Store, StoreError};

/// Numbers that look random and are the same every time.
pub struct Random(pub u64);

impl Random {
    /// The next number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    /// A text of `len` letters that does not compress much.
    pub fn text(&mut self, len: usize) -> Box<str> {
        (0..len).map(|_| char::from(b'!' + self.below(90) as u8)).collect::<String>().into()
    }
}

/// How many claims commit `number` has: mostly a few, now and then so many that frames reach sled before the commit.
pub fn claims_of(number: u32) -> u32 {
    if number % 9 == 5 { 1500 } else { 10 }
}

/// The claims of commit `number`. Entity and source `number - 1` belong to it.
pub fn content(number: u32) -> Vec<Claim> {
    let mut random = Random(u64::from(number) * 7919 + 1);
    (0..claims_of(number))
        .map(|n| Claim {
            says: match n % 3 {
                0 => Says::Name {
                    entity: number - 1,
                    text: random.text(20),
                    role: NameRole::Alias,
                    language: Some(Word(0)),
                },
                1 => Says::Link { from: number - 1, kind: Word(number - 1), to: random.below(number.into()) as u32 },
                _ => Says::Attribute { entity: number - 1, key: Word(0), value: random.text(30) },
            },
            when: None,
            source: number - 1,
            locator: Locator { paragraph: 0, sentence: n, span: None },
            speaker: None,
            modality: Modality::Asserted,
            credibility: Credibility::UNKNOWN,
            text: Some(random.text(if claims_of(number) > 100 { 400 } else { 50 })),
            note: None,
        })
        .collect()
}

/// Makes commit `number`, which must be the next.
pub fn commit(store: &mut Store, number: u32) -> Result<(), StoreError> {
    let mut changes = store.begin()?;
    let kind = changes.word(&format!("word {number}"))?;
    changes.entity(&Entity { id: format!("e{number}").into(), kind, finer: None })?;
    changes.source(&Source {
        id: format!("s{number}").into(),
        title: "a source".into(),
        reliability: Reliability::C,
        ..Source::default()
    })?;
    for claim in content(number) {
        changes.claim(&claim)?;
    }
    if number > 1 {
        changes.retract(number - 2)?;
    }
    let record = changes.commit("tester", i64::from(number), "a commit")?;
    assert_eq!(record.commit.number, number);
    Ok(())
}

/// Reads everything and compares it with what the commits contained; returns how many commits there are.
pub fn check(store: &Store) -> Result<u32, StoreError> {
    let commits = store.commits()?;
    let mut claims = store.claims(0..u32::MAX)?;
    for (number, record) in (1..).zip(&commits) {
        assert_eq!((record.commit.number, record.commit.time), (number, i64::from(number)));
        for expected in content(number) {
            let (_, claim) = claims.next().expect("a claim is missing")?;
            assert_eq!(claim, expected);
        }
    }
    assert!(claims.next().transpose()?.is_none());
    let count = commits.len() as u32;
    let ids = store.entities()?.collect::<Result<Vec<_>, _>>()?;
    let expected = (1..=count).map(|number| format!("e{number}"));
    assert!(ids.iter().map(|entity| entity.id.to_string()).eq(expected));
    assert_eq!(store.sources()?.len() as u32, count);
    assert_eq!(store.words().len() as u32, count);
    assert_eq!(store.retractions()?.len() as u32, count.saturating_sub(1));
    Ok(count)
}

/// Copies a directory with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

/// All files under a directory.
pub fn files(directory: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
