# A store that is something else, or not to be written, or not to be read.
. "$ROOT/tests/cli/lib.sh"
fixture=$fixtures/acme-docs.json
ordinary() # as somebody who is not root
{
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}
if [ "$(id -u)" -eq 0 ]; then
    ordinary "$ASSAY" --version >/dev/null 2>&1 ||
        { echo "skip: nobody else may run $ASSAY"; exit 77; }
    umask 022
    chmod 755 "$TMP" "$TMP/.." # $HOME and $TMP of this case
fi
cp "$fixtures/acme-docs-later.json" later.json # the tree may be root's alone

echo "--- something else"
mkdir folder
echo text >file
: >empty.db
mkfifo pipe
ln -s nowhere/store.db broken-link.db
for store in folder file file/store.db /dev/null /dev/full pipe \
    broken-link.db new/folder/store.db empty.db; do
    try timeout 20 "$ASSAY" sources --store $store --quiet | grep -a '^assay\|exit'
done
cat file
python3 -c '
import sqlite3
db = sqlite3.connect("other.db")
db.execute("create table t (n)")
db.commit()'
cp other.db before.db
try "$ASSAY" import facts "$fixture" --store other.db
cmp other.db before.db

echo "--- only to be read"
mkdir read
"$ASSAY" import facts "$fixture" --store read/store.db >/dev/null
chmod 444 read/*
chmod 555 read
ordinary "$ASSAY" show acme/anvil-2 --store read/store.db | head -n 1
try ordinary "$ASSAY" import facts "$TMP/later.json" \
    --store read/store.db
chmod 755 read
rm read/store.db?*
chmod 555 read
ordinary "$ASSAY" show acme/anvil-2 --store read/store.db | head -n 1
try ordinary "$ASSAY" import facts "$TMP/later.json" \
    --store read/store.db
try ordinary "$ASSAY" sources --store read/new.db
try ordinary "$ASSAY" sources --store read/new/store.db

echo "--- not to be read"
chmod 755 read
chmod 000 read/store.db
try ordinary "$ASSAY" sources --store read/store.db
try ordinary "$ASSAY" import facts read/store.db --store new.db
