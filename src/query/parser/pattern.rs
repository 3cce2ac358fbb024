//! Path patterns.

use super::{Parsed, Parser};
use crate::query::ast::{
    Cost, Direction, Element, Group, LabelExpr, LinkPattern, Mode, NodePattern, PathPattern, Repeat, Selector,
};
use crate::query::diagnostics::{Code, Fault};
use crate::query::expression_ast::{Expr, ExprKind};
use crate::query::lexer::{Span, TokenKind};

impl Parser<'_> {
    /// Patterns separated by commas.
    pub(super) fn patterns(&mut self) -> Parsed<Vec<PathPattern>> {
        let mut patterns = vec![self.path_pattern()?];
        while self.take(TokenKind::Comma) {
            patterns.push(self.path_pattern()?);
        }
        Ok(patterns)
    }

    /// One pattern, with its variable, selector and mode.
    pub(super) fn path_pattern(&mut self) -> Parsed<PathPattern> {
        let start = self.token().span;
        let (mut selector, mut mode) = self.prefix()?;
        let mut variable = None;
        if self.ahead(1).kind == TokenKind::Equal {
            variable = Some(self.name("a name for the path")?);
            self.expect(TokenKind::Equal, "=")?;
            let (inner_selector, inner_mode) = self.prefix()?;
            selector = if inner_selector == Selector::All { selector } else { inner_selector };
            mode = if inner_mode == Mode::Default { mode } else { inner_mode };
        }
        let legacy = [("shortestpath", Selector::AnyShortest), ("allshortestpaths", Selector::AllShortest)]
            .into_iter()
            .find(|(word, _)| self.is_word(0, word) && self.ahead(1).kind == TokenKind::LeftParen);
        let mut filters = Vec::new();
        let mut elements = Vec::new();
        match legacy {
            Some((_, legacy)) => {
                selector = legacy;
                self.advance();
                self.advance();
                self.nested(|parser| parser.elements(&mut elements, &mut filters))?;
                self.expect(TokenKind::RightParen, "`)`")?;
            }
            None => self.elements(&mut elements, &mut filters)?,
        }
        let cost = match selector {
            Selector::Cheapest(_) => Some(Box::new(self.cost()?)),
            _ => None,
        };
        let filter = self.joined(filters)?.map(Box::new);
        let span = start.to(self.last());
        Ok(PathPattern { variable, selector, cost, mode, legacy_shortest: legacy.is_some(), elements, filter, span })
    }

    /// `by [weakest] COST` after the pattern of the cheapest paths.
    fn cost(&mut self) -> Parsed<Cost> {
        if !self.take_word("by") {
            return Err(self.expected("`by` and the cost of a link, such as `by gradeRank(l)`"));
        }
        let weakest = self.ahead(1).kind != TokenKind::Dot && self.take_word("weakest");
        Ok(Cost { expr: self.expression()?, weakest })
    }

    /// The conjunction of some conditions.
    fn joined(&mut self, mut filters: Vec<Expr>) -> Parsed<Option<Expr>> {
        match &*filters {
            [] | [_] => Ok(filters.pop()),
            [first, rest @ ..] => {
                let span = rest.iter().fold(first.span, |span, filter| span.to(filter.span));
                self.make(ExprKind::And(filters), span).map(Some)
            }
        }
    }

    /// Selector and mode: `all shortest trail paths`.
    fn prefix(&mut self) -> Parsed<(Selector, Mode)> {
        let mut selector = Selector::All;
        let mut written = true;
        if self.take_words(&["any", "shortest"]) {
            selector = Selector::AnyShortest;
        } else if self.take_words(&["all", "shortest"]) {
            selector = Selector::AllShortest;
        } else if self.take_word("shortest") {
            let k = if self.kind() == TokenKind::Number { Some(self.positive("how many paths")?) } else { None };
            selector = k.map_or(Selector::AnyShortest, Selector::Shortest);
        } else if self.ahead(1).kind != TokenKind::Equal && self.take_word("cheapest") {
            let several = self.kind() == TokenKind::Number;
            selector = Selector::Cheapest(if several { self.positive("how many paths")? } else { 1 });
        } else if self.take_word("any") {
            selector = Selector::Any(match self.kind() {
                TokenKind::Number => self.positive("how many paths")?,
                _ => 1,
            });
        } else {
            written = self.is_word(0, "all") && self.ahead(1).kind != TokenKind::Equal && self.take_word("all");
        }
        let mut mode = Mode::Default;
        // `shortest 2 trail path groups`; the words after the selector come in any order.
        while self.ahead(1).kind != TokenKind::Equal {
            if let Some(found) = self.mode() {
                self.advance();
                mode = found;
                written = true;
            } else if written && (self.take_word("groups") || self.take_word("group")) {
                selector = match selector {
                    Selector::Shortest(k) => Selector::ShortestGroups(k),
                    Selector::AnyShortest => Selector::ShortestGroups(1),
                    _ => return Err(self.expected("`shortest k` before `groups`")),
                };
            } else if !(written && (self.take_word("paths") || self.take_word("path"))) {
                break;
            }
        }
        Ok((selector, mode))
    }

    fn mode(&self) -> Option<Mode> {
        [("walk", Mode::Walk), ("trail", Mode::Trail), ("acyclic", Mode::Acyclic), ("simple", Mode::Simple)]
            .into_iter()
            .find_map(|(word, mode)| self.is_word(0, word).then_some(mode))
    }

    fn positive(&mut self, what: &str) -> Parsed<u32> {
        let count = self.count(what)?;
        if count.value == 0 {
            return Err(Fault::syntax(Code::InvalidArgumentType, count.span, "this must be at least 1"));
        }
        Ok(count.value)
    }

    fn elements(&mut self, elements: &mut Vec<Element>, filters: &mut Vec<Expr>) -> Parsed<()> {
        self.node_or_group(elements, filters)?;
        loop {
            match self.kind() {
                TokenKind::Minus | TokenKind::Less => {
                    if matches!(elements.last(), Some(Element::Group(_))) {
                        elements.push(Element::Node(NodePattern::blank(self.token().span)));
                    }
                    let link = self.link()?;
                    elements.push(Element::Link(link));
                    if self.kind() != TokenKind::LeftParen {
                        return Err(self.expected("a node in round brackets after the link"));
                    }
                    self.node_or_group(elements, filters)?;
                }
                TokenKind::LeftParen if self.at_group() || matches!(elements.last(), Some(Element::Group(_))) => {
                    self.node_or_group(elements, filters)?;
                }
                _ => return Ok(()),
            }
        }
    }

    fn at_group(&self) -> bool {
        self.kind() == TokenKind::LeftParen && self.ahead(1).kind == TokenKind::LeftParen
    }

    fn node_or_group(&mut self, elements: &mut Vec<Element>, filters: &mut Vec<Expr>) -> Parsed<()> {
        if !self.at_group() {
            let node = self.node()?;
            elements.push(Element::Node(node));
            return Ok(());
        }
        let start = self.advance().span;
        let (mut inner, mut inner_filters) = (Vec::new(), Vec::new());
        self.nested(|parser| parser.elements(&mut inner, &mut inner_filters))?;
        if self.take_word("where") {
            inner_filters.push(self.expression()?);
        }
        self.expect(TokenKind::RightParen, "`)`")?;
        match self.repeat()? {
            Some(repeat) => {
                let filter = self.joined(inner_filters)?.map(Box::new);
                let span = start.to(self.last());
                elements.push(Element::Group(Group { elements: inner, filter, repeat, span }));
            }
            None => {
                if matches!(elements.last(), Some(Element::Node(_))) {
                    return Err(self.expected("how often the part before is repeated, such as {1,4}"));
                }
                elements.extend(inner);
                filters.extend(inner_filters);
            }
        }
        Ok(())
    }

    /// A repetition after a link or a group: `+`, `*`, `{2}`, `{1,4}`, `{,4}`, `{1,}`.
    fn repeat(&mut self) -> Parsed<Option<Repeat>> {
        let start = self.token().span;
        let (min, max) = match self.kind() {
            TokenKind::Plus => (1, None),
            TokenKind::Star => (0, None),
            TokenKind::Question => (0, Some(1)),
            TokenKind::LeftBrace => {
                self.advance();
                let what = "how often, such as {1,4}";
                let min = if self.kind() == TokenKind::Number { Some(self.count(what)?.value) } else { None };
                let max = match (min, self.take(TokenKind::Comma)) {
                    (_, true) if self.kind() == TokenKind::Number => Some(self.count(what)?.value),
                    (_, true) => None,
                    (Some(min), false) => Some(min),
                    (None, false) => return Err(self.expected(what)),
                };
                if self.kind() != TokenKind::RightBrace {
                    return Err(self.expected("`}` after how often"));
                }
                (min.unwrap_or(0), max)
            }
            _ => return Ok(None),
        };
        self.advance();
        if max.is_some_and(|max| max < min || max == 0) {
            let message = "the greatest number of repetitions is less than the least, or zero";
            return Err(Fault::syntax(Code::InvalidRelationshipPattern, start.to(self.last()), message));
        }
        Ok(Some(Repeat { min, max, legacy: false }))
    }

    fn node(&mut self) -> Parsed<NodePattern> {
        let start = self.expect(TokenKind::LeftParen, "a node in round brackets")?.span;
        let mut node = NodePattern::blank(start);
        if matches!(self.kind(), TokenKind::Word | TokenKind::QuotedWord) && !self.at_filter() {
            node.variable = Some(self.name("a name")?);
        }
        if self.at_entity() {
            node.entity = Some(self.entity("an entity")?);
        }
        node.labels = self.labels()?;
        if node.entity.is_none() && self.at_entity() {
            node.entity = Some(self.entity("an entity")?);
        }
        node.properties = self.properties()?;
        node.filter = self.inline_filter()?;
        self.expect(TokenKind::RightParen, "`)` after the node")?;
        node.span = start.to(self.last());
        Ok(node)
    }

    fn at_entity(&self) -> bool {
        let given = self.kind() == TokenKind::Parameter && self.parameters.is_some();
        given || matches!(self.kind(), TokenKind::Text | TokenKind::Id)
    }

    /// Whether `where` stands here as the word before a condition, not as a name.
    fn at_filter(&self) -> bool {
        use TokenKind::{Colon, LeftBrace, RightBracket, RightParen, Star};
        self.is_word(0, "where") && !matches!(self.ahead(1).kind, RightParen | RightBracket | Colon | LeftBrace | Star)
    }

    fn inline_filter(&mut self) -> Parsed<Option<Box<Expr>>> {
        if self.take_word("where") { Ok(Some(Box::new(self.expression()?))) } else { Ok(None) }
    }

    fn properties(&mut self) -> Parsed<Option<Expr>> {
        match self.kind() {
            TokenKind::LeftBrace => self.map_literal().map(Some),
            TokenKind::Parameter => self.parameter().map(Some),
            _ => Ok(None),
        }
    }

    fn labels(&mut self) -> Parsed<Option<LabelExpr>> {
        if self.take(TokenKind::Colon) || (self.is_word(0, "is") && self.take_word("is")) {
            return self.label_or(true).map(Some);
        }
        Ok(None)
    }

    /// Labels after their colon. With `bars`, a `|` at the outermost level belongs to them.
    pub(super) fn label_or(&mut self, bars: bool) -> Parsed<LabelExpr> {
        let mut list = vec![self.label_and()?];
        while bars && self.kind() == TokenKind::Bar && !self.label_ends() {
            self.advance();
            self.take(TokenKind::Colon);
            list.push(self.label_and()?);
        }
        Ok(one_or(list, LabelExpr::Or))
    }

    /// Whether the bar that stands here ends the labels: a pipe of the statement follows it.
    fn label_ends(&self) -> bool {
        self.depth <= 1 && self.at_pipe()
    }

    fn label_and(&mut self) -> Parsed<LabelExpr> {
        let mut list = vec![self.label_not()?];
        while self.take(TokenKind::Ampersand) || self.take(TokenKind::Colon) {
            list.push(self.label_not()?);
        }
        Ok(one_or(list, LabelExpr::And))
    }

    fn label_not(&mut self) -> Parsed<LabelExpr> {
        match self.kind() {
            TokenKind::Bang => {
                self.advance();
                Ok(LabelExpr::Not(Box::new(self.nested(Self::label_not)?)))
            }
            TokenKind::Percent => {
                self.advance();
                Ok(LabelExpr::Any)
            }
            TokenKind::LeftParen => {
                self.advance();
                let inner = self.nested(|parser| parser.label_or(true))?;
                self.expect(TokenKind::RightParen, "`)` after the kinds")?;
                Ok(inner)
            }
            _ => Ok(LabelExpr::Is(self.name("a kind after the colon")?)),
        }
    }

    fn link(&mut self) -> Parsed<LinkPattern> {
        let start = self.token().span;
        let left = self.take(TokenKind::Less);
        self.expect(TokenKind::Minus, "a link: --, -->, <-- or -[...]-")?;
        let blank = Span { start: start.start, end: self.last().end };
        let mut link = LinkPattern {
            variable: None,
            labels: None,
            repeat: None,
            properties: None,
            filter: None,
            direction: Direction::Either,
            span: blank,
        };
        if self.take(TokenKind::LeftBracket) {
            self.link_inside(&mut link)?;
            self.expect(TokenKind::Minus, "`-` or `->` after the link")?;
        } else {
            self.take(TokenKind::Minus);
        }
        let right = self.take(TokenKind::Greater);
        link.direction = match (left, right) {
            (false, true) => Direction::Out,
            (true, false) => Direction::In,
            _ => Direction::Either,
        };
        if let Some(repeat) = self.repeat()? {
            if link.repeat.is_some() {
                return Err(Fault::syntax(
                    Code::InvalidRelationshipPattern,
                    self.last(),
                    "this link is repeated twice",
                ));
            }
            link.repeat = Some(repeat);
        }
        link.span = start.to(self.last());
        Ok(link)
    }

    fn link_inside(&mut self, link: &mut LinkPattern) -> Parsed<()> {
        if matches!(self.kind(), TokenKind::Word | TokenKind::QuotedWord) && !self.at_filter() && !self.is_word(0, "is")
        {
            link.variable = Some(self.name("a name")?);
        }
        link.labels = self.labels()?;
        if self.take(TokenKind::Star) {
            let min = if self.kind() == TokenKind::Number { Some(self.count("the least length")?.value) } else { None };
            let max = if self.take(TokenKind::DotDot) {
                if self.kind() == TokenKind::Number { Some(self.count("the greatest length")?.value) } else { None }
            } else {
                min
            };
            link.repeat = Some(Repeat { min: min.unwrap_or(1), max, legacy: true });
        }
        link.properties = self.properties()?;
        link.filter = self.inline_filter()?;
        if self.take(TokenKind::RightBracket) {
            return Ok(());
        }
        let mut fault = self.expected("`]` after the link");
        if matches!(self.kind(), TokenKind::DotDot | TokenKind::Minus | TokenKind::Number | TokenKind::Star) {
            fault.code = Code::InvalidRelationshipPattern;
            fault = fault.help("lengths are written *2, *1..3, *..3 or *1..");
        }
        Err(fault)
    }

    /// Whether a pattern with a link stands here, where an expression in round brackets could stand too.
    pub(super) fn at_pattern(&self) -> bool {
        use TokenKind::{Colon, LeftBrace, LeftBracket, LeftParen, Less, Minus, QuotedWord, RightParen, Word};
        let inside = match self.ahead(1).kind {
            Word | QuotedWord => self.ahead(2).kind,
            kind => kind,
        };
        if self.kind() != LeftParen || !matches!(inside, RightParen | Colon | LeftBrace) {
            return false;
        }
        let mut open = 0_u32;
        let mut at = 0;
        loop {
            match self.ahead(at).kind {
                LeftParen | LeftBracket | LeftBrace => open += 1,
                RightParen | TokenKind::RightBracket | TokenKind::RightBrace => open -= 1,
                TokenKind::End => return false,
                _ => {}
            }
            at += 1;
            if open == 0 {
                break;
            }
        }
        let arrow = |at: usize| {
            self.ahead(at).kind == Minus
                && match self.ahead(at + 1).kind {
                    LeftBracket => true,
                    Minus => matches!(
                        (self.ahead(at + 2).kind, self.ahead(at + 3).kind),
                        (LeftParen, _) | (TokenKind::Greater, LeftParen)
                    ),
                    _ => false,
                }
        };
        arrow(at) || (self.ahead(at).kind == Less && arrow(at + 1))
    }
}

impl NodePattern {
    /// A node of which nothing is said.
    fn blank(span: Span) -> Self {
        Self { variable: None, labels: None, entity: None, properties: None, filter: None, span }
    }
}

/// The only label, or all of them joined.
fn one_or(mut list: Vec<LabelExpr>, join: fn(Vec<LabelExpr>) -> LabelExpr) -> LabelExpr {
    match list.pop() {
        Some(only) if list.is_empty() => only,
        last => {
            list.extend(last);
            join(list)
        }
    }
}
