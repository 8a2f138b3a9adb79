//! Tables of the words by which programs, subcommands and targets say what they do.

/// Programs that only look.
pub const LOOKS: &str = "ls cat head tail less more grep egrep fgrep rg ag ack fd fdfind wc sort uniq cut tr nl tac rev column \
    paste join comm diff cmp file stat du df pwd whoami id date cal uname hostname printenv which whereis type hash echo printf true \
    false test [ [[ : jq yq xmllint tree exa eza lsd realpath readlink dirname basename ps top htop free uptime lsof ss netstat ping \
    dig nslookup host md5sum sha1sum sha256sum sha512sum cksum xxd od hexdump strings nm objdump readelf ldd otool bat batcat man help \
    tldr history jobs fg bg set unset export declare local readonly typeset alias cd pushd popd source . ulimit trap exit return break \
    continue shift read seq expr bc tokei cloc scc fold zcat zgrep zless base64 lscpu nvidia-smi pgrep tput clear locale getent \
    groups journalctl dmesg gawk mawk awk sleep wait command pstree vmstat iostat sdiff pr numfmt getconf shopt tty arch nproc \
    let umask dircolors ffprobe identify exiftool pdfinfo pdftotext";

/// Of the programs that only look, those that look at what changes by itself: processes, the network, the time.
const LOOKS_AT_MOVING: &str = "tail df date ps top htop free uptime lsof ss netstat ping dig nslookup host jobs history journalctl \
    dmesg nvidia-smi pgrep pstree vmstat iostat sleep wait seq tput read ulimit";

/// Interpreters and tools that read files, whatever else they do.
const READERS: &str = "env git python python3 node deno bun ruby perl php java go cargo bash sh zsh";

/// Whether what a program looks at stays as it is until somebody changes it: files, what it is given, how the machine
/// is set up.
pub fn looks_at_files(program: &str) -> bool {
    has(LOOKS, program) && !has(LOOKS_AT_MOVING, program) || has(READERS, program)
}

/// Compilers that print nothing if all is well, and the place of what is not.
const COMPILERS: &str = "gcc g++ cc c++ clang clang++ rustc nasm javac tsc swiftc";

/// Whether a check is such a compiler.
pub fn is_compiler(check: &str) -> bool {
    matches!(check, "go build" | "go vet" | "cargo build" | "cargo check")
        || has(COMPILERS, check.split(' ').next().unwrap_or_default())
}

/// Programs that change files.
pub const CHANGES: &str = "mv cp rm mkdir rmdir touch chmod chown chgrp ln tee patch truncate unzip zip dd install rsync rename mkfifo \
    shred cpio gunzip gzip bzip2 xz 7z split ed ex unlink mktemp git-apply codemod jscodeshift sd";

/// Programs that test, build or lint.
pub const CHECKS: &str = "prove pytest py.test nosetests tox nox mypy dmypy pyright basedpyright flake8 pylint pycodestyle pydocstyle bandit pyflakes \
    vulture ty pyre jest vitest mocha ava tap tape jasmine karma cypress playwright eslint oxlint tsc tsgo vue-tsc svelte-check tsd xo \
    tslint jshint htmlhint markdownlint markdownlint-cli2 alex vale cspell codespell typos shellcheck hadolint yamllint actionlint \
    ansible-lint tflint checkov semgrep golangci-lint staticcheck govulncheck gotestsum ginkgo revive errcheck gosec gcc g++ cc c++ clang \
    clang++ rustc javac kotlinc scalac swiftc ghc fpc tcc nasm nvcc ctest rspec reek brakeman sorbet srb steep phpunit pest phpstan psalm phan \
    phpcs paratest behat codecept infection bats cargo-nextest ktlint detekt checkstyle pmd swiftlint xcodebuild busted luacheck luac selene \
    verilator iverilog clang-tidy cppcheck cpplint clj-kondo protolint spectral knip depcheck madge rollup esbuild webpack tsup \
    commitlint lychee linkchecker stylelint zizmor trufflehog gitleaks pre-commit lefthook lint-staged slither solhint sqlfluff djlint \
    standard standardrb rubocop credo dialyzer xctest nunit3-console vstest cargo-clippy py_compile compileall vite Invoke-Pester";

/// Programs that lay code out anew; what their flags say decides whether they change it.
pub const FORMATTERS: &str = "prettier black gofmt goimports gofumpt rustfmt isort autopep8 yapf clang-format shfmt dprint taplo ktfmt \
    google-java-format scalafmt swiftformat swift-format ormolu fourmolu nixfmt alejandra csharpier cmake-format stylua buildifier \
    docformatter pyupgrade autoflake end-of-file-fixer zprint cljfmt erlfmt elm-format rufo php-cs-fixer pint";

/// Formatters that print what they would write, unless told to write it.
pub const PRINTERS: &str =
    "gofmt goimports gofumpt clang-format shfmt prettier swift-format ormolu elm-format buildifier yapf autopep8";

/// Flags by which a formatter only checks.
pub const CHECK_FLAGS: &str = "--check -c -l --list --list-different --diff -d --dry-run --verify --verify-only -check --test --lint --check-only -w=false";

