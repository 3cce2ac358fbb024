//! Dates: EDTF levels 0 and 1, and three-valued questions about time.
//!
//! The text is that of the Extended Date/Time Format, ISO 8601-2:2019 as published by the Library of Congress:
//!
//! | text | meaning |
//! |---|---|
//! | `1985`, `1985-04`, `1985-04-12` | a year, a month, a day |
//! | `-0490`, `0000` | years before 1 BC and 1 BC (astronomical numbering, `-9999` to `9999`) |
//! | `197X`, `19XX` | a year of that decade, of that century |
//! | `2004-XX`, `1985-04-XX`, `1985-XX-XX` | a month of that year, a day of that month, a day of that year |
//! | `2001-21` to `2001-24` | spring, summer, autumn, winter |
//! | `1984?`, `1984~`, `1984%` | doubtful, approximate, both |
//! | `2004-06/2006-08` | from some time in June 2004 to some time in August 2006 |
//! | `2001/..`, `../2014` | without an end, without a beginning |
//! | `2001/`, `/2014` | with an unknown end, with an unknown beginning |
//!
//! What a text says about days is in [`Period::bounds`]. Times of day, years of more than four digits and what only level
//! 2 has are refused with the reason. Each end of an interval may be any date of the table, also a season or one with
//! unspecified digits.

mod bounds;
mod parse;

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

pub use bounds::{Bounds, Truth};

/// A date or an interval in EDTF (ISO 8601-2:2019, levels 0 and 1).
///
/// Eight bytes, the same for the same text; [`Period::from_bits`] accepts exactly the numbers that a text makes. The
/// order is that of the numbers: single dates sort by year, month and day, and it has no other meaning.
///
/// ```
/// use tieline::model::{Period, Truth};
/// let ceasefire: Period = "2007-12/2008-02?".parse()?;
/// assert_eq!(ceasefire.since().as_deref(), Some("2007-12"));
/// let new_year: Period = "2008-01-01".parse()?;
/// let (from, to) = new_year.bounds().range();
/// assert_eq!(ceasefire.bounds().holds_between(from, to), Truth::Yes);
/// # Ok::<(), tieline::model::DateError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period(NonZeroU64);

/// A text that is no EDTF date of level 0 or 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DateError {
    /// Byte offset in the text.
    pub at: usize,
    /// What is wrong and what is expected.
    pub message: String,
}

/// One side of an interval; a single date is a first side whose second is absent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// There is no second side: the period is a single date.
    Absent,
    /// `..`
    Open,
    /// A date.
    Date(Date),
    /// The empty text.
    Unknown,
}

/// A single date of EDTF level 0 or 1.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Date {
    /// -9999 to 9999; with unspecified digits, those digits are 0 (`-197X` is -1970).
    year: i32,
    /// 1 to 12, a season 21 to 24, or 0 for none.
    month: u32,
    /// 1 to 31, or 0 for none.
    day: u32,
    unspecified: Unspecified,
    qualifier: Qualifier,
}

/// Which digits are `X`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unspecified {
    Nothing,
    /// `197X`
    YearOfDecade,
    /// `19XX`
    YearOfCentury,
    /// `2004-XX`
    Month,
    /// `2004-04-XX`
    Day,
    /// `2004-XX-XX`
    MonthAndDay,
}

/// The mark at the end of a date.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Qualifier {
    None,
    /// `?`
    Uncertain,
    /// `~`
    Approximate,
    /// `%`
    Both,
}

/// Years go from `-MAX_YEAR` to `MAX_YEAR`.
const MAX_YEAR: i32 = 9999;

impl Period {
    /// The period as a number, for storage.
    pub fn to_bits(self) -> u64 {
        self.0.get()
    }

    /// The period of a number made by [`Period::to_bits`]; `None` for any other number.
    pub fn from_bits(bits: u64) -> Option<Self> {
        let first = Side::from_bits((bits >> 32) as u32)?;
        let second = Side::from_bits(bits as u32)?;
        Self::new(first, second).filter(|period| period.to_bits() == bits)
    }

    /// The date of a year (-9999 to 9999), a month (1 to 12) and a day; `None` if the calendar has no such day, or for a
    /// day without a month.
    ///
    /// ```
    /// use tieline::model::Period;
    /// assert_eq!(Period::from_ymd(2007, Some(12), None).unwrap().to_string(), "2007-12");
    /// assert_eq!(Period::from_ymd(2007, Some(2), Some(29)), None);
    /// ```
    pub fn from_ymd(year: i32, month: Option<u8>, day: Option<u8>) -> Option<Self> {
        if month.is_some_and(|month| !(1..=12).contains(&month)) || day == Some(0) || (month.is_none() && day.is_some())
        {
            return None;
        }
        let (month, day) = (u32::from(month.unwrap_or(0)), u32::from(day.unwrap_or(0)));
        let date = Date { year, month, day, unspecified: Unspecified::Nothing, qualifier: Qualifier::None };
        date.is_valid().then(|| Self::new(Side::Date(date), Side::Absent))?
    }

