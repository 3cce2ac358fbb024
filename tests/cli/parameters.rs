//! Parameters, from the command line to the prompt.

use crate::common::Home;

#[test]
fn a_statement_takes_its_parameters_from_the_command_line() {
    let home = Home::with_seeds();
    let csv = |arguments: &[&str]| home.run([&["query", "--format", "csv"], arguments].concat());
    assert_eq!(csv(&["-p", "who=@ttp", "match (a $who) return a.id"]).ok(), "a.id\nttp\n");
    assert_eq!(
        csv(&[
            "-p",
            "ids=[\"ttp\", \"al-qaeda\"]",
            "--param",
            "n=1",
            "match (a) where a.id in $ids return a.id order by a.id limit $n"
        ])
        .ok(),
        "a.id\nal-qaeda\n"
    );
    assert_eq!(csv(&["-p", "1=TTP", "neighbours $1 via affiliated_with | ids"]).ok(), "id\nal-qaeda\n");
    let path = csv(&["-p", "a=Schindler", "-p", "b=al-Qaeda", "-p", "n=6", "path $a to $b max $n | count"]);
    assert_eq!(
        path.ok(),
        home.run(["query", "--format", "csv", "path \"Schindler\" to \"al-Qaeda\" max 6 | count"]).ok()
    );
    let dated = csv(&["-p", "day=2007-12", "neighbours \"TTP\" via established_at as of $day | count"]);
    assert_eq!(dated.ok(), "count\n1\n");
    assert_eq!(csv(&["-p", "y=2005", "neighbours \"TTP\" via established_at as of $y | count"]).ok(), "count\n0\n");
    assert_eq!(csv(&["-p", "s=cep-ttp-ceasefire", "neighbours \"TTP\" via led_by from source $s | count"]).code, 0);
    assert_eq!(csv(&["-p", "odd name=1", "return $`odd name` + 1 as n"]).ok(), "n\n2\n");
}

#[test]
fn a_file_gives_parameters_and_the_option_decides() {
    let home = Home::with_seeds();
    let file = home.file("given.json", "{\"who\": \"TTP\", \"n\": 2.5, \"list\": [1, null]}");
    let file = file.to_str().unwrap();
    let arguments = ["query", "--format", "csv", "--params", file, "-p", "n=3", "return $who, $n, size($list) as size"];
    assert_eq!(home.run(arguments).ok(), "$who,$n,size\nTTP,3,2\n");
    home.file("given.json", "{\"who\": \"TTP\",\n \"n\": }");
    let error = home.run(["query", "--params", file, "return $n"]).fails(1);
    assert!(error.contains("given.json:2:") && error.contains("this is no JSON"), "{error}");
    home.file("given.json", "[1]");
    assert!(home.run(["query", "--params", file, "return $n"]).fails(1).contains("an object is expected"));
    assert!(home.run(["query", "--params", "absent.json", "return 1"]).fails(2).contains("absent.json"));
}

#[test]
fn what_is_missing_or_does_not_fit_is_said_with_its_place() {
    let home = Home::with_seeds();
    let refused = |arguments: &[&str]| home.run([&["query"], arguments].concat()).fails(1);
    let error = refused(&["-p", "name=TTP", "match (a) where false and a.name = $nmae return a"]);
    for part in ["the parameter $nmae was not given", "^^^^^", "did you mean $name?"] {
        assert!(error.contains(part), "{part} is not in\n{error}");
    }
    for (statement, message) in [
        ("path $a to $b", "the parameter $b was not given"),
        ("match (x $list) return x", "$list is a list; expected a text"),
        ("neighbours $a within $a", "$a is a text; expected how many links away"),
        ("neighbours @ttp within $minus", "$minus is a whole number"),
        ("show $empty", "$empty is an empty text"),
        ("show $unknown", "no entity is named \"nobody at all\""),
        ("neighbours @ttp as of $a", "expected a date"),
        ("return 1 limit $a", "whole number"),
    ] {
        let given = ["-p", "a=TTP", "-p", "list=[1]", "-p", "minus=-1", "-p", "empty= ", "-p", "unknown=nobody at all"];
        let error = refused(&[&given[..], &[statement]].concat());
        assert!(error.contains(message) && error.contains('^'), "{message} is not in\n{error}");
    }
    for wrong in ["who", "=1", "x=[1"] {
        home.run(["query", "-p", wrong, "return 1"]).fails(2);
    }
}

#[test]
fn the_prompt_keeps_parameters() {
    let home = Home::with_seeds();
    let lines = ":mode csv\n:param who @ttp\n:param $n 2\n:params\nshow $who | ids\nreturn $n * 2 as n\n:unparam n\n:params\n\
                 return $n\n:unparam m\n:param x\n:unparam\n:params\n";
    let ran = home.run_with(Vec::<&str>::new(), lines);
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with("parameter,value\n$n,2\n$who,\"\"\"@ttp\"\"\"\nid\nttp\n"), "{}", ran.out);
    assert!(ran.out.ends_with("n\n4\nparameter,value\n$who,\"\"\"@ttp\"\"\"\nparameter,value\n"), "{}", ran.out);
    for part in ["the parameter $n was not given", "$m has no value", ":param who al-Qaeda"] {
        assert!(ran.err.contains(part), "{part} is not in\n{}", ran.err);
    }
}
