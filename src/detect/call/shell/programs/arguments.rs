//! Splits the words after a program into flags, their values and the rest.

use super::left_out;
use crate::detect::call::shell::verbs::has;

pub(super) fn has_word(words: &[String], wanted: &str) -> bool {
    words.iter().any(|word| word == wanted)
}

pub(super) fn has_any(words: &[String], table: &str) -> bool {
    words.iter().any(|word| has(table, word))
}

/// Flags of package managers and task runners that take the next word as their value.
pub(super) const RUNNER_VALUES: &str = "--filter -F --prefix -C --dir --cwd -w --workspace -f --file --makefile -j --jobs -l --load-average -p \
    --project --projects --config -c --directory --scope --concurrency --justfile --working-directory -d --taskfile -s --settings \
    -t --target --targets --log-level -k --parallel --max-workers --log-opt -b --build-file -I -W --color --console --output-logs \
    -pl -P --env-file --tags --exclude --since --runner";

/// The words without those flags and their values that come before the subcommand.
pub(super) fn without_values(arguments: &[String], values: &str) -> Vec<String> {
    let mut rest = arguments;
    while let Some(flag) = rest.first().filter(|word| word.starts_with('-')) {
        rest = rest.get(if has(values, flag) { 2 } else { 1 }..).unwrap_or_default();
    }
    rest.to_vec()
}

/// The flags of one letter among [`RUNNER_VALUES`] that take no value of `make`.
pub(super) const BARE_OF_MAKE: &str = "-b -d -k -p -s -t -w";

/// The same of package managers: `-s` is silent, `-d` tells more, `-p` is parseable, `-f` forces.
pub(super) fn bare_of_manager(name: &str) -> &'static str {
    match name {
        "bun" | "deno" => "-c -k -s -t",
        // The root of the workspace.
        "pnpm" => "-d -f -k -l -p -s -t -w -W",
        _ => "-d -f -k -l -p -s -t -W",
    }
}

/// The words that are neither flags nor their values; the flags in `bare` have none.
pub(super) fn positional(arguments: &[String], bare: &str) -> Vec<String> {
    let mut plain = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            continue;
        }
        if !word.starts_with('-') {
            plain.push(word.clone());
        } else if has(RUNNER_VALUES, word) && !has(bare, word) {
            words.next();
        }
    }
    plain
}

/// What the flags select: the packages and folders that a runner is told to work on. The flags in `bare` have no value.
pub(super) fn selected(arguments: &[String], bare: &str) -> Vec<String> {
    const SELECTING: &str = "--filter -F --prefix --dir --cwd -w --workspace -C -pl -p --project --projects --scope --package -s -t --target --targets";
    let mut found = Vec::new();
    for (at, word) in arguments.iter().enumerate() {
        if has(SELECTING, word) && !has(bare, word) {
            found.extend(arguments.get(at + 1).cloned());
        } else if let Some((flag, value)) = word.split_once('=')
            && has(SELECTING, flag)
        {
            found.push(value.to_owned());
        }
    }
    found
}

/// The options by which a runner is told to run some of the tests only, each with its value in one word. `own` are those
/// of the program itself.
pub(super) fn filters(arguments: &[String], own: &str) -> Vec<String> {
    const FILTERS: &str =
        "--tests --only --grep --testNamePattern --test-name-pattern --testPathPattern --testPathPatterns";
    let is_filter = |word: &str| has(FILTERS, word) || has(own, word);
    let mut found: Vec<String> = arguments
        .iter()
        .filter(|word| word.starts_with("-Dtest=") || word.starts_with("-Dit.test="))
        .cloned()
        .collect();
    let values = arguments.windows(2).filter(|pair| is_filter(&pair[0]) && !pair[1].starts_with('-'));
    found.extend(values.map(|pair| format!("-k={}", pair[1])));
    found.extend(arguments.iter().filter_map(|word| {
        let (flag, value) = word.split_once('=')?;
        is_filter(flag).then(|| format!("-k={value}"))
    }));
    found
}

