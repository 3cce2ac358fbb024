//! The prompt.
//!
//! [`run`] reads lines, from a terminal with rustyline or from a pipe as they are, and hands each to a session: a
//! command begins with a colon, everything else is a statement. An error is said and the next line is read.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod command;
mod complete;
mod helper;
mod highlight;
mod session;
mod words;

use std::cell::RefCell;
use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustyline::completion::FilenameCompleter;
use rustyline::error::ReadlineError;
use rustyline::hint::HistoryHinter;
use rustyline::history::DefaultHistory;
use rustyline::{ColorMode, CompletionType, Config, Editor};

use self::helper::Assistant;
use self::session::{Flow, Session};
use crate::cli::{Failure, Global, Terminal, continues};
use crate::database::{Database, DatabaseError};

/// Lines that are kept from one session to the next.
const HISTORY: usize = 10_000;
/// The exit code of a program that was interrupted.
const INTERRUPTED: i32 = 130;

/// Runs the prompt until its end.
///
/// # Errors
/// The database cannot be opened, or the answers cannot be written; where the input is no terminal, also if a statement
/// was refused.
pub fn run(global: &Global, terminal: &Terminal) -> Result<(), Failure> {
    let mut database = Database::open(&global.db)?;
    terminal.notices(&mut database);
    let stop = Arc::new(AtomicBool::new(false));
    let interactive = io::stdin().is_terminal();
    let session = Session::new(Rc::new(RefCell::new(database)), terminal, Arc::clone(&stop), interactive);
    if interactive { converse(session, terminal, stop) } else { read_lines(session) }
}

fn converse(mut session: Session<'_>, terminal: &Terminal, stop: Arc<AtomicBool>) -> Result<(), Failure> {
    let handled = ctrlc::set_handler(move || {
        // Who asks a second time gets out, whatever the statement does.
        if stop.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
    });
    if let Err(error) = handled {
        terminal.say(&format!("Ctrl-C will end Tieline and not only the statement: {error}"));
    }
    let mut editor = editor(&session, terminal).map_err(broken)?;
    let file = history_file();
    if let Some(file) = &file {
        // There is none the first time.
        let _ = editor.load_history(file);
    }
    terminal.say(&format!("Tieline {}. :help for help, Tab completes, Ctrl-D leaves.", env!("CARGO_PKG_VERSION")));
    let done = loop {
        match editor.readline(session.prompt()) {
            Ok(line) => {
                // A history that cannot be kept is no reason not to answer.
                let _ = editor.add_history_entry(line.trim_end());
                match session.handle(&line) {
                    Ok(Flow::Goes) => {}
                    Ok(Flow::Ends) => break Ok(()),
                    Err(failure) if matches!(failure, Failure::Output(_)) => break Err(failure),
                    Err(failure) => terminal.complain(&failure),
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break Ok(()),
            Err(error) => break Err(broken(error)),
        }
    };
    if let Some(file) = file {
        keep_history(&mut editor, &file);
    }
    done
}

fn editor(session: &Session<'_>, terminal: &Terminal) -> rustyline::Result<Editor<Assistant, DefaultHistory>> {
    let colour = if terminal.is_coloured() { ColorMode::Enabled } else { ColorMode::Disabled };
    let config = Config::builder()
        .max_history_size(HISTORY)?
        .history_ignore_dups(true)?
        .history_ignore_space(true)
        .completion_type(CompletionType::List)
        .color_mode(colour)
        .build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Assistant {
        database: session.database(),
        history: HistoryHinter::new(),
        files: FilenameCompleter::new(),
    }));
    Ok(editor)
}

fn broken(error: ReadlineError) -> Failure {
    match error {
        ReadlineError::Io(error) => Failure::Output(error),
        other => Failure::Usage(format!("this terminal cannot be used: {other}")),
    }
}

/// Where lines are kept: `$XDG_STATE_HOME/tieline/history`, or below `~/.local/state`.
fn history_file() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = folder("XDG_STATE_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/state")))?;
    Some(state.join("tieline").join("history"))
}

/// Keeps the lines, if it can be done: nobody's work depends on it.
fn keep_history(editor: &mut Editor<Assistant, DefaultHistory>, file: &Path) {
    let made = file.parent().map_or(Ok(()), std::fs::create_dir_all);
    if made.is_ok() {
        let _ = editor.save_history(file);
    }
}

/// Runs what comes through a pipe, to its end; what is refused shows in the exit code.
fn read_lines(mut session: Session<'_>) -> Result<(), Failure> {
    let mut refused = false;
    let mut typed = String::new();
    let mut lines = io::stdin().lock().lines();
    let mut number = 0;
    loop {
        let line = lines.next().transpose().map_err(|error| Failure::Read { path: "standard input".into(), error })?;
        let ended = line.is_none();
        if let Some(line) = line {
            number += 1;
            if typed.is_empty() {
                session.begin(number);
            } else {
                typed.push('\n');
            }
            typed.push_str(&line);
        }
        if !ended && !typed.trim_start().starts_with(':') && continues(&typed) {
            continue;
        }
        match session.handle(&std::mem::take(&mut typed)) {
            Ok(Flow::Goes) => {}
            Ok(Flow::Ends) => break,
            Err(failure) => refused |= session.survives(failure)?,
        }
        if ended {
            break;
        }
    }
    if refused { Err(Failure::Said) } else { Ok(()) }
}

/// Whether the database itself is in trouble, so that no further statement can do better.
fn is_fatal(error: &DatabaseError) -> bool {
    error.exit_code() == 3
}
