//! A proposal on the screen.

use crate::database::Candidate;
use crate::extract::review::words::{self, Mark};
use crate::extract::{EntityRef, Proposal};
use crate::write::safe;

/// How things are marked; without colours mentions stand in brackets.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whether there are colours.
    pub coloured: bool,
}

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[31m";
const MENTION: &str = "\u{1b}[1;36m";
const EVIDENCE: &str = "\u{1b}[33m";
const BOTH: &str = "\u{1b}[1;33m";
const END: &str = "\u{1b}[0m";

impl Look {
    fn paint(self, text: &str, code: &str) -> String {
        if self.coloured { format!("{code}{text}{END}") } else { text.to_owned() }
    }

    /// The sentence of a proposal with its mentions and the words that carry the claim.
    pub fn sentence(self, proposal: &Proposal) -> String {
        let mut out = String::new();
        let mut at = 0;
        let part = |from: usize, to: usize| safe(proposal.text.get(from..to).unwrap_or_default()).into_owned();
        for (place, mark) in words::marks(proposal) {
            out.push_str(&part(at, place.start));
            let marked = part(place.start, place.end);
            out.push_str(&match (self.coloured, mark) {
                (true, Mark::Mention) => format!("{MENTION}{marked}{END}"),
                (true, Mark::Evidence) => format!("{EVIDENCE}{marked}{END}"),
                (true, Mark::Both) => format!("{BOTH}{marked}{END}"),
                (false, Mark::Mention | Mark::Both) => format!("[{marked}]"),
                (false, Mark::Evidence) => marked,
            });
            at = place.end;
        }
        out.push_str(&part(at, proposal.text.len()));
        out
    }

    /// The proposal in words, with its rule, and who a new entity may be.
    pub fn proposal(
        self,
        proposal: &Proposal,
        name: &dyn Fn(&EntityRef) -> String,
        candidates: &[Candidate],
    ) -> String {
        let said = words::said(&proposal.says, name);
        let aside = words::aside(proposal, name);
        let aside = safe(&aside);
        let aside = if words::is_guarded(proposal) { self.paint(&aside, RED) } else { aside.into_owned() };
        let mut lines = vec![
            self.sentence(proposal),
            String::new(),
            format!("  {}", self.paint(&safe(&said), BOLD)),
            format!("  {aside}"),
            format!("  {}", self.paint(&safe(&words::reason(proposal)), DIM)),
        ];
        if !candidates.is_empty() {
            lines.push("  may be the same as:".to_owned());
        }
        for (number, Candidate { id, name, kind, why, .. }) in candidates.iter().enumerate() {
            lines.push(format!("    {}  {} (@{id}, {kind}): {}", number + 1, safe(name), safe(why)));
        }
        lines.join("\n")
    }

    /// What stands in the way of accepting.
    pub fn problem(self, message: &str) -> String {
        self.paint(&safe(message), RED)
    }
}
