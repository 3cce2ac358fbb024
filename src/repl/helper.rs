//! What rustyline asks while a line is typed.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use anstyle::{Effects, Style};
use rustyline::completion::{Completer, FilenameCompleter, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hinter, HistoryHinter};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::complete::complete;
use super::highlight::highlight;
use super::words::VERBS;
use crate::cli::continues;
use crate::database::Database;
use crate::write::safe;

const DIM: Style = Style::new().effects(Effects::DIMMED);
const BOLD: Style = Style::new().effects(Effects::BOLD);

/// Completes, hints, colours and asks for more lines.
pub struct Assistant {
    pub database: Rc<RefCell<Database>>,
    pub history: HistoryHinter,
    pub files: FilenameCompleter,
}

impl Helper for Assistant {}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let Ok(database) = self.database.try_borrow() else { return Ok((pos, Vec::new())) };
        let offer = complete(line, pos, &database);
        if offer.files {
            return self.files.complete_path(line, pos);
        }
        let pair = |(shown, put): (String, String)| Pair { display: safe(&shown).into_owned(), replacement: put };
        Ok((offer.start, offer.candidates.into_iter().map(pair).collect()))
    }
}

/// What is shown after the cursor, and how much of it a right arrow takes over.
pub struct Hint {
    shown: String,
    taken: Option<String>,
}

impl rustyline::hint::Hint for Hint {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        self.taken.as_deref()
    }
}

impl Hinter for Assistant {
    type Hint = Hint;

    fn hint(&self, line: &str, pos: usize, context: &Context<'_>) -> Option<Hint> {
        if pos < line.len() {
            return None;
        }
        if let Some(taken) = self.history.hint(line, pos, context).filter(|taken| !taken.contains('\n')) {
            return Some(Hint { shown: taken.clone(), taken: Some(taken) });
        }
        usage(line).map(|shown| Hint { shown: shown.to_owned(), taken: None })
    }
}

/// What follows a verb that has just been typed.
fn usage(line: &str) -> Option<&'static str> {
    let word = line.trim_start().strip_suffix(' ')?;
    VERBS.iter().find(|verb| verb.name.eq_ignore_ascii_case(word)).map(|verb| verb.usage)
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        Cow::Owned(highlight(line))
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(format!("{BOLD}{prompt}{BOLD:#}"))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("{DIM}{hint}{DIM:#}"))
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        kind != CmdKind::MoveCursor
    }
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let typed = context.input();
        let more = !typed.trim_start().starts_with(':') && continues(typed);
        Ok(if more { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_says_what_follows() {
        assert_eq!(usage("common "), Some("\"A\", \"B\""));
        for line in ["common", "common \"A\" ", "x ", ""] {
            assert_eq!(usage(line), None, "{line}");
        }
    }
}
