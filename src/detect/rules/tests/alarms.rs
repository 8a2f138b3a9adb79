//! Tests problems beyond calls: silence, people and providers that do not answer, empty answers, budgets. Each is
//! tested together with its nearest harmless neighbour.

use super::support::{bash, call, findings, findings_with, graded, task};
use crate::detect::config::Config;
use crate::wire::record::{Grade, State};
use serde_json::{Value, json};

/// An event of the bus, `at` seconds after the beginning.
fn event(at: f64, kind: &str, properties: &Value) -> String {
    let mut properties = properties.clone();
    properties["sessionID"] = json!("ses_1");
    #[allow(clippy::cast_possible_truncation)]
    let ts = (at * 1000.0) as i64;
    json!({"ts": ts, "id": format!("evt_{ts}"), "type": kind, "properties": properties}).to_string()
}

fn busy(at: f64) -> String {
    event(at, "session.status", &json!({"status": {"type": "busy"}}))
}

fn tick(at: f64) -> String {
    event(at, "ocr.stream.tick", &json!({}))
}

fn retry_status(at: f64, attempt: u32, message: &str) -> String {
    let status = json!({"type": "retry", "attempt": attempt, "message": message, "next": 0});
    event(at, "session.status", &json!({ "status": status }))
}

fn found(lines: &[String]) -> Vec<(String, Grade)> {
    graded(&findings(lines))
}

fn named(rule: &str, grades: &[Grade]) -> Vec<(String, Grade)> {
    grades.iter().map(|grade| (rule.to_owned(), *grade)).collect()
}

/// One tick per second.
fn ticks(from: u32, to: u32) -> impl Iterator<Item = String> {
    (from..=to).map(|second| tick(f64::from(second)))
}

#[test]
fn a_call_that_says_how_long_it_takes_has_that_long() {
    let runs = |message: &str, input: &Value, minutes: i64| {
        let [said, told] = task(message);
        let part = json!({"type": "message.part.updated", "properties": {"part": {"id": "prt_1", "sessionID": "ses_1",
            "messageID": "msg_1", "type": "tool", "tool": "bash", "callID": "c", "state": {"status": "running", "input": input}}}});
        let busy = json!({"type": "session.status", "properties": {"sessionID": "ses_1", "status": {"type": "busy"}}});
        let mut lines = vec![said, told, busy.to_string(), part.to_string()];
        for (at, line) in lines.iter_mut().enumerate() {
            *line = line.replacen('{', &format!("{{\"ts\":{at},"), 1);
        }
        lines.extend(
            (1..=minutes).map(|n| json!({"ts": n * 60_000, "type": "ocr.stream.tick", "properties": {}}).to_string()),
        );
        findings(&lines).iter().map(|found| found.grade).max()
    };
    let make = json!({"command": "make world"});
    assert_eq!(runs("Build it", &make, 25), Some(Grade::Warn));
    assert_eq!(runs("Build it", &make, 101), Some(Grade::Stop));
    assert_eq!(runs("Build it, that takes about an hour", &make, 60), Some(Grade::Notice));
    assert_eq!(runs("Build it", &json!({"command": "sleep 3600; make world"}), 59), None);
    assert_eq!(runs("Build it", &json!({"command": "sleep 3600; make world"}), 75), Some(Grade::Warn));
    assert_eq!(runs("Build it", &json!({"command": "make world", "timeout": 10_800_000}), 170), Some(Grade::Warn));
    assert_eq!(runs("Build it", &json!({"command": "make world", "timeout": 10_800_000}), 200), Some(Grade::Stop));
}

#[test]
fn stall_grades() {
    let silent = |seconds| -> Vec<String> { std::iter::once(busy(0.0)).chain(ticks(1, seconds)).collect() };
    assert_eq!(found(&silent(29)), []);
    assert_eq!(found(&silent(30)), named("stall", &[Grade::Notice]));
    assert_eq!(found(&silent(299)), named("stall", &[Grade::Notice]));
    assert_eq!(found(&silent(1799)), named("stall", &[Grade::Notice, Grade::Warn]));
    assert_eq!(found(&silent(1800)), named("stall", &[Grade::Notice, Grade::Warn, Grade::Stop]));
    // The machine slept for a night.
    let slept = [busy(0.0), tick(1.0), tick(2.0), tick(30_000.0), busy(30_001.0)];
    assert_eq!(found(&slept), []);
}

