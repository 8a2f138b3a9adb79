use super::commands;
use crate::exit::{Code, Failure};
use clap::Arg;
use std::collections::BTreeMap;

#[test]
fn same_flag_same_variable() {
    let mut variables = BTreeMap::new();
    for command in commands() {
        for arg in command.get_arguments() {
            let Some(long) = arg.get_long() else { continue };
            let variable = arg.get_env().map(ToOwned::to_owned);
            let first = variables.entry(long.to_owned()).or_insert_with(|| variable.clone());
            assert_eq!(*first, variable, "--{long} of {}", command.get_name());
        }
    }
}

#[test]
fn single_run_flags_have_no_variable() {
    let single = [
        "spawn",
        "server",
        "replay",
        "import",
        "task",
        "task-file",
        "session",
        "from-start",
        "all",
        "follow",
        "all-lines",
        "only",
        "explain",
        "as",
        "fail-on",
        "verify",
        "expect-change",
        "expect-file",
        "demo",
        "print",
    ];
    for command in commands() {
        let belongs_to_run = |arg: &&Arg| arg.get_long().is_some_and(|long| single.contains(&long));
        for arg in command.get_arguments().filter(belongs_to_run) {
            assert!(arg.get_env().is_none(), "{arg} of {}", command.get_name());
        }
    }
}

#[test]
fn hints_are_about_flags_of_the_stream_alone() {
    let has = |name: &str, long: &str| {
        let command = commands().into_iter().find(|command| command.get_name() == name).unwrap();
        command.get_arguments().any(|arg| arg.get_long() == Some(long))
    };
    for flag in super::suggestion::OF_STREAM {
        assert!(has("ocr-stream", flag) && !has("ocr-run", flag), "{flag}");
    }
}

#[test]
fn cli_01_definitions_are_valid() {
    for command in commands() {
        command.debug_assert();
    }
}

#[test]
fn failures_keep_their_code() {
    let failure = anyhow::Error::from(Failure::new(Code::BadData, "not JSON")).context("line 1");
    assert_eq!(super::end("test", Err(failure)), Code::BadData.into());
    assert_eq!(super::end("test", Err(anyhow::anyhow!("other"))), Code::Error.into());
}
