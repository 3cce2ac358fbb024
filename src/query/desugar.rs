//! What a verb asks, written as a `match` query that answers the same.

use std::fmt::Write;

use super::ast::{
    Avoid, Body, EntityForm, EntityRef, Measure, Name, PathSelector, PathVerb, ScopeAst, TimeScope, Verb, Why,
};
use super::found::{Found, Item};
use super::verbs::DEFAULT_MAX;
use crate::model::Diagnostic;
use crate::schema::Schema;

/// What a statement asks, as a `match` query; a remark after `--` where no pattern says it. A statement that is such a
/// query already is given back as it is.
///
/// ```
/// let core = tieline::query::desugar(r#"neighbours "TTP" within 2 via led_by as of 2014"#, tieline::schema::Schema::builtin())?;
/// assert_eq!(
///     core,
///     r#"match all shortest p = (a "TTP")-[:led_by]-{1,2}(b) where a <> b return b, length(p), relationships(p) as of 2014"#
/// );
/// # Ok::<(), tieline::model::Diagnostic>(())
/// ```
///
/// # Errors
/// The text is no statement.
pub fn desugar(text: &str, schema: &Schema) -> Result<String, Diagnostic> {
    let statement = super::parse(text)?;
    Ok(match &statement.body {
        Body::Verb(verb) => core(verb, &statement.scope, schema),
        Body::Query(_) => text.trim().to_owned(),
    })
}

/// The answer to `explain`.
pub(super) fn table(verb: &Verb, scope: &ScopeAst, schema: &Schema) -> Found {
    let mut found = Found::new(&["plan"]);
    found.push([Item::Text(core(verb, scope, schema))]);
    found
}

fn core(verb: &Verb, scope: &ScopeAst, schema: &Schema) -> String {
    let query = match verb {
        Verb::Show { entity } => format!("match {} optional match (a)-[l]-(b) return a, l, b", node("a", entity)),
        Verb::Neighbours { entity, within, via, of, directed, limit } => {
            let (start, links, kinds) = (node("a", entity), link("", &labels(via, &[]), *directed), labels(of, &[]));
            let tail = limit.map_or_else(String::new, |limit| format!(" order by length(p) limit {limit}"));
            format!(
                "match all shortest p = {start}{links}{{1,{within}}}(b{kinds}) where a <> b \
                 return b, length(p), relationships(p){tail}"
            )
        }
        Verb::Path(path) => path_query(path, schema),
        Verb::Between { entities, max, via, avoid } => match &entities[..] {
            [from, to] => path_query(
                &PathVerb {
                    from: from.clone(),
                    to: to.clone(),
                    selector: PathSelector::AnyShortest,
                    max: *max,
                    via: via.clone(),
                    through: Vec::new(),
                    avoid: avoid.clone(),
                    directed: false,
                },
                schema,
            ),
            _ => return "-- the smallest tree that joins them: no pattern says that".to_owned(),
        },
        Verb::Common { entities, via, of } => {
            let mut parts = vec![format!("(b{})", labels(of, &[]))];
            let mut ends = Vec::new();
            for (at, named) in entities.iter().enumerate() {
                let links = link(&format!("l{at}"), &labels(via, &[]), false);
                parts.push(format!("{}{links}(b)", node(&format!("a{at}"), named)));
                ends.push(format!("a{at}"));
            }
            format!("match {} where not b in [{}] return distinct b", parts.join(", "), ends.join(", "))
        }
        Verb::Timeline { entity, .. } => format!(
            "match {}-[l]-(b) where l.since is not null or l.until is not null return l.since, l, b order by l.since",
            node("a", entity)
        ),
        Verb::Why(Why::Pair(one, other)) => {
            format!("match {}-[l]-{} unwind claims(l) as claim return l, claim", node("a", one), node("b", other))
        }
        Verb::Why(Why::Link(id)) => {
            let mut parts = id.value.split('/');
            let mut next = || parts.next().unwrap_or("");
            let (from, kind, to) = (next(), next(), next());
            format!("match (a @{from})-[l:{kind}]->(b @{to}) unwind claims(l) as claim return l, claim")
        }
        Verb::Rank { measure: Measure::Degree, of, via, limit } => format!(
            "match (a{}){}() return a, count(l) as score order by score desc limit {}",
            labels(of, &[]),
            link("l", &labels(via, &[]), false),
            limit.unwrap_or(super::verbs::DEFAULT_RANKS)
        ),
        Verb::Find { .. } => return "-- a question to the index of names: no pattern says that".to_owned(),
        Verb::Why(Why::Number(_)) => return "-- a link of the last answer: no pattern says that".to_owned(),
        Verb::Rank { .. } => return "-- a measure over all links: no pattern says that".to_owned(),
    };
    query + &scope_words(scope)
}

