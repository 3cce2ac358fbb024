//! FollowTheMoney in and out.

use std::collections::HashMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use super::releases::Arrival;
use super::{CommitSummary, Database, DatabaseError, known, project};
use crate::graph::{Answer, Graph};
use crate::model::{Claim, ClaimNo, CommitNo, EntityNo, Says, Source, Words};
use crate::read::ftm::Options;
use crate::schema::Schema;
use crate::write::ftm::{Context, Entry, Records};
use crate::{read, write};

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// How many entities and edges, or statements.
    pub lines: u64,
    /// How many claims FollowTheMoney could only have said as more than they are: allegations, denials, aims.
    pub left_out: u64,
}

impl Database {
    /// Imports files of FollowTheMoney's JSON lines: all or nothing. `progress` is told the bytes read so far.
    ///
    /// # Errors
    /// Everything that is wrong with the files; a release older than what the database has; or the database cannot be written.
    pub fn import_ftm(
        &mut self,
        files: &[PathBuf],
        options: &Options,
        older: bool,
        author: &str,
        progress: &mut dyn FnMut(u64),
    ) -> Result<CommitSummary, DatabaseError> {
        let kinds = Arc::clone(&self.kinds);
        let imported = self
            .read_graph(|graph| read::ftm::ftm(files, options, &kinds, &known::Known(graph), progress))?
            .map_err(DatabaseError::Refused)?;
        let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
        let arrival = Arrival { older, only: imported.only };
        self.commit_list(imported.changes, &arrival, author, &format!("import ftm {}", names.join(" ")))
    }

    /// Writes all that the database says as FollowTheMoney's JSON lines: entities, or with `statements` a line for each value
    /// that a data set says.
    ///
    /// # Errors
    /// The database cannot be read, or `out` cannot be written to.
    pub fn export_ftm(&mut self, statements: bool, out: &mut dyn Write) -> Result<Exported, DatabaseError> {
        let kinds = Arc::clone(&self.kinds);
        if self.graph.generation() == 0 {
            return Ok(Exported::default());
        }
        let store = super::claims::open_store(&self.directory, &mut self.store)?;
        let gone = project::retracted(&store.retractions()?, CommitNo::MAX);
        let sources = store.sources()?;
        let mut gathering = Gathering::new(&kinds, &self.graph, store.words(), &sources);
        gathering.records = gathering.records.with_statements(statements);
        // Links are read last, when all entities have their names.
        for links in [false, true] {
            for claim in store.claims(0..store.counts().claims)? {
                let (number, claim) = claim?;
                if !gone.contains_key(&number) {
                    gathering.entities_of(&claim);
                    gathering.claim(&claim, links);
                }
            }
        }
        let (entries, left_out) = gathering.finish();
        let written = if statements {
            write::ftm::write_statements(&entries, &sources, out)
        } else {
            write::ftm::write(&entries, out).map(|()| entries.len() as u64)
        };
        let lines = written.map_err(|source| DatabaseError::Io { path: PathBuf::from("the output"), source })?;
        Ok(Exported { lines, left_out })
    }

    /// The entities and links of an answer as FollowTheMoney's entries. `past` says that the answer is about what was
    /// known then.
    pub(super) fn entries_of(&mut self, answer: &mut Answer, past: bool) -> Result<Vec<Entry>, DatabaseError> {
        let kinds = Arc::clone(&self.kinds);
        let graph = if past { self.past.as_ref().map_or(&self.graph, |(_, graph)| graph) } else { &self.graph };
        if graph.generation() == 0 {
            return Ok(Vec::new());
        }
        let store = super::claims::open_store(&self.directory, &mut self.store)?;
        let sources = store.sources()?;
        let mut gathering = Gathering::new(&kinds, graph, store.words(), &sources);
        let mut numbers: Vec<ClaimNo> = Vec::new();
        for node in answer.graph.node_weights() {
            let Some(entity) = graph.by_id(&node.id) else { continue };
            gathering.entity(entity);
            numbers.extend_from_slice(graph.claims_of(entity));
        }
        for edge in answer.graph.edge_weights() {
            let Some(link) = graph.link_by_id(&edge.id) else { continue };
            numbers.extend(graph.evidence(link).iter().map(|evidence| evidence.claim));
        }
        numbers.sort_unstable();
        numbers.dedup();
        let claims = numbers.into_iter().map(|number| store.claim(number)).collect::<Result<Vec<_>, _>>()?;
        for links in [false, true] {
            claims.iter().for_each(|claim| gathering.claim(claim, links));
        }
        let (entries, left_out) = gathering.finish();
        if left_out > 0 {
            answer.notes.push(format!("{left_out} claims that are no plain assertions are not part of it"));
        }
        Ok(entries)
    }
}

/// Claims on their way into entries.
struct Gathering<'a> {
    records: Records<'a>,
    graph: &'a Graph,
    words: &'a Words,
    sources: &'a [Source],
    /// The entity that each is one with, once it is known.
    stands_for: HashMap<EntityNo, EntityNo>,
}

impl<'a> Gathering<'a> {
    fn new(schema: &'a Schema, graph: &'a Graph, words: &'a Words, sources: &'a [Source]) -> Self {
        Self { records: Records::new(schema), graph, words, sources, stands_for: HashMap::new() }
    }

