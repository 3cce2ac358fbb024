//! Tieline, through its language.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Duration;

use tieline::database::Ran;
use tieline::graph::Cell;
use tieline::query::Budget;
use tieline::{Database, Session};

use crate::data::Numbers;
use crate::measure::timed;
use crate::peer::{Answer, Asked, FILTERED_KINDS, FILTERED_YEAR, Peer, Question};

/// An open database.
pub struct Tieline<'i> {
    database: Database,
    session: Session,
    ids: &'i Numbers,
}

impl<'i> Tieline<'i> {
    /// Opens a database. `ids` are those of its entities.
    pub fn open(folder: &Path, ids: &'i Numbers) -> Result<Self, Box<dyn Error>> {
        // The others answer in full, however long it is.
        let budget = Budget { rows: usize::MAX, visited: u64::MAX, time: Duration::from_secs(600) };
        Ok(Self { database: Database::open(folder)?, session: Session { budget, ..Session::default() }, ids })
    }

    fn text(&self, question: &Question) -> String {
        let id = |entity: &u32| format!("@{}", self.ids.texts[*entity as usize]);
        match question {
            Question::Named(name) => format!("find {name:?}"),
            Question::Hops(from, hops) => format!("neighbours {} within {hops}", id(from)),
            Question::Filtered(from) => {
                format!("neighbours {} within 2 via {} as of {FILTERED_YEAR}", id(from), FILTERED_KINDS.join(", "))
            }
            Question::CountByKind(from) => format!("neighbours {} within 2 | count by kind", id(from)),
            Question::Path(from, to) => format!("path {} to {}", id(from), id(to)),
            Question::AllPaths(from, to) => format!("path {} to {} all shortest | count", id(from), id(to)),
        }
    }

    fn answer(&self, question: &Question, ran: &Ran) -> Result<Answer, Box<dyn Error>> {
        let answer = &ran.answer;
        if let Some(cut) = &answer.cut {
            return Err(format!("cut short by {cut}").into());
        }
        let count = |cell: Option<&Cell>| match cell {
            Some(Cell::Int(count)) => Ok(*count as u64),
            other => Err(format!("{other:?} is no number")),
        };
        Ok(match question {
            Question::Named(_) | Question::Hops(..) | Question::Filtered(_) => {
                let mut numbers = Vec::with_capacity(answer.rows.len());
                for row in &answer.rows {
                    // `find` also gives names that only resemble the one asked for.
                    let resembles = matches!(row.get(4), Some(Cell::Float(score)) if *score < 1.0);
                    if resembles && matches!(question, Question::Named(_)) {
                        continue;
                    }
                    let Some(Cell::Node(node)) = row.first() else {
                        return Err("no entity in the first column".into());
                    };
                    numbers.push(self.ids.of(&answer.graph[*node].id)?);
                }
                Answer::entities(numbers)
            }
            Question::CountByKind(_) => {
                let mut counts = BTreeMap::new();
                for row in &answer.rows {
                    let Some(Cell::Text(kind)) = row.first() else { return Err("no kind in the first column".into()) };
                    counts.insert(kind.clone(), count(row.get(1))?);
                }
                Answer::Counts(counts)
            }
            Question::Path(..) => Answer::Length(match answer.rows.first() {
                None => None,
                Some(row) => Some(count(row.get(1))? as u32),
            }),
            Question::AllPaths(..) => Answer::Count(count(answer.rows.first().and_then(|row| row.first()))?),
        })
    }
}

impl Peer for Tieline<'_> {
    fn name(&self) -> &'static str {
        "Tieline"
    }

    fn ask(&mut self, question: &Question) -> Result<Asked, Box<dyn Error>> {
        let text = self.text(question);
        let (ran, whole) = timed(|| self.database.run(&text, &self.session));
        let ran = ran.map_err(|error| format!("{text}: {error}"))?;
        let micros = ran.timing.parse_us + ran.timing.plan_us + ran.timing.run_us;
        // All of it on the processor is a bound for a part of it on the clock.
        let found = Duration::from_nanos((micros * 1000.0) as u64).min(whole);
        Ok(Asked { answer: self.answer(question, &ran)?, found, whole })
    }
}
