//! Two lists, or two states of the database, beside each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use petgraph::graph::NodeIndex;

use super::compare::{About, Change, Difference, Differences, compare, differences};
use super::releases::{State, Which};
use super::{Database, DatabaseError, ReleaseSummary};
use crate::graph::{Answer, Cell, Edge, Node};
use crate::model::{CommitNo, Diagnostic, Modality, Period, SourceNo, Truth};
use crate::read::{self, ListFormat};
use crate::schema::nearest;
use crate::write::{Mark, Marks};

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// A file, whatever its format.
    File(PathBuf),
    /// All that the database said after a commit.
    Commit(CommitNo),
    /// All that the database said at the end of a day.
    Day(Period),
    /// What a list said in a release, by the id of its source; without a release, what it says now.
    List(String),
}

/// What two sides differ in.
#[derive(Debug, Default)]
pub struct Diff {
    /// A row for each difference, and the entities and links that they are about.
    pub answer: Answer,
    /// How they are marked in a picture.
    pub marks: Marks,
    /// How many there are.
    pub summary: ReleaseSummary,
}

impl Database {
    /// What two lists, or two states of the database, differ in. Rows are in the order of what happened, then of ids.
    ///
    /// # Arguments
    /// - `mapping`: the mapping of files that are tables.
    ///
    /// # Errors
    /// A file cannot be read or is refused; there is no such source, day or commit.
    ///
    /// # Complexity
    /// O(n log n) in the claims of both sides.
    pub fn diff(&mut self, one: &Side, other: &Side, mapping: Option<&Path>) -> Result<Diff, DatabaseError> {
        if let (Side::File(one), Side::File(other)) = (one, other) {
            let (first, second) = (format(one)?, format(other)?);
            if first != second {
                let message = format!("{} is a list of another format than {}", other.display(), one.display());
                return Err(DatabaseError::Impossible(message));
            }
        }
        let old = self.side(one, mapping)?;
        let new = self.side(other, mapping)?;
        let compared = compare(&old.changes, &new.changes);
        let same = old.changes.claims.len() - compared.removed.len();
        let found = differences(&old.changes, &new.changes, &compared, self.schema());
        Ok(self.drawn(&found, same))
    }

    fn side(&mut self, side: &Side, mapping: Option<&Path>) -> Result<State, DatabaseError> {
        match side {
            Side::File(path) => self.file(path, mapping),
            Side::Commit(number) => {
                let last = self.graph().generation();
                if *number > last || *number == 0 {
                    return Err(DatabaseError::Impossible(format!(
                        "there is no commit {number}: the last one is {last}"
                    )));
                }
                self.state(Which { sources: None, until: Some(*number) })
            }
            Side::Day(day) => {
                let until = self.commit_of(*day)?;
                self.state(Which { sources: None, until: Some(until) })
            }
            Side::List(id) => self.list(id),
        }
    }

    fn file(&mut self, path: &Path, mapping: Option<&Path>) -> Result<State, DatabaseError> {
        let kinds = Arc::clone(&self.kinds);
        let files = [path.to_owned()];
        let read = match format(path)? {
            ListFormat::Ftm => {
                let imported = read::ftm::ftm(&files, &read::ftm::Options::default(), &kinds, &(), &mut |_| ());
                imported.map(|imported| imported.changes)
            }
            ListFormat::Seed => read::seeds(&files, &kinds, &()),
            ListFormat::Csv => match mapping {
                Some(mapping) => read::csv(mapping, &files, &kinds, &(), &mut |_| ()),
                None => {
                    let message = format!("{} is a table: --mapping FILE says what its columns mean", path.display());
                    return Err(DatabaseError::Impossible(message));
                }
            },
            ListFormat::Ofac => read::ofac::ofac(&files, None, &kinds, &mut |_| ()).map(|release| release.changes),
            ListFormat::UnSc => read::un_sc::un_sc(path, &kinds, &mut |_| ()).map(|release| release.changes),
        };
        let mut changes = read.map_err(DatabaseError::Refused)?;
        self.schema().check(&mut changes).map_err(|errors| {
            DatabaseError::Refused(errors.iter().map(|error| Diagnostic::new("", 0..0, error.to_string())).collect())
        })?;
        let numbers = vec![0; changes.claims.len()];
        Ok(State { changes, numbers })
    }

    /// The last commit of a day or before it.
    fn commit_of(&mut self, day: Period) -> Result<CommitNo, DatabaseError> {
        let end = (i64::from(day.bounds().end_latest) + 1) * 86_400;
        let commits = if self.graph().generation() == 0 { &[][..] } else { self.commits()? };
        let known = commits.iter().take_while(|record| record.commit.time < end).last();
        known
            .map(|record| record.commit.number)
            .ok_or_else(|| DatabaseError::Impossible(format!("the database has no commit of {day} or before it")))
    }