fn path_query(path: &PathVerb, schema: &Schema) -> String {
    let selector = match path.selector {
        PathSelector::AnyShortest => "any shortest".to_owned(),
        PathSelector::AllShortest => "all shortest".to_owned(),
        PathSelector::Shortest(count) => format!("shortest {count} acyclic"),
    };
    // Entities to go through or around are found first; what is only named by its kind is a condition.
    let (mut first, mut conditions) = (String::new(), Vec::new());
    let mut found = 0;
    let mut find = |named: &EntityRef| {
        found += 1;
        let _ = write!(first, "match {} ", node(&format!("x{found}"), named));
        format!("x{found} in nodes(p)")
    };
    conditions.extend(path.through.iter().map(&mut find));
    let mut barred = Vec::new();
    for avoid in &path.avoid {
        match avoid {
            Avoid::Entity(named) => conditions.push(format!("not {}", find(named))),
            Avoid::Kind(kind) if schema.link(&kind.value).is_some() => barred.push(kind.clone()),
            Avoid::Kind(kind) => conditions.push(format!("none(n in nodes(p)[1..-1] where n:{})", kind.value)),
        }
    }
    let condition = if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" and ")) };
    format!(
        "{first}match {selector} p = {}{}{{0,{}}}{}{condition} return p, length(p)",
        node("a", &path.from),
        link("", &labels(&path.via, &barred), path.directed),
        path.max.unwrap_or(DEFAULT_MAX),
        node("b", &path.to)
    )
}

fn node(variable: &str, named: &EntityRef) -> String {
    match named.form {
        EntityForm::Id => format!("({variable} @{})", named.text),
        EntityForm::Name => format!("({variable} {:?})", named.text),
    }
}

/// A label expression: one of `names`, if there are any, and none of `barred`.
fn labels(names: &[Name], barred: &[Name]) -> String {
    let words = |names: &[Name]| names.iter().map(|name| name.value.to_string()).collect::<Vec<_>>();
    let mut parts: Vec<String> = words(barred).into_iter().map(|name| format!("!{name}")).collect();
    match (names.len(), parts.is_empty()) {
        (0, true) => return String::new(),
        (0, false) => {}
        (1, _) | (_, true) => parts.insert(0, words(names).join("|")),
        (_, false) => parts.insert(0, format!("({})", words(names).join("|"))),
    }
    format!(":{}", parts.join("&"))
}

fn link(variable: &str, labels: &str, directed: bool) -> String {
    format!("-[{variable}{labels}]{}", if directed { "->" } else { "-" })
}

fn scope_words(scope: &ScopeAst) -> String {
    let mut out = String::new();
    match scope.time.as_ref().map(|time| time.value) {
        Some(TimeScope::AsOf(period)) => {
            let _ = write!(out, " as of {period}");
        }
        Some(TimeScope::During(period)) => {
            let _ = write!(out, " during {}", period.to_string().replace('/', ".."));
        }
        None => {}
    }
    if let Some(day) = &scope.known_on {
        let _ = write!(out, " known on {}", day.value);
    }
    if let Some(grade) = &scope.grade {
        let _ = write!(out, " grade {}", grade.value);
    }
    if let Some(sources) = &scope.sources {
        let _ = write!(out, " sources {}", sources.value);
    }
    if !scope.modality.is_empty() {
        let words: Vec<&str> = scope.modality.iter().map(|modality| modality.value.word()).collect();
        let _ = write!(out, " modality {}", words.join(", "));
    }
    if !scope.from_source.is_empty() {
        let ids: Vec<&str> = scope.from_source.iter().map(|id| id.value.as_str()).collect();
        let _ = write!(out, " from source {}", ids.join(", "));
    }
    out
}
