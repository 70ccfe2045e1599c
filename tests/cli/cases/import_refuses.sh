# Bad input: exit code 65, and the store is as it was.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay export json >before
try assay import facts "$fixtures/negative.json"
try assay import litellm "$fixtures/prices.json" --strict
try assay import litellm "$fixtures/all-bad.json"
try assay import openrouter "$fixtures/acme-docs.json"
head -c 700 "$fixtures/acme-docs.json" >cut.json
try assay import facts cut.json
printf '{"format": "assay-facts/1", "x": "\377"}' >bytes.json
try assay import facts bytes.json
printf '{"format": "assay-facts/1", "a": 1, "a": 2}' >twice.json
try assay import facts twice.json
python3 -c 'print("[" * 100000)' >deep.json
try assay import facts deep.json
: >empty.json
try assay import facts empty.json
try assay import facts "$fixtures/acme-docs.json" --source 'a/b'
try assay import facts .
try assay import facts ftp://acme.example/facts.json
assay export json | cmp - before && echo "the store is as it was"
