//! Tracks whether the last deployment or release failed, or was still in progress when the agent last checked.

use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::detect::call::shell::{Effect, SimpleCommand, commands};
use crate::detect::quoted::quoted;
use crate::detect::text::head_and_tail::tail;
use crate::wire::part::ToolState;
use crate::wire::text::{self, EXCERPT};
use regex::Regex;
use std::sync::LazyLock;

/// How much of the end of an output is read, in bytes, and how long a line may be that says how it went.
const OUTPUT: usize = 8 * 1024;
const LINE: usize = 400;
/// How many words of a command say what it does.
const WORDS: usize = 4;

/// Words in the names of tools, scripts and tasks that roll something out.
const ROLLS_OUT: [&str; 9] =
    ["deploy", "deployment", "redeploy", "rollout", "rollback", "release", "publish", "promote", "ship"];
/// Programs that run things elsewhere, and what they do there, besides those words.
#[rustfmt::skip]
const ELSEWHERE: [(&str, &[&str]); 30] = [
    ("kubectl", &["apply", "rollout", "set", "create", "replace", "scale", "patch"]), ("oc", &["apply", "rollout", "set", "create", "replace"]),
    ("helm", &["install", "upgrade"]), ("helmfile", &["apply", "sync"]), ("argocd", &["sync"]), ("flux", &["reconcile"]), ("kustomize", &[]),
    ("terraform", &["apply", "destroy"]), ("tofu", &["apply", "destroy"]), ("terragrunt", &["apply", "destroy"]), ("pulumi", &["up", "update", "destroy"]),
    ("cdk", &[]), ("sam", &[]), ("serverless", &[]), ("sls", &[]), ("aws", &["update-service", "update-stack", "create-stack", "create-deployment", "update-function-code"]),
    ("az", &["up"]), ("gcloud", &[]), ("fly", &[]), ("flyctl", &[]), ("heroku", &[]), ("vercel", &["--prod"]), ("netlify", &[]), ("wrangler", &[]),
    ("railway", &["up"]), ("nomad", &["run"]), ("ansible-playbook", &[]), ("gh", &["workflow"]), ("glab", &[]), ("docker", &[]),
];
/// What looks at how it goes.
const LOOKS: [&str; 11] =
    ["status", "view", "watch", "wait", "show", "get", "list", "ls", "ps", "describe-services", "describe-stacks"];
/// What lists more than was rolled out.
const LISTS: [&str; 3] = ["get", "ps", "ls"];
/// What only shows what would be done, besides dry runs.
const SHOWS: [&str; 5] = ["--plan", "plan", "diff", "template", "--help"];

/// What is said of one that failed.
#[rustfmt::skip]
const FAILED: [&str; 24] = [
    "failed", "failure", "fail", "failing", "error", "errors", "timeout", "timed", "aborted", "cancelled", "canceled", "rejected", "denied", "degraded", "unhealthy",
    "crashloopbackoff", "imagepullbackoff", "errimagepull", "createcontainerconfigerror", "oomkilled", "stalled", "unavailable", "unreachable", "timed_out",
];
/// What is said of one that is under way.
#[rustfmt::skip]
const UNDER_WAY: [&str; 18] = [
    "pending", "queued", "in_progress", "inprogress", "progressing", "waiting", "deploying", "updating", "initializing", "containercreating", "provisioning",
    "starting", "scheduled", "update_in_progress", "create_in_progress", "rollback_in_progress", "activating", "processing",
];
/// What is said of one that is through.
#[rustfmt::skip]
const THROUGH: [&str; 22] = [
    "success", "successful", "successfully", "succeeded", "complete", "completed", "healthy", "deployed", "ready", "live", "released", "published", "promoted",
    "done", "finished", "active", "available", "passed", "stable", "running", "update_complete", "create_complete",
];
/// What is counted: "2 of 3 updated replicas are available".
#[rustfmt::skip]
const COUNTED: [&str; 22] = [
    "updated", "available", "ready", "healthy", "replicas", "instances", "pods", "tasks", "nodes", "targets", "services", "hosts", "containers", "regions", "machines",
    "servers", "deployed", "complete", "completed", "done", "running", "up",
];

