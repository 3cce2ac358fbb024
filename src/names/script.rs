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
        Script::Abjad => {
            let (text, article) = abjad(run);
            let mut push = |text: &str| {
                if !text.is_empty() {
                    words.push(Word { text: text.to_owned(), script, syllables: String::new() });
                }
            };
            push(if article { "al" } else { "" });
            push(&text);
        }
        Script::Kana | Script::Han | Script::Hangul => {
            let text = if script == Script::Hangul { hangul(run) } else { fold(run).replace(' ', "") };
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

/// The letters of a word in the Arabic or Hebrew script, and whether it begins with the article.
fn abjad(word: &str) -> (String, bool) {
    let letters: Vec<char> = word.chars().filter(|char| !is_mark(*char) && *char != '\u{640}').collect();
    let (article, letters) = match letters.as_slice() {
        // At least a root of three behind the article, or it is none: الو, الی.
        ['ا', 'ل', rest @ ..] if rest.len() >= 3 && !rest.starts_with(&['ل', 'ه']) => (true, rest),
        all => (false, all),
    };
    let mut out = String::with_capacity(letters.len() * 2);
    for (at, char) in letters.iter().enumerate() {
        let before_vowel = at == 0 && letters.len() > 1;
        match letter(*char) {
            Some("w") if before_vowel => out.push('w'),
            Some("w") => out.push('u'),
            Some("y") if before_vowel => out.push('y'),
            Some("y") => out.push('i'),
            Some(latin) => out.push_str(latin),
            None => out.extend(
                any_ascii_char(*char).chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase()),
            ),
        }
    }
    (out, article)
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
            ("خالد السالم", &["khald", "al", "salm"]),
            ("وليد", &["wlid"]),
            ("عُمَر", &["mr"]),
            ("שלמה", &["shlmh"]),
            ("サトウ・ケン", &["satou", "ken"]),
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
