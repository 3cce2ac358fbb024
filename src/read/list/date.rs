//! Dates as lists write them, into EDTF.

/// The day at the beginning of a time stamp: `2016-10-13` of `2016-10-13T00:00:00Z`.
pub fn iso_day(text: &str) -> Option<&str> {
    let day = text.get(..10)?;
    let shaped = day
        .bytes()
        .enumerate()
        .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    let ends = text.as_bytes().get(10).is_none_or(|byte| !byte.is_ascii_digit());
    (shaped && ends).then_some(day)
}

/// The number of an English month by its first three letters or more: `Nov.`, `September`.
pub fn month_number(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches(['.', ',']).to_ascii_lowercase();
    if word.len() < 3 {
        return None;
    }
    let position =
        MONTHS.iter().position(|month| month.starts_with(&word) || (word == "sept" && *month == "september"));
    position.and_then(|at| u32::try_from(at + 1).ok())
}

/// `14 Jun 1975`, `Jun 1975` or `1975` as EDTF.
pub fn day_month_year(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let year =
        |word: &str| (word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit())).then(|| word.to_owned());
    match words.as_slice() {
        [only] => year(only),
        [month, last] => Some(format!("{}-{:02}", year(last)?, month_number(month)?)),
        [day, month, last] => {
            let day: u32 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
            Some(format!("{}-{:02}-{day:02}", year(last)?, month_number(month)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_lists_write_them() {
        for (text, expected) in [
            ("14 Jun 1975", Some("1975-06-14")),
            ("1 September 1990", Some("1990-09-01")),
            ("Nov. 1973", Some("1973-11")),
            ("Sept. 1958", Some("1958-09")),
            ("1951", Some("1951")),
            ("32 Jan 1951", None),
            ("30-35 years old", None),
            ("Ju 1951", None),
            ("", None),
        ] {
            assert_eq!(day_month_year(text).as_deref(), expected, "{text}");
        }
        for (text, expected) in [
            ("2016-10-13", Some("2016-10-13")),
            ("2016-10-13T00:00:09Z", Some("2016-10-13")),
            ("2016-10-13-05:00", Some("2016-10-13")),
            ("2016-10-133", None),
            ("2016-1-13", None),
            ("", None),
        ] {
            assert_eq!(iso_day(text), expected, "{text}");
        }
    }
}
