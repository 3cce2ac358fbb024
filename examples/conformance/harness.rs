//! The conformance run: scenarios against scratch graphs, compared strictly.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use serde::Deserialize;
use tieline::query::diagnostics::Fault;
use tieline::query::execute::{Executor, Parameters, Table};
use tieline::query::expression_ast::{Expr, ExprKind, Unary};
use tieline::query::graph::PropertyGraph;
use tieline::query::scratch::ScratchGraph;
use tieline::query::value::{Path, Value};
use tieline::query::{Budget, Meter};
use tieline::query::{bind, parser};

/// A scenario as it stands in the file.
#[derive(Debug, Deserialize)]
struct Scenario {
    id: String,
    folder: String,
    #[serde(default)]
    class: Option<String>,
    #[serde(default)]
    setup: Vec<String>,
    query: String,
    #[serde(default)]
    params: BTreeMap<String, String>,
    expect: Expect,
    #[serde(default)]
    control: Vec<Control>,
}

/// A further query on the same graph.
#[derive(Debug, Deserialize)]
struct Control {
    query: String,
    expect: Expect,
}

/// What must come out.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Expect {
    Empty,
    Rows {
        header: Vec<String>,
        rows: Vec<Vec<String>>,
        #[serde(default)]
        ordered: bool,
        #[serde(default)]
        ignore_list_order: bool,
    },
    Error {
        phase: String,
        #[serde(rename = "type")]
        class: String,
        detail: String,
    },
}

/// What came out of a run.
#[derive(Debug, Default)]
pub struct Report {
    /// Passed and all, by folder.
    pub folders: BTreeMap<String, (usize, usize)>,
    /// One line for each failure.
    pub failures: Vec<String>,
    /// Scenarios that were not run.
    pub left_out: usize,
}

impl Report {
    /// Passed and all.
    pub fn total(&self) -> (usize, usize) {
        self.folders.values().fold((0, 0), |(a, b), (passed, of)| (a + passed, b + of))
    }
}

/// Runs all scenarios of a text.
pub fn run(text: &str, all: bool) -> Result<Report, String> {
    let mut report = Report::default();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let scenario: Scenario = serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))?;
        if !all && scenario.class.as_deref().is_some_and(|class| class != "read") {
            report.left_out += 1;
            continue;
        }
        let (passed, of) = report.folders.entry(scenario.folder.clone()).or_default();
        *of += 1;
        match check(&scenario) {
            Ok(()) => *passed += 1,
            Err(why) => report.failures.push(format!(
                "{}: {} | {}",
                scenario.id,
                why.replace('\n', " "),
                scenario.query.replace('\n', " ")
            )),
        }
    }
    Ok(report)
}

fn check(scenario: &Scenario) -> Result<(), String> {
    let mut graph = ScratchGraph::default();
    for setup in &scenario.setup {
        graph.create(setup).map_err(|fault| format!("set-up: {}", fault.message))?;
    }
    let mut parameters = Parameters::new();
    for (name, value) in &scenario.params {
        let expr = parser::expression(value).map_err(|fault| format!("parameter {name}: {}", fault.message))?;
        parameters.insert(name.clone(), constant(&expr).ok_or_else(|| format!("parameter {name} is no constant"))?);
    }
    compare(&graph, &scenario.query, &parameters, &scenario.expect)?;
    for control in &scenario.control {
        compare(&graph, &control.query, &Parameters::new(), &control.expect)?;
    }
    Ok(())
}

fn compare(graph: &ScratchGraph, query: &str, parameters: &Parameters, expect: &Expect) -> Result<(), String> {
    let planned = parser::scratch_query(query).and_then(|parsed| bind::plan(&parsed, query, graph));
    let (outcome, phase) = match planned {
        Err(fault) => (Err(fault), "compile time"),
        Ok(plan) => {
            let stop = AtomicBool::new(false);
            let meter = Meter::new(Budget { rows: usize::MAX, ..Budget::default() }, &stop);
            let mut executor = Executor::new(graph, parameters, meter);
            let outcome = executor.table(&plan);
            if let Some(cut) = executor.cut() {
                return Err(format!("ran into {cut}"));
            }
            (outcome, "runtime")
        }
    };
    match (expect, outcome) {
        (Expect::Empty, Ok(table)) if table.rows.is_empty() => Ok(()),
        (Expect::Empty, Ok(table)) => Err(format!("{} rows instead of none", table.rows.len())),
        (Expect::Error { phase: when, class, detail }, Err(fault)) => {
            let found = format!("{phase} {:?} {:?}", fault.class, fault.code);
            let as_told = (when == phase || when == "any time")
                && *class == format!("{:?}", fault.class)
                && (detail == "*" || *detail == format!("{:?}", fault.code));
            if as_told { Ok(()) } else { Err(format!("{found} instead of {when} {class} {detail}: {}", fault.message)) }
        }
        (Expect::Error { phase, class, detail }, Ok(_)) => Err(format!("no error instead of {phase} {class} {detail}")),
        (_, Err(Fault { class, code, message, .. })) => Err(format!("{phase} {class:?} {code:?}: {message}")),
        (Expect::Rows { header, rows, ordered, ignore_list_order }, Ok(table)) => {
            rows_match(graph, &table, header, rows, *ordered, *ignore_list_order)
        }
    }
}

