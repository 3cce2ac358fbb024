//! Proposals: claims that may be made, each tied to its sentence.

mod check;
mod claims;
mod given;
mod licence;
mod lines;
mod refs;
mod words;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::xxh3_64;

use crate::model::{Credibility, Modality, NameRole, Period, Reliability, Source};
pub use claims::{EVENT, Fault, Who, claims, kept};
pub use given::Given;
pub use licence::KeepText;
pub use refs::{EntityRef, slug};

/// What an extractor found in one document.
///
/// ```
/// use tieline::extract::{DocumentMeta, EntityRef, Extraction, Named, Place, Proposal, Said, Span};
///
/// let document = DocumentMeta { id: "note".into(), title: "A note".into(), ..DocumentMeta::default() };
/// let text = "The Harbour Front was there.";
/// let says = Said::Entity {
///     entity: EntityRef::named("Harbour Front"),
///     kind: "Organisation".into(),
///     finer: Some("militant_group".into()),
///     names: vec![Named::primary("Harbour Front")],
/// };
/// let place = Place { paragraph: 1, sentence: 1, span: Span(0, 28), evidence: Some(Span(4, 17)) };
/// let proposal = Proposal::new(says, place, text, "names.shape", "words with capital letters", 0.8);
/// let extraction = Extraction::new(document, text.into(), vec![proposal], Vec::new());
/// assert!(extraction.proposals[0].id.starts_with("p-"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extraction {
    /// The document.
    pub document: DocumentMeta,
    /// Its text, which all byte offsets are offsets of.
    pub text: String,
    /// What it may be taken to say, in the order of the text.
    pub proposals: Vec<Proposal>,
    /// What a reader should know: an unknown language, parts that were left out.
    pub notes: Vec<String>,
}

/// What is known of a document: the fields of a [`Source`] as JSON has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentMeta {
    /// The id of the source that it becomes.
    pub id: String,
    /// The title.
    pub title: String,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// When it was published (EDTF).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// When it was retrieved (EDTF).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retrieved: Option<String>,
    /// Where it can be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Language of the text (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Licence or terms of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Digest of the text, as `sha256:HEX`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Reliability of the source, `A` to `F`.
    #[serde(default, with = "words")]
    pub reliability: Reliability,
}

/// One claim that may be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// The name of the proposal: `p-` and a digest of what it says, where and in whose voice. [`Extraction::new`] gives it.
    #[serde(default)]
    pub id: String,
    /// What is said, and of whom.
    pub says: Said,
    /// When it is said to hold.
    #[serde(default, with = "words::option", skip_serializing_if = "Option::is_none")]
    pub when: Option<Period>,
    /// Where in the document.
    pub at: Place,
    /// The sentence: the text of `at.span`.
    pub text: String,
    /// What is mentioned in the sentence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    /// Who is quoted or reported as saying it; `None` is the document's own voice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<EntityRef>,
    /// In which modality it is said.
    #[serde(default, with = "words")]
    pub modality: Modality,
    /// How credible it is.
    #[serde(default, with = "words::credibility")]
    pub credibility: Credibility,
    /// The name of the rule that made it, or of the program.
    pub rule: String,
    /// Why the rule made it, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// How sure the extractor is that the document says this, 0 to 1.
    pub confidence: f64,
    /// A remark: a role, a share, a doubt, the words of a date that is left open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a proposal says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Said {
    /// There is an entity that the database does not know. It is always an [`EntityRef::New`].
    Entity {
        /// The entity.
        entity: EntityRef,
        /// Its kind (`Organisation`).
        kind: String,
        /// Its finer type (`militant_group`).
        #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
        finer: Option<String>,
        /// What it is called in this sentence.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        names: Vec<Named>,
    },
    /// Something happened: an entity of the kind `Event`, new or known, and who took part. Who took part in another
    /// voice or modality is a [`Said::Link`] of its own.
    Event {
        /// The event.
        event: EntityRef,
        /// Its finer type (`ceasefire`).
        #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
        finer: Option<String>,
        /// What it is called.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        names: Vec<Named>,
        /// Who took part, and where.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        participants: Vec<Participant>,
    },
    /// An entity has a name.
    Name {
        /// Whose name.
        entity: EntityRef,
        /// The name as the document spells it.
        name: String,
        /// Which sort of name.
        #[serde(default = "alias", with = "words")]
        role: NameRole,
        /// Its language (BCP 47).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
    /// An entity has an attribute.
    Attribute {
        /// Whose attribute.
        entity: EntityRef,
        /// Which attribute (`founded`).
        key: String,
        /// The value, as the schema wants it for this attribute.
        value: String,
    },
    /// A link holds.
    Link {
        /// The entity that it goes out from.
        from: EntityRef,
        /// Its kind (`affiliated_with`).
        kind: String,
        /// The entity that it goes to.
        to: EntityRef,
    },
    /// Two entities may be one.
    SameAs {
        /// The entity that is kept.
        entity: EntityRef,
        /// The other.
        other: EntityRef,
    },
}

