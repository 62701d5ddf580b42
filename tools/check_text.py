#!/usr/bin/env python3
"""Checks the text of every file: encoding, line ends, blanks, and a few things that the project's C++ does not do.

    tools/check_text.py [ROOT]
"""
import os
import re
import sys

from source_files import ROOT, source_files

TEXT = ('.cpp', '.hpp', '.py', '.sh', '.md', '.txt', '.cmake', '.toml', '.json', '.service', '.timer', '.1', '.yml', '.sysusers',
        '.tmpfiles')
TEXT_NAMES = ('Makefile', 'run', '.clang-format', '.clang-tidy', '.gitignore')

# Pattern -> where it may stand (prefixes of paths), and what to do instead. C++ only; comments do not count.
BANNED: list[tuple[str, tuple[str, ...], str]] = [
    (r'\bstd::(basic_)?ofstream\b', ('tests/', 'bench/'), 'it syncs nothing and hides errors: write durable files'),
    (r'\b(std::filesystem|fs)::rename\b', ('tests/', 'emulator/'), 'it syncs nothing: publish durable files'),
    (r'\basio::detached\b', (), 'every task is joined'),
    (r'\bMDB_(NOSYNC|NOMETASYNC|WRITEMAP|MAPASYNC|NOLOCK)\b', ('store/', 'tests/'), 'the store promises durability'),
    (r'\b(std::system|popen|tmpnam|mktemp|gets|strcpy|strcat|sprintf)\s*\(', ('tests/',), 'unsafe with untrusted input'),
    (r'\busing namespace std\s*;', (), 'write the names out'),
]
COMMENT = re.compile(r'//.*$')


def is_text(path: str) -> bool:
    return path.endswith(TEXT) or os.path.basename(path) in TEXT_NAMES


def check_lines(path: str, data: bytes) -> list[str]:
    """Violations that any text file can have."""
    found = []
    try:
        text = data.decode('utf-8')
    except UnicodeDecodeError as error:
        return [f'{path}:{data[:error.start].count(10) + 1}: not UTF-8']
    if text.startswith('\ufeff'):
        found.append(f'{path}:1: starts with a byte order mark')
    if text and not text.endswith('\n'):
        found.append(f'{path}:{text.count(chr(10)) + 1}: no newline at the end')
    if text.endswith('\n\n'):
        found.append(f'{path}:{text.count(chr(10))}: blank lines at the end')
    tabs_allowed = os.path.basename(path) == 'Makefile' or path.endswith('.1')
    for number, line in enumerate(text.split('\n'), 1):
        if line.endswith('\r'):
            found.append(f'{path}:{number}: carriage return')
        elif line != line.rstrip():
            found.append(f'{path}:{number}: trailing blank')
        if '\t' in line and not tabs_allowed:
            found.append(f'{path}:{number}: tab')
        if '\u00a0' in line or '\u200b' in line:
            found.append(f'{path}:{number}: invisible character')
        if re.match(r'(<{7}|>{7}) ', line):
            found.append(f'{path}:{number}: conflict marker')
    return found


def check_cpp(path: str, text: str, has_header: bool) -> list[str]:
    """Violations that only C++ files can have. What a source is that has a header of its name, the
    header says; what a test is, its name says."""
    found = []
    if not text.startswith('//') and not has_header and not path.endswith('_test.cpp'):
        found.append(f'{path}:1: the first line does not say what the file is')
    if path.endswith('.hpp') and '\n#pragma once\n' not in text:
        found.append(f'{path}:1: no #pragma once')
    for number, line in enumerate(text.split('\n'), 1):
        code = COMMENT.sub('', line)
        for pattern, allowed, instead in BANNED:
            match = re.search(pattern, code)
            if match and not path.startswith(allowed):
                found.append(f'{path}:{number}: {match[0].rstrip("( ")}: {instead}')
    return found


def check(root: str) -> list[str]:
    found = []
    for path in source_files(root=root):
        if not is_text(path) or 'golden/' in path or 'corpus/' in path:
            continue
        with open(os.path.join(root, path), 'rb') as file:
            data = file.read()
        found += check_lines(path, data)
        if path.endswith(('.cpp', '.hpp')):
            header = os.path.join(root, path[:-len('.cpp')] + '.hpp')
            has_header = path.endswith('.cpp') and os.path.isfile(header)
            found += check_cpp(path, data.decode('utf-8', errors='replace'), has_header)
    return found


def main() -> int:
    found = check(sys.argv[1] if len(sys.argv) > 1 else ROOT)
    print('\n'.join(found), end='\n' if found else '')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