fn rows_match(
    graph: &ScratchGraph,
    table: &Table,
    header: &[String],
    rows: &[Vec<String>],
    ordered: bool,
    any_list_order: bool,
) -> Result<(), String> {
    let names: Vec<&str> = table.columns.iter().map(|name| &**name).collect();
    if names != header {
        return Err(format!("columns {names:?} instead of {header:?}"));
    }
    let mut found: Vec<Vec<String>> =
        table.rows.iter().map(|row| row.iter().map(|value| shown(graph, value, any_list_order)).collect()).collect();
    let mut wanted = Vec::new();
    for row in rows {
        let parse = |cell: &String| {
            let mut cell = Cell { rest: cell.trim(), any_list_order };
            let value = cell.value()?;
            if cell.rest.trim().is_empty() { Ok(value) } else { Err(format!("cannot read {:?}", cell.rest)) }
        };
        wanted.push(row.iter().map(parse).collect::<Result<Vec<String>, String>>()?);
    }
    if !ordered {
        found.sort();
        wanted.sort();
    }
    if found == wanted { Ok(()) } else { Err(format!("rows {found:?} instead of {wanted:?}")) }
}

/// A value as text that is equal only for equal values.
fn shown(graph: &ScratchGraph, value: &Value, any_list_order: bool) -> String {
    let show = |value: &Value| shown(graph, value, any_list_order);
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("{value:?}"),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => list_text(items.iter().map(show).collect(), any_list_order),
        Value::Map(entries) => map_text(entries.iter().map(|(key, value)| (key.to_string(), show(value))).collect()),
        Value::Node(node) => {
            let labels = graph.labels(*node).into_iter().map(str::to_owned).collect();
            let properties = graph.node_properties(*node).into_iter().map(|(key, value)| (key, show(&value)));
            node_text(labels, properties.collect())
        }
        Value::Link(link) => {
            let properties = graph.link_properties(*link).into_iter().map(|(key, value)| (key, show(&value)));
            link_text(graph.link_kind_name(graph.kind_of(*link)), properties.collect())
        }
        Value::Path(path) => path_text(graph, path, &show),
    }
}

fn path_text(graph: &ScratchGraph, path: &Path, show: &dyn Fn(&Value) -> String) -> String {
    let mut text = String::from("<");
    for (place, node) in path.nodes.iter().enumerate() {
        text += &show(&Value::Node(*node));
        if let Some(link) = path.links.get(place) {
            let forward = graph.ends(*link).0 == *node;
            let (left, right) = if forward { ("-", "->") } else { ("<-", "-") };
            text += &format!("{left}{}{right}", show(&Value::Link(*link)));
        }
    }
    text + ">"
}

fn list_text(mut items: Vec<String>, any_order: bool) -> String {
    if any_order {
        items.sort();
    }
    format!("[{}]", items.join(", "))
}

fn map_text(mut entries: Vec<(String, String)>) -> String {
    entries.sort();
    let entries: Vec<String> = entries.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{{}}}", entries.join(", "))
}

fn node_text(mut labels: Vec<String>, properties: Vec<(String, String)>) -> String {
    labels.sort();
    let labels: String = labels.into_iter().map(|label| format!(":{label}")).collect();
    format!("({labels} {})", map_text(properties))
}

fn link_text(kind: &str, properties: Vec<(String, String)>) -> String {
    format!("[:{kind} {}]", map_text(properties))
}

