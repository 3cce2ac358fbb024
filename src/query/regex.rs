//! Regular expressions for `=~`, matched against a whole text in time linear in its length (Thompson 1968, by sets of
//! states): no expression can explode.

use super::diagnostics::{Class, Code, Fault};
use super::lexer::Span;

/// The most instructions that an expression is compiled to.
const MOST: usize = 10_000;
/// The deepest nesting of groups.
const DEEPEST: usize = 50;

/// One instruction.
#[derive(Clone, Debug)]
enum Step {
    One(Set),
    Split(usize, usize),
    Jump(usize),
    Start,
    End,
}

/// A set of characters.
#[derive(Clone, Debug)]
enum Set {
    Any,
    Ranges(Vec<(char, char)>, bool),
}

impl Set {
    fn has(&self, c: char, fold: bool) -> bool {
        match self {
            Set::Any => c != '\n',
            Set::Ranges(ranges, negated) => {
                let within = |c: char| ranges.iter().any(|(from, to)| (*from..=*to).contains(&c));
                let found = within(c) || (fold && (c.to_lowercase().any(within) || c.to_uppercase().any(within)));
                found != *negated
            }
        }
    }
}

/// Whether the whole text matches the expression. `(?i)` at its start ignores case. `tick` is told the steps that were
/// tried, and may end it.
///
/// # Errors
/// The expression is none, or too long; or `tick` says so.
pub(super) fn matches(
    pattern: &str,
    text: &str,
    span: Span,
    tick: &mut dyn FnMut(usize) -> Result<(), Fault>,
) -> Result<bool, Fault> {
    let (pattern, fold) = match pattern.strip_prefix("(?i)") {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    let fault = |message: &str| Fault::new(Class::ArgumentError, Code::InvalidArgumentValue, span, message);
    let mut compiler = Compiler { rest: pattern.chars().peekable(), steps: Vec::new(), depth: 0 };
    compiler.alternatives().map_err(fault)?;
    if compiler.rest.next().is_some() {
        return Err(fault("this regular expression closes a bracket that is not open"));
    }
    run(&compiler.steps, text, fold, tick)
}

fn run(
    steps: &[Step],
    text: &str,
    fold: bool,
    tick: &mut dyn FnMut(usize) -> Result<(), Fault>,
) -> Result<bool, Fault> {
    let mut states = vec![false; steps.len() + 1];
    follow(steps, 0, true, text.is_empty(), &mut states);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        tick(steps.len())?;
        let mut next = vec![false; steps.len() + 1];
        for (at, step) in steps.iter().enumerate().filter(|(at, _)| states[*at]) {
            if let Step::One(set) = step
                && set.has(c, fold)
            {
                follow(steps, at + 1, false, rest.as_str().is_empty(), &mut next);
            }
        }
        states = next;
    }
    Ok(states[steps.len()])
}

/// Marks a state and what it leads to without reading.
fn follow(steps: &[Step], at: usize, first: bool, last: bool, states: &mut [bool]) {
    let mut open = vec![at];
    while let Some(at) = open.pop() {
        if std::mem::replace(&mut states[at], true) {
            continue;
        }
        match steps.get(at) {
            Some(Step::Split(a, b)) => open.extend([*a, *b]),
            Some(Step::Jump(to)) => open.push(*to),
            Some(Step::Start) if first => open.push(at + 1),
            Some(Step::End) if last => open.push(at + 1),
            _ => {}
        }
    }
}

struct Compiler<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    steps: Vec<Step>,
    depth: usize,
}

type Compiled = Result<(), &'static str>;

