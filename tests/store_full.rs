//! A full disk: an error that says so, nothing acknowledged, and a database that opens again once there is room.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod store_common;

use std::io::Write;
use std::path::Path;

use store_common::{check, commit};
use tieline::store::{Store, StoreError};

/// An empty file system of a few megabytes, made for this test: `mount -t tmpfs -o size=40m tmpfs PLACE`.
const SMALL_DISK: &str = "TIELINE_TEST_SMALL_DISK";

#[test]
fn a_full_disk_loses_nothing() {
    let Ok(place) = std::env::var(SMALL_DISK) else {
        println!("skipped: {SMALL_DISK} names no small file system");
        return;
    };
    let place = Path::new(&place);
    let (directory, ballast) = (place.join("db"), place.join("ballast"));
    let mut store = Store::create(&directory).unwrap();
    let mut number = 0;
    // The disk fills up at another moment in every round.
    for round in 0..25 {
        let mut file = std::fs::File::create(&ballast).unwrap();
        while file.write_all(&[7; 4096]).is_ok() {}
        let len = file.metadata().unwrap().len();
        file.set_len(len.saturating_sub(round * 37 % 256 * 4096)).unwrap();
        drop(file);
        let error = loop {
            match commit(&mut store, number + 1) {
                Ok(()) => number += 1,
                Err(error) => break error,
            }
        };
        eprintln!("round {round}: after {number}: {error}");
        assert!(matches!(error, StoreError::Full(_)), "{error}");
        assert!(store.begin().is_err() || commit(&mut store, number + 1).is_err());
        drop(store);
        match Store::open(&directory) {
            Ok(store) => assert!(check(&store).unwrap() >= number),
            Err(error) => assert!(matches!(error, StoreError::Full(_)), "{error}"),
        }
        std::fs::remove_file(&ballast).unwrap();
        store = Store::open(&directory).unwrap();
        assert_eq!(store.verify().problems, [""; 0]);
        let found = check(&store).unwrap();
        assert!(found >= number);
        number = found;
    }
}
