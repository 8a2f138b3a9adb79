//! Puts into words what a session asks.

use crate::wire::Raw;
use crate::wire::text::decode;
use serde_json::Value;

/// `question: Which one? (this / that)` or `permission: bash rm -r x`, as far as the event on this `line` says it.
pub(super) fn request(line: &str, is_question: bool, what: Option<Raw<'_>>) -> String {
    let what = what.map(decode).unwrap_or_default();
    if is_question {
        return format!("question: {}", questions(&what).unwrap_or_else(|| what.into_owned()));
    }
    let target = target(line).filter(|target| *target != *what).map(|target| format!(" {target}"));
    format!("permission: {what}{}", target.unwrap_or_default())
}

/// What is asked, without the word that says whether it is a question or a permission.
#[cfg(all(unix, feature = "tui"))]
pub(super) fn without_kind(asked: &str) -> &str {
    let rest = ["question: ", "permission: "].into_iter().find_map(|kind| asked.strip_prefix(kind));
    rest.unwrap_or(asked)
}

/// All of a list of questions, each with the answers to choose from.
fn questions(list: &str) -> Option<String> {
    let questions: Value = serde_json::from_str(list).ok()?;
    let told: Vec<String> = questions.as_array()?.iter().filter_map(with_options).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn with_options(question: &Value) -> Option<String> {
    let asked = question.get("question")?.as_str()?;
    let options = question["options"].as_array().into_iter().flatten();
    let options: Vec<&str> = options.filter_map(|option| option["label"].as_str().or(option.as_str())).collect();
    Some(if options.is_empty() { asked.to_owned() } else { format!("{asked} ({})", options.join(" / ")) })
}

/// The first of a list of questions.
pub(super) fn question(list: &str) -> Option<String> {
    let questions: Value = serde_json::from_str(list).ok()?;
    questions.get(0)?.get("question")?.as_str().map(str::to_owned)
}

/// What a permission is for: the command, or else the paths or patterns.
fn target(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    let asked = &line["properties"];
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    };
    let told = [&asked["metadata"]["command"], &asked["patterns"], &asked["pattern"], &asked["title"]];
    told.into_iter().map(text).find(|text| !text.is_empty() && text != "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(members: &str) -> String {
        let line = format!(r#"{{"type":"permission.asked","properties":{{"id":"per_1",{members}}}}}"#);
        request(&line, false, Some(Raw::new(r#""bash""#)))
    }

    #[test]
    fn names_what_a_permission_is_for() {
        for (members, told) in [
            (r#""patterns":["rm *"],"metadata":{"command":"rm -r x"}"#, "permission: bash rm -r x"),
            (r#""patterns":["/etc/*","/srv/*"],"metadata":{}"#, "permission: bash /etc/*, /srv/*"),
            (r#""pattern":"git push","title":"push""#, "permission: bash git push"),
            (r#""patterns":["*"]"#, "permission: bash"),
            (r#""patterns":["bash"]"#, "permission: bash"),
        ] {
            assert_eq!(permission(members), told);
        }
    }

    #[test]
    fn tells_questions_with_their_options() {
        let ask = |list| request("{}", true, Some(Raw::new(list)));
        assert_eq!(
            ask(r#"[{"question":"Which?","header":"h","options":[{"label":"A","description":"a"},{"label":"B"}]}]"#),
            "question: Which? (A / B)"
        );
        assert_eq!(ask(r#"[{"question":"Why?","options":[]},{"question":"How?"}]"#), "question: Why?; How?");
        assert_eq!(ask("[]"), "question: []");
    }
}
