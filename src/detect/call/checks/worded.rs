//! Reads reports in words, such as "Verification failed", from the scripts of a project, which count nothing.

use super::lines::each_line;

/// Most words of a line that says how the whole run went.
const WORDS: usize = 8;
/// Programs that run what a project calls a check.
const RUNNERS: [&str; 14] =
    ["make", "just", "task", "npm", "pnpm", "yarn", "bun", "deno", "mise", "rake", "invoke", "inv", "poe", "composer"];
/// Endings of scripts.
const SCRIPTS: [&str; 10] = [".sh", ".bash", ".py", ".js", ".mjs", ".ts", ".rb", ".pl", ".php", ".ps1"];
/// What a run as a whole is called.
#[rustfmt::skip]
const WHOLE: [&str; 18] = [
    "verification", "validation", "check", "checks", "test", "tests", "build", "run", "lint", "suite", "overall", "result", "qa", "gate", "audit", "inspection", "all",
    "everything",
];
/// Those of them that mean everything.
const EVERYTHING: [&str; 5] = ["all", "everything", "overall", "result", "run"];
const FAILED: [&str; 5] = ["failed", "failure", "failing", "fail", "unsuccessful"];
const PASSED: [&str; 9] = ["passed", "pass", "succeeded", "successful", "successfully", "ok", "fine", "good", "green"];
/// What says so whatever it is about.
#[rustfmt::skip]
const NOT_PASSED: [&str; 6] = ["not ok", "not pass", "not all ", "n't pass", "not successful", "not succeed"];
/// A line with one of these tells of something else.
const OTHERS: [&str; 9] = ["expected", "if ", "retry", "attempt", "previous", "no ", "none ", "without ", "last "];
/// The last line of a run that failed, in other languages.
#[rustfmt::skip]
const FAILED_ABROAD: [&str; 30] = [
    "fehlgeschlagen", "gescheitert", "nicht bestanden", "échoué", "échec", "fallido", "fallida", "falló", "fallaron", "falhou", "falharam", "fallito", "fallita", "falliti",
    "провален", "не пройден", "mislukt", "misslyckades", "mislyktes", "mislykkedes", "nie powiodł", "selhal", "epäonnistui", "sikertelen", "başarısız", "eșuat", "失败",
    "失敗", "未通过", "실패",
];
/// And of one that was well.
#[rustfmt::skip]
const PRAISE: [&str; 24] = [
    "all good", "looks good", "everything fine", "everything is fine", "no problems", "no issues", "no errors", "alles in ordnung", "alles ok", "alles gut", "alles bestanden",
    "tout est bon", "tout va bien", "todo bien", "todo correcto", "tudo certo", "tutto bene", "tutto ok", "все проверки пройдены", "всё в порядке", "全部通过", "检查通过",
    "すべて成功", "모두 통과",
];

/// Whether a check is a script or a task of a project, whose way of reporting is unknown.
pub(crate) fn is_script(name: &str) -> bool {
    let mut words = name.split(' ');
    let first = words.next().unwrap_or_default();
    let is_file = |word: &str| SCRIPTS.iter().any(|end| word.ends_with(end));
    first.contains('/') || is_file(first) || words.next().is_some_and(is_file) || RUNNERS.contains(&first)
}

/// Whether the last words about the whole run say that it failed; `None` if there are none.
pub(crate) fn has_failed(output: &str) -> Option<bool> {
    let mut failed = None;
    let mut failed_line = String::new();
    let mut last = String::new();
    each_line(output, |line| {
        let line = line.trim().to_lowercase();
        match verdict(&line) {
            Some(true) => (failed, failed_line) = (Some(true), line.clone()),
            // What passes beside it does not make good what failed.
            Some(false) if failed != Some(true) || takes_back(&line, &failed_line) => failed = Some(false),
            _ => {}
        }
        if line.chars().any(char::is_alphanumeric) {
            last = line;
        }
    });
    let says =
        |table: &[&str]| last.split_whitespace().count() <= WORDS && table.iter().any(|word| last.contains(word));
    let counts_none = last.split(|c: char| !c.is_alphanumeric()).any(|word| word == "0");
    if says(&PRAISE) {
        Some(false)
    } else if says(&FAILED_ABROAD) && !counts_none {
        Some(true)
    } else {
        failed
    }
}

/// Whether a line that says that something was well is about what failed, or about everything.
fn takes_back(line: &str, failed: &str) -> bool {
    fn words(line: &str) -> impl Iterator<Item = &str> {
        line.split(|c: char| !c.is_alphanumeric()).filter(|word| WHOLE.contains(word))
    }
    words(line).any(|word| EVERYTHING.contains(&word) || words(failed).any(|known| known == word))
}

/// Whether a line in small letters tells of one test, whose name may hold any word.
fn is_of_one_test(line: &str) -> bool {
    let is_numbered =
        |mark: &str| line.strip_prefix(mark).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    line.ends_with("... ok")
        || line.starts_with(['✓', '✔', '√', '✗', '✘', '×'])
        || is_numbered("ok ")
        || is_numbered("not ok ")
        || line.starts_with("--- ")
        || line.starts_with("passed ")
        || line.ends_with(" passed") && line.contains("::")
}

/// Whether a line says of the whole run that it failed, or that it was well.
fn verdict(line: &str) -> Option<bool> {
    let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let has = |table: &[&str]| words.iter().any(|word| table.contains(word));
    let is_told = has(&WHOLE) || words.len() == 1;
    if words.is_empty() || words.len() > WORDS || !is_told || words.contains(&"0") || is_of_one_test(line) {
        return None;
    }
    if OTHERS.iter().any(|other| line.contains(other)) && !NOT_PASSED.iter().any(|not| line.contains(not)) {
        return None;
    }
    if NOT_PASSED.iter().any(|not| line.contains(not)) || has(&FAILED) {
        Some(true)
    } else {
        has(&PASSED).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_about_the_whole() {
        for (output, expected) in [
            ("lint ok\nVERIFICATION FAILED", Some(true)),
            ("contract: bad\nverification failed", Some(true)),
            ("Result: some checks failed", Some(true)),
            ("Overall: NOT OK", Some(true)),
            ("not all checks passed", Some(true)),
            ("some checks FAILED, see above", Some(true)),
            ("Prüfung fehlgeschlagen", Some(true)),
            ("unit checks failed\nlint ok", Some(true)),
            ("checks failed\nretried\nAll checks passed.", Some(false)),
            ("Alles in Ordnung", Some(false)),
            ("Verification succeeded", Some(false)),
            ("login with a wrong password failed as expected", None),
            ("no checks failed", None),
            ("test auth::failed_check ... ok", None),
            ("✓ shows a failed check (3 ms)", None),
            ("ok 3 - failed run is retried", None),
            ("0 of 12 checks failed", None),
            ("retrying after failed attempt 1", None),
            ("wrote report.html", None),
        ] {
            assert_eq!(has_failed(output), expected, "{output}");
        }
    }

    #[test]
    fn scripts_of_a_project() {
        assert!(is_script("./verify.sh") && is_script("python scripts/check_all.py") && is_script("make"));
        assert!(!is_script("cargo test") && !is_script("pytest") && !is_script("go vet"));
    }
}
