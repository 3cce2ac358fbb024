//! Entity and link kinds, read from `schema/*.toml`, and checking against them.
//!
//! A [`Schema`] is a set of lists in the order of their files: [`EntityKind`]s with their [`FinerType`]s, [`LinkKind`]s
//! with the kinds they may join, [`AttributeType`]s, and the [`Grading`] of the scales that every claim is placed on.
//! [`Schema::builtin`] is compiled in; [`Schema::load`] reads a user's own. [`Schema::check`] holds changes against it.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod check;
pub(crate) mod fields;
pub mod ftm;
mod load;
mod near;

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

pub(crate) use check::ID_SHAPE;
pub use check::{About, Checking, Part, SchemaError};
pub use near::nearest;

use crate::model::Diagnostic;

/// The kinds of everything that may be said.
#[derive(Debug, Default)]
pub struct Schema {
    kinds: List<EntityKind>,
    finer_types: List<FinerType>,
    families: List<Family>,
    links: List<LinkKind>,
    attributes: List<AttributeType>,
    modalities: Vec<Grading>,
    reliabilities: Vec<Grading>,
    credibilities: Vec<Grading>,
}

/// A kind of entity: what an entity is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityKind {
    /// Its name (`Organisation`).
    pub name: Box<str>,
    /// The plural, for headings.
    pub plural: Box<str>,
    /// What it means, in one line.
    pub meaning: Box<str>,
    /// The FollowTheMoney schema that an entity of this kind is exported as.
    pub ftm: Box<str>,
    /// The FollowTheMoney schemata that are read as this kind.
    pub ftm_in: Vec<Box<str>>,
    /// The Graphviz shape to draw it in.
    pub shape: Box<str>,
    /// The colour to fill it with, `#rrggbb`.
    pub colour: Box<str>,
}

/// A finer type of entity, inside one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinerType {
    /// Its name (`militant_group`).
    pub name: Box<str>,
    /// The kind it belongs to.
    pub kind: Box<str>,
    /// What it means, in one line.
    pub meaning: Box<str>,
    /// The FollowTheMoney schema, where it is not that of the kind.
    pub ftm: Option<Box<str>>,
    /// The FollowTheMoney schemata that are read as this type.
    pub ftm_in: Vec<Box<str>>,
}

/// A family of link kinds, which are grouped and drawn together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name (`alliance`).
    pub name: Box<str>,
    /// What it means, in one line.
    pub meaning: Box<str>,
    /// The colour to draw its links in, `#rrggbb`.
    pub colour: Box<str>,
}

/// A kind of link: what a tie between two entities may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkKind {
    /// Its name (`led_by`), which reads from the one end to the other.
    pub name: Box<str>,
    /// The kinds of entity that it may go out from.
    pub from: Vec<Box<str>>,
    /// The kinds of entity that it may go to.
    pub to: Vec<Box<str>>,
    /// Whether both ends must be of one kind.
    pub same_kind: bool,
    /// Whether it holds both ways. It is stored once, from the end with the smaller id.
    pub symmetric: bool,
    /// How it reads from the one end to the other ("is led by").
    pub forward: Box<str>,
    /// How it reads the other way ("leads").
    pub backward: Box<str>,
    /// What it means, in one line.
    pub meaning: Box<str>,
    /// The family that it belongs to.
    pub family: Box<str>,
    /// What it is in FollowTheMoney.
    pub ftm: FtmLink,
    from_kinds: KindSet,
    to_kinds: KindSet,
}

/// What a link is in FollowTheMoney.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FtmLink {
    /// The schema (`Membership`).
    pub schema: Box<str>,
    /// The property that holds the end that the link goes out from. `None`: that end is itself the object of the schema.
    pub from: Option<Box<str>>,
    /// The property that holds the end that the link goes to. `None`: that end is itself the object of the schema.
    pub to: Option<Box<str>>,
    /// Whether what FollowTheMoney says so is read as this kind of link.
    pub read: bool,
}

/// A type of attribute: what may be said of one entity alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeType {
    /// Its name (`founded`).
    pub name: Box<str>,
    /// The kinds of entity that have it.
    pub of: Vec<Box<str>>,
    /// What its values are.
    pub value: ValueType,
    /// What it means, in one line.
    pub meaning: Box<str>,
    /// The FollowTheMoney property, where there is one.
    pub ftm: Option<Box<str>>,
    of_kinds: KindSet,
}

/// What the values of an attribute are. All are kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Any text.
    Text,
    /// A decimal number.
    Number,
    /// A date or an interval in EDTF, levels 0 and 1.
    Date,
    /// `true` or `false`.
    Boolean,
    /// An address that starts with `http://` or `https://`.
    Url,
    /// One of these words.
    Word(Vec<Box<str>>),
}

/// A value of a scale and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grading {
    /// The value: a modality's word, a reliability's letter, a credibility's number.
    pub value: Box<str>,
    /// What it means, in one line.
    pub meaning: Box<str>,
}

