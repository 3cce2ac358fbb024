//! `tieline dedupe`: entities that may be one are proposed, and a person decides, at the terminal or in a file.

mod ask;
mod file;

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use super::progress::Progress;
use super::run::summary_text;
use super::terminal::count;
use super::{Failure, Global, Target, Terminal};
use crate::database::{Database, DatabaseError, Resolution};
use crate::graph::{Answer, Cell, Graph};
use crate::model::{Diagnostic, EntityNo};
use crate::resolve::{Between, Proposal, Proposals, Wanted};
use crate::schema::nearest;
use crate::write::{Format, safe};

/// What `tieline dedupe` is told.
#[derive(Debug, clap::Args)]
pub struct Dedupe {
    /// Only pairs with an entity that this source speaks of; may be given several times
    #[arg(long = "source", value_name = "ID")]
    sources: Vec<String>,
    /// Only pairs that no one source speaks of together
    #[arg(long, conflicts_with = "within")]
    across: bool,
    /// Only pairs that one source speaks of: two entries of one list
    #[arg(long)]
    within: bool,
    /// Only entities of this kind
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// The most pairs [default: 100 in a list, all when you are asked]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// The least score, 0 to 1
    #[arg(long, value_name = "SCORE", default_value = "0.5", value_parser = super::screen::score)]
    threshold: f64,
    /// Ask about each pair, even where there is no terminal
    #[arg(long, conflicts_with_all = ["decisions", "format"])]
    ask: bool,
    /// How the list of pairs is written, instead of asking; csv and toml have a place for your decisions
    #[arg(long, value_parser = ["table", "box", "json", "jsonl", "csv", "markdown", "toml"])]
    format: Option<String>,
    /// Write the list to this file
    #[arg(long, short, value_name = "FILE", conflicts_with_all = ["ask", "decisions"])]
    output: Option<PathBuf>,
    /// Carry out the decisions of this file (CSV or TOML, as written by --format), all or none
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    decisions: Option<PathBuf>,
    /// Join entities whose dates or genders contradict each other, where a file says so
    #[arg(long, requires = "decisions")]
    force: bool,
}

/// The most pairs of a list.
const MOST_LISTED: usize = 100;
/// The most names that are told as too frequent.
const MOST_TOLD: usize = 3;

/// Proposes pairs and asks, or lists them, or carries out the decisions of a file.
///
/// # Errors
/// A kind or a source is not known, a decision is refused, or the database cannot be read or written.
pub fn run(database: &mut Database, options: &Dedupe, global: &Global, terminal: &Terminal) -> Result<(), Failure> {
    let author = global.author();
    let mut resolution = {
        let _progress = Progress::new("reading what is known", 0, terminal.is_quiet());
        database.resolution()?
    };
    terminal.notices(database);
    if let Some(path) = &options.decisions {
        let decisions = file::read(path)?;
        let summary = database.decide(&mut resolution, &decisions, options.force, &author)?;
        terminal.notices(database);
        return if terminal.is_quiet() { Ok(()) } else { terminal.print(&summary_text(&summary)) };
    }
    let wanted = wanted(database, options)?;
    let asks = options.ask
        || (options.format.is_none()
            && options.output.is_none()
            && io::stdin().is_terminal()
            && io::stdout().is_terminal());
    let mut proposals = find(database, &resolution, &wanted, terminal);
    let found = proposals.list.len();
    proposals.list.truncate(options.limit.unwrap_or(if asks { usize::MAX } else { MOST_LISTED }));
    if asks {
        return ask::run(database, &mut resolution, proposals, &author, terminal);
    }
    let left = found - proposals.list.len();
    list(database, proposals, options, left, terminal)
}

fn find(database: &Database, resolution: &Resolution, wanted: &Wanted, terminal: &Terminal) -> Proposals {
    let progress = Progress::new("comparing", 0, terminal.is_quiet());
    let proposals = database.propose(resolution, wanted, &mut |done, of| progress.of(done as u64, of as u64));
    drop(progress);
    terminal.say(&format!(
        "{} compared: {} proposed, {} decided before",
        count(proposals.compared, "pair"),
        proposals.list.len(),
        proposals.decided
    ));
    if !proposals.cut.is_empty() {
        let told: Vec<String> =
            proposals.cut.iter().take(MOST_TOLD).map(|(name, count)| format!("{} ({count})", safe(name))).collect();
        terminal.say(&format!(
            "note: {} so frequent that not all who bear {} are compared with each other: {}",
            if proposals.cut.len() == 1 {
                "one name is".to_owned()
            } else {
                format!("{} names are", proposals.cut.len())
            },
            if proposals.cut.len() == 1 { "it" } else { "them" },
            told.join(", ")
        ));
    }
    proposals
}

