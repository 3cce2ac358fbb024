//! Proposals as the claims that they would be.

use super::{DocumentMeta, EntityRef, Participant, Proposal, Said};
use crate::model::{Changes, Claim, EntityNo, Locator, Modality, Says};
use crate::schema::{About, Part, Schema};

/// The kind of what a [`Said::Event`] adds.
pub const EVENT: &str = "Event";
/// The attribute that holds an event's date.
const DATE: &str = "date";
/// The most bytes of a sentence that a claim keeps: with a name or a value and a note it fits into one row of the store.
const MOST_TEXT: usize = 3_000;

/// The entity that a reference stands for: one of the database, or one that is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Its id in the database.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its finer type.
    pub finer: Option<String>,
}

/// What is wrong with a document or one of its proposals, at a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place of the proposal in the list; `None` for the document.
    pub proposal: Option<usize>,
    /// The key that holds what is wrong.
    pub key: &'static str,
    /// Its value; empty if the key itself is meant.
    pub value: String,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What may help.
    pub help: Option<String>,
}

impl Fault {
    pub(super) fn new(
        proposal: Option<usize>,
        key: &'static str,
        value: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self { proposal, key, value: value.into(), message: message.into(), help: None }
    }

    pub(super) fn help(self, help: Option<impl Into<String>>) -> Self {
        Self { help: help.map(Into::into), ..self }
    }
}

/// The claims that proposals become, held against the schema. `who` tells who a reference stands for; a proposal that
/// rests on somebody of whom it tells nothing makes no claim. With `keep_text` claims carry their sentence.
///
/// A proposal of sameness becomes the assertion that the two are one, for that is what accepting it means.
///
/// # Errors
/// Everything that the schema does not allow, with the proposal that says it.
pub fn claims<'p>(
    document: &DocumentMeta,
    proposals: impl IntoIterator<Item = &'p Proposal>,
    who: &dyn Fn(&EntityRef) -> Option<Who>,
    schema: &Schema,
    keep_text: bool,
) -> Result<Changes, Vec<Fault>> {
    let mut assembly = Assembly {
        changes: Changes::default(),
        who,
        schema,
        keep_text,
        at: 0,
        claim_of: Vec::new(),
        entity_of: Vec::new(),
        faults: Vec::new(),
    };
    if let Err(error) = assembly.changes.add_source(document.source()) {
        assembly.faults.push(Fault::new(None, "id", &document.id, error.to_string()));
    }
    for (at, proposal) in proposals.into_iter().enumerate() {
        assembly.at = at;
        assembly.proposal(proposal);
    }
    assembly.finish()
}

struct Assembly<'a> {
    changes: Changes,
    who: &'a dyn Fn(&EntityRef) -> Option<Who>,
    schema: &'a Schema,
    keep_text: bool,
    /// The place of the proposal that is being read.
    at: usize,
    /// The proposal of each claim.
    claim_of: Vec<usize>,
    /// The proposal that first speaks of each entity.
    entity_of: Vec<usize>,
    faults: Vec<Fault>,
}

