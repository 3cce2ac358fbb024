//! Rows into claims.

use std::collections::HashMap;

use super::clean::clean;
use super::ids::ShortIds;
use super::join::{Joins, NewName};
use super::mapping::{Clean, OnError};
use super::plan::{AttributePlan, EndPlan, EntityPlan, LinkPlan, NamePlan, NameValue, Pick, Plan};
use super::problems::Problems;
use super::record::{Row, all_hold};
use super::rows::Rows;
use super::split::Split;
use super::template::{Key, NoId};
use crate::model::{Changes, Claim, EntityNo, Locator, Lookup, Modality, NameRole, Period, Says, SourceNo, Word};
use crate::names;
use crate::schema::nearest;

/// The most entities among which a misspelt id is looked for.
const MAX_NEAR: usize = 10_000;

/// An import under way.
pub struct Import<'a> {
    known: &'a dyn Lookup,
    /// What has been read so far.
    pub changes: Changes,
    /// What is wrong so far.
    pub problems: Problems,
    /// New entities that the database may know.
    pub joins: Joins,
    /// Whether every row of the entities was read. If not, a link whose end is missing is no error of its own.
    pub entities_whole: bool,
    /// Entities by folded name, where links go by name; `None` for a name that several have.
    by_name: Option<HashMap<String, Option<EntityNo>>>,
    short_ids: ShortIds,
    id: String,
    date: String,
}

/// A row and what is to be made of it.
#[derive(Clone, Copy)]
pub struct Here<'r> {
    /// The file, for messages.
    pub rows: &'r Rows,
    /// The row.
    pub row: Row<'r>,
    /// What it says.
    pub plan: &'r Plan<'r>,
    /// The source of its claims.
    pub source: SourceNo,
}

impl Here<'_> {
    fn locator(&self) -> Locator {
        Locator { paragraph: 0, sentence: u32::try_from(self.rows.number()).unwrap_or(u32::MAX), span: None }
    }

    /// Notes what is wrong with a column of the row. Answers `None`, so that it ends a function with `?`.
    fn fail<T>(
        &self,
        problems: &mut Problems,
        column: Option<usize>,
        make: impl FnOnce() -> (String, Option<String>),
    ) -> Option<T> {
        problems.note(|| {
            let (message, help) = make();
            let mut diagnostic = self.rows.diagnostic(column, message);
            diagnostic.help = help;
            diagnostic
        });
        None
    }

    fn pick<T: Copy>(&self, problems: &mut Problems, pick: &Pick<T>, what: &str) -> Option<T> {
        pick.of(&self.row).map_or_else(
            |column| {
                self.fail(problems, Some(column), || {
                    let value = self.row.get(column);
                    let help = pick.near(value).map(|near| format!("did you mean {near}?"));
                    (format!("the mapping knows no {what} {value:?}"), help)
                })
            },
            Some,
        )
    }

    /// The value of a column; without the double quotes around it, if those are to be undone.
    fn field(&self, column: usize) -> &str {
        let value = self.row.get(column);
        if !self.plan.clean.contains(&Clean::Quotes) {
            return value;
        }
        value.strip_prefix('"').and_then(|inside| inside.strip_suffix('"')).map_or(value, str::trim)
    }

    fn column_name(&self, column: usize) -> &str {
        self.plan.columns.get(column).map_or("", String::as_str)
    }

    fn note(&self, columns: &[usize]) -> Option<String> {
        let mut note = String::new();
        for &column in columns {
            let value = self.row.get(column);
            if !value.is_empty() {
                remark(&mut note, &format!("{}: {}", self.column_name(column), clean(value, self.plan.clean)));
            }
        }
        (!note.is_empty()).then_some(note)
    }
}

fn remark(note: &mut String, text: &str) {
    if !note.is_empty() {
        note.push_str("; ");
    }
    note.push_str(text);
}

impl<'a> Import<'a> {
    /// An import into a database that knows `known`. `by_name` says whether links go by name.
    pub fn new(known: &'a dyn Lookup, by_name: bool) -> Self {
        Self {
            known,
            changes: Changes::default(),
            problems: Problems::default(),
            joins: Joins::default(),
            entities_whole: true,
            by_name: by_name.then(HashMap::new),
            short_ids: ShortIds::new(),
            id: String::new(),
            date: String::new(),
        }
    }

    /// Notes a row that the table reads but that none of its entities and links is for.
    pub fn check_meant(&mut self, here: &Here<'_>) {
        let plan = here.plan;
        let meant = plan.entities.iter().any(|block| all_hold(&block.filter, &here.row))
            || plan.links.iter().any(|block| all_hold(&block.filter, &here.row));
        if !meant {
            here.fail::<()>(&mut self.problems, None, || {
                let message = "no entity and no link of the mapping is for this row".to_owned();
                (message, Some("if it is to be left out, say so in the table's `where`".to_owned()))
            });
        }
    }

