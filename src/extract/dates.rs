//! Dates in a sentence: absolute, partial, decades, spans, and those that count from the day of the document.
//!
//! What counts from a day that is not known stays open: it has its words and no period.

#![allow(clippy::indexing_slicing, reason = "indices of words are made here, from the list they index")]

use std::ops::Range;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::lexicon::Tags;
use super::mentions::{Reading, Word};
use super::tokens::Class;
use crate::model::Period;

/// A date in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct DateMention {
    /// Its words.
    pub words: Range<usize>,
    /// What it is; `None` if it counts from a day that is not known.
    pub period: Option<Period>,
    /// The same with the word before it: `since 2014` is `2014/..`.
    pub with_relation: Option<Period>,
    /// Whether it stands inside a noun phrase, as the year in "the 2001 invasion".
    pub inside: bool,
}

/// A day, a month, a year or a decade.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Day(i32, u8, u8),
    Month(i32, u8),
    Year(i32),
    Decade(i32),
    Open,
}

/// The dates of a sentence, in order. `document` is the day of the document. O(n).
pub fn dates(reading: &Reading<'_>, range: &Range<usize>, document: Option<Date>) -> Vec<DateMention> {
    let words = &reading.words[range.clone()];
    let mut found: Vec<DateMention> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let Some((length, when)) = read(words, at, document) else {
            at += 1;
            continue;
        };
        let mut end = at + length;
        let mut period = period_of(when);
        let relation = at.checked_sub(1).map(|before| words[before].text.to_lowercase()).unwrap_or_default();
        // "2008-2011", "from 1991 to 1992", "between 2008 and 2011"
        let joint = words.get(end).is_some_and(|word| {
            word.is_sign('-')
                || word.is_sign('–')
                || word.is("to") && relation == "from"
                || word.is("and") && relation == "between"
                || word.is("until")
                || word.is("through")
        });
        let mut span = None;
        if joint && let Some((length, until)) = read(words, end + 1, document) {
            end = end + 1 + length;
            span = Period::interval(period, period_of(until)).ok();
            period = span.or(period);
        }
        let vague = at.checked_sub(1).map(|before| &words[before]).is_some_and(|word| {
            ["early", "mid", "late", "around", "about", "circa", "approximately"].iter().any(|near| word.is(near))
        });
        if vague && span.is_none() {
            period = period.and_then(|period| format!("{period}~").parse().ok()).or(period);
        }
        let from = at - usize::from(vague);
        let relation = if vague {
            from.checked_sub(1).map(|before| words[before].text.to_lowercase()).unwrap_or_default()
        } else {
            relation
        };
        let before_the =
            from.checked_sub(2).filter(|_| relation == "the").map(|before| words[before].text.to_lowercase());
        // "the 2001 invasion": a year before a noun says which, not when the clause holds.
        let inside = matches!(when, When::Year(_) | When::Month(..))
            && words.get(end).is_some_and(|word| {
                word.is_word()
                    && !word.has(
                        Tags::PREPOSITION
                            .or(Tags::CONJUNCTION)
                            .or(Tags::SUBORDINATOR)
                            .or(Tags::BE)
                            .or(Tags::HAVE)
                            .or(Tags::MODAL)
                            .or(Tags::PRONOUN)
                            .or(Tags::ADVERB)
                            .or(Tags::RELATIVE)
                            .or(Tags::DETERMINER)
                            .or(Tags::NEGATION),
                    )
                    && (word.form.noun.is_some() || word.token.is_capital())
                    && (relation == "the"
                        || before_the.is_some()
                        || !matches!(
                            relation.as_str(),
                            "in" | "since" | "during" | "until" | "by" | "after" | "before" | "from" | "on"
                        ))
            });
        let relation = match &before_the {
            Some(word) => word.as_str(),
            None => relation.as_str(),
        };
        let with_relation = if span.is_some() {
            span
        } else {
            match relation {
                "since" | "after" | "from" | "following" => Period::interval(period, None)
                    .ok()
                    .and_then(|_| period.and_then(|period| format!("{period}/..").parse().ok())),
                "until" | "till" | "before" => period.and_then(|period| format!("../{period}").parse().ok()),
                _ => period,
            }
        };
        found.push(DateMention { words: range.start + at..range.start + end, period, with_relation, inside });
        at = end;
    }
    found
}

fn period_of(when: When) -> Option<Period> {
    match when {
        When::Day(year, month, day) => Period::from_ymd(year, Some(month), Some(day)),
        When::Month(year, month) => Period::from_ymd(year, Some(month), None),
        When::Year(year) => Period::from_ymd(year, None, None),
        When::Decade(decade) => format!("{decade}X").parse().ok(),
        When::Open => None,
    }
}

