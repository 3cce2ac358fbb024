//! Documents to proposed claims: what an extractor found in a text, for a person to decide.
//!
//! A [`Proposal`] is one claim that may be made. It is in ids and words and not in numbers, so that it can be written to
//! a file, read by people and made by any other program; `docs/proposals.md` describes the files.
//!
//! [`extract`] is the extractor that Tieline comes with: rules and word lists, no network, no model, the same proposals
//! for the same text. `docs/extraction.md` tells how it works and how to write a rule.

#![deny(clippy::indexing_slicing, clippy::string_slice)]

mod attribution;
mod claims;
mod clause;
mod coreference;
mod dates;
pub mod document;
mod events;
mod gazetteer;
mod html;
mod lexicon;
mod markdown;
mod mentions;
mod output;
pub mod proposal;
mod reader;
pub mod review;
pub mod rules;
pub mod score;
mod sentences;
mod structure;
mod tokens;
mod works;
mod world;

use std::collections::HashMap;

pub use document::{Document, DocumentError};
pub use proposal::{
    DocumentMeta, EntityRef, Extraction, Fault, Given, KeepText, Mention, Named, Participant, Place, Proposal, Said,
    Span,
};
pub use rules::Rules;

use crate::model::Lookup;
use crate::schema::Schema;
use coreference::Discourse;
use mentions::{Kind, Reading};
use reader::Reader;
use world::World;

/// What a document may be taken to say.
///
/// `lookup` is asked for every name, so that what the database knows is proposed under its own id. The time is linear in
/// the text, but for look-ups.
///
/// ```
/// use std::path::Path;
/// use tieline::extract::{Document, DocumentMeta, Rules, Said, extract};
/// use tieline::schema::Schema;
///
/// let text = b"The Northern Brigade broke away from the Harbour Front in 2010.";
/// let document = Document::read(text, Path::new("note.txt"), DocumentMeta::default())?;
/// let found = extract(&document, Schema::builtin(), Rules::builtin(), &());
/// assert!(found.proposals.iter().any(|it| matches!(&it.says, Said::Link { kind, .. } if kind == "split_from")));
/// # Ok::<(), tieline::extract::DocumentError>(())
/// ```
pub fn extract(document: &Document, schema: &Schema, rules: &Rules, lookup: &dyn Lookup) -> Extraction {
    let reading = Reading::new(document.plain(), &document.sentences, rules.lexicon());
    let mut known = mentions::known(rules, lookup);
    let headings: Vec<bool> = document.sentences.iter().map(|sentence| sentence.heading).collect();
    let named = mentions::names(&reading, &headings, rules, &mut known);
    let left_out = |sentence: usize| document.left_out.get(sentence).copied().unwrap_or(false);
    let world = World::new(&named, &known);
    if !document.is_english {
        // Without its grammar only what the database knows by name is certain.
        return output::proposals(document, &reading, &known, &only_known(world));
    }
    let paragraphs: Vec<u32> = document.sentences.iter().map(|sentence| sentence.paragraph).collect();
    let quoted = attribution::quoted(&reading, &paragraphs);
    let described = headings.first().copied().unwrap_or(false).then(|| described(&world, &named)).flatten();
    let mut reader = Reader {
        reading: &reading,
        rules,
        schema,
        named: &named,
        quoted: &quoted,
        world,
        discourse: Discourse::default(),
        quoting: None,
        event_of_phrase: HashMap::new(),
        event_of_frame: HashMap::new(),
        meant: HashMap::new(),
        foundings: HashMap::new(),
        described,
    };
    let day = document.day().or_else(|| stated_day(document, &reading));
    let mut mention = 0;
    let mut open = Vec::new();
    for sentence in 0..document.sentences.len() {
        let first = mention;
        while named.mentions.get(mention).is_some_and(|found| found.sentence == sentence) {
            mention += 1;
        }
        if !left_out(sentence) {
            open.push(reader.analyse(sentence, first..mention, day));
        } else {
            works::pointer(&reading, &named, &mut reader.world, sentence);
        }
        if paragraphs.get(sentence) != paragraphs.get(sentence + 1) {
            reader.paragraph(&open, &document.sections);
            open.clear();
        }
    }
    let mut world = reader.world;
    world.tidy(left_out);
    output::proposals(document, &reading, &known, &world)
}

/// The day that a document states at its head: in a dateline, or on a line of its own.
fn stated_day(document: &Document, reading: &Reading<'_>) -> Option<jiff::civil::Date> {
    reading.sentences.iter().take(6).enumerate().find_map(|(number, range)| {
        let end = match reader::dateline(reading, range) {
            Some(dash) => dash,
            None if document.sentences.get(number).is_some_and(|sentence| sentence.heading) && range.len() <= 8 => {
                range.end
            }
            None => return None,
        };
        let found = dates::dates(reading, &(range.start..end), None);
        found.into_iter().find_map(|date| date.period.and_then(|period| period.to_string().parse().ok()))
    })
}

/// What a description in the title ("Al-Qaeda Affiliate") stands for: the first militant body that the text itself names.
fn described(world: &World, named: &mentions::Named) -> Option<usize> {
    let in_title: Vec<usize> =
        named.mentions.iter().filter(|mention| mention.sentence == 0).map(|mention| mention.cluster).collect();
    let of_state = |finer: Option<&str>| {
        matches!(
            finer,
            Some("government" | "military" | "agency" | "un_body" | "intergovernmental" | "media_outlet" | "state")
        )
    };
    named
        .mentions
        .iter()
        .filter(|mention| {
            (1..=2).contains(&mention.sentence) && mention.inside.is_none() && !in_title.contains(&mention.cluster)
        })
        .map(|mention| mention.cluster)
        .find(|&cluster| {
            world
                .entity(cluster)
                .is_some_and(|entity| entity.kind == Kind::Organisation && !of_state(entity.finer.as_deref()))
        })
}

/// Only the entities that the database knows.
fn only_known(mut world: World) -> World {
    world.entities.retain(|entity| entity.known.is_some());
    world.claims.clear();
    world
}