/// A name inside a proposed entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Which sort of name.
    #[serde(default = "alias", with = "words")]
    pub role: NameRole,
    /// Its language (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Who took part in an event, or where it was. The link goes in the direction that its kind allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// The participant.
    pub entity: EntityRef,
    /// The kind of the link (`party_to`).
    pub kind: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A place in a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Paragraph, from 1.
    pub paragraph: u32,
    /// Sentence of the whole document, from 1.
    pub sentence: u32,
    /// The sentence in bytes of the text.
    pub span: Span,
    /// The words in it that carry the claim, in bytes of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Span>,
}

/// A part of a text in bytes, half-open; in JSON a list of two numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span(pub u32, pub u32);

/// Words of the sentence that stand for an entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mention {
    /// The words, in bytes of the document's text.
    pub span: Span,
    /// The entity that they stand for.
    pub entity: EntityRef,
}

impl Extraction {
    /// An extraction whose proposals have their ids and whose document has the digest of its text.
    ///
    /// The id of a proposal follows from the document's id, what is said, when, by whom, in which modality, and the words
    /// of the sentence and of the evidence. It does not follow from offsets, rule or confidence: a document whose second
    /// edition says the same thing gives the same id. What is said again in the same words has `-2` and so on behind it.
    pub fn new(document: DocumentMeta, text: String, proposals: Vec<Proposal>, notes: Vec<String>) -> Self {
        let digest = Some(digest(&text));
        let mut extraction = Self { document: DocumentMeta { digest, ..document }, text, proposals, notes };
        let mut seen = std::collections::HashMap::new();
        for proposal in &mut extraction.proposals {
            let told = proposal.told(&extraction.document.id, &extraction.text);
            let number = seen.entry(told).and_modify(|count| *count += 1).or_insert(1);
            let again = if *number > 1 { format!("-{number}") } else { String::new() };
            proposal.id = format!("p-{told:012x}{again}");
        }
        extraction
    }
}

impl DocumentMeta {
    /// The same, with what it leaves open taken from what is known of the source. Who is not judged here keeps its
    /// reliability.
    pub fn or(self, known: &Source) -> Self {
        let text = |own: Option<String>, known: &Option<Box<str>>| own.or_else(|| known.as_deref().map(str::to_owned));
        Self {
            title: if self.title.is_empty() { known.title.to_string() } else { self.title },
            publisher: text(self.publisher, &known.publisher),
            published: text(self.published, &known.published),
            retrieved: text(self.retrieved, &known.retrieved),
            address: text(self.address, &known.address),
            language: text(self.language, &known.language),
            licence: text(self.licence, &known.licence),
            digest: text(self.digest, &known.digest),
            reliability: if self.reliability == Reliability::F { known.reliability } else { self.reliability },
            id: self.id,
        }
    }

    /// The source that the document becomes.
    pub fn source(&self) -> Source {
        let text = |field: &Option<String>| field.as_deref().map(Box::from);
        Source {
            id: self.id.as_str().into(),
            title: self.title.as_str().into(),
            publisher: text(&self.publisher),
            published: text(&self.published),
            retrieved: text(&self.retrieved),
            address: text(&self.address),
            language: text(&self.language),
            licence: text(&self.licence),
            digest: text(&self.digest),
            reliability: self.reliability,
        }
    }
}

