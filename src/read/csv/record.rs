//! One row of a table as the mapping sees it.

use ::csv::StringRecord;

/// A row: its values by column number, trimmed, with the table's words for "no value" read as empty.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    record: &'a StringRecord,
    empty: &'a [String],
}

impl<'a> Row<'a> {
    /// The row of a record; `empty` lists values that stand for none.
    pub fn new(record: &'a StringRecord, empty: &'a [String]) -> Self {
        Self { record, empty }
    }

    /// The value of a column; empty if it has none.
    pub fn get(&self, column: usize) -> &'a str {
        let value = self.record.get(column).map_or("", str::trim);
        if !self.empty.is_empty() && self.empty.iter().any(|empty| empty == value) { "" } else { value }
    }
}

/// A condition on one column.
#[derive(Debug)]
pub struct Condition {
    /// The column.
    pub column: usize,
    /// The value must be one of these.
    pub equals: Option<Vec<String>>,
    /// The value must be none of these.
    pub not: Option<Vec<String>>,
    /// There must be a value, or must be none.
    pub not_empty: Option<bool>,
}

impl Condition {
    fn holds(&self, row: &Row<'_>) -> bool {
        let value = row.get(self.column);
        let listed = |list: &[String]| list.iter().any(|one| one == value);
        self.equals.as_deref().is_none_or(listed)
            && !self.not.as_deref().is_some_and(listed)
            && self.not_empty.is_none_or(|wanted| wanted != value.is_empty())
    }
}

/// Whether all conditions hold.
pub fn all_hold(conditions: &[Condition], row: &Row<'_>) -> bool {
    conditions.iter().all(|condition| condition.holds(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_see_trimmed_values() {
        let record = StringRecord::from(vec![" spl ", "NULL", ""]);
        let empty = ["NULL".to_owned()];
        let row = Row::new(&record, &empty);
        let condition = |column, equals: Option<&str>, not: Option<&str>, not_empty| Condition {
            column,
            equals: equals.map(|one| vec![one.to_owned()]),
            not: not.map(|one| vec![one.to_owned()]),
            not_empty,
        };
        for (column, equals, not, not_empty, expected) in [
            (0, Some("spl"), None, None, true),
            (0, Some("mer"), None, None, false),
            (0, None, Some("spl"), None, false),
            (0, None, Some("mer"), Some(true), true),
            (1, None, None, Some(true), false),
            (1, None, None, Some(false), true),
            (2, Some(""), None, None, true),
            (9, None, None, Some(true), false),
        ] {
            assert_eq!(all_hold(&[condition(column, equals, not, not_empty)], &row), expected, "{column}");
        }
    }
}