/// A value as the scenarios write it.
struct Cell<'a> {
    rest: &'a str,
    any_list_order: bool,
}

impl<'a> Cell<'a> {
    fn take(&mut self, sign: &str) -> bool {
        match self.rest.trim_start().strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.take(sign) { Ok(()) } else { Err(format!("expected {sign} at {:?}", self.rest)) }
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest.trim_start();
        let end =
            rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+'))).unwrap_or(rest.len());
        self.rest = &rest[end..];
        &rest[..end]
    }

    fn value(&mut self) -> Result<String, String> {
        if self.take("'") {
            return Ok(format!("{:?}", self.text()?));
        }
        if self.rest.trim_start().starts_with("[:") {
            return self.link();
        }
        if self.take("[") {
            let mut items = Vec::new();
            while !self.take("]") {
                items.push(self.value()?);
                self.take(",");
            }
            return Ok(list_text(items, self.any_list_order));
        }
        if self.rest.trim_start().starts_with('{') {
            return Ok(map_text(self.map()?));
        }
        if self.rest.trim_start().starts_with('(') {
            return self.node();
        }
        if self.take("<") {
            return self.path();
        }
        let word = self.word();
        match word {
            "null" | "true" | "false" => Ok(word.into()),
            "NaN" => Ok("NaN".into()),
            "Inf" | "Infinity" => Ok("inf".into()),
            "-Inf" | "-Infinity" => Ok("-inf".into()),
            _ if word.parse::<i64>().is_ok() => Ok(word.into()),
            _ => word.parse::<f64>().map(|number| format!("{number:?}")).map_err(|_| format!("cannot read {word:?}")),
        }
    }

    fn text(&mut self) -> Result<String, String> {
        let mut text = String::new();
        let mut letters = self.rest.char_indices();
        while let Some((at, c)) = letters.next() {
            match c {
                '\'' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => match letters.next() {
                    Some((_, escaped @ ('\\' | '\''))) => text.push(escaped),
                    Some((_, other)) => text.extend(['\\', other]),
                    None => break,
                },
                c => text.push(c),
            }
        }
        Err("a text is not closed".into())
    }

    fn map(&mut self) -> Result<Vec<(String, String)>, String> {
        let mut entries = Vec::new();
        if !self.take("{") {
            return Ok(entries);
        }
        while !self.take("}") {
            let key = self.word().to_owned();
            self.expect(":")?;
            entries.push((key, self.value()?));
            self.take(",");
        }
        Ok(entries)
    }

    fn node(&mut self) -> Result<String, String> {
        self.expect("(")?;
        let mut labels = Vec::new();
        while self.take(":") {
            labels.push(self.word().to_owned());
        }
        let properties = self.map()?;
        self.expect(")")?;
        Ok(node_text(labels, properties))
    }

    fn link(&mut self) -> Result<String, String> {
        self.expect("[")?;
        self.expect(":")?;
        let kind = self.word();
        let properties = self.map()?;
        self.expect("]")?;
        Ok(link_text(kind, properties))
    }

    fn path(&mut self) -> Result<String, String> {
        let mut text = String::from("<") + &self.node()?;
        while !self.take(">") {
            let left = if self.take("<-") { "<-" } else { "-" };
            if left == "-" {
                self.expect("-")?;
            }
            let link = self.link()?;
            let right = if self.take("->") { "->" } else { "-" };
            if right == "-" {
                self.expect("-")?;
            }
            text += &format!("{left}{link}{right}{}", self.node()?);
        }
        Ok(text + ">")
    }
}

/// The value of an expression that is a constant.
fn constant(expr: &Expr) -> Option<Value> {
    Some(match &expr.kind {
        ExprKind::Null => Value::Null,
        ExprKind::Bool(value) => Value::Bool(*value),
        ExprKind::Int(value) => Value::Int(*value),
        ExprKind::Float(value) => Value::Float(*value),
        ExprKind::Text(value) => Value::text(value),
        ExprKind::List(items) => Value::list(items.iter().map(constant).collect::<Option<_>>()?),
        ExprKind::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| Some((key.value.as_ref().into(), constant(value)?)));
            Value::map(entries.collect::<Option<Vec<_>>>()?)
        }
        ExprKind::Unary(Unary::Minus, inner) => match constant(inner)? {
            Value::Int(value) => Value::Int(-value),
            Value::Float(value) => Value::Float(-value),
            _ => return None,
        },
        _ => return None,
    })
}
