//! Functions: their names, how many arguments they take, and those that need no graph.

use std::sync::Arc;

use super::diagnostics::{Class, Code, Fault};
use super::lexer::Span;
use super::measured::{LONGEST_TEXT, too_long};
use super::value::Value;
use crate::model::Grade;

macro_rules! functions {
    ($($variant:ident = $name:literal, $least:literal..=$most:expr;)+) => {
        /// A function.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the names of the functions")]
        pub enum Function { $($variant),+ }

        impl Function {
            /// The function of a name in any case.
            pub fn named(name: &str) -> Option<Self> {
                $(if name.eq_ignore_ascii_case($name) { return Some(Function::$variant); })+
                None
            }

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Function::$variant => $name),+ }
            }

            /// The least and the greatest number of its arguments.
            pub fn arity(self) -> (usize, usize) {
                match self { $(Function::$variant => ($least, $most)),+ }
            }

            /// The names of all functions.
            pub const NAMES: &'static [&'static str] = &[$($name),+];
        }
    };
}

functions! {
    Id = "id", 1..=1;
    ElementId = "elementId", 1..=1;
    Labels = "labels", 1..=1;
    Type = "type", 1..=1;
    Properties = "properties", 1..=1;
    Keys = "keys", 1..=1;
    StartNode = "startNode", 1..=1;
    EndNode = "endNode", 1..=1;
    Claims = "claims", 1..=1;
    GradeRank = "gradeRank", 1..=1;
    Nodes = "nodes", 1..=1;
    Relationships = "relationships", 1..=1;
    Links = "links", 1..=1;
    Length = "length", 1..=1;
    Exists = "exists", 1..=1;
    Size = "size", 1..=1;
    CharLength = "char_length", 1..=1;
    CharacterLength = "character_length", 1..=1;
    IsEmpty = "isEmpty", 1..=1;
    Head = "head", 1..=1;
    Last = "last", 1..=1;
    Tail = "tail", 1..=1;
    Reverse = "reverse", 1..=1;
    Range = "range", 2..=3;
    Coalesce = "coalesce", 1..=usize::MAX;
    NullIf = "nullIf", 2..=2;
    ToInteger = "toInteger", 1..=1;
    ToFloat = "toFloat", 1..=1;
    ToString = "toString", 1..=1;
    ToBoolean = "toBoolean", 1..=1;
    ToIntegerOrNull = "toIntegerOrNull", 1..=1;
    ToFloatOrNull = "toFloatOrNull", 1..=1;
    ToStringOrNull = "toStringOrNull", 1..=1;
    ToBooleanOrNull = "toBooleanOrNull", 1..=1;
    ToLower = "toLower", 1..=1;
    ToUpper = "toUpper", 1..=1;
    Lower = "lower", 1..=1;
    Upper = "upper", 1..=1;
    Trim = "trim", 1..=1;
    LTrim = "lTrim", 1..=1;
    RTrim = "rTrim", 1..=1;
    Split = "split", 2..=2;
    Substring = "substring", 2..=3;
    Replace = "replace", 3..=3;
    Left = "left", 2..=2;
    Right = "right", 2..=2;
    Abs = "abs", 1..=1;
    Ceil = "ceil", 1..=1;
    Floor = "floor", 1..=1;
    Round = "round", 1..=2;
    Sign = "sign", 1..=1;
    Sqrt = "sqrt", 1..=1;
    Exp = "exp", 1..=1;
    Log = "log", 1..=1;
    Log10 = "log10", 1..=1;
    Sin = "sin", 1..=1;
    Cos = "cos", 1..=1;
    Tan = "tan", 1..=1;
    Cot = "cot", 1..=1;
    Asin = "asin", 1..=1;
    Acos = "acos", 1..=1;
    Atan = "atan", 1..=1;
    Atan2 = "atan2", 2..=2;
    Degrees = "degrees", 1..=1;
    Radians = "radians", 1..=1;
    Haversin = "haversin", 1..=1;
    Pi = "pi", 0..=0;
    E = "e", 0..=0;
    Rand = "rand", 0..=0;
}

impl Function {
    /// Whether it asks the graph about an entity or a link, and so is nothing of nothing.
    pub fn asks_the_graph(self) -> bool {
        matches!(
            self,
            Self::Id
                | Self::ElementId
                | Self::Labels
                | Self::Type
                | Self::StartNode
                | Self::EndNode
                | Self::Claims
                | Self::Properties
                | Self::Keys
        )
    }
}