fn tool(at: f64, status: &str) -> String {
    let part = json!({"id": "prt_1", "messageID": "msg_1", "type": "tool", "tool": "write", "state": {"status": status, "input": {}}});
    event(at, "message.part.updated", &json!({ "part": part }))
}

#[test]
fn arguments_that_never_come() {
    let begun = [busy(0.0), tool(1.0, "pending")];
    let waits = |until| -> Vec<String> { begun.iter().cloned().chain(ticks(2, until)).collect() };
    assert_eq!(found(&waits(150)), named("stall", &[Grade::Notice]));
    assert_eq!(found(&waits(370)), named("stall", &[Grade::Notice, Grade::Warn, Grade::Stop]));
    let heartbeats = (1..40).map(|n| event(f64::from(10 * n), "server.heartbeat", &json!({})));
    let lines: Vec<String> = begun.iter().cloned().chain(heartbeats).collect();
    assert_eq!(found(&lines), named("stall", &[Grade::Notice, Grade::Warn, Grade::Stop]), "a stream without ticks");
}

#[test]
fn tool_age() {
    let prints = |hours: u32| -> Vec<String> {
        let updates = (0..hours * 120).map(|n| tool(f64::from(30 * n), "running"));
        std::iter::once(busy(0.0)).chain(updates).collect()
    };
    assert_eq!(found(&prints(1)), []);
    assert_eq!(found(&prints(9)), named("stall", &[Grade::Notice, Grade::Warn]));
}

