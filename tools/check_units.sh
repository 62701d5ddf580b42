#!/usr/bin/env bash
# Checks the systemd units offline: systemd-analyze verify, the exposure score of each service, the sysusers and tmpfiles files.
#
#   tools/check_units.sh [FOLDER]        FOLDER: where the units are, by default systemd/
#
# The program need not be installed: the units are checked in a temporary root where a stand-in has its name.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${1:-systemd}
# In tenths of 10; what is left is what a client of the network needs.
threshold=11

for tool in systemd-analyze systemd-sysusers systemd-tmpfiles; do
    if ! command -v "$tool" >/dev/null; then
        echo "check_units: SKIPPED, there is no $tool here (tools/setup.sh --lint installs it)"
        exit 0
    fi
done

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
units=$root/etc/systemd/system
mkdir -p "$units" "$root/usr/bin"
cp "$folder"/*.service "$folder"/*.timer "$units"
install -m 755 /dev/null "$root/usr/bin/overnight"
sed -i "s#^ExecStart=/usr/bin/overnight#ExecStart=$root/usr/bin/overnight#" "$units"/*.service
# The targets and the manual that the units name are the system's, and may not exist in a container.
sed -i -e '/^Documentation=man:/d' "$units"/*

failed=0
check() {
    local output
    if ! output=$("$@" 2>&1); then
        printf '%s\n' "$output"
        failed=1
    fi
}

# verify warns about an unknown key and still returns 0, so anything that it says about our files is a failure.
output=$(SYSTEMD_UNIT_PATH="$units:" systemd-analyze verify --man=no --recursive-errors=no \
    "$units/overnight.service" "$units/overnight@nightly.service" "$units/overnight@nightly.timer" 2>&1) || failed=1
if grep -F overnight <<<"$output" | sed "s#$units/#$folder/#" | grep .; then
    failed=1
fi

for unit in overnight.service overnight@nightly.service; do
    if ! score=$(SYSTEMD_UNIT_PATH="$units:" systemd-analyze security --offline=true --no-pager --threshold="$threshold" \
        "$units/$unit" 2>&1); then
        printf '%s\n' "$score" | grep -E '✗|Overall' || printf '%s\n' "$score"
        failed=1
    fi
    printf '  %s: %s\n' "$unit" "$(grep -o 'exposure level.*: [0-9.]* [A-Z]*' <<<"$score" | sed 's/.*: //' || true)"
done

mkdir -p "$root/etc/sysusers.d" "$root/etc/tmpfiles.d"
cp "$folder/overnight.sysusers" "$root/etc/sysusers.d/overnight.conf"
cp "$folder/overnight.tmpfiles" "$root/etc/tmpfiles.d/overnight.conf"
check systemd-sysusers --dry-run --root="$root" overnight.conf
check systemd-sysusers --root="$root" overnight.conf
grep -q '^overnight:' "$root/etc/passwd" || { echo "$folder/overnight.sysusers:2: makes no user overnight"; failed=1; }
if [[ $(id -u) == 0 ]]; then
    check systemd-tmpfiles --create --root="$root" overnight.conf
    [[ -d $root/srv/overnight ]] || { echo "$folder/overnight.tmpfiles:4: makes no /srv/overnight"; failed=1; }
fi
exit "$failed"
