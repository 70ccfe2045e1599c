# What assay logits prints; the numbers themselves are checked against the
# reference elsewhere.
. "$ROOT/tests/cli/lib.sh"
shape='import json, sys
answer = json.load(sys.stdin)
print(sorted(answer), answer["argmax"],
      [len(row) for row in answer["logits"]],
      all(row[best] == max(row)
          for best, row in zip(answer["argmax"], answer["logits"])))'
echo '[2, 107, 300]' >tokens.json
echo "--- a row for each token"
assay logits nano-s tokens.json | python3 -c "$shape"
assay logits nano-xs tokens.json | python3 -c "$shape"
echo "--- alike at any number of threads"
assay logits nano-s tokens.json --threads 1 >one
assay logits nano-s tokens.json --threads 2 >two
cmp one two && echo same
echo "--- refused"
try assay logits
try assay logits nano-s
try assay logits nano-s missing.json
try assay logits missing.gguf tokens.json
echo '[]' >none.json
try assay logits nano-s none.json
echo '[2, 576]' >beyond.json
try assay logits nano-s beyond.json
echo '{"a": 1}' >other.json
try assay logits nano-s other.json
echo '[2, "x"]' >text.json
try assay logits nano-s text.json
seq -s, 1 600 | sed 's/.*/[&]/; s/[5-9][0-9][0-9]/5/g' >long.json
try assay logits nano-s long.json
