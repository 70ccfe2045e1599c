# Costs a month, and where two cost the same.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay cost anvil-2 anvil-1 --traffic requests=1M,input=800,output=250
echo
assay cost anvil-2 --traffic requests=20k,input=100k,output=1k,cached=40%
