//! The nearest word: what was probably meant.

#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "rows and columns of a table made here")]

/// The candidate that is nearest to `word` in letters, if one is near enough to have been meant: at most one slip
/// (a letter more, less, other, or two neighbours swapped) for every three letters of `word`, and one for shorter words.
/// Three letters or more that a candidate begins with count as one slip: a word that was not finished; of several such
/// candidates the one that lacks the fewest letters is nearest.
///
/// Case does not count. The first of several equally near candidates is taken. Each candidate costs
/// O(len(word) * len(candidate)), most are refused by their length alone.
///
/// ```
/// use tieline::schema::nearest;
/// assert_eq!(nearest("afiliated_with", ["allied_with", "affiliated_with"]), Some("affiliated_with"));
/// assert_eq!(nearest("neigh", ["show", "neighbours"]), Some("neighbours"));
/// assert_eq!(nearest("led_b", ["led_by_whom", "led_by"]), Some("led_by"));
/// assert_eq!(nearest("weather", ["allied_with", "affiliated_with"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().flat_map(char::to_lowercase).take(MAX_CHARS + 1).collect();
    if word.len() > MAX_CHARS {
        return None;
    }
    let allowed = (word.len() / 3).max(1);
    let mut best: Option<(usize, usize, &str)> = None;
    for candidate in candidates {
        let letters: Vec<char> = candidate.chars().flat_map(char::to_lowercase).take(MAX_CHARS + 1).collect();
        let limit = best.map_or(allowed + 1, |(slips, ..)| slips + 1);
        let length = letters.len().abs_diff(word.len());
        let slips = if word.len() >= 3 && letters.starts_with(&word) {
            usize::from(letters.len() > word.len())
        } else if letters.len() <= MAX_CHARS && length < limit {
            distance(&word, &letters)
        } else {
            continue;
        };
        // A word of which no letter is left is another word.
        let nearer = best.is_none_or(|(least, shortest, _)| (slips, length) < (least, shortest));
        if slips < limit && slips < letters.len() && nearer {
            best = Some((slips, length, candidate));
        }
    }
    best.map(|(.., candidate)| candidate)
}

/// Longer words are nobody's slip of the pen, and would make a hostile file slow.
const MAX_CHARS: usize = 200;

/// The Damerau-Levenshtein distance in its restricted form (optimal string alignment): a pair that has been swapped is
/// not edited again. F. J. Damerau, "A technique for computer detection and correction of spelling errors", 1964.
fn distance(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    let mut row: Vec<usize> = vec![0; width];
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..width {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, read aloud.
    fn slow(a: &[char], b: &[char]) -> usize {
        let (Some((&x, a_rest)), Some((&y, b_rest))) = (a.split_last(), b.split_last()) else {
            return a.len().max(b.len());
        };
        let mut best = slow(a_rest, b_rest) + usize::from(x != y);
        best = best.min(slow(a_rest, b) + 1).min(slow(a, b_rest) + 1);
        if let (Some((&x2, a_rest)), Some((&y2, b_rest))) = (a_rest.split_last(), b_rest.split_last())
            && x == y2
            && y == x2
        {
            best = best.min(slow(a_rest, b_rest) + 1);
        }
        best
    }

    proptest! {
        #[test]
        fn the_table_agrees_with_the_definition(a in "[abc]{0,6}", b in "[abc]{0,6}") {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            prop_assert_eq!(distance(&a, &b), slow(&a, &b));
        }
    }

    #[test]
    fn a_verb_is_known_by_most_of_its_letters() {
        let verbs = ["find", "show", "neighbours", "path", "between"];
        for (word, meant) in [
            ("neigbours", Some("neighbours")),
            ("NEIGHBOR", Some("neighbours")),
            ("fnid", Some("find")),
            ("zebra", None),
        ] {
            assert_eq!(nearest(word, verbs), meant, "{word}");
        }
    }

    #[test]
    fn slips_are_forgiven_and_other_words_are_not() {
        let kinds = ["led_by", "located_in", "Organisation", "é"];
        for (word, meant) in [
            ("led_yb", Some("led_by")),
            ("lcoated_in", Some("located_in")),
            ("organization", Some("Organisation")),
            ("founded_in", None),
            ("", None),
            ("le", None),
            ("f", None),
            ("xyz", None),
            ("lde", None),
            ("loc", Some("located_in")),
            ("lo", None),
        ] {
            assert_eq!(nearest(word, kinds), meant, "{word}");
        }
        assert_eq!(nearest(&"a".repeat(10_000), ["a"]), None);
    }
}
