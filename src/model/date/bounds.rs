//! From dates to days, and questions about days.

use super::{Date, Qualifier, Side, Unspecified};

/// Days since 1970-01-01 between which a period starts and ends; `i32::MIN` and `i32::MAX` are without bound.
///
/// The calendar is the Gregorian one, also for the years before it. The bounds are tight: there is a start at each bound of
/// the start and an end at each bound of the end that the text allows.
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

impl Bounds {
    /// Nothing is known.
    pub const UNKNOWN: Self =
        Self { start_earliest: i32::MIN, start_latest: i32::MAX, end_earliest: i32::MIN, end_latest: i32::MAX };

    /// Whether it holds at some time between two days, both included.
    ///
    /// `Yes` if every interval of days that the bounds allow meets the question, `May` if some do, `No` if none does, as for
    /// a question that ends before it begins. So `2007-12` holds in 2007, may hold on 2007-12-15 and does not hold in 2008.
    pub fn holds_between(&self, from: i32, to: i32) -> Truth {
        if self.start_earliest > to || self.end_latest < from || from > to {
            Truth::No
        } else if self.start_latest <= to && self.end_earliest >= from {
            Truth::Yes
        } else {
            Truth::May
        }
    }

    /// The first and the last day on which it may hold: what a question such as `as of 2014` asks about.
    pub fn range(&self) -> (i32, i32) {
        (self.start_earliest, self.end_latest)
    }
}

/// The bounds of a period; its rules are those of [`super::Period::bounds`].
pub(super) fn of(first: Side, second: Side) -> Bounds {
    let known = |side: Side| match side {
        Side::Date(date) => Some(date.days()),
        Side::Absent | Side::Open | Side::Unknown => None,
    };
    let start = known(first);
    let end = if second == Side::Absent { start } else { known(second) };
    let (start_earliest, start_latest) =
        start.unwrap_or((i32::MIN, if first == Side::Open { i32::MIN } else { i32::MAX }));
    let (end_earliest, end_latest) = end.unwrap_or((if second == Side::Open { i32::MAX } else { i32::MIN }, i32::MAX));
    Bounds {
        start_earliest,
        start_latest: start_latest.min(end_latest),
        end_earliest: end_earliest.max(start_earliest),
        end_latest,
    }
}

impl Date {
    /// Its first and its last day, widened if it is qualified.
    pub(super) fn days(self) -> (i32, i32) {
        let qualified = self.qualifier != Qualifier::None;
        if self.day > 0 {
            let day = first_of_month(month_number(self.year, self.month)) + self.day as i32 - 1;
            return (day - i32::from(qualified), day + i32::from(qualified));
        }
        let years = match self.unspecified {
            Unspecified::YearOfDecade => 10,
            Unspecified::YearOfCentury => 100,
            _ => 1,
        };
        let (start, length) = match self.month {
            // The unspecified digits of a year before 0 count away from it: -197X is -1979 to -1970.
            0 if self.year < 0 => (month_number(self.year - years + 1, 1), 12 * years),
            0 => (month_number(self.year, 1), 12 * years),
            season @ 21..=24 => (month_number(self.year, 3 * (season - 20)), 3),
            month => (month_number(self.year, month), 1),
        };
        let margin = if qualified { length } else { 0 };
        (first_of_month(start - margin), first_of_month(start + length + margin) - 1)
    }
}

/// The days of a month from 1 to 12.
pub(super) fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Months since January of the year 0.
fn month_number(year: i32, month: u32) -> i32 {
    year * 12 + month as i32 - 1
}

/// The first day of a month, in days since 1970-01-01.
///
/// The year is taken to begin in March, so that the leap day is its last and the lengths of the months before follow a
/// straight line (as in Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`).
fn first_of_month(month_number: i32) -> i32 {
    let since_march = month_number - 2;
    let (year, month) = (since_march.div_euclid(12), since_march.rem_euclid(12));
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    365 * year + leap_days + (153 * month + 2) / 5 - 719_468
}
