//! `path`, `neighbours`, `between` and `common` against a slow and obviously right oracle, on random small graphs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;
use tieline::graph::{Answer, Builder, Cell, Graph, LinkKindMeta};
use tieline::model::{
    Changes, Claim, ClaimNo, Commit, Credibility, Locator, Modality, NameRole, Period, Says, Source, Word,
};
use tieline::query::{Budget, ClaimSource, Parameters, Run, Scratch, desugar, parse};
use tieline::schema::Schema;

/// A link: from, kind (0 directed, 1 symmetric), to, year or 0.
type Link = (u32, u8, u32, u16);

const KINDS: [&str; 2] = ["supports", "allied_with"];

struct NoClaims;

impl ClaimSource for NoClaims {
    type Error = Infallible;

    fn claims(&mut self, _: &[ClaimNo]) -> Result<Vec<Claim>, Infallible> {
        Ok(Vec::new())
    }

    fn word(&self, _: Word) -> String {
        String::new()
    }

    fn sources(&mut self) -> Result<&[Source], Infallible> {
        Ok(&[])
    }

    fn added(&mut self, _: ClaimNo) -> Result<Option<Commit>, Infallible> {
        Ok(None)
    }
}

fn graph(count: u32, links: &[Link]) -> Graph {
    let mut changes = Changes::default();
    changes.add_source(Source { id: "s".into(), ..Source::default() }).unwrap();
    let claim = |says, when| Claim {
        says,
        when,
        source: 0,
        locator: Locator::default(),
        speaker: None,
        modality: Modality::Asserted,
        credibility: Credibility::UNKNOWN,
        text: None,
        note: None,
    };
    for number in 0..count {
        let entity = changes.add_entity(&format!("e{number}"), "Organisation", None).unwrap();
        let text = format!("Group {number}").into();
        changes.claims.push(claim(Says::Name { entity, text, role: NameRole::Primary, language: None }, None));
    }
    for &(from, kind, to, year) in links {
        let kind = changes.words.intern(KINDS[kind as usize]);
        let when: Option<Period> = (year > 0).then(|| year.to_string().parse().unwrap());
        changes.claims.push(claim(Says::Link { from, kind, to }, when));
    }
    let readings = |name: &str| LinkKindMeta {
        name: name.to_owned(),
        forward: name.to_owned(),
        backward: name.to_owned(),
        symmetric: name == KINDS[1],
    };
    let mut builder = Builder::new(&changes.words, changes.sources(), &readings);
    changes.entities().iter().for_each(|entity| builder.entity(entity).unwrap());
    changes.claims.iter().zip(0..).for_each(|(claim, number)| builder.claim(number, claim).unwrap());
    let sections = builder.finish(changes.claims.len() as u32).unwrap();
    Graph::from_bytes(&sections.to_bytes([1; 16], 1).unwrap()).unwrap()
}

fn ask(graph: &Graph, text: &str) -> Answer {
    let statement = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let (stop, mut scratch) = (AtomicBool::new(false), Scratch::default());
    let parameters = Parameters::new();
    let mut run = Run {
        parameters: &parameters,
        graph,
        schema: Schema::builtin(),
        claims: &mut NoClaims,
        scratch: &mut scratch,
        budget: Budget::default(),
        stop: &stop,
        last: &[],
    };
    let outcome = run.run(text, &statement, &statement.scope).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_eq!(outcome.cut, None, "{text}");
    outcome.table.answer(graph)
}

/// A path as the ids of its entities and links, in turn.
fn paths(answer: &Answer) -> Vec<Vec<String>> {
    let path = |row: &Vec<Cell>| match &row[0] {
        Cell::Path(nodes, edges) => {
            let mut all = vec![answer.graph[nodes[0]].id.clone()];
            for (node, edge) in nodes[1..].iter().zip(edges) {
                all.push(answer.graph[*edge].id.clone());
                all.push(answer.graph[*node].id.clone());
            }
            all
        }
        other => panic!("no path: {other:?}"),
    };
    answer.rows.iter().map(path).collect()
}

