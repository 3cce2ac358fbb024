//! What may come next in a line.

use super::command::Command;
use super::words::{CLAUSES, PATTERN_WORDS, PIPE_WORDS, VERBS};
use crate::database::Database;
use crate::model::Modality;
use crate::write::Format;

/// The most names that are offered.
const MOST: usize = 50;

/// What may stand from byte `start` of the line up to the cursor.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Offer {
    pub start: usize,
    /// What is shown, and what is put in.
    pub candidates: Vec<(String, String)>,
    /// Whether the names of files are to be offered instead.
    pub files: bool,
}

/// What may come next in `line` at the cursor `at`.
pub fn complete(line: &str, at: usize, database: &Database) -> Offer {
    let before = line.get(..at).unwrap_or(line);
    let after = line.get(at..).unwrap_or("");
    if let Some(command) = before.trim_start().strip_prefix(':') {
        let indent = before.len() - command.len() - 1;
        return in_command(before, indent, after, database);
    }
    in_statement(before, after, database)
}

fn in_command(before: &str, indent: usize, after: &str, database: &Database) -> Offer {
    let typed = before.get(indent..).unwrap_or("");
    if !typed.contains(char::is_whitespace) {
        return offer(indent, typed, Command::ALL.into_iter().map(|command| format!("{} ", command.name())));
    }
    let (start, word) = last_word(before);
    match Command::parse(typed) {
        Ok((Command::Mode, _)) => offer(start, word, Format::WORDS.into_iter().map(str::to_owned)),
        Ok((Command::Timer, _)) => offer(start, word, ["on", "off"].into_iter().map(str::to_owned)),
        Ok((Command::Help, _)) => offer(start, word, VERBS.iter().map(|verb| verb.name.to_owned())),
        Ok((Command::Schema, _)) => offer(start, word, kinds(database).chain(link_kinds(database))),
        Ok((Command::Source | Command::Output, _)) => Offer { files: true, ..Offer::default() },
        Ok((Command::Scope | Command::Desugar, _)) => in_statement(before, after, database),
        _ => Offer::default(),
    }
}

fn in_statement(before: &str, after: &str, database: &Database) -> Offer {
    if let Some((start, quote)) = open_quote(before) {
        let typed = before.get(start..).unwrap_or("");
        let close = if after.starts_with(quote) { String::new() } else { quote.to_string() };
        let candidates = database
            .complete(&unescaped(typed), MOST)
            .into_iter()
            .map(|name| (name.clone(), escaped(&name, quote) + &close))
            .collect();
        return Offer { start, candidates, files: false };
    }
    let (start, word) = last_word(before);
    let lead = before.get(..start).unwrap_or("").trim_end();
    let clause = clause_of(lead);
    let pattern = ["match", "optional"].iter().any(|verb| starts_with_word(before, verb));
    let keywords: &[&str] = if pattern { &PATTERN_WORDS } else { &CLAUSES };
    let second_words: Vec<String> = keywords
        .iter()
        .filter_map(|keyword| keyword.split_once(' '))
        .filter(|(first, _)| *first == clause)
        .map(|(_, second)| second.to_owned())
        .collect();
    let words: Vec<String> = if lead.is_empty() {
        VERBS.iter().map(|verb| format!("{} ", verb.name)).collect()
    } else if lead.ends_with('|') && !in_brackets(lead, '[', ']') {
        PIPE_WORDS.iter().map(|word| (*word).to_owned()).collect()
    } else if clause == "via" || in_brackets(lead, '[', ']') {
        link_kinds(database).collect()
    } else if clause == "avoid" {
        link_kinds(database).chain(kinds(database)).collect()
    } else if clause == "of" && !lead.to_ascii_lowercase().ends_with("as of")
        || in_brackets(lead, '(', ')') && lead.ends_with(':')
    {
        kinds(database).collect()
    } else if clause == "modality" {
        Modality::ALL.iter().map(Modality::to_string).collect()
    } else if !second_words.is_empty() {
        second_words
    } else {
        let mut offer = offer(start, word, keywords.iter().map(|keyword| (*keyword).to_owned()));
        if !word.is_empty() {
            let names = database.complete(word, MOST).into_iter();
            offer.candidates.extend(names.map(|name| (name.clone(), format!("\"{}\"", escaped(&name, '"')))));
        }
        return offer;
    };
    offer(start, word, words.into_iter())
}

/// The word that a list at the end of a text belongs to: `via` in `... via led_by,`.
fn clause_of(lead: &str) -> String {
    let mut lead = lead.trim_end();
    while let Some(rest) = lead.strip_suffix(',') {
        lead = last_word(rest.trim_end()).1;
        lead = rest.get(..rest.trim_end().len() - lead.len()).unwrap_or("").trim_end();
    }
    last_word(lead).1.to_ascii_lowercase()
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.split_whitespace().next().is_some_and(|first| first.eq_ignore_ascii_case(word))
}

