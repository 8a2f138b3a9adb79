use super::exits::Exit;
use super::*;
use proptest::prelude::*;

fn effect(script: &str) -> Effect {
    read(script).effect
}

/// Every script of a list has this effect.
fn all(expected: Effect, scripts: &[&str]) {
    let wrong: Vec<_> =
        scripts.iter().map(|script| (*script, effect(script))).filter(|(_, effect)| *effect != expected).collect();
    assert!(wrong.is_empty(), "not {expected:?}: {wrong:#?}");
}

const RUNS: &[&str] = &[
    "cargo test --lib",
    "cd x && RUST_LOG=1 cargo +nightly clippy -- -D warnings",
    "./mvnw -q -pl core verify",
    "mvn -q test -Dtest=FooTest",
    "./gradlew :app:testDebugUnitTest --no-daemon",
    "./gradlew :server:test",
    "python -m pytest tests 2>&1 | tail",
    "python3.12 -m unittest discover",
    "make",
    "make -C sub -j8 test",
    "make V=1 lint",
    "just check-all",
    "mise run test:unit",
    "task lint",
    "turbo run build --filter=web",
    "nx test shop",
    "nx run-many -t lint",
    "npx nx affected -t test",
    "rake spec",
    "bundle exec rspec spec/models",
    "composer run test",
    "composer test",
    "deno task test",
    "deno test -A",
    "npm t",
    "npm -s test",
    "npm run -s lint",
    "pnpm -s lint",
    "pnpm -w test",
    "yarn -s build",
    "yarn -s tsc --noEmit",
    "pdm run pyright | tail -2",
    "pdm run -p app pytest -k x",
    "pixi run test",
    "ansible-playbook -i hosts site.yml --check",
    "npm run x:test",
    "npm -w x run typecheck",
    "npm --prefix x test",
    "pnpm --filter x test",
    "pnpm -r run build",
    "pnpm exec vitest run",
    "pnpm dlx tsc --noEmit",
    "yarn workspace x test",
    "yarn jest src/a.test.ts",
    "bun run --cwd x test",
    "bunx eslint .",
    "npx --yes tsc -p tsconfig.json",
    "uv run pytest -q",
    "uv run --with x python -m pytest",
    "poetry run mypy .",
    "pipenv run flake8",
    "timeout 60 cargo build",
    "timeout -k 5 300s npm test",
    "time nohup nice -n 5 go test ./...",
    "sudo -u ci env A=1 B=2 ctest --output-on-failure",
    "stdbuf -oL xvfb-run -a npx playwright test",
    "bash -lc 'cd /x && mix test'",
    "/bin/bash -lc \"swift test\"",
    "docker compose -f dc.yml exec -T api pytest",
    "docker exec -it -w /app web npm test",
    "docker run --rm -v $PWD:/w -w /w golang:1.25 go vet ./...",
    "kubectl exec -n ns pod/x -- go test ./...",
    "ssh -p 22 host 'cd app && make check'",
    "sleep 5 && cargo test",
    "sleep 60; make test 2>&1 | tail -5",
    "find . -name '*.sh' -exec shellcheck {} +",
    "git ls-files '*.py' | xargs -n 20 ruff check",
    "watch -n 5 cargo check",
    "while true; do cargo test; sleep 5; done",
    "for t in a b; do pytest $t; done",
    "if cargo test; then echo ok; fi",
    "(cd a && npm test)",
    "cargo fmt --check",
    "prettier --check .",
    "npx prettier -c src",
    "ruff format --check",
    "gofmt -l .",
    "terraform fmt -check -recursive",
    "dotnet format --verify-no-changes",
    "black --check .",
    "golangci-lint run",
    "tsc --noEmit",
    "./scripts/run_tests.sh",
    "bash scripts/ci.sh",
    "python manage.py test",
    "javac -d out *.java && java -cp out app.CalcTaxTest",
    "java -cp out:junit.jar org.junit.runner.JUnitCore CalcTax",
    "java -jar junit-platform-console-standalone.jar execute --scan-classpath",
    "php vendor/bin/phpunit",
    "node --test",
    "node --check a.js",
    "bash -n x.sh",
    "./x.py test",
    "acme test",
    "acme run -- pytest",
    "acme-env exec pytest",
    "script/test",
    "cmake --build build -j4",
    "gcc -Wall -o a a.c",
    "out=$(cargo test 2>&1)",
    "cat <<'EOF' | bash\necho hi\nEOF\ncargo test",
    "bash <<'EOF'\nset -e\npytest\nEOF",
    "npm test > out.log 2>&1",
    "t() { cargo test \"$@\"; }; t",
    "case $x in a) cargo test;; *) echo no;; esac",
    "dotnet build && dotnet test",
    "mix format --check-formatted",
    "bazel test //...",
    "sbt test",
    "pre-commit run --all-files",
    "go run github.com/golangci/golangci-lint/cmd/golangci-lint@v1 run",
    "tox -e py312",
    "mix credo --strict",
    "npx nx affected --target=test",
    "pwsh -Command 'Invoke-Pester'",
    "hatch run test",
];

