//! Tieline beside what a user could pick instead: one graph, one set of questions, one table.
//!
//! ```text
//! cargo run --release --manifest-path benches/peers/Cargo.toml -- --entities 1000000
//! ```

mod bare;
mod data;
mod measure;
mod peer;
mod questions;
mod sqlite;
mod table;
mod tieline;
mod walk;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};

use bare::Bare;
use peer::{Answer, Peer, Question};
use table::Tables;

/// Asks the same questions of the same generated graph in Tieline, SQLite and bare compressed sparse rows.
#[derive(Parser)]
#[command(name = "peers")]
struct Arguments {
    /// Entities of the graph; it has five times as many links
    #[arg(long, default_value_t = 100_000)]
    entities: u32,
    /// Questions of each sort
    #[arg(long, default_value_t = 400)]
    questions: usize,
    /// How often each question is asked; its least time counts
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Keep graph and databases in this folder, and use again what is there already
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Ask only the sorts of questions whose name contains this
    #[arg(long, default_value = "")]
    only: String,
    #[command(subcommand)]
    part: Option<Part>,
}

/// What Tieline's median may be at most: so many times that of the bare rows, and a fixed time for the text of the
/// statement.
const LIMIT_SHARE: u32 = 3;
const LIMIT_FIXED: Duration = Duration::from_micros(20);

