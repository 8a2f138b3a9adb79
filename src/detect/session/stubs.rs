//! Finds what stands where the work should be: code that an edit adds and that only says that it is not written yet.

use super::changed_lines::lines_only_in;
use super::request::UserRequest;
use super::tamper::is_test_file;
use crate::detect::call::code_files::{extension, is_source};
use crate::detect::call::input::pieces;
use crate::detect::call::shell::commands;
use crate::detect::quoted::quoted;
use crate::wire::{Raw, members};
use aho_corasick::AhoCorasick;
use std::collections::HashSet;
use std::sync::LazyLock;

/// How many are remembered, and how long a line may be in a fact, in characters.
const MOST: usize = 8;
const LINE: usize = 100;
/// How far above a line the class is looked for that it is in, in lines.
const CLASS: usize = 60;

/// What is in every text with a stub, in small letters: most texts have none of these.
static HINTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let hints = ["todo", "implement", "implément", "simulat", "???", "...", "…", "rest of"].into_iter();
    AhoCorasick::builder().ascii_case_insensitive(true).build(hints.chain(STANDS_IN).chain(SUBSTITUTES)).ok()
});
/// Macros and functions that stop where something is to be written.
const STOPS: [&str; 4] = ["todo!(", "unimplemented!(", "unimplementederror(", "notimplementedexception("];
/// What a statement begins with that raises an error.
#[rustfmt::skip]
const RAISES: [&str; 13] = [
    "throw ", "raise ", "raise(", "panic(", "fatalerror(", "preconditionfailure(", "failwith ", "die ", "die(", "abort(", "errors.new(", "error(", "error \"",
];
/// What it then says, at the beginning of its message.
const SAYS: [&str; 8] = [
    "not implemented",
    "not yet implemented",
    "unimplemented",
    "todo",
    "implement me",
    "nicht implementiert",
    "non implémenté",
    "no implementado",
];
/// A message that is meant for who writes a class below, or for who calls a server.
const MEANT: [&str; 8] = ["subclass", "override", "overrid", "abstract", "501", "status", "codes.", "http"];
/// What is in the code of a class that others fill in.
const BASES: [&str; 5] = ["abstract", "abc)", "(abc", "interface ", "protocol"];
/// What is in the name of such a class.
const BASE_NAMES: [&str; 3] = ["base", "mixin", "interface"];
/// Endings of languages in which a class without a base may be one that others fill in.
const OPEN: [&str; 9] = ["py", "pyi", "rb", "js", "jsx", "ts", "tsx", "mjs", "php"];
/// What comments say of code that stands for other code.
#[rustfmt::skip]
const STANDS_IN: [&str; 15] = [
    "placeholder until", "placeholder implementation", "placeholder for now", "placeholder logic", "placeholder value", "stub implementation", "dummy implementation",
    "mock implementation", "in a real implementation", "in a real app", "in a real system", "in a real scenario", "in production, this would", "in production this would",
    "real implementation would",
];
/// What says so together with "for now" or "replace".
const SUBSTITUTES: [&str; 7] = ["placeholder", "dummy", "fake", "mock", "hard-coded", "hardcoded", "stub"];
/// How a comment names what it leaves out of a file that is written whole.
const REST: [&str; 5] = ["rest of", "remaining", "existing", "other methods", "previous code"];
const UNCHANGED: [&str; 7] = ["the same", "unchanged", "here", "as before", "remains", "implementation", "stays as"];
/// What code does that stands for work that takes time.
const PAUSES: [&str; 4] = ["settimeout", "sleep", "delay(", "asyncio.sleep"];
/// What a line is that does nothing, without its end.
const NOTHING: [&str; 18] = [
    "pass",
    "...",
    "return",
    "return 1",
    "return 0",
    "return true",
    "return false",
    "return null",
    "return none",
    "return nil",
    "return {}",
    "return []",
    "return \"\"",
    "return ''",
    "return undefined",
    "return ok(())",
    "}",
    "end",
];
/// Parts of paths of what is no product.
#[rustfmt::skip]
const ASIDE: [&str; 17] = [
    "mock", "fake", "stub", "fixture", "example", "sample", "demo", "seed", "template", "scaffold", "storybook", "stories", "snippet", "playground", "sandbox", "bench", "docs/",
];
/// Words of a request for such code.
#[rustfmt::skip]
const REQUESTS: [&str; 39] = [
    "stub", "placeholder", "scaffold", "skeleton", "mock", "dummy", "fake", "simulat", "prototype", "not implemented", "not yet implemented", "unimplemented", "notimplemented",
    "501", "for now", "fill in", "fill them", "throw", "sample", "demo", "boilerplate", "example", "trait", "abstract", "base class", "todo", "hard-code", "hardcode",
    "gerüst", "platzhalter", "attrappe", "squelette", "esqueleto", "заглушк", "占位", "桩", "骨架", "スタブ", "雛形",
];

