//! A scripted turn as a provider streams it: `OpenAI` chunks, one server-sent event each.

use super::script::{Turn, Usage};
use serde_json::{Value, json};

/// How many characters a chunk has, unless the turn says otherwise.
const CHUNK: usize = 48;
/// Roughly how many characters make one token.
const CHARS_A_TOKEN: usize = 4;
/// The creation time of every answer, in seconds since the epoch. Any fixed number works.
const CREATED: u64 = 1_700_000_000;

/// The events of answer number `n`, which is part of the ids of its calls.
pub fn events(turn: &Turn, n: usize, request_chars: usize) -> Vec<String> {
    let size = turn.chunk.unwrap_or(CHUNK).max(1);
    let mut deltas = vec![json!({"role": "assistant", "content": ""})];
    for piece in pieces(&turn.reasoning, size) {
        deltas.push(json!({"reasoning_content": piece}));
    }
    for piece in pieces(&turn.text, size) {
        deltas.push(json!({"content": piece}));
    }
    let mut written = turn.reasoning.chars().count() + turn.text.chars().count();
    for (index, call) in turn.calls.iter().enumerate() {
        let arguments = match &call.input {
            Value::String(raw) => raw.clone(),
            input => input.to_string(),
        };
        written += arguments.chars().count();
        deltas.push(json!({"tool_calls": [{
            "index": index, "id": format!("call_{n}_{index}"), "type": "function",
            "function": {"name": call.tool, "arguments": ""},
        }]}));
        for piece in pieces(&arguments, size) {
            deltas.push(json!({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}));
        }
    }
    let mut events: Vec<String> = deltas.into_iter().map(|delta| chunk(&delta, None)).collect();
    if !turn.hang {
        events.extend(ending(turn, written, request_chars));
    }
    events
}

fn ending(turn: &Turn, written: usize, read: usize) -> [String; 3] {
    let usual = if turn.calls.is_empty() { "stop" } else { "tool_calls" };
    let finish = turn.finish.as_deref().unwrap_or(usual);
    let tokens = |chars: usize| (chars / CHARS_A_TOKEN) as u64;
    let Usage { input, output } = turn.usage.unwrap_or(Usage { input: tokens(read), output: tokens(written) });
    let mut usage = frame(&json!([]));
    usage["usage"] = json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output});
    [chunk(&json!({}), Some(finish)), event(&usage), "data: [DONE]\n\n".to_owned()]
}

fn chunk(delta: &Value, finish: Option<&str>) -> String {
    event(&frame(&json!([{"index": 0, "delta": delta, "finish_reason": finish}])))
}

fn frame(choices: &Value) -> Value {
    json!({"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": CREATED,
        "model": "scripted", "choices": choices})
}

fn event(payload: &Value) -> String {
    format!("data: {payload}\n\n")
}

fn pieces(text: &str, size: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(size).map(|piece| piece.iter().collect()).collect()
}
