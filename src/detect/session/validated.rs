//! Tells which files a command that is no check validated: what it rolled out came up as they describe, it parsed them, it
//! ran them though it only asked for their version, it compared what they print with what they should, or the hooks of a
//! commit looked at them.

use super::commit_hooks::hooks_passed;
use super::compared::compared;
use crate::detect::call::Call;
use crate::detect::call::shell::{SimpleCommand, commands};
use crate::detect::text::head_and_tail::tail;
use crate::wire::part::ToolState;
use crate::wire::text;

/// How much of the end of an output is read, in bytes.
const OUTPUT: usize = 8 * 1024;
/// Words of which one is in every command that is meant: most others are spared a second reading.
#[rustfmt::skip]
const HINTS: [&str; 21] = [
    "kubectl", "oc ", "helm", "compose", "terraform", "tofu", "argocd", "cloudformation", "sam ", "pulumi", "az ", " lint", "jq", "yq", "tomlq", "xq", "dasel", "xml", "plutil",
    "--version", "--help",
];
/// Programs that read a file of data as a whole before they say anything of it.
const PARSERS: [&str; 9] = ["jq", "yq", "tomlq", "xq", "dasel", "xmllint", "xmlstarlet", "plutil", "xmlwf"];
/// What asks a program for nothing but what it is.
const ASKING: [&str; 2] = ["--version", "--help"];
/// Endings of files of which it is enough that they can be read: a schema or a program says more than its form.
const DATA: [&str; 9] = ["json", "jsonl", "ndjson", "geojson", "yaml", "yml", "toml", "xml", "plist"];
/// What they say of one that they can't read, in small letters.
const BROKEN: [&str; 5] = ["parse error", "parser error", "not well-formed", "syntax error", "error:"];
/// Endings of files that describe what runs, and words in the names of others.
const DESCRIPTIONS: [&str; 14] = [
    "yaml",
    "yml",
    "tpl",
    "gotmpl",
    "tf",
    "tfvars",
    "hcl",
    "jsonnet",
    "libsonnet",
    "cue",
    "env",
    "conf",
    "template",
    "bicep",
];
const NAMES: [&str; 4] = ["Dockerfile", "Containerfile", "compose.", "docker-compose"];

/// The files that a call showed to be well.
#[derive(Debug, Clone, Default)]
pub(super) struct Validated {
    /// Those that describe what is rolled out.
    descriptions: bool,
    /// Those of data with these names.
    read: Vec<String>,
    /// The scripts with these names.
    ran: Vec<String>,
    /// All: what the program printed is what it should print.
    compared: bool,
    /// All: the hooks of a commit looked at them.
    hooked: bool,
}

impl Validated {
    /// What a call showed.
    pub(super) fn read(call: &Call, state: Option<&ToolState<'_>>) -> Self {
        let command = call.input.command.as_deref().unwrap_or_default();
        if hooks_passed(call, state) {
            return Self { hooked: true, ..Self::default() };
        }
        if compared(call, state) {
            return Self { compared: true, ..Self::default() };
        }
        if call.failed() || call.line.is_none() || !HINTS.iter().any(|hint| command.contains(hint)) {
            return Self::default();
        }
        let output = state.and_then(|state| state.output).map(text::decode).unwrap_or_default();
        Self::of(&commands(command), tail(&output, OUTPUT))
    }

