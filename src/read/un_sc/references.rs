//! Reference numbers in texts: `QDi.123`, `(QDe.004)`, `KPE.018`, `QDi322`.

use std::ops::Range;

/// A reference number in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The number in capitals with its dot: `QDI.123`.
    pub number: String,
    /// Where it stands.
    pub span: Range<usize>,
}

/// A reference number in the form in which numbers are compared.
pub fn canonical(number: &str) -> String {
    number.trim().to_ascii_uppercase()
}

/// A number of the compared form as the list writes it: `QDi.123`.
pub fn shown(canonical: &str) -> String {
    let small = |(at, letter): (usize, char)| if at == 2 { letter.to_ascii_lowercase() } else { letter };
    canonical.chars().enumerate().map(small).collect()
}

/// The reference numbers in a text, in order: two capitals for the list, `i` or `e`, three digits.
pub fn mentions(text: &str) -> Vec<Mention> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let starts_word = at == 0 || bytes.get(at - 1).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        match mention(rest).filter(|_| starts_word) {
            Some((number, length)) => {
                found.push(Mention { number, span: at..at + length });
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

/// The reference number that a text begins with, and its length.
fn mention(bytes: &[u8]) -> Option<(String, usize)> {
    let (list, rest) = bytes.split_at_checked(2)?;
    let (&kind, mut rest) = rest.split_first()?;
    if !list.iter().all(u8::is_ascii_uppercase) || !matches!(kind, b'i' | b'e' | b'I' | b'E') {
        return None;
    }
    while let [b' ' | b'.', after @ ..] = rest {
        rest = after;
        if bytes.len() - rest.len() > 6 {
            return None;
        }
    }
    let digits = rest.get(..3).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    if rest.get(3).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_ascii_uppercase();
    Some((format!("{}{}.{}", text(list), text(&[kind]), text(digits)), bytes.len() - rest.len() + 3))
}

/// The sentence around a place: full stops end sentences, but not those of abbreviations, initials and numbers.
pub fn sentence(text: &str, around: &Range<usize>) -> Range<usize> {
    let start = ends(text).take_while(|end| *end <= around.start).last().unwrap_or(0);
    let end = ends(text).find(|end| *end >= around.end).unwrap_or(text.len());
    start..end
}

/// Where sentences end, behind their full stops.
fn ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.match_indices(". ")
        .map(|(at, _)| at)
        .filter(|at| {
            let before = text.get(..*at).unwrap_or_default();
            let after = text.get(at + 2..).unwrap_or_default().trim_start();
            let word = before.rsplit([' ', '(']).next().unwrap_or_default();
            let is_short = word.chars().count() <= 4
                && !word.ends_with(')')
                && word.chars().next().is_some_and(char::is_uppercase);
            !is_short && after.starts_with(|c: char| c.is_uppercase() || matches!(c, '[' | '"' | '“'))
        })
        .map(|at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_however_they_are_written() {
        for (text, expected) in [
            ("of X (QDe.004).", vec!["QDE.004"]),
            ("KPE.018 and QDi322", vec!["KPE.018", "QDI.322"]),
            ("(QDi. 123) (TAe .012)", vec!["QDI.123", "TAE.012"]),
            ("JNIM, QDe.159)", vec!["QDE.159"]),
            ("AQDe.004 QDe.0045 QDe.04 CHE 2 qde.004", vec![]),
            ("", vec![]),
            ("é QDi.001", vec!["QDI.001"]),
        ] {
            let found: Vec<_> = mentions(text).into_iter().map(|mention| mention.number).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_mention_has_its_sentence() {
        let text =
            "Leader of A (QDe.001). Born in St. Example, joined B (QDe.002) in Nov. 2014. Brother of C (QDi.003)";
        let found: Vec<_> = mentions(text).iter().map(|m| text.get(sentence(text, &m.span)).unwrap().trim()).collect();
        assert_eq!(
            found,
            [
                "Leader of A (QDe.001).",
                "Born in St. Example, joined B (QDe.002) in Nov. 2014.",
                "Brother of C (QDi.003)"
            ]
        );
    }
}