/// A stub that an edit brought in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stub {
    file: String,
    /// The line without the space around it.
    line: String,
}

/// The stubs that a call brought in, or that there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stubs {
    found: Vec<Stub>,
    /// What was taken out: a file, and the text that is no longer there.
    taken_out: Vec<(String, String)>,
    /// The files that were written whole.
    rewritten: Vec<String>,
}

impl Stubs {
    /// Reads an edit; `file` is what it works on, unless it is a patch, which says so itself.
    pub(crate) fn read_edit(&mut self, file: Option<&str>, input: Option<Raw<'_>>) {
        for piece in pieces(&input.and_then(members).unwrap_or_default(), file) {
            self.compare(&piece.file, piece.old.as_deref(), &piece.new);
        }
    }

    /// Reads what the commands of a line write to files, by `cat > a.c <<EOF` and its like.
    pub(crate) fn read_commands(&mut self, command: &str) {
        if !command.contains("<<") || !hints(command) {
            return;
        }
        for command in commands(command).iter().filter(|command| matches!(command.program(), "cat" | "tee")) {
            let teed = command.arguments().iter().filter(|word| command.program() == "tee" && !word.starts_with('-'));
            for file in command.writes.iter().chain(teed) {
                self.compare(file, None, &command.bodies.join("\n"));
            }
        }
    }

    fn compare(&mut self, file: &str, old: Option<&str>, new: &str) {
        if !is_product(file) {
            return;
        }
        if let Some(old) = old.filter(|old| hints(old)) {
            let gone = lines_only_in(old, new).map(str::trim).filter(|line| hints(line));
            self.taken_out.extend(gone.map(|line| (file.to_owned(), line.to_owned())));
        } else if old.is_none() {
            self.rewritten.push(file.to_owned());
        }
        if !hints(new) {
            return;
        }
        let added: HashSet<&str> = lines_only_in(new, old.unwrap_or_default()).collect();
        let lines: Vec<&str> = new.lines().collect();
        let stubs =
            (0..lines.len()).filter(|at| added.contains(lines[*at]) && is_stub(file, &lines, *at, old.is_none()));
        let stub = |at: usize| Stub { file: file.to_owned(), line: lines[at].trim().to_owned() };
        self.found.extend(stubs.map(stub).take(MOST));
    }

    /// Adds those of a later call, which the request does not ask for.
    pub(crate) fn merge(&mut self, later: &Self, request: &UserRequest) {
        self.found.retain(|old| {
            // An edit may replace a part of the line only.
            let in_line = |text: &str| hints(text) && old.line.contains(text);
            let is_gone =
                |(file, text): &(String, String)| *file == old.file && (text.contains(&old.line) || in_line(text));
            !later.rewritten.contains(&old.file) && !later.taken_out.iter().any(is_gone)
        });
        if !later.found.is_empty() && !request.names(&REQUESTS) {
            let room = MOST.saturating_sub(self.found.len());
            self.found.extend(later.found.iter().take(room).cloned());
        }
    }

    /// The first of them in a sentence.
    pub(crate) fn fact(&self) -> Option<String> {
        let Stub { file, line } = self.found.first()?;
        let line = quoted(line, LINE);
        Some(format!("the agent says that it is done, but {file} only has \"{line}\" in its place"))
    }
}

fn hints(text: &str) -> bool {
    HINTS.as_ref().is_some_and(|hints| hints.is_match(text))
}

/// Whether a file is code of the product.
fn is_product(file: &str) -> bool {
    let lower = file.to_lowercase();
    is_source(file) && !is_test_file(file) && !file.ends_with(".d.ts") && !ASIDE.iter().any(|part| lower.contains(part))
}

/// Whether a line of a text stands where the work should be. `whole` says that the file was written whole.
fn is_stub(file: &str, lines: &[&str], at: usize, whole: bool) -> bool {
    let line = lines[at].trim().to_lowercase();
    if let Some(comment) = comment(&line) {
        return stands_in(comment, &lines[at + 1..]) || whole && leaves_out(comment);
    }
    stops(file, &line) && !is_for_others(file, lines, at)
}

/// What a line says that is a comment.
fn comment(line: &str) -> Option<&str> {
    let marks = ["//", "#", "/*", "--", "*", "<!--", "{/*", ";;"];
    let rest = marks.iter().find_map(|mark| line.strip_prefix(mark))?;
    (!line.starts_with("#[") && !line.starts_with("*a")).then(|| rest.trim_matches(['/', '*', '#', '!', ' ', '}']))
}

