//! The verbs with their clauses, scopes and pipes, on a graph that is small enough to be seen at once.
//!
//! ```text
//!   Carla ←led by (2003/)— Alpha —affiliated (2001/2008; in 2006 by the other source)→ Beta —affiliated (2005/..)→ Gamma
//!   Alpha —rival (2009, alleged)— Gamma        Delta —split from (2012)→ Alpha        Delta —allied (denied)— Gamma
//!   Alpha —perpetrator of→ Raid (2010-05) —located in→ Port        Beta —operates in→ Port
//!   Gamma —supports (possible)→ Delta, by the other source alone
//! ```

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::time::Duration;

use tieline::graph::{Answer, Cell};
use tieline::query::Budget;
use tieline::write::Format;
use tieline::{Database, Session};

const FIRST: &str = r#"
[source]
id = "report"
title = "A report"
reliability = "B"

[defaults]
credibility = 2

[[entity]]
id = "alpha"
kind = "Organisation"
type = "militant_group"
names = ["Alpha Front", { name = "AF", role = "acronym" }, { name = "The Lions", role = "weak" }]
attributes = [{ key = "founded", value = "2000" }]

[[entity]]
id = "beta"
kind = "Organisation"
type = "militant_group"
names = ["Beta Brigade"]

[[entity]]
id = "gamma"
kind = "Organisation"
names = ["Gamma Group"]

[[entity]]
id = "delta"
kind = "Organisation"
names = ["Delta Army"]

[[entity]]
id = "carla"
kind = "Person"
names = ["Carla Chief", "كارلا"]

[[entity]]
id = "port"
kind = "Place"
names = ["Port Town", { name = "Lions", role = "alias" }]

[[entity]]
id = "island"
kind = "Place"
names = ["Lonely Island"]

[[event]]
id = "raid"
type = "attack"
when = "2010-05"
names = ["Raid on Port Town"]
participants = [
    { entity = "alpha", kind = "perpetrator_of", at = "p1 s2", text = "Alpha raided the port" },
    { entity = "port", kind = "located_in" },
]

[[link]]
from = "alpha"
kind = "affiliated_with"
to = "beta"
when = "2001/2008"
at = "p1 s1"
text = "Alpha joined Beta"

[[link]]
from = "beta"
kind = "affiliated_with"
to = "gamma"
when = "2005/.."

[[link]]
from = "alpha"
kind = "rival_of"
to = "gamma"
when = "2009"
modality = "alleged"
speaker = "carla"
text = "they were at odds"

[[link]]
from = "alpha"
kind = "led_by"
to = "carla"
when = "2003/"

[[link]]
from = "delta"
kind = "split_from"
to = "alpha"
when = "2012"

[[link]]
from = "delta"
kind = "allied_with"
to = "gamma"
modality = "denied"

[[link]]
from = "beta"
kind = "operates_in"
to = "port"
"#;

const SECOND: &str = r#"
[source]
id = "rumour:blog"
title = "A rumour"
reliability = "D"

[[link]]
from = "alpha"
kind = "affiliated_with"
to = "beta"
when = "2006"
credibility = 4

[[link]]
from = "gamma"
kind = "supports"
to = "delta"
modality = "possible"
"#;

struct World {
    database: Database,
    session: Session,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut database = Database::create_or_open(&folder.path().join("db")).unwrap();
        for (name, seed) in [("first.toml", FIRST), ("second.toml", SECOND)] {
            let file = folder.path().join(name);
            std::fs::write(&file, seed).unwrap();
            database.load(&[file], "tester").unwrap_or_else(|error| panic!("{error}"));
        }
        Self { database, session: Session::default(), _folder: folder }
    }

    #[track_caller]
    fn answer(&mut self, statement: &str) -> Answer {
        self.database.run(statement, &self.session).unwrap_or_else(|error| panic!("{statement}: {error}")).answer
    }

    /// The rows of an answer as lines: entities and links by their ids, values as they are.
    #[track_caller]
    fn rows(&mut self, statement: &str) -> Vec<String> {
        let answer = self.answer(statement);
        answer
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| text(&answer, cell)).collect::<Vec<_>>().join(" ").trim_end().to_owned())
            .collect()
    }

    /// The ids of the entities of an answer, in order.
    #[track_caller]
    fn check_ids(&mut self, statement: &str, expected: &[&str]) {
        let answer = self.answer(&format!("{statement} | ids"));
        let mut ids: Vec<String> = answer.rows.iter().map(|row| text(&answer, &row[0])).collect();
        ids.sort();
        assert_eq!(ids, expected, "{statement}");
    }

    #[track_caller]
    fn check(&mut self, statement: &str, expected: &[&str]) {
        assert_eq!(self.rows(statement), expected, "{statement}");
    }

    #[track_caller]
    fn refused(&mut self, statement: &str, message: &str) {
        match self.database.run(statement, &self.session) {
            Ok(_) => panic!("{statement} was answered"),
            Err(error) => assert!(error.to_string().contains(message), "{statement}: {error}"),
        }
    }
}

