#!/usr/bin/env bash
# Makes sure that the Debian packages of the named groups are there:
#   tools/setup.sh build [test] [fuzz]
# Installs what is missing when it may, otherwise prints the one command to
# run. Never removes a package. A stamp in build/ makes the usual case,
# nothing missing, quick.
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
        case $state in
        *' ok installed') ;; # also when held
        *) missing+=("$package") ;;
        esac
    done
done <"$list"

options=(-y --no-install-recommends --no-remove)
# by_hand [sudo]: what to type
by_hand()
{
    echo "$* apt-get update && $* apt-get install ${options[*]}" \
        "${missing[*]}" | sed 's/  */ /g; s/^ //'
}
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" -eq 0 ]; then
        as_root=(env)
    elif ! command -v sudo >/dev/null; then
        echo "assay needs packages; run as root: $(by_hand)" >&2
        exit 1
    elif sudo -n true 2>/dev/null; then
        as_root=(sudo -n env)
    else
        echo "assay needs packages; run: $(by_hand sudo)" >&2
        exit 1
    fi
    mkdir -p build
    log=build/setup.log
    echo "installing (log: $log): ${missing[*]}"
    # The package lists of a fresh system are empty or old; an update that
    # fails for a source we do not need is no reason to stop. On a system
    # that has just started, its own updates may hold the locks for a while;
    # apt waits for one of the two.
    for _ in {1..60}; do
        "${as_root[@]}" LC_ALL=C apt-get update -qq >$log 2>&1 || true
        grep -q 'Could not get lock' $log || break
        sleep 5
    done
    if ! "${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get install -qq \
        "${options[@]}" -o DPkg::Lock::Timeout=300 "${missing[@]}" \
        >>$log 2>&1 </dev/null; then
        tail -n 15 $log | sed 's/^/    /' >&2
        echo "cannot install; run as root: $(by_hand)" >&2
        exit 1
    fi
fi
mkdir -p build
touch "$stamp"
