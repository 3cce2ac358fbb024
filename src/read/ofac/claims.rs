//! Entries into claims.

use std::collections::HashMap;

use super::FAMILY;
use super::entry::{Address, AliasKind, Entry, Kind, spoken};
use super::remarks::{Fact, fact};
use crate::model::{EntityNo, Modality, NameRole};
use crate::read::list::{At, Level, Release, Saying, Writer, said};
use crate::read::slug::slug;
use crate::schema::Schema;

/// The authority that lists.
const OFAC: &str = "ofac";

/// The country names that the list turns round, which have a comma of their own.
const TURNED: [&str; 9] = [
    "Korea, North",
    "Korea, South",
    "Congo, Democratic Republic of the",
    "Congo, Republic of the",
    "Virgin Islands, British",
    "Virgin Islands, U.S.",
    "Bahamas, The",
    "Gambia, The",
    "North Macedonia, The Republic of",
];

/// Writes entries.
pub struct Entries<'s> {
    writer: Writer<'s>,
    authority: EntityNo,
    /// Entries by name as the list spells it.
    named: HashMap<String, Vec<EntityNo>>,
    linked: Vec<(At, EntityNo, String)>,
}

impl<'s> Entries<'s> {
    /// For a release of that day.
    ///
    /// # Errors
    /// As [`Writer::new`].
    pub fn new(published: Option<&str>, schema: &'s Schema) -> Result<Self, String> {
        let mut writer = Writer::new(&FAMILY, published, schema)?;
        let authority = writer.entity(OFAC, "Organisation", Some("agency"))?;
        writer.name(At::default(), authority, "Office of Foreign Assets Control", NameRole::Primary, Saying::listing());
        writer.name(At::default(), authority, "OFAC", NameRole::Acronym, Saying::listing());
        Ok(Self { writer, authority, named: HashMap::new(), linked: Vec::new() })
    }

    /// Writes an entry.
    ///
    /// # Errors
    /// As [`Writer::entity`].
    pub fn entry(&mut self, entry: &Entry) -> Result<(), String> {
        // The number of the entry is its record in every form and release of the list.
        let at = At { record: entry.uid, span: None };
        let kind = match entry.kind {
            Kind::Person => "Person",
            Kind::Organisation => "Organisation",
            Kind::Vessel => "Vessel",
            Kind::Aircraft => "Aircraft",
            Kind::Unknown => "Party",
        };
        // An entity keeps its kind for good, and a whole copy of the list will say what this one is.
        let unknown = if entry.kind == Kind::Unknown { "-unknown" } else { "" };
        let entity = self.writer.entity(&format!("ofac-{}{unknown}", entry.uid), kind, None)?;
        self.name(at, entry, entity, &entry.name, NameRole::Primary, Saying::default());
        if !entry.name.is_empty() {
            self.named.entry(entry.name.clone()).or_default().push(entity);
        }
        for alias in &entry.aliases {
            let (role, note) = match alias.kind {
                AliasKind::Also => (NameRole::Alias, ""),
                AliasKind::Formerly => (NameRole::Former, ""),
                AliasKind::Now => (NameRole::Alias, "now known as"),
            };
            self.name(at, entry, entity, &alias.name, role, Saying::default().note(note));
        }
        self.listing(at, entry, entity)?;
        let title = if entry.kind == Kind::Person { "role" } else { "title" };
        self.writer.attribute(at, entity, title, &entry.title, Saying::default());
        for (key, value) in &entry.craft {
            self.writer.attribute(at, entity, key, value, Saying::default());
        }
        for address in &entry.addresses {
            self.address(at, entity, address)?;
        }
        for remark in &entry.remarks {
            self.remark(at, entry, entity, remark)?;
        }
        Ok(())
    }

    /// A name as it is spoken; the list's own spelling is the claim's text where it differs.
    fn name(&mut self, at: At, entry: &Entry, entity: EntityNo, name: &str, role: NameRole, saying: Saying) {
        if entry.kind == Kind::Person {
            let spoken = spoken(name);
            let saying = if spoken == name { saying } else { saying.text(name) };
            self.writer.name(at, entity, &spoken, role, saying);
        } else {
            self.writer.name(at, entity, name, role, saying);
        }
    }

    fn listing(&mut self, at: At, entry: &Entry, entity: EntityNo) -> Result<(), String> {
        self.writer.attribute(at, entity, "reference_number", &entry.uid.to_string(), Saying::listing());
        let programmes = entry.programmes.join(", ");
        self.writer.link(at, entity, "designated_by", self.authority, Saying::listing().text(programmes));
        for programme in entry.programmes.iter().filter(|programme| said(programme)) {
            self.writer.attribute(at, entity, "programme", programme, Saying::listing());
            let mut id = "ofac-programme:".to_owned();
            slug(programme, &mut id);
            let before = self.writer.changes.entities().len();
            let status = self.writer.entity(&id, "Status", Some("sanctions_listing"))?;
            if self.writer.changes.entities().len() > before {
                let name = format!("OFAC sanctions programme {programme}");
                self.writer.name(at, status, &name, NameRole::Primary, Saying::listing());
            }
            self.writer.link(at, entity, "has_status", status, Saying::listing().text(programme));
        }
        Ok(())
    }

