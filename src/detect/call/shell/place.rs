//! The folder that commands run in.

/// The folder that `cd to` leads to from `from`.
pub(crate) fn join(from: &str, to: &str) -> String {
    let to = to.trim_end_matches('/');
    if from.is_empty() || to.starts_with(['/', '~', '$']) {
        return to.to_owned();
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    for part in to.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn follows_cd() {
        for (from, to, expected) in [
            ("", "web", "web"),
            ("web", "src/", "web/src"),
            ("web", "../server", "server"),
            ("web", "..", ""),
            ("web", "/srv/app", "/srv/app"),
            ("/srv/app", "./a", "/srv/app/a"),
        ] {
            assert_eq!(join(from, to), expected, "{from} {to}");
        }
    }
}
