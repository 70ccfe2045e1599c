#!/usr/bin/env python3
"""Whole runs as people start them: `assay try` and `assay report` against
providers that are processes of their own; one result line a case:

    tests/trial/test_try.py ASSAY MOCK_PROVIDER [WORD...]

With words, only cases whose name has one of them. ASSAY_TEST_FULL=1 takes the
long forms. Every command has unique keys in its environment, which the last
case looks for in all that was said and kept. Cases that mostly wait for each
other's clocks run side by side.
"""
import concurrent.futures
import decimal
import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import traceback

sys.dont_write_bytecode = True
import trial_world as world                                   # noqa: E402
from trial_world import (                                     # noqa: E402
    CASES, FULL, KEYS, Gossip, Mock, Run, Skip, assay, case, expect,
    expect_same, on, path, questions, report, resume, rows_of, runs_in, sent,
    serve_nano, stable, start_resume, start_try, try_suite, wait_until, write_lines, WAIT)
import trial_again                                            # noqa: E402,F401
import trial_judged                                           # noqa: E402,F401
import trial_choice                                           # noqa: E402,F401
import trial_spared                                           # noqa: E402,F401
import trial_sent                                             # noqa: E402,F401
import trial_same                                             # noqa: E402,F401

SHORT_TASKS = os.path.join(world.ROOT, 'data', 'trial', 'short-tasks.jsonl')
USD = decimal.Decimal


# ------------------------------------------------------- sudden ends

def by_prompt(rows):
    """(model, place) -> its attempts that were sent."""
    found = {}
    for row in sent(rows):
        found.setdefault((row['route'].split('#')[1], row['place']),
                         []).append(row)
    return found


def check_killed(requests, rows, whole, whole_rows, whole_requests, run):
    """Against the log: each request is a row, each row that was not sent is
    recorded as unknown, and each prompt has one answer. The report is the
    undisturbed one's, but for what lost requests cost."""
    seen, asked = {}, {}
    for request in requests:
        key = request['model'], request['body_sha256']
        asked[key] = asked.get(key, 0) + 1
    # one at a time, prompts go out in the run's order: the n-th body is
    # that of place n
    for request in whole_requests:
        places = seen.setdefault(request['model'], [])
        places.append(request['body_sha256'])
    attempts = by_prompt(rows)
    unknown = [row for row in rows if row['state'] == 'unknown']
    expect(set(attempts) == set(by_prompt(whole_rows)), 'every prompt')
    for (model, place), tries in attempts.items():
        count = asked.pop((model, seen[model][place]), 0)
        lost = sum(row['state'] == 'unknown' for row in tries)
        ends = [row for row in tries if row['final']]
        expect(len(ends) == 1 and ends[0]['state'] == 'done',
               'one answer', tries)
        expect(len(tries) == 1 + lost, 'no attempt but lost ones', tries)
        # killed between the row and the first byte, nothing arrived
        expect(1 <= count <= len(tries), 'a row for each request', count,
               tries)
    expect(not asked, 'no request without a row', asked)
    document = report(*run)
    expect(document['unknown_attempts'] == len(unknown) and
           document['attempts'] == 500 + len(unknown) and
           document['rows'] == 500 and document['errors'] == 0,
           'counts', document)
    lost_usd = sum(USD(row['reserved_usd']) for row in unknown)
    expect(USD(document['spent_usd']) - lost_usd == USD(whole['spent_usd']),
           'what was spent, and what was lost', document['spent_usd'],
           lost_usd, whole['spent_usd'])
    return len(unknown)


def kill_at_random(running, mock, draw, requests, early):
    """Some requests later, or, in a share of cases, at some moment while it
    starts. False: it had ended before."""
    if draw.random() < early:
        time.sleep(draw.random() * 0.15)
    else:
        goal = mock.count() + draw.randint(1, requests)
        wait_until(lambda: mock.count() >= goal or
                   running.process.poll() is not None, 'requests')
        time.sleep(draw.random() * 0.004)
    if running.process.poll() is None:
        running.signal(signal.SIGKILL)
    return running.process.wait(WAIT) == -signal.SIGKILL


