#!/usr/bin/env bash
# Builds what a release holds: packaging/build.sh TARGET [archive|deb|rpm|sbom]…
# Without a list, it builds everything that the target can have. The results are in target/dist, each with its checksum.
#
# One executable holds all stages. The archive and the packages have it once, and links under the names of the stages.
# PROFILE=trial compiles faster: enough to try the packages, but not to publish them.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:?usage: packaging/build.sh TARGET [archive|deb|rpm|sbom]…}
shift
if [ $# = 0 ]; then
  case $target in
    *linux*) set -- archive deb rpm sbom ;;
    *) set -- archive sbom ;;
  esac
fi
profile=${PROFILE:-release}
stages=(stream detect review act watch report)
package=opencode-runner
# What the archive holds. The packages are made from it.
stage=target/stage
dist=target/dist

# A value of Cargo.toml.
setting() {
  cargo metadata --format-version 1 --no-deps --locked | jq -r ".packages[0].$1"
}

# Compiles the executable, and writes the manual and the completions from the same definition.
compile() {
  local flags=${RUSTFLAGS:-}
  # Statically linked on Linux, whatever the C library: it runs in an empty root.
  case $target in
    *linux*) flags="$flags -C target-feature=+crt-static" ;;
  esac
  RUSTFLAGS=$flags cargo build --profile "$profile" --locked --target "$target" --bin ocr-run
  # Without these flags: what runs here need not be static.
  cargo run --locked --quiet --example manual -- "$stage"
}

lay_out() {
  rm -rf "$stage"
  mkdir -p "$stage/bin" "$dist"
  compile
  local built="${CARGO_TARGET_DIR:-target}/$target/$profile" name
  case $target in
    *windows*)
      for name in run "${stages[@]}"; do cp "$built/ocr-run.exe" "$stage/bin/ocr-$name.exe"; done
      ;;
    *)
      cp "$built/ocr-run" "$stage/bin/"
      for name in "${stages[@]}"; do ln -s ocr-run "$stage/bin/ocr-$name"; done
      ;;
  esac
  cp README.md CHANGELOG.md SECURITY.md LICENSE "$stage/"
}

# Lays out in folder $1 what a package puts below /usr. Only the folder for completions of zsh, $2, depends on its kind.
lay_out_root() {
  local share=$1/usr/share file name
  rm -rf "$1"
  mkdir -p "$1/usr/bin" "$share/man/man1" "$share/doc/$package" "$share/bash-completion/completions" \
    "$share/fish/vendor_completions.d" "$share/elvish/lib" "$share/powershell/completions" "$share/$2"
  cp -P "$stage"/bin/* "$1/usr/bin/"
  cp "$stage"/man/man1/* "$share/man/man1/"
  gzip -9n "$share"/man/man1/*
  for file in "$stage"/completions/*; do
    name=${file##*/}
    case $name in
      # bash looks for a file that has the name of the command.
      *.bash) cp "$file" "$share/bash-completion/completions/${name%.bash}" ;;
      *.fish) cp "$file" "$share/fish/vendor_completions.d/" ;;
      *.elv) cp "$file" "$share/elvish/lib/" ;;
      *.ps1) cp "$file" "$share/powershell/completions/" ;;
      *) cp "$file" "$share/$2/" ;;
    esac
  done
  cp "$stage"/{README,CHANGELOG,SECURITY}.md "$share/doc/$package/"
  cp LICENSE "$share/doc/$package/copyright"
}

archive() {
  local name="ocr-$target"
  rm -rf "target/$name" && cp -R "$stage" "target/$name"
  tar -C target -czf "$dist/$name.tar.gz" "$name"
  rm -rf "target/$name"
  checksum "$name.tar.gz"
}

deb() {
  local root=target/root-deb version arch
  case $target in
    x86_64-*) arch=amd64 ;;
    aarch64-*) arch=arm64 ;;
    *) echo "packaging/build.sh: no name for the processor of $target in a deb" >&2; return 2 ;;
  esac
  version=$(setting version)
  lay_out_root "$root" zsh/vendor-completions
  mkdir "$root/DEBIAN"
  cat > "$root/DEBIAN/control" <<CONTROL
Package: $package
Version: $version
Architecture: $arch
Maintainer: The ocr authors <$(setting homepage)>
Installed-Size: $(du -sk "$root/usr" | cut -f 1)
Section: utils
Priority: optional
Homepage: $(setting homepage)
Description: $(setting description)
CONTROL
  dpkg-deb --root-owner-group --build "$root" "$dist/${package}_${version}_$arch.deb"
  checksum "${package}_${version}_$arch.deb"
}

rpm() {
  local root version arch=${target%%-*}
  root=$(pwd)/target/root-rpm
  version=$(setting version)
  lay_out_root "$root" zsh/site-functions
  cat > target/rpm.spec <<SPEC
Name: $package
Version: $version
Release: 1
Summary: $(setting description)
License: $(setting license)
URL: $(setting homepage)
# The executable is static.
AutoReqProv: no
%description
$(setting description).
%install
mkdir -p %{buildroot} && cp -a $root/usr %{buildroot}
%files
/usr/bin/*
%doc /usr/share/doc/$package
$(cd "$root" && find usr/share -type f -not -path "usr/share/doc/*" | sort | sed 's|^|/|')
SPEC
  # The executable is stripped already, and the manual is compressed.
  rpmbuild -bb --quiet --target "$arch-linux" --define "_topdir $(pwd)/target/rpmbuild" --define "_rpmdir $(pwd)/$dist" \
    --define '_rpmfilename %{name}-%{version}-%{release}.%{arch}.rpm' --define '__os_install_post %{nil}' \
    --define 'debug_package %{nil}' --define '_build_id_links none' target/rpm.spec
  checksum "$package-$version-1.$arch.rpm"
}

# Lists what the executable is built from.
sbom() {
  local list=target/built-from
  # The same crate stands below each of those that use it.
  cargo tree --locked --target "$target" -e normal,build --prefix none --no-dedupe | sort -u > "$list"
  cargo metadata --format-version 1 --locked --filter-platform "$target" |
    jq --rawfile built "$list" -f packaging/sbom.jq > "$dist/ocr-$target.cdx.json"
  checksum "ocr-$target.cdx.json"
}

checksum() {
  if command -v sha256sum >/dev/null; then
    (cd "$dist" && sha256sum "$1" > "$1.sha256")
  else
    (cd "$dist" && shasum -a 256 "$1" > "$1.sha256")
  fi
}

lay_out
for what in "$@"; do
  case $what in
    archive | deb | rpm | sbom) "$what" ;;
    *) echo "packaging/build.sh: no such package: $what" >&2; exit 2 ;;
  esac
done
ls -l "$dist"