/// What the options ask for, in numbers of the graph.
fn wanted(database: &Database, options: &Dedupe) -> Result<Wanted, Failure> {
    let graph = database.graph();
    let mut sources = Vec::new();
    for id in &options.sources {
        let is = |known: &str| known.strip_prefix(&**id).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
        let meant: Vec<u32> =
            (0..).zip(graph.sources()).filter(|(_, source)| is(&source.id)).map(|(number, _)| number).collect();
        if meant.is_empty() {
            let known = graph.sources().iter().map(|source| source.id.as_str());
            return Err(unknown("source", id, nearest(id, known)));
        }
        sources.extend(meant);
    }
    let kind = match &options.kind {
        None => None,
        Some(kind) => {
            let kinds = &graph.meta().kinds;
            let code = kinds.iter().position(|known| known.eq_ignore_ascii_case(kind));
            let code =
                code.ok_or_else(|| unknown("kind of entity", kind, nearest(kind, kinds.iter().map(String::as_str))))?;
            Some(code as u8)
        }
    };
    let between = match (options.across, options.within) {
        (true, _) => Between::Across,
        (_, true) => Between::Within,
        _ => Between::Any,
    };
    Ok(Wanted { sources, between, kind, threshold: options.threshold })
}

fn unknown(what: &str, word: &str, near: Option<&str>) -> Failure {
    let refused = Diagnostic::new(word, 0..word.len(), format!("there is no {what} {word} in the database"));
    Failure::Refused(Box::new(match near {
        Some(near) => refused.help(format!("did you mean {near}?")),
        None => refused,
    }))
}

/// Writes the pairs.
fn list(
    database: &Database,
    proposals: Proposals,
    options: &Dedupe,
    left: usize,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let graph = database.graph();
    let word = options.format.as_deref();
    let by_name = || options.output.as_ref().filter(|path| path.extension().is_some_and(|end| end == "toml"));
    if word == Some("toml") || (word.is_none() && by_name().is_some()) {
        let text = file::toml(graph, &proposals.list);
        return match &options.output {
            Some(path) => std::fs::write(path, text).map_err(|error| Failure::Write { path: path.clone(), error }),
            None => Ok(io::stdout().lock().write_all(text.as_bytes())?),
        };
    }
    let named = options.output.as_deref().map_or(Ok(None), super::format_of)?;
    let format = match word {
        Some(word) => word.parse().unwrap_or_default(),
        None => named.unwrap_or_default(),
    };
    let mut answer = answer(graph, &proposals.list, format);
    if left > 0 {
        answer.notes.push(format!("{} more; --limit shows more, --threshold fewer", count(left, "pair")));
    }
    terminal.answer(&answer, Target { format, file: options.output.as_deref(), ..Target::default() })
}

/// The pairs as a table.
fn answer(graph: &Graph, pairs: &[Proposal], format: Format) -> Answer {
    let columns = ["score", "one", "other", "reasons", "decision"];
    let mut answer = Answer { columns: columns.map(str::to_owned).to_vec(), ..Answer::default() };
    let mut places = HashMap::new();
    for pair in pairs {
        let mut node = |entity: EntityNo| {
            Cell::Node(*places.entry(entity).or_insert_with(|| answer.graph.add_node(graph.show_node(entity))))
        };
        let ends = [node(pair.one), node(pair.other)];
        let reasons = reasons(pair).map(Cell::Text);
        let reasons = match format {
            Format::Json | Format::Jsonl => Cell::List(reasons.collect()),
            _ => Cell::Text(self::reasons(pair).collect::<Vec<_>>().join("; ")),
        };
        let [one, other] = ends;
        answer.rows.push(vec![Cell::Float(rounded(pair)), one, other, reasons, Cell::Text(String::new())]);
    }
    answer
}

/// The score as it is shown.
fn rounded(pair: &Proposal) -> f64 {
    (pair.weighed.score() * 10_000.0).round() / 10_000.0
}

/// The reasons with their weights in bits: `both born 1935 (+4.0)`.
fn reasons(pair: &Proposal) -> impl Iterator<Item = String> + '_ {
    pair.weighed.reasons.iter().map(|reason| format!("{} ({:+.1})", reason.what, reason.bits))
}

/// The note that a decision on a proposal carries.
fn note(pair: &Proposal, words: &str) -> String {
    let found = format!("score {:.4}: {}", rounded(pair), reasons(pair).collect::<Vec<_>>().join("; "));
    if words.is_empty() { found } else { format!("{words} ({found})") }
}

/// An error of the data, which leaves the questions going.
fn refusal(failure: &DatabaseError) -> bool {
    matches!(failure, DatabaseError::Refused(_))
}
