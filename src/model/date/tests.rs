//! Dates: examples, and properties against an oracle of single days.

use jiff::civil::{Date as Day, date};
use jiff::{Span, ToSpan};
use proptest::prelude::*;

use super::*;

fn period(text: &str) -> Period {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn number(day: Day) -> i32 {
    date(1970, 1, 1).until(day).unwrap().get_days()
}

fn day(text: &str) -> i32 {
    number(text.parse().unwrap())
}

#[test]
fn every_form_of_levels_0_and_1_survives() {
    for text in [
        "1985",
        "1985-04",
        "1985-04-12",
        "0000",
        "-0490",
        "-9999",
        "9999-12-31",
        "2000-02-29",
        "0000-02-29",
        "1964/2008",
        "2004-06/2006-08",
        "2004-02-01/2005-02-08",
        "2004-02-01/2005-02",
        "2004-02-01/2005",
        "2005/2006-02",
        "2001-21",
        "2001-22",
        "2001-23",
        "2001-24",
        "1984?",
        "2004-06~",
        "2004-06-11%",
        "201X",
        "20XX",
        "2004-XX",
        "1985-04-XX",
        "1985-XX-XX",
        "-049X",
        "-04XX",
        "197X~",
        "1985-XX-XX?",
        "2001-21?",
        "1985-04-12/..",
        "1985-04/..",
        "1985/..",
        "../1985-04-12",
        "../1985-04",
        "../1985",
        "1985-04-12/",
        "1985-04/",
        "1985/",
        "/1985-04-12",
        "/1985-04",
        "/1985",
        "1984~/2004-06",
        "1984/2004-06~",
        "1984?/2004%",
        "1984-06-02?/2004-08-08~",
        "2001-21/2001-24",
        "1985/1985",
        "2005?/2004",
        "000X",
        "00XX",
    ] {
        let read = period(text);
        assert_eq!(read.to_string(), text);
        assert_eq!(Period::from_bits(read.to_bits()), Some(read), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, at, part) in [
        ("", 0, "expected a date"),
        ("yesterday", 0, "expected a date"),
        ("é", 0, "expected a date"),
        (" 2014", 0, "expected a date"),
        ("2014 ", 4, "should end here"),
        ("2014é", 4, "should end here"),
        ("2021-13-40", 5, "13 is no month"),
        ("2021-00", 5, "00 is no month"),
        ("2021-02-30", 8, "30 is no day of 2021-02; expected 01 to 28"),
        ("2014/2021-02-29", 13, "expected 01 to 28"),
        ("2021-02-00", 8, "00 is no day"),
        ("1900-02-29", 8, "expected 01 to 28"),
        ("2021-1", 5, "month of two digits"),
        ("2021-", 5, "month of two digits"),
        ("2021-011", 5, "month of two digits"),
        ("2021-01-1", 8, "day of two digits"),
        ("2021-01-", 8, "day of two digits"),
        ("2021-25", 5, "level 2"),
        ("2021-21-01", 7, "a season has no days"),
        ("85", 0, "0085"),
        ("-", 1, "four digits"),
        ("-0000", 0, "no year -0000"),
        ("-000X", 0, "no year -0000"),
        ("20140615", 0, "written 2014-06-15"),
        ("12014", 0, "9999"),
        ("Y17E7", 0, "long year"),
        ("-Y17", 1, "long year"),
        ("1985-04-12T23:20:30", 10, "time of day"),
        ("1985-04-12 23:20:30", 10, "time of day"),
        ("197x", 0, "capital X"),
        ("2004-xx", 5, "capital X"),
        ("1XXX", 0, "level 2"),
        ("XXXX", 0, "level 2"),
        ("1X85", 0, "last digits"),
        ("197X-04", 5, "full year"),
        ("2004-1X", 5, "level 2"),
        ("2004-04-1X", 8, "level 2"),
        ("2004-XX-12", 8, "level 2"),
        ("?2004", 0, "at the end"),
        ("2004?-06", 5, "whole date"),
        ("2004-?06", 5, "whole date"),
        ("2004?~", 5, "written %"),
        ("[1667,1668]", 0, "set"),
        ("1950S2", 4, "level 2"),
        ("2014..2016", 4, "slash"),
        ("..2016", 0, "slash"),
        ("..", 0, "slash"),
        ("/", 0, "at its start or at its end"),
        ("../..", 0, "at its start or at its end"),
        ("/..", 0, "at its start or at its end"),
        ("../", 0, "at its start or at its end"),
        ("2014/2016/2018", 9, "two sides"),
        ("2014/06/15", 5, "four digits"),
        ("2014/2013", 5, "lies before the start 2014"),
        ("2014-02/2014-01-31", 8, "lies before"),
        ("2014~/2012-12-31", 6, "lies before"),
    ] {
        let error = text.parse::<Period>().expect_err(text);
        assert!(error.at == at && error.message.contains(part), "{text}: {error:?}");
    }
}

#[test]
fn bounds_are_days() {
    let check = |text: &str, start: (i32, i32), end: (i32, i32)| {
        let (start_earliest, start_latest, end_earliest, end_latest) = (start.0, start.1, end.0, end.1);
        let bounds = Bounds { start_earliest, start_latest, end_earliest, end_latest };
        assert_eq!(period(text).bounds(), bounds, "{text}");
    };
    let within = |text: &str, first: &str, last: &str| check(text, (day(first), day(last)), (day(first), day(last)));
    within("1985-04-12", "1985-04-12", "1985-04-12");
    within("2004-02", "2004-02-01", "2004-02-29");
    within("2004", "2004-01-01", "2004-12-31");
    within("197X", "1970-01-01", "1979-12-31");
    within("19XX", "1900-01-01", "1999-12-31");
    within("-049X", "-000499-01-01", "-000490-12-31");
    within("-0490", "-000490-01-01", "-000490-12-31");
    within("2004-XX", "2004-01-01", "2004-12-31");
    within("2004-XX-XX", "2004-01-01", "2004-12-31");
    within("2004-02-XX", "2004-02-01", "2004-02-29");
    within("2001-21", "2001-03-01", "2001-05-31");
    within("2001-24", "2001-12-01", "2002-02-28");
    within("2001-24?", "2001-09-01", "2002-05-31");
    within("2004-03-01~", "2004-02-29", "2004-03-02");
    within("2004-12?", "2004-11-01", "2005-01-31");
    within("2004%", "2003-01-01", "2005-12-31");
    within("197X?", "1960-01-01", "1989-12-31");
    within("19XX~", "1800-01-01", "2099-12-31");
    let y2001 = (day("2001-01-01"), day("2001-12-31"));
    check("2001/2003", y2001, (day("2003-01-01"), day("2003-12-31")));
    check("2001/..", y2001, (i32::MAX, i32::MAX));
    check("2001/", y2001, (y2001.0, i32::MAX));
    check("../2001", (i32::MIN, i32::MIN), y2001);
    check("/2001", (i32::MIN, y2001.1), y2001);
    check("2001/2001-03", (y2001.0, day("2001-03-31")), (day("2001-03-01"), day("2001-03-31")));
    check("2001-03/2001", (day("2001-03-01"), day("2001-03-31")), (day("2001-03-01"), y2001.1));
}

#[test]
fn questions_have_three_answers() {
    let ask = |text: &str, question: &str| {
        let (from, to) = period(question).bounds().range();
        period(text).bounds().holds_between(from, to)
    };
    for (text, question, answer) in [
        ("2007-12", "2007", Truth::Yes),
        ("2007-12", "2007-12", Truth::Yes),
        ("2007-12", "2007-12-15", Truth::May),
        ("2007-12", "2008", Truth::No),
        ("2001/", "2001", Truth::Yes),
        ("2001/", "2020", Truth::May),
        ("2001/", "2000", Truth::No),
        ("2001/..", "2020", Truth::Yes),
        ("/2014", "1900", Truth::May),
        ("/2014", "2014", Truth::Yes),
        ("../2014", "1900", Truth::Yes),
        ("../2014", "2015", Truth::No),
        ("2001/2008", "2001-06-15", Truth::May),
        ("2001/2008", "2004", Truth::Yes),
    ] {
        assert_eq!(ask(text, question), answer, "{text} in {question}");
    }
    assert_eq!(period("2007").bounds().holds_between(day("2007-08-01"), day("2007-03-01")), Truth::No);
    assert_eq!(Bounds::UNKNOWN.holds_between(0, 0), Truth::May);
}

#[test]
fn sides_are_told() {
    for (text, since, until) in [
        ("2007-12?", Some("2007-12?"), Some("2007-12?")),
        ("2007/2009~", Some("2007"), Some("2009~")),
        ("2007/..", Some("2007"), Some("..")),
        ("2007/", Some("2007"), None),
        ("../2007", Some(".."), Some("2007")),
        ("/2007", None, Some("2007")),
    ] {
        assert_eq!(period(text).since().as_deref(), since, "{text}");
        assert_eq!(period(text).until().as_deref(), until, "{text}");
    }
}

#[test]
fn intervals_are_built_from_dates() {
    let build = |start: Option<&str>, end: Option<&str>| Period::interval(start.map(period), end.map(period));
    assert_eq!(build(Some("2007?"), Some("2009")), Ok(period("2007?/2009")));
    assert_eq!(build(Some("2007"), None), Ok(period("2007/")));
    assert_eq!(build(None, Some("2007")), Ok(period("/2007")));
    for (start, end, at) in [
        (Some("2007"), Some("2006"), 5),
        (None, None, 0),
        (Some("2006/2007"), None, 0),
        (Some("2006"), Some("2006/2007"), 5),
    ] {
        assert_eq!(build(start, end).unwrap_err().at, at);
    }
}

#[test]
fn dates_are_built_from_numbers() {
    assert_eq!(Period::from_ymd(-490, None, None), Some(period("-0490")));
    assert_eq!(Period::from_ymd(2004, Some(2), Some(29)), Some(period("2004-02-29")));
    for (year, month, day) in [
        (10_000, None, None),
        (i32::MIN, None, None),
        (2004, Some(0), None),
        (2004, Some(13), None),
        (2004, Some(21), None),
        (2004, Some(2), Some(0)),
        (2004, Some(2), Some(30)),
        (2004, None, Some(1)),
    ] {
        assert_eq!(Period::from_ymd(year, month, day), None);
    }
}

#[test]
fn refinement_is_strict() {
    for (fine, coarse) in [
        ("2007-12", "2007"),
        ("2007", "200X"),
        ("2007", "2007?"),
        ("2007-12-05", "2007-12"),
        ("2007/2009", "2007/"),
        ("2007/..", "2007/"),
        ("2007-03/2009", "2007/2009"),
    ] {
        assert!(period(fine).refines(period(coarse)), "{fine} refines {coarse}");
        assert!(!period(coarse).refines(period(fine)), "{coarse} does not refine {fine}");
    }
    for (one, other) in [("2007", "2007"), ("2007", "2007-XX"), ("2007-12", "2008"), ("2007/2009", "2007")] {
        assert!(!period(one).refines(period(other)), "{one} does not refine {other}");
    }
}

/// The days of a date, by the calendar of another library, digit by digit.
fn slow_days(text: &str) -> (i32, i32) {
    let (plain, qualified) = match text.strip_suffix(['?', '~', '%']) {
        Some(plain) => (plain, true),
        None => (text, false),
    };
    let (first, unit): (Day, Span) = match plain.split('-').collect::<Vec<_>>().as_slice() {
        [year] | [year, "XX"] | [year, "XX", "XX"] => {
            let unit = 10_i64.pow(year.matches('X').count() as u32);
            (date(year.replace('X', "0").parse().unwrap(), 1, 1), unit.years())
        }
        [year, season @ ("21" | "22" | "23" | "24")] => {
            let month = match *season {
                "21" => 3,
                "22" => 6,
                "23" => 9,
                _ => 12,
            };
            (date(year.parse().unwrap(), month, 1), 3.months())
        }
        [year, month] | [year, month, "XX"] => (date(year.parse().unwrap(), month.parse().unwrap(), 1), 1.month()),
        [year, month, day] => (date(year.parse().unwrap(), month.parse().unwrap(), day.parse().unwrap()), 1.day()),
        _ => panic!("{text}"),
    };
    if qualified {
        (number(first - unit), number(first + unit + unit - 1.day()))
    } else {
        (number(first), number(first + unit - 1.day()))
    }
}

/// Texts of dates in the years 2003 and 2004, and some of other precisions.
fn date_text() -> impl Strategy<Value = String> {
    let plain = prop_oneof![
        (2003..2005).prop_map(|year| format!("{year}")),
        (2003..2005).prop_map(|year| format!("{year}-XX-XX")),
        (2003..2005, 21..25).prop_map(|(year, season)| format!("{year}-{season}")),
        (2003..2005, 1..13).prop_map(|(year, month)| format!("{year}-{month:02}")),
        (2003..2005, 1..13).prop_map(|(year, month)| format!("{year}-{month:02}-XX")),
        (2003..2005, 1..13, 1..29).prop_map(|(year, month, day)| format!("{year}-{month:02}-{day:02}")),
    ];
    (plain, prop_oneof![3 => Just(""), 1 => Just("?"), 1 => Just("~"), 1 => Just("%")])
        .prop_map(|(date, qualifier)| date + qualifier)
}

/// A period as text, with the days on which it may start and the days on which it may end.
fn period_text() -> impl Strategy<Value = (String, Vec<i32>, Vec<i32>)> {
    const FAR: i32 = 1_000_000;
    let days = |text: &str| slow_days(text).0..=slow_days(text).1;
    prop_oneof![
        date_text().prop_map(move |a| (a.clone(), days(&a).collect(), days(&a).collect())),
        (date_text(), date_text()).prop_map(move |(a, b)| (format!("{a}/{b}"), days(&a).collect(), days(&b).collect())),
        date_text().prop_map(move |a| (format!("{a}/.."), days(&a).collect(), vec![FAR])),
        date_text().prop_map(move |b| (format!("../{b}"), vec![-FAR], days(&b).collect())),
        date_text().prop_map(move |a| {
            let ends = (slow_days(&a).0..day("2008-01-01")).chain([FAR]).collect();
            (format!("{a}/"), days(&a).collect(), ends)
        }),
        date_text().prop_map(move |b| {
            let starts = [-FAR].into_iter().chain(day("2000-01-01")..=slow_days(&b).1).collect();
            (format!("/{b}"), starts, days(&b).collect())
        }),
    ]
}

proptest! {
    #[test]
    fn days_agree_with_another_calendar(year in -9998..9998_i16, month in 1..13_i8, day in 1..29_i8) {
        let text = |digits: &str| if year < 0 { format!("-{:04}{digits}", -year) } else { format!("{year:04}{digits}") };
        let expected = number(date(year, month, day));
        prop_assert_eq!(period(&text(&format!("-{month:02}-{day:02}"))).bounds().range(), (expected, expected));
        let month_days = (number(date(year, month, 1)), number(date(year, month, 1).last_of_month()));
        prop_assert_eq!(period(&text(&format!("-{month:02}"))).bounds().range(), month_days);
        let year_days = (number(date(year, 1, 1)), number(date(year, 12, 31)));
        prop_assert_eq!(period(&text("")).bounds().range(), year_days);
    }

    #[test]
    fn answers_agree_with_the_enumeration_of_all_intervals(
        (text, starts, ends) in period_text(),
        from in 12_000..13_000_i32,
        length in 0..500_i32,
    ) {
        let to = from + length;
        let (mut some, mut all, mut any) = (false, true, false);
        for &start in &starts {
            for &end in ends.iter().filter(|&&end| start <= end) {
                let meets = start <= to && end >= from;
                (some, all, any) = (some | meets, all & meets, true);
            }
        }
        match text.parse::<Period>() {
            Err(_) => prop_assert!(!any, "{} is refused", text),
            Ok(period) => {
                let expected = if !some { Truth::No } else if all { Truth::Yes } else { Truth::May };
                prop_assert!(any, "{} is accepted", text);
                prop_assert_eq!(period.bounds().holds_between(from, to), expected, "{}", text);
            }
        }
    }

    #[test]
    fn what_is_read_is_shown_and_stored((text, _, _) in period_text()) {
        if let Ok(period) = text.parse::<Period>() {
            prop_assert_eq!(period.to_string(), text);
            prop_assert_eq!(Period::from_bits(period.to_bits()), Some(period));
        }
    }

    #[test]
    fn a_number_is_no_period_or_has_a_text(bits: u64) {
        if let Some(period) = Period::from_bits(bits) {
            prop_assert_eq!(period.to_bits(), bits);
            prop_assert_eq!(period.to_string().parse(), Ok(period));
        }
    }

    #[test]
    fn one_flipped_bit_is_no_period_or_has_a_text((text, _, _) in period_text(), bit in 0..64_u32) {
        if let Ok(period) = text.parse::<Period>()
            && let Some(other) = Period::from_bits(period.to_bits() ^ (1 << bit))
        {
            prop_assert_ne!(other, period);
            prop_assert_eq!(other.to_string().parse(), Ok(other));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place(text in "[-0-9X?~%/.T ]{0,14}|.{0,8}") {
        match text.parse::<Period>() {
            Ok(period) => prop_assert_eq!(period.to_string(), text),
            Err(error) => prop_assert!(text.get(error.at..).is_some() && !error.message.is_empty(), "{:?}", error),
        }
    }
}
