//! What subagents, tools of a project and editors changed and checked.

use super::{Contradiction, Stream, contradictions_of};
use serde_json::{Value, json};

const UNCHECKED: &[Contradiction] = &[Contradiction::UncheckedChange];
const FAILED: &[Contradiction] = &[Contradiction::LastCheckFailed];
const UNKNOWN: &[Contradiction] = &[Contradiction::CheckUnknown];

/// A subagent that makes these calls, which the stream shows.
fn subagent(stream: &mut Stream, calls: &[(&str, Value)]) {
    stream.line("session.created", &json!({"info": {"id": "c", "parentID": "s"}}));
    stream.message("c", "c1", None);
    for (tool, input) in calls {
        let state = json!({"status": "completed", "input": input, "output": "ok", "metadata": {"exit": 0}});
        stream.part("c", "c1", &json!({"type": "tool", "tool": tool, "state": state}));
    }
    stream.message("c", "c1", Some("stop"));
    stream.idle("c");
    stream.call("task", &json!({"prompt": "See to it"}), "Done.", 0);
}

#[test]
fn what_a_subagent_changes_waits_for_a_check() {
    let edit = || ("edit", json!({"filePath": "/w/a.ts", "oldString": "a", "newString": "b"}));
    let bash = |command: &str| ("bash", json!({"command": command}));
    let patch =
        ("apply_patch", json!({"patchText": "*** Begin Patch\n*** Update File: a.ts\n@@\n-1\n+2\n*** End Patch"}));
    for (calls, expected) in [
        (vec![edit()], UNCHECKED),
        (vec![patch], UNCHECKED),
        (vec![bash("sed -i s/1/2/ src/a.ts")], UNCHECKED),
        (vec![bash("npm test"), edit()], UNCHECKED),
        (vec![edit(), bash("npm test")], &[]),
        (vec![bash("cat src/a.ts")], &[]),
    ] {
        let steps = |stream: &mut Stream| {
            stream.edit("/w/b.ts");
            stream.bash("npm test", "Tests  9 passed (9)", 0);
            subagent(stream, &calls);
        };
        assert_eq!(contradictions_of("Raise it.", steps, "It is raised."), expected, "{calls:?}");
    }
    let then_checks = |stream: &mut Stream| {
        subagent(stream, &[edit()]);
        stream.bash("npm test", "Tests  9 passed (9)", 0);
    };
    assert_eq!(contradictions_of("Raise it.", then_checks, "It is raised."), &[]);
    // Nobody sees what this one did.
    let unseen = |stream: &mut Stream| {
        stream.edit("/w/b.ts");
        stream.call("task", &json!({"prompt": "Check it"}), "All is well.", 0);
    };
    assert_eq!(contradictions_of("Raise it.", unseen, "It is raised."), &[]);
}

/// What contradicts after an edit and a call of a tool that gives no exit code.
fn after(tool: &str, said: &str) -> Vec<Contradiction> {
    let steps = |stream: &mut Stream| {
        stream.edit("/w/a.ts");
        stream.message("s", "t1", None);
        let state = json!({"status": "completed", "input": {"suite": "unit"}, "output": said, "metadata": {}});
        stream.part("s", "t1", &json!({"type": "tool", "tool": tool, "state": state}));
        stream.message("s", "t1", Some("tool-calls"));
    };
    contradictions_of("Raise it.", steps, "It is raised.")
}

