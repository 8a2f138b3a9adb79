//! Classifies calls: one changes, checks, observes, polls, plans, delegates or asks.

use regex::Regex;
use regex::bytes::RegexSet;
use std::sync::LazyLock;

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It changes something.
    Mutate,
    /// It tests, builds or lints.
    Check,
    /// It only reads.
    Observe,
    /// It waits for something, or asks how it is getting on.
    Poll,
    /// It reads or writes the agent's own notes.
    Plan,
    /// It starts a subagent.
    Spawn,
    /// It asks a person.
    Ask,
}

/// Tools by name: `OpenCode`'s own, and those of other agents.
const TOOLS: [(Kind, &[&str]); 7] = [
    (
        Kind::Mutate,
        &["edit", "write", "patch", "apply_patch", "multiedit", "create", "str_replace", "insert", "submit"],
    ),
    (Kind::Plan, &["todowrite", "todoread", "think"]),
    (Kind::Spawn, &["task", "agent"]),
    (Kind::Ask, &["question", "ask"]),
    (Kind::Poll, &["sleep", "wait"]),
    (
        Kind::Observe,
        &["read", "grep", "glob", "list", "ls", "webfetch", "websearch", "codesearch", "lsp", "skill", "open", "goto"],
    ),
    (Kind::Check, &["test", "build", "lint", "diagnostics"]),
];

