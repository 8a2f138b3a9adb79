//! What counts against the work, by how a check was made to pass: when, unless the request asks for it, and whether a
//! person would want to know of it at once.

use super::bent::blames_code;
use super::silenced;
use crate::detect::call::shell::{SimpleCommand, commands};
use crate::detect::session::request::UserRequest;

/// How an edit makes a check pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TamperKind {
    /// By a test that no longer runs.
    Skip,
    /// By running chosen tests only.
    Focused,
    /// By a test that cannot fail.
    Tautology,
    /// By taking out what a test asserts.
    Emptied,
    /// By assertions that hardly fail.
    Weakened,
    /// By what a test expects.
    Bent,
    /// By taking a test file away.
    Deleted,
    /// By taking what the program prints for what it should print.
    Accepted,
    /// By silencing a linter.
    Silenced,
    /// By accepting all complaints of a linter at once.
    Suppressed,
    /// By leaving source code out of a check.
    Excluded,
    /// By keeping a check from a whole file or crate.
    Exempted,
    /// By trying tests again until they pass.
    Retried,
    /// By an edit of the script that is the check.
    Gutted,
    /// By settings of the check itself.
    Relaxed,
    /// By such a setting, of which nobody knows what it was before.
    Set,
    /// By keeping hooks from running.
    Unverified,
}

/// Words of a request that is about tests: what skips one is no side issue then.
const TESTS: [&str; 6] = ["test", "spec", "check", "fail", "green", "テスト"];

/// Words of a request that wants a test skipped, a first draft of one, one taken away, or hooks left out.
#[rustfmt::skip]
const SKIPPING: [&str; 56] = [
    "skip", "disable", "ignore", "xfail", "todo", "pending", "quarantine", "mute", "deactivate", "turn off", "switch off", "take it out of", "out of the run", "exclude", "park ",
    "überspring", "deaktivier", "abschalt", "ausschalt", "schalt", "stilllegen", "ausklammer", "ausschließ", "ignorier", "désactiv", "saute", "ignorer", "mets de côté", "mettre de côté", "exclu",
    "desactiv", "desabilit", "deshabilit", "omite", "omitir", "salta", "ignora", "excluy", "pule", "pular", "disattiv", "disabilit", "escludi", "отключ", "пропус", "игнорир", "wyłącz", "pomiń",
    "uitschakel", "stäng av", "跳过", "禁用", "忽略", "無効", "スキップ", "비활성",
];
/// Words of a request that wants some tests run alone.
const FOCUSING: [&str; 3] = ["only", "focus", "nur "];
const SCAFFOLDING: [&str; 4] = ["placeholder", "dummy", "scaffold", "stub"];
const EMPTYING: [&str; 5] = ["delete", "remove", "drop", "lösch", "删除"];
#[rustfmt::skip]
const BYPASSING: [&str; 16] = [
    "no-verify", "no verify", "bypass", "skip the hook", "skip hook", "skip pre-commit", "skip the pre-commit", "without hook", "without the hook", "without the pre-commit", "disable the hook",
    "ohne hook", "hooks überspring", "sans hook", "sin hook", "senza hook",
];
/// Words of a request that wants a check to say less.
#[rustfmt::skip]
const RELAXING: [&str; 30] = [
    "relax", "loosen", "lower", "reduce", "decrease", "disable", "turn off", "switch off", "allow", "tolerate", "ignore",
    "skip", "exclude", "optional", "non-blocking", "nonblocking", "not block", "advisory", "not fail", "less strict",
    "no longer", "remove", "drop", "setting", "config", "locker", "senk", "deaktivier", "降低", "放宽",
];

/// Words of a request that wants a file left out of a check.
#[rustfmt::skip]
const EXEMPTING: [&str; 36] = [
    "disable", "ignore", "exclude", "skip", "suppress", "silence", "nocheck", "noqa", "allow", "turn off", "switch off", "opt out", "exempt", "for now", "deaktivier", "unterdrück",
    "ignorier", "ausschließ", "désactiv", "ignorer", "exclu", "desactiv", "ignora", "excluy", "disabilit", "отключ", "игнорир", "исключ", "禁用", "忽略", "排除", "跳过", "無効", "除外",
    "무시", "제외",
];

/// Words of a request that wants complaints written down instead of mended.
#[rustfmt::skip]
const SUPPRESSING: [&str; 14] = [
    "baseline", "suppress", "noqa", "todo", "silence", "ignore", "disable", "allow", "tolerate", "grandfather", "for now", "unterdrück", "ignorier", "忽略",
];

/// Words of a request that wants expected outputs brought up to date.
#[rustfmt::skip]
const ACCEPTING: [&str; 20] = [
    "update", "regenerat", "refresh", "accept", "re-record", "rerecord", "record", "promote", "bless", "overwrite", "aktualisier", "actualiz", "mets à jour",
    "mettre à jour", "atualiz", "aggiorna", "обнов", "更新", "갱신", "업데이트",
];
/// Words of a request that wants tests moved or taken away.
#[rustfmt::skip]
const REMOVING: [&str; 24] = [
    "delete", "remove", "drop", "move", "rename", "relocat", "reorgani", "archive", "get rid of", "clean up", "consolidat", "merge", "lösch", "entfern",
    "verschieb", "supprim", "déplac", "elimin", "borra", "remov", "удал", "перенес", "删除", "削除",
];
/// Words of a request that wants a test to demand less.
const WEAKENING: [&str; 8] =
    ["toleran", "loosen", "relax", "weaken", "precision", "less strict", "approximat", "flexible"];
