//! The mapped graph against petgraph's own, on the same links.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use petgraph::algo::{dijkstra, page_rank, tarjan_scc};
use petgraph::graph::DiGraph;
use proptest::prelude::*;
use tieline::graph::{Builder, Delta, Graph, LinkFilter, LinkKindMeta, LinkNo};
use tieline::model::{
    Changes, Claim, Credibility, EntityNo, Grade, Locator, Modality, NameRole, Period, Reliability, Says, Source, Truth,
};

const STORE: [u8; 16] = [7; 16];

fn readings(name: &str) -> LinkKindMeta {
    LinkKindMeta { name: name.to_owned(), forward: name.replace('_', " "), backward: String::new(), symmetric: false }
}

fn claim(says: Says) -> Claim {
    Claim {
        says,
        when: None,
        source: 0,
        locator: Locator::default(),
        speaker: None,
        modality: Modality::Asserted,
        credibility: Credibility::UNKNOWN,
        text: None,
        note: None,
    }
}

/// `count` organisations `e0`, `e1` ... with a name each, and these links of two kinds.
fn changes(count: u32, links: &[(u32, u8, u32)]) -> Changes {
    let mut changes = Changes::default();
    changes.add_source(Source { id: "s".into(), reliability: Reliability::B, ..Source::default() }).unwrap();
    for number in 0..count {
        let entity = changes.add_entity(&format!("e{number}"), "Organisation", None).unwrap();
        let text = format!("Group {number}").into();
        changes.claims.push(claim(Says::Name { entity, text, role: NameRole::Primary, language: None }));
    }
    let kinds = [changes.words.intern("supports"), changes.words.intern("led_by")];
    for &(from, kind, to) in links {
        changes.claims.push(claim(Says::Link { from, kind: kinds[kind as usize], to }));
    }
    changes
}

fn bytes(changes: &Changes) -> Vec<u8> {
    let mut builder = Builder::new(&changes.words, changes.sources(), &readings);
    for entity in changes.entities() {
        builder.entity(entity).unwrap();
    }
    for (number, claim) in changes.claims.iter().enumerate() {
        builder.claim(number as u32, claim).unwrap();
    }
    builder.finish(changes.claims.len() as u32).unwrap().to_bytes(STORE, 3).unwrap()
}

fn graph(changes: &Changes) -> Graph {
    Graph::from_bytes(&bytes(changes)).unwrap()
}

fn distinct(links: &[(u32, u8, u32)]) -> Vec<(u32, u8, u32)> {
    let mut links: Vec<_> = links.iter().copied().filter(|(from, _, to)| from != to).collect();
    links.sort_unstable();
    links.dedup();
    links
}

fn some_links() -> impl Strategy<Value = (u32, Vec<(u32, u8, u32)>)> {
    (2u32..12).prop_flat_map(|count| (Just(count), prop::collection::vec((0..count, 0u8..2, 0..count), 0..40)))
}

