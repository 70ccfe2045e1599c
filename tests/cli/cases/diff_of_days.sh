# What changed in the store between two days.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay import facts "$fixtures/acme-docs-later.json" --quiet >/dev/null
assay diff 2026-09-30 2026-10-08 | grep -E 'Changes|^on|acme|forge'
assay diff 2026-11-10 2026-11-21
echo "--- later readings are hidden"
assay diff 2026-11-10 2026-11-21 --as-of 2026-11-15
