//! Projections: `with` and `return`, with grouping, order and limits.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::aggregate::Accumulator;
use super::{Executor, Flow, Operator, Ran, Sink};
use crate::query::diagnostics::{Code, Fault};
use crate::query::graph::PropertyGraph;
use crate::query::plan::{Ex, Gather, Grouping, Projected, Segment};
use crate::query::value::{Key, Value};

/// A copied row.
type Row = Box<[Value]>;

/// A group of rows.
struct Group {
    /// Its first row, with the keys in their places.
    row: Row,
    gathered: Vec<Accumulator>,
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// Runs segments, each on all rows of the one before, from a row.
    pub(super) fn run_segments(&mut self, segments: &[Segment], row: &mut [Value], sink: &mut Sink<'_, 'g, G>) -> Ran {
        let Some((segment, before)) = segments.split_last() else { return sink(self, row) };
        let Some(projected) = &segment.projection else { return self.rows(segment, before, row, sink) };
        let skip = self.bound(projected.skip.as_ref(), row, projected)?.unwrap_or(0);
        let limit = self.bound(projected.limit.as_ref(), row, projected)?.unwrap_or(usize::MAX);
        let window = Window { projected, skip, limit, seen: HashSet::new() };
        if limit == 0 {
            return Ok(Flow::More);
        }
        self.within(Operator::of(projected), |executor| executor.projected(segment, before, window, row, sink))
    }

    /// The rows that come out of a segment's projection.
    fn projected(
        &mut self,
        segment: &Segment,
        before: &[Segment],
        mut window: Window,
        row: &mut [Value],
        sink: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let projected = window.projected;
        let mut downstream = Flow::More;
        if projected.grouping.is_none() && projected.order.is_empty() {
            self.rows(segment, before, row, &mut |executor, row| {
                executor.project(projected, row)?;
                window.pass(executor, row, &mut |executor, row| {
                    executor.count_row();
                    downstream = sink(executor, row)?;
                    Ok(downstream)
                })
            })?;
            return Ok(downstream);
        }
        for mut row in self.gathered(segment, before, projected, &window, row)? {
            let flow = window.pass(self, &mut row, &mut |executor, row| {
                executor.count_row();
                downstream = sink(executor, row)?;
                Ok(downstream)
            })?;
            if flow == Flow::Enough {
                break;
            }
        }
        Ok(downstream)
    }

    /// The rows that come out of a segment's steps.
    fn rows(&mut self, segment: &Segment, before: &[Segment], row: &mut [Value], sink: &mut Sink<'_, 'g, G>) -> Ran {
        let operator = segment.projection.as_ref().map(Operator::of);
        let sink: &mut Sink<'_, 'g, G> = &mut |executor, row| match operator {
            Some(operator) => executor.within(operator, |executor| sink(executor, row)),
            None => sink(executor, row),
        };
        if before.is_empty() {
            return self.run_steps(&segment.steps, row, sink);
        }
        self.run_segments(before, row, &mut |executor, row| executor.run_steps(&segment.steps, row, sink))
    }

    fn project(&mut self, projected: &Projected, row: &mut [Value]) -> Result<(), Fault> {
        for (slot, item) in &projected.items {
            row[*slot] = self.evaluate(item, row)?;
        }
        Ok(())
    }

    /// `skip` or `limit`.
    fn bound(&mut self, bound: Option<&Ex>, row: &mut [Value], projected: &Projected) -> Result<Option<usize>, Fault> {
        let Some(bound) = bound else { return Ok(None) };
        let fault = |code, message: String| Fault::syntax(code, projected.span, message);
        match self.evaluate(bound, row)? {
            Value::Int(count) => usize::try_from(count)
                .map(Some)
                .map_err(|_| fault(Code::NegativeIntegerArgument, "`skip` and `limit` cannot be negative".into())),
            other => Err(fault(
                Code::InvalidArgumentType,
                format!("`skip` and `limit` take a whole number, not {}", other.sort()),
            )),
        }
    }

    /// All rows of a projection that needs them all: grouped and in order.
    fn gathered(
        &mut self,
        segment: &Segment,
        before: &[Segment],
        projected: &Projected,
        window: &Window,
        row: &mut [Value],
    ) -> Result<Vec<Row>, Fault> {
        let mut sorter = Sorter { rows: Vec::new(), most: window.most(), order: &projected.order };
        let mut seen = HashSet::new();
        match &projected.grouping {
            None => {
                self.rows(segment, before, row, &mut |executor, row| {
                    executor.project(projected, row)?;
                    if projected.distinct && !seen.insert(window.key(row)) {
                        return Ok(Flow::More);
                    }
                    sorter.add(executor, row)?;
                    executor.keep(row.len())
                })?;
            }
            Some(grouping) => {
                for mut row in self.grouped(segment, before, grouping, row)? {
                    self.project(projected, &mut row)?;
                    if !projected.distinct || seen.insert(window.key(&row)) {
                        sorter.add(self, &mut row)?;
                    }
                }
            }
        }
        Ok(sorter.finish())
    }

