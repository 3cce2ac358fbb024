//! Reviews of all sorts, against what must hold for each.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::desk::{Accepting, Desk, Fate, Status};
use super::event::Event;
use crate::extract::proposal::{DocumentMeta, EntityRef, Extraction, Named, Place, Proposal, Said, Span};
use crate::model::{Lookup, Match};
use crate::schema::Schema;

/// A database that knows one group, whose id a new entity would like to have.
struct Known;

impl Lookup for Known {
    fn entity(&self, id: &str) -> Option<(String, Option<String>)> {
        (id == "group-0").then(|| ("Organisation".to_owned(), None))
    }

    fn named(&self, _: &str) -> Vec<Match> {
        Vec::new()
    }

    fn near(&self, _: &str) -> Vec<String> {
        Vec::new()
    }
}

const GROUPS: usize = 5;

fn group(number: usize) -> EntityRef {
    EntityRef::New(format!("group-{number}"))
}

/// Links between groups first, then the groups: in the text nothing stands where it is needed.
fn extraction(links: &[(usize, usize)]) -> Extraction {
    let place = Place { paragraph: 1, sentence: 1, span: Span(0, 5), evidence: None };
    let link =
        |(from, to): &(usize, usize)| Said::Link { from: group(*from), kind: "allied_with".into(), to: group(*to) };
    let added = |number| Said::Entity {
        entity: group(number),
        kind: "Organisation".into(),
        finer: None,
        names: vec![Named::primary(&format!("Group {number}"))],
    };
    let says = links.iter().map(link).chain((0..GROUPS).map(added));
    let proposals = says.map(|says| Proposal::new(says, place, "Text.", "rule", "", 0.5)).collect();
    let document = DocumentMeta { id: "report".into(), title: "A report".into(), ..DocumentMeta::default() };
    Extraction::new(document, "Text.".into(), proposals, Vec::new())
}

#[derive(Clone, Debug)]
enum Step {
    Accept(usize),
    Same(usize, usize),
    Reject(usize),
    Reopen(usize),
    Commit,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let at = 0..GROUPS * 3;
    let step = prop_oneof![
        4 => at.clone().prop_map(Step::Accept),
        2 => (at.clone(), 0..GROUPS).prop_map(|(at, other)| Step::Same(at, other)),
        2 => at.clone().prop_map(Step::Reject),
        1 => at.prop_map(Step::Reopen),
        1 => Just(Step::Commit),
    ];
    prop::collection::vec(step, 1..30)
}

fn statuses(desk: &Desk) -> Vec<Status> {
    (0..desk.extraction().proposals.len()).map(|at| desk.status(at)).collect()
}

proptest! {
    /// However a review goes: its log alone gives it again, what was accepted can be committed, no two new entities get one
    /// id, none gets one of the database, and undoing all commits opens what they held.
    #[test]
    fn every_review_holds_together(
        links in prop::collection::btree_set((0..GROUPS, 0..GROUPS), 0..GROUPS * 2),
        steps in steps(),
    ) {
        let links: Vec<_> = links.into_iter().filter(|(from, to)| from != to).collect();
        let mut desk = Desk::new(extraction(&links), Vec::new(), &|_| Fate::Missing);
        let with = Accepting { known: &Known, schema: Schema::builtin(), taken: &|id| id == "group-1", by: "me", at: 0 };
        let mut log: Vec<Event> = Vec::new();
        let mut committed = 0;
        for step in steps {
            let fate = |_: &str| Fate::Committed(1);
            let events = match step {
                Step::Accept(at) => desk.accept(at, None, None, &with).unwrap_or_default(),
                Step::Same(at, other) => desk.accept(at, None, Some(group(other)), &with).unwrap_or_default(),
                Step::Reject(at) => desk.reject(at, "me", 0),
                Step::Reopen(at) => desk.reopen(at, "me", 0).into_iter().collect(),
                Step::Commit => {
                    let (batch, proposals) = desk.waiting();
                    // A circle of entities that are each other, or one that rests on what was reopened since, is refused
                    // as a whole and stays.
                    let document = desk.extraction().document.clone();
                    match desk.changes(&document, &proposals, &Known, Schema::builtin(), true) {
                        Ok(changes) => {
                            prop_assert!(proposals.is_empty() || !changes.claims.is_empty());
                            committed += proposals.len();
                            vec![Event::Batch { batch, proposals }]
                        }
                        Err(faults) => {
                            prop_assert!(faults.iter().all(|fault| fault.proposal.is_some()));
                            Vec::new()
                        }
                    }
                }
            };
            for event in events {
                desk.apply(event.clone(), &fate);
                log.push(event);
            }
            let again = Desk::new(desk.extraction().clone(), log.clone(), &fate);
            prop_assert_eq!(statuses(&again), statuses(&desk));
        }
        let ids: Vec<String> = (0..GROUPS).filter_map(|number| desk.settled(&group(number), &Known)).collect();
        let distinct: BTreeSet<&String> = ids.iter().collect();
        for id in distinct {
            prop_assert!(id != "group-0" && id != "group-1", "{} is taken", id);
        }
        let tally = desk.tally();
        prop_assert_eq!(tally.committed, committed);
        let undone = Desk::new(desk.extraction().clone(), log, &|_| Fate::Undone);
        prop_assert_eq!(undone.tally().committed, 0);
        prop_assert_eq!(undone.tally().open, tally.open + committed);
    }
}

#[test]
fn whoever_is_added_is_asked_about_first() {
    let desk = Desk::new(extraction(&[(3, 1), (1, 2)]), Vec::new(), &|_| Fate::Missing);
    let asked: Vec<String> = desk
        .order()
        .iter()
        .filter_map(|at| desk.proposal(*at))
        .map(|proposal| super::words::said(&proposal.says, &|entity| entity.id().to_owned()))
        .collect();
    insta::assert_snapshot!(asked.join("\n"), @r#"
    new: group-3 (Organisation), also "Group 3" (primary)
    new: group-1 (Organisation), also "Group 1" (primary)
    group-3 --allied_with--> group-1
    new: group-2 (Organisation), also "Group 2" (primary)
    group-1 --allied_with--> group-2
    new: group-0 (Organisation), also "Group 0" (primary)
    new: group-4 (Organisation), also "Group 4" (primary)
    "#);
}
