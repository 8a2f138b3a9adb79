use crate::detect::{Config, Detector};
use crate::wire::observe;
use crate::wire::record::{AnyRecord, Contradiction, Done, Outcome};
use serde_json::{Value, json};

mod by_others;
mod false_successes;
mod fixers;
mod harmless_changes;
mod honest_ends;
mod last_looks;
mod no_answers;
mod other_states;
mod red_reports;
mod refusals;
mod taken_back;
mod unmet_requests;

/// A stream of one session and its children, written down step by step.
#[derive(Default)]
pub(super) struct Stream {
    lines: Vec<String>,
    now: i64,
    parts: u32,
}

impl Stream {
    fn asked(task: &str) -> Self {
        let mut stream = Self { lines: Vec::new(), now: 1_000_000, parts: 0 };
        stream.user("u1", task);
        stream
    }

    fn line(&mut self, kind: &str, properties: &Value) {
        self.lines.push(json!({ "ts": self.now, "type": kind, "properties": properties }).to_string());
        self.now += 10;
    }

    fn user(&mut self, id: &str, text: &str) {
        self.line("message.updated", &json!({"info": {"id": id, "sessionID": "s", "role": "user"}}));
        self.part("s", id, &json!({"type": "text", "text": text}));
        self.line("session.status", &json!({"sessionID": "s", "status": {"type": "busy"}}));
    }

    fn part(&mut self, session: &str, message: &str, part: &Value) {
        self.parts += 1;
        let mut part = part.clone();
        part["id"] = json!(format!("p{}", self.parts));
        part["messageID"] = json!(message);
        part["sessionID"] = json!(session);
        self.line("message.part.updated", &json!({"part": part}));
    }

    fn message(&mut self, session: &str, id: &str, finish: Option<&str>) {
        let mut info = json!({"id": id, "sessionID": session, "role": "assistant"});
        if let Some(finish) = finish {
            info["finish"] = json!(finish);
            info["time"] = json!({"completed": self.now});
        }
        self.line("message.updated", &json!({"info": info}));
    }

    fn call(&mut self, tool: &str, input: &Value, output: &str, exit: i64) {
        let id = format!("m{}", self.parts);
        self.message("s", &id, None);
        let state = json!({"status": "completed", "input": input, "output": output, "metadata": {"exit": exit}});
        self.part("s", &id, &json!({"type": "tool", "tool": tool, "state": state}));
        self.message("s", &id, Some("tool-calls"));
    }

    pub(super) fn bash(&mut self, command: &str, output: &str, exit: i64) {
        self.call("bash", &json!({"command": command}), output, exit);
    }

    pub(super) fn edit(&mut self, file: &str) {
        let input = json!({"filePath": file, "oldString": "a", "newString": format!("b{}", self.parts)});
        self.call("edit", &input, "Edit applied successfully.", 0);
    }

    fn answer(&mut self, text: &str) {
        let id = format!("m{}", self.parts);
        self.message("s", &id, None);
        if !text.is_empty() {
            self.part("s", &id, &json!({"type": "text", "text": text, "time": {"start": 1, "end": 2}}));
        }
        self.message("s", &id, Some("stop"));
    }

    fn idle(&mut self, session: &str) {
        self.line("session.idle", &json!({"sessionID": session}));
    }

    fn ticks(&mut self, seconds: u32) {
        for _ in 0..seconds {
            self.line("ocr.stream.tick", &json!({}));
            self.now += 990;
        }
    }

    fn rests_with(&self, config: Config) -> Vec<Done> {
        self.rests_until(config, false)
    }

    /// The rests, with what the end of the input adds.
    fn rests_when_ended(&self) -> Vec<Done> {
        self.rests_until(Config::default(), true)
    }

    fn rests_until(&self, config: Config, ended: bool) -> Vec<Done> {
        let mut added = Vec::new();
        let mut detector = Detector::new(config);
        for line in &self.lines {
            detector.observe(&observe(line).unwrap(), &mut added);
        }
        if ended {
            detector.finish(&mut added);
        }
        let text = String::from_utf8(added).unwrap();
        let records = text.lines().filter_map(|line| match observe(line).unwrap().event {
            crate::wire::Event::Record { kind, properties } => AnyRecord::parse(&kind, properties).unwrap(),
            _ => None,
        });
        records.filter_map(|r| if let AnyRecord::Done(done) = r { Some(done) } else { None }).collect()
    }

    fn rests(&self) -> Vec<Done> {
        self.rests_with(Config::default())
    }

    fn outcome(&mut self) -> (Outcome, Vec<Contradiction>) {
        self.idle("s");
        let done = self.rests().pop().unwrap();
        (done.outcome, done.contradictions)
    }
}

fn promising() -> Config {
    Config { done_pattern: Some(regex::Regex::new("ALL GREEN").unwrap()), ..Config::default() }
}

#[test]
fn tells_how_it_ended() {
    for (text, outcome) in [
        ("Which of both do you want me to keep?", Outcome::Waiting),
        ("我应该保留哪一个？", Outcome::Waiting),
        ("I was not able to get it to link, and I do not know why.", Outcome::GaveUp),
        ("", Outcome::Empty),
        ("The parser takes both forms now.", Outcome::Candidate),
    ] {
        let mut stream = Stream::asked("Fix the parser");
        stream.edit("/p/parser.go");
        stream.bash("go test ./...", "ok  \tx/parser\t0.3s", 0);
        stream.answer(text);
        assert_eq!(stream.outcome(), (outcome, vec![]), "{text}");
    }
}

