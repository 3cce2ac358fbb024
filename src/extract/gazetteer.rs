//! Places and what their people are called: countries, provinces and cities from two crates of data, and the everyday
//! names in `schema/extraction/places.toml`.

use std::collections::HashMap;

use crate::names;

/// What is known of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// A state's territory.
    Country,
    /// A part of one or several countries.
    Region,
    /// A city, a town, a village.
    City,
}

impl PlaceKind {
    /// The finer type of the schema.
    pub fn finer(self) -> &'static str {
        match self {
            PlaceKind::Country => "country",
            PlaceKind::Region => "region",
            PlaceKind::City => "city",
        }
    }
}

/// The kind of a place, whether its name is certainly that of a place, and a country's own name.
type Known = (PlaceKind, bool, Option<Box<str>>);

/// All places, by their folded names.
#[derive(Debug, Default)]
pub struct Gazetteer {
    /// The kind of each place, whether it is certain (our own lists), and the country's own name.
    places: HashMap<Box<str>, Known>,
    /// The country that each adjective and name of a people belongs to.
    demonyms: HashMap<Box<str>, Box<str>>,
}

impl Gazetteer {
    /// Reads a list of `places.toml`. `false` if there is no such list.
    pub(super) fn add(&mut self, list: &str, line: &str) -> bool {
        match list {
            "country" => self.country(line),
            "region" => self.place(line, PlaceKind::Region, true),
            "city" => self.place(line, PlaceKind::City, true),
            _ => return false,
        }
        true
    }

    fn country(&mut self, line: &str) {
        let (spellings, people) = line.split_once('|').unwrap_or((line, ""));
        let mut spellings = spellings.split('/').map(str::trim).filter(|name| !name.is_empty());
        let Some(name) = spellings.next() else { return };
        for spelling in std::iter::once(name).chain(spellings) {
            self.places.insert(names::fold(spelling).into(), (PlaceKind::Country, true, Some(name.into())));
        }
        // "South African" is of two words; "Afghan Afghans" are two names.
        let people = people.trim();
        let whole = people.starts_with("North ")
            || people.starts_with("South ")
            || people.starts_with("Sri ")
            || people.starts_with("New ");
        let people: Vec<&str> = if whole { vec![people] } else { people.split_whitespace().collect() };
        for demonym in people {
            self.demonyms.insert(names::fold(demonym).into(), name.into());
        }
    }

    fn place(&mut self, name: &str, kind: PlaceKind, certain: bool) {
        let key = names::fold(name);
        let known = self.places.get(key.as_str()).is_some_and(|(_, known, _)| *known >= certain);
        if !known && (key.len() > 2 || certain) {
            self.places.insert(key.into(), (kind, certain, None));
        }
    }

    /// Adds the provinces and cities of the crates of data. Names that are ordinary words are left out.
    pub(super) fn add_data(&mut self, is_common: impl Fn(&str) -> bool) {
        let wanted = |name: &str| !is_common(&name.to_lowercase()) && !name.contains(',');
        for country in rust_iso3166::ALL {
            for part in country.subdivisions().unwrap_or_default() {
                // "Khyber Pakhtunkhwa [local name]", "Paris (city)": the name alone.
                let name = part.name.split(['(', '[', '/', '*']).next().unwrap_or_default().trim();
                if wanted(name) {
                    self.place(name, PlaceKind::Region, false);
                }
            }
        }
        for city in cities::all() {
            let name = city.city.trim();
            if wanted(name) {
                self.place(name, PlaceKind::City, false);
            }
        }
    }

    /// The place of a folded name, and whether it is certain that the name is that of a place.
    pub fn place_of(&self, folded: &str) -> Option<(PlaceKind, bool)> {
        self.places.get(folded).map(|(kind, certain, _)| (*kind, *certain))
    }

    /// Whether a name is certainly that of a place.
    pub fn is_place(&self, name: &str) -> bool {
        self.place_of(&names::fold(name)).is_some_and(|(_, certain)| certain)
    }

    /// The everyday name of a country by any of its names.
    pub fn country_of(&self, folded: &str) -> Option<&str> {
        self.places.get(folded).and_then(|(_, _, name)| name.as_deref())
    }

    /// The country that an adjective or the name of a people belongs to.
    pub fn demonym(&self, folded: &str) -> Option<&str> {
        self.demonyms.get(folded).map(|name| &**name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::Rules;
    use super::*;

    #[test]
    fn places_are_of_a_kind_and_peoples_of_a_country() {
        let places = Rules::builtin().gazetteer();
        assert_eq!(places.place_of("afghanistan"), Some((PlaceKind::Country, true)));
        assert_eq!(places.place_of("borno").map(|found| found.0), Some(PlaceKind::Region));
        assert_eq!(places.place_of("maiduguri").map(|found| found.0), Some(PlaceKind::City));
        assert_eq!(places.country_of("us"), Some("United States"));
        assert_eq!(places.demonym("pakistani"), Some("Pakistan"));
        assert_eq!(places.demonym("sri lankan"), Some("Sri Lanka"));
        assert_eq!(places.place_of("agreement"), None);
    }
}
