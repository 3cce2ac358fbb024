//! Which part of one name is which part of the other.

use super::prepared::{Class, NameKind, Part, Prepared};
use super::script::Script;
use super::tables;
use super::word::{LETTER, consonants, cost, differing};

/// What two parts, or two groups of parts, have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meeting {
    /// The same letters.
    Same,
    /// The same but for the romanisation.
    Transliterated,
    /// The same consonants, where one side writes no vowels.
    Consonants,
    /// Two forms of one given name.
    Given,
    /// Two words for one thing, or a word and its abbreviation.
    Translated,
    /// Two legal forms, small words or titles that say the same or nearly so.
    Form,
    /// A letter and the name that begins with it.
    Initial,
    /// Letters differ.
    Edited,
    /// One word here and several there.
    Apart,
    /// The first letters of several words.
    Acronym,
}

/// Parts `left` of one name are parts `right` of the other.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub left: (usize, usize),
    pub right: (usize, usize),
    /// How alike they are, above [`LEAST`] to 1.
    pub likeness: f32,
    pub meeting: Meeting,
}

/// How the parts of two names meet.
#[derive(Debug, Default)]
pub(super) struct Alignment {
    pub pairs: Vec<Pair>,
    /// The parts of each name that met none, as bits.
    pub left: u32,
    pub right: u32,
}

/// Words less alike than this are different words.
pub(super) const LEAST: f32 = 0.68;
/// Words as alike as this are not parts of longer words.
const SURE: f32 = 0.85;
/// Titles, small words and legal forms shorter than this must be the same.
const LONG: usize = 6;
/// Groups of parts less alike than this, without their spaces, are different.
const LEAST_APART: f32 = 0.85;
/// The most parts of one name that are one word in the other.
const MOST_APART: usize = 4;

/// The longest word that is taken for initials.
const MOST_INITIALS: usize = 8;

const TRANSLITERATED: f32 = 0.98;
const SOUNDS: f32 = 0.92;
const GIVEN: f32 = 0.92;
const TRANSLATED: f32 = 0.95;
const INITIAL: f32 = 0.85;
const ACRONYM: f32 = 0.85;
const SPACED: f32 = 0.97;

/// Pairs the parts of two names, the most alike first.
pub(super) fn align(a: &Prepared, b: &Prepared, kind: NameKind) -> Alignment {
    let (left, right) = (a.parts(), b.parts());
    let mut found: Vec<Pair> = Vec::new();
    for (i, one) in left.iter().enumerate() {
        for (j, other) in right.iter().enumerate() {
            if let Some((likeness, meeting)) = meet((a, one), (b, other), kind) {
                found.push(Pair { left: (i, i + 1), right: (j, j + 1), likeness, meeting });
            }
        }
    }
    // The most alike first; among equals those that stand at the same place.
    found.sort_by(|one, other| {
        let place = |pair: &Pair| (pair.left.0.abs_diff(pair.right.0), pair.left.0, pair.right.0);
        other.likeness.total_cmp(&one.likeness).then_with(|| place(one).cmp(&place(other)))
    });
    let mut alignment = Alignment { pairs: Vec::new(), left: all(left.len()), right: all(right.len()) };
    // What is nearly the same comes first, then words written apart; a weak likeness or an initial takes what is free.
    let sure = |pair: &Pair| pair.likeness >= SURE && pair.meeting != Meeting::Initial;
    found.iter().filter(|pair| sure(pair)).for_each(|pair| alignment.take(pair.clone()));
    alignment.join(a, b, kind);
    found.iter().filter(|pair| !sure(pair)).for_each(|pair| alignment.take(pair.clone()));
    alignment
}

fn all(count: usize) -> u32 {
    u32::MAX.checked_shr(32 - count as u32).unwrap_or(0)
}

fn span((from, to): (usize, usize)) -> u32 {
    all(to) & !all(from)
}

impl Alignment {
    /// Takes a pair if its parts are free.
    fn take(&mut self, pair: Pair) {
        let (left, right) = (span(pair.left), span(pair.right));
        if self.left & left == left && self.right & right == right {
            self.left &= !left;
            self.right &= !right;
            self.pairs.push(pair);
        }
    }

