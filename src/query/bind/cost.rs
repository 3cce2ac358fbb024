//! What the cheapest paths are cheapest by.

use super::automaton::SearchSpec;
use super::types::Type;
use super::{Binder, Bound, Variable};
use crate::query::ast::{self, Element, LinkPattern};
use crate::query::diagnostics::{Code, Fault};
use crate::query::graph::PropertyGraph;
use crate::query::plan::Slot;
use crate::query::search::Cost;

impl<G: PropertyGraph> Binder<'_, G> {
    /// Binds the cost of a link. The variable of a link stands for one link there, also where the link is repeated.
    pub(super) fn cost(
        &mut self,
        cost: &ast::Cost,
        elements: &[Option<&Element>],
        search: &mut SearchSpec,
    ) -> Bound<()> {
        let mut spoken = Vec::new();
        super::projection::variables_of(&cost.expr, &mut spoken);
        // The links of a search stand in the order of the pattern.
        let links = elements.iter().flatten().flat_map(|element| links_of(element)).zip(&search.links);
        let mut named: Vec<(&str, Slot)> = links
            .filter_map(|(link, test)| Some((&*link.variable.as_ref()?.value, test.slot)))
            .filter(|(name, _)| spoken.iter().any(|known| **known == **name))
            .collect();
        if named.len() > 1 {
            let message = "the cost can speak of one link of the pattern only";
            return Err(Fault::syntax(Code::InvalidArgumentType, cost.expr.span, message)
                .help("repeat one link, such as -[l]-+, or use `order by` after the `match`"));
        }
        let link = named.pop();
        let known = self.scope.len();
        self.scope.extend(link.map(|(name, slot)| Variable { name: name.into(), slot, kind: Type::Link }));
        self.names.extend(link.map(|(name, slot)| (slot, name.to_string().into())));
        let link = link.map(|(_, slot)| slot);
        let mut kind = Type::Any;
        let pending = self.pending(|binder| {
            let (ex, found) = binder.expression(&cost.expr)?;
            kind = found;
            Ok(ex)
        });
        self.scope.truncate(known);
        let mut pending = pending?;
        if !kind.may_be(&[Type::Int, Type::Float]) {
            let message = format!("the cost of a link is a number, not {}", kind.name());
            return Err(Fault::syntax(Code::InvalidArgumentType, cost.expr.span, message));
        }
        pending.needs.retain(|need| Some(*need) != link);
        if pending.needs.iter().any(|need| search.outputs.contains(need)) {
            let message = "the cost cannot speak of what the search has yet to find";
            return Err(Fault::syntax(Code::InvalidArgumentType, cost.expr.span, message)
                .help("it can speak of one link, of the two ends, and of what was known before"));
        }
        search.needs.append(&mut pending.needs);
        search.cost = Some(Cost { ex: pending.ex, link, weakest: cost.weakest, span: cost.expr.span });
        Ok(())
    }
}

fn links_of(element: &Element) -> Vec<&LinkPattern> {
    match element {
        Element::Node(_) => Vec::new(),
        Element::Link(link) => vec![link],
        Element::Group(group) => group.elements.iter().flat_map(links_of).collect(),
    }
}