    /// The interval from one single date to another; `None` for an end that is not known.
    ///
    /// # Errors
    /// One of them is itself an interval, both are `None`, or the end lies certainly before the start. The offset of the
    /// error is that in the text `start/end`.
    pub fn interval(start: Option<Period>, end: Option<Period>) -> Result<Self, DateError> {
        let text = |side: Option<Period>| side.map_or_else(String::new, |period| period.to_string());
        let side = |side: Option<Period>| match side.map(Period::sides) {
            None => Some(Side::Unknown),
            Some((first, Side::Absent)) => Some(first),
            Some(_) => None,
        };
        let second_at = || text(start).len() + 1;
        let first = side(start).ok_or_else(|| DateError {
            at: 0,
            message: format!("{} is an interval; a single date is expected as the start of an interval", text(start)),
        })?;
        let second = side(end).ok_or_else(|| DateError {
            at: second_at(),
            message: format!("{} is an interval; a single date is expected as the end of an interval", text(end)),
        })?;
        Self::new(first, second).ok_or_else(|| parse::no_interval(first, &text(start), second_at(), &text(end)))
    }

    /// When it starts, in EDTF: the date itself for a single date, `..` for an interval without a beginning, `None` if the
    /// beginning is unknown.
    pub fn since(self) -> Option<String> {
        self.sides().0.stated()
    }

    /// When it ends, in EDTF: the date itself for a single date, `..` for an interval without an end, `None` if the end is
    /// unknown.
    pub fn until(self) -> Option<String> {
        match self.sides() {
            (first, Side::Absent) => first.stated(),
            (_, second) => second.stated(),
        }
    }

    /// Whether it says all that `coarser` says about time, and more: `2007-12` refines `2007`, `2007/2009` refines `2007/`.
    pub fn refines(self, coarser: Period) -> bool {
        let (fine, coarse) = (self.bounds(), coarser.bounds());
        fine != coarse
            && fine.start_earliest >= coarse.start_earliest
            && fine.start_latest <= coarse.start_latest
            && fine.end_earliest >= coarse.end_earliest
            && fine.end_latest <= coarse.end_latest
    }

    /// Between which days it starts and ends.
    ///
    /// - A single date is *at some time within it, for as long as within it*: it starts and ends between its first day and
    ///   its last.
    /// - `a/b` starts within `a` and ends within `b`, and never ends before it starts, so that the bounds of `2001/2001-03`
    ///   have the start in March at the latest.
    /// - `a/..` has no end: both bounds of the end are [`i32::MAX`]. `../b` has no start: both are [`i32::MIN`].
    /// - `a/` ends at some time from its start on. `/b` starts at some time until its end.
    /// - A date marked `?`, `~` or `%` is widened on both sides by one unit of its precision: a day, a month, a season, a
    ///   year, a decade or a century.
    /// - Seasons are three whole months of the northern half of the world: spring is March to May, winter is December to
    ///   February of the next year.
    pub fn bounds(self) -> Bounds {
        let (first, second) = self.sides();
        bounds::of(first, second)
    }

    /// `None` for two sides that are no period: no date at all, or an end certainly before the start.
    fn new(first: Side, second: Side) -> Option<Self> {
        match (first, second) {
            (Side::Date(_), Side::Absent | Side::Open | Side::Unknown)
            | (Side::Open | Side::Unknown, Side::Date(_)) => (),
            (Side::Date(start), Side::Date(end)) if end.days().1 >= start.days().0 => (),
            _ => return None,
        }
        NonZeroU64::new(u64::from(first.to_bits()) << 32 | u64::from(second.to_bits())).map(Self)
    }

    /// The two sides. The bits are those of a period, so no side can fail to decode.
    fn sides(self) -> (Side, Side) {
        let bits = self.to_bits();
        (Side::from_valid_bits((bits >> 32) as u32), Side::from_valid_bits(bits as u32))
    }
}

// A side in 32 bits, from the highest: 2 bits for the variant of `Side`, 15 for the year + 9999, 5 for the month, 5 for the
// day, 3 for `Unspecified`, 2 for `Qualifier`. Sides without a date have zeros below the variant.
impl Side {
    const OPEN: u32 = 1 << 30;
    const DATE: u32 = 2 << 30;
    const UNKNOWN: u32 = 3 << 30;

