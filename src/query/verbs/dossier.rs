//! `show`: the dossier of an entity: names, attributes and ties, each with its sources.

use super::{Cited, RECORDED_AS, Recorded, Verbs};
use crate::graph::LinkFilter;
use crate::model::{ClaimNo, EntityNo, Evidence, Grade, Modality, Says, Truth};
use crate::query::ast::EntityRef;
use crate::query::claims::ClaimSource;
use crate::query::found::{Found, Item, Rows};
use crate::query::run::QueryError;

/// Ties of an entity beyond this number are cited by source only: their sentences are not read for a dossier.
const MOST_READ: usize = 2_000;

impl<C: ClaimSource> Verbs<'_, '_, '_, C> {
    pub(super) fn show(&mut self, entity: &EntityRef) -> Result<Found, QueryError<C::Error>> {
        let entity = self.context.entity(entity)?;
        let graph = self.context.graph;
        let mut found =
            Found::new(&["what", "value", "when", "modality", "grade", "speaker", "source", RECORDED_AS, "#"]);
        found.focus.push(entity);
        if let Some(node) = graph.node(entity) {
            let kind = match graph.finer_name(node.finer) {
                Some(finer) => format!("{} ({})", graph.kind_name(node.kind), finer.replace('_', " ")),
                None => graph.kind_name(node.kind).to_owned(),
            };
            let row = |what: &str, value: Item| {
                let none = Item::Null;
                [
                    Item::Text(what.to_owned()),
                    value,
                    none.clone(),
                    none.clone(),
                    none.clone(),
                    none.clone(),
                    none.clone(),
                    none.clone(),
                    none,
                ]
            };
            found.push(row("entity", Item::Entity(entity)));
            found.push(row("id", Item::Text(format!("@{}", node.id))));
            found.push(row("kind", Item::Text(kind)));
        }

        let mut recorded = Recorded::new();
        let numbers = graph.claims_of(entity).to_vec();
        let mut about = self.cited(&numbers)?;
        about.sort_by_key(|cited| match &cited.claim.says {
            Says::Name { role, .. } => (0, *role as u32, cited.number),
            Says::Attribute { key, .. } => (1, key.0, cited.number),
            Says::SameAs { .. } => (2, 0, cited.number),
            Says::Exists { .. } | Says::Link { .. } => (3, 0, cited.number),
        });
        for cited in &about {
            if self.core.filter.weigh(&evidence(cited)) == Truth::No && cited.claim.modality != Modality::Denied {
                continue;
            }
            let (what, value) = match &cited.claim.says {
                Says::Name { text, role, .. } => (format!("name ({role})"), Item::Text(text.to_string())),
                Says::Attribute { key, value, .. } => {
                    (self.core.claims.word(*key).replace('_', " "), Item::Text(value.to_string()))
                }
                Says::SameAs { entity: one, other } => {
                    let (one, other) = (self.stands_for(*one), self.stands_for(*other));
                    let what = match (one == other, cited.claim.modality) {
                        (true, _) => "also recorded as",
                        (_, Modality::Denied) => "not the same as",
                        _ => "perhaps the same as",
                    };
                    let id = |says: &Says| match says {
                        Says::SameAs { entity: one, other } => [*one, *other],
                        _ => [entity; 2],
                    };
                    match id(&cited.claim.says).into_iter().find(|&end| end != entity) {
                        Some(end) if one == other => {
                            let id = graph.node(end).map_or("", |node| node.id);
                            (what.to_owned(), Item::Text(format!("@{id}")))
                        }
                        Some(end) => (what.to_owned(), Item::Entity(self.stands_for(end))),
                        None => continue,
                    }
                }
                Says::Exists { .. } | Says::Link { .. } => ("spoken of".to_owned(), Item::Null),
            };
            if !self.core.meter.fits(found.len()) {
                return Ok(found);
            }
            let recorded_as = self.all_recorded_as(&cited.claim.says, &mut recorded)?;
            let row = [
                Item::Text(what),
                value,
                cited.claim.when.map_or(Item::Null, |when| Item::Text(when.to_string())),
                Item::Text(cited.claim.modality.to_string()),
                Item::Text(cited.grade()),
                cited.speaker(|speaker| self.stands_for(speaker)),
                Item::Text(cited.citation()),
                recorded_as,
                Item::Null,
            ];
            add(&mut found, row);
        }
        self.show_ties(entity, &mut recorded, &mut found)?;
        Ok(found)
    }

    /// A row for each claim of each link, by link kind and neighbour.
    fn show_ties(
        &mut self,
        entity: EntityNo,
        recorded: &mut Recorded,
        found: &mut Found,
    ) -> Result<(), QueryError<C::Error>> {
        let graph = self.context.graph;
        // The dossier shows denials beside what they deny, unless the scope leaves them out.
        let scope = if *self.core.filter == LinkFilter::default() {
            LinkFilter::everything()
        } else {
            self.core.filter.clone()
        };
        let ties = graph.ties(entity);
        self.core.meter.visit(ties.len());
        let mut order: Vec<usize> = (0..ties.len()).collect();
        let name =
            |place: usize| ties.at(place).map_or("", |(_, tie)| graph.link_kind(tie.kind).map_or("", |k| &k.name));
        order.sort_by_key(|&place| (name(place), place));
        let mut read = 0;
        for place in order {
            let Some((neighbour, tie)) = ties.at(place) else { continue };
            let link = ties.link(place);
            let admitted: Vec<(Evidence, Truth)> = graph
                .evidence(link)
                .into_iter()
                .map(|evidence| (evidence, scope.weigh(&evidence)))
                .filter(|(_, truth)| *truth > Truth::No)
                .collect();
            let best = admitted.iter().map(|(_, truth)| *truth).max().unwrap_or(Truth::No);
            let reading = graph
                .link_kind(tie.kind)
                .map_or("", |kind| if place < ties.outgoing() { &kind.forward } else { &kind.backward });
            read += admitted.len();
            let numbers: Vec<ClaimNo> = admitted.iter().map(|(evidence, _)| evidence.claim).collect();
            let cited = if read <= MOST_READ { self.cited(&numbers)? } else { Vec::new() };
            for (at, (evidence, _)) in admitted.iter().enumerate() {
                if !self.core.meter.fits(found.len()) {
                    return Ok(());
                }
                let cited = cited.get(at);
                let recorded_as = match cited {
                    Some(cited) => self.all_recorded_as(&cited.claim.says, recorded)?,
                    None => Item::Null,
                };
                let source =
                    || graph.sources().get(evidence.source as usize).map_or_else(String::new, |s| s.id.clone());
                let row = [
                    Item::Text(reading.to_owned()),
                    Item::Entity(neighbour),
                    evidence.when.map_or(Item::Null, |when| Item::Text(when.to_string())),
                    Item::Text(evidence.modality.to_string()),
                    Item::Text(evidence.grade.to_string()),
                    cited.map_or(Item::Null, |cited| cited.speaker(|speaker| self.stands_for(speaker))),
                    Item::Text(cited.map_or_else(source, Cited::citation)),
                    recorded_as,
                    Item::Link(link, best),
                ];
                add(found, row);
            }
        }
        Ok(())
    }
}

