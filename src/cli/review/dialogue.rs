//! The review of one document at the prompt: a proposal is shown, and a line says what becomes of it.

use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal, Write};

use super::show::Look;
use super::{Failure, Terminal};
use crate::database::{Candidate, Database, Review};
use crate::extract::proposal::EVENT;
use crate::extract::review::{Status, edit};
use crate::extract::{EntityRef, Fault, Proposal, Said};
use crate::schema::nearest;
use crate::write::safe;

/// How many entities are offered for a new one.
const OFFERED: usize = 5;

const HELP: &str = "\
a  accept           the proposal becomes a claim; whom it rests on is added with it
e  edit             lists the fields; `e when 2007-12` sets one, `e speaker -` takes one away, `e turn` turns a link round
r  reject           it is not proposed again; what rests on it is rejected too
=  same as          the new entity is one that is known: `= 1` of those offered, `= @id`, `= new:id`, `= \"a name\"`
s  skip             it is asked again next time
u  undo             takes the last decision back
t  text             shows what stands around the sentence
c  commit           puts what was accepted into the database now, as quitting does
q  quit             decisions are kept; the review goes on here next time";

/// How a dialogue ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// There is nothing left to ask.
    Done,
    /// The reviewer left.
    Quit,
}

/// What was done last, to be undone.
enum Done {
    Decided(Vec<usize>),
    Skipped(usize),
}

/// The dialogue.
pub struct Dialogue<'a> {
    review: &'a mut Review,
    database: &'a mut Database,
    author: &'a str,
    terminal: &'a Terminal,
    look: Look,
    prompts: bool,
    /// The proposal that is asked about, as it was edited.
    edited: Option<Proposal>,
    skipped: BTreeSet<usize>,
    done: Vec<Done>,
}

impl<'a> Dialogue<'a> {
    /// A dialogue on the standard input and output.
    pub fn new(review: &'a mut Review, database: &'a mut Database, author: &'a str, terminal: &'a Terminal) -> Self {
        let look = Look { coloured: terminal.is_coloured() };
        let prompts = io::stdin().is_terminal();
        Self {
            review,
            database,
            author,
            terminal,
            look,
            prompts,
            edited: None,
            skipped: BTreeSet::new(),
            done: Vec::new(),
        }
    }

    /// Asks until there is nothing left to ask, the reviewer leaves, or the input ends.
    ///
    /// # Errors
    /// A decision cannot be kept, or the output cannot be written.
    pub fn run(mut self) -> Result<Ended, Failure> {
        while let Some(at) = self.next() {
            self.database.refresh_if_there()?;
            let candidates = self.candidates(at);
            self.show(at, &candidates)?;
            loop {
                let Some(line) = self.ask()? else { return Ok(Ended::Quit) };
                match self.answer(at, line.trim(), &candidates)? {
                    Flow::Again => {}
                    Flow::Next => break,
                    Flow::Quit => return Ok(Ended::Quit),
                }
            }
        }
        Ok(Ended::Done)
    }

    fn next(&mut self) -> Option<usize> {
        let desk = self.review.desk();
        desk.order().iter().copied().find(|at| desk.status(*at) == Status::Open && !self.skipped.contains(at))
    }

    /// The proposal that is asked about.
    fn proposal(&self, at: usize) -> Option<Proposal> {
        self.edited.clone().or_else(|| self.review.desk().proposal(at).cloned())
    }

    /// Who a proposed entity may be, other than itself.
    fn candidates(&self, at: usize) -> Vec<Candidate> {
        let Some(proposal) = self.proposal(at) else { return Vec::new() };
        let Some(entity) = proposal.says.proposes() else { return Vec::new() };
        let name = self.review.desk().new_name(entity).unwrap_or_default();
        let kind = match &proposal.says {
            Said::Entity { kind, .. } => kind,
            _ => EVENT,
        };
        self.database.candidates(&name, kind, OFFERED)
    }

