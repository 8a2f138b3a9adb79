//! What one program does with its arguments.

use super::effect::{Change, Effect};
use super::words::{self, Named, has, named};
use super::wrappers::base;
use crate::detect::call::normalize::TEMPORARY;

/// What one command does.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    pub effect: Effect,
    pub change: Change,
    /// It waits or watches.
    pub waits: bool,
    /// What a check is called, and what it runs.
    pub check: Option<(String, Vec<String>)>,
}

impl Judgement {
    fn of(effect: Effect) -> Self {
        let change = match effect {
            Effect::Mutate => Change::Certain,
            Effect::Unknown => Change::Perhaps,
            _ => Change::None,
        };
        Self { effect, change, waits: false, check: None }
    }

    fn changing(change: Change) -> Self {
        Self { change, ..Self::of(Effect::Mutate) }
    }

    fn waiting(self) -> Self {
        Self { waits: true, ..self }
    }

    fn check(name: &str, words: &[String]) -> Self {
        Self { check: Some((name.to_owned(), targets(words))), ..Self::of(Effect::Check) }
    }
}

/// Where a command stands, and who judges the commands in it.
#[derive(Clone, Copy)]
pub struct Nested {
    /// How many commands it is nested in.
    pub depth: usize,
    /// Judges a command that another one runs, with its depth.
    pub judge: fn(Vec<String>, usize) -> Judgement,
}

