# A retired model: what ended it, its replacement, what it used to cost.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay show anvil-1
echo
echo "--- before it was retired"
assay show anvil-1 --as-of 2026-10-05 | sed -n 1,4p