    /// Adds the entities of a row.
    pub fn entities(&mut self, here: &Here<'_>) {
        for block in &here.plan.entities {
            if all_hold(&block.filter, &here.row) {
                self.entity(here, block);
            }
        }
    }

    /// Adds the links of a row, whose entities must have been added.
    pub fn links(&mut self, here: &Here<'_>) {
        for block in &here.plan.links {
            if all_hold(&block.filter, &here.row) {
                self.link(here, block);
            }
        }
    }

    fn entity(&mut self, here: &Here<'_>, block: &EntityPlan<'_>) -> Option<()> {
        self.write_id(here, &block.id)?;
        let kind = here.pick(&mut self.problems, &block.kind, "kind")?;
        let finer = match &block.finer {
            None => None,
            Some(Pick::Column { column, default: None, .. }) if here.row.get(*column).is_empty() => None,
            Some(finer) => Some(here.pick(&mut self.problems, finer, "type")?),
        };
        let credibility = here.pick(&mut self.problems, &block.credibility, "credibility")?;
        let before = self.changes.entities().len();
        let id_column = block.id.templates.first().and_then(|template| template.first_column());
        let entity = match self.changes.add_entity(&self.id, kind, finer) {
            Ok(entity) => entity,
            Err(error) => {
                return here.fail(&mut self.problems, id_column, || (format!("{error}"), None));
            }
        };
        let first = self.changes.entities().len() > before;
        let mut new = first;
        if first {
            self.short_ids.insert(&self.id, entity);
        }
        if first && let Some((known_kind, known_finer)) = self.known.entity(&self.id) {
            new = false;
            let same_finer = finer.is_none() || known_finer.is_none() || known_finer.as_deref() == finer;
            if known_kind != kind || !same_finer {
                let show = |kind: &str, finer: Option<&str>| match finer {
                    Some(finer) => format!("{kind} ({finer})"),
                    None => kind.to_owned(),
                };
                let (old, now) = (show(&known_kind, known_finer.as_deref()), show(kind, finer));
                let id = &self.id;
                return here.fail(&mut self.problems, id_column, || {
                    (format!("{id} is {old} in the database and {now} here"), None)
                });
            }
        }
        if block.once && !first {
            return Some(());
        }
        let note = here.note(&block.note);
        let claims_before = self.changes.claims.len();
        let say = |says| Claim {
            says,
            when: None,
            source: here.source,
            locator: here.locator(),
            speaker: None,
            modality: Modality::Asserted,
            credibility,
            text: None,
            note: note.as_deref().map(Into::into),
        };
        for name in &block.names {
            self.names(here, name, entity, new.then_some((kind, block)), say)?;
        }
        for attribute in &block.attributes {
            self.attribute(here, attribute, entity, say)?;
        }
        if first && self.changes.claims.len() == claims_before {
            self.changes.claims.push(say(Says::Exists { entity }));
        }
        Some(())
    }

    fn write_id(&mut self, here: &Here<'_>, key: &Key) -> Option<()> {
        let id = &mut self.id;
        match key.write(&here.row, id) {
            Ok(()) => Some(()),
            Err(NoId::Placeholder(column)) => here.fail(&mut self.problems, column, || {
                ("the row has no id: every template has a column without a value".to_owned(), None)
            }),
            Err(NoId::Shape(column)) => here.fail(&mut self.problems, column, || {
                let help = "`{column|slug}` makes lower-case letters, digits and hyphens of any value";
                (format!("{id:?} is no id"), Some(help.to_owned()))
            }),
        }
    }

