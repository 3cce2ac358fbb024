//! One function a mode.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::args::{Bench, Import, Release};
use super::diff::diff;
use super::exchange::{export_all, import_ftm, release_text};
use super::progress::Progress;
use super::terminal::{count, format_of, looks};
use super::{Command, Failure, Given, Global, Target, Terminal, lists, names, schema, split, tour};
use crate::database::{CommitSummary, Database, DatabaseError, Ran, Session, Timing};
use crate::graph::{Answer, Cell};
use crate::model::Diagnostic;
use crate::read;
use crate::schema::Schema;
use crate::write::{Format, Options, safe};

/// Runs a command.
///
/// # Errors
/// It could not be done; the [`Failure`] knows the exit code.
pub fn run(command: Command, global: &Global, terminal: &Terminal) -> Result<(), Failure> {
    let open = || opened(Database::open(&global.db), terminal);
    match command {
        Command::Load { paths } => load(&paths, global, terminal),
        Command::Ingest(ingest) => super::ingest::run(&ingest, global, terminal),
        Command::Review(review) => super::review::run(&review, &mut open()?, global, terminal),
        Command::Score(score) => super::score::run(&score, global, terminal),
        Command::Import(Import::Csv { mapping, release, paths }) => {
            import_csv(&mapping, &paths, &release, global, terminal)
        }
        Command::Import(Import::Ftm { dataset, release, paths }) => {
            let options = read::ftm::Options { dataset, release: release.date };
            import_ftm(&paths, &options, release.older, global, terminal)
        }
        Command::Import(Import::UnSc { file, older }) => lists::un_sc(&file, older, global, terminal),
        Command::Import(Import::Ofac { published, older, paths }) => {
            lists::ofac(&paths, published.as_deref(), older, global, terminal)
        }
        Command::Query { text: Some(text), format, timing, given, .. } if text != "-" => {
            let batch = Batch { format, timing, keep_going: false };
            query(&mut open()?, &text, session(global, &given)?, &batch, terminal)
        }
        Command::Query { file, format, timing, keep_going, given, .. } => {
            let batch = Batch { format, timing, keep_going };
            query_file(&mut open()?, file.as_deref(), session(global, &given)?, batch, terminal)
        }
        Command::Export { all: true, statements, format, output, .. } => match format {
            None | Some(Format::Ftm) => {
                export_all(&mut open()?, statements, output.as_deref().filter(|path| path.as_os_str() != "-"), terminal)
            }
            Some(_) => {
                Err(Failure::Usage("the whole database is written as ftm; a statement chooses a part".to_owned()))
            }
        },
        Command::Export { query, format, output, given, .. } => {
            let query = query.unwrap_or_default();
            export(&mut open()?, &query, session(global, &given)?, format, output, terminal)
        }
        Command::Dedupe(options) => super::dedupe::run(&mut open()?, &options, global, terminal),
        Command::Screen(options) => super::screen::run(&mut open()?, &options, terminal),
        Command::Schema { kind, from: Some(folder) } => {
            let own = Schema::load(&folder).map_err(DatabaseError::Refused)?;
            schema::print(&own, kind.as_deref(), terminal)
        }
        Command::Schema { kind, from: None } if global.db.exists() => {
            schema::print(open()?.schema(), kind.as_deref(), terminal)
        }
        Command::Schema { kind, from: None } => schema::print(Schema::builtin(), kind.as_deref(), terminal),
        Command::Stats { format } => terminal.answer(&open()?.stats()?, Target { format, ..Target::default() }),
        Command::History { format } => terminal.answer(&history(&mut open()?)?, Target { format, ..Target::default() }),
        Command::Undo { number } => summary(&open()?.undo(number, &global.author())?, terminal),
        Command::Verify => {
            let mut database = open()?;
            let report = {
                let _progress = Progress::new("verifying", 0, terminal.is_quiet());
                database.verify()?
            };
            terminal.print(&report.to_string())?;
            if report.is_damaged() { Err(Failure::Damaged) } else { Ok(()) }
        }
        Command::Backup { file } => {
            let mut database = open()?;
            let report = {
                let _progress = Progress::new("writing the backup", 0, terminal.is_quiet());
                database.backup(&file)?
            };
            terminal.print(&report.to_string())
        }
        Command::Restore { file } => {
            let report = {
                let _progress = Progress::new("restoring", 0, terminal.is_quiet());
                // A backup that is not there says nothing of a database.
                File::open(&file).map_err(|error| Failure::Read { path: file.clone(), error })?;
                Database::restore(&file, &global.db)?
            };
            terminal.print(&report.to_string())
        }
        Command::Diff(args) => diff(&args, global, terminal),
        Command::Tour { seeds, dir, output } => tour::run(&seeds, &dir, &output, terminal),
        Command::Names(command) => names::run(&command, terminal),
        Command::Bench(Bench::Generate { entities, out }) => {
            let written = crate::generate::generate(entities, &out)
                .map_err(|error| Failure::Write { path: out.clone(), error })?;
            terminal.print(&written.to_string())
        }
    }
}

