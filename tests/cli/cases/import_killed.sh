# kill -9 during an import, 20 times (200 in the long form): the store opens
# and holds either the old or the new catalog whole.
kills=20
[ -z "${ASSAY_TEST_FULL:-}" ] || kills=200
PYTHONDONTWRITEBYTECODE=1 python3 "$ROOT/tests/cli/kill_imports.py" \
    "$ASSAY" $kills 2>log | sed "s/^$kills times/each time/"
code=${PIPESTATUS[0]}
[ "$code" -eq 0 ] || cat log
exit "$code"
