use super::*;
use std::fs;
use std::path::Path;

/// A body as some server sends it, and what must be made of it. The bodies are written by hand, after the servers'
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
    /// `answer`, `again` (with the least pause in milliseconds), `simpler`, `perhaps simpler`,
    /// `other question` or `none`.
    cure: String,
    /// The answer, or a part of what is said about it.
    says: String,
}

fn understood(fixture: &Fixture) -> Result<String, Trouble> {
    let body = fixture
        .body
        .as_str()
        .map_or_else(|| fixture.body.to_string(), str::to_owned);
    let reply = Reply {
        status: fixture.status,
        body: &body,
        retry_after: crate::review::reviewer::retry_after::read(None, fixture.retry_after.as_deref(), None),
        location: None,
        url: "http://x.test/chat/completions",
        model: "m",
        formatted: true,
        with_key: true,
    };
    read(&reply, &Masker::default())
}

#[test]
fn rev_04_every_servers_way_of_answering_and_refusing_is_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reviewer");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "json") {
            continue;
        }
        let fixture: Fixture = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let (cure, says) = match understood(&fixture) {
            Ok(answer) => ("answer".to_owned(), answer),
            Err(trouble) => {
                let cure = match trouble.cure {
                    Cure::Again(None) => "again".to_owned(),
                    Cure::Again(Some(pause)) => format!("again {}", pause.as_millis()),
                    Cure::Simpler => "simpler".to_owned(),
                    Cure::PerhapsSimpler => "perhaps simpler".to_owned(),
                    Cure::OtherQuestion => "other question".to_owned(),
                    Cure::None => "none".to_owned(),
                };
                (cure, trouble.what)
            }
        };
        let expected = &fixture.expect;
        assert_eq!(cure, expected.cure, "{}: {says}", fixture.from);
        let fits = if cure == "answer" {
            says == expected.says
        } else {
            says.contains(&expected.says)
        };
        assert!(fits, "{}: {says}", fixture.from);
        seen += 1;
    }
    assert!(seen >= 39, "{seen}");
}

#[test]
fn a_key_that_a_server_repeats_is_masked() {
    let secret = format!("{}-{}", "sk", "CANARY".repeat(6));
    let fixture = Fixture {
        from: String::new(),
        status: 401,
        retry_after: None,
        body: serde_json::json!({ "error": { "message": format!("Incorrect API key provided: {secret}") } }),
        expect: Expected {
            cure: String::new(),
            says: String::new(),
        },
    };
    let trouble = understood(&fixture).unwrap_err();
    assert!(!trouble.what.contains("CANARY"), "{}", trouble.what);
}

#[test]
fn a_redirect_is_told_and_not_followed() {
    let reply = Reply {
        status: 308,
        body: "",
        retry_after: None,
        location: Some("https://y.test/v1"),
        url: "http://x.test/v1",
        model: "m",
        formatted: true,
        with_key: true,
    };
    let trouble = read(&reply, &Masker::default()).unwrap_err();
    assert!(
        trouble.cure == Cure::None && trouble.what.contains("https://y.test/v1"),
        "{}",
        trouble.what
    );
}
