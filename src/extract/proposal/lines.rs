//! Extractions as JSON lines: the document in the first line, a proposal in every other one.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::claims::Fault;
use super::{DocumentMeta, Extraction, Proposal};
use crate::model::{Diagnostic, Lookup};
use crate::schema::Schema;

/// The first line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    document: DocumentMeta,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    notes: Vec<String>,
}

/// The first line, to be written.
#[derive(Serialize)]
struct Writing<'e> {
    document: &'e DocumentMeta,
    text: &'e str,
    notes: &'e [String],
}

/// The most messages about one file.
const MOST: usize = 1_000;

impl Extraction {
    /// The extraction as JSON lines. [`Extraction::read`] reads them again.
    pub fn to_lines(&self) -> String {
        let head = Writing { document: &self.document, text: &self.text, notes: &self.notes };
        // Words, texts and finite numbers always have a form in JSON.
        let mut lines = serde_json::to_string(&head).unwrap_or_default();
        lines.push('\n');
        for proposal in &self.proposals {
            lines.push_str(&serde_json::to_string(proposal).unwrap_or_default());
            lines.push('\n');
        }
        lines
    }

    /// Reads JSON lines of our own making, which are trusted to be what [`Extraction::check`] allows.
    ///
    /// # Errors
    /// The number of the line that cannot be read, from 1, and why.
    pub fn from_lines(lines: &str) -> Result<Self, (usize, serde_json::Error)> {
        let mut numbered = lines.lines().enumerate().map(|(at, line)| (at + 1, line));
        let (number, first) = numbered.next().unwrap_or((1, ""));
        let head: Head = serde_json::from_str(first).map_err(|error| (number, error))?;
        let proposals = numbered.map(|(number, line)| serde_json::from_str(line).map_err(|error| (number, error)));
        Ok(Self {
            document: head.document,
            text: head.text.unwrap_or_default(),
            proposals: proposals.collect::<Result<_, _>>()?,
            notes: head.notes,
        })
    }

    /// Reads a file of proposals that any program may have made. `text` is the document's, if it stands in a file of its
    /// own; the file may hold it too, and then the two must be one.
    ///
    /// # Errors
    /// Everything that is wrong in the file, each with its line and column; a thousand messages at most.
    pub fn read(
        file: &str,
        content: &str,
        text: Option<String>,
        schema: &Schema,
        known: &dyn Lookup,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut reader = Reader { file, content, errors: Vec::new() };
        let extraction = reader.extraction(text);
        let (Some((extraction, lines)), true) = (extraction, reader.errors.is_empty()) else {
            reader.errors.truncate(MOST);
            return Err(reader.errors);
        };
        for fault in extraction.check(schema, known) {
            let line = fault.proposal.map_or(0, |at| at + 1);
            reader.fault(lines.get(line).cloned().unwrap_or(0..0), fault);
        }
        if reader.errors.is_empty() {
            let Self { document, text, proposals, notes } = extraction;
            Ok(Self::new(document, text, proposals, notes))
        } else {
            Err(reader.errors)
        }
    }
}

struct Reader<'c> {
    file: &'c str,
    content: &'c str,
    errors: Vec<Diagnostic>,
}

