//! Statements made to eat the machine: each ends in its budget with a message, and leaves the database as it was.

use std::time::{Duration, Instant};

use crate::common::{Home, Ran};

/// Far beyond the budget of two seconds, and far below what any of these would take: the machine may be busy.
const MOST: Duration = Duration::from_secs(30);

/// Runs a statement that may take two seconds and a gigabyte and a half.
fn run(home: &Home, statement: &str) -> Ran {
    let started = Instant::now();
    let file = home.file("statement.txt", statement);
    let ran = home.run(["query", "--max-seconds", "2", "-f", file.to_str().unwrap()]);
    assert!(started.elapsed() < MOST, "{statement:.80}: {:?}", started.elapsed());
    assert!(
        [0, 1].contains(&ran.code) && !ran.err.contains("panicked"),
        "{statement:.80}: {} {:.600}",
        ran.code,
        ran.err
    );
    assert!(ran.err.len() < 4_000, "{statement:.80}: {} bytes", ran.err.len());
    ran
}

#[test]
fn expressions_end_in_their_budget() {
    let home = Home::with_seeds();
    let before = home.digest();
    for (statement, message) in [
        ("return range(1, 1000000000)", "range() would make 1000000000 elements"),
        ("return size([x in range(1, 1000000000) | x])", "range() would make"),
        ("return size([x in range(1, 9000000) | range(1, 9000000)])", "more than 20000000 values"),
        ("return size([x in range(1, 5000000) | [y in range(1, 5000000) | y]])", "more than 20000000 values"),
        ("return reduce(t = 'x', i in range(1, 60) | t + t)", "a text of more than 10000000 bytes"),
        ("return reduce(t = [1], i in range(1, 60) | t + t)", "more than 20000000 values"),
        ("return size(reduce(t = [], i in range(1, 1000000) | [t]))", "nested more than 200 deep"),
        ("with reduce(t = 'a', i in range(1, 20) | t + t) as t return size(replace(t, 'a', t))", "a text of more than"),
        ("return 1 / 0", "division by zero"),
        ("return 9223372036854775807 + 1", "past 64 bits"),
        ("return reduce(n = 1, i in range(1, 100) | n * 10)", "past 64 bits"),
        ("return 'a' =~ '((((a{1000}){1000}){1000}){1000})'", "too long"),
        ("with range(1, 9000000) as l return any(x in l where any(y in l where x + y < 0))", "2 seconds"),
        (
            "with range(1, 999) as l return reduce(n = 0, i in range(1, 9000000) | reduce(m = 0, j in l | m + j))",
            "2 seconds",
        ),
        ("with reduce(t = 'a', i in range(1, 22) | t + t) as t return t =~ '(a?){500}(a*)*b'", "2 seconds"),
        (
            "with range(1, 5000000) as l return size([x in range(1, 100000) where l = range(1, 5000000)])",
            "20000000 values",
        ),
        ("with range(1, 5000000) as l return size([x in range(1, 1000000) where l = l + 0])", "20000000 values"),
        ("with range(1, 5000000) as l return size([x in l where -x in l])", "2 seconds"),
    ] {
        let ran = run(&home, statement);
        let said = ran.out + &ran.err;
        // A slow machine may come to the end of the time first.
        let ended = said.contains("2 seconds") && !message.contains("range()");
        assert!(ended || said.contains(message), "expected {message:?} for {statement:.80} in\n{said:.600}");
    }
    assert!(home.digest().iter().filter(|(path, _)| !path.ends_with("statement.txt")).eq(before.iter()));
}

#[test]
fn what_was_found_before_an_expression_took_too_long_is_shown() {
    let home = Home::with_seeds();
    let ran = run(
        &home,
        "with range(1, 9000000) as l unwind [1, 2, 3] as n return n, case n when 3 then any(x in l where any(y in l where y < 0)) end as slow",
    );
    assert!(ran.out.contains("\n1") && ran.out.contains("\n2"), "{}", ran.out);
    assert!(ran.out.contains("Incomplete: the budget of 2 seconds"), "{}", ran.out);
}