/// A session with the parameters that were given.
fn session(global: &Global, given: &Given) -> Result<Session, Failure> {
    Ok(Session { parameters: given.read()?, ..global.session() })
}

/// A database that was opened; what there is to be said of that is said.
///
/// # Errors
/// It could not be opened.
pub fn opened(database: Result<Database, DatabaseError>, terminal: &Terminal) -> Result<Database, DatabaseError> {
    let mut database = database?;
    terminal.notices(&mut database);
    Ok(database)
}

fn load(paths: &[PathBuf], global: &Global, terminal: &Terminal) -> Result<(), Failure> {
    let mut database = opened(Database::create_or_open(&global.db), terminal)?;
    let loaded = {
        let _progress = Progress::new("loading", 0, terminal.is_quiet());
        database.load(paths, &global.author())?
    };
    terminal.notices(&mut database);
    summary(&loaded, terminal)
}

fn import_csv(
    mapping: &Path,
    paths: &[PathBuf],
    release: &Release,
    global: &Global,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let mut database = opened(Database::create_or_open(&global.db), terminal)?;
    // A file whose size is not known, or that is not there, is the reader's to complain about.
    let total = paths.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|known| known.len()).sum();
    let imported = {
        let progress = Progress::new("importing", total, terminal.is_quiet());
        database.import_csv(mapping, paths, release.date.as_deref(), release.older, &global.author(), &mut |bytes| {
            progress.at(bytes)
        })?
    };
    terminal.notices(&mut database);
    summary(&imported, terminal)
}

/// Says what a commit did.
///
/// # Errors
/// The output cannot be written to.
pub fn summary(summary: &CommitSummary, terminal: &Terminal) -> Result<(), Failure> {
    if !terminal.is_quiet() {
        terminal.print(&summary_text(summary))?;
    }
    Ok(())
}

/// What a commit did, in words.
pub fn summary_text(summary: &CommitSummary) -> String {
    let mut lines = Vec::new();
    match &summary.commit {
        None => lines.push("nothing new".to_owned()),
        Some(commit) => {
            let some = |number: u32, what: &str| if number > 0 { format!(", {number} {what}") } else { String::new() };
            lines.push(format!(
                "commit {}: {}, {}, {}{}{}",
                commit.number,
                count(commit.entities as usize, "entity"),
                count(commit.sources as usize, "source"),
                count(commit.claims as usize, "claim"),
                some(commit.retracted.saturating_sub(summary.restored), "retracted"),
                some(summary.restored, "restored")
            ));
        }
    }
    if let Some(release) = &summary.release {
        lines.push(release_text(release));
    }
    if !summary.joined.is_empty() {
        lines.push(format!("{} known already under another id", count(summary.joined.len(), "entity")));
    }
    if summary.skipped > 0 {
        lines.push(format!("{} known already", count(summary.skipped as usize, "claim")));
    }
    if !summary.proposals.is_empty() {
        lines.push(format!("{} to look at:", count(summary.proposals.len(), "proposal")));
        lines.extend(summary.proposals.iter().map(|proposal| format!("  {}", safe(proposal))));
    }
    lines.join("\n")
}

