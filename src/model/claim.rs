//! Claims: the unit of knowledge.

use std::fmt;
use std::str::FromStr;

use super::{Credibility, EntityNo, Period, SourceNo, Word};

/// One thing that one source says at one place.
///
/// Numbers are relative to the [`Changes`](super::Changes) or the store that holds the claim.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Claim {
    /// What is said, and of whom.
    pub says: Says,
    /// When it is said to hold; `None` when the source does not say.
    pub when: Option<Period>,
    /// The source.
    pub source: SourceNo,
    /// Where in the source.
    pub locator: Locator,
    /// The entity that is quoted or reported as saying it; `None` is the source's own voice.
    pub speaker: Option<EntityNo>,
    /// In which modality it is said.
    pub modality: Modality,
    /// How credible it is.
    pub credibility: Credibility,
    /// The words of the source that carry it, as far as its licence allows: at most a sentence or a description.
    pub text: Option<Box<str>>,
    /// A remark by whoever recorded the claim: a role, a share, a doubt.
    pub note: Option<Box<str>>,
}

/// What a claim says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Says {
    /// The entity has this name.
    Name {
        /// Whose name.
        entity: EntityNo,
        /// The name as the source spells it.
        text: Box<str>,
        /// Which sort of name.
        role: NameRole,
        /// Language of the name (BCP 47), if known.
        language: Option<Word>,
    },
    /// The entity has this attribute.
    Attribute {
        /// Whose attribute.
        entity: EntityNo,
        /// Which attribute (`founded`, `killed`).
        key: Word,
        /// The value as text, of the type that the schema gives the attribute.
        value: Box<str>,
    },
    /// The link holds.
    Link {
        /// The entity that the link goes out from.
        from: EntityNo,
        /// The link kind.
        kind: Word,
        /// The entity that the link goes to.
        to: EntityNo,
    },
    /// The two entities are one. Only an `asserted` claim joins them; any other modality is a proposal.
    SameAs {
        /// The entity that is kept as the name giver if neither is older.
        entity: EntityNo,
        /// The other.
        other: EntityNo,
    },
    /// The source speaks of the entity at all; carries an entity that no name or attribute is claimed of.
    Exists {
        /// The entity.
        entity: EntityNo,
    },
}

impl Says {
    /// The entity that the claim is about; for a link, where it goes out from.
    pub fn subject(&self) -> EntityNo {
        match *self {
            Says::Name { entity, .. }
            | Says::Attribute { entity, .. }
            | Says::SameAs { entity, .. }
            | Says::Exists { entity }
            | Says::Link { from: entity, .. } => entity,
        }
    }
}

/// A place in a source's text. Zero means "not given" for paragraph and sentence, which count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Locator {
    /// Paragraph, from 1; in a table, 0.
    pub paragraph: u32,
    /// Sentence of the whole document, from 1; in a table, the row (record) number from 1.
    pub sentence: u32,
    /// Byte offsets of the evidence in the text, half-open.
    pub span: Option<(u32, u32)>,
}

/// In which way a source says a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Modality {
    /// Said as a fact.
    #[default]
    Asserted,
    /// Said as a charge that others make.
    Alleged,
    /// Said not to be so.
    Denied,
    /// Wished or intended, not done.
    Aim,
    /// A judgement of the speaker.
    Opinion,
    /// Said to be possible.
    Possible,
}

/// Which sort of name a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum NameRole {
    /// The name to show.
    #[default]
    Primary,
    /// Another name.
    Alias,
    /// An acronym.
    Acronym,
    /// A name no longer used.
    Former,
    /// A name too common or too doubtful to identify anyone by itself.
    Weak,
}

/// A word that is none of the allowed ones.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no {what}; it is one of {allowed}")]
pub struct UnknownWord {
    found: String,
    what: &'static str,
    allowed: String,
}

macro_rules! worded {
    ($type:ident, $what:literal, $($variant:ident = $word:literal),+) => {
        impl $type {
            /// All values, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value of a number (`self as u8`).
            pub fn from_number(number: u8) -> Option<Self> {
                Self::ALL.get(usize::from(number)).copied()
            }
        }

        impl FromStr for $type {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                match text.to_ascii_lowercase().as_str() {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { found: text.to_owned(), what: $what, allowed: [$($word),+].join(", ") }),
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }
    };
}

worded!(
    Modality,
    "modality",
    Asserted = "asserted",
    Alleged = "alleged",
    Denied = "denied",
    Aim = "aim",
    Opinion = "opinion",
    Possible = "possible"
);
worded!(
    NameRole,
    "name role",
    Primary = "primary",
    Alias = "alias",
    Acronym = "acronym",
    Former = "former",
    Weak = "weak"
);
