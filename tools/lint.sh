#!/usr/bin/env bash
# Runs every lint; all of them run even when one fails, and the last line says which failed.
#
#   tools/lint.sh [--jobs N]
set -uo pipefail
cd "$(dirname "$0")/.." || exit

export PYTHONDONTWRITEBYTECODE=1
jobs=$(nproc)
[[ ${1:-} != --jobs ]] || jobs=$2

failed=()
lint() {
    local name=$1
    shift
    printf 'lint: %s\n' "$name"
    "$@" || failed+=("$name")
}

lint 'the lints find what is planted' python3 -m unittest discover -q -s tools/tests -p '*_test.py'
lint format tools/lint_format.sh
lint layers tools/check_layers.py
lint co_await tools/lint_co_await.py
lint lengths tools/check_lengths.py
lint text tools/check_text.py
lint headers tools/check_headers.py --jobs "$jobs"
lint units tools/check_units.sh
lint 'man page' tools/check_man.sh

if [[ ${#failed[@]} -gt 0 ]]; then
    (IFS=,; printf 'lint: FAILED: %s\n' "${failed[*]}" | sed 's/,/, /g' >&2)
    exit 1
fi
echo 'lint: all clean'