impl Proposal {
    /// A proposal in the document's own voice, asserted, of unknown credibility and without a date.
    pub fn new(says: Said, at: Place, sentence: &str, rule: &str, why: &str, confidence: f64) -> Self {
        Self {
            id: String::new(),
            says,
            when: None,
            at,
            text: sentence.to_owned(),
            mentions: Vec::new(),
            speaker: None,
            modality: Modality::Asserted,
            credibility: Credibility::UNKNOWN,
            rule: rule.to_owned(),
            why: why.to_owned(),
            confidence,
            note: None,
        }
    }

    /// A digest, of 48 bits, of what is told in the document of this id and text, and in whose voice.
    pub fn told(&self, document: &str, text: &str) -> u64 {
        let evidence = self.at.evidence.and_then(|span| span.of(text)).unwrap_or_default();
        let when = self.when.map(|when| when.to_string());
        let told = (document, &self.says, when, &self.speaker, self.modality.word(), &self.text, evidence);
        // Words and strings always have a form in JSON.
        xxh3_64(serde_json::to_string(&told).unwrap_or_default().as_bytes()) >> 16
    }

    /// The same of other entities, which `other` gives for each.
    pub fn about(mut self, other: &dyn Fn(&EntityRef) -> EntityRef) -> Self {
        for entity in self.says.entities_mut().into_iter().chain(&mut self.speaker) {
            *entity = other(entity);
        }
        self
    }

    /// All entities that what is said rests on, the speaker last; an entity may come twice.
    pub fn entities(&self) -> Vec<&EntityRef> {
        let mut entities = self.says.entities();
        entities.extend(&self.speaker);
        entities
    }
}

impl Said {
    /// The word for what sort of thing is said, as in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Said::Entity { .. } => "entity",
            Said::Event { .. } => "event",
            Said::Name { .. } => "name",
            Said::Attribute { .. } => "attribute",
            Said::Link { .. } => "link",
            Said::SameAs { .. } => "same_as",
        }
    }

    /// The entity that this proposes as new, if it does.
    pub fn proposes(&self) -> Option<&EntityRef> {
        match self {
            Said::Entity { entity, .. } | Said::Event { event: entity, .. } => {
                matches!(entity, EntityRef::New(_)).then_some(entity)
            }
            _ => None,
        }
    }

    fn entities_mut(&mut self) -> Vec<&mut EntityRef> {
        match self {
            Said::Entity { entity, .. } | Said::Name { entity, .. } | Said::Attribute { entity, .. } => vec![entity],
            Said::Event { event, participants, .. } => {
                std::iter::once(event).chain(participants.iter_mut().map(|part| &mut part.entity)).collect()
            }
            Said::Link { from, to, .. } => vec![from, to],
            Said::SameAs { entity, other } => vec![entity, other],
        }
    }

    /// The names that are given to entities.
    pub fn names(&self) -> Vec<(&EntityRef, &str)> {
        match self {
            Said::Entity { entity, names, .. } | Said::Event { event: entity, names, .. } => {
                names.iter().map(|named| (entity, &*named.name)).collect()
            }
            Said::Name { entity, name, .. } => vec![(entity, name)],
            Said::Attribute { .. } | Said::Link { .. } | Said::SameAs { .. } => Vec::new(),
        }
    }

    /// All entities that are spoken of.
    pub fn entities(&self) -> Vec<&EntityRef> {
        match self {
            Said::Entity { entity, .. } | Said::Name { entity, .. } | Said::Attribute { entity, .. } => vec![entity],
            Said::Event { event, participants, .. } => {
                std::iter::once(event).chain(participants.iter().map(|participant| &participant.entity)).collect()
            }
            Said::Link { from, to, .. } => vec![from, to],
            Said::SameAs { entity, other } => vec![entity, other],
        }
    }
}

impl Named {
    /// The name to show.
    pub fn primary(name: &str) -> Self {
        Self { name: name.to_owned(), role: NameRole::Primary, language: None }
    }
}