    /// Pairs one free part with several free ones that stand side by side in the other name.
    fn join(&mut self, a: &Prepared, b: &Prepared, kind: NameKind) {
        if self.left == 0 || self.right == 0 || self.left.count_ones() + self.right.count_ones() < 3 {
            return;
        }
        let mut found = Vec::new();
        for (one, many, swapped) in [(a, b, false), (b, a, true)] {
            let (free, others) = if swapped { (self.right, self.left) } else { (self.left, self.right) };
            for (i, part) in one.parts().iter().enumerate().filter(|(i, _)| free >> i & 1 == 1) {
                if matches!(part.class(kind), Class::Number) {
                    continue;
                }
                for from in 0..many.parts().len() {
                    for to in from + 2..=many.parts().len().min(from + MOST_INITIALS) {
                        let bits = span((from, to));
                        if others & bits != bits {
                            break;
                        }
                        let parts = many.parts().get(from..to).unwrap_or_default();
                        if let Some((likeness, meeting)) = meet_apart((one, part), (many, parts), kind) {
                            let (left, right) =
                                if swapped { ((from, to), (i, i + 1)) } else { ((i, i + 1), (from, to)) };
                            found.push(Pair { left, right, likeness, meeting });
                        }
                    }
                }
            }
        }
        found.sort_by(|one, other| {
            let place = |pair: &Pair| (pair.left, pair.right);
            other.likeness.total_cmp(&one.likeness).then_with(|| place(one).cmp(&place(other)))
        });
        found.into_iter().for_each(|pair| self.take(pair));
    }
}

/// How alike two parts are, if they are at all.
fn meet((a, one): (&Prepared, &Part), (b, other): (&Prepared, &Part), kind: NameKind) -> Option<(f32, Meeting)> {
    let classes = (one.class(kind), other.class(kind));
    if let (Class::Number, _) | (_, Class::Number) = classes {
        let same = classes.0 == classes.1
            && if one.value != 0 || other.value != 0 { one.value == other.value } else { a.text(one) == b.text(other) };
        return same.then_some((1.0, Meeting::Same));
    }
    let (text, other_text) = (a.text(one), b.text(other));
    let syllables = (a.syllables(one), b.syllables(other));
    if !syllables.0.is_empty() && !syllables.1.is_empty() && one.script == other.script {
        return meet_syllables(syllables.0, syllables.1);
    }
    if text == other_text {
        return Some((1.0, Meeting::Same));
    }
    if let (Class::Form, Class::Form) = classes {
        let same = one.is(tables::CIVIL) == other.is(tables::CIVIL);
        return same.then_some((1.0, Meeting::Form));
    }
    let (key, other_key) = (a.key(one), b.key(other));
    if key == other_key && one.script == other.script {
        return Some((TRANSLITERATED, Meeting::Transliterated));
    }
    if one.groups.iter().any(|group| *group != 0 && other.groups.contains(group)) {
        return Some(match (one.is(tables::COMMON), one.is(tables::GIVEN)) {
            (true, _) => (TRANSLITERATED, Meeting::Transliterated),
            (_, true) => (GIVEN, Meeting::Given),
            _ => (TRANSLATED, Meeting::Translated),
        });
    }
    let small = |class: Class| matches!(class, Class::Form | Class::Title | Class::Particle);
    if small(classes.0) || small(classes.1) {
        let same = classes.0 == classes.1 && classes.0 != Class::Form && key == other_key;
        // A long word is known again in spite of an error.
        let long = text.len().min(other_text.len()) >= LONG;
        return match same {
            true => Some((TRANSLITERATED, Meeting::Transliterated)),
            false if long => {
                meet_letters((text, key), (other_text, other_key), differing(&one.sounds, &other.sounds), SURE)
            }
            false => None,
        };
    }
    if let (Class::Initial, _) | (_, Class::Initial) = classes {
        let begins = text.bytes().next() == other_text.bytes().next();
        return (begins && kind != NameKind::Other).then_some((INITIAL, Meeting::Initial));
    }
    if one.script != other.script && (is_sparse(one.script) || is_sparse(other.script)) {
        return meet_consonants(key, other_key);
    }
    // Two names that many bear are two names, however near their letters.
    if one.is(tables::COMMON) && other.is(tables::COMMON) {
        return None;
    }
    meet_letters((text, key), (other_text, other_key), differing(&one.sounds, &other.sounds), LEAST)
}

