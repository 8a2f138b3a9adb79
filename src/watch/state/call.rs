//! Describes a call in a few words.

use super::super::asked::question;
use crate::pipe::tell::{masked_excerpt as excerpt, masked_first_line};
use crate::wire::text::{decode, printable};
use crate::wire::{Raw, members};

/// The arguments that tell most about a call, the most telling first.
const TELLING: [&str; 9] =
    ["command", "filePath", "file_path", "pattern", "path", "url", "query", "description", "prompt"];
/// The length of a label or a first line, in characters: what the widest terminals show.
const LENGTH: usize = 200;

/// `bash cat missing.log`: the tool and its most telling argument.
pub fn label(tool: Option<&str>, input: Option<Raw<'_>>) -> String {
    let tool = tool.unwrap_or("tool");
    let members = input.and_then(members).unwrap_or_default();
    let telling = TELLING.iter().find_map(|name| members.iter().find(|(member, _)| member == name));
    let argument = match telling.or(members.first()) {
        // A list of questions with all their answers would bury the first of them.
        Some((_, value)) => question(value.get()).map_or_else(|| decode(*value), Into::into),
        None => return tool.to_owned(),
    };
    format!("{tool} {}", excerpt(&argument, LENGTH))
}

/// The first line of a result that is not blank, masked and safe to print.
pub fn first_line(result: &str) -> String {
    printable(&masked_first_line(result, LENGTH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_most_telling_argument() {
        let label = |input| label(Some("bash"), Some(Raw::new(input)));
        assert_eq!(label(r#"{"description":"Look","command":"cat\n x"}"#), "bash cat x");
        assert_eq!(label(r#"{"other":5}"#), "bash 5");
        assert_eq!(label(r#"{"questions":[{"header":"h","question":"Which one?","options":[]}]}"#), "bash Which one?");
        assert_eq!(label("{}"), "bash");
    }

    #[test]
    fn first_line_is_printable() {
        assert_eq!(first_line("\n \na\u{1b}b\nc"), "a\\u{1b}b");
        assert_eq!(first_line(""), "(nothing)");
        assert!(!first_line("- value: UAy+ooi8Mwg_dD\n  name: DB_PASSWORD\n").contains("UAy"));
    }
}
