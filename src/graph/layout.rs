//! The bytes of a snapshot file: header, sections and fixed-width records, little-endian.
//!
//! `docs/snapshot.md` describes them for readers of the format; this file is what the code goes by.

use bytemuck::{Pod, Zeroable};

/// First bytes of a snapshot file.
pub const MAGIC: [u8; 8] = *b"TIELGRPH";
/// Version of the layout. A file of any other version is rebuilt.
pub const VERSION: u32 = 1;
/// Bytes of the header; the first section starts here.
pub const HEADER_LEN: usize = 4096;
/// Bytes that one checksum covers.
pub const BLOCK: usize = 1 << BLOCK_SHIFT;
/// `log2(BLOCK)`: small enough that a cold look-up hashes little, large enough that the sums stay small.
pub const BLOCK_SHIFT: usize = 12;
/// Alignment of every section in the file.
pub const ALIGN: usize = 64;

/// The sections, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Section {
    /// `u64` per block: xxh3 of the block. Covers everything behind itself; is covered by the header.
    Sums,
    /// JSON of [`Meta`](super::meta::Meta).
    Meta,
    /// JSON of the sources.
    Sources,
    /// `u32 × (2n + 1)`: where the outgoing and the incoming ties of each entity start.
    Offsets,
    /// `u32` per position: the entity at the other end.
    Neighbours,
    /// [`Tie`] per position.
    Ties,
    /// [`EvidenceRecord`]s of links with several claims.
    Evidence,
    /// [`PeriodRecord`]s; the first stands for "not known".
    Periods,
    /// [`NodeRecord`] per entity and one more.
    Nodes,
    /// `u32`: numbers of the claims about each entity itself.
    NodeClaims,
    /// `[u32; 2]`: from this claim on, claims come from this source (until the next record).
    SourceRuns,
    /// [`NameRecord`] per name, by entity.
    Names,
    /// UTF-8: ids and names.
    Text,
    /// `u32` hash table over entity ids.
    IdTable,
    /// `u32` hash table over folded names, into `NameOrder`.
    NameTable,
    /// `u32`: names by hash of their fold; the top bit marks the last of a group.
    NameOrder,
    /// An `fst` from word skeletons to offsets into `WordNames`.
    Words,
    /// `u32`: for each word its number of names and the names.
    WordNames,
}

/// How many sections there are.
pub const SECTIONS: usize = Section::WordNames as usize + 1;

/// The first [`HEADER_LEN`] bytes, as far as they are used.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Header {
    /// [`MAGIC`].
    pub magic: [u8; 8],
    /// [`VERSION`].
    pub version: u32,
    /// The generation of the store that the file projects.
    pub generation: u32,
    /// The id of the store.
    pub store: [u8; 16],
    /// Length of the file in bytes.
    pub length: u64,
    /// Number of entities, merged and retracted ones included.
    pub entities: u32,
    /// Number of links.
    pub links: u32,
    /// Checksum of the section of checksums.
    pub sums: u64,
    /// Offset and length of each section, in bytes.
    pub sections: [[u64; 2]; SECTIONS],
}

impl Header {
    /// Offset and length of a section, in bytes.
    #[inline]
    pub fn section(&self, section: Section) -> [u64; 2] {
        self.sections.get(section as usize).copied().unwrap_or_default()
    }
}

/// Where in the header its own checksum (xxh3 of all bytes before it) stands.
pub const HEADER_CHECK: usize = HEADER_LEN - 8;

/// What hangs on one position of the adjacency lists, beside the neighbour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Tie {
    /// Index into the periods: of the only claim, or the narrowest one of several.
    pub period: u32,
    /// Outgoing: the claim if there is one, else an index into the evidence. Incoming: the position of the same link
    /// among the outgoing ties, which is the link's number.
    pub claim: u32,
    /// Index into the link kinds of the metadata.
    pub kind: u8,
    /// The best grade ([`Grade::to_byte`](crate::model::Grade::to_byte)).
    pub grade: u8,
    /// The strongest modality.
    pub modality: u8,
    /// How many claims, at most 255.
    pub claims: u8,
}

/// One claim of a link that has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct EvidenceRecord {
    /// The claim.
    pub claim: u32,
    /// Its source.
    pub source: u32,
    /// Index into the periods.
    pub period: u32,
    /// Its grade.
    pub grade: u8,
    /// Its modality.
    pub modality: u8,
    /// 1 if it is the last of its link, else 0.
    pub last: u8,
    /// Zero.
    pub pad: u8,
}

/// A period and its bounds in days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct PeriodRecord {
    /// [`Period::to_bits`](crate::model::Period::to_bits), or 0 for "not known".
    pub bits: u64,
    /// Earliest and latest start, earliest and latest end.
    pub bounds: [i32; 4],
}

/// An entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct NodeRecord {
    /// Where its id starts in the text; its shown name follows at once.
    pub text: u32,
    /// Where its claims start; for a merged entity, the number of the one it is merged into.
    pub claims: u32,
    /// Bytes of the name.
    pub name_len: u16,
    /// Index into the finer types of the metadata, plus 1; 0 for none.
    pub finer: u16,
    /// Bytes of the id.
    pub id_len: u8,
    /// Index into the kinds of the metadata.
    pub kind: u8,
    /// [`LIVE`], [`MERGED`] or [`GONE`].
    pub state: u8,
    /// Zero.
    pub pad: u8,
}

/// The entity stands for itself.
pub const LIVE: u8 = 0;
/// The entity is the same as another one, which stands for it.
pub const MERGED: u8 = 1;
/// No live claim speaks of the entity.
pub const GONE: u8 = 2;

/// A name of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct NameRecord {
    /// The entity.
    pub entity: u32,
    /// Where the name starts in the text.
    pub text: u32,
    /// Its bytes.
    pub len: u16,
    /// [`NameRole`](crate::model::NameRole) as a number.
    pub role: u8,
    /// Zero.
    pub pad: u8,
}
