use super::*;
use std::fs;
use std::path::Path;

/// A response of some server, and how it must be understood. The bodies are written by hand after the servers'
/// documentation and what people report.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fixture {
    from: String,
    status: u16,
    #[serde(default)]
    retry_after: Option<String>,
    body: Value,
    expect: Expected,
}

#[derive(Deserialize)]
struct Expected {
    /// `answer`, `cut off` (an answer that ends at a limit), `retry` (with the minimum pause in milliseconds), `simpler
    /// format`, `maybe simpler format`, `one message`, `other question` or `none`.
    recovery: String,
    /// The answer, or a part of the error.
    says: String,
}

fn understood(fixture: &Fixture) -> Result<Answer, ReviewError> {
    let body = fixture.body.as_str().map_or_else(|| fixture.body.to_string(), str::to_owned);
    let reply = Reply {
        status: fixture.status,
        body: &body,
        retry_after: crate::net::retry_after(None, fixture.retry_after.as_deref(), None),
        location: None,
        url: "http://x.test/chat/completions",
        model: "m",
        formatted: true,
        with_system: true,
        with_key: true,
    };
    read(&reply, &Redactor::default())
}

#[test]
fn understands_every_server() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reviewer");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let fixture: Fixture = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let (recovery, says) = match understood(&fixture) {
            Ok(answer) if answer.is_cut_off => ("cut off".to_owned(), answer.text),
            Ok(answer) => ("answer".to_owned(), answer.text),
            Err(error) => {
                let recovery = match error.recovery {
                    Recovery::Retry(None) => "retry".to_owned(),
                    Recovery::Retry(Some(pause)) => format!("retry {}", pause.as_millis()),
                    Recovery::SimplerFormat => "simpler format".to_owned(),
                    Recovery::MaybeSimplerFormat => "maybe simpler format".to_owned(),
                    Recovery::OneMessage => "one message".to_owned(),
                    Recovery::OtherQuestion => "other question".to_owned(),
                    Recovery::Later => "later".to_owned(),
                    Recovery::None => "none".to_owned(),
                };
                (recovery, error.what)
            }
        };
        let expected = &fixture.expect;
        assert_eq!(recovery, expected.recovery, "{}: {says}", fixture.from);
        let fits = if matches!(&*recovery, "answer" | "cut off") {
            says == expected.says
        } else {
            says.contains(&expected.says)
        };
        assert!(fits, "{}: {says}", fixture.from);
        seen += 1;
    }
    assert!(seen >= 53, "{seen}");
}

#[test]
fn redacts_echoed_key() {
    let secret = format!("{}-{}", "sk", "CANARY".repeat(6));
    let fixture = Fixture {
        from: String::new(),
        status: 401,
        retry_after: None,
        body: serde_json::json!({ "error": { "message": format!("Incorrect API key provided: {secret}") } }),
        expect: Expected { recovery: String::new(), says: String::new() },
    };
    let error = understood(&fixture).unwrap_err();
    assert!(!error.what.contains("CANARY"), "{}", error.what);
}

#[test]
fn reports_redirect() {
    let reply = Reply {
        status: 308,
        body: "",
        retry_after: None,
        location: Some("https://y.test/v1"),
        url: "http://x.test/v1",
        model: "m",
        formatted: true,
        with_system: true,
        with_key: true,
    };
    let error = read(&reply, &Redactor::default()).unwrap_err();
    assert!(error.recovery == Recovery::None && error.what.contains("https://y.test/v1"), "{}", error.what);
}
