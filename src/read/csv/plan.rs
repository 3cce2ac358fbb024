//! A table's mapping made ready for one file: columns as numbers, words looked up, templates parsed.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use toml::Spanned;

use super::dates::DateFormats;
use super::mapping::{
    AttributeColumn, Choice, Clean, ColumnChoice, Dates, End, EntityBlock, Exception, Filter, Join, LinkBlock,
    MappingFile, NameColumn, OnError, Table, Texts,
};
use super::record::{Condition, Row};
use super::split::Split;
use super::template::{Key, Template, TemplateError};
use crate::model::{Credibility, Diagnostic, Modality, NameRole, Word, Words};
use crate::schema::ftm::property_of;
use crate::schema::{Schema, ValueType, nearest};

/// What a table says, for the columns of one file.
#[derive(Debug)]
pub struct Plan<'a> {
    /// Which rows are read.
    pub filter: Vec<Condition>,
    /// What to undo in texts.
    pub clean: &'a [Clean],
    /// How dates are written.
    pub dates: DateFormats,
    /// What becomes of a date that fits no pattern.
    pub on_date_error: OnError,
    /// The entities of a row.
    pub entities: Vec<EntityPlan<'a>>,
    /// The links of a row.
    pub links: Vec<LinkPlan<'a>>,
    /// Column names.
    pub columns: Vec<String>,
}

/// See [`EntityBlock`].
#[derive(Debug)]
#[allow(missing_docs)]
pub struct EntityPlan<'a> {
    pub id: Key,
    pub filter: Vec<Condition>,
    pub kind: Pick<&'a str>,
    pub finer: Option<Pick<&'a str>>,
    pub names: Vec<NamePlan>,
    pub attributes: Vec<AttributePlan<'a>>,
    pub join: Join,
    pub once: bool,
    pub credibility: Pick<Credibility>,
    pub note: Vec<usize>,
}

/// See [`NameColumn`].
#[derive(Debug)]
#[allow(missing_docs)]
pub struct NamePlan {
    pub value: NameValue,
    pub role: Pick<NameRole>,
    pub language: Option<Pick<Word>>,
    pub split: Option<Split>,
}

/// Where a name comes from.
#[derive(Debug)]
pub enum NameValue {
    /// A column.
    Column(usize),
    /// The mapping.
    Fixed(String),
}

/// See [`AttributeColumn`].
#[derive(Debug)]
#[allow(missing_docs)]
pub struct AttributePlan<'a> {
    pub key: Word,
    pub column: usize,
    pub split: Option<Split>,
    pub map: Option<&'a BTreeMap<String, String>>,
    pub date: bool,
}

/// See [`LinkBlock`].
#[derive(Debug)]
#[allow(missing_docs)]
pub struct LinkPlan<'a> {
    pub filter: Vec<Condition>,
    pub from: EndPlan,
    pub to: EndPlan,
    pub kind: Pick<(&'a str, bool)>,
    pub when: Option<usize>,
    pub since: Option<usize>,
    pub until: Option<usize>,
    pub evidence: Option<usize>,
    pub modality: Pick<Modality>,
    pub credibility: Pick<Credibility>,
    pub note: Vec<usize>,
    pub exceptions: Vec<ExceptionPlan<'a>>,
}

/// See [`End`].
#[derive(Debug)]
pub enum EndPlan {
    /// By id.
    Id(Key),
    /// By the name in this column.
    Name(usize),
}

/// See [`Exception`].
#[derive(Debug)]
#[allow(missing_docs)]
pub struct ExceptionPlan<'a> {
    pub filter: Vec<Condition>,
    pub swap: bool,
    pub modality: Option<Modality>,
    pub credibility: Option<Credibility>,
    pub note: Option<&'a str>,
}

/// A value that is fixed, or picked by a column.
#[derive(Debug)]
pub enum Pick<T> {
    /// Always this.
    Fixed(T),
    /// By the value of a column.
    Column {
        /// The column.
        column: usize,
        /// What each value stands for.
        known: HashMap<String, T>,
        /// What no value stands for.
        default: Option<T>,
    },
}

