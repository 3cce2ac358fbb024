//! Binding a statement to a graph: entities by name or id, kinds, and the scope.

use std::cell::RefCell;

use super::ast::{Avoid, EntityRef, Name, ScopeAst, TimeScope};
use super::graph::{LabelNo, Sort};
use super::known::Known;
use super::lexer::Span;
use super::mapped::FINER;
use crate::graph::{Graph, KindSet, LinkFilter};
use crate::model::{Diagnostic, EntityNo, SourceNo};
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

    fn known(&self) -> Known<'a> {
        Known { graph: self.graph, schema: self.schema, notes: self.notes }
    }

    /// The entity that a statement names.
    ///
    /// # Errors
    /// As [`Known::entity`].
    pub fn entity(&self, named: &EntityRef) -> Result<EntityNo, Diagnostic> {
        self.known().entity(named).map_err(|fault| fault.diagnostic(self.text))
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
        match self.known().misnamed(Sort::LinkKind, name) {
            Some(fault) => Err(fault.diagnostic(self.text)),
            None => Ok(self.graph.link_kind_code(&name.value)),
        }
    }

    /// Entity kinds and finer types.
    ///
    /// # Errors
    /// The schema has no such kind or finer type.
    pub fn kinds(&self, names: &[Name]) -> Result<KindFilter, Diagnostic> {
        let mut filter = KindFilter { given: !names.is_empty(), ..KindFilter::default() };
        for name in names {
            if !self.add_kind(&mut filter, &name.value) {
                return Err(self.known().unknown_kind(Sort::Kind, name).diagnostic(self.text));
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
