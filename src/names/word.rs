//! How alike two words are, letter by letter.

/// Longer words, in bytes, are alike only if they are the same.
pub(super) const MAX_WORD: usize = 64;

/// The cost of a letter changed, left out or added, where nothing makes it cheaper.
pub(super) const LETTER: u32 = 10;
const SWAPPED: u16 = 8;
const DOUBLED: u16 = 2;
const NEAR: u32 = 3;
const SOUND: u32 = 6;
const VOWEL: u32 = 5;

/// Letters that sources write for one sound.
const SAME_SOUND: [&[u8; 2]; 13] =
    [b"iy", b"ij", b"jy", b"vw", b"uw", b"kq", b"ck", b"ou", b"ei", b"sz", b"cs", b"ey", b"fw"];
/// Consonants that sound alike.
const LIKE_SOUND: [&[u8; 2]; 18] = [
    b"bp", b"dt", b"gk", b"gj", b"gq", b"gh", b"hk", b"fv", b"bv", b"fp", b"jz", b"mn", b"cg", b"cq", b"kx", b"hx",
    b"dz", b"cj",
];

/// What it costs to write one letter for another, from nothing to [`LETTER`].
static CHANGES: [[u8; 26]; 26] = changes();
/// What it costs to add or leave out a letter.
static GAPS: [u8; 26] = gaps();

const fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

#[allow(clippy::indexing_slicing, reason = "computed when the program is built")]
const fn changes() -> [[u8; 26]; 26] {
    let mut table = [[LETTER as u8; 26]; 26];
    let mut one = 0;
    while one < 26 {
        let mut other = 0;
        while other < 26 {
            if one == other {
                table[one][other] = 0;
            } else if is_vowel(b'a' + one as u8) && is_vowel(b'a' + other as u8) {
                table[one][other] = VOWEL as u8;
            }
            other += 1;
        }
        one += 1;
    }
    let mut at = 0;
    while at < LIKE_SOUND.len() {
        let (one, other) = ((LIKE_SOUND[at][0] - b'a') as usize, (LIKE_SOUND[at][1] - b'a') as usize);
        table[one][other] = SOUND as u8;
        table[other][one] = SOUND as u8;
        at += 1;
    }
    at = 0;
    while at < SAME_SOUND.len() {
        let (one, other) = ((SAME_SOUND[at][0] - b'a') as usize, (SAME_SOUND[at][1] - b'a') as usize);
        table[one][other] = NEAR as u8;
        table[other][one] = NEAR as u8;
        at += 1;
    }
    table
}

#[allow(clippy::indexing_slicing, reason = "computed when the program is built")]
const fn gaps() -> [u8; 26] {
    let mut table = [LETTER as u8; 26];
    let mut at = 0;
    while at < 26 {
        if is_vowel(b'a' + at as u8) || matches!(b'a' + at as u8, b'h' | b'w') {
            table[at] = VOWEL as u8;
        }
        at += 1;
    }
    table
}

/// What it costs that `letter` stands in one word only; `before` is the letter before it.
fn gap(letter: u8, before: Option<u8>) -> u16 {
    match letter.wrapping_sub(b'a') {
        0..26 if before == Some(letter) => DOUBLED,
        at => GAPS.get(usize::from(at)).map_or(LETTER as u16, |gap| u16::from(*gap)),
    }
}

/// What it costs to make one word of the other, in tenths of a letter, if that is at most `limit`.
///
/// Optimal string alignment: letters changed, left out, added or swapped with their neighbour, where letters that sources
/// confuse (sounds alike, vowels, letters twice) cost less. O(length of one times length of the other), ends early.
#[allow(clippy::indexing_slicing, reason = "the lengths are checked first")]
pub(super) fn cost(a: &[u8], b: &[u8], limit: u32) -> Option<u32> {
    if a == b {
        return Some(0);
    }
    if a.len().max(b.len()) > MAX_WORD {
        return None;
    }
    let (a, b) = if a.len() < b.len() { (b, a) } else { (a, b) };
    let m = b.len();
    let mut added = [0_u16; MAX_WORD];
    let mut rows = [[0_u16; MAX_WORD + 1]; 3];
    let [mut before, mut last, mut now] = rows.each_mut();
    for j in 0..m {
        added[j] = gap(b[j], j.checked_sub(1).map(|j| b[j]));
        last[j + 1] = last[j] + added[j];
    }
    let added = &added[..m];
    let mut least_before = 0;
    let mut previous = 0;
    for (i, &letter) in a.iter().enumerate() {
        let missing = gap(letter, (i > 0).then_some(previous));
        let mut left = last[0] + missing;
        now[0] = left;
        let mut least = left;
        // A digit is no letter: it costs a whole one.
        let changes = CHANGES.get(usize::from(letter.wrapping_sub(b'a'))).unwrap_or(&[LETTER as u8; 26]);
        let cells = now[1..=m].iter_mut().zip(last[..=m].windows(2)).zip(b.iter().zip(added)).enumerate();
        for (j, ((cell, above), (&other, &added))) in cells {
            let change = match other {
                _ if other == letter => 0,
                other => {
                    changes.get(usize::from(other.wrapping_sub(b'a'))).map_or(LETTER as u16, |cost| u16::from(*cost))
                }
            };
            left = (above[0] + change).min(above[1] + missing).min(left + added);
            if i > 0 && other == previous && j > 0 && b[j - 1] == letter && letter != other {
                left = left.min(before[j - 1] + SWAPPED);
            }
            *cell = left;
            least = least.min(left);
        }
        // A swap reaches over one row.
        if u32::from(least.min(least_before + SWAPPED)) > limit {
            return None;
        }
        least_before = least;
        previous = letter;
        (before, last, now) = (last, now, before);
    }
    let cost = u32::from(last[m]);
    (cost <= limit).then_some(cost)
}

