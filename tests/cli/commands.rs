//! Every command, on the seeds.

use std::io::Read;
use std::process::Stdio;

use insta::assert_snapshot;
use serde_json::Value;

use crate::common::{Home, finish, repository};

#[test]
fn loading_says_what_was_added_and_does_it_once() {
    let home = Home::new();
    let load = || home.run(["load".as_ref(), repository("seeds").as_os_str()]);
    assert_snapshot!(load().ok(), @"commit 1: 47 entities, 1 source, 202 claims");
    assert_snapshot!(load().ok(), @"
    nothing new
    202 claims known already
    ");
    assert_eq!(home.run(["--quiet".as_ref(), "load".as_ref(), repository("seeds").as_os_str()]).ok(), "");
}

#[test]
fn an_answer_is_on_the_standard_output_and_nothing_else() {
    let home = Home::with_seeds();
    let ran = home.query("path \"Schindler\" to \"al-Qaeda\"");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_snapshot!(ran.out, @"
    path                                                                                                                  length
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
    Hans-Jakob Schindler —held role at [1]→ ISIL (Da'esh), Al-Qaida and Taliban Monitoring Team —monitors [2]→ al-Qaeda        2
    ");
    assert!(home.run(["query", "find \"Haqqani\"", "--format", "csv"]).ok().starts_with("entity,entity.id,kind,"));
}

#[test]
fn each_format_by_option_and_by_pipe() {
    let home = Home::with_seeds();
    let statement = "neighbours @ttp via affiliated_with";
    for format in ["table", "box", "json", "jsonl", "csv", "markdown", "dot"] {
        let by_option = home.run(["query", "--format", format, statement]).ok();
        let by_pipe = home.query(&format!("{statement} | {format}")).ok();
        match format {
            // A picture by a pipe is cited and says what was asked with the pipe.
            "dot" => assert!(by_option.starts_with("digraph") && by_pipe.starts_with("digraph")),
            _ => assert_eq!(by_option, by_pipe, "{format}"),
        }
        assert!(by_option.contains("al-Qaeda"), "{format}");
    }
    let answer = home.json(statement);
    assert_eq!(answer["columns"], serde_json::json!(["entity", "kind", "hops", "links", "holds"]));
    assert_eq!(answer["rows"][0][0]["id"], "al-qaeda");
    assert_eq!((&answer["edges"][0]["from"], &answer["edges"][0]["to"]), (&"ttp".into(), &"al-qaeda".into()));
    assert_eq!(home.query("neighbours \"TTP\" via affiliated_with | ids").ok().lines().last(), Some("al-qaeda"));
    assert_snapshot!(home.query("neighbours \"TTP\" | count by kind").ok(), @"
    kind           count
    ──────────────────────
    Event              4
    Group              1
    Organisation       6
    Place              1
    Status             1
    ");
    assert_eq!(
        home.run(["query", "--format", "yaml", "rank"]).fails(2).lines().next().unwrap(),
        "error: invalid value 'yaml' for '--format <FORMAT>'"
    );
}

#[test]
fn a_file_of_statements() {
    let home = Home::with_seeds();
    let file = home.file(
        "q.txt",
        "# who\nfind \"Haqqani Network\" limit 1\n\n-- joined over two lines\npath \"TTP\" \\\n  to \"al-Qaeda\"\nwhy 1\nneighbours @ttp limit 3\nwhy 2\n",
    );
    let file = file.to_str().unwrap();
    let ran = home.run(["query", "-f", file, "--format", "jsonl", "--timing"]);
    let statements: Vec<u64> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["statement"].as_u64().unwrap())
        .collect();
    assert_eq!(statements, [1, 2, 3, 4, 4, 4, 5], "{}", ran.out);
    let times: Vec<Value> = ran.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(times.len(), 5);
    for (time, number) in times.iter().zip(1..) {
        assert_eq!(time["statement"], number);
        for part in ["parse_us", "plan_us", "run_us"] {
            assert!(time[part].as_f64().unwrap() >= 0.0);
        }
        assert!(time["rows"].as_u64().unwrap() > 0);
    }
    // `why 2` is the second link of the last answer before it.
    let whole = home.run(["query", "-f", file, "--format", "json"]).ok();
    let answers: Vec<Value> = whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers[2]["rows"][0][0]["id"], answers[1]["edges"][0]["id"]);
    assert_eq!(answers[4]["rows"][0][0]["id"], answers[3]["edges"][1]["id"]);
    // The same from the standard input, as tables under their statements.
    let ran = home.run_with(["query", "-"], "find \"Haqqani Network\" limit 1\nrank limit 1\n").ok();
    assert!(
        ran.starts_with("> find \"Haqqani Network\" limit 1\nentity") && ran.contains("\n\n> rank limit 1\n"),
        "{ran}"
    );
}

#[test]
fn a_statement_that_is_refused_ends_a_file_unless_told_to_go_on() {
    let home = Home::with_seeds();
    let file = home.file("q.txt", "rank limit 1\n\nfnd \"x\"\nrank limit 2\n");
    let file = file.to_str().unwrap();
    let ran = home.run(["query", "-f", file, "--format", "jsonl"]);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 1), "{ran:?}");
    assert!(
        ran.err.contains("`fnd` is no verb") && ran.err.contains("q.txt:3:1") && ran.err.contains("`find`"),
        "{}",
        ran.err
    );
    let ran = home.run(["query", "-f", file, "--format", "jsonl", "--keep-going"]);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 3), "{ran:?}");
    let absent = home.run(["query", "-f", "absent.txt"]).fails(2);
    assert!(absent.contains("absent.txt cannot be read"), "{absent}");
    let latin = home.file("latin.txt", b"rank limit 1\nfind \"caf\xe9\"\n");
    let refused = home.run(["query", "-f", latin.to_str().unwrap()]).fails(1);
    assert!(refused.contains("not UTF-8") && refused.contains("latin.txt:2:10"), "{refused}");
}

