//! Learns which package lies in which folder, since many are called otherwise than their folders: from manifests that
//! were read or written, and from lists of packages.

use crate::detect::call::Call;
use crate::detect::call::classify::CallKind;
use crate::wire::part::ToolState;
use crate::wire::text;

/// How many packages are remembered.
const PACKAGES: usize = 64;
/// How much of an output is read, in bytes.
const READ: usize = 16 * 1024;
/// The longest name, in bytes.
const NAME: usize = 128;

/// Files that say what the package is called in whose folder they lie, and what stands before that.
const MANIFESTS: [(&str, &str); 6] = [
    ("package.json", "\"name\""),
    ("project.json", "\"name\""),
    ("Cargo.toml", "name"),
    ("pyproject.toml", "name"),
    ("pubspec.yaml", "name"),
    ("pom.xml", "<artifactId"),
];
/// Files that say which folder each project of a build lies in.
const SETTINGS: [&str; 2] = ["settings.gradle", "settings.gradle.kts"];
/// The element of a manifest of Maven that names another package.
const PARENT: (&str, &str) = ("<parent>", "</parent>");

/// A package and its folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    name: String,
    folder: String,
}

impl Package {
    #[cfg(test)]
    pub(super) fn new(name: &str, folder: &str) -> Self {
        Self { name: name.to_owned(), folder: folder.to_owned() }
    }
}

/// The folder that a session works in, and what is known of the packages there.
#[derive(Debug, Default)]
pub(super) struct Project {
    directory: Option<String>,
    packages: Vec<Package>,
}

impl Project {
    /// Sets the folder that the session works in.
    pub(super) fn set_directory(&mut self, directory: &str) {
        if self.directory.as_deref() != Some(directory) {
            self.directory = Some(directory.to_owned());
        }
    }

    /// The folder that the session works in.
    pub(super) fn directory(&self) -> Option<&str> {
        self.directory.as_deref()
    }

    /// Adds packages. What was read last counts.
    pub(super) fn learn(&mut self, packages: &[Package]) {
        for new in packages {
            self.packages.retain(|old| old.name != new.name);
            if self.packages.len() == PACKAGES {
                self.packages.remove(0);
            }
            self.packages.push(new.clone());
        }
    }

    /// The folder of a package.
    pub(super) fn folder(&self, name: &str) -> Option<&str> {
        let name = name.trim_start_matches(':');
        self.packages.iter().find(|package| package.name == name).map(|package| package.folder.as_str())
    }
}

/// The packages that a call shows or writes, and their folders.
pub(super) fn packages(call: &Call, state: Option<&ToolState<'_>>) -> Vec<Package> {
    let command = call.input.command.as_deref().unwrap_or_default();
    let target = call.input.target.as_deref().filter(|_| call.line.is_none());
    if call.failed() || !target.is_some_and(is_manifest) && !shows_packages(command) {
        return Vec::new();
    }
    let mut found = match (target, call.kind) {
        (Some(file), CallKind::Mutate) => of_file(file, &call.input.text),
        (file, _) => {
            let shown = state.and_then(|state| state.output).map(|output| text::beginning(output, READ));
            let shown = shown.unwrap_or_default();
            file.map_or_else(|| of_output(command, &shown), |file| of_file(file, &shown))
        }
    };
    found.truncate(PACKAGES);
    found
}

/// Whether a command may show packages.
fn shows_packages(command: &str) -> bool {
    const LISTS: [&str; 4] = ["pnpm ls", "pnpm list", "pnpm m ls", "workspaces list"];
    MANIFESTS.iter().any(|(file, _)| command.contains(file))
        || SETTINGS.iter().any(|file| command.contains(file))
        || LISTS.iter().any(|list| command.contains(list))
}

fn is_manifest(file: &str) -> bool {
    let name = name_of(file);
    MANIFESTS.iter().any(|(manifest, _)| *manifest == name) || SETTINGS.contains(&name)
}

/// What a manifest says.
fn of_file(file: &str, content: &str) -> Vec<Package> {
    let folder = folder_of(file);
    if SETTINGS.contains(&name_of(file)) {
        return content.lines().filter_map(|line| of_setting(folder, line)).collect();
    }
    let Some((_, key)) = MANIFESTS.iter().find(|(manifest, _)| *manifest == name_of(file)) else {
        return Vec::new();
    };
    let own = match content.split_once(PARENT.0) {
        Some((_, rest)) if key.starts_with('<') => rest.split_once(PARENT.1).map_or("", |(_, own)| own),
        _ => content,
    };
    let name = own.lines().find_map(|line| named(line, key));
    name.map(|name| Package { name, folder: folder.to_owned() }).into_iter().collect()
}

/// What the output of a command says: the manifest that it prints, lines of several that name their files, or a list.
fn of_output(command: &str, output: &str) -> Vec<Package> {
    let words = command.split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ';' | '|' | '&' | '>'));
    let mut files = words.filter(|word| is_manifest(word) && !word.contains('*'));
    match (files.next(), files.next()) {
        (Some(file), None) if !command.contains("grep") && !command.contains("find ") => return of_file(file, output),
        _ => {}
    }
    output.lines().filter_map(of_line).collect()
}

