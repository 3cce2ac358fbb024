//! The words that reading a document relies on: what a form may be, and of which lemma it is a form.
//!
//! The lists stand in `schema/extraction/words.toml`. Inflections are made from base forms once, when the lists are read,
//! so that a look-up is one hash of the word in lower case.

use std::collections::HashMap;

use super::rules::Rules;
use crate::model::{Word, Words};

macro_rules! tags {
    ($($name:ident = $list:literal),+ $(,)?) => {
        /// Sets of the lists that a form stands in.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Tags(u64);

        #[allow(non_upper_case_globals, missing_docs, reason = "each is the list of its name")]
        impl Tags {
            $(pub const $name: Tags = Tags(1 << TagNumber::$name as u64);)+

            /// The lists that `words` may have, and the tag of each.
            pub const LISTS: &'static [(&'static str, Tags)] = &[$(($list, Tags::$name)),+];
        }

        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the numbers of the tags above")]
        enum TagNumber { $($name),+ }
    };
}

tags! {
    DETERMINER = "determiner", PREPOSITION = "preposition", PRONOUN = "pronoun", RELATIVE = "relative",
    SUBORDINATOR = "subordinator", CONJUNCTION = "conjunction", BE = "be", HAVE = "have", DO = "do", MODAL = "modal",
    POSSIBLE = "possible", NEGATION = "negation", ADVERB = "adverb", NUMBER = "number", MONTH = "month",
    WEEKDAY = "weekday", DIRECTION = "direction", ALLEGED = "alleged_adverb", ALLEGING = "alleging_verb",
    DENYING = "denying_verb", AIM = "aim_verb", AIM_NOUN = "aim_noun", OPINION = "opinion_verb",
    OPINION_ADJECTIVE = "opinion_adjective", OPINION_WORD = "opinion_word", SPEECH = "speech_verb",
    SPEECH_NOUN = "speech_noun", TITLE = "title", ROLE = "role", MEMBERS = "members", FIGHTERS = "fighters",
    PEOPLE = "people", GIVEN_NAME = "given_name", PARTICLE = "particle", ORGANISATION = "organisation",
    ORGANISATION_FIRST = "organisation_first", FACILITY = "facility", PLACE_WORD = "place_word", WORK = "work",
    WEAPON = "weapon", VAGUE_PLACE = "vague_place", ABBREVIATION = "abbreviation",
    ENDING_ABBREVIATION = "ending_abbreviation", SENTENCE_BEGINNER = "sentence_beginner", NO_NAME = "no_name",
    VERB = "verb", NOUN = "noun", LIGHT = "light_verb", COMMON = "common",
}

impl Tags {
    /// Whether any of `tags` is among these.
    pub fn has(self, tags: Tags) -> bool {
        self.0 & tags.0 != 0
    }

    /// These and those.
    pub const fn or(self, tags: Tags) -> Tags {
        Tags(self.0 | tags.0)
    }
}

/// What a form may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The lists that it, or its base form as a noun, stands in.
    pub tags: Tags,
    /// The verb that it is a form of.
    pub verb: Option<VerbForm>,
    /// The noun that it is a form of, and whether it is the plural.
    pub noun: Option<(Word, bool)>,
}

/// A form of a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerbForm {
    /// The base form.
    pub lemma: Word,
    /// Which forms it may be: [`VerbForm::BASE`] and so on, added up.
    pub forms: u8,
}

impl VerbForm {
    /// `found`
    pub const BASE: u8 = 1;
    /// `founds`
    pub const THIRD: u8 = 2;
    /// `founded` in "they founded it"
    pub const PAST: u8 = 4;
    /// `founded` in "it was founded"
    pub const PARTICIPLE: u8 = 8;
    /// `founding`
    pub const ING: u8 = 16;

    /// Whether it may be one of these forms.
    pub fn may_be(self, forms: u8) -> bool {
        self.forms & forms != 0
    }
}

/// All words that are known.
#[derive(Debug, Default)]
pub struct Lexicon {
    forms: HashMap<Box<str>, Form>,
    lemmas: Words,
    phrases: HashMap<Box<str>, Vec<Vec<Box<str>>>>,
    boilerplate: Vec<Box<str>>,
}

