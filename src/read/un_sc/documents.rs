//! Papers: which attribute a document's number is, and which part of the words is the number.

/// A paper as the list describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The attribute.
    pub key: &'static str,
    /// The number.
    pub number: String,
}

/// Words after which a number stands.
const MARKS: [&str; 5] = ["number:", "number", "no.:", "no.", "code:"];

/// The number of a paper of these types, from the field of the number or else from words about it; `None` if no number
/// is given.
pub fn paper(kind: &str, second_kind: &str, number: &str, note: &str) -> Option<Paper> {
    let written =
        [number, second_kind, note].into_iter().find(|text| text.bytes().any(|byte| byte.is_ascii_digit()))?;
    let from_note = number.is_empty();
    let number = number_in(written, from_note)?;
    let what = format!("{second_kind} {written}").to_lowercase();
    let kind = kind.to_lowercase();
    let names = |words: &[&str]| words.iter().any(|word| what.contains(word));
    let is_passport = |text: &str| ["passport", "passeport", "pasaporte"].iter().any(|word| text.contains(word));
    let key = if names(&["fiscal code", "tax"]) {
        "tax_number"
    } else if is_passport(&what) || (is_passport(&kind) && !names(&["identi", "card"])) {
        "passport_number"
    } else {
        "id_number"
    };
    Some(Paper { key, number })
}

/// The number itself: what stands behind the last mark, up to a bracket or a comma. Words about a paper must have a
/// mark, or begin with the number.
fn number_in(text: &str, must_be_marked: bool) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mark = MARKS.iter().filter_map(|mark| lower.find(mark).map(|at| at + mark.len())).max();
    let digits_after = |at: &usize| text.get(*at..).is_some_and(|rest| rest.bytes().any(|byte| byte.is_ascii_digit()));
    let starts_with_digit = text.trim().starts_with(|c: char| c.is_ascii_digit());
    let start = match mark.filter(digits_after) {
        Some(start) => start,
        None if must_be_marked && !starts_with_digit => return None,
        None => 0,
    };
    let rest = text.get(start..)?;
    let end = [" issued", " expire", " (", ", ", ";", " under "].iter().filter_map(|end| rest.find(end)).min();
    let number = rest.get(..end.unwrap_or(rest.len()))?.trim().trim_matches([',', '.', ':', ' ']);
    (number.bytes().any(|byte| byte.is_ascii_digit()) && number.len() <= 100).then(|| number.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_in_its_words() {
        let id = "National Identification Number";
        for (kind, second, number, note, expected) in [
            ("Passport", "", "A000001", "", Some(("passport_number", "A000001"))),
            ("Passport", "", "Afghan passport number SE 000820", "", Some(("passport_number", "SE 000820"))),
            ("Passport", "", "381110000 (Expired 25 Jan. 2016)", "", Some(("passport_number", "381110000"))),
            ("Passport", "", "R00000000, South Sudan", "", Some(("passport_number", "R00000000"))),
            (id, "national passport", "B 12", "", Some(("passport_number", "B 12"))),
            (id, "Italian Fiscal Code:", "AAA111", "", Some(("tax_number", "AAA111"))),
            (id, "tazkira number 545000", "", "issued in 1974", Some(("id_number", "545000"))),
            (id, "", "", "04640000 issued on 18 Jun. 1999", Some(("id_number", "04640000"))),
            (
                "Passport",
                "",
                "",
                "Libyan passport number 347000, issued under name X",
                Some(("passport_number", "347000")),
            ),
            (id, "Birth certificate", "", "issued for X, born on 25 Sep. 1973", None),
            ("Passport", "", "", "issued in 1993, under name X", None),
            ("Numéro de passeport", "", "C1", "", Some(("passport_number", "C1"))),
        ] {
            let found = paper(kind, second, number, note);
            assert_eq!(
                found.as_ref().map(|paper| (paper.key, paper.number.as_str())),
                expected,
                "{second} {number} {note}"
            );
        }
    }
}
