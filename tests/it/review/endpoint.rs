//! Asking an endpoint: requests, answers and retries.

use super::fake::{Fake, answer, send_json};
use super::lines::{decisions, looping, opened, rest, text};
use crate::support::ocr;
use serde_json::json;

fn input() -> String {
    [opened("Fix the build"), text(1500, "I will look."), rest(2000, "candidate", &[], 1)].concat()
}

#[test]
fn requests_chat_completion() {
    let fake = Fake::deciding("done");
    fake.command(&["--reviewer-model", "m"])
        .env("REVIEWER_API_KEY", "key-of-mine")
        .write_stdin(input())
        .output()
        .unwrap();
    let seen = fake.requests();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{}", seen[0].head);
    assert!(seen[0].head.to_ascii_lowercase().contains("\r\nauthorization: bearer key-of-mine\r\n"));
    assert_eq!(seen[0].body["model"], "m");
    assert_eq!(seen[0].body["stream"], false);
    assert_eq!(seen[0].body["messages"][0]["role"], "system");
    assert_eq!(seen[0].body["messages"][1]["role"], "user");
}

#[test]
fn url_or_model_suffices() {
    let fake = Fake::deciding("done");
    let by_environment = |variable: &str| {
        let input = input();
        let done = ocr("ocr-review").arg("--only").env(variable, &fake.url).write_stdin(input).output().unwrap();
        decisions(&done.stdout)[0]["reviewer"].clone()
    };
    assert_eq!(by_environment("REVIEWER_URL"), "ollama/llama3.1");
    assert_eq!(by_environment("OCR_REVIEWER_URL"), "ollama/llama3.1");
    let opened = |args: &[&str]| {
        let mut command = ocr("ocr-review");
        command.args(["--only", "--log", "off"]).args(args);
        let text = String::from_utf8(command.write_stdin("{}\n").output().unwrap().stdout).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["properties"]["reviewer"].clone()
    };
    assert_eq!(opened(&[]), "rules");
    assert_eq!(opened(&["--reviewer-model", "ollama/llama3.1"]), "llama3.1");
    assert_eq!(opened(&["--reviewer-url", "http://localhost:11434/v1/"]), "llama3.1");
    assert_eq!(opened(&["--reviewer-url", "http://127.0.0.1:1", "--reviewer-model", "ollama/x"]), "ollama/x");
}

#[test]
fn question_has_context() {
    let fake = Fake::deciding("continue");
    let mut live = fake.live(&[]);
    live.write(&[opened("Fix the build"), text(1500, "I will look."), looping(2000, "warn", "open", 4)].concat());
    live.decision();
    live.write(&rest(3000, "candidate", &["openTodos"], 7));
    live.decision();
    let evidence = fake.requests()[1].evidence();
    assert_eq!(evidence["task"], "Fix the build");
    assert_eq!(evidence["iteration"], 7);
    assert_eq!(evidence["earlierDecisions"][0]["reason"], "as seen");
    assert_eq!(evidence["sample"], json!(["agent: I will look."]));
    assert_eq!(evidence["judged"]["contradictions"], json!(["openTodos"]));
    assert_eq!(evidence["judged"]["speaksAgainst"], json!(["its to-do list has open items"]));
    assert_eq!(evidence["judged"]["speaksFor"], json!(["its last text sounds as if the work is done"]));
    assert_eq!(evidence["otherFindings"][0]["laps"], 4);
}

#[test]
fn answer_becomes_decision() {
    for action in ["continue", "abort", "done", "unsure", "steer"] {
        let fake = Fake::deciding(action);
        let decision = &decisions(&fake.review(&[], &input()).stdout)[0];
        assert_eq!(decision["action"], action);
        assert_eq!(decision["reason"], "as seen");
        assert_eq!(decision["message"].is_string(), action == "steer");
        assert_eq!((&decision["judged"], &decision["iteration"]), (&json!("evt_2000"), &json!(1)));
        assert_eq!((&decision["degraded"], &decision["sampleLines"]), (&json!(false), &json!(1)));
    }
}

#[test]
fn retries_three_times() {
    let fake =
        Fake::start(|_, _, stream| send_json(stream, "500 Oops", "", &json!({ "error": { "message": "oops" } })));
    let done = fake.review(&[], &input());
    let decision = &decisions(&done.stdout)[0];
    assert_eq!(fake.requests().len(), 4);
    assert_eq!((&decision["retries"], &decision["degraded"]), (&json!(3), &json!(true)));
    assert!(decision["reason"].as_str().unwrap().contains("oops"), "{decision}");
    assert_eq!(done.status.code(), Some(0));
}

#[test]
fn accepts_answer_of_retry() {
    let fake = Fake::start(|n, request, stream| match n {
        0 => send_json(stream, "429 Slow down", "Retry-After: 0\r\n", &json!({ "error": "busy" })),
        1 => send_json(stream, "503 Later", "", &json!({ "error": { "message": "Loading model" } })),
        _ => answer(stream, &request.decide("done")),
    });
    let decision = &decisions(&fake.review(&[], &input()).stdout)[0];
    assert_eq!((&decision["retries"], &decision["degraded"]), (&json!(2), &json!(false)));
    assert_eq!(decision["action"], "done");
}

#[test]
fn failure_keeps_lines_flowing() {
    let fake = Fake::start(|_, _, _| {});
    let input = [input(), text(3000, "And on."), text(4000, "And on.")].concat();
    let done = ocr("ocr-review")
        .args(["--reviewer-url", &fake.url])
        .args(["--retry-pause", "0.01"])
        .write_stdin(&*input)
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(0));
    let out = String::from_utf8(done.stdout).unwrap();
    let passed: String = out.split_inclusive('\n').filter(|line| !line.contains("\"ocr.review.")).collect();
    assert_eq!(passed, input);
    assert_eq!(decisions(out.as_bytes())[0]["degraded"], true);
}

