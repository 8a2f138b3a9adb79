//! Finds edits that take assertions out of a test.

use super::skips::{occurrences, of_language};
use crate::detect::session::changed_lines::lines_only_in;

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

/// What begins a test.
const DEFINITIONS: [&str; 8] = ["def test", "func Test", "fn ", "it(", "test(", "@Test", "describe(", "void test"];

/// What asserts in some languages, by the endings of their files.
#[rustfmt::skip]
const OF_LANGUAGE: [(&[&str], &[&str]); 8] = [
    (&["t", "pl", "sql"], &["is(", "isnt(", "ok(", "like(", "unlike(", "is_deeply(", "cmp_ok(", "isa_ok(", "can_ok(", "results_eq(", "throws_ok("]),
    (&["r", "R"], &["expect_"]),
    (&["jl"], &["@test", "@test_throws"]),
    (&["nim"], &["check", "require", "doAssert"]),
    (&["zig"], &["expectEqual", "expectError", "expectEqualStrings", "expectApproxEqAbs"]),
    (&["clj", "cljc", "cljs"], &["(is", "(are"]),
    (&["exs", "rb", "cr"], &["refute", "refute_equal", "must_equal", "assert_raises"]),
    (&["swift"], &["#expect(", "#require("]),
];

/// What of its assertions an edit of a test takes out: all that the piece has, or some and nothing else.
pub(super) fn emptied(file: &str, old: &str, new: &str) -> Option<&'static str> {
    if takes_all_out(file, old, new) {
        Some("the assertions were")
    } else {
        takes_some_out(file, old, new).then_some("an assertion was")
    }
}

/// Whether an edit does nothing but take assertions out: what else it changes may be their reason.
fn takes_some_out(file: &str, old: &str, new: &str) -> bool {
    let says = |line: &&str| !line.trim().is_empty() && !is_comment(line.trim());
    let mut removed = lines_only_in(old, new).filter(says).peekable();
    removed.peek().is_some()
        && removed.all(|line| asserts_in(file, line) && !is_guard(line) && is_whole(line))
        && !lines_only_in(new, old).any(|line| says(&line))
}

/// Whether a statement ends on its line.
fn is_whole(line: &str) -> bool {
    line.matches('(').count() == line.matches(')').count() && line.matches('{').count() == line.matches('}').count()
}

/// The words that assert in the language of a file.
fn own_assertions(file: &str) -> impl Iterator<Item = &'static str> {
    of_language(file, &OF_LANGUAGE)
}

/// Whether a test, or a piece of one, asserts nothing any more. A test that goes away as a whole is not such a case:
/// what it tested may be gone, too.
fn takes_all_out(file: &str, old: &str, new: &str) -> bool {
    let is_empty =
        |text: &str| text.lines().map(str::trim).all(|line| line.is_empty() || line == "pass" || is_comment(line));
    let tests = |text: &str| DEFINITIONS.iter().map(|word| text.matches(word).count()).sum::<usize>();
    let begins = DEFINITIONS.iter().filter_map(|word| old.find(word)).min();
    let asserts = ASSERTIONS.iter().copied().chain(own_assertions(file)).filter_map(|word| old.rfind(word)).max();
    let same_tests = tests(old) == tests(new) && begins < asserts;
    // A test that continues after the piece may assert anything else, but not that its preparation works.
    let is_whole = old.matches('{').count() <= old.matches('}').count();
    let asserted = old.lines().any(|line| asserts_in(file, line) && (is_whole || !is_guard(line)));
    let asserts_nothing =
        asserted && !new.lines().any(|line| asserts_in(file, line) && !is_guard(line) || calls_helper(line));
    asserts_nothing && same_tests && (begins.is_some() || is_empty(new))
}

fn is_comment(line: &str) -> bool {
    ["//", "#", "/*", "*"].iter().any(|mark| line.starts_with(mark))
}

/// Whether a line asserts something. The name of a test, as in `it('should add', …`, does not.
fn asserts_in(file: &str, line: &str) -> bool {
    let line = line.trim();
    let mut code = line.replace(NO_ASSERTION, "");
    if DEFINITIONS.iter().any(|word| line.contains(word)) {
        code = code.split(['\'', '"', '`']).step_by(2).collect();
    }
    let is_own = || own_assertions(file).any(|word| occurrences(&code, word).next().is_some());
    !is_comment(line) && (ASSERTIONS.iter().any(|word| code.contains(word)) || is_own())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assertions_that_go() {
        for (file, old, new) in [
            ("tests/testthat/test-a.R", "  expect_equal(sd(s), 1)\n", ""),
            ("tests/testthat/test-a.R", "  expect_equal(sd(s), 1)", "  # expect_equal(sd(s), 1)"),
            ("tests/testthat/test-a.R", "  expect_true(x)\n  expect_equal(sd(s), 1)\n", "  expect_true(x)\n"),
            ("t/10-a.t", "is($p->host('x'), '::1', 'IPv6 host');\n", ""),
            ("test/runtests.jl", "@test f(1) == 2\n@test f(2) == 3", "@test f(1) == 2"),
            ("tests/test_a.py", "    assert f(1) == 2\n    assert f(2) == 3\n", "    assert f(1) == 2\n"),
        ] {
            assert!(emptied(file, old, new).is_some(), "{file}: {old}");
        }
    }

    #[test]
    fn assertions_that_stay_or_change_with_the_rest() {
        for (file, old, new) in [
            ("tests/testthat/test-a.R", "  expect_equal(sd(s), 1)", "  expect_equal(sd(s), 2)"),
            ("tests/test_a.py", "    x = f(1)\n    assert x == 2\n    assert y == 2\n", "    assert y == 2\n"),
            ("tests/test_a.py", "    assert f(1) == 2\n    assert f(2) == 3\n", "    assert [f(1), f(2)] == [2, 3]\n"),
            ("tests/test_a.py", "    # assert f(1) == 2\n    assert f(2) == 3\n", "    assert f(2) == 3\n"),
            ("t/10-a.t", "my $this = this('x');\n", ""),
        ] {
            assert_eq!(emptied(file, old, new), None, "{file}: {old}");
        }
    }
}
