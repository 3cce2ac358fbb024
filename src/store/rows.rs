//! Rows of the tables, and how a frame's rows become bytes.
//!
//! Rows are kept by columns: numbers as [`Column`]s, texts one after the other. The whole is encoded by bincode.

use std::ops::Range;

use bincode::{Decode, Encode};

use super::column::Column;
use super::frame::MAX_RAW;
use super::table::Table;
use crate::model::{ClaimNo, Commit, CommitNo, Entity, EntityNo, Reliability, Source, SourceNo, Word};

/// The texts of a row may have so many bytes together; then its frame fits into a value.
pub(super) const MAX_TEXT: usize = 6_400;

/// Something that a table holds.
pub(super) trait Row: Clone {
    /// The table.
    const TABLE: Table;
    /// Bytes of all texts of the row.
    fn text_len(&self) -> usize;
    /// Encodes rows that follow each other.
    fn encode(rows: &[Self]) -> Result<Vec<u8>, &'static str>;
    /// Decodes the `count` rows of a frame that starts with row `first`.
    fn decode(raw: &[u8], first: u32, count: usize) -> Result<Vec<Self>, &'static str>;
}

/// Encodes a value.
pub(super) fn to_bytes(value: impl Encode) -> Result<Vec<u8>, &'static str> {
    bincode::encode_to_vec(value, bincode::config::standard()).map_err(|_| "a row cannot be encoded")
}

/// Decodes a value that takes all of `raw`, without allocating more than a frame may hold.
pub(super) fn from_bytes<T: Decode<()>>(raw: &[u8]) -> Result<T, &'static str> {
    match bincode::decode_from_slice(raw, bincode::config::standard().with_limit::<{ 2 * MAX_RAW }>()) {
        Ok((value, used)) if used == raw.len() => Ok(value),
        Ok(_) => Err("bytes are left over after the rows"),
        Err(_) => Err("the rows cannot be decoded"),
    }
}

/// The values of a column, one after the other.
pub(super) struct Values(std::vec::IntoIter<u64>);

impl Values {
    /// The `count` values of `column`.
    pub fn of(column: &Column, count: usize) -> Result<Self, &'static str> {
        column.unpack(count).map(|values| Self(values.into_iter())).ok_or("a column has the wrong length")
    }

    /// The next value.
    pub fn next(&mut self) -> Result<u64, &'static str> {
        self.0.next().ok_or("a column is too short")
    }

    /// The next value, a `u32`.
    pub fn number(&mut self) -> Result<u32, &'static str> {
        self.next()?.try_into().map_err(|_| "a number is too large")
    }

    /// The next value, an optional `u32` as [`optional`] stores it.
    pub fn optional(&mut self) -> Result<Option<u32>, &'static str> {
        match self.next()?.checked_sub(1) {
            None => Ok(None),
            Some(value) => value.try_into().map(Some).map_err(|_| "a number is too large"),
        }
    }

    /// The next value, a `u8`.
    pub fn byte(&mut self) -> Result<u8, &'static str> {
        self.next()?.try_into().map_err(|_| "a number is too large")
    }
}

/// An optional number as one: 0 is none.
pub(super) fn optional(number: Option<u32>) -> u64 {
    number.map_or(0, |number| u64::from(number) + 1)
}

/// Texts one after the other, cut by lengths that are kept elsewhere.
pub(super) struct Texts<'a>(pub &'a [u8]);

impl<'a> Texts<'a> {
    /// The next `len` bytes.
    pub fn bytes(&mut self, len: u32) -> Result<&'a [u8], &'static str> {
        let (bytes, rest) = self.0.split_at_checked(len as usize).ok_or("the texts are too short")?;
        self.0 = rest;
        Ok(bytes)
    }

    /// The next text, of `len` bytes.
    pub fn next(&mut self, len: u32) -> Result<Box<str>, &'static str> {
        text(self.bytes(len)?)
    }

    /// Checks that nothing is left.
    pub fn finish(self) -> Result<(), &'static str> {
        if self.0.is_empty() { Ok(()) } else { Err("texts are left over") }
    }
}

fn text(bytes: &[u8]) -> Result<Box<str>, &'static str> {
    std::str::from_utf8(bytes).map(Box::from).map_err(|_| "a text is not UTF-8")
}

/// Ids are kept as what differs from the id before.
#[derive(Encode, Decode)]
struct EntityColumns {
    shared: Column,
    rest: Column,
    kind: Column,
    finer: Column,
    ids: Vec<u8>,
}

impl Row for Entity {
    const TABLE: Table = Table::Entities;

    fn text_len(&self) -> usize {
        self.id.len()
    }

