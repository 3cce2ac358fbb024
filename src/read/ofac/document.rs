//! The XML form of the list (`sdn.xml`), entry by entry.

use std::collections::HashMap;
use std::io::BufRead;

use super::claims::Entries;
use super::entry::{Address, Alias, AliasKind, Entry, Kind};
use super::remarks;
use crate::read::list::{Release, said};
use crate::read::xml::{Element, Fault, Records};
use crate::schema::Schema;

/// The root, the head and the records of the file.
const ROOT: &str = "sdnList";
const HEAD: &str = "publshInformation";
const RECORD: &str = "sdnEntry";
/// The most problems that are told of one file.
const MAX_PROBLEMS: usize = 20;
/// Records between two reports of progress.
const REPORT: u32 = 64;

/// Reads a release. `published` is what the user says; the file must not say otherwise.
pub fn read(
    input: impl BufRead,
    published: Option<&str>,
    schema: &Schema,
    progress: &mut dyn FnMut(u64),
) -> Result<Release, Vec<Fault>> {
    let mut records = Records::new(input);
    let root = records.root().map_err(|fault| vec![fault])?;
    if root.name != ROOT {
        let message = format!("this is not OFAC's sdn.xml: its root is <{}> and not <{ROOT}>", root.name);
        let fault = Fault::new(root.span.start, message);
        return Err(vec![match root.name.as_str() {
            "Sanctions" => {
                fault.help("the advanced form (sdn_advanced.xml) is not read; sdn.xml and the CSV tables are")
            }
            "CONSOLIDATED_LIST" => fault.help("`tieline import un-sc` reads the UN list"),
            _ => fault,
        }]);
    }
    let mut reader = Reader { entries: None, count: 0, seen: HashMap::new(), expected: None };
    let mut faults = Vec::new();
    loop {
        let record = match records.next(&[]) {
            Ok(Some(record)) => record,
            Ok(None) => break,
            Err(fault) => {
                faults.push(fault);
                return Err(faults);
            }
        };
        let read = match record.name.as_str() {
            HEAD => reader.head(&record, published, schema),
            RECORD => reader.record(&record, published, schema),
            other => Err(Fault::new(record.span.start, format!("<{other}> is neither <{HEAD}> nor <{RECORD}>"))),
        };
        if let Err(fault) = read
            && faults.len() < MAX_PROBLEMS
        {
            faults.push(fault);
        }
        if reader.count.is_multiple_of(REPORT) {
            progress(records.bytes_read());
        }
    }
    if let Some((at, expected)) = reader.expected.filter(|(_, expected)| *expected != reader.count) {
        let message = format!("the list says that it has {expected} entries, and it has {}", reader.count);
        faults.push(Fault::new(at, message));
    }
    match reader.entries {
        Some(entries) if faults.is_empty() && reader.count > 0 => Ok(entries.finish(Vec::new())),
        _ => {
            if faults.is_empty() {
                faults.push(Fault::new(root.span.start, "the list has no entry"));
            }
            Err(faults)
        }
    }
}

struct Reader<'s> {
    /// Made with the date of publication, which comes first.
    entries: Option<Entries<'s>>,
    count: u32,
    /// The records by their numbers.
    seen: HashMap<u32, u32>,
    /// How many entries the list says it has, and where it says so.
    expected: Option<(u64, u32)>,
}

impl<'s> Reader<'s> {
    fn head(&mut self, head: &Element, published: Option<&str>, schema: &'s Schema) -> Result<(), Fault> {
        let at = head.span.start;
        if self.entries.is_some() {
            return Err(Fault::new(at, format!("<{HEAD}> stands after the first entry or twice")));
        }
        let written = head.text("Publish_Date");
        let day = match written {
            "" => None,
            text => Some(american_day(text).ok_or_else(|| {
                Fault::new(at, format!("{text:?} is no date of publication")).help("it is written as 01/31/2024")
            })?),
        };
        match (published, &day) {
            (Some(said), Some(day)) if said != day => {
                return Err(Fault::new(at, format!("the list was published on {day}, and not on {said}"))
                    .help("leave --published out: the file says it"));
            }
            _ => {}
        }
        let count = head.text("Record_Count");
        if let Ok(count) = count.parse() {
            self.expected = Some((at, count));
        }
        self.entries = Some(new(day.as_deref().or(published), schema, at)?);
        Ok(())
    }

    fn record(&mut self, record: &Element, published: Option<&str>, schema: &'s Schema) -> Result<(), Fault> {
        self.count += 1;
        let at = record.span.start;
        let number = self.count;
        let uid: u32 = record
            .text("uid")
            .parse()
            .map_err(|_| Fault::new(at, format!("entry {number} has no uid that is a number")))?;
        let refuse = |message: String| Fault::new(at, format!("entry {number} (uid {uid}) {message}"));
        if let Some(first) = self.seen.insert(uid, number) {
            return Err(refuse(format!("has the uid of entry {first}")));
        }
        let entry = entry(record, uid).map_err(refuse)?;
        let entries = match &mut self.entries {
            Some(entries) => entries,
            None => self.entries.insert(new(published, schema, at)?),
        };
        entries.entry(&entry).map_err(refuse)
    }
}

