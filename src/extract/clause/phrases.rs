//! Noun phrases: their heads, what belongs to them, what is listed with them and what is said to be the same.

use std::ops::Range;

use super::super::lexicon::Tags;
use super::super::tokens::Case;
use super::{Clause, Part};

/// A noun phrase without what follows its head.
#[derive(Clone, Debug)]
pub(in super::super) struct NounPhrase {
    /// Its words, by their number in the sentence.
    pub words: Range<usize>,
    /// The word that the phrase is about: its last noun or the last word of its name.
    pub head: usize,
    /// The mention that it is about, if its head is a name.
    pub mention: Option<usize>,
    /// Mentions before the head: "al-Qaeda affiliate", "U.S. invasion".
    pub modifiers: Vec<usize>,
    /// The phrase that it belongs to: "the group’s leader".
    pub possessor: Option<usize>,
    /// Whether it begins with an article or a pronoun that points back.
    pub definite: bool,
    /// Whether its possessor is a pronoun ("its leader").
    pub pronoun_possessor: bool,
    /// The list that it is a part of: the number of its first phrase.
    pub list: usize,
    /// The phrase that this one is another word for.
    pub same_as: Option<usize>,
    /// The preposition before it, by its first word and the number of its words.
    pub preposition: Option<(usize, usize)>,
}

/// The noun phrases of a sentence.
#[derive(Default)]
pub(in super::super) struct Phrases {
    pub list: Vec<NounPhrase>,
    /// For each word the phrase that it belongs to.
    pub of_word: Vec<Option<usize>>,
}

impl Phrases {
    /// All phrases of the list that this one stands in, in order.
    pub fn listed(&self, phrase: usize) -> Vec<usize> {
        let list = self.list[phrase].list;
        // A list is a run of neighbours, but for what is said of its members.
        (list..self.list.len())
            .take_while(|&other| other < list + 64)
            .filter(|&other| self.list[other].list == list && (other == list || self.list[other].same_as.is_none()))
            .collect()
    }
}

/// Finds the noun phrases of a sentence. O(n).
pub(in super::super) fn phrases(clause: &Clause<'_, '_>, parts: &[Part]) -> Phrases {
    let mut found = Phrases { list: Vec::new(), of_word: vec![None; parts.len()] };
    let mut at = 0;
    while at < parts.len() {
        let end = end_of(clause, parts, at);
        if end == at {
            at += 1;
            continue;
        }
        add(clause, parts, at..end, &mut found);
        at = end;
    }
    for number in 0..found.list.len() {
        join(clause, parts, number, &mut found);
    }
    found
}

/// Where the noun phrase that begins here ends; `at` if none does.
fn end_of(clause: &Clause<'_, '_>, parts: &[Part], at: usize) -> usize {
    let nominal = |at: usize| {
        parts.get(at).is_some_and(|part| {
            part.is_nominal()
                // "internationally recognised groups", "the rebuilding forces"
                || matches!(part, Part::Adverb) && parts.get(at + 1).is_some_and(|next| *next == Part::Noun) && clause.word(at).text.ends_with("ly")
        })
    };
    if !nominal(at) {
        return at;
    }
    if parts[at] == Part::Pronoun {
        return at + 1;
    }
    let mut end = at;
    while nominal(end) {
        match parts[end] {
            Part::Determiner
                if end > at && !clause.word(end).has(Tags::NUMBER) && !matches!(parts[end - 1], Part::Determiner) =>
            {
                break;
            }
            Part::Pronoun => break,
            // A name after a noun is a phrase of its own, in apposition: "leader Omar Haddad", "the group Jabhat X".
            Part::Name(mention) if end > at => {
                let same = parts[end - 1] == Part::Name(mention);
                let mut named = end;
                while named > at && clause.word(named - 1).has(Tags::TITLE) && parts[named - 1] == Part::Noun {
                    named -= 1;
                }
                if named < end && named > at && !same && has_noun(clause, parts, at, named) {
                    return named;
                }
                if !same
                    && matches!(parts[end - 1], Part::Noun)
                    && !clause.is_joined(end)
                    && !is_adjective(clause, end - 1)
                    && has_noun(clause, parts, at, end)
                {
                    break;
                }
            }
            _ => {}
        }
        end += 1;
    }
    end
}

