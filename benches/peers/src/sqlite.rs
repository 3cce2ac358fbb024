//! SQLite, as somebody who knows it would use it.
//!
//! Import: one transaction, prepared statements, ids made numbers by a table in memory, indexes after the rows, no
//! journal while the file is being made. Questions: prepared once, by indexes that hold all they need where that makes
//! sense, 256 MiB of cache, the file mapped into memory, write-ahead log. Paths: searched in Rust from both ends over a
//! prepared statement for one hop, since a recursive common table expression has to walk all levels from one end.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use rusqlite::{Connection, params};

use crate::data::{self, Numbers};
use crate::measure::timed;
use crate::peer::{Answer, Asked, FILTERED_KINDS, FILTERED_YEAR, Peer, Question};
use crate::walk::{Around, Walk};

const TABLES: &str = "
    CREATE TABLE kind (number INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE entity (number INTEGER PRIMARY KEY, id TEXT NOT NULL, kind INTEGER NOT NULL, type TEXT, name TEXT NOT NULL);
    CREATE TABLE name (entity INTEGER NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL);
    CREATE TABLE link_kind (number INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE link (
        number INTEGER PRIMARY KEY, source INTEGER NOT NULL, kind INTEGER NOT NULL, target INTEGER NOT NULL,
        since TEXT, until TEXT, earliest INTEGER NOT NULL, latest INTEGER NOT NULL, credibility INTEGER NOT NULL
    );";

const INDEXES: &str = "
    CREATE UNIQUE INDEX entity_id ON entity (id);
    CREATE INDEX name_folded ON name (folded, entity);
    CREATE INDEX link_source ON link (source, kind, target);
    CREATE INDEX link_target ON link (target, kind, source);
    ANALYZE;";

const NUMBER: &str = "SELECT number FROM entity WHERE id = ?1";

const NAMED: &str = "SELECT DISTINCT entity FROM name WHERE folded = ?1";

const ONE_HOP: &str = "SELECT target FROM link WHERE source = ?1 UNION ALL SELECT source FROM link WHERE target = ?1";

/// Each link once, however many claims there are of it.
const ONE_HOP_LINKS: &str = "
    SELECT target FROM (SELECT DISTINCT kind, target FROM link WHERE source = ?1)
    UNION ALL SELECT source FROM (SELECT DISTINCT kind, source FROM link WHERE target = ?1)";

const ONE_HOP_FILTERED: &str = "
    SELECT target FROM link WHERE source = ?1 AND kind IN (?2, ?3, ?4, ?5) AND earliest <= ?6 AND latest >= ?7
    UNION ALL
    SELECT source FROM link WHERE target = ?1 AND kind IN (?2, ?3, ?4, ?5) AND earliest <= ?6 AND latest >= ?7";

/// Entities within two hops of ?1, itself too. CROSS JOIN makes the planner begin with the entity, not with all links.
const WITHIN_TWO: &str = "
    WITH one (number) AS (
        SELECT target FROM link WHERE source = ?1 UNION SELECT source FROM link WHERE target = ?1
    ), two (number) AS (
        SELECT number FROM one
        UNION SELECT link.target FROM one CROSS JOIN link ON link.source = one.number
        UNION SELECT link.source FROM one CROSS JOIN link ON link.target = one.number
    )";

/// Makes a database in the new file `file` of the tables in `folder`.
pub fn import(folder: &Path, file: &Path) -> Result<(), Box<dyn Error>> {
    let mut connection = Connection::open(file)?;
    connection.execute_batch("PRAGMA journal_mode = OFF; PRAGMA cache_size = -262144;")?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    let (mut ids, mut kinds, mut link_kinds) = (Numbers::default(), Numbers::default(), Numbers::default());
    {
        let mut entity = transaction.prepare("INSERT INTO entity VALUES (?1, ?2, ?3, ?4, ?5)")?;
        let mut name = transaction.prepare("INSERT INTO name VALUES (?1, ?2, ?3)")?;
        data::each_entity(folder, |row| {
            let number = ids.add(row.id);
            entity.execute(params![number, row.id, kinds.add(row.kind), row.r#type, row.name])?;
            for text in [row.name, row.alias].into_iter().filter(|text| !text.is_empty()) {
                name.execute(params![number, text, tieline::names::fold(text)])?;
            }
            Ok(())
        })?;
        let mut link = transaction.prepare(
            "INSERT INTO link (source, kind, target, since, until, earliest, latest, credibility)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        data::each_link(folder, |row| {
            let (from, to) = data::turned(&row);
            let (earliest, latest) = data::days(row.since, row.until)?;
            let date = |text: &'_ str| if text.is_empty() { None } else { Some(text.to_owned()) };
            let kind = link_kinds.add(row.kind);
            let (since, until) = (date(row.since), date(row.until));
            link.execute(params![ids.of(from)?, kind, ids.of(to)?, since, until, earliest, latest, row.credibility])?;
            Ok(())
        })?;
        for (table, numbers) in [("kind", &kinds), ("link_kind", &link_kinds)] {
            let mut insert = transaction.prepare(&format!("INSERT INTO {table} VALUES (?1, ?2)"))?;
            for (number, name) in numbers.texts.iter().enumerate() {
                insert.execute(params![number as u32, name])?;
            }
        }
    }
    transaction.execute_batch(INDEXES)?;
    transaction.commit()?;
    // Readers and a writer at once, as a database in use would have it; this also syncs the file.
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE);")?;
    std::fs::File::open(file)?.sync_all()?;
    Ok(())
}

/// Opens a database and answers one question, as a program does that is started for it.
pub fn first_answer(file: &Path, id: &str) -> Result<(), Box<dyn Error>> {
    let connection = open(file)?;
    let mut one_hop = connection.prepare(
        "WITH one (number) AS (
             SELECT target FROM link WHERE source = ?1 UNION SELECT source FROM link WHERE target = ?1
         )
         SELECT entity.id, kind.name, entity.name
         FROM one JOIN entity USING (number) JOIN kind ON kind.number = entity.kind",
    )?;
    let number: u32 = connection.query_row(NUMBER, [id], |row| row.get(0))?;
    let mut rows = one_hop.query([number])?;
    while let Some(row) = rows.next()? {
        println!("{}\t{}\t{}", row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?);
    }
    Ok(())
}

fn open(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.set_prepared_statement_cache_capacity(32);
    connection.execute_batch("PRAGMA cache_size = -262144; PRAGMA mmap_size = 4294967296;")?;
    Ok(connection)
}

/// One prepared statement for the neighbours of an entity.
struct OneHop<'c> {
    statement: rusqlite::CachedStatement<'c>,
    /// What stands for the parameters after the first.
    others: Vec<i64>,
}

