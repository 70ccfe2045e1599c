"""Cases of test_try.py: runs with the same answers make the same report."""
import json
import os

from trial_world import (
    ROOT, Mock, assay, case, expect, expect_same, path, questions, report,
    stable, try_suite, write_lines)


@case('one, four and sixteen at once: the same report, byte for byte')
def _():
    suite = questions(60)
    with Mock('--seed', '6') as mock:
        for models, mode, ends in (
                (('mock-accuracy-0.9', 'mock-accuracy-0.6'), [], 'decided'),
                (('mock-accuracy-0.8', 'mock-accuracy-0.80'), [], 'futile'),
                (('mock-accuracy-0.9', 'mock-accuracy-0.7'),
                 ['--fixed', '--repeat', '2'], 'complete')):
            seen = None
            for at_once in (1, 4, 16):
                store = path('at-once.db')
                run = try_suite(suite, [mock.route(m) for m in models], store,
                                '--seed', '5', '--price', '1,2',
                                '--concurrency', at_once, *mode).json()
                expect(run['stopped'] == ends, 'its end', models,
                       run['stopped'])
                forms = stable(run['run'], store)
                expect_same(forms, seen or forms, '%d at once' % at_once)
                seen = forms


@case('a stable report tells no id, no date and no clock')
def _():
    suite = write_lines('told.jsonl', [
        {'prompt': 'Question %d? [[expect: A%d.]]' % (n, n),
         'expected': 'A%d.' % n} for n in range(8)])
    with Mock() as mock:
        store = path('told.db')
        run = try_suite(suite, [mock.route('mock-latency-20'),
                                mock.route('mock-refuse')], store).json()
        plain = report(run['run'], store)
        for form, said in stable(run['run'], store).items():
            expect(run['run'].encode() not in said and
                   run['started'][:10].encode() not in said and
                   b' ms' not in said, 'nothing of the sort', form, said)
        document = json.loads(stable(run['run'], store)['json'])
        expect(list(document) == list(plain), 'the same keys', document)
        for part, whole in zip(document['routes'], plain['routes']):
            expect(list(part) == list(whole), 'the same keys', part)
        for word in ('passed', 'failed', 'rows', 'seed', 'suite'):
            expect(document[word] == plain[word], word, document, plain)
        for words in (['--format', 'every-eval-ever', '--output',
                       path('files')], ['--list']):
            result = assay('report', '--store', store, '--stable', *words)
            expect(result.code == 2 and b'--stable' in result.err,
                   'refused', result.text())


@case('one thread and three, one prompt and eight at once: the same report')
def _():
    tasks = os.path.join(ROOT, 'data', 'trial', 'short-tasks.jsonl')
    seen = None
    for threads, at_once in ((1, 1), (3, 1), (1, 8), (3, 8)):
        store = path('threads.db')
        run = try_suite(tasks, ['local:nano-s', 'local:nano-xs'], store,
                        '--seed', '7', '--threads', threads,
                        '--concurrency', at_once).json()
        expect(run['errors'] == 0, 'a run', run)
        forms = stable(run['run'], store)
        expect_same(forms, seen or forms,
                    '%d threads, %d at once' % (threads, at_once))
        seen = forms
