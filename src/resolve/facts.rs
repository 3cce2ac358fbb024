//! What the claims say of each entity that may tell it from others: names, dates, places, identifiers, who speaks of it.

use std::collections::HashMap;

use crate::graph::{Graph, LinkFilter};
use crate::model::{
    Claim, ClaimNo, EntityNo, Evidence, Grade, Modality, NameRole, Period, Reliability, Says, SourceNo, Truth, Word,
    Words,
};
use crate::names;
use crate::schema::{AttributeType, Schema};

/// Which sort of fact a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// A date of birth (EDTF).
    Born,
    /// When an organisation came into being (EDTF).
    Founded,
    /// Where somebody was born, folded.
    BirthPlace,
    /// A nationality or a country, folded.
    Country,
    /// A number or an address that one entity has: a passport, a tax number, a website.
    Identifier,
    /// A gender.
    Gender,
    /// When a list took it up (EDTF).
    Listed,
}

/// A name as a claim gives it.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// Whose name.
    pub entity: EntityNo,
    /// Which sort of name.
    pub role: NameRole,
    /// The grade of the claim.
    pub grade: u8,
    /// Who says so.
    pub source: SourceNo,
    start: usize,
    len: usize,
}

/// A fact as a claim gives it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// Of whom.
    pub entity: EntityNo,
    /// Which sort.
    pub kind: FactKind,
    /// The value, in the form in which it is compared.
    pub value: Box<str>,
    /// Which attribute it is (`passport`): of identifiers only.
    pub key: Option<Word>,
}

/// All names and facts, by the entity that stands for those that were merged.
#[derive(Debug, Default)]
pub struct Facts {
    names: Vec<Named>,
    text: String,
    facts: Vec<Fact>,
    speaks: Vec<(EntityNo, SourceNo)>,
    /// Names of the attributes that are identifiers, for reasons.
    keys: HashMap<Word, Box<str>>,
}

/// Gathers [`Facts`] from claims, one after the other.
pub struct Gather<'a> {
    graph: &'a Graph,
    filter: &'a LinkFilter,
    reliabilities: Vec<Reliability>,
    kinds: Vec<Option<FactKind>>,
    facts: Facts,
}

/// FollowTheMoney properties whose values one entity has and hardly another: the schema says which attribute is which.
const IDENTIFIERS: [&str; 24] = [
    "passportNumber",
    "idNumber",
    "nationalId",
    "taxNumber",
    "vatCode",
    "registrationNumber",
    "innCode",
    "ogrnCode",
    "leiCode",
    "dunsCode",
    "imoNumber",
    "mmsi",
    "callSign",
    "swiftBic",
    "socialSecurityNumber",
    "recordId",
    "uniqueEntityId",
    "opencorporatesUrl",
    "wikidataId",
    "email",
    "phone",
    "website",
    "number",
    "permId",
];

/// The sort of fact that an attribute is, by its FollowTheMoney property and by its name.
fn kind_of(attribute: Option<&AttributeType>, name: &str) -> Option<FactKind> {
    match attribute.and_then(|attribute| attribute.ftm.as_deref()) {
        Some("birthDate") => return Some(FactKind::Born),
        Some("incorporationDate") => return Some(FactKind::Founded),
        Some("birthPlace") => return Some(FactKind::BirthPlace),
        Some("nationality" | "country" | "citizenship" | "jurisdiction" | "birthCountry") => {
            return Some(FactKind::Country);
        }
        Some("gender") => return Some(FactKind::Gender),
        Some(property) if IDENTIFIERS.contains(&property) => return Some(FactKind::Identifier),
        _ => {}
    }
    match name {
        "listed_on" => Some(FactKind::Listed),
        _ if ["passport", "_id", "_number", "identifier"].iter().any(|part| name.contains(part)) => {
            Some(FactKind::Identifier)
        }
        _ => None,
    }
}