impl Nested {
    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

/// How many unknown wrappers are looked through.
const GUESSES: usize = 4;

/// Judges a program and its arguments, its wrappers already taken off.
pub fn judge_at(command: &[String], nested: Nested) -> Judgement {
    let Some((program, arguments)) = command.split_first() else {
        return Judgement::of(Effect::Observe);
    };
    let name = base(program);
    let name = name.strip_suffix(".exe").or_else(|| name.strip_suffix(".cmd")).unwrap_or(name);
    if asks(arguments) {
        return Judgement::of(Effect::Observe);
    }
    let judgement = special(name, arguments, nested).unwrap_or_else(|| by_table(program, name, arguments, nested));
    if judgement.effect == Effect::Check && asks_shortly(name, arguments) {
        return Judgement::of(Effect::Observe);
    }
    let follows = arguments.iter().any(|word| matches!(word.as_str(), "--follow" | "--watch" | "--wait"));
    let looks = judgement.effect == Effect::Observe;
    if looks && (follows || words::waits(name) || follows_shortly(name, arguments)) {
        return judgement.waiting();
    }
    judgement
}

/// Whether the arguments only ask for the help or the version of any program.
fn asks(arguments: &[String]) -> bool {
    // `--version 1.2` selects one.
    let has_value = |at: usize| arguments.get(at + 1).is_some_and(|next| !next.starts_with('-'));
    let alone = arguments.len() == 1;
    arguments.iter().enumerate().any(|(at, word)| match word.as_str() {
        "--help" => true,
        "--version" => !has_value(at),
        "help" | "version" | "-version" => alone,
        _ => false,
    })
}

/// Whether a check is only asked for its help or version in a form that means something else to other programs.
fn asks_shortly(name: &str, arguments: &[String]) -> bool {
    /// Programs for which `-v` alone is the version; for the others it is a run that tells more.
    const SHORT: &str = "eslint stylelint tslint tsc vue-tsc jest vitest rspec rubocop bats webpack prettier gcc g++ cc c++ clang clang++ make \
        mvn gradle php";
    let last = arguments.last().map_or("", String::as_str);
    let short = arguments.len() <= 2 && arguments.first().is_some_and(|first| first == last || !first.starts_with('-'));
    match last {
        "-h" | "-help" | "-?" => short,
        "-V" => short && name != "ctest",
        "-v" => arguments.len() == 1 && has(SHORT, name),
        _ => {
            arguments.first().is_some_and(|first| matches!(first.as_str(), "help" | "version"))
                && has(words::CHECKS, name)
        }
    }
}

fn follows_shortly(name: &str, arguments: &[String]) -> bool {
    matches!(name, "tail" | "journalctl" | "docker" | "kubectl" | "podman" | "stern")
        && arguments.iter().any(|word| word.starts_with('-') && !word.starts_with("--") && word.contains(['f', 'F']))
        && (name != "docker" && name != "kubectl" && name != "podman" || has_word(arguments, "logs"))
}

fn has_word(words: &[String], wanted: &str) -> bool {
    words.iter().any(|word| word == wanted)
}

fn has_any(words: &[String], table: &str) -> bool {
    words.iter().any(|word| has(table, word))
}

fn by_table(program: &str, name: &str, arguments: &[String], nested: Nested) -> Judgement {
    let own = program.contains('/') && !program.starts_with('/') && !program.contains("/bin/");
    if own && named(strip_extension(name)) == Named::Check && !has(words::CHECKS, name) {
        return unknown(program, name, arguments, nested);
    }
    let shows = ["Get-", "Select-", "Measure-", "Write-Host"];
    if has(words::LOOKS, name) || shows.iter().any(|verb| name.starts_with(verb)) {
        return Judgement::of(Effect::Observe);
    }
    if has(words::CHANGES, name) {
        let mut operands = arguments.iter().filter(|word| !word.starts_with('-')).peekable();
        let scratch = name == "mktemp" || operands.peek().is_some() && operands.all(|word| is_scratch(word));
        return Judgement::changing(if scratch { Change::Scratch } else { Change::Certain });
    }
    if has(words::FORMATTERS, name) {
        return formatter(name, arguments);
    }
    if has(words::CHECKS, name) {
        return checker(name, arguments);
    }
    unknown(program, name, arguments, nested)
}

/// Whether a path is a temporary one.
pub fn is_scratch(path: &str) -> bool {
    ["/dev/shm/", "$TMPDIR", "${TMPDIR"].iter().any(|root| path.starts_with(root))
        || path == "/tmp"
        || TEMPORARY.iter().any(|(root, _)| path.starts_with(root))
}

fn checker(name: &str, arguments: &[String]) -> Judgement {
    let linter = !has("gcc g++ cc c++ clang clang++ rustc nasm", name);
    let rubocop = has("rubocop standardrb brakeman", name) && has_any(arguments, "-a -A -x");
    if linter && (has_any(arguments, words::FIX_FLAGS) && !has_any(arguments, "-w -i") || rubocop)
        || has("eslint stylelint tslint oxlint", name) && has_word(arguments, "--fix=true")
    {
        return Judgement::of(Effect::Mutate);
    }
    if has_any(arguments, "--list --collect-only --co --showConfig --print-config --listTests --init --list-tests") {
        let starts = has_word(arguments, "--init");
        return Judgement::of(if starts { Effect::Mutate } else { Effect::Observe });
    }
    if has("cypress playwright vite infection", name)
        && arguments.first().is_some_and(|word| {
            matches!(named(word), Named::Serve | Named::Look) && word != "run"
                || has("open codegen show-report install", word)
        })
    {
        return Judgement::of(Effect::Unknown);
    }
    if name == "vite" && !has_word(arguments, "build") {
        return Judgement::of(Effect::Unknown);
    }
    let watches = has_any(arguments, "--watch --watchAll -w")
        && has("jest vitest tsc mocha webpack rollup esbuild tsup vue-tsc ava karma", name)
        || name == "vitest" && has_any(arguments, "watch dev");
    let check = Judgement::check(name, arguments);
    if watches { check.waiting() } else { check }
}

fn formatter(name: &str, arguments: &[String]) -> Judgement {
    let writes = has_any(arguments, words::FIX_FLAGS);
    let checks = has_any(arguments, words::CHECK_FLAGS) || arguments.iter().any(|word| word.starts_with("--check="));
    // A flag that takes a value under the same name: `prettier -w`, `clang-format -i`.
    if checks && !writes {
        return Judgement::check(&format!("{name} --check"), arguments);
    }
    if has(words::PRINTERS, name) && !writes {
        return Judgement::of(Effect::Observe);
    }
    Judgement::changing(Change::Layout)
}

/// Programs whose subcommand or flags decide.
fn special(name: &str, arguments: &[String], nested: Nested) -> Option<Judgement> {
    Some(match name {
        "git" => git(arguments),
        "gh" | "glab" | "hub" | "tea" => forge(arguments),
        "sed" => sed(arguments),
        "perl" | "ruby" | "node" | "nodejs" | "php" | "deno" | "bun" | "lua" | "Rscript" | "julia" | "tsx"
        | "ts-node" => interpreter(name, arguments, nested),
        _ if name.starts_with("python") || name == "py" || name == "pypy3" => interpreter("python", arguments, nested),
        "sh" | "bash" | "zsh" | "dash" | "ash" | "ksh" | "fish" => interpreter(name, arguments, nested),
        "npm" | "pnpm" | "yarn" | "lerna" | "rush" | "cnpm" => package_manager(name, arguments, nested),
        "find" => find(arguments, nested),
        "tar" => tar(arguments),
        "curl" | "http" | "https" | "xh" | "wget" => http(name, arguments),
        "cargo" => cargo(arguments),
        "go" => go(arguments),
        "ruff" | "biome" | "rome" => ruff(name, arguments),
        "docker" | "podman" | "kubectl" | "oc" | "helm" | "docker-compose" | "systemctl" | "service" | "aws"
        | "gcloud" | "az" | "heroku" | "fly" | "flyctl" | "kill" | "pkill" | "killall" | "crontab" | "launchctl"
        | "pm2" | "supervisorctl" | "kustomize" | "argocd" | "vercel" | "netlify" | "wrangler" | "nerdctl"
        | "minikube" | "kind" | "tmux" | "screen" => service(name, arguments),
        "terraform" | "tofu" => terraform(name, arguments),
        "pip" | "pip3" | "uv" | "poetry" | "pdm" | "pipenv" | "conda" | "apt" | "apt-get" | "brew" | "dnf" | "yum"
        | "apk" | "gem" | "bundle" | "nvm" | "rustup" | "asdf" | "snap" => installer(arguments),
        "awk" | "gawk" | "mawk" => {
            let writes =
                arguments.iter().any(|word| word.contains("> \"") || word.contains(">\"") || word == "inplace");
            Judgement::of(if writes { Effect::Mutate } else { Effect::Observe })
        }
        "tee" => tee(arguments),
        _ => return runner(name, arguments),
    })
}

fn tee(arguments: &[String]) -> Judgement {
    let mut files = arguments.iter().filter(|word| !word.starts_with('-')).peekable();
    if files.peek().is_none() || files.clone().all(|file| is_device(file)) {
        return Judgement::of(Effect::Observe);
    }
    Judgement::changing(if files.all(|file| is_scratch(file) || is_device(file)) {
        Change::Scratch
    } else {
        Change::Certain
    })
}

/// Whether a path is no file: `/dev/null`, a terminal, another descriptor.
pub fn is_device(path: &str) -> bool {
    path.starts_with("/dev/") && !path.starts_with("/dev/shm/") || path.eq_ignore_ascii_case("nul") || path == "$null"
}

fn git(arguments: &[String]) -> Judgement {
    let words = without_values(arguments, "-C -c --git-dir --work-tree --namespace");
    let Some((sub, rest)) = words.split_first() else {
        return Judgement::of(Effect::Observe);
    };
    let plain = rest.iter().filter(|word| !word.starts_with('-')).count();
    let first = rest.first().map(String::as_str).unwrap_or_default();
    let effect = match sub.as_str() {
        "status" | "diff" | "log" | "show" | "blame" | "grep" | "ls-files" | "ls-remote" | "ls-tree" | "rev-parse"
        | "rev-list" | "describe" | "shortlog" | "cat-file" | "merge-base" | "name-rev" | "reflog" | "whatchanged"
        | "for-each-ref" | "show-ref" | "check-ignore" | "count-objects" | "fsck" | "var" | "help" | "range-diff"
        | "cherry" | "diff-tree" | "diff-index" | "symbolic-ref" | "check-attr" | "verify-commit" | "archive"
        | "format-patch" => Effect::Observe,
        "branch" | "tag" | "remote" | "config" | "notes" if listing(sub, rest, plain) => Effect::Observe,
        "stash" | "worktree" | "submodule" | "lfs" | "bisect" if has("list show status log ls-files", first) => {
            Effect::Observe
        }
        "worktree" if has("add remove prune", first) => Effect::Record,
        "add" | "commit" | "push" | "tag" | "branch" | "remote" | "config" | "fetch" | "notes" | "gc" | "prune"
        | "update-index" | "update-ref" | "send-email" | "init" | "maintenance" | "replace" | "commit-tree"
        | "write-tree" => Effect::Record,
        "checkout" if has_any(rest, "-b -B --orphan") => Effect::Record,
        "switch" if has_any(rest, "-c -C --create --orphan") => Effect::Record,
        "restore" if has_any(rest, "--staged -S") && !has_any(rest, "--worktree -W") => Effect::Record,
        "reset" if !has_any(rest, "--hard --merge --keep") => Effect::Record,
        "apply" if has_any(rest, "--check --stat --numstat --summary") => Effect::Observe,
        "rm" if has_word(rest, "--cached") => Effect::Record,
        "clean" if has_any(rest, "-n --dry-run -nd -dn") => Effect::Observe,
        "checkout" | "switch" | "restore" | "reset" | "stash" | "apply" | "am" | "merge" | "rebase" | "pull"
        | "cherry-pick" | "revert" | "clean" | "rm" | "mv" | "clone" | "submodule" | "sparse-checkout"
        | "read-tree" | "checkout-index" | "lfs" | "worktree" | "filter-branch" | "filter-repo" | "subtree" => {
            Effect::Mutate
        }
        _ => Effect::Unknown,
    };
    Judgement::of(effect)
}

/// Whether `git branch`, `tag`, `remote`, `config` or `notes` only lists.
fn listing(sub: &str, rest: &[String], plain: usize) -> bool {
    let lists = has_any(
        rest,
        "-l --list -a -r -v -vv --all --remotes --show-current --contains --merged --no-merged --points-at --get --get-all \
         --get-regexp get list show get-url --sort --column",
    ) || rest.iter().any(|word| word.starts_with("--sort=") || word.starts_with("--format="));
    let writes = has_any(rest, "-d -D -m -M -f --delete --move --copy -a --unset --add")
        && (sub != "branch" || !has_word(rest, "-a") || has_any(rest, "-d -D -m -M"))
        && !(sub == "tag" && has_any(rest, "-l --list"));
    !writes && (plain == 0 || lists)
}

/// `gh`, `glab` and the like.
fn forge(arguments: &[String]) -> Judgement {
    let words = without_values(arguments, "-R --repo");
    let plain: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    let verb = plain.get(1).copied().unwrap_or_default();
    match plain.first().copied() {
        Some("api") => {
            let writes =
                has_any(arguments, "-X --method -f -F --field --raw-field --input") && !has_word(arguments, "GET");
            return Judgement::of(if writes { Effect::Record } else { Effect::Observe });
        }
        Some("status" | "search" | "browse" | "help") | None => return Judgement::of(Effect::Observe),
        _ => {}
    }
    match verb {
        "view" | "list" | "checks" | "status" | "diff" | "get" | "ls" | "trace" => {
            let watches = has_any(arguments, "--watch -w") && verb == "checks";
            let look = Judgement::of(Effect::Observe);
            if watches || verb == "trace" { look.waiting() } else { look }
        }
        "watch" => Judgement::of(Effect::Observe).waiting(),
        "checkout" | "clone" | "download" | "develop" => Judgement::of(Effect::Mutate),
        _ => Judgement::of(Effect::Record),
    }
}

fn sed(arguments: &[String]) -> Judgement {
    let in_place = arguments.iter().any(|word| {
        word.starts_with("--in-place")
            || word.starts_with('-') && !word.starts_with("--") && word.contains('i') && !word.starts_with("-e")
    });
    let scratch = arguments.last().is_some_and(|file| is_scratch(file));
    match (in_place, scratch) {
        (true, true) => Judgement::changing(Change::Scratch),
        (true, false) => Judgement::of(Effect::Mutate),
        _ => Judgement::of(Effect::Observe),
    }
}

fn tar(arguments: &[String]) -> Judgement {
    let lists = arguments
        .first()
        .is_some_and(|flags| !flags.starts_with("--") && flags.contains('t') && !flags.contains(['x', 'c']))
        || has_word(arguments, "--list");
    Judgement::of(if lists { Effect::Observe } else { Effect::Mutate })
}

fn find(arguments: &[String], nested: Nested) -> Judgement {
    if has_any(arguments, "-delete -fprint -fprintf -fls") {
        return Judgement::of(Effect::Mutate);
    }
    let runs = arguments.iter().position(|word| has("-exec -execdir -ok -okdir", word));
    match runs {
        Some(at) if nested.depth < GUESSES => {
            let command: Vec<String> =
                arguments[at + 1..].iter().take_while(|word| *word != ";" && *word != "+").cloned().collect();
            (nested.judge)(command, nested.depth + 1)
        }
        _ => Judgement::of(Effect::Observe),
    }
}

fn http(name: &str, arguments: &[String]) -> Judgement {
    let value = |word: &String| word.trim_start_matches("-X").trim_start_matches("--request=").to_ascii_uppercase();
    let method = arguments.iter().map(value).any(|word| has("POST PUT DELETE PATCH", &word));
    let sends = has_any(
        arguments,
        "-d --data --data-raw --data-binary --data-urlencode --json -F --form -T --upload-file --post-data --post-file",
    ) || arguments.iter().any(|word| word.starts_with("--data=") || word.starts_with("-d{"));
    if method || sends && !has_any(arguments, "-G --get") {
        return Judgement::of(Effect::Record);
    }
    let output = arguments
        .iter()
        .position(|word| has("-o --output -O --output-document", word))
        .and_then(|at| arguments.get(at + 1));
    let file = output.filter(|file| *file != "-" && !is_device(file));
    let bare = name == "curl" && has_any(arguments, "-O --remote-name -OL -LO");
    match (file, name) {
        (Some(file), _) if is_scratch(file) && !bare => Judgement::changing(Change::Scratch),
        (Some(_), _) => Judgement::of(Effect::Mutate),
        (None, "wget") if output.is_none() && !has_any(arguments, "--spider -qO- -O-") => Judgement::of(Effect::Mutate),
        _ if bare => Judgement::of(Effect::Mutate),
        _ => Judgement::of(Effect::Observe),
    }
}

fn cargo(arguments: &[String]) -> Judgement {
    let toolchain = usize::from(arguments.first().is_some_and(|word| word.starts_with('+')));
    let words = without_values(&arguments[toolchain..], "--manifest-path --config -Z --color -C");
    let Some((sub, rest)) = words.split_first() else {
        return Judgement::of(Effect::Observe);
    };
    match sub.as_str() {
        "clippy" | "check" | "build" | "test" if has_word(rest, "--fix") => Judgement::of(Effect::Mutate),
        "test" | "t" => Judgement::check("cargo test", rest),
        "build" | "b" => Judgement::check("cargo build", rest),
        "check" | "c" => Judgement::check("cargo check", rest),
        "nextest" if has_word(rest, "list") => Judgement::of(Effect::Observe),
        "clippy" | "nextest" | "bench" | "doc" | "miri" | "llvm-cov" | "tarpaulin" | "deny" | "audit" | "machete"
        | "hack" | "udeps" | "semver-checks" | "rustc" | "rustdoc" | "package" | "careful" | "mutants" | "insta" => {
            Judgement::check(&format!("cargo {sub}"), rest)
        }
        "fmt" if has_any(rest, "--check -l") => Judgement::check("cargo fmt --check", &[]),
        "fmt" => Judgement::changing(Change::Layout),
        "tree" | "metadata" | "search" | "version" | "locate-project" | "pkgid" | "info" | "help" | "--list" | "-V"
        | "expand" => Judgement::of(Effect::Observe),
        "publish" | "login" | "yank" | "owner" => Judgement::of(Effect::Record),
        "fix" | "add" | "remove" | "rm" | "update" | "init" | "new" | "install" | "generate-lockfile" | "vendor"
        | "fetch" => Judgement::of(Effect::Mutate),
        "clean" => Judgement::changing(Change::Scratch),
        "run" | "r" => Judgement::of(Effect::Unknown),
        _ => targets_of("cargo", &words, false),
    }
}

fn go(arguments: &[String]) -> Judgement {
    let Some((sub, rest)) = arguments.split_first() else {
        return Judgement::of(Effect::Observe);
    };
    match (sub.as_str(), rest.first().map(String::as_str)) {
        ("test" | "build" | "vet", _) => Judgement::check(&format!("go {sub}"), rest),
        ("mod", Some("verify")) => Judgement::check("go mod verify", &[]),
        ("list" | "env" | "version" | "doc" | "help", _) | ("mod", Some("graph" | "why")) if !has_word(rest, "-w") => {
            Judgement::of(Effect::Observe)
        }
        ("fmt", _) => Judgement::changing(Change::Layout),
        ("run" | "tool", _) => go_run(rest),
        _ => Judgement::of(Effect::Mutate),
    }
}

/// `go run example.com/cmd/golangci-lint@v1 run`.
fn go_run(rest: &[String]) -> Judgement {
    let Some(at) = rest.iter().position(|word| !word.starts_with('-')) else {
        return Judgement::of(Effect::Unknown);
    };
    let program = base(rest[at].split('@').next().unwrap_or_default());
    if has(words::CHECKS, program) {
        return checker(program, &rest[at + 1..]);
    }
    Judgement::of(Effect::Unknown)
}

/// `ruff check`, `ruff format`, `biome check`.
fn ruff(name: &str, arguments: &[String]) -> Judgement {
    let sub = arguments.first().map(String::as_str).unwrap_or_default();
    let writes = has_any(arguments, "--fix --write --apply --unsafe-fixes --fix-only --apply-unsafe");
    match sub {
        "format" if name == "ruff" && !has_any(arguments, "--check --diff") => Judgement::changing(Change::Layout),
        "format" if writes => Judgement::changing(Change::Layout),
        "rule" | "config" | "linter" | "explain" | "rage" | "version" => Judgement::of(Effect::Observe),
        "init" | "migrate" => Judgement::of(Effect::Mutate),
        _ if writes => Judgement::of(Effect::Mutate),
        _ => {
            let label = if has("format ci lint", sub) { sub } else { "check" };
            let rest = arguments.get(usize::from(has("check format ci lint", sub))..);
            Judgement::check(&format!("{name} {label}"), rest.unwrap_or_default())
        }
    }
}

/// Programs that move services, machines or remotes, and no file of the work tree.
fn service(name: &str, arguments: &[String]) -> Judgement {
    let words = without_values(
        arguments,
        "-n --namespace --context -f --file -p --project-name -H --host --profile --region -c -l -o -t",
    );
    let verbs: Vec<&str> =
        words.iter().map(String::as_str).filter(|word| !word.starts_with('-') && *word != "compose").take(3).collect();
    let first = verbs.first().copied().unwrap_or_default();
    let look = |word: &&str| {
        has(
            "ps images inspect logs stats top version info ls list get describe explain api-resources events status is-active is-enabled show \
             history search diff port cat list-units template has-session capture-pane display-message list-sessions list-windows \
             list-panes ls-sessions whoami config-view identity get-caller-identity",
            word,
        ) || word.starts_with("describe-")
            || word.starts_with("list-")
            || word.starts_with("get-")
    };
    let waits = verbs.iter().any(|word| words::waits(word))
        || first == "rollout" && verbs.contains(&"status")
        || has_any(arguments, "-w --watch --wait --follow -f")
            && verbs.iter().any(|word| matches!(*word, "get" | "logs"));
    if verbs.iter().any(look)
        || waits
        || first == "config" && verbs.contains(&"view")
        || name == "kustomize" && first == "build"
    {
        let look = Judgement::of(Effect::Observe);
        return if waits { look.waiting() } else { look };
    }
    if has("build buildx bake lint test validate deploy-check", first) && !has("tmux screen kill", name) {
        return Judgement::check(&format!("{name} {first}"), &words);
    }
    if has("exec run cp debug ssh send-keys", first) || name == "tmux" && has("new new-session", first) {
        // What runs inside of it is not known.
        return Judgement::of(Effect::Unknown);
    }
    Judgement::of(Effect::Record)
}

fn terraform(name: &str, arguments: &[String]) -> Judgement {
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
    match words.first().copied().unwrap_or_default() {
        sub @ ("validate" | "test") => {
            Judgement::check(&format!("{name} {sub}"), arguments.get(1..).unwrap_or_default())
        }
        "fmt" if has_any(arguments, "-check --check -diff") && !has_word(arguments, "-write=true") => {
            Judgement::check(&format!("{name} fmt -check"), &[])
        }
        "fmt" => Judgement::changing(Change::Layout),
        "plan" | "show" | "output" | "providers" | "graph" | "version" | "console" => Judgement::of(Effect::Observe),
        "state" | "workspace" if words.get(1).is_some_and(|word| has("list show pull", word)) => {
            Judgement::of(Effect::Observe)
        }
        "init" | "get" => Judgement::of(Effect::Mutate),
        _ => Judgement::of(Effect::Record),
    }
}

/// `pip install`, `apt-get update`, `brew list`.
fn installer(arguments: &[String]) -> Judgement {
    let verb = arguments.iter().find(|word| !word.starts_with('-'));
    let verb = verb.map(String::as_str).unwrap_or_default();
    if has(
        "list show freeze search info check outdated which env --version tree why config depends cache policy version",
        verb,
    ) {
        return Judgement::of(if verb == "config" { Effect::Record } else { Effect::Observe });
    }
    if has("build check", verb) {
        return Judgement::check("build", arguments);
    }
    if has("run exec", verb) {
        return Judgement::of(Effect::Unknown);
    }
    Judgement::of(Effect::Mutate)
}

/// How a script on the command line runs the tests of a package, in languages that have no other way to.
const INLINE_TESTS: [&str; 6] =
    ["Pkg.test(", "devtools::test", "devtools::check", "testthat::test", "rcmdcheck::", "covr::package_coverage"];

/// `python x.py`, `node --check`, `ruby -c`, `bash script.sh`.
fn interpreter(name: &str, arguments: &[String], nested: Nested) -> Judgement {
    if has("deno bun", name) {
        return package_manager(name, arguments, nested);
    }
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
    let (Some(at), true) = (script, nested.depth < GUESSES) else {
        return Judgement::of(Effect::Unknown);
    };
    // The program that it runs is judged by its own name: `php vendor/bin/phpunit`, `python manage.py test`.
    let judged = judge_at(&arguments[at..], nested.deeper());
    if judged.effect == Effect::Check { judged } else { Judgement::of(Effect::Unknown) }
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
    let Some(module) = words.first().filter(|_| nested.depth < GUESSES) else {
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
            Some("run") => judge_at(&with("python", &words[2..]), nested.deeper()),
            _ => Judgement::of(Effect::Observe),
        },
        _ => judge_at(words, nested.deeper()),
    }
}

