//! The schema, printed.

use std::fmt::Write;

use super::{Failure, Terminal};
use crate::graph::{Answer, Cell};
use crate::schema::{AttributeType, LinkKind, Schema, ValueType, nearest};
use crate::write::Options;

/// Prints the whole schema, or what is about `name`: an entity kind, a finer type, a link kind or an attribute.
///
/// # Errors
/// The schema has nothing of that name, or the output cannot be written.
pub fn print(schema: &Schema, name: Option<&str>, terminal: &Terminal) -> Result<(), Failure> {
    let sections = match name {
        None => whole(schema),
        Some(name) => about(schema, name)?,
    };
    for (number, (title, table)) in sections.into_iter().enumerate() {
        if number > 0 {
            terminal.print("")?;
        }
        terminal.print(&title)?;
        if !table.columns.is_empty() {
            terminal.print("")?;
            terminal.answer(&table, super::Target { options: Options::default(), ..Default::default() })?;
        }
    }
    Ok(())
}

type Section = (String, Answer);

fn whole(schema: &Schema) -> Vec<Section> {
    let kinds = schema.kinds().iter().map(|kind| [&kind.name, &kind.meaning]);
    let types = schema.finer_types().iter().map(|finer| [&finer.kind, &finer.name, &finer.meaning]);
    let mut sections = vec![
        section("Kinds of entities", ["kind", "meaning"], kinds),
        section("Finer types", ["kind", "type", "meaning"], types),
        links("Kinds of links", schema.links().iter()),
        attributes("Attributes", schema.attributes().iter()),
    ];
    for (title, scale) in [
        ("Modalities", schema.modalities()),
        ("Reliability of a source", schema.reliabilities()),
        ("Credibility of a claim", schema.credibilities()),
    ] {
        sections.push(section(title, ["value", "meaning"], scale.iter().map(|grade| [&grade.value, &grade.meaning])));
    }
    sections
}

fn about(schema: &Schema, name: &str) -> Result<Vec<Section>, Failure> {
    let same = |known: &str| known.eq_ignore_ascii_case(name);
    if let Some(kind) = schema.kinds().iter().find(|kind| same(&kind.name)) {
        let has = |kinds: &[Box<str>]| kinds.contains(&kind.name);
        let types = schema.finer_types().iter().filter(|finer| finer.kind == kind.name);
        return Ok(vec![
            (format!("{}: {}", kind.name, kind.meaning), Answer::default()),
            section("Finer types", ["type", "meaning"], types.map(|finer| [&finer.name, &finer.meaning])),
            attributes("Attributes", schema.attributes().iter().filter(|attribute| has(&attribute.of))),
            links("Links", schema.links().iter().filter(|link| has(&link.from) || has(&link.to))),
        ]);
    }
    if let Some(link) = schema.links().iter().find(|link| same(&link.name)) {
        return Ok(vec![(link_text(link), Answer::default())]);
    }
    if let Some(finer) = schema.finer_types().iter().find(|finer| same(&finer.name)) {
        let text = format!("{}, a type of {}: {}", finer.name, finer.kind, finer.meaning);
        return Ok(vec![(text, Answer::default())]);
    }
    if let Some(attribute) = schema.attributes().iter().find(|attribute| same(&attribute.name)) {
        return Ok(vec![attributes("Attribute", std::iter::once(attribute))]);
    }
    let kinds = schema.kinds().iter().map(|kind| &*kind.name);
    let names = kinds
        .chain(schema.links().iter().map(|link| &*link.name))
        .chain(schema.finer_types().iter().map(|finer| &*finer.name))
        .chain(schema.attributes().iter().map(|attribute| &*attribute.name));
    let near = nearest(name, names).map_or_else(String::new, |near| format!("; did you mean {near}?"));
    Err(Failure::Usage(format!("the schema has no {name:?}{near}")))
}

fn links<'a>(title: &str, links: impl Iterator<Item = &'a LinkKind>) -> Section {
    let rows = links.map(|link| {
        let arrow = if link.symmetric { "↔" } else { "→" };
        let ends = format!("{} {arrow} {}", link.from.join(", "), link.to.join(", "));
        let reads =
            if link.symmetric { link.forward.to_string() } else { format!("{} / {}", link.forward, link.backward) };
        [link.name.to_string(), ends, reads]
    });
    section(title, ["kind", "joins", "reads"], rows)
}

fn link_text(link: &LinkKind) -> String {
    let mut text = format!("{}: {}\n\n", link.name, link.meaning);
    let both = if link.symmetric { ", and holds both ways" } else { "" };
    let same = if link.same_kind { " of the same kind" } else { "" };
    let _ = writeln!(text, "joins    {} to {}{same}{both}", link.from.join(", "), link.to.join(", "));
    let _ = writeln!(text, "reads    X {} Y", link.forward);
    if !link.symmetric {
        let _ = writeln!(text, "         Y {} X", link.backward);
    }
    let _ = write!(text, "family   {}\nFollowTheMoney   {}", link.family, link.ftm.schema);
    text
}

fn attributes<'a>(title: &str, attributes: impl Iterator<Item = &'a AttributeType>) -> Section {
    let rows = attributes.map(|attribute| {
        let value = match &attribute.value {
            ValueType::Text => "text".to_owned(),
            ValueType::Number => "number".to_owned(),
            ValueType::Date => "date".to_owned(),
            ValueType::Boolean => "true or false".to_owned(),
            ValueType::Url => "address".to_owned(),
            ValueType::Word(words) => words.join(" | "),
        };
        [attribute.name.to_string(), attribute.of.join(", "), value, attribute.meaning.to_string()]
    });
    section(title, ["attribute", "of", "value", "meaning"], rows)
}

fn section<const N: usize, T: ToString>(
    title: &str,
    columns: [&str; N],
    rows: impl Iterator<Item = [T; N]>,
) -> Section {
    let columns = columns.map(str::to_owned).to_vec();
    let rows = rows.map(|row| row.iter().map(|text| Cell::Text(text.to_string())).collect()).collect();
    (title.to_owned(), Answer { columns, rows, ..Answer::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_the_schema_can_be_asked_for() {
        let schema = Schema::builtin();
        let names = schema
            .kinds()
            .iter()
            .map(|kind| &kind.name)
            .chain(schema.links().iter().map(|link| &link.name))
            .chain(schema.finer_types().iter().map(|finer| &finer.name))
            .chain(schema.attributes().iter().map(|attribute| &attribute.name));
        for name in names {
            assert!(about(schema, name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_not_there_names_what_is_near() {
        let error = about(Schema::builtin(), "afiliated_with").unwrap_err();
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().ends_with("did you mean affiliated_with?"), "{error}");
    }
}
