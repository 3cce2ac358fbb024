//! The evaluator of expressions.

use std::sync::Arc;

use super::diagnostics::{Class, Code, Fault};
use super::execute::{Executor, Flow};
use super::expression_ast::{Binary, Comparison, Quantifier};
use super::functions::{self, Function};
use super::graph::PropertyGraph;
use super::lexer::Span;
use super::measured::{LONGEST_TEXT, too_long};
use super::parameters::missing;
use super::plan::{CaseEx, Ex, ReduceEx, Slot, Through};
use super::value::{Path, Value};

type Evaluated = Result<Value, Fault>;

/// A value of a sort that cannot stand here.
fn type_fault(span: Span, message: String) -> Fault {
    Fault::new(Class::TypeError, Code::InvalidArgumentType, span, message)
}

impl<G: PropertyGraph> Executor<'_, G> {
    /// The value of an expression in a row. Variables inside the expression use places of the row that are free.
    #[inline]
    pub(super) fn evaluate(&mut self, ex: &Ex, row: &mut [Value]) -> Evaluated {
        let built = self.built;
        let value = self.value(ex, row);
        self.built = built;
        value
    }

    /// The same, as a part of an expression.
    fn value(&mut self, ex: &Ex, row: &mut [Value]) -> Evaluated {
        match ex {
            Ex::Constant(value) => Ok(value.clone()),
            Ex::Slot(slot) => Ok(row[*slot].clone()),
            Ex::Property(of, key, span) => {
                if let Ex::Slot(slot) = &**of {
                    return self.property(&row[*slot], key, *span);
                }
                let of = self.value(of, row)?;
                self.property(&of, key, *span)
            }
            Ex::Compare(first, rest) => self.compare_chain(first, rest, row),
            Ex::And(items, span) => self.junction(items, row, false, *span),
            Ex::Or(items, span) => self.junction(items, row, true, *span),
            Ex::Not(inner, span) => match self.value(inner, row)? {
                Value::Bool(value) => Ok(Value::Bool(!value)),
                Value::Null => Ok(Value::Null),
                other => Err(type_fault(*span, format!("`not` cannot take {}", other.sort()))),
            },
            Ex::IsNull(inner, negated) => Ok(Value::Bool(self.value(inner, row)?.is_null() != *negated)),
            Ex::Binary(operator, sides, span) => self.binary(*operator, sides, row, *span),
            _ => self.evaluate_rare(ex, row),
        }
    }

    #[inline(never)]
    fn evaluate_rare(&mut self, ex: &Ex, row: &mut [Value]) -> Evaluated {
        match ex {
            Ex::Parameter(name, span) => self.parameter(name, *span),
            Ex::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.value(item, row)?);
                }
                Ok(Value::list(list))
            }
            Ex::Map(entries) => {
                let mut map = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    map.push((key.clone(), self.value(value, row)?));
                }
                Ok(Value::map(map))
            }
            Ex::Index(parts, span) => {
                let (of, index) = (self.value(&parts.0, row)?, self.value(&parts.1, row)?);
                self.index(&of, &index, *span)
            }
            Ex::Slice(parts, span) => {
                let of = self.value(&parts.0, row)?;
                let from = parts.1.as_ref().map(|from| self.value(from, row)).transpose()?;
                let to = parts.2.as_ref().map(|to| self.value(to, row)).transpose()?;
                slice(&of, from, to, *span)
            }
            Ex::Labels(of, tests, span) => match self.value(of, row)? {
                Value::Null => Ok(Value::Null),
                Value::Node(node) => Ok(Value::Bool(self.node_has(node, &tests.0))),
                Value::Link(link) => {
                    let kind = self.graph.kind_of(link);
                    Ok(Value::Bool(tests.1.holds(&|label| label == kind, &|| true)))
                }
                other => Err(type_fault(*span, format!("{} has no kind", other.sort()))),
            },
            Ex::Sign(inner, minus, span) => match self.value(inner, row)? {
                Value::Int(value) if *minus => {
                    value.checked_neg().map(Value::Int).ok_or_else(|| functions::overflow(*span))
                }
                Value::Float(value) if *minus => Ok(Value::Float(-value)),
                value @ (Value::Int(_) | Value::Float(_) | Value::Null) => Ok(value),
                other => Err(type_fault(*span, format!("a sign cannot stand before {}", other.sort()))),
            },
            Ex::Case(case) => self.case(case, row),
            Ex::Call(function, arguments, span) => self.call(*function, arguments, row, *span),
            Ex::Comprehension(through) => self.comprehension(through, row),
            Ex::Quantified(quantifier, through) => self.quantified(*quantifier, through, row),
            Ex::Reduce(reduce) => self.reduce(reduce, row),
            Ex::Exists(query) => {
                let mut found = false;
                self.run_query(query, row, &mut |_, _, _| {
                    found = true;
                    Ok(Flow::Enough)
                })?;
                Ok(Value::Bool(found))
            }
            Ex::Count(query) => {
                let mut count = 0;
                self.run_query(query, row, &mut |executor, _, _| {
                    count = i64::saturating_add_unsigned(count, executor.times);
                    Ok(Flow::More)
                })?;
                Ok(Value::Int(count))
            }
            Ex::Rows(parts) => {
                let mut rows = Vec::new();
                self.run_steps(&parts.0, row, &mut |executor, row| {
                    executor.make(1, Span::default())?;
                    rows.push(executor.value(&parts.1, row)?);
                    executor.keep(1)
                })?;
                Ok(Value::list(rows))
            }
            Ex::First(parts) => {
                let mut first = Value::Null;
                self.run_steps(&parts.0, row, &mut |executor, row| {
                    first = executor.value(&parts.1, row)?;
                    Ok(Flow::Enough)
                })?;
                Ok(first)
            }
            _ => Ok(Value::Null),
        }
    }

    /// Whether a condition holds; null does not.
    pub(super) fn holds(&mut self, ex: &Ex, row: &mut [Value]) -> Result<bool, Fault> {
        match self.evaluate(ex, row) {
            Ok(Value::Bool(value)) => Ok(value),
            Ok(Value::Null) => Ok(false),
            Err(fault) if fault.class == Class::Stopped => Ok(false),
            Err(fault) => Err(fault),
            Ok(other) => {
                Err(type_fault(Span::default(), format!("a condition must be true or false, not {}", other.sort())))
            }
        }
    }

    /// Whether a condition inside an expression holds.
    fn part_holds(&mut self, ex: &Ex, row: &mut [Value]) -> Result<bool, Fault> {
        match self.value(ex, row)? {
            Value::Bool(value) => Ok(value),
            Value::Null => Ok(false),
            other => {
                Err(type_fault(Span::default(), format!("a condition must be true or false, not {}", other.sort())))
            }
        }
    }

    fn parameter(&self, name: &str, span: Span) -> Evaluated {
        self.parameters.get(name).cloned().ok_or_else(|| missing(name, span, self.parameters))
    }

    fn property(&self, of: &Value, key: &str, span: Span) -> Evaluated {
        match of {
            Value::Node(node) => Ok(self.graph.node_property(*node, key)),
            Value::Link(link) => Ok(self.graph.link_property(*link, key)),
            Value::Map(entries) => Ok(Value::entry(entries, key)),
            Value::Null => Ok(Value::Null),
            other => Err(type_fault(span, format!("{} has no properties", other.sort()))),
        }
    }

    fn index(&self, of: &Value, index: &Value, span: Span) -> Evaluated {
        match (of, index) {
            (Value::Null, _) | (_, Value::Null) => Ok(Value::Null),
            (Value::List(items), Value::Int(index)) => {
                let at = if *index < 0 { index.checked_add(items.len() as i64) } else { Some(*index) };
                let item = at.and_then(|at| usize::try_from(at).ok()).and_then(|at| items.get(at));
                Ok(item.cloned().unwrap_or_default())
            }
            (Value::List(_), other) => {
                Err(type_fault(span, format!("a list is indexed by a whole number, not by {}", other.sort())))
            }
            (Value::Map(_) | Value::Node(_) | Value::Link(_), Value::Text(key)) => self.property(of, key, span),
            (Value::Map(_) | Value::Node(_) | Value::Link(_), other) => Err(Fault::new(
                Class::TypeError,
                Code::MapElementAccessByNonString,
                span,
                format!("a map is indexed by a text, not by {}", other.sort()),
            )),
            (other, _) => Err(type_fault(span, format!("{} has no elements", other.sort()))),
        }
    }

    fn junction(&mut self, items: &[Ex], row: &mut [Value], decisive: bool, span: Span) -> Evaluated {
        let mut open = false;
        for item in items {
            match self.value(item, row)? {
                Value::Bool(value) if value == decisive => return Ok(Value::Bool(decisive)),
                Value::Bool(_) => {}
                Value::Null => open = true,
                other => {
                    let word = if decisive { "or" } else { "and" };
                    return Err(type_fault(span, format!("`{word}` cannot take {}", other.sort())));
                }
            }
        }
        Ok(if open { Value::Null } else { Value::Bool(!decisive) })
    }

    fn compare_chain(&mut self, first: &Ex, rest: &[(Comparison, Ex)], row: &mut [Value]) -> Evaluated {
        let mut left = self.value(first, row)?;
        let mut open = false;
        for (comparison, right) in rest {
            let right = self.value(right, row)?;
            self.look_at(&left, Span::default())?;
            match compared(*comparison, &left, &right) {
                Some(false) => return Ok(Value::Bool(false)),
                Some(true) => {}
                None => open = true,
            }
            left = right;
        }
        Ok(if open { Value::Null } else { Value::Bool(true) })
    }

    #[inline(never)]
    fn binary(&mut self, operator: Binary, sides: &(Ex, Ex), row: &mut [Value], span: Span) -> Evaluated {
        let (left, right) = (self.value(&sides.0, row)?, self.value(&sides.1, row)?);
        self.look_at(&left, span)?;
        self.look_at(&right, span)?;
        match operator {
            Binary::Xor => match (&left, &right) {
                (Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(a != b)),
                (Value::Bool(_) | Value::Null, Value::Bool(_) | Value::Null) => Ok(Value::Null),
                _ => Err(type_fault(span, "`xor` takes truth values".into())),
            },
            Binary::In => contained(&left, &right, span),
            Binary::StartsWith | Binary::EndsWith | Binary::Contains => Ok(match (&left, &right) {
                (Value::Text(text), Value::Text(part)) => Value::Bool(match operator {
                    Binary::StartsWith => text.starts_with(&**part),
                    Binary::EndsWith => text.ends_with(&**part),
                    _ => text.contains(&**part),
                }),
                _ => Value::Null,
            }),
            Binary::Matches => match (&left, &right) {
                (Value::Text(text), Value::Text(pattern)) => {
                    let tick = &mut |steps| self.tick(steps, span);
                    super::regex::matches(pattern, text, span, tick).map(Value::Bool)
                }
                _ => Ok(Value::Null),
            },
            _ => {
                if let (Value::List(items), other) | (other, Value::List(items)) = (&left, &right) {
                    let more = if let Value::List(more) = other { more.len() } else { 1 };
                    self.make(items.len() + more, span)?;
                }
                arithmetic(operator, &left, &right, span)
            }
        }
    }

    #[inline(never)]
    fn case(&mut self, case: &CaseEx, row: &mut [Value]) -> Evaluated {
        let subject = case.subject.as_ref().map(|subject| self.value(subject, row)).transpose()?;
        for (when, then) in &case.branches {
            let when = self.value(when, row)?;
            let chosen = match &subject {
                Some(subject) => subject.equals(&when) == Some(true),
                None => when.as_bool() == Some(true),
            };
            if chosen {
                return self.value(then, row);
            }
        }
        case.otherwise.as_ref().map_or(Ok(Value::Null), |otherwise| self.value(otherwise, row))
    }

    fn items(&mut self, through: &Through, row: &mut [Value]) -> Result<Option<Arc<[Value]>>, Fault> {
        match self.value(&through.list, row)? {
            Value::List(items) => Ok(Some(items)),
            Value::Null => Ok(None),
            other => Err(type_fault(through.span, format!("expected a list, not {}", other.sort()))),
        }
    }

    #[inline(never)]
    fn comprehension(&mut self, through: &Through, row: &mut [Value]) -> Evaluated {
        let Some(items) = self.items(through, row)? else { return Ok(Value::Null) };
        let mut list = Vec::new();
        for item in items.iter() {
            row[through.slot] = item.clone();
            self.tick(1, through.span)?;
            if let Some(filter) = &through.filter
                && !self.part_holds(filter, row)?
            {
                continue;
            }
            self.make(1, through.span)?;
            list.push(match &through.map {
                Some(map) => self.value(map, row)?,
                None => item.clone(),
            });
        }
        Ok(Value::list(list))
    }

    #[inline(never)]
    fn quantified(&mut self, quantifier: Quantifier, through: &Through, row: &mut [Value]) -> Evaluated {
        let Some(items) = self.items(through, row)? else { return Ok(Value::Null) };
        let (mut yes, mut open) = (0_usize, 0_usize);
        for item in items.iter() {
            row[through.slot] = item.clone();
            self.tick(1, through.span)?;
            let truth = match &through.filter {
                Some(filter) => self.value(filter, row)?,
                None => item.clone(),
            };
            match truth {
                Value::Bool(true) => yes += 1,
                Value::Bool(false) => {}
                _ => open += 1,
            }
        }
        let no = items.len() - yes - open;
        let (certain_true, certain_false) = match quantifier {
            Quantifier::All => (no == 0 && open == 0, no > 0),
            Quantifier::Any => (yes > 0, yes == 0 && open == 0),
            Quantifier::None => (yes == 0 && open == 0, yes > 0),
            Quantifier::Single => (yes == 1 && open == 0, yes > 1 || (yes == 0 && open == 0)),
        };
        Ok(match (certain_true, certain_false) {
            (true, _) => Value::Bool(true),
            (_, true) => Value::Bool(false),
            _ => Value::Null,
        })
    }

    #[inline(never)]
    fn reduce(&mut self, reduce: &ReduceEx, row: &mut [Value]) -> Evaluated {
        let mut total = self.value(&reduce.start, row)?;
        let Some(items) = self.items(&reduce.through, row)? else { return Ok(Value::Null) };
        let built = self.built;
        for item in items.iter() {
            self.make_again(built, &total, reduce.through.span)?;
            row[reduce.total] = total;
            row[reduce.through.slot] = item.clone();
            total = match &reduce.through.map {
                Some(step) => self.value(step, row)?,
                None => Value::Null,
            };
        }
        Ok(total)
    }

    #[inline(never)]
    fn call(&mut self, function: Function, arguments: &[Ex], row: &mut [Value], span: Span) -> Evaluated {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.value(argument, row)?);
        }
        let graph = self.graph;
        let properties = |list: Vec<(String, Value)>| list.into_iter().map(|(key, value)| (key.into(), value));
        Ok(match (function, values.first()) {
            (Function::Rand, _) => Value::Float(self.random()),
            (_, None | Some(Value::Null)) if function.asks_the_graph() => Value::Null,
            (Function::Id, Some(Value::Node(number) | Value::Link(number))) => Value::Int(i64::from(*number)),
            (Function::ElementId, Some(Value::Node(node))) => graph.node_property(*node, "id"),
            (Function::ElementId, Some(Value::Link(link))) => graph.link_property(*link, "id"),
            (Function::Labels, Some(Value::Node(node))) => {
                Value::list(graph.labels(*node).into_iter().map(Value::text).collect())
            }
            (Function::Type, Some(Value::Link(link))) => Value::text(graph.link_kind_name(graph.kind_of(*link))),
            (Function::StartNode, Some(Value::Link(link))) => Value::Node(graph.ends(*link).0),
            (Function::EndNode, Some(Value::Link(link))) => Value::Node(graph.ends(*link).1),
            (Function::Claims, Some(Value::Link(link))) => Value::list(graph.claims(*link)),
            (Function::GradeRank, Some(Value::Link(link))) => {
                functions::apply(function, &[graph.link_property(*link, "grade")], span)?
            }
            (Function::Properties, Some(Value::Node(node))) => Value::map(properties(graph.node_properties(*node))),
            (Function::Properties, Some(Value::Link(link))) => Value::map(properties(graph.link_properties(*link))),
            (Function::Properties, Some(map @ Value::Map(_))) => map.clone(),
            (Function::Keys, Some(Value::Node(node))) => keys(graph.node_properties(*node)),
            (Function::Keys, Some(Value::Link(link))) => keys(graph.link_properties(*link)),
            (Function::Keys, Some(Value::Map(entries))) => {
                Value::list(entries.iter().map(|(key, _)| Value::Text(key.clone())).collect())
            }
            (_, Some(other)) if function.asks_the_graph() => return Err(functions::wrong(function, other, span)),
            _ => {
                for value in &values {
                    self.look_at(value, span)?;
                }
                let value = functions::apply(function, &values, span)?;
                if let Value::List(items) = &value {
                    self.make(items.len(), span)?;
                }
                value
            }
        })
    }

    /// A path put together from nodes, links and paths in the row; null if one of them is.
    pub(super) fn path(&self, parts: &[Slot], row: &[Value]) -> Value {
        let mut path = Path::default();
        for part in parts {
            match &row[*part] {
                Value::Node(node) => {
                    // Where two parts meet, both name the node.
                    if path.nodes.len() <= path.links.len() {
                        path.nodes.push(*node);
                    }
                }
                Value::Link(link) => path.links.push(*link),
                Value::Path(inner) => {
                    let skip = usize::from(path.nodes.len() > path.links.len());
                    path.nodes.extend(inner.nodes.iter().skip(skip));
                    path.links.extend(&inner.links);
                }
                _ => return Value::Null,
            }
        }
        Value::Path(Arc::new(path))
    }
}

