//! How alike two names are, and why.

use super::align::{Alignment, Meeting, align, contradict};
use super::prepared::{Class, NameKind, Part, Prepared};
use super::tables;

/// From this score on two names are taken for the same. It is the one threshold of the program; `docs/matching.md` says
/// how it was chosen.
pub const THRESHOLD: f64 = 0.75;

/// How alike two names are.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// 0 (nothing in common) to 1 (the same after folding).
    pub score: f64,
    /// What was found, in words, the most telling first; never empty.
    pub reasons: Vec<String>,
}

impl Comparison {
    /// Whether the two are taken for the same at the usual [`THRESHOLD`].
    pub fn is_match(&self) -> bool {
        self.score >= THRESHOLD
    }
}

/// The most that two names score that are not the same after folding.
const MOST: f64 = 0.98;
/// The cost of a part that only one name has, beside one that both have.
const MISSING_PERSON: f64 = 0.26;
const MISSING_OTHER: f64 = 0.6;
/// What is left of the score where both names have a part that the other lacks.
const CONFLICT: f64 = 0.75;
/// What is left of the score where numbers differ: two brigades, not one.
const OTHER_NUMBERS: f64 = 0.6;
/// What is left of the score where too little is common to two names of which one has more: one part alone, or two that
/// very many people bear.
const ONE_PART: f64 = 0.8;
const LEAST_TELLING: f64 = 1.5;
/// What is left of the score where a company meets a body without owners.
const OTHER_FORM: f64 = 0.75;
const REORDERED: f64 = 0.97;
/// How much faster the score falls than the likeness of letters: up to a fifth of the letters, which is a typing error or
/// two in most names, and beyond it, where another ending makes another name.
const STEEP: f64 = 1.3;
const STEEPER: f64 = 4.0;
const FIFTH: f64 = 0.2;

/// Compares two names of unknown kind, written in any way; see [`explain`].
///
/// ```
/// use tieline::names::compare;
/// assert_eq!(compare("al-Qaeda", "Al Qāʿeda").score, 1.0);
/// let found = compare("Haqqani Network", "Network Haqani");
/// assert!(found.score > 0.9);
/// assert_eq!(found.reasons, ["parts in another order", "haqqani, haqani: same after transliteration"]);
/// ```
pub fn compare(a: &str, b: &str) -> Comparison {
    explain(&Prepared::of(a, NameKind::Unknown), &Prepared::of(b, NameKind::Unknown))
}

/// How alike two names are: 0 to 1, the same both ways, 1 if and only if they are the same after folding.
///
/// # Complexity
/// Product of the numbers of parts (at most 32 each); for parts that share letters, product of their lengths (at most 64).
/// A microsecond for usual names.
pub fn score(a: &Prepared, b: &Prepared) -> f64 {
    if a.is_same(b) { 1.0 } else { Weighed::of(a, b).score }
}

/// The score of two names if it is at least `threshold`; ends as soon as it cannot be.
pub fn score_at_least(a: &Prepared, b: &Prepared, threshold: f64) -> Option<f64> {
    // Two names that contradict each other score less than this.
    if threshold >= CONFLICT && !a.is_same(b) && contradict(a, b, kind_of(a, b)) {
        return None;
    }
    let score = score(a, b);
    (score >= threshold).then_some(score)
}

/// How alike two names are, with the reasons in words.
pub fn explain(a: &Prepared, b: &Prepared) -> Comparison {
    if a.is_same(b) {
        return Comparison { score: 1.0, reasons: vec!["same after folding".to_owned()] };
    }
    // The order of the two is fixed, so that the reasons are the same both ways.
    let (a, b) = if a.folded() < b.folded() { (a, b) } else { (b, a) };
    let weighed = Weighed::of(a, b);
    Comparison { score: weighed.score, reasons: weighed.reasons(a, b) }
}

/// Two names whose parts were paired and weighed.
struct Weighed {
    score: f64,
    alignment: Alignment,
    reordered: bool,
    numbers: bool,
}

/// What the kinds of two names, known or not, make of them together.
fn kind_of(a: &Prepared, b: &Prepared) -> NameKind {
    let known = |kind: NameKind| (kind != NameKind::Unknown).then_some(kind);
    match (known(a.kind()), known(b.kind())) {
        (Some(one), Some(other)) if one == other => one,
        (Some(one), None) | (None, Some(one)) => one,
        _ if a.looks() == b.looks() => a.looks(),
        _ => NameKind::Organisation,
    }
}

/// How much a part tells that both have, and how much it matters where only one has it.
fn weights(class: Class, kind: NameKind) -> (f64, f64) {
    match class {
        Class::Name => (1.0, 1.0),
        Class::Common => (0.75, 0.75),
        Class::Patronymic => (1.0, 0.3),
        Class::Initial => (0.5, 0.4),
        Class::Title => (0.15, 0.1),
        Class::Honour => (0.5, 0.3),
        Class::Particle => (0.15, 0.1),
        Class::Form => (0.1, 0.05),
        Class::Word => (0.5, 0.7),
        Class::Place => (0.6, 0.5),
        Class::Number if kind == NameKind::Person => (0.3, 0.3),
        Class::Number => (0.7, 0.5),
    }
}

