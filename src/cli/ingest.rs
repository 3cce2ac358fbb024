//! `tieline ingest`: documents to proposed claims.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::progress::Progress;
use super::review::{Form, form, print_open};
use super::{Failure, Global, Terminal, count};
use crate::database::{Database, DatabaseError, Ingested};
use crate::extract::proposal::digest;
use crate::extract::{Document, DocumentMeta, Extraction, Fault, Given, KeepText, Said};
use crate::model::Diagnostic;
use crate::write::safe;

/// The most bytes of a document unless told otherwise, in megabytes.
const LIMIT: u64 = 16;

/// The program that reads documents here.
const OURSELVES: &str = "tieline";
/// Any other one.
const FOREIGN: &str = "another program";

/// What `tieline ingest` takes.
#[derive(Debug, clap::Args)]
pub struct Ingest {
    /// The documents; with --proposals, the one whose text it is about
    #[arg(value_name = "FILE", required_unless_present = "proposals")]
    files: Vec<PathBuf>,
    /// Take the proposals of another program (JSON lines, docs/proposals.md)
    #[arg(long, value_name = "FILE")]
    proposals: Option<PathBuf>,
    /// Write the open proposals instead of a summary: as toml or jsonl to be edited, else as a list
    #[arg(long, value_name = "FORMAT", value_parser = form())]
    format: Option<Form>,
    /// Go by the rules in this folder too [default: the folder `extraction` of the database, if it has one]
    #[arg(long, value_name = "DIR", conflicts_with = "proposals")]
    rules: Option<PathBuf>,
    /// Read documents that were read before once more, by the present rules
    #[arg(long, conflicts_with = "proposals")]
    again: bool,
    /// Describe the document by the [source] of this file (TOML)
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
    /// The id of the source [default: made of the title]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The title [default: the first line]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Who published it
    #[arg(long, value_name = "NAME")]
    publisher: Option<String>,
    /// When it was published (EDTF); without it, "last week" stays open
    #[arg(long, value_name = "DATE")]
    published: Option<String>,
    /// When it was retrieved (EDTF)
    #[arg(long, value_name = "DATE")]
    retrieved: Option<String>,
    /// Where it can be found
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// Its licence or terms of use
    #[arg(long, value_name = "TEXT")]
    licence: Option<String>,
    /// The language of its text (BCP 47)
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// How reliable the source is: A (completely) to F (cannot be judged)
    #[arg(long, value_name = "LETTER")]
    reliability: Option<String>,
    /// How much of the text the database keeps [default: what the licence allows]
    #[arg(long, value_name = "HOW", value_parser = keeping())]
    keep_text: Option<KeepText>,
    /// The most megabytes of a document that are read
    #[arg(long, value_name = "MB", default_value_t = LIMIT)]
    limit: u64,
}

fn keeping() -> impl TypedValueParser<Value = KeepText> {
    PossibleValuesParser::new(KeepText::ALL.map(KeepText::word)).try_map(|word| word.parse::<KeepText>())
}

impl Ingest {
    /// What the options say of the document.
    fn given(&self) -> Given {
        Given {
            id: self.id.clone(),
            title: self.title.clone(),
            publisher: self.publisher.clone(),
            published: self.published.clone(),
            retrieved: self.retrieved.clone(),
            address: self.address.clone(),
            language: self.language.clone(),
            licence: self.licence.clone(),
            digest: None,
            reliability: self.reliability.clone(),
        }
    }

    fn limit(&self) -> u64 {
        self.limit.saturating_mul(1 << 20)
    }
}

/// Runs the command.
///
/// # Errors
/// A file cannot be read or is refused; the database cannot be written.
pub fn run(ingest: &Ingest, global: &Global, terminal: &Terminal) -> Result<(), Failure> {
    let mut given = ingest.given();
    if let Some(path) = &ingest.source {
        let text = Database::read_text(path, ingest.limit())?;
        let said = Given::from_source_file(&path.display().to_string(), &text);
        given = given.or(said.map_err(|refused| Failure::Refused(Box::new(refused)))?);
    }
    let mut database = Database::create_or_open(&global.db)?;
    terminal.notices(&mut database);
    match &ingest.proposals {
        Some(proposals) => foreign(ingest, proposals, given, &mut database, terminal),
        None => documents(ingest, &given, &mut database, terminal),
    }
}

