//! What each operator of a plan does: rows, visited links and time.
//!
//! Operators run inside each other, row by row; at any time one of them is at work, and what is used is put to its
//! account when another takes over.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::Executor;
use crate::query::graph::PropertyGraph;

/// An operator of a plan, known by its address: a plan does not move while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator(usize);

impl Operator {
    /// The operator that a step or a projection is.
    pub fn of<T>(part: &T) -> Self {
        Self(std::ptr::from_ref(part).addr())
    }

    /// Whatever runs the plan.
    const NONE: Self = Self(0);
}

/// What an operator has done by itself, without those that it passes rows on to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Rows that it passed on.
    pub rows: u64,
    /// Links and nodes that it looked at.
    pub visited: u64,
    /// Time that it took.
    pub time: Duration,
}

/// The accounts of a run.
#[derive(Debug)]
pub(super) struct Profile {
    at_work: Operator,
    since: Instant,
    visited: u64,
    accounts: HashMap<Operator, Work>,
}

impl<G: PropertyGraph> Executor<'_, G> {
    /// Lets the executor keep accounts from now on, which slows it down.
    pub fn keep_accounts(&mut self) {
        let visited = self.meter.visited();
        let profile = Profile { at_work: Operator::NONE, since: Instant::now(), visited, accounts: HashMap::new() };
        self.profile = Some(Box::new(profile));
    }

    /// What each operator has done, if accounts are kept. Those that are not there have not run.
    pub fn accounts(&mut self) -> HashMap<Operator, Work> {
        self.profile.take().map(|profile| profile.accounts).unwrap_or_default()
    }

    /// Does something as work of an operator.
    #[inline]
    pub(super) fn within<R>(&mut self, operator: Operator, work: impl FnOnce(&mut Self) -> R) -> R {
        if self.profile.is_none() {
            return work(self);
        }
        let before = self.take_over(operator);
        let done = work(self);
        self.take_over(before);
        done
    }

    /// Counts a row that the operator at work passes on.
    #[inline]
    pub(super) fn count_row(&mut self) {
        if let Some(profile) = &mut self.profile {
            profile.accounts.entry(profile.at_work).or_default().rows += 1;
        }
    }

    /// Counts rows that the operator at work makes at once.
    pub(super) fn count_rows(&mut self, rows: usize) {
        if let Some(profile) = &mut self.profile {
            profile.accounts.entry(profile.at_work).or_default().rows += rows as u64;
        }
    }

    /// Another operator takes over; the one before it.
    fn take_over(&mut self, next: Operator) -> Operator {
        let visited = self.meter.visited();
        let Some(profile) = &mut self.profile else { return next };
        let now = Instant::now();
        let account = profile.accounts.entry(profile.at_work).or_default();
        account.time += now - profile.since;
        account.visited += visited - profile.visited;
        profile.since = now;
        profile.visited = visited;
        std::mem::replace(&mut profile.at_work, next)
    }
}
