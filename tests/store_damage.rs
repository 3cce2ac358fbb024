//! Damage in any file: an error that names the directory and the way back, or an intact database; never a panic, never
//! a silent loss.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod store_common;

use std::fs;
use std::path::{Path, PathBuf};

use store_common::{Random, check, commit, copy, files};
use tieline::store::{Store, StoreError};

const COMMITS: u32 = 20;
/// How often each file is damaged; more takes longer.
const ROUNDS: &str = "TIELINE_TEST_DAMAGE_ROUNDS";

/// A database that was opened again in the middle, so that sled has a snapshot and a log after it.
fn sample(place: &Path) -> PathBuf {
    let directory = place.join("sample");
    let mut store = Store::create(&directory).unwrap();
    for number in 1..=COMMITS {
        if number == COMMITS / 2 {
            drop(store);
            store = Store::open(&directory).unwrap();
        }
        commit(&mut store, number).unwrap();
    }
    directory
}

/// Opens and reads a damaged database: whether it is intact after all.
fn intact(directory: &Path) -> bool {
    let read = Store::open(directory).and_then(|store| {
        let verified = store.verify();
        let read = check(&store);
        assert_eq!(read.is_ok(), verified.problems.is_empty(), "{:?}", verified.problems);
        read
    });
    match read {
        Ok(count) => {
            assert_eq!(count, COMMITS, "a silent loss");
            true
        }
        Err(error) => {
            let message = error.to_string();
            assert!(matches!(error, StoreError::Damaged { .. }), "{message}");
            assert!(message.contains(&*directory.to_string_lossy()) && message.contains("restore FILE"), "{message}");
            false
        }
    }
}

#[test]
fn damage_in_any_file_is_found() {
    let place = tempfile::tempdir().unwrap();
    let sample = sample(place.path());
    let rounds: u32 = std::env::var(ROUNDS).ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(40);
    let mut random = Random(std::env::var(ROUNDS).map_or(7, |_| std::process::id().into()));
    for file in files(&sample) {
        let name = file.strip_prefix(&sample).unwrap();
        let good = fs::read(&file).unwrap();
        let mut found = 0;
        for round in 0..rounds {
            let mut bad = good.clone();
            let at = random.below(good.len().max(1) as u64) as usize;
            match round % 4 {
                0 | 1 => bad.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << random.below(8)),
                2 => bad.truncate(at),
                _ => bad.iter_mut().skip(at).take(4096).for_each(|byte| *byte = 0),
            }
            let target = place.path().join("copy");
            copy(&sample, &target);
            fs::write(target.join(name), &bad).unwrap();
            found += u32::from(!intact(&target));
            fs::remove_dir_all(&target).unwrap();
        }
        println!("{}: {found} of {rounds} found, the others did no harm", name.display());
        assert!(found > 0 || good.is_empty(), "{}", name.display());
    }
}

#[test]
fn a_missing_file_is_found() {
    let place = tempfile::tempdir().unwrap();
    let sample = sample(place.path());
    for file in files(&sample) {
        let name = file.strip_prefix(&sample).unwrap();
        let target = place.path().join("copy");
        copy(&sample, &target);
        fs::remove_file(target.join(name)).unwrap();
        // Without its snapshot sled reads the whole log; the lock is made anew.
        let harmless = name == Path::new("lock") || name.to_string_lossy().contains("snap.");
        assert_eq!(intact(&target), harmless, "{}", name.display());
        fs::remove_dir_all(&target).unwrap();
    }
    let target = place.path().join("copy");
    copy(&sample, &target);
    fs::remove_dir_all(target.join("sled")).unwrap();
    assert!(!intact(&target));
    assert!(!target.join("sled").exists(), "no new store is begun in place of the lost one");
}