fn keys(properties: Vec<(String, Value)>) -> Value {
    Value::list(properties.into_iter().map(|(key, _)| Value::text(key)).collect())
}

fn compared(comparison: Comparison, left: &Value, right: &Value) -> Option<bool> {
    match comparison {
        Comparison::Equal => left.equals(right),
        Comparison::NotEqual => left.equals(right).map(|equal| !equal),
        _ => left.compares(right).map(|order| {
            order.is_some_and(|order| match comparison {
                Comparison::Less => order.is_lt(),
                Comparison::LessEqual => order.is_le(),
                Comparison::Greater => order.is_gt(),
                _ => order.is_ge(),
            })
        }),
    }
}

fn contained(item: &Value, list: &Value, span: Span) -> Evaluated {
    let items = match list {
        Value::List(items) => items,
        Value::Null => return Ok(Value::Null),
        other => return Err(type_fault(span, format!("`in` needs a list, not {}", other.sort()))),
    };
    let mut open = false;
    for known in items.iter() {
        match item.equals(known) {
            Some(true) => return Ok(Value::Bool(true)),
            Some(false) => {}
            None => open = true,
        }
    }
    Ok(if open { Value::Null } else { Value::Bool(false) })
}

fn slice(of: &Value, from: Option<Value>, to: Option<Value>, span: Span) -> Evaluated {
    let Value::List(items) = of else {
        return match of {
            Value::Null => Ok(Value::Null),
            other => Err(type_fault(span, format!("{} has no elements", other.sort()))),
        };
    };
    let length = items.len() as i64;
    let bound = |end: Option<Value>, open: i64| match end {
        None => Ok(Some(open)),
        Some(Value::Null) => Ok(None),
        Some(Value::Int(at)) => Ok(Some(if at < 0 { at.saturating_add(length) } else { at }.clamp(0, length))),
        Some(other) => Err(type_fault(span, format!("a list is cut at whole numbers, not at {}", other.sort()))),
    };
    match (bound(from, 0)?, bound(to, length)?) {
        (Some(from), Some(to)) => {
            Ok(Value::List(items.get(from as usize..to.max(from) as usize).unwrap_or(&[]).into()))
        }
        _ => Ok(Value::Null),
    }
}

