//! A disk that forgets: what a program did to it, and what a power cut may leave of that.
//!
//! The model is the strict reading of POSIX: what was written to a file lasts once the file is synced, and a name lasts
//! once its directory is synced. Before that, each write may be there, missing, or there in part (in sectors of 512
//! bytes), in any combination; of the names in a directory, the first few changes are there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path};

use super::trace::{Event, Kind};

const SECTOR: u64 = 512;

type Names = BTreeMap<String, usize>;

/// A file or a directory.
#[derive(Clone, Default)]
struct Node {
    /// Its names, if it is a directory.
    names: Option<Names>,
    synced_names: Names,
    unsynced_names: Vec<Change>,
    content: Vec<u8>,
    synced: Vec<u8>,
    unsynced: Vec<Write>,
}

/// A change of a directory, which happens as a whole.
#[derive(Clone)]
struct Change {
    gone: Option<String>,
    named: Option<(String, usize)>,
}

#[derive(Clone)]
enum Write {
    Bytes(u64, Vec<u8>),
    Length(u64),
}

/// The disk; node 0 is its root.
pub struct Disk {
    nodes: Vec<Node>,
}

impl Disk {
    pub fn new() -> Self {
        Self { nodes: vec![Node::directory()] }
    }

    fn find(&self, path: &Path) -> Option<usize> {
        parts(path).iter().try_fold(0, |node, part| self.nodes[node].names.as_ref()?.get(part).copied())
    }

    /// The directory that a path is in, and its name there.
    fn place(&self, path: &Path) -> (usize, String) {
        let name = parts(path).pop().expect("the root is never made or moved");
        (self.find(path.parent().unwrap()).expect("what is made has a directory"), name)
    }

    fn change(&mut self, directory: usize, change: Change) {
        let node = &mut self.nodes[directory];
        change.apply(node.names.as_mut().unwrap());
        node.unsynced_names.push(change);
    }

    fn make(&mut self, path: &Path, node: Node) {
        let (directory, name) = self.place(path);
        self.nodes.push(node);
        self.change(directory, Change { gone: None, named: Some((name, self.nodes.len() - 1)) });
    }

    fn write(&mut self, path: &Path, write: Write) {
        // What was unlinked and is still open is nobody's any more.
        let Some(node) = self.find(path) else { return };
        let node = &mut self.nodes[node];
        write.apply(&mut node.content);
        node.unsynced.push(write);
    }

    /// What a program did next.
    pub fn apply(&mut self, event: &Event) {
        let path = &event.path;
        match event.kind {
            Kind::Write => self.write(path, Write::Bytes(event.offset, event.data.clone())),
            Kind::Length => self.write(path, Write::Length(event.offset)),
            Kind::File => self.make(path, Node::default()),
            Kind::Directory => self.make(path, Node::directory()),
            Kind::Removed => {
                let (directory, name) = self.place(path);
                self.change(directory, Change { gone: Some(name), named: None });
            }
            Kind::Renamed => {
                let node = self.find(path).expect("what is renamed is there");
                let (from, old) = self.place(path);
                let (to, new) = self.place(&event.other);
                assert_eq!(from, to, "a move from one directory to another is not foreseen here");
                self.change(from, Change { gone: Some(old), named: Some((new, node)) });
            }
            Kind::Synced => {
                let Some(node) = self.find(path) else { return };
                let node = &mut self.nodes[node];
                node.unsynced.clear();
                node.synced.clone_from(&node.content);
                node.unsynced_names.clear();
                node.synced_names = node.names.clone().unwrap_or_default();
            }
            Kind::Said => {}
        }
    }

    /// Writes what is there while the power is on.
    pub fn now(&self, to: &Path) {
        self.leave(0, to, &|node| node.names.clone().unwrap_or_default(), &mut |node| node.content.clone());
    }

    /// Writes what a power cut leaves; `below(n)` gives a number below n.
    pub fn after_a_cut(&self, to: &Path, below: &mut dyn FnMut(u64) -> u64) {
        // Names first: how many of the changes of each directory have come to last.
        let kept: Vec<usize> =
            self.nodes.iter().map(|node| below(node.unsynced_names.len() as u64 + 1) as usize).collect();
        let names = |node: &Node| {
            let at = self.nodes.iter().position(|other| std::ptr::eq(other, node)).unwrap();
            let mut names = node.synced_names.clone();
            node.unsynced_names.iter().take(kept[at]).for_each(|change| change.apply(&mut names));
            names
        };
        self.leave(0, to, &names, &mut |node| {
            let mut content = node.synced.clone();
            for write in &node.unsynced {
                match (below(4), write) {
                    (0, _) => {}
                    (1, Write::Bytes(at, data)) => {
                        let end = at + below(data.len() as u64 + 1);
                        let length = (end / SECTOR * SECTOR).saturating_sub(*at);
                        Write::Bytes(*at, data[..length as usize].to_vec()).apply(&mut content);
                    }
                    _ => write.apply(&mut content),
                }
            }
            content
        });
    }

    fn leave(&self, node: usize, to: &Path, names: &dyn Fn(&Node) -> Names, content: &mut dyn FnMut(&Node) -> Vec<u8>) {
        let node = &self.nodes[node];
        if node.names.is_none() {
            return fs::write(to, content(node)).unwrap();
        }
        fs::create_dir_all(to).unwrap();
        for (name, inner) in names(node) {
            self.leave(inner, &to.join(name), names, content);
        }
    }
}

impl Node {
    fn directory() -> Self {
        Self { names: Some(Names::new()), ..Self::default() }
    }
}

impl Change {
    fn apply(&self, names: &mut Names) {
        if let Some(gone) = &self.gone {
            names.remove(gone);
        }
        if let Some((name, node)) = &self.named {
            names.insert(name.clone(), *node);
        }
    }
}

impl Write {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Write::Length(length) => content.resize(*length as usize, 0),
            Write::Bytes(_, data) if data.is_empty() => {}
            Write::Bytes(at, data) => {
                let (at, end) = (*at as usize, *at as usize + data.len());
                content.resize(content.len().max(end), 0);
                content[at..end].copy_from_slice(data);
            }
        }
    }
}

fn parts(path: &Path) -> Vec<String> {
    let name = |part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    };
    path.components().filter_map(name).collect()
}