impl Span {
    /// The part of `text`; `None` if it ends outside or cuts a letter in two.
    pub fn of(self, text: &str) -> Option<&str> {
        text.get(self.0 as usize..self.1 as usize)
    }

    /// Whether `other` lies inside.
    pub fn holds(self, other: Span) -> bool {
        self.0 <= other.0 && other.1 <= self.1
    }
}

fn alias() -> NameRole {
    NameRole::Alias
}

/// The digest of a document's text, as a source records it: `sha256:HEX`.
pub fn digest(text: &str) -> String {
    let mut out = String::from("sha256:");
    for byte in Sha256::digest(text.as_bytes()) {
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposal() -> Proposal {
        let says = Said::Link {
            from: EntityRef::named("Harbour Front"),
            kind: "affiliated_with".to_owned(),
            to: EntityRef::Known("port-front".to_owned()),
        };
        let at = Place { paragraph: 1, sentence: 1, span: Span(0, 9), evidence: Some(Span(2, 6)) };
        Proposal {
            when: Some("2020/..".parse().unwrap()),
            speaker: Some(EntityRef::Known("dana-doe".to_owned())),
            modality: Modality::Alleged,
            credibility: Credibility::new(3).unwrap(),
            mentions: vec![Mention { span: Span(2, 6), entity: EntityRef::Known("port-front".to_owned()) }],
            ..Proposal::new(says, at, "A tie is.", "affiliation.ties-to", "\"ties to\"", 0.8)
        }
    }

    #[test]
    fn a_proposal_is_an_object_of_words() {
        let json = serde_json::to_string(&proposal()).unwrap();
        let by_hand = concat!(
            r#"{"id":"","says":{"link":{"from":"new:harbour-front","kind":"affiliated_with","to":"@port-front"}},"#,
            r#""when":"2020/..","at":{"paragraph":1,"sentence":1,"span":[0,9],"evidence":[2,6]},"text":"A tie is.","#,
            r#""mentions":[{"span":[2,6],"entity":"@port-front"}],"speaker":"@dana-doe","modality":"alleged","#,
            r#""credibility":3,"rule":"affiliation.ties-to","why":"\"ties to\"","confidence":0.8}"#
        );
        assert_eq!(json, by_hand);
        assert_eq!(serde_json::from_str::<Proposal>(&json).unwrap(), proposal());
    }

    #[test]
    fn what_is_left_out_is_the_usual() {
        let json = r#"{"says":{"name":{"entity":"@a","name":"A"}},"at":{"paragraph":1,"sentence":1,"span":[0,1]},
            "text":"A","rule":"mine","confidence":1}"#;
        let read: Proposal = serde_json::from_str(json).unwrap();
        assert_eq!((read.modality, read.credibility, read.speaker), (Modality::Asserted, Credibility::UNKNOWN, None));
        assert!(matches!(read.says, Said::Name { role: NameRole::Alias, .. }));
        assert!(serde_json::from_str::<Proposal>(&json.replace("\"rule\"", "\"rul\"")).is_err());
        assert!(serde_json::from_str::<Proposal>(&json.replace("@a", "a")).is_err());
    }

    #[test]
    fn ids_follow_from_what_is_said_and_not_from_where_it_stands() {
        let made =
            |proposals| Extraction::new(DocumentMeta::default(), "A tie is. A tie is.".into(), proposals, vec![]);
        let ids = |extraction: Extraction| extraction.proposals.into_iter().map(|it| it.id).collect::<Vec<_>>();
        let mut moved = proposal();
        moved.at = Place { paragraph: 2, sentence: 2, span: Span(10, 19), evidence: Some(Span(12, 16)) };
        (moved.confidence, moved.rule) = (0.1, "another".to_owned());
        let both = ids(made(vec![proposal(), moved.clone()]));
        assert_eq!(both, [both[0].clone(), format!("{}-2", both[0])]);
        assert_eq!(ids(made(vec![moved.clone()])), [both[0].clone()]);
        moved.modality = Modality::Denied;
        assert_ne!(ids(made(vec![moved])), [both[0].clone()]);
    }

    #[test]
    fn a_digest_is_that_of_the_standard() {
        let abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digest("abc"), abc);
    }
}
