//! One record of the list into claims.

use std::collections::{BTreeMap, HashMap};

use super::documents::paper;
use super::references::{canonical, mentions, sentence, shown};
use super::relations::{Side, relation};
use super::{FAMILY, names};
use crate::model::{Entity, EntityNo, Modality, NameRole, Period};
use crate::read::list::{At, Level, Release, Saying, Writer, day_month_year, iso_day, month_number, said};
use crate::read::slug::slug;
use crate::read::xml::{Element, Fault};
use crate::schema::Schema;

/// The organisation that lists.
const COUNCIL: &str = "un-security-council";
/// The fields that the claims of a record are made of as a whole, and those that say nothing of the entity.
const HANDLED: [&str; 13] = [
    "DATAID",
    "VERSIONNUM",
    "FIRST_NAME",
    "SECOND_NAME",
    "THIRD_NAME",
    "FOURTH_NAME",
    "UN_LIST_TYPE",
    "REFERENCE_NUMBER",
    "LISTED_ON",
    "DELISTED_ON",
    "LIST_TYPE",
    "SORT_KEY",
    "SORT_KEY_LAST_MOD",
];

/// Reads records.
pub struct Reader<'s> {
    writer: Writer<'s>,
    count: u32,
    /// Entries by reference number, and the numbers of their records.
    entries: HashMap<String, (EntityNo, u32)>,
    pending: Vec<Pending>,
    council: Option<EntityNo>,
}

/// A reference in a text, to be resolved when all entries are known.
struct Pending {
    at: At,
    from: EntityNo,
    number: String,
    /// The sentence, and where in it the reference stands.
    sentence: String,
    place: usize,
}

/// The record that is being read.
struct Current {
    at: At,
    entity: EntityNo,
    person: bool,
}

impl<'s> Reader<'s> {
    /// A reader of the release of that day.
    ///
    /// # Errors
    /// As [`Writer::new`].
    pub fn new(published: Option<&str>, schema: &'s Schema) -> Result<Self, String> {
        let writer = Writer::new(&FAMILY, published, schema)?;
        Ok(Self { writer, count: 0, entries: HashMap::new(), pending: Vec::new(), council: None })
    }

    /// How many records have been read.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Reads a record.
    ///
    /// # Errors
    /// It has no reference number, no name or no date of listing, or its number is that of another record.
    pub fn record(&mut self, record: &Element) -> Result<(), Fault> {
        self.count += 1;
        let number = self.count;
        let reference = record.text("REFERENCE_NUMBER");
        let refuse = |at: u64, message: &str| Fault::new(at, format!("record {number} ({reference}) {message}"));
        let start = record.span.start;
        let person = match record.name.as_str() {
            "INDIVIDUAL" => true,
            "ENTITY" => false,
            other => return Err(Fault::new(start, format!("<{other}> is neither an INDIVIDUAL nor an ENTITY"))),
        };
        if reference.is_empty() {
            return Err(Fault::new(start, format!("record {number} has no REFERENCE_NUMBER")));
        }
        let id = format!("un-{}", reference.to_ascii_lowercase());
        let place = |field: &str| record.all(field).next().map_or(start, |field| field.span.start);
        if !Entity::is_id(&id) {
            return Err(refuse(place("REFERENCE_NUMBER"), "has a reference number that no id can be made of"));
        }
        if let Some((_, first)) = self.entries.get(&canonical(reference)) {
            let message = format!("has the reference number of record {first}");
            return Err(refuse(place("REFERENCE_NUMBER"), &message));
        }
        let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"].map(|field| record.text(field));
        let name = parts.into_iter().filter(|part| said(part)).collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(refuse(start, "has no name"));
        }
        let listed = self.period(record).map_err(|message| refuse(place("LISTED_ON"), &message))?;
        let wrong = |message: String| refuse(start, &message);

