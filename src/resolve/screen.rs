//! Screening: whom in the graph a name may mean, for many names in turn.

use std::cell::OnceCell;

use super::dates::{self, Meeting};
use super::facts::{FactKind, Facts, Named};
use super::index::{KeyIndex, Walk};
use super::reach::{Reach, Step};
use super::spelling::{Rarity, Spelled, name_kind, rarity, words_of};
use crate::graph::{Graph, LinkFilter};
use crate::model::{EntityNo, Grade, NameRole, Period, SourceNo};
use crate::names::{self, NameKind, Prepared};
use crate::schema::Schema;

/// A name that is looked up, and what else is known of its bearer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// The name.
    pub name: String,
    /// The kind of entity, if it is known.
    pub kind: Option<String>,
    /// Dates of birth, or of foundation.
    pub born: Vec<Period>,
    /// Countries, as they are written.
    pub countries: Vec<String>,
}

/// An entity that a name may mean.
#[derive(Clone, Debug, PartialEq)]
pub struct ScreenHit {
    /// The entity.
    pub entity: EntityNo,
    /// The name of it that matches best.
    pub name: String,
    /// The role of that name.
    pub role: NameRole,
    /// How well it matches, 0 to 1.
    pub score: f64,
    /// Why, in words.
    pub reasons: Vec<String>,
    /// The best grade of what lists and names it.
    pub grade: Option<Grade>,
    /// Who speaks of it, by number.
    pub sources: Vec<SourceNo>,
    /// Whether it is itself designated.
    pub designated: bool,
    /// If it is designated, the links that say so; else the way to the nearest designated organisation; empty if there is
    /// neither.
    pub way: Vec<Step>,
    /// How many steps it is from a designated organisation: none if it is designated itself, `None` if no way leads to one.
    pub distance: Option<usize>,
}

/// The most names that are compared letter by letter for one look-up.
const MOST_COMPARED: usize = 40;
/// From what score on screening takes two names for the same, where nothing else is said.
pub const SCREEN_THRESHOLD: f64 = names::THRESHOLD;
/// Names less alike are not looked at further.
const LEAST: f64 = 0.7;
/// What is taken of a score at most because the words that agree are common, and of one that is as good as the same.
const COMMON: f64 = 0.4;
const COMMON_SAME: f64 = 0.1;
const SAME: f64 = 0.98;
/// The words that agree tell enough if they tell so much more than what picks one entity out of all.
const ENOUGH: f64 = 5.0 / 3.0;
/// How much of what differing words tell counts against.
const CONFLICT: f64 = 0.3;
/// A name too common or too doubtful to identify anyone counts only if it is the same, and then this much.
const WEAK: f64 = 0.9;
/// What a date of birth that agrees takes of what a score lacks, and what one that contradicts leaves of it.
const BORN: (f64, f64) = (0.5, 0.8);
/// The same of countries.
const COUNTRY: (f64, f64) = (0.1, 0.97);

/// Looks up names, one after the other.
pub struct Screener<'a> {
    graph: &'a Graph,
    facts: &'a Facts,
    index: KeyIndex,
    names: Vec<Prepared>,
    /// How rare words of names are.
    rarity: Rarity,
    /// By the code of a kind: what bears its names.
    kinds: Vec<NameKind>,
    /// By the code of a kind: whether its entities may turn out to be of any other kind.
    open: Vec<bool>,
    reach: Reach,
    walk: Walk,
}