/// The date that begins at a word: how many words it has and what it is.
fn read(words: &[Word<'_>], at: usize, document: Option<Date>) -> Option<(usize, When)> {
    let word = words.get(at)?;
    if word.token.class == Class::Number {
        return numeric(words, at, document);
    }
    if !word.is_word() {
        return None;
    }
    if let Some(month) = month_of(word) {
        return from_month(words, at, month, document);
    }
    relative(words, at, document)
}

fn numeric(words: &[Word<'_>], at: usize, document: Option<Date>) -> Option<(usize, When)> {
    let text = words[at].text;
    // "4 March 2016", "12 Aug. 1960", "4th of March"
    if let Some(day) = day_of(text) {
        let of = usize::from(words.get(at + 1).is_some_and(|word| word.is("of")));
        if let Some(month) = words.get(at + 1 + of).and_then(month_of) {
            let mut next = at + 2 + of;
            next += usize::from(words.get(next).is_some_and(|word| word.is_sign('.') || word.is_sign(',')));
            if let Some(year) = words.get(next).and_then(|word| year_of(word.text)) {
                return Some((next + 1 - at, When::Day(year, month, day)));
            }
            return Some((2 + of, in_year(month, Some(day), document)));
        }
    }
    // "2016-03-04"
    if let (Some(year), true, true) = (
        year_of(text),
        words.get(at + 1).is_some_and(|word| word.is_sign('-')),
        words.get(at + 3).is_some_and(|word| word.is_sign('-')),
    ) {
        let number =
            |at: usize| words.get(at).filter(|word| word.text.len() == 2).and_then(|word| word.text.parse::<u8>().ok());
        if let (Some(month), Some(day)) = (number(at + 2), number(at + 4))
            && Period::from_ymd(year, Some(month), Some(day)).is_some()
        {
            return Some((5, When::Day(year, month, day)));
        }
    }
    // "1970s", "the 1970's"
    if let Some(decade) = text
        .strip_suffix("0s")
        .and_then(|decade| decade.parse::<i32>().ok())
        .filter(|decade| (100..=210).contains(decade))
    {
        return Some((1, When::Decade(decade)));
    }
    let year = year_of(text)?;
    // A number with four digits is a year where nothing is counted.
    let counted = words.get(at + 1).is_some_and(|word| {
        word.has(Tags::PEOPLE) || word.is("km") || word.is("members") || word.is("fighters") || word.is("men")
    });
    let bracket = at.checked_sub(1).map(|before| &words[before]).is_some_and(|word| word.is_sign('('))
        && at >= 2
        && words[at - 2].token.class == Class::Number;
    let numbered = at.checked_sub(1).map(|before| &words[before]).is_some_and(|word| {
        ["no", "no.", "resolution", "resolutions", "article", "number", "flight", "of"]
            .iter()
            .any(|before| word.is(before))
            && !word.is("of")
            || word.is_sign('$')
            || word.is_sign('/')
    });
    (!counted && !bracket && !numbered).then_some((1, When::Year(year)))
}

/// "March 4, 2016", "March 2016", "March 4".
fn from_month(words: &[Word<'_>], at: usize, month: u8, document: Option<Date>) -> Option<(usize, When)> {
    let mut next = at + 1;
    next += usize::from(words.get(next).is_some_and(|word| word.is_sign('.')));
    let named = words.get(next)?;
    if let Some(year) = year_of(named.text) {
        return Some((next + 1 - at, When::Month(year, month)));
    }
    if named.is("of")
        && let Some(year) = words.get(next + 1).and_then(|word| year_of(word.text))
    {
        return Some((next + 2 - at, When::Month(year, month)));
    }
    if let Some(day) = day_of(named.text) {
        let comma = usize::from(words.get(next + 1).is_some_and(|word| word.is_sign(',')));
        if let Some(year) = words.get(next + 1 + comma).and_then(|word| year_of(word.text)) {
            return Some((next + 2 + comma - at, When::Day(year, month, day)));
        }
        return Some((next + 1 - at, in_year(month, Some(day), document)));
    }
    // "in March": the last one before the document, if that has a day. The word "May" alone is too often another.
    let sure = at.checked_sub(1).is_some_and(|before| {
        ["in", "since", "last", "until", "early", "late", "mid", "by"].iter().any(|word| words[before].is(word))
    });
    sure.then(|| (1, in_year(month, None, document)))
}

/// A day or a month without a year: the last before the document, or open.
fn in_year(month: u8, day: Option<u8>, document: Option<Date>) -> When {
    let Some(today) = document else { return When::Open };
    let year = i32::from(today.year());
    let later = (month as i8, day.unwrap_or(1) as i8) > (today.month(), today.day());
    let year = if later { year - 1 } else { year };
    match day {
        Some(day) => When::Day(year, month, day),
        None => When::Month(year, month),
    }
}

/// "yesterday", "on Tuesday", "last month", "two years ago".
fn relative(words: &[Word<'_>], at: usize, document: Option<Date>) -> Option<(usize, When)> {
    let word = &words[at];
    let day = |date: Option<Date>| {
        date.map_or(When::Open, |date| When::Day(date.year().into(), date.month() as u8, date.day() as u8))
    };
    let lower = word.text.to_ascii_lowercase();
    match lower.as_str() {
        "today" => return Some((1, day(document))),
        "yesterday" => return Some((1, day(document.and_then(|date| date.checked_sub(1.day()).ok())))),
        "last" | "this" => {
            let unit = words.get(at + 1)?;
            let last = lower == "last";
            let when = match unit.text.to_ascii_lowercase().as_str() {
                "year" => document.map_or(When::Open, |date| When::Year(i32::from(date.year()) - i32::from(last))),
                "month" => document.map_or(When::Open, |date| {
                    let date = if last { date.checked_sub(1.month()).unwrap_or(date) } else { date };
                    When::Month(date.year().into(), date.month() as u8)
                }),
                // EDTF has no week; a span would say that it lasted all of it.
                "week" | "weekend" | "night" => When::Open,
                _ => return unit.has(Tags::WEEKDAY).then(|| (2, day(weekday(unit.text, document)))),
            };
            return Some((2, when));
        }
        _ => {}
    }
    if word.has(Tags::WEEKDAY) && word.token.is_capital() {
        return Some((1, day(weekday(word.text, document))));
    }
    // "two years ago"
    if words.get(at + 2).is_some_and(|word| word.is("ago")) || words.get(at + 1).is_some_and(|word| word.is("ago")) {
        let unit = words.get(at + 1)?;
        let count = count_of(word.text)?;
        let unit = unit.text.to_ascii_lowercase();
        let when = match unit.trim_end_matches('s') {
            "year" => document.map_or(When::Open, |date| When::Year(i32::from(date.year()) - count as i32)),
            "month" => document
                .and_then(|date| date.checked_sub((count as i64).months()).ok())
                .map_or(When::Open, |date| When::Month(date.year().into(), date.month() as u8)),
            "day" => day(document.and_then(|date| date.checked_sub((count as i64).days()).ok())),
            "week" | "hour" => When::Open,
            _ => return None,
        };
        return Some((3, when));
    }
    None
}

/// The last day of this name that is not after the document.
fn weekday(name: &str, document: Option<Date>) -> Option<Date> {
    let day = match name.to_ascii_lowercase().as_str() {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        _ => Weekday::Sunday,
    };
    let today = document?;
    let back = today.weekday().since(day);
    today.checked_sub(i64::from(back).days()).ok()
}

fn month_of(word: &Word<'_>) -> Option<u8> {
    if !word.token.is_capital() || !word.has(Tags::MONTH) {
        return None;
    }
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let lower = word.text.to_ascii_lowercase();
    MONTHS.iter().position(|month| lower.starts_with(month)).map(|month| month as u8 + 1)
}

fn day_of(text: &str) -> Option<u8> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ending = text.get(digits.len()..).unwrap_or_default();
    let day: u8 = digits.parse().ok()?;
    ((1..=31).contains(&day) && digits.len() <= 2 && matches!(ending, "" | "st" | "nd" | "rd" | "th")).then_some(day)
}

fn year_of(text: &str) -> Option<i32> {
    let year: i32 = text.parse().ok()?;
    (text.len() == 4 && (1000..=2100).contains(&year)).then_some(year)
}

/// A number in digits or in words up to twenty, or a round one.
pub fn count_of(text: &str) -> Option<u64> {
    const WORDS: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    const TENS: [(&str, u64); 9] = [
        ("thirty", 30),
        ("forty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("seventy", 70),
        ("eighty", 80),
        ("ninety", 90),
        ("hundred", 100),
        ("thousand", 1000),
    ];
    let lower = text.to_ascii_lowercase();
    if let Some(number) = WORDS.iter().position(|word| *word == lower) {
        return Some(number as u64);
    }
    if let Some((_, number)) = TENS.iter().find(|(word, _)| *word == lower) {
        return Some(*number);
    }
    if let Some((tens, ones)) = lower.split_once('-') {
        let tens = if tens == "twenty" { 20 } else { TENS.iter().find(|(word, _)| *word == tens)?.1 };
        return Some(tens + WORDS.iter().position(|word| *word == ones)? as u64);
    }
    let digits = lower.replace(',', "");
    digits.parse().ok()
}