impl<'a> Gather<'a> {
    /// A gatherer for the claims behind `graph`, of those that `filter` admits. `words` are the claims' words.
    pub fn new(graph: &'a Graph, schema: &Schema, words: &Words, filter: &'a LinkFilter) -> Self {
        let kinds: Vec<Option<FactKind>> = words.iter().map(|name| kind_of(schema.attribute(name), name)).collect();
        let keys = (0..)
            .map(Word)
            .zip(words.iter().zip(&kinds))
            .filter(|(_, (_, kind))| **kind == Some(FactKind::Identifier))
            .map(|(word, (name, _))| (word, name.replace('_', " ").into()))
            .collect();
        let reliability = |letter: char| letter.to_string().parse().unwrap_or_default();
        Self {
            graph,
            filter,
            reliabilities: graph.sources().iter().map(|source| reliability(source.reliability)).collect(),
            kinds,
            facts: Facts { keys, ..Facts::default() },
        }
    }

    /// Adds a live claim.
    pub fn claim(&mut self, number: ClaimNo, claim: &Claim) {
        let (entity, kind) = match &claim.says {
            Says::Name { entity, .. } => (*entity, None),
            Says::Attribute { entity, key, .. } => (*entity, self.kinds.get(key.0 as usize).copied().flatten()),
            Says::Exists { entity } => (*entity, None),
            Says::Link { .. } | Says::SameAs { .. } => return,
        };
        let reliability = self.reliabilities.get(claim.source as usize).copied().unwrap_or_default();
        let grade = Grade { reliability, credibility: claim.credibility };
        let evidence =
            Evidence { claim: number, source: claim.source, when: claim.when, grade, modality: claim.modality };
        // A denial says what somebody is not, even where the scope lets it be shown.
        if claim.modality == Modality::Denied || self.filter.weigh(&evidence) == Truth::No {
            return;
        }
        let entity = self.graph.representative(entity);
        self.facts.speaks.push((entity, claim.source));
        match &claim.says {
            Says::Name { text, role, .. } => {
                let (start, len) = (self.facts.text.len(), text.len());
                self.facts.text.push_str(text);
                let (role, source) = (*role, claim.source);
                self.facts.names.push(Named { entity, role, grade: grade.to_byte(), source, start, len });
            }
            Says::Attribute { key, value, .. } => {
                if let Some(kind) = kind {
                    self.fact(entity, kind, value, Some(*key));
                }
            }
            _ => {}
        }
    }

    fn fact(&mut self, entity: EntityNo, kind: FactKind, value: &str, key: Option<Word>) {
        let key = key.filter(|_| kind == FactKind::Identifier);
        let mut add = |value: Box<str>| self.facts.facts.push(Fact { entity, kind, value, key });
        match kind {
            FactKind::Born | FactKind::Founded | FactKind::Listed => add(value.trim().into()),
            FactKind::Gender => add(value.trim().to_lowercase().into()),
            FactKind::Identifier => identifiers(value).for_each(|number| add(number.into())),
            FactKind::BirthPlace | FactKind::Country => {
                let folded = names::fold(value);
                if !folded.is_empty() {
                    add(folded.into());
                }
            }
        }
    }

    /// What was gathered, with the places of birth and the nationalities that links tell.
    pub fn finish(mut self, schema: &Schema) -> Facts {
        let meta = self.graph.meta();
        let told = meta.link_kinds.iter().map(|kind| {
            let link = schema.link(&kind.name)?;
            match (link.ftm.schema.as_ref(), link.ftm.to.as_deref()) {
                (_, Some("birthPlace")) => Some(FactKind::BirthPlace),
                (_, Some("nationality" | "citizenship")) => Some(FactKind::Country),
                _ => None,
            }
        });
        let told: Vec<Option<FactKind>> = told.collect();
        if told.iter().any(Option::is_some) {
            let graph = self.graph;
            let weigh = self.filter.weighs_claims(graph);
            for entity in graph.entities() {
                let ties = graph.ties(entity);
                for (place, neighbour, tie) in ties.iter().take(ties.outgoing()) {
                    let Some(kind) = told.get(tie.kind as usize).copied().flatten() else { continue };
                    if self.filter.admits(graph, tie, weigh, || ties.link(place)) > Truth::No
                        && let Some(node) = graph.node(neighbour)
                    {
                        self.fact(entity, kind, node.name, None);
                    }
                }
            }
        }
        let mut facts = self.facts;
        facts.names.sort_by_key(|name| name.entity);
        facts.facts.sort_unstable();
        facts.facts.dedup();
        facts.speaks.sort_unstable();
        facts.speaks.dedup();
        facts
    }
}