/// Reads documents: all or none of them.
fn documents(ingest: &Ingest, given: &Given, database: &mut Database, terminal: &Terminal) -> Result<(), Failure> {
    if ingest.files.len() > 1 && ingest.format == Some(Form::Toml) {
        return Err(Failure::Usage("a file for an editor is about one document; name no more than one".to_owned()));
    }
    if ingest.files.len() > 1 && (given.id.is_some() || given.title.is_some()) {
        return Err(Failure::Usage("an id and a title are those of one document; name no more than one".to_owned()));
    }
    let (mut read, mut refused) = (Vec::new(), Vec::new());
    for path in &ingest.files {
        let _progress = Progress::new("reading", 0, terminal.is_quiet());
        match document(path, ingest, given, database) {
            Ok(found) => read.push(found),
            Err(Failure::Database(DatabaseError::Refused(why))) => refused.extend(why),
            Err(other) => return Err(other),
        }
    }
    if !refused.is_empty() {
        return Err(DatabaseError::Refused(refused).into());
    }
    read.into_iter().try_for_each(|found| match found {
        Found::New(extraction) => keep(*extraction, OURSELVES, ingest, database, terminal),
        Found::Before(id) => {
            let told = "nothing new is proposed: this text was read before; --again reads it by the present rules";
            ended(&format!("{id}: {told}"), &id, ingest, database, terminal)
        }
    })
}

/// Reads one document, and what it may be taken to say.
fn document(path: &Path, ingest: &Ingest, given: &Given, database: &mut Database) -> Result<Found, Failure> {
    let name = path.display().to_string();
    let refuse = |message: String| {
        Failure::from(DatabaseError::Refused(vec![Diagnostic::new("", 0..0, message).in_file(&*name)]))
    };
    let bytes = Database::read_bytes(path, ingest.limit())?;
    let (head, body) = match std::str::from_utf8(&bytes) {
        Ok(text) => Given::from_head(&name, text).map_err(|error| DatabaseError::Refused(vec![error]))?,
        // What is no text, and what is in another encoding, has no head.
        Err(_) => (Given::default(), ""),
    };
    let body = if body.is_empty() { &*bytes } else { body.as_bytes() };
    let said = given.clone().or(head).document().map_err(Failure::Usage)?;
    let mut document = Document::read(body, path, said.clone()).map_err(|error| refuse(error.to_string()))?;
    // A text that is known already is that source, whatever its file is called.
    let digest = digest(&document.text);
    let before = database.ingested(&digest, OURSELVES)?;
    let known = match &before {
        _ if !said.id.is_empty() => database.known_source(&digest, Some(&said.id))?,
        Some((before, _)) => Some(before.source()),
        None => database.known_source(&digest, None)?,
    };
    if let Some((before, true)) = &before
        && !ingest.again
        && [&*before.id, ""].contains(&&*said.id)
    {
        return Ok(Found::Before(before.id.clone()));
    }
    if let Some(known) = known {
        document.meta = DocumentMeta { id: known.id.to_string(), ..said }.or(&known);
    }
    Ok(Found::New(Box::new(database.extract(&document, ingest.rules.as_deref())?)))
}

/// What was found in a document.
enum Found {
    /// It was read before, as the source of this id.
    Before(String),
    /// It is read now.
    New(Box<Extraction>),
}

/// Takes the proposals of another program.
fn foreign(
    ingest: &Ingest,
    proposals: &Path,
    given: Given,
    database: &mut Database,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let text = match ingest.files.as_slice() {
        [] => None,
        [document] => Some(Database::read_text(document, ingest.limit())?),
        _ => return Err(Failure::Usage("proposals are about one document; name no more than one".to_owned())),
    };
    let name = proposals.display().to_string();
    // A file of proposals repeats each sentence of its document for each proposal.
    let content = Database::read_text(proposals, ingest.limit().saturating_mul(16))?;
    let extraction = {
        let _progress = Progress::new("reading proposals", 0, terminal.is_quiet());
        database.read_proposals(&name, &content, text)?
    };
    let document = given.or(Given::from(&extraction.document)).document().map_err(Failure::Usage)?;
    let Extraction { text, proposals, notes, .. } = extraction;
    keep(Extraction::new(document, text, proposals, notes), FOREIGN, ingest, database, terminal)
}

