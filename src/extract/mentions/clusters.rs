//! The mentions of one entity: by what is known, by spelling, acronym, surname and short form.

use std::collections::HashMap;

use super::super::lexicon::Tags;
use super::super::rules::Rules;
use super::spans::is_acronym;
use super::{Kind, Known, Mention, Named, Reading, Votes};
use crate::model::NameRole;
use crate::names;

/// One entity of a document.
#[derive(Clone, Debug)]
pub(in super::super) struct Cluster {
    /// Its mentions, in the order of the text.
    pub mentions: Vec<usize>,
    pub kind: Kind,
    pub finer: Option<Box<str>>,
    /// What it is known as.
    pub known: Option<usize>,
    /// The name to show.
    pub name: String,
    /// Other names, with their role and the mention that first has them.
    pub names: Vec<(String, NameRole, usize)>,
    /// Whether more than a guess speaks for its kind.
    pub firm: bool,
    /// Whether anything but a capital letter speaks for its kind.
    pub certain: bool,
}

/// Joins mentions to entities. O(n) in the mentions, but for look-ups.
pub(in super::super) fn clusters(
    reading: &Reading<'_>,
    rules: &Rules,
    known: &Known<'_>,
    mut mentions: Vec<Mention>,
) -> Named {
    let mut joined = Joined { of: (0..mentions.len()).collect() };
    by_key(reading, rules, &mentions, &mut joined);
    for (number, mention) in mentions.iter().enumerate() {
        if let Some(owner) = mention.defines {
            joined.join(owner, number);
        }
    }
    by_short_form(reading, rules, &mentions, &mut joined);
    let mut numbers: HashMap<usize, usize> = HashMap::new();
    let mut members: Vec<Vec<usize>> = Vec::new();
    for number in 0..mentions.len() {
        let root = joined.root(number);
        let cluster = *numbers.entry(root).or_insert_with(|| {
            members.push(Vec::new());
            members.len() - 1
        });
        mentions[number].cluster = cluster;
        members[cluster].push(number);
    }
    let clusters = members.into_iter().map(|members| cluster(reading, rules, known, &mentions, members)).collect();
    Named { mentions, clusters }
}

/// Sets of mentions, each named by its first.
struct Joined {
    of: Vec<usize>,
}

impl Joined {
    fn root(&mut self, mut number: usize) -> usize {
        while self.of[number] != number {
            self.of[number] = self.of[self.of[number]];
            number = self.of[number];
        }
        number
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.of[a.max(b)] = a.min(b);
    }
}

/// The key under which a mention is the same as another: "Pakistani government" as "government of Pakistan".
fn key(reading: &Reading<'_>, rules: &Rules, mention: &Mention) -> String {
    let folded = names::fold(reading.words_text(&mention.words));
    let places = rules.gazetteer();
    if let Some(country) = folded.strip_prefix("government of ") {
        let country = country.trim_start_matches("the ");
        return format!("{} government", places.country_of(country).unwrap_or(country).to_lowercase());
    }
    if let Some((first, rest)) = folded.split_once(' ')
        && let Some(country) = places.demonym(first)
        && mention.rule == "names.body-of"
    {
        return format!("{} {rest}", country.to_lowercase());
    }
    if let Some(country) = places.country_of(&folded) {
        return country.to_lowercase();
    }
    let kind = mention.votes.best();
    // A province has its name with and without the word.
    if kind == Some(Kind::Place) {
        for word in [" province", " district", " governorate", " state", " county", " region"] {
            if let Some(name) = folded.strip_suffix(word) {
                return name.to_owned();
            }
        }
    }
    names::skeleton(&folded)
}

fn by_key(reading: &Reading<'_>, rules: &Rules, mentions: &[Mention], joined: &mut Joined) {
    let mut by_known: HashMap<usize, usize> = HashMap::new();
    let mut by_key: HashMap<(bool, String), usize> = HashMap::new();
    for (number, mention) in mentions.iter().enumerate() {
        if let Some(known) = mention.known {
            joined.join(*by_known.entry(known).or_insert(number), number);
            continue;
        }
        let place = mention.votes.best() == Some(Kind::Place);
        let acronym = is_acronym(reading.words_text(&mention.words)) && !place;
        // An acronym is not the word that it spells.
        let key = (acronym, key(reading, rules, mention));
        joined.join(*by_key.entry(key).or_insert(number), number);
    }
}

