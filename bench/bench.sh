#!/usr/bin/env bash
# Runs every bench/bench_*.sh, or those named; each prints its rows:
#   bench/bench.sh ASSAY [NAME...]
# A benchmark gets $ASSAY, a scratch folder $TMP that is removed afterwards
# and $ROOT, and measures assay and its peer interleaved, in the same run.
set -eu
ROOT=$(cd "$(dirname "$0")/.." && pwd)
ASSAY=$(realpath "$1")
TMP=$(mktemp -d)
export ROOT ASSAY TMP
shift
trap 'rm -rf "$TMP"' EXIT

if [ $# -eq 0 ]; then
    for file in "$ROOT"/bench/bench_*.sh; do
        [ ! -e "$file" ] || set -- "$@" "$(basename "$file" .sh)"
    done
fi
export ONCE=$TMP/once
cc -std=gnu17 -O2 -o "$ONCE" "$ROOT/bench/once.c"

"$ASSAY" version | head -n 1
echo "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)," \
    "$(nproc) cores, $(uname -s) $(uname -r), load $(cut -d' ' -f1 </proc/loadavg)"
echo "Medians of whole processes, files in the page cache. ratio: time of the"
echo "case over that of the first of its group; cpu: median processor time; MB:"
echo "peak resident memory."
echo
printf '%-31s %8s %14s %8s %5s %6s\n' "" median min-max cpu MB ratio
for name in "$@"; do
    bash -eu "$ROOT/bench/bench_${name#bench_}.sh"
done
