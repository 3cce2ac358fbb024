//! What has been said of sameness, and what follows: groups of entities that are one, and pairs that must not become one.

use std::collections::{HashMap, VecDeque};

use crate::model::{ClaimNo, EntityNo, Modality, SourceNo};

/// What is said of two entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// They are one.
    Same,
    /// They are two.
    Different,
    /// Somebody looked and could not tell.
    Unsure,
}

/// A statement about two entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The claim; `None` for one that is about to be made.
    pub claim: Option<ClaimNo>,
    /// The one.
    pub one: EntityNo,
    /// The other.
    pub other: EntityNo,
    /// What is said of them.
    pub verdict: Verdict,
    /// Who says so.
    pub source: SourceNo,
    /// Whether a reviewer decided it here: only such a statement is replaced by another decision.
    pub decided: bool,
}

impl Said {
    fn joins(&self, one: EntityNo, other: EntityNo) -> bool {
        (self.one, self.other) == (one, other) || (self.other, self.one) == (one, other)
    }
}

/// The verdict that a claim of sameness gives; `None` for a proposal that nobody has looked at.
pub fn verdict(modality: Modality, decided: bool) -> Option<Verdict> {
    match modality {
        Modality::Asserted => Some(Verdict::Same),
        Modality::Denied => Some(Verdict::Different),
        _ => decided.then_some(Verdict::Unsure),
    }
}

/// A decision that contradicts others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Two entities that are said to be different.
    pub apart: [EntityNo; 2],
    /// The entities on the way from the one to the other, each said to be the same as the next.
    pub chain: Vec<EntityNo>,
}

/// What a decision does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// Claims of earlier decisions on the same two, which it replaces.
    pub replaces: Vec<ClaimNo>,
    /// Whether the same has been decided of them already, so that nothing is to be done.
    pub known: bool,
}

/// All that is said of sameness: a union-find over what is the same, with what is different kept beside it.
#[derive(Clone, Debug, Default)]
pub struct Sameness {
    said: Vec<Said>,
    parents: HashMap<EntityNo, EntityNo>,
    /// By the one that stands for a group: how many it has, if there are several.
    sizes: HashMap<EntityNo, usize>,
    /// By the one that stands for a group: places in `said` of what is different from one of them.
    apart: HashMap<EntityNo, Vec<usize>>,
    /// Places in `said`, by each end.
    about: HashMap<EntityNo, Vec<usize>>,
}

impl Sameness {
    /// Of these statements.
    ///
    /// # Complexity
    /// O(n log n) in the number of statements.
    pub fn new(said: impl IntoIterator<Item = Said>) -> Self {
        let mut sameness = Self::default();
        for said in said {
            sameness.add(said);
        }
        sameness
    }

    fn add(&mut self, said: Said) {
        let at = self.said.len();
        self.said.push(said);
        self.about.entry(said.one).or_default().push(at);
        self.about.entry(said.other).or_default().push(at);
        let (one, other) = (self.group(said.one), self.group(said.other));
        match said.verdict {
            Verdict::Same if one != other => {
                let size = |group: EntityNo| self.sizes.get(&group).copied().unwrap_or(1);
                let sum = size(one) + size(other);
                // The smaller group goes under the larger, so that no way up is longer than the logarithm.
                let (keeps, goes) = if size(one) < size(other) { (other, one) } else { (one, other) };
                self.parents.insert(goes, keeps);
                self.sizes.insert(keeps, sum);
                let (mut a, mut b) =
                    (self.apart.remove(&keeps).unwrap_or_default(), self.apart.remove(&goes).unwrap_or_default());
                if a.len() < b.len() {
                    std::mem::swap(&mut a, &mut b);
                }
                a.append(&mut b);
                if !a.is_empty() {
                    self.apart.insert(keeps, a);
                }
            }
            Verdict::Same => {}
            Verdict::Different | Verdict::Unsure => {
                self.apart.entry(one).or_default().push(at);
                self.apart.entry(other).or_default().push(at);
            }
        }
    }

    /// The entity that stands for the group of one: any of them, the same for all. O(log n).
    pub fn group(&self, mut entity: EntityNo) -> EntityNo {
        while let Some(&parent) = self.parents.get(&entity) {
            entity = parent;
        }
        entity
    }

