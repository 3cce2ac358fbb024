//! Names as the list writes them: several in one field, and spellings in another script behind or beside them.

use crate::model::NameRole;
use crate::read::list::script;

/// A name that stands in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// The name.
    pub name: String,
    /// Whether the field says that it is a former one.
    pub former: bool,
}

/// What the list says in words of a former name.
const FORMER: [&str; 2] = ["previously listed as", "formerly listed as"];
/// What stands before a spelling in another script.
const IN_SCRIPT: [&str; 4] = ["original script:", "in arabic script:", "in arabic:", "in original script:"];

/// What stands behind a spelling in another script, sometimes.
const LABEL_BEHIND: &str = "(original script)";

/// The names of a field: semicolons separate them, and spellings in another script stand in brackets, alone or with
/// more names.
pub fn spellings(field: &str) -> Vec<Spelling> {
    let mut found = Vec::new();
    for part in top_level(field) {
        let (outer, inner) = bracket(part);
        let former = inner.is_some_and(says_former);
        let inner = inner.filter(|_| !former).map(|inner| after_label(inner).unwrap_or(inner));
        let other_script =
            |inner: &&str| inner.split(';').any(|name| script(name).is_some() != script(outer).is_some());
        match inner.filter(other_script) {
            Some(inner) => {
                push(&mut found, outer, false);
                inner.split(';').for_each(|name| push(&mut found, &name.replace(LABEL_BEHIND, ""), false));
            }
            None => push(&mut found, if former { outer } else { part }, former),
        }
    }
    found
}

fn push(found: &mut Vec<Spelling>, name: &str, former: bool) {
    let name = name.trim_start_matches([')', ',', ';', ' ']).trim_end_matches([',', ';', ' ']);
    if !name.is_empty() {
        found.push(Spelling { name: name.to_owned(), former });
    }
}

/// A remark on a name: whether it says that the name is a former one, and a spelling in another script, if it has one.
pub fn remark(note: &str) -> (bool, Option<&str>) {
    let labelled = IN_SCRIPT.iter().find_map(|label| {
        let at = find_ignoring_case(note, label)?;
        let rest = note.get(at + label.len()..)?.trim();
        let name = rest.split(['.', ';']).next().unwrap_or(rest).trim();
        script(name).is_some().then_some(name)
    });
    (says_former(note), labelled)
}

/// The role of a name of this quality.
pub fn role(quality: &str, former: bool) -> NameRole {
    let quality = quality.trim();
    if quality.eq_ignore_ascii_case("low") {
        NameRole::Weak
    } else if former || quality.eq_ignore_ascii_case("f.k.a.") || quality.eq_ignore_ascii_case("fka") {
        NameRole::Former
    } else {
        NameRole::Alias
    }
}

fn says_former(text: &str) -> bool {
    FORMER.iter().any(|words| find_ignoring_case(text, words).is_some())
}

fn after_label(text: &str) -> Option<&str> {
    IN_SCRIPT.iter().find_map(|label| {
        text.get(..label.len()).filter(|start| start.eq_ignore_ascii_case(label)).and(text.get(label.len()..))
    })
}

/// Where `words`, which are ASCII, stand in a text.
fn find_ignoring_case(text: &str, words: &str) -> Option<usize> {
    text.as_bytes().windows(words.len()).position(|window| window.eq_ignore_ascii_case(words.as_bytes()))
}

/// A field split at semicolons outside brackets.
fn top_level(field: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0u32);
    for (at, letter) in field.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => {
                parts.push(field.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(field.get(start..).unwrap_or_default());
    parts
}

/// A text and what stands in brackets at its end.
fn bracket(text: &str) -> (&str, Option<&str>) {
    let whole = text.trim().trim_end_matches([',', ' ']);
    let Some(inside) = whole.strip_suffix(')') else { return (whole, None) };
    let mut depth = 1u32;
    let opening = inside.char_indices().rev().find(|(_, letter)| {
        match letter {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    match opening.and_then(|(at, _)| inside.split_at_checked(at)) {
        Some((outer, inner)) if !outer.trim().is_empty() => {
            (outer.trim(), Some(inner.strip_prefix('(').unwrap_or(inner).trim()))
        }
        _ => (whole, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_may_hold_several_names() {
        for (field, expected) in [
            ("Ali Example", vec!["Ali Example"]),
            ("Ali One; Ali Two ; ", vec!["Ali One", "Ali Two"]),
            ("Ali Example (علي)", vec!["Ali Example", "علي"]),
            ("علي (Ali One; Ali Two),", vec!["علي", "Ali One", "Ali Two"]),
            ("Amir (original script: Амир)", vec!["Amir", "Амир"]),
            ("Front (F) (جبهة (original script); The Front)", vec!["Front (F)", "جبهة", "The Front"]),
            (") Ali Example", vec!["Ali Example"]),
            ("Example Front (EF)", vec!["Example Front (EF)"]),
            ("(Sheikh) Ali", vec!["(Sheikh) Ali"]),
            ("华信(香港)公司", vec!["华信(香港)公司"]),
        ] {
            let names: Vec<_> = spellings(field).into_iter().map(|spelling| spelling.name).collect();
            assert_eq!(names, expected, "{field}");
        }
        let former = spellings("Ali Example (previously listed as)");
        assert_eq!(former, [Spelling { name: "Ali Example".into(), former: true }]);
    }

    #[test]
    fn remarks_on_names_are_understood() {
        assert_eq!(remark("Previously listed as. In Arabic: علي"), (true, Some("علي")));
        assert_eq!(remark("original script: Абу Билал"), (false, Some("Абу Билал")));
        assert_eq!(remark("nom de guerre"), (false, None));
        assert_eq!(role("Low", true), NameRole::Weak);
        assert_eq!(role("Good", true), NameRole::Former);
        assert_eq!(role("f.k.a.", false), NameRole::Former);
        assert_eq!(role("a.k.a.", false), NameRole::Alias);
    }
}
