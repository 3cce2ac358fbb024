//! The graph files beside the store: made, kept current, and made anew when they are not usable.
//!
//! `graph-G.snapshot` projects generation G of the store. `graph-G.delta` projects it as the changes since the snapshot
//! that it names. Both are written under another name and renamed, and neither is needed: everything in them can be
//! made from the store.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::DatabaseError;
use super::kinds::Kinds;
use crate::graph::{Builder, Delta, Graph, LinkKindMeta, Sections};
use crate::model::{ClaimNo, CommitNo, Words};
use crate::schema::Schema;
use crate::store::{Format, Retraction, Store};

/// First word of a delta file.
const DELTA_MAGIC: &str = "tieline-delta-1";

fn snapshot_path(directory: &Path, generation: CommitNo) -> PathBuf {
    directory.join(format!("graph-{generation}.snapshot"))
}

fn delta_path(directory: &Path, generation: CommitNo) -> PathBuf {
    directory.join(format!("graph-{generation}.delta"))
}

/// How a link kind reads.
pub(super) fn readings(schema: &Schema, name: &str) -> LinkKindMeta {
    match schema.link(name) {
        Some(kind) => LinkKindMeta {
            name: name.to_owned(),
            forward: kind.forward.to_string(),
            backward: kind.backward.to_string(),
            symmetric: kind.symmetric,
        },
        None => LinkKindMeta {
            name: name.to_owned(),
            forward: name.replace('_', " "),
            backward: name.replace('_', " "),
            symmetric: false,
        },
    }
}

/// The graph of exactly this generation.
///
/// # Errors
/// Why the files cannot be used, as a sentence for the user.
pub(super) fn open(directory: &Path, format: Format) -> Result<Graph, String> {
    let generation = format.generation;
    let snapshot = snapshot_path(directory, generation);
    let graph = if snapshot.exists() {
        Graph::open(&snapshot, None).map_err(|error| error.to_string())?
    } else {
        let delta = read_delta(&delta_path(directory, generation))?;
        Graph::open(&snapshot_path(directory, delta.base), Some(delta)).map_err(|error| error.to_string())?
    };
    if graph.store_id() != format.store || graph.generation() != generation {
        return Err("the graph snapshot belongs to another database".to_owned());
    }
    Ok(graph)
}

/// The newest usable graph of an earlier generation.
pub(super) fn open_older(directory: &Path, format: Format) -> Option<Graph> {
    let mut generations: Vec<CommitNo> = graph_files(directory).map(|(generation, _)| generation).collect();
    generations.sort_unstable();
    generations.dedup();
    generations.retain(|&generation| generation < format.generation);
    generations.into_iter().rev().find_map(|generation| open(directory, Format { generation, ..format }).ok())
}

/// The graph files of a directory with their generations.
fn graph_files(directory: &Path) -> impl Iterator<Item = (CommitNo, PathBuf)> {
    fs::read_dir(directory).into_iter().flatten().filter_map(|entry| {
        let path = entry.ok()?.path();
        let name = path.file_name()?.to_str()?.strip_prefix("graph-")?;
        let (generation, ending) = name.split_once('.')?;
        matches!(ending, "snapshot" | "delta" | "tmp" | "parts").then_some(())?;
        Some((generation.parse().ok()?, path.clone()))
    })
}

fn read_delta(path: &Path) -> Result<Delta, String> {
    let text = fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no graph snapshot of the last commit".to_owned(),
        _ => format!("the graph's changes cannot be read: {error}"),
    })?;
    let damaged = || "the graph's changes are damaged".to_owned();
    let (head, json) = text.split_once('\n').ok_or_else(damaged)?;
    let sum = head.strip_prefix(DELTA_MAGIC).map(str::trim).ok_or_else(damaged)?;
    if sum != format!("{:016x}", xxh3_64(json.as_bytes())) {
        return Err(damaged());
    }
    serde_json::from_str(json).map_err(|_| damaged())
}

/// Writes the changes since the snapshot.
pub(super) fn keep_delta(directory: &Path, delta: &Delta) -> io::Result<()> {
    let json = serde_json::to_string(delta).map_err(io::Error::other)?;
    let path = delta_path(directory, delta.generation);
    let temporary = path.with_extension("tmp");
    let text = format!("{DELTA_MAGIC} {:016x}\n{json}", xxh3_64(json.as_bytes()));
    let kept = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, &path));
    if kept.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    kept
}

/// The delta that a graph was opened with, read again; an empty one if it has none.
pub(super) fn delta_of(directory: &Path, graph: &Graph) -> Result<Delta, String> {
    if graph.generation() == graph.base_generation() {
        let meta = graph.meta().clone();
        return Ok(Delta {
            base: graph.base_generation(),
            kinds: meta.kinds,
            finer: meta.finer,
            link_kinds: meta.link_kinds,
            ..Delta::default()
        });
    }
    read_delta(&delta_path(directory, graph.generation()))
}

/// Removes graph files that no reader of `generation` needs. Readers that have them open keep them.
pub(super) fn sweep(directory: &Path, generation: CommitNo, base: CommitNo) {
    for (_, path) in graph_files(directory) {
        if path != snapshot_path(directory, base) && path != delta_path(directory, generation) {
            let _ = fs::remove_file(path);
        }
    }
}

/// The claims that count after commit `until`, by the events of retraction: all but these.
pub(super) fn retracted(events: &[Retraction], until: CommitNo) -> HashMap<ClaimNo, bool> {
    let mut last = HashMap::new();
    for event in events.iter().filter(|event| event.commit <= until) {
        last.insert(event.claim, !event.restored);
    }
    last.retain(|_, retracted| *retracted);
    last
}

