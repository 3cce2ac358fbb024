//! Names: folding, transliteration, comparison.
