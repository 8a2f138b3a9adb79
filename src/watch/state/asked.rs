//! Puts into words what a session asks.

use crate::wire::Raw;
use crate::wire::text::decode;
use serde_json::Value;

/// `question: Which one?` or `permission: bash`, as far as the event says it.
pub fn request(is_question: bool, what: Option<Raw<'_>>) -> String {
    let kind = if is_question { "question" } else { "permission" };
    let what = what.map(decode).unwrap_or_default();
    format!("{kind}: {}", question(&what).unwrap_or_else(|| what.into_owned()))
}

/// What is asked, without the word that says whether it is a question or a permission.
pub fn without_kind(asked: &str) -> &str {
    let rest = ["question: ", "permission: "].into_iter().find_map(|kind| asked.strip_prefix(kind));
    rest.unwrap_or(asked)
}

/// The first of a list of questions.
pub fn question(list: &str) -> Option<String> {
    let questions: Value = serde_json::from_str(list).ok()?;
    questions.get(0)?.get("question")?.as_str().map(str::to_owned)
}
