# What is no catalog at all, in every format and for each command that reads
# one: 65 (66: not there, 74: not to be read), and the store as it was.
. "$ROOT/tests/cli/lib.sh"
formats="facts modelsdev openrouter litellm genai-prices"
import_acme
for format in $formats; do
    cp "$ROOT/tests/import/fixtures/$(tr - _ <<<"$format").json" $format.json
done
assay import modelsdev modelsdev.json --quiet --retrieved 2026-08-21 >/dev/null
assay export json >before

: >empty
printf ' \n\t' >blank
printf '\357\273\277' >mark
printf 'null' >null
printf '"text"' >string
printf -- '-1e9' >number
printf '{"a":{"b":[1,2' >open
printf '{"id":"a","id":"b"}' >key-twice
printf '["\377"]' >latin
printf '["\355\240\200"]' >surrogate
printf '["a\000b"]' >nul
iconv -t UTF-16 <<<'{"models":[]}' >utf16 2>/dev/null
gzip -c facts.json >zipped
head -c 1000000 /dev/zero | tr '\0' '[' >nested
head -c 1000000 /dev/zero | sed 's/\x0/{"a":/g' >nested-objects
printf '[NaN]' >nan
printf '[01]' >octal
mkdir folder

# one line of exit codes: import, lint, diff
judge()
{
    local format=$1 file=$2 message
    message=$(timeout 60 "$ASSAY" import "$format" "$file" 2>&1)
    printf '%s' "$?"
    timeout 60 "$ASSAY" lint "$format" "$file" >lint.out 2>&1
    printf ' %s' "$?"
    timeout 60 "$ASSAY" diff "$file" before >diff.out 2>&1
    printf ' %s  %s' "$?" "$file"
    [ "$format" != facts ] || printf ': %s' "${message##*"$file: "}"
    echo
}
echo "--- facts: import, lint, diff"
for file in empty blank mark null string number open key-twice latin \
    surrogate nul utf16 zipped nested nested-objects nan octal folder \
    missing/file /dev/null /dev/zero; do
    judge facts $file
done | sed 's/\(\[0\]\|\.a\)\{9,\}/…/'
for format in modelsdev openrouter litellm genai-prices; do
    for file in empty null open key-twice latin nested folder /dev/zero; do
        judge $format $file
    done >$format.codes
    cmp modelsdev.codes $format.codes || cat $format.codes
done
echo "--- the others"
cat modelsdev.codes

echo "--- cut short"
cuts=12
[ -z "${ASSAY_TEST_FULL:-}" ] || cuts=300
for format in $formats; do
    size=$(($(wc -c <$format.json) - 2))
    for ((i = 1; i <= cuts; i++)); do
        head -c $((size * i / cuts)) $format.json >cut
        timeout 60 "$ASSAY" import $format cut >out 2>&1
        echo "$format exit $?"
    done
done | sort -u

echo "--- on standard input: 100 MB of nesting, 100 MB of space, no end"
zeros() { head -c 100000000 /dev/zero; }
zeros | tr '\0' '[' | try timeout 60 "$ASSAY" import facts -
zeros | tr '\0' ' ' | try timeout 60 "$ASSAY" import litellm -
tr '\0' 'x' </dev/zero 2>&- | try timeout 60 "$ASSAY" import modelsdev -
echo "--- less than 64 MiB: nesting, values"
zeros | head -c 60000000 | tr '\0' '[' |
    try timeout 60 "$ASSAY" import openrouter - |
    sed 's/\(\[0\]\)\{9,\}/…/'
{ printf '['; zeros | head -c 20000000 | sed 's/\x0/1,/g'; } |
    try timeout 60 "$ASSAY" import openrouter - |
    sed 's/column [0-9]*, at \[[0-9]*\]/column …/'

assay export json | cmp - before && echo "the store is as it was"
