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
    Word = 1,
    Without,
    Pair,
    PairBegin,
    Alone,
    Initials,
}

/// The parts of a name that make pairs; the others are reached by theirs.
const MOST_PAIRED: usize = 6;
/// A code of so many consonants tells enough to stand alone with one left out.
const LONG: usize = 4;

/// Keys of a name, sorted and distinct: two names that [match](super::THRESHOLD) share at least one, nearly always, and
/// few other names do. `docs/matching.md` states how many.
///
/// A caller makes a table from keys to names once, takes the names that share a key with the one in hand, and
/// [scores](super::score_at_least) them. A usual name has about 15 keys; at most quadratic in its parts, of which six
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
    for (_, class, code) in &telling {
        if *class == Class::Name {
            add(Made::Word, code);
            for at in (0..code.len()).filter(|_| code.len() >= LONG) {
                let mut rest = code.clone();
                rest.remove(at);
                add(Made::Without, &rest);
            }
            if code.len() + 1 >= LONG {
                add(Made::Without, code);
            }
        }
    }
    let paired = telling.iter().take(MOST_PAIRED);
    for (at, (_, _, one)) in paired.clone().enumerate() {
        for (_, _, other) in paired.clone().skip(at + 1) {
            let (one, other) = if one <= other { (one, other) } else { (other, one) };
            add(Made::Pair, &[one.as_slice(), b" ", other].concat());
            add(Made::PairBegin, &[one.as_slice(), b" ", other.get(..1).unwrap_or_default()].concat());
            add(Made::PairBegin, &[other.as_slice(), b" ", one.get(..1).unwrap_or_default()].concat());
        }
    }
    if let [(_, _, only)] = telling.as_slice() {
        add(Made::Alone, only);
    }
    for neighbours in parts.windows(2) {
        let joined = join(neighbours);
        if joined.len() >= LONG {
            add(Made::Word, &joined);
        }
    }
    if parts.len() != 2 {
        add(Made::Word, &join(&parts));
    }
    if kind != NameKind::Person {
        let initials: Vec<u8> = parts
            .iter()
            .filter(|(_, class, _)| !matches!(class, Class::Form | Class::Title))
            .filter_map(|(part, _, _)| name.text(part).bytes().next())
            .collect();
        if initials.len() >= 3 {
            add(Made::Initials, &initials);
        }
    }
    for (part, class, _) in &parts {
        let text = name.text(part).as_bytes();
        if (2..=8).contains(&text.len()) && matches!(class, Class::Name | Class::Word) {
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
    out.retain(|letter| *letter != b'h');
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

fn join(parts: &[(&Part, Class, Vec<u8>)]) -> Vec<u8> {
    let mut joined: Vec<u8> = parts.iter().flat_map(|(_, _, code)| code.iter().copied()).collect();
    joined.dedup();
    joined
}
