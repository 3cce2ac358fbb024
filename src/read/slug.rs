//! Any text as a part of an id.

use crate::names;

/// Appends `text` as lower-case ASCII words joined by hyphens; nothing if it has no letter and no digit.
pub(in crate::read) fn slug(text: &str, out: &mut String) {
    let folded = names::fold(text);
    let words = folded.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    for (at, word) in words.enumerate() {
        if at > 0 {
            out.push('-');
        }
        out.push_str(word);
    }
}
