//! Several values in one field.

/// What separates the values of a field.
#[derive(Clone, Debug, Default)]
pub struct Split {
    separators: Vec<String>,
    /// Whether the field may be an enumeration: `(a) one, (b) another`.
    letters: bool,
}

/// What stands among the separators for the marks of an enumeration.
pub const LETTERS: &str = "(a)";

impl Split {
    /// Separators; `(a)` among them stands for the marks `(a)`, `(b)` ... of an enumeration.
    pub fn new(separators: &[String]) -> Self {
        Self {
            separators: separators.iter().filter(|separator| *separator != LETTERS).cloned().collect(),
            letters: separators.iter().any(|separator| separator == LETTERS),
        }
    }

    /// The values of a field, without the white space around them; none is empty. A separator inside round brackets
    /// separates nothing, unless the brackets do not match.
    pub fn parts<'v>(&self, field: &'v str) -> Vec<&'v str> {
        if self.letters
            && let Some(parts) = enumeration(field)
        {
            return parts;
        }
        let balanced = depths(field).last().is_none_or(|(_, depth)| depth == 0);
        let mut parts = Vec::new();
        let (mut start, mut depth, mut skip) = (0, 0i32, 0);
        for (at, letter) in field.char_indices() {
            depth += step(letter);
            if at < skip || (balanced && depth > 0) {
                continue;
            }
            let rest = field.get(at..).unwrap_or_default();
            if let Some(separator) = self.separators.iter().find(|separator| rest.starts_with(separator.as_str())) {
                parts.push(field.get(start..at).unwrap_or_default());
                start = at + separator.len();
                skip = start;
            }
        }
        parts.push(field.get(start..).unwrap_or_default());
        parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
    }
}

fn step(letter: char) -> i32 {
    match letter {
        '(' => 1,
        ')' => -1,
        _ => 0,
    }
}

/// How deep in brackets a text is after each of its letters; ends at the first bracket that closes nothing.
fn depths(text: &str) -> impl Iterator<Item = (usize, i32)> {
    let mut depth = 0;
    let mut broken = false;
    text.char_indices().map_while(move |(at, letter)| {
        if broken {
            return None;
        }
        depth += step(letter);
        broken = depth < 0;
        Some((at, depth))
    })
}

/// The parts of `(a) one, (b) another`, `a) one; b) another` or `(i) one (ii) another`; `None` for anything else.
fn enumeration(field: &str) -> Option<Vec<&str>> {
    let field = field.trim();
    let mut parts = Vec::new();
    let roman = mark_end(field, 0, true).is_some() && mark_end(field, 0, false).is_none();
    let mut start = mark_end(field, 0, roman)?;
    for number in 1.. {
        let rest = field.get(start..)?;
        let next = rest.char_indices().find_map(|(at, _)| {
            let before = rest.get(..at)?;
            if !before.ends_with(|c: char| c.is_whitespace() || c == ',' || c == ';') {
                return None;
            }
            Some((at, mark_end(rest.get(at..)?, number, roman)?))
        });
        let end = next.map_or(rest.len(), |(at, _)| at);
        let part = rest.get(..end)?.trim().trim_end_matches([',', ';']).trim();
        if !part.is_empty() {
            parts.push(part);
        }
        match next {
            Some((at, mark)) => start += at + mark,
            None => break,
        }
    }
    Some(parts)
}

/// Where the mark of a number ends, if the text begins with it.
fn mark_end(text: &str, number: usize, roman: bool) -> Option<usize> {
    const ROMAN: [&str; 8] = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii"];
    const LETTER: [&str; 26] = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v",
        "w", "x", "y", "z",
    ];
    let mark = if roman { ROMAN.get(number) } else { LETTER.get(number) }?;
    let inside = text.strip_prefix('(').unwrap_or(text);
    let rest = inside.strip_prefix(mark)?.strip_prefix(')')?;
    rest.starts_with(char::is_whitespace).then(|| text.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(separators: &[&str], field: &str, expected: &[&str]) {
        let separators: Vec<String> = separators.iter().map(|separator| (*separator).to_owned()).collect();
        assert_eq!(Split::new(&separators).parts(field), expected, "{field}");
    }

    #[test]
    fn separators_separate_outside_brackets() {
        check(&["; "], "a; b ;c", &["a", "b ;c"]);
        check(&[";", " or "], "1955 or 1956;; 1957", &["1955", "1956", "1957"]);
        check(&[";"], "A (born 1970; died 1990); B", &["A (born 1970; died 1990)", "B"]);
        check(&[";"], "A (born; B", &["A (born", "B"]);
        check(&[";"], "A) born; (B", &["A) born", "(B"]);
        check(&[";"], "", &[]);
        check(&[], " a ", &["a"]);
    }

    #[test]
    fn enumerations_are_taken_apart() {
        check(&[";", "(a)"], "(a) one; two, (b) three (b) x", &["one; two", "three (b) x"]);
        check(&["(a)"], "a) 9 Jun. 1965; b) 1966", &["9 Jun. 1965", "1966"]);
        check(&["(a)"], "(i) one, (ii) two", &["one", "two"]);
        check(&[";", "(a)"], "one (a) two; three", &["one (a) two", "three"]);
        check(&["(a)"], "(a) only", &["only"]);
        check(&["(a)"], "(a)", &["(a)"]);
        check(&["(a)"], "É (a) é", &["É (a) é"]);
    }
}
