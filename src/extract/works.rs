//! Works that a document points to: "To read the Project’s resource Harbours of the North, please click here."

#![allow(clippy::indexing_slicing, reason = "indices of words are made here, from the list they index")]

use super::lexicon::Tags;
use super::mentions::{Kind, Named, Reading};
use super::tokens::Class;
use super::world::{Claim, Statement, World};
use crate::model::Modality;
use crate::names;

/// Finds the work that a sentence points to, with its publisher and what it is about.
pub(super) fn pointer(reading: &Reading<'_>, named: &Named, world: &mut World, sentence: usize) {
    let range = reading.sentences[sentence].clone();
    let Some(noun) = range.clone().find(|&at| {
        let word = &reading.words[at];
        word.has(Tags::WORK) && at > range.start && reading.words[at - 1].token.class == Class::Possessive
    }) else {
        return;
    };
    let end = (noun + 1..range.end)
        .find(|&at| reading.words[at].is_sign(',') || reading.words[at].is_sign('.'))
        .unwrap_or(range.end);
    let mut title = noun + 1..end;
    while title.len() > 1 && matches!(reading.words[title.start].token.class, Class::Sign(_)) {
        title.start += 1;
    }
    while title.len() > 1 && matches!(reading.words[title.end - 1].token.class, Class::Sign(_)) {
        title.end -= 1;
    }
    if title.is_empty() || title.len() > 16 || !reading.words[title.start].token.is_capital() {
        return;
    }
    let publisher = named
        .mentions
        .iter()
        .find(|mention| mention.sentence == sentence && mention.words.end == noun - 1)
        .map(|mention| mention.cluster);
    let name = reading.words_text(&title).to_owned();
    let work = world.describe(Kind::Work, Some("report"), name, sentence, title.clone(), "names.work", 0.8, "work");
    let mut claim = |says: Statement, rule: &str, why: &str| {
        world.claim(Claim {
            says,
            when: None,
            sentence,
            evidence: noun..title.end,
            speaker: None,
            modality: Modality::Asserted,
            rule: rule.into(),
            why: why.to_owned(),
            confidence: 0.75,
            note: None,
        });
    };
    if let Some(publisher) = publisher {
        claim(
            Statement::Link { from: publisher, kind: "published".into(), to: work },
            "works.publisher",
            "the work is called the body's own",
        );
    }
    // What its title names first is what it is about; the words of a title are no mentions of their own.
    let about = (title.start + 1..=title.end).rev().find_map(|end| {
        let key = names::skeleton(&names::fold(reading.words_text(&(title.start..end))));
        named
            .clusters
            .iter()
            .position(|cluster| cluster.names.iter().any(|(name, ..)| names::skeleton(&names::fold(name)) == key))
    });
    if let Some(about) = about {
        claim(
            Statement::Link { from: work, kind: "about".into(), to: about },
            "works.about",
            "the title begins with the name",
        );
    }
}
