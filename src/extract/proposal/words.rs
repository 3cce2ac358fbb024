//! The model's words in JSON: what has a text form is that text.

use std::fmt::Display;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

pub(super) fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub(super) fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// What may be absent or `null`.
pub(super) mod option {
    use super::*;

    pub(in super::super) fn serialize<T: Display, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    pub(in super::super) fn deserialize<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

/// A credibility is a number.
pub(super) mod credibility {
    use super::*;
    use crate::model::Credibility;

    pub(in super::super) fn serialize<S: Serializer>(value: &Credibility, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(value.number())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Credibility, D::Error> {
        let number = u64::deserialize(deserializer)?;
        let known = u8::try_from(number).ok().and_then(Credibility::new);
        known.ok_or_else(|| D::Error::custom(format!("{number} is no credibility (1 to 6)")))
    }
}
