//! Bad seed files: each is refused with every error at its place, and nothing panics.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;
use tieline::model::{Changes, Diagnostic, Lookup, Match, Says};
use tieline::read::seeds;
use tieline::schema::Schema;

const SOURCE: &str = "[source]\nid = \"s\"\ntitle = \"A source\"\n";

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// What is said of the files, with paths from their folder on.
fn refused(files: &[(&str, &str)], known: &dyn Lookup) -> Vec<String> {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    let dir = folder(&files);
    let problems = seeds(&[dir.path().to_path_buf()], Schema::builtin(), known).expect_err("a refusal");
    shown(&dir, &problems)
}

fn shown(dir: &TempDir, problems: &[Diagnostic]) -> Vec<String> {
    let prefix = format!("{}/", dir.path().display());
    problems
        .iter()
        .map(|problem| {
            assert!(problem.excerpt.get(problem.span.clone()).is_some(), "{problem:?}");
            problem.to_string().replace(&prefix, "")
        })
        .collect()
}

/// What is said of one file that starts with a good source, with lines counted after it.
fn after_source(text: &str) -> Vec<String> {
    refused(&[("f.toml", &format!("{SOURCE}{text}"))], &())
}

fn read(text: &str, known: &dyn Lookup) -> Changes {
    let dir = folder(&[("f.toml", format!("{SOURCE}{text}").as_bytes())]);
    seeds(&[dir.path().join("f.toml")], Schema::builtin(), known).unwrap()
}

