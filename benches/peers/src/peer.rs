//! What is asked, and who answers.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

/// The link kinds of [`Question::Filtered`].
pub const FILTERED_KINDS: [&str; 4] = ["member_of", "affiliated_with", "held_role_at", "took_part_in"];
/// The year of [`Question::Filtered`].
pub const FILTERED_YEAR: &str = "2014";

/// A question about the graph; entities are numbers in the order of `entities.csv`.
#[derive(Clone, Debug)]
pub enum Question {
    /// Which entities have exactly this name, after folding?
    Named(String),
    /// What is tied to an entity by this many links or fewer?
    Hops(u32, u32),
    /// What is tied to it by two links of [`FILTERED_KINDS`] that may have held in [`FILTERED_YEAR`], or by one?
    Filtered(u32),
    /// How many of each kind are tied to it by two links or fewer?
    CountByKind(u32),
    /// How long is a shortest path?
    Path(u32, u32),
    /// How many shortest paths are there? Parallel links make different paths.
    AllPaths(u32, u32),
}

impl Question {
    /// What sort of question it is.
    pub fn sort(&self) -> &'static str {
        match self {
            Question::Named(_) => "exact name",
            Question::Hops(_, 1) => "1 hop",
            Question::Hops(_, 2) => "2 hops",
            Question::Hops(..) => "3 hops",
            Question::Filtered(_) => "2 hops, 4 link kinds, in 2014",
            Question::CountByKind(_) => "2 hops, counted by kind",
            Question::Path(..) => "a shortest path",
            Question::AllPaths(..) => "all shortest paths, counted",
        }
    }
}

/// What a peer answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// These entities, in the order of their numbers.
    Entities(Vec<u32>),
    /// A length; `None` where there is no path.
    Length(Option<u32>),
    /// A number of paths.
    Count(u64),
    /// Numbers of entities by kind.
    Counts(BTreeMap<String, u64>),
}

impl Answer {
    /// Entities in any order.
    pub fn entities(mut numbers: Vec<u32>) -> Self {
        numbers.sort_unstable();
        Answer::Entities(numbers)
    }
}

/// An answer and what it cost.
pub struct Asked {
    pub answer: Answer,
    /// To find it.
    pub found: Duration,
    /// To find it and to make it into what is given out.
    pub whole: Duration,
}

/// Somebody who answers questions.
pub trait Peer {
    /// The name in the table.
    fn name(&self) -> &'static str;

    /// Answers a question.
    fn ask(&mut self, question: &Question) -> Result<Asked, Box<dyn Error>>;
}
