//! Date patterns: how a table writes dates, turned into EDTF.

use std::fmt::Write;

use crate::model::Period;

/// The patterns of a table, tried in order.
#[derive(Debug)]
pub struct DateFormats {
    patterns: Vec<Pattern>,
    names: Vec<String>,
    pivot: u8,
    /// Whether English words may stand around a date.
    pub words: bool,
}

#[derive(Debug)]
enum Pattern {
    /// EDTF as it is.
    Edtf,
    /// Parts and what stands between them.
    Parts(Vec<Part>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Year,
    YearOfCentury,
    Month,
    MonthName,
    Day,
    Literal(char),
}

/// Why a date pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It has no year, or a part twice.
    #[error("a date pattern is `edtf` or made of yyyy (or yy), mm (or mon) and dd, each at most once, with a year")]
    Parts,
    /// `yy` without a pivot.
    #[error("a two-digit year needs `pivot`: with `pivot = 30`, 29 is 2029 and 30 is 1930")]
    Pivot,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

impl Default for DateFormats {
    fn default() -> Self {
        Self { patterns: vec![Pattern::Edtf], names: vec!["edtf".into()], pivot: 0, words: false }
    }
}

impl DateFormats {
    /// No pattern yet. `pivot` is the first two-digit year that belongs to the last century.
    pub fn new(pivot: Option<u8>) -> Self {
        Self { patterns: Vec::new(), names: Vec::new(), pivot: pivot.unwrap_or(u8::MAX), words: false }
    }

    /// Adds a pattern: `edtf`, or `yyyy` or `yy`, `mm`, `mon` (English, three letters or more) and `dd` with what stands
    /// between them. A month or a day of zero is an unknown one.
    ///
    /// # Errors
    /// The pattern has no year, a part twice, or `yy` without a pivot.
    pub fn add(&mut self, pattern: &str) -> Result<(), PatternError> {
        let parsed = if pattern.eq_ignore_ascii_case("edtf") { Pattern::Edtf } else { parts(pattern)? };
        let short = matches!(&parsed, Pattern::Parts(parts) if parts.contains(&Part::YearOfCentury));
        if short && self.pivot > 99 {
            return Err(PatternError::Pivot);
        }
        self.patterns.push(parsed);
        self.names.push(pattern.to_owned());
        Ok(())
    }

    /// The patterns as they were given, for messages.
    pub fn names(&self) -> String {
        self.names.join(", ")
    }

    /// Appends `text` as EDTF. A date of zeros only appends nothing.
    ///
    /// Returns whether a pattern fits.
    pub fn edtf(&self, text: &str, out: &mut String) -> bool {
        self.plain(text, out) || (self.words && self.in_words(text, out))
    }

    /// Appends a date with English words around it: `approximately 1963`, `circa 1963`, `(probably) 1963`, `between 1960 and
    /// 1962 (approximately)`.
    fn in_words(&self, text: &str, out: &mut String) -> bool {
        const ABOUT: [&str; 5] = ["approximately ", "(approximately) ", "circa ", "about ", "c. "];
        const DOUBT: [&str; 3] = ["probably ", "(probably) ", "possibly "];
        let lower = text.trim().to_lowercase();
        let (rest, after) = match lower.strip_suffix(')').and_then(|inside| inside.rsplit_once(" (")) {
            Some((rest, "approximately" | "approximately " | "circa")) => (rest, "~"),
            Some((rest, "probably")) => (rest, "?"),
            _ => (lower.as_str(), ""),
        };
        let front = |words: &[&str]| words.iter().find_map(|word| rest.strip_prefix(word));
        let (rest, mark) = match (front(&ABOUT), front(&DOUBT)) {
            (Some(rest), _) => (rest, "~"),
            (None, Some(rest)) => (rest, "?"),
            (None, None) => (rest, after),
        };
        let years = |text: &str| text.len() == 9 && text.as_bytes().get(4) == Some(&b'-');
        let pair = rest.strip_prefix("between ").and_then(|pair| pair.split_once(" and "));
        let sides: Vec<&str> = match pair.or_else(|| rest.split_once('-').filter(|_| years(rest))) {
            Some((one, other)) => vec![one, other],
            None => vec![rest],
        };
        if sides == [text] {
            return false;
        }
        let start = out.len();
        for (number, side) in sides.into_iter().enumerate() {
            if number > 0 {
                out.push('/');
            }
            if !self.plain(side.trim(), out) {
                out.truncate(start);
                return false;
            }
            out.push_str(mark);
        }
        let fits = out.get(start..).is_some_and(|date| date.parse::<Period>().is_ok());
        if !fits {
            out.truncate(start);
        }
        fits
    }

    fn plain(&self, text: &str, out: &mut String) -> bool {
        self.patterns.iter().any(|pattern| match pattern {
            Pattern::Edtf => {
                let fits = text.parse::<Period>().is_ok();
                if fits {
                    out.push_str(text);
                }
                fits
            }
            Pattern::Parts(parts) => match self.read(parts, text) {
                None => false,
                Some((0, _, _)) => true,
                Some((year, month, day)) => {
                    let start = out.len();
                    // Writing to a String cannot fail.
                    let _ = match (month, day) {
                        (0, _) => write!(out, "{year:04}"),
                        (month, 0) => write!(out, "{year:04}-{month:02}"),
                        (month, day) => write!(out, "{year:04}-{month:02}-{day:02}"),
                    };
                    let fits = out.get(start..).is_some_and(|date| date.parse::<Period>().is_ok());
                    if !fits {
                        out.truncate(start);
                    }
                    fits
                }
            },
        })
    }

