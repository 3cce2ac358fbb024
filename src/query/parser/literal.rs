//! Literals: numbers, texts and quoted names.

use super::{Parsed, Parser};
use crate::query::ast::Spanned;
use crate::query::diagnostics::{Code, Fault};
use crate::query::expression_ast::ExprKind;
use crate::query::lexer::{Span, TokenKind};

/// A name without its backticks.
pub(super) fn unquote_name(quoted: &str) -> String {
    quoted.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')).unwrap_or(quoted).replace("``", "`")
}

impl Parser<'_> {
    /// A quoted text.
    pub(super) fn text(&mut self) -> Parsed<Spanned<String>> {
        let span = self.expect(TokenKind::Text, "a text in quotes")?.span;
        let quoted = span.of(self.text);
        let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or("");
        if !inner.contains('\\') {
            return Ok(Spanned { value: inner.to_owned(), span });
        }
        Ok(Spanned { value: unescape(inner, span)?, span })
    }

    /// A number that may stand after a minus sign.
    pub(super) fn number(&mut self, negative: bool) -> Parsed<ExprKind> {
        let mut span = self.advance().span;
        if span.of(self.text) == "." {
            span = span.to(self.advance().span);
        }
        let written = span.of(self.text);
        let fault = |code, message: &str| Err(Fault::syntax(code, span, message));
        let radix = match written.as_bytes() {
            [b'0', b'x' | b'X', ..] => 16,
            [b'0', b'o' | b'O', ..] => 8,
            [b'0', b'b' | b'B', ..] => 2,
            _ => 10,
        };
        let digits = if radix == 10 { written } else { written.get(2..).unwrap_or_default() };
        if !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix)) {
            let signed = if negative { format!("-{digits}") } else { digits.to_owned() };
            return match i64::from_str_radix(&signed, radix) {
                Ok(value) => Ok(ExprKind::Int(value)),
                Err(_) => fault(Code::IntegerOverflow, "this number is too great: whole numbers have 64 bits"),
            };
        }
        if radix == 10 && written.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-')) {
            match written.parse::<f64>() {
                Ok(value) if value.is_finite() => {
                    return Ok(ExprKind::Float(if negative && value != 0.0 { -value } else { value }));
                }
                Ok(_) => return fault(Code::FloatingPointOverflow, "this number is too great"),
                Err(_) => {}
            }
        }
        fault(Code::InvalidNumberLiteral, "this is not a number")
    }

    /// Whether a number stands here, as `1` or as `.5`.
    pub(super) fn at_number(&self) -> bool {
        let (first, second) = (self.token(), self.ahead(1));
        first.kind == TokenKind::Number
            || (first.kind == TokenKind::Dot && second.kind == TokenKind::Number && first.span.end == second.span.start)
    }
}

/// The text that its escaped form stands for.
fn unescape(inner: &str, span: Span) -> Parsed<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.char_indices();
    while let Some((at, c)) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        let start = span.start + 1 + at as u32;
        let here = |length: u32| Span { start, end: (start + length).min(span.end) };
        let Some((_, escaped)) = rest.next() else { break };
        match escaped {
            '\\' | '\'' | '"' | '`' | '/' => text.push(escaped),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'u' | 'U' => {
                let length = if escaped == 'u' { 4 } else { 8 };
                let digits: String = rest.by_ref().take(length).map(|(_, digit)| digit).collect();
                let full = digits.len() == length && digits.bytes().all(|b| b.is_ascii_hexdigit());
                let letter = full.then(|| u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)).flatten();
                text.push(letter.ok_or_else(|| {
                    let message = format!("\\{escaped} needs {length} hexadecimal digits that name a character");
                    Fault::syntax(Code::InvalidUnicodeLiteral, here(2 + length as u32), message)
                })?);
            }
            other => {
                let message = format!("\\{other} stands for nothing");
                return Err(Fault::syntax(Code::UnexpectedSyntax, here(1 + other.len_utf8() as u32), message)
                    .help("a backslash itself is written \\\\"));
            }
        }
    }
    Ok(text)
}
