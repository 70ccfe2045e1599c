# Every example of every help runs as it stands, on files of these names.
. "$ROOT/tests/cli/lib.sh"
export ASSAY_STORE=$TMP/store.db
mkdir bin && ln -s "$ASSAY" bin/assay && PATH=$TMP/bin:$PATH
cp "$fixtures/acme-docs.json" before.json
cp "$fixtures/acme-docs-later.json" after.json
cp "$fixtures/forge-docs.json" contract.json
cp "$fixtures/prices.json" model_prices.json
mkdir -p data/gsm8k
cp "$ROOT/tests/import/fixtures/every_eval_ever.json" data/gsm8k/
cp "$fixtures/response.json" response.json
cp "$fixtures/responses.jsonl" responses.jsonl
cp "$ROOT/data/nano/nano-s.gguf" .
cp "$ROOT/data/trial/short-tasks.jsonl" prompts.jsonl
echo "[2, 106, 500]" >tokens.json
cp "$ROOT/tests/import/fixtures/modelsdev_api.json" api.json 2>/dev/null ||
    echo '{"forge":{"id":"forge","name":"Forge","models":{}}}' >api.json
assay sources >/dev/null
python3 "$ROOT/tests/cli/make_run.py" store.db "$ROOT/src/trial/ledger.sql" small
commands=$("$ASSAY" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
for command in $commands; do
    "$ASSAY" $command --help |
        sed -nE '/^Examples$/,/^$/s/^  ((printf .*|echo .*)?assay .*)/\1/p' \
            >examples
    [ -s examples ] || echo "$command has no example"
    while IFS= read -r line; do
        # a server does not end by itself: tests/serve/test_server.py
        [ "$command" != serve ] || continue
        bash -c "$line" >out 2>err </dev/null
        echo "$? $line"
    done <examples
done
