//! From paths to the texts of files.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::schema::fields::Document;

/// The largest seed file, in bytes. What is larger was not written by hand and is better imported from a table.
const MAX_BYTES: u64 = 16 << 20;

/// Reads files, and the `*.toml` files in folders and their subfolders, in the order of their paths, each once.
pub(super) fn read(paths: &[PathBuf]) -> Vec<Document> {
    let mut seen = HashSet::new();
    let mut documents = Vec::new();
    for path in paths {
        let refuse = |message: String| Document::unreadable(path.display().to_string(), String::new(), message);
        let files = match fs::metadata(path) {
            Ok(about) if about.is_dir() => folder(path, &mut documents),
            Ok(about) if about.is_file() => vec![path.clone()],
            Ok(_) => {
                documents.push(refuse("neither a file nor a folder".to_owned()));
                continue;
            }
            Err(error) => {
                documents.push(refuse(format!("cannot be read: {error}")));
                continue;
            }
        };
        for file in files {
            // A path that has no canonical form cannot be read either, and will say so.
            if seen.insert(fs::canonicalize(&file).unwrap_or_else(|_| file.clone())) {
                documents.push(Document::read(&file, MAX_BYTES));
            }
        }
    }
    documents
}

/// The seed files of a folder and of its subfolders, sorted; what cannot be read is added to `refused`. Links to folders
/// are not followed: they may lead in circles.
fn folder(root: &Path, refused: &mut Vec<Document>) -> Vec<PathBuf> {
    let before = refused.len();
    let mut folders = vec![root.to_path_buf()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                let name = folder.display().to_string();
                refused.push(Document::unreadable(name, String::new(), format!("cannot be read: {error}")));
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
    if files.is_empty() && refused.len() == before {
        let message = "no seed file (*.toml) in this folder";
        refused.push(Document::unreadable(root.display().to_string(), String::new(), message));
    }
    files.sort();
    files
}
