//! What was gathered, as claims.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::Imported;
use super::gather::{Fact, Gathered, Raw};
use crate::model::{
    Changes, Claim, Credibility, Diagnostic, EntityNo, Locator, Lookup, Modality, NameRole, Period, Says, Source,
    SourceNo,
};
use crate::schema::ftm::{self, NAMES, PIECE, PREFIX, RECORD, REFERENCE, TIE};
use crate::schema::{LinkKind, Schema};

/// The longest name, in bytes; what is longer is an attribute.
const LONGEST_NAME: usize = 2_000;

/// Makes claims of what was gathered. `release` is that of all data sets; without it, each has the day on which its
/// entities were seen last, if they say so.
pub fn build(
    gathered: &mut Gathered,
    files: &[PathBuf],
    release: Option<&str>,
    schema: &Schema,
    known: &dyn Lookup,
) -> Imported {
    let mut builder = Builder {
        gathered,
        files,
        release,
        schema,
        known,
        changes: Changes::default(),
        numbers: Vec::new(),
        sources: Vec::new(),
        only: HashSet::new(),
    };
    builder.sources = vec![None; builder.gathered.datasets.len()];
    builder.numbers = vec![None; builder.gathered.entities.len()];
    for place in 0..builder.gathered.entities.len() {
        builder.entity(place);
    }
    for place in 0..builder.gathered.entities.len() {
        builder.edge_with_loose_end(place);
    }
    if builder.gathered.problems.is_empty() {
        let entities = std::mem::take(&mut builder.gathered.entities);
        for (place, raw) in entities.iter().enumerate() {
            match builder.numbers.get(place).copied().flatten() {
                Some(number) => builder.claims(raw, number),
                None => builder.edge(raw),
            }
        }
        builder.gathered.entities = entities;
    }
    let only = builder.gathered.changes.then_some(std::mem::take(&mut builder.only));
    Imported { changes: builder.changes, only }
}

struct Builder<'a> {
    gathered: &'a mut Gathered,
    files: &'a [PathBuf],
    release: Option<&'a str>,
    schema: &'a Schema,
    known: &'a dyn Lookup,
    changes: Changes,
    /// Of each entity its number; none for an edge.
    numbers: Vec<Option<EntityNo>>,
    /// Of each data set its source, once it has said something.
    sources: Vec<Option<SourceNo>>,
    /// The ids, of ours and of edges, that changes speak of.
    only: HashSet<String>,
}

