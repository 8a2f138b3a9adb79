#!/usr/bin/env bash
# Lints what cargo does not: licences, duplicates and sources of the dependencies, the workflows, and the scripts.
# The linters come ready to run, at the versions of packaging/tools.txt, into target/tools. If they cannot be had, nothing is
# linted, which fails only with NO_SKIP=1.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=target/tools
install() {
  { [ -x "$tools/bin/pip" ] || python3 -m venv "$tools"; } &&
    "$tools/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r packaging/tools.txt
}
if ! said=$(install 2>&1); then
  echo "$said" >&2
  # A linter that is not the one that was pinned is no reason to go on.
  case $said in *"DO NOT MATCH"*) exit 1 ;; esac
  echo "skipped: the linters of packaging/tools.txt, since they cannot be installed here"
  [ -z "${NO_SKIP:-}" ]
  exit
fi
PATH="$PWD/$tools/bin:$PATH"

# Advisories are not checked here: their database comes from elsewhere, and grows without a commit of ours.
cargo-deny --log-level warn check licenses bans sources
actionlint .github/workflows/*.yml examples/github-workflow.yml
shellcheck --exclude=SC1091 .ci/run packaging/*.sh examples/*.sh