    fn address(&mut self, at: At, entity: EntityNo, address: &Address) -> Result<(), String> {
        let Address { street, town, country, note } = address;
        let words: Vec<&str> =
            [street, town, country].into_iter().map(String::as_str).filter(|word| said(word)).collect();
        let wording = words.join(", ");
        self.writer.attribute(at, entity, "address", &wording, Saying::default().note(note));
        if let Some(place) = self.writer.place(at, &[Level { name: country, finer: Some("country") }])? {
            self.writer.link(at, entity, "located_in", place, Saying::default().text(wording).note(note));
        }
        Ok(())
    }

    fn remark(&mut self, at: At, entry: &Entry, entity: EntityNo, remark: &str) -> Result<(), String> {
        match fact(remark) {
            Fact::Attribute(key, value, note) => {
                self.writer.attribute(at, entity, key, &value, Saying::default().text(remark).note(note));
            }
            Fact::BornIn(words) => {
                self.writer.attribute(at, entity, "birth_place", words, Saying::default().text(remark));
                let levels: Vec<Level<'_>> =
                    widest_first(words).into_iter().map(|name| Level { name, finer: None }).collect();
                if entry.kind == Kind::Person
                    && let Some(place) = self.writer.place(at, &levels)?
                {
                    self.writer.link(at, entity, "born_in", place, Saying::default().text(words));
                }
            }
            Fact::WeakName(name) => {
                self.name(at, entry, entity, name, NameRole::Weak, Saying::default().note("weak").credibility(4));
            }
            Fact::LinkedTo(name) => self.linked.push((at, entity, name.to_owned())),
            Fact::Words(words) => self.writer.remark(at, entity, words, Saying::default()),
        }
        Ok(())
    }

    /// Finds the entries that others are linked to by name, and hands over the release.
    pub fn finish(mut self, mut notices: Vec<String>) -> Release {
        let (mut found, mut unclear, mut missing) = (0u32, 0u32, 0u32);
        for (at, from, name) in std::mem::take(&mut self.linked) {
            // The full stop that ends the remarks may be that of the name.
            let with_stop = format!("{name}.");
            let known = self.named.get_key_value(&name).or_else(|| self.named.get_key_value(&with_stop));
            let text = format!("Linked To: {}", known.map_or(&name, |(name, _)| name));
            match known.map(|(_, entries)| entries.as_slice()).unwrap_or_default() {
                [] => {
                    missing += 1;
                    self.writer.remark(at, from, &text, Saying::default());
                }
                [one] => {
                    found += 1;
                    self.writer.link(at, from, "linked_to", *one, Saying::default().text(text));
                }
                several => {
                    unclear += 1;
                    let note = format!("{} entries have this name", several.len());
                    for &to in several {
                        let saying = Saying::default().text(text.as_str()).note(note.as_str());
                        self.writer.link(at, from, "linked_to", to, saying.modality(Modality::Possible).credibility(3));
                    }
                }
            }
        }
        if found + unclear + missing > 0 {
            notices.push(format!(
                "links from \"Linked To\": {found}; names of several entries, as possible ties: {unclear}; names of no \
                 entry, kept as remarks: {missing}"
            ));
        }
        let source = self.writer.changes.sources().first().map(|source| source.id.to_string()).unwrap_or_default();
        Release { changes: self.writer.changes, source, notices }
    }
}

/// The parts of a place of birth, the widest first.
fn widest_first(words: &str) -> Vec<&str> {
    let turned = TURNED.iter().find(|name| words.ends_with(*name));
    let (before, last) = match turned.and_then(|name| words.strip_suffix(name).map(|before| (before, *name))) {
        Some((before, name)) => (before.trim_end_matches([',', ' ']), Some(name)),
        None => (words, None),
    };
    last.into_iter().chain(before.rsplit(", ").map(str::trim).filter(|part| !part.is_empty())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_turned_round() {
        for (words, expected) in [
            ("Port Example, Utopia", vec!["Utopia", "Port Example"]),
            ("Port Example, Korea, North", vec!["Korea, North", "Port Example"]),
            ("Korea, North", vec!["Korea, North"]),
            ("Utopia", vec!["Utopia"]),
        ] {
            assert_eq!(widest_first(words), expected);
        }
    }
}
