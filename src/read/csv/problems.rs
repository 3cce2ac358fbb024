//! What is wrong with an import, up to a readable number.

use crate::model::Diagnostic;

/// The most messages that an import reports: a column that is wrong is wrong in every row.
const MAX: usize = 50;

/// Collects messages.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Diagnostic>,
    more: u64,
}

impl Problems {
    /// Notes a problem. `make` is called only while there is room, since finding a place again takes time.
    pub fn note(&mut self, make: impl FnOnce() -> Diagnostic) {
        if self.list.len() == MAX {
            self.more += 1;
            return;
        }
        let diagnostic = make();
        // One mistake in the mapping shows in every file of a table.
        if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// Notes problems that have their place already.
    pub fn extend(&mut self, diagnostics: Vec<Diagnostic>) {
        for diagnostic in diagnostics {
            self.note(|| diagnostic);
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Nothing, or all messages and how many there would have been beyond them.
    pub fn into_result(mut self) -> Result<(), Vec<Diagnostic>> {
        match self.list.last_mut() {
            None => Ok(()),
            Some(last) => {
                if self.more > 0 {
                    let more = format!("and {} more problems after this one", self.more);
                    last.help = Some(last.help.take().map_or_else(|| more.clone(), |help| format!("{help}; {more}")));
                }
                Err(self.list)
            }
        }
    }
}
