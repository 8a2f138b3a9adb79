//! Finds edits that bend a test to what the code does: an assertion expects another value than before, or only a bound.

use super::is_test_file;
use super::weakened::{is_strong, quoted_apart};
use crate::detect::call::code_files::is_source;
use crate::detect::session::changed_lines::lines_only_in;
use crate::detect::session::request::UserRequest;
use crate::detect::text::phrases::Phrases;

/// What only bounds a value, or looks for a part of it.
#[rustfmt::skip]
const BOUNDS: [&str; 30] = [
    " > ", " < ", " >= ", " <= ", "toBeGreaterThan", "toBeLessThan", "toContain(", "toMatch(", "stringContaining", "objectContaining", "arrayContaining",
    "assertGreater", "assertLess", "assertIn(", "assertRegex", "Contains(", "Greater(", "Less(", "GreaterOrEqual(", "LessOrEqual(", "EXPECT_GT", "EXPECT_GE",
    "EXPECT_LT", "EXPECT_LE", "isGreaterThan", "isLessThan", "isPositive()", "be >", "be <", "contains(",
];
/// How much of two assertions is alike that are about the same, in bytes.
const ALIKE: usize = 8;

/// What names the code as what is wrong.
static CODE: Phrases = Phrases::new(&[
    "bug|bugs|the code|regression|defect|implementation|fehler im code|den code|der code|le code|le bogue|el código|o código|il codice|код|коде|баг|баги|kod|kodu|kodzie|hata|代码|程序|バグ|コード|버그|코드",
]);
/// What says of a test that it is to be changed, or may be.
static TESTS: Phrases = Phrases::new(&[
    "test is wrong|tests are wrong|the test is|the tests are|wrong test|wrong expectation*|expectation*|expected value*|expected output*|expected result*|assertion*|snapshot*|fix the test|fix the tests|correct the test|correct the tests|update the test|update the tests|update tests|adjust the test|adjust the tests|change the test|change the tests|rewrite the test|rewrite the tests|outdated|stale|obsolete|or the test|or the tests|and the test|and the tests|and tests",
    "test ist falsch|tests sind falsch|den test|die tests anpassen|erwartung*|erwartete*|le test est|corrige le test|attente*|attendue*|el test está|la prueba está|corrige la prueba|corrige el test|esperad*|o teste está|corrija o teste|il test è|correggi il test|attes*|тест неправильн*|исправь тест|поправь тест|ожидаем*|测试有误|测试写错|修改测试|更新测试|期望值|テストを直|テストを修正|期待値|테스트를 수정|기대값",
]);

/// How an edit bends an assertion.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bent {
    /// The edit in a sentence, without the file.
    pub(super) fact: String,
    /// What is expected now, if it is another value.
    pub(super) value: Option<String>,
}

/// How an edit of a test bends its first assertion to what the code does.
pub(super) fn bent(old: &str, new: &str) -> Option<Bent> {
    let lines = |text, other| -> Vec<&str> { lines_only_in(text, other).map(str::trim).collect() };
    let (removed, added) = (lines(old, new), lines(new, old));
    if removed.len() != added.len() {
        return None;
    }
    removed.iter().zip(&added).find_map(|(old, new)| revalued(old, new).or_else(|| bounded(old, new)))
}

/// An assertion that expects another value.
fn revalued(old: &str, new: &str) -> Option<Bent> {
    if !is_strong(old) || !is_strong(new) {
        return None;
    }
    let ((frame, before), (other, after)) = (quoted_apart(old), quoted_apart(new));
    let mut changed = before.iter().zip(&after).filter(|(old, new)| old != new);
    let (Some((was, is)), None) = (changed.next(), changed.next()) else { return None };
    let same = frame == other && before.len() == after.len();
    same.then(|| Bent {
        fact: format!("an assertion was changed to expect {is} instead of {was}"),
        value: Some(is.trim_matches(['"', '\'', '`']).to_owned()),
    })
}

/// An assertion that only bounds what it compared.
fn bounded(old: &str, new: &str) -> Option<Bent> {
    let bounds = |line: &str| BOUNDS.iter().any(|word| line.contains(word));
    let alike = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
    let is_looser = is_strong(old) && !bounds(old) && bounds(new) && alike >= ALIKE;
    is_looser.then(|| Bent { fact: format!("an assertion was loosened to `{new}`"), value: None })
}

/// Whether a request names the code as what is wrong, and no test.
pub(super) fn blames_code(request: &UserRequest) -> bool {
    let is_source = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        is_source(word) && !is_test_file(word)
    };
    request.asks_for_change()
        && request.any_sentence(|said| CODE.is_in(said) || said.split(' ').any(is_source) || fixes_by_name(said))
        && !request.any_sentence(|said| TESTS.is_in(said))
}

/// Whether a folded sentence asks in English to fix a thing that is no test, check or pronoun: "fix slugify".
fn fixes_by_name(said: &str) -> bool {
    #[rustfmt::skip]
    const OTHERS: [&str; 24] = [
        "test", "tests", "spec", "specs", "suite", "it", "them", "this", "that", "these", "those", "all", "any", "failing", "failures", "build", "ci", "lint",
        "linter", "types", "everything", "whatever", "formatting", "typo",
    ];
    let mut words = said.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let Some(_) = words.by_ref().find(|word| matches!(*word, "fix" | "repair" | "correct")) else { return false };
    let named = words.find(|word| !matches!(*word, "the" | "our" | "my" | "a" | "an"));
    named.is_some_and(|word| !OTHERS.contains(&word) && !word.starts_with("test"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assertions_that_are_bent() {
        for (old, new, value) in [
            ("    assert total(rows) == 42", "    assert total(rows) == 41", Some("41")),
            ("  expect(label(x)).toBe('a b')", "  expect(label(x)).toBe('a-b')", Some("a-b")),
            ("    assertEquals(2, total(1.5));", "    assertEquals(3, total(1.5));", Some("3")),
            ("  expect(total(rows)).toBe(42)", "  expect(total(rows)).toBeGreaterThan(0)", None),
            ("    assert total(rows) == 42", "    assert total(rows) > 0", None),
        ] {
            let found = bent(old, new).unwrap();
            assert_eq!(found.value.as_deref(), value, "{old} -> {new}");
        }
        for (old, new) in [
            ("    rows = load(42)", "    rows = load(41)"),
            ("    assert total(rows) == 42", "    assert total(rows) == 42\n    assert total([]) == 0"),
            ("    assert total(a) == 42", "    assert total(b) == 41"),
            ("    assert x > 0", "    assert x >= 0"),
        ] {
            assert_eq!(bent(old, new), None, "{old} -> {new}");
        }
    }

    #[test]
    fn requests_that_blame_the_code() {
        let blames = |text: &str| blames_code(&UserRequest::read(text));
        for text in [
            "test_a fails. Please fix the code.",
            "Fix the bug in src/sum.ts.",
            "Corrige src/sum.ts",
            "slugify('Straße') should give 'strasse', but test_slug fails. Please fix slugify.",
            "The test fails, fix the function.",
        ] {
            assert!(blames(text), "{text}");
        }
        for text in [
            "Fix the failing test in tests/test_sum.py",
            "The test is wrong: it adds up to 41. Correct the test.",
            "Change the rounding in src/sum.ts and update the tests.",
            "Why does it fail?",
        ] {
            assert!(!blames(text), "{text}");
        }
    }
}
