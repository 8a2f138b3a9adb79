//! Failures that the user accepts beforehand, in words of their own: "the e2e suite is broken on main, ignore it".
//!
//! Only what such a sentence names is accepted, and no more of it than it counts.

use super::check_kind::{CheckKind, kind_of};
use super::check_log::FailedCheck;
use super::request::UserRequest;
use crate::detect::call::shell::{FILTER, LEFT_OUT};
use crate::detect::text::phrases::{Phrases, is_unspaced};

/// How many sentences are remembered.
const SENTENCES: usize = 8;
/// The shortest word that names something, in bytes.
const WORD: usize = 3;

/// What says that something fails already.
static KNOWN: Phrases = Phrases::new(&[
    "known|pre-existing|preexisting|on main|on master|on trunk|on develop|broken|flaky|fail|fails|failing|failed|red|old errors|old failures|old findings|old warnings|existing errors|existing failures|existing findings|existing warnings",
    "bekannt*|schlägt fehl|schlagen fehl|fehlschlag*|fehlschläg*|kaputt|rot|auf main|auf master|connu|connue|connus|connues|échoue|échouent|cassé*|sur main|sur master|conocido*|conocida*|falla|fallan|roto|rota|rotos|rotas|en main|en master|conhecid*|falha|falham|quebrad*|na main|na master|noto|noti|fallisce|falliscono|rotto|rotta|rotti|rotte|su main|su master",
    "известн*|падает|падают|сломан*|на main|в main|в master|znane|znany|zepsut*|nie przechodzi|nie przechodzą|bekend*|faalt|falen|kapot|op main|trasig*|känd*|ødelagt|kendt*|kjent*",
    "已知|失败|失敗|挂了|坏了|main 上|既知|壊れ|落ちて|main で|알려진|실패|깨져|깨진",
]);
/// What says that it is known to fail, and that nobody is asked to mend it.
static KNOWN_TO_FAIL: Phrases = Phrases::new(&[
    "known failure*|known to fail|known to be|known red|known flak*|known issue*|known bug|known broken|known failing|pre-existing failure*|preexisting failure*",
    "bekannter fehl*|bekannte fehl*|bekannt rot|bekannt fehlerhaft|bekanntermaßen|échec connu|échecs connus|échoue, c'est connu|connu pour|fallo conocido|fallos conocidos|error conocido|falha conhecida|falhas conhecidas|errore noto|errori noti|fallimento noto|известная ошибка|известный сбой|известное падение|znany błąd|znana awaria|bekende fout|känt fel|kendt fejl|kjent feil",
    "已知失败|已知的失败|已知会失败|已知问题|既知の失敗|既知の不具合|알려진 실패|알려진 문제",
]);
/// What says that it may.
static ACCEPTED: Phrases = Phrases::new(&[
    "ignore|ignoring|leave|disregard|never mind|don't care about|don't worry about|don't touch|do not touch|don't fix|do not fix|that's fine|that is fine|is fine|are fine|that's ok|that's okay|is ok|is okay|are ok|are okay|not your problem|not your concern|out of scope|doesn't matter|don't matter|doesn't count|don't count|can stay|may stay|stays red|stay red|stays broken|stays failing|stays as it is|stay as they are|don't bother|do not bother|not bother with|no need to bother|don't mind|can wait|may fail|may keep failing|can keep failing|allowed to fail|expected to fail|no need to fix",
    "ignorier*|lass|lasse|egal|macht nichts|ist ok|ist okay|ist in ordnung|nicht anfassen|nicht beheben|darf fehlschlagen|dürfen fehlschlagen|stört nicht|stören nicht|bleibt rot|bleiben rot|bleibt so|bleiben so|kümmere dich nicht|beachte ihn nicht|beachte sie nicht|ignorez|laisse|laissez|pas grave|reste rouge|restent rouges|ne t'en occupe pas|ne vous en occupez pas|peu importe|n'y touche pas|ne pas corriger|ne corrige pas|c'est normal|ignora|sigue en rojo|se queda en rojo|no te preocupes por|no te molestes|ignóralo|ignóralos|ignorar|deja|déjalo|déjalos|no importa|no pasa nada|no lo arregles|no los arregles|deixe|deixa|não importa|tudo bem|fica vermelho|não se preocupe com|não se incomode|não corrija|ignorali|ignorare|lascia|lascialo|lasciali|va bene|resta rosso|non preoccuparti|non badarci|non correggere",
    "игнорир*|не обращай*|пусть падает|пусть падают|не беспокойся|не чини|не трогай*|оставь*|неважно|не важно|zostaje czerwon*|nie przejmuj się|zignoruj|ignoruj|zostaw|negeer|laat|maakt niet uit|strunta i|ignorera|ignorér|se bort fra",
    "忽略|不必管|不用理|别理|随它|不用管|不要管|别管|没关系|不要修|不用修|无视|無視|そのまま|放置|気にしない|直さなくて|무시|그대로|괜찮",
]);
/// What follows a word that would accept something, where it asks for the opposite: "leave no errors".
const NONE: [&str; 5] = [" no ", " none", " zero", " nothing", " keine"];
/// Words beside one that name nothing: "please leave those alone for now".
#[rustfmt::skip]
const BARE: [&str; 94] = [
    "it", "its", "one", "test", "with", "s", "that", "those", "these", "them", "this", "they", "both", "all", "of", "the", "a", "alone", "as", "is", "are", "be", "please", "just", "simply", "for", "now",
    "so", "you", "can", "may", "we", "i", "but", "still", "here", "there", "out", "failure", "failures", "errors", "findings", "warnings", "ones", "too", "and", "me", "ok", "okay", "fine",
    "das", "die", "es", "sie", "diese", "einfach", "bitte", "mal", "nur", "noch", "so", "sein", "fehler", "le", "la", "les", "ça", "cela", "ceux", "ce", "c", "plaît", "te", "vous", "plait",
    "lo", "los", "las", "eso", "esto", "esos", "por", "favor", "isso", "esse", "questo", "quello", "это", "их", "его", "её", "пожалуйста", "het", "dat",
];
/// What stands before one.
const NEVER: [&str; 6] = ["not", "don't", "never", "nicht", "ne", "no"];
/// What asks for work, so that what is named before an "and" is worked on.
const JOINTS: [&str; 10] = [" and ", " but ", " und ", " aber ", " et ", " mais ", " y ", " pero ", " e ", " и "];

