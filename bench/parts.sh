# What the benchmarks share; sourced by each. In practice a benchmark runs
# from bench.sh, after others, so what takes long to make is made once.

DATA=${ASSAY_TEST_DATA:+$ASSAY_TEST_DATA/data}
MODELSDEV=$DATA/modelsdev/catalog.json
PAIR="gemma-2-2b gpt-4-vision-preview"

# have PROGRAM WHAT: whether a peer is there; says so when not.
have()
{
    command -v "$1" >/dev/null && return
    echo "skip: $2: $1 is not installed"
    return 1
}

# Whether the four snapshots are there; says so when not.
have_snapshots()
{
    [ -n "$DATA" ] && [ -e "$MODELSDEV" ] && return
    echo "skip: $1: ASSAY_TEST_DATA names no folder with the snapshots"
    return 1
}

# A store of the built-in facts alone, and one with the snapshots besides.
builtin_store()
{
    BUILTIN=$TMP/builtin.db
    [ -e "$BUILTIN" ] || "$ASSAY" sources --store "$BUILTIN" >/dev/null
}

full_store()
{
    FULL=$TMP/full.db
    [ ! -e "$FULL" ] || return 0
    for import in "modelsdev $MODELSDEV" \
        "openrouter $DATA/openrouter/models.json" \
        "litellm $DATA/litellm/model_prices_and_context_window.json" \
        "genai-prices $DATA/genai-prices/data.json"; do
        # shellcheck disable=SC2086 # two words
        "$ASSAY" import $import --store "$FULL" --quiet >/dev/null \
            2>"$TMP/import.log" || { cat "$TMP/import.log" >&2; exit 1; }
    done
}

measure()
{
    python3 "$ROOT/bench/measure.py" "$@"
}
