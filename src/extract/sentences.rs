//! Paragraphs and sentences, with byte offsets into the text as it is kept.
//!
//! A paragraph ends at an empty line. Inside one, a line break is a space where a text is wrapped by hand, and an end
//! where lines are paragraphs, items of a list or labels of a form. A sentence ends at a full stop, a question or an
//! exclamation mark of any script, with the closing quotes and brackets after it, unless the stop belongs to an
//! abbreviation or an initial.

use super::lexicon::Lexicon;

/// A sentence: bytes of the text, half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// Where it starts.
    pub start: usize,
    /// Where it ends, white space not included.
    pub end: usize,
    /// The number of its paragraph, from 1.
    pub paragraph: u32,
    /// Whether it is a title, a heading or a line without an end of its own.
    pub heading: bool,
}

/// The longest sentence, in bytes.
const MOST_BYTES: usize = 3_000;

/// Where the paragraphs of a text stand: bytes, half-open, without white space at the ends. O(n).
pub fn paragraphs(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if bare.is_empty() {
            found.extend(open.take());
        } else {
            let start = at + (line.len() - line.trim_start().len());
            let end = start + bare.len();
            open = Some(open.map_or((start, end), |(first, _)| (first, end)));
        }
        at += line.len();
    }
    found.extend(open);
    found
}

/// The sentences of a paragraph, in order. O(n).
pub fn sentences(text: &str, start: usize, end: usize, paragraph: u32, words: &Lexicon, out: &mut Vec<Sentence>) {
    for (from, to) in lines(text, start, end) {
        split(text, from, to, paragraph, words, out);
        if let Some(last) = out.last_mut() {
            last.heading = is_open(text.get(last.start..last.end).unwrap_or_default());
        }
    }
}

/// Whether a sentence has no end of its own: no stop, no quotation mark.
fn is_open(sentence: &str) -> bool {
    !sentence.ends_with(|c: char| is_stop(c) || is_closing(c) || matches!(c, ':' | ';' | ','))
}

/// The parts of a paragraph that are lines of their own.
fn lines(text: &str, start: usize, end: usize) -> Vec<(usize, usize)> {
    let whole = text.get(start..end).unwrap_or_default();
    if !whole.contains('\n') {
        return vec![(start, end)];
    }
    let width = whole.lines().map(|line| line.trim().chars().count()).max().unwrap_or(0);
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut at = start;
    let mut joined = false;
    for line in whole.split_inclusive('\n') {
        let bare = line.trim();
        let from = at + (line.len() - line.trim_start().len());
        at += line.len();
        if bare.is_empty() {
            continue;
        }
        let to = from + bare.len();
        match found.last_mut() {
            Some(last) if joined && !is_item(bare) => last.1 = to,
            _ => found.push((from, to)),
        }
        // A line much shorter than the widest is no wrapped line; lines wider than any terminal are paragraphs.
        let length = bare.chars().count();
        joined = width <= 160 && length * 10 >= width * 6 && !bare.ends_with(':');
    }
    found
}

/// Whether a line begins as an item of a list or a label of a form does.
fn is_item(line: &str) -> bool {
    let mut chars = line.chars();
    let first = chars.next().unwrap_or(' ');
    if matches!(first, '•' | '·' | '▪' | '–' | '—' | '*' | '#' | '|') || first == '-' && chars.next() == Some(' ')
    {
        return true;
    }
    if let Some((label, rest)) = line.split_once([':', ')']) {
        let count = label.split_whitespace().count();
        let shaped =
            label.len() <= 40 && count <= 5 && label.chars().all(|c| c.is_alphanumeric() || " .-/()".contains(c));
        return shaped && first.is_uppercase() && rest.starts_with(' ')
            || label.len() <= 3 && label.chars().all(char::is_alphanumeric);
    }
    false
}

/// Splits one line, or lines that were wrapped, into sentences.
fn split(text: &str, from: usize, to: usize, paragraph: u32, words: &Lexicon, out: &mut Vec<Sentence>) {
    let part = text.get(from..to).unwrap_or_default();
    let mut begin = 0;
    let mut chars = part.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if !is_stop(char) {
            continue;
        }
        let mut after = at + char.len_utf8();
        while let Some(&(at, next)) = chars.peek() {
            if !(is_stop(next) || is_closing(next) && !opens(part, at, next)) {
                break;
            }
            after = at + next.len_utf8();
            chars.next();
        }
        let rest = part.get(after..).unwrap_or_default();
        let next = rest.trim_start();
        let spaced = rest.len() > next.len() || char != '.' && is_wide(char);
        if next.is_empty() || !spaced || !begins(next) {
            continue;
        }
        if char == '.' && after == at + 1 && is_abbreviation(part.get(begin..at).unwrap_or_default(), next, words) {
            continue;
        }
        add(text, from + begin, from + after, paragraph, out);
        begin = after;
    }
    add(text, from + begin, to, paragraph, out);
}

fn add(text: &str, start: usize, end: usize, paragraph: u32, out: &mut Vec<Sentence>) {
    let part = text.get(start..end).unwrap_or_default();
    let start = start + (part.len() - part.trim_start().len());
    let end = start + part.trim().len();
    let mut start = start;
    // What is longer than any sentence is no sentence: it is cut where a space is, so that no later step has to bear it whole.
    while end - start > MOST_BYTES {
        let most = (0..=start + MOST_BYTES).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(start);
        let part = text.get(start..most).unwrap_or_default();
        let cut = part.rfind(", ").map(|at| at + 1).or_else(|| part.rfind(char::is_whitespace)).filter(|&at| at > 0);
        let cut = start + cut.unwrap_or(part.len()).max(1);
        out.push(Sentence { start, end: cut, paragraph, heading: false });
        let rest = text.get(cut..end).unwrap_or_default();
        start = cut + (rest.len() - rest.trim_start().len());
    }
    if end > start {
        out.push(Sentence { start, end, paragraph, heading: false });
    }
}