def kill_often(start, store, mock, draw, requests, most=1000, early=0):
    """Starts a run, kills it and resumes it, until it ends by itself or was
    killed so often: how it ended, and how often that was."""
    kills = 0
    while True:
        run = runs_in(store)
        expect(len(run) <= 1, 'one run', run)
        running = start_resume(run[0], store) if run else start()
        if kills == most or not kill_at_random(running, mock, draw, requests,
                                               early):
            return running.end(), kills
        running.end()
        kills += 1


@case('killed at random moments, a run loses nothing and counts nothing twice')
def _():
    draw, kills, lost = random.Random(20261122), 0, 0
    most, requests = (200, 3) if FULL else (20, 25)
    suite = questions(250)
    options = ['--fixed', '--seed', '11', '--price', '1,2',
               '--max-tokens', '50']
    with Mock() as mock:
        routes = [mock.route('mock-accuracy-0.8'),
                  mock.route('mock-accuracy-0.7')]
        store = path('whole.db')
        result = try_suite(suite, routes, store, '--concurrency', '1',
                           *options)
        expect(result.code == 1, 'rows failed', result.text())
        whole = result.json()
        whole_rows = rows_of(whole['run'], store)
        whole_report = stable(whole['run'], store)
        whole_requests = mock.requests()
        expect(len(whole_requests) == 500, 'requests', len(whole_requests))
        while kills < most:
            begun, store = mock.count(), path('killed.db')
            result, times = kill_often(
                lambda: start_try(suite, routes, store, '--concurrency', '8',
                                  *options),
                store, mock, draw, requests, most - kills, 0.3)
            expect(result.code == 1, 'it goes on to its end', result.text())
            kills += times
            run = result.json()['run']
            lost += check_killed(mock.requests()[begun:],
                                 rows_of(run, store), whole, whole_rows,
                                 whole_requests, (run, store))
            expect_same(stable(run, store), whole_report,
                        'the report of an undisturbed run')
    expect(lost > 0, 'some kills hit requests that were under way')


@case('a killed run is decided where an undisturbed one is, and stays so')
def _():
    suite = questions(60)
    with Mock('--seed', '6') as mock:
        routes = [mock.route('mock-accuracy-0.9'),
                  mock.route('mock-accuracy-0.6')]
        for seed in range(4 if FULL else 1):
            options = ['--seed', seed, '--concurrency', '4']
            store = path('whole.db')
            whole = try_suite(suite, routes, store, *options).json()
            whole_report = stable(whole['run'], store)
            store = path('killed.db')
            result, kills = kill_often(
                lambda: start_try(suite, routes, store, *options), store,
                mock, random.Random(seed), 12)
            killed = result.json()
            expect(kills > 0 and killed['stopped'] == 'decided', 'a verdict',
                   kills, result.text())
            expect_same(stable(killed['run'], store), whole_report,
                        'the report of an undisturbed run')
            before = mock.count()
            again = resume(killed['run'], store)
            expect(again.out == result.out and again.code == result.code and
                   mock.count() == before, 'it has ended', again.text())
            document = assay('report', killed['run'], '--store', store,
                             '--format', 'json')
            expect(document.out == result.out, 'a report is that document')


@case('two processes do not run one run')
def _():
    with Mock() as mock:
        store = path('both.db')
        running = start_try(questions(8), [mock.route('mock-latency-500')],
                            store, '--fixed', '--concurrency', '2')
        wait_until(lambda: mock.count() >= 2, 'requests')
        run = re.match(rb'run (\w+)', running.process.stderr.readline())
        run = run[1].decode()
        expect(report(run, store)['stopped'] is None, 'it has not ended')
        second = resume(run, store)
        expect(second.code == 74 and b'another process' in second.err and
               second.out == b'', 'refused', second.text())
        result = running.end()
        document = result.json()
        expect(result.code == 0 and document['rows'] == 8 == mock.count() ==
               document['attempts'], 'the first one ends', result.text())


# ------------------------------------------------------- verdicts

