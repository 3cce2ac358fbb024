//! A generated graph and a database of it, shared by the benches.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tieline::{Database, generate};

/// A generated graph in a folder that goes when this does.
pub struct Generated {
    folder: TempDir,
    /// How many entities it has.
    pub entities: u32,
}

impl Generated {
    /// A graph of 100,000 entities under `cargo bench`, and a small one where the benches are only tried once.
    pub fn new() -> Self {
        let measuring = std::env::args().any(|argument| argument == "--bench");
        let entities = if measuring { 100_000 } else { 1_000 };
        let folder = tempfile::tempdir().expect("a temporary folder");
        generate::generate(entities, folder.path()).expect("a generated graph");
        Self { folder, entities }
    }

    /// Imports the graph into a new database.
    pub fn import(&self, directory: &Path) -> Database {
        let mut database = Database::create_or_open(directory).expect("a new database");
        let tables: Vec<PathBuf> = ["entities.csv", "links.csv"].map(|table| self.folder.path().join(table)).to_vec();
        let mapping = self.folder.path().join("mapping.toml");
        database.import_csv(&mapping, &tables, None, false, "bench", &mut |_| {}).expect("an import");
        database
    }
}
