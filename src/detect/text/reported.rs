//! Tells whether a text reports a failure.

use super::answer::{blocks, plain, sentences};
use super::fractions::number;
use super::phrases::{Phrases, fold};

/// What tells that something fails, or that a scan found something.
static FAILS: Phrases = Phrases::new(&[
    "fail|fails|failed|failing|failure*|error*|red|broken|crash*|finding*|vulnerabilit*|issue|issues|leak*|problem*|violation*|does not compile|doesn't compile|do not compile|not compile|does not build|doesn't build|not green|isn't green|aren't green|don't pass|do not pass|does not pass|doesn't pass",
    "fehlschl*|fehlgeschl*|fehler|schlägt fehl|schlagen fehl|rot|kaputt|befund*|schwachstelle*|échou*|échec*|erreur*|vulnérabilité*|falla|fallan|fallo|fallos|hallazgo*|vulnerabilidad*|falha|falham|falhas|erro|erros|fallisc*",
    "ошибк*|пада*|упал*|провал*|уязвим*|помилк*|błęd*|błąd|nie przechodz*|misslyck*|fel|feiler|feil|fejl*|epäonnistu*|faalt|falen|fouten|hata*|başarısız*|lỗi|thất bại|gagal|kesalahan",
    "失败|错误|漏洞|未通过|不通过|報錯|失敗|エラー|脆弱|通りません|실패|오류|취약",
]);
/// Words before it that deny it.
#[rustfmt::skip]
const DENYING: [&str; 24] = [
    "no", "0", "zero", "without", "any", "never", "nothing", "keine", "kein", "keinen", "ohne", "nicht", "aucun", "aucune", "sans", "sin", "ningún", "nenhum", "sem",
    "nessun", "nessuna", "senza", "нет", "без",
];
/// How many words before it are looked at.
const NEAR: usize = 2;
/// The shortest part of a name that is looked for, in bytes.
const NAME: usize = 5;
/// The shortest name that an output shows, in bytes.
const SHORT: usize = 4;
/// How much of an answer gives a number that is asked for, in bytes.
const ANSWER: usize = 400;
/// Parts of names that say nothing.
#[rustfmt::skip]
const COMMON: [&str; 12] =
    ["error", "errors", "warning", "tests", "failed", "failure", "assert", "expected", "should", "cannot", "found", "types"];

/// Whether a text tells that a check failed: by the name of what failed, or in words.
pub(crate) fn tells_failure(text: &str, items: &[String]) -> bool {
    names_item(text, items) || any_sentence(text, says_so)
}

/// Whether a text has the name of something that failed.
pub(crate) fn names_item(text: &str, items: &[String]) -> bool {
    let folded = fold(text);
    items.iter().flat_map(|item| item.split(|c: char| !c.is_alphanumeric() && c != '_')).any(|part| {
        let part = part.to_lowercase();
        part.len() >= NAME
            && !COMMON.contains(&&*part)
            && part.chars().any(char::is_alphabetic)
            && folded.contains(&part)
    })
}

fn any_sentence(text: &str, is: fn(&str) -> bool) -> bool {
    blocks(text).iter().any(|block| sentences(&plain(&block.text)).into_iter().any(|said| is(&fold(said))))
}

/// What says of a check that it fails now, and of nothing else.
static RED: Phrases = Phrases::new(&[
    "fails|fail|failing|is red|are red|is broken|are broken|don't pass|do not pass|does not pass|doesn't pass|schlägt|schlagen|fehlgeschlagen|ist rot|sind rot|échoue|échouent|échoué|en échec|falla|fallan|falha|falham|fallisce|falliscono|пада*|упал*|провал*|не проход*|nie przechodz*|padają|misslyckas|feiler|fejler|epäonnistu*|faalt|falen|başarısız*",
    "失败|未通过|不通过|失敗|通りません|실패",
]);

/// Whether a text says of a check that it fails.
pub(crate) fn says_red(text: &str) -> bool {
    any_sentence(text, |said| RED.find_all(said).any(|(at, _)| !is_denied(&said[..at])))
}

/// Whether an answer names what the output of a check names: a file, a package, a rule. `called` is how the check was
/// called, whose own words say nothing.
pub(crate) fn names_findings(answer: &str, output: &str, called: &str) -> bool {
    let (answer, output, called) = (answer.to_lowercase(), output.to_lowercase(), called.to_lowercase());
    let in_code = answer.split('`').skip(1).step_by(2);
    let names = in_code.chain(answer.split_whitespace().filter(|word| word.contains(['/', '.', '_', '@', '-'])));
    names
        .map(|name| name.trim_matches(|c: char| !c.is_alphanumeric() && c != '@'))
        .filter(|name| name.len() >= SHORT && name.contains(char::is_alphabetic))
        .any(|name| !called.contains(name) && output.contains(name))
}

