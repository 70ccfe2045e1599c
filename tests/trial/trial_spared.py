"""Cases of test_try.py: prompts that are for some of a suite's providers."""
import json

from trial_world import (
    Mock, Run, case, expect, expect_same, path, report, rows_of, sent, stable,
    start_try)


def suite(mock, models, tests):
    file = path('some.yaml')
    with open(file, 'w', encoding='utf-8') as out:
        json.dump({
            'prompts': ['Question {{n}}? [[expect: A{{n}}.]]'],
            'providers': [{'id': 'openai:chat:' + model, 'label': label,
                           'config': {'apiBaseUrl': mock.base,
                                      'apiKeyEnvar': 'MOCKERY_API_KEY'}}
                          for label, model in models],
            'tests': [{'vars': {'n': n}, 'assert': [
                {'type': 'contains', 'value': 'A%d.' % n}],
                **({'providers': list(labels)} if labels else {})}
                for n, labels in tests]}, out)
    return file


def run(file, store, *options):
    return start_try(file, [], store, *options).end()


MODELS = [('a', 'mock-accuracy-0.9'), ('b', 'mock-accuracy-0.6'),
          ('c', 'mock-accuracy-0.7')]
# a and b share 0 to 49, b and c 40 to 49 and 70 to 79, c has 50 to 69 alone
TESTS = [(n, None if 40 <= n < 50 else 'ab' if n < 40 else
          'c' if n < 70 else 'bc') for n in range(80)]


def is_for(number, label):
    return label in (TESTS[number][1] or 'abc')


@case('two routes are compared on the prompts that both were asked')
def _():
    with Mock() as mock:
        store = path('some.db')
        result = run(suite(mock, MODELS, TESTS), store, '--fixed', '--seed',
                     '2')
        document = result.json()
        rows = sent(rows_of(document['run'], store))
        labels = {route['route']: route['label']
                  for route in document['routes']}
        expect(result.code == 1 and document['stopped'] == 'complete' and
               document['prompts_counted'] == 80, 'a run', result.text())
        expect(len(rows) == mock.count() == 150 and
               all(is_for(row['number'], labels[row['route']])
                   for row in rows), 'each where it is for', len(rows))
        expect([route['rows'] for route in document['routes']] ==
               [50, 60, 40], 'rows of each', document['routes'])
        passed = {(labels[row['route']], row['number']):
                  row['mark'] == 'passed' for row in rows}
        for pair in document['comparisons']:
            a, b = labels[pair['a']], labels[pair['b']]
            both = [(passed[a, n], passed[b, n]) for n in range(80)
                    if is_for(n, a) and is_for(n, b)]
            expect((pair['both'], pair['only_a'], pair['only_b'],
                    pair['neither']) == tuple(both.count(one) for one in (
                        (True, True), (True, False), (False, True),
                        (False, False))) and
                   pair['pairs'] == len(both) ==
                   {'ab': 50, 'ac': 10, 'bc': 20}[a + b],
                   'its table', a, b, pair, both)
        expect(report(document['run'], store) == document, 'again')


@case('a run of some for some stops early, goes on, and is the same at any pace')
def _():
    # c shares nothing with anybody, so that a and b alone decide
    tests = [(n, 'ab' if n < 60 else 'c') for n in range(80)]
    with Mock('--seed', '6') as mock:
        file, seen = suite(mock, MODELS, tests), None
        for at_once in (1, 8):
            store = path('early.db')
            document = run(file, store, '--seed', '5', '--concurrency',
                           at_once).json()
            pairs = {(pair['a'], pair['b']): pair
                     for pair in document['comparisons']}
            first = document['comparisons'][0]
            expect(document['stopped'] == 'decided' and
                   first['verdict'] == 'a' and
                   document['prompts_counted'] < 80 and
                   [pair['pairs'] for pair in pairs.values()][1:] == [0, 0],
                   'decided by the two that share', document)
            forms = stable(document['run'], store)
            expect_same(forms, seen or forms, '%d at once' % at_once)
            seen = forms
    slow = [(label, 'mock-latency-50') for label in 'abc']
    with Mock() as mock:
        file, seen = suite(mock, slow, TESTS), None
        for limit in ('10m', '700ms'):
            store = path('on.db')
            document = run(file, store, '--fixed', '--seed', '5',
                           '--concurrency', '2', '--max-time', limit).json()
            if limit == '700ms':
                expect(document['stopped'] == 'time' and
                       document['rows'] < 150, 'cut short', document)
                document = Run('try', '--resume', document['run'], '--store',
                               store, '--yes', '--format', 'json',
                               '--max-time', '10m').end().json()
            expect(document['rows'] == 150 and
                   document['stopped'] == 'complete', 'all of it', document)
            forms = stable(document['run'], store)
            expect_same(forms, seen or forms, limit)
            seen = forms
