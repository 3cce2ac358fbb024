//! What is typed on the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};

use super::Given;
use crate::database::Session;
use crate::model::is_release;
use crate::names::NameKind;
use crate::query::Budget;
use crate::read::list::published_day;
use crate::write::Format;

/// A knowledge-graph database of extremist organisations and the ties between them.
///
/// Every answer can show its sentence. Without a command: the interactive prompt.
#[derive(Debug, Parser)]
#[command(name = "tieline", version, max_term_width = 100)]
pub struct Args {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// The command; none for the interactive prompt.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Options for every command")]
pub struct Global {
    /// The directory of the database
    #[arg(long, global = true, value_name = "DIR", env = "TIELINE_DB", default_value = "tieline.db")]
    pub db: PathBuf,
    /// Who changes the database, for its history [default: the name you are logged in with]
    #[arg(long, global = true, value_name = "NAME")]
    author: Option<String>,
    /// When to use colours; NO_COLOR is respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Colour,
    /// Say only answers and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// End a statement at this many rows, with those that were found [default: 100000]
    #[arg(long, global = true, value_name = "N")]
    max_rows: Option<usize>,
    /// End a statement when it has looked at this many links [default: 200000000]
    #[arg(long, global = true, value_name = "N")]
    max_links: Option<u64>,
    /// End a statement after this many seconds [default: 30]
    #[arg(long, global = true, value_name = "SECONDS", value_parser = seconds)]
    max_seconds: Option<Duration>,
}

impl Global {
    /// A session with the budget that was asked for.
    pub fn session(&self) -> Session {
        let usual = Budget::default();
        let budget = Budget {
            rows: self.max_rows.unwrap_or(usual.rows),
            visited: self.max_links.unwrap_or(usual.visited),
            time: self.max_seconds.unwrap_or(usual.time),
        };
        Session { budget, ..Session::default() }
    }

