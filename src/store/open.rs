//! The store: creating, opening, reading.

use std::collections::HashMap;
use std::fs;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::directory::{self, CREATING, FORMAT, LOCK, SLED};
use super::error::StoreError;
use super::format::Format;
use super::lock::Lock;
use super::manifest::{self, Manifest};
use super::pages::{Pages, SledPages};
use super::read::{Cache, Frames, Rows, Source as Pagewise};
use super::rows::{CommitRecord, Description, Refinement, Retraction, Row};
use super::table::{Counts, Table};
use super::transaction::Transaction;
use crate::model::{Claim, ClaimNo, Entity, EntityNo, Source, Word, Words};

/// An open database directory, held by this process alone.
///
/// What has been committed is read by number and in order; what is to be committed goes through [`Store::begin`].
///
/// ```
/// use tieline::model::{Entity, Says};
/// use tieline::store::Store;
/// # let place = tempfile::tempdir()?;
/// # let directory = place.path().join("new.db");
/// let mut store = Store::create(&directory)?;
/// let mut changes = store.begin()?;
/// let kind = changes.word("Organisation")?;
/// changes.entity(&Entity { id: "ttp".into(), kind, finer: None })?;
/// let record = changes.commit("me", 1_700_000_000, "the first entity")?;
/// assert_eq!((record.commit.number, record.entities), (1, 0..1));
/// assert_eq!(&*store.entity(0)?.id, "ttp");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Store {
    pub(super) directory: PathBuf,
    pub(super) pages: Box<dyn Pages>,
    pub(super) manifest: Manifest,
    pub(super) words: Words,
    /// Number and digest of each source by its id, once they have been needed.
    pub(super) sources: Option<HashMap<Box<str>, (u32, u128)>>,
    /// Whether frames beyond the manifest may be there.
    pub(super) garbage: bool,
    /// Whether a write failed half-way.
    pub(super) failed: bool,
    /// Finer types given later, once they have been needed.
    pub(super) refinements: OnceLock<HashMap<EntityNo, Word>>,
    claims: Cache<Claim>,
    entities: Cache<Entity>,
    /// Dropped last, after sled.
    _lock: Lock,
}

impl Store {
    /// Makes an empty database in `directory`, which must be empty or not exist. What an interrupted creation left
    /// there is replaced.
    ///
    /// # Errors
    /// There is something there already, another process is at it, or the disk refuses.
    pub fn create(directory: &Path) -> Result<Self, StoreError> {
        Self::build(directory, random_id(), |_, manifest| Ok(manifest))
    }

    /// Makes a database whose pages are filled by `fill`, which is given the empty manifest and returns the full one.
    /// Nothing is left of it if that fails.
    pub(super) fn build(
        directory: &Path,
        id: [u8; 16],
        fill: impl FnOnce(&mut dyn Pages, Manifest) -> Result<Manifest, StoreError>,
    ) -> Result<Self, StoreError> {
        check_place(directory)?;
        let existed = directory.is_dir();
        directory::make(directory)?;
        let lock = Lock::take(directory)?;
        // Only now is it certain that nobody else is making a database here.
        check_place(directory)?;
        let build = || {
            directory::replace(directory, CREATING, b"This database is being made.\n")?;
            remove_tree(&directory.join(SLED))?;
            let mut pages = SledPages::open(directory)?;
            let manifest = fill(&mut pages, Manifest::new(id))?;
            pages.apply(vec![(manifest::KEY.to_vec(), Some(manifest.to_bytes()))])?;
            pages.sync()?;
            pages.reopen()?;
            for table in Table::ALL {
                let source = Pagewise { directory, pages: &pages };
                Frames::new(source, table, manifest.table(table), 0)?.try_for_each(|frame| frame.map(|_| ()))?;
            }
            let (store, generation) = (manifest.store, manifest.generation);
            Format { store, generation }.write(directory)?;
            directory::remove_file(&directory.join(CREATING))?;
            directory::sync_directory(directory)?;
            Ok((pages, manifest))
        };
        let built = build();
        if built.is_err() && !directory.join(FORMAT).exists() {
            // The error that is reported is the one that led here.
            let _ = remove_tree(&directory.join(SLED));
            for name in [LOCK, CREATING, "CREATING.new", "FORMAT.new"] {
                let _ = directory::remove_file(&directory.join(name));
            }
            if !existed {
                let _ = fs::remove_dir(directory);
            }
        }
        let (pages, manifest) = built?;
        Self::start(directory, Box::new(pages), manifest, lock)
    }

