//! Comma-separated values that a spreadsheet opens without running anything.

use std::io;

use petgraph::graph::{EdgeIndex, NodeIndex};

use super::Phrases;
use crate::graph::{Answer, Cell, Subgraph};

/// A header line and a line a row.
///
/// - A column that holds entities or links is followed by a column `NAME.id` with their ids.
/// - A text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab, a carriage return or
///   a line feed, or the full-width form of one) gets an apostrophe in front; numbers are written as they are.
pub fn write(answer: &Answer, out: &mut dyn io::Write) -> io::Result<()> {
    if answer.columns.is_empty() {
        return Ok(());
    }
    let phrases = Phrases::new(&answer.graph);
    let with_ids: Vec<bool> = (0..answer.columns.len()).map(|column| has_ids(answer, column)).collect();
    let mut writer = ::csv::Writer::from_writer(out);
    for (column, with_id) in answer.columns.iter().zip(&with_ids) {
        writer.write_field(guarded(column.clone()))?;
        if *with_id {
            writer.write_field(guarded(format!("{column}.id")))?;
        }
    }
    writer.write_record(None::<&[u8]>)?;
    for row in &answer.rows {
        for (cell, with_id) in row.iter().zip(&with_ids) {
            let text = phrases.cell(cell);
            let number = matches!(cell, Cell::Int(_) | Cell::Float(_));
            writer.write_field(if number { text } else { guarded(text) })?;
            if *with_id {
                writer.write_field(guarded(id(&answer.graph, cell).unwrap_or_default().to_owned()))?;
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}

fn has_ids(answer: &Answer, column: usize) -> bool {
    answer.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Node(_) | Cell::Edge(_))))
}

fn id<'a>(graph: &'a Subgraph, cell: &Cell) -> Option<&'a str> {
    let node = |node: NodeIndex| graph.node_weight(node).map(|node| node.id.as_str());
    let edge = |edge: EdgeIndex| graph.edge_weight(edge).map(|edge| edge.id.as_str());
    match cell {
        Cell::Node(index) => node(*index),
        Cell::Edge(index) => edge(*index),
        _ => None,
    }
}

/// A text as it may stand in a table that a spreadsheet opens: one that it would take for a formula gets an apostrophe in front.
pub fn guarded(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::sample;

    fn written(answer: &Answer) -> String {
        let mut out = Vec::new();
        write(answer, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn csv() {
        insta::assert_snapshot!(written(&sample::answer()), @r#"
        value,value.id,what,who,who.id
        -5,,a whole number,شبكة حقاني,haqqani-network
        2.0,,true,شبكة حقاني,haqqani-network
        ,,"'=1+""1"", [31m|
        <東京>",شبكة حقاني,haqqani-network
        TTP —affiliated with (may hold)— al-Qaeda (2007-12 – ?),l1,"[1, null, x]",شبكة حقاني,haqqani-network
        TTP —affiliated with (may hold)— al-Qaeda ←claimed to lead (denied)— Айман аз-Завахири,,{k: TTP},شبكة حقاني,haqqani-network
        "#);
    }

    #[test]
    fn formulas_are_texts_and_numbers_are_numbers() {
        let texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "a=1", ""];
        let answer = Answer {
            columns: vec!["=c".into()],
            rows: texts.iter().map(|text| vec![Cell::Text((*text).into())]).chain([vec![Cell::Int(-1)]]).collect(),
            ..Answer::default()
        };
        let text = written(&answer);
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap(), vec!["'=c"]);
        let read: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
        assert_eq!(read, ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", "'\rx", "'＝1", "a=1", "", "-1"]);
    }
}
