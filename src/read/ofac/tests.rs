//! Both forms of an invented list.

use super::*;