    fn encode(rows: &[Self]) -> Result<Vec<u8>, &'static str> {
        let (mut shared, mut rest, mut ids) = (Vec::new(), Vec::new(), Vec::new());
        let mut before: &[u8] = &[];
        for row in rows {
            let id = row.id.as_bytes();
            let same = before.iter().zip(id).take_while(|(a, b)| a == b).count();
            shared.push(same as u64);
            rest.push((id.len() - same) as u64);
            ids.extend_from_slice(id.get(same..).unwrap_or_default());
            before = id;
        }
        to_bytes(EntityColumns {
            shared: Column::pack(&shared),
            rest: Column::pack(&rest),
            kind: Column::pack(&rows.iter().map(|row| u64::from(row.kind.0)).collect::<Vec<_>>()),
            finer: Column::pack(&rows.iter().map(|row| optional(row.finer.map(|word| word.0))).collect::<Vec<_>>()),
            ids,
        })
    }

    fn decode(raw: &[u8], _: u32, count: usize) -> Result<Vec<Self>, &'static str> {
        let columns: EntityColumns = from_bytes(raw)?;
        let mut shared = Values::of(&columns.shared, count)?;
        let mut rest = Values::of(&columns.rest, count)?;
        let mut kind = Values::of(&columns.kind, count)?;
        let mut finer = Values::of(&columns.finer, count)?;
        let mut ids = Texts(&columns.ids);
        let mut id = Vec::new();
        let mut rows = Vec::with_capacity(count);
        for _ in 0..count {
            let same = shared.number()? as usize;
            if same > id.len() {
                return Err("an id shares more than the id before has");
            }
            id.truncate(same);
            id.extend_from_slice(ids.bytes(rest.number()?)?);
            rows.push(Self { id: text(&id)?, kind: Word(kind.number()?), finer: finer.optional()?.map(Word) });
        }
        ids.finish()?;
        Ok(rows)
    }
}

/// A finer type given to an entity that came without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refinement {
    pub entity: EntityNo,
    pub finer: Word,
}

impl Row for Refinement {
    const TABLE: Table = Table::Refinements;

    fn text_len(&self) -> usize {
        0
    }

    fn encode(rows: &[Self]) -> Result<Vec<u8>, &'static str> {
        let entities: Vec<_> = rows.iter().map(|row| u64::from(row.entity)).collect();
        let finer: Vec<_> = rows.iter().map(|row| u64::from(row.finer.0)).collect();
        to_bytes((Column::pack(&entities), Column::pack(&finer)))
    }

    fn decode(raw: &[u8], _: u32, count: usize) -> Result<Vec<Self>, &'static str> {
        let (entities, finer): (Column, Column) = from_bytes(raw)?;
        let (mut entities, mut finer) = (Values::of(&entities, count)?, Values::of(&finer, count)?);
        (0..count).map(|_| Ok(Self { entity: entities.number()?, finer: Word(finer.number()?) })).collect()
    }
}

/// One description of a source. A later one of the same number replaces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Description {
    pub number: SourceNo,
    pub source: Source,
}

#[derive(Encode, Decode)]
struct DescriptionRow {
    number: u32,
    id: String,
    title: String,
    reliability: u8,
    publisher: Option<String>,
    published: Option<String>,
    retrieved: Option<String>,
    address: Option<String>,
    language: Option<String>,
    licence: Option<String>,
    digest: Option<String>,
}

impl Row for Description {
    const TABLE: Table = Table::Sources;

    fn text_len(&self) -> usize {
        let source = &self.source;
        let optional = [
            &source.publisher,
            &source.published,
            &source.retrieved,
            &source.address,
            &source.language,
            &source.licence,
            &source.digest,
        ];
        let optional: usize = optional.into_iter().flatten().map(|text| text.len()).sum();
        source.id.len() + source.title.len() + optional
    }

    fn encode(rows: &[Self]) -> Result<Vec<u8>, &'static str> {
        let string = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        let row = |Self { number, source }: &Self| DescriptionRow {
            number: *number,
            id: source.id.to_string(),
            title: source.title.to_string(),
            reliability: source.reliability as u8,
            publisher: string(&source.publisher),
            published: string(&source.published),
            retrieved: string(&source.retrieved),
            address: string(&source.address),
            language: string(&source.language),
            licence: string(&source.licence),
            digest: string(&source.digest),
        };
        to_bytes(rows.iter().map(row).collect::<Vec<_>>())
    }

    fn decode(raw: &[u8], _: u32, count: usize) -> Result<Vec<Self>, &'static str> {
        let rows = counted::<DescriptionRow>(raw, count)?;
        let boxed = |text: Option<String>| text.map(String::into_boxed_str);
        let row = |row: DescriptionRow| {
            Ok(Self {
                number: row.number,
                source: Source {
                    id: row.id.into(),
                    title: row.title.into(),
                    publisher: boxed(row.publisher),
                    published: boxed(row.published),
                    retrieved: boxed(row.retrieved),
                    address: boxed(row.address),
                    language: boxed(row.language),
                    licence: boxed(row.licence),
                    digest: boxed(row.digest),
                    reliability: Reliability::from_number(row.reliability).ok_or("no such reliability")?,
                },
            })
        };
        rows.into_iter().map(row).collect()
    }
}