fn with(first: &str, rest: &[String]) -> Vec<String> {
    std::iter::once(first.to_owned()).chain(rest.iter().cloned()).collect()
}

/// Flags of package managers and task runners that take the next word as their value.
const RUNNER_VALUES: &str = "--filter -F --prefix -C --dir --cwd -w --workspace -f --file --makefile -j --jobs -l --load-average -p \
    --project --projects --config -c --directory --scope --concurrency --justfile --working-directory -d --taskfile -s --settings \
    -t --target --targets --log-level -k --parallel --max-workers --log-opt -b --build-file -I -W --color --console --output-logs \
    -pl -P --env-file --tags --exclude --since --runner";

/// `npm test`, `pnpm --filter x run lint`, `yarn workspace x test`, `bun run --cwd x build`, `deno task x`.
fn package_manager(name: &str, arguments: &[String], nested: Nested) -> Judgement {
    let selected = selected(arguments);
    let plain = positional(arguments, name == "bun" || name == "deno");
    let mut words: &[String] = &plain;
    let mut explicit = false;
    loop {
        match words.first().map(String::as_str) {
            Some("workspace") => words = words.get(2..).unwrap_or_default(),
            Some("workspaces" | "foreach" | "recursive" | "multi" | "global") => words = &words[1..],
            Some("run" | "run-script" | "rum" | "task") if !explicit => {
                explicit = true;
                words = &words[1..];
            }
            _ => break,
        }
    }
    let Some((script, rest)) = words.split_first() else {
        // `yarn` alone installs; `npm run` alone lists the scripts.
        let installs = name == "yarn" && !explicit && !arguments.iter().any(|word| word.starts_with("-v"));
        return Judgement::of(if installs { Effect::Mutate } else { Effect::Observe });
    };
    if !explicit && let Some(judgement) = manager_verb(name, script, rest, arguments) {
        return judgement;
    }
    if explicit && (name == "deno" || name == "bun") && script.contains('.') {
        return interpreter("node", words, nested);
    }
    // A binary of the project by its own name: `yarn jest`, `pnpm vitest run`.
    if !explicit && nested.depth < GUESSES && name != "npm" {
        let judged = judge_at(words, nested.deeper());
        if judged.effect != Effect::Unknown && judged.effect != Effect::Record {
            return judged;
        }
    }
    script_judgement(name, script, rest, &selected)
}

