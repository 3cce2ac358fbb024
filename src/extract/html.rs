//! HTML: the main text of a page, by its tags: what is in `main` or `article` if there is one, without menus, forms,
//! captions and notices.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states,
};

/// What a page says.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub text: String,
    pub title: Option<String>,
    pub published: Option<String>,
    pub language: Option<String>,
}

/// Reads a page. O(n).
pub(super) fn read(source: &str) -> Page {
    let sink = Sink::default();
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(source));
    // Scripts are not run, so that there is nothing to wait for.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut reader = tokenizer.sink.0.into_inner();
    reader.end_block();
    reader.page()
}

/// What has no text of the page.
const SKIPPED: [&str; 20] = [
    "script",
    "style",
    "nav",
    "footer",
    "aside",
    "form",
    "button",
    "figcaption",
    "noscript",
    "template",
    "select",
    "svg",
    "iframe",
    "dialog",
    "menu",
    "object",
    "video",
    "audio",
    "canvas",
    "header",
];

/// What stands in the middle of a line.
const INLINE: [&str; 22] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q", "s",
    "small", "span", "strong", "u", "time",
];

/// Names of classes and ids of parts that are no text.
const NOTICES: [&str; 14] = [
    "cookie",
    "share",
    "social",
    "newsletter",
    "related",
    "promo",
    "advert",
    "breadcrumb",
    "sidebar",
    "caption",
    "comments",
    "subscribe",
    "menu",
    "banner",
];

#[derive(Default)]
struct Sink(RefCell<Reader>);

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    open: String,
    /// How many bytes of the open block are text of links.
    linked: usize,
    /// The skipped element that is open, and how often it is open inside itself.
    skipping: Option<(String, usize)>,
    main: usize,
    link: usize,
    in_title: bool,
    title: String,
    heading: Option<String>,
    page: Page,
}

