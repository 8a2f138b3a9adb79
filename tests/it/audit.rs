//! The page that says where each row of the roadmap is done: it names every row, and what it names exists.

use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The groups of the roadmap, and how many rows each has.
const GROUPS: [(&str, u32); 17] = [
    ("CLI", 13),
    ("SRV", 7),
    ("CLT", 6),
    ("SMP", 10),
    ("REV", 9),
    ("STA", 6),
    ("CTL", 12),
    ("TUI", 10),
    ("AUD", 6),
    ("TEST", 3),
    ("ERR", 3),
    ("QUAL", 3),
    ("DOCS", 3),
    ("REL", 4),
    ("FDB", 3),
    ("VER", 3),
    ("NOTF", 3),
];

fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(ROOT).join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("cannot read {}: {e}", path.display()))
}

fn ids() -> Vec<String> {
    GROUPS.iter().flat_map(|(group, rows)| (1..=*rows).map(move |row| format!("{group}-{row:02}"))).collect()
}

/// One row of the page: what it means, the files that do it, and what shows it.
struct Row {
    meaning: String,
    code: String,
    shown_by: String,
}

/// The rows of a page, by id.
fn rows(page: &str) -> BTreeMap<String, Row> {
    let row = Regex::new(r"(?m)^\| ([A-Z]+-\d\d) \| (.*?) \| (.*?) \| (.*?) \|$").unwrap();
    let rows = row.captures_iter(page).map(|found| {
        let cell = |n: usize| found[n].trim().to_owned();
        (cell(1), Row { meaning: cell(2), code: cell(3), shown_by: cell(4) })
    });
    let mut all = BTreeMap::new();
    for (id, row) in rows {
        assert!(all.insert(id.clone(), row).is_none(), "{id} is on the page twice");
    }
    all
}

/// What stands between backquotes.
fn quoted(cell: &str) -> Vec<String> {
    Regex::new("`([^`]+)`").unwrap().captures_iter(cell).map(|found| found[1].to_owned()).collect()
}

/// Every Rust file below these folders.
fn sources(folders: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| Path::new(ROOT).join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// What is wrong with a page, one line each.
fn faults(page: &str) -> Vec<String> {
    let rows = rows(page);
    let mut faults = Vec::new();
    let known: BTreeSet<String> = ids().into_iter().collect();
    faults.extend(known.iter().filter(|id| !rows.contains_key(*id)).map(|id| format!("{id} is missing")));
    faults.extend(rows.keys().filter(|id| !known.contains(*id)).map(|id| format!("{id} is no row of the roadmap")));
    for (id, row) in &rows {
        if row.meaning.is_empty() || quoted(&row.code).is_empty() {
            faults.push(format!("{id} has no meaning or no file"));
        }
        let missing = quoted(&row.code).into_iter().filter(|file| !Path::new(ROOT).join(file).exists());
        faults.extend(missing.map(|file| format!("{id} names {file}, which does not exist")));
        let tests: Vec<String> = quoted(&row.shown_by).into_iter().filter(|test| test.contains("::")).collect();
        let says_it_is_not = ["partly", "not met", "no test"].iter().any(|word| row.shown_by.contains(word));
        if tests.is_empty() && !says_it_is_not && !row.shown_by.contains("`.ci/run`") {
            faults.push(format!("{id} names no test and does not say that it has none"));
        }
        faults.extend(tests.iter().filter_map(|test| fault_of(test)).map(|fault| format!("{id} {fault}")));
    }
    faults
}

/// What is wrong with a test that is named `file::function`.
fn fault_of(test: &str) -> Option<String> {
    let (file, function) = test.rsplit_once("::")?;
    let Ok(text) = fs::read_to_string(Path::new(ROOT).join(file)) else {
        return Some(format!("names {test}, but there is no file {file}"));
    };
    // Between the attribute that makes it a test and its name, there may be other attributes.
    let attribute = r"#\[(tokio::)?test\b[^\]]*\]\s*(#\[.*\]\s*)*(async )?fn";
    let defined = Regex::new(&format!(r"{attribute} {}\(", regex::escape(function))).unwrap();
    (!defined.is_match(&text)).then(|| format!("names {test}, but {file} has no such test; was it renamed?"))
}

/// The definition of a test that is named after a row.
fn named_after_row() -> Regex {
    let groups: Vec<String> = GROUPS.iter().map(|(group, _)| group.to_ascii_lowercase()).collect();
    Regex::new(&format!(r"\bfn (({})_(\d\d)_[a-z0-9_]+)\(", groups.join("|"))).unwrap()
}

/// Tests in this text that are named after a row which is not on the page.
fn unlisted(text: &str, named: &Regex, listed: &BTreeMap<String, Row>) -> Vec<String> {
    let tests = named.captures_iter(text).map(|found| {
        let id = format!("{}-{}", found[2].to_ascii_uppercase(), &found[3]);
        (id, found[1].to_owned())
    });
    tests
        .filter(|(id, _)| !listed.contains_key(id))
        .map(|(id, test)| format!("{test} is for {id}, which is not on the page"))
        .collect()
}

#[test]
fn aud_01_every_row_is_on_the_page() {
    let page = read("docs/audit.md");
    assert_eq!(faults(&page), Vec::<String>::new(), "mend docs/audit.md");
    let (rows, named) = (rows(&page), named_after_row());
    for file in sources(&["src", "tests"]) {
        let text = fs::read_to_string(&file).unwrap();
        assert_eq!(unlisted(&text, &named, &rows), Vec::<String>::new(), "{}", file.display());
    }
}

/// The check itself: each kind of fault in the page is found.
#[test]
fn faults_of_the_page_are_found() {
    let page = read("docs/audit.md");
    let with = |id: &str, cells: &str| {
        let row = Regex::new(&format!(r"(?m)^\| {id} \|.*$")).unwrap();
        assert!(row.is_match(&page), "{id}");
        faults(&row.replace(&page, regex::NoExpand(cells)))
    };
    let here = "`tests/it/audit.rs::faults_of_the_page_are_found`";
    for (cells, fault) in [
        (String::new(), "REV-07 is missing"),
        (format!("| REV-07 | x | `src/no_such.rs` | {here} |"), "REV-07 names src/no_such.rs, which does not exist"),
        (
            "| REV-07 | x | `src` | `tests/it/audit.rs::no_such` |".to_owned(),
            "REV-07 names tests/it/audit.rs::no_such, but tests/it/audit.rs has no such test; was it renamed?",
        ),
        (
            "| REV-07 | x | `src` | `tests/it/audit.rs::ids` |".to_owned(),
            "REV-07 names tests/it/audit.rs::ids, but tests/it/audit.rs has no such test; was it renamed?",
        ),
        (
            "| REV-07 | x | `src` | `tests/no.rs::x` |".to_owned(),
            "REV-07 names tests/no.rs::x, but there is no file tests/no.rs",
        ),
        ("| REV-07 | x | `src` | by hand |".to_owned(), "REV-07 names no test and does not say that it has none"),
        (format!("| REV-07 | x | somewhere | {here} |"), "REV-07 has no meaning or no file"),
        (
            format!("| REV-07 | x | `src` | {here} |\n| REV-77 | x | `src` | {here} |"),
            "REV-77 is no row of the roadmap",
        ),
    ] {
        assert_eq!(with("REV-07", &cells), [fault], "{cells}");
    }
    let test = format!("fn {}_waits() {{}}", "rev_99");
    assert_eq!(
        unlisted(&test, &named_after_row(), &rows(&page)),
        ["rev_99_waits is for REV-99, which is not on the page"]
    );
}
