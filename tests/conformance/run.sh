#!/bin/sh
# Installs the SDKs that package-lock.json names, unless they are there, and runs one file of tests.
#
#   tests/conformance/run.sh                   only installs
#   tests/conformance/run.sh openai.test.mjs   the program is $OVERNIGHT
#
# Without Node 18 and npm, or without a registry that npm can reach, it says so and ends with 77: skipped. With
# OVERNIGHT_CONFORMANCE=required that is an error.
set -eu
cd "$(dirname "$0")"

skip() {
    if [ "${OVERNIGHT_CONFORMANCE:-}" = required ]; then
        echo "conformance: error: $*" >&2
        exit 1
    fi
    echo "conformance: skipped: $*"
    exit 77
}

for tool in node npm flock; do
    command -v "$tool" >/dev/null || skip "there is no $tool; tools/setup.sh --node installs it"
done
node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' || skip "Node $(node --version) is older than 18"

# Installs into node_modules; a copy of the lock file there says that it was done. npm reads the user's own settings.
install() {
    stamp=node_modules/.installed-package-lock.json
    cmp -s package-lock.json "$stamp" && return
    log=$(mktemp)
    if npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-retry-mintimeout=1000 >"$log" 2>&1; then
        cp package-lock.json "$stamp"
        rm -f "$log"
        return
    fi
    tail -n 20 "$log"
    rm -f "$log"
    return 1
}

# Several tests may start at once.
exec 9>.install.lock
flock 9
install || skip 'npm ci failed; is there a registry?'
exec 9>&-

[ $# -eq 0 ] || exec node --test "$@"
