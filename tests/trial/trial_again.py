"""Cases of test_try.py: runs that are gone on with."""
import base64
import decimal
import os
import shutil

from trial_world import (
    Mock, Run, assay, case, expect, expect_same, path, questions, report,
    resume, rows_of, sent, stable, start_resume, start_try, try_suite)

USD = decimal.Decimal
PICTURE = base64.b64decode(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGA'
    'hKmMIQAAAABJRU5ErkJggg==')


def write(folder, name, text):
    file = os.path.join(folder, name)
    os.makedirs(os.path.dirname(file), exist_ok=True)
    with open(file, 'wb') as out:
        out.write(text if isinstance(text, bytes) else text.encode())
    return file


def suite_of_many_files():
    """A folder whose files are named in each way that there is."""
    folder = path('many')
    write(folder, 'prompts/one.txt', 'Say {{what}} [[expect: A{{n}}.]]')
    write(folder, 'prompts/chat.json',
          '[{"role": "user", "content": [{"type": "image_url", "image_url":'
          ' {"url": "{{picture}}"}}, {"type": "text", "text":'
          ' "See {{what}} [[expect: A{{n}}.]]"}]}]')
    write(folder, 'pictures/dot.png', PICTURE)
    write(folder, 'tests/first.csv', 'what,n,__expected\n' + ''.join(
        'word %d,%d,contains:A%d.\n' % (n, n, n) for n in range(12)))
    write(folder, 'tests/deep/er/second.yaml', '\n'.join(
        '- vars: {what: "thing %d", n: %d}\n'
        '  assert: [{type: contains, value: "A%d."}]' % (n, n, n)
        for n in range(12, 20)))
    return folder, write(folder, 'suite.yaml', '''
prompts: ["file://prompts/*.txt", "file://prompts/chat.json"]
providers: ["openai:chat:nobody"]
defaultTest: {vars: {picture: "file://pictures/dot.png"}}
tests: ["file://tests/first.csv", "file://tests/**/*.yaml"]
''')


@case('a run goes on with its own bytes when its files have changed or are gone')
def _():
    options = ['--fixed', '--seed', '3', '--concurrency', '2']
    with Mock() as mock:
        routes, seen = [mock.route('mock-latency-50')], None
        for change in ('', 'gone', 'changed'):
            folder, suite = suite_of_many_files()
            store = path('again.db')
            result = try_suite(suite, routes, store, '--max-time',
                               '300ms' if change else '10m', *options)
            run = result.json()
            expect(run['stopped'] == ('time' if change else 'complete') and
                   run['errors'] == 0, 'a run', result.text())
            if change == 'gone':
                shutil.rmtree(folder)
            elif change == 'changed':
                write(folder, 'tests/first.csv', 'what,n\nnothing,1\n')
                write(folder, 'tests/deep/third.yaml', '- vars: {n: 99}\n')
            if change:
                result = Run('try', '--resume', run['run'], '--store', store,
                             '--yes', '--format', 'json', '--max-time',
                             '10m').end()
                run = result.json()
            said = result.err.decode()
            expect(said.count('is gone since run') == 6 * (change == 'gone')
                   and said.count('has changed since run') ==
                   (change == 'changed'), 'said so', said)
            expect(run['stopped'] == 'complete' and run['rows'] == 40,
                   'all of it', result.text())
            forms = stable(run['run'], store)
            expect_same(forms, seen or forms, 'files ' + change)
            seen = forms


@case('limits are raised and lowered where a run goes on')
def _():
    with Mock() as mock:
        store = path('limits.db')
        routes = [mock.route('mock-accuracy-0.8')]
        run = try_suite(questions(60), routes, store, '--fixed', '--price',
                        '1000,1000', '--max-tokens', '20', '--max-cost',
                        '0.3').json()
        expect(run['stopped'] == 'budget', 'the first limit', run)
        rows, requests = run['rows'], mock.count()
        again = resume(run['run'], store)
        expect(again.code == 3 and mock.count() == requests,
               'its limit still holds', again.text())
        for limit, more in (('0.5', True), ('0.0001', False), ('0.4', False),
                            ('100', True)):
            result = Run('try', '--resume', run['run'], '--store', store,
                         '--yes', '--format', 'json', '--max-cost',
                         limit).end()
            run = result.json()
            expect(run['max_cost_usd'] == limit and
                   report(run['run'], store) == run, 'the last limit is told',
                   run['max_cost_usd'], limit)
            expect((mock.count() > requests) == more and
                   run['rows'] >= rows, 'more is asked, or nothing', limit,
                   requests, mock.count())
            expect(USD(run['spent_usd']) <= USD(limit) or not more,
                   'it holds', run['spent_usd'], limit)
            expect(run['stopped'] == ('complete' if limit == '100' else
                                      'budget') and
                   result.code == (1 if limit == '100' else 3), 'its end',
                   result.text())
            rows, requests = run['rows'], mock.count()
        expect(run['rows'] == 60 == len(sent(rows_of(run['run'], store))),
               'each once', run['rows'])
        for words in (['--seed', '1'], ['--on', routes[0]], ['--fixed'],
                      ['--price', '1,2'], ['--repeat', '2']):
            result = assay('try', '--resume', run['run'], '--store', store,
                           *words)
            expect(result.code == 2 and words[0].encode() in result.err and
                   b'--max-cost' in result.err, 'refused', result.text())


@case('a run goes on with the variables that it was begun with')
def _():
    file = path('named.yaml')
    with open(file, 'w', encoding='utf-8') as out:
        out.write('prompts: ["{{env.GREETING}} {{n}} [[expect: A{{n}}.]]"]\n'
                  'providers: ["openai:chat:mock-latency-50"]\n'
                  'tests: [%s]\n' % ', '.join(
                      '{vars: {n: %d}, assert: [{type: contains, value: A%d.}]}'
                      % (n, n) for n in range(20)))
    with Mock() as mock:
        env = {'OPENAI_BASE_URL': mock.base, 'GREETING': 'Good day',
               'OPENAI_TEMPERATURE': '0.5'}
        store = path('named.db')
        result = start_try(file, [], store, '--fixed', '--max-time', '200ms',
                           '--concurrency', '2', env=env).end()
        run = result.json()['run']
        expect(result.code == 3, 'cut short', result.text())
        before = mock.count()
        for other, name, was in (
                ({**env, 'GREETING': 'Hello'}, b'GREETING', b'something else'),
                ({**env, 'OPENAI_TEMPERATURE': '1'}, b'OPENAI_TEMPERATURE',
                 b'something else'),
                ({'OPENAI_BASE_URL': mock.base, 'GREETING': 'Good day'},
                 b'OPENAI_TEMPERATURE', b'something else'),
                ({**env, 'OPENAI_MAX_TOKENS': '9'}, b'OPENAI_MAX_TOKENS',
                 b'not set')):
            result = start_resume(run, store, env=other).end()
            expect(result.code == 65 and name in result.err and
                   was in result.err and mock.count() == before,
                   'told which one', result.text())
        result = Run('try', '--resume', run, '--store', store, '--yes',
                     '--format', 'json', '--max-time', '10m', env=env).end()
        expect(result.code == 0 and result.json()['rows'] == 20, 'it goes on',
               result.text())