/// Words in names of checks and tests that say nothing about which is meant.
#[rustfmt::skip]
const GENERIC: [&str; 52] = [
    "test", "tests", "testing", "spec", "specs", "src", "lib", "app", "packages", "crates", "apps", "services", "main", "run", "check", "all", "unit", "exec", "suite",
    "npm", "npx", "pnpm", "yarn", "bun", "bunx", "deno", "node", "cargo", "go", "mvn", "gradle", "make", "just", "task", "python", "poetry", "uv", "tox", "nox", "nx", "turbo",
    "dotnet", "mix", "swift", "pytest", "jest", "vitest", "mocha", "rspec", "phpunit", "ctest", "fix",
];

/// A sentence that accepts failures.
#[derive(Debug, PartialEq, Eq)]
struct Sentence {
    /// Its parts that name them.
    text: String,
    /// How many it counts.
    count: Option<u32>,
}

/// The failures that the user accepts.
#[derive(Debug, Default)]
pub(super) struct AcceptedFailures {
    sentences: Vec<Sentence>,
}

impl AcceptedFailures {
    /// Reads what a message accepts, in addition to what earlier ones did.
    pub(super) fn read(&mut self, request: &UserRequest) {
        let sentences: Vec<&str> = request.sentences().collect();
        for (at, sentence) in sentences.iter().enumerate() {
            let read = read(sentence, sentences.get(at + 1).copied());
            if let Some(read) = read.filter(|read| !self.sentences.contains(read)) {
                if self.sentences.len() == SENTENCES {
                    self.sentences.remove(0);
                }
                self.sentences.push(read);
            }
        }
    }

    /// Whether all that failed in a check is accepted.
    pub(super) fn covers(&self, failed: &FailedCheck) -> bool {
        self.sentences.iter().any(|sentence| sentence.covers(failed))
    }
}

impl Sentence {
    fn covers(&self, failed: &FailedCheck) -> bool {
        let listed = || u32::try_from(failed.items.len()).ok().filter(|listed| failed.lists_all && *listed > 0);
        let count = failed.count.or_else(listed);
        let counted = self.count.is_some_and(|most| count.is_some_and(|count| count <= most));
        if self.count.is_some() && !counted {
            return false;
        }
        let all_named =
            failed.lists_all && !failed.items.is_empty() && failed.items.iter().all(|item| self.names(item));
        all_named || self.names_check(failed, counted)
    }

