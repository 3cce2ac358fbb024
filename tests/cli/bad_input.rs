//! Bad input: one clear message on the standard error, the right exit code, nothing changed on disk, no panic.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::{Home, Ran, finish, repository};

/// A file with this content is refused with this message, and the database stays as it was, also where there is none yet.
#[track_caller]
fn refused(content: impl AsRef<[u8]>, message: &str) {
    for home in [Home::new(), Home::with_seeds()] {
        let file = home.file("bad.toml", content.as_ref());
        let before = home.digest();
        let error = home.run(["load", file.to_str().unwrap()]).fails(1);
        assert!(error.contains(message), "expected {message:?} in\n{error}");
        assert!(error.contains("bad.toml"), "{error}");
        assert!(error.ends_with("; nothing was changed\n"), "{error}");
        assert!(home.digest() == before, "something changed on disk");
    }
}

/// A seed file with this after its source.
fn seed(rest: &str) -> String {
    format!("[source]\nid = \"bad\"\ntitle = \"Bad\"\n\n{rest}\n")
}

fn entity(id: &str, rest: &str) -> String {
    format!("[[entity]]\nid = \"{id}\"\nkind = \"Organisation\"\nnames = [\"{id}\"]\n{rest}\n")
}

fn link(from: &str, kind: &str, to: &str, rest: &str) -> String {
    format!("[[link]]\nfrom = \"{from}\"\nkind = \"{kind}\"\nto = \"{to}\"\n{rest}\n")
}

#[test]
fn seeds_that_are_no_seeds() {
    refused(b"[source]\nid = \"caf\xe9\"\n", "UTF-8");
    refused("[source]\nid = \"bad\"\ntitle = \"Ba", "bad.toml:3:");
    refused("", "nothing in this file");
    refused(seed("[[entity]]\nid = \"x\"\nkind = \"Organization\""), "did you mean Organisation?");
    refused(seed(&(entity("x", "") + &entity("y", "") + &link("x", "afiliated_with", "y", ""))), "affiliated_with");
    let person = "[[entity]]\nid = \"p\"\nkind = \"Person\"\nnames = [\"P\"]\n\n";
    refused(seed(&(person.to_owned() + &entity("x", "") + &link("p", "led_by", "x", ""))), "led_by");
    refused(seed(&(entity("x", "") + &link("x", "affiliated_with", "nobody-at-all", ""))), "nobody-at-all");
    refused(seed(&(entity("x", "same_as = \"y\"") + &entity("y", "same_as = \"x\""))), "same");
    let dated = entity("x", "") + &entity("y", "") + &link("x", "affiliated_with", "y", "when = \"2021-13-40\"");
    refused(seed(&dated), "2021-13-40");
    refused(
        seed(&(entity("x", "") + "[[entity]]\nid = \"x\"\nkind = \"Person\"\nnames = [\"X\"]")),
        "x is Person here and Organisation elsewhere",
    );
    refused(seed(&entity("x", "").replace("[\"x\"]", "[\"two\\nlines\"]")), "bad.toml:8:");
    refused(seed(&entity("x", "").replace("[\"x\"]", "[\"steers \\u001b[31m\"]")), "bad.toml:8:");
}

#[test]
fn every_error_is_told_and_not_only_the_first() {
    let home = Home::new();
    let folder = home.at("seeds");
    fs::create_dir(&folder).unwrap();
    fs::write(
        folder.join("a.toml"),
        seed("[[entity]]\nid = \"a\"\nkind = \"Foo\"\n[[entity]]\nid = \"b\"\nkind = \"Bar\""),
    )
    .unwrap();
    fs::write(
        folder.join("b.toml"),
        seed("[[link]]\nfrom = \"zz1\"\nkind = \"led_by\"\nto = \"zz2\"").replace("id = \"bad\"", "id = \"worse\""),
    )
    .unwrap();
    let error = home.run(["load", "seeds"]).fails(1);
    for part in ["Foo", "Bar", "zz1", "zz2", "a.toml", "b.toml", "4 errors; nothing was changed"] {
        assert!(error.contains(part), "{part} is not in\n{error}");
    }
    assert!(!home.database().exists());
}

#[test]
fn what_contradicts_the_database_is_refused() {
    let home = Home::with_seeds();
    let before = home.digest();
    let file = home.file("bad.toml", seed("[[entity]]\nid = \"ttp\"\nkind = \"Person\"\nnames = [\"TTP\"]"));
    let error = home.run(["load", file.to_str().unwrap()]).fails(1);
    assert!(error.contains("ttp") && error.contains("Organisation") && error.contains("Person"), "{error}");
    fs::remove_file(file).unwrap();
    assert!(home.digest() == before);
}

