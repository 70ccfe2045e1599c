# Only what sources disagree about.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay show anvil-2 --conflicts
assay show anvil-1 --conflicts
