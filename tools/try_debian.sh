#!/usr/bin/env bash
# Builds and tests the committed tree on another Debian release, in a throw-away chroot that starts with nothing but `make`.
#
#   tools/try_debian.sh trixie            make build and make test
#   tools/try_debian.sh bookworm demo     other targets of the Makefile
#
# Needs root, debootstrap, and a machine whose own apt sources name a Debian mirror; that mirror is used. The chroot is made
# under ${TMPDIR:-/tmp} and removed afterwards, also after a failure; KEEP=yes keeps it and says where it is.
set -euo pipefail
cd "$(dirname "$0")/.."

die() {
    printf 'try_debian: error: %s\n' "$*" >&2
    exit 1
}

# The first Debian mirror that this machine's own apt sources name.
mirror() {
    {
        cat /etc/apt/sources.list 2>/dev/null || true
        for file in /etc/apt/sources.list.d/*.list; do [[ ! -e $file ]] || cat "$file"; done
    } | sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\/debian\/\{0,1\}\) .*/\2/p'
    for file in /etc/apt/sources.list.d/*.sources; do
        [[ ! -e $file ]] || sed -n 's/^URIs: *\([^ ]*\/debian\/\{0,1\}\)\( .*\)\{0,1\}$/\1/p' "$file"
    done
}

[[ $# -ge 1 ]] || die 'usage: tools/try_debian.sh SUITE [TARGET...]'
suite=$1
shift
[[ $# -gt 0 ]] || set -- build test
[[ $(id -u) == 0 ]] || die 'a chroot needs root'
command -v debootstrap >/dev/null || die 'debootstrap is missing: apt-get install debootstrap'
url=$(mirror | head -n 1)
[[ -n $url ]] || die "this machine's apt sources name no Debian mirror"

root=$(mktemp -d "${TMPDIR:-/tmp}/overnight-$suite.XXXXXX")
chmod 755 "$root"
cleanup() {
    for mounted in dev/shm proc; do
        mountpoint -q "$root/$mounted" && umount "$root/$mounted"
    done
    if [[ ${KEEP:-no} == yes ]]; then
        echo "try_debian: kept $root"
    else
        rm -rf --one-file-system "$root"
    fi
}
trap cleanup EXIT

echo "try_debian: making a $suite chroot in $root"
debootstrap --variant=minbase --include=make "$suite" "$root" "$url" >"$root.log" 2>&1 ||
    { tail -n 20 "$root.log" >&2; rm -f "$root.log"; die 'debootstrap failed'; }
rm -f "$root.log"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
mount -t proc proc "$root/proc"
mkdir -p "$root/dev/shm" "$root/src"
mount -t tmpfs tmpfs "$root/dev/shm"
git archive HEAD | tar -x -C "$root/src"

for target in "$@"; do
    echo "try_debian: make $target"
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM="${TERM:-dumb}" \
        chroot "$root" make -C /src "$target"
done
echo "try_debian: $suite: make $* succeeded"