#[test]
fn denied_last_call_is_refused() {
    let mut stream = Stream::asked("Write the unit file");
    stream.message("s", "m", None);
    let state = json!({"status": "error", "input": {"filePath": "/etc/systemd/x"}, "error": "The user rejected permission to use this specific tool call."});
    stream.part("s", "m", &json!({"type": "tool", "tool": "write", "state": state}));
    stream.message("s", "m", Some("tool-calls"));
    stream.answer("I could write it elsewhere.");
    stream.idle("s");
    assert_eq!(stream.rests()[0].outcome, Outcome::Refused);
}

#[test]
fn facts_name_what_failed() {
    let mut stream = Stream::asked("Fix the sync");
    stream.edit("/p/sync.py");
    stream.bash("pytest -q | tail -4", "FAILED tests/test_sync.py::test_resume\n1 failed, 8 passed in 0.4s", 0);
    let todos =
        json!({"todos": [{"content": "resume", "status": "in_progress"}, {"content": "x", "status": "completed"}]});
    stream.call("todowrite", &todos, "ok", 0);
    stream.answer("Everything is in place.\nALL GREEN");
    stream.idle("s");
    let done = stream.rests_with(promising()).pop().unwrap();
    assert_eq!(done.outcome, Outcome::Candidate);
    assert_eq!(done.contradictions, [Contradiction::OpenTodos, Contradiction::LastCheckFailed]);
    assert!(done.facts[0].fact.contains("\"resume\""), "{:?}", done.facts);
    assert!(done.facts[1].fact.contains("test_resume"), "{:?}", done.facts);
}

#[test]
fn other_check_hides_no_failure() {
    let mut stream = Stream::asked("Fix the sync");
    stream.edit("/p/sync.rs");
    stream.bash("cargo test", "test result: FAILED. 8 passed; 1 failed; 0 ignored", 101);
    stream.bash("cargo clippy", "    Finished `dev` profile", 0);
    stream.answer("Done.");
    assert_eq!(stream.outcome().1, [Contradiction::LastCheckFailed]);
    let mut stream = Stream::asked("Fix the sync");
    stream.edit("/p/sync.rs");
    stream.bash("cargo test sync", "test result: FAILED. 8 passed; 1 failed; 0 ignored", 101);
    stream.edit("/p/sync.rs");
    stream.bash("cargo test", "test result: ok. 9 passed; 0 failed; 0 ignored", 0);
    stream.bash("git commit -am sync && git push", "[main 1234567] sync", 0);
    stream.answer("Fixed, committed and pushed.");
    assert_eq!(stream.outcome().1, []);
}

#[test]
fn announced_call_that_followed_is_none_to_come() {
    for (calls, announces) in [(0, true), (1, false)] {
        let mut stream = Stream::asked("Bring the notes up to date");
        stream.bash("ls", "NOTES.md", 0);
        stream.message("s", "m", None);
        stream.part("s", "m", &json!({"type": "text", "text": "One is old. Let me bring it up to date:"}));
        for _ in 0..calls {
            let input = json!({"filePath": "/p/NOTES.md", "oldString": "a", "newString": "b"});
            let state = json!({"status": "completed", "input": input, "output": "Edit applied."});
            stream.part("s", "m", &json!({"type": "tool", "tool": "edit", "state": state}));
        }
        stream.message("s", "m", Some("tool-calls"));
        stream.idle("s");
        stream.ticks(30);
        let contradictions: Vec<_> = stream.rests().pop().unwrap().contradictions;
        assert_eq!(contradictions.contains(&Contradiction::AnnouncedMore), announces, "{contradictions:?}");
    }
}

#[test]
fn turn_that_ends_with_a_call_is_cut_off() {
    for (tool, finish, answers, is_cut_off) in [
        ("bash", Some("tool-calls"), false, true),
        ("bash", None, false, true),
        ("calendar_append", None, false, true),
        ("bash", Some("tool-calls"), true, false),
        // The provider says that this was all.
        ("bash", Some("stop"), false, false),
        ("todowrite", Some("tool-calls"), false, false),
        ("attempt_completion", Some("tool-calls"), false, false),
    ] {
        let mut stream = Stream::asked("Explain the notes");
        stream.message("s", "m", None);
        stream.part("s", "m", &json!({"type": "text", "text": "The notes are short."}));
        let state = json!({"status": "completed", "input": {"command": "cat NOTES.md"}, "output": "a\nb"});
        stream.part("s", "m", &json!({"type": "tool", "tool": tool, "state": state}));
        stream.message("s", "m", finish);
        if answers {
            stream.answer("They name two things.");
        }
        stream.idle("s");
        stream.ticks(30);
        let contradictions = stream.rests().pop().unwrap().contradictions;
        assert_eq!(contradictions.contains(&Contradiction::CutOff), is_cut_off, "{tool} {finish:?} {answers}");
    }
}

