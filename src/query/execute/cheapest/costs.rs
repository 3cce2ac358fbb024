//! What links cost: each cost is computed once, where the graph can tell which links are alike even once for all of those.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::query::diagnostics::{Class, Code, Fault};
use crate::query::execute::Executor;
use crate::query::functions::Function;
use crate::query::graph::{LinkKeys, PropertyGraph};
use crate::query::plan::{Ex, Slot};
use crate::query::search::{Cost, LinkTest};
use crate::query::value::Value;

/// The costs that one search has met.
pub(super) struct Costs<'s> {
    pub cost: &'s Cost,
    /// The properties of a link that its cost depends on, if the graph can tell links that are alike in them.
    keys: Option<LinkKeys>,
    /// By likeness, or by link where that cannot be told. A link whose cost is null cannot be used.
    known: HashMap<u64, Option<f64>, RandomState>,
}

impl<'s> Costs<'s> {
    pub fn new<G: PropertyGraph>(graph: &G, cost: &'s Cost) -> Self {
        let mut names = Vec::new();
        let simple = cost.link.is_none_or(|link| gather(&cost.ex, link, &mut names)) && is_steady(&cost.ex);
        let keys = if simple { graph.link_keys(&names) } else { None };
        Self { cost, keys, known: HashMap::default() }
    }
}

impl<'g, G: PropertyGraph> Executor<'g, G> {
    /// The cost of the link at a place; nothing, if it is null.
    ///
    /// # Errors
    /// The cost is no number, or one that no cost can be.
    pub(super) fn cost_of(
        &mut self,
        costs: &mut Costs<'_>,
        test: &LinkTest,
        at: (G::Ties<'g>, u32),
        link: u32,
        row: &mut [Value],
    ) -> Result<Option<f64>, Fault> {
        if costs.cost.link.is_some_and(|slot| slot != test.slot) {
            return Ok(Some(0.0));
        }
        let key = match costs.keys {
            Some(keys) => match self.graph.likeness(at.0, at.1, keys) {
                Some(likeness) => likeness,
                None => return self.computed(costs.cost, test, link, row),
            },
            None => u64::from(link),
        };
        if let Some(known) = costs.known.get(&key) {
            return Ok(*known);
        }
        let cost = self.computed(costs.cost, test, link, row)?;
        costs.known.insert(key, cost);
        Ok(cost)
    }

    fn computed(&mut self, cost: &Cost, test: &LinkTest, link: u32, row: &mut [Value]) -> Result<Option<f64>, Fault> {
        row[test.slot] = Value::Link(link);
        let number = match self.evaluate(&cost.ex, row)? {
            Value::Null => return Ok(None),
            Value::Int(number) => number as f64,
            Value::Float(number) => number,
            other => {
                let message = format!("the cost of a link is a number, not {}", other.sort());
                return Err(Fault::new(Class::TypeError, Code::InvalidArgumentType, cost.span, message));
            }
        };
        if number.is_finite() && number >= 0.0 {
            // A negative zero would come before zero.
            return Ok(Some(number.abs()));
        }
        let message = format!("the cost of a link cannot be {number}; it is a number from 0 on");
        Err(Fault::new(Class::ArgumentError, Code::NumberOutOfRange, cost.span, message))
    }
}

/// Gathers the properties of a link that an expression asks for; `false` if it asks for more than properties.
fn gather<'e>(ex: &'e Ex, link: Slot, names: &mut Vec<&'e str>) -> bool {
    match ex {
        Ex::Property(of, key, _) if matches!(**of, Ex::Slot(slot) if slot == link) => names.push(key),
        Ex::Call(function @ (Function::GradeRank | Function::Type), arguments, _) if matches!(arguments.as_slice(), [Ex::Slot(slot)] if *slot == link) =>
        {
            names.push(if *function == Function::Type { "kind" } else { "grade" });
        }
        Ex::Slot(slot) => return *slot != link,
        _ => return inside(ex).is_some_and(|inner| inner.into_iter().all(|inner| gather(inner, link, names))),
    }
    true
}

/// Whether an expression has one value for one row.
fn is_steady(ex: &Ex) -> bool {
    !matches!(ex, Ex::Call(Function::Rand, ..)) && inside(ex).is_some_and(|inner| inner.into_iter().all(is_steady))
}

/// The expressions directly inside; nothing for those that run steps or go through lists.
fn inside(ex: &Ex) -> Option<Vec<&Ex>> {
    Some(match ex {
        Ex::Constant(_) | Ex::Parameter(..) | Ex::Slot(_) => Vec::new(),
        Ex::List(items) | Ex::And(items, _) | Ex::Or(items, _) | Ex::Call(_, items, _) => items.iter().collect(),
        Ex::Property(inner, ..) | Ex::Not(inner, _) | Ex::Sign(inner, ..) | Ex::IsNull(inner, _) => vec![inner],
        Ex::Index(sides, _) | Ex::Binary(_, sides, _) => vec![&sides.0, &sides.1],
        Ex::Slice(parts, _) => [Some(&parts.0), parts.1.as_ref(), parts.2.as_ref()].into_iter().flatten().collect(),
        Ex::Compare(first, rest) => rest.iter().map(|(_, ex)| ex).chain([&**first]).collect(),
        Ex::Case(case) => {
            let branches = case.branches.iter().flat_map(|(when, then)| [when, then]);
            branches.chain(&case.subject).chain(&case.otherwise).collect()
        }
        _ => return None,
    })
}
