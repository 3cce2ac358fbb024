//! Editing a proposal, a field at a time.

use std::fmt::Display;
use std::str::FromStr;

use crate::extract::proposal::{EntityRef, Proposal, Said};
use crate::model::{Modality, NameRole};
use crate::schema::{Schema, nearest};

/// What takes a value away.
const NOTHING: &str = "-";
/// What turns a link round.
const TURN: &str = "turn";

/// The fields of a proposal that can be edited, with their values; those that have none are empty.
pub fn fields(proposal: &Proposal) -> Vec<(&'static str, String)> {
    let text = |entity: &EntityRef| entity.to_string();
    let option = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut fields = match &proposal.says {
        Said::Entity { kind, finer, names, .. } => {
            let mut fields = vec![("kind", kind.clone()), ("type", option(finer))];
            fields.extend(names.first().map(|named| ("name", named.name.clone())));
            fields
        }
        Said::Event { finer, .. } => vec![("type", option(finer))],
        Said::Name { entity, name, role, .. } => {
            vec![("entity", text(entity)), ("name", name.clone()), ("role", role.to_string())]
        }
        Said::Attribute { entity, key, value } => {
            vec![("entity", text(entity)), ("key", key.clone()), ("value", value.clone())]
        }
        Said::Link { from, kind, to } => vec![("from", text(from)), ("kind", kind.clone()), ("to", text(to))],
        Said::SameAs { entity, other } => vec![("entity", text(entity)), ("other", text(other))],
    };
    fields.push(("when", proposal.when.map(|when| when.to_string()).unwrap_or_default()));
    fields.push(("speaker", proposal.speaker.as_ref().map(text).unwrap_or_default()));
    fields.push(("modality", proposal.modality.to_string()));
    fields.push(("credibility", proposal.credibility.to_string()));
    fields.push(("note", option(&proposal.note)));
    fields
}

/// The proposal with one field changed. `-` takes a date, a speaker, a type or a note away; the field `turn`, which needs
/// no value, turns a link round. `entity` finds who is meant by a name or an id.
///
/// # Errors
/// What is wrong with the field or the value, in a sentence.
pub fn edited(
    proposal: &Proposal,
    field: &str,
    value: &str,
    schema: &Schema,
    entity: &dyn Fn(&str) -> Result<EntityRef, String>,
) -> Result<Proposal, String> {
    let mut edited = proposal.clone();
    let value = value.trim();
    if field == TURN {
        let Said::Link { from, to, .. } = &mut edited.says else {
            return Err("only a link can be turned round".to_owned());
        };
        std::mem::swap(from, to);
        return Ok(edited);
    }
    let names: Vec<&'static str> = fields(proposal).into_iter().map(|(name, _)| name).collect();
    if !names.contains(&field) {
        let near =
            nearest(field, names.iter().copied()).map_or_else(String::new, |near| format!("; did you mean {near}?"));
        return Err(format!("there is no field {field:?} here, but {}{near}", names.join(", ")));
    }
    if value.is_empty() {
        return Err(format!("{field} needs a value; `-` takes one away that may be missing"));
    }
    let option = |value: &str| (value != NOTHING).then(|| value.to_owned());
    match field {
        "when" => edited.when = if value == NOTHING { None } else { Some(parse(value)?) },
        "speaker" => edited.speaker = if value == NOTHING { None } else { Some(entity(value)?) },
        "modality" => edited.modality = parse_word::<Modality>(value, Modality::ALL.iter().map(|word| word.word()))?,
        "credibility" => edited.credibility = parse(value)?,
        "note" => edited.note = option(value),
        _ => said(&mut edited.says, field, value, schema, entity)?,
    }
    Ok(edited)
}

