//! Real Graphviz draws the DOT of answers, nasty ones too, and the SVG is looked at.
//!
//! Skipped where there is no `dot`, unless `CI` is set.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::io::Write;
use std::process::{Command, Stdio};

use petgraph::graph::NodeIndex;
use tieline::graph::{Answer, Edge, Node, Subgraph};
use tieline::model::{Modality, Truth};
use tieline::write::{Format, KindLook, Options, write};

fn dot(answer: &Answer, title: Option<&str>) -> String {
    let mut out = Vec::new();
    let looks = [
        ("Organisation", "box", "#dbe7f5"),
        ("Person", "ellipse", "#fdebc8"),
        ("Place", "house", "#dcefd9"),
        ("Event", "hexagon", "#f6d9dc"),
    ]
    .map(|(kind, shape, colour)| KindLook { kind: kind.into(), shape: shape.into(), colour: colour.into() });
    write(answer, Format::Dot, &Options { title, looks: &looks, ..Options::default() }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The SVG that Graphviz makes of `dot`; `None` where there is no Graphviz. Its warnings are errors.
fn svg(dot: &str) -> Option<String> {
    let child =
        Command::new("dot").arg("-Tsvg").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) if std::env::var_os("CI").is_some() => panic!("Graphviz is needed: {error}"),
        Err(error) => {
            println!("skipped: no Graphviz ({error})");
            return None;
        }
    };
    let mut stdin = child.stdin.take().unwrap();
    let text = dot.to_owned();
    let feeder = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let said: Vec<&str> = said.lines().filter(|line| !line.contains("Fontconfig") && !line.contains("Pango")).collect();
    assert!(output.status.success() && said.is_empty(), "{said:?}\n{dot}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// One group of the drawing (`node`, `edge`): its texts, its tooltips, and its markup.
struct Group {
    texts: Vec<String>,
    tooltips: Vec<String>,
    markup: String,
}

fn groups(svg: &str, class: &str) -> Vec<Group> {
    let mark = format!("class=\"{class}\">");
    svg.split(&mark)
        .skip(1)
        .map(|rest| {
            // A group ends where the next node or edge begins, or at the end of the drawing.
            let end = ["class=\"node\">", "class=\"edge\">"].iter().filter_map(|next| rest.find(next)).min();
            let markup = rest[..end.unwrap_or(rest.len())].to_owned();
            let texts = between(&markup, "<text", "</text>")
                .iter()
                .filter_map(|text| text.split_once('>'))
                .map(|(_, text)| plain(text).trim().to_owned())
                .collect();
            let tooltips = between(&markup, "xlink:title=\"", "\"")
                .iter()
                .map(|text| plain(text).replace('\u{2060}', ""))
                .collect();
            Group { texts, tooltips, markup }
        })
        .collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).filter_map(|rest| rest.split_once(end)).map(|(inside, _)| inside).collect()
}

/// XML text without its escapes.
fn plain(xml: &str) -> String {
    let mut out = String::new();
    let mut rest = xml;
    while let Some((before, after)) = rest.split_once('&') {
        let (name, after) = after.split_once(';').unwrap_or_else(|| panic!("a lone & in {xml:?}"));
        out.push_str(before);
        out.push(match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            number => char::from_u32(number.strip_prefix('#').unwrap().parse().unwrap()).unwrap(),
        });
        rest = after;
    }
    assert!(!rest.contains('<') && !out.contains('\0'), "{xml:?}");
    out.replace('\u{a0}', " ") + &rest.replace('\u{a0}', " ")
}

fn node(id: &str, name: &str, kind: &str) -> Node {
    Node { id: id.into(), name: name.into(), kind: kind.into(), finer: None, focus: false }
}

fn edge(id: &str, kind: &str) -> Edge {
    Edge {
        id: id.into(),
        kind: kind.into(),
        reading: kind.replace('_', " "),
        symmetric: false,
        since: None,
        until: None,
        when: None,
        grade: "B2".into(),
        sources: 1,
        claims: 1,
        modality: Modality::Asserted,
        truth: Truth::Yes,
        citation: "cep-ttp-ceasefire, paragraph 2, sentence 3".into(),
    }
}