/// How often a key has the consonants of each class of like sound.
pub(super) fn sounds(key: &[u8]) -> [u8; 8] {
    let mut counts = [0_u8; 8];
    for byte in key {
        let class = match byte {
            b'b' | b'p' | b'f' | b'v' => 0,
            b't' | b'd' => 1,
            b'g' | b'k' | b'q' | b'j' | b'x' => 2,
            b's' | b'z' => 3,
            b'm' | b'n' => 4,
            b'l' => 5,
            b'r' => 6,
            // Vowels and letters that stand for many sounds, or none.
            _ => continue,
        };
        if let Some(count) = counts.get_mut(class) {
            *count += 1;
        }
    }
    counts
}

/// In how many consonants two words differ, whatever their order.
pub(super) fn differing(one: &[u8; 8], other: &[u8; 8]) -> u32 {
    one.iter().zip(other).map(|(one, other)| u32::from(one.abs_diff(*other))).sum()
}

/// The consonants of the key of a word, as the scripts without vowels write them and other scripts keep them.
pub(super) fn consonants(key: &[u8], out: &mut Vec<u8>) {
    out.clear();
    for (at, &byte) in key.iter().enumerate() {
        let consonant = match byte {
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' => continue,
            b'h' if at + 1 == key.len() => continue,
            b'p' => b'b',
            b'v' => b'w',
            b'r' => b'l',
            b'q' => b'k',
            b'z' => b's',
            other => other,
        };
        if out.last() != Some(&consonant) {
            out.push(consonant);
        }
    }
}

/// How alike two folded words are: 1 less the share of letters that must be changed, left out, added or swapped with their
/// neighbour to make one of the other; letters that sources confuse count for less. Words of more than 64 bytes are alike
/// only if they are the same.
///
/// ```
/// use tieline::names::similarity;
/// assert_eq!(similarity("haqqani", "haqqani"), 1.0);
/// assert_eq!(similarity("lion", "lian"), 0.875);
/// assert_eq!(similarity("tank", "park"), 0.5);
/// ```
pub fn similarity(a: &str, b: &str) -> f64 {
    let longer = a.len().max(b.len()) as u32 * LETTER;
    match cost(a.as_bytes(), b.as_bytes(), longer) {
        Some(cost) if longer > 0 => 1.0 - f64::from(cost) / f64::from(longer),
        Some(_) => 1.0,
        None => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The textbook recurrence with the same costs, without a table.
    fn slow(a: &[u8], b: &[u8]) -> u32 {
        let last_gap = |word: &[u8]| u32::from(gap(word[word.len() - 1], word.len().checked_sub(2).map(|at| word[at])));
        let (Some((x, shorter_a)), Some((y, shorter_b))) = (a.split_last(), b.split_last()) else {
            let longer = if a.is_empty() { b } else { a };
            return (1..=longer.len()).map(|end| last_gap(&longer[..end])).sum();
        };
        let change = match (x.wrapping_sub(b'a'), y.wrapping_sub(b'a')) {
            _ if x == y => 0,
            (x @ 0..26, y @ 0..26) => u32::from(CHANGES[usize::from(x)][usize::from(y)]),
            _ => LETTER,
        };
        let mut least = (slow(shorter_a, shorter_b) + change)
            .min(slow(shorter_a, b) + last_gap(a))
            .min(slow(a, shorter_b) + last_gap(b));
        if let (Some((before_x, rest_a)), Some((before_y, rest_b))) = (shorter_a.split_last(), shorter_b.split_last())
            && x == before_y
            && y == before_x
            && x != y
        {
            least = least.min(slow(rest_a, rest_b) + u32::from(SWAPPED));
        }
        least
    }

    proptest! {
        #[test]
        fn the_cost_agrees_with_its_definition(a in "[abkq1]{0,5}", b in "[abkq1]{0,5}") {
            prop_assert_eq!(cost(a.as_bytes(), b.as_bytes(), 1000), Some(slow(a.as_bytes(), b.as_bytes())));
        }

        #[test]
        fn a_limit_only_ends_early(a in "[a-z]{0,9}", b in "[a-z]{0,9}", limit in 0..80_u32) {
            let whole = cost(a.as_bytes(), b.as_bytes(), 1000);
            prop_assert_eq!(cost(a.as_bytes(), b.as_bytes(), limit), whole.filter(|cost| *cost <= limit));
            prop_assert_eq!(cost(b.as_bytes(), a.as_bytes(), limit), whole.filter(|cost| *cost <= limit));
        }
    }

    #[test]
    fn what_sources_confuse_costs_less() {
        for (one, other, most) in
            [("lion", "lian", 5), ("hakim", "haqim", 3), ("petr", "pettr", 2), ("karl", "kalr", 8)]
        {
            assert!(cost(one.as_bytes(), other.as_bytes(), 100) <= Some(most), "{one}, {other}");
        }
        assert_eq!(cost(b"tank", b"tarm", 100), Some(20));
        assert_eq!(cost(&[b'a'; MAX_WORD + 1], &[b'b'; 3], 10_000), None);
    }
}
