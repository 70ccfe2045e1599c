# The same at 160 columns: no column gives way.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay show acme/anvil-2 --width 160 --traffic requests=2k,input=100k
