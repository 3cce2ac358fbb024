//! What holds from one line to the next, and what a line does.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::Ordering;

use super::command::{Command, help};
use super::is_fatal;
use crate::cli::{
    Failure, Target, Terminal, count, ends_in_backslash, format_of, history, in_file, is_idle, keeps_numbers, looks,
    parameter_name, print_schema, remember, split,
};
use crate::database::{self, Database, Ran};
use crate::graph::{Answer, Cell};
use crate::query::value::Value;
use crate::query::{parameter, to_json};
use crate::write::{Format, KindLook, Options, write};

/// How deep files may run files.
const DEPTH: usize = 8;

/// Whether another line is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Goes,
    Ends,
}

/// The state of the prompt.
pub struct Session<'a> {
    database: Rc<RefCell<Database>>,
    terminal: &'a Terminal,
    statement: database::Session,
    looks: Vec<KindLook>,
    format: Format,
    timer: bool,
    output: Option<(PathBuf, BufWriter<File>)>,
    interactive: bool,
    depth: usize,
    /// Where the line stands, if it is not typed: for messages.
    place: Option<(String, usize)>,
}

impl<'a> Session<'a> {
    /// A session that begins as `statement` says.
    pub fn new(
        database: Rc<RefCell<Database>>,
        terminal: &'a Terminal,
        statement: database::Session,
        interactive: bool,
    ) -> Self {
        let looks = looks(&database.borrow());
        Self {
            database,
            terminal,
            statement,
            looks,
            format: Format::default(),
            timer: false,
            output: None,
            interactive,
            depth: 0,
            place: None,
        }
    }

    /// The database, shared with what completes names.
    pub fn database(&self) -> Rc<RefCell<Database>> {
        Rc::clone(&self.database)
    }

    /// The prompt; it says which scope is set.
    pub fn prompt(&self) -> &str {
        if self.statement.scope.is_empty() { "tieline> " } else { "tieline*> " }
    }

    /// The next line comes from the standard input and is its line `number`.
    pub fn begin(&mut self, number: usize) {
        self.place = Some(("standard input".to_owned(), number));
    }

    /// Says why a line failed, unless no further line can do better.
    ///
    /// # Errors
    /// No further line can do better.
    pub fn survives(&self, failure: Failure) -> Result<bool, Failure> {
        match failure {
            Failure::Output(_) => Err(failure),
            Failure::Database(error) if is_fatal(&error) => Err(error.into()),
            other => {
                self.terminal.complain(&other);
                Ok(true)
            }
        }
    }

    /// Does what a line asks.
    ///
    /// # Errors
    /// It is refused, or the answer cannot be written.
    pub fn handle(&mut self, line: &str) -> Result<Flow, Failure> {
        let text = joined(line);
        let trimmed = text.trim();
        if is_idle(trimmed) && !trimmed.contains('\n') {
            return Ok(Flow::Goes);
        }
        if trimmed.starts_with(':') {
            let (command, argument) = Command::parse(trimmed).map_err(Failure::Usage)?;
            return self.command(command, argument);
        }
        self.ask(text.trim_end())?;
        Ok(Flow::Goes)
    }

    fn ask(&mut self, text: &str) -> Result<(), Failure> {
        self.statement.stop.store(false, Ordering::Relaxed);
        self.statement.entries = self.format == Format::Ftm;
        let ran = {
            let mut database = self.database.borrow_mut();
            let ran = database.refresh().and_then(|()| database.run(text, &self.statement));
            // A prompt that waits for its next line keeps nobody from writing.
            database.release();
            self.terminal.notices(&mut database);
            ran
        };
        let ran = ran.map_err(|error| match &self.place {
            Some((file, line)) => in_file(error, file, *line),
            None => error.into(),
        })?;
        remember(&mut self.statement, &ran.answer, text);
        self.show(&ran, text)
    }

    fn show(&mut self, ran: &Ran, title: &str) -> Result<(), Failure> {
        let file = ran.file.as_deref();
        let named = || file.map_or(Ok(None), format_of);
        let format = ran.output.map_or_else(named, |output| Ok(Some(output)))?.unwrap_or(self.format);
        let unnumbered = keeps_numbers(title);
        let options = Options {
            title: Some(title.trim()),
            looks: &self.looks,
            unnumbered,
            entries: &ran.entries,
            ..Options::default()
        };
        match &mut self.output {
            Some((path, out)) if file.is_none() => write(&ran.answer, format, &options, out)
                .and_then(|()| out.flush())
                .map_err(|error| Failure::Write { path: path.clone(), error })?,
            _ => self.terminal.answer(&ran.answer, Target { format, file, options })?,
        }
        let readable = file.is_none() && matches!(format, Format::Table | Format::Box);
        if self.timer || self.interactive && readable {
            self.terminal.say(&self.footer(ran, &ran.answer));
        }
        Ok(())
    }

    fn footer(&self, ran: &Ran, answer: &Answer) -> String {
        let rows = count(answer.rows.len(), "row");
        if !self.timer {
            return format!("({rows})");
        }
        let database::Timing { parse_us, plan_us, run_us, .. } = ran.timing;
        let ms = |us: f64| format!("{:.3} ms", us / 1000.0);
        let all = ms(parse_us + plan_us + run_us);
        format!("({rows} in {all}: parse {}, plan {}, run {})", ms(parse_us), ms(plan_us), ms(run_us))
    }

