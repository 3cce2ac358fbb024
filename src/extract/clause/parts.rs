//! Parts of speech, by what a word may be and what stands around it.

use super::super::lexicon::{Tags, VerbForm};
use super::super::tokens::{Case, Class};
use super::Clause;

/// What a word is in its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Part {
    /// A word of a name: the number of its mention.
    Name(usize),
    Determiner,
    /// A noun or an adjective; of neither more is known.
    Noun,
    Number,
    Pronoun,
    /// A finite verb.
    Verb,
    /// A past participle, alone or after `be` or `have`.
    Participle,
    Ing,
    /// A verb after `to`.
    Infinitive,
    Be,
    Have,
    /// `do` and the modals.
    Modal,
    To,
    /// A preposition, of as many words.
    Preposition(usize),
    Conjunction,
    Relative,
    Subordinator,
    Adverb,
    Negation,
    Possessive,
    Comma,
    Open,
    Close,
    Quote,
    /// A full stop, a colon, a dash.
    Stop,
}

impl Part {
    /// Whether a noun phrase may hold it.
    pub fn is_nominal(self) -> bool {
        matches!(self, Part::Name(_) | Part::Determiner | Part::Noun | Part::Number | Part::Pronoun)
    }

    /// Whether it is a verb in any form, auxiliaries not counted.
    pub fn is_verb(self) -> bool {
        matches!(self, Part::Verb | Part::Participle | Part::Ing | Part::Infinitive)
    }
}

/// The part of speech of each word of a sentence. O(n).
pub(in super::super) fn parts(clause: &Clause<'_, '_>) -> Vec<Part> {
    let mut found: Vec<Part> = Vec::with_capacity(clause.len());
    let mut at = 0;
    while at < clause.len() {
        let part = part(clause, at, &found);
        let length = match part {
            Part::Preposition(words) => words,
            _ => 1,
        };
        for _ in 0..length {
            found.push(part);
        }
        at += length;
    }
    settle(clause, &mut found);
    found
}

fn part(clause: &Clause<'_, '_>, at: usize, found: &[Part]) -> Part {
    if let Some(mention) = clause.mention_of[at] {
        return Part::Name(mention);
    }
    let word = clause.word(at);
    match word.token.class {
        Class::Number => return Part::Number,
        Class::Possessive => return Part::Possessive,
        Class::Sign(sign) => return sign_part(sign),
        Class::Word => {}
    }
    let before = found.last().copied();
    let next = (at + 1 < clause.len()).then(|| clause.word(at + 1));
    if let Some(length) = phrase(clause, at) {
        return Part::Preposition(length);
    }
    let tags = word.form.tags;
    let is = |list| tags.has(list);
    if is(Tags::NEGATION) && !is(Tags::DETERMINER) && !is(Tags::PREPOSITION) {
        return Part::Negation;
    }
    if word.is("to") {
        let base =
            (at + 1..clause.len().min(at + 4)).find(|&at| !clause.word(at).has(Tags::ADVERB)).is_some_and(|at| {
                let verb = clause.word(at);
                clause.mention_of[at].is_none() && verb.form.verb.is_some_and(|form| form.may_be(VerbForm::BASE))
                    || verb.is("be")
                    || verb.is("have")
            });
        return if base { Part::To } else { Part::Preposition(1) };
    }
    if word.is("that") || word.is("this") || word.is("these") || word.is("those") {
        let noun_next = next.is_some_and(|next| {
            next.is_word()
                && !next.has(Tags::BE.or(Tags::MODAL).or(Tags::HAVE))
                && (next.form.noun.is_some() || next.form.verb.is_none())
                && !next.has(Tags::PREPOSITION)
        });
        if word.is("that") {
            let after_noun = matches!(before, Some(Part::Noun | Part::Name(_) | Part::Comma));
            let verb_next = next.is_some_and(|next| {
                next.has(Tags::BE.or(Tags::MODAL).or(Tags::HAVE).or(Tags::VERB).or(Tags::ADVERB))
                    && next.form.noun.is_none()
            });
            return if after_noun && verb_next { Part::Relative } else { Part::Subordinator };
        }
        return if noun_next { Part::Determiner } else { Part::Pronoun };
    }
    if word.is("whose") || word.is("which") || word.is("who") || word.is("whom") {
        return Part::Relative;
    }
    if is(Tags::BE) {
        return Part::Be;
    }
    if is(Tags::HAVE) {
        return Part::Have;
    }
    if is(Tags::MODAL.or(Tags::DO)) && !word.token.is_capital() || word.is("may") && word.token.case == Case::Lower {
        return Part::Modal;
    }
    if is(Tags::CONJUNCTION) {
        return Part::Conjunction;
    }
    if is(Tags::DETERMINER) && !(word.is("all") && next.is_some_and(|next| next.is("of"))) {
        return Part::Determiner;
    }
    if is(Tags::NUMBER) {
        return Part::Number;
    }
    if is(Tags::PRONOUN) {
        return Part::Pronoun;
    }
    if word.is("as") && next.is_some_and(|next| next.is("being") || next.is("having")) {
        return Part::Preposition(1);
    }
    // "after talks" is a preposition, "after it split" is not; which it is shows when the clause is read.
    if is(Tags::SUBORDINATOR) && (!is(Tags::PREPOSITION) || clause_follows(clause, at)) {
        return Part::Subordinator;
    }
    if is(Tags::PREPOSITION) {
        return Part::Preposition(1);
    }
    verb_or_noun(clause, at, found)
}

