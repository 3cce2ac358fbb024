//! Finding entities by name, in any spelling.

use std::collections::HashMap;

use super::graph::{Graph, role};
use super::name_index::{self, WordMatch};
use crate::model::{EntityNo, NameRole};
use crate::names::{self, NameKind, Prepared};

/// An entity that was found by a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The entity.
    pub entity: EntityNo,
    /// The name that matched, as it is recorded.
    pub name: String,
    /// The role of that name.
    pub role: NameRole,
    /// How well it matches, 0 to 1.
    pub score: f64,
    /// Why it matches, in words.
    pub why: String,
}

/// The most names that one search compares letter by letter.
const MOST_COMPARED: usize = 200;
/// The most names that one search gathers by their words, to choose those to compare.
const MOST_GATHERED: usize = 5_000;
/// The most spellings of one word that are tried.
const MOST_SPELLINGS: usize = 24;
/// How the words of a name must meet those that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Words {
    /// All of them must be there.
    All,
    /// As many as possible, with an edit or two, or longer.
    Like,
}

/// A name that is looked for.
struct Wanted {
    skeleton: String,
    name: Prepared,
}

impl Wanted {
    fn of(text: &str, folded: &str) -> Self {
        Self { skeleton: names::skeleton(folded), name: Prepared::of(text, NameKind::Unknown) }
    }
}

/// The least score of a name that has all words that were asked for.
const HOLDS_ALL: f64 = 0.7;
/// Below this score a name is not offered.
const LEAST_SCORE: f64 = 0.4;

impl Graph {
    /// Entities one of whose names is `name` after folding; if there is none, after transliteration.
    ///
    /// O(1) and the names found for the first, O(names that share its rarest word) for the second.
    pub fn named(&self, name: &str) -> Vec<Hit> {
        let folded = names::fold(name);
        let exact = self.exactly_named(&folded);
        if !exact.is_empty() {
            return exact;
        }
        let skeleton = names::skeleton(&folded);
        let mut hits: Vec<Hit> = self
            .names_with_words(&skeleton, Words::All)
            .into_iter()
            .filter(|(_, name, _)| names::skeleton(&names::fold(name)) == skeleton)
            .map(|(entity, name, role)| Hit {
                entity,
                name,
                role,
                score: 0.95,
                why: "same after transliteration".to_owned(),
            })
            .collect();
        best_of_each(&mut hits);
        hits
    }

    /// The entities that somebody who says `name` may mean: those of [`Graph::named`], unless the name is weak for all
    /// of them but one.
    pub fn meant(&self, name: &str) -> Vec<Hit> {
        let hits = self.named(name);
        let mut strong = hits.iter().filter(|hit| hit.role != NameRole::Weak);
        match (strong.next(), strong.next()) {
            (Some(only), None) => vec![only.clone()],
            _ => hits,
        }
    }

    /// Entities one of whose names is `folded` after folding.
    pub fn exactly_named(&self, folded: &str) -> Vec<Hit> {
        let hit = |entity, name: &str, role| Hit {
            entity,
            name: name.to_owned(),
            role,
            score: 1.0,
            why: "same name".to_owned(),
        };
        let replaced = |entity| self.overlay().is_some_and(|overlay| overlay.nodes.contains_key(&entity));
        let mut hits: Vec<Hit> = name_index::exact(self.image(), folded)
            .into_iter()
            .filter_map(|number| name_index::name(self.image(), number))
            .filter(|name| !replaced(name.entity))
            .map(|name| hit(name.entity, self.image().text(name.text, name.len as usize), role(name)))
            .collect();
        if let Some(overlay) = self.overlay() {
            for (&entity, node) in &overlay.nodes {
                for (role, name) in &node.names {
                    if names::fold(name) == folded {
                        hits.push(hit(entity, name, *role));
                    }
                }
            }
        }
        best_of_each(&mut hits);
        hits
    }

