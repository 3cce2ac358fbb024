//! Patterns: their variables, and what must hold of them.

use super::automaton::{Part, PathCondition, SearchSpec};
use super::order::{Edge, EdgeKind, NodeSpec, Pattern, Pending};
use super::types::Type;
use super::{Binder, Bound};
use crate::query::ast::{
    Direction, Element, Group, LabelExpr, LinkPattern, Mode, Name, NodePattern, PathPattern, Repeat, Selector,
};
use crate::query::diagnostics::{Code, Fault};
use crate::query::expression_ast::{Comparison, Expr, ExprKind};
use crate::query::graph::{PropertyGraph, Sort};
use crate::query::plan::{Creation, Ex, Slot, Step};
use crate::query::search::{GroupTest, LinkTest, NodeTest};
use crate::query::value::Value;

/// What is bound when all variables of the `match` are known.
enum Deferred<'q> {
    Properties(Sort, Slot, &'q Expr),
    Filter(&'q Expr),
    PathFilter(usize, &'q Expr),
}

/// A `match` that is being bound.
#[derive(Default)]
pub(super) struct Matching<'q> {
    pub pattern: Pattern,
    deferred: Vec<Deferred<'q>>,
    /// The links that this `match` has named.
    links: Vec<Slot>,
    /// The searches of each path variable or list of links: name and place in the edges.
    pub searches: Vec<(Box<str>, usize)>,
    /// The searches that are only a part of their path.
    pub in_parts: Vec<usize>,
}

impl<G: PropertyGraph> Binder<'_, G> {
    /// The steps of a `match`. Unless it declares, every variable must be known.
    pub(super) fn match_steps(
        &mut self,
        patterns: &[PathPattern],
        filter: Option<&Expr>,
        declares: bool,
    ) -> Bound<Vec<Step>> {
        let mut m = Matching::default();
        m.pattern.known = self.scope.iter().map(|variable| variable.slot).collect();
        for pattern in patterns {
            self.deepen(pattern.elements.len(), Some(pattern.span))?;
            self.path_pattern(pattern, declares, &mut m)?;
        }
        for deferred in std::mem::take(&mut m.deferred) {
            match deferred {
                Deferred::Properties(sort, slot, map) => {
                    let filters = self.property_filters(sort, slot, map)?;
                    m.pattern.filters.extend(filters);
                }
                Deferred::Filter(filter) => self.conjuncts(filter, &mut m)?,
                Deferred::PathFilter(edge, filter) => {
                    let whole = self.pending(|binder| binder.filter(filter))?;
                    let condition = PathCondition { every: None, whole: Some(whole) };
                    if let EdgeKind::Search(search) = &mut m.pattern.edges[edge].kind {
                        search.conditions.push(condition);
                    }
                }
            }
        }
        if let Some(filter) = filter {
            self.conjuncts(filter, &mut m)?;
        }
        Ok(m.pattern.steps(self.graph))
    }

    /// Binds something and notes which places it needs.
    pub(super) fn pending(&mut self, bind: impl FnOnce(&mut Self) -> Bound<Ex>) -> Bound<Pending> {
        let (mark, first_local) = (self.touched.len(), self.slots);
        let ex = bind(self)?;
        let needs = self.touched[mark..].iter().copied().filter(|slot| *slot < first_local).collect();
        Ok(Pending { ex, needs })
    }

    fn path_pattern<'q>(&mut self, pattern: &'q PathPattern, declares: bool, m: &mut Matching<'q>) -> Bound<()> {
        let elements = whole_elements(pattern);
        let selected = (pattern.selector != Selector::All || pattern.mode != Mode::Default) && elements.len() > 1;
        let mut parts = Vec::new();
        let mut edges = Vec::new();
        if selected {
            edges.push(self.selected(pattern, &elements, declares, m)?);
        } else {
            let mut left = None;
            let mut between: Option<&Element> = None;
            for element in elements {
                let node = match element {
                    None => None,
                    Some(Element::Node(node)) => Some(node),
                    other => {
                        between = other;
                        continue;
                    }
                };
                // A link's variable is known before that of the node after it.
                let edge = match between.take() {
                    Some(between) => Some(self.edge(between, declares, m)?),
                    None => None,
                };
                let right = self.node(node, declares, m)?;
                if let (Some(left), Some((kind, slot))) = (left, edge) {
                    edges.push(m.pattern.edges.len());
                    m.pattern.edges.push(Edge { left, right, kind });
                    parts.push(slot);
                }
                parts.push(right);
                left = Some(right);
            }
        }
        if let Some(filter) = &pattern.filter {
            m.deferred.push(match edges.as_slice() {
                [edge] if selected => Deferred::PathFilter(*edge, filter),
                _ => Deferred::Filter(filter),
            });
        }
        for edge in &edges {
            if let EdgeKind::Search(search) = &m.pattern.edges[*edge].kind
                && let Some(name) = &search.list_name
            {
                m.searches.push((name.clone(), *edge));
            }
        }
        if edges.len() > 1 {
            m.in_parts.extend(&edges);
        }
        let Some(name) = &pattern.variable else { return Ok(()) };
        if self.find(&name.value).is_some() {
            return Err(Self::already_bound(name));
        }
        let slot = self.declare(&name.value, Type::Path);
        let searches = edges.iter().filter(|edge| matches!(m.pattern.edges[**edge].kind, EdgeKind::Search(_)));
        m.searches.extend(searches.map(|edge| (name.value.clone(), *edge)));
        match edges.as_slice() {
            [edge] if selected => {
                if let EdgeKind::Search(search) = &mut m.pattern.edges[*edge].kind {
                    search.path = slot;
                    search.path_wanted = true;
                }
            }
            _ => m.pattern.paths.push((slot, parts)),
        }
        Ok(())
    }

    /// A link, a repeated link or a group of a pattern without selector; and the place of what it finds.
    fn edge<'q>(&mut self, element: &'q Element, declares: bool, m: &mut Matching<'q>) -> Bound<(EdgeKind, Slot)> {
        match element {
            Element::Link(link) if link.repeat.is_none() => self.link(link, declares, m),
            _ => {
                let mut search = SearchSpec::new(self.slot(), Selector::All, Mode::Default);
                let part = match element {
                    Element::Link(link) => self.repeated_link(link, declares, &mut search, m)?,
                    Element::Group(group) => self.group(group, declares, &mut search)?,
                    Element::Node(node) => self.inner_node(node, declares, &mut search, None)?,
                };
                search.shape.push(part);
                let path = search.path;
                Ok((EdgeKind::Search(Box::new(search)), path))
            }
        }
    }

    /// A node between links that are walked one by one, or an end of a path.
    fn node<'q>(&mut self, node: Option<&'q NodePattern>, declares: bool, m: &mut Matching<'q>) -> Bound<Slot> {
        let slot = match node.and_then(|node| node.variable.as_ref()) {
            None => self.slot(),
            Some(name) => self.named(name, Type::Node, declares)?.0,
        };
        let at = match m.pattern.nodes.iter().position(|spec| spec.slot == slot) {
            Some(at) => at,
            None => {
                m.pattern.nodes.push(NodeSpec { slot, labels: Vec::new(), entity: None, chosen: None });
                m.pattern.nodes.len() - 1
            }
        };
        let Some(node) = node else { return Ok(slot) };
        if let Some(labels) = &node.labels {
            let test = self.node_labels(labels)?;
            m.pattern.nodes[at].labels.push(test);
        }
        if let Some(entity) = &node.entity {
            m.pattern.nodes[at].entity = Some(self.entity(entity)?);
        }
        if let Some(properties) = &node.properties {
            if let ExprKind::Map(entries) = &properties.kind {
                for (key, value) in entries {
                    self.choose(&mut m.pattern.nodes[at], key, value);
                }
            }
            m.deferred.push(Deferred::Properties(Sort::EntityProperty, slot, properties));
        }
        m.deferred.extend(node.filter.as_deref().map(Deferred::Filter));
        Ok(slot)
    }

    /// Looks in the graph's index, if it has one, for the nodes whose property is a text.
    pub(super) fn choose(&self, node: &mut NodeSpec, key: &Name, value: &Expr) {
        if let ExprKind::Text(text) = &value.kind
            && let Some(found) = self.graph.indexed(&key.value, text)
            && node.chosen.as_ref().is_none_or(|chosen| chosen.len() > found.len())
        {
            node.chosen = Some(found);
        }
    }

    /// A variable of a pattern, known or new; whether it was known.
    fn named(&mut self, name: &Name, kind: Type, declares: bool) -> Bound<(Slot, bool)> {
        match self.find(&name.value) {
            Some(variable) if !variable.kind.may_be(std::slice::from_ref(&kind)) => {
                let message = format!("`{}` is {} already, not {}", name.value, variable.kind.name(), kind.name());
                Err(Fault::syntax(Code::VariableTypeConflict, name.span, message))
            }
            Some(variable) => {
                let slot = variable.slot;
                self.touched.push(slot);
                Ok((slot, true))
            }
            None if declares => Ok((self.declare(&name.value, kind), false)),
            None => Err(self.undefined(&name.value, name.span)),
        }
    }

    fn link<'q>(&mut self, link: &'q LinkPattern, declares: bool, m: &mut Matching<'q>) -> Bound<(EdgeKind, Slot)> {
        let (slot, known) = match &link.variable {
            None => (self.slot(), false),
            Some(name) => {
                let (slot, known) = self.named(name, Type::Link, declares)?;
                if m.links.contains(&slot) {
                    let message = format!("the link `{}` cannot be in one `match` twice", name.value);
                    return Err(Fault::syntax(Code::RelationshipUniquenessViolation, name.span, message));
                }
                m.links.push(slot);
                (slot, known)
            }
        };
        m.deferred.extend(link.properties.as_ref().map(|map| Deferred::Properties(Sort::LinkProperty, slot, map)));
        m.deferred.extend(link.filter.as_deref().map(Deferred::Filter));
        let kind = link.labels.as_ref().map(|labels| self.link_kinds(labels)).transpose()?;
        Ok((EdgeKind::Link { slot, known, direction: link.direction, kind }, slot))
    }

    /// A pattern with a selector or a mode, as one search.
    fn selected<'q>(
        &mut self,
        pattern: &'q PathPattern,
        elements: &[Option<&'q Element>],
        declares: bool,
        m: &mut Matching<'q>,
    ) -> Bound<usize> {
        let mut search = SearchSpec::new(self.slot(), pattern.selector, pattern.mode);
        let mut ends = [0; 2];
        for (slot, end) in ends.iter_mut().zip([elements.first(), elements.last()]) {
            let node = match end {
                Some(Some(Element::Node(node))) => Some(node),
                _ => None,
            };
            *slot = self.node(node, declares, m)?;
        }
        for element in elements.get(1..elements.len() - 1).unwrap_or(&[]) {
            let Some(element) = element else { continue };
            let part = match element {
                Element::Node(node) => self.inner_node(node, declares, &mut search, None)?,
                Element::Link(link) if link.repeat.is_none() => self.inner_link(link, declares, &mut search, None)?,
                Element::Link(link) => self.repeated_link(link, declares, &mut search, m)?,
                Element::Group(group) => self.group(group, declares, &mut search)?,
            };
            search.shape.push(part);
        }
        if let Some(cost) = &pattern.cost {
            self.cost(cost, elements, &mut search)?;
        }
        if pattern.mode == Mode::Walk && pattern.selector == Selector::All && search.is_unbounded() {
            let message = "without a selector, an unbounded walk has no end";
            return Err(Fault::syntax(Code::UnboundedWalk, pattern.span, message)
                .help("bound it, as {1,6}; or ask for `any shortest walk`; or for `trail` or `acyclic` paths"));
        }
        // Two repetitions can divide one path in several ways.
        search.once = search.shape.iter().filter(|part| matches!(part, Part::Repeat { .. })).count() > 1;
        let [left, right] = ends;
        m.pattern.edges.push(Edge { left, right, kind: EdgeKind::Search(Box::new(search)) });
        Ok(m.pattern.edges.len() - 1)
    }

    /// A node inside a search. In a group, `group` gathers its variables, which are lists outside.
    fn inner_node(
        &mut self,
        node: &NodePattern,
        declares: bool,
        search: &mut SearchSpec,
        group: Option<&mut Vec<(Name, Slot, Type)>>,
    ) -> Bound<Part> {
        let (slot, same, list) = self.inner_variable(node.variable.as_ref(), Type::Node, declares, search, group)?;
        let mut test = NodeTest {
            labels: node.labels.as_ref().map(|labels: &LabelExpr| self.node_labels(labels)).transpose()?,
            filters: Vec::new(),
            same,
            slot,
            list,
            named: node.variable.is_some(),
        };
        if let Some(entity) = &node.entity {
            let known = Ex::Constant(Value::Node(self.entity(entity)?));
            test.filters.push(Ex::Compare(Box::new(Ex::Slot(slot)), vec![(Comparison::Equal, known)]));
        }
        search.needs.extend(same);
        test.filters.extend(self.inner_filters(
            Sort::EntityProperty,
            slot,
            node.properties.as_ref(),
            node.filter.as_deref(),
            search,
        )?);
        search.nodes.push(test);
        Ok(Part::Node(search.nodes.len() - 1))
    }

    fn inner_link(
        &mut self,
        link: &LinkPattern,
        declares: bool,
        search: &mut SearchSpec,
        group: Option<&mut Vec<(Name, Slot, Type)>>,
    ) -> Bound<Part> {
        let repeated = group.is_some();
        let (slot, same, list) = self.inner_variable(link.variable.as_ref(), Type::Link, declares, search, group)?;
        let mut filters =
            self.inner_filters(Sort::LinkProperty, slot, link.properties.as_ref(), link.filter.as_deref(), search)?;
        if let Some(same) = same {
            filters.push(Ex::Compare(Box::new(Ex::Slot(slot)), vec![(Comparison::Equal, Ex::Slot(same))]));
            search.needs.push(same);
        }
        let kind = link.labels.as_ref().map(|labels| self.link_kinds(labels)).transpose()?;
        search.links.push(LinkTest {
            kind,
            direction: link.direction,
            filters,
            slot,
            list,
            repeated,
            named: link.variable.is_some(),
            group: None,
        });
        Ok(Part::Link(search.links.len() - 1))
    }

    /// Its place while it is tested, the known place that it must equal, and the place of its list.
    fn inner_variable(
        &mut self,
        name: Option<&Name>,
        kind: Type,
        declares: bool,
        search: &mut SearchSpec,
        group: Option<&mut Vec<(Name, Slot, Type)>>,
    ) -> Bound<(Slot, Option<Slot>, Option<Slot>)> {
        let Some(name) = name else { return Ok((self.slot(), None, None)) };
        match group {
            Some(variables) => {
                if self.find(&name.value).is_some() {
                    return Err(Self::already_bound(name));
                }
                if !declares {
                    return Err(self.undefined(&name.value, name.span));
                }
                let slot = self.declare(&name.value, kind.clone());
                let list = self.slot();
                search.outputs.push(list);
                variables.push((name.clone(), list, kind.list()));
                Ok((slot, None, Some(list)))
            }
            None => {
                let (slot, known) = self.named(name, kind, declares)?;
                if search.outputs.contains(&slot) {
                    return Err(Self::already_bound(name));
                }
                if known {
                    return Ok((self.slot(), Some(slot), None));
                }
                search.outputs.push(slot);
                Ok((slot, None, None))
            }
        }
    }

    fn inner_filters(
        &mut self,
        sort: Sort,
        slot: Slot,
        properties: Option<&Expr>,
        filter: Option<&Expr>,
        search: &mut SearchSpec,
    ) -> Bound<Vec<Ex>> {
        let mut pending = match properties {
            Some(map) => self.property_filters(sort, slot, map)?,
            None => Vec::new(),
        };
        if let Some(filter) = filter {
            pending.push(self.pending(|binder| binder.filter(filter))?);
        }
        Ok(pending
            .into_iter()
            .map(|pending| {
                search.needs.extend(pending.needs.into_iter().filter(|need| *need != slot));
                pending.ex
            })
            .collect())
    }

    /// A link that is repeated by itself: its variable is a list.
    fn repeated_link(
        &mut self,
        link: &LinkPattern,
        declares: bool,
        search: &mut SearchSpec,
        m: &mut Matching,
    ) -> Bound<Part> {
        let mut same = None;
        let list = match &link.variable {
            None => None,
            Some(name) => {
                search.list_name = Some(name.value.clone());
                let (slot, known) = self.named(name, Type::Link.list(), declares)?;
                if known {
                    same = Some(slot);
                    Some(self.slot())
                } else {
                    Some(slot)
                }
            }
        };
        search.outputs.extend(list);
        if let (Some(same), Some(list)) = (same, list) {
            let ex = Ex::Compare(Box::new(Ex::Slot(list)), vec![(Comparison::Equal, Ex::Slot(same))]);
            m.pattern.filters.push(Pending { ex, needs: vec![same, list] });
        }
        let slot = self.slot();
        // Inside, the variable of the link is one link.
        let known = self.scope.len();
        if let Some(name) = &link.variable
            && link.filter.is_some()
        {
            self.scope.push(super::Variable { name: name.value.clone(), slot, kind: Type::Link });
        }
        let filters =
            self.inner_filters(Sort::LinkProperty, slot, link.properties.as_ref(), link.filter.as_deref(), search);
        self.scope.truncate(known);
        let kind = link.labels.as_ref().map(|labels| self.link_kinds(labels)).transpose()?;
        let (direction, named) = (link.direction, link.variable.is_some());
        search.links.push(LinkTest {
            kind,
            direction,
            filters: filters?,
            slot,
            list,
            repeated: true,
            named,
            group: None,
        });
        let inner = vec![Part::Link(search.links.len() - 1)];
        let repeat = link.repeat.unwrap_or(Repeat { min: 1, max: Some(1), legacy: true });
        Ok(Part::Repeat { inner, min: repeat.min, max: repeat.max, group: None })
    }

    fn group(&mut self, group: &Group, declares: bool, search: &mut SearchSpec) -> Bound<Part> {
        let known = self.scope.len();
        let mut variables = Vec::new();
        let mut inner = Vec::new();
        for element in &group.elements {
            let nested = |span| {
                let message = "a repetition cannot stand inside another";
                Err(Fault::syntax(Code::InvalidRelationshipPattern, span, message))
            };
            inner.push(match element {
                Element::Node(node) => self.inner_node(node, declares, search, Some(&mut variables))?,
                Element::Link(link) if link.repeat.is_none() => {
                    self.inner_link(link, declares, search, Some(&mut variables))?
                }
                Element::Link(link) => return nested(link.span),
                Element::Group(group) => return nested(group.span),
            });
        }
        if !inner.iter().any(|part| matches!(part, Part::Link(_))) {
            let message = "what is repeated must contain a link";
            return Err(Fault::syntax(Code::InvalidRelationshipPattern, group.span, message));
        }
        let mut test = None;
        if let Some(filter) = &group.filter {
            let Pending { ex, needs } = self.pending(|binder| binder.filter(filter))?;
            let own = |slot: &Slot| {
                search.nodes.iter().any(|node| node.slot == *slot) || search.links.iter().any(|link| link.slot == *slot)
            };
            let needs: Vec<Slot> = needs.into_iter().filter(|need| !own(need)).collect();
            search.needs.extend(needs);
            test = Some(search.groups.len());
            search.groups.push(GroupTest { filter: ex, nodes: Vec::new(), links: Vec::new() });
        }
        self.scope.truncate(known);
        for (name, slot, kind) in variables {
            self.scope.push(super::Variable { name: name.value, slot, kind });
        }
        Ok(Part::Repeat { inner, min: group.repeat.min, max: group.repeat.max, group: test })
    }

    /// What a map of properties asks.
    fn property_filters(&mut self, sort: Sort, slot: Slot, map: &Expr) -> Bound<Vec<Pending>> {
        let ExprKind::Map(entries) = &map.kind else {
            let message = "the properties of a pattern are written as a map, not as a parameter";
            return Err(Fault::syntax(Code::InvalidParameterUse, map.span, message));
        };
        let mut filters = Vec::new();
        for (key, value) in entries {
            if let Some(fault) = self.graph.misnamed(sort, key) {
                return Err(fault);
            }
            let mut pending = self.pending(|binder| Ok(binder.expression(value)?.0))?;
            let property = Ex::Property(Box::new(Ex::Slot(slot)), key.value.as_ref().into(), key.span);
            pending.ex = Ex::Compare(Box::new(property), vec![(Comparison::Equal, pending.ex)]);
            pending.needs.push(slot);
            filters.push(pending);
        }
        Ok(filters)
    }

    /// What `create` makes, in an order in which the ends of links come first.
    pub(super) fn creations(&mut self, patterns: &[PathPattern]) -> Bound<Vec<Creation>> {
        let mut creations = Vec::new();
        for pattern in patterns {
            let (mut nodes, mut links) = (Vec::new(), Vec::new());
            for element in &pattern.elements {
                match element {
                    Element::Node(node) => {
                        let known = node.variable.as_ref().and_then(|name| self.find(&name.value));
                        if let Some(variable) = known {
                            nodes.push(variable.slot);
                            continue;
                        }
                        let slot = match &node.variable {
                            Some(name) => self.declare(&name.value, Type::Node),
                            None => self.slot(),
                        };
                        let labels = node.labels.as_ref().map(names).unwrap_or_default();
                        creations.push((slot, labels, node.properties.as_ref(), None));
                        nodes.push(slot);
                    }
                    Element::Link(link) => links.push(link),
                    Element::Group(group) => {
                        let message = "a repetition cannot be created";
                        return Err(Fault::syntax(Code::InvalidRelationshipPattern, group.span, message));
                    }
                }
            }
            for (link, ends) in links.into_iter().zip(nodes.windows(2)) {
                let slot = match &link.variable {
                    Some(name) => self.declare(&name.value, Type::Link),
                    None => self.slot(),
                };
                let ends = match link.direction {
                    Direction::In => (ends[1], ends[0]),
                    _ => (ends[0], ends[1]),
                };
                let labels = link.labels.as_ref().map(names).unwrap_or_default();
                creations.push((slot, labels, link.properties.as_ref(), Some(ends)));
            }
        }
        let mut bound = Vec::with_capacity(creations.len());
        for (slot, labels, properties, ends) in creations {
            let properties = properties.map(|map| self.expression(map)).transpose()?.map(|(ex, _)| ex);
            bound.push(Creation { slot, labels, properties, ends });
        }
        Ok(bound)
    }
}

fn names(labels: &LabelExpr) -> Vec<Box<str>> {
    match labels {
        LabelExpr::Is(name) => vec![name.value.clone()],
        LabelExpr::And(list) | LabelExpr::Or(list) => list.iter().flat_map(names).collect(),
        LabelExpr::Any | LabelExpr::Not(_) => Vec::new(),
    }
}

/// The elements of a pattern, with a node at both ends and between groups; `None` is a node of which nothing is said.
fn whole_elements(pattern: &PathPattern) -> Vec<Option<&Element>> {
    let is_node = |element: Option<&Option<&Element>>| matches!(element, Some(None | Some(Element::Node(_))));
    let mut elements: Vec<Option<&Element>> = Vec::new();
    for element in &pattern.elements {
        if !matches!(element, Element::Node(_)) && !is_node(elements.last()) {
            elements.push(None);
        }
        elements.push(Some(element));
    }
    if !is_node(elements.last()) {
        elements.push(None);
    }
    elements
}
