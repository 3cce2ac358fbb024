//! All entities of the files with what is said of them, before it is known what refers to what.

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::entry::Entry;
use super::lines::{Lines, about};
use crate::model::{Diagnostic, Period};
use crate::schema::ftm::{self, is_property, narrower};

/// The most messages that are reported.
const MOST_PROBLEMS: usize = 50;
/// The longest note of a statement, in bytes.
const MOST_NOTE: usize = 1_500;
/// Lines between two reports of progress.
const REPORT: u32 = 1024;

/// An entity or an edge, with all that is said of it.
#[derive(Debug)]
pub struct Raw {
    /// Its id.
    pub id: Box<str>,
    /// Its schema.
    pub schema: Box<str>,
    /// The file in which it was met first.
    pub file: u32,
    /// The line in which it was met first.
    pub line: u32,
    /// What is said of it.
    pub facts: Vec<Fact>,
}

/// A value of a property, or of a field beside the properties (whose names start with `@`).
#[derive(Debug)]
pub struct Fact {
    /// Which property, by its place in [`Gathered::properties`].
    pub property: u32,
    /// The value.
    pub value: Box<str>,
    /// The data set that says it, by its place in [`Gathered::datasets`].
    pub dataset: u32,
    /// The language of the value.
    pub language: Option<Box<str>>,
    /// What else the statement says of itself.
    pub note: Option<Box<str>>,
    /// The line.
    pub line: u32,
}

/// A data set.
#[derive(Debug)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// When any of its entities was seen last, to the day.
    pub last_seen: Option<String>,
}

/// What the files say.
#[derive(Debug)]
pub struct Gathered {
    /// The entities in the order of their first mention.
    pub entities: Vec<Raw>,
    /// The place of each.
    pub places: HashMap<Box<str>, u32>,
    /// The names of properties.
    pub properties: Vec<String>,
    /// The data sets; the first is that of entities that name none or several.
    pub datasets: Vec<Dataset>,
    /// Ids of entities that changes delete.
    pub deleted: Vec<String>,
    /// Whether some lines are changes of what is known, and the rest stays as it is.
    pub changes: bool,
    /// What is wrong.
    pub problems: Vec<Diagnostic>,
    /// How many problems there are beyond those.
    pub more: usize,
    numbers: HashMap<String, u32>,
    dataset_numbers: HashMap<String, u32>,
}

impl Gathered {
    /// Reads the files; `dataset` is the data set of what names none or several.
    pub fn read(files: &[PathBuf], dataset: String, progress: &mut dyn FnMut(u64)) -> Self {
        let mut gathered = Self::nothing(dataset);
        let mut before = 0;
        for (number, path) in files.iter().enumerate() {
            match Lines::open(path) {
                Ok(mut lines) => {
                    gathered.file(files, number as u32, &mut lines, &mut |bytes| progress(before + bytes));
                    before += lines.bytes();
                }
                Err(problem) => gathered.problem(problem),
            }
        }
        gathered
    }