    /// Entities whose names resemble `text`, the best first, at most `limit`.
    ///
    /// What is cheap and sure comes first: a whole name of several words that is the same is the answer. Else words are
    /// matched in any order by their transliteration skeleton, and where no name has them all, also with an edit or two
    /// and by their beginnings; then whole names are compared. O(1) for the first, else O(words of the index within the
    /// edits) and the names compared, which are bounded.
    pub fn find(&self, text: &str, limit: usize) -> Vec<Hit> {
        let folded = names::fold(text);
        let mut hits = self.exactly_named(&folded);
        if hits.is_empty() || !folded.contains(' ') {
            return self.find_like(text, limit);
        }
        hits.truncate(limit);
        hits
    }

    /// As [`Graph::find`], also beyond a name that is the same: for who looks for more than the one who has it.
    pub fn find_like(&self, text: &str, limit: usize) -> Vec<Hit> {
        let folded = names::fold(text);
        let mut hits = self.exactly_named(&folded);
        let wanted = Wanted::of(text, &folded);
        self.compare(&wanted, self.names_with_words(&wanted.skeleton, Words::All), &mut hits);
        if hits.iter().all(|hit| hit.score < HOLDS_ALL) {
            self.compare(&wanted, self.names_with_words(&wanted.skeleton, Words::Like), &mut hits);
        }
        best_of_each(&mut hits);
        hits.truncate(limit);
        for hit in &mut hits {
            if hit.why.is_empty() {
                let name = Prepared::of(&hit.name, self.name_kind(hit.entity));
                hit.why = names::explain(&wanted.name, &name).reasons.join("; ");
            }
        }
        hits
    }

    /// Adds those of some names that resemble what is wanted; why is said later, of those that are shown.
    fn compare(&self, wanted: &Wanted, names: Vec<(EntityNo, String, NameRole)>, hits: &mut Vec<Hit>) {
        for (entity, name, role) in names {
            let score = names::score(&wanted.name, &Prepared::of(&name, self.name_kind(entity)));
            // A name that holds all that was asked for is what a person meant, however much longer it is.
            let holds = score < HOLDS_ALL && holds_words(&names::skeleton(&names::fold(&name)), &wanted.skeleton);
            let score = if holds { HOLDS_ALL } else { score };
            if score >= LEAST_SCORE {
                hits.push(Hit { entity, name, role, score, why: String::new() });
            }
        }
    }

    /// How the name of an entity is read: by the kind of the entity.
    fn name_kind(&self, entity: EntityNo) -> NameKind {
        let kind = self.kind_of(entity).map_or("", |kind| self.kind_name(kind));
        kind.parse().unwrap_or_default()
    }

    /// Names that start with `prefix` or have a word that does, at most `limit`: for completion.
    pub fn complete(&self, prefix: &str, limit: usize) -> Vec<String> {
        // A word that goes on may have another skeleton than one that ends here.
        const MORE: &str = "ra";
        let folded = names::fold(prefix);
        let longer = names::skeleton(&format!("{folded}{MORE}"));
        let mut skeletons = vec![names::skeleton(&folded)];
        skeletons.extend(longer.strip_suffix(MORE).map(str::to_owned));
        skeletons.dedup();
        let mut found: Vec<(bool, String)> = skeletons
            .iter()
            .flat_map(|skeleton| self.names_with_words(skeleton, Words::Like))
            .map(|(_, name, _)| (!names::fold(&name).starts_with(&folded), name))
            .collect();
        found.sort_by(|a, b| (a.0, a.1.chars().count(), &a.1).cmp(&(b.0, b.1.chars().count(), &b.1)));
        found.dedup();
        if found.first().is_some_and(|(other, _)| !other) {
            // What begins as it was typed is meant, if there is such a name.
            found.retain(|(other, _)| !other);
        }
        found.into_iter().take(limit).map(|(_, name)| name).collect()
    }

