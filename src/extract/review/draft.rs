//! Proposals as a seed file, for a review in an editor: [`write()`] makes it, [`read()`] finds what was decided in it.
//!
//! Above each table stands a line `# accept ID`. Whoever reviews changes the word or deletes the table; seed files know
//! comments only as comments, so that the same file can also be loaded as it is.

use std::collections::BTreeMap;
use std::ops::Range;

use super::desk::Desk;
use super::words;
use crate::extract::proposal::{DocumentMeta, EntityRef, Named, Proposal, Said, kept};
use crate::model::{Diagnostic, Modality};
use crate::schema::nearest;

/// What begins the line that names the document.
const DOCUMENT: &str = "# document ";
/// What begins a line that lists proposals.
const LISTED: &str = "# proposals ";
const WORDS: [(&str, Choice); 3] = [("accept", Choice::Accept), ("reject", Choice::Reject), ("skip", Choice::Skip)];

/// What was decided in a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It is to become claims, as it stands in the file.
    Accept,
    /// It is not to become a claim.
    Reject,
    /// It is decided later.
    Skip,
}

/// A draft that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The id of the document.
    pub document: String,
    /// What was decided about each proposal that the draft was made of. What is not there any more is rejected.
    pub choices: BTreeMap<String, Choice>,
    /// The ids of the entities that accepted proposals add, by the proposal.
    pub entities: BTreeMap<String, String>,
    /// The seed file with what was accepted and what stands there besides; every line is where it was.
    pub seed: String,
}

/// The proposals at some places of a desk as a seed file. `document` is the source as it is to be described, `id` gives the
/// id that an entity has or is to have.
pub fn write(
    desk: &Desk,
    document: &DocumentMeta,
    places: &[usize],
    id: &dyn Fn(&EntityRef) -> String,
    name: &dyn Fn(&EntityRef) -> String,
    keep_text: bool,
) -> String {
    let mut out = String::from(
        "# Proposals to decide on. Each stands under a line `# accept ID`. Change what is wrong in its table; change the\n\
         # word to `reject`, or to `skip` to decide later; what is deleted is rejected. Then: tieline review --from FILE\n",
    );
    out.push_str(&format!("{DOCUMENT}{}\n", document.id));
    let proposals: Vec<&Proposal> = places.iter().filter_map(|at| desk.proposal(*at)).collect();
    for some in proposals.chunks(6) {
        let ids: Vec<&str> = some.iter().map(|proposal| proposal.id.as_str()).collect();
        out.push_str(&format!("{LISTED}{}\n", ids.join(" ")));
    }
    out.push_str("\n[source]\n");
    source(document, &mut out);
    for proposal in proposals {
        out.push('\n');
        comment(&format!("{}: {}", words::place(proposal), proposal.text), &mut out);
        comment(&words::said(&proposal.says, name), &mut out);
        comment(&words::reason(proposal), &mut out);
        out.push_str(&format!("# accept {}\n", proposal.id));
        table(proposal, id, keep_text, &mut out);
    }
    out
}

/// A text as comment lines.
fn comment(text: &str, out: &mut String) {
    for line in text.lines() {
        let clean: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        out.push_str(&format!("# {clean}\n"));
    }
}

/// A text as a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn source(document: &DocumentMeta, out: &mut String) {
    let DocumentMeta { id, title, publisher, published, retrieved, address, language, licence, digest, reliability } =
        document;
    let reliability = Some(reliability.to_string());
    for (key, value) in [
        ("id", &Some(id.clone())),
        ("title", &Some(title.clone())),
        ("publisher", publisher),
        ("published", published),
        ("retrieved", retrieved),
        ("address", address),
        ("language", language),
        ("licence", licence),
        ("digest", digest),
        ("reliability", &reliability),
    ] {
        if let Some(value) = value {
            out.push_str(&format!("{key} = {}\n", quoted(value)));
        }
    }
}