fn text(answer: &Answer, cell: &Cell) -> String {
    let list = |cells: Vec<String>| cells.join("+");
    match cell {
        Cell::Null => "-".to_owned(),
        Cell::Bool(value) => value.to_string(),
        Cell::Int(value) => value.to_string(),
        Cell::Float(value) => value.to_string(),
        Cell::Text(value) => value.clone(),
        Cell::Node(node) => answer.graph[*node].id.clone(),
        Cell::Edge(edge) => answer.graph[*edge].id.clone(),
        Cell::List(cells) => list(cells.iter().map(|cell| text(answer, cell)).collect()),
        Cell::Map(entries) => list(entries.iter().map(|(key, cell)| format!("{key}={}", text(answer, cell))).collect()),
        Cell::Path(nodes, _) => nodes.iter().map(|node| answer.graph[*node].id.clone()).collect::<Vec<_>>().join(">"),
    }
}

#[test]
fn find_ranks_names_in_any_script() {
    let mut world = World::new();
    assert!(world.rows("find \"alpha\"")[0].starts_with("alpha Organisation Alpha Front primary "));
    assert!(world.rows("find \"Betta Brigad\"")[0].starts_with("beta "));
    assert!(world.rows("find \"كارلا\"")[0].starts_with("carla "));
    world.check_ids("find \"port town\" of Place", &["port"]);
    world.check_ids("find \"port town\" of attack", &["raid"]);
    assert_eq!(world.rows("find \"port town\"").len(), 1, "a whole name that is the same is the answer");
    assert_eq!(world.rows("find \"port\"").len(), 2);
    assert_eq!(world.rows("find \"port\" limit 1").len(), 1);
    world.check("find \"zzz\"", &[]);
    world.refused("find \"\"", "empty");
}

#[test]
fn show_is_a_dossier() {
    let mut world = World::new();
    let rows = world.rows("show \"Alpha Front\"");
    for expected in [
        "entity alpha - - - - - -",
        "id @alpha - - - - - -",
        "kind Organisation (militant group) - - - - - -",
        "name (acronym) AF - asserted B2 - report -",
        "founded 2000 - asserted B2 - report -",
        "is affiliated with beta 2001/2008 asserted B2 - report p1 s1 alpha/affiliated_with/beta",
        "is affiliated with beta 2006 asserted D4 - rumour:blog alpha/affiliated_with/beta",
        "is a rival of gamma 2009 alleged B2 carla report alpha/rival_of/gamma",
        "is led by carla 2003/ asserted B2 - report alpha/led_by/carla",
        "lost to a split delta 2012 asserted B2 - report delta/split_from/alpha",
    ] {
        assert!(rows.iter().any(|row| row == expected), "{expected} is not among\n{}", rows.join("\n"));
    }
    // By any of its names, by its id, without quotes.
    for named in ["AF", "@alpha", "\"alpha FRONT\"", "'Alpha Front'"] {
        assert_eq!(world.rows(&format!("show {named}")), rows, "{named}");
    }
    // What is denied is shown as denied, and left out where it is not asked for.
    assert!(world.rows("show @delta").iter().any(|row| row.contains("gamma") && row.contains("denied")));
    assert!(!world.rows("show @delta modality asserted").iter().any(|row| row.contains("gamma")));
}

