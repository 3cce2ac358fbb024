//! Reading EDTF. The good path allocates nothing; the bad path takes its time to say what is wrong.

use super::{Date, DateError, MAX_YEAR, Period, Qualifier, Side, Unspecified, bounds};

/// Reads a date or an interval.
pub(super) fn period(text: &str) -> Result<Period, DateError> {
    let Some(slash) = text.bytes().position(|byte| byte == b'/') else {
        let date = Side::Date(Reader { text, at: 0, offset: 0 }.date()?);
        return Period::new(date, Side::Absent).ok_or_else(|| no_interval(date, text, text.len(), ""));
    };
    let (start, end) = text.split_at(slash);
    let (end, end_at) = (end.get(1..).unwrap_or_default(), slash + 1);
    let first = side(start, 0)?;
    let second = side(end, end_at)?;
    Period::new(first, second).ok_or_else(|| no_interval(first, start, end_at, end))
}

/// Why two valid sides make no interval.
#[cold]
pub(super) fn no_interval(first: Side, start: &str, end_at: usize, end: &str) -> DateError {
    match first {
        Side::Date(_) => DateError { at: end_at, message: format!("the end {end} lies before the start {start}") },
        _ => DateError { at: 0, message: "an interval needs a date at its start or at its end".to_owned() },
    }
}

fn side(text: &str, offset: usize) -> Result<Side, DateError> {
    match text {
        "" => Ok(Side::Unknown),
        ".." => Ok(Side::Open),
        _ => Reader { text, at: 0, offset }.date().map(Side::Date),
    }
}

/// A number of fixed width whose last digits may be `X`.
struct Number {
    /// The value with 0 for each `X`.
    value: u32,
    /// How many `X` there are.
    unspecified: u32,
}

/// A place in the text of one date.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Where `text` begins in the whole text.
    offset: usize,
}

