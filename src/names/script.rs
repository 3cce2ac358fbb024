//! Romanisation of the scripts that a table of letters alone does not carry over well.
//!
//! [`fold`](super::fold()) turns every script into plain letters, letter by letter. That is enough for Latin, Cyrillic,
//! Greek, Georgian and Armenian. The others need to be known as what they are when names are compared:
//!
//! - Arabic and Hebrew write consonants: `فرناندو` is `frnandw`, and meets `Fernando` by its consonants only.
//! - Kana put a vowel behind each consonant: `バラク` is `baraku`.
//! - Han and Hangul write a syllable a character: `김정은` and `김종은` differ in one of three, not in one letter of ten.
//!   Against another script Han is read as Chinese (pinyin), Hangul as Koreans write their names in Latin letters.

use any_ascii::any_ascii_char;

use super::fold;

/// How a word was written, as far as it matters for comparing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Script {
    /// Letters for all sounds.
    Alphabet,
    /// Letters for consonants.
    Abjad,
    /// Kana.
    Kana,
    /// A character a syllable: Han.
    Han,
    /// A character a syllable: Hangul.
    Hangul,
}

/// A word of a name in plain small letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Its letters, folded.
    pub text: String,
    /// How it was written.
    pub script: Script,
    /// The characters, where each is a syllable; else empty.
    pub syllables: String,
}

/// The words of a name.
pub(super) fn words(name: &str) -> Vec<Word> {
    let mut words = Vec::new();
    if name.chars().all(|char| script_of(char) == Script::Alphabet) {
        push_folded(&fold(name), &mut words);
        return words;
    }
    let mut run = String::new();
    let mut script = Script::Alphabet;
    for char in name.chars() {
        // A mark (a vowel sign, a hamza above) belongs to the letter before it.
        let own = if is_mark(char) { script } else { script_of(char) };
        if own != script {
            end_run(&mut run, script, &mut words);
            script = own;
        }
        run.push(char);
    }
    end_run(&mut run, script, &mut words);
    words
}

fn push_folded(folded: &str, words: &mut Vec<Word>) {
    words.extend(folded.split_whitespace().map(|word| Word {
        text: word.to_owned(),
        script: Script::Alphabet,
        syllables: String::new(),
    }));
}

/// Adds the words of a run of one script, and empties it.
fn end_run(run: &mut String, script: Script, words: &mut Vec<Word>) {
    match script {
        Script::Alphabet => push_folded(&fold_or_nothing(run), words),
        Script::Abjad => abjad(run, words),
        Script::Kana | Script::Han | Script::Hangul => {
            let text = match script {
                Script::Hangul => hangul(run),
                // The small tsu only doubles the consonant behind it.
                _ => fold(&run.replace(['ッ', 'っ'], "")).replace(' ', ""),
            };
            let syllables = if script == Script::Kana { String::new() } else { run.clone() };
            words.push(Word { text, script, syllables });
        }
    }
    run.clear();
}

/// The fold of a text between words of other scripts, which may be mere punctuation.
fn fold_or_nothing(text: &str) -> String {
    if text.chars().any(char::is_alphanumeric) { fold(text) } else { String::new() }
}

/// The script of a character, as far as it is told apart here.
fn script_of(char: char) -> Script {
    match char {
        '\u{0}'..='\u{58f}' => Script::Alphabet,
        // Digits and punctuation of the Arabic block are those of any script.
        '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}' | '\u{600}'..='\u{60f}' | '\u{61b}'..='\u{61f}' | '\u{6d4}' => {
            Script::Alphabet
        }
        '\u{5d0}'..='\u{5f4}'
        | '\u{620}'..='\u{6ff}'
        | '\u{750}'..='\u{77f}'
        | '\u{fb1d}'..='\u{fdfb}'
        | '\u{fe70}'..='\u{fefc}' => Script::Abjad,
        '\u{30fb}' => Script::Alphabet,
        '\u{3041}'..='\u{30ff}' => Script::Kana,
        '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => Script::Han,
        '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => Script::Hangul,
        _ => Script::Alphabet,
    }
}

