//! Binding a statement to a graph: entities by name or id, kinds, and the scope.

use std::cell::RefCell;

use super::ast::{Avoid, EntityForm, EntityRef, Name, ScopeAst, TimeScope};
use super::graph::LabelNo;
use super::lexer::Span;
use super::mapped::FINER;
use crate::graph::{Graph, Hit, KindSet, LinkFilter};
use crate::model::{Diagnostic, EntityNo, NameRole, SourceNo};
use crate::schema::{Schema, nearest};

/// A graph, its schema, and the text of the statement that is bound to them.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// What kinds there are.
    pub schema: &'a Schema,
    /// The statement.
    pub text: &'a str,
    /// What a reader should know of how names were understood.
    pub notes: &'a RefCell<Vec<String>>,
}

/// Entity kinds and finer types to keep; everything if both are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindFilter {
    kinds: Vec<u8>,
    finer: Vec<u16>,
    given: bool,
}

impl KindFilter {
    /// Whether every entity is kept.
    pub fn is_trivial(&self) -> bool {
        !self.given
    }

    /// The labels of which an entity must have one, as the core numbers them.
    pub fn labels(&self) -> impl Iterator<Item = LabelNo> + '_ {
        let finer = self.finer.iter().map(|code| FINER + LabelNo::from(*code));
        self.kinds.iter().map(|code| LabelNo::from(*code)).chain(finer)
    }

    /// Whether an entity is kept.
    pub fn keeps(&self, graph: &Graph, entity: EntityNo) -> bool {
        !self.given
            || graph
                .node(entity)
                .is_some_and(|node| self.kinds.contains(&node.kind) || self.finer.contains(&node.finer))
    }
}

/// What a path may not go through.
#[derive(Clone, Debug, Default)]
pub struct Avoided {
    /// Entities.
    pub entities: Vec<EntityNo>,
    /// Kinds and finer types of entities.
    pub kinds: KindFilter,
}

impl Avoided {
    /// Whether nothing is avoided.
    pub fn is_empty(&self) -> bool {
        self.entities.is_empty() && self.kinds.is_trivial()
    }
}

