//! Reading rules from their files. Everything that is wrong is found in one go and has its place.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::clause::Role;
use super::super::lexicon::Tags;
use super::{AttributeRule, Body, LinkRule, Rule, Rules, Trigger, Value};
use crate::model::{Diagnostic, Modality};
use crate::names;
use crate::schema::fields::{Document, Fields, Text};
use crate::schema::{Schema, nearest};

/// The files that are compiled in.
const BUILTIN: [(&str, &str); 7] = [
    ("schema/extraction/words.toml", include_str!("../../../schema/extraction/words.toml")),
    ("schema/extraction/places.toml", include_str!("../../../schema/extraction/places.toml")),
    ("schema/extraction/bodies.toml", include_str!("../../../schema/extraction/bodies.toml")),
    ("schema/extraction/groups.toml", include_str!("../../../schema/extraction/groups.toml")),
    ("schema/extraction/people.toml", include_str!("../../../schema/extraction/people.toml")),
    ("schema/extraction/events.toml", include_str!("../../../schema/extraction/events.toml")),
    ("schema/extraction/lists.toml", include_str!("../../../schema/extraction/lists.toml")),
];

/// The largest file, in bytes: more than anyone writes by hand.
const MAX_BYTES: u64 = 4 << 20;

const TABLES: [&str; 5] = ["rule", "words", "places", "body", "inside_name"];
const RULE: [&str; 17] = [
    "name",
    "link",
    "from",
    "to",
    "links",
    "verb",
    "noun",
    "where",
    "unless",
    "voice",
    "event",
    "attributes",
    "modality",
    "clause",
    "after",
    "confidence",
    "example",
];

pub(super) fn builtin(schema: &Schema) -> Result<Rules, Vec<Diagnostic>> {
    parse(Rules::default(), builtin_files(), schema)
}

fn builtin_files() -> Vec<Document> {
    BUILTIN.iter().map(|(name, text)| Document::new(*name, (*text).to_owned())).collect()
}

pub(super) fn folder(dir: &Path, schema: &Schema) -> Result<Rules, Vec<Diagnostic>> {
    let refuse = |message: String| vec![Diagnostic::new("", 0..0, message).in_file(dir.display().to_string())];
    let entries = std::fs::read_dir(dir).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml") && path.is_file())
        .collect();
    paths.sort();
    if paths.is_empty() {
        return Err(refuse("no file of rules (*.toml) in this folder".to_owned()));
    }
    let mut files = builtin_files();
    files.extend(paths.iter().map(|path| Document::read(path, MAX_BYTES)));
    parse(Rules::default(), files, schema)
}

fn parse(mut rules: Rules, documents: Vec<Document>, schema: &Schema) -> Result<Rules, Vec<Diagnostic>> {
    let parsed: Vec<_> = documents.iter().map(Document::parse).collect();
    if parsed.iter().all(|(_, whole)| *whole) {
        let files: Vec<(&Document, Fields<'_>)> = documents
            .iter()
            .zip(&parsed)
            .map(|(doc, (table, _))| (doc, Fields::new(doc, table.get_ref(), 0..0, "a file of rules", &TABLES)))
            .collect();
        let mut reader = Reader { rules: &mut rules, schema };
        // Words come before the rules that use them.
        for ((doc, file), (table, _)) in files.iter().zip(&parsed) {
            reader.lists(doc, file, table);
        }
        reader.rules.gazetteer.add_data({
            let words = &reader.rules.lexicon;
            |name| words.is_common(name)
        });
        for (doc, file) in &files {
            reader.bodies(doc, file);
            reader.rules(doc, file);
        }
        reader.index();
    }
    drop(parsed);
    let problems: Vec<Diagnostic> = documents.into_iter().flat_map(Document::into_diagnostics).collect();
    if problems.is_empty() { Ok(rules) } else { Err(problems) }
}

struct Reader<'r> {
    rules: &'r mut Rules,
    schema: &'r Schema,
}

