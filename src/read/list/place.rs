//! Places as a list words them: a country, a part of it, a town; each a part of the wider one.

use super::claims::{At, Saying, Writer};
use crate::model::{Entity, EntityNo, NameRole};
use crate::read::slug::slug;

/// One level of a place: its words and, where the list's field says so, its finer type.
#[derive(Clone, Copy, Debug)]
pub struct Level<'a> {
    /// The list's words.
    pub name: &'a str,
    /// `country`, `region`; `None` where the field does not say.
    pub finer: Option<&'static str>,
}

/// Words that stand for nothing.
const NOTHING: [&str; 8] = ["na", "n/a", "none", "unknown", "not available", "-", "--", "undetermined"];

/// Whether a value says something.
pub fn said(value: &str) -> bool {
    let value = value.trim().trim_end_matches('.');
    !value.is_empty() && !NOTHING.iter().any(|nothing| value.eq_ignore_ascii_case(nothing))
}

/// Adds the place of these levels, the widest first, with what it is part of. The id is made of the words, so that the
/// same words are the same place in every list and release.
pub(super) fn write(writer: &mut Writer<'_>, at: At, levels: &[Level<'_>]) -> Result<Option<EntityNo>, String> {
    let mut id = "place".to_owned();
    let mut wider = None;
    for level in levels.iter().filter(|level| said(level.name)) {
        let before = id.len();
        id.push(':');
        slug(level.name, &mut id);
        if id.len() == before + 1 {
            // Nothing but signs: no words to make an id of.
            id.truncate(before);
            continue;
        }
        id.truncate(Entity::MAX_ID);
        let known = writer.places.get(&id).copied();
        // A region is one only within a country: the same words alone may be another list's country.
        let finer = level.finer.filter(|finer| wider.is_some() || *finer == "country");
        let entity = writer.entity(&id, "Place", finer)?;
        if known.is_none() {
            writer.places.insert(id.clone(), entity);
            writer.name(at, entity, level.name, NameRole::Primary, Saying::default());
            if let Some(wider) = wider {
                writer.link(at, entity, "part_of", wider, Saying::default());
            }
        }
        wider = Some(entity);
    }
    Ok(wider)
}
