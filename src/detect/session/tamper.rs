//! Checks made to pass by changing or bypassing them: skipped, emptied or deleted tests, tautologies, relaxed settings.

use super::request::UserRequest;
use crate::detect::call::input::piece;
use crate::detect::call::shell::{self, SKIPS_CHECKS};
use crate::wire::{Raw, members};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// How many are remembered.
const MOST: usize = 8;

/// How an edit makes a check pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// By a test that no longer runs.
    Skip,
    /// By a test that cannot fail.
    Tautology,
    /// By taking out what a test asserts.
    Emptied,
    /// By taking a test file away.
    Deleted,
    /// By settings of the check itself.
    Relaxed,
    /// By an operator of the command line.
    Bypassed,
    /// By keeping hooks from running.
    Unverified,
}

/// What skips a test, in the common frameworks.
const SKIPS: [&str; 26] = [
    "@pytest.mark.skip",
    "@pytest.mark.xfail",
    "pytest.skip(",
    "@unittest.skip",
    "@unittest.expectedFailure",
    "self.skipTest(",
    "#[ignore",
    "t.Skip(",
    "t.Skipf(",
    "t.SkipNow(",
    "it.skip(",
    "test.skip(",
    "describe.skip(",
    "it.todo(",
    "test.todo(",
    "test.fixme(",
    "xit(",
    "xtest(",
    "xdescribe(",
    "@Disabled",
    "@Ignore",
    "[Ignore",
    "Fact(Skip",
    "markTestSkipped(",
    "@tag :skip",
    "XCTSkip(",
];
/// What holds whatever the code does.
const TAUTOLOGIES: [&str; 14] = [
    "assert True",
    "assert 1 == 1",
    "assert true",
    "assert!(true)",
    "assert_eq!(1, 1)",
    "assert_eq!(true, true)",
    "assertTrue(True)",
    "assertTrue(true)",
    "assertEqual(1, 1)",
    "expect(true).toBe(true)",
    "expect(true).toBeTruthy()",
    "expect(1).toBe(1)",
    "expect(true).to.be.true",
    "Assert.True(true)",
];
/// Settings that let a check pass which would fail.
const RELAXED: [&str; 10] = [
    "allow_failure: true",
    "passWithNoTests",
    "continue-on-error: true",
    "ignore_errors = true",
    "ignore_errors = True",
    "\"strict\": false",
    "\"noEmitOnError\": false",
    "testPathIgnorePatterns",
    "collect_ignore",
    "--exit-zero",
];
static SKIP_MARKERS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(SKIPS).ok());
static TAUTOLOGY_MARKERS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(TAUTOLOGIES).ok());
static RELAXED_MARKERS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(RELAXED).ok());

/// What hides the failure of a command before it.
const HIDES: &str = "||";
/// Files of recipes that have no ending.
const RECIPES: [&str; 5] = ["Makefile", "GNUmakefile", "justfile", "Rakefile", "Jenkinsfile"];

/// What asserts.
#[rustfmt::skip]
const ASSERTIONS: [&str; 14] = [
    "assert", "Assert", "expect(", "should", "t.Error", "t.Fatal", "t.Fail", "require.", "is_expected", "EXPECT_", "ASSERT_",
    "REQUIRE(", "CHECK(", "verify(",
];
/// What looks like an assertion and is none: the `expect` of a result in Rust.
const NO_ASSERTION: &str = ").expect(\"";
/// Words of helpers that may assert.
const HELPERS: [&str; 6] = ["check", "verify", "expect", "ensure", "compare", "must"];
/// How a line ends that only ends the test when its preparation fails.
const GUARDS: [&str; 4] = ["(err)", ", err)", "NoError(t, err)", "Nil(t, err)"];

/// Words of a request that is about tests: what skips one is no side issue then.
const TESTS: [&str; 6] = ["test", "spec", "check", "fail", "green", "テスト"];

/// What begins a test.
const DEFINITIONS: [&str; 8] = ["def test", "func Test", "fn ", "it(", "test(", "@Test", "describe(", "void test"];

