//! References to entities: of the database, or proposed in the same document.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::Entity;
use crate::names;

/// An entity that a proposal speaks of. As a text it is `@ID`, as in questions, or `new:ID`.
///
/// ```
/// use tieline::extract::EntityRef;
/// assert_eq!("@ttp".parse(), Ok(EntityRef::Known("ttp".into())));
/// assert_eq!(EntityRef::named("The Harbour Front").to_string(), "new:harbour-front");
/// assert!("ttp".parse::<EntityRef>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityRef {
    /// An entity of the database, by its id.
    Known(String),
    /// An entity that a proposal of the same document adds, by an id that is its own inside the document. It becomes the
    /// id in the database if it is free there.
    New(String),
}

/// A text that refers to no entity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no entity: write @ID for one of the database and new:ID for one that this document adds")]
pub struct NoRef(String);

impl EntityRef {
    /// A new entity with the id that [`slug`] makes of its name.
    pub fn named(name: &str) -> Self {
        Self::New(slug(name))
    }

    /// The id, without what stands before it.
    pub fn id(&self) -> &str {
        match self {
            Self::Known(id) | Self::New(id) => id,
        }
    }

    /// Whether this is an entity that the document adds.
    pub fn is_new(&self) -> bool {
        matches!(self, Self::New(_))
    }
}

/// An id made of a name: its folded words joined by `-`, 80 bytes at most; `unnamed` if it has no letter or digit.
///
/// Two names that fold alike have one id, which is no proof that they are one entity.
pub fn slug(name: &str) -> String {
    const MOST: usize = 80;
    let mut id = String::new();
    for word in names::fold(name).split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let joint = usize::from(!id.is_empty());
        if id.len() + joint + word.len() > MOST {
            if id.is_empty() {
                id.push_str(word.get(..MOST).unwrap_or_default());
            }
            break;
        }
        if joint > 0 {
            id.push('-');
        }
        id.push_str(word);
    }
    if id.is_empty() { "unnamed".to_owned() } else { id }
}

impl fmt::Display for EntityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(id) => write!(f, "@{id}"),
            Self::New(id) => write!(f, "new:{id}"),
        }
    }
}

impl FromStr for EntityRef {
    type Err = NoRef;

    fn from_str(text: &str) -> Result<Self, NoRef> {
        let (make, id): (fn(String) -> Self, &str) = match (text.strip_prefix('@'), text.strip_prefix("new:")) {
            (Some(id), _) => (Self::Known, id),
            (_, Some(id)) => (Self::New, id),
            _ => return Err(NoRef(text.to_owned())),
        };
        if Entity::is_id(id) { Ok(make(id.to_owned())) } else { Err(NoRef(text.to_owned())) }
    }
}

impl Serialize for EntityRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EntityRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::words::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_always_an_id() {
        for (name, id) in [
            ("Tehrik-e Taliban Pakistan", "tehrik-e-taliban-pakistan"),
            ("شبكة حقاني", "shbkh-hqny"),
            ("!!!", "unnamed"),
            ("", "unnamed"),
            ("U.N. Security Council", "un-security-council"),
        ] {
            assert_eq!(slug(name), id);
        }
        for name in ["word ".repeat(100), "w".repeat(300), "ß".repeat(300)] {
            assert!(Entity::is_id(&slug(&name)) && slug(&name).len() <= 80, "{name}");
        }
    }

    #[test]
    fn what_refers_to_nothing_is_refused() {
        for text in ["", "@", "new:", "ttp", "@Bad Id", "new:Bad", "old:a"] {
            assert!(text.parse::<EntityRef>().is_err(), "{text}");
        }
    }
}
