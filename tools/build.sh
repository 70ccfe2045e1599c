#!/usr/bin/env bash
# Builds a meson folder, setting it up first, or again for other options:
#   tools/build.sh FOLDER [meson options]
set -euo pipefail
cd "$(dirname "$0")/.."

dir=$1
shift
# CI takes no warnings; elsewhere a newer compiler may have new ones
if [ -n "${CI:-}" ]; then werror=true; else werror=false; fi
options=(-Dprefix="${PREFIX:-/usr/local}" "-Dwerror=$werror" "$@")
# meson asks dpkg-dev for Debian's folder; without it the answer is lib64,
# where neither Debian's loader nor its pkg-config looks
[ ! -e /etc/debian_version ] || options+=(-Dlibdir=lib)

log=$dir/configure.log
if [ ! -e "$dir/build.ninja" ] ||
    [ "$(cat "$dir/.options" 2>/dev/null)" != "${options[*]}" ]; then
    mkdir -p "$dir"
    if ! { [ -e "$dir/build.ninja" ] &&
        meson setup --reconfigure "$dir" "${options[@]}" >"$log" 2>&1; }; then
        # new, or half made by an older meson: from the start
        rm -rf "$dir/meson-private" "$dir/meson-info" "$dir/build.ninja"
        if ! meson setup "$dir" "${options[@]}" >"$log" 2>&1; then
            cat "$log" >&2
            exit 1
        fi
    fi
    echo "${options[*]}" >"$dir/.options"
# a meson.build that changed; ninja would show all of meson's words
elif ! ninja -C "$dir" --quiet build.ninja >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
ninja -C "$dir" --quiet | { grep -v 'ninja: no work to do' || true; }
