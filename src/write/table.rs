//! Tables for terminals and text files.

use std::io;

use comfy_table::presets::{NOTHING, UTF8_FULL_CONDENSED};
use comfy_table::{Attribute, Cell as Box, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use super::{Options, Phrases, safe};
use crate::graph::{Answer, Cell};

/// What is drawn around cells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// A rule under the header.
    Plain,
    /// Lines around everything.
    Boxed,
}

/// A rule under the header, nothing else.
const RULED: TableStyle = NOTHING.header_separator(LineStyle::none().fill('─').junction('─'));

/// The narrowest table that wrapping makes; a narrower terminal gets lines longer than itself.
const NARROWEST: u16 = 40;

pub fn write(answer: &Answer, frame: Frame, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    if !answer.columns.is_empty() {
        let table = build(answer, frame, options);
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    let gap = if answer.columns.is_empty() || answer.notes.is_empty() && answer.cut.is_none() { "" } else { "\n" };
    write!(out, "{gap}")?;
    for note in &answer.notes {
        writeln!(out, "{}", safe(note))?;
    }
    match &answer.cut {
        Some(cut) => writeln!(out, "Incomplete: {}", safe(cut)),
        None => Ok(()),
    }
}

fn build(answer: &Answer, frame: Frame, options: &Options<'_>) -> Table {
    let phrases = Phrases::new(&answer.graph);
    let mut table = Table::new();
    table.load_style(if frame == Frame::Plain { RULED } else { UTF8_FULL_CONDENSED });
    match options.width {
        Some(width) => {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width.max(NARROWEST));
        }
        None => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    if options.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let header = answer.columns.iter().map(|column| {
        let cell = Box::new(safe(column));
        if options.colour { cell.add_attribute(Attribute::Bold) } else { cell }
    });
    table.set_header(header.collect::<Vec<_>>());
    for row in &answer.rows {
        table.add_row(row.iter().map(|cell| Box::new(safe(&phrases.cell(cell)))).collect::<Vec<_>>());
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        if is_numeric(answer, index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if frame == Frame::Plain {
            column.set_padding((0, 2));
        }
    }
    table
}

fn is_numeric(answer: &Answer, column: usize) -> bool {
    let mut cells = answer.rows.iter().filter_map(|row| row.get(column)).filter(|cell| **cell != Cell::Null).peekable();
    cells.peek().is_some() && cells.all(|cell| matches!(cell, Cell::Int(_) | Cell::Float(_)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::sample;

    fn drawn(answer: &Answer, frame: Frame, options: Options<'_>) -> String {
        let mut out = Vec::new();
        write(answer, frame, &options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn plain() {
        insta::assert_snapshot!(drawn(&sample::answer(), Frame::Plain, Options::default()), @r#"
        value                                                                                    what                    who
        ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
        -5                                                                                       a whole number          شبكة حقاني
        2.0                                                                                      true                    شبكة حقاني
                                                                                                 =1+"1", ␛[31m|␊<東京>   شبكة حقاني
        TTP —affiliated with (may hold)— al-Qaeda (2007-12 – ?)                                  [1, null, x]            شبكة حقاني
        TTP —affiliated with (may hold)— al-Qaeda ←claimed to lead (denied)— Айман аз-Завахири   {k: TTP}                شبكة حقاني

        1 hop may hold
        Incomplete: rows: 5
        "#);
    }

    #[test]
    fn boxed() {
        let options = Options { width: Some(80), ..Options::default() };
        insta::assert_snapshot!(drawn(&sample::answer(), Frame::Boxed, options), @r#"
        ┌─────────────────────────────────────┬───────────────────────┬────────────┐
        │ value                               ┆ what                  ┆ who        │
        ╞═════════════════════════════════════╪═══════════════════════╪════════════╡
        │ -5                                  ┆ a whole number        ┆ شبكة حقاني │
        │ 2.0                                 ┆ true                  ┆ شبكة حقاني │
        │                                     ┆ =1+"1", ␛[31m|␊<東京> ┆ شبكة حقاني │
        │ TTP —affiliated with (may hold)—    ┆ [1, null, x]          ┆ شبكة حقاني │
        │ al-Qaeda (2007-12 – ?)              ┆                       ┆            │
        │ TTP —affiliated with (may hold)—    ┆ {k: TTP}              ┆ شبكة حقاني │
        │ al-Qaeda ←claimed to lead (denied)— ┆                       ┆            │
        │ Айман аз-Завахири                   ┆                       ┆            │
        └─────────────────────────────────────┴───────────────────────┴────────────┘

        1 hop may hold
        Incomplete: rows: 5
        "#);
    }

    #[test]
    fn columns_line_up_in_any_script() {
        let rows =
            ["TTP", "東京事件", "شبكة حقاني", "Завахири"].map(|name| vec![Cell::Text(name.into()), Cell::Int(7)]);
        let answer = Answer { columns: vec!["name".into(), "n".into()], rows: rows.to_vec(), ..Answer::default() };
        let text = drawn(&answer, Frame::Boxed, Options::default());
        let widths: Vec<_> = text.lines().map(unicode_width::UnicodeWidthStr::width).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
    }

    #[test]
    fn nothing_but_notes() {
        let answer = Answer { notes: vec!["nothing is known of it".into()], ..Answer::default() };
        assert_eq!(drawn(&answer, Frame::Plain, Options::default()), "nothing is known of it\n");
    }
}
