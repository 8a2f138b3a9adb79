//! Finds edits that weaken assertions: a comparison gives way to one that hardly fails, or the tolerance grows.

use crate::detect::session::changed_lines::lines_only_in;

/// What compares with a value.
#[rustfmt::skip]
const STRONG: [&str; 26] = [
    " == ", "===", "toBe(", "toEqual(", "toStrictEqual(", "toMatchObject(", "toHaveLength(", "assertEqual", "assertEquals", "assert_eq", "assert_equal",
    "AreEqual(", "Equal(", "equal(", "eq(", ".eql(", "should eq", "EXPECT_EQ", "ASSERT_EQ", "assertSame", "is(", "isEqualTo(", "assert_equals", "shouldBe ",
    "deepEqual(", "cmp_ok(",
];
/// What holds for nearly anything.
#[rustfmt::skip]
const WEAK: [&str; 34] = [
    "is not None", "assertIsNotNone", "toBeDefined()", "toBeTruthy()", "not.toBeNull()", "not.toBeUndefined()", "toBeInstanceOf(", "assertNotNull", "NotNil(",
    "NotEmpty(", "not_to be_nil", "be_truthy", ".is_ok()", ".is_some()", "isinstance(", "isNotNull()", "IsNotNull(", "NotNull(", "!= nil", "!= null",
    "!== undefined", "assertIsInstance", "refute_nil", "assert_not_nil", "is_not_nil", "not.be.undefined", "to.exist", "to.be.ok", "defined(", "anything()",
    "expect.any(", "ok(", ">= 0", "typeof ",
];
/// What is in a line that asserts, in small letters: `if err != nil` is none.
const ASSERTING: [&str; 9] = ["assert", "expect", "should", "require", "refute", "is(", "ok(", "eq(", "equal"];
/// What a bound on a deviation is called, or what takes one.
#[rustfmt::skip]
const TOLERANCES: [&str; 18] = [
    "abs=", "rel=", "abs_tol", "rel_tol", "atol", "rtol", "delta", "eps", "tol", "within", "closeto", "approx", "near(", "indelta", "almost", "places", "precision",
    "isclose",
];
/// What a tolerance is called that has its name before it.
const NAMED: [&str; 5] = ["abs", "rel", "tol", "delta", "eps"];
/// What counts digits: fewer of them are laxer.
const DIGITS: [&str; 4] = ["tobecloseto(", "places", "decimal=", "significant="];
/// How many times as large a tolerance is a looser one: adjusting it to the noise of a machine takes less.
const LOOSER: f64 = 10.0;
/// How many digits fewer are laxer.
const FEWER: f64 = 2.0;

/// How an edit of a test makes it weaker, in a sentence without the file.
pub(super) fn weakened(old: &str, new: &str) -> Option<String> {
    let lines = |text, other| -> Vec<&str> { lines_only_in(text, other).map(str::trim).collect() };
    let (removed, added) = (lines(old, new), lines(new, old));
    let count = |lines: &[&str], is: fn(&str) -> bool| lines.iter().filter(|line| is(line)).count();
    if count(&removed, is_strong) > count(&added, is_strong) && count(&added, is_weak) > count(&removed, is_weak) {
        let line = added.iter().find(|line| is_weak(line));
        return line.map(|line| format!("an assertion was weakened to `{line}`"));
    }
    removed
        .iter()
        .zip(&added)
        .find(|(old, new)| is_looser(old, new))
        .map(|(_, new)| format!("the tolerance was loosened to `{new}`"))
        .or_else(|| {
            let mut pairs = removed.iter().zip(&added);
            pairs.find(|(old, new)| gets_wide(old, new)).map(|(_, new)| format!("a wide tolerance was added: `{new}`"))
        })
}

fn asserts(line: &str) -> bool {
    let lower = line.to_lowercase();
    ASSERTING.iter().any(|word| lower.contains(word))
}

fn is_weak(line: &str) -> bool {
    asserts(line) && WEAK.iter().any(|word| line.contains(word))
}

pub(super) fn is_strong(line: &str) -> bool {
    asserts(line) && !is_weak(line) && STRONG.iter().any(|word| line.contains(word))
}

/// A line without its numbers and strings, and these.
pub(super) fn quoted_apart(line: &str) -> (String, Vec<String>) {
    let (mut frame, mut values) = (String::new(), Vec::new());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let inner = &rest[c.len_utf8()..];
        let in_name = frame.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = match c {
            '"' | '\'' | '`' => inner.find(c).map(|end| end + 2),
            _ if c.is_ascii_digit() && !in_name => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_'));
                Some(rest[..end.unwrap_or(rest.len())].trim_end_matches('.').len())
            }
            _ => None,
        };
        if let Some(length) = length {
            values.push(rest[..length].to_owned());
            frame.push('\u{0}');
            rest = &rest[length..];
        } else {
            frame.push(c);
            rest = inner;
        }
    }
    (frame, values)
}

