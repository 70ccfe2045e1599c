# A damaged store, and one with values that assay never writes: no crash, no
# control character, an exit code of its own.
count=15
[ -z "${ASSAY_TEST_FULL:-}" ] || count=300
cp "$ROOT/tests/cli/fixtures/acme-docs.json" facts.json
cp "$ROOT/tests/cli/fixtures/response.json" response.json
PYTHONDONTWRITEBYTECODE=1 exec python3 "$ROOT/tests/cli/hostile_store.py" \
    "$ASSAY" $count
