//! Persons with their titles and roles: "Senior Director Dr. Hans-Jakob Schindler".

use std::ops::Range;

use super::super::lexicon::Tags;
use super::Reading;

/// The parts of a capitalised row that holds a role or a title.
pub(super) struct Parts {
    /// The body before the role ("CIA Director ..."); empty if there is none.
    pub body: Range<usize>,
    /// The role ("Senior Director").
    pub role: Option<Range<usize>>,
    /// The title ("Dr.").
    pub title: Option<Range<usize>>,
    /// The name.
    pub name: Range<usize>,
}

/// Words that belong to a role.
const BEFORE_ROLE: [&str; 17] = [
    "senior",
    "deputy",
    "former",
    "chief",
    "vice",
    "executive",
    "assistant",
    "associate",
    "acting",
    "first",
    "prime",
    "foreign",
    "interior",
    "defence",
    "defense",
    "special",
    "managing",
];

/// Splits a row that holds a role or a title; `None` if it holds none, or if it is the name of a body.
pub(super) fn split(reading: &Reading<'_>, words: &Range<usize>) -> Option<Parts> {
    let at = |number: usize| &reading.words[number];
    let is_title = |number: usize| at(number).has(Tags::TITLE);
    let is_role = |number: usize| at(number).has(Tags::ROLE) && !at(number).has(Tags::GIVEN_NAME);
    let last_mark = words.clone().rev().find(|&number| is_title(number) || is_role(number))?;
    // "Islamic Emirate", "Office of the President": a role at the end, or after "of", is no role of somebody named here.
    if last_mark + 1 >= words.end && !(words.len() > 1 && is_role(last_mark) && words.start + 1 < last_mark) {
        return None;
    }
    let name = last_mark + 1..words.end;
    if name.is_empty()
        || reading.words[name.clone()]
            .iter()
            .any(|word| word.has(Tags::ORGANISATION) || word.is("of") || word.is("for"))
    {
        return None;
    }
    // Titles stand directly before the name, roles before them.
    let mut title = last_mark + 1;
    while title > words.start && is_title(title - 1) && !is_role_only(reading, title - 1) {
        title -= 1;
    }
    let mut role = title;
    while role > words.start {
        let before = at(role - 1);
        let part = is_role(role - 1)
            || is_title(role - 1)
            || BEFORE_ROLE.iter().any(|word| before.is(word))
            || before.is("of") && role < title;
        if !part {
            break;
        }
        role -= 1;
    }
    let some = |range: Range<usize>| (!range.is_empty()).then_some(range);
    Some(Parts { body: words.start..role, role: some(role..title), title: some(title..last_mark + 1), name })
}

/// Whether a word is an office rather than a form of address.
fn is_role_only(reading: &Reading<'_>, at: usize) -> bool {
    let word = &reading.words[at];
    word.has(Tags::ROLE)
        && !word.has(Tags::ABBREVIATION)
        && !["mullah", "sheikh", "imam", "professor", "ayatollah"].iter().any(|title| word.is(title))
}
