//! What the tests share: the program, run on a database of its own, and the test data.

// Each test program uses a part of this.
#![allow(dead_code, reason = "each test program uses a part of this")]

pub mod gold;
pub mod paper;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A folder of test data, or `None`, saying so, where it is missing and `CI` is not set.
pub fn shared(inside: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("TIELINE_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let folder = shared.join(inside);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", folder.display());
    println!("skipped: {} is missing", folder.display());
    None
}

/// A file or folder of the repository.
pub fn repository(inside: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(inside)
}

/// What a run of the program left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The exit code; -1 for a program that was killed.
    pub code: i32,
    /// The standard output.
    pub out: String,
    /// The standard error.
    pub err: String,
}

impl Ran {
    /// The standard output of a run that must have succeeded.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self.out
    }

    /// The standard error of a run that must have failed with this code, without output and without a panic.
    #[track_caller]
    pub fn fails(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        assert_eq!(self.out, "", "{}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        assert!(!self.err.trim().is_empty());
        self.err
    }
}

/// A folder with a database, `db`, that the program is run on.
pub struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    /// An empty one: there is no database yet.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// One with the seeds in its database.
    pub fn with_seeds() -> Self {
        let home = Self::new();
        home.run(["load".as_ref(), repository("seeds").as_os_str()]).ok();
        home
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A path inside the folder.
    pub fn at(&self, inside: &str) -> PathBuf {
        self.path().join(inside)
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.at("db")
    }

    /// Writes a file in the folder.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// The program with these arguments, in the folder, with nothing of the environment that changes what it does.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tieline"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "RUST_BACKTRACE", "XDG_STATE_HOME"] {
            command.env_remove(name);
        }
        command.env("TIELINE_DB", self.database()).env("HOME", self.path()).env("USER", "tester").env("TERM", "xterm");
        command
    }

    /// Runs the program.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Ran {
        finish(self.command(arguments))
    }

    /// Runs the program with an input.
    pub fn run_with<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>, input: impl AsRef<[u8]>) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that reads nothing closes its input: that is its right.
        let _ = child.stdin.take().unwrap().write_all(input.as_ref());
        ran(child.wait_with_output().unwrap())
    }

    /// Answers a statement.
    pub fn query(&self, statement: &str) -> Ran {
        self.run(["query", statement])
    }

    /// Answers a statement with a JSON object.
    #[track_caller]
    pub fn json(&self, statement: &str) -> Value {
        serde_json::from_str(&self.run(["query", "--format", "json", statement]).ok()).unwrap()
    }

    /// The ids that a statement with `| ids` answers.
    #[track_caller]
    pub fn ids(&self, statement: &str) -> Vec<String> {
        let answer = self.json(&format!("{statement} | ids"));
        answer["rows"].as_array().unwrap().iter().map(|row| row[0].as_str().unwrap().to_owned()).collect()
    }

    /// Loads Mapping Militants into the database, if it is there to be loaded.
    pub fn import_militants(&self) -> Option<Ran> {
        let tables = shared("data/mapping-militants")?;
        Some(self.run([
            "import".as_ref(),
            "csv".as_ref(),
            "--mapping".as_ref(),
            repository("schema/mappings/mapping-militants.toml").as_os_str(),
            tables.join("groups.csv").as_os_str(),
            tables.join("relationships.csv").as_os_str(),
        ]))
    }

    /// Everything that is on disk in the folder but the lock, by path.
    pub fn digest(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        files(self.path()).into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
    }
}

/// Runs a command to its end.
pub fn finish(mut command: Command) -> Ran {
    ran(command.output().unwrap())
}

fn ran(output: std::process::Output) -> Ran {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// All files under a directory, in order.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Copies a directory with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
