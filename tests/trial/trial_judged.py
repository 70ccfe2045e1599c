"""Cases of test_try.py: judges under trial, and a person's labels."""
import json
import os
import pty
import select
import time

import trial_world as world
from trial_world import (
    Mock, assay, case, expect, on, path, report, start_try, try_suite)


def judged_suite(mock, count):
    """Every third question is failed by the judge, as the question says."""
    said = ['{"reason": "so", "pass": %s, "score": 0.5}' % word
            for word in ('true', 'false', 'true')]
    tests = [{'vars': {'q': 'Question %d? [[expect: %s]]' % (i, said[i % 3])}}
             for i in range(count)]
    suite = {'prompts': ['{{q}}'], 'providers': ['echo'], 'tests': tests,
             'defaultTest': {'assert': [{
                 'type': 'llm-rubric', 'value': 'is well put',
                 'provider': {'id': 'openai:chat:mock-judge',
                              'config': {'apiBaseUrl': mock.base}}}]}}
    name = path('judged.yaml')
    with open(name, 'w', encoding='utf-8') as file:
        json.dump(suite, file)
    return name


def try_judged(mock, count, store, *options):
    result = try_suite(judged_suite(mock, count),
                       [mock.route('mock-1.0'), mock.route('mock-plain')],
                       store, '--fixed', '--seed', '5', *options)
    expect(result.code in (0, 1), 'a run', result.text())
    return result.json()


@case('a judge is paid under the limit, and flagged beside its kin')
def judge_is_paid():
    with Mock() as mock:
        store = path('judged.db')
        run = try_judged(mock, 9, store, '--price', '1,1', '--max-cost', '5')
        judge = run['judges'][0]
        expect(judge['label'] == 'mock-judge', 'a short label', judge)
        expect(judge['calls'] == 36 and judge['opinions'] == 18,
               'two votes of each answer', judge)
        expect(float(run['spent_usd']) > float(judge['cost_usd']) > 0,
               'spent on both', run['spent_usd'], judge)
        expect(all(of['same_family'] and not of['under_trial']
                   for of in judge['routes']), 'kin', judge)
        expect(judge['calibration'] == 'none', 'opinion', judge)
        text = assay('report', run['run'], '--store', store).out.decode()
        expect('judge opinion' in text and
               'assay label ' + run['run'] in text, 'is said', text)
        refused = try_suite(judged_suite(mock, 3), [mock.route('mock-1.0')],
                            path('no.db'), '--max-cost', '1')
        expect(refused.code == 65 or refused.code == 2, 'without a price',
               refused.text())


