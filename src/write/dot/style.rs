//! How kinds of entities and sorts of links look.

use crate::graph::Edge;
use crate::model::{Modality, Truth};
use crate::write::{KindLook, Mark};

/// The look of an entity kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look<'a> {
    /// A Graphviz shape.
    pub shape: &'a str,
    /// Colour inside.
    pub fill: &'a str,
    /// Colour of the outline.
    pub line: String,
}

impl<'a> Look<'a> {
    /// The look of a kind: as told, and a grey box for a kind that nothing is told of.
    pub fn of_kind(kind: &str, looks: &'a [KindLook]) -> Self {
        let look = looks.iter().find(|look| look.kind == kind);
        let (shape, fill) = look.map_or(("box", "#eceff1"), |look| (look.shape.as_str(), look.colour.as_str()));
        Self { shape, fill, line: outline(fill).unwrap_or_else(|| "#3e4c59".to_owned()) }
    }

    /// The character that comes nearest to the shape.
    pub fn sign(&self) -> char {
        match self.shape {
            "ellipse" | "circle" | "oval" => '●',
            "house" => '⌂',
            "hexagon" | "octagon" => '⬢',
            "diamond" => '◆',
            "note" | "tab" | "folder" => '▤',
            _ => '■',
        }
    }
}

/// The strong colour that a pale `#rrggbb` is a tint of: every channel to the eighth power.
fn outline(fill: &str) -> Option<String> {
    let channel = |at: usize| {
        let value = u8::from_str_radix(fill.get(at..at + 2)?, 16).ok()?;
        Some(((f64::from(value) / 255.0).powi(8) * 255.0).round() as u8)
    };
    let (red, green, blue) = (channel(1)?, channel(3)?, channel(5)?);
    (fill.len() == 7).then(|| format!("#{red:02x}{green:02x}{blue:02x}"))
}

/// The look of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stroke {
    /// A Graphviz edge style, also the border style of the legend's sample.
    pub style: &'static str,
    /// Colour of the line.
    pub line: &'static str,
    /// Colour of its label.
    pub text: &'static str,
}

impl Stroke {
    /// The look of a link by its modality, paler if it is not known to hold.
    pub fn of(edge: &Edge) -> Self {
        let stroke = Self::of_modality(edge.modality);
        if edge.truth == Truth::Yes { stroke } else { Self { style: stroke.style, ..Self::PALE } }
    }

    /// What makes a link pale that only may hold.
    pub const PALE: Self = Self { style: "solid", line: "#b8c1cb", text: "#7a8591" };

    /// The look of a link in this modality that holds.
    pub fn of_modality(modality: Modality) -> Self {
        match modality {
            Modality::Asserted => Self { style: "solid", line: "#3e4c59", text: "#323f4b" },
            Modality::Alleged => Self { style: "dashed", line: "#b4540a", text: "#8f4208" },
            Modality::Aim => Self { style: "dashed", line: "#6b46a3", text: "#563884" },
            Modality::Possible => Self { style: "dotted", line: "#52606d", text: "#52606d" },
            Modality::Opinion => Self { style: "dotted", line: "#0b6e69", text: "#095753" },
            Modality::Denied => Self { style: "solid", line: "#e0a09a", text: "#b42318" },
        }
    }
}

/// The look of what was added, removed or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkLook {
    /// Graphviz style: of a line, and beside `filled` of an outline.
    pub style: &'static str,
    /// Colour of a line or an outline.
    pub line: &'static str,
    /// Colour inside an entity.
    pub fill: &'static str,
    /// What it means.
    pub word: &'static str,
}

impl MarkLook {
    /// The look of a mark.
    pub fn of(mark: Mark) -> Self {
        match mark {
            Mark::Added => Self { style: "solid", line: "#2e7d32", fill: "#dff2df", word: "added" },
            Mark::Removed => Self { style: "dashed", line: "#b3261e", fill: "#fbe3e1", word: "removed" },
            Mark::Changed => Self { style: "solid", line: "#b26a00", fill: "#fdeecb", word: "changed" },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outlines_are_strong_tints() {
        assert_eq!(outline("#ffffff").as_deref(), Some("#ffffff"));
        assert_eq!(outline("#dbe7f5").as_deref(), Some("#4b74b9"));
        for other in ["", "red", "#fff", "#é2345", "#zzzzzz", "#1234567"] {
            assert_eq!(outline(other), None, "{other}");
        }
    }
}
