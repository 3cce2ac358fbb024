//! Where answers and messages go.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::AutoStream;
use anstream::ColorChoice;

use super::diagnostics::draw;
use super::{Colour, Failure};
use crate::database::{Database, DatabaseError, is_ftm};
use crate::graph::Answer;
use crate::model::Diagnostic;
use crate::write::{Format, KindLook, Options, safe, write};

/// The most messages that are drawn of one refusal.
const MOST: usize = 100;

/// The standard output, for answers, and the standard error, for everything else.
#[derive(Debug)]
pub struct Terminal {
    quiet: bool,
    colour_out: bool,
    colour_err: bool,
}

/// Where an answer goes, and how.
#[derive(Debug, Default)]
pub struct Target<'a> {
    /// How it is written.
    pub format: Format,
    /// The file; the standard output if there is none.
    pub file: Option<&'a Path>,
    /// What else the writer is told. Width and colour are the terminal's.
    pub options: Options<'a>,
}

impl Terminal {
    /// A terminal with colours as told, and with less to say if `quiet`.
    pub fn new(colour: Colour, quiet: bool) -> Self {
        let choice = match colour {
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        };
        choice.write_global();
        let colour_out = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
        let colour_err = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        Self { quiet, colour_out, colour_err }
    }

    /// Whether only answers and errors are said.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether the standard output is coloured.
    pub fn is_coloured(&self) -> bool {
        self.colour_out
    }

    /// A line on the standard output.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn print(&self, line: &str) -> Result<(), Failure> {
        Ok(writeln!(io::stdout().lock(), "{line}")?)
    }

    /// A line on the standard error, unless only answers and errors are wanted.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            // There is nobody to tell that nobody listens.
            let _ = writeln!(io::stderr().lock(), "{line}");
        }
    }

    /// What happened to the database that a user should know.
    pub fn notices(&self, database: &mut Database) {
        for notice in database.take_notices() {
            self.say(&format!("note: {}", safe(&notice)));
        }
    }

    /// An answer, and where its form has no room for them, its notes on the standard error.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn answer(&self, answer: &Answer, target: Target<'_>) -> Result<(), Failure> {
        let Target { format, file, options } = target;
        match file {
            Some(path) => {
                replace(path, &mut |out| write(answer, format, &options, out))
                    .map_err(|error| Failure::Write { path: path.to_owned(), error })?;
                let (entities, links) = (answer.graph.node_count(), answer.graph.edge_count());
                self.say(&format!(
                    "wrote {} ({format}: {}, {}, {})",
                    safe(&path.display().to_string()),
                    count(answer.rows.len(), "row"),
                    count(entities, "entity"),
                    count(links, "link")
                ));
            }
            None => {
                let options = Options { width: width(), colour: self.colour_out, ..options };
                let mut out = BufWriter::new(io::stdout().lock());
                write(answer, format, &options, &mut out)?;
                out.flush()?;
            }
        }
        if file.is_some() || !format.carries_notes() {
            for note in &answer.notes {
                self.say(&format!("note: {}", safe(note)));
            }
            if let Some(cut) = &answer.cut {
                self.say(&format!("incomplete: {}", safe(cut)));
            }
        }
        Ok(())
    }

    /// Says why something failed. A closed pipe is nothing to be said.
    pub fn complain(&self, failure: &Failure) {
        let text = match failure {
            Failure::Said => return,
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return,
            Failure::Refused(diagnostic) => draw(diagnostic, self.colour_err),
            Failure::Database(DatabaseError::Query(diagnostic)) => draw(diagnostic, self.colour_err),
            Failure::Database(DatabaseError::Refused(diagnostics)) => self.refusal(diagnostics),
            other => format!("{} {}", self.error_word(), safe(&other.to_string())),
        };
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    fn refusal(&self, diagnostics: &[Diagnostic]) -> String {
        let mut parts: Vec<String> =
            diagnostics.iter().take(MOST).map(|diagnostic| draw(diagnostic, self.colour_err)).collect();
        let left = diagnostics.len().saturating_sub(MOST);
        let more = if left > 0 { format!(" ({left} more are not shown)") } else { String::new() };
        parts.push(format!("{} {}{more}; nothing was changed", self.error_word(), count(diagnostics.len(), "error")));
        parts.join("\n\n")
    }

    fn error_word(&self) -> &'static str {
        if self.colour_err { "\u{1b}[1;31merror:\u{1b}[0m" } else { "error:" }
    }

    /// Says why a command failed, if it did, and gives the exit code.
    pub fn exit(&self, done: Result<(), Failure>) -> ExitCode {
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                self.complain(&failure);
                ExitCode::from(failure.exit_code())
            }
        }
    }
}