#[test]
fn nasty_names_are_drawn_as_they_are() {
    let names = [
        "say \"hi\" to 'them'",
        "back\\slash \\N \\G \\l",
        "</svg><script>",
        "&lt;b&gt; &amp; &#65;",
        "]; } -> {",
        "تحريك طالبان",
        "Хаккани",
        "巴基斯坦塔利班",
        "👩‍👩‍👧 🇵🇰",
        "%s {a|b} <f0>",
        "-- /* */ # //",
        "a:b:c",
    ];
    let mut graph = Subgraph::new();
    for (number, name) in names.iter().enumerate() {
        graph.add_node(node(&format!("n{number}"), name, if number % 2 == 0 { "Organisation" } else { name }));
    }
    let strange = graph.add_node(node("strange", "new\nline\ttab\u{1b}[31m\u{202e}x\u{ffff}", "Person"));
    let empty = graph.add_node(node("empty", "", ""));
    let blank = graph.add_node(node("blank", " \u{2003} ", "Place"));
    let hostile = graph.add_node(node("a\"b\\", "hostile id", "Event"));
    graph.add_edge(strange, empty, Edge { citation: names.join("\n"), ..edge("e\"", names[2]) });
    graph.add_edge(hostile, blank, Edge { modality: Modality::Denied, ..edge("e", names[3]) });
    let answer = Answer {
        notes: names.iter().map(|name| (*name).to_owned()).collect(),
        cut: Some("<b>\"&lt;".to_owned()),
        graph,
        ..Answer::default()
    };
    let Some(svg) = svg(&dot(&answer, Some(names[2]))) else { return };
    let drawn = groups(&svg, "node");
    assert_eq!(drawn.len(), names.len() + 4);
    let texts: Vec<String> = drawn.iter().map(|group| group.texts.join(" ")).collect();
    for name in names {
        assert!(texts.iter().any(|text| text == name), "{name:?} is not in {texts:?}");
        assert!(drawn.iter().any(|group| group.tooltips.iter().any(|tip| tip.contains(name))), "{name:?}");
    }
    for text in ["new␊line␉tab␛[31m", "empty", "blank", "hostile id"] {
        assert!(texts.iter().any(|drawn| drawn.contains(text)), "{text:?} is not in {texts:?}");
    }
    assert_eq!(groups(&svg, "edge").len(), 2);
    assert!(!svg.contains("<script"));
    assert_eq!(svg.matches("</svg>").count(), 1);
}

#[test]
fn modalities_and_kinds_can_be_told_apart() {
    let mut graph = Subgraph::new();
    let kinds = ["Organisation", "Person", "Place", "Event"];
    let nodes = kinds.map(|kind| graph.add_node(node(&kind.to_lowercase(), kind, kind)));
    for (number, &modality) in Modality::ALL.iter().enumerate() {
        let id = format!("e{number}");
        graph.add_edge(nodes[0], nodes[1], Edge { modality, since: Some("2001".into()), ..edge(&id, modality.word()) });
    }
    graph.add_edge(nodes[2], nodes[3], Edge { truth: Truth::May, symmetric: true, ..edge("may", "near") });
    let Some(svg) = svg(&dot(&Answer { graph, ..Answer::default() }, None)) else { return };

    let nodes = groups(&svg, "node");
    let outline = |name: &str| {
        let markup = &nodes.iter().find(|group| group.texts == [name]).unwrap().markup;
        let fill = between(markup, "fill=\"", "\"")[0].to_owned();
        let corners = between(markup, "points=\"", "\"").first().map(|points| points.split_whitespace().count());
        (fill, corners)
    };
    let looks = kinds.map(outline);
    for (number, look) in looks.iter().enumerate() {
        assert!(looks[..number].iter().all(|other| other.0 != look.0), "{looks:?}");
    }
    assert_eq!(looks[1].1, None, "a person is an ellipse");

    let edges = groups(&svg, "edge");
    assert_eq!(edges.len(), Modality::ALL.len() + 1);
    let of = |word: &str| edges.iter().find(|group| group.texts.iter().any(|text| text.contains(word))).unwrap();
    let dashes = |word: &str| between(&of(word).markup, "stroke-dasharray=\"", "\"").first().copied();
    assert_eq!(dashes("asserted"), None);
    assert_eq!(dashes("alleged"), dashes("aim"));
    assert_eq!(dashes("possible"), dashes("opinion"));
    assert!(dashes("alleged").is_some() && dashes("possible").is_some() && dashes("alleged") != dashes("possible"));
    assert!(of("denied").markup.contains("line-through"));
    assert!(edges.iter().filter(|group| group.markup.contains("line-through")).count() == 1);
    assert!(of("asserted").texts.contains(&"2001–? · B2".to_owned()));
    assert!(of("near").texts.contains(&"near (may hold)".to_owned()));
    assert!(!of("near").markup.contains("<polygon"), "no arrow head");
    assert!(of("asserted").markup.contains("<polygon"));
    for edge in &edges {
        assert!(edge.tooltips.iter().any(|tip| tip.contains("paragraph 2, sentence 3")), "{}", edge.markup);
    }
}

#[test]
fn an_empty_answer_is_a_picture_that_says_so() {
    let Some(svg) = svg(&dot(&Answer::default(), Some("find \"nobody\""))) else { return };
    assert!(groups(&svg, "node").is_empty());
    assert!(svg.contains("Nothing to draw"));
}

#[test]
fn isolated_entities_loops_and_cuts_are_drawn() {
    let mut graph = Subgraph::new();
    graph.add_node(node("alone", "Alone", "Place"));
    let own = graph.add_node(node("own", "Own", "Place"));
    graph.add_edge(own, own, edge("loop", "part_of"));
    graph.add_edge(own, own, edge("loop-2", "part_of"));
    let answer = Answer { graph, cut: Some("1,000 visited links".into()), ..Answer::default() };
    let Some(svg) = svg(&dot(&answer, None)) else { return };
    assert_eq!((groups(&svg, "node").len(), groups(&svg, "edge").len()), (2, 2));
    assert!(svg.contains("Incomplete: 1,000 visited links"));
}

