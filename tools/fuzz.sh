#!/usr/bin/env bash
# Builds the libFuzzer targets and runs each for a while, beginning with its seeds.
#
#   tools/fuzz.sh [--jobs N] [--seconds N | --runs N] [TARGET...]
#
# TARGETs are files of tests/fuzz without `_fuzz.cpp`; with none, all of them. What was found to be of interest stays in
# build/fuzz/corpus for the next run; an input that fails is kept beside it, and its name is printed. With --runs the inputs are the
# same in every run from a fresh tree. Needs clang.
set -euo pipefail
cd "$(dirname "$0")/.."

jobs=$(nproc)
seconds=30
runs=
while [[ ${1:-} == --* ]]; do
    case $1 in
        --jobs) jobs=$2 ;;
        --seconds) seconds=$2 ;;
        --runs) runs=$2 ;;
        *)
            echo "fuzz: error: unknown option $1" >&2
            exit 2
            ;;
    esac
    shift 2
done
compiler=
for name in clang++ clang++-{20,19,18,17,16,15,14}; do
    compiler=$(command -v "$name") && break
done
if [[ -z $compiler ]]; then
    echo 'fuzz: error: libFuzzer comes with clang: apt-get install clang' >&2
    exit 77
fi
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
    for file in tests/fuzz/*_fuzz.cpp; do
        file=${file##*/}
        targets+=("${file%_fuzz.cpp}")
    done
fi

cmake --preset fuzz -D CMAKE_CXX_COMPILER="$compiler"
cmake --build --preset fuzz --parallel "$jobs" --target "${targets[@]/%/_fuzz}"
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
fuzz() {
    local target=$1 corpus=build/fuzz/corpus/$1
    mkdir -p "$corpus"
    local seeds=()
    [[ ! -d tests/fuzz/seeds/$target ]] || seeds=("tests/fuzz/seeds/$target")
    if [[ $target == store_rows ]]; then # the golden rows are the best beginning
        python3 - tests/golden/store "$corpus" << 'EOF'
import pathlib, sys
for file in pathlib.Path(sys.argv[1]).glob('*.hex'):
    pathlib.Path(sys.argv[2], file.stem).write_bytes(bytes.fromhex(file.read_text()))
EOF
    fi
    local length=(-max_total_time="$seconds")
    [[ -z $runs ]] || length=(-runs="$runs" -seed=1)
    printf 'fuzz: %s\n' "$target"
    "build/fuzz/tests/fuzz/${target}_fuzz" "$corpus" "${seeds[@]}" "${length[@]}" -timeout=10 -rss_limit_mb=2048 \
        -max_len=8192 -artifact_prefix="build/fuzz/$target-" > "build/fuzz/$target.log" 2>&1 || {
        tail -n 60 "build/fuzz/$target.log" >&2
        printf 'fuzz: FAILED: %s\n' "$target" >&2
        return 1
    }
    grep -E '^Done ' "build/fuzz/$target.log"
}
failed=0
for target in "${targets[@]}"; do
    fuzz "$target" || failed=1
done
[[ $failed == 0 ]] && echo "fuzz: ${#targets[@]} targets, nothing found"
exit "$failed"
