# A retired model: what ended it, its replacement, what it used to cost.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay show anvil-1
echo
echo "--- its successor, on a day when one list was not read yet"
assay show anvil-2 --as-of 2026-10-03 | grep -E 'live|forge|acme/'
