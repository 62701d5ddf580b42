#!/bin/sh
# Installs what the project is built and checked with, on Debian 12 or newer and Ubuntu 24.04 or newer.
#
#   tools/setup.sh             what a build and its tests need
#   tools/setup.sh --lint      the same, and what `make lint` needs besides
#   tools/setup.sh --node      the same, and Node and npm, unless both can be run: the providers' SDKs (tests/conformance)
#   tools/setup.sh --fuzz      the same, and a clang with libFuzzer (`make fuzz`)
#   tools/setup.sh --list      only prints the names of the packages
#   tools/setup.sh --replace   may remove packages that conflict (Debian 12: another Boost)
#
# Installs only what is missing; when nothing is, it needs neither root nor a network, and costs a fraction of a second.
set -eu

# One requirement a word; where a distribution may have it under several names, the names are separated by "|".
# Any of them that is installed will do; otherwise the first one that apt offers is installed.
build_tools='g++ cmake ninja-build ccache pkgconf|pkg-config python3 curl ca-certificates'
libraries='libssl-dev liblmdb-dev libsimdjson-dev libtomlplusplus-dev libcli11-dev libkainjow-mustache-dev
           libvalijson-dev libspdlog-dev libsystemd-dev'
test_libraries='libgtest-dev libgmock-dev libbenchmark-dev'
lint_tools='clang-format systemd git man-db'
node_tools='nodejs npm'
fuzz_tools='clang-14|clang-18|clang-19 libclang-rt-14-dev|libclang-rt-18-dev|libclang-rt-19-dev'

say() { printf 'setup: %s\n' "$*"; }
die() {
    printf 'setup: error: %s\n' "$*" >&2
    exit 1
}

# True when the package is installed and configured.
installed() {
    # shellcheck disable=SC2016  # the format is dpkg-query's own
    [ "$(dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | head -n 1)" = installed ]
}

# True when apt knows a version of the package that it could install.
offered() {
    apt-cache policy "$1" 2>/dev/null | grep -q '^ *Candidate: [0-9]'
}

# True when Boost's headers, JSON and URL are installed in one version, and that is 1.81 or newer.
boost_installed() {
    # shellcheck disable=SC2016
    versions=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 'libboost1.*-dev' 2>/dev/null |
        sed -n 's/^installed libboost\(1\.[0-9]*\)-dev$/\1/p')
    for version in $versions; do
        if [ "${version#1.}" -ge 81 ] && installed "libboost-json$version-dev" &&
            installed "libboost-url$version-dev"; then
            return 0
        fi
    done
    return 1
}

# Debian 12 has Boost 1.74 by default, which is too old, and 1.81 beside it; newer systems' default is new enough.
boost_packages() {
    if offered libboost-url1.81-dev; then
        echo libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
    else
        echo libboost-dev libboost-json-dev libboost-url-dev
    fi
}

# Prints the name under which a requirement ("a|b") is installed, else offered, else its first name.
resolve() {
    names=$(printf '%s' "$1" | tr '|' ' ')
    for name in $names; do
        if installed "$name"; then
            echo "$name"
            return
        fi
    done
    for name in $names; do
        if offered "$name"; then
            echo "$name"
            return
        fi
    done
    echo "${1%%|*}"
}

# Prints the requirements that no installed package fulfils; Boost counts as one.
missing_requirements() {
    for requirement in $requirements; do
        installed "$(resolve "$requirement")" || echo "$requirement"
    done
    boost_installed || echo boost
}

# Prints the packages that stand for the requirements given.
package_names() {
    for requirement in "$@"; do
        if [ "$requirement" = boost ]; then
            boost_packages
        else
            resolve "$requirement"
        fi
    done | tr '\n' ' ' | sed 's/ *$//'
}

# Runs a command as root, with its output kept aside and shown only when it fails.
as_root() {
    # shellcheck disable=SC2086  # $sudo is empty or one word
    if ! $sudo env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 "$@" >"$log" 2>&1; then
        # What apt would remove, its errors, and otherwise the end of what it said.
        sed -n '/will be REMOVED/,/will be installed/{/will be installed/!p;}' "$log" >&2
        grep '^E: ' "$log" >&2 || tail -n 25 "$log" >&2
        return 1
    fi
}

list=no
remove=--no-remove
requirements="$build_tools $libraries $test_libraries"
for argument in "$@"; do
    case $argument in
        --list) list=yes ;;
        --lint) requirements="$requirements $lint_tools" ;;
        --fuzz) requirements="$requirements $fuzz_tools" ;;
        --node)
            # They often come from elsewhere than the distribution.
            if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
                requirements="$requirements $node_tools"
            fi
            ;;
        --replace) remove= ;;
        -h | --help)
            sed -n '2,11s/^# \{0,1\}//p' "$0"
            exit 0
            ;;
        *) die "unknown option '$argument'; there are --lint, --node, --fuzz, --list, --replace" ;;
    esac
done

if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg-query >/dev/null 2>&1; then
    die "this system has no apt. Install a C++20 compiler (g++ 12 or clang 14 and newer), CMake 3.25, Ninja, pkg-config and
the libraries Boost 1.81 (headers, JSON, URL), OpenSSL 3, LMDB, simdjson, toml++, CLI11, kainjow's Mustache, valijson,
spdlog, libsystemd, GoogleTest and Google Benchmark; then run: make build SETUP=no"
fi

if [ "$list" = yes ]; then
    # shellcheck disable=SC2086  # a list of words
    package_names $requirements boost | tr ' ' '\n'
    echo
    exit 0
fi

missing=$(missing_requirements)
if [ -z "$missing" ]; then
    exit 0
fi

sudo=
if [ "$(id -u)" != 0 ]; then
    # shellcheck disable=SC2086
    command -v sudo >/dev/null 2>&1 ||
        die "packages are missing, and installing them needs root or sudo. As root: apt-get install $(package_names $missing)"
    sudo=sudo
    if ! sudo -n true 2>/dev/null && ! [ -t 0 ]; then
        # shellcheck disable=SC2086
        die "packages are missing, and sudo would ask for a password. As root: apt-get install $(package_names $missing)"
    fi
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT

say 'apt-get update'
as_root apt-get update -q -o DPkg::Lock::Timeout=120 || die 'apt-get update failed; is there a network?'
# Only now is it known what apt offers.
# shellcheck disable=SC2086
packages=$(package_names $missing)
for package in $packages; do
    offered "$package" || die "apt offers no package '$package' here; Debian 12 and Ubuntu 24.04 are the oldest that have it"
done
say "apt-get install $packages"
# shellcheck disable=SC2086
as_root apt-get install -y -q --no-install-recommends $remove -o DPkg::Lock::Timeout=120 $packages ||
    die "apt-get install failed; see above. If it would have to remove another Boost: tools/setup.sh --replace"

missing=$(missing_requirements | tr '\n' ' ')
[ -z "$missing" ] || die "still missing after the installation: $missing"
say 'done'