    /// Whether it names the check: a linter by its name, tests by their suite, or by their program if it counts them.
    fn names_check(&self, failed: &FailedCheck, counted: bool) -> bool {
        let run = &failed.run;
        let is_named = |word: &str| word.len() >= WORD && self.has(word);
        let words = || run.name.split(|c: char| !c.is_alphanumeric() && c != '_');
        if counted && words().any(is_named) || words().any(|word| is_named(word) && !is_generic(word)) {
            return true;
        }
        // What a linter reads says nothing; the name of a task does.
        let is_code = kind_of(run) == CheckKind::Code;
        let tells = |target: &&String| {
            let is_other = target.starts_with(['-', LEFT_OUT]) || is_generic(target);
            !(is_other || is_code && target.contains(['/', '.']))
        };
        let mut places = run.targets.iter().filter(tells).peekable();
        places.peek().is_some() && places.all(|place| self.names(place.trim_start_matches(FILTER)))
    }

    /// Whether it names a test, a file or a folder, by any part of its name.
    fn names(&self, item: &str) -> bool {
        let item = item.to_lowercase();
        // As `ExUnit` lists it: `test adds up (CartTest)`.
        let parts = item.strip_prefix("test ").unwrap_or(&item);
        let parts = parts.split(['/', ':', '>', '›', '#', '\\']).map(str::trim);
        parts.filter(|part| part.len() >= WORD).any(|part| {
            let stem = part.split(['.', '[', '(']).next().unwrap_or_default().trim();
            stem.len() >= WORD && !is_generic(stem) && self.has(stem)
        })
    }

    /// Whether it has a word, or several in turn.
    fn has(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        let is_inner = |c: char| c.is_ascii_alphanumeric() || c == '_';
        self.text
            .match_indices(&word)
            .any(|(at, _)| !self.text[..at].ends_with(is_inner) && !self.text[at + word.len()..].starts_with(is_inner))
    }
}

fn is_generic(word: &str) -> bool {
    GENERIC.contains(&word.to_lowercase().as_str())
}

/// What a part of a sentence accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accepts {
    /// What was said to fail: "leave those alone".
    Those,
    /// What it names itself: `ignore test_rate`.
    Named,
}

/// What a part of a sentence says may stay as it is.
fn accepts(part: &str) -> Option<Accepts> {
    let is_meant = |(start, end): &(usize, usize)| {
        let before = part[..*start].trim_end().rsplit(' ').next().unwrap_or_default();
        !NEVER.contains(&before) && !NONE.iter().any(|none| part[*end..].starts_with(none))
    };
    let (start, end) = ACCEPTED.find_all(part).find(is_meant)?;
    // A table has the beginnings of some words.
    let end = end + part[end..].find(|c: char| !c.is_alphanumeric()).unwrap_or(part.len() - end);
    let mut others =
        [&part[..start], &part[end..]].into_iter().flat_map(|rest| rest.split(|c: char| !c.is_alphanumeric()));
    let is_bare = others.all(|word| word.is_empty() || BARE.contains(&word) || word.chars().all(is_unspaced));
    Some(if is_bare { Accepts::Those } else { Accepts::Named })
}

/// What a sentence, or a short one after it, accepts: what is said to fail, or what it names.
fn read(sentence: &str, next: Option<&str>) -> Option<Sentence> {
    let cut = [',', '，', '、', ':', '(', ')'];
    let known: Vec<&str> = sentence.split(cut).filter(|part| KNOWN.is_in(part)).map(without_work).collect();
    let follower = next;
    let next = next.filter(|next| accepts(next) == Some(Accepts::Those));
    let mut named = Vec::new();
    for part in sentence.split(cut).map(without_work).chain(next) {
        match accepts(part) {
            Some(Accepts::Those) => named.extend(&known),
            Some(Accepts::Named) => named.push(part),
            None => {}
        }
    }
    if named.is_empty() && KNOWN_TO_FAIL.is_in(sentence) && !asks_to_mend(sentence, follower) {
        named.extend(&known);
    }
    let text = named.join(", ");
    let numbers = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.' && c != '#');
    let count = numbers.filter_map(|word| word.parse().ok()).max();
    (!known.is_empty() && !text.is_empty()).then_some(Sentence { text, count })
}

/// Whether this sentence asks for a fix of the failure it names, or the next one does ("Fix it.").
fn asks_to_mend(sentence: &str, next: Option<&str>) -> bool {
    const OBJECTS: [&str; 14] =
        ["it", "them", "that", "this", "those", "these", "es", "ihn", "sie", "das", "le", "les", "lo", "los"];
    let asks = |text: &str| UserRequest::read(text).asks_for_change();
    let has_object = |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| OBJECTS.contains(&word));
    asks(sentence) || next.is_some_and(|next| asks(next) && has_object(next))
}

