#!/usr/bin/env bash
# The demo: enriches examples/topics twice on the emulator inside the program, and shows that the second night is free.
# Everything is written under build/demo, which starts empty each time.
#
#   tools/demo.sh [PROGRAM]
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-build/release/overnight}
recipe=examples/topics/topics.toml
out=build/demo/topics.enriched.csv

heading() { printf '\n== %s\n' "$*"; }

# Prints a command the way it could be typed, then runs it.
run() {
    printf '$ %s\n' "$*"
    "$@"
}

rm -rf build/demo
mkdir -p build/demo

heading 'The first night: 150 rows, 20 in a request, on an emulated provider. No key, no network, no money.'
run "$program" run "$recipe" --emulate --state build/demo/state --output "$out"

heading 'The table: every input row once, in input order, then the answer, _status and _error.'
run head -n 6 "$out"
cp "$out" build/demo/first-night.csv

heading 'The second night: nothing has changed, so nothing is sent and nothing is paid.'
second=("$program" run "$recipe" --emulate --state build/demo/state --output "$out" --json)
printf '$ %s\n' "${second[*]}"
"${second[@]}" | tee build/demo/second.json

heading 'What the two nights came to'
python3 tools/demo_check.py build/demo/second.json build/demo/first-night.csv "$out"
