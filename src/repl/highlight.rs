//! Colours in the line that is typed.

use anstyle::{AnsiColor, Effects, Style};

use super::words::is_keyword;

const KEYWORD: Style = AnsiColor::Blue.on_default().effects(Effects::BOLD);
const TEXT: Style = AnsiColor::Green.on_default();
const ID: Style = AnsiColor::Cyan.on_default();
const NUMBER: Style = AnsiColor::Yellow.on_default();

/// The line with its keywords, texts, ids and numbers coloured. Without the colours it is the same line.
pub fn highlight(line: &str) -> String {
    let mut out = String::with_capacity(line.len() * 2);
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (len, style) = token(rest, first);
        let (text, after) = rest.split_at(len);
        match style {
            Some(style) => out.push_str(&format!("{style}{text}{style:#}")),
            None => out.push_str(text),
        }
        rest = after;
    }
    out
}

/// How many bytes the first token has, and its colour.
fn token(text: &str, first: char) -> (usize, Option<Style>) {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let up_to = |end: &dyn Fn(char) -> bool| {
        text.char_indices().skip(1).find(|(_, c)| end(*c)).map_or(text.len(), |(at, _)| at)
    };
    match first {
        '"' | '\'' => (text_end(text, first), Some(TEXT)),
        '@' => (up_to(&|c| !part_of_word(c) && !matches!(c, '-' | '.' | ':')), Some(ID)),
        ':' if text.get(1..).is_some_and(|rest| rest.starts_with(char::is_alphabetic)) => {
            (up_to(&|c| !part_of_word(c)), Some(ID))
        }
        c if c.is_ascii_digit() => (up_to(&|c| !part_of_word(c) && !matches!(c, '-' | '.' | '?' | '~')), Some(NUMBER)),
        c if part_of_word(c) => {
            let end = up_to(&|c| !part_of_word(c));
            (end, text.get(..end).filter(|word| is_keyword(word)).map(|_| KEYWORD))
        }
        c => (c.len_utf8(), None),
    }
}

fn text_end(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(coloured: &str) -> String {
        anstream::adapter::strip_str(coloured).to_string()
    }

    #[test]
    fn tokens_are_coloured() {
        let line = "path \"TTP\" to @al-qaeda max 6";
        let [keyword, text, id, number] = [KEYWORD, TEXT, ID, NUMBER];
        let expect = format!(
            "{keyword}path{keyword:#} {text}\"TTP\"{text:#} {keyword}to{keyword:#} {id}@al-qaeda{id:#} \
             {keyword}max{keyword:#} {number}6{number:#}"
        );
        assert_eq!(highlight(line), expect);
    }

    #[test]
    fn the_line_stays_the_line() {
        for line in
            ["", "\"open \\", "'", "@", ":", "é 東京 \"شبكة\"", "match (a:Person)-[l]->() return 1.5", "as of 2001?"]
        {
            assert_eq!(plain(&highlight(line)), line);
        }
    }
}
