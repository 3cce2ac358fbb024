//! Where nothing depends on how often a row comes: there a search need give each of its ends but once.

use crate::query::functions::Aggregate;
use crate::query::plan::{Projected, QueryPlan, Step};

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
