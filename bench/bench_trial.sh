#!/usr/bin/env bash
# assay try beside promptfoo: the same suite on the same mock provider, by
# turns. BENCH_ROWS=20000 makes the longest run short.
. "$ROOT/bench/parts.sh"

mock=
for dir in "$(dirname "$ASSAY")" "$ROOT"/build/plain "$ROOT"/build/check; do
    [ -n "$mock" ] || [ ! -x "$dir/tests/mock/mock_provider" ] ||
        mock=$dir/tests/mock/mock_provider
done
if [ -z "$mock" ]; then
    echo "skip: trial: no mock provider: meson setup -Dtests=true builds it"
    exit 0
fi
python3 "$ROOT/bench/trial_table.py" "$ASSAY" "$mock" "${BENCH_ROWS:-100000}"