/// Folds the claims of the store, as far as commit `until`, into the sections of a snapshot, which go to the file `spill`
/// if one is given.
fn build(store: &Store, until: Option<CommitNo>, spill: Option<&Path>) -> Result<Sections, DatabaseError> {
    let counts = store.counts();
    let (mut entities, mut claims) = (counts.entities, counts.claims);
    if let Some(until) = until {
        let commits = store.commits()?;
        let record = commits.iter().rfind(|record| record.commit.number <= until);
        (entities, claims) = record.map_or((0, 0), |record| (record.entities.end, record.claims.end));
    }
    let retracted = retracted(&store.retractions()?, until.unwrap_or(CommitNo::MAX));
    let sources = store.sources()?;
    let kinds = Kinds::of(store.directory())?;
    let readings = |name: &str| readings(&kinds, name);
    let mut builder = Builder::new(store.words(), &sources, &readings);
    for entity in store.entities()?.take(entities as usize) {
        builder.entity(&entity?)?;
    }
    for claim in store.claims(0..claims)? {
        let (number, claim) = claim?;
        if !retracted.contains_key(&number) {
            builder.claim(number, &claim)?;
        }
    }
    Ok(builder.finish_in(claims, spill)?)
}

/// Makes the graph of the store and keeps it in a file; where that is not possible, in memory, which is said.
pub(super) fn build_and_keep(
    directory: &Path,
    store: &Store,
    notices: &mut Vec<String>,
) -> Result<Graph, DatabaseError> {
    let Format { store: id, generation } = store.generation();
    let path = snapshot_path(directory, generation);
    let sections = build(store, None, Some(&path.with_extension("parts")))?;
    match sections.write(&path, id, generation) {
        Ok(()) => {
            sweep(directory, generation, generation);
            Ok(Graph::open(&path, None)?)
        }
        Err(error) => {
            notices.push(format!("the graph snapshot cannot be kept ({error}); it is made anew at each start"));
            in_memory(store, None)
        }
    }
}

/// The graph of a database without any commit.
pub(super) fn nothing() -> Result<Graph, DatabaseError> {
    let words = Words::default();
    let readings = |name: &str| readings(Schema::builtin(), name);
    let sections = Builder::new(&words, &[], &readings).finish(0)?;
    let bytes = sections.to_bytes([0; 16], 0);
    Ok(Graph::from_bytes(&bytes.map_err(|source| DatabaseError::Io { path: PathBuf::new(), source })?)?)
}

/// Makes the graph of the store as it was after commit `until`, in memory.
pub(super) fn in_memory(store: &Store, until: Option<CommitNo>) -> Result<Graph, DatabaseError> {
    let Format { store: id, generation } = store.generation();
    let bytes = build(store, until, None)?
        .to_bytes(id, until.unwrap_or(generation))
        .map_err(|source| DatabaseError::Io { path: store.directory().to_owned(), source })?;
    Ok(Graph::from_bytes(&bytes)?)
}

/// Bytes of all files below a directory.
pub(super) fn size_on_disk(directory: &Path) -> Result<u64, DatabaseError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| DatabaseError::Io { path, source }
    };
    let mut sum = 0;
    let mut folders = vec![directory.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(failed(&folder))? {
            let entry = entry.map_err(failed(&folder))?;
            let Ok(meta) = entry.metadata() else { continue };
            if meta.is_dir() {
                folders.push(entry.path());
            } else {
                sum += meta.len();
            }
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Database;

    #[test]
    fn a_snapshot_made_by_a_file_of_sections_is_the_one_made_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let (mapping, table) = (folder.path().join("mapping.toml"), folder.path().join("people.csv"));
        let link = "from = \"{id}\"\nto = \"{knows}\"\nkind = \"knows\"\nwhen = \"when\"";
        let entity = "id = \"{id}\"\nkind = \"Person\"\nnames = { column = \"name\" }";
        let text = format!(
            "source.id = \"s\"\nsource.title = \"S\"\n[[table]]\n[[table.entity]]\n{entity}\n[[table.link]]\n{link}\n"
        );
        fs::write(&mapping, text).unwrap();
        // Hubs, links with several claims, and both directions.
        let row = |n: u32| format!("p{},Person {},p{},{}\n", n % 3_000, n % 700, n * n % 97, 1990 + n % 30);
        let rows: String = (0..9_000).map(row).collect();
        fs::write(&table, format!("id,name,knows,when\n{}{rows}", "p1,One,p2,2001\n".repeat(3))).unwrap();
        let directory = folder.path().join("db");
        let mut database = Database::create_or_open(&directory).unwrap();
        database.import_csv(&mapping, &[table], None, false, "me", &mut |_| ()).unwrap();
        database.release();
        let store = Store::open(&directory).unwrap();
        let Format { store: id, generation } = store.generation();
        let made = build(&store, None, None).unwrap().to_bytes(id, generation).unwrap();
        assert!(made == fs::read(snapshot_path(&directory, generation)).unwrap(), "the bytes differ");
    }

    #[test]
    fn sections_that_cannot_be_written_are_an_error_and_leave_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("db")).unwrap();
        let nowhere = folder.path().join("missing").join("graph-0.parts");
        let sections = build(&store, None, Some(&nowhere)).unwrap();
        let snapshot = folder.path().join("graph-0.snapshot");
        assert!(sections.write(&snapshot, [0; 16], 0).is_err());
        let left: Vec<_> = graph_files(folder.path()).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
