//! Which room may use which, and what stays within one room.

use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn sources(room: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(ROOT).join("src").join(room)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push((path.clone(), code(&fs::read_to_string(&path).unwrap())));
            }
        }
    }
    assert!(!found.is_empty(), "no room {room}");
    found
}

/// The code without its tests and its comments.
fn code(text: &str) -> String {
    let without_tests = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = without_tests.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The rooms, and the rooms that each may use.
const ARROWS: [(&str, &[&str]); 13] = [
    ("redact", &[]),
    ("wire", &[]),
    ("pipe", &["redact"]),
    ("process", &["pipe", "wire"]),
    ("server", &["wire"]),
    ("stream", &["redact", "pipe", "wire", "process", "server"]),
    ("detect", &["redact", "pipe", "wire"]),
    ("review", &["redact", "pipe", "wire", "process"]),
    ("act", &["redact", "pipe", "wire", "process", "server"]),
    ("watch", &["redact", "pipe", "wire"]),
    ("report", &["redact", "pipe", "wire"]),
    ("run", &["pipe", "wire", "process"]),
    (
        "cli",
        &["redact", "pipe", "wire", "process", "server", "stream", "detect", "review", "act", "watch", "report", "run"],
    ),
];

#[test]
fn arrows_point_one_way() {
    let all = all_modules();
    let known: BTreeSet<String> = all.iter().map(Module::name).collect();
    for (room, allowed) in ARROWS {
        for module in all.iter().filter(|module| module.path[0] == room) {
            let used = named(&module.code).into_iter().filter_map(|path| absolute(module, &path, &known));
            for other in used.filter_map(|path| path.into_iter().next()) {
                let is_room = ARROWS.iter().any(|(room, _)| *room == other);
                assert!(!is_room || other == room || allowed.contains(&&*other), "{} uses {other}", module.name());
            }
        }
    }
}

/// Nothing in these rooms mentions any of these words.
fn absent(rooms: &[&str], words: &[&str], but: &[&str]) {
    for room in rooms {
        for (path, code) in sources(room) {
            let excepted = but.iter().any(|file| path.ends_with(file));
            for word in words {
                assert!(excepted || !code.contains(word), "{} mentions {word}", path.display());
            }
        }
    }
}

#[test]
fn only_stream_reads_the_clock() {
    let others =
        ["wire", "redact", "pipe", "process", "server", "detect", "review", "act", "watch", "report", "run", "cli"];
    absent(&others, &["SystemTime", "UNIX_EPOCH"], &[]);
    absent(&["stream"], &["SystemTime", "UNIX_EPOCH"], &["clock.rs"]);
}

#[test]
fn detect_is_pure() {
    let impure = ["tokio", "std::fs", "std::env", "std::net", "std::thread", "Instant", "reqwest", "std::process"];
    absent(&["detect", "report", "wire", "redact"], &impure, &[]);
}

#[test]
fn pipe_has_no_json_and_wire_no_files() {
    absent(&["pipe"], &["serde", "tokio", "reqwest"], &[]);
    absent(&["wire"], &["std::io", "std::fs"], &[]);
}

#[test]
fn only_cli_reads_the_environment() {
    let others =
        ["wire", "redact", "pipe", "process", "server", "stream", "detect", "review", "act", "watch", "report", "run"];
    // It reads their names, to withhold them.
    absent(&others, &["env::var"], &["process/spawn.rs"]);
}

#[test]
fn one_function_starts_processes() {
    let started = Regex::new(r"\bprocess::(?:\{[^}]*\bCommand\b|Command\b)").unwrap();
    for (room, _) in ARROWS {
        for (path, code) in sources(room) {
            let excepted = path.ends_with("process/spawn.rs");
            // Our own type of that name is a line of the pipe that `ocr-run` prints.
            let starts = started.is_match(&code) && code.contains("Command::new(");
            assert!(excepted || !starts, "{} starts a process by itself", path.display());
        }
    }
}

#[test]
fn exit_codes_have_one_table() {
    let others = ["wire", "redact", "process", "server", "stream", "detect", "review", "watch", "report", "run"];
    absent(&others, &["ExitCode"], &[]);
    let rooms = ARROWS.map(|(room, _)| room);
    absent(&rooms, &["process::exit"], &[]);
}

#[test]
fn binaries_only_call() {
    for entry in fs::read_dir(Path::new(ROOT).join("bin")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(text.lines().count() <= 25 && text.contains("ocr::cli::"));
    }
}

/// A file of a room, by its module path.
struct Module {
    path: Vec<String>,
    code: String,
}

impl Module {
    fn name(&self) -> String {
        self.path.join("::")
    }

    /// Whether this is the `mod.rs` of a folder that `other` lies in.
    fn is_folder_of(&self, other: &Self) -> bool {
        other.path.len() > self.path.len() && other.path.starts_with(&self.path)
    }
}

/// The files of every room.
fn all_modules() -> Vec<Module> {
    let rooms = ARROWS.iter().flat_map(|(room, _)| sources(room));
    let module = |(file, code): (PathBuf, String)| {
        let relative = file.strip_prefix(Path::new(ROOT).join("src")).unwrap();
        let path = relative.with_extension("");
        let mut path: Vec<String> = path.iter().map(|s| s.to_str().unwrap().to_owned()).collect();
        path.retain(|segment| segment != "mod");
        Module { path, code }
    };
    rooms.map(module).collect()
}

/// The same without companions of tests, which are no part of the house.
fn modules() -> Vec<Module> {
    let mut modules = all_modules();
    modules.retain(|module| !module.path.iter().any(|segment| segment.ends_with("tests")));
    modules
}

/// The leaves of a `use` tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((prefix, rest)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap();
        return vec![path.trim().to_owned()];
    };
    let inner = &rest[..rest.rfind('}').unwrap()];
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    let parts = parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty());
    parts.flat_map(leaves).map(|leaf| format!("{}{leaf}", prefix.trim())).collect()
}