/// One way in which a check was made to pass.
#[derive(Debug, Clone)]
struct Tamper {
    how: How,
    /// The marker that an edit brought in, and the file.
    marker: &'static str,
    file: String,
    fact: String,
    /// Whether it changed what was there, so that nobody can take it for a test that is still to be written.
    replaces: bool,
    /// Whether a person would want to know of it at once.
    grave: bool,
}

/// The ways in which checks were made to pass.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tampers {
    found: Vec<Tamper>,
    /// The file and the markers that an edit took out.
    undone: Vec<(String, &'static str)>,
}

impl Tampers {
    /// Those of a command line, in a sentence each.
    pub(crate) fn of_line(sentences: Vec<String>, command: &str) -> Self {
        let bypassed = |fact: String| {
            let how = if fact.ends_with(SKIPS_CHECKS) { How::Unverified } else { How::Bypassed };
            Tamper { how, marker: "", file: String::new(), fact, replaces: false, grave: false }
        };
        let mut found: Vec<Tamper> = sentences.into_iter().map(bypassed).collect();
        found.extend(deleted_tests(command));
        Self { found, undone: Vec::new() }
    }

    /// Reads an edit of `file`.
    pub(crate) fn read_edit(&mut self, file: Option<&str>, input: Option<Raw<'_>>) {
        let Some(file) = file.filter(|file| is_test_file(file) || is_settings(file)) else {
            return;
        };
        if let Some(piece) = input.and_then(members).as_deref().and_then(piece) {
            self.compare(file, piece.old.as_deref(), &piece.new);
        }
    }

    fn compare(&mut self, file: &str, old: Option<&str>, new: &str) {
        let before = old.unwrap_or_default();
        if is_test_file(file) {
            self.count(SKIP_MARKERS.as_ref(), &SKIPS, (How::Skip, "skips a test"), file, (old, new));
            let tautology = (How::Tautology, "holds whatever the code does");
            self.count(TAUTOLOGY_MARKERS.as_ref(), &TAUTOLOGIES, tautology, file, (old, new));
            if takes_assertions_out(before, new) {
                let fact = format!("the assertions were taken out of {file}");
                self.found.push(Tamper {
                    how: How::Emptied,
                    marker: "",
                    file: file.to_owned(),
                    fact,
                    replaces: true,
                    grave: false,
                });
            }
        } else if old.is_some() && is_settings(file) {
            self.hidden_failures(file, before, new);
            self.count(RELAXED_MARKERS.as_ref(), &RELAXED, (How::Relaxed, "relaxes a check"), file, (old, new));
        }
    }

    /// Records the recipes in an edit of `file` that hide the failure of a check, as `|| true` does.
    fn hidden_failures(&mut self, file: &str, old: &str, new: &str) {
        let known: Vec<&str> = old.lines().map(str::trim).collect();
        if old.contains(HIDES) && !new.contains(HIDES) {
            self.undone.push((file.to_owned(), HIDES));
        }
        for line in new.lines().map(str::trim).filter(|line| line.contains(HIDES) && !known.contains(line)) {
            let fact = shell::read(recipe(line)).tampers.into_iter().next();
            self.found.extend(fact.map(|fact| Tamper {
                how: How::Relaxed,
                marker: HIDES,
                file: file.to_owned(),
                fact: format!("{fact}, in {file}"),
                replaces: true,
                grave: false,
            }));
        }
    }

