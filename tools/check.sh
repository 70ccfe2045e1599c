#!/usr/bin/env bash
# Builds, runs every test and every tree check, and ends with the line
# `N passed, N failed[, N skipped]`:
#   tools/check.sh [--full]
# A component prints one line a test: `ok NAME`, `FAIL NAME` or `skip: WHY`,
# and details indented below. V=1 shows the `ok` lines too; all of it is kept
# in build/check/check.log. --full (make check-full) runs the long forms
# (ASSAY_TEST_FULL=1) and fuzzes each target for FUZZ_SECONDS.
set -u
cd "$(dirname "$0")/.." || exit

full=
if [ "${1:-}" = --full ]; then
    full=1
    export ASSAY_TEST_FULL=1
fi
dir=build/check
log=$dir/check.log
mkdir -p $dir
: >$log

# what the tests read and print is UTF-8, whatever the system speaks
export LC_ALL=C.UTF-8
export ASAN_OPTIONS=detect_stack_use_after_return=1:${ASAN_OPTIONS:-}
export UBSAN_OPTIONS=print_stacktrace=1:${UBSAN_OPTIONS:-}

count() { grep -c "^$1" $log; }

# component NAME COMMAND...: runs it, shows what is not `ok`, keeps all
component()
{
    local name=$1 start=$SECONDS ok before status
    shift
    ok=$(count 'ok ')
    before=$(count 'FAIL ')
    "$@" 2>&1 | tee -a $log | if [ -n "${V:-}" ]; then cat; else
        grep --line-buffered -v '^ok '
    fi
    status=${PIPESTATUS[0]}
    if [ "$status" -ne 0 ] && [ "$(count 'FAIL ')" -eq "$before" ]; then
        echo "FAIL $name: exit code $status" | tee -a $log
    fi
    echo "-- $name: $(($(count 'ok ') - ok)) passed," \
        "$(($(count 'FAIL ') - before)) failed ($((SECONDS - start)) s)"
}

build()
{
    # as people get it, for the names check and for warnings of -O2
    tools/build.sh build || return 1
    CC=gcc tools/build.sh $dir -Dtests=true -Dbuildtype=custom \
        -Ddebug=true -Doptimization=1 -Db_sanitize=address,undefined
}

npm_tests()
{
    local failed=0 test output status
    set -- tests/npm/test_*.mjs
    [ -e "$1" ] || return 0
    # asked once: without a network each try takes its time-out
    if ! output=$(tools/npm.sh setup 2>&1); then
        grep '^skip: ' <<<"$output" || echo "FAIL npm clients: $output"
        return
    fi
    for test in "$@"; do
        output=$(ASSAY=$PWD/$dir/assay tools/npm.sh run "$test" 2>&1)
        status=$?
        if [ $status -eq 0 ]; then
            echo "ok $test"
        elif [ $status -eq 77 ]; then
            echo "skip: $test: $(grep -m 1 '^skip: ' <<<"$output" |
                sed 's/^skip: //')"
        else
            echo "FAIL $test: exit code $status"
            failed=1
            while IFS= read -r line; do
                echo "    $line"
            done <<<"$output"
        fi
    done
    return $failed
}

finish()
{
    local passed failed skipped
    passed=$(count 'ok ')
    failed=$(count 'FAIL ')
    skipped=$(count 'skip: ')
    if [ "$failed" -gt 0 ]; then
        echo "failures:"
        grep '^FAIL ' $log | sed 's/^/    /'
    fi
    [ "$skipped" -eq 0 ] || skipped_text=", $skipped skipped"
    echo "$passed passed, $failed failed${skipped_text:-}"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

component build build
grep -q '^FAIL ' $log && finish
component unit tools/unit_tests.py $dir
component includes tools/check_includes.py
component listed tools/check_listed.py
component names tools/check_names.sh build
component banned tools/check_banned.py
component format tools/check_format.sh
if [ -x $dir/assay ]; then
    component cli tests/cli/run.sh $dir/assay
    component engine tests/engine/reference.py build/assay
    [ -z "$full" ] || component llama.cpp tests/engine/llama_cpp.py build/assay
    component try tests/trial/test_try.py $dir/assay \
        $dir/tests/mock/mock_provider
    component serve tests/serve/test_server.py $dir/assay
    component agreement tests/serve/test_agreement.py $dir/assay
    component sizes tests/serve/test_page_sizes.py $dir/assay
    component browser tests/serve/browser.sh $dir/assay
    component npm npm_tests
    [ -z "$full" ] || component promptfoo tests/promptfoo/agreement.py \
        build/assay $dir/tests/mock/mock_provider
else
    echo "skip: cli: no assay yet (src/cli lists no file)" | tee -a $log
fi
component install tests/install/install.sh build
component replay tools/fuzz.sh replay $dir
[ -z "$full" ] || component fuzz tools/fuzz.sh fuzz
finish