@case('30 points of 60 prompts are told early, whatever the seed')
def _():
    suite = questions(60)
    better, worse = 'mock-accuracy-0.9', 'mock-accuracy-0.6'
    seeds, asked = range(12 if FULL else 4), 0
    with Mock('--seed', '6') as mock:
        for seed in seeds:
            swap = seed % 2 == 1
            models = [worse, better] if swap else [better, worse]
            before = mock.count()
            result = try_suite(suite, [mock.route(m) for m in models],
                               path('differ.db'), '--seed', seed)
            run = result.json()
            pair = run['comparisons'][0]
            expect(run['stopped'] == 'decided' and
                   pair['verdict'] == ('b' if swap else 'a') and
                   pair['rule'] == 'e_process' and pair['e'] >= 20,
                   'a verdict for the better', seed, run['stopped'], pair)
            asked += run['attempts']
            expect(run['prompts_counted'] < 60 and
                   mock.count() - before == run['attempts'],
                   'fewer than all count', run)
            expect(pair['both'] + pair['only_a'] + pair['only_b'] +
                   pair['neither'] == run['prompts_counted'],
                   'a table of what was counted', pair)
    # in one run a late answer may have held up the verdict
    expect(asked < len(seeds) * 120, 'fewer than all were asked', asked)


@case('two that are equal stay undecided, and it says how many more it takes')
def _():
    suite = questions(60)
    with Mock('--seed', '6') as mock:
        for seed in range(8 if FULL else 3):
            run = try_suite(suite, [mock.route('mock-accuracy-0.8'),
                                    mock.route('mock-accuracy-0.80')],
                            path('equal.db'), '--seed', seed).json()
            pair = run['comparisons'][0]
            expect(run['stopped'] in ('futile', 'complete') and
                   pair['verdict'] == 'undecided' and pair['e'] < 20 and
                   pair['more_prompts'] > 0, 'undecided', seed, pair)


# ------------------------------------------------------- limits

def priced_store(mock):
    """A store that knows what the mock's routes cost, from a facts file."""
    def route(model, price_in, price_out):
        return {'id': 'mockery/' + model, 'provider': 'mockery',
                'provider_name': 'Mockery', 'model': 'mockery/words',
                'status': 'active',
                'api': {'kind': 'openai', 'base_url': mock.base,
                        'key_env': 'MOCKERY_API_KEY'},
                'prices': [
                    {'meter': 'input_tokens', 'usd_per_million': price_in},
                    {'meter': 'output_tokens', 'usd_per_million': price_out},
                    {'meter': 'request', 'usd_each': '0.0001'}]}
    facts = path('facts.json')
    with open(facts, 'w', encoding='utf-8') as file:
        json.dump({
            'format': 'assay-facts/1',
            'source': {'id': 'mockery', 'title': 'Mockery', 'license': 'CC0',
                       'url': 'https://mockery.example', 'kind': 'provider',
                       'retrieved': '2026-11-01'},
            'models': [{'id': 'mockery/words', 'name': 'Words',
                        'creator': 'Mockery', 'task': 'chat'}],
            'routes': [route('mock-words-20', '40', '1000.5'),
                       route('mock-accuracy-0.8', '3.3', '77'),
                       route('mock-latency-20', '3.3', '77')]}, file)
    store = path('priced.db')
    result = assay('import', 'facts', facts, '--store', store)
    expect(result.code == 0, 'facts', result.text())
    return store


def usd_of(row):
    """By its usage and the prices above, in decimal."""
    price_in, price_out = (USD('40'), USD('1000.5')) \
        if row['route'].endswith('words-20') else (USD('3.3'), USD('77'))
    usage = row['usage']
    return (usage['input_tokens'] * price_in +
            usage['output_tokens'] * price_out) / 1000000 + USD('0.0001')


