#!/usr/bin/env python3
"""The project's files, as the lints see them: tracked ones and new ones that are not ignored; without git, all but build/.

    tools/source_files.py [SUFFIX...]      prints them, one a line, relative to the repository root
"""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def source_files(*suffixes: str, root: str = ROOT) -> list[str]:
    """Paths relative to `root`, sorted, of the files that end in one of `suffixes`; of all files when none is given."""
    try:
        listed = subprocess.run(['git', '-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                                capture_output=True, check=True).stdout.decode().split('\0')
        inside = subprocess.run(['git', '-C', root, 'rev-parse', '--show-toplevel'],
                                capture_output=True, check=True).stdout.decode().strip()
        if os.path.realpath(inside) != os.path.realpath(root):
            listed = walk(root)
    except (OSError, subprocess.CalledProcessError):
        listed = walk(root)
    return sorted({path for path in listed
                   if path and (not suffixes or path.endswith(suffixes)) and os.path.isfile(os.path.join(root, path))})


def walk(root: str) -> list[str]:
    """Every file below `root`, except in build/ and in hidden folders other than .ci."""
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not (name == 'build' and folder == root)
                      and (not name.startswith('.') or name == '.ci')]
        found += [os.path.relpath(os.path.join(folder, name), root) for name in files]
    return found


if __name__ == '__main__':
    print('\n'.join(source_files(*sys.argv[1:])))
