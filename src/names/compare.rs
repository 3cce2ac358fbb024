//! How alike two names are, and why.

use super::fold;
use super::skeleton::Keyed;

/// How alike two names are.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// 0 (nothing in common) to 1 (the same after folding).
    pub score: f64,
    /// What was found, in words, the most telling first; never empty.
    pub reasons: Vec<String>,
}

/// The score of two names that differ in their romanisation only.
const TRANSLITERATED: f64 = 0.97;
/// The score of two names, or of two groups of parts, that differ in their spaces only.
const SPACED: f64 = 0.95;
/// Groups of parts less alike than this, without their spaces, are different.
const LEAST_SPACED: f64 = 0.85;
/// What an initial says of the word that it stands for, and an acronym of its words.
const INITIAL: f64 = 0.7;
/// Words less alike than this are different words.
const LEAST: f64 = 0.7;
/// The cost of a part that one name lacks, where a part that both have gives 1.
const MISSING: f64 = 0.8;
/// The factor for parts in another order.
const REORDERED: f64 = 0.97;
/// The factor for numbers that differ: two brigades, not one.
const OTHER_NUMBERS: f64 = 0.5;
/// Parts of a name that are compared; the rest counts as if it were not there.
const MAX_PARTS: usize = 32;
/// Longer words, in bytes, are alike only if they are the same.
const MAX_WORD: usize = 64;

/// Skeletons of words that tell little: articles, prepositions and conjunctions of the usual languages.
const PARTICLES: [&str; 24] = [
    "abd", "abu", "al", "and", "bin", "bint", "da", "de", "del", "der", "di", "du", "et", "for", "fi", "i", "in", "la",
    "of", "on", "the", "u", "van", "von",
];
/// Skeletons of titles, which one source gives and the other leaves out.
const TITLES: [&str; 18] = [
    "dr", "gen", "hafiz", "hagi", "haj", "haji", "imam", "kari", "maulana", "maulavi", "maulvi", "mr", "mrs", "mufti",
    "mula", "pruf", "shaih", "ustad",
];

/// Forms of companies, folded; one source gives them in full, one in short and one not at all.
const FORMS: [&str; 37] = [
    "ab",
    "ag",
    "aktiengesellschaft",
    "as",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "fze",
    "gesellschaft",
    "gmbh",
    "inc",
    "incorporated",
    "joint",
    "jsc",
    "kg",
    "liability",
    "limited",
    "llc",
    "llp",
    "ltd",
    "nv",
    "oao",
    "ojsc",
    "ooo",
    "oy",
    "pjsc",
    "plc",
    "pte",
    "pvt",
    "sa",
    "sarl",
    "spa",
    "srl",
    "stock",
    "zao",
];

/// One part of a name.
struct Part {
    text: String,
    key: String,
    /// How much it tells.
    weight: f64,
}

/// How two parts meet.
enum Meeting {
    Same,
    Transliterated,
    Initial,
    /// That many letters differ.
    Edited(usize),
}

/// Compares two names, written in any way.
///
/// Both are folded and cut into their parts. Each part is paired with the most similar part of the other name, by edit
/// distance of the folded words or of their skeletons, and what is left of both as a whole (words written apart, acronyms);
/// articles, titles and forms of companies count less than other parts. Missing parts, parts
/// in another order and other numbers lower the score. It is symmetric, and only the same folded name scores 1.
///
/// # Complexity
/// Quadratic in the number of parts (at most 32 are compared) and in the length of the words (at most 64 bytes).
///
/// ```
/// use tieline::names::compare;
/// assert_eq!(compare("al-Qaeda", "Al Qāʿeda").score, 1.0);
/// let found = compare("Haqqani Network", "Network Haqani");
/// assert!(found.score > 0.9);
/// assert_eq!(found.reasons, ["parts in another order", "haqqani, haqani: same after transliteration"]);
/// ```
pub fn compare(a: &str, b: &str) -> Comparison {
    let (a, b) = (fold(a), fold(b));
    if a == b {
        return Comparison { score: 1.0, reasons: vec!["same after folding".to_owned()] };
    }
    // From here on the order of the two is fixed, so that the answer is the same both ways.
    let (a, b) = if a < b { (a, b) } else { (b, a) };
    let (left, right) = (parts(&a), parts(&b));
    let keys = |parts: &[Part]| parts.iter().map(|part| part.key.as_str()).collect::<Vec<_>>().join(" ");
    let cut = left.len().max(right.len()) == MAX_PARTS;
    if !cut && keys(&left) == keys(&right) {
        return Comparison { score: TRANSLITERATED, reasons: vec!["same after transliteration".to_owned()] };
    }
    let same_letters = |a: &str, b: &str| letters(a).eq(letters(b));
    if same_letters(&a, &b) || (!cut && same_letters(&keys(&left), &keys(&right))) {
        return Comparison { score: SPACED, reasons: vec!["same but for spaces".to_owned()] };
    }
    align(&left, &right)
}

