//! What nothing asks for need not be made: paths and lists of a search that no later part of the query looks at.

use std::collections::HashSet;

use crate::query::plan::{Ex, Expand, Projected, QueryPlan, Slot, Step, Through};
use crate::query::search::{Every, Search};

/// Takes out of a query the paths and lists that it does not use.
pub(super) fn drop_unused(query: &mut QueryPlan) {
    let mut used = Used::default();
    used.query(query);
    for segment in query.parts.iter_mut().flat_map(|part| &mut part.segments) {
        drop_from(&mut segment.steps, &used.0);
    }
}

fn drop_from(steps: &mut Vec<Step>, used: &HashSet<Slot>) {
    steps.retain(|step| !matches!(step, Step::Path(slot, _) if !used.contains(slot)));
    for step in steps {
        match step {
            Step::Search(search) => strip(search, used),
            Step::Optional(inner, _) => drop_from(inner, used),
            _ => {}
        }
    }
}

/// Takes out of a search what is not used of its paths.
fn strip(search: &mut Search, used: &HashSet<Slot>) {
    let wanted = |slot: &Slot| used.contains(slot);
    let automaton = &mut search.automaton;
    for test in &mut automaton.nodes {
        test.named &= test.list.map_or_else(|| wanted(&test.slot), |list| wanted(&list));
        test.list = test.list.filter(wanted);
    }
    for test in &mut automaton.links {
        test.named &= test.list.map_or_else(|| wanted(&test.slot), |list| wanted(&list));
        test.list = test.list.filter(wanted);
    }
    let named = automaton.nodes.iter().any(|test| test.named) || automaton.links.iter().any(|test| test.named);
    search.bare = !named && !wanted(&search.path) && search.filter.is_none() && !search.once;
}

/// The places that are read somewhere in a query.
#[derive(Default)]
struct Used(HashSet<Slot>);

impl Used {
    fn query(&mut self, query: &QueryPlan) {
        for part in &query.parts {
            self.0.extend(&part.output);
            for segment in &part.segments {
                self.steps(&segment.steps);
                if let Some(projected) = &segment.projection {
                    self.projected(projected);
                }
            }
        }
        // A path is made of parts; they are used if it is.
        loop {
            let known = self.0.len();
            for segment in query.parts.iter().flat_map(|part| &part.segments) {
                self.paths(&segment.steps);
            }
            if self.0.len() == known {
                break;
            }
        }
    }

    fn paths(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Path(slot, parts) if self.0.contains(slot) => self.0.extend(parts),
                Step::Optional(inner, _) => self.paths(inner),
                _ => {}
            }
        }
    }

    fn projected(&mut self, projected: &Projected) {
        if let Some(grouping) = &projected.grouping {
            grouping.keys.iter().for_each(|(_, key)| self.ex(key));
            grouping.calls.iter().for_each(|call| self.all(call.value.iter().chain(&call.second)));
        }
        self.all(projected.items.iter().map(|(_, item)| item));
        self.all(projected.order.iter().map(|(ex, _)| ex));
        self.all(projected.skip.iter().chain(&projected.limit).chain(&projected.filter));
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Scan(..) | Step::Path(..) => {}
                Step::Expand(expand) => self.expand(expand),
                Step::Intersect(arms) => arms.iter().for_each(|arm| self.expand(&arm.expand)),
                Step::Search(search) => self.search(search),
                Step::Filter(ex) | Step::Unwind(ex, _) => self.ex(ex),
                Step::Optional(inner, _) => self.steps(inner),
                Step::Create(creations) => {
                    for creation in creations {
                        self.all(&creation.properties);
                        self.0.extend(creation.ends.iter().flat_map(|(from, to)| [from, to]));
                    }
                }
            }
        }
    }

    fn expand(&mut self, expand: &Expand) {
        self.0.extend([expand.from]);
        self.0.extend(expand.to_bound.then_some(expand.to));
        self.0.extend(expand.link_bound.then_some(expand.link));
        self.0.extend(&expand.differs);
    }

    fn search(&mut self, search: &Search) {
        self.0.extend([search.from]);
        self.0.extend(search.to_bound.then_some(search.to));
        self.0.extend(&search.differs);
        let every = |every: &Every| every.slot;
        let conditions = || search.every_node.iter().chain(&search.every_link);
        // What is tested during the search is put into its places by the search itself.
        let automaton = &search.automaton;
        let own: HashSet<Slot> = conditions()
            .map(every)
            .chain(automaton.nodes.iter().map(|test| test.slot))
            .chain(automaton.links.iter().map(|test| test.slot))
            .collect();
        let mut inside = Used::default();
        inside.all(conditions().map(|every| &every.ex));
        inside.all(automaton.nodes.iter().flat_map(|test| &test.filters));
        inside.all(automaton.links.iter().flat_map(|test| &test.filters));
        inside.all(automaton.groups.iter().map(|group| &group.filter));
        inside.all(search.cost.iter().map(|cost| &cost.ex));
        self.0.extend(inside.0.difference(&own));
        self.0.extend(automaton.nodes.iter().filter_map(|test| test.same));
        self.all(&search.filter);
    }

    fn all<'e>(&mut self, list: impl IntoIterator<Item = &'e Ex>) {
        list.into_iter().for_each(|ex| self.ex(ex));
    }

    fn ex(&mut self, ex: &Ex) {
        match ex {
            Ex::Constant(_) | Ex::Parameter(..) => {}
            Ex::Slot(slot) => self.0.extend([*slot]),
            Ex::List(items) | Ex::And(items, _) | Ex::Or(items, _) | Ex::Call(_, items, _) => self.all(items),
            Ex::Map(entries) => self.all(entries.iter().map(|(_, ex)| ex)),
            Ex::Property(of, ..) | Ex::Not(of, _) | Ex::Sign(of, ..) | Ex::IsNull(of, _) | Ex::Labels(of, ..) => {
                self.ex(of);
            }
            Ex::Index(parts, _) | Ex::Binary(_, parts, _) => self.all([&parts.0, &parts.1]),
            Ex::Slice(parts, _) => self.all([&parts.0].into_iter().chain(&parts.1).chain(&parts.2)),
            Ex::Compare(first, rest) => {
                self.ex(first);
                self.all(rest.iter().map(|(_, ex)| ex));
            }
            Ex::Case(case) => {
                self.all(case.subject.iter().chain(&case.otherwise));
                self.all(case.branches.iter().flat_map(|(when, then)| [when, then]));
            }
            Ex::Comprehension(through) | Ex::Quantified(_, through) => self.through(through),
            Ex::Reduce(reduce) => {
                self.ex(&reduce.start);
                self.through(&reduce.through);
            }
            Ex::Exists(query) | Ex::Count(query) => self.query(query),
            Ex::Rows(parts) | Ex::First(parts) => {
                self.steps(&parts.0);
                self.ex(&parts.1);
                self.paths(&parts.0);
            }
        }
    }

    fn through(&mut self, through: &Through) {
        self.all([&through.list].into_iter().chain(&through.filter).chain(&through.map));
    }
}
