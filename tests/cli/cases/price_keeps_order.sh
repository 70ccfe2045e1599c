# Much input is priced by several threads; the answers keep its order, from a
# file and from a pipe, and stop when nobody reads them.
. "$ROOT/tests/cli/lib.sh"
import_acme
seq 40000 | sed 's/.*/{"object":"chat.completion","model":"anvil-2","usage":{"prompt_tokens":&,"completion_tokens":0}}/' >lines
assay price lines --provider acme >answers
echo "exit $?"
grep -o '"quantity":[0-9]*' answers | cut -d : -f 2 >counted
seq 40000 | cmp - counted && echo "in order"
cat lines | assay price - --provider acme | cmp - answers && echo "and so from a pipe"
echo "--- nobody reads on"
assay price lines --provider acme | head -n 1 | cut -c 1-40
echo "--- a line that is too long among them"
{
    head -n 5000 lines
    head -c 17825792 /dev/zero | tr '\0' x
    echo
    tail -n 35000 lines
} | assay price - --provider acme >some
diff answers some | cut -c 1-60
