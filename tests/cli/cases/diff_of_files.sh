# Two copies of one list; the format is told from the content.
. "$ROOT/tests/cli/lib.sh"
cp "$fixtures"/acme-docs*.json .
assay diff acme-docs.json acme-docs-later.json
assay diff acme-docs.json acme-docs.json
echo "--- said, and wrong"
try assay diff acme-docs.json acme-docs-later.json --from litellm
try assay diff "$fixtures/response.json" "$fixtures/response.json"
assay diff acme-docs-later.json acme-docs.json --format csv