impl Lexicon {
    /// The words that Tieline comes with.
    pub fn builtin() -> &'static Lexicon {
        Rules::builtin().lexicon()
    }

    /// Adds a word to a list. Verbs and nouns bring their inflections. `false` if there is no such list.
    pub(super) fn add(&mut self, list: &str, word: &str) -> bool {
        let word = word.to_lowercase();
        match list {
            "boilerplate" => self.boilerplate.push(word.into()),
            "phrase_preposition" => {
                let mut parts: Vec<Box<str>> = word.split_whitespace().map(Box::from).collect();
                if !parts.is_empty() {
                    let first = parts.remove(0);
                    self.phrases.entry(first).or_default().push(parts);
                }
            }
            "irregular" => self.irregular(&word),
            "verb" => {
                self.verb(&word);
            }
            _ => {
                let Some(&(_, tag)) = Tags::LISTS.iter().find(|(name, _)| *name == list) else { return false };
                let is_verb = Tags::AIM
                    .or(Tags::OPINION)
                    .or(Tags::SPEECH)
                    .or(Tags::ALLEGING)
                    .or(Tags::DENYING)
                    .or(Tags::LIGHT)
                    .has(tag);
                if is_verb {
                    self.verb(&word);
                    self.tag_verb(&word, tag);
                } else {
                    self.tag(&word, tag);
                }
                let counted = Tags::NOUN
                    .or(Tags::ROLE)
                    .or(Tags::MEMBERS)
                    .or(Tags::FIGHTERS)
                    .or(Tags::FACILITY)
                    .or(Tags::PLACE_WORD)
                    .or(Tags::WORK)
                    .or(Tags::WEAPON)
                    .or(Tags::PEOPLE)
                    .or(Tags::ORGANISATION)
                    .or(Tags::AIM_NOUN)
                    .or(Tags::SPEECH_NOUN)
                    .or(Tags::VAGUE_PLACE);
                if counted.has(tag) {
                    self.noun(&word, tag);
                }
            }
        }
        true
    }

    /// Adds a verb with its inflections.
    pub(super) fn verb(&mut self, base: &str) -> Word {
        let lemma = self.lemmas.intern(base);
        let known = self.forms.get(base).and_then(|form| form.verb).is_some_and(|verb| verb.lemma == lemma);
        if !known {
            self.verb_form(base, lemma, VerbForm::BASE);
            self.verb_form(&third(base), lemma, VerbForm::THIRD);
            self.verb_form(&ing(base), lemma, VerbForm::ING);
            self.verb_form(&past(base), lemma, VerbForm::PAST | VerbForm::PARTICIPLE);
        }
        lemma
    }

    /// Adds a noun with its plural.
    pub(super) fn noun(&mut self, singular: &str, tag: Tags) -> Word {
        let lemma = self.lemmas.intern(singular);
        let plural = plural(singular);
        for (form, is_plural) in [(singular, false), (&plural, true)] {
            let form = self.forms.entry(form.into()).or_default();
            form.tags = form.tags.or(tag).or(Tags::NOUN);
            form.noun.get_or_insert((lemma, is_plural));
        }
        lemma
    }

    fn irregular(&mut self, line: &str) {
        let mut parts = line.split_whitespace();
        let (Some(base), Some(past_form), Some(participle)) = (parts.next(), parts.next(), parts.next()) else {
            return;
        };
        let lemma = self.verb(base);
        let regular = past(base);
        if regular != past_form && regular != participle {
            self.forms.remove(regular.as_str());
        }
        self.verb_form(past_form, lemma, VerbForm::PAST);
        self.verb_form(participle, lemma, VerbForm::PARTICIPLE);
    }

    fn verb_form(&mut self, form: &str, lemma: Word, forms: u8) {
        let known = self.forms.entry(form.into()).or_default();
        known.tags = known.tags.or(Tags::VERB);
        match &mut known.verb {
            Some(verb) if verb.lemma == lemma => verb.forms |= forms,
            // "found" is more often the past of "find" than the base of "found"; both are kept apart by the rules' words.
            Some(verb)
                if forms == VerbForm::BASE || verb.forms & VerbForm::BASE == 0 && forms & VerbForm::PAST == 0 =>
            {
                *verb = VerbForm { lemma, forms };
            }
            Some(_) => {}
            none => *none = Some(VerbForm { lemma, forms }),
        }
    }

    fn tag(&mut self, word: &str, tag: Tags) {
        let form = self.forms.entry(word.into()).or_default();
        form.tags = form.tags.or(tag);
    }

    fn tag_verb(&mut self, base: &str, tag: Tags) {
        for form in [base.to_owned(), third(base), ing(base), past(base)] {
            self.tag(&form, tag);
        }
        let lemma = self.lemmas.get(base);
        for form in self.forms.values_mut() {
            if form.verb.is_some_and(|verb| Some(verb.lemma) == lemma) {
                form.tags = form.tags.or(tag);
            }
        }
    }

    /// What a word in lower case may be; for a word that is not known, what its ending tells.
    pub fn form(&self, lower: &str) -> Form {
        if let Some(form) = self.forms.get(lower) {
            return *form;
        }
        if lower.contains('’') {
            return self.forms.get(lower.replace('’', "'").as_str()).copied().unwrap_or_default();
        }
        let tags = if lower.len() > 4 && lower.ends_with("ly") { Tags::ADVERB } else { Tags::default() };
        Form { tags, ..Form::default() }
    }

    /// Whether a word in lower case is known at all, as other than a part of names.
    pub fn is_common(&self, lower: &str) -> bool {
        let names = Tags::GIVEN_NAME.or(Tags::PARTICLE).or(Tags::ORGANISATION_FIRST);
        self.forms
            .get(lower)
            .is_some_and(|form| form.verb.is_some() || form.noun.is_some() || form.tags.0 & !names.0 != 0)
    }

    /// The number of a lemma that some list or rule has.
    pub fn lemma(&self, lemma: &str) -> Option<Word> {
        self.lemmas.get(lemma)
    }

    /// The text of a lemma.
    pub fn text(&self, lemma: Word) -> &str {
        self.lemmas.text(lemma)
    }

    /// The further words of the phrases that begin with this one and are used as prepositions.
    pub fn phrases(&self, first: &str) -> &[Vec<Box<str>>] {
        self.phrases.get(first).map_or(&[], Vec::as_slice)
    }

    /// Whether a word, without its stop, is an abbreviation.
    pub fn is_abbreviation(&self, lower: &str) -> bool {
        self.forms.get(lower).is_some_and(|form| form.tags.has(Tags::ABBREVIATION))
    }

    /// Whether a sentence may end with this abbreviation.
    pub fn may_end_sentence(&self, lower: &str) -> bool {
        self.forms.get(lower).is_some_and(|form| form.tags.has(Tags::ENDING_ABBREVIATION))
    }

    /// Whether this capitalised word begins sentences more often than it goes on after initials.
    pub fn begins_sentence(&self, word: &str) -> bool {
        word.starts_with(char::is_uppercase)
            && self.forms.get(word.to_lowercase().as_str()).is_some_and(|form| form.tags.has(Tags::SENTENCE_BEGINNER))
    }

    /// Whether a line is no part of the text: an invitation to read on, a notice about cookies.
    pub fn is_boilerplate(&self, line: &str) -> bool {
        let lower = line.to_lowercase();
        self.boilerplate.iter().any(|phrase| lower.contains(&**phrase))
    }
}

