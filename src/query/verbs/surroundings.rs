//! What stands around a claim in the text of its source.

use crate::model::Locator;

/// The column that holds surroundings.
pub(super) const AROUND: &str = "around";

/// How many bytes of the text are shown before and behind the evidence, about.
const MARGIN: usize = 240;

/// The evidence of a claim in square brackets, with what stands around it on the same line of reading; `None` if the
/// claim has no span or its span is none of this text.
///
/// Words are not cut. What is left out is marked by an ellipsis.
pub(super) fn surroundings(text: &str, locator: Locator) -> Option<String> {
    let (from, to) = locator.span.map(|(from, to)| (from as usize, to as usize))?;
    let (before, evidence, behind) = (text.get(..from)?, text.get(from..to)?, text.get(to..)?);
    let start = before.len().saturating_sub(MARGIN);
    let cut = before.char_indices().find(|(at, c)| *at >= start && (start == 0 || c.is_whitespace()));
    let lead = before.get(cut.map_or(before.len(), |(at, _)| at)..)?;
    let cut = behind.char_indices().take_while(|(at, _)| *at <= MARGIN).filter(|(_, c)| c.is_whitespace()).last();
    let trail = if behind.len() <= MARGIN { behind } else { behind.get(..cut.map_or(0, |(at, _)| at))? };
    let mut out = String::new();
    if lead.len() < before.len() {
        out.push('…');
    }
    out.push_str(&joined(lead));
    out.push_str(&format!("[{}]", joined(evidence)));
    out.push_str(&joined(trail));
    if trail.len() < behind.len() {
        out.push('…');
    }
    Some(out.trim().to_owned())
}

/// The text with every run of white space as one space.
fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_whitespace() || c.is_control() {
            true if out.ends_with(' ') => {}
            true => out.push(' '),
            false => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(from: u32, to: u32) -> Locator {
        Locator { span: Some((from, to)), ..Locator::default() }
    }

    #[test]
    fn evidence_is_marked_and_words_are_whole() {
        assert_eq!(surroundings("One two\n\nthree.", at(4, 7)).as_deref(), Some("One [two] three."));
        assert_eq!(surroundings("“Ein” Wort", at(0, 9)).as_deref(), Some("[“Ein”] Wort"));
        let long = format!("{}HERE{}", "word ".repeat(100), " word".repeat(100));
        let shown = surroundings(&long, at(500, 504)).unwrap();
        assert!(shown.starts_with("… word") && shown.ends_with("word…") && shown.contains(" [HERE] "), "{shown}");
        assert!(shown.len() < 2 * MARGIN + 20);
    }

    #[test]
    fn a_span_of_another_text_shows_nothing() {
        for (text, locator) in [("abc", at(2, 9)), ("é", at(1, 2)), ("abc", at(2, 1)), ("abc", Locator::default())] {
            assert_eq!(surroundings(text, locator), None);
        }
    }
}
