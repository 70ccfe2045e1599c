# Findings as a page, and exit code 1 for them.
. "$ROOT/tests/cli/lib.sh"
cp "$fixtures"/*.json .
try assay lint litellm prices.json
try assay lint litellm prices.json --format json --fail-code 100
try assay lint facts forge-docs.json
try assay lint facts negative.json --format csv
try assay lint openrouter acme-docs.json
