//! Query text to tokens. Nothing is copied: a token is a kind and a span of the text.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

use std::ops::Range;

/// A place in the query text, in bytes, half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The span as a range of byte offsets.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The text at this span; empty for a span of another text.
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or("")
    }
}

/// Which sort of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the punctuation is named by its own sign")]
pub enum TokenKind {
    /// A keyword or a name.
    Word,
    /// A name in backticks.
    QuotedWord,
    /// A text in single or double quotes.
    Text,
    /// What begins with a digit: a number, or part of a date.
    Number,
    /// `@` and an id.
    Id,
    /// `$` and a name.
    Parameter,
    LeftParen,
    RightParen,
    LeftBracket,
    RightBracket,
    LeftBrace,
    RightBrace,
    Comma,
    Dot,
    DotDot,
    Colon,
    Semicolon,
    Bar,
    Ampersand,
    Bang,
    Question,
    Tilde,
    Plus,
    Minus,
    Star,
    Slash,
    Percent,
    Caret,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Matches,
    /// A quote, backtick or comment that is not closed.
    Unclosed,
    /// A character that has no meaning in the language.
    Unknown,
    /// The end of the text.
    End,
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its sort.
    pub kind: TokenKind,
    /// Its place.
    pub span: Span,
}

/// All tokens of a text, without white space and comments (`// line`, `/* block */`), the last one [`TokenKind::End`].
///
/// Never fails: what cannot be read becomes [`TokenKind::Unclosed`] or [`TokenKind::Unknown`]. The text must be shorter
/// than 4 GiB; the parser allows far less.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0 };
    let mut tokens = Vec::with_capacity((text.len() / 4).clamp(16, 4096));
    loop {
        let token = lexer.next();
        tokens.push(token);
        if token.kind == TokenKind::End {
            return tokens;
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn char(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn next(&mut self) -> Token {
        let open_comment = self.skip_blank();
        let start = self.at;
        let kind = match open_comment {
            Some(start) => return self.token(TokenKind::Unclosed, start),
            None if start >= self.bytes.len() => TokenKind::End,
            None => self.scan(),
        };
        self.token(kind, start)
    }

    fn token(&self, kind: TokenKind, start: usize) -> Token {
        Token { kind, span: Span { start: start as u32, end: self.at as u32 } }
    }

    /// Skips white space and comments; the start of a comment that is not closed is returned.
    fn skip_blank(&mut self) -> Option<usize> {
        loop {
            match self.byte(0) {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => self.at += 1,
                b'/' if self.byte(1) == b'/' => {
                    let rest = self.bytes.get(self.at..).unwrap_or_default();
                    self.at += rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len());
                }
                b'/' if self.byte(1) == b'*' => {
                    let start = self.at;
                    match self.text.get(start + 2..).and_then(|rest| rest.find("*/")) {
                        Some(length) => self.at = start + length + 4,
                        None => {
                            self.at = self.bytes.len();
                            return Some(start);
                        }
                    }
                }
                byte if !byte.is_ascii() => match self.char() {
                    Some(c) if c.is_whitespace() || c == '\u{feff}' => self.at += c.len_utf8(),
                    _ => return None,
                },
                _ => return None,
            }
        }
    }

    fn scan(&mut self) -> TokenKind {
        use TokenKind::*;
        let first = self.byte(0);
        match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(),
            b'0'..=b'9' => self.number(),
            b'"' | b'\'' => self.quoted(first, Text),
            b'`' => self.quoted(first, QuotedWord),
            b'@' => self.run(Id, |c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | '~')),
            b'$' if self.byte(1) == b'`' => {
                self.at += 1;
                if self.quoted(b'`', QuotedWord) == QuotedWord { Parameter } else { Unclosed }
            }
            b'$' => self.run(Parameter, |c| c.is_alphanumeric() || c == '_'),
            byte if byte.is_ascii() => self.sign(),
            _ => match self.char() {
                Some(c) if c.is_alphabetic() => self.word(),
                Some(c) => {
                    self.at += c.len_utf8();
                    Unknown
                }
                None => End,
            },
        }
    }

    fn sign(&mut self) -> TokenKind {
        use TokenKind::*;
        let (kind, length) = match (self.byte(0), self.byte(1)) {
            (b'(', _) => (LeftParen, 1),
            (b')', _) => (RightParen, 1),
            (b'[', _) => (LeftBracket, 1),
            (b']', _) => (RightBracket, 1),
            (b'{', _) => (LeftBrace, 1),
            (b'}', _) => (RightBrace, 1),
            (b',', _) => (Comma, 1),
            (b'.', b'.') => (DotDot, 2),
            (b'.', _) => (Dot, 1),
            (b':', _) => (Colon, 1),
            (b';', _) => (Semicolon, 1),
            (b'|', _) => (Bar, 1),
            (b'&', _) => (Ampersand, 1),
            (b'!', b'=') => (NotEqual, 2),
            (b'!', _) => (Bang, 1),
            (b'?', _) => (Question, 1),
            (b'~', _) => (Tilde, 1),
            (b'+', _) => (Plus, 1),
            (b'-', _) => (Minus, 1),
            (b'*', _) => (Star, 1),
            (b'/', _) => (Slash, 1),
            (b'%', _) => (Percent, 1),
            (b'^', _) => (Caret, 1),
            (b'=', b'~') => (Matches, 2),
            (b'=', _) => (Equal, 1),
            (b'<', b'>') => (NotEqual, 2),
            (b'<', b'=') => (LessEqual, 2),
            (b'<', _) => (Less, 1),
            (b'>', b'=') => (GreaterEqual, 2),
            (b'>', _) => (Greater, 1),
            _ => (Unknown, 1),
        };
        self.at += length;
        kind
    }

    fn word(&mut self) -> TokenKind {
        while matches!(self.byte(0), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_') {
            self.at += 1;
        }
        if !self.byte(0).is_ascii() {
            self.letters(|c| c.is_alphanumeric() || c == '_');
        }
        TokenKind::Word
    }

    /// A sign and the letters after it.
    fn run(&mut self, kind: TokenKind, belongs: fn(char) -> bool) -> TokenKind {
        self.at += 1;
        let start = self.at;
        self.letters(belongs);
        if self.at > start { kind } else { TokenKind::Unknown }
    }

    fn letters(&mut self, belongs: fn(char) -> bool) {
        let rest = self.text.get(self.at..).unwrap_or("");
        self.at += rest.find(|c| !belongs(c)).unwrap_or(rest.len());
    }

    /// Digits with whatever letters are stuck to them; the parser says whether that is a number.
    fn number(&mut self) -> TokenKind {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        loop {
            let byte = self.byte(0);
            let exponent_sign = matches!(byte, b'+' | b'-')
                && matches!(self.bytes.get(self.at.wrapping_sub(1)), Some(b'e' | b'E'))
                && self.byte(1).is_ascii_digit();
            if plain(byte) || (byte == b'.' && self.byte(1).is_ascii_digit()) || exponent_sign {
                self.at += 1;
            } else {
                return TokenKind::Number;
            }
        }
    }

    /// A quoted token; a backslash takes the next character with it, a doubled backtick stands for one.
    fn quoted(&mut self, quote: u8, kind: TokenKind) -> TokenKind {
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                None => return TokenKind::Unclosed,
                Some(b'\\') if quote != b'`' => self.at = (self.at + 2).min(self.bytes.len()),
                Some(&byte) if byte == quote => {
                    self.at += 1;
                    if quote != b'`' || self.byte(0) != b'`' {
                        return kind;
                    }
                    self.at += 1;
                }
                Some(_) => self.at += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(TokenKind, &str)]) {
        let found: Vec<_> = tokens(text).iter().map(|token| (token.kind, token.span.of(text))).collect();
        let expected: Vec<_> = expected.iter().copied().chain([(TokenKind::End, "")]).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn a_verb_is_words_texts_and_numbers() {
        use TokenKind::*;
        check(
            "path \"a \\\" b\" to @al-qaeda max 6 // why",
            &[(Word, "path"), (Text, "\"a \\\" b\""), (Word, "to"), (Id, "@al-qaeda"), (Word, "max"), (Number, "6")],
        );
        check("during 2001..2008", &[(Word, "during"), (Number, "2001"), (DotDot, ".."), (Number, "2008")]);
        check(
            "1.5e-3 1..2 9x /* x */ `a``b`",
            &[(Number, "1.5e-3"), (Number, "1"), (DotDot, ".."), (Number, "2"), (Number, "9x"), (QuotedWord, "`a``b`")],
        );
    }

    #[test]
    fn what_is_not_closed_or_known_is_a_token() {
        use TokenKind::*;
        check("'abc", &[(Unclosed, "'abc")]);
        check("'abc\\", &[(Unclosed, "'abc\\")]);
        check("a /* b", &[(Word, "a"), (Unclosed, "/* b")]);
        check("1 — 2", &[(Number, "1"), (Unknown, "—"), (Number, "2")]);
        check("حقاني haqani", &[(Word, "حقاني"), (Word, "haqani")]);
    }

    proptest::proptest! {
        #[test]
        fn every_text_ends(text in "\\PC*") {
            let found = tokens(&text);
            proptest::prop_assert_eq!(found.last().map(|token| token.kind), Some(TokenKind::End));
            for pair in found.windows(2) {
                proptest::prop_assert!(pair[0].span.end <= pair[1].span.start || pair[1].kind == TokenKind::End);
            }
        }
    }
}