/// How alike two folded words are: 1 less the share of letters that must be changed, left out, added or swapped with their
/// neighbour to make one of the other (optimal string alignment distance over the length of the longer). Words of
/// more than 64 bytes are alike only if they are the same.
///
/// ```
/// use tieline::names::similarity;
/// assert_eq!(similarity("haqqani", "haqqani"), 1.0);
/// assert_eq!(similarity("abcd", "abdc"), 0.75);
/// ```
pub fn similarity(a: &str, b: &str) -> f64 {
    match a.len().max(b.len()) {
        _ if a == b => 1.0,
        longer if longer > MAX_WORD => 0.0,
        longer => 1.0 - distance(a, b) as f64 / longer as f64,
    }
}

fn letters(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(|byte| *byte != b' ')
}

fn parts(folded: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for (word, key) in Keyed::new(folded).take(MAX_PARTS) {
        // A word that is several (jalaluddin) is compared as several.
        let several = key.contains(' ');
        for key in key.split(' ') {
            let weight = match key {
                _ if PARTICLES.contains(&key) => 0.25,
                _ if TITLES.contains(&key) => 0.35,
                _ if FORMS.contains(&word) => 0.25,
                _ => 1.0,
            };
            parts.push(Part { text: if several { key } else { word }.to_owned(), key: key.to_owned(), weight });
        }
    }
    parts.truncate(MAX_PARTS);
    parts
}

/// Pairs the parts of two names, the most similar first, and weighs what was found.
fn align(left: &[Part], right: &[Part]) -> Comparison {
    let mut candidates = Vec::new();
    for (i, one) in left.iter().enumerate() {
        for (j, other) in right.iter().enumerate() {
            if let Some((likeness, meeting)) = meet(one, other) {
                candidates.push((likeness, i, j, meeting));
            }
        }
    }
    candidates.sort_by(|a, b| {
        b.0.total_cmp(&a.0).then_with(|| (a.1.abs_diff(a.2), a.1, a.2).cmp(&(b.1.abs_diff(b.2), b.1, b.2)))
    });
    let mut partner: Vec<Option<(usize, f64, Meeting)>> = left.iter().map(|_| None).collect();
    let mut taken = vec![false; right.len()];
    for (likeness, i, j, meeting) in candidates {
        if let (Some(slot @ None), Some(taken @ false)) = (partner.get_mut(i), taken.get_mut(j)) {
            *slot = Some((j, likeness, meeting));
            *taken = true;
        }
    }

    let (mut common, mut total) = (0.0, 0.0);
    let (mut missing, mut details) = (Vec::new(), Vec::new());
    let (mut in_order, mut last) = (true, 0);
    for (one, partner) in left.iter().zip(&partner) {
        let Some((other, (j, likeness, meeting))) =
            partner.as_ref().and_then(|found| Some((right.get(found.0)?, found)))
        else {
            missing.push(one);
            continue;
        };
        let weight = one.weight.min(other.weight);
        common += weight * likeness;
        total += weight;
        if weight == 1.0 {
            in_order &= *j >= last;
            last = *j;
        }
        details.extend(meeting.reason(&one.text, &other.text));
    }
    let mut missing_right: Vec<&Part> =
        right.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(part, _)| part).collect();
    let weigh = |parts: &[&Part]| parts.iter().map(|part| part.weight).sum::<f64>();
    if let Some((likeness, reason)) = meet_apart(&missing, &missing_right) {
        let weight = weigh(&missing).max(weigh(&missing_right));
        common += weight * likeness;
        total += weight;
        details.push(reason);
        missing.clear();
        missing_right.clear();
    }
    total += MISSING * (weigh(&missing) + weigh(&missing_right));
    let mut score = if total > 0.0 { common / total } else { 0.0 };

    let mut reasons = Vec::new();
    if common == 0.0 {
        reasons.push("nothing in common".to_owned());
        return Comparison { score, reasons };
    }
    if !in_order {
        score *= REORDERED;
        reasons.push("parts in another order".to_owned());
    }
    if missing.iter().chain(&missing_right).any(|part| has_digit(&part.text)) {
        score *= OTHER_NUMBERS;
        reasons.push("numbers differ".to_owned());
    }
    reasons.append(&mut details);
    let texts = |parts: &[&Part]| parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(", ");
    match (missing.as_slice(), missing_right.as_slice()) {
        ([], []) => (),
        ([part], []) | ([], [part]) => reasons.push(format!("one part missing: {}", part.text)),
        (parts, []) | ([], parts) => reasons.push(format!("{} parts missing: {}", parts.len(), texts(parts))),
        (left, right) => reasons.push(format!("parts differ: {} / {}", texts(left), texts(right))),
    }
    if reasons.is_empty() {
        reasons.push("same parts".to_owned());
    }
    Comparison { score: score.min(TRANSLITERATED), reasons }
}

