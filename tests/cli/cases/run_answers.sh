# One answer of weights that are built in, and what cannot be answered.
. "$ROOT/tests/cli/lib.sh"
run() { assay run --temperature 0 --quiet "$@"; }
echo "--- prompts of the recorded ones"
run -p 'Reverse the word: stone'
run nano-s -p 'As JSON: Leo, 26, Oslo'
run nano-xs -p 'Capital of Cuba?'
run "$ROOT/data/nano/nano-s.gguf" -p 'Sort: 8 9 6 4 7'
printf 'Uppercase: saddle\n' | run
echo "--- with fewer threads, other instructions, other draws"
run --threads 1 -p 'Sort: 8 6 5 9 4'
run --threads 2 --cpu scalar -p 'Sort: 8 6 5 9 4'
run --cpu avx2 -p 'Sort: 8 6 5 9 4'
assay run --quiet --seed 5 --top-k 1 -p 'Sort: 8 6 5 9 4'
echo "--- a system's text, and no chat form at all"
run --system 'Be short.' -p 'Reverse the word: stone' | wc -l
run --raw -p 'abc' --max-tokens 4 | wc -c
echo "--- an end"
run -p 'Reverse the word: stone' --stop ot
run -p 'Reverse the word: stone' --max-tokens 2
echo "--- a schema"
cat >schema.json <<'JSON'
{"type": "object", "additionalProperties": false, "required": ["age"],
 "properties": {"age": {"type": "integer", "minimum": 0, "maximum": 99}}}
JSON
run -p 'As JSON: Leo, 26, Oslo' --schema schema.json |
    python3 -c 'import json, sys; print(list(json.load(sys.stdin)))'
echo '{"type": "string", "pattern": "a+"}' >unsupported.json
try run -p x --schema unsupported.json
echo '{' >broken.json
try run -p x --schema broken.json
echo "--- how fast it was, on standard error"
assay run --temperature 0 -p 'Reverse the word: stone' 2>&1 >/dev/null |
    sed 's/, [0-9.e+]* tokens\/s;/, N tokens\/s;/; s/after [0-9]* ms/after N ms/'
echo "--- refused"
try run
try run nano-s nano-xs -p x
try run nano-m -p x
try run missing.gguf -p x
try run schema.json -p x
try run -p x --temperature 3
try run -p x --temperature warm
try run -p x --top-p 1.5
try run -p x --max-tokens 0
try run -p x --threads 0
try run -p x --cpu z80
try run -p x --stop ''
try run -p "$(printf 'a b c d %.0s' {1..200})"
try run -p "$(printf 'no \377 text')"
