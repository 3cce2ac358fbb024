//! Tables of GitHub-flavoured Markdown.

use std::io;

use super::{Phrases, safe};
use crate::graph::Answer;

/// A table, then each note as a paragraph. No text of the data is taken for markup.
pub fn write(answer: &Answer, out: &mut dyn io::Write) -> io::Result<()> {
    let phrases = Phrases::new(&answer.graph);
    if !answer.columns.is_empty() {
        line(out, answer.columns.iter().map(|column| escaped(column)))?;
        line(out, answer.columns.iter().map(|_| "---".to_owned()))?;
        for row in &answer.rows {
            line(out, row.iter().map(|cell| escaped(&phrases.cell(cell))))?;
        }
    }
    for note in &answer.notes {
        writeln!(out, "\n{}", escaped(note))?;
    }
    match &answer.cut {
        Some(cut) => writeln!(out, "\n**Incomplete:** {}", escaped(cut)),
        None => Ok(()),
    }
}

fn line(out: &mut dyn io::Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    write!(out, "|")?;
    for cell in cells {
        write!(out, " {cell} |")?;
    }
    writeln!(out)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in safe(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::sample;

    #[test]
    fn markdown() {
        let mut out = Vec::new();
        write(&sample::answer(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r#"
        | value | what | who |
        | --- | --- | --- |
        | -5 | a whole number | شبكة حقاني |
        | 2.0 | true | شبكة حقاني |
        |  | =1+"1", ␛\[31m\|␊&lt;東京> | شبكة حقاني |
        | TTP —affiliated with (may hold)— al-Qaeda (2007-12 – ?) | \[1, null, x\] | شبكة حقاني |
        | TTP —affiliated with (may hold)— al-Qaeda ←claimed to lead (denied)— Айман аз-Завахири | {k: TTP} | شبكة حقاني |

        1 hop may hold

        **Incomplete:** rows: 5
        "#);
    }
}
