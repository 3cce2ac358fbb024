//! Texts inside DOT: quoted strings, labels, HTML-like labels.

use unicode_width::UnicodeWidthChar;

use crate::write::safe;

/// Width of a label's line in columns (a Han character takes two).
const LINE: usize = 22;
/// The most lines of a label; what is left shows in the tooltip.
const LINES: usize = 4;

/// A quoted string. A line feed in `text` breaks the line; every other character is shown as it is.
///
/// Graphviz reads `\N` and the like inside quotes, and `&lt;` and the like, so backslashes and ampersands are escaped.
pub fn quoted(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(escaped).collect();
    format!("\"{}\"", lines.join("\\n"))
}

fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 2);
    for c in safe(line).chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

/// A tooltip as a quoted string.
///
/// Graphviz before version 3 reads the escapes of a tooltip twice. An invisible word joiner after each backslash makes
/// both readings give the same.
pub fn tooltip(text: &str) -> String {
    quoted(&text.replace('\\', "\\\u{2060}"))
}

/// Text inside an HTML-like label.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in safe(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// A name as a quoted label of a few short lines.
pub fn label(name: &str) -> String {
    let name = safe(name);
    let mut lines = wrapped(&name, LINE);
    if lines.len() > LINES {
        lines.truncate(LINES);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    quoted(&lines.join("\n"))
}

/// `text` in lines of at most `width` columns, broken between words, and inside a word only if it is longer than a line;
/// never between a character and the marks on it.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let long: usize = word.chars().map(columns).sum();
        if used > 0 && used + 1 + long > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        let mut joined = false;
        for c in word.chars() {
            let wide = columns(c);
            if used > 0 && wide > 0 && used + wide > width && !joined {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += wide;
            joined = c == '\u{200d}';
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

fn columns(c: char) -> usize {
    c.width().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        for (text, expect) in [
            ("", r#""""#),
            (r#"say "hi""#, r#""say \"hi\"""#),
            (r"\N\", r#""\\N\\""#),
            ("a\nb\r\u{1b}", r#""a\nb␍␛""#),
            ("</svg> &lt;", r#""</svg> &amp;lt;""#),
            ("حركة \u{202e}طالبان", r#""حركة \\u{202e}طالبان""#),
        ] {
            assert_eq!(quoted(text), expect);
        }
        assert_eq!(html("a<b>&\"\n"), "a&lt;b&gt;&amp;&quot;␊");
    }

    #[test]
    fn labels_are_wrapped_between_words_and_characters() {
        assert_eq!(label("Tehrik-e Taliban Pakistan"), r#""Tehrik-e Taliban\nPakistan""#);
        assert_eq!(label("two\nlines"), r#""two␊lines""#);
        assert_eq!(wrapped("巴基斯坦塔利班运动组织", 8), ["巴基斯坦", "塔利班运", "动组织"]);
        assert_eq!(wrapped("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
        assert!(wrapped("   ", 5).is_empty());
        assert_eq!(label(&"word ".repeat(50)).matches("\\n").count(), LINES - 1);
        assert!(label(&"x".repeat(500)).contains('…'));
    }
}