@case('a spending limit holds at concurrency 16, and is used')
def _():
    suite = questions(120)
    routes = ['mockery/mock-words-20', 'mockery/mock-accuracy-0.8']
    with Mock('--require-key') as mock:
        store = priced_store(mock)
        for cap in ['0', '0.09', '0.5', '1.234567'] + (
                ['0.08', '0.2', '2', '2.5'] if FULL else []):
            before = mock.count()
            result = try_suite(suite, routes, store, '--fixed',
                               '--concurrency', '16', '--max-cost', cap,
                               '--max-tokens', '60')
            run = result.json()
            rows = sent(rows_of(run['run'], store))
            expect(result.code == 3 and run['stopped'] == 'budget' and
                   USD(run['max_cost_usd']) == USD(cap), 'it stops',
                   result.text(), run['stopped'])
            spent = sum(map(usd_of, rows))
            expect(spent <= USD(cap), 'within the limit', cap, spent)
            expect(USD(run['spent_usd']) == spent and
                   run['spent_state'] in ('known', 'free'),
                   'what it says was spent', run['spent_usd'], spent)
            expect(mock.count() - before == len(rows), 'a row a request',
                   mock.count() - before, len(rows))
            worst, requests = re.search(
                rb'worst case \$([0-9.]+) for (\d+) requests',
                result.err).groups()
            pair = 2 * USD(worst.decode()) / int(requests)
            expect(USD(cap) - spent < USD('1.1') * pair,
                   'what is left pays for no other prompt', cap, spent, pair)


@case('a spending limit holds over all sudden ends of a run')
def _():
    with Mock('--require-key') as mock:
        store, cap = priced_store(mock), USD('0.05')
        suite, routes = questions(120), ['mockery/mock-latency-20']
        result, kills = kill_often(
            lambda: start_try(suite, routes, store, '--fixed', '--max-cost',
                              cap, '--max-tokens', '60', '--concurrency', '2'),
            store, mock, random.Random(3), 6)
        run = result.json()
        expect(kills > 0 and (result.code, run['stopped']) in (
            (3, 'budget'), (0, 'complete')), 'it stops', kills, result.text())
        rows = sent(rows_of(run['run'], store))
        each = max(usd_of(row) for row in rows if row['state'] == 'done')
        lost = sum(USD(row['cost_usd']) for row in rows
                   if row['state'] == 'unknown')
        expect(mock.count() * each <= USD(run['spent_usd']) + each and
               USD(run['spent_usd']) <= cap and lost > 0,
               'what was asked was paid, and lost ones by their worst case',
               mock.count(), each, run['spent_usd'], lost)


def resume_to_end(run, store, limit=60):
    for _ in range(limit):
        result = resume(run, store)
        if result.code != 3:
            return result
    raise AssertionError('no end: ' + result.text())


@case('a time limit begins nothing after it, and the run goes on later')
def _():
    with Mock() as mock:
        store = path('time.db')
        result = try_suite(questions(60), [mock.route('mock-latency-50')],
                           store, '--fixed', '--concurrency', '2',
                           '--max-time', '700ms')
        run = result.json()
        requests = mock.requests()
        expect(result.code == 3 and run['stopped'] == 'time' and
               run['rows'] == len(requests) < 60, 'it stops', result.text())
        expect(requests[-1]['ns'] - requests[0]['ns'] < 1.7e9,
               'nothing is begun after it')
        result = resume_to_end(run['run'], store)
        run = result.json()
        expect(result.code == 0 and run['stopped'] == 'complete' and
               run['rows'] == run['passed'] == 60 == mock.count(),
               'all of it in the end', result.text())


@case('an interrupt finishes what is under way, and the run goes on later')
def _():
    with Mock() as mock:
        store = path('interrupt.db')
        running = start_try(questions(40), [mock.route('mock-latency-300')],
                            store, '--fixed')
        wait_until(lambda: mock.count() >= 6, 'requests')
        running.signal(signal.SIGINT)
        result = running.end()
        run = result.json()
        ends = [event['end'] for event in mock.events('answer')]
        expect(result.code == 3 and run['stopped'] == 'interrupted',
               'it stops', result.text())
        expect(run['rows'] == run['passed'] == len(ends) == mock.count() and
               'left' not in ends and run['rows'] < 40 and
               run['unknown_attempts'] == 0,
               'what was under way is answered', run['rows'], ends)
        result = resume(run['run'], store)
        run = result.json()
        expect(result.code == 0 and run['rows'] == run['passed'] == 40 ==
               mock.count(), 'the rest later', result.text())