    /// Records the markers of `table` that an edit of `file` brings in, and those that it takes out.
    fn count(
        &mut self,
        searcher: Option<&AhoCorasick>,
        table: &[&'static str],
        (how, what): (How, &str),
        file: &str,
        (old_text, after): (Option<&str>, &str),
    ) {
        let Some(searcher) = searcher else { return };
        let count = |text: &str| {
            searcher.find_overlapping_iter(text).fold(vec![0_usize; table.len()], |mut counts, found| {
                let marker = found.pattern().as_usize();
                counts[marker] += usize::from(stands_alone(text, found.start(), table[marker]));
                counts
            })
        };
        for ((marker, old), new) in table.iter().zip(count(old_text.unwrap_or_default())).zip(count(after)) {
            if new > old {
                let fact = format!("`{}` {what} in {file}", marker.trim_end_matches('('));
                let replaces = old_text.is_some();
                self.found.push(Tamper { how, marker, file: file.to_owned(), fact, replaces, grave: false });
            } else if old > new {
                self.undone.push((file.to_owned(), marker));
            }
        }
    }

    /// Adds those of a later call. `failing` says that a check failed before it: without that, a test that goes
    /// away is an ordinary change. What the request names was asked for.
    pub(crate) fn merge(&mut self, later: &Self, failing: bool, request: &UserRequest) {
        self.found.retain(|old| !later.undone.iter().any(|(file, marker)| old.file == *file && old.marker == *marker));
        for tamper in &later.found {
            let asked = match tamper.how {
                How::Skip => request.names(&["skip", "disable", "ignore", "xfail", "todo", "überspring", "跳过"]),
                How::Tautology => request.names(&["placeholder", "dummy", "scaffold", "stub"]),
                How::Emptied | How::Deleted => request.names(&["delete", "remove", "drop", "lösch", "删除"]),
                How::Relaxed => request.names(&["strict", "relax", "setting", "config"]),
                How::Bypassed | How::Unverified => request.names(&["verify", "hook", "|| true"]),
            };
            let counts = failing || matches!(tamper.how, How::Skip | How::Tautology | How::Bypassed | How::Unverified);
            let grave = match tamper.how {
                How::Skip | How::Tautology => tamper.replaces && (failing || request.names(&TESTS)),
                How::Unverified => true,
                How::Emptied | How::Deleted | How::Relaxed | How::Bypassed => false,
            };
            if counts && !asked && self.found.len() < MOST {
                self.found.push(Tamper { grave, ..tamper.clone() });
            }
        }
    }

    /// Whether there is anything in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.undone.is_empty()
    }

    /// Those that a person would want to know of at once, in a sentence each.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = &str> {
        self.found.iter().filter(|tamper| tamper.grave).map(|tamper| tamper.fact.as_str())
    }

    /// The latest of them in a sentence.
    pub(crate) fn fact(&self) -> Option<String> {
        self.found.last().map(|tamper| tamper.fact.clone())
    }
}

/// Whether a test, or a piece of one, asserts nothing any more. A test that goes away as a whole is no such case: what
/// it tested may be gone, too.
fn takes_assertions_out(old: &str, new: &str) -> bool {
    let is_empty =
        |text: &str| text.lines().map(str::trim).all(|line| line.is_empty() || line == "pass" || is_comment(line));
    let tests = |text: &str| DEFINITIONS.iter().map(|word| text.matches(word).count()).sum::<usize>();
    let begins = DEFINITIONS.iter().filter_map(|word| old.find(word)).min();
    let asserts = ASSERTIONS.iter().filter_map(|word| old.rfind(word)).max();
    let same_tests = tests(old) == tests(new) && begins < asserts;
    // Of a test that goes on behind the piece, nobody knows what else it asserts, but not that its preparation works.
    let is_whole = old.matches('{').count() <= old.matches('}').count();
    let asserted = old.lines().any(|line| asserts_in(line) && (is_whole || !is_guard(line)));
    let asserts_nothing =
        asserted && !new.lines().any(|line| asserts_in(line) && !is_guard(line) || calls_helper(line));
    asserts_nothing && same_tests && (begins.is_some() || is_empty(new))
}

fn is_comment(line: &str) -> bool {
    ["//", "#", "/*", "*"].iter().any(|mark| line.starts_with(mark))
}

/// Whether a line asserts something. The name of a test, as in `it('should add', …`, does not.
fn asserts_in(line: &str) -> bool {
    let line = line.trim();
    let mut code = line.replace(NO_ASSERTION, "");
    if DEFINITIONS.iter().any(|word| line.contains(word)) {
        code = code.split(['\'', '"', '`']).step_by(2).collect();
    }
    !is_comment(line) && ASSERTIONS.iter().any(|word| code.contains(word))
}

/// Whether a line only ends the test when its preparation fails: `t.Fatal(err)`.
fn is_guard(line: &str) -> bool {
    GUARDS.iter().any(|end| line.trim_end().trim_end_matches(';').ends_with(end))
}

