//! A name taken apart, once, so that it can be compared with many.

use std::fmt;
use std::str::FromStr;

use super::fold;
use super::script::{self, Script};
use super::skeleton::Keyed;
use super::tables::{self, Known, Tables, tables};
use super::word::{MAX_WORD, sounds};

/// What bears a name: it decides what its words mean. `General` is a title before a person's name, and a word of an
/// organisation's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// A human being.
    Person,
    /// A company, a group, a state body.
    Organisation,
    /// Something else that has a name: a place, an event, a ship.
    Other,
    /// Not known; the words of the name decide.
    #[default]
    Unknown,
}

impl NameKind {
    /// The words that [`NameKind::from_str`] reads.
    pub const WORDS: [&str; 4] = ["person", "organisation", "other", "unknown"];
}

impl FromStr for NameKind {
    type Err = String;

    /// Reads a kind, or a kind of entity in the words of this program or of FollowTheMoney.
    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text.to_ascii_lowercase().as_str() {
            "person" => Self::Person,
            "organisation" | "organization" | "company" | "publicbody" => Self::Organisation,
            "other" | "place" | "event" | "vessel" | "airplane" | "address" => Self::Other,
            // A legal entity in FollowTheMoney may be a person.
            "unknown" | "legalentity" | "thing" | "" => Self::Unknown,
            _ => return Err(format!("{text:?} is not a kind of name; there are {}", Self::WORDS.join(", "))),
        })
    }
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Person => "person",
            Self::Organisation => "organisation",
            Self::Other => "other",
            Self::Unknown => "unknown",
        })
    }
}

/// What a part of a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A name of its own.
    Name,
    /// A name that very many people bear.
    Common,
    /// A name made of the father's: Petrovich.
    Patronymic,
    /// One letter.
    Initial,
    /// A form of address, an office, an honour.
    Title,
    /// A title that is a name as well.
    Honour,
    /// A small word.
    Particle,
    /// A legal form.
    Form,
    /// A word that many organisations have in their names.
    Word,
    /// A place.
    Place,
    /// A number.
    Number,
}

/// The part stands where a legal form may stand in a person's name: last, behind two others.
const LAST: u16 = 1 << 9;
/// The part is the first.
const FIRST: u16 = 1 << 10;
/// A number written in digits.
const DIGITS: u16 = 1 << 11;
/// A number next to letters in one word.
const MIXED: u16 = 1 << 12;
/// It ends as patronymics end, and is not the first.
const PATRONYMIC: u16 = 1 << 13;

/// One part of a name; its texts stand in the buffer of the name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    start: u16,
    text: u8,
    key: u8,
    syllables: u8,
    /// How it was written.
    pub script: Script,
    flags: u16,
    /// Groups of words that stand for each other, 0 for none.
    pub groups: [u16; 2],
    /// The value of a number.
    pub value: u32,
    /// How often its key has the consonants of each class of like sound.
    pub sounds: [u8; 8],
}

/// A name taken apart, once, so that it can be compared with many: its parts with their keys and what is known of them.
///
/// About 24 bytes a part and its letters twice. Parts beyond the 32nd, and letters of a part beyond the 64th, are left
/// out.
///
/// ```
/// use tieline::names::{NameKind, Prepared, score};
/// let one = Prepared::of("Dr. Jalal ad-Din Example", NameKind::Person);
/// let other = Prepared::of("EXAMPLE, Jalaluddin", NameKind::Person);
/// assert!(score(&one, &other) > 0.9);
/// ```
#[derive(Clone, Debug)]
pub struct Prepared {
    folded: Box<str>,
    buffer: Box<str>,
    parts: Box<[Part]>,
    kind: NameKind,
    /// What the words of the name make of an unknown kind.
    looks: NameKind,
}

/// Parts of a name that are compared; the rest counts as if it were not there.
pub(super) const MAX_PARTS: usize = 32;