/// Whether a line of code stops where something is to be written.
fn stops(file: &str, line: &str) -> bool {
    let kotlin = matches!(extension(file), Some("kt" | "kts"));
    let called = |name: &str| line.find(name).is_some_and(|at| !line[..at].ends_with(['"', '\'', '`', '_']));
    if STOPS.iter().any(|stop| called(stop)) || kotlin && called("todo(") || line.ends_with("= ???") {
        return !["catch (", "catch(", "except ", "rescue "].iter().any(|word| line.contains(word));
    }
    let Some(raised) = RAISES.iter().filter_map(|word| line.find(word)).min() else { return false };
    let rest = &line[raised..];
    let message = rest.split(['"', '\'', '`']).nth(1).map(str::trim_start);
    let says = message.is_some_and(|message| SAYS.iter().any(|start| message.starts_with(start)));
    (says || rest.starts_with("raise") && rest.contains("notimplementederror"))
        && !MEANT.iter().any(|word| line.contains(word))
}

/// Whether a line lies in a class that others fill in, as far as the text shows it.
fn is_for_others(file: &str, lines: &[&str], at: usize) -> bool {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = indent(lines[at]);
    let is_class = |line: &str| line.trim_start().split([' ', '(']).take(4).any(|word| word == "class");
    let above = lines[at.saturating_sub(CLASS)..at].iter().rev();
    let class = above.filter(|line| indent(line) < own || own == 0).find(|line| is_class(line));
    let open = file.rsplit_once('.').is_some_and(|(_, end)| OPEN.contains(&end));
    let Some(class) = class else {
        // It may be a method of a class that is not shown: a function begins at the margin.
        let begins = lines[..at].iter().rev().find(|line| indent(line) < own).unwrap_or(&lines[at]);
        return open && indent(begins) > 0;
    };
    let lower = class.to_lowercase();
    let name = class.split_once("class ").map_or("", |(_, rest)| rest.trim_start());
    let name = name.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let inherits = ["(", " extends ", " implements ", " < ", ":"];
    let alone = !inherits.iter().any(|sign| lower.trim_end_matches(':').contains(sign));
    let derives = |line: &str| {
        let before = line.find(name).map(|at| &line[..at]);
        is_class(line)
            && line != *class
            && before.is_some_and(|before| inherits.iter().any(|sign| before.contains(sign)))
    };
    let lower_name = name.to_lowercase();
    BASES.iter().any(|sign| lower.contains(sign))
        || BASE_NAMES.iter().any(|part| lower_name.contains(part))
        || open && alone
        || !name.is_empty() && lines.iter().any(|line| derives(line))
}

/// Whether a comment says that the code below it stands for other code.
fn stands_in(comment: &str, below: &[&str]) -> bool {
    let has = |table: &[&str]| table.iter().any(|word| comment.contains(word));
    if has(&STANDS_IN) || has(&SUBSTITUTES) && (comment.contains("for now") || comment.contains("replace with")) {
        return true;
    }
    let mut code = below.iter().map(|line| line.trim().to_lowercase()).filter(|line| !line.is_empty());
    let todo = comment.strip_prefix("todo").or_else(|| comment.strip_prefix("fixme"));
    if todo.is_some_and(|rest| rest.trim_start_matches([':', ' ', '-']).starts_with("implement")) {
        return code.next().is_some_and(|line| NOTHING.contains(&line.trim_end_matches([';', ','])));
    }
    comment.starts_with("simulat") && code.take(2).any(|line| PAUSES.iter().any(|pause| line.contains(pause)))
}

