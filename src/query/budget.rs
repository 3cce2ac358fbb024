//! Budgets: no statement may hang or eat the machine.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How much a statement may use before it has to stop with what it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Rows of the answer.
    pub rows: usize,
    /// Links looked at.
    pub visited: u64,
    /// Time.
    pub time: Duration,
}

impl Default for Budget {
    fn default() -> Self {
        Self { rows: 100_000, visited: 200_000_000, time: Duration::from_secs(30) }
    }
}

/// Counts what a statement uses against its [`Budget`].
#[derive(Clone, Debug)]
pub struct Meter<'a> {
    budget: Budget,
    stop: &'a AtomicBool,
    started: Instant,
    visited: u64,
    worked: u64,
    next_look: u64,
    cut: Option<String>,
}

/// How many links are looked at between two looks at the clock and at the stop flag.
const LOOK_EVERY: u64 = 1 << 14;

impl<'a> Meter<'a> {
    /// A meter that starts now. Setting `stop` ends the statement at its next look.
    pub fn new(budget: Budget, stop: &'a AtomicBool) -> Self {
        Self { budget, stop, started: Instant::now(), visited: 0, worked: 0, next_look: LOOK_EVERY, cut: None }
    }

    /// The budget.
    pub fn budget(&self) -> Budget {
        self.budget
    }

    /// Counts links looked at. `false` means: stop now.
    #[inline]
    pub fn visit(&mut self, links: usize) -> bool {
        self.visited += links as u64;
        self.visited < self.next_look || self.look()
    }

    /// Counts work that is not done on links: it has no budget of its own but takes time. `false` means: stop now.
    ///
    /// What has been found when a budget is used up is still made into an answer, for which there is a tenth of the time.
    #[inline]
    pub fn work(&mut self, steps: usize) -> bool {
        self.worked = self.worked.saturating_add(steps as u64);
        if self.worked < LOOK_EVERY {
            return true;
        }
        self.worked = 0;
        match self.cut {
            None => self.look(),
            Some(_) => !self.stop.load(Ordering::Relaxed) && self.started.elapsed() < self.budget.time.mul_f64(1.1),
        }
    }

    #[cold]
    fn look(&mut self) -> bool {
        self.next_look = self.visited + LOOK_EVERY;
        if self.cut.is_none() {
            if self.visited > self.budget.visited {
                self.end(format!("the budget of {} visited links", self.budget.visited));
            } else if self.started.elapsed() > self.budget.time {
                self.end(format!("the budget of {} seconds", self.budget.time.as_secs_f64()));
            } else if self.stop.load(Ordering::Relaxed) {
                self.end("it was stopped".to_owned());
            }
        }
        if self.cut.is_some() {
            self.next_look = 0;
        }
        self.cut.is_none()
    }

    /// Whether one more row fits beside `rows` rows; if not, the row budget has ended the statement. What else has ended a
    /// search does not keep from showing what it found.
    pub fn fits(&mut self, rows: usize) -> bool {
        let fits = rows < self.budget.rows;
        if !fits {
            self.end(format!("the budget of {} rows", self.budget.rows));
            self.next_look = 0;
        }
        fits
    }

    /// Whether nothing has ended the statement yet.
    pub fn goes_on(&self) -> bool {
        self.cut.is_none()
    }

    /// Links looked at so far.
    pub fn visited(&self) -> u64 {
        self.visited
    }

    /// What ended the statement, if something did.
    pub fn cut(&self) -> Option<&str> {
        self.cut.as_deref()
    }

    /// Takes over what a copy of this meter has counted since.
    pub(super) fn settle(&mut self, copy: Meter<'_>) {
        (self.visited, self.next_look, self.cut) = (copy.visited, copy.next_look, copy.cut);
    }

    /// Ends the statement, unless something has ended it already.
    pub(super) fn end(&mut self, what: String) {
        self.cut.get_or_insert(what);
    }
}
