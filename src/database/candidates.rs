//! Who is meant: names of a document's entities, and entities of the database that they may be.

use super::known::Known;
use super::{Database, DatabaseError};
use crate::extract::EntityRef;
use crate::extract::review::Desk;
use crate::model::Lookup;
use crate::names;

/// An entity of the database that a new one may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Why it may be the one.
    pub why: String,
    /// How well the names match, 0 to 1.
    pub score: f64,
}

/// Below this score a name is no reason to ask.
const LEAST_SCORE: f64 = 0.6;

impl Database {
    /// Entities of a kind that have this name or a similar one, the best first.
    pub fn candidates(&self, name: &str, kind: &str, most: usize) -> Vec<Candidate> {
        let graph = &self.graph;
        let mut found: Vec<Candidate> = Vec::new();
        // Those of other kinds are left out after the search.
        for hit in graph.find(name, most.saturating_mul(4)) {
            let Some(node) = graph.node(graph.representative(hit.entity)) else { continue };
            let is_kind = graph.kind_name(node.kind) == kind;
            if hit.score < LEAST_SCORE || !is_kind || found.iter().any(|candidate| *candidate.id == *node.id) {
                continue;
            }
            found.push(Candidate {
                id: node.id.to_owned(),
                name: node.name.to_owned(),
                kind: graph.kind_name(node.kind).to_owned(),
                why: hit.why,
                score: hit.score,
            });
        }
        found.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| one.id.cmp(&other.id)));
        found.truncate(most);
        found
    }

    /// The entity that a reviewer means: `@ID` of the database, `new:ID` of the document, or a name of one of either.
    ///
    /// # Errors
    /// Nobody is called so, or several are, in a sentence.
    pub fn meant(&self, desk: &Desk, text: &str) -> Result<EntityRef, String> {
        let text = text.trim().trim_matches('"');
        let known = Known(&self.graph);
        match text.parse::<EntityRef>() {
            Ok(EntityRef::Known(id)) if known.entity(&id).is_none() => {
                let near =
                    known.near(&id).into_iter().next().map_or_else(String::new, |id| format!("; did you mean @{id}?"));
                return Err(format!("the database has no @{id}{near}"));
            }
            Ok(entity @ EntityRef::New(_)) if desk.adding(&entity).is_none() => {
                return Err(format!("no proposal of this document adds {entity}"));
            }
            Ok(entity) => return Ok(entity),
            Err(_) => {}
        }
        let folded = names::fold(text);
        let added = desk.extraction().proposals.iter().filter_map(|proposal| proposal.says.proposes());
        let new = added.filter(|entity| desk.new_name(entity).is_some_and(|name| names::fold(&name) == folded));
        let mut found: Vec<EntityRef> = new.cloned().collect();
        // Who was new here and is in the database by now is one and not two.
        let settled: Vec<String> = found.iter().filter_map(|entity| desk.settled(entity, &known)).collect();
        let named = known.named(text).into_iter().filter(|named| !settled.contains(&named.id));
        found.extend(named.map(|named| EntityRef::Known(named.id)));
        found.sort();
        found.dedup();
        match found.as_slice() {
            [one] => Ok(one.clone()),
            [] => {
                let near =
                    known.near(text).into_iter().next().map_or_else(String::new, |id| format!("; did you mean @{id}?"));
                Err(format!("nobody here is called {text:?}{near}"))
            }
            several => {
                let several: Vec<String> = several.iter().map(EntityRef::to_string).collect();
                Err(format!("several are called {text:?}: {}", several.join(", ")))
            }
        }
    }

    /// The name of an entity for people: that in the database, or the first name that the document gives a new one.
    pub fn name_in(&self, desk: &Desk, entity: &EntityRef) -> String {
        if let Some(name) = desk.new_name(entity) {
            return name;
        }
        let graph = &self.graph;
        let node = graph.any_by_id(entity.id()).and_then(|number| graph.node(graph.representative(number)));
        match node.map(|node| node.name) {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => entity.to_string(),
        }
    }

    /// Goes on to what others have committed since, if there is a database at all.
    ///
    /// # Errors
    /// As [`Database::refresh`].
    pub fn refresh_if_there(&mut self) -> Result<(), DatabaseError> {
        if self.graph.generation() == 0 { Ok(()) } else { self.refresh() }
    }
}
