//! FollowTheMoney JSON lines out: entities and edges, as [`schema::ftm`](crate::schema::ftm) says.
//!
//! [`Records`] takes claims in the order in which they were made and makes one entry of each entity and of each link. What
//! FollowTheMoney cannot say without making it more than was said (an allegation, a denial) is left out and counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

use serde::Serialize;
use serde_json::{Map, Value};
use xxhash_rust::xxh3::xxh3_128;

use crate::model::{
    Claim, Credibility, EntityNo, Grade, Modality, NameRole, Period, Reliability, Says, Source, Words, primary_name,
};
use crate::schema::ftm::{
    NAMES, REFERENCE, SOURCE, from_id, is_by_name, is_plain_date, name_property, noted, property_of,
};
use crate::schema::{LinkKind, Schema, ValueType};

/// An entry: one line.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Entry {
    /// The id.
    pub id: String,
    /// The name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// The schema.
    pub schema: String,
    /// The properties.
    pub properties: BTreeMap<String, Vec<String>>,
    /// Ids that were found to be the same entity.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub referents: Vec<String>,
    /// The data sets that say something of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub datasets: Vec<String>,
    /// Times, and fields that FollowTheMoney has in some places only.
    #[serde(flatten)]
    pub fields: BTreeMap<String, Value>,
    /// What says each value, if that is wanted.
    #[serde(skip)]
    said: Vec<Statement>,
    /// Who says what is said next.
    #[serde(skip)]
    origin: Option<Origin>,
}

/// Who says a value: the number of the source, its language, and what its note says of it.
#[derive(Clone, Debug, PartialEq)]
struct Origin {
    source: u32,
    language: Option<Box<str>>,
    note: Map<String, Value>,
}

/// A value of a property as one source says it.
#[derive(Clone, Debug, PartialEq)]
struct Statement {
    property: String,
    value: String,
    origin: Origin,
}

impl Entry {
    fn say(&mut self, property: &str, value: &str) {
        if let Some(origin) = &self.origin {
            let (property, value) = (property.to_owned(), value.to_owned());
            self.said.push(Statement { property, value, origin: origin.clone() });
        }
        let values = match self.properties.get_mut(property) {
            Some(values) => values,
            None => self.properties.entry(property.to_owned()).or_default(),
        };
        add(values, value);
    }

    /// A field beside the properties; of several times the first (`first_seen`) or the last one counts.
    fn field(&mut self, field: &str, value: &str) {
        match field {
            "caption" => self.caption = Some(value.to_owned()),
            "schema" => self.schema = value.to_owned(),
            "datasets" => add(&mut self.datasets, value),
            "referents" => add(&mut self.referents, value),
            "target" => {
                let target = value == "true" || self.fields.get("target") == Some(&Value::Bool(true));
                self.fields.insert("target".to_owned(), Value::Bool(target));
            }
            "other" => {
                if let Ok(Value::Object(other)) = serde_json::from_str(value) {
                    self.fields.extend(other);
                }
            }
            _ => {
                let known = self.fields.get(field).and_then(Value::as_str);
                let first = field == "first_seen";
                if known.is_none_or(|known| if first { value < known } else { value > known }) {
                    self.fields.insert(field.to_owned(), Value::String(value.to_owned()));
                }
            }
        }
    }
}

fn add(values: &mut Vec<String>, value: &str) {
    if !values.iter().any(|known| known == value) {
        values.push(value.to_owned());
    }
}

