//! `with` and `return`: columns, grouping, and what order and conditions after them can see.

use super::types::Type;
use super::{Binder, Bound, Variable};
use crate::query::ast::Projection;
use crate::query::diagnostics::{Code, Fault};
use crate::query::expression_ast::{Expr, ExprKind};
use crate::query::functions::{Aggregate, Function};
use crate::query::graph::PropertyGraph;
use crate::query::lexer::{Span, TokenKind, tokens};
use crate::query::plan::{Ex, Gather, Grouping, Projected, Slot};

/// What stands outside aggregations in a projection that has some.
pub(super) struct Gathering {
    /// Expressions that have a value in each group.
    known: Vec<Known>,
    calls: Vec<Gather>,
    /// How many variables were in scope at the start: what comes later belongs to the expression itself.
    outside: usize,
    /// The variables before the projection, where only those after it can be used: in `order by` and `where`.
    before: Option<Vec<Variable>>,
    /// Whether the part that is looked at has an aggregation.
    mixed: bool,
}

/// An expression that has been projected.
#[derive(Clone)]
struct Known {
    written: Vec<(TokenKind, Box<str>)>,
    slot: Slot,
    kind: Type,
    /// Whether it may stand inside a greater expression.
    inside: bool,
    /// The variables in it.
    variables: Vec<Box<str>>,
}

/// A column before and after it has its value.
struct Column<'q> {
    name: Box<str>,
    expr: Option<&'q Expr>,
    slot: Slot,
    kind: Type,
}

