# A model: lifecycle, facts, routes with costs, benchmarks, conflicts.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay show anvil-2
