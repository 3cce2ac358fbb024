//! Queries: clauses and projections.

use super::{Parsed, Parser};
use crate::query::ast::{Clause, Item, Projection, Query};
use crate::query::diagnostics::{Code, Fault};
use crate::query::lexer::TokenKind;

const CLAUSES: [&str; 8] = ["match", "optional", "unwind", "with", "return", "where", "union", "create"];

impl Parser<'_> {
    /// A whole query.
    pub(super) fn query(&mut self) -> Parsed<Query> {
        self.nested(|parser| parser.parts(true))
    }

    /// What stands in the braces of `exists { }` and `count { }`: a query, or a pattern with an optional `where`.
    pub(super) fn subquery(&mut self) -> Parsed<Query> {
        if ["match", "optional", "unwind", "with", "return"].iter().any(|word| self.is_word(0, word)) {
            let query = self.nested(|parser| parser.parts(false))?;
            if self.is_write() {
                let mut fault = self.expected("`}`").help("queries only read");
                fault.code = Code::InvalidClauseComposition;
                return Err(fault);
            }
            return Ok(query);
        }
        self.nested(|parser| {
            let clause = parser.match_rest(false)?;
            Ok(Query { parts: vec![vec![clause]], all: true, mixed_union: None })
        })
    }

    fn parts(&mut self, whole: bool) -> Parsed<Query> {
        let mut query = Query { parts: vec![self.part(whole)?], all: false, mixed_union: None };
        while self.is_word(0, "union") {
            let span = self.advance().span;
            let all = self.take_word("all");
            if query.parts.len() > 1 && all != query.all {
                query.mixed_union = Some(span);
            }
            query.all = all;
            query.parts.push(self.part(whole)?);
        }
        Ok(query)
    }

    fn part(&mut self, whole: bool) -> Parsed<Vec<Clause>> {
        let mut clauses = Vec::new();
        loop {
            let span = self.token().span;
            let clause = if self.take_word("match") {
                self.match_rest(false)?
            } else if self.take_words(&["optional", "match"]) {
                self.match_rest(true)?
            } else if self.take_word("unwind") {
                let list = self.expression()?;
                self.expect_word("as")?;
                Clause::Unwind { list, variable: self.name("a name for the elements")? }
            } else if self.take_word("with") {
                let mut projection = self.projection()?;
                if self.take_word("where") {
                    projection.filter = Some(self.expression()?);
                }
                Clause::With(projection)
            } else if self.take_word("return") {
                clauses.push(Clause::Return(self.projection()?));
                return Ok(clauses);
            } else if self.writes && self.take_word("create") {
                Clause::Create { patterns: self.patterns()?, span }
            } else if self.writes && matches!(clauses.last(), Some(Clause::Create { .. }))
                || !whole && !clauses.is_empty()
            {
                return Ok(clauses);
            } else {
                return Err(self.no_clause(clauses.last()));
            };
            clauses.push(clause);
        }
    }

    fn no_clause(&self, before: Option<&Clause>) -> Fault {
        let mut fault = self.expected_one_of("`return` or another clause", &CLAUSES);
        if self.kind() == TokenKind::End && before.is_some() {
            fault = fault.help("a query ends with `return` and what to show");
            fault.code = Code::InvalidClauseComposition;
        } else if fault.help.is_none() && !self.writes && self.is_write() {
            fault = fault.help("queries only read; facts come in by `tieline load`, `import` and `ingest`");
        }
        fault
    }

    fn is_write(&self) -> bool {
        ["create", "merge", "set", "delete", "detach", "remove", "foreach"].iter().any(|word| self.is_word(0, word))
    }

    fn match_rest(&mut self, optional: bool) -> Parsed<Clause> {
        let span = self.last();
        let patterns = self.patterns()?;
        let filter = if self.take_word("where") { Some(self.expression()?) } else { None };
        Ok(Clause::Match { optional, patterns, filter, span })
    }

    fn projection(&mut self) -> Parsed<Projection> {
        let span = self.last();
        let distinct = self.take_word("distinct");
        let star = self.take(TokenKind::Star);
        let mut items = Vec::new();
        if !star || self.take(TokenKind::Comma) {
            items.push(self.item()?);
            while self.take(TokenKind::Comma) {
                items.push(self.item()?);
            }
        }
        let mut order = Vec::new();
        if self.take_words(&["order", "by"]) {
            loop {
                let expr = self.expression()?;
                let down = self.take_word("desc") || self.take_word("descending");
                if !down && !self.take_word("asc") {
                    self.take_word("ascending");
                }
                order.push((expr, down));
                if !self.take(TokenKind::Comma) {
                    break;
                }
            }
        }
        let skip = if self.take_word("skip") || self.take_word("offset") { Some(self.expression()?) } else { None };
        let limit = if self.take_word("limit") { Some(self.expression()?) } else { None };
        Ok(Projection { distinct, star, items, order, skip, limit, filter: None, span })
    }

    fn item(&mut self) -> Parsed<Item> {
        let start = self.token().span;
        let expr = self.expression()?;
        let span = start.to(self.last());
        let scope_follows =
            self.is_word(1, "of") && matches!(self.ahead(2).kind, TokenKind::Number | TokenKind::DotDot);
        let alias =
            if !scope_follows && self.take_word("as") { Some(self.name("a name for the column")?) } else { None };
        Ok(Item { expr, alias, span })
    }
}