fn new<'s>(published: Option<&str>, schema: &'s Schema, at: u64) -> Result<Entries<'s>, Fault> {
    Entries::new(published, schema).map_err(|message| Fault::new(at, message))
}

/// `01/31/2024` as `2024-01-31`.
fn american_day(text: &str) -> Option<String> {
    let mut parts = text.splitn(3, '/').map(|part| part.parse::<u32>());
    match (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?) {
        (month @ 1..=12, day @ 1..=31, year @ 1000..=9999) => Some(format!("{year}-{month:02}-{day:02}")),
        _ => None,
    }
}

/// The entry of a record.
fn entry(record: &Element, uid: u32) -> Result<Entry, String> {
    let name = full_name(record);
    if name.is_empty() {
        return Err("has no name".to_owned());
    }
    let kind = match record.text("sdnType").to_ascii_lowercase().as_str() {
        "individual" => Kind::Person,
        "entity" | "" => Kind::Organisation,
        "vessel" => Kind::Vessel,
        "aircraft" => Kind::Aircraft,
        other => {
            return Err(format!("is of the type {other:?}, which is none of Individual, Entity, Vessel, Aircraft"));
        }
    };
    let mut entry = Entry {
        uid,
        kind,
        name,
        title: record.text("title").to_owned(),
        programmes: items(record, "programList", "program").map(|item| item.text.clone()).collect(),
        remarks: remarks::split(record.text("remarks")),
        ..Entry::default()
    };
    for aka in items(record, "akaList", "aka") {
        let (name, word) = (full_name(aka), aka.text("type"));
        let kind = AliasKind::of(word)
            .ok_or_else(|| format!("has an alias of the type {word:?}, which is none of a.k.a., f.k.a., n.k.a."))?;
        if name.is_empty() {
            return Err("has an alias without a name".to_owned());
        }
        if aka.text("category").eq_ignore_ascii_case("weak") {
            let word = match kind {
                AliasKind::Also => "a.k.a.",
                AliasKind::Formerly => "f.k.a.",
                AliasKind::Now => "n.k.a.",
            };
            entry.remarks.push(format!("{word} '{name}'"));
        } else {
            entry.aliases.push(Alias { name, kind });
        }
    }
    for (list, item, field, label) in [
        ("dateOfBirthList", "dateOfBirthItem", "dateOfBirth", "DOB"),
        ("placeOfBirthList", "placeOfBirthItem", "placeOfBirth", "POB"),
        ("nationalityList", "nationality", "country", "nationality"),
        ("citizenshipList", "citizenship", "country", "citizen"),
    ] {
        let values = items(record, list, item).map(|item| item.text(field)).filter(|value| said(value));
        entry.remarks.extend(values.map(|value| format!("{label} {value}")));
    }
    entry.remarks.extend(items(record, "idList", "id").map(identifier));
    for address in items(record, "addressList", "address") {
        entry.addresses.push(address_of(address));
    }
    for vessel in record.all("vesselInfo") {
        for (field, key) in CRAFT {
            let value = vessel.text(field);
            if said(value) {
                entry.craft.push((key, value.to_owned()));
            }
        }
    }
    Ok(entry)
}

/// The fields of a ship or an aircraft, and their attributes.
const CRAFT: [(&str, &str); 6] = [
    ("callSign", "call_sign"),
    ("vesselType", "model"),
    ("tonnage", "tonnage"),
    ("grossRegisteredTonnage", "gross_tonnage"),
    ("vesselFlag", "flag"),
    ("vesselOwner", "owner"),
];

/// The items of a list in a record.
fn items<'e>(record: &'e Element, list: &'e str, item: &'e str) -> impl Iterator<Item = &'e Element> {
    record.all(list).flat_map(move |list| list.all(item))
}

/// A name as the tables spell it: `LAST, First`.
fn full_name(element: &Element) -> String {
    match (element.text("lastName"), element.text("firstName")) {
        (last, "") => last.to_owned(),
        ("", first) => first.to_owned(),
        (last, first) => format!("{last}, {first}"),
    }
}

/// An identifier as the tables word it: `Passport 1 (Russia) issued 08 Apr 2013 expires 08 Apr 2018`.
fn identifier(id: &Element) -> String {
    let mut words = format!("{} {}", id.text("idType"), id.text("idNumber")).trim().to_owned();
    for (before, field, after) in
        [(" (", "idCountry", ")"), (" issued ", "issueDate", ""), (" expires ", "expirationDate", "")]
    {
        let value = id.text(field);
        if said(value) {
            words.push_str(before);
            words.push_str(value);
            words.push_str(after);
        }
    }
    words
}

/// An address in the three parts that the tables have.
fn address_of(address: &Element) -> Address {
    let join = |fields: &[&str], with: &str| {
        let values: Vec<&str> = fields.iter().map(|field| address.text(field)).filter(|value| said(value)).collect();
        values.join(with)
    };
    let (city, province, code) = (address.text("city"), address.text("stateOrProvince"), address.text("postalCode"));
    let town = [city, province].into_iter().filter(|part| said(part)).collect::<Vec<_>>().join(", ");
    let town = if said(code) { format!("{town} {code}").trim().to_owned() } else { town };
    Address {
        street: join(&["address1", "address2", "address3"], ", "),
        town,
        country: address.text("country").to_owned(),
        note: String::new(),
    }
}