    fn names(
        &mut self,
        here: &Here<'_>,
        plan: &NamePlan,
        entity: EntityNo,
        new: Option<(&str, &EntityPlan<'_>)>,
        say: impl Fn(Says) -> Claim,
    ) -> Option<()> {
        let value = match &plan.value {
            NameValue::Column(column) => here.field(*column),
            NameValue::Fixed(name) => name,
        };
        if value.is_empty() {
            return Some(());
        }
        let role = here.pick(&mut self.problems, &plan.role, "name role")?;
        let language: Option<Word> = match &plan.language {
            None => None,
            Some(language) => Some(here.pick(&mut self.problems, language, "language")?),
        };
        for part in parts(value, plan.split.as_ref()) {
            let text = clean(part, here.plan.clean);
            if text.is_empty() {
                continue;
            }
            if let Some((kind, block)) = new {
                let new = NewName {
                    entity,
                    id: &self.id,
                    kind,
                    name: &text,
                    role,
                    join: block.join,
                    source: here.source,
                    locator: here.locator(),
                };
                self.joins.ask(self.known, &new);
            }
            if role != NameRole::Weak
                && let Some(by_name) = &mut self.by_name
            {
                let entry = by_name.entry(names::fold(&text)).or_insert(Some(entity));
                *entry = entry.filter(|known| *known == entity);
            }
            self.changes.claims.push(say(Says::Name { entity, text, role, language }));
        }
        Some(())
    }

    fn attribute(
        &mut self,
        here: &Here<'_>,
        plan: &AttributePlan<'_>,
        entity: EntityNo,
        say: impl Fn(Says) -> Claim,
    ) -> Option<()> {
        let value = here.field(plan.column);
        for part in parts(value, plan.split.as_ref()) {
            let part = part.trim();
            if part.is_empty() {
                continue;
            }
            let part = match plan.map.map(|map| map.get(part)) {
                None => part,
                Some(Some(word)) => word,
                Some(None) => {
                    return here.fail(&mut self.problems, Some(plan.column), || {
                        (format!("the mapping knows no {} {part:?}", here.column_name(plan.column)), None)
                    });
                }
            };
            let mut claim_note = None;
            let value: Box<str> = if plan.date {
                self.date.clear();
                if here.plan.dates.edtf(part, &mut self.date) {
                    self.date.as_str().into()
                } else if here.plan.on_date_error == OnError::Note {
                    claim_note = Some(format!("{}: {part}", here.column_name(plan.column)));
                    "".into()
                } else {
                    return self.no_date(here, plan.column, part);
                }
            } else {
                clean(part, here.plan.clean)
            };
            if let Some(text) = claim_note {
                let mut claim = say(Says::Exists { entity });
                claim.note = Some(join_notes(claim.note, &text));
                self.changes.claims.push(claim);
            } else if !value.is_empty() {
                self.changes.claims.push(say(Says::Attribute { entity, key: plan.key, value }));
            }
        }
        Some(())
    }

    fn no_date<T>(&mut self, here: &Here<'_>, column: usize, value: &str) -> Option<T> {
        here.fail(&mut self.problems, Some(column), || {
            let formats = here.plan.dates.names();
            let help =
                format!("the mapping's date formats are {formats}; `on_error = \"note\"` keeps such values as notes");
            (format!("{value:?} is no date that the mapping knows"), Some(help))
        })
    }

    fn link(&mut self, here: &Here<'_>, block: &LinkPlan<'_>) -> Option<()> {
        let (from, to) = (self.end(here, &block.from), self.end(here, &block.to));
        let (kind, mut swap) = here.pick(&mut self.problems, &block.kind, "link kind")?;
        let mut modality = here.pick(&mut self.problems, &block.modality, "modality")?;
        let mut credibility = here.pick(&mut self.problems, &block.credibility, "credibility")?;
        let mut note = here.note(&block.note);
        let when = self.period(here, block, &mut note)?;
        for exception in &block.exceptions {
            if all_hold(&exception.filter, &here.row) {
                swap ^= exception.swap;
                modality = exception.modality.unwrap_or(modality);
                credibility = exception.credibility.unwrap_or(credibility);
                if let Some(text) = exception.note {
                    remark(note.get_or_insert_default(), text);
                }
            }
        }
        let text = block.evidence.map(|column| here.field(column)).filter(|text| !text.is_empty());
        let (mut from, mut to) = (from?, to?);
        if swap {
            std::mem::swap(&mut from, &mut to);
        }
        let kind = self.changes.words.intern(kind);
        self.changes.claims.push(Claim {
            says: Says::Link { from, kind, to },
            when,
            source: here.source,
            locator: here.locator(),
            speaker: None,
            modality,
            credibility,
            text: text.map(|text| clean(text, here.plan.clean)),
            note: note.map(Into::into),
        });
        Some(())
    }

    /// The entity at an end of a link.
    fn end(&mut self, here: &Here<'_>, plan: &EndPlan) -> Option<EntityNo> {
        match plan {
            EndPlan::Id(key) => {
                self.write_id(here, key)?;
                self.entity_of_id().or_else(|| self.known_end(here, key))
            }
            EndPlan::Name(column) => self.named_end(here, *column),
        }
    }

    fn entity_of_id(&self) -> Option<EntityNo> {
        self.short_ids.get(&self.id).or_else(|| self.changes.entity(&self.id))
    }

    fn known_end(&mut self, here: &Here<'_>, key: &Key) -> Option<EntityNo> {
        let column = key.templates.first().and_then(|template| template.first_column());
        let Some((kind, finer)) = self.known.entity(&self.id) else {
            if !self.entities_whole {
                return None;
            }
            let (id, known, entities) = (&self.id, self.known, self.changes.entities());
            return here.fail(&mut self.problems, column, || {
                let near = known.near(id).into_iter().next();
                let few = entities.get(..entities.len().min(MAX_NEAR)).unwrap_or_default();
                let near = near.or_else(|| nearest(id, few.iter().map(|entity| &*entity.id)).map(str::to_owned));
                let message = format!("there is no entity {id:?}, neither in the files nor in the database");
                (message, near.map(|near| format!("the nearest is {near}")))
            });
        };
        let id = std::mem::take(&mut self.id);
        self.add_known(here, column, &id, &kind, finer.as_deref())
    }

    fn add_known(
        &mut self,
        here: &Here<'_>,
        column: Option<usize>,
        id: &str,
        kind: &str,
        finer: Option<&str>,
    ) -> Option<EntityNo> {
        match self.changes.add_entity(id, kind, finer) {
            Ok(entity) => {
                self.short_ids.insert(id, entity);
                Some(entity)
            }
            Err(error) => here.fail(&mut self.problems, column, || (error.to_string(), None)),
        }
    }

    fn named_end(&mut self, here: &Here<'_>, column: usize) -> Option<EntityNo> {
        let name = here.row.get(column);
        let name = clean(name, here.plan.clean);
        if name.is_empty() {
            return here.fail(&mut self.problems, Some(column), || ("the link has no name at this end".into(), None));
        }
        let here_known = self.by_name.as_ref().and_then(|by_name| by_name.get(&names::fold(&name)).copied());
        match here_known {
            Some(Some(entity)) => return Some(entity),
            Some(None) => {
                return here.fail(&mut self.problems, Some(column), || {
                    (format!("several entities of the files are called {name:?}"), Some("link them by id".to_owned()))
                });
            }
            None => {}
        }
        let mut found = self.known.named(&name);
        found.retain(|found| found.role != NameRole::Weak);
        found.dedup_by(|a, b| a.id == b.id);
        match found.as_slice() {
            [one] => {
                let finer = self.known.entity(&one.id).and_then(|(_, finer)| finer);
                self.add_known(here, Some(column), &one.id, &one.kind, finer.as_deref())
            }
            [] if !self.entities_whole => None,
            [] => {
                let known = self.known;
                here.fail(&mut self.problems, Some(column), || {
                    let message = format!("nothing is called {name:?}, neither in the files nor in the database");
                    (message, known.near(&name).first().map(|near| format!("the nearest is {near}")))
                })
            }
            several => here.fail(&mut self.problems, Some(column), || {
                let ids: Vec<&str> = several.iter().map(|found| found.id.as_str()).collect();
                (format!("several entities of the database are called {name:?}"), Some(ids.join(", ")))
            }),
        }
    }

    /// When a link holds. A date that fits no pattern is kept in the note if the mapping says so.
    fn period(&mut self, here: &Here<'_>, block: &LinkPlan<'_>, note: &mut Option<String>) -> Option<Option<Period>> {
        self.date.clear();
        if let Some(column) = block.when {
            self.date_of(here, column, note)?;
        }
        if block.since.is_some() || block.until.is_some() {
            for (column, open) in [(block.since, false), (block.until, true)] {
                if open {
                    self.date.push('/');
                }
                let start = self.date.len();
                if let Some(column) = column {
                    self.date_of(here, column, note)?;
                    if self.date.get(start..).is_some_and(|date| date.contains('/')) {
                        return here.fail(&mut self.problems, Some(column), || {
                            ("a period stands where one date is to stand".into(), Some("`when` takes periods".into()))
                        });
                    }
                }
            }
        }
        if self.date.is_empty() || self.date == "/" {
            return Some(None);
        }
        match self.date.parse() {
            Ok(period) => Some(Some(period)),
            Err(error) => here.fail(&mut self.problems, block.until.or(block.when), || (error.message, None)),
        }
    }

    /// Appends the date of a column as EDTF; nothing if there is none.
    fn date_of(&mut self, here: &Here<'_>, column: usize, note: &mut Option<String>) -> Option<()> {
        let value = here.row.get(column);
        if value.is_empty() || here.plan.dates.edtf(value, &mut self.date) {
            return Some(());
        }
        if here.plan.on_date_error == OnError::Note {
            remark(note.get_or_insert_default(), &format!("{}: {value}", here.column_name(column)));
            return Some(());
        }
        self.no_date(here, column, value)
    }
}

fn join_notes(note: Option<Box<str>>, text: &str) -> Box<str> {
    let mut note = note.map(String::from).unwrap_or_default();
    remark(&mut note, text);
    note.into()
}

/// The values of a field: one, or what the separators separate.
fn parts<'v>(value: &'v str, split: Option<&Split>) -> Vec<&'v str> {
    split.map_or_else(|| vec![value], |split| split.parts(value))
}
