# What assay stands on; versions are this machine's.
. "$ROOT/tests/cli/lib.sh"
assay doctor --store "$TMP/store.db" >out
echo "exit $?"
sed -e 's/[0-9]\{1,\} KiB/N KiB/; s/[0-9]\{1,\}\.[0-9.]\{1,\}/V/g' out |
    grep -E '^(check|store|integrity|keys|output|  SQLite|  libcurl|  OpenSSL)'
assay doctor --store :memory: --format json | python3 -c '
import json, sys
page = json.load(sys.stdin)
print(page["format"], [c["check"] + " " + c["state"] for c in page["checks"]
                       if c["check"] != "SQLite"])'
echo "--- keys by name alone"
OPENAI_API_KEY=sk-canary-5e1f assay doctor --store :memory: | grep -E "^keys|canary"
echo "--- damaged"
head -c 20000 /dev/zero | tr '\0' 'z' >broken.db
assay doctor --store broken.db >out
echo "exit $?"
grep FAILED out