    fn show(&self, at: usize, candidates: &[Candidate]) -> Result<(), Failure> {
        let Some(proposal) = self.proposal(at) else { return Ok(()) };
        let desk = self.review.desk();
        let number = desk.order().iter().position(|other| *other == at).unwrap_or_default() + 1;
        let (id, all) = (&desk.extraction().document.id, desk.order().len());
        let place = crate::extract::review::words::place(&proposal);
        let changed = if self.edited.is_some() { ", edited" } else { "" };
        self.say(&format!("\n{id}: {number} of {all}, {place}{changed}"))?;
        let name = |entity: &EntityRef| self.database.name_in(desk, entity);
        self.say(&self.look.proposal(&proposal, &name, candidates))?;
        match self.review.would_accept(self.database, at, self.edited.clone()) {
            Ok(with) => {
                let with: Vec<String> = with.iter().map(|entity| safe(&name(entity)).into_owned()).collect();
                if !with.is_empty() {
                    self.say(&format!("  accepting it adds too: {}", with.join(", ")))?;
                }
            }
            Err(faults) => self.faults("it cannot be accepted like this", &faults)?,
        }
        Ok(())
    }

    fn faults(&self, what: &str, faults: &[Fault]) -> Result<(), Failure> {
        for fault in faults {
            let help = fault.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
            self.say(&format!("  {}", self.look.problem(&format!("{what}: {}{help}", fault.message))))?;
        }
        Ok(())
    }

