//! The list in small: invented records.

use super::*;
