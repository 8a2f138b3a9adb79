//! Reads the text replacements that a command line makes in files, so that they can be judged as an edit is: by
//! `sed`, `jq` and their like, by `>>`, and by programs on the command line.

use crate::detect::call::shell::{SimpleCommand, deletions, insertions, of_command, plain};

/// The most edits of a command.
const MOST: usize = 32;
/// How much of a program is read, in bytes.
const PROGRAM: usize = 16 * 1024;
/// Programs that set members of a file of settings, as `jq` does.
const SETTERS: [&str; 6] = ["jq", "gojq", "jaq", "yq", "tomlq", "xq"];
/// Interpreters of programs on the command line.
const INTERPRETERS: [&str; 5] = ["python", "node", "ruby", "php", "bun"];
/// What replaces a text by another in such programs, both given in quotes.
const REPLACES: [&str; 5] = [".replace(", ".replaceAll(", "re.sub(", ".gsub(", ".sub("];
/// What is in every command that edits a file so.
pub(super) const HINTS: [&str; 10] = ["sed ", "perl ", "jq ", "jaq ", "yq ", "xq ", "tomlq ", ">>", ".replace", "sub("];

/// An edit of a piece of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) file: String,
    /// What was there; as far as it is known.
    pub(super) old: String,
    pub(super) new: String,
    /// Nobody knows which values were there.
    pub(super) is_pattern: bool,
}

impl Edit {
    /// Whether the text is put behind what is there.
    pub(super) fn is_appended(&self) -> bool {
        self.old.is_empty() && !self.is_pattern
    }
}

/// What a command edits.
pub(super) fn edits(command: &SimpleCommand) -> Vec<Edit> {
    let mut found: Vec<Edit> = of_command(command)
        .into_iter()
        .chain(deletions(command))
        .chain(insertions(command))
        .map(|found| Edit { file: found.file, old: found.old, new: found.new, is_pattern: found.is_pattern })
        .collect();
    found.extend(assigned(command));
    found.extend(appended(command));
    found.extend(replaced(command));
    found.truncate(MOST);
    found
}

/// The members that `jq '.a.b = 40' file` sets, if what it prints is kept.
fn assigned(command: &SimpleCommand) -> Vec<Edit> {
    let program = command.program();
    let arguments = command.arguments();
    if !SETTERS.contains(&program) {
        return Vec::new();
    }
    let in_place = arguments.iter().any(|word| matches!(word.as_str(), "-i" | "--in-place" | "--inplace"));
    let mut operands = arguments.iter().filter(|word| !word.starts_with('-') && !matches!(word.as_str(), "e" | "eval"));
    let (Some(filter), Some(file)) = (operands.next(), operands.next()) else { return Vec::new() };
    if !in_place && command.writes.is_empty() {
        return Vec::new();
    }
    let edit = |(name, value)| Edit {
        file: file.clone(),
        old: String::new(),
        new: format!("{name}: {value}"),
        is_pattern: true,
    };
    assignments(filter).into_iter().map(edit).collect()
}

/// The names and values of a filter's assignments: `.coverage.lines = 40 | .strict |= false`.
fn assignments(filter: &str) -> Vec<(String, String)> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let assign = |(at, _): (usize, &str)| {
        let (before, behind) = (&filter[..at], &filter[at + 1..]);
        let is_comparison = behind.starts_with('=') || before.ends_with(['=', '!', '<', '>']);
        let path = before.trim_end_matches(['|', '/', ' ']).trim_end_matches(['"', '\'', ']', ')']);
        let start = path.rfind(|c: char| !is_part(c)).map_or(0, |at| at + 1);
        let value = behind.trim_start().trim_start_matches(['"', '\'']);
        let end = value.find(|c: char| !is_part(c) && c != '.' && c != '%').unwrap_or(value.len());
        let is_whole = start < path.len() && end > 0 && !is_comparison;
        is_whole.then(|| (path[start..].to_owned(), value[..end].to_owned()))
    };
    filter.match_indices('=').filter_map(assign).collect()
}

/// What `echo` and its like append to files.
fn appended(command: &SimpleCommand) -> Vec<Edit> {
    let text = match command.program() {
        "echo" | "printf" => plain(&command.arguments().join(" ")),
        "cat" | "tee" => command.bodies.join("\n"),
        _ => return Vec::new(),
    };
    let teed = command.arguments().iter().filter(|_| command.program() == "tee").filter(|word| !word.starts_with('-'));
    let files = command.writes.iter().chain(teed);
    files.map(|file| Edit { file: file.clone(), old: String::new(), new: text.clone(), is_pattern: false }).collect()
}

