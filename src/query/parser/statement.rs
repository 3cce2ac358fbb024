//! Statements: the verbs, their clauses, pipes and files.

use super::{Parsed, Parser, scope};
use crate::query::ast::*;
use crate::query::diagnostics::{Code, Fault};
use crate::query::lexer::{Span, TokenKind};
use crate::schema::nearest;

/// The words that a statement may begin with.
pub(super) const VERBS: [&str; 17] = [
    "find",
    "show",
    "neighbours",
    "path",
    "between",
    "common",
    "timeline",
    "why",
    "rank",
    "match",
    "optional match",
    "unwind",
    "with",
    "return",
    "explain",
    "profile",
    "neighbors",
];

const PIPES: [&str; 11] =
    ["dot", "csv", "json", "jsonl", "table", "box", "markdown", "ftm", "count", "count by kind", "ids"];

/// Words that stand between arguments and so are no names without quotes.
const RESERVED: [&str; 30] = [
    "to",
    "within",
    "via",
    "of",
    "directed",
    "limit",
    "max",
    "avoid",
    "through",
    "shortest",
    "all",
    "any",
    "as",
    "during",
    "known",
    "grade",
    "sources",
    "modality",
    "from",
    "and",
    "on",
    "find",
    "show",
    "neighbours",
    "neighbors",
    "path",
    "between",
    "common",
    "timeline",
    "why",
];

/// The clauses of a verb, as far as any verb has them.
#[derive(Default)]
struct Clauses {
    within: Option<u32>,
    max: Option<u32>,
    limit: Option<u32>,
    via: Vec<Name>,
    of: Vec<Name>,
    through: Vec<EntityRef>,
    avoid: Vec<Avoid>,
    directed: bool,
    selector: Option<PathSelector>,
}

