//! What a sentence plainly says of the entry that it refers to.
//!
//! A rule fits if one of its phrases stands before the reference and nothing but names, and entries referred to before,
//! stands between. Words that take the edge off a statement change its modality; words that turn it round (former,
//! deputy, not) make it unclear. What no rule is certain of stays a tie of modality `possible`.

use crate::model::Modality;

/// What a tie joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A person.
    Person,
    /// An organisation.
    Organisation,
}

/// What a sentence says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The link kind.
    pub kind: &'static str,
    /// Whether it goes from the entry referred to.
    pub reversed: bool,
    /// In which modality.
    pub modality: Modality,
}

/// A phrase, the ends that it joins (`None`: either) and what it says of them.
struct Rule {
    phrase: &'static str,
    from: Option<Side>,
    to: Option<Side>,
    kind: &'static str,
    reversed: bool,
}

const PERSON: Option<Side> = Some(Side::Person);
const BODY: Option<Side> = Some(Side::Organisation);

const fn rule(phrase: &'static str, from: Option<Side>, to: Option<Side>, kind: &'static str, reversed: bool) -> Rule {
    Rule { phrase, from, to, kind, reversed }
}

const RULES: [Rule; 33] = [
    rule("associated with", None, None, "linked_to", false),
    rule("linked to", None, None, "linked_to", false),
    rule("links to", None, None, "linked_to", false),
    rule("ties to", None, None, "linked_to", false),
    rule("affiliated with", None, BODY, "affiliated_with", false),
    rule("affiliate of", BODY, BODY, "affiliated_with", false),
    rule("member of", None, BODY, "member_of", false),
    rule("members of", PERSON, BODY, "member_of", false),
    rule("leader of", PERSON, BODY, "led_by", true),
    rule("head of", PERSON, BODY, "led_by", true),
    rule("emir of", PERSON, BODY, "led_by", true),
    rule("commander of", PERSON, BODY, "led_by", true),
    rule("led by", BODY, PERSON, "led_by", false),
    rule("headed by", BODY, PERSON, "led_by", false),
    rule("founder of", PERSON, BODY, "founded_by", true),
    rule("founded by", BODY, None, "founded_by", false),
    rule("established by", BODY, None, "founded_by", false),
    rule("owner of", PERSON, BODY, "owns", false),
    rule("owned by", BODY, None, "owns", true),
    rule("brother of", PERSON, PERSON, "relative_of", false),
    rule("brother-in-law of", PERSON, PERSON, "relative_of", false),
    rule("sister of", PERSON, PERSON, "relative_of", false),
    rule("son of", PERSON, PERSON, "relative_of", false),
    rule("son-in-law of", PERSON, PERSON, "relative_of", false),
    rule("daughter of", PERSON, PERSON, "relative_of", false),
    rule("father of", PERSON, PERSON, "relative_of", false),
    rule("father-in-law of", PERSON, PERSON, "relative_of", false),
    rule("uncle of", PERSON, PERSON, "relative_of", false),
    rule("nephew of", PERSON, PERSON, "relative_of", false),
    rule("cousin of", PERSON, PERSON, "relative_of", false),
    rule("wife of", PERSON, PERSON, "relative_of", false),
    rule("husband of", PERSON, PERSON, "relative_of", false),
    rule("relative of", PERSON, PERSON, "relative_of", false),
];

/// Words before a phrase with which it no longer says what it says without them.
const UNCLEAR: [&str; 24] = [
    "not",
    "no",
    "never",
    "former",
    "formerly",
    "previous",
    "previously",
    "ex",
    "deputy",
    "assistant",
    "was",
    "were",
    "had",
    "until",
    "left",
    "whose",
    "who",
    "his",
    "her",
    "their",
    "becoming",
    "local",
    "regional",
    "wing",
];
/// Words with which it is a charge.
const ALLEGED: [&str; 7] = ["reportedly", "reported", "alleged", "allegedly", "accused", "suspected", "wanted"];
/// Words with which it is a guess.
const POSSIBLE: [&str; 8] = ["believed", "possibly", "possible", "may", "might", "likely", "presumed", "thought"];
/// Small words that stand within names and between them.
const IN_NAMES: [&str; 38] = [
    "al",
    "el",
    "bin",
    "ibn",
    "ben",
    "abu",
    "the",
    "of",
    "in",
    "and",
    "for",
    "de",
    "des",
    "du",
    "la",
    "le",
    "et",
    "en",
    "ul",
    "ur",
    "e",
    "i",
    "fi",
    "a",
    "an",
    "as",
    "well",
    "listed",
    "organization",
    "organisation",
    "group",
    "with",
    "both",
    "its",
    "leader",
    "network",
    "movement",
    "y",
];

