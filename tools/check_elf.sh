#!/bin/sh
# Checks that a program is linked and compiled as hardened as cmake/OvernightOptions.cmake asks for.
#
#   tools/check_elf.sh PROGRAM
set -eu
program=${1:?usage: tools/check_elf.sh PROGRAM}
failed=0

# expect WHAT PATTERN TEXT: the text must have a line with the pattern.
expect() {
    if ! printf '%s\n' "$3" | grep -q "$2"; then
        printf 'check_elf: error: %s: %s\n' "$program" "$1" >&2
        failed=1
    fi
}

segments=$(readelf -lW "$program")
dynamic=$(readelf -dW "$program")
symbols=$(readelf -W --dyn-syms "$program")
expect 'it is not position independent' 'FLAGS_1.*PIE' "$dynamic"
expect 'symbols are bound lazily' 'FLAGS_1.*NOW' "$dynamic"
expect 'relocations stay writable' 'GNU_RELRO' "$segments"
expect 'its stack can be executed' 'GNU_STACK .* RW ' "$segments"
expect 'no stack protector' '__stack_chk_fail' "$symbols"
expect 'no fortified functions' '__[a-z]*_chk@' "$symbols"
if printf '%s\n' "$dynamic" | grep -Eq 'RPATH|RUNPATH'; then
    printf 'check_elf: error: %s: it looks for libraries in a path of its own\n' "$program" >&2
    failed=1
fi
exit "$failed"
