//! What expressions may use: time, and room for what they make.

use super::diagnostics::{Class, Code, Fault};
use super::execute::{Executor, Flow};
use super::graph::PropertyGraph;
use super::lexer::Span;
use super::value::Value;

/// The most values that one expression makes for one row.
pub(super) const MOST_MADE: u64 = 20_000_000;
/// The longest text that an expression makes, in bytes.
pub(super) const LONGEST_TEXT: usize = 10_000_000;
/// How deep a value that is put together step by step may be nested.
const DEEPEST: usize = 200;

impl<G: PropertyGraph> Executor<'_, G> {
    /// Counts work on so many values.
    ///
    /// # Errors
    /// A budget is used up, so that what the expression would give means nothing; [`unless_stopped`] keeps the rows before.
    pub(super) fn tick(&mut self, values: usize, span: Span) -> Result<(), Fault> {
        if self.meter.work(values) {
            return Ok(());
        }
        let why = self.meter.cut().unwrap_or("it was stopped").to_owned();
        Err(Fault::new(Class::Stopped, Code::Stopped, span, format!("the query was ended: {why}")))
    }

    /// Counts values that an expression makes.
    ///
    /// # Errors
    /// They are too many, or a budget is used up.
    pub(super) fn make(&mut self, values: usize, span: Span) -> Result<(), Fault> {
        self.built += values as u64;
        if self.built > MOST_MADE {
            let message = format!("this makes more than {MOST_MADE} values for one row");
            return Err(Fault::new(Class::ArgumentError, Code::Budget, span, message));
        }
        self.tick(values, span)
    }

    /// Counts what it costs to look at all of a value.
    pub(super) fn look_at(&mut self, value: &Value, span: Span) -> Result<(), Fault> {
        match value {
            Value::List(items) if items.len() > 16 => self.tick(items.len(), span),
            Value::Text(text) if text.len() > 1 << 10 => self.tick(text.len() >> 6, span),
            _ => Ok(()),
        }
    }

    /// Counts a value that takes the place of one that was counted before.
    ///
    /// # Errors
    /// As [`Executor::make`]; or it is nested too deep.
    pub(super) fn make_again(&mut self, before: u64, value: &Value, span: Span) -> Result<(), Fault> {
        self.built = before;
        let mut size = 0;
        if !measure(value, 0, &mut size) {
            let message = format!("this value is nested more than {DEEPEST} deep");
            return Err(Fault::new(Class::ArgumentError, Code::TooDeep, span, message));
        }
        self.make(size, span)
    }
}

/// Adds up the values inside a value; `false` if it is nested too deep.
fn measure(value: &Value, depth: usize, size: &mut usize) -> bool {
    *size += 1;
    match value {
        _ if depth > DEEPEST => false,
        Value::List(items) => items.iter().all(|item| measure(item, depth + 1, size)),
        Value::Map(entries) => entries.iter().all(|(_, value)| measure(value, depth + 1, size)),
        _ => true,
    }
}

/// A text that is too long to be made.
pub(super) fn too_long(span: Span) -> Fault {
    let message = format!("this makes a text of more than {LONGEST_TEXT} bytes");
    Fault::new(Class::ArgumentError, Code::TooLong, span, message)
}

/// The end of rows, if it is a budget that ended them: the rows before it count.
pub(super) fn unless_stopped(ran: Result<Flow, Fault>) -> Result<Flow, Fault> {
    match ran {
        Err(fault) if fault.class == Class::Stopped => Ok(Flow::Enough),
        other => other,
    }
}