/// What the oracle may walk: neighbour, and the id of the link.
fn steps(links: &[Link], at: u32, question: &Question) -> Vec<(u32, String)> {
    let mut all = BTreeSet::new();
    for &(mut from, kind, mut to, year) in links {
        let symmetric = kind == 1;
        if symmetric && format!("e{to}") < format!("e{from}") {
            (from, to) = (to, from);
        }
        let id = format!("e{from}/{}/e{to}", KINDS[kind as usize]);
        // A link holds in 2014 if one of its claims may be of that year.
        let holds = links.iter().any(|&(f, k, t, y)| {
            let same = (f, t) == (from, to) || (symmetric && (t, f) == (from, to));
            k == kind && same && (y == 0 || y == 2014)
        });
        let _ = year;
        if from == to || (question.dated && !holds) || question.via.is_some_and(|via| via != kind) {
            continue;
        }
        if from == at && question.avoid != Some(to) {
            all.insert((to, id.clone()));
        }
        if to == at && (!question.directed || symmetric) && question.avoid != Some(from) {
            all.insert((from, id));
        }
    }
    all.into_iter().collect()
}

#[derive(Clone, Debug)]
struct Question {
    from: u32,
    to: u32,
    directed: bool,
    dated: bool,
    via: Option<u8>,
    avoid: Option<u32>,
    max: u32,
}

impl Question {
    fn clauses(&self) -> String {
        let mut text = format!(" max {}", self.max);
        if self.directed {
            text += " directed";
        }
        if let Some(via) = self.via {
            text += &format!(" via {}", KINDS[via as usize]);
        }
        if let Some(avoid) = self.avoid {
            text += &format!(" avoid @e{avoid}");
        }
        if self.dated {
            text += " as of 2014";
        }
        text
    }
}

/// All paths without a repeated entity, by depth-first search, the shortest first.
fn oracle(links: &[Link], question: &Question) -> Vec<Vec<String>> {
    fn go(
        links: &[Link],
        question: &Question,
        trail: &mut Vec<u32>,
        path: &mut Vec<String>,
        all: &mut Vec<Vec<String>>,
    ) {
        let at = trail[trail.len() - 1];
        if at == question.to {
            all.push(path.clone());
            return;
        }
        if trail.len() as u32 > question.max {
            return;
        }
        for (next, link) in steps(links, at, question) {
            if !trail.contains(&next) {
                trail.push(next);
                path.extend([link, format!("e{next}")]);
                go(links, question, trail, path, all);
                path.truncate(path.len() - 2);
                trail.pop();
            }
        }
    }
    let mut all = Vec::new();
    go(links, question, &mut vec![question.from], &mut vec![format!("e{}", question.from)], &mut all);
    all.sort_by_key(|path| (path.len(), path.clone()));
    all
}

/// The ids of the entities in the first column, or of the paths there.
fn first_column(answer: &Answer) -> BTreeSet<Vec<String>> {
    let first = |row: &Vec<Cell>| match &row[0] {
        Cell::Node(node) => vec![answer.graph[*node].id.clone()],
        _ => paths(&Answer { rows: vec![row.clone()], ..answer.clone() }).remove(0),
    };
    answer.rows.iter().map(first).collect()
}

