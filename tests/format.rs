//! Databases that earlier versions wrote: each is kept as it was written, in `tests/fixtures`, and must still open, answer
//! the same, take changes, and survive a check.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod common;

use common::{Home, copy, files, repository};

/// Format 1: the seeds, a note about Group A, and one about Group B that was taken back.
#[test]
fn a_database_of_format_1() {
    // With the graph that its version made, and without it.
    for with_graph in [true, false] {
        let home = Home::new();
        copy(&repository("tests/fixtures/format-1"), &home.database());
        if !with_graph {
            let graphs = files(&home.database()).into_iter();
            let graphs = graphs.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("graph-"));
            assert_eq!(graphs.map(|path| std::fs::remove_file(path).unwrap()).count(), 1);
        }
        assert_eq!(home.ids("neighbours @ttp via allied_with"), ["group-a"]);
        let history = home.run(["history", "--format", "csv"]).ok();
        assert_eq!(history.lines().count(), 5, "{history}");
        let why = home.json("why @ttp to @group-a");
        assert_eq!(why["rows"][0][7], "Group A is allied with the TTP.");
        assert!(home.run(["verify"]).ok().ends_with("store: intact\n"));
        home.run(["undo", "4"]).ok();
        assert_eq!(home.ids("neighbours @ttp via allied_with"), ["group-a", "group-b"]);
        home.run(["load".as_ref(), repository("seeds").as_os_str()]).ok();
        assert!(home.run(["verify"]).ok().ends_with("store: intact\n"));
    }
}