/// `attack` to `attacks`, `clash` to `clashes`, `ally` to `allies`.
fn third(base: &str) -> String {
    let (head, tail) = first_word(base);
    let made =
        if head.ends_with(['s', 'x', 'z']) || head.ends_with("ch") || head.ends_with("sh") || head.ends_with("go") {
            format!("{head}es")
        } else if let Some(stem) = consonant_y(head) {
            format!("{stem}ies")
        } else {
            format!("{head}s")
        };
    made + tail
}

fn plural(singular: &str) -> String {
    match singular {
        "man" | "woman" | "policeman" | "gunman" | "militiaman" | "spokesman" | "chairman" => {
            singular.replace("man", "men")
        }
        "child" => "children".to_owned(),
        "person" => "persons".to_owned(),
        "headquarters" | "barracks" | "police" | "people" | "mujahideen" => singular.to_owned(),
        _ => third(singular),
    }
}

fn ing(base: &str) -> String {
    let (head, tail) = first_word(base);
    let made = if let Some(stem) = head.strip_suffix("ie") {
        format!("{stem}ying")
    } else if head.ends_with('e') && !head.ends_with("ee") && head.len() > 2 {
        format!("{}ing", head.trim_end_matches('e'))
    } else {
        format!("{}ing", doubled(head))
    };
    made + tail
}

