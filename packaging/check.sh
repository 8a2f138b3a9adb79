#!/usr/bin/env bash
# Tries what packaging/build.sh has built for a target of Linux: packaging/check.sh TARGET
# The archive is unpacked into an empty root, where only its own files exist. The packages are installed, used and
# removed: the Debian package here, the RPM package in an empty root. All of that needs to be root, and what is
# skipped is said.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:?usage: packaging/check.sh TARGET}
package=opencode-runner
dist=target/dist
# What other versions left there is not tried.
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
# One archive holds everything, and stays small because the stages share their code.
limit=$((12 * 1024 * 1024))
stages=(run stream detect review act watch report)

fail() {
  echo "packaging/check.sh: $1" >&2
  exit 1
}

# Uses the stages that `$@` starts.
try() {
  local stage
  for stage in "${stages[@]}"; do
    "$@" "ocr-$stage" --version | grep "^ocr-$stage [0-9]" >/dev/null || fail "ocr-$stage --version does not say its name"
  done
  # The recording has a loop.
  "$@" ocr-detect --only < fixtures/sessions/one-call-loop.ndjson | grep '"rule":"repeat"' >/dev/null ||
    fail "ocr-detect finds no loop"
  "$@" ocr-run --demo >/dev/null 2>&1 || fail "ocr-run --demo does not end with 0"
}

check_checksums() {
  local file
  for file in "$dist"/*.sha256; do
    (cd "$dist" && sha256sum --quiet -c "${file##*/}") || fail "$file does not fit"
  done
}

# Lets each shell that is here parse what is for it.
check_completions() {
  local file shell
  for file in "$1"/*; do
    case $file in
      *.bash) shell=bash ;;
      *.fish) shell=fish ;;
      *.elv | *.ps1) continue ;;
      *) shell=zsh ;;
    esac
    ! command -v "$shell" >/dev/null || "$shell" -n "$file" || fail "$shell cannot read $file"
  done
}

check_archive() {
  local archive="$dist/ocr-$target.tar.gz" size stage root="$scratch/archive"
  size=$(stat -c %s "$archive")
  [ "$size" -le "$limit" ] || fail "$archive has $size bytes, more than $limit"
  mkdir -p "$root"
  tar -xzf "$archive" -C "$root" --strip-components=1
  for stage in "${stages[@]}"; do
    [ -f "$root/man/man1/ocr-$stage.1" ] || fail "the archive has no manual of ocr-$stage"
    [ "$(find "$root/completions" -name "*ocr-$stage*" | wc -l)" = 5 ] || fail "ocr-$stage has no completions for five shells"
  done
  check_completions "$root/completions"
  if [ "$can_enter_roots" = yes ]; then
    try_in "$root" /bin
    echo "$archive: $size bytes, runs in an empty root"
  else
    try env "PATH=$root/bin"
    echo "$archive: $size bytes, runs"
  fi
}

# Uses the stages of folder $2 in a root that has nothing else but what every container has: /proc and /dev.
try_in() {
  local folder
  mkdir -p "$1/proc" "$1/dev" "$1/tmp"
  for folder in proc dev; do mount --bind "/$folder" "$1/$folder"; done
  try env "PATH=$2" "$(command -v chroot)" "$1"
  for folder in proc dev; do umount "$1/$folder"; done
}

check_deb() {
  local deb
  deb=$(find "$dist" -name "${package}_${version}_$(dpkg --print-architecture).deb")
  [ -n "$deb" ] || { echo "skipped: there is no Debian package for this machine"; return; }
  ! dpkg-query -s "$package" >/dev/null 2>&1 || { echo "skipped: $package is installed already, and would be removed"; return; }
  dpkg -i "$deb" >/dev/null
  trap 'dpkg --purge "$package" >/dev/null; clean_up' EXIT
  try env PATH=/usr/bin
  [ -f /usr/share/man/man1/ocr-run.1.gz ] || fail "$deb has no manual"
  [ -f /usr/share/bash-completion/completions/ocr-run ] || fail "$deb has no completions"
  dpkg --purge "$package" >/dev/null
  trap clean_up EXIT
  ! [ -e /usr/bin/ocr-run ] || fail "$deb leaves ocr-run behind"
  echo "$deb: installs, runs, and is removed"
}

check_rpm() {
  local rpm root="$scratch/rpm"
  rpm=$(find "$dist" -name "$package-$version-*.$(uname -m).rpm")
  [ -n "$rpm" ] || { echo "skipped: there is no RPM package for this machine"; return; }
  mkdir -p "$root"
  # The package needs nothing, so it installs into a root that has nothing.
  command rpm --root "$root" --quiet -i "$rpm"
  try_in "$root" /usr/bin
  command rpm --root "$root" -e "$package"
  ! [ -e "$root/usr/bin/ocr-run" ] || fail "$rpm leaves ocr-run behind"
  echo "$rpm: installs, runs, and is removed"
}

check_sbom() {
  local list="$dist/ocr-$target.cdx.json"
  jq -e '[.components[].name] | contains(["clap", "tokio"]) and (contains(["proptest"]) | not)' "$list" >/dev/null ||
    fail "$list does not list what the executable is built from, and only that"
  echo "$list: $(jq '.components | length' "$list") crates"
}

clean_up() {
  local folder
  for folder in "$scratch"/{archive,rpm}/{proc,dev}; do umount "$folder" 2>/dev/null || true; done
  # Whatever happens, nothing of a mounted folder is deleted.
  rm -rf --one-file-system "$scratch"
}

scratch=$(mktemp -d)
trap clean_up EXIT
mkdir "$scratch/probe"
can_enter_roots=no
# A container may forbid mounts even to root.
if mount --bind /proc "$scratch/probe" 2>/dev/null && umount "$scratch/probe"; then
  can_enter_roots=yes
else
  echo "skipped: running in an empty root needs root, and leave to mount"
fi

check_checksums
check_archive
check_sbom
if [ "$(id -u)" = 0 ] && command -v dpkg >/dev/null; then check_deb; else echo "skipped: installing the Debian package needs root and dpkg"; fi
if [ "$can_enter_roots" = yes ]; then check_rpm; else echo "skipped: installing the RPM package needs an empty root"; fi