    fn to_bits(self) -> u32 {
        match self {
            Side::Absent => 0,
            Side::Open => Self::OPEN,
            Side::Date(date) => {
                Self::DATE
                    | ((date.year + MAX_YEAR) as u32) << 15
                    | date.month << 10
                    | date.day << 5
                    | (date.unspecified as u32) << 2
                    | date.qualifier as u32
            }
            Side::Unknown => Self::UNKNOWN,
        }
    }

    /// The side of any number; `None` if it is the side of no text.
    fn from_bits(bits: u32) -> Option<Self> {
        let side = Self::from_valid_bits(bits);
        let valid = match side {
            Side::Date(date) => date.is_valid(),
            Side::Absent | Side::Open | Side::Unknown => true,
        };
        (valid && side.to_bits() == bits).then_some(side)
    }

    /// The side of a number made by [`Side::to_bits`]; any side for any other number.
    fn from_valid_bits(bits: u32) -> Self {
        match bits & Self::UNKNOWN {
            0 => Side::Absent,
            Self::OPEN => Side::Open,
            Self::UNKNOWN => Side::Unknown,
            _ => Side::Date(Date {
                year: (bits >> 15 & 0x7fff) as i32 - MAX_YEAR,
                month: bits >> 10 & 31,
                day: bits >> 5 & 31,
                unspecified: match bits >> 2 & 7 {
                    1 => Unspecified::YearOfDecade,
                    2 => Unspecified::YearOfCentury,
                    3 => Unspecified::Month,
                    4 => Unspecified::Day,
                    5 => Unspecified::MonthAndDay,
                    _ => Unspecified::Nothing,
                },
                qualifier: match bits & 3 {
                    1 => Qualifier::Uncertain,
                    2 => Qualifier::Approximate,
                    3 => Qualifier::Both,
                    _ => Qualifier::None,
                },
            }),
        }
    }

    fn stated(self) -> Option<String> {
        match self {
            Side::Absent | Side::Unknown => None,
            Side::Open | Side::Date(_) => Some(self.to_string()),
        }
    }
}

impl Date {
    /// Whether there is a text for it.
    fn is_valid(self) -> bool {
        let year = self.year.unsigned_abs();
        let parts = match self.unspecified {
            // Minus zero is no year, so `-000X` is not written.
            Unspecified::YearOfDecade => year.is_multiple_of(10) && self.month == 0 && self.day == 0,
            Unspecified::YearOfCentury => year.is_multiple_of(100) && self.month == 0 && self.day == 0,
            Unspecified::Month | Unspecified::MonthAndDay => self.month == 0 && self.day == 0,
            Unspecified::Day => (1..=12).contains(&self.month) && self.day == 0,
            Unspecified::Nothing => match self.month {
                0 | 21..=24 => self.day == 0,
                1..=12 => self.day <= bounds::days_in_month(self.year, self.month),
                _ => false,
            },
        };
        parts && year <= MAX_YEAR.unsigned_abs()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sides() {
            (date, Side::Absent) => date.fmt(f),
            (first, second) => write!(f, "{first}/{second}"),
        }
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Period({self})")
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Side::Absent | Side::Unknown => Ok(()),
            Side::Open => f.write_str(".."),
            Side::Date(date) => date.fmt(f),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, year) = (if self.year < 0 { "-" } else { "" }, self.year.unsigned_abs());
        match self.unspecified {
            Unspecified::YearOfDecade => write!(f, "{sign}{:03}X", year / 10)?,
            Unspecified::YearOfCentury => write!(f, "{sign}{:02}XX", year / 100)?,
            _ => write!(f, "{sign}{year:04}")?,
        }
        match self.unspecified {
            Unspecified::Month => f.write_str("-XX")?,
            Unspecified::MonthAndDay => f.write_str("-XX-XX")?,
            _ if self.month > 0 => write!(f, "-{:02}", self.month)?,
            _ => (),
        }
        match self.unspecified {
            Unspecified::Day => f.write_str("-XX")?,
            _ if self.day > 0 => write!(f, "-{:02}", self.day)?,
            _ => (),
        }
        f.write_str(match self.qualifier {
            Qualifier::None => "",
            Qualifier::Uncertain => "?",
            Qualifier::Approximate => "~",
            Qualifier::Both => "%",
        })
    }
}

impl FromStr for Period {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        parse::period(text)
    }
}

#[cfg(test)]
mod tests;
