//! The database: the only door. Files go in as changes, statements as text, and answers come out.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod bulk;
mod candidates;
mod claims;
mod commit;
mod compare;
mod desks;
mod diff;
mod drafts;
mod error;
mod exchange;
mod ingest;
mod intake;
mod kinds;
mod known;
mod lists;
mod project;
mod refold;
mod releases;
mod resolve;
mod statement;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::graph::{Answer, Cell, Graph};
use crate::model::{Commit, CommitNo};
use crate::query::{Budget, Parameters, Scratch};
use crate::read;
use crate::schema::Schema;
use crate::store::{self, Store};
use crate::write::Format;

pub use crate::query::Timing;
use kinds::Kinds;

pub use candidates::Candidate;
pub use diff::{Diff, Side};
pub use drafts::Taken;
pub use error::DatabaseError;
pub use exchange::Exported;
pub use ingest::{Ingested, Review};
pub use lists::ListSummary;
pub use releases::{Arrival, ReleaseSummary};
pub use resolve::{Decision, Profile, Resolution};
pub use statement::is_ftm;

/// A Tieline database in a directory.
///
/// Questions are answered from the graph snapshot, which needs neither the lock nor write permission. The store behind
/// it is opened, and locked, only to read claims (`show`, `why`, `timeline`) and to write; [`Database::release`] lets
/// go of it.
///
/// ```
/// use tieline::{Database, Session};
///
/// let directory = tempfile::tempdir()?;
/// let mut database = Database::create_or_open(&directory.path().join("db"))?;
/// let seed = directory.path().join("seed.toml");
/// std::fs::write(&seed, r#"
///     [source]
///     id = "report"
///     title = "A report"
///
///     [[entity]]
///     id = "a"
///     kind = "Organisation"
///     names = [{ name = "Group A" }]
///
///     [[entity]]
///     id = "b"
///     kind = "Organisation"
///     names = [{ name = "Group B" }]
///
///     [[link]]
///     from = "a"
///     kind = "allied_with"
///     to = "b"
/// "#)?;
/// database.load(&[seed], "me")?;
/// let ran = database.run(r#"neighbours "group a""#, &Session::default())?;
/// assert_eq!(ran.answer.rows.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Database {
    directory: PathBuf,
    kinds: Arc<Kinds>,
    graph: Graph,
    store: Option<Store>,
    commits: Option<Vec<store::CommitRecord>>,
    sources: Option<Vec<crate::model::Source>>,
    past: Option<(CommitNo, Graph)>,
    scratch: Scratch,
    notices: Vec<String>,
}

/// What the statements of one session share.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// A scope that every statement has unless it gives its own: `as of 2014 grade B2`.
    pub scope: String,
    /// What a statement may use.
    pub budget: Budget,
    /// Set it to end the statement that is running.
    pub stop: Arc<AtomicBool>,
    /// Link ids of the last answer, for `why 3`.
    pub last: Vec<String>,
    /// The values of `$name` in statements.
    pub parameters: Parameters,
    /// Whether links are cited to the sentence, for drawings: this reads claims.
    pub cite: bool,
    /// Whether all that is known of an answer's entities and links is read, for FollowTheMoney.
    pub entries: bool,
}

/// An answered statement.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// The answer.
    pub answer: Answer,
    /// The rendering that the statement asked for by a pipe.
    pub output: Option<Format>,
    /// The file that it wants the answer in.
    pub file: Option<PathBuf>,
    /// What is known of its entities and links, for the rendering as FollowTheMoney.
    pub entries: Vec<crate::write::ftm::Entry>,
    /// How long it took.
    pub timing: Timing,
}

/// What a commit did.
#[derive(Clone, Debug, Default)]
pub struct CommitSummary {
    /// The commit; `None` if there was nothing new.
    pub commit: Option<Commit>,
    /// Entities that may be the same, as sentences: for a person to decide.
    pub proposals: Vec<String>,
    /// Entities that were joined because they are the same, as sentences.
    pub joined: Vec<String>,
    /// How many claims were there already.
    pub skipped: u64,
    /// How many claims that had been retracted count again; the commit counts them among the retracted.
    pub restored: u32,
    /// If it was a newer release of a list: what that changed.
    pub release: Option<ReleaseSummary>,
}

impl Database {
    /// Opens the database in `directory`, or an empty one where there is nothing: its directory is made by the first
    /// commit, so that a load that is refused leaves nothing behind.
    ///
    /// # Errors
    /// There is something else, the database is damaged or busy, or the disk refuses.
    pub fn create_or_open(directory: &Path) -> Result<Self, DatabaseError> {
        match Store::format(directory) {
            Err(store::StoreError::Missing(_)) => Self::new(directory, project::nothing()?, None, Vec::new()),
            Err(store::StoreError::NotADatabase { .. }) => {
                // What a creation that was cut short left behind is cleared away; anything else is refused.
                let store = Store::open_or_create(directory)?;
                Self::with_store(directory, store)
            }
            _ => Self::open(directory),
        }
    }