/// How alike two parts are, if they are at all.
fn meet(one: &Part, other: &Part) -> Option<(f64, Meeting)> {
    if one.text == other.text {
        return Some((1.0, Meeting::Same));
    }
    if has_digit(&one.text) || has_digit(&other.text) {
        return None;
    }
    if one.key == other.key {
        return Some((TRANSLITERATED, Meeting::Transliterated));
    }
    let whole = one.weight == 1.0 && other.weight == 1.0;
    let is_initial = |short: &Part, long: &Part| short.text.len() == 1 && long.text.starts_with(&short.text);
    if whole && (is_initial(one, other) || is_initial(other, one)) {
        return Some((INITIAL, Meeting::Initial));
    }
    let (plain, reduced) = (similarity(&one.text, &other.text), TRANSLITERATED * similarity(&one.key, &other.key));
    let likeness = plain.max(reduced);
    (likeness >= LEAST && one.weight == other.weight)
        .then(|| (likeness, Meeting::Edited(distance(&one.text, &other.text))))
}

/// How alike the parts are that found no partner: one word here and several there, or an acronym and its words.
fn meet_apart(left: &[&Part], right: &[&Part]) -> Option<(f64, String)> {
    let (few, many) = if left.len() < right.len() { (left, right) } else { (right, left) };
    if few.is_empty() || few.len() == many.len() || few.iter().chain(many).any(|part| has_digit(&part.text)) {
        return None;
    }
    let texts = |parts: &[&Part]| parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(" ");
    let joined = |of: fn(&Part) -> &str| {
        let join = |parts: &[&Part]| parts.iter().map(|part| of(part)).collect::<String>();
        similarity(&join(few), &join(many))
    };
    let likeness = joined(|part| &part.text).max(joined(|part| &part.key));
    if likeness >= LEAST_SPACED {
        return Some((SPACED * likeness, format!("{}, {}: written apart", texts(few), texts(many))));
    }
    let [acronym] = few else { return None };
    let initials = |light: bool| -> Vec<u8> {
        many.iter().filter(|part| light || part.weight == 1.0).filter_map(|part| part.text.bytes().next()).collect()
    };
    (acronym.text.len() > 1 && [true, false].iter().any(|light| acronym.text.as_bytes() == initials(*light)))
        .then(|| (INITIAL, format!("{}: the initials of {}", acronym.text, texts(many))))
}