/// What a script of a project is named for.
fn script_judgement(name: &str, script: &str, rest: &[String], selected: &[String]) -> Judgement {
    match named(script) {
        Named::Check => {
            let mut words = vec![script.to_owned()];
            words.extend_from_slice(selected);
            words.extend_from_slice(rest);
            let check = Judgement::check(name, &words);
            if script.contains("watch") { check.waiting() } else { check }
        }
        Named::Format if has_any(rest, words::CHECK_FLAGS) => Judgement::check(&format!("{name} {script}"), selected),
        Named::Format => Judgement::changing(Change::Layout),
        _ => Judgement::of(Effect::Unknown),
    }
}

/// The subcommands of package managers themselves.
fn manager_verb(name: &str, verb: &str, rest: &[String], all: &[String]) -> Option<Judgement> {
    Some(match verb {
        "t" | "tst" | "test" => script_judgement(name, "test", rest, &selected(all)),
        "install" | "i" | "add" | "ci" | "remove" | "rm" | "uninstall" | "un" | "update" | "up" | "upgrade"
        | "init" | "create" | "link" | "unlink" | "dedupe" | "import" | "patch" | "rebuild" | "prune"
        | "clean-install" | "cache" | "approve-builds" | "set" | "fund" | "bootstrap" => Judgement::of(Effect::Mutate),
        "publish" | "login" | "logout" | "deprecate" | "dist-tag" | "unpublish" => Judgement::of(Effect::Record),
        "version" | "pkg" if !rest.is_empty() => Judgement::of(Effect::Mutate),
        "ls" | "list" | "why" | "view" | "info" | "outdated" | "config" | "root" | "bin" | "whoami" | "search"
        | "explain" | "licenses" | "ping" | "doctor" | "help" | "version" | "pkg" | "prefix" | "repl" => {
            Judgement::of(Effect::Observe)
        }
        "audit" if rest.first().is_some_and(|word| word == "fix") => Judgement::of(Effect::Mutate),
        "start" | "stop" | "restart" | "dev" => Judgement::of(Effect::Unknown),
        "fmt" if name == "deno" && has_word(all, "--check") => Judgement::check("deno fmt --check", rest),
        "check" | "lint" | "bench" | "doc" | "compile" | "build" if name == "deno" || name == "bun" => {
            if has_word(all, "--fix") {
                return Some(Judgement::of(Effect::Mutate));
            }
            Judgement::check(&format!("{name} {verb}"), rest)
        }
        _ => return None,
    })
}