proptest! {
    #[test]
    fn every_link_is_found_from_both_ends((count, links) in some_links()) {
        let graph = graph(&changes(count, &links));
        let wanted = distinct(&links);
        prop_assert_eq!(graph.link_count(), wanted.len());
        let mut out = Vec::new();
        let mut into = Vec::new();
        for entity in 0..count {
            let ties = graph.ties(entity);
            for (place, neighbour, tie) in ties.iter() {
                let link = graph.link(ties.link(place)).unwrap();
                let kind = u8::from(graph.link_kind(tie.kind).unwrap().name == "led_by");
                if place < ties.outgoing() {
                    prop_assert_eq!((link.from, link.to), (entity, neighbour));
                    out.push((entity, kind, neighbour));
                } else {
                    prop_assert_eq!((link.from, link.to), (neighbour, entity));
                    into.push((neighbour, kind, entity));
                }
                let id = graph.link_id(ties.link(place));
                prop_assert_eq!(graph.link_by_id(&id), Some(ties.link(place)));
            }
        }
        out.sort_unstable();
        into.sort_unstable();
        prop_assert_eq!(&out, &wanted);
        prop_assert_eq!(&into, &wanted);
        prop_assert_eq!(graph.damage(), None);
    }

    #[test]
    fn petgraphs_algorithms_agree_on_both((count, links) in some_links()) {
        let ours = graph(&changes(count, &links));
        let mut theirs: DiGraph<(), ()> = DiGraph::new();
        let nodes: Vec<_> = (0..count).map(|_| theirs.add_node(())).collect();
        for (from, _, to) in distinct(&links) {
            theirs.add_edge(nodes[from as usize], nodes[to as usize], ());
        }
        let by_ours: BTreeMap<u32, u32> = dijkstra(&ours, 0, None, |_| 1u32).into_iter().collect();
        let by_theirs: BTreeMap<u32, u32> =
            dijkstra(&theirs, nodes[0], None, |_| 1u32).into_iter().map(|(node, steps)| (node.index() as u32, steps)).collect();
        prop_assert_eq!(by_ours, by_theirs);

        let mut ours_parts: Vec<Vec<EntityNo>> = tarjan_scc(&ours);
        let mut their_parts: Vec<Vec<EntityNo>> =
            tarjan_scc(&theirs).into_iter().map(|part| part.into_iter().map(|node| node.index() as u32).collect()).collect();
        for parts in [&mut ours_parts, &mut their_parts] {
            parts.iter_mut().for_each(|part| part.sort_unstable());
            parts.sort();
        }
        prop_assert_eq!(ours_parts, their_parts);

        let ours_ranks: Vec<f64> = page_rank(&ours, 0.85, 20);
        let their_ranks: Vec<f64> = page_rank(&theirs, 0.85, 20);
        for (one, other) in ours_ranks.iter().zip(&their_ranks) {
            prop_assert!((one - other).abs() < 1e-9);
        }
    }

    #[test]
    fn a_flipped_bit_is_never_silent((count, links) in some_links(), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let changes = changes(count, &links);
        let mut image = bytes(&changes);
        let at = at.index(image.len());
        image[at] ^= 1 << bit;
        let found = Graph::from_bytes(&image).and_then(|graph| graph.verify());
        prop_assert!(found.is_err(), "byte {} bit {}", at, bit);
    }

    #[test]
    fn names_lead_to_their_entities((count, links) in some_links()) {
        let graph = graph(&changes(count, &links));
        for number in 0..count {
            let found = graph.named(&format!("GROUP  {number}"));
            prop_assert_eq!(found.iter().map(|hit| hit.entity).collect::<Vec<_>>(), vec![number]);
            prop_assert_eq!(graph.by_id(&format!("e{number}")), Some(number));
            prop_assert_eq!(graph.node(number).unwrap().name, format!("Group {number}"));
            prop_assert_eq!(graph.claims_of(number), &[number]);
        }
        prop_assert_eq!(graph.by_id("e99"), None);
        prop_assert!(graph.named("Nobody").is_empty());
    }
}

#[test]
fn merged_entities_answer_as_one() {
    let mut changes = changes(4, &[(0, 0, 2), (1, 0, 3), (0, 0, 1)]);
    changes.claims.push(claim(Says::SameAs { entity: 1, other: 0 }));
    let graph = graph(&changes);
    assert_eq!(graph.by_id("e1"), Some(0));
    assert_eq!(graph.by_id("e0"), Some(0));
    assert_eq!(graph.around(0), [2, 3], "the link between the two is no link any more");
    assert!(graph.around(1).is_empty());
    assert_eq!(graph.names_of(0).len(), 2);
    assert_eq!(graph.claims_of(0), [0, 1, 7]);
    assert_eq!(graph.claims_of(1), [] as [u32; 0]);
    assert_eq!(graph.claims_of(2), [2]);
    assert_eq!(graph.named("group 1")[0].entity, 0);
    assert_eq!(graph.entities().collect::<Vec<_>>(), [0, 2, 3]);
}