/// Whether a phrase so far has a noun of its own, so that a name after it is another phrase.
fn has_noun(clause: &Clause<'_, '_>, parts: &[Part], at: usize, end: usize) -> bool {
    (at..end).any(|at| parts[at] == Part::Noun && clause.word(at).form.noun.is_some())
}

/// Whether a word can only be an adjective here.
fn is_adjective(clause: &Clause<'_, '_>, at: usize) -> bool {
    let word = clause.word(at);
    word.form.noun.is_none() || word.has(Tags::DIRECTION) || word.token.case == Case::Title && word.has(Tags::NO_NAME)
}

fn add(clause: &Clause<'_, '_>, parts: &[Part], words: Range<usize>, found: &mut Phrases) {
    let number = found.list.len();
    let last = words.end - 1;
    // The last name is the head if nothing but it closes the phrase.
    let mention = match parts[last] {
        Part::Name(mention) => Some(mention),
        _ => None,
    };
    let mut modifiers: Vec<usize> = Vec::new();
    for at in words.clone() {
        if let Part::Name(other) = parts[at]
            && Some(other) != mention
            && modifiers.last() != Some(&other)
        {
            modifiers.push(other);
        }
        found.of_word[at] = Some(number);
    }
    let first = clause.word(words.start);
    let pronoun_possessor = ["its", "their", "his", "her"].iter().any(|own| first.is(own));
    let definite = first.is("the")
        || first.is("this")
        || first.is("these")
        || first.is("that")
        || first.is("those")
        || pronoun_possessor;
    // A phrase before a possessive owns this one.
    let possessor = (words.start > 0 && parts[words.start - 1] == Part::Possessive)
        .then(|| words.start.checked_sub(2).and_then(|at| found.of_word[at]))
        .flatten();
    // "the People's Protection Units (YPG) militants"
    if words.start > 0
        && parts[words.start - 1] == Part::Close
        && parts[words.start] != Part::Determiner
        && mention.is_none()
    {
        let owner = (0..number).rev().take(2).find_map(|other| {
            found.list[other].mention.filter(|_| parts.get(found.list[other].words.end) == Some(&Part::Open))
        });
        modifiers.extend(owner);
    }
    // "the network, which is ..., and whose members hold ..."
    let possessor = possessor.or_else(|| {
        let whose =
            words.start.checked_sub(1).filter(|&at| parts[at] == Part::Relative && clause.word(at).is("whose"))?;
        let joined = whose > 0 && parts[whose - 1] == Part::Conjunction;
        let relative = (0..whose).rev().find(|&at| joined && parts[at] == Part::Relative).unwrap_or(whose);
        (0..relative).rev().find_map(|at| found.of_word[at])
    });
    let before = words.start.checked_sub(1);
    let preposition = match possessor {
        Some(owner) => found.list[owner].preposition,
        None => before.and_then(|at| match parts[at] {
            Part::Preposition(length) => Some((at + 1 - length, length)),
            // "with the help of, and under, X" is too rare to be read.
            _ => None,
        }),
    };
    found.list.push(NounPhrase {
        words,
        head: last,
        mention,
        modifiers,
        possessor,
        definite,
        pronoun_possessor,
        list: number,
        same_as: None,
        preposition,
    });
}

