#!/usr/bin/env bash
# Checks every source file against .clang-format. Only clang-format 14 judges: other versions lay the same text out
# differently, so with them the check is left out, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=14
formatter=
for candidate in "clang-format-$wanted" clang-format; do
    if command -v "$candidate" >/dev/null &&
        "$candidate" --version | grep -q "version $wanted\."; then
        formatter=$candidate
        break
    fi
done
if [[ -z $formatter ]]; then
    echo "lint_format: SKIPPED, there is no clang-format $wanted here"
    exit 0
fi
if [[ $# -eq 0 ]]; then
    mapfile -t files < <(python3 tools/source_files.py .cpp .hpp)
    set -- "${files[@]}"
fi
status=0
for file in "$@"; do
    if ! "$formatter" --dry-run -Werror "$file" 2>/dev/null; then
        echo "$file:1: not laid out as .clang-format says: make format"
        status=1
    fi
done
exit "$status"
