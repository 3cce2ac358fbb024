//! What is known of the type of an expression before it is evaluated.

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Nothing is known.
    Any,
    /// Always null.
    Null,
    Bool,
    Int,
    Float,
    Text,
    List(Box<Type>),
    Map,
    Node,
    Link,
    Path,
}

impl Type {
    /// A list of these.
    pub fn list(self) -> Self {
        Type::List(Box::new(self))
    }

    /// The type of an element.
    pub fn element(&self) -> Self {
        match self {
            Type::List(inner) => (**inner).clone(),
            _ => Type::Any,
        }
    }

    /// What is known of something that is of one of these types.
    pub fn common<'a>(types: impl IntoIterator<Item = &'a Type>) -> Self {
        let mut types = types.into_iter();
        match types.next() {
            Some(first) if types.all(|other| other == first) => first.clone(),
            _ => Type::Any,
        }
    }

    /// Whether nothing speaks against a value of this type standing where these types are wanted.
    pub fn may_be(&self, wanted: &[Type]) -> bool {
        let fits = |wanted: &Type| self == wanted || matches!((self, wanted), (Type::List(_), Type::List(_)));
        matches!(self, Type::Any | Type::Null) || wanted.iter().any(fits)
    }

    /// Its name, with the article.
    pub fn name(&self) -> &'static str {
        match self {
            Type::Any => "a value",
            Type::Null => "null",
            Type::Bool => "a truth value",
            Type::Int => "a whole number",
            Type::Float => "a number",
            Type::Text => "a text",
            Type::List(_) => "a list",
            Type::Map => "a map",
            Type::Node => "a node",
            Type::Link => "a link",
            Type::Path => "a path",
        }
    }
}