#[test]
fn answers_go_to_files() {
    let home = Home::with_seeds();
    let said = home.query("neighbours \"TTP\" | dot > ttp.dot");
    assert_eq!((said.code, said.out.as_str()), (0, ""));
    assert!(said.err.contains("wrote ttp.dot (dot: 13 rows"), "{}", said.err);
    assert!(std::fs::read_to_string(home.at("ttp.dot")).unwrap().starts_with("digraph"));
    home.query("neighbours \"TTP\" > ttp.csv").ok();
    assert!(std::fs::read_to_string(home.at("ttp.csv")).unwrap().starts_with("entity,entity.id"));
    home.run(["export", "neighbours \"TTP\"", "-o", "out.json"]).ok();
    assert!(std::fs::read_to_string(home.at("out.json")).unwrap().starts_with("{\"columns\""));
    assert!(home.run(["export", "neighbours \"TTP\""]).ok().starts_with("digraph"));
    assert!(home.run(["export", "neighbours \"TTP\"", "--format", "csv", "-o", "-"]).ok().starts_with("entity,"));
    let drawn = home.run(["export", "rank", "-o", "out.svg"]).fails(2);
    assert!(drawn.contains("`dot -Tsvg out.dot -o out.svg`") && !home.at("out.svg").exists(), "{drawn}");
    let nowhere = home.run(["export", "rank", "-o", "no/such/folder/x.dot"]).fails(2);
    assert!(nowhere.contains("no/such/folder/x.dot cannot be written"), "{nowhere}");
    // An answer that is refused leaves the file as it was.
    home.query("neighbours \"nobody\" > ttp.csv").fails(1);
    assert!(std::fs::read_to_string(home.at("ttp.csv")).unwrap().starts_with("entity,entity.id"));
}

#[test]
fn colours_only_where_they_are_wanted() {
    let home = Home::with_seeds();
    let escapes = |arguments: &[&str], variable: Option<&str>| {
        let mut command = home.command(arguments);
        if let Some(variable) = variable {
            command.env(variable, "1");
        }
        let ran = finish(command);
        (ran.out.contains('\u{1b}'), ran.err.contains('\u{1b}'))
    };
    assert_eq!(escapes(&["query", "rank"], None), (false, false));
    assert_eq!(escapes(&["query", "rank", "--color", "always"], None), (true, false));
    assert_eq!(escapes(&["query", "fnd", "--color", "always"], None), (false, true));
    assert_eq!(escapes(&["query", "fnd", "--color", "never"], None), (false, false));
    assert_eq!(escapes(&["query", "fnd"], Some("NO_COLOR")), (false, false));
}

#[test]
fn a_closed_pipe_is_no_error() {
    let home = Home::with_seeds();
    let file = home.file("q.txt", "neighbours \"TTP\" within 3 | json\n".repeat(200));
    let mut command = home.command(["query", "-f", file.to_str().unwrap()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap()), (Some(0), String::new()));
}

#[test]
fn usage_is_exit_code_two() {
    let home = Home::new();
    for arguments in
        [&["frobnicate"][..], &["query"], &["load"], &["undo", "first"], &["import", "xml", "x"], &["bench"]]
    {
        let error = home.run(arguments).fails(2);
        assert!(error.contains("Usage") || error.contains("error:"), "{error}");
    }
    assert!(home.run(["--version"]).ok().starts_with("tieline "));
    let help = home.run(["--help"]).ok();
    for command in [
        "load", "import", "query", "export", "schema", "stats", "history", "undo", "verify", "backup", "restore",
        "tour", "bench",
    ] {
        assert!(help.contains(&format!("\n  {command} ")), "{command} is not in the help");
    }
    assert!(!home.database().exists(), "asking for help makes nothing");
}

