//! `tieline screen`: a table of names is looked up, and what each may mean is written as it is found.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use super::progress::Progress;
use super::terminal::{count, replace};
use super::{Failure, Terminal};
use crate::database::Database;
use crate::graph::Graph;
use crate::model::{Diagnostic, Grade, Modality, Period, Truth};
use crate::names;
use crate::read::csv::{DateFormats, Encoding, Rows};
use crate::resolve::{Asked, SCREEN_THRESHOLD, ScreenHit, Screener, Step};
use crate::schema::nearest;
use crate::write::{guarded, safe};

/// What `tieline screen` is told.
#[derive(Debug, clap::Args)]
pub struct Screen {
    /// The table: comma-separated values with a header
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The column of names
    #[arg(long, value_name = "NAME", default_value = "name")]
    column: String,
    /// The column of kinds (Person, Organisation), if there is one
    #[arg(long, value_name = "NAME")]
    kind_column: Option<String>,
    /// The column of dates of birth or of foundation, if there is one
    #[arg(long, value_name = "NAME")]
    dob_column: Option<String>,
    /// How dates are written, such as dd/mm/yyyy; may be given several times [default: edtf, such as 1971-03 or 1971]
    #[arg(long = "dob-format", value_name = "PATTERN", requires = "dob_column")]
    dob_formats: Vec<String>,
    /// The column of countries, if there is one
    #[arg(long, value_name = "NAME")]
    country_column: Option<String>,
    /// What separates the columns
    #[arg(long, value_name = "CHARACTER", default_value = ",", value_parser = delimiter)]
    delimiter: u8,
    /// How the file is encoded
    #[arg(long, value_name = "ENCODING", default_value = "utf-8", value_parser = ["utf-8", "latin-1", "windows-1252"])]
    encoding: String,
    /// The least score of a hit, 0 to 1
    #[arg(long, value_name = "SCORE", default_value_t = SCREEN_THRESHOLD, value_parser = score)]
    threshold: f64,
    /// The most hits of a name
    #[arg(long, value_name = "N", default_value_t = 5)]
    limit: usize,
    /// Only claims and links of this scope, such as "as of 2024 grade B2"
    #[arg(long, value_name = "SCOPE", default_value = "", hide_default_value = true)]
    scope: String,
    /// How hits are written [default: what the file's name says, or jsonl]
    #[arg(long, value_parser = ["jsonl", "csv"])]
    format: Option<String>,
    /// The file; the standard output if none is named
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write a line for names without a hit as well
    #[arg(long)]
    all: bool,
    /// Leave out rows that cannot be read, saying which
    #[arg(long)]
    keep_going: bool,
}

/// A score from the command line.
pub(super) fn score(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(score) if (0.0..=1.0).contains(&score) => Ok(score),
        _ => Err("a number from 0 to 1 is expected".to_owned()),
    }
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte] => Ok(*byte),
        b"\\t" | b"tab" => Ok(b'\t'),
        _ => Err("one character is expected, or tab".to_owned()),
    }
}

/// The most messages about rows that are left out.
const MOST_TOLD: u64 = 100;
/// Rows between two looks at the progress.
const STEP: u64 = 256;

/// Looks up the names of a table.
///
/// # Errors
/// A column is not there, a row cannot be read, the scope is refused, or the database cannot be read.
pub fn run(database: &mut Database, options: &Screen, terminal: &Terminal) -> Result<(), Failure> {
    let started = Instant::now();
    let mut table = Table::open(options)?;
    let format = match (&options.format, &options.output) {
        (Some(word), _) => word.clone(),
        (None, Some(path)) if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv")) => "csv".to_owned(),
        _ => "jsonl".to_owned(),
    };
    let total = std::fs::metadata(&options.file).map_or(0, |known| known.len());
    let screened = {
        let waiting = Progress::new("reading what is known", 0, terminal.is_quiet());
        database.screening(&options.scope, |screener, graph| {
            drop(waiting);
            let progress = Progress::new("screening", total, terminal.is_quiet());
            let mut job = Job { screener, graph, options, terminal, progress, counts: Counts::default() };
            match &options.output {
                Some(path) => job.replace(&mut table, path, &format)?,
                None => {
                    let mut out = BufWriter::new(io::stdout().lock());
                    job.all(&mut table, &mut out, &format)?;
                    out.flush()?;
                }
            }
            Ok::<_, Failure>(job.counts)
        })?
    };
    terminal.notices(database);
    let counts = screened?;
    let Counts { names, found, hits, skipped } = counts;
    let mut said = format!(
        "{} in {:.1} s: {} with a hit ({}), {} without",
        count(names as usize, "name"),
        started.elapsed().as_secs_f64(),
        found,
        count(hits as usize, "hit"),
        names - found
    );
    if skipped > 0 {
        said.push_str(&format!("; {} left out", count(skipped as usize, "row")));
    }
    terminal.say(&said);
    Ok(())
}