fn query(
    database: &mut Database,
    text: &str,
    session: Session,
    batch: &Batch,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let Batch { format, timing, .. } = *batch;
    let ran =
        database.run(text, &Session { cite: format == Format::Dot, entries: format == Format::Ftm, ..session })?;
    terminal.notices(database);
    let looks = looks(database);
    let times = timing.then(|| times(&ran.timing));
    show(
        &ran,
        format,
        Options {
            title: Some(text),
            timing: times,
            looks: &looks,
            unnumbered: keeps_numbers(text),
            ..Options::default()
        },
        terminal,
    )?;
    if timing {
        report_times(1, &ran.timing);
    }
    Ok(())
}

/// Writes the answer of a statement where the statement wants it, or else in `format` to the standard output.
///
/// # Errors
/// It cannot be written.
pub fn show(ran: &Ran, format: Format, options: Options<'_>, terminal: &Terminal) -> Result<(), Failure> {
    let file = ran.file.as_deref();
    let named = || file.map_or(Ok(None), format_of);
    let format = ran.output.map_or_else(named, |output| Ok(Some(output)))?.unwrap_or(format);
    terminal.answer(&ran.answer, Target { format, file, options: Options { entries: &ran.entries, ..options } })
}

/// How statements are answered.
struct Batch {
    format: Format,
    timing: bool,
    keep_going: bool,
}

fn query_file(
    database: &mut Database,
    file: Option<&Path>,
    mut session: Session,
    batch: Batch,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let name = file.map_or_else(|| "standard input".to_owned(), |path| path.display().to_string());
    let text = read(file)?;
    let looks = looks(database);
    session.cite = batch.format == Format::Dot;
    session.entries = batch.format == Format::Ftm;
    let mut refused = false;
    for (number, statement) in split(&text).iter().enumerate() {
        let number = number + 1;
        let ran = match database.run(&statement.text, &session) {
            Ok(ran) => ran,
            Err(error) => {
                let failure = in_file(error, &name, statement.line);
                if !batch.keep_going || failure.exit_code() != 1 {
                    return Err(failure);
                }
                terminal.complain(&failure);
                refused = true;
                continue;
            }
        };
        terminal.notices(database);
        let title = statement.text.trim();
        let options = Options {
            title: Some(title),
            statement: Some(number),
            unnumbered: keeps_numbers(title),
            timing: batch.timing.then(|| times(&ran.timing)),
            looks: &looks,
            ..Options::default()
        };
        if ran.file.is_none() && matches!(ran.output.unwrap_or(batch.format), Format::Table | Format::Box) {
            terminal.print(&format!("{}> {}", if number > 1 { "\n" } else { "" }, safe(title)))?;
        }
        show(&ran, batch.format, options, terminal)?;
        if batch.timing {
            report_times(number, &ran.timing);
        }
        remember(&mut session, &ran.answer, title);
    }
    if refused { Err(Failure::Said) } else { Ok(()) }
}

fn read(file: Option<&Path>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let (path, read) = match file {
        Some(path) => (path, std::fs::read(path).map(|read| bytes = read)),
        None => (Path::new("standard input"), io::stdin().lock().read_to_end(&mut bytes).map(drop)),
    };
    let failed = |error| Failure::Read { path: path.to_owned(), error };
    read.map_err(failed)?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes());
        let message = "this is not UTF-8 text";
        Failure::Refused(Box::new(
            Diagnostic::new(&text, valid..valid + 1, message).in_file(path.display().to_string()),
        ))
    })
}

