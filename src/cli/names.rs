//! Names compared on the command line, and the comparison measured on labelled pairs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::args::{Names, Shape};
use super::{Failure, Terminal};
use crate::model::Diagnostic;
use crate::names::{Comparison, NameKind, Prepared, THRESHOLD, explain};
use crate::schema::nearest;
use crate::write::safe;

/// Runs a command about names.
///
/// # Errors
/// A file cannot be read or is refused, or the output cannot be written.
pub fn run(command: &Names, terminal: &Terminal) -> Result<(), Failure> {
    match command {
        Names::Compare { one, other, kind, format } => compare(one, other, *kind, *format, terminal),
        Names::Score { file, threshold, sweep, format } => {
            let pairs = read(file)?;
            let measured = Measured { threshold: threshold.unwrap_or(THRESHOLD), pairs };
            match format {
                Shape::Text => measured.print(*sweep, terminal),
                Shape::Json => terminal.print(&measured.json(*sweep).to_string()),
            }
        }
    }
}

fn compare(one: &str, other: &str, kind: NameKind, format: Shape, terminal: &Terminal) -> Result<(), Failure> {
    let found = explain(&Prepared::of(one, kind), &Prepared::of(other, kind));
    match format {
        Shape::Json => {
            let found = json!({ "score": rounded(found.score), "same": found.is_match(), "threshold": THRESHOLD,
                "reasons": found.reasons });
            terminal.print(&found.to_string())
        }
        Shape::Text => {
            let verdict = if found.is_match() { "the same" } else { "not the same" };
            terminal.print(&format!("{:.2}  {verdict} (from {THRESHOLD:.2} on)", found.score))?;
            found.reasons.iter().try_for_each(|reason| terminal.print(&format!("  {}", safe(reason))))
        }
    }
}

/// Two names, what somebody says of them, and what was found.
struct Pair {
    group: String,
    names: [String; 2],
    same: bool,
    found: Comparison,
}

struct Measured {
    threshold: f64,
    pairs: Vec<Pair>,
}

/// How often the verdict was right at a threshold.
#[derive(Clone, Copy, Default)]
struct Counts {
    found: usize,
    wrong: usize,
    missed: usize,
}

impl Counts {
    fn of<'a>(pairs: impl Iterator<Item = &'a Pair>, threshold: f64) -> Self {
        pairs.fold(Self::default(), |counts, pair| match (pair.same, pair.found.score >= threshold) {
            (true, true) => Self { found: counts.found + 1, ..counts },
            (true, false) => Self { missed: counts.missed + 1, ..counts },
            (false, true) => Self { wrong: counts.wrong + 1, ..counts },
            (false, false) => counts,
        })
    }

    /// Precision, recall and F1; nothing to be found counts as found.
    fn rates(self) -> [f64; 3] {
        let share = |part: usize, rest: usize| if part + rest == 0 { 1.0 } else { part as f64 / (part + rest) as f64 };
        let both = share(2 * self.found, self.wrong + self.missed);
        [share(self.found, self.wrong), share(self.found, self.missed), both]
    }

    fn line(self, head: &str) -> String {
        let [precision, recall, both] = self.rates();
        let Self { wrong, missed, .. } = self;
        format!("{head:<24} {precision:>9.3} {recall:>8.3} {both:>7.3} {wrong:>7} {missed:>7}")
    }

    fn json(self, threshold: f64) -> serde_json::Value {
        let [precision, recall, both] = self.rates().map(rounded);
        json!({ "threshold": threshold, "precision": precision, "recall": recall, "f1": both,
            "found": self.found, "wrong": self.wrong, "missed": self.missed })
    }
}