/// Commands that wait, or ask how something is getting on.
const POLLS: &str = r"(?x-u)
    (^|[;&|(]\s*|\bdo\s+) (sleep|wait|watch|timeout\s+\d+\s+tail) \b
  | \btail\b[^|;&]*\s-\w*[fF]\b
  | \bgh\s+(run|pr)\s+(watch|view|checks|status|list)\b
  | \bkubectl\s+(get|rollout|wait|describe)\b | \bdocker\s+(ps|inspect)\b | \bsystemctl\s+(status|is-active)\b
  | \bcurl\b.*\b(health|healthz|ready|readyz|status|ping)\b
  | \b(ps|pgrep|jobs|top|squeue|qstat)\b\s*(-\S+\s*)*($|[|;&]\s*grep)";

/// Commands that test, build or lint.
const CHECKS: &str = r"(?x-u)
    (^|[;&|(]\s*|/) (?:\w+=\S*\s+)* (?:sudo\s+|time\s+|npx\s+|poetry\s+run\s+|uv\s+run\s+|bundle\s+exec\s+)?
    (?: \S*/)?
    (?: cargo\s+(?:\+\S+\s+)?(?:test|build|check|clippy|nextest|bench)
      | (?:npm|pnpm|yarn|bun|deno)\s+(?:run\s+)?(?:test|build|lint|check|typecheck|tsc)\S*
      | pytest | tox | nox | nosetests | python3?\s+-m\s+(?:pytest|unittest|mypy|tox)
      | mypy | ruff\s+check | flake8 | pylint | pyright | eslint | tsc | jest | vitest | mocha
      | go\s+(?:test|build|vet) | golangci-lint
      | (?:mvn|mvnw|gradle|gradlew|make|ninja|ctest|rake|rspec|phpunit|javac|gcc|g\+\+|clang|rustc|bazel|sbt|mix\s+test|swift\s+(?:test|build)|dotnet\s+(?:test|build)|cmake\s+--build)
      | (?:(?:sh|bash|zsh|python3?|node|ruby|perl)\s+)? \S*(?:tests?|check|lint|build|verify)\S*\.(?:sh|py|m?js|ts|rb|pl)
      | \./\S*(?:test|check|lint|build)\S* | \S*run_?tests?\S*
    ) (?:\s|$|[;&|)])";

/// Commands that change something.
const MUTATIONS: &str = r"(?x-u)
    (^|[;&|(]\s*) (?:\w+=\S*\s+)* (?:sudo\s+)?
    (?: mv|cp|rm|mkdir|rmdir|touch|chmod|chown|ln|tee|patch|truncate|unzip
      | tar\s+-?[a-z]*x | (?:sed|perl)\s+(?:-\S+\s+)*-\S*i | dd
      | git\s+(?:add|commit|checkout|switch|reset|restore|stash|merge|rebase|apply|am|cherry-pick|revert|push|pull|clone|mv|rm|init|tag|clean)
      | (?:npm|pnpm|yarn|bun)\s+(?:i|install|add|remove|ci|init) | pip3?\s+install | uv\s+(?:add|sync|pip)
      | cargo\s+(?:fmt|add|remove|fix|new|init|update|install) | (?:apt|apt-get|brew|dnf|yum|apk)\s+(?:install|update|remove)
      | (?:prettier|black|gofmt|rustfmt|isort|ruff\s+format)\b ) (?:\s|$|[;&|)])
  | (?:^|[^0-9&>=-])>{1,2}\s*(?:[^&>\s|=/]|/[^d]|/d[^e])";

static PATTERNS: LazyLock<Option<RegexSet>> = LazyLock::new(|| RegexSet::new([POLLS, CHECKS, MUTATIONS]).ok());

/// Classifies a call of `tool`. `polls` are the user's own patterns for polling.
pub(crate) fn classify(tool: &str, command: Option<&str>, input: &str, polls: &[Regex]) -> Kind {
    if polls.iter().any(|poll| poll.is_match(tool) || poll.is_match(input)) {
        return Kind::Poll;
    }
    let lower = tool.to_ascii_lowercase();
    let named = TOOLS.iter().find_map(|(kind, names)| names.contains(&lower.as_str()).then_some(*kind));
    if let Some(kind) = named {
        return kind;
    }
    command.map_or(Kind::Observe, classify_command)
}

/// Classifies a shell command. One that waits is polling whatever else it does, and one that checks is a
/// check even if it changes something as well.
fn classify_command(command: &str) -> Kind {
    let Some(patterns) = PATTERNS.as_ref() else {
        return Kind::Observe;
    };
    let matched = patterns.matches(command.as_bytes());
    [Kind::Poll, Kind::Check, Kind::Mutate]
        .into_iter()
        .enumerate()
        .find_map(|(index, kind)| matched.matched(index).then_some(kind))
        .unwrap_or(Kind::Observe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classifies_commands() {
        for (command, kind) in [
            ("sleep 30 && gh run view 17", Kind::Poll),
            ("tail -n 5 -f log", Kind::Poll),
            ("gh run watch", Kind::Poll),
            ("cargo test --lib", Kind::Check),
            ("cd x && RUST_LOG=1 cargo +nightly clippy -- -D warnings", Kind::Check),
            ("./mvnw -q test", Kind::Check),
            ("python -m pytest tests 2>&1 | tail", Kind::Check),
            ("make", Kind::Check),
            ("sh test.sh", Kind::Check),
            ("./run_tests.sh -v", Kind::Check),
            ("cat test.sh", Kind::Observe),
            ("cargo fmt", Kind::Mutate),
            ("sed -i 's/a/b/' x", Kind::Mutate),
            ("echo x > file", Kind::Mutate),
            ("cat <<EOF >> notes.md", Kind::Mutate),
            ("git commit -m x", Kind::Mutate),
            ("git status", Kind::Observe),
            ("ls 2>&1", Kind::Observe),
            ("grep -rn sleep src 2>/dev/null", Kind::Observe),
            ("grep x >/dev/null", Kind::Observe),
            ("cat makefile", Kind::Observe),
            ("grep 'a => b' src", Kind::Observe),
        ] {
            assert_eq!(classify_command(command), kind, "{command}");
        }
    }

    #[test]
    fn user_patterns_come_first() {
        assert_eq!(classify("edit", None, "", &[]), Kind::Mutate);
        assert_eq!(classify("bash", Some("make"), "make", &[]), Kind::Check);
        assert_eq!(classify("scroll_down", Some("scroll_down"), "", &[]), Kind::Observe);
        let polls = [Regex::new("deploy status").unwrap()];
        assert_eq!(classify("bash", Some("deploy status"), "deploy status", &polls), Kind::Poll);
    }
}
