//! Finds the data of Kubernetes secrets, whatever its names are.

use super::placeholder::is_placeholder;
use super::value::unquoted;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What says in JSON that something is a secret, its data, and one value of that.
static JSON: LazyLock<Option<[Regex; 3]>> = LazyLock::new(|| {
    let regex = |pattern| Regex::new(pattern).ok();
    Some([
        regex(r#""kind"\s*:\s*"Secret""#)?,
        regex(r#""(?:stringData|data)"\s*:\s*\{([^{}]*)\}"#)?,
        regex(r#""\s*:\s*"([^"]*)""#)?,
    ])
});

/// Names of certificates in a secret, which are public.
const CERTIFICATES: &[&str] = &["tls.crt", "ca.crt"];

/// Adds the values of the data of secrets to `found`.
pub fn find(text: &str, found: &mut Vec<Range<usize>>) {
    if !text.contains("Secret") || !text.contains("kind") {
        return;
    }
    let mut start = 0;
    for document in text.split_inclusive("\n---") {
        if is_json(document) {
            json(document, start, found);
        } else if document.lines().any(is_kind) {
            data(document, start, found);
        }
        start += document.len();
    }
}

/// Whether a document says in JSON that it is a secret.
fn is_json(document: &str) -> bool {
    JSON.as_ref().is_some_and(|[kind, ..]| kind.is_match(document))
}

/// The values of the data in JSON, which may stand in one line.
fn json(document: &str, start: usize, found: &mut Vec<Range<usize>>) {
    let Some([_, data, value]) = &*JSON else { return };
    for data in data.captures_iter(document).filter_map(|data| data.get(1)) {
        let values = value.captures_iter(data.as_str()).filter_map(|value| value.get(1));
        let at = start + data.start();
        found.extend(
            values.filter(|value| !is_placeholder(value.as_str())).map(|value| at + value.start()..at + value.end()),
        );
    }
}

/// Whether a line says that the document is a secret, in YAML.
fn is_kind(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or_default();
    let mut words = line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.next() == Some("kind") && words.next() == Some("Secret") && words.next().is_none()
}

/// The values below `data:` and `stringData:`.
fn data(document: &str, start: usize, found: &mut Vec<Range<usize>>) {
    let (mut below, mut at) = (None, start);
    for line in document.split_inclusive('\n') {
        // An item of a list of manifests begins with a dash.
        let indent = line.len() - line.trim_start().trim_start_matches("- ").len();
        let name = line.split(':').next().unwrap_or_default().trim_matches([' ', '"', '\t', '-']);
        if below.is_none_or(|depth| indent <= depth) && !line.trim().is_empty() {
            below = matches!(name, "data" | "stringData").then_some(indent);
        } else if let Some(colon) = below.and_then(|_| line.find(':')) {
            let value = unquoted(line, colon + 1..line.trim_end_matches([' ', ',', '\r', '\n']).len().max(colon + 1));
            // A certificate is public.
            if !value.is_empty()
                && !CERTIFICATES.contains(&name)
                && !is_placeholder(&line[value.clone()])
                && !line[value.clone()].starts_with(['|', '>'])
            {
                found.push(at + value.start..at + value.end);
            }
        } else if below.is_some() && !line.trim().is_empty() {
            // A line of a block.
            found.push(at + indent..at + line.trim_end().len());
        }
        at += line.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_data_of_secrets_alone() {
        let masked = |text: &str| {
            let mut found = Vec::new();
            find(text, &mut found);
            found.into_iter().map(|range| text[range].to_owned()).collect::<Vec<_>>().join("|")
        };
        let yaml = "kind: Secret\nstringData:\n  a: x1\n  b: \"y 2\"\n  c: |\n    z3\nmetadata:\n  name: n\n---\nkind: ConfigMap\ndata:\n  a: b\n";
        assert_eq!(masked(yaml), "x1|y 2|z3");
        assert_eq!(
            masked("{\n  \"data\": {\n    \"a\": \"eDE=\",\n    \"b\": \"eTI=\"\n  },\n  \"kind\": \"Secret\"\n}"),
            "eDE=|eTI="
        );
        assert_eq!(masked(r#"{"kind":"Secret","data":{"a":"eDE=","b":"eTI="},"metadata":{"name":"n"}}"#), "eDE=|eTI=");
        assert_eq!(masked("- data:\n    a: x1\n  kind: Secret # generated\n  metadata:\n    name: n\n"), "x1");
        assert_eq!(masked("kind: SecretStore\ndata:\n  a: b\n"), "");
    }
}