impl Compiler<'_> {
    fn push(&mut self, step: Step) -> Result<usize, &'static str> {
        if self.steps.len() >= MOST {
            return Err("this regular expression is too long");
        }
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }

    fn alternatives(&mut self) -> Compiled {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("this regular expression is nested too deep");
        }
        let start = self.steps.len();
        self.sequence()?;
        let mut ends = Vec::new();
        while self.rest.next_if_eq(&'|').is_some() {
            ends.push(self.push(Step::Jump(0))?);
            let here = self.steps.len();
            self.insert(start, Step::Split(start + 1, here + 1))?;
            ends.iter_mut().for_each(|end| *end += 1);
            self.sequence()?;
        }
        let here = self.steps.len();
        ends.into_iter().for_each(|end| self.steps[end] = Step::Jump(here));
        self.depth -= 1;
        Ok(())
    }

    /// Inserts a step, moving what points past it.
    fn insert(&mut self, at: usize, step: Step) -> Compiled {
        self.push(Step::Start)?;
        self.steps.pop();
        let moved = |to: &mut usize| *to += usize::from(*to >= at);
        for step in &mut self.steps[at..] {
            match step {
                Step::Split(a, b) => [a, b].into_iter().for_each(moved),
                Step::Jump(to) => moved(to),
                _ => {}
            }
        }
        self.steps.insert(at, step);
        Ok(())
    }

    fn sequence(&mut self) -> Compiled {
        while let Some(&c) = self.rest.peek() {
            if matches!(c, '|' | ')') {
                break;
            }
            let start = self.steps.len();
            self.atom()?;
            self.repeat(start)?;
        }
        Ok(())
    }

    fn atom(&mut self) -> Compiled {
        let Some(c) = self.rest.next() else { return Ok(()) };
        let set = match c {
            '(' => {
                if self.rest.next_if_eq(&'?').is_some() && self.rest.next() != Some(':') {
                    return Err("this regular expression uses `(?` in a way that is not supported");
                }
                self.alternatives()?;
                return self.rest.next_if_eq(&')').map(drop).ok_or("this regular expression has a bracket not closed");
            }
            '^' => return self.push(Step::Start).map(drop),
            '$' => return self.push(Step::End).map(drop),
            '.' => Set::Any,
            '[' => self.class()?,
            '\\' => self.escape()?,
            '*' | '+' | '?' | '{' => return Err("this regular expression repeats nothing"),
            c => Set::Ranges(vec![(c, c)], false),
        };
        self.push(Step::One(set)).map(drop)
    }

    fn escape(&mut self) -> Result<Set, &'static str> {
        let digits = vec![('0', '9')];
        let blanks = vec![(' ', ' '), ('\t', '\r')];
        let letters = vec![('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_')];
        Ok(match self.rest.next().ok_or("this regular expression ends in a backslash")? {
            'd' => Set::Ranges(digits, false),
            'D' => Set::Ranges(digits, true),
            's' => Set::Ranges(blanks, false),
            'S' => Set::Ranges(blanks, true),
            'w' => Set::Ranges(letters, false),
            'W' => Set::Ranges(letters, true),
            'n' => Set::Ranges(vec![('\n', '\n')], false),
            't' => Set::Ranges(vec![('\t', '\t')], false),
            'r' => Set::Ranges(vec![('\r', '\r')], false),
            c if c.is_alphanumeric() => return Err("this regular expression has an escape that is not supported"),
            c => Set::Ranges(vec![(c, c)], false),
        })
    }

    fn class(&mut self) -> Result<Set, &'static str> {
        const OPEN: &str = "this regular expression has a square bracket not closed";
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut ranges: Vec<(char, char)> = Vec::new();
        loop {
            let c = match self.rest.next().ok_or(OPEN)? {
                ']' if !ranges.is_empty() => return Ok(Set::Ranges(ranges, negated)),
                '\\' => match self.escape()? {
                    Set::Ranges(inner, false) if inner.len() == 1 && inner[0].0 == inner[0].1 => inner[0].0,
                    Set::Ranges(inner, false) => {
                        ranges.extend(inner);
                        continue;
                    }
                    _ => return Err("this regular expression negates inside square brackets"),
                },
                c => c,
            };
            let mut end = c;
            if self.rest.peek() == Some(&'-') {
                let mut ahead = self.rest.clone();
                ahead.next();
                if let Some(to) = ahead.next().filter(|to| *to != ']') {
                    end = to;
                    self.rest = ahead;
                }
            }
            ranges.push((c, end));
        }
    }

    fn repeat(&mut self, start: usize) -> Compiled {
        while let Some(&c) = self.rest.peek() {
            let (least, most) = match c {
                '*' => (0, None),
                '+' => (1, None),
                '?' => (0, Some(1)),
                '{' => {
                    self.rest.next();
                    self.counted(start)?;
                    continue;
                }
                _ => return Ok(()),
            };
            self.rest.next();
            // A lazy repetition matches the same whole texts.
            self.rest.next_if_eq(&'?');
            self.times(start, least, most)?;
        }
        Ok(())
    }

    fn counted(&mut self, start: usize) -> Compiled {
        const WRONG: &str = "this regular expression has a repetition that is not {n}, {n,} or {n,m}";
        let mut written = String::new();
        loop {
            match self.rest.next().ok_or(WRONG)? {
                '}' => break,
                c => written.push(c),
            }
        }
        let number = |text: &str| text.trim().parse::<usize>().ok().filter(|n| *n <= 1000).ok_or(WRONG);
        let (least, most) = match written.split_once(',') {
            None => (number(&written)?, Some(number(&written)?)),
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        if most.is_some_and(|most| most < least) {
            return Err(WRONG);
        }
        self.times(start, least, most)
    }

    /// Repeats the steps from `start` on.
    fn times(&mut self, start: usize, least: usize, most: Option<usize>) -> Compiled {
        let body: Vec<Step> = self.steps.split_off(start);
        for _ in 0..least {
            self.copy(&body, start)?;
        }
        match most {
            None => {
                let split = self.push(Step::Split(0, 0))?;
                self.copy(&body, start)?;
                self.push(Step::Jump(split))?;
                self.steps[split] = Step::Split(split + 1, self.steps.len());
            }
            Some(most) => {
                let mut splits = Vec::new();
                for _ in least..most {
                    splits.push(self.push(Step::Split(0, 0))?);
                    self.copy(&body, start)?;
                }
                let end = self.steps.len();
                splits.into_iter().for_each(|split| self.steps[split] = Step::Split(split + 1, end));
            }
        }
        Ok(())
    }

    /// Appends steps that stood at `start`.
    fn copy(&mut self, body: &[Step], start: usize) -> Compiled {
        let shift = self.steps.len() - start;
        for step in body {
            self.push(match step {
                Step::Split(a, b) => Step::Split(a + shift, b + shift),
                Step::Jump(to) => Step::Jump(to + shift),
                other => other.clone(),
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str, span: Span) -> Result<bool, Fault> {
        super::matches(pattern, text, span, &mut |_| Ok(()))
    }

    #[test]
    fn whole_texts_match() {
        for (pattern, text, expected) in [
            ("a.c", "abc", true),
            ("a.c", "abcd", false),
            ("(?i)ABC", "abc", true),
            ("a|bc|d", "bc", true),
            ("a|bc|d", "d", true),
            ("a|bc|d", "ab", false),
            ("(ab|c)+d?", "abcab", true),
            ("[a-c_\\d]{2,3}x*", "a1_xx", true),
            ("[^a]*", "bcd", true),
            ("^a$", "a", true),
            ("(a|b){2}c", "abc", true),
            ("", "", true),
            (".*Qa.?ida.*", "al-Qa'ida in Iraq", true),
            ("a{0}b", "b", true),
        ] {
            assert_eq!(matches(pattern, text, Span::default()), Ok(expected), "{pattern} {text}");
        }
        for pattern in ["(", ")", "[a", "*", "a{x}", "a{3,2}", "\\", "((((a{1000}){1000}){1000}){1000})"] {
            assert!(matches(pattern, "a", Span::default()).is_err(), "{pattern}");
        }
    }

    #[test]
    fn nothing_explodes() {
        let text = "a".repeat(5_000);
        assert_eq!(matches("(a*)*b", &text, Span::default()), Ok(false));
    }
}