#[test]
fn neighbours_and_their_clauses() {
    let mut world = World::new();
    world.check(
        "neighbours @alpha",
        &[
            "raid Event 1 alpha/perpetrator_of/raid -",
            "beta Organisation 1 alpha/affiliated_with/beta -",
            "gamma Organisation 1 alpha/rival_of/gamma -",
            "carla Person 1 alpha/led_by/carla -",
            "delta Organisation 1 delta/split_from/alpha -",
        ],
    );
    world.check_ids("neighbours @carla within 2", &["alpha", "beta", "delta", "gamma", "raid"]);
    world.check_ids("neighbors @carla within 3 of Place", &["port"]);
    world.check_ids("neighbours @alpha via led_by, split_from", &["carla", "delta"]);
    world.check_ids("neighbours @alpha of militant_group", &["beta"]);
    world.check_ids("neighbours @alpha of Person, Event", &["carla", "raid"]);
    world.check_ids("neighbours @alpha directed", &["beta", "carla", "gamma", "raid"]);
    assert_eq!(world.rows("neighbours @alpha limit 2").len(), 2);
    world.check_ids("neighbours @island", &[]);
    world.refused("neighbours @alpha via ledby", "did you mean led_by?");
    world.refused("neighbours @alpha of Persn", "did you mean Person?");
}

#[test]
fn scopes_of_time() {
    let mut world = World::new();
    let mut at = |time: &str| world.rows(&format!("neighbours @alpha via affiliated_with, led_by, rival_of {time}"));
    assert_eq!(at("as of 2000"), Vec::<String>::new());
    assert_eq!(at("as of 2002"), ["beta Organisation 1 alpha/affiliated_with/beta holds"]);
    assert_eq!(
        at("as of 2006"),
        ["beta Organisation 1 alpha/affiliated_with/beta holds", "carla Person 1 alpha/led_by/carla may hold"]
    );
    assert_eq!(
        at("as of 2009-06"),
        ["gamma Organisation 1 alpha/rival_of/gamma may hold", "carla Person 1 alpha/led_by/carla may hold"]
    );
    assert_eq!(at("during 2000..2002"), ["beta Organisation 1 alpha/affiliated_with/beta holds"]);
    assert_eq!(at("during 2009..2010")[0], "gamma Organisation 1 alpha/rival_of/gamma holds");
    assert_eq!(at("as of 2020"), ["carla Person 1 alpha/led_by/carla may hold"]);
    world.check(
        "neighbours @beta via affiliated_with as of 2020",
        &["gamma Organisation 1 beta/affiliated_with/gamma holds"],
    );
    world.refused("neighbours @alpha as of 2021-13-40", "13 is no month");
}

#[test]
fn scopes_of_evidence() {
    let mut world = World::new();
    world.check_ids("neighbours @gamma", &["alpha", "beta", "delta"]);
    // The alliance is denied and so is no tie; the support is possible, which is one.
    world.check_ids("neighbours @gamma modality asserted", &["beta"]);
    world.check_ids("neighbours @gamma modality alleged, possible", &["alpha", "delta"]);
    world.check_ids("neighbours @gamma via allied_with", &[]);
    world.check_ids("neighbours @gamma via allied_with modality denied", &["delta"]);
    world.check_ids("neighbours @gamma grade C3", &["alpha", "beta"]);
    world.check_ids("neighbours @alpha sources 2", &["beta"]);
    world.check_ids("neighbours @alpha sources 3", &[]);
    world.check_ids("neighbours @alpha from source \"rumour:blog\"", &["beta"]);
    // A source is all its parts.
    world.check_ids("neighbours @alpha from source rumour", &["beta"]);
    world.check_ids("neighbours @gamma from source rumour", &["delta"]);
    world.check_ids("neighbours @alpha from source report, rumour via affiliated_with", &["beta"]);
    world.refused("neighbours @alpha from source rumor", "the sources are report, rumour:blog");
    // All together, in any order.
    world.check_ids("neighbours @alpha grade B2 modality asserted via affiliated_with as of 2007 sources 1", &["beta"]);
}

