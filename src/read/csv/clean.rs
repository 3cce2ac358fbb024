//! Undoing what transport did to a text: encodings read as another, escapes left by exports.

use super::mapping::Clean;

/// What Windows-1252 prints at 0x80 to 0x9f; the five bytes that it leaves undefined stay control characters.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Appends ISO 8859-1 bytes as text.
pub fn decode_latin1(bytes: &[u8], out: &mut String) {
    out.extend(bytes.iter().map(|&byte| char::from(byte)));
}

/// Appends Windows-1252 bytes as text.
pub fn decode_windows1252(bytes: &[u8], out: &mut String) {
    out.extend(bytes.iter().map(|&byte| windows_1252(char::from(byte))));
}

fn windows_1252(letter: char) -> char {
    let place = (letter as usize).checked_sub(0x80);
    place.and_then(|at| WINDOWS_1252.get(at)).copied().unwrap_or(letter)
}

/// `text` without the artefacts that `what` names, and without white space around it.
pub fn clean(text: &str, what: &[Clean]) -> Box<str> {
    let text = text.trim();
    if what.is_empty() || !text.bytes().any(|byte| matches!(byte, b'\\' | b'&' | 0xc2)) {
        return text.into();
    }
    let mut text = text.to_owned();
    for step in what {
        text = match step {
            Clean::Backslashes => without_backslashes(&text),
            Clean::Html => without_references(&text),
            // They stand around the field, which is cleared of them before it is split.
            Clean::Quotes => text,
            Clean::C1Controls => text.chars().map(windows_1252).collect(),
        };
    }
    text.trim().into()
}

fn without_backslashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letters.peek() {
            Some(&next) if letter == '\\' && matches!(next, '\'' | '"' | '&' | '\\') => {
                out.push(next);
                letters.next();
            }
            _ => out.push(letter),
        }
    }
    out
}

fn without_references(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // The longest reference that is known here has six characters.
        let found = after.split_once(';').and_then(|(name, after)| Some((reference(name)?, after)));
        match found {
            Some((letter, after)) => {
                out.push(letter);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out + rest
}

/// The character of a reference without `&` and `;`.
fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_is_undone() {
        let all = [Clean::Backslashes, Clean::Html, Clean::C1Controls];
        for (text, what, expected) in [
            (r" al-Zarqawi\&#039;s ", &all[..], "al-Zarqawi's"),
            (r"GAP\'s R&D; a\b &#x41;&amp;&bogus;", &all[..], r"GAP's R&D; a\b A&&bogus;"),
            ("\u{93}elite\u{94}", &all[..], "“elite”"),
            (r"GAP\'s &amp;", &all[1..2], r"GAP\'s &"),
            (r"GAP\'s &amp; ", &[], r"GAP\'s &amp;"),
            ("&#99999999; &; é", &all[..], "&#99999999; &; é"),
        ] {
            assert_eq!(&*clean(text, what), expected);
        }
    }

    #[test]
    fn bytes_are_decoded() {
        let mut out = String::new();
        decode_latin1(b"\xe9\x93", &mut out);
        decode_windows1252(b"\xe9\x93", &mut out);
        assert_eq!(out, "é\u{93}é“");
    }
}