#[test]
fn a_link_is_weighed_claim_by_claim() {
    let mut changes = changes(2, &[]);
    let kind = changes.words.intern("supports");
    let other =
        changes.add_source(Source { id: "t".into(), reliability: Reliability::E, ..Source::default() }).unwrap();
    let link = Says::Link { from: 0, kind, to: 1 };
    let old: Period = "1990".parse().unwrap();
    let new: Period = "2014".parse().unwrap();
    changes.claims.push(Claim { when: Some(old), credibility: Credibility::new(1).unwrap(), ..claim(link.clone()) });
    changes.claims.push(Claim { when: Some(new), source: other, modality: Modality::Alleged, ..claim(link) });
    let graph = graph(&changes);
    let ties = graph.ties(0);
    let (place, _, tie) = ties.iter().next().unwrap();
    let truth =
        |filter: &LinkFilter| filter.admits(&graph, tie, filter.weighs_claims(&graph), || ties.link(place) as LinkNo);
    let days = |year: &str| {
        let bounds = year.parse::<Period>().unwrap().bounds();
        Some((bounds.start_earliest, bounds.end_latest))
    };
    let floor: Option<Grade> = Some("B2".parse().unwrap());
    assert_eq!(truth(&LinkFilter { time: days("2014"), ..LinkFilter::default() }), Truth::Yes);
    assert_eq!(truth(&LinkFilter { time: days("2000"), ..LinkFilter::default() }), Truth::No);
    assert_eq!(truth(&LinkFilter { time: days("1990"), grade: floor, ..LinkFilter::default() }), Truth::Yes);
    assert_eq!(
        truth(&LinkFilter { time: days("2014"), grade: floor, ..LinkFilter::default() }),
        Truth::No,
        "the good claim is of another time, the claim of that time is not good"
    );
    assert_eq!(truth(&LinkFilter { sources: 2, ..LinkFilter::default() }), Truth::Yes);
    assert_eq!(truth(&LinkFilter { sources: 2, grade: floor, ..LinkFilter::default() }), Truth::No);
    let shown = graph.show_link(ties.link(place), Truth::Yes).unwrap();
    assert_eq!((shown.sources, shown.claims, shown.grade.as_str()), (2, 2, "B1"));
    assert_eq!(shown.modality, Modality::Asserted);
}

#[test]
fn changes_since_are_laid_over_the_snapshot() {
    let before = changes(4, &[(0, 0, 1), (1, 0, 2)]);
    let base = graph(&before);
    let meta = base.meta().clone();
    let delta = Delta {
        generation: 4,
        base: 3,
        entities: 5,
        claims: 8,
        kinds: meta.kinds,
        finer: meta.finer,
        link_kinds: meta.link_kinds,
        source_runs: vec![[6, 0]],
        nodes: vec![(
            4,
            tieline::graph::DeltaNode {
                id: "e4".to_owned(),
                name: "New group".to_owned(),
                kind: 0,
                finer: 0,
                state: tieline::graph::LIVE,
                stands: 4,
                names: vec![(0, "New group".to_owned())],
                claims: vec![6],
            },
        )],
        links: vec![
            tieline::graph::DeltaLink {
                from: 4,
                kind: 0,
                to: 0,
                evidence: vec![tieline::graph::DeltaEvidence {
                    claim: 7,
                    source: 0,
                    period: 0,
                    grade: 0x26,
                    modality: 0,
                }],
            },
            tieline::graph::DeltaLink { from: 1, kind: 0, to: 2, evidence: Vec::new() },
        ],
        ..Delta::default()
    };
    let graph = base.with_delta(delta).unwrap();
    assert_eq!(graph.generation(), 4);
    assert_eq!(graph.entity_count(), 5);
    assert_eq!(graph.link_count(), 2);
    assert_eq!(graph.around(4), [0]);
    assert_eq!(graph.around(0), [1, 4], "outgoing first");
    assert_eq!(graph.around(1), [0], "the link to 2 is gone");
    assert!(graph.around(2).is_empty());
    assert_eq!(graph.by_id("e4"), Some(4));
    assert_eq!(graph.named("new GROUP")[0].entity, 4);
    let ties = graph.ties(4);
    assert_eq!(graph.link_id(ties.link(0)), "e4/supports/e0");
    assert_eq!(graph.link_by_id("e4/supports/e0"), Some(ties.link(0)));
    assert_eq!(graph.evidence(ties.link(0))[0].claim, 7);
    assert_eq!(dijkstra(&graph, 4, None, |_| 1).len(), 3);
}

#[test]
fn a_link_to_itself_is_no_link_and_speaks_of_nobody() {
    let mut changes = changes(2, &[(0, 0, 1)]);
    let lonely = changes.add_entity("lonely", "Organisation", None).unwrap();
    let kind = changes.words.intern("supports");
    changes.claims.push(claim(Says::Link { from: lonely, kind, to: lonely }));
    let graph = graph(&changes);
    assert_eq!(graph.link_count(), 1);
    assert!(!graph.is_live(lonely));
    assert_eq!(graph.by_id("lonely"), None);
}