impl<'c> Reader<'c> {
    /// The extraction as far as it can be read, and the place of each line of it.
    fn extraction(&mut self, text: Option<String>) -> Option<(Extraction, Vec<Range<usize>>)> {
        let content = self.content;
        let start = content.as_ptr() as usize;
        let mut lines = content
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| (line, line.as_ptr() as usize - start..line.as_ptr() as usize - start + line.len()));
        let Some((first, place)) = lines.next() else {
            self.error(0..0, "the file is empty; its first line is to be the document", None);
            return None;
        };
        let head = self.parse::<Head>(first, &place);
        let mut places = vec![place.clone()];
        let mut proposals = Vec::new();
        for (line, place) in lines {
            if self.errors.len() >= MOST {
                break;
            }
            proposals.extend(self.parse::<Proposal>(line, &place));
            places.push(place);
        }
        let head = head?;
        let text = match (head.text, text) {
            (Some(inside), Some(outside)) if inside != outside => {
                let at = self.find(&place, "text", "");
                self.error(at, "the text here is not that of the document", None);
                return None;
            }
            (Some(text), _) | (None, Some(text)) => text,
            (None, None) => {
                let help = "add \"text\" to this line, or name the document after the file of proposals";
                self.error(place, "the document has no text", Some(help.to_owned()));
                return None;
            }
        };
        Some((Extraction { document: head.document, text, proposals, notes: head.notes }, places))
    }

    fn parse<T: Deserialize<'c>>(&mut self, line: &'c str, place: &Range<usize>) -> Option<T> {
        match serde_json::from_str(line) {
            Ok(value) => Some(value),
            Err(error) => {
                let at = (place.start + error.column().saturating_sub(1)).min(place.end);
                let message = error.to_string();
                let message = message.rsplit_once(" at line ").map_or(&*message, |(message, _)| message);
                self.error(at..at + 1, message, None);
                None
            }
        }
    }

    fn fault(&mut self, line: Range<usize>, fault: Fault) {
        let at = self.find(&line, fault.key, &fault.value);
        self.error(at, &fault.message, fault.help);
    }

    fn error(&mut self, at: Range<usize>, message: &str, help: Option<String>) {
        let mut diagnostic = Diagnostic::new(self.content, at, message).in_file(self.file);
        diagnostic.help = help;
        self.errors.push(diagnostic);
    }

    /// The place of a value in a line: behind its key, or anywhere if it does not stand there; without a value, that of
    /// the key; at worst the whole line.
    fn find(&self, line: &Range<usize>, key: &str, value: &str) -> Range<usize> {
        let text = self.content.get(line.clone()).unwrap_or_default();
        let quoted = serde_json::to_string(value).unwrap_or_default();
        let name = format!("\"{key}\"");
        let behind = text.match_indices(&name).find_map(|(at, _)| {
            let rest = text.get(at + name.len()..)?.trim_start().strip_prefix(':')?.trim_start();
            let start = text.len() - rest.len();
            if value.is_empty() {
                Some(at..at + name.len())
            } else {
                rest.starts_with(&quoted).then(|| start..start + quoted.len())
            }
        });
        let anywhere = || (!value.is_empty()).then(|| text.find(&quoted)).flatten().map(|at| at..at + quoted.len());
        let at = behind.or_else(anywhere).unwrap_or(0..text.len());
        line.start + at.start..line.start + at.end
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;
    use crate::model::Match;

    struct Known;

    impl Lookup for Known {
        fn entity(&self, id: &str) -> Option<(String, Option<String>)> {
            (id == "port-front").then(|| ("Organisation".to_owned(), None))
        }

        fn named(&self, _: &str) -> Vec<Match> {
            Vec::new()
        }

        fn near(&self, _: &str) -> Vec<String> {
            vec!["port-front".to_owned()]
        }
    }

    const TEXT: &str = "The “Harbour Front” has ties to the Port Front, Dana Doe said.";

    /// The document, a group, a person, and a link in her voice.
    fn lines() -> String {
        let place =
            r#""at":{"paragraph":1,"sentence":1,"span":[0,66],"evidence":[24,36]},"text":"TEXT","rule":"test","#
                .replace("TEXT", TEXT);
        [
            r#"{"document":{"id":"report","title":"A report"},"text":"TEXT"}"#.replace("TEXT", TEXT),
            format!(
                r#"{{"says":{{"entity":{{"entity":"new:harbour-front","kind":"Organisation","names":[{{"name":"Harbour Front","role":"primary"}}]}}}},{place}"confidence":0.9}}"#
            ),
            String::new(),
            format!(r#"{{"says":{{"entity":{{"entity":"new:dana-doe","kind":"Person"}}}},{place}"confidence":0.9}}"#),
            format!(
                r#"{{"says":{{"link":{{"from":"new:harbour-front","kind":"affiliated_with","to":"@port-front"}}}},{place}"mentions":[{{"span":[7,20],"entity":"new:harbour-front"}}],"speaker":"new:dana-doe","confidence":0.8}}"#
            ),
        ]
        .join("\n")
    }

    fn read(content: &str) -> Result<Extraction, Vec<Diagnostic>> {
        Extraction::read("p.jsonl", content, None, Schema::builtin(), &Known)
    }

    #[test]
    fn what_is_written_is_read() {
        let read = read(&lines()).unwrap();
        assert_eq!((read.proposals.len(), read.text.as_str()), (3, TEXT));
        assert_eq!(Extraction::from_lines(&read.to_lines()).unwrap(), read);
        let beside = lines().replacen(&format!(r#","text":"{TEXT}""#), "", 1);
        let known = (Schema::builtin(), &Known);
        assert_eq!(Extraction::read("p", &beside, Some(TEXT.to_owned()), known.0, known.1).unwrap(), read);
        assert!(Extraction::read("p", &lines(), Some("another".to_owned()), known.0, known.1).is_err());
        assert!(Extraction::read("p", &beside, None, known.0, known.1).is_err());
    }

    /// What is said when `from` is `to` in the file: line, column, the marked words, message and help.
    fn refused(from: &str, to: &str) -> String {
        let content = lines().replace(from, to);
        assert_ne!(content, lines(), "{from}");
        let errors = read(&content).unwrap_err();
        let shown = errors.iter().map(|error| {
            let marked = error.excerpt.get(error.span.clone()).unwrap_or_default();
            let marked = if marked.len() > 40 { "..." } else { marked };
            {
                let help = error.help.as_deref().map_or_else(String::new, |help| format!(" / {help}"));
                format!("{}:{} {marked} {}{help}", error.line, error.column, error.message)
            }
        });
        shown.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_wrong_is_told_where_it_stands() {
        let told = [
            ("[0,66]", "[0,65]"),
            ("[0,66]", "[0,99]"),
            ("[24,36]", "[5,7]"),
            ("[7,20]", "[7,7]"),
            (r#""paragraph":1"#, r#""paragraph":0"#),
            ("@port-front", "@prot-front"),
            ("new:dana-doe\",\"conf", "new:dana-do\",\"conf"),
            ("new:dana-doe\",\"kind", "new:harbour-front\",\"kind"),
            ("affiliated_with", "afiliated_with"),
            ("\"Person\"", "\"Persn\""),
            ("\"Organisation\"", "\"Place\""),
            ("@port-front", "new:dana-doe"),
            (r#""confidence":0.8"#, r#""confidence":1.8"#),
            (r#""confidence":0.8"#, r#""confidence":0.8,"when":"2021-13""#),
            (r#""confidence":0.8"#, r#""confidence":0.8,"modality":"sure""#),
            (r#""confidence":0.8"#, r#""confidence":0.8,"credibility":7"#),
            (r#""confidence":0.8"#, r#""confidence":0.8,"credible":1"#),
            (r#""confidence":0.8}"#, r#""confidence":0.8"#),
            (r#""rule":"test""#, r#""rule":"""#),
            ("Harbour Front\",\"role", "Harbour\\u001b[2J\",\"role"),
            (r#""title":"A report""#, r#""title":"A report","digest":"sha256:00""#),
            (r#""title":"A report""#, r#""title":"A report","published":"soon""#),
            (r#""id":"report""#, r#""id":"A Report""#),
        ];
        let told: Vec<String> = told.iter().map(|(from, to)| refused(from, to)).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        2:192 "text" the sentence is not the text at 0-65, which is "The “Harbour Front” has ties to the Port Front, Dana Doe sai" and more
        4:129 "text" the sentence is not the text at 0-65, which is "The “Harbour Front” has ties to the Port Front, Dana Doe sai" and more
        5:158 "text" the sentence is not the text at 0-65, which is "The “Harbour Front” has ties to the Port Front, Dana Doe sai" and more
        2:158 "span" 0-99 is outside the text, which has 66 bytes
        4:95 "span" 0-99 is outside the text, which has 66 bytes
        5:124 "span" 0-99 is outside the text, which has 66 bytes
        2:172 "evidence" 5-7 cuts a letter in two: places are counted in bytes of UTF-8
        4:109 "evidence" 5-7 cuts a letter in two: places are counted in bytes of UTF-8
        5:138 "evidence" 5-7 cuts a letter in two: places are counted in bytes of UTF-8
        5:244 "mentions" 7-7 is no part of a text
        2:131 "paragraph" a paragraph has a number from 1
        4:68 "paragraph" a paragraph has a number from 1
        5:97 "paragraph" a paragraph has a number from 1
        5:75 "@prot-front" the database has no entity @prot-front / did you mean @port-front?
        5:312 "new:dana-do" no proposal of this document adds new:dana-do / did you mean new:dana-doe?
        4:29 "new:harbour-front" new:harbour-front is added twice / add it once, at its first mention, and give what else is said of it as name or attribute
        5:312 "new:dana-doe" no proposal of this document adds new:dana-doe
        5:52 "afiliated_with" there is no link kind "afiliated_with" / did you mean affiliated_with?
        4:51 "Persn" there is no kind "Persn" / did you mean Person?
        5:52 "affiliated_with" affiliated_with does not join new:harbour-front (Place) to port-front (Organisation) / it joins Organisation, Person or Group to Organisation or Group
        5:52 "affiliated_with" affiliated_with does not join new:harbour-front (Organisation) to new:dana-doe (Person) / the other way round it does: new:dana-doe is affiliated with new:harbour-front
        5:327 "confidence" a confidence is a number from 0 to 1
        5:360 } 13 is no month; expected 01 to 12, or a season from 21 to 24
        5:361 } "sure" is no modality; it is one of asserted, alleged, denied, aim, opinion, possible
        5:359 } 7 is no credibility (1 to 6)
        5:353 " unknown field `credible`, expected one of `id`, `says`, `when`, `at`, `text`, `mentions`, `speaker`, `modality`, `credibility`, `rule`, `why`, `confidence`, `note`
        5:342 8 EOF while parsing an object
        2:264 "rule" this is empty
        4:201 "rule" this is empty
        5:230 "rule" this is empty
        2:88 "Harbour\u001b[2J" this has the control character U+001B
        1:56 "sha256:00" this is the digest of another text than this one
        1:59 "soon" "soon" is no date: expected a date such as 2014, 2014-06, 2014-06-15 or an interval such as 2014/2016
        1:19 "A Report" "A Report" is no id: an id is of lower-case letters, digits and -_.: and starts with a letter or a digit, 200 bytes at most
        "#);
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_is_sound_whatever_was_done_to_the_file(
            slips in proptest::collection::vec((0usize..2_000, 0u8..128), 1..4),
        ) {
            let mut bytes = lines().into_bytes();
            for (at, byte) in slips {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            let content = String::from_utf8_lossy(&bytes);
            match read(&content) {
                Ok(extraction) => proptest::prop_assert_eq!(extraction.check(Schema::builtin(), &Known), Vec::new()),
                Err(errors) => proptest::prop_assert!(!errors.is_empty()),
            }
        }
    }

    #[test]
    fn an_empty_file_is_no_document() {
        for content in ["", "\n \n", "[]", "{}", "\u{0}"] {
            assert_eq!(read(content).unwrap_err().len(), 1, "{content:?}");
        }
    }
}
