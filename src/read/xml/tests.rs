//! Well-formed records come out whole; everything else is an error at its place.

use proptest::prelude::*;

use super::*;

fn read(text: &[u8]) -> Result<Vec<Element>, Fault> {
    let mut records = Records::new(text);
    records.root()?;
    let mut all = Vec::new();
    while let Some(record) = records.next(&["S"])? {
        all.push(record);
    }
    Ok(all)
}

#[track_caller]
fn refused(text: &str, line: usize, column: usize, message: &str) {
    let fault = read(text.as_bytes()).unwrap_err();
    let found = locate(text.as_bytes(), fault);
    assert!(found.message.contains(message), "{found}");
    assert_eq!((found.line, found.column), (line, column), "{found}");
}

#[test]
fn records_and_sections_come_out_with_their_places() {
    let text = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- one --><r><a x='1 &lt;'> t &amp;\n  u<b/>&#x41;</a>\n<S><c>é</c><d/></S></r>\n<?end?>";
    let records = read(text.as_bytes()).unwrap();
    let shown: Vec<_> = records.iter().map(|one| (one.name.as_str(), one.text.as_str())).collect();
    assert_eq!(shown, [("a", "t & uA"), ("c", "é"), ("d", "")]);
    assert_eq!(records[0].attribute("x"), Some("1 <"));
    assert_eq!(records[0].children[0].name, "b");
    let span = records[1].span.clone();
    assert_eq!(&text.as_bytes()[span.start as usize..span.end as usize], "<c>é</c>".as_bytes());
}

#[test]
fn what_is_dangerous_is_refused_where_it_stands() {
    refused("<?xml version=\"1.0\"?>\n<!DOCTYPE r [<!ENTITY a \"aaaa\">]>\n<r/>", 2, 1, "document type");
    refused("<!DOCTYPE r SYSTEM \"http://example.org/x.dtd\"><r/>", 1, 1, "document type");
    refused("<r>\n  <a>x&bomb;</a></r>", 2, 7, "&bomb;");
    refused("<r><a b='&bomb;'/></r>", 1, 4, "bomb");
    refused("<r><a>&#0;</a></r>", 1, 7, "no character");
    refused("<r><a>&#7;</a></r>", 1, 7, "U+0007");
    refused(&format!("<r>{}", "<a>".repeat(MAX_DEPTH + 1)), 1, 4 + 3 * MAX_DEPTH, "deep");
    refused(&format!("<r><a>{}</a></r>", "<b/>".repeat(MAX_ELEMENTS)), 1, 3 + 4 * MAX_ELEMENTS, "elements");
}

#[test]
fn endless_records_and_texts_end() {
    let long = "x".repeat(MAX_RECORD as usize * 2);
    for text in [
        format!("<r><a>{long}"),
        format!("<r><a b='{long}"),
        format!("<r>{long}"),
        format!("<{long}"),
        format!("<r><!--{long}"),
    ] {
        assert!(read(text.as_bytes()).unwrap_err().message.contains("MB"), "{text:.10}");
    }
}

#[test]
fn cut_and_broken_files_are_errors() {
    refused("<r>\n<a>\n<b>x</b>", 2, 1, "cut off");
    refused("<r>\n<a/>\n", 1, 1, "cut off");
    refused("<r><a", 1, 4, "cut off");
    refused("<r><a></b></r>", 1, 7, "not well-formed");
    refused("<r/><r/>", 1, 5, "goes on after its end");
    refused("<r>word</r>", 1, 4, "text where a record");
    refused("", 1, 1, "empty");
    refused("id,name\n1,x\n", 1, 1, "no XML");
    refused("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><r/>", 1, 1, "ISO-8859-1");
    let fault = read(b"\xff\xfe<\0r\0").unwrap_err();
    assert!(fault.message.contains("UTF-16"));
    let latin = b"<r>\n<a>caf\xe9</a></r>";
    let found = locate(&latin[..], read(latin).unwrap_err());
    assert_eq!((found.line, found.column), (2, 7), "{found}");
    assert!(found.message.contains("UTF-8"));
}

fn element_text() -> impl Strategy<Value = String> {
    let leaf = "[a-z<>&;'\"é ]{0,12}"
        .prop_map(|text: String| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop::collection::vec(("[a-z]{1,3}", inner), 0..5)
            .prop_map(|parts| parts.into_iter().map(|(name, text)| format!("<{name}>{text}</{name}>")).collect())
    })
}

proptest! {
    #[test]
    fn a_record_is_read_back_as_written(body in element_text()) {
        fn written(element: &Element, out: &mut String) {
            out.push_str(&format!("<{}>", element.name));
            out.push_str(&element.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
            for child in &element.children {
                written(child, out);
            }
            out.push_str(&format!("</{}>", element.name));
        }
        let text = format!("<r><a>{body}</a></r>");
        let records = read(text.as_bytes()).unwrap();
        let mut out = String::new();
        written(&records[0], &mut out);
        let words = |text: &str| text.split_whitespace().collect::<String>();
        prop_assert_eq!(words(&out), words(&format!("<a>{body}</a>")));
    }

    #[test]
    fn no_bytes_make_it_panic(text in "[<>/a-c \"'=&;!\\-\\[\\]?#x0-9é\\x00]{0,60}") {
        let _ = read(text.as_bytes()).map_err(|fault| locate(text.as_bytes(), fault));
        let inside = format!("<r><a>{text}</a></r>");
        let _ = read(inside.as_bytes()).map_err(|fault| locate(inside.as_bytes(), fault));
    }

    #[test]
    fn a_file_cut_anywhere_is_an_error(cut in 1usize..60) {
        let whole = "<?xml version='1.0'?><r><S><a b='c'>text</a><a/></S><d>&amp;</d></r>";
        let (part, _) = whole.split_at(cut.min(whole.len() - 1));
        prop_assert!(read(part.as_bytes()).is_err());
    }
}
