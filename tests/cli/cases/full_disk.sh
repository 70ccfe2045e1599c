# What cannot be written is an error, exit code 74.
. "$ROOT/tests/cli/lib.sh"
[ -w /dev/full ] || { echo "skip: no /dev/full"; exit 77; }
for line in "sources" "--help" "show --help" "--version" "completion bash" \
    "show gemma-2-2b" "export csv" "man"; do
    "$ASSAY" $line >/dev/full
    echo "exit $? $line"
done
"$ASSAY" sources >&-
echo "exit $? closed"
"$ASSAY" sources >/dev/null 2>&- <&-
echo "exit $? others closed"
