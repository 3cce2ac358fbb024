//! Tokens: the words, numbers and signs of a text, with where they stand.
//!
//! A word keeps its inner apostrophes, hyphens and the dots of initials (`U.S.`, `al-Qaeda`, `Ba'asyir`). A possessive
//! `'s` is a token of its own, so that a name is a name with or without it.

/// A word, a number or a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it starts, in bytes of the text.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// What it is.
    pub class: Class,
    /// How it is written.
    pub case: Case,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Letters, with what may stand inside a word.
    Word,
    /// Digits first, also `1267` or `12th`.
    Number,
    /// The possessive ending, with a straight or a curly apostrophe.
    Possessive,
    /// Any other sign.
    Sign(char),
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// No capital.
    Lower,
    /// A capital first.
    Title,
    /// Capitals only, at least two.
    Upper,
    /// A capital inside.
    Mixed,
    /// Letters of a script without capitals.
    Without,
    /// No letters.
    None,
}

impl Token {
    /// The text of the token.
    pub fn text<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// Whether it is this sign.
    pub fn is(&self, sign: char) -> bool {
        self.class == Class::Sign(sign)
    }

    /// Whether it is written as a name is: with a capital, or in a script that has none.
    pub fn is_capital(&self) -> bool {
        matches!(self.case, Case::Title | Case::Upper | Case::Mixed)
    }
}

/// Adds the tokens of `text[from..to]` to `out`. O(n).
pub fn tokens_into(text: &str, from: usize, to: usize, out: &mut Vec<Token>) {
    let part = text.get(from..to).unwrap_or_default();
    let mut chars = part.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if char.is_whitespace() || is_invisible(char) {
            continue;
        }
        let start = from + at;
        let mut end = start + char.len_utf8();
        if char.is_alphabetic() || is_mark(char) {
            while let Some(&(at, next)) = chars.peek() {
                let rest = part.get(at + next.len_utf8()..).unwrap_or_default();
                let follows = rest.chars().next();
                let inside = next.is_alphanumeric()
                    || is_mark(next)
                    || is_invisible(next) && follows.is_some_and(char::is_alphabetic)
                    || (is_apostrophe(next) || is_hyphen(next))
                        && follows.is_some_and(|c| c.is_alphanumeric())
                        && !is_possessive(next, rest)
                    || next == '.' && is_title(text.get(start..from + at).unwrap_or_default())
                    || next == '.' && is_initial(text.get(start..from + at).unwrap_or_default(), rest);
                if !inside {
                    break;
                }
                chars.next();
                end = from + at + next.len_utf8();
            }
            // `al-Qaeda-linked` is a name, a hyphen and a participle.
            match compound(text.get(start..end).unwrap_or_default()) {
                Some(name) => {
                    push(text, start, start + name, Class::Word, out);
                    push(text, start + name + 1, end, Class::Word, out);
                }
                None => push(text, start, end, Class::Word, out),
            }
        } else if char.is_numeric() {
            while let Some(&(at, next)) = chars.peek() {
                let rest = part.get(at + next.len_utf8()..).unwrap_or_default();
                let inside =
                    next.is_alphanumeric() || matches!(next, ',' | '.') && rest.starts_with(|c: char| c.is_numeric());
                if !inside {
                    break;
                }
                chars.next();
                end = from + at + next.len_utf8();
            }
            push(text, start, end, Class::Number, out);
        } else if is_apostrophe(char) && ends_word(text, start, out) && is_possessive_at(part, at + char.len_utf8()) {
            if let Some(&(at, 's')) = chars.peek() {
                chars.next();
                end = from + at + 1;
            }
            out.push(Token { start: start as u32, end: end as u32, class: Class::Possessive, case: Case::None });
        } else {
            // A row of the same sign is one.
            while let Some(&(at, next)) = chars.peek() {
                if next != char || !matches!(char, '-' | '–' | '—' | '.' | '*' | '_' | '=') {
                    break;
                }
                chars.next();
                end = from + at + next.len_utf8();
            }
            out.push(Token { start: start as u32, end: end as u32, class: Class::Sign(char), case: Case::None });
        }
    }
}

/// The length of the name in a compound of a name, a hyphen and a participle.
fn compound(word: &str) -> Option<usize> {
    let (name, last) = word.rsplit_once('-')?;
    let participle =
        last.len() > 3 && last.ends_with("ed") || matches!(last, "led" | "run" | "held" | "born" | "style");
    (participle && name.len() > 1 && name.contains(char::is_uppercase) && last.bytes().all(|b| b.is_ascii_lowercase()))
        .then_some(name.len())
}

/// Adds a word or a number.
fn push(text: &str, start: usize, end: usize, class: Class, out: &mut Vec<Token>) {
    let word = text.get(start..end).unwrap_or_default();
    out.push(Token { start: start as u32, end: end as u32, class, case: case_of(word) });
}