/// An aggregation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the aggregations")]
pub enum Aggregate {
    Count,
    Sum,
    Avg,
    Min,
    Max,
    Collect,
    StDev,
    StDevP,
    PercentileCont,
    PercentileDisc,
}

impl Aggregate {
    /// The names of all aggregations.
    pub const NAMES: [(&'static str, Aggregate); 10] = [
        ("count", Aggregate::Count),
        ("sum", Aggregate::Sum),
        ("avg", Aggregate::Avg),
        ("min", Aggregate::Min),
        ("max", Aggregate::Max),
        ("collect", Aggregate::Collect),
        ("stDev", Aggregate::StDev),
        ("stDevP", Aggregate::StDevP),
        ("percentileCont", Aggregate::PercentileCont),
        ("percentileDisc", Aggregate::PercentileDisc),
    ];

    /// The aggregation of a name in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, aggregate)| *aggregate)
    }

    /// How many arguments it takes.
    pub fn arity(self) -> usize {
        if matches!(self, Aggregate::PercentileCont | Aggregate::PercentileDisc) { 2 } else { 1 }
    }
}

/// The most elements that `range` makes.
const LONGEST_RANGE: u64 = 10_000_000;

/// A value of a sort that a function does not take.
pub(super) fn wrong(function: Function, value: &Value, span: Span) -> Fault {
    let message = format!("{}() cannot take {}", function.name(), value.sort());
    Fault::new(Class::TypeError, Code::InvalidArgumentValue, span, message)
}

/// Applies a function that needs no graph.
///
/// # Errors
/// An argument is of a sort or in a range that the function does not take.
pub(super) fn apply(function: Function, arguments: &[Value], span: Span) -> Result<Value, Fault> {
    use Function::*;
    let null = Value::Null;
    let first = arguments.first().unwrap_or(&null);
    match function {
        Coalesce => return Ok(arguments.iter().find(|value| !value.is_null()).cloned().unwrap_or_default()),
        Exists => return Ok(Value::Bool(!first.is_null())),
        NullIf => {
            let same = arguments.get(1).and_then(|second| first.equals(second)) == Some(true);
            return Ok(if same { Value::Null } else { first.clone() });
        }
        Pi => return Ok(Value::Float(std::f64::consts::PI)),
        E => return Ok(Value::Float(std::f64::consts::E)),
        Range => return range(arguments, span),
        _ => {}
    }
    if arguments.iter().any(Value::is_null) {
        return Ok(Value::Null);
    }
    let text = |at: usize| match arguments.get(at) {
        Some(Value::Text(text)) => Ok(text.clone()),
        Some(other) => Err(wrong(function, other, span)),
        None => Ok("".into()),
    };
    Ok(match function {
        GradeRank => grade_rank(&text(0)?),
        Size | CharLength | CharacterLength | Length => match first {
            Value::List(items) if function == Size => Value::Int(items.len() as i64),
            Value::Text(text) if function != Length => Value::Int(text.chars().count() as i64),
            Value::Map(entries) if function == Size => Value::Int(entries.len() as i64),
            Value::Path(path) if function == Length => Value::Int(path.links.len() as i64),
            other => return Err(wrong(function, other, span)),
        },
        IsEmpty => match first {
            Value::List(items) => Value::Bool(items.is_empty()),
            Value::Text(text) => Value::Bool(text.is_empty()),
            Value::Map(entries) => Value::Bool(entries.is_empty()),
            other => return Err(wrong(function, other, span)),
        },
        Nodes | Relationships | Links => match first {
            Value::Path(path) if function == Nodes => {
                Value::list(path.nodes.iter().copied().map(Value::Node).collect())
            }
            Value::Path(path) => Value::list(path.links.iter().copied().map(Value::Link).collect()),
            other => return Err(wrong(function, other, span)),
        },
        Head | Last | Tail => match first {
            Value::List(items) if function == Head => items.first().cloned().unwrap_or_default(),
            Value::List(items) if function == Last => items.last().cloned().unwrap_or_default(),
            Value::List(items) => Value::List(items.get(1..).unwrap_or(&[]).into()),
            other => return Err(wrong(function, other, span)),
        },
        Reverse => match first {
            Value::List(items) => Value::list(items.iter().rev().cloned().collect()),
            Value::Text(text) => Value::text(text.chars().rev().collect::<String>()),
            other => return Err(wrong(function, other, span)),
        },
        ToInteger | ToFloat | ToString | ToBoolean => {
            convert(function, first).ok_or_else(|| wrong(function, first, span))?
        }
        ToIntegerOrNull => convert(ToInteger, first).unwrap_or_default(),
        ToFloatOrNull => convert(ToFloat, first).unwrap_or_default(),
        ToStringOrNull => convert(ToString, first).unwrap_or_default(),
        ToBooleanOrNull => convert(ToBoolean, first).unwrap_or_default(),
        ToLower | Lower => Value::text(text(0)?.to_lowercase()),
        ToUpper | Upper => Value::text(text(0)?.to_uppercase()),
        Trim => Value::text(text(0)?.trim()),
        LTrim => Value::text(text(0)?.trim_start()),
        RTrim => Value::text(text(0)?.trim_end()),
        Split => split(&text(0)?, &text(1)?),
        Replace => replace(&text(0)?, &text(1)?, &text(2)?, span)?,
        Substring | Left | Right => cut(function, &text(0)?, &arguments[1..], span)?,
        _ => return number(function, arguments, span),
    })
}