/// Signs that are written on a letter of the Arabic and Hebrew scripts, and the joiners between letters.
fn is_mark(char: char) -> bool {
    matches!(char, '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6ed}' | '\u{200c}'..='\u{200f}')
}

/// The letters of a word in Hangul: the usual spelling of names (`Jong`, `Un`), which is none of the systems.
fn hangul(word: &str) -> String {
    const INITIALS: [&str; 19] =
        ["k", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"];
    const VOWELS: [&str; 21] = [
        "a", "ae", "ya", "yae", "o", "e", "yo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "u",
        "ui", "i",
    ];
    const FINALS: [&str; 28] = [
        "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "l", "l", "m", "p", "p", "t", "t", "ng",
        "t", "t", "k", "t", "p", "t",
    ];
    let mut out = String::new();
    for char in word.chars() {
        match (char as u32).checked_sub(0xac00).filter(|number| *number < 11_172).map(|number| number as usize) {
            Some(number) => {
                let (initial, vowel, last) = (number / 588, number % 588 / 28, number % 28);
                for (table, at) in [(&INITIALS[..], initial), (&VOWELS[..], vowel), (&FINALS[..], last)] {
                    out.push_str(table.get(at).copied().unwrap_or_default());
                }
            }
            None => out.push_str(&fold(char.encode_utf8(&mut [0; 4])).replace(' ', "")),
        }
    }
    out
}

/// Words of the Arabic script that are so frequent in names that everybody reads them the same.
const FREQUENT: [(&str, &str); 56] = [
    ("محمد", "muhammad"),
    ("احمد", "ahmad"),
    ("علي", "ali"),
    ("علی", "ali"),
    ("حسن", "hasan"),
    ("حسين", "husayn"),
    ("حسین", "husayn"),
    ("عمر", "umar"),
    ("خالد", "khalid"),
    ("ابراهيم", "ibrahim"),
    ("ابراهیم", "ibrahim"),
    ("يوسف", "yusuf"),
    ("یوسف", "yusuf"),
    ("سعيد", "said"),
    ("سعید", "said"),
    ("صالح", "salih"),
    ("محمود", "mahmud"),
    ("مصطفى", "mustafa"),
    ("مصطفی", "mustafa"),
    ("رحمن", "rahman"),
    ("كريم", "karim"),
    ("کریم", "karim"),
    ("رشيد", "rashid"),
    ("حميد", "hamid"),
    ("عزيز", "aziz"),
    ("عزیز", "aziz"),
    ("جمال", "jamal"),
    ("ناصر", "nasir"),
    ("خان", "khan"),
    ("شاه", "shah"),
    ("حاجي", "haji"),
    ("حاجی", "haji"),
    ("ملا", "mullah"),
    ("شيخ", "shaykh"),
    ("شیخ", "shaykh"),
    ("مولوی", "mawlawi"),
    ("قاری", "qari"),
    ("سيد", "sayyid"),
    ("سید", "sayyid"),
    ("بن", "bin"),
    ("ابن", "bin"),
    ("بنت", "bint"),
    ("ابو", "abu"),
    ("ابي", "abu"),
    ("ام", "umm"),
    ("عبد", "abd"),
    ("الله", "allah"),
    ("عبدالله", "abdallah"),
    ("دين", "din"),
    ("و", "and"),
    ("او", "and"),
    ("في", "in"),
    ("شركة", "company"),
    ("شرکت", "company"),
    ("بنك", "bank"),
    ("بانک", "bank"),
];

/// Adds the words that are one in the Arabic or Hebrew script: the article, and what stands behind *abd*, are written apart
/// in others.
fn abjad(word: &str, words: &mut Vec<Word>) {
    let letters: Vec<char> = word
        .chars()
        .filter(|char| !is_mark(*char) && *char != '\u{640}')
        .flat_map(presented)
        .map(|char| if matches!(char, 'أ' | 'إ' | 'آ' | 'ٱ') { 'ا' } else { char })
        .collect();
    let mut rest = letters.as_slice();
    let mut push = |text: String| {
        if !text.is_empty() {
            words.push(Word { text, script: Script::Abjad, syllables: String::new() });
        }
    };
    let known = |letters: &[char]| {
        let word: String = letters.iter().collect();
        FREQUENT.iter().find(|(known, _)| *known == word).map(|(_, latin)| (*latin).to_owned())
    };
    loop {
        if let Some(text) = known(rest) {
            return push(text);
        }
        match rest {
            ['ع', 'ب', 'د', behind @ ..] if behind.len() >= 3 => {
                push("abd".to_owned());
                rest = behind;
            }
            // At least a root of three behind the article, or it is none: الو, الی.
            ['ا', 'ل', behind @ ..] if behind.len() >= 3 && !behind.starts_with(&['ل', 'ه']) => {
                push("al".to_owned());
                rest = behind;
            }
            _ => return push(romanised(rest)),
        }
    }
}

/// A letter in the form that it has by itself, for the forms that it has inside of words.
fn presented(char: char) -> impl Iterator<Item = char> {
    let plain = matches!(char, '\u{fb50}'..='\u{fdfb}' | '\u{fe70}'..='\u{fefc}')
        .then(|| PRESENTED.iter().find(|(first, last, _)| (*first..=*last).contains(&char)))
        .flatten()
        .map(|(_, _, letter)| *letter);
    std::iter::once(plain.unwrap_or(char))
}

/// The forms of letters in the block of presentation forms, from the first to the last, and the letter.
const PRESENTED: [(char, char, char); 36] = [
    ('\u{fb56}', '\u{fb59}', 'پ'),
    ('\u{fb7a}', '\u{fb7d}', 'چ'),
    ('\u{fb8e}', '\u{fb91}', 'ک'),
    ('\u{fb92}', '\u{fb95}', 'گ'),
    ('\u{fbfc}', '\u{fbff}', 'ی'),
    ('\u{fe81}', '\u{fe84}', 'ا'),
    ('\u{fe85}', '\u{fe86}', 'و'),
    ('\u{fe87}', '\u{fe88}', 'ا'),
    ('\u{fe89}', '\u{fe8c}', 'ئ'),
    ('\u{fe8d}', '\u{fe8e}', 'ا'),
    ('\u{fe8f}', '\u{fe92}', 'ب'),
    ('\u{fe93}', '\u{fe94}', 'ة'),
    ('\u{fe95}', '\u{fe98}', 'ت'),
    ('\u{fe99}', '\u{fe9c}', 'ث'),
    ('\u{fe9d}', '\u{fea0}', 'ج'),
    ('\u{fea1}', '\u{fea4}', 'ح'),
    ('\u{fea5}', '\u{fea8}', 'خ'),
    ('\u{fea9}', '\u{feaa}', 'د'),
    ('\u{feab}', '\u{feac}', 'ذ'),
    ('\u{fead}', '\u{feae}', 'ر'),
    ('\u{feaf}', '\u{feb0}', 'ز'),
    ('\u{feb1}', '\u{feb4}', 'س'),
    ('\u{feb5}', '\u{feb8}', 'ش'),
    ('\u{feb9}', '\u{febc}', 'ص'),
    ('\u{febd}', '\u{fec0}', 'ض'),
    ('\u{fec1}', '\u{fec4}', 'ط'),
    ('\u{fec5}', '\u{fec8}', 'ظ'),
    ('\u{fec9}', '\u{fecc}', 'ع'),
    ('\u{fecd}', '\u{fed0}', 'غ'),
    ('\u{fed1}', '\u{fed4}', 'ف'),
    ('\u{fed5}', '\u{fed8}', 'ق'),
    ('\u{fed9}', '\u{fedc}', 'ك'),
    ('\u{fedd}', '\u{fee0}', 'ل'),
    ('\u{fee1}', '\u{fee4}', 'م'),
    ('\u{fee5}', '\u{fee8}', 'ن'),
    ('\u{fee9}', '\u{feec}', 'ه'),
];

/// The letters of a word in the Arabic or Hebrew script.
fn romanised(letters: &[char]) -> String {
    let mut out = String::with_capacity(letters.len() * 2);
    for (at, char) in letters.iter().enumerate() {
        let before_vowel = at == 0 && letters.len() > 1;
        match letter(*char) {
            // Before a vowel it is the consonant, which the skeleton writes as v.
            Some("w") if before_vowel => out.push('v'),
            Some("w") => out.push('u'),
            Some("y") if before_vowel => out.push('y'),
            Some("y") => out.push('i'),
            Some(latin) => out.push_str(latin),
            None => out.extend(
                any_ascii_char(*char).chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()),
            ),
        }
    }
    out
}