/// Whether a line calls what may assert: `checkCart(t, cart)`.
fn calls_helper(line: &str) -> bool {
    let line = line.trim_start();
    let name = &line[..line.find('(').unwrap_or(0)];
    let name = name.rsplit([' ', '.']).next().unwrap_or_default().to_lowercase();
    HELPERS.iter().any(|word| name.starts_with(word)) && !DEFINITIONS.iter().any(|word| line.contains(word))
}

/// Whether a marker stands alone at a place of a text. One with a condition behind it, such as `@pytest.mark.skipif`,
/// skips only where a test cannot run, and `exit(` is no `xit(`.
fn stands_alone(text: &str, at: usize, marker: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let rest = &text[at + marker.len()..];
    let is_conditional = ["if", "If", "Unless"].iter().any(|condition| rest.starts_with(condition));
    let ends_a_word = marker.starts_with(is_word) && text[..at].ends_with(is_word);
    !is_conditional && !ends_a_word
}

fn is_test_file(file: &str) -> bool {
    let starts_word = |at: usize| !file[..at].ends_with(|c: char| c.is_ascii_alphabetic());
    ["test", "spec"].iter().any(|word| file.match_indices(word).any(|(at, _)| starts_word(at)))
        // `CartTest.java`
        || ["Test.", "Tests.", "Spec.", "TestCase."].iter().any(|end| file.contains(end))
}

/// The command in a line of a makefile or of settings: `\t@prove t || true`, `"test": "vitest run || true",`.
fn recipe(line: &str) -> &str {
    let line = line.trim_start_matches(['@', '-', '+', ' ']);
    let value = line.split_once(": ").filter(|(key, _)| !key.contains(' ')).map_or(line, |(_, value)| value);
    value.trim_matches(['"', '\'', ',', ' '])
}

fn is_settings(file: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or_default();
    if RECIPES.iter().any(|recipes| name.eq_ignore_ascii_case(recipes)) {
        return true;
    }
    let end = file.rsplit('.').next().unwrap_or_default();
    matches!(end, "json" | "mk" | "toml" | "yml" | "yaml" | "cfg" | "ini" | "js" | "ts" | "mjs" | "cjs")
}

