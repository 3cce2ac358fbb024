//! The system of record: claims in sled.
