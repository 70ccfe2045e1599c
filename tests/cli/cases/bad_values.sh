# One wrong value in a row, in every format: the exit code with --strict and
# without it (0: other rows are good; facts know no other rows), the place and
# what was expected. What is not read, or is fine, says "taken".
. "$ROOT/tests/cli/lib.sh"
import_acme
assay export json >before
mkdir files
python3 - <<'PYTHON'
import json

RAW = '"@"'  # where the wrong value goes, as it is written
PRICES = ['-1', '-1e-9', '"NaN"', '1e300', '"1e300"', '1e-400', '"1e-31"', '"free"',
          'true', '[]', '{}', '""', '"0x10"', '"1,5"', '" 1"', '"+1"',
          '"1e999999999999"']
COUNTS = ['-1', '1.5', '1e300', '"8k"', 'true', '[1]', '18446744073709551616']
DATES = ['"2026-02-30"', '"2026-13-01"', '"0000-00-00"', '20260101',
         '"99999-01-01"', '"yesterday"', '"2026-02-29T00:00"']
IDS = ['""', '7', 'null', '"a b/c"', '"x/\\u001b[31m"', '"x/\\u202egpj"',
       '"x/\\u0000"', '"' + 'x/' * 150 + '"', '["x/y"]']
TEXTS = [value for value in IDS if value[0] == '"'] + ['"m\\u0000/x"']
BOOLS = ['"yes"', '2', '[]', '{}']


def facts(model=None, route=None, source=None):
    head = {'id': 's', 'title': 'S', 'url': 'https://s.example',
            'kind': 'catalog', 'retrieved': '2026-08-01', **(source or {})}
    return {'format': 'assay-facts/1', 'source': head,
            'models': [{'id': 'a/m', **(model or {})}],
            'routes': [{'id': 'p/m', 'provider': 'p', 'model': 'a/m',
                        'prices': [], **(route or {})}]}


def modelsdev(**keys):
    one = {'id': 'm', 'name': 'M', 'limit': {'context': 8, 'output': 4},
           'cost': {'input': 1, 'output': 2}, **keys}
    return {'p': {'id': 'p', 'name': 'P', 'models': {'m': one}}}


def own(**keys):
    one = {'id': 'a/m', 'name': 'M', **keys}
    return {'models': {'a/m': one}, 'providers': modelsdev()}


def openrouter(**keys):
    one = {'id': 'a/m', 'name': 'M', 'context_length': 8,
           'pricing': {'prompt': '0.1', 'completion': '0.2'}, **keys}
    return {'data': [one]}


def litellm(**keys):
    return {'m': {'litellm_provider': 'p', 'mode': 'chat',
                  'input_cost_per_token': 1e-06, **keys}}


def genai(**keys):
    return [{'id': 'p', 'name': 'P',
             'models': [{'id': 'm', 'match': {'equals': 'm'},
                         'prices': {'input_mtok': 1}, **keys}]}]


price = {'meter': 'input_tokens', 'usd_per_million': '@'}
CASES = [
    ('facts', 'price', PRICES, facts(route={'prices': [price]})),
    ('facts', 'count', COUNTS, facts(model={'context_tokens': '@'})),
    ('facts', 'date', DATES, facts(model={'released': '@'})),
    ('facts', 'day read', DATES[:2], facts(source={'retrieved': '@'})),
    ('facts', 'id', IDS, facts(model={'id': '@'})),
    ('facts', 'source', ['"a b"', '"a/b"', '"\\u001b"', '7'],
     facts(source={'id': '@'})),
    ('facts', 'bool', BOOLS, facts(model={'capabilities': {'vision': '@'}})),
    ('facts', 'kind', ['"best"', '7', 'null'], facts(source={'kind': '@'})),
    ('facts', 'rows', ['7', '{}', '[7]', '[null]', '[[]]',
                       '[{"id":"a/m"},{"id":"a/m"}]'],
     {**facts(), 'models': '@'}),
    ('modelsdev', 'price', PRICES[:13], modelsdev(cost={'input': '@'})),
    ('modelsdev', 'count', COUNTS, modelsdev(limit={'context': '@'})),
    ('modelsdev', 'date', DATES, own(release_date='@')),
    ('modelsdev', 'key', TEXTS, {'p': {'id': 'p', 'models': {'@': {}}}}),
    ('modelsdev', 'provider', IDS, {'p': {'id': '@', 'models': {'m': {}}}}),
    ('modelsdev', 'bool', BOOLS, modelsdev(tool_call='@')),
    ('modelsdev', 'rows', ['7', '[]', 'null', '{"m":7}', '{"m":[]}'],
     {'p': {'id': 'p', 'models': '@'}}),
    ('openrouter', 'price', PRICES, openrouter(pricing={'prompt': '@'})),
    ('openrouter', 'count', COUNTS, openrouter(context_length='@')),
    ('openrouter', 'date', DATES, openrouter(expiration_date='@')),
    ('openrouter', 'id', IDS, openrouter(id='@')),
    ('openrouter', 'rows', ['7', '{}', '[7]', '[null]',
                            '[{"id":"a/m"},{"id":"a/m"}]'], {'data': '@'}),
    ('litellm', 'price', PRICES[:13], litellm(input_cost_per_token='@')),
    ('litellm', 'count', COUNTS, litellm(max_input_tokens='@')),
    ('litellm', 'date', DATES, litellm(deprecation_date='@')),
    ('litellm', 'provider', IDS, litellm(litellm_provider='@')),
    ('litellm', 'key', TEXTS,
     {'@': {'litellm_provider': 'openai', 'mode': 'chat',
            'input_cost_per_token_batches': 1, 'input_cost_per_token': 1}}),
    ('litellm', 'bool', BOOLS, litellm(supports_vision='@')),
    ('genai-prices', 'price', PRICES[:13], genai(prices={'input_mtok': '@'})),
    ('genai-prices', 'count', COUNTS, genai(context_window='@')),
    ('genai-prices', 'id', IDS, genai(id='@')),
    ('genai-prices', 'match', ['7', '{}', '{"regex":"("}', '{"or":7}',
                               '{"regex":"(a+)+$","equals":"b"}'],
     genai(match='@')),
    ('genai-prices', 'rows', ['7', '[7]', '[null]', '{}'],
     [{'id': 'p', 'models': '@'}]),
]
count = 0
with open('list', 'w') as names:
    for format, what, values, document in CASES:
        for value in values:
            with open(f'files/{count}', 'w') as file:
                file.write(json.dumps(document).replace(RAW, value))
            shown = value if len(value) < 40 else value[:20] + '…"'
            names.write(f'{count}\t{format}\t{what} {shown}\n')
            count += 1
PYTHON
while IFS=$'\t' read -r number format what; do
    take() { "$ASSAY" import $format files/$number --retrieved 2026-08-01 "$@"; }
    says=$(take --strict --dry-run 2>&1)
    strict=$?
    lax=$strict
    if [ $strict -eq 0 ]; then
        says=taken
    else # refused once more, and now for good
        take --dry-run >out 2>&1
        lax=$?
        [ $lax -eq 0 ] || take >out 2>&1
    fi
    says=${says%%$'\n'*}
    says=${says##*files/"$number": }
    echo "$format $what: $strict $lax ${says#refused: }"
done <list
assay export json | cmp - before && echo "the store is as it was"