#[test]
fn knows_checks() {
    all(Effect::Check, RUNS);
}

#[test]
fn knows_changes() {
    all(
        Effect::Mutate,
        &[
            "cargo fmt",
            "sed -i 's/a/b/' x",
            "sed -E -i.bak s/a/b/ x",
            "echo x > file",
            "cat <<EOF >> notes.md\nrun cargo test\nEOF",
            "ls | tee out.txt",
            "git checkout -- src/a.rs",
            "git restore .",
            "git stash",
            "git reset --hard HEAD~1",
            "git apply x.patch",
            "git -C sub pull",
            "rm -rf build",
            "prettier --write .",
            "npx eslint --fix src",
            "ruff check --fix",
            "ruff format",
            "gofmt -w .",
            "npm install",
            "yarn",
            "pip install x",
            "python3 -m pip install x",
            "go mod tidy",
            "perl -pi -e 's/a/b/' x",
            "find . -name '*.o' -delete",
            "find . -name x -exec rm {} \\;",
            "ls | xargs rm",
            "bash -c 'echo a > b'",
            "make fmt",
            "pnpm --filter x format",
            "npm run lint:fix",
            "{ echo a; echo b; } > out",
            "for f in a b; do mv $f $f.bak; done",
            "echo $(rm x)",
            "curl -o x.tgz https://x",
            "echo a &> log",
            "cargo clippy --fix",
        ],
    );
}

#[test]
fn knows_looks() {
    all(
        Effect::Observe,
        &[
            "ls -la 2>&1",
            "cat test.sh",
            "grep -rn 'cargo test' src 2>/dev/null",
            "grep 'a => b' src",
            "git status && git diff",
            "git log --oneline | head",
            "git branch -a",
            "git branch --show-current",
            "git stash list",
            "gh pr view 3",
            "gh run list",
            "kubectl get pods -n x",
            "docker ps -a",
            "docker compose logs api",
            "curl -s http://localhost/health",
            "sed -n '1,20p' x",
            "awk '{print $1}' x",
            "find . -name '*.rs' | wc -l",
            "cd x && pwd",
            "A=1",
            "command -v cargo",
            "cargo --version",
            "acme --help",
            "acme jobs status 17",
            "acme tests list",
            "Get-Content x.txt",
            "pip list",
            "npm ls",
            "go list ./...",
            "python -m json.tool x",
            "echo a 2>/dev/null",
            "# cargo test",
            "cat <<EOF\ncargo test > x\nEOF",
            "make -n test",
            "source venv/bin/activate",
            "while read l; do echo $l; done < x",
            "if [[ a < b && c > d ]]; then echo; fi",
            "ls # > file",
            "git rev-parse HEAD",
            "",
        ],
    );
}

#[test]
fn knows_waits() {
    all(
        Effect::Poll,
        &[
            "sleep 30",
            "sleep 30 && gh run view 17",
            "tail -n 5 -f log",
            "tail -F log",
            "gh run watch",
            "kubectl wait --for=condition=ready pod/x",
            "kubectl rollout status deploy/x",
            "docker logs -f x",
            "while ! curl -s localhost; do sleep 1; done",
            "until test -f x; do sleep 2; done",
            "watch -n 5 ls",
            "timeout 60 tail -f log",
            "sleep 20; acme deploys status 4",
            "journalctl -fu x",
            "gh pr checks --watch",
        ],
    );
}

#[test]
fn knows_records() {
    all(
        Effect::Record,
        &[
            "git add -A && git commit -m 'x; rm y'",
            "git push origin HEAD",
            "git tag v1",
            "gh pr create --title x --body y",
            "gh issue close 4",
            "git checkout -b x",
            "git restore --staged a",
            "kubectl apply -f x.yaml",
            "docker compose up -d",
            "curl -X POST localhost/x -d '{}'",
            "npm publish",
            "git commit -F - <<'EOF'\nrm x\nEOF",
            "git add a && git commit -m \"$(cat <<'EOF'\nDon't (fail\n\nrm x; \"quoted\"\nEOF\n)\"",
        ],
    );
}

#[test]
fn unknown_may_change() {
    all(
        Effect::Unknown,
        &[
            "./deploy.sh",
            "python main.py",
            "python -c 'print(1)'",
            "acme deploy",
            "acme",
            "node -e 'x'",
            "cargo run",
            "npm start",
            "npm run dev",
            "make install",
            "docker exec x",
            "psql -c 'x'",
            "ssh host",
            "acme update status",
            "\"$TOOL\" x",
        ],
    );
}