/// Whether a script leaves out vowels, or adds them where the language of the name has none.
fn is_sparse(script: Script) -> bool {
    matches!(script, Script::Abjad | Script::Kana | Script::Han)
}

/// Whether two words may be alike that differ in so many consonants. Another consonant costs a letter and differs in two;
/// one more costs a letter and differs in one.
fn may_be_alike(longer: usize, differing: u32, least: f32) -> bool {
    longer >= 2 && (differing * LETTER / 2) as f32 <= longer as f32 * LETTER as f32 * (1.0 - least)
}

/// Whether each name has a part that contradicts the other: it meets none of the other's parts, and cannot be one with its
/// neighbours, or several. Told without pairing all of them.
pub(super) fn contradict(a: &Prepared, b: &Prepared, kind: NameKind) -> bool {
    let contradicts = |one: &Prepared, other: &Prepared| {
        one.parts().iter().enumerate().any(|(at, part)| {
            let class = part.class(kind);
            let key = one.key(part);
            !other.parts().iter().any(|partner| other.key(partner) == key)
                && !matches!(class, Class::Title | Class::Honour | Class::Particle | Class::Form | Class::Word)
                && !other.parts().iter().any(|partner| meet((one, part), (other, partner), kind).is_some())
                && (class == Class::Number
                    || !may_be_several((one, part), other)
                        && !other.parts().iter().any(|whole| may_be_piece(one, at, other, whole)))
        })
    };
    contradicts(a, b) && contradicts(b, a)
}

/// The consonants of neighbours.
fn sum(parts: &[Part]) -> [u8; 8] {
    let mut sum = [0_u8; 8];
    for part in parts {
        sum.iter_mut().zip(&part.sounds).for_each(|(sum, more)| *sum = sum.saturating_add(*more));
    }
    sum
}

/// How many consonants of one are not in the other.
fn more(one: &[u8; 8], other: &[u8; 8]) -> u32 {
    one.iter().zip(other).map(|(one, other)| u32::from(one.saturating_sub(*other))).sum()
}

/// Whether a part may be two or more parts of another name in one, or their initials.
fn may_be_several((a, part): (&Prepared, &Part), b: &Prepared) -> bool {
    let text = a.text(part);
    text.len() <= b.parts().len() && b.parts().windows(text.len()).any(|parts| are_initials(text, (b, parts)))
        || b.parts().windows(2).any(|parts| {
            let length: usize = parts.iter().map(|part| b.text(part).len()).sum();
            length <= text.len() + text.len() / 4 + 2 && more(&sum(parts), &part.sounds) <= 2
        })
}

/// Whether a part may be a piece of one part of another name, or be meant by one of its letters.
fn may_be_piece(a: &Prepared, at: usize, b: &Prepared, whole: &Part) -> bool {
    let text = b.text(whole);
    let parts = |from: usize, to: usize| a.parts().get(from..to.min(a.parts().len())).unwrap_or_default();
    let joins = |parts: &[Part]| {
        let length: usize = parts.iter().map(|part| a.text(part).len()).sum();
        parts.len() == 2 && length <= text.len() + text.len() / 4 + 2 && more(&sum(parts), &whole.sounds) <= 2
    };
    joins(parts(at.saturating_sub(1), at + 1))
        || joins(parts(at, at + 2))
        || (2..=MOST_INITIALS).contains(&text.len())
            && parts(at.saturating_sub(text.len() - 1), at + text.len())
                .windows(text.len())
                .any(|parts| are_initials(text, (a, parts)))
}

/// Whether a word is made of the first letters of several.
fn are_initials(text: &str, (name, parts): (&Prepared, &[Part])) -> bool {
    (2..=MOST_INITIALS).contains(&text.len())
        && text.len() == parts.len()
        && text.bytes().eq(parts.iter().filter_map(|part| name.text(part).bytes().next()))
}

