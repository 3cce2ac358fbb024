//! `seeds/` against the gold list of the press release that it was written from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use tieline::model::{Changes, Claim, EntityNo, Modality, NameRole, Says};
use tieline::read::seeds;
use tieline::schema::Schema;

use super::common::gold::{IDS, documents, gold, kind, modality, ours, speaker, when};

/// What each attribute of the gold list is with us: key and value.
const ATTRIBUTES: [(&str, &str, &str); 16] = [
    ("A01", "duration", "one month"),
    ("A02", "founded", "2007"),
    ("A03", "founded", "2007-12"),
    ("A04", "claimed_responsibility_for", "tens of thousands of deaths"),
    ("A05", "org_type", "umbrella organisation"),
    ("A06", "factions", "13"),
    ("A07", "org_type", "Sunni militant organisation"),
    ("A08", "sanctioned", "true"),
    ("A09", "reputation", "notorious"),
    ("A10", "killed", "1"),
    ("A11", "wounded", "7"),
    ("A12", "weapon", "missiles"),
    ("A13", "count", "2"),
    ("A14", "title", "Dr."),
    ("A15", "role", "Senior Director"),
    ("A16", "former_role", "coordinator"),
];

/// Links of the gold list with one end: with us an attribute of this entity.
const ONE_END: [(&str, &str, &str); 3] = [
    ("L12", "pakistan-ttp-ceasefire", "outlook"),
    ("L27", "pakistani-officials", "assessment"),
    ("L29", "afghan-taliban", "assessment"),
];

struct Seeds {
    changes: Changes,
}

impl Seeds {
    fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
        match seeds(&[folder], Schema::builtin(), &()) {
            Ok(changes) => Self { changes },
            Err(problems) => panic!("{}", problems.iter().map(|problem| format!("{problem}\n")).collect::<String>()),
        }
    }

    fn number(&self, id: &str) -> EntityNo {
        self.changes.entity(id).unwrap_or_else(|| panic!("no entity {id}"))
    }

    fn id(&self, entity: EntityNo) -> &str {
        &self.changes.entities()[entity as usize].id
    }

    fn kind(&self, id: &str) -> &str {
        self.changes.words.text(self.changes.entities()[self.number(id) as usize].kind)
    }

    /// All links, as (from, kind, to).
    fn links(&self) -> impl Iterator<Item = (&str, &str, &str, &Claim)> {
        self.changes.claims.iter().filter_map(|claim| match claim.says {
            Says::Link { from, kind, to } => Some((self.id(from), self.changes.words.text(kind), self.id(to), claim)),
            _ => None,
        })
    }

    fn attributes(&self, id: &str, key: &str) -> Vec<(&str, &Claim)> {
        let (wanted, word) = (self.number(id), self.changes.words.get(key));
        let of = |claim| match claim {
            &Claim { says: Says::Attribute { entity, key, ref value }, .. } => {
                (entity == wanted && Some(key) == word).then_some(&**value)
            }
            _ => None,
        };
        self.changes.claims.iter().filter_map(|claim| Some((of(claim)?, claim))).collect()
    }

    fn names(&self, id: &str) -> Vec<(&str, NameRole)> {
        let wanted = self.number(id);
        self.changes
            .claims
            .iter()
            .filter_map(|claim| match &claim.says {
                Says::Name { entity, text, role, .. } if *entity == wanted => Some((&**text, *role)),
                _ => None,
            })
            .collect()
    }

    fn speaker(&self, claim: &Claim) -> Option<&str> {
        claim.speaker.map(|speaker| self.id(speaker))
    }

    /// Whether a claim stands at the place of a gold entry, with its speaker and modality.
    fn agrees(&self, claim: &Claim, gold: &Value) -> bool {
        u64::from(claim.locator.paragraph) == gold["paragraph"].as_u64().unwrap()
            && u64::from(claim.locator.sentence) == gold["sentence"].as_u64().unwrap()
            && self.speaker(claim) == speaker(gold)
            && claim.modality.word() == modality(gold)
    }
}

