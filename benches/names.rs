//! How long it takes to take names apart, to find the keys that they meet by, and to score two of them.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use tieline::names::{NameKind, Prepared, THRESHOLD, explain, keys, score, score_at_least};

/// Invented names of the usual lengths, in several spellings and scripts.
const NAMES: [&str; 12] = [
    "Tariq al-Qasabi",
    "QASSABI, Tareq",
    "Jalal al-Din Muhammad Shirvani",
    "Haji Jalaluddin Shirwani",
    "Ilse Maria Brandauer",
    "Oleg Petrovich Zharkov",
    "Олег Жарков",
    "توفيق القصابي",
    "Zarkom International Trading Company FZE",
    "OOO Zarkom",
    "Harbour Repair Brigade 44",
    "王小明",
];

fn names(criterion: &mut Criterion) {
    let prepared: Vec<Prepared> = NAMES.iter().map(|name| Prepared::of(name, NameKind::Unknown)).collect();
    let pairs: Vec<(&Prepared, &Prepared)> =
        prepared.iter().flat_map(|one| prepared.iter().map(move |other| (one, other))).collect();
    let mut group = criterion.benchmark_group("names");
    let mut next = NAMES.iter().cycle();
    group.bench_function("taken apart", |bencher| {
        bencher.iter(|| Prepared::of(next.next().copied().unwrap_or_default(), NameKind::Unknown));
    });
    let mut next = prepared.iter().cycle();
    group.bench_function("keys", |bencher| bencher.iter(|| next.next().map(keys)));
    // Every pair, so that all of their costs are in the figure: divide by the number of pairs.
    let all = |of: &dyn Fn(&Prepared, &Prepared)| pairs.iter().for_each(|(one, other)| of(one, other));
    group.bench_function(format!("{} scores", pairs.len()), |bencher| {
        bencher.iter(|| all(&|one, other| _ = black_box(score(one, other))));
    });
    group.bench_function(format!("{} scores if a match", pairs.len()), |bencher| {
        bencher.iter(|| all(&|one, other| _ = black_box(score_at_least(one, other, THRESHOLD))));
    });
    group.bench_function(format!("{} explained", pairs.len()), |bencher| {
        bencher.iter(|| all(&|one, other| _ = black_box(explain(one, other))));
    });
    group.finish();
}

criterion_group!(benches, names);
criterion_main!(benches);
