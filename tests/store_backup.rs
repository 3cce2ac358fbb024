//! Backups: everything comes back, and a damaged backup makes nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod store_common;

use std::fs;

use store_common::{Random, check, commit};
use tieline::store::{Store, StoreError};

#[test]
fn a_backup_brings_everything_back() {
    let place = tempfile::tempdir().unwrap();
    let (directory, file) = (place.path().join("db"), place.path().join("backup"));
    let mut store = Store::create(&directory).unwrap();
    for number in 1..=16 {
        commit(&mut store, number).unwrap();
    }
    let made = store.backup(&file, false).unwrap();
    assert_eq!(made.bytes, fs::metadata(&file).unwrap().len());
    assert_eq!((made.generation, made.counts), (16, store.counts()));
    assert!(matches!(store.backup(&file, false), Err(StoreError::FileExists(_))));
    assert_eq!(store.backup(&file, true).unwrap(), made);

    let (restored, read) = Store::restore(&file, &place.path().join("new")).unwrap();
    assert_eq!((read, restored.generation()), (made, store.generation()));
    assert_eq!(check(&restored).unwrap(), 16);
    drop(restored);
    let mut restored = Store::open(&place.path().join("new")).unwrap();
    commit(&mut restored, 17).unwrap();
    assert_eq!((check(&restored).unwrap(), check(&store).unwrap()), (17, 16));
    assert_eq!(restored.verify().problems, [""; 0]);
    assert!(matches!(Store::restore(&file, &directory), Err(StoreError::Exists(_))));
}

#[test]
fn an_empty_database_has_a_backup_too() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("backup");
    Store::create(&place.path().join("db")).unwrap().backup(&file, false).unwrap();
    let (store, _) = Store::restore(&file, &place.path().join("new")).unwrap();
    assert_eq!(store.counts(), Default::default());
}

#[test]
fn a_damaged_backup_is_refused_and_makes_nothing() {
    let place = tempfile::tempdir().unwrap();
    let (file, target) = (place.path().join("backup"), place.path().join("new"));
    let mut store = Store::create(&place.path().join("db")).unwrap();
    for number in 1..=3 {
        commit(&mut store, number).unwrap();
    }
    store.backup(&file, false).unwrap();
    let good = fs::read(&file).unwrap();
    let refused = |bytes: &[u8], what: &str| {
        fs::write(&file, bytes).unwrap();
        match Store::restore(&file, &target) {
            Err(StoreError::Backup { .. }) => {}
            Err(other) => panic!("{what}: {other}"),
            Ok(_) => panic!("{what}: restored"),
        }
        assert!(!target.exists(), "{what}");
    };
    let mut random = Random(3);
    for _ in 0..400 {
        let mut bad = good.clone();
        let bit = random.below(good.len() as u64 * 8) as usize;
        bad[bit / 8] ^= 1 << (bit % 8);
        refused(&bad, &format!("bit {bit}"));
        let len = random.below(good.len() as u64) as usize;
        refused(&good[..len], &format!("cut to {len}"));
    }
    refused(&[&good[..], b"x"].concat(), "something at the end");
    refused(b"", "nothing");
    refused(b"a text that is no backup at all", "another file");
    assert!(matches!(Store::restore(&place.path().join("none"), &target), Err(StoreError::Io { .. })));
}

#[test]
fn a_backup_does_not_go_over_what_is_there() {
    let place = tempfile::tempdir().unwrap();
    let (file, target) = (place.path().join("backup"), place.path().join("new"));
    Store::create(&place.path().join("db")).unwrap().backup(&file, false).unwrap();
    fs::create_dir(&target).unwrap();
    fs::write(target.join("thesis.txt"), "precious").unwrap();
    assert!(matches!(Store::restore(&file, &target), Err(StoreError::NotADatabase { .. })));
    assert_eq!(fs::read_dir(&target).unwrap().count(), 1);
    fs::remove_file(target.join("thesis.txt")).unwrap();
    Store::restore(&file, &target).unwrap();
}

/// A backup that the first version wrote. It opens in every version.
#[test]
fn a_backup_of_the_first_version_is_read() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store_common/format-1.backup");
    let place = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::restore(&file, &place.path().join("db")).unwrap();
    assert_eq!(check(&store).unwrap(), 2);
    commit(&mut store, 3).unwrap();
    let again = place.path().join("again");
    store.backup(&again, false).unwrap();
    assert!(fs::read(&again).unwrap().len() > fs::read(&file).unwrap().len());
}
