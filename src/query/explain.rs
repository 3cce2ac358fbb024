//! Plans as text: what `explain` shows.

use super::ast::{Direction, Mode, Selector};
use super::execute::{Operator, reaches};
use super::expression_ast::{Binary, Comparison, Quantifier};
use super::graph::{LabelNo, PropertyGraph};
use super::plan::{Ex, Expand, LabelTest, Plan, Projected, QueryPlan, Slot, Source, Step};
use super::search::Search;
use super::value::Value;

/// A plan as lines, indented by what runs inside what.
pub fn explain<G: PropertyGraph>(plan: &Plan, graph: &G) -> Vec<String> {
    operators(plan, graph).into_iter().map(|(line, _)| line).collect()
}

/// The same lines, each with the operator that begins with it.
pub fn operators<G: PropertyGraph>(plan: &Plan, graph: &G) -> Vec<(String, Option<Operator>)> {
    let mut lines = Lines { plan, graph, lines: Vec::new(), depth: 0, operator: None };
    lines.query(&plan.query);
    lines.lines
}

struct Lines<'p, G> {
    plan: &'p Plan,
    graph: &'p G,
    lines: Vec<(String, Option<Operator>)>,
    depth: usize,
    /// The operator that the next line begins.
    operator: Option<Operator>,
}