#[test]
fn every_entity_and_event_is_there_under_its_names() {
    let Some(gold) = gold() else { return };
    let seeds = Seeds::read();
    let plain = |name: &str| name.trim_start_matches("the ").replace(['“', '”', '"'], "").to_lowercase();
    let mut missing = Vec::new();
    for entity in gold["entities"].as_array().unwrap() {
        let id = ours(entity["id"].as_str().unwrap());
        let names: BTreeSet<String> = seeds.names(id).iter().map(|(name, _)| plain(name)).collect();
        let wanted = std::iter::once(&entity["name"]).chain(entity["aliases"].as_array().unwrap());
        missing.extend(
            wanted
                .map(|name| name.as_str().unwrap())
                .filter(|name| !names.contains(&plain(name)))
                .map(|n| (id, n.to_owned())),
        );
    }
    // Names that are none: descriptions with the words of a sentence around a name that is there, and the title of a
    // work that would make it look like the group.
    let none = [
        ("isil", "ISIL (Da'esh)"),
        ("pakistani-taliban", "all Pakistani Taliban factions"),
        ("afrin-schools", "two schools"),
        ("afrin-mosque", "a mosque"),
        ("unspecified-region", "the region"),
        ("cep-resource-haqqani-network", "Haqqani Network"),
        ("cep-daily-dose", "Daily Dose (CEP feature)"),
        ("us-foreign-terrorist-organization", "U.S.-designated Foreign Terrorist Organization"),
    ];
    missing.retain(|(id, name)| !none.contains(&(*id, name)));
    assert_eq!(missing, []);

    for event in gold["events"].as_array().unwrap() {
        let id = ours(event["id"].as_str().unwrap());
        assert_eq!(seeds.kind(id), "Event");
        let dates: Vec<&str> = seeds.attributes(id, "date").iter().map(|(date, _)| *date).collect();
        match event["date_edtf"].as_str() {
            Some(date) => assert!(dates.contains(&date), "{id}: {dates:?}"),
            None => assert!(dates.is_empty(), "{id} is undated"),
        }
    }
    assert_eq!(gold["entities"].as_array().unwrap().len() + gold["events"].as_array().unwrap().len(), IDS.len());
    assert_eq!(seeds.changes.entities().len(), IDS.len(), "nothing that the document does not speak of");
}

#[test]
fn every_link_is_there_with_its_sentence_speaker_and_modality() {
    let Some(gold) = gold() else { return };
    let seeds = Seeds::read();
    let (mut joined, mut misses) = (0, Vec::new());
    for link in gold["links"].as_array().unwrap() {
        let id = link["id"].as_str().unwrap();
        let Some(target) = link["target"].as_str() else {
            let (_, entity, key) = ONE_END.iter().find(|(known, ..)| *known == id).unwrap();
            let found = seeds.attributes(entity, key);
            assert!(found.iter().any(|(_, claim)| seeds.agrees(claim, link)), "{id}: {entity} has no such {key}");
            continue;
        };
        let (source, target) = (ours(link["source"].as_str().unwrap()), ours(target));
        let kind = kind(link);
        let found: Vec<_> = seeds
            .links()
            .filter(|(from, is, to, _)| {
                *is == kind && ([*from, *to] == [source, target] || [*to, *from] == [source, target])
            })
            .filter(|(.., claim)| seeds.agrees(claim, link))
            .collect();
        let when = when(link);
        let dated = found.iter().any(|(.., claim)| claim.when.map(|when| when.to_string()).as_deref() == when);
        if dated {
            joined += 1;
        } else {
            misses.push(format!("{id:4} {source} {kind} {target}: {} claims, none dated {when:?}", found.len()));
        }
    }
    println!("{joined} links with two ends are joined\n{}", misses.join("\n"));
    assert_eq!(joined, 63, "misses:\n{}", misses.join("\n"));
}

#[test]
fn every_attribute_is_there_with_its_sentence_speaker_and_modality() {
    let Some(gold) = gold() else { return };
    let seeds = Seeds::read();
    let attributes = gold["attributes"].as_array().unwrap();
    assert_eq!(attributes.len(), ATTRIBUTES.len());
    for attribute in attributes {
        let id = attribute["id"].as_str().unwrap();
        let entity = ours(attribute["entity"].as_str().unwrap());
        let (_, key, value) = ATTRIBUTES.iter().find(|(known, ..)| *known == id).unwrap();
        let found = seeds.attributes(entity, key);
        let agrees = found.iter().any(|(is, claim)| is == value && seeds.agrees(claim, attribute));
        assert!(agrees, "{id}: {entity} {key} {value} is not among {found:?}");
    }
}

#[test]
fn every_byte_span_lies_in_its_sentence_and_holds_the_quoted_words() {
    let (Some(documents), Some(gold)) = (documents(), gold()) else { return };
    let document = std::fs::read_to_string(documents.join("cep-ttp-ceasefire.txt")).unwrap();
    let sentences: BTreeMap<u64, &Value> =
        gold["sentences"].as_array().unwrap().iter().map(|s| (s["n"].as_u64().unwrap(), s)).collect();
    let seeds = Seeds::read();
    assert_eq!(
        seeds.changes.sources()[0].digest.as_deref(),
        gold["doc"]["sha256"].as_str().map(|digest| format!("sha256:{digest}")).as_deref()
    );
    for claim in &seeds.changes.claims {
        let sentence = sentences[&u64::from(claim.locator.sentence)];
        assert_eq!(sentence["paragraph"].as_u64().unwrap(), u64::from(claim.locator.paragraph), "{claim:?}");
        let (start, end) = claim.locator.span.unwrap();
        assert!(sentence["byte_start"].as_u64().unwrap() <= u64::from(start), "{claim:?}");
        assert!(sentence["byte_end"].as_u64().unwrap() >= u64::from(end), "{claim:?}");
        let words = &document[start as usize..end as usize];
        for quoted in claim.text.iter().flat_map(|text| text.split(" […] ")) {
            assert!(sentence["text"].as_str().unwrap().contains(quoted), "{quoted}");
            assert!(claim.text.as_deref().unwrap().contains(words), "{quoted} is not {words}");
        }
    }
}

