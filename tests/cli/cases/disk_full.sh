# A full disk: exit code 74 and the store's name, what was known can be read;
# with room again the import takes place.
. "$ROOT/tests/cli/lib.sh"
mkdir disk
if [ -z "${INSIDE:-}" ]; then
    unshare -rm mount -t tmpfs -o size=64k none disk 2>&- ||
        { echo "skip: no small disk can be made here"; exit 77; }
    rmdir disk
    INSIDE=1 exec unshare -rm bash -u "$0"
fi
mount -t tmpfs -o size=4m none disk
export ASSAY_STORE=$TMP/disk/store.db
list() { PYTHONDONTWRITEBYTECODE=1 python3 "$ROOT/tests/cli/generate.py" "$@"; }
fill() { cat /dev/zero >disk/filler 2>&-; }
list 300 1 >one.json
list 300 2 >two.json
"$ASSAY" import modelsdev one.json --retrieved 2026-01-01 --quiet >/dev/null
"$ASSAY" export json --source modelsdev >before

echo "--- no room at all, and too little"
for kib in 0 64 200; do
    rm -f disk/room
    head -c $((kib * 1024)) /dev/zero >disk/room
    fill
    rm -f disk/room
    try "$ASSAY" import modelsdev two.json --retrieved 2026-01-02 --quiet
    "$ASSAY" export json --source modelsdev | cmp - before && echo whole
    "$ASSAY" sources --quiet >out && echo "can be read"
    rm disk/filler
done
fill
try "$ASSAY" export json -o disk/out.json
ls disk/out.json* 2>&- || echo "and nothing is left"
try "$ASSAY" sources --store disk/new.db

echo "--- room again"
rm disk/filler
"$ASSAY" import modelsdev two.json --retrieved 2026-01-02 --quiet | grep changed
"$ASSAY" doctor | grep -E '^(store|integrity|sources)' |
    sed 's/[0-9]* KiB/N KiB/; s/ok  *[0-9][0-9]*, .*/ok/'
"$ASSAY" sources --store disk/new.db >out && echo "made"
