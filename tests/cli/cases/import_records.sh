# Records of Every Eval Ever and their samples: a run goes out, comes back
# into an empty store, and is compared there as what others published.
. "$ROOT/tests/cli/lib.sh"
export ASSAY_STORE=$TMP/store.db
assay sources >/dev/null
python3 "$ROOT/tests/cli/make_run.py" store.db "$ROOT/src/trial/ledger.sql" \
    small decided
for run in 7f3a 9c0f; do
    assay report $run --format every-eval-ever --output eee 2>/dev/null
    assay report $run --format json >$run.json
done
export ASSAY_STORE=$TMP/other.db
echo "--- a trial run counts and writes nothing"
try assay import every-eval-ever eee --dry-run
try assay report --list
echo "--- one model is no pair yet"
try assay import every-eval-ever eee/9c0ffee1-1-anvil-2.json
try assay import every-eval-ever eee
try assay import every-eval-ever eee --format json
try assay report --list --width 100
assay report --list --format json >runs.json
for run in $(python3 -c '
import json
print(*[run["run"] for run in json.load(open("runs.json"))["runs"]])'); do
    assay report "$run" --format json >back-$run.json
    try assay report "$run"
done
echo "--- the same counts and intervals as before"
python3 - <<'PYTHON'
import glob, json
def counts(path):
    run = json.load(open(path))
    return run['suite'].split(',')[0], (
        [(r['passed'], r['n'], r['wilson_95'], r['errors'])
         for r in run['routes']],
        [(c['both'], c['only_a'], c['only_b'], c['neither'])
         for c in run['comparisons']])
was = dict(map(counts, ('7f3a.json', '9c0f.json')))
for suite, back in sorted(map(counts, glob.glob('back-*.json'))):
    print(suite, back == was[suite], back)
PYTHON
echo "--- shown as published, and no verdict rests on it"
assay compare acme/anvil-2 forge/hammer-1 --format json >compare.json
python3 - <<'PYTHON'
import json
page = json.load(open('compare.json'))
print(page['verdict']['rule'] != 'measured')
for row in page['evidence']:
    print(*(row[key] for key in ('suite', 'published', 'verdict', 'rule', 'p',
                                 'a_passed', 'a_n', 'b_passed', 'b_n')))
    print(*{page['claims'][claim]['kind'] for claim in row['claims']})
PYTHON
try assay compare acme/anvil-2 forge/hammer-1 --width 100 | sed -n '/^Published/,/^$/p'
echo "--- what is not as the record says, and what is no record"
sed -i 3d eee/7f3a0001-1-anvil-2.jsonl
rm eee/7f3a0001-2-hammer-1.jsonl
mkdir eee/more
echo '{"a": 1}' >eee/more/other.json
try assay import every-eval-ever eee
try assay import every-eval-ever eee --strict
try assay import every-eval-ever eee/7f3a0001-1-anvil-2.json
try assay import every-eval-ever eee --source mine
mkdir empty
try assay import every-eval-ever empty
echo "--- published samples are not asked again, nor published as ours"
run=$(python3 -c '
import json
print(json.load(open("runs.json"))["runs"][0]["run"])')
try assay try --resume "$run" --yes
try assay report "$run" --format every-eval-ever --output again
echo "--- what promptfoo wrote: a result without a test is unscored"
cp "$ROOT/tests/import/fixtures/promptfoo_results.json" .
try assay import promptfoo-results --retrieved 2026-11-22 promptfoo_results.json
try assay report 384c --full
assay report 384c --format jsonl | grep -o '"reported.*'
try assay import promptfoo-results - </dev/null
try assay lint promptfoo-results promptfoo_results.json
