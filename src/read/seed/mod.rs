//! Seed files: TOML written by hand, one source a file, reviewed in a diff. `docs/seeds.md` describes the format.
//!
//! The straight line: paths -> `files` -> `parse`, a file at a time -> `build`, all files together -> `Changes`.
//! Nothing is given up at the first error: each step notes what is wrong in its `Document` and goes on.

mod build;
mod files;
mod parse;
mod same_as;

use std::path::PathBuf;

use crate::model::{Changes, Diagnostic, Lookup};
use crate::schema::Schema;
use crate::schema::fields::Document;

/// The longest name, in bytes.
const MAX_NAME: usize = 1_000;
/// The longest text, note, attribute value or description of a source, in bytes.
const MAX_TEXT: usize = 4_000;

/// Reads seed files, and folders of them with all their subfolders, as one set of changes.
///
/// A file may refer to entities that another file of the same load declares, or that the database already `known`s.
///
/// # Errors
/// Everything that is wrong in any of the files, in the order of files and lines; then nothing is to be changed.
pub fn seeds(paths: &[PathBuf], schema: &Schema, known: &dyn Lookup) -> Result<Changes, Vec<Diagnostic>> {
    from(files::read(paths), schema, known)
}

/// Reads the text of one seed file, which need not be a file: `name` stands for it in messages.
///
/// # Errors
/// As [`seeds`].
pub fn seed_text(name: &str, text: String, schema: &Schema, known: &dyn Lookup) -> Result<Changes, Vec<Diagnostic>> {
    from(vec![Document::new(name, text)], schema, known)
}

fn from(documents: Vec<Document>, schema: &Schema, known: &dyn Lookup) -> Result<Changes, Vec<Diagnostic>> {
    let mut changes = Changes::default();
    {
        let tables: Vec<_> = documents.iter().map(Document::parse).collect();
        let files: Vec<_> =
            documents.iter().zip(&tables).map(|(doc, (table, whole))| parse::file(doc, table, *whole)).collect();
        let complete = tables.iter().all(|(_, whole)| *whole);
        build::build(&files, complete, schema, known, &mut changes);
    }
    let refused: Vec<Diagnostic> = documents.into_iter().flat_map(Document::into_diagnostics).collect();
    if refused.is_empty() { Ok(changes) } else { Err(refused) }
}
