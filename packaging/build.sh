#!/usr/bin/env bash
# Builds what a release holds: packaging/build.sh TARGET [archive|deb|rpm]…
# The results are in target/dist: an archive, its checksum, and the packages that were asked for.
# One executable holds all stages. The archive has it once, and links under the names of the stages.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:?usage: packaging/build.sh TARGET [archive|deb|rpm]…}
shift
[ $# -gt 0 ] || set -- archive
stages=(stream detect review act watch report)
stage=target/package
dist=target/dist

# Compiles the executable, and writes the manual and the completions from the same definition.
compile() {
  # Statically linked on Linux, whatever the C library: it runs in an empty root.
  case $target in
    *linux*) export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+crt-static" ;;
  esac
  cargo build --release --locked --target "$target" --bin ocr-run
  # Not with these flags: what runs here need not be static.
  RUSTFLAGS='' cargo run --locked --quiet --example manual -- "$stage"
}

# Lays out target/package as the archive and the packages have it.
lay_out() {
  rm -rf "$stage"
  mkdir -p "$stage/bin" "$dist"
  compile
  case $target in
    *windows*)
      for name in run "${stages[@]}"; do cp "target/$target/release/ocr-run.exe" "$stage/bin/ocr-$name.exe"; done
      ;;
    *)
      cp "target/$target/release/ocr-run" "$stage/bin/"
      for name in "${stages[@]}"; do ln -s ocr-run "$stage/bin/ocr-$name"; done
      ;;
  esac
  cp README.md CHANGELOG.md LICENSE "$stage/"
}

archive() {
  local name="ocr-$target"
  rm -rf "target/$name" && cp -R "$stage" "target/$name"
  tar -C target -czf "$dist/$name.tar.gz" "$name"
  rm -rf "target/$name"
  checksum "$name.tar.gz"
}

checksum() {
  if command -v sha256sum >/dev/null; then
    (cd "$dist" && sha256sum "$1" > "$1.sha256")
  else
    (cd "$dist" && shasum -a 256 "$1" > "$1.sha256")
  fi
}

deb() {
  cargo deb --no-build --no-strip --target "$target" --output "$dist/"
}

rpm() {
  cargo generate-rpm --target "$target" --output "$dist/"
}

lay_out
for what in "$@"; do
  case $what in
    archive | deb | rpm) "$what" ;;
    *) echo "packaging/build.sh: no such package: $what" >&2; exit 2 ;;
  esac
done
ls -l "$dist"
