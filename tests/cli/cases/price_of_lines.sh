# An answer for each line, in order; what cannot be priced says so.
. "$ROOT/tests/cli/lib.sh"
import_acme
assay price "$fixtures/responses.jsonl" --provider acme >answers
echo "exit $?"
cut -c 1-120 answers
echo "--- a line too long, then one that is not"
{
    head -c 17825792 /dev/zero | tr '\0' x
    echo
    head -n 1 "$fixtures/responses.jsonl"
} | assay price - --provider acme | cut -c 1-60
echo "--- many lines: as many answers"
for i in 1 2 3 4 5 6 7 8 9 10; do cat "$fixtures/responses.jsonl"; done >ten
for i in 1 2 3 4 5 6 7 8 9 10; do cat ten; done >hundred
assay price hundred --provider acme | sort | uniq -c | cut -c 1-60