/// The usual romanisation of a letter of the Arabic script (with Persian, Urdu, Pashto and Kurdish letters) or the Hebrew
/// one; ʿayn and hamza have none.
fn letter(char: char) -> Option<&'static str> {
    Some(match char {
        'ا' | 'أ' | 'إ' | 'آ' | 'ٱ' | 'ى' | 'ة' => "a",
        'ء' | 'ئ' | 'ؤ' | 'ع' => "",
        'ب' => "b",
        'پ' => "p",
        'ت' | 'ط' | 'ٹ' | 'ټ' => "t",
        'ث' => "th",
        'ج' | 'ژ' | 'ځ' => "j",
        'چ' => "ch",
        'څ' => "ts",
        'ح' | 'ه' | 'ھ' | 'ہ' | 'ۀ' | 'ە' => "h",
        'خ' | 'ښ' => "kh",
        'د' | 'ض' | 'ڈ' | 'ډ' => "d",
        'ذ' => "dh",
        'ر' | 'ڑ' | 'ړ' | 'ڕ' => "r",
        'ز' | 'ظ' => "z",
        'ږ' => "j",
        'س' | 'ص' => "s",
        'ش' => "sh",
        'غ' => "gh",
        'ف' => "f",
        'ڤ' | 'ۋ' => "v",
        'ق' => "q",
        'ك' | 'ک' | 'ڪ' => "k",
        'گ' | 'ګ' => "g",
        'ل' | 'ڵ' => "l",
        'م' => "m",
        'ن' | 'ں' | 'ڼ' => "n",
        'و' | 'ۆ' | 'ۇ' => "w",
        'ي' | 'ی' | 'ې' | 'ۍ' | 'ے' | 'ێ' => "y",
        'א' => "a",
        'ב' => "b",
        'ג' => "g",
        'ד' => "d",
        'ה' | 'ח' => "h",
        'ו' => "w",
        'ז' => "z",
        'ט' | 'ת' => "t",
        'י' => "y",
        'כ' | 'ך' => "kh",
        'ל' => "l",
        'מ' | 'ם' => "m",
        'נ' | 'ן' => "n",
        'ס' => "s",
        'ע' => "",
        'פ' | 'ף' => "f",
        'צ' | 'ץ' => "ts",
        'ק' => "k",
        'ר' => "r",
        'ש' => "sh",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(name: &str) -> Vec<String> {
        words(name).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn scripts_become_words_of_plain_letters() {
        for (name, expected) in [
            ("Jan  Müller-Lang", &["jan", "muller", "lang"][..]),
            ("خالد السالم", &["khalid", "al", "salm"]),
            ("عبدالغفور", &["abd", "al", "ghfur"]),
            ("ﺳﺎﻣﺮ", &["samr"]),
            ("وليد", &["vlid"]),
            ("عُمَر", &["umar"]),
            ("שלמה", &["shlmh"]),
            ("サトウ・ケン", &["satou", "ken"]),
            ("ロッシ", &["roshi"]),
            ("王小明 Ltd", &["wangxiaoming", "ltd"]),
            ("김나라", &["kimnara"]),
            ("정은", &["jongun"]),
            ("Игорь Петров", &["igor", "petrov"]),
        ] {
            assert_eq!(texts(name), expected, "{name}");
        }
    }

    #[test]
    fn a_syllable_script_keeps_its_characters() {
        let found = words("王小明 (Wang)");
        assert_eq!(found[0].syllables, "王小明");
        assert_eq!(found[0].script, Script::Han);
        assert_eq!(found[1].syllables, "");
    }
}
