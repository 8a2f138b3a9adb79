//! Judges interpreters: a script, a module, or code on the command line.

use super::arguments::{has_any, has_word, with};
use super::judgement::{Judgement, Nested};
use super::services::installer;
use crate::detect::call::code_files::is_source;
use crate::detect::call::shell::effect::{Change, Effect};
use crate::detect::call::shell::verbs::{NamePurpose, has, named};
use crate::detect::call::shell::wrappers::base;

/// How a script on the command line runs the tests of a package, in languages that have no other way to.
const INLINE_TESTS: [&str; 6] =
    ["Pkg.test(", "devtools::test", "devtools::check", "testthat::test", "rcmdcheck::", "covr::package_coverage"];

/// What opens a file, and what writes one that is given to it, and one that it is called on, in Python, JavaScript,
/// Ruby, PHP and their like.
const OPENS: [&str; 2] = ["open(", "File.open("];
#[rustfmt::skip]
const WRITES: [&str; 10] = [
    "writeFileSync(", "writeFile(", "appendFileSync(", "appendFile(", "writeTextFile(", "writeTextFileSync(", "Bun.write(", "File.write(", "IO.write(",
    "file_put_contents(",
];
const WRITES_ITSELF: [&str; 2] = [".write_text(", ".write_bytes("];
/// Modes in which a file that is opened may be written.
const MODES: [&str; 9] = ["w", "a", "x", "wb", "ab", "wt", "at", "r+", "w+"];
/// How much of a script is read, in bytes, and how far behind the opening of a file its mode may stand.
const INLINE: usize = 32 * 1024;
const MODE: usize = 160;

/// How much an interpreter changes that is given its program on the command line or in a heredoc, as far as that is
/// certain: source code that it opens to write it.
pub(in crate::detect::call::shell) fn inline_change(words: &[String], bodies: &[String]) -> Change {
    let Some((program, arguments)) = words.split_first() else { return Change::None };
    let name = base(program);
    if !name.starts_with("python") && !has("node nodejs ruby php deno bun tsx", name) {
        return Change::None;
    }
    let inline = arguments.windows(2).filter(|pair| has("-c -e -r --eval", &pair[0])).map(|pair| &pair[1]);
    let sources = inline.chain(bodies);
    sources
        .into_iter()
        .map(|source| written(&source[..source.floor_char_boundary(INLINE)]))
        .max()
        .unwrap_or(Change::None)
}

fn written(source: &str) -> Change {
    let names_source = || source.split(['"', '\'', '`']).any(is_source);
    let of = |file: Option<&str>| file.map_or_else(names_source, is_source);
    let behind = |sign: &'static str| source.match_indices(sign).map(move |(at, _)| &source[at + sign.len()..]);
    let opened =
        OPENS.iter().flat_map(|sign| behind(sign)).filter(|rest| is_written(rest)).map(|rest| first_literal(rest));
    let given = WRITES.iter().flat_map(|sign| behind(sign)).map(|rest| first_literal(rest));
    let itself =
        WRITES_ITSELF.iter().flat_map(|sign| source.match_indices(sign)).map(|(at, _)| last_literal(&source[..at]));
    let writes = opened.chain(given).chain(itself).any(of);
    if writes { Change::Certain } else { Change::None }
}

/// Whether a file is opened to be written: what comes behind `open(`.
fn is_written(rest: &str) -> bool {
    let rest = &rest[..rest.floor_char_boundary(MODE)];
    let call = rest.lines().next().unwrap_or_default();
    call.split(',').skip(1).take(2).any(|word| {
        let value = word.trim_start().trim_start_matches("mode=");
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        quote.is_some_and(|quote| value[1..].split(quote).next().is_some_and(|mode| MODES.contains(&mode)))
    })
}

/// The text in quotes at the beginning.
fn first_literal(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\'' | '`'))?;
    text[1..].split(quote).next()
}

/// The text in quotes at the end, as in `Path("a.py")`.
fn last_literal(text: &str) -> Option<&str> {
    let text = text.strip_suffix(')')?;
    let quote = text.chars().next_back().filter(|quote| matches!(quote, '"' | '\''))?;
    text[..text.len() - 1].rsplit(quote).next()
}

/// `python x.py`, `node --check`, `ruby -c`, `bash script.sh`.
pub(super) fn interpreter(name: &str, arguments: &[String], nested: Nested) -> Judgement {
    if let Some(judgement) = by_flag(name, arguments) {
        return judgement;
    }
    if name == "python" {
        let module = arguments.iter().position(|word| word == "-m");
        if let Some(module) = module.filter(|at| arguments[..*at].iter().all(|word| word.starts_with('-'))) {
            return python_module(arguments.get(module + 1..).unwrap_or_default(), nested);
        }
    }
    let script = arguments.iter().position(|word| !word.starts_with('-'));
    let inline = arguments[..script.unwrap_or(arguments.len())]
        .iter()
        .any(|word| has("-c -e -r -ne -pe -p -E --eval --print -", word));
    if inline
        && has("julia Rscript", name)
        && arguments.iter().any(|word| INLINE_TESTS.iter().any(|test| word.contains(test)))
    {
        return Judgement::check(&format!("{name} test"), &[]);
    }
    if inline {
        let reads = name == "perl" && has_any(arguments, "-ne -nle -lne -pe -lpe");
        return Judgement::of(if reads { Effect::Observe } else { Effect::Unknown });
    }
    let (Some(at), true) = (script, nested.may_guess()) else {
        return Judgement::of(Effect::Unknown);
    };
    // The program that it runs is judged by its own name: `php vendor/bin/phpunit`, `python manage.py test`.
    let judged = nested.judge(&arguments[at..]);
    if judged.effect == Effect::Check { judged } else { Judgement::of(Effect::Unknown) }
}

