//! The least that could answer: compressed sparse rows in memory, and loops over them.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;

use crate::data::{self, Numbers};
use crate::measure::timed;
use crate::peer::{Answer, Asked, FILTERED_KINDS, FILTERED_YEAR, Peer, Question};
use crate::walk::{Around, Walk};

/// The links of each entity, those that go out and those that come in.
struct Rows<T> {
    starts: Vec<u32>,
    cells: Vec<T>,
}

impl<T: Copy> Rows<T> {
    /// Rows of `(ends, value for the first end, value for the second)`.
    fn new(count: usize, links: &[((u32, u32), T, T)]) -> Self {
        let mut starts = vec![0u32; count + 1];
        for &((from, to), ..) in links {
            starts[from as usize + 1] += 1;
            starts[to as usize + 1] += 1;
        }
        for at in 0..count {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut cells = links.first().map_or(Vec::new(), |link| vec![link.1; links.len() * 2]);
        for &((from, to), first, second) in links {
            for (end, value) in [(from, first), (to, second)] {
                cells[next[end as usize] as usize] = value;
                next[end as usize] += 1;
            }
        }
        Self { starts, cells }
    }

    #[inline]
    fn of(&self, node: u32) -> &[T] {
        &self.cells[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }
}

impl Around for &Rows<u32> {
    #[inline]
    fn each(&mut self, node: u32, mut see: impl FnMut(u32) -> bool) -> Result<(), Box<dyn Error>> {
        for &neighbour in self.of(node) {
            if !see(neighbour) {
                break;
            }
        }
        Ok(())
    }

    #[inline]
    fn cost(&self, node: u32) -> usize {
        self.of(node).len()
    }
}

/// A claim of a link, seen from one end.
#[derive(Clone, Copy)]
struct Claim {
    neighbour: u32,
    kind: u32,
    days: (i32, i32),
}

/// The claims of some link kinds that may hold in a period.
struct Filtered<'b> {
    claims: &'b Rows<Claim>,
    kinds: [u32; FILTERED_KINDS.len()],
    days: (i32, i32),
}

impl Around for Filtered<'_> {
    #[inline]
    fn each(&mut self, node: u32, mut see: impl FnMut(u32) -> bool) -> Result<(), Box<dyn Error>> {
        for claim in self.claims.of(node) {
            let holds = claim.days.0 <= self.days.1 && claim.days.1 >= self.days.0;
            if holds && self.kinds.contains(&claim.kind) && !see(claim.neighbour) {
                break;
            }
        }
        Ok(())
    }

    fn cost(&self, node: u32) -> usize {
        self.claims.of(node).len()
    }
}

/// The graph in memory, and with it what the benchmark itself must know of the graph.
pub struct Bare {
    pub ids: Numbers,
    pub names: Vec<String>,
    entity_kinds: Vec<u8>,
    kinds: Numbers,
    named: HashMap<String, Vec<u32>>,
    links: Rows<u32>,
    claims: Rows<Claim>,
    filter: ([u32; FILTERED_KINDS.len()], (i32, i32)),
    walk: Walk,
}

impl Bare {
    /// Reads the tables in `folder`.
    pub fn load(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let (mut ids, mut kinds, mut link_kinds) = (Numbers::default(), Numbers::default(), Numbers::default());
        let (mut names, mut entity_kinds) = (Vec::new(), Vec::new());
        let mut named: HashMap<String, Vec<u32>> = HashMap::new();
        data::each_entity(folder, |row| {
            let number = ids.add(row.id);
            entity_kinds.push(kinds.add(row.kind) as u8);
            names.push(row.name.to_owned());
            for name in [row.name, row.alias].into_iter().filter(|name| !name.is_empty()) {
                let holders = named.entry(tieline::names::fold(name)).or_default();
                if holders.last() != Some(&number) {
                    holders.push(number);
                }
            }
            Ok(())
        })?;
        let mut claims: Vec<((u32, u32), Claim, Claim)> = Vec::new();
        data::each_link(folder, |row| {
            let (from, to) = data::turned(&row);
            let (from, to, kind) = (ids.of(from)?, ids.of(to)?, link_kinds.add(row.kind));
            let days = data::days(row.since, row.until)?;
            let claim = |neighbour| Claim { neighbour, kind, days };
            claims.push(((from, to), claim(to), claim(from)));
            Ok(())
        })?;
        let claim_rows = Rows::new(ids.texts.len(), &claims);
        // Several claims may speak of one link: two entities joined in the same way.
        let mut links: Vec<(u32, u32, u32)> =
            claims.iter().map(|((from, to), claim, _)| (*from, claim.kind, *to)).collect();
        drop(claims);
        links.sort_unstable();
        links.dedup();
        let links: Vec<_> = links.into_iter().map(|(from, _, to)| ((from, to), to, from)).collect();
        let mut filter = ([u32::MAX; FILTERED_KINDS.len()], data::days(FILTERED_YEAR, FILTERED_YEAR)?);
        for (code, kind) in filter.0.iter_mut().zip(FILTERED_KINDS) {
            *code = link_kinds.of(kind)?;
        }
        Ok(Self {
            links: Rows::new(ids.texts.len(), &links),
            claims: claim_rows,
            walk: Walk::new(ids.texts.len()),
            ids,
            names,
            entity_kinds,
            kinds,
            named,
            filter,
        })
    }

    /// How many entities have this name after folding.
    pub fn namesakes(&self, name: &str) -> usize {
        self.named.get(&tieline::names::fold(name)).map_or(0, Vec::len)
    }

    /// The entity at one end of the link at some place; those with many links have many places.
    pub fn at_some_link(&self, place: u64) -> u32 {
        self.links.cells[(place % self.links.cells.len() as u64) as usize]
    }

    fn answer(&mut self, question: &Question) -> Result<Answer, Box<dyn Error>> {
        let mut links = &self.links;
        Ok(match question {
            Question::Named(name) => {
                Answer::Entities(self.named.get(&tieline::names::fold(name)).cloned().unwrap_or_default())
            }
            &Question::Hops(from, hops) => Answer::Entities(self.walk.reach(&mut links, from, hops)?),
            &Question::Filtered(from) => {
                let (kinds, days) = self.filter;
                let mut filtered = Filtered { claims: &self.claims, kinds, days };
                Answer::Entities(self.walk.reach(&mut filtered, from, 2)?)
            }
            &Question::CountByKind(from) => {
                let mut counts = vec![0; self.kinds.texts.len()];
                for entity in self.walk.reach(&mut links, from, 2)? {
                    counts[usize::from(self.entity_kinds[entity as usize])] += 1;
                }
                let counted = self.kinds.texts.iter().cloned().zip(counts).filter(|(_, count)| *count > 0);
                Answer::Counts(BTreeMap::from_iter(counted))
            }
            &Question::Path(from, to) => {
                Answer::Length(self.walk.shortest(&mut links, (from, to), true)?.map(|(length, _)| length))
            }
            &Question::AllPaths(from, to) => {
                Answer::Count(self.walk.shortest(&mut links, (from, to), false)?.map_or(0, |(_, count)| count))
            }
        })
    }
}

impl Peer for Bare {
    fn name(&self) -> &'static str {
        "bare rows"
    }

    fn ask(&mut self, question: &Question) -> Result<Asked, Box<dyn Error>> {
        let (answer, took) = timed(|| self.answer(question));
        let answer = match answer? {
            Answer::Entities(numbers) => Answer::entities(numbers),
            other => other,
        };
        Ok(Asked { answer, found: took, whole: took })
    }
}