#[test]
fn without_a_database() {
    let home = Home::new();
    for arguments in
        [&["query", "rank"][..], &["stats"], &["history"], &["verify"], &["undo", "1"], &["backup", "b"], &[]]
    {
        let error = home.run(arguments).fails(3);
        assert!(error.contains("there is no database at") && error.contains("tieline load"), "{error}");
    }
    assert!(home.digest().is_empty());
}

#[test]
fn the_schema_needs_no_database() {
    let home = Home::new();
    let all = home.run(["schema"]).ok();
    for word in ["Organisation", "affiliated_with", "is led by", "militant_group", "Reliability of a source"] {
        assert!(all.contains(word), "{word}");
    }
    assert!(home.run(["schema", "led_by"]).ok().contains("is led by"));
    let refused = home.run(["schema", "ledby"]).fails(2);
    assert!(refused.contains("led_by"), "{refused}");
}

#[test]
fn history_undo_and_what_was_known() {
    let home = Home::with_seeds();
    let more = home.file(
        "more.toml",
        "[source]\nid = \"note\"\ntitle = \"A note\"\n\n[[entity]]\nid = \"someone\"\nkind = \"Person\"\nnames = [\"Someone Else\"]\n\n\
         [[link]]\nfrom = \"ttp\"\nkind = \"led_by\"\nto = \"someone\"\n",
    );
    home.run(["--author", "Ada", "load", more.to_str().unwrap()]).ok();
    assert_eq!(home.ids("neighbours @ttp via led_by"), ["someone"]);
    let history: Value = serde_json::from_str(&home.run(["history", "--format", "json"]).ok()).unwrap();
    let column = |name: &str| history["columns"].as_array().unwrap().iter().position(|column| column == name).unwrap();
    let authors: Vec<&str> =
        history["rows"].as_array().unwrap().iter().map(|row| row[column("author")].as_str().unwrap()).collect();
    assert_eq!(authors, ["Ada", "tester"], "the last first");
    assert_snapshot!(home.run(["undo", "2"]).ok(), @"commit 3: 0 entities, 0 sources, 0 claims, 2 retracted");
    assert_eq!(home.ids("neighbours @ttp via led_by"), Vec::<String>::new());
    assert!(home.query("show \"Someone Else\"").fails(1).contains("no entity is named"));
    assert!(home.run(["undo", "2"]).fails(1).contains("nothing of commit 2 is left to undo"));
    assert!(home.run(["undo", "9"]).fails(1).contains("there is no commit 9: the last one is 3"));
    // An undo can be undone, and claims that were taken back can be made again.
    home.run(["undo", "3"]).ok();
    assert_eq!(home.ids("neighbours @ttp via led_by"), ["someone"]);
    home.run(["undo", "2"]).ok();
    assert_snapshot!(home.run(["load", more.to_str().unwrap()]).ok(), @"commit 6: 0 entities, 0 sources, 2 claims");
    assert_eq!(home.ids("neighbours @ttp via led_by"), ["someone"]);
    // What was known today is what is known; before the first commit nothing was.
    assert_eq!(home.ids("neighbours @ttp via led_by known on 2999-01-01"), ["someone"]);
    assert!(home.query("rank known on 2001-01-01").fails(1).contains("nothing was known on 2001-01-01"));
    assert!(home.run(["verify"]).ok().ends_with("store: intact\n"));
}

#[test]
fn a_backup_restored_gives_the_same_answers() {
    let home = Home::with_seeds();
    home.import_militants().map(crate::common::Ran::ok);
    home.run(["undo", "1"]).ok();
    let undone = home.run(["history"]).ok().lines().count() - 3;
    home.run(["undo".to_owned(), (undone + 1).to_string()]).ok();
    let questions = [
        "neighbours \"TTP\" within 2",
        "show \"Haqqani Network\"",
        "timeline \"TTP\"",
        "why \"TTP\" to \"al-Qaeda\"",
        "rank pagerank limit 20",
        "path \"Schindler\" to \"al-Qaeda\" shortest 5",
        "find \"haqani\"",
    ];
    let answers = |home: &Home| questions.map(|question| home.run(["query", "--format", "json", question]).ok());
    let before = answers(&home);
    let written = home.run(["backup", "all.backup"]).ok();
    assert!(written.contains("claims"), "{written}");
    assert!(home.run(["backup", "all.backup"]).fails(1).contains("all.backup exists already"));

    let other = Home::new();
    let file = home.at("all.backup");
    other.run(["restore", file.to_str().unwrap()]).ok();
    assert_eq!(answers(&other), before);
    let history = |home: &Home| home.run(["history", "--format", "csv"]).ok();
    assert_eq!(history(&other), history(&home));
    assert!(other.run(["verify"]).ok().ends_with("store: intact\n"));
    let again = other.run(["restore", file.to_str().unwrap()]).fails(1);
    assert!(again.contains("there is a database at"), "{again}");

    // A damaged backup makes no database.
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let third = Home::new();
    let damaged = third.file("damaged.backup", bytes);
    let error = third.run(["restore", damaged.to_str().unwrap()]).fails(3);
    assert!(error.contains("is not usable"), "{error}");
    assert!(!third.database().exists());
    let absent = third.run(["restore", "absent"]).fails(2);
    assert!(absent.contains("absent cannot be read"), "{absent}");
}