    /// Names that have the words of a skeleton, those with more of them first.
    fn names_with_words(&self, skeleton: &str, how: Words) -> Vec<(EntityNo, String, NameRole)> {
        let all = how == Words::All;
        let words: Vec<&str> = skeleton.split(' ').filter(|word| !word.is_empty()).collect();
        let look_up = |word: &str, how, limit| name_index::words(self.image(), word, how, limit);
        let mut lists: Vec<Vec<usize>> = Vec::new();
        for word in &words {
            let mut places = look_up(word, WordMatch::Same, 1);
            if !all {
                let edits = match word.chars().count() {
                    0..=3 => 0,
                    4..=7 => 1,
                    _ => 2,
                };
                if edits > 0 {
                    places.extend(look_up(word, WordMatch::Near(edits), MOST_SPELLINGS));
                }
                places.extend(look_up(word, WordMatch::Prefix, MOST_SPELLINGS));
                places.sort_unstable();
                places.dedup();
            }
            lists.push(places);
        }
        let names_of = |place: usize| name_index::word_names(self.image(), place);
        let size = |places: &[usize]| -> usize { places.iter().map(|&place| names_of(place).len()).sum() };
        lists.retain(|places| all || !places.is_empty());
        lists.sort_by_cached_key(|places| size(places));
        if lists.first().is_none_or(Vec::is_empty) {
            lists.clear();
        }
        // Rare words bring the names to compare; frequent ones only tell which of those have more words in common.
        let mut shared: HashMap<u32, usize> = HashMap::new();
        for (at, places) in lists.iter().enumerate() {
            if at == 0 || !all && shared.len() + size(places) <= MOST_GATHERED {
                for &name in places.iter().flat_map(|&place| names_of(place)).take(MOST_GATHERED) {
                    *shared.entry(name).or_insert(0) += 1;
                }
            } else {
                for (name, count) in &mut shared {
                    *count += usize::from(places.iter().any(|&place| names_of(place).binary_search(name).is_ok()));
                }
            }
        }
        let mut ranked: Vec<(u32, usize)> =
            shared.into_iter().filter(|(_, count)| !all || *count == lists.len()).collect();
        ranked.sort_unstable_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
        let replaced = |entity| self.overlay().is_some_and(|overlay| overlay.nodes.contains_key(&entity));
        let mut found: Vec<(EntityNo, String, NameRole)> = ranked
            .into_iter()
            .take(MOST_COMPARED)
            .filter_map(|(number, _)| name_index::name(self.image(), number))
            .filter(|name| !replaced(name.entity))
            .map(|name| (name.entity, self.image().text(name.text, name.len as usize).to_owned(), role(name)))
            .collect();
        if let Some(overlay) = self.overlay() {
            for (&entity, node) in &overlay.nodes {
                for (role, name) in &node.names {
                    let key = names::skeleton(&names::fold(name));
                    if words.is_empty() || if all { holds_words(&key, skeleton) } else { shares_word(&key, &words) } {
                        found.push((entity, name.clone(), *role));
                    }
                }
            }
        }
        found
    }
}

fn shares_word(skeleton: &str, words: &[&str]) -> bool {
    skeleton.split(' ').any(|have| words.iter().any(|want| have.starts_with(want)))
}

fn holds_words(skeleton: &str, wanted: &str) -> bool {
    wanted.split(' ').all(|want| skeleton.split(' ').any(|have| have == want))
}

/// Keeps the best hit of each entity, the best first.
fn best_of_each(hits: &mut Vec<Hit>) {
    let weak = |role| role == NameRole::Weak;
    hits.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then(weak(a.role).cmp(&weak(b.role)))
            .then(a.entity.cmp(&b.entity))
            .then(a.role.cmp(&b.role))
    });
    let mut seen = std::collections::HashSet::new();
    hits.retain(|hit| seen.insert(hit.entity));
}