impl<'a> Screener<'a> {
    /// Looks names up among these facts, over the links that the filter admits.
    ///
    /// # Complexity
    /// O(n log n) in the number of names, O(entities + links).
    pub fn new(graph: &'a Graph, schema: &Schema, facts: &'a Facts, filter: &LinkFilter) -> Self {
        let kinds: Vec<NameKind> = graph.meta().kinds.iter().map(|kind| name_kind(kind)).collect();
        let kind_of = |entity: EntityNo| graph.kind_of(entity).and_then(|kind| kinds.get(usize::from(kind)));
        let prepare = |name: &Named| Prepared::of(facts.text(name), kind_of(name.entity).copied().unwrap_or_default());
        let names: Vec<Prepared> = facts.all_names().iter().map(prepare).collect();
        let index = KeyIndex::new(names.iter().map(names::keys));
        let open = graph
            .meta()
            .kinds
            .iter()
            .map(|kind| schema.kind(kind).is_some_and(|kind| matches!(&*kind.ftm, "LegalEntity" | "Thing")));
        Self {
            graph,
            facts,
            index,
            names,
            rarity: rarity(facts),
            open: open.collect(),
            kinds,
            reach: Reach::new(graph, schema, facts, filter),
            walk: Walk::default(),
        }
    }

    /// The entities that `asked` may mean with at least the score `threshold`, the best first, at most `limit`.
    ///
    /// # Complexity
    /// O(entries of the index for the words of the name), of which some twenty thousand are walked, and at most some two
    /// dozen comparisons of names.
    pub fn screen(&mut self, asked: &Asked, threshold: f64, limit: usize) -> Vec<ScreenHit> {
        // The name as that of a person, of an organisation ...: taken apart when the first of the kind is compared.
        let forms: Vec<OnceCell<Prepared>> = self.kinds.iter().map(|_| OnceCell::new()).collect();
        let asked_words = Spelled::of(&asked.name);
        let kind = asked.kind.as_deref().map_or(NameKind::Unknown, name_kind);
        let candidates =
            self.index.look_up(&names::keys(&Prepared::of(&asked.name, kind)), MOST_COMPARED, &mut self.walk);
        let mut best: Vec<(EntityNo, f64, usize)> = Vec::new();
        for place in candidates {
            let place = place as usize;
            let Some(name) = self.facts.all_names().get(place) else { continue };
            let Some(code) = self.graph.kind_of(name.entity).map(usize::from) else { continue };
            let (Some(&kind), Some(form), Some(theirs)) =
                (self.kinds.get(code), forms.get(code), self.names.get(place))
            else {
                continue;
            };
            let open = self.open.get(code).copied().unwrap_or(false);
            if !open && asked.kind.as_ref().is_some_and(|wanted| self.graph.kind_name(code as u8) != wanted) {
                continue;
            }
            let form = form.get_or_init(|| Prepared::of(&asked.name, kind));
            let Some(mut score) = names::score_at_least(form, theirs, LEAST) else { continue };
            score -= self.common(&asked_words, name, score);
            if name.role == NameRole::Weak {
                score = if asked_words.words() == words_of(self.facts.text(name)) { score * WEAK } else { 0.0 };
            }
            // Beyond this no date and no country brings it up to the threshold.
            if 1.0 - (1.0 - score) * (1.0 - BORN.0) * (1.0 - COUNTRY.0) < threshold {
                continue;
            }
            match best.iter_mut().find(|(entity, ..)| *entity == name.entity) {
                Some(found) if found.1 >= score => {}
                Some(found) => *found = (name.entity, score, place),
                None => best.push((name.entity, score, place)),
            }
        }
        let mut hits: Vec<(f64, EntityNo, usize, Vec<String>)> = Vec::with_capacity(best.len());
        for (entity, score, place) in best {
            let mut remarks = Vec::new();
            let score = self.adjust(entity, asked, score, &mut remarks);
            if score >= threshold {
                hits.push((score, entity, place, remarks));
            }
        }
        let id = |entity: EntityNo| self.graph.node(entity).map(|node| node.id);
        hits.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| id(a.1).cmp(&id(b.1))));
        hits.truncate(limit);
        let hits = hits.into_iter();
        hits.filter_map(|(score, entity, place, remarks)| self.hit(score, entity, place, &forms, &asked_words, remarks))
            .collect()
    }

    /// What is taken from a score because what agrees is so common that strangers have it too.
    fn common(&self, asked_words: &Spelled, name: &Named, score: f64) -> f64 {
        let agreement = self.rarity.agreement(asked_words, &Spelled::of(self.facts.text(name)));
        let told = (agreement.common - CONFLICT * agreement.conflict) / (ENOUGH * self.rarity.prior());
        let most = if score < SAME { COMMON } else { COMMON_SAME };
        (most * (1.0 - told)).clamp(0.0, most)
    }

    /// The score of a name with what else is known.
    fn adjust(&self, entity: EntityNo, asked: &Asked, mut score: f64, remarks: &mut Vec<String>) -> f64 {
        let mut weigh = |agrees: Option<bool>, (takes, leaves): (f64, f64)| match agrees {
            Some(true) => score += (1.0 - score) * takes,
            Some(false) => score *= leaves,
            None => {}
        };
        if !asked.born.is_empty() {
            let mut theirs = self.facts.periods(entity, FactKind::Born);
            theirs.extend(self.facts.periods(entity, FactKind::Founded));
            if let Some((meeting, asked, known)) = dates::meet(&asked.born, &theirs) {
                let (agrees, word) = match meeting {
                    Meeting::Day | Meeting::Month | Meeting::Year | Meeting::Swapped => (Some(true), "agrees with"),
                    Meeting::May => (None, "may be"),
                    Meeting::Near => (None, "is not far from"),
                    Meeting::Contradict => (Some(false), "contradicts"),
                };
                weigh(agrees, BORN);
                remarks.push(format!("date {asked} {word} {known}"));
            }
        }
        if !asked.countries.is_empty() {
            let theirs: Vec<&str> = self.facts.values(entity, FactKind::Country).map(|fact| &*fact.value).collect();
            let same = asked.countries.iter().find(|country| theirs.contains(&names::fold(country).as_str()));
            match (same, theirs.first()) {
                (Some(country), _) => {
                    weigh(Some(true), COUNTRY);
                    remarks.push(format!("country {country} agrees"));
                }
                (None, Some(known)) => {
                    weigh(Some(false), COUNTRY);
                    remarks.push(format!("country {} against {known}", asked.countries.join(", ")));
                }
                (None, None) => {}
            }
        }
        score
    }

    fn hit(
        &self,
        score: f64,
        entity: EntityNo,
        place: usize,
        forms: &[OnceCell<Prepared>],
        asked_words: &Spelled,
        remarks: Vec<String>,
    ) -> Option<ScreenHit> {
        let name = self.facts.all_names().get(place)?;
        let form = forms.get(usize::from(self.graph.kind_of(entity)?))?.get()?;
        let comparison = names::explain(form, self.names.get(place)?);
        let common = self.common(asked_words, name, comparison.score);
        let mut reasons = comparison.reasons;
        if common >= 0.005 {
            reasons.push(format!("common words: -{common:.2}"));
        }
        if name.role == NameRole::Weak {
            reasons.push("a weak name".to_owned());
        }
        reasons.extend(remarks);
        let designations = self.reach.designations(self.graph, entity);
        let graded = self.facts.names(entity).iter().filter_map(|name| Grade::from_byte(name.grade));
        let listed = designations.iter().filter_map(|step| Grade::from_byte(self.graph.link(step.link)?.tie.grade));
        let grade = graded.chain(listed).min_by_key(|grade| grade.to_byte());
        let designated = self.reach.is_designated(entity);
        let way = if designated { designations } else { self.reach.way(entity) };
        let distance = match (designated, way.len()) {
            (true, _) => Some(0),
            (false, 0) => None,
            (false, steps) => Some(steps),
        };
        let text = self.facts.text(name).to_owned();
        let sources = self.facts.sources(entity).collect();
        Some(ScreenHit {
            entity,
            name: text,
            role: name.role,
            score,
            reasons,
            grade,
            sources,
            designated,
            way,
            distance,
        })
    }
}
