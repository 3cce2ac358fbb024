//! What follows from how names are built and from what stands next to them: a place in a place, people of a body.

#![allow(
    clippy::indexing_slicing,
    reason = "indices of words, phrases and frames are made here, from the lists they index"
)]

use super::clause::{Head, Role};
use super::lexicon::Tags;
use super::mentions::Kind;
use super::reader::{Analysis, Reader};
use super::world::Statement;
use crate::model::Modality;

impl<'a, 't> Reader<'a, 't> {
    /// What follows from how names are built and from what stands next to them.
    pub(super) fn structure(&mut self, analysis: &Analysis<'a, 't>) {
        for number in 0..analysis.phrases.list.len() {
            self.places(analysis, number);
            self.groups(analysis, number);
            self.kind_of(analysis, number);
            if let Some(mention) = self.mention(analysis, number) {
                let cluster = mention.cluster;
                if let Some(title) = mention.title.clone() {
                    let value = self.reading.words_text(&title).to_owned();
                    let says = Statement::Attribute { entity: cluster, key: "title".into(), value };
                    let words = analysis.phrases.list[number].words.clone();
                    self.say(
                        analysis,
                        says,
                        words.start,
                        None,
                        words,
                        Modality::Asserted,
                        "names.title",
                        "it stands before the name".to_owned(),
                        0.9,
                        None,
                    );
                }
            }
        }
        self.listing(analysis);
        self.statuses(analysis);
        self.concurrent(analysis);
    }

    /// "Foreign Terrorist Organization Tehrik-e Taliban Pakistan": a status directly before a name.
    fn statuses(&mut self, analysis: &Analysis<'a, 't>) {
        for number in 0..analysis.phrases.list.len() {
            let phrase = &analysis.phrases.list[number];
            let Some(mention) = phrase.mention.map(|mention| &self.named.mentions[mention]) else { continue };
            let status = phrase.modifiers.iter().map(|&mention| &self.named.mentions[mention]).find(|status| {
                status.words.end == mention.words.start && self.world.kind(status.cluster) == Kind::Status
            });
            if let Some(status) = status.map(|status| status.cluster) {
                let says = Statement::Link { from: mention.cluster, kind: "has_status".into(), to: status };
                let words = phrase.words.clone();
                let why = "the status stands before the name".to_owned();
                self.say(analysis, says, words.start, None, words, Modality::Asserted, "names.status", why, 0.85, None);
            }
        }
    }

    /// "a ceasefire while the two conduct negotiations": events of one time.
    fn concurrent(&mut self, analysis: &Analysis<'a, 't>) {
        let Some(at) = (0..analysis.clause.len()).find(|&at| analysis.clause.word(at).is("while")) else { return };
        let mut events: Vec<(usize, usize)> =
            self.event_of_phrase.iter().map(|(&phrase, &event)| (analysis.phrases.list[phrase].head, event)).collect();
        events.sort_unstable();
        let before = events.iter().rev().find(|(head, _)| *head < at);
        let after = events.iter().find(|(head, _)| *head > at);
        if let (Some(&(start, one)), Some(&(end, other))) = (before, after) {
            let says = Statement::Link { from: one, kind: "concurrent_with".into(), to: other };
            self.say(
                analysis,
                says,
                at,
                None,
                start..end + 1,
                Modality::Asserted,
                "events.while",
                "\"while\" joins them".to_owned(),
                0.7,
                None,
            );
        }
    }