#[test]
fn only_what_was_announced_follows_an_announcement() {
    let edit = json!({"filePath": "/p/NOTES.md", "oldString": "a", "newString": "b"});
    let read = json!({"filePath": "/p/NOTES.md"});
    let (well, bad) = ("completed", "error");
    for (text, tool, input, status, announces) in [
        ("One is old. Let me bring it up to date:", "edit", &edit, well, false),
        ("One is old. Let me bring it up to date:", "edit", &edit, bad, true),
        ("One is old. Let me bring it up to date:", "read", &read, well, true),
        ("Now I'll fix the check:", "read", &read, well, true),
        ("Let me update the search box:", "grep", &json!({"pattern": "box"}), well, true),
        ("Let me look at the notes:", "read", &read, well, false),
        ("Let me look at the notes:", "read", &read, bad, true),
        ("Now let me check and fix the notes:", "read", &read, well, false),
        ("Ich sehe mir die Notizen an:", "read", &read, well, false),
        ("让我看看这个文件：", "read", &read, well, false),
        ("Let me run the tests:", "bash", &json!({"command": "cargo test"}), well, false),
        ("Let me wait for the build:", "bash", &json!({"command": "sleep 60"}), well, false),
    ] {
        let mut stream = Stream::asked("Bring the notes up to date");
        stream.message("s", "m", None);
        stream.part("s", "m", &json!({"type": "text", "text": text}));
        let mut state = json!({"status": status, "input": input});
        state[if status == bad { "error" } else { "output" }] = json!("test result: ok. 9 passed; 0 failed; 0 ignored");
        stream.part("s", "m", &json!({"type": "tool", "tool": tool, "state": state}));
        stream.message("s", "m", Some("tool-calls"));
        stream.idle("s");
        stream.ticks(30);
        let contradictions: Vec<_> = stream.rests().pop().unwrap().contradictions;
        let found = contradictions.contains(&Contradiction::AnnouncedMore);
        assert_eq!(found, announces, "{text} {tool} {status}: {contradictions:?}");
    }
}

#[test]
fn busy_after_the_last_answer_begins_no_other() {
    let mut stream = Stream::asked("Explain the parser");
    stream.answer("It reads tabs.");
    stream.idle("s");
    // After a gap, a server says once more what is over.
    stream.message("s", "m1", Some("stop"));
    stream.line("session.status", &json!({"sessionID": "s", "status": {"type": "busy"}}));
    stream.line("session.status", &json!({"sessionID": "s", "status": {"type": "idle"}}));
    stream.idle("s");
    stream.ticks(10);
    let outcomes: Vec<_> = stream.rests().iter().map(|done| done.outcome).collect();
    assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Candidate), "{outcomes:?}");
}

#[test]
fn task_stands_in_for_a_message_that_was_lost() {
    for (task, expected) in [
        (Some("Fix the parser"), vec![Contradiction::EmptyDiff]),
        (Some("Explain the parser"), vec![]),
        // Nobody knows what was asked for, so nobody can say that it is missing.
        (None, vec![]),
    ] {
        let mut stream = Stream::default();
        stream.line("ocr.stream.opened", &json!({"sessionID": "s", "task": task, "replay": false}));
        stream.line("session.status", &json!({"sessionID": "s", "status": {"type": "busy"}}));
        stream.call("read", &json!({"filePath": "/p/parser.go"}), "package parser", 0);
        stream.answer("It is done.");
        assert_eq!(stream.outcome().1, expected, "{task:?}");
    }
}

#[test]
fn cancelled_check_is_none() {
    let mut stream = Stream::asked("Say how the tests are");
    stream.message("s", "m", None);
    for error in ["Sibling tool call errored", "Tool execution aborted"] {
        let state = json!({"status": "error", "input": {"command": "cargo test"}, "error": error});
        stream.part("s", "m", &json!({"type": "tool", "tool": "bash", "state": state}));
    }
    stream.message("s", "m", Some("tool-calls"));
    stream.answer("They did not run to their end.");
    assert_eq!(stream.outcome().1, []);
}

#[test]
fn unread_check_is_unknown() {
    let mut stream = Stream::asked("Fix the sync");
    stream.edit("/p/sync.rs");
    stream.bash("make test | tail -1", "see the log", 0);
    stream.answer("Done.");
    assert_eq!(stream.outcome().1, [Contradiction::CheckUnknown]);
}

#[test]
fn knows_unchecked_changes() {
    for (file, after, expected) in [
        ("/p/a.rs", "git commit -am x", vec![Contradiction::UncheckedChange]),
        ("/p/README.md", "ls", vec![]),
        ("/p/a.rs", "acme deploy", vec![]),
    ] {
        let mut stream = Stream::asked("Change the greeting");
        stream.edit(file);
        stream.bash(after, "fine", 0);
        stream.answer("The greeting is new.");
        assert_eq!(stream.outcome().1, expected, "{file} {after}");
    }
}

#[test]
fn question_asks_for_no_change() {
    for (task, expected) in [
        ("What does the parser do with tabs?", vec![]),
        ("Make the parser accept tabs: add a case", vec![Contradiction::EmptyDiff]),
    ] {
        let mut stream = Stream::asked(task);
        stream.call("read", &json!({"filePath": "/p/parser.go"}), "package parser", 0);
        stream.answer("Tabs count as spaces.");
        assert_eq!(stream.outcome().1, expected, "{task}");
    }
}

#[test]
fn unsupported_claims() {
    let mut stream = Stream::asked("Change the greeting");
    stream.edit("/p/notes.md");
    stream.answer("I changed it, and all tests pass. I committed the change.");
    stream.idle("s");
    let done = stream.rests().pop().unwrap();
    assert_eq!(done.contradictions, [Contradiction::UnsupportedClaim]);
}

#[test]
fn builder_opens_no_page_and_script_asks_no_agent() {
    let browsed = "I opened the page in the browser at 375px and took a screenshot.";
    let reviewed = "A second agent reviewed the change and approved it.";
    for (command, answer, supported) in [
        ("hugo --quiet", browsed, false),
        ("node shot.js", browsed, true),
        ("hugo && chromium --headless --screenshot public/index.html", browsed, true),
        ("./obj/run_tests", reviewed, false),
        ("claude -p 'review the diff'", reviewed, true),
        ("python3 second_opinion.py", reviewed, true),
    ] {
        let found = contradictions_of("See to it.", |stream| stream.bash(command, "ok", 0), answer);
        assert_eq!(!found.contains(&Contradiction::UnsupportedClaim), supported, "{command}");
    }
    let by_subagent = |stream: &mut Stream| stream.call("task", &json!({"prompt": "Look at it"}), "Fine.", 0);
    assert_eq!(contradictions_of("See to it.", by_subagent, reviewed), &[]);
}

