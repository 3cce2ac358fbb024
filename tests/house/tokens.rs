//! Rust source as words and signs, without comments, texts and characters: as much as the rules of the house need.

/// A word or a sign, and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// The words and signs of a source text. Comments are left out; a text or a character becomes `""`; `::` is one sign.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while let Some(first) = rest.chars().next() {
        let (length, kept) = match first {
            '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), None),
            '/' if rest.starts_with("/*") => (block_comment(rest), None),
            '"' => (quoted(rest, '"'), Some("\"\"")),
            '\'' => match character(rest) {
                Some(length) => (length, Some("\"\"")),
                None => (1, None),
            },
            _ if first.is_alphanumeric() || first == '_' => {
                let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                match prefixed(&rest[..length], &rest[length..]) {
                    Some(text) => (length + text, Some("\"\"")),
                    None => (length, Some(&rest[..length])),
                }
            }
            ':' if rest.starts_with("::") => (2, Some("::")),
            _ if first.is_whitespace() => (first.len_utf8(), None),
            _ => (first.len_utf8(), Some(&rest[..first.len_utf8()])),
        };
        if let Some(text) = kept {
            found.push(Token { text: text.to_owned(), line });
        }
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    found
}

/// Bytes of the comment that `rest` starts with; comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(sign) = rest.get(at..) {
        if sign.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if sign.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else if let Some(next) = sign.chars().next() {
            at += next.len_utf8();
        } else {
            break;
        }
    }
    rest.len()
}

/// Bytes of the text in quotes that `rest` starts with.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = true;
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// Bytes of the character that `rest` starts with; `None` if its quote begins a lifetime.
fn character(rest: &str) -> Option<usize> {
    let mut inside = rest[1..].chars();
    let (first, second) = (inside.next()?, inside.next());
    (first == '\\' || second == Some('\'')).then(|| quoted(rest, '\''))
}

/// Bytes of the text behind `word`, if that is the prefix of one: `r"..."`, `b'.'`, `br#"..."#`.
fn prefixed(word: &str, behind: &str) -> Option<usize> {
    match word {
        "b" | "c" if behind.starts_with('"') => Some(quoted(behind, '"')),
        "b" if behind.starts_with('\'') => character(behind),
        "r" | "br" | "cr" => {
            let hashes = behind.len() - behind.trim_start_matches('#').len();
            let body = behind[hashes..].strip_prefix('"')?;
            let end = format!("\"{}", "#".repeat(hashes));
            Some(hashes + 1 + body.find(&end).map_or(body.len(), |at| at + end.len()))
        }
        _ => None,
    }
}

/// The same without what is only compiled for tests: each item behind `#[cfg(test)]`.
pub fn without_tests(tokens: &[Token]) -> Vec<Token> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let marked = MARK.iter().zip(&tokens[at..]).filter(|(mark, token)| **mark == token.text).count() == MARK.len();
        if marked {
            at = end_of_item(tokens, at + MARK.len());
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// Where the item that starts at `at` ends: behind its block, or behind a semicolon.
fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    let mut depth = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match &*token.text {
            "{" | "(" | "[" => depth += 1,
            "}" if depth == 1 => return at,
            "}" | ")" | "]" => depth -= 1,
            ";" if depth == 0 => return at,
            _ => {}
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &str) {
        let words: Vec<String> = tokens(source).into_iter().map(|token| token.text).collect();
        assert_eq!(words.join(" "), expected, "{source}");
    }

    #[test]
    fn comments_and_texts_say_nothing() {
        check("a // crate::b\nc", "a c");
        check("a /* x /* y */ crate::z */ c", "a c");
        check(r#"f("crate::a \" // b") + c"#, r#"f ( "" ) + c"#);
        check(r##"r#"a " crate::b"# b"x" br"y" c"##, r#""" "" "" c"#);
        check("/// doc\n//! doc\nfn f", "fn f");
    }

    #[test]
    fn lifetimes_are_no_characters() {
        check(
            "fn f<'a>(x: &'a str) { '\"'; '\\''; b'x'; 'é' }",
            "fn f < a > ( x : & a str ) { \"\" ; \"\" ; \"\" ; \"\" }",
        );
    }

    #[test]
    fn lines_are_counted() {
        let lines: Vec<usize> = tokens("a\n\"x\ny\"\n/* \n */ b").into_iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 2, 5]);
    }

    #[test]
    fn items_for_tests_are_left_out() {
        let source = "fn a() {} #[cfg(test)] mod tests { fn b() { x[0] } } fn c() {} #[cfg(test)] mod d; fn e() {}";
        let words: Vec<String> = without_tests(&tokens(source)).into_iter().map(|token| token.text).collect();
        assert_eq!(words.join(" "), "fn a ( ) { } fn c ( ) { } fn e ( ) { }");
    }
}