/// What a folder hands on from its files: (folder, name) to the file that has it. Handing on is no use.
fn reexports(modules: &[Module]) -> BTreeMap<(String, String), Vec<String>> {
    let handed = Regex::new(r"(?s)pub(?:\([a-z:]+\))? use ([^;]+);").unwrap();
    let mut found = BTreeMap::new();
    for module in modules {
        for tree in handed.captures_iter(&module.code) {
            for leaf in leaves(&tree[1]) {
                let mut path: Vec<String> = leaf.split("::").map(str::to_owned).collect();
                let name = path.pop().unwrap();
                let owner = [module.path.clone(), path].concat();
                found.insert((module.name(), name), owner);
            }
        }
    }
    found
}

/// The absolute path that `path` means in this module; `None` for one of another crate.
fn absolute(module: &Module, path: &str, known: &BTreeSet<String>) -> Option<Vec<String>> {
    let segments: Vec<String> = path.split("::").map(|s| s.trim().to_owned()).collect();
    match segments[0].as_str() {
        "crate" => Some(segments[1..].to_vec()),
        "super" => {
            let ups = segments.iter().take_while(|s| *s == "super").count();
            let base = module.path.len().checked_sub(ups)?;
            Some([&module.path[..base], &segments[ups..]].concat())
        }
        // A file of this folder, by its bare name.
        first => {
            let child = format!("{}::{first}", module.name());
            known.contains(&child).then(|| [module.path.clone(), segments].concat())
        }
    }
}

/// The module that owns what `path` names.
fn owner(
    mut path: Vec<String>,
    known: &BTreeSet<String>,
    handed: &BTreeMap<(String, String), Vec<String>>,
) -> Option<String> {
    loop {
        let length = (1..=path.len()).rev().find(|n| known.contains(&path[..*n].join("::")))?;
        let module = path[..length].join("::");
        let Some(next) = path.get(length).and_then(|name| handed.get(&(module.clone(), name.clone()))) else {
            return Some(module);
        };
        path = [&next[..], &path[length..]].concat();
    }
}

/// The paths that this code imports, or names where it uses them.
fn named(code: &str) -> Vec<String> {
    let import = Regex::new(r"(?sm)^\s*(?:pub(?:\([a-z:]+\))? )?use ([^;]+);").unwrap();
    let inline = Regex::new(r"\b[a-z_]+(?:::\w+)+").unwrap();
    let imported = import.captures_iter(code).flat_map(|tree| leaves(&tree[1])).collect::<Vec<_>>();
    let rest = import.replace_all(code, "");
    let inline = inline.find_iter(&rest).map(|m| m.as_str().to_owned());
    imported.into_iter().chain(inline).collect()
}

/// Which files of the house use which, by what they import and name.
fn uses() -> BTreeMap<String, BTreeSet<String>> {
    let all = modules();
    let known: BTreeSet<String> = all.iter().map(Module::name).collect();
    let handed = reexports(&all);
    let handing = Regex::new(r"(?s)pub(?:\([a-z:]+\))? use [^;]+;").unwrap();
    let mut found = BTreeMap::new();
    for module in &all {
        let used = named(&handing.replace_all(&module.code, ""))
            .into_iter()
            .filter_map(|path| owner(absolute(module, &path, &known)?, &known, &handed))
            .filter(|other| *other != module.name());
        found.insert(module.name(), used.collect());
    }
    found
}

/// Every file that this one uses, directly or through others.
fn reach<'a>(uses: &'a BTreeMap<String, BTreeSet<String>>, start: &str) -> BTreeSet<&'a String> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&String> = uses[start].iter().collect();
    while let Some(file) = next.pop() {
        if reached.insert(file) {
            next.extend(&uses[file]);
        }
    }
    reached
}

#[test]
fn files_form_no_circle() {
    let uses = uses();
    let circles: BTreeSet<Vec<&String>> = uses
        .keys()
        .map(|file| reach(&uses, file).into_iter().filter(|other| reach(&uses, other).contains(file)).collect())
        .filter(|circle: &Vec<&String>| circle.len() > 1)
        .collect();
    assert!(circles.is_empty(), "files that use each other: {circles:#?}");
}

#[test]
fn types_are_implemented_where_defined() {
    let all = modules();
    let defined = Regex::new(r"(?m)^\s*(?:pub(?:\([a-z:]+\))? )?(?:struct|enum) (\w+)").unwrap();
    let implemented = Regex::new(r"(?m)^impl(?:<[^>]*>)? (\w+)[^{]*?\{").unwrap();
    let mut strays: Vec<String> = Vec::new();
    for module in &all {
        let own: BTreeSet<&str> = defined.captures_iter(&module.code).map(|c| c.get(1).unwrap().as_str()).collect();
        for found in implemented.captures_iter(&module.code) {
            let name = &found[1];
            if found[0].contains(" for ") || own.contains(name) {
                continue;
            }
            let defines = |m: &Module| defined.captures_iter(&m.code).any(|c| &c[1] == name);
            let in_own_folder = |m: &Module| m.is_folder_of(module) && defines(m);
            if !all.iter().any(in_own_folder) {
                strays.push(format!("{name} in {}", module.name()));
            }
        }
    }
    assert!(strays.is_empty(), "implemented outside of the type's own file or folder: {strays:#?}");
}
