//! `tieline review`: deciding about proposals, at the prompt, in an editor, or by a rule.

mod dialogue;
mod show;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::run::summary_text;
use super::{Failure, Global, Target, Terminal, count};
use crate::database::{Database, DatabaseError, Review as Sitting};
use crate::extract::review::{Desk, Status, Tally, words};
use crate::extract::{EntityRef, Extraction, Proposal};
use crate::graph::{Answer, Cell};
use crate::write::{Format, safe};
use dialogue::{Dialogue, Ended};

/// What `tieline review` takes.
#[derive(Debug, clap::Args)]
pub struct Review {
    /// The id of the document [default: every one that has open proposals]
    #[arg(value_name = "DOCUMENT")]
    document: Option<String>,
    /// List the proposals and how it stands with them
    #[arg(long)]
    list: bool,
    /// Write the proposals: as toml or jsonl the open ones, to be edited, else as with --list
    #[arg(long, value_name = "FORMAT", value_parser = form())]
    format: Option<Form>,
    /// Take a file that --format toml wrote and that was edited
    #[arg(long, value_name = "FILE", conflicts_with_all = ["document", "list", "format"])]
    from: Option<PathBuf>,
    /// Accept all open proposals of at least this confidence, 0 to 1
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence, conflicts_with_all = ["list", "format", "from"])]
    accept_above: Option<f64>,
    /// Accept all open proposals
    #[arg(long, conflicts_with_all = ["list", "format", "from", "accept_above"])]
    all: bool,
    /// Open again what was rejected, or accepted and not yet committed, by the id of the proposal
    #[arg(long, value_name = "PROPOSAL", conflicts_with_all = ["list", "format", "from", "accept_above", "all", "commit"])]
    reopen: Vec<String>,
    /// Only put into the database what was accepted
    #[arg(long, conflicts_with_all = ["list", "format", "from", "accept_above", "all"])]
    commit: bool,
}

/// How proposals are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As a seed file.
    Toml,
    /// As a list.
    List(Format),
}

/// The words for a [`Form`].
pub fn form() -> impl TypedValueParser<Value = Form> {
    let words = std::iter::once("toml").chain(Format::WORDS.into_iter().filter(|word| *word != "dot"));
    PossibleValuesParser::new(words).try_map(|word| match word.as_str() {
        "toml" => Ok(Form::Toml),
        word => word.parse::<Format>().map(Form::List),
    })
}

fn confidence(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "a number from 0 to 1 is expected".to_owned())?;
    if (0.0..=1.0).contains(&number) { Ok(number) } else { Err("a number from 0 to 1 is expected".to_owned()) }
}

