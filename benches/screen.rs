//! How long it takes to look up a name among many, how many distorted names are found again, and how long it takes to propose
//! what is the same.
//!
//! On the lists of `$TIELINE_SHARED` (UN and OFAC) where they are, else on a generated graph.

#![allow(clippy::expect_used)]

mod common;

use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use tieline::Database;
use tieline::resolve::{Asked, Between, SCREEN_THRESHOLD, Wanted};

/// Given names and family names of strangers, put together in every way.
const GIVEN: [&str; 16] = [
    "Amelie",
    "Birgit",
    "Callum",
    "Dorota",
    "Ewan",
    "Fiona",
    "Gareth",
    "Hanna",
    "Ingvar",
    "Jolanta",
    "Kieran",
    "Liselotte",
    "Morten",
    "Niamh",
    "Oswald",
    "Petra",
];
const FAMILY: [&str; 16] = [
    "Abernathy",
    "Bergstrom",
    "Cuthbertson",
    "Dlugosz",
    "Eberhart",
    "Fitzwilliam",
    "Grzybowski",
    "Holmqvist",
    "Ibsenius",
    "Jankowiak",
    "Kirkpatrick",
    "Lindqvist",
    "McAllister",
    "Nordstrand",
    "O'Shaughnessy",
    "Pettersson",
];

/// A database of the shared lists, or of a generated graph where they are not.
fn database(directory: &Path) -> Database {
    let shared = std::env::var_os("TIELINE_SHARED").map(|folder| PathBuf::from(folder).join("data"));
    let files = |folder: &str| -> Vec<PathBuf> {
        let folder = shared.as_ref().map(|data| data.join(folder));
        let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten();
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
        files
    };
    let (un, ofac) = (files("un-sc"), files("ofac-sdn"));
    if un.is_empty() || ofac.is_empty() {
        let generated = common::Generated::new();
        println!("on a generated graph of {} entities", generated.entities);
        return generated.import(directory);
    }
    let run = |format: &str, paths: &[PathBuf]| {
        let status = std::process::Command::new(env!("CARGO_BIN_EXE_tieline"))
            .arg("--db")
            .arg(directory)
            .args(["--quiet", "import", format])
            .args(paths)
            .status();
        assert!(status.is_ok_and(|status| status.success()), "the import of {format}");
    };
    run("un-sc", &un);
    run("ofac", &ofac);
    Database::open(directory).expect("the database")
}

/// A name with two letters of its longest word swapped and its last word first.
fn distorted(name: &str) -> String {
    let mut words: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
    if let Some(longest) = words.iter_mut().max_by_key(|word| word.chars().count()) {
        let mut letters: Vec<char> = longest.chars().collect();
        if letters.len() > 3 {
            let middle = letters.len() / 2;
            letters.swap(middle - 1, middle);
        }
        *longest = letters.into_iter().collect();
    }
    words.rotate_right(1);
    words.join(" ")
}

fn screen(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut database = database(&folder.path().join("db"));
    let graph = database.graph();
    let people =
        graph.entities().filter(|&entity| graph.kind_of(entity).is_some_and(|kind| graph.kind_name(kind) == "Person"));
    let known: Vec<(u32, String)> =
        people.filter_map(|entity| Some((entity, distorted(graph.node(entity)?.name)))).step_by(7).take(700).collect();
    let strangers: Vec<String> =
        GIVEN.iter().flat_map(|given| FAMILY.iter().map(move |family| format!("{given} {family}"))).collect();
    let asked = |name: &String| Asked { name: name.clone(), ..Asked::default() };
    let group = "screen";
    let measured = database.screening("", |screener, _| {
        let found = known.iter().filter(|(entity, name)| {
            let hits = screener.screen(&asked(name), SCREEN_THRESHOLD, 5);
            hits.iter().any(|hit| hit.entity == *entity)
        });
        let found = found.count();
        let wrong =
            strangers.iter().filter(|name| !screener.screen(&asked(name), SCREEN_THRESHOLD, 5).is_empty()).count();
        println!(
            "{found} of {} distorted names are found, {wrong} of {} strangers have a hit",
            known.len(),
            strangers.len()
        );
        let mut group = criterion.benchmark_group(group);
        group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(2));
        let names: Vec<Asked> = known.iter().map(|(_, name)| asked(name)).collect();
        let others: Vec<Asked> = strangers.iter().map(asked).collect();
        for (what, names) in [("distorted", names), ("stranger", others)] {
            let mut next = names.iter().cycle();
            group.bench_function(BenchmarkId::from_parameter(what), |bencher| {
                bencher.iter(|| next.next().map(|name| screener.screen(name, SCREEN_THRESHOLD, 5)));
            });
        }
        group.finish();
    });
    measured.expect("a screening");

    let resolution = database.resolution().expect("what is known");
    let wanted = Wanted { sources: Vec::new(), between: Between::Any, kind: None, threshold: 0.5 };
    let mut group = criterion.benchmark_group("dedupe");
    group.sample_size(10).warm_up_time(Duration::from_millis(1)).measurement_time(Duration::from_secs(2));
    group.bench_function("all", |bencher| {
        bencher.iter(|| database.propose(&resolution, &wanted, &mut |_, _| {}).list.len());
    });
    group.finish();
}

criterion_group!(benches, screen);
criterion_main!(benches);
