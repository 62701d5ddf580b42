#!/usr/bin/env python3
"""Compiles each header alone: whoever includes one gets what it needs with it. Quick when little has changed.

    tools/check_headers.py [--jobs N] [--root ROOT]

Writes one translation unit a header and a build.ninja into build/headers, so that a repeated run compiles only the headers
whose own includes have changed. The compiler is $CXX, else g++.
"""
import argparse
import os
import shlex
import subprocess
import sys

from source_files import ROOT, source_files

FLAGS = ['-std=c++20', '-fsyntax-only', '-Wall', '-Wextra', '-Werror']
PACKAGES = ['lmdb', 'libsystemd', 'spdlog']


def package_flags() -> list[str]:
    """What pkg-config says of the libraries that need flags of their own."""
    flags: list[str] = []
    for package in PACKAGES:
        found = subprocess.run(['pkg-config', '--cflags', package], capture_output=True, text=True, check=False)
        flags += shlex.split(found.stdout) if found.returncode == 0 else []
    return flags


def write_if_changed(path: str, text: str) -> None:
    """Keeps the time stamp of a file that is right already."""
    if os.path.exists(path):
        with open(path, encoding='utf-8') as file:
            if file.read() == text:
                return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def write_build(root: str, headers: list[str], folder: str) -> None:
    """One unit a header, and the build.ninja that checks them."""
    compiler = os.environ.get('CXX', 'g++')
    flags = ' '.join(shlex.quote(flag) for flag in FLAGS + package_flags() + [f'-I{root}'])
    lines = ['rule check',
             f'  command = {compiler} {flags} -MD -MF $out.d -MT $out $in && touch $out',
             '  depfile = $out.d', '  deps = gcc', '  description = $in', '']
    for header in headers:
        unit = header.replace('/', '__')[:-len('.hpp')]
        write_if_changed(os.path.join(folder, unit + '.cpp'), f'#include "{header}"\n')
        lines.append(f'build {unit}.ok: check {unit}.cpp')
    write_if_changed(os.path.join(folder, 'build.ninja'), '\n'.join(lines) + '\n')


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument('--jobs', default=str(os.cpu_count() or 1))
    parser.add_argument('--root', default=ROOT)
    options = parser.parse_args()
    root = os.path.abspath(options.root)
    headers = [path for path in source_files('.hpp', root=root)]
    folder = os.path.join(root, 'build', 'headers')
    write_build(root, headers, folder)
    ninja = subprocess.run(['ninja', '-C', folder, '-k', '0', '-j', options.jobs, '--quiet'], capture_output=True, text=True,
                           check=False)
    if ninja.returncode != 0:
        print(ninja.stdout + ninja.stderr)
    return 1 if ninja.returncode else 0


if __name__ == '__main__':
    sys.exit(main())
