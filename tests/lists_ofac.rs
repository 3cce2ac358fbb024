//! The OFAC list: the real tables counted, both forms compared, and what is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use common::{Home, shared};
use proptest::prelude::*;
use serde_json::Value;
use tieline::model::{Changes, NameRole, Says};
use tieline::read::ofac::{ofac, ofac_bytes};
use tieline::schema::Schema;

/// An invented list, as tables.
const SDN: &str = r#"11,"EXAMPLE, Ali Mohamed","individual","SDGT] [IRAN","Treasurer",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 14 Jun 1975; alt. DOB circa 1976; POB Port Example, Utopia; nationality Utopia; Gender Male; Passport U1 (Utopia) issued 08 Apr 2013; a.k.a. 'THE EXAMPLE'; Linked To: EXAMPLE TRADING S.A.."
12,"EXAMPLE TRADING S.A.",-0- ,"SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Tax ID No. 77 (Utopia); Website www.example.org; all offices worldwide; Linked To: NOBODY AT ALL."
13,"EXAMPLE STAR","vessel","IRAN",-0- ,"EX123","Crude Oil Tanker","318,000","163,660","Utopia","Example Lines","Vessel Registration Identification IMO 9000000; MMSI 572000000; Linked To: EXAMPLE, Ali Mohamed."
14,"EX-ABC","aircraft","IRAN",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Aircraft Model A300; Aircraft Operator Example Air; Aircraft Manufacture Date 28 Dec 2016; Linked To: EXAMPLE TWINS."
15,"EXAMPLE TWINS",-0- ,"SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- 
16,"EXAMPLE TWINS",-0- ,"SDGT",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"Company Number 5 (Uto"
"#;
const ALT: &str = "11,1,\"aka\",\"EXAMPEL, Ali\",-0- \r\n11,2,\"fka\",\"FORMER, Otto\",-0- \r\n12,3,\"nka\",\"EXAMPLE HOLDING\",-0- \r\n\u{1a}";
const ADD: &str = "11,1,\"1 Main Street\",\"Port Example, North 77000\",\"Utopia\",-0- \r\n12,2,-0- ,-0- ,\"Korea, North\",-0- \r\n12,3,-0- ,-0- ,-0- ,-0- \r\n\u{1a}";
const COMMENTS: &str = "16,\"pia); Identification Number IMO 5000000.\"\r\n\u{1a}";

fn tables(home: &Home) -> PathBuf {
    let folder = home.at("ofac");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, content) in
        [("sdn", format!("{SDN}\u{1a}")), ("alt", ALT.into()), ("add", ADD.into()), ("sdn_comments", COMMENTS.into())]
    {
        std::fs::write(folder.join(format!("{name}.csv")), content).unwrap();
    }
    folder
}

fn read(path: &Path) -> Changes {
    ofac(&[path.to_owned()], Some("2024-01-08"), Schema::builtin(), &mut |_| ()).unwrap().changes
}

fn real() -> Option<PathBuf> {
    shared("data/ofac-sdn")
}

/// The rows of a table of the list, in the plainest way.
fn rows(folder: &Path, table: &str) -> Vec<Vec<String>> {
    let bytes = std::fs::read(folder.join(format!("{table}.csv"))).unwrap();
    let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| {
        let value = |field: &str| if field.trim() == "-0-" { String::new() } else { field.to_owned() };
        row.unwrap().iter().map(value).collect::<Vec<_>>()
    });
    rows.filter(|row| row[0] != "\u{1a}").collect()
}

/// Claims as comparable lines, without their source.
fn lines(changes: &Changes) -> BTreeSet<String> {
    let id = |entity: u32| &*changes.entities()[entity as usize].id;
    let kind = |entity: u32| changes.words.text(changes.entities()[entity as usize].kind);
    let word = |word| changes.words.text(word);
    let says = |says: &Says| match says {
        Says::Name { entity, text, role, language } => {
            format!("{} ({}) is called {text} as {role} in {:?}", id(*entity), kind(*entity), language.map(word))
        }
        Says::Attribute { entity, key, value } => format!("{} has {} {value}", id(*entity), word(*key)),
        Says::Link { from, kind, to } => format!("{} {} {}", id(*from), word(*kind), id(*to)),
        other => format!("{other:?}"),
    };
    let line = |claim: &tieline::model::Claim| {
        let tieline::model::Claim { when, locator, modality, credibility, text, note, .. } = claim;
        format!("{} {when:?} {locator:?} {modality} {credibility:?} {text:?} {note:?}", says(&claim.says))
    };
    changes.claims.iter().map(line).collect()
}

