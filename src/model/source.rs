//! Sources: documents and datasets.

use super::{Period, Reliability};

/// A document or a dataset that claims come from.
///
/// Dates are kept as text in EDTF as the source states them; `None` means that the source does not say.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Source {
    /// The stable text id, of the same shape as an entity's.
    pub id: Box<str>,
    /// The title.
    pub title: Box<str>,
    /// Who published it.
    pub publisher: Option<Box<str>>,
    /// When it was published (EDTF); an undated document stays undated.
    pub published: Option<Box<str>>,
    /// When it was retrieved (EDTF).
    pub retrieved: Option<Box<str>>,
    /// Where it can be found.
    pub address: Option<Box<str>>,
    /// Language of the text (BCP 47).
    pub language: Option<Box<str>>,
    /// Licence or terms of use.
    pub licence: Option<Box<str>>,
    /// Digest of the text, as `sha256:HEX`.
    pub digest: Option<Box<str>>,
    /// Reliability of the source on the Admiralty scale.
    pub reliability: Reliability,
}

impl Source {
    /// The id without its release: what all releases of one list share.
    ///
    /// ```
    /// use tieline::model::Source;
    /// let source = Source { id: "un-sc:2026-02-27".into(), ..Source::default() };
    /// assert_eq!((source.family(), source.release()), ("un-sc", Some("2026-02-27")));
    /// let part = Source { id: "mapping-militants:groups".into(), ..Source::default() };
    /// assert_eq!((part.family(), part.release()), ("mapping-militants:groups", None));
    /// ```
    pub fn family(&self) -> &str {
        split(&self.id).0
    }

    /// The release that the source is: the date at the end of its id (`un-sc:2026-02-27`).
    pub fn release(&self) -> Option<&str> {
        split(&self.id).1
    }
}

fn split(id: &str) -> (&str, Option<&str>) {
    match id.rsplit_once(':') {
        Some((family, release)) if is_release(release) && !family.is_empty() => (family, Some(release)),
        _ => (id, None),
    }
}

/// Whether a text names a release: a year, a month or a day (`2026`, `2026-02`, `2026-02-27`).
pub fn is_release(text: &str) -> bool {
    let shaped = matches!(text.len(), 4 | 7 | 10)
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    shaped && text.parse::<Period>().is_ok()
}
