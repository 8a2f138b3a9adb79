#!/usr/bin/env bash
# Tries what packaging/build.sh has built: packaging/check.sh TARGET
# The archive is unpacked into an empty root, where only its own files exist; a Debian package, if there is one, is
# installed, used and removed. Needs root for both, and says what it skips without.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:?usage: packaging/check.sh TARGET}
# One archive holds everything, and stays small because the stages share their code.
limit=$((12 * 1024 * 1024))

fail() {
  echo "packaging/check.sh: $1" >&2
  exit 1
}

# Uses the stages that `$@` starts, on a recording of a session that loops.
try() {
  "$@" ocr-run --version | grep -q '^ocr-run ' || fail "ocr-run --version says nothing"
  "$@" ocr-detect --only < fixtures/sessions/one-call-loop.ndjson | grep -q '"rule":"repeat' || fail "ocr-detect finds no loop"
  "$@" ocr-run --demo 2>/dev/null || fail "ocr-run --demo does not end with 0"
}

archive=$(readlink -f "target/dist/ocr-$target.tar.gz")
size=$(stat -c %s "$archive")
[ "$size" -le "$limit" ] || fail "$archive has $size bytes, more than $limit"
(cd target/dist && sha256sum -c "ocr-$target.tar.gz.sha256")

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
tar -xzf "$archive" -C "$root" --strip-components=1
[ -f "$root/man/man1/ocr-run.1" ] && [ -f "$root/completions/ocr-run.bash" ] || fail "the archive has no manual or no completions"
if [ "$(id -u)" = 0 ]; then
  # The binary looks for itself in /proc.
  mkdir "$root/proc" "$root/tmp" && mount --bind /proc "$root/proc"
  trap 'umount "$root/proc"; rm -rf "$root"' EXIT
  try env PATH=/bin chroot "$root"
  echo "the archive runs in an empty root ($size bytes)"
else
  echo "skipped: running the archive in an empty root needs root"
fi

package=$(find target/dist -name '*.deb' -print -quit)
if [ -n "$package" ] && [ "$(id -u)" = 0 ]; then
  dpkg -i "$package"
  try env
  [ -f /usr/share/man/man1/ocr-run.1.gz ] || fail "the package has no manual"
  dpkg -r opencode-runner
  ! [ -e /usr/bin/ocr-run ] || fail "the package leaves ocr-run behind"
  echo "$package installs, runs, and is removed"
elif [ -n "$package" ]; then
  echo "skipped: installing $package needs root"
fi
