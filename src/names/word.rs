//! How alike two words are, letter by letter.

/// Longer words, in bytes, are alike only if they are the same.
pub(super) const MAX_WORD: usize = 64;

/// The cost of a letter changed, left out or added, where nothing makes it cheaper.
pub(super) const LETTER: u32 = 10;
const SWAPPED: u32 = 8;
const DOUBLED: u32 = 2;
const NEAR: u32 = 3;
const SOUND: u32 = 6;
const VOWEL: u32 = 5;

/// Letters that sources write for one sound.
const SAME_SOUND: [&[u8; 2]; 12] = [b"iy", b"ij", b"jy", b"vw", b"uw", b"kq", b"ck", b"ou", b"ei", b"sz", b"cs", b"ey"];
/// Consonants that sound alike.
const LIKE_SOUND: [&[u8; 2]; 17] = [
    b"bp", b"dt", b"gk", b"gj", b"gq", b"gh", b"hk", b"fv", b"bv", b"fp", b"jz", b"mn", b"cg", b"cq", b"kx", b"hx",
    b"dz",
];

/// What it costs to write one letter for another, from nothing to [`LETTER`].
static CHANGES: [[u8; 26]; 26] = changes();
/// What it costs to add or leave out a letter.
static GAPS: [u8; 26] = gaps();

const fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

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

const fn gaps() -> [u8; 26] {
    let mut table = [LETTER as u8; 26];
    let mut at = 0;
    while at < 26 {
        if is_vowel(b'a' + at as u8) || b'a' + at as u8 == b'h' {
            table[at] = VOWEL as u8;
        }
        at += 1;
    }
    table
}

#[allow(clippy::indexing_slicing, reason = "both are letters from a to z")]
fn change(one: u8, other: u8) -> u32 {
    match (one.wrapping_sub(b'a'), other.wrapping_sub(b'a')) {
        _ if one == other => 0,
        (one @ 0..26, other @ 0..26) => u32::from(CHANGES[one as usize][other as usize]),
        // A digit for a letter, or another digit.
        _ => LETTER,
    }
}

/// What it costs that `letter` stands in one word only; `before` is the letter that both have before it.
#[allow(clippy::indexing_slicing, reason = "it is a letter from a to z")]
fn gap(letter: u8, before: Option<u8>) -> u32 {
    match letter.wrapping_sub(b'a') {
        0..26 if before == Some(letter) => DOUBLED,
        at @ 0..26 => u32::from(GAPS[at as usize]),
        _ => LETTER,
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
    // What both begin and end with costs nothing, except that a doubled letter must be seen beside its twin.
    let common = a.iter().zip(b).take_while(|(one, other)| one == other).count().saturating_sub(1);
    let (a, b) = (&a[common..], &b[common..]);
    let common = a.iter().rev().zip(b.iter().rev()).take_while(|(one, other)| one == other).count().saturating_sub(1);
    let (a, b) = (&a[..a.len() - common], &b[..b.len() - common]);

    let mut rows = [[0_u32; MAX_WORD + 1]; 3];
    let (mut before, mut last, mut now) = (0, 1, 2);
    for j in 0..b.len() {
        rows[last][j + 1] = rows[last][j] + gap(b[j], j.checked_sub(1).map(|j| b[j]));
    }
    for i in 0..a.len() {
        let missing = gap(a[i], i.checked_sub(1).map(|i| a[i]));
        rows[now][0] = rows[last][0] + missing;
        let mut least = rows[now][0];
        for j in 0..b.len() {
            let added = gap(b[j], j.checked_sub(1).map(|j| b[j]));
            let mut cell =
                (rows[last][j] + change(a[i], b[j])).min(rows[last][j + 1] + missing).min(rows[now][j] + added);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] && a[i] != b[j] {
                cell = cell.min(rows[before][j - 1] + SWAPPED);
            }
            rows[now][j + 1] = cell;
            least = least.min(cell);
        }
        // A swap reaches over one row.
        if least > limit + LETTER {
            return None;
        }
        (before, last, now) = (last, now, before);
    }
    let cost = rows[last][b.len()];
    (cost <= limit).then_some(cost)
}

/// A bit for each letter that a word has; words that share few cannot be alike.
pub(super) fn letters(word: &[u8]) -> u32 {
    word.iter().fold(0, |bits, byte| match byte {
        b'a'..=b'z' => bits | 1 << (byte - b'a'),
        b'0'..=b'9' => bits | 1 << 26,
        _ => bits | 1 << 27,
    })
}

/// The consonants of the key of a word, as the scripts without vowels write them and other scripts keep them.
pub(super) fn consonants(key: &[u8], out: &mut Vec<u8>) {
    out.clear();
    for (at, &byte) in key.iter().enumerate() {
        let consonant = match byte {
            b'a' | b'e' | b'i' | b'o' | b'u' | b'y' => continue,
            b'h' if at + 1 == key.len() => continue,
            b'p' => b'b',
            b'v' | b'w' => b'f',
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