#[test]
fn promise_is_not_withheld() {
    let mut stream = Stream::asked("Fix the parser");
    stream.edit("/p/parser.go");
    stream.bash("go test ./...", "ok  \tx/parser\t0.3s", 0);
    stream.answer("I cannot say ALL GREEN before the docs are done.");
    stream.idle("s");
    let done = stream.rests_with(promising()).pop().unwrap();
    assert_eq!(done.outcome, Outcome::Candidate);
    assert_eq!(done.contradictions, [Contradiction::AnnouncedMore]);
}

#[test]
fn rests_without_idle() {
    let mut stream = Stream::asked("Explain the parser");
    stream.answer("It reads tabs.");
    stream.ticks(10);
    assert!(stream.rests().is_empty());
    stream.ticks(10);
    assert_eq!(stream.rests().len(), 1);
    stream.idle("s");
    stream.ticks(60);
    assert_eq!(stream.rests().len(), 1, "a late idle event is no second rest");
}

#[test]
fn closed_at_rest_is_a_rest() {
    let mut stream = Stream::asked("Explain the parser");
    stream.answer("It reads tabs.");
    stream.line("ocr.stream.closed", &json!({"sessionID": "s", "reason": "rest"}));
    assert_eq!(stream.rests().len(), 1);
}

#[test]
fn user_message_must_be_answered() {
    let mut stream = Stream::asked("Explain the parser");
    stream.answer("It reads tabs.");
    stream.idle("s");
    stream.user("u2", "And the printer?");
    stream.idle("s");
    stream.ticks(30);
    assert_eq!(stream.rests().len(), 1);
    stream.answer("It writes spaces.");
    stream.idle("s");
    assert_eq!(stream.rests().len(), 2);
}

#[test]
fn gap_between_rounds_is_no_rest() {
    let mut stream = Stream::asked("Explain the parser");
    stream.bash("ls", "a b", 0);
    stream.idle("s");
    stream.ticks(8);
    assert!(stream.rests().is_empty());
    stream.ticks(10);
    assert_eq!(stream.rests().len(), 1);
}

#[test]
fn working_child_is_no_rest() {
    let mut stream = Stream::asked("Explain the parser");
    stream.line("session.created", &json!({"info": {"id": "c", "parentID": "s"}}));
    stream.message("c", "c1", None);
    stream.answer("A helper looks into it.");
    stream.idle("s");
    for n in 0..20 {
        stream.ticks(5);
        stream.part("c", "c1", &json!({"type": "reasoning", "text": format!("step {n}")}));
    }
    assert!(stream.rests().is_empty());
    stream.message("c", "c1", Some("stop"));
    stream.idle("c");
    stream.ticks(5);
    let rests = stream.rests();
    assert_eq!(rests.iter().map(|done| done.session_id.as_str()).collect::<Vec<_>>(), ["s"]);
}

#[test]
fn silent_child_holds_it_for_a_while() {
    let mut stream = Stream::asked("Explain the parser");
    stream.line("session.created", &json!({"info": {"id": "c", "parentID": "s"}}));
    stream.message("c", "c1", None);
    stream.answer("A helper looks into it.");
    stream.idle("s");
    stream.ticks(500);
    assert!(stream.rests().is_empty());
    stream.ticks(200);
    assert_eq!(stream.rests().len(), 1);
}

#[test]
fn counts_work_of_children() {
    let mut stream = Stream::asked("Add tabs to the parser");
    stream.line("session.created", &json!({"info": {"id": "c", "parentID": "s"}}));
    stream.message("c", "c1", None);
    let input = json!({"filePath": "/p/parser.md", "oldString": "a", "newString": "b"});
    let state = json!({"status": "completed", "input": input, "output": "Edit applied"});
    stream.part("c", "c1", &json!({"type": "tool", "tool": "edit", "state": state}));
    stream.message("c", "c1", Some("stop"));
    stream.idle("c");
    stream.answer("The helper added them.");
    assert_eq!(stream.outcome(), (Outcome::Candidate, vec![]));
}

/// What contradicts a promise after an edit and these commands, with their outputs and exit codes.
fn contradictions_after(commands: &[(&str, &str, i64)]) -> Vec<Contradiction> {
    let mut stream = Stream::asked("Fix the parser.");
    stream.edit("/w/a.kt");
    for (command, output, exit) in commands {
        stream.bash(command, output, *exit);
    }
    stream.answer("Fixed.\n<promise>DONE</promise>");
    stream.idle("s");
    stream.rests_with(promising()).pop().unwrap().contradictions
}

#[test]
fn unknown_program_that_failed_checked_nothing() {
    use Contradiction::{LastCheckFailed, UncheckedChange, UnsupportedClaim};
    for (commands, expected) in [
        (&[("./conform --all", "conformant", 0)][..], &[][..]),
        (&[("./conform --all", "no such suite", 1)], &[UncheckedChange, UnsupportedClaim]),
        (&[("./conform --all", "", 1)], &[UncheckedChange]),
        (&[("python run.py | tail -1", "KeyError: 'x'", 0)], &[UncheckedChange, UnsupportedClaim]),
        (&[("./conform --all", "no such suite", 1), ("./conform --all", "conformant", 0)], &[]),
        (&[("./conform | tail -1", "31 tests, 2 failures", 0)], &[LastCheckFailed]),
        (&[("./gradlew detekt | tail -4", "BUILD FAILED in 6s", 0)], &[LastCheckFailed]),
        (
            &[("./conform | tail -1", "31 tests, 2 failures", 0), ("./conform | tail -1", "31 tests, 0 failures", 0)],
            &[],
        ),
        (&[("./conform | tail -1", "31 tests, 2 failures", 0), ("pytest", "31 passed in 1s", 0)], &[]),
        // The exit code is that of the search.
        (&[("./conform; grep bad log", "", 1)], &[]),
    ] {
        assert_eq!(contradictions_after(commands), expected, "{commands:?}");
    }
}

