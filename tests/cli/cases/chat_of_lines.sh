# assay chat reading a pipe: a line a turn, orders among them.
. "$ROOT/tests/cli/lib.sh"
chat() { assay chat --temperature 0 "$@"; }
speed='s/, [0-9.e+]* tokens\/s;/, N tokens\/s;/; s/after [0-9]* ms/after N ms/'
echo "--- turns"
printf 'Reverse the word: stone\n/reset\n\n  Capital of Cuba?  \n/reset\nSort: 3 1 2' |
    chat --quiet
echo "--- the second turn has read the first one"
printf 'Repeat: bread\nRepeat: honey\n' | chat 2>&1 >/dev/null | sed "$speed"
echo "--- orders"
printf '/help\n/seed\n/seed 7\n/seed x\n/system Be short.\n/system\n/nope a b\n' |
    chat --seed 3 2>&1
echo "--- two slashes are one for the model"
printf '//x\n' | chat --max-tokens 1 2>&1 >/dev/null | sed "$speed"
echo "--- the end, and nothing behind it"
printf 'Reverse the word: stone\n/quit\nSort: 3 1 2\n' | chat --quiet
chat </dev/null
echo "--- another model, and a schema"
printf 'Capital of Peru?\n' | chat nano-xs --quiet
echo '{"enum": ["yes", "no"]}' >schema.json
printf 'Hello\n' | chat --schema schema.json --quiet | tr -d '\n' |
    grep -xc '"yes"\|"no"'
echo "--- the context is full"
yes 'Repeat: stone stone stone stone stone stone' | head -n 60 |
    try chat --quiet --schema schema.json | tail -n 2
echo "--- refused"
try chat nano-s nano-xs
try chat missing.gguf
try chat --top-k -1
printf 'no \377 text\n' | try chat --quiet
