//! Scopes and dates.

use super::{Parsed, Parser};
use crate::model::{Modality, Period};
use crate::query::ast::{ScopeAst, Spanned, TimeScope};
use crate::query::diagnostics::{Code, Fault};
use crate::query::lexer::{Span, TokenKind};
use crate::query::value::Value;
use crate::schema::nearest;

/// The words that begin a scope clause.
pub(super) const WORDS: [&str; 7] = ["as of", "during", "known on", "grade", "sources", "modality", "from source"];

impl Parser<'_> {
    /// Reads one scope clause if one stands here.
    pub(super) fn scope_clause(&mut self, scope: &mut ScopeAst) -> Parsed<bool> {
        if self.kind() != TokenKind::Word {
            return Ok(false);
        }
        let start = self.token().span;
        if self.take_words(&["as", "of"]) {
            self.once(start, scope.time.is_some(), "a time")?;
            let when = self.date(false)?;
            scope.time = Some(Spanned { value: TimeScope::AsOf(when.value), span: when.span });
        } else if self.take_word("during") {
            self.once(start, scope.time.is_some(), "a time")?;
            let when = self.date(true)?;
            scope.time = Some(Spanned { value: TimeScope::During(when.value), span: when.span });
        } else if self.take_words(&["known", "on"]) {
            self.once(start, scope.known_on.is_some(), "`known on`")?;
            scope.known_on = Some(self.date(false)?);
        } else if self.take_word("grade") {
            self.once(start, scope.grade.is_some(), "`grade`")?;
            let token = self.expect(TokenKind::Word, "a grade such as B2")?;
            let value = token.span.of(self.text).to_ascii_uppercase().parse().map_err(|_| {
                Fault::syntax(Code::UnexpectedSyntax, token.span, "this is not a grade")
                    .help("a grade is a letter A to F and a digit 1 to 6, such as B2")
            })?;
            scope.grade = Some(Spanned { value, span: token.span });
        } else if self.take_word("sources") {
            self.once(start, scope.sources.is_some(), "`sources`")?;
            scope.sources = Some(self.count("how many sources at least, such as 2")?);
        } else if self.take_word("modality") {
            self.once(start, !scope.modality.is_empty(), "`modality`")?;
            scope.modality.push(self.modality()?);
            while self.take(TokenKind::Comma) {
                scope.modality.push(self.modality()?);
            }
        } else if self.take_words(&["from", "source"]) {
            self.once(start, !scope.from_source.is_empty(), "`from source`")?;
            scope.from_source.push(self.source()?);
            while self.take(TokenKind::Comma) {
                scope.from_source.push(self.source()?);
            }
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Fails if a clause is given a second time.
    pub(super) fn once(&self, span: Span, given: bool, what: &str) -> Parsed<()> {
        if given {
            return Err(Fault::syntax(Code::UnexpectedSyntax, span, format!("{what} is given twice")));
        }
        Ok(())
    }

    fn modality(&mut self) -> Parsed<Spanned<Modality>> {
        let words = || Modality::ALL.iter().map(|modality| modality.word());
        let all = words().collect::<Vec<_>>().join(", ");
        let token = self.expect(TokenKind::Word, "a modality")?;
        let word = token.span.of(self.text);
        word.parse().map(|value| Spanned { value, span: token.span }).map_err(|_| {
            let fault = Fault::syntax(Code::UnexpectedSyntax, token.span, format!("`{word}` is not a modality"));
            match nearest(word, words()) {
                Some(near) => fault.help(format!("did you mean `{near}`? A modality is one of {all}")),
                None => fault.help(format!("a modality is one of {all}")),
            }
        })
    }

    fn source(&mut self) -> Parsed<Spanned<String>> {
        if let Some((value, span)) = self.given_text("a text: the id of a source")? {
            return Ok(Spanned { value, span });
        }
        match self.kind() {
            TokenKind::Text => self.text(),
            TokenKind::Id => {
                let span = self.advance().span;
                Ok(Spanned { value: span.of(self.text).get(1..).unwrap_or("").to_owned(), span })
            }
            _ => match self.bare() {
                Some(span) => Ok(Spanned { value: span.of(self.text).to_owned(), span }),
                None => Err(self.expected("the id of a source")),
            },
        }
    }

    /// Words, numbers and hyphens that stand together.
    pub(super) fn bare(&mut self) -> Option<Span> {
        self.run(|kind| {
            matches!(kind, TokenKind::Word | TokenKind::Number | TokenKind::Minus | TokenKind::Dot | TokenKind::Colon)
        })
    }

    /// The date that the parameter which stands here gives, if one does: a text, or a year as a number.
    fn given_date(&mut self, what: &str) -> Parsed<Option<(String, Span)>> {
        Ok(match self.given()? {
            None => None,
            Some((Value::Text(date), span)) => Some((date.to_string(), span)),
            Some((Value::Int(year), span)) => Some((year.to_string(), span)),
            Some((other, span)) => return Err(self.misfit(&other, span, what)),
        })
    }

    /// A date, or with `range` also `A..B`, `A..` and `..B`.
    pub(super) fn date(&mut self, range: bool) -> Parsed<Spanned<Period>> {
        use TokenKind::*;
        let belongs =
            |kind| matches!(kind, Word | Number | Minus | Slash | DotDot | Question | Tilde | Percent | Colon | Plus);
        let starts = matches!(self.kind(), Number | DotDot | Minus | Word);
        let what = if range { "a date or a range such as 2001..2008" } else { "a date such as 2014 or 2014-06-30" };
        let given = self.given_date(what)?;
        let span = match &given {
            Some((_, span)) => *span,
            None => starts.then(|| self.run(belongs)).flatten().ok_or_else(|| self.expected(what))?,
        };
        let written = given.as_ref().map_or_else(|| span.of(self.text), |(date, _)| date);
        let (date, shift) = match written.split_once("..") {
            Some((from, to)) if range && !written.contains('/') => {
                let open = |end: &str| if end.is_empty() { "..".to_owned() } else { end.to_owned() };
                (format!("{}/{}", open(from), open(to)), if from.is_empty() { 2 } else { from.len() })
            }
            _ => (written.to_owned(), usize::MAX),
        };
        date.parse().map(|value| Spanned { value, span }).map_err(|error: crate::model::DateError| {
            // The range sign is one byte longer than the slash that it was read as; an open start has no text at all.
            let at = match error.at {
                at if at <= shift => at,
                at if written.starts_with("..") => at - 1,
                at => at + 1,
            };
            let at = if given.is_some() { 0 } else { at.min(written.len()) as u32 };
            let start = (span.start + at).min(span.end);
            Fault::syntax(Code::UnexpectedSyntax, Span { start, end: span.end.max(start) }, error.message)
        })
    }
}
