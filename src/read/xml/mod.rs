//! Records of an XML file, one at a time.
//!
//! A list is a root with records in it, or with sections that hold them. [`Records`] reads it in a stream and gives each
//! record as a small tree ([`Element`]) with its place in the file. What could make a file dangerous is refused where it
//! stands: a document type (and with it every entity that could expand or be fetched), another encoding than UTF-8,
//! records without end, elements without bottom.

mod element;
mod fault;
mod limited;

use std::io::{BufRead, ErrorKind};

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

pub use element::Element;
pub use fault::{Fault, locate};
use limited::Limited;

/// The most bytes of one record, white space included.
const MAX_RECORD: u64 = 4 << 20;
/// The most elements of one record.
const MAX_ELEMENTS: usize = 20_000;
/// The most elements that stand in each other.
const MAX_DEPTH: usize = 24;

/// The records of one file.
pub struct Records<R> {
    reader: Reader<Limited<R>>,
    buffer: Vec<u8>,
    /// Root and section that are open: their names and where they begin.
    open: Vec<(String, u64)>,
    /// The length of the byte order mark.
    mark: u64,
}

impl<R: BufRead> Records<R> {
    /// Reads from `input`.
    pub fn new(input: R) -> Self {
        let mut reader = Reader::from_reader(Limited::new(input));
        reader.config_mut().check_end_names = true;
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), open: Vec::new(), mark: 0 }
    }

    /// The root, without what is in it. To be called first.
    ///
    /// # Errors
    /// There is none, the file is not UTF-8, or it has a document type.
    pub fn root(&mut self) -> Result<Element, Fault> {
        self.check_encoding()?;
        loop {
            let start = self.here();
            match self.event()? {
                Step::Start(root) => {
                    self.open.push((root.name.clone(), root.span.start));
                    return Ok(root);
                }
                Step::Text(text) if text.trim().is_empty() => {}
                _ => return Err(Fault::new(start, "the file is no XML: it does not begin with an element")),
            }
        }
    }

    /// The next record; what stands in one of the `sections` is a record, and so is every other child of the root.
    ///
    /// # Errors
    /// The file is not well-formed, is cut off, or has what is refused.
    pub fn next(&mut self, sections: &[&str]) -> Result<Option<Element>, Fault> {
        loop {
            let consumed = self.reader.get_ref().consumed();
            self.reader.get_mut().allow(consumed + MAX_RECORD);
            let start = self.here();
            match self.event()? {
                Step::Start(section) if self.open.len() == 1 && sections.contains(&section.name.as_str()) => {
                    self.open.push((section.name, section.span.start));
                }
                Step::Start(_) if self.open.is_empty() => {
                    return Err(Fault::new(start, "the file goes on after its end"));
                }
                Step::Start(record) => return self.record(record).map(Some),
                Step::End => {
                    self.open.pop();
                }
                Step::Text(text) => {
                    if !text.trim().is_empty() {
                        let here = self.here();
                        return Err(Fault::new(
                            here.saturating_sub(text.len() as u64),
                            "text where a record should be",
                        ));
                    }
                }
                Step::Eof => {
                    return match self.open.last() {
                        None => Ok(None),
                        Some((name, start)) => Err(Self::cut_off(name, *start)),
                    };
                }
            }
        }
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.reader.get_ref().consumed()
    }

    fn here(&self) -> u64 {
        self.reader.buffer_position() + self.mark
    }

    /// The tree of a record whose start has been read.
    fn record(&mut self, record: Element) -> Result<Element, Fault> {
        let mut open = vec![record];
        let mut count = 1;
        loop {
            match self.event()? {
                Step::Start(child) => {
                    count += 1;
                    let refused = if count > MAX_ELEMENTS {
                        Some(format!("a record of more than {MAX_ELEMENTS} elements"))
                    } else if open.len() >= MAX_DEPTH {
                        Some(format!("elements stand in each other more than {MAX_DEPTH} deep"))
                    } else {
                        None
                    };
                    if let Some(message) = refused {
                        return Err(Fault::new(child.span.start, message));
                    }
                    open.push(child);
                }
                Step::End => {
                    let Some(mut done) = open.pop() else {
                        return Err(Fault::new(self.here(), "an end without a start"));
                    };
                    done.close(self.here());
                    match open.last_mut() {
                        None => return Ok(done),
                        Some(parent) => parent.children.push(done),
                    }
                }
                Step::Text(text) => {
                    if let Some(last) = open.last_mut() {
                        last.text.push_str(&text);
                    }
                }
                Step::Eof => {
                    let (name, start) =
                        open.first().map_or(("", 0), |record| (record.name.as_str(), record.span.start));
                    return Err(Self::cut_off(name, start));
                }
            }
        }
    }

    fn cut_off(name: &str, start: u64) -> Fault {
        Fault::new(start, format!("the file ends before the end of this <{name}>: it is cut off"))
    }

    /// Whether the file begins as UTF-8 does. What is wrong further on is found where it stands.
    fn check_encoding(&mut self) -> Result<(), Fault> {
        let start = match self.reader.get_mut().fill_buf() {
            Ok(bytes) => bytes.get(..bytes.len().min(4)).unwrap_or_default().to_vec(),
            Err(error) => return Err(Fault::new(0, format!("the file cannot be read: {error}"))),
        };
        match start.as_slice() {
            [] => Err(Fault::new(0, "the file is empty")),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'<', 0, ..] | [0, b'<', ..] => {
                Err(Fault::new(0, "the file is UTF-16, and only UTF-8 is read").help("save it as UTF-8"))
            }
            [0xef, 0xbb, 0xbf, ..] => {
                self.reader.get_mut().consume(3);
                self.mark = 3;
                Ok(())
            }
            [0x1f, 0x8b, ..] | [b'P', b'K', 3, 4] => Err(Fault::new(0, "the file is packed").help("unpack it first")),
            _ => Ok(()),
        }
    }

    /// The next event that matters.
    fn event(&mut self) -> Result<Step, Fault> {
        loop {
            self.buffer.clear();
            let start = self.here();
            let event = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => {
                    let at = (self.reader.error_position() + self.mark).max(start);
                    return Err(refuse(error, at, self.open.last()));
                }
            };
            return Ok(match event {
                Event::Start(tag) | Event::Empty(tag) => Step::Start(element(&tag, start)?),
                Event::End(_) => Step::End,
                Event::Text(text) => Step::Text(checked(&text.xml10_content(), start)?),
                Event::CData(text) => Step::Text(checked(&text.xml10_content(), start)?),
                Event::GeneralRef(reference) => Step::Text(resolve(&reference, start)?),
                Event::Decl(declaration) => {
                    check_declaration(&declaration, start)?;
                    continue;
                }
                Event::DocType(_) => {
                    return Err(Fault::new(start, "a document type (<!DOCTYPE ...>) is refused").help(
                        "no list has one; it could make entities that grow without end or are fetched from elsewhere",
                    ));
                }
                Event::Comment(_) | Event::PI(_) => continue,
                Event::Eof => Step::Eof,
            });
        }
    }
}