/// Whether a program is told by this flag to run some of the tests only.
fn is_filter(program: &str, flag: &str) -> bool {
    const FILTERS: &str = "run test tests filter filter-expr filterset k grep Dtest Dit.test only only-testing match focus name example testNamePattern \
        test-name-pattern testPathPattern testPathPatterns Dtests";
    // Letters that choose tests by name, and the runners for which they do: for a compiler, they mean other things.
    const LETTERS: &str = "t g m E";
    const RUNNERS: &str = "pytest py.test python python3 unittest nose2 jest vitest mocha ava playwright cypress npm pnpm yarn npx bun deno nextest cargo \
        karma jasmine ward tox nox hatch pdm poetry uv busted lein make just";
    let by_letter = || has(RUNNERS, program.split(' ').next().unwrap_or(program));
    has(FILTERS, flag)
        || has(LETTERS, flag) && by_letter()
        || program == "ctest" && has("R L tests-regex label-regex", flag)
}

/// What a check runs: paths, packages, names of tests; not how it prints or how many run at once.
pub(super) fn targets(program: &str, arguments: &[String]) -> Vec<String> {
    const NOISE: &str = "-j --jobs --tb --maxfail -o --output --color --colour --reporter --reporters --format --timeout --retries -n --numprocesses \
        --config -c --output-format --max-warnings --message-format --test-threads --workers --verbosity --durations --log-level --features \
        --profile --target-dir --logger --parallel --shard --seed --outputStyle --cache-location --ignore-path --ext --out-dir -timeout -tags -coverprofile -covermode -coverpkg -cpuprofile -memprofile -ldflags -gcflags -mod";
    // Other programs take no value there.
    const LEVELED: &str = "-v -l";
    const LEVELS: &str = "q quiet m minimal n normal d detailed diag diagnostic trace debug info warn warning error";
    const SELECTING_FLAGS: &str = "--lib --doc --bins --examples --benches --tests";
    const MOST: usize = 64;
    let is_filter = |flag: &str| is_filter(program, flag);
    let (arguments, mut found) = left_out::split(program, arguments);
    let mut words = arguments.iter().peekable();
    while let Some(word) = words.next() {
        if has(LEVELED, word) {
            words.next_if(|next| has(LEVELS, next) || next.parse::<u8>().is_ok());
            continue;
        }
        let flag = word.trim_start_matches('-');
        if has(NOISE, word) {
            words.next();
        } else if flag.len() < word.len() && is_filter(flag) && !has(SELECTING_FLAGS, word) {
            found.extend(words.next().into_iter().flat_map(|value| left_out::chosen(program, value)));
        } else if has(SELECTING_FLAGS, word) {
            found.push(word.clone());
        } else if let Some(flag) = word.strip_prefix('-') {
            const VALUES: &str = "p package spec R w workspace e env";
            if let Some((flag, value)) = flag.trim_start_matches('-').split_once('=') {
                if is_filter(flag) {
                    found.extend(left_out::chosen(program, value));
                } else if has(VALUES, flag) {
                    found.push(value.to_owned());
                }
            }
        } else if word == "test" && program.ends_with("playwright") {
            // Its only way to run tests chooses none.
        } else if word.parse::<f64>().is_err() {
            let path = word.strip_prefix("./").unwrap_or(word).trim_end_matches('/');
            found.push(if path.is_empty() { ".".to_owned() } else { path.to_owned() });
        }
    }
    found.sort();
    found.dedup();
    found.truncate(MOST);
    found
}

pub(super) fn with(first: &str, rest: &[String]) -> Vec<String> {
    std::iter::once(first.to_owned()).chain(rest.iter().cloned()).collect()
}

pub(super) fn strip_extension(name: &str) -> &str {
    const SCRIPTS: [&str; 12] =
        [".sh", ".bash", ".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".php", ".ps1", ".bat"];
    SCRIPTS.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}
