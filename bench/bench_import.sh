# Making the store on first use, and importing models.dev's catalog into it.
. "$ROOT/bench/parts.sh"

new=$TMP/new.db
forget="rm -f $new $new-*"
cases=(-- "assay compare, no store yet"
    "before=$forget" "run=$ASSAY compare $PAIR --store $new" aim_ms=1000)
! have sqlite3 "sqlite3 as floor" ||
    cases+=(-- "sqlite3, a table in a new file"
        "before=$forget" "run=sqlite3 $new 'create table t (x)'")
measure --runs 15 "First use: the store from the built-in facts" "${cases[@]}"

have_snapshots "import of models.dev" || exit 0
builtin_store
full_store
cases=(-- "assay import, fresh store"
    "before=$forget; cp $BUILTIN $new"
    "run=$ASSAY import modelsdev $MODELSDEV --store $new" aim_ms=1000
    -- "assay import, the same again"
    "run=$ASSAY import modelsdev $MODELSDEV --store $FULL")
if have jq "jq as peer" && have sqlite3 "jq as peer"; then
    # one row of text for each route, prices as they come, no history
    cat >"$TMP/rows.jq" <<'JQ'
.providers[] | .id as $provider | .models[]
| [$provider, .id, .name, .release_date, .knowledge, .open_weights,
   .limit.context, .limit.output, .cost.input, .cost.output,
   .cost.cache_read, .cost.cache_write,
   (.modalities.input // [] | join(" "))] | @csv
JQ
    cat >"$TMP/peer.sh" <<SH
jq -r -f "$TMP/rows.jq" "$MODELSDEV" >"$TMP/rows.csv"
sqlite3 "$new" "create table route (provider, id, name, released, cutoff,
    open, context, output, usd_in, usd_out, usd_read, usd_write, inputs)" \
    ".import --csv $TMP/rows.csv route"
SH
    cases+=(-- "jq to rows, sqlite3 .import"
        "before=$forget" "run=sh -e $TMP/peer.sh")
fi
measure --runs 11 "Import models.dev, 5,276 routes" "${cases[@]}"