#[test]
fn paths_and_their_clauses() {
    let mut world = World::new();
    world.check("path @carla to @gamma", &["carla>alpha>gamma 2 -"]);
    world.check("path @carla to @gamma modality asserted", &["carla>alpha>beta>gamma 3 -"]);
    world.check("path @alpha to @gamma directed via affiliated_with", &["alpha>beta>gamma 2 -"]);
    world.check("path @gamma to @alpha directed via affiliated_with", &[]);
    world.check("path @alpha to @port all shortest", &["alpha>beta>port 2 -", "alpha>raid>port 2 -"]);
    world.check("path @alpha to @port avoid Event", &["alpha>beta>port 2 -"]);
    world.check("path @alpha to @port avoid @beta", &["alpha>raid>port 2 -"]);
    world.check("path @alpha to @port avoid operates_in", &["alpha>raid>port 2 -"]);
    world.check("path @alpha to @port through @gamma", &["alpha>gamma>beta>port 3 -"]);
    world.check("path @carla to @gamma max 1", &[]);
    world.check("path @alpha to @alpha", &["alpha 0 -"]);
    world.check("path @alpha to @island", &[]);
    let three = world.rows("path @alpha to @gamma shortest 3");
    assert_eq!(three, ["alpha>gamma 1 -", "alpha>beta>gamma 2 -", "alpha>delta>gamma 2 -"]);
    // As of 2006 there was no rivalry, and who led Alpha then may have led it.
    world.check("path @carla to @gamma as of 2006", &["carla>alpha>beta>gamma 3 may hold"]);
    let notes = world.answer("path @carla to @gamma as of 2006").notes;
    assert!(notes.iter().any(|note| note.contains("Alpha Front is led by Carla Chief")), "{notes:?}");
    assert!(world.answer("path @alpha to @island").notes[0].contains("no path"));
    world.refused("path @alpha", "expected `to`");
    world.refused("path @alpha to @gamma max", "expected");
}

#[test]
fn between_and_common() {
    let mut world = World::new();
    world.check("between @carla, @beta", &["alpha/affiliated_with/beta -", "alpha/led_by/carla -"]);
    world.check(
        "between @carla, @beta, @delta",
        &["alpha/affiliated_with/beta -", "alpha/led_by/carla -", "delta/split_from/alpha -"],
    );
    assert_eq!(world.rows("between @carla, @beta, @delta, @port").len(), 4);
    world.check(
        "between @carla, @port avoid Event",
        &["alpha/affiliated_with/beta -", "alpha/led_by/carla -", "beta/operates_in/port -"],
    );
    world.check("between @carla, @island", &[]);
    world.check("common @carla, @beta", &["alpha Organisation alpha/led_by/carla+alpha/affiliated_with/beta -"]);
    world.check_ids("common @alpha, @port", &["beta", "raid"]);
    world.check_ids("common @alpha, @port of Event", &["raid"]);
    world.check_ids("common @alpha, @port via affiliated_with, operates_in", &["beta"]);
    world.refused("common @alpha", "two entities or more");
}

