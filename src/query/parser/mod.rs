//! Text to syntax tree: recursive descent over the tokens, with operator precedence for expressions.
//!
//! Bounds: a query is at most [`MAX_LENGTH`] bytes, and nothing in it is nested deeper than [`MAX_DEPTH`], so that
//! neither the parser nor what walks the tree later can run out of stack.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod clauses;
mod expression;
mod literal;
mod parameter;
mod pattern;
mod scope;
mod statement;

use super::ast::{Name, Query, ScopeAst, Spanned, Statement};
use super::diagnostics::{Code, Fault};
use super::execute::Parameters;
use super::lexer::{Span, Token, TokenKind, tokens};
use super::value::Value;
use crate::model::Diagnostic;
use crate::schema::nearest;
pub(super) use parameter::parameter_name;

/// The longest query, in bytes.
pub const MAX_LENGTH: usize = 1 << 20;
/// The deepest nesting of expressions, patterns and subqueries.
pub const MAX_DEPTH: u16 = 100;

/// Parses one statement.
///
/// # Errors
/// The text is not a statement: a message about the first place that cannot be read.
///
/// ```
/// use tieline::query::parse;
/// assert!(parse("neighbours \"TTP\" within 2 as of 2014 | dot").is_ok());
/// let wrong = parse("neigbours \"TTP\"").unwrap_err();
/// assert_eq!(wrong.help.as_deref(), Some("did you mean `neighbours`?"));
/// ```
pub fn parse(text: &str) -> Result<Statement, Diagnostic> {
    statement(text).map_err(|fault| fault.diagnostic(text))
}

/// Parses one statement with parameters, which may stand for entities, numbers and dates: there their values are put in.
/// In expressions they stay.
///
/// # Errors
/// The text is not a statement, or a parameter is missing or cannot stand in its place.
pub fn parse_with(text: &str, parameters: &Parameters) -> Result<Statement, Diagnostic> {
    let run = || {
        let mut parser = Parser::new(text)?;
        parser.parameters = Some(parameters);
        parser.statement()
    };
    run().map_err(|fault: Fault| fault.diagnostic(text))
}

/// Parses scope words alone, as `:scope` takes them. Nothing is the empty scope.
///
/// # Errors
/// The text is not a scope.
pub fn scope(text: &str) -> Result<ScopeAst, Diagnostic> {
    let run = || {
        let mut parser = Parser::new(text)?;
        let mut scope = ScopeAst::default();
        while parser.scope_clause(&mut scope)? {}
        parser.end_of(&scope::WORDS)?;
        Ok(scope)
    };
    run().map_err(|fault: Fault| fault.diagnostic(text))
}

/// Parses one statement, with the fault as data.
///
/// # Errors
/// The text is not a statement.
pub fn statement(text: &str) -> Result<Statement, Fault> {
    Parser::new(text)?.statement()
}

/// Parses a query that may also `create`, for scratch graphs.
///
/// # Errors
/// The text is not a query.
pub fn scratch_query(text: &str) -> Result<Query, Fault> {
    let mut parser = Parser::new(text)?;
    parser.writes = true;
    let query = parser.query()?;
    parser.end_of(&[])?;
    Ok(query)
}

/// Parses an expression alone, as the value of a parameter is given.
///
/// # Errors
/// The text is not an expression.
pub fn expression(text: &str) -> Result<super::expression_ast::Expr, Fault> {
    let mut parser = Parser::new(text)?;
    let expr = parser.expression()?;
    parser.end_of(&[])?;
    Ok(expr)
}

/// The parser: a place in the tokens.
struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    /// How deep the parser is in nested things.
    depth: u16,
    /// The height of the highest expression made since this was last reset.
    highest: u16,
    /// Whether `create` is a clause.
    writes: bool,
    /// The parameters that may stand for entities, numbers and dates.
    parameters: Option<&'a Parameters>,
    /// How many list brackets are open in which `|` separates.
    in_comprehension: u32,
}

