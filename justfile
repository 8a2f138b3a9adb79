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

# Check formatting, lints and, where cargo-deny is installed, licences and duplicate crates
lint:
    cargo fmt --all -- --check
    cargo clippy --locked --all-targets -- -D warnings
    if command -v cargo-deny >/dev/null; then cargo deny check licenses bans sources; else echo 'skipped: cargo install cargo-deny --locked'; fi

# Record fixtures again from their scripts: just record one-call-loop (no name: all of them)
record *NAMES:
    cargo run --locked --example record -- {{NAMES}}

# Measure lines inside a stage, then whole pipes: just bench --quick
bench *ARGS:
    cargo bench --locked
    python3 benches/pipes.py {{ARGS}}

# Measure what the tests cover (cargo install cargo-llvm-cov)
cover *ARGS:
    cargo llvm-cov --locked {{ARGS}}

# Feed broken lines to every rule for some seconds, the same seed every time
fuzz SECONDS='600':
    OCR_FUZZ_SECONDS={{SECONDS}} cargo test --release --locked --test it fuzz -- --nocapture

# Build the documentation, private items included
docs:
    RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --document-private-items

# Check what a release needs: a clean tree, the whole of .ci/run, and a package that builds
release-check:
    test -z "$(git status --porcelain)"
    .ci/run
    cargo package --locked