/// Full stops, question and exclamation marks of the scripts that have their own.
fn is_stop(char: char) -> bool {
    matches!(char, '.' | '!' | '?' | '…' | '。' | '！' | '？' | '؟' | '۔' | '।' | '॥' | '։' | '።' | '။' | '។')
}

/// Stops after which no space is needed.
fn is_wide(char: char) -> bool {
    matches!(char, '。' | '！' | '？')
}

fn is_closing(char: char) -> bool {
    matches!(char, '"' | '”' | '’' | '\'' | '»' | ')' | ']' | '」' | '』')
}

/// Whether a straight quote after a stop opens the next sentence: a space before it and none after it.
fn opens(part: &str, at: usize, char: char) -> bool {
    matches!(char, '"' | '\'')
        && part.get(..at).is_some_and(|before| before.ends_with(char::is_whitespace))
        && part.get(at + 1..).is_some_and(|after| after.starts_with(char::is_alphabetic))
}

/// Whether a sentence may begin so: not in lower case, not with a sign that goes on.
fn begins(next: &str) -> bool {
    let first = next.chars().find(|c| !matches!(c, '"' | '“' | '‘' | '\'' | '«' | '(' | '[' | '„' | '¿' | '¡'));
    // Names may begin with a small article: "al-Qaeda ...".
    let article = ["al-", "el-", "an-", "ash-", "as-"].iter().any(|start| next.starts_with(start));
    article || first.is_some_and(|c| !c.is_lowercase() && !matches!(c, ',' | ';' | '–' | '—' | '-' | ')'))
}

/// Whether the word before a stop is an abbreviation that the sentence goes on after.
fn is_abbreviation(before: &str, next: &str, words: &Lexicon) -> bool {
    let word =
        before.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '“' | '"' | '‘' | '[')).next().unwrap_or(before);
    let lower = word.to_lowercase();
    if words.is_abbreviation(&lower) {
        // "No. 5", "Art. 3" go on with a number; "Corp." and "etc." may end a sentence.
        return !words.may_end_sentence(&lower) || !next.starts_with(|c: char| c.is_uppercase());
    }
    let mut letters = word.chars();
    let single = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    if single {
        return true;
    }
    // "the U.S. Treasury": initials go on unless a word follows that begins sentences.
    let initials = word.contains('.') && word.split('.').all(|part| part.chars().count() <= 2);
    initials && !words.begins_sentence(next.split_whitespace().next().unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let mut found = Vec::new();
        for (number, (start, end)) in paragraphs(text).into_iter().enumerate() {
            sentences(text, start, end, number as u32 + 1, Lexicon::builtin(), &mut found);
        }
        let found: Vec<&str> = found.iter().map(|sentence| &text[sentence.start..sentence.end]).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn abbreviations_and_initials_do_not_end_a_sentence() {
        check(
            "Gen. A. B. Karim met Dr. Noor of the U.S. Treasury. He left on 3 Jan. 2020. No. 5 stayed.",
            &["Gen. A. B. Karim met Dr. Noor of the U.S. Treasury.", "He left on 3 Jan. 2020.", "No. 5 stayed."],
        );
        check("He lives in the U.S. The group does not.", &["He lives in the U.S.", "The group does not."]);
    }

    #[test]
    fn quotes_close_with_their_sentence() {
        check(
            "“It is over,” she said. “We won.” They left. \"Why?\" he asked.",
            &["“It is over,” she said.", "“We won.”", "They left.", "\"Why?\" he asked."],
        );
    }

    #[test]
    fn other_scripts_end_their_sentences() {
        check("هذا بيان. من كتب؟ نحن.", &["هذا بيان.", "من كتب؟", "نحن."]);
        check("これは文です。次の文です。", &["これは文です。", "次の文です。"]);
    }

    #[test]
    fn wrapped_lines_are_one_paragraph_and_lists_are_not() {
        check(
            "The group was founded in the\nnorth and moved to the south.\n\nName: One\nBorn: 1970\n- first\n- second",
            &[
                "The group was founded in the\nnorth and moved to the south.",
                "Name: One",
                "Born: 1970",
                "- first",
                "- second",
            ],
        );
    }

    #[test]
    fn no_sentence_is_without_end() {
        for text in ["one, two ".repeat(5_000), "x".repeat(50_000), "é".repeat(20_000)] {
            let mut found = Vec::new();
            sentences(&text, 0, text.len(), 1, Lexicon::builtin(), &mut found);
            assert!(found.iter().all(|s| s.end - s.start <= MOST_BYTES && text.get(s.start..s.end).is_some()));
            let kept: usize = found.iter().map(|s| text[s.start..s.end].replace(' ', "").len()).sum();
            assert_eq!(kept, text.replace(' ', "").len());
        }
    }

    #[test]
    fn nothing_but_white_space_is_lost() {
        let text = "  A. B?? C...\r\n\r\n\u{feff}d ) ! “x” ‘y’. \n 。\n";
        let mut found = Vec::new();
        for (start, end) in paragraphs(text) {
            sentences(text, start, end, 1, Lexicon::builtin(), &mut found);
        }
        let kept: String = found.iter().map(|s| text[s.start..s.end].replace(char::is_whitespace, "")).collect();
        assert_eq!(kept, text.replace(char::is_whitespace, ""));
    }
}
