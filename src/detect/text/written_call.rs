//! A tool call that an answer ends in as text: it did not run. Models write them in the markup that they were trained
//! on, which the server did not take for a call.

use super::head_and_tail::tail;
use crate::detect::quoted::quoted;
use crate::wire::text::EXCERPT;
use regex::Regex;
use serde_json::Value;
use std::sync::LazyLock;

/// How much of the end of a text is searched, in bytes.
const END: usize = 12 * 1024;

/// A tag or a token of the markup of a call, once its marks are plain: `<invoke name="x">`, `<function=x>`,
/// `</tool_call>`, `<|tool_call_begin|>`, `[TOOL_CALLS]`.
const TAG: &str = r#"(?x)
    < (?<closes>/)? \|?\ ? (?:\w+:)?
        (?<word> (?:invoke | function | tool | parameter) (?: \s+name )? (?: \s*=\s* ["']?[\w.-]+ ["']? ) [^<>\n]{0,80}
          | (?:tool|function)_(?:call|use)s? (?:_section)? (?:_argument)? (?:_begin|_end)?
          | invoke | function | parameter | arg_key | arg_value | tool_sep )
    \ ?\|?>
  | <\|(?:channel|start)\|> \s* \w+ [^<>\n]{0,20} \s to=[\w.]+
  | \[TOOL_(?:CALLS|REQUEST)\] (?: \s* [\[{\w] )"#;
/// What stands for nothing in the markup: the name of one, and its wide bars and blanks.
const NOISE: [(&str, &str); 3] = [("｜", "|"), ("▁", "_"), ("|DSML|", "")];
/// The members of a call in JSON: what is called, and with what.
const NAMES: [&str; 5] = ["name", "tool", "tool_name", "function", "recipient_name"];
const ARGUMENTS: [&str; 5] = ["arguments", "parameters", "input", "args", "tool_input"];

static TAGS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(TAG).ok());

/// The call that a text ends in. `knows` tells whether the session used a tool of that name.
pub(crate) fn written_call(text: &str, knows: &dyn Fn(&str) -> bool) -> Option<String> {
    let spoken = without_code(tail(text, END));
    in_markup(&spoken).or_else(|| in_json(&spoken, knows))
}

/// The text without fenced and quoted code, with plain marks.
fn without_code(text: &str) -> String {
    let mut spoken = String::with_capacity(text.len());
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let marker = ["```", "~~~"].into_iter().find(|marker| line.trim_start().starts_with(marker));
        let mut line = line;
        match (fence, marker) {
            // What follows the mark on its line may belong to the markup around the fence.
            (Some(open), Some(marker)) if open == marker => {
                fence = None;
                line = line.trim_start().trim_start_matches(['`', '~']);
            }
            (Some(_), _) => continue,
            (None, Some(marker)) => {
                fence = Some(marker);
                continue;
            }
            (None, None) => {}
        }
        // Pairs of backticks; what stands behind an odd one is no code.
        let pieces: Vec<&str> = line.split('`').collect();
        let last = pieces.len() - 1;
        spoken.extend(
            pieces.into_iter().enumerate().filter(|(at, _)| at % 2 == 0 || *at == last).map(|(_, piece)| piece),
        );
        spoken.push('\n');
    }
    NOISE.iter().fold(spoken, |spoken, (mark, plain)| spoken.replace(mark, plain))
}

/// A call in tags or tokens, with nothing but itself behind it.
fn in_markup(spoken: &str) -> Option<String> {
    let tags = TAGS.as_ref()?;
    let hits: Vec<_> = tags.captures_iter(spoken).collect();
    let (first, last) = (hits.first()?.get(0)?, hits.last()?);
    let closes = last.name("closes").is_some() || last.name("word").is_some_and(|word| word.as_str().ends_with("_end"));
    let end = last.get(0)?.end();
    let rest = &spoken[end..];
    // One tag and nothing more is talked about.
    if hits.len() == 1 && rest.trim().is_empty() {
        return None;
    }
    // Behind the last tag that closes comes prose, if anything; behind one that opens, an argument.
    let is_over = if closes {
        !rest.contains(char::is_alphanumeric)
    } else {
        begins_line(spoken, last.get(0)?.start()) || rest.trim_end().ends_with(['}', '>'])
    };
    let names = hits.iter().any(|hit| names_a_call(hit, spoken));
    (is_over && names).then(|| quoted(spoken[first.start()..].trim(), EXCERPT))
}

/// Whether a tag says what is called: in itself, or right behind it.
fn names_a_call(hit: &regex::Captures<'_>, spoken: &str) -> bool {
    let (Some(whole), word) = (hit.get(0), hit.name("word").map_or("", |word| word.as_str())) else { return false };
    if word.is_empty() || word.contains('=') {
        return true;
    }
    let opens = hit.name("closes").is_none() && !word.ends_with("_end");
    let rest = spoken[whole.end()..].trim_start();
    let name = rest.trim_start_matches(|c: char| c.is_alphanumeric() || "_.-:".contains(c));
    opens
        && (word.starts_with("tool_") || word.starts_with("function_"))
        && name.trim_start().starts_with(['<', '{', '[', '('])
}

fn begins_line(text: &str, at: usize) -> bool {
    text[..at].rsplit('\n').next().is_some_and(|before| before.trim().is_empty())
}

/// A call that is an object of JSON, in lines of its own at the end: `{"name": "bash", "arguments": {…}}`.
fn in_json(spoken: &str, knows: &dyn Fn(&str) -> bool) -> Option<String> {
    let end = spoken.trim_end();
    if !end.ends_with(['}', ']']) {
        return None;
    }
    let starts = end.match_indices(['{', '[']).map(|(at, _)| at).filter(|at| begins_line(end, *at));
    let call = starts.take(END / KILOBYTE).find_map(|at| {
        let value: Value = serde_json::from_str(&end[at..]).ok()?;
        let call = value.as_array().map_or(Some(&value), |calls| calls.last())?;
        is_call(call, knows).then_some(at)
    })?;
    Some(quoted(&end[call..], EXCERPT))
}

/// One place in a text of so many bytes may begin an object that is tried.
const KILOBYTE: usize = 1024;

fn is_call(value: &Value, knows: &dyn Fn(&str) -> bool) -> bool {
    let Some(object) = value.as_object() else { return false };
    // OpenAI's calls have both in a member: `{"type": "function", "function": {"name": …, "arguments": …}}`.
    let object = object.get("function").and_then(Value::as_object).unwrap_or(object);
    let name = NAMES.iter().find_map(|name| object.get(*name)?.as_str());
    let arguments =
        ARGUMENTS.iter().any(|name| object.get(*name).is_some_and(|value| value.is_object() || value.is_string()));
    arguments && name.is_some_and(knows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> bool {
        written_call(text, &|tool| ["bash", "read"].contains(&tool)).is_some()
    }

    #[test]
    fn a_call_in_any_markup() {
        for text in [
            "Let me look.<tool_call>bash<arg_key>command</arg_key><arg_value>make</arg_value></tool_call>",
            "Now:\n\n<function=bash>\n<parameter=command>\nmake\n</parameter>\n</function>",
            "<function=bash>\n<parameter=command>\nmake build",
            "<x:function_calls>\n<invoke name=\"bash\">\n<parameter name=\"command\">make</parameter>\n</invoke>\n</x:function_calls>",
            "<invoke name=\"write\">\n<parameter name=\"content\">x is y</parameter>\n</invoke>\n</m:tool_call>",
            "<｜DSML｜invoke name=\"bash\">\n<｜DSML｜parameter name=\"command\" string=\"true\">ls</｜DSML｜parameter>\n</｜DSML｜invoke>",
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>bash\n```json\n{\"command\":\"make\"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            "<tool_call>\n{\"name\": \"bash\", \"arguments\": {\"command\": \"make\"}}\n</tool_call>",
            "<tool_call>\n{\"name\": \"bash\", \"arguments\": {\"command\": \"make",
            "<|tool_calls_section_begin|><|tool_call_begin|>functions.bash:0<|tool_call_argument_begin|>{\"command\":\"make\"}<|tool_call_end|><|tool_calls_section_end|>",
            "<|channel|>commentary to=functions.bash <|constrain|>json<|message|>{\"command\":\"make\"}",
            "[TOOL_CALLS]bash{\"command\": \"make\"}",
            "[TOOL_CALLS] [{\"name\": \"bash\", \"arguments\": {}}]",
            "I will build it.\n{\"name\": \"bash\", \"arguments\": {\"command\": \"make\"}}",
            "{\"type\": \"function\", \"function\": {\"name\": \"read\", \"arguments\": \"{}\"}}",
        ] {
            assert!(written(text), "{text}");
        }
    }

    #[test]
    fn markup_that_is_talked_about_is_no_call() {
        for text in [
            "The format is documented:\n\n```xml\n<invoke name=\"bash\">\n</invoke>\n```\n\nThe docs build.",
            "The format is documented:\n\n```xml\n<invoke name=\"bash\">\n</invoke>\n```",
            "The parser takes `<tool_call>` and `<function=x>` now.",
            "The parser takes <tool_call> and </tool_call> now.",
            "It reads <function=name> as well.",
            "An example:\n<invoke name=\"bash\"><parameter name=\"a\">1</parameter></invoke>\nAll tests pass.",
            "The element <parameter> is gone",
            "The template now ends with:\n\n<function name=\"main\">",
            "[{\"name\": \"Ada\", \"input\": \"x\"}]",
            "{\"name\": \"Ada\", \"arguments\": {}}",
            "{\"bash\": {\"command\": \"make\"}}",
            "Done: a[3] and f(x) {}",
            "",
        ] {
            assert!(!written(text), "{text}");
        }
    }
}
