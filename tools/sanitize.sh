#!/usr/bin/env bash
# Builds the tests under a sanitizer and runs them.
#
#   tools/sanitize.sh asan|tsan [--jobs N] [FOLDER...]
#
# FOLDERs name folders of tests/unit, or single tests like integration.main_job; with none, every test runs, the integration and
# crash tests too. A folder without tests is passed over.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${1:?usage: tools/sanitize.sh asan|tsan [--jobs N] [FOLDER...]}
shift
jobs=$(nproc)
if [[ ${1:-} == --jobs ]]; then
    jobs=$2
    shift 2
fi
case $preset in
    asan)
        export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
        export UBSAN_OPTIONS=print_stacktrace=1
        ;;
    tsan) export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 ;;
    *)
        echo "sanitize: error: '$preset' is neither asan nor tsan" >&2
        exit 2
        ;;
esac

# ThreadSanitizer of g++ 12 and 13 cannot live with the wide address randomisation of newer kernels.
wrap=()
if [[ $preset == tsan ]] && setarch "$(uname -m)" -R true 2>/dev/null; then
    wrap=(setarch "$(uname -m)" -R)
fi

cmake --preset "$preset"
if [[ $# -eq 0 ]]; then
    cmake --build --preset "$preset" --parallel "$jobs"
    "${wrap[@]}" ctest --preset "$preset" --parallel "$jobs"
    exit
fi

folders=()
targets=()
tests=()
for folder in "$@"; do
    if [[ $folder == integration.* ]]; then
        tests+=("$folder")
        targets+=(overnight)
    fi
    if [[ -e tests/unit/$folder/CMakeLists.txt ]]; then
        folders+=("$folder")
        targets+=("tests/unit/$folder/all")
    fi
done
[[ ${#folders[@]} -gt 0 || ${#tests[@]} -gt 0 ]] || { echo "sanitize: error: none of these folders has tests: $*" >&2; exit 1; }
cmake --build --preset "$preset" --parallel "$jobs" --target "${targets[@]}"
failed=()
for folder in "${folders[@]}"; do
    echo "sanitize: $preset of tests/unit/$folder"
    "${wrap[@]}" ctest --test-dir "build/$preset/tests/unit/$folder" --parallel "$jobs" --output-on-failure \
        --no-tests=error || failed+=("$folder")
done
for name in "${tests[@]}"; do
    echo "sanitize: $preset of $name"
    "${wrap[@]}" ctest --test-dir "build/$preset" --tests-regex "^${name//./\\.}\$" --output-on-failure --no-tests=error ||
        failed+=("$name")
done
if [[ ${#failed[@]} -gt 0 ]]; then
    echo "sanitize: FAILED: ${failed[*]}" >&2
    exit 1
fi
