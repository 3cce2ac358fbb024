//! The CSV form of the list: tables without header lines that are joined by the entry's number.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::claims::Entries;
use super::entry::{Address, Alias, AliasKind, Entry, Kind};
use super::remarks;
use crate::model::Diagnostic;
use crate::read::csv::mapping::Encoding;
use crate::read::csv::problems::Problems;
use crate::read::csv::rows::Rows;
use crate::read::list::{Release, about_file};
use crate::schema::Schema;

/// A table of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// The entries.
    Sdn,
    /// Their other names.
    Alt,
    /// Their addresses.
    Add,
    /// Where their remarks go on.
    Comments,
}

impl Table {
    const ALL: [Self; 4] = [Self::Sdn, Self::Alt, Self::Add, Self::Comments];

    fn name(self) -> &'static str {
        match self {
            Self::Sdn => "sdn",
            Self::Alt => "alt",
            Self::Add => "add",
            Self::Comments => "sdn_comments",
        }
    }

    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Sdn => &[
                "ent_num",
                "SDN_Name",
                "SDN_Type",
                "Program",
                "Title",
                "Call_Sign",
                "Vess_type",
                "Tonnage",
                "GRT",
                "Vess_flag",
                "Vess_owner",
                "Remarks",
            ],
            Self::Alt => &["ent_num", "alt_num", "alt_type", "alt_name", "alt_remarks"],
            Self::Add => {
                &["ent_num", "Add_num", "Address", "City/State/Province/Postal Code", "Country", "Add_remarks"]
            }
            Self::Comments => &["ent_num", "Remarks"],
        }
    }

    /// The table that a file is by its name: `sdn.csv`, `ALT.CSV`.
    pub fn by_name(path: &Path) -> Option<Self> {
        let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
        let stem = path.file_stem()?.to_str()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|table| is_csv && table.name() == stem)
    }

    /// The table that a file is by its name, or else by its number of columns.
    fn of(path: &Path) -> Result<Self, Diagnostic> {
        if let Some(table) = Self::by_name(path) {
            return Ok(table);
        }
        let mut rows = Rows::open(path, b',', Encoding::Latin1)?;
        let width = match rows.next() {
            Ok(_) => rows.record().len(),
            Err(fault) => return Err(*fault.diagnostic),
        };
        Self::ALL.into_iter().find(|table| table.columns().len() == width).ok_or_else(|| {
            rows.diagnostic(None, format!("this is no table of the OFAC list: its first row has {width} fields"))
                .help("sdn has 12, alt 5, add 6 and sdn_comments 2")
        })
    }
}

/// What ends a table.
const CLOSING: &str = "\u{1a}";
/// What stands for no value.
const NULL: &str = "-0-";
/// Rows between two reports of progress.
const REPORT: u64 = 1024;

/// Reads a release from its tables.
pub fn read(
    files: &[PathBuf],
    published: Option<&str>,
    schema: &Schema,
    progress: &mut dyn FnMut(u64),
) -> Result<Release, Vec<Diagnostic>> {
    let files = told_apart(files)?;
    let mut reader = Reader {
        entries: BTreeMap::new(),
        order: Vec::new(),
        problems: Problems::default(),
        notices: Vec::new(),
        bytes: 0,
    };
    for (table, path) in &files {
        reader.table(*table, path, progress);
    }
    if reader.order.is_empty()
        && let Some(sdn) = files.get(&Table::Sdn)
    {
        reader.problems.note(|| about_file(sdn, "the list has no entry"));
    }
    if !files.contains_key(&Table::Comments) {
        reader.notices.push("without sdn_comments.csv, long remarks end where sdn.csv cuts them".to_owned());
    }
    let Reader { mut entries, order, problems, mut notices, .. } = reader;
    problems.into_result()?;
    let whole = |message: String| vec![Diagnostic::new("", 0..0, message)];
    let mut claims = Entries::new(published, schema).map_err(whole)?;
    for uid in order {
        if let Some(entry) = entries.remove(&uid) {
            claims.entry(&entry.ready()).map_err(whole)?;
        }
    }
    if !entries.is_empty() {
        notices.push(format!(
            "{} entries have names or addresses but no row in sdn.csv, which may be cut off: they are kept as parties of \
             an unknown kind",
            entries.len()
        ));
    }
    for (_, entry) in entries {
        claims.entry(&entry.ready()).map_err(whole)?;
    }
    if published.is_none() {
        notices.push(
            "the tables do not say when they were published, so the source is undated: say it with --published"
                .to_owned(),
        );
    }
    Ok(claims.finish(notices))
}