/// Joins a phrase to the list that it goes on, or to the phrase that it is another word for.
fn join(clause: &Clause<'_, '_>, parts: &[Part], number: usize, found: &mut Phrases) {
    let Some(before) = number.checked_sub(1) else { return };
    let here = found.list[number].words.clone();
    let gap = found.list[before].words.end..here.start;
    // "leader Omar Haddad": a name directly after a noun.
    if gap.is_empty() {
        if found.list[number].mention.is_some() && found.list[before].mention.is_none() {
            let head = clause.word(found.list[before].head);
            let people =
                head.has(Tags::ROLE.or(Tags::FIGHTERS).or(Tags::ORGANISATION).or(Tags::FACILITY).or(Tags::PLACE_WORD));
            if people {
                found.list[before].same_as = Some(number);
                // The name stands where the noun stood.
                found.list[number].preposition = found.list[before].preposition;
            }
        }
        return;
    }
    if found.list[number].possessor == Some(before) {
        // "A and B's wing": the wing is listed, and not B.
        if found.list[before].list != before {
            found.list[number].list = found.list[before].list;
            found.list[before].list = before;
        }
        return;
    }
    let between: Vec<Part> = parts[gap.clone()].iter().copied().filter(|part| !matches!(part, Part::Quote)).collect();
    // "(TTP)" after its name.
    if matches!(between.as_slice(), [Part::Open]) && parts.get(here.end) == Some(&Part::Close) {
        if let Some(mention) = found.list[number].mention
            && (clause.mentions[mention].defines.is_some()
                || found.list[before]
                    .mention
                    .is_some_and(|other| clause.mentions[other].cluster == clause.mentions[mention].cluster))
        {
            found.list[number].same_as = Some(before);
            found.list[number].list = found.list[before].list;
        }
        return;
    }
    // What stands between brackets or another word for it is passed over.
    let mut back = before;
    while let Some(owner) = found.list[back]
        .same_as
        .filter(|&owner| owner < back && parts.get(found.list[back].words.end) == Some(&Part::Close))
    {
        back = owner;
    }
    let stripped: Vec<Part> = between.iter().copied().filter(|part| !matches!(part, Part::Close)).collect();
    match stripped.as_slice() {
        [Part::Comma] => {
            let role = is_role(clause, found, number);
            let role_before = is_role(clause, found, back);
            if role && found.list[back].mention.is_some() && !goes_on(clause, parts, found, number) {
                found.list[number].same_as = Some(back);
            } else if role_before
                && found.list[number].mention.is_some()
                && (found.list[back].definite || found.list[back].possessor.is_some())
                && closes(parts, here.end)
            {
                // "the leader of Y, X, said"
                found.list[back].same_as = Some(number);
            } else if !is_fronted(clause, parts, found, back, number)
                && same_sort(clause, found, back, number)
                && goes_on(clause, parts, found, number)
            {
                found.list[number].list = found.list[back].list;
            }
        }
        [Part::Conjunction] | [Part::Comma, Part::Conjunction] => {
            let or_and = clause.word(gap.end - 1);
            let listing = or_and.is("and") || or_and.is("or") || or_and.is("&") || or_and.is("nor");
            let own_clause = matches!(stripped.as_slice(), [Part::Comma, Part::Conjunction])
                && begins_clause(parts, here.end)
                && found.list[back].list == back;
            let object_before =
                begins_clause(parts, here.end) && has_verb_before(parts, found.list[found.list[back].list].words.start);
            if listing && !own_clause && !object_before && same_sort(clause, found, back, number) {
                found.list[number].list = found.list[back].list;
            }
        }
        [Part::Preposition(_)] if gap.len() == 1 && clause.word(gap.start).is("including") => {
            found.list[number].list = found.list[back].list;
            found.list[number].preposition = found.list[back].preposition;
        }
        [Part::Comma, Part::Preposition(1)] if clause.word(gap.end - 1).is("including") => {
            found.list[number].list = found.list[back].list;
            found.list[number].preposition = found.list[back].preposition;
        }
        [Part::Preposition(_)]
            if gap.len() == 3 && clause.word(gap.start).is("as") && clause.word(gap.start + 1).is("well") =>
        {
            found.list[number].list = found.list[back].list;
        }
        _ => {}
    }
    let list = found.list[number].list;
    if list != number && found.list[number].preposition.is_none() && found.list[number].same_as.is_none() {
        found.list[number].preposition = found.list[list].preposition;
    }
}

