//! What a program did to a directory, recorded by `record.c`.

use std::path::{Path, PathBuf};

/// One thing that was done. Paths are relative to the directory that is watched.
pub struct Event {
    pub kind: Kind,
    pub path: PathBuf,
    pub other: PathBuf,
    pub offset: u64,
    pub data: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Write,
    Length,
    Synced,
    File,
    Directory,
    Renamed,
    Removed,
    Said,
}

/// Reads a recording of what was done below `root`.
pub fn read(mut bytes: &[u8], root: &Path) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        bytes = &bytes[end + 1..];
        let words: Vec<&str> = head.split(' ').collect();
        let number = |at: usize| words[at].parse::<u64>().unwrap();
        let mut take = |length: u64| {
            let (taken, rest) = bytes.split_at(length as usize);
            bytes = rest;
            taken.to_vec()
        };
        let path = |bytes: Vec<u8>| {
            let path = PathBuf::from(String::from_utf8(bytes).unwrap());
            path.strip_prefix(root).map(Path::to_owned).unwrap_or(path)
        };
        let kind = match words[0] {
            "W" => Kind::Write,
            "T" => Kind::Length,
            "S" => Kind::Synced,
            "C" => Kind::File,
            "D" => Kind::Directory,
            "R" => Kind::Renamed,
            "U" | "X" => Kind::Removed,
            "A" => Kind::Said,
            other => panic!("{other:?} is no kind of event"),
        };
        let event = Event {
            kind,
            path: path(take(number(1))),
            other: path(take(number(2))),
            offset: number(3),
            data: take(number(4)),
        };
        events.push(event);
    }
    events
}
