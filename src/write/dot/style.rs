//! How kinds of entities and sorts of links look.

use crate::graph::Edge;
use crate::model::{Modality, Truth};

/// The look of an entity kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// A Graphviz shape.
    pub shape: &'static str,
    /// The character that comes nearest to the shape.
    pub sign: char,
    /// Colour inside.
    pub fill: &'static str,
    /// Colour of the outline.
    pub line: &'static str,
}

const KNOWN: [(&str, Look); 4] = [
    ("Organisation", Look { shape: "box", sign: '■', fill: "#dbe8f6", line: "#2f5d8a" }),
    ("Person", Look { shape: "ellipse", sign: '●', fill: "#fdf0d2", line: "#a86f14" }),
    ("Place", Look { shape: "hexagon", sign: '⬢', fill: "#e0efd9", line: "#47752f" }),
    ("Event", Look { shape: "diamond", sign: '◆', fill: "#f8e0e3", line: "#a13344" }),
];

/// Looks for kinds that a schema adds.
const OTHERS: [Look; 3] = [
    Look { shape: "note", sign: '▤', fill: "#ebe5f4", line: "#674a91" },
    Look { shape: "component", sign: '◧', fill: "#dcefee", line: "#2c716c" },
    Look { shape: "tab", sign: '▬', fill: "#eceae6", line: "#655f55" },
];

impl Look {
    /// The look of a kind: the same in every picture, whatever else is in it.
    pub fn of_kind(kind: &str) -> Self {
        match KNOWN.iter().find(|(known, _)| *known == kind) {
            Some((_, look)) => *look,
            None => OTHERS[kind.bytes().map(usize::from).sum::<usize>() % OTHERS.len()],
        }
    }
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
            Modality::Denied => Self { style: "solid", line: "#c9ccd1", text: "#b42318" },
        }
    }
}
