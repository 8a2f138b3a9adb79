//! Finds the values of secret columns in SQL: `INSERT INTO users (name, password) VALUES ('bob', '…')`.

use super::around::text_from;
use super::names::{SecretName, telling};
use super::placeholder::is_placeholder;
use super::value::unquoted;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// How much of a statement is read after its columns, in bytes.
const ROWS: usize = 16 * 1024;

/// The columns of a statement, up to its rows.
static COLUMNS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\(([^()]+)\)\s*values\s*").ok());

/// Adds the values of telling columns to `found`.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    let mut end = 0;
    for columns in COLUMNS.iter().flat_map(|columns| columns.captures_iter(text)) {
        let (Some(whole), Some(names)) = (columns.get(0), columns.get(1)) else {
            continue;
        };
        let names = names.as_str().split(',').map(|name| name.trim_matches([' ', '`', '"', '\\', '[', ']', '\n']));
        let secret: Vec<bool> = names.map(|name| telling(name) == Some(SecretName::Certain)).collect();
        // The rows of one statement are read once, whatever is in them.
        if secret.contains(&true) && whole.start() >= end {
            end = rows(text, whole.end(), &secret, found);
        }
    }
}

/// Adds the values of the rows that begin at `start`: `(…, …), (…, …)`. Returns where they end.
fn rows(text: &str, start: usize, secret: &[bool], found: &mut Vec<Range<usize>>) -> usize {
    // How many brackets are open: those of the row, and those of calls in it.
    let (mut column, mut begin, mut quote, mut depth) = (0, start, None, 0_u32);
    for (at, c) in text_from(text, start, ROWS).char_indices() {
        let at = start + at;
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') if depth == 0 => (depth, column, begin) = (1, 0, at + 1),
            (None, '(') => depth += 1,
            (None, ')') if depth > 1 => depth -= 1,
            (None, ',' | ')') if depth == 1 => {
                let value = unquoted(text, begin..at);
                if secret.get(column) == Some(&true) && !is_placeholder(&text[value.clone()]) {
                    found.push(value);
                }
                (depth, column, begin) = (u32::from(c == ','), column + 1, at + 1);
            }
            (None, _) if depth == 0 && c != ',' && !c.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len().min(start + ROWS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_the_values_of_telling_columns() {
        let masked = |text: &str| {
            let mut found = Vec::new();
            find(text, &mut found);
            found.into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>().join("|")
        };
        let rows =
            "INSERT INTO users (name, password, age) VALUES ('b(o,b', 'x1y2', 3), (\"eve\", 'z(3', 4); -- (a, b)";
        assert_eq!(masked(rows), "x1y2|z(3");
        assert_eq!(masked("INSERT INTO u (created, password) VALUES (DATE(NOW(), 1), 'x1y2')"), "x1y2");
        for text in [
            "insert into t (a, token_type) values (1, 'abc')",
            "(password) VALUES (NULL)",
            "(password) values",
            "f(token) values",
        ] {
            assert_eq!(masked(text), "", "{text}");
        }
    }
}