impl Prepared {
    /// Takes a name apart. Linear in its length.
    pub fn of(name: &str, kind: NameKind) -> Self {
        let mut name = Taking { tables: tables(), buffer: String::new(), parts: Vec::new(), folded: fold(name), kind }
            .take(&script::words(name));
        name.parts.truncate(MAX_PARTS);
        let has =
            |flags: u16| name.parts.iter().any(|part| part.flags & flags != 0 && part.flags & tables::PARTICLE == 0);
        let looks = match kind {
            NameKind::Unknown if has(tables::FORM | tables::WORD | DIGITS | MIXED) => NameKind::Organisation,
            NameKind::Unknown => NameKind::Person,
            known => known,
        };
        Self { folded: name.folded.into(), buffer: name.buffer.into(), parts: name.parts.into(), kind, looks }
    }

    /// The name after [`fold`](super::fold()).
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Whether both are the same after folding, and in the same characters if each is a syllable.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let syllables = |name: &Self, part: &Part| (part.script, name.syllables(part).len());
        let differ = |(one, two): (&Part, &Part)| {
            syllables(self, one) == syllables(other, two) && self.syllables(one) != other.syllables(two)
        };
        self.folded == other.folded && !self.parts.iter().zip(&other.parts).any(differ)
    }

    /// The kind that was given.
    pub fn kind(&self) -> NameKind {
        self.kind
    }

    /// What the words of the name make of it, where the kind was not given.
    pub(super) fn looks(&self) -> NameKind {
        self.looks
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The letters of a part.
    pub(super) fn text(&self, part: &Part) -> &str {
        let start = usize::from(part.start);
        self.buffer.get(start..start + usize::from(part.text)).unwrap_or_default()
    }

    /// The key of a part.
    pub(super) fn key(&self, part: &Part) -> &str {
        let start = usize::from(part.start) + usize::from(part.text);
        self.buffer.get(start..start + usize::from(part.key)).unwrap_or_default()
    }

    /// The characters of a part in a script that writes a syllable a character.
    pub(super) fn syllables(&self, part: &Part) -> &str {
        let start = usize::from(part.start) + usize::from(part.text) + usize::from(part.key);
        self.buffer.get(start..start + usize::from(part.syllables)).unwrap_or_default()
    }
}

impl Part {
    /// What the part is in a name of a kind.
    pub(super) fn class(&self, kind: NameKind) -> Class {
        let has = |flag: u16| self.flags & flag != 0;
        if has(DIGITS | MIXED) {
            return Class::Number;
        }
        if kind == NameKind::Person {
            return match () {
                () if has(tables::TITLE) => Class::Title,
                () if has(tables::HONOUR) => Class::Honour,
                () if has(tables::FORM) && has(LAST) => Class::Form,
                () if has(tables::PARTICLE) && !has(LAST) && !(has(FIRST) && self.text == 1) => Class::Particle,
                () if self.text == 1 => Class::Initial,
                () if has(tables::COMMON) => Class::Common,
                () if has(PATRONYMIC) => Class::Patronymic,
                () => Class::Name,
            };
        }
        match () {
            () if has(tables::NUMBER) && !(has(FIRST) && self.text == 1) => Class::Number,
            () if has(tables::FORM) && (has(LAST) || !has(tables::PARTICLE)) => Class::Form,
            () if has(tables::PARTICLE) => Class::Particle,
            () if self.text == 1 => Class::Initial,
            () if has(tables::PLACE) => Class::Place,
            () if has(tables::WORD) => Class::Word,
            () if has(tables::COMMON) => Class::Common,
            () => Class::Name,
        }
    }

    /// Whether one of some tables has it.
    pub(super) fn is(&self, flags: u16) -> bool {
        self.flags & flags != 0
    }
}

/// A name being taken apart.
struct Taking {
    tables: &'static Tables,
    folded: String,
    buffer: String,
    parts: Vec<Part>,
    kind: NameKind,
}

impl Taking {
    fn take(mut self, words: &[script::Word]) -> Self {
        let line = words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        let keyed: Vec<(&str, String)> = Keyed::new(&line).collect();
        let mut at = 0;
        while let Some((word, (text, key))) = words.get(at).zip(keyed.get(at)) {
            if self.parts.len() >= MAX_PARTS {
                break;
            }
            let known = self.tables.get(text);
            let phrase = self.phrase(words.get(at..).unwrap_or_default(), known.phrase);
            let taken = if let Some((taken, text, known)) = phrase {
                self.push(&text, &text, "", word.script, known);
                taken
            } else if known.flags & tables::NUMBER != 0
                && let Some(value) = self.number(known.value, words.get(at + 1))
            {
                let digits = value.to_string();
                self.push(&digits, &digits, "", word.script, Known { flags: tables::NUMBER, value, ..known });
                2
            } else {
                self.push_word(word, key, known);
                1
            };
            at += taken;
        }
        self.mark();
        self
    }