    fn ask(&self) -> Result<Option<String>, Failure> {
        if self.prompts {
            let mut out = io::stdout().lock();
            write!(out, "a accept, e edit, r reject, = same as, s skip, u undo, t text, q quit, ? > ")?;
            out.flush()?;
        }
        let mut line = Vec::new();
        let read = io::stdin().lock().read_until(b'\n', &mut line).map_err(Failure::Output)?;
        Ok((read > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
    }

    fn answer(&mut self, at: usize, line: &str, candidates: &[Candidate]) -> Result<Flow, Failure> {
        let (word, rest) = match line.strip_prefix('=') {
            Some(rest) => ("=", rest.trim()),
            None => line.split_once(char::is_whitespace).map_or((line, ""), |(word, rest)| (word, rest.trim())),
        };
        match word {
            "" => Ok(Flow::Again),
            "a" | "accept" => self.accept(at, None),
            "e" | "edit" => self.edit(at, rest),
            "r" | "reject" => {
                let gone = self.review.reject(at, self.author)?;
                if gone.len() > 1 {
                    self.say(&format!("rejected, with {} that rest on it", gone.len() - 1))?;
                }
                Ok(self.decided(Done::Decided(gone)))
            }
            "=" | "same" => match self.same(at, rest, candidates) {
                Ok(entity) => self.accept(at, Some(entity)),
                Err(message) => self.again(&message),
            },
            "s" | "skip" => {
                self.skipped.insert(at);
                Ok(self.decided(Done::Skipped(at)))
            }
            "u" | "undo" => self.undo(),
            "t" | "text" => {
                self.say(&self.around(at))?;
                Ok(Flow::Again)
            }
            "c" | "commit" => {
                super::commit(self.review, self.database, self.author, self.terminal)?;
                Ok(Flow::Again)
            }
            "q" | "quit" => Ok(Flow::Quit),
            "?" | "h" | "help" => {
                self.say(HELP)?;
                Ok(Flow::Again)
            }
            other => {
                let words = ["accept", "edit", "reject", "same", "skip", "undo", "text", "commit", "quit", "help"];
                let near = nearest(other, words).map_or_else(String::new, |near| format!(", did you mean {near}"));
                self.again(&format!("{other:?} is no answer{near}; `?` lists them"))
            }
        }
    }

    fn accept(&mut self, at: usize, is: Option<EntityRef>) -> Result<Flow, Failure> {
        match self.review.accept(self.database, at, self.edited.clone(), is, self.author)? {
            Ok(places) => Ok(self.decided(Done::Decided(places))),
            Err(faults) => {
                self.faults("not accepted", &faults)?;
                Ok(Flow::Again)
            }
        }
    }

    fn decided(&mut self, done: Done) -> Flow {
        self.done.push(done);
        self.edited = None;
        Flow::Next
    }

    fn edit(&mut self, at: usize, rest: &str) -> Result<Flow, Failure> {
        let Some(proposal) = self.proposal(at) else { return Ok(Flow::Next) };
        if rest.is_empty() {
            let fields = edit::fields(&proposal);
            let width = fields.iter().map(|(field, _)| field.len()).max().unwrap_or_default();
            for (field, value) in fields {
                self.say(format!("  {field:width$}  {}", safe(&value)).trim_end())?;
            }
            self.say("  `e FIELD VALUE` sets one, `e FIELD -` takes it away, `e turn` turns a link round")?;
            return Ok(Flow::Again);
        }
        let (field, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let find = |text: &str| self.database.meant(self.review.desk(), text);
        match edit::edited(&proposal, field, value, self.database.schema(), &find) {
            Ok(edited) => {
                self.edited = Some(edited);
                Ok(Flow::Next)
            }
            Err(message) => self.again(&message),
        }
    }

    /// The entity that a new one is.
    fn same(&self, at: usize, rest: &str, candidates: &[Candidate]) -> Result<EntityRef, String> {
        if self.proposal(at).is_none_or(|proposal| proposal.says.proposes().is_none()) {
            return Err("only a new entity can be the same as another; `e` edits the ends of this".to_owned());
        }
        let number = rest.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        match (rest, number.and_then(|number| candidates.get(number))) {
            (_, Some(candidate)) => Ok(EntityRef::Known(candidate.id.clone())),
            ("", None) => Err("say which: `= 1` of those offered, `= @id`, `= new:id`, `= \"a name\"`".to_owned()),
            (text, None) => self.database.meant(self.review.desk(), text),
        }
    }

    fn undo(&mut self) -> Result<Flow, Failure> {
        match self.done.pop() {
            None => self.again("there is nothing to undo in this sitting"),
            Some(Done::Skipped(at)) => {
                self.skipped.remove(&at);
                self.edited = None;
                Ok(Flow::Next)
            }
            Some(Done::Decided(places)) => {
                if self.review.reopen(&places, self.author)?.is_empty() {
                    return self.again("that is in the database already; `tieline undo` takes a commit back");
                }
                self.edited = None;
                Ok(Flow::Next)
            }
        }
    }

    /// The sentence with what stands around it in its paragraph and the next ones.
    fn around(&self, at: usize) -> String {
        const MOST: usize = 600;
        let Some(proposal) = self.proposal(at) else { return String::new() };
        let text = &self.review.desk().extraction().text;
        let (from, to) = (proposal.at.span.0 as usize, proposal.at.span.1 as usize);
        let mut start = from.saturating_sub(MOST);
        let mut end = to.saturating_add(MOST).min(text.len());
        while !text.is_char_boundary(start) {
            start += 1;
        }
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let part = |from: usize, to: usize| {
            let lines = text.get(from..to).unwrap_or_default().split('\n');
            lines.map(|line| safe(line.trim_end_matches('\r')).into_owned()).collect::<Vec<_>>().join("\n")
        };
        format!("{}{}{}", part(start, from), self.look.sentence(&proposal), part(to, end))
    }

    fn again(&self, message: &str) -> Result<Flow, Failure> {
        self.say(&format!("  {}", self.look.problem(message)))?;
        Ok(Flow::Again)
    }

    fn say(&self, text: &str) -> Result<(), Failure> {
        self.terminal.print(text)
    }
}

/// What comes after an answer.
enum Flow {
    /// The same proposal is asked about again.
    Again,
    /// The next one, or the same one anew, is shown.
    Next,
    /// The reviewer leaves.
    Quit,
}
