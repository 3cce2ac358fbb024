//! Rules: which words make which link, event or attribute, read from `schema/extraction/*.toml`.
//!
//! A rule has a trigger, a verb or a noun, and says which of its arguments a link goes out from and goes to. What the
//! arguments are, whether the verb is in the passive and what modality it has is the clause analysis's work, so that one
//! rule reads "A attacked B", "B was attacked by A" and "A is believed to have attacked B".

mod load;

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

use super::clause::Role;
use super::gazetteer::Gazetteer;
use super::lexicon::Lexicon;
use crate::model::{Diagnostic, Modality, Word};
use crate::schema::Schema;

/// Rules with the words, places and bodies that they rely on.
#[derive(Debug, Default)]
pub struct Rules {
    lexicon: Lexicon,
    gazetteer: Gazetteer,
    bodies: HashMap<Box<str>, usize>,
    body_list: Vec<Body>,
    rules: Vec<Rule>,
    verbs: HashMap<Word, Vec<usize>>,
    nouns: HashMap<Word, Vec<usize>>,
    compounds: HashMap<Box<str>, Box<str>>,
}

/// A body or a status that is known without a database.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its names, the one to show first.
    pub names: Vec<Box<str>>,
    /// Its kind in the schema.
    pub kind: Box<str>,
    /// Its finer type.
    pub finer: Option<Box<str>>,
}

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name, which each proposal that it makes carries.
    pub name: Box<str>,
    /// The words that it looks for.
    pub triggers: Vec<Trigger>,
    /// Words of which one must stand in a role.
    pub requires: Vec<(Vec<Role>, Vec<Box<str>>)>,
    /// Words of which none may stand in a role.
    pub excludes: Vec<(Vec<Role>, Vec<Box<str>>)>,
    /// Only in the passive, or only in the active voice.
    pub passive: Option<bool>,
    /// The finer type of the event that the trigger is.
    pub event: Option<Box<str>>,
    /// The links that it makes.
    pub links: Vec<LinkRule>,
    /// The attributes that it makes.
    pub attributes: Vec<AttributeRule>,
    /// The modality, whatever the clause says.
    pub modality: Option<Modality>,
    /// The verbs of which one must govern the trigger: "split ... to form".
    pub governors: Vec<Word>,
    /// The modality that the clause must have.
    pub clause: Option<Modality>,
    /// How sure it is.
    pub confidence: f64,
    /// Sentences that it reads.
    pub examples: Vec<Box<str>>,
}

/// What a rule looks for.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Whether it is a verb.
    pub verb: bool,
    /// The base form.
    pub lemma: Word,
    /// Words that follow: "away" in "break away".
    pub more: Vec<Box<str>>,
}

/// A link that a rule makes.
#[derive(Clone, Debug)]
pub struct LinkRule {
    /// The kind.
    pub kind: Box<str>,
    /// The roles that it goes out from; the first that is filled counts.
    pub from: Vec<Role>,
    /// The roles that it goes to.
    pub to: Vec<Role>,
}

/// An attribute that a rule makes.
#[derive(Clone, Debug)]
pub struct AttributeRule {
    /// The attribute.
    pub key: Box<str>,
    /// Whose.
    pub of: Vec<Role>,
    /// Where the value stands.
    pub value: Value,
}

/// Where the value of an attribute stands.
#[derive(Clone, Debug)]
pub enum Value {
    /// The date of the clause.
    Date,
    /// The number in a role.
    Number(Vec<Role>),
    /// The words of a role.
    Words(Vec<Role>),
    /// These words.
    Fixed(Box<str>),
}

impl Rules {
    /// The rules that Tieline comes with.
    pub fn builtin() -> &'static Rules {
        // The files are compiled in and a test reads them, so that the empty rules are never seen.
        static BUILTIN: LazyLock<Rules> = LazyLock::new(|| load::builtin(Schema::builtin()).unwrap_or_default());
        &BUILTIN
    }

    /// The rules that Tieline comes with and those in the `*.toml` files of a folder. A rule of the same name as one that
    /// Tieline comes with takes its place.
    ///
    /// # Errors
    /// Everything that is wrong with the files, each with its place.
    pub fn load(folder: &Path, schema: &Schema) -> Result<Rules, Vec<Diagnostic>> {
        load::folder(folder, schema)
    }

    /// The words.
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The places.
    pub fn gazetteer(&self) -> &Gazetteer {
        &self.gazetteer
    }

    /// The body of a folded name.
    pub fn body(&self, folded: &str) -> Option<&Body> {
        self.body_list.get(*self.bodies.get(folded)?)
    }

    /// All rules, in the order of their files.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rules whose trigger is this verb, or this noun.
    pub(super) fn triggered(&self, verb: bool, lemma: Word) -> impl Iterator<Item = &Rule> {
        let table = if verb { &self.verbs } else { &self.nouns };
        table.get(&lemma).into_iter().flatten().filter_map(|&number| self.rules.get(number))
    }

    /// The link kind between a body and those in the list that its name holds: `Monitoring Team` monitors them.
    pub(super) fn compound(&self, word: &str) -> Option<&str> {
        self.compounds.get(word).map(|kind| &**kind)
    }
}