/// The place of a grade among all, from 1 for A1 to 36 for F6, by reliability first; null for what is no grade.
fn grade_rank(text: &str) -> Value {
    text.parse::<Grade>().map_or(Value::Null, |grade| {
        Value::Int((grade.reliability as i64 - 1) * 6 + i64::from(grade.credibility.number()))
    })
}

/// `replace`; what it finds is counted first, as the result may be far longer than all that goes in.
fn replace(text: &str, old: &str, new: &str, span: Span) -> Result<Value, Fault> {
    let found = if new.len() > old.len() { text.matches(old).count() } else { 0 };
    let longer = found.checked_mul(new.len().saturating_sub(old.len()));
    if longer.is_none_or(|longer| longer + text.len() > LONGEST_TEXT) {
        return Err(too_long(span));
    }
    Ok(Value::text(text.replace(old, new)))
}

fn split(text: &Arc<str>, by: &Arc<str>) -> Value {
    if by.is_empty() {
        return Value::list(text.chars().map(|c| Value::text(c.to_string())).collect());
    }
    Value::list(text.split(&**by).map(Value::text).collect())
}

/// `substring`, `left` and `right`, counted in characters.
fn cut(function: Function, text: &str, numbers: &[Value], span: Span) -> Result<Value, Fault> {
    let mut counts = [usize::MAX; 2];
    for (count, number) in counts.iter_mut().zip(numbers) {
        *count = match number {
            Value::Int(number) => usize::try_from(*number).map_err(|_| {
                let message = format!("{}() cannot take a negative number", function.name());
                Fault::new(Class::ArgumentError, Code::NumberOutOfRange, span, message)
            })?,
            other => return Err(wrong(function, other, span)),
        };
    }
    let [first, second] = counts;
    Ok(Value::text(match function {
        Function::Substring => text.chars().skip(first).take(second).collect::<String>(),
        Function::Left => text.chars().take(first).collect(),
        _ => text.chars().skip(text.chars().count().saturating_sub(first)).collect(),
    }))
}

/// A value converted; `None` if its sort admits no conversion, null if its content does not.
fn convert(to: Function, value: &Value) -> Option<Value> {
    use Function::{ToBoolean, ToFloat, ToInteger, ToString};
    Some(match (to, value) {
        (ToInteger, Value::Int(_)) | (ToFloat, Value::Float(_)) => value.clone(),
        (ToString, Value::Text(_)) | (ToBoolean, Value::Bool(_)) => value.clone(),
        (ToInteger, Value::Float(number)) => to_whole(*number),
        (ToInteger, Value::Bool(value)) => Value::Int(i64::from(*value)),
        (ToInteger, Value::Text(text)) => match text.trim().parse::<i64>() {
            Ok(number) => Value::Int(number),
            Err(_) => text.trim().parse::<f64>().map_or(Value::Null, to_whole),
        },
        (ToFloat, Value::Int(number)) => Value::Float(*number as f64),
        (ToFloat, Value::Text(text)) => text.trim().parse().map_or(Value::Null, Value::Float),
        (ToString, Value::Int(number)) => Value::text(number.to_string()),
        (ToString, Value::Float(number)) => Value::text(show_float(*number)),
        (ToString, Value::Bool(value)) => Value::text(value.to_string()),
        (ToBoolean, Value::Text(text)) => match text.trim() {
            text if text.eq_ignore_ascii_case("true") => Value::Bool(true),
            text if text.eq_ignore_ascii_case("false") => Value::Bool(false),
            _ => Value::Null,
        },
        _ => return None,
    })
}