fn past(base: &str) -> String {
    let (head, tail) = first_word(base);
    let made = if head.ends_with('e') {
        format!("{head}d")
    } else if let Some(stem) = consonant_y(head) {
        format!("{stem}ied")
    } else {
        format!("{}ed", doubled(head))
    };
    made + tail
}

/// A base form and what follows it in a phrase ("break", " away").
fn first_word(base: &str) -> (&str, &str) {
    base.split_at(base.find(' ').unwrap_or(base.len()))
}

fn consonant_y(word: &str) -> Option<&str> {
    let stem = word.strip_suffix('y')?;
    (!stem.ends_with(['a', 'e', 'i', 'o', 'u'])).then_some(stem)
}

/// The base with its last consonant doubled where English does so: after one short vowel that is stressed.
fn doubled(base: &str) -> String {
    let mut letters = base.chars().rev();
    let (last, middle, first) = (letters.next(), letters.next(), letters.next());
    let vowel = |c: Option<char>| c.is_some_and(|c| "aeiou".contains(c));
    let short = base.len() <= 4
        || ["mit", "fer", "cur", "pel", "bel", "gin", "cap", "nap", "rol"].iter().any(|end| base.ends_with(end));
    let doubles =
        short && vowel(middle) && !vowel(first) && !vowel(last) && !matches!(last, Some('w' | 'x' | 'y' | 'h'));
    match last {
        Some(last) if doubles && !matches!(base, "open" | "offer" | "bomb") => format!("{base}{last}"),
        _ => base.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: &str, lemma: &str, forms: u8) {
        let words = Lexicon::builtin();
        let verb = words.form(form).verb.unwrap();
        assert_eq!((words.text(verb.lemma), verb.may_be(forms)), (lemma, true), "{form}");
    }

    #[test]
    fn verbs_are_inflected() {
        check("attacked", "attack", VerbForm::PAST);
        check("clashes", "clash", VerbForm::THIRD);
        check("allied", "ally", VerbForm::PARTICIPLE);
        check("forming", "form", VerbForm::ING);
        check("split", "split", VerbForm::PARTICIPLE);
        check("merging", "merge", VerbForm::ING);
        check("broke", "break", VerbForm::PAST);
        check("committed", "commit", VerbForm::PARTICIPLE);
        check("bombed", "bomb", VerbForm::PAST);
        check("founded", "found", VerbForm::PARTICIPLE);
        check("said", "say", VerbForm::PAST);
        check("expelled", "expel", VerbForm::PAST);
    }

    #[test]
    fn nouns_have_plurals_and_lists() {
        let words = Lexicon::builtin();
        let noun = |form: &str| words.form(form).noun.map(|(lemma, plural)| (words.text(lemma), plural));
        assert_eq!(noun("leaders"), Some(("leader", true)));
        assert_eq!(noun("allies"), Some(("ally", true)));
        assert_eq!(noun("gunmen"), Some(("gunman", true)));
        assert!(words.form("leaders").tags.has(Tags::MEMBERS));
        assert!(words.form("allegedly").tags.has(Tags::ALLEGED));
        assert!(words.form("couldn’t").tags.has(Tags::NEGATION));
    }
}