    /// Removes a database that has no commit, with its directory if nothing else is there. Does nothing to one that has.
    ///
    /// # Errors
    /// The disk refuses; then the rest is removed by the next creation.
    pub fn discard(self) -> Result<(), StoreError> {
        let Self { directory, pages, manifest, _lock: lock, .. } = self;
        if manifest.generation > 0 {
            return Ok(());
        }
        directory::replace(&directory, CREATING, b"This database is being removed.\n")?;
        drop(pages);
        directory::remove_file(&directory.join(FORMAT))?;
        remove_tree(&directory.join(SLED))?;
        directory::remove_file(&directory.join(CREATING))?;
        directory::remove_file(&directory.join(LOCK))?;
        drop(lock);
        // It stays if there is something in it.
        let _ = fs::remove_dir(&directory);
        Ok(())
    }

    /// Opens the database in `directory`. What an interrupted commit left behind is removed.
    ///
    /// # Errors
    /// There is no database, it is damaged or busy, or the disk refuses.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        Self::format(directory)?;
        let lock = Lock::take(directory)?;
        let format = Self::format(directory)?;
        for name in ["db", "conf"] {
            let path = directory.join(SLED).join(name);
            if !path.is_file() {
                return Err(StoreError::damaged(directory, format!("{} is missing", path.display())));
            }
        }
        directory::remove_leftovers(directory)?;
        Self::open_pages(directory, Box::new(SledPages::open(directory)?), format, lock)
    }

    /// Opens a database whose `FORMAT` says `format` over its pages.
    pub(super) fn open_pages(
        directory: &Path,
        pages: Box<dyn Pages>,
        format: Format,
        lock: Lock,
    ) -> Result<Self, StoreError> {
        let manifest = read_manifest(directory, &*pages)?;
        if manifest.store != format.store {
            return Err(StoreError::damaged(directory, "its FORMAT file belongs to another database"));
        }
        if manifest.generation < format.generation {
            let what = format!("commits after number {} are lost of {}", manifest.generation, format.generation);
            return Err(StoreError::damaged(directory, what));
        }
        if manifest.generation > format.generation {
            // The process ended between writing a commit and acknowledging it.
            Format { generation: manifest.generation, ..format }.write(directory)?;
        }
        let mut store = Self::start(directory, pages, manifest, lock)?;
        store.garbage = true;
        store.sweep()?;
        Ok(store)
    }

    /// Opens the database in `directory`, or makes it where there is none.
    ///
    /// # Errors
    /// As of [`Store::open`] and [`Store::create`].
    pub fn open_or_create(directory: &Path) -> Result<Self, StoreError> {
        if directory.join(FORMAT).exists() {
            return Self::open(directory);
        }
        match Self::create(directory) {
            // Somebody else was faster.
            Err(StoreError::Exists(_)) => Self::open(directory),
            made => made,
        }
    }

    /// What the `FORMAT` file of `directory` says: the store and its last acknowledged generation. Needs neither the
    /// lock nor permission to write, and can be called while another process writes.
    ///
    /// # Errors
    /// There is no database, or its `FORMAT` is damaged or of another version.
    pub fn format(directory: &Path) -> Result<Format, StoreError> {
        match fs::metadata(directory) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(StoreError::Missing(directory.to_owned()));
            }
            Err(error) => return Err(StoreError::io(directory, error)),
            Ok(metadata) if !metadata.is_dir() => return Err(not_a_database(directory, "it is a file")),
            Ok(_) => {}
        }
        if let Some(format) = Format::read(directory)? {
            return Ok(format);
        }
        let entries = directory::entries(directory)?;
        let has = |name| entries.iter().any(|entry| entry == name);
        Err(if has(CREATING) || has("CREATING.new") {
            not_a_database(directory, "its creation was interrupted; create it again")
        } else if has(SLED) {
            StoreError::damaged(directory, "its FORMAT file is missing")
        } else if entries.iter().all(|entry| entry == LOCK) {
            StoreError::Missing(directory.to_owned())
        } else {
            not_a_database(directory, "it has no FORMAT file")
        })
    }

    fn start(directory: &Path, pages: Box<dyn Pages>, manifest: Manifest, lock: Lock) -> Result<Self, StoreError> {
        let mut store = Self {
            directory: directory.to_owned(),
            pages,
            manifest,
            words: Words::default(),
            sources: None,
            garbage: false,
            failed: false,
            refinements: OnceLock::new(),
            claims: Cache::default(),
            entities: Cache::default(),
            _lock: lock,
        };
        for table in Table::ALL {
            store.check_end(table)?;
        }
        let words: Vec<Box<str>> = store.rows()?.map(|row| row.map(|(_, word)| word)).collect::<Result<_, _>>()?;
        words.iter().for_each(|word| {
            store.words.intern(word);
        });
        if store.words.len() != store.manifest.table(Table::Words).rows as usize {
            return Err(StoreError::damaged(directory, "a word is there twice"));
        }
        Ok(store)
    }

    /// Checks that the last frame of a table is there and ends where the manifest says.
    fn check_end(&self, table: Table) -> Result<(), StoreError> {
        let expected = self.manifest.table(table);
        match expected.rows.checked_sub(1) {
            Some(last) => Frames::new(self.source(), table, expected, last)?.try_for_each(|frame| frame.map(|_| ())),
            None => Ok(()),
        }
    }

    /// Removes the frames beyond the manifest's counts.
    pub(super) fn sweep(&mut self) -> Result<(), StoreError> {
        if !self.garbage {
            return Ok(());
        }
        let mut swept = false;
        for table in Table::ALL {
            let from = table.key(self.manifest.table(table).rows);
            loop {
                let keys: Vec<_> = self.pages.scan(&from, &table.end()).take(1000).collect::<Result<_, _>>()?;
                if keys.is_empty() {
                    break;
                }
                swept = true;
                self.pages.apply(keys.into_iter().map(|(key, _)| (key, None)).collect())?;
            }
        }
        if swept {
            self.pages.sync()?;
        }
        self.garbage = false;
        Ok(())
    }

    pub(super) fn source(&self) -> Pagewise<'_> {
        Pagewise { directory: &self.directory, pages: &*self.pages }
    }

    pub(super) fn rows<R: Row>(&self) -> Result<Rows<'_, R>, StoreError> {
        let expected = self.manifest.table(R::TABLE);
        Rows::new(self.source(), expected, 0, expected.rows)
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The id of the store and the number of its last commit.
    pub fn generation(&self) -> Format {
        Format { store: self.manifest.store, generation: self.manifest.generation }
    }

    /// How much there is of everything.
    pub fn counts(&self) -> Counts {
        self.manifest.counts()
    }

    /// All words.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// All sources by number, each in its latest description.
    ///
    /// # Errors
    /// Damage.
    pub fn sources(&self) -> Result<Vec<Source>, StoreError> {
        let mut sources: Vec<Source> = Vec::new();
        for row in self.rows::<Description>()? {
            let Description { number, source } = row?.1;
            let count = sources.len();
            match sources.get_mut(number as usize) {
                Some(before) => *before = source,
                None if number as usize == count => sources.push(source),
                None => return Err(StoreError::damaged(&self.directory, "a source's number is out of order")),
            }
        }
        if sources.len() != self.manifest.sources as usize {
            return Err(StoreError::damaged(&self.directory, "the number of sources is not the manifest's"));
        }
        Ok(sources)
    }

    /// All entities in the order of their numbers, read as they are asked for.
    ///
    /// # Errors
    /// Damage.
    pub fn entities(&self) -> Result<impl Iterator<Item = Result<Entity, StoreError>> + '_, StoreError> {
        let refinements = self.refinements()?;
        Ok(self.rows::<Entity>()?.map(move |row| {
            let (number, mut entity) = row?;
            if let Some(finer) = refinements.get(&number) {
                entity.finer = Some(*finer);
            }
            Ok(entity)
        }))
    }

    /// The finer types given later, read once.
    fn refinements(&self) -> Result<&HashMap<EntityNo, Word>, StoreError> {
        if let Some(known) = self.refinements.get() {
            return Ok(known);
        }
        let rows = self.rows::<Refinement>()?.map(|row| row.map(|(_, row)| (row.entity, row.finer)));
        let read = rows.collect::<Result<_, _>>()?;
        Ok(self.refinements.get_or_init(|| read))
    }

    /// Entity `number`.
    ///
    /// # Errors
    /// There is no such entity, or damage.
    pub fn entity(&self, number: EntityNo) -> Result<Entity, StoreError> {
        let mut entity = self.entities.get(self.source(), self.manifest.table(Table::Entities), number)?;
        if entity.finer.is_none() {
            entity.finer = self.refinements()?.get(&number).copied();
        }
        Ok(entity)
    }

    /// The claims with numbers in `range`, in order, read as they are asked for. Numbers that were never given are
    /// passed over.
    ///
    /// # Errors
    /// Damage.
    pub fn claims(
        &self,
        range: Range<ClaimNo>,
    ) -> Result<impl Iterator<Item = Result<(ClaimNo, Claim), StoreError>> + '_, StoreError> {
        Rows::<Claim>::new(self.source(), self.manifest.table(Table::Claims), range.start, range.end)
    }

    /// Claim `number`. Costs the decoding of a frame, unless that was read lately.
    ///
    /// # Errors
    /// There is no such claim, or damage.
    pub fn claim(&self, number: ClaimNo) -> Result<Claim, StoreError> {
        self.claims.get(self.source(), self.manifest.table(Table::Claims), number)
    }

    /// All commits, the first first.
    ///
    /// # Errors
    /// Damage.
    pub fn commits(&self) -> Result<Vec<CommitRecord>, StoreError> {
        self.rows()?.map(|row| row.map(|(_, row)| row)).collect()
    }

    /// All retractions and restorations, the first first.
    ///
    /// # Errors
    /// Damage.
    pub fn retractions(&self) -> Result<Vec<Retraction>, StoreError> {
        self.rows()?.map(|row| row.map(|(_, row)| row)).collect()
    }

    /// Bytes that the store takes on disk.
    ///
    /// # Errors
    /// The operating system's.
    pub fn size_on_disk(&self) -> Result<u64, StoreError> {
        Ok(directory::size(&self.directory.join(SLED))? + directory::size(&self.directory.join(FORMAT))?)
    }

    /// Starts a change.
    ///
    /// # Errors
    /// An earlier write failed, or the disk refuses.
    pub fn begin(&mut self) -> Result<Transaction<'_>, StoreError> {
        if self.failed {
            return Err(StoreError::Failed(self.directory.clone()));
        }
        self.sweep()?;
        Ok(Transaction::new(self))
    }

    /// Number and digest of each source by its id.
    pub(super) fn source_index(&mut self) -> Result<&HashMap<Box<str>, (u32, u128)>, StoreError> {
        if self.sources.is_none() {
            let sources = self.sources()?;
            let index = (0..).zip(sources).map(|(number, source)| {
                let digest = super::transaction::digest(&source);
                (source.id, (number, digest))
            });
            self.sources = Some(index.collect());
        }
        Ok(self.sources.get_or_insert_default())
    }
}

