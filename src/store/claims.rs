//! Claims as columns.

use bincode::{Decode, Encode};

use super::column::Column;
use super::rows::{Row, Texts, Values, from_bytes, optional, to_bytes};
use super::table::Table;
use crate::model::{Claim, Credibility, Locator, Modality, NameRole, Period, Says, Word};

const NAME: u8 = 0;
const ATTRIBUTE: u8 = 1;
const LINK: u8 = 2;
const SAME_AS: u8 = 3;
const EXISTS: u8 = 4;

/// The claims of a frame. The upper columns have a value for every claim, the lower ones only for those that need one.
#[derive(Encode, Decode)]
struct ClaimColumns {
    says: Column,
    subject: Column,
    source: Column,
    paragraph: Column,
    sentence: Column,
    /// 1 for a claim with a span.
    spanned: Column,
    /// 1 for a claim with a period.
    dated: Column,
    /// 0 for the source's own voice, otherwise the speaker's number + 1.
    speaker: Column,
    modality: Column,
    credibility: Column,
    /// 0 without a text, otherwise its length + 1.
    text: Column,
    /// 0 without a note, otherwise its length + 1.
    note: Column,

    span_start: Column,
    /// The end less the start.
    span_len: Column,
    /// The bytes of the period's number, the least significant first: most of them hardly vary.
    period: [Column; 8],
    /// Of names: the role.
    role: Column,
    /// Of names: 0 without a language, otherwise the word + 1.
    language: Column,
    /// Of attributes their key, of links their kind.
    word: Column,
    /// Of links and `same as`: the other end.
    other: Column,
    /// Of names and attributes: the length of the text.
    value: Column,

    /// Of each claim in turn: name or value, text, note.
    texts: Vec<u8>,
}

/// The columns before they are packed.
#[derive(Default)]
struct Gathered {
    says: Vec<u64>,
    subject: Vec<u64>,
    source: Vec<u64>,
    paragraph: Vec<u64>,
    sentence: Vec<u64>,
    spanned: Vec<u64>,
    dated: Vec<u64>,
    speaker: Vec<u64>,
    modality: Vec<u64>,
    credibility: Vec<u64>,
    text: Vec<u64>,
    note: Vec<u64>,
    span_start: Vec<u64>,
    span_len: Vec<u64>,
    period: Vec<u64>,
    role: Vec<u64>,
    language: Vec<u64>,
    word: Vec<u64>,
    other: Vec<u64>,
    value: Vec<u64>,
    texts: Vec<u8>,
}

impl Gathered {
    fn add(&mut self, claim: &Claim) {
        self.subject.push(claim.says.subject().into());
        match &claim.says {
            Says::Name { text, role, language, .. } => {
                self.says.push(NAME.into());
                self.role.push(*role as u64);
                self.language.push(optional(language.map(|word| word.0)));
                self.add_value(text);
            }
            Says::Attribute { key, value, .. } => {
                self.says.push(ATTRIBUTE.into());
                self.word.push(key.0.into());
                self.add_value(value);
            }
            Says::Link { kind, to, .. } => {
                self.says.push(LINK.into());
                self.word.push(kind.0.into());
                self.other.push((*to).into());
            }
            Says::SameAs { other, .. } => {
                self.says.push(SAME_AS.into());
                self.other.push((*other).into());
            }
            Says::Exists { .. } => self.says.push(EXISTS.into()),
        }
        self.source.push(claim.source.into());
        self.paragraph.push(claim.locator.paragraph.into());
        self.sentence.push(claim.locator.sentence.into());
        self.spanned.push(claim.locator.span.is_some().into());
        if let Some((start, end)) = claim.locator.span {
            self.span_start.push(start.into());
            self.span_len.push(end.wrapping_sub(start).into());
        }
        self.dated.push(claim.when.is_some().into());
        self.period.extend(claim.when.map(Period::to_bits));
        self.speaker.push(optional(claim.speaker));
        self.modality.push(claim.modality as u64);
        self.credibility.push(claim.credibility.number().into());
        self.text.push(claim.text.as_ref().map_or(0, |text| text.len() as u64 + 1));
        self.texts.extend(claim.text.iter().flat_map(|text| text.bytes()));
        self.note.push(claim.note.as_ref().map_or(0, |note| note.len() as u64 + 1));
        self.texts.extend(claim.note.iter().flat_map(|note| note.bytes()));
    }

    fn add_value(&mut self, text: &str) {
        self.value.push(text.len() as u64);
        self.texts.extend_from_slice(text.as_bytes());
    }

    fn pack(self) -> ClaimColumns {
        let byte = |n: usize| self.period.iter().map(|bits| bits >> (8 * n) & 0xff).collect::<Vec<_>>();
        ClaimColumns {
            says: Column::pack(&self.says),
            subject: Column::pack(&self.subject),
            source: Column::pack(&self.source),
            paragraph: Column::pack(&self.paragraph),
            sentence: Column::pack(&self.sentence),
            spanned: Column::pack(&self.spanned),
            dated: Column::pack(&self.dated),
            speaker: Column::pack(&self.speaker),
            modality: Column::pack(&self.modality),
            credibility: Column::pack(&self.credibility),
            text: Column::pack(&self.text),
            note: Column::pack(&self.note),
            span_start: Column::pack(&self.span_start),
            span_len: Column::pack(&self.span_len),
            period: std::array::from_fn(|n| Column::pack(&byte(n))),
            role: Column::pack(&self.role),
            language: Column::pack(&self.language),
            word: Column::pack(&self.word),
            other: Column::pack(&self.other),
            value: Column::pack(&self.value),
            texts: self.texts,
        }
    }
}

impl Row for Claim {
    const TABLE: Table = Table::Claims;