impl<T: Copy> Pick<T> {
    /// The value for a row.
    ///
    /// # Errors
    /// The column whose value is not among those known.
    pub fn of(&self, row: &Row<'_>) -> Result<T, usize> {
        match self {
            Pick::Fixed(value) => Ok(*value),
            Pick::Column { column, known, default } => match (row.get(*column), default) {
                ("", Some(default)) => Ok(*default),
                (value, _) => known.get(value).copied().ok_or(*column),
            },
        }
    }

    /// The known value nearest to a misspelt one.
    pub fn near(&self, value: &str) -> Option<&str> {
        match self {
            Pick::Fixed(_) => None,
            Pick::Column { known, .. } => {
                let mut words: Vec<&str> = known.keys().map(String::as_str).collect();
                words.sort_unstable();
                nearest(value, words)
            }
        }
    }
}

/// Makes a table of the mapping ready for a file with these columns.
///
/// # Errors
/// Everything in the table that cannot be: columns that the file does not have, words that the schema does not know,
/// templates and date patterns that are none.
pub fn plan<'a>(
    file: &'a MappingFile,
    table: &'a Table,
    columns: Vec<String>,
    data_file: &str,
    schema: &'a Schema,
    words: &mut Words,
) -> Result<Plan<'a>, Vec<Diagnostic>> {
    let planner =
        Planner { file, schema, columns: &columns, data_file, words: RefCell::new(words), errors: RefCell::default() };
    let filter = planner.filter(&table.filter.0);
    let dates = planner.dates(&table.dates);
    let entities: Vec<_> = table.entities.iter().map(|block| planner.entity(block)).collect();
    let links: Vec<_> = table.links.iter().map(|block| planner.link(block)).collect();
    let errors = planner.errors.into_inner();
    match (entities.into_iter().collect(), links.into_iter().collect()) {
        (Some(entities), Some(links)) if errors.is_empty() => Ok(Plan {
            filter,
            clean: &table.clean,
            dates,
            on_date_error: table.dates.on_error,
            entities,
            links,
            columns,
        }),
        _ => Err(errors),
    }
}

/// Collects every error before giving up: each method notes what is wrong and answers `None`.
struct Planner<'a, 'c> {
    file: &'a MappingFile,
    schema: &'a Schema,
    columns: &'c [String],
    data_file: &'c str,
    words: RefCell<&'c mut Words>,
    errors: RefCell<Vec<Diagnostic>>,
}