fn sign_part(sign: char) -> Part {
    match sign {
        ',' | '،' | '、' => Part::Comma,
        '(' | '[' => Part::Open,
        ')' | ']' => Part::Close,
        '"' | '“' | '”' | '«' | '»' | '‘' | '’' | '\'' | '„' => Part::Quote,
        _ => Part::Stop,
    }
}

/// The length of a preposition of several words.
fn phrase(clause: &Clause<'_, '_>, at: usize) -> Option<usize> {
    let first = clause.word(at).text;
    let lower;
    let first = if first.bytes().any(|b| b.is_ascii_uppercase()) {
        lower = first.to_lowercase();
        &lower
    } else {
        first
    };
    clause
        .rules
        .lexicon()
        .phrases(first)
        .iter()
        .filter(|rest| {
            at + rest.len() < clause.len()
                && rest.iter().enumerate().all(|(step, part)| {
                    clause.word(at + 1 + step).is(part) && clause.mention_of[at + 1 + step].is_none()
                })
        })
        .map(|rest| rest.len() + 1)
        .max()
}

/// Whether a verb that is surely finite follows before the next comma: `after it split`, `since it was founded`.
fn clause_follows(clause: &Clause<'_, '_>, at: usize) -> bool {
    let word = clause.word(at);
    if word.is("as") && at + 1 < clause.len() && clause.word(at + 1).has(Tags::DETERMINER) {
        return false;
    }
    let mut nouns = false;
    for next in at + 1..clause.len().min(at + 12) {
        let word = clause.word(next);
        if matches!(word.token.class, Class::Sign(_)) {
            return false;
        }
        if clause.mention_of[next].is_some() {
            nouns = true;
            continue;
        }
        if nouns && word.has(Tags::BE.or(Tags::MODAL).or(Tags::HAVE)) {
            return true;
        }
        if nouns
            && word.form.verb.is_some_and(|verb| verb.may_be(VerbForm::PAST | VerbForm::THIRD))
            && word.form.noun.is_none()
        {
            // "after attacks claimed by" is a participle.
            return !(next + 1 < clause.len() && clause.word(next + 1).is("by"));
        }
        if word.has(Tags::PREPOSITION) && !word.has(Tags::SUBORDINATOR) && !word.is("of") && !word.is("in") {
            return false;
        }
        nouns |= word.is_word() && !word.has(Tags::DETERMINER.or(Tags::ADVERB)) || word.has(Tags::PRONOUN);
    }
    false
}

