# What is not there: exit code 66, and the nearest that is.
. "$ROOT/tests/cli/lib.sh"
export ASSAY_STORE=$TMP/store.db
import_acme
try assay compare anvil-2 anvil-9
try assay show acme/anvil-tow
try assay show acme/anvil-2:free --route
try assay cost anvil-2 no-such-thing-at-all
try assay import facts nothing.json
try assay lint facts nothing.json
try assay diff nothing.json nothing.json
try assay price nothing.json --provider acme
try assay price - --provider acmee
try assay export json --source acme
