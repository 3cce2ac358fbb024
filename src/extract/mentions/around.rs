//! What stands around a name: the noun that makes a body of it, the list that it closes, the acronym in brackets.

use super::super::lexicon::Tags;
use super::super::tokens::{Case, Class};
use super::kinds::Votes;
use super::spans::{Finder, is_acronym};
use super::{Kind, Mention, Word};

impl Finder<'_, '_, '_> {
    /// What the lower-case noun after a name makes of it, if it does.
    pub fn extend(&mut self, name: Mention) -> Option<usize> {
        let end = name.words.end;
        let next = *self.word(end)?;
        if self.shouted || next.token.case != Case::Lower {
            return None;
        }
        let is_demonym = name.rule == "names.demonym";
        let indefinite = name.words.start > self.range.start && {
            let before = &self.reading.words[name.words.start - 1];
            before.is("a") || before.is("an") || before.is("another")
        };
        let best = name.votes.best();
        let lemma = next.form.noun.map(|(lemma, plural)| (self.rules.lexicon().text(lemma).to_owned(), plural));
        let (lemma, plural) = lemma.as_ref().map_or(("", false), |(lemma, plural)| (lemma.as_str(), *plural));
        let place = best == Some(Kind::Place);
        let state = matches!(
            lemma,
            "government"
                | "military"
                | "army"
                | "police"
                | "navy"
                | "parliament"
                | "regime"
                | "intelligence"
                | "treasury"
                | "judiciary"
        );
        let (kind, finer) = if indefinite && !next.has(Tags::FACILITY) {
            return None;
        } else if state && (is_demonym || place || best == Some(Kind::Organisation)) {
            let finer = match lemma {
                "government" | "regime" => "government",
                "military" | "army" | "navy" => "military",
                _ => "agency",
            };
            (Kind::Organisation, finer)
        } else if matches!(
            lemma,
            "network" | "faction" | "brigade" | "militia" | "organisation" | "organization" | "cell"
        ) && !plural
            && !is_demonym
            && name.known.is_none()
        {
            (Kind::Organisation, if lemma == "network" { "network" } else { "militant_group" })
        } else if lemma == "group" && !is_demonym && !plural && best != Some(Kind::Place) {
            // "the Islamic State group": the name alone is the name.
            let mut name = name;
            name.votes.add(Kind::Organisation, 6);
            self.out.push(name);
            return Some(end);
        } else if next.has(Tags::MEMBERS) && plural && (is_demonym || best != Some(Kind::Person)) {
            let finer = match lemma {
                "leader" | "commander" => "leaders",
                "official" | "officer" | "diplomat" | "lawmaker" | "representative" => "officials",
                _ => "members",
            };
            (Kind::Group, finer)
        } else if next.has(Tags::FACILITY)
            && !plural
            && !is_demonym
            && name.known.is_none()
            && name.votes.of(Kind::Person) < 5
            && !next.has(Tags::VERB)
        {
            (Kind::Place, "facility")
        } else if matches!(
            lemma,
            "province"
                | "district"
                | "governorate"
                | "state"
                | "county"
                | "valley"
                | "island"
                | "peninsula"
                | "mountains"
                | "desert"
                | "forest"
                | "region"
        ) && !is_demonym
            && best != Some(Kind::Organisation)
        {
            (Kind::Place, "region")
        } else {
            return None;
        };
        let mut whole = self.mention(name.words.start..end + 1, "names.body-of");
        whole.votes.add(kind, 15);
        whole.finer = Some(finer.into());
        if let Some(known) = self.known.named(self.text(&whole.words)) {
            whole.known = Some(known);
        }
        let number = self.out.len();
        if matches!(kind, Kind::Group)
            || finer == "facility"
            || !is_demonym && kind == Kind::Organisation && name.known.is_some()
        {
            whole.of = (!is_demonym && (finer != "facility" || name.rule == "names.place")).then_some(number + 1);
            self.out.push(whole);
            if !is_demonym && (finer != "facility" || name.rule == "names.place") {
                let mut inner = name;
                if kind == Kind::Group {
                    inner.votes.add(Kind::Organisation, 4);
                }
                inner.inside = Some(number);
                self.out.push(inner);
            }
        } else {
            self.out.push(whole);
        }
        Some(end + 1)
    }

    /// "the U.N. Security Council’s ISIL (Da'esh), Al-Qaida and Taliban Monitoring Team": one body whose name lists others.
    pub fn lists(&mut self, first: usize) {
        let heads =
            ["team", "committee", "commission", "list", "panel", "tribunal", "regime", "conference", "agreement"];
        let mut number = first;
        while number < self.out.len() {
            let words = self.out[number].words.clone();
            let last = &self.reading.words[words.end - 1];
            let listing = heads.iter().any(|head| last.is(head)) && last.token.is_capital();
            if !listing || number == first {
                number += 1;
                continue;
            }
            // Back over "A (B), C and" to a possessive or an article.
            let mut from = number;
            while from > first {
                let before = &self.out[from - 1];
                let gap = before.words.end..self.out[from].words.start;
                let only_signs = gap.len() <= 3
                    && self.reading.words[gap.clone()]
                        .iter()
                        .all(|word| word.is_sign(',') || word.is_sign('(') || word.is_sign(')') || word.is("and"));
                if !only_signs || gap.is_empty() || before.inside.is_some() {
                    break;
                }
                from -= 1;
            }
            let start = self.out[from].words.start;
            let led = start > self.range.start && {
                let before = &self.reading.words[start - 1];
                before.token.class == Class::Possessive || before.is("the") || before.is("its")
            };
            if from < number && led {
                let mut whole = self.mention(start..words.end, "names.listing-body");
                whole.votes.add(Kind::Organisation, 20);
                let names = self.reading.words[words.clone()].len();
                let mut last_name = self.out[number].clone();
                // "Taliban Monitoring Team": the name before the head is one of the list.
                let inner = (1..names).rev().find_map(|length| {
                    let part = words.start..words.start + length;
                    self.known.named(self.text(&part)).map(|known| (part, known))
                });
                for mention in &mut self.out[from..number] {
                    mention.inside = Some(from);
                }
                match inner {
                    Some((part, known)) => {
                        last_name.words = part;
                        last_name.known = Some(known);
                        last_name.votes = Votes::default();
                        last_name.votes.add(Kind::Organisation, 50);
                        last_name.inside = Some(from);
                        self.out[number] = last_name;
                    }
                    None => {
                        self.out.remove(number);
                    }
                }
                self.out.insert(from, whole);
            }
            number += 1;
        }
    }

    /// "(TTP)" after a name, and "X, also known as Y".
    pub fn definitions(&mut self, first: usize) {
        for number in first + 1..self.out.len() {
            let words = self.out[number].words.clone();
            let before = self.out[first..number]
                .iter()
                .rposition(|mention| mention.inside.is_none() || mention.words.end + 1 == words.start);
            let Some(before) = before.map(|at| at + first) else { continue };
            let owner = self.out[before].words.clone();
            if owner.end >= words.start {
                continue;
            }
            let gap = &self.reading.words[owner.end..words.start];
            let closed = self.word(words.end).is_some_and(|word| word.is_sign(')') || word.is_sign(','));
            let bracket = gap.first().is_some_and(|word| word.is_sign('('));
            let text = self.text(&words);
            let plain = gap.iter().skip(1).all(|word| {
                matches!(word.token.class, Class::Sign('"' | '“' | '‘' | '\'')) || word.is("or") || word.is("the")
            });
            let acronym = bracket && plain && closed && is_acronym(text) && initials_fit(self.text(&owner), text);
            let votes = self.out[before].votes;
            let person = votes.of(Kind::Person) >= 5 || votes.best() == Some(Kind::Place);
            let also = says_also(gap);
            if acronym && !person || also {
                let owner = self.out[before].defines.unwrap_or(before);
                self.out[number].defines = Some(owner);
                if acronym {
                    self.out[number].votes = Votes::default();
                    self.out[owner].votes.add(Kind::Organisation, 6);
                }
            }
        }
    }
}

/// Whether the words between two names say that they are of one.
fn says_also(gap: &[Word<'_>]) -> bool {
    let text: Vec<String> = gap.iter().filter(|word| word.is_word()).map(|word| word.text.to_lowercase()).collect();
    if text.len() > 5 || gap.len() > 9 {
        return false;
    }
    let text = text.join(" ");
    [
        "also known as",
        "known as",
        "formerly known as",
        "aka",
        "a.k.a",
        "a.k.a.",
        "alias",
        "also called",
        "better known as",
        "also known as the",
        "formerly",
        "previously known as",
        "now called",
        "the so called",
        "formerly called",
        "now known as",
    ]
    .iter()
    .any(|phrase| text == *phrase || text.strip_suffix(" the") == Some(phrase))
        || text == "known in english as"
}

/// Whether the letters of an acronym may be those of a name: the first is the first of one of its words.
fn initials_fit(name: &str, acronym: &str) -> bool {
    let first = acronym.chars().next().map(|c| c.to_ascii_lowercase());
    name.split(|c: char| !c.is_alphanumeric()).any(|word| word.chars().next().map(|c| c.to_ascii_lowercase()) == first)
        // Acronyms of names in another language share no letter with the translation.
        || name.split_whitespace().count() >= 3
}