#[test]
fn nothing_falls_into_the_traps() {
    let seeds = Seeds::read();
    let joined = |a: &str, b: &str| seeds.links().any(|(from, _, to, _)| [from, to] == [a, b] || [to, from] == [a, b]);

    // Relative date: the ceasefire and its source stay undated, the words are kept.
    assert_eq!(seeds.changes.sources()[0].published, None);
    assert!(seeds.attributes("pakistan-ttp-ceasefire", "date").is_empty());
    assert_eq!(seeds.attributes("pakistan-ttp-ceasefire", "relative_date").len(), 1);
    let undated = seeds.links().filter(|(from, _, to, _)| [*from, *to].contains(&"pakistan-ttp-ceasefire"));
    assert!(undated.into_iter().all(|(.., claim)| claim.when.is_none()));

    // Two precisions of one date: one founding, both cited.
    let dates: Vec<_> = seeds.attributes("ttp-founding", "date").iter().map(|(date, _)| *date).collect();
    assert_eq!(dates, ["2007-12", "2007"]);

    // One name spelled two ways is one entity; similar names are four.
    let named = |folded: &str| {
        let all = seeds.changes.entities().iter().map(|entity| &*entity.id);
        all.filter(|id| seeds.names(id).iter().any(|(name, _)| name.to_lowercase() == folded)).collect::<Vec<_>>()
    };
    assert_eq!((named("al-qaeda"), named("al-qaida")), (vec!["al-qaeda"], vec!["al-qaeda"]));
    let four = ["Afghan Taliban", "Pakistani Taliban", "Tehrik-e Taliban Pakistan", "Afghanistan Taliban government"];
    let four: BTreeSet<_> = four.iter().flat_map(|name| named(&name.to_lowercase())).collect();
    assert_eq!(four.len(), 4);
    assert_eq!(seeds.names("afghan-taliban").last(), Some(&("Taliban", NameRole::Weak)));
    assert!(!seeds.changes.claims.iter().any(|claim| matches!(claim.says, Says::SameAs { .. })));

    // A team with three groups in its name is one United Nations body, and Schindler worked for none of the three.
    assert!(!["isil", "al-qaeda", "afghan-taliban"].iter().any(|group| joined("hans-jakob-schindler", group)));

    // A title is no name of the group that it names.
    assert_eq!(named("haqqani network"), ["haqqani-network"]);
    assert_eq!(seeds.kind("cep-resource-haqqani-network"), "Work");

    // A quotation across sentences: what s6 to s9 say is said by Schindler, but for his name and the attribution.
    for claim in seeds.changes.claims.iter().filter(|claim| (6..=9).contains(&claim.locator.sentence)) {
        let about = seeds.id(claim.says.subject());
        let own = ["hans-jakob-schindler", "pakistan-ttp-ceasefire"].contains(&about);
        assert!(own || seeds.speaker(claim) == Some("hans-jakob-schindler"), "{about}: {claim:?}");
    }

    // The footer has nothing to do with the release.
    let footer = ["ypg", "afrin-missile-attack", "afrin", "northwestern-syria", "afrin-schools", "afrin-mosque"];
    for (from, kind, to, _) in seeds.links() {
        assert_eq!(footer.contains(&from), footer.contains(&to), "{from} {kind} {to}");
    }
    assert!(!seeds.links().any(|(from, _, to, _)| [from, to].contains(&"cep-daily-dose")));

    // A former role has ended, when is not known.
    let former = seeds.links().find(|(_, kind, ..)| *kind == "held_role_at").unwrap();
    assert_eq!((former.2, former.3.when), ("un-monitoring-team", None));
    assert!(
        !seeds
            .links()
            .any(|(from, kind, to, _)| (from, kind, to)
                == ("hans-jakob-schindler", "holds_role_at", "un-monitoring-team"))
    );

    // What may be is possible, what is sought is an aim.
    let [(_, outlook)] = seeds.attributes("pakistan-ttp-ceasefire", "outlook")[..] else { panic!("one outlook") };
    assert_eq!((outlook.modality, seeds.speaker(outlook)), (Modality::Possible, Some("government-of-pakistan")));
    let sought = ["seeks_to_expel", "faces_expulsion_from", "wages_jihad_against", "seeks_state_in"];
    assert!(seeds.links().all(|(_, kind, _, claim)| sought.contains(&kind) == (claim.modality == Modality::Aim)));

    // The government and its officials act; the country does not. A demonym is nothing.
    let acts = ["party_to", "made_agreement_with", "open_to_deals_with_affiliates_of"];
    assert!(!seeds.links().any(|(from, kind, to, _)| acts.contains(&kind) && [from, to].contains(&"pakistan")));
    assert_eq!((named("pakistani"), named("afghan")), (vec![], vec![]));
}
