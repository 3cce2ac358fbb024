//! The facts that stand in remarks, each as the list words it: `DOB 14 Jun 1975`, `Linked To: EXAMPLE CO`.

use crate::read::list::day_month_year;

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact<'a> {
    /// An attribute: its name, the value, and what else is said of it.
    Attribute(&'static str, String, String),
    /// A place of birth.
    BornIn(&'a str),
    /// A name that is too weak to go by.
    WeakName(&'a str),
    /// An entry that it is linked to, by its name.
    LinkedTo(&'a str),
    /// Anything else.
    Words(&'a str),
}

/// What a remark begins with if it gives a number or another value, and which attribute that is. No label is the beginning
/// of another but where the longer one stands first.
const LABELS: &[(&str, &str)] = &[
    ("Passport Booklet", "passport_number"),
    ("Passport", "passport_number"),
    ("Diplomatic Passport", "passport_number"),
    ("Official Passport", "passport_number"),
    ("Service Passport", "passport_number"),
    ("Stateless Person Passport", "passport_number"),
    ("British National Overseas Passport", "passport_number"),
    ("Cedula No.", "id_number"),
    ("Cedula de Ciudadania", "id_number"),
    ("Cedula de Residencia", "id_number"),
    ("National ID No.", "id_number"),
    ("National Foreign ID Number", "id_number"),
    ("National ID", "id_number"),
    ("C.U.R.P.", "id_number"),
    ("CURP", "id_number"),
    ("C.U.I.P.", "id_number"),
    ("C.U.I.T.", "tax_number"),
    ("C.U.I.", "id_number"),
    ("D.N.I.", "id_number"),
    ("SSN", "id_number"),
    ("Identification Number IMO", "imo_number"),
    ("Identification Number", "id_number"),
    ("Personal ID Card", "id_number"),
    ("Numero de Identidad", "id_number"),
    ("Driver's License No.", "id_number"),
    ("Electoral Registry No.", "id_number"),
    ("Credencial electoral", "id_number"),
    ("Cartilla de Servicio Militar Nacional", "id_number"),
    ("I.F.E.", "id_number"),
    ("LE Number", "id_number"),
    ("Residency Number", "id_number"),
    ("Travel Document Number", "id_number"),
    ("Birth Certificate Number", "id_number"),
    ("Citizen's Card Number", "id_number"),
    ("Kuwait Civil ID No.", "id_number"),
    ("Turkish Identification Number", "id_number"),
    ("Tarjeta Profesional", "id_number"),
    ("Interpol: Red Notice. File No.", "id_number"),
    ("NIT #", "tax_number"),
    ("N.I.E.", "id_number"),
    ("NIE", "id_number"),
    ("C.I.F.", "tax_number"),
    ("BIK (RU)", "registration_number"),
    ("Phone No.", "phone"),
    ("Phone Number", "phone"),
    ("R.F.C.", "tax_number"),
    ("RFC", "tax_number"),
    ("RUC #", "tax_number"),
    ("RIF #", "tax_number"),
    ("RTN", "tax_number"),
    ("Tax ID No.", "tax_number"),
    ("V.A.T. Number", "tax_number"),
    ("Italian Fiscal Code", "tax_number"),
    ("Fiscal Code", "tax_number"),
    ("US FEIN", "tax_number"),
    ("Registration ID", "registration_number"),
    ("Registration Number", "registration_number"),
    ("Registered Charity No.", "registration_number"),
    ("Company Number IMO", "imo_number"),
    ("Company Number", "registration_number"),
    ("UK Company Number", "registration_number"),
    ("Commercial Registry Number", "registration_number"),
    ("Business Registration Document #", "registration_number"),
    ("Business Registration Number", "registration_number"),
    ("Business Number", "registration_number"),
    ("C.R. No.", "registration_number"),
    ("Trade License No.", "registration_number"),
    ("Matricula Mercantil No", "registration_number"),
    ("Folio Mercantil No.", "registration_number"),
    ("Public Registration Number", "registration_number"),
    ("Chamber of Commerce Number", "registration_number"),
    ("Certificate of Incorporation Number", "registration_number"),
    ("Legal Entity Number", "registration_number"),
    ("Enterprise Number", "registration_number"),
    ("Government Gazette Number", "registration_number"),
    ("D-U-N-S Number", "registration_number"),
    ("Vessel Registration Identification", "imo_number"),
    ("MMSI", "mmsi"),
    ("SWIFT/BIC", "swift_bic"),
    ("Email Address", "email"),
    ("Website", "website"),
    ("Telephone No.", "phone"),
    ("Telephone", "phone"),
    ("Fax", "phone"),
    ("Former Vessel Flag", "former_flag"),
    ("Aircraft Model", "model"),
    ("Aircraft Operator", "operator"),
    ("Aircraft Tail Number", "registration_number"),
    ("Aircraft Manufacturer's Serial Number (MSN)", "serial_number"),
    ("Aircraft Construction Number (also called L/N or S/N or F/N)", "serial_number"),
];

/// The remarks of a text: semicolons separate them. Full stops at their ends are left out, since the tables put one behind
/// the last.
pub fn split(text: &str) -> Vec<String> {
    let text = text.trim();
    let text = text
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'))
        .filter(|inner| !inner.contains(['(', ')']))
        .unwrap_or(text);
    // `alt.` only says that it is not the first of its sort.
    let plain =
        |part: &str| single_spaced(part.trim_start().trim_start_matches("alt. ").trim_end_matches([';', '.', ' ']));
    text.split("; ").map(plain).filter(|part| !part.is_empty()).collect()
}

/// A text whose white space is single spaces, as that of an XML element is.
pub fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a remark says.
pub fn fact(remark: &str) -> Fact<'_> {
    let text = remark.trim();
    let after = |label: &str| text.strip_prefix(label).map(str::trim).filter(|rest| !rest.is_empty());
    let plain = |key, value: &str| Fact::Attribute(key, value.to_owned(), String::new());
    if let Some(name) = after("Linked To:") {
        return Fact::LinkedTo(name);
    }
    if let Some(name) = ["a.k.a. ", "f.k.a. ", "n.k.a. "].iter().find_map(|label| after(label)) {
        return Fact::WeakName(name.trim_matches(['\'', '"']));
    }
    if let Some(date) = after("DOB ").and_then(birth) {
        return plain("birth_date", &date);
    }
    if let Some(place) = after("POB ") {
        return Fact::BornIn(place);
    }
    for (label, key) in [("nationality ", "nationality"), ("citizen ", "citizenship")] {
        if let Some(country) = after(label) {
            return plain(key, country);
        }
    }
    match text {
        "Gender Male" | "Gender: Male" => return plain("gender", "male"),
        "Gender Female" | "Gender: Female" => return plain("gender", "female"),
        _ => {}
    }
    if let Some(date) = after("Aircraft Manufacture Date ").and_then(day_month_year) {
        return plain("built", &date);
    }
    for &(label, key) in LABELS {
        let Some(rest) = text.strip_prefix(label) else { continue };
        if !rest.starts_with([' ', ':']) {
            continue;
        }
        let (value, note) = value(rest.trim_start_matches([' ', ':']));
        let fits = match key {
            // An operator and a flag are words; everything else has a digit, an @ or a dot in it.
            "operator" | "model" | "former_flag" => !value.is_empty(),
            "email" => value.contains('@'),
            "website" => value.contains('.') && !value.contains(' '),
            "swift_bic" => !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            _ => value.bytes().any(|byte| byte.is_ascii_digit()),
        };
        if fits {
            let value = match key {
                "website" if !value.starts_with("http") => format!("http://{value}"),
                "imo_number" => value.trim_start_matches("IMO").trim().to_owned(),
                _ => value.to_owned(),
            };
            let note = if note.is_empty() { label.to_owned() } else { format!("{label}, {note}") };
            return Fact::Attribute(key, value, note);
        }
        break;
    }
    numbered(text).unwrap_or(Fact::Words(remark))
}

/// A number whose label is not known but says that it is one: `Utopian Personal ID No. 1 (Utopia)`.
fn numbered(text: &str) -> Option<Fact<'_>> {
    let end = NUMBERED.iter().filter_map(|word| text.find(word).map(|at| at + word.len())).min()?;
    let (label, rest) = text.split_at_checked(end)?;
    let (value, note) = value(rest);
    let is_number = !value.contains([' ', ',']) && value.bytes().any(|byte| byte.is_ascii_digit());
    let is_label = label.split_whitespace().count() <= MOST_WORDS
        && !label.contains([',', ':', ';'])
        && !label.starts_with("Previous");
    let note = if note.is_empty() { label.trim().to_owned() } else { format!("{}, {note}", label.trim()) };
    (is_number && is_label).then(|| Fact::Attribute("id_number", value.to_owned(), note))
}

/// How a label ends behind which a number stands, and the most words of such a label.
const NUMBERED: [&str; 4] = [" No. ", " Number ", " # ", " No "];
const MOST_WORDS: usize = 8;

/// A value without what is said of it: `1 (Russia) issued 2001 expires 2005` is `1`.
fn value(text: &str) -> (&str, String) {
    let (mut value, mut notes) = (text.trim(), Vec::new());
    for word in [" expires ", " issued "] {
        if let Some((before, date)) = value.rsplit_once(word) {
            notes.push(format!("{} {}", word.trim(), date.trim()));
            value = before.trim();
        }
    }
    if let Some((before, country)) = value.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")) {
        notes.push(country.to_owned());
        value = before.trim();
    }
    notes.reverse();
    (value, notes.join(", "))
}

/// A date of birth as EDTF: `circa 1951` is `1951~`, `1958 to 1959` an interval.
fn birth(text: &str) -> Option<String> {
    let (text, about) = match text.strip_prefix("circa ") {
        Some(rest) => (rest, "~"),
        None => (text, ""),
    };
    let between =
        text.split_once(" to ").or_else(|| text.split_once('-').filter(|(from, to)| from.len() == 4 && to.len() == 4));
    match between {
        Some((from, to)) => Some(format!(
            "{}{about}/{}{about}",
            day_month_year(from)?,
            day_month_year(to.trim_start_matches("circa "))?
        )),
        None => day_month_year(text).map(|date| format!("{date}{about}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_are_split() {
        assert_eq!(split("alt. DOB 1951; POB X, Y; Linked To: A S.A.."), ["DOB 1951", "POB X, Y", "Linked To: A S.A"]);
        assert_eq!(split("(Linked To: A CO)"), ["Linked To: A CO"]);
        assert_eq!(split(" "), Vec::<String>::new());
    }

    #[test]
    fn remarks_are_understood() {
        use Fact::*;
        let attribute = |key, value: &str, note: &str| Attribute(key, value.into(), note.into());
        for (remark, expected) in [
            ("DOB 14 Jun 1975", attribute("birth_date", "1975-06-14", "")),
            ("DOB circa 1951", attribute("birth_date", "1951~", "")),
            ("DOB 01 Jan 1958 to 31 Dec 1959", attribute("birth_date", "1958-01-01/1959-12-31", "")),
            ("DOB circa 1979-1982", attribute("birth_date", "1979~/1982~", "")),
            ("DOB in his thirties", Words("DOB in his thirties")),
            ("POB Port Example, Exampleland", BornIn("Port Example, Exampleland")),
            ("nationality Korea, North", attribute("nationality", "Korea, North", "")),
            ("Gender Female", attribute("gender", "female", "")),
            ("a.k.a. 'THE EXAMPLE'", WeakName("THE EXAMPLE")),
            ("Linked To: EXAMPLE CO", LinkedTo("EXAMPLE CO")),
            (
                "Passport A1 (Russia) issued 08 Apr 2013 expires 08 Apr 2018",
                attribute("passport_number", "A1", "Passport, Russia, issued 08 Apr 2013, expires 08 Apr 2018"),
            ),
            (
                "Vessel Registration Identification IMO 9000000",
                attribute("imo_number", "9000000", "Vessel Registration Identification"),
            ),
            ("Company Number IMO 5000000", attribute("imo_number", "5000000", "Company Number IMO")),
            ("Company Number LL1 (Utopia)", attribute("registration_number", "LL1", "Company Number, Utopia")),
            ("Website www.example.org", attribute("website", "http://www.example.org", "Website")),
            ("Email Address a@example.org", attribute("email", "a@example.org", "Email Address")),
            ("Aircraft Operator Example Air", attribute("operator", "Example Air", "Aircraft Operator")),
            ("Aircraft Manufacture Date 28 Dec 2016", attribute("built", "2016-12-28", "")),
            ("Former Vessel Flag Utopia", attribute("former_flag", "Utopia", "Former Vessel Flag")),
            ("Passport", Words("Passport")),
            ("Passport none", Words("Passport none")),
            ("all offices worldwide", Words("all offices worldwide")),
            ("Utopian Personal ID No. E1 (Utopia)", attribute("id_number", "E1", "Utopian Personal ID No., Utopia")),
            ("Previous Aircraft Tail Number 2-ABCD", Words("Previous Aircraft Tail Number 2-ABCD")),
            ("wanted under File No. 2009/52, see there", Words("wanted under File No. 2009/52, see there")),
        ] {
            assert_eq!(fact(remark), expected, "{remark}");
        }
    }

    #[test]
    fn a_longer_label_stands_before_its_beginning() {
        for (at, (label, _)) in LABELS.iter().enumerate() {
            for (later, _) in LABELS.iter().skip(at + 1) {
                assert!(!later.starts_with(&format!("{label} ")), "{label} hides {later}");
            }
        }
    }
}
