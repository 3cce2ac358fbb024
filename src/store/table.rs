//! The tables of the store and the keys of their frames.

/// What a frame holds rows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Entities, by number.
    Entities,
    /// Finer types given to entities that came without one.
    Refinements,
    /// Descriptions of sources.
    Sources,
    /// Words, by number.
    Words,
    /// Claims, by number.
    Claims,
    /// Retractions and restorations of claims.
    Retractions,
    /// Commits; row `n` is commit `n + 1`.
    Commits,
    /// Parts of the texts of sources.
    Texts,
}

/// The length of a frame's key in bytes.
pub(super) const KEY_LEN: usize = 5;

impl Table {
    /// All tables, in the order in which the manifest lists them.
    pub const ALL: [Self; 8] = [
        Self::Entities,
        Self::Refinements,
        Self::Sources,
        Self::Words,
        Self::Claims,
        Self::Retractions,
        Self::Commits,
        Self::Texts,
    ];

    /// Its place in [`Table::ALL`].
    pub(super) fn index(self) -> usize {
        self as usize
    }

    /// The first byte of its keys.
    pub(super) fn byte(self) -> u8 {
        match self {
            Self::Entities => b'e',
            Self::Refinements => b'f',
            Self::Sources => b's',
            Self::Words => b'w',
            Self::Claims => b'c',
            Self::Retractions => b'r',
            Self::Commits => b'k',
            Self::Texts => b't',
        }
    }

    /// What its rows are called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Entities => "entities",
            Self::Refinements => "refinements",
            Self::Sources => "sources",
            Self::Words => "words",
            Self::Claims => "claims",
            Self::Retractions => "retractions",
            Self::Commits => "commits",
            Self::Texts => "texts",
        }
    }

    /// The key of the frame that starts with row `first`.
    pub(super) fn key(self, first: u32) -> [u8; KEY_LEN] {
        let [a, b, c, d] = first.to_be_bytes();
        [self.byte(), a, b, c, d]
    }

    /// The least key that is greater than all of this table's.
    pub(super) fn end(self) -> [u8; 1] {
        [self.byte() + 1]
    }

    /// The table and the first row that a key stands for.
    pub(super) fn of_key(key: &[u8]) -> Option<(Self, u32)> {
        let (&byte, first) = key.split_first()?;
        let table = Self::ALL.into_iter().find(|table| table.byte() == byte)?;
        Some((table, u32::from_be_bytes(first.try_into().ok()?)))
    }
}

/// How many rows of each table the store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entities.
    pub entities: u32,
    /// Distinct sources, each under one id.
    pub sources: u32,
    /// Words.
    pub words: u32,
    /// Claims, retracted ones included.
    pub claims: u32,
    /// Retractions and restorations.
    pub retractions: u32,
    /// Commits: the generation of the store.
    pub commits: u32,
}