/// The table of names.
struct Table {
    rows: Rows,
    name: usize,
    kind: Option<usize>,
    born: Option<usize>,
    country: Option<usize>,
    dates: DateFormats,
}

impl Table {
    fn open(options: &Screen) -> Result<Self, Failure> {
        let refused = |diagnostic| Failure::Refused(Box::new(diagnostic));
        std::fs::File::open(&options.file).map_err(|error| Failure::Read { path: options.file.clone(), error })?;
        let encoding = match options.encoding.as_str() {
            "latin-1" => Encoding::Latin1,
            "windows-1252" => Encoding::Windows1252,
            _ => Encoding::Utf8,
        };
        let mut rows = Rows::open(&options.file, options.delimiter, encoding).map_err(refused)?;
        let header = rows.header().map_err(|fault| Failure::Refused(fault.diagnostic))?;
        let column = |wanted: &str| -> Result<usize, Failure> {
            let found = header.iter().position(|name| name.eq_ignore_ascii_case(wanted.trim()));
            found.ok_or_else(|| {
                let missing = rows.diagnostic(None, format!("there is no column {wanted}"));
                let known = || header.iter().map(String::as_str);
                refused(match nearest(wanted, known()) {
                    Some(near) => missing.help(format!("did you mean {near}?")),
                    None => missing.help(format!("the columns are {}", known().collect::<Vec<_>>().join(", "))),
                })
            })
        };
        let optional = |wanted: &Option<String>| wanted.as_deref().map(column).transpose();
        let mut dates = DateFormats::new(None);
        for pattern in &options.dob_formats {
            dates.add(pattern).map_err(|error| Failure::Usage(error.to_string()))?;
        }
        if options.dob_formats.is_empty() {
            dates = DateFormats::default();
        }
        let (name, kind) = (column(&options.column)?, optional(&options.kind_column)?);
        let (born, country) = (optional(&options.dob_column)?, optional(&options.country_column)?);
        rows.expect_width(header.len());
        Ok(Self { rows, name, kind, born, country, dates })
    }

    /// What the current row asks.
    fn asked(&self, graph: &Graph) -> Result<Asked, Box<Diagnostic>> {
        let cell = |column: usize| self.rows.record().get(column).map_or("", str::trim);
        let refuse = |column: usize, message: String| Box::new(self.rows.diagnostic(Some(column), message));
        let name = cell(self.name);
        if names::fold(name).is_empty() {
            return Err(refuse(self.name, "a name is expected".to_owned()));
        }
        let mut asked = Asked { name: name.to_owned(), ..Asked::default() };
        if let Some(column) = self.kind.filter(|&column| !cell(column).is_empty()) {
            let kinds = &graph.meta().kinds;
            let word = cell(column);
            let known = kinds.iter().find(|kind| kind.eq_ignore_ascii_case(word)).ok_or_else(|| {
                let refused = refuse(column, format!("{word:?} is no kind of entity in the database"));
                Box::new(refused.help(format!("the kinds are {}", kinds.join(", "))))
            })?;
            asked.kind = Some(known.clone());
        }
        if let Some(column) = self.born.filter(|&column| !cell(column).is_empty()) {
            let mut edtf = String::new();
            let fits = self.dates.edtf(cell(column), &mut edtf);
            let period: Option<Period> = edtf.parse().ok();
            if !fits || (period.is_none() && !edtf.is_empty()) {
                let refused = refuse(column, format!("{:?} is no date", cell(column)));
                return Err(Box::new(refused.help(format!("dates are written as {}", self.dates.names()))));
            }
            asked.born.extend(period);
        }
        if let Some(column) = self.country {
            let countries = cell(column).split([';', '|']).map(str::trim).filter(|country| !country.is_empty());
            asked.countries = countries.map(str::to_owned).collect();
        }
        Ok(asked)
    }
}

