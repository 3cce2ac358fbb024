//! Blocking: keys that names share if they may be the same, so that not every name need be compared with every other.
//!
//! The keys of a name are hashes of coarse codes of its parts: their consonants, in classes of like sound. A part that
//! tells something gives its code, and what is left of it without each one of its consonants, so that a typing error leaves
//! a key in common; parts that many names have count in pairs only. Neighbours written in one, whole names without their
//! spaces, and the initials of organisations have keys as well.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::prepared::{Class, NameKind, Part, Prepared};
use super::word::consonants;

/// What a key is made of, so that keys of different kinds do not meet.
#[derive(Clone, Copy)]
enum Made {
    Letters = 1,
    Sounds,
    Pair,
    Triple,
    Begun,
    Alone,
    Initials,
}

/// The parts of a name that make pairs; the others are reached by theirs.
const MOST_PAIRED: usize = 6;
/// Names of more telling parts have enough pairs to meet by.
const FEW: usize = 3;
/// Names of more telling parts meet by three of them.
const MANY: usize = 4;
/// Words of so many letters have keys without each one of them.
const LEAST_LETTERS: usize = 4;
const MOST_LETTERS: usize = 12;
/// A code of so many consonants tells enough to stand alone with one left out.
const LONG: usize = 4;

/// Keys of a name, sorted and distinct: two names that [match](super::THRESHOLD) share at least one, nearly always, and
/// few other names do. `docs/matching.md` states how many.
///
/// A caller makes a table from keys to names once, takes the names that share a key with the one in hand, and
/// [scores](super::score_at_least) them. A usual name has about 20 keys; their number is bounded, as six parts
/// count.
///
/// ```
/// use tieline::names::{NameKind, Prepared, keys};
/// let of = |name| keys(&Prepared::of(name, NameKind::Person));
/// let one = of("Jalaluddin Exampel");
/// assert!(of("EXAMPLE, Jalal al-Din").iter().any(|key| one.contains(key)));
/// ```
pub fn keys(name: &Prepared) -> Vec<u64> {
    let kind = name.looks();
    let parts: Vec<(&Part, Class, Vec<u8>)> =
        name.parts().iter().map(|part| (part, part.class(kind), code(name.key(part)))).collect();
    let mut keys = Vec::new();
    let mut add = |made: Made, text: &[u8]| keys.push(xxh3_64_with_seed(text, made as u64));
    let telling: Vec<&(&Part, Class, Vec<u8>)> = parts
        .iter()
        .filter(|(_, class, code)| {
            !code.is_empty()
                && matches!(
                    class,
                    Class::Name | Class::Common | Class::Patronymic | Class::Honour | Class::Word | Class::Place
                )
        })
        .collect();
    for (part, _, code) in telling.iter().filter(|(_, class, _)| *class == Class::Name) {
        if code.len() >= LONG {
            add(Made::Sounds, code);
        }
        let key = name.key(part).as_bytes();
        add(Made::Letters, key);
        if telling.len() <= FEW && (LEAST_LETTERS..=MOST_LETTERS).contains(&key.len()) {
            for at in 0..key.len() {
                let mut rest = key.to_vec();
                rest.remove(at);
                add(Made::Letters, &rest);
            }
        }
    }
    let paired: Vec<_> = telling.iter().take(MOST_PAIRED).collect();
    for (at, (part, _, one)) in paired.iter().enumerate() {
        for (next, (other_part, _, other)) in paired.iter().enumerate().skip(at + 1) {
            // A name of two parts is never one of five.
            if telling.len() <= MANY {
                add(Made::Pair, &together([one, other, &[]]));
            }
            for (_, _, third) in paired.iter().skip(next + 1) {
                add(Made::Triple, &together([one, other, third]));
            }
            // One of the two in its letters, and how the other begins.
            let few = if telling.len() <= FEW { 2 } else { 0 };
            for (whole, begun) in [(part, other), (other_part, one)].into_iter().take(few) {
                add(Made::Begun, &[name.key(whole).as_bytes(), b" ", begun.get(..2).unwrap_or_default()].concat());
            }
        }
    }
    if let [(_, _, only)] = telling.as_slice() {
        add(Made::Alone, only);
    }
    for neighbours in parts.windows(2) {
        let joined = join(neighbours);
        if joined.len() >= LONG {
            add(Made::Sounds, &joined);
        }
    }
    if parts.len() != 2 {
        add(Made::Sounds, &join(&parts));
    }
    if kind != NameKind::Person {
        // With and without the legal form and the small words.
        for left_out in [&[][..], &[Class::Form], &[Class::Form, Class::Particle, Class::Title]] {
            let told = parts.iter().filter(|(_, class, _)| !left_out.contains(class));
            let initials: Vec<u8> = told.filter_map(|(part, _, _)| name.text(part).bytes().next()).collect();
            if initials.len() >= 2 {
                add(Made::Initials, &initials);
            }
        }
    }
    for (part, class, _) in &parts {
        let text = name.text(part).as_bytes();
        if (2..=8).contains(&text.len()) && *class == Class::Name && kind != NameKind::Person {
            add(Made::Initials, text);
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The consonants of a key in classes of like sound; the key itself where it has none.
fn code(key: &str) -> Vec<u8> {
    let mut out = Vec::new();
    consonants(key.as_bytes(), &mut out);
    out.retain(|letter| !matches!(letter, b'h' | b'w'));
    for letter in &mut out {
        *letter = match *letter {
            b'd' => b't',
            b'g' => b'k',
            b'j' | b'c' | b'x' => b's',
            other => other,
        };
    }
    out.dedup();
    if out.is_empty() { key.as_bytes().to_vec() } else { out }
}

/// Codes in an order that does not depend on that of the parts.
fn together(mut codes: [&[u8]; 3]) -> Vec<u8> {
    codes.sort_unstable();
    codes.join(&b' ')
}

fn join(parts: &[(&Part, Class, Vec<u8>)]) -> Vec<u8> {
    let mut joined: Vec<u8> = parts.iter().flat_map(|(_, _, code)| code.iter().copied()).collect();
    joined.dedup();
    joined
}
