//! The words of the language, for help, hints and completion.

use crate::model::Modality;

/// A verb, what follows it, and what it asks for.
pub struct Verb {
    pub name: &'static str,
    pub usage: &'static str,
    pub meaning: &'static str,
}

pub const VERBS: [Verb; 10] = [
    verb("find", "\"NAME\" [of KIND]", "entities by name, in any spelling and script"),
    verb("show", "\"NAME\"", "all that is known of one entity, with its sources"),
    verb("neighbours", "\"NAME\" [within 2] [via LINK, ...] [of KIND, ...]", "who and what it is tied to"),
    verb(
        "path",
        "\"A\" to \"B\" [shortest | all shortest | shortest 3] [max 6] [via LINK] [avoid KIND] [directed]",
        "how two entities are tied",
    ),
    verb("between", "\"A\", \"B\", ...", "the smallest picture that joins them"),
    verb("common", "\"A\", \"B\"", "what both are tied to"),
    verb("timeline", "\"NAME\" [2007..2021]", "what happened when"),
    verb("why", "1 | @LINK | \"A\" to \"B\"", "the claims behind a link: source, grade, speaker, sentence"),
    verb("rank", "[degree | pagerank | betweenness] [of KIND] [limit 10]", "who matters most"),
    verb("match", "(a:KIND)-[l:LINK]->(b) where ... return ...", "patterns of your own"),
];

const fn verb(name: &'static str, usage: &'static str, meaning: &'static str) -> Verb {
    Verb { name, usage, meaning }
}

/// What may follow every statement.
pub const SCOPE: &str =
    "as of 2014, during 2001..2008, known on 2021-11-20, grade B2, sources 2, modality asserted, from source ID";

/// What may be done with an answer.
pub const PIPES: &str = "| dot, | csv, | json, | count, | count by kind, | ids, and > FILE";

/// Words between the arguments of verbs, and those of a scope.
pub const CLAUSES: [&str; 23] = [
    "all shortest",
    "and",
    "any shortest",
    "as of",
    "avoid",
    "betweenness",
    "degree",
    "directed",
    "during",
    "from source",
    "grade",
    "known on",
    "limit",
    "max",
    "modality",
    "of",
    "pagerank",
    "shortest",
    "sources",
    "through",
    "to",
    "via",
    "within",
];

/// Words of `match` and what follows it.
pub const PATTERN_WORDS: [&str; 27] = [
    "and",
    "asc",
    "case",
    "contains",
    "count",
    "desc",
    "distinct",
    "ends with",
    "explain",
    "false",
    "in",
    "is",
    "limit",
    "not",
    "null",
    "optional match",
    "or",
    "order by",
    "profile",
    "return",
    "skip",
    "starts with",
    "true",
    "union",
    "unwind",
    "where",
    "with",
];

/// Words after a bar.
pub const PIPE_WORDS: [&str; 10] =
    ["box", "count", "count by kind", "csv", "dot", "ids", "json", "jsonl", "markdown", "table"];

/// Whether `word` is a verb or belongs to a keyword.
pub fn is_keyword(word: &str) -> bool {
    let same = |known: &str| known.eq_ignore_ascii_case(word);
    let others = ["neighbors", "as"];
    let keywords = CLAUSES.iter().chain(&PATTERN_WORDS).chain(&PIPE_WORDS).chain(&others);
    VERBS.iter().any(|verb| same(verb.name))
        || keywords.copied().any(|keyword| keyword.split(' ').any(same))
        || Modality::ALL.iter().any(|modality| same(modality.word()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_in_order_and_once() {
        for words in [&CLAUSES[..], &PATTERN_WORDS, &PIPE_WORDS] {
            assert!(words.windows(2).all(|pair| pair[0] < pair[1]), "{words:?}");
        }
        assert!(is_keyword("Neighbours") && is_keyword("ORDER") && is_keyword("alleged") && !is_keyword("ttp"));
    }
}
