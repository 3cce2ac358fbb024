//! `tieline import un-sc` and `tieline import ofac`.

use std::path::{Path, PathBuf};

use super::progress::Progress;
use super::run::summary_text;
use super::{Failure, Global, Terminal};
use crate::database::{Database, DatabaseError, ListSummary};
use crate::write::safe;

/// Imports a release of the UN Security Council's list.
///
/// # Errors
/// The file or the database refuses.
pub fn un_sc(file: &Path, global: &Global, terminal: &Terminal) -> Result<(), Failure> {
    import(std::slice::from_ref(&file.to_owned()), global, terminal, |database, author, progress| {
        database.import_un_sc(file, author, progress)
    })
}

/// Imports a release of OFAC's list.
///
/// # Errors
/// The files or the database refuse.
pub fn ofac(paths: &[PathBuf], published: Option<&str>, global: &Global, terminal: &Terminal) -> Result<(), Failure> {
    import(paths, global, terminal, |database, author, progress| {
        database.import_ofac(paths, published, author, progress)
    })
}

fn import(
    paths: &[PathBuf],
    global: &Global,
    terminal: &Terminal,
    read: impl FnOnce(&mut Database, &str, &mut dyn FnMut(u64)) -> Result<ListSummary, DatabaseError>,
) -> Result<(), Failure> {
    let mut database = Database::create_or_open(&global.db)?;
    terminal.notices(&mut database);
    let imported = {
        let progress = Progress::new("importing", paths.iter().map(|path| size(path)).sum(), terminal.is_quiet());
        read(&mut database, &global.author(), &mut |bytes| progress.at(bytes))?
    };
    terminal.notices(&mut database);
    if terminal.is_quiet() {
        return Ok(());
    }
    let mut lines = vec![format!("source {}", safe(&imported.source)), summary_text(&imported.commit)];
    lines.extend(imported.notices.iter().map(|notice| safe(notice).into_owned()));
    terminal.print(&lines.join("\n"))
}

/// The bytes of a file or of the files of a folder. What cannot be looked at is the reader's to complain about.
fn size(path: &Path) -> u64 {
    match std::fs::read_dir(path) {
        Ok(files) => files.flatten().filter_map(|file| file.metadata().ok()).map(|known| known.len()).sum(),
        Err(_) => std::fs::metadata(path).map_or(0, |known| known.len()),
    }
}
