//! Recognizes the error messages of compilers, and separates them from the output of the programs that they build.

use regex::RegexSet;
use std::sync::LazyLock;

/// How many messages to keep.
const MESSAGES: usize = 64;
/// A longer line is data.
const LONGEST: usize = 500;

/// Messages of any compiler: with a place in a file, and those of the linkers. The manuals of gcc 12, clang 14, lld and
/// Apple's ld say which words stand there.
#[rustfmt::skip]
const ANY: &[&str] = &[
    r"^(?:In file included from )?[^\s:(]*\.\w+(?::\d+(?::\d+)?|\(\d+(?:,\d+)?\)): (?:\w+ )?\w*(?:[Ee]rror|erreur|Fehler|errore|erro|fout|fel|ошибка|错误|エラー|오류)\b",
    r"^(?:\S*/)?(?:ld|lld|ld\.\w+|ld64\.lld|mold|collect2|cc1\w*|as): (?:error|fatal|ld returned|symbol\(s\)|cannot find|library not found|framework not found|undefined|unknown|can't|file not found|warning: Could not|unrecognized|duplicate)",
    r"^(?:\S*/)?(?:ld|collect2)(?:\.\w+)?: .*(?:undefined reference|multiple definition|in function `|error:|No such file|cannot )",
    r"(?:^|: )(?:undefined reference to |multiple definition of )|^Undefined symbols(?: for architecture|:)",
    r"^\S*(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+|nasm)(?:-\d+)?(?:\.exe)?: (?:fatal )?(?:error|fatal): ",
    r"^(?:clang|swiftc|error): (?:error: )?linker command failed|^compilation terminated\.$",
];
/// Those of single compilers, whose words other programs use as well.
#[rustfmt::skip]
const OWN: &[(&str, &[&str])] = &[
    ("go", &[
        r"^(?:vet: )?\S*\.go:\d+:\d+: \S", r"^go: \S", r"^stat \S+: (?:directory not found|no such file)", r"^no required module provides package ",
        r"^package \S+ is not in |import cycle not allowed", r"^no Go files in |^build constraints exclude all Go files|^can't load package|^cannot find (?:main )?(?:module|package)|^malformed (?:import|module)",
        r"^named files must |^pattern \S+: |^main module \(|^directory \S+ (?:outside|is not|not found)|^\S+/link: ",
    ]),
    ("cargo", &[r"^error: (?:could not compile|failed to |no such |package |no (?:bin|example) target)", r"^error\[E\d+\]: "]),
    ("rustc", &[r"^error(?:\[E\d+\])?: "]),
    ("javac", &[r"^error: ", r"^\d+ errors?$"]),
    ("tsc", &[r"^error TS\d+: ", r"^\S+\(\d+,\d+\): error TS\d+", r"^\S+:\d+:\d+ - error TS\d+"]),
    ("swiftc", &[r"^(?:<unknown>:0: )?error: "]),
];

static ANY_SET: LazyLock<Option<RegexSet>> = LazyLock::new(|| RegexSet::new(ANY).ok());
static OWN_SETS: LazyLock<Vec<(&str, RegexSet)>> =
    LazyLock::new(|| OWN.iter().filter_map(|(name, patterns)| Some((*name, RegexSet::new(*patterns).ok()?))).collect());

/// The messages in an output with which a compiler says that it failed. `check` is its name: `go build`, `gcc`.
pub(super) fn reports(check: &str, output: &str) -> Vec<String> {
    let name = check.split(' ').next().unwrap_or_default();
    let own = OWN_SETS.iter().find(|(own, _)| *own == name).map(|(_, set)| set);
    let is_message = |line: &&str| {
        line.len() <= LONGEST && [ANY_SET.as_ref(), own].into_iter().flatten().any(|set| set.is_match(line))
    };
    let mut messages: Vec<String> =
        output.lines().map(str::trim_end).filter(is_message).take(MESSAGES).map(str::to_owned).collect();
    messages.sort_unstable();
    messages.dedup();
    messages
}