#[test]
fn every_error_of_every_file_is_told_at_its_place() {
    let first = r#"
[[entity]]
id = "ttp"
kind = "Organization"
type = "militant_grup"
nams = []

[[entity]]
id = "Bad Id"
kind = "Person"
names = [
    { name = "", at = "p1" },
    { name = "A", rol = "alias" },
    { name = "B", role = "alais", at = "p1 x2" },
]
attributes = [
    { key = "birth_date", value = "2021-13-40" },
    { key = "gendr", value = "male" },
    { key = "killed", value = 3 },
    { key = "title" },
]

[[link]]
from = "ttpp"
kind = "afiliated_with"
to = "al-qaeda"
when = "2021-02-30"
modality = "asertd"
credibility = 7
speaker = "nobody"
"#;
    let second = r#"[source]
id = "t"
title = "Another"
published = "yesterday"
digest = "sha256:abc"
reliability = "G"

[[entity]]
id = "al-qaeda"
kind = "Organisation"

[[entity]]
id = "adam"
kind = "Person"

[[link]]
from = "adam"
kind = "led_by"
to = "al-qaeda"

[[link]]
from = "adam"
kind = "split_from"
to = "adam"

[[event]]
id = "attack"
type = "atack"
when = 2001
participants = [{ entity = "adam", kind = "located_in" }]

[[lnk]]
"#;
    let first = format!("{SOURCE}{first}");
    insta::assert_snapshot!(refused(&[("a.toml", &first), ("b/c.toml", second)], &()).join("\n"), @r#"
        a.toml:7:8: there is no kind "Organization" (did you mean Organisation?)
        a.toml:8:8: there is no type "militant_grup" (did you mean militant_group?)
        a.toml:9:1: an entity has no "nams" (did you mean names?)
        a.toml:12:6: "Bad Id" is no id (an id is of lower-case letters, digits and -_.: and starts with a letter or a digit, 200 bytes at most)
        a.toml:15:14: "name" is empty
        a.toml:16:19: a name has no "rol" (did you mean role?)
        a.toml:17:26: "alais" is no name role; it is one of primary, alias, acronym, former, weak (did you mean alias?)
        a.toml:17:44: "x2" is no place in a source (a place is p (paragraph), s (sentence) and b (bytes): "p2 s3 b165-190")
        a.toml:20:41: 13 is no month; expected 01 to 12, or a season from 21 to 24
        a.toml:21:13: there is no attribute "gendr" (did you mean gender?)
        a.toml:22:13: Bad Id (Person) has no attribute killed (it goes with Event)
        a.toml:23:5: an attribute needs "value"
        a.toml:27:8: there is no entity "ttpp" (did you mean ttp?)
        a.toml:28:8: there is no link kind "afiliated_with" (did you mean affiliated_with?)
        a.toml:30:17: 30 is no day of 2021-02; expected 01 to 28
        a.toml:31:12: "asertd" is no modality; it is one of asserted, alleged, denied, aim, opinion, possible (did you mean asserted?)
        a.toml:32:15: "credibility" is to be a number from 1 to 6
        a.toml:33:11: there is no entity "nobody"
        b/c.toml:4:14: expected a date such as 2014, 2014-06, 2014-06-15 or an interval such as 2014/2016
        b/c.toml:5:10: "digest" is to be sha256: and 64 hexadecimal digits
        b/c.toml:6:15: "G" is not a reliability (A to F)
        b/c.toml:18:8: led_by does not join adam (Person) to al-qaeda (Organisation) (the other way round it does: al-qaeda is led by adam)
        b/c.toml:23:8: split_from does not join adam (Person) to adam (Person) (it joins Organisation to Organisation)
        b/c.toml:24:6: adam is joined to itself
        b/c.toml:28:8: there is no type "atack" (did you mean attack?)
        b/c.toml:29:8: "when" is to be a string, not a number
        b/c.toml:30:43: located_in does not join adam (Person) to attack (Event) (it joins Organisation, Person, Group, Party, Place, Event, Vessel or Aircraft to Place)
        b/c.toml:32:3: a seed file has no "lnk" (did you mean link?)
        "#);
}

#[test]
fn files_that_are_no_seed_files() {
    let dir = folder(&[
        ("1-empty.toml", b""),
        ("2-comment.toml", b"# nothing\n"),
        ("3-latin.toml", b"[source]\nid = \"a\"\ntitle = \"caf\xe9\"\n"),
        ("4-truncated.toml", b"[source]\nid = \"b\"\ntitle = \"cut o"),
        ("5-no-source.toml", b"[[entity]]\nid = \"x\"\nkind = \"Person\"\n"),
        ("6-array.toml", b"source = 3\n"),
        ("7-zeros.toml", &[0; 64]),
        ("no-toml.txt", b"not read"),
    ]);
    let problems = seeds(&[dir.path().to_path_buf()], Schema::builtin(), &()).unwrap_err();
    insta::assert_snapshot!(shown(&dir, &problems).join("\n"), @r#"
        1-empty.toml:1:1: nothing in this file (a seed file starts with [source])
        2-comment.toml:1:1: nothing in this file (a seed file starts with [source])
        3-latin.toml:3:13: not UTF-8 from here on
        4-truncated.toml:3:15: invalid basic string, expected `"`
        5-no-source.toml:1:1: a seed file needs a [source]: every claim has one
        6-array.toml:1:10: "source" is to be a table, not a number
        7-zeros.toml:1:1: invalid unquoted key, expected letters, numbers, `-`, `_`
        7-zeros.toml:1:65: key with no value, expected `=`
        "#);
}

#[test]
fn paths_that_lead_nowhere() {
    let dir = folder(&[("empty/readme.txt", b"")]);
    let paths = ["absent", "absent.toml", "empty"].map(|name| dir.path().join(name));
    let problems = seeds(&paths, Schema::builtin(), &()).unwrap_err();
    insta::assert_snapshot!(shown(&dir, &problems).join("\n"), @r#"
        absent:1:1: cannot be read: No such file or directory (os error 2)
        absent.toml:1:1: cannot be read: No such file or directory (os error 2)
        empty:1:1: no seed file (*.toml) in this folder
        "#);
    assert!(seeds(&[PathBuf::from("/dev/null")], Schema::builtin(), &()).is_err());
}

#[test]
fn a_line_of_200_megabytes_and_ten_thousand_brackets() {
    let dir = folder(&[("deep.toml", format!("{SOURCE}x = {}", "[".repeat(10_000)).as_bytes())]);
    let long = fs::File::create(dir.path().join("long.toml")).unwrap();
    long.set_len(200 << 20).unwrap();
    let problems = seeds(&[dir.path().to_path_buf()], Schema::builtin(), &()).unwrap_err();
    let shown = shown(&dir, &problems);
    assert!(shown.iter().any(|line| line.starts_with("long.toml:1:1: larger than 16 MB")), "{shown:?}");
    assert!(shown.iter().any(|line| line.starts_with("deep.toml:4:")), "{shown:?}");
}

#[test]
fn a_broken_file_makes_no_further_errors_in_the_others() {
    let broken = format!("{SOURCE}[[entity]]\nid = \"x\"\nkind = \"Person");
    let other = "[source]\nid = \"t\"\ntitle = \"T\"\n[[link]]\nfrom = \"x\"\nkind = \"knows\"\nto = \"y\"\n";
    let found = refused(&[("a.toml", &broken), ("b.toml", other)], &());
    assert!(found.iter().all(|line| line.starts_with("a.toml:6:")), "{found:?}");
}

#[test]
fn one_id_is_one_thing() {
    let a = format!("{SOURCE}[[entity]]\nid = \"x\"\nkind = \"Person\"\n[[event]]\nid = \"e\"\ntype = \"attack\"\n");
    let b = "[source]\nid = \"s\"\ntitle = \"Once more\"\n\n[[entity]]\nid = \"x\"\nkind = \"Place\"\n\n\
             [[event]]\nid = \"e\"\ntype = \"talks\"\n";
    insta::assert_snapshot!(refused(&[("a.toml", &a), ("b.toml", b)], &()).join("\n"), @r#"
        b.toml:2:6: source s is described twice (first at a.toml:2)
        b.toml:7:8: x is Place here and Person elsewhere (Person at a.toml:6)
        b.toml:11:8: e is talks here and attack elsewhere (attack at a.toml:9)
        "#);
}

#[test]
fn circles_of_same_as_are_found_over_files() {
    let person = |id: &str, same: &str| format!("[[entity]]\nid = \"{id}\"\nkind = \"Person\"\nsame_as = {same}\n");
    let a = format!("{SOURCE}{}{}", person("a", "\"b\""), person("self", "[\"self\"]"));
    let b = format!("[source]\nid = \"s\"\n{}{}", person("b", "{ id = \"c\", note = \"n\" }"), person("c", "\"a\""));
    insta::assert_snapshot!(refused(&[("a.toml", &a), ("b.toml", &b)], &()).join("\n"), @r#"
        a.toml:11:12: same_as runs in a circle: self -> self
        b.toml:10:11: same_as runs in a circle: a -> b -> c -> a
        "#);
}

#[test]
fn what_would_speak_to_the_terminal_is_refused() {
    let long = "x".repeat(1_001);
    let found = after_source(&format!(
        r#"[[entity]]
id = "x"
kind = "Person"
names = [
    {{ name = "red \u001b[31m" }},
    {{ name = "two\nlines" }},
    {{ name = "c1 \u009b" }},
    {{ name = "{long}" }},
]
attributes = [{{ key = "description", value = "bell \u0007", note = "tab \t" }}]
"#
    ));
    insta::assert_snapshot!(found.join("\n"), @r#"
        f.toml:8:14: "name" has the control character U+001B
        f.toml:9:14: "name" has the control character U+000A
        f.toml:10:14: "name" has the control character U+009B
        f.toml:11:14: "name" has 1001 bytes; 1000 is the most
        f.toml:13:46: "value" has the control character U+0007
        f.toml:13:68: "note" has the control character U+0009
        "#);
}

#[test]
fn a_name_with_nothing_more_to_say_is_a_plain_text() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.toml");
    let seed = |names: &str| {
        std::fs::write(
            &file,
            format!("[source]\nid = 's'\ntitle = 't'\n[[entity]]\nid = 'a'\nkind = 'Person'\nnames = {names}\n"),
        )
        .unwrap();
        tieline::read::seeds(std::slice::from_ref(&file), tieline::schema::Schema::builtin(), &())
    };
    let plain = seed("['A', 'B', { name = 'C', role = 'former' }]").unwrap();
    let tables = seed("[{ name = 'A' }, { name = 'B', role = 'alias' }, { name = 'C', role = 'former' }]").unwrap();
    assert_eq!(plain.claims, tables.claims);
    for (names, message) in [
        ("'A'", "a.toml:7:9: \"names\" is to be a list of texts or tables, not a string"),
        ("['A', 3]", "a.toml:7:15: \"names\" is to be a list of texts or tables, not a number"),
        ("['']", "a.toml:7:1"),
    ] {
        let refused = seed(names).unwrap_err();
        assert!(refused.len() == 1 && refused[0].to_string().contains(message), "{refused:?}");
    }
}

#[test]
fn names_keep_quotes_and_any_script_and_texts_their_lines() {
    let changes = read(
        r#"
[[entity]]
id = "x"
kind = "Person"
names = [{ name = 'Абу "X" العربية ‏' }]
attributes = [{ key = "description", value = "two\nlines", text = """
first
second""" }]
"#,
        &(),
    );
    assert!(matches!(&changes.claims[0].says, Says::Name { text, .. } if &**text == "Абу \"X\" العربية \u{200f}"));
    assert_eq!(changes.claims[1].text.as_deref(), Some("first\nsecond"));
}

/// A database with two people.
struct Known;

impl Lookup for Known {
    fn entity(&self, id: &str) -> Option<(String, Option<String>)> {
        ["known", "other"].contains(&id).then(|| ("Person".to_owned(), Some("leader".to_owned())))
    }

    fn named(&self, _: &str) -> Vec<Match> {
        Vec::new()
    }

    fn near(&self, _: &str) -> Vec<String> {
        vec!["known".to_owned()]
    }
}

#[test]
fn what_the_database_knows_may_be_referred_to_and_not_contradicted() {
    let changes = read(
        "[[entity]]\nid = \"known\"\nnames = [{ name = \"K\" }]\n\
         [[link]]\nfrom = \"other\"\nkind = \"knows\"\nto = \"known\"\n",
        &Known,
    );
    assert_eq!(changes.entities().len(), 2);
    // A symmetric link starts at the smaller id.
    assert_eq!(changes.claims[1].says.subject(), changes.entity("known").unwrap());

    let found = refused(
        &[(
            "f.toml",
            &format!(
                "{SOURCE}[[entity]]\nid = \"known\"\nkind = \"Place\"\n[[entity]]\nid = \"new\"\n\
                 [[link]]\nfrom = \"kown\"\nkind = \"knows\"\nto = \"other\"\n"
            ),
        )],
        &Known,
    );
    insta::assert_snapshot!(found.join("\n"), @r#"
        f.toml:6:8: known is Place here and Person in the database
        f.toml:8:6: new needs a kind (one of Organisation, Person, Group, Party, Place, Event, Work, Vessel, Aircraft, Status)
        f.toml:10:8: there is no entity "kown" (did you mean known?)
        "#);
}

#[test]
fn claims_take_what_they_do_not_say_from_around_them() {
    let changes = read(
        r#"
[defaults]
modality = "alleged"
credibility = 2
speaker = "w"

[[entity]]
id = "w"
kind = "Person"

[[entity]]
id = "x"
kind = "Person"
at = ["p1 s1", "p2 s9 b10-20"]
text = "words"
names = [
    { name = "X" },
    { name = "Y", at = "s3", speaker = "the source", modality = "asserted", credibility = 1 },
]

[[event]]
id = "e"
when = "2001"
participants = [{ entity = "x", kind = "party_to" }, { entity = "x", kind = "targeted", when = "2002" }]
"#,
        &(),
    );
    let shown: Vec<String> = changes
        .claims
        .iter()
        .map(|claim| {
            let says = match &claim.says {
                Says::Name { text, role, .. } => format!("name {text} ({role})"),
                Says::Attribute { value, .. } => format!("attribute {value}"),
                Says::Link { from, kind, to } => format!("link {from} {} {to}", changes.words.text(*kind)),
                other => format!("{other:?}"),
            };
            let at = claim.locator;
            format!(
                "{says}: p{} s{} {:?}, speaker {:?}, {} {}, when {}, text {:?}",
                at.paragraph,
                at.sentence,
                at.span,
                claim.speaker,
                claim.modality,
                claim.credibility,
                claim.when.map(|when| when.to_string()).unwrap_or_default(),
                claim.text
            )
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
        Exists { entity: 0 }: p0 s0 None, speaker Some(0), alleged 2, when , text None
        name X (primary): p1 s1 None, speaker Some(0), alleged 2, when , text Some("words")
        name X (primary): p2 s9 Some((10, 20)), speaker Some(0), alleged 2, when , text Some("words")
        name Y (alias): p0 s3 None, speaker None, asserted 1, when , text None
        attribute 2001: p0 s0 None, speaker Some(0), alleged 2, when 2001, text None
        link 1 party_to 2: p0 s0 None, speaker Some(0), alleged 2, when 2001, text None
        link 2 targeted 1: p0 s0 None, speaker Some(0), alleged 2, when 2002, text None
        "#);
}

#[test]
fn a_file_named_twice_is_read_once() {
    let dir = folder(&[("f.toml", format!("{SOURCE}[[entity]]\nid = \"x\"\nkind = \"Person\"\n").as_bytes())]);
    let paths = [dir.path().to_path_buf(), dir.path().join("f.toml")];
    assert_eq!(seeds(&paths, Schema::builtin(), &()).unwrap().claims.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The repository's own seeds with a stretch of bytes cut out or replaced: read or refused, never a panic.
    #[test]
    fn damaged_files_never_panic(start in 0.0..1.0f64, length in 0usize..40, with in "[\"\\[\\]{}=,a\n\u{1b}é]{0,5}") {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("seeds/cep-ttp-ceasefire.toml");
        let mut bytes = fs::read(path).unwrap();
        let from = (start * bytes.len() as f64) as usize;
        let to = (from + length).min(bytes.len());
        bytes.splice(from..to, with.bytes());
        let dir = folder(&[("f.toml", &bytes)]);
        if let Err(problems) = seeds(&[dir.path().to_path_buf()], Schema::builtin(), &()) {
            prop_assert!(!problems.is_empty());
            shown(&dir, &problems);
        }
    }
}

/// The example in `docs/seeds.md` is a seed file.
#[test]
fn the_documented_example_is_read() {
    let text = include_str!("../../docs/seeds.md");
    let example = text.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let dir = folder(&[("example.toml", example.as_bytes())]);
    let changes = seeds(&[dir.path().to_path_buf()], Schema::builtin(), &())
        .unwrap_or_else(|problems| panic!("{:#?}", shown(&dir, &problems)));
    assert_eq!(changes.entities().len(), 5);
}
