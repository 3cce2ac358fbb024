//! Claims handed over a piece at a time, and the rows that the schema refuses found again.

use super::Prepared;
use super::mapping::MappingFile;
use super::problems::Problems;
use super::rows::Rows;
use crate::model::{Changes, Diagnostic, Says};
use crate::schema::{About, Checking, SchemaError};

/// The most refusals that are remembered: far more than are shown.
const MAX_REFUSED: usize = 10_000;

/// Where claims go while files are still being read.
pub(super) struct Pieces<'a, E> {
    /// How many claims are a piece.
    pub size: usize,
    /// Takes a piece.
    pub take: &'a mut dyn FnMut(&Changes) -> Result<(), E>,
    /// Checks the pieces.
    pub check: Checking<'a>,
    /// How many claims have been handed over.
    pub before: usize,
    /// The first claim of each pass over a file, and the file.
    pub passes: Vec<(usize, usize)>,
    /// What the schema does not allow.
    pub refused: Vec<Refused>,
}

/// Something that the schema does not allow, and the row that it comes from.
pub(super) struct Refused {
    error: SchemaError,
    at: Option<At>,
}

/// A row, and the value in it.
struct At {
    table: usize,
    row: u64,
    value: Option<Box<str>>,
}

impl<E> Pieces<'_, E> {
    /// Checks the claims read since the last piece and hands them over, if nothing has been wrong so far.
    pub fn hand_over(&mut self, changes: &mut Changes, problems: &Problems) -> Result<(), E> {
        if problems.is_empty() {
            self.check(changes);
            if self.refused.is_empty() {
                (self.take)(changes)?;
            }
        }
        self.before += changes.claims.len();
        changes.hand_over();
        Ok(())
    }

    /// Checks the claims read since the last piece.
    pub fn check(&mut self, changes: &mut Changes) {
        let Err(errors) = self.check.check(changes) else { return };
        let room = MAX_REFUSED.saturating_sub(self.refused.len());
        let found = errors.into_iter().take(room).map(|error| Refused { at: self.at(changes, &error), error });
        let found: Vec<Refused> = found.collect();
        self.refused.extend(found);
    }

    /// The row of what an error is about.
    fn at(&self, changes: &Changes, error: &SchemaError) -> Option<At> {
        let number = match error.about {
            About::Claim(claim) => claim,
            About::Entity(entity) => changes.claims.iter().position(|claim| claim.says.subject() == entity)?,
        };
        let claim = changes.claims.get(number)?;
        let pass = self.passes.partition_point(|(first, _)| *first <= self.before + number).checked_sub(1)?;
        let value = match &claim.says {
            Says::Attribute { value, .. } => Some(value.clone()),
            _ => None,
        };
        Some(At { table: self.passes.get(pass)?.1, row: claim.locator.sentence.into(), value })
    }
}

/// Notes what the schema does not allow at the rows that it comes from: first entities, then claims.
pub(super) fn place(
    mapping: &MappingFile,
    tables: &[Prepared<'_>],
    mut refused: Vec<Refused>,
    problems: &mut Problems,
) {
    refused.sort_by_key(|refused| matches!(refused.error.about, About::Claim(_)));
    let mut cursor = None;
    for Refused { error, at } in refused {
        problems.note(|| {
            let found = at.and_then(|at| row_of(&mut cursor, tables, &at, &error));
            let mut diagnostic = found.unwrap_or_else(|| mapping.diagnostic(0..0, error.to_string()));
            diagnostic.help = error.help;
            diagnostic
        });
    }
}

/// A message about a row. The errors come in the order of the rows, so that a file is mostly read on from where the last
/// error was.
fn row_of(
    cursor: &mut Option<(usize, Rows)>,
    tables: &[Prepared<'_>],
    at: &At,
    error: &SchemaError,
) -> Option<Diagnostic> {
    let mut rows = match cursor.take() {
        Some((last, rows)) if last == at.table && rows.number() <= at.row => rows,
        _ => tables.get(at.table)?.open().ok()?,
    };
    while rows.number() < at.row {
        if !rows.next().ok()? {
            return None;
        }
    }
    let value = at.value.as_deref();
    let column = value.and_then(|value| rows.record().iter().position(|field| field.contains(value)));
    let diagnostic = rows.diagnostic(column, error.to_string());
    *cursor = Some((at.table, rows));
    Some(diagnostic)
}
