//! Tells whether a rollout was seen to succeed. If so, its manifests count as checked.

use crate::detect::call::Call;
use crate::detect::call::shell::{SimpleCommand, commands};
use crate::detect::text::head_and_tail::tail;
use crate::wire::part::ToolState;
use crate::wire::text;

/// How much of the end of an output is read, in bytes.
const OUTPUT: usize = 8 * 1024;
/// Words of which one is in every command that is meant: most others are spared a second reading.
const HINTS: [&str; 7] = ["kubectl", "oc ", "helm", "compose", "terraform", "tofu", "argocd"];
/// Endings of files that describe what runs, and words in the names of others.
#[rustfmt::skip]
const DESCRIPTIONS: [&str; 14] = [
    "yaml", "yml", "json", "tpl", "gotmpl", "tf", "tfvars", "hcl", "jsonnet", "libsonnet", "cue", "env", "conf", "toml",
];
const NAMES: [&str; 3] = ["Dockerfile", "Containerfile", "compose"];

/// Whether a call shows that something came up as described, or would.
pub(super) fn shows_success(call: &Call, state: Option<&ToolState<'_>>) -> bool {
    let command = call.input.command.as_deref().unwrap_or_default();
    if call.failed() || call.line.is_none() || !HINTS.iter().any(|hint| command.contains(hint)) {
        return false;
    }
    let output = state.and_then(|state| state.output).map(text::decode).unwrap_or_default();
    commands(command).iter().any(|told| came_up(told, tail(&output, OUTPUT)))
}

fn came_up(told: &SimpleCommand, output: &str) -> bool {
    let Some((program, rest)) = told.words.split_first() else { return false };
    let program = program.rsplit('/').next().unwrap_or(program);
    let has = |word: &str| rest.iter().any(|said| said == word);
    let waits = has("--wait") || has("--atomic") || rest.iter().any(|word| word.starts_with("--wait="));
    let is_dry = rest.iter().any(|word| word == "--dry-run" || word.starts_with("--dry-run="));
    match program {
        "kubectl" | "oc" => {
            has("rollout") && has("status") && output.contains("successfully rolled out")
                || has("wait") && output.contains("condition met")
                || (has("apply") || has("replace")) && is_dry && output.contains("dry run")
        }
        "helm" => (has("upgrade") || has("install")) && (waits || is_dry) && !output.contains("FAILED"),
        "docker" | "podman" | "docker-compose" => has("up") && waits,
        "terraform" | "tofu" => has("apply") && output.contains("Apply complete!"),
        "argocd" => has("wait") && output.contains("Healthy"),
        _ => false,
    }
}

/// Whether a file describes what is rolled out.
pub(super) fn describes(file: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    DESCRIPTIONS.contains(&ending) || NAMES.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_what_came_up() {
        for (command, output, expected) in [
            ("kubectl apply --dry-run=server -f k8s/a.yaml", "deployment.apps/a configured (server dry run)", true),
            ("kubectl -n web rollout status deploy/web", "deployment \"web\" successfully rolled out", true),
            ("kubectl wait --for=condition=Ready pod/a", "pod/a condition met", true),
            ("helm upgrade web ./chart --wait --timeout 5m", "STATUS: deployed", true),
            ("docker compose up -d --wait", " Container app-web-1  Healthy", true),
            ("terraform apply -auto-approve", "Apply complete! Resources: 1 added", true),
            ("kubectl rollout status deploy/web", "Waiting for rollout to finish: 1 of 3 updated", false),
            ("kubectl apply -f k8s/a.yaml", "deployment.apps/a configured", false),
            ("helm upgrade web ./chart", "STATUS: deployed", false),
            ("docker compose up -d", "Container app-web-1  Started", false),
            ("kubectl get pods", "web 1/1 Running", false),
        ] {
            assert_eq!(commands(command).iter().any(|told| came_up(told, output)), expected, "{command}");
        }
        assert!(describes("k8s/a.yaml") && describes("Dockerfile.dev") && !describes("src/main.go"));
    }
}
