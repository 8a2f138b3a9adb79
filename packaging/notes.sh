#!/usr/bin/env bash
# Prints the newest version's part of CHANGELOG.md, for the release page.
set -euo pipefail
cd "$(dirname "$0")/.."
awk '/^## \[[0-9]/ { if (found) exit; found = 1; next } found' CHANGELOG.md