#[test]
fn silence_without_ticks() {
    let user = event(0.0, "message.updated", &json!({"info": {"id": "msg_1", "role": "user"}}));
    let answers = |at: f64| event(at, "message.updated", &json!({"info": {"id": "msg_2", "role": "assistant"}}));
    assert_eq!(found(&[user.clone(), answers(500.0)]), []);
    let late = findings(&[user.clone(), answers(9000.0)]);
    assert_eq!(graded(&late), named("stall", &[Grade::Warn]));
    assert_eq!((late[0].since.ts, late[0].last.ts), (0, 9_000_000));
    let done = event(
        2.0,
        "message.updated",
        &json!({"info": {"id": "msg_2", "role": "assistant", "time": {"completed": 2}, "finish": "stop"}}),
    );
    let next = event(9000.0, "message.updated", &json!({"info": {"id": "msg_3", "role": "user"}}));
    assert_eq!(found(&[user.clone(), done, next]), [], "a person comes back");
    let call = found(&[user.clone(), tool(5.0, "running"), tool(9000.0, "completed")]);
    assert_eq!(call, named("stall", &[Grade::Notice]));
    let begun = |start: i64| {
        let state =
            json!({"status": "completed", "input": {}, "output": "", "time": {"start": start, "end": 9_000_000}});
        let part = json!({"id": "prt_1", "messageID": "msg_2", "type": "tool", "tool": "write", "state": state});
        found(&[user.clone(), answers(5.0), event(9000.0, "message.part.updated", &json!({ "part": part }))])
    };
    assert_eq!(begun(8_999_000), named("stall", &[Grade::Warn]), "the model was silent, and not the call");
    assert_eq!(begun(7_000), named("stall", &[Grade::Notice]));
    let untimed = user.replacen(r#""ts":0,"#, "", 1);
    assert_ne!(untimed, user);
    assert_eq!(found(&[untimed, answers(9000.0)]), [], "the first time that is known ends no silence");
}

#[test]
fn long_tool_is_no_stall() {
    let running = json!({"part": {"id": "prt_1", "messageID": "msg_1", "sessionID": "ses_1", "type": "tool", "tool": "bash",
        "state": {"status": "running", "input": {"command": "make"}}}});
    let lines: Vec<String> =
        [busy(0.0), event(1.0, "message.part.updated", &running)].into_iter().chain(ticks(2, 540)).collect();
    assert_eq!(found(&lines), []);
}

#[test]
fn blocked_grades() {
    let asked = event(1.0, "permission.asked", &json!({"id": "per_1", "permission": "bash"}));
    let answered = event(9.0, "permission.replied", &json!({"requestID": "per_1", "reply": "once"}));
    let waits = |until| -> Vec<String> { [busy(0.0), asked.clone()].into_iter().chain(ticks(2, until)).collect() };
    assert_eq!(found(&waits(40)), named("blocked", &[Grade::Warn]));
    assert_eq!(found(&waits(3000)), named("blocked", &[Grade::Warn]), "nobody says that a person must be quick");
    let timeout = Config { blocked_timeout: Some(300_000), ..Config::default() };
    assert_eq!(graded(&findings_with(timeout, &waits(302))), named("blocked", &[Grade::Warn, Grade::Stop]));
    let lines: Vec<String> = [busy(0.0), asked.clone(), answered].into_iter().chain(ticks(10, 25)).collect();
    assert_eq!(found(&lines), []);
}

#[test]
fn retry_storm() {
    let fails = |count: u32| -> Vec<String> {
        std::iter::once(busy(0.0)).chain((1..=count).map(|n| retry_status(f64::from(n), n, "overloaded"))).collect()
    };
    assert_eq!(found(&fails(5)), []);
    assert_eq!(found(&fails(6)), named("retry-storm", &[Grade::Warn]));
    assert!(findings(&fails(6))[0].infra);
    // A short outage, and a wrong key.
    let text = event(
        3.0,
        "message.part.updated",
        &json!({"part": {"id": "prt_1", "messageID": "msg_1", "type": "text", "text": "ok",
        "time": {"start": 1, "end": 2}}}),
    );
    let recovered: Vec<String> =
        [busy(0.0), retry_status(1.0, 1, "overloaded"), text].into_iter().chain(ticks(4, 20)).collect();
    assert_eq!(found(&recovered), []);
    let refused = [busy(0.0), retry_status(1.0, 1, "401: invalid api key")];
    assert_eq!(found(&refused), named("retry-storm", &[Grade::Warn]));
}

#[test]
fn a_storm_lasts_as_long_as_its_waits() {
    let retry = |n: u32| {
        let next = 241_000 * n + 240_000;
        let status = json!({"type": "retry", "attempt": n, "message": "503 from upstream", "next": next});
        let event = event(f64::from(241 * n), "session.status", &json!({ "status": status }));
        std::iter::once(event).chain(ticks(241 * n + 1, 241 * n + 240))
    };
    let lines: Vec<String> = std::iter::once(busy(0.0)).chain((1..=7).flat_map(retry)).collect();
    let summaries: Vec<String> = findings(&lines).into_iter().map(|found| found.summary).collect();
    assert!(summaries.iter().any(|summary| summary.contains(" 6 times in 1445 s")), "{summaries:?}");
}

#[test]
fn a_short_outage_does_not_get_worse() {
    let growth = |seconds: u32, message: &str| {
        let retries = (1..=seconds).map(|n| retry_status(f64::from(n), n, message));
        let lines: Vec<String> = std::iter::once(busy(0.0)).chain(retries).collect();
        findings(&lines).iter().filter(|found| found.state == State::Grown).count()
    };
    assert_eq!(growth(110, "Rate limit reached: 3 requests per min"), 0);
    assert_eq!(growth(110, "Rate limit reached. Please try again in 58s."), 0);
    assert!(growth(140, "Rate limit reached. Please try again in 58s.") > 0, "a time named anew each time");
    assert!(growth(140, "503 Service Unavailable") > 0);
}

#[test]
fn quota() {
    let retry = |next: u64| {
        let status = json!({"type": "retry", "attempt": 1, "message": "Weekly limit reached", "next": next});
        [busy(0.0), event(1.0, "session.status", &json!({ "status": status }))]
    };
    let waits = |next, until| found(&retry(next).into_iter().chain(ticks(2, until)).collect::<Vec<_>>());
    assert_eq!(waits(1_200_000, 1000), named("quota", &[Grade::Warn]), "no storm, no stall");
    assert_eq!(waits(86_400_000, 1700), named("quota", &[Grade::Warn]));
    assert_eq!(waits(2_400_000, 2300), named("quota", &[Grade::Warn]), "nearly over");
    assert_eq!(waits(1_740_000, 1742), named("quota", &[Grade::Warn]), "what was asked for is no storm");
    assert_eq!(waits(86_400_000, 1900), named("quota", &[Grade::Warn, Grade::Stop]), "nobody waits for a day");
    assert_eq!(waits(8_040_000, 7200), named("quota", &[Grade::Warn]), "a plan's next hours");
    assert_eq!(waits(20_000, 60), [], "a short pause");
}

/// A session that the provider refuses, and that rests then. What the provider says may come as an event, in the failed
/// message, or as both.
fn refused(message: &str, by_event: bool, in_message: bool) -> Vec<String> {
    let error = json!({"name": "APIError", "data": {"message": message}});
    let failed = json!({"id": "msg_1", "role": "assistant", "time": {"created": 1, "completed": 2}, "error": error});
    let idle = event(2.0, "session.status", &json!({"status": {"type": "idle"}}));
    let mut lines = vec![busy(0.0)];
    lines.extend(by_event.then(|| event(1.0, "session.error", &json!({ "error": error }))));
    lines.extend(in_message.then(|| event(1.5, "message.updated", &json!({ "info": failed }))));
    lines.push(idle);
    lines
}

const USED_UP: &str = "Your plan is used up. Your limit resets in 8 seconds.";

#[test]
fn refusal_that_ended_the_session_is_over_when_it_goes_on() {
    for (message, rule) in [(USED_UP, "quota"), ("401: invalid api key", "retry-storm")] {
        let mut lines = refused(message, true, true);
        let states = |lines: &[String]| -> Vec<(String, State)> {
            findings(lines).into_iter().map(|found| (found.rule, found.state)).collect()
        };
        assert_eq!(states(&lines), [(rule.to_owned(), State::Open)], "{message}");
        lines.extend([event(60.0, "message.updated", &json!({"info": {"id": "msg_u", "role": "user"}})), step(62, 7)]);
        assert_eq!(states(&lines).last(), Some(&(rule.to_owned(), State::Closed)), "{message}");
    }
}

#[test]
fn failed_message_says_why() {
    for (by_event, in_message) in [(true, false), (false, true), (true, true)] {
        let found = found(&refused(USED_UP, by_event, in_message));
        assert_eq!(found, named("quota", &[Grade::Warn]), "{by_event} {in_message}");
    }
}

#[test]
fn flapping_provider() {
    let flaps = |every: u32| -> Vec<String> {
        let pairs = (1..15).flat_map(|n| [retry_status(f64::from(n * every), 1, "overloaded"), step(n * every + 5, 7)]);
        let user = event(0.0, "message.updated", &json!({"info": {"id": "msg_u", "role": "user"}}));
        std::iter::once(user).chain(pairs).collect()
    };
    assert!(found(&flaps(60)).contains(&("retry-storm".to_owned(), Grade::Warn)));
    assert!(!found(&flaps(700)).contains(&("retry-storm".to_owned(), Grade::Warn)), "now and then");
}

#[test]
fn compaction_storm() {
    let compacted = |n: u32| event(f64::from(n), "session.compacted", &json!({}));
    let storm: Vec<String> = (1..=5).map(compacted).collect();
    assert_eq!(found(&storm[..2]), []);
    assert_eq!(found(&storm), named("compaction-storm", &[Grade::Warn, Grade::Stop]));
    // A long session that works in between.
    let works: Vec<String> = (0..6u32)
        .flat_map(|n| {
            let at = usize::try_from(20 * n + 1).unwrap();
            let calls = (0..3).flat_map(move |m| bash(at + m, &format!("cat {n}{m}"), &format!("text {n} {m}")));
            calls.chain([compacted(20 * n + 10)])
        })
        .collect();
    assert_eq!(found(&works), []);
}

#[test]
fn compacts_every_few_calls() {
    let rounds = |count: u32, calls: usize| -> Vec<String> {
        let round = |n: u32| {
            let at = 100 * usize::try_from(n).unwrap();
            let reads = (0..calls).flat_map(move |m| bash(at + m, &format!("cat {n}{m}"), &format!("text {n} {m}")));
            reads.chain([event(f64::from(100 * n + 90), "session.compacted", &json!({}))])
        };
        (0..count).flat_map(round).collect()
    };
    assert_eq!(found(&rounds(12, 3)), named("compaction-storm", &[Grade::Warn]));
    assert_eq!(found(&rounds(12, 12)), []);
}

fn step(at: u32, produced: u32) -> String {
    event(
        f64::from(at),
        "message.part.updated",
        &json!({"part": {"id": format!("prt_{at}"), "messageID": format!("msg_{at}"),
        "type": "step-finish", "reason": "stop", "tokens": {"input": 10, "output": produced, "reasoning": 0}}}),
    )
}

#[test]
fn empty_turns() {
    assert_eq!(found(&[step(1, 0)]), []);
    assert_eq!(found(&[step(1, 0), step(2, 7), step(3, 0)]), []);
    let empty = |n: u32| (1..=n).map(|at| step(at, 0)).collect::<Vec<_>>();
    assert_eq!(found(&empty(2)), []);
    assert_eq!(found(&empty(3)), named("empty-turns", &[Grade::Warn]));
    assert_eq!(found(&empty(6)), named("empty-turns", &[Grade::Warn, Grade::Stop]));
}

fn answer(at: u32, text: &str) -> [String; 2] {
    let part = json!({"id": format!("prt_t{at}"), "messageID": format!("msg_{at}"), "type": "text", "text": text, "time": {"start": 1, "end": 2}});
    [event(f64::from(at), "message.part.updated", &json!({ "part": part })), step(at, 20)]
}

#[test]
fn monologue() {
    let same =
        |n: u32| answer(10 * n, &format!("I will now look at the file and then fix the failing test. Attempt {n}."));
    let lines: Vec<String> = (1..=3).flat_map(same).collect();
    assert_eq!(found(&lines[..4]), []);
    assert_eq!(found(&lines), named("monologue", &[Grade::Warn]));
    let lines: Vec<String> = (1..=6).flat_map(same).collect();
    assert_eq!(found(&lines), named("monologue", &[Grade::Warn, Grade::Stop]));
    let others = ["The parser is done.", "Next come the tests of the lexer.", "Everything is written down."];
    let lines: Vec<String> = others.iter().zip(1..).flat_map(|(text, n)| answer(10 * n, text)).collect();
    assert_eq!(found(&lines), []);
}

#[test]
fn budgets() {
    let steps: Vec<String> = (1..=3).map(|n| step(n, 5)).collect();
    let with = |config| -> Vec<(String, Grade)> {
        graded(&findings_with(config, &steps)).into_iter().filter(|(rule, _)| rule == "budget").collect()
    };
    let stop = named("budget", &[Grade::Stop]);
    let (warn, both) = (named("budget", &[Grade::Warn]), named("budget", &[Grade::Warn, Grade::Stop]));
    assert_eq!(with(Config { max_steps: Some(4), ..Config::default() }), []);
    assert_eq!(with(Config { max_steps: Some(3), ..Config::default() }), warn);
    assert_eq!(with(Config { max_steps: Some(2), ..Config::default() }), both);
    assert_eq!(with(Config { max_tokens: Some(57), ..Config::default() }), []);
    assert_eq!(with(Config { max_tokens: Some(45), ..Config::default() }), warn);
    assert_eq!(with(Config { max_tokens: Some(45), warn_at: 100, ..Config::default() }), []);
    assert_eq!(with(Config { max_tokens: Some(29), ..Config::default() }), stop);
    assert_eq!(
        with(Config { max_cost: Some(1.0), ..Config::default() }),
        named("budget", &[Grade::Notice]),
        "no price"
    );
    assert_eq!(with(Config { max_time: Some(1500), ..Config::default() }), stop);
    assert_eq!(with(Config { max_idle_tokens: Some(44), ..Config::default() }), named("budget", &[Grade::Notice]));
}

#[test]
fn repeat_call() {
    let calls = |command: &str, outputs: [&str; 5]| -> Vec<String> {
        (0..5usize).flat_map(|n| bash(5 * n, command, outputs[n])).collect()
    };
    // Each page is new.
    assert_eq!(found(&calls("next-page", ["the sea", "a hill", "two rivers", "some wood", "the end"])), []);
    let counted = ["1", "2", "3", "4", "5"].map(|n| format!("no record of that name was found, attempt {n}"));
    let warned = named("repeat-call", &[Grade::Warn]);
    assert_eq!(found(&calls("cat state", counted.each_ref().map(String::as_str))), warned);
    // Writing the same again is in vain, whatever comes back.
    let edits: Vec<String> = (0..5usize)
        .flat_map(|n| {
            let input = json!({"filePath": "a.rs", "oldString": "x", "newString": "y"});
            call(5 * n, "edit", &input, ["Applied a", "Applied b", "Applied c", "Applied d", "Applied e"][n])
        })
        .collect();
    assert_eq!(found(&edits), warned);
}

#[test]
fn edits_that_never_apply() {
    let errors = ["Could not find oldString in the file", "Found multiple matches for oldString"];
    let lines: Vec<String> = (0..6usize)
        .flat_map(|n| {
            let input = json!({"filePath": "a.R", "oldString": format!("{n} old"), "newString": format!("{n} new")});
            let edit = call(10 * n, "edit", &input, &format!("Error: {}", errors[n % 2]));
            [edit, call(10 * n + 5, "read", &json!({"filePath": "a.R", "offset": n}), &format!("line {n}"))]
        })
        .flatten()
        .collect();
    assert!(found(&lines).contains(&("error-streak".to_owned(), Grade::Warn)), "{:?}", found(&lines));
}

#[test]
fn same_error_of_a_cell_that_is_spelled_anew() {
    let sources = ["df.plot(x='a')", "df.plot('a')", "df['a'].plot()", "plot(df.a)", "(df.a).plot()", "df.plot(y='a')"];
    let lines: Vec<String> = (0..6usize)
        .flat_map(|n| {
            let output = json!([{"output_type": "error", "ename": "NameError", "evalue": "name 'df' is not defined"}]);
            call(5 * n, "notebook_execute", &json!({"source": sources[n]}), &output.to_string())
        })
        .collect();
    assert!(found(&lines).contains(&("error-streak".to_owned(), Grade::Warn)), "{:?}", found(&lines));
}

#[test]
fn searches_that_find_the_same() {
    let words = ["apple tart recipe", "how to bake tart", "tart with apples", "best tart of all", "old tart recipes"];
    let search = |answer: &str| -> Vec<String> {
        (0..14usize)
            .flat_map(|n| {
                let query = format!("{} {}", words[n % 5], "abcdefghijklmn".chars().nth(n).unwrap());
                call(5 * n, "web_search", &json!({"query": query}), &answer.replace("QUERY", &query))
            })
            .collect()
    };
    let hits = r#"{"query":"QUERY","results":[{"url":"https://a.example/tart"},{"url":"https://b.example/pie"},{"url":"https://c.example/cake"}]}"#;
    let warned = |lines: &[String]| found(lines).contains(&("stagnation".to_owned(), Grade::Warn));
    assert!(warned(&search(hits)));
    assert!(warned(&search(r#"{"startAt":0,"total":0,"issues":[]}"#)));
}

#[test]
fn the_same_target_in_other_words() {
    let gravest = |commands: &[String], answer: &str| {
        let calls = commands.iter().enumerate().flat_map(|(n, command)| bash(7 * n, command, answer));
        let lines: Vec<String> = calls.collect();
        found(&lines).into_iter().filter(|(rule, _)| rule == "stagnation").map(|(_, grade)| grade).max()
    };
    #[rustfmt::skip]
    let ways = [
        "cat src/a.py", "head -50 src/a.py", "sed -n '1,50p' src/a.py", "cat ./src/a.py | head -50", "nl -b n src/a.py", "cd src && cat a.py",
        "awk 'NR<=50' src/a.py", "less /srv/src/a.py", "python3 -c \"print(open('src/a.py').read())\"", "head --lines=50 src/a.py",
        "bash -c 'cat src/a.py'", "cat src/a.py | cat",
    ];
    assert_eq!(gravest(&ways.map(str::to_owned), "def load(path):\n    return path"), Some(Grade::Warn));
    let places =
        ["atlas", "boreas", "ceres", "dione", "eos", "fama", "gaia", "hera", "iris", "juno", "kore", "luna", "maia"];
    for (command, answer) in [
        ("terraform -chdir=modules/PLACE plan", "No changes. The infrastructure matches the configuration."),
        ("TF_WORKSPACE=PLACE terraform plan", "No changes. The infrastructure matches the configuration."),
        ("git -C ~/src/PLACE status", "On branch main\nnothing to commit, working tree clean"),
        ("helm diff upgrade shop ./chart -f env/PLACE.yaml", ""),
        ("head -3 vendor/PLACE/LICENSE", "MIT License"),
    ] {
        let each = places.map(|place| command.replace("PLACE", place));
        assert!(gravest(&each, answer) <= Some(Grade::Notice), "{command}");
    }
    let words = places.map(|word| format!("grep -rn {word} src"));
    assert_eq!(gravest(&words, ""), Some(Grade::Warn), "a search that finds nothing");
}
