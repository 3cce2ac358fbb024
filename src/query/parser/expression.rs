//! Expressions, by operator precedence.

use super::{MAX_DEPTH, Parsed, Parser};
use crate::query::expression_ast::*;
use crate::query::lexer::{Span, TokenKind};

/// How tightly operators bind; the loosest first.
mod power {
    pub const OR: u8 = 1;
    pub const XOR: u8 = 2;
    pub const AND: u8 = 3;
    pub const NOT: u8 = 4;
    pub const COMPARISON: u8 = 5;
    pub const PREDICATE: u8 = 6;
    pub const SUM: u8 = 7;
    pub const PRODUCT: u8 = 8;
    pub const POWER: u8 = 9;
    pub const SIGN: u8 = 10;
}

/// Words that begin or join clauses and so cannot be variables.
const RESERVED: [&str; 26] = [
    "match", "optional", "where", "with", "return", "unwind", "union", "order", "by", "skip", "limit", "as", "and",
    "or", "xor", "in", "is", "starts", "ends", "contains", "then", "else", "end", "when", "asc", "desc",
];

impl Parser<'_> {
    /// Makes an expression, within the bounds of depth.
    pub(super) fn make(&mut self, kind: ExprKind, span: Span) -> Parsed<Expr> {
        let height = kind.height_inside() + 1;
        if height > MAX_DEPTH {
            return Err(self.too_deep(span));
        }
        self.highest = self.highest.max(height);
        Ok(Expr { kind, span, height })
    }

    /// An expression.
    pub(super) fn expression(&mut self) -> Parsed<Expr> {
        self.binding(0)
    }

    /// An expression of operators that bind at least this tightly.
    fn binding(&mut self, least: u8) -> Parsed<Expr> {
        self.nested(|parser| {
            let mut left = parser.prefix_expression()?;
            loop {
                match parser.operator(least, left)? {
                    Step::Joined(joined) => left = joined,
                    Step::Done(done) => return Ok(done),
                }
            }
        })
    }

    fn prefix_expression(&mut self) -> Parsed<Expr> {
        let start = self.token().span;
        if self.take_word("not") {
            let inner = self.binding(power::NOT)?;
            let span = start.to(inner.span);
            return self.make(ExprKind::Unary(Unary::Not, Box::new(inner)), span);
        }
        let sign = match self.kind() {
            TokenKind::Minus => Unary::Minus,
            TokenKind::Plus => Unary::Plus,
            _ => {
                let first = self.primary()?;
                return self.postfix(first);
            }
        };
        self.advance();
        if sign == Unary::Minus && self.at_number() {
            let kind = self.number(true)?;
            let number = self.make(kind, start.to(self.last()))?;
            return self.postfix(number);
        }
        let inner = self.binding(power::SIGN)?;
        let span = start.to(inner.span);
        self.make(ExprKind::Unary(sign, Box::new(inner)), span)
    }

    /// Joins `left` with the operator that stands here and its right side, if it binds tightly enough.
    fn operator(&mut self, least: u8, left: Expr) -> Parsed<Step> {
        let token = self.token();
        if token.kind == TokenKind::Word {
            return self.word_operator(least, left);
        }
        let (operator, binds) = match token.kind {
            TokenKind::Plus => (Binary::Add, power::SUM),
            TokenKind::Minus => (Binary::Subtract, power::SUM),
            TokenKind::Star => (Binary::Multiply, power::PRODUCT),
            TokenKind::Slash => (Binary::Divide, power::PRODUCT),
            TokenKind::Percent => (Binary::Modulo, power::PRODUCT),
            TokenKind::Caret => (Binary::Power, power::POWER),
            TokenKind::Matches => (Binary::Matches, power::PREDICATE),
            kind if comparison(kind).is_some() && least <= power::COMPARISON => {
                return self.comparisons(left).map(Step::Joined);
            }
            _ => return Ok(Step::Done(left)),
        };
        if binds < least {
            return Ok(Step::Done(left));
        }
        self.advance();
        self.binary(operator, binds, left).map(Step::Joined)
    }

    fn word_operator(&mut self, least: u8, left: Expr) -> Parsed<Step> {
        let mut rest = |binds: u8, words: &[&str]| binds >= least && self.take_words(words);
        if rest(power::OR, &["or"]) {
            return self.chain("or", power::XOR, left, ExprKind::Or).map(Step::Joined);
        }
        if rest(power::AND, &["and"]) {
            return self.chain("and", power::NOT, left, ExprKind::And).map(Step::Joined);
        }
        let binary = if rest(power::XOR, &["xor"]) {
            Some((Binary::Xor, power::XOR))
        } else if rest(power::PREDICATE, &["in"]) {
            Some((Binary::In, power::PREDICATE))
        } else if rest(power::PREDICATE, &["starts", "with"]) {
            Some((Binary::StartsWith, power::PREDICATE))
        } else if rest(power::PREDICATE, &["ends", "with"]) {
            Some((Binary::EndsWith, power::PREDICATE))
        } else if rest(power::PREDICATE, &["contains"]) {
            Some((Binary::Contains, power::PREDICATE))
        } else {
            None
        };
        if let Some((operator, binds)) = binary {
            return self.binary(operator, binds, left).map(Step::Joined);
        }
        let negated = rest(power::PREDICATE, &["is", "not", "null"]);
        if negated || rest(power::PREDICATE, &["is", "null"]) {
            let span = left.span.to(self.last());
            return self.make(ExprKind::IsNull(Box::new(left), negated), span).map(Step::Joined);
        }
        Ok(Step::Done(left))
    }

    fn binary(&mut self, operator: Binary, binds: u8, left: Expr) -> Parsed<Expr> {
        let right = self.binding(binds + 1)?;
        let span = left.span.to(right.span);
        self.make(ExprKind::Binary(operator, Box::new(left), Box::new(right)), span)
    }

    /// A chain of one operator, flat, so that long ones are not deep.
    fn chain(&mut self, word: &str, binds: u8, left: Expr, join: fn(Vec<Expr>) -> ExprKind) -> Parsed<Expr> {
        let mut span = left.span;
        let mut items = vec![left];
        loop {
            let next = self.binding(binds)?;
            span = span.to(next.span);
            items.push(next);
            if !self.take_word(word) {
                return self.make(join(items), span);
            }
        }
    }

    fn comparisons(&mut self, left: Expr) -> Parsed<Expr> {
        let mut span = left.span;
        let mut rest = Vec::new();
        while let Some(operator) = comparison(self.kind()) {
            self.advance();
            let right = self.binding(power::PREDICATE)?;
            span = span.to(right.span);
            rest.push((operator, right));
        }
        self.make(ExprKind::Compare(Box::new(left), rest), span)
    }

    fn postfix(&mut self, mut left: Expr) -> Parsed<Expr> {
        loop {
            let start = left.span;
            let kind = match self.kind() {
                TokenKind::Dot => {
                    self.advance();
                    ExprKind::Property(Box::new(left), self.name("the name of a property after the dot")?)
                }
                TokenKind::LeftBracket => {
                    self.advance();
                    self.index(left)?
                }
                TokenKind::Colon => {
                    self.advance();
                    let bars = self.in_comprehension == 0;
                    ExprKind::HasLabels(Box::new(left), Box::new(self.label_or(bars)?))
                }
                _ => return Ok(left),
            };
            left = self.make(kind, start.to(self.last()))?;
        }
    }

    fn index(&mut self, left: Expr) -> Parsed<ExprKind> {
        let left = Box::new(left);
        let from = if self.kind() == TokenKind::DotDot { None } else { Some(Box::new(self.free(Parser::expression)?)) };
        let kind = if self.take(TokenKind::DotDot) {
            let open = self.kind() == TokenKind::RightBracket;
            let to = if open { None } else { Some(Box::new(self.free(Parser::expression)?)) };
            ExprKind::Slice(left, from, to)
        } else {
            match from {
                Some(index) => ExprKind::Index(left, index),
                None => return Err(self.expected("an index")),
            }
        };
        self.expect(TokenKind::RightBracket, "`]`")?;
        Ok(kind)
    }

    /// Runs a part in brackets of its own, where a `|` of an outer list does not count.
    fn free<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        let outer = std::mem::take(&mut self.in_comprehension);
        let result = part(self);
        self.in_comprehension = outer;
        result
    }

    /// Runs a part of a list in which `|` separates.
    fn barred<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.in_comprehension += 1;
        let result = part(self);
        self.in_comprehension -= 1;
        result
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let start = self.token().span;
        let kind = match self.kind() {
            _ if self.at_number() => self.number(false)?,
            TokenKind::Text => ExprKind::Text(self.text()?.value.into()),
            TokenKind::Id => ExprKind::Entity(self.entity("an entity")?),
            TokenKind::Parameter => return self.parameter(),
            TokenKind::LeftParen if self.at_pattern() => {
                ExprKind::Pattern(Box::new(self.gathered(Parser::path_pattern)?))
            }
            TokenKind::LeftParen => {
                self.advance();
                let mut inner = self.free(Parser::expression)?;
                self.expect(TokenKind::RightParen, "`)`")?;
                inner.span = start.to(self.last());
                return Ok(inner);
            }
            TokenKind::LeftBracket => self.list()?,
            TokenKind::LeftBrace => return self.map_literal(),
            TokenKind::Word => self.word_expression()?,
            TokenKind::QuotedWord => ExprKind::Variable(self.name("a variable")?.value),
            _ => return Err(self.expected("a value")),
        };
        self.make(kind, start.to(self.last()))
    }

    fn word_expression(&mut self) -> Parsed<ExprKind> {
        let next = self.ahead(1).kind;
        let (paren, brace) = (next == TokenKind::LeftParen, next == TokenKind::LeftBrace);
        let is = |word: &str| self.is_word(0, word);
        if let Some(kind) = [("null", ExprKind::Null), ("true", ExprKind::Bool(true)), ("false", ExprKind::Bool(false))]
            .into_iter()
            .find_map(|(word, kind)| is(word).then_some(kind))
        {
            self.advance();
            return Ok(kind);
        }
        if is("case") {
            return self.case();
        }
        if brace && (is("exists") || is("count")) {
            let exists = is("exists");
            self.advance();
            self.advance();
            let query = Box::new(self.free(|parser| parser.gathered(Parser::subquery))?);
            self.expect(TokenKind::RightBrace, "`}`")?;
            return Ok(if exists { ExprKind::Exists(query) } else { ExprKind::CountQuery(query) });
        }
        if paren && (is("shortestpath") || is("allshortestpaths")) {
            return Ok(ExprKind::Path(Box::new(self.gathered(Parser::path_pattern)?)));
        }
        if paren && let Some(quantifier) = self.quantifier() {
            return self.quantified(quantifier);
        }
        if paren && is("reduce") {
            return self.reduce();
        }
        if let Some(call) = self.call()? {
            return Ok(call);
        }
        if RESERVED.iter().any(|word| self.is_word(0, word)) {
            return Err(self.expected("a value"));
        }
        Ok(ExprKind::Variable(self.name("a variable")?.value))
    }

    fn quantifier(&self) -> Option<Quantifier> {
        use Quantifier::*;
        [("all", All), ("any", Any), ("none", None), ("single", Single)]
            .into_iter()
            .find_map(|(word, quantifier)| self.is_word(0, word).then_some(quantifier))
    }

    fn quantified(&mut self, quantifier: Quantifier) -> Parsed<ExprKind> {
        self.advance();
        self.advance();
        let inner = self.free(|parser| {
            let variable = parser.name("a variable")?;
            parser.expect_word("in")?;
            let list = parser.expression()?;
            let filter = if parser.take_word("where") { Some(parser.expression()?) } else { None };
            Ok(Comprehension { variable, list, filter, map: None })
        })?;
        self.expect(TokenKind::RightParen, "`)`")?;
        Ok(ExprKind::Quantified(quantifier, Box::new(inner)))
    }

    fn reduce(&mut self) -> Parsed<ExprKind> {
        self.advance();
        self.advance();
        let total = self.name("a variable")?;
        self.expect(TokenKind::Equal, "`=`")?;
        let start = self.free(Parser::expression)?;
        self.expect(TokenKind::Comma, "`,`")?;
        let variable = self.name("a variable")?;
        self.expect_word("in")?;
        let list = self.barred(Parser::expression)?;
        self.expect(TokenKind::Bar, "`|`")?;
        let step = self.free(Parser::expression)?;
        self.expect(TokenKind::RightParen, "`)`")?;
        Ok(ExprKind::Reduce(Box::new(Reduce { total, start, variable, list, step })))
    }

    /// A call, if a name and an opening bracket stand here.
    fn call(&mut self) -> Parsed<Option<ExprKind>> {
        let mut length = 1;
        while self.ahead(length).kind == TokenKind::Dot && self.ahead(length + 1).kind == TokenKind::Word {
            length += 2;
        }
        if self.ahead(length).kind != TokenKind::LeftParen {
            return Ok(None);
        }
        let mut span = self.token().span;
        for _ in 0..length {
            span = span.to(self.advance().span);
        }
        self.advance();
        if length == 1 && span.of(self.text).eq_ignore_ascii_case("count") && self.take(TokenKind::Star) {
            self.expect(TokenKind::RightParen, "`)`")?;
            return Ok(Some(ExprKind::CountStar));
        }
        let distinct = self.take_word("distinct");
        let arguments = self.free(|parser| parser.list_of(TokenKind::RightParen))?;
        self.expect(TokenKind::RightParen, "`,` or `)`")?;
        let name = crate::query::ast::Spanned { value: span.of(self.text).into(), span };
        Ok(Some(ExprKind::Call(Box::new(Call { name, distinct, arguments }))))
    }

    /// Expressions separated by commas, up to the closing sign, which is not taken.
    fn list_of(&mut self, close: TokenKind) -> Parsed<Vec<Expr>> {
        let mut items = Vec::new();
        if self.kind() == close {
            return Ok(items);
        }
        loop {
            items.push(self.expression()?);
            if !self.take(TokenKind::Comma) {
                return Ok(items);
            }
        }
    }

    fn list(&mut self) -> Parsed<ExprKind> {
        self.advance();
        let named = matches!(self.kind(), TokenKind::Word | TokenKind::QuotedWord);
        if named && self.is_word(1, "in") {
            return self.comprehension();
        }
        let path = named && self.ahead(1).kind == TokenKind::Equal && self.ahead(2).kind == TokenKind::LeftParen;
        if (path || self.at_pattern())
            && let Some(kind) = self.pattern_comprehension(path)?
        {
            return Ok(kind);
        }
        let items = self.free(|parser| parser.list_of(TokenKind::RightBracket))?;
        self.expect(TokenKind::RightBracket, "`,` or `]`")?;
        Ok(ExprKind::List(items))
    }

    fn comprehension(&mut self) -> Parsed<ExprKind> {
        let start = self.at;
        let variable = self.name("a variable")?;
        self.advance();
        let list = self.barred(Parser::expression)?;
        let filter = if self.take_word("where") { Some(self.barred(Parser::expression)?) } else { None };
        if filter.is_none() && matches!(self.kind(), TokenKind::Comma) {
            // `[x in list, ...]`: a list whose first element is a membership test.
            self.at = start;
            let items = self.free(|parser| parser.list_of(TokenKind::RightBracket))?;
            self.expect(TokenKind::RightBracket, "`,` or `]`")?;
            return Ok(ExprKind::List(items));
        }
        let map = if self.take(TokenKind::Bar) { Some(self.free(Parser::expression)?) } else { None };
        self.expect(TokenKind::RightBracket, "`where`, `|` or `]`")?;
        Ok(ExprKind::Comprehension(Box::new(Comprehension { variable, list, filter, map })))
    }

    /// A pattern comprehension; `None`, with nothing read, if it is a list whose first element is a pattern.
    fn pattern_comprehension(&mut self, named: bool) -> Parsed<Option<ExprKind>> {
        let start = self.at;
        let pattern = self.barred(|parser| parser.gathered(Parser::path_pattern))?;
        let filter = if self.take_word("where") { Some(self.barred(Parser::expression)?) } else { None };
        if !named && filter.is_none() && self.kind() != TokenKind::Bar {
            self.at = start;
            return Ok(None);
        }
        self.expect(TokenKind::Bar, "`|` and what to make of each match")?;
        let map = self.free(Parser::expression)?;
        self.expect(TokenKind::RightBracket, "`]`")?;
        Ok(Some(ExprKind::PatternComprehension(Box::new(PatternComprehension { pattern, filter, map }))))
    }

    /// Something that holds expressions, with their greatest height.
    fn gathered<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<Nested<T>> {
        let outer = std::mem::take(&mut self.highest);
        let result = part(self);
        let height = std::mem::replace(&mut self.highest, outer);
        self.highest = self.highest.max(height);
        Ok(Nested { inner: result?, height })
    }

    fn case(&mut self) -> Parsed<ExprKind> {
        self.advance();
        self.free(|parser| {
            let subject = if parser.is_word(0, "when") { None } else { Some(parser.expression()?) };
            let mut branches = Vec::new();
            while parser.take_word("when") {
                let when = parser.expression()?;
                parser.expect_word("then")?;
                branches.push((when, parser.expression()?));
            }
            if branches.is_empty() {
                return Err(parser.expected_one_of("`when`", &["when"]));
            }
            let otherwise = if parser.take_word("else") { Some(parser.expression()?) } else { None };
            parser.expect_word("end")?;
            Ok(ExprKind::Case(Box::new(Case { subject, branches, otherwise })))
        })
    }

    /// `{key: value, ...}`.
    pub(super) fn map_literal(&mut self) -> Parsed<Expr> {
        let start = self.expect(TokenKind::LeftBrace, "`{`")?.span;
        let mut entries = Vec::new();
        if self.kind() != TokenKind::RightBrace {
            loop {
                let key = self.name("a key of the map")?;
                self.expect(TokenKind::Colon, "`:` after the key")?;
                entries.push((key, self.free(Parser::expression)?));
                if !self.take(TokenKind::Comma) {
                    break;
                }
            }
        }
        self.expect(TokenKind::RightBrace, "`,` or `}`")?;
        self.make(ExprKind::Map(entries), start.to(self.last()))
    }

    /// `$name`.
    pub(super) fn parameter(&mut self) -> Parsed<Expr> {
        let span = self.advance().span;
        let name = super::parameter_name(span.of(self.text));
        self.make(ExprKind::Parameter(name.into()), span)
    }
}

/// What became of the left side of an operator.
enum Step {
    /// It is now part of this expression, which may be a left side again.
    Joined(Expr),
    /// No operator that binds tightly enough follows it.
    Done(Expr),
}

fn comparison(kind: TokenKind) -> Option<Comparison> {
    Some(match kind {
        TokenKind::Equal => Comparison::Equal,
        TokenKind::NotEqual => Comparison::NotEqual,
        TokenKind::Less => Comparison::Less,
        TokenKind::LessEqual => Comparison::LessEqual,
        TokenKind::Greater => Comparison::Greater,
        TokenKind::GreaterEqual => Comparison::GreaterEqual,
        _ => return None,
    })
}
