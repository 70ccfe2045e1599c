# A route, also where a model bears the same id.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay show forge/acme/anvil-2
echo
assay show acme/anvil-2 --route | sed -n 1,18p
