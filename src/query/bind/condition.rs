//! Conditions of a `match`: which parts of them choose nodes from an index, and which a path search tests on its way.

use super::automaton::{Every, PathCondition};
use super::order::EdgeKind;
use super::pattern::Matching;
use super::types::Type;
use super::{Binder, Bound};
use crate::query::ast::Selector;
use crate::query::expression_ast::{Binary, Comparison, Expr, ExprKind, Quantifier, Unary};
use crate::query::functions::Function;
use crate::query::graph::PropertyGraph;
use crate::query::plan::Ex;

impl<G: PropertyGraph> Binder<'_, G> {
    /// The parts of a condition that must each hold.
    pub(super) fn conjuncts(&mut self, filter: &Expr, m: &mut Matching) -> Bound<()> {
        let parts = match &filter.kind {
            ExprKind::And(parts) => parts.as_slice(),
            _ => std::slice::from_ref(filter),
        };
        for part in parts {
            let whole = self.pending(|binder| binder.filter(part))?;
            self.choose_by(part, m);
            let mut taken = None;
            for (name, edge) in m.searches.clone() {
                if self.path_condition(part, &name, edge, m)? == Some(true) {
                    taken = Some(edge);
                }
            }
            match taken {
                Some(edge) => {
                    if let EdgeKind::Search(search) = &mut m.pattern.edges[edge].kind
                        && let Some(last) = search.conditions.last_mut()
                    {
                        last.whole = Some(whole);
                    }
                }
                None => m.pattern.filters.push(whole),
            }
        }
        Ok(())
    }

    /// Hands a condition to the search that it speaks of. Some, if it does; true, if it is for the search alone to test.
    fn path_condition(&mut self, part: &Expr, name: &str, edge: usize, m: &mut Matching) -> Bound<Option<bool>> {
        let mut variables = Vec::new();
        super::projection::variables_of(part, &mut variables);
        if !variables.iter().any(|variable| **variable == *name) {
            return Ok(None);
        }
        let alone = m.searches.iter().filter(|(known, _)| **known == *name).count() == 1 && !m.in_parts.contains(&edge);
        let every = self.every(part, name)?.filter(|every| alone || every.first && every.last);
        let EdgeKind::Search(search) = &mut m.pattern.edges[edge].kind else { return Ok(None) };
        if let Some(longest) = longest(part, name) {
            search.longest = Some(search.longest.map_or(longest, |known| known.min(longest)));
        }
        let selected = search.selector != Selector::All;
        if selected || every.is_some() {
            search.conditions.push(PathCondition { every, whole: None });
        }
        Ok(selected.then_some(true).or(Some(false)))
    }

    /// What a condition on a path asks of each of its nodes or links, if it asks just that: `all(x in nodes(p) where ..)`,
    /// `none(..)`, `not any(..)`, `not x in nodes(p)`; also of all but the first or the last of them, as in `nodes(p)[1..-1]`.
    fn every(&mut self, part: &Expr, name: &str) -> Bound<Option<Every>> {
        let (inner, negated) = match &part.kind {
            ExprKind::Unary(Unary::Not, inner) => (&**inner, true),
            _ => (part, false),
        };
        match &inner.kind {
            ExprKind::Quantified(quantifier, through) => {
                let wanted = match (quantifier, negated) {
                    (Quantifier::All, false) => true,
                    (Quantifier::None, false) | (Quantifier::Any, true) => false,
                    _ => return Ok(None),
                };
                let (Some((nodes, first, last)), Some(filter)) = (some_of(&through.list, name), &through.filter) else {
                    return Ok(None);
                };
                let known = self.scope.len();
                let kind = if nodes { Type::Node } else { Type::Link };
                let slot = self.declare(&through.variable.value, kind);
                let pending = self.pending(|binder| binder.filter(filter));
                self.scope.truncate(known);
                let mut pending = pending?;
                pending.needs.retain(|need| *need != slot);
                Ok(Some(Every { nodes, slot, wanted, first, last, pending }))
            }
            ExprKind::Binary(Binary::In, left, list) if negated => {
                let Some((nodes, first, last)) = some_of(list, name) else { return Ok(None) };
                let slot = self.slot();
                let mut pending = self.pending(|binder| Ok(binder.expression(left)?.0))?;
                pending.ex = Ex::Compare(Box::new(Ex::Slot(slot)), vec![(Comparison::Equal, pending.ex)]);
                Ok(Some(Every { nodes, slot, wanted: false, first, last, pending }))
            }
            _ => Ok(None),
        }
    }

    /// The same for a condition such as `a.name = 'TTP'`.
    fn choose_by(&self, condition: &Expr, m: &mut Matching) {
        if let ExprKind::Compare(left, rest) = &condition.kind
            && let [(Comparison::Equal, value)] = rest.as_slice()
            && let ExprKind::Property(of, key) = &left.kind
            && let ExprKind::Variable(name) = &of.kind
            && let Some(slot) = self.find(name).map(|variable| variable.slot)
            && let Some(node) = m.pattern.nodes.iter_mut().find(|node| node.slot == slot)
        {
            self.choose(node, key, value);
        }
    }
}

/// The same for a part of such a list: whether the first and the last are in it. Of links, only the whole list.
fn some_of(list: &Expr, name: &str) -> Option<(bool, bool, bool)> {
    let ExprKind::Slice(whole, from, to) = &list.kind else {
        return parts_of(list, name).map(|nodes| (nodes, true, true));
    };
    let number = |bound: &Option<Box<Expr>>| match bound.as_deref().map(|bound| &bound.kind) {
        None => Some(None),
        Some(ExprKind::Int(number)) => Some(Some(*number)),
        Some(ExprKind::Unary(Unary::Minus, inner)) => match inner.kind {
            ExprKind::Int(number) => Some(Some(-number)),
            _ => None,
        },
        Some(_) => None,
    };
    let first = match number(from)? {
        None | Some(0) => true,
        Some(1) => false,
        Some(_) => return None,
    };
    let last = match number(to)? {
        None => true,
        Some(-1) => false,
        Some(_) => return None,
    };
    parts_of(whole, name)?.then_some((true, first, last))
}

/// Whether an expression is the nodes (true) or the links (false) of a path, or a list of its links.
fn parts_of(list: &Expr, name: &str) -> Option<bool> {
    let is_named = |expr: &Expr| matches!(&expr.kind, ExprKind::Variable(variable) if **variable == *name);
    match &list.kind {
        ExprKind::Variable(_) if is_named(list) => Some(false),
        ExprKind::Call(call) if matches!(call.arguments.as_slice(), [path] if is_named(path)) => {
            match Function::named(&call.name.value) {
                Some(Function::Nodes) => Some(true),
                Some(Function::Relationships | Function::Links) => Some(false),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The greatest length that `length(p) <= 6` and its like allow.
fn longest(part: &Expr, name: &str) -> Option<u32> {
    let ExprKind::Compare(left, rest) = &part.kind else { return None };
    let [(comparison, Expr { kind: ExprKind::Int(bound), .. })] = rest.as_slice() else { return None };
    let ExprKind::Call(call) = &left.kind else { return None };
    let of_path = matches!(call.arguments.as_slice(), [Expr { kind: ExprKind::Variable(path), .. }] if **path == *name);
    if Function::named(&call.name.value) != Some(Function::Length) || !of_path {
        return None;
    }
    let bound = u32::try_from(*bound).ok()?;
    match comparison {
        Comparison::Less => bound.checked_sub(1),
        Comparison::LessEqual | Comparison::Equal => Some(bound),
        _ => None,
    }
}
