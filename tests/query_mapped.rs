//! The query core on the mapped graph: kinds, names, attributes, periods and claims as it sees them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::cell::RefCell;
use std::convert::Infallible;
use std::sync::atomic::AtomicBool;

use tieline::graph::{Answer, Builder, Cell, Graph, LinkFilter, LinkKindMeta};
use tieline::model::{
    Changes, Claim, ClaimNo, Commit, Credibility, Locator, Modality, NameRole, Reliability, Says, Source, Word,
};
use tieline::query::ast::Body;
use tieline::query::core::Core;
use tieline::query::value::Value;
use tieline::query::{Budget, ClaimSource, Known, Meter, Parameters, QueryError, Scratch, parse, parse_with};
use tieline::schema::Schema;

struct Claims(Changes);

impl ClaimSource for Claims {
    type Error = Infallible;

    fn claims(&mut self, numbers: &[ClaimNo]) -> Result<Vec<Claim>, Infallible> {
        Ok(numbers.iter().map(|number| self.0.claims[*number as usize].clone()).collect())
    }

    fn word(&self, word: Word) -> String {
        self.0.words.text(word).to_owned()
    }

    fn sources(&mut self) -> Result<&[Source], Infallible> {
        Ok(self.0.sources())
    }

    fn added(&mut self, _: ClaimNo) -> Result<Option<Commit>, Infallible> {
        Ok(None)
    }
}

fn claims() -> Claims {
    let mut changes = Changes::default();
    changes.add_source(Source { id: "report".into(), reliability: Reliability::B, ..Source::default() }).unwrap();
    let add = |changes: &mut Changes, says, when: Option<&str>, modality| {
        changes.claims.push(Claim {
            says,
            when: when.map(|when| when.parse().unwrap()),
            source: 0,
            locator: Locator { paragraph: 2, sentence: 7, span: None },
            speaker: None,
            modality,
            credibility: Credibility::new(2).unwrap(),
            text: Some("A sentence.".into()),
            note: None,
        });
    };
    for (id, name, kind, finer) in [
        ("ttp", "Tehrik-e Taliban Pakistan", "Organisation", Some("militant_group")),
        ("aq", "al-Qaeda", "Organisation", Some("militant_group")),
        ("hn", "Haqqani Network", "Organisation", None),
        ("nm", "Noor Wali Mehsud", "Person", None),
    ] {
        let entity = changes.add_entity(id, kind, finer).unwrap();
        let says = Says::Name { entity, text: name.into(), role: NameRole::Primary, language: None };
        add(&mut changes, says, None, Modality::Asserted);
    }
    let weak = Says::Name { entity: 3, text: "al-Qaeda".into(), role: NameRole::Weak, language: None };
    add(&mut changes, weak, None, Modality::Asserted);
    let founded = Says::Attribute { entity: 0, key: changes.words.intern("founded"), value: "2007".into() };
    add(&mut changes, founded, None, Modality::Asserted);
    for (from, kind, to, when, modality) in [
        (0, "led_by", 3, Some("2018/.."), Modality::Asserted),
        (1, "allied_with", 0, Some("2007/2010"), Modality::Asserted),
        (1, "allied_with", 2, None, Modality::Alleged),
        (0, "split_from", 2, Some("2008"), Modality::Asserted),
    ] {
        let kind = changes.words.intern(kind);
        add(&mut changes, Says::Link { from, kind, to }, when, modality);
    }
    Claims(changes)
}

fn graph(changes: &Changes) -> Graph {
    let readings = |name: &str| LinkKindMeta {
        name: name.to_owned(),
        forward: name.to_owned(),
        backward: name.to_owned(),
        symmetric: name == "allied_with",
    };
    let mut builder = Builder::new(&changes.words, changes.sources(), &readings);
    changes.entities().iter().for_each(|entity| builder.entity(entity).unwrap());
    changes.claims.iter().zip(0..).for_each(|(claim, number)| builder.claim(number, claim).unwrap());
    let sections = builder.finish(changes.claims.len() as u32).unwrap();
    Graph::from_bytes(&sections.to_bytes([1; 16], 1).unwrap()).unwrap()
}

