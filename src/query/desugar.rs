//! What a verb asks, written as a `match` query: for readers who know that notation.

use std::fmt::Write;

use super::ast::{Avoid, Body, EntityForm, EntityRef, Measure, Name, PathSelector, ScopeAst, TimeScope, Verb, Why};
use super::found::{Found, Item};
use crate::model::Diagnostic;

/// What a statement asks, as a `match` query. Statements that are such queries already are given back as they are.
///
/// # Errors
/// The text is no statement.
pub fn desugar(text: &str) -> Result<String, Diagnostic> {
    let statement = super::parse(text)?;
    Ok(match &statement.body {
        Body::Verb(verb) => core(verb, &statement.scope),
        Body::Query(_) => text.trim().to_owned(),
    })
}

/// The answer to `explain`.
pub(super) fn table(verb: &Verb, scope: &ScopeAst) -> Found {
    let mut found = Found::new(&["plan"]);
    found.push([Item::Text(core(verb, scope))]);
    found
}

fn core(verb: &Verb, scope: &ScopeAst) -> String {
    let mut out = match verb {
        Verb::Find { text, .. } => format!("-- an index search for names like {:?}", text.value),
        Verb::Show { entity } => format!("match {} optional match (a)-[l]-(b) return a, l, b", node("a", entity)),
        Verb::Neighbours { entity, within, via, of, directed, limit } => {
            let tail = limit.map_or_else(String::new, |limit| format!(" limit {limit}"));
            format!(
                "match all shortest p = {}{}{{1,{within}}}(b{}) return b, length(p), relationships(p){tail}",
                node("a", entity),
                link("", via, *directed),
                label(of)
            )
        }
        Verb::Path(path) => {
            let selector = match path.selector {
                PathSelector::AnyShortest => "any shortest".to_owned(),
                PathSelector::AllShortest => "all shortest".to_owned(),
                PathSelector::Shortest(count) => format!("shortest {count} acyclic"),
            };
            let mut conditions: Vec<String> =
                path.through.iter().map(|named| format!("any(n in nodes(p) where n is {})", name(named))).collect();
            conditions.extend(path.avoid.iter().map(|avoid| match avoid {
                Avoid::Kind(kind) => format!("none(x in elements(p) where x is {})", kind.value),
                Avoid::Entity(named) => format!("none(n in nodes(p) where n is {})", name(named)),
            }));
            let condition =
                if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" and ")) };
            let max = path.max.map_or_else(|| "+".to_owned(), |max| format!("{{1,{max}}}"));
            format!(
                "match {selector} p = {}{}{max}{}{condition} return p, length(p)",
                node("a", &path.from),
                link("", &path.via, path.directed),
                node("b", &path.to)
            )
        }
        Verb::Between { entities, .. } => {
            format!("-- the smallest tree of links that joins {}", list(entities))
        }
        Verb::Common { entities, via, of } => {
            let mut parts: Vec<String> = Vec::new();
            for (at, named) in entities.iter().enumerate() {
                parts.push(format!("{}{}(b)", node(&format!("a{at}"), named), link(&format!("l{at}"), via, false)));
            }
            format!("match (b{}), {} return distinct b", label(of), parts.join(", "))
        }
        Verb::Timeline { entity, range } => {
            let range = range.as_ref().map_or_else(String::new, |range| format!(" during {}", range.value));
            format!(
                "match {}-[l]-(b) where l.since is not null return l.since, l, b order by l.since{range}",
                node("a", entity)
            )
        }
        Verb::Why(Why::Pair(one, other)) => {
            format!("match {}-[l]-{} unwind claims(l) as claim return l, claim", node("a", one), node("b", other))
        }
        Verb::Why(Why::Link(id)) => format!("match ()-[l @{}]->() unwind claims(l) as claim return l, claim", id.value),
        Verb::Why(Why::Number(number)) => format!("-- the claims of link {} of the last answer", number.value),
        Verb::Rank { measure: Measure::Degree, of, via, limit } => format!(
            "match (a{}){}() return a, count(*) as score order by score desc limit {}",
            label(of),
            link("l", via, false),
            limit.unwrap_or(10)
        ),
        Verb::Rank { measure: Measure::PageRank, .. } => "-- PageRank over all admitted links".to_owned(),
        Verb::Rank { measure: Measure::Betweenness, .. } => "-- betweenness over all admitted links".to_owned(),
    };
    write_scope(scope, &mut out);
    out
}

fn name(named: &EntityRef) -> String {
    match named.form {
        EntityForm::Id => format!("@{}", named.text),
        EntityForm::Name => format!("{:?}", named.text),
    }
}

fn list(named: &[EntityRef]) -> String {
    named.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn node(variable: &str, named: &EntityRef) -> String {
    format!("({variable} {})", name(named))
}

fn label(names: &[Name]) -> String {
    if names.is_empty() {
        return String::new();
    }
    format!(":{}", names.iter().map(|name| &*name.value).collect::<Vec<_>>().join("|"))
}

fn link(variable: &str, kinds: &[Name], directed: bool) -> String {
    let end = if directed { "->" } else { "-" };
    format!("-[{variable}{}]{end}", label(kinds))
}

fn write_scope(scope: &ScopeAst, out: &mut String) {
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
}