fn table(proposal: &Proposal, id: &dyn Fn(&EntityRef) -> String, keep_text: bool, out: &mut String) {
    let when = proposal.when.map(|when| format!(", when = {}", quoted(&when.to_string()))).unwrap_or_default();
    let noted =
        |note: &Option<String>| note.as_ref().map(|note| format!(", note = {}", quoted(note))).unwrap_or_default();
    let note = noted(&proposal.note);
    let list = |names: &[Named]| {
        let names: Vec<String> = names.iter().map(|named| format!("{{ {} }}", inside(named))).collect();
        format!("[{}]", names.join(", "))
    };
    let mut modality = proposal.modality;
    match &proposal.says {
        Said::Entity { entity, kind, finer, names } => {
            out.push_str("[[entity]]\n");
            line(out, "id", quoted(&id(entity)));
            line(out, "kind", quoted(kind));
            if let Some(finer) = finer {
                line(out, "type", quoted(finer));
            }
            if !names.is_empty() {
                line(out, "names", list(names));
            }
        }
        Said::Event { event, finer, names, participants } => {
            out.push_str("[[event]]\n");
            line(out, "id", quoted(&id(event)));
            if let Some(finer) = finer {
                line(out, "type", quoted(finer));
            }
            if let Some(when) = proposal.when {
                line(out, "when", quoted(&when.to_string()));
            }
            if !names.is_empty() {
                line(out, "names", list(names));
            }
            if !participants.is_empty() {
                let parts: Vec<String> = participants
                    .iter()
                    .map(|part| {
                        let note = if part.note.is_some() { noted(&part.note) } else { note.clone() };
                        format!("{{ entity = {}, kind = {}{note} }}", quoted(&id(&part.entity)), quoted(&part.kind))
                    })
                    .collect();
                line(out, "participants", format!("[{}]", parts.join(", ")));
            }
        }
        Said::Name { entity, name, role, language } => {
            let named = Named { name: name.clone(), role: *role, language: language.clone() };
            out.push_str("[[entity]]\n");
            out.push_str(&format!("id = {}\n", quoted(&id(entity))));
            out.push_str(&format!("names = [{{ {}{when}{note} }}]\n", inside(&named)));
        }
        Said::Attribute { entity, key, value } => {
            out.push_str("[[entity]]\n");
            out.push_str(&format!("id = {}\n", quoted(&id(entity))));
            let (key, value) = (quoted(key), quoted(value));
            out.push_str(&format!("attributes = [{{ key = {key}, value = {value}{when}{note} }}]\n"));
        }
        Said::Link { from, kind, to } => {
            out.push_str("[[link]]\n");
            line(out, "from", quoted(&id(from)));
            line(out, "kind", quoted(kind));
            line(out, "to", quoted(&id(to)));
            if let Some(when) = proposal.when {
                line(out, "when", quoted(&when.to_string()));
            }
            if let Some(note) = &proposal.note {
                line(out, "note", quoted(note));
            }
        }
        Said::SameAs { entity, other } => {
            out.push_str("[[entity]]\n");
            out.push_str(&format!("id = {}\n", quoted(&id(other))));
            out.push_str(&format!("same_as = {{ id = {}{note} }}\n", quoted(&id(entity))));
            modality = Modality::Asserted;
        }
    }
    let span = proposal.at.evidence.unwrap_or(proposal.at.span);
    let (paragraph, sentence) = (proposal.at.paragraph, proposal.at.sentence);
    line(out, "at", quoted(&format!("p{paragraph} s{sentence} b{}-{}", span.0, span.1)));
    if let Some(speaker) = &proposal.speaker {
        line(out, "speaker", quoted(&id(speaker)));
    }
    line(out, "modality", quoted(modality.word()));
    line(out, "credibility", proposal.credibility.to_string());
    if keep_text {
        line(out, "text", quoted(&kept(proposal)));
    }
}

fn line(out: &mut String, key: &str, value: String) {
    out.push_str(&format!("{key} = {value}\n"));
}

fn inside(named: &Named) -> String {
    let language = named.language.as_ref().map(|language| format!(", language = {}", quoted(language)));
    let role = quoted(named.role.word());
    format!("name = {}, role = {role}{}", quoted(&named.name), language.unwrap_or_default())
}