/// Task runners: a program whose words are targets.
fn runner(name: &str, arguments: &[String]) -> Option<Judgement> {
    const RUNNERS: &str = "make gmake nmake just task mise rtx turbo nx rake grunt gulp invoke inv doit composer ant gradle gradlew mvn mvnw \
        poe poethepoet hatch moon earthly dagger melos sbt lein mill bazel bazelisk buck buck2 pants please plz ninja scons meson cmake waf \
        mage swift dotnet msbuild mix flutter dart zig stack cabal dune alr rebar3 gleam xmake premake nimble shards crystal mdbook hugo \
        jekyll nox tox wireit xtask x.py manage.py artisan rails forge hardhat truffle anchor nargo scarb devbox devenv west idf.py pio \
        platformio conan vcpkg ng vue expo next nuxt astro react-scripts craco svelte-kit remix gatsby trunk wasm-pack maturin \
        esy spago elm elm-test purs lake coq_makefile buf mkdocs sphinx-build latexmk pdflatex xelatex tectonic typst stew packer vagrant \
        ansible-playbook ansible molecule sam serverless sls cdk pulumi skaffold tilt werf";
    if !has(RUNNERS, name) {
        return None;
    }
    if has_any(arguments, "-n --dry-run --just-print -l --list --summary --list-tasks --tasks --print -ls")
        && !has("mvn cmake zig", name)
    {
        return Some(Judgement::of(Effect::Observe));
    }
    let name = match name {
        "gmake" => "make",
        "mvnw" => "mvn",
        "gradlew" => "gradle",
        "bazelisk" => "bazel",
        other => other,
    };
    Some(match name {
        "nox" | "tox" | "sphinx-build" | "latexmk" | "pdflatex" | "xelatex" | "elm-test" | "tectonic" | "next-lint" => {
            Judgement::check(name, arguments)
        }
        "cmake" if !has_word(arguments, "--build") => {
            Judgement::of(if has_word(arguments, "-P") { Effect::Unknown } else { Effect::Mutate })
        }
        _ => targets_of(name, arguments, has("make ninja scons cmake ant msbuild waf xmake gradle rake", name)),
    })
}