/// Runs the command.
///
/// # Errors
/// There is no such document, something is refused, or the database cannot be written.
pub fn run(review: &Review, database: &mut Database, global: &Global, terminal: &Terminal) -> Result<(), Failure> {
    let author = global.author();
    if let Some(path) = &review.from {
        let text = Database::read_text(path, u64::MAX)?;
        let taken = database.take_draft(&path.display().to_string(), &text, &author)?;
        terminal.notices(database);
        let parts = [
            (taken.accepted, "accepted"),
            (taken.rejected, "rejected"),
            (taken.skipped, "left open"),
            (taken.before, "decided before"),
        ];
        let parts: Vec<String> =
            parts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
        return print(&format!("{}\n{}", parts.join(", "), summary_text(&taken.summary)), terminal);
    }
    let (desks, problems) = database.desks()?;
    for problem in problems {
        terminal.say(&format!("note: {}", safe(&problem)));
    }
    let chosen: Vec<&Desk> = match &review.document {
        Some(id) => {
            let found = desks.iter().find(|desk| desk.extraction().document.id == *id);
            if found.is_none() {
                // The database says it with the nearest id, or that the files are damaged.
                database.review(id)?;
            }
            found.into_iter().collect()
        }
        None => desks.iter().collect(),
    };
    if let Some(form) = review.format {
        return write(form, &chosen, database, terminal);
    }
    if review.list {
        terminal.answer(&list(database, &chosen), Target::default())?;
        chosen.iter().for_each(|desk| terminal.say(&tally(desk)));
        return Ok(());
    }
    if !review.reopen.is_empty() {
        return reopen(&review.reopen, &chosen, database, &author, terminal);
    }
    let waits = |desk: &&&Desk| desk.tally().open + desk.tally().accepted > 0;
    let ids: Vec<String> = chosen.iter().filter(waits).map(|desk| desk.extraction().document.id.clone()).collect();
    if ids.is_empty() {
        return print("there is nothing to decide", terminal);
    }
    let mut refused = 0;
    for id in ids {
        let mut sitting = database.review(&id)?;
        for notice in sitting.notices() {
            terminal.say(&format!("note: {}", safe(&notice)));
        }
        let least = if review.all { Some(0.0) } else { review.accept_above };
        let ended = match least {
            Some(least) => {
                refused += accept_above(least, &mut sitting, database, &author, terminal)?;
                Ended::Done
            }
            None if review.commit => Ended::Done,
            None => Dialogue::new(&mut sitting, database, &author, terminal).run()?,
        };
        commit(&mut sitting, database, &author, terminal)?;
        if ended == Ended::Quit {
            break;
        }
    }
    if refused > 0 { Err(Failure::Said) } else { Ok(()) }
}

/// Writes the open proposals of a document, as [`run`] does.
///
/// # Errors
/// The proposals cannot be read, or the output cannot be written.
pub fn print_open(id: &str, form: Form, database: &mut Database, terminal: &Terminal) -> Result<(), Failure> {
    let (desks, _) = database.desks()?;
    let chosen: Vec<&Desk> = desks.iter().filter(|desk| desk.extraction().document.id == id).collect();
    write(form, &chosen, database, terminal)
}

fn write(form: Form, desks: &[&Desk], database: &mut Database, terminal: &Terminal) -> Result<(), Failure> {
    match (form, desks) {
        (Form::Toml, [desk]) => terminal.print(database.draft(&desk.extraction().document.id)?.trim_end()),
        (Form::Toml, _) => Err(Failure::Usage("name the document: a file for an editor is about one".to_owned())),
        (Form::List(Format::Jsonl), _) => desks.iter().try_for_each(|desk| terminal.print(open_lines(desk).trim_end())),
        (Form::List(format), _) => terminal.answer(&list(database, desks), Target { format, ..Target::default() }),
    }
}

/// Opens proposals again.
fn reopen(
    ids: &[String],
    desks: &[&Desk],
    database: &mut Database,
    author: &str,
    terminal: &Terminal,
) -> Result<(), Failure> {
    for id in ids {
        let found: Vec<&&Desk> = desks.iter().filter(|desk| desk.find(id).is_some()).collect();
        let [desk] = found.as_slice() else {
            return Err(DatabaseError::Impossible(format!("{id} is not the id of one proposal")).into());
        };
        let mut sitting = database.review(&desk.extraction().document.id)?;
        let places: Vec<usize> = sitting.desk().find(id).into_iter().collect();
        if sitting.reopen(&places, author)?.is_empty() {
            let status = places.first().map(|at| sitting.desk().status(*at));
            let why = match status {
                Some(Status::Committed(Some(commit))) => format!("in the database; `tieline undo {commit}` opens it"),
                Some(Status::Committed(None)) => "in the database".to_owned(),
                _ => "open".to_owned(),
            };
            return Err(DatabaseError::Impossible(format!("{id} is {why}")).into());
        }
        print(&tally(sitting.desk()), terminal)?;
    }
    Ok(())
}

