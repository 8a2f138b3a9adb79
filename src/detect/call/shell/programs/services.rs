//! Judges programs that talk to something else: HTTP clients, containers, clouds, installers.

use super::arguments::{has_any, has_word, without_values};
use super::files::{is_device, is_scratch};
use super::judgement::Judgement;
use crate::detect::call::shell::effect::{Change, Effect};
use crate::detect::call::shell::verbs::{self, NamePurpose, has, named};

pub(super) fn http(name: &str, arguments: &[String]) -> Judgement {
    let value = |word: &String| word.trim_start_matches("-X").trim_start_matches("--request=").to_ascii_uppercase();
    let method = arguments.iter().map(value).any(|word| has("POST PUT DELETE PATCH", &word));
    let sends = has_any(
        arguments,
        "-d --data --data-raw --data-binary --data-urlencode --json -F --form -T --upload-file --post-data --post-file",
    ) || arguments.iter().any(|word| word.starts_with("--data=") || word.starts_with("-d{"));
    if method || sends && !has_any(arguments, "-G --get") {
        return Judgement::of(Effect::Record);
    }
    let output = arguments
        .iter()
        .position(|word| has("-o --output -O --output-document", word))
        .and_then(|at| arguments.get(at + 1));
    let file = output.filter(|file| *file != "-" && !is_device(file));
    let bare = name == "curl" && has_any(arguments, "-O --remote-name -OL -LO");
    match (file, name) {
        (Some(file), _) if is_scratch(file) && !bare => Judgement::changing(Change::Scratch),
        (Some(_), _) => Judgement::of(Effect::Mutate),
        (None, "wget") if output.is_none() && !has_any(arguments, "--spider -qO- -O-") => Judgement::of(Effect::Mutate),
        _ if bare => Judgement::of(Effect::Mutate),
        _ => Judgement::of(Effect::Observe),
    }
}

/// Programs that move services, machines or remotes, and no file of the work tree.
pub(super) fn service(name: &str, arguments: &[String]) -> Judgement {
    let words = without_values(
        arguments,
        "-n --namespace --context -f --file -p --project-name -H --host --profile --region -c -l -o -t",
    );
    let verbs: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| !word.starts_with('-') && *word != "compose").take(3).collect();
    let first = verbs.first().copied().unwrap_or_default();
    let look = |word: &&str| {
        has(
            "ps images inspect logs stats top version info ls list get describe explain api-resources events status is-active is-enabled is-failed is-system-running show \
             history search diff port cat list-units template has-session capture-pane display-message list-sessions list-windows \
             list-panes ls-sessions whoami config-view identity get-caller-identity",
            word,
        ) || word.starts_with("describe-")
            || word.starts_with("list-")
            || word.starts_with("get-")
    };
    let waits = verbs.iter().any(|word| verbs::waits(word))
        || first == "rollout" && verbs.contains(&"status")
        || has_any(arguments, "-w --watch --wait --follow -f")
            && verbs.iter().any(|word| matches!(*word, "get" | "logs"));
    if verbs.iter().any(look)
        || waits
        || first == "config" && verbs.contains(&"view")
        || name == "kustomize" && first == "build"
    {
        let look = Judgement::of(Effect::Observe);
        return if waits { look.waiting() } else { look };
    }
    if (has("buildx bake deploy-check", first) || named(first) == NamePurpose::Check) && !has("tmux screen kill", name)
    {
        return Judgement::check(&format!("{name} {first}"), &words);
    }
    if has("exec run cp debug ssh send-keys", first) || name == "tmux" && has("new new-session", first) {
        // What runs inside of it is not known.
        return Judgement::of(Effect::Unknown);
    }
    Judgement::of(Effect::Record)
}

pub(super) fn terraform(name: &str, arguments: &[String]) -> Judgement {
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    match words.first().copied().unwrap_or_default() {
        sub @ ("validate" | "test") => {
            Judgement::check(&format!("{name} {sub}"), arguments.get(1..).unwrap_or_default())
        }
        "fmt" => {
            let checks = has_any(arguments, "-check --check -diff") && !has_word(arguments, "-write=true");
            let mut places = arguments.get(1..).unwrap_or_default().to_vec();
            // Without a place, it is about this folder alone.
            if words.len() == 1 && !has_any(arguments, "-recursive --recursive") {
                places.push("*.tf".to_owned());
            }
            let check = format!("{name} fmt -check");
            if checks { Judgement::check(&check, &places) } else { Judgement::fixing(Change::Layout, &check, &places) }
        }
        "plan" | "show" | "output" | "providers" | "graph" | "version" | "console" => Judgement::of(Effect::Observe),
        "state" | "workspace" if words.get(1).is_some_and(|word| has("list show pull", word)) => {
            Judgement::of(Effect::Observe)
        }
        "init" | "get" => Judgement::of(Effect::Mutate),
        _ => Judgement::of(Effect::Record),
    }
}

/// `pip install`, `apt-get update`, `brew list`.
pub(super) fn installer(arguments: &[String]) -> Judgement {
    let verb = arguments.iter().find(|word| !word.starts_with('-'));
    let verb = verb.map(String::as_str).unwrap_or_default();
    if has(
        "list show freeze search info check outdated which env --version tree why config depends cache policy version",
        verb,
    ) {
        return Judgement::of(if verb == "config" { Effect::Record } else { Effect::Observe });
    }
    if has("build check", verb) {
        return Judgement::check("build", arguments);
    }
    if has("run exec", verb) {
        return Judgement::of(Effect::Unknown);
    }
    Judgement::of(Effect::Mutate)
}
