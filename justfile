# The commands that a contributor needs. `just` runs the first one; `just --list` shows them all.

# Run every test, the live ones against the real OpenCode included
test:
    cargo test --locked

# Run the tests that need no OpenCode and no npm
test-fast:
    OCR_SKIP_LIVE=1 cargo test --locked

# Run only the tests against the real OpenCode
live *FILTER:
    cargo test --locked --test it live::{{FILTER}}

# Check formatting, lints, licences and duplicates of the dependencies, workflows and scripts
lint:
    cargo fmt --all -- --check
    cargo clippy --locked --all-targets -- -D warnings
    packaging/lint.sh

# Record fixtures again from their scripts: just record one-call-loop (no name: all of them)
record *NAMES:
    cargo run --locked --example record -- {{NAMES}}

# Measure lines inside a stage, then whole pipes: just bench --quick
bench *ARGS:
    cargo bench --locked
    python3 benches/pipes.py {{ARGS}}

# Measure what the tests cover, module by module: OCR_SKIP_LIVE=1 just cover (needs cargo install cargo-llvm-cov --locked)
cover *ARGS:
    #!/usr/bin/env bash
    set -euo pipefail
    # Without the component of rustup, the tools of an LLVM from 19 on read these profiles too.
    if ! rustup component add llvm-tools >/dev/null 2>&1; then
        tools=$(ls -d /usr/lib/llvm-*/bin | sort -V | tail -n 1)
        export LLVM_COV="${LLVM_COV:-$tools/llvm-cov}" LLVM_PROFDATA="${LLVM_PROFDATA:-$tools/llvm-profdata}"
    fi
    # Processes share four files, or the tests would fill the disk.
    export LLVM_PROFILE_FILE_NAME='ocr-%4m.profraw'
    cargo llvm-cov --locked --ignore-run-fail --lcov --output-path target/coverage.lcov {{ARGS}}
    python3 tests/coverage.py target/coverage.lcov

# Feed broken lines to every rule for some seconds, the same seed every time
fuzz SECONDS='600':
    OCR_FUZZ_SECONDS={{SECONDS}} cargo test --release --locked --test it fuzz -- --nocapture

# Run four sessions in parallel through random faults, for two hours unless told otherwise
soak SECONDS='7200':
    OCR_SOAK_SECONDS={{SECONDS}} cargo test --locked --test it live::soak -- --nocapture

# Build the documentation, private items included
docs:
    RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --document-private-items

# Build what a release has for this machine, into target/dist, and try it: just packages x86_64-unknown-linux-musl
packages TARGET:
    packaging/build.sh {{TARGET}}
    packaging/check.sh {{TARGET}}

# Check what a release needs: a clean tree, and the whole of .ci/run
release-check:
    test -z "$(git status --porcelain)"
    .ci/run
