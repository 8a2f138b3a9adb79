//! Checks made to pass by changing or bypassing them: skipped, emptied or deleted tests, tautologies, relaxed settings.

use super::request::UserRequest;
use crate::detect::call::input::piece;
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
    /// By a flag or an operator of the command line.
    Bypassed,
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
const RELAXED: [&str; 9] = [
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

/// What asserts.
const ASSERTIONS: [&str; 6] = ["assert", "expect(", "should", "t.Error", "t.Fatal", "require."];

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
        let bypassed = |fact| Tamper { how: How::Bypassed, marker: "", file: String::new(), fact };
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
            self.count(SKIP_MARKERS.as_ref(), &SKIPS, (How::Skip, "skips a test"), file, (before, new));
            let tautology = (How::Tautology, "holds whatever the code does");
            self.count(TAUTOLOGY_MARKERS.as_ref(), &TAUTOLOGIES, tautology, file, (before, new));
            if takes_assertions_out(before, new) {
                let fact = format!("the assertions were taken out of {file}");
                self.found.push(Tamper { how: How::Emptied, marker: "", file: file.to_owned(), fact });
            }
        } else if old.is_some() && is_settings(file) {
            self.count(RELAXED_MARKERS.as_ref(), &RELAXED, (How::Relaxed, "relaxes a check"), file, (before, new));
        }
    }

    /// Records the markers of `table` that an edit of `file` brings in, and those that it takes out.
    fn count(
        &mut self,
        searcher: Option<&AhoCorasick>,
        table: &[&'static str],
        (how, what): (How, &str),
        file: &str,
        (before, after): (&str, &str),
    ) {
        let Some(searcher) = searcher else { return };
        let count = |text: &str| {
            searcher.find_overlapping_iter(text).fold(vec![0_usize; table.len()], |mut counts, found| {
                counts[found.pattern().as_usize()] += 1;
                counts
            })
        };
        for ((marker, old), new) in table.iter().zip(count(before)).zip(count(after)) {
            if new > old {
                let fact = format!("`{}` {what} in {file}", marker.trim_end_matches('('));
                self.found.push(Tamper { how, marker, file: file.to_owned(), fact });
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
                How::Bypassed => request.names(&["verify", "hook", "|| true"]),
            };
            let counts = failing || matches!(tamper.how, How::Skip | How::Tautology | How::Bypassed);
            if counts && !asked && self.found.len() < MOST {
                self.found.push(tamper.clone());
            }
        }
    }

    /// The latest of them in a sentence.
    pub(crate) fn fact(&self) -> Option<String> {
        self.found.last().map(|tamper| tamper.fact.clone())
    }
}

/// Whether a test, or a piece of one, asserts nothing any more. A test that goes away as a whole is no such case: what
/// it tested may be gone, too.
fn takes_assertions_out(old: &str, new: &str) -> bool {
    let any = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    let is_empty = |text: &str| {
        text.lines().map(str::trim).all(|line| {
            line.is_empty() || line == "pass" || ["//", "#", "/*", "*"].iter().any(|mark| line.starts_with(mark))
        })
    };
    let asserts_nothing = any(old, &ASSERTIONS) && !any(new, &ASSERTIONS);
    let tests = |text: &str| DEFINITIONS.iter().map(|word| text.matches(word).count()).sum::<usize>();
    let begins = DEFINITIONS.iter().filter_map(|word| old.find(word)).min();
    let asserts = ASSERTIONS.iter().filter_map(|word| old.rfind(word)).max();
    let same_tests = tests(old) == tests(new) && begins < asserts;
    asserts_nothing && same_tests && (begins.is_some() || is_empty(new))
}

fn is_test_file(file: &str) -> bool {
    let starts_word = |at: usize| !file[..at].ends_with(|c: char| c.is_ascii_alphabetic());
    ["test", "spec"].iter().any(|word| file.match_indices(word).any(|(at, _)| starts_word(at)))
        // `CartTest.java`
        || ["Test.", "Tests.", "Spec.", "TestCase."].iter().any(|end| file.contains(end))
}

fn is_settings(file: &str) -> bool {
    let end = file.rsplit('.').next().unwrap_or_default();
    matches!(end, "json" | "toml" | "yml" | "yaml" | "cfg" | "ini" | "js" | "ts" | "mjs" | "cjs")
}

/// The test files that a command line deletes.
fn deleted_tests(command: &str) -> Option<Tamper> {
    let mut words = command.split_whitespace().skip_while(|word| *word != "rm");
    words.next()?;
    let file = words.take_while(|word| !matches!(*word, "&&" | ";" | "||" | "|")).find(|word| {
        !word.starts_with('-') && word.rsplit('/').next().is_some_and(|name| name.contains('.')) && is_test_file(word)
    })?;
    let fact = format!("the test file {file} was deleted");
    Some(Tamper { how: How::Deleted, marker: "", file: file.to_owned(), fact })
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
            ("tsconfig.json", "\"strict\": true", "\"strict\": false"),
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