/// Flags by which a checker or formatter writes.
pub const FIX_FLAGS: &str = "--fix --write -w -i --in-place --inplace --apply --apply-unsafe --unsafe-fixes --autocorrect --autocorrect-all \
    --auto-correct --autofix --write-changes --fix-only";

/// What a target or subcommand says it does when it checks.
const CHECK_WORDS: &str = "test tests spec specs unit integration e2e lint linter lints check checks build compile typecheck types tsc typescript verify \
    verification validate ci vet coverage cov qa smoke clippy pytest jest vitest mocha eslint mypy ruff pyright phpunit rspec phpstan \
    playwright cypress unittest unittests doctest selftest nextest assemble analyze analyse audit tck conformance acceptance \
    regression typing sanity credo dialyzer precommit preflight stylecheck quality eunit ct conftest utest itest runtest";

/// What it says when it lays code out anew, or mends it.
const FORMAT_WORDS: &str = "fmt format formatter formatting fix fixes autofix autoformat prettier tidy pretty beautify spotless gofmt rustfmt black isort write";

/// What it says when it only looks.
const LOOK_WORDS: &str = "status list ls get show describe inspect view info logs log version help search diff cat print top ps whoami history which \
    why tree query read find fetch-logs events stats outdated env doctor explain tail watch wait capture output poll peek progress state \
    count lookup graph";

/// What its last word is when it looks at how something is coming along: `build-status`.
const STATE_WORDS: &str = "status state progress";

/// What it says when it waits for something.
const WAIT_WORDS: &str = "wait watch sleep await poll tail follow";

/// What it says when it runs something that does not end by itself.
const SERVE_WORDS: &str = "start dev serve server watch run deploy publish release preview storybook up down clean install migrate seed generate gen codegen \
    update upgrade init create add remove delete push reset setup bootstrap snapshot bump";

/// Words that only look as if they began or ended with another.
const NOT_CHECKS: &str = "latest contest greatest fastest attest protest detest testament testdata testimonial testimonials manifest shortest oldest \
    newest highest lowest request harvest invest suggest digest";

/// Whether a table has this word.
pub fn has(table: &str, word: &str) -> bool {
    let table = table.as_bytes();
    let apart = |at: usize| table.get(at).is_none_or(u8::is_ascii_whitespace);
    !word.is_empty()
        && memchr::memmem::find_iter(table, word)
            .any(|at| at.checked_sub(1).is_none_or(apart) && apart(at + word.len()))
}

/// What a target, subcommand or script is named for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamePurpose {
    Check,
    Format,
    Look,
    Serve,
    Nothing,
}

/// What a name says: `test:unit`, `lint-fix`, `typeCheck`, `:app:testDebug`.
pub fn named(name: &str) -> NamePurpose {
    // What stands before the task is the project that it is one of, whatever that is called.
    let name = name.strip_prefix(':').and_then(|path| path.rsplit(':').next()).unwrap_or(name);
    let parts = parts(name);
    if parts.len() > 1 && parts.last().is_some_and(|last| has(STATE_WORDS, last)) {
        return NamePurpose::Look;
    }
    let any = |table: &str| parts.iter().any(|part| has(table, part));
    let checks = any(CHECK_WORDS) || parts.iter().any(|part| tests(part));
    if parts.len() > 1 && any("watch dev serve server deploy publish clean install") && !any("lint typecheck check") {
        return NamePurpose::Serve;
    }
    if any("fix fixes autofix write update apply") || (any(FORMAT_WORDS) && !checks) {
        return NamePurpose::Format;
    }
    if checks {
        return NamePurpose::Check;
    }
    if any(LOOK_WORDS) {
        return NamePurpose::Look;
    }
    if any(SERVE_WORDS) { NamePurpose::Serve } else { NamePurpose::Nothing }
}

/// Whether a word says that something is waited for.
pub fn waits(word: &str) -> bool {
    has(WAIT_WORDS, word)
}

fn tests(part: &str) -> bool {
    let stem = part.trim_end_matches('s');
    (part.starts_with("test") || stem.ends_with("test") || stem.ends_with("lint") || part.starts_with("lint"))
        && !has(NOT_CHECKS, part)
}

/// The words of a name, in small letters.
fn parts(name: &str) -> Vec<String> {
    const LONGEST: usize = 120;
    let mut parts = vec![String::new()];
    let mut before_lower = false;
    for letter in name.chars().take(LONGEST) {
        if !letter.is_alphanumeric() {
            parts.push(String::new());
            before_lower = false;
            continue;
        }
        if letter.is_uppercase() && before_lower {
            parts.push(String::new());
        }
        before_lower = letter.is_lowercase();
        if let Some(part) = parts.last_mut() {
            part.extend(letter.to_lowercase());
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Whether a formatter tells what it would change by what it prints alone.
pub(super) fn prints_only(name: &str) -> bool {
    has("gofmt goimports gofumpt", name.split(' ').next().unwrap_or_default())
}
