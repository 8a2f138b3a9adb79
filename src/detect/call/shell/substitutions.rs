//! The text replacements that `sed -i` and `perl -pi` make, and in which files.

use super::commands::{SimpleCommand, commands};
use super::verbs::has;

/// How many replacements of a line are told.
const MOST: usize = 32;
/// Signs by which a pattern says more than the text that it stands for, everywhere and in extended patterns.
const SIGNS: [char; 4] = ['*', '[', '^', '$'];
const EXTENDED: [char; 5] = ['+', '?', '(', '|', '{'];

/// One replacement in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Substitution {
    /// The file, as the line names it.
    pub(crate) file: String,
    /// What is replaced: the text itself, unless it is a pattern.
    pub(crate) old: String,
    /// What comes in its place.
    pub(crate) new: String,
    /// Whether `old` is a pattern, so that nobody knows what stood there.
    pub(crate) is_pattern: bool,
}

/// What the commands of a line replace in files, in order.
pub(crate) fn substitutions(script: &str) -> Vec<Substitution> {
    // Most lines have no such command, and are spared a second reading.
    if !["sed ", "perl "].iter().any(|program| script.contains(program)) {
        return Vec::new();
    }
    commands(script).iter().flat_map(of_command).take(MOST).collect()
}

/// What the commands of a line delete in files: the lines in which they find a text.
pub(crate) fn deletions(command: &SimpleCommand) -> Vec<Substitution> {
    let Some(InPlace { scripts, files, extended }) = in_place(command).filter(|_| command.program() != "perl") else {
        return Vec::new();
    };
    let deleted = |script: &&str| {
        let (old, rest) = until(script.trim_start().strip_prefix('/')?, '/')?;
        let found = Substitution {
            file: String::new(),
            old: plain(old),
            new: String::new(),
            is_pattern: is_pattern(old, extended),
        };
        rest.trim_start().starts_with('d').then_some(found)
    };
    in_files(&files, &scripts.iter().filter_map(deleted).collect::<Vec<_>>())
}

/// What a command puts into files at a line's number: `sed -i '1i # noqa' a.py`. Nothing is replaced.
pub(crate) fn insertions(command: &SimpleCommand) -> Vec<Substitution> {
    let Some(InPlace { scripts, files, .. }) = in_place(command).filter(|_| command.program() != "perl") else {
        return Vec::new();
    };
    let inserted = |script: &&str| {
        let rest = script.trim_start().trim_start_matches(|c: char| c.is_ascii_digit() || c == '$').trim_start();
        let text = rest.strip_prefix(['i', 'a']).filter(|text| text.starts_with(['\\', ' ', '\n']))?;
        let new = plain(text.trim_start_matches(['\\', ' ', '\n']));
        (!new.is_empty()).then(|| Substitution { file: String::new(), old: String::new(), new, is_pattern: false })
    };
    in_files(&files, &scripts.iter().filter_map(inserted).collect::<Vec<_>>())
}

/// What one command replaces in files.
pub(crate) fn of_command(command: &SimpleCommand) -> Vec<Substitution> {
    let Some(InPlace { scripts, files, extended }) = in_place(command) else { return Vec::new() };
    in_files(&files, &scripts.iter().flat_map(|script| replacements(script, extended)).collect::<Vec<_>>())
}

fn in_files(files: &[&str], found: &[Substitution]) -> Vec<Substitution> {
    let in_file = |file: &&str| {
        let file = (*file).to_owned();
        found.iter().map(move |found| Substitution { file: file.clone(), ..found.clone() }).collect::<Vec<_>>()
    };
    files.iter().flat_map(in_file).collect()
}

/// A command that edits files in place.
struct InPlace<'a> {
    scripts: Vec<&'a str>,
    files: Vec<&'a str>,
    extended: bool,
}

fn in_place(command: &SimpleCommand) -> Option<InPlace<'_>> {
    let is_perl = command.program() == "perl";
    if !is_perl && !has("sed gsed", command.program()) {
        return None;
    }
    let (mut in_place, mut extended) = (false, is_perl);
    let (mut scripts, mut files) = (Vec::new(), Vec::new());
    let mut words = command.words.iter().skip(1).map(String::as_str);
    while let Some(word) = words.next() {
        let Some(flags) = word.strip_prefix('-').filter(|flags| !flags.is_empty()) else {
            files.push(word);
            continue;
        };
        let letters = if flags.starts_with('-') { "" } else { flags };
        in_place |= word.starts_with("--in-place") || letters.contains('i');
        extended |= word.starts_with("--regexp-extended") || letters.contains(['E', 'r']);
        if letters.ends_with('e') {
            scripts.extend(words.next());
        }
    }
    // The empty ending of the copy that `sed` of BSD keeps.
    files.retain(|operand| !operand.is_empty());
    if scripts.is_empty() && !is_perl && !files.is_empty() {
        scripts.push(files.remove(0));
    }
    in_place.then_some(InPlace { scripts, files, extended })
}

