//! Recognizes the markers that skip a test, in the common frameworks and languages.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Markers that say in any test that it does not run.
const SKIPS: [&str; 64] = [
    "@pytest.mark.skip",
    "= pytest.mark.skip",
    "=pytest.mark.skip",
    "@pytest.mark.xfail",
    "pytest.mark.skipif(True",
    "pytest.skip(",
    "@unittest.skip",
    "@unittest.skipIf(True",
    "@unittest.expectedFailure",
    "self.skipTest(",
    "#[ignore",
    "t.Skip(",
    "t.Skipf(",
    "t.SkipNow(",
    "it.skip(",
    "test.skip(",
    "describe.skip(",
    "suite.skip(",
    "context.skip(",
    "it.todo(",
    "test.todo(",
    "describe.todo(",
    "test.fixme(",
    "it.fails(",
    "xit(",
    "xtest(",
    "xdescribe(",
    "xcontext(",
    "@Disabled",
    "@Ignore",
    "[Ignore",
    "Fact(Skip",
    "Theory(Skip",
    "markTestSkipped(",
    "markTestIncomplete(",
    "@tag :skip",
    "@tag skip:",
    "@moduletag :skip",
    "XCTSkip(",
    "XCTSkipIf(true",
    "XCTSkipUnless(false",
    ".disabled(",
    "@test_skip",
    "@test_broken",
    "pendingWith",
    "^:kaocha/skip",
    "^:kaocha/pending",
    "^:skip",
    "skip_all",
    "error.SkipZigTest",
    "GTEST_SKIP(",
    "DISABLED_",
    "ignoreTest",
    "PIt(",
    "XIt(",
    "PDescribe(",
    "XDescribe(",
    "skip_if(TRUE",
    "Test.skip",
    "ptestCase",
    "ptestList",
    "assumeTrue(false",
    "it.pending(",
    "@pending",
];

static ANY: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(SKIPS).ok());

/// Markers of languages, by the endings of their files.
const OF_LANGUAGE: [(&[&str], &[&str]); 7] = [
    (&["hs", "rb", "cr", "exs"], &["xit \"", "xit '", "xdescribe \"", "xdescribe '", "xcontext \"", "xcontext '"]),
    (&["lua", "gd", "js", "ts"], &["pending("]),
    (&["scala", "sc"], &["ignore(\"", "\" ignore"]),
    (&["dart", "js", "mjs", "ts"], &["skip: true", "skip: '", "skip: \"", "@Skip("]),
    (&["erl"], &["{skip,", "{skip ,"]),
    (&["php"], &["->skip(", "->todo("]),
    (&["plt", "pl"], &["blocked(", "fixme("]),
];

/// Markers of languages that begin a statement.
const STATEMENTS: [(&[&str], &[&str]); 6] = [
    (&["r", "R"], &["skip(", "testthat::skip("]),
    (&["rb", "cr"], &["skip", "pending"]),
    (&["hs"], &["pending"]),
    (&["bats"], &["skip"]),
    (&["t", "pl"], &["plan skip_all", "todo_skip"]),
    (&["nim"], &["skip()"]),
];

/// Markers that keep every other test from running, in the common frameworks of each language.
#[rustfmt::skip]
const FOCUSES: [(&[&str], &[&str]); 4] = [
    (&["js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte"], &[
        "it.only(", "test.only(", "describe.only(", "suite.only(", "context.only(", "it.only.each(", "test.only.each(",
        "fit('", "fit(\"", "fit(`", "fdescribe('", "fdescribe(\"", "fdescribe(`",
    ]),
    (&["rb", "cr"], &["fit '", "fit \"", "fdescribe '", "fdescribe \"", "fcontext '", "fcontext \"", ", :focus", ", focus: true"]),
    (&["go"], &["FIt(", "FDescribe(", "FContext(", "FEntry(", "FWhen("]),
    (&["swift"], &["fit(\"", "fdescribe(\"", "fcontext(\""]),
];