/// What is said of the entry that `lead` leads to: the sentence up to the reference.
pub fn relation(lead: &str, from: Side, to: Side) -> Option<Relation> {
    let lower = lead.to_lowercase();
    // A letter whose lower case has another length would shift the places; then no rule is certain.
    if lower.len() != lead.len() {
        return None;
    }
    let fits = |rule: &&Rule| rule.from.is_none_or(|side| side == from) && rule.to.is_none_or(|side| side == to);
    let last = RULES
        .iter()
        .filter_map(|rule| Some((rule, place(&lower, rule.phrase)?)))
        .max_by_key(|(rule, at)| (at + rule.phrase.len(), rule.phrase.len()))?;
    let (rule, at) = last;
    if !fits(&rule) || !only_names(lead.get(at + rule.phrase.len()..)?) {
        return None;
    }
    // What qualifies the phrase stands in its own clause.
    let clause = lower.get(..at)?.rsplit([',', ';', ')']).next().unwrap_or_default().to_owned();
    let words: Vec<&str> = clause.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let any = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let plain = ["led_by", "founded_by", "owns"].contains(&rule.kind);
    let own = |word: &&str| {
        ["a", "an", "the", "and", "also", "is", "overall", "co"].contains(word)
            || ALLEGED.contains(word)
            || POSSIBLE.contains(word)
            || *word == "to"
            || *word == "be"
    };
    // "Military leader of", "spokesperson and head of security of": only the bare word says who leads.
    if any(&UNCLEAR) || (plain && rule.reversed && !words.iter().all(own)) {
        return None;
    }
    let modality = if any(&ALLEGED) {
        Modality::Alleged
    } else if any(&POSSIBLE) {
        Modality::Possible
    } else {
        Modality::Asserted
    };
    Some(Relation { kind: rule.kind, reversed: rule.reversed, modality })
}

/// Where a phrase last stands in a text as words of its own.
fn place(text: &str, phrase: &str) -> Option<usize> {
    text.rmatch_indices(phrase).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        let after = text.get(at + phrase.len()..).and_then(|after| after.chars().next());
        before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '-')
            && after.is_none_or(|letter| !letter.is_alphanumeric())
    })
}

/// Whether a text is nothing but names: words that begin with a capital, small words of names, signs.
fn only_names(text: &str) -> bool {
    let words = text.split(|c: char| {
        c.is_whitespace() || matches!(c, '(' | ')' | ',' | '/' | ';' | '-' | '–' | '"' | '“' | '”' | '.')
    });
    words.map(|word| word.trim_matches(['\'', '’', '‘', '`', '#', ':'])).filter(|word| !word.is_empty()).all(|word| {
        let first = word.chars().next().unwrap_or(' ');
        !first.is_lowercase() || word == "deceased" || IN_NAMES.contains(&word) || apostrophe(word)
    })
}

/// A small word that is bound to a name: `l’Afrique`, `d'Example`.
fn apostrophe(word: &str) -> bool {
    word.split_once(['\'', '’']).is_some_and(|(before, after)| before.chars().count() <= 2 && !after.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lead: &str, from: Side, to: Side, expected: Option<(&str, bool, Modality)>) {
        let found = relation(lead, from, to);
        assert_eq!(found.map(|one| (one.kind, one.reversed, one.modality)), expected, "{lead}");
    }

    #[test]
    fn plain_sentences_say_what_they_say() {
        use Modality::{Alleged, Asserted, Possible};
        use Side::{Organisation as Body, Person};
        for (lead, from, to, expected) in [
            ("Associated with the Example Front (EF) (", Body, Body, Some(("linked_to", false, Asserted))),
            (
                "Associated with One (QDe.001), Two al-Two (QDe.002) and the Three of Four (",
                Body,
                Body,
                Some(("linked_to", false, Asserted)),
            ),
            ("Brother of Ali Example (", Person, Person, Some(("relative_of", false, Asserted))),
            ("Leader of Example Front (", Person, Body, Some(("led_by", true, Asserted))),
            ("A leader of Example Front (", Person, Body, Some(("led_by", true, Asserted))),
            ("Member of Example Front (", Person, Body, Some(("member_of", false, Asserted))),
            ("Reportedly a member of Example Front (", Person, Body, Some(("member_of", false, Alleged))),
            ("Believed to be a member of Example Front (", Person, Body, Some(("member_of", false, Possible))),
            ("Owned by Ali Example (", Body, Person, Some(("owns", true, Asserted))),
            ("In X since 2009, associated with Example Front (", Person, Body, Some(("linked_to", false, Asserted))),
            ("Active in X and led by Ali ben Example (", Body, Person, Some(("led_by", false, Asserted))),
        ] {
            check(lead, from, to, expected);
        }
    }

    #[test]
    fn what_is_not_plain_is_not_said() {
        use Side::{Organisation as Body, Person};
        for (lead, from, to) in [
            ("Former leader of Example Front (", Person, Body),
            ("Deputy head of Example Front (", Person, Body),
            ("Military leader of Example Front (", Person, Body),
            ("Head of the security wing of Example Front (", Person, Body),
            ("Brother of a man who financed Example Front (", Person, Body),
            ("Member of a cell that attacked Example Front (", Person, Body),
            ("Not a member of Example Front (", Person, Body),
            ("Key operative in Example Front (", Person, Body),
            ("Leader of Ali Example (", Person, Person),
            ("Fought, in 2001, against Example Front (", Person, Body),
            ("", Person, Body),
        ] {
            check(lead, from, to, None);
        }
    }
}
