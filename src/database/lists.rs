//! Importing sanctions lists, a release at a time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{CommitSummary, Database, DatabaseError};
use crate::model::Diagnostic;
use crate::read::list::Release;
use crate::read::ofac::ofac;
use crate::read::un_sc::un_sc;
use crate::schema::Schema;

/// A release that was imported.
#[derive(Clone, Debug, Default)]
pub struct ListSummary {
    /// The commit.
    pub commit: CommitSummary,
    /// The id of the release's source.
    pub source: String,
    /// What a user should know of what was read, as sentences.
    pub notices: Vec<String>,
}

impl Database {
    /// Imports a release of the UN Security Council's consolidated list. `progress` is told the bytes read so far.
    ///
    /// # Errors
    /// As [`Database::load`].
    pub fn import_un_sc(
        &mut self,
        file: &Path,
        author: &str,
        progress: &mut dyn FnMut(u64),
    ) -> Result<ListSummary, DatabaseError> {
        self.import_release(author, &format!("import un-sc {}", file.display()), |schema| un_sc(file, schema, progress))
    }

    /// Imports a release of OFAC's list of Specially Designated Nationals. `published` is its day, if the files do not
    /// say it.
    ///
    /// # Errors
    /// As [`Database::load`].
    pub fn import_ofac(
        &mut self,
        paths: &[PathBuf],
        published: Option<&str>,
        author: &str,
        progress: &mut dyn FnMut(u64),
    ) -> Result<ListSummary, DatabaseError> {
        let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let message = format!("import ofac {}", names.join(" "));
        self.import_release(author, &message, |schema| ofac(paths, published, schema, progress))
    }

    fn import_release(
        &mut self,
        author: &str,
        message: &str,
        read: impl FnOnce(&Schema) -> Result<Release, Vec<Diagnostic>>,
    ) -> Result<ListSummary, DatabaseError> {
        let kinds = Arc::clone(&self.kinds);
        let Release { changes, source, notices } = read(&kinds).map_err(DatabaseError::Refused)?;
        let commit = self.commit(changes, author, message)?;
        Ok(ListSummary { commit, source, notices })
    }
}
