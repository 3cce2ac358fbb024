//! All seed files together: ids become entities, tables become claims, and what does not fit is noted in its file.

use std::collections::HashMap;
use std::ops::Range;

use super::parse::{AttributeTable, EntityTable, Frame, Kind, ParticipantTable, SeedFile};
use super::same_as;
use crate::model::{Changes, ChangesError, Claim, Entity, EntityNo, Locator, Lookup, Says, SourceNo};
use crate::schema::fields::{Document, Text};
use crate::schema::{About, ID_SHAPE, Part, Schema, SchemaError, nearest};

/// The kind of what stands in `[[event]]`.
const EVENT: &str = "Event";
/// The attribute that holds an event's date.
const DATE: &str = "date";
/// The speaker who is nobody but the source, where a default is to be set aside. No id looks like this.
const OWN_VOICE: &str = "the source";

/// How many dangling ids get a suggestion: each is compared with every declared id, and a file may have all of them wrong.
const MAX_SUGGESTED: usize = 100;

/// Puts what the files say into `changes`. If some file could not be read (`complete` is false), an id that is nowhere
/// declared may have been declared there, and is not complained of.
pub(super) fn build(
    files: &[SeedFile<'_>],
    complete: bool,
    schema: &Schema,
    known: &dyn Lookup,
    changes: &mut Changes,
) {
    let builder = Builder {
        files,
        complete,
        schema,
        known,
        changes,
        ids: Vec::new(),
        declared: HashMap::new(),
        entity_places: Vec::new(),
        claim_places: Vec::new(),
        dangling: 0,
        same: Vec::new(),
    };
    builder.build();
}

struct Builder<'f, 'd> {
    files: &'f [SeedFile<'d>],
    complete: bool,
    schema: &'f Schema,
    known: &'f dyn Lookup,
    changes: &'f mut Changes,
    /// Declared ids in the order of the files.
    ids: Vec<&'d str>,
    declared: HashMap<&'d str, Declared<'f, 'd>>,
    /// Where each entity of the changes stands.
    entity_places: Vec<EntityPlace<'d>>,
    /// Where each claim of the changes stands.
    claim_places: Vec<ClaimPlace<'d>>,
    /// How many ids that are nowhere declared have been told, with the nearest one.
    dangling: usize,
    /// All `same_as`, and where they stand.
    same: Vec<(&'d str, Text<'d>, &'d Document)>,
}

/// What the files say about an id.
struct Declared<'f, 'd> {
    /// The first table.
    table: &'f EntityTable<'d>,
    doc: &'d Document,
    /// The kind, and where it was first given.
    kind: Option<(&'d str, Place<'d>)>,
    /// The finer type, and where it was first given.
    finer: Option<(&'d str, Place<'d>)>,
}

/// A place in a file.
type Place<'d> = (&'d Document, Range<usize>);

/// Where the parts of an entity stand.
struct EntityPlace<'d> {
    id: Place<'d>,
    kind: Place<'d>,
    finer: Place<'d>,
}

#[derive(Clone)]
struct ClaimPlace<'d> {
    doc: &'d Document,
    /// What the claim's kind or attribute stands at.
    word: Range<usize>,
    /// The attribute's value: its string, or where it stands if it is none.
    value: Option<Text<'d>>,
    value_span: Range<usize>,
}

impl<'d> ClaimPlace<'d> {
    fn new(doc: &'d Document, word: Range<usize>) -> Self {
        Self { doc, value: None, value_span: word.clone(), word }
    }
}

impl<'f, 'd> Builder<'f, 'd> {
    fn build(mut self) {
        let sources = self.sources();
        for file in self.files {
            file.entities.iter().for_each(|table| self.declare(file.doc, table));
        }
        for id in std::mem::take(&mut self.ids) {
            self.add_declared(id);
        }
        for (file, source) in self.files.iter().zip(sources) {
            // Without a source there is an error already, and nothing of this will be used.
            let source = source.unwrap_or_default();
            for table in &file.entities {
                self.claims(file.doc, source, table);
            }
            for link in &file.links {
                let (from, to) = (self.entity(file.doc, &link.from), self.entity(file.doc, &link.to));
                self.link(file.doc, source, from, &link.kind, to, &link.frame);
            }
        }
        self.circles();
        if let Err(errors) = self.schema.check(self.changes) {
            errors.into_iter().for_each(|error| self.refuse(error));
        }
    }

