//! The entities of a document, as they are found: those that are named, and those that are only spoken of.

use std::ops::Range;

use super::mentions::{Kind, Known, Named};
use super::rules::Rules;
use crate::model::{Modality, NameRole, Period};
use crate::names;

/// An entity that a document speaks of.
#[derive(Clone, Debug)]
pub(super) struct Entity {
    pub kind: Kind,
    pub finer: Option<Box<str>>,
    pub name: String,
    /// Its names in the document, each with the sentence and the words that first have it.
    pub names: Vec<Spelling>,
    /// What it is known as.
    pub known: Option<usize>,
    /// Where it is spoken of, by sentence and words.
    pub places: Vec<(usize, Range<usize>)>,
    /// The rule that found it.
    pub rule: &'static str,
    pub confidence: f64,
    /// The state whose territory this place is, or the body that a group is of.
    pub other: Option<usize>,
    /// Whether more than a guess speaks for its kind.
    pub firm: bool,
    /// Whether a claim rests on it.
    pub used: bool,
    /// The last word of a description, for "the madrassa".
    pub head: String,
}

/// A name in a document.
#[derive(Clone, Debug)]
pub(super) struct Spelling {
    pub text: String,
    pub role: NameRole,
    pub sentence: usize,
    pub words: Range<usize>,
    /// Whether the words next to it say that it is a name of the entity ("(TTP)").
    pub defined: bool,
}

/// What is said.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Statement {
    Link { from: usize, kind: Box<str>, to: usize },
    Attribute { entity: usize, key: Box<str>, value: String },
}

/// What is said, where and by whom.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub says: Statement,
    pub when: Option<Period>,
    pub sentence: usize,
    pub evidence: Range<usize>,
    pub speaker: Option<usize>,
    pub modality: Modality,
    pub rule: Box<str>,
    pub why: String,
    pub confidence: f64,
    pub note: Option<String>,
}

/// Everything that a document speaks of and says.
#[derive(Default)]
pub(super) struct World {
    pub entities: Vec<Entity>,
    pub claims: Vec<Claim>,
}

impl World {
    /// The named entities of a document, one for each cluster and in their order.
    pub fn new(named: &Named, known: &Known<'_>) -> Self {
        let entities = named
            .clusters
            .iter()
            .map(|cluster| {
                let names = cluster
                    .names
                    .iter()
                    .filter_map(|(text, role, mention)| {
                        let mention = named.mentions.get(*mention)?;
                        Some(Spelling {
                            text: text.clone(),
                            role: *role,
                            sentence: mention.sentence,
                            words: mention.words.clone(),
                            defined: mention.defines.is_some(),
                        })
                    })
                    .collect();
                let places = cluster
                    .mentions
                    .iter()
                    .filter_map(|&mention| named.mentions.get(mention))
                    .map(|mention| (mention.sentence, mention.words.clone()))
                    .collect();
                let rule = cluster
                    .mentions
                    .first()
                    .and_then(|&mention| named.mentions.get(mention))
                    .map_or("names.shape", |mention| mention.rule);
                let name = cluster
                    .known
                    .and_then(|number| known.entity(number))
                    .filter(|entity| entity.id.is_some())
                    .map_or_else(|| cluster.name.clone(), |entity| entity.name.to_string());
                Entity {
                    kind: cluster.kind,
                    finer: cluster.finer.clone(),
                    name,
                    names,
                    known: cluster.known,
                    places,
                    rule,
                    confidence: if cluster.known.is_some() {
                        0.95
                    } else if cluster.certain {
                        0.8
                    } else {
                        0.4
                    },
                    other: None,
                    firm: cluster.firm,
                    used: false,
                    head: cluster.name.split_whitespace().last().unwrap_or_default().to_lowercase(),
                }
            })
            .collect();
        Self { entities, claims: Vec::new() }
    }