/// Width of the terminal that the standard output is; `None` if it is none, or does not know how wide it is.
fn width() -> Option<u16> {
    comfy_table::Table::new().width().filter(|&width| width > 0)
}

/// `1 row`, `2 rows`, `2 entities`.
pub fn count(number: usize, word: &str) -> String {
    match (number, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {word}s"),
    }
}

/// How the schema wants kinds drawn.
pub fn looks(database: &Database) -> Vec<KindLook> {
    let kinds = database.schema().kinds().iter();
    kinds
        .map(|kind| KindLook {
            kind: kind.name.to_string(),
            shape: kind.shape.to_string(),
            colour: kind.colour.to_string(),
        })
        .collect()
}

/// The format that a file's name says, if it says one.
///
/// # Errors
/// It says a picture, which is drawn by Graphviz and not here.
pub fn format_of(path: &Path) -> Result<Option<Format>, Failure> {
    if is_ftm(path) {
        return Ok(Some(Format::Ftm));
    }
    let Some(extension) = path.extension().and_then(OsStr::to_str) else { return Ok(None) };
    Ok(Some(match extension.to_ascii_lowercase().as_str() {
        "dot" | "gv" => Format::Dot,
        "csv" => Format::Csv,
        "json" => Format::Json,
        "jsonl" | "ndjson" => Format::Jsonl,
        "md" => Format::Markdown,
        "txt" => Format::Table,
        picture @ ("svg" | "png" | "pdf" | "jpg" | "jpeg" | "gif" | "ps") => {
            let (dot, drawn) = (path.with_extension("dot"), path.display());
            let dot = dot.display();
            return Err(Failure::Usage(format!(
                "pictures are drawn by Graphviz: write {dot}, then `dot -T{picture} {dot} -o {drawn}`"
            )));
        }
        _ => return Ok(None),
    }))
}

/// Writes a file whole or not at all: under another name in the same folder, then renamed. What is no plain file (a
/// device, a pipe) is written to as it is.
///
/// # Errors
/// It cannot be written.
pub fn replace(path: &Path, fill: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // Through a symbolic link it is the file behind it that is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&path).is_ok_and(|known| !known.is_file()) {
        let mut out = BufWriter::new(File::create(&path)?);
        fill(&mut out)?;
        return out.flush();
    }
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.part", std::process::id()));
    let part: PathBuf = path.with_file_name(hidden);
    let written = File::create(&part).and_then(|file| {
        let mut out = BufWriter::new(file);
        fill(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    });
    written.and_then(|()| fs::rename(&part, &path)).inspect_err(|_| {
        // What was begun is of no use; that it cannot be removed matters less than why it failed.
        let _ = fs::remove_file(&part);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.dot");
        replace(&path, &mut |out| out.write_all(b"one")).unwrap();
        let failed = replace(&path, &mut |out| {
            out.write_all(b"tw")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(replace(dir.path(), &mut |_| Ok(())).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_replaced() {
        replace(Path::new("/dev/null"), &mut |out| out.write_all(b"x")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn words_are_counted() {
        assert_eq!([count(0, "row"), count(1, "entity"), count(2, "entity")], ["0 rows", "1 entity", "2 entities"]);
    }
}