    /// "Afrin, northwestern Syria": the one lies in the other.
    pub(super) fn places(&mut self, analysis: &Analysis<'a, 't>, number: usize) {
        let Some(before) = number.checked_sub(1) else { return };
        let (here, there) = (&analysis.phrases.list[number], &analysis.phrases.list[before]);
        let place = |reader: &Self, phrase: usize| {
            reader
                .mention(analysis, phrase)
                .map(|mention| mention.cluster)
                .filter(|&cluster| reader.world.kind(cluster) == Kind::Place)
        };
        let offset = analysis.clause.range.start;
        let Some(inner_here) = place(self, number) else { return };
        let evidence = there.words.start..here.words.end;
        // "the country’s tribal areas"
        if here.possessor == Some(before) {
            let owner =
                self.who(analysis, before).first().copied().filter(|&owner| self.world.kind(owner) == Kind::Place);
            if let Some(owner) = owner {
                let says = Statement::Link { from: inner_here, kind: "part_of".into(), to: owner };
                self.say(
                    analysis,
                    says,
                    here.words.start,
                    None,
                    evidence,
                    Modality::Asserted,
                    "names.place-of",
                    "the one belongs to the other".to_owned(),
                    0.8,
                    None,
                );
            }
            return;
        }
        let Some(outer) = place(self, before) else { return };
        let gap = there.words.end..here.words.start;
        let comma = gap.len() == 1 && analysis.clause.word(gap.start).is_sign(',');
        let of =
            gap.len() == 1 && ["in", "near", "outside"].iter().any(|word| analysis.clause.word(gap.start).is(word));
        // In a list of places a comma tells nothing.
        let listed = here.list != number && here.list == there.list
            || analysis
                .phrases
                .list
                .get(number + 1)
                .is_some_and(|next| next.list == here.list && next.list != number + 1 && here.list != number);
        if (comma && !listed || of) && outer != inner_here {
            let finer = |entity: usize| self.world.entity(entity).and_then(|entity| entity.finer.clone());
            let larger = |finer: Option<&str>| match finer {
                Some("country") => 3,
                Some("region") => 2,
                Some("facility") => 0,
                _ => 1,
            };
            let (small, large) = (finer(outer), finer(inner_here));
            if larger(small.as_deref()) > larger(large.as_deref())
                || large.as_deref() == Some("country") && small.as_deref() == Some("country")
            {
                return;
            }
            let kind = if small.as_deref() == Some("region") && large.as_deref() == Some("country") {
                "part_of"
            } else {
                "located_in"
            };
            let says = Statement::Link { from: outer, kind: kind.into(), to: inner_here };
            let _ = offset;
            self.say(
                analysis,
                says,
                here.words.start,
                None,
                evidence,
                Modality::Asserted,
                "names.place-in-place",
                "a comma and a larger place follow the place".to_owned(),
                0.85,
                None,
            );
        }
    }

    /// "al-Qaeda members", "leaders from the Haqqani network": people of a body.
    pub(super) fn groups(&mut self, analysis: &Analysis<'a, 't>, number: usize) {
        let phrase = analysis.phrases.list[number].clone();
        let offset = analysis.clause.range.start;
        let head = *analysis.clause.word(phrase.head);
        let (group, body) = if let Some(mention) = self.mention(analysis, number) {
            let Some(of) = mention.of.filter(|_| self.world.kind(mention.cluster) == Kind::Group) else { return };
            (mention.cluster, self.named.mentions[of].cluster)
        } else {
            let plural = head.form.noun.is_some_and(|(_, plural)| plural);
            let end = phrase.words.end;
            let of = end + 1 < analysis.clause.len()
                && (analysis.clause.word(end).is("from") || analysis.clause.word(end).is("of"));
            if !head.has(Tags::MEMBERS) || !plural || !of || phrase.definite && phrase.words.len() > 2 {
                return;
            }
            let Some(next) = analysis.phrases.of_word[end + 1] else { return };
            let bodies: Vec<usize> =
                analysis.phrases.listed(next).into_iter().flat_map(|phrase| self.who(analysis, phrase)).collect();
            let [body] = bodies.as_slice() else { return };
            let body = *body;
            if self.world.kind(body) != Kind::Organisation {
                return;
            }
            let words = offset + phrase.words.start..offset + analysis.phrases.list[next].words.end;
            let name = self.reading.words_text(&words).replace(['\n', '\r'], " ");
            let finer = if head.is("leaders") || head.is("commanders") {
                "leaders"
            } else if head.is("officials") {
                "officials"
            } else {
                "members"
            };
            let known = self.world.entities.iter().position(|entity| entity.kind == Kind::Group && entity.name == name);
            let group = known.unwrap_or_else(|| {
                self.world.describe(
                    Kind::Group,
                    Some(finer),
                    name,
                    analysis.sentence,
                    words,
                    "names.group-of",
                    0.7,
                    finer,
                )
            });
            self.meant.insert(number, vec![group]);
            (group, body)
        };
        if let Some(group) = self.world.entities.get_mut(group) {
            group.other = Some(body);
        }
        let lemma = analysis.clause.lemma(phrase.head);
        let says = match lemma.as_str() {
            "leader" | "commander" => Statement::Link { from: body, kind: "led_by".into(), to: group },
            "official" | "officer" | "diplomat" | "representative" | "lawmaker" => {
                Statement::Link { from: group, kind: "holds_role_at".into(), to: body }
            }
            _ => Statement::Link { from: group, kind: "member_of".into(), to: body },
        };
        let why = format!("{:?} of a body", head.text);
        let mut evidence = phrase.words.clone();
        evidence.end = (evidence.end + 4).min(analysis.clause.len());
        self.say(analysis, says, phrase.head, None, evidence, Modality::Asserted, "names.group-of", why, 0.8, None);
    }