    /// Adds an entity that has no name of its own.
    #[allow(clippy::too_many_arguments, reason = "the fields of an entity")]
    pub fn describe(
        &mut self,
        kind: Kind,
        finer: Option<&str>,
        name: String,
        sentence: usize,
        words: Range<usize>,
        rule: &'static str,
        confidence: f64,
        head: &str,
    ) -> usize {
        let spelling =
            Spelling { text: name.clone(), role: NameRole::Primary, sentence, words: words.clone(), defined: false };
        self.entities.push(Entity {
            kind,
            finer: finer.map(Into::into),
            name,
            names: vec![spelling],
            known: None,
            places: vec![(sentence, words)],
            rule,
            confidence,
            other: None,
            firm: true,
            used: false,
            head: head.to_owned(),
        });
        self.entities.len() - 1
    }

    pub fn entity(&self, number: usize) -> Option<&Entity> {
        self.entities.get(number)
    }

    pub fn kind(&self, number: usize) -> Kind {
        self.entity(number).map_or(Kind::Organisation, |entity| entity.kind)
    }

    /// The state whose territory a country is: its government where the document names it, otherwise the state itself.
    pub fn state_of(&mut self, place: usize, rules: &Rules, sentence: usize, words: &Range<usize>) -> Option<usize> {
        let entity = self.entity(place)?;
        if let Some(state) = entity.other {
            if let Some(state) = self.entities.get_mut(state) {
                state.places.push((sentence, words.clone()));
            }
            return Some(state);
        }
        let country = rules.gazetteer().country_of(&names::fold(&entity.name))?.to_owned();
        let known = entity.known;
        let government = self.entities.iter().position(|entity| {
            entity.finer.as_deref() == Some("government")
                && entity.names.iter().any(|name| {
                    let folded = names::fold(&name.text);
                    let adjective = folded.split(' ').next().and_then(|word| rules.gazetteer().demonym(word));
                    folded == format!("government of {}", names::fold(&country))
                        || adjective == Some(&country)
                            && folded.ends_with(" government")
                            && folded.split(' ').count() == 2
                })
        });
        let state = match government {
            Some(state) => state,
            None => {
                let state = self.describe(
                    Kind::Organisation,
                    Some("state"),
                    country,
                    sentence,
                    words.clone(),
                    "names.state",
                    0.7,
                    "state",
                );
                if let Some(state) = self.entities.get_mut(state) {
                    state.known = known.filter(|_| false);
                }
                state
            }
        };
        if let Some(entity) = self.entities.get_mut(place) {
            entity.other = Some(state);
        }
        if government.is_some()
            && let Some(entity) = self.entities.get_mut(state)
        {
            entity.places.push((sentence, words.clone()));
        }
        Some(state)
    }

    /// Adds a claim, unless the same was found at the same place.
    pub fn claim(&mut self, claim: Claim) {
        if let Statement::Link { from, to, .. } = claim.says {
            if from == to {
                return;
            }
            for number in [from, to] {
                if let Some(entity) = self.entities.get_mut(number) {
                    entity.used = true;
                }
            }
        }
        let same = |other: &Claim| other.sentence == claim.sentence && other.says == claim.says;
        if !self.claims.iter().rev().take(64).any(same) {
            self.claims.push(claim);
        }
    }
}

impl World {
    /// Takes out what nothing speaks for: names that stand only in parts that were left out, countries that only act.
    pub fn tidy(&mut self, left_out: impl Fn(usize) -> bool) {
        for number in 0..self.entities.len() {
            let Some(entity) = self.entities.get(number) else { continue };
            // A country that is only spoken of as a state is no place here.
            let acts = entity.other.is_some() && !entity.used && entity.kind == Kind::Place;
            if acts && let Some(state) = entity.other {
                let places = entity.places.clone();
                if let Some(state) = self.entities.get_mut(state) {
                    for place in places {
                        if !state.places.contains(&place) {
                            state.places.push(place);
                        }
                    }
                    state.places.sort_by_key(|(sentence, words)| (*sentence, words.start));
                }
                if let Some(entity) = self.entities.get_mut(number) {
                    entity.places.clear();
                }
                continue;
            }
            if let Some(entity) = self.entities.get_mut(number) {
                entity.places.retain(|(sentence, _)| entity.used || !left_out(*sentence));
                entity.places.sort_by_key(|(sentence, words)| (*sentence, words.start));
                entity.places.dedup();
            }
        }
    }
}