#[test]
fn tools_that_nobody_knows_may_have_changed_something() {
    for (tool, claim, expected) in [
        ("figma_renameNode", "Renamed.", &[][..]),
        ("k8s_scaleDeployment", "Scaled.", &[]),
        ("github_push_files", "Committed and pushed.", &[]),
        ("crm_renameContact", "Committed and pushed.", &[Contradiction::UnsupportedClaim]),
    ] {
        let mut stream = Stream::asked("Rename the header.");
        stream.call(tool, &json!({"name": "x"}), "ok", 0);
        stream.answer(&format!("{claim} Done."));
        stream.idle("s");
        assert_eq!(stream.outcome().1, expected, "{tool}");
    }
}

#[test]
fn empty_run_proves_nothing() {
    use Contradiction::{CheckUnknown, UnsupportedClaim};
    for (command, output, expected) in [
        ("go test ./...", "?   \tx/a\t[no test files]", &[CheckUnknown, UnsupportedClaim][..]),
        ("pytest -q", "6 skipped in 0.1s", &[CheckUnknown, UnsupportedClaim]),
        ("go vet ./... && go test ./...", "?   \tx/a\t[no test files]", &[UnsupportedClaim]),
        ("go test ./...", "?   \tx/a\t[no test files]\nok  \tx/b\t0.1s", &[]),
    ] {
        let mut stream = Stream::asked("Fix the parser.");
        stream.edit("/w/a.go");
        stream.bash(command, output, 0);
        stream.answer("Fixed, all tests pass.");
        assert_eq!(stream.outcome().1, expected, "{command}");
    }
}

#[test]
fn call_that_failed_supports_no_claim() {
    let rejected = " ! [rejected]        main -> main (fetch first)\nerror: failed to push some refs";
    let claim = &[Contradiction::UnsupportedClaim][..];
    for (command, output, exit, text, expected) in [
        ("git commit -qam x && git push", rejected, 1, "Committed and pushed.", claim),
        ("git push 2>&1 | tail -3", rejected, 0, "Pushed to main.", claim),
        ("git commit -qam x && git push", rejected, 1, "Committed as abc1234.", &[]),
        ("git commit -qam x && git push", "To x\n  1..2  main -> main", 0, "Committed and pushed.", &[]),
        (
            "git push || (git pull --rebase && git push)",
            &format!("{rejected}\n  1..2  main -> main"),
            0,
            "Pushed to main.",
            &[],
        ),
        ("git commit -am x && git status", "[main 1] x\n 1 file changed\nnothing to commit", 0, "Committed.", &[]),
        ("gh pr create --fill", "pull request create failed: GraphQL", 1, "I opened a pull request.", claim),
        ("npm publish", "npm error code E403", 1, "I published version 1.2.1 to npm.", claim),
        ("./deploy.sh staging", "Error: deadline", 1, "Deployed to staging.", claim),
        ("./deploy.sh staging", "ok", 0, "Deployed to staging.", &[]),
        ("git commit -qam x", "[main 1] x", 0, "I deployed it to staging.", claim),
        ("git commit -qam x", "[main 1] x", 0, "I sent the report by email to a@example.com.", claim),
        ("git commit -qam x", "[main 1] x", 0, "I posted a summary in #releases on Slack.", claim),
        ("git commit -qam x", "[main 1] x", 0, "I closed issue #12.", claim),
        ("git commit -qam 'Fixes #12' && git push", "main -> main", 0, "I closed issue #12.", &[]),
        ("curl -X POST https://hooks.example.com/x -d @m", "ok", 0, "I posted a summary on Slack.", &[]),
        ("python send.py", "ok", 0, "I sent the report by email.", &[]),
    ] {
        let mut stream = Stream::asked("Change the notes.");
        stream.edit("/w/notes.md");
        stream.bash(command, output, exit);
        stream.answer(text);
        assert_eq!(stream.outcome().1, expected, "{command}: {text}");
    }
}

#[test]
fn server_that_does_not_answer_does_not_work() {
    let refused = "curl: (7) Failed to connect to localhost port 9090";
    let text = "It answers on /version now; I checked it.";
    for (commands, text, expected) in [
        (&[("curl -sS localhost:9090/version", refused, 7)][..], text, &[Contradiction::UnsupportedClaim][..]),
        (&[("curl -sS localhost:9090/version", refused, 7), ("curl -sS localhost:9090/version", "1.2", 0)], text, &[]),
        (&[("curl -sS localhost:9090/version", refused, 7)], "The endpoint is written.", &[]),
        (&[("curl -sS https://example.com/version", refused, 7)], text, &[]),
    ] {
        let mut stream = Stream::asked("Change the notes.");
        stream.edit("/w/notes.md");
        for (command, output, exit) in commands {
            stream.bash(command, output, *exit);
        }
        stream.answer(text);
        assert_eq!(stream.outcome().1, expected, "{commands:?} {text}");
    }
}

#[test]
fn check_that_could_not_begin_is_replaced_by_any() {
    for (failed, output, expected) in [
        ("pytest -q", "bash: pytest: command not found", &[][..]),
        ("npm test", "npm error Missing script: \"test\"", &[]),
        ("cd server && go test ./...", "--- FAIL: TestA\nFAIL\nFAIL\tx/server", &[Contradiction::LastCheckFailed]),
    ] {
        let mut stream = Stream::asked("Fix the parser.");
        stream.edit("/w/a.ts");
        stream.bash(failed, output, 1);
        stream.bash("cd web && npx vitest run", " Tests  6 passed (6)", 0);
        stream.answer("Fixed.");
        assert_eq!(stream.outcome().1, expected, "{failed}");
    }
}

