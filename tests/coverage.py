#!/usr/bin/env python3
"""Prints what the tests cover, one row a module, as docs/audit.md has it: tests/coverage.py LCOV-FILE

Tests that stand in the same file as their code are left out: they cover themselves. Below the table are the files
of which less than the wanted part is covered.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "src"
WANTED = 80  # percent, as TEST-01 of the roadmap says
TESTS = re.compile(r"^#\[cfg\((?:all\()?test\b.*\)\]\n(?:#\[.*\]\n)*mod \w+ \{", re.MULTILINE)


def code_lines(path):
    """How many lines of a file are code: tests, if there are any, stand at its end."""
    text = path.read_text()
    tests = TESTS.search(text)
    return text.count("\n", 0, tests.start()) if tests else text.count("\n")


def read(lcov):
    """The counts of covered and of all lines of code, by file of ours: macros of other crates count as theirs."""
    files, name, last = {}, None, 0
    for line in lcov.read_text().splitlines():
        if line.startswith("SF:"):
            path = Path(line[3:])
            is_ours = path.is_relative_to(SOURCES) and not re.search(r"tests?\.rs$|/tests/", path.as_posix().removeprefix(SOURCES.as_posix()))
            name = path.relative_to(SOURCES).as_posix() if is_ours else None
            last = code_lines(path) if name else 0
        elif line.startswith("DA:") and name:
            number, count = map(int, line[3:].split(",")[:2])
            if number <= last:
                covered, lines = files.get(name, (0, 0))
                files[name] = (covered + (count > 0), lines + 1)
    return files


def row(name, counts):
    covered, lines = counts
    return f"| `{name}` | {lines} | {100 * covered // lines} % |"


def main():
    files = read(Path(sys.argv[1]))
    modules = defaultdict(lambda: (0, 0))
    for name, counts in files.items():
        module = name.split("/")[0]
        modules[module] = tuple(map(sum, zip(modules[module], counts)))
    print("| module | lines | covered |\n|---|---|---|")
    for name in sorted(modules):
        print(row(name, modules[name]))
    print(row("all", tuple(map(sum, zip(*modules.values())))))
    print(f"\nFiles of which less than {WANTED} % is covered:")
    for name, counts in sorted(files.items()):
        if 100 * counts[0] < WANTED * counts[1]:
            print(row(name, counts))


if __name__ == "__main__":
    main()