/// The XML form of a list from its tables: what `sdn.xml` has in elements of its own is taken out of the remarks.
fn document(folder: &Path, published: &str) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let name = |out: &mut String, name: &str, person: bool| {
        let (last, first) = if person { name.split_once(", ").unwrap_or((name, "")) } else { (name, "") };
        if !first.is_empty() {
            write!(out, "<firstName>{}</firstName>", escape(first)).unwrap();
        }
        write!(out, "<lastName>{}</lastName>", escape(last)).unwrap();
    };
    let by_number = |table: &str| {
        let mut found: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
        for row in rows(folder, table) {
            found.entry(row[0].clone()).or_default().push(row);
        }
        found
    };
    let (alt, add, comments) = (by_number("alt"), by_number("add"), by_number("sdn_comments"));
    let sdn = rows(folder, "sdn");
    let mut out = format!(
        "<?xml version=\"1.0\" standalone=\"yes\"?>\n<sdnList xmlns=\"http://tempuri.org/sdnList.xsd\">\n<publshInformation>\
         <Publish_Date>{published}</Publish_Date><Record_Count>{}</Record_Count></publshInformation>\n",
        sdn.len()
    );
    for row in &sdn {
        let person = row[2] == "individual";
        write!(out, "<sdnEntry><uid>{}</uid>", row[0]).unwrap();
        name(&mut out, &row[1], person);
        if !row[4].is_empty() {
            write!(out, "<title>{}</title>", escape(&row[4])).unwrap();
        }
        let kind = match row[2].as_str() {
            "individual" => "Individual",
            "vessel" => "Vessel",
            "aircraft" => "Aircraft",
            _ => "Entity",
        };
        write!(out, "<sdnType>{kind}</sdnType><programList>").unwrap();
        for programme in row[3].split("] [") {
            write!(out, "<program>{}</program>", escape(programme)).unwrap();
        }
        out.push_str("</programList>");
        let more: String =
            comments.get(&row[0]).map(|rows| rows.iter().map(|row| row[1].as_str()).collect()).unwrap_or_default();
        let whole = format!("{}{more}", row[11]);
        let mut lists: BTreeMap<&str, String> = BTreeMap::new();
        let (mut words, mut weak) = (Vec::new(), Vec::new());
        let whole = whole.trim();
        for part in whole.strip_suffix('.').unwrap_or(whole).split("; ").filter(|part| !part.trim().is_empty()) {
            let plain = part.strip_prefix("alt. ").unwrap_or(part);
            let mut item = |list: &'static str, content: String| lists.entry(list).or_default().push_str(&content);
            if let Some(date) = plain.strip_prefix("DOB ") {
                item(
                    "dateOfBirthList",
                    format!("<dateOfBirthItem><uid>1</uid><dateOfBirth>{date}</dateOfBirth></dateOfBirthItem>"),
                );
            } else if let Some(place) = plain.strip_prefix("POB ") {
                item(
                    "placeOfBirthList",
                    format!("<placeOfBirthItem><placeOfBirth>{}</placeOfBirth></placeOfBirthItem>", escape(place)),
                );
            } else if let Some(country) = plain.strip_prefix("nationality ") {
                item("nationalityList", format!("<nationality><country>{country}</country></nationality>"));
            } else if let Some(country) = plain.strip_prefix("citizen ") {
                item("citizenshipList", format!("<citizenship><country>{country}</country></citizenship>"));
            } else if let Some(gender) = plain.strip_prefix("Gender ") {
                item("idList", format!("<id><idType>Gender</idType><idNumber>{gender}</idNumber></id>"));
            } else if let Some(quoted) = plain.strip_prefix("a.k.a. '").and_then(|rest| rest.strip_suffix('\'')) {
                weak.push(quoted.to_owned());
            } else if let Some(rest) = plain
                .strip_prefix("Passport ")
                .filter(|rest| rest.matches(['(', ' ']).count() == 2 && rest.ends_with(')'))
            {
                let (number, country) = rest.trim_end_matches(')').split_once(" (").unwrap();
                item(
                    "idList",
                    format!(
                        "<id><idType>Passport</idType><idNumber>{number}</idNumber><idCountry>{country}</idCountry></id>"
                    ),
                );
            } else {
                words.push(escape(part));
            }
        }
        if !words.is_empty() {
            write!(out, "<remarks>{}</remarks>", words.join("; ")).unwrap();
        }
        for (list, items) in lists {
            write!(out, "<{list}>{items}</{list}>").unwrap();
        }
        out.push_str("<akaList>");
        for alias in alt.get(&row[0]).into_iter().flatten() {
            let dotted: String = alias[2].chars().flat_map(|letter| [letter, '.']).collect();
            write!(out, "<aka><uid>{}</uid><type>{dotted}</type><category>strong</category>", alias[1]).unwrap();
            name(&mut out, &alias[3], person);
            out.push_str("</aka>");
        }
        for alias in weak {
            out.push_str("<aka><type>a.k.a.</type><category>weak</category>");
            name(&mut out, &alias, person);
            out.push_str("</aka>");
        }
        out.push_str("</akaList><addressList>");
        for address in add.get(&row[0]).into_iter().flatten() {
            let (town, code) = address[3]
                .rsplit_once(' ')
                .filter(|(_, code)| code.parse::<u32>().is_ok())
                .unwrap_or((&address[3], ""));
            let (city, province) = town.rsplit_once(", ").unwrap_or((town, ""));
            out.push_str("<address>");
            for (field, value) in [
                ("address1", &*address[2]),
                ("city", city),
                ("stateOrProvince", province),
                ("postalCode", code),
                ("country", &*address[4]),
            ] {
                if !value.is_empty() {
                    write!(out, "<{field}>{}</{field}>", escape(value)).unwrap();
                }
            }
            out.push_str("</address>");
        }
        out.push_str("</addressList>");
        if row[5..=10].iter().any(|value| !value.is_empty()) {
            let fields = ["callSign", "vesselType", "tonnage", "grossRegisteredTonnage", "vesselFlag", "vesselOwner"];
            out.push_str("<vesselInfo>");
            for (field, value) in fields.iter().zip(&row[5..=10]) {
                write!(out, "<{field}>{}</{field}>", escape(value)).unwrap();
            }
            out.push_str("</vesselInfo>");
        }
        out.push_str("</sdnEntry>\n");
    }
    out.push_str("</sdnList>\n");
    out
}

