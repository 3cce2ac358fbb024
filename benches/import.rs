//! How long it takes to import a graph, and to open the database that comes of it.

#![allow(clippy::expect_used)]

mod common;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use tieline::{Database, Session};

fn import(criterion: &mut Criterion) {
    let generated = common::Generated::new();
    let mut group = criterion.benchmark_group("import");
    group.sample_size(10).warm_up_time(Duration::from_millis(1)).measurement_time(Duration::from_secs(1));
    group.throughput(Throughput::Elements(generated.entities.into()));
    group.bench_function("csv", |bencher| {
        bencher.iter_batched(
            || tempfile::tempdir().expect("a temporary folder"),
            |folder| {
                black_box(generated.import(&folder.path().join("db")));
                folder
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn open(criterion: &mut Criterion) {
    let generated = common::Generated::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let directory = folder.path().join("db");
    drop(generated.import(&directory));
    let mut group = criterion.benchmark_group("open");
    group.sample_size(50).measurement_time(Duration::from_secs(2));
    group.bench_function("to first answer", |bencher| {
        bencher.iter(|| {
            let mut database = Database::open(&directory).expect("the database");
            database.run("neighbours @p17", &Session::default()).expect("an answer")
        });
    });
    group.finish();
}

criterion_group!(benches, import, open);
criterion_main!(benches);