impl Around for OneHop<'_> {
    fn each(&mut self, node: u32, mut see: impl FnMut(u32) -> bool) -> Result<(), Box<dyn Error>> {
        self.statement.raw_bind_parameter(1, node)?;
        for (place, other) in self.others.iter().enumerate() {
            self.statement.raw_bind_parameter(place + 2, other)?;
        }
        let mut rows = self.statement.raw_query();
        while let Some(row) = rows.next()? {
            if !see(row.get(0)?) {
                break;
            }
        }
        Ok(())
    }

    fn cost(&self, _: u32) -> usize {
        1
    }
}

/// An open database.
pub struct Sqlite {
    connection: Connection,
    walk: Walk,
    filter: Vec<i64>,
    ids: Vec<String>,
}

impl Sqlite {
    /// Opens a database of [`import`]. `ids` are those of its entities, by number: questions are asked by id.
    pub fn open(file: &Path, ids: &[String]) -> Result<Self, Box<dyn Error>> {
        let connection = open(file)?;
        let mut filter = Vec::new();
        for kind in FILTERED_KINDS {
            filter
                .push(connection.query_row("SELECT number FROM link_kind WHERE name = ?1", [kind], |row| row.get(0))?);
        }
        let (first, last) = data::days(FILTERED_YEAR, FILTERED_YEAR)?;
        filter.extend([i64::from(last), i64::from(first)]);
        Ok(Self { connection, walk: Walk::new(ids.len()), filter, ids: ids.to_vec() })
    }