fn to_whole(number: f64) -> Value {
    // Past 64 bits there is no whole number to give.
    if number.is_finite() && number.abs() < 9.3e18 { Value::Int(number.trunc() as i64) } else { Value::Null }
}

/// A float as text, always recognisable as one.
pub fn show_float(number: f64) -> String {
    format!("{number:?}")
}

fn range(arguments: &[Value], span: Span) -> Result<Value, Fault> {
    let mut numbers = [0, 0, 1];
    for (number, argument) in numbers.iter_mut().zip(arguments) {
        *number = match argument {
            Value::Int(value) => *value,
            Value::Null => return Ok(Value::Null),
            other => {
                let message = format!("range() cannot take {}", other.sort());
                return Err(Fault::new(Class::ArgumentError, Code::InvalidArgumentType, span, message));
            }
        };
    }
    let [start, end, step] = numbers;
    let out_of_range = |message: String| Fault::new(Class::ArgumentError, Code::NumberOutOfRange, span, message);
    if step == 0 {
        return Err(out_of_range("the step of range() cannot be zero".into()));
    }
    if (step > 0 && start > end) || (step < 0 && start < end) {
        return Ok(Value::list(Vec::new()));
    }
    let count = end.abs_diff(start) / step.unsigned_abs() + 1;
    if count > LONGEST_RANGE {
        return Err(out_of_range(format!("range() would make {count} elements; it makes at most {LONGEST_RANGE}")));
    }
    Ok(Value::list((0..count as i64).map(|i| Value::Int(start + i * step)).collect()))
}

fn number(function: Function, arguments: &[Value], span: Span) -> Result<Value, Fault> {
    use Function::*;
    let float = |value: &Value| match value {
        Value::Int(number) => Ok(*number as f64),
        Value::Float(number) => Ok(*number),
        other => {
            let message = format!("{}() cannot take {}", function.name(), other.sort());
            Err(Fault::new(Class::TypeError, Code::InvalidArgumentType, span, message))
        }
    };
    let first = arguments.first().unwrap_or(&Value::Null);
    let x = float(first)?;
    Ok(Value::Float(match function {
        Abs => match first {
            Value::Int(number) => {
                return number.checked_abs().map(Value::Int).ok_or_else(|| overflow(span));
            }
            _ => x.abs(),
        },
        Sign => return Ok(Value::Int(if x > 0.0 { 1 } else { -i64::from(x < 0.0) })),
        Ceil => x.ceil(),
        Floor => x.floor(),
        Round => match arguments.get(1) {
            Some(digits) => {
                let scale = 10_f64.powf(float(digits)?.trunc());
                (x * scale).round() / scale
            }
            // Halves go up, as in the language this is a subset of.
            None => (x + 0.5).floor(),
        },
        Sqrt => x.sqrt(),
        Exp => x.exp(),
        Log => x.ln(),
        Log10 => x.log10(),
        Sin => x.sin(),
        Cos => x.cos(),
        Tan => x.tan(),
        Cot => 1.0 / x.tan(),
        Asin => x.asin(),
        Acos => x.acos(),
        Atan => x.atan(),
        Atan2 => x.atan2(float(arguments.get(1).unwrap_or(&Value::Null))?),
        Degrees => x.to_degrees(),
        Radians => x.to_radians(),
        Haversin => (1.0 - x.cos()) / 2.0,
        _ => return Err(wrong(function, first, span)),
    }))
}

/// A whole number past 64 bits.
pub(super) fn overflow(span: Span) -> Fault {
    Fault::new(Class::ArithmeticError, Code::IntegerOverflow, span, "the result is past 64 bits")
}