/// Keeps the proposals and says what there is to decide.
fn keep(
    extraction: Extraction,
    by: &str,
    ingest: &Ingest,
    database: &mut Database,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let extraction = sound(extraction, database)?;
    let licence = extraction.document.licence.as_deref();
    let keep = ingest.keep_text.unwrap_or_else(|| KeepText::by_licence(licence));
    let (id, told) = (extraction.document.id.clone(), told(&extraction, keep));
    for note in &extraction.notes {
        terminal.say(&format!("note: {}", safe(note)));
    }
    let ingested = database.ingest(extraction, keep, by)?;
    terminal.notices(database);
    let told = format!("{told}\n{}", outcome(&ingested, &id));
    ended(&told, &id, ingest, database, terminal)
}

/// The extraction without proposals that do not fit the schema and what rests on them: a rule that is wrong spoils no
/// document. How many of each rule are left out is noted.
fn sound(mut extraction: Extraction, database: &mut Database) -> Result<Extraction, Failure> {
    let mut left_out: BTreeMap<String, (usize, String)> = BTreeMap::new();
    loop {
        let faults = database.check_extraction(&extraction)?;
        if faults.is_empty() {
            break;
        }
        let (of_document, of_proposals): (Vec<_>, Vec<_>) =
            faults.into_iter().partition(|fault| fault.proposal.is_none());
        if !of_document.is_empty() {
            let told = |fault: Fault| Diagnostic { help: fault.help, ..Diagnostic::new("", 0..0, fault.message) };
            return Err(DatabaseError::Refused(of_document.into_iter().map(told).collect()).into());
        }
        let wrong: BTreeMap<usize, String> =
            of_proposals.into_iter().filter_map(|fault| Some((fault.proposal?, fault.message))).collect();
        let mut at = 0..;
        extraction.proposals.retain(|proposal| {
            let Some(message) = at.next().and_then(|at: usize| wrong.get(&at)) else { return true };
            left_out.entry(proposal.rule.clone()).or_insert((0, message.clone())).0 += 1;
            false
        });
    }
    for (rule, (number, message)) in left_out {
        extraction.notes.push(format!("{} of the rule {rule} left out: {message}", count(number, "proposal")));
    }
    Ok(extraction)
}

/// Says what was done, and writes the open proposals if they are wanted.
fn ended(told: &str, id: &str, ingest: &Ingest, database: &mut Database, terminal: &Terminal) -> Result<(), Failure> {
    match ingest.format {
        Some(form) => {
            terminal.say(told);
            print_open(id, form, database, terminal)
        }
        None if terminal.is_quiet() => Ok(()),
        None => terminal.print(told),
    }
}

/// What was read, in words.
fn told(extraction: &Extraction, keep: KeepText) -> String {
    let Extraction { document, text, proposals, .. } = extraction;
    let of = |wanted: fn(&Said) -> bool| proposals.iter().filter(|proposal| wanted(&proposal.says)).count();
    let parts = [
        (of(|says| matches!(says, Said::Entity { .. })), "entity"),
        (of(|says| matches!(says, Said::Event { .. })), "event"),
        (of(|says| matches!(says, Said::Name { .. })), "name"),
        (of(|says| matches!(says, Said::Attribute { .. })), "attribute"),
        (of(|says| matches!(says, Said::Link { .. })), "link"),
        (of(|says| matches!(says, Said::SameAs { .. })), "sameness"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| if word == "sameness" { format!("{number} of sameness") } else { count(number, word) })
        .collect();
    let kept = match keep {
        KeepText::Whole => "its licence lets the database keep the whole text",
        KeepText::Sentences => "of its text the database keeps the sentences that claims rest on",
        KeepText::Nothing => "of its text the database keeps nothing",
    };
    let list = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!(
        "{}: {:?}, {} bytes\n{}{list}\n{kept}",
        document.id,
        safe(&document.title),
        text.len(),
        count(proposals.len(), "proposal"),
    )
}

/// What is new, and how to go on.
fn outcome(ingested: &Ingested, id: &str) -> String {
    let Ingested { new, before, doubled, gone } = *ingested;
    let mut lines = Vec::new();
    if new == 0 {
        lines.push("nothing new is proposed".to_owned());
    } else {
        lines.push(format!("{new} new; `tieline review {id}` decides about them"));
    }
    if before > 0 {
        lines.push(format!("{before} proposed before"));
    }
    if doubled > 0 {
        lines.push(format!("{doubled} left out, whose entity another proposal adds"));
    }
    if gone > 0 {
        lines.push(format!("{gone} of an earlier edition of the document are gone"));
    }
    lines.join("\n")
}
