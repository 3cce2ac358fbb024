//! Parameters in the places of entities, numbers and dates: their values are put in while the text is read.

use super::{Parsed, Parser, literal};
use crate::query::ast::{EntityForm, EntityRef};
use crate::query::diagnostics::{Class, Code, Fault};
use crate::query::lexer::{Span, TokenKind};
use crate::query::parameters::missing;
use crate::query::value::Value;

/// The name of a parameter that is written as `$name` or `` $`name` ``.
pub(in crate::query) fn parameter_name(written: &str) -> String {
    let name = written.get(1..).unwrap_or("");
    if name.starts_with('`') { literal::unquote_name(name) } else { name.to_owned() }
}

impl Parser<'_> {
    /// The value of the parameter that stands here, if one does.
    pub(super) fn given(&mut self) -> Parsed<Option<(Value, Span)>> {
        if self.kind() != TokenKind::Parameter {
            return Ok(None);
        }
        let span = self.advance().span;
        let name = parameter_name(span.of(self.text));
        let known = self.parameters.and_then(|given| given.get(&name)).cloned();
        match known {
            Some(value) => Ok(Some((value, span))),
            None => Err(missing(&name, span, self.parameters.unwrap_or(&Default::default()))),
        }
    }

    /// The text that the parameter which stands here gives, if one does.
    pub(super) fn given_text(&mut self, what: &str) -> Parsed<Option<(String, Span)>> {
        match self.given()? {
            None => Ok(None),
            Some((Value::Text(text), span)) if !text.trim().is_empty() => Ok(Some((text.to_string(), span))),
            Some((other, span)) => Err(self.misfit(&other, span, what)),
        }
    }

    /// The entity that the parameter which stands here names, by its name or by `@` and its id.
    pub(super) fn given_entity(&mut self) -> Parsed<Option<EntityRef>> {
        let given = self.given_text("a text: a name, or an id after an @")?;
        Ok(given.map(|(text, span)| match text.strip_prefix('@') {
            Some(id) => EntityRef { text: id.to_owned(), form: EntityForm::Id, span },
            None => EntityRef { text, form: EntityForm::Name, span },
        }))
    }

    /// A value that cannot stand in its place.
    pub(super) fn misfit(&self, value: &Value, span: Span, what: &str) -> Fault {
        let found = match value {
            Value::Text(text) if text.trim().is_empty() => "an empty text",
            other => other.sort(),
        };
        let message = format!("{} is {found}; expected {what}", span.of(self.text));
        Fault::new(Class::ArgumentError, Code::InvalidArgumentType, span, message)
    }
}