/// How a word is written.
fn case_of(word: &str) -> Case {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let Some(first) = letters.next() else { return Case::None };
    let (mut upper, mut lower) = (0, 0);
    for char in letters {
        upper += usize::from(char.is_uppercase());
        lower += usize::from(char.is_lowercase());
    }
    match (first.is_uppercase(), upper, lower) {
        (true, 0, 0) => Case::Title,
        (true, _, 0) => Case::Upper,
        (true, _, _) => Case::Title,
        (false, 0, _) if first.is_lowercase() => Case::Lower,
        (false, 0, _) => Case::Without,
        (false, _, _) => Case::Mixed,
    }
}

/// Whether the last token is a word that ends where this apostrophe stands.
fn ends_word(text: &str, at: usize, out: &[Token]) -> bool {
    out.last().is_some_and(|last| {
        last.end as usize == at
            && (last.class == Class::Word || last.class == Class::Number)
            && !last.text(text).is_empty()
    })
}

/// Whether `rest`, after an apostrophe, is the `s` of a possessive.
fn is_possessive(char: char, rest: &str) -> bool {
    is_apostrophe(char) && rest.starts_with('s') && !rest.chars().nth(1).is_some_and(char::is_alphanumeric)
}

/// Whether a possessive ending stands before `at`: an `s` and no more, or no letter (`the Haqqanis' camp`).
fn is_possessive_at(part: &str, at: usize) -> bool {
    let rest = part.get(at..).unwrap_or_default();
    rest.starts_with('s') && !rest.chars().nth(1).is_some_and(char::is_alphanumeric)
        || part.get(..at).is_some_and(|before| before.trim_end_matches(is_apostrophe).ends_with('s'))
            && rest.starts_with(' ')
}

/// Whether a dot after `before` belongs to initials (`U.S.`, `N.Y.`) or to a letter alone (`J. Smith`).
fn is_initial(before: &str, rest: &str) -> bool {
    let last = before.rsplit('.').next().unwrap_or(before);
    let mut letters = last.chars();
    let single = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    single && (before.len() > last.len() || !rest.starts_with(char::is_lowercase))
}

/// Whether a word is the abbreviation of a title, whose stop belongs to it.
fn is_title(word: &str) -> bool {
    const TITLES: [&str; 18] = [
        "Dr", "Mr", "Mrs", "Ms", "Prof", "Gen", "Lt", "Col", "Maj", "Capt", "Sgt", "Sen", "Rep", "Gov", "Rev", "Brig",
        "Adm", "Cmdr",
    ];
    TITLES.contains(&word)
}

/// Straight, curly and modifier apostrophes, and the signs for hamza and ʿayn that stand inside words.
pub fn is_apostrophe(char: char) -> bool {
    matches!(char, '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | 'ʾ' | 'ʿ' | '`' | '´')
}

fn is_hyphen(char: char) -> bool {
    matches!(char, '-' | '\u{2010}' | '\u{2011}')
}

/// Combining marks: vowel signs of Arabic, Hebrew and Indic scripts, accents written on their own.
fn is_mark(char: char) -> bool {
    matches!(char, '\u{0300}'..='\u{036f}' | '\u{0591}'..='\u{05c7}' | '\u{0610}'..='\u{061a}' | '\u{064b}'..='\u{065f}'
        | '\u{0900}'..='\u{0903}' | '\u{093a}'..='\u{094f}' | '\u{200d}')
}

/// Signs that only steer how text is drawn.
fn is_invisible(char: char) -> bool {
    matches!(char, '\u{00ad}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let mut found = Vec::new();
        tokens_into(text, 0, text.len(), &mut found);
        let found: Vec<&str> = found.iter().map(|token| token.text(text)).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn words_keep_what_belongs_to_them() {
        check(
            "al-Qaida-linked and Afghan Taliban-affiliated",
            &["al-Qaida", "linked", "and", "Afghan", "Taliban", "affiliated"],
        );
        check("the U.S.-designated group’s chief", &["the", "U.S.", "designated", "group", "’s", "chief"]);
        check("al-Qa'ida in N.Y. (CEP)", &["al-Qa'ida", "in", "N.Y.", "(", "CEP", ")"]);
        check("the Haqqanis' camp, 1,500 men", &["the", "Haqqanis", "'", "camp", ",", "1,500", "men"]);
        check("factions––approximately", &["factions", "––", "approximately"]);
        check("J. Smith said “no”.", &["J.", "Smith", "said", "“", "no", "”", "."]);
        check("حركة طالبان، باكستان", &["حركة", "طالبان", "،", "باكستان"]);
        check("on 12 March.", &["on", "12", "March", "."]);
    }

    #[test]
    fn cases_are_told_apart() {
        for (word, case) in [
            ("the", Case::Lower),
            ("The", Case::Title),
            ("TTP", Case::Upper),
            ("al-Qaeda", Case::Mixed),
            ("طالبان", Case::Without),
            ("U.S.", Case::Upper),
        ] {
            assert_eq!(case_of(word), case, "{word}");
        }
    }
}
