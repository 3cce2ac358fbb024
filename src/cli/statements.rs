//! Texts of several statements.

/// One statement of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its line, from 1.
    pub line: usize,
    /// Its text; where it goes over several lines, they are kept, so that places in it are places in the text.
    pub text: String,
}

/// The statements of a text: one a line, except that a line ending in a backslash goes on in the next one. Empty lines
/// and lines that start with `#` or `--` are left out.
///
/// ```
/// use tieline::cli::split;
/// let text = "# who is who\nfind \"haqqani\"\n\npath \"TTP\" \\\n  to \"al-Qaeda\"\n";
/// let lines: Vec<_> = split(text).iter().map(|statement| statement.line).collect();
/// assert_eq!(lines, [2, 4]);
/// ```
pub fn split(text: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let mut open: Option<Statement> = None;
    for (number, line) in text.lines().enumerate() {
        let goes_on = ends_in_backslash(line);
        let kept = if goes_on { without_backslash(line) } else { line };
        match &mut open {
            Some(statement) => {
                statement.text.push('\n');
                statement.text.push_str(kept);
            }
            None if is_idle(line) => continue,
            None => open = Some(Statement { line: number + 1, text: kept.to_owned() }),
        }
        if !goes_on {
            statements.extend(open.take());
        }
    }
    statements.extend(open);
    statements
}

/// Whether a line says nothing: empty, or a comment.
pub fn is_idle(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#') || line.starts_with("--")
}

/// Whether a line says that it goes on in the next one.
pub fn ends_in_backslash(line: &str) -> bool {
    line.trim_end().ends_with('\\')
}

fn without_backslash(line: &str) -> &str {
    let line = line.trim_end();
    line.strip_suffix('\\').unwrap_or(line)
}

/// Whether what has been typed so far asks for more: a quote or a bracket is open, or it ends in a backslash or a bar. An
/// empty last line ends it in any case.
pub fn continues(typed: &str) -> bool {
    let mut lines = typed.split('\n').rev();
    let last = lines.next().unwrap_or("");
    if last.trim().is_empty() && lines.next().is_some() {
        return false;
    }
    last.trim_end().ends_with(['\\', '|']) || is_open(typed)
}

fn is_open(text: &str) -> bool {
    let mut quote = None;
    let mut depth = 0_i64;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some('"' | '\''), '\\') => drop(chars.next()),
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, _) => {}
        }
    }
    quote.is_some() || depth > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(usize, String)> {
        split(text).into_iter().map(|statement| (statement.line, statement.text)).collect()
    }

    #[test]
    fn a_statement_a_line() {
        assert_eq!(texts("a\r\nb\n\n -- no\n# no\n  c"), [(1, "a".into()), (2, "b".into()), (6, "  c".into())]);
        assert_eq!(texts(""), []);
    }

    #[test]
    fn a_backslash_goes_on_and_keeps_the_lines() {
        assert_eq!(texts("a \\ \n# b\nc\\"), [(1, "a \n# b".into()), (3, "c".into())]);
    }

    #[test]
    fn more_is_asked_for() {
        for open in ["find \"a", "match (a", "return [1,", "path \\", "find \"a\" |", "find \"a\\\"", "a\n(b"] {
            assert!(continues(open), "{open}");
        }
        for closed in ["", "find \"a\"", "match (a) return [1]", "a)", "find \"a\n", "(a\n  ", "'\"'", "\"(\""] {
            assert!(!continues(closed), "{closed}");
        }
    }
}