impl Schema {
    /// The schema that Tieline comes with.
    pub fn builtin() -> &'static Schema {
        // The files are compiled in and a test reads them, so the empty schema is never seen.
        static BUILTIN: LazyLock<Schema> = LazyLock::new(|| load::builtin().unwrap_or_default());
        &BUILTIN
    }

    /// A schema from the `*.toml` files of a folder, which together say everything that [`Schema::builtin`] says in its.
    ///
    /// # Errors
    /// Everything that is wrong with the files, each with its place; a folder that cannot be read or has no such file.
    pub fn load(dir: &Path) -> Result<Schema, Vec<Diagnostic>> {
        load::folder(dir)
    }

    /// All kinds of entity.
    pub fn kinds(&self) -> &[EntityKind] {
        &self.kinds.list
    }

    /// All finer types.
    pub fn finer_types(&self) -> &[FinerType] {
        &self.finer_types.list
    }

    /// All families of link kinds.
    pub fn families(&self) -> &[Family] {
        &self.families.list
    }

    /// All kinds of link.
    pub fn links(&self) -> &[LinkKind] {
        &self.links.list
    }

    /// All types of attribute.
    pub fn attributes(&self) -> &[AttributeType] {
        &self.attributes.list
    }

    /// What the modalities mean, in the order of [`Modality::ALL`](crate::model::Modality::ALL).
    pub fn modalities(&self) -> &[Grading] {
        &self.modalities
    }

    /// What the reliabilities A to F mean.
    pub fn reliabilities(&self) -> &[Grading] {
        &self.reliabilities
    }

    /// What the credibilities 1 to 6 mean.
    pub fn credibilities(&self) -> &[Grading] {
        &self.credibilities
    }

    /// The kind of entity of this name.
    pub fn kind(&self, name: &str) -> Option<&EntityKind> {
        self.kinds.get(name)
    }

    /// The finer type of this name.
    pub fn finer_type(&self, name: &str) -> Option<&FinerType> {
        self.finer_types.get(name)
    }

    /// The family of this name.
    pub fn family(&self, name: &str) -> Option<&Family> {
        self.families.get(name)
    }

    /// The link kind of this name.
    pub fn link(&self, name: &str) -> Option<&LinkKind> {
        self.links.get(name)
    }

    /// The attribute type of this name.
    pub fn attribute(&self, name: &str) -> Option<&AttributeType> {
        self.attributes.get(name)
    }

    /// The kind whose name is nearest to a misspelt one.
    pub fn near_kind(&self, name: &str) -> Option<&str> {
        nearest(name, self.kinds.names())
    }

    /// The finer type whose name is nearest to a misspelt one.
    pub fn near_finer_type(&self, name: &str) -> Option<&str> {
        nearest(name, self.finer_types.names())
    }

    /// The link kind whose name is nearest to a misspelt one.
    ///
    /// ```
    /// # use tieline::schema::Schema;
    /// assert_eq!(Schema::builtin().near_link("afiliated_with"), Some("affiliated_with"));
    /// ```
    pub fn near_link(&self, name: &str) -> Option<&str> {
        nearest(name, self.links.names())
    }

    /// The attribute type whose name is nearest to a misspelt one.
    pub fn near_attribute(&self, name: &str) -> Option<&str> {
        nearest(name, self.attributes.names())
    }

    /// Whether a link of this kind may join an entity of kind `from` to one of kind `to`.
    pub fn joins(&self, link: &LinkKind, from: &str, to: &str) -> bool {
        match (self.kinds.number(from), self.kinds.number(to)) {
            (Some(from), Some(to)) => link.joins(from, to),
            _ => false,
        }
    }
}

impl LinkKind {
    fn joins(&self, from: usize, to: usize) -> bool {
        self.from_kinds.has(from) && self.to_kinds.has(to) && (!self.same_kind || from == to)
    }
}

/// A set of kinds, by their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct KindSet(u64);

impl KindSet {
    /// The most kinds that a schema may have.
    const MAX: usize = u64::BITS as usize;

    fn add(&mut self, number: usize) {
        self.0 |= 1 << number;
    }

    fn has(self, number: usize) -> bool {
        number < Self::MAX && self.0 >> number & 1 == 1
    }
}

/// A list in the order of its file, with look-up by name.
#[derive(Debug)]
struct List<T> {
    list: Vec<T>,
    numbers: HashMap<Box<str>, usize>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { list: Vec::new(), numbers: HashMap::new() }
    }
}

impl<T> List<T> {
    fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    fn get(&self, name: &str) -> Option<&T> {
        self.list.get(self.number(name)?)
    }
}

/// What a [`List`] is looked up by.
trait Named {
    fn name(&self) -> &str;
}

impl<T: Named> List<T> {
    fn push(&mut self, item: T) {
        self.numbers.insert(item.name().into(), self.list.len());
        self.list.push(item);
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(Named::name)
    }
}

macro_rules! named {
    ($($type:ty),+) => {
        $(impl Named for $type {
            fn name(&self) -> &str {
                &self.name
            }
        })+
    };
}

named!(EntityKind, FinerType, Family, LinkKind, AttributeType);
