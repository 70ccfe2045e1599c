# `assay find` over all routes of the built-in facts and the four snapshots.
. "$ROOT/bench/parts.sh"

have_snapshots "find over all routes" || exit 0
full_store
cases=(-- "assay find, all four catalogs"
    "run=$ASSAY find vision context>=100k price.output<5 status=active
        --store $FULL" aim_ms=30)
if have jq "jq as peer"; then
    # models.dev alone; unknown is neither cheap nor long here either
    cat >"$TMP/find.jq" <<'JQ'
[.providers[] | .id as $provider | .models[]
 | select(.attachment and .limit.context >= 100000
          and .cost.output != null and .cost.output < 5
          and .status != "deprecated")
 | {$provider, id, usd: (800 * .cost.input + 250 * .cost.output)}]
| sort_by(.usd)
JQ
    cases+=(-- "jq, the same of models.dev"
        "run=jq -f $TMP/find.jq $MODELSDEV")
fi
measure --runs 15 "Find: vision, 100k context, output under \$5, active" \
    "${cases[@]}"