/// How many of what.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    names: u64,
    found: u64,
    hits: u64,
    skipped: u64,
}

/// A table being looked up.
struct Job<'a, 's> {
    screener: &'a mut Screener<'s>,
    graph: &'a Graph,
    options: &'a Screen,
    terminal: &'a Terminal,
    progress: Progress,
    counts: Counts,
}

impl Job<'_, '_> {
    /// Writes to a file, which is there whole or not at all.
    fn replace(&mut self, table: &mut Table, path: &Path, format: &str) -> Result<(), Failure> {
        let mut failed = None;
        let written = replace(path, &mut |out| {
            self.all(table, out, format).map_err(|failure| {
                failed = Some(failure);
                io::ErrorKind::Other.into()
            })
        });
        match (failed, written) {
            (Some(failure), _) => Err(failure),
            (None, Err(error)) => Err(Failure::Write { path: path.to_owned(), error }),
            (None, Ok(())) => Ok(()),
        }
    }

    fn all(&mut self, table: &mut Table, out: &mut dyn Write, format: &str) -> Result<(), Failure> {
        let mut writer = Writer::new(out, format)?;
        loop {
            let number = table.rows.number();
            if number.is_multiple_of(STEP) {
                self.progress.at(table.rows.bytes_read());
            }
            let asked = match table.rows.next() {
                Ok(false) => break,
                Ok(true) => table.asked(self.graph),
                Err(fault) if fault.last => return Err(Failure::Refused(fault.diagnostic)),
                Err(fault) => Err(fault.diagnostic),
            };
            match asked {
                Ok(asked) => self.one(table.rows.number(), &asked, &mut writer)?,
                Err(diagnostic) if !self.options.keep_going => return Err(Failure::Refused(diagnostic)),
                Err(diagnostic) => {
                    self.counts.skipped += 1;
                    match self.counts.skipped {
                        1..=MOST_TOLD => self.terminal.say(&safe(&format!("left out: {diagnostic}"))),
                        number if number == MOST_TOLD + 1 => self.terminal.say("further rows are left out silently"),
                        _ => {}
                    }
                }
            }
        }
        writer.finish()
    }

    fn one(&mut self, row: u64, asked: &Asked, writer: &mut Writer<'_>) -> Result<(), Failure> {
        let hits = self.screener.screen(asked, self.options.threshold, self.options.limit);
        self.counts.names += 1;
        self.counts.found += u64::from(!hits.is_empty());
        self.counts.hits += hits.len() as u64;
        for (rank, hit) in (1..).zip(&hits) {
            writer.line(&Line::of(self.graph, row, asked, rank, Some(hit)))?;
        }
        if hits.is_empty() && self.options.all {
            writer.line(&Line::of(self.graph, row, asked, 0, None))?;
        }
        Ok(())
    }
}

/// Lines as JSON objects or as rows of a table.
enum Writer<'o> {
    Lines(&'o mut dyn Write),
    Table(Box<csv::Writer<&'o mut dyn Write>>),
}

/// The columns of a table of hits.
const COLUMNS: [&str; 14] = [
    "row", "query", "rank", "id", "name", "kind", "matched", "role", "score", "reasons", "grade", "sources",
    "distance", "path",
];

impl<'o> Writer<'o> {
    fn new(out: &'o mut dyn Write, format: &str) -> Result<Self, Failure> {
        if format == "jsonl" {
            return Ok(Self::Lines(out));
        }
        let mut table = csv::Writer::from_writer(out);
        table.write_record(COLUMNS).map_err(broken)?;
        Ok(Self::Table(Box::new(table)))
    }

    fn line(&mut self, line: &Line<'_>) -> Result<(), Failure> {
        match self {
            Self::Lines(out) => {
                serde_json::to_writer(&mut *out, line).map_err(io::Error::from)?;
                Ok(out.write_all(b"\n")?)
            }
            Self::Table(table) => {
                let number = |number: Option<usize>| number.map_or_else(String::new, |number| number.to_string());
                let path: Vec<String> = line.path.iter().map(Hop::to_string).collect();
                let text = |text: Option<&str>| guarded(text.unwrap_or("").to_owned());
                let record = [
                    line.row.to_string(),
                    text(Some(line.query)),
                    line.rank.to_string(),
                    text(line.id),
                    text(line.name),
                    text(line.kind),
                    text(line.matched),
                    text(line.role),
                    line.score.map_or_else(String::new, |score| score.to_string()),
                    guarded(line.reasons.join("; ")),
                    text(line.grade.as_deref()),
                    guarded(line.sources.join("; ")),
                    number(line.distance),
                    guarded(path.join("; ")),
                ];
                table.write_record(record).map_err(broken)
            }
        }
    }

    fn finish(self) -> Result<(), Failure> {
        match self {
            Self::Lines(_) => Ok(()),
            Self::Table(mut table) => Ok(table.flush()?),
        }
    }
}

fn broken(error: csv::Error) -> Failure {
    Failure::Output(error.into())
}

/// A hit as it is written; without one, only what was asked.
#[derive(Serialize)]
struct Line<'a> {
    row: u64,
    query: &'a str,
    rank: usize,
    id: Option<&'a str>,
    name: Option<&'a str>,
    kind: Option<&'a str>,
    matched: Option<&'a str>,
    role: Option<&'static str>,
    score: Option<f64>,
    reasons: &'a [String],
    grade: Option<String>,
    sources: Vec<&'a str>,
    designated: bool,
    distance: Option<usize>,
    path: Vec<Hop<'a>>,
}

