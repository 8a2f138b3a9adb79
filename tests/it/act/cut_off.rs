//! A live stream that ends without saying why: a stage between it and `ocr-act` was killed, and nobody saw what came next.

use super::{closed, done, lines};
use crate::support::{CONNECTED, Finished, Host, answer, events, routes, shell};
use axum::routing::get;
use serde_json::{Value, json};

/// Passes the first line of a stream on, and then says what `judged` says.
fn judged(stream: &str, act: &str, judged: &[Value]) -> Finished {
    let session = json!({"id": "ses_1", "directory": "/"});
    let server = routes("1.18.33")
        .route("/session", answer(json!([session])))
        .route("/session/{id}", answer(session))
        .route("/event", get(|| async { events([CONNECTED.to_owned()], true) }))
        .route("/global/event", get(|| async { events([CONNECTED.to_owned()], true) }));
    let server = Host::serve(server);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("judged"), lines(judged)).unwrap();
    // The stream must be there until `ocr-act` has read who began it.
    let detect = r#"{ IFS= read -r opened; printf '%s\n' "$opened"; until [ -s passed ]; do :; done; cat judged; }"#;
    let line = format!(
        "export XDG_RUNTIME_DIR=$PWD
        ocr-stream --server {} --follow {stream} | {detect} | {{ ocr-act {act}; echo $? > code; }} | tee passed
        exit $(cat code)",
        server.url()
    );
    shell(&line, folder.path()).finish()
}

#[test]
fn session_that_nobody_watched_to_its_end_is_not_done() {
    for (stream, act) in [("--session ses_1", ""), ("--session ses_1", "--verify true"), ("--all", "--act-on-all")] {
        let cut = judged(stream, act, &[done("done")]);
        assert_eq!(cut.code(), Some(3), "{act}: {cut:?}");
        let result = &cut.of("ocr.act.result")[0]["properties"];
        assert_eq!(result["exitCode"], 3, "{act}: {cut:?}");
        assert!(result["reason"].as_str().unwrap().contains("the stream was cut off"), "{act}: {result}");
        assert!(cut.of("ocr.act.action").is_empty(), "{act}: {cut:?}");
        let whole = judged(stream, act, &[done("done"), closed("rest", None)]);
        assert_eq!(whole.code(), Some(0), "{act}: {whole:?}");
    }
}

#[test]
fn sessions_that_ended_before_are_not_all_there_was() {
    // It rests for good at once, and has its result.
    let act = "--act-on-all --rest-grace 0";
    for (end, code) in [(vec![done("done")], 3), (vec![done("done"), closed("rest", None)], 0)] {
        let ended = judged("--all", act, &end);
        let result = &ended.of("ocr.act.result")[0]["properties"];
        assert_eq!((&result["exitCode"], ended.code()), (&0.into(), Some(code)), "{ended:?}");
    }
}

#[test]
fn check_that_fails_while_the_stream_is_cut_off_is_no_success() {
    for (stream, act) in [("--session ses_1", ""), ("--all", "--act-on-all")] {
        let checked = |check: &str| {
            let act = format!("{act} --rest-grace 0 --verify '{check}' --notify-cmd 'cat > told'");
            judged(stream, &act, &[done("done")])
        };
        let failed = checked("false");
        assert_eq!(failed.code(), Some(14), "{act}: {failed:?}");
        let result = &failed.of("ocr.act.result")[0]["properties"];
        assert_eq!(result["outcome"], "unverified", "{act}: {failed:?}");
        assert_eq!(
            failed.of("ocr.act.action").iter().filter(|action| action["properties"]["action"] == "steer").count(),
            0
        );
        // A check that passes says nothing about what nobody saw.
        let passed = checked("true");
        assert_eq!(passed.code(), Some(3), "{act}: {passed:?}");
    }
}