fn offer(start: usize, typed: &str, words: impl Iterator<Item = String>) -> Offer {
    let fits = |word: &String| word.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    let candidates = words.filter(fits).map(|word| (word.trim_end().to_owned(), word)).collect();
    Offer { start, candidates, files: false }
}

fn link_kinds(database: &Database) -> impl Iterator<Item = String> {
    database.schema().links().iter().map(|link| link.name.to_string())
}

fn kinds(database: &Database) -> impl Iterator<Item = String> {
    let schema = database.schema();
    let types = schema.finer_types().iter().map(|finer| finer.name.to_string());
    schema.kinds().iter().map(|kind| kind.name.to_string()).chain(types)
}

fn last_word(text: &str) -> (usize, &str) {
    let word = text.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
    (word.len(), text.get(word.len()..).unwrap_or(""))
}

fn in_brackets(text: &str, open: char, close: char) -> bool {
    text.rfind(open).is_some_and(|at| !text.get(at..).unwrap_or("").contains(close))
}

/// Where the text of an open quote begins, and which quote it is.
fn open_quote(text: &str) -> Option<(usize, char)> {
    let mut open = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match open {
            Some(_) if c == '\\' => drop(chars.next()),
            Some((_, quote)) if quote == c => open = None,
            None if c == '"' || c == '\'' => open = Some((at + 1, c)),
            _ => {}
        }
    }
    open
}

fn escaped(name: &str, quote: char) -> String {
    let mut out = String::with_capacity(name.len() + 2);
    for c in name.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c == quote => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

fn unescaped(typed: &str) -> String {
    let mut out = String::with_capacity(typed.len());
    let mut chars = typed.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_found() {
        assert_eq!(open_quote("path \"TTP\" to \"al"), Some((15, '"')));
        assert_eq!(open_quote("find 'Da\\'e"), Some((6, '\'')));
        assert_eq!(open_quote("find \"x\""), None);
        assert_eq!(open_quote("find \"a 'b"), Some((6, '"')));
    }

    #[test]
    fn names_are_escaped() {
        assert_eq!(escaped("a \"b\" \\ c\n\u{1b}", '"'), "a \\\"b\\\" \\\\ c\\n\\u001b");
        assert_eq!(unescaped("a \\\"b"), "a \"b");
    }

    #[test]
    fn words_and_brackets() {
        assert_eq!(last_word("neighbours \"TTP\" via affil"), (21, "affil"));
        assert_eq!(last_word("find "), (5, ""));
        assert!(in_brackets("match (a)-[l:", '[', ']') && !in_brackets("match (a)-[l]->(b", '[', ']'));
    }

    #[test]
    fn a_list_belongs_to_its_clause() {
        for (lead, clause) in [
            ("neighbours \"TTP\" via", "via"),
            ("neighbours \"TTP\" via led_by,", "via"),
            ("neighbours \"TTP\" VIA led_by , part_of,", "via"),
            ("common \"TTP\",", ""),
            ("", ""),
        ] {
            assert_eq!(clause_of(lead), clause, "{lead}");
        }
    }

    #[test]
    fn what_may_follow() {
        let directory = tempfile::tempdir().unwrap();
        let database = Database::create_or_open(&directory.path().join("db")).unwrap();
        let offered = |line: &str| -> Vec<String> {
            complete(line, line.len(), &database).candidates.into_iter().map(|(shown, _)| shown).collect()
        };
        assert_eq!(offered("nei"), ["neighbours"]);
        assert_eq!(offered("neighbours TTP via affil"), ["affiliated_with"]);
        assert_eq!(offered("neighbours TTP via led_by, affil"), ["affiliated_with"]);
        assert_eq!(offered("rank of Pers"), ["Person"]);
        assert_eq!(offered("rank as "), ["of"]);
        assert_eq!(offered("rank modality a"), ["asserted", "alleged", "aim"]);
        assert_eq!(offered("rank | cs"), ["csv"]);
        assert_eq!(offered("rank wi"), ["within"]);
        assert_eq!(offered("match (a:Pers"), ["Person"]);
        assert_eq!(offered("match (a) wh"), ["where"]);
        assert_eq!(offered("rank as of "), CLAUSES);
    }

    #[test]
    fn a_word_fits_in_any_case() {
        let words = || ["Organisation", "organ", "été"].into_iter().map(str::to_owned);
        let found: Vec<_> = offer(0, "ORG", words()).candidates.into_iter().map(|(shown, _)| shown).collect();
        assert_eq!(found, ["Organisation", "organ"]);
        assert_eq!(offer(0, "é", words()).candidates.len(), 1);
        assert!(offer(0, "x", words()).candidates.is_empty());
    }
}
