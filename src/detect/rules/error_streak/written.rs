//! Remembers the files that were written last, to tell a script that is tried from a target that was given.

use crate::bounded::push_bounded;
use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::input::Edit;
use crate::detect::call::target::Aim;
use std::collections::VecDeque;

/// How many files to remember.
const FILES: usize = 3;
/// How much of a command is searched for files that it writes, in bytes, and how many it may write.
const COMMAND: usize = 2048;
const REDIRECTIONS: usize = 8;
/// The shortest name that is looked for, in bytes.
const NAME: usize = 3;

/// The files that were written last as a whole.
#[derive(Default)]
pub(super) struct Written(VecDeque<String>);

impl Written {
    /// Takes what a call wrote.
    pub(super) fn take(&mut self, call: &Call) {
        if call.kind != CallKind::Mutate {
            return;
        }
        let whole = call.input.changes.iter().filter(|(_, edit)| matches!(edit, Edit::Whole(_)));
        let files: Vec<&str> = match call.input.command.as_deref().filter(|_| call.line.is_some()) {
            Some(command) => redirected(command).collect(),
            None => whole.map(|(file, _)| file.as_str()).collect(),
        };
        for file in files {
            push_bounded(&mut self.0, FILES, file.to_owned());
        }
    }

    /// Whether a call is aimed at what was written just before, or writes it itself.
    pub(super) fn holds(&self, aim: &Aim, call: &Call) -> bool {
        let command = call.input.command.as_deref().filter(|_| call.line.is_some()).unwrap_or_default();
        let is_it = |file: &str| aim.names().iter().any(|name| is_same(file, name));
        self.0.iter().any(|file| is_it(file)) || redirected(command).any(is_it)
    }
}

/// The files that a command writes its output to.
fn redirected(command: &str) -> impl Iterator<Item = &str> {
    let command = &command[..command.floor_char_boundary(COMMAND)];
    let behind = command.match_indices('>').map(|(at, _)| command[at + 1..].trim_start_matches(['>', ' ']));
    let word = |rest: &'_ str| rest.find(|c: char| c.is_whitespace() || ";|&<)".contains(c)).unwrap_or(rest.len());
    let files = behind.map(move |rest| rest[..word(rest)].trim_matches(['"', '\'']));
    files.filter(|file| file.contains(['/', '.']) && !file.starts_with("/dev/")).take(REDIRECTIONS)
}

/// Whether a word of a command names a file, or the folder that it is in.
pub(super) fn is_same(file: &str, name: &str) -> bool {
    let name = name.trim_start_matches("./").trim_end_matches('/');
    let ends = |path: &str| path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
    let folder = file.rsplit_once('/').map(|(folder, _)| folder);
    name.len() >= NAME && (ends(file) || name.contains('/') && folder.is_some_and(ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files() {
        assert!(is_same("/w/a/try_1.py", "a/try_1.py") && is_same("/w/cmd/try1/main.go", "./cmd/try1"));
        assert!(
            !is_same("/w/a/try_1.py", "try_2.py") && !is_same("/w/a/try_1.py", "/w") && !is_same("/w/xa.py", "a.py")
        );
        let written: Vec<&str> =
            redirected("cat > /tmp/a.py <<'EOF'\nif a > b: pass\nEOF\npython3 /tmp/a.py 2>&1").collect();
        assert_eq!(written, ["/tmp/a.py"]);
    }
}
