#!/usr/bin/env bash
# Fuzz targets, one result line each:
#   tools/fuzz.sh replay FOLDER    every corpus through FOLDER/fuzz/replay_*
#   tools/fuzz.sh fuzz [NAME...]   libFuzzer, FUZZ_SECONDS (60) a target
# What fuzzing finds new stays in build/libfuzzer/corpus, what crashes in
# build/libfuzzer/crashes; copy a crash into fuzz/corpus/NAME with its fix.
set -u
cd "$(dirname "$0")/.." || exit
failed=0

# verdict NAME STATUS OUTPUT NOTE
verdict()
{
    if [ "$2" -eq 0 ]; then
        echo "ok $1: $4"
    else
        echo "FAIL $1: exit code $2"
        sed -e '/^Shadow bytes around/,/ABORTING$/d' -e 's/^/    /' <<<"$3" |
            tail -n 60
        failed=1
    fi
}

replay()
{
    local target name output status
    for target in "$1"/fuzz/replay_*; do
        [ -f "$target" ] && [ -x "$target" ] || continue
        name=${target##*/replay_}
        # a target taken off the list leaves its program behind
        [ -e "fuzz/fuzz_$name.c" ] || continue
        output=$("$target" "fuzz/corpus/$name" 2>&1)
        status=$?
        [ "${output##*$'\n'}" != "0 inputs" ] || status=1
        verdict "replay $name" $status "$output" "${output##*$'\n'}"
    done
}

fuzz()
{
    local dir=build/libfuzzer seconds=${FUZZ_SECONDS:-60} name output status
    if ! command -v clang >/dev/null; then
        echo "skip: fuzz: clang is not installed"
        return
    fi
    if ! output=$(CC=clang tools/build.sh $dir -Dlibfuzzer=true \
        -Dbuildtype=custom -Ddebug=true -Doptimization=1 \
        -Db_sanitize=address,undefined -Db_lundef=false 2>&1); then
        verdict "fuzz build" 1 "$output" ""
        return
    fi
    if [ $# -eq 0 ]; then
        for name in fuzz/fuzz_*.c; do
            [ ! -e "$name" ] || set -- "$@" "$(basename "$name" .c)"
        done
    fi
    for name in "$@"; do
        name=${name#fuzz_}
        mkdir -p "$dir/corpus/$name" "$dir/crashes"
        output=$("$dir/fuzz/fuzz_$name" -max_total_time="$seconds" \
            -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
            -artifact_prefix="$dir/crashes/$name-" \
            "$dir/corpus/$name" "fuzz/corpus/$name" 2>&1)
        status=$?
        verdict "fuzz $name" $status "$output" \
            "$(grep -o 'number_of_executed_units: *[0-9]*' <<<"$output" |
                grep -o '[0-9]*$') runs in $seconds s"
    done
}

case ${1:-} in
replay) replay "$2" ;;
fuzz)
    shift
    fuzz "$@"
    ;;
*)
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
exit $failed