    /// Whether two entities, or any that are the same as they, have been looked at, and with which result.
    pub fn verdict(&self, one: EntityNo, other: EntityNo) -> Option<Verdict> {
        let (one, other) = (self.group(one), self.group(other));
        if one == other {
            return Some(Verdict::Same);
        }
        let between = self.between(one, other).map(|said| said.verdict);
        between.min_by_key(|verdict| *verdict != Verdict::Different)
    }

    /// What is said to be different, or was undecided, between two groups.
    fn between(&self, one: EntityNo, other: EntityNo) -> impl Iterator<Item = &Said> {
        let list = |group| self.apart.get(&group).map_or(&[][..], Vec::as_slice);
        let (few, wanted) = if list(one).len() <= list(other).len() { (list(one), other) } else { (list(other), one) };
        let from = if wanted == other { one } else { other };
        few.iter().filter_map(|&at| self.said.get(at)).filter(move |said| {
            let ends = (self.group(said.one), self.group(said.other));
            ends == (from, wanted) || ends == (wanted, from)
        })
    }

    /// Decides two entities, and returns what that replaces.
    ///
    /// An earlier decision on the very same two is replaced; what others say of them, and what follows from other pairs,
    /// is not.
    ///
    /// # Errors
    /// It would join entities that are said to be different, or part entities that are the same by others. Then nothing has
    /// been decided.
    pub fn decide(&mut self, decision: Said) -> Result<Effect, Conflict> {
        let Said { one, other, verdict, .. } = decision;
        let direct: Vec<usize> = self.about.get(&one).map_or_else(Vec::new, |about| {
            let is_it = |at: &usize| self.said.get(*at).is_some_and(|said| said.decided && said.joins(one, other));
            about.iter().copied().filter(is_it).collect()
        });
        let same = |at: &usize| self.said.get(*at).is_some_and(|said| said.verdict == verdict);
        if direct.iter().any(same) && direct.iter().all(same) {
            return Ok(Effect { known: true, ..Effect::default() });
        }
        let without = (!direct.is_empty()).then(|| {
            let kept = self.said.iter().enumerate().filter(|(at, _)| !direct.contains(at));
            Self::new(kept.map(|(_, said)| *said))
        });
        let base = without.as_ref().unwrap_or(self);
        let (group, other_group) = (base.group(one), base.group(other));
        match verdict {
            Verdict::Same if group != other_group => {
                let different = base.between(group, other_group).find(|said| said.verdict == Verdict::Different);
                if let Some(&Said { one: a, other: b, .. }) = different {
                    let (a, b) = if base.group(a) == group { (a, b) } else { (b, a) };
                    let mut chain = base.chain(a, one);
                    chain.extend(base.chain(other, b));
                    return Err(Conflict { apart: [a, b], chain });
                }
            }
            Verdict::Different if group == other_group => {
                return Err(Conflict { apart: [one, other], chain: base.chain(one, other) });
            }
            _ => {}
        }
        let replaces = direct.iter().filter_map(|&at| self.said.get(at)?.claim).collect();
        if let Some(without) = without {
            *self = without;
        }
        self.add(decision);
        Ok(Effect { replaces, known: false })
    }

    /// The shortest way between two entities of a group, each step a statement that two are the same.
    fn chain(&self, from: EntityNo, to: EntityNo) -> Vec<EntityNo> {
        let mut before: HashMap<EntityNo, EntityNo> = HashMap::from([(from, from)]);
        let mut queue = VecDeque::from([from]);
        while let Some(entity) = queue.pop_front() {
            if entity == to {
                break;
            }
            for &at in self.about.get(&entity).map_or(&[][..], Vec::as_slice) {
                let Some(said) = self.said.get(at).filter(|said| said.verdict == Verdict::Same) else { continue };
                let next = if said.one == entity { said.other } else { said.one };
                before.entry(next).or_insert_with(|| {
                    queue.push_back(next);
                    entity
                });
            }
        }
        let mut chain = vec![to];
        let mut at = to;
        while at != from {
            match before.get(&at) {
                Some(&previous) => at = previous,
                None => return vec![from, to],
            }
            chain.push(at);
        }
        chain.reverse();
        chain
    }

