//! From paths to the texts of files.

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::model::Diagnostic;
use crate::schema::fields::Document;

/// The largest seed file, in bytes. What is larger was not written by hand and is better imported from a table.
const MAX_BYTES: u64 = 16 << 20;

/// Reads files, and the `*.toml` files in folders and their subfolders, in the order of their paths, each once. The second
/// is what could not be read.
pub(super) fn read(paths: &[PathBuf]) -> (Vec<Document>, Vec<Diagnostic>) {
    let mut found = Found::default();
    for path in paths {
        match fs::metadata(path) {
            Ok(about) if about.is_dir() => {
                let before = found.files.len();
                found.folder(path);
                if found.files.len() == before && found.refused.is_empty() {
                    found.refuse(path, "no seed file (*.toml) in this folder");
                }
            }
            Ok(about) if about.is_file() => found.files.push(path.clone()),
            Ok(_) => found.refuse(path, "neither a file nor a folder"),
            Err(error) => found.refuse(path, format!("cannot be read: {error}")),
        }
    }
    let mut seen = HashSet::new();
    let mut documents = Vec::new();
    for path in std::mem::take(&mut found.files) {
        // A path that has no canonical form cannot be read either, and says so below.
        if !seen.insert(fs::canonicalize(&path).unwrap_or_else(|_| path.clone())) {
            continue;
        }
        match text(&path) {
            Ok(text) => documents.push(Document::new(path.display().to_string(), text)),
            Err(diagnostic) => found.refused.push(*diagnostic),
        }
    }
    (documents, found.refused)
}

#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    refused: Vec<Diagnostic>,
}

impl Found {
    fn refuse(&mut self, path: &Path, message: impl Into<String>) {
        self.refused.push(about(path, message));
    }

    /// Adds the seed files of a folder and of its subfolders. Links to folders are not followed: they may lead in circles.
    fn folder(&mut self, folder: &Path) {
        let mut folders = vec![folder.to_path_buf()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    self.refuse(&folder, format!("cannot be read: {error}"));
                    continue;
                }
            };
            for entry in entries.flatten() {
                let path = entry.path();
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "toml") && path.is_file() {
                    files.push(path);
                }
            }
        }
        files.sort();
        self.files.extend(files);
    }
}

fn about(path: &Path, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new("", 0..0, message).in_file(path.display().to_string())
}

fn text(path: &Path) -> Result<String, Box<Diagnostic>> {
    let refuse = |message: String| Box::new(about(path, message));
    let mut bytes = Vec::new();
    // The length is taken from what is read: a file may grow, or lie about its size.
    fs::File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| refuse(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("larger than {} MB, the most a seed file may be", MAX_BYTES >> 20);
        return Err(Box::new(about(path, message).help("split it, or import it as a table with a mapping")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..at]).into_owned();
        Box::new(Diagnostic::new(&before, at..at, "not UTF-8 from here on").in_file(path.display().to_string()))
    })
}
