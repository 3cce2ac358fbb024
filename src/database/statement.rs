//! Running statements.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::claims::Claims;
use super::{Database, DatabaseError, Ran, Session, project};
use crate::graph::{Answer, Graph};
use crate::model::{CommitNo, Diagnostic, Period};
use crate::query::ast::{self, Pipe, ScopeAst, Spanned, Statement};
use crate::query::{self, ClaimSource, Run, Timing};
use crate::write::Format;

/// Beyond this number of links an answer is cited by source only.
const MOST_CITED: usize = 2_000;
const SECONDS_A_DAY: i64 = 86_400;

impl Database {
    /// Runs one statement.
    ///
    /// # Errors
    /// The statement is refused, or the store cannot be read.
    pub fn run(&mut self, text: &str, session: &Session) -> Result<Ran, DatabaseError> {
        let started = Instant::now();
        let statement = query::parse_with(text, &session.parameters).map_err(DatabaseError::Query)?;
        let scope = scope(&statement, session)?;
        let parse_us = query::micros(started);
        let past = match &scope.known_on {
            Some(day) => self.past(day.value, text, day)?,
            None => None,
        };
        // Damaged records read as empty, so that neither an answer nor a refusal can be believed before this is known.
        let mut answered = self.answer(text, &statement, &scope, session, past);
        if self.mend()? {
            answered = self.answer(text, &statement, &scope, session, past);
        }
        let (mut answer, mut timing) = answered?;
        let output = statement.pipes.iter().rev().find_map(|pipe| match pipe.value {
            Pipe::Render(format) => Some(rendering(format)),
            _ => None,
        });
        if session.cite || output == Some(Format::Dot) {
            self.cite(&mut answer, past.is_some());
        }
        let file = statement.file.map(|file| PathBuf::from(file.value));
        let named = output.is_none() && file.as_deref().is_some_and(is_ftm);
        let entries = if session.entries || named || output == Some(Format::Ftm) {
            self.entries_of(&mut answer, past.is_some())?
        } else {
            Vec::new()
        };
        timing.parse_us = parse_us;
        Ok(Ran { answer, output, file, entries, timing })
    }

    /// What a statement asks, written as a `match` query.
    ///
    /// # Errors
    /// The text is no statement.
    pub fn desugar(&self, text: &str) -> Result<String, DatabaseError> {
        query::desugar(text, &self.kinds).map_err(DatabaseError::Query)
    }

