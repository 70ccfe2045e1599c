# Facts whose every text attacks the terminal, the browser, the spreadsheet or
# the reader of Markdown: what is printed is harmless in every format.
export PYTHONDONTWRITEBYTECODE=1
tests=$ROOT/tests/cli
step=13
[ -z "${ASSAY_TEST_FULL:-}" ] || step=4
export ASSAY_STORE=$TMP/store.db

# page FORMAT COMMAND...: what is not harmless on it, on either stream
page()
{
    local format=$1
    shift
    "$ASSAY" --as-of 2026-11-22 "$@" --format "$format" >page 2>messages
    echo "$?" >>codes
    python3 "$tests/harmless.py" "$format" page >faults &&
        python3 "$tests/harmless.py" text messages >faults ||
        { echo "--- turn $turn: $* --format $format"; cat faults; }
}

pair="evil/one evil/two"
for ((turn = 0; turn < 39; turn += step)); do
    rm -f store.db*
    python3 "$tests/hostile_facts.py" $turn
    for name in vendor list others; do
        "$ASSAY" import facts $name.json >page 2>&1 || cat page
        python3 "$tests/harmless.py" text page
    done
    for format in text markdown html json csv; do
        page $format compare $pair
        page $format show evil/one
        page $format find vision 'context>=8k'
        page $format sources
    done
    page text compare $pair --full
    page text compare $pair --width 40
    page text show evil/one --explain
    page text show evil/one --history
    page html show evil/one --conflicts
    page text show evil/mirror
    page html cost $pair
    page text lint facts others.json
    page csv lint facts vendor.json
    page markdown diff vendor.json list.json
    page csv export csv
    page json export json --source evil-vendor
    page json export json --source evil-others
    page text show "evil/$(printf '\033[31m\302\233\342\200\256')"
    page text find 'vision' "$(printf 'context>=\033[31m')"
    page text doctor
done
sort codes | uniq -c | sed 's/^ *[0-9]* //'

echo "--- what is exported says the same"
"$ASSAY" export json --source evil-others >once.json
"$ASSAY" import facts once.json | tail -n 5
"$ASSAY" export json --source evil-others | cmp - once.json && echo same
