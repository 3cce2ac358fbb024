//! Names by their shape: rows of capitalised words, with what may join them and what they make a body or a group of.

use std::ops::Range;

use super::super::gazetteer::PlaceKind;
use super::super::lexicon::Tags;
use super::super::rules::Rules;
use super::super::tokens::{Case, Class};
use super::capitals::{Capitals, begins};
use super::kinds::Votes;
use super::known::Known;
use super::{Kind, Mention, Reading, Word, people};
use crate::names;

const FUNCTION: Tags = Tags::DETERMINER
    .or(Tags::PREPOSITION)
    .or(Tags::PRONOUN)
    .or(Tags::RELATIVE)
    .or(Tags::SUBORDINATOR)
    .or(Tags::CONJUNCTION)
    .or(Tags::BE)
    .or(Tags::HAVE)
    .or(Tags::DO)
    .or(Tags::MODAL)
    .or(Tags::NEGATION)
    .or(Tags::ADVERB)
    .or(Tags::NUMBER);

/// Function words that no name begins with.
const LEADING: Tags = Tags::DETERMINER
    .or(Tags::PREPOSITION)
    .or(Tags::PRONOUN)
    .or(Tags::RELATIVE)
    .or(Tags::SUBORDINATOR)
    .or(Tags::CONJUNCTION)
    .or(Tags::BE)
    .or(Tags::HAVE)
    .or(Tags::DO)
    .or(Tags::NEGATION)
    .or(Tags::WEEKDAY);

/// Finds the names of a sentence.
#[allow(clippy::too_many_arguments, reason = "the state of one pass")]
pub(super) fn find(
    reading: &Reading<'_>,
    sentence: usize,
    range: &Range<usize>,
    shouted: bool,
    capitals: &Capitals,
    rules: &Rules,
    known: &mut Known<'_>,
    out: &mut Vec<Mention>,
) {
    let mut finder = Finder { reading, sentence, range: range.clone(), shouted, capitals, rules, known, out };
    let first = finder.out.len();
    let mut at = range.start;
    while at < range.end {
        at = finder.step(at).max(at + 1);
    }
    finder.lists(first);
    finder.definitions(first);
}

pub(super) struct Finder<'a, 't, 'l> {
    pub reading: &'a Reading<'t>,
    pub sentence: usize,
    pub range: Range<usize>,
    pub shouted: bool,
    pub capitals: &'a Capitals,
    pub rules: &'a Rules,
    pub known: &'a mut Known<'l>,
    pub out: &'a mut Vec<Mention>,
}

