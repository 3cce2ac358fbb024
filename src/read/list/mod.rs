//! What the sanctions lists have in common: a release of a list, and how its records become claims.
//!
//! Each release is a source of its own, `FAMILY:DATE`, and each of its facts a claim at its record. Ids come from the
//! list's own numbers, so that they are the same in the next release. `docs/lists.md` says what becomes what.

mod claims;
mod date;
mod place;

use std::path::Path;

pub use claims::{At, Saying, Writer, script};
pub use date::{day_month_year, iso_day, month_number};
pub use place::{Level, said};

use crate::model::{Changes, Diagnostic, Period, Reliability, Source};

/// A release of a list, as it was read.
#[derive(Debug, Default)]
pub struct Release {
    /// All that the release says.
    pub changes: Changes,
    /// The id of its source.
    pub source: String,
    /// What a user should know of what was read, as sentences.
    pub notices: Vec<String>,
}

/// A list: what all its releases have in common.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// The first part of the ids of its sources.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Who publishes it.
    pub publisher: &'static str,
    /// Where it can be found.
    pub address: &'static str,
    /// Terms of use.
    pub licence: &'static str,
}

/// The date of a release that does not say when it was published, in the id of its source.
const UNDATED: &str = "undated";

impl Family {
    /// The source of the release that was published on a day (`2026-02-27`).
    pub fn source(&self, published: Option<&str>) -> Source {
        Source {
            id: format!("{}:{}", self.id, published.unwrap_or(UNDATED)).into(),
            title: self.title.into(),
            publisher: Some(self.publisher.into()),
            published: published.map(Into::into),
            address: Some(self.address.into()),
            language: Some("en".into()),
            licence: Some(self.licence.into()),
            reliability: Reliability::B,
            ..Source::default()
        }
    }
}

/// The day that a user gives as the day of publication.
///
/// # Errors
/// It is none.
pub fn published_day(text: &str) -> Result<String, String> {
    match iso_day(text) {
        Some(day) if day.len() == text.len() && text.parse::<Period>().is_ok() => Ok(day.to_owned()),
        _ => Err(format!("{text:?} is no day; it is written as 2024-01-08")),
    }
}

/// A message about a whole file.
pub fn about_file(path: &Path, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new("", 0..0, message).in_file(path.display().to_string())
}