    /// All statements.
    pub fn said(&self) -> &[Said] {
        &self.said
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(one: u32, other: u32, verdict: Verdict) -> Said {
        Said { claim: Some(one * 100 + other), one, other, verdict, source: 0, decided: true }
    }

    #[test]
    fn a_chain_that_joins_what_is_different_is_refused_and_shown() {
        let mut sameness =
            Sameness::new([said(1, 2, Verdict::Same), said(3, 4, Verdict::Same), said(1, 4, Verdict::Different)]);
        let conflict = sameness.decide(said(2, 3, Verdict::Same)).unwrap_err();
        assert_eq!(conflict, Conflict { apart: [1, 4], chain: vec![1, 2, 3, 4] });
        let conflict = sameness.decide(said(1, 2, Verdict::Unsure)).map(|effect| effect.replaces);
        assert_eq!(conflict, Ok(vec![102]));
        assert_eq!(sameness.decide(said(2, 3, Verdict::Same)).map(|effect| effect.known), Ok(false));
        assert_eq!(sameness.verdict(2, 4), Some(Verdict::Same));
        assert_eq!(sameness.verdict(1, 3), Some(Verdict::Different));
    }

    #[test]
    fn what_others_say_is_not_replaced() {
        let theirs = Said { decided: false, ..said(1, 2, Verdict::Same) };
        let mut sameness = Sameness::new([theirs]);
        let conflict = sameness.decide(said(2, 1, Verdict::Different)).unwrap_err();
        assert_eq!(conflict, Conflict { apart: [2, 1], chain: vec![2, 1] });
    }

    /// Groups and pairs by walking everything each time.
    fn naive(said: &[Said], one: u32, other: u32) -> Option<Verdict> {
        let mut labels: Vec<u32> = (0..10).collect();
        for _ in 0..10 {
            for said in said.iter().filter(|said| said.verdict == Verdict::Same) {
                let least = labels[said.one as usize].min(labels[said.other as usize]);
                labels[said.one as usize] = least;
                labels[said.other as usize] = least;
            }
        }
        let label = |entity: u32| labels[entity as usize];
        if label(one) == label(other) {
            return Some(Verdict::Same);
        }
        let between = |wanted: Verdict| {
            said.iter().filter(|said| said.verdict == wanted).any(|said| {
                let ends = [label(said.one), label(said.other)];
                ends == [label(one), label(other)] || ends == [label(other), label(one)]
            })
        };
        if between(Verdict::Different) {
            Some(Verdict::Different)
        } else {
            between(Verdict::Unsure).then_some(Verdict::Unsure)
        }
    }

    proptest! {
        #[test]
        fn decisions_agree_with_walking_everything(
            acts in prop::collection::vec((0..10u32, 0..10u32, 0..3usize), 1..40),
        ) {
            let mut sameness = Sameness::default();
            let mut kept: Vec<Said> = Vec::new();
            for (number, (one, other, verdict)) in acts.into_iter().enumerate() {
                if one == other {
                    continue;
                }
                let verdict = [Verdict::Same, Verdict::Different, Verdict::Unsure][verdict];
                let decision = Said { claim: Some(number as u32), ..said(one, other, verdict) };
                let mut after: Vec<Said> = kept.iter().filter(|known| !known.joins(one, other)).copied().collect();
                after.push(decision);
                // Allowed is what leaves no two of one group different.
                let fits = after
                    .iter()
                    .filter(|said| said.verdict == Verdict::Different)
                    .all(|said| naive(&after, said.one, said.other) == Some(Verdict::Different));
                match sameness.decide(decision) {
                    Ok(effect) => {
                        prop_assert!(fits);
                        if !effect.known {
                            let gone: Vec<u32> = kept
                                .iter()
                                .filter(|known| known.joins(one, other))
                                .filter_map(|known| known.claim)
                                .collect();
                            prop_assert_eq!(effect.replaces, gone);
                            kept = after;
                        }
                    }
                    Err(conflict) => {
                        prop_assert!(!fits);
                        let [a, b] = conflict.apart;
                        prop_assert_eq!((conflict.chain.first(), conflict.chain.last()), (Some(&a), Some(&b)));
                    }
                }
                for one in 0..10 {
                    for other in 0..10 {
                        prop_assert_eq!(sameness.verdict(one, other), naive(&kept, one, other), "{} {}", one, other);
                    }
                }
            }
        }
    }
}
