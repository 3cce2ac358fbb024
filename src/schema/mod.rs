//! Entity and link kinds, read from `schema/*.toml`, and checking against them.