/// What is read next.
enum Step {
    Start(Element),
    End,
    Text(String),
    Eof,
}

fn element(tag: &BytesStart<'_>, start: u64) -> Result<Element, Fault> {
    let mut element = Element::new(tag.local_name().as_ref(), start);
    for attribute in tag.attributes() {
        let attribute =
            attribute.map_err(|error| Fault::new(start, format!("an attribute is not well-formed: {error}")))?;
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Explicit1_0)
            .map_err(|error| Fault::new(start, format!("an attribute is not well-formed: {error}")))?;
        element.attributes.push((attribute.key.local_name().as_ref().to_owned(), checked(&value, start)?));
    }
    Ok(element)
}

/// The character that a reference stands for: the five of XML and numbers, nothing else.
fn resolve(reference: &BytesRef<'_>, start: u64) -> Result<String, Fault> {
    let name: &str = reference;
    let known = match name {
        "lt" => "<",
        "gt" => ">",
        "amp" => "&",
        "quot" => "\"",
        "apos" => "'",
        _ => {
            return match reference.resolve_char_ref() {
                Ok(Some(character)) => checked(character.encode_utf8(&mut [0; 4]), start),
                Ok(None) => Err(Fault::new(
                    start,
                    format!("the entity &{name}; is not one of XML's five, and no other is expanded"),
                )),
                Err(_) => Err(Fault::new(start, format!("&{name}; is no character"))),
            };
        }
    };
    Ok(known.to_owned())
}

/// A text without control characters, which XML does not allow either.
fn checked(text: &str, start: u64) -> Result<String, Fault> {
    match text.char_indices().find(|(_, c)| c.is_control() && !c.is_whitespace()) {
        None => Ok(text.to_owned()),
        Some((at, character)) => {
            let code = u32::from(character);
            Err(Fault::new(start + at as u64, format!("a control character (U+{code:04X}) stands in the text")))
        }
    }
}

fn check_declaration(declaration: &BytesDecl<'_>, start: u64) -> Result<(), Fault> {
    match declaration.encoding() {
        None => Ok(()),
        Some(Ok(name))
            if ["utf-8", "utf8", "us-ascii", "ascii"].iter().any(|known| name.eq_ignore_ascii_case(known)) =>
        {
            Ok(())
        }
        Some(Ok(name)) => Err(Fault::new(start, format!("the file says that it is {name}, and only UTF-8 is read"))
            .help("save it as UTF-8")),
        Some(Err(error)) => Err(Fault::new(start, format!("the XML declaration is not well-formed: {error}"))),
    }
}

fn refuse(error: Error, at: u64, open: Option<&(String, u64)>) -> Fault {
    match error {
        Error::Io(error) if error.kind() == ErrorKind::FileTooLarge => {
            Fault::new(at, format!("a record of more than {} MB", MAX_RECORD >> 20)).help("a tag may not be closed")
        }
        Error::Io(error) => Fault::new(at, format!("the file cannot be read: {error}")),
        Error::Encoding(quick_xml::encoding::EncodingError::Utf8(error)) => {
            Fault::new(at + error.valid_up_to() as u64, "not UTF-8 from here on")
                .help("a list in another encoding must be saved as UTF-8")
        }
        Error::IllFormed(IllFormedError::MissingEndTag(name)) => match open {
            Some((_, start)) => Records::<&[u8]>::cut_off(&name, *start),
            None => Fault::new(at, format!("the file ends before the end of <{name}>: it is cut off")),
        },
        Error::Syntax(_) => {
            Fault::new(at, "the file is cut off or not well-formed here: a tag or a comment is not closed")
        }
        error => Fault::new(at, format!("the file is not well-formed: {error}")),
    }
}

#[cfg(test)]
mod tests;