    fn text_len(&self) -> usize {
        let said = match &self.says {
            Says::Name { text, .. } => text.len(),
            Says::Attribute { value, .. } => value.len(),
            Says::Link { .. } | Says::SameAs { .. } | Says::Exists { .. } => 0,
        };
        said + self.text.as_ref().map_or(0, |text| text.len()) + self.note.as_ref().map_or(0, |note| note.len())
    }

    fn encode(rows: &[Self]) -> Result<Vec<u8>, &'static str> {
        let mut gathered = Gathered::default();
        rows.iter().for_each(|claim| gathered.add(claim));
        to_bytes(gathered.pack())
    }

    fn decode(raw: &[u8], _: u32, count: usize) -> Result<Vec<Self>, &'static str> {
        let columns: ClaimColumns = from_bytes(raw)?;
        let mut reader = Reader::new(&columns, count)?;
        let rows = (0..count).map(|_| reader.claim()).collect::<Result<_, _>>()?;
        reader.texts.finish()?;
        Ok(rows)
    }
}

/// The columns while they are read, claim by claim.
struct Reader<'a> {
    says: Values,
    subject: Values,
    source: Values,
    paragraph: Values,
    sentence: Values,
    spanned: Values,
    dated: Values,
    speaker: Values,
    modality: Values,
    credibility: Values,
    text: Values,
    note: Values,
    span_start: Values,
    span_len: Values,
    period: [Values; 8],
    role: Values,
    language: Values,
    word: Values,
    other: Values,
    value: Values,
    texts: Texts<'a>,
}

impl<'a> Reader<'a> {
    fn new(columns: &'a ClaimColumns, count: usize) -> Result<Self, &'static str> {
        let wrong = "a column has the wrong length";
        let says = columns.says.unpack(count).ok_or(wrong)?;
        let of = |kinds: &[u8]| says.iter().filter(|says| kinds.iter().any(|kind| u64::from(*kind) == **says)).count();
        let ones = |column: &Column| {
            column.unpack(count).map(|values| values.iter().filter(|value| **value == 1).count()).ok_or(wrong)
        };
        let (names, spans, dates) = (of(&[NAME]), ones(&columns.spanned)?, ones(&columns.dated)?);
        let [p0, p1, p2, p3, p4, p5, p6, p7] = &columns.period;
        let period = |column| Values::of(column, dates);
        Ok(Self {
            subject: Values::of(&columns.subject, count)?,
            source: Values::of(&columns.source, count)?,
            paragraph: Values::of(&columns.paragraph, count)?,
            sentence: Values::of(&columns.sentence, count)?,
            spanned: Values::of(&columns.spanned, count)?,
            dated: Values::of(&columns.dated, count)?,
            speaker: Values::of(&columns.speaker, count)?,
            modality: Values::of(&columns.modality, count)?,
            credibility: Values::of(&columns.credibility, count)?,
            text: Values::of(&columns.text, count)?,
            note: Values::of(&columns.note, count)?,
            span_start: Values::of(&columns.span_start, spans)?,
            span_len: Values::of(&columns.span_len, spans)?,
            period: [
                period(p0)?,
                period(p1)?,
                period(p2)?,
                period(p3)?,
                period(p4)?,
                period(p5)?,
                period(p6)?,
                period(p7)?,
            ],
            role: Values::of(&columns.role, names)?,
            language: Values::of(&columns.language, names)?,
            word: Values::of(&columns.word, of(&[ATTRIBUTE, LINK]))?,
            other: Values::of(&columns.other, of(&[LINK, SAME_AS]))?,
            value: Values::of(&columns.value, of(&[NAME, ATTRIBUTE]))?,
            says: Values::of(&columns.says, count)?,
            texts: Texts(&columns.texts),
        })
    }

    fn claim(&mut self) -> Result<Claim, &'static str> {
        let subject = self.subject.number()?;
        let says = match self.says.byte()? {
            NAME => Says::Name {
                entity: subject,
                role: NameRole::from_number(self.role.byte()?).ok_or("no such name role")?,
                language: self.language.optional()?.map(Word),
                text: self.texts.next(self.value.number()?)?,
            },
            ATTRIBUTE => Says::Attribute {
                entity: subject,
                key: Word(self.word.number()?),
                value: self.texts.next(self.value.number()?)?,
            },
            LINK => Says::Link { from: subject, kind: Word(self.word.number()?), to: self.other.number()? },
            SAME_AS => Says::SameAs { entity: subject, other: self.other.number()? },
            EXISTS => Says::Exists { entity: subject },
            _ => return Err("a claim says nothing that is known"),
        };
        Ok(Claim {
            says,
            when: if self.dated.next()? == 1 { Some(self.period()?) } else { None },
            source: self.source.number()?,
            locator: Locator {
                paragraph: self.paragraph.number()?,
                sentence: self.sentence.number()?,
                span: if self.spanned.next()? == 1 { Some(self.span()?) } else { None },
            },
            speaker: self.speaker.optional()?,
            modality: Modality::from_number(self.modality.byte()?).ok_or("no such modality")?,
            credibility: Credibility::new(self.credibility.byte()?).ok_or("no such credibility")?,
            text: self.text.optional()?.map(|len| self.texts.next(len)).transpose()?,
            note: self.note.optional()?.map(|len| self.texts.next(len)).transpose()?,
        })
    }

    fn period(&mut self) -> Result<Period, &'static str> {
        let mut bits = 0;
        for byte in self.period.iter_mut().rev() {
            bits = bits << 8 | u64::from(byte.byte()?);
        }
        Period::from_bits(bits).ok_or("no such period")
    }

    fn span(&mut self) -> Result<(u32, u32), &'static str> {
        let start = self.span_start.number()?;
        Ok((start, start.wrapping_add(self.span_len.number()?)))
    }
}
