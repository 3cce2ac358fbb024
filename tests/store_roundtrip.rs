//! What is committed is read back, by an oracle of plain vectors, over commits and reopenings.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use proptest::prelude::*;
use tieline::model::{
    Claim, Credibility, Entity, Locator, Modality, NameRole, Period, Reliability, Says, Source, Word,
};
use tieline::store::{Retraction, Store, StoreError};

const ENTITIES: u32 = 40;
const WORDS: u32 = 12;

fn text() -> impl Strategy<Value = Box<str>> {
    prop_oneof!["[a-z ]{0,20}", "\\PC{0,60}", "(ab){0,900}"].prop_map(Into::into)
}

fn says() -> impl Strategy<Value = Says> {
    let (entity, word) = (0..ENTITIES, (0..WORDS).prop_map(Word));
    let role = prop::sample::select(NameRole::ALL);
    prop_oneof![
        (entity.clone(), text(), role, prop::option::of(word.clone()))
            .prop_map(|(entity, text, role, language)| Says::Name { entity, text, role, language }),
        (entity.clone(), word.clone(), text()).prop_map(|(entity, key, value)| Says::Attribute { entity, key, value }),
        (entity.clone(), word, entity.clone()).prop_map(|(from, kind, to)| Says::Link { from, kind, to }),
        (entity.clone(), entity.clone()).prop_map(|(entity, other)| Says::SameAs { entity, other }),
        entity.prop_map(|entity| Says::Exists { entity }),
    ]
}

fn period() -> impl Strategy<Value = Period> {
    let text = prop_oneof![
        "[12][0-9]{3}[?~%]?",
        "(19|20)[0-9]{2}-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?[?~%]?",
        "(19[0-9]X|20XX|1[89]XX)",
        "19[0-9]{2}[?]?/(20[0-9]{2}~?|\\.\\.|)",
        "\\.\\./20[0-9]{2}-0[1-9]",
    ];
    text.prop_map(|text| text.parse().unwrap())
}

fn claim() -> impl Strategy<Value = Claim> {
    let when = prop::option::of(period());
    let locator = (any::<u32>(), any::<u32>(), prop::option::of(any::<(u32, u32)>()))
        .prop_map(|(paragraph, sentence, span)| Locator { paragraph, sentence, span });
    let credibility = (1u8..=6).prop_map(|number| Credibility::new(number).unwrap());
    let speaker = prop::option::of(0..ENTITIES);
    let texts = (prop::option::of(text()), prop::option::of(text()));
    (says(), when, 0..2u32, locator, speaker, prop::sample::select(Modality::ALL), credibility, texts).prop_map(
        |(says, when, source, locator, speaker, modality, credibility, (text, note))| Claim {
            says,
            when,
            source,
            locator,
            speaker,
            modality,
            credibility,
            text,
            note,
        },
    )
}