/// Words of a request that wants something rolled out, or taken back.
#[rustfmt::skip]
pub(super) const REQUESTS: [&str; 39] = [
    "deploy", "roll out", "rollout", "roll it out", "roll back", "rollback", "roll it back", "release", "apply", "publish", "ship ", "promote", "upgrade", "go live", "provision",
    "ausroll", "veröffentlich", "déploi", "déploy", "mets en production", "mets en ligne", "desplie", "desplegu", "despleg", "implant", "rilasci", "distribui", "разверн", "задепло",
    "выкат", "откат", "部署", "发布", "上线", "回滚", "デプロイ", "リリース", "배포", "wdroż",
];

/// A member of JSON that says how it goes.
const STATE: &str = r#"(?i)"\w*(?:status|state|phase|health|conclusion|result)"\s*:\s*"([^"]{1,60})""#;
/// A part and the whole.
const PART: &str = r"(?:^|[^\d./])(\d{1,4})(?: of |/| out of )(\d{1,4})(?:[^\d./]|$)";

static STATES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(STATE).ok());
static PARTS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PART).ok());

/// How something that is rolled out stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RolloutState {
    /// Nothing says how.
    Open,
    /// It is through.
    Through,
    /// It failed or is under way.
    NotThrough {
        /// In the words of the output.
        said: String,
        /// Which look said so: equal for equal calls.
        look: u64,
    },
}

/// What one call says of what is rolled out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rollout {
    /// It rolls something out; otherwise it looks.
    starts: bool,
    /// It lists other things as well.
    lists: bool,
    /// Equal for equal calls.
    look: u64,
    /// What was said is complete: the look did not fail, and answered something.
    answered: bool,
    standing: RolloutReading,
}

/// What an output says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum RolloutReading {
    Open,
    Through,
    NotThrough(String),
}

impl Rollout {
    /// What a call says of it; `None` if it is about something else.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Option<Self> {
        let (starts, lists) = match &call.line {
            Some(_) => of_line(call.input.command.as_deref().unwrap_or_default())?,
            None => of_tool(call)?,
        };
        let output = state.and_then(|state| state.error.or(state.output)).map(text::decode).unwrap_or_default();
        let end = tail(&output, OUTPUT);
        let standing = match standing(end, lists) {
            RolloutReading::NotThrough(line) => RolloutReading::NotThrough(line),
            _ if call.failed() => RolloutReading::NotThrough(last_line(end)),
            standing => standing,
        };
        Some(Self { starts, lists, look: call.key, answered: !call.empty, standing })
    }

    /// How it stands after this call; `before` is how it stood, `None` if nothing was rolled out.
    pub(super) fn after(&self, before: Option<RolloutState>) -> Option<RolloutState> {
        if self.starts {
            return Some(self.state());
        }
        Some(match (before?, &self.standing) {
            // The same look says it no longer, in whatever words: each program has its own for what is through.
            (RolloutState::NotThrough { look, .. }, RolloutReading::Open) if look == self.look && self.answered => {
                RolloutState::Open
            }
            (before, RolloutReading::Open) => before,
            // What else is in the list may never be well.
            (RolloutState::Through, RolloutReading::NotThrough(_)) if self.lists => RolloutState::Through,
            _ => self.state(),
        })
    }

    fn state(&self) -> RolloutState {
        match &self.standing {
            RolloutReading::Open => RolloutState::Open,
            RolloutReading::Through => RolloutState::Through,
            RolloutReading::NotThrough(said) => RolloutState::NotThrough { said: said.clone(), look: self.look },
        }
    }
}

/// Whether the last command of a line that is about it starts it, and whether it lists other things as well.
fn of_line(command: &str) -> Option<(bool, bool)> {
    // Most lines name none of these, and are spared a second reading.
    if !ROLLS_OUT.iter().chain(ELSEWHERE.iter().map(|(program, _)| program)).any(|word| command.contains(word)) {
        return None;
    }
    commands(command).iter().rev().find_map(of_command)
}