fn counted<T: Decode<()>>(raw: &[u8], count: usize) -> Result<Vec<T>, &'static str> {
    let rows: Vec<T> = from_bytes(raw)?;
    if rows.len() == count { Ok(rows) } else { Err("the frame holds another number of rows than it says") }
}

impl Row for Box<str> {
    const TABLE: Table = Table::Words;

    fn text_len(&self) -> usize {
        self.len()
    }

    fn encode(rows: &[Self]) -> Result<Vec<u8>, &'static str> {
        to_bytes(rows.iter().map(|row| row.to_string()).collect::<Vec<_>>())
    }

    fn decode(raw: &[u8], _: u32, count: usize) -> Result<Vec<Self>, &'static str> {
        Ok(counted::<String>(raw, count)?.into_iter().map(String::into_boxed_str).collect())
    }
}

/// A claim was retracted, or a retracted one restored. The last event of a claim decides whether it is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retraction {
    /// The claim.
    pub claim: ClaimNo,
    /// The commit that did it.
    pub commit: CommitNo,
    /// Whether the claim was restored; otherwise it was retracted.
    pub restored: bool,
}

impl Row for Retraction {
    const TABLE: Table = Table::Retractions;

    fn text_len(&self) -> usize {
        0
    }

    fn encode(rows: &[Self]) -> Result<Vec<u8>, &'static str> {
        let column = |field: fn(&Self) -> u64| Column::pack(&rows.iter().map(field).collect::<Vec<_>>());
        let claims = column(|row| u64::from(row.claim));
        to_bytes((claims, column(|row| u64::from(row.commit)), column(|row| u64::from(row.restored))))
    }

    fn decode(raw: &[u8], _: u32, count: usize) -> Result<Vec<Self>, &'static str> {
        let (claims, commits, restored): (Column, Column, Column) = from_bytes(raw)?;
        let (mut claims, mut commits) = (Values::of(&claims, count)?, Values::of(&commits, count)?);
        let mut restored = Values::of(&restored, count)?;
        let mut row = || {
            let (claim, commit) = (claims.number()?, commits.number()?);
            match restored.next()? {
                restored @ 0..=1 => Ok(Self { claim, commit, restored: restored == 1 }),
                _ => Err("a retraction is neither that nor a restoration"),
            }
        };
        (0..count).map(|_| row()).collect()
    }
}

/// A commit and the rows that it added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitRecord {
    /// The commit.
    pub commit: Commit,
    /// Numbers of the entities it added.
    pub entities: Range<EntityNo>,
    /// Numbers of the words it added.
    pub words: Range<u32>,
    /// Numbers of the claims it added.
    pub claims: Range<ClaimNo>,
    /// Where its retractions stand among all retractions.
    pub retractions: Range<u32>,
}

#[derive(Encode, Decode)]
struct CommitRow {
    author: String,
    time: i64,
    message: String,
    sources: u32,
    entities: (u32, u32),
    words: (u32, u32),
    claims: (u32, u32),
    retractions: (u32, u32),
}

impl Row for CommitRecord {
    const TABLE: Table = Table::Commits;

    fn text_len(&self) -> usize {
        self.commit.author.len() + self.commit.message.len()
    }

    fn encode(rows: &[Self]) -> Result<Vec<u8>, &'static str> {
        let pair = |range: &Range<u32>| (range.start, range.end);
        let row = |row: &Self| CommitRow {
            author: row.commit.author.clone(),
            time: row.commit.time,
            message: row.commit.message.clone(),
            sources: row.commit.sources,
            entities: pair(&row.entities),
            words: pair(&row.words),
            claims: pair(&row.claims),
            retractions: pair(&row.retractions),
        };
        to_bytes(rows.iter().map(row).collect::<Vec<_>>())
    }

    fn decode(raw: &[u8], first: u32, count: usize) -> Result<Vec<Self>, &'static str> {
        let rows = counted::<CommitRow>(raw, count)?;
        let row = |(number, row): (u32, CommitRow)| {
            let [entities, words, claims, retractions] =
                [row.entities, row.words, row.claims, row.retractions].map(|(start, end)| start..end);
            if [&entities, &words, &claims, &retractions].into_iter().any(|range| range.start > range.end) {
                return Err("a commit ends before it starts");
            }
            let commit = Commit {
                number,
                author: row.author,
                time: row.time,
                message: row.message,
                entities: entities.end - entities.start,
                sources: row.sources,
                claims: claims.end - claims.start,
                retracted: retractions.end - retractions.start,
            };
            Ok(Self { commit, entities, words, claims, retractions })
        };
        (first.saturating_add(1)..).zip(rows).map(row).collect()
    }
}