/// Names, ties and sorts of ties as a real question brings them.
fn realistic() -> Answer {
    let mut graph = Subgraph::new();
    let mut add = |id: &str, name: &str, kind: &str, finer: &str| {
        let focus = id == "ttp";
        graph.add_node(Node { finer: Some(finer.into()), focus, ..node(id, name, kind) })
    };
    let ttp = add("ttp", "Tehrik-e Taliban Pakistan", "Organisation", "militant_group");
    let qaeda = add("al-qaeda", "al-Qaeda", "Organisation", "militant_group");
    let haqqani = add("haqqani-network", "شبكة حقاني", "Organisation", "militant_group");
    let afghan = add("afghan-taliban", "Afghan Taliban", "Organisation", "militant_group");
    let pakistan = add("pakistan-government", "Government of Pakistan", "Organisation", "government");
    let cep = add("cep", "Counter Extremism Project", "Organisation", "research");
    let team = add("monitoring-team", "ISIL (Da'esh), Al-Qaida and Taliban Monitoring Team", "Organisation", "un_body");
    let schindler = add("schindler", "Hans-Jakob Schindler", "Person", "researcher");
    let zawahiri = add("zawahiri", "Айман аз-Завахири", "Person", "leader");
    let mehsud = add("mehsud", "بیت اللہ محسود", "Person", "leader");
    let waziristan = add("north-waziristan", "北瓦济里斯坦", "Place", "region");
    let kabul = add("kabul", "Кабул", "Place", "city");
    let madrassa = add("manba-ulom", "Manba Ulom madrassa", "Place", "school");
    let ceasefire = add("ceasefire-2021", "One-month ceasefire", "Event", "ceasefire");
    let talks = add("talks", "Talks in Afghanistan", "Event", "negotiation");
    let mut number = 0;
    let mut tie = |from: NodeIndex, kind: &str, to: NodeIndex, since: &str, until: &str, modality: Modality| {
        number += 1;
        let date = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let symmetric = matches!(kind, "affiliated_with" | "negotiated_with");
        let truth = if since.ends_with('?') { Truth::May } else { Truth::Yes };
        let weight = Edge {
            symmetric,
            since: date(since),
            until: date(until),
            modality,
            truth,
            ..edge(&number.to_string(), kind)
        };
        graph.add_edge(from, to, weight);
    };
    use Modality::{Aim, Alleged, Asserted, Denied, Opinion, Possible};
    tie(ttp, "affiliated_with", qaeda, "2007", "", Asserted);
    tie(ttp, "affiliated_with", afghan, "2007-12", "..", Asserted);
    tie(ttp, "shares_ideology_with", afghan, "", "", Asserted);
    tie(ttp, "gives_haven_to", qaeda, "", "", Asserted);
    tie(qaeda, "supplies", ttp, "", "", Asserted);
    tie(ttp, "took_part_in", ceasefire, "", "", Asserted);
    tie(pakistan, "took_part_in", ceasefire, "", "", Asserted);
    tie(haqqani, "brokered", ceasefire, "", "", Opinion);
    tie(ceasefire, "may_be_extended_by", talks, "", "", Possible);
    tie(ttp, "took_part_in", talks, "", "", Asserted);
    tie(pakistan, "took_part_in", talks, "", "", Asserted);
    tie(afghan, "hosted", talks, "", "", Asserted);
    tie(haqqani, "affiliated_with", afghan, "", "", Asserted);
    tie(haqqani, "operates_in", waziristan, "197X", "", Asserted);
    tie(haqqani, "ran", madrassa, "198X", "2001", Asserted);
    tie(qaeda, "met_at", madrassa, "2001?", "", Asserted);
    tie(madrassa, "located_in", waziristan, "", "", Asserted);
    tie(ttp, "led_by", mehsud, "2007-12", "2009-08", Asserted);
    tie(zawahiri, "leads", qaeda, "2011-06", "2022-07", Asserted);
    tie(zawahiri, "lived_in", kabul, "2022", "", Alleged);
    tie(afghan, "sheltered", zawahiri, "", "", Denied);
    tie(ttp, "expel_from", pakistan, "", "", Aim);
    tie(schindler, "works_for", cep, "", "", Asserted);
    tie(schindler, "coordinated", team, "", "2018?", Asserted);
    tie(afghan, "rules", kabul, "2021-08-15", "..", Asserted);
    Answer {
        graph,
        notes: vec!["1 link may hold at that time: its dates do not decide.".into()],
        cut: Some("stopped after 2 hops".into()),
        ..Answer::default()
    }
}

#[test]
fn a_realistic_answer_is_drawn() {
    let answer = realistic();
    let text = dot(&answer, Some("neighbours \"TTP\" within 2"));
    let Some(svg) = svg(&text) else { return };
    assert_eq!(groups(&svg, "node").len(), answer.graph.node_count());
    assert_eq!(groups(&svg, "edge").len(), answer.graph.edge_count());
    for word in ["Organisation", "Person", "Place", "Event", "asserted", "alleged", "denied", "may hold"] {
        assert!(svg.contains(word), "{word}");
    }
}
