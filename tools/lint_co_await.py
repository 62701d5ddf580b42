#!/usr/bin/env python3
"""Finds statements that g++ 12 miscompiles: a braced or lambda temporary in a full-expression that contains co_await.

    tools/lint_co_await.py [FILE...]       with no FILE, every source file of the project

Such a temporary is destroyed twice or too early. The rule is stricter than the fault: a statement with co_await contains no
"{" and no lambda. Name the value first, then await it: `auto op = f(Options{...}); co_await std::move(op);`.
"""
import os
import re
import sys

from source_files import ROOT, source_files

OPENS_CONDITION = re.compile(r'\b(if|while|for|switch)\s*(constexpr)?\s*$')
OPENS_INITIALISER = re.compile(r'[\w>)]\s*$')
OPENS_BLOCK = re.compile(r'(\)|mutable|noexcept|>|else|do|try)\s*$')
STRUCTURED_BINDING = re.compile(r'^\s*(auto\s*&{0,2}\s*\[[^\]]*\]\s*=)')
LAMBDA = re.compile(r'(?<![\w\])])\[[^\]]*\]\s*[({]')


def blank_out(text: str) -> str:
    """The text without comments and literals, with its line numbers kept."""
    text = re.sub(r'//[^\n]*', '', text)
    text = re.sub(r'/\*.*?\*/', lambda match: '\n' * match.group().count('\n'), text, flags=re.S)
    return re.sub(r'R"\(.*?\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', '0', text, flags=re.S)


def expression_start(text: str, at: int) -> int:
    """Where the full-expression around `at` begins."""
    depth = 0
    while at > 0:
        char, before = text[at - 1], text[:at - 1]
        if char in ')]':
            depth += 1
        elif char in '([':
            if depth == 0 and OPENS_CONDITION.search(before[-40:]):
                break
            depth -= depth > 0
        elif char in ';}' and depth == 0:
            break
        elif char == '{' and depth == 0 and OPENS_INITIALISER.search(before[-40:]) and OPENS_BLOCK.search(before[-40:]):
            break
        at -= 1
    return at


def expression_end(text: str, at: int) -> int:
    """Where the full-expression around `at` ends."""
    depth = 0
    while at < len(text):
        char = text[at]
        if char in '([{':
            depth += 1
        elif char in ')]}':
            if depth == 0:
                break
            depth -= 1
        elif char == ';' and depth == 0:
            break
        at += 1
    return at


def check(source: str) -> dict[int, str]:
    """Line -> statement, for each violation in the text of one source file."""
    text, found = blank_out(source), {}
    for match in re.finditer(r'\bco_await\b', text):
        start, end = expression_start(text, match.start()), expression_end(text, match.end())
        expression = STRUCTURED_BINDING.sub('', text[start:end])
        if '{' in expression or LAMBDA.search(expression):
            found[text.count('\n', 0, match.start()) + 1] = ' '.join(expression.split())[:90]
    return found


def main(paths: list[str]) -> int:
    status = 0
    for path in paths or [os.path.join(ROOT, path) for path in source_files('.cpp', '.hpp')]:
        with open(path, encoding='utf-8', errors='replace') as file:
            for line, expression in check(file.read()).items():
                print(f'{os.path.relpath(path)}:{line}: temporary in a co_await expression: {expression}')
                status = 1
    return status


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
