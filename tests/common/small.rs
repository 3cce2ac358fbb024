//! Small graphs of numbered organisations, and statements about them.

use std::convert::Infallible;
use std::sync::atomic::AtomicBool;

use tieline::graph::{Answer, Builder, Graph, LinkKindMeta};
use tieline::model::{
    Changes, Claim, ClaimNo, Commit, Credibility, Locator, Modality, NameRole, Period, Says, Source, Word,
};
use tieline::query::{Budget, ClaimSource, Outcome, Parameters, Run, Scratch, parse};
use tieline::schema::Schema;

/// A link: from, kind (0 directed, 1 symmetric), to, year or 0.
pub type Link = (u32, u8, u32, u16);

/// The names of the kinds.
pub const KINDS: [&str; 2] = ["supports", "allied_with"];

struct NoClaims;

impl ClaimSource for NoClaims {
    type Error = Infallible;

    fn claims(&mut self, _: &[ClaimNo]) -> Result<Vec<Claim>, Infallible> {
        Ok(Vec::new())
    }

    fn word(&self, _: Word) -> String {
        String::new()
    }

    fn sources(&mut self) -> Result<&[Source], Infallible> {
        Ok(&[])
    }

    fn added(&mut self, _: ClaimNo) -> Result<Option<Commit>, Infallible> {
        Ok(None)
    }
}

/// A graph of organisations `e0`, `e1` and so on.
pub fn graph(count: u32, links: &[Link]) -> Graph {
    let mut changes = Changes::default();
    changes.add_source(Source { id: "s".into(), ..Source::default() }).unwrap();
    let claim = |says, when| Claim {
        says,
        when,
        source: 0,
        locator: Locator::default(),
        speaker: None,
        modality: Modality::Asserted,
        credibility: Credibility::UNKNOWN,
        text: None,
        note: None,
    };
    for number in 0..count {
        let entity = changes.add_entity(&format!("e{number}"), "Organisation", None).unwrap();
        let text = format!("Group {number}").into();
        changes.claims.push(claim(Says::Name { entity, text, role: NameRole::Primary, language: None }, None));
    }
    for &(from, kind, to, year) in links {
        let kind = changes.words.intern(KINDS[kind as usize]);
        let when: Option<Period> = (year > 0).then(|| year.to_string().parse().unwrap());
        changes.claims.push(claim(Says::Link { from, kind, to }, when));
    }
    let readings = |name: &str| LinkKindMeta {
        name: name.to_owned(),
        forward: name.to_owned(),
        backward: name.to_owned(),
        symmetric: name == KINDS[1],
    };
    let mut builder = Builder::new(&changes.words, changes.sources(), &readings);
    changes.entities().iter().for_each(|entity| builder.entity(entity).unwrap());
    changes.claims.iter().zip(0..).for_each(|(claim, number)| builder.claim(number, claim).unwrap());
    let sections = builder.finish(changes.claims.len() as u32).unwrap();
    Graph::from_bytes(&sections.to_bytes([1; 16], 1).unwrap()).unwrap()
}

/// What a statement finds.
pub fn outcome(graph: &Graph, text: &str) -> Outcome {
    let statement = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let (stop, mut scratch, parameters) = (AtomicBool::new(false), Scratch::default(), Parameters::new());
    let mut run = Run {
        graph,
        schema: Schema::builtin(),
        claims: &mut NoClaims,
        scratch: &mut scratch,
        budget: Budget::default(),
        stop: &stop,
        last: &[],
        parameters: &parameters,
    };
    run.run(text, &statement, &statement.scope).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// The whole answer to a statement.
pub fn ask(graph: &Graph, text: &str) -> Answer {
    let outcome = outcome(graph, text);
    assert_eq!(outcome.cut, None, "{text}");
    outcome.found.answer(graph)
}
