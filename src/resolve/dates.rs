//! Whether dates agree, may agree or contradict each other.

use crate::model::Period;

/// How two sets of dates meet, the best of all their pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meeting {
    /// They lie further apart than any slip of the pen explains.
    Contradict,
    /// They lie at most a year apart.
    Near,
    /// They may be the same: one of them is vague.
    May,
    /// Day and month are in the place of each other.
    Swapped,
    /// The same year; nothing more is known of one of them.
    Year,
    /// The same month; nothing more is known of one of them.
    Month,
    /// The same day.
    Day,
}

/// A date further off than this from another, in days, is another date.
const NEAR: i32 = 366;

/// How dates of one entity meet those of another, with the two that meet best; `None` if either has none.
///
/// ```
/// use tieline::resolve::{Meeting, meet};
/// let dates = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
/// let meeting = |a: &[&str], b: &[&str]| meet(&dates(a), &dates(b)).map(|(meeting, ..)| meeting);
/// assert_eq!(meeting(&["1935"], &["1935-04-12"]), Some(Meeting::Year));
/// assert_eq!(meeting(&["1955"], &["1971", "1972"]), Some(Meeting::Contradict));
/// assert_eq!(meeting(&["195X"], &["1955-02-01"]), Some(Meeting::May));
/// assert_eq!(meeting(&["1955"], &[]), None);
/// ```
pub fn meet(left: &[Period], right: &[Period]) -> Option<(Meeting, Period, Period)> {
    let pairs = left.iter().flat_map(|&a| right.iter().map(move |&b| (one(a, b), a, b)));
    // Of equals the first, so that the answer does not depend on which sort is stable.
    pairs.reduce(|best, next| if next.0 > best.0 { next } else { best })
}

fn one(a: Period, b: Period) -> Meeting {
    let (first, second) = (days(a), days(b));
    let gap = (i64::from(first.0.max(second.0)) - i64::from(first.1.min(second.1))).max(0);
    if gap > 0 {
        return match (parts(a), parts(b)) {
            (Some((y, m, d)), Some((y2, m2, d2))) if y == y2 && m == d2 && d == m2 => Meeting::Swapped,
            _ if gap <= i64::from(NEAR) => Meeting::Near,
            _ => Meeting::Contradict,
        };
    }
    match length(first).max(length(second)) {
        1 => Meeting::Day,
        2..=31 => Meeting::Month,
        32..=366 => Meeting::Year,
        _ => Meeting::May,
    }
}

fn length((from, to): (i32, i32)) -> i64 {
    i64::from(to) - i64::from(from) + 1
}

/// The first and the last day that a date allows. The first of January is what many lists write where they know the year
/// only.
fn days(date: Period) -> (i32, i32) {
    match parts(date) {
        Some((year, 1, 1)) => Period::from_ymd(year, None, None).unwrap_or(date).bounds().range(),
        _ => date.bounds().range(),
    }
}

/// Year, month and day of a date that has all of them without a doubt.
fn parts(date: Period) -> Option<(i32, u8, u8)> {
    let text = date.to_string();
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(a: &str, b: &str) -> Meeting {
        let meeting = |a: &str, b: &str| meet(&[a.parse().unwrap()], &[b.parse().unwrap()]).unwrap().0;
        assert_eq!(meeting(a, b), meeting(b, a));
        meeting(a, b)
    }

    #[test]
    fn dates_agree_may_agree_or_contradict() {
        for (a, b, meeting) in [
            ("1971-03-12", "1971-03-12", Meeting::Day),
            ("1971-03", "1971-03-12", Meeting::Month),
            ("1971", "1971-03-12", Meeting::Year),
            ("1971-01-01", "1971-03-12", Meeting::Year),
            ("1971-01-01", "1971-01-01", Meeting::Year),
            ("1971-03-12", "1971-12-03", Meeting::Swapped),
            ("1971~", "1972-03-12", Meeting::May),
            ("1970/1973", "1972-03-12", Meeting::May),
            ("197X", "1975", Meeting::May),
            ("1971", "1972", Meeting::Near),
            ("1971-03-12", "1971-03-14", Meeting::Near),
            ("1955", "1971", Meeting::Contradict),
            ("195X", "1971", Meeting::Contradict),
            ("1971/..", "1960", Meeting::Contradict),
            ("1971/..", "1990", Meeting::May),
        ] {
            assert_eq!(found(a, b), meeting, "{a} {b}");
        }
    }

    #[test]
    fn of_several_dates_the_best_two_count() {
        let dates = |all: &[&str]| all.iter().map(|text| text.parse().unwrap()).collect::<Vec<Period>>();
        let (meeting, a, b) = meet(&dates(&["1955", "1971-03-12"]), &dates(&["1971", "1980"])).unwrap();
        assert_eq!((meeting, a.to_string().as_str(), b.to_string().as_str()), (Meeting::Year, "1971-03-12", "1971"));
        assert_eq!(meet(&[], &dates(&["1971"])), None);
    }
}