/// Judges the targets of a task runner; `builds` is whether it builds when none is named.
fn targets_of(name: &str, arguments: &[String], builds: bool) -> Judgement {
    let own = own_arguments(name, arguments);
    let plain = positional(own, false);
    let mut names: Vec<&String> = plain.iter().filter(|word| !word.contains('=')).collect();
    let selected = selected(arguments);
    let named_by_flag = arguments
        .iter()
        .enumerate()
        .filter(|(_, word)| matches!(word.as_str(), "-t" | "--target" | "--targets" | "-s" | "--build"))
        .filter_map(|(at, _)| arguments.get(at + 1));
    names.extend(named_by_flag.filter(|_| name != "make"));
    if arguments.iter().any(|word| word.starts_with("--target=") || word.starts_with("--targets=")) {
        names.extend(&selected);
    }
    if name == "cmake" || names.is_empty() && builds {
        return Judgement::check(name, arguments);
    }
    // The first words only: what follows a verb is what it is done to, such as `nx test shop`.
    let verdicts: Vec<Named> = names.iter().map(|word| target(name, word, builds)).collect();
    if verdicts.contains(&Named::Check) {
        let mut words: Vec<String> =
            plain.iter().filter(|word| !has("clean run run-many affected exec", word)).cloned().collect();
        words.extend(selected.iter().cloned());
        if words.is_empty() {
            words = names.iter().map(|word| (*word).clone()).collect();
        }
        return Judgement::check(name, &words);
    }
    if verdicts.contains(&Named::Format) {
        if has_any(arguments, words::CHECK_FLAGS) || has_any(arguments, "--check-formatted --verify-no-changes") {
            return Judgement::check(&format!("{name} format --check"), &[]);
        }
        return Judgement::changing(Change::Layout);
    }
    let first = names.first().map(|word| word.as_str()).unwrap_or_default();
    let looks =
        "tasks dependencies properties ls list query info graph projects show about routes deps.tree help outdated why";
    if first == "clean" && names.len() == 1 {
        Judgement::changing(Change::Scratch)
    } else if has(looks, first) || verdicts.first() == Some(&Named::Look) && !has("make just", name) {
        Judgement::of(Effect::Observe)
    } else {
        Judgement::of(Effect::Unknown)
    }
}

