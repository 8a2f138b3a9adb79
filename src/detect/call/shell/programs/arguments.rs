//! The words behind a program: flags, their values, and what is left.

use crate::detect::call::shell::words::has;

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

/// The words that are neither flags nor their values.
pub(super) fn positional(arguments: &[String], short: bool) -> Vec<String> {
    let mut plain = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            continue;
        }
        if !word.starts_with('-') {
            plain.push(word.clone());
        } else if has(RUNNER_VALUES, word) && !(short && has("-q -c -k -t", word)) {
            words.next();
        }
    }
    plain
}

/// What the flags select: the packages and folders that a runner is told to work on.
pub(super) fn selected(arguments: &[String]) -> Vec<String> {
    const SELECTING: &str = "--filter -F --prefix --dir --cwd -w --workspace -C -pl -p --project --projects --scope --package -s -t --target --targets";
    let mut found = Vec::new();
    for (at, word) in arguments.iter().enumerate() {
        if has(SELECTING, word) {
            found.extend(arguments.get(at + 1).cloned());
        } else if let Some((flag, value)) = word.split_once('=')
            && has(SELECTING, flag)
        {
            found.push(value.to_owned());
        }
    }
    found
}

/// What a check runs: paths, packages, names of tests; not how it prints or how many run at once.
pub(super) fn targets(arguments: &[String]) -> Vec<String> {
    const NOISE: &str = "-j --jobs --tb --maxfail -o --output --color --colour --reporter --reporters --format --timeout --retries -n --numprocesses \
        --config -c --output-format --max-warnings --message-format --test-threads --workers --verbosity --durations --log-level -l --features \
        --profile --target-dir --logger -v --parallel --shard --seed --outputStyle --cache-location --ignore-path --ext --out-dir";
    const SELECTING_FLAGS: &str = "--lib --doc --bins --examples --benches --tests";
    const MOST: usize = 64;
    let mut found = Vec::new();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        if has(NOISE, word) {
            words.next();
        } else if has(SELECTING_FLAGS, word) {
            found.push(word.clone());
        } else if let Some(flag) = word.strip_prefix('-') {
            const VALUES: &str = "run test tests filter k grep t g p package spec Dtest only R w workspace testNamePattern testPathPattern Dtests e env";
            if let Some((flag, value)) = flag.trim_start_matches('-').split_once('=')
                && has(VALUES, flag)
            {
                found.push(value.to_owned());
            }
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
