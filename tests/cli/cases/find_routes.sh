# Routes that meet every term, and near misses.
. "$ROOT/tests/cli/lib.sh"
import_acme
counted() { sed 's/ of [0-9,]* routes/ of N routes/'; }
assay find 'vision, context>=100k' provider=acme family=Anvil | counted
echo
assay find provider=acme family=Anvil --need 'context>=200k' | counted
