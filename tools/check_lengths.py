#!/usr/bin/env python3
"""Checks the lengths of the C++ files: a file that outgrows its cap has more than one subject. Prints the medians.

    tools/check_lengths.py [ROOT]
"""
import os
import statistics
import sys

from source_files import ROOT, source_files

CAPS = {'.cpp': 500, '.hpp': 250, 'tests': 800}
KINDS = {'.cpp': 'sources', '.hpp': 'headers', 'tests': 'tests'}


def kind_of(path: str) -> str:
    """Which cap holds for the file."""
    return 'tests' if path.startswith('tests/') else os.path.splitext(path)[1]


def main(root: str) -> int:
    lengths: dict[str, list[int]] = {kind: [] for kind in CAPS}
    failures = 0
    for path in source_files('.cpp', '.hpp', root=root):
        with open(os.path.join(root, path), 'rb') as file:
            lines = sum(1 for _ in file)
        kind = kind_of(path)
        lengths[kind].append(lines)
        if lines > CAPS[kind]:
            print(f'{path}:{CAPS[kind]}: {lines} lines, and the cap for {KINDS[kind]} is {CAPS[kind]}: split it by subject')
            failures += 1
    for kind, counted in lengths.items():
        if counted:
            print(f'  {KINDS[kind]}: {len(counted)}, median {statistics.median(counted):.0f}, longest {max(counted)}')
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ROOT))
