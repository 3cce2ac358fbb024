//! Which links a question may walk.

use super::graph::{Graph, LinkNo};
use super::layout::Tie;
use crate::model::{Bounds, Evidence, Grade, Modality, SourceNo, Truth};

/// A set of link kind codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindSet([u64; 4]);

impl KindSet {
    /// No kind.
    pub const NONE: Self = Self([0; 4]);
    /// Every kind.
    pub const ALL: Self = Self([u64::MAX; 4]);

    /// Whether the set has a kind.
    #[inline]
    pub fn has(&self, code: u8) -> bool {
        self.0.get(usize::from(code >> 6)).is_some_and(|bits| bits >> (code & 63) & 1 == 1)
    }

    /// Adds a kind.
    pub fn insert(&mut self, code: u8) {
        if let Some(bits) = self.0.get_mut(usize::from(code >> 6)) {
            *bits |= 1 << (code & 63);
        }
    }

    /// Takes a kind away.
    pub fn remove(&mut self, code: u8) {
        if let Some(bits) = self.0.get_mut(usize::from(code >> 6)) {
            *bits &= !(1 << (code & 63));
        }
    }
}

/// Conditions on a link and its claims. A link is admitted if enough of its claims meet all conditions on claims; its
/// truth in time is the best among those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkFilter {
    /// Link kinds.
    pub kinds: KindSet,
    /// Days since 1970-01-01, both included, at some time between which it holds.
    pub time: Option<(i32, i32)>,
    /// The least grade.
    pub grade: Option<Grade>,
    /// The least number of sources.
    pub sources: u32,
    /// Allowed modalities: a bit for each.
    pub modalities: u8,
    /// The only sources; any if empty.
    pub from_sources: Vec<SourceNo>,
}

/// Every modality but denial: a link that is only denied is no tie unless it is asked for.
const NOT_DENIED: u8 = 0b11_1111 & !(1 << Modality::Denied as u8);

impl Default for LinkFilter {
    fn default() -> Self {
        Self {
            kinds: KindSet::ALL,
            time: None,
            grade: None,
            sources: 1,
            modalities: NOT_DENIED,
            from_sources: Vec::new(),
        }
    }
}

impl LinkFilter {
    /// A filter that admits every link.
    pub fn everything() -> Self {
        Self { modalities: u8::MAX, ..Self::default() }
    }

    /// Allows these modalities and no other.
    pub fn allow(&mut self, modalities: &[Modality]) {
        self.modalities = modalities.iter().fold(0, |bits, &modality| bits | 1 << modality as u8);
    }

    /// Whether every link of the graph passes, so that nothing has to be looked at.
    pub fn is_trivial(&self, graph: &Graph) -> bool {
        self.kinds == KindSet::ALL && !self.weighs_claims(graph)
    }

    /// Whether claims have to be looked at.
    pub fn weighs_claims(&self, graph: &Graph) -> bool {
        self.time.is_some()
            || self.grade.is_some()
            || self.sources > 1
            || !self.from_sources.is_empty()
            || !(self.modalities & 0b11_1111 == 0b11_1111
                || self.modalities == NOT_DENIED && graph.meta().denied_links == 0)
    }

    /// Whether the link behind a tie is admitted. `link` gives its number; it is asked for only if needed.
    ///
    /// O(1), or O(claims of the link) if it has several.
    #[inline]
    pub fn admits(&self, graph: &Graph, tie: &Tie, weigh: bool, link: impl FnOnce() -> LinkNo) -> Truth {
        if !self.kinds.has(tie.kind) {
            return Truth::No;
        }
        if !weigh {
            return Truth::Yes;
        }
        if tie.claims == 1 { self.admits_one(graph, tie, link) } else { self.admits_several(graph, link()) }
    }

    fn admits_one(&self, graph: &Graph, tie: &Tie, link: impl FnOnce() -> LinkNo) -> Truth {
        let graded =
            self.grade.is_none_or(|floor| Grade::from_byte(tie.grade).is_some_and(|grade| grade.at_least(floor)));
        if self.sources > 1 || self.modalities >> tie.modality & 1 == 0 || !graded {
            return Truth::No;
        }
        if !self.from_sources.is_empty() {
            let mut said = false;
            graph.each_evidence(link(), |evidence| said |= self.from_sources.contains(&evidence.source));
            if !said {
                return Truth::No;
            }
        }
        match self.time {
            None => Truth::Yes,
            Some((from, to)) => graph.period_record(tie.period).map_or(Truth::No, |record| {
                let [start_earliest, start_latest, end_earliest, end_latest] = record.bounds;
                Bounds { start_earliest, start_latest, end_earliest, end_latest }.holds_between(from, to)
            }),
        }
    }

    fn admits_several(&self, graph: &Graph, link: LinkNo) -> Truth {
        let mut best = Truth::No;
        let mut sources: Vec<SourceNo> = Vec::new();
        graph.each_evidence(link, |evidence| {
            let truth = self.weigh(&evidence);
            if truth > Truth::No {
                best = best.max(truth);
                if !sources.contains(&evidence.source) {
                    sources.push(evidence.source);
                }
            }
        });
        if sources.len() >= self.sources as usize { best } else { Truth::No }
    }

    /// Whether one claim meets the conditions on claims.
    pub fn weigh(&self, evidence: &Evidence) -> Truth {
        let fits = self.modalities >> evidence.modality as u8 & 1 == 1
            && self.grade.is_none_or(|floor| evidence.grade.at_least(floor))
            && (self.from_sources.is_empty() || self.from_sources.contains(&evidence.source));
        match (fits, self.time) {
            (false, _) => Truth::No,
            (true, None) => Truth::Yes,
            (true, Some((from, to))) => {
                evidence.when.map_or(Bounds::UNKNOWN, |when| when.bounds()).holds_between(from, to)
            }
        }
    }
}