/// Commits what was accepted, and says what that did.
fn commit(sitting: &mut Sitting, database: &mut Database, author: &str, terminal: &Terminal) -> Result<(), Failure> {
    let committed = database.commit_review(sitting, author)?;
    terminal.notices(database);
    if let Some(summary) = committed {
        print(&summary_text(&summary), terminal)?;
    }
    let tally = tally(sitting.desk());
    print(&tally, terminal)
}

/// Accepts what is sure enough; returns how many were refused, which is said.
fn accept_above(
    least: f64,
    sitting: &mut Sitting,
    database: &Database,
    author: &str,
    terminal: &Terminal,
) -> Result<usize, Failure> {
    let desk = sitting.desk();
    let is_sure = |at: &usize| desk.proposal(*at).is_some_and(|proposal| proposal.confidence >= least);
    let places: Vec<usize> =
        desk.order().iter().copied().filter(|at| desk.status(*at) == Status::Open).filter(is_sure).collect();
    let refused = sitting.accept_all(database, &places, author)?;
    for (at, faults) in &refused {
        let id = sitting.desk().proposal(*at).map_or("", |proposal| &proposal.id);
        for fault in faults {
            let help = fault.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
            terminal.say(&format!("{id} is left open: {}{}", safe(&fault.message), safe(&help)));
        }
    }
    Ok(refused.len())
}

fn print(text: &str, terminal: &Terminal) -> Result<(), Failure> {
    if terminal.is_quiet() { Ok(()) } else { terminal.print(text) }
}

/// How many proposals of a document are how, in words.
fn tally(desk: &Desk) -> String {
    let Tally { all, open, accepted, committed, rejected } = desk.tally();
    let parts = [
        (open, "open"),
        (accepted, "accepted and not yet in the database"),
        (committed, "in the database"),
        (rejected, "rejected"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    let colon = if parts.is_empty() { "" } else { ": " };
    format!("{}: {}{colon}{}", desk.extraction().document.id, count(all, "proposal"), parts.join(", "))
}

/// The open proposals as JSON lines.
fn open_lines(desk: &Desk) -> String {
    let places = desk.order().iter().copied().filter(|at| desk.status(*at) == Status::Open);
    let proposals: Vec<Proposal> = places.filter_map(|at| desk.proposal(at).cloned()).collect();
    Extraction { proposals, ..desk.extraction().clone() }.to_lines()
}

/// All proposals of some documents as an answer.
fn list(database: &Database, desks: &[&Desk]) -> Answer {
    let columns = ["document", "proposal", "status", "by", "place", "what", "says", "speaker", "modality", "when"];
    let more = ["confidence", "rule", "sentence"];
    let mut rows = Vec::new();
    for desk in desks {
        let name = |entity: &EntityRef| database.name_in(desk, entity);
        for &at in desk.order() {
            let Some(proposal) = desk.proposal(at) else { continue };
            let text = |text: &str| Cell::Text(text.to_owned());
            let status = match desk.status(at) {
                Status::Open => "open".to_owned(),
                Status::Accepted => "accepted".to_owned(),
                Status::Committed(Some(commit)) => format!("commit {commit}"),
                Status::Committed(None) => "known".to_owned(),
                Status::Rejected => "rejected".to_owned(),
            };
            rows.push(vec![
                text(&desk.extraction().document.id),
                text(&proposal.id),
                Cell::Text(status),
                desk.decided_by(at).map_or(Cell::Null, text),
                Cell::Text(words::place(proposal)),
                text(proposal.says.word()),
                Cell::Text(words::said(&proposal.says, &name)),
                proposal.speaker.as_ref().map_or(Cell::Null, |speaker| Cell::Text(name(speaker))),
                text(proposal.modality.word()),
                proposal.when.map_or(Cell::Null, |when| Cell::Text(when.to_string())),
                Cell::Float(proposal.confidence),
                text(&proposal.rule),
                text(&proposal.text),
            ]);
        }
    }
    let columns = columns.into_iter().chain(more).map(str::to_owned).collect();
    Answer { columns, rows, ..Answer::default() }
}
