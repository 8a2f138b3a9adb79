use super::*;
use proptest::prelude::*;

#[test]
fn reads_looks_and_states() {
    let mut wrong = Vec::new();
    for line in include_str!("samples.tsv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<_> = line.splitn(5, '\t').collect();
        let result = fields[4].replace("\\n", "\n");
        let read = WaitSigns::read(fields[2], fields[3], &result, 0, 0);
        if (read.named_as_look, read.says_running) != (fields[0] == "+", fields[1] == "+") {
            wrong.push(format!("{read:?}, not {line}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn waits_with_a_pause() {
    for (duration, pause, waits) in [(0, 0, false), (9_999, 9_999, false), (10_000, 0, true), (0, 30_000, true)] {
        assert_eq!(WaitSigns::read("bash", "gh run view --log", "queued", duration, pause).is_wait(), waits);
    }
    assert!(!WaitSigns::read("edit", "{}", "Edit applied", 60_000, 60_000).is_wait());
}

#[test]
fn long_texts_are_quick() {
    for word in ["%", "9", "running ", "a b ", "\n", "still "] {
        let text = word.repeat(1 << 20);
        let _ = WaitSigns::read(&text, &text, &text, 0, 0);
    }
}

proptest! {
    #[test]
    fn reads_any_text(tool in "\\PC{0,20}", command in "\\PC{0,200}", result in "\\PC{0,200}") {
        let _ = WaitSigns::read(&tool, &command, &result, 0, 0);
    }
}