/// Whether an answer gives a number that the output of a check gives as well.
pub(crate) fn gives_number(answer: &str, output: &str) -> bool {
    let is_number =
        |word: &&str| word.bytes().any(|byte| byte != b'0') && word.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = |text: &str| -> Vec<u32> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .filter(is_number)
            .filter_map(number)
            .collect()
    };
    let shown = numbers(output);
    let mut given = fold(answer);
    given.truncate(given.floor_char_boundary(ANSWER));
    given.split(|c: char| !c.is_alphanumeric()).filter_map(number).any(|number| shown.contains(&number))
}

/// What says that a program ends with an exit code.
static EXITS: Phrases = Phrases::new(&[
    "exit|exits|exited|exiting|exit code|exit status|returns|beendet|exit-code|rückgabewert|exitcode|code de sortie|code de retour|sort avec|código de salida|sale con|código de saída|sai com|codice di uscita|esce con|код возврата|код выхода|кодом|kod wyjścia|kodem|退出码|退出|终了|終了コード|終了ステータス|종료 코드",
]);
/// How far behind these words the code stands, in bytes.
const CODE: usize = 32;

/// Whether a text says that a program ends with this exit code, which is what it should do then.
pub(crate) fn gives_exit(text: &str, exit: i64) -> bool {
    let folded = fold(text);
    let exit = exit.to_string();
    EXITS.find_all(&folded).any(|(_, end)| {
        let near = &folded[end..folded.floor_char_boundary(end + CODE)];
        near.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == exit)
    })
}

fn says_so(folded: &str) -> bool {
    FAILS.find_all(folded).any(|(at, _)| !is_denied(&folded[..at]))
}

/// Whether the last of these words deny what is behind them.
fn is_denied(before: &str) -> bool {
    let denies = |word: &str| DENYING.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()));
    before.split_whitespace().rev().take(NEAR).any(denies)
}

/// Whether a text says that something does not fail, or that a scan found nothing.
pub(crate) fn denies_failure(text: &str) -> bool {
    let folded = fold(text);
    FAILS.find_all(&folded).any(|(at, _)| is_denied(&folded[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_an_output_shows() {
        let audit = "braces  <3.0.3\nSeverity: high\n\n1 high severity vulnerability";
        assert!(names_findings("Yes, one: `braces` below 3.0.3 (high).", audit, "npm audit"));
        assert!(names_findings("One file differs: src/api.ts.", "[warn] src/api.ts", "npx prettier --check src"));
        assert!(!names_findings("No, `npm audit` shows none.", "npm audit report\nbraces", "npm audit"));
        assert!(!names_findings("Yes, all is well.", audit, "npm audit"));
        assert!(gives_number("We have 12.", "✖ 12 problems") && gives_number("Twelve.", "✖ 12 problems"));
        assert!(!gives_number("None.", "✖ 12 problems") && !gives_number("There are 0.", "0 of 12"));
    }

    #[test]
    fn says_that_it_is_red() {
        for text in ["`a › b` fails with 3.", "Zwei davon sind rot.", "Un test échoue.", "一个测试失败。"] {
            assert!(says_red(text), "{text}");
        }
        for text in ["All pass, failed logins included.", "No test fails.", "Error handling is tested.", "全部通过。"]
        {
            assert!(!says_red(text), "{text}");
        }
    }

    #[test]
    fn gives_the_exit_code() {
        assert!(gives_exit("`cut --format x` now prints the usage and exits with 2.", 2));
        assert!(gives_exit("An unknown format gives exit code `64`.", 64));
        assert!(!gives_exit("It exits with 2.", 1) && !gives_exit("It prints 2 lines.", 2));
    }

    #[test]
    fn tells_of_failures() {
        let items = ["geo/dist".to_owned(), "TestDistance".to_owned()];
        for text in [
            "`TestDistance`: got 111.19, want 111.32.",
            "One test fails: the expectation is of the other radius.",
            "No: main does not compile.",
            "It reports two findings, both in api/export.py.",
            "Zwei Tests schlagen fehl.",
            "两个测试失败。",
        ] {
            assert!(tells_failure(text, &items), "{text}");
        }
        assert!(
            denies_failure("I found no open issues there.") && !denies_failure("I found no code that raises an error.")
        );
        for text in
            ["Yes, main is green.", "All done. No failures, 0 errors.", "The suite ran to its end.", "没什么可说的。"]
        {
            assert!(!tells_failure(text, &items), "{text}");
        }
    }
}