@case('an interrupt ends waiting too')
def _():
    with Mock() as mock:
        port = mock.port
    running = start_try(questions(30),
                        ['openai:http://127.0.0.1:%d/v1#m' % port],
                        path('waiting.db'), '--fixed')
    time.sleep(2)
    began = time.monotonic()
    running.signal(signal.SIGTERM)
    result = running.end()
    expect(result.code == 3 and result.json()['stopped'] == 'interrupted' and
           time.monotonic() - began < 5, 'it ends soon', result.text())


@case('two interrupts stop at once, and the run goes on later')
def _():
    with Mock() as mock:
        store = path('twice.db')
        running = start_try(questions(6), [mock.route('mock-latency-4000')],
                            store, '--fixed')
        wait_until(lambda: mock.count() >= 4, 'requests')
        running.signal(signal.SIGINT)
        time.sleep(0.3)
        expect(running.process.poll() is None, 'the first one waits')
        running.signal(signal.SIGINT)
        result = running.end()
        answered = [event for event in mock.events('answer')
                    if event['status'] and event['end'] != 'left']
        expect(result.code == 130 and result.out == b'' and not answered,
               'it ends before an answer came', result.text(), answered)
        run = runs_in(store)[0]
        result = resume(run, store)
        document = result.json()
        expect(result.code == 0 and document['rows'] == 6 and
               document['unknown_attempts'] == 4 and
               document['attempts'] == 10 == mock.count(),
               'lost ones are told, and asked again', document)


# ------------------------------------------------------- storms

def offered(rows):
    return len({(row['route'], row['place']) for row in sent(rows)})


def check_storm(script, options, prompts):
    with Mock('--script', script, *options) as mock:
        store = path('storm.db')
        result = try_suite(questions(prompts), [mock.route('mock-1.0')],
                           store, '--fixed', '--concurrency', '64')
        run = result.json()
        rows = sent(rows_of(run['run'], store))
        requests = mock.count()
        expect(requests == len(rows), 'a row a request', requests, len(rows))
        expect(requests <= 1.2 * offered(rows) + 20, 'no storm in return',
               requests, offered(rows))
        return result, run, rows


@case('a storm that does not end is given up')
def _():
    for script in ('429', '500') if FULL else ('500',):
        result, run, _ = check_storm(script, (), 300)
        expect(result.code == 3 and run['stopped'] == 'interrupted' and
               run['passed'] == 0 and run['rows'] < 100 and
               b'was given up' in result.err, 'given up', result.text())


@case('after a storm of 429 or 500 the rest is answered')
def _():
    for script in ('storm-429', 'storm-500'):
        result, run, rows = check_storm(script, ('--storm-ms', '1500'), 200)
        expect(run['stopped'] == 'complete' and run['rows'] == 200 and
               result.code == (1 if run['errors'] else 0) and
               run['passed'] + run['errors'] == 200 and
               run['errors'] <= 40, 'it recovers', result.text(),
               run['passed'], run['errors'])
        late = [row for row in rows if row['final'] and row['place'] >= 100]
        expect(all(row['mark'] == 'passed' for row in late),
               'nothing fails after it')


@case('Retry-After is waited for')
def _():
    waits = [('503-after-seconds', 1.0), ('429-after-ms', 1.5)]
    if FULL:
        waits += [('429-after-seconds', 2.0), ('429-after-date', 2.0)]
    for script, wait in waits:
        with Mock() as mock:
            result = try_suite(
                questions(4), [mock.route('mock-1.0+%s-once' % script)],
                path('wait.db'), '--fixed')
            run = result.json()
            expect(run['passed'] == 4 and run['attempts'] == 8 ==
                   mock.count(), 'one more each', result.text())
            first, gaps = {}, []
            for request in mock.requests():
                body = request['body_sha256']
                if body in first:
                    gaps.append((request['ns'] - first[body]) / 1e9)
                first.setdefault(body, request['ns'])
            expect(len(gaps) == 4 and min(gaps) >= wait, 'the wait', script,
                   gaps)


# ------------------------------------------------------- keys

