//! `tieline score`: how much of a gold list the extractor finds.

use std::path::{Path, PathBuf};

use super::{Failure, Global, Terminal};
use crate::database::DatabaseError;
use crate::extract::score::{Gold, relations, score};
use crate::extract::{Document, DocumentMeta, Rules, extract};
use crate::model::Diagnostic;
use crate::schema::Schema;

/// What `tieline score` takes.
#[derive(Debug, clap::Args)]
pub struct Score {
    /// The gold list (JSON), or with --relations a table (CSV) of sentences about two groups
    #[arg(value_name = "GOLD")]
    gold: PathBuf,
    /// The document that the gold list is of
    #[arg(value_name = "DOC", required_unless_present = "relations", conflicts_with = "relations")]
    document: Option<PathBuf>,
    /// Score the types of relations: the table has type, description, group1_name and group2_name
    #[arg(long)]
    relations: bool,
    /// How the score is written
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: String,
    /// Go by the rules in this folder too
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// When the document was published (EDTF); without it, "last week" stays open
    #[arg(long, value_name = "DATE")]
    published: Option<String>,
}

/// Runs the command. Nothing is asked of a database, so that the score tells of the rules alone.
///
/// # Errors
/// A file cannot be read, is no document or no gold list, or the two do not fit.
pub fn run(args: &Score, _: &Global, terminal: &Terminal) -> Result<(), Failure> {
    let own;
    let rules = match &args.rules {
        None => Rules::builtin(),
        Some(folder) => {
            own = Rules::load(folder, Schema::builtin()).map_err(DatabaseError::Refused)?;
            &own
        }
    };
    let gold_text = String::from_utf8_lossy(&bytes(&args.gold)?).into_owned();
    let refuse = |path: &Path, message: String| {
        Failure::Refused(Box::new(Diagnostic::new("", 0..0, message).in_file(path.display().to_string())))
    };
    let Some(path) = &args.document else {
        let report = relations(&gold_text, Schema::builtin(), rules, &())
            .map_err(|error| refuse(&args.gold, error.to_string()))?;
        let shown = if args.format == "json" { report.json().to_string() } else { report.to_string() };
        return terminal.print(shown.trim_end());
    };
    let meta = DocumentMeta { published: args.published.clone(), ..DocumentMeta::default() };
    let document = Document::read(&bytes(path)?, path, meta).map_err(|error| refuse(path, error.to_string()))?;
    let gold = Gold::read(&gold_text, &document.text).map_err(|error| refuse(&args.gold, error.to_string()))?;
    let report = score(&gold, &extract(&document, Schema::builtin(), rules, &()), Schema::builtin());
    let shown = if args.format == "json" { report.json().to_string() } else { report.to_string() };
    terminal.print(shown.trim_end())
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::Read { path: path.to_owned(), error })
}
