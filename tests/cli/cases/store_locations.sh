# --store, then ASSAY_STORE, then XDG_DATA_HOME, then HOME; else 78.
. "$ROOT/tests/cli/lib.sh"
where() { (cd "$TMP/.." && find . -name '*.db' | sort); }
assay sources --quiet >/dev/null && where
env -u XDG_DATA_HOME "$ASSAY" sources >/dev/null && where
XDG_DATA_HOME=relative "$ASSAY" sources >/dev/null && where
ASSAY_STORE=$TMP/named.db "$ASSAY" sources >/dev/null && where
ASSAY_STORE=$TMP/named.db "$ASSAY" --store "$TMP/new/folder/given.db" \
    sources >/dev/null && where
assay sources --store :memory: >/dev/null && where
try env -u XDG_DATA_HOME -u HOME "$ASSAY" sources
echo "this is not a store" >text.db
try assay sources --store text.db
cat text.db
mkdir folder.db
assay sources --store folder.db >/dev/null 2>&1
echo "exit $?"
