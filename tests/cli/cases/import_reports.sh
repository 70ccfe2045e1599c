# What an import says: counts as data, refusals on standard error.
. "$ROOT/tests/cli/lib.sh"
try assay import facts "$fixtures/acme-docs.json"
try assay import facts "$fixtures/acme-docs.json"
echo "--- a trial run counts and writes nothing"
try assay import facts "$fixtures/acme-docs-later.json" --dry-run
try assay import facts "$fixtures/acme-docs-later.json" --dry-run
try assay import facts "$fixtures/acme-docs-later.json"
echo "--- a reading older than the newest"
try assay import facts "$fixtures/acme-docs.json" --retrieved 2026-11-01
echo "--- refused rows"
try assay import litellm "$fixtures/prices.json" --retrieved 2026-11-01
try assay import litellm "$fixtures/prices.json" --retrieved 2026-11-01 --quiet
try assay import litellm "$fixtures/prices.json" --source mine \
    --retrieved 2026-11-01 --format json
