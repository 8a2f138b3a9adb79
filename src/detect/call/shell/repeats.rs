//! Recognizes commands that run a check more than once.

use super::wrappers::base;

/// How a program runs a command for each of many things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Each {
    /// It fails if one of them does.
    Fails,
    /// It ends well in any case.
    EndsWell,
}

/// How these words run a command for each of many things, if they do: `find … -exec … \;`, `xargs -n 1 …`.
pub(super) fn runs_for_each(words: &[String]) -> Option<Each> {
    let (program, arguments) = words.split_first()?;
    let has = |wanted: &[&str]| arguments.iter().any(|word| wanted.contains(&word.as_str()));
    let splits = |word: &String| {
        ["-n", "-L", "-I", "-i", "--max-args", "--max-lines", "--replace"].iter().any(|flag| word.starts_with(flag))
    };
    match base(program) {
        "find" if has(&["-exec", "-execdir"]) => Some(if has(&[";"]) { Each::EndsWell } else { Each::Fails }),
        "xargs"
            if arguments.iter().take_while(|word| word.starts_with(['-', '{', '%']) || is_number(word)).any(splits) =>
        {
            Some(Each::Fails)
        }
        "parallel" => Some(Each::Fails),
        _ => None,
    }
}

/// Whether a package manager runs a script in all the workspaces, one after the other, whether it fails or not.
pub(super) fn runs_in_each_workspace(words: &[String]) -> bool {
    words.first().is_some_and(|program| base(program) == "npm")
        && words.iter().any(|word| matches!(word.as_str(), "--workspaces" | "-ws" | "--workspaces=true"))
}

/// Whether a check runs again at each change, until somebody ends it.
pub(super) fn watches(words: &[String]) -> bool {
    words.iter().skip(1).any(|word| matches!(word.as_str(), "watch" | "--watch" | "--watchAll"))
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}
