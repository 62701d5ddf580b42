#!/usr/bin/env python3
"""Checks which folder includes what, so that the layers of ARCHITECTURE.md stay acyclic and one-directional.

    tools/check_layers.py [ROOT]

An include in quotes is written from the repository root and names a file there. A folder may include itself and what LAYERS
grants it; system headers that only certain folders may use are in OWNED. tests/ and bench/ may include everything.
"""
import os
import re
import sys

from source_files import ROOT, source_files

# Folder -> the folders and single headers that it may include besides its own. A folder may include what stands above it in
# this table, and only what it needs; the three roles never include one another: they meet in the store and the spool.
LAYERS: dict[str, list[str]] = {
    'core': [],
    'jsonl': ['core'],
    'model': ['core'],
    'recipe': ['core', 'jsonl', 'model'],
    'cost': ['core', 'model'],
    'providers': ['core', 'jsonl', 'model', 'recipe'],
    'store': ['core', 'jsonl', 'model'],  # jsonl for its durable files
    'net': ['core', 'model/http.hpp', 'model/transport.hpp'],
    'submitter': ['core', 'jsonl', 'model', 'recipe', 'cost', 'providers', 'store', 'net'],
    'poller': ['core', 'jsonl', 'model', 'recipe', 'cost', 'providers', 'store', 'net'],
    'reconciler': ['core', 'jsonl', 'model', 'recipe', 'cost', 'providers', 'store'],
    'emulator': ['core', 'net', 'model/http.hpp'],
    'cli': ['core', 'jsonl', 'model', 'recipe', 'cost', 'providers', 'store', 'net', 'submitter', 'poller', 'reconciler',
            'emulator'],
}

# Pattern of a system header -> the folders that may include it, and why nobody else.
OWNED: list[tuple[str, set[str], str]] = [
    (r'boost/(asio|beast)(/|\.hpp)', {'net'}, 'sockets stay behind net/'),
    (r'openssl/(ssl|tls1|x509\w*|bio)\.h', {'net'}, 'TLS stays behind net/'),
    (r'lmdb\.h', {'store'}, 'no transaction leaves store/'),
    (r'toml\+\+/', {'recipe', 'cli', 'cost'}, 'TOML is read where recipes, prices and configuration are'),
    (r'CLI/', {'cli'}, 'the command line is read in cli/'),
    (r'systemd/', {'cli'}, 'only the program itself talks to the service manager'),
    (r'boost/property_tree', set(), 'it overflows the stack on deep JSON'),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]*)"|<([^>]*)>)')


def grants(folder: str, header: str) -> bool:
    """Whether a file of `folder` may include the project's `header`."""
    target = header.split('/')[0]
    return target == folder or any(header == grant or target == grant for grant in LAYERS[folder])


def provider_of(path: str) -> str:
    """The provider's folder that a path lies in, "providers/openai"; empty for the shared part of providers/."""
    parts = path.split('/')
    return '/'.join(parts[:2]) if parts[0] == 'providers' and len(parts) > 2 else ''


def complaint(path: str, own: str, system: str, root: str) -> str:
    """What is wrong with one include of the file at `path`; empty when nothing is."""
    folder = path.split('/')[0]
    if system:
        if system.split('/')[0] in LAYERS and os.path.isfile(os.path.join(root, system)):
            return f'<{system}> is the project\'s own: write it in quotes'
        for pattern, folders, why in OWNED:
            if folder in LAYERS and re.match(pattern, system) and folder not in folders:
                return f'{folder}/ may not include <{system}>: {why}'
        return ''
    if folder == 'tests' and os.path.isfile(os.path.join(root, os.path.dirname(path), own)):
        return ''  # what tests of one folder share stands beside them
    if not os.path.isfile(os.path.join(root, own)):
        return f'"{own}" names no file from the repository root'
    if folder not in LAYERS:
        return ''  # tests/, bench/
    if not grants(folder, own):
        return f'{folder}/ may not include "{own}"'
    mine, theirs = provider_of(path), provider_of(own)
    if mine and theirs and mine != theirs:
        return f'{mine}/ may not include "{own}": a provider knows no other'
    return ''


def check(root: str) -> list[str]:
    """Every violation below `root`, as "path:line: what"."""
    found = []
    for path in source_files('.cpp', '.hpp', root=root):
        folder = path.split('/')[0]
        if folder not in LAYERS and folder not in ('tests', 'bench'):
            found.append(f'{path}:1: {folder}/ has no place in the layer table')
            continue
        with open(os.path.join(root, path), encoding='utf-8', errors='replace') as file:
            for number, line in enumerate(file, 1):
                match = INCLUDE.match(line)
                what = complaint(path, match[1] or '', match[2] or '', root) if match else ''
                if what:
                    found.append(f'{path}:{number}: {what}')
    return found


def main() -> int:
    found = check(sys.argv[1] if len(sys.argv) > 1 else ROOT)
    print('\n'.join(found), end='\n' if found else '')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
