#!/usr/bin/env bash
# Lints what cargo does not: licences, duplicates and sources of the dependencies, the workflows, and the scripts.
# The linters come ready to run, at the versions of packaging/tools.txt, into target/tools.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=target/tools
[ -x "$tools/bin/pip" ] || python3 -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r packaging/tools.txt
PATH="$PWD/$tools/bin:$PATH"

# Advisories are not checked here: their database comes from elsewhere, and grows without a commit of ours.
cargo-deny --log-level warn check licenses bans sources
actionlint .github/workflows/*.yml examples/github-workflow.yml
shellcheck --exclude=SC1091 .ci/run packaging/*.sh examples/*.sh