def tell_all(run, store):
    """Everything that a run, its store and this machine can be made to say."""
    listed = re.search(r'--format FORMAT +(.*?)\n +--', assay(
        'report', '--help').out.decode(), re.DOTALL)[1]
    formats = [[name] for name in re.findall('[a-z-]+', listed)]
    expect(len(formats) >= 8, 'formats', listed)
    for words in formats + [['text', '--full'], ['html', '--differing']]:
        folder = ['--output', path('files')] if 'ever' in words[0] else []
        result = assay('report', run, '--store', store, '--format', *words,
                       *folder)
        unscored = folder and b'nothing' in result.err
        expect(result.code == (65 if unscored else 0) and
               (result.out or folder), 'a report', result.text())
    for words in (['doctor'], ['sources'], ['export']):
        result = assay(*words, '--store', store)
        expect(result.out, 'an answer', result.text())


@case('what a provider says of the key is struck out')
def _():
    suite = write_lines('key.jsonl', [{'prompt': 'Say it', 'expected': '['}])
    with Gossip() as gossip, Mock('--script', 'key-echo') as mock:
        for model in ('text', '401', '500'):
            store = path('gossip.db')
            result = try_suite(suite, [gossip.route(model)], store,
                               '--keep-raw')
            run = result.json()
            row = sent(rows_of(run['run'], store))[-1]
            text = row.get('text') or row.get('message')
            expect('[key]' in text, 'struck out, and said so', model, row)
            tell_all(run['run'], store)
        for pad in range(0, 600, 40 if FULL else 150):
            store = path('pad.db')
            try_suite(suite, [gossip.route('pad-%d' % pad)], store,
                      '--keep-raw')
        expect(gossip.heard and set(gossip.heard) ==
               {KEYS['ASSAY_API_KEY']}, 'it was given the key')
        store = path('echo.db')
        result = try_suite(suite, [mock.route('mock-1.0')], store,
                           '--keep-raw')
        expect(result.code == 3 and b'[key]' in result.err,
               'a 401 that repeats the key', result.text())


@case('each provider is given its own key, and may repeat it')
def _():
    suite = path('own.yaml')
    with open(suite, 'w', encoding='utf-8') as file:
        file.write('prompts: ["Say it"]\n'
                   'providers: ["openai:chat:mock-1.0", "google:gemini-2.5-flash",'
                   ' "anthropic:messages:mock-1.0"]\n'
                   'tests: [{assert: [{type: contains, value: "["}]}]\n')
    for script in ('key-echo', 'key-400'):
        with Mock('--script', script) as mock:
            store, here = path('own.db'), mock.base[:-len('/v1')]
            result = start_try(suite, [], store, '--keep-raw', env={
                'OPENAI_BASE_URL': mock.base, 'ANTHROPIC_BASE_URL': mock.base,
                'GOOGLE_GEMINI_BASE_URL': here}).end()
            given = {request['dialect']: request.get('key_sha256')
                     for request in mock.requests()}
        expect(given == {dialect: hashlib.sha256(KEYS[name].encode()
                                                 ).hexdigest()
                         for dialect, name in (
                             ('openai', 'OPENAI_API_KEY'),
                             ('anthropic', 'ANTHROPIC_API_KEY'),
                             ('gemini', 'GEMINI_API_KEY'))},
               'its own key', given, result.text())
        expect(result.code == 3 and (script == 'key-400' or
                                     result.err.count(b'[key]') == 3),
               'struck out', result.text())
        tell_all(runs_in(store)[0], store)


def proc(pid, name):
    with open('/proc/%d/%s' % (pid, name), 'rb') as file:
        return file.read()


