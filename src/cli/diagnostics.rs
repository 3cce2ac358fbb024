//! Messages about a place in a text, drawn with the line and a caret.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use crate::model::Diagnostic;
use crate::write::safe;

/// The message, where it is, the line with the place marked, and what may help. Ends without a line feed.
pub fn draw(diagnostic: &Diagnostic, colour: bool) -> String {
    let Diagnostic { message, file, line, column, excerpt, span, help } = diagnostic;
    let message = safe(message);
    let help = help.as_deref().map(safe);
    let mut group = Level::ERROR.primary_title(&*message).elements(None::<Origin<'_>>);
    if excerpt.is_empty() {
        // A caret under nothing shows nothing: a file that cannot be read or is empty, an empty statement.
        if let Some(file) = file {
            let origin = Origin::path(safe(file));
            group = group.element(if *line > 1 { origin.line(*line) } else { origin });
        }
    } else {
        let mut snippet = Snippet::source(excerpt.as_str()).line_start(*line).fold(false);
        if let Some(file) = file {
            // The place inside the excerpt is the place in the file, unless the excerpt is only a part of its line.
            let whole = excerpt.get(..span.start).is_some_and(|before| before.chars().count() + 1 == *column);
            if whole {
                snippet = snippet.path(safe(file));
            } else {
                group = group.element(Origin::path(safe(file)).line(*line).char_column(*column));
            }
        }
        let place = excerpt.get(span.clone()).map_or(0..0, |_| span.clone());
        group = group.element(snippet.annotation(AnnotationKind::Primary.span(place)));
    }
    if let Some(help) = &help {
        group = group.element(Level::HELP.message(&**help));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.decor_style(DecorStyle::Ascii).render(&[group])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query() {
        let text = "path \"TTP\" too \"al-Qaeda\"";
        let at = text.find("too").unwrap();
        let diagnostic = Diagnostic::new(text, at..at + 3, "expected `to`").help("did you mean `to`?");
        insta::assert_snapshot!(draw(&diagnostic, false), @r#"
        error: expected `to`
          |
        1 | path "TTP" too "al-Qaeda"
          |            ^^^
          |
          = help: did you mean `to`?
        "#);
    }

    #[test]
    fn a_file() {
        let text = "first\nname = \"شبكة حقاني\"\nkind = \"Organization\"\n";
        let at = text.find("\"Organization\"").unwrap();
        let diagnostic = Diagnostic::new(text, at..at + 14, "there is no kind Organization").in_file("seeds/a.toml");
        insta::assert_snapshot!(draw(&diagnostic, false), @r#"
        error: there is no kind Organization
         --> seeds/a.toml:3:8
          |
        3 | kind = "Organization"
          |        ^^^^^^^^^^^^^^
        "#);
    }

    #[test]
    fn nothing_to_show_is_not_shown() {
        let unread = Diagnostic::new("", 0..0, "cannot be read").in_file("absent.toml");
        insta::assert_snapshot!(draw(&unread, false), @r#"
        error: cannot be read
        --> absent.toml
        "#);
        assert_eq!(draw(&Diagnostic::new("", 0..0, "expected a verb"), false), "error: expected a verb");
    }

    #[test]
    fn a_place_in_a_line_that_was_cut() {
        let text = format!("{}HERE{}", "x".repeat(5000), "y".repeat(5000));
        let drawn = draw(&Diagnostic::new(&text, 5000..5004, "no").in_file("a.csv"), false);
        assert!(drawn.contains("a.csv:1:5001") && drawn.contains("xHEREy") && drawn.contains("^^^^"), "{drawn}");
    }

    #[test]
    fn nothing_in_it_steers_the_terminal() {
        let text = "a \u{1b}[31m\u{202e} b";
        let diagnostic = Diagnostic::new(text, 2..text.len(), "no \u{1b}[2J").in_file("\u{1b}]0;x").help("\u{9b}");
        let drawn = draw(&diagnostic, false);
        assert!(!drawn.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{drawn:?}");
    }

    #[test]
    fn every_place_is_drawn() {
        for (text, span) in [("", 0..0), ("a", 1..1), ("é", 0..1), ("x\n", 2..9)] {
            assert!(draw(&Diagnostic::new(text, span, "no"), true).contains("no"));
        }
    }
}
