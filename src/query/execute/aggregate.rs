//! Aggregations: what is gathered over the rows of a group.

use std::collections::HashSet;

use crate::query::diagnostics::{Class, Code, Fault};
use crate::query::functions::{Aggregate, overflow};
use crate::query::lexer::Span;
use crate::query::value::{Key, Value};

/// What has been gathered so far.
#[derive(Debug)]
pub(super) struct Accumulator {
    function: Aggregate,
    seen: Option<HashSet<Key>>,
    span: Span,
    count: i64,
    whole: i64,
    float: f64,
    floating: bool,
    best: Value,
    values: Vec<Value>,
    /// The second argument of a percentile.
    share: Option<f64>,
}

impl Accumulator {
    pub(super) fn new(function: Aggregate, distinct: bool, span: Span) -> Self {
        Self {
            function,
            seen: distinct.then(HashSet::new),
            span,
            count: 0,
            whole: 0,
            float: 0.0,
            floating: false,
            best: Value::Null,
            values: Vec::new(),
            share: None,
        }
    }

    /// Counts rows, whatever is in them.
    pub(super) fn count_rows(&mut self, times: u64) {
        self.count = self.count.saturating_add_unsigned(times);
    }

    /// Adds a value; whether it was kept, which takes memory. It is that of several rows only where they are counted, or
    /// where it makes no difference.
    pub(super) fn add(&mut self, value: Value, second: Option<Value>, times: u64) -> Result<bool, Fault> {
        if let Some(second) = second {
            self.share = Some(self.checked_share(&second)?);
        }
        if value.is_null() {
            return Ok(false);
        }
        if let Some(seen) = &mut self.seen
            && !seen.insert(Key(value.clone()))
        {
            return Ok(false);
        }
        self.count_rows(if self.seen.is_some() { 1 } else { times });
        match self.function {
            Aggregate::Count => {}
            Aggregate::Sum | Aggregate::Avg => match value {
                Value::Int(number) => {
                    self.float += number as f64;
                    if !self.floating {
                        self.whole = self.whole.checked_add(number).ok_or_else(|| overflow(self.span))?;
                    }
                }
                Value::Float(number) => {
                    self.floating = true;
                    self.float += number;
                }
                other => return Err(self.not_a_number(&other)),
            },
            Aggregate::Min | Aggregate::Max => {
                let order = value.order(&self.best);
                let better = if self.function == Aggregate::Min { order.is_lt() } else { order.is_gt() };
                if better || self.best.is_null() {
                    self.best = value;
                }
            }
            Aggregate::Collect => self.values.push(value),
            _ => {
                if !matches!(value, Value::Int(_) | Value::Float(_)) {
                    return Err(self.not_a_number(&value));
                }
                self.values.push(value);
            }
        }
        Ok(!self.values.is_empty() || self.seen.is_some())
    }

    fn not_a_number(&self, value: &Value) -> Fault {
        let message = format!("cannot aggregate {} as a number", value.sort());
        Fault::new(Class::TypeError, Code::InvalidArgumentType, self.span, message)
    }

    fn checked_share(&self, share: &Value) -> Result<f64, Fault> {
        let share = match share {
            Value::Int(number) => *number as f64,
            Value::Float(number) => *number,
            other => return Err(self.not_a_number(other)),
        };
        if !(0.0..=1.0).contains(&share) {
            let message = "a percentile is a number from 0 to 1";
            return Err(Fault::new(Class::ArgumentError, Code::NumberOutOfRange, self.span, message));
        }
        Ok(share)
    }

    /// The result.
    pub(super) fn finish(self) -> Value {
        match self.function {
            Aggregate::Count => Value::Int(self.count),
            Aggregate::Sum if self.floating => Value::Float(self.float),
            Aggregate::Sum => Value::Int(self.whole),
            Aggregate::Avg if self.count == 0 => Value::Null,
            Aggregate::Avg => Value::Float(self.float / self.count as f64),
            Aggregate::Min | Aggregate::Max => self.best,
            Aggregate::Collect => Value::list(self.values),
            Aggregate::StDev | Aggregate::StDevP => Value::Float(self.deviation()),
            Aggregate::PercentileCont | Aggregate::PercentileDisc => self.percentile(),
        }
    }

    fn numbers(&self) -> Vec<f64> {
        let numbers = self.values.iter().map(|value| match value {
            Value::Int(number) => *number as f64,
            Value::Float(number) => *number,
            _ => f64::NAN,
        });
        numbers.collect()
    }

    fn deviation(&self) -> f64 {
        let numbers = self.numbers();
        let free = if self.function == Aggregate::StDev { numbers.len().saturating_sub(1) } else { numbers.len() };
        if free == 0 {
            return 0.0;
        }
        let mean = numbers.iter().sum::<f64>() / numbers.len() as f64;
        (numbers.iter().map(|number| (number - mean).powi(2)).sum::<f64>() / free as f64).sqrt()
    }

    fn percentile(mut self) -> Value {
        let Some(share) = self.share.filter(|_| !self.values.is_empty()) else { return Value::Null };
        self.values.sort_by(Value::order);
        let last = self.values.len() - 1;
        if self.function == Aggregate::PercentileDisc {
            let place = (share * self.values.len() as f64).ceil() as usize;
            return self.values[place.saturating_sub(1).min(last)].clone();
        }
        let numbers = self.numbers();
        let place = share * last as f64;
        let (low, high) = (place.floor() as usize, place.ceil() as usize);
        Value::Float(numbers[low] + (numbers[high] - numbers[low]) * (place - low as f64))
    }
}