#[test]
fn an_older_sled_below_a_younger_format_is_found() {
    let place = tempfile::tempdir().unwrap();
    let sample = sample(place.path());
    let target = place.path().join("copy");
    copy(&sample, &target);
    let mut store = Store::open(&sample).unwrap();
    commit(&mut store, COMMITS + 1).unwrap();
    drop(store);
    fs::copy(sample.join("FORMAT"), target.join("FORMAT")).unwrap();
    match Store::open(&target).err() {
        Some(StoreError::Damaged { what, .. }) => assert_eq!(what, "commits after number 20 are lost of 21"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let place = tempfile::tempdir().unwrap();
    let missing = place.path().join("missing");
    assert!(matches!(Store::open(&missing), Err(StoreError::Missing(_))));
    assert!(!missing.exists());

    let file = place.path().join("file");
    fs::write(&file, "a file").unwrap();
    assert!(matches!(Store::open(&file), Err(StoreError::NotADatabase { .. })));
    assert!(matches!(Store::create(&file), Err(StoreError::NotADatabase { .. })));

    let foreign = place.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    assert!(matches!(Store::open(&foreign), Err(StoreError::Missing(_))));
    fs::write(foreign.join("thesis.txt"), "precious").unwrap();
    assert!(matches!(Store::open(&foreign), Err(StoreError::NotADatabase { .. })));
    assert!(matches!(Store::open_or_create(&foreign), Err(StoreError::NotADatabase { .. })));
    assert_eq!(fs::read_dir(&foreign).unwrap().count(), 1);

    let made = place.path().join("made");
    drop(Store::create(&made).unwrap());
    assert!(matches!(Store::create(&made), Err(StoreError::Exists(_))));
    assert_eq!(Store::open_or_create(&made).unwrap().counts().commits, 0);
}

#[test]
fn what_an_interrupted_creation_left_is_replaced() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("db");
    drop(Store::create(&directory).unwrap());
    fs::write(directory.join("CREATING"), "").unwrap();
    fs::write(directory.join("FORMAT.new"), "half of a fil").unwrap();
    drop(Store::open(&directory).unwrap());
    assert!(!directory.join("CREATING").exists() && !directory.join("FORMAT.new").exists());

    fs::write(directory.join("CREATING"), "").unwrap();
    fs::remove_file(directory.join("FORMAT")).unwrap();
    fs::write(directory.join("sled").join("db"), "half of a fil").unwrap();
    assert!(matches!(Store::open(&directory), Err(StoreError::NotADatabase { .. })));
    assert_eq!(Store::create(&directory).unwrap().counts().commits, 0);
    assert_eq!(Store::open(&directory).unwrap().counts().commits, 0);
}

#[test]
fn a_half_written_snapshot_of_sled_does_no_harm() {
    let place = tempfile::tempdir().unwrap();
    let sample = sample(place.path());
    fs::write(sample.join("sled").join("snap.00000000FFFFFFFF.generating"), "half").unwrap();
    assert!(intact(&sample));
}

#[test]
fn the_second_to_open_is_told_who_holds_it() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("db");
    let mut store = Store::create(&directory).unwrap();
    commit(&mut store, 1).unwrap();
    match Store::open(&directory).err() {
        Some(error @ StoreError::Busy { pid, .. }) => {
            assert_eq!(pid, Some(std::process::id()));
            assert!(error.to_string().contains(&format!("process {}", std::process::id())));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(Store::format(&directory).unwrap(), store.generation());
    drop(store);
    assert_eq!(Store::open(&directory).unwrap().counts().commits, 1);
}

#[test]
#[cfg(unix)]
fn without_permission_the_message_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("db");
    drop(Store::create(&directory).unwrap());
    let allow = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    allow(&directory, 0o555);
    allow(&directory.join("lock"), 0o444);
    if fs::write(directory.join("probe"), "").is_ok() {
        println!("skipped: this user may write everywhere");
    } else {
        assert!(matches!(Store::open(&directory), Err(StoreError::Denied(_))));
        assert_eq!(Store::format(&directory).unwrap().generation, 0);
    }
    allow(&directory, 0o755);
}