    fn of(listed: &[SimpleCommand], output: &str) -> Self {
        let lower = output.to_lowercase();
        let is_read = !BROKEN.iter().any(|sign| lower.contains(sign));
        let parsers = listed.iter().filter(|command| is_read && PARSERS.contains(&command.program()));
        Self {
            descriptions: listed.iter().any(|command| came_up(command, output)),
            read: parsers.flat_map(SimpleCommand::arguments).map(|word| name(word).to_owned()).collect(),
            ran: listed.iter().filter_map(asked_script).map(|script| name(script).to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Whether all files are among them.
    pub(super) fn covers_all(&self) -> bool {
        self.compared || self.hooked
    }

    /// Whether an output was compared with what it should be, which is a test.
    pub(super) fn is_compared(&self) -> bool {
        self.compared
    }

    /// Whether a file is among them.
    pub(super) fn covers(&self, file: &str) -> bool {
        let name = name(file);
        self.descriptions && describes(file)
            || DATA.contains(&ending(name)) && self.read.iter().any(|read| read == name)
            || self.ran.iter().any(|ran| ran == name)
    }
}

/// The script that a command runs although it only asks for its version or help: it was read, and began.
fn asked_script(command: &SimpleCommand) -> Option<&str> {
    let asks = command.arguments().iter().any(|word| ASKING.contains(&word.as_str()));
    command.script().filter(|_| asks)
}

/// What is said of a stack of `CloudFormation` that is as its template describes it.
const STACKS: [&str; 2] = ["Successfully created/updated stack", "is up to date"];

fn came_up(command: &SimpleCommand, output: &str) -> bool {
    let rest = command.arguments();
    let has = |word: &str| rest.iter().any(|said| said == word);
    let waits = has("--wait") || has("--atomic") || rest.iter().any(|word| word.starts_with("--wait="));
    match command.program() {
        "kubectl" | "oc" => {
            has("rollout") && has("status") && output.contains("successfully rolled out")
                || has("wait") && output.contains("condition met")
                || (has("apply") || has("replace") || has("create")) && command.is_dry() && output.contains("dry run")
        }
        "helm" => (has("upgrade") || has("install")) && (waits || command.is_dry()) && !output.contains("FAILED"),
        "docker" | "podman" if !has("compose") => false,
        "docker" | "podman" | "docker-compose" => has("up") && waits || has("config") && !has("ls"),
        "terraform" | "tofu" => has("apply") && output.contains("Apply complete!"),
        "argocd" => has("wait") && output.contains("Healthy"),
        "aws" if !has("cloudformation") => false,
        "aws" if has("wait") => rest.iter().any(|word| word.starts_with("stack-") && word.ends_with("-complete")),
        "aws" | "sam" => has("deploy") && STACKS.iter().any(|said| output.contains(said)),
        "az" => has("deployment") && has("create") && output.contains("\"Succeeded\""),
        "pulumi" => has("up") && output.contains("Resources:") && !output.contains("error:"),
        "glab" => has("ci") && has("lint") && !output.contains("is invalid"),
        _ => false,
    }
}

/// Endings of files that may describe anything, and words in the paths of those that describe what runs.
const ANYTHING: [&str; 2] = ["json", "toml"];
const PLACES: [&str; 8] = ["k8s", "kube", "deploy", "manifest", "chart", "helm", "infra", "terraform"];

/// Whether a file describes what is rolled out.
fn describes(file: &str) -> bool {
    let name = name(file);
    DESCRIPTIONS.contains(&ending(name))
        || ANYTHING.contains(&ending(name)) && PLACES.iter().any(|place| file.contains(place))
        || NAMES.iter().any(|word| name.contains(word))
}

fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// The name of a file, without its folder.
fn name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_what_was_read() {
        for (command, output, file, expected) in [
            ("jq . conf/a.json > /dev/null", "", "/w/conf/a.json", true),
            ("jq . conf/a.json", "jq: parse error: Unfinished JSON term at line 3", "/w/conf/a.json", false),
            ("jq . conf/a.json", "{}", "/w/conf/b.json", false),
            ("xmllint --noout pom.xml", "", "/w/pom.xml", true),
            ("xmllint --noout pom.xml", "pom.xml:3: parser error : Opening tag mismatch", "/w/pom.xml", false),
            ("docker compose -f ops/compose.yaml config -q", "", "/w/ops/compose.yaml", true),
            ("docker compose config -q", "", "/w/src/main.rs", false),
            ("glab ci lint", "Validating...\n.gitlab-ci.yml is valid!", "/w/.gitlab-ci.yml", true),
            ("glab ci lint", "Validating...\n.gitlab-ci.yml is invalid.", "/w/.gitlab-ci.yml", false),
            ("jq empty schemas/order.avsc", "", "/w/schemas/order.avsc", false),
            ("cat conf/a.json", "{}", "/w/conf/a.json", false),
            ("cd /w && X=/tmp bash tools/wrap.sh --version 2>&1 | head -3", "wrap 1.2", "/w/tools/wrap.sh", true),
            ("./tools/wrap.sh --help", "usage: wrap.sh", "/w/tools/wrap.sh", true),
            ("bash --version", "GNU bash 5.2", "/w/tools/wrap.sh", false),
            ("node --version", "v22.1.0", "/w/a.js", false),
        ] {
            assert_eq!(Validated::of(&commands(command), output).covers(file), expected, "{command}: {file}");
        }
    }

    #[test]
    fn sees_what_came_up() {
        for (command, output, expected) in [
            ("kubectl apply --dry-run=server -f k8s/a.yaml", "deployment.apps/a configured (server dry run)", true),
            ("kubectl -n web rollout status deploy/web", "deployment \"web\" successfully rolled out", true),
            ("kubectl wait --for=condition=Ready pod/a", "pod/a condition met", true),
            ("helm upgrade web ./chart --wait --timeout 5m", "STATUS: deployed", true),
            ("docker compose up -d --wait", " Container app-web-1  Healthy", true),
            ("terraform apply -auto-approve", "Apply complete! Resources: 1 added", true),
            (
                "aws cloudformation deploy --stack-name q --template-file a.yaml",
                "Successfully created/updated stack - q",
                true,
            ),
            ("aws cloudformation wait stack-update-complete --stack-name q", "", true),
            ("sam deploy --stack-name q", "Successfully created/updated stack - q in eu-west-1", true),
            ("az deployment group create -g a -f main.bicep", "\"provisioningState\": \"Succeeded\",", true),
            ("pulumi up -y", "Resources:\n    ~ 1 updated\n    4 unchanged", true),
            ("aws cloudformation deploy --stack-name q --template-file a.yaml", "Waiting for stack create", false),
            ("aws cloudformation update-stack --stack-name q", "\"StackId\": \"arn:1\"", false),
            ("aws s3 cp a.yaml s3://a", "upload: a.yaml", false),
            ("pulumi up -y", "Resources:\n    4 unchanged\nerror: update failed", false),
            ("kubectl rollout status deploy/web", "Waiting for rollout to finish: 1 of 3 updated", false),
            ("kubectl apply -f k8s/a.yaml", "deployment.apps/a configured", false),
            ("helm upgrade web ./chart", "STATUS: deployed", false),
            ("docker compose up -d", "Container app-web-1  Started", false),
            ("kubectl get pods", "web 1/1 Running", false),
        ] {
            assert_eq!(commands(command).iter().any(|command| came_up(command, output)), expected, "{command}");
        }
        assert!(describes("k8s/a.yaml") && describes("Dockerfile.dev") && !describes("src/main.go"));
        assert!(describes("deploy/app.json") && !describes("package.json") && !describes("pyproject.toml"));
    }
}