fn ask(text: &str, filter: &LinkFilter) -> Answer {
    tried(text, filter, &Parameters::new()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What is said of a statement that is refused: message and help.
fn refused(text: &str) -> String {
    tried(text, &LinkFilter::default(), &Parameters::new()).expect_err(text)
}

fn tried(text: &str, filter: &LinkFilter, parameters: &Parameters) -> Result<Answer, String> {
    let mut claims = claims();
    let graph = graph(&claims.0);
    let statement = parse_with(text, parameters).map_err(|fault| fault.to_string())?;
    let Body::Query(query) = &statement.body else { panic!("{text}") };
    let stop = AtomicBool::new(false);
    let meter = Meter::new(Budget::default(), &stop);
    let notes = RefCell::default();
    let known = Known { graph: &graph, schema: Schema::builtin(), notes: &notes };
    let scratch = &mut Scratch::default();
    let mut core = Core { known, filter, parameters, claims: &mut claims, scratch, meter, accounts: None };
    match core.answer(query, text) {
        Ok(found) => {
            let mut answer = found.answer(&graph);
            answer.notes.extend(notes.take());
            Ok(answer)
        }
        Err(QueryError::Refused(diagnostic)) => Err(diagnostic.to_string()),
    }
}

fn show(answer: &Answer, cell: &Cell) -> String {
    let list = |cells: &[Cell]| cells.iter().map(|cell| show(answer, cell)).collect::<Vec<_>>().join(" ");
    match cell {
        Cell::Null => "null".into(),
        Cell::Bool(value) => value.to_string(),
        Cell::Int(number) => number.to_string(),
        Cell::Float(number) => number.to_string(),
        Cell::Text(text) => text.clone(),
        Cell::Node(node) => format!("({})", answer.graph[*node].id),
        Cell::Edge(edge) => format!("[{}]", answer.graph[*edge].id),
        Cell::List(cells) => list(cells),
        Cell::Map(entries) => {
            entries.iter().map(|(key, cell)| format!("{key}={}", show(answer, cell))).collect::<Vec<_>>().join(" ")
        }
        Cell::Path(nodes, _) => nodes.iter().map(|node| answer.graph[*node].id.clone()).collect::<Vec<_>>().join("-"),
    }
}

fn check_in(filter: &LinkFilter, text: &str, expected: &[&str]) {
    let answer = ask(text, filter);
    let mut rows: Vec<String> = answer
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| show(&answer, cell)).collect::<Vec<_>>().join(" | "))
        .collect();
    rows.sort();
    assert_eq!(rows, expected, "{text}");
}

fn check(text: &str, expected: &[&str]) {
    check_in(&LinkFilter::default(), text, expected);
}

#[test]
fn kinds_names_and_attributes_are_labels_and_properties() {
    check("match (a:Organisation) return a.id", &["aq", "hn", "ttp"]);
    check(
        "match (a:militant_group) return a.name, a.founded",
        &["Tehrik-e Taliban Pakistan | 2007", "al-Qaeda | null"],
    );
    check("match (a {name: 'al-Qaeda'}) return a, labels(a)", &["(aq) | Organisation militant_group"]);
    check("match (a \"al qaida\") return a.id, a.kind, a.type", &["aq | Organisation | militant_group"]);
    // A name that is weak for another entity means the one for which it is not, as it does for the verbs.
    check("match (a \"al-Qaeda\") return a.id", &["aq"]);
    check("match (a) where a.founded > 2000 return keys(a)", &["id name kind type names founded"]);
}

#[test]
fn links_have_their_folded_claims_as_properties() {
    check(
        "match (@ttp)-[l:led_by]->(b) return l, l.since, l.grade, l.sources, l.modality, b",
        &["[ttp/led_by/nm] | 2018 | B2 | 1 | asserted | (nm)"],
    );
    check(
        "match (@ttp)-[l:led_by]->() unwind claims(l) as c return c.source, c.paragraph, c.sentence, c.grade, c.text",
        &["report | 2 | 7 | B2 | A sentence."],
    );
}

#[test]
fn links_without_direction_are_found_in_either() {
    check("match (@ttp)-[:allied_with]->(b) return b.id", &["aq"]);
    check("match (@aq)-[:allied_with]->(b) return b.id", &["hn", "ttp"]);
    check("match (@aq)<-[:allied_with]-(b) return b.id", &["hn", "ttp"]);
    check("match (@aq)-[:allied_with]-(b) return b.id", &["hn", "ttp"]);
    check("match (@hn)-[:split_from]->(b) return b.id", &[]);
    check("match p = any shortest (@nm)-[]-+(@aq) return p", &["nm-ttp-aq"]);
    check("match p = all shortest (@ttp)-[]->+(@hn) where none(x in nodes(p) where x.id = 'aq') return p", &["ttp-hn"]);
}

#[test]
fn the_scope_decides_which_links_are_there() {
    let mut filter = LinkFilter::default();
    filter.allow(&[Modality::Asserted]);
    check_in(&filter, "match (@aq)--(b) return b.id", &["ttp"]);
    check_in(&filter, "match p = any shortest (@aq)-[]-+(@hn) return p", &["aq-ttp-hn"]);
}

