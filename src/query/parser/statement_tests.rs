//! Statements: what is read, and what is said of mistakes.

use crate::query::ast::*;
use crate::query::{parse, scope};

fn verb(text: &str) -> Verb {
    match parse(text) {
        Ok(Statement { body: Body::Verb(verb), .. }) => verb,
        other => panic!("{text}: {other:?}"),
    }
}

fn refused(text: &str) -> String {
    parse(text).expect_err(text).to_string()
}

#[test]
fn every_verb_of_the_language_is_read() {
    for text in [
        "find \"haqani\"",
        "FIND haqani OF Organisation LIMIT 5",
        "show \"Haqqani Network\"",
        "show @haqqani-network as of 2014",
        "neighbours \"TTP\" within 2 via affiliated_with, led_by of Organisation",
        "neighbors TTP of Organisation within 2",
        "path \"Schindler\" to \"al-Qaeda\" all shortest max 6 via led_by avoid Place, \"Pakistan\" directed",
        "path al-Qaeda to @ttp shortest 3 sources 2",
        "between \"TTP\", \"Haqqani Network\", \"al-Qaeda\"",
        "common \"TTP\", \"al-Qaeda\" grade b2",
        "timeline \"TTP\" 2007..2021 | csv > out/ttp.csv",
        "why 3",
        "why \"TTP\" to \"al-Qaeda\"",
        "why @l:12",
        "rank",
        "rank pagerank of Organisation limit 10 modality asserted, alleged from source cep-ttp-ceasefire;",
        "match (a:Organisation)-[l:affiliated_with]->(b) where a.name = 'TTP' return b.name as name grade B2 | dot",
        "explain match (a) return a",
    ] {
        // Dates are read by the model, which is tested there.
        if let Err(fault) = parse(text) {
            assert!(text.contains("20") && fault.message.is_empty(), "{text}: {fault}");
        }
    }
}

#[test]
fn clauses_come_in_any_order_but_once() {
    let Verb::Neighbours { within, via, of, directed, .. } =
        verb("neighbours TTP directed of Organisation, Person via led_by within 3")
    else {
        panic!()
    };
    assert_eq!((within, via.len(), of.len(), directed), (3, 1, 2, true));
    assert_eq!(refused("neighbours TTP within 2 within 3"), "1:25: `within` is given twice");
    assert_eq!(refused("show TTP grade A1 grade B2"), "1:19: `grade` is given twice");
}

#[test]
fn pipes_and_files_are_read() {
    let statement = parse("neighbours \"TTP\" | count by kind | json > some/où.json").unwrap();
    let pipes: Vec<_> = statement.pipes.iter().map(|pipe| pipe.value.clone()).collect();
    assert_eq!(pipes, [Pipe::CountByKind, Pipe::Render(Format::Json)]);
    assert_eq!(statement.file.unwrap().value, "some/où.json");
    let statement = parse("rank > \"a b.txt\"").unwrap();
    assert_eq!(statement.file.unwrap().value, "a b.txt");
}

#[test]
fn entities_are_names_or_ids() {
    let Verb::Path(path) = verb("path 'O\\'Brien' to @al-qaeda via \"TTP\", led_by") else { panic!() };
    assert_eq!((path.from.text.as_str(), path.from.form), ("O'Brien", EntityForm::Name));
    assert_eq!((path.to.text.as_str(), path.to.form), ("al-qaeda", EntityForm::Id));
    assert_eq!((path.through.len(), path.via.len()), (1, 1));
}

#[test]
fn messages_say_what_to_write() {
    for (text, message) in [
        ("", "1:1: expected a verb, found the end of the query"),
        ("neigbours \"TTP\"", "1:1: `neigbours` is no verb (did you mean `neighbours`?)"),
        ("neighbours \"TTP\" witin 2", "1:18: expected the end of the query, found `witin` (did you mean `within`?)"),
        ("path \"a\" \"b\"", "1:10: expected `to` and the entity where the path ends, found `\"b\"`"),
        ("show Haqqani Network", "1:6: a name of several words needs quotes (\"Haqqani Network\")"),
        ("show \"Haqqani", "1:6: this text is not closed (close it with \")"),
        (
            "match (a) return a as of 2008 limit 2",
            "found `limit` (it has to stand further to the front: scopes and pipes come last)",
        ),
        ("rank | dto", "did you mean `dot`?"),
        ("rank modality aserted", "did you mean `asserted`?"),
        ("rank grade Z9", "1:12: this is not a grade"),
        ("match (a) retrun a", "did you mean `return`?"),
        ("match (a)", "a query ends with `return`"),
        ("between \"a\"", "1:1: `between` needs two entities or more"),
        ("neighbours \"TTP\" within 99999999999", "is not a whole number"),
        ("create (a)", "1:1: `create` is no verb"),
    ] {
        let found = refused(text);
        assert!(found.contains(message.split(" (").next().unwrap()) && found.contains(message), "{text}: {found}");
    }
}

#[test]
fn a_scope_stands_alone_too() {
    assert!(scope("").unwrap().is_empty());
    assert_eq!(scope("grade B2 sources 2").unwrap().sources.unwrap().value, 2);
    assert!(scope("sorces 2").unwrap_err().to_string().contains("did you mean `sources`?"));
}

#[test]
fn nothing_is_too_deep_or_too_long() {
    let many = |text: &str| text.repeat(10_000);
    for text in [
        format!("return {}1{}", many("("), many(")")),
        format!("return {}", many("[")),
        format!("return {}", many("{a:")),
        format!("return {}1", many("not ")),
        format!("return {}1", many("- ")),
        format!("return 1{}", many("+1")),
        format!("return a{}", many("[0]")),
        format!("return a{}", many(".b")),
        format!("match {} return 1", many("(")),
        format!("match (a:{}A) return 1", many("!")),
        format!("return {}1", many("exists { match (a) where ")),
        format!("return {}", many("case when ")),
        format!("return {}", many("({a:")),
        format!("return {}", many("[x in ")),
    ] {
        let fault = parse(&text).unwrap_err();
        assert!(fault.message.contains("nested more than 100 deep"), "{fault}");
    }
    assert!(parse(&format!("return 1{}", many(" or 1"))).is_ok());
    assert!(refused(&" ".repeat(2 << 20)).contains("bytes long"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = parse(&text);
    }

    #[test]
    fn any_words_are_read_or_refused(words in proptest::collection::vec("(path|match|return|where|to|as|of|[a-c]|\\(|\\)|-|>|\\[|\\]|\\*|:|\\||2001|\\.\\.|\"x\"|@x|,|=|\\{|\\}|in|not|case)", 0..30)) {
        let _ = parse(&words.join(" "));
    }
}