/// Writes entries, one a line.
///
/// # Errors
/// `out` cannot be written to.
pub fn write(entries: &[Entry], out: &mut dyn io::Write) -> io::Result<()> {
    for entry in entries {
        serde_json::to_writer(&mut *out, entry)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Writes entries as statements: one line for each value of each property in each data set. Entries that were not made
/// [with statements](Records::with_statements) have none.
///
/// # Errors
/// `out` cannot be written to.
pub fn write_statements(entries: &[Entry], sources: &[Source], out: &mut dyn io::Write) -> io::Result<u64> {
    let mut count = 0;
    for entry in entries {
        let mut seen = BTreeSet::new();
        for Statement { property, value, origin } in &entry.said {
            let source = sources.get(origin.source as usize);
            let dataset = source.map(dataset).unwrap_or_default();
            if !seen.insert((property, value, dataset.clone(), origin.language.clone())) {
                continue;
            }
            let mut line = origin.note.clone();
            let own = |line: &mut Map<String, Value>, field: &str| line.remove(field).filter(Value::is_string);
            let hash = || {
                let said = [&entry.id, property, value, &dataset].map(String::as_str).join("\u{0}");
                Value::String(format!("{:032x}", xxh3_128(said.as_bytes())))
            };
            let id = own(&mut line, "statement").unwrap_or_else(hash);
            let entity = own(&mut line, "entity_id").unwrap_or_else(|| Value::String(entry.id.clone()));
            line.remove("property");
            line.insert("id".to_owned(), id);
            line.insert("entity_id".to_owned(), entity);
            let texts = [("canonical_id", &entry.id), ("prop", property), ("schema", &entry.schema), ("value", value)];
            for (field, text) in texts.into_iter().chain([("dataset", &dataset)]) {
                line.insert(field.to_owned(), Value::String(text.clone()));
            }
            if let Some(language) = &origin.language {
                line.insert("lang".to_owned(), Value::String(language.to_string()));
            }
            if let Some(first) = entry.fields.get("first_seen").filter(|_| !line.contains_key("first_seen")) {
                line.insert("first_seen".to_owned(), first.clone());
            }
            if let Some(last) = source.and_then(Source::release) {
                line.insert("last_seen".to_owned(), Value::String(last.to_owned()));
            }
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
            count += 1;
        }
    }
    Ok(count)
}

/// What a claim is read with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The words of the claims.
    pub words: &'a Words,
    /// The sources of the claims.
    pub sources: &'a [Source],
    /// The entity that an entity is one with, or itself; `None` for one that is not wanted.
    pub stands_for: &'a dyn Fn(EntityNo) -> Option<EntityNo>,
}

/// A piece of a long value: where it stands, and where in the value.
type Piece = ((EntityNo, Box<str>, u32, u32, u32), u32, Box<str>, Option<Origin>);

/// Entries under way.
pub struct Records<'s> {
    schema: &'s Schema,
    /// In the order of their numbers.
    entities: BTreeMap<EntityNo, Record>,
    /// Edges by id, with the order of their first claims.
    edges: HashMap<String, (usize, Entry)>,
    pieces: Vec<Piece>,
    left_out: u64,
    statements: bool,
    /// Who says the claim that is read.
    origin: Option<Origin>,
}

#[derive(Default)]
struct Record {
    entry: Entry,
    kind: String,
    finer: Option<String>,
    /// Names by role, until it is known which property holds the names of the schema.
    names: Vec<(NameRole, Box<str>, Option<Origin>)>,
    /// Numbers of the sources.
    sources: BTreeSet<u32>,
    own_schema: bool,
}

impl<'s> Records<'s> {
    /// No entry yet.
    pub fn new(schema: &'s Schema) -> Self {
        Self {
            schema,
            entities: BTreeMap::new(),
            edges: HashMap::new(),
            pieces: Vec::new(),
            left_out: 0,
            statements: false,
            origin: None,
        }
    }

    /// The same, remembering who says each value, for [`write_statements`].
    #[must_use]
    pub fn with_statements(self, wanted: bool) -> Self {
        Self { statements: wanted, ..self }
    }

    /// Adds an entity, without anything that is said of it.
    pub fn entity(&mut self, number: EntityNo, id: &str, kind: &str, finer: Option<&str>) {
        self.entities.entry(number).or_insert_with(|| Record {
            entry: Entry { id: from_id(id), schema: self.schema.to_ftm(kind, finer).to_owned(), ..Entry::default() },
            kind: kind.to_owned(),
            finer: finer.map(str::to_owned),
            ..Record::default()
        });
    }

