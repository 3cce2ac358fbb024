//! petgraph's visit traits on [`Graph`], so that every petgraph algorithm runs on it.
//!
//! Nodes are all entity numbers; those merged into others or gone are nodes without edges. Edges are links in their
//! direction; a symmetric link is one edge.

use std::marker::PhantomData;
use std::ops::Range;

use fixedbitset::FixedBitSet;
use petgraph::visit::{
    Data, EdgeCount, EdgeRef, GraphBase, GraphProp, IntoEdgeReferences, IntoEdges, IntoEdgesDirected, IntoNeighbors,
    IntoNeighborsDirected, IntoNodeIdentifiers, IntoNodeReferences, NodeCompactIndexable, NodeCount, NodeIndexable,
    Visitable,
};
use petgraph::{Directed, Direction};

use super::graph::{Graph, LinkNo, Ties};
use super::layout::Tie;
use crate::model::EntityNo;

impl GraphBase for Graph {
    type NodeId = EntityNo;
    type EdgeId = LinkNo;
}

impl Data for Graph {
    type NodeWeight = ();
    type EdgeWeight = Tie;
}

impl GraphProp for Graph {
    type EdgeType = Directed;
}

impl NodeCount for Graph {
    fn node_count(&self) -> usize {
        self.entity_count()
    }
}

impl EdgeCount for Graph {
    fn edge_count(&self) -> usize {
        self.link_count()
    }
}

impl NodeIndexable for Graph {
    fn node_bound(&self) -> usize {
        self.entity_count()
    }

    fn to_index(&self, entity: EntityNo) -> usize {
        entity as usize
    }

    fn from_index(&self, index: usize) -> EntityNo {
        index as EntityNo
    }
}

impl NodeCompactIndexable for Graph {}

impl Visitable for Graph {
    type Map = FixedBitSet;

    fn visit_map(&self) -> FixedBitSet {
        FixedBitSet::with_capacity(self.entity_count())
    }

    fn reset_map(&self, map: &mut FixedBitSet) {
        map.clear();
        map.grow(self.entity_count());
    }
}

impl IntoNodeIdentifiers for &Graph {
    type NodeIdentifiers = Range<EntityNo>;

    fn node_identifiers(self) -> Range<EntityNo> {
        0..self.entity_count() as EntityNo
    }
}

impl<'g> IntoNodeReferences for &'g Graph {
    type NodeRef = (EntityNo, &'g ());
    type NodeReferences = NodeReferences<'g>;

    fn node_references(self) -> NodeReferences<'g> {
        NodeReferences(self.node_identifiers(), PhantomData)
    }
}

/// All nodes with their (empty) weights.
#[derive(Clone, Debug)]
pub struct NodeReferences<'g>(Range<EntityNo>, PhantomData<&'g ()>);

impl<'g> Iterator for NodeReferences<'g> {
    type Item = (EntityNo, &'g ());

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|entity| (entity, &()))
    }
}

/// A link as petgraph's algorithms see it.
#[derive(Clone, Copy, Debug)]
pub struct LinkRef<'g> {
    from: EntityNo,
    to: EntityNo,
    link: LinkNo,
    tie: &'g Tie,
}

impl<'g> EdgeRef for LinkRef<'g> {
    type NodeId = EntityNo;
    type EdgeId = LinkNo;
    type Weight = Tie;

    fn source(&self) -> EntityNo {
        self.from
    }

    fn target(&self) -> EntityNo {
        self.to
    }

    fn weight(&self) -> &'g Tie {
        self.tie
    }

    fn id(&self) -> LinkNo {
        self.link
    }
}

/// The links of one entity in one direction.
#[derive(Clone, Debug)]
pub struct Links<'g> {
    entity: EntityNo,
    ties: Ties<'g>,
    places: Range<usize>,
}

impl<'g> Iterator for Links<'g> {
    type Item = LinkRef<'g>;

    fn next(&mut self) -> Option<LinkRef<'g>> {
        let place = self.places.next()?;
        let (neighbour, tie) = self.ties.at(place)?;
        let (from, to) = if place < self.ties.outgoing() { (self.entity, neighbour) } else { (neighbour, self.entity) };
        Some(LinkRef { from, to, link: self.ties.link(place), tie })
    }
}

impl<'g> IntoEdges for &'g Graph {
    type Edges = Links<'g>;

    fn edges(self, entity: EntityNo) -> Links<'g> {
        self.edges_directed(entity, Direction::Outgoing)
    }
}

impl<'g> IntoEdgesDirected for &'g Graph {
    type EdgesDirected = Links<'g>;

    fn edges_directed(self, entity: EntityNo, direction: Direction) -> Links<'g> {
        let ties = self.ties(entity);
        let places = match direction {
            Direction::Outgoing => 0..ties.outgoing(),
            Direction::Incoming => ties.outgoing()..ties.len(),
        };
        Links { entity, ties, places }
    }
}

/// The neighbours of one entity in one direction.
#[derive(Clone, Debug)]
pub struct Neighbours<'g>(std::slice::Iter<'g, EntityNo>);

impl Iterator for Neighbours<'_> {
    type Item = EntityNo;

    fn next(&mut self) -> Option<EntityNo> {
        self.0.next().copied()
    }
}

impl<'g> IntoNeighbors for &'g Graph {
    type Neighbors = Neighbours<'g>;

    fn neighbors(self, entity: EntityNo) -> Neighbours<'g> {
        self.neighbors_directed(entity, Direction::Outgoing)
    }
}

impl<'g> IntoNeighborsDirected for &'g Graph {
    type NeighborsDirected = Neighbours<'g>;

    fn neighbors_directed(self, entity: EntityNo, direction: Direction) -> Neighbours<'g> {
        let (outgoing, incoming) = self.split(entity);
        Neighbours(match direction {
            Direction::Outgoing => outgoing.iter(),
            Direction::Incoming => incoming.iter(),
        })
    }
}

impl<'g> IntoEdgeReferences for &'g Graph {
    type EdgeRef = LinkRef<'g>;
    type EdgeReferences = AllLinks<'g>;

    fn edge_references(self) -> AllLinks<'g> {
        AllLinks { graph: self, rest: self.node_identifiers(), now: None }
    }
}

/// All links, by the entity that they go out from.
#[derive(Clone, Debug)]
pub struct AllLinks<'g> {
    graph: &'g Graph,
    rest: Range<EntityNo>,
    now: Option<Links<'g>>,
}

impl<'g> Iterator for AllLinks<'g> {
    type Item = LinkRef<'g>;

    fn next(&mut self) -> Option<LinkRef<'g>> {
        loop {
            if let Some(link) = self.now.as_mut().and_then(Links::next) {
                return Some(link);
            }
            self.now = Some(self.graph.edges(self.rest.next()?));
        }
    }
}
