//! Any text as a statement, as a scope and as the value of a parameter: an answer or a message about a place in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tieline::query::{desugar, parameter, parse, parser, scope};
use tieline::schema::Schema;

fuzz_target!(|text: &str| {
    for refused in [parse(text).err(), scope(text).err()].into_iter().flatten() {
        assert!(refused.excerpt.get(refused.span.clone()).is_some(), "a place outside the text");
        assert!(!refused.message.is_empty());
    }
    if parse(text).is_ok() {
        // What a verb stands for is itself a statement, unless it is a remark, or a name is escaped in another way.
        let core = desugar(text, Schema::builtin()).unwrap_or_default();
        assert!(core.starts_with("--") || core.contains('\\') || parse(&core).is_ok(), "{core}");
    }
    let _ = (parser::scratch_query(text), parser::expression(text), parameter(text));
});
