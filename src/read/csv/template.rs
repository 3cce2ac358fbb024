//! Id templates: `mmp-{group_id}`, `mmp-{name|slug}`.

use super::record::Row;
use crate::model::Entity;
use crate::read::slug::slug;

/// The templates of one id, tried in order: the first all of whose columns say something gives the id.
#[derive(Debug)]
pub struct Key {
    /// The templates.
    pub templates: Vec<Template>,
    /// Values that say nothing, beside the empty one.
    pub placeholders: Vec<String>,
}

/// One template.
#[derive(Debug)]
pub struct Template(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(Box<str>),
    Column { column: usize, change: Change },
}

/// What is made of a column's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Nothing,
    Lower,
    Slug,
}

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError<E> {
    /// A brace without its partner.
    #[error("a template's braces must come in pairs: mmp-{{group_id}}")]
    Brace,
    /// A change that is none.
    #[error("{0:?} is no change of a value; it is one of slug, lower")]
    Change(String),
    /// The column is not there.
    #[error("{0}")]
    Column(E),
}

/// Why a row has no id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoId {
    /// Every template has a column that says nothing; the column is the last one's.
    Placeholder(Option<usize>),
    /// What comes of it is no id.
    Shape(Option<usize>),
}

impl Template {
    /// Parses a template; `column` gives the number of a column.
    ///
    /// # Errors
    /// The template is none, or `column` knows no such column.
    pub fn parse<E>(text: &str, mut column: impl FnMut(&str) -> Result<usize, E>) -> Result<Self, TemplateError<E>> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, after) = after.split_once('}').ok_or(TemplateError::Brace)?;
            let (name, change) = match inside.rsplit_once('|') {
                None => (inside, Change::Nothing),
                Some((name, "slug")) => (name, Change::Slug),
                Some((name, "lower")) => (name, Change::Lower),
                Some((_, other)) => return Err(TemplateError::Change(other.to_owned())),
            };
            if before.contains('}') || name.contains('{') {
                return Err(TemplateError::Brace);
            }
            if !before.is_empty() {
                pieces.push(Piece::Text(before.into()));
            }
            pieces.push(Piece::Column { column: column(name).map_err(TemplateError::Column)?, change });
            rest = after;
        }
        if rest.contains('}') {
            return Err(TemplateError::Brace);
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.into()));
        }
        Ok(Self(pieces))
    }

    /// The first column that it names.
    pub fn first_column(&self) -> Option<usize> {
        self.0.iter().find_map(|piece| match piece {
            Piece::Column { column, .. } => Some(*column),
            Piece::Text(_) => None,
        })
    }
}

impl Key {
    /// Writes the id of a row into `out`, which is cleared first.
    ///
    /// # Errors
    /// The row has no id.
    pub fn write(&self, row: &Row<'_>, out: &mut String) -> Result<(), NoId> {
        let mut silent = None;
        for template in &self.templates {
            out.clear();
            match self.fill(template, row, out) {
                Some(column) => silent = Some(column),
                None if Entity::is_id(out) => return Ok(()),
                None => return Err(NoId::Shape(template.first_column())),
            }
        }
        Err(NoId::Placeholder(silent))
    }

    /// Appends what a template says; or the column that says nothing.
    fn fill(&self, template: &Template, row: &Row<'_>, out: &mut String) -> Option<usize> {
        for piece in &template.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Column { column, change } => {
                    let value = row.get(*column);
                    if value.is_empty() || self.placeholders.iter().any(|placeholder| placeholder == value) {
                        return Some(*column);
                    }
                    match change {
                        Change::Nothing => out.push_str(value),
                        Change::Lower => out.extend(value.chars().flat_map(char::to_lowercase)),
                        Change::Slug => slug(value, out),
                    }
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use ::csv::StringRecord;

    use super::*;

    fn id(templates: &[&str], row: &[&str]) -> Result<String, NoId> {
        let columns = ["group_id", "name"];
        let column = |name: &str| columns.iter().position(|known| *known == name).ok_or(());
        let templates = templates.iter().map(|text| Template::parse(text, column).unwrap()).collect();
        let key = Key { templates, placeholders: vec!["-99".into()] };
        let record = StringRecord::from(row);
        let mut out = "left over".to_owned();
        key.write(&Row::new(&record, &[]), &mut out).map(|()| out)
    }

    #[test]
    fn the_first_template_that_says_something_gives_the_id() {
        let both = ["mmp-{group_id}", "mmp-{name|slug}"];
        assert_eq!(id(&both, &["105", "Tehrik-i-Taliban Pakistan"]).unwrap(), "mmp-105");
        assert_eq!(id(&both, &["-99", " Ansaroul Islam "]).unwrap(), "mmp-ansaroul-islam");
        assert_eq!(id(&both, &["", "Óglaigh na hÉireann 1"]).unwrap(), "mmp-oglaigh-na-heireann-1");
        assert_eq!(id(&both, &["-99", ""]), Err(NoId::Placeholder(Some(1))));
        assert_eq!(id(&["{group_id}"], &["No 5", ""]), Err(NoId::Shape(Some(0))));
        assert_eq!(id(&["{group_id|lower}-x"], &["Q5", ""]).unwrap(), "q5-x");
        assert_eq!(id(&["{name|slug}"], &["", "—"]), Err(NoId::Shape(Some(1))));
    }

    #[test]
    fn a_template_that_is_none_is_refused() {
        for text in ["{", "a}b", "{a{b}}", "{group_id", "}{group_id}"] {
            assert!(Template::parse(text, |_| Ok::<_, ()>(0)).is_err(), "{text}");
        }
        assert_eq!(
            Template::parse("{name|snail}", |_| Ok::<_, ()>(0)).unwrap_err(),
            TemplateError::Change("snail".into())
        );
        assert_eq!(Template::parse("{nam}", |_| Err("no")).unwrap_err(), TemplateError::Column("no"));
    }
}