    /// The source of each file.
    fn sources(&mut self) -> Vec<Option<SourceNo>> {
        let mut described: HashMap<&str, (SourceNo, &Document, Range<usize>)> = HashMap::new();
        for file in self.files {
            let Some(table) = &file.source else { continue };
            let (id, span) = (*table.id.get_ref(), table.id.span());
            if !Entity::is_id(id) {
                file.doc.problem_with_help(span, format!("{id:?} is no id"), Some(ID_SHAPE.to_owned()));
                continue;
            }
            let Some(source) = &table.described else { continue };
            if let Some((_, first, place)) = described.get(id) {
                let help = format!("first at {}:{}", first.name(), first.line(place));
                file.doc.problem_with_help(span, format!("source {id} is described twice"), Some(help));
                continue;
            }
            match self.changes.add_source(source.clone()) {
                Ok(number) => drop(described.insert(id, (number, file.doc, span))),
                Err(error) => file.doc.problem(span, error.to_string()),
            }
        }
        let ids = || self.files.iter().filter_map(|file| Some(*file.source.as_ref()?.id.get_ref()));
        let mut sources = Vec::with_capacity(self.files.len());
        for file in self.files {
            let Some(table) = &file.source else {
                sources.push(None);
                continue;
            };
            let id = *table.id.get_ref();
            let number = described.get(id).map(|(number, ..)| *number);
            if number.is_none() && table.described.is_none() && self.complete {
                let help = match nearest(id, ids().filter(|other| described.contains_key(other))) {
                    Some(near) => format!("did you mean {near}?"),
                    None => "a source needs a title, here or in another file".to_owned(),
                };
                file.doc.problem_with_help(table.id.span(), format!("source {id:?} is nowhere described"), Some(help));
            }
            sources.push(number);
        }
        sources
    }

    /// Notes an id with its kind and finer type, which must be the same wherever they are given.
    fn declare(&mut self, doc: &'d Document, table: &'f EntityTable<'d>) {
        let id = *table.id.get_ref();
        let kind = match &table.kind {
            Kind::Named(kind) => Some((*kind.get_ref(), (doc, kind.span()))),
            Kind::Event => Some((EVENT, (doc, table.id.span()))),
            Kind::Elsewhere => None,
        };
        let finer = table.finer.as_ref().map(|finer| (*finer.get_ref(), (doc, finer.span())));
        let Some(declared) = self.declared.get_mut(id) else {
            self.ids.push(id);
            self.declared.insert(id, Declared { table, doc, kind, finer });
            return;
        };
        for (first, second) in [(&mut declared.kind, kind), (&mut declared.finer, finer)] {
            match (&*first, &second) {
                (Some((one, (at, place))), Some((other, (doc, span)))) if one != other => {
                    let message = format!("{id} is {other} here and {one} elsewhere");
                    let help = format!("{one} at {}:{}", at.name(), at.line(place));
                    doc.problem_with_help(span.clone(), message, Some(help));
                }
                (None, Some(_)) => *first = second,
                _ => {}
            }
        }
    }

