//! The one rule by which live claims become entities and links.
//!
//! - An entity's shown name is its best name: by role (primary, alias, former, acronym, weak), then by grade, then the
//!   one claimed first.
//! - A link is the list of its live claims' [`Evidence`]. It is shown with the best grade among them, the strongest
//!   modality, and the narrowest period that agrees with all of them.

use super::{ClaimNo, Grade, Modality, NameRole, Period, SourceNo};

/// What a link's claim adds to the link: enough to filter and to weigh it without reading the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The claim.
    pub claim: ClaimNo,
    /// Its source.
    pub source: SourceNo,
    /// When it is said to hold.
    pub when: Option<Period>,
    /// Reliability of the source and credibility of the claim.
    pub grade: Grade,
    /// Its modality.
    pub modality: Modality,
}

/// The best of an entity's names. Ties go to the first one given, so give them in the order of claims.
pub fn primary_name<'a>(names: impl Iterator<Item = (NameRole, Grade, &'a str)>) -> Option<&'a str> {
    fn rank(role: NameRole) -> u8 {
        match role {
            NameRole::Primary => 0,
            NameRole::Alias => 1,
            NameRole::Former => 2,
            NameRole::Acronym => 3,
            NameRole::Weak => 4,
        }
    }
    names.min_by_key(|(role, grade, _)| (rank(*role), grade.to_byte())).map(|(_, _, name)| name)
}

impl Modality {
    /// How strongly a link with a claim of this modality stands: the least is the strongest.
    pub fn strength(self) -> u8 {
        match self {
            Modality::Asserted => 0,
            Modality::Alleged => 1,
            Modality::Opinion => 2,
            Modality::Possible => 3,
            Modality::Aim => 4,
            Modality::Denied => 5,
        }
    }
}

/// The strongest modality among claims; `Denied` only if every claim is a denial.
pub fn strongest(modalities: impl Iterator<Item = Modality>) -> Option<Modality> {
    modalities.min_by_key(|modality| modality.strength())
}
