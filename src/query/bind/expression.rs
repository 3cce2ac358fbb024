//! Expressions: names to places, and what can be known to be wrong before anything runs.

use std::sync::Arc;

use super::types::Type;
use super::{Binder, Bound, Variable, once, used};
use crate::query::ast::{EntityRef, LabelExpr, Name, PathPattern};
use crate::query::diagnostics::{Class, Code, Fault};
use crate::query::expression_ast::{Binary, Call, Comparison, Comprehension, Expr, ExprKind, Quantifier, Unary};
use crate::query::functions::{Aggregate, Function};
use crate::query::graph::{LabelNo, PropertyGraph, Sort};
use crate::query::lexer::Span;
use crate::query::plan::{CaseEx, Ex, LabelTest, ReduceEx, Slot, Step, Through};
use crate::query::value::Value;
use crate::schema::nearest;

type Typed = (Ex, Type);

pub(super) fn wrong_type(span: Span, message: String) -> Fault {
    Fault::syntax(Code::InvalidArgumentType, span, message)
}

impl<G: PropertyGraph> Binder<'_, G> {
    /// A value.
    pub(super) fn expression(&mut self, expr: &Expr) -> Bound<Typed> {
        if let Some(known) = self.known(expr)? {
            return Ok(known);
        }
        match &expr.kind {
            ExprKind::Null => Ok((Ex::Constant(Value::Null), Type::Null)),
            ExprKind::Bool(value) => Ok((Ex::Constant(Value::Bool(*value)), Type::Bool)),
            ExprKind::Int(value) => Ok((Ex::Constant(Value::Int(*value)), Type::Int)),
            ExprKind::Float(value) => Ok((Ex::Constant(Value::Float(*value)), Type::Float)),
            ExprKind::Text(value) => Ok((Ex::Constant(Value::text(value)), Type::Text)),
            ExprKind::Entity(entity) => Ok((Ex::Constant(Value::Node(self.entity(entity)?)), Type::Node)),
            ExprKind::Parameter(name) => Ok((Ex::Parameter(name.clone(), expr.span), Type::Any)),
            ExprKind::Variable(name) => self.variable(name, expr.span),
            ExprKind::Property(of, key) => self.property(of, key, expr.span),
            ExprKind::And(items) => Ok((Ex::And(self.truths(items, false)?, expr.span), Type::Bool)),
            ExprKind::Or(items) => Ok((Ex::Or(self.truths(items, false)?, expr.span), Type::Bool)),
            ExprKind::Unary(operator, inner) => self.unary(*operator, inner, expr.span, false),
            ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right, expr.span, false),
            ExprKind::Compare(first, rest) => self.compare(first, rest),
            ExprKind::IsNull(inner, negated) => {
                Ok((Ex::IsNull(Box::new(self.expression(inner)?.0), *negated), Type::Bool))
            }
            ExprKind::List(_) | ExprKind::Map(_) | ExprKind::Index(..) | ExprKind::Slice(..) => self.container(expr),
            ExprKind::Call(call) => self.call(call, expr.span),
            ExprKind::CountStar => self.gather(Aggregate::Count, false, &[], expr.span),
            _ => self.rare(expr),
        }
    }

    /// A condition: a value where a pattern may also stand.
    pub(super) fn condition(&mut self, expr: &Expr) -> Bound<Typed> {
        match &expr.kind {
            ExprKind::And(items) => Ok((Ex::And(self.truths(items, true)?, expr.span), Type::Bool)),
            ExprKind::Or(items) => Ok((Ex::Or(self.truths(items, true)?, expr.span), Type::Bool)),
            ExprKind::Unary(Unary::Not, inner) => self.unary(Unary::Not, inner, expr.span, true),
            ExprKind::Binary(Binary::Xor, left, right) => self.binary(Binary::Xor, left, right, expr.span, true),
            ExprKind::Pattern(pattern) => self.pattern_exists(&pattern.inner),
            _ => self.expression(expr),
        }
    }

    /// A condition that is known to be wrong if it cannot be true or false.
    pub(super) fn filter(&mut self, expr: &Expr) -> Bound<Ex> {
        let (ex, kind) = self.condition(expr)?;
        if !kind.may_be(&[Type::Bool]) {
            return Err(wrong_type(expr.span, format!("a condition must be true or false, not {}", kind.name())));
        }
        Ok(ex)
    }

    #[inline(never)]
    fn rare(&mut self, expr: &Expr) -> Bound<Typed> {
        match &expr.kind {
            ExprKind::HasLabels(of, labels) => {
                let (of, kind) = self.expression(of)?;
                if !kind.may_be(&[Type::Node, Type::Link]) {
                    return Err(wrong_type(expr.span, format!("{} has no kind", kind.name())));
                }
                let sort = match kind {
                    Type::Node => Sort::Kind,
                    Type::Link => Sort::LinkKind,
                    _ => Sort::AnyKind,
                };
                self.labels_exist(labels, sort)?;
                let graph = self.graph;
                let tests = (
                    self.resolved(labels, &|name| graph.label(name)),
                    self.resolved(labels, &|name| graph.link_kind(name)),
                );
                Ok((Ex::Labels(Box::new(of), Box::new(tests), expr.span), Type::Bool))
            }
            ExprKind::Case(case) => {
                let subject = case.subject.as_ref().map(|subject| self.expression(subject)).transpose()?;
                let mut branches = Vec::new();
                let mut kinds = Vec::new();
                for (when, then) in &case.branches {
                    let when = if subject.is_none() { self.condition(when)?.0 } else { self.expression(when)?.0 };
                    let (then, kind) = self.expression(then)?;
                    branches.push((when, then));
                    kinds.push(kind);
                }
                let otherwise = case.otherwise.as_ref().map(|expr| self.expression(expr)).transpose()?;
                kinds.push(otherwise.as_ref().map_or(Type::Any, |(_, kind)| kind.clone()));
                let case =
                    CaseEx { subject: subject.map(|(ex, _)| ex), branches, otherwise: otherwise.map(|(ex, _)| ex) };
                Ok((Ex::Case(Box::new(case)), Type::common(&kinds)))
            }
            ExprKind::Comprehension(inner) => {
                let (through, kind) = self.through(inner)?;
                Ok((Ex::Comprehension(Box::new(through)), kind.list()))
            }
            ExprKind::Quantified(quantifier, inner) => self.quantified(*quantifier, inner),
            ExprKind::Reduce(reduce) => {
                let (start, kind) = self.expression(&reduce.start)?;
                let (list, element) = self.list(&reduce.list)?;
                let known = self.scope.len();
                let total =
                    self.declare(&reduce.total.value, if kind == Type::Null { Type::Any } else { kind.clone() });
                let slot = self.declare(&reduce.variable.value, element);
                let step = self.without_aggregation(|binder| binder.expression(&reduce.step))?;
                self.scope.truncate(known);
                let through = Through { slot, list, filter: None, map: Some(step.0), span: reduce.list.span };
                Ok((Ex::Reduce(Box::new(ReduceEx { total, start, through })), Type::Any))
            }
            ExprKind::PatternComprehension(inner) => {
                let (steps, (map, kind)) = self.inside(|binder| {
                    let steps =
                        binder.match_steps(std::slice::from_ref(&inner.pattern.inner), inner.filter.as_ref(), true)?;
                    Ok((steps, binder.expression(&inner.map)?))
                })?;
                Ok((Ex::Rows(Box::new((steps, map))), kind.list()))
            }
            ExprKind::Path(pattern) => self.path_value(&pattern.inner),
            ExprKind::Exists(query) => {
                let mut query = self.without_aggregation(|binder| binder.query(&query.inner, false))?;
                used::drop_unused(&mut query);
                once::mark(&mut query, false);
                Ok((Ex::Exists(Box::new(query)), Type::Bool))
            }
            ExprKind::CountQuery(query) => {
                let mut query = self.without_aggregation(|binder| binder.query(&query.inner, false))?;
                used::drop_unused(&mut query);
                once::count_tails(&mut query, true);
                Ok((Ex::Count(Box::new(query)), Type::Int))
            }
            _ => Err(Fault::syntax(
                Code::UnexpectedSyntax,
                expr.span,
                "a pattern can only stand where a condition is asked",
            )
            .help("as a value, write exists { ... } or [pattern | value]")),
        }
    }

    fn variable(&mut self, name: &str, span: Span) -> Bound<Typed> {
        match self.find(name).cloned() {
            Some(Variable { slot, kind, .. }) => {
                self.touched.push(slot);
                Ok((Ex::Slot(slot), kind))
            }
            None => Err(self.undefined(name, span)),
        }
    }

    /// The node that an entity is.
    pub(super) fn entity(&self, entity: &EntityRef) -> Bound<u32> {
        self.graph.entity(entity)
    }

    fn property(&mut self, of: &Expr, key: &Name, span: Span) -> Bound<Typed> {
        let (of, kind) = self.expression(of)?;
        if kind == Type::Path {
            return Err(wrong_type(span, "a path has no properties".into()));
        }
        if !kind.may_be(&[Type::Node, Type::Link, Type::Map]) {
            let message = format!("{} has no properties", kind.name());
            return Err(Fault::new(Class::TypeError, Code::InvalidArgumentType, span, message));
        }
        match kind {
            Type::Node => self.graph.asked_for(Sort::EntityProperty, key),
            Type::Link => self.graph.asked_for(Sort::LinkProperty, key),
            _ => {}
        }
        Ok((Ex::Property(Box::new(of), key.value.as_ref().into(), span), Type::Any))
    }

    #[inline(never)]
    fn container(&mut self, expr: &Expr) -> Bound<Typed> {
        match &expr.kind {
            ExprKind::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                let mut kinds = Vec::with_capacity(items.len());
                for item in items {
                    let (item, kind) = self.expression(item)?;
                    list.push(item);
                    kinds.push(kind);
                }
                Ok((Ex::List(list), Type::common(&kinds).list()))
            }
            ExprKind::Map(entries) => {
                let mut map: Vec<(Arc<str>, Ex)> = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    map.push((key.value.as_ref().into(), self.expression(value)?.0));
                }
                Ok((Ex::Map(map), Type::Map))
            }
            ExprKind::Index(of, index) => {
                let ((of, kind), (index, by)) = (self.expression(of)?, self.expression(index)?);
                let fault = |message| Err(Fault::new(Class::TypeError, Code::InvalidArgumentType, expr.span, message));
                if !kind.may_be(&[Type::Any.list(), Type::Map, Type::Node, Type::Link]) {
                    return fault(format!("{} has no elements", kind.name()));
                }
                if matches!(kind, Type::List(_)) && !by.may_be(&[Type::Int]) {
                    return fault(format!("a list is indexed by a whole number, not by {}", by.name()));
                }
                Ok((Ex::Index(Box::new((of, index)), expr.span), kind.element()))
            }
            ExprKind::Slice(of, from, to) => {
                let (of, kind) = self.expression(of)?;
                let from = from.as_ref().map(|from| self.expression(from)).transpose()?.map(|(ex, _)| ex);
                let to = to.as_ref().map(|to| self.expression(to)).transpose()?.map(|(ex, _)| ex);
                Ok((Ex::Slice(Box::new((of, from, to)), expr.span), kind))
            }
            _ => self.rare(expr),
        }
    }

    fn truths(&mut self, items: &[Expr], condition: bool) -> Bound<Vec<Ex>> {
        items.iter().map(|item| self.truth(item, condition)).collect()
    }

    /// An operand of `and`, `or`, `xor` or `not`.
    fn truth(&mut self, expr: &Expr, condition: bool) -> Bound<Ex> {
        let (ex, kind) = if condition { self.condition(expr)? } else { self.expression(expr)? };
        if !kind.may_be(&[Type::Bool]) {
            return Err(wrong_type(expr.span, format!("expected true or false, not {}", kind.name())));
        }
        Ok(ex)
    }

    fn unary(&mut self, operator: Unary, inner: &Expr, span: Span, condition: bool) -> Bound<Typed> {
        if operator == Unary::Not {
            return Ok((Ex::Not(Box::new(self.truth(inner, condition)?), span), Type::Bool));
        }
        let (ex, kind) = self.expression(inner)?;
        if !kind.may_be(&[Type::Int, Type::Float]) {
            return Err(wrong_type(span, format!("a sign cannot stand before {}", kind.name())));
        }
        Ok((Ex::Sign(Box::new(ex), operator == Unary::Minus, span), kind))
    }

    #[inline(never)]
    fn binary(&mut self, operator: Binary, left: &Expr, right: &Expr, span: Span, condition: bool) -> Bound<Typed> {
        if operator == Binary::Xor {
            let sides = (self.truth(left, condition)?, self.truth(right, condition)?);
            return Ok((Ex::Binary(operator, Box::new(sides), span), Type::Bool));
        }
        let ((a, left), (b, right)) = (self.expression(left)?, self.expression(right)?);
        let numbers = [Type::Int, Type::Float];
        let kind = match operator {
            Binary::In => {
                if !right.may_be(&[Type::Any.list()]) {
                    return Err(wrong_type(span, format!("`in` needs a list, not {}", right.name())));
                }
                Type::Bool
            }
            Binary::StartsWith | Binary::EndsWith | Binary::Contains | Binary::Matches => Type::Bool,
            Binary::Add => sum_type(&left, &right, span)?,
            _ => {
                if let Some(wrong) = [&left, &right].into_iter().find(|kind| !kind.may_be(&numbers)) {
                    return Err(wrong_type(span, format!("cannot compute with {}", wrong.name())));
                }
                match (&left, &right) {
                    (Type::Int, Type::Int) if operator != Binary::Power => Type::Int,
                    (Type::Float, Type::Int | Type::Float) | (Type::Int, Type::Float) => Type::Float,
                    _ => Type::Any,
                }
            }
        };
        Ok((Ex::Binary(operator, Box::new((a, b)), span), kind))
    }

    fn compare(&mut self, first: &Expr, rest: &[(Comparison, Expr)]) -> Bound<Typed> {
        let first = self.expression(first)?.0;
        let mut bound = Vec::with_capacity(rest.len());
        for (comparison, expr) in rest {
            bound.push((*comparison, self.expression(expr)?.0));
        }
        Ok((Ex::Compare(Box::new(first), bound), Type::Bool))
    }

    fn list(&mut self, expr: &Expr) -> Bound<(Ex, Type)> {
        let (ex, kind) = self.expression(expr)?;
        if !kind.may_be(&[Type::Any.list()]) {
            return Err(wrong_type(expr.span, format!("expected a list, not {}", kind.name())));
        }
        Ok((ex, kind.element()))
    }

    fn through(&mut self, inner: &Comprehension) -> Bound<(Through, Type)> {
        let (list, element) = self.list(&inner.list)?;
        let known = self.scope.len();
        let slot = self.declare(&inner.variable.value, element.clone());
        let parts = self.without_aggregation(|binder| {
            let filter = inner.filter.as_ref().map(|filter| binder.condition(filter)).transpose()?;
            let map = inner.map.as_ref().map(|map| binder.expression(map)).transpose()?;
            Ok((filter, map))
        });
        self.scope.truncate(known);
        let (filter, map) = parts?;
        let kind = map.as_ref().map_or(element, |(_, kind)| kind.clone());
        let filter = filter.map(|(ex, _)| ex);
        Ok((Through { slot, list, filter, map: map.map(|(ex, _)| ex), span: inner.list.span }, kind))
    }

    fn quantified(&mut self, quantifier: Quantifier, inner: &Comprehension) -> Bound<Typed> {
        let (through, _) = self.through(inner)?;
        Ok((Ex::Quantified(quantifier, Box::new(through)), Type::Bool))
    }

    #[inline(never)]
    fn call(&mut self, call: &Call, span: Span) -> Bound<Typed> {
        if let Some(aggregate) = Aggregate::named(&call.name.value) {
            return self.gather(aggregate, call.distinct, &call.arguments, span);
        }
        let Some(function) = Function::named(&call.name.value) else {
            let known = Function::NAMES.iter().copied().chain(Aggregate::NAMES.map(|(name, _)| name));
            let message = format!("there is no function `{}`", call.name.value);
            let fault = Fault::syntax(Code::UnknownFunction, call.name.span, message);
            return Err(match nearest(&call.name.value, known) {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault,
            });
        };
        let (least, most) = function.arity();
        if !(least..=most).contains(&call.arguments.len()) {
            let count = if least == most { least.to_string() } else { format!("at least {least}") };
            let message = format!("{}() takes {count} arguments, not {}", function.name(), call.arguments.len());
            return Err(Fault::syntax(Code::InvalidNumberOfArguments, span, message));
        }
        if function == Function::Exists
            && let [Expr { kind: ExprKind::Pattern(pattern), .. }] = call.arguments.as_slice()
        {
            return self.pattern_exists(&pattern.inner);
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        let mut kinds = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            let (argument, kind) = self.expression(argument)?;
            arguments.push(argument);
            kinds.push(kind);
        }
        let first = kinds.first().cloned().unwrap_or(Type::Any);
        if !fits(function, &first) {
            return Err(wrong_type(span, format!("{}() cannot take {}", function.name(), first.name())));
        }
        Ok((Ex::Call(function, arguments, span), result(function, &first)))
    }

    /// Binds a part of an expression that runs steps of its own; the variables that it declares end with it.
    fn inside<T>(&mut self, bind: impl FnOnce(&mut Self) -> Bound<T>) -> Bound<T> {
        let (known, depth) = (self.scope.len(), self.depth);
        let result = self.without_aggregation(bind);
        self.scope.truncate(known);
        self.depth = depth;
        result
    }

    /// A pattern as a condition: whether there is a match. It cannot name anything new.
    fn pattern_exists(&mut self, pattern: &PathPattern) -> Bound<Typed> {
        let known = self.scope.len();
        let mut steps =
            self.without_aggregation(|binder| binder.match_steps(std::slice::from_ref(pattern), None, false))?;
        once::mark_steps(&mut steps, false);
        self.scope.truncate(known);
        let found = Ex::First(Box::new((steps, Ex::Constant(Value::Bool(true)))));
        Ok((Ex::IsNull(Box::new(found), true), Type::Bool))
    }

    /// `shortestPath` as a value: a path or null, or the list of all shortest.
    fn path_value(&mut self, pattern: &PathPattern) -> Bound<Typed> {
        let mut named = pattern.clone();
        // A name that no query can contain.
        let name: Box<str> = " path".into();
        named.variable = Some(Name { value: name.clone(), span: pattern.span });
        let (steps, slot) = self.inside(|binder| {
            let steps: Vec<Step> = binder.match_steps(std::slice::from_ref(&named), None, true)?;
            let slot: Option<Slot> = binder.find(&name).map(|variable| variable.slot);
            Ok((steps, slot))
        })?;
        let path = slot.map_or(Ex::Constant(Value::Null), Ex::Slot);
        let parts = Box::new((steps, path));
        Ok(match pattern.selector {
            crate::query::ast::Selector::AllShortest => (Ex::Rows(parts), Type::Path.list()),
            _ => (Ex::First(parts), Type::Path),
        })
    }

    /// Labels of nodes, as the graph knows them.
    pub(super) fn node_labels(&mut self, labels: &LabelExpr) -> Bound<LabelTest> {
        self.labels_exist(labels, Sort::Kind)?;
        let graph = self.graph;
        Ok(self.resolved(labels, &|name| graph.label(name)))
    }

    /// Kinds of links, as the graph knows them.
    pub(super) fn link_kinds(&mut self, labels: &LabelExpr) -> Bound<LabelTest> {
        self.labels_exist(labels, Sort::LinkKind)?;
        let graph = self.graph;
        Ok(self.resolved(labels, &|name| graph.link_kind(name)))
    }

    /// Fails at the first label that the graph says is misnamed.
    fn labels_exist(&self, labels: &LabelExpr, sort: Sort) -> Bound<()> {
        match labels {
            LabelExpr::Is(name) => self.graph.misnamed(sort, name).map_or(Ok(()), Err),
            LabelExpr::Any => Ok(()),
            LabelExpr::Not(inner) => self.labels_exist(inner, sort),
            LabelExpr::And(list) | LabelExpr::Or(list) => {
                list.iter().try_for_each(|inner| self.labels_exist(inner, sort))
            }
        }
    }

    fn resolved(&mut self, labels: &LabelExpr, number: &dyn Fn(&str) -> Option<LabelNo>) -> LabelTest {
        let mut all = |list: &[LabelExpr]| list.iter().map(|inner| self.resolved(inner, number)).collect();
        match labels {
            LabelExpr::Is(name) => {
                // What stands after a colon in a condition may be either; it is unknown if it is neither.
                if self.graph.label(&name.value).or_else(|| self.graph.link_kind(&name.value)).is_none()
                    && !self.unknown.contains(&name.value)
                {
                    self.unknown.push(name.value.clone());
                }
                LabelTest::Is(number(&name.value))
            }
            LabelExpr::Any => LabelTest::Any,
            LabelExpr::Not(inner) => LabelTest::Not(Box::new(self.resolved(inner, number))),
            LabelExpr::And(list) => LabelTest::And(all(list)),
            LabelExpr::Or(list) => LabelTest::Or(all(list)),
        }
    }
}

