//! An element of a record: a small tree.

use std::ops::Range;

/// An element with all that is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Its name, without a namespace.
    pub name: String,
    /// Its attributes, in order.
    pub attributes: Vec<(String, String)>,
    /// Its own text: white space at the ends is gone, and within it is a single space.
    pub text: String,
    /// The elements in it, in order.
    pub children: Vec<Element>,
    /// Where it stands in the file, in bytes.
    pub span: Range<u64>,
}

impl Element {
    pub(super) fn new(name: &str, start: u64) -> Self {
        Self { name: name.to_owned(), span: start..start, ..Self::default() }
    }

    /// Says that the element ends here.
    pub(super) fn close(&mut self, end: u64) {
        self.span.end = end;
        if self.text.trim().len() < self.text.len()
            || self.text.contains(['\n', '\t', '\r'])
            || self.text.contains("  ")
        {
            self.text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        }
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The children of this name, in order.
    pub fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of this name that has one; empty if none has.
    pub fn text(&self, name: &str) -> &str {
        let named = self.children.iter().filter(|child| child.name == name);
        named.map(|child| child.text.as_str()).find(|text| !text.is_empty()).unwrap_or_default()
    }
}
