//! Values: what expressions give, with the equality, order and equivalence of the language.
//!
//! Three relations, which differ in what they make of null and NaN:
//! - [`Value::equals`] and [`Value::compares`] are three-valued: `None` where a null decides.
//! - [`Value::order`] is total, for `order by`: maps, nodes, links, lists, paths, texts, truth values, numbers, NaN, null.
//! - [`Key`] is equivalence, for `distinct` and grouping: null is null, NaN is NaN, 1 is 1.0.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A value.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// A text.
    Text(Arc<str>),
    /// A list.
    List(Arc<[Value]>),
    /// A map, sorted by key.
    Map(Arc<[(Arc<str>, Value)]>),
    /// A node, by its number in the graph.
    Node(u32),
    /// A link, by its number in the graph.
    Link(u32),
    /// A path.
    Path(Arc<Path>),
}

/// A path: nodes, and the links between each two neighbours.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Path {
    /// One more than links.
    pub nodes: Vec<u32>,
    /// The links in the order in which they are walked.
    pub links: Vec<u32>,
}

impl Value {
    /// A text.
    pub fn text(text: impl AsRef<str>) -> Self {
        Value::Text(text.as_ref().into())
    }

    /// A list.
    pub fn list(items: Vec<Value>) -> Self {
        Value::List(items.into())
    }

    /// A map; of equal keys the last one counts.
    pub fn map(entries: impl IntoIterator<Item = (Arc<str>, Value)>) -> Self {
        let mut sorted: Vec<(Arc<str>, Value)> = Vec::new();
        for (key, value) in entries {
            match sorted.binary_search_by(|(known, _)| known.cmp(&key)) {
                Ok(at) => sorted[at].1 = value,
                Err(at) => sorted.insert(at, (key, value)),
            }
        }
        Value::Map(sorted.into())
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The entry of a map, or null.
    pub fn entry(entries: &[(Arc<str>, Value)], key: &str) -> Value {
        match entries.binary_search_by(|(known, _)| (**known).cmp(key)) {
            Ok(at) => entries[at].1.clone(),
            Err(_) => Value::Null,
        }
    }

    /// What sort of value it is, for messages.
    pub fn sort(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a truth value",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Node(_) => "a node",
            Value::Link(_) => "a link",
            Value::Path(_) => "a path",
        }
    }

    /// Whether two values are equal; `None` where a null leaves it open.
    pub fn equals(&self, other: &Value) -> Option<bool> {
        use Value::*;
        Some(match (self, other) {
            (Null, _) | (_, Null) => return None,
            (Bool(a), Bool(b)) => a == b,
            (Int(a), Int(b)) => a == b,
            (Float(a), Float(b)) => a == b,
            (Int(a), Float(b)) | (Float(b), Int(a)) => compare_mixed(*a, *b) == Some(Ordering::Equal),
            (Text(a), Text(b)) => a == b,
            (Node(a), Node(b)) | (Link(a), Link(b)) => a == b,
            (Path(a), Path(b)) => a == b || a.is_reverse_of(b),
            (List(a), List(b)) => return all_equal(a.len() == b.len(), a.iter().zip(b.iter())),
            (Map(a), Map(b)) => {
                let same_keys = a.len() == b.len() && a.iter().zip(b.iter()).all(|((a, _), (b, _))| a == b);
                return all_equal(same_keys, a.iter().map(|(_, value)| value).zip(b.iter().map(|(_, value)| value)));
            }
            _ => false,
        })
    }

    /// How two values compare: `None` where a null leaves it open or the two cannot be compared, otherwise
    /// `Some(None)` for NaN, which is neither less nor greater.
    pub fn compares(&self, other: &Value) -> Option<Option<Ordering>> {
        use Value::*;
        match (self, other) {
            (Bool(a), Bool(b)) => Some(Some(a.cmp(b))),
            (Int(a), Int(b)) => Some(Some(a.cmp(b))),
            (Float(a), Float(b)) => Some(a.partial_cmp(b)),
            (Int(a), Float(b)) => Some(compare_mixed(*a, *b)),
            (Float(a), Int(b)) => Some(compare_mixed(*b, *a).map(Ordering::reverse)),
            (Text(a), Text(b)) => Some(Some(a.cmp(b))),
            (List(a), List(b)) => {
                for (a, b) in a.iter().zip(b.iter()) {
                    match a.compares(b) {
                        Some(Some(Ordering::Equal)) => {}
                        decided => return decided,
                    }
                }
                Some(Some(a.len().cmp(&b.len())))
            }
            _ => None,
        }
    }

    /// The order of `order by`.
    pub fn order(&self, other: &Value) -> Ordering {
        use Value::*;
        match (self, other) {
            (Bool(a), Bool(b)) => a.cmp(b),
            (Int(a), Int(b)) => a.cmp(b),
            (Float(a), Float(b)) => order_floats(*a, *b),
            (Int(a), Float(b)) => compare_mixed(*a, *b).unwrap_or(Ordering::Less),
            (Float(a), Int(b)) => compare_mixed(*b, *a).map_or(Ordering::Greater, Ordering::reverse),
            (Text(a), Text(b)) => a.cmp(b),
            (Node(a), Node(b)) | (Link(a), Link(b)) => a.cmp(b),
            (List(a), List(b)) => order_all(a.iter(), b.iter()),
            (Map(a), Map(b)) => a
                .iter()
                .map(|(key, _)| key)
                .cmp(b.iter().map(|(key, _)| key))
                .then_with(|| order_all(a.iter().map(|(_, value)| value), b.iter().map(|(_, value)| value))),
            (Path(a), Path(b)) => (&a.nodes, &a.links).cmp(&(&b.nodes, &b.links)),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Map(_) => 0,
            Value::Node(_) => 1,
            Value::Link(_) => 2,
            Value::List(_) => 3,
            Value::Path(_) => 4,
            Value::Text(_) => 5,
            Value::Bool(_) => 6,
            Value::Int(_) | Value::Float(_) => 7,
            Value::Null => 8,
        }
    }

