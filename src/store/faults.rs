//! For tests: pages in memory that fail when told to, and that forget at a power cut what was not synced.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex};

use super::error::StoreError;
use super::pages::{Pages, Pair, Write};

type Content = BTreeMap<Vec<u8>, Vec<u8>>;

/// What the pages and the test share.
#[derive(Debug, Default)]
pub(super) struct Disk {
    /// What a reader sees.
    pub current: Content,
    /// What a power cut leaves at least.
    pub synced: Content,
    /// The batches since the last sync, in order: a power cut leaves the first few of them.
    pub unsynced: Vec<Vec<Write>>,
    /// After how many more operations the disk is full.
    pub room: Option<usize>,
    /// The longest batch so far, in bytes.
    pub longest: usize,
    /// How many operations there were.
    pub operations: usize,
}

/// Pages in memory.
pub(super) struct MemoryPages(pub Arc<Mutex<Disk>>);

impl Disk {
    fn operate(&mut self) -> Result<(), StoreError> {
        self.operations += 1;
        match &mut self.room {
            Some(0) => Err(StoreError::Full("memory".into())),
            Some(room) => {
                *room -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// What a power cut leaves if the first `count` of the unsynced batches had reached the disk.
    pub fn after_power_cut(&self, count: usize) -> Content {
        let mut content = self.synced.clone();
        self.unsynced.iter().take(count).for_each(|batch| write(&mut content, batch));
        content
    }
}

fn write(content: &mut Content, batch: &[Write]) {
    for (key, value) in batch {
        match value {
            Some(value) => content.insert(key.clone(), value.clone()),
            None => content.remove(key),
        };
    }
}

impl Pages for MemoryPages {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.lock().unwrap().current.get(key).cloned())
    }

    fn at_most(&self, key: &[u8]) -> Result<Option<Pair>, StoreError> {
        let disk = self.0.lock().unwrap();
        let pair = disk.current.range::<[u8], _>((Bound::Unbounded, Bound::Included(key))).next_back();
        Ok(pair.map(|(key, value)| (key.clone(), value.clone())))
    }

    fn scan<'a>(&'a self, from: &[u8], to: &[u8]) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + 'a> {
        let disk = self.0.lock().unwrap();
        let range = disk.current.range::<[u8], _>((Bound::Included(from), Bound::Excluded(to)));
        let pairs: Vec<_> = range.map(|(key, value)| Ok((key.clone(), value.clone()))).collect();
        Box::new(pairs.into_iter())
    }

    fn apply(&self, batch: Vec<Write>) -> Result<(), StoreError> {
        let mut disk = self.0.lock().unwrap();
        disk.operate()?;
        let len = batch.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len)).sum();
        disk.longest = disk.longest.max(len);
        write(&mut disk.current, &batch);
        disk.unsynced.push(batch);
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        let mut disk = self.0.lock().unwrap();
        disk.operate()?;
        disk.synced = disk.current.clone();
        disk.unsynced.clear();
        Ok(())
    }

    fn reopen(&mut self) -> Result<(), StoreError> {
        self.0.lock().unwrap().operate()
    }
}

mod tests {
    use std::path::Path;

    use super::super::format::Format;
    use super::super::lock::Lock;
    use super::super::manifest::{self, Manifest};
    use super::super::open::Store;
    use super::*;
    use crate::model::{Entity, Word};

    const ID: [u8; 16] = [5; 16];

    fn open(directory: &Path, content: Content) -> (Result<Store, StoreError>, Arc<Mutex<Disk>>) {
        let disk = Disk { synced: content.clone(), current: content, ..Disk::default() };
        let disk = Arc::new(Mutex::new(disk));
        let format = Format::read(directory).unwrap().unwrap();
        let lock = Lock::take(directory).unwrap();
        (Store::open_pages(directory, Box::new(MemoryPages(disk.clone())), format, lock), disk)
    }

    fn new_database(generation: u32) -> tempfile::TempDir {
        let place = tempfile::tempdir().unwrap();
        Format { store: ID, generation }.write(place.path()).unwrap();
        place
    }

    fn empty() -> Content {
        Content::from([(manifest::KEY.to_vec(), Manifest::new(ID).to_bytes())])
    }

    /// Commits `count` entities with ids that do not compress.
    fn add(store: &mut Store, count: u64) -> Result<(), StoreError> {
        let generation = store.generation().generation;
        let mut changes = store.begin()?;
        let kind = changes.word(&format!("kind {generation}"))?;
        assert_eq!(kind, Word(generation));
        for n in 0..count {
            let id: String = (0..8)
                .map(|part| format!("{:x}", xxhash_rust::xxh3::xxh3_64(&[n, part].map(u64::to_le_bytes).concat())))
                .collect();
            changes.entity(&Entity { id: format!("{generation}-{id}").into(), kind, finer: None })?;
        }
        changes.commit("me", 0, "")?;
        Ok(())
    }

