//! The texts of sources, in parts that fit into frames.

use super::column::Column;
use super::error::StoreError;
use super::open::Store;
use super::rows::{MAX_TEXT, Row, Texts, Values, from_bytes, to_bytes};
use super::table::Table;
use super::transaction::Transaction;
use crate::model::{ClaimNo, SourceNo, SourceText};

/// A part of a source's text. The first part of a text starts at 0; a text that is given anew starts at 0 again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub source: SourceNo,
    /// Where it starts in the text, in bytes.
    pub start: u32,
    /// The first claim that was made of the text.
    pub since: ClaimNo,
    pub text: Box<str>,
}

impl Row for Part {
    const TABLE: Table = Table::Texts;

    fn text_len(&self) -> usize {
        self.text.len()
    }

    fn encode(rows: &[Self]) -> Result<Vec<u8>, &'static str> {
        let column = |field: fn(&Self) -> u64| Column::pack(&rows.iter().map(field).collect::<Vec<_>>());
        let bytes: Vec<u8> = rows.iter().flat_map(|row| row.text.bytes()).collect();
        let (source, start) = (column(|row| u64::from(row.source)), column(|row| u64::from(row.start)));
        let since = column(|row| u64::from(row.since));
        to_bytes((source, start, since, column(|row| row.text.len() as u64), bytes))
    }

    fn decode(raw: &[u8], _: u32, count: usize) -> Result<Vec<Self>, &'static str> {
        let (source, start, since, len, bytes): (Column, Column, Column, Column, Vec<u8>) = from_bytes(raw)?;
        let (mut source, mut start) = (Values::of(&source, count)?, Values::of(&start, count)?);
        let (mut since, mut len, mut texts) = (Values::of(&since, count)?, Values::of(&len, count)?, Texts(&bytes));
        let mut rows = Vec::with_capacity(count);
        for _ in 0..count {
            let (source, start, since) = (source.number()?, start.number()?, since.number()?);
            rows.push(Self { source, start, since, text: texts.next(len.number()?)? });
        }
        texts.finish()?;
        Ok(rows)
    }
}

impl Store {
    /// The text of a source, if it is kept. O(all texts).
    ///
    /// # Errors
    /// Damage.
    pub fn text(&self, source: SourceNo) -> Result<Option<SourceText>, StoreError> {
        let mut found: Option<SourceText> = None;
        for row in self.rows::<Part>()? {
            let (number, part) = row?;
            if part.source != source {
                continue;
            }
            if part.start == 0 {
                found = Some(SourceText { text: String::new(), since: part.since });
            }
            let whole = found.as_mut().map(|found| &mut found.text).filter(|text| text.len() == part.start as usize);
            let Some(whole) = whole else {
                return Err(StoreError::damaged(self.directory(), format!("part {number} of a text does not fit")));
            };
            whole.push_str(&part.text);
        }
        Ok(found)
    }
}

impl Transaction<'_> {
    /// Keeps the text of a source, which has been added before, for the claims that are added from now on. One that was kept earlier counts no more. An empty text is
    /// none.
    ///
    /// # Errors
    /// The source is unknown, the text has more than 4 GB, or the disk refuses.
    pub fn text(&mut self, source: SourceNo, text: &str) -> Result<(), StoreError> {
        self.check_source(source)?;
        u32::try_from(text.len()).map_err(|_| StoreError::TooMany("bytes of one text"))?;
        let since = self.next_claim()?;
        let (mut start, mut rest) = (0, text);
        while !rest.is_empty() {
            let mut len = rest.len().min(MAX_TEXT);
            while !rest.is_char_boundary(len) {
                len -= 1;
            }
            let (part, more) = rest.split_at_checked(len).unwrap_or((rest, ""));
            self.part(Part { source, start, since, text: part.into() })?;
            (start, rest) = (start + part.len() as u32, more);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Source;

    fn source(id: &str) -> Source {
        Source { id: id.into(), title: id.into(), ..Source::default() }
    }

    #[test]
    fn texts_survive_opening_and_a_backup() {
        let home = tempfile::tempdir().unwrap();
        let long = "Ein größerer Text – 大きな文章. ".repeat(2_000);
        let mut store = Store::create(&home.path().join("db")).unwrap();
        let mut change = store.begin().unwrap();
        let (one, other) = (change.source(&source("one")).unwrap(), change.source(&source("other")).unwrap());
        change.text(one, "first").unwrap();
        change.text(other, "short").unwrap();
        change.text(one, &long).unwrap();
        change.text(other, "").unwrap();
        assert!(change.text(2, "nobody's").is_err());
        change.commit("me", 1, "texts").unwrap();
        let check = |store: &Store| {
            let text = |source| store.text(source).unwrap().map(|kept| (kept.since, kept.text));
            assert_eq!(text(one), Some((0, long.clone())));
            assert_eq!(text(other), Some((0, "short".to_owned())));
            assert_eq!(store.text(7).unwrap(), None);
            assert_eq!(store.verify().problems, Vec::<String>::new());
        };
        check(&store);
        store.backup(&home.path().join("backup"), false).unwrap();
        drop(store);
        check(&Store::open(&home.path().join("db")).unwrap());
        let (restored, _) = Store::restore(&home.path().join("backup"), &home.path().join("restored")).unwrap();
        check(&restored);
    }
}