    /// Whether two values are the same for `distinct` and grouping.
    pub fn equivalent(&self, other: &Value) -> bool {
        use Value::*;
        match (self, other) {
            (Null, Null) => true,
            (Float(a), Float(b)) => a == b || (a.is_nan() && b.is_nan()),
            (List(a), List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.equivalent(b)),
            (Map(a), Map(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|((k, a), (l, b))| k == l && a.equivalent(b))
            }
            _ => self.equals(other) == Some(true),
        }
    }

    fn hash_into(&self, state: &mut impl Hasher) {
        self.rank().hash(state);
        match self {
            Value::Null => {}
            Value::Bool(value) => value.hash(state),
            Value::Int(value) => value.hash(state),
            Value::Float(value) if value.is_nan() => f64::NAN.to_bits().hash(state),
            Value::Float(value) => match whole(*value) {
                Some(whole) => whole.hash(state),
                None => value.to_bits().hash(state),
            },
            Value::Text(value) => value.hash(state),
            Value::List(items) => items.iter().for_each(|item| item.hash_into(state)),
            Value::Map(entries) => entries.iter().for_each(|(key, value)| {
                key.hash(state);
                value.hash_into(state);
            }),
            Value::Node(value) | Value::Link(value) => value.hash(state),
            Value::Path(path) => path.links.len().hash(state),
        }
    }
}

impl Path {
    fn is_reverse_of(&self, other: &Path) -> bool {
        self.nodes.len() == other.nodes.len()
            && self.nodes.iter().rev().eq(other.nodes.iter())
            && self.links.iter().rev().eq(other.links.iter())
    }
}

/// A value as a key: equal and hashed by equivalence.
#[derive(Clone, Debug)]
pub struct Key(pub Value);

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.equivalent(&other.0)
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash_into(state);
    }
}

/// The whole number that a float is exactly, if it is one of 64 bits.
fn whole(value: f64) -> Option<i64> {
    // 2^63 is the first float past the greatest whole number.
    (value.fract() == 0.0 && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value))
        .then_some(value as i64)
}

/// Compares exactly, where converting the whole number would round it.
fn compare_mixed(a: i64, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    if b >= 9_223_372_036_854_775_808.0 {
        return Some(Ordering::Less);
    }
    if b < -9_223_372_036_854_775_808.0 {
        return Some(Ordering::Greater);
    }
    let floor = b.floor();
    Some(a.cmp(&(floor as i64)).then(if b > floor { Ordering::Less } else { Ordering::Equal }))
}

fn order_floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

fn order_all<'a>(mut a: impl Iterator<Item = &'a Value>, mut b: impl Iterator<Item = &'a Value>) -> Ordering {
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => match a.order(b) {
                Ordering::Equal => {}
                decided => return decided,
            },
        }
    }
}

/// Whether all pairs are equal: `false` decides over an open one.
fn all_equal<'a>(comparable: bool, pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<bool> {
    if !comparable {
        return Some(false);
    }
    let mut result = Some(true);
    for (a, b) in pairs {
        match a.equals(b) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => result = None,
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use Value::*;

    #[test]
    fn whole_and_floating_numbers_compare_exactly() {
        let great = 9_007_199_254_740_993; // 2^53 + 1, which no float is.
        assert_eq!(Int(great).equals(&Float(9_007_199_254_740_992.0)), Some(false));
        assert_eq!(Int(1).equals(&Float(1.0)), Some(true));
        assert_eq!(Int(i64::MAX).compares(&Float(f64::INFINITY)), Some(Some(Ordering::Less)));
        assert_eq!(Int(-2).compares(&Float(-1.5)), Some(Some(Ordering::Less)));
        assert_eq!(Float(-1.5).compares(&Int(-2)), Some(Some(Ordering::Greater)));
        assert_eq!(Int(1).compares(&Float(f64::NAN)), Some(None));
    }

    #[test]
    fn a_null_inside_leaves_equality_open_unless_something_differs() {
        let list = |items: &[Value]| Value::list(items.to_vec());
        assert_eq!(list(&[Int(1), Null]).equals(&list(&[Int(1), Int(2)])), None);
        assert_eq!(list(&[Int(1), Null]).equals(&list(&[Int(2), Null])), Some(false));
        assert!(list(&[Null]).equivalent(&list(&[Null])));
        assert!(Float(f64::NAN).equivalent(&Float(f64::NAN)));
    }

    #[test]
    fn equivalent_values_are_one_key() {
        let keys: std::collections::HashSet<Key> =
            [Int(1), Float(1.0), Null, Null, Float(0.0), Float(-0.0), Text("1".into())].into_iter().map(Key).collect();
        assert_eq!(keys.len(), 4);
    }
}