impl<G: PropertyGraph> Binder<'_, G> {
    /// A projection, and the variables after it.
    pub(super) fn projection(&mut self, p: &Projection, is_with: bool) -> Bound<(Projected, Vec<Variable>)> {
        let mut columns = self.star(p, is_with)?;
        let aggregates = p.items.iter().any(|item| has_aggregate(&item.expr));
        let mut items: Vec<(Slot, Ex)> = columns.iter().map(|column| (column.slot, Ex::Slot(column.slot))).collect();
        let mut keys = Vec::new();
        let mut known = Vec::new();
        if aggregates {
            keys.extend(columns.iter().map(|column| (column.slot, Ex::Slot(column.slot))));
            known.extend(columns.iter().map(|column| self.known_variable(column)));
        }
        // Grouping keys first: what stands beside an aggregation may use them.
        for item in &p.items {
            let name = item.alias.as_ref().map_or_else(|| item.span.of(self.text).into(), |alias| alias.value.clone());
            let mut column = Column { name, expr: Some(&item.expr), slot: 0, kind: Type::Any };
            if !has_aggregate(&item.expr) {
                let (ex, kind) = self.expression(&item.expr)?;
                column.slot = if let Ex::Slot(slot) = ex { slot } else { self.slot() };
                column.kind = kind;
                if aggregates {
                    known.push(self.known_as(&item.expr, &column));
                    keys.push((column.slot, ex));
                    items.push((column.slot, Ex::Slot(column.slot)));
                } else {
                    items.push((column.slot, ex));
                }
            }
            columns.push(column);
        }
        let mut grouping = None;
        if aggregates {
            let mut calls = Vec::new();
            for column in &mut columns {
                let Some(expr) = column.expr.filter(|expr| has_aggregate(expr)) else { continue };
                let gathering = Gathering {
                    known: known.clone(),
                    calls: std::mem::take(&mut calls),
                    outside: self.scope.len(),
                    before: None,
                    mixed: true,
                };
                let ((ex, kind), gathering) = self.gathering(gathering, |binder| binder.expression(expr))?;
                calls = gathering.calls;
                (column.slot, column.kind) = (self.slot(), kind);
                items.push((column.slot, ex));
            }
            grouping = Some(Grouping { keys, calls });
        }
        self.names.extend(columns.iter().map(|column| (column.slot, column.name.to_string().into())));
        self.check_names(p, &columns)?;
        let mut projected = Projected {
            items,
            grouping,
            distinct: p.distinct,
            order: Vec::new(),
            skip: self.bound(p.skip.as_ref())?,
            limit: self.bound(p.limit.as_ref())?,
            filter: None,
            span: p.span,
        };
        let after: Vec<Variable> = columns
            .iter()
            .map(|column| Variable { name: column.name.clone(), slot: column.slot, kind: column.kind.clone() })
            .collect();
        self.after(p, &mut projected, &columns, &after)?;
        if is_with
            && let Some(item) =
                p.items.iter().find(|item| item.alias.is_none() && !matches!(item.expr.kind, ExprKind::Variable(_)))
        {
            let message = "a value that `with` hands on needs a name";
            return Err(Fault::syntax(Code::NoExpressionAlias, item.span, message)
                .help(format!("for example: {} as value", item.span.of(self.text))));
        }
        Ok((projected, after))
    }

    /// The columns of `*`, by name.
    fn star(&self, p: &Projection, is_with: bool) -> Bound<Vec<Column<'static>>> {
        let mut columns: Vec<Column> = Vec::new();
        if !p.star {
            return Ok(columns);
        }
        for variable in self.scope.iter().rev() {
            if !columns.iter().any(|column| column.name == variable.name) {
                let Variable { name, slot, kind } = variable.clone();
                columns.push(Column { name, expr: None, slot, kind });
            }
        }
        if columns.is_empty() && !is_with {
            let message = "there is no variable that * could stand for";
            return Err(Fault::syntax(Code::NoVariablesInScope, p.span, message));
        }
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(columns)
    }

    fn check_names(&self, p: &Projection, columns: &[Column]) -> Bound<()> {
        for (at, column) in columns.iter().enumerate() {
            if columns[..at].iter().any(|other| other.name == column.name) {
                let span = p.items.get(at - (columns.len() - p.items.len())).map_or(p.span, |item| item.span);
                let message = format!("two columns are named `{}`", column.name);
                return Err(Fault::syntax(Code::ColumnNameConflict, span, message));
            }
        }
        Ok(())
    }

    /// `order by` and `where`.
    fn after(
        &mut self,
        p: &Projection,
        projected: &mut Projected,
        columns: &[Column],
        after: &[Variable],
    ) -> Bound<()> {
        if p.order.is_empty() && p.filter.is_none() {
            return Ok(());
        }
        let before = self.scope.clone();
        let narrow = projected.grouping.is_some() || p.distinct;
        if narrow {
            self.scope = after.to_vec();
        } else {
            self.scope.extend_from_slice(after);
        }
        let known: Vec<Known> =
            columns.iter().filter_map(|column| column.expr.map(|expr| self.known_as(expr, column))).collect();
        let aggregated = projected.grouping.is_some();
        for (expr, down) in &p.order {
            let ex = self.seen_after(expr, narrow, aggregated, &known, &before, projected, |binder| {
                binder.expression(expr).map(|(ex, _)| ex)
            })?;
            projected.order.push((ex, *down));
        }
        if let Some(filter) = &p.filter {
            let ex =
                self.seen_after(filter, narrow, false, &known, &before, projected, |binder| binder.filter(filter))?;
            projected.filter = Some(ex);
        }
        self.scope = before;
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "all that an expression after a projection can see")]
    fn seen_after(
        &mut self,
        expr: &Expr,
        narrow: bool,
        aggregated: bool,
        known: &[Known],
        before: &[Variable],
        projected: &mut Projected,
        bind: impl FnOnce(&mut Self) -> Bound<Ex>,
    ) -> Bound<Ex> {
        if !narrow {
            return bind(self);
        }
        let mixed = has_aggregate(expr);
        if mixed && !aggregated {
            return Err(no_aggregation(expr.span));
        }
        let written = written(expr.span.of(self.text));
        if let Some(same) = known.iter().find(|known| known.written == written) {
            return Ok(Ex::Slot(same.slot));
        }
        let calls = projected.grouping.as_mut().map(|grouping| std::mem::take(&mut grouping.calls));
        let gathering = Gathering {
            known: known.to_vec(),
            calls: calls.unwrap_or_default(),
            outside: self.scope.len(),
            before: Some(before.to_vec()),
            mixed,
        };
        let (ex, gathering) = self.gathering(gathering, bind)?;
        if let Some(grouping) = &mut projected.grouping {
            grouping.calls = gathering.calls;
        }
        Ok(ex)
    }

    /// `skip` or `limit`: a constant.
    fn bound(&mut self, expr: Option<&Expr>) -> Bound<Option<Ex>> {
        let Some(expr) = expr else { return Ok(None) };
        match &expr.kind {
            ExprKind::Int(count) if *count < 0 => {
                let message = "`skip` and `limit` cannot be negative";
                return Err(Fault::syntax(Code::NegativeIntegerArgument, expr.span, message));
            }
            ExprKind::Float(_) | ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::List(_) | ExprKind::Map(_) => {
                let message = "`skip` and `limit` take a whole number";
                return Err(Fault::syntax(Code::InvalidArgumentType, expr.span, message));
            }
            _ => {}
        }
        let scope = std::mem::take(&mut self.scope);
        let bound = self.expression(expr);
        self.scope = scope;
        match bound {
            Err(fault) if fault.code == Code::UndefinedVariable => {
                let message = "`skip` and `limit` cannot depend on a variable";
                Err(Fault::syntax(Code::NonConstantExpression, fault.span, message))
            }
            other => other.map(|(ex, _)| Some(ex)),
        }
    }

    fn known_as(&self, expr: &Expr, column: &Column) -> Known {
        let mut variables = Vec::new();
        variables_of(expr, &mut variables);
        Known {
            written: written(expr.span.of(self.text)),
            slot: column.slot,
            kind: column.kind.clone(),
            inside: is_simple(expr) || matches!(expr.kind, ExprKind::CountStar) || is_aggregate(expr),
            variables,
        }
    }

    fn known_variable(&self, column: &Column) -> Known {
        let variables = vec![column.name.clone()];
        Known { written: written(&column.name), slot: column.slot, kind: column.kind.clone(), inside: true, variables }
    }

    /// Binds with a place for aggregations.
    fn gathering<T>(
        &mut self,
        gathering: Gathering,
        bind: impl FnOnce(&mut Self) -> Bound<T>,
    ) -> Bound<(T, Box<Gathering>)> {
        let outer = self.aggregation.replace(Box::new(gathering));
        let result = bind(self);
        let gathering = std::mem::replace(&mut self.aggregation, outer);
        match (result, gathering) {
            (Ok(value), Some(gathering)) => Ok((value, gathering)),
            (Err(fault), _) => Err(fault),
            (Ok(_), None) => Err(no_aggregation(Span::default())),
        }
    }

    /// Binds where no aggregation may stand, and where every variable can be used that could be used outside.
    pub(super) fn without_aggregation<T>(&mut self, bind: impl FnOnce(&mut Self) -> Bound<T>) -> Bound<T> {
        let Some(gathering) = self.aggregation.take() else { return bind(self) };
        let variables = self.scope.clone();
        // Inside, grouped variables are where the groups have them.
        if gathering.before.is_none() {
            let groups: Vec<Variable> = gathering
                .known
                .iter()
                .filter(|known| known.variables.len() == 1 && known.written.len() == 1)
                .map(|known| Variable { name: known.variables[0].clone(), slot: known.slot, kind: known.kind.clone() })
                .collect();
            let locals = self.scope.split_off(gathering.outside.min(self.scope.len()));
            self.scope = groups.into_iter().chain(locals).collect();
        }
        let result = bind(self);
        self.scope = variables;
        self.aggregation = Some(gathering);
        match result {
            Err(fault) if fault.code == Code::UndefinedVariable => Err(self.not_grouped(fault)),
            other => other,
        }
    }

    /// What an undefined variable means in a projection with groups.
    fn not_grouped(&self, fault: Fault) -> Fault {
        let name = fault.span.of(self.text);
        let beside = self.aggregation.as_ref().is_some_and(|gathering| gathering.mixed && gathering.before.is_none());
        if beside && self.find(name).is_some() { ambiguous(name, fault.span) } else { fault }
    }

    /// What an expression is if it stands beside aggregations: a projected value, or a variable that it may not use.
    pub(super) fn known(&mut self, expr: &Expr) -> Bound<Option<(Ex, Type)>> {
        let Some(gathering) = &self.aggregation else { return Ok(None) };
        if is_simple(expr) || is_aggregate(expr) || matches!(expr.kind, ExprKind::CountStar) {
            let written = written(expr.span.of(self.text));
            if let Some(known) = gathering.known.iter().find(|known| known.inside && known.written == written) {
                return Ok(Some((Ex::Slot(known.slot), known.kind.clone())));
            }
        }
        let ExprKind::Variable(name) = &expr.kind else { return Ok(None) };
        let place = self.scope.iter().rposition(|variable| variable.name == *name);
        match (place, &gathering.before) {
            (Some(place), _) if place >= gathering.outside => Ok(None),
            (Some(_), Some(_)) => Ok(None),
            (Some(_), None) => Err(ambiguous(name, expr.span)),
            (None, Some(before)) if gathering.mixed && before.iter().any(|variable| variable.name == *name) => {
                let grouped = gathering.known.iter().any(|known| !known.inside && known.variables.contains(name));
                Err(if grouped { ambiguous(name, expr.span) } else { self.undefined(name, expr.span) })
            }
            (None, _) => Ok(None),
        }
    }

    /// An aggregation.
    pub(super) fn gather(
        &mut self,
        function: Aggregate,
        distinct: bool,
        arguments: &[Expr],
        span: Span,
    ) -> Bound<(Ex, Type)> {
        let Some(mut gathering) = self.aggregation.take() else { return Err(no_aggregation(span)) };
        if let Some(nested) = arguments.iter().find(|argument| has_aggregate(argument)) {
            let message = "an aggregation cannot stand inside another";
            return Err(Fault::syntax(Code::NestedAggregation, nested.span, message));
        }
        if let Some(random) = arguments.iter().find(|argument| has_random(argument)) {
            let message = "an aggregation cannot be made over what changes each time it is asked";
            return Err(Fault::syntax(Code::NonConstantExpression, random.span, message));
        }
        let star = arguments.is_empty() && function == Aggregate::Count;
        if !star && arguments.len() != function.arity() {
            let message = format!("this takes {} arguments, not {}", function.arity(), arguments.len());
            return Err(Fault::syntax(Code::InvalidNumberOfArguments, span, message));
        }
        let mut bound = Vec::new();
        let mut kind = Type::Any;
        for argument in arguments {
            let (ex, argument) = self.expression(argument)?;
            if bound.is_empty() {
                kind = argument;
            }
            bound.push(ex);
        }
        let slot = self.slot();
        let mut bound = bound.into_iter();
        let (value, second) = (bound.next(), bound.next());
        gathering.calls.push(Gather { slot, function, distinct, value, second, span });
        self.aggregation = Some(gathering);
        let kind = match function {
            Aggregate::Count => Type::Int,
            Aggregate::Collect => kind.list(),
            Aggregate::Avg | Aggregate::StDev | Aggregate::StDevP => Type::Float,
            _ => Type::Any,
        };
        Ok((Ex::Slot(slot), kind))
    }
}

