//! CSV tables in, by a mapping file that says which columns are entities, names, links, dates and evidence.
//!
//! [`csv()`] is the door. The mapping is made ready for the columns of each file (a plan), then the
//! files are read in a stream, row by row, twice at most: first for the entities of all files, then for the links, so
//! that a link may come before the entities that it joins. `docs/csv-import.md` describes the mapping.

mod clean;
mod dates;
mod files;
mod ids;
mod import;
mod join;
pub(in crate::read) mod mapping;
mod pieces;
mod plan;
pub(in crate::read) mod problems;
mod record;
pub(in crate::read) mod rows;
mod shape;
mod split;
mod template;

pub use dates::DateFormats;
pub use mapping::Encoding;
pub use rows::{Fault, Rows};

use std::convert::Infallible;
use std::path::{Path, PathBuf};

use self::files::{DataFile, match_files};
use self::import::{Here, Import};
use self::mapping::{End, MappingFile, Table};
use self::pieces::{Pieces, place};
use self::plan::{Plan, plan};
use self::problems::Problems;
use self::record::{Row, all_hold};
use crate::model::{Changes, Diagnostic, Lookup, SourceNo};
use crate::schema::Schema;

/// Rows between two reports of progress.
const REPORT: u64 = 8192;

/// Reads tables by a mapping file: claims of its source, checked against `schema`, all or none.
///
/// # Arguments
/// - `mapping`: the mapping file.
/// - `paths`: the tables, or folders with files of the names that the mapping expects.
/// - `known`: what the database knows already: the ends of links, and entities that may be the same as new ones.
/// - `progress`: is told now and then how many bytes have been read.
///
/// # Errors
/// Everything that is wrong with the mapping; or else everything that is wrong with the files, at most 50 messages, the
/// last of which says how many there are beyond them.
///
/// # Complexity
/// Linear in the bytes of the files, which are read in a stream; memory is that of the claims.
///
/// # Examples
/// ```no_run
/// use std::path::Path;
/// use tieline::read::csv::csv;
/// use tieline::schema::Schema;
///
/// let folder = Path::new("mapping-militants").to_owned();
/// let mapping = Path::new("schema/mappings/mapping-militants.toml");
/// match csv(mapping, &[folder], Schema::builtin(), &(), &mut |_| ()) {
///     Ok(changes) => println!("{} claims", changes.claims.len()),
///     Err(problems) => problems.iter().for_each(|problem| eprintln!("{problem}")),
/// }
/// ```
pub fn csv(
    mapping: &Path,
    paths: &[PathBuf],
    schema: &Schema,
    known: &dyn Lookup,
    progress: &mut dyn FnMut(u64),
) -> Result<Changes, Vec<Diagnostic>> {
    let whole = &mut |_: &Changes| Ok(());
    let tables = Tables { mapping, paths, release: None };
    let read: Result<_, Infallible> = csv_in_pieces(&tables, schema, known, progress, usize::MAX, whole);
    read.unwrap_or_else(|never| match never {})
}

/// Tables and what is said of them.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'a> {
    /// The mapping file.
    pub mapping: &'a Path,
    /// The tables, or folders with files of the names that the mapping expects.
    pub paths: &'a [PathBuf],
    /// The release (a date) that the tables are; without it, the one that the mapping says, if it says one.
    pub release: Option<&'a str>,
}

/// Reads tables as [`csv()`] does, and hands the claims over in pieces, so that the memory need not hold them all.
///
/// Whenever `size` claims have been read, and a row's more at most, they are checked and given to `take`, and then
/// forgotten; the changes that are returned hold the last piece, which is checked too. The caller must not let count what it
/// was given before everything is read without an error. After the first error no more is given to `take`, and what
/// follows is read only for its errors.
///
/// # Errors
/// As [`csv()`]; the outer error is the first one of `take`, which ends the reading.
///
/// # Complexity
/// As [`csv()`], but memory is that of a piece and of the ids.
pub fn csv_in_pieces<E>(
    tables: &Tables<'_>,
    schema: &Schema,
    known: &dyn Lookup,
    progress: &mut dyn FnMut(u64),
    size: usize,
    take: &mut dyn FnMut(&Changes) -> Result<(), E>,
) -> Result<Result<Changes, Vec<Diagnostic>>, E> {
    let mapping = MappingFile::read(tables.mapping).map(|mapping| mapping.of_release(tables.release));
    let read = mapping.and_then(|mapping| Ok((match_files(&mapping, tables.paths)?, mapping)));
    let (files, mapping) = match read {
        Ok(read) => read,
        Err(problems) => return Ok(Err(problems)),
    };
    let by_name = mapping.mapping.tables.iter().any(links_by_name);
    let mut import = Import::new(known, by_name);
    let tables = match prepare(&mapping, &files, schema, &mut import) {
        Ok(tables) => tables,
        Err(problems) => return Ok(Err(problems)),
    };

    let pieces = Pieces { size, take, check: schema.checking(), before: 0, passes: Vec::new(), refused: Vec::new() };
    let mut reader = Reader { tables: &tables, pieces, bytes: 0, progress };
    for phase in [Phase::Entities, Phase::Links] {
        for number in 0..tables.len() {
            reader.pass(number, phase, &mut import)?;
        }
        if phase == Phase::Entities {
            import.entities_whole = import.problems.is_empty();
            if let Err(error) = std::mem::take(&mut import.joins).settle(&mut import.changes, known) {
                import.problems.note(|| mapping.diagnostic(0..0, error.to_string()));
            }
        }
    }
    let Import { mut changes, mut problems, .. } = import;
    if problems.is_empty() && reader.pieces.before == 0 && changes.claims.is_empty() {
        let expected = files.iter().map(|file| file.path.display().to_string()).collect::<Vec<_>>().join(", ");
        problems.note(|| mapping.diagnostic(0..0, format!("nothing in {expected} is for this mapping")));
    }
    if problems.is_empty() {
        reader.pieces.check(&mut changes);
        place(&mapping, &tables, reader.pieces.refused, &mut problems);
    }
    Ok(problems.into_result().map(|()| changes))
}

