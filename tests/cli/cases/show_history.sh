# What sources said, reading by reading.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay import facts "$fixtures/acme-docs-later.json" --quiet >/dev/null
assay show anvil-2 --history
echo
echo "--- as of the day before"
assay show anvil-2 --history --as-of 2026-11-19