fn rounded(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

/// The thresholds of a sweep.
fn thresholds() -> impl Iterator<Item = f64> {
    (10..20).map(|step| f64::from(step) * 5.0 / 100.0)
}

impl Measured {
    fn counts(&self, threshold: f64) -> Counts {
        Counts::of(self.pairs.iter(), threshold)
    }

    fn groups(&self) -> BTreeMap<&str, Counts> {
        let names: BTreeMap<&str, ()> = self.pairs.iter().map(|pair| (pair.group.as_str(), ())).collect();
        let of = |name: &str| Counts::of(self.pairs.iter().filter(|pair| pair.group == name), self.threshold);
        names.into_keys().filter(|name| !name.is_empty()).map(|name| (name, of(name))).collect()
    }

    /// The pairs whose verdict is wrong, those taken for the same first.
    fn wrong(&self) -> Vec<&Pair> {
        let is_wrong = |pair: &&Pair| pair.same != (pair.found.score >= self.threshold);
        let mut wrong: Vec<&Pair> = self.pairs.iter().filter(is_wrong).collect();
        wrong.sort_by_key(|pair| pair.same);
        wrong
    }

    fn print(&self, sweep: bool, terminal: &Terminal) -> Result<(), Failure> {
        let same = self.pairs.iter().filter(|pair| pair.same).count();
        terminal.print(&format!("{} pairs, {same} of them the same\n", self.pairs.len()))?;
        terminal.print(&format!(
            "{:<24} {:>9} {:>8} {:>7} {:>7} {:>7}",
            "", "precision", "recall", "F1", "wrong", "missed"
        ))?;
        terminal.print(&self.counts(self.threshold).line(&format!("from {:.2} on", self.threshold)))?;
        for (group, counts) in self.groups() {
            terminal.print(&counts.line(&format!("  {}", safe(group))))?;
        }
        if sweep {
            terminal.print("")?;
            for threshold in thresholds() {
                terminal.print(&self.counts(threshold).line(&format!("from {threshold:.2} on")))?;
            }
        }
        for (number, pair) in self.wrong().into_iter().enumerate() {
            if number == 0 {
                terminal.print("\nwrong pairs")?;
            }
            let what = if pair.same { "missed" } else { "taken for the same" };
            let [one, other] = &pair.names;
            let reasons = pair.found.reasons.join("; ");
            let line = format!("{:.2}  {what}: {} | {}: {}", pair.found.score, safe(one), safe(other), safe(&reasons));
            terminal.print(&line)?;
        }
        Ok(())
    }

    fn json(&self, sweep: bool) -> serde_json::Value {
        let wrong: Vec<_> = self
            .wrong()
            .into_iter()
            .map(|pair| {
                json!({ "group": pair.group, "name1": pair.names[0], "name2": pair.names[1], "is_match": pair.same,
                    "score": rounded(pair.found.score), "reasons": pair.found.reasons })
            })
            .collect();
        let mut all = self.counts(self.threshold).json(self.threshold);
        if let Some(all) = all.as_object_mut() {
            all.insert("pairs".to_owned(), json!(self.pairs.len()));
            let groups: BTreeMap<&str, _> =
                self.groups().into_iter().map(|(name, counts)| (name, counts.json(self.threshold))).collect();
            all.insert("groups".to_owned(), json!(groups));
            if sweep {
                let rows: Vec<_> = thresholds().map(|threshold| self.counts(threshold).json(threshold)).collect();
                all.insert("sweep".to_owned(), json!(rows));
            }
            all.insert("wrong_pairs".to_owned(), json!(wrong));
        }
        all
    }
}

/// The columns that are read.
const COLUMNS: [&str; 5] = ["case_group", "schema", "name1", "name2", "is_match"];

/// Reads labelled pairs and compares them.
fn read(path: &Path) -> Result<Vec<Pair>, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::Read { path: path.to_owned(), error })?;
    let file = path.display().to_string();
    let refuse = |diagnostic: Diagnostic| Failure::Refused(Box::new(diagnostic.in_file(file.as_str())));
    let text = String::from_utf8(bytes).map_err(|error| {
        let good =
            String::from_utf8_lossy(error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default());
        refuse(Diagnostic::new(&good, good.len()..good.len(), "this is not UTF-8"))
    })?;
    // A mark of the byte order is no part of the first column's name.
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let broken = |error: csv::Error| {
        let at = error.position().map_or(0, |position| position.byte() as usize);
        refuse(Diagnostic::new(text, at..at + 1, error.to_string()))
    };
    let header = reader.headers().map_err(broken)?.clone();
    let column = |name: &str| header.iter().position(|column| column.trim() == name);
    let mut places = [None; COLUMNS.len()];
    for (place, name) in places.iter_mut().zip(COLUMNS) {
        *place = column(name);
        if place.is_none() && !matches!(name, "case_group" | "schema") {
            let end = text.find('\n').unwrap_or(text.len());
            let missing = Diagnostic::new(text, 0..end, format!("there is no column `{name}`"));
            let help = match nearest(name, header.iter()) {
                Some(near) => format!(
                    "did you mean `{near}`? The columns are name1, name2, is_match and, if known, schema and case_group"
                ),
                None => "the columns are name1, name2, is_match and, if known, schema and case_group".to_owned(),
            };
            return Err(refuse(missing.help(help)));
        }
    }
    let mut pairs = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(broken)? {
        let [group, schema, one, other, same] = places.map(|place| place.and_then(|place| record.get(place)));
        let start = record.position().map_or(0, |position| position.byte() as usize);
        let end = reader.position().byte() as usize;
        let at = |cell: &str| {
            let start = start + text.get(start..end).and_then(|line| line.find(cell)).unwrap_or(0);
            start..start + cell.len()
        };
        let (Some(one), Some(other), Some(same)) = (one, other, same) else {
            let message = format!("this row has {} cells, and the header {}", record.len(), header.len());
            return Err(refuse(Diagnostic::new(text, start..end, message)));
        };
        let same = match same.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => true,
            "false" | "0" | "no" => false,
            _ => {
                let message = format!("{same:?} says neither that the names match nor that they do not");
                return Err(refuse(Diagnostic::new(text, at(same), message).help("is_match is `true` or `false`")));
            }
        };
        // Of FollowTheMoney's many kinds a few decide how a name is read; with the others the words decide.
        let kind = schema.and_then(|schema| schema.trim().parse().ok()).unwrap_or_default();
        pairs.push(Pair {
            group: group.unwrap_or_default().to_owned(),
            found: explain(&Prepared::of(one, kind), &Prepared::of(other, kind)),
            names: [one.to_owned(), other.to_owned()],
            same,
        });
    }
    Ok(pairs)
}