/// A name, its role, and how the list spells it if otherwise.
type Name<'a> = (&'a str, NameRole, Option<&'a str>);

#[test]
fn every_entry_alias_and_address_is_there() {
    let Some(folder) = real() else { return };
    let changes = read(&folder);
    let (sdn, alt, add) = (rows(&folder, "sdn"), rows(&folder, "alt"), rows(&folder, "add"));
    // The last line of the shared sdn.csv has no line break, so that `wc -l` counts one entry less.
    assert_eq!((sdn.len(), alt.len(), add.len()), (7379, 17091, 18990));
    let mut names: BTreeMap<&str, Vec<Name<'_>>> = BTreeMap::new();
    let (mut addresses, mut located) = (0, 0);
    for claim in &changes.claims {
        match &claim.says {
            Says::Name { entity, text, role, .. } => {
                let id = &*changes.entities()[*entity as usize].id;
                names.entry(id).or_default().push((text, *role, claim.text.as_deref()));
            }
            Says::Attribute { key, .. } => addresses += usize::from(changes.words.text(*key) == "address"),
            Says::Link { kind, .. } => located += usize::from(changes.words.text(*kind) == "located_in"),
            _ => {}
        }
    }
    let is_there = |row: &[String], name: &str, roles: &[NameRole]| {
        let id = format!("ofac-{}", row[0]);
        let known = names.get(id.as_str()).unwrap_or_else(|| &names[format!("{id}-unknown").as_str()]);
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let found = |(text, role, listed): &Name<'_>| roles.contains(role) && listed.unwrap_or(text) == name;
        assert!(known.iter().any(found), "{row:?}: {known:?}");
    };
    sdn.iter().for_each(|row| is_there(row, &row[1], &[NameRole::Primary]));
    for row in &alt {
        is_there(row, &row[3], if row[2] == "fka" { &[NameRole::Former] } else { &[NameRole::Alias] });
    }
    let count = |wanted: &[NameRole]| -> usize {
        let of_entries = names.iter().filter(|(id, _)| id.starts_with("ofac-") && !id.starts_with("ofac-programme"));
        of_entries.map(|(_, names)| names.iter().filter(|(_, role, _)| wanted.contains(role)).count()).sum()
    };
    assert_eq!((count(&[NameRole::Primary]), count(&[NameRole::Alias, NameRole::Former])), (7379, 17091));
    // Two addresses are "undetermined" and nothing else.
    let something = |value: &String| !value.is_empty() && value != "undetermined" && value != "Unknown";
    let said = |columns: Range<usize>| add.iter().filter(|row| row[columns.clone()].iter().any(something)).count();
    assert_eq!((addresses, located), (said(2..5), said(4..5)));
    assert_eq!(addresses, 18990 - 2654, "all but the rows that say nothing");
}

