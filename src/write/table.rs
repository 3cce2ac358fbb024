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
/// A table wider than this many terminals is written a row after the other, a value a line.
const WIDEST: usize = 2;
/// The name of a column of links that the rest of the row tells: only their numbers are shown.
const NUMBERS: &str = "#";

/// Columns in which no row has anything are left out.
pub fn write(answer: &Answer, frame: Frame, options: &Options<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let columns: Vec<usize> = (0..answer.columns.len())
        .filter(|&column| says_something(answer, column) && !(options.unnumbered && name(answer, column) == NUMBERS))
        .collect();
    if !columns.is_empty() {
        let table = build(answer, &columns, frame, options);
        let width = table.column_max_content_widths().iter().map(|&width| usize::from(width) + 3).sum::<usize>();
        match options.width {
            Some(most) if width > WIDEST * usize::from(most.max(NARROWEST)) => {
                write_records(answer, &columns, most, options, out)?;
            }
            _ => write_lines(&table, out)?,
        }
    }
    let remarks = !answer.notes.is_empty() || answer.cut.is_some();
    if answer.rows.is_empty() && !answer.columns.is_empty() && !remarks {
        writeln!(out, "nothing found")?;
    }
    write!(out, "{}", if columns.is_empty() || !remarks { "" } else { "\n" })?;
    for note in &answer.notes {
        writeln!(out, "{}", safe(note))?;
    }
    match &answer.cut {
        Some(cut) => writeln!(out, "Incomplete: {}", safe(cut)),
        None => Ok(()),
    }
}

fn says_something(answer: &Answer, column: usize) -> bool {
    let has_value =
        |row: &Vec<Cell>| row.get(column).is_some_and(|cell| *cell != Cell::Null && *cell != Cell::Text(String::new()));
    answer.rows.iter().any(|row| answer.chosen || has_value(row))
}

fn write_lines(table: &Table, out: &mut dyn io::Write) -> io::Result<()> {
    for line in table.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// A row after the other, each value beside the name of its column.
fn write_records(
    answer: &Answer,
    columns: &[usize],
    width: u16,
    options: &Options<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let phrases = Phrases::new(&answer.graph).numbered(!options.unnumbered);
    for (number, row) in answer.rows.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        let mut table = empty(Frame::Plain, Some(width), options);
        for &column in columns {
            let text = shown(&phrases, answer, row, column);
            if !text.is_empty() {
                table.add_row([heading(name(answer, column), options), Box::new(text)]);
            }
        }
        pad(&mut table);
        write_lines(&table, out)?;
    }
    Ok(())
}

