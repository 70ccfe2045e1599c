#!/usr/bin/env bash
# Golden tests of whole commands, one result line each:
#   tests/cli/run.sh ASSAY [--update] [CASE...]
# A case is cases/NAME.sh; its output must equal NAME.stdout, NAME.stderr and
# NAME.exit beside it, which --update (make golden) rewrites. It runs in an
# empty folder $TMP with $ASSAY, $ROOT (this tree), a $HOME and XDG folders
# of its own, in UTC, without colour. Paths of $TMP and $ROOT are written as
# <TMP> and <ROOT>. "skip: why" on its first line and exit code 77 skip it.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
cases=$root/tests/cli/cases
limit=300 # seconds a case
[ -z "${ASSAY_TEST_FULL:-}" ] || limit=3000

# sets status; leaves the output in $1/stdout and $1/stderr
run_case()
{
    local box=$1 name=$2 stream
    mkdir -p "$box/home" "$box/tmp"
    (
        cd "$box/tmp" || exit 1
        exec env -i PATH="$PATH" HOME="$box/home" \
            XDG_DATA_HOME="$box/home/data" XDG_STATE_HOME="$box/home/state" \
            XDG_CONFIG_HOME="$box/home/config" \
            XDG_CACHE_HOME="$box/home/cache" \
            TMP="$box/tmp" TMPDIR="$box/tmp" ROOT="$root" ASSAY="$assay" \
            LC_ALL=C.UTF-8 TZ=UTC TERM=dumb \
            ${ASSAY_TEST_DATA:+ASSAY_TEST_DATA="$ASSAY_TEST_DATA"} \
            ${ASSAY_TEST_FULL:+ASSAY_TEST_FULL="$ASSAY_TEST_FULL"} \
            ASAN_OPTIONS="${ASAN_OPTIONS:-}" \
            UBSAN_OPTIONS="${UBSAN_OPTIONS:-}" \
            timeout "$limit" bash -u "$cases/$name.sh" \
            >"$box/stdout" 2>"$box/stderr" </dev/null
    )
    status=$?
    for stream in stdout stderr; do
        sed -i -e "s|$box/tmp|<TMP>|g" -e "s|$box/home|<HOME>|g" \
            -e "s|$root|<ROOT>|g" "$box/$stream"
    done
    echo "$status" >"$box/exit"
}

compare_case()
{
    local box=$1 name=$2 part failed=
    for part in stdout stderr exit; do
        diff -u --label "$name.$part" --label "now" \
            "$cases/$name.$part" "$box/$part" >>"$box/diff" 2>&1 || failed=1
    done
    if [ -z "$failed" ]; then
        echo "ok cli $name"
        return
    fi
    # one write, so that parallel cases do not mix
    printf 'FAIL cli %s\n%s\n' "$name" \
        "$(head -n 80 "$box/diff" | sed 's/^/    /')"
}

one_case()
{
    local name=$1 box part status
    box=$(mktemp -d)
    run_case "$box" "$name"
    if [ "$status" -eq 77 ]; then
        head -n 1 "$box/stdout" | grep '^skip: ' | sed "s/^skip: /&$name: /" |
            grep . || echo "FAIL cli $name: exit 77 without a reason"
    elif [ "$update" = yes ]; then
        for part in stdout stderr exit; do
            cmp -s "$box/$part" "$cases/$name.$part" && continue
            cp "$box/$part" "$cases/$name.$part" &&
                echo "wrote $name.$part"
        done
    else
        compare_case "$box" "$name"
    fi
    rm -rf "$box"
}

if [ "${1:-}" = --one ]; then
    assay=$2 update=$3
    one_case "$4"
    exit 0
fi

[ -x "${1:-}" ] || {
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
}
assay=$(realpath "$1")
shift
update=no
if [ "${1:-}" = --update ]; then
    update=yes
    shift
fi
if [ $# -eq 0 ]; then
    for file in "$cases"/*.sh; do
        [ ! -e "$file" ] || set -- "$@" "$(basename "$file" .sh)"
    done
fi
[ $# -gt 0 ] || exit 0
results=$(mktemp)
printf '%s\0' "$@" |
    xargs -0 -n 1 -P "$(nproc)" "$0" --one "$assay" $update | tee "$results"
if grep -q '^FAIL ' "$results"; then status=1; else status=0; fi
rm -f "$results"
exit $status