/// Whether the exit code of the line is that of its checks, for better and worse.
fn checked_exit(line: &CommandLine) -> bool {
    !line.checks.is_empty() && line.checks.iter().all(|check| check.exit == Exit::OWN)
}

#[test]
fn tells_whose_exit_code_it_is() {
    for script in [
        "cargo test",
        "cd x && cargo test",
        "cargo test 2>&1",
        "echo a; cargo test",
        "set -o pipefail; cargo test | tail",
        "set -euo pipefail\ncargo test | tail\ncargo clippy",
        "bash -eo pipefail -c 'cargo test | tail'",
        "cargo test || exit 1",
        "cargo test || { echo bad; exit 1; }",
        "cargo test; exit $?",
        "cargo test | tee log; exit ${PIPESTATUS[0]}",
        "cargo test; s=$?; echo $s; exit $s",
        "cargo clippy && cargo test",
        "(cd x && cargo test)",
        "cat x | pytest",
        "cargo test;",
        "cargo test > log 2>&1",
    ] {
        assert!(checked_exit(&read(script)), "{script}: {:?}", read(script));
    }
    for script in [
        "cargo test | tail",
        "cargo test; true",
        "cargo test || true",
        "cargo test &",
        "cargo test; echo $?",
        "cargo test || echo failed",
        "cargo test && echo ok || echo bad",
        "if cargo test; then echo; fi",
        "! cargo test",
        "for x in a b; do cargo test $x; done",
        "(cargo test; ls)",
        "x=$(cargo test)",
        "cargo test\nls",
        "ls",
        "git pull && cargo test",
        "(cargo test) | tail",
        "gofmt -l .",
        "ls || cargo test",
    ] {
        assert!(!checked_exit(&read(script)), "{script}: {:?}", read(script));
    }
    let after = read("cargo test && git push");
    assert!(after.checks[0].exit.zero_passed && !after.checks[0].exit.other_failed);
}

#[test]
fn keys_a_check_by_what_it_runs() {
    for (one, other) in [
        ("cargo test", "cd x && RUST_LOG=1 cargo test --release -j 4 2>&1 | tail"),
        ("pytest tests/a.py", "uv run python -m pytest -q --tb short ./tests/a.py"),
        ("npm test", "npm run test --silent"),
        ("./mvnw -q test", "mvn test"),
        ("jest a b", "npx jest b a"),
        ("make -j8 test", "timeout 60 make test"),
        ("cargo fmt --check", "cargo fmt --all --check"),
    ] {
        assert_eq!(read(one).key(), read(other).key(), "{one}: {other}");
    }
    for (one, other) in [
        ("cargo test", "cargo build"),
        ("cargo test a", "cargo test b"),
        ("cargo test -p a", "cargo test -p b"),
        ("cargo test", "cargo test --lib"),
        ("pnpm --filter a test", "pnpm --filter b test"),
        ("go test -run=A ./...", "go test -run=B ./..."),
        ("make test", "make lint"),
        ("mise run lint", "mise run test"),
        ("mvn -pl a test", "mvn -pl b test"),
    ] {
        assert_ne!(read(one).key(), read(other).key(), "{one}: {other}");
    }
    let (all, one) = (read("pytest"), read("pytest tests/a.py"));
    assert!(all.checks[0].targets.is_empty() && !one.checks[0].targets.is_empty());
}

#[test]
fn tells_what_changes_after_a_check() {
    let line = read("cargo test && sed -i s/a/b/ x");
    assert_eq!((line.effect, line.change_after_check), (Effect::Check, Change::Certain));
    let line = read("sed -i s/a/b/ x && cargo test");
    assert_eq!((line.change, line.change_after_check), (Change::Certain, Change::None));
    assert_eq!(read("cargo test | tee log").change, Change::None);
    assert_eq!(read("cargo test > log 2>&1").change, Change::None);
    assert_eq!(read("echo x > /tmp/a").change, Change::Scratch);
    assert_eq!(read("cargo fmt").change, Change::Layout);
    assert_eq!(read("cargo test && git commit -m x").change, Change::None);
}

#[test]
fn names_hooks_that_are_skipped() {
    for (script, word) in [
        ("git commit --no-verify -m x", "--no-verify"),
        ("git commit -nm x", "-n"),
        ("cd x && git push --no-verify", "--no-verify"),
        ("HUSKY=0 git commit -m x", "HUSKY=0"),
    ] {
        let skipped = read(script).skipped_hooks;
        assert!(skipped.len() == 1 && skipped[0].contains(word), "{script}: {skipped:?}");
    }
    for script in [
        "git push -n",
        "git commit -m 'do not use --no-verify'",
        "git log -n 5",
        "git commit -m no-verify",
        "cargo test || true",
    ] {
        assert!(read(script).skipped_hooks.is_empty(), "{script}");
    }
}