    /// Adds a declared id to the changes, with the kind that the files or the database give it.
    fn add_declared(&mut self, id: &'d str) {
        let Some(Declared { table, doc, kind, finer }) = self.declared.get(id) else { return };
        let (known_kind, known_finer) = self.known.entity(id).unzip();
        let known_finer = known_finer.flatten();
        let mut agree = true;
        for (here, there) in [(kind, &known_kind), (finer, &known_finer)] {
            if let (Some((here, (doc, span))), Some(there)) = (here, there)
                && here != there
            {
                doc.problem(span.clone(), format!("{id} is {here} here and {there} in the database"));
                agree = false;
            }
        }
        let kind_word = kind.as_ref().map(|(kind, _)| *kind).or(known_kind.as_deref());
        if kind_word.is_none() && !self.complete {
            return;
        }
        let finer_word = finer.as_ref().map(|(finer, _)| *finer).or(known_finer.as_deref().filter(|_| agree));
        let id_place = (*doc, table.id.span());
        let place = |given: &Option<(&str, Place<'d>)>| given.as_ref().map_or(&id_place, |(_, place)| place).clone();
        let place = EntityPlace { kind: place(kind), finer: place(finer), id: id_place.clone() };
        // An entity without a kind is refused by the schema's check, which knows the kinds.
        let added = self.changes.add_entity(id, kind_word.unwrap_or_default(), finer_word);
        self.added(added.map(|_| ()), place);
    }

    fn added(&mut self, added: Result<(), ChangesError>, place: EntityPlace<'d>) {
        match added {
            Ok(()) => self.entity_places.push(place),
            Err(error) => place.id.0.problem(place.id.1, error.to_string()),
        }
    }

    /// The entity of an id that a table refers to.
    fn entity(&mut self, doc: &'d Document, id: &Text<'d>) -> Option<EntityNo> {
        let (text, span) = (*id.get_ref(), id.span());
        if let Some(number) = self.changes.entity(text) {
            return Some(number);
        }
        if let Some((kind, finer)) = self.known.entity(text) {
            let added = self.changes.add_entity(text, &kind, finer.as_deref());
            let place = (doc, span);
            let place = EntityPlace { id: place.clone(), kind: place.clone(), finer: place };
            self.added(added.map(|_| ()), place);
            return self.changes.entity(text);
        }
        if self.complete && !self.declared.contains_key(text) {
            self.dangling += 1;
            let near = if self.dangling <= MAX_SUGGESTED { self.near(text) } else { None };
            let help = near.map(|near| format!("did you mean {near}?"));
            doc.problem_with_help(span, format!("there is no entity {text:?}"), help);
        }
        None
    }

    /// The declared or known id that is nearest to a misspelt one.
    fn near(&self, id: &str) -> Option<String> {
        let declared = self.files.iter().flat_map(|file| &file.entities).map(|table| *table.id.get_ref());
        nearest(id, declared).map(str::to_owned).or_else(|| self.known.near(id).into_iter().next())
    }

    /// The claims of an `[[entity]]` or an `[[event]]`.
    fn claims(&mut self, doc: &'d Document, source: SourceNo, table: &EntityTable<'d>) {
        let id = table.id.span();
        let here = self.entity(doc, &table.id);
        for name in &table.names {
            let language = name.language.map(|language| self.changes.words.intern(language));
            if let Some(entity) = here {
                let says = Says::Name { entity, text: name.name.into(), role: name.role, language };
                self.claim(source, &name.frame, ClaimPlace::new(doc, id.clone()), says);
            }
        }
        if let (Some(entity), Some(date)) = (here, &table.date) {
            let key = self.changes.words.intern(DATE);
            let place = ClaimPlace { value: Some(date.clone()), ..ClaimPlace::new(doc, date.span()) };
            self.claim(source, &table.frame, place, Says::Attribute { entity, key, value: (*date.get_ref()).into() });
        }
        for AttributeTable { key, value, text, span, frame } in &table.attributes {
            let word = self.changes.words.intern(key.get_ref());
            if let Some(entity) = here {
                let place = ClaimPlace { doc, word: key.span(), value: text.clone(), value_span: span.clone() };
                self.claim(source, frame, place, Says::Attribute { entity, key: word, value: value.clone() });
            }
        }
        if let (Some(entity), true) =
            (here, table.names.is_empty() && table.date.is_none() && table.attributes.is_empty())
        {
            self.claim(source, &table.frame, ClaimPlace::new(doc, id.clone()), Says::Exists { entity });
        }
        for (kept, frame) in &table.same_as {
            let entity = self.entity(doc, kept);
            self.same.push((table.id.get_ref(), kept.clone(), doc));
            if let (Some(entity), Some(other)) = (entity, here) {
                self.claim(source, frame, ClaimPlace::new(doc, kept.span()), Says::SameAs { entity, other });
            }
        }
        for participant in &table.participants {
            self.participant(doc, source, here, participant);
        }
    }

    /// The link of an event and a participant, in the direction in which its kind joins the two.
    fn participant(
        &mut self,
        doc: &'d Document,
        source: SourceNo,
        event: Option<EntityNo>,
        table: &ParticipantTable<'d>,
    ) {
        let other = self.entity(doc, &table.entity);
        let kind_of = |entity: Option<EntityNo>| {
            let entity = self.changes.entities().get(entity? as usize)?;
            Some(self.changes.words.text(entity.kind))
        };
        let joins = |from, to| {
            let link = self.schema.link(table.kind.get_ref())?;
            Some(self.schema.joins(link, kind_of(from)?, kind_of(to)?))
        };
        let turned = joins(other, event) == Some(false) && joins(event, other) == Some(true);
        let (from, to) = if turned { (event, other) } else { (other, event) };
        self.link(doc, source, from, &table.kind, to, &table.frame);
    }

    /// The claim of a link. If an end is missing, which has been noted, what else is wrong with it is still found.
    fn link(
        &mut self,
        doc: &'d Document,
        source: SourceNo,
        from: Option<EntityNo>,
        kind: &Text<'d>,
        to: Option<EntityNo>,
        frame: &Frame<'d>,
    ) {
        let name = *kind.get_ref();
        let (Some(from), Some(to)) = (from, to) else {
            if self.schema.link(name).is_none() {
                let help = self.schema.near_link(name).map(|near| format!("did you mean {near}?"));
                doc.problem_with_help(kind.span(), format!("there is no link kind {name:?}"), help);
            }
            self.speaker(doc, frame);
            return;
        };
        let kind_word = self.changes.words.intern(name);
        self.claim(source, frame, ClaimPlace::new(doc, kind.span()), Says::Link { from, kind: kind_word, to });
    }

    /// The entity that is quoted.
    fn speaker(&mut self, doc: &'d Document, frame: &Frame<'d>) -> Option<EntityNo> {
        match &frame.speaker {
            Some(speaker) if *speaker.get_ref() != OWN_VOICE => self.entity(doc, speaker),
            _ => None,
        }
    }

    /// One claim for each place in the source.
    fn claim(&mut self, source: SourceNo, frame: &Frame<'d>, place: ClaimPlace<'d>, says: Says) {
        let speaker = self.speaker(place.doc, frame);
        let nowhere = [Locator::default()];
        let places: &[Locator] = if frame.at.is_empty() { &nowhere } else { &frame.at };
        for &locator in places {
            self.changes.claims.push(Claim {
                says: says.clone(),
                when: frame.when,
                source,
                locator,
                speaker,
                modality: frame.modality.unwrap_or_default(),
                credibility: frame.credibility.unwrap_or_default(),
                text: frame.text.map(Box::from),
                note: frame.note.map(Box::from),
            });
            self.claim_places.push(place.clone());
        }
    }

    fn circles(&self) {
        let edges: Vec<(&str, &str)> = self.same.iter().map(|(from, to, _)| (*from, *to.get_ref())).collect();
        for (edge, circle) in same_as::circles(&edges) {
            let Some((_, to, doc)) = self.same.get(edge) else { continue };
            doc.problem(to.span(), format!("same_as runs in a circle: {}", circle.join(" -> ")));
        }
    }

    /// Notes what the schema does not allow where it stands.
    fn refuse(&self, error: SchemaError) {
        let (doc, span) = match error.about {
            About::Entity(number) => {
                let Some(place) = self.entity_places.get(number as usize) else { return };
                match error.part {
                    Part::Kind => place.kind.clone(),
                    Part::FinerType => place.finer.clone(),
                    _ => place.id.clone(),
                }
            }
            About::Claim(number) => {
                let Some(place) = self.claim_places.get(number) else { return };
                let span = match (error.part, &place.value) {
                    (Part::Value, Some(text)) => place.doc.inside(text, error.at),
                    (Part::Value, None) => place.value_span.clone(),
                    _ => place.word.clone(),
                };
                (place.doc, span)
            }
        };
        doc.problem_with_help(span, error.message, error.help);
    }
}
