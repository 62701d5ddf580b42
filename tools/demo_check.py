#!/usr/bin/env python3
"""Checks what the demo claims: the second run sent nothing, and both tables hold the same answers for the same rows.

    tools/demo_check.py SECOND.json FIRST.csv SECOND.csv
"""
import csv
import json
import sys


def answers(path: str) -> list[dict[str, str]]:
    """The rows of a table without `_status`, the one column that differs: answered, then cached."""
    with open(path, newline='', encoding='utf-8') as file:
        return [{name: cell for name, cell in row.items() if name != '_status'} for row in csv.DictReader(file)]


def main() -> int:
    summary_path, first_path, second_path = sys.argv[1:]
    with open(summary_path, encoding='utf-8') as file:
        summary = json.load(file)
    first, second = answers(first_path), answers(second_path)
    rows = summary['rows']
    print(f"rows in the table: {len(second)}, from the cache: {rows['cached']}, "
          f"requests sent: {summary['requests']}, the same answers: {'yes' if first == second else 'NO'}")
    as_claimed = summary['requests'] == 0 and rows['cached'] == rows['total'] == len(second) and first == second
    if not as_claimed:
        print('demo: error: the second run should have sent nothing and changed nothing', file=sys.stderr)
    return 0 if as_claimed else 1


if __name__ == '__main__':
    sys.exit(main())