#[test]
fn the_tour_leaves_a_picture_and_can_be_made_again() {
    let home = Home::new();
    let tour = || home.run(["tour".as_ref(), "--seeds".as_ref(), repository("seeds").as_os_str()]);
    let first = tour().ok();
    for word in ["1. ", "5. ", "cep-ttp-ceasefire", "dot -Tsvg ttp.dot", "tieline --db tour.db"] {
        assert!(first.contains(word), "{word} is not in\n{first}");
    }
    assert!(home.at("ttp.dot").exists() && home.at("tour.db").exists());
    assert_eq!(tour().ok().lines().count(), first.lines().count());
    // It does not touch what is not its own.
    home.run(["--db", "tour.db", "--author", "me", "undo", "1"]).ok();
    assert!(tour().fails(2).contains("was not made by a tour"));
}

#[test]
fn a_generated_graph_is_imported_as_its_mapping_says() {
    let home = Home::new();
    home.run(["bench", "generate", "--entities", "200", "--out", "made"]).ok();
    let import =
        || home.run(["import", "csv", "--mapping", "made/mapping.toml", "made/entities.csv", "made/links.csv"]);
    assert!(import().ok().starts_with("commit 1: 200 entities, 1 source, "));
    assert!(import().ok().starts_with("nothing new\n"));
    let stats: Value = serde_json::from_str(&home.run(["stats", "--format", "json"]).ok()).unwrap();
    let count =
        |what: &str| stats["rows"].as_array().unwrap().iter().find(|row| row[0] == what).map(|row| row[1].clone());
    assert_eq!((count("entities"), count("commits")), (Some(200.into()), Some(1.into())));
    assert!(home.run(["verify"]).ok().ends_with("store: intact\n"));
}

#[test]
fn reductions_take_the_entities_that_rows_are_about() {
    let home = Home::with_seeds();
    let ids = |statement: &str| {
        let mut ids: Vec<String> =
            home.query(&format!("{statement} | ids | csv")).ok().lines().skip(1).map(str::to_owned).collect();
        ids.sort();
        ids
    };
    for statement in [
        "between \"TTP\", \"al-Qaeda\"",
        "why \"TTP\" to \"al-Qaeda\"",
        "match (a @ttp)-[l]-(b @al-qaeda) return l",
        "path \"TTP\" to \"al-Qaeda\"",
    ] {
        assert_eq!(ids(statement), ["al-qaeda", "ttp"], "{statement}");
    }
    let counted = home.query("between \"TTP\", \"al-Qaeda\" | count by kind | csv").ok();
    assert_eq!(counted.lines().nth(1), Some("Organisation,2"));
}

/// Two consonants are those of many words; the closest of them is found, and not the first of the alphabet.
#[test]
fn a_word_without_vowels_finds_the_closest_of_many() {
    let home = Home::new();
    let mut seed = "[source]\nid = \"s\"\ntitle = \"S\"\n".to_owned();
    let vowels = ["a", "e", "i", "o", "u"];
    for (first, second) in vowels.iter().flat_map(|first| vowels.iter().map(move |second| (first, second))) {
        for ending in ["", "o", "u"] {
            seed += &format!(
                "\n[[entity]]\nid = \"a{first}k{second}n{ending}\"\nkind = \"Person\"\nnames = [\"A{first}k{second}n{ending} Test\"]\n"
            );
        }
    }
    seed += "\n[[entity]]\nid = \"wanted\"\nkind = \"Organisation\"\nnames = [\"Haqqani Test\"]\n";
    let file = home.file("seed.toml", seed);
    home.run(["load", file.to_str().unwrap()]).ok();
    assert_eq!(home.ids("find \"حقاني\" limit 1"), ["wanted"]);
}