type Parsed<T> = Result<T, Fault>;

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Parsed<Self> {
        if text.len() > MAX_LENGTH {
            let message = format!("the query is {} bytes long; at most {MAX_LENGTH} are read", text.len());
            return Err(Fault::syntax(Code::TooLong, Span::default(), message));
        }
        Ok(Self {
            text,
            tokens: tokens(text),
            at: 0,
            depth: 0,
            highest: 0,
            writes: false,
            parameters: None,
            in_comprehension: 0,
        })
    }

    fn token(&self) -> Token {
        self.ahead(0)
    }

    fn ahead(&self, count: usize) -> Token {
        let end = Span { start: self.text.len() as u32, end: self.text.len() as u32 };
        self.tokens.get(self.at + count).copied().unwrap_or(Token { kind: TokenKind::End, span: end })
    }

    fn kind(&self) -> TokenKind {
        self.token().kind
    }

    fn advance(&mut self) -> Token {
        let token = self.token();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    /// The place of the last token that was read.
    fn last(&self) -> Span {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(Span::default(), |token| token.span)
    }

    fn is_word(&self, ahead: usize, word: &str) -> bool {
        let token = self.ahead(ahead);
        token.kind == TokenKind::Word && token.span.of(self.text).eq_ignore_ascii_case(word)
    }

    fn take(&mut self, kind: TokenKind) -> bool {
        let found = self.kind() == kind;
        if found {
            self.advance();
        }
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(0, word);
        if found {
            self.advance();
        }
        found
    }

    /// Takes these words if all of them follow.
    fn take_words(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(ahead, word)| self.is_word(ahead, word));
        if found {
            words.iter().for_each(|_| {
                self.advance();
            });
        }
        found
    }

    fn expect(&mut self, kind: TokenKind, what: &str) -> Parsed<Token> {
        if self.kind() == kind { Ok(self.advance()) } else { Err(self.expected(what)) }
    }

    fn expect_word(&mut self, word: &str) -> Parsed<Span> {
        if self.is_word(0, word) {
            Ok(self.advance().span)
        } else {
            Err(self.expected_one_of(&format!("`{word}`"), &[word]))
        }
    }

    /// Fails unless everything has been read; `words` could have followed.
    fn end_of(&mut self, words: &[&str]) -> Parsed<()> {
        while self.take(TokenKind::Semicolon) {}
        match self.kind() {
            TokenKind::End => Ok(()),
            _ => Err(self.expected_one_of("the end of the query", words)),
        }
    }

    /// What stands here instead of `what`.
    fn expected(&self, what: &str) -> Fault {
        let token = self.token();
        let found = token.span.of(self.text);
        let unexpected = |found: String| {
            Fault::syntax(Code::UnexpectedSyntax, token.span, format!("expected {what}, found {found}"))
        };
        match token.kind {
            TokenKind::End => unexpected("the end of the query".into()),
            TokenKind::Unclosed => {
                let (what, how) = match found.as_bytes().first() {
                    Some(b'/') => ("this comment is not closed", "*/"),
                    Some(b'"') => ("this text is not closed", "\""),
                    Some(b'\'') => ("this text is not closed", "'"),
                    _ => ("this name is not closed", "`"),
                };
                let start = Span { start: token.span.start, end: token.span.start + 1 };
                Fault::syntax(Code::UnexpectedSyntax, start, what).help(format!("close it with {how}"))
            }
            TokenKind::Unknown if !found.is_ascii() => Fault::syntax(
                Code::InvalidUnicodeCharacter,
                token.span,
                format!("the character `{found}` has no meaning here"),
            ),
            _ => unexpected(format!("`{}`", shortened(found))),
        }
    }

    /// The same, with the nearest of `words` as a suggestion if a word stands here.
    fn expected_one_of(&self, what: &str, words: &[&str]) -> Fault {
        let fault = self.expected(what);
        let token = self.token();
        if token.kind != TokenKind::Word {
            return fault;
        }
        let found = token.span.of(self.text);
        match nearest(found, words.iter().copied()) {
            Some(word) if word.eq_ignore_ascii_case(found) => {
                fault.help("it has to stand further to the front: scopes and pipes come last")
            }
            Some(word) => fault.help(format!("did you mean `{word}`?")),
            None => fault,
        }
    }

    /// Runs a part one level deeper.
    fn nested<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= MAX_DEPTH {
            return Err(self.too_deep(self.token().span));
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    fn too_deep(&self, span: Span) -> Fault {
        Fault::syntax(Code::TooDeep, span, format!("this is nested more than {MAX_DEPTH} deep"))
    }

    /// A variable, alias or label: a word that is not reserved, or anything in backticks.
    fn name(&mut self, what: &str) -> Parsed<Name> {
        let token = self.token();
        match token.kind {
            TokenKind::Word => {
                self.advance();
                Ok(Spanned { value: token.span.of(self.text).into(), span: token.span })
            }
            TokenKind::QuotedWord => {
                self.advance();
                Ok(Spanned { value: literal::unquote_name(token.span.of(self.text)).into(), span: token.span })
            }
            _ => Err(self.expected(what)),
        }
    }

    /// A whole number of at most 32 bits.
    fn count(&mut self, what: &str) -> Parsed<Spanned<u32>> {
        if let Some((value, span)) = self.given()? {
            return match value {
                Value::Int(number) if u32::try_from(number).is_ok() => Ok(Spanned { value: number as u32, span }),
                _ => Err(self.misfit(&value, span, what)),
            };
        }
        let token = self.expect(TokenKind::Number, what)?;
        match token.span.of(self.text).parse() {
            Ok(value) => Ok(Spanned { value, span: token.span }),
            Err(_) => Err(Fault::syntax(
                Code::InvalidNumberLiteral,
                token.span,
                format!("`{}` is not a whole number from 0 to {}", shortened(token.span.of(self.text)), u32::MAX),
            )),
        }
    }

    /// The tokens from here that stand together without a blank, as long as they are of these kinds.
    fn run(&mut self, belongs: impl Fn(TokenKind) -> bool) -> Option<Span> {
        let first = self.token();
        if !belongs(first.kind) {
            return None;
        }
        let mut span = first.span;
        self.advance();
        while belongs(self.kind()) && self.token().span.start == span.end {
            span = span.to(self.advance().span);
        }
        Some(span)
    }
}

/// The text, or its beginning if it is long.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(40).and_then(|(at, _)| text.get(..at)) {
        Some(start) => format!("{start}..."),
        None => text.to_owned(),
    }
}
