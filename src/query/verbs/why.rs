//! `why`: the claims behind a link, each with its sentence.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::surroundings::{AROUND, surroundings};
use super::{RECORDED_AS, Recorded, Verbs, optional, place};
use crate::graph::{LinkFilter, LinkNo};
use crate::model::Truth;
use crate::query::ast::Why;
use crate::query::claims::ClaimSource;
use crate::query::found::{Found, Item};
use crate::query::run::QueryError;

impl<C: ClaimSource> Verbs<'_, '_, '_, C> {
    pub(super) fn why(&mut self, why: &Why) -> Result<Found, QueryError<C::Error>> {
        let graph = self.context.graph;
        let mut found = Found::new(&[
            "link",
            "source",
            "place",
            "speaker",
            "modality",
            "grade",
            "when",
            "text",
            AROUND,
            "note",
            "added",
            RECORDED_AS,
        ]);
        let mut texts = HashMap::new();
        let links: Vec<LinkNo> = match why {
            Why::Number(number) => {
                let at = (number.value as usize).checked_sub(1);
                let Some(id) = at.and_then(|at| self.last.get(at)) else {
                    let message = match self.last.len() {
                        0 => "there is no answer before this one whose links have numbers".to_owned(),
                        1 => format!("the last answer has one link, none numbered {}", number.value),
                        many => format!("the last answer has {many} links, none numbered {}", number.value),
                    };
                    let help = "numbers are those of the last answer at the prompt or in a file of statements; \
                                a link is also found by its ends, as in why \"TTP\" to \"al-Qaeda\"";
                    return Err(self.context.refuse(number.span, message).help(help).into());
                };
                graph.link_by_id(id).into_iter().collect()
            }
            Why::Link(id) => match graph.link_by_id(&id.value) {
                Some(link) => vec![link],
                None => {
                    return Err(self
                        .context
                        .refuse(id.span, format!("there is no link {}", id.value))
                        .help("a link's id is FROM/KIND/TO, as in @ttp/affiliated_with/al-qaeda")
                        .into());
                }
            },
            Why::Pair(one, other) => {
                let (one, other) = (self.context.entity(one)?, self.context.entity(other)?);
                found.focus.extend([one, other]);
                let (one, other) = if graph.degree(one) <= graph.degree(other) { (one, other) } else { (other, one) };
                let ties = graph.ties(one);
                self.core.meter.visit(ties.len());
                ties.iter()
                    .filter(|(_, neighbour, _)| *neighbour == other)
                    .map(|(place, ..)| ties.link(place))
                    .collect()
            }
        };
        if links.is_empty() {
            found.notes.push("no link joins them; `path` shows how they are tied through others".to_owned());
        }
        let mut left_out = 0;
        let mut recorded = Recorded::new();
        for link in links {
            // What a scope leaves out is counted; denials are part of the evidence unless the scope says otherwise.
            let scope = self.core.filter.clone();
            let scope = if scope == LinkFilter::default() { LinkFilter::everything() } else { scope };
            let admitted: Vec<_> = graph
                .evidence(link)
                .into_iter()
                .filter_map(|evidence| {
                    Some((evidence.claim, scope.weigh(&evidence))).filter(|(_, truth)| *truth > Truth::No)
                })
                .collect();
            left_out += graph.evidence(link).len() - admitted.len();
            let truth = admitted.iter().map(|(_, truth)| *truth).max().unwrap_or(Truth::No);
            let numbers: Vec<_> = admitted.iter().map(|(number, _)| *number).collect();
            for cited in self.cited(&numbers)? {
                if !self.core.meter.fits(found.len()) {
                    return Ok(found);
                }
                let added = self.core.claims.added(cited.number).map_err(QueryError::Claims)?;
                let source = cited.claim.source;
                if let Entry::Vacant(vacant) = texts.entry(source) {
                    vacant.insert(self.core.claims.text(source).map_err(QueryError::Claims)?);
                }
                // A claim of an earlier edition counts in bytes of another text.
                let kept = texts.get(&source).and_then(Option::as_ref).filter(|kept| kept.since <= cited.number);
                let around = kept.and_then(|kept| surroundings(&kept.text, cited.claim.locator));
                let recorded_as = self.all_recorded_as(&cited.claim.says, &mut recorded)?;
                found.push([
                    Item::Link(link, truth),
                    Item::Text(cited.source.id.to_string()),
                    Item::Text(place(cited.claim.locator)),
                    cited.speaker(|speaker| self.stands_for(speaker)),
                    Item::Text(cited.claim.modality.to_string()),
                    Item::Text(cited.grade()),
                    cited.claim.when.map_or(Item::Null, |when| Item::Text(when.to_string())),
                    optional(cited.claim.text.as_deref()),
                    optional(around.as_deref()),
                    optional(cited.claim.note.as_deref()),
                    added.map_or(Item::Null, |commit| {
                        Item::Text(format!("commit {} by {}", commit.number, commit.author))
                    }),
                    recorded_as,
                ]);
            }
        }
        if left_out > 0 {
            found.notes.push(format!("{left_out} more claims are outside the scope"));
        }
        Ok(found)
    }
}