/// What words tell that are as alike as this in their letters.
fn spelt(likeness: f64) -> f64 {
    let differing = 1.0 - likeness;
    (1.0 - STEEP * differing - STEEPER * (differing - FIFTH).max(0.0)).max(0.0)
}

/// How much of a person a part tells.
fn tells(class: Class) -> f64 {
    match class {
        Class::Name | Class::Patronymic => 1.0,
        Class::Title | Class::Particle | Class::Form => 0.0,
        _ => 0.5,
    }
}

/// How much it matters that each name has a part that the other lacks.
fn conflict_weight(class: Class) -> f64 {
    match class {
        Class::Title | Class::Particle | Class::Form => 0.1,
        Class::Word | Class::Honour => 0.8,
        _ => 1.0,
    }
}

/// What is left of a name when the parts that both have are taken away.
struct Rest {
    /// How much it contradicts what is left of the other name.
    conflict: f64,
    /// How much it matters if nothing is left of the other name.
    missing: f64,
    /// Whether it holds a number, a legal form, a legal form of bodies without owners.
    number: bool,
    forms: bool,
    civil: bool,
}

impl Rest {
    fn of(name: &Prepared, free: u32, kind: NameKind) -> Self {
        let mut rest = Self { conflict: 0.0, missing: 0.0, number: false, forms: false, civil: false };
        for (_, part) in name.parts().iter().enumerate().filter(|(at, _)| free >> at & 1 == 1) {
            let class = part.class(kind);
            rest.conflict += conflict_weight(class);
            // A part said twice is said once, as far as it is missing.
            let twice = |(other, known): (usize, &Part)| free >> other & 1 == 0 && name.key(known) == name.key(part);
            if !name.parts().iter().enumerate().any(twice) {
                rest.missing += weights(class, kind).1;
            }
            rest.forms |= class == Class::Form;
            rest.civil |= class == Class::Form && part.is(tables::CIVIL);
            rest.number |= class == Class::Number;
        }
        rest
    }
}

impl Weighed {
    fn of(a: &Prepared, b: &Prepared) -> Self {
        let (a, b) = if a.folded() <= b.folded() { (a, b) } else { (b, a) };
        let kind = kind_of(a, b);
        let alignment = align(a, b, kind);
        let class = |name: &Prepared, at: usize| name.parts().get(at).map_or(Class::Particle, |part| part.class(kind));
        let weigh = |name: &Prepared, (from, to): (usize, usize)| -> f64 {
            (from..to).map(|at| weights(class(name, at), kind).0).sum()
        };
        let (mut common, mut total, mut telling) = (0.0, 0.0, 0.0);
        for pair in &alignment.pairs {
            let weight = match pair.meeting {
                Meeting::Acronym => weigh(a, pair.left).max(weigh(b, pair.right)).min(2.0),
                _ => (weigh(a, pair.left) + weigh(b, pair.right)) / 2.0,
            };
            let likeness = f64::from(pair.likeness);
            let likeness = if pair.meeting == Meeting::Edited { spelt(likeness) } else { likeness };
            common += weight * likeness;
            total += weight;
            let parts = (pair.left.1 - pair.left.0).max(pair.right.1 - pair.right.0) as f64;
            telling += parts * tells(class(a, pair.left.0)).min(tells(class(b, pair.right.0)));
        }
        let (left, right) = (Rest::of(a, alignment.left, kind), Rest::of(b, alignment.right, kind));
        let conflict = left.conflict.min(right.conflict);
        let extra = (left.missing - right.missing).abs();
        let numbers = kind != NameKind::Person && (left.number || right.number);
        let missing = if kind == NameKind::Person { MISSING_PERSON } else { MISSING_OTHER };
        let whole = total + conflict + missing * extra;
        let mut score = if whole > 0.0 { common / whole } else { 0.0 };
        score *= 1.0 - (1.0 - CONFLICT) * conflict.min(1.0);
        if telling < LEAST_TELLING && extra >= 0.5 && kind == NameKind::Person {
            score *= ONE_PART;
        }
        if left.forms && right.forms && left.civil != right.civil {
            score *= OTHER_FORM;
        }
        if numbers {
            score *= OTHER_NUMBERS;
        }
        let mut places: Vec<(usize, usize)> = alignment
            .pairs
            .iter()
            .filter(|pair| weights(class(a, pair.left.0), kind).0 >= 0.5)
            .map(|pair| (pair.left.0, pair.right.0))
            .collect();
        places.sort_unstable();
        let reordered = !places.is_sorted_by_key(|place| place.1);
        if reordered {
            score *= REORDERED;
        }
        Self { score: score.clamp(0.0, MOST), alignment, reordered, numbers }
    }