    fn entity(&mut self, entity: EntityNo) {
        if self.stands_for.contains_key(&entity) {
            return;
        }
        let whole = self.graph.representative(entity);
        self.stands_for.insert(entity, whole);
        let Some(node) = self.graph.node(whole) else { return };
        let (kind, finer) = (self.graph.kind_name(node.kind), self.graph.finer_name(node.finer));
        self.records.entity(whole, node.id, kind, finer);
        if whole != entity
            && let Some(other) = self.graph.node(entity)
        {
            self.records.referent(whole, other.id);
        }
    }

    fn entities_of(&mut self, claim: &Claim) {
        self.entity(claim.says.subject());
        if let Says::Link { to, .. } = claim.says {
            self.entity(to);
        }
    }

    /// Adds a claim, if it is one of a link or is to be none.
    fn claim(&mut self, claim: &Claim, links: bool) {
        if matches!(claim.says, Says::Link { .. }) != links {
            return;
        }
        let stands_for = |entity: EntityNo| Some(self.graph.representative(entity));
        let context = Context { words: self.words, sources: self.sources, stands_for: &stands_for };
        self.records.claim(claim, context);
    }

    fn finish(self) -> (Vec<Entry>, u64) {
        self.records.finish(self.sources)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::read::ftm::ftm_bytes;

    const SCHEMATA: [&str; 12] = [
        "Person",
        "Company",
        "LegalEntity",
        "Organization",
        "Address",
        "Vessel",
        "Sanction",
        "Passport",
        "Thing",
        "Ownership",
        "Family",
        "Payment",
    ];
    const PROPERTIES: [&str; 22] = [
        "name",
        "alias",
        "weakAlias",
        "previousName",
        "abbreviation",
        "full",
        "birthDate",
        "nationality",
        "gender",
        "notes",
        "addressEntity",
        "entity",
        "holder",
        "owner",
        "asset",
        "person",
        "relative",
        "payer",
        "beneficiary",
        "startDate",
        "date",
        "odd one",
    ];
    const IDS: [&str; 8] = ["a", "b", "NK-c", "nk-c", "d/é", "e_f", "x..y", "-g"];

    type Raw = (usize, Vec<(usize, Vec<String>)>);

    fn entity() -> impl Strategy<Value = Raw> {
        let value = prop_oneof![
            3 => (0..IDS.len()).prop_map(|at| IDS[at].to_owned()),
            2 => "(19[0-9]{2}(-0[1-9](-1[0-9])?)?|male|x{0,3}| |é\\PC{0,4}|\"\\\\)",
            1 => (6_000..14_000usize).prop_map(|length| "long é ".repeat(length / 8)),
        ];
        (0..SCHEMATA.len(), prop::collection::vec((0..PROPERTIES.len(), prop::collection::vec(value, 0..3)), 0..7))
    }

    fn said(entries: impl Iterator<Item = Value>) -> BTreeSet<(String, String, String, String)> {
        let mut said = BTreeSet::new();
        for entry in entries {
            for (property, values) in entry["properties"].as_object().unwrap() {
                for value in values.as_array().unwrap() {
                    let text = |value: &Value| value.as_str().unwrap().to_owned();
                    said.insert((text(&entry["id"]), text(&entry["schema"]), property.clone(), text(value)));
                }
            }
        }
        said
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn what_is_read_is_written_again(raw in prop::collection::vec(entity(), 1..IDS.len())) {
            let mut lines = Vec::new();
            for ((schema, properties), id) in raw.into_iter().zip(IDS) {
                let mut all = serde_json::Map::new();
                for (property, values) in properties {
                    all.insert(PROPERTIES[property].to_owned(), json!(values));
                }
                // An edge without an end is refused, as it should be.
                let ends = match SCHEMATA[schema] {
                    "Ownership" => ["owner", "asset"],
                    "Family" => ["person", "relative"],
                    "Payment" => ["payer", "beneficiary"],
                    _ => ["", ""],
                };
                for end in ends.into_iter().filter(|end| !end.is_empty()) {
                    if all.get(end).is_none_or(|values| values.as_array().unwrap().is_empty()) {
                        all.insert(end.to_owned(), json!(["a"]));
                    }
                }
                lines.push(json!({ "id": id, "schema": SCHEMATA[schema], "properties": all }));
            }
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            let changes = ftm_bytes(text.as_bytes(), Schema::builtin()).unwrap().changes;
            let stands_for = Some;
            let context = Context { words: &changes.words, sources: changes.sources(), stands_for: &stands_for };
            let mut records = Records::new(Schema::builtin());
            for (number, entity) in (0..).zip(changes.entities()) {
                let finer = entity.finer.map(|finer| changes.words.text(finer));
                records.entity(number, &entity.id, changes.words.text(entity.kind), finer);
            }
            for claim in &changes.claims {
                prop_assert!(claim.note.as_ref().map_or(0, |note| note.len()) <= 6_400);
                records.claim(claim, context);
            }
            let (entries, left_out) = records.finish(changes.sources());
            prop_assert_eq!(left_out, 0);
            let written = entries.iter().map(|entry| serde_json::to_value(entry).unwrap());
            prop_assert_eq!(said(written), said(lines.into_iter()));
        }
    }
}
