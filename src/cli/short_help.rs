//! Selects the flags that `-h` shows: those that most runs need, so that they fit a screen.

/// By binary. Binaries with few flags show them all.
const SHORT_HELP: [(&str, &[&str]); 5] = [
    (
        "ocr-stream",
        &["spawn", "server", "replay", "import", "task", "session", "working-dir", "worker-model", "follow", "all"],
    ),
    (
        "ocr-detect",
        &[
            "only",
            "explain",
            "fail-on",
            "max-iterations",
            "max-tokens",
            "max-cost",
            "max-time",
            "limit",
            "grade",
            "disable",
        ],
    ),
    (
        "ocr-review",
        &[
            "only",
            "reviewer-url",
            "reviewer-model",
            "reviewer-cmd",
            "max-reviews",
            "reviewer-timeout",
            "secret-pattern",
        ],
    ),
    (
        "ocr-act",
        &[
            "only",
            "quiet",
            "dry-run",
            "rollback",
            "on",
            "on-permission",
            "verify",
            "expect-change",
            "notify",
            "notify-cmd",
        ],
    ),
    (
        "ocr-run",
        &[
            "demo",
            "print",
            "server",
            "task",
            "worker-model",
            "max-cost",
            "max-time",
            "reviewer-model",
            "verify",
            "on-permission",
        ],
    ),
];

/// The flags that `-h` of a binary shows; none if it shows all.
pub(super) fn short_help(name: &str) -> &'static [&'static str] {
    SHORT_HELP.iter().find(|(binary, _)| *binary == name).map_or(&[], |(_, flags)| flags)
}