fn of_command(command: &SimpleCommand) -> Option<(bool, bool)> {
    let (program, rest) = (command.program(), command.arguments());
    if program.is_empty() || command.is_dry() || rest.iter().any(|word| SHOWS.contains(&word.as_str())) {
        return None;
    }
    let own: Option<&[&str]> = ELSEWHERE.iter().find(|(name, _)| *name == program).map(|(_, own)| *own);
    let verbs: Vec<&str> = rest
        .iter()
        .map(String::as_str)
        .filter(|word| !word.starts_with('-') || *word == "--prod")
        .take(WORDS)
        .collect();
    let tokens = |text: &str| -> Vec<String> {
        text.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_owned).collect()
    };
    let says = |text: &str| tokens(text).iter().any(|token| ROLLS_OUT.contains(&&**token));
    let rolls = says(program)
        || verbs.iter().any(|verb| says(verb) && !verb.contains('/'))
        || verbs.iter().any(|verb| own.is_some_and(|own| own.contains(verb)))
        || program == "ansible-playbook";
    let looks = verbs.iter().any(|verb| LOOKS.contains(verb));
    let effect = command.effect();
    // What Dune promotes is what its tests expect.
    if matches!(program, "git" | "dune") || program == "docker" && !rolls || effect == Effect::Check {
        return None;
    }
    if looks && (own.is_some() || rolls) {
        let of_runs = program != "gh" || verbs.first().is_some_and(|first| matches!(*first, "run" | "workflow"));
        let everywhere = rest.iter().any(|word| matches!(word.as_str(), "-A" | "--all-namespaces"));
        let lists = verbs.iter().any(|verb| LISTS.contains(verb));
        return (of_runs && !everywhere).then_some((false, lists));
    }
    let starts = rolls && matches!(effect, Effect::Record | Effect::Unknown | Effect::Mutate);
    starts.then_some((true, false))
}

fn of_tool(call: &Call) -> Option<(bool, bool)> {
    let name = call.tool.to_lowercase();
    let tokens: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let has = |words: &[&str]| tokens.iter().any(|token| words.contains(token));
    if !has(&ROLLS_OUT) || matches!(call.kind, CallKind::Plan | CallKind::Ask | CallKind::Spawn) {
        return None;
    }
    Some((!has(&LOOKS) && call.kind != CallKind::Observe, has(&["list"])))
}

/// How it stands, by the last line of an output that says so.
fn standing(output: &str, lists: bool) -> RolloutReading {
    let trimmed = output.trim_start();
    if ["{", "[{", "[\n"].iter().any(|start| trimmed.starts_with(start)) {
        return of_json(output);
    }
    let said = output.lines().filter(|line| line.len() <= LINE && !is_header(line)).map(|line| (line, of_words(line)));
    let mut said = said.filter(|(_, standing)| *standing != RolloutReading::Open);
    let found = if lists {
        let all: Vec<_> = said.collect();
        all.iter().find(|(_, standing)| *standing != RolloutReading::Through).or(all.last()).cloned()
    } else {
        said.next_back()
    };
    found.map_or(RolloutReading::Open, |(_, standing)| standing)
}

/// Whether a line is the header of a table: it names states and says none.
fn is_header(line: &str) -> bool {
    /// The fewest columns of a table.
    const COLUMNS: usize = 3;
    let columns = || line.split("  ").map(str::trim).filter(|column| !column.is_empty());
    columns().count() >= COLUMNS
        && columns().all(|column| column.starts_with(char::is_uppercase))
        && !line.contains(|c: char| c.is_ascii_digit())
}

fn of_json(output: &str) -> RolloutReading {
    let Some(states) = STATES.as_ref() else { return RolloutReading::Open };
    let mut all = states.captures_iter(output).map(|found| of_words(&found[1]));
    let first = all.find(|standing| *standing != RolloutReading::Open);
    all.find(|standing| matches!(standing, RolloutReading::NotThrough(_))).or(first).unwrap_or(RolloutReading::Open)
}