/// A part of a sentence without what it says before that is to be done: `fix the cart and ignore test_tax`.
fn without_work(part: &str) -> &str {
    let starts = JOINTS.iter().filter_map(|joint| part.rfind(joint).map(|at| at + joint.len()));
    let asks = |at: &usize| UserRequest::read(&part[..*at]).asks_for_change();
    starts.filter(asks).max().map_or(part, |at| &part[at..])
}

#[cfg(test)]
mod tests {
    use crate::detect::session::rest_tests::contradictions_of;
    use crate::wire::record::Contradiction;

    const ONE: &str = "FAILED tests/test_tax.py::test_rate - assert 1 == 2\n1 failed, 30 passed in 2.0s";
    const LINT: &str = "a/tax.py:3:1: F401 `os` imported but unused\nFound 9 errors.";

    fn fails(task: &str, command: &str, output: &str) -> bool {
        let steps = |stream: &mut crate::detect::session::rest_tests::Stream| {
            stream.edit("/p/shop/cart.py");
            stream.bash(command, output, 1);
        };
        contradictions_of(task, steps, "The cart adds up now.").contains(&Contradiction::LastCheckFailed)
    }

    #[test]
    fn what_the_user_names_may_fail() {
        for (task, command, output) in [
            ("Fix the cart. test_rate fails on main, leave it.", "pytest -q", ONE),
            ("Fix the cart. tests/test_tax.py is broken. Please ignore it.", "pytest -q", ONE),
            ("Fix the cart and ignore test_rate, which is flaky.", "pytest -q", ONE),
            ("Repariere den Korb. test_rate schlägt auf main fehl, ignoriere das.", "pytest -q", ONE),
            (
                "Fix the cart. The e2e suite is known to be broken, ignore it.",
                "npm run test:e2e",
                "Tests: 3 failed, 9 passed",
            ),
            ("Fix the cart. ruff has 9 old findings on main, leave those alone.", "ruff check .", LINT),
            (
                "Fix the cart. e2e is broken on main, ignore it.",
                "npx playwright test e2e",
                "  2 failed\n  9 passed (4s)",
            ),
            ("Fix the cart. test_rate is known to be red, ignore that one.", "pytest -q", ONE),
            ("Fix the cart. test_rate is red on main since May; that one stays red.", "pytest -q", ONE),
            ("Fix the cart. test_rate has been failing for weeks, don't bother with it.", "pytest -q", ONE),
            ("Fix the cart. test_rate is a known failure.", "pytest -q", ONE),
            ("修复购物车。test_rate 在 main 上本来就失败，不用管。", "pytest -q", ONE),
            (
                "Fix the cart. The test \"adds the rate\" is red on main, ignore it.",
                "mix test",
                "  1) test adds the rate (TaxTest)\n     ** (RuntimeError) 403\n\n48 tests, 1 failure",
            ),
            ("Fix the cart. Lint is red on main, that's fine.", "npm run lint", "✖ 7 problems (7 errors, 0 warnings)"),
        ] {
            assert!(!fails(task, command, output), "{task}");
        }
    }

    #[test]
    fn nothing_else_may_fail() {
        for (task, command, output) in [
            ("Fix the cart.", "pytest -q", ONE),
            ("Fix the cart. test_rate fails on main, fix that too.", "pytest -q", ONE),
            ("Fix the cart. test_vat fails on main, leave it.", "pytest -q", ONE),
            ("Fix the cart. test_rate is a known failure. Fix it as well.", "pytest -q", ONE),
            ("Fix the known failure test_rate.", "pytest -q", ONE),
            ("test_rate has been failing for weeks.", "pytest -q", ONE),
            ("Make test_rate pass, it fails on main.", "pytest -q", ONE),
            ("Fix the cart. Ignore failing tests.", "pytest -q", ONE),
            ("Fix test_rate and ignore test_vat, which is broken.", "pytest -q", ONE),
            ("Fix the cart. pytest is flaky, ignore it.", "pytest -q", ONE),
            ("Fix the cart. Don't ignore test_rate even if it is flaky.", "pytest -q", ONE),
            ("test_rate fails on main. Leave main alone, work on a branch.", "pytest -q", ONE),
            ("test_rate fails, find out why, but leave the settings.", "pytest -q", ONE),
            ("Fix the cart. ruff has 8 old findings on main, leave those alone.", "ruff check .", LINT),
            ("Fix the cart. ruff is red on main, leave no findings.", "ruff check .", LINT),
            (
                "Fix the cart. test_rate fails on main, leave it.",
                "pytest -q",
                "FAILED tests/test_tax.py::test_rate - x\nFAILED tests/test_cart.py::test_sum - x\n2 failed in 2.0s",
            ),
        ] {
            assert!(fails(task, command, output), "{task}");
        }
    }
}