#[test]
fn paths_that_lead_to_no_seeds() {
    let home = Home::new();
    fs::create_dir(home.at("hollow")).unwrap();
    for (path, message) in [("hollow", "hollow"), ("absent", "absent"), ("absent.toml", "absent.toml")] {
        let error = home.run(["load", path]).fails(1);
        assert!(error.contains(message), "{error}");
        assert!(!home.database().exists());
    }
    for arguments in [
        &["import", "csv", "--mapping", "absent.toml", "absent.csv"][..],
        &["import", "csv", "--mapping", "hollow", "hollow"],
    ] {
        let error = home.run(arguments).fails(1);
        assert!(error.contains("absent.toml") || error.contains("hollow"), "{error}");
        assert!(!home.database().exists());
    }
}

/// Megabytes of the long line: the full size where it is asked for, as writing it takes a while.
fn megabytes() -> usize {
    if std::env::var_os("TIELINE_TEST_LONG_LINE").is_some() { 200 } else { 20 }
}

#[test]
fn a_line_of_many_megabytes() {
    let home = Home::new();
    let mut long = b"[source]\nid = \"x\"\ntitle = \"".to_vec();
    long.resize(long.len() + megabytes() * 1_000_000, b'x');
    let seed = home.file("long.toml", &long);
    let error = home.run(["load", seed.to_str().unwrap()]).fails(1);
    assert!(error.contains("long.toml") && error.len() < 10_000, "{} bytes: {:.300}", error.len(), error);
    fs::remove_file(seed).unwrap();

    let mapping = home.file(
        "mapping.toml",
        "[source]\nid = \"long\"\ntitle = \"Long\"\n\n[[table]]\nfile = \"groups.csv\"\n\n[[table.entity]]\nid = \"{group_id}\"\nkind = \"Organisation\"\nnames = { column = \"name\" }\n",
    );
    let mut long = b"group_id,name\n1,\"".to_vec();
    long.resize(long.len() + megabytes() * 1_000_000, b'x');
    let table = home.file("groups.csv", &long);
    let ran =
        home.run(["import".as_ref(), "csv".as_ref(), "--mapping".as_ref(), mapping.as_os_str(), table.as_os_str()]);
    let error = ran.fails(1);
    assert!(error.contains("groups.csv") && error.len() < 20_000, "{} bytes: {:.300}", error.len(), error);
    assert!(!home.database().exists());
}

