//! Copying.
