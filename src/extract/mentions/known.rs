//! Names that are known: in the database, in the list of bodies, in the gazetteer.

use std::collections::HashMap;

use super::super::rules::Rules;
use super::Kind;
use crate::model::{Lookup, NameRole};
use crate::names;

/// An entity that a name was found to be.
#[derive(Clone, Debug)]
pub(in super::super) struct KnownEntity {
    /// Its id in the database; `None` for one of the list of bodies.
    pub id: Option<String>,
    pub kind: Option<Kind>,
    pub finer: Option<Box<str>>,
    /// Its own name.
    pub name: Box<str>,
}

/// What is known by names, with what has been asked so far.
pub(in super::super) struct Known<'l> {
    rules: &'l Rules,
    lookup: &'l dyn Lookup,
    entities: Vec<KnownEntity>,
    by_id: HashMap<String, usize>,
    asked: HashMap<Box<str>, Option<usize>>,
}

impl<'l> Known<'l> {
    pub fn new(rules: &'l Rules, lookup: &'l dyn Lookup) -> Self {
        Self { rules, lookup, entities: Vec::new(), by_id: HashMap::new(), asked: HashMap::new() }
    }

    /// The entity of this number.
    pub fn entity(&self, number: usize) -> Option<&KnownEntity> {
        self.entities.get(number)
    }

    /// The body or the entity of the database that has this name. A name of several is a name of none.
    pub fn named(&mut self, name: &str) -> Option<usize> {
        let folded = names::fold(name);
        if let Some(&found) = self.asked.get(folded.as_str()) {
            return found;
        }
        let found = self.ask(name, &folded);
        self.asked.insert(folded.into(), found);
        found
    }

    fn ask(&mut self, name: &str, folded: &str) -> Option<usize> {
        let mut matches = self.lookup.named(name);
        matches.retain(|found| found.role != NameRole::Weak);
        // A name that is exactly that of one entity is not doubtful because another's is near.
        if matches.len() > 1 {
            let exact: Vec<_> = matches.iter().filter(|found| names::fold(&found.name) == folded).cloned().collect();
            if !exact.is_empty() {
                matches = exact;
            }
        }
        matches.dedup_by(|a, b| a.id == b.id);
        if let [found] = matches.as_slice() {
            let finer = self.lookup.entity(&found.id).and_then(|(_, finer)| finer);
            return Some(self.add(
                found.id.clone(),
                Some(found.id.clone()),
                Kind::of(&found.kind),
                finer.map(Into::into),
                &found.name,
            ));
        }
        let body = self.rules.body(folded)?;
        // The body may stand in the database under another of its names.
        for other in &body.names {
            if let [found] = self.lookup.named(other).as_slice()
                && found.role != NameRole::Weak
            {
                let finer = self.lookup.entity(&found.id).and_then(|(_, finer)| finer);
                return Some(self.add(
                    found.id.clone(),
                    Some(found.id.clone()),
                    Kind::of(&found.kind),
                    finer.map(Into::into),
                    &found.name,
                ));
            }
        }
        let name = body.names.first()?;
        Some(self.add(format!("body:{name}"), None, Kind::of(&body.kind), body.finer.clone(), name))
    }

    fn add(
        &mut self,
        key: String,
        id: Option<String>,
        kind: Option<Kind>,
        finer: Option<Box<str>>,
        name: &str,
    ) -> usize {
        if let Some(&number) = self.by_id.get(&key) {
            return number;
        }
        let number = self.entities.len();
        self.entities.push(KnownEntity { id, kind, finer, name: name.into() });
        self.by_id.insert(key, number);
        number
    }
}