    fn expected(generation: u32, small: u64, big: u64) -> u64 {
        u64::from(generation.min(2)) * small + if generation > 2 { big } else { 0 }
    }

    /// At every operation the disk fills up or the power fails, and of what was not synced any first part is there.
    #[test]
    fn whenever_a_commit_is_interrupted_it_counts_as_a_whole_or_not_at_all() {
        const SMALL: u64 = 10;
        for big in [20, 9000] {
            let base = new_database(0);
            let (store, disk) = open(base.path(), empty());
            let mut store = store.unwrap();
            add(&mut store, SMALL).unwrap();
            add(&mut store, SMALL).unwrap();
            drop(store);
            let base = disk.lock().unwrap().synced.clone();
            let (mut room, mut outcomes) = (0, [0, 0]);
            loop {
                let place = new_database(2);
                let (store, disk) = open(place.path(), base.clone());
                let mut store = store.unwrap();
                disk.lock().unwrap().room = Some(room);
                let done = add(&mut store, big);
                drop(store);
                let disk = disk.lock().unwrap();
                assert!(disk.longest <= 300_000);
                for reached in 0..=disk.unsynced.len() {
                    let acknowledged = Format::read(place.path()).unwrap().unwrap().generation;
                    let after = new_database(acknowledged);
                    let (store, _) = open(after.path(), disk.after_power_cut(reached));
                    let mut store = store.unwrap();
                    assert_eq!(store.verify().problems, [""; 0]);
                    let generation = store.generation().generation;
                    assert!(done.is_err() || generation == 3);
                    assert_eq!(u64::from(store.counts().entities), expected(generation, SMALL, big));
                    outcomes[usize::from(generation == 3)] += 1;
                    add(&mut store, SMALL).unwrap();
                    assert_eq!(store.verify().problems, [""; 0]);
                }
                match done {
                    Ok(()) => break,
                    Err(error) => assert!(matches!(error, StoreError::Full(_)), "{error}"),
                }
                room += 1;
            }
            assert!(room >= 2 && outcomes[0] > 0 && outcomes[1] > 0, "{room} {outcomes:?}");
        }
    }

    #[test]
    fn a_manifest_older_than_format_is_a_loss_and_a_younger_one_is_not() {
        let place = new_database(0);
        let (store, disk) = open(place.path(), empty());
        add(&mut store.unwrap(), 3).unwrap();
        assert_eq!(Format::read(place.path()).unwrap().unwrap().generation, 1);
        let (store, _) = open(place.path(), empty());
        assert!(matches!(store.err(), Some(StoreError::Damaged { .. })));
        let behind = new_database(0);
        let content = disk.lock().unwrap().synced.clone();
        assert_eq!(open(behind.path(), content).0.unwrap().counts().commits, 1);
        assert_eq!(Format::read(behind.path()).unwrap().unwrap().generation, 1);
    }

    #[test]
    fn a_commit_of_ten_rows_writes_one_batch_whatever_the_size_of_the_database() {
        let place = new_database(0);
        let (store, disk) = open(place.path(), empty());
        let mut store = store.unwrap();
        for count in [10, 20_000, 10] {
            let before = disk.lock().unwrap().operations;
            add(&mut store, count).unwrap();
            if count == 10 {
                assert_eq!(disk.lock().unwrap().operations - before, 2, "one batch and one sync");
            }
        }
    }

    /// Any frame gone, replaced by another or changed is found, by reading and by `verify`, and told by its table.
    #[test]
    fn what_is_missing_or_exchanged_is_found() {
        let place = new_database(0);
        let (store, disk) = open(place.path(), empty());
        let mut store = store.unwrap();
        add(&mut store, 300).unwrap();
        let old = disk.lock().unwrap().synced.clone();
        add(&mut store, 300).unwrap();
        drop(store);
        let good = disk.lock().unwrap().synced.clone();
        let frames: Vec<_> = good.keys().filter(|key| key.as_slice() != manifest::KEY).cloned().collect();
        for key in &frames {
            let gone = Content::from_iter(good.iter().filter(|(k, _)| *k != key).map(|(k, v)| (k.clone(), v.clone())));
            let mut changed = good.clone();
            *changed.get_mut(key).unwrap().last_mut().unwrap() ^= 4;
            let mut exchanged = good.clone();
            let other = frames.iter().find(|other| *other != key && other[0] == key[0]).unwrap();
            exchanged.insert(key.clone(), good[other].clone());
            for bad in [gone, changed, exchanged] {
                let place = new_database(2);
                let Ok(store) = open(place.path(), bad).0 else { continue };
                assert!(!store.verify().problems.is_empty(), "{key:?}");
                let read = store.entities().and_then(|mut rows| rows.try_for_each(|row| row.map(|_| ())));
                assert!(read.is_err() || key[0] != b'e', "{key:?}");
            }
        }
        let mut stale = good.clone();
        stale.insert(manifest::KEY.to_vec(), old[manifest::KEY].clone());
        assert!(open(new_database(2).path(), stale).0.is_err(), "an old manifest");
    }
}