/// Which file is which table.
fn told_apart(files: &[PathBuf]) -> Result<BTreeMap<Table, PathBuf>, Vec<Diagnostic>> {
    let mut found: BTreeMap<Table, PathBuf> = BTreeMap::new();
    let mut problems = Problems::default();
    for path in files {
        match Table::of(path) {
            Ok(table) => {
                if let Some(first) = found.insert(table, path.clone()) {
                    let message = format!("this is the table `{}`, and so is {}", table.name(), first.display());
                    problems.note(|| about_file(path, message));
                }
            }
            Err(problem) => problems.note(|| problem),
        }
    }
    problems.into_result()?;
    let missing: Vec<&str> = [Table::Sdn, Table::Alt, Table::Add]
        .into_iter()
        .filter(|table| !found.contains_key(table))
        .map(Table::name)
        .collect();
    if missing.is_empty() {
        return Ok(found);
    }
    let message = format!("the list is not whole: {}.csv is missing", missing.join(".csv and "));
    let at = files.first().map_or(Path::new("."), PathBuf::as_path);
    Err(vec![about_file(at, message).help("give its folder, or sdn.csv, alt.csv, add.csv and sdn_comments.csv")])
}

/// An entry under way.
#[derive(Debug, Default)]
struct Draft {
    entry: Entry,
    /// The remarks of the row, and where they go on.
    remarks: String,
    more: String,
}

impl Draft {
    fn ready(self) -> Entry {
        let Self { mut entry, remarks, more } = self;
        entry.remarks = remarks::split(&format!("{remarks}{more}"));
        // Where the row is missing, what goes on has lost its beginning.
        if entry.name.is_empty()
            && let Some(first) = entry.remarks.first_mut()
        {
            first.insert_str(0, "... ");
        }
        entry
    }
}

struct Reader {
    entries: BTreeMap<u32, Draft>,
    /// The entries of the first table, in its order.
    order: Vec<u32>,
    problems: Problems,
    notices: Vec<String>,
    bytes: u64,
}

impl Reader {
    fn table(&mut self, table: Table, path: &Path, progress: &mut dyn FnMut(u64)) {
        let encoding = if is_utf8(path) { Encoding::Utf8 } else { Encoding::Latin1 };
        let mut rows = match Rows::open(path, b',', encoding) {
            Ok(rows) => rows,
            Err(problem) => return self.problems.note(|| problem),
        };
        let mut closed = false;
        loop {
            match rows.next() {
                Ok(false) => break,
                Ok(true) => {}
                Err(fault) => {
                    let last = fault.last;
                    self.problems.note(|| *fault.diagnostic);
                    if last {
                        break;
                    }
                    continue;
                }
            }
            if closed {
                self.problems.note(|| rows.diagnostic(None, "the table goes on after its closing line"));
                break;
            }
            if rows.record().len() == 1
                && rows.record().get(0).is_some_and(|field| field.trim_matches([' ', '\r', '\n']) == CLOSING)
            {
                closed = true;
                continue;
            }
            if let Err((column, message)) = self.row(table, &rows) {
                self.problems.note(|| rows.diagnostic(column, message));
            }
            if rows.number() % REPORT == 0 {
                progress(self.bytes + rows.bytes_read());
            }
        }
        self.bytes += rows.bytes_read();
        progress(self.bytes);
        if !closed {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            self.notices.push(format!(
                "{name} has no closing line (control-Z): it may be cut off after row {}",
                rows.number() - 1
            ));
        }
    }