    fn command(&mut self, command: Command, argument: &str) -> Result<Flow, Failure> {
        match command {
            Command::Help => self.terminal.print(&help(argument))?,
            Command::Mode if argument.is_empty() => self.terminal.say(&format!("mode: {}", self.format)),
            Command::Mode => self.format = argument.parse().map_err(usage)?,
            Command::Scope => self.scope(argument)?,
            Command::Param => self.param(argument)?,
            Command::Params => {
                self.terminal.answer(&self.params(), Target { format: self.format, ..Target::default() })?
            }
            Command::Unparam => self.unparam(argument)?,
            Command::Timer => self.timer(argument)?,
            Command::Output => self.output(argument)?,
            Command::Source if argument.is_empty() => {
                return Err(Failure::Usage("name a file: :source FILE".to_owned()));
            }
            Command::Source => return self.source(Path::new(argument)),
            Command::Schema => {
                let kind = (!argument.is_empty()).then_some(argument);
                print_schema(self.database.borrow().schema(), kind, self.terminal)?;
            }
            Command::Desugar => self.terminal.print(&self.database.borrow().desugar(argument)?)?,
            Command::History => {
                let commits = {
                    let mut database = self.database.borrow_mut();
                    let commits = database.refresh().map_err(Failure::from).and_then(|()| history(&mut database));
                    database.release();
                    commits?
                };
                self.terminal.answer(&commits, Target { format: self.format, ..Target::default() })?;
            }
            Command::Quit => return Ok(Flow::Ends),
        }
        Ok(Flow::Goes)
    }

    fn scope(&mut self, argument: &str) -> Result<(), Failure> {
        match argument {
            "" if self.statement.scope.is_empty() => self.terminal.say("no scope is set: everything counts"),
            "" => self.terminal.say(&format!("scope: {}", self.statement.scope)),
            "off" | "none" => self.statement.scope.clear(),
            scope => {
                self.database.borrow().check_scope(scope)?;
                scope.clone_into(&mut self.statement.scope);
            }
        }
        Ok(())
    }

    fn param(&mut self, argument: &str) -> Result<(), Failure> {
        let (name, value) = argument.split_once(char::is_whitespace).unwrap_or((argument, ""));
        if value.trim().is_empty() {
            return Err(Failure::Usage("name a parameter and its value: :param who al-Qaeda".to_owned()));
        }
        let value = parameter(value.trim()).map_err(Failure::Usage)?;
        self.statement.parameters.insert(parameter_name(name).map_err(Failure::Usage)?, value);
        Ok(())
    }

    /// The parameters by name.
    fn params(&self) -> Answer {
        let text =
            |name: &str, value: &Value| vec![Cell::Text(format!("${name}")), Cell::Text(to_json(value).to_string())];
        let mut given: Vec<_> = self.statement.parameters.iter().collect();
        given.sort_unstable_by_key(|(name, _)| *name);
        let rows = given.into_iter().map(|(name, value)| text(name, value)).collect();
        Answer { columns: ["parameter", "value"].map(str::to_owned).to_vec(), rows, ..Answer::default() }
    }

    fn unparam(&mut self, argument: &str) -> Result<(), Failure> {
        let parameters = &mut self.statement.parameters;
        if argument.is_empty() {
            parameters.clear();
            return Ok(());
        }
        let name = parameter_name(argument).map_err(Failure::Usage)?;
        match parameters.remove(&name) {
            Some(_) => Ok(()),
            None => Err(Failure::Usage(format!("${name} has no value; :params lists those that have one"))),
        }
    }

    fn timer(&mut self, argument: &str) -> Result<(), Failure> {
        self.timer = match argument {
            "" => !self.timer,
            "on" => true,
            "off" => false,
            other => return Err(Failure::Usage(format!(":timer takes on or off, not {other:?}"))),
        };
        self.terminal.say(&format!("timer: {}", if self.timer { "on" } else { "off" }));
        Ok(())
    }

    fn output(&mut self, argument: &str) -> Result<(), Failure> {
        self.output = None;
        if !argument.is_empty() {
            let path = PathBuf::from(argument);
            let file = File::create(&path).map_err(|error| Failure::Write { path: path.clone(), error })?;
            self.output = Some((path, BufWriter::new(file)));
        }
        Ok(())
    }

    fn source(&mut self, path: &Path) -> Result<Flow, Failure> {
        if self.depth == DEPTH {
            return Err(Failure::Usage(format!("files run files more than {DEPTH} deep")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| Failure::Read { path: path.to_owned(), error })?;
        let outer = self.place.take();
        self.depth += 1;
        let done = self.lines(&text, &path.display().to_string());
        self.depth -= 1;
        self.place = outer;
        done
    }

    fn lines(&mut self, text: &str, file: &str) -> Result<Flow, Failure> {
        for statement in split(text) {
            self.place = Some((file.to_owned(), statement.line));
            if self.handle(&statement.text)? == Flow::Ends {
                return Ok(Flow::Ends);
            }
        }
        Ok(Flow::Goes)
    }
}

fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::Usage(error.to_string())
}

/// Lines that were typed as one statement, without the backslashes that joined them.
fn joined(typed: &str) -> String {
    let lines = typed.split('\n').map(|line| {
        let line = line.trim_end_matches('\r');
        if ends_in_backslash(line) { line.trim_end().trim_end_matches('\\') } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joining_backslashes_are_not_part_of_the_statement() {
        assert_eq!(joined("path \"A\" \\\n to \"B\""), "path \"A\" \n to \"B\"");
        assert_eq!(joined("find \"a\\\\b\""), "find \"a\\\\b\"");
        assert_eq!(joined("find \"a\" \\\n"), "find \"a\" \n");
    }
}
