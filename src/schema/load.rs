//! Reading a schema from its files.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fields::{Document, Fields, Text};
use super::{
    AttributeType, EntityKind, Family, FinerType, FtmLink, Grading, KindSet, LinkKind, List, Named, Schema, ValueType,
    nearest,
};
use crate::model::{Credibility, Diagnostic, Modality, Reliability};

/// The files of the schema that is compiled in.
const BUILTIN: [(&str, &str); 5] = [
    ("schema/attributes.toml", include_str!("../../schema/attributes.toml")),
    ("schema/kinds.toml", include_str!("../../schema/kinds.toml")),
    ("schema/links.toml", include_str!("../../schema/links.toml")),
    ("schema/scales.toml", include_str!("../../schema/scales.toml")),
    ("schema/types.toml", include_str!("../../schema/types.toml")),
];

/// The tables of a schema file.
const TABLES: [&str; 8] = ["kind", "type", "family", "link", "attribute", "modality", "reliability", "credibility"];

/// The largest schema file, in bytes: more than anyone writes by hand.
const MAX_BYTES: u64 = 4 << 20;

/// The word that stands for all kinds of entity.
const ANY: &str = "any";

/// Reads the schema that is compiled in.
pub(super) fn builtin() -> Result<Schema, Vec<Diagnostic>> {
    parse(BUILTIN.iter().map(|(name, text)| Document::new(*name, (*text).to_owned())).collect())
}

/// Reads the schema in the `*.toml` files of a folder.
pub(super) fn folder(dir: &Path) -> Result<Schema, Vec<Diagnostic>> {
    let refuse = |message: String| vec![Diagnostic::new("", 0..0, message).in_file(dir.display().to_string())];
    let entries = std::fs::read_dir(dir).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml") && path.is_file())
        .collect();
    paths.sort();
    if paths.is_empty() {
        return Err(refuse("no schema file (*.toml) in this folder".to_owned()));
    }
    parse(paths.iter().map(|path| Document::read(path, MAX_BYTES)).collect())
}

/// Reads a schema from its files, in which the tables may be spread as they like.
fn parse(documents: Vec<Document>) -> Result<Schema, Vec<Diagnostic>> {
    let parsed: Vec<_> = documents.iter().map(Document::parse).collect();
    // What a broken file would have defined is not known, so nothing else is checked against it.
    let schema = if parsed.iter().all(|(_, whole)| *whole) { build(&documents, &parsed) } else { Schema::default() };
    drop(parsed);
    let problems: Vec<Diagnostic> = documents.into_iter().flat_map(Document::into_diagnostics).collect();
    if problems.is_empty() { Ok(schema) } else { Err(problems) }
}