    /// Adds another id of an entity.
    pub fn referent(&mut self, number: EntityNo, id: &str) {
        if let Some(record) = self.entities.get_mut(&number) {
            add(&mut record.entry.referents, &from_id(id));
        }
    }

    /// Adds what a claim says of entities that have been added. Claims of links come after those of names, so that an end
    /// can be named.
    pub fn claim(&mut self, claim: &Claim, context: Context<'_>) {
        let of = |entity: EntityNo| (context.stands_for)(entity).filter(|number| self.entities.contains_key(number));
        let Some(subject) = of(claim.says.subject()) else { return };
        let asserted = claim.modality == Modality::Asserted;
        if self.statements {
            let language = match claim.says {
                Says::Name { language, .. } => language.map(|language| context.words.text(language).into()),
                _ => None,
            };
            let note = claim.note.as_deref().and_then(noted).filter(|note| !note.contains_key("properties"));
            self.origin = Some(Origin { source: claim.source, language, note: note.unwrap_or_default() });
        }
        match &claim.says {
            Says::SameAs { .. } => return,
            Says::Link { kind, to, .. } => {
                let Some(to) = of(*to) else { return };
                let Some(kind) = self.schema.link(context.words.text(*kind)) else { return };
                if claim.modality == Modality::Denied || (!asserted && kind.ftm.from.is_none() != kind.ftm.to.is_none())
                {
                    self.left_out += 1;
                } else {
                    self.link(claim, subject, kind, to, context);
                }
                return;
            }
            _ if !asserted => {
                self.left_out += 1;
                return;
            }
            Says::Name { text, role, .. } => {
                if let Some(record) = self.entities.get_mut(&subject) {
                    record.names.push((*role, text.clone(), self.origin.clone()));
                }
            }
            Says::Attribute { key, value, .. } => match claim.locator {
                place if place.paragraph > 0 && property_of(context.words.text(*key)).is_some() => {
                    let start = place.span.map_or(0, |(start, _)| start);
                    let of = (subject, context.words.text(*key).into(), claim.source, place.sentence, place.paragraph);
                    self.pieces.push((of, start, value.clone(), self.origin.clone()));
                }
                _ => self.attribute(subject, context.words.text(*key), value),
            },
            Says::Exists { .. } => {}
        }
        if let Some(record) = self.entities.get_mut(&subject) {
            record.sources.insert(claim.source);
        }
    }

    fn attribute(&mut self, subject: EntityNo, name: &str, value: &str) {
        let known = self.schema.attribute(name);
        let Some(record) = self.entities.get_mut(&subject) else { return };
        record.entry.origin.clone_from(&self.origin);
        if let Some(property) = property_of(name) {
            if property == "@schema" {
                record.own_schema = true;
            }
            return match property.strip_prefix('@') {
                Some(field) => record.entry.field(field, value),
                None => record.entry.say(property, value),
            };
        }
        let property = known.and_then(|attribute| attribute.ftm.as_deref());
        let is_date = known.is_some_and(|attribute| attribute.value == ValueType::Date);
        match property {
            Some(property) if !is_date || is_plain_date(value) => record.entry.say(property, value),
            // FollowTheMoney has no word for it, or for the doubt in it.
            _ => record.entry.say("notes", &format!("{}: {value}", name.replace('_', " "))),
        }
    }