impl<'a> Context<'a> {
    /// A message about a place in the statement.
    pub fn refuse(&self, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.text, span.range(), message)
    }

    /// The entity that a statement names.
    ///
    /// # Errors
    /// No entity has the id or the name (what is near is said), or several have the name (they are listed).
    pub fn entity(&self, named: &EntityRef) -> Result<EntityNo, Diagnostic> {
        match named.form {
            EntityForm::Id => self.graph.by_id(&named.text).ok_or_else(|| {
                let unknown = self.refuse(named.span, format!("there is no entity with the id @{}", named.text));
                self.suggest(unknown, &named.text.replace(['-', '_', '.', ':'], " "))
            }),
            EntityForm::Name => {
                let hits = self.graph.named(&named.text);
                match &hits[..] {
                    [only] => {
                        if only.role == NameRole::Weak {
                            self.note(format!("{:?} is only a weak name of {}", named.text, self.list(&hits)));
                        }
                        Ok(only.entity)
                    }
                    [] => Err(self
                        .suggest(self.refuse(named.span, format!("no entity is named {:?}", named.text)), &named.text)),
                    several => match &self.graph.meant(&named.text)[..] {
                        [only] => {
                            let others: Vec<Hit> =
                                several.iter().filter(|hit| hit.entity != only.entity).cloned().collect();
                            let taken = self.list(std::slice::from_ref(only));
                            let text = &named.text;
                            self.note(format!("{text:?} is taken for {taken}; it may mean {}", self.list(&others)));
                            Ok(only.entity)
                        }
                        _ => Err(self
                            .refuse(named.span, format!("{:?} may be any of {} entities", named.text, several.len()))
                            .help(format!("say which: {}", self.list(several)))),
                    },
                }
            }
        }
    }

    fn note(&self, note: String) {
        let mut notes = self.notes.borrow_mut();
        if !notes.contains(&note) {
            notes.push(note);
        }
    }

    /// All of several entities, each once.
    ///
    /// # Errors
    /// As [`Context::entity`].
    pub fn entities(&self, named: &[EntityRef]) -> Result<Vec<EntityNo>, Diagnostic> {
        let mut entities: Vec<EntityNo> = Vec::new();
        for named in named {
            let entity = self.entity(named)?;
            if !entities.contains(&entity) {
                entities.push(entity);
            }
        }
        Ok(entities)
    }

    fn suggest(&self, unknown: Diagnostic, text: &str) -> Diagnostic {
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

    /// The codes of link kinds; all if none is named.
    ///
    /// # Errors
    /// The schema has no such link kind.
    pub fn link_kinds(&self, names: &[Name]) -> Result<KindSet, Diagnostic> {
        if names.is_empty() {
            return Ok(KindSet::ALL);
        }
        let mut kinds = KindSet::NONE;
        for name in names {
            if let Some(code) = self.link_kind(name)? {
                kinds.insert(code);
            }
        }
        Ok(kinds)
    }

    /// The code of a link kind, or `None` if the schema has it but no link is of it.
    fn link_kind(&self, name: &Name) -> Result<Option<u8>, Diagnostic> {
        let code = self.graph.link_kind_code(&name.value);
        if code.is_none() && self.schema.link(&name.value).is_none() {
            let unknown = self.refuse(name.span, format!("there is no link kind {}", name.value));
            let known = self.schema.links().iter().map(|link| &*link.name);
            return Err(match nearest(&name.value, known) {
                Some(near) => unknown.help(format!("did you mean {near}?")),
                None => unknown.help("`tieline schema` lists them"),
            });
        }
        Ok(code)
    }

    /// Entity kinds and finer types.
    ///
    /// # Errors
    /// The schema has no such kind or finer type.
    pub fn kinds(&self, names: &[Name]) -> Result<KindFilter, Diagnostic> {
        let mut filter = KindFilter { given: !names.is_empty(), ..KindFilter::default() };
        for name in names {
            if !self.add_kind(&mut filter, &name.value) {
                let unknown = self.refuse(name.span, format!("there is no kind of entity {}", name.value));
                let kinds = self.schema.kinds().iter().map(|kind| &*kind.name);
                let known = kinds.chain(self.schema.finer_types().iter().map(|finer| &*finer.name));
                return Err(match nearest(&name.value, known) {
                    Some(near) => unknown.help(format!("did you mean {near}?")),
                    None => unknown.help("`tieline schema` lists them"),
                });
            }
        }
        Ok(filter)
    }

    /// Adds the kind or finer type to a filter; `false` if there is no such kind.
    fn add_kind(&self, filter: &mut KindFilter, name: &str) -> bool {
        let meta = self.graph.meta();
        let is = |known: &String| known.eq_ignore_ascii_case(name);
        let kind = meta.kinds.iter().position(is).map(|code| code as u8);
        let finer = meta.finer.iter().position(is).map(|code| code as u16 + 1);
        filter.kinds.extend(kind);
        filter.finer.extend(finer);
        kind.is_some()
            || finer.is_some()
            || self.schema.kinds().iter().any(|known| known.name.eq_ignore_ascii_case(name))
            || self.schema.finer_types().iter().any(|known| known.name.eq_ignore_ascii_case(name))
    }

    /// What a path may not go through. Link kinds are taken out of `links`.
    ///
    /// # Errors
    /// A name that is neither a link kind nor a kind of entity, or an entity that is not known.
    pub fn avoided(&self, avoid: &[Avoid], links: &mut KindSet) -> Result<Avoided, Diagnostic> {
        let mut avoided = Avoided::default();
        for avoid in avoid {
            match avoid {
                Avoid::Entity(named) => avoided.entities.push(self.entity(named)?),
                Avoid::Kind(name) if self.add_kind(&mut avoided.kinds, &name.value) => avoided.kinds.given = true,
                Avoid::Kind(name) => {
                    if let Some(code) = self.link_kind(name)? {
                        links.remove(code);
                    }
                }
            }
        }
        Ok(avoided)
    }

    /// The conditions of a scope on links and their claims.
    ///
    /// # Errors
    /// A source that is not known.
    pub fn filter(&self, scope: &ScopeAst) -> Result<LinkFilter, Diagnostic> {
        let mut filter = LinkFilter::default();
        if let Some(time) = &scope.time {
            let (TimeScope::AsOf(period) | TimeScope::During(period)) = time.value;
            let bounds = period.bounds();
            filter.time = Some((bounds.start_earliest, bounds.end_latest));
        }
        filter.grade = scope.grade.as_ref().map(|grade| grade.value);
        if let Some(sources) = &scope.sources {
            filter.sources = sources.value.max(1);
        }
        if !scope.modality.is_empty() {
            let modalities: Vec<_> = scope.modality.iter().map(|modality| modality.value).collect();
            filter.allow(&modalities);
        }
        for id in &scope.from_source {
            filter.from_sources.extend(self.sources(&id.value, id.span)?);
        }
        Ok(filter)
    }

    /// A source and its parts: what is read of several tables has a source a table, `mapping-militants:groups` beside
    /// `mapping-militants`.
    fn sources(&self, id: &str, span: Span) -> Result<Vec<SourceNo>, Diagnostic> {
        let sources = self.graph.sources();
        let is_meant =
            |known: &str| known.strip_prefix(id).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
        let meant: Vec<SourceNo> =
            (0..).zip(sources).filter(|(_, s)| is_meant(&s.id)).map(|(number, _)| number).collect();
        if !meant.is_empty() {
            return Ok(meant);
        }
        const MOST: usize = 5;
        let unknown = self.refuse(span, format!("there is no source {id}"));
        let known = || sources.iter().map(|source| source.id.as_str());
        Err(match nearest(id, known()) {
            Some(near) => unknown.help(format!("did you mean {near}?")),
            None if sources.len() <= MOST => {
                unknown.help(format!("the sources are {}", known().collect::<Vec<_>>().join(", ")))
            }
            None => unknown,
        })
    }
}
