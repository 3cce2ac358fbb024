//! The schema of a database: its own, if it has one, else the built-in one.

use std::ops::Deref;
use std::path::Path;

use super::DatabaseError;
use crate::schema::Schema;

/// The folder of a database's own schema files.
const FOLDER: &str = "schema";

/// The schema that a database goes by.
#[derive(Debug)]
pub(super) enum Kinds {
    Builtin,
    Own(Box<Schema>),
}

impl Kinds {
    /// The schema of the database in `directory`: that of its folder `schema`, if it has one.
    ///
    /// # Errors
    /// Everything that is wrong with its files.
    pub fn of(directory: &Path) -> Result<Self, DatabaseError> {
        let folder = directory.join(FOLDER);
        if folder.is_dir() {
            Ok(Self::Own(Box::new(Schema::load(&folder).map_err(DatabaseError::Refused)?)))
        } else {
            Ok(Self::Builtin)
        }
    }
}

impl Deref for Kinds {
    type Target = Schema;

    fn deref(&self) -> &Schema {
        match self {
            Self::Builtin => Schema::builtin(),
            Self::Own(schema) => schema,
        }
    }
}
