//! A first walk: the seeds in a fresh database, five questions, a picture.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::run::summary_text;
use super::terminal::looks;
use super::{Failure, Target, Terminal};
use crate::database::{Database, Session};
use crate::graph::Answer;
use crate::write::{Format, Options, safe};

/// The author of the tour's commits. A database in which nobody else has written is the tour's own.
const AUTHOR: &str = "tour";

/// The questions, in words and as statements.
const QUESTIONS: [(&str, &str); 5] = [
    ("Who is tied to the Tehrik-e Taliban Pakistan, and how?", "neighbours \"TTP\""),
    ("What joins the TTP, the Haqqani network and al-Qaeda?", "between \"TTP\", \"Haqqani Network\", \"al-Qaeda\""),
    (
        "How is Hans-Jakob Schindler, who comments on the ceasefire, tied to al-Qaeda?",
        "path \"Schindler\" to \"al-Qaeda\"",
    ),
    ("What happened around the TTP, and when?", "timeline \"TTP\""),
    ("And on what does the tie between the TTP and al-Qaeda rest?", "why \"TTP\" to \"al-Qaeda\""),
];

/// Loads `seeds` into a fresh database at `dir`, asks, and writes the picture.
///
/// # Errors
/// There are no seeds, there is a database at `dir` that the tour did not make, or something on the way fails.
pub fn run(seeds: &Path, dir: &Path, picture: &Path, terminal: &Terminal) -> Result<(), Failure> {
    if !seeds.is_dir() {
        return Err(Failure::Usage(format!(
            "there is no folder {} here: run the tour where Tieline was cloned to, or name the folder with --seeds",
            seeds.display()
        )));
    }
    clear(dir)?;
    let mut database = Database::create_or_open(dir)?;
    let loaded = database.load(&[seeds.to_owned()], AUTHOR)?;
    terminal.print(&format!("A fresh database at {}, from {}:", shown(dir), shown(seeds)))?;
    terminal.print(&indented(&summary_text(&loaded)))?;

    for (number, (question, statement)) in QUESTIONS.iter().enumerate() {
        let answer = ask(&mut database, number + 1, question, statement, terminal)?;
        if number == 0 {
            let looks = looks(&database);
            let options = Options { title: Some(statement), looks: &looks, ..Options::default() };
            terminal.answer(&answer, Target { format: Format::Dot, file: Some(picture), options })?;
        }
    }
    terminal.print(&farewell(dir, picture))
}

fn ask(
    database: &mut Database,
    number: usize,
    question: &str,
    statement: &str,
    terminal: &Terminal,
) -> Result<Answer, Failure> {
    let (bold, dim, plain) =
        if terminal.is_coloured() { ("\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m") } else { ("", "", "") };
    terminal.print(&format!("\n{bold}{number}. {question}{plain}\n{dim}   tieline> {statement}{plain}\n"))?;
    let answer = database.run(statement, &Session { cite: true, ..Session::default() })?.answer;
    let options = Options { unnumbered: true, ..Options::default() };
    terminal.answer(&answer, Target { options, ..Target::default() })?;
    let mut sources: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for edge in answer.graph.edge_weights().filter(|edge| !edge.citation.is_empty()) {
        let (source, place) = edge.citation.split_once(' ').unwrap_or((&edge.citation, ""));
        sources.entry(source).or_default().insert(place);
    }
    if !sources.is_empty() {
        let listed = |(source, places): (&str, BTreeSet<&str>)| {
            let places: Vec<&str> = places.into_iter().filter(|place| !place.is_empty()).collect();
            if places.is_empty() { source.to_owned() } else { format!("{source} ({})", places.join(", ")) }
        };
        let list: Vec<String> = sources.into_iter().map(listed).collect();
        terminal.print(&format!("\n{dim}Sources: {}{plain}", safe(&list.join("; "))))?;
    }
    Ok(answer)
}

/// Makes room for the tour's database, if what is there is an earlier one.
fn clear(dir: &Path) -> Result<(), Failure> {
    if !dir.exists() {
        return Ok(());
    }
    let other = || {
        Failure::Usage(format!("{} is there already and was not made by a tour; name another with --dir", shown(dir)))
    };
    if !dir.is_dir() {
        return Err(other());
    }
    let mut database = Database::open(dir)?;
    if database.history()?.iter().any(|commit| commit.author != AUTHOR) {
        return Err(other());
    }
    drop(database);
    fs::remove_dir_all(dir).map_err(|error| Failure::Write { path: PathBuf::from(dir), error })
}

fn farewell(dir: &Path, picture: &Path) -> String {
    // As it was called, because who comes fresh from a clone has not installed it.
    let program = std::env::args_os().next().map_or_else(|| "tieline".to_owned(), |name| shown(Path::new(&name)));
    let (dir, drawn, picture) = (shown(dir), shown(&picture.with_extension("svg")), shown(picture));
    let next = [
        (format!("--db {dir}"), "the prompt; :help, and Tab completes names"),
        (format!("--db {dir} query 'show \"Haqqani Network\"'"), "all that is known of one of them"),
        (format!("--db {dir} query 'neighbours \"TTP\" within 2 as of 2010 | dot'"), "the picture of an earlier time"),
        ("schema".to_owned(), "what can be said of whom"),
    ];
    let width = next.iter().map(|(words, _)| words.chars().count()).max().unwrap_or(0);
    let lines = next.map(|(words, what)| format!("\n    {program} {words:width$}   {what}"));
    format!(
        "\nThe picture of the first answer is in {picture}; with Graphviz:\n\
         \n    dot -Tsvg {picture} -o {drawn}\n\
         \nNow ask yourself:\n{}",
        lines.concat()
    )
}

fn shown(path: &Path) -> String {
    safe(&path.display().to_string()).into_owned()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Colour;

    #[test]
    fn without_seeds_nothing_is_made() {
        let dir = tempfile::tempdir().unwrap();
        let terminal = Terminal::new(Colour::Never, true);
        let (seeds, database, picture) =
            (dir.path().join("seeds"), dir.path().join("tour.db"), dir.path().join("ttp.dot"));
        let failure = run(&seeds, &database, &picture, &terminal).unwrap_err();
        assert_eq!(failure.exit_code(), 2);
        assert!(!database.exists() && !picture.exists());
    }

    #[test]
    fn what_others_made_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("tour.db");
        fs::write(&file, "mine").unwrap();
        assert!(clear(&file).is_err());
        assert_eq!(fs::read(&file).unwrap(), b"mine");
    }
}