    fn number(&self, entity: u32) -> rusqlite::Result<u32> {
        let id = &self.ids[entity as usize];
        self.connection.prepare_cached(NUMBER)?.query_row([id], |row| row.get(0))
    }

    fn numbers(&self, sql: &str, parameter: impl rusqlite::ToSql) -> rusqlite::Result<Vec<u32>> {
        self.connection.prepare_cached(sql)?.query_map([parameter], |row| row.get(0))?.collect()
    }

    fn answer(&mut self, question: &Question) -> Result<Answer, Box<dyn Error>> {
        let one_hop = |sql: &str, others: &[i64]| -> rusqlite::Result<OneHop<'_>> {
            Ok(OneHop { statement: self.connection.prepare_cached(sql)?, others: others.to_vec() })
        };
        Ok(match question {
            Question::Named(name) => Answer::Entities(self.numbers(NAMED, tieline::names::fold(name))?),
            &Question::Hops(from, 1) => {
                let sql = "SELECT target FROM link WHERE source = ?1 UNION SELECT source FROM link WHERE target = ?1";
                Answer::Entities(self.numbers(sql, self.number(from)?)?)
            }
            &Question::Hops(from, 2) => {
                let sql = format!("{WITHIN_TWO} SELECT number FROM two WHERE number <> ?1");
                Answer::Entities(self.numbers(&sql, self.number(from)?)?)
            }
            // From three hops on, noting in memory what was seen is cheaper than the temporary tables of UNION.
            &Question::Hops(from, hops) => {
                let from = self.number(from)?;
                Answer::Entities(self.walk.reach(&mut one_hop(ONE_HOP, &[])?, from, hops)?)
            }
            &Question::Filtered(from) => {
                let from = self.number(from)?;
                Answer::Entities(self.walk.reach(&mut one_hop(ONE_HOP_FILTERED, &self.filter)?, from, 2)?)
            }
            &Question::CountByKind(from) => {
                let sql = format!(
                    "{WITHIN_TWO} SELECT kind.name, count(*) FROM two CROSS JOIN entity USING (number)
                     JOIN kind ON kind.number = entity.kind WHERE two.number <> ?1 GROUP BY entity.kind"
                );
                let mut statement = self.connection.prepare_cached(&sql)?;
                let rows =
                    statement.query_map([self.number(from)?], |row| Ok((row.get(0)?, row.get::<_, u32>(1)?.into())))?;
                Answer::Counts(rows.collect::<rusqlite::Result<BTreeMap<String, u64>>>()?)
            }
            &Question::Path(from, to) => {
                let ends = (self.number(from)?, self.number(to)?);
                let found = self.walk.shortest(&mut one_hop(ONE_HOP, &[])?, ends, true)?;
                Answer::Length(found.map(|(length, _)| length))
            }
            &Question::AllPaths(from, to) => {
                let ends = (self.number(from)?, self.number(to)?);
                let found = self.walk.shortest(&mut one_hop(ONE_HOP_LINKS, &[])?, ends, false)?;
                Answer::Count(found.map_or(0, |(_, count)| count))
            }
        })
    }
}

impl Peer for Sqlite {
    fn name(&self) -> &'static str {
        "SQLite"
    }

    fn ask(&mut self, question: &Question) -> Result<Asked, Box<dyn Error>> {
        let (answer, took) = timed(|| self.answer(question));
        let answer = match answer? {
            Answer::Entities(numbers) => Answer::entities(numbers),
            other => other,
        };
        Ok(Asked { answer, found: took, whole: took })
    }
}