/// Decides between verb and noun, by the word before and the word after.
fn verb_or_noun(clause: &Clause<'_, '_>, at: usize, found: &[Part]) -> Part {
    let word = clause.word(at);
    let Some(verb) = word.form.verb else {
        return if word.has(Tags::ADVERB) && word.form.noun.is_none() { Part::Adverb } else { Part::Noun };
    };
    if clause.is_joined(at) {
        return Part::Noun;
    }
    let noun = word.form.noun.is_some();
    let next = (at + 1 < clause.len()).then(|| clause.word(at + 1));
    let object_follows = next.is_some_and(|next| {
        next.has(Tags::DETERMINER.or(Tags::PRONOUN)) && !next.is("who")
            || clause.mention_of.get(at + 1).is_some_and(Option::is_some)
            || next.token.class == Class::Number
            || next.has(Tags::NUMBER)
    });
    let base = verb.may_be(VerbForm::BASE);
    let third = verb.may_be(VerbForm::THIRD);
    let past = verb.may_be(VerbForm::PAST | VerbForm::PARTICIPLE);
    // What stands before, adverbs left out.
    let before = found.iter().rev().find(|part| !matches!(part, Part::Adverb | Part::Negation)).copied();
    let adverb = matches!(found.last(), Some(Part::Adverb));
    match before {
        Some(Part::To) => Part::Infinitive,
        Some(Part::Modal) if base || past => Part::Infinitive,
        Some(Part::Pronoun | Part::Relative) if verb.forms != VerbForm::ING => Part::Verb,
        Some(Part::Have)
            if ["known", "suspected", "alleged", "reported", "documented", "established"]
                .iter()
                .any(|adjective| word.is(adjective))
                && next.is_some_and(|next| next.form.noun.is_some_and(|(_, plural)| plural)) =>
        {
            Part::Noun
        }
        Some(Part::Be | Part::Have) => {
            if verb.may_be(VerbForm::ING) && !noun {
                Part::Ing
            } else if verb.may_be(VerbForm::PARTICIPLE) && (!noun || !base || adverb || !object_follows) {
                Part::Participle
            } else {
                Part::Noun
            }
        }
        Some(Part::Verb)
            if base && at > 0 && ["helped", "help", "helps", "let"].iter().any(|word| clause.word(at - 1).is(word)) =>
        {
            Part::Infinitive
        }
        Some(Part::Determiner | Part::Possessive) => Part::Noun,
        Some(Part::Preposition(_)) => {
            if verb.may_be(VerbForm::ING) && (!noun || object_follows) {
                Part::Ing
            } else {
                Part::Noun
            }
        }
        Some(Part::Number | Part::Noun | Part::Name(_) | Part::Close) => {
            if verb.may_be(VerbForm::ING) {
                // "a long running feud"
                let inside = found.iter().rev().find(|part| !matches!(part, Part::Noun | Part::Number))
                    == Some(&Part::Determiner)
                    && matches!(before, Some(Part::Noun))
                    && next.is_some_and(|next| next.form.noun.is_some() && !object_follows)
                    && clause.word(at - 1).form.noun.is_none();
                return if noun && !object_follows || inside { Part::Noun } else { Part::Ing };
            }
            if past {
                if !(noun && base) || object_follows || adverb {
                    return Part::Verb;
                }
                // "X split from Y": the only verb that the sentence may have here.
                let name =
                    matches!(found.last(), Some(Part::Name(_) | Part::Close)) || plural_before(clause, at, found);
                let followed = next.is_none_or(|next| {
                    next.has(Tags::PREPOSITION) || next.is_sign('.') || next.is_sign(',') || next.is("off")
                });
                let one = name && followed && is_first_verb(found) && !finite_ahead(clause, at);
                return if one { Part::Verb } else { Part::Noun };
            }
            let plural = plural_before(clause, at, found);
            if third && !noun {
                return Part::Verb;
            }
            if third {
                let verb_later = next.is_some_and(|next| {
                    next.form.verb.is_some_and(|form| form.may_be(VerbForm::PAST))
                        || next.has(Tags::BE.or(Tags::HAVE).or(Tags::MODAL))
                });
                let followed = object_follows
                    || next.is_some_and(|next| next.has(Tags::PREPOSITION) && !next.is("of") || next.is("that"));
                let name = matches!(found.last(), Some(Part::Name(_) | Part::Close | Part::Adverb));
                return if !plural && followed && !verb_later && (name || object_follows) {
                    Part::Verb
                } else {
                    Part::Noun
                };
            }
            let on = next.is_some_and(|next| {
                next.has(Tags::ADVERB) || next.is("with") || next.is("against") || next.is("alongside")
            });
            if base && (!noun || object_follows || adverb || plural && on) && (plural || adverb || !noun) {
                Part::Verb
            } else {
                Part::Noun
            }
        }
        Some(Part::Conjunction | Part::Comma) => {
            let list = last_verb(found);
            let pair = matches!(found.get(found.len().wrapping_sub(2)), Some(Part::Noun))
                && next.is_some_and(|next| next.form.noun.is_some() && next.form.verb.is_none());
            if verb.may_be(VerbForm::ING) && matches!(before, Some(Part::Conjunction)) && pair {
                // "a training centre and meeting site"
                Part::Noun
            } else if verb.may_be(VerbForm::ING) {
                Part::Ing
            } else if past && !(noun && base) {
                if next.is_some_and(|next| next.is("by"))
                    || matches!(before, Some(Part::Comma))
                        && is_first_verb(found)
                        && !object_follows
                        && finite_later(clause, at)
                {
                    Part::Participle
                } else {
                    Part::Verb
                }
            } else if base
                && (list == Some(Part::Infinitive) || list == Some(Part::Verb) && plural_verb(clause, found))
                && (!noun
                    || object_follows
                    || next.is_some_and(|next| next.form.noun.is_some() && !next.has(Tags::PREPOSITION)))
            {
                list.unwrap_or(Part::Verb)
            } else if third && (!noun || object_follows) || base && !noun && object_follows {
                Part::Verb
            } else {
                Part::Noun
            }
        }
        _ if verb.may_be(VerbForm::ING) && (!noun || object_follows) => Part::Ing,
        _ if past && !(noun && base && !object_follows) => {
            if found.iter().all(|part| !part.is_nominal()) {
                Part::Participle
            } else {
                Part::Verb
            }
        }
        _ if third && object_follows => Part::Verb,
        _ => Part::Noun,
    }
}