/// Reads a draft that was edited.
///
/// # Errors
/// It is no draft, or a line above a table does not say what is to be done with it.
pub fn read(file: &str, text: &str) -> Result<Draft, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let error = |span: Range<usize>, message: String| Diagnostic::new(text, span, message).in_file(file);
    let (mut document, mut choices, mut marks) = (None, BTreeMap::new(), Vec::new());
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let span = at..at + line.trim_end().len();
        at += line.len();
        let line = line.trim_end();
        if let Some(id) = line.strip_prefix(DOCUMENT) {
            document = Some(id.trim().to_owned());
        } else if let Some(ids) = line.strip_prefix(LISTED) {
            choices.extend(ids.split_whitespace().map(|id| (id.to_owned(), Choice::Reject)));
        } else if let Some((word, id)) = mark(line) {
            match WORDS.iter().find(|(known, _)| *known == word) {
                Some((_, choice)) => marks.push((span, *choice, id.to_owned())),
                None => {
                    let near = nearest(word, WORDS.map(|(word, _)| word)).map(|near| format!("did you mean {near}?"));
                    let message = format!("{word:?} is none of accept, reject and skip");
                    errors.push(Diagnostic { help: near, ..error(span, message) });
                }
            }
        }
    }
    let Some(document) = document else {
        errors.push(error(0..0, "this is no draft: it has no line that begins with `# document `".to_owned()));
        return Err(errors);
    };
    let mut seed = text.to_owned();
    let mut entities = BTreeMap::new();
    let ends: Vec<usize> = marks.iter().skip(1).map(|(span, ..)| span.start).chain([text.len()]).collect();
    for ((span, choice, id), end) in marks.iter().zip(ends) {
        match choices.get_mut(id) {
            Some(chosen) => *chosen = *choice,
            None => errors.push(error(span.clone(), format!("{id} is none of the proposals that are listed above"))),
        }
        let block = text.get(span.start..end).unwrap_or_default();
        if *choice == Choice::Accept {
            entities.extend(added(block).map(|entity| (id.clone(), entity)));
        } else {
            // Every line stays where it is, for messages about the others.
            let blank: String = block.chars().filter(|c| *c == '\n').collect();
            let padding = " ".repeat(block.len() - blank.len());
            seed.replace_range(span.start..end, &format!("{padding}{blank}"));
        }
    }
    if errors.is_empty() { Ok(Draft { document, choices, entities, seed }) } else { Err(errors) }
}

/// The word and the id of a line `# accept p-0123456789ab`.
fn mark(line: &str) -> Option<(&str, &str)> {
    let (word, id) = line.strip_prefix('#')?.trim().split_once(' ')?;
    let id = id.trim();
    let digits = id.strip_prefix("p-")?;
    let is_id = digits.len() >= 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_id.then_some((word, id))
}

/// The id of the entity or event in a table with a kind or a date of its own, if the table can be read.
fn added(block: &str) -> Option<String> {
    let tables: toml::Table = toml::from_str(block).ok()?;
    let first = |key: &str| tables.get(key)?.as_array()?.first()?.as_table();
    let table = first("entity").or_else(|| first("event"))?;
    table.get("id")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Proposals\n# document report\n# proposals p-000000000001 p-000000000002 p-000000000003\n\
                        # proposals p-000000000004\n\n[source]\nid = \"report\"\n\n# p1 s1: accept this\n\
                        # accept p-000000000001\n[[entity]]\nid = \"a\"\nkind = \"Person\"\n\n# accept p-000000000002\n\
                        [[link]]\nfrom = \"a\"\n\n# skip p-000000000003\n[[entity]]\nid = \"c\"\n";

    #[test]
    fn what_is_deleted_is_rejected_and_lines_stay_where_they_are() {
        let draft = read("f", TEXT).unwrap();
        let chosen: Vec<_> = draft.choices.values().copied().collect();
        assert_eq!(chosen, [Choice::Accept, Choice::Accept, Choice::Skip, Choice::Reject]);
        assert_eq!(draft.entities, BTreeMap::from([("p-000000000001".to_owned(), "a".to_owned())]));
        assert_eq!(draft.seed.lines().count(), TEXT.lines().count());
        assert!(draft.seed.contains("from = \"a\"") && !draft.seed.contains("id = \"c\""), "{}", draft.seed);
    }

    #[test]
    fn what_is_no_draft_is_refused() {
        for (from, to, told) in [
            ("# document report\n", "", "1:1: this is no draft"),
            ("# skip p", "# skpi p", "did you mean skip?"),
            ("# skip p-000000000003", "# skip p-00000000000a", "none of the proposals"),
        ] {
            let errors = read("f", &TEXT.replace(from, to)).unwrap_err();
            assert!(errors[0].to_string().contains(told), "{}", errors[0]);
        }
    }
}