impl Reader<'_> {
    fn date(mut self) -> Result<Date, DateError> {
        let negative = self.take(b'-');
        let year_at = self.at;
        let Some(number) = self.number(4) else { return Err(self.no_year(negative)) };
        if negative && number.value == 0 {
            return Err(self.error(0, "there is no year -0000; 1 BC is 0000, 2 BC is -0001".to_owned()));
        }
        let magnitude = number.value as i32;
        let mut date = Date {
            year: if negative { -magnitude } else { magnitude },
            month: 0,
            day: 0,
            unspecified: match number.unspecified {
                0 => Unspecified::Nothing,
                1 => Unspecified::YearOfDecade,
                2 => Unspecified::YearOfCentury,
                _ => {
                    let message = "only the last two digits of a year may be X (more is EDTF level 2)".to_owned();
                    return Err(self.error(year_at, message));
                }
            },
            qualifier: Qualifier::None,
        };
        if self.take(b'-') {
            self.month(&mut date)?;
        }
        date.qualifier = match self.peek() {
            None => return Ok(date),
            Some(b'?') => Qualifier::Uncertain,
            Some(b'~') => Qualifier::Approximate,
            Some(b'%') => Qualifier::Both,
            Some(_) => return Err(self.left_over()),
        };
        self.at += 1;
        if self.peek().is_some() { Err(self.left_over()) } else { Ok(date) }
    }

    /// The month and what may follow it, after the hyphen.
    fn month(&mut self, date: &mut Date) -> Result<(), DateError> {
        let at = self.at;
        if date.unspecified != Unspecified::Nothing {
            let message = "a month needs a full year (197X-04 is EDTF level 2)".to_owned();
            return Err(self.error(at, message));
        }
        let Some(month) = self.number(2) else { return Err(self.no_two_digits("month")) };
        match (month.unspecified, month.value) {
            (2, _) => date.unspecified = Unspecified::Month,
            (0, 1..=12 | 21..=24) => date.month = month.value,
            (0, 25..=41) => {
                let message = format!("{} is of EDTF level 2; a season is 21 to 24", month.value);
                return Err(self.error(at, message));
            }
            (0, value) => {
                let message = format!("{value:02} is no month; expected 01 to 12, or a season from 21 to 24");
                return Err(self.error(at, message));
            }
            _ => {
                let message = "a month is two digits or XX (one unspecified digit is EDTF level 2)".to_owned();
                return Err(self.error(at, message));
            }
        }
        if self.take(b'-') { self.day(date) } else { Ok(()) }
    }

    /// The day, after its hyphen.
    fn day(&mut self, date: &mut Date) -> Result<(), DateError> {
        let at = self.at;
        if date.month > 12 {
            return Err(self.error(at - 1, "a season has no days; expected the end of the date".to_owned()));
        }
        let Some(day) = self.number(2) else { return Err(self.no_two_digits("day")) };
        match (day.unspecified, date.unspecified) {
            (2, Unspecified::Month) => date.unspecified = Unspecified::MonthAndDay,
            (2, _) => date.unspecified = Unspecified::Day,
            (0, Unspecified::Month) => {
                let message = "a day needs its month (1985-XX-12 is EDTF level 2)".to_owned();
                return Err(self.error(at, message));
            }
            (0, _) => {
                let days = bounds::days_in_month(date.year, date.month);
                if !(1..=days).contains(&day.value) {
                    let month = self.text.get(..at - 1).unwrap_or_default();
                    let message = format!("{:02} is no day of {month}; expected 01 to {days}", day.value);
                    return Err(self.error(at, message));
                }
                date.day = day.value;
            }
            _ => {
                let message = "a day is two digits or XX (one unspecified digit is EDTF level 2)".to_owned();
                return Err(self.error(at, message));
            }
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Reads exactly `width` digits, the last of which may be `X`; otherwise stays where it is.
    fn number(&mut self, width: usize) -> Option<Number> {
        let bytes = self.text.as_bytes().get(self.at..self.at + width)?;
        let mut number = Number { value: 0, unspecified: 0 };
        for &byte in bytes {
            number.value *= 10;
            match byte {
                b'0'..=b'9' if number.unspecified == 0 => number.value += u32::from(byte - b'0'),
                b'X' => number.unspecified += 1,
                _ => return None,
            }
        }
        self.at += width;
        match self.peek() {
            Some(b'0'..=b'9' | b'X') => {
                self.at -= width;
                None
            }
            _ => Some(number),
        }
    }

    #[cold]
    fn error(&self, at: usize, message: String) -> DateError {
        DateError { at: self.offset + at, message }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// How many bytes from here on belong to a number.
    fn digits(&self) -> usize {
        self.rest().bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'X').count()
    }

    #[cold]
    fn no_year(&self, negative: bool) -> DateError {
        let expected = "expected a date such as 2014, 2014-06, 2014-06-15 or an interval such as 2014/2016";
        let digits = self.digits();
        let message = match self.rest().bytes().next() {
            None if negative => "a year of four digits is missing after -".to_owned(),
            None => expected.to_owned(),
            Some(b'Y') if self.rest().as_bytes().get(1).is_some_and(|byte| matches!(byte, b'-' | b'0'..=b'9')) => {
                format!("years go from -{MAX_YEAR} to {MAX_YEAR}; a long year (Y…) is not kept")
            }
            Some(b'[' | b'{') => "a set of dates is EDTF level 2; levels 0 and 1 are read".to_owned(),
            Some(b'?' | b'~' | b'%') => "a qualifier stands at the end of the date: 1984?".to_owned(),
            Some(b'.') => "an open end is written with a slash: ../2014 or 2001/..".to_owned(),
            Some(b'X') if digits == 4 => "the first two digits of a year cannot be X (XXXX is EDTF level 2)".to_owned(),
            Some(_) if digits > 4 => format!(
                "{} has {digits} digits; a year has four (-{MAX_YEAR} to {MAX_YEAR}), a day is written 2014-06-15",
                self.rest().get(..digits).unwrap_or_default()
            ),
            Some(_) if digits == 4 => "X stands only for the last digits of a year: 197X, 19XX".to_owned(),
            Some(_) if digits > 0 => match self.rest().as_bytes().get(digits) {
                Some(b'x') => "an unspecified digit is a capital X: 197X".to_owned(),
                _ => format!("a year has four digits, here are {digits} (write the year 85 as 0085)"),
            },
            Some(_) => expected.to_owned(),
        };
        self.error(self.at, message)
    }

    #[cold]
    fn no_two_digits(&self, what: &str) -> DateError {
        let message = match self.rest().bytes().next() {
            Some(b'x') => "an unspecified digit is a capital X: 2004-XX".to_owned(),
            Some(b'?' | b'~' | b'%') => {
                "a qualifier stands at the end of the whole date (before a part it is EDTF level 2)".to_owned()
            }
            _ => format!("a {what} of two digits is expected"),
        };
        self.error(self.at, message)
    }

    /// What stands behind a complete date.
    #[cold]
    fn left_over(&self) -> DateError {
        let rest = self.rest();
        let message = match rest.bytes().next() {
            Some(b'T' | b't') => "a time of day is not kept: a link's period is kept in days".to_owned(),
            Some(b' ') if rest.contains(':') => "a time of day is not kept: a link's period is kept in days".to_owned(),
            Some(b'/') => "an interval has two sides, start/end; a day is written 2014-06-15".to_owned(),
            Some(b'.') => "an interval is written with a slash: 2014/2016, 2014/.. without an end".to_owned(),
            Some(b'?' | b'~' | b'%') => "a date has one qualifier; ? and ~ together are written %".to_owned(),
            Some(b'x') => "an unspecified digit is a capital X: 197X".to_owned(),
            Some(b'E' | b'S' | b'^') => {
                "exponents, precisions and groups are EDTF level 2; levels 0 and 1 are read".to_owned()
            }
            _ if self.at > 0 && matches!(self.text.as_bytes().get(self.at - 1), Some(b'?' | b'~' | b'%')) => {
                "a qualifier stands at the end of the whole date (within it, it is EDTF level 2)".to_owned()
            }
            _ => "the date should end here; expected ?, ~, %, / or nothing".to_owned(),
        };
        self.error(self.at, message)
    }
}
