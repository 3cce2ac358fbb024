//! Dates: EDTF levels 0 and 1, and three-valued questions about time.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

/// A date or an interval in EDTF (ISO 8601-2:2019, levels 0 and 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period(NonZeroU64);

/// Days since 1970-01-01 between which a period starts and ends; `i32::MIN` and `i32::MAX` are without bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// It starts on this day at the earliest.
    pub start_earliest: i32,
    /// It starts on this day at the latest.
    pub start_latest: i32,
    /// It ends on this day (included) at the earliest.
    pub end_earliest: i32,
    /// It ends on this day (included) at the latest.
    pub end_latest: i32,
}

/// The answer to a question about time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Truth {
    /// It does not hold.
    No,
    /// It may hold: what is known does not decide.
    May,
    /// It holds.
    Yes,
}

/// A text that is no EDTF date of level 0 or 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DateError {
    /// Byte offset in the text.
    pub at: usize,
    /// What is wrong and what is expected.
    pub message: String,
}

impl Period {
    /// The period as a number, for storage.
    pub fn to_bits(self) -> u64 {
        self.0.get()
    }

    /// The period of a number made by [`Period::to_bits`]; `None` for any other number.
    pub fn from_bits(bits: u64) -> Option<Self> {
        NonZeroU64::new(bits).map(Self)
    }

    /// Between which days it starts and ends.
    pub fn bounds(self) -> Bounds {
        Bounds::UNKNOWN
    }
}

impl Bounds {
    /// Nothing is known.
    pub const UNKNOWN: Self =
        Self { start_earliest: i32::MIN, start_latest: i32::MAX, end_earliest: i32::MIN, end_latest: i32::MAX };

    /// Whether it holds at some time between two days, both included.
    pub fn holds_between(&self, from: i32, to: i32) -> Truth {
        if self.start_latest <= to && self.end_earliest >= from {
            Truth::Yes
        } else if self.start_earliest <= to && self.end_latest >= from {
            Truth::May
        } else {
            Truth::No
        }
    }
}

impl FromStr for Period {
    type Err = DateError;

    fn from_str(_: &str) -> Result<Self, DateError> {
        Err(DateError { at: 0, message: String::new() })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("")
    }
}