    fn link(&mut self, claim: &Claim, from: EntityNo, kind: &LinkKind, to: EntityNo, context: Context<'_>) {
        let entry = claim.note.as_deref().and_then(noted).unwrap_or_default();
        let ids =
            [from, to].map(|end| self.entities.get(&end).map(|record| record.entry.id.clone()).unwrap_or_default());
        if let (Some(id), Some(schema)) = (text(&entry, "id"), text(&entry, "schema")) {
            let source = context.sources.get(claim.source as usize);
            return self.own_edge(id, schema, &entry, kind, &ids, source);
        }
        if let Some(record) = self.entities.get_mut(&from) {
            record.sources.insert(claim.source);
        }
        if let (REFERENCE, Some(property)) = (&*kind.name, text(&entry, "property")) {
            if let (Some(record), [_, other]) = (self.entities.get_mut(&from), &ids) {
                record.entry.origin.clone_from(&self.origin);
                record.entry.say(property, other);
            }
            return;
        }
        let (object, property, other) = match (&kind.ftm.from, &kind.ftm.to) {
            (Some(_), Some(_)) => return self.edge(claim, [from, to], ids, kind, context),
            (None, Some(property)) => (from, property, to),
            (Some(property), None) => (to, property, from),
            (None, None) => return,
        };
        let value = self.end(property, other);
        if let Some(record) = self.entities.get_mut(&object) {
            record.entry.origin.clone_from(&self.origin);
            record.entry.say(property, &value);
        }
    }

    /// How the end of a link is written: by its id or by its name.
    fn end(&self, property: &str, end: EntityNo) -> String {
        let Some(record) = self.entities.get(&end) else { return String::new() };
        let name = is_by_name(property).then(|| shown(&record.names)).flatten();
        name.unwrap_or_else(|| record.entry.id.clone())
    }

    /// An edge that came from FollowTheMoney.
    fn own_edge(
        &mut self,
        id: &str,
        schema: &str,
        said: &Map<String, Value>,
        kind: &LinkKind,
        ids: &[String; 2],
        source: Option<&Source>,
    ) {
        let next = self.edges.len();
        let (_, edge) = self
            .edges
            .entry(id.to_owned())
            .or_insert_with(|| (next, Entry { id: id.to_owned(), schema: schema.to_owned(), ..Entry::default() }));
        edge.origin.clone_from(&self.origin);
        if let (false, Some(from), Some(to), [one, other]) = (kind.symmetric, &kind.ftm.from, &kind.ftm.to, ids) {
            edge.say(from, one);
            edge.say(to, other);
        }
        let properties = said.get("properties").and_then(Value::as_object);
        for (property, values) in properties.into_iter().flatten() {
            for value in values.as_array().into_iter().flatten().filter_map(Value::as_str) {
                edge.say(property, value);
            }
        }
        for (field, value) in said.iter().filter(|(field, _)| !matches!(field.as_str(), "id" | "schema" | "properties"))
        {
            match value {
                Value::String(value) => edge.field(field, value),
                Value::Array(values) => {
                    values.iter().filter_map(Value::as_str).for_each(|value| edge.field(field, value))
                }
                _ => {}
            }
        }
        if let Some(source) = source.filter(|_| !said.contains_key("datasets")) {
            add(&mut edge.datasets, &dataset(source));
        }
    }

    /// A link of our own as an edge: one for each link, whatever the number of its claims.
    fn edge(&mut self, claim: &Claim, ends: [EntityNo; 2], ids: [String; 2], kind: &LinkKind, context: Context<'_>) {
        let (Some(from), Some(to)) = (&kind.ftm.from, &kind.ftm.to) else { return };
        let [one, other] = &ids;
        let id = format!("{one}.{}.{other}", kind.name);
        let [from_end, to_end] = ends;
        let values = [(from, self.end(from, from_end)), (to, self.end(to, to_end))];
        let next = self.edges.len();
        let (_, edge) = self
            .edges
            .entry(id.clone())
            .or_insert_with(|| (next, Entry { id, schema: kind.ftm.schema.to_string(), ..Entry::default() }));
        edge.origin.clone_from(&self.origin);
        for (property, value) in values {
            edge.say(property, &value);
        }
        match &*kind.ftm.schema {
            "Family" | "Associate" => edge.say("relationship", &kind.forward),
            "UnknownLink" | "Membership" | "Directorship" | "Employment" | "Ownership" | "Representation" => {
                edge.say("role", &kind.forward);
            }
            _ => {}
        }
        if claim.modality != Modality::Asserted {
            edge.say("status", claim.modality.word());
        }
        if let Some(when) = claim.when {
            dates(edge, when);
        }
        if let Some(text) = &claim.text {
            edge.say(if &*kind.ftm.schema == "Sanction" { "reason" } else { "summary" }, text);
        }
        if let Some(source) = context.sources.get(claim.source as usize) {
            add(&mut edge.datasets, &dataset(source));
            if let Some(publisher) = &source.publisher {
                edge.say("publisher", publisher);
            }
            if let Some(address) = &source.address {
                edge.say("sourceUrl", address);
            }
        }
    }

