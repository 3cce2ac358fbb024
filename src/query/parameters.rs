//! Parameters: values that a statement names by `$name` and that are given beside its text.

use serde_json::Value as Json;

use super::diagnostics::{Class, Code, Fault};
use super::execute::Parameters;
use super::lexer::{Span, TokenKind, tokens};
use super::parser::parameter_name;
use super::value::Value;
use crate::schema::nearest;

/// The value of a parameter as it is typed: JSON, or else plain text. `2014` is a number, `"2014"` and `2014-05` are texts.
///
/// ```
/// use tieline::query::{parameter, value::Value};
/// assert!(matches!(parameter("2014"), Ok(Value::Int(2014))));
/// assert!(matches!(parameter("al-Qaeda"), Ok(Value::Text(text)) if &*text == "al-Qaeda"));
/// assert!(parameter("[1, 2").is_err());
/// ```
///
/// # Errors
/// The text begins as a JSON list, object or text, and is none.
pub fn parameter(text: &str) -> Result<Value, String> {
    match serde_json::from_str::<Json>(text) {
        Ok(json) => Ok(of_json(&json)),
        Err(error) if text.trim_start().starts_with(['[', '{', '"']) => Err(format!("this is no JSON: {error}")),
        Err(_) => Ok(Value::text(text)),
    }
}

/// A JSON value as a value of the language.
pub fn of_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => number.as_f64().map_or(Value::Null, Value::Float),
        },
        Json::String(text) => Value::text(text),
        Json::Array(items) => Value::list(items.iter().map(of_json).collect()),
        Json::Object(entries) => Value::map(entries.iter().map(|(key, value)| (key.as_str().into(), of_json(value)))),
    }
}

/// A value as JSON; null for nodes, links and paths, which no parameter is.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Bool(value) => Json::from(*value),
        Value::Int(value) => Json::from(*value),
        Value::Float(value) => Json::from(*value),
        Value::Text(text) => Json::from(&**text),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(entries) => entries.iter().map(|(key, value)| (key.to_string(), to_json(value))).collect(),
        Value::Null | Value::Node(_) | Value::Link(_) | Value::Path(_) => Json::Null,
    }
}

/// Whether every parameter that a text names is given: better said before anything runs than at the first row that asks.
pub(super) fn check(text: &str, given: &Parameters) -> Result<(), Fault> {
    if !text.contains('$') {
        return Ok(());
    }
    for token in tokens(text).into_iter().filter(|token| token.kind == TokenKind::Parameter) {
        let name = parameter_name(token.span.of(text));
        if !given.contains_key(&name) {
            return Err(missing(&name, token.span, given));
        }
    }
    Ok(())
}

/// A parameter that was not given.
pub(super) fn missing(name: &str, span: Span, given: &Parameters) -> Fault {
    const MOST: usize = 8;
    let message = format!("the parameter ${name} was not given");
    let fault = Fault::new(Class::ParameterMissing, Code::MissingParameter, span, message);
    let mut names: Vec<&str> = given.keys().map(String::as_str).collect();
    names.sort_unstable();
    match nearest(name, names.iter().copied()) {
        Some(near) => fault.help(format!("did you mean ${near}?")),
        None if names.is_empty() => fault.help("none was given"),
        None => {
            let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("${name}")).collect();
            let more = if names.len() > MOST { " and others" } else { "" };
            fault.help(format!("given are {}{more}", shown.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_json_or_plain_text() {
        for (text, json) in [
            ("7", "7"),
            (" -1.5 ", "-1.5"),
            ("true", "true"),
            ("null", "null"),
            ("\"7\"", "\"7\""),
            ("[1, \"a\", {\"b\": null}]", "[1,\"a\",{\"b\":null}]"),
            ("2014-05-01", "\"2014-05-01\""),
            ("@ttp", "\"@ttp\""),
            ("", "\"\""),
            ("18446744073709551615", "1.8446744073709552e+19"),
        ] {
            assert_eq!(parameter(text).map(|value| to_json(&value).to_string()), Ok(json.to_owned()), "{text}");
        }
        for text in ["[1", "{a: 1}", "\"x"] {
            assert!(parameter(text).is_err(), "{text}");
        }
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(parameter(&deep).is_err());
    }

    #[test]
    fn what_is_missing_is_said_with_the_nearest() {
        let given = Parameters::from([("name".to_owned(), Value::Int(1)), ("year".to_owned(), Value::Int(2))]);
        assert_eq!(check("return $name, '$x' // $y", &given), Ok(()));
        let help = |text: &str| check(text, &given).unwrap_err().help.unwrap_or_default().to_string();
        assert_eq!(help("return $nmae"), "did you mean $name?");
        assert_eq!(help("return $`x y`"), "given are $name, $year");
        assert_eq!(&*check("return $1", &Parameters::new()).unwrap_err().help.unwrap_or_default(), "none was given");
    }
}