/// What a line says: `packages/a/package.json:2: "name": "@x/a"`, `@x/a@1.0.0 /w/packages/a`, or
/// `{"location":"packages/a","name":"@x/a"}`.
fn of_line(line: &str) -> Option<Package> {
    let member = |name: &str| {
        let (_, rest) = line.split_once(&format!("\"{name}\":"))?;
        rest.trim_start().strip_prefix('"')?.split('"').next()
    };
    if let (Some(folder), Some(name)) = (member("location"), member("name")) {
        return package(name, folder);
    }
    if let Some((file, rest)) = line.split_once(':').filter(|(file, _)| is_manifest(file)) {
        let (_, key) = MANIFESTS.iter().find(|(manifest, _)| *manifest == name_of(file))?;
        return named(rest, key).and_then(|name| package(&name, folder_of(file)));
    }
    let (name, rest) = line.split_once(" /")?;
    let (name, _) = name.rsplit_once('@').filter(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()))?;
    let folder = rest.split(" (").next()?.trim_end();
    package(name.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '@'), &format!("/{folder}"))
}

/// The name that a line of a manifest gives behind a key.
fn named(line: &str, key: &str) -> Option<String> {
    let at = line.find(key)?;
    // `filename = …` names something else.
    let is_own = !line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '"'));
    let value = line[at + key.len()..].trim_start().strip_prefix([':', '=', '>']).filter(|_| is_own)?;
    let value = value.trim().trim_start_matches(['"', '\'']);
    let name = &value[..value.find(['"', '\'', '<', ',', ' ']).unwrap_or(value.len())];
    (!name.is_empty() && name.len() <= NAME).then(|| name.to_owned())
}

/// A line of the settings of a build: `project(":app").projectDir = file("clients/app")`.
fn of_setting(root: &str, line: &str) -> Option<Package> {
    let (before, rest) = line.split_once(".projectDir")?;
    let (_, name) = before.rsplit_once("project(")?;
    let mut quoted = rest.split(['"', '\'']);
    let folder = quoted.nth(1).filter(|_| quoted.next().is_some())?;
    let folder = folder.trim_start_matches("$rootDir/").trim_start_matches("${rootDir}/").trim_start_matches("./");
    let folder = if root.is_empty() { folder.to_owned() } else { format!("{root}/{folder}") };
    package(name.trim_matches(|c: char| matches!(c, '"' | '\'' | ')' | ' ' | ':')), &folder)
}

fn package(name: &str, folder: &str) -> Option<Package> {
    let fits = !name.is_empty() && name.len() <= NAME && folder.len() <= 4 * NAME;
    fits.then(|| Package { name: name.to_owned(), folder: folder.to_owned() })
}

fn name_of(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(packages: &[Package]) -> Vec<(&str, &str)> {
        packages.iter().map(|package| (package.name.as_str(), package.folder.as_str())).collect()
    }

    #[test]
    fn reads_manifests() {
        for (file, content, expected) in [
            ("/w/libs/a/package.json", "00001| {\n00002|   \"name\": \"@x/words\",", &[("@x/words", "/w/libs/a")][..]),
            ("crates/net/Cargo.toml", "[package]\nname = \"x-wire\"\nversion = \"1\"", &[("x-wire", "crates/net")]),
            (
                "m/pom.xml",
                "<parent>\n<artifactId>all</artifactId>\n</parent>\n<artifactId>mail</artifactId>",
                &[("mail", "m")],
            ),
            (
                "/w/settings.gradle.kts",
                "include(\":ui\")\nproject(\":ui\").projectDir = file(\"clients/ui\")",
                &[("ui", "/w/clients/ui")],
            ),
            ("settings.gradle", "project(':a:b').projectDir = new File(settingsDir, 'x/b')", &[("a:b", "x/b")]),
            ("/w/README.md", "name = \"x\"", &[]),
        ] {
            assert_eq!(pairs(&of_file(file, content)), expected, "{file}");
        }
    }

    #[test]
    fn reads_lists() {
        for (command, output, expected) in [
            ("cat libs/a/package.json | head -3", "{\n  \"name\": \"words\",", &[("words", "libs/a")][..]),
            (
                "grep -n '\"name\"' */package.json",
                "a/package.json:2:  \"name\": \"@x/a\",\nb/package.json:2:  \"name\": \"@x/b\",",
                &[("@x/a", "a"), ("@x/b", "b")],
            ),
            ("pnpm ls -r --depth -1", "@x/a@1.0.0 /w/packages/one (PRIVATE)", &[("@x/a", "/w/packages/one")]),
            ("yarn workspaces list --json", "{\"location\":\"libs/a\",\"name\":\"@x/a\"}", &[("@x/a", "libs/a")]),
            ("cat a/package.json b/package.json", "{\n  \"name\": \"a\",", &[]),
        ] {
            assert_eq!(pairs(&of_output(command, output)), expected, "{command}");
        }
    }
}
