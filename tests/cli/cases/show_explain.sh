# Why each route is the model's.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay show anvil-2 --explain
