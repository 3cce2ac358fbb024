//! How much of a document's text its licence lets a database keep.

use std::fmt;
use std::str::FromStr;

/// How much of a document's text is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepText {
    /// All of it.
    Whole,
    /// The sentences that claims rest on, as quotations.
    Sentences,
    /// Nothing: claims name the place only.
    Nothing,
}

impl KeepText {
    /// All values.
    pub const ALL: [Self; 3] = [Self::Whole, Self::Sentences, Self::Nothing];

    /// What a licence allows, carefully: the whole text under an open licence that allows every use; the cited sentences
    /// under any other, under none, and where nothing is said.
    ///
    /// ```
    /// use tieline::extract::KeepText;
    /// assert_eq!(KeepText::by_licence(Some("CC BY 4.0")), KeepText::Whole);
    /// assert_eq!(KeepText::by_licence(Some("CC BY-NC 4.0")), KeepText::Sentences);
    /// assert_eq!(KeepText::by_licence(None), KeepText::Sentences);
    /// ```
    pub fn by_licence(licence: Option<&str>) -> Self {
        const OPEN: [&str; 10] = [
            "cc0",
            "cc by",
            "creative commons attribution",
            "public domain",
            "us public domain",
            "open government licence",
            "ogl",
            "odc by",
            "pddl",
            "mit",
        ];
        // What reserves some use, or every change, is no licence for every use.
        const RESERVED: [&str; 5] = ["nc", "nd", "noncommercial", "non", "noderivatives"];
        let folded: String = licence
            .unwrap_or_default()
            .chars()
            .map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' })
            .collect();
        let words: Vec<&str> = folded.split_whitespace().collect();
        let text = words.join(" ");
        let begins = |open: &str| text.strip_prefix(open).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        if OPEN.iter().any(|open| begins(open)) && !words.iter().any(|word| RESERVED.contains(word)) {
            Self::Whole
        } else {
            Self::Sentences
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Sentences => "sentences",
            Self::Nothing => "nothing",
        }
    }
}

impl fmt::Display for KeepText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for KeepText {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|keep| keep.word() == text);
        known.ok_or_else(|| format!("{text:?} is none of whole, sentences and nothing"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_open_licences_give_the_whole_text() {
        for open in ["CC0", "CC-BY-4.0", "cc by-sa 3.0", "Public domain", "US public domain", "ODC-BY", "MIT"] {
            assert_eq!(KeepText::by_licence(Some(open)), KeepText::Whole, "{open}");
        }
        for closed in
            ["", "all rights reserved", "CC BY-NC 4.0", "CC-BY-ND", "UN terms of use", "mitigated", "CC Byzantine"]
        {
            assert_eq!(KeepText::by_licence(Some(closed)), KeepText::Sentences, "{closed}");
        }
    }
}