    /// Who changes the database: as told, or who is logged in, or `unknown`.
    pub fn author(&self) -> String {
        let logged_in = || ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
        let named = |name: &String| !name.trim().is_empty();
        self.author.clone().filter(named).or_else(|| logged_in().filter(named)).unwrap_or_else(|| "unknown".to_owned())
    }
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal.
    Auto,
    /// Even where there is no terminal.
    Always,
    /// Not at all.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Load seed files, or folders of them, all or nothing
    Load {
        /// Seed files (TOML) or folders
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Read documents and propose claims, for `tieline review` to accept, edit or reject
    Ingest(Box<super::ingest::Ingest>),
    /// Decide about proposed claims: at the prompt, in an editor, or by a rule
    Review(super::review::Review),
    /// How much of a gold list the extractor finds in its document: precision, recall, every miss and every false hit
    Score(super::score::Score),
    /// Import data of another format, all or nothing
    #[command(subcommand)]
    Import(Import),
    /// Answer a statement, or a file of statements
    ///
    /// In a file a statement stands on a line; a line that ends with a backslash goes on in the next one, and lines that
    /// start with `#` or `--` are comments.
    Query {
        /// The statement, or - to read statements from the standard input
        #[arg(value_name = "TEXT", required_unless_present = "file", conflicts_with = "file")]
        text: Option<String>,
        /// Read statements from a file, one a line
        #[arg(long, short, value_name = "FILE")]
        file: Option<PathBuf>,
        /// How answers are written
        #[arg(long, value_parser = format(), default_value = "table")]
        format: Format,
        /// Add the times of each statement: a JSON object a statement on the standard error, and with --format json a
        /// member of the answer
        #[arg(long)]
        timing: bool,
        /// Go on after a statement that is refused
        #[arg(long)]
        keep_going: bool,
        /// Values of its parameters
        #[command(flatten)]
        given: Given,
    },
    /// Write the answer of a statement to a file, as a picture if nothing else is said
    Export {
        /// The statement
        #[arg(value_name = "QUERY", required_unless_present = "all")]
        query: Option<String>,
        /// Write all of the database instead of an answer, as FollowTheMoney
        #[arg(long, conflicts_with = "query")]
        all: bool,
        /// Write a line for each value that a data set says, instead of one for each entity
        #[arg(long, conflicts_with = "query")]
        statements: bool,
        /// How it is written [default: what the file's name says, or dot]
        #[arg(long, value_parser = format())]
        format: Option<Format>,
        /// The file; the standard output if none is named
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Values of its parameters
        #[command(flatten)]
        given: Given,
    },
    /// Propose entities that may be one, and decide which are
    Dedupe(super::dedupe::Dedupe),
    /// Look up a table of names: whom each may mean, and how far from a designated organisation that is
    Screen(super::screen::Screen),
    /// Show the kinds of entities, links and attributes
    Schema {
        /// One kind of entity or link, a finer type, or an attribute
        kind: Option<String>,
        /// Check and show the schema files of this folder instead of the schema of the database
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
    },
    /// Count what the database holds
    Stats {
        /// How the counts are written
        #[arg(long, value_parser = format(), default_value = "table")]
        format: Format,
    },
    /// List the changes that were made
    History {
        /// How the list is written
        #[arg(long, value_parser = format(), default_value = "table")]
        format: Format,
    },
    /// Take back a change, by its number in the history
    Undo {
        /// The number
        number: u32,
    },
    /// Check everything that is stored
    Verify,
    /// Write all of the database to one file
    Backup {
        /// The file
        file: PathBuf,
    },
    /// Make a database of a backup, in the new directory that --db names
    Restore {
        /// The file that `tieline backup` wrote
        file: PathBuf,
    },
    /// Say what two lists, or two states of the database, differ in
    Diff(DiffArgs),
    /// Build a small database from the seeds and ask it what a researcher would ask
    Tour {
        /// The folder of seeds
        #[arg(long, value_name = "DIR", default_value = "seeds")]
        seeds: PathBuf,
        /// Where the database is built; one that an earlier tour built is replaced
        #[arg(long, value_name = "DIR", default_value = "tour.db")]
        dir: PathBuf,
        /// Where the picture is written
        #[arg(long, short, value_name = "FILE", default_value = "ttp.dot")]
        output: PathBuf,
    },
    /// Compare names, and measure how well that is done
    #[command(subcommand)]
    Names(Names),
    /// Make material for measurements
    #[command(subcommand)]
    Bench(Bench),
}

/// Formats that can be imported.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Tables of comma-separated values, by a mapping
    Csv {
        /// What the columns mean (TOML)
        #[arg(long, value_name = "FILE")]
        mapping: PathBuf,
        #[command(flatten)]
        release: Release,
        /// The tables
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// The UN Security Council's consolidated list (XML)
    UnSc {
        /// The list
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Let an older release take the place of a newer one
        #[arg(long)]
        older: bool,
    },
    /// OFAC's list of Specially Designated Nationals: its CSV tables, a folder with them, or its XML file
    Ofac {
        /// When the list was published (2024-01-08), which the tables do not say
        #[arg(long, visible_alias = "release", value_name = "DATE", value_parser = published_day)]
        published: Option<String>,
        /// Let an older release take the place of a newer one
        #[arg(long)]
        older: bool,
        /// sdn.csv, alt.csv, add.csv and sdn_comments.csv, their folder, or sdn.xml
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// JSON lines of FollowTheMoney: entities, statements, or changes of entities
    Ftm {
        /// The data set of entities that name none or several [default: the name of the first file]
        #[arg(long, value_name = "NAME")]
        dataset: Option<String>,
        #[command(flatten)]
        release: Release,
        /// The files
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
}

/// What is compared, and how the differences are shown.
#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// The earlier one: a file, a source of the database such as un-sc:2026-02-27, a commit by its number, or a day
    #[arg(value_name = "A")]
    pub one: String,
    /// The later one
    #[arg(value_name = "B")]
    pub other: String,
    /// What the columns mean, for files that are tables
    #[arg(long, value_name = "FILE")]
    pub mapping: Option<PathBuf>,
    /// How the differences are written [default: what the file's name says, or table]
    #[arg(long, value_parser = format())]
    pub format: Option<Format>,
    /// The file; the standard output if none is named
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// End with exit code 1 if there are differences
    #[arg(long)]
    pub exit_code: bool,
}

/// Which release of a list it is.
#[derive(Debug, clap::Args)]
pub struct Release {
    /// The release of the list, as a date; a newer one takes the place of an older one
    #[arg(long = "release", value_name = "DATE", value_parser = release)]
    pub date: Option<String>,
    /// Let an older release take the place of a newer one
    #[arg(long)]
    pub older: bool,
}

/// What is done with names alone.
#[derive(Debug, Subcommand)]
pub enum Names {
    /// Say how alike two names are, and why
    Compare {
        /// A name
        #[arg(value_name = "NAME")]
        one: String,
        /// Another name
        #[arg(value_name = "NAME")]
        other: String,
        /// What bears them: person, organisation, other or unknown
        #[arg(long, default_value = "unknown")]
        kind: NameKind,
        /// How the answer is written
        #[arg(long, value_enum, default_value = "text")]
        format: Shape,
    },
    /// Measure the comparison on labelled pairs: precision, recall, F1 and every wrong pair
    Score {
        /// A table with the columns name1, name2, is_match and, if known, schema (the kind) and case_group
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// From which score on two names are taken for the same [default: the one of the program]
        #[arg(long, value_parser = share)]
        threshold: Option<f64>,
        /// Add the figures at other thresholds
        #[arg(long)]
        sweep: bool,
        /// How the figures are written
        #[arg(long, value_enum, default_value = "text")]
        format: Shape,
    },
}

/// How something that is no answer of the graph is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shape {
    /// To be read by a person.
    Text,
    /// One object.
    Json,
}

/// Material for measurements.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Write an invented graph of the shape of a real one: tables and their mapping
    Generate {
        /// How many entities; there are five links to each
        #[arg(long, value_name = "N")]
        entities: u32,
        /// The folder to write to
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "a number of seconds is expected".to_owned())?;
    Duration::try_from_secs_f64(number).map_err(|error| error.to_string())
}

fn release(text: &str) -> Result<String, String> {
    let wanted = "a year, a month or a day is expected: 2026, 2026-02 or 2026-02-27";
    if is_release(text) { Ok(text.to_owned()) } else { Err(wanted.to_owned()) }
}

fn share(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok().filter(|number| (0.0..=1.0).contains(number));
    number.ok_or_else(|| "a number from 0 to 1 is expected".to_owned())
}

fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::WORDS).try_map(|word| word.parse::<Format>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parsed(words: &str) -> Result<Args, clap::Error> {
        Args::try_parse_from(std::iter::once("tieline").chain(words.split(' ').filter(|word| !word.is_empty())))
    }

    #[test]
    fn the_arguments_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn nothing_is_the_prompt() {
        let args = parsed("").unwrap();
        assert!(args.command.is_none());
        assert_eq!(args.global.color, Colour::Auto);
    }

    #[test]
    fn options_stand_before_or_after_the_command() {
        for words in ["--db x.db verify", "verify --db x.db"] {
            assert_eq!(parsed(words).unwrap().global.db, PathBuf::from("x.db"));
        }
    }

    #[test]
    fn a_query_is_a_text_or_a_file() {
        assert!(
            matches!(parsed("query -").unwrap().command, Some(Command::Query { text: Some(text), .. }) if text == "-")
        );
        assert!(matches!(parsed("query -f q --timing").unwrap().command, Some(Command::Query { timing: true, .. })));
        for words in ["query", "query find -f q", "query find --format yaml", "import csv x.csv", "undo first"] {
            assert_eq!(parsed(words).unwrap_err().exit_code(), 2, "{words}");
        }
    }

    #[test]
    fn a_budget_is_what_was_asked_for_and_else_the_usual_one() {
        let budget = |words: &str| parsed(words).unwrap().global.session().budget;
        assert_eq!(budget("stats"), Budget::default());
        let asked = budget("query rank --max-rows 5 --max-links 7 --max-seconds 0.5");
        assert_eq!(asked, Budget { rows: 5, visited: 7, time: Duration::from_millis(500) });
        for words in ["stats --max-seconds -1", "stats --max-seconds x", "stats --max-rows -1"] {
            assert!(parsed(words).is_err(), "{words}");
        }
    }

    #[test]
    fn an_author_is_never_empty() {
        let mut global = parsed("verify").unwrap().global;
        global.author = Some(" ".to_owned());
        assert!(!global.author().trim().is_empty());
        global.author = Some("Ada".to_owned());
        assert_eq!(global.author(), "Ada");
    }
}