fn sum_type(left: &Type, right: &Type, span: Span) -> Bound<Type> {
    Ok(match (left, right) {
        (Type::List(a), Type::List(b)) => Type::common([&**a, &**b]).list(),
        (Type::List(_), _) | (_, Type::List(_)) => Type::Any.list(),
        (Type::Int, Type::Int) => Type::Int,
        (Type::Float, Type::Int | Type::Float) | (Type::Int, Type::Float) => Type::Float,
        (Type::Text, Type::Text | Type::Int | Type::Float) | (Type::Int | Type::Float, Type::Text) => Type::Text,
        (Type::Any | Type::Null, _) | (_, Type::Any | Type::Null) => Type::Any,
        _ => return Err(wrong_type(span, format!("cannot add {} and {}", left.name(), right.name()))),
    })
}

/// Whether the first argument of a function may be of a type; true also if that shows only when it runs.
fn fits(function: Function, kind: &Type) -> bool {
    let wanted: &[Type] = match function {
        Function::Size | Function::IsEmpty => return !matches!(kind, Type::Path | Type::Node | Type::Link),
        Function::Labels => &[Type::Node],
        Function::Type | Function::StartNode | Function::EndNode | Function::Claims => &[Type::Link],
        Function::Properties | Function::Keys => &[Type::Node, Type::Link, Type::Map],
        Function::GradeRank => &[Type::Link, Type::Text],
        Function::Id | Function::ElementId => &[Type::Node, Type::Link],
        Function::Length | Function::Nodes | Function::Relationships | Function::Links => &[Type::Path],
        _ => return true,
    };
    kind.may_be(wanted)
}

/// What a function gives, as far as that is known.
fn result(function: Function, first: &Type) -> Type {
    match function {
        Function::Labels | Function::Keys | Function::Split => Type::Text.list(),
        Function::Nodes => Type::Node.list(),
        Function::Relationships | Function::Links => Type::Link.list(),
        Function::Range => Type::Int.list(),
        Function::Length | Function::Size | Function::Id | Function::GradeRank => Type::Int,
        Function::Type | Function::ToString => Type::Text,
        Function::StartNode | Function::EndNode => Type::Node,
        Function::Properties => Type::Map,
        Function::Exists | Function::IsEmpty => Type::Bool,
        Function::Head | Function::Last => first.element(),
        Function::Tail | Function::Reverse => first.clone(),
        Function::Claims => Type::Map.list(),
        _ => Type::Any,
    }
}