#[test]
fn texts_that_are_too_much() {
    let home = Home::with_seeds();
    let before = home.digest();
    let long = format!("return '{}'", "x".repeat(10_000_000));
    let deep = |open: &str, close: &str| format!("return {}1{}", open.repeat(10_000), close.repeat(10_000));
    for (statement, message) in [
        (long, "bytes long"),
        (deep("(", ")"), "deep"),
        (deep("[", "]"), "deep"),
        (deep("{a: ", "}"), "deep"),
        (deep("not ", ""), "deep"),
        (deep("- ", ""), "deep"),
        (deep("abs(", ")"), "deep"),
        (deep("case when true then ", " end"), "deep"),
        (deep("[x in [1] | ", "]"), "deep"),
        (format!("return {}", "exists { match (a) where ".repeat(10_000)), "deep"),
        (format!("match {} return 1", "(".repeat(10_000)), "deep"),
        (format!("match (a:{}A) return a", "!".repeat(10_000)), "deep"),
        (format!("return 1{}", " + 1".repeat(10_000)), "deep"),
        (format!("return 1{}", ".a".repeat(10_000)), "deep"),
        (format!("match (a){} return a", "-->()".repeat(10_000)), "in a row"),
        (format!("return {}1", "1, ".repeat(10_000)), ""),
    ] {
        let ran = run(&home, &statement);
        assert!(message.is_empty() || ran.code == 1, "{statement:.80}");
        let said = ran.out + &ran.err;
        assert!(said.contains(message), "expected {message:?} for {statement:.80} in\n{said:.600}");
    }
    assert!(home.digest().iter().filter(|(path, _)| !path.ends_with("statement.txt")).eq(before.iter()));
}

#[test]
fn a_complete_graph_of_fifty() {
    let home = Home::new();
    let mut seed = "[source]\nid = \"s\"\ntitle = \"S\"\n".to_owned();
    for a in 0..50 {
        seed += &format!("[[entity]]\nid = \"n{a}\"\nkind = \"Organisation\"\nnames = [\"N {a}\"]\n");
    }
    for (a, b) in (0..50).flat_map(|a| (0..a).map(move |b| (a, b))) {
        seed += &format!("[[link]]\nfrom = \"n{a}\"\nkind = \"affiliated_with\"\nto = \"n{b}\"\n");
    }
    let file = home.file("complete.toml", seed);
    home.run(["load", file.to_str().unwrap()]).ok();
    for statement in [
        "match p = (a @n0)-[*]-(b @n1) return count(p)",
        "match p = walk (a @n0)-[]-{1,12}(b @n1) return count(p)",
        "match p = acyclic (a @n0)-[]-+(b @n1) return p",
        "match p = shortest 1000000 acyclic (a @n0)-[]-+(b @n1) return count(p)",
        "match p = cheapest 1000000 (a @n0)-[l]-+(b @n1) by gradeRank(l) return count(p)",
        "match p = cheapest 100000 (a @n0)-[l]-+(b @n1) by weakest gradeRank(l) return count(p)",
        "match (a)--(b)--(c)--(d)--(e)--(f)--(a) return count(*)",
        "match (a), (b), (c), (d), (e), (f) return count(*)",
    ] {
        let ran = run(&home, statement);
        assert!(ran.out.contains("ncomplete: the budget of"), "{statement}: {} {}", ran.out, ran.err);
    }
    let ran = run(&home, "match p = walk (a @n0)-[]-+(b @n1) return p");
    assert!(ran.err.contains("an unbounded walk has no end"), "{}", ran.err);
    assert!(home.run(["verify"]).ok().ends_with("store: intact\n"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_query_and_harms_nothing() {
    use std::process::{Command, Stdio};
    let home = Home::with_seeds();
    let before = home.digest();
    for statement in [
        "return any(x in range(1, 9000000) where any(y in range(1, 9000000) where x + y < 0))",
        "match (a), (b), (c), (d), (e), (f) return count(*)",
    ] {
        let mut command = home.command(["query", "--max-seconds", "1000", "--max-links", "1000000000000", statement]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(700));
        let started = Instant::now();
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let ended = child.wait_with_output().unwrap();
        assert!(started.elapsed() < MOST, "{statement}");
        assert!(!String::from_utf8_lossy(&ended.stderr).contains("panicked"));
    }
    assert!(home.digest() == before);
    assert!(home.run(["verify"]).ok().ends_with("store: intact\n"));
}
