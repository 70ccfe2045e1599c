# One response body, on one line or many, from a file or standard input.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay price "$fixtures/response.json" --provider acme | tee one
assay price - --provider acme <"$fixtures/response.json" | cmp - one
tr -d '\n' <"$fixtures/response.json" | assay price - --provider acme |
    cmp - one
assay price --provider=acme --source review-site "$fixtures/response.json"
assay price --provider acme "$fixtures/response.json" --at 2026-10-01T08:30Z |
    cmp - one
echo "--- nothing to price"
try assay price - --provider acme </dev/null
printf '{\n"model": "anvil-2"' | assay price - --provider acme
