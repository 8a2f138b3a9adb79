#!/usr/bin/env bash
# The steps of action.yml: `action.sh install` puts a release on the PATH, `action.sh run` runs the agent under ocr.
# Inputs come as INPUT_* variables, so that no text of a workflow is ever read as a command, except those that are one.
set -euo pipefail

fail() {
  printf '::error title=ocr::%s\n' "$1"
  exit 2
}

target() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo x86_64-unknown-linux-musl ;;
    Linux-aarch64) echo aarch64-unknown-linux-musl ;;
    Darwin-arm64) echo aarch64-apple-darwin ;;
    Darwin-x86_64) echo x86_64-apple-darwin ;;
    *) fail "there is no release for $(uname -sm); install with cargo, and set version: ''" ;;
  esac
}

install() {
  local repository=${INPUT_REPOSITORY:?} version=${INPUT_VERSION:?} folder archive url
  archive="ocr-$(target).tar.gz"
  url="${GITHUB_SERVER_URL:-https://github.com}/$repository/releases"
  case $version in
    latest) url="$url/latest/download" ;;
    *) url="$url/download/$version" ;;
  esac
  folder="$RUNNER_TEMP/ocr"
  mkdir -p "$folder"
  cd "$folder"
  curl --proto '=https' --retry 3 -fsSLO "$url/$archive" || fail "cannot download $url/$archive; is $version a release?"
  curl --proto '=https' --retry 3 -fsSLO "$url/$archive.sha256" || fail "cannot download the checksum of $archive"
  if command -v sha256sum >/dev/null; then
    sha256sum -c "$archive.sha256" || fail "$archive does not match its checksum"
  else
    shasum -a 256 -c "$archive.sha256" || fail "$archive does not match its checksum"
  fi
  tar -xzf "$archive" --strip-components=1
  echo "$folder/bin" >> "$GITHUB_PATH"
}

run() {
  local recording="$RUNNER_TEMP/ocr-recording.ndjson" code=0 args=()
  : > "$recording"
  echo "recording=$recording" >> "$GITHUB_OUTPUT"
  if [ -n "${INPUT_PIPE:-}" ]; then
    bash -o pipefail -c "$INPUT_PIPE" > "$recording" || code=$?
  else
    [ -n "${INPUT_TASK:-}" ] || fail "give the action a task or a pipe"
    # In one word each: a task may begin like a flag.
    args=("--task=$INPUT_TASK")
    [ -z "${INPUT_MODEL:-}" ] || args+=("--worker-model=$INPUT_MODEL")
    [ -z "${INPUT_VERIFY:-}" ] || args+=("--verify=$INPUT_VERIFY")
    if [ -n "${INPUT_ARGS:-}" ]; then
      # xargs splits quoted words as a shell does, and expands nothing.
      xargs printf '%s\0' <<< "$INPUT_ARGS" > "$RUNNER_TEMP/ocr-args" || fail "the input args cannot be split into words"
      while IFS= read -r -d '' word; do args+=("$word"); done < "$RUNNER_TEMP/ocr-args"
    fi
    ocr-run "${args[@]}" > "$recording" || code=$?
  fi
  echo "exit-code=$code" >> "$GITHUB_OUTPUT"
  # The summary is for people: a run keeps its outcome where it cannot be written.
  ocr-report --as markdown "$recording" >> "$GITHUB_STEP_SUMMARY" || echo "ocr: no summary could be written" >&2
  ocr-report --as github "$recording" || echo "ocr: no annotations could be written" >&2
  exit "$code"
}

case ${1:-} in
  install) install ;;
  run) run ;;
  *) fail "usage: action.sh install|run" ;;
esac