    /// Year, month and day; zero for an unknown one.
    fn read(&self, parts: &[Part], text: &str) -> Option<(u32, u32, u32)> {
        let (mut year, mut month, mut day) = (0, 0, 0);
        let mut rest = text;
        for (at, part) in parts.iter().enumerate() {
            // Between digits without a separator only the width tells them apart.
            let joined = parts.get(at + 1).is_some_and(|next| !matches!(next, Part::Literal(_) | Part::MonthName));
            match part {
                Part::Literal(letter) => rest = rest.strip_prefix(*letter)?,
                Part::Year => year = digits(&mut rest, 4, 4)?,
                Part::YearOfCentury => {
                    let short = digits(&mut rest, 2, 2)?;
                    year = if short < u32::from(self.pivot) { 2000 + short } else { 1900 + short };
                }
                Part::Month => month = digits(&mut rest, if joined { 2 } else { 1 }, 2)?,
                Part::Day => day = digits(&mut rest, if joined { 2 } else { 1 }, 2)?,
                Part::MonthName => {
                    let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
                    let (word, after) = rest.split_at_checked(end)?;
                    let start = word.get(..3)?.to_ascii_lowercase();
                    month = MONTHS.iter().zip(1..).find(|(name, _)| **name == start)?.1;
                    rest = after;
                }
            }
        }
        // A day of an unknown month says nothing that EDTF could keep.
        (rest.is_empty() && !(month == 0 && day != 0) && !(year == 0 && month != 0)).then_some((year, month, day))
    }
}

fn digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let count = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (number, after) = rest.split_at_checked(count)?;
    *rest = after;
    if count < least { None } else { number.parse().ok() }
}

fn parts(pattern: &str) -> Result<Pattern, PatternError> {
    const WORDS: [(&str, Part); 7] = [
        ("yyyy", Part::Year),
        ("yy", Part::YearOfCentury),
        ("mon", Part::MonthName),
        ("mm", Part::Month),
        ("m", Part::Month),
        ("dd", Part::Day),
        ("d", Part::Day),
    ];
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let found = WORDS.iter().find_map(|(word, part)| Some((rest.strip_prefix(word)?, *part)));
        let (after, part) = found.unwrap_or((rest.get(first.len_utf8()..).unwrap_or(""), Part::Literal(first)));
        parts.push(part);
        rest = after;
    }
    let count = |wanted: &[Part]| parts.iter().filter(|part| wanted.contains(part)).count();
    let once = count(&[Part::Year, Part::YearOfCentury]) == 1
        && count(&[Part::Month, Part::MonthName]) <= 1
        && count(&[Part::Day]) <= 1
        && !parts.iter().any(|part| matches!(part, Part::Literal(letter) if letter.is_alphabetic()));
    if once { Ok(Pattern::Parts(parts)) } else { Err(PatternError::Parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formats(patterns: &[&str], pivot: Option<u8>) -> DateFormats {
        let mut formats = DateFormats::new(pivot);
        for pattern in patterns {
            formats.add(pattern).unwrap();
        }
        formats
    }

    #[test]
    fn each_shape_becomes_edtf() {
        let formats = formats(&["yyyy-mm-dd", "m/d/yy", "d mon yyyy", "yyyymmdd", "mon yyyy", "edtf"], Some(30));
        for (text, expected) in [
            ("2005-00-00", "2005"),
            ("2014-02-00", "2014-02"),
            ("2014-02-09", "2014-02-09"),
            ("2/18/10", "2010-02-18"),
            ("1/1/68", "1968-01-01"),
            ("12/31/29", "2029-12-31"),
            ("12/31/30", "1930-12-31"),
            ("9 September 1972", "1972-09-09"),
            ("Sep 1972", "1972-09"),
            ("20011002", "2001-10-02"),
            ("0000-00-00", ""),
            ("2001?", "2001?"),
        ] {
            let mut out = String::new();
            assert!(formats.edtf(text, &mut out), "{text}");
            assert_eq!(out, expected, "{text}");
        }
        for text in ["2005-13-40", "2005-00-12", "13/40/05", "2/30/05", "about 2005", "", "2005-1-1x", "é", "9 é 1972"]
        {
            let mut out = String::new();
            assert!(!formats.edtf(text, &mut out), "{text} gave {out}");
            assert!(out.is_empty());
        }
    }

    #[test]
    fn words_around_a_date_become_marks() {
        let mut formats = formats(&["d.m.yyyy", "yyyy", "d mon. yyyy"], None);
        formats.words = true;
        for (text, expected) in [
            ("Approximately 1963", Some("1963~")),
            ("circa 1.2.1963", Some("1963-02-01~")),
            ("(probably) 1963", Some("1963?")),
            ("Between 1960 and 1962", Some("1960/1962")),
            ("Between 1960 and 1962 (Approximately )", Some("1960~/1962~")),
            ("Approximately 1960-1962", Some("1960~/1962~")),
            ("9 Jun. 1965", Some("1965-06-09")),
            ("between 1962 and 1960", None),
            ("1963 (Hijri Calendar)", None),
            ("approximately", None),
            ("between and", None),
            ("", None),
        ] {
            let mut out = String::new();
            assert_eq!(formats.edtf(text, &mut out).then_some(out.as_str()), expected, "{text}");
            assert!(expected.is_some() || out.is_empty());
        }
    }

    #[test]
    fn a_pattern_that_says_no_date_is_refused() {
        for pattern in ["", "mm/dd", "yyyy-yy", "yyyy-mm-mm", "yyyy-mon-mm", "date", "yyyy-q"] {
            assert_eq!(DateFormats::new(Some(30)).add(pattern), Err(PatternError::Parts), "{pattern}");
        }
        assert_eq!(DateFormats::new(None).add("m/d/yy"), Err(PatternError::Pivot));
    }
}