/// The replacements of a script, of no file yet: `s/old/new/g; s|old|new|`.
fn replacements(script: &str, extended: bool) -> Vec<Substitution> {
    let mut found = Vec::new();
    let mut rest = script;
    // A line's number may stand before it.
    while let Some(body) =
        rest.trim_start_matches(|c: char| c.is_ascii_digit() || " ;,\n".contains(c)).strip_prefix('s')
        && let Some(mark) = body.chars().next().filter(|mark| !mark.is_alphanumeric() && !mark.is_whitespace())
        && let Some((old, behind)) = until(&body[mark.len_utf8()..], mark)
        && let Some((new, flags)) = until(behind, mark)
    {
        found.push(Substitution {
            file: String::new(),
            is_pattern: is_pattern(old, extended),
            old: plain(old),
            new: plain(new),
        });
        rest = flags.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    }
    found
}

/// What stands before a mark that is not escaped, and what behind it.
fn until(text: &str, mark: char) -> Option<(&str, &str)> {
    let mut escaped = false;
    let end = text.char_indices().find(|(_, c)| {
        let ends = *c == mark && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map(|(at, _)| (&text[..at], &text[at + mark.len_utf8()..]))
}

fn is_pattern(text: &str, extended: bool) -> bool {
    let mut escaped = false;
    text.chars().any(|c| {
        let special = if escaped {
            c.is_alphanumeric() || !extended && EXTENDED.contains(&c)
        } else {
            SIGNS.contains(&c) || extended && EXTENDED.contains(&c)
        };
        escaped = c == '\\' && !escaped;
        special
    })
}

/// A text without the signs that escape its marks, and with the lines that it stands for.
pub(crate) fn plain(text: &str) -> String {
    let mut escaped = false;
    let read = |c: char| {
        let is_escaped = std::mem::take(&mut escaped);
        escaped = c == '\\' && !is_escaped;
        match c {
            _ if escaped => None,
            'n' if is_escaped => Some('\n'),
            't' if is_escaped => Some('\t'),
            c => Some(c),
        }
    };
    text.chars().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(script: &str) -> Vec<(String, String, String, bool)> {
        let told = |found: Substitution| (found.file, found.old, found.new, found.is_pattern);
        substitutions(script).into_iter().map(told).collect()
    }

    fn one(file: &str, old: &str, new: &str, is_pattern: bool) -> (String, String, String, bool) {
        (file.to_owned(), old.to_owned(), new.to_owned(), is_pattern)
    }

    #[test]
    fn reads_what_is_replaced() {
        for (script, expected) in [
            ("sed -i 's/port: 80/port: 90/' a.yaml", one("a.yaml", "port: 80", "port: 90", false)),
            ("cd app && sed -i.bak -e 's|v1\\.2|v1.3|g' a.txt", one("a.txt", "v1.2", "v1.3", false)),
            ("sed -i '' 's/a/b/' x", one("x", "a", "b", false)),
            ("sed -i -E '12s/port: [0-9]+/port: 90/' a.yaml", one("a.yaml", "port: [0-9]+", "port: 90", true)),
            ("gsed -i 's/a(b)/c/' x", one("x", "a(b)", "c", false)),
            ("perl -pi -e 's/\\d+/7/' x", one("x", "d+", "7", true)),
            ("perl -0pi -e 's/a\\nb/a\\n#c\\nb/' x", one("x", "a\nb", "a\n#c\nb", true)),
        ] {
            assert_eq!(told(script), [expected], "{script}");
        }
        assert_eq!(told("sed -i 's/a/b/; s/c/d/' x y").len(), 4);
    }

    #[test]
    fn what_is_only_printed_is_not_replaced() {
        for script in ["sed 's/a/b/' x", "sed -n 's/a/b/p' x", "sed -i '3d' x", "sed -i '/a/s/b/c/' x", "echo 'sed -i'"]
        {
            assert!(told(script).is_empty(), "{script}");
        }
    }
}