/// The test files that a command line deletes.
fn deleted_tests(command: &str) -> Option<Tamper> {
    let mut words = command.split_whitespace().skip_while(|word| *word != "rm");
    words.next()?;
    let file = words.take_while(|word| !matches!(*word, "&&" | ";" | "||" | "|")).find(|word| {
        !word.starts_with('-') && word.rsplit('/').next().is_some_and(|name| name.contains('.')) && is_test_file(word)
    })?;
    let fact = format!("the test file {file} was deleted");
    Some(Tamper { how: How::Deleted, marker: "", file: file.to_owned(), fact, replaces: true, grave: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(file: &str, old: &str, new: &str) -> Tampers {
        let mut tampers = Tampers::default();
        tampers.compare(file, Some(old), new);
        tampers
    }

    #[test]
    fn finds_tampering() {
        for (file, old, new) in [
            ("tests/test_cart.py", "def test_sum():", "@pytest.mark.skip\ndef test_sum():"),
            ("src/cart_test.go", "func TestSum(t *testing.T) {", "func TestSum(t *testing.T) {\n\tt.Skip(\"x\")"),
            ("web/cart.spec.ts", "it('sums', () => {", "it.skip('sums', () => {"),
            ("tests/cart.rs", "assert_eq!(sum(&[1]), 1);", "assert!(true);"),
            ("CartTest.java", "assertEquals(3, sum());", "// later"),
            ("add.test.js", "it('adds', () => {\n  expect(add(1,2)).toBe(3);", "it('adds', () => {\n  add(1,2);"),
            (
                "add.test.js",
                "it('should add', () => {\n  expect(add(1, 2)).toBe(3);",
                "it('should add', () => {\n  add(1, 2);",
            ),
            (
                "add_test.go",
                "func TestAdd(t *testing.T) {\n\tif got := add(1, 2); got != 3 {\n\t\tt.Errorf(\"got %d\", got)",
                "func TestAdd(t *testing.T) {\n\tif got := add(1, 2); got != 3 {\n\t\tt.Logf(\"got %d\", got)",
            ),
            (
                "tests/add.rs",
                "#[test]\nfn adds() {\n    assert_eq!(add(1, 2), 3);",
                "#[test]\nfn adds() {\n    let _ = add(1, 2);",
            ),
            (
                "run_test.go",
                "func TestRun(t *testing.T) {\n\tif err := run(); err != nil {\n\t\tt.Fatal(err)\n\t}\n}",
                "func TestRun(t *testing.T) {\n\t_ = run()\n}",
            ),
            ("tsconfig.json", "\"strict\": true", "\"strict\": false"),
            ("Makefile", "check:\n\tgo vet ./...", "check:\n\tgo vet ./... || true"),
            ("package.json", "\"test\": \"vitest run\",", "\"test\": \"vitest run || true\","),
            ("ci.yml", "script: pytest", "script: pytest\nallow_failure: true"),
        ] {
            let mut all = Tampers::default();
            all.merge(&edit(file, old, new), true, &UserRequest::default());
            assert!(all.fact().is_some_and(|fact| fact.contains(file)), "{file}: {all:?}");
            all.merge(&edit(file, new, old), true, &UserRequest::default());
        }
    }

    #[test]
    fn passes_honest_edits() {
        for (file, old, new) in [
            ("src/latest.py", "x", "@pytest.mark.skip"),
            ("tests/test_cart.py", "assert sum([1]) == 2", "assert sum([1]) == 1"),
            ("tests/cart.rs", "let a = 1;", "let a = 2;"),
            ("tests/test_cart.py", "def test_old():\n    assert old() == 1\n", ""),
            ("cart_test.go", "\tassert.Equal(t, 1, a)\n\tb := run(a)", "\tb := run(2)"),
            ("tsconfig.json", "\"strict\": false", "\"strict\": true"),
            ("package.json", "\"prepare\": \"husky\",", "\"prepare\": \"husky || true\","),
            ("Makefile", "clean:\n\trm out", "clean:\n\trm out || true"),
            ("src/run.test.ts", "return;", "process.exit(1);"),
            (
                "shop_test.go",
                "func TestCart(t *testing.T) {\n\tif err := os.Chdir(dir); err != nil {\n\t\tt.Fatal(err)\n\t}",
                "func TestCart(t *testing.T) {\n\tt.Chdir(dir)",
            ),
            (
                "shop_test.go",
                "func TestCart(t *testing.T) {\n\tdir, err := os.MkdirTemp(\"\", \"x\")\n\trequire.NoError(t, err)",
                "func TestCart(t *testing.T) {\n\tdir := t.TempDir()",
            ),
            (
                "tests/cart.rs",
                "fn cart() {\n    let dir = tempdir().expect(\"a folder\");",
                "fn cart() {\n    let dir = folder();",
            ),
            (
                "tests/test_io.py",
                "def test_fork():",
                "@pytest.mark.skipif(WINDOWS, reason='no fork')\ndef test_fork():",
            ),
        ] {
            let mut all = Tampers::default();
            all.merge(&edit(file, old, new), true, &UserRequest::default());
            assert!(all.fact().is_none(), "{file}: {all:?}");
        }
        let mut asked = Tampers::default();
        let skip = edit("a.test.ts", "it(", "it.skip(");
        asked.merge(&skip, true, &UserRequest::read("Please skip the flaky test"));
        assert!(asked.fact().is_none());
    }

    #[test]
    fn forgets_what_was_undone() {
        let mut all = Tampers::default();
        all.merge(&edit("a.test.ts", "it(", "it.skip("), false, &UserRequest::default());
        assert!(all.fact().is_some());
        all.merge(&edit("a.test.ts", "it.skip(", "it("), false, &UserRequest::default());
        assert!(all.fact().is_none());
    }

    #[test]
    fn finds_deleted_tests() {
        let failing = |command| {
            let mut all = Tampers::default();
            all.merge(&Tampers::of_line(Vec::new(), command), true, &UserRequest::default());
            all.fact().is_some()
        };
        assert!(failing("bash rm tests/test_cart.py"));
        assert!(failing("bash cd x && git rm -f src/cart.test.ts && npm test"));
        assert!(!failing("bash rm -rf target/tests"));
        assert!(!failing("bash rm notes.txt && cat tests/test_cart.py"));
    }
}
