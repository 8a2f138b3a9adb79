//! The forms of a report: snapshots in `fixtures/reports`, what each form's readers require, and hostile text.

use crate::support::{Snapshots, ocr, recording, sessions};
use regex::Regex;
use serde_json::{Value, json};

/// Each form, and the ending of its snapshot.
const FORMS: [(&str, &str); 7] = [
    ("text", "txt"),
    ("markdown", "md"),
    ("html", "html"),
    ("junit", "xml"),
    ("sarif", "sarif"),
    ("github", "annotations"),
    ("prometheus", "prom"),
];

const RECORDINGS: [&str; 4] = ["ab-loop", "clean-completion", "subagent", "quota"];

fn report(form: &str, files: &[String]) -> String {
    let done = ocr("ocr-report").args(["--as", form]).args(files).current_dir(sessions()).output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    String::from_utf8(done.stdout).unwrap().replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

/// Everything that is kept as a snapshot: its file, its form and its text.
fn reports() -> Vec<(String, &'static str, String)> {
    let file = |name: &&str| format!("{name}.ndjson");
    let all: Vec<String> = RECORDINGS.iter().map(file).collect();
    let mut reports = Vec::new();
    for (form, ending) in FORMS {
        for name in RECORDINGS {
            reports.push((format!("{name}.{ending}"), form, report(form, &[file(&name)])));
        }
        reports.push((format!("several.{ending}"), form, report(form, &all)));
    }
    reports
}

#[test]
fn snapshot_reports() {
    let mut snapshots = Snapshots::in_folder("reports");
    for (file, _, text) in reports() {
        snapshots.check(&file, &text);
    }
    snapshots.finish();
}

/// Text that breaks out where it is not escaped.
const HOSTILE: [&str; 9] = [
    "<script>alert(1)</script>",
    "]]> --> </title></svg>",
    "a\nb\r\nc",
    "\"quotes\" and 'apostrophes' \\ {0} [x](y)",
    "\u{1b}[2J\u{0}\u{7}\u{9b}",
    "\u{202e}reversed\u{2066}\u{feff}",
    "| `code` | **bold** @someone #1 ::error::x",
    "\u{fffe}\u{ffff}\u{2028}",
    "",
];

/// A recording with this text in every member that takes text.
fn hostile(text: &str) -> String {
    let line =
        |ts: u32, kind: &str, properties: Value| json!({"ts": ts, "type": kind, "properties": properties}).to_string();
    let point = json!({"ts": 3, "id": text});
    let evidence = json!([{"id": text, "excerpt": text}]);
    [
        line(1, "ocr.stream.opened", json!({"sessionID": text, "task": text, "model": text, "directory": text, "version": text, "server": text})),
        line(2, "session.created", json!({"sessionID": text, "info": {"id": text, "parentID": text, "title": text}})),
        line(3, "message.part.updated", json!({"sessionID": text, "part": {"id": text, "messageID": "m", "type": "tool", "tool": text, "state": {"status": "error", "input": {"command": text}, "error": text}}})),
        line(4, "message.part.updated", json!({"sessionID": "other", "part": {"id": "p", "messageID": "m", "type": "step-finish", "cost": 0.5, "tokens": {"input": 5}}})),
        line(5, "ocr.stream.gap", json!({"reason": text, "lasted": 4000})),
        line(6, "ocr.detect.finding", json!({"sessionID": text, "finding": text, "kind": "loop", "rule": text, "grade": "stop", "summary": text, "period": 2, "laps": 3, "since": point, "last": point, "wasted": {"calls": 1, "tokens": 2}, "evidence": evidence, "rollbackTo": text, "waitingOn": text})),
        line(7, "ocr.detect.done", json!({"sessionID": text, "outcome": "candidate", "claim": "prose", "contradictions": ["openTodos"], "facts": [{"contradiction": "openTodos", "fact": text}], "evidence": evidence})),
        line(8, "ocr.review.decision", json!({"sessionID": text, "action": "steer", "reason": text, "message": text, "reviewer": text})),
        line(9, "ocr.act.action", json!({"sessionID": text, "action": "abort", "phase": "taken", "detail": text})),
        line(10, "ocr.act.result", json!({"sessionID": text, "outcome": "loop", "exitCode": 10, "reason": text, "changed": [text]})),
        String::new(),
    ]
    .join("\n")
}

fn of_hostile(form: &str, text: &str) -> String {
    let done = ocr("ocr-report").args(["--as", form]).write_stdin(hostile(text)).output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn hostile_text_stays_text() {
    let huge = "x<&|\u{1b}".repeat(200_000);
    for text in HOSTILE.into_iter().chain([huge.as_str()]) {
        for (form, _) in FORMS {
            let told = of_hostile(form, text);
            let shown: String = text.chars().take(20).collect();
            let is_markup = ["html", "junit", "markdown"].contains(&form);
            assert!(!is_markup || !told.contains("<script"), "{form}: {shown:?}");
            let raw = told.chars().find(|c| {
                (c.is_control() && *c != '\n')
                    || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            });
            assert_eq!(raw, None, "{form}: {shown:?}");
            assert!(told.len() < 200_000, "{form}: {shown:?} made {} bytes", told.len());
            check_form(form, &told);
        }
    }
}

/// What a form's readers require.
fn check_form(form: &str, told: &str) {
    match form {
        "html" | "junit" => check_markup(form, told),
        "sarif" => check_sarif(told),
        "prometheus" => check_prometheus(told),
        "github" => {
            let command = Regex::new("^::(error|warning) title=[^:,]*::.").unwrap();
            assert!(told.lines().all(|line| command.is_match(line)), "{told}");
        }
        "markdown" => {
            let rows = told.lines().filter(|line| line.starts_with('|'));
            let bars = |row: &str| Regex::new(r"(^|[^\\])(\\\\)*\|").unwrap().find_iter(row).count();
            assert!(rows.map(bars).all(|bars| [4, 3, 8, 7].contains(&bars)), "{told}");
        }
        _ => {}
    }
}

#[test]
fn forms_are_valid() {
    for (_, form, text) in reports() {
        check_form(form, &text);
    }
}

/// Elements are nested, attributes quoted and unique, and `<` and `&` stand nowhere else.
fn check_markup(form: &str, text: &str) {
    let void = ["meta", "!doctype", "?xml", "wbr"];
    let tag = Regex::new(r#"<(/?)([!?a-z][a-z0-9-]*)((?: [a-zA-Z:-]+(?:="[^"<]*")?| html)*)\s*(/|\?)?>"#).unwrap();
    let entity = Regex::new(r"&(?:amp|lt|gt|quot|#39);").unwrap();
    let rest = entity.replace_all(text, "");
    assert!(!rest.contains('&'), "{form}: {text}");
    assert!(!tag.replace_all(&rest, "").contains('<'), "{form}: {text}");
    let mut open = Vec::new();
    for found in tag.captures_iter(text) {
        let name = &found[2];
        if &found[1] == "/" {
            assert_eq!(open.pop().as_deref(), Some(name), "{form}: {text}");
        } else if found.get(4).is_none() && !void.contains(&name) {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "{form}: {open:?}");
    if form == "junit" {
        check_suites(text);
    }
}

/// The counts of a suite are those of its cases, and what schemas require is there.
fn check_suites(text: &str) {
    let time = Regex::new(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$").unwrap();
    for suite in text.split("<testsuite ").skip(1) {
        let head = &suite[..suite.find('>').unwrap()];
        let value = |name: &str| {
            let found = Regex::new(&format!(r#" {name}="([^"]*)""#))
                .unwrap()
                .captures(&format!(" {head}"))
                .map(|c| c[1].to_owned());
            found.unwrap_or_else(|| panic!("no {name}: {head}"))
        };
        let count = |element: &str| suite.matches(&format!("<{element} ")).count().to_string();
        assert_eq!(
            (value("tests"), value("failures"), value("errors")),
            (count("testcase"), count("failure"), count("error"))
        );
        assert!(time.is_match(&value("timestamp")));
        for name in ["name", "hostname", "time", "id", "package"] {
            assert!(!value(name).is_empty(), "{name}");
        }
    }
}

fn check_sarif(text: &str) {
    let document: Value = serde_json::from_str(text).unwrap();
    let address = Regex::new(r"^[A-Za-z0-9/._~+=,%-]+$").unwrap();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(run["tool"]["driver"]["name"].is_string() && run["invocations"][0]["executionSuccessful"].is_boolean());
    for result in run["results"].as_array().unwrap() {
        assert_eq!(rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()]["id"], result["ruleId"]);
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        if let Some(place) = result["locations"][0].get("physicalLocation") {
            assert!(place["region"]["startLine"].as_u64() >= Some(1));
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            assert!(address.is_match(uri), "{uri}");
        }
    }
}

/// The grammar of the text format; each metric has its help and type once, before its samples.
fn check_prometheus(text: &str) {
    let sample =
        Regex::new(r#"^([a-z_]+)\{[a-z]+="(?:[^"\\]|\\.)*"(?:,[a-z]+="(?:[^"\\]|\\.)*")*\} [0-9.e+-]+$"#).unwrap();
    let (mut now, mut seen) = (String::new(), Vec::new());
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            help.split(' ').next().unwrap().clone_into(&mut now);
            assert!(!seen.contains(&now), "{now} twice");
            seen.push(now.clone());
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            assert_eq!(kind, format!("{now} gauge"));
        } else {
            let found = sample.captures(line).unwrap_or_else(|| panic!("no sample: {line}"));
            assert_eq!(&found[1], now);
        }
    }
    assert!(text.ends_with('\n') && text.lines().filter(|line| !line.starts_with('#')).count() >= 2);
}

#[test]
fn sarif_points_into_the_recording() {
    let document: Value = serde_json::from_str(&report("sarif", &["ab-loop.ndjson".to_owned()])).unwrap();
    for result in document["runs"][0]["results"].as_array().unwrap() {
        let line = &result["locations"][0]["physicalLocation"]["region"]["startLine"];
        let line = usize::try_from(line.as_u64().unwrap()).unwrap();
        // The end of the call or the step with which the problem was seen.
        let text = recording("ab-loop");
        let line = text.lines().nth(line - 1).unwrap();
        assert!(line.contains("\"type\":\"message.part.updated\""), "{line}");
    }
}

/// A code host looks for the very path.
#[test]
fn sarif_has_the_path_in_the_repository() {
    let document: Value = serde_json::from_str(&report("sarif", &["./ab-loop.ndjson".to_owned()])).unwrap();
    let place = &document["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "ab-loop.ndjson");
}

#[test]
fn page_needs_nothing_else() {
    for (file, form, text) in reports() {
        if form == "html" {
            for word in ["<script", " src=", "url(", "@import", "<link", "http://", "https://"] {
                assert!(!text.contains(word), "{file} has {word}");
            }
            assert!(text.contains("prefers-color-scheme:dark") && text.contains("<svg"), "{file}");
        }
    }
}