/// A file, ready to be read.
struct Prepared<'a> {
    file: &'a DataFile,
    table: &'a Table,
    plan: Plan<'a>,
    source: SourceNo,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Entities,
    Links,
}

impl Prepared<'_> {
    /// Opens the file after its header.
    fn open(&self) -> Result<Rows, Fault> {
        let (mut rows, header) = open(self.file, self.table)?;
        rows.expect_width(header.map_or(self.plan.columns.len(), |header| header.len()));
        Ok(rows)
    }

    fn passes(&self) -> u64 {
        u64::from(!self.plan.entities.is_empty()) + u64::from(!self.plan.links.is_empty())
    }

    fn has(&self, phase: Phase) -> bool {
        match phase {
            Phase::Entities => !self.plan.entities.is_empty(),
            Phase::Links => !self.plan.links.is_empty(),
        }
    }
}

fn open(file: &DataFile, table: &Table) -> Result<(Rows, Option<Vec<String>>), Fault> {
    let mut rows = Rows::open(&file.path, file.delimiter, table.encoding)
        .map_err(|diagnostic| Fault { diagnostic: Box::new(diagnostic), last: true })?;
    let header = if table.columns.is_some() { None } else { Some(rows.header()?) };
    Ok((rows, header))
}

fn links_by_name(table: &Table) -> bool {
    table.links.iter().flat_map(|link| [&link.from, &link.to]).any(|end| matches!(end.get_ref(), End::Name(_)))
}

/// Makes each table ready for each of its files, and adds their sources.
fn prepare<'a>(
    mapping: &'a MappingFile,
    files: &'a [DataFile],
    schema: &'a Schema,
    import: &mut Import<'_>,
) -> Result<Vec<Prepared<'a>>, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let mut tables = Vec::new();
    for file in files {
        let Some(table) = mapping.mapping.tables.get(file.table) else { continue };
        let columns = match open(file, table) {
            Ok((_, header)) => header.or_else(|| table.columns.clone()).unwrap_or_default(),
            Err(fault) => {
                problems.note(|| *fault.diagnostic);
                continue;
            }
        };
        let part = table.part.as_ref().map(|part| (part.get_ref().replace("{file}", &file.stem()), part.span()));
        let part = part.as_ref().map(|(part, span)| (part.as_str(), span.clone()));
        let source = mapping.source(part).and_then(|source| {
            import.changes.add_source(source).map_err(|error| mapping.diagnostic(0..0, error.to_string()))
        });
        let name = file.path.display().to_string();
        match (source, plan(mapping, table, columns, &name, schema, &mut import.changes.words)) {
            (Ok(source), Ok(plan)) => tables.push(Prepared { file, table, plan, source }),
            (source, plan) => {
                source.err().into_iter().for_each(|error| problems.note(|| error));
                problems.extend(plan.err().unwrap_or_default());
            }
        }
    }
    problems.into_result().map(|()| tables)
}

/// Reads files.
struct Reader<'a, 'p, E> {
    tables: &'a [Prepared<'a>],
    pieces: Pieces<'p, E>,
    bytes: u64,
    progress: &'p mut dyn FnMut(u64),
}

impl<E> Reader<'_, '_, E> {
    fn pass(&mut self, number: usize, phase: Phase, import: &mut Import<'_>) -> Result<(), E> {
        let Some(table) = self.tables.get(number).filter(|table| table.has(phase)) else { return Ok(()) };
        self.pieces.passes.push((self.pieces.before + import.changes.claims.len(), number));
        let first = phase == Phase::Entities || table.plan.entities.is_empty();
        let mut rows = match table.open() {
            Ok(rows) => rows,
            Err(fault) => {
                import.problems.note(|| *fault.diagnostic);
                return Ok(());
            }
        };
        loop {
            match rows.next() {
                Ok(false) => break,
                Ok(true) => {}
                Err(fault) => {
                    // The second pass over a file would only say it again.
                    if first {
                        import.problems.note(|| *fault.diagnostic);
                    }
                    if fault.last {
                        break;
                    }
                    continue;
                }
            }
            if rows.number() % REPORT == 0 {
                (self.progress)(self.bytes + rows.bytes_read() / table.passes());
            }
            let row = Row::new(rows.record(), &table.table.empty);
            if !all_hold(&table.plan.filter, &row) {
                continue;
            }
            let here = Here { rows: &rows, row, plan: &table.plan, source: table.source };
            if first {
                import.check_meant(&here);
            }
            match phase {
                Phase::Entities => import.entities(&here),
                Phase::Links => import.links(&here),
            }
            if import.changes.claims.len() >= self.pieces.size {
                self.pieces.hand_over(&mut import.changes, &import.problems)?;
            }
        }
        self.bytes += rows.bytes_read() / table.passes();
        (self.progress)(self.bytes);
        Ok(())
    }
}