        let entity = self.writer.entity(&id, if person { "Person" } else { "Organisation" }, None).map_err(wrong)?;
        self.entries.insert(canonical(reference), (entity, number));
        let at = at(number, record);
        let here = Current { at, entity, person };
        self.writer.name(at, entity, &name, NameRole::Primary, Saying::default());
        self.listing(&here, record, reference, listed).map_err(wrong)?;
        for field in &record.children {
            self.field(&here, field).map_err(wrong)?;
        }
        Ok(())
    }

    /// What the list as such says: the number, the dates, who listed it and under which regime.
    fn listing(
        &mut self,
        here: &Current,
        record: &Element,
        reference: &str,
        listed: Option<Period>,
    ) -> Result<(), String> {
        let Current { at, entity, .. } = *here;
        let regime = record.text("UN_LIST_TYPE");
        let kinds: Vec<&str> =
            record.all("LIST_TYPE").map(|kind| kind.text("VALUE")).filter(|kind| said(kind)).collect();
        self.writer.attribute(at, entity, "reference_number", reference, Saying::listing());
        for (key, field) in [("listed_on", "LISTED_ON"), ("delisted_on", "DELISTED_ON")] {
            let day = iso_day(record.text(field)).unwrap_or_default();
            self.writer.attribute(at, entity, key, day, Saying::listing());
        }
        let council = match self.council {
            Some(council) => council,
            None => {
                let council = self.writer.entity(COUNCIL, "Organisation", Some("un_body"))?;
                self.writer.name(at, council, "United Nations Security Council", NameRole::Primary, Saying::listing());
                *self.council.insert(council)
            }
        };
        let saying = Saying::listing().when(listed).text(regime).note(kinds.join(", "));
        self.writer.link(at, entity, "designated_by", council, saying.clone());
        if !said(regime) {
            return Ok(());
        }
        self.writer.attribute(at, entity, "programme", regime, Saying::listing());
        let mut id = "un-sc-list:".to_owned();
        slug(regime, &mut id);
        let before = self.writer.changes.entities().len();
        let status = self.writer.entity(&id, "Status", Some("sanctions_listing"))?;
        if self.writer.changes.entities().len() > before {
            let name = format!("UN Security Council sanctions list: {regime}");
            self.writer.name(at, status, &name, NameRole::Primary, Saying::listing());
        }
        self.writer.link(at, entity, "has_status", status, saying);
        Ok(())
    }

    /// The period of the listing.
    fn period(&self, record: &Element) -> Result<Option<Period>, String> {
        let day = |field: &str| match record.text(field) {
            "" => Ok(None),
            text => match iso_day(text).filter(|day| day.parse::<Period>().is_ok()) {
                Some(day) => Ok(Some(day)),
                None => Err(format!("has {text:?} as {field}, which is no date")),
            },
        };
        let until = day("DELISTED_ON")?.unwrap_or("..");
        match day("LISTED_ON")? {
            None => Ok(None),
            Some(since) => match format!("{since}/{until}").parse() {
                Ok(period) => Ok(Some(period)),
                Err(_) => Err("was delisted before it was listed".to_owned()),
            },
        }
    }

    fn field(&mut self, here: &Current, field: &Element) -> Result<(), String> {
        let Current { entity, person, .. } = *here;
        let at = At { span: at(here.at.record, field).span, ..here.at };
        let values = || field.all("VALUE").map(|value| value.text.as_str()).filter(|value| said(value));
        match field.name.as_str() {
            "NAME_ORIGINAL_SCRIPT" => {
                for spelling in names::spellings(&field.text) {
                    let saying = Saying::default().note("original script");
                    self.writer.name(at, entity, &spelling.name, names::role("", spelling.former), saying);
                }
            }
            "INDIVIDUAL_ALIAS" | "ENTITY_ALIAS" => self.alias(here, at, field)?,
            "TITLE" => values().for_each(|value| self.writer.attribute(at, entity, "title", value, Saying::default())),
            "DESIGNATION" => {
                for value in values() {
                    self.writer.attribute(at, entity, "role", value, Saying::default());
                    self.mentions(here, at, value);
                }
            }
            "NATIONALITY" => {
                values().for_each(|value| self.writer.attribute(at, entity, "nationality", value, Saying::default()));
            }
            "GENDER" if said(&field.text) => {
                self.writer.attribute(at, entity, "gender", &field.text.to_lowercase(), Saying::default());
            }
            "LAST_DAY_UPDATED" => {
                for value in values() {
                    self.writer.attribute(at, entity, "updated_on", iso_day(value).unwrap_or(value), Saying::listing());
                }
            }
            "COMMENTS1" => {
                self.writer.remark(at, entity, &field.text, Saying::default());
                if person && let Some(gender) = gender(&field.text) {
                    self.writer.attribute(at, entity, "gender", gender, Saying::default().text("Gender"));
                }
                self.mentions(here, at, &field.text);
            }
            "INDIVIDUAL_ADDRESS" | "ENTITY_ADDRESS" => self.address(here, at, field)?,
            "INDIVIDUAL_DATE_OF_BIRTH" => self.birth(here, at, field),
            "INDIVIDUAL_PLACE_OF_BIRTH" => self.birth_place(here, at, field)?,
            "INDIVIDUAL_DOCUMENT" => self.document(here, at, field),
            name if HANDLED.contains(&name) => {}
            name => {
                // A field that the list did not have when this was written is not lost.
                let words = words_of(field);
                if said(&words) {
                    self.writer.remark(at, entity, &format!("{name}: {words}"), Saying::default());
                    self.mentions(here, at, &words);
                }
            }
        }
        Ok(())
    }

    fn alias(&mut self, here: &Current, at: At, field: &Element) -> Result<(), String> {
        let (quality, written, note) = (field.text("QUALITY"), field.text("ALIAS_NAME"), field.text("NOTE"));
        if !said(written) {
            return Ok(());
        }
        let (note_former, in_script) = names::remark(note);
        let spellings = names::spellings(written);
        let mut remarks: Vec<String> = Vec::new();
        if said(quality) {
            remarks.push(format!("quality: {}", quality.to_lowercase()));
        }
        if said(note) {
            remarks.push(note.to_owned());
        }
        let credibility = if quality.eq_ignore_ascii_case("low") { 4 } else { 2 };
        let several = spellings.len() > 1 || spellings.first().is_some_and(|one| one.name != written);
        let say = || {
            let saying = Saying::default().note(remarks.join("; ")).credibility(credibility);
            if several { saying.text(written) } else { saying }
        };
        for spelling in &spellings {
            let role = names::role(quality, spelling.former || note_former);
            self.writer.name(at, here.entity, &spelling.name, role, say());
        }
        if let Some(name) = in_script {
            let role = names::role(quality, note_former);
            self.writer.name(at, here.entity, name, role, say().text(note));
        }
        // A date and a place that go with an alias are perhaps those of the person.
        let under =
            || Saying::default().modality(Modality::Possible).credibility(3).note(format!("under the name {written}"));
        if here.person {
            let born = field.text("DATE_OF_BIRTH");
            if said(born) {
                self.writer.attribute(at, here.entity, "birth_date", iso_day(born).unwrap_or(born), under());
            }
            let levels = [
                Level { name: field.text("COUNTRY_OF_BIRTH"), finer: Some("country") },
                Level { name: field.text("CITY_OF_BIRTH"), finer: None },
            ];
            if let Some(place) = self.writer.place(at, &levels)? {
                self.writer.link(at, here.entity, "born_in", place, under());
            }
        }
        self.mentions(here, at, written);
        self.mentions(here, at, note);
        Ok(())
    }

    fn address(&mut self, here: &Current, at: At, field: &Element) -> Result<(), String> {
        let note = field.text("NOTE");
        let wording = joined(field, &["STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY"]);
        let modality = modality_of(note);
        if wording.is_empty() {
            self.writer.attribute(at, here.entity, "address", note, Saying::default().modality(modality));
            self.mentions(here, at, note);
            return Ok(());
        }
        let saying = Saying::default().note(note).modality(modality);
        self.writer.attribute(at, here.entity, "address", &wording, saying.clone());
        // Where somebody was before is not where they are.
        let past = ["previous", "former"].iter().any(|word| note.to_lowercase().contains(word));
        if !past && let Some(place) = self.writer.place(at, &levels(field))? {
            self.writer.link(at, here.entity, "located_in", place, saying.text(wording));
        }
        self.mentions(here, at, note);
        Ok(())
    }

    fn birth(&mut self, here: &Current, at: At, field: &Element) {
        let note = field.text("NOTE");
        match date_of_birth(field) {
            Some(date) => self.writer.attribute(at, here.entity, "birth_date", &date, Saying::default().note(note)),
            None if said(note) => {
                self.writer.remark(at, here.entity, &format!("Date of birth: {note}"), Saying::default());
            }
            None => {}
        }
    }

    fn birth_place(&mut self, here: &Current, at: At, field: &Element) -> Result<(), String> {
        let note = field.text("NOTE");
        let wording = joined(field, &["STREET", "CITY", "STATE_PROVINCE", "COUNTRY"]);
        let saying = Saying::default().note(note).modality(modality_of(note));
        if wording.is_empty() {
            self.writer.attribute(at, here.entity, "birth_place", note, Saying::default());
            return Ok(());
        }
        self.writer.attribute(at, here.entity, "birth_place", &wording, saying.clone());
        if let Some(place) = self.writer.place(at, &levels(field))? {
            self.writer.link(at, here.entity, "born_in", place, saying.text(wording));
        }
        Ok(())
    }

    fn document(&mut self, here: &Current, at: At, field: &Element) {
        let (kind, second, number) =
            (field.text("TYPE_OF_DOCUMENT"), field.text("TYPE_OF_DOCUMENT2"), field.text("NUMBER"));
        let note = field.text("NOTE");
        let words = words_of(field);
        if !said(&words) {
            return;
        }
        match paper(kind, second, number, note) {
            Some(paper) => {
                let saying = Saying::default().note(words);
                self.writer.attribute(at, here.entity, paper.key, &paper.number, saying);
            }
            None => self.writer.remark(at, here.entity, &words, Saying::default()),
        }
        self.mentions(here, at, note);
    }

    fn mentions(&mut self, here: &Current, at: At, text: &str) {
        for mention in mentions(text) {
            let around = sentence(text, &mention.span);
            let place = mention.span.start - around.start;
            let sentence = text.get(around).unwrap_or(text).to_owned();
            self.pending.push(Pending { at, from: here.entity, number: mention.number, sentence, place });
        }
    }

    /// Resolves the references, and hands over the release.
    ///
    /// # Errors
    /// Never after records that were read without one; said as the message that the model gives.
    pub fn finish(mut self) -> Result<Release, Fault> {
        let mut unknown: BTreeMap<String, u32> = BTreeMap::new();
        let (mut resolved, mut certain) = (0u32, 0u32);
        for pending in std::mem::take(&mut self.pending) {
            let Some(&(to, _)) = self.entries.get(&pending.number) else {
                *unknown.entry(pending.number).or_default() += 1;
                continue;
            };
            if to == pending.from {
                continue;
            }
            resolved += 1;
            let side = |entity| if self.writer.kind(entity) == "Person" { Side::Person } else { Side::Organisation };
            let lead = pending.sentence.get(..pending.place).unwrap_or_default();
            let said = relation(lead, side(pending.from), side(to));
            let saying = Saying::default().text(pending.sentence.trim());
            match said {
                Some(said) => {
                    certain += 1;
                    let (from, to) = if said.reversed { (to, pending.from) } else { (pending.from, to) };
                    self.writer.link(pending.at, from, said.kind, to, saying.modality(said.modality));
                }
                None => {
                    let saying = saying
                        .modality(Modality::Possible)
                        .credibility(3)
                        .note("the sentence does not plainly say how");
                    self.writer.link(pending.at, pending.from, "linked_to", to, saying);
                }
            }
        }
        let mut notices = Vec::new();
        if resolved > 0 {
            let possible = resolved - certain;
            notices.push(format!(
                "links from cross-references: {resolved}, {certain} of the kind that their sentence says and {possible} \
                 as possible ties"
            ));
        }
        if !unknown.is_empty() {
            let numbers: Vec<String> =
                unknown.iter().map(|(number, count)| format!("{} ({count})", shown(number))).collect();
            notices.push(format!("cross-references to entries that are not on the list: {}", numbers.join(", ")));
        }
        let source = self.writer.changes.sources().first().map(|source| source.id.to_string()).unwrap_or_default();
        Ok(Release { changes: self.writer.changes, source, notices })
    }
}