/// Parts that run in a process of their own.
#[derive(Subcommand)]
#[command(hide = true)]
enum Part {
    /// Runs a command and says what it cost
    Measured { command: Vec<String> },
    /// Imports the graph in a folder into a new SQLite file
    SqliteImport { folder: PathBuf, file: PathBuf },
    /// Opens a SQLite file and answers one question
    SqliteFirst { file: PathBuf, id: String },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.part {
        None => compare(&arguments),
        Some(Part::Measured { command }) => measure::run(command).and_then(|cost| {
            println!("{}", serde_json::to_string(&cost)?);
            Ok(())
        }),
        Some(Part::SqliteImport { folder, file }) => sqlite::import(folder, file),
        Some(Part::SqliteFirst { file, id }) => sqlite::first_answer(file, id),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Where everything is.
struct Places {
    graph: PathBuf,
    tieline: PathBuf,
    sqlite: PathBuf,
    /// This program.
    peers: PathBuf,
    /// The `tieline` program, built beside this one.
    program: PathBuf,
}

fn compare(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let temporary = tempfile::tempdir()?;
    let folder = arguments.folder.as_deref().unwrap_or(temporary.path());
    let peers = std::env::current_exe()?;
    let places = Places {
        graph: folder.join("graph"),
        tieline: folder.join("tieline.db"),
        sqlite: folder.join("graph.sqlite"),
        program: peers.with_file_name("tieline"),
        peers,
    };
    if !places.graph.join("links.csv").exists() {
        eprintln!("generating {} entities", arguments.entities);
        ::tieline::generate::generate(arguments.entities, &places.graph)?;
    }
    let mut tables = Tables::default();
    import(&places, &mut tables)?;
    eprintln!("reading the graph into bare rows");
    let mut bare = Bare::load(&places.graph)?;
    let sorts = questions::draw(&bare, arguments.questions);
    open(&places, &sorts, &bare, &mut tables)?;
    ask(arguments, &places, &sorts, &mut bare, &mut tables)?;
    print!("{}", tables.text());
    Ok(())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn import(places: &Places, tables: &mut Tables) -> Result<(), Box<dyn Error>> {
    tables.start(&["what", "peer", "CPU s", "wall s", "peak MB", "disk MB"]);
    let file = |name: &str| text(&places.graph.join(name));
    if !places.tieline.exists() {
        eprintln!("importing into Tieline");
        let mut command = vec![text(&places.program), "--db".to_owned(), text(&places.tieline)];
        command.extend(["import", "csv", "--mapping"].map(str::to_owned));
        command.extend(["mapping.toml", "entities.csv", "links.csv"].map(file));
        let cost = measure::in_new_process(&command)?;
        tables.process("import", "Tieline", &cost, Some(measure::size(&places.tieline)?));
    }
    if !places.sqlite.exists() {
        eprintln!("importing into SQLite");
        let command = [text(&places.peers), "sqlite-import".to_owned(), text(&places.graph), text(&places.sqlite)];
        let cost = measure::in_new_process(&command)?;
        tables.process("import", "SQLite", &cost, Some(measure::size(&places.sqlite)?));
    }
    Ok(())
}

/// Opens each database in new processes, each for one question; the files are in the memory of the system by then.
fn open(places: &Places, sorts: &[Vec<Question>], bare: &Bare, tables: &mut Tables) -> Result<(), Box<dyn Error>> {
    const PROCESSES: usize = 15;
    let froms = sorts.iter().flatten().filter_map(|question| match question {
        Question::Hops(from, 1) => Some(&bare.ids.texts[*from as usize]),
        _ => None,
    });
    let mut costs = [Vec::new(), Vec::new()];
    for id in froms.take(PROCESSES) {
        let query = format!("neighbours @{id}");
        let tieline = [text(&places.program), "--db".to_owned(), text(&places.tieline), "query".to_owned(), query];
        let sqlite = [text(&places.peers), "sqlite-first".to_owned(), text(&places.sqlite), id.clone()];
        costs[0].push(measure::in_new_process(&tieline)?);
        costs[1].push(measure::in_new_process(&sqlite)?);
    }
    for (mut costs, peer) in costs.into_iter().zip(["Tieline", "SQLite"]) {
        costs.sort_by(|a, b| a.cpu_seconds.total_cmp(&b.cpu_seconds));
        for (what, percent) in [("open to first answer, median", 50), ("open to first answer, worst", 100)] {
            let rank = (costs.len() * percent).div_ceil(100).max(1) - 1;
            if let Some(cost) = costs.get(rank) {
                tables.process(what, peer, cost, None);
            }
        }
    }
    Ok(())
}

fn ask(
    arguments: &Arguments,
    places: &Places,
    sorts: &[Vec<Question>],
    bare: &mut Bare,
    tables: &mut Tables,
) -> Result<(), Box<dyn Error>> {
    tables.start(&["question", "peer", "p50 µs", "p95 µs", "p99 µs", "of limit", "answers p50, p99"]);
    for sort in sorts {
        let Some(name) = sort.first().map(Question::sort).filter(|name| name.contains(&arguments.only)) else {
            continue;
        };
        eprintln!("asking: {name}");
        let Rounds { answers: expected, found, .. } = rounds(bare, sort, arguments.rounds)?;
        let mut sizes: Vec<u64> = expected.iter().map(size).collect();
        sizes.sort_unstable();
        let size = format!("{}, {}", table::at(&sizes, 50), table::at(&sizes, 99));
        let mut sorted = found.clone();
        sorted.sort_unstable();
        let limit = LIMIT_SHARE * table::at(&sorted, 50) + LIMIT_FIXED;
        tables.times(name, bare.name(), found, None, &size);
        let mut tieline = tieline::Tieline::open(&places.tieline, &bare.ids)?;
        let mut sqlite = sqlite::Sqlite::open(&places.sqlite, &bare.ids.texts)?;
        let peers: [&mut dyn Peer; 2] = [&mut tieline, &mut sqlite];
        for peer in peers {
            let Rounds { answers, found, whole } = rounds(peer, sort, arguments.rounds)?;
            for ((question, answer), expected) in sort.iter().zip(&answers).zip(&expected) {
                if answer != expected {
                    let message = format!("{} answers {question:?} with {answer:?}, not {expected:?}", peer.name());
                    return Err(message.chars().take(2_000).collect::<String>().into());
                }
            }
            let gives_out = whole != found;
            tables.times(name, peer.name(), found, gives_out.then_some(limit), "");
            if gives_out {
                tables.times(name, &format!("{}, with its answer given out", peer.name()), whole, None, "");
            }
        }
    }
    Ok(())
}

fn size(answer: &Answer) -> u64 {
    match answer {
        Answer::Entities(numbers) => numbers.len() as u64,
        Answer::Length(length) => u64::from(length.unwrap_or(0)),
        Answer::Count(count) => *count,
        Answer::Counts(counts) => counts.values().sum(),
    }
}

/// Answers to all questions of a sort, and the least time that each took.
#[derive(Default)]
struct Rounds {
    answers: Vec<Answer>,
    found: Vec<Duration>,
    whole: Vec<Duration>,
}

/// Asks all questions several times over; the least time of each counts, so that what else the machine does counts
/// little. Ends early after the round in which a minute has passed.
fn rounds(peer: &mut dyn Peer, questions: &[Question], rounds: usize) -> Result<Rounds, Box<dyn Error>> {
    const LONG: Duration = Duration::from_secs(60);
    let started = Instant::now();
    let mut least = Rounds::default();
    for round in 0..rounds.max(1) {
        if round > 0 && started.elapsed() > LONG {
            break;
        }
        for (at, question) in questions.iter().enumerate() {
            let asked = peer.ask(question)?;
            if round == 0 {
                least.answers.push(asked.answer);
                least.found.push(asked.found);
                least.whole.push(asked.whole);
            } else {
                least.found[at] = least.found[at].min(asked.found);
                least.whole[at] = least.whole[at].min(asked.whole);
            }
        }
    }
    Ok(least)
}
