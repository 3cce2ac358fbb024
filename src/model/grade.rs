//! The Admiralty grade: reliability of a source, credibility of a claim (NATO AJP-2.1, STANAG 2511).

use std::fmt;
use std::str::FromStr;

/// How reliable a source is: `A` (completely) to `E` (unreliable), `F` (cannot be judged).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Reliability {
    /// Completely reliable.
    A = 1,
    /// Usually reliable.
    B,
    /// Fairly reliable.
    C,
    /// Not usually reliable.
    D,
    /// Unreliable.
    E,
    /// Cannot be judged.
    #[default]
    F,
}

/// How credible one claim is: 1 (confirmed) to 5 (improbable), 6 (cannot be judged).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Credibility(u8);

/// Reliability and credibility together, written `B2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grade {
    /// Reliability of the source.
    pub reliability: Reliability,
    /// Credibility of the claim.
    pub credibility: Credibility,
}

/// A text that is no grade, reliability or credibility.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not {1}")]
pub struct GradeError(String, &'static str);

impl Reliability {
    /// All values, the best first.
    pub const ALL: [Self; 6] = [Self::A, Self::B, Self::C, Self::D, Self::E, Self::F];

    /// The value for 1 (`A`) to 6 (`F`).
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }
}

impl Credibility {
    /// Cannot be judged.
    pub const UNKNOWN: Self = Self(6);

    /// The value for 1 to 6.
    pub fn new(number: u8) -> Option<Self> {
        (1..=6).contains(&number).then_some(Self(number))
    }

    /// 1 to 6.
    pub fn number(self) -> u8 {
        self.0
    }
}

impl Default for Credibility {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

impl Grade {
    /// Whether this grade is at least as good as `floor` on both scales. `F` and `6` are below every judged value.
    ///
    /// ```
    /// use tieline::model::Grade;
    /// let floor: Grade = "B2".parse()?;
    /// assert!("A1".parse::<Grade>()?.at_least(floor));
    /// assert!(!"A3".parse::<Grade>()?.at_least(floor));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at_least(self, floor: Grade) -> bool {
        self.reliability <= floor.reliability && self.credibility <= floor.credibility
    }

    /// The grade in one byte: reliability in the high half, credibility in the low half.
    pub fn to_byte(self) -> u8 {
        (self.reliability as u8) << 4 | self.credibility.0
    }

    /// The grade of a byte made by [`Grade::to_byte`].
    pub fn from_byte(byte: u8) -> Option<Self> {
        Some(Self { reliability: Reliability::from_number(byte >> 4)?, credibility: Credibility::new(byte & 15)? })
    }
}

impl FromStr for Reliability {
    type Err = GradeError;

    fn from_str(text: &str) -> Result<Self, GradeError> {
        let error = || GradeError(text.to_owned(), "a reliability (A to F)");
        match text.as_bytes() {
            [letter] => letter
                .to_ascii_uppercase()
                .checked_sub(b'A')
                .and_then(|offset| Self::from_number(offset + 1))
                .ok_or_else(error),
            _ => Err(error()),
        }
    }
}

impl FromStr for Credibility {
    type Err = GradeError;

    fn from_str(text: &str) -> Result<Self, GradeError> {
        text.parse().ok().and_then(Self::new).ok_or_else(|| GradeError(text.to_owned(), "a credibility (1 to 6)"))
    }
}

impl FromStr for Grade {
    type Err = GradeError;

    fn from_str(text: &str) -> Result<Self, GradeError> {
        let error = || GradeError(text.to_owned(), "a grade (A1 to F6)");
        let (reliability, credibility) = text.split_at_checked(1).ok_or_else(error)?;
        Ok(Self {
            reliability: reliability.parse().map_err(|_| error())?,
            credibility: credibility.parse().map_err(|_| error())?,
        })
    }
}

impl fmt::Display for Reliability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

impl fmt::Display for Credibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.reliability, self.credibility)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grade_survives_text_and_byte() {
        for reliability in Reliability::ALL {
            for number in 1..=6 {
                let grade = Grade { reliability, credibility: Credibility::new(number).unwrap() };
                assert_eq!(grade.to_string().parse(), Ok(grade));
                assert_eq!(Grade::from_byte(grade.to_byte()), Some(grade));
            }
        }
    }

    #[test]
    fn what_is_no_grade_is_refused() {
        for text in ["", "B", "2", "G1", "A0", "A7", "A12", "é1", "2B"] {
            assert!(text.parse::<Grade>().is_err(), "{text}");
        }
        for byte in [0, 0x10, 0x17, 0x71, 0xff] {
            assert_eq!(Grade::from_byte(byte), None);
        }
    }
}
