//! Sources: documents and datasets.

use super::{ClaimNo, Reliability};

/// The text of a source, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceText {
    /// The text.
    pub text: String,
    /// The first claim whose place is a place in this text; claims before were made of an earlier edition, or without the
    /// text.
    pub since: ClaimNo,
}

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