/// The column of [`Verbs::show`] that cites.
const SOURCE: usize = 6;

/// Adds a row, or only its citation where the row before says the same: one fact, several places that say it.
fn add(found: &mut Found, row: [Item; 9]) {
    let before = match &mut found.rows {
        Rows::Items(items) => items.last_chunk_mut::<9>(),
        _ => None,
    };
    let same = |before: &&mut [Item; 9]| (0..row.len()).all(|at| at == SOURCE || before[at] == row[at]);
    match (before.filter(same).map(|before| &mut before[SOURCE]), &row[SOURCE]) {
        (Some(Item::Text(places)), Item::Text(more)) => {
            // The source is named once for all its places.
            let source = more.split(' ').next().unwrap_or("");
            let again = places.rsplit("; ").next().is_some_and(|last| last.split([' ', ',']).next() == Some(source));
            match more.get(source.len() + 1..).filter(|_| again) {
                Some(place) => places.push_str(&format!(", {place}")),
                None => places.push_str(&format!("; {more}")),
            }
        }
        _ => found.push(row),
    }
}

fn evidence(cited: &Cited) -> Evidence {
    Evidence {
        claim: cited.number,
        source: cited.claim.source,
        when: cited.claim.when,
        grade: Grade { reliability: cited.source.reliability, credibility: cited.claim.credibility },
        modality: cited.claim.modality,
    }
}
