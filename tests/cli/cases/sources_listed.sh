# Imported sources beside the built-in ones, with their age.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay sources --width 120 | grep -E '^(source|acme|forge|review)'
assay sources --format csv | grep -E '^(source|acme|forge|review)'
echo "--- of a day before some were read"
assay sources --as-of 2026-10-06 | grep -E '^(acme|forge|review)'
