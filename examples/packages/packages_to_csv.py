#!/usr/bin/env python3
"""Writes a CSV table of Debian packages to standard output: name, section, version, description; one row a package.

    packages_to_csv.py PACKAGES TRANSLATIONS

PACKAGES is what `apt-cache dumpavail` prints; TRANSLATIONS holds the stanzas of apt's Translation-en lists, or nothing. Where a
package occurs in several versions or architectures, the first one counts.
"""
import csv
import sys
from collections.abc import Iterable, Iterator

FIELDS = ('Package', 'Section', 'Version', 'Description', 'Description-en', 'Description-md5')


def stanzas(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Each stanza as field -> text. Lines that go on a field are joined by blanks; a "." line ends a paragraph."""
    stanza: dict[str, str] = {}
    field = ''
    for line in lines:
        line = line.rstrip('\n')
        if not line.strip():
            if stanza:
                yield stanza
            stanza, field = {}, ''
        elif line[0] in ' \t':
            if field in FIELDS:
                stanza[field] = continued(stanza[field], line)
        else:
            field, _, text = line.partition(':')
            if field in FIELDS:
                stanza[field] = text.strip()
    if stanza:
        yield stanza


def continued(text: str, line: str) -> str:
    """The text of a field with one more of its lines. The first line of a description is its summary."""
    if line.strip() == '.':
        return text + '\n'
    if '\n' not in text:
        return f'{text}\n{line.strip()}'
    return text + line.strip() if text.endswith('\n') else f'{text} {line.strip()}'


def tidy(text: str) -> str:
    """One paragraph a line; control characters and runs of blanks become one blank."""
    text = ''.join(char if char == '\n' or char.isprintable() else ' ' for char in text)
    return '\n'.join(' '.join(line.split()) for line in text.split('\n') if line.strip())


def main() -> int:
    packages_path, translations_path = sys.argv[1:]
    sys.stdout.reconfigure(encoding='utf-8', newline='')
    long_text: dict[tuple[str, str], str] = {}
    with open(translations_path, encoding='utf-8', errors='replace', newline='\n') as lines:
        for stanza in stanzas(lines):
            long_text[stanza.get('Package', ''), stanza.get('Description-md5', '')] = stanza.get('Description-en', '')

    seen: set[str] = set()
    writer = csv.writer(sys.stdout, lineterminator='\n')
    writer.writerow(['name', 'section', 'version', 'description'])
    with open(packages_path, encoding='utf-8', errors='replace', newline='\n') as lines:
        for stanza in stanzas(lines):
            name = stanza.get('Package', '')
            if name and name not in seen:
                seen.add(name)
                description = long_text.get((name, stanza.get('Description-md5', ''))) or stanza.get('Description', '')
                writer.writerow([name, stanza.get('Section', ''), stanza.get('Version', ''), tidy(description)])
    if not seen:
        print('packages_to_csv: error: apt knows no packages; run apt-get update first', file=sys.stderr)
    return 0 if seen else 1


if __name__ == '__main__':
    sys.exit(main())
