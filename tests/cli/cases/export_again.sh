# An export read back says the same: statements, and the answers from them.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay import facts "$fixtures/acme-docs-later.json" --quiet >/dev/null
assay export json --source acme-docs >acme-docs.json
try assay import facts acme-docs.json
assay export json --source acme-docs | cmp - acme-docs.json && echo same
for source in acme-docs forge-docs review-site; do
    assay export json --source $source -o $source.json
    assay import facts $source.json --store other.db --quiet | tail -n +3
done
assay show anvil-2 --store other.db >there
assay show anvil-2 | cmp - there && echo "the same page"
assay export json | python3 -c '
import json, sys
every = json.load(sys.stdin)
print({d["format"] for d in every},
      [d["source"]["id"] for d in every if "acme" in d["source"]["id"]])'
echo "--- routes and prices"
assay export csv | grep -E '^route|anvil'
assay export --format csv --source review-site
try assay export json -o "$TMP/no/such/folder/file.json"
