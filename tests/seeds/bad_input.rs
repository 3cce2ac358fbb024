//! Bad seed files: each is refused with every error at its place, and nothing panics.