fn source(id: &str, title: &str) -> Source {
    Source { id: id.into(), title: title.into(), reliability: Reliability::B, ..Source::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_claims_are_read_back(commits in prop::collection::vec(prop::collection::vec(claim(), 0..400), 1..4)) {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("db");
        let mut store = Store::create(&directory).unwrap();
        let mut all = Vec::new();
        for (number, claims) in commits.iter().enumerate() {
            let mut changes = store.begin().unwrap();
            if number == 0 {
                for word in 0..WORDS {
                    changes.word(&format!("word {word}")).unwrap();
                }
                for entity in 0..ENTITIES {
                    let finer = (entity % 3 == 0).then_some(Word(entity % WORDS));
                    changes.entity(&Entity { id: format!("e{entity}").into(), kind: Word(1), finer }).unwrap();
                }
            }
            prop_assert_eq!(changes.source(&source("a", "A")).unwrap(), 0);
            prop_assert_eq!(changes.source(&source("b", &format!("B {number}"))).unwrap(), 1);
            for claim in claims {
                prop_assert_eq!(changes.claim(claim).unwrap() as usize, all.len());
                all.push(claim.clone());
            }
            let record = changes.commit("someone", 5 + number as i64, "a message").unwrap();
            prop_assert_eq!(record.claims, (all.len() - claims.len()) as u32..all.len() as u32);
            if number % 2 == 0 {
                drop(store);
                store = Store::open(&directory).unwrap();
            }
        }
        let read: Vec<_> = store.claims(0..u32::MAX).unwrap().map(|row| row.unwrap().1).collect();
        prop_assert_eq!(&read, &all);
        for number in (0..all.len()).step_by(17) {
            prop_assert_eq!(&store.claim(number as u32).unwrap(), &all[number]);
            let some: Vec<_> = store.claims(number as u32..number as u32 + 5).unwrap().map(Result::unwrap).collect();
            prop_assert_eq!(some.len(), 5.min(all.len() - number));
            prop_assert_eq!(&some[0], &(number as u32, all[number].clone()));
        }
        prop_assert_eq!(store.entities().unwrap().count(), ENTITIES as usize);
        prop_assert_eq!(store.words().len(), WORDS as usize);
        let sources = store.sources().unwrap();
        prop_assert_eq!(sources, vec![source("a", "A"), source("b", &format!("B {}", commits.len() - 1))]);
        prop_assert_eq!(store.commits().unwrap().len(), commits.len());
        prop_assert_eq!(store.counts().claims as usize, all.len());
    }
}

fn exists(entity: u32) -> Claim {
    Claim {
        says: Says::Exists { entity },
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

#[test]
fn what_is_not_committed_is_not_there() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("db");
    let mut store = Store::create(&directory).unwrap();
    let fill = |store: &mut Store, keep: bool| {
        let mut changes = store.begin().unwrap();
        let kind = changes.word("Person").unwrap();
        let source = changes.source(&source("s", "S")).unwrap();
        for n in 0..120_000u64 {
            // Ids that do not compress, so that frames reach sled before the commit.
            let id = format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let entity = changes.entity(&Entity { id: id.into(), kind, finer: None }).unwrap();
            changes.claim(&Claim { source, ..exists(entity) }).unwrap();
        }
        if keep {
            changes.commit("me", 1, "").unwrap();
        }
    };
    fill(&mut store, false);
    assert_eq!(store.counts(), Default::default());
    fill(&mut store, false);
    drop(store);
    let mut store = Store::open(&directory).unwrap();
    assert_eq!(store.counts(), Default::default());
    assert_eq!((store.words().len(), store.sources().unwrap().len()), (0, 0));
    fill(&mut store, true);
    assert_eq!((store.counts().entities, store.counts().claims), (120_000, 120_000));
    drop(store);
    let store = Store::open(&directory).unwrap();
    assert_eq!(store.claims(0..u32::MAX).unwrap().map(Result::unwrap).count(), 120_000);
    assert_eq!(store.entities().unwrap().map(Result::unwrap).count(), 120_000);
}

#[test]
fn retractions_restorations_and_refinements_are_kept_in_order() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("db");
    let mut store = Store::create(&directory).unwrap();
    let mut changes = store.begin().unwrap();
    let (kind, finer) = (changes.word("Organisation").unwrap(), changes.word("militant_group").unwrap());
    changes.source(&source("s", "S")).unwrap();
    let entity = changes.entity(&Entity { id: "ttp".into(), kind, finer: None }).unwrap();
    let claim = changes.claim(&exists(entity)).unwrap();
    changes.commit("a", 1, "one").unwrap();
    let mut changes = store.begin().unwrap();
    changes.retract(claim).unwrap();
    changes.refine(entity, finer).unwrap();
    let record = changes.commit("b", 2, "two").unwrap();
    assert_eq!((record.commit.number, record.commit.retracted, record.retractions), (2, 1, 0..1));
    let mut changes = store.begin().unwrap();
    changes.restore(claim).unwrap();
    changes.commit("c", 3, "three").unwrap();
    drop(store);
    let store = Store::open(&directory).unwrap();
    let event = |commit, restored| Retraction { claim, commit, restored };
    assert_eq!(store.retractions().unwrap(), [event(2, false), event(3, true)]);
    assert_eq!(store.entity(entity).unwrap().finer, Some(finer));
    assert_eq!(store.entities().unwrap().next().unwrap().unwrap().finer, Some(finer));
    let commits = store.commits().unwrap();
    let seen: Vec<_> = commits.iter().map(|c| (c.commit.number, &*c.commit.author, c.commit.time)).collect();
    assert_eq!(seen, [(1, "a", 1), (2, "b", 2), (3, "c", 3)]);
}

#[test]
fn numbers_that_were_never_given_and_texts_too_long_are_refused() {
    let place = tempfile::tempdir().unwrap();
    let mut store = Store::create(&place.path().join("db")).unwrap();
    let mut changes = store.begin().unwrap();
    let kind = changes.word("Organisation").unwrap();
    changes.source(&source("s", "S")).unwrap();
    let entity = changes.entity(&Entity { id: "a".into(), kind, finer: None }).unwrap();
    let good = exists(entity);
    let unknown = [
        exists(1),
        Claim { source: 1, ..good.clone() },
        Claim { speaker: Some(1), ..good.clone() },
        Claim { says: Says::Link { from: 0, kind: Word(1), to: 0 }, ..good.clone() },
        Claim { says: Says::Link { from: 0, kind, to: 7 }, ..good.clone() },
    ];
    for claim in unknown {
        assert!(matches!(changes.claim(&claim), Err(StoreError::Unknown { .. })), "{claim:?}");
    }
    assert!(matches!(changes.retract(0), Err(StoreError::Unknown { .. })));
    let long = Claim { text: Some("x".repeat(6_401).into()), ..good.clone() };
    assert!(matches!(changes.claim(&long), Err(StoreError::TooLong { .. })));
    changes.claim(&good).unwrap();
    assert_eq!(changes.commit("me", 0, "").unwrap().claims, 0..1);
    assert!(matches!(store.claim(1), Err(StoreError::Unknown { .. })));
}