struct Block {
    text: String,
    main: bool,
    linked: bool,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut reader = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                let raw =
                    tag.kind == TagKind::StartTag && matches!(&*tag.name, "script" | "style" | "textarea" | "title");
                let kind = match &*tag.name {
                    "script" => states::RawKind::ScriptData,
                    "style" => states::RawKind::Rawtext,
                    _ => states::RawKind::Rcdata,
                };
                reader.tag(&tag);
                if raw {
                    return TokenSinkResult::RawData(kind);
                }
            }
            Token::CharacterTokens(text) => reader.characters(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Reader {
    fn tag(&mut self, tag: &Tag) {
        let name = &*tag.name;
        let start = tag.kind == TagKind::StartTag;
        let attribute = |key: &str| {
            tag.attrs
                .iter()
                .find(|attribute| &*attribute.name.local == key)
                .map(|attribute| attribute.value.to_string())
        };
        if let Some((skipped, depth)) = &mut self.skipping {
            if skipped == name && !tag.self_closing {
                *depth = if start { *depth + 1 } else { *depth - 1 };
                if *depth == 0 {
                    self.skipping = None;
                }
            }
            return;
        }
        match name {
            "html" if start => self.page.language = attribute("lang").map(|lang| lang.chars().take(8).collect()),
            "title" => self.in_title = start,
            "meta" if start => self.meta(&attribute),
            "time" if start && self.page.published.is_none() => {
                self.page.published = attribute("datetime").and_then(|time| day(&time))
            }
            "main" | "article" => {
                self.end_block();
                self.main = if start { self.main + 1 } else { self.main.saturating_sub(1) };
            }
            "a" => self.link = if start { self.link + 1 } else { self.link.saturating_sub(1) },
            _ => {}
        }
        if name == "h1" && !start && self.heading.is_none() {
            self.heading = Some(self.open.trim().to_owned());
        }
        if start && !tag.self_closing {
            let notice = matches!(name, "div" | "section" | "ul" | "p" | "figure" | "span")
                && ["class", "id"].iter().filter_map(|key| attribute(key)).any(|names| {
                    let names = names.to_lowercase();
                    NOTICES.iter().any(|notice| names.contains(notice))
                });
            // A header inside the article holds its title.
            let skipped = SKIPPED.contains(&name) && !(name == "header" && self.main > 0);
            if skipped || notice {
                self.end_block();
                self.skipping = Some((name.to_owned(), 1));
                return;
            }
        }
        if name == "br" {
            self.open.push('\n');
        } else if !INLINE.contains(&name) {
            self.end_block();
        }
    }

    fn meta(&mut self, attribute: &dyn Fn(&str) -> Option<String>) {
        let key = attribute("property").or_else(|| attribute("name")).unwrap_or_default().to_lowercase();
        let published =
            ["article:published_time", "date", "dc.date", "dcterms.date", "pubdate", "publishdate", "datepublished"];
        if published.contains(&key.as_str()) && self.page.published.is_none() {
            self.page.published = attribute("content").and_then(|time| day(&time));
        }
    }

    fn characters(&mut self, text: &str) {
        if self.in_title {
            self.title.push_str(text);
        } else if self.skipping.is_none() {
            for char in text.chars() {
                if !char.is_whitespace() {
                    self.open.push(char);
                    self.linked += if self.link > 0 { char.len_utf8() } else { 0 };
                } else if !self.open.ends_with(char::is_whitespace) {
                    self.open.push(' ');
                }
            }
        }
    }

    fn end_block(&mut self) {
        let text: Vec<&str> = self.open.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let text = text.join("\n");
        if !text.is_empty() {
            // A short block that is all links is a menu.
            let linked = self.linked * 10 >= text.len() * 8 && text.len() < 120;
            self.blocks.push(Block { text, main: self.main > 0, linked });
        }
        self.open.clear();
        self.linked = 0;
    }

    fn page(self) -> Page {
        let main: usize = self.blocks.iter().filter(|block| block.main).map(|block| block.text.len()).sum();
        let kept: Vec<&str> = self
            .blocks
            .iter()
            .filter(|block| !block.linked && (block.main || main < 200))
            .map(|block| block.text.as_str())
            .collect();
        let title = self
            .heading
            .filter(|title| !title.is_empty())
            .or_else(|| Some(self.title.split_whitespace().collect::<Vec<_>>().join(" ")));
        Page { text: kept.join("\n\n"), title: title.filter(|title| !title.is_empty()), ..self.page }
    }
}

/// The day of a time in the form that pages state it in.
fn day(time: &str) -> Option<String> {
    let day = time.trim().get(..10)?;
    day.parse::<jiff::civil::Date>().ok().map(|day| day.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_text_of_a_page_is_read() {
        let long = "The group met in the north. ".repeat(10);
        let page = read(&format!(
            "<!doctype html><html lang=en><head><title>T | Site</title><meta property='article:published_time' content='2021-11-20T10:00:00Z'>\
             <style>p{{}}</style></head><body><nav><a href=/>Home</a></nav><article><h1>A &amp; B</h1><p>{long}</p><figure><img>\
             <figcaption>A photo</figcaption></figure><p>It <b>ended</b>&nbsp;there.<script>var a = '<p>no</p>';</script></p>\
             <div class='social-share'>Share this</div></article><footer>All rights</footer></body></html>"
        ));
        assert_eq!(page.text, format!("A & B\n\n{}\n\nIt ended there.", long.trim()));
        assert_eq!(page.title.as_deref(), Some("A & B"));
        assert_eq!(page.published.as_deref(), Some("2021-11-20"));
        assert_eq!(page.language.as_deref(), Some("en"));
    }

    #[test]
    fn broken_pages_are_read_as_far_as_they_go() {
        for source in ["<p>one<p>two", "<div <p>one</nav>two", "a < b & c &unknown; d", "<nav><p>lost"] {
            read(source);
        }
        assert_eq!(read("<p>one<p>two").text, "one\n\ntwo");
    }
}