#[test]
fn the_real_tables_are_imported() {
    let Some(folder) = real() else { return };
    let home = Home::new();
    let said =
        home.run(["import".as_ref(), "ofac".as_ref(), "--published=2024-01-08".as_ref(), folder.as_os_str()]).ok();
    assert!(said.starts_with("source ofac-sdn:2024-01-08\n"), "{said}");
    assert!(said.contains("sdn.csv has no closing line"), "{said}");
    let stats: Value = serde_json::from_str(&home.run(["stats", "--format", "json"]).ok()).unwrap();
    let count = |what: &str| {
        let row = stats["rows"].as_array().unwrap().iter().find(|row| row[0].as_str().unwrap().trim() == what).cloned();
        row.map_or(0, |row| row[1].as_u64().unwrap())
    };
    assert_eq!(count("Person") + count("Organisation") - 1 + count("Vessel") + count("Aircraft"), 7379);
    assert_eq!((count("Person"), count("Vessel"), count("Aircraft")), (3845, 323, 217));
    assert!(count("linked_to") > 2400);
}

#[test]
fn both_forms_of_the_real_list_say_the_same() {
    let Some(folder) = real() else { return };
    let home = Home::new();
    // Entries that only other tables speak of are in no XML.
    let sdn: BTreeSet<String> = rows(&folder, "sdn").into_iter().map(|row| row[0].clone()).collect();
    let part = home.at("part");
    std::fs::create_dir(&part).unwrap();
    for table in ["sdn", "alt", "add", "sdn_comments"] {
        let text = std::fs::read_to_string(folder.join(format!("{table}.csv"))).unwrap();
        let kept: Vec<&str> =
            text.lines().filter(|line| line.split(',').next().is_some_and(|uid| sdn.contains(uid))).collect();
        std::fs::write(part.join(format!("{table}.csv")), format!("{}\n\u{1a}", kept.join("\n"))).unwrap();
    }
    let xml = document(&part, "01/08/2024");
    same(&read(&part), &ofac_bytes(xml.as_bytes(), Schema::builtin()).unwrap().changes);
}

#[track_caller]
fn same(tables: &Changes, document: &Changes) {
    let (first, second) = (lines(tables), lines(document));
    let only =
        |one: &BTreeSet<String>, other: &BTreeSet<String>| one.difference(other).take(5).cloned().collect::<Vec<_>>();
    assert_eq!((only(&first, &second), only(&second, &first)), (Vec::new(), Vec::new()));
    assert_eq!(tables.claims.len(), document.claims.len());
    assert_eq!(tables.sources(), document.sources());
}