    /// Reads a row; or the column that is wrong, and why.
    fn row(&mut self, table: Table, rows: &Rows) -> Result<(), (Option<usize>, String)> {
        let record = rows.record();
        let columns = table.columns();
        if record.len() != columns.len() {
            let (found, name, width) = (record.len(), table.name(), columns.len());
            return Err((
                found.min(width).checked_sub(1),
                format!("a row of {name} has {width} fields, and this one has {found}"),
            ));
        }
        if let Some(column) = record.iter().position(|field| field.chars().any(char::is_control)) {
            return Err((Some(column), "a control character stands in the value".to_owned()));
        }
        let value = |name: &str| {
            let column = columns.iter().position(|column| *column == name);
            let field = column.and_then(|column| record.get(column)).unwrap_or_default();
            if field.trim() == NULL { String::new() } else { remarks::single_spaced(field) }
        };
        let number = value("ent_num");
        let uid: u32 = number.parse().map_err(|_| (Some(0), format!("{number:?} is no number of an entry")))?;
        match table {
            Table::Sdn => {
                let name = value("SDN_Name");
                if name.is_empty() {
                    return Err((Some(1), format!("entry {uid} has no name")));
                }
                if self.entries.contains_key(&uid) {
                    return Err((Some(0), format!("entry {uid} stands in the table twice")));
                }
                let kind = match value("SDN_Type").to_ascii_lowercase().as_str() {
                    "individual" => Kind::Person,
                    "" => Kind::Organisation,
                    "vessel" => Kind::Vessel,
                    "aircraft" => Kind::Aircraft,
                    other => return Err((Some(2), format!("{other:?} is none of individual, vessel, aircraft"))),
                };
                let craft =
                    CRAFT.iter().map(|(column, key)| (*key, value(column))).filter(|(_, value)| !value.is_empty());
                let programmes = value("Program");
                let programmes = programmes.trim_start_matches('[').trim_end_matches(']').split("] [");
                let entry = Entry {
                    uid,
                    kind,
                    name,
                    programmes: programmes.map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect(),
                    title: value("Title"),
                    craft: craft.collect(),
                    ..Entry::default()
                };
                // The remarks' own white space counts: a cut may lie at a space.
                let remarks =
                    record.get(11).map(str::trim_start).filter(|remarks| remarks.trim() != NULL).unwrap_or_default();
                self.entries.insert(uid, Draft { entry, remarks: remarks.to_owned(), more: String::new() });
                self.order.push(uid);
            }
            Table::Alt => {
                let (name, word) = (value("alt_name"), value("alt_type"));
                let kind =
                    AliasKind::of(&word).ok_or_else(|| (Some(2), format!("{word:?} is none of aka, fka, nka")))?;
                if name.is_empty() {
                    return Err((Some(3), format!("an alias of entry {uid} has no name")));
                }
                self.draft(uid).entry.aliases.push(Alias { name, kind });
            }
            Table::Add => {
                let address = Address {
                    street: value("Address"),
                    town: value("City/State/Province/Postal Code"),
                    country: value("Country"),
                    note: value("Add_remarks"),
                };
                self.draft(uid).entry.addresses.push(address);
            }
            Table::Comments => self.draft(uid).more.push_str(record.get(1).unwrap_or_default()),
        }
        Ok(())
    }

    fn draft(&mut self, uid: u32) -> &mut Draft {
        let draft = self.entries.entry(uid).or_default();
        draft.entry.uid = uid;
        draft
    }
}

/// The columns of a ship or an aircraft, and their attributes.
const CRAFT: [(&str, &str); 6] = [
    ("Call_Sign", "call_sign"),
    ("Vess_type", "model"),
    ("Tonnage", "tonnage"),
    ("GRT", "gross_tonnage"),
    ("Vess_flag", "flag"),
    ("Vess_owner", "owner"),
];

/// The longest line that is looked at; a longer one is refused when it is read.
const MAX_LINE: u64 = 1 << 21;

/// Whether a file is UTF-8. The list is Latin-1 in its old form; a file that was saved anew often is not.
fn is_utf8(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let mut input = BufReader::new(file);
    let mut line = Vec::new();
    loop {
        line.clear();
        match input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) => return true,
            Ok(_) if std::str::from_utf8(&line).is_ok() => {}
            _ => return false,
        }
    }
}