/// Checks that a database may be made in `directory`: nothing is there, or only what an interrupted creation left.
fn check_place(directory: &Path) -> Result<(), StoreError> {
    match Store::format(directory) {
        Ok(_) => Err(StoreError::Exists(directory.to_owned())),
        Err(StoreError::Missing(_)) => Ok(()),
        Err(error @ StoreError::NotADatabase { .. }) => {
            let ours = [CREATING, "CREATING.new", "FORMAT.new", LOCK, SLED];
            let only_ours = directory::entries(directory)
                .is_ok_and(|entries| entries.iter().all(|entry| ours.contains(&entry.as_str())));
            if only_ours { Ok(()) } else { Err(error) }
        }
        Err(error) => Err(error),
    }
}

/// The manifest as stored.
fn read_manifest(directory: &Path, pages: &dyn Pages) -> Result<Manifest, StoreError> {
    let bytes = pages.get(manifest::KEY)?.ok_or_else(|| StoreError::damaged(directory, "its manifest is missing"))?;
    Manifest::from_bytes(&bytes).map_err(|what| StoreError::damaged(directory, what))
}

fn not_a_database(directory: &Path, why: &str) -> StoreError {
    StoreError::NotADatabase { directory: directory.to_owned(), why: why.to_owned() }
}

fn remove_tree(path: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StoreError::io(path, error)),
        _ => Ok(()),
    }
}

/// 128 random bits, from the keys that the standard library draws for its hash maps.
fn random_id() -> [u8; 16] {
    let half = || RandomState::new().build_hasher().finish().to_le_bytes();
    let mut id = [0; 16];
    id.iter_mut().zip(half().into_iter().chain(half())).for_each(|(byte, random)| *byte = random);
    id
}