/// Whether a phrase says what somebody is: "the leader", "a Nigerian group", "spokesman".
fn is_role(clause: &Clause<'_, '_>, found: &Phrases, number: usize) -> bool {
    let phrase = &found.list[number];
    if phrase.mention.is_some() {
        return false;
    }
    let head = clause.word(phrase.head);
    let first = clause.word(phrase.words.start);
    let marked = first.has(Tags::DETERMINER)
        || phrase.possessor.is_some()
        || head.has(Tags::ROLE)
        || first.is("former")
        || first.is("one");
    marked && !head.has(Tags::WEEKDAY.or(Tags::MONTH)) && !phrase.words.is_empty()
}

/// Whether a phrase only says when, where or why before the clause begins: "In 2010, A, B and C ...". Places may be listed
/// there themselves.
fn is_fronted(clause: &Clause<'_, '_>, parts: &[Part], found: &Phrases, back: usize, number: usize) -> bool {
    let place = |phrase: usize| {
        let mention = found.list[phrase].mention;
        mention
            .is_some_and(|mention| clause.mentions[mention].votes.best() == Some(super::super::mentions::Kind::Place))
    };
    let head = clause.word(found.list[back].head);
    let time = head.has(Tags::MONTH.or(Tags::WEEKDAY)) || parts[found.list[back].head] == Part::Number;
    let before_verb = !parts[..found.list[back].words.start]
        .iter()
        .any(|part| part.is_verb() || matches!(part, Part::Be | Part::Have));
    let has_preposition = found.list[found.list[back].list].preposition.is_some();
    time || before_verb && has_preposition && !(place(back) && place(number))
}

/// Whether two phrases may stand in one list: two names, or two of which neither is a place or a pronoun alone.
fn same_sort(clause: &Clause<'_, '_>, found: &Phrases, a: usize, b: usize) -> bool {
    let place = |number: usize| {
        found.list[number]
            .mention
            .map(|mention| clause.mentions[mention].votes.best() == Some(super::super::mentions::Kind::Place))
    };
    match (place(a), place(b)) {
        (Some(a), Some(b)) => a == b,
        _ => clause.word(found.list[b].head).is_word(),
    }
}

/// Whether a list goes on after this phrase: ", C and D" follows.
fn goes_on(clause: &Clause<'_, '_>, parts: &[Part], found: &Phrases, number: usize) -> bool {
    let mut at = found.list[number].words.end;
    // What follows in brackets or with "of" belongs to it.
    for _ in 0..24 {
        match parts.get(at) {
            Some(
                Part::Open
                | Part::Close
                | Part::Quote
                | Part::Name(_)
                | Part::Noun
                | Part::Number
                | Part::Possessive
                | Part::Determiner,
            ) => at += 1,
            Some(Part::Preposition(_)) if clause.word(at).is("of") => at += 1,
            Some(Part::Conjunction) => return !clause.word(at).is("but"),
            Some(Part::Comma) => {
                let next = parts.get(at + 1);
                if matches!(next, Some(Part::Conjunction)) {
                    return !clause.word(at + 1).is("but");
                }
                if !matches!(next, Some(Part::Name(_) | Part::Noun | Part::Determiner | Part::Number)) {
                    return false;
                }
                at += 1;
            }
            _ => return false,
        }
    }
    true
}

/// Whether an apposition closes here: by a comma, a full stop or a verb.
fn closes(parts: &[Part], at: usize) -> bool {
    matches!(
        parts.get(at),
        None | Some(Part::Comma | Part::Stop | Part::Quote | Part::Verb | Part::Be | Part::Have | Part::Open)
    )
}

/// Whether a verb of its own follows a phrase, so that it is a subject.
fn begins_clause(parts: &[Part], end: usize) -> bool {
    for at in end..parts.len().min(end + 14) {
        match parts[at] {
            Part::Verb | Part::Be | Part::Have | Part::Modal => return true,
            Part::Adverb
            | Part::Negation
            | Part::Open
            | Part::Close
            | Part::Name(_)
            | Part::Noun
            | Part::Possessive
            | Part::Preposition(_)
            | Part::Determiner => {}
            _ => return false,
        }
    }
    false
}

fn has_verb_before(parts: &[Part], start: usize) -> bool {
    parts[..start]
        .iter()
        .rev()
        .take(60)
        .any(|part| matches!(part, Part::Verb | Part::Be | Part::Have | Part::Infinitive))
}
