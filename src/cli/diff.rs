//! `tieline diff`: what two lists, or two states of the database, differ in.

use std::path::{Path, PathBuf};

use super::args::DiffArgs;
use super::exchange::counted;
use super::run::opened;
use super::terminal::{format_of, looks};
use super::{Failure, Global, Target, Terminal};
use crate::database::{Database, Side};
use crate::write::{Format, Options};

/// Says what two sides differ in.
///
/// # Errors
/// One of them cannot be read; or with `--exit-code` they differ.
pub fn diff(args: &DiffArgs, global: &Global, terminal: &Terminal) -> Result<(), Failure> {
    let mut database = opened(Database::create_or_open(&global.db), terminal)?;
    let found = database.diff(&side(&args.one)?, &side(&args.other)?, args.mapping.as_deref())?;
    terminal.notices(&mut database);
    let file = args.output.as_deref().filter(|path| path.as_os_str() != "-");
    let format = match (args.format, file) {
        (Some(format), _) => format,
        (None, Some(path)) => format_of(path)?.unwrap_or(Format::Dot),
        (None, None) => Format::Table,
    };
    if format == Format::Ftm {
        return Err(Failure::Usage("a comparison has no form in FollowTheMoney".to_owned()));
    }
    let (title, looks) = (format!("{} -> {}", args.one, args.other), looks(&database));
    let options = Options { title: Some(&title), looks: &looks, marks: Some(&found.marks), ..Options::default() };
    terminal.answer(&found.answer, Target { format, file, options })?;
    let differs = !found.answer.rows.is_empty();
    terminal.say(&counted(&found.summary).unwrap_or_else(|| "no difference".to_owned()));
    if args.exit_code && differs { Err(Failure::Said) } else { Ok(()) }
}

/// A file if there is one of this name, else a commit by its number, a day, or a list by the id of its source.
fn side(text: &str) -> Result<Side, Failure> {
    let path = Path::new(text);
    if path.exists() {
        return Ok(Side::File(PathBuf::from(text)));
    }
    if let Ok(number) = text.parse() {
        return Ok(Side::Commit(number));
    }
    if text.len() == 10
        && let Ok(day) = text.parse()
    {
        return Ok(Side::Day(day));
    }
    if text.contains(['/', '\\'])
        || path.extension().is_some_and(|extension| extension.len() <= 5 && !text.contains(':'))
    {
        let error = std::io::ErrorKind::NotFound.into();
        return Err(Failure::Read { path: path.to_owned(), error });
    }
    Ok(Side::List(text.to_owned()))
}