fn empty(frame: Frame, width: Option<u16>, options: &Options<'_>) -> Table {
    let mut table = Table::new();
    table.load_style(if frame == Frame::Plain { RULED } else { UTF8_FULL_CONDENSED });
    match width {
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
    table
}

/// The name of a column.
fn name(answer: &Answer, column: usize) -> &str {
    answer.columns.get(column).map_or("", String::as_str)
}

fn heading(name: &str, options: &Options<'_>) -> Box {
    let cell = Box::new(safe(name));
    if options.colour { cell.add_attribute(Attribute::Bold) } else { cell }
}

fn pad(table: &mut Table) {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
}

fn build(answer: &Answer, columns: &[usize], frame: Frame, options: &Options<'_>) -> Table {
    let phrases = Phrases::new(&answer.graph).numbered(!options.unnumbered);
    let mut table = empty(frame, options.width, options);
    table.set_header(columns.iter().map(|&column| heading(name(answer, column), options)));
    for row in &answer.rows {
        table.add_row(columns.iter().map(|&column| shown(&phrases, answer, row, column)));
    }
    if frame == Frame::Plain {
        pad(&mut table);
    }
    for (cells, &column) in table.column_iter_mut().zip(columns) {
        if is_numeric(answer, column) {
            cells.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// A cell's text; several lines for a list of links.
fn shown(phrases: &Phrases<'_>, answer: &Answer, row: &[Cell], column: usize) -> String {
    match row.get(column) {
        None => String::new(),
        Some(Cell::Edge(edge)) if name(answer, column) == NUMBERS => Phrases::number(*edge).to_string(),
        Some(cell) => match cell {
            Cell::List(list) => phrases.links_in_row(list, row),
            _ => None,
        }
        .map_or_else(
            || safe(&phrases.cell(cell)).into_owned(),
            |lines| lines.iter().map(|line| safe(line)).collect::<Vec<_>>().join("\n"),
        ),
    }
}

fn is_numeric(answer: &Answer, column: usize) -> bool {
    let mut cells = answer.rows.iter().filter_map(|row| row.get(column)).filter(|cell| **cell != Cell::Null).peekable();
    let links = name(answer, column) == NUMBERS;
    cells.peek().is_some()
        && cells.all(|cell| matches!(cell, Cell::Int(_) | Cell::Float(_)) || links && matches!(cell, Cell::Edge(_)))
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
        value                                                                                            what                    who
        ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
        -5                                                                                               a whole number          شبكة حقاني
        2.0                                                                                              true                    شبكة حقاني
                                                                                                         =1+"1", ␛[31m|␊<東京>   شبكة حقاني
        TTP —affiliated with (may hold) [1]— al-Qaeda (2007-12 – ?)                                      [1, null, x]            شبكة حقاني
        TTP —affiliated with (may hold) [1]— al-Qaeda ←claimed to lead (denied) [2]— Айман аз-Завахири   {k: TTP}                شبكة حقاني

        1 hop may hold
        Incomplete: rows: 5
        "#);
    }

    #[test]
    fn boxed() {
        let options = Options { width: Some(80), ..Options::default() };
        insta::assert_snapshot!(drawn(&sample::answer(), Frame::Boxed, options), @r#"
        ┌─────────────────────────────────────────┬───────────────────────┬────────────┐
        │ value                                   ┆ what                  ┆ who        │
        ╞═════════════════════════════════════════╪═══════════════════════╪════════════╡
        │ -5                                      ┆ a whole number        ┆ شبكة حقاني │
        │ 2.0                                     ┆ true                  ┆ شبكة حقاني │
        │                                         ┆ =1+"1", ␛[31m|␊<東京> ┆ شبكة حقاني │
        │ TTP —affiliated with (may hold) [1]—    ┆ [1, null, x]          ┆ شبكة حقاني │
        │ al-Qaeda (2007-12 – ?)                  ┆                       ┆            │
        │ TTP —affiliated with (may hold) [1]—    ┆ {k: TTP}              ┆ شبكة حقاني │
        │ al-Qaeda ←claimed to lead (denied) [2]— ┆                       ┆            │
        │ Айман аз-Завахири                       ┆                       ┆            │
        └─────────────────────────────────────────┴───────────────────────┴────────────┘

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
    fn columns_without_anything_are_left_out() {
        let row = vec![Cell::Null, Cell::Text("x".into()), Cell::Text(String::new())];
        let answer =
            Answer { columns: ["a", "b", "c"].map(str::to_owned).to_vec(), rows: vec![row], ..Answer::default() };
        assert_eq!(drawn(&answer, Frame::Plain, Options::default()), "b\n───\nx\n");
        let nothing = Answer { rows: Vec::new(), ..answer };
        assert_eq!(drawn(&nothing, Frame::Plain, Options::default()), "nothing found\n");
    }

    #[test]
    fn what_is_much_wider_than_the_terminal_is_written_a_value_a_line() {
        let row = |text: &str| vec![Cell::Text(text.into()), Cell::Null, Cell::Text("long ".repeat(20))];
        let columns = ["name", "unused", "text"].map(str::to_owned).to_vec();
        let answer = Answer { columns, rows: vec![row("a"), row("b")], ..Answer::default() };
        let options = Options { width: Some(50), ..Options::default() };
        insta::assert_snapshot!(drawn(&answer, Frame::Plain, options), @r#"
        name   a
        text   long long long long long long long long
               long long long long long long long long
               long long long long

        name   b
        text   long long long long long long long long
               long long long long long long long long
               long long long long
        "#);
    }

    #[test]
    fn links_beside_an_entity_and_in_a_column_of_numbers_are_short() {
        let sample = sample::answer();
        let links: Vec<Cell> = sample.graph.edge_indices().map(Cell::Edge).collect();
        let rows = vec![vec![Cell::Node(1.into()), Cell::List(links.clone()), links[1].clone()]];
        let columns = ["entity", "links", "#"].map(str::to_owned).to_vec();
        let answer = Answer { columns, rows, graph: sample.graph, ..Answer::default() };
        insta::assert_snapshot!(drawn(&answer, Frame::Plain, Options::default()), @r#"
        entity     links                                              #
        ─────────────────────────────────────────────────────────────────
        al-Qaeda   —affiliated with (may hold) [1]— (2007-12 – ?)     2
                   Айман аз-Завахири —claimed to lead (denied) [2]→
        "#);
        let options = Options { unnumbered: true, ..Options::default() };
        insta::assert_snapshot!(drawn(&answer, Frame::Plain, options), @r#"
        entity     links
        ─────────────────────────────────────────────────────────
        al-Qaeda   —affiliated with (may hold)— (2007-12 – ?)
                   Айман аз-Завахири —claimed to lead (denied)→
        "#);
    }

    #[test]
    fn nothing_but_notes() {
        let answer = Answer { notes: vec!["nothing is known of it".into()], ..Answer::default() };
        assert_eq!(drawn(&answer, Frame::Plain, Options::default()), "nothing is known of it\n");
    }

    #[test]
    fn columns_that_were_asked_for_are_shown_without_values_too() {
        let row = vec![Cell::Int(1), Cell::Null];
        let answer = Answer { columns: vec!["a".into(), "b".into()], rows: vec![row], ..Answer::default() };
        let head = |answer: &Answer| {
            let mut out = Vec::new();
            write(answer, Frame::Plain, &Options::default(), &mut out).unwrap();
            String::from_utf8(out)
                .unwrap()
                .lines()
                .next()
                .unwrap()
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(head(&answer), ["a"]);
        assert_eq!(head(&Answer { chosen: true, ..answer }), ["a", "b"]);
    }
}