#[test]
fn both_forms_of_an_invented_list_say_the_same() {
    let home = Home::new();
    let folder = tables(&home);
    let xml = document(&folder, "01/08/2024");
    let (tables, document) = (read(&folder), ofac_bytes(xml.as_bytes(), Schema::builtin()).unwrap().changes);
    same(&tables, &document);
    insta::assert_snapshot!("claims", lines(&tables).into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_command_reads_folders_files_and_xml() {
    let home = Home::new();
    let folder = tables(&home);
    let file = |name: &str| folder.join(name).into_os_string();
    let mut command = vec!["import".into(), "ofac".into(), folder.clone().into_os_string()];
    insta::assert_snapshot!(home.run(&command).ok(), @r#"
    source ofac-sdn:undated
    commit 1: 12 entities, 1 source, 77 claims
    the tables do not say when they were published, so the source is undated: say it with --published
    links from "Linked To": 2; names of several entries, as possible ties: 1; names of no entry, kept as remarks: 1
    "#);
    // The same files by name, and under names that say nothing.
    let again = Home::new();
    command.truncate(2);
    for (name, other) in [("sdn.csv", "a.txt"), ("alt.csv", "b.txt"), ("add.csv", "c.txt")] {
        std::fs::copy(file(name), again.at(other)).unwrap();
        command.push(again.at(other).into_os_string());
    }
    command.push(file("sdn_comments.csv"));
    assert!(again.run(&command).ok().contains("commit 1: "));
    assert_eq!(again.json("show @ofac-11")["rows"], home.json("show @ofac-11")["rows"]);
    // The XML form says when it was published.
    let xml = home.file("sdn.xml", document(&folder, "01/08/2024"));
    let said = home.run(["import".as_ref(), "ofac".as_ref(), xml.as_os_str()]).ok();
    assert!(said.starts_with("source ofac-sdn:2024-01-08\n"), "{said}");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_nothing_is_loaded() {
    let whole = format!("{SDN}\u{1a}");
    let cases: Vec<(&str, String, &str)> = vec![
        (
            "sdn",
            whole.replacen("12,\"EXAMPLE TRADING", "11,\"EXAMPLE TRADING", 1),
            "entry 11 stands in the table twice",
        ),
        ("sdn", whole.replacen("\"EXAMPLE STAR\"", "-0- ", 1), "entry 13 has no name"),
        (
            "sdn",
            whole.replacen("\"aircraft\"", "\"balloon\"", 1),
            "\"balloon\" is none of individual, vessel, aircraft",
        ),
        ("sdn", SDN[..SDN.len() - 40].to_owned(), "a row of sdn has 12 fields"),
        ("sdn", whole.replacen("13,", "x13,", 1), "\"x13\" is no number of an entry"),
        (
            "sdn",
            format!("{whole}\n17,\"LATE\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n"),
            "goes on after its closing line",
        ),
        ("sdn", whole.replacen("Treasurer", "Trea\u{7}surer", 1), "a control character"),
        ("sdn", String::new(), "the file is empty"),
        ("alt", ALT.replace("fka", "xka"), "\"xka\" is none of aka, fka, nka"),
        ("alt", ALT.replace("\"EXAMPEL, Ali\"", "-0- "), "an alias of entry 11 has no name"),
        ("add", ADD.replacen(",\"Utopia\"", "", 1), "a row of add has 6 fields"),
        ("add", SDN.to_owned(), "a row of add has 6 fields, and this one has 12"),
    ];
    for (table, content, expected) in cases {
        let home = Home::new();
        let folder = tables(&home);
        std::fs::write(folder.join(format!("{table}.csv")), content).unwrap();
        let before = home.digest();
        let said = home.run(["import".as_ref(), "ofac".as_ref(), folder.as_os_str()]).fails(1);
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(said.contains(&format!("{table}.csv")), "{said}");
        assert_eq!(home.digest(), before, "{expected}");
    }
}

#[test]
fn an_xml_file_that_is_not_the_list_is_refused() {
    let home = Home::new();
    let good = document(&tables(&home), "01/08/2024");
    for (content, expected) in [
        (good.replacen("<Record_Count>6<", "<Record_Count>7<", 1), "says that it has 7 entries, and it has 6"),
        (good.replacen("<uid>12<", "<uid>11<", 1), "has the uid of entry 1"),
        (good.replacen("<uid>12<", "<uid>twelve<", 1), "entry 2 has no uid"),
        (good.replacen("<lastName>EXAMPLE STAR</lastName>", "", 1), "entry 3 (uid 13) has no name"),
        (good.replacen("Vessel<", "Balloon<", 1), "\"balloon\", which is none of"),
        (good.replacen("01/08/2024", "2024", 1), "\"2024\" is no date of publication"),
        (good.replacen("f.k.a.", "x.k.a.", 1), "an alias of the type \"x.k.a.\""),
        (good[..good.len() - 100].to_owned(), "cut off"),
        (good.replacen("<sdnList", "<!DOCTYPE s [<!ENTITY a \"b\">]><sdnList", 1), "a document type"),
        (good.replace("sdnEntry", "entry"), "<entry> is neither"),
        ("<Sanctions/>".to_owned(), "the advanced form"),
        ("<CONSOLIDATED_LIST/>".to_owned(), "import un-sc"),
    ] {
        let problems = ofac_bytes(content.as_bytes(), Schema::builtin()).unwrap_err();
        assert!(problems.iter().any(|problem| problem.to_string().contains(expected)), "{expected}: {problems:?}");
        let file = home.file("bad.xml", &content);
        home.run(["import".as_ref(), "ofac".as_ref(), file.as_os_str()]).fails(1);
        assert!(!home.database().exists());
    }
    let xml = home.file("sdn.xml", &good);
    let said =
        home.run(["import".as_ref(), "ofac".as_ref(), "--published=2024-01-09".as_ref(), xml.as_os_str()]).fails(1);
    assert!(said.contains("published on 2024-01-08, and not on 2024-01-09"), "{said}");
    let two = home.run(["import".as_ref(), "ofac".as_ref(), xml.as_os_str(), home.at("ofac").as_os_str()]).fails(1);
    assert!(two.contains("imported alone"), "{two}");
}

#[test]
fn an_entry_without_a_row_is_kept_and_known_when_the_list_is_whole() {
    let home = Home::new();
    let folder = tables(&home);
    let import = |day: &str| {
        home.run(["import".as_ref(), "ofac".as_ref(), format!("--published={day}").as_ref(), folder.as_os_str()]).ok()
    };
    std::fs::write(folder.join("sdn.csv"), SDN.lines().take(1).collect::<String>()).unwrap();
    let said = import("2024-01-08");
    assert!(said.contains("sdn.csv has no closing line (control-Z): it may be cut off after row 1"), "{said}");
    assert!(said.contains("2 entries have names or addresses but no row in sdn.csv"), "{said}");
    assert_eq!(home.json("show @ofac-12-unknown")["rows"][2][1], "Party");
    assert!(home.query("show @ofac-16-unknown").ok().contains("... pia)"));
    tables(&home);
    import("2024-02-08");
    assert_eq!(home.json("show @ofac-12")["rows"][2][1], "Organisation");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// A list that is cut, or in which a piece is replaced, is read or refused, and never half read.
    #[test]
    fn a_damaged_list_is_read_or_refused(at in 0usize..6000, length in 0usize..200, put in "[<>/A-Za-z&;\"= 0-9é]{0,20}") {
        let mut bytes = whole_document().as_bytes().to_vec();
        let at = at.min(bytes.len());
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, put.bytes());
        match ofac_bytes(&bytes, Schema::builtin()) {
            Ok(mut release) => prop_assert!(Schema::builtin().check(&mut release.changes).is_ok()),
            Err(problems) => prop_assert!(!problems.is_empty() && problems.iter().all(|problem| problem.line >= 1)),
        }
    }
}

/// The invented list as XML, made once.
fn whole_document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let home = Home::new();
        document(&tables(&home), "01/08/2024")
    })
}

#[test]
fn what_is_missing_is_named() {
    let home = Home::new();
    let folder = tables(&home);
    std::fs::remove_file(folder.join("alt.csv")).unwrap();
    let said = home.run(["import".as_ref(), "ofac".as_ref(), folder.as_os_str()]).fails(1);
    assert!(said.contains("alt.csv is missing"), "{said}");
    std::fs::create_dir(home.at("none")).unwrap();
    let said = home.run(["import", "ofac", "none"]).fails(1);
    assert!(said.contains("no sdn.csv in this folder"), "{said}");
    let other = home.file("other.csv", "a,b,c\n");
    let said = home.run(["import".as_ref(), "ofac".as_ref(), other.as_os_str()]).fails(1);
    assert!(said.contains("its first row has 3 fields"), "{said}");
    let said = home.run(["import", "ofac", "--published=January", "ofac"]).fails(2);
    assert!(said.contains("is no day"), "{said}");
}
