//! Checking everything: every frame, every count, every number that refers to something.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_128;

use super::frame::Frame;
use super::open::Store;
use super::pages::Pair;
use super::rows::{CommitRecord, Description, Refinement, Retraction, Row};
use super::table::{Counts, Table};
use super::texts::Part;
use crate::model::{Claim, Entity, Says, Word};

/// The outcome of [`Store::verify`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How much the manifest says there is of everything.
    pub counts: Counts,
    /// Frames that are intact.
    pub frames: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What each table holds, in the order of [`Table::ALL`].
    pub tables: Vec<TableReport>,
    /// What is wrong, in words; nothing if the store is intact.
    pub problems: Vec<String>,
}

/// What [`Store::verify`] found of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableReport {
    /// The table.
    pub table: Table,
    /// Rows that the manifest counts.
    pub expected: u32,
    /// Rows that could be read and are right.
    pub intact: u32,
}

/// Problems of one table that are told one by one; more are only counted.
const TOLD: usize = 20;

impl Store {
    /// Reads everything and checks it: `FORMAT`, the manifest, each frame's checksum and rows, counts, rolling hashes,
    /// and that every number refers to something that is there. It does not stop at the first problem.
    ///
    /// Takes time in proportion to the size of the database.
    pub fn verify(&self) -> Verified {
        let mut check = Check { store: self, counts: self.counts(), found: Verified::default(), told: 0 };
        check.found.counts = check.counts;
        check.format();
        let mut ids = HashSet::new();
        check.table(|check, number, row: &Entity| {
            check.word(row.kind)?;
            row.finer.map_or(Ok(()), |finer| check.word(finer))?;
            let new = ids.insert(xxh3_128(row.id.as_bytes()));
            if new { Ok(()) } else { Err(format!("entity {number} has the id of another ({})", row.id)) }
        });
        check.table(|check, _, row: &Refinement| {
            check.entity(row.entity)?;
            check.word(row.finer)
        });
        let mut sources = 0;
        check.table(|check, _, row: &Description| {
            sources += u32::from(row.number == sources);
            check.number("sources", row.number, sources.min(check.counts.sources))
        });
        check.table::<Box<str>>(|_, _, _| Ok(()));
        check.table(|check, _, row: &Claim| check.claim(row));
        check.table(|check, _, row: &Retraction| {
            check.number("claims", row.claim, check.counts.claims)?;
            check.number("commits", row.commit, check.counts.commits + 1)
        });
        check.table(|check, _, row: &Part| {
            check.number("claims", row.since, check.counts.claims + 1)?;
            check.number("sources", row.source, check.counts.sources)
        });
        let mut before: Option<CommitRecord> = None;
        check.table(|_, _, row: &CommitRecord| {
            let ends = |row: &CommitRecord| [row.entities.end, row.words.end, row.claims.end, row.retractions.end];
            let starts = [row.entities.start, row.words.start, row.claims.start, row.retractions.start];
            let fits = starts == before.as_ref().map_or([0; 4], ends);
            before = Some(row.clone());
            if fits { Ok(()) } else { Err(format!("commit {} does not follow the one before", row.commit.number)) }
        });
        let ends =
            before.map_or([0; 4], |last| [last.entities.end, last.words.end, last.claims.end, last.retractions.end]);
        let counts = check.counts;
        if ends != [counts.entities, counts.words, counts.claims, counts.retractions] {
            check.tell("the commits do not add up to what there is".to_owned());
        }
        check.found
    }
}

struct Check<'a> {
    store: &'a Store,
    counts: Counts,
    found: Verified,
    /// Problems told of the table that is being checked.
    told: usize,
}

impl Check<'_> {
    fn format(&mut self) {
        match Store::format(self.store.directory()) {
            Ok(format) if format == self.store.generation() => {}
            Ok(_) => self.tell("FORMAT and manifest are not of the same generation".to_owned()),
            Err(error) => self.tell(error.to_string()),
        }
    }

    fn tell(&mut self, problem: String) {
        self.told += 1;
        if self.told <= TOLD {
            self.found.problems.push(problem);
        }
    }

    /// Checks a table, and each of its rows by `row`.
    fn table<R: Row>(&mut self, mut row: impl FnMut(&Self, u32, &R) -> Result<(), String>) {
        self.told = 0;
        let (name, expected) = (R::TABLE.name(), self.store.manifest.table(R::TABLE));
        let mut seen = super::manifest::TableState::default();
        let mut intact = 0;
        for pair in self.store.pages.scan(&R::TABLE.key(0), &R::TABLE.end()) {
            let pair = match pair {
                Ok(pair) => pair,
                Err(error) => {
                    self.tell(format!("{name} from number {} on cannot be read: {error}", seen.rows));
                    break;
                }
            };
            let first = Table::of_key(&pair.0).map_or(u32::MAX, |(_, first)| first);
            if first >= expected.rows {
                break;
            }
            if first != seen.rows {
                self.tell(format!("{name} {} to {} are missing", seen.rows, first.saturating_sub(1)));
                seen.rows = first;
            }
            match frame::<R>(first, &pair) {
                Ok((rows, checksum)) => {
                    for (number, content) in (first..).zip(&rows) {
                        match row(self, number, content) {
                            Ok(()) => intact += 1,
                            Err(problem) => self.tell(format!("{name} {number}: {problem}")),
                        }
                    }
                    self.found.frames += 1;
                    self.found.bytes += pair.1.len() as u64;
                    seen.add(&pair.0, rows.len() as u32, checksum);
                }
                Err(what) => self.tell(format!("{what} (the frame of {name} from number {first} on)")),
            }
        }
        if seen.rows != expected.rows {
            self.tell(format!("{name} {} to {} are missing", seen.rows, expected.rows.saturating_sub(1)));
        } else if seen != expected && self.told == 0 {
            self.tell(format!("the frames of {name} are not those of the manifest"));
        }
        if let Some(more @ 1..) = self.told.checked_sub(TOLD) {
            self.found.problems.push(format!("{more} more problems of {name}"));
        }
        self.found.tables.push(TableReport { table: R::TABLE, expected: expected.rows, intact });
    }

    fn number(&self, table: &str, number: u32, count: u32) -> Result<(), String> {
        if number < count { Ok(()) } else { Err(format!("refers to number {number} of {count} {table}")) }
    }

    fn entity(&self, number: u32) -> Result<(), String> {
        self.number("entities", number, self.counts.entities)
    }

    fn word(&self, word: Word) -> Result<(), String> {
        self.number("words", word.0, self.counts.words)
    }

    fn claim(&self, claim: &Claim) -> Result<(), String> {
        self.entity(claim.says.subject())?;
        match claim.says {
            Says::Name { language, .. } => language.map_or(Ok(()), |word| self.word(word))?,
            Says::Attribute { key, .. } => self.word(key)?,
            Says::Link { kind, to, .. } => {
                self.word(kind)?;
                self.entity(to)?;
            }
            Says::SameAs { other, .. } => self.entity(other)?,
            Says::Exists { .. } => {}
        }
        claim.speaker.map_or(Ok(()), |speaker| self.entity(speaker))?;
        self.number("sources", claim.source, self.counts.sources)
    }
}

fn frame<R: Row>(first: u32, pair: &Pair) -> Result<(Vec<R>, u64), &'static str> {
    let frame = Frame::check(&pair.0, &pair.1)?;
    Ok((R::decode(&frame.raw()?, first, frame.count)?, frame.checksum))
}
