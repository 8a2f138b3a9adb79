//! Tells which changes an unknown command may have exercised. A database client, for example, runs none of the
//! project's code.

use crate::detect::call::shell::{Effect, SimpleCommand, commands};

/// Clients of databases and stores.
#[rustfmt::skip]
const CLIENTS: [&str; 15] = [
    "psql", "mysql", "mariadb", "sqlite3", "sqlcmd", "mongosh", "mongo", "redis-cli", "valkey-cli", "clickhouse-client", "cqlsh", "bq", "snowsql", "influx", "duckdb",
];
/// Endings of the files that they run.
const QUERIES: [&str; 5] = ["sql", "prisma", "cql", "js", "ddl"];
/// Words in the names of scripts that write files for others to use.
const GENERATORS: [&str; 8] = ["gen", "generate", "generator", "codegen", "seed", "bump", "sync", "fixtures"];
/// Interpreters, and the endings of the files that they run.
#[rustfmt::skip]
const INTERPRETERS: [(&str, &[&str]); 7] = [
    ("python", &["py", "pyi"]), ("python3", &["py", "pyi"]), ("ruby", &["rb", "erb"]), ("perl", &["pl", "pm"]), ("php", &["php"]),
    ("node", &["js", "mjs", "cjs", "ts", "tsx", "jsx"]), ("Rscript", &["R", "r"]),
];
/// Endings of data and templates, which anything may read.
#[rustfmt::skip]
const DATA: [&str; 14] =
    ["json", "yaml", "yml", "toml", "xml", "csv", "tmpl", "tpl", "j2", "jinja", "mustache", "hbs", "proto", "graphql"];

/// What can have been tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum TrialScope {
    /// Anything.
    #[default]
    Anything,
    /// Files with these endings, and those that the command names.
    Only { endings: Vec<&'static str>, command: String },
}

impl TrialScope {
    /// What a command line can have tried, as far as it is unknown.
    pub(super) fn read(command: &str) -> Self {
        let mut endings = Vec::new();
        for command in commands(command).iter().filter(|command| command.effect() == Effect::Unknown) {
            match of_program(command) {
                Some(found) => endings.extend(found),
                None => return Self::Anything,
            }
        }
        if endings.is_empty() { Self::Anything } else { Self::Only { endings, command: command.to_owned() } }
    }

    /// Whether a change of this file can have been tried.
    pub(super) fn may_be(&self, file: Option<&str>) -> bool {
        let (Self::Only { endings, command }, Some(file)) = (self, file) else { return true };
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        endings.contains(&ending) || command.contains(name)
    }
}

/// The endings of what a program can have tried; `None` if that may be anything.
fn of_program(command: &SimpleCommand) -> Option<Vec<&'static str>> {
    let (program, rest) = (command.program(), command.arguments());
    if CLIENTS.contains(&program) {
        return Some(QUERIES.to_vec());
    }
    let (_, own) = INTERPRETERS.iter().find(|(name, _)| *name == program)?;
    let script = rest.iter().find(|word| !word.starts_with('-'))?;
    let stem = script.rsplit('/').next()?.split('.').next()?.to_lowercase();
    let generates = stem.split(|c: char| !c.is_alphanumeric()).any(|word| GENERATORS.contains(&word));
    generates.then(|| own.iter().chain(&DATA).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_cannot_have_tried_a_change() {
        for (command, file, expected) in [
            ("psql dev -c 'select 1'", "src/A.kt", false),
            ("psql dev -f db/migrate/3.sql", "db/migrate/3.sql", true),
            ("sqlite3 app.db < schema.sql", "schema.sql", true),
            ("python scripts/gen.py", "src/A.kt", false),
            ("python scripts/gen.py", "src/a.py", true),
            ("python scripts/gen.py", "api.proto", true),
            ("python scripts/gen.py src/A.kt", "src/A.kt", true),
            // Nobody knows what these run.
            ("python scripts/try_ui.py", "src/app.ts", true),
            ("psql dev -c 'select 1' && ./app --once", "src/A.kt", true),
            ("node app.js", "src/a.py", true),
        ] {
            assert_eq!(TrialScope::read(command).may_be(Some(file)), expected, "{command}: {file}");
        }
        assert!(TrialScope::read("psql dev -c 'select 1'").may_be(None));
    }
}