#[test]
fn failure_keeps_stop() {
    let fake = Fake::start(|_, _, _| {});
    let input = [opened("x"), looping(2000, "warn", "open", 4), looping(3000, "stop", "graver", 5)].concat();
    let decided = decisions(&fake.review(&[], &input).stdout);
    assert!(decided.iter().any(|d| d["action"] == "abort" && d["reviewer"] == "rules"), "{decided:?}");
}

#[test]
fn reports_permanent_errors() {
    for (status, message, advice) in [
        ("401 No", "Incorrect API key", "REVIEWER_API_KEY"),
        ("403 No", "Forbidden", "REVIEWER_API_KEY"),
        ("404 No", "model \"m\" not found, try pulling it first", "ollama pull"),
        ("404 No", "404 page not found", "/v1"),
        ("400 No", "foo/bar is not a valid model ID", "--reviewer-model"),
        ("402 No", "no credits", "rejected the question"),
    ] {
        let error = json!({ "error": { "message": message } });
        let fake = Fake::start(move |_, _, stream| send_json(stream, status, "", &error));
        let done = fake.review(&["--reviewer-model", "m"], &input());
        assert_eq!(fake.requests().len(), 1, "{status}");
        let stderr = String::from_utf8(done.stderr).unwrap();
        let lines: Vec<&str> = stderr.lines().filter(|line| !line.contains(": warning: ")).collect();
        assert!(lines.len() == 1 && lines[0].contains(advice), "{stderr}");
        assert_eq!(decisions(&done.stdout)[0]["degraded"], true);
    }
}

#[test]
fn honors_retry_after() {
    let busy = |stream: &mut std::net::TcpStream| {
        send_json(stream, "429 Slow", "Retry-After: 1\r\n", &json!({ "error": { "message": "busy" } }));
    };
    let fake = Fake::start(move |n, request, stream| match n {
        0 => busy(stream),
        _ => answer(stream, &request.decide("done")),
    });
    let begun = std::time::Instant::now();
    let decision = &decisions(&fake.review(&[], &input()).stdout)[0];
    assert_eq!(decision["degraded"], false);
    assert!(begun.elapsed().as_secs_f64() >= 1.0, "{:?}", begun.elapsed());
    let fake = Fake::start(move |_, _, stream| busy(stream));
    let decision = &decisions(&fake.review(&["--deadline", "1.8"], &input()).stdout)[0];
    let reason = decision["reason"].as_str().unwrap();
    assert!(reason.contains("HTTP 429") && !reason.contains("no answer within"), "{reason}");
}

#[test]
fn repeats_unreadable_answer_once() {
    let fake = Fake::start(|n, request, stream| {
        let content = if n == 0 { "CANARY: I would let it go on.".to_owned() } else { request.decide("abort") };
        answer(stream, &content);
    });
    let decision = &decisions(&fake.review(&[], &input()).stdout)[0];
    assert_eq!((&decision["action"], &decision["retries"]), (&json!("abort"), &json!(1)));
    let second = fake.requests()[1].user().to_owned();
    assert!(second.contains("could not be used: it contains no JSON object"), "{second}");
    assert!(!second.contains("CANARY"), "must not repeat the answer itself");
    let hopeless = Fake::start(|_, _, stream| answer(stream, "Perhaps."));
    let decision = &decisions(&hopeless.review(&[], &input()).stdout)[0];
    assert_eq!((&decision["action"], &decision["degraded"]), (&json!("done"), &json!(true)), "as the rules say");
    assert!(decision["reason"].as_str().unwrap().contains("its answers cannot be used"), "{decision}");
    assert_eq!(hopeless.requests().len(), 2);
}

#[test]
fn redacts_everywhere() {
    let secret = format!("{}-{}", "sk", "CANARY".repeat(6));
    let error = json!({ "error": { "message": format!("wrong key {secret}") } });
    let fake = Fake::start(move |_, _, stream| send_json(stream, "401 No", "", &error));
    let input = [
        opened(&format!("use {secret}")),
        text(1500, &format!("PASSWORD=CANARYhunter2 ACME-77 {secret}")),
        rest(2000, "candidate", &[], 1),
    ];
    let done = fake
        .command(&["--log", "trace", "--secret-pattern", "ACME-[0-9]+"])
        .env("REVIEWER_API_KEY", "CANARY-key-1")
        .write_stdin(input.concat())
        .output()
        .unwrap();
    let question = fake.requests()[0].body.to_string();
    let output = [done.stderr, done.stdout].map(|bytes| String::from_utf8(bytes).unwrap());
    for place in output.into_iter().chain([question]) {
        assert!(!place.contains("CANARY") && !place.contains("ACME-77"), "{place}");
    }
}

#[test]
fn reads_key_file() {
    let fake = Fake::deciding("done");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, "from-a-file\n").unwrap();
    fake.review(&["--reviewer-key-file", file.to_str().unwrap()], &input());
    assert!(fake.requests()[0].head.to_ascii_lowercase().contains("authorization: bearer from-a-file\r\n"));
    let done = fake.review(&["--reviewer-key-file", "/nonexistent/key"], &input());
    assert_eq!(done.status.code(), Some(77));
    assert!(String::from_utf8(done.stderr).unwrap().contains("/nonexistent/key"));
}

#[test]
fn rejects_invalid_arguments() {
    for args in [["--reviewer-url", "localhost:11434"], ["--secret-pattern", "("], ["--max-input-tokens", "10"]] {
        let done = ocr("ocr-review").args(args).write_stdin("").output().unwrap();
        assert_eq!((done.status.code(), done.stdout.len()), (Some(2), 0), "{args:?}");
    }
}