/// What the words of a line say.
fn of_words(line: &str) -> RolloutReading {
    let lower = line.to_lowercase().replace("in progress", "in_progress");
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let before = |at: usize| at.checked_sub(1).map_or("", |before| words[before]);
    let is = |table: &[&str], denied: &[&str]| {
        words.iter().enumerate().any(|(at, word)| {
            table.contains(word)
                && !denied.contains(&before(at))
                && !["=0", ": 0", ":0"].iter().any(|none| lower.contains(&format!("{word}{none}")))
                && !matches!(before(at), "if" | "until")
        })
    };
    let counted = words.iter().any(|word| COUNTED.contains(word));
    let part = PARTS.as_ref().and_then(|parts| parts.captures(&lower)).is_some_and(|found| {
        let number = |at: usize| found[at].parse::<u32>().unwrap_or_default();
        number(1) < number(2)
    });
    let not_through = || RolloutReading::NotThrough(quoted(line.trim(), EXCERPT));
    if is(&FAILED, &["0", "no", "without", "on", "previous"])
        || part && (counted || words.iter().any(|word| UNDER_WAY.contains(word)))
    {
        not_through()
    } else if is(&THROUGH, &["not", "isn", "0", "never"]) {
        RolloutReading::Through
    } else if is(&UNDER_WAY, &["0", "no"]) || is(&["ready", "complete", "available", "healthy"], &["0"]) {
        not_through()
    } else {
        RolloutReading::Open
    }
}

fn last_line(output: &str) -> String {
    let line = output.lines().rev().find(|line| !line.trim().is_empty());
    line.map_or_else(|| "it failed".to_owned(), |line| quoted(line.trim(), EXCERPT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_how_it_stands() {
        for (output, through) in [
            ("Waiting for rollout to finish: 2 of 3 updated replicas are available...", Some(false)),
            ("deployment 4711: PENDING", Some(false)),
            ("status: in progress", Some(false)),
            ("Error: UPGRADE FAILED: timed out waiting for the condition", Some(false)),
            (r#"[{"status":"PRIMARY","rolloutState":"IN_PROGRESS"}]"#, Some(false)),
            ("web not ready", Some(false)),
            ("Waiting: 2 of 3 updated replicas\ndeployment \"web\" successfully rolled out", Some(true)),
            ("Deployment FAILED\nretrying\nDeployment complete", Some(true)),
            ("host : ok=5 changed=2 unreachable=0 failed=0\ndone", Some(true)),
            (r#"{"status":"ACTIVE","rolloutState":"COMPLETED"}"#, Some(true)),
            ("3 of 3 replicas ready", Some(true)),
            (
                "Status = successful\n\nTask Group  Desired  Placed  Healthy  Unhealthy  Progress Deadline\nweb  5  5  5  0  2026-11-24",
                Some(true),
            ),
            ("deployment.apps/web configured", None),
        ] {
            let expected = match through {
                Some(through) => through.to_string(),
                None => "open".to_owned(),
            };
            let found = match standing(output, false) {
                RolloutReading::Open => "open",
                RolloutReading::Through => "true",
                RolloutReading::NotThrough(_) => "false",
            };
            assert_eq!(found, expected, "{output}");
        }
    }

    #[test]
    fn the_latest_answer_of_a_look_counts() {
        let look = |look: u64, standing: RolloutReading| Rollout {
            starts: false,
            lists: false,
            look,
            answered: true,
            standing,
        };
        let under_way = look(1, RolloutReading::NotThrough("starting".to_owned())).after(Some(RolloutState::Open));
        assert_ne!(under_way, Some(RolloutState::Open));
        assert_eq!(look(2, RolloutReading::Open).after(under_way.clone()), under_way);
        assert_eq!(look(1, RolloutReading::Open).after(under_way), Some(RolloutState::Open));
    }

    #[test]
    fn knows_what_rolls_out() {
        for (command, expected) in [
            ("kubectl apply -f k8s/", Some((true, false))),
            ("./deploy.sh staging", Some((true, false))),
            ("npm run deploy", Some((true, false))),
            ("helm upgrade web ./chart", Some((true, false))),
            ("terraform apply -auto-approve", Some((true, false))),
            ("kubectl rollout status deploy/web", Some((false, false))),
            ("kubectl get pods", Some((false, true))),
            ("gh run list --limit 1", Some((false, false))),
            ("./deploy.sh status 4711", Some((false, false))),
            ("kubectl get pods -A", None),
            ("helm upgrade web ./chart --dry-run", None),
            ("cat deploy.sh", None),
            ("git commit -m 'release 3'", None),
            ("pytest tests/test_deploy.py", None),
            ("vim deploy/values.yaml", None),
            ("gh pr view 3", None),
            ("terraform validate", None),
        ] {
            assert_eq!(of_line(command), expected, "{command}");
        }
    }
}
