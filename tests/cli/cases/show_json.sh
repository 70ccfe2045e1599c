# The contracts of the pages: every claim named is there.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay show anvil-2 --format json >model.json
assay show forge/acme/anvil-2 --format json >route.json
assay show anvil-2 --explain --format json >explain.json
assay show anvil-2 --conflicts --format json >conflicts.json
assay show anvil-2 --history --format json >history.json
assay cost anvil-2 anvil-1 --format json >cost.json
assay sources --format json >sources.json
python3 - <<'PY'
import json
def walk(value, claims):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ('claims', 'because', 'others') and \
                    isinstance(inner, list):
                for claim in inner:
                    if isinstance(claim, str):
                        assert claim in claims, claim
            walk(inner, claims)
    elif isinstance(value, list):
        for inner in value:
            walk(inner, claims)
for name in ('model', 'route', 'explain', 'conflicts', 'history', 'cost',
             'sources'):
    page = json.load(open(name + '.json'))
    walk(page, page.get('claims', {}))
    print(page['format'], ' '.join(page))
model = json.load(open('model.json'))
print(model['cost'])
print([r['id'] + ' ' + str(r['monthly_usd']) for r in model['routes']])
print(model['replacements'], model['status'], model['aliases'])
PY