fn build<'d>(documents: &'d [Document], parsed: &'d [(Spanned<DeTable<'d>>, bool)]) -> Schema {
    let files: Vec<(&Document, Fields<'_>)> = documents
        .iter()
        .zip(parsed)
        .map(|(doc, (table, _))| (doc, Fields::new(doc, table.get_ref(), 0..0, "a schema", &TABLES)))
        .collect();
    let mut builder = Builder { schema: Schema::default(), places: HashMap::new() };
    // What is referred to comes before what refers to it.
    for (doc, file) in &files {
        builder.kinds(doc, file);
        builder.families(doc, file);
    }
    if builder.schema.kinds.list.is_empty()
        && let Some((doc, _)) = files.first()
    {
        doc.problem(0..0, "the schema defines no kind of entity");
    }
    for (doc, file) in &files {
        builder.finer_types(doc, file);
        builder.links(doc, file);
        builder.attributes(doc, file);
    }
    builder.scales(&files);
    builder.schema
}

struct Builder<'d> {
    schema: Schema,
    /// Where each name of each sort of table was defined.
    places: HashMap<(&'static str, &'d str), (&'d Document, Range<usize>)>,
}

impl<'d> Builder<'d> {
    /// The name of a new definition; `None`, noted, if it is missing, misshapen or taken.
    fn new_name(&mut self, doc: &'d Document, sort: &'static str, fields: &Fields<'d>) -> Option<Box<str>> {
        let name = fields.required("name")?;
        let text: &'d str = name.get_ref();
        let shaped = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        if !shaped || text == ANY {
            doc.problem(
                name.span(),
                format!("{text:?} is no name: it is to be of letters, digits and _, and not {ANY:?}"),
            );
            return None;
        }
        if let Some((first, span)) = self.places.get(&(sort, text)) {
            let message = format!("{sort} {text} is defined twice");
            doc.problem_with_help(
                name.span(),
                message,
                Some(format!("first at {}:{}", first.name(), first.line(span))),
            );
            return None;
        }
        self.places.insert((sort, text), (doc, name.span()));
        Some(text.into())
    }

    fn kinds(&mut self, doc: &'d Document, file: &Fields<'d>) {
        const KEYS: [&str; 7] = ["name", "plural", "meaning", "ftm", "ftm_in", "shape", "colour"];
        for fields in file.tables("kind", "a kind", &KEYS) {
            let name = self.new_name(doc, "kind", &fields);
            let (plural, meaning, ftm) =
                (required(&fields, "plural"), required(&fields, "meaning"), required(&fields, "ftm"));
            let shape = fields.required("shape").and_then(|shape| {
                let known = shape.get_ref().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
                if !known {
                    doc.problem(shape.span(), format!("{:?} is no Graphviz shape", shape.get_ref()));
                }
                known.then(|| (*shape.get_ref()).into())
            });
            let colour = colour(doc, &fields);
            let (Some(name), Some(plural), Some(meaning), Some(ftm), Some(shape), Some(colour)) =
                (name, plural, meaning, ftm, shape, colour)
            else {
                continue;
            };
            if self.schema.kinds.list.len() == KindSet::MAX {
                doc.problem(fields.span(), format!("a schema has at most {} kinds", KindSet::MAX));
                return;
            }
            self.schema.kinds.push(EntityKind {
                name,
                plural,
                meaning,
                ftm,
                ftm_in: listed(&fields, "ftm_in"),
                shape,
                colour,
            });
        }
    }

    fn families(&mut self, doc: &'d Document, file: &Fields<'d>) {
        for fields in file.tables("family", "a family", &["name", "meaning", "colour"]) {
            let name = self.new_name(doc, "family", &fields);
            let (meaning, colour) = (required(&fields, "meaning"), colour(doc, &fields));
            if let (Some(name), Some(meaning), Some(colour)) = (name, meaning, colour) {
                self.schema.families.push(Family { name, meaning, colour });
            }
        }
    }

    fn finer_types(&mut self, doc: &'d Document, file: &Fields<'d>) {
        for fields in file.tables("type", "a type", &["name", "kind", "meaning", "ftm", "ftm_in"]) {
            let name = self.new_name(doc, "type", &fields);
            let kind = fields.required("kind").and_then(|kind| known(doc, "kind", &self.schema.kinds, &kind));
            let (meaning, ftm) = (required(&fields, "meaning"), optional(&fields, "ftm"));
            if let (Some(name), Some(kind), Some(meaning)) = (name, kind, meaning) {
                self.schema.finer_types.push(FinerType { name, kind, meaning, ftm, ftm_in: listed(&fields, "ftm_in") });
            }
        }
    }

    fn links(&mut self, doc: &'d Document, file: &Fields<'d>) {
        const KEYS: [&str; 10] =
            ["name", "from", "to", "same_kind", "symmetric", "forward", "backward", "meaning", "family", "ftm"];
        for fields in file.tables("link", "a link kind", &KEYS) {
            let name = self.new_name(doc, "link kind", &fields);
            let (from, to) = (self.some_kinds(doc, &fields, "from"), self.some_kinds(doc, &fields, "to"));
            let (forward, backward) = (required(&fields, "forward"), required(&fields, "backward"));
            let meaning = required(&fields, "meaning");
            let family = fields.required("family").and_then(|name| known(doc, "family", &self.schema.families, &name));
            let (same_kind, symmetric) = (fields.flag("same_kind"), fields.flag("symmetric"));
            if fields.value("ftm").is_none() {
                doc.problem(fields.span(), "a link kind needs \"ftm\"");
            }
            let ftm = fields.table("ftm", "the FollowTheMoney counterpart", &["schema", "from", "to", "in"]).and_then(
                |ftm| {
                    Some(FtmLink {
                        schema: required(&ftm, "schema")?,
                        from: optional(&ftm, "from"),
                        to: optional(&ftm, "to"),
                        read: ftm.flag("in"),
                    })
                },
            );
            let (
                Some(name),
                Some((from, from_kinds)),
                Some((to, to_kinds)),
                Some(forward),
                Some(backward),
                Some(meaning),
                Some(family),
                Some(ftm),
            ) = (name, from, to, forward, backward, meaning, family, ftm)
            else {
                continue;
            };
            if symmetric && (from_kinds != to_kinds || forward != backward) {
                doc.problem(fields.span(), format!("{name} is symmetric, but its ends or its readings differ"));
            }
            self.schema.links.push(LinkKind {
                name,
                from,
                to,
                same_kind,
                symmetric,
                forward,
                backward,
                meaning,
                family,
                ftm,
                from_kinds,
                to_kinds,
            });
        }
    }

    fn attributes(&mut self, doc: &'d Document, file: &Fields<'d>) {
        for fields in file.tables("attribute", "an attribute", &["name", "of", "value", "words", "meaning", "ftm"]) {
            let name = self.new_name(doc, "attribute", &fields);
            let of = self.some_kinds(doc, &fields, "of");
            let (meaning, ftm) = (required(&fields, "meaning"), optional(&fields, "ftm"));
            let words = listed(&fields, "words");
            let value = fields.required("value").and_then(|value| value_type(doc, &fields, &value, words));
            if let (Some(name), Some((of, of_kinds)), Some(value), Some(meaning)) = (name, of, value, meaning) {
                self.schema.attributes.push(AttributeType { name, of, value, meaning, ftm, of_kinds });
            }
        }
    }

    /// The kinds that a key lists, at least one.
    fn some_kinds(&self, doc: &Document, fields: &Fields<'d>, key: &str) -> Option<(Vec<Box<str>>, KindSet)> {
        let kinds = &self.schema.kinds;
        let listed = fields.texts(key);
        if listed.is_empty() {
            doc.problem(fields.span(), format!("{key:?} is to list at least one kind, or {ANY:?}"));
            return None;
        }
        let mut set = KindSet::default();
        let mut all_known = true;
        for text in &listed {
            if *text.get_ref() == ANY {
                (0..kinds.list.len()).for_each(|number| set.add(number));
            } else if known(doc, "kind", kinds, text).is_none() {
                all_known = false;
            } else if let Some(number) = kinds.number(text.get_ref()) {
                set.add(number);
            }
        }
        let names = kinds.list.iter().enumerate().filter(|(number, _)| set.has(*number));
        all_known.then(|| (names.map(|(_, kind)| kind.name.clone()).collect(), set))
    }

    fn scales(&mut self, files: &[(&'d Document, Fields<'d>)]) {
        let modalities: Vec<_> = Modality::ALL.iter().map(ToString::to_string).collect();
        let reliabilities: Vec<_> = Reliability::ALL.iter().map(ToString::to_string).collect();
        let credibilities: Vec<_> =
            (1..=6).filter_map(Credibility::new).map(|credibility| credibility.to_string()).collect();
        self.schema.modalities = self.scale(files, "modality", "name", &modalities);
        self.schema.reliabilities = self.scale(files, "reliability", "grade", &reliabilities);
        self.schema.credibilities = self.scale(files, "credibility", "grade", &credibilities);
    }

    /// A scale whose values the model fixes: each is to be explained once.
    fn scale(
        &mut self,
        files: &[(&'d Document, Fields<'d>)],
        table: &'static str,
        key: &str,
        values: &[String],
    ) -> Vec<Grading> {
        let mut explained: Vec<Option<Grading>> = vec![None; values.len()];
        for (doc, file) in files {
            for fields in file.tables(table, "a value of a scale", &[key, "meaning"]) {
                let meaning = required(&fields, "meaning");
                let Some(value) = fields.value(key) else {
                    doc.problem(fields.span(), format!("a value of a scale needs {key:?}"));
                    continue;
                };
                let text = match value.get_ref() {
                    DeValue::String(text) => text,
                    DeValue::Integer(number) => number.as_str(),
                    _ => "",
                };
                let place = values.iter().position(|known| known == text);
                let Some(explained) = place.and_then(|place| explained.get_mut(place)) else {
                    let message = format!("{text:?} is no {table}; it is one of {}", values.join(", "));
                    doc.problem(value.span(), message);
                    continue;
                };
                if explained.is_some() {
                    doc.problem(value.span(), format!("{table} {text} is explained twice"));
                }
                *explained = meaning.map(|meaning| Grading { value: text.into(), meaning });
            }
        }
        let missing: Vec<&str> = values
            .iter()
            .zip(&explained)
            .filter(|(_, found)| found.is_none())
            .map(|(value, _)| value.as_str())
            .collect();
        let home = files.iter().find(|(_, file)| file.value(table).is_some()).or(files.first());
        if let (false, Some((doc, _))) = (missing.is_empty(), home) {
            doc.problem(0..0, format!("the schema does not explain {table} {}", missing.join(", ")));
        }
        explained.into_iter().flatten().collect()
    }
}

fn required(fields: &Fields<'_>, key: &str) -> Option<Box<str>> {
    fields.required(key).map(|text| (*text.get_ref()).into())
}

fn listed(fields: &Fields<'_>, key: &str) -> Vec<Box<str>> {
    fields.texts(key).iter().map(|text| (*text.get_ref()).into()).collect()
}

fn optional(fields: &Fields<'_>, key: &str) -> Option<Box<str>> {
    fields.text(key).map(|text| (*text.get_ref()).into())
}

fn colour(doc: &Document, fields: &Fields<'_>) -> Option<Box<str>> {
    let colour = fields.required("colour")?;
    let digits = colour.get_ref().strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Some((*colour.get_ref()).into());
    }
    doc.problem(colour.span(), format!("{:?} is no colour of the form #rrggbb", colour.get_ref()));
    None
}