fn said(
    says: &mut Said,
    field: &str,
    value: &str,
    schema: &Schema,
    find: &dyn Fn(&str) -> Result<EntityRef, String>,
) -> Result<(), String> {
    let known = |known: bool, what: &str, near: Option<&str>| match (known, near) {
        (true, _) => Ok(()),
        (false, Some(near)) => Err(format!("there is no {what} {value:?}; did you mean {near}?")),
        (false, None) => Err(format!("there is no {what} {value:?}")),
    };
    let finer_type = |finer: &mut Option<String>| -> Result<(), String> {
        if value == NOTHING {
            *finer = None;
            return Ok(());
        }
        known(schema.finer_type(value).is_some(), "type", schema.near_finer_type(value))?;
        *finer = Some(value.to_owned());
        Ok(())
    };
    match (says, field) {
        (Said::Entity { kind, .. }, "kind") => {
            known(schema.kind(value).is_some(), "kind", schema.near_kind(value))?;
            value.clone_into(kind);
        }
        (Said::Entity { finer, .. } | Said::Event { finer, .. }, "type") => finer_type(finer)?,
        (Said::Entity { names, .. }, "name") => {
            if let Some(first) = names.first_mut() {
                value.clone_into(&mut first.name);
            }
        }
        (Said::Name { name, .. }, "name") => value.clone_into(name),
        (Said::Name { role, .. }, "role") => *role = parse_word(value, NameRole::ALL.iter().map(|word| word.word()))?,
        (Said::Attribute { key, .. }, "key") => {
            known(schema.attribute(value).is_some(), "attribute", schema.near_attribute(value))?;
            value.clone_into(key);
        }
        (Said::Attribute { value: old, .. }, "value") => value.clone_into(old),
        (Said::Link { kind, .. }, "kind") => {
            known(schema.link(value).is_some(), "link kind", schema.near_link(value))?;
            value.clone_into(kind);
        }
        (Said::Link { from, .. }, "from") => *from = find(value)?,
        (Said::Link { to, .. }, "to") => *to = find(value)?,
        (Said::SameAs { other, .. }, "other") => *other = find(value)?,
        (Said::Name { entity, .. } | Said::Attribute { entity, .. } | Said::SameAs { entity, .. }, "entity") => {
            *entity = find(value)?;
        }
        _ => {}
    }
    Ok(())
}

fn parse<T: FromStr<Err: Display>>(value: &str) -> Result<T, String> {
    value.parse().map_err(|error: T::Err| error.to_string())
}

fn parse_word<T: FromStr<Err: Display>>(value: &str, words: impl Iterator<Item = &'static str>) -> Result<T, String> {
    value.parse().map_err(|error: T::Err| match nearest(value, words) {
        Some(near) => format!("{error}; did you mean {near}?"),
        None => error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::proposal::{Named, Place};

    fn find(text: &str) -> Result<EntityRef, String> {
        text.parse().map_err(|_| format!("nobody is called {text:?}"))
    }

    fn link() -> Proposal {
        let (from, to) = (EntityRef::Known("a".into()), EntityRef::Known("b".into()));
        Proposal::new(Said::Link { from, kind: "led_by".into(), to }, Place::default(), "", "r", "", 1.0)
    }

    #[test]
    fn every_field_that_is_listed_can_be_set_to_what_it_is() {
        let entity = || EntityRef::Known("a".into());
        let all = [
            link().says,
            Said::Entity {
                entity: EntityRef::New("b".into()),
                kind: "Organisation".into(),
                finer: Some("militant_group".into()),
                names: vec![Named::primary("B")],
            },
            Said::Event { event: entity(), finer: None, names: Vec::new(), participants: Vec::new() },
            Said::Name { entity: entity(), name: "A".into(), role: NameRole::Alias, language: None },
            Said::Attribute { entity: entity(), key: "founded".into(), value: "2001".into() },
            Said::SameAs { entity: entity(), other: EntityRef::Known("b".into()) },
        ];
        for says in all {
            let proposal = Proposal { says, when: Some("2001".parse().unwrap()), ..link() };
            for (field, value) in fields(&proposal) {
                let value = if value.is_empty() { "-" } else { &value };
                assert_eq!(edited(&proposal, field, value, Schema::builtin(), &find), Ok(proposal.clone()), "{field}");
            }
        }
    }

    #[test]
    fn a_link_is_edited() {
        let edit = |field, value| edited(&link(), field, value, Schema::builtin(), &find);
        let turned = edit("turn", "").unwrap();
        assert_eq!(crate::extract::review::words::said(&turned.says, &EntityRef::to_string), "@b --led_by--> @a");
        assert_eq!(edit("modality", "alleged").unwrap().modality, Modality::Alleged);
        assert_eq!(edit("when", "2001/..").unwrap().when, Some("2001/..".parse().unwrap()));
        assert_eq!(edit("speaker", "@c").unwrap().speaker, Some(EntityRef::Known("c".into())));
        for (field, value, told) in [
            ("kind", "ledby", "did you mean led_by?"),
            ("modality", "aleged", "did you mean alleged?"),
            ("when", "soon", "expected a date"),
            ("speaker", "Nobody", "nobody is called"),
            ("credibility", "7", "is not a credibility"),
            ("not", "x", "did you mean note?"),
            ("value", "x", "there is no field"),
            ("note", " ", "needs a value"),
        ] {
            let error = edit(field, value).unwrap_err();
            assert!(error.contains(told), "{field}: {error}");
        }
    }
}
