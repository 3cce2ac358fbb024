//! The graph as queries see it: nodes with labels and properties, links with one kind and properties.

use super::ast::{Direction, EntityForm, EntityRef, Name};
use super::diagnostics::{Class, Code, Fault};
use super::plan::LabelTest;
use super::value::Value;

/// The number of a label or a link kind in one graph.
pub type LabelNo = u32;

/// A link as seen from one of its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The link.
    pub link: u32,
    /// The node at its other end.
    pub node: u32,
    /// Its kind.
    pub kind: LabelNo,
}

/// Some of the properties of links, as a set of bits that the graph gives meaning to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinkKeys(pub u8);

/// Which of a node's links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Those that go out from it.
    Out,
    /// Those that come in to it.
    In,
}

/// What a name in a query is a name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A kind of entity or a finer type.
    Kind,
    /// A kind of link.
    LinkKind,
    /// Either of these.
    AnyKind,
    /// A property of an entity.
    EntityProperty,
    /// A property of a link.
    LinkProperty,
}

/// What the executor asks of a graph. Nodes are numbered from 0 without gaps; links are numbered in any way.
///
/// A link is reached by its place among its node's links, so that a search can stop and go on anywhere without holding
/// an iterator. A graph that filters (by time, by grade) gives `None` for a place whose link does not count.
pub trait PropertyGraph {
    /// The links on one side of a node, looked up once for all their places.
    type Ties<'t>: Copy
    where
        Self: 't;

    /// What a link must be for a step of a search, made ready once for many steps.
    type Hop;

    /// How many nodes there are.
    fn node_count(&self) -> u32;

    /// The number of a node label.
    fn label(&self, name: &str) -> Option<LabelNo>;

    /// The number of a link kind.
    fn link_kind(&self, name: &str) -> Option<LabelNo>;

    /// The name of a link kind.
    fn link_kind_name(&self, kind: LabelNo) -> &str;

    /// Whether a node has a label.
    fn has_label(&self, node: u32, label: LabelNo) -> bool;

    /// The names of a node's labels.
    fn labels(&self, node: u32) -> Vec<&str>;

    /// About how many nodes have a label.
    fn label_count(&self, label: LabelNo) -> u32;

    /// The first node numbered `from` or more, of those with a label if one is given. A number that stands for no node is
    /// passed over.
    fn next_node(&self, label: Option<LabelNo>, from: u32) -> Option<u32>;

    /// Whether a kind of link has no direction: such a link is found in either direction, though it is stored in one.
    fn is_symmetric(&self, _: LabelNo) -> bool {
        false
    }

    /// Whether there are such kinds at all.
    fn has_symmetric(&self) -> bool {
        false
    }

    /// The links on a side of a node.
    fn ties(&self, node: u32, side: Side) -> Self::Ties<'_>;

    /// How many places for links there are.
    fn places(&self, ties: Self::Ties<'_>) -> u32;

    /// The link at a place, counted from 0; `None` if it does not count.
    fn link_at(&self, ties: Self::Ties<'_>, place: u32) -> Option<Link>;

    /// Calls `see` with the places on one side of a node of the links to `other`, until it returns `false`. Returns how
    /// many places were looked at.
    fn each_between(&self, ties: Self::Ties<'_>, other: u32, mut see: impl FnMut(u32) -> bool) -> u32 {
        for place in 0..self.places(ties) {
            if self.link_at(ties, place).is_some_and(|link| link.node == other) && !see(place) {
                return place + 1;
            }
        }
        self.places(ties)
    }

    /// About how many links of a direction and a kind a node has: one with a label, or any.
    fn mean_degree(&self, label: Option<LabelNo>, direction: Direction, kind: Option<&LabelTest>) -> f64;

    /// How many links of a direction and a kind a node has, if that can be told without looking at each.
    fn count_links(&self, _node: u32, _direction: Direction, _kind: Option<&LabelTest>) -> Option<u64> {
        None
    }

    /// Steps along links of a direction, seen from where they start, and of a kind.
    fn hop(&self, direction: Direction, kind: Option<&LabelTest>) -> Self::Hop;

    /// Calls `see` with the node at the other end of each link that a step from `node` may take, and with the place of
    /// that link, until it returns `false`. A link from a node to itself may come twice. Returns how many links were
    /// looked at.
    fn each_step(&self, hop: &Self::Hop, node: u32, see: impl FnMut(u32, u32) -> bool) -> usize;

    /// The link at a place that [`PropertyGraph::each_step`] gave.
    fn stepped(&self, node: u32, place: u32) -> u32;

    /// How many places for links a node has on both sides.
    fn around(&self, node: u32) -> usize {
        self.degree(node, Side::Out) as usize + self.degree(node, Side::In) as usize
    }

    /// The properties of these names as a set, if [`PropertyGraph::likeness`] can tell whether links are alike in them.
    fn link_keys(&self, _: &[&str]) -> Option<LinkKeys> {
        None
    }

    /// A number that links share only if they have equal values of these properties: what depends on nothing else need be
    /// computed once for all of them. `None` where that cannot be told.
    fn likeness(&self, _: Self::Ties<'_>, _: u32, _: LinkKeys) -> Option<u64> {
        None
    }

    /// How many places for links a node has on a side.
    fn degree(&self, node: u32, side: Side) -> u32 {
        self.places(self.ties(node, side))
    }

    /// Where a link starts and ends.
    fn ends(&self, link: u32) -> (u32, u32);

    /// The kind of a link.
    fn kind_of(&self, link: u32) -> LabelNo;

    /// A property of a node, or null.
    fn node_property(&self, node: u32, key: &str) -> Value;

    /// A property of a link, or null.
    fn link_property(&self, link: u32, key: &str) -> Value;

    /// All properties of a node that are not null.
    fn node_properties(&self, node: u32) -> Vec<(String, Value)>;

    /// All properties of a link that are not null.
    fn link_properties(&self, link: u32) -> Vec<(String, Value)>;

    /// The nodes that an id, or a name if `by_name`, stands for; used for `(a @ttp)` and `(a "TTP")`.
    fn named(&self, text: &str, by_name: bool) -> Vec<u32>;

    /// The node that a query names.
    ///
    /// # Errors
    /// There is none, or there are several.
    fn entity(&self, entity: &EntityRef) -> Result<u32, Fault> {
        let found = self.named(&entity.text, entity.form == EntityForm::Name);
        let fault = |code, message| Err(Fault::new(Class::ArgumentError, code, entity.span, message));
        match found.as_slice() {
            [node] => Ok(*node),
            [] => fault(Code::UnknownEntity, format!("nothing is known as `{}`", entity.text)),
            several => {
                let message = format!("{} entities are known as `{}`", several.len(), entity.text);
                fault(Code::AmbiguousEntity, message)
            }
        }
    }

    /// What is wrong with a name in a pattern, if the graph can tell. By the semantics of the language nothing is: an
    /// unknown label is a label that nothing has.
    fn misnamed(&self, _: Sort, _: &Name) -> Option<Fault> {
        None
    }

    /// Is told of a property that an expression asks for: if there is no such property it is null, and that may be worth a
    /// note.
    fn asked_for(&self, _: Sort, _: &Name) {}

    /// The nodes whose property `key` may equal this text, if the graph has an index that knows; they are tested again.
    fn indexed(&self, key: &str, text: &str) -> Option<Vec<u32>>;

    /// The claims behind a link, each a map.
    fn claims(&self, link: u32) -> Vec<Value>;
}