fn meet_letters(
    (text, key): (&str, &str),
    (other, other_key): (&str, &str),
    differing: u32,
    least: f32,
) -> Option<(f32, Meeting)> {
    // A letter more costs half of one at least: no key has a letter twice.
    let lengths = key.len().abs_diff(other_key.len()) as u32;
    if !may_be_alike(text.len().max(other.len()), differing.max(lengths), least) {
        return None;
    }
    let longer = |one: &str, other: &str| one.len().max(other.len()) as u32 * LETTER;
    let (whole, whole_key) = (longer(text, other), longer(key, other_key));
    let limit = (whole as f32 * (1.0 - least)) as u32;
    // What romanisations write differently is the same in the keys, so words are hardly nearer in their letters.
    let keys = cost(key.as_bytes(), other_key.as_bytes(), limit)?;
    let letters =
        if key == text && other_key == other { Some(keys) } else { cost(text.as_bytes(), other.as_bytes(), limit) };
    let likeness = |cost: u32, whole: u32| 1.0 - cost as f32 / whole as f32;
    let plain = letters.map_or(0.0, |cost| likeness(cost, whole));
    let likeness = plain.max(likeness(keys + LETTER / 10, whole_key));
    (likeness >= least).then_some((likeness, Meeting::Edited))
}

/// Compares by consonants a word of a script without vowels with one of another script.
fn meet_consonants(key: &str, other: &str) -> Option<(f32, Meeting)> {
    let (mut one, mut two) = (Vec::new(), Vec::new());
    consonants(key.as_bytes(), &mut one);
    consonants(other.as_bytes(), &mut two);
    let longer = one.len().max(two.len());
    if longer == 0 {
        return None;
    }
    let limit = (longer as f32 * LETTER as f32 * (1.0 - LEAST)) as u32;
    let cost = cost(&one, &two, limit)?;
    // One consonant in common tells little.
    let sure = if longer == 1 { 0.9 } else { 1.0 };
    let likeness = SOUNDS * sure * (1.0 - cost as f32 / (longer as u32 * LETTER) as f32);
    (likeness >= LEAST).then_some((likeness, Meeting::Consonants))
}

/// Compares two words of which each character is a syllable: another character is another word, unless they are long.
fn meet_syllables(one: &str, other: &str) -> Option<(f32, Meeting)> {
    if one == other {
        return Some((1.0, Meeting::Same));
    }
    let (long, short) =
        (one.chars().count().max(other.chars().count()), one.chars().count().min(other.chars().count()));
    let differing = long - short + one.chars().zip(other.chars()).filter(|(one, other)| one != other).count();
    let likeness = 1.0 - differing as f32 / long as f32;
    (likeness >= 0.8).then_some((likeness, Meeting::Edited))
}

/// How alike one part of a name is to several of the other, taken together.
fn meet_apart(
    (a, part): (&Prepared, &Part),
    (b, parts): (&Prepared, &[Part]),
    kind: NameKind,
) -> Option<(f32, Meeting)> {
    if parts.iter().any(|part| part.class(kind) == Class::Number) {
        return None;
    }
    let text = a.text(part);
    if are_initials(text, (b, parts)) {
        return Some((ACRONYM, Meeting::Acronym));
    }
    if parts.len() > MOST_APART {
        return None;
    }
    let total: usize = parts.iter().map(|part| b.text(part).len()).sum();
    if total.abs_diff(text.len()) > 2 + total / 8 {
        return None;
    }
    let sounds = sum(parts);
    if !may_be_alike(total.max(text.len()), differing(&sounds, &part.sounds), LEAST_APART) {
        return None;
    }
    let joined: String = parts.iter().map(|part| b.text(part)).collect();
    let keys: String = parts.iter().map(|part| b.key(part)).collect();
    let (likeness, _) = if joined == text {
        (1.0, Meeting::Same)
    } else {
        meet_letters((text, a.key(part)), (&joined, &keys), differing(&sounds, &part.sounds), LEAST_APART)?
    };
    (likeness >= LEAST_APART).then_some((SPACED * likeness, Meeting::Apart))
}
