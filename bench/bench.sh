#!/usr/bin/env bash
# Runs every bench/bench_*.sh, or those named; each prints its table:
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
for name in "$@"; do
    bash -eu "$ROOT/bench/bench_${name#bench_}.sh"
done