/// The arguments of a task runner without those that it hands to its task: what stands behind the task's first flag.
fn own_arguments<'a>(name: &str, arguments: &'a [String]) -> &'a [String] {
    const HANDS_ON: &str = "mise rtx just task invoke inv poe poethepoet doit mage composer";
    if !has(HANDS_ON, name) {
        return arguments;
    }
    let mut words = arguments.iter().enumerate();
    let mut task = false;
    while let Some((at, word)) = words.next() {
        if !word.starts_with('-') {
            task |= !has("run r watch w tasks task exec x", word);
        } else if task {
            return &arguments[..at];
        } else if has(RUNNER_VALUES, word) {
            words.next();
        }
    }
    arguments
}

/// What one target of a task runner is named for.
fn target(name: &str, word: &str, builds: bool) -> Named {
    match word {
        "all" | "package" | "install" | "bzlBuild" | "default" | "debug" if builds || name == "mvn" => {
            if word == "install" && name != "mvn" { Named::Serve } else { Named::Check }
        }
        "deps.get" | "deps" | "pub" | "restore" => Named::Serve,
        word if name == "mvn" && word.contains("dependency:") => Named::Look,
        word if (name == "make" || name == "ninja") && [".o", ".so", ".a"].iter().any(|end| word.ends_with(end)) => {
            Named::Check
        }
        // A path is what something is done to.
        word if word.starts_with(['/', '~', '$']) && !word.starts_with("//") => Named::Nothing,
        word => named(word),
    }
}

