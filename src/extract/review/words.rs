//! Proposals in words, for people.

use std::ops::Range;

use crate::extract::proposal::{EntityRef, Named, Proposal, Said, Span};
use crate::model::Modality;

/// What is said, as a line: `Haqqani Network --affiliated_with--> al-Qaeda`. `name` gives an entity's name.
pub fn said(says: &Said, name: &dyn Fn(&EntityRef) -> String) -> String {
    let kind = |kind: &str, finer: &Option<String>| match finer {
        Some(finer) => format!("{kind}, {finer}"),
        None => kind.to_owned(),
    };
    match says {
        Said::Entity { entity, kind: is, finer, names } => {
            format!("new: {} ({}){}", name(entity), kind(is, finer), also(&name(entity), names))
        }
        Said::Event { event, finer, names, participants } => {
            let new = if event.is_new() { "new: " } else { "" };
            let took_part: Vec<String> =
                participants.iter().map(|part| format!("{} --{}-- ", name(&part.entity), part.kind)).collect();
            let took_part = match took_part.is_empty() {
                true => String::new(),
                false => format!("; {}", took_part.iter().map(|part| part.trim_end()).collect::<Vec<_>>().join("; ")),
            };
            format!("{new}{} ({}){}{took_part}", name(event), kind("Event", finer), also(&name(event), names))
        }
        Said::Name { entity, name: called, role, .. } => format!("{} is also called {called:?} ({role})", name(entity)),
        Said::Attribute { entity, key, value } => format!("{}: {key} = {value}", name(entity)),
        Said::Link { from, kind, to } => format!("{} --{kind}--> {}", name(from), name(to)),
        Said::SameAs { entity, other } => format!("{} is the same as {}", name(other), name(entity)),
    }
}

/// The names of a proposed entity besides the one that it goes by.
fn also(shown: &str, names: &[Named]) -> String {
    let others: Vec<String> = names
        .iter()
        .filter(|named| named.name != shown)
        .map(|named| format!("{:?} ({})", named.name, named.role))
        .collect();
    if others.is_empty() { String::new() } else { format!(", also {}", others.join(", ")) }
}

/// In which modality, by whom, when, and by which rule it is said.
pub fn aside(proposal: &Proposal, name: &dyn Fn(&EntityRef) -> String) -> String {
    let mut parts = vec![proposal.modality.to_string()];
    parts.push(match &proposal.speaker {
        Some(speaker) => format!("speaker: {}", name(speaker)),
        None => "the document's own voice".to_owned(),
    });
    parts.extend(proposal.when.map(|when| format!("when: {when}")));
    if proposal.credibility.number() < 6 {
        parts.push(format!("credibility {}", proposal.credibility));
    }
    let note = proposal.note.as_ref().map_or_else(String::new, |note| format!("; note: {note}"));
    format!("{}{note}", parts.join(", "))
}

/// Which rule made it and why.
pub fn reason(proposal: &Proposal) -> String {
    let why = if proposal.why.is_empty() { String::new() } else { format!(": {}", proposal.why) };
    format!("rule {}{why}; confidence {}", proposal.rule, confidence(proposal))
}

/// The confidence with two digits at most.
pub fn confidence(proposal: &Proposal) -> String {
    let text = format!("{:.2}", proposal.confidence);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Where it stands: `p2 s3`.
pub fn place(proposal: &Proposal) -> String {
    format!("p{} s{}", proposal.at.paragraph, proposal.at.sentence)
}

/// Whether the modality is one that a reader must not overlook.
pub fn is_guarded(proposal: &Proposal) -> bool {
    proposal.modality != Modality::Asserted
}

/// What is to be marked in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Words that stand for an entity.
    Mention,
    /// Words that carry the claim.
    Evidence,
    /// Both.
    Both,
}

/// The marked parts of a proposal's sentence, in bytes of it, in order and apart from each other.
pub fn marks(proposal: &Proposal) -> Vec<(Range<usize>, Mark)> {
    let inside = |span: Span| {
        let start = span.0.checked_sub(proposal.at.span.0)? as usize;
        let end = span.1.checked_sub(proposal.at.span.0)? as usize;
        proposal.text.get(start..end).map(|_| start..end)
    };
    let mentions: Vec<Range<usize>> = proposal.mentions.iter().filter_map(|mention| inside(mention.span)).collect();
    let evidence = proposal.at.evidence.filter(|evidence| *evidence != proposal.at.span).and_then(inside);
    let mut cuts: Vec<usize> = mentions.iter().chain(&evidence).flat_map(|part| [part.start, part.end]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut marks: Vec<(Range<usize>, Mark)> = Vec::new();
    for (start, end) in cuts.iter().copied().zip(cuts.iter().copied().skip(1)) {
        let within = |part: &Range<usize>| part.start <= start && end <= part.end;
        let mark = match (mentions.iter().any(within), evidence.iter().any(within)) {
            (true, true) => Mark::Both,
            (true, false) => Mark::Mention,
            (false, true) => Mark::Evidence,
            (false, false) => continue,
        };
        match marks.last_mut() {
            Some((before, same)) if before.end == start && *same == mark => before.end = end,
            _ => marks.push((start..end, mark)),
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::proposal::{Mention, Participant, Place};

    fn named(entity: &EntityRef) -> String {
        entity.id().to_owned()
    }

    #[test]
    fn everything_has_words() {
        let (a, b) = (EntityRef::Known("a".into()), EntityRef::New("b".into()));
        let names = vec![Named::primary("b"), Named { role: crate::model::NameRole::Acronym, ..Named::primary("BB") }];
        let participants = vec![Participant { entity: a.clone(), kind: "party_to".into(), note: None }];
        let all = [
            Said::Entity {
                entity: b.clone(),
                kind: "Organisation".into(),
                finer: Some("militant_group".into()),
                names,
            },
            Said::Event { event: b.clone(), finer: None, names: Vec::new(), participants },
            Said::Name { entity: a.clone(), name: "A\"".into(), role: crate::model::NameRole::Former, language: None },
            Said::Attribute { entity: a.clone(), key: "founded".into(), value: "2001".into() },
            Said::Link { from: a.clone(), kind: "led_by".into(), to: b.clone() },
            Said::SameAs { entity: a, other: b },
        ];
        let told: Vec<String> = all.iter().map(|says| said(says, &named)).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        new: b (Organisation, militant_group), also "BB" (acronym)
        new: b (Event); a --party_to--
        a is also called "A\"" (former)
        a: founded = 2001
        a --led_by--> b
        b is the same as a
        "#);
    }

    #[test]
    fn marks_lie_side_by_side() {
        let says =
            Said::Attribute { entity: EntityRef::Known("a".into()), key: "founded".into(), value: "2001".into() };
        let place = Place { paragraph: 1, sentence: 1, span: Span(10, 30), evidence: Some(Span(12, 20)) };
        let mut proposal = Proposal::new(says, place, "01234567890123456789", "r", "", 1.0);
        let mention = |from, to| Mention { span: Span(from, to), entity: EntityRef::Known("a".into()) };
        proposal.mentions = vec![mention(18, 22), mention(10, 12), mention(0, 5), mention(28, 40)];
        let marked = vec![(0..2, Mark::Mention), (2..8, Mark::Evidence), (8..10, Mark::Both), (10..12, Mark::Mention)];
        assert_eq!(marks(&proposal), marked);
    }
}
