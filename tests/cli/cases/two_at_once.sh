# Two writers wait for each other, readers for nobody: they see a catalog
# whole, the one before or the one after.
. "$ROOT/tests/cli/lib.sh"
list() { PYTHONDONTWRITEBYTECODE=1 python3 "$ROOT/tests/cli/generate.py" "$@"; }
rounds=4
[ -z "${ASSAY_TEST_FULL:-}" ] || rounds=60
list 1500 1 >1.json
list 1500 2 >2.json
import() { "$ASSAY" import modelsdev "$@" --quiet >/dev/null; }
shown() { "$ASSAY" export json --source "$1"; }
for n in 1 2; do
    import $n.json --retrieved 2026-01-01 --source one --store $n.db
    "$ASSAY" export json --source one --store $n.db >one.$n
    sed 's/"id": "one"/"id": "two"/' one.$n >two.$n
done

echo "--- the lock is held for twelve seconds"
flock late.db.lock sh -c 'echo >locked; sleep 12' &
held=$!
while [ ! -e locked ]; do sleep 0.1; done
(try "$ASSAY" sources --store late.db >late 2>&1) &
waiting=$!

echo "--- first use by four at once"
for n in 1 2 3 4; do
    "$ASSAY" sources >first.$n &
    first[n]=$!
done
for n in 1 2 3 4; do
    wait ${first[n]} && cmp first.1 first.$n
done

echo "--- two writers, and a reader of each"
import 1.json --retrieved 2026-01-01 --source one
import 1.json --retrieved 2026-01-01 --source two
for ((round = 0; round < rounds; round++)); do
    n=$((round % 2 + 1))
    other=$((3 - n))
    import $other.json --retrieved 2026-01-01 --source one &
    one=$!
    import $other.json --retrieved 2026-01-01 --source two &
    two=$!
    while kill -0 $one 2>&- || kill -0 $two 2>&-; do
        for source in one two; do
            shown $source >seen || echo "a reader: exit $?"
            cmp -s seen $source.1 || cmp -s seen $source.2 ||
                echo "round $round: neither whole"
        done
    done
    wait $one || echo "round $round, one: exit $?"
    wait $two || echo "round $round, two: exit $?"
    shown one | cmp - one.$other
    shown two | cmp - two.$other
done
"$ASSAY" doctor >out || cat out

wait $waiting
cat late
wait $held
"$ASSAY" sources --store late.db >out && echo "free again"
