#!/usr/bin/env bash
# Checks that the manual is sound: it formats without a warning, and has every command and every exit code.
#
#   tools/check_man.sh [FILE]
set -euo pipefail
cd "$(dirname "$0")/.."

page=${1:-docs/overnight.1}
failed=0
for command in run plan submit status results errors retry cancel forget daemon pass doctor emulator; do
    grep -qE "^\.B[IR]? $command\b" "$page" || { echo "$page:1: the command '$command' is missing"; failed=1; }
done
for code in 0 1 2 3 70 75 78 130; do
    grep -qx "\.B $code" "$page" || { echo "$page:1: the exit code $code is missing"; failed=1; }
done
if command -v man >/dev/null && command -v groff >/dev/null; then
    warnings=$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=100 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
    [[ -z $warnings ]] || { printf '%s\n' "$warnings"; failed=1; }
else
    echo 'check_man: formatting SKIPPED, there is no man and groff here'
fi
exit "$failed"
