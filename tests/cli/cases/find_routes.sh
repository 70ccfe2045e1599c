# Routes that meet every term, and near misses.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay find 'vision, context>=100k' provider=acme
echo
assay find provider=forge --need 'context>=100k'