/// The error of a statement as an error of the file that it stands in.
pub fn in_file(error: DatabaseError, file: &str, line: usize) -> Failure {
    match error {
        DatabaseError::Query(diagnostic) => {
            let line = diagnostic.line + line - 1;
            Failure::Refused(Box::new(Diagnostic { line, ..diagnostic }.in_file(file)))
        }
        other => other.into(),
    }
}

/// The links of an answer become those that `why 1`, `why 2` speak of, unless it keeps the numbers of the last one.
pub fn remember(session: &mut Session, answer: &Answer, statement: &str) {
    if answer.graph.edge_count() > 0 && !keeps_numbers(statement) {
        session.last = answer.graph.edge_weights().map(|edge| edge.id.clone()).collect();
    }
}

/// Whether links go on to have the numbers of the answer before this statement's: with `why` one goes through a list.
pub fn keeps_numbers(statement: &str) -> bool {
    statement.split_whitespace().next().is_some_and(|verb| verb.eq_ignore_ascii_case("why"))
}

fn times(timing: &Timing) -> serde_json::Value {
    let Timing { parse_us, plan_us, run_us, rows } = timing;
    serde_json::json!({ "parse_us": parse_us, "plan_us": plan_us, "run_us": run_us, "rows": rows })
}

/// A line for programs: said even when little is to be said, since it was asked for.
fn report_times(statement: usize, timing: &Timing) {
    let Timing { parse_us, plan_us, run_us, rows } = timing;
    // There is nobody to tell that nobody listens.
    let _ = writeln!(
        io::stderr().lock(),
        r#"{{"statement":{statement},"parse_us":{parse_us:.1},"plan_us":{plan_us:.1},"run_us":{run_us:.1},"rows":{rows}}}"#
    );
}

fn export(
    database: &mut Database,
    query: &str,
    session: Session,
    format: Option<Format>,
    output: Option<PathBuf>,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let output = output.filter(|path| path.as_os_str() != "-");
    let format = match (format, output.as_deref()) {
        (None, Some(path)) => format_of(path)?,
        (format, _) => format,
    };
    let mut ran = database.run(query, &Session { cite: true, entries: format == Some(Format::Ftm), ..session })?;
    terminal.notices(database);
    ran.file = output.or(ran.file);
    ran.output = format.or(ran.output);
    let looks = looks(database);
    show(&ran, Format::Dot, Options { title: Some(query), looks: &looks, ..Options::default() }, terminal)
}

/// The commits, the last one first.
///
/// # Errors
/// They cannot be read.
pub fn history(database: &mut Database) -> Result<Answer, Failure> {
    let columns = ["commit", "when", "author", "entities", "sources", "claims", "retracted", "message"];
    let number = |number: u32| Cell::Int(number.into());
    let rows = database.history()?.into_iter().rev().map(|commit| {
        let when =
            Timestamp::from_second(commit.time).map_or_else(|_| commit.time.to_string(), |time| time.to_string());
        vec![
            number(commit.number),
            Cell::Text(when),
            Cell::Text(commit.author),
            number(commit.entities),
            number(commit.sources),
            number(commit.claims),
            number(commit.retracted),
            Cell::Text(commit.message),
        ]
    });
    Ok(Answer { columns: columns.map(str::to_owned).to_vec(), rows: rows.collect(), ..Answer::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Colour;

    #[test]
    fn a_drawing_cites_the_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let mut database = Database::create_or_open(&dir.path().join("db")).unwrap();
        database.load(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")], "test").unwrap();
        let (file, terminal) = (dir.path().join("ttp.dot"), Terminal::new(Colour::Never, true));
        export(
            &mut database,
            "path \"Schindler\" to \"al-Qaeda\"",
            Session::default(),
            None,
            Some(file.clone()),
            &terminal,
        )
        .unwrap();
        let drawn = std::fs::read_to_string(file).unwrap();
        assert!(drawn.contains("cep-ttp-ceasefire p3 s5"), "{drawn}");
    }
}
