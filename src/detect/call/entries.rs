//! Writes a list in an argument as rows, one for each entry, so that equal entries are equal rows.

use serde_json::Value;

/// The rows of a value, without the members of these names. A number comes first, as it may only count the entries.
pub(super) fn rows(value: &Value, without: &[&str]) -> String {
    let mut rows = String::new();
    write_rows(value, without, &mut rows);
    rows
}

fn write_rows(value: &Value, without: &[&str], rows: &mut String) {
    match value {
        Value::Array(entries) => entries.iter().for_each(|entry| {
            let mut values = Vec::new();
            collect(entry, without, &mut values);
            let mut numbers = values.iter().enumerate().filter(|(_, value)| is_number(value)).map(|(at, _)| at);
            if let (Some(at), None) = (numbers.next(), numbers.next()) {
                values[..=at].rotate_right(1);
            }
            rows.push_str(&values.join(" | "));
            rows.push('\n');
        }),
        Value::Object(members) => members.values().for_each(|value| write_rows(value, without, rows)),
        _ => {}
    }
}

/// Collects the values in a value, as text.
fn collect(value: &Value, without: &[&str], values: &mut Vec<String>) {
    match value {
        Value::Array(entries) => entries.iter().for_each(|entry| collect(entry, without, values)),
        Value::Object(members) => {
            let members = members.iter().filter(|(name, _)| !without.contains(&name.as_str()));
            members.for_each(|(_, value)| collect(value, without, values));
        }
        Value::String(text) => values.push(text.clone()),
        value => values.push(value.to_string()),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_row_an_entry() {
        let todos = json!([{"content": "Shut the gate", "id": "7", "status": "open"}, {"content": "Wait", "id": "8"}]);
        assert_eq!(rows(&todos, &[]), "7 | Shut the gate | open\n8 | Wait\n");
        assert_eq!(rows(&json!({"cells": [[1, 2], ["a", null]]}), &[]), "1 | 2\na | null\n");
        assert_eq!(rows(&json!([{"old": "a", "new": "b"}]), &["old"]), "b\n");
        assert_eq!(rows(&json!(7), &[]), "");
    }
}
