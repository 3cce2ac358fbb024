//! The query language: lexer, parser, verbs, planner, executor.
