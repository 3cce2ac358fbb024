//! What happens to proposals.

use serde::{Deserialize, Serialize};

use crate::extract::proposal::{EntityRef, Proposal};

/// Something that was decided or done about proposals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// Somebody decided about a proposal. The last decision counts.
    Decided {
        /// The id of the proposal.
        proposal: String,
        /// What was decided.
        verdict: Verdict,
        /// Who decided.
        by: String,
        /// When, in seconds since 1970-01-01T00:00:00Z.
        at: i64,
    },
    /// Accepted proposals are about to be committed together. Whether they were, the database's history tells: the
    /// message of that commit names the batch.
    Batch {
        /// The name of the batch.
        batch: String,
        /// The ids of the proposals.
        proposals: Vec<String>,
    },
    /// A program read the text of this digest, and all that it proposed was kept.
    Read {
        /// Which program.
        by: String,
        /// The digest of the text.
        digest: String,
    },
    /// The database held the claims of accepted proposals already.
    Known {
        /// The ids of the proposals.
        proposals: Vec<String>,
    },
}

/// A decision about a proposal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    /// It is to become a claim.
    Accepted {
        /// The proposal as it was accepted, with what was edited.
        proposal: Box<Proposal>,
        /// If it adds an entity: which one that is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entity: Option<Settled>,
    },
    /// It is not to become a claim.
    Rejected,
    /// What was decided is taken back.
    Reopened,
}

/// Which entity a proposed one turned out to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// A new one, which gets this id.
    Adds(String),
    /// This one, of the database or of the same document.
    Is(EntityRef),
}
