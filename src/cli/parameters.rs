//! Values for the parameters of statements.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::Failure;
use crate::model::Diagnostic;
use crate::query::value::Value;
use crate::query::{Parameters, of_json, parameter};

/// Where values come from; what is said twice, the option decides.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Given {
    /// A value for $NAME in the statement: JSON, or else plain text; may be given several times
    #[arg(long = "param", short = 'p', value_name = "NAME=VALUE", value_parser = named)]
    named: Vec<(String, Value)>,
    /// Values by name, as a JSON object
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
}

impl Given {
    /// The values by name.
    ///
    /// # Errors
    /// The file cannot be read, or is no JSON object.
    pub fn read(&self) -> Result<Parameters, Failure> {
        let mut given = self.params.as_deref().map(object).transpose()?.unwrap_or_default();
        given.extend(self.named.iter().cloned());
        Ok(given)
    }
}

/// A name and its value, as they are typed: `name=value`.
fn named(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("a name and a value are expected, such as who=al-Qaeda")?;
    Ok((parameter_name(name)?, parameter(value)?))
}

/// The name of a parameter, typed with its `$` or without.
///
/// # Errors
/// It is empty.
pub fn parameter_name(typed: &str) -> Result<String, String> {
    let typed = typed.trim();
    let name = typed.strip_prefix('$').unwrap_or(typed);
    if name.is_empty() { Err("the name of a parameter is missing".to_owned()) } else { Ok(name.to_owned()) }
}

fn object(path: &Path) -> Result<Parameters, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::Read { path: path.to_owned(), error })?;
    let refused = |at: usize, message: String| {
        Failure::Refused(Box::new(Diagnostic::new(&text, at..at, message).in_file(path.display().to_string())))
    };
    match serde_json::from_str(&text) {
        Ok(Json::Object(entries)) => Ok(entries.iter().map(|(name, value)| (name.clone(), of_json(value))).collect()),
        Ok(_) => Err(refused(0, "an object is expected: {\"name\": value}".to_owned())),
        Err(error) => {
            let lines: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let at = (lines + error.column().saturating_sub(1)).min(text.len());
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            Err(refused(at, format!("this is no JSON: {message}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_values() {
        let given = |text: &str| named(text).map(|(name, value)| (name, crate::query::to_json(&value).to_string()));
        assert_eq!(given("who=al-Qaeda"), Ok(("who".to_owned(), "\"al-Qaeda\"".to_owned())));
        assert_eq!(given("$n=[1, 2]"), Ok(("n".to_owned(), "[1,2]".to_owned())));
        assert_eq!(given("eq=a=b"), Ok(("eq".to_owned(), "\"a=b\"".to_owned())));
        for text in ["who", "=x", "$=x", "x={"] {
            assert!(given(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_is_an_object_and_the_option_decides() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("p.json");
        std::fs::write(&file, "{\"a\": 1, \"b\": \"x\"}").unwrap();
        let given = Given { named: vec![("a".to_owned(), Value::Int(2))], params: Some(file.clone()) };
        let read = given.read().unwrap();
        assert!(matches!((&read["a"], &read["b"]), (Value::Int(2), Value::Text(_))));
        for text in ["[1]", "{\"a\": }", "{\n\"a\": 1,\n\u{e9}}", ""] {
            std::fs::write(&file, text).unwrap();
            assert!(matches!(given.read(), Err(Failure::Refused(_))), "{text}");
        }
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(given.read(), Err(Failure::Read { .. })));
    }
}