    /// "is an umbrella organization": what sort of body the text calls it.
    pub(super) fn kind_of(&mut self, analysis: &Analysis<'a, 't>, number: usize) {
        let phrase = analysis.phrases.list[number].clone();
        let head = analysis.clause.word(phrase.head);
        let indefinite =
            analysis.clause.word(phrase.words.start).is("a") || analysis.clause.word(phrase.words.start).is("an");
        let sort =
            ["organization", "organisation", "group", "movement", "network", "party", "militia", "charity", "company"]
                .iter()
                .any(|word| head.is(word));
        if phrase.mention.is_some() || !indefinite || !sort || phrase.words.len() < 3 {
            return;
        }
        let frame =
            analysis.frames.iter().position(|frame| matches!(frame.head, Head::Noun(_, other) if other == number));
        let Some(frame) = frame else { return };
        let owner = self.role(analysis, frame, &Role::Own);
        let Some((entity, _)) = owner.into_iter().find(|(entity, _)| self.world.kind(*entity) == Kind::Organisation)
        else {
            return;
        };
        // The words after the last name in the phrase: "Sunni militant organization".
        let from = phrase
            .words
            .clone()
            .rev()
            .find(|&at| analysis.clause.mention_of[at].is_some() || analysis.clause.is_joined(at))
            .map_or(phrase.words.start + 1, |at| at + 1);
        let offset = analysis.clause.range.start;
        let value = self.reading.words_text(&(offset + from..offset + phrase.words.end)).replace(['\n', '\r'], " ");
        let says = Statement::Attribute { entity, key: "org_type".into(), value };
        self.say(
            analysis,
            says,
            phrase.head,
            None,
            phrase.words,
            Modality::Asserted,
            "names.sort",
            "it is called so".to_owned(),
            0.8,
            None,
        );
    }

    /// "... Taliban Monitoring Team": what a body's name says of those that it lists.
    pub(super) fn listing(&mut self, analysis: &Analysis<'a, 't>) {
        for at in 0..analysis.clause.len() {
            let Some(mention) = analysis.clause.mention_of[at] else { continue };
            let kind = self.rules.compound(&analysis.clause.word(at).text.to_lowercase());
            let body = self.named.mentions[mention].cluster;
            let Some(kind) = kind.filter(|_| self.world.kind(body) == Kind::Organisation) else { continue };
            let inner: Vec<usize> = self
                .named
                .mentions
                .iter()
                .enumerate()
                .skip(mention)
                .take(24)
                .filter(|(_, inner)| inner.inside == Some(mention))
                .map(|(_, inner)| inner.cluster)
                .collect();
            let words = self.named.mentions[mention].words.clone();
            let offset = analysis.clause.range.start;
            for cluster in inner {
                let says = Statement::Link { from: body, kind: kind.into(), to: cluster };
                let why = format!("the name of the body says so: {:?}", analysis.clause.word(at).text);
                self.say(
                    analysis,
                    says,
                    at,
                    None,
                    words.start - offset..words.end - offset,
                    Modality::Asserted,
                    "names.inside",
                    why,
                    0.7,
                    None,
                );
            }
        }
    }
}