/// The last verb that was found, before a noun clause at most.
fn last_verb(found: &[Part]) -> Option<Part> {
    found.iter().rev().copied().take(40).find(|part| part.is_verb())
}

fn is_first_verb(found: &[Part]) -> bool {
    !found.iter().rev().take(60).any(|part| matches!(part, Part::Verb | Part::Be | Part::Have))
}

/// Whether a verb that is surely finite follows anywhere in the clause and those after it.
fn finite_later(clause: &Clause<'_, '_>, at: usize) -> bool {
    (at + 1..clause.len().min(at + 60)).any(|at| {
        let word = clause.word(at);
        clause.mention_of[at].is_none()
            && (word.has(Tags::BE.or(Tags::HAVE).or(Tags::MODAL))
                || word.form.noun.is_none() && word.form.verb.is_some_and(|verb| verb.may_be(VerbForm::PAST)))
    })
}

/// Whether a verb that is surely finite follows soon.
fn finite_ahead(clause: &Clause<'_, '_>, at: usize) -> bool {
    (at + 1..clause.len().min(at + 12))
        .take_while(|&at| {
            !matches!(clause.word(at).token.class, Class::Sign(_))
                && !clause.word(at).has(Tags::SUBORDINATOR.or(Tags::RELATIVE).or(Tags::CONJUNCTION))
        })
        .any(|at| {
            let word = clause.word(at);
            clause.mention_of[at].is_none()
                && (word.has(Tags::BE.or(Tags::HAVE).or(Tags::MODAL))
                    || word.form.noun.is_none() && word.form.verb.is_some_and(|verb| verb.may_be(VerbForm::PAST)))
        })
}

/// Whether the last verb is one of a plural ("they run ... and use").
fn plural_verb(clause: &Clause<'_, '_>, found: &[Part]) -> bool {
    let at = found.iter().rposition(|part| *part == Part::Verb);
    at.is_some_and(|at| clause.word(at).form.verb.is_some_and(|verb| verb.may_be(VerbForm::BASE)))
}

/// Whether what stands before is of the plural: a plural noun, a number, "A and B".
fn plural_before(clause: &Clause<'_, '_>, at: usize, found: &[Part]) -> bool {
    let Some(last) = found.iter().rposition(|part| !matches!(part, Part::Adverb | Part::Close)) else { return false };
    let word = clause.word(last);
    let plural = word.form.noun.is_some_and(|(_, plural)| plural)
        || matches!(found[last], Part::Number)
        || matches!(found[last], Part::Name(_))
            && word.text.ends_with('s')
            && !word.text.ends_with("ss")
            && word.text.len() > 4;
    // "A and B attack"
    let pair = found[..last]
        .iter()
        .rev()
        .take(8)
        .take_while(|part| {
            part.is_nominal() || matches!(part, Part::Conjunction | Part::Comma | Part::Open | Part::Close)
        })
        .any(|part| *part == Part::Conjunction);
    let _ = at;
    plural || pair
}

/// What only the whole sentence tells: a participle that looked finite before the real verb ("the men killed in the
/// attack were ...").
fn settle(clause: &Clause<'_, '_>, found: &mut [Part]) {
    for at in 0..found.len() {
        if found[at] != Part::Verb {
            continue;
        }
        let verb = clause.word(at).form.verb;
        let both = verb.is_some_and(|verb| verb.may_be(VerbForm::PARTICIPLE) && verb.may_be(VerbForm::PAST));
        let after_noun = at > 0 && matches!(found[at - 1], Part::Noun | Part::Name(_) | Part::Close);
        if !both || !after_noun {
            continue;
        }
        let next = found.get(at + 1).copied();
        let by = at + 1 < clause.len() && clause.word(at + 1).is("by");
        let prep = matches!(next, Some(Part::Preposition(_) | Part::To));
        let finite_later = prep
            && found[at + 1..]
                .iter()
                .take(30)
                .take_while(|part| {
                    !matches!(
                        part,
                        Part::Comma
                            | Part::Conjunction
                            | Part::Relative
                            | Part::Subordinator
                            | Part::Stop
                            | Part::Quote
                    )
                })
                .any(|part| matches!(part, Part::Verb | Part::Be | Part::Have | Part::Modal));
        // "a charity based in Cyprus"
        const STATES: [&str; 13] = [
            "based",
            "located",
            "known",
            "called",
            "named",
            "comprised",
            "composed",
            "linked",
            "tied",
            "affiliated",
            "situated",
            "dubbed",
            "designated",
        ];
        let state = prep && STATES.iter().any(|word| clause.word(at).is(word));
        if by || finite_later || state {
            found[at] = Part::Participle;
        }
    }
}