    /// Whether a text is a scope that a session can have.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check_scope(&self, text: &str) -> Result<(), DatabaseError> {
        query::scope(text).map(|_| ()).map_err(DatabaseError::Query)
    }

    fn answer(
        &mut self,
        text: &str,
        statement: &Statement,
        scope: &ScopeAst,
        session: &Session,
        past: Option<CommitNo>,
    ) -> Result<(Answer, Timing), DatabaseError> {
        let graph = past.and(self.past.as_ref()).map_or(&self.graph, |(_, graph)| graph);
        let mut claims = Claims {
            directory: &self.directory,
            store: &mut self.store,
            commits: &mut self.commits,
            sources: &mut self.sources,
        };
        let mut run = Run {
            graph,
            schema: &self.kinds,
            claims: &mut claims,
            scratch: &mut self.scratch,
            budget: session.budget,
            stop: &session.stop,
            last: &session.last,
            parameters: &session.parameters,
        };
        let outcome = run.run(text, statement, scope)?;
        let answer = Answer { cut: outcome.cut, ..outcome.found.answer(graph) };
        Ok((answer, outcome.timing))
    }

    /// Makes the graph as it was known on a day, unless it is the present one; says of which commit.
    pub(super) fn past(
        &mut self,
        day: Period,
        text: &str,
        place: &Spanned<Period>,
    ) -> Result<Option<CommitNo>, DatabaseError> {
        let last_day = day.bounds().end_latest;
        if last_day == i32::MAX {
            return Ok(None);
        }
        let end = (i64::from(last_day) + 1) * SECONDS_A_DAY;
        let commits = self.commits()?;
        let known = commits.iter().take_while(|record| record.commit.time < end).last();
        let Some(known) = known.map(|record| record.commit.number) else {
            let refused = Diagnostic::new(text, place.span.range(), format!("nothing was known on {day}"));
            return Err(DatabaseError::Query(match commits.first() {
                Some(first) => refused.help(format!("the first commit is of {}", date(first.commit.time))),
                None => refused.help("the database has no commit yet"),
            }));
        };
        if known == self.graph.generation() {
            return Ok(None);
        }
        if self.past.as_ref().is_none_or(|(number, _)| *number != known) {
            let graph: Graph = project::in_memory(self.store()?, Some(known))?;
            self.past = Some((known, graph));
        }
        Ok(Some(known))
    }

    /// Reads the graph for `task`; once more if it was found to be damaged, when it has been made anew.
    pub(super) fn read_graph<T>(&mut self, mut task: impl FnMut(&Graph) -> T) -> Result<T, DatabaseError> {
        let read = task(&self.graph);
        if self.mend()? { Ok(task(&self.graph)) } else { Ok(read) }
    }

    /// Makes the graph anew from the store if it was found to be damaged; returns whether it was.
    pub(super) fn mend(&mut self) -> Result<bool, DatabaseError> {
        let Some(damage) = self.graph.damage().map(str::to_owned) else { return Ok(false) };
        let store = super::claims::open_store(&self.directory, &mut self.store)?;
        self.graph = project::build_and_keep(&self.directory, store, &mut self.notices)?;
        self.notices.push(format!("the graph snapshot was damaged ({damage}); it has been made anew from the store"));
        Ok(true)
    }

    /// Cites each link of an answer to the sentence of its best claim. Where the store is held by a writer, the source
    /// alone stays.
    fn cite(&mut self, answer: &mut Answer, past: bool) {
        if answer.graph.edge_count() > MOST_CITED {
            return;
        }
        let graph = if past { self.past.as_ref().map(|(_, graph)| graph) } else { Some(&self.graph) };
        let Some(graph) = graph else { return };
        let mut claims = Claims {
            directory: &self.directory,
            store: &mut self.store,
            commits: &mut self.commits,
            sources: &mut self.sources,
        };
        for edge in answer.graph.edge_weights_mut() {
            let Some(link) = graph.link_by_id(&edge.id) else { continue };
            let evidence = graph.evidence(link);
            let best = evidence.iter().min_by_key(|evidence| (evidence.modality.strength(), evidence.grade.to_byte()));
            let Some(best) = best else { continue };
            let Ok(read) = claims.claims(&[best.claim]) else { return };
            let Some(claim) = read.first() else { continue };
            let place = query::place(claim.locator);
            if !place.is_empty() {
                edge.citation = format!("{} {place}", edge.citation);
            }
        }
    }
}

/// The scope of a statement: its own, and the session's for what it does not say.
fn scope(statement: &Statement, session: &Session) -> Result<ScopeAst, DatabaseError> {
    let own = statement.scope.clone();
    if session.scope.is_empty() {
        return Ok(own);
    }
    let common = query::scope(&session.scope).map_err(DatabaseError::Query)?;
    Ok(ScopeAst {
        time: own.time.or(common.time),
        known_on: own.known_on.or(common.known_on),
        grade: own.grade.or(common.grade),
        sources: own.sources.or(common.sources),
        modality: if own.modality.is_empty() { common.modality } else { own.modality },
        from_source: if own.from_source.is_empty() { common.from_source } else { own.from_source },
    })
}

/// Whether a file's name says that it is one of FollowTheMoney's (`x.ftm`, `x.ftm.json`).
pub fn is_ftm(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    [".ftm", ".ftm.json", ".ftm.jsonl"].iter().any(|end| name.ends_with(end))
}

fn rendering(format: ast::Format) -> Format {
    match format {
        ast::Format::Dot => Format::Dot,
        ast::Format::Csv => Format::Csv,
        ast::Format::Json => Format::Json,
        ast::Format::Jsonl => Format::Jsonl,
        ast::Format::Table => Format::Table,
        ast::Format::Box => Format::Box,
        ast::Format::Markdown => Format::Markdown,
        ast::Format::Ftm => Format::Ftm,
    }
}

/// The day of a time in seconds since 1970-01-01T00:00:00Z.
fn date(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| seconds.to_string(), |time| time.strftime("%Y-%m-%d").to_string())
}