    /// The entries: entities in the order of their numbers, then edges in the order of their first claims; and how many
    /// claims were left out, because FollowTheMoney could only have said more than they do.
    pub fn finish(mut self, sources: &[Source]) -> (Vec<Entry>, u64) {
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        for run in pieces.chunk_by(|a, b| a.0 == b.0) {
            let Some(((subject, key, ..), _, _, origin)) = run.first() else { continue };
            let whole: String = run.iter().map(|(_, _, piece, _)| &**piece).collect();
            self.origin.clone_from(origin);
            self.attribute(*subject, key, &whole);
        }
        let mut entries: Vec<Entry> =
            self.entities.into_values().map(|record| record.finish(self.schema, sources)).collect();
        let mut edges: Vec<(usize, Entry)> = self.edges.into_values().collect();
        edges.sort_by_key(|(number, _)| *number);
        entries.extend(edges.into_iter().map(|(_, edge)| edge));
        (entries, self.left_out)
    }
}

impl Record {
    fn finish(mut self, schema: &Schema, sources: &[Source]) -> Entry {
        if !self.own_schema {
            self.entry.schema = schema.to_ftm(&self.kind, self.finer.as_deref()).to_owned();
        }
        let by_name = name_property(&self.entry.schema);
        for (role, name, origin) in &self.names {
            self.entry.origin.clone_from(origin);
            let property = NAMES.iter().find(|(_, of)| of == role).map_or(by_name, |(property, _)| property);
            self.entry.say(if *role == NameRole::Primary { by_name } else { property }, name);
        }
        if self.entry.caption.is_none() {
            self.entry.caption = shown(&self.names);
        }
        let named = !self.entry.datasets.is_empty();
        for source in self.sources.iter().filter_map(|source| sources.get(*source as usize)) {
            // What entities in several data sets name is said of them one by one.
            if !(named && source.id.starts_with(SOURCE)) {
                add(&mut self.entry.datasets, &dataset(source));
            }
        }
        self.entry
    }
}

/// The name to show.
fn shown(names: &[(NameRole, Box<str>, Option<Origin>)]) -> Option<String> {
    let grade = Grade { reliability: Reliability::F, credibility: Credibility::UNKNOWN };
    primary_name(names.iter().map(|(role, name, _)| (*role, grade, &**name))).map(str::to_owned)
}

/// The data set that a source is, without its release.
fn dataset(source: &Source) -> String {
    let id = source.family();
    match id.strip_prefix(SOURCE) {
        Some(name) => from_id(name),
        None => id.replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
    }
}

/// Says when an edge holds, as far as FollowTheMoney can say it.
fn dates(edge: &mut Entry, when: Period) {
    let (since, until) = (when.since(), when.until());
    let plain = |date: &Option<String>| date.clone().filter(|date| is_plain_date(date));
    if since == until {
        match plain(&since) {
            Some(date) => edge.say("date", &date),
            None => edge.say("description", &format!("when: {when}")),
        }
        return;
    }
    let (start, end) = (plain(&since), plain(&until));
    let known = |date: &Option<String>| date.as_deref().is_some_and(|date| date != "..");
    if (known(&since) && start.is_none()) || (known(&until) && end.is_none()) {
        edge.say("description", &format!("when: {when}"));
    }
    start.into_iter().for_each(|date| edge.say("startDate", &date));
    end.into_iter().for_each(|date| edge.say("endDate", &date));
}

fn text<'m>(entry: &'m Map<String, Value>, field: &str) -> Option<&'m str> {
    entry.get(field).and_then(Value::as_str)
}
