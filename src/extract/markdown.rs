//! Markdown: the text stays as it is, and what is markup in it is blanked out for reading, byte by byte, so that every
//! offset stays true.

#![allow(clippy::indexing_slicing, reason = "indices of the bytes of a text, checked against its length")]

/// The text with its markup replaced by as many spaces. O(n).
pub(super) fn blanked(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    let mut fence = false;
    let mut front = text.starts_with("---\n");
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let body = trimmed.trim_end();
        let mark = body.starts_with("```") || body.starts_with("~~~");
        if front || fence || mark {
            blank(&mut bytes, at, at + line.trim_end().len());
            fence ^= mark && !front;
            front = front && !(number > 0 && body == "---");
        } else {
            self::line(&mut bytes, text, at + indent, at + line.trim_end().len());
        }
        at += line.len();
    }
    // Only ASCII bytes were replaced, or whole letters.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn blank(bytes: &mut [u8], from: usize, to: usize) {
    for byte in bytes.iter_mut().take(to).skip(from).filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

fn line(bytes: &mut [u8], text: &str, from: usize, to: usize) {
    let part = text.get(from..to).unwrap_or_default();
    // What stands at the start of a line: headings, quotes, tables, rules.
    let lead = part.len() - part.trim_start_matches(['#', '>', '|', ' ']).len();
    blank(bytes, from, from + lead);
    if part.chars().all(|c| "-=_*|: ".contains(c)) {
        return blank(bytes, from, to);
    }
    let source = text.as_bytes();
    let mut at = from;
    while at < to {
        match source[at] {
            b'*' | b'`' | b'|' => bytes[at] = b' ',
            b'_' if at == from
                || !source[at - 1].is_ascii_alphanumeric()
                || at + 1 >= to
                || !source[at + 1].is_ascii_alphanumeric() =>
            {
                bytes[at] = b' '
            }
            b'!' if source.get(at + 1) == Some(&b'[') => {
                // An image: its caption is no text.
                let end = close(source, at + 1, to).map_or(at + 1, |end| link_end(source, end, to));
                blank(bytes, at, end);
                at = end;
                continue;
            }
            b'[' => {
                if let Some(end) = close(source, at, to) {
                    let after = link_end(source, end, to);
                    if after > end + 1 {
                        bytes[at] = b' ';
                        blank(bytes, end, after);
                    }
                }
            }
            b'<' => {
                let tag =
                    source.get(at + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!'));
                if tag && let Some(end) = source[at..to].iter().take(2000).position(|byte| *byte == b'>') {
                    blank(bytes, at, at + end + 1);
                    at += end;
                }
            }
            b'\\' if source.get(at + 1).is_some_and(u8::is_ascii_punctuation) => bytes[at] = b' ',
            _ => {}
        }
        at += 1;
    }
}

/// The bracket that closes the one at `at`.
fn close(source: &[u8], at: usize, to: usize) -> Option<usize> {
    source[at..to].iter().take(2000).position(|byte| *byte == b']').map(|end| at + end)
}

/// Where a link ends whose text ends at `end`.
fn link_end(source: &[u8], end: usize, to: usize) -> usize {
    if source.get(end + 1) == Some(&b'(')
        && let Some(close) = source[end..to].iter().take(4000).position(|byte| *byte == b')')
    {
        return end + close + 1;
    }
    end + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_spaces_and_offsets_stay() {
        for text in [
            "# The *Front*\n\n> “Quoté” [TTP](http://x.org/a_b) is ![a map](m.png) here.\n\n```\ncode\n```\n\n| a | b |\n|---|---|\n",
            "---\ntitle: x\n---\n\n- **Born**: 1970 <br> snake_case\n\n***\n",
            "[unclosed (and `odd",
        ] {
            let plain = blanked(text);
            assert_eq!(plain.len(), text.len());
            for (at, char) in plain.char_indices().filter(|(_, char)| !char.is_whitespace()) {
                assert_eq!(text.get(at..).and_then(|rest| rest.chars().next()), Some(char));
            }
        }
        let plain = blanked("# The *Front*\n[TTP](http://x.org) ![a map](m.png) is <b>here</b>.");
        assert_eq!(plain.split_whitespace().collect::<Vec<_>>(), ["The", "Front", "TTP", "is", "here", "."]);
    }
}
