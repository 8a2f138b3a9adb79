//! Reads summaries that name each of their numbers: the XML of `JUnit`, `NUnit`, `xUnit` and Visual Studio, the recap of
//! Ansible, the last line of ERT.

use super::counts::Counts;

/// What such a line counts; `None` if it is another one.
pub(super) fn read(line: &str) -> Option<Counts> {
    suites(line).or_else(|| runs(line)).or_else(|| recap(line)).or_else(|| ert(line))
}

/// Whether a line has the results of whole suites, whatever else is missing.
pub(super) fn is_of_suites(line: &str) -> bool {
    suites(line).is_some()
}

/// The results of suites: `<testsuite name="a" errors="0" failures="2" tests="63">`.
fn suites(line: &str) -> Option<Counts> {
    const SUITE: &str = "<testsuite";
    let mut sum = None;
    for element in line.split(SUITE).skip(1) {
        let element = element.split('>').next().unwrap_or_default();
        let number = |name: &str| attribute(element, name);
        let (Some(tests), Some(failures)) = (number("tests"), number("failures")) else { continue };
        let counts = Counts {
            failed: Some(failures.saturating_add(number("errors").unwrap_or(0))),
            total: Some(tests),
            skipped: number("skipped"),
            passed: None,
        };
        // The element around the suites counts them all.
        if element.starts_with('s') {
            return Some(counts);
        }
        sum = Some(sum.map_or(counts, |sum| add(sum, counts)));
    }
    sum
}

/// Elements that count a whole run: those of `NUnit`, Visual Studio and `xUnit`.
const RUNS: [&str; 3] = ["<test-run ", "<Counters ", "<assembly "];

/// The results of whole runs: `<Counters total="9" executed="9" passed="7" failed="2" error="0">`.
fn runs(line: &str) -> Option<Counts> {
    let mut sum = None;
    for at in RUNS.iter().flat_map(|name| line.match_indices(name)).map(|(at, _)| at) {
        let element = line[at..].split('>').next().unwrap_or_default();
        let number = |name: &str| attribute(element, name);
        let (Some(total), Some(passed), Some(failed)) = (number("total"), number("passed"), number("failed")) else {
            continue;
        };
        let errors = number("errors").or_else(|| number("error")).unwrap_or(0);
        let counts = Counts {
            failed: Some(failed.saturating_add(errors)),
            total: Some(total),
            skipped: number("skipped"),
            passed: Some(passed),
        };
        sum = Some(sum.map_or(counts, |sum| add(sum, counts)));
    }
    sum
}

fn add(one: Counts, other: Counts) -> Counts {
    let both = |one: Option<u32>, other: Option<u32>| match (one, other) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    };
    Counts {
        failed: both(one.failed, other.failed),
        passed: both(one.passed, other.passed),
        total: both(one.total, other.total),
        skipped: both(one.skipped, other.skipped),
    }
}

fn attribute(element: &str, name: &str) -> Option<u32> {
    let behind = |at: usize| element[at + name.len()..].strip_prefix("=\"").filter(|_| element[..at].ends_with(' '));
    let value = element.match_indices(name).find_map(|(at, _)| behind(at))?;
    value.split('"').next()?.parse().ok()
}

/// How the tasks of one host came out: `web1 : ok=12 changed=2 unreachable=0 failed=1 skipped=3`.
fn recap(line: &str) -> Option<Counts> {
    let (_, fields) = line.split_once(": ok=").or_else(|| line.split_once(":ok="))?;
    let field = |name: &str| {
        let value = fields.split_ascii_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))?;
        value.parse::<u32>().ok()
    };
    let ok = fields.split_ascii_whitespace().next()?.parse().ok()?;
    let failed = field("failed")?.saturating_add(field("unreachable")?);
    Some(Counts { failed: Some(failed), passed: Some(ok), skipped: field("skipped"), total: None })
}

/// Whether a line is that of one host among several.
pub(super) fn is_of_one(line: &str) -> bool {
    recap(line).is_some()
}

/// The tests of Emacs: `Ran 30 tests, 28 results as expected, 2 unexpected (…)`.
fn ert(line: &str) -> Option<Counts> {
    let (before, behind) = line.split_once(" results as expected")?;
    let passed = before.rsplit(' ').next()?.parse().ok()?;
    let unexpected = behind.split_once(" unexpected").map(|(number, _)| number.trim_start_matches([',', ' ']));
    let failed = unexpected.map_or(Some(0), |number| number.parse().ok())?;
    Some(Counts { failed: Some(failed), passed: Some(passed), ..Counts::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Option<(Option<u32>, Option<u32>, Option<u32>)> {
        read(line).map(|counts| (counts.failed, counts.passed, counts.total))
    }

    #[test]
    fn numbers_with_names() {
        for (line, expected) in [
            (
                r#"<testsuite name="a" errors="0" failures="0" skipped="1" tests="63" time="4.1">"#,
                (Some(0), None, Some(63)),
            ),
            (r#"<testsuite errors="1" failures="2" tests="9"><testcase/></testsuite>"#, (Some(3), None, Some(9))),
            (r#"<testsuites tests="5" failures="1"><testsuite tests="5" failures="1">"#, (Some(1), None, Some(5))),
            (r#"<testsuite tests="5" failures="0"/><testsuite tests="2" failures="1"/>"#, (Some(1), None, Some(7))),
            (
                r#"<test-run id="0" result="Failed" total="8" passed="6" failed="2" skipped="0">"#,
                (Some(2), Some(6), Some(8)),
            ),
            (r#"<Counters total="9" executed="9" passed="8" failed="0" error="1" />"#, (Some(1), Some(8), Some(9))),
            (
                r#"<assembly total="5" passed="5" failed="0" errors="0"/><assembly total="3" passed="2" failed="1">"#,
                (Some(1), Some(7), Some(8)),
            ),
            ("db1 : ok=12   changed=2    unreachable=0    failed=1    skipped=3", (Some(1), Some(12), None)),
            ("db1 : ok=4 changed=0 unreachable=1 failed=0", (Some(1), Some(4), None)),
            ("Ran 30 tests, 28 results as expected, 2 unexpected (2026-02-11, 0.4 sec)", (Some(2), Some(28), None)),
            ("Ran 30 tests, 30 results as expected (2026-02-11, 0.4 sec)", (Some(0), Some(30), None)),
        ] {
            assert_eq!(told(line), Some(expected), "{line}");
        }
        for line in [
            r#"<testsuites><testsuite name="a" err"#,
            r#"<Counters total="9" passed="9" fai"#,
            "status: ok=yes",
            "results as expected",
            "<testcase time=\"1\">",
        ] {
            assert_eq!(told(line), None, "{line}");
        }
    }
}