def typed(words, keys):
    """The command on a terminal where somebody types these keys."""
    main, other = pty.openpty()
    environment = {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8',
                   'TZ': 'UTC', 'HOME': os.path.join(world.BOX.name, 'home')}
    environment.update((name, os.environ[name])
                       for name in ('ASAN_OPTIONS', 'UBSAN_OPTIONS')
                       if name in os.environ)
    pid = os.fork()
    if pid == 0:
        os.setsid()
        for file in (0, 1, 2):
            os.dup2(other, file)
        os.execve(world.ASSAY, [world.ASSAY, *words], environment)
    os.close(other)
    seen, rest, end = b'', list(keys), time.monotonic() + 60
    asked = 0
    while time.monotonic() < end:
        if not select.select([main], [], [], 1)[0]:
            continue
        try:
            part = os.read(main, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
        if rest and seen.count(b'[q]uit') > asked:
            asked += 1
            os.write(main, rest.pop(0).encode() + b'\n')
    os.close(main)
    status = os.waitpid(pid, 0)[1]
    return os.waitstatus_to_exitcode(status), seen.decode('utf-8', 'replace')


@case('a person labels answers blind, one by one')
def person_labels():
    with Mock() as mock:
        store = path('typed.db')
        run = try_judged(mock, 9, store)['run']
        code, seen = typed(['label', run, '--store', store],
                           ['p', 'what', 'f', 's', 'q'])
        expect(code == 0, 'an end', code, seen)
        expect('18 left' in seen and '17 left' in seen and
               'is well put' in seen and 'Question' in seen, 'answers', seen)
        expect('opinion' not in seen and 'mock-' not in seen,
               'neither the judge nor the route', seen)
        labels = report(run, store)['judges'][0]['labels']
        expect((labels['passed'], labels['failed']) == (1, 1), 'two labels',
               labels)
        # those that have a label are not asked for again
        code, seen = typed(['label', run, '--store', store], ['q'])
        expect(code == 0 and '16 left' in seen, 'the others', code, seen)


@case('labels go out as a file, and come back filled in')
def labels_by_file():
    with Mock() as mock:
        store = path('filled.db')
        run = try_judged(mock, 30, store)['run']
        out = assay('label', run, '--store', store, '--format', 'jsonl')
        rows = [json.loads(line) for line in out.out.splitlines()]
        expect(len(rows) == 60 and rows[0]['label'] is None and
               'judge' not in rows[0], 'answers to label', rows[:1])
        for row in rows:
            row['label'] = 'fail' if '"pass": false' in row['answer'] \
                else 'pass'
        filled = world.write_lines('filled.jsonl', rows)
        kept = assay('label', run, '--store', store, '--from', filled,
                     '--by', 'ana')
        expect(kept.code == 0, 'kept', kept.text())
        judge = report(run, store)['judges'][0]
        expect(judge['calibration'] == 'done' and
               judge['labels']['sensitivity'] == 1 and
               judge['labels']['specificity'] == 1, 'calibrated', judge)
        expect(all(abs(of['corrected'] - 2 / 3) < 1e-9
                   for of in judge['routes']), 'corrected', judge)
        text = assay('report', run, '--store', store).out.decode()
        expect('rests on judge opinion' not in text and 'corrected' in text,
               'no opinion any more', text)
        page = assay('report', run, '--store', store, '--format', 'markdown')
        expect(page.out.count(b'your label') == 30, 'beside the marks',
               page.out[:2000])
        # CSV carries them too, and one wrong row refuses the whole file
        table = assay('label', run, '--store', store, '--format', 'csv')
        expect(table.out.count(b',fail\r\n') == 20, 'in CSV', table.out[:300])
        wrong = world.write_lines('wrong.jsonl', [
            {'place': 0, 'route': 'mock-1.0', 'label': 'fail'},
            {'place': 0, 'route': 'nobody', 'label': 'fail'}])
        refused = assay('label', run, '--store', store, '--from', wrong)
        expect(refused.code == 65 and b'line 2' in refused.err and
               b'nobody' in refused.err, 'refused', refused.text())
        expect(report(run, store)['judges'][0]['labels'] == judge['labels'],
               'nothing of it kept')
        nobody = assay('label', run, '--store', store)
        expect(nobody.code == 2 and b'--from FILE' in nobody.err,
               'not a terminal', nobody.text())


@case('a run without a judge has nothing to label')
def nothing_to_label():
    with Mock() as mock:
        store = path('plain.db')
        result = try_suite(world.questions(3), [mock.route('mock-1.0')],
                           store, *on([]))
        expect(result.code == 0, 'a run', result.text())
        run = result.json()
        expect('judges' not in run, 'no judges', run)
        refused = assay('label', run['run'], '--store', store, '--format',
                        'csv')
        expect(refused.code == 66 and b'nothing to label' in refused.err,
               'said', refused.text())


@case('the suite of hostile answers asks the judge that the environment names')
def hostile_answers():
    with Mock() as mock:
        suite = os.path.join(world.ROOT, 'data', 'trial',
                             'judge-injection.yaml')
        result = start_try(suite, [], path('hostile.db'), '--fixed',
                           '--judge-votes', '1',
                           env={'JUDGE': mock.route('mock-words-5')}).end()
        expect(result.code == 1, 'a run', result.text())
        run = result.json()
        # a judge that is not to be understood passes nothing, fails nothing
        expect((run['passed'], run['failed'], run['errors']) == (0, 0, 100),
               'no marks', run)
        expect(run['routes'][0]['unjudged'] == 100, 'not judged', run)
        asked = [event for event in mock.requests()]
        expect(len(asked) == 100, 'one question each', len(asked))


@case('a list of prompts can name a judge, weights here among them')
def plain_judge():
    store = path('plain-judge.db')
    suite = world.write_lines('criteria.jsonl', [
        {'prompt': 'Say %d.' % n, 'criterion': 'is short',
         'judge': 'local:nano-s'} for n in range(3)])
    result = try_suite(suite, ['echo'], store, '--fixed')
    run = result.json()
    judge = run['judges'][0]
    # it was not trained to judge, and its context is too short for this
    expect(judge['judge'] == 'local:nano-s' and judge['silent'] == 3 and
           judge['cost_state'] == 'free', 'asked in this process', judge)
    expect(run['errors'] == 3 and run['routes'][0]['unjudged'] == 3,
           'not judged', run)
