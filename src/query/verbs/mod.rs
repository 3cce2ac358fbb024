//! The verbs: each binds its arguments, searches, and gives a [`Found`].

mod around;
mod dossier;
mod find;
mod join;
mod plan;
mod rank;
mod surroundings;
mod timeline;
mod why;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::ast::Verb;
use super::claims::ClaimSource;
use super::context::Context;
use super::core::Core;
use super::found::{Found, Item};
use super::plan::Plan;
use super::run::QueryError;
use crate::model::{Claim, ClaimNo, EntityNo, Grade, Locator, NameRole, Says, Source, primary_name};

pub(super) use join::DEFAULT_MAX;
pub(super) use rank::DEFAULT_RANKS;

/// What a verb works with.
pub(super) struct Verbs<'a, 'c, 'm, C: ClaimSource> {
    pub context: Context<'a>,
    pub core: &'c mut Core<'a, 'm, C>,
    /// Link ids of the last answer, for `why 3`.
    pub last: &'a [String],
}

/// The column that says so; it is there where something of an answer was merged.
const RECORDED_AS: &str = "recorded as";

/// Under which ids and names entities were recorded that have been merged, for each that was looked up.
type Recorded = HashMap<EntityNo, Option<String>>;

/// Answers a verb.
pub(super) fn answer<C: ClaimSource>(
    verbs: &mut Verbs<'_, '_, '_, C>,
    verb: &Verb,
) -> Result<Found, QueryError<C::Error>> {
    match verb {
        Verb::Find { text, of, limit } => verbs.find(&text.value, of, *limit),
        Verb::Show { entity } => Ok(verbs.show(entity)?.without_empty(RECORDED_AS)),
        Verb::Neighbours { entity, within, via, of, directed, limit } => {
            let (within, directed, limit) = (*within, *directed, *limit);
            verbs.neighbours(&around::Neighbours { entity, within, via, of, directed, limit })
        }
        Verb::Path(path) => verbs.path(path),
        Verb::Between { entities, max, via, avoid } => verbs.between(entities, *max, via, avoid),
        Verb::Common { entities, via, of } => verbs.common(entities, via, of),
        Verb::Timeline { entity, range } => verbs.timeline(entity, range.as_ref().map(|range| range.value)),
        Verb::Why(why) => Ok(verbs.why(why)?.without_empty(surroundings::AROUND).without_empty(RECORDED_AS)),
        Verb::Rank { measure, of, via, limit } => verbs.rank(*measure, of, via, *limit),
    }
}

/// The plan that answers a verb, if it asks for a pattern.
pub(super) fn plan<C: ClaimSource>(
    verbs: &Verbs<'_, '_, '_, C>,
    verb: &Verb,
) -> Result<Option<Plan>, QueryError<C::Error>> {
    Ok(match verb {
        Verb::Neighbours { entity, within, via, of, directed, limit } => {
            let (within, directed, limit) = (*within, *directed, *limit);
            let verb = around::Neighbours { entity, within, via, of, directed, limit };
            Some(verbs.neighbours_plan(&verb)?.1)
        }
        Verb::Path(path) => Some(verbs.path_plan(path)?),
        Verb::Between { entities, max, via, avoid } => verbs.between_plan(entities, *max, via, avoid)?,
        Verb::Common { entities, via, of } => Some(verbs.common_plan(entities, via, of)?.1),
        Verb::Find { .. } | Verb::Show { .. } | Verb::Timeline { .. } | Verb::Why(_) | Verb::Rank { .. } => None,
    })
}

impl<C: ClaimSource> Verbs<'_, '_, '_, C> {
    /// The claims with these numbers and their sources.
    fn cited(&mut self, numbers: &[ClaimNo]) -> Result<Vec<Cited>, QueryError<C::Error>> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let claims = self.core.claims.claims(numbers).map_err(QueryError::Claims)?;
        let sources = self.core.claims.sources().map_err(QueryError::Claims)?;
        Ok(numbers
            .iter()
            .zip(claims)
            .map(|(&number, claim)| {
                let source = sources.get(claim.source as usize).cloned().unwrap_or_default();
                Cited { number, claim, source }
            })
            .collect())
    }

    /// Under which id, and by which name, a source spoke of an entity that has been merged into another since: nothing for
    /// one that stands for itself.
    fn recorded_as(&mut self, entity: EntityNo) -> Result<Option<String>, QueryError<C::Error>> {
        let graph = self.context.graph;
        let stands = self.stands_for(entity);
        if stands == entity {
            return Ok(None);
        }
        let about = self.cited(graph.claims_of(stands))?;
        let names: Vec<(NameRole, Grade, &str)> = about
            .iter()
            .filter_map(|cited| match &cited.claim.says {
                Says::Name { entity: of, text, role, .. } if *of == entity => {
                    let grade = Grade { reliability: cited.source.reliability, credibility: cited.claim.credibility };
                    Some((*role, grade, &**text))
                }
                _ => None,
            })
            .collect();
        let id = graph.node(entity).map_or("", |node| node.id);
        Ok(Some(match primary_name(names.into_iter()) {
            Some(name) => format!("@{id} ({name})"),
            None => format!("@{id}"),
        }))
    }

    /// The same of all entities that a claim speaks of; what was found is kept in `known`.
    fn all_recorded_as(&mut self, says: &Says, known: &mut Recorded) -> Result<Item, QueryError<C::Error>> {
        let entities: &[EntityNo] = match *says {
            Says::Link { from, to, .. } => &[from, to],
            // What a claim of sameness is about, its row says.
            Says::SameAs { .. } => &[],
            _ => &[says.subject()],
        };
        let mut found = Vec::new();
        for &entity in entities {
            let name = match known.entry(entity) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(self.recorded_as(entity)?),
            };
            found.extend(name.clone());
        }
        Ok(if found.is_empty() { Item::Null } else { Item::Text(found.join(", ")) })
    }

    /// The entity that stands for the one with this number.
    fn stands_for(&self, entity: EntityNo) -> EntityNo {
        self.context.graph.representative(entity)
    }
}

/// A claim with its source.
struct Cited {
    number: ClaimNo,
    claim: Claim,
    source: Source,
}

impl Cited {
    fn grade(&self) -> String {
        format!("{}{}", self.source.reliability, self.claim.credibility)
    }

    /// The source and the place in it: `cep-ttp-ceasefire p2 s4`.
    fn citation(&self) -> String {
        let place = place(self.claim.locator);
        if place.is_empty() { self.source.id.to_string() } else { format!("{} {place}", self.source.id) }
    }

    fn speaker(&self, stands_for: impl Fn(EntityNo) -> EntityNo) -> Item {
        self.claim.speaker.map_or(Item::Null, |speaker| Item::Entity(stands_for(speaker)))
    }
}

/// A place in a source as text: paragraph and sentence (`p2 s4`), or the row of a table (`row 17`).
pub fn place(locator: Locator) -> String {
    match (locator.paragraph, locator.sentence) {
        (0, 0) => String::new(),
        (0, row) => format!("row {row}"),
        (paragraph, 0) => format!("p{paragraph}"),
        (paragraph, sentence) => format!("p{paragraph} s{sentence}"),
    }
}

fn optional(text: Option<&str>) -> Item {
    text.map_or(Item::Null, |text| Item::Text(text.to_owned()))
}