    fn reasons(&self, a: &Prepared, b: &Prepared) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.alignment.pairs.is_empty() {
            reasons.push("nothing in common".to_owned());
            return reasons;
        }
        if self.reordered {
            reasons.push("parts in another order".to_owned());
        }
        if self.numbers {
            reasons.push("numbers differ".to_owned());
        }
        let text = |name: &Prepared, (from, to): (usize, usize)| {
            let parts = name.parts().get(from..to).unwrap_or_default();
            parts.iter().map(|part| name.text(part)).collect::<Vec<_>>().join(" ")
        };
        let mut pairs: Vec<_> = self.alignment.pairs.iter().collect();
        pairs.sort_by_key(|pair| (pair.left, pair.right));
        for pair in pairs {
            let (one, other) = (text(a, pair.left), text(b, pair.right));
            let found = match pair.meeting {
                Meeting::Same => continue,
                Meeting::Transliterated => "same after transliteration",
                Meeting::Consonants => "same consonants in another script",
                Meeting::Given => "forms of one given name",
                Meeting::Translated => "words for the same",
                Meeting::Form if one == other => continue,
                Meeting::Form => "legal forms",
                Meeting::Initial => "an initial",
                Meeting::Edited => "spelt differently",
                Meeting::Apart => "written apart",
                Meeting::Acronym => "initials",
            };
            reasons.push(format!("{one}, {other}: {found}"));
        }
        let free = |name: &Prepared, bits: u32| -> Vec<String> {
            (0..name.parts().len()).filter(|at| bits >> at & 1 == 1).map(|at| text(name, (at, at + 1))).collect()
        };
        match (free(a, self.alignment.left).as_slice(), free(b, self.alignment.right).as_slice()) {
            ([], []) => (),
            ([part], []) | ([], [part]) => reasons.push(format!("one part missing: {part}")),
            (parts, []) | ([], parts) => reasons.push(format!("{} parts missing: {}", parts.len(), parts.join(", "))),
            (left, right) => reasons.push(format!("parts differ: {} / {}", left.join(", "), right.join(", "))),
        }
        if reasons.is_empty() {
            reasons.push("same parts".to_owned());
        }
        reasons
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fold;
    use super::*;

    #[test]
    fn what_was_found_is_said() {
        for (one, other, least, most, reasons) in [
            ("al-Qaeda", "AL QAEDA", 1.0, 1.0, &["same after folding"][..]),
            ("al-Qaeda", "Al Qa'ida", 0.97, 0.98, &["qaeda, qaida: same after transliteration"]),
            ("Al Qaeda", "Alqaeda", 0.95, 0.98, &["al qaeda, alqaeda: written apart"]),
            ("Omar Khalid", "Khalid Omar", 0.9, 0.97, &["parts in another order"]),
            ("Rolf Schurz", "Rolf Schurs", 0.85, 0.97, &["schurs, schurz: spelt differently"]),
            ("J. Smith", "John Smith", 0.8, 0.95, &["j, john: an initial"]),
            ("Brigade 313", "Brigade 413", 0.0, 0.4, &["numbers differ", "parts differ: 313 / 413"]),
            ("Ansar", "Ansar 2", 0.0, 0.5, &["numbers differ", "one part missing: 2"]),
            ("Hamas", "Fatah", 0.0, 0.0, &["nothing in common"]),
            ("Mullah Omar", "Omar", 0.8, 0.98, &["one part missing: mullah"]),
            ("Ansar al-Islam", "Ansar al-Sunna", 0.0, 0.5, &["parts differ: islam / sunna"]),
            ("", "Hamas", 0.0, 0.0, &["nothing in common"]),
        ] {
            let found = compare(one, other);
            assert!((least..=most).contains(&found.score), "{one}, {other}: {found:?}");
            assert_eq!(found.reasons, reasons, "{one}, {other}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_itself(name in "\\PC{0,24}") {
            prop_assert_eq!(compare(&name, &name).score, 1.0);
        }

        #[test]
        fn the_order_of_the_two_does_not_count(a in NAME, b in NAME) {
            let found = compare(&a, &b);
            prop_assert_eq!(&found, &compare(&b, &a));
            prop_assert!((0.0..=1.0).contains(&found.score) && !found.reasons.is_empty(), "{:?}", found);
            prop_assert_eq!(found.score == 1.0, fold(&a) == fold(&b));
        }

        #[test]
        fn long_names_end_soon(word in "[a-z]{1,3}", words in 1..3000_usize, space in " ?") {
            let name = (word + &space).repeat(words);
            compare(&name, &(name.clone() + "x"));
        }
    }

    const NAME: &str = "((al|bin|abdul|Haqqani|Haqani|Jalaluddin|Omar|J|11|12|Islam)[ -]){0,4}|\\PC{0,12}|[a-d ]{0,12}";
}