impl Parser<'_> {
    pub(super) fn statement(&mut self) -> Parsed<Statement> {
        let explain = if self.take_word("explain") {
            Some(Explain::Explain)
        } else if self.take_word("profile") {
            Some(Explain::Profile)
        } else {
            None
        };
        let mut scope = ScopeAst::default();
        let mut hints: Vec<&str> = scope::WORDS.to_vec();
        let body = if self.at_query() {
            let query = self.query()?;
            while self.scope_clause(&mut scope)? {}
            hints.extend(["where", "return", "order by", "limit", "skip", "union", "match", "with", "unwind"]);
            Body::Query(query)
        } else {
            let (verb, words) = self.verb(&mut scope)?;
            hints.extend(words);
            Body::Verb(verb)
        };
        let mut pipes = Vec::new();
        while self.take(TokenKind::Bar) {
            pipes.push(self.pipe()?);
        }
        let file = if self.kind() == TokenKind::Greater { Some(self.file()?) } else { None };
        self.end_of(&hints)?;
        Ok(Statement { explain, body, scope, pipes, file })
    }

    fn at_query(&self) -> bool {
        ["match", "optional", "unwind", "with", "return"].iter().any(|word| self.is_word(0, word))
    }

    /// A verb with all its clauses and scope, and the words that may stand in it.
    fn verb(&mut self, scope: &mut ScopeAst) -> Parsed<(Verb, &'static [&'static str])> {
        let token = self.token();
        let known = VERBS.iter().find(|word| self.is_word(0, word));
        let Some(&word) = known.filter(|_| token.kind == TokenKind::Word) else {
            return Err(self.no_verb());
        };
        self.advance();
        Ok(match word {
            "find" => {
                let entity = self.entity("the name to look for, in quotes")?;
                let text = Spanned { value: entity.text, span: entity.span };
                let c = self.clauses(scope, &["of", "limit"])?;
                (Verb::Find { text, of: c.of, limit: c.limit }, &["of", "limit"])
            }
            "show" => {
                let entity = self.entity(ENTITY)?;
                self.clauses(scope, &[])?;
                (Verb::Show { entity }, &[])
            }
            "neighbours" | "neighbors" => {
                let words = &["within", "via", "of", "directed", "limit"];
                let entity = self.entity(ENTITY)?;
                let c = self.clauses(scope, words)?;
                let within = c.within.unwrap_or(1);
                let verb =
                    Verb::Neighbours { entity, within, via: c.via, of: c.of, directed: c.directed, limit: c.limit };
                (verb, words)
            }
            "path" => self.path_verb(scope)?,
            "between" => {
                let words = &["max", "via", "avoid"];
                let entities = self.entities("between", token.span)?;
                let c = self.clauses(scope, words)?;
                (Verb::Between { entities, max: c.max, via: c.via, avoid: c.avoid }, words)
            }
            "common" => {
                let words = &["via", "of"];
                let entities = self.entities("common", token.span)?;
                let c = self.clauses(scope, words)?;
                (Verb::Common { entities, via: c.via, of: c.of }, words)
            }
            "timeline" => {
                let entity = self.entity(ENTITY)?;
                let dated = matches!(self.kind(), TokenKind::Number | TokenKind::DotDot | TokenKind::Parameter);
                let range = if dated { Some(self.date(true)?) } else { None };
                self.clauses(scope, &[])?;
                (Verb::Timeline { entity, range }, &[])
            }
            "why" => {
                let why = self.why()?;
                self.clauses(scope, &[])?;
                (Verb::Why(why), &["to"])
            }
            "rank" => {
                let words = &["of", "via", "limit"];
                let measure = self.measure();
                let c = self.clauses(scope, words)?;
                (
                    Verb::Rank { measure, of: c.of, via: c.via, limit: c.limit },
                    &["degree", "pagerank", "betweenness", "of", "via", "limit"],
                )
            }
            _ => return Err(self.no_verb()),
        })
    }

    fn no_verb(&self) -> Fault {
        let token = self.token();
        let word = token.span.of(self.text);
        let verbs = "find, show, neighbours, path, between, common, timeline, why, rank and match";
        if token.kind != TokenKind::Word {
            return self.expected("a verb").help(format!("the verbs are {verbs}"));
        }
        let fault =
            Fault::syntax(Code::UnexpectedSyntax, token.span, format!("`{}` is no verb", super::shortened(word)));
        match nearest(word, VERBS) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help(format!("the verbs are {verbs}")),
        }
    }

    fn measure(&mut self) -> Measure {
        if self.take_word("pagerank") {
            Measure::PageRank
        } else if self.take_word("betweenness") {
            Measure::Betweenness
        } else {
            self.take_word("degree");
            Measure::Degree
        }
    }

    fn path_verb(&mut self, scope: &mut ScopeAst) -> Parsed<(Verb, &'static [&'static str])> {
        let words: &[&str] =
            &["max", "via", "avoid", "through", "directed", "shortest", "all shortest", "any shortest"];
        let from = self.entity(ENTITY)?;
        if !self.take_word("to") && !self.take(TokenKind::Comma) {
            return Err(self.expected_one_of("`to` and the entity where the path ends", &["to"]));
        }
        let to = self.entity(ENTITY)?;
        let c = self.clauses(scope, words)?;
        let path = PathVerb {
            from,
            to,
            selector: c.selector.unwrap_or_default(),
            max: c.max,
            via: c.via,
            through: c.through,
            avoid: c.avoid,
            directed: c.directed,
        };
        Ok((Verb::Path(path), words))
    }

    fn why(&mut self) -> Parsed<Why> {
        let what = "a link: its number in the last answer, its id after an @, or two entities joined by `to`";
        if self.kind() == TokenKind::Number && self.ahead(1).kind != TokenKind::Minus {
            return Ok(Why::Number(self.count(what)?));
        }
        let first = self.entity(what)?;
        if self.take_word("to") || self.take_word("and") || self.take(TokenKind::Comma) {
            return Ok(Why::Pair(first, self.entity(ENTITY)?));
        }
        Ok(Why::Link(Spanned { value: first.text, span: first.span }))
    }

    /// Clauses and scope in any order, each at most once.
    fn clauses(&mut self, scope: &mut ScopeAst, words: &[&str]) -> Parsed<Clauses> {
        let mut c = Clauses::default();
        loop {
            if self.kind() != TokenKind::Word {
                return Ok(c);
            }
            if self.scope_clause(scope)? {
                continue;
            }
            let may = |word: &str| words.contains(&word);
            let start = self.token().span;
            if may("within") && self.take_word("within") {
                self.once(start, c.within.is_some(), "`within`")?;
                c.within = Some(self.count("how many links away at most, such as 2")?.value);
                let _ = self.take_word("hops") || self.take_word("hop");
            } else if may("max") && self.take_word("max") {
                self.once(start, c.max.is_some(), "`max`")?;
                c.max = Some(self.count("the most links of a path, such as 6")?.value);
            } else if may("limit") && self.take_word("limit") {
                self.once(start, c.limit.is_some(), "`limit`")?;
                c.limit = Some(self.count("how many at most, such as 10")?.value);
            } else if may("of") && self.take_word("of") {
                self.once(start, !c.of.is_empty(), "`of`")?;
                c.of = self.kinds("a kind or a finer type, such as Organisation")?;
            } else if may("via") && self.take_word("via") {
                self.once(start, !c.via.is_empty() || !c.through.is_empty(), "`via`")?;
                self.via(&mut c, may("through"))?;
            } else if may("through") && self.take_word("through") {
                self.once(start, !c.through.is_empty(), "`through`")?;
                c.through.push(self.entity(ENTITY)?);
                while self.take(TokenKind::Comma) {
                    c.through.push(self.entity(ENTITY)?);
                }
            } else if may("avoid") && self.take_word("avoid") {
                self.once(start, !c.avoid.is_empty(), "`avoid`")?;
                c.avoid.push(self.avoided()?);
                while self.take(TokenKind::Comma) {
                    c.avoid.push(self.avoided()?);
                }
            } else if may("directed") && self.take_word("directed") {
                self.once(start, c.directed, "`directed`")?;
                c.directed = true;
            } else if may("shortest") && (self.selected(&mut c)?) {
            } else {
                return Ok(c);
            }
        }
    }

    /// `any shortest`, `all shortest`, `shortest`, `shortest 3`.
    fn selected(&mut self, c: &mut Clauses) -> Parsed<bool> {
        let start = self.token().span;
        let selector = if self.take_words(&["all", "shortest"]) {
            PathSelector::AllShortest
        } else if self.take_words(&["any", "shortest"]) {
            PathSelector::AnyShortest
        } else if self.take_word("shortest") {
            match self.kind() {
                TokenKind::Number | TokenKind::Parameter => PathSelector::Shortest(self.count("how many paths")?.value),
                _ => PathSelector::AnyShortest,
            }
        } else {
            return Ok(false);
        };
        self.once(start, c.selector.is_some(), "which paths")?;
        c.selector = Some(selector);
        Ok(true)
    }

    fn via(&mut self, c: &mut Clauses, entities: bool) -> Parsed<()> {
        loop {
            match self.kind() {
                TokenKind::Text | TokenKind::Id | TokenKind::Parameter if entities => {
                    c.through.push(self.entity(ENTITY)?)
                }
                _ => c.via.push(self.name("a link kind, such as affiliated_with")?),
            }
            if !self.take(TokenKind::Comma) {
                return Ok(());
            }
        }
    }

    fn avoided(&mut self) -> Parsed<Avoid> {
        Ok(match self.kind() {
            TokenKind::Text | TokenKind::Id | TokenKind::Parameter => Avoid::Entity(self.entity(ENTITY)?),
            _ => Avoid::Kind(self.name("a kind, a link kind or an entity")?),
        })
    }

    fn kinds(&mut self, what: &str) -> Parsed<Vec<Name>> {
        let mut kinds = vec![self.name(what)?];
        while self.take(TokenKind::Comma) {
            kinds.push(self.name(what)?);
        }
        Ok(kinds)
    }

    /// Two or more entities.
    fn entities(&mut self, verb: &str, span: Span) -> Parsed<Vec<EntityRef>> {
        let mut entities = vec![self.entity(ENTITY)?];
        while self.take(TokenKind::Comma) || self.take_word("and") {
            entities.push(self.entity(ENTITY)?);
        }
        if entities.len() < 2 {
            return Err(Fault::syntax(Code::UnexpectedSyntax, span, format!("`{verb}` needs two entities or more"))
                .help(format!("for example: {verb} \"TTP\", \"al-Qaeda\"")));
        }
        Ok(entities)
    }

    /// An entity: a name in quotes, `@id`, or a name of one word.
    pub(super) fn entity(&mut self, what: &str) -> Parsed<EntityRef> {
        if let Some(entity) = self.given_entity()? {
            return Ok(entity);
        }
        match self.kind() {
            TokenKind::Text => {
                let Spanned { value: text, span } = self.text()?;
                if text.trim().is_empty() {
                    return Err(Fault::syntax(Code::UnexpectedSyntax, span, "this name is empty"));
                }
                Ok(EntityRef { text, form: EntityForm::Name, span })
            }
            TokenKind::Id => {
                let span = self.advance().span;
                let text = span.of(self.text).get(1..).unwrap_or("").to_owned();
                Ok(EntityRef { text, form: EntityForm::Id, span })
            }
            TokenKind::Word if !RESERVED.iter().any(|word| self.is_word(0, word)) => {
                let span = self.bare().unwrap_or(self.token().span);
                if self.kind() == TokenKind::Word && !self.clause_follows() {
                    let far = self.run_of_words(span);
                    return Err(Fault::syntax(Code::UnexpectedSyntax, far, "a name of several words needs quotes")
                        .help(format!("\"{}\"", far.of(self.text))));
                }
                Ok(EntityRef { text: span.of(self.text).to_owned(), form: EntityForm::Name, span })
            }
            _ => Err(self.expected(what)),
        }
    }

    fn clause_follows(&self) -> bool {
        RESERVED.iter().any(|word| self.is_word(0, word))
    }

    /// The words from `span` on that could be one name.
    fn run_of_words(&mut self, span: Span) -> Span {
        let mut far = span;
        while self.kind() == TokenKind::Word && !self.clause_follows() {
            match self.bare() {
                Some(next) => far = far.to(next),
                None => break,
            }
        }
        far
    }

    fn pipe(&mut self) -> Parsed<Spanned<Pipe>> {
        let start = self.token().span;
        let pipe = |parser: &Self, value| Ok(Spanned { value, span: start.to(parser.last()) });
        if self.take_word("count") {
            if self.take_word("by") {
                self.expect_word("kind")?;
                return pipe(self, Pipe::CountByKind);
            }
            return pipe(self, Pipe::Count);
        }
        if self.take_word("ids") {
            return pipe(self, Pipe::Ids);
        }
        let formats = [
            ("dot", Format::Dot),
            ("csv", Format::Csv),
            ("json", Format::Json),
            ("jsonl", Format::Jsonl),
            ("table", Format::Table),
            ("box", Format::Box),
            ("markdown", Format::Markdown),
            ("ftm", Format::Ftm),
        ];
        match formats.iter().find(|(word, _)| self.is_word(0, word)) {
            Some((_, format)) => {
                self.advance();
                pipe(self, Pipe::Render(*format))
            }
            None => Err(self.expected_one_of(&format!("what to do with the answer: {}", PIPES.join(", ")), &PIPES)),
        }
    }

    /// Whether the word after the bar that stands here is one of the pipes.
    pub(super) fn at_pipe(&self) -> bool {
        self.kind() == TokenKind::Bar && PIPES.iter().any(|word| self.is_word(1, word))
    }

    /// `> file`: a quoted text, or everything up to the next blank.
    fn file(&mut self) -> Parsed<Spanned<String>> {
        let sign = self.advance().span;
        if self.kind() == TokenKind::Text {
            return self.text();
        }
        let rest = self.text.get(sign.end as usize..).unwrap_or("");
        let start = sign.end as usize + (rest.len() - rest.trim_start().len());
        let name = self.text.get(start..).unwrap_or("");
        let name = name.split([' ', '\t', '\r', '\n', ';']).next().unwrap_or("");
        if name.is_empty() {
            return Err(self.expected("the name of a file"));
        }
        let span = Span { start: start as u32, end: (start + name.len()) as u32 };
        while self.kind() != TokenKind::End && self.token().span.start < span.end {
            if self.token().span.end > span.end {
                return Err(self.expected("the name of a file, in quotes if it has blanks or quotes"));
            }
            self.advance();
        }
        Ok(Spanned { value: name.to_owned(), span })
    }
}

const ENTITY: &str = "an entity: a name in quotes, or an id after an @";

#[cfg(test)]
#[path = "statement_tests.rs"]
mod tests;
