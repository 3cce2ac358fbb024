//! CSV import by mapping files: the Mapping Militants tables, generated graphs, and everything that can be wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use tieline::generate::generate;
use tieline::model::{Changes, Claim, Diagnostic, Lookup, Match, Modality, NameRole, Says};
use tieline::read::csv::csv;
use tieline::schema::Schema;

/// The folder of shared data; `None`, said so, where it is missing and this is no run of continuous integration.
fn shared(inside: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TIELINE_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = root.join(inside);
    if path.exists() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
    eprintln!("skipped: {} is missing", path.display());
    None
}

fn import(mapping: &Path, paths: &[PathBuf], known: &dyn Lookup) -> Result<Changes, Vec<Diagnostic>> {
    csv(mapping, paths, Schema::builtin(), known, &mut |_| ())
}

fn militants_mapping() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/mappings/mapping-militants.toml")
}

fn militants(known: &dyn Lookup) -> Option<Changes> {
    let folder = shared("data/mapping-militants")?;
    Some(import(&militants_mapping(), &[folder], known).unwrap_or_else(|problems| panic!("{}", lines(&problems))))
}

fn lines(problems: &[Diagnostic]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

/// Links as `from kind to`, with their claims.
fn links(changes: &Changes) -> Vec<(String, &Claim)> {
    let id = |entity: u32| &changes.entities()[entity as usize].id;
    let show = |claim| match claim {
        &Claim { says: Says::Link { from, kind, to }, .. } => {
            Some(format!("{} {} {}", id(from), changes.words.text(kind), id(to)))
        }
        _ => None,
    };
    changes.claims.iter().filter_map(|claim| Some((show(claim)?, claim))).collect()
}

fn link_of_row(changes: &Changes, row: u32) -> (String, &Claim) {
    links(changes).into_iter().find(|(_, claim)| claim.locator.sentence == row).unwrap()
}

/// A database that knows some names.
struct Knows(Vec<(&'static str, &'static str, &'static str, NameRole)>);

impl Lookup for Knows {
    fn entity(&self, id: &str) -> Option<(String, Option<String>)> {
        self.0.iter().find(|known| known.0 == id).map(|known| (known.1.to_owned(), None))
    }

    fn named(&self, name: &str) -> Vec<Match> {
        let key = |name: &str| tieline::names::skeleton(&tieline::names::fold(name));
        self.0
            .iter()
            .filter(|known| key(known.2) == key(name))
            .map(|known| Match { id: known.0.into(), kind: known.1.into(), name: known.2.into(), role: known.3 })
            .collect()
    }

    fn near(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

fn same_as(changes: &Changes) -> BTreeSet<(String, String, Modality)> {
    let id = |entity: u32| changes.entities()[entity as usize].id.to_string();
    let pairs = changes.claims.iter().filter_map(|claim| match claim.says {
        Says::SameAs { entity, other } => Some((id(entity), id(other), claim.modality)),
        _ => None,
    });
    pairs.collect()
}

#[test]
fn mapping_militants_is_read_whole() {
    let Some(changes) = militants(&()) else { return };
    assert_eq!(changes.entities().len(), 263);
    let names = changes.claims.iter().filter(|claim| matches!(claim.says, Says::Name { .. })).count();
    let all = links(&changes);
    assert_eq!((names, all.len(), changes.claims.len()), (263, 315, 578));
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (link, claim) in &all {
        *kinds.entry(link.split(' ').nth(1).unwrap()).or_default() += 1;
        assert!(claim.when.is_some(), "{link} has no date");
        let source = &changes.sources()[claim.source as usize];
        assert_eq!(&*source.id, "mapping-militants");
    }
    let expected =
        [("affiliated_with", 67), ("allied_with", 87), ("merged_into", 24), ("rival_of", 92), ("split_from", 45)];
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), expected);
    let evidence: Vec<&str> = all.iter().filter_map(|(_, claim)| claim.text.as_deref()).collect();
    assert_eq!(evidence.len(), 309, "six rows have no description");
    assert!(
        evidence.iter().all(|text| !text.contains(['\\', '\u{93}']) && !text.contains("&#") && *text == text.trim())
    );
    let rows: BTreeSet<u32> = all.iter().map(|(_, claim)| claim.locator.sentence).collect();
    assert_eq!((rows.len(), rows.first(), rows.last()), (315, Some(&1), Some(&315)));
}

#[test]
fn groups_without_a_number_stay_apart() {
    let Some(changes) = militants(&()) else { return };
    for id in [
        "mmp-ambazonia-defense-forces",
        "mmp-ansaroul-islam",
        "mmp-islamic-state-in-khorasan-province",
        "mmp-islamic-state-in-the-greater-sahara",
        "mmp-jamaat-nusrat-al-islam-wal-muslimeen",
    ] {
        assert!(changes.entity(id).is_some(), "{id}");
    }
    assert_eq!(changes.entity("mmp--99"), None);
}

#[test]
fn both_shapes_of_dates_are_read() {
    let Some(changes) = militants(&()) else { return };
    let when = |row| link_of_row(&changes, row).1.when.unwrap().to_string();
    // 2/18/10, an enmity; 2005-00-00, an alliance; 2014-02-00; 10/1/06, a merger.
    assert_eq!([when(1), when(3), when(4), when(11)], ["2010-02-18/", "2005/", "2014-02/", "2006-10-01"]);
}

#[test]
fn links_go_the_way_that_the_descriptions_say() {
    let Some(changes) = militants(&()) else { return };
    let all: BTreeSet<String> = links(&changes).into_iter().map(|(link, _)| link).collect();
    for link in [
        "mmp-679 split_from mmp-105",      // Jamaat-ul-Ahrar from TTP
        "mmp-15 merged_into mmp-1",        // small groups into the Islamic State of Iraq
        "mmp-19 affiliated_with mmp-21",   // AQAP with al-Qaeda
        "mmp-363 affiliated_with mmp-367", // the Haqqani Network with the Taliban
        "mmp-105 affiliated_with mmp-1",   // TTP with the Islamic State
    ] {
        assert!(all.contains(link), "{link}");
    }
}

#[test]
fn two_rows_of_one_link_are_two_claims() {
    let Some(changes) = militants(&()) else { return };
    let all = links(&changes);
    let distinct: BTreeSet<_> = all.iter().map(|(link, claim)| (link.clone(), claim.when)).collect();
    assert!(distinct.len() < all.len());
}

#[test]
fn known_groups_are_joined_or_proposed_and_never_confused() {
    let known = Knows(vec![
        ("ttp", "Organisation", "Tehreek-e-Taliban Pakistan", NameRole::Primary),
        ("ttp", "Organisation", "Pakistani Taliban", NameRole::Alias),
        ("afghan-taliban", "Organisation", "Afghan Taliban", NameRole::Primary),
        ("afghan-taliban", "Organisation", "Taliban", NameRole::Weak),
        ("al-qaeda", "Organisation", "al-Qa'ida", NameRole::Primary),
        ("haqqani-network", "Organisation", "Haqqani Network", NameRole::Primary),
        ("hezbollah", "Organisation", "Hezbollah", NameRole::Primary),
        ("party-of-god", "Organisation", "Hizbullah", NameRole::Alias),
        ("kahane-chai", "Person", "Kahane Chai", NameRole::Primary),
    ]);
    let Some(changes) = militants(&known) else { return };
    let expected = [
        ("ttp", "mmp-105", Modality::Asserted),
        ("al-qaeda", "mmp-21", Modality::Asserted),
        ("haqqani-network", "mmp-363", Modality::Asserted),
        ("afghan-taliban", "mmp-367", Modality::Possible),
        ("hezbollah", "mmp-81", Modality::Possible),
        ("party-of-god", "mmp-81", Modality::Possible),
    ];
    let hezbollah = changes
        .claims
        .iter()
        .find_map(|claim| match &claim.says {
            Says::Name { entity, text, .. } if &**text == "Hezbollah" => {
                Some(changes.entities()[*entity as usize].id.to_string())
            }
            _ => None,
        })
        .unwrap();
    let expected: BTreeSet<_> = expected
        .iter()
        .map(|(a, b, modality)| {
            let b = if *b == "mmp-81" { hezbollah.clone() } else { (*b).to_owned() };
            ((*a).to_owned(), b, *modality)
        })
        .collect();
    assert_eq!(same_as(&changes), expected);
    let reason = changes.claims.iter().find(|claim| matches!(claim.says, Says::SameAs { .. })).unwrap();
    assert!(reason.note.as_deref().unwrap().starts_with("same name: "), "{reason:?}");
}

/// A database that holds what a folder of seeds says.
struct Holds(Changes);

impl Lookup for Holds {
    fn entity(&self, id: &str) -> Option<(String, Option<String>)> {
        let entity = &self.0.entities()[self.0.entity(id)? as usize];
        let text = |word| self.0.words.text(word).to_owned();
        Some((text(entity.kind), entity.finer.map(text)))
    }

    fn named(&self, name: &str) -> Vec<Match> {
        let key = |name: &str| tieline::names::skeleton(&tieline::names::fold(name));
        let names = self.0.claims.iter().filter_map(|claim| match &claim.says {
            Says::Name { entity, text, role, .. } => Some((&self.0.entities()[*entity as usize], &**text, *role)),
            _ => None,
        });
        names
            .filter(|(_, text, _)| key(text) == key(name))
            .map(|(entity, text, role)| Match {
                id: entity.id.to_string(),
                kind: self.0.words.text(entity.kind).to_owned(),
                name: text.to_owned(),
                role,
            })
            .collect()
    }

    fn near(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn the_groups_of_the_seeds_are_the_same_groups() {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let seeds = tieline::read::seeds(&[seeds], Schema::builtin(), &()).unwrap();
    let Some(changes) = militants(&Holds(seeds)) else { return };
    let same = same_as(&changes);
    for (id, group, modality) in [
        ("ttp", "mmp-105", Modality::Asserted),
        ("al-qaeda", "mmp-21", Modality::Asserted),
        ("haqqani-network", "mmp-363", Modality::Asserted),
        ("ypg", "mmp-655", Modality::Asserted),
        ("afghan-taliban", "mmp-367", Modality::Possible),
    ] {
        assert!(same.contains(&(id.to_owned(), group.to_owned(), modality)), "{id} {group} {modality} in {same:#?}");
    }
}

#[test]
fn an_entity_that_the_database_has_already_is_not_proposed_again() {
    let known = Knows(vec![
        ("ttp", "Organisation", "Tehrik-i-Taliban Pakistan", NameRole::Primary),
        ("mmp-105", "Organisation", "Tehrik-i-Taliban Pakistan", NameRole::Primary),
    ]);
    let Some(changes) = militants(&known) else { return };
    assert_eq!(same_as(&changes), BTreeSet::new());
}

#[test]
fn a_generated_graph_is_the_same_each_time_and_is_imported_as_promised() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let generated = generate(2_000, first.path()).unwrap();
    assert_eq!(generate(2_000, second.path()).unwrap(), generated);
    let mut bytes = 0;
    for name in ["entities.csv", "links.csv", "mapping.toml"] {
        let read = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert_eq!(read(first.path()), read(second.path()), "{name}");
        bytes += if name.ends_with("csv") { read(first.path()).len() as u64 } else { 0 };
    }
    assert_eq!(bytes, generated.bytes);

    let mut reported = 0;
    let paths = [first.path().to_owned()];
    let mapping = first.path().join("mapping.toml");
    let changes = csv(&mapping, &paths, Schema::builtin(), &(), &mut |bytes| reported = bytes).unwrap();
    assert_eq!(reported, bytes);
    assert_eq!((changes.entities().len(), generated.links), (2_000, 10_000));
    let all = links(&changes);
    assert_eq!(all.len() as u64, generated.links);
    assert_eq!(changes.claims.len() as u64, generated.links + 2_000 + u64::from(generated.aliases));
    let dated = all.iter().filter(|(_, claim)| claim.when.is_some()).count();
    assert!((4_700..5_300).contains(&dated), "{dated}");
    let kinds: BTreeSet<&str> = all.iter().map(|(link, _)| link.split(' ').nth(1).unwrap()).collect();
    assert!(kinds.len() >= 20, "{kinds:?}");
    let of_kind = |kind: &str| {
        let kind = changes.words.get(kind).unwrap();
        changes.entities().iter().filter(|entity| entity.kind == kind).count()
    };
    assert_eq!(["Person", "Event", "Organisation", "Place"].map(of_kind), [1_200, 500, 200, 100]);
    let mut degrees = vec![0_usize; changes.entities().len()];
    for claim in &changes.claims {
        if let Says::Link { from, to, .. } = claim.says {
            degrees[from as usize] += 1;
            degrees[to as usize] += 1;
        }
    }
    degrees.sort_unstable();
    assert!(degrees[1_000] <= 10 && degrees[1_999] >= 150, "median {}, most {}", degrees[1_000], degrees[1_999]);
}

#[test]
fn a_graph_too_small_to_have_every_kind_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for entities in [0, 19] {
        let error = generate(entities, folder.path()).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
    assert_eq!(generate(20, folder.path()).unwrap().links, 100);
}

const SOURCE: &str = "[source]\nid = \"s\"\ntitle = \"S\"\n";

/// A mapping of people and whom they know.
const PEOPLE: &str = r#"[[table]]
file = "people.csv"
[[table.entity]]
id = "p-{id}"
kind = "Person"
names = { column = "name" }
[[table.link]]
where = { column = "knows", not_empty = true }
from = "p-{id}"
to = "p-{knows}"
kind = "knows"
since = "since"
"#;

/// Imports one table by a mapping, both from their texts.
fn import_text(mapping: &str, table: &[u8]) -> Result<Changes, Vec<Diagnostic>> {
    let folder = tempfile::tempdir().unwrap();
    let (mapping_file, table_file) = (folder.path().join("m.toml"), folder.path().join("people.csv"));
    std::fs::write(&mapping_file, format!("{SOURCE}{mapping}")).unwrap();
    std::fs::write(&table_file, table).unwrap();
    import(&mapping_file, &[table_file], &())
}

#[test]
fn a_link_may_come_before_its_entities() {
    let changes = import_text(PEOPLE, b"id,name,knows,since\n1,Anna,2,2001\n2,Berta,,\n").unwrap();
    let all = links(&changes);
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].0.as_str(), all[0].1.when.unwrap().to_string()), ("p-1 knows p-2", "2001/".into()));
}

#[test]
fn what_is_wrong_with_a_table_is_said_with_its_place() {
    let head = "id,name,knows,since\n";
    let long = format!("{head}1,{},,\n", "x".repeat(3 << 20));
    let endless = format!("{head}1,\"Anna,,\n{}", "2,Berta,,\n".repeat(300_000));
    for (table, expected) in [
        (format!("{head}1,Anna,3,\n").into_bytes(), vec!["people.csv:2:8: there is no entity \"p-3\"", "p-1"]),
        (
            format!("{head}1,Anna,1,2021-13-40\n").into_bytes(),
            vec!["people.csv:2:10: \"2021-13-40\" is no date", "edtf"],
        ),
        (format!("{head}1,Anna,1,2001/2002\n").into_bytes(), vec!["people.csv:2:10: a period stands where"]),
        (
            format!("{head}1,Anna\n2,Berta,,\n").into_bytes(),
            vec!["people.csv:2:3: the row has 2 fields, the header has 4"],
        ),
        (format!("{head}1,Anna,,,,\n").into_bytes(), vec!["people.csv:2:9: the row has 6 fields, the header has 4"]),
        (format!("{head},Anna,,\n").into_bytes(), vec!["people.csv:2:1: the row has no id"]),
        (format!("{head}A B,Anna,,\n").into_bytes(), vec!["people.csv:2:1: \"p-A B\" is no id", "slug"]),
        ([head.as_bytes(), b"1,Anna,,\n2,Ren\xe9,,\n"].concat(), vec!["people.csv:3:3: row 2 is not UTF-8", "latin-1"]),
        (long.into_bytes(), vec!["people.csv:2:1: row 1 is longer than 1024 KB", "double quote"]),
        (endless.into_bytes(), vec!["people.csv:2:1: row 1 is longer than 1024 KB"]),
        (Vec::new(), vec!["people.csv:1:1: the file is empty"]),
        (b"\xef\xbb\xbf\n\n".to_vec(), vec!["the file has no header line"]),
        (head.as_bytes().to_vec(), vec!["m.toml:1:1: nothing in", "is for this mapping"]),
        (
            b"id,nmae,knows,since\n1,Anna,,\n".to_vec(),
            vec!["m.toml:9:21: ", "has no column \"name\" (did you mean nmae?)"],
        ),
        (b"id,name,name,since\n".to_vec(), vec!["has 2 columns \"name\"", "has no column \"knows\""]),
    ] {
        let shown = lines(&import_text(PEOPLE, &table).unwrap_err());
        for part in expected {
            assert!(shown.contains(part), "expected {part:?} in:\n{shown}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_mapping_is_said_with_its_place() {
    let table = b"id,name,knows,since,kind\n1,Anna,2,2001,knws\n2,Acme,,,knows\n";
    for (from, to, expected) in [
        ("kind = \"Person\"", "kind = \"Persn\"", "m.toml:8:8: there is no kind \"Persn\" (did you mean Person?)"),
        ("kind = \"knows\"", "kind = \"know\"", "m.toml:14:8: there is no link kind \"know\" (did you mean knows?)"),
        ("kind = \"knows\"", "kind = \"located_in\"", "people.csv:2:1: located_in does not join"),
        (
            "kind = \"knows\"",
            "kind = { column = \"kind\" }",
            "people.csv:2:15: the mapping knows no link kind \"knws\" (did you mean knows?)",
        ),
        (
            "kind = \"knows\"",
            "kind = { column = \"kind\", map = { x = \"knows\" }, swap = [\"y\"] }",
            "`swap` names \"y\"",
        ),
        ("names =", "nmes =", "m.toml:9:1: unknown field `nmes`"),
        ("id = \"p-{id}\"", "id = \"p-{id\"", "m.toml:7:7: a template's braces must come in pairs"),
        ("id = \"p-{id}\"", "id = []", "an id template is missing"),
        ("since = \"since\"", "since = \"sinse\"", "has no column \"sinse\" (did you mean since?)"),
        ("[[table.link]]", "[[table.link]]\nwhen = \"since\"", "`when`, or `since` and `until`, not both"),
        ("[[table.link]]", "[[table.link]]\ncredibility = 7", "\"7\" is no credibility"),
        ("[[table.link]]", "[[table.link]]\nmodality = \"sure\"", "\"sure\" is no modality"),
        ("[[table.entity]]", "dates = { formats = [\"m/d/yy\"] }\n[[table.entity]]", "needs `pivot`"),
        ("[[table.entity]]", "encoding = \"utf-9\"\n[[table.entity]]", "m.toml:6:12: unknown variant `utf-9`"),
        ("[[table.entity]]", "delimiter = \"ab\"\n[[table.entity]]", "a delimiter is one ASCII character"),
        (
            "names = { column = \"name\" }",
            "attributes = { foundd = \"since\" }",
            "there is no attribute \"foundd\" (did you mean founded?)",
        ),
        ("names = { column = \"name\" }", "attributes = { founded = \"since\" }", "people.csv:2:10: "),
        ("names = { column = \"name\" }", "attributes = { killed = \"name\" }", "killed"),
        ("file = \"people.csv\"", "file = \"persons.csv\"", "no [[table]] of the mapping is for this file"),
        (
            "kind = \"Person\"",
            "kind = \"Person\"\n[[table.entity]]\nid = \"p-1\"\nkind = \"Place\"\n[[table.entity]]\nid = \"x\"\nkind = \"Person\"",
            "p-1 is Person here and Place elsewhere",
        ),
        ("[[table.entity]]", "[[table.entity", "m.toml:6:"),
        ("id = \"p-{id}\"", "", "missing field `id`"),
    ] {
        let mapping = PEOPLE.replacen(from, to, 1);
        assert_ne!(mapping, PEOPLE, "{from}");
        let shown = lines(&import_text(&mapping, table).unwrap_err());
        assert!(shown.contains(expected), "expected {expected:?} in:\n{shown}");
    }
}

#[test]
fn what_is_wrong_with_the_paths_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mapping = folder.path().join("m.toml");
    std::fs::write(&mapping, format!("{SOURCE}{PEOPLE}")).unwrap();
    let shown = |paths: &[PathBuf]| lines(&import(&mapping, paths, &()).unwrap_err());
    assert!(shown(&[folder.path().join("people.csv")]).contains("cannot be read"));
    assert!(shown(&[folder.path().to_owned()]).contains("no file in this folder is people.csv"));
    assert!(shown(&[]).contains("m.toml:5:8: no file is given for this table"));
    let missing = import(&folder.path().join("none.toml"), &[], &()).unwrap_err();
    assert!(lines(&missing).contains("none.toml:1:1: the mapping cannot be read"));
}

#[test]
fn a_link_to_a_row_that_is_wrong_is_no_second_error() {
    let problems = import_text(PEOPLE, b"id,name,knows,since\n1,Anna,B 2,x\nB 2,Berta,1,\n").unwrap_err();
    let shown = lines(&problems);
    assert!(shown.contains("people.csv:3:1: \"p-B 2\" is no id") && !shown.contains("there is no entity"), "{shown}");
}

#[test]
fn errors_are_counted_past_fifty() {
    let table: String = (0..1_000).map(|row| format!("{row},Anna,x{row},\n")).collect();
    let problems = import_text(PEOPLE, format!("id,name,knows,since\n{table}").as_bytes()).unwrap_err();
    assert_eq!(problems.len(), 50);
    let last = problems.last().unwrap();
    assert_eq!(last.line, 51);
    assert!(last.help.as_deref().unwrap().contains("and 950 more problems"), "{last}");
}

#[test]
fn a_row_that_nothing_is_made_of_is_an_error_unless_the_table_leaves_it_out() {
    let mapping =
        PEOPLE.replacen("kind = \"Person\"", "kind = \"Person\"\nwhere = { column = \"id\", not = \"9\" }", 1);
    let table = b"id,name,knows,since\n1,Anna,,\n9,End,,\n";
    assert!(lines(&import_text(&mapping, table).unwrap_err()).contains("people.csv:3:1: no entity and no link"));
    let mapping = PEOPLE.replacen("[[table.entity]]", "where = { column = \"id\", not = \"9\" }\n[[table.entity]]", 1);
    assert_eq!(import_text(&mapping, table).unwrap().entities().len(), 1);
}

#[test]
fn other_encodings_separators_and_words_for_nothing() {
    let mapping = PEOPLE.replacen(
        "[[table.entity]]",
        "delimiter = \";\"\nencoding = \"windows-1252\"\ncolumns = [\"id\", \"name\", \"knows\", \"since\"]\nempty = [\"-0-\"]\n\
         dates = { formats = [\"d.m.yyyy\"], on_error = \"note\" }\n[[table.entity]]",
        1,
    );
    let changes =
        import_text(&mapping, b"1;\"Ren\xe9; \x93R\x94\";2;1.2.2003\n2;Anna;1;about 1990\n3;Berta;-0-;-0-\n").unwrap();
    let names: Vec<&str> = changes
        .claims
        .iter()
        .filter_map(|claim| match &claim.says {
            Says::Name { text, .. } => Some(&**text),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["René; “R”", "Anna", "Berta"]);
    let all = links(&changes);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].1.when.unwrap().to_string(), "2003-02-01/");
    assert_eq!((all[1].1.when, all[1].1.note.as_deref()), (None, Some("since: about 1990")));
}

#[test]
fn links_may_go_by_name() {
    let mapping = PEOPLE.replacen("to = \"p-{knows}\"", "to = { name = \"knows\" }", 1);
    let table = "id,name,knows,since\n1,Anna,the BERTA,\n2,Berta,,\n3,Carla,Karl,\n4,Dora,Dora,\n5,dora,,\n";
    let shown = lines(&import_text(&mapping, table.as_bytes()).unwrap_err());
    assert!(shown.contains("people.csv:4:9: nothing is called \"Karl\""), "{shown}");
    assert!(shown.contains("people.csv:5:8: several entities of the files are called \"Dora\""), "{shown}");
    let changes = import_text(&mapping, b"id,name,knows,since\n1,Anna,the BERTA,\n2,Berta,,\n").unwrap();
    assert_eq!(links(&changes)[0].0, "p-1 knows p-2");
}

#[test]
fn an_entity_of_the_database_may_be_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let (mapping, table) = (folder.path().join("m.toml"), folder.path().join("people.csv"));
    std::fs::write(&mapping, format!("{SOURCE}{PEOPLE}")).unwrap();
    std::fs::write(&table, "id,name,knows,since\n1,Anna,7,\n").unwrap();
    let known = Knows(vec![("p-7", "Person", "Greta", NameRole::Primary)]);
    let changes = import(&mapping, std::slice::from_ref(&table), &known).unwrap();
    assert_eq!(links(&changes)[0].0, "p-1 knows p-7");
    let known = Knows(vec![("p-1", "Place", "Anna", NameRole::Primary), ("p-7", "Person", "Greta", NameRole::Primary)]);
    let shown = lines(&import(&mapping, &[table], &known).unwrap_err());
    assert!(shown.contains("people.csv:2:1: p-1 is Place in the database and Person here"), "{shown}");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_bytes_are_claims_or_messages(
        table in proptest::collection::vec(
            proptest::sample::select(b"id,name\"\n\r\xc3\xa9\xff\0 1;/-".to_vec()), 0..200,
        ),
        headed: bool,
    ) {
        let table = if headed { [b"id,name,knows,since\n", table.as_slice()].concat() } else { table };
        if let Err(problems) = import_text(PEOPLE, &table) {
            proptest::prop_assert!(!problems.is_empty());
            for problem in problems {
                proptest::prop_assert!(problem.excerpt.get(problem.span.clone()).is_some(), "{problem}");
            }
        }
    }
}