/// Whether a comment stands for the rest of a file.
fn leaves_out(comment: &str) -> bool {
    let begins = comment.starts_with("...") || comment.starts_with('…');
    let rest = REST.iter().any(|word| comment.contains(word));
    let same = UNCHANGED.iter().any(|word| comment.contains(word));
    begins && (rest || same) || comment.starts_with("rest of") && same
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(file: &str, old: Option<&str>, new: &str) -> bool {
        let mut stubs = Stubs::default();
        stubs.compare(file, old, new);
        !stubs.found.is_empty()
    }

    #[test]
    fn hints_are_in_every_stub() {
        let said = SAYS.iter().chain(&STOPS).chain(&STANDS_IN).chain(&SUBSTITUTES);
        said.for_each(|stub| assert!(hints(stub), "{stub}"));
        assert!(finds("src/a.ts", None, "f()\n// ... existing code ...\n"));
        assert!(finds("src/a.ts", Some("f()"), "throw new Error('non implémenté')"));
    }

    #[test]
    fn an_edit_of_many_lines_is_read_once() {
        let lines = |mark: &str| {
            let lines: Vec<String> = (0..20_000).map(|line| format!("  todo_{mark}({line})")).collect();
            lines.join("\n")
        };
        assert!(!finds("src/a.ts", Some(&lines("a")), &lines("b")));
    }

    #[test]
    fn code_that_is_not_written() {
        for (file, old, new) in [
            ("src/a.rs", Some("A => a(),"), "A => a(),\n    B => todo!(\"b\"),"),
            ("src/a.rs", Some(""), "fn f() {\n    unimplemented!()\n}"),
            ("a.go", Some("func G() {"), "func F() error {\n\tpanic(\"not implemented\")\n}\nfunc G() {"),
            ("a.go", None, "func F() error {\n\treturn errors.New(\"not implemented yet\")\n}"),
            ("src/a.ts", None, "export function f() {\n  throw new Error('Not implemented')\n}"),
            ("A.kt", Some("class A"), "fun f() {\n    TODO(\"later\")\n}\nclass A"),
            ("A.cs", None, "class A : IA {\n    public void F() => throw new NotImplementedException();\n}"),
            ("A.swift", Some("func g() {"), "func f() { fatalError(\"TODO\") }\nfunc g() {"),
            ("a.dart", None, "String f() => throw UnimplementedError();"),
            ("a.py", None, "def f(rows):\n    raise NotImplementedError\n"),
            ("a.py", None, "class A(Base):\n    def f(self):\n        raise NotImplementedError\n"),
            ("a.py", None, "def f(rows):\n    # TODO: implement\n    pass\n"),
            ("a.c", None, "int f(void) {\n    /* TODO: implement the sum */\n    return 1;\n}"),
            ("a.js", None, "class A {\n  f() {}\n  // ... rest of the implementation remains the same\n}"),
            ("a.ts", None, "function f() {\n  // Simulate sending\n  await new Promise(r => setTimeout(r, 9))\n}"),
            ("a.ts", None, "// Placeholder until the real API is there\nexport const f = () => 3"),
            ("a.py", None, "def f():\n    # dummy value for now\n    return 3\n"),
            ("a.py", None, "def f():\n    # In a real implementation, this would ask the server\n    return 3\n"),
        ] {
            assert!(finds(file, old, new), "{file}: {new}");
        }
    }

    #[test]
    fn code_that_is_meant_so() {
        for (file, old, new) in [
            ("a.py", None, "class A:\n    def f(self):\n        raise NotImplementedError\n"),
            (
                "a.py",
                None,
                "class A(O):\n    def f(self):\n        raise NotImplementedError\n\nclass B(A):\n    pass\n",
            ),
            ("a.py", Some("x"), "    def f(self):\n        raise NotImplementedError\n    x"),
            ("a.py", Some("x"), "try:\n    f()\nexcept NotImplementedError:\n    g()\nx"),
            ("a.rb", None, "class Base\n  def f\n    raise NotImplementedError\n  end\nend\n"),
            ("a.ts", None, "class A {\n  f() { throw new Error('not implemented') }\n}"),
            ("a.go", Some("x"), "http.Error(w, \"not implemented\", http.StatusNotImplemented)\nx"),
            ("A.java", Some("x"), "throw new UnsupportedOperationException(\"read-only\");\nx"),
            ("a.ts", Some("// TODO: implement f\nlisten(1)"), "// TODO: implement f\nlisten(2)"),
            ("a.ts", None, "// TODO: implement paging once the list grows\nreturn list.map(show)"),
            ("a.tsx", Some("x"), "<input placeholder=\"Search\"/>\nx"),
            ("test/a.test.ts", None, "throw new Error('not implemented')"),
            ("docs/a.md", None, "// ... rest of the implementation"),
            ("physics.rs", None, "// Simulate one step of all bodies\nfor body in bodies {\n    body.step();\n}"),
            ("a.ts", None, "type Todo = { id: string }\nexport const todos: Todo[] = []"),
        ] {
            assert!(!finds(file, old, new), "{file}: {new}");
        }
    }

    #[test]
    fn a_stub_that_is_filled_is_none() {
        let request = UserRequest::read("Add the sum");
        let of = |old: Option<&str>, new: &str| {
            let mut stubs = Stubs::default();
            stubs.compare("a.go", old, new);
            stubs
        };
        let stub = "func F() int { panic(\"not implemented\") }";
        for (filled, expected) in [
            (of(Some(stub), "func F() int { return 3 }"), true),
            (of(Some("{ panic(\"not implemented\") }"), "{ return 3 }"), true),
            (of(None, "package a\n"), true),
            (of(Some("x"), "y"), false),
        ] {
            let mut all = Stubs::default();
            all.merge(&of(Some("x"), stub), &request);
            assert!(all.fact().is_some());
            all.merge(&filled, &request);
            assert_eq!(all.fact().is_none(), expected);
        }
        let mut all = Stubs::default();
        all.merge(&of(Some("x"), stub), &UserRequest::read("Add F as a stub; I fill it in"));
        assert!(all.fact().is_none());
    }
}