fn no_aggregation(span: Span) -> Fault {
    Fault::syntax(Code::InvalidAggregation, span, "an aggregation cannot stand here")
        .help("aggregations stand in `with` and `return`")
}

fn ambiguous(name: &str, span: Span) -> Fault {
    let message = format!("`{name}` has many values here, beside an aggregation");
    Fault::syntax(Code::AmbiguousAggregationExpression, span, message)
        .help("make it a column of its own in a `with` before")
}

/// The tokens of a text: how expressions are compared that may differ in blanks.
fn written(text: &str) -> Vec<(TokenKind, Box<str>)> {
    let mut written: Vec<_> = tokens(text).into_iter().map(|token| (token.kind, token.span.of(text).into())).collect();
    written.pop();
    written
}

/// A variable, or a property of one.
fn is_simple(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::Property(of, _) => is_simple(of),
        _ => false,
    }
}

fn is_aggregate(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::CountStar => true,
        ExprKind::Call(call) => Aggregate::named(&call.name.value).is_some(),
        _ => false,
    }
}

fn has_aggregate(expr: &Expr) -> bool {
    is_aggregate(expr) || expr.kind.inside().into_iter().any(has_aggregate)
}

fn has_random(expr: &Expr) -> bool {
    let random =
        matches!(&expr.kind, ExprKind::Call(call) if Function::named(&call.name.value) == Some(Function::Rand));
    random || expr.kind.inside().into_iter().any(has_random)
}

/// The variables that an expression names, those inside patterns and subqueries left out.
pub(super) fn variables_of(expr: &Expr, names: &mut Vec<Box<str>>) {
    if let ExprKind::Variable(name) = &expr.kind {
        names.push(name.clone());
    }
    expr.kind.inside().into_iter().for_each(|inner| variables_of(inner, names));
}