/// Where an element stands.
fn at(record: u32, element: &Element) -> At {
    let span = u32::try_from(element.span.start).ok().zip(u32::try_from(element.span.end).ok());
    At { record, span }
}

/// The values of these fields that say something, with commas.
fn joined(element: &Element, fields: &[&str]) -> String {
    let values: Vec<&str> = fields.iter().map(|field| element.text(field)).filter(|value| said(value)).collect();
    values.join(", ")
}

/// All words of a field and of what is in it, with commas.
fn words_of(element: &Element) -> String {
    let own = std::iter::once(element.text.clone());
    let all: Vec<String> = own.chain(element.children.iter().map(words_of)).filter(|text| said(text)).collect();
    all.join(", ")
}

fn levels(field: &Element) -> [Level<'_>; 3] {
    [
        Level { name: field.text("COUNTRY"), finer: Some("country") },
        Level { name: field.text("STATE_PROVINCE"), finer: Some("region") },
        Level { name: field.text("CITY"), finer: None },
    ]
}

/// In which modality something is said that has this remark.
fn modality_of(note: &str) -> Modality {
    let note = note.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| note.contains(word));
    if has(&["reported", "alleged"]) {
        Modality::Alleged
    } else if has(&["possibl", "believed", "may be", "likely", "unconfirmed"]) {
        Modality::Possible
    } else {
        Modality::Asserted
    }
}

/// `Gender: male` in a comment.
fn gender(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    let (_, rest) = lower.split_once("gender:")?;
    let word = rest.trim_start();
    ["female", "male"].into_iter().find(|known| word.starts_with(known))
}

/// A date of birth as EDTF: exact, approximate (`~`), or between two years.
fn date_of_birth(field: &Element) -> Option<String> {
    let (kind, note) = (field.text("TYPE_OF_DATE").to_ascii_uppercase(), field.text("NOTE"));
    let (from, to, year) = (field.text("FROM_YEAR"), field.text("TO_YEAR"), field.text("YEAR"));
    let about =
        if kind.starts_with("APPROX") || note.to_ascii_lowercase().contains("approximately") { "~" } else { "" };
    if !from.is_empty() && !to.is_empty() {
        return Some(format!("{from}{about}/{to}{about}"));
    }
    if let Some(day) = iso_day(field.text("DATE")) {
        return Some(format!("{day}{about}"));
    }
    match [year, from, to].into_iter().find(|year| !year.is_empty()) {
        Some(year) => Some(match month_number(note) {
            Some(month) => format!("{year}-{month:02}{about}"),
            None => format!("{year}{about}"),
        }),
        None => day_month_year(note).map(|date| format!("{date}{about}")),
    }
}
