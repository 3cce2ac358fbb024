//! Path patterns as automata, for the path search.
//!
//! A pattern becomes hops (links to walk) and, for each state, the ways on: which node conditions must hold at the node
//! that has been reached, and which hop follows. State 0 is the start; state `h + 1` is reached by hop `h`. Bounded
//! repetitions are unrolled; an unbounded one loops in its last copy. Between two hops there is at most one way, so the
//! hops of a path say all about how it was matched.
//!
//! The idea of one search over the product of graph and automaton is that of PathFinder (arXiv 2306.02194).

use super::ast::{Direction, Mode, Selector};
use super::lexer::Span;
use super::plan::{Ex, LabelTest, Slot};

/// A search for paths from a known node.
#[derive(Debug)]
pub struct Search {
    /// The node where paths start.
    pub from: Slot,
    /// Where the node goes at which they end.
    pub to: Slot,
    /// Whether that node is known.
    pub to_bound: bool,
    /// Whether the search runs against the order of the pattern.
    pub reversed: bool,
    /// Which of the paths between two ends.
    pub selector: Selector,
    /// What the cheapest paths are cheapest by.
    pub cost: Option<Cost>,
    /// What a path may repeat.
    pub mode: Mode,
    /// The automaton.
    pub automaton: Automaton,
    /// What must hold of every node of a path.
    pub every_node: Vec<Every>,
    /// What must hold of every link of a path.
    pub every_link: Vec<Every>,
    /// Whether a path may not end where it starts.
    pub open: bool,
    /// What the labels of the node must be at which a path ends.
    pub end_labels: Vec<LabelTest>,
    /// What must hold of a whole path, before the selector.
    pub filter: Option<Ex>,
    /// Links and lists of links that a path must not contain.
    pub differs: Vec<Slot>,
    /// Where the path goes.
    pub path: Slot,
    /// The most links of a path, if it is bounded.
    pub longest: Option<u32>,
    /// Whether the pattern is one link over and over, at least zero times or once: then a shortest walk from one node to
    /// another repeats nothing by itself.
    pub plain: bool,
    /// The repetition that the pattern is, if it is plain.
    pub one: Option<One>,
    /// Whether nothing is wanted of a path but its end.
    pub bare: bool,
    /// Whether nothing depends on how many paths end at a node, so that each end may be given once.
    pub ends: bool,
    /// Whether equal paths with equal variables count once.
    pub once: bool,
}

/// One link over and over, at least zero times or once.
#[derive(Clone, Debug)]
pub struct One {
    /// The link, a place in [`Automaton::links`].
    pub link: usize,
    /// What is asked of the node before each link: places in [`Automaton::nodes`].
    pub before: Vec<usize>,
    /// What is asked of the node after each link.
    pub after: Vec<usize>,
    /// Whether a path may have no link at all.
    pub may_be_empty: bool,
}

/// A condition on the nodes or the links of a path.
#[derive(Debug)]
pub struct Every {
    /// The variable of the node or link.
    pub slot: Slot,
    /// The condition.
    pub ex: Ex,
    /// The value that it must have.
    pub wanted: bool,
    /// Whether it is asked of the first one too.
    pub first: bool,
    /// Whether it is asked of the last one too.
    pub last: bool,
}

/// What a path costs.
#[derive(Debug)]
pub struct Cost {
    /// The cost of a link.
    pub ex: Ex,
    /// The variable of the links that cost something; all do, if the cost speaks of none.
    pub link: Option<Slot>,
    /// Whether a path costs as much as its dearest link, not as all of them together.
    pub weakest: bool,
    /// The place of the cost in the query.
    pub span: Span,
}

/// A pattern as an automaton.
#[derive(Debug, Default)]
pub struct Automaton {
    /// The nodes of the pattern.
    pub nodes: Vec<NodeTest>,
    /// The links of the pattern.
    pub links: Vec<LinkTest>,
    /// The conditions on repetitions.
    pub groups: Vec<GroupTest>,
    /// What each hop walks: a place in `links`.
    pub hops: Vec<usize>,
    /// The ways on from each state.
    pub ways: Vec<Vec<Way>>,
}

/// A way on from a state.
#[derive(Clone, Debug)]
pub struct Way {
    /// What must hold at the node, in order.
    pub checks: Vec<Check>,
    /// The hop that follows; none at the end of the pattern.
    pub hop: Option<usize>,
}

/// A condition at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// A node of the pattern.
    Node(usize),
    /// The end of a repetition of several links.
    Group(usize),
}

/// A node of the pattern.
#[derive(Debug)]
pub struct NodeTest {
    /// What its labels must be.
    pub labels: Option<LabelTest>,
    /// What must hold of it; its variable is set before.
    pub filters: Vec<Ex>,
    /// The known node that it must be.
    pub same: Option<Slot>,
    /// Its variable while conditions are tested.
    pub slot: Slot,
    /// Where all its nodes go as a list, if it is repeated and named.
    pub list: Option<Slot>,
    /// Whether it has a variable.
    pub named: bool,
}

/// A link of the pattern.
#[derive(Debug)]
pub struct LinkTest {
    /// What its kind must be.
    pub kind: Option<LabelTest>,
    /// Where it points in the order of the search.
    pub direction: Direction,
    /// What must hold of it; its variable is set before.
    pub filters: Vec<Ex>,
    /// Its variable while conditions are tested.
    pub slot: Slot,
    /// Where all its links go as a list, if it is repeated and named.
    pub list: Option<Slot>,
    /// Whether it is repeated.
    pub repeated: bool,
    /// Whether it has a variable.
    pub named: bool,
    /// What is asked of each repetition, if the link is all of it: a place in [`Automaton::groups`].
    pub group: Option<usize>,
}

/// A condition on each repetition of a group.
#[derive(Debug)]
pub struct GroupTest {
    /// What must hold.
    pub filter: Ex,
    /// The nodes of one repetition, one more than links; places in [`Automaton::nodes`], several where patterns meet.
    pub nodes: Vec<Vec<usize>>,
    /// The links of one repetition.
    pub links: Vec<usize>,
}

impl Search {
    /// A search for one link over and over, any number of times from one, or from none if a path `may_be_empty`.
    pub fn repeated(link: LinkTest, may_be_empty: bool, (from, to): (Slot, Slot), path: Slot) -> Self {
        let way = |hop| Way { checks: Vec::new(), hop };
        let first = if may_be_empty { vec![way(None), way(Some(0))] } else { vec![way(Some(0))] };
        let automaton = Automaton {
            links: vec![link],
            hops: vec![0],
            ways: vec![first, vec![way(None), way(Some(0))]],
            ..Automaton::default()
        };
        Self {
            from,
            to,
            to_bound: false,
            reversed: false,
            selector: Selector::All,
            cost: None,
            mode: Mode::Default,
            automaton,
            every_node: Vec::new(),
            every_link: Vec::new(),
            open: false,
            end_labels: Vec::new(),
            filter: None,
            differs: Vec::new(),
            path,
            longest: None,
            plain: true,
            one: Some(One { link: 0, before: Vec::new(), after: Vec::new(), may_be_empty }),
            bare: false,
            ends: false,
            once: false,
        }
    }
}

impl Automaton {
    /// Whether what may follow a walk depends on no more than its last node and state.
    pub fn forgets(&self) -> bool {
        self.groups.iter().all(|group| group.links.len() == 1)
    }
}
