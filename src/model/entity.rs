//! Entities: the nodes.

use super::Word;

/// A node: an organisation, a person, a place, an event, or what else the schema defines.
///
/// An entity has no name and no attribute of its own: those are claims about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The stable text id, as users write it after an `@`: lower-case letters, digits, `-`, `_`, `.`, `:`.
    pub id: Box<str>,
    /// The kind (`Organisation`, `Person`, `Place`, `Event`).
    pub kind: Word,
    /// The finer type (`militant_group`, `ceasefire`), if one is given.
    pub finer: Option<Word>,
}

impl Entity {
    /// The longest id, in bytes.
    pub const MAX_ID: usize = 200;

    /// Whether `id` may name an entity: 1 to [`Entity::MAX_ID`] bytes of lower-case ASCII letters, digits and `-_.:`,
    /// the first a letter or a digit.
    ///
    /// ```
    /// use tieline::model::Entity;
    /// assert!(Entity::is_id("haqqani-network"));
    /// assert!(!Entity::is_id("Haqqani Network"));
    /// ```
    pub fn is_id(id: &str) -> bool {
        let mut bytes = id.bytes();
        id.len() <= Self::MAX_ID
            && bytes.next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.' | b':'))
    }
}