impl<G: PropertyGraph> Lines<'_, G> {
    fn add(&mut self, line: String) {
        self.lines.push((format!("{:1$}{line}", "", self.depth * 2), self.operator.take()));
    }

    fn inside(&mut self, title: &str, write: impl FnOnce(&mut Self)) {
        self.add(title.to_owned());
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }

    fn query(&mut self, query: &QueryPlan) {
        for (number, part) in query.parts.iter().enumerate() {
            if number > 0 {
                self.add(if query.all { "union all" } else { "union" }.to_owned());
            }
            for segment in &part.segments {
                self.steps(&segment.steps);
                if let Some(projected) = &segment.projection {
                    self.projection(projected);
                }
            }
        }
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.operator = Some(Operator::of(step));
            match step {
                Step::Scan(slot, source) => {
                    let source = self.source(source);
                    self.add(format!("find {} among {source}", self.name(*slot)));
                }
                Step::Expand(expand) => {
                    let known = match (expand.to_bound, expand.only_counted) {
                        (true, _) => ", which is known",
                        (_, true) => ", only counted",
                        _ => "",
                    };
                    let walk = self.expand(expand);
                    self.add(format!("from {walk}{known}"));
                }
                Step::Intersect(arms) => {
                    let walks: Vec<String> = arms.iter().map(|arm| self.expand(&arm.expand)).collect();
                    self.add(format!("from {}, the fewest first", walks.join(" and ")));
                }
                Step::Search(search) => self.search(search),
                Step::Filter(ex) => {
                    self.add(format!("where {}", self.ex(ex)));
                    self.subplans(ex);
                }
                Step::Path(slot, _) => self.add(format!("path {}", self.name(*slot))),
                Step::Optional(inner, _) => self.inside("optional", |lines| lines.steps(inner)),
                Step::Unwind(list, slot) => self.add(format!("unwind {} as {}", self.ex(list), self.name(*slot))),
                Step::Create(made) => self.add(format!("create {}", made.len())),
            }
        }
    }

    fn expand(&self, expand: &Expand) -> String {
        let kind = expand.kind.as_ref().map_or(String::new(), |kind| format!(":{}", self.kinds(kind)));
        let (left, right) = arrow(expand.direction);
        let (from, link, to) = (self.name(expand.from), self.name(expand.link), self.name(expand.to));
        format!("({from}){left}[{link}{kind}]{right}({to})")
    }

    fn search(&mut self, search: &Search) {
        let selector = match search.selector {
            Selector::All => "all".to_owned(),
            Selector::Any(k) => format!("any {k}"),
            Selector::AnyShortest => "any shortest".to_owned(),
            Selector::AllShortest => "all shortest".to_owned(),
            Selector::Shortest(k) => format!("shortest {k}"),
            Selector::ShortestGroups(k) => format!("shortest {k} groups"),
            Selector::Cheapest(k) => format!("cheapest {k}"),
        };
        let mode = match search.mode {
            Mode::Walk => "walks",
            Mode::Default | Mode::Trail => "trails",
            Mode::Acyclic => "acyclic paths",
            Mode::Simple => "simple paths",
        };
        let known = if search.to_bound { ", which is known" } else { "" };
        let order = if search.reversed { ", against the pattern" } else { "" };
        let most = search.longest.map_or(String::new(), |longest| format!(", at most {longest} links"));
        let (from, to, hops) = (self.name(search.from), self.name(search.to), search.automaton.hops.len());
        let title = match reaches(search) {
            Some(_) => format!("reach ({to}) from ({from}){known}{order}, {hops} hops{most}"),
            None => format!("search {selector} {mode} from ({from}) to ({to}){known}{order}, {hops} hops{most}"),
        };
        let (from, to) = (from.to_owned(), to.to_owned());
        self.inside(&title, |lines| {
            if let [link] = search.automaton.links.as_slice()
                && let Some(kind) = &link.kind
            {
                lines.add(format!("along {}", lines.kinds(kind)));
            }
            if !search.end_labels.is_empty() {
                lines.add(format!("where {to} has its labels"));
            }
            if search.open {
                lines.add(format!("where {from} <> {to}"));
            }
            if let Some(cost) = &search.cost {
                lines.add(format!("by {}{}", if cost.weakest { "weakest " } else { "" }, lines.ex(&cost.ex)));
            }
            for (what, conditions) in [("node", &search.every_node), ("link", &search.every_link)] {
                for every in conditions {
                    let word = if every.wanted { "every" } else { "no" };
                    let but = match (every.first, every.last) {
                        (true, true) => "",
                        (true, false) => " but the last",
                        (false, true) => " but the first",
                        (false, false) => " but the ends",
                    };
                    lines.add(format!("{word} {what}{but} where {}", lines.ex(&every.ex)));
                }
            }
            if let Some(filter) = &search.filter {
                lines.add(format!("each path where {}", lines.ex(filter)));
            }
        });
    }

    fn projection(&mut self, projected: &Projected) {
        self.operator = Some(Operator::of(projected));
        if let Some(grouping) = &projected.grouping {
            let keys = grouping.keys.iter().map(|(_, key)| self.ex(key)).collect::<Vec<_>>().join(", ");
            let calls = grouping.calls.iter().map(|call| format!("{:?}", call.function).to_lowercase());
            let calls = calls.collect::<Vec<_>>().join(", ");
            let by = if keys.is_empty() { String::new() } else { format!(" by {keys}") };
            self.add(format!("gather {calls}{by}"));
        }
        let items = projected.items.iter().map(|(slot, item)| match item {
            // What was gathered has no name but that of its column.
            Ex::Slot(_) => self.name(*slot).to_owned(),
            item => self.ex(item),
        });
        let items = items.collect::<Vec<_>>().join(", ");
        let distinct = if projected.distinct { "distinct " } else { "" };
        self.add(format!("project {distinct}{items}"));
        if !projected.order.is_empty() {
            let order = projected.order.iter().map(|(ex, down)| self.ex(ex) + if *down { " descending" } else { "" });
            let order = order.collect::<Vec<_>>().join(", ");
            self.add(format!("order by {order}"));
        }
        for (word, bound) in [("skip", &projected.skip), ("limit", &projected.limit), ("where", &projected.filter)] {
            if let Some(ex) = bound {
                self.add(format!("{word} {}", self.ex(ex)));
            }
        }
    }

    /// The queries inside a condition.
    fn subplans(&mut self, ex: &Ex) {
        match ex {
            Ex::Exists(query) => self.inside("exists", |lines| lines.query(query)),
            Ex::Count(query) => self.inside("count", |lines| lines.query(query)),
            Ex::IsNull(inner, _) => {
                if let Ex::First(parts) = &**inner {
                    self.inside("exists", |lines| lines.steps(&parts.0));
                }
            }
            Ex::Not(inner, _) => self.subplans(inner),
            Ex::And(items, _) | Ex::Or(items, _) => items.iter().for_each(|item| self.subplans(item)),
            _ => {}
        }
    }

    fn name(&self, slot: Slot) -> &str {
        self.plan.names.iter().find(|(known, _)| *known == slot).map_or("", |(_, name)| name)
    }

    fn source(&self, source: &Source) -> String {
        match source {
            Source::All => format!("all {} nodes", self.graph.node_count()),
            Source::Label(None) => "no nodes: the label is not known".to_owned(),
            Source::Label(Some(label)) => format!("about {} nodes of its label", self.graph.label_count(*label)),
            Source::Nodes(nodes) => format!("{} known nodes", nodes.len()),
        }
    }

    fn kinds(&self, test: &LabelTest) -> String {
        let name = |kind: &Option<LabelNo>| kind.map_or("?", |kind| self.graph.link_kind_name(kind)).to_owned();
        let all =
            |list: &[LabelTest], sign: &str| list.iter().map(|inner| self.kinds(inner)).collect::<Vec<_>>().join(sign);
        match test {
            LabelTest::Is(kind) => name(kind),
            LabelTest::Any => "%".to_owned(),
            LabelTest::Not(inner) => format!("!{}", self.kinds(inner)),
            LabelTest::And(list) => all(list, "&"),
            LabelTest::Or(list) => all(list, "|"),
        }
    }

    fn ex(&self, ex: &Ex) -> String {
        let list = |items: &[Ex], sign: &str| items.iter().map(|item| self.ex(item)).collect::<Vec<_>>().join(sign);
        let optional = |ex: &Option<Ex>| ex.as_ref().map_or(String::new(), |ex| self.ex(ex));
        match ex {
            Ex::Constant(value) => constant(value),
            Ex::Parameter(name, _) => format!("${name}"),
            Ex::Slot(slot) => self.name(*slot).to_owned(),
            Ex::List(items) => format!("[{}]", list(items, ", ")),
            Ex::Map(_) => "{...}".to_owned(),
            Ex::Property(of, key, _) => format!("{}.{key}", self.ex(of)),
            Ex::Index(parts, _) => format!("{}[{}]", self.ex(&parts.0), self.ex(&parts.1)),
            Ex::Slice(parts, _) => format!("{}[{}..{}]", self.ex(&parts.0), optional(&parts.1), optional(&parts.2)),
            Ex::Labels(of, ..) => format!("{} has its labels", self.ex(of)),
            Ex::Not(inner, _) => format!("not {}", self.ex(inner)),
            Ex::Sign(inner, minus, _) => format!("{}{}", if *minus { "-" } else { "+" }, self.ex(inner)),
            Ex::Binary(operator, sides, _) => {
                format!("({} {} {})", self.ex(&sides.0), binary(*operator), self.ex(&sides.1))
            }
            Ex::And(items, _) => format!("({})", list(items, " and ")),
            Ex::Or(items, _) => format!("({})", list(items, " or ")),
            Ex::Compare(first, rest) => rest.iter().fold(self.ex(first), |text, (comparison, ex)| {
                format!("{text} {} {}", compared(*comparison), self.ex(ex))
            }),
            Ex::IsNull(inner, negated) => format!("{} is {}null", self.ex(inner), if *negated { "not " } else { "" }),
            Ex::Case(_) => "case".to_owned(),
            Ex::Call(function, arguments, _) => format!("{}({})", function.name(), list(arguments, ", ")),
            Ex::Comprehension(through) => format!("[{} in {} ...]", self.name(through.slot), self.ex(&through.list)),
            Ex::Quantified(quantifier, through) => format!(
                "{}({} in {} where {})",
                quantified(*quantifier),
                self.name(through.slot),
                self.ex(&through.list),
                optional(&through.filter)
            ),
            Ex::Reduce(_) => "reduce(...)".to_owned(),
            Ex::Exists(_) | Ex::First(_) => "a match".to_owned(),
            Ex::Count(_) => "the number of matches".to_owned(),
            Ex::Rows(_) => "the list of matches".to_owned(),
        }
    }
}

fn constant(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("{value:?}"),
        Value::Text(text) => format!("{text:?}"),
        other => other.sort().to_owned(),
    }
}

fn arrow(direction: Direction) -> (&'static str, &'static str) {
    match direction {
        Direction::Out => ("-", "->"),
        Direction::In => ("<-", "-"),
        Direction::Either => ("-", "-"),
    }
}

fn binary(operator: Binary) -> &'static str {
    match operator {
        Binary::Xor => "xor",
        Binary::Add => "+",
        Binary::Subtract => "-",
        Binary::Multiply => "*",
        Binary::Divide => "/",
        Binary::Modulo => "%",
        Binary::Power => "^",
        Binary::In => "in",
        Binary::StartsWith => "starts with",
        Binary::EndsWith => "ends with",
        Binary::Contains => "contains",
        Binary::Matches => "=~",
    }
}

fn compared(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        Comparison::Less => "<",
        Comparison::LessEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterEqual => ">=",
    }
}

fn quantified(quantifier: Quantifier) -> &'static str {
    match quantifier {
        Quantifier::All => "all",
        Quantifier::Any => "any",
        Quantifier::None => "none",
        Quantifier::Single => "single",
    }
}