fn some_question() -> impl Strategy<Value = (u32, Vec<Link>, Question)> {
    (2u32..9).prop_flat_map(|count| {
        let year = prop_oneof![Just(0u16), Just(2014), Just(1999)];
        let links = prop::collection::vec((0..count, 0u8..2, 0..count, year), 0..24);
        let via = prop_oneof![3 => Just(None), 1 => (0u8..2).prop_map(Some)];
        let avoid = prop_oneof![3 => Just(None), 1 => (0..count).prop_map(Some)];
        let question = (0..count, 0..count, any::<bool>(), any::<bool>(), via, avoid, 1u32..7);
        (Just(count), links, question).prop_map(|(count, links, (from, to, directed, dated, via, avoid, max))| {
            // An end that is to be avoided is an end all the same.
            let avoid = avoid.filter(|&avoid| avoid != from && avoid != to);
            (count, links, Question { from, to, directed, dated, via, avoid, max })
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn shortest_paths_are_those_of_the_oracle((count, links, question) in some_question()) {
        let graph = graph(count, &links);
        let all = oracle(&links, &question);
        let shortest: BTreeSet<Vec<String>> = all.iter().filter(|path| path.len() == all[0].len()).cloned().collect();
        let head = format!("path @e{} to @e{}", question.from, question.to);
        let clauses = question.clauses();

        let found = paths(&ask(&graph, &format!("{head} all shortest{clauses}")));
        prop_assert_eq!(found.len(), shortest.len(), "each once: {:?}", found);
        prop_assert_eq!(&found.into_iter().collect::<BTreeSet<_>>(), &shortest);

        let one = paths(&ask(&graph, &format!("{head}{clauses}")));
        prop_assert_eq!(one.len(), all.len().min(1));
        prop_assert!(one.iter().all(|path| shortest.contains(path)));

        let three = paths(&ask(&graph, &format!("{head} shortest 3{clauses}")));
        prop_assert_eq!(three.len(), all.len().min(3));
        let lengths: Vec<usize> = three.iter().map(Vec::len).collect();
        let wanted: Vec<usize> = all.iter().take(3).map(Vec::len).collect();
        prop_assert_eq!(lengths, wanted);
        prop_assert!(three.iter().all(|path| all.contains(path)));
        prop_assert_eq!(three.iter().collect::<BTreeSet<_>>().len(), three.len());
    }

    #[test]
    fn a_verb_and_its_pattern_answer_the_same((count, links, question) in some_question(), third in 0u32..9) {
        let graph = graph(count, &links);
        let third = third % count;
        let Question { from, to, .. } = question;
        let clauses = question.clauses();
        let around = clauses.replace(&format!(" max {}", question.max), "");
        let around = match question.avoid {
            Some(avoid) => around.replace(&format!(" avoid @e{avoid}"), ""),
            None => around,
        };
        let undirected = around.replace(" directed", "");
        let mut verbs = vec![
            format!("path @e{from} to @e{to} all shortest{clauses}"),
            format!("neighbours @e{from} within {}{around}", question.max.min(3)),
        ];
        if from != to {
            verbs.push(format!("common @e{from}, @e{to}{undirected}"));
        }
        for verb in verbs {
            let pattern = desugar(&verb, Schema::builtin()).unwrap();
            prop_assert_eq!(first_column(&ask(&graph, &verb)), first_column(&ask(&graph, &pattern)), "{}", pattern);
        }
        // Where several answers are as good, the number of links says whether both are.
        let lengths = |text: &str| -> Vec<usize> { paths(&ask(&graph, text)).iter().map(Vec::len).collect() };
        let mut verbs = vec![
            format!("path @e{from} to @e{to}{clauses}"),
            format!("path @e{from} to @e{to} shortest 3{clauses}"),
        ];
        if from != to && third != from && third != to && Some(third) != question.avoid {
            verbs.push(format!("path @e{from} to @e{to} avoid @e{third}{undirected}").replace(" as of 2014", ""));
        }
        for verb in verbs {
            let pattern = desugar(&verb, Schema::builtin()).unwrap();
            prop_assert_eq!(lengths(&verb), lengths(&pattern), "{}", pattern);
        }
    }

    #[test]
    fn neighbours_are_those_of_the_oracle((count, links, question) in some_question()) {
        let graph = graph(count, &links);
        let mut question = question;
        question.avoid = None;
        let within = question.max.min(3);
        let mut reached = vec![(question.from, 0)];
        let mut at = 0;
        while at < reached.len() {
            let (entity, hops) = reached[at];
            at += 1;
            if hops < within {
                for (next, _) in steps(&links, entity, &question) {
                    if !reached.iter().any(|(known, _)| *known == next) {
                        reached.push((next, hops + 1));
                    }
                }
            }
        }
        let mut text = format!("neighbours @e{} within {within}", question.from);
        text += &question.clauses().replace(&format!(" max {}", question.max), "");
        let answer = ask(&graph, &text);
        let mut found = BTreeSet::new();
        for row in &answer.rows {
            let (Cell::Node(node), Cell::Int(hops), Cell::List(by)) = (&row[0], &row[2], &row[3]) else {
                panic!("{row:?}");
            };
            found.insert((answer.graph[*node].id.clone(), *hops));
            prop_assert!(!by.is_empty());
        }
        prop_assert_eq!(found.len(), answer.rows.len());
        let wanted: BTreeSet<(String, i64)> = reached[1..].iter().map(|(e, hops)| (format!("e{e}"), i64::from(*hops))).collect();
        prop_assert_eq!(found, wanted);
    }

    #[test]
    fn three_entities_are_joined_by_a_smallest_tree((count, links, question) in some_question(), third in 0u32..9) {
        let third = third % count;
        let ends: BTreeSet<u32> = [question.from, question.to, third].into();
        if ends.len() < 3 {
            return Ok(());
        }
        let graph = graph(count, &links);
        let question = Question { directed: false, dated: false, via: None, avoid: None, max: 99, ..question };
        let ends: Vec<u32> = ends.into_iter().collect();
        let answer = ask(&graph, &format!("between @e{}, @e{}, @e{}", ends[0], ends[1], ends[2]));
        // The fewest links that join all three, by trying every set of entities to go through.
        let mut best = None;
        for set in 0u32..1 << count {
            if ends.iter().all(|end| set >> end & 1 == 1) {
                let mut joined = vec![ends[0]];
                let mut at = 0;
                while at < joined.len() {
                    for (next, _) in steps(&links, joined[at], &question) {
                        if set >> next & 1 == 1 && !joined.contains(&next) {
                            joined.push(next);
                        }
                    }
                    at += 1;
                }
                if joined.len() as u32 == set.count_ones() {
                    best = Some(best.unwrap_or(usize::MAX).min(joined.len() - 1));
                }
            }
        }
        prop_assert_eq!(answer.rows.len(), best.unwrap_or(0), "{:?}", answer.rows);
        if best.is_some() {
            prop_assert_eq!(answer.graph.node_count(), answer.rows.len() + 1, "a tree");
        }
    }

    #[test]
    fn common_neighbours_are_those_of_the_oracle((count, links, question) in some_question()) {
        prop_assume!(question.from != question.to);
        let graph = graph(count, &links);
        let question = Question { directed: false, avoid: None, ..question };
        let around = |entity| -> BTreeSet<u32> { steps(&links, entity, &question).into_iter().map(|step| step.0).collect() };
        let ends = [question.from, question.to];
        let wanted: BTreeSet<String> = around(ends[0])
            .intersection(&around(ends[1]))
            .filter(|entity| !ends.contains(entity))
            .map(|entity| format!("e{entity}"))
            .collect();
        let mut text = format!("common @e{}, @e{}", ends[0], ends[1]);
        text += &question.clauses().replace(&format!(" max {}", question.max), "");
        let answer = ask(&graph, &text);
        let found: BTreeSet<String> = answer
            .rows
            .iter()
            .map(|row| match &row[0] {
                Cell::Node(node) => answer.graph[*node].id.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        prop_assert_eq!(found, wanted);
    }
}

#[test]
fn a_path_goes_through_what_it_is_told_to() {
    let graph = graph(5, &[(0, 0, 1, 0), (1, 0, 2, 0), (0, 0, 3, 0), (3, 0, 4, 0), (4, 0, 2, 0)]);
    let found = paths(&ask(&graph, "path @e0 to @e2 through @e4"));
    assert_eq!(found, [["e0", "e0/supports/e3", "e3", "e3/supports/e4", "e4", "e4/supports/e2", "e2"]]);
    assert!(paths(&ask(&graph, "path @e0 to @e2 through @e4 max 2")).is_empty());
}

#[test]
fn betweenness_is_the_share_of_shortest_paths() {
    // A star of four around e0, and a tail.
    let graph = graph(6, &[(0, 0, 1, 0), (0, 0, 2, 0), (0, 0, 3, 0), (0, 0, 4, 0), (4, 0, 5, 0)]);
    let answer = ask(&graph, "rank betweenness limit 2");
    let score = |row: usize| match (&answer.rows[row][1], &answer.rows[row][3]) {
        (Cell::Node(node), Cell::Float(score)) => (answer.graph[*node].id.clone(), *score),
        other => panic!("{other:?}"),
    };
    // Of the 10 pairs of other entities, 9 pass e0; of those without e4, 4 pass e4.
    assert_eq!(score(0), ("e0".to_owned(), 0.9));
    assert_eq!(score(1), ("e4".to_owned(), 0.4));
}