/// The name, if the list has it; otherwise that is noted with the nearest one.
fn known<T: Named>(doc: &Document, what: &str, list: &List<T>, name: &Text<'_>) -> Option<Box<str>> {
    let text = *name.get_ref();
    if list.get(text).is_some() {
        return Some(text.into());
    }
    let help = nearest(text, list.names()).map(|near| format!("did you mean {near}?"));
    doc.problem_with_help(name.span(), format!("there is no {what} {text:?}"), help);
    None
}

fn value_type(doc: &Document, fields: &Fields<'_>, value: &Text<'_>, words: Vec<Box<str>>) -> Option<ValueType> {
    const TYPES: [&str; 6] = ["text", "number", "date", "boolean", "url", "word"];
    let found = match *value.get_ref() {
        "text" => ValueType::Text,
        "number" => ValueType::Number,
        "date" => ValueType::Date,
        "boolean" => ValueType::Boolean,
        "url" => ValueType::Url,
        "word" if words.is_empty() => {
            doc.problem(fields.span(), "an attribute whose value is a word needs \"words\"");
            return None;
        }
        "word" => return Some(ValueType::Word(words)),
        other => {
            let help = match nearest(other, TYPES) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("it is one of {}", TYPES.join(", ")),
            };
            doc.problem_with_help(value.span(), format!("there is no value type {other:?}"), Some(help));
            return None;
        }
    };
    if !words.is_empty() {
        doc.problem(fields.span(), "\"words\" goes with value = \"word\" only");
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_schema_has_nothing_wrong() {
        match builtin() {
            Ok(schema) => {
                assert!(schema.links().len() >= 40 && schema.kinds().len() >= 4);
                assert_eq!(Schema::builtin().links(), schema.links());
                let led_by = schema.link("led_by").unwrap();
                assert_eq!((&*led_by.forward, &*led_by.backward), ("is led by", "leads"));
                assert!(schema.joins(led_by, "Organisation", "Person") && !schema.joins(led_by, "Person", "Place"));
                assert!(!schema.joins(schema.link("part_of").unwrap(), "Place", "Event"));
                assert_eq!(schema.modalities().len(), 6);
            }
            Err(problems) => panic!("{}", problems.iter().map(|p| format!("{p}\n")).collect::<String>()),
        }
    }

    /// The compiled-in schema with one file changed, and what is said about it.
    fn with(file: &str, from: &str, to: &str) -> Vec<String> {
        let documents = BUILTIN.iter().map(|(name, text)| {
            let name = name.trim_start_matches("schema/");
            assert!(name != file || text.contains(from), "{from} is not in {file}");
            Document::new(name, if name == file { text.replacen(from, to, 1) } else { (*text).to_owned() })
        });
        let problems = parse(documents.collect()).err().unwrap_or_default();
        problems.iter().map(|problem| format!("{}: {}", problem.file.as_deref().unwrap(), problem.message)).collect()
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let check = |file, from, to, message: &str| {
            let found = with(file, from, to);
            assert!(found.iter().any(|line| line == &format!("{file}: {message}")), "{found:#?}");
        };
        check("links.toml", "\"Organisation\", \"Person\"", "\"Organization\"", "there is no kind \"Organization\"");
        check(
            "links.toml",
            "name = \"part_of\"",
            "name = \"affiliated_with\"",
            "link kind affiliated_with is defined twice",
        );
        check("links.toml", "backward = \"includes\"\n", "", "a link kind needs \"backward\"");
        check("links.toml", "family = \"structure\"", "family = \"struct\"", "there is no family \"struct\"");
        check("links.toml", "same_kind = true", "same_kinds = true", "a link kind has no \"same_kinds\"");
        check("links.toml", "#1f4e79", "blue", "\"blue\" is no colour of the form #rrggbb");
        check("types.toml", "kind = \"Person\"", "kind = \"Human\"", "there is no kind \"Human\"");
        check("attributes.toml", "value = \"date\"", "value = \"day\"", "there is no value type \"day\"");
        check("scales.toml", "name = \"aim\"", "name = \"hope\"", "the schema does not explain modality aim");
    }

    #[test]
    fn a_folder_is_read_and_its_errors_have_their_place() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Schema::load(dir.path()).unwrap_err()[0].message.contains("no schema file"));
        for (name, text) in BUILTIN {
            std::fs::write(dir.path().join(name.trim_start_matches("schema/")), text).unwrap();
        }
        assert_eq!(Schema::load(dir.path()).unwrap().links(), Schema::builtin().links());
        std::fs::write(dir.path().join("more.toml"), "[[kind]]\nname = \"Ship\nplural = 3\n").unwrap();
        let problems = Schema::load(dir.path()).unwrap_err();
        assert!(problems.iter().any(|problem| problem.line == 2 && problem.excerpt.contains("Ship")), "{problems:#?}");
        std::fs::write(dir.path().join("more.toml"), b"\xff").unwrap();
        assert_eq!(Schema::load(dir.path()).unwrap_err()[0].message, "not UTF-8 from here on");
        assert!(Schema::load(&dir.path().join("absent")).is_err());
    }
}