/// Files of tests that no path says so of.
const ENDINGS: [&str; 3] = ["t", "bats", "plt"];
/// What is in the code of a test, whatever its file is called.
const IN_TESTS: [&str; 5] = ["#[test]", "::test]", "(deftest ", "@Test", ":- begin_tests("];

/// Markers, and how often each stands in a text.
pub(super) type Counts = Vec<(&'static str, usize)>;

/// How often each marker stands in a text of `file`.
pub(super) fn counts(file: &str, text: &str) -> Counts {
    // Most texts have none of the common ones, and are spared a search for each.
    let has_some = ANY.as_ref().is_some_and(|skips| skips.is_match(text));
    let skips = SKIPS.into_iter().map(|skip| (skip, if has_some { occurrences(text, skip).count() } else { 0 }));
    let mut counts: Counts = skips.collect();
    counts.extend(of_language(file, &OF_LANGUAGE).map(|marker| (marker, occurrences(text, marker).count())));
    counts.extend(of_language(file, &STATEMENTS).map(|marker| {
        let statements = occurrences(text, marker).filter(|at| is_statement(text, *at)).count();
        (marker, statements)
    }));
    counts
}

/// How often each marker stands in a text of `file` that keeps other tests from running.
pub(super) fn focused(file: &str, text: &str) -> Counts {
    of_language(file, &FOCUSES).map(|marker| (marker, occurrences(text, marker).count())).collect()
}

/// The markers of a table that are those of a file's language.
pub(super) fn of_language(
    file: &str,
    table: &'static [(&[&str], &[&'static str])],
) -> impl Iterator<Item = &'static str> {
    let end = ending(file);
    table.iter().filter(move |(ends, _)| ends.contains(&end)).flat_map(|(_, markers)| markers.iter().copied())
}

/// Whether a path says that a file holds tests.
pub(crate) fn is_test_file(file: &str) -> bool {
    let starts_word = |at: usize| !file[..at].ends_with(|c: char| c.is_ascii_alphabetic());
    ["test", "spec"].iter().any(|word| file.match_indices(word).any(|(at, _)| starts_word(at)))
        // `CartTest.java`
        || ["Test.", "Tests.", "Spec.", "TestCase."].iter().any(|end| file.contains(end))
}

/// Whether the code of an edit is that of a test, though its path does not say so.
pub(super) fn is_test_code(file: &str, code: &str) -> bool {
    let end = ending(file);
    ENDINGS.contains(&end)
        || file.contains("_SUITE.")
        || end == "zig" && code.contains("test \"")
        || IN_TESTS.iter().any(|sign| code.contains(sign))
}

fn ending(file: &str) -> &str {
    file.rsplit_once('.').map_or("", |(_, end)| end)
}

/// Where a marker stands by itself in a text. With a condition after it, as in `@pytest.mark.skipif`, it skips only
/// where a test cannot run, and `exit(` is no `xit(`.
pub(super) fn occurrences(text: &str, marker: &'static str) -> impl Iterator<Item = usize> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(marker).map(|(at, _)| at).filter(move |at| {
        let (before, rest) = (&text[..*at], &text[at + marker.len()..]);
        let is_prefix = marker.ends_with('_');
        let ends_a_word = marker.starts_with(is_word) && (before.ends_with(is_word) || before.ends_with('.'));
        let goes_on = marker.ends_with(is_word) && !is_prefix && rest.starts_with(is_word);
        !ends_a_word && !goes_on
    })
}

/// Whether a statement without a condition begins at a place.
fn is_statement(text: &str, at: usize) -> bool {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let line = text[at..].lines().next().unwrap_or_default();
    let code: String = line.split(['"', '\'']).step_by(2).collect();
    let above = text[..start].trim_end().rsplit('\n').next().unwrap_or_default().trim_start();
    let is_conditional = ["if ", "if(", "unless ", "else"].iter().any(|word| above.starts_with(word))
        || [" if ", " unless "].iter().any(|word| code.contains(word));
    text[start..at].trim().is_empty() && !is_conditional && !line.contains('=')
}