impl<'t> Finder<'_, 't, '_> {
    pub fn word(&self, at: usize) -> Option<&Word<'t>> {
        (at < self.range.end).then(|| &self.reading.words[at])
    }

    pub fn text(&self, words: &Range<usize>) -> &'t str {
        self.reading.words_text(words)
    }

    /// Reads what stands at a word; where to go on.
    fn step(&mut self, at: usize) -> usize {
        let Some(&word) = self.word(at) else { return at + 1 };
        match word.token.case {
            Case::Without => self.caseless(at),
            Case::Title | Case::Upper | Case::Mixed if word.is_word() => {
                let end = self.capital_row(at);
                if end > at { self.row(at..end) } else { at + 1 }
            }
            _ if word.token.class == Class::Number => match self.numbered(at) {
                Some(end) => self.row(at..end),
                None => at + 1,
            },
            _ => self.lower(at),
        }
    }

    /// Names in a script without capitals: only those that are known.
    fn caseless(&mut self, at: usize) -> usize {
        for length in (1..=4).rev() {
            let words = at..at + length;
            if words.end <= self.range.end
                && self.reading.words[words.clone()].iter().all(Word::is_word)
                && let Some(known) = self.known.named(self.text(&words))
            {
                self.push_known(words, known);
                return at + length;
            }
        }
        at + 1
    }

    /// "313 Brigade", "1920s Revolution Brigades".
    fn numbered(&self, at: usize) -> Option<usize> {
        let next = self.word(at + 1)?;
        let row = self.capital_row(at + 1);
        let last = self.word(row.checked_sub(1)?)?;
        let spelled = next.token.case == Case::Title && row > at + 1 && !next.has(Tags::MONTH.or(Tags::WEEKDAY));
        (spelled && last.has(Tags::ORGANISATION)).then_some(row)
    }

    /// What stands in lower case and still names: "the government of Pakistan", "mujahideen fighters".
    fn lower(&mut self, at: usize) -> usize {
        let Some(&word) = self.word(at) else { return at + 1 };
        if word.is("government") && self.word(at + 1).is_some_and(|word| word.is("of")) {
            let mut name = at + 2;
            if self.word(name).is_some_and(|word| word.is("the")) {
                name += 1;
            }
            let end = self.word(name).filter(|word| word.token.is_capital()).map_or(name, |_| self.capital_row(name));
            let country = self.rules.gazetteer().country_of(&names::fold(self.text(&(name..end.max(name)))));
            if end > name && country.is_some() {
                let from = at - usize::from(at > self.range.start && self.reading.words[at - 1].is("the"));
                let mut mention = self.mention(from..end, "names.government-of");
                mention.votes.add(Kind::Organisation, 20);
                mention.finer = Some("government".into());
                self.out.push(mention);
                return end;
            }
        }
        // "southeastern Afghanistan"
        if word.has(Tags::DIRECTION)
            && let Some(next) = self.word(at + 1).filter(|word| word.token.is_capital())
            && next.is_word()
        {
            let end = self.capital_row(at + 1);
            let folded = names::fold(self.text(&(at + 1..end)));
            if self
                .rules
                .gazetteer()
                .place_of(&folded)
                .is_some_and(|(kind, certain)| certain && kind != PlaceKind::City)
            {
                let mut mention = self.mention(at..end, "names.part-of-a-place");
                mention.votes.add(Kind::Place, 20);
                mention.finer = Some("region".into());
                self.out.push(mention);
                return end;
            }
        }
        if word.is("mujahideen") || word.is("mujahidin") || word.is("mujahedeen") {
            let more = self.word(at + 1).is_some_and(|word| word.is("fighters") || word.is("groups"));
            let end = at + 1 + usize::from(more);
            let mut mention = self.mention(at..end, "names.group");
            mention.votes.add(Kind::Group, 20);
            mention.finer = Some("fighters".into());
            self.out.push(mention);
            return end;
        }
        at + 1
    }

    /// Where the row of capitalised words that begins here ends; `at` if no name begins here.
    fn capital_row(&self, at: usize) -> usize {
        let Some(first) = self.word(at) else { return at };
        if !first.token.is_capital() || !first.is_word() || first.has(Tags::WEEKDAY) || self.is_code(at) {
            return at;
        }
        let follows = |end: usize| self.word(end).is_some_and(|word| word.token.is_capital() && word.is_word());
        let shown = begins(self.reading, &self.range, at);
        if first.has(Tags::MONTH) {
            // "April 19 Movement", "March 28 Brigade"
            let day = self.word(at + 1).is_some_and(|word| word.token.class == Class::Number);
            let body =
                self.word(at + 2).is_some_and(|word| word.token.case == Case::Title && word.has(Tags::ORGANISATION));
            return if day && body { at + 3 } else { at };
        }
        let acronym =
            !self.shouted && is_acronym(first.text) && (first.token.case == Case::Upper || !first.text.ends_with("ly"));
        if shown && first.has(FUNCTION) && !acronym && !self.is_known_from(at) {
            return at;
        }
        if first.has(FUNCTION)
            && !first.has(Tags::DIRECTION.or(Tags::ORGANISATION_FIRST))
            && first.token.case != Case::Upper
            && !follows(at + 1)
        {
            return at;
        }
        if (first.is("the") || first.is("a") || first.is("an")) && !shown {
            return at;
        }
        if shown && !acronym && !follows(at + 1) && !self.may_begin(first) {
            return at;
        }
        if shown
            && follows(at + 1)
            && first.form.verb.is_some()
            && first.form.noun.is_none()
            && !first.has(Tags::TITLE.or(Tags::GIVEN_NAME))
        {
            return at;
        }
        let mut end = at + 1;
        while let Some(next) = self.joined(at, end) {
            end = next;
        }
        end
    }

    /// Whether letters belong to a number of a list or a file: `QDe.004`, `S/RES/1267`.
    fn is_code(&self, at: usize) -> bool {
        let (Some(first), Some(sign), Some(last)) = (self.word(at), self.word(at + 1), self.word(at + 2)) else {
            return false;
        };
        let close = first.token.end == sign.token.start && sign.token.end == last.token.start;
        close
            && matches!(sign.token.class, Class::Sign('.' | '/'))
            && (last.token.class == Class::Number || last.token.case == Case::Upper)
    }

    /// Whether the only capitalised word at a start may be a name.
    fn may_begin(&self, word: &Word<'t>) -> bool {
        let lower = word.text.to_lowercase();
        let folded = names::fold(word.text);
        word.token.case != Case::Title
            || self.rules.gazetteer().place_of(&folded).is_some_and(|(_, certain)| certain)
            || self.rules.gazetteer().demonym(&folded).is_some()
            || self.rules.body(&folded).is_some()
            || self.capitals.is_name(word, self.rules) && !self.shouted
            || self.capitals.inside.contains(&lower)
    }

    /// Whether a known name begins here ("The Base").
    fn is_known_from(&self, at: usize) -> bool {
        self.word(at + 1).is_some_and(|next| next.token.case == Case::Title)
            && self.rules.body(&names::fold(self.text(&(at..at + 2)))).is_some()
    }

    /// Where a row goes on after `end`, if it does.
    fn joined(&self, start: usize, end: usize) -> Option<usize> {
        let next = self.word(end)?;
        let last = &self.reading.words[end - 1];
        let is_capital = |at: usize| {
            self.word(at).is_some_and(|word| {
                word.token.is_capital() && word.is_word() && !word.has(Tags::WEEKDAY.or(Tags::MONTH))
            })
        };
        if next.is_word() && next.token.is_capital() {
            if next.has(Tags::WEEKDAY) || next.has(Tags::MONTH) && !next.is("may") && next.token.case == Case::Title {
                return None;
            }
            // An acronym is a name of its own: "the CIA Director" goes on, "Taliban TTP" does not.
            return Some(end + 1);
        }
        if next.token.class == Class::Number {
            let short =
                next.text.len() <= 3 && last.has(Tags::ORGANISATION) && !self.word(end + 1).is_some_and(Word::is_word);
            return short.then_some(end + 1);
        }
        // "People’s Protection Units"
        if next.token.class == Class::Possessive {
            let office = self.word(end + 1).is_some_and(|word| word.has(Tags::ORGANISATION)) && last.has(Tags::ROLE);
            return ((last.has(Tags::PEOPLE) || office) && is_capital(end + 1)).then_some(end + 2);
        }
        if next.is_sign('/') || next.is_sign('&') {
            return is_capital(end + 1).then_some(end + 2);
        }
        if !next.is_word() {
            return None;
        }
        let the = usize::from(self.word(end + 1).is_some_and(|word| word.is("the")));
        // "Communists Organized for Proletarian Liberation (COLP)": the acronym tells how far the name goes.
        if is_capital(end + 1 + the) && (next.is("of") || next.is("for") || next.is("in") || next.is("and")) {
            let stop = self.plain_row(end + 1 + the);
            let acronym = self
                .word(stop)
                .filter(|word| word.is_sign('('))
                .and_then(|_| self.word(stop + 1))
                .filter(|word| is_acronym(word.text));
            if acronym.is_some_and(|acronym| spells(&self.reading.words[start..stop], acronym.text)) {
                return Some(stop);
            }
        }
        if next.is("of") && is_capital(end + 1 + the) && !last.has(Tags::ROLE.or(Tags::MEMBERS)) {
            let row = self.text(&(start..end));
            let named = last
                .has(Tags::ORGANISATION.or(Tags::PLACE_WORD).or(Tags::FACILITY).or(Tags::WORK).or(Tags::NOUN))
                || self.rules.body(&names::fold(row)).is_some()
                || start + 1 == end && !self.rules.gazetteer().is_place(row) && self.capitals_only_here(last);
            return named.then_some(end + 2 + the);
        }
        if next.is("for") && is_capital(end + 1 + the) && last.has(Tags::ORGANISATION.or(Tags::WORK)) {
            return Some(end + 2 + the);
        }
        if next.is("in") && is_capital(end + 1 + the) {
            // "Al Qaeda in the Islamic Maghreb (AQIM)"
            let stop = self.plain_row(end + 1 + the);
            let acronym = self.word(stop).is_some_and(|word| word.is_sign('('))
                && self.word(stop + 1).is_some_and(|word| is_acronym(word.text))
                && self.word(stop + 2).is_some_and(|word| word.is_sign(')'));
            let body =
                self.rules.body(&names::fold(self.text(&(start..end)))).is_some() || last.has(Tags::ORGANISATION);
            return (body && acronym).then_some(stop);
        }
        if next.is("and") && is_capital(end + 1) {
            // "... for Preaching and Combat", "Ministry of Women and Children": a pair of ordinary words inside a name.
            let inside = self.reading.words[start..end].iter().any(|word| word.is("for") || word.is("of"));
            let plain = |word: &Word<'_>| {
                let lower = word.text.to_lowercase();
                self.rules.lexicon().is_common(&lower) || lower.ends_with("ing") || lower.ends_with("ion")
            };
            let after = &self.reading.words[end + 1];
            return (inside && plain(last) && plain(after) && !after.has(Tags::TITLE)).then_some(end + 2);
        }
        // "bin", "al", "de" between two capitals.
        let particle = next.has(Tags::PARTICLE) && !next.has(FUNCTION) && !next.is("e") && !next.is("i");
        (particle && is_capital(end + 1)).then_some(end + 2)
    }

    fn capitals_only_here(&self, word: &Word<'_>) -> bool {
        !self.rules.lexicon().is_common(&word.text.to_lowercase()) && !word.has(Tags::GIVEN_NAME)
    }

    /// Where plain capitalised words end.
    fn plain_row(&self, at: usize) -> usize {
        (at..self.range.end)
            .find(|&at| !(self.reading.words[at].is_word() && self.reading.words[at].token.is_capital()))
            .unwrap_or(self.range.end)
    }

    /// Reads a row of capitalised words: one name, several, or none.
    fn row(&mut self, words: Range<usize>) -> usize {
        let mut words = words;
        // Articles and function words do not begin a name.
        while words.len() > 1
            && self.reading.words[words.start].has(LEADING)
            && self.reading.words[words.start].token.case != Case::Upper
            && !self.reading.words[words.start].has(Tags::DIRECTION)
            && self.known.named(self.text(&words)).is_none()
        {
            words.start += 1;
        }
        if self.shouted {
            return self.shouted_row(words);
        }
        // "Foreign Terrorist Organization Tehrik-e Taliban Pakistan": a status and a name.
        let status = (words.start + 1..words.end).find(|&end| {
            self.rules.body(&names::fold(self.text(&(words.start..end)))).is_some_and(|body| &*body.kind == "Status")
        });
        if let Some(end) = status {
            self.name(words.start..end);
            words.start = end;
        }
        self.name(words)
    }

    /// In a heading only what is known, or has no other reading, is a name.
    fn shouted_row(&mut self, words: Range<usize>) -> usize {
        let mut at = words.start;
        while at < words.end {
            let mut found = None;
            for end in (at + 1..=words.end.min(at + 8)).rev() {
                let text = self.text(&(at..end));
                let folded = names::fold(text);
                let place = self.rules.gazetteer().place_of(&folded).is_some_and(|(_, certain)| certain);
                if place || self.known.named(text).is_some() {
                    found = Some(end);
                    break;
                }
            }
            let word = &self.reading.words[at];
            let inside = self.capitals.inside.contains(&word.text.to_lowercase());
            let end = found.or_else(|| {
                let mut end = at;
                while end < words.end
                    && self.capitals.inside.contains(&self.reading.words[end].text.to_lowercase())
                    && !self.rules.lexicon().is_common(&self.reading.words[end].text.to_lowercase())
                {
                    end += 1;
                }
                (inside && end > at).then_some(end)
            });
            let demonym = self.rules.gazetteer().demonym(&names::fold(word.text)).is_some();
            match end {
                Some(end) if !demonym || found.is_some() => {
                    self.name(at..end);
                    at = end;
                }
                _ => at += 1,
            }
        }
        words.end
    }

    /// One name, or what people are called and what they hold.
    fn name(&mut self, words: Range<usize>) -> usize {
        let text = self.text(&words);
        let folded = names::fold(text);
        if let Some(known) = self.known.named(text) {
            let end = self.push_known(words.clone(), known);
            return end.max(words.end);
        }
        if self.reading.words[words.clone()].iter().all(|word| {
            let abbreviation = word.has(Tags::ABBREVIATION) && word.token.case != Case::Upper;
            (word.has(Tags::NO_NAME) || abbreviation) && !word.has(Tags::ORGANISATION)
        }) {
            return words.end;
        }
        let places = self.rules.gazetteer();
        if places.demonym(&folded).is_some() {
            return self.demonym(words);
        }
        if let Some((kind, certain)) = places.place_of(&folded) {
            let mut mention = self.mention(words.clone(), "names.place");
            mention.votes.add(Kind::Place, if certain { 12 } else { 5 });
            mention.finer = Some(kind.finer().into());
            return self.push(mention);
        }
        // "Pakistani Taliban", "Indonesian Imam Samudra": the people's name and the name.
        let demonyms = self.leading_demonyms(&words);
        if demonyms > 0 && words.len() > demonyms && !self.is_body(&words) {
            let rest = words.start + demonyms..words.end;
            if self.known.named(self.text(&rest)).is_some()
                || !self.reading.words[words.end - 1].has(Tags::ORGANISATION)
            {
                return self.name(rest);
            }
        }
        if let Some(parts) = people::split(self.reading, &words) {
            if parts.body.end > parts.body.start {
                self.name(parts.body.clone());
            }
            if parts.name.end > parts.name.start {
                let mut mention = self.mention(parts.name.clone(), "names.title");
                mention.votes.add(Kind::Person, 15);
                (mention.title, mention.role) = (parts.title, parts.role);
                self.push(mention);
            }
            return words.end;
        }
        let mut mention = self.mention(words, "names.shape");
        self.shape(&mut mention);
        self.push(mention)
    }

    fn leading_demonyms(&self, words: &Range<usize>) -> usize {
        usize::from(self.rules.gazetteer().demonym(&names::fold(self.reading.words[words.start].text)).is_some())
    }

    /// Whether a row is the name of a body, by its last word or its first.
    fn is_body(&self, words: &Range<usize>) -> bool {
        self.reading.words[words.clone()]
            .iter()
            .skip(1)
            .any(|word| word.has(Tags::ORGANISATION) && !word.has(Tags::PLACE_WORD))
    }

    /// What the words of a name tell of what it is.
    fn shape(&self, mention: &mut Mention) {
        let words = &self.reading.words[mention.words.clone()];
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
        let votes = &mut mention.votes;
        let before_of =
            words.iter().position(|word| word.is("of") || word.is("for")).and_then(|at| words.get(at.checked_sub(1)?));
        if last.has(Tags::ORGANISATION) || before_of.is_some_and(|word| word.has(Tags::ORGANISATION)) {
            votes.add(Kind::Organisation, 10);
        } else if words.iter().any(|word| word.has(Tags::ORGANISATION)) {
            votes.add(Kind::Organisation, 5);
        }
        if first.has(Tags::ORGANISATION_FIRST) || organisation_start(first.text) {
            votes.add(Kind::Organisation, 8);
        }
        if words.len() == 1 && is_acronym(first.text) {
            votes.add(Kind::Organisation, 5);
        }
        let place = last.has(Tags::FACILITY) || last.has(Tags::PLACE_WORD) && !last.is("state");
        if place && words.len() > 1 {
            votes.add(Kind::Place, 8);
        }
        if (first.has(Tags::GIVEN_NAME) || first.is("abu") || first.is("abd")) && words.len() > 1 {
            votes.add(Kind::Person, 7);
        } else if words.iter().any(|word| word.has(Tags::GIVEN_NAME) || word.is("bin") || word.is("ibn")) {
            votes.add(Kind::Person, 5);
        }
        if words.iter().all(|word| word.token.case == Case::Title) && (2..=3).contains(&words.len()) {
            votes.add(Kind::Person, 1);
        }
    }

    /// A people's name: what it stands before makes it a body or a group, alone it is nobody.
    fn demonym(&mut self, words: Range<usize>) -> usize {
        let mention = self.mention(words, "names.demonym");
        let end = mention.words.end;
        self.extend(mention).unwrap_or(end)
    }

    /// Adds a known name.
    fn push_known(&mut self, words: Range<usize>, number: usize) -> usize {
        let mut mention = self.mention(words, "names.known");
        mention.known = Some(number);
        if let Some(entity) = self.known.entity(number) {
            if let Some(kind) = entity.kind {
                mention.votes.add(kind, 50);
            }
            mention.finer = entity.finer.clone();
        }
        self.push(mention)
    }

    pub fn mention(&self, words: Range<usize>, rule: &'static str) -> Mention {
        Mention {
            words,
            sentence: self.sentence,
            votes: Votes::default(),
            finer: None,
            rule,
            title: None,
            role: None,
            known: None,
            defines: None,
            inside: None,
            of: None,
            cluster: 0,
        }
    }

    /// Adds a name, and the body, the group or the place that the words after it make of it.
    fn push(&mut self, mention: Mention) -> usize {
        let end = mention.words.end;
        if let Some(end) = self.extend(mention.clone()) {
            return end;
        }
        // A title in lower case or a role stands before: "commander Gul Noor".
        self.out.push(mention);
        end
    }
}

/// Whether the first letters of words are those of an acronym.
fn spells(words: &[Word<'_>], acronym: &str) -> bool {
    let initials: String =
        words.iter().filter(|word| word.token.is_capital()).filter_map(|word| word.text.chars().next()).collect();
    initials.eq_ignore_ascii_case(&acronym.replace(['.', '-'], ""))
}

/// Whether a word is written as acronyms are: `TTP`, `JeM`, `M-19`, `U.N.`.
pub(in super::super) fn is_acronym(text: &str) -> bool {
    let upper = text.chars().filter(|c| c.is_uppercase()).count();
    let lower = text.chars().filter(|c| c.is_lowercase()).count();
    let length = text.chars().count();
    (2..=10).contains(&length) && upper >= 2 && lower < upper && !text.contains(' ')
}

/// First parts of names of bodies with a hyphen: `Lashkar-e-Taiba`, `Tehrik-i-Taliban`.
fn organisation_start(word: &str) -> bool {
    let lower = word.to_lowercase();
    [
        "lashkar", "tehrik", "tehreek", "jaish", "sipah", "harakat", "harkat", "hizb", "jamaat", "ansar", "hezb",
        "ahl-", "jama",
    ]
    .iter()
    .any(|start| lower.starts_with(start))
}