impl<'a> Planner<'a, '_> {
    fn error<T>(&self, diagnostic: Diagnostic) -> Option<T> {
        self.errors.borrow_mut().push(diagnostic);
        None
    }

    fn refuse<T>(&self, span: Range<usize>, message: impl Into<String>, help: Option<String>) -> Option<T> {
        let mut diagnostic = self.file.diagnostic(span, message);
        diagnostic.help = help;
        self.error(diagnostic)
    }

    fn find_column(&self, span: Range<usize>, name: &str) -> Result<usize, Diagnostic> {
        let places = || self.columns.iter().enumerate().filter(|(_, column)| *column == name);
        match (places().count(), places().next()) {
            (1, Some((place, _))) => Ok(place),
            (0, _) => {
                let message = format!("{} has no column {name:?}", self.data_file);
                let help = match nearest(name, self.columns.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean {near}?"),
                    None => format!("its columns are {}", self.columns.join(", ")),
                };
                Err(self.file.diagnostic(self.file.inside(span, name), message).help(help))
            }
            (count, _) => {
                let message = format!("{} has {count} columns {name:?}", self.data_file);
                Err(self.file.diagnostic(self.file.inside(span, name), message))
            }
        }
    }

    fn column(&self, name: &Spanned<String>) -> Option<usize> {
        self.find_column(name.span(), name.get_ref()).map_err(|error| self.error::<()>(error)).ok()
    }

    fn columns(&self, names: &[Spanned<String>]) -> Vec<usize> {
        names.iter().filter_map(|name| self.column(name)).collect()
    }

    /// `Some(None)` for what the mapping leaves out.
    fn optional(&self, name: Option<&Spanned<String>>) -> Option<Option<usize>> {
        name.map_or(Some(None), |name| self.column(name).map(Some))
    }

    fn filter(&self, filters: &[Filter]) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for filter in filters {
            if filter.equals.is_none() && filter.not.is_none() && filter.not_empty.is_none() {
                self.refuse::<()>(filter.column.span(), "a condition needs `equals`, `not` or `not_empty`", None);
            }
            if let Some(column) = self.column(&filter.column) {
                conditions.push(Condition {
                    column,
                    equals: filter.equals.as_ref().map(|list| list.0.clone()),
                    not: filter.not.as_ref().map(|list| list.0.clone()),
                    not_empty: filter.not_empty,
                });
            }
        }
        conditions
    }

    fn dates(&self, dates: &Dates) -> DateFormats {
        let Some(patterns) = &dates.formats else {
            let mut formats = DateFormats::default();
            formats.words = dates.words;
            return formats;
        };
        let mut formats = DateFormats::new(dates.pivot.as_ref().map(|pivot| *pivot.get_ref()));
        formats.words = dates.words;
        if let Some(pivot) = dates.pivot.as_ref().filter(|pivot| *pivot.get_ref() > 99) {
            self.refuse::<()>(pivot.span(), "the pivot is a two-digit year, 0 to 99", None);
        }
        for pattern in patterns {
            if let Err(error) = formats.add(pattern.get_ref()) {
                self.refuse::<()>(pattern.span(), error.to_string(), None);
            }
        }
        formats
    }

    fn key(&self, templates: &[String], span: Range<usize>, placeholders: &[String]) -> Option<Key> {
        let parse = |text: &String| {
            Template::parse(text, |name| self.find_column(span.clone(), name)).map_err(|error| match error {
                TemplateError::Column(diagnostic) => diagnostic,
                other => self.file.diagnostic(self.file.inside(span.clone(), text), other.to_string()),
            })
        };
        let templates: Vec<_> =
            templates.iter().filter_map(|text| parse(text).map_err(|error| self.error::<()>(error)).ok()).collect();
        if templates.is_empty() {
            // A template with an error has been noted already.
            return if self.errors.borrow().is_empty() {
                self.refuse(span, "an id template is missing", None)
            } else {
                None
            };
        }
        Some(Key { templates, placeholders: placeholders.to_vec() })
    }

    /// `parse` knows a word or says what is wrong with it and what may help; `open` are the words that a column may hold
    /// where no map is given.
    fn pick<T: Copy>(
        &self,
        choice: &Spanned<Choice>,
        parse: impl Fn(&str) -> Result<T, (String, Option<String>)>,
        open: impl Iterator<Item = &'a str>,
    ) -> Option<Pick<T>> {
        let word = |text: &str, span: Range<usize>| match parse(text) {
            Ok(value) => Some(value),
            Err((message, help)) => self.refuse(span, message, help),
        };
        let ColumnChoice { column, map, default, .. } = match choice.get_ref() {
            Choice::Fixed(text) => return word(text, choice.span()).map(Pick::Fixed),
            Choice::Column(column) => column,
        };
        let known: HashMap<String, T> = match map {
            None => open.filter_map(|text| Some((text.to_owned(), parse(text).ok()?))).collect(),
            Some(map) => {
                map.iter().filter_map(|(key, text)| Some((key.clone(), word(text.get_ref(), text.span())?))).collect()
            }
        };
        let default = match default {
            None => None,
            Some(text) => Some(word(text.get_ref(), text.span())?),
        };
        Some(Pick::Column { column: self.column(column)?, known, default })
    }

    fn credibility(&self, choice: Option<&Spanned<Choice>>) -> Option<Pick<Credibility>> {
        let parse = |text: &str| {
            text.parse::<Credibility>().map_err(|_| (format!("{text:?} is no credibility (1 to 6)"), None))
        };
        match choice {
            None => Some(Pick::Fixed(Credibility::UNKNOWN)),
            Some(choice) => self.pick(choice, parse, ["1", "2", "3", "4", "5", "6"].into_iter()),
        }
    }

    fn entity(&self, block: &'a EntityBlock) -> Option<EntityPlan<'a>> {
        let schema = self.schema;
        let kind = |text: &str| match schema.kind(text) {
            Some(kind) => Ok(&*kind.name),
            None => Err((format!("there is no kind {text:?}"), did_you_mean(schema.near_kind(text)))),
        };
        let finer = |text: &str| match schema.finer_type(text) {
            Some(finer) => Ok(&*finer.name),
            None => Err((format!("there is no type {text:?}"), did_you_mean(schema.near_finer_type(text)))),
        };
        // Everything is looked at before giving up, so that every error is noted.
        let id = self.key(&block.id.get_ref().0, block.id.span(), &block.placeholder);
        let filter = self.filter(&block.filter.0);
        let kind = self.pick(&block.kind, kind, schema.kinds().iter().map(|kind| &*kind.name));
        let finer = block
            .finer
            .as_ref()
            .map(|choice| self.pick(choice, finer, schema.finer_types().iter().map(|finer| &*finer.name)));
        let names: Vec<_> = block.names.0.iter().map(|name| self.name(name, block.id.span())).collect();
        let attributes: Vec<_> = block.attributes.iter().map(|(key, column)| self.attribute(key, column)).collect();
        let credibility = self.credibility(block.credibility.as_ref());
        let note = self.columns(&block.note);
        Some(EntityPlan {
            id: id?,
            filter,
            kind: kind?,
            finer: match finer {
                None => None,
                Some(finer) => Some(finer?),
            },
            names: names.into_iter().collect::<Option<_>>()?,
            attributes: attributes.into_iter().collect::<Option<_>>()?,
            join: block.join,
            once: block.once,
            credibility: credibility?,
            note,
        })
    }

    fn name(&self, name: &NameColumn, block: Range<usize>) -> Option<NamePlan> {
        let value = match (&name.column, &name.text) {
            (Some(column), None) => self.column(column).map(NameValue::Column),
            (None, Some(text)) => Some(NameValue::Fixed(text.get_ref().clone())),
            (Some(one), Some(_)) => self.refuse(one.span(), "a name has `column` or `text`, not both", None),
            (None, None) => self.refuse(block.clone(), "a name needs `column` or `text`", None),
        };
        let at = name.column.as_ref().or(name.text.as_ref()).map_or(block, Spanned::span);
        let role = match &name.role {
            None => Some(Pick::Fixed(NameRole::Primary)),
            Some(role) => self.pick(role, word, NameRole::ALL.iter().map(|role| role.word())),
        };
        let language = match &name.language {
            None => None,
            Some(language) => {
                let intern = |text: &str| Ok(self.words.borrow_mut().intern(text));
                if matches!(language.get_ref(), Choice::Column(ColumnChoice { map: None, .. })) {
                    return self.refuse(language.span(), "a language column needs a `map` of its values", None);
                }
                Some(self.pick(language, intern, std::iter::empty())?)
            }
        };
        Some(NamePlan { value: value?, role: role?, language, split: self.split(name.split.as_ref(), at)? })
    }

    fn split(&self, split: Option<&Texts>, at: Range<usize>) -> Option<Option<Split>> {
        match split {
            None => Some(None),
            Some(Texts(list)) if list.is_empty() || list.iter().any(String::is_empty) => {
                self.refuse(at, "`split` is empty", None)
            }
            Some(Texts(list)) => Some(Some(Split::new(list))),
        }
    }

    fn attribute(&self, key: &Spanned<String>, column: &'a Spanned<AttributeColumn>) -> Option<AttributePlan<'a>> {
        let AttributeColumn { column: name, split, map } = column.get_ref();
        let place = self.find_column(column.span(), name).map_err(|error| self.error::<()>(error)).ok();
        let known = self.schema.attribute(key.get_ref());
        if known.is_none() && property_of(key.get_ref()).is_none() {
            let message = format!("there is no attribute {:?}", key.get_ref());
            return self.refuse(key.span(), message, did_you_mean(self.schema.near_attribute(key.get_ref())));
        }
        Some(AttributePlan {
            key: self.words.borrow_mut().intern(key.get_ref()),
            column: place?,
            split: self.split(split.as_ref(), column.span())?,
            map: map.as_ref(),
            date: known.is_some_and(|known| known.value == ValueType::Date),
        })
    }

    fn link(&self, block: &'a LinkBlock) -> Option<LinkPlan<'a>> {
        let schema = self.schema;
        let swapped = match block.kind.get_ref() {
            Choice::Column(column) => column.swap.as_slice(),
            Choice::Fixed(_) => &[],
        };
        let kind = |text: &str| match schema.link(text) {
            Some(link) => Ok((&*link.name, false)),
            None => Err((format!("there is no link kind {text:?}"), did_you_mean(schema.near_link(text)))),
        };
        let filter = self.filter(&block.filter.0);
        let (from, to) = (self.end(&block.from, &block.placeholder), self.end(&block.to, &block.placeholder));
        let mut kind = self.pick(&block.kind, kind, schema.links().iter().map(|link| &*link.name));
        if let Some(Pick::Column { known, .. }) = &mut kind {
            for value in swapped {
                match known.get_mut(value) {
                    Some((_, swap)) => *swap = true,
                    None => {
                        self.refuse(block.kind.span(), format!("`swap` names {value:?}, which `map` does not"), None)?
                    }
                }
            }
        }
        if let (Some(when), true) = (&block.when, block.since.is_some() || block.until.is_some()) {
            self.refuse::<()>(when.span(), "a link has `when`, or `since` and `until`, not both", None);
        }
        let [when, since, until, evidence] =
            [&block.when, &block.since, &block.until, &block.evidence].map(|column| self.optional(column.as_ref()));
        let modality = match &block.modality {
            None => Some(Pick::Fixed(Modality::Asserted)),
            Some(modality) => self.pick(modality, word, Modality::ALL.iter().map(|modality| modality.word())),
        };
        let credibility = self.credibility(block.credibility.as_ref());
        let note = self.columns(&block.note);
        let exceptions: Vec<_> = block.exceptions.iter().map(|exception| self.exception(exception)).collect();
        Some(LinkPlan {
            filter,
            from: from?,
            to: to?,
            kind: kind?,
            when: when?,
            since: since?,
            until: until?,
            evidence: evidence?,
            modality: modality?,
            credibility: credibility?,
            note,
            exceptions: exceptions.into_iter().collect::<Option<_>>()?,
        })
    }

    fn end(&self, end: &Spanned<End>, placeholders: &[String]) -> Option<EndPlan> {
        match end.get_ref() {
            End::Id(templates) => self.key(templates, end.span(), placeholders).map(EndPlan::Id),
            End::Name(column) => {
                let column = self.find_column(end.span(), column).map_err(|error| self.error::<()>(error)).ok()?;
                Some(EndPlan::Name(column))
            }
        }
    }

    fn exception(&self, block: &'a Exception) -> Option<ExceptionPlan<'a>> {
        let modality: Option<Option<Modality>> = match &block.modality {
            None => Some(None),
            Some(text) => word(text.get_ref())
                .map_err(|(message, help)| self.refuse::<()>(text.span(), message, help))
                .ok()
                .map(Some),
        };
        let credibility = match &block.credibility {
            None => Some(None),
            Some(choice) => match self.credibility(Some(choice))? {
                Pick::Fixed(credibility) => Some(Some(credibility)),
                Pick::Column { .. } => self.refuse(choice.span(), "an exception's credibility is 1 to 6", None),
            },
        };
        Some(ExceptionPlan {
            filter: self.filter(&block.filter.0),
            swap: block.swap,
            modality: modality?,
            credibility: credibility?,
            note: block.note.as_deref(),
        })
    }
}

/// A modality or a name role.
fn word<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, (String, Option<String>)> {
    text.parse().map_err(|error| (format!("{error}"), None))
}

fn did_you_mean(near: Option<&str>) -> Option<String> {
    near.map(|near| format!("did you mean {near}?"))
}
