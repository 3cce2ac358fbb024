//! What need not be done in full: where nothing depends on how often a row comes, a search gives each of its ends but
//! once; and links that are only counted are not walked.

use crate::query::functions::Aggregate;
use crate::query::plan::{Ex, Projected, QueryPlan, Slot, Step};

/// Tells the searches of a query whether repeated rows matter. `matter` says whether they do to what asks the query.
pub(super) fn mark(query: &mut QueryPlan, matter: bool) {
    let distinct = query.parts.len() > 1 && !query.all;
    for part in &mut query.parts {
        let mut matter = matter && !distinct;
        for segment in part.segments.iter_mut().rev() {
            matter = segment.projection.as_ref().map_or(matter, |projected| repeats_matter(projected, matter));
            mark_steps(&mut segment.steps, matter);
        }
    }
}

/// The same for steps.
pub(super) fn mark_steps(steps: &mut [Step], matter: bool) {
    for step in steps {
        match step {
            Step::Search(search) => search.ends = !matter && search.bare,
            Step::Optional(inner, _) => mark_steps(inner, matter),
            _ => {}
        }
    }
}

/// Lets the last links of a query be counted, not walked, where nothing asks more of them. `counted` says whether the rows
/// of the query are only counted.
pub(super) fn count_tails(query: &mut QueryPlan, counted: bool) {
    let alone = query.parts.len() == 1;
    for segment in query.parts.iter_mut().flat_map(|part| &mut part.segments) {
        let Some(Step::Expand(expand)) = segment.steps.last_mut() else { continue };
        let own = [expand.link, expand.to];
        let counts = match &segment.projection {
            None => counted && alone,
            Some(Projected { grouping: Some(grouping), .. }) => {
                grouping.keys.iter().all(|(_, key)| is_without(key, own))
                    && grouping.calls.iter().all(|call| match &call.value {
                        None => true,
                        Some(Ex::Slot(slot)) if call.function == Aggregate::Count && !call.distinct => {
                            own.contains(slot) || is_without(&Ex::Slot(*slot), own)
                        }
                        Some(value) => {
                            let once = call.distinct || matches!(call.function, Aggregate::Min | Aggregate::Max);
                            once && is_without(value, own)
                        }
                    })
            }
            Some(_) => false,
        };
        expand.only_counted = counts && !expand.to_bound && !expand.link_bound;
    }
}

/// Whether an expression is simple and speaks of none of these places.
fn is_without(ex: &Ex, slots: [Slot; 2]) -> bool {
    match ex {
        Ex::Constant(_) | Ex::Parameter(..) => true,
        Ex::Slot(slot) => !slots.contains(slot),
        Ex::Property(of, ..) => is_without(of, slots),
        _ => false,
    }
}

/// Whether it matters to a projection how often equal rows come to it; `after` says whether it does to what follows.
fn repeats_matter(projected: &Projected, after: bool) -> bool {
    match &projected.grouping {
        Some(grouping) => grouping.calls.iter().any(|call| {
            let once = call.distinct || matches!(call.function, Aggregate::Min | Aggregate::Max);
            !once || call.value.is_none()
        }),
        None if projected.distinct => false,
        None => after || projected.skip.is_some() || projected.limit.is_some(),
    }
}
