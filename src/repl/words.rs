//! The words of the language, for help, hints and completion.

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

/// Words that are not verbs.
pub const KEYWORDS: [&str; 64] = [
    "all",
    "alleged",
    "aim",
    "and",
    "any",
    "as",
    "as of",
    "asc",
    "asserted",
    "avoid",
    "betweenness",
    "box",
    "by",
    "case",
    "contains",
    "count",
    "count by kind",
    "csv",
    "degree",
    "denied",
    "desc",
    "directed",
    "distinct",
    "dot",
    "during",
    "ends with",
    "explain",
    "false",
    "from source",
    "grade",
    "ids",
    "in",
    "is",
    "json",
    "jsonl",
    "known on",
    "limit",
    "markdown",
    "max",
    "modality",
    "not",
    "null",
    "of",
    "opinion",
    "optional match",
    "or",
    "order by",
    "pagerank",
    "possible",
    "profile",
    "return",
    "shortest",
    "skip",
    "sources",
    "starts with",
    "table",
    "to",
    "true",
    "union",
    "unwind",
    "via",
    "where",
    "with",
    "within",
];

/// Whether `word` is a verb or belongs to a keyword.
pub fn is_keyword(word: &str) -> bool {
    let same = |known: &str| known.eq_ignore_ascii_case(word);
    same("neighbors")
        || VERBS.iter().any(|verb| same(verb.name))
        || KEYWORDS.iter().any(|keyword| keyword.split(' ').any(same))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_in_order_and_once() {
        assert!(KEYWORDS.iter().skip(1).all(|word| !word.is_empty()));
        let mut sorted = KEYWORDS.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), KEYWORDS.len());
        assert!(is_keyword("Neighbours") && is_keyword("ORDER") && !is_keyword("ttp"));
    }
}
