#!/usr/bin/env bash
# The pages in Debian's chromium, driven by playwright-core; one result line a
# case:
#   tests/serve/browser.sh ASSAY [WORD...]
# Without npm, its packages or chromium it says "skip: why".
set -u
assay=$(realpath "$1")
shift
cd "$(dirname "$0")/../.." || exit

export ASSAY_CHROMIUM=${ASSAY_CHROMIUM:-/usr/bin/chromium}
if [ ! -x "$ASSAY_CHROMIUM" ]; then
    echo "skip: browser: chromium is not installed"
    exit
fi
if ! why=$(tools/npm.sh setup); then
    echo "${why:-skip: browser: npm clients cannot be fetched}" |
        sed 's/^skip: npm clients/skip: browser/'
    exit
fi
tmp=$(mktemp -d) || exit
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && python3 "$OLDPWD/tests/cli/hostile_facts.py" 0) || exit
# not exec: the folder is removed afterwards
tools/npm.sh node tests/serve/browser.mjs "$assay" \
    "$tmp/vendor.json" "$tmp/list.json" "$tmp/others.json" -- "$@"