/// A class or an archive of tests that Java runs by itself: `java -cp out ParserTest`, `java -jar junit….jar`.
pub(super) fn java(arguments: &[String]) -> Option<Judgement> {
    let tests = |word: &String| {
        let class = word.trim_end_matches(".java").rsplit(['.', '/']).next().unwrap_or_default();
        let lower = word.to_lowercase();
        class.ends_with("Test") || class.ends_with("Tests") || lower.contains("junit") || lower.contains("testng")
    };
    // What comes after a class path is where the classes are.
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-cp" | "-classpath" | "--class-path" | "-p" | "--module-path" => drop(words.next()),
            _ if tests(word) => return Some(Judgement::check("java test", &[])),
            _ => {}
        }
    }
    None
}

/// The aliases of a Clojure project that are named for tests: `clojure -M:dev:test`, `clj -X:test`, `clojure -T:build test`.
pub(super) fn clojure(arguments: &[String]) -> Option<Judgement> {
    const RUNNERS: &str = "kaocha eftest runner";
    let checks = |word: &str| named(word) == NamePurpose::Check || has(RUNNERS, word);
    let aliases = |word: &str| -> Option<String> {
        let (flag, aliases) = word.split_once(':').filter(|(flag, _)| has("-M -X -T -A", flag))?;
        let tool = arguments.iter().filter(|next| flag == "-T" && !next.starts_with('-'));
        let mut names = aliases.split(':').chain(tool.map(String::as_str));
        names.find(|name| checks(name)).map(str::to_owned)
    };
    let name = arguments.iter().find_map(|word| aliases(word))?;
    let name = if named(&name) == NamePurpose::Check { name } else { "test".to_owned() };
    Some(Judgement::check(&format!("clojure {name}"), &[]))
}

/// What the flags of an interpreter decide: `perl -i`, `node --check`, `bash -n`, `node --test`.
fn by_flag(name: &str, arguments: &[String]) -> Option<Judgement> {
    if name == "perl" || name == "ruby" {
        let in_place = |word: &String| {
            word.starts_with('-')
                && !word.starts_with("--")
                && !word.starts_with("-I")
                && word.len() < 8
                && word.contains('i')
        };
        let mut flags = arguments.iter().take_while(|word| word.starts_with('-'));
        if flags.any(in_place) {
            return Some(Judgement::of(Effect::Mutate));
        }
    }
    let first = arguments.first().map(String::as_str).unwrap_or_default();
    let syntax = match name {
        "node" | "nodejs" => has("--check -c", first),
        "php" => first == "-l",
        "ruby" | "perl" => has("-c -wc -cw", first),
        "sh" | "bash" | "zsh" | "dash" | "ksh" => has("-n", first),
        _ => false,
    };
    if syntax {
        return Some(Judgement::check(&format!("{name} {first}"), &arguments[1..]));
    }
    if has("node nodejs", name) && has_word(arguments, "--test") || name == "ruby" && first == "-Itest" {
        return Some(Judgement::check(&format!("{name} --test"), arguments));
    }
    None
}

/// `python -m name …`.
fn python_module(words: &[String], nested: Nested) -> Judgement {
    let Some(module) = words.first().filter(|_| nested.may_guess()) else {
        return Judgement::of(Effect::Unknown);
    };
    match module.as_str() {
        "unittest" | "doctest" | "trial" | "nose2" | "green" | "build" => Judgement::check(module, &words[1..]),
        "json.tool" | "site" | "this" | "timeit" | "tokenize" | "platform" | "sysconfig" | "tabnanny" => {
            Judgement::of(Effect::Observe)
        }
        "pip" => installer(&words[1..]),
        "http.server" => Judgement::of(Effect::Unknown),
        "coverage" => match words.get(1).map(String::as_str) {
            Some("run") => nested.judge(&with("python", &words[2..])),
            _ => Judgement::of(Effect::Observe),
        },
        _ => nested.judge(words),
    }
}

#[cfg(test)]
mod tests {
    use super::{Change, inline_change};

    #[test]
    fn inline_programs_that_write_source_code() {
        let change = |source: &str| inline_change(&["python3".to_owned(), "-".to_owned()], &[source.to_owned()]);
        for source in [
            "import pathlib\np = pathlib.Path('src/a.py')\np.write_text(p.read_text().replace('x', 'y'))",
            "Path(\"lib/a.rs\").write_text(text)",
            "s = open('a.ts').read()\nopen('a.ts', 'w').write(s)",
            "with open(path, mode=\"w\") as f:  # 'a.go'\n    f.write(s)",
            "fs.writeFileSync('src/a.js', text)",
        ] {
            assert_eq!(change(source), Change::Certain, "{source}");
        }
        for source in [
            "print(open('src/a.py').read())",
            "text = open('src/a.py').read()\nopen('/tmp/report.json', 'w').write(text)",
            "open('notes.md', 'a').write('src/a.py')",
            "print('w', 'src/a.py')",
            "Path('report.txt').write_text(str(len(Path('a.py').read_text())))",
        ] {
            assert_eq!(change(source), Change::None, "{source}");
        }
    }
}