@case('no core file is written, no other process may look, argv has no key')
def _():
    everyone = {'user': 65534, 'group': 65534, 'extra_groups': []} \
        if os.geteuid() == 0 else {}
    store = path('abort.db')
    if everyone:
        folder = path('nobody')
        os.mkdir(folder)
        os.chown(folder, 65534, 65534)
        store = os.path.join(folder, 'abort.db')
        try:
            subprocess.run([world.ASSAY, 'version'], check=True,
                           stdout=subprocess.DEVNULL, **everyone)
        except PermissionError:
            raise Skip('root\'s /proc tells nothing, and nobody else may '
                       'run %s' % world.ASSAY) from None
    with Mock() as mock:
        running = Run('try', questions(3),
                      *on([mock.route('mock-latency-1000')]), '--store',
                      store, '--yes', prefix=('sh', '-c',
                                              'ulimit -c unlimited 2>/dev/null'
                                              '; exec "$@"', 'sh'),
                      **everyone)
        wait_until(lambda: mock.count() >= 1, 'a request')
        other = subprocess.Popen(['sleep', '60'], **everyone)
        others = os.stat('/proc/%d/environ' % other.pid).st_uid
        other.kill()
        other.wait()
        pid = running.process.pid
        limits = proc(pid, 'limits').decode()
        words = proc(pid, 'cmdline')
        owner = os.stat('/proc/%d/environ' % pid).st_uid
        running.signal(signal.SIGABRT)
        result = running.end()
    expect(re.search(r'Max core file size +0 ', limits), 'no core file',
           limits)
    expect(not any(key.encode() in words for key in KEYS.values()), 'argv')
    expect(result.code == -signal.SIGABRT, 'it was ended', result.text())
    # /proc/PID of a process that may not be looked at belongs to root
    expect(owner == 0 != others, 'not dumpable', owner, others)
    for folder, _, names in os.walk(world.BOX.name):
        expect(not [name for name in names if name.startswith('core')],
               'no core', names)


# ------------------------------------------------------- the same model

@case('a model answers through the server as it does in this process')
def _():
    with open(SHORT_TASKS, encoding='utf-8') as file:
        tasks = [json.loads(line) for line in file]
    draw = random.Random(6)
    suite = SHORT_TASKS if FULL else write_lines(
        'tasks.jsonl', draw.sample(tasks, 20))
    server, url = serve_nano()
    try:
        store = path('same.db')
        routes = ['local:nano-s', 'openai:%s/v1#nano-s' % url]
        result = try_suite(suite, routes, store, '--fixed', '--seed', '1')
        expect(result.code in (0, 1), 'a run', result.text())
        answers = {route: {} for route in routes}
        for row in sent(rows_of(result.json()['run'], store)):
            expect(row['state'] == 'done', 'an answer', row)
            answers[row['route']][row['number']] = (
                row['prompt'], row['text'], row['finish'], row['mark'])
        here, there = answers.values()
        expect(len(here) == (60 if FULL else 20) and here == there,
               'the same answers', sorted(set(here.items()) ^
                                          set(there.items())))
    finally:
        server.signal(signal.SIGTERM)
        server.end()


# ------------------------------------------------------- exit codes

@case('exit codes say what happened')
def _():
    good = questions(4)
    bad = path('bad.jsonl')
    with open(bad, 'w', encoding='utf-8') as file:
        file.write('{"prompt": "fine"}\n{"prompt": 7\n')
    changed = questions(4)
    with Mock() as mock:
        right, wrong = mock.route('mock-1.0'), mock.route('mock-refuse')
        done = try_suite(changed, [right], path('codes.db'))
        os.remove(changed)
        store = done.words[done.words.index('--store') + 1]
        for code, words, said in (
                (0, [good, '--on', right, '--yes'], ''),
                (1, [good, '--on', wrong, '--yes'], ''),
                (7, [good, '--on', wrong, '--yes', '--fail-code', '7'], ''),
                (2, ['--on', right, '--yes'], 'suite'),
                (2, [good, '--on', right], '--yes'),
                (2, [good, '--on', right, '--max-cost', 'x'], '--max-cost'),
                (2, [good, '--on', right, '--max-time', 'x'], '--max-time'),
                (2, [good, '--on', right, '--nonsense'], '--nonsense'),
                (2, [good, '--resume', 'abcd'], '--resume'),
                (65, [bad, '--on', right, '--yes'], '2'),
                (65, [good, '--on', 'openai:nowhere', '--yes'], 'nowhere'),
                (65, [good, '--on', right, '--yes', '--max-cost', '1'],
                 '--price'),
                (2, [changed, '--resume', done.json()['run'], '--store',
                     store], 'its suite'),
                (0, ['--resume', done.json()['run'], '--store', store,
                     '--yes'], 'is gone'),
                (66, ['missing.yaml', '--on', right, '--yes'], 'missing'),
                (66, [good, '--on', 'nobody/nothing', '--yes'], 'nothing'),
                (66, [good, '--on', 'local:missing.gguf', '--yes'],
                 'missing.gguf'),
                (66, ['--resume', 'ffff', '--store', store], 'ffff')):
            if '--store' not in words:
                words = words + ['--store', path('code.db')]
            result = assay('try', *words)
            expect(result.code == code and said.encode() in result.err and
                   (code not in (2, 65, 66) or result.out == b''),
                   'exit code %d' % code, result.text())