    fn grouped(
        &mut self,
        segment: &Segment,
        before: &[Segment],
        grouping: &Grouping,
        row: &mut [Value],
    ) -> Result<Vec<Row>, Fault> {
        let fresh =
            || grouping.calls.iter().map(|call| Accumulator::new(call.function, call.distinct, call.span)).collect();
        let mut places: HashMap<Key, usize> = HashMap::new();
        let mut groups: Vec<Group> = Vec::new();
        if grouping.keys.is_empty() {
            groups.push(Group { row: row.into(), gathered: fresh() });
        }
        self.rows(segment, before, row, &mut |executor, row| {
            let mut kept = 0;
            let place = if grouping.keys.is_empty() {
                0
            } else {
                for (slot, key) in &grouping.keys {
                    row[*slot] = executor.evaluate(key, row)?;
                }
                let key = match grouping.keys.as_slice() {
                    [(slot, _)] => Key(row[*slot].clone()),
                    keys => Key(Value::list(keys.iter().map(|(slot, _)| row[*slot].clone()).collect())),
                };
                *places.entry(key).or_insert_with(|| {
                    kept += row.len();
                    groups.push(Group { row: (&*row).into(), gathered: fresh() });
                    groups.len() - 1
                })
            };
            for (call, accumulator) in grouping.calls.iter().zip(&mut groups[place].gathered) {
                kept += usize::from(executor.gather(call, accumulator, row)?);
            }
            executor.keep(kept)
        })?;
        let finish = |group: Group| {
            let mut row = group.row;
            for (call, accumulator) in grouping.calls.iter().zip(group.gathered) {
                row[call.slot] = accumulator.finish();
            }
            row
        };
        Ok(groups.into_iter().map(finish).collect())
    }

    fn gather(&mut self, call: &Gather, accumulator: &mut Accumulator, row: &mut [Value]) -> Result<bool, Fault> {
        let Some(value) = &call.value else {
            accumulator.count_rows(self.times);
            return Ok(false);
        };
        let value = self.evaluate(value, row)?;
        let second = call.second.as_ref().map(|second| self.evaluate(second, row)).transpose()?;
        accumulator.add(value, second, self.times)
    }
}

/// `distinct`, `skip`, `limit` and `where` over rows whose items are in their places.
struct Window<'p> {
    projected: &'p Projected,
    skip: usize,
    limit: usize,
    seen: HashSet<Key>,
}

impl Window<'_> {
    /// How many rows can pass at most, if rows come in order.
    fn most(&self) -> usize {
        self.skip.saturating_add(self.limit)
    }

    fn key(&self, row: &[Value]) -> Key {
        Key(Value::list(self.projected.items.iter().map(|(slot, _)| row[*slot].clone()).collect()))
    }

    /// Gives a row on if it passes. Enough, if no row after it can pass or none is wanted.
    fn pass<'g, G: PropertyGraph>(
        &mut self,
        executor: &mut Executor<'g, G>,
        row: &mut [Value],
        on: &mut Sink<'_, 'g, G>,
    ) -> Ran {
        let gathered = self.projected.grouping.is_some() || !self.projected.order.is_empty();
        if self.projected.distinct && !gathered {
            let key = self.key(row);
            if !self.seen.insert(key) {
                return Ok(Flow::More);
            }
            executor.keep(1)?;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(Flow::More);
        }
        self.limit -= 1;
        let wanted = match &self.projected.filter {
            Some(filter) => executor.holds(filter, row)?,
            None => true,
        };
        let flow = if wanted { on(executor, row)? } else { Flow::More };
        Ok(if self.limit == 0 { Flow::Enough } else { flow })
    }
}

/// Sorts rows, keeping little more than are wanted.
struct Sorter<'p> {
    rows: Vec<(Vec<Value>, Row)>,
    most: usize,
    order: &'p [(Ex, bool)],
}

impl Sorter<'_> {
    fn add<G: PropertyGraph>(&mut self, executor: &mut Executor<'_, G>, row: &mut [Value]) -> Result<(), Fault> {
        let mut keys = Vec::with_capacity(self.order.len());
        for (key, _) in self.order {
            keys.push(executor.evaluate(key, row)?);
        }
        self.rows.push((keys, (&*row).into()));
        // Twice as many as wanted, so that each cut removes half and sorting stays cheap.
        if self.rows.len() > self.most.saturating_mul(2).max(1 << 12) {
            self.sort();
            self.rows.truncate(self.most);
        }
        Ok(())
    }

    fn sort(&mut self) {
        let order = self.order;
        self.rows.sort_by(|(a, _), (b, _)| {
            let pairs = a.iter().zip(b).zip(order);
            let decided = pairs.map(|((a, b), (_, down))| if *down { b.order(a) } else { a.order(b) });
            decided.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
    }

    fn finish(mut self) -> Vec<Row> {
        if !self.order.is_empty() {
            self.sort();
        }
        self.rows.into_iter().map(|(_, row)| row).collect()
    }
}