#[test]
fn what_is_misnamed_is_refused_with_the_nearest() {
    for (text, said) in [
        (
            "match (a:Organization) return a",
            "1:10: there is no kind of entity Organization (did you mean Organisation?)",
        ),
        ("match (a)-[:lead_by]->(b) return a", "1:13: there is no link kind lead_by (did you mean led_by?)"),
        ("match (a:led_by) return a", "1:10: there is no kind of entity led_by (`led_by` is a kind of link)"),
        ("match (a)-[:Person]-() return a", "1:13: there is no link kind Person (`Person` is a kind of entity)"),
        ("match (a)-[:!lead_by]-() return a", "1:14: there is no link kind lead_by (did you mean led_by?)"),
        ("match (a) where a:Perso return a", "1:19: there is no kind of entity Perso (did you mean Person?)"),
        ("match (a {nmae: 'x'}) return a", "1:11: entities have no property nmae (did you mean name?)"),
        ("match (a {foundd: 2}) return a", "1:11: entities have no property foundd (did you mean founded?)"),
        ("match ()-[l {graed: 'B2'}]-() return l", "1:14: links have no property graed (did you mean grade?)"),
        (
            "match p = ((x)-[l {sinze: '1'}]-(y)){1,2} return p",
            "1:20: links have no property sinze (did you mean since?)",
        ),
        (
            "match (a @aqq) return a",
            "1:10: there is no entity with the id @aqq (`find` looks for parts of names and for other spellings)",
        ),
    ] {
        assert_eq!(refused(text), said, "{text}");
    }
}

#[test]
fn what_the_schema_has_and_the_data_has_not_is_nothing_and_no_error() {
    let none = |text: &str, notes: &[&str]| {
        let answer = ask(text, &LinkFilter::default());
        assert_eq!(
            (answer.rows.len(), answer.notes),
            (0, notes.iter().map(|note| (*note).to_owned()).collect()),
            "{text}"
        );
    };
    none("match (a)-[:merged_into]->(b) return a", &["nothing here is of the kind `merged_into`"]);
}

#[test]
fn a_property_that_nothing_has_is_null_and_a_note() {
    let answer =
        ask("match (a)-[l:led_by]->(b) return a.nmae, l.graed, {x: 1}.y, properties(a).z", &LinkFilter::default());
    assert!(answer.rows.iter().flatten().all(|cell| *cell == Cell::Null));
    assert_eq!(
        answer.notes,
        ["entities have no property nmae; did you mean name?", "links have no property graed; did you mean grade?"]
    );
}

#[test]
fn parameters_stand_for_values_and_entities() {
    let given = Parameters::from(
        [("who", "@aq"), ("kind", "led_by")].map(|(name, value)| (name.to_owned(), Value::text(value))),
    );
    let ask = |text: &str| tried(text, &LinkFilter::default(), &given);
    let answer = ask("match (a $who) where a.id <> $kind return a.id + ' ' + $kind").unwrap();
    assert_eq!(answer.rows, [[Cell::Text("aq led_by".to_owned())]]);
    assert_eq!(ask("return $kidn").unwrap_err(), "1:8: the parameter $kidn was not given (did you mean $kind?)");
    assert_eq!(
        ask("match (a $hwo) return a").unwrap_err(),
        "1:10: the parameter $hwo was not given (did you mean $who?)"
    );
    assert!(ask("match (a $kind) return a").unwrap_err().starts_with("1:10: no entity is named \"led_by\""));
}

#[test]
fn the_best_evidenced_path_is_found() {
    check("match cheapest p = (@nm)-[l]-+(@hn) by weakest gradeRank(l) return p", &["nm-ttp-hn"]);
    check(
        "match cheapest p = (@nm)-[l]-+(@hn) by case l.kind when 'split_from' then 9 else 1 end return p",
        &["nm-ttp-aq-hn"],
    );
}

#[test]
fn a_profile_says_what_each_operator_did() {
    let mut claims = claims();
    let graph = graph(&claims.0);
    let text = "profile match (a @aq)-[:allied_with]-(b) optional match (b)-[l:led_by]->(c) where c.name <> 'x'
                return b.id, c.id order by b.id";
    let statement = parse(text).unwrap();
    let Body::Query(query) = &statement.body else { panic!("{text}") };
    let stop = AtomicBool::new(false);
    let meter = Meter::new(Budget::default(), &stop);
    let (filter, scratch) = (LinkFilter::default(), &mut Scratch::default());
    let (notes, parameters) = (RefCell::default(), Parameters::new());
    let known = Known { graph: &graph, schema: Schema::builtin(), notes: &notes };
    let (claims, accounts) = (&mut claims, Some(Vec::new()));
    let mut core = Core { known, filter: &filter, parameters: &parameters, claims, scratch, meter, accounts };
    assert_eq!(core.answer(query, text).unwrap().len(), 2);
    let (visited, lines) = (core.meter.visited(), core.accounts.unwrap());
    let seen: Vec<_> =
        lines.iter().map(|line| (&*line.line, line.work.map(|work| (work.rows, work.visited)))).collect();
    assert_eq!(
        seen,
        [
            ("find a among 1 known nodes", Some((1, 1))),
            ("from (a)-[:allied_with]-(b)", Some((2, 2))),
            ("optional", Some((2, 0))),
            ("  from (b)-[l:led_by]->(c)", Some((1, 2))),
            ("  where c.name <> \"x\"", Some((1, 0))),
            ("project b.id, c.id", Some((2, 0))),
            ("order by b.id", None),
        ]
    );
    assert_eq!(lines.iter().filter_map(|line| line.work).map(|work| work.visited).sum::<u64>(), visited);
}