/// A program that no table has: its own name, its subcommand, and the command behind it may say.
fn unknown(program: &str, name: &str, arguments: &[String], nested: Nested) -> Judgement {
    if is_script(program) && named(strip_extension(name)) == Named::Check && !takes_verb(name, arguments) {
        let mut words = vec![program.to_owned()];
        words.extend_from_slice(arguments);
        return Judgement::check(name, &words);
    }
    let in_tests = program.split('/').rev().skip(1).any(|folder| matches!(folder, "test" | "tests" | "spec"));
    if in_tests && has("run all main runner index suite", strip_extension(name)) {
        return Judgement::check(program, arguments);
    }
    if nested.depth < GUESSES
        && let Some(at) = arguments.iter().position(|word| word == "--")
        && at + 1 < arguments.len()
    {
        let judged = (nested.judge)(arguments[at + 1..].to_vec(), nested.depth + 1);
        if judged.effect == Effect::Check {
            return judged;
        }
    }
    by_verb(name, &positional(arguments, false), nested)
}

/// An unknown program by its first words: `acme test`, `acme run pytest`, `acme jobs status`.
fn by_verb(name: &str, plain: &[String], nested: Nested) -> Judgement {
    let Some(verb) = plain.first() else {
        return Judgement::of(Effect::Unknown);
    };
    if has("run exec x shell with", verb) && plain.len() > 1 && nested.depth < GUESSES {
        let judged = (nested.judge)(plain[1..].to_vec(), nested.depth + 1);
        let named = if plain[1].starts_with('/') { "" } else { plain[1].as_str() };
        let target = script_judgement(name, named, &plain[2..], &[]);
        return match (judged.effect, target.effect) {
            (Effect::Check, _) => judged,
            (_, Effect::Check) => target,
            _ => Judgement::of(Effect::Unknown),
        };
    }
    let looks = plain.iter().take(2).any(|word| named(word) == Named::Look);
    let changes = plain.iter().take(2).any(|word| matches!(named(word), Named::Serve | Named::Format));
    let lists = plain.get(1).is_some_and(|word| has("list ls show status get logs describe", word));
    match named(verb) {
        Named::Check if !lists && !verb.contains(['/', '.']) => Judgement::check(name, plain),
        _ if looks && !changes => {
            let look = Judgement::of(Effect::Observe);
            if plain.iter().take(2).any(|word| words::waits(word)) { look.waiting() } else { look }
        }
        _ => Judgement::of(Effect::Unknown),
    }
}

/// Whether a program is a file of the project, and not one that is installed, or was built to be tried.
fn is_script(program: &str) -> bool {
    program.contains('/') && !is_scratch(program) || strip_extension(program).len() < program.len()
}

/// Whether a program has subcommands, and is called with one that checks nothing: `./app-test status`.
fn takes_verb(name: &str, arguments: &[String]) -> bool {
    let verb = arguments.first().filter(|_| strip_extension(name) == name);
    verb.is_some_and(|verb| {
        verb != "run" && !verb.contains(['/', '.']) && matches!(named(verb), Named::Look | Named::Serve)
    })
}

fn strip_extension(name: &str) -> &str {
    const SCRIPTS: [&str; 12] =
        [".sh", ".bash", ".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".php", ".ps1", ".bat"];
    SCRIPTS.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

/// The words without those flags and their values that come before the subcommand.
fn without_values(arguments: &[String], values: &str) -> Vec<String> {
    let mut rest = arguments;
    while let Some(flag) = rest.first().filter(|word| word.starts_with('-')) {
        rest = rest.get(if has(values, flag) { 2 } else { 1 }..).unwrap_or_default();
    }
    rest.to_vec()
}

/// The words that are neither flags nor their values.
fn positional(arguments: &[String], short: bool) -> Vec<String> {
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
fn selected(arguments: &[String]) -> Vec<String> {
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
fn targets(arguments: &[String]) -> Vec<String> {
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
