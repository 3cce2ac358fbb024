//! Breadth-first search over anything that knows the neighbours of a number.

use std::error::Error;

/// Neighbours of numbers `0..count`.
pub trait Around {
    /// Calls `see` with each neighbour, once for each link, until it returns `false`.
    fn each(&mut self, node: u32, see: impl FnMut(u32) -> bool) -> Result<(), Box<dyn Error>>;

    /// What it costs to see them all, in whatever unit.
    fn cost(&self, node: u32) -> usize;
}

/// A note for each number, forgotten at once.
struct Notes {
    cells: Vec<(u32, u32)>,
    round: u32,
}

impl Notes {
    fn new(count: usize) -> Self {
        Self { cells: vec![(0, 0); count], round: 0 }
    }

    fn forget(&mut self) {
        self.round += 1;
    }

    #[inline]
    fn get(&self, node: u32) -> Option<u32> {
        let (round, note) = self.cells[node as usize];
        (round == self.round).then_some(note)
    }

    #[inline]
    fn set(&mut self, node: u32, note: u32) {
        self.cells[node as usize] = (self.round, note);
    }
}

/// One end of a search from both ends.
#[derive(Default)]
struct Side {
    reached: Vec<u32>,
    /// For each reached number, how many ways there are to it.
    ways: Vec<u64>,
    level: usize,
    depth: u32,
    cost: usize,
}

impl Side {
    fn start(&mut self, root: u32, cost: usize) {
        self.reached.clear();
        self.ways.clear();
        self.reached.push(root);
        self.ways.push(1);
        (self.level, self.depth, self.cost) = (0, 0, cost);
    }
}

/// What searches keep between them.
pub struct Walk {
    notes: [Notes; 2],
    sides: [Side; 2],
}

impl Walk {
    /// For numbers `0..count`.
    pub fn new(count: usize) -> Self {
        Self { notes: [Notes::new(count), Notes::new(count)], sides: Default::default() }
    }

    /// What is reached from `from` by `hops` links or fewer, without itself.
    pub fn reach(&mut self, graph: &mut impl Around, from: u32, hops: u32) -> Result<Vec<u32>, Box<dyn Error>> {
        let notes = &mut self.notes[0];
        notes.forget();
        notes.set(from, 0);
        let mut reached = vec![from];
        let mut level = 0;
        for _ in 0..hops {
            let end = reached.len();
            for at in level..end {
                graph.each(reached[at], |node| {
                    if notes.get(node).is_none() {
                        notes.set(node, 0);
                        reached.push(node);
                    }
                    true
                })?;
            }
            level = end;
        }
        reached.swap_remove(0);
        Ok(reached)
    }

    /// The length of the shortest paths between two numbers, and how many there are; with `one`, only the length counts.
    /// From both ends, the cheaper one next.
    pub fn shortest(
        &mut self,
        graph: &mut impl Around,
        (from, to): (u32, u32),
        one: bool,
    ) -> Result<Option<(u32, u64)>, Box<dyn Error>> {
        if from == to {
            return Ok(Some((0, 1)));
        }
        for ((notes, side), root) in self.notes.iter_mut().zip(&mut self.sides).zip([from, to]) {
            notes.forget();
            notes.set(root, 0);
            side.start(root, graph.cost(root));
        }
        loop {
            let next = usize::from(self.sides[0].cost > self.sides[1].cost);
            let (first, second) = self.notes.split_at_mut(1);
            let (near, far) = self.sides.split_at_mut(1);
            let (notes, others, side, other) = if next == 0 {
                (&mut first[0], &second[0], &mut near[0], &far[0])
            } else {
                (&mut second[0], &first[0], &mut far[0], &near[0])
            };
            let (level, end) = (side.level, side.reached.len());
            if level == end {
                return Ok(None);
            }
            side.level = end;
            side.cost = 0;
            let mut met = 0;
            for at in level..end {
                let ways = side.ways[at];
                graph.each(side.reached[at], |node| {
                    if let Some(place) = others.get(node) {
                        met += ways * other.ways[place as usize];
                        return !one;
                    }
                    if met > 0 {
                        return true;
                    }
                    match notes.get(node) {
                        None => {
                            notes.set(node, side.reached.len() as u32);
                            side.reached.push(node);
                            side.ways.push(ways);
                        }
                        Some(place) if place as usize >= end => side.ways[place as usize] += ways,
                        Some(_) => {}
                    }
                    true
                })?;
                if one && met > 0 {
                    break;
                }
            }
            side.depth += 1;
            if met > 0 {
                return Ok(Some((side.depth + other.depth, met)));
            }
            for place in end..side.reached.len() {
                side.cost += graph.cost(side.reached[place]);
            }
        }
    }
}