    /// Reads bytes as one file; `name` stands for it in messages.
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        let mut gathered = Self::nothing(name.to_owned());
        gathered.file(&[PathBuf::from(name)], 0, &mut Lines::of(name, bytes), &mut |_| ());
        gathered
    }

    fn nothing(dataset: String) -> Self {
        let first = HashMap::from([(dataset.clone(), 0)]);
        Self {
            entities: Vec::new(),
            places: HashMap::new(),
            properties: Vec::new(),
            datasets: vec![Dataset { name: dataset, last_seen: None }],
            deleted: Vec::new(),
            changes: false,
            problems: Vec::new(),
            more: 0,
            numbers: HashMap::new(),
            dataset_numbers: first,
        }
    }

    /// Notes a problem.
    pub fn problem(&mut self, problem: Diagnostic) {
        if self.problems.len() < MOST_PROBLEMS { self.problems.push(problem) } else { self.more += 1 }
    }

    /// The name of a property.
    pub fn property(&self, fact: &Fact) -> &str {
        self.properties.get(fact.property as usize).map_or("", String::as_str)
    }

    fn file(&mut self, files: &[PathBuf], file: u32, lines: &mut Lines<'_>, progress: &mut dyn FnMut(u64)) {
        loop {
            let parsed = match lines.next() {
                Ok(None) => break,
                Ok(Some(line)) => Entry::parse(line),
                // What follows a line that cannot be read is no line that anybody wrote.
                Err(problem) => return self.problem(problem),
            };
            let noted = match parsed {
                Ok(entry) => self.entry(files, file, lines.number(), entry),
                Err(error) => {
                    let at = error.column().saturating_sub(1);
                    let text = error.to_string();
                    let message = text.rsplit_once(" at line").map_or(text.as_str(), |(message, _)| message);
                    let problem = lines.wrong(at..at + 1, message.to_owned());
                    let help =
                        if error.is_eof() { Some("the line ends too early: is the file cut off?") } else { None };
                    self.problem(Diagnostic { help: help.map(str::to_owned), ..problem });
                    continue;
                }
            };
            if let Err((near, message)) = noted {
                let mut problem = lines.wrong(0..0, message);
                if let Some(at) = problem.excerpt.find(&format!("\"{near}\"")) {
                    problem.span = at..at + near.len() + 2;
                    problem.column = at + 1;
                }
                self.problem(problem);
            }
            if lines.number().is_multiple_of(REPORT) {
                progress(lines.bytes());
            }
        }
        progress(lines.bytes());
    }

    /// Notes an entry, or says what is wrong with it and near which word.
    fn entry(&mut self, files: &[PathBuf], file: u32, line: u32, entry: Entry) -> Result<(), (String, String)> {
        if let Some(op) = &entry.op {
            self.changes = true;
            let Some(entity) = entry.entity else {
                return Err(("op".to_owned(), "a change needs \"entity\"".to_owned()));
            };
            return match op.as_str() {
                "ADD" | "MOD" => self.entity(files, file, line, *entity),
                "DEL" => {
                    self.deleted.push(entity.id.ok_or(("entity".to_owned(), "the entity has no id".to_owned()))?);
                    Ok(())
                }
                _ => Err((op.clone(), format!("{op:?} is no change; it is one of ADD, MOD, DEL"))),
            };
        }
        if entry.prop.is_some() {
            self.statement(files, file, line, entry)
        } else {
            self.entity(files, file, line, entry)
        }
    }

    fn entity(&mut self, files: &[PathBuf], file: u32, line: u32, entry: Entry) -> Result<(), (String, String)> {
        let missing = |field: &str| (String::new(), format!("an entity needs {field:?}"));
        let id = entry.id.filter(|id| !id.is_empty()).ok_or_else(|| missing("id"))?;
        let schema = entry.schema.filter(|schema| is_property(schema)).ok_or_else(|| missing("schema"))?;
        let properties = entry.properties.ok_or_else(|| missing("properties"))?;
        let dataset = match entry.datasets.as_slice() {
            [one] => self.dataset(one),
            _ => 0,
        };
        if let Some(seen) = &entry.last_seen {
            self.seen(dataset, seen);
        }
        let place = self.place(files, file, line, &id, &schema)?;
        let mut say = |property: &str, value: String| {
            let property = self.number(property);
            let fact = Fact { property, value: value.into(), dataset, language: None, note: None, line };
            if let Some(raw) = self.entities.get_mut(place) {
                raw.facts.push(fact);
            }
        };
        for (property, values) in properties.0 {
            if !is_property(&property) || property.starts_with('@') {
                return Err((property.clone(), format!("{property:?} is no name of a property")));
            }
            values.into_iter().for_each(|value| say(&property, value));
        }
        if entry.datasets.len() > 1 {
            entry.datasets.into_iter().for_each(|name| say("@datasets", name));
        }
        entry.referents.into_iter().for_each(|id| say("@referents", id));
        let fields = [
            ("@caption", entry.caption),
            ("@target", entry.target.map(|target| target.to_string())),
            ("@first_seen", entry.first_seen),
            ("@last_seen", entry.last_seen),
            ("@last_change", entry.last_change),
            ("@other", (!entry.other.is_empty()).then(|| Value::Object(entry.other).to_string())),
        ];
        for (field, value) in fields {
            value.into_iter().for_each(|value| say(field, value));
        }
        Ok(())
    }

    fn statement(&mut self, files: &[PathBuf], file: u32, line: u32, entry: Entry) -> Result<(), (String, String)> {
        let missing = |field: &str| (String::new(), format!("a statement needs {field:?}"));
        let entity = entry.canonical_id.clone().or_else(|| entry.entity_id.clone()).filter(|id| !id.is_empty());
        let id = entity.ok_or_else(|| missing("entity_id"))?;
        let schema = entry.schema.filter(|schema| is_property(schema)).ok_or_else(|| missing("schema"))?;
        let property = entry.prop.unwrap_or_default();
        let value = entry.value.ok_or_else(|| missing("value"))?;
        if !is_property(&property) || property.starts_with('@') {
            return Err((property.clone(), format!("{property:?} is no name of a property")));
        }
        let dataset = entry.dataset.as_deref().map_or(0, |name| self.dataset(name));
        if let Some(seen) = &entry.last_seen {
            self.seen(dataset, seen);
        }
        let place = self.place(files, file, line, &id, &schema)?;
        // Such a statement says that the entity is there, with a digest as its value.
        if property == "id" {
            return Ok(());
        }
        let mut note = Map::new();
        let mut keep = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                note.insert(key.to_owned(), json!(value));
            }
        };
        keep("statement", entry.id);
        keep("entity_id", entry.entity_id.filter(|own| *own != id));
        keep("first_seen", entry.first_seen);
        note.extend(entry.other.into_iter().filter(|(_, value)| !value.is_null()));
        let mut note = (!note.is_empty()).then(|| (ftm::note(&note), note));
        // A claim has room for a value and a short note.
        if let Some((text, fields)) = &mut note
            && text.len() > MOST_NOTE
        {
            fields.remove("original_value");
            *text = ftm::note(fields);
        }
        let note = note.map(|(text, _)| text).filter(|text| text.len() <= MOST_NOTE);
        let fact = Fact {
            property: self.number(&property),
            value: value.into(),
            dataset,
            language: entry.lang.filter(|lang| !lang.is_empty()).map(Into::into),
            note: note.map(Into::into),
            line,
        };
        if let Some(raw) = self.entities.get_mut(place) {
            raw.facts.push(fact);
        }
        Ok(())
    }

    /// The place of an entity, made at its first mention.
    fn place(
        &mut self,
        files: &[PathBuf],
        file: u32,
        line: u32,
        id: &str,
        schema: &str,
    ) -> Result<usize, (String, String)> {
        if let Some(&place) = self.places.get(id) {
            let place = place as usize;
            let Some(raw) = self.entities.get_mut(place) else { return Ok(place) };
            match narrower(&raw.schema, schema) {
                Some(narrow) if *raw.schema == *narrow => {}
                Some(narrow) => raw.schema = narrow.into(),
                None => {
                    let first = files.get(raw.file as usize).map(|path| path.display().to_string()).unwrap_or_default();
                    let message = format!(
                        "{id:?} is a {schema} here and a {} in {first}, line {}; one entity has one schema",
                        raw.schema, raw.line
                    );
                    return Err((schema.to_owned(), message));
                }
            }
            return Ok(place);
        }
        let place = self.entities.len();
        self.entities.push(Raw { id: id.into(), schema: schema.into(), file, line, facts: Vec::new() });
        self.places.insert(id.into(), place as u32);
        Ok(place)
    }

    fn number(&mut self, property: &str) -> u32 {
        if let Some(&number) = self.numbers.get(property) {
            return number;
        }
        let number = self.properties.len() as u32;
        self.properties.push(property.to_owned());
        self.numbers.insert(property.to_owned(), number);
        number
    }

    fn dataset(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.dataset_numbers.get(name) {
            return number;
        }
        let number = self.datasets.len() as u32;
        self.datasets.push(Dataset { name: name.to_owned(), last_seen: None });
        self.dataset_numbers.insert(name.to_owned(), number);
        number
    }

    /// Notes when a data set was seen, to the day: the last such day is its release.
    fn seen(&mut self, dataset: u32, time: &str) {
        let day = time.get(..10).unwrap_or(time);
        let Some(dataset) = self.datasets.get_mut(dataset as usize) else { return };
        if day.parse::<Period>().is_ok() && dataset.last_seen.as_deref().is_none_or(|last| last < day) {
            dataset.last_seen = Some(day.to_owned());
        }
    }

    /// Notes a problem of an entity at the line of its first mention.
    pub fn problem_of(&mut self, files: &[PathBuf], place: usize, near: &str, message: String, help: Option<String>) {
        if self.problems.len() >= MOST_PROBLEMS {
            self.more += 1;
            return;
        }
        let Some(raw) = self.entities.get(place) else { return };
        let Some(path) = files.get(raw.file as usize) else { return };
        let problem = about(path, raw.line, near, message);
        self.problem(Diagnostic { help, ..problem });
    }
}
