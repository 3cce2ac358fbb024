//! Any bytes as a snapshot, checksums taken to be right: questions about it are answered or its damage is noted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tieline::graph::{Graph, LinkFilter};
use tieline::model::Truth;

/// The most entities that are looked at.
const MOST: u32 = 64;

fuzz_target!(|bytes: &[u8]| {
    let Ok(graph) = Graph::from_bytes(bytes) else { return };
    let filter = LinkFilter { time: Some((0, 20_000)), sources: 2, ..LinkFilter::default() };
    for entity in 0..MOST.min(graph.entity_count() as u32) {
        let _ =
            (graph.show_node(entity), graph.names_of(entity), graph.claims_of(entity), graph.representative(entity));
        for (place, _, tie) in graph.ties(entity).iter().take(MOST as usize) {
            let link = graph.ties(entity).link(place);
            let _ = (graph.show_link(link, Truth::Yes), filter.admits(&graph, tie, true, || link));
        }
    }
    for name in ["a", "taliban", "al-qaeda", "Haqqani Network"] {
        let _ = (graph.named(name), graph.find_like(name, 5), graph.complete(name, 5), graph.by_id(name));
    }
    let _ = (graph.sources().len(), graph.damage().map(str::len), graph.verify());
});