@case('a provider that is down is given up, and the run is incomplete')
def _():
    with Mock() as mock:
        port = mock.port
    result = try_suite(questions(30),
                       ['openai:http://127.0.0.1:%d/v1#m' % port],
                       path('down.db'), '--fixed')
    run = result.json()
    expect(result.code == 3 and run['stopped'] == 'interrupted' and
           run['errors'] == run['rows'] < 30 and b'given up' in result.err,
           'incomplete', result.text())


# ------------------------------------------------------- the demo

@case('the demo: two models in this process, and what compare makes of it')
def _():
    store = path('demo.db')
    result = try_suite(SHORT_TASKS, ['local:nano-s', 'local:nano-xs'], store)
    run = result.json()
    pair = run['comparisons'][0]
    expect(result.code in (0, 1) and
           run['stopped'] in ('decided', 'futile', 'complete') and
           pair['verdict'] in ('a', 'b', 'equivalent', 'undecided') and
           run['errors'] == 0 and USD(run['spent_usd']) == 0,
           'a verdict, or none that is decisive', result.text(), run)
    result = assay('compare', 'assay/nano-s', 'assay/nano-xs', '--store',
                   store, '--format', 'json')
    expect(result.code == 0, 'a comparison', result.text())
    decision = result.json()
    expect(decision['evidence'], 'a row of evidence', decision['verdict'])
    measured = decision['verdict']['rule'] == 'measured'
    expect(measured == (pair['verdict'] in ('a', 'b')),
           'the verdict is measured where it is decisive',
           decision['verdict'], pair)


# ------------------------------------------------------- after all of it

@case('no key stands anywhere: output, reports, stores, free pages, files')
def _():
    planted = [(name, spelled) for name, key in KEYS.items()
               for spelled in world.spellings(key)]
    needles = world.needles(KEYS)
    missed = [spelled for name, spelled in planted
              if not world.search(spelled.encode(), name, needles)]
    expect(not missed, 'the search finds every spelling', missed)
    found, files = world.leaks()
    expect(not found, 'no key', found)
    expect(files > 10 or len(sys.argv) > 3, 'files to search', files)


def run_case(name, function):
    began = time.monotonic()
    try:
        function()
        text, failed = 'ok try: %s' % name, False
    except Skip as why:
        text, failed = 'skip: try: %s: %s' % (name, why), False
    except Exception as error:         # of any kind: a case has failed
        failed = True
        text = str(error) if isinstance(error, AssertionError) and \
            str(error) else traceback.format_exc()
        text = 'FAIL try: %s\n%s' % (name, '\n'.join(
            '    ' + line for line in text.splitlines()))
    if os.environ.get('V'):
        text += '\n    %.1f s' % (time.monotonic() - began)
    print(text, flush=True)
    return failed


def main():
    if len(sys.argv) < 3 or not all(os.access(program, os.X_OK)
                                    for program in sys.argv[1:3]):
        sys.exit(__doc__)
    world.begin(*sys.argv[1:3])
    chosen = [pair for pair in CASES[:-1] if not sys.argv[3:] or
              any(word in pair[0] for word in sys.argv[3:])]
    with world.BOX, concurrent.futures.ThreadPoolExecutor(4) as pool:
        failed = list(pool.map(lambda pair: run_case(*pair), chosen))
        failed.append(run_case(*CASES[-1]))
    return 1 if any(failed) else 0


if __name__ == '__main__':
    sys.exit(main())
