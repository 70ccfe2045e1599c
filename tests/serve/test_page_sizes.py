#!/usr/bin/env python3
"""No page is larger than 100 KB, and what the command decides stands on it
all the same; one result line a case:

    tests/serve/test_page_sizes.py ASSAY

The largest comparisons, models and bills of the public snapshots (where
ASSAY_TEST_DATA names them), then of facts made up to be large: long names and
ids, hundreds of routes, benchmarks and conflicts. A page that shows less than
there is says so.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.parse

from test_agreement import WAIT, Server, check_page

MOST = 100_000
SNAPSHOTS = (('modelsdev', 'modelsdev/catalog.json'),
             ('openrouter', 'openrouter/models.json'),
             ('litellm', 'litellm/model_prices_and_context_window.json'),
             ('genai-prices', 'genai-prices/data.json'))
# of the snapshots; "#" stands for a page of every model or provider
OTHERS = ('/', '/models', '/models?q=gpt', '/find?q=vision', '/providers',
          '/provider/openrouter', '/provider/nano-gpt', '/sources',
          '/source/modelsdev', '/conflicts', '/changes')


def import_file(assay, store, name, path):
    subprocess.run([assay, 'import', name, path, '--store', store, '--quiet'],
                   check=True, stdin=subprocess.DEVNULL, timeout=10 * WAIT,
                   stdout=subprocess.DEVNULL)


def fits(server, path):
    page = server.get(path)
    assert len(page) <= MOST, f'{path}: {len(page)} bytes'
    return page


def compare_path(ids):
    return '/compare/' + '/'.join(urllib.parse.quote(one) for one in ids)


def check_comparison(server, ids):
    """The bytes of its page, which says what the API answers."""
    page = fits(server, compare_path(ids))
    decision = json.loads(server.get(
        '/api/v1/compare?models=' + urllib.parse.quote(','.join(ids))))
    check_page(server, {'models': ids}, decision)
    if b'>+' in page:
        assert b'the answer of the API</a>' in page, 'says where the rest is'
    return page


def bill_path(ids):
    return '/cost?models=' + urllib.parse.quote(','.join(ids))


def all_models(server):
    ids, after = [], ''
    while True:
        listed = json.loads(server.get('/api/v1/models?limit=1000' + after))
        ids += [model['id'] for model in listed['models']]
        if not listed['next']:
            return ids
        after = '&after=' + urllib.parse.quote(listed['next'])


def the_snapshots(assay, folder):
    data = os.environ.get('ASSAY_TEST_DATA')
    if not data:
        return 'skip'
    store = os.path.join(folder, 'snapshots.db')
    for name, path in SNAPSHOTS:
        import_file(assay, store, name, os.path.join(data, 'data', path))
    server = Server(assay, store)
    try:
        sizes = {one: len(fits(server, '/model/' + urllib.parse.quote(one)))
                 for one in all_models(server)}
        ids = sorted(sizes, key=lambda one: (-sizes[one], one))
        draw = random.Random(20261122)
        largest = 0
        for most in (8, 10, 16, 30, 60, len(ids)):
            for count in (8, 8, 8, 6, 4, 2):
                page = check_comparison(server, draw.sample(ids[:most], count))
                largest = max(largest, len(page))
        # else the choice of models proves little
        assert largest > 90_000, f'the largest has {largest} bytes'
        for path in OTHERS + (bill_path(ids[:8]), bill_path(ids[:1])):
            fits(server, path)
    finally:
        server.stop()
    return 'ok'


def large_facts(name_bytes):
    """Eight models of which much is stated by two sources that disagree."""
    creator, sources = 'creator-' + 'c' * 24, []
    for which in range(2):
        models, routes = [], []
        for number in range(8):
            word = 'long-name-' * (name_bytes // 10)
            one = f'{creator}/{"model-" * 8}{number}'
            models.append({
                'id': one, 'name': f'Model {number} {word} {number}',
                'creator': f'Creator {word}', 'task': 'chat',
                'context_tokens': 1000 + 10 * number + which,
                'max_output_tokens': 500 + number + which,
                'architecture': f'{word} {which}', 'tokenizer': word,
                'open_weights': number % 2 == 0, 'license': word,
                'modalities_in': ['text', 'image'],
                'capabilities': {'vision': True, 'reasoning': number > 3},
                'benchmarks': [
                    {'name': f'Benchmark {row} {word}', 'unit': 'percent',
                     'value': str(10 + number + row % 50 + which),
                     'setting': f'{row}-shot {word}',
                     'url': f'https://bench.example/{row}/{word}'}
                    for row in range(120)]})
            routes += [{
                'id': f'provider-{place}/{one}', 'provider':
                f'provider-{place}', 'provider_name': f'Provider {place} '
                f'{word}', 'model': one, 'status': 'active',
                'context_tokens': 1000 + place + which,
                'prices': [{'meter': meter, 'usd_per_million':
                            f'{place + 1}.{number}{which + 1}'}
                           for meter in ('input_tokens', 'output_tokens',
                                         'cache_read_tokens')]}
                       for place in range(80)]
        sources.append({
            'format': 'assay-facts/1', 'source': {
                'id': f'large-{which}', 'title': f'Source {which} {word}',
                'url': f'https://facts.example/{which}', 'kind': 'primary',
                'retrieved': '2026-11-22'},
            'models': models, 'routes': routes})
    return sources


def made_up(assay, folder, name_bytes):
    store = os.path.join(folder, f'large-{name_bytes}.db')
    for number, source in enumerate(large_facts(name_bytes)):
        path = os.path.join(folder, f'{number}.json')
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(source, file)
        import_file(assay, store, 'facts', path)
    server = Server(assay, store)
    try:
        ids = [one for one in all_models(server) if 'creator-c' in one]
        assert len(ids) == 8, ids
        for count in range(2, 9):
            page = fits(server, compare_path(ids[:count]))
        assert b' more' in page and b'>+' in page, 'says what it leaves out'
        for path in OTHERS[:-4] + ('/model/' + ids[0], bill_path(ids),
                                   '/source/large-0', '/conflicts',
                                   '/provider/provider-1'):
            if 'nano-gpt' not in path and 'openrouter' not in path:
                fits(server, path)
    finally:
        server.stop()
    return 'ok'


def main():
    assay, failed = sys.argv[1], 0
    cases = (('of the snapshots', the_snapshots, ()),
             ('with names of 40 bytes', made_up, (40,)),
             ('with names of 400 bytes', made_up, (400,)))
    with tempfile.TemporaryDirectory() as folder:
        for name, run, more in cases:
            start = time.monotonic()
            try:
                if run(assay, folder, *more) == 'skip':
                    print('skip: sizes of pages: ASSAY_TEST_DATA names no '
                          'snapshots')
                    continue
                print(f'ok pages {name} are at most {MOST:,} bytes '
                      f'({time.monotonic() - start:.1f} s)')
            except (AssertionError, subprocess.SubprocessError) as error:
                failed += 1
                print(f'FAIL pages {name} are at most {MOST:,} bytes\n'
                      f'    {type(error).__name__}: {error}')
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main()
