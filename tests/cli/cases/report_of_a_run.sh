# What a run showed, for people and as rows; runs are made up and always the
# same. The newest is meant where none is named.
. "$ROOT/tests/cli/lib.sh"
export ASSAY_STORE=$TMP/store.db
assay report
echo "exit $?, without a store"
assay sources >/dev/null
python3 "$ROOT/tests/cli/make_run.py" store.db "$ROOT/src/trial/ledger.sql" \
    unscored small decided
assay report
assay report 7f3a
assay report 7f3a --differing
assay report aa --differing --width 60
assay report 7f3a --format markdown
assay report 7f3a --format jsonl | sed -n '3,4p'
assay report 7f3a --format jsonl | grep -c '"final":false'
assay report 7f3a --format jsonl --differing | wc -l
assay report 7f3a --format csv | tr -d '\r'
assay report 7f3a --format json >run.json
python3 -c '
import json
run = json.load(open("run.json"))
print(run["format"], run["run"], run["rows"], run["attempts"], run["errors"])'
assay report 7f3a --format json --differing
echo "exit $?, json has no such part"
assay report bb
echo "exit $?, no such run"
assay report 7f3a 9c0f
echo "exit $?, two runs"
assay report --format pdf
echo "exit $?, no such format"
assay report 7f3a --format junit >junit.xml
cat junit.xml
python3 - <<'PYTHON'
import xml.etree.ElementTree as tree
root = tree.parse('junit.xml').getroot()
for suite in [root, *root]:
    cases = list(suite.iter('testcase'))
    print(suite.tag, *(f'{name} {suite.get(name)} {found}' for name, found in (
        ('tests', len(cases)),
        ('failures', sum(c.find('failure') is not None for c in cases)),
        ('errors', sum(c.find('error') is not None for c in cases)))))
PYTHON
assay report --list --width 100
assay report --list --format json
assay report 7f3a --format every-eval-ever --output eee
head -n 1 eee/7f3a0001-2-hammer-1.jsonl
cat eee/7f3a0001-2-hammer-1.json
python3 - <<'PYTHON'
import hashlib, json, pathlib
for path in sorted(pathlib.Path('eee').glob('*.json')):
    lines = json.loads(path.read_text())['detailed_evaluation_results']
    data = (path.parent / lines['file_path']).read_bytes()
    print(lines['checksum'] == hashlib.sha256(data).hexdigest(),
          lines['total_rows'] == len(data.splitlines()))
PYTHON
assay report aa --format every-eval-ever --output eee
echo "exit $?, nothing was scored"
assay report aa --format every-eval-ever
echo "exit $?, no folder"
assay report 7f3a --format html >run.html
grep -c '<img class="asked" alt="\[picture, image/png\]" src="data:' run.html
grep -c '<script' run.html
tail -n 4 run.html