    /// Opens the database in `directory`. O(1) in its size if its graph snapshot is current.
    ///
    /// # Errors
    /// There is none, or it is damaged; or its snapshot has to be made anew and it is busy for longer than a moment.
    pub fn open(directory: &Path) -> Result<Self, DatabaseError> {
        let started = Instant::now();
        loop {
            let format = Store::format(directory)?;
            let why = match project::open(directory, format) {
                Ok(graph) => return Self::new(directory, graph, None, Vec::new()),
                Err(why) => why,
            };
            match Store::open(directory) {
                Ok(store) => {
                    let mut database = Self::with_store(directory, store)?;
                    database.notices.insert(0, format!("{why}; the snapshot is made anew from the store"));
                    return Ok(database);
                }
                // A writer is between its commit and the graph of it, or has just replaced the graph that was looked for.
                Err(store::StoreError::Busy { .. }) if started.elapsed() < claims::PATIENCE => {
                    if let Some(graph) = project::open_older(directory, format) {
                        let now = graph.generation();
                        let notice = format!("a commit is being written; answering as of commit {now}");
                        return Self::new(directory, graph, None, vec![notice]);
                    }
                    sleep(Duration::from_millis(20));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn with_store(directory: &Path, store: Store) -> Result<Self, DatabaseError> {
        let mut notices = Vec::new();
        let graph = project::build_and_keep(directory, &store, &mut notices)?;
        Self::new(directory, graph, Some(store), notices)
    }

    fn new(directory: &Path, graph: Graph, store: Option<Store>, notices: Vec<String>) -> Result<Self, DatabaseError> {
        Ok(Self {
            directory: directory.to_owned(),
            kinds: Arc::new(Kinds::of(directory)?),
            graph,
            store,
            commits: None,
            sources: None,
            past: None,
            scratch: Scratch::default(),
            notices,
        })
    }

    /// The kinds of everything: those of the folder `schema` in the database, if it has one, else the built-in ones.
    pub fn schema(&self) -> &Schema {
        &self.kinds
    }

    /// The graph that questions are answered on.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// What happened that a user should know, said once: a snapshot made anew, a commit of somebody else under way.
    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }

    /// Lets go of the store and its lock, so that others can write. It is opened again when it is needed.
    pub fn release(&mut self) {
        self.store = None;
        self.commits = None;
        self.sources = None;
    }

    /// Goes on to what others have committed since the database was opened. Reads one small file where there is nothing new.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn refresh(&mut self) -> Result<(), DatabaseError> {
        if Store::format(&self.directory)?.generation == self.graph.generation() {
            return Ok(());
        }
        self.release();
        let scratch = std::mem::take(&mut self.scratch);
        let notices = std::mem::take(&mut self.notices);
        *self = Self::open(&self.directory)?;
        self.scratch = scratch;
        self.notices.splice(0..0, notices);
        Ok(())
    }

    /// Loads seed files or folders of them: all or nothing.
    ///
    /// # Errors
    /// Everything that is wrong with the files; or the database cannot be written.
    pub fn load(&mut self, paths: &[PathBuf], author: &str) -> Result<CommitSummary, DatabaseError> {
        let kinds = Arc::clone(&self.kinds);
        let changes = self
            .read_graph(|graph| read::seeds(paths, &kinds, &known::Known(graph)))?
            .map_err(DatabaseError::Refused)?;
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        self.commit(changes, author, &format!("load {}", names.join(" ")))
    }

    /// All commits, the first first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn history(&mut self) -> Result<Vec<Commit>, DatabaseError> {
        Ok(self.commits()?.iter().map(|record| record.commit.clone()).collect())
    }

    /// Checks the store and the graph snapshot, all of both. A damaged snapshot is made anew if the store is intact.
    ///
    /// # Errors
    /// The store cannot be opened at all; what is wrong inside it is in the report.
    pub fn verify(&mut self) -> Result<VerifyReport, DatabaseError> {
        let store = self.store()?.verify();
        let graph = self.graph.verify().err().map(|error| error.to_string());
        if let (Some(_), true, Some(intact)) = (&graph, store.problems.is_empty(), &self.store) {
            self.graph = project::build_and_keep(&self.directory, intact, &mut self.notices)?;
        }
        let proposals = if store.problems.is_empty() { self.proposals_report()? } else { Vec::new() };
        Ok(VerifyReport { store, graph, generation: self.graph.generation(), proposals })
    }

    /// Writes all claims and commits into one file.
    ///
    /// # Errors
    /// The store cannot be read, the file exists, or the disk refuses.
    pub fn backup(&mut self, file: &Path) -> Result<store::Backup, DatabaseError> {
        Ok(self.store()?.backup(file, false)?)
    }

    /// Makes a database in the new directory `directory` from a backup.
    ///
    /// # Errors
    /// The backup is damaged, the directory is not empty, or the disk refuses. Then there is no new database.
    pub fn restore(file: &Path, directory: &Path) -> Result<store::Backup, DatabaseError> {
        let (store, restored) = Store::restore(file, directory)?;
        Self::with_store(directory, store)?;
        Ok(restored)
    }

    /// How much there is of everything.
    ///
    /// # Errors
    /// The size on disk cannot be read.
    pub fn stats(&mut self) -> Result<Answer, DatabaseError> {
        let meta = self.graph.meta();
        let mut rows: Vec<(String, i64)> = vec![
            ("commits".to_owned(), i64::from(self.graph.generation())),
            ("sources".to_owned(), self.graph.sources().len() as i64),
            ("claims ever made".to_owned(), i64::from(meta.claims)),
            ("entities".to_owned(), meta.entities_by_kind.iter().sum::<u64>() as i64),
        ];
        let counted = |names: Vec<&str>, counts: &[u64]| {
            let mut all: Vec<(String, i64)> = names
                .into_iter()
                .zip(counts)
                .filter(|(_, count)| **count > 0)
                .map(|(name, &count)| (format!("  {name}"), count as i64))
                .collect();
            all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            all
        };
        rows.extend(counted(meta.kinds.iter().map(String::as_str).collect(), &meta.entities_by_kind));
        rows.push(("links".to_owned(), self.graph.link_count() as i64));
        rows.extend(counted(meta.link_kinds.iter().map(|kind| kind.name.as_str()).collect(), &meta.links_by_kind));
        rows.push(("bytes on disk".to_owned(), project::size_on_disk(&self.directory)? as i64));
        Ok(Answer {
            columns: vec!["what".to_owned(), "count".to_owned()],
            rows: rows.into_iter().map(|(what, count)| vec![Cell::Text(what), Cell::Int(count)]).collect(),
            ..Answer::default()
        })
    }

    /// Names that start with `prefix`, or have a word that does, for completion.
    pub fn complete(&self, prefix: &str, limit: usize) -> Vec<String> {
        self.graph.complete(prefix, limit)
    }

    fn store(&mut self) -> Result<&mut Store, DatabaseError> {
        claims::open_store(&self.directory, &mut self.store)
    }

    fn commits(&mut self) -> Result<&[store::CommitRecord], DatabaseError> {
        if self.commits.is_none() {
            self.commits = Some(self.store()?.commits()?);
        }
        Ok(self.commits.as_deref().unwrap_or_default())
    }
}

/// What a check of the whole database found.
#[derive(Debug)]
pub struct VerifyReport {
    /// The store: the system of record.
    pub store: store::Verified,
    /// What was wrong with the graph snapshot, if anything was; it has been made anew if the store is intact.
    pub graph: Option<String>,
    /// The last commit.
    pub generation: CommitNo,
    /// How it stands with the proposals of each document, and which of their files are damaged.
    pub proposals: Vec<String>,
}

impl fmt::Display for VerifyReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.store.counts;
        writeln!(
            f,
            "commit {}: {} entities, {} sources, {} claims in {} frames of {} bytes",
            self.generation, counts.entities, counts.sources, counts.claims, self.store.frames, self.store.bytes
        )?;
        for problem in &self.store.problems {
            writeln!(f, "store: {problem}")?;
        }
        match &self.graph {
            Some(problem) if self.is_damaged() => writeln!(f, "graph: {problem}")?,
            Some(problem) => writeln!(f, "graph: {problem}; it was made anew from the store")?,
            None => writeln!(f, "graph: intact")?,
        }
        for line in &self.proposals {
            writeln!(f, "proposals: {line}")?;
        }
        if self.store.problems.is_empty() {
            write!(f, "store: intact")
        } else {
            for table in self.store.tables.iter().filter(|table| table.intact < table.expected) {
                writeln!(f, "store: {} of {} {} are intact", table.intact, table.expected, table.table.name())?;
            }
            write!(f, "the way back is `tieline --db DIR restore FILE` from a backup into a new directory")
        }
    }
}

impl VerifyReport {
    /// Whether something is lost that cannot be made anew.
    pub fn is_damaged(&self) -> bool {
        !self.store.problems.is_empty()
    }
}
