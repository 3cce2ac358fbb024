//! The gold list of the press release that `seeds/` was written from, in the words of `seeds/`.

use std::path::PathBuf;

use serde_json::Value;

/// Our id of each entity and event of the gold list.
pub const IDS: [(&str, &str); 47] = [
    ("ttp", "ttp"),
    ("gov_pk", "government-of-pakistan"),
    ("pk_officials", "pakistani-officials"),
    ("afghan_taliban", "afghan-taliban"),
    ("taliban_gov", "taliban-government"),
    ("alqaeda", "al-qaeda"),
    ("haqqani", "haqqani-network"),
    ("haqqani_leaders", "haqqani-leaders"),
    ("cep", "cep"),
    ("schindler", "hans-jakob-schindler"),
    ("un_mt", "un-monitoring-team"),
    ("unsc", "un-security-council"),
    ("un", "united-nations"),
    ("isil", "isil"),
    ("us", "united-states"),
    ("pk_taliban", "pakistani-taliban"),
    ("pk_military", "pakistani-military"),
    ("ypg", "ypg"),
    ("mujahideen", "mujahideen-fighters"),
    ("ussr", "soviet-union"),
    ("aq_members", "al-qaeda-members"),
    ("pakistan", "pakistan"),
    ("afghanistan", "afghanistan"),
    ("se_afghanistan", "southeastern-afghanistan"),
    ("fata", "federally-administered-tribal-areas"),
    ("n_waziristan", "north-waziristan"),
    ("waziristan", "waziristan"),
    ("manba", "manba-ulom-madrassa"),
    ("afrin", "afrin"),
    ("nw_syria", "northwestern-syria"),
    ("schools", "afrin-schools"),
    ("mosque", "afrin-mosque"),
    ("new_york", "new-york"),
    ("region", "unspecified-region"),
    ("res_pk", "cep-resource-pakistan"),
    ("res_hqn", "cep-resource-haqqani-network"),
    ("daily_dose", "cep-daily-dose"),
    ("fto", "us-foreign-terrorist-organization"),
    ("agreement", "pakistan-ttp-ceasefire"),
    ("talks", "pakistan-ttp-talks"),
    ("ttp_founding", "ttp-founding"),
    ("hqn_founding", "haqqani-network-founding"),
    ("training_80s", "mujahideen-training"),
    ("invasion", "us-invasion-of-afghanistan"),
    ("afrin_attack", "afrin-missile-attack"),
    ("un_sanction", "un-sanction-on-haqqani-network"),
    ("us_designation", "us-designation-of-ttp"),
];

/// Our link kind for each link type of the gold list, where it is not the same word.
const KINDS: [(&str, &str); 15] = [
    ("affiliate_of", "affiliated_with"),
    ("former_role_at", "held_role_at"),
    ("brokered_with_help_of", "brokered_by"),
    ("leaders_of", "led_by"),
    ("members_hold_posts_in", "has_members_in_posts_of"),
    ("willing_to_agree_with", "open_to_deals_with_affiliates_of"),
    ("symbiotic_relationship", "symbiotic_with"),
    ("said", "comments_on"),
    ("established", "established_at"),
    ("founded", "established_at"),
    ("expulsion_from", "faces_expulsion_from"),
    ("seeks_islamic_state_in", "seeks_state_in"),
    ("haven_located_in", "provides_haven_in"),
    ("used_as_training_center_for", "training_centre_for"),
    ("used_as_meeting_site_for", "meeting_site_for"),
];

/// Link types of the gold list that ours read the other way round.
const TURNED: [&str; 1] = ["leaders_of"];

/// Whether our link goes out from the target of the gold list's.
pub fn turned(link: &Value) -> bool {
    TURNED.contains(&link["type"].as_str().unwrap())
}

/// Periods that differ from the gold list: "used" has ended at a time that is not said (`2001/`), which is not the same
/// as having no end (`2001/..`).
const UNKNOWN_END: [&str; 3] = ["L54", "L55", "L56"];

/// Our link kind for a link of the gold list.
pub fn kind(link: &Value) -> &str {
    let kind = link["type"].as_str().unwrap();
    KINDS.iter().find(|(theirs, _)| *theirs == kind).map_or(kind, |(_, ours)| ours)
}

/// Our id of who says a link or an attribute of the gold list; nobody for the source's own voice.
pub fn speaker(gold: &Value) -> Option<&'static str> {
    match gold["said_by"].as_str() {
        Some("narrator") => None,
        Some(speaker) => Some(ours(speaker)),
        None => panic!("no speaker in {gold}"),
    }
}

/// Our modality of a link or an attribute of the gold list.
pub fn modality(gold: &Value) -> &str {
    match gold["modality"].as_str() {
        // What a name implies and what a group claims are told as facts; the seeds say why.
        Some("implied by name" | "claimed-by-group (reported by narrator)") => "asserted",
        Some(word) => word,
        None => panic!("no modality in {gold}"),
    }
}

/// The date of a link as the seeds have it.
pub fn when(link: &Value) -> Option<&str> {
    if UNKNOWN_END.contains(&link["id"].as_str().unwrap()) { Some("2001/") } else { link["date_edtf"].as_str() }
}

pub fn ours(gold: &str) -> &'static str {
    IDS.iter().find(|(theirs, _)| *theirs == gold).unwrap_or_else(|| panic!("{gold} is not in IDS")).1
}

/// The folder of test data, or `None`, saying so, where it is missing and `CI` is not set.
pub fn documents() -> Option<PathBuf> {
    super::shared("data/documents")
}

pub fn gold() -> Option<Value> {
    let text = std::fs::read_to_string(documents()?.join("cep-ttp-ceasefire.gold.json")).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}
