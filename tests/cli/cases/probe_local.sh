# What weights here can do: text alone, pictures and tools refused by name;
# what was proven stands beside what is declared.
. "$ROOT/tests/cli/lib.sh"
export ASSAY_STORE=$TMP/store.db
today=$(date -u +%F)
probe() { "$ASSAY" probe local:nano-s --seed 7 --cpu scalar "$@" | sed "s/$today/TODAY/g"; }

probe
probe --only vision,structured_outputs --format json |
    sed -E 's/"ms": [0-9.e+-]+/"ms": 0/; s/ in [0-9]+ ms/ in 0 ms/'
"$ASSAY" show local/nano-s 2>&1 | sed "s/$today/TODAY/g" | grep -i "probe\|vision\|function"
"$ASSAY" sources --format json | grep -A 6 '"probe-local-nano-s"' |
    sed "s/$today/TODAY/g"
