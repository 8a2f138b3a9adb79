//! Checks whether the configuration makes the agent wait for a person.

use super::checked::Checked;
use serde_json::Value;

const WHAT: &str = "permissions";

/// What asks unless the configuration says otherwise.
const ASK_BY_DEFAULT: [&str; 2] = ["external_directory", "doom_loop"];

pub(super) fn check(config: &Value) -> Checked {
    let mut asks = asking("", &config["permission"]);
    for (name, agent) in config["agent"].as_object().into_iter().flatten() {
        asks.extend(asking(&format!("agent {name}: "), &agent["permission"]));
    }
    if !asks.is_empty() {
        return Checked::warn(
            WHAT,
            format!("a person is asked for {}", asks.join(", ")),
            "use --on-permission once (or reject), or set them to allow or deny in opencode.json",
        );
    }
    let permission = &config["permission"];
    let is_set = |name: &&&str| !permission[**name].is_null() || !permission["*"].is_null() || permission.is_string();
    let open: Vec<&str> = ASK_BY_DEFAULT.iter().filter(|name| !is_set(name)).copied().collect();
    if open.is_empty() {
        return Checked::ok(WHAT, "nothing asks a person");
    }
    Checked::ok(
        WHAT,
        format!(
            "only {} asks, by default; allow or deny it in opencode.json, or use --on-permission",
            open.join(" or ")
        ),
    )
}

/// What asks, of a tree of rules: `bash`, `bash (git push *)`.
fn asking(whose: &str, rules: &Value) -> Vec<String> {
    if rules == "ask" {
        return vec![format!("{whose}everything")];
    }
    let mut found = Vec::new();
    for (tool, rule) in rules.as_object().into_iter().flatten() {
        let tool = if tool == "*" { "everything" } else { tool };
        if rule == "ask" {
            found.push(format!("{whose}{tool}"));
        }
        let patterns = rule.as_object().into_iter().flatten().filter(|(_, action)| *action == "ask");
        found.extend(patterns.map(|(pattern, _)| format!("{whose}{tool} ({pattern})")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::doctor::checked::Health;
    use serde_json::json;

    #[test]
    fn names_what_asks() {
        for (config, health, says) in [
            (json!({}), Health::Ok, "only external_directory or doom_loop asks"),
            (json!({"permission": "allow"}), Health::Ok, "nothing asks"),
            (
                json!({"permission": {"doom_loop": "deny", "external_directory": {"/x/*": "allow"}}}),
                Health::Ok,
                "nothing asks",
            ),
            (json!({"permission": {"edit": "ask", "webfetch": "allow"}}), Health::Warn, "asked for edit"),
            (json!({"permission": {"bash": {"*": "allow", "git push *": "ask"}}}), Health::Warn, "bash (git push *)"),
            (json!({"permission": {"*": "ask"}}), Health::Warn, "asked for everything"),
            (json!({"agent": {"build": {"permission": {"bash": "ask"}}}}), Health::Warn, "agent build: bash"),
        ] {
            let checked = check(&config);
            assert_eq!(checked.health, health, "{config}");
            assert!(checked.found.contains(says), "{config}: {}", checked.found);
        }
    }
}