/// Surnames alone, "the Haqqanis", first parts of long names.
fn by_short_form(reading: &Reading<'_>, rules: &Rules, mentions: &[Mention], joined: &mut Joined) {
    let fold = |mention: &Mention| names::fold(reading.words_text(&mention.words));
    // The last words of persons and the first words of bodies, each with the only entity that has them.
    let mut surnames: HashMap<String, Option<usize>> = HashMap::new();
    let mut firsts: HashMap<String, Option<usize>> = HashMap::new();
    for number in 0..mentions.len() {
        let mention = &mentions[number];
        if mention.words.len() < 2 || mention.inside.is_some() && mention.known.is_none() {
            continue;
        }
        let folded = fold(mention);
        let root = joined.root(number);
        let person = mention.votes.best() == Some(Kind::Person);
        let body = matches!(mention.votes.best(), Some(Kind::Organisation));
        let words: Vec<&str> = folded.split(' ').collect();
        if person {
            for back in 1..=2.min(words.len() - 1) {
                let last = words[words.len() - back..].join(" ");
                note(&mut surnames, last, root, joined);
            }
        } else if body {
            for length in 1..words.len() {
                note(&mut firsts, words[..length].join(" "), root, joined);
            }
        }
    }
    for number in 0..mentions.len() {
        let mention = &mentions[number];
        if mention.words.len() > 3 || mention.known.is_some() {
            continue;
        }
        let best = mention.votes.best();
        let folded = fold(mention);
        let root = joined.root(number);
        if (best.is_none()
            || best == Some(Kind::Person)
            || best == Some(Kind::Organisation) && mention.words.len() == 1)
            && let Some(&Some(owner)) = surnames.get(&folded)
            && owner != root
            && owner < number
        {
            joined.join(owner, number);
            continue;
        }
        let place = best == Some(Kind::Place)
            || rules.gazetteer().is_place(&folded)
            || rules.gazetteer().demonym(&folded).is_some();
        let common = mention.words.len() == 1 && {
            let word = &reading.words[mention.words.start];
            word.has(Tags::ORGANISATION_FIRST.or(Tags::NO_NAME).or(Tags::ORGANISATION)) || word.form.noun.is_some()
        };
        if place || common || best == Some(Kind::Person) || best == Some(Kind::Group) {
            continue;
        }
        let plural = folded.strip_suffix('s').unwrap_or(&folded);
        let found = firsts.get(&folded).or_else(|| firsts.get(plural));
        if let Some(&Some(owner)) = found
            && owner != root
            && owner < number
        {
            joined.join(owner, number);
        }
    }
}

/// Notes that an entity has a short form; a form of two entities is a form of none.
fn note(forms: &mut HashMap<String, Option<usize>>, form: String, root: usize, joined: &mut Joined) {
    if form.len() < 3 {
        return;
    }
    let known = forms.entry(form).or_insert(Some(root));
    if known.is_some_and(|other| joined.root(other) != root) {
        *known = None;
    }
}

fn cluster(
    reading: &Reading<'_>,
    rules: &Rules,
    known: &Known<'_>,
    mentions: &[Mention],
    members: Vec<usize>,
) -> Cluster {
    let mut votes = Votes::default();
    for &number in &members {
        votes.join(&mentions[number].votes);
    }
    let known_as = members.iter().find_map(|&number| mentions[number].known);
    let entity = known_as.and_then(|number| known.entity(number));
    let best = entity.and_then(|entity| entity.kind).or_else(|| votes.best());
    let kind = best.unwrap_or(Kind::Organisation);
    let same = |number: &&usize| mentions[**number].votes.best().is_none_or(|best| best == kind);
    let finer = entity
        .and_then(|entity| entity.finer.clone())
        .or_else(|| members.iter().filter(same).find_map(|&number| mentions[number].finer.clone()));
    let mut names: Vec<(String, NameRole, usize)> = Vec::new();
    for &number in &members {
        let text = reading.words_text(&mentions[number].words);
        let text = text.strip_prefix("the ").unwrap_or(text).replace(['\n', '\r'], " ");
        if names.iter().any(|(name, ..)| *name == text) {
            continue;
        }
        let role = if is_acronym(&text) && kind == Kind::Organisation { NameRole::Acronym } else { NameRole::Alias };
        names.push((text, role, number));
    }
    // The fullest name is the name to show; of a body that is only named by its acronym, the name that it is known by.
    let fullest = names
        .iter()
        .filter(|(_, role, _)| *role == NameRole::Alias)
        .max_by_key(|(name, _, number)| {
            let words = name.split_whitespace().count();
            let short = kind == Kind::Organisation && mentions[*number].known.is_some();
            (if short { 2 } else { words }, std::cmp::Reverse(*number))
        })
        .map(|(name, ..)| name.clone());
    let body = entity.map(|entity| entity.name.to_string());
    let place =
        rules.gazetteer().country_of(&names::fold(&names.first().map_or(String::new(), |(name, ..)| name.clone())));
    let name = match (kind, place) {
        (Kind::Place, Some(country)) => country.to_owned(),
        _ => fullest.or(body).or_else(|| names.first().map(|(name, ..)| name.clone())).unwrap_or_default(),
    };
    if let Some(first) = names.iter_mut().find(|(text, ..)| *text == name) {
        first.1 = NameRole::Primary;
    }
    Cluster {
        mentions: members,
        kind,
        finer,
        known: known_as,
        name,
        names,
        firm: known_as.is_some() || votes.of(kind) >= 3,
        certain: best.is_some(),
    }
}