impl Builder<'_> {
    /// Adds an entity that is no edge.
    fn entity(&mut self, place: usize) {
        let Some(raw) = self.gathered.entities.get(place) else { return };
        if self.schema.ftm_edges(&raw.schema).next().is_none() {
            self.add(place);
        }
    }

    fn add(&mut self, place: usize) {
        let Some(raw) = self.gathered.entities.get(place) else { return };
        let (id, schema) = (raw.id.clone(), raw.schema.clone());
        let refuse = |this: &mut Self, message: String, help: Option<String>| {
            this.gathered.problem_of(this.files, place, &id, message, help);
        };
        let Some(ours) = ftm::to_id(&id) else {
            return refuse(self, "this id is too long, as one of ours, for a database".to_owned(), None);
        };
        let Some((kind, finer)) = self.schema.of_ftm(&schema) else {
            let message = format!("the schema of the database reads no {schema}");
            return refuse(self, message, Some(format!("a kind {RECORD:?} is for what has no kind of its own")));
        };
        if let Some((known, known_finer)) = self.known.entity(&ours) {
            let same_finer = finer.is_none() || known_finer.is_none() || known_finer.as_deref() == finer;
            if known != kind || !same_finer {
                let show = |kind: &str, finer: Option<&str>| match finer {
                    Some(finer) => format!("{kind} ({finer})"),
                    None => kind.to_owned(),
                };
                let (known, now) = (show(&known, known_finer.as_deref()), show(kind, finer));
                let message = format!("@{ours} is {known} in the database and {now} here");
                return refuse(self, message, Some("an entity keeps its kind".to_owned()));
            }
        }
        match self.changes.add_entity(&ours, kind, finer) {
            Ok(number) => {
                if let Some(slot) = self.numbers.get_mut(place) {
                    *slot = Some(number);
                }
            }
            Err(error) => refuse(self, error.to_string(), None),
        }
    }

    /// An edge whose ends are not all entities of the files or of the database becomes an entity itself, so that nothing of it
    /// is lost; so does one with more to say than a note holds.
    fn edge_with_loose_end(&mut self, place: usize) {
        if self.numbers.get(place).copied().flatten().is_some() {
            return;
        }
        let Some(raw) = self.gathered.entities.get(place) else { return };
        let schema = raw.schema.clone();
        let Some((_, from, to)) = self.schema.ftm_edges(&schema).next() else { return };
        let values = |property: &str| -> Vec<Box<str>> {
            let facts = raw.facts.iter().filter(|fact| self.gathered.property(fact) == property);
            facts.map(|fact| fact.value.clone()).collect()
        };
        let (from_ids, to_ids) = (values(from), values(to));
        let length = |fact: &Fact| self.gathered.property(fact).len() + json!(fact.value).to_string().len() + 8;
        let size = raw.id.len() + 100 + raw.facts.iter().map(length).sum::<usize>();
        let id = raw.id.clone();
        for (property, ids) in [(from, &from_ids), (to, &to_ids)] {
            if ids.is_empty() {
                let message =
                    format!("the {schema} {id} has no {property:?}, which is one of the two ends that it joins");
                return self.gathered.problem_of(self.files, place, &id, message, None);
            }
        }
        let loose = from_ids.iter().chain(&to_ids).any(|id| !self.is_entity(id));
        if loose || size > PIECE {
            self.add(place);
        }
    }

    /// Whether an id is that of an entity (and not of an edge) of the files or of the database.
    fn is_entity(&self, id: &str) -> bool {
        match self.gathered.places.get(id) {
            Some(&place) => self.numbers.get(place as usize).copied().flatten().is_some(),
            None => ftm::to_id(id).is_some_and(|id| self.known.entity(&id).is_some()),
        }
    }

    /// The number of an entity of the files or of the database.
    fn resolve(&mut self, id: &str) -> Option<EntityNo> {
        if let Some(&place) = self.gathered.places.get(id) {
            return self.numbers.get(place as usize).copied().flatten();
        }
        let ours = ftm::to_id(id)?;
        if let Some(number) = self.changes.entity(&ours) {
            return Some(number);
        }
        let (kind, finer) = self.known.entity(&ours)?;
        self.changes.add_entity(&ours, &kind, finer.as_deref()).ok()
    }

    fn kind(&self, entity: EntityNo) -> &str {
        let kind = self.changes.entities().get(entity as usize).map(|entity| entity.kind);
        kind.map_or("", |kind| self.changes.words.text(kind))
    }

    /// The source of a data set.
    fn source(&mut self, dataset: u32) -> SourceNo {
        let slot = dataset as usize;
        if let Some(source) = self.sources.get(slot).copied().flatten() {
            return source;
        }
        let Some(described) = self.gathered.datasets.get(slot) else { return 0 };
        let release = self.release.or(described.last_seen.as_deref());
        let name = ftm::to_id(&described.name).unwrap_or_else(|| "unnamed".into());
        let id = match release {
            Some(release) => format!("{}{name}:{release}", ftm::SOURCE),
            None => format!("{}{name}", ftm::SOURCE),
        };
        let source = Source {
            id: id.into(),
            title: format!("FollowTheMoney data set {}", described.name).into(),
            published: release.map(Into::into),
            ..Source::default()
        };
        let number = self.changes.add_source(source).unwrap_or_default();
        if let Some(slot) = self.sources.get_mut(slot) {
            *slot = Some(number);
        }
        number
    }

    fn push(&mut self, says: Says, dataset: u32, line: u32, when: Option<Period>, note: Option<Box<str>>) {
        let source = self.source(dataset);
        self.changes.claims.push(Claim {
            says,
            when,
            source,
            locator: Locator { paragraph: 0, sentence: line, span: None },
            speaker: None,
            modality: Modality::Asserted,
            credibility: Credibility::UNKNOWN,
            text: None,
            note,
        });
    }

    /// The claims about an entity that is no edge.
    fn claims(&mut self, raw: &Raw, entity: EntityNo) {
        let before = self.changes.claims.len();
        let kind = self.kind(entity).to_owned();
        let finer = self.changes.entities().get(entity as usize).and_then(|entity| entity.finer);
        let written = self.schema.to_ftm(&kind, finer.map(|finer| self.changes.words.text(finer))).to_owned();
        let first = raw.facts.first().map_or(0, |fact| fact.dataset);
        if self.gathered.changes {
            self.only.extend(self.changes.entities().get(entity as usize).map(|entity| entity.id.to_string()));
        }
        let caption = raw.facts.iter().find(|fact| self.gathered.property(fact) == "@caption");
        let caption = caption.map(|fact| &*fact.value);
        let by_name = ftm::name_property(&raw.schema);
        let is_caption = |this: &Self, fact: &Fact| {
            this.gathered.property(fact) == by_name && Some(&*fact.value) == caption && is_name(&fact.value)
        };
        let named = raw.facts.iter().any(|fact| is_caption(self, fact));
        let when = self.when(raw);
        let mut seen: HashSet<(u32, &str, u32)> = HashSet::with_capacity(raw.facts.len());
        let mut pieces = 0;
        // The first of several primary names is the one that is shown.
        let (captions, others): (Vec<&Fact>, Vec<&Fact>) = raw.facts.iter().partition(|fact| is_caption(self, fact));
        for fact in captions.into_iter().chain(others) {
            if !seen.insert((fact.property, &fact.value, fact.dataset)) {
                continue;
            }
            let property = self.gathered.property(fact).to_owned();
            if property == "@caption" && named {
                continue;
            }
            if let Some(role) = role(&property, by_name).filter(|_| is_name(&fact.value)) {
                let language = fact.language.as_deref().map(|language| self.changes.words.intern(language));
                let says = Says::Name { entity, text: fact.value.clone(), role, language };
                self.push(says, fact.dataset, fact.line, None, fact.note.clone());
            } else if !(ftm::is_reference(&property) && self.reference(raw, entity, fact, &property, when)) {
                self.attribute(entity, &kind, fact, &property, &mut pieces);
            }
        }
        if written != *raw.schema {
            let key = self.changes.words.intern(&format!("{PREFIX}@schema"));
            self.push(Says::Attribute { entity, key, value: raw.schema.clone() }, first, raw.line, None, None);
        }
        if self.changes.claims.len() == before {
            self.push(Says::Exists { entity }, first, raw.line, None, None);
        }
    }

    /// An attribute: the schema's own, if it has one that takes the value, else the property as it is. A long value is cut
    /// into pieces whose places say which part of it they are.
    fn attribute(&mut self, entity: EntityNo, kind: &str, fact: &Fact, property: &str, pieces: &mut u32) {
        let own = self.schema.ftm_attribute(property, kind, &fact.value).map(|attribute| attribute.name.to_string());
        // Only a name has a place for its language.
        let note = fact.language.as_deref().map(|language| {
            let mut entry = fact.note.as_deref().and_then(ftm::noted).unwrap_or_default();
            entry.insert("lang".to_owned(), json!(language));
            Box::from(ftm::note(&entry))
        });
        let note = note.or_else(|| fact.note.clone());
        let room = PIECE.saturating_sub(note.as_ref().map_or(0, |note| note.len())).max(1_000);
        if fact.value.len() <= room {
            let key = self.changes.words.intern(&own.unwrap_or_else(|| format!("{PREFIX}{property}")));
            let says = Says::Attribute { entity, key, value: fact.value.clone() };
            return self.push(says, fact.dataset, fact.line, None, note);
        }
        *pieces += 1;
        let key = self.changes.words.intern(&format!("{PREFIX}{property}"));
        let mut rest = &*fact.value;
        let mut start = 0;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at_checked(boundary(rest, room)).unwrap_or((rest, ""));
            let says = Says::Attribute { entity, key, value: piece.into() };
            self.push(says, fact.dataset, fact.line, None, note.clone());
            let end = start + piece.len() as u32;
            if let Some(claim) = self.changes.claims.last_mut() {
                claim.locator.paragraph = *pieces;
                claim.locator.span = Some((start, end));
            }
            (rest, start) = (after, end);
        }
    }

    /// A link to the entity whose id the value is; `false` if there is none.
    fn reference(&mut self, raw: &Raw, entity: EntityNo, fact: &Fact, property: &str, when: Option<Period>) -> bool {
        let Some(other) = self.resolve(&fact.value) else { return false };
        let kind = self.schema.ftm_reference(&raw.schema, property).filter(|(link, outward)| {
            let (from, to) = if *outward { (entity, other) } else { (other, entity) };
            self.schema.joins(link, self.kind(from), self.kind(to))
        });
        let (link, outward, plain) = match kind {
            Some((link, outward)) => (link, outward, true),
            None => match self.schema.link(REFERENCE) {
                Some(link) if self.schema.joins(link, self.kind(entity), self.kind(other)) => (link, true, false),
                _ => return false,
            },
        };
        let (from, to) = if outward { (entity, other) } else { (other, entity) };
        let kind = self.changes.words.intern(&link.name);
        let note = if plain {
            fact.note.clone()
        } else {
            let mut entry = fact.note.as_deref().and_then(ftm::noted).unwrap_or_default();
            entry.insert("property".to_owned(), json!(property));
            Some(ftm::note(&entry).into())
        };
        self.push(Says::Link { from, kind, to }, fact.dataset, fact.line, when, note);
        true
    }

    /// The links of an edge: one for each pair of its ends, in each data set that says something of it.
    fn edge(&mut self, raw: &Raw) {
        let kinds: Vec<(&LinkKind, &str, &str)> = self.schema.ftm_edges(&raw.schema).collect();
        let Some(&(_, from, to)) = kinds.first() else { return };
        if self.gathered.changes {
            self.only.insert(raw.id.to_string());
        }
        let mut datasets: BTreeMap<u32, Vec<&Fact>> = BTreeMap::new();
        for fact in &raw.facts {
            datasets.entry(fact.dataset).or_default().push(fact);
        }
        let when = self.when(raw);
        for (dataset, facts) in datasets {
            let ends = |this: &mut Self, property: &str| -> Vec<(EntityNo, Box<str>)> {
                let of = |facts: &mut dyn Iterator<Item = &Fact>, gathered: &Gathered| -> Vec<Box<str>> {
                    let mut ids = Vec::new();
                    for fact in facts.filter(|fact| gathered.property(fact) == property) {
                        if !ids.contains(&fact.value) {
                            ids.push(fact.value.clone());
                        }
                    }
                    ids
                };
                let mut ids = of(&mut facts.iter().copied(), this.gathered);
                if ids.is_empty() {
                    ids = of(&mut raw.facts.iter(), this.gathered);
                }
                ids.into_iter().filter_map(|id| Some((this.resolve(&id)?, id))).collect()
            };
            let (ones, others) = (ends(self, from), ends(self, to));
            for (one, one_id) in &ones {
                for (other, other_id) in &others {
                    // The ends of another kind of the same schema may stand the other way round.
                    let fits = kinds.iter().find_map(|(link, link_from, _)| {
                        let turned = *link_from != from;
                        let (a, b) = if turned { (*other, *one) } else { (*one, *other) };
                        self.schema.joins(link, self.kind(a), self.kind(b)).then_some((
                            &*link.name,
                            a,
                            b,
                            link.symmetric,
                        ))
                    });
                    let (link, a, b, symmetric) = fits.unwrap_or((TIE, *one, *other, true));
                    let stated = symmetric.then_some([(from, &**one_id), (to, &**other_id)]);
                    let note = self.edge_note(raw, &facts, [from, to], stated);
                    let kind = self.changes.words.intern(link);
                    let line = facts.first().map_or(raw.line, |fact| fact.line);
                    self.push(Says::Link { from: a, kind, to: b }, dataset, line, when, Some(note));
                }
            }
        }
    }

    /// An edge as a note: all of it but its ends, which the link has; unless the link does not tell them apart.
    fn edge_note(&self, raw: &Raw, facts: &[&Fact], ends: [&str; 2], stated: Option<[(&str, &str); 2]>) -> Box<str> {
        let mut properties: Map<String, Value> = Map::new();
        let mut entry: Map<String, Value> = Map::new();
        entry.insert("id".to_owned(), json!(raw.id));
        entry.insert("schema".to_owned(), json!(raw.schema));
        let put = |properties: &mut Map<String, Value>, property: &str, value: &str| {
            let list = properties.entry(property).or_insert_with(|| json!([]));
            if let Some(list) = list.as_array_mut().filter(|list| !list.contains(&json!(value))) {
                list.push(json!(value));
            }
        };
        for fact in facts {
            let property = self.gathered.property(fact);
            if let Some(field) = property.strip_prefix('@') {
                match field {
                    "datasets" | "referents" => put(&mut entry, field, &fact.value),
                    _ => drop(entry.insert(field.to_owned(), json!(fact.value))),
                }
            } else if !ends.contains(&property) {
                put(&mut properties, property, &fact.value);
            }
        }
        for (property, id) in stated.into_iter().flatten() {
            put(&mut properties, property, id);
        }
        entry.insert("properties".to_owned(), Value::Object(properties));
        ftm::note(&entry).into()
    }

    /// When an edge or a status holds, by its `date`, or by its `startDate` and `endDate`.
    fn when(&self, raw: &Raw) -> Option<Period> {
        let only = |property: &str| {
            let mut values = raw.facts.iter().filter(|fact| self.gathered.property(fact) == property);
            let first = values.next()?;
            let same = values.all(|other| other.value == first.value);
            // A time of day is no part of a period.
            let day = first.value.get(..10).unwrap_or(&first.value);
            same.then(|| day.parse::<Period>().ok())?
        };
        match (only("startDate"), only("endDate")) {
            (None, None) => only("date"),
            (start, end) => Period::interval(start, end).ok(),
        }
    }
}

/// Whether a value can be a name.
fn is_name(value: &str) -> bool {
    !value.trim().is_empty() && value.len() <= LONGEST_NAME
}

fn role(property: &str, by_name: &str) -> Option<NameRole> {
    if property == by_name {
        return Some(NameRole::Primary);
    }
    NAMES.iter().skip(1).find(|(name, _)| *name == property).map(|(_, role)| *role)
}

/// The last place at or before `most` where a text may be cut.
fn boundary(text: &str, most: usize) -> usize {
    let mut at = most.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Everything that is wrong, the last message saying how much there is beyond it.
pub fn refused(mut gathered: Gathered) -> Vec<Diagnostic> {
    if let (Some(last), more @ 1..) = (gathered.problems.last_mut(), gathered.more) {
        let more = format!("and {more} more problems after this one");
        last.help = Some(last.help.take().map_or_else(|| more.clone(), |help| format!("{help}; {more}")));
    }
    gathered.problems
}
