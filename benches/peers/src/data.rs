//! The generated tables, read as anyone would read them.

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::path::Path;

use serde::Deserialize;
use tieline::model::{Bounds, Period};
use tieline::schema::Schema;

/// A row of `entities.csv`.
#[derive(Debug, Deserialize)]
pub struct EntityRow<'r> {
    pub id: &'r str,
    pub kind: &'r str,
    pub r#type: &'r str,
    pub name: &'r str,
    pub alias: &'r str,
}

/// A row of `links.csv`.
#[derive(Debug, Deserialize)]
pub struct LinkRow<'r> {
    pub from: &'r str,
    pub kind: &'r str,
    pub to: &'r str,
    pub since: &'r str,
    pub until: &'r str,
    pub credibility: u8,
}

/// Calls `see` with each row of `entities.csv` in `folder`.
pub fn each_entity(
    folder: &Path,
    mut see: impl FnMut(EntityRow<'_>) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut reader = csv::Reader::from_reader(File::open(folder.join("entities.csv"))?);
    let headers = reader.headers()?.clone();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        see(record.deserialize(Some(&headers))?)?;
    }
    Ok(())
}

/// Calls `see` with each row of `links.csv` in `folder`.
pub fn each_link(
    folder: &Path,
    mut see: impl FnMut(LinkRow<'_>) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut reader = csv::Reader::from_reader(File::open(folder.join("links.csv"))?);
    let headers = reader.headers()?.clone();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record)? {
        see(record.deserialize(Some(&headers))?)?;
    }
    Ok(())
}

/// The first and the last day on which a link of these dates may hold, in days since 1970-01-01.
pub fn days(since: &str, until: &str) -> Result<(i32, i32), Box<dyn Error>> {
    let date = |text: &str| if text.is_empty() { Ok(None) } else { text.parse::<Period>().map(Some) };
    let bounds = match (date(since)?, date(until)?) {
        (None, None) => Bounds::UNKNOWN,
        (since, until) => Period::interval(since, until)?.bounds(),
    };
    Ok(bounds.range())
}

/// The ends of a link in the order in which its kind is recorded: of a symmetric one the smaller id first.
pub fn turned<'r>(row: &LinkRow<'r>) -> (&'r str, &'r str) {
    let symmetric = Schema::builtin().link(row.kind).is_some_and(|kind| kind.symmetric);
    if symmetric && row.to < row.from { (row.to, row.from) } else { (row.from, row.to) }
}

/// Numbers for texts, from 0 in the order of their coming.
#[derive(Debug, Default)]
pub struct Numbers {
    pub texts: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Numbers {
    /// The number of a text that has one.
    pub fn of(&self, text: &str) -> Result<u32, Box<dyn Error>> {
        self.numbers.get(text).copied().ok_or_else(|| format!("{text} is not known").into())
    }

    /// The number of a text, a new one if it has none.
    pub fn add(&mut self, text: &str) -> u32 {
        if let Some(&known) = self.numbers.get(text) {
            return known;
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }
}
