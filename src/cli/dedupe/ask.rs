//! Asking, a pair at a time.

use std::io::{self, BufRead, Write};

use super::{note, reasons, refusal, rounded};
use crate::cli::terminal::count;
use crate::cli::{Failure, Target, Terminal};
use crate::database::{Database, Decision, Profile, Resolution};
use crate::graph::{Answer, Cell};
use crate::model::CommitNo;
use crate::resolve::{Proposal, Proposals, Verdict};
use crate::write::{Format, safe};

/// What is typed.
enum Reply {
    Decide(Verdict, String),
    Skip,
    Undo,
    Quit,
    Unclear,
}

/// What has been done, so that it can be undone: the pair, and the commit if it was decided.
struct Done {
    at: usize,
    commit: Option<CommitNo>,
}

/// Asks about all pairs in turn.
///
/// # Errors
/// The database cannot be read or written, or the terminal is gone.
pub(super) fn run(
    database: &mut Database,
    resolution: &mut Resolution,
    proposals: Proposals,
    author: &str,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let pairs = proposals.list;
    if pairs.is_empty() {
        return terminal.print("nothing is proposed that has not been decided");
    }
    let mut input = io::stdin().lock().lines();
    let mut done: Vec<Done> = Vec::new();
    let mut at = 0;
    'pairs: while let Some(pair) = pairs.get(at) {
        let Some((one, other)) = database.open_pair(resolution, pair.one, pair.other) else {
            at += 1;
            continue;
        };
        show(database, pair, &one, &other, terminal)?;
        // While a person thinks, others may write.
        database.release();
        loop {
            let place = format!("{} of {}", at + 1, pairs.len());
            prompt(&format!("{place}: same, different, unsure, skip (or undo, quit)? "))?;
            let Some(line) = input.next() else { break 'pairs };
            match understood(&line?) {
                Reply::Decide(verdict, words) => {
                    if verdict == Verdict::Same && !sure(pair, &mut input)? {
                        continue;
                    }
                    let (one, other) = (one.clone(), other.clone());
                    let decision = Decision { one, other, verdict, note: Some(note(pair, &words)), place: None };
                    match database.decide(resolution, &[decision], true, author) {
                        Ok(summary) => done.push(Done { at, commit: summary.commit.map(|commit| commit.number) }),
                        Err(error) if refusal(&error) => {
                            terminal.complain(&error.into());
                            continue;
                        }
                        Err(error) => return Err(error.into()),
                    }
                    terminal.notices(database);
                }
                Reply::Skip => done.push(Done { at, commit: None }),
                Reply::Undo => {
                    let Some(last) = done.pop() else {
                        terminal.print("nothing has been decided that could be undone")?;
                        continue;
                    };
                    if let Some(commit) = last.commit {
                        database.undo(commit, author)?;
                        *resolution = database.resolution()?;
                    }
                    at = last.at;
                    continue 'pairs;
                }
                Reply::Quit => break 'pairs,
                Reply::Unclear => {
                    terminal.print("a word or its first letter is expected; behind it a note may stand: different, he died in 2006")?;
                    continue;
                }
            }
            at += 1;
            continue 'pairs;
        }
    }
    let decided = done.iter().filter(|done| done.commit.is_some()).count();
    terminal.print(&format!("{} decided; what is left is asked the next time", count(decided, "pair")))
}

fn understood(line: &str) -> Reply {
    let line = line.trim();
    let (word, rest) = line.split_once([' ', ',']).unwrap_or((line, ""));
    let words = rest.trim().to_owned();
    match word.to_lowercase().as_str() {
        "s" | "same" => Reply::Decide(Verdict::Same, words),
        "d" | "different" => Reply::Decide(Verdict::Different, words),
        "u" | "unsure" => Reply::Decide(Verdict::Unsure, words),
        "k" | "skip" => Reply::Skip,
        "undo" => Reply::Undo,
        "q" | "quit" => Reply::Quit,
        _ => Reply::Unclear,
    }
}

/// Whether entities that contradict each other are meant to be joined.
fn sure(pair: &Proposal, input: &mut dyn Iterator<Item = io::Result<String>>) -> Result<bool, Failure> {
    let against: Vec<&str> = pair.weighed.contradictions().collect();
    if against.is_empty() {
        return Ok(true);
    }
    prompt(&format!("They contradict each other: {}. Join them all the same (yes, no)? ", safe(&against.join("; "))))?;
    let reply = input.next().transpose()?.unwrap_or_default();
    Ok(matches!(reply.trim().to_lowercase().as_str(), "yes" | "y"))
}

fn prompt(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    write!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Both sides beside each other, and what speaks for and against.
fn show(database: &mut Database, pair: &Proposal, one: &str, other: &str, terminal: &Terminal) -> Result<(), Failure> {
    let (left, right) = (database.profile(one)?, database.profile(other)?);
    let mut answer = Answer {
        columns: vec![" ".to_owned(), format!("@{}", left.id), format!("@{}", right.id)],
        chosen: true,
        ..Answer::default()
    };
    let mut labels: Vec<String> = Vec::new();
    let (left, right) = (lines(&left), lines(&right));
    for (label, _) in left.iter().chain(&right) {
        if !labels.contains(label) {
            labels.push(label.clone());
        }
    }
    labels.sort_by_key(|label| order(label));
    for label in labels {
        let of = |side: &'_ [(String, Vec<String>)]| -> Vec<String> {
            side.iter().find(|(known, _)| *known == label).map_or_else(Vec::new, |(_, values)| values.clone())
        };
        let (a, b) = (of(&left), of(&right));
        for row in 0..a.len().max(b.len()) {
            let cell = |values: &[String]| Cell::Text(values.get(row).cloned().unwrap_or_default());
            let label = if row == 0 { label.clone() } else { String::new() };
            answer.rows.push(vec![Cell::Text(label), cell(&a), cell(&b)]);
        }
    }
    terminal.print("")?;
    terminal.answer(&answer, Target { format: Format::Table, ..Target::default() })?;
    terminal.print(&format!("\nscore {:.4}", rounded(pair)))?;
    for reason in reasons(pair) {
        terminal.print(&format!("  {}", safe(&reason)))?;
    }
    Ok(())
}

/// Names first, then what the data says, then who says it and who is tied to it.
fn order(label: &str) -> (u8, String) {
    let rank = match label {
        "name" => 0,
        "kind" => 1,
        "alias" => 2,
        "former" | "acronym" | "weak" => 3,
        "source" => 5,
        "tie" => 6,
        _ => 4,
    };
    (rank, label.to_owned())
}

/// What is shown of a side: labels with their values.
fn lines(side: &Profile) -> Vec<(String, Vec<String>)> {
    let mut lines = vec![("name".to_owned(), vec![side.name.clone()]), ("kind".to_owned(), vec![side.kind.clone()])];
    for (role, name) in side.names.iter().filter(|(_, name)| *name != side.name) {
        let label = if role.word() == "primary" { "name" } else { role.word() };
        match lines.iter_mut().find(|(known, _)| known == label) {
            Some((_, values)) => values.push(name.clone()),
            None => lines.push((label.to_owned(), vec![name.clone()])),
        }
    }
    lines.extend(side.attributes.iter().cloned());
    lines.push(("source".to_owned(), side.sources.clone()));
    let mut ties = side.ties.clone();
    if side.more_ties > 0 {
        ties.push(format!("and {} more", side.more_ties));
    }
    lines.push(("tie".to_owned(), ties));
    lines
}