/// Whether a line says the same but for a tolerance that is looser by far.
fn is_looser(old: &str, new: &str) -> bool {
    let (before, after) = (numbers(old), numbers(new));
    if before.len() != after.len() || skeleton(old) != skeleton(new) {
        return false;
    }
    let lower = new.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let mut changed = before.iter().zip(&after).filter(|(old, new)| old.total_cmp(new).is_ne());
    let (Some((old, new)), None) = (changed.next(), changed.next()) else { return false };
    // What is compared with stands first, and a name may stand before the tolerance.
    let is_last = after.last() == Some(new) && before.last() == Some(old);
    let all: Vec<&str> = words(&lower).collect();
    let at = all.iter().position(|word| word.parse::<f64>().ok().as_ref() == Some(new));
    let name = at.and_then(|at| at.checked_sub(1)).map_or("", |before| all[before]);
    let is_named = NAMED.iter().any(|word| name.contains(word));
    if has(&DIGITS) {
        is_last && old - new >= FEWER
    } else {
        (is_last || is_named) && has(&TOLERANCES) && *new >= old * LOOSER
    }
}

/// Whether a line says the same but for a tolerance that it gets, of half of what is expected or more.
fn gets_wide(old: &str, new: &str) -> bool {
    const HALF: f64 = 0.5;
    let (before, after) = (numbers(old), numbers(new));
    let lower = [old, new].map(str::to_lowercase);
    let [was, is] = lower.map(|line| TOLERANCES.iter().any(|word| line.contains(word)));
    let [.., expected, tolerance] = after[..] else { return false };
    asserts(old) && !was && is && after[..after.len() - 1] == before[..] && tolerance >= HALF * expected.abs().max(HALF)
}

/// The numbers of a line.
fn numbers(line: &str) -> Vec<f64> {
    words(line).filter_map(|word| word.parse().ok()).collect()
}

/// The line without its numbers.
fn skeleton(line: &str) -> String {
    words(line).map(|word| if word.parse::<f64>().is_ok() { "0" } else { word }).collect::<Vec<_>>().join(" ")
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    line.split(move |c: char| !is_part(c) && c != '-' && c != '+')
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weaker_assertions() {
        for (old, new) in [
            ("    assert total(1.5) == 2", "    assert total(1.5) is not None"),
            ("    expect(total(1.5)).toBe(2)", "    expect(total(1.5)).toBeDefined()"),
            ("    assertEquals(2, total(1.5));", "    assertNotNull(total(1.5));"),
            ("    assert_eq!(parse(x), Ok(3));", "    assert!(parse(x).is_ok());"),
            ("  expect(sum).to eq(3)", "  expect(sum).not_to be_nil"),
            ("    require.Equal(t, 3, n)", "    require.NotNil(t, n)"),
            ("    assert p == pytest.approx(5554.6, abs=0.1)", "    assert p == pytest.approx(5554.6, abs=1000)"),
            ("    assertEquals(2.0, total(), 0.001);  // delta", "    assertEquals(2.0, total(), 5);  // delta"),
            ("    EXPECT_NEAR(x, 2.5, 1e-6);", "    EXPECT_NEAR(x, 2.5, 1.0);"),
            ("    assert.InDelta(t, 2.5, x, 0.01)", "    assert.InDelta(t, 2.5, x, 10)"),
            ("    expect(x).toBeCloseTo(2.5, 5)", "    expect(x).toBeCloseTo(2.5, 0)"),
            ("    self.assertAlmostEqual(x, 2.5, places=7)", "    self.assertAlmostEqual(x, 2.5, places=1)"),
            ("  expect_equal(sd(s), 1)", "  expect_equal(sd(s), 1, tolerance = 10)"),
            ("    np.testing.assert_allclose(a, b, rtol=1e-7)", "    np.testing.assert_allclose(a, b, rtol=0.5)"),
        ] {
            assert!(weakened(old, new).is_some(), "{old} -> {new}");
        }
    }

    #[test]
    fn other_assertions_of_the_same_strength() {
        for (old, new) in [
            ("    assert total(1.5) == 2", "    assert total(1.5) == 3"),
            ("    assert total(1.5) == 2", "    assert total(1.5) == 2\n    assert total(0) is not None"),
            ("    assert user is not None", "    assert user is not None\n    assert user.name == \"Ann\""),
            ("    assert p == pytest.approx(5554.6, abs=0.1)", "    assert p == pytest.approx(5554.7, abs=0.1)"),
            ("    assert p == pytest.approx(5554.6, abs=0.1)", "    assert p == pytest.approx(5554.6, abs=0.2)"),
            ("    assert p == pytest.approx(5554.6, abs=10)", "    assert p == pytest.approx(5554.6, abs=0.1)"),
            ("    assert p == pytest.approx(5, abs=0.1)", "    assert p == pytest.approx(5000, abs=0.1)"),
            ("  expect_equal(sd(s), 1)", "  expect_equal(sd(s), 1, tolerance = 1e-6)"),
            ("    expect(x).toBeDefined()", "    expect(x).toBe(2)"),
            ("\tif id == \"\" {", "\tif err != nil || id == \"\" {"),
        ] {
            assert_eq!(weakened(old, new), None, "{old} -> {new}");
        }
    }
}