#[test]
fn names_what_hides_a_failure() {
    for (script, word) in [
        ("cargo test || true", "|| true"),
        ("cargo test | tail || :", "|| :"),
        ("npm test; exit 0", "; exit 0"),
        ("bash -c 'pytest || true'", "|| true"),
    ] {
        let masked = read(script).masked.unwrap_or_default();
        assert!(masked.contains(word), "{script}: {masked}");
    }
    for script in ["cargo test || echo failed", "grep x y || true", "cargo test; true; ls", "git commit --no-verify"] {
        assert_eq!(read(script).masked, None, "{script}");
    }
}

#[test]
fn reads_the_rest() {
    assert!(read("sleep 5 && cargo test").waits);
    assert!(read("cargo test; echo \"exit: $?\"").exit_label.is_some());
    assert!(read("cargo test; echo done").exit_label.is_none());
    for kept in [
        "set +e; tox -q >t.log 2>&1; rc=$?; echo \"exit=$rc\"",
        "cargo test > a.log; code=$?; tail -3 a.log; printf 'exit %s' ${code}",
        "npm test; s=$?; echo code: $s; exit $s",
    ] {
        assert!(read(kept).exit_label.is_some(), "{kept}");
    }
    for other in [
        "cargo test | cat; rc=$?; echo exit=$rc",
        "cargo test; ls; rc=$?; echo exit=$rc",
        "cargo test; rc=$?; echo $rcs",
    ] {
        assert!(read(other).exit_label.is_none(), "{other}");
    }
    assert_eq!(read("(make test; make lint) > a.log 2>&1").logs, ["a.log"]);
    assert_eq!(read("nohup pytest | tee -a b.log > /dev/null &").logs, ["b.log"]);
    assert!(read("echo x > a.log; pytest 2>/dev/null").logs.is_empty());
    assert_eq!(read("cargo fmt --check && cargo clippy && cargo test").checks.len(), 3);
}

#[test]
fn takes_linear_time() {
    const LENGTH: usize = 1 << 20;
    for unit in [
        " ",
        "\"",
        "'",
        "(",
        ")",
        "$(",
        "`",
        "${",
        "((",
        "$((",
        "<<A\n",
        "<<",
        "a ",
        "a;",
        "a|",
        "{ ",
        "if ",
        "\\",
        "<(",
        "& ",
        "#",
        "for ",
        "case ",
        "do ",
        "bash -c 'a' ",
        "f() ",
        "sudo ",
        "=",
        "x=(",
        ";;",
        "\n",
        "find -exec ",
        "a || true;",
        "acme run ",
    ] {
        let script = unit.repeat(LENGTH / unit.len());
        // It would take hours if a search were worse than linear.
        let _ = read(&script);
    }
}

const PIECES: [&str; 36] = [
    "cargo test",
    "ls",
    "&&",
    "||",
    ";",
    "|",
    "&",
    "\n",
    "(",
    ")",
    "{",
    "}",
    "if",
    "then",
    "fi",
    "while",
    "do",
    "done",
    "for x in",
    "case",
    "esac",
    "'",
    "\"",
    "$(",
    "`",
    "<<EOF",
    "EOF",
    ">",
    "2>&1",
    "sudo",
    "timeout 5",
    "bash -c",
    "xargs",
    "--",
    "é",
    "\\",
];

proptest! {
    #[test]
    fn never_panics(text in ".{0,200}", pieces in proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 0..30)) {
        read(&text);
        read(&pieces.join(" "));
        read(&pieces.concat());
    }

    #[test]
    fn wrapping_keeps_what_it_does(pieces in proptest::sample::select(vec!["cargo test", "ls -l", "rm x", "acme deploy", "git push", "sleep 3"]),
        wrapper in proptest::sample::select(vec!["timeout 5", "time", "nohup", "nice -n 3", "sudo", "env A=1", "A=1 B=2", "cd x &&", "bash -c", "uv run", "npx", "stdbuf -oL"])) {
        let wrapped = if wrapper == "bash -c" { format!("bash -c '{pieces}'") } else { format!("{wrapper} {pieces}") };
        prop_assert_eq!(read(pieces).effect, read(&wrapped).effect);
        prop_assert_eq!(read(pieces).key(), read(&wrapped).key());
    }

    #[test]
    fn quoted_text_runs_nothing(text in "[a-z |;&<>()]{0,40}") {
        prop_assert_eq!(read(&format!("echo '{text}'")).effect, Effect::Observe);
    }
}
