#!/usr/bin/env bash
# Makes sure that the Debian packages of the named groups are there:
#   tools/setup.sh build [test] [fuzz]
# Installs what is missing when it may, otherwise prints the one command to
# run. A stamp in build/ makes the usual case, nothing missing, quick.
set -eu
cd "$(dirname "$0")/.."

list=tools/packages.txt
sum=$(cksum <"$list")
stamp=build/.setup-$(IFS=-; echo "$*")-${sum%% *}
[ ! -e "$stamp" ] || exit 0

if ! command -v dpkg-query >/dev/null; then
    echo "skip: set-up: not a Debian system; $list names what is needed"
    exit 0
fi

missing=()
while read -r group package _; do
    for wanted in "$@"; do
        [ "$group" = "$wanted" ] || continue
        state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
        [ "$state" = "install ok installed" ] || missing+=("$package")
    done
done <"$list"

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" -eq 0 ]; then
        as_root=(env)
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=(sudo -n env)
    else
        echo "assay needs packages; run: sudo apt-get update &&" \
            "sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    echo "installing: ${missing[*]}"
    install=("${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install
        -y -qq --no-install-recommends "${missing[@]}")
    # the package lists of a fresh system are empty or old
    if ! "${as_root[@]}" apt-get update -qq || ! "${install[@]}"; then
        echo "cannot install; run: apt-get update &&" \
            "apt-get install -y --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
fi
mkdir -p build
touch "$stamp"