#[test]
fn timeline_and_rank() {
    let mut world = World::new();
    let when = |rows: &[String]| rows.iter().map(|row| row.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>();
    let all = world.rows("timeline @alpha");
    assert_eq!(when(&all), ["2000", "2001/2008", "2003/", "2006", "2009", "2010-05", "2012"], "{all:?}");
    assert_eq!(
        when(&world.rows("timeline @alpha 2009..2012")),
        ["2003/", "2009", "2010-05", "2012"],
        "what may last counts"
    );
    assert_eq!(when(&world.rows("timeline @alpha ..2000")), ["2000"]);
    assert!(world.rows("timeline @raid")[0].starts_with("2010-05 date 2010-05"));
    world.check("rank limit 2", &["1 alpha Organisation 5", "2 beta Organisation 3"]);
    world.check("rank degree of Place", &["1 port Place 2", "2 island Place 0"]);
    assert!(world.rows("rank pagerank limit 1")[0].starts_with("1 alpha Organisation 0."));
    assert!(world.rows("rank betweenness of Organisation limit 1")[0].starts_with("1 alpha Organisation 0."));
    assert!(world.rows("rank via led_by limit 2")[0].ends_with(" 1"));
}

#[test]
fn why_shows_the_sentence() {
    let mut world = World::new();
    let expected = [
        "alpha/affiliated_with/beta report p1 s1 - asserted B2 2001/2008 Alpha joined Beta - commit 1 by tester",
        "alpha/affiliated_with/beta rumour:blog  - asserted D4 2006 - - commit 2 by tester",
    ];
    world.check("why @alpha/affiliated_with/beta", &expected);
    world.check("why @alpha to @beta", &expected);
    world.check("why \"Beta Brigade\" to AF", &expected);
    world.check("why @alpha to @beta grade C3", &expected[..1]);
    world.check("why @alpha to @beta from source rumour", &expected[1..]);
    assert!(world.rows("why @alpha to @gamma")[0].contains(" carla alleged B2 2009 they were at odds"));
    // By its number in the last answer.
    world.refused("why 1", "no answer before this one");
    let answer = world.answer("neighbours @alpha");
    world.session.last = answer.graph.edge_weights().map(|edge| edge.id.clone()).collect();
    world.check("why 2", &expected);
    world.refused("why 9", "the last answer has 5 links, none numbered 9");
    world.refused("why 0", "none numbered 0");
    world.refused("why @alpha/led_by/beta", "there is no link alpha/led_by/beta");
    assert!(world.answer("why @carla to @port").notes[0].contains("no link joins them"));
}

#[test]
fn pipes_reduce_and_render() {
    let mut world = World::new();
    world.check("neighbours @alpha | count", &["5"]);
    world.check("neighbours @alpha | count by kind", &["Event 1", "Organisation 3", "Person 1"]);
    world.check("neighbours @alpha of Person | ids", &["carla"]);
    world.check("path @carla to @gamma | ids", &["carla", "alpha", "gamma"]);
    world.check("neighbours @alpha | ids | count", &["5"]);
    for format in ["dot", "csv", "json", "jsonl", "table", "box", "markdown"] {
        let ran = world.database.run(&format!("neighbours @alpha | {format}"), &world.session).unwrap();
        assert_eq!(ran.output, Some(format.parse::<Format>().unwrap()));
        assert_eq!((ran.answer.graph.node_count(), ran.answer.graph.edge_count()), (6, 5));
    }
    let ran = world.database.run("neighbours @alpha | dot > some.dot", &world.session).unwrap();
    assert_eq!(ran.file.as_deref(), Some(std::path::Path::new("some.dot")));
    world.refused("neighbours @alpha | svg", "svg");
}

#[test]
fn names_that_several_have() {
    let mut world = World::new();
    // A weak name steps back behind another's own name.
    assert_eq!(world.rows("show \"Lions\"")[0], "entity port - - - - - -");
    world.refused("show \"Alfa Fronte\"", "@alpha (Alpha Front, Organisation)");
    world.refused("show @alpa", "@alpha");
}

#[test]
fn a_session_s_scope_and_budget() {
    let mut world = World::new();
    world.session.scope = "as of 2006 grade B2".to_owned();
    world.check("neighbours @alpha via affiliated_with", &["beta Organisation 1 alpha/affiliated_with/beta holds"]);
    world.check("neighbours @alpha via affiliated_with as of 2000", &[]);
    world.session.scope.clear();
    world.session.budget = Budget { rows: 2, ..Budget::default() };
    let cut = world.answer("neighbours @alpha");
    assert_eq!((cut.rows.len(), cut.cut.as_deref()), (2, Some("the budget of 2 rows")));
    world.session.budget = Budget { time: Duration::ZERO, ..Budget::default() };
    assert_eq!(world.rows("path @carla to @gamma"), ["carla>alpha>gamma 2 -"], "what takes no time is not cut");
}

#[test]
fn what_was_known_before_a_commit() {
    let mut world = World::new();
    world.check_ids("neighbours @gamma known on 2999", &["alpha", "beta", "delta"]);
    world.refused("neighbours @gamma known on 1999-12-31", "nothing was known on 1999-12-31");
    world.database.undo(2, "tester").unwrap();
    world.check_ids("neighbours @gamma", &["alpha", "beta"]);
    world.check("why @alpha to @beta | count", &["1"]);
}
