//! Any text as a statement to a database of the seeds, answered in every format: within the budget, and never a panic.
#![no_main]

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use tieline::query::{Budget, parameter};
use tieline::write::{Format, Options, write};
use tieline::{Database, Session};

thread_local! {
    static OPEN: RefCell<(TempDir, Database)> = {
        let directory = tempfile::tempdir().expect("a folder for the database");
        let mut database = Database::create_or_open(&directory.path().join("db")).expect("a database");
        database.load(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds")], "fuzz").expect("the seeds");
        RefCell::new((directory, database))
    };
}

fn session() -> Session {
    let budget = Budget { rows: 200, visited: 50_000, time: Duration::from_millis(200) };
    let given = [("who", "@ttp"), ("n", "2"), ("list", "[1, null, \"a\", {\"k\": 2.5}]")];
    let parameters = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), parameter(value).ok()?)));
    Session { budget, parameters: parameters.collect(), ..Session::default() }
}

fuzz_target!(|text: &str| {
    OPEN.with_borrow_mut(|(_, database)| {
        let Ok(ran) = database.run(text, &session()) else { return };
        for word in Format::WORDS {
            let format: Format = word.parse().expect("a format");
            let mut out = Vec::new();
            write(&ran.answer, format, &Options { title: Some(text), ..Options::default() }, &mut out)
                .expect("written");
            assert!(String::from_utf8(out).is_ok());
        }
    });
});