#[test]
fn places_that_are_no_database() {
    let home = Home::new();
    let file = home.file("a-file", "mine");
    let foreign = home.at("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("letter.txt"), "dear all").unwrap();
    let before = home.digest();
    for place in [file.as_path(), foreign.as_path()] {
        for arguments in [&["load", "SEEDS"][..], &["query", "rank"], &["stats"], &["verify"], &["history"], &[]] {
            let mut command = home.command(["--db".as_ref(), place.as_os_str()]);
            let seeds = repository("seeds");
            command.args(arguments.iter().map(|word| if *word == "SEEDS" { seeds.as_os_str() } else { word.as_ref() }));
            let error = finish(command).fails(3);
            assert!(error.contains("is not a Tieline database") && error.contains(place.to_str().unwrap()), "{error}");
        }
    }
    assert!(home.digest() == before);
}

#[test]
fn queries_that_are_none() {
    let home = Home::with_seeds();
    let before = home.digest();
    let brackets = "(".repeat(10_000);
    let nested = format!("match (a) where {}true{} return a", "(".repeat(10_000), ")".repeat(10_000));
    let lists = format!("return {}{}", "[".repeat(10_000), "]".repeat(10_000));
    for (statement, message) in [
        ("", "expected a verb"),
        ("   ", "expected a verb"),
        ("fnd \"x\"", "did you mean `find`?"),
        ("path \"TTP\" too \"al-Qaeda\"", "`to`"),
        ("path \"TTP\" to", "found the end of the query"),
        ("show \"Tehrik-e Taliban Pakistn\"", "@ttp"),
        ("show \"xyzzy\"", "no entity is named \"xyzzy\""),
        ("show @tpt", "no entity with the id @tpt"),
        ("show \"unclosed", "1 | show \"unclosed"),
        ("show \"\"", "empty"),
        ("find \"\"", "empty"),
        ("show \"line\nbreak\"", "no entity is named"),
        ("neighbours \"TTP\" within 99999999999999999999", "99999999999999999999"),
        ("neighbours \"TTP\" via afiliated_with", "did you mean affiliated_with?"),
        ("neighbours \"TTP\" of Organization", "did you mean Organisation?"),
        ("neighbours \"TTP\" as of 2021-13-40", "2021-13-40"),
        ("neighbours \"TTP\" as of yesterday", "yesterday"),
        ("neighbours \"TTP\" during 2010..2001", "2010..2001"),
        ("neighbours \"TTP\" grade Z9", "Z9"),
        ("neighbours \"TTP\" modality maybe", "maybe"),
        ("neighbours \"TTP\" from source cep", "there is no source cep"),
        ("neighbours \"TTP\" | svg", "svg"),
        ("why 1", "no answer before this one"),
        ("why @ttp/led_by/ypg", "there is no link ttp/led_by/ypg"),
        ("find \"\u{202e}gnp\u{1b}[31m\" limit x", "limit"),
        (brackets.as_str(), "expected a verb"),
        (nested.as_str(), "deep"),
        (lists.as_str(), "deep"),
    ] {
        let error = home.query(statement).fails(1);
        assert!(error.contains(message), "expected {message:?} for {statement:.60?} in\n{error:.600}");
        assert!(error.len() < 4_000, "{} bytes for {statement:.60?}", error.len());
        assert!(!error.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{error:?}");
    }
    assert!(home.digest() == before);
}

#[test]
fn an_ambiguous_name_lists_who_it_may_be() {
    let home = Home::new();
    let file = home.file(
        "two.toml",
        seed(
            &(entity("front-a", "").replace("[\"front-a\"]", "[\"The Front\"]")
                + &entity("front-b", "").replace("[\"front-b\"]", "[\"Front\"]")),
        ),
    );
    home.run(["load", file.to_str().unwrap()]).ok();
    let error = home.query("show \"the front\"").fails(1);
    for part in ["may be any of 2 entities", "@front-a (The Front, Organisation)", "@front-b (Front, Organisation)"] {
        assert!(error.contains(part), "{part} is not in\n{error}");
    }
    assert!(home.query("show @front-a").code == 0);
    // A weak name does not make the place of the same name ambiguous.
    let home = Home::with_seeds();
    assert_eq!(home.json("show \"Pakistan\"")["rows"][0][1]["id"], "pakistan");
}

#[test]
fn strange_names_come_back_as_they_are_and_steer_nothing() {
    let home = Home::new();
    let names = [
        "The \\\"Lions\\\" of 'Tyre'",
        "شبكة حقاني",
        "لواء \u{200f}الحق\u{200f} 7",
        "東京事件",
        "=1+1",
        "a | b > c; d",
        "\u{202e}gnirts",
    ];
    let content: String = names
        .iter()
        .enumerate()
        .map(|(number, name)| {
            entity(&format!("n{number}"), "").replace(&format!("[\"n{number}\"]"), &format!("[\"{name}\"]"))
        })
        .collect();
    let content = seed(&(content + &link("n0", "affiliated_with", "n1", "text = \"first line\\nsecond line\"")));
    let file = home.file("names.toml", content);
    let loaded = home.run(["load", file.to_str().unwrap()]);
    loaded.ok();
    for (number, name) in names.iter().enumerate().take(6) {
        let found = home.json(&format!("show \"{name}\""));
        assert_eq!(found["rows"][0][1]["id"], format!("n{number}"), "{name}");
    }
    for format in ["table", "box", "markdown", "csv", "dot", "jsonl"] {
        let out = home.run(["query", "--format", format, "rank limit 10"]).ok();
        let is_data = ["csv", "jsonl"].contains(&format);
        let steers = |c: char| (c.is_control() && c != '\n') || (c == '\u{202e}' && !is_data);
        assert!(!out.chars().any(steers), "{format}: {out:?}");
    }
    assert!(home.run(["query", "--format", "csv", "rank limit 10"]).ok().contains("'=1+1"));
    let why = home.query("why @n0 to @n1").ok();
    assert!(why.contains("first line␊second line"), "{why}");
}

#[test]
fn a_budget_says_what_it_cut_and_gives_what_was_found() {
    let home = Home::new();
    home.run(["bench", "generate", "--entities", "3000", "--out", "made"]).ok();
    home.run(["import", "csv", "--mapping", "made/mapping.toml", "made/entities.csv", "made/links.csv"]).ok();
    // The 1000th is tied to a few; the first is tied to nearly everybody.
    let one = home.ids("rank limit 1000").remove(999);
    let around = format!("neighbours @{one} within 9");
    let cut = |option: &str, number: &str| -> (usize, Value) {
        let ran = home.run(["query", "--format", "json", option, number, &around]).ok();
        let answer: Value = serde_json::from_str(&ran).unwrap();
        (answer["rows"].as_array().unwrap().len(), answer["cut"].clone())
    };
    assert_eq!(cut("--max-rows", "7"), (7, "the budget of 7 rows".into()));
    let (rows, why) = cut("--max-links", "2000");
    assert!(rows > 0 && rows < 2999, "{rows}");
    assert_eq!(why, "the budget of 2000 visited links");
    assert_eq!(cut("--max-rows", "5000").1, Value::Null);
    let shown = home.run(["query", "--max-rows", "7", &around]).ok();
    assert!(shown.ends_with("\nIncomplete: the budget of 7 rows\n"), "{shown}");
    let lines = home.run(["query", "--max-rows", "7", "--format", "csv", &around]);
    assert!(lines.err.contains("incomplete: the budget of 7 rows"), "what a form has no room for is said beside it");
    lines.ok();
}

#[cfg(unix)]
#[test]
fn without_permission() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::with_seeds();
    let database = home.database();
    let set = |mode: u32, path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(0o555, &database);
    let may_write = fs::write(database.join("probe"), "").is_ok();
    if may_write {
        let _ = fs::remove_file(database.join("probe"));
        set(0o755, &database);
        println!("skipped: this user may write everywhere");
        return;
    }
    for file in fs::read_dir(&database).unwrap().flatten().filter(|file| file.path().is_file()) {
        set(0o444, &file.path());
    }
    // Who may only read gets answers.
    home.query("neighbours \"TTP\"").ok();
    let error = home.run(["undo", "1"]).fails(3);
    assert!(error.contains("no permission"), "{error}");
    set(0o755, &database);
    // Nor is a database made where that is not allowed.
    let closed = home.at("closed");
    fs::create_dir(&closed).unwrap();
    set(0o555, &closed);
    let seeds = repository("seeds");
    let ran = home.run(["--db".as_ref(), closed.join("db").as_os_str(), "load".as_ref(), seeds.as_os_str()]);
    assert!(ran.fails(3).contains("no permission"));
    set(0o755, &closed);
}

/// Runs the program where no file may grow beyond this many blocks of 512 bytes.
fn limited(home: &Home, blocks: u32, arguments: &[&str]) -> Option<Ran> {
    let program = home.command(arguments);
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {blocks} || exit 99; exec \"$0\" \"$@\""))
        .arg(program.get_program());
    shell.args(program.get_args()).current_dir(home.path());
    shell.env_remove("NO_COLOR").env("TIELINE_DB", home.database()).env("USER", "tester");
    match finish(shell) {
        Ran { code: 99, .. } => None,
        ran => Some(ran),
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk() {
    let home = Home::with_seeds();
    home.run(["bench", "generate", "--entities", "3000", "--out", "made"]).ok();
    let import = ["import", "csv", "--mapping", "made/mapping.toml", "made/entities.csv", "made/links.csv"];
    let questions = ["rank limit 50", "why \"TTP\" to \"al-Qaeda\"", "show \"Haqqani Network\""];
    let answers = || questions.map(|question| home.query(question).ok());
    let before = answers();
    let mut failed = 0;
    for blocks in [0, 100, 600, 1100, 1200, 1500] {
        let Some(ran) = limited(&home, blocks, &import) else {
            println!("skipped: there is no `ulimit -f` here");
            return;
        };
        assert!(!ran.err.contains("panicked"), "{blocks} blocks: {}", ran.err);
        if ran.code == 0 {
            // It fitted: take it back for the next round.
            home.run(["undo", "2"]).ok();
            break;
        }
        failed += 1;
        assert_eq!(ran.code, 3, "{blocks} blocks: {}\n{}", ran.out, ran.err);
        assert!(ran.err.contains("no room left"), "{blocks} blocks: {}", ran.err);
        assert_eq!(answers(), before, "{blocks} blocks");
        assert!(home.run(["verify"]).ok().ends_with("store: intact\n"));
    }
    assert!(failed > 2, "only {failed} imports met the limit");
    if home.run(["history", "--format", "csv"]).ok().lines().count() == 2 {
        home.run(import).ok();
    }
    assert!(home.run(["verify"]).ok().ends_with("store: intact\n"));
}