impl Meeting {
    fn reason(&self, one: &str, other: &str) -> Option<String> {
        match self {
            Meeting::Same => None,
            Meeting::Transliterated => Some(format!("{one}, {other}: same after transliteration")),
            Meeting::Initial => Some(format!("{one}, {other}: an initial")),
            Meeting::Edited(1) => Some(format!("{one}, {other}: one letter differs")),
            Meeting::Edited(letters) => Some(format!("{one}, {other}: {letters} letters differ")),
        }
    }
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// The optimal string alignment distance of two words: the least number of letters changed, left out, added, or swapped
/// with their neighbour, where no letter is touched twice. Of longer words the first [`MAX_WORD`] bytes count.
fn distance(a: &str, b: &str) -> usize {
    let cut = |bytes: &'_ [u8]| bytes.len().min(MAX_WORD);
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (a, b) = (&a[..cut(a)], &b[..cut(b)]);
    // rows[0] is the row of the letter in hand, rows[1] and rows[2] those of the two letters before.
    let mut rows = [[0_usize; MAX_WORD + 1]; 3];
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 0..a.len() {
        rows.rotate_right(1);
        rows[0][0] = i + 1;
        for j in 0..b.len() {
            let changed = rows[1][j] + usize::from(a[i] != b[j]);
            let mut least = changed.min(rows[1][j + 1] + 1).min(rows[0][j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                least = least.min(rows[2][j - 1] + 1);
            }
            rows[0][j + 1] = least;
        }
    }
    rows[0][b.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_was_found_is_said() {
        for (one, other, least, most, reasons) in [
            ("al-Qaeda", "AL QAEDA", 1.0, 1.0, &["same after folding"][..]),
            ("al-Qaeda", "Al Qa'ida", 0.97, 0.97, &["same after transliteration"]),
            ("Jalaluddin Haqqani", "Jalal al-Din Haqani", 0.97, 0.97, &["same after transliteration"]),
            ("Al Qaeda", "Alqaeda", 0.95, 0.95, &["same but for spaces"]),
            ("Omar Khalid", "Khalid Omar", 0.9, 0.97, &["parts in another order"]),
            ("al-Qaeda", "al-Qaeda in Yemen", 0.3, 0.7, &["2 parts missing: in, yemen"]),
            ("Olaf Scholz", "Olaf Schols", 0.85, 0.95, &["schols, scholz: one letter differs"]),
            ("J. Smith", "John Smith", 0.8, 0.9, &["j, john: an initial"]),
            ("Brigade 313", "Brigade 413", 0.0, 0.4, &["numbers differ", "parts differ: 313 / 413"]),
            ("Ansar", "Ansar 2", 0.0, 0.5, &["numbers differ", "one part missing: 2"]),
            ("Hamas", "Fatah", 0.0, 0.0, &["nothing in common"]),
            ("Mullah Omar", "Omar", 0.75, 0.9, &["one part missing: mullah"]),
            ("Ansar al-Islam", "Ansar al-Sunna", 0.0, 0.5, &["parts differ: islam / sunna"]),
            ("", "Hamas", 0.0, 0.0, &["nothing in common"]),
            ("TTP", "Tehrik-e Taliban Pakistan", 0.7, 0.7, &["ttp: the initials of tehrik e taliban pakistan"]),
            ("Hizb ut-Tahrir", "Hizbut Tahrir", 0.95, 0.95, &["same but for spaces"]),
            ("Al-Shabaab", "Alshabab", 0.95, 0.95, &["same but for spaces"]),
            ("Jabhat Fathalsham", "Jabhat Fatah al Sham", 0.9, 0.97, &["fathalsham, fatah al sham: written apart"]),
            ("Daimler AG", "Daimler Aktiengesellschaft", 0.7, 0.8, &["parts differ: ag / aktiengesellschaft"]),
        ] {
            let found = compare(one, other);
            assert!((least..=most).contains(&found.score), "{one}, {other}: {found:?}");
            assert_eq!(found.reasons, reasons, "{one}, {other}");
        }
    }

    #[test]
    fn light_words_are_listed_by_their_skeletons() {
        for word in PARTICLES.iter().chain(&TITLES) {
            assert_eq!(super::super::skeleton_word(word), *word);
        }
    }

    #[test]
    fn different_organisations_are_below_their_variants() {
        for (one, variant, different) in [
            ("Afghan Taliban", "Afghan Taleban", "Pakistani Taliban"),
            ("Jaysh al-Islam", "Jaish al Islam", "Jund al-Islam"),
            ("Tehrik-e Taliban Pakistan", "Tehreek-i-Taliban Pakistan", "Tehrik-e Nafaz-e Shariat"),
            ("Islamic State of Iraq", "Islamic State in Iraq", "Islamic State in Somalia"),
        ] {
            let (near, far) = (compare(one, variant).score, compare(one, different).score);
            assert!(near > 0.85 && far < 0.75, "{one}: {near} {far}");
        }
    }

    /// The textbook recurrence, without a table.
    fn slow_distance(a: &[u8], b: &[u8]) -> usize {
        let (Some((x, shorter_a)), Some((y, shorter_b))) = (a.split_last(), b.split_last()) else {
            return a.len().max(b.len());
        };
        let mut least = (slow_distance(shorter_a, shorter_b) + usize::from(x != y))
            .min(slow_distance(shorter_a, b) + 1)
            .min(slow_distance(a, shorter_b) + 1);
        if let (Some((before_x, rest_a)), Some((before_y, rest_b))) = (shorter_a.split_last(), shorter_b.split_last())
            && x == before_y
            && y == before_x
        {
            least = least.min(slow_distance(rest_a, rest_b) + 1);
        }
        least
    }

    proptest! {
        #[test]
        fn distance_agrees_with_its_definition(a in "[abc]{0,5}", b in "[abc]{0,5}") {
            prop_assert_eq!(distance(&a, &b), slow_distance(a.as_bytes(), b.as_bytes()));
        }

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
            prop_assert_eq!(similarity(&a, &b), similarity(&b, &a));
        }

        #[test]
        fn long_names_end_soon(word in "[a-z]{1,3}", words in 1..3000_usize, space in " ?") {
            let name = (word + &space).repeat(words);
            compare(&name, &(name.clone() + "x"));
        }
    }

    const NAME: &str = "((al|bin|abdul|Haqqani|Haqani|Jalaluddin|Omar|J|11|12|Islam)[ -]){0,4}|\\PC{0,12}|[a-d ]{0,12}";

    /// Labelled pairs from nomenklatura, of people, companies and vessels; prints precision, recall and F1.
    #[test]
    #[ignore = "a measurement"]
    fn measure_labelled_pairs() {
        let shared =
            std::env::var("TIELINE_SHARED").unwrap_or_else(|_| format!("{}/../shared", env!("CARGO_MANIFEST_DIR")));
        let path = std::path::Path::new(&shared).join("data/name-pairs/cases.csv");
        if !path.exists() {
            assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
            println!("skipped: {} is missing", path.display());
            return;
        }
        let pairs: Vec<(bool, f64, String)> = csv::Reader::from_path(path)
            .unwrap()
            .records()
            .map(|record| {
                let record = record.unwrap();
                let found = compare(&record[2], &record[3]);
                let shown = format!("{:.2} {} | {} | {:?}", found.score, &record[2], &record[3], found.reasons);
                (record[4] == *"true", found.score, shown)
            })
            .collect();
        for step in 10..20 {
            let threshold = f64::from(step) * 0.05;
            let count =
                |matches: bool| pairs.iter().filter(|pair| pair.0 == matches && pair.1 >= threshold).count() as f64;
            let (hits, wrong) = (count(true), count(false));
            let all = pairs.iter().filter(|pair| pair.0).count() as f64;
            let (precision, recall) = (hits / (hits + wrong), hits / all);
            let f1 = 2.0 * precision * recall / (precision + recall);
            println!("from {threshold:.2}: precision {precision:.3} recall {recall:.3} F1 {f1:.3}");
        }
        if std::env::var_os("TIELINE_SHOW_PAIRS").is_some() {
            pairs.iter().for_each(|pair| println!("{} {}", pair.0, pair.2));
        }
    }
}