/// The identifying numbers in a value, without punctuation: words of at least five letters and digits, three of them
/// digits; where none is, the whole value.
fn identifiers(value: &str) -> impl Iterator<Item = String> {
    let plain =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let is_number = |word: &String| {
        word.chars().count() >= 5 && word.chars().filter(char::is_ascii_digit).count() >= 3 && !is_date(word)
    };
    let mut found: Vec<String> = value.split([' ', ',', ';', '(', ')', ':']).map(plain).filter(is_number).collect();
    if found.is_empty() {
        let whole = plain(value);
        found.extend((whole.len() >= 4).then_some(whole));
    }
    found.into_iter()
}

/// Whether a word without its punctuation may be a date in the text around a number: `20150312`, `12032015`.
fn is_date(word: &str) -> bool {
    let year = |text: Option<&str>| text.is_some_and(|text| text.starts_with("19") || text.starts_with("20"));
    word.len() == 8
        && word.bytes().all(|byte| byte.is_ascii_digit())
        && (year(word.get(..4)) && word.get(4..6).is_some_and(|month| ("01"..="12").contains(&month))
            || year(word.get(4..)) && word.get(2..4).is_some_and(|month| ("01"..="12").contains(&month)))
}

impl Facts {
    /// The names, by entity.
    pub fn all_names(&self) -> &[Named] {
        &self.names
    }

    /// The facts, by entity and sort.
    pub fn all_facts(&self) -> &[Fact] {
        &self.facts
    }

    /// A name as it is recorded.
    pub fn text(&self, name: &Named) -> &str {
        self.text.get(name.start..name.start + name.len).unwrap_or_default()
    }

    /// The names of an entity, in the order of their claims.
    pub fn names(&self, entity: EntityNo) -> &[Named] {
        run(&self.names, entity, |name| name.entity)
    }

    /// The facts of an entity.
    pub fn facts(&self, entity: EntityNo) -> &[Fact] {
        run(&self.facts, entity, |fact| fact.entity)
    }

    /// The values of one sort that are known of an entity.
    pub fn values(&self, entity: EntityNo, kind: FactKind) -> impl Iterator<Item = &Fact> {
        self.facts(entity).iter().filter(move |fact| fact.kind == kind)
    }

    /// The periods of one sort that are known of an entity.
    pub fn periods(&self, entity: EntityNo, kind: FactKind) -> Vec<Period> {
        self.values(entity, kind).filter_map(|fact| fact.value.parse().ok()).collect()
    }

    /// The sources that speak of an entity, by number.
    pub fn sources(&self, entity: EntityNo) -> impl Iterator<Item = SourceNo> {
        run(&self.speaks, entity, |(entity, _)| *entity).iter().map(|(_, source)| *source)
    }

    /// What an identifier is, in words.
    pub fn key(&self, fact: &Fact) -> &str {
        fact.key.and_then(|key| self.keys.get(&key)).map_or("identifier", |name| name)
    }
}

/// The run of one entity in a list that is sorted by entity.
fn run<T>(all: &[T], entity: EntityNo, of: impl Fn(&T) -> EntityNo) -> &[T] {
    let start = all.partition_point(|item| of(item) < entity);
    let rest = all.get(start..).unwrap_or_default();
    let end = rest.partition_point(|item| of(item) == entity);
    rest.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_what_is_around_them() {
        let found = |value: &str| identifiers(value).collect::<Vec<_>>();
        assert_eq!(found("A-1234567"), ["a1234567"]);
        assert_eq!(found("Passport no. OR 801168, issued on 2015-03-12 in Kabul"), ["801168"]);
        assert_eq!(found("QDi.042"), ["qdi042"]);
        assert_eq!(found("12 34"), ["1234"]);
        assert_eq!(found("n/a"), Vec::<String>::new());
    }

    #[test]
    fn the_schema_says_what_is_a_fact() {
        let schema = Schema::builtin();
        let of = |name: &str| kind_of(schema.attribute(name), name);
        assert_eq!(of("birth_date"), Some(FactKind::Born));
        assert_eq!(of("nationality"), Some(FactKind::Country));
        assert_eq!(of("reference_number"), Some(FactKind::Identifier));
        assert_eq!(of("listed_on"), Some(FactKind::Listed));
        assert_eq!(of("description"), None);
    }
}
