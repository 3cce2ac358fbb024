//! Formats out: each writer turns an [`Answer`](crate::graph::Answer) into text.