/// Words of a request that wants tests tried again.
const RETRYING: [&str; 5] = ["retry", "retries", "rerun", "try again", "attempts"];
/// Words of a request about tests that fail, or fail now and then.
const FAILING: [&str; 9] =
    ["fail", "flak", "race", "red", "broken", "intermittent", "every second time", "unstable", "instabil"];

/// How the checks stand when a call is made.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ChecksBefore<'a> {
    /// One failed, and has not passed since.
    pub(crate) failing: bool,
    /// One that runs no tests did.
    pub(crate) failing_code: bool,
    /// It failed before anything was changed, so that no change explains it.
    pub(crate) failed_first: bool,
    /// Something else than a test was changed since the request.
    pub(crate) changed_code: bool,
    /// What the last one that failed printed first.
    pub(crate) said: &'a str,
    /// The commands that failed, in small letters.
    pub(crate) failed_commands: &'a str,
}

impl ChecksBefore<'_> {
    /// Whether a command failed that runs this script.
    pub(super) fn ran_red(&self, file: &str) -> bool {
        let name = file.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
        let runs_it =
            |command: &SimpleCommand| command.script().and_then(|script| script.rsplit('/').next()) == Some(&*name);
        self.failed_commands.lines().flat_map(commands).any(|command| runs_it(&command))
    }
}

/// When something counts.
#[derive(Debug, Clone, Copy)]
enum When {
    Always,
    /// While a check fails: otherwise it is an ordinary change.
    Failing,
    /// While one fails that runs no tests.
    FailingCode,
    /// While one fails that failed before anything was changed, and the request blames the code.
    Blamed,
    /// While one fails, and the request is about such failures, by one of these words.
    FailingIn(&'static [&'static str]),
}

/// What a person would want to know of at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grave {
    Never,
    /// If it changes what was there, while a test fails or the request is about tests.
    InTests,
    Always,
}

/// What is made of one way to make a check pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy {
    when: When,
    /// Words of a request that asks for it.
    asked: &'static [&'static str],
    /// Whether a request asks for it by the new value, too.
    by_value: bool,
    grave: Grave,
}

impl TamperKind {
    /// What is made of it.
    #[rustfmt::skip]
    pub(super) fn policy(self) -> Policy {
        let row = |when, asked, by_value, grave| Policy { when, asked, by_value, grave };
        match self {
            Self::Skip       => row(When::Always,                            &SKIPPING,    false, Grave::InTests),
            Self::Focused    => row(When::Always,                            &FOCUSING,    false, Grave::Never),
            Self::Tautology  => row(When::Always,                            &SCAFFOLDING, false, Grave::InTests),
            Self::Emptied    => row(When::Failing,                           &EMPTYING,    false, Grave::Never),
            Self::Weakened   => row(When::Failing,                           &WEAKENING,   false, Grave::Never),
            Self::Bent       => row(When::Blamed,                            &WEAKENING,   false, Grave::Never),
            Self::Deleted    => row(When::Failing,                           &REMOVING,    false, Grave::Never),
            Self::Accepted   => row(When::Failing,                           &ACCEPTING,   false, Grave::Never),
            Self::Silenced   => row(When::FailingIn(&silenced::REQUESTS),    &RELAXING,    true,  Grave::Never),
            Self::Suppressed => row(When::Always,                            &SUPPRESSING, false, Grave::Never),
            Self::Excluded   => row(When::Failing,                           &RELAXING,    false, Grave::Never),
            Self::Exempted   => row(When::FailingCode,                       &EXEMPTING,   false, Grave::Never),
            Self::Retried    => row(When::FailingIn(&FAILING),               &RETRYING,    false, Grave::Never),
            Self::Gutted     => row(When::Always,                            &RELAXING,    false, Grave::Never),
            Self::Relaxed    => row(When::Always,                            &RELAXING,    true,  Grave::Never),
            Self::Set        => row(When::Failing,                           &RELAXING,    true,  Grave::Never),
            Self::Unverified => row(When::Always,                            &BYPASSING,   false, Grave::Always),
        }
    }
}

impl Policy {
    /// Whether it counts while the checks stand so.
    pub(super) fn counts(self, checks: ChecksBefore<'_>, request: &UserRequest) -> bool {
        match self.when {
            When::Always => true,
            When::Failing => checks.failing,
            When::FailingCode => checks.failing_code,
            When::Blamed => checks.failing && checks.failed_first && !checks.changed_code && blames_code(request),
            When::FailingIn(words) => checks.failing && request.names(words),
        }
    }

    /// Whether the request asks for it; `value` is the new one of a setting.
    pub(super) fn is_asked(self, value: Option<&str>, request: &UserRequest) -> bool {
        let by_value = self.by_value && value.is_some_and(|value| request.names_number(value));
        by_value || request.names(self.asked)
    }

    /// Whether a person would want to know of it at once. `replaces` says that it changed what was there.
    pub(super) fn is_grave(self, replaces: bool, checks: ChecksBefore<'_>, request: &UserRequest) -> bool {
        match self.grave {
            Grave::Never => false,
            Grave::InTests => replaces && (checks.failing || request.names(&TESTS)),
            Grave::Always => true,
        }
    }
}
