//! New entities that the database may know already, by their names.

use std::collections::{BTreeMap, HashMap};

use super::mapping::Join;
use crate::model::{
    Changes, ChangesError, Claim, Credibility, EntityNo, Locator, Lookup, Match, Modality, NameRole, Says, SourceNo,
};

/// Names of new entities under which the database knows others.
#[derive(Debug, Default)]
pub struct Joins(Vec<Candidate>);

#[derive(Debug)]
struct Candidate {
    entity: EntityNo,
    name: Box<str>,
    role: NameRole,
    join: Join,
    source: SourceNo,
    locator: Locator,
    matches: Vec<Match>,
}

/// A new entity's name and where it stands.
#[allow(missing_docs)]
pub struct NewName<'a> {
    pub entity: EntityNo,
    pub id: &'a str,
    pub kind: &'a str,
    pub name: &'a str,
    pub role: NameRole,
    pub join: Join,
    pub source: SourceNo,
    pub locator: Locator,
}

impl Joins {
    /// Asks whether the database knows an entity of the same kind by this name. An acronym or a weak name is not asked
    /// for: too many share one.
    pub fn ask(&mut self, known: &dyn Lookup, new: &NewName<'_>) {
        if new.join == Join::Never || is_weak(new.role) {
            return;
        }
        let mut matches = known.named(new.name);
        matches.retain(|found| found.kind == new.kind && found.id != new.id);
        if !matches.is_empty() {
            self.0.push(Candidate {
                entity: new.entity,
                name: new.name.into(),
                role: new.role,
                join: new.join,
                source: new.source,
                locator: new.locator,
                matches,
            });
        }
    }

    /// Adds the claims that entities are the same: asserted where the mapping says `exact`, the name is the new entity's
    /// primary one, exactly one entity bears it as a name that identifies, and no other new entity matches that one;
    /// otherwise proposed. An entity of this import is only ever proposed, as two rows with one name and two ids are two
    /// entities to their source.
    ///
    /// # Errors
    /// An entity of the database is described in two ways.
    pub fn settle(self, changes: &mut Changes, known: &dyn Lookup) -> Result<(), ChangesError> {
        let mut by_entity: BTreeMap<EntityNo, Vec<&Candidate>> = BTreeMap::new();
        for candidate in &self.0 {
            by_entity.entry(candidate.entity).or_default().push(candidate);
        }
        let strong: BTreeMap<EntityNo, Option<&str>> =
            by_entity.iter().map(|(&entity, candidates)| (entity, one_strong(candidates))).collect();
        let mut suitors: HashMap<&str, usize> = HashMap::new();
        for id in strong.values().flatten() {
            *suitors.entry(id).or_default() += 1;
        }
        let mut claims = Vec::new();
        for (entity, candidates) in &by_entity {
            let certain = strong.get(entity).copied().flatten();
            let joined = certain.filter(|id| suitors.get(id) == Some(&1) && changes.entity(id).is_none());
            let mut seen: Vec<&str> = Vec::new();
            for candidate in candidates {
                for found in &candidate.matches {
                    let wanted = joined.is_none_or(|id| id == found.id);
                    if wanted && !seen.contains(&found.id.as_str()) {
                        seen.push(&found.id);
                        claims.push((*candidate, found, joined.is_some()));
                    }
                }
            }
        }
        for (candidate, found, joined) in claims {
            let finer = known.entity(&found.id).and_then(|(_, finer)| finer);
            let entity = changes.add_entity(&found.id, &found.kind, finer.as_deref())?;
            changes.claims.push(Claim {
                says: Says::SameAs { entity, other: candidate.entity },
                when: None,
                source: candidate.source,
                locator: candidate.locator,
                speaker: None,
                modality: if joined { Modality::Asserted } else { Modality::Possible },
                credibility: Credibility::UNKNOWN,
                text: None,
                note: Some(candidate.reason(found).into()),
            });
        }
        Ok(())
    }
}

impl Candidate {
    fn reason(&self, found: &Match) -> String {
        let role = match found.role {
            NameRole::Primary => String::new(),
            role => format!(" ({role} name)"),
        };
        if *self.name == *found.name {
            format!("same name: {}{role}", self.name)
        } else {
            format!("same name: {} and {}{role}", self.name, found.name)
        }
    }
}

/// The id of the only entity that bears the new entity's primary name as a name that identifies.
fn one_strong<'c>(candidates: &[&'c Candidate]) -> Option<&'c str> {
    let mut ids = candidates
        .iter()
        .filter(|candidate| candidate.join == Join::Exact && candidate.role == NameRole::Primary)
        .flat_map(|candidate| &candidate.matches)
        .filter(|found| !is_weak(found.role))
        .map(|found| found.id.as_str());
    let first = ids.next()?;
    ids.all(|id| id == first).then_some(first)
}

/// Whether a name of this role is too common to identify anyone.
fn is_weak(role: NameRole) -> bool {
    matches!(role, NameRole::Weak | NameRole::Acronym)
}
