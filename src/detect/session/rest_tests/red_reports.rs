//! Tests answers that report a failure, or say no, because that was asked for; and answers that are cut off.

use super::{Stream, contradictions_of};
use crate::wire::record::Contradiction::{CutOff, LastCheckFailed};
use crate::wire::record::Outcome;

const RED: &str = "FAIL src/tax.test.js\n  ● tax › rounds up\n\nTests:       1 failed, 8 passed, 9 total";

#[test]
fn a_red_run_that_was_asked_for_is_no_failure() {
    let after = |task: &str, command: &str, answer: &str| {
        contradictions_of(task, |stream: &mut Stream| stream.bash(command, RED, 1), answer)
    };
    for (task, answer) in [
        ("Run the suite on the branch and tell me what's red", "One is red, `tax › rounds up`. The other 8 pass."),
        ("What's the state of the suite?", "8 of 9 pass. `tax › rounds up` fails."),
        ("Lance la suite et dis-moi ce qui casse, sans rien corriger.", "Un test échoue : `tax › rounds up`."),
        ("Führ die Tests aus und berichte, ohne etwas zu ändern.", "Einer schlägt fehl: `tax › rounds up`."),
        (
            "Why does the tax test fail? Just explain, I'll fix it myself.",
            "It fails because of `rounds up`: 2 for 1.5.",
        ),
    ] {
        assert_eq!(after(task, "npx jest", answer), [], "{task}");
    }
    assert_eq!(
        after("Run the suite on next and tell me what's red", "git switch -q next && npx jest", "`rounds up` is red."),
        []
    );
    assert_eq!(after("Run the suite and tell me what's red", "npx jest", "All 9 tests pass."), [LastCheckFailed]);
    assert_eq!(after("Fix the tax", "npx jest", "8 of 9 pass, `rounds up` fails.").first(), Some(&LastCheckFailed));
}

#[test]
fn no_is_an_answer() {
    let outcome = |task: &str, answer: &str| {
        let mut stream = Stream::asked(task);
        stream.bash("psql -c '\\d orders'", "id bigint", 0);
        stream.answer(answer);
        stream.outcome()
    };
    for (task, answer) in [
        ("Kann man zwei Adressen je Konto speichern?", "Nein, das ist mit dieser Tabelle nicht möglich."),
        ("请验证一下：归档能不能还原？别碰线上。", "结论：归档无法还原，文件不完整。"),
        ("Can we drop the old table without harm to the app? Just answer.", "No. The nightly job still reads it."),
    ] {
        assert_eq!(outcome(task, answer), (Outcome::Candidate, vec![]), "{task}");
    }
    let task = "Kann man zwei Adressen je Konto speichern?";
    assert_eq!(outcome(task, "Ich konnte die Tabelle nicht lesen.").0, Outcome::GaveUp);
}

#[test]
fn an_answer_that_ends_in_code_or_in_a_sentence_is_cut_off() {
    let is_cut = |finish: &str, answer: &str| {
        let mut stream = Stream::asked("How do I use it?");
        stream.answer(answer);
        let last = stream.lines.pop().unwrap_or_default();
        stream.lines.push(last.replace("\"stop\"", &format!("\"{finish}\"")));
        stream.outcome().1 == [CutOff]
    };
    let code = "Like this:\n\n```yaml\nweb:\n  ima";
    let sentence = "It holds ten connections. Every worker then shares the";
    assert!(is_cut("stop", code) && is_cut("unknown", code));
    assert!(is_cut("unknown", sentence) && is_cut("other", sentence));
    assert!(!is_cut("stop", sentence) && !is_cut("unknown", "It holds ten connections."));
    assert!(!is_cut("stop", &format!("{code}ge: a\n```\n")));
}
