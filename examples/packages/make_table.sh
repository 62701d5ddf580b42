#!/bin/sh
# Turns what apt knows about this machine's packages into packages.csv: name, section, version, description; one row a package.
#
#   examples/packages/make_table.sh [FILE]       FILE: by default packages.csv beside this script; "-" is standard output
#
# Needs apt and python3, no network. Long descriptions come from apt's translation lists, where the machine has them.
set -eu

here=$(dirname "$0")
out=${1:-$here/packages.csv}
command -v apt-cache >/dev/null || { echo 'make_table: error: there is no apt-cache here' >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2016  # the format is apt's own
apt-get indextargets --format '$(FILENAME)' 'Created-By: Translations' 'Language: en' |
    xargs -r /usr/lib/apt/apt-helper cat-file >"$work/translations"
LC_ALL=C apt-cache dumpavail >"$work/packages"
python3 "$here/packages_to_csv.py" "$work/packages" "$work/translations" >"$work/packages.csv"

rows=$(grep -c '^Package:' "$work/packages" || true)
if [ "$out" = - ]; then
    cat "$work/packages.csv"
else
    cp "$work/packages.csv" "$out.part"
    mv "$out.part" "$out"
    echo "$out: from $rows packages" >&2
fi
