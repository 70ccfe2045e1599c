# A cold `assay compare`: a new process each time, on a store that exists.
. "$ROOT/bench/parts.sh"

builtin_store
cases=(-- "assay compare, built-in facts"
    "run=$ASSAY compare $PAIR --store $BUILTIN" aim_ms=15 aim_mb=25)
if have_snapshots "compare with the four catalogs"; then
    full_store
    cases+=(-- "assay compare, four catalogs"
        "run=$ASSAY compare $PAIR --store $FULL" aim_ms=30)
    # what people do by hand today: look both models up in one catalog
    cat >"$TMP/pair.jq" <<'JQ'
[.providers[] | .id as $provider | .models[]
 | select(.id | test("gemma-2-2b|gpt-4-vision-preview"))
 | {$provider, id, cost, limit}]
JQ
    ! have jq "jq as peer" ||
        cases+=(-- "jq, their rows of models.dev"
            "run=jq -f $TMP/pair.jq $MODELSDEV")
fi
! have sqlite3 "sqlite3 as floor" ||
    cases+=(-- "sqlite3 'select 1', the floor"
        "run=sqlite3 :memory: 'select 1'")
measure --runs 21 "Compare two models" "${cases[@]}"
