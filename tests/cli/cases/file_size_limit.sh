# A file that may not grow, at every point of an import: exit code 74 and the
# store's name, what was known stays whole; with room again all is well.
. "$ROOT/tests/cli/lib.sh"
list() { PYTHONDONTWRITEBYTECODE=1 python3 "$ROOT/tests/cli/generate.py" "$@"; }
list 300 1 >one.json
list 300 2 >two.json
import() { "$ASSAY" import modelsdev "$@" --store work.db --quiet; }
"$ASSAY" import modelsdev one.json --retrieved 2026-01-01 --store start.db \
    --quiet >/dev/null
"$ASSAY" export json --source modelsdev --store start.db >before
cp start.db work.db
import two.json --retrieved 2026-01-02 >/dev/null
"$ASSAY" export json --source modelsdev --store work.db >after

# limited KIB COMMAND...: sets code and says; the pipe is no file
limited()
{
    says=$(ulimit -f "$1" && shift && "$@" 2>&1 >/dev/null)
    code=$?
}

step=40
[ -z "${ASSAY_TEST_FULL:-}" ] || step=4
for ((kib = 0; kib <= 1000; kib += step)); do
    rm -f work.db*
    cp start.db work.db
    limited $kib import two.json --retrieved 2026-01-02
    expected=before
    case "$code $says" in
    "0 ") expected=after ;;
    "74 assay: import: store 'work.db': "*) ;;
    *) echo "$kib KiB: $code $says" ;;
    esac
    echo $expected >>seen
    "$ASSAY" export json --source modelsdev --store work.db | cmp - $expected
    [ $expected = after ] || import two.json --retrieved 2026-01-02 >/dev/null
    "$ASSAY" export json --source modelsdev --store work.db | cmp - after
    "$ASSAY" doctor --store work.db >out || cat out
done
sort -u seen

echo "--- a store that cannot be made"
for kib in 0 1 4 32 64 400; do
    rm -f new.db*
    limited $kib "$ASSAY" sources --store new.db
    echo "$code ${says%% (*}"
    "$ASSAY" doctor --store new.db >out || cat out
done

echo "--- other files"
limited 40 "$ASSAY" export json --store start.db -o out.json
echo "$code $says"
ls out.json* 2>&- || echo "and nothing is left"