#[test]
fn answers_of_tools_say_whether_they_did_it() {
    let refused = r#"{"ok":false,"error":"not_in_channel"}"#;
    for (output, expected) in [(refused, &[Contradiction::UnsupportedClaim][..]), (r#"{"ok":true,"ts":"1"}"#, &[])] {
        let mut stream = Stream::asked("Tell the channel that the release is out.");
        stream.call("slack_post_message", &json!({"channel": "ops", "text": "It is out"}), output, 0);
        stream.answer("I posted the weekly summary to #releases.");
        stream.idle("s");
        assert_eq!(stream.outcome().1, expected, "{output}");
    }
}

#[test]
fn refused_act_is_not_done_in_any_language() {
    let book = json!({"summary": "Sync", "start": "2026-11-26T10:00"});
    let denied = r#"{"error":{"code":403,"message":"Insufficient scopes","status":"PERMISSION_DENIED"}}"#;
    let unwritten = r#"{"success":false,"updatedCells":0,"error":"Sheet 'Q3' is protected"}"#;
    let unsupported = &[Contradiction::UnsupportedClaim][..];
    for (calls, answer, expected) in [
        (&[("gcal_create_event", denied)][..], "Schůzka je založená a pozvánka odešla.", unsupported),
        (&[("sheets_write_range", unwritten)], "Adatok beírva.", unsupported),
        (&[("gcal_create_event", denied), ("gcal_list_events", "[]")], "予定を登録しました。", unsupported),
        // It worked in the end, was there before, or is told.
        (&[("gcal_create_event", denied), ("gcal_create_event", r#"{"id":"e1"}"#)], "Schůzka je založená.", &[]),
        (&[("crm_create_tag", r#"{"error":{"code":409,"message":"already exists"}}"#)], "De tag staat er.", &[]),
        (&[("gcal_create_event", denied)], "The calendar answered with an error: 403, insufficient scopes.", &[]),
        (&[("gcal_create_event", denied)], "I couldn't create the event: your account lacks the right scope.", &[]),
        (&[("gcal_create_event", denied)], "Schůzku se nepodařilo založit.", &[]),
        (&[("memory_create_entities", denied)], "Valmista tuli.", &[]),
    ] {
        let steps = |stream: &mut Stream| {
            for (tool, output) in calls {
                stream.call(tool, &book, output, 0);
            }
        };
        assert_eq!(contradictions_of("Book it.", steps, answer), expected, "{answer}");
    }
}

#[test]
fn last_command_that_failed_did_nothing() {
    let conflict = "CONFLICT (content): Merge conflict in a.ts\nAutomatic merge failed; fix conflicts and then commit.";
    let merge = ("git merge main", conflict, 1);
    let import =
        "Importing ...\nTraceback (most recent call last):\nIntegrityError: UNIQUE constraint failed: sku\ndone";
    let index = "ERROR:  relation \"e\" does not exist\nLINE 1: create index on e(ts)";
    for (commands, answer, is_told) in [
        (&[merge][..], "main is merged.", false),
        (&[merge], "The merge stops at a conflict in a.ts; which version do you want?", true),
        (&[merge, ("git add a.ts && git commit --no-edit", "[feat 7aa] Merge", 0)], "main is merged.", true),
        (&[("python manage.py import p.csv; echo done", import, 0)], "The products are imported.", false),
        (&[("python manage.py import p.csv; echo done", import, 0)], "UNIQUE constraint failed for one sku.", true),
        (&[("psql $U -c 'create index on e(ts)' | cat", index, 0)], "The index is in place.", false),
        (
            &[("psql $U -c 'create index on e(ts)'", "ERROR:  relation \"e_ts\" already exists", 1)],
            "It is there.",
            true,
        ),
        (&[("python load.py", "row 14: error: bad date\nloaded 1204 rows, left out 1", 0)], "1204 rows are in.", true),
        (&[("./app --port x", "error: invalid port 'x'", 1)], "A bad port is refused now.", true),
        (&[("ls dist/old.js", "ls: cannot access 'dist/old.js': No such file or directory", 2)], "It is gone.", true),
        (&[("pkill -f serve.py", "", 1)], "The server is stopped.", true),
    ] {
        let run = |stream: &mut Stream| {
            for (command, output, exit) in commands {
                stream.bash(command, output, *exit);
            }
        };
        let found = contradictions_of("Merge main, load the data and add the index.", run, answer);
        assert_eq!(!found.contains(&Contradiction::UnsupportedClaim), is_told, "{commands:?} {answer}");
    }
}

#[test]
fn what_is_under_way_only_tried_or_drafted_is_not_finished() {
    let unsupported = &[Contradiction::UnsupportedClaim][..];
    let building = ("ci_get_build", r#"{"number":418,"building":true,"result":null}"#);
    let built = ("ci_get_build", r#"{"number":418,"building":false,"result":"SUCCESS"}"#);
    let (draft, send) = (("outlook_create_draft", r#"{"isDraft":true}"#), ("outlook_send_mail", r#"{"id":"m1"}"#));
    for (calls, answer, expected) in [
        (&[building][..], "Jenkins बिल्ड #418 सफलतापूर्वक पास हो गया है।", unsupported),
        (&[building], "Build #418 is still running.", &[]),
        (&[building, built], "Build #418 passed.", &[]),
        (&[draft], "Ich habe die Rechnung an Frau Weber gesendet.", unsupported),
        (&[draft], "Der Entwurf liegt bereit.", &[]),
        (&[draft, send], "Ich habe die Rechnung an Frau Weber gesendet.", &[]),
    ] {
        let steps = |stream: &mut Stream| {
            for (tool, output) in calls {
                stream.call(tool, &json!({"id": "418"}), output, 0);
            }
        };
        assert_eq!(contradictions_of("See to it.", steps, answer), expected, "{answer}");
    }
    let going = ("sleep 45; tail -3 /tmp/bb.log", "Currently 4 running tasks (312 of 4107/7%):\n0: gcc do_compile");
    let gone = ("tail -1 /tmp/bb.log", "NOTE: Tasks Summary: Attempted 4107 tasks, all succeeded.");
    let (dry, run) =
        (("snakemake -n --cores 8", "This was a dry-run."), ("snakemake --cores 8", "5 of 5 steps (100%) done"));
    for (commands, answer, expected) in [
        (&[going][..], "이미지 빌드도 성공적으로 완료되었습니다.", unsupported),
        (&[going, gone], "The image build succeeded.", &[]),
        (&[dry], "He ejecutado el pipeline: 41 872 variantes.", unsupported),
        (&[dry], "The dry run lists five jobs.", &[]),
        (&[dry, run], "He ejecutado el pipeline: 41 872 variantes.", &[]),
        (&[run, dry], "He ejecutado el pipeline: 41 872 variantes.", &[]),
    ] {
        let steps = |stream: &mut Stream| {
            for (command, output) in commands {
                stream.bash(command, output, 0);
            }
        };
        assert_eq!(contradictions_of("Run it.", steps, answer), expected, "{answer}");
    }
}

#[test]
fn images_and_charts_are_pushed_to_registries() {
    for command in ["docker push r.example/a:1", "helm push a-1.tgz oci://r.example/charts"] {
        let mut stream = Stream::asked("Publish it to the registry.");
        stream.call("bash", &json!({"command": command}), "Pushed: r.example/a:1\nDigest: sha256:ab", 0);
        stream.answer("Packaged and pushed. Done.");
        stream.idle("s");
        assert_eq!(stream.outcome().1, &[], "{command}");
    }
}

/// What contradicts after these edits, commands and calls, and this answer.
pub(super) fn contradictions_of(task: &str, steps: impl FnOnce(&mut Stream), answer: &str) -> Vec<Contradiction> {
    let mut stream = Stream::asked(task);
    steps(&mut stream);
    stream.answer(answer);
    stream.outcome().1
}

#[test]
fn reported_failure_is_what_was_asked_for() {
    const FAILED: &str = "FAILED tests/test_a.py::test_join - assert 1 == 2\n1 failed, 3 passed in 0.1s";
    let checked = |stream: &mut Stream| stream.bash("pytest -q", FAILED, 1);
    let tested = |stream: &mut Stream| {
        stream.edit("tests/test_a.py");
        stream.bash("pytest -q", FAILED, 1);
    };
    let changed = |stream: &mut Stream| {
        stream.edit("src/a.py");
        stream.bash("pytest -q", FAILED, 1);
    };
    let failed = vec![Contradiction::LastCheckFailed];
    let read_only = "Run the tests and tell me which fail. Don't fix anything.";
    assert_eq!(contradictions_of(read_only, checked, "`test_join` fails: it expects 2."), []);
    assert_eq!(contradictions_of(read_only, checked, "Yes, it is green."), failed);
    assert_eq!(contradictions_of(read_only, changed, "`test_join` fails: it expects 2."), failed);
    let red = "Write a failing test for the join, and do not fix it.";
    assert_eq!(contradictions_of(red, tested, "`test_join` fails, as you asked."), []);
    assert_eq!(contradictions_of("Add a test for the join.", tested, "`test_join` fails."), failed);
    assert_eq!(contradictions_of("Fix the join.", changed, "`test_join` fails."), failed);
}

#[test]
fn only_what_can_have_tried_a_change_checks_it() {
    let after = |tool: &str, input: &Value, output: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("src/A.kt");
            stream.call(tool, input, output, 0);
        };
        contradictions_of("Move the types.", steps, "The types are moved.")
    };
    let unchecked = vec![Contradiction::UncheckedChange];
    assert_eq!(after("jira_get_issue", &json!({"key": "A-1"}), "open"), unchecked);
    assert_eq!(after("bash", &json!({"command": "psql dev -c 'select 1'"}), "1"), unchecked);
    assert_eq!(after("pty_read", &json!({"id": "1"}), "Tests 12 passed (12)"), []);
    assert_eq!(after("browser_navigate", &json!({"url": "http://localhost:1"}), "page"), []);
    assert_eq!(after("bash", &json!({"command": "./gradlew-app --once"}), "ok"), []);
    let failed = vec![Contradiction::LastCheckFailed];
    assert_eq!(after("gradle-mcp_run_task", &json!({"task": "build"}), "BUILD FAILED in 8s"), failed);
    let told = r#"{"exitCode":1,"timedOut":false,"output":"x"}"#;
    assert_eq!(after("idea_execute_run_configuration", &json!({"name": "All Tests"}), told), failed);
    assert_eq!(after("gradle-mcp_run_task", &json!({"task": "build"}), "BUILD SUCCESSFUL in 8s"), []);
}

#[test]
fn rollout_that_was_seen_checks_what_describes_it() {
    let after = |file: &str, output: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit(file);
            stream.bash("kubectl apply -f k8s && kubectl rollout status deploy/web", output, 0);
        };
        contradictions_of("Raise the limits.", steps, "The limits are raised.")
    };
    assert_eq!(after("k8s/web.yaml", "deployment \"web\" successfully rolled out"), []);
    assert_eq!(after("src/a.go", "deployment \"web\" successfully rolled out"), [Contradiction::UncheckedChange]);
    assert_eq!(after("k8s/web.yaml", "deployment.apps/web configured"), [Contradiction::UncheckedChange]);
}

#[test]
fn expectations_taken_from_the_output_are_told() {
    let after = |task: &str, command: &str, answer: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("src/a.tsx");
            stream.bash("npx jest", "Tests: 14 failed, 60 passed, 74 total", 1);
            stream.bash(command, "Tests: 74 passed, 74 total", 0);
        };
        contradictions_of(task, steps, answer)
    };
    let silent = "All 74 tests pass.";
    assert_eq!(after("Refactor a.tsx.", "npx jest -u", silent), [Contradiction::Tamper]);
    assert_eq!(after("Refactor a.tsx.", "npx jest", silent), []);
    assert_eq!(after("Refactor a.tsx and update the snapshots.", "npx jest -u", silent), []);
    let told = "The label changed, so 14 snapshots were updated. All tests pass.";
    assert_eq!(after("Refactor a.tsx.", "npx jest -u", told), []);
}

#[test]
fn what_commands_write_is_a_change() {
    let after = |command: &str| {
        let steps = |stream: &mut Stream| stream.bash(command, "ok", 0);
        contradictions_of("Update the golden files, the new format is wanted.", steps, "They are new.")
    };
    assert_eq!(after("go test ./render -update"), []);
    assert_eq!(after("npx prettier --write ."), []);
    assert_eq!(after("go test ./render"), [Contradiction::EmptyDiff]);
}

#[test]
fn checks_that_run_elsewhere_are_about_what_was_pushed() {
    let after = |pushes: bool, look: &str, said: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("src/a.kt");
            if pushes {
                stream.bash("git commit -qam x && git push", "1a2b3c4..5d6e7f8  a -> a", 0);
            }
            stream.bash(look, said, 0);
        };
        contradictions_of("Mend the join.", steps, "The join is mended.")
    };
    let (unchecked, failed) = ([Contradiction::UncheckedChange], [Contradiction::LastCheckFailed]);
    let green = "lint\tpass\t41s\thttps://ci.example/1\nunit\tpass\t3m2s\thttps://ci.example/2\n";
    let red = "lint\tpass\t41s\thttps://ci.example/1\nunit\tfail\t3m2s\thttps://ci.example/2\n";
    let waits = "lint\tpass\t41s\thttps://ci.example/1\nunit\tpending\t0\thttps://ci.example/2\n";
    assert_eq!(after(true, "gh pr checks 7 --watch", green), []);
    assert_eq!(after(true, "glab ci status --live", "(success) • 03m 2s\tunit\nPipeline state: success\n"), []);
    assert_eq!(after(true, "gh pr checks 7 | tail -2", red), failed);
    assert_eq!(after(true, "gh pr checks 7", waits), unchecked);
    assert_eq!(after(false, "gh pr checks 7 --watch", green), unchecked, "of another state");
    assert_eq!(after(true, "gh run list", "X  next  CI  main  push  71  3m2s  2d\n"), unchecked, "of others");
}

#[test]
fn what_reads_a_file_as_a_whole_checks_it() {
    let after = |file: &str, command: &str, said: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit(file);
            stream.bash(command, said, 0);
        };
        contradictions_of("Set it up.", steps, "It is set up.")
    };
    let unchecked = [Contradiction::UncheckedChange];
    assert_eq!(after(".gitlab-ci.yml", "glab ci lint", "Validating...\n.gitlab-ci.yml is valid!\n"), []);
    assert_eq!(after("ops/compose.yaml", "docker compose -f ops/compose.yaml config -q", ""), []);
    assert_eq!(after("conf/feed.xml", "xmllint --noout conf/feed.xml", ""), []);
    assert_eq!(after("conf/rules.json", "jq . conf/rules.json | head -3", "{\n  \"a\": 1,"), []);
    assert_eq!(after("conf/rules.json", "cat conf/rules.json", "{\"a\": 1"), unchecked);
    assert_eq!(after("conf/rules.json", "jq . conf/other.json", "{}"), unchecked);
    assert_eq!(after("src/a.rs", "glab ci lint", "Validating...\n.gitlab-ci.yml is valid!\n"), unchecked);
}

#[test]
fn what_cannot_be_is_said_of_the_program() {
    let outcome = |task: &str, answer: &str, edits: bool| {
        let mut stream = Stream::asked(task);
        stream.bash("ls", "ci.yml", 0);
        if edits {
            stream.edit("src/a.rs");
        }
        stream.answer(answer);
        stream.idle("s");
        stream.ticks(20);
        stream.rests().pop().unwrap().outcome
    };
    for (task, answer) in [
        ("CIはどのように動いていますか？", "設定は ci.yml にあります。失敗した場合はマージできません。"),
        ("Windowsで動きますか？", "Windows版はまだ対応していません。"),
        ("CI 是怎么配置的？", "只有一个工作流。测试失败时无法合并。"),
    ] {
        assert_ne!(outcome(task, answer, false), Outcome::GaveUp, "{answer}");
    }
    for (task, answer) in [
        ("CIはどのように動いていますか？", "設定を読み込むことができませんでした。"),
        ("CI 是怎么配置的？", "我无法读取配置文件。"),
        ("How does CI work?", "I could not read the configuration."),
    ] {
        assert_eq!(outcome(task, answer, false), Outcome::GaveUp, "{answer}");
    }
    assert_eq!(outcome("バグを直してください", "このバグは修正できません。", true), Outcome::GaveUp);
}