impl Reader<'_> {
    /// `[words]` and `[places]`: lists of strings by name.
    fn lists(&mut self, doc: &Document, file: &Fields<'_>, table: &Spanned<DeTable<'_>>) {
        for section in ["words", "places", "inside_name"] {
            let Some(value) = file.value(section) else { continue };
            let DeValue::Table(lists) = value.get_ref() else {
                doc.problem(value.span(), format!("{section:?} is to be a table"));
                continue;
            };
            let _ = table;
            for (key, value) in lists.iter() {
                let list: &str = key.get_ref();
                let items: Vec<Text<'_>> = match value.get_ref() {
                    DeValue::Array(items) => items
                        .iter()
                        .filter_map(|item| match item.get_ref() {
                            DeValue::String(text) => Some(Spanned::new(item.span(), &**text)),
                            _ => {
                                doc.problem(item.span(), "a list of strings is expected");
                                None
                            }
                        })
                        .collect(),
                    DeValue::String(text) => vec![Spanned::new(value.span(), &**text)],
                    _ => {
                        doc.problem(value.span(), "a list of strings is expected");
                        continue;
                    }
                };
                for item in items {
                    let known = match section {
                        "words" => self.rules.lexicon.add(list, item.get_ref()),
                        "places" => self.rules.gazetteer.add(list, item.get_ref()),
                        _ => {
                            if self.schema.link(list).is_some() {
                                self.rules.compounds.insert(item.get_ref().to_lowercase().into(), list.into());
                            }
                            self.schema.link(list).is_some()
                        }
                    };
                    if !known {
                        let lists: Vec<&str> = Tags::LISTS.iter().map(|(name, _)| *name).collect();
                        let help = nearest(list, lists).map(|near| format!("did you mean {near}?"));
                        doc.problem_with_help(key.span(), format!("{section} has no list {list:?}"), help);
                        break;
                    }
                }
            }
        }
    }

    fn bodies(&mut self, doc: &Document, file: &Fields<'_>) {
        for fields in file.tables("body", "a body", &["names", "type", "kind"]) {
            let names: Vec<Box<str>> = fields.texts("names").iter().map(|name| (*name.get_ref()).into()).collect();
            if names.is_empty() {
                doc.problem(fields.span(), "a body needs \"names\"");
                continue;
            }
            let kind = fields.text("kind");
            let finer = fields.text("type");
            if let Some(finer) = &finer
                && self.schema.finer_type(finer.get_ref()).is_none()
            {
                let help = self.schema.near_finer_type(finer.get_ref()).map(|near| format!("did you mean {near}?"));
                doc.problem_with_help(finer.span(), format!("the schema has no type {:?}", finer.get_ref()), help);
            }
            let number = self.rules.body_list.len();
            for name in &names {
                self.rules.bodies.insert(names::fold(name).into(), number);
            }
            self.rules.body_list.push(Body {
                names,
                kind: kind.map_or("Organisation", |kind| *kind.get_ref()).into(),
                finer: finer.map(|finer| (*finer.get_ref()).into()),
            });
        }
    }

    fn rules(&mut self, doc: &Document, file: &Fields<'_>) {
        for fields in file.tables("rule", "a rule", &RULE) {
            let Some(name) = fields.required("name") else { continue };
            let mut triggers = Vec::new();
            for (key, verb) in [("verb", true), ("noun", false)] {
                for trigger in fields.texts(key) {
                    let text = trigger.get_ref().to_lowercase();
                    let mut words = text.split_whitespace();
                    let Some(first) = words.next() else {
                        doc.problem(trigger.span(), "a trigger is empty");
                        continue;
                    };
                    let lemma =
                        if verb { self.rules.lexicon.verb(first) } else { self.rules.lexicon.noun(first, Tags::NOUN) };
                    triggers.push(Trigger { verb, lemma, more: words.map(Box::from).collect() });
                }
            }
            if triggers.is_empty() {
                doc.problem(fields.span(), "a rule needs a \"verb\" or a \"noun\" to look for");
            }
            let passive = fields.text("voice").and_then(|voice| match *voice.get_ref() {
                "passive" => Some(true),
                "active" => Some(false),
                other => {
                    doc.problem(voice.span(), format!("{other:?} is no voice; it is active or passive"));
                    None
                }
            });
            let event = fields.text("event").and_then(|event| {
                let known = self.schema.finer_type(event.get_ref()).is_some_and(|finer| &*finer.kind == "Event");
                if !known {
                    let help = self.schema.near_finer_type(event.get_ref()).map(|near| format!("did you mean {near}?"));
                    doc.problem_with_help(
                        event.span(),
                        format!("the schema has no type of event {:?}", event.get_ref()),
                        help,
                    );
                }
                known.then(|| (*event.get_ref()).into())
            });
            let [modality, clause] = ["modality", "clause"].map(|key| {
                fields.text(key).and_then(|modality| match modality.get_ref().parse::<Modality>() {
                    Ok(modality) => Some(modality),
                    Err(error) => {
                        doc.problem(modality.span(), error.to_string());
                        None
                    }
                })
            });
            let confidence = fields.value("confidence").map_or(0.8, |value| {
                let number = match value.get_ref() {
                    DeValue::Float(number) => number.as_str().parse().ok(),
                    DeValue::Integer(number) => number.as_str().parse().ok(),
                    _ => None,
                };
                number.filter(|number| (0.0..=1.0).contains(number)).unwrap_or_else(|| {
                    doc.problem(value.span(), "\"confidence\" is to be a number from 0 to 1");
                    0.0
                })
            });
            let governors = fields
                .texts("after")
                .iter()
                .map(|verb| self.rules.lexicon.verb(&verb.get_ref().to_lowercase()))
                .collect();
            let mut links = Vec::new();
            if fields.value("link").is_some() {
                links.extend(self.link(doc, &fields));
            }
            for link in fields.tables("links", "a link", &["link", "from", "to"]) {
                links.extend(self.link(doc, &link));
            }
            let attributes: Vec<AttributeRule> = fields
                .tables("attributes", "an attribute", &["attribute", "of", "value", "as"])
                .iter()
                .filter_map(|attribute| self.attribute(doc, attribute))
                .collect();
            if ["link", "links", "attributes", "event"].iter().all(|key| fields.value(key).is_none()) {
                doc.problem(
                    fields.span(),
                    "a rule makes nothing: it needs \"link\", \"links\", \"attributes\" or \"event\"",
                );
            }
            let rule = Rule {
                name: (*name.get_ref()).into(),
                triggers,
                requires: self.conditions(doc, &fields, "where"),
                excludes: self.conditions(doc, &fields, "unless"),
                passive,
                event,
                links,
                attributes,
                modality,
                clause,
                governors,
                confidence,
                examples: fields.texts("example").iter().map(|example| (*example.get_ref()).into()).collect(),
            };
            match self.rules.rules.iter_mut().find(|known| known.name == rule.name) {
                Some(known) => *known = rule,
                None => self.rules.rules.push(rule),
            }
        }
    }

    fn link(&self, doc: &Document, fields: &Fields<'_>) -> Option<LinkRule> {
        let kind = fields.required("link")?;
        if self.schema.link(kind.get_ref()).is_none() {
            let help = self.schema.near_link(kind.get_ref()).map(|near| format!("did you mean {near}?"));
            doc.problem_with_help(kind.span(), format!("the schema has no link kind {:?}", kind.get_ref()), help);
        }
        let (from, to) = (self.roles(doc, fields, "from"), self.roles(doc, fields, "to"));
        Some(LinkRule { kind: (*kind.get_ref()).into(), from: from?, to: to? })
    }

    fn attribute(&self, doc: &Document, fields: &Fields<'_>) -> Option<AttributeRule> {
        let key = fields.required("attribute")?;
        if self.schema.attribute(key.get_ref()).is_none() {
            let help = self.schema.near_attribute(key.get_ref()).map(|near| format!("did you mean {near}?"));
            doc.problem_with_help(key.span(), format!("the schema has no attribute {:?}", key.get_ref()), help);
        }
        let of = self.roles(doc, fields, "of")?;
        let value = match fields.text("as").as_ref().map(|way| *way.get_ref()) {
            Some("date") => Value::Date,
            Some("number") => Value::Number(self.roles(doc, fields, "value")?),
            Some("words") | None => Value::Words(self.roles(doc, fields, "value")?),
            Some("fixed") => Value::Fixed(fields.required("value").map(|value| (*value.get_ref()).into())?),
            Some(other) => {
                doc.problem(
                    fields.span(),
                    format!("{other:?} is no way to read a value; it is date, number, words or fixed"),
                );
                return None;
            }
        };
        Some(AttributeRule { key: (*key.get_ref()).into(), of, value })
    }

    /// The roles of a key; noted if there is none or one that is none.
    fn roles(&self, doc: &Document, fields: &Fields<'_>, key: &'static str) -> Option<Vec<Role>> {
        let texts = fields.texts(key);
        if texts.is_empty() {
            doc.problem(
                fields.span(),
                format!("{key:?} is missing: the role that it goes {}", if key == "to" { "to" } else { "out from" }),
            );
            return None;
        }
        texts.iter().map(|text| self.role(doc, text)).collect()
    }

    fn role(&self, doc: &Document, text: &Text<'_>) -> Option<Role> {
        const NAMES: [&str; 6] = ["subject", "object", "self", "modifier", "holder", "event"];
        let word: &str = text.get_ref();
        let role = match word {
            "subject" => Role::Subject,
            "object" => Role::Object,
            "self" => Role::Own,
            "modifier" => Role::Modifier,
            "holder" => Role::Holder,
            "event" => Role::Event,
            _ if word.starts_with("governor ") => {
                let of = Spanned::new(text.span(), word.trim_start_matches("governor "));
                return self.role(doc, &of).map(|role| Role::Governor(Box::new(role)));
            }
            _ if word.starts_with("modifier of ") => {
                let of = Spanned::new(text.span(), word.trim_start_matches("modifier of "));
                return match self.role(doc, &of)? {
                    Role::After(preposition) => Some(Role::Within(preposition)),
                    _ => {
                        doc.problem(text.span(), "\"modifier of\" is followed by a preposition");
                        None
                    }
                };
            }
            _ => {
                let mut words = word.split_whitespace();
                let first = words.next().unwrap_or_default();
                let rest: Vec<Box<str>> = words.map(Box::from).collect();
                let lexicon = &self.rules.lexicon;
                let known = if rest.is_empty() {
                    lexicon.form(first).tags.has(Tags::PREPOSITION)
                } else {
                    lexicon.phrases(first).contains(&rest)
                };
                if !known {
                    let help = match nearest(word, NAMES) {
                        Some(near) => format!("did you mean {near}?"),
                        None => format!("it is {} or a preposition", NAMES.join(", ")),
                    };
                    doc.problem_with_help(text.span(), format!("{word:?} is no role"), Some(help));
                    return None;
                }
                Role::After(word.into())
            }
        };
        Some(role)
    }

    /// `where = { object = ["responsibility"] }`; roles that are alternatives are joined by `|`.
    fn conditions(&self, doc: &Document, fields: &Fields<'_>, key: &str) -> Vec<(Vec<Role>, Vec<Box<str>>)> {
        let Some(value) = fields.value(key) else { return Vec::new() };
        let DeValue::Table(table) = value.get_ref() else {
            doc.problem(value.span(), format!("{key:?} is to be a table of roles and words"));
            return Vec::new();
        };
        let mut found = Vec::new();
        for (role, words) in table.iter() {
            let roles: Option<Vec<Role>> =
                role.get_ref().split('|').map(|name| self.role(doc, &Spanned::new(role.span(), name.trim()))).collect();
            let words: Vec<Box<str>> = match words.get_ref() {
                DeValue::Array(list) => list
                    .iter()
                    .filter_map(|item| match item.get_ref() {
                        DeValue::String(text) => Some(text.to_lowercase().into()),
                        _ => {
                            doc.problem(item.span(), "a word is to be a string");
                            None
                        }
                    })
                    .collect(),
                DeValue::String(text) => vec![text.to_lowercase().into()],
                _ => {
                    doc.problem(words.span(), "a list of words is expected");
                    Vec::new()
                }
            };
            if let Some(roles) = roles {
                found.push((roles, words));
            }
        }
        found
    }

    fn index(&mut self) {
        for (number, rule) in self.rules.rules.iter().enumerate() {
            for trigger in &rule.triggers {
                let table = if trigger.verb { &mut self.rules.verbs } else { &mut self.rules.nouns };
                let list = table.entry(trigger.lemma).or_default();
                if !list.contains(&number) {
                    list.push(number);
                }
            }
        }
    }
}