#[test]
fn tools_that_check_say_how_it_came_out() {
    for (tool, said, expected) in [
        ("run_checks", r#"{"ok":false,"exitCode":1}"#, FAILED),
        ("run_checks", r#"{"exitCode":3}"#, FAILED),
        ("checks_run", "3 of 88 failed", FAILED),
        ("quality_check", r#"{"success":false,"message":"see the report"}"#, FAILED),
        ("run_checks", "started", UNKNOWN),
        ("verify", r#"{"ok":true,"exitCode":0,"failures":[],"errors":0,"warnings":2}"#, &[]),
        ("run_checks", "Tests: 88 passed", &[]),
        // It may have run anything.
        ("ci_run_pipeline", r#"{"id":7,"status":"failed"}"#, UNCHECKED),
        ("ci_run_pipeline", r#"{"id":7,"status":"passed"}"#, &[]),
        ("verify_email", r#"{"ok":true}"#, UNCHECKED),
    ] {
        assert_eq!(after(tool, said), expected, "{tool}: {said}");
    }
}

#[test]
fn tools_that_show_findings_say_what_was_found() {
    let grave = r#"[{"uri":"a","diagnostics":[{"message":"no such name","severity":"Error"}]}]"#;
    let mild = r#"[{"uri":"a","diagnostics":[{"message":"unused","severity":"Warning"}]}]"#;
    for (tool, said, expected) in [
        ("ide_getDiagnostics", grave, FAILED),
        ("get_diagnostics", r#"{"diagnostics":[{"severity":1,"message":"no such name"}]}"#, FAILED),
        ("vscode_get_problems", "src/a.ts:3:1 - error: Cannot find name 'lim'", FAILED),
        ("get_test_results", "Passed 38, Failed 2", FAILED),
        ("vscode_problems", r#"{"errors":2,"warnings":0}"#, FAILED),
        ("list_tests", r#"["adds","parses"]"#, UNCHECKED),
        ("create_test_case", r#"{"id":7,"errors":[]}"#, UNCHECKED),
        ("ide_getDiagnostics", "the server is not ready", UNCHECKED),
        ("ide_getDiagnostics", mild, &[]),
        ("get_test_results", "Passed 38, Failed 0", &[]),
        ("get_diagnostics", "[]", &[]),
    ] {
        assert_eq!(after(tool, said), expected, "{tool}: {said}");
    }
    let with_check = |first: bool| {
        let steps = |stream: &mut Stream| {
            stream.edit("/w/a.ts");
            if first {
                stream.call("ide_getDiagnostics", &json!({}), grave, 0);
            }
            stream.bash("npm test", "Tests  9 passed (9)", 0);
            if !first {
                stream.call("ide_getDiagnostics", &json!({}), grave, 0);
            }
        };
        contradictions_of("Raise it.", steps, "It is raised.")
    };
    assert_eq!((with_check(true), with_check(false)), (vec![], vec![]), "a check says more than a list");
}

#[test]
fn runs_that_are_listed_count_for_the_pushed_commit() {
    let after = |tool: &str, input: &Value, said: &str| {
        let steps = |stream: &mut Stream| {
            stream.edit("src/a.kt");
            stream.bash("git commit -qam x && git push", "   1a2b3c4..9f8e7d6  main -> main", 0);
            stream.call(tool, input, said, 0);
        };
        contradictions_of("Mend the join.", steps, "The join is mended.")
    };
    let list = |options: &str| json!({"command": format!("sleep 90; gh run list {options}")});
    let green = r#"[{"conclusion":"success","name":"CI","status":"completed"}]"#;
    assert_eq!(after("bash", &list("-c $(git rev-parse HEAD) --json name,status,conclusion"), green), &[]);
    assert_eq!(after("bash", &list("-L1 --json name,status,conclusion"), green), UNCHECKED, "of any commit");
    let run = |commit: &str, end: &str| {
        format!(r#"{{"workflow_runs":[{{"head_sha":"{commit}","status":"completed","conclusion":"{end}"}}]}}"#)
    };
    let mcp = |said: &str| after("github_list_workflow_runs", &json!({"branch": "main"}), said);
    assert_eq!(mcp(&run("9f8e7d6a0b1c", "success")), &[]);
    assert_eq!(mcp(&run("9f8e7d6a0b1c", "failure")), FAILED);
    assert_eq!(mcp(&run("1a2b3c4", "success")), UNCHECKED, "the commit before");
    let view = json!({"command": "gh run view 7 --json headSha,conclusion"});
    assert_eq!(after("bash", &view, r#"{"headSha":"1a2b3c4","conclusion":"success"}"#), UNCHECKED, "the commit before");
    assert_eq!(after("bash", &view, r#"{"headSha":"9f8e7d6a","conclusion":"success"}"#), &[]);
}

#[test]
fn a_new_version_that_was_asked_for_needs_no_check() {
    let after_call = |task: &str, tool: &str, input: &Value| {
        let steps = |stream: &mut Stream| {
            stream.edit("src/a.py");
            stream.bash("pytest -q", "61 passed in 3.0s", 0);
            stream.call(tool, input, "Edit applied successfully.", 0);
        };
        contradictions_of(task, steps, "It is mended.")
    };
    let after = |task: &str, old: &str, new: &str| {
        after_call(task, "edit", &json!({"filePath": "/w/pyproject.toml", "oldString": old, "newString": new}))
    };
    let (old, new) = ("version = \"1.4.2\"", "version = \"1.4.3\"");
    assert_eq!(after("Mend the quota and bump the version to 1.4.3.", old, new), &[]);
    assert_eq!(after("Mend the quota.", old, new), UNCHECKED);
    let patch = |line: &str| json!({"patchText": format!("*** Begin Patch\n*** Update File: package.json\n@@\n {{\n{line}\n*** End Patch")});
    let bump = patch("-  \"version\": \"2.0.0\",\n+  \"version\": \"2.0.1\",");
    assert_eq!(after_call("Mend the quota and release it.", "apply_patch", &bump), &[]);
    let raise = patch("-  \"vite\": \"2.0.0\",\n+  \"vite\": \"3.0.1\",");
    assert_eq!(after_call("Mend the quota and release the version.", "apply_patch", &raise), UNCHECKED);
    let (old, new) = ("\"httpx>=0.27\"", "\"httpx>=0.28\"");
    assert_eq!(after("Mend the quota and prepare the release.", old, new), UNCHECKED);
}