    /// What a list said in the release that the source `id` is: all that its releases said that was live before the next one
    /// came.
    fn list(&mut self, id: &str) -> Result<State, DatabaseError> {
        let sources = if self.graph().generation() == 0 { Vec::new() } else { self.store()?.sources()? };
        let wanted = sources.iter().position(|source| *source.id == *id);
        let family = wanted.and_then(|at| sources.get(at)).map_or(id, |source| source.family());
        let of_family: BTreeSet<SourceNo> =
            (0..).zip(&sources).filter(|(_, source)| source.family() == family).map(|(number, _)| number).collect();
        if of_family.is_empty() {
            let near = nearest(id, sources.iter().map(|source| &*source.id));
            let help = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            let message = format!("{id:?} is no file, no commit, no day and no source of this database{help}");
            return Err(DatabaseError::Impossible(message));
        }
        let until = match wanted {
            Some(at) => self.before_next(at as SourceNo, &of_family)?,
            None => None,
        };
        self.state(Which { sources: Some(&of_family), until })
    }

    /// The commit before the one that brought the release after this one, if there is one.
    fn before_next(
        &mut self,
        source: SourceNo,
        family: &BTreeSet<SourceNo>,
    ) -> Result<Option<CommitNo>, DatabaseError> {
        let first = self.first_claims(family)?;
        if let Some((_, first)) = first.range(source + 1..).next() {
            let commits = self.commits()?;
            let at = commits.partition_point(|record| record.claims.end <= *first);
            return Ok(commits.get(at).map(|record| record.commit.number.saturating_sub(1)));
        }
        Ok(None)
    }

    fn drawn(&self, found: &Differences, same: usize) -> Diff {
        let mut drawing = Drawing { found, diff: Diff::default(), nodes: HashMap::new(), database: self };
        drawing.diff.answer.columns = ["change", "of", "what", "before", "after"].map(str::to_owned).to_vec();
        drawing.diff.answer.chosen = true;
        for difference in &found.list {
            drawing.row(difference);
        }
        let mut diff = drawing.diff;
        diff.summary = ReleaseSummary::of(found, same);
        diff
    }
}

fn format(path: &Path) -> Result<ListFormat, DatabaseError> {
    read::recognise(path).map_err(|problem| DatabaseError::Refused(vec![problem]))
}

struct Drawing<'d> {
    found: &'d Differences,
    diff: Diff,
    nodes: HashMap<u32, NodeIndex>,
    database: &'d Database,
}

impl Drawing<'_> {
    fn row(&mut self, difference: &Difference) {
        let mark = match difference.change {
            Change::Added => Mark::Added,
            Change::Removed => Mark::Removed,
            Change::Renamed | Change::Redated | Change::Changed => Mark::Changed,
        };
        let of = match difference.about {
            About::Entity(entity) => {
                let node = self.node(entity);
                let id = self.found.entities.get(entity as usize).map(|shown| shown.id.clone()).unwrap_or_default();
                stronger(&mut self.diff.marks.entities, id, mark);
                Cell::Node(node)
            }
            About::Link(from, kind, to) => {
                let ends = [self.node(from), self.node(to)];
                let kind = self.found.words.get(kind as usize).cloned().unwrap_or_default();
                let id = |number: u32| self.found.entities.get(number as usize).map(|shown| shown.id.as_str());
                let id = format!("{}/{kind}/{}", id(from).unwrap_or_default(), id(to).unwrap_or_default());
                let known = self.database.schema().link(&kind);
                let when = if difference.after.is_empty() { &difference.before } else { &difference.after };
                let when = Some(when.join("; ")).filter(|when| !when.is_empty() && difference.what != "evidence");
                let edge = Edge {
                    id: id.clone(),
                    reading: known.map_or_else(|| kind.replace('_', " "), |known| known.forward.to_string()),
                    symmetric: known.is_some_and(|known| known.symmetric),
                    kind,
                    since: None,
                    until: None,
                    when,
                    grade: String::new(),
                    sources: 0,
                    claims: 0,
                    modality: Modality::Asserted,
                    truth: Truth::Yes,
                    citation: String::new(),
                };
                let edge = self.diff.answer.graph.add_edge(ends[0], ends[1], edge);
                stronger(&mut self.diff.marks.links, id, mark);
                Cell::Edge(edge)
            }
        };
        let text = |values: &[String]| if values.is_empty() { Cell::Null } else { Cell::Text(values.join("; ")) };
        let what = if difference.what.is_empty() { Cell::Null } else { Cell::Text(difference.what.clone()) };
        let change = Cell::Text(difference.change.word().to_owned());
        self.diff.answer.rows.push(vec![change, of, what, text(&difference.before), text(&difference.after)]);
    }

    fn node(&mut self, entity: u32) -> NodeIndex {
        if let Some(&known) = self.nodes.get(&entity) {
            return known;
        }
        let shown = self.found.entities.get(entity as usize).cloned().unwrap_or_default();
        let name = if shown.name.is_empty() { shown.id.clone() } else { shown.name };
        let node = Node { id: shown.id, name, kind: shown.kind, finer: shown.finer, focus: false };
        let node = self.diff.answer.graph.add_node(node);
        self.nodes.insert(entity, node);
        node
    }
}

/// Of several marks the one that says most counts: what is new is not changed as well.
fn stronger(marks: &mut BTreeMap<String, Mark>, id: String, mark: Mark) {
    let known = marks.entry(id).or_insert(mark);
    *known = (*known).min(mark);
}