fn arithmetic(operator: Binary, left: &Value, right: &Value, span: Span) -> Evaluated {
    use Value::{Float, Int, List, Null, Text};
    if operator == Binary::Add {
        let joined = |items: &mut dyn Iterator<Item = &Value>| Value::list(items.cloned().collect());
        match (left, right) {
            (List(a), List(b)) => return Ok(joined(&mut a.iter().chain(b.iter()))),
            (Null, _) | (_, Null) => return Ok(Null),
            (List(a), b) => return Ok(joined(&mut a.iter().chain([b]))),
            (a, List(b)) => return Ok(joined(&mut [a].into_iter().chain(b.iter()))),
            (Text(a), Text(b)) if a.len() + b.len() > LONGEST_TEXT => return Err(too_long(span)),
            (Text(a), Text(b)) => return Ok(Value::text(format!("{a}{b}"))),
            (Text(a), Int(b)) => return Ok(Value::text(format!("{a}{b}"))),
            (Int(a), Text(b)) => return Ok(Value::text(format!("{a}{b}"))),
            (Text(a), Float(b)) => return Ok(Value::text(format!("{a}{}", functions::show_float(*b)))),
            (Float(a), Text(b)) => return Ok(Value::text(format!("{}{b}", functions::show_float(*a)))),
            _ => {}
        }
    }
    let (a, b) = match (left, right) {
        (Null, _) | (_, Null) => return Ok(Null),
        (Int(a), Int(b)) if operator != Binary::Power => return whole_arithmetic(operator, *a, *b, span),
        (Int(a), Int(b)) => (*a as f64, *b as f64),
        (Int(a), Float(b)) => (*a as f64, *b),
        (Float(a), Int(b)) => (*a, *b as f64),
        (Float(a), Float(b)) => (*a, *b),
        _ => {
            let message = format!("cannot compute with {} and {}", left.sort(), right.sort());
            return Err(type_fault(span, message));
        }
    };
    Ok(Float(match operator {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide => a / b,
        Binary::Modulo => a % b,
        _ => a.powf(b),
    }))
}

fn whole_arithmetic(operator: Binary, a: i64, b: i64, span: Span) -> Evaluated {
    if b == 0 && matches!(operator, Binary::Divide | Binary::Modulo) {
        return Err(Fault::new(Class::ArithmeticError, Code::DivisionByZero, span, "division by zero"));
    }
    let result = match operator {
        Binary::Add => a.checked_add(b),
        Binary::Subtract => a.checked_sub(b),
        Binary::Multiply => a.checked_mul(b),
        Binary::Divide => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    result.map(Value::Int).ok_or_else(|| functions::overflow(span))
}