/// What a program has in it that writes a file.
const WRITES: [&str; 7] = ["write", "'w", "\"w", "'r+", "\"r+", "put_contents", "inplace"];

/// What a program on the command line replaces in the files that it names.
fn replaced(command: &SimpleCommand) -> Vec<Edit> {
    let program = command.program();
    if !INTERPRETERS.iter().any(|name| program.starts_with(name)) {
        return Vec::new();
    }
    let sources = command.bodies.iter().chain(command.arguments().iter().filter(|word| word.contains('(')));
    let mut found = Vec::new();
    for source in sources {
        let source = &source[..source.floor_char_boundary(PROGRAM)];
        if !WRITES.iter().any(|sign| source.contains(sign)) {
            continue;
        }
        let files: Vec<&str> = literals(source).into_iter().filter(|text| is_path(text)).collect();
        let pairs =
            REPLACES.iter().flat_map(|call| source.match_indices(call).map(|(at, _)| &source[at + call.len()..]));
        for (old, new) in pairs.take(MOST).filter_map(arguments_of) {
            let edit =
                |file: &&str| Edit { file: (*file).to_owned(), old: old.clone(), new: new.clone(), is_pattern: false };
            found.extend(files.iter().map(edit));
        }
    }
    found
}

/// The two texts in quotes that a call is given first.
fn arguments_of(call: &str) -> Option<(String, String)> {
    let (old, rest) = literal(call)?;
    let (new, _) = literal(rest.trim_start().strip_prefix(',')?)?;
    Some((plain(old), plain(new)))
}

/// The text in quotes at the beginning, and what is behind it.
fn literal(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start().trim_start_matches(['r', 'f', 'b']);
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    let body = &text[1..];
    let mut escaped = false;
    let end = body.char_indices().find(|(_, c)| {
        let ends = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map(|(at, _)| (&body[..at], &body[at + 1..]))
}

/// The texts in quotes of a program.
fn literals(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '\'']).filter(|_| found.len() < MOST) {
        let Some((text, behind)) = literal(&rest[at..]) else { break };
        found.push(text);
        rest = behind;
    }
    found
}

fn is_path(text: &str) -> bool {
    let name = text.rsplit('/').next().unwrap_or_default();
    name.trim_start_matches('.').contains('.')
        && !text.contains(|c: char| c.is_whitespace() || "*()[]{}<>=,;".contains(c))
        || name == "Makefile"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::call::shell::commands;

    fn told(line: &str) -> Vec<(String, String, String)> {
        commands(line).iter().flat_map(edits).map(|edit| (edit.file, edit.old, edit.new)).collect()
    }

    #[test]
    fn edits_of_commands() {
        for (line, file, old, new) in [
            ("sed -i 's/it(/it.skip(/' a.test.ts", "a.test.ts", "it(", "it.skip("),
            ("sed -i '/assert x/d' test_a.py", "test_a.py", "assert x", ""),
            ("sed -i '1i # ruff: noqa' a.py", "a.py", "", "# ruff: noqa"),
            ("sed -i '1i\\// @ts-nocheck' a.ts", "a.ts", "", "// @ts-nocheck"),
            (
                "jq '.jest.coverageThreshold.global.lines=40' package.json > p && mv p package.json",
                "package.json",
                "",
                "lines: 40",
            ),
            ("yq -i '.coverage.status[\"target\"] = \"40%\"' codecov.yml", "codecov.yml", "", "target: 40%"),
            ("echo 'src/a.ts' >> .eslintignore", ".eslintignore", "", "src/a.ts"),
            ("printf 'a\\nb\\n' >> x", "x", "", "a\nb\n"),
            ("cat >> .flake8 <<E\nignore = F401\nE", ".flake8", "", "ignore = F401\n"),
            (
                "python3 - <<'E'\np = Path('test_a.py')\np.write_text(p.read_text().replace('def a', '@skip\\ndef a'))\nE",
                "test_a.py",
                "def a",
                "@skip\ndef a",
            ),
            ("node -e \"fs.writeFileSync('a.js', s.replace('x(1)', 'y(2)'))\"", "a.js", "x(1)", "y(2)"),
        ] {
            let found = told(line);
            assert!(found.contains(&(file.to_owned(), old.to_owned(), new.to_owned())), "{line}: {found:?}");
        }
        for line in [
            "jq '.a = 4' x.json",
            "jq '.a == 4' x.json > y",
            "sed -n '/a/d' x",
            "sed '1i # noqa' x",
            "yq '.a' x.yml > y",
            "echo a b",
            "cat a > b",
        ] {
            assert!(
                told(line).iter().all(|(_, old, new)| old.is_empty() && new.is_empty()),
                "{line}: {:?}",
                told(line)
            );
        }
    }
}
