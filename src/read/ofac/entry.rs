//! An entry of the list, whichever form it was read from.

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Kind {
    /// A person.
    Person,
    /// Everything that the list gives no type.
    Organisation,
    /// A ship.
    Vessel,
    /// An aircraft.
    Aircraft,
    /// Not known: only other tables speak of the entry.
    #[default]
    Unknown,
}

/// An entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The list's number for it.
    pub uid: u32,
    /// What it is.
    pub kind: Kind,
    /// Its name as the list spells it: `LAST, First` for people; empty if it is not known.
    pub name: String,
    /// Its sanctions programmes.
    pub programmes: Vec<String>,
    /// A person's title or office.
    pub title: String,
    /// What is said of a ship or an aircraft: attributes and their values.
    pub craft: Vec<(&'static str, String)>,
    /// Further facts as the list words them, one each: `DOB 14 Jun 1975`, `Passport 1 (Russia)`.
    pub remarks: Vec<String>,
    /// Its other names.
    pub aliases: Vec<Alias>,
    /// Its addresses.
    pub addresses: Vec<Address>,
}

/// Another name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alias {
    /// The name as the list spells it.
    pub name: String,
    /// `a.k.a.`, `f.k.a.` or `n.k.a.`.
    pub kind: AliasKind,
}

/// Which sort of another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AliasKind {
    /// Also known as.
    #[default]
    Also,
    /// Formerly known as.
    Formerly,
    /// Now known as.
    Now,
}

impl AliasKind {
    /// The kind of a word of the list: `aka`, `a.k.a.`.
    pub fn of(word: &str) -> Option<Self> {
        let letters: String = word.chars().filter(|letter| letter.is_alphabetic()).collect();
        match letters.to_ascii_lowercase().as_str() {
            "aka" => Some(Self::Also),
            "fka" => Some(Self::Formerly),
            "nka" => Some(Self::Now),
            _ => None,
        }
    }
}

/// An address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and house.
    pub street: String,
    /// Town, province and postal code in one, as the tables have them.
    pub town: String,
    /// Country.
    pub country: String,
    /// A remark.
    pub note: String,
}

/// A name as it is spoken: `Ali Mohamed EXAMPLE` of `EXAMPLE, Ali Mohamed`.
pub fn spoken(name: &str) -> String {
    let mut parts = name.splitn(3, ", ");
    match (parts.next(), parts.next(), parts.next()) {
        (Some(last), Some(first), None) => format!("{first} {last}"),
        (Some(last), Some(first), Some(suffix)) => format!("{first} {last}, {suffix}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_turned() {
        for (name, expected) in [
            ("EXAMPLE, Ali Mohamed", "Ali Mohamed EXAMPLE"),
            ("DELOS EXAMPLES, Ann, Jr.", "Ann DELOS EXAMPLES, Jr."),
            ("EXAMPLE", "EXAMPLE"),
            ("", ""),
        ] {
            assert_eq!(spoken(name), expected);
        }
    }
}