impl Assembly<'_> {
    fn proposal(&mut self, proposal: &Proposal) {
        if proposal.entities().into_iter().any(|entity| (self.who)(entity).is_none()) {
            return;
        }
        match &proposal.says {
            Said::Entity { entity, names, .. } => {
                let Some(entity) = self.entity(entity) else { return };
                self.names(proposal, entity, names, false);
            }
            Said::Event { event, names, participants, .. } => {
                let Some(entity) = self.entity(event) else { return };
                if let Some(when) = proposal.when {
                    let key = self.changes.words.intern(DATE);
                    self.claim(
                        proposal,
                        Says::Attribute { entity, key, value: when.to_string().into() },
                        false,
                        &proposal.note,
                    );
                }
                self.names(proposal, entity, names, proposal.when.is_some());
                for participant in participants {
                    self.participant(proposal, entity, participant);
                }
            }
            Said::Name { entity, name, role, language } => {
                let Some(entity) = self.entity(entity) else { return };
                let language = language.as_deref().map(|language| self.changes.words.intern(language));
                let says = Says::Name { entity, text: name.as_str().into(), role: *role, language };
                self.claim(proposal, says, true, &proposal.note);
            }
            Said::Attribute { entity, key, value } => {
                let Some(entity) = self.entity(entity) else { return };
                let key = self.changes.words.intern(key);
                self.claim(
                    proposal,
                    Says::Attribute { entity, key, value: value.as_str().into() },
                    true,
                    &proposal.note,
                );
            }
            Said::Link { from, kind, to } => {
                let (Some(from), Some(to)) = (self.entity(from), self.entity(to)) else { return };
                if from == to {
                    self.fault("to", "", "this joins an entity to itself");
                    return;
                }
                let kind = self.changes.words.intern(kind);
                self.claim(proposal, Says::Link { from, kind, to }, true, &proposal.note);
            }
            Said::SameAs { entity, other } => {
                let (Some(entity), Some(other)) = (self.entity(entity), self.entity(other)) else { return };
                if entity != other {
                    let asserted = Proposal { modality: Modality::Asserted, ..proposal.clone() };
                    self.claim(&asserted, Says::SameAs { entity, other }, false, &proposal.note);
                }
            }
        }
    }

    /// The names that an entity is added with; without any, that it is spoken of.
    fn names(&mut self, proposal: &Proposal, entity: EntityNo, names: &[super::Named], dated: bool) {
        for name in names {
            let language = name.language.as_deref().map(|language| self.changes.words.intern(language));
            let says = Says::Name { entity, text: name.name.as_str().into(), role: name.role, language };
            self.claim(proposal, says, false, &None);
        }
        if names.is_empty() && !dated {
            self.claim(proposal, Says::Exists { entity }, false, &proposal.note);
        }
    }

    /// The link of an event and a participant, in the direction in which its kind joins the two.
    fn participant(&mut self, proposal: &Proposal, event: EntityNo, participant: &Participant) {
        let Some(other) = self.entity(&participant.entity) else { return };
        let kind_of = |entity: EntityNo| {
            let kind = self.changes.entities().get(entity as usize).map(|entity| entity.kind);
            kind.map_or("", |kind| self.changes.words.text(kind))
        };
        let joins = |from, to| {
            self.schema.link(&participant.kind).is_some_and(|link| self.schema.joins(link, kind_of(from), kind_of(to)))
        };
        let turned = !joins(other, event) && joins(event, other);
        let (from, to) = if turned { (event, other) } else { (other, event) };
        let kind = self.changes.words.intern(&participant.kind);
        let note = if participant.note.is_some() { &participant.note } else { &proposal.note };
        self.claim(proposal, Says::Link { from, kind, to }, true, note);
    }

    fn entity(&mut self, entity: &EntityRef) -> Option<EntityNo> {
        let Who { id, kind, finer } = (self.who)(entity)?;
        match self.changes.add_entity(&id, &kind, finer.as_deref()) {
            Ok(number) => {
                self.entity_of.resize(self.changes.entities().len(), self.at);
                Some(number)
            }
            Err(error) => {
                self.fault("kind", kind, error.to_string());
                None
            }
        }
    }

    fn claim(&mut self, proposal: &Proposal, says: Says, dated: bool, note: &Option<String>) {
        let speaker = proposal.speaker.as_ref().and_then(|speaker| self.entity(speaker));
        let span = proposal.at.evidence.unwrap_or(proposal.at.span);
        self.changes.claims.push(Claim {
            says,
            when: proposal.when.filter(|_| dated),
            source: 0,
            locator: Locator {
                paragraph: proposal.at.paragraph,
                sentence: proposal.at.sentence,
                span: Some((span.0, span.1)),
            },
            speaker,
            modality: proposal.modality,
            credibility: proposal.credibility,
            text: self.keep_text.then(|| kept(proposal).into()),
            note: note.as_deref().map(Box::from),
        });
        self.claim_of.push(self.at);
    }

    fn fault(&mut self, key: &'static str, value: impl Into<String>, message: impl Into<String>) {
        self.faults.push(Fault::new(Some(self.at), key, value, message));
    }

    fn finish(mut self) -> Result<Changes, Vec<Fault>> {
        if let Err(errors) = self.schema.check(&mut self.changes) {
            for error in errors {
                let (proposal, value) = match error.about {
                    About::Entity(number) => {
                        let entity = self.changes.entities().get(number as usize);
                        let word = |word| self.changes.words.text(word).to_owned();
                        let value = match error.part {
                            Part::Kind => entity.map(|entity| word(entity.kind)),
                            Part::FinerType => entity.and_then(|entity| entity.finer).map(word),
                            _ => None,
                        };
                        (self.entity_of.get(number as usize).copied(), value.unwrap_or_default())
                    }
                    About::Claim(number) => {
                        let says = self.changes.claims.get(number).map(|claim| &claim.says);
                        let value = match says {
                            Some(Says::Link { kind, .. }) => self.changes.words.text(*kind).to_owned(),
                            Some(Says::Attribute { value, .. }) if error.part == Part::Value => value.to_string(),
                            Some(Says::Attribute { key, .. }) => self.changes.words.text(*key).to_owned(),
                            _ => String::new(),
                        };
                        (self.claim_of.get(number).copied(), value)
                    }
                };
                let key = match error.part {
                    Part::Id => "entity",
                    Part::FinerType => "type",
                    Part::Kind | Part::Link | Part::Ends => "kind",
                    Part::Attribute => "key",
                    Part::Value => "value",
                };
                self.faults.push(Fault::new(proposal, key, value, error.message).help(error.help));
            }
        }
        if self.faults.is_empty() { Ok(self.changes) } else { Err(self.faults) }
    }
}

/// The words of a proposal's sentence that its claims keep: all of it, or of a very long one what stands around the
/// evidence. Control characters but line breaks become spaces: a claim's text has none.
pub fn kept(proposal: &Proposal) -> String {
    let text = &proposal.text;
    let evidence = proposal.at.evidence.map_or(0, |evidence| evidence.0.saturating_sub(proposal.at.span.0) as usize);
    let mut start = if text.len() <= MOST_TEXT { 0 } else { evidence.saturating_sub(MOST_TEXT / 3) };
    let mut end = text.len().min(start + MOST_TEXT);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let cut = text.get(start..end).unwrap_or_default();
    cut.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}
