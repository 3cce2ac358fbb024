//! What a statement may name, and what is said of what it misnames: entities from the data, kinds and properties from
//! schema and data. Verbs and `match` use the same.

use std::cell::RefCell;

use super::ast::{EntityForm, EntityRef, Name};
use super::diagnostics::{Class, Code, Fault};
use super::graph::Sort;
use crate::graph::{Graph, Hit};
use crate::model::{EntityNo, NameRole};
use crate::schema::{Schema, nearest};

/// The properties that every entity has, beside its attributes.
pub(super) const ENTITY_KEYS: [&str; 5] = ["id", "name", "kind", "type", "names"];

/// The properties of a link.
pub(super) const LINK_KEYS: [&str; 8] = ["id", "kind", "since", "until", "when", "grade", "sources", "modality"];

/// A graph and its schema.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// What kinds there are.
    pub schema: &'a Schema,
    /// What a reader should know of how names were understood.
    pub notes: &'a RefCell<Vec<String>>,
}

impl Known<'_> {
    /// The entity that a statement names.
    ///
    /// # Errors
    /// No entity has the id or the name (what is near is said), or several have the name (they are listed).
    pub fn entity(&self, named: &EntityRef) -> Result<EntityNo, Fault> {
        let text = &named.text;
        let fault = |code, message| Fault::new(Class::ArgumentError, code, named.span, message);
        if named.form == EntityForm::Id {
            return self.graph.by_id(text).ok_or_else(|| {
                let unknown = fault(Code::UnknownEntity, format!("there is no entity with the id @{text}"));
                self.suggest(unknown, &text.replace(['-', '_', '.', ':'], " "))
            });
        }
        let hits = self.graph.named(text);
        match (&hits[..], &self.graph.meant(text)[..]) {
            ([], _) => Err(self.suggest(fault(Code::UnknownEntity, format!("no entity is named {text:?}")), text)),
            ([only], _) => {
                if only.role == NameRole::Weak {
                    self.note(format!("{text:?} is only a weak name of {}", self.list(&hits)));
                }
                Ok(only.entity)
            }
            (several, [only]) => {
                let others: Vec<Hit> = several.iter().filter(|hit| hit.entity != only.entity).cloned().collect();
                let taken = self.list(std::slice::from_ref(only));
                self.note(format!("{text:?} is taken for {taken}; it may mean {}", self.list(&others)));
                Ok(only.entity)
            }
            (several, _) => {
                let message = format!("{text:?} may be any of {} entities", several.len());
                Err(fault(Code::AmbiguousEntity, message).help(format!("say which: {}", self.list(several))))
            }
        }
    }

    /// What is wrong with a name that neither the schema nor the data has; nothing, if one of them has it.
    pub fn misnamed(&self, sort: Sort, name: &Name) -> Option<Fault> {
        let (graph, schema, text) = (self.graph, self.schema, &*name.value);
        let is_kind = || {
            let meta = graph.meta();
            meta.kinds.iter().chain(&meta.finer).any(|known| known == text)
                || schema.kind(text).is_some()
                || schema.finer_type(text).is_some()
        };
        let is_link = || graph.link_kind_code(text).is_some() || schema.link(text).is_some();
        let known = match sort {
            Sort::Kind => is_kind(),
            Sort::LinkKind => is_link(),
            Sort::AnyKind => is_kind() || is_link(),
            Sort::EntityProperty => ENTITY_KEYS.contains(&text) || schema.attribute(text).is_some(),
            Sort::LinkProperty => LINK_KEYS.contains(&text),
        };
        if known {
            return None;
        }
        let fault = self.unknown_kind(sort, name);
        Some(match sort {
            Sort::Kind if is_link() => fault.help(format!("`{text}` is a kind of link")),
            Sort::LinkKind if is_kind() => fault.help(format!("`{text}` is a kind of entity")),
            _ => fault,
        })
    }

    /// A name that is none of its sort, with the nearest that is.
    pub fn unknown_kind(&self, sort: Sort, name: &Name) -> Fault {
        let (meta, schema, text) = (self.graph.meta(), self.schema, &*name.value);
        let kinds = || {
            let data = meta.kinds.iter().chain(&meta.finer).map(String::as_str);
            let kinds = schema.kinds().iter().map(|kind| &*kind.name);
            kinds.chain(schema.finer_types().iter().map(|finer| &*finer.name)).chain(data)
        };
        let links = || {
            let data = meta.link_kinds.iter().map(|kind| kind.name.as_str());
            schema.links().iter().map(|link| &*link.name).chain(data)
        };
        let (code, what, near) = match sort {
            Sort::Kind => (Code::UnknownKind, "there is no kind of entity", nearest(text, kinds())),
            Sort::LinkKind => (Code::UnknownKind, "there is no link kind", nearest(text, links())),
            Sort::AnyKind => (Code::UnknownKind, "there is no kind", nearest(text, kinds().chain(links()))),
            Sort::EntityProperty => {
                let attributes = schema.attributes().iter().map(|attribute| &*attribute.name);
                let near = nearest(text, ENTITY_KEYS.into_iter().chain(attributes));
                (Code::UnknownProperty, "entities have no property", near)
            }
            Sort::LinkProperty => (Code::UnknownProperty, "links have no property", nearest(text, LINK_KEYS)),
        };
        let fault = Fault::syntax(code, name.span, format!("{what} {text}"));
        match (near, sort) {
            (Some(near), _) => fault.help(format!("did you mean {near}?")),
            (None, Sort::LinkProperty) => fault.help(format!("they have {}", LINK_KEYS.join(", "))),
            (None, _) => fault.help("`tieline schema` lists them"),
        }
    }

    /// Adds a note, once.
    pub fn note(&self, note: String) {
        let mut notes = self.notes.borrow_mut();
        if !notes.contains(&note) {
            notes.push(note);
        }
    }

    fn suggest(&self, unknown: Fault, text: &str) -> Fault {
        let near = self.graph.find(text, 4);
        if near.is_empty() {
            unknown.help("`find` looks for parts of names and for other spellings")
        } else {
            unknown.help(format!("did you mean {}?", self.list(&near)))
        }
    }

    fn list(&self, hits: &[Hit]) -> String {
        const MOST: usize = 8;
        let mut shown: Vec<String> = hits
            .iter()
            .take(MOST)
            .filter_map(|hit| {
                let node = self.graph.node(hit.entity)?;
                Some(format!("@{} ({}, {})", node.id, hit.name, self.graph.kind_name(node.kind)))
            })
            .collect();
        if hits.len() > MOST {
            shown.push(format!("and {} more", hits.len() - MOST));
        }
        shown.join(", ")
    }
}