    /// The longest phrase of the tables that begins here: how many words, the text and what is known of it.
    fn phrase(&self, words: &[script::Word], most: u8) -> Option<(usize, String, Known)> {
        (2..=usize::from(most).min(words.len())).rev().find_map(|count| {
            let text = words.get(..count)?.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
            let known = self.tables.get(&text);
            (known.flags != 0).then_some((count, text, known))
        })
    }

    /// Forty and four are one number.
    fn number(&self, tens: u32, next: Option<&script::Word>) -> Option<u32> {
        let unit = self.tables.get(&next?.text);
        let is_unit = unit.flags & tables::NUMBER != 0 && (1..10).contains(&unit.value) && next?.text.len() > 1;
        ((20..100).contains(&tens) && is_unit).then(|| tens + unit.value)
    }

    fn push_word(&mut self, word: &script::Word, key: &str, known: Known) {
        if let Some(value) = digits(&word.text) {
            let known = Known { flags: DIGITS, value, ..Known::default() };
            return self.push(&value.to_string(), &value.to_string(), "", word.script, known);
        }
        if word.text.bytes().any(|byte| byte.is_ascii_digit()) {
            return self.push(&word.text, &word.text, "", word.script, Known { flags: MIXED, ..Known::default() });
        }
        if !key.contains(' ') {
            return self.push(&word.text, key, &word.syllables, word.script, known);
        }
        // A word that is several (jalaluddin) is compared as several.
        for key in key.split(' ') {
            self.push(key, key, "", word.script, self.tables.get(key));
        }
    }

    fn push(&mut self, text: &str, key: &str, syllables: &str, script: Script, known: Known) {
        let (text, key, syllables) = (cut(text), cut(key), cut(syllables));
        let start = self.buffer.len() as u16;
        for text in [text, key, syllables] {
            self.buffer.push_str(text);
        }
        self.parts.push(Part {
            start,
            text: text.len() as u8,
            key: key.len() as u8,
            syllables: syllables.len() as u8,
            script,
            flags: known.flags,
            groups: known.groups,
            value: known.value,
            sounds: sounds(key.as_bytes()),
        });
    }

    /// Notes where the parts stand.
    fn mark(&mut self) {
        let count = self.parts.len();
        for (at, part) in self.parts.iter_mut().enumerate() {
            let start = usize::from(part.start);
            let text = self.buffer.get(start..start + usize::from(part.text)).unwrap_or_default();
            part.flags |= if at == 0 { FIRST } else { 0 };
            part.flags |= if at >= 2 && at + 1 == count { LAST } else { 0 };
            part.flags |=
                if at > 0 && self.kind != NameKind::Organisation && is_patronymic(text) { PATRONYMIC } else { 0 };
        }
    }
}

/// The first [`MAX_WORD`] bytes of a word, or a few less.
fn cut(word: &str) -> &str {
    let end = (0..=word.len().min(MAX_WORD)).rev().find(|end| word.is_char_boundary(*end));
    end.and_then(|end| word.get(..end)).unwrap_or_default()
}

/// The value of digits, with or without the ending of an ordinal.
fn digits(word: &str) -> Option<u32> {
    let end = word.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(word.len());
    let (digits, ending) = word.split_at_checked(end)?;
    matches!(ending, "" | "st" | "nd" | "rd" | "th").then(|| digits.parse().ok()).flatten()
}

/// Whether a word ends as names made of the father's end in the Slavic languages.
fn is_patronymic(word: &str) -> bool {
    const ENDINGS: [&str; 10] =
        ["ovich", "evich", "ovych", "evych", "ovitch", "evitch", "ovna", "evna", "ivna", "inichna"];
    word.len() >= 7 && ENDINGS.iter().any(|ending| word.ends_with(ending))
}