/// A link on the way to a designated organisation, from the side it is walked from.
#[derive(Serialize)]
struct Hop<'a> {
    from: &'a str,
    from_name: &'a str,
    kind: &'a str,
    forward: bool,
    to: &'a str,
    to_name: &'a str,
    link: String,
    when: Option<String>,
    modality: &'static str,
    grade: String,
    holds: bool,
}

impl<'a> Line<'a> {
    fn of(graph: &'a Graph, row: u64, asked: &'a Asked, rank: usize, hit: Option<&'a ScreenHit>) -> Self {
        let node = hit.and_then(|hit| graph.node(hit.entity));
        let source = |number: &u32| graph.sources().get(*number as usize).map(|source| source.id.as_str());
        let mut path = Vec::new();
        if let Some(hit) = hit {
            let mut at = hit.entity;
            for step in &hit.way {
                path.extend(Hop::of(graph, at, step));
                // Designations all start at the entity itself; a way goes on.
                at = if hit.designated { at } else { step.to };
            }
        }
        Self {
            row,
            query: &asked.name,
            rank,
            id: node.map(|node| node.id),
            name: node.map(|node| node.name),
            kind: node.map(|node| graph.kind_name(node.kind)),
            matched: hit.map(|hit| hit.name.as_str()),
            role: hit.map(|hit| hit.role.word()),
            score: hit.map(|hit| (hit.score * 10_000.0).round() / 10_000.0),
            reasons: hit.map_or(&[], |hit| &hit.reasons),
            grade: hit.and_then(|hit| hit.grade).map(|grade| grade.to_string()),
            sources: hit.map_or_else(Vec::new, |hit| hit.sources.iter().filter_map(source).collect()),
            designated: hit.is_some_and(|hit| hit.designated),
            distance: hit.and_then(|hit| hit.distance),
            path,
        }
    }
}

impl<'a> Hop<'a> {
    fn of(graph: &'a Graph, from: u32, step: &Step) -> Option<Self> {
        let link = graph.link(step.link)?;
        let (here, there) = (graph.node(from)?, graph.node(step.to)?);
        Some(Self {
            from: here.id,
            from_name: here.name,
            kind: graph.link_kind(link.tie.kind).map_or("", |kind| &kind.name),
            forward: link.from == from,
            to: there.id,
            to_name: there.name,
            link: graph.link_id(step.link),
            when: graph.period(link.tie.period).map(|period| period.to_string()),
            modality: Modality::from_number(link.tie.modality).unwrap_or_default().word(),
            grade: Grade::from_byte(link.tie.grade).map_or_else(String::new, |grade| grade.to_string()),
            holds: step.truth == Truth::Yes,
        })
    }
}

impl std::fmt::Display for Hop<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, when) = (self.kind.replace('_', " "), self.when.as_deref());
        let doubt = if self.modality == "asserted" { String::new() } else { format!(" ({})", self.modality) };
        let (left, right) = if self.forward { ("—", "→") } else { ("←", "—") };
        write!(f, "{} {left}{kind}{doubt}{right} {}", self.from_name, self.to_name)?;
        when.map_or(Ok(()), |when| write!(f, " ({when})"))
    }
}
