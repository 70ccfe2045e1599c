#!/usr/bin/env python3
"""Writes runs into a store as `assay try` would have: made up, and always the
same, so that what `assay report` prints can be compared byte for byte.

usage: make_run.py STORE LEDGER.SQL SHAPE...
A shape is one of those in SHAPES below."""

import json
import sqlite3
import sys
import zlib

# One pixel, red.
PIXEL = ('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ'
         '/pLvAAAAAElFTkSuQmCC')

MS = 1000000  # nanoseconds


def insert(db, table, **values):
    names = ', '.join(values)
    marks = ', '.join('?' * len(values))
    return db.execute(f'insert into {table} ({names}) values ({marks})',
                      list(values.values())).lastrowid


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(',', ':'))


def add_run(db, run):
    num = insert(
        db, 'run', id=run['id'], started=run['started'], suite=run['suite'],
        suite_path='/suites/' + run['suite'], suite_format='promptfoo',
        scoring='assertions', mode=run.get('mode', 'sequential'),
        outcome='binary', margin=0.0, rule_seed=7, seed=7,
        repeats=run.get('repeats', 1), cases=len(run['prompts']),
        max_cost_usd='1', max_time_ms=0, version='0.1.0',
        options=compact({'concurrency': 4}), stopped=run['stopped'],
        counted=run.get('counted', len(run['prompts'])))
    for at, route in enumerate(run['routes']):
        insert(db, 'run_route', run=num, route=at, id=route['id'],
               label=route['label'], model=route['model'],
               endpoint=compact({'dialect': 'openai', 'model': route['label'],
                                 'temperature': 0, 'max_tokens': 64}))
    suite = b'prompts: made up\n'
    insert(db, 'run_file', run=num, file=0, path=run['suite'],
           sha256='0' * 64, size=len(suite), bytes=zlib.compress(suite))
    for place, prompt in enumerate(run['prompts']):
        add_case(db, num, place, prompt)
        for route, answers in enumerate(prompt['answers']):
            for attempt, answer in enumerate(answers):
                add_attempt(db, num, (place, prompt.get('repeat', 0), route,
                                      attempt), answer,
                            attempt + 1 == len(answers))


def add_case(db, run, place, prompt):
    insert(db, 'run_case', run=run, place=place, number=prompt['number'],
           unit=place, id=f'{prompt["number"]:016x}', prompt=prompt['text'],
           description=prompt.get('description', ''),
           location=f'tests.csv:{prompt["number"] + 2}', cluster='',
           vars=compact(prompt.get('vars', {})),
           input=compact(prompt.get('input') or
                         [{'role': 'user', 'content': prompt['text']}]))


def add_attempt(db, run, key, answer, last):
    place, repeat, route, attempt = key
    row = {'run': run, 'place': place, 'repeat': repeat, 'route': route,
           'attempt': attempt, 'state': answer.get('state', 'done'),
           'final': int(last and answer.get('state', 'done') in
                        ('done', 'failed')), 'fence': 1}
    if row['state'] == 'planned':
        insert(db, 'attempt', **row)
        return
    ms = answer.get('ms', 100)
    row.update(reserved_usd='0.01', cost_state=answer.get('cost', 'known'),
               cost_usd=answer.get('usd', '0.0005'),
               **{'class': answer.get('class', 'answered')},
               status=answer.get('status', 200), queued=2 * MS, backed_off=0,
               begun=1 * MS, sent=2 * MS, headers=(ms // 2) * MS,
               first_byte=(ms // 2) * MS, done=(ms + 1) * MS,
               message=answer.get('message', ''), mark='unscored', score=None)
    if row['state'] == 'done':
        passed = answer.get('passed')
        row.update(
            first_token=(ms // 2 + 1) * MS, first_content=(ms // 2 + 1) * MS,
            last_token=ms * MS, finish=0, finish_stated='stop',
            model=answer.get('model', 'made-up'), reply_id='r1', tier='',
            fingerprint='', server=compact({'x-request-id': f'q{place}'}),
            usage_state=1,
            usage=compact({'input_tokens': 20, 'output_tokens': 5}),
            text=answer['text'], reasoning='', refusal='',
            mark='unscored' if passed is None
            else 'passed' if passed else 'failed',
            score=None if passed is None else float(passed))
        if passed is not None:
            row['checks'] = compact([{
                'type': 'equals', 'mark': 'passed' if passed else 'failed',
                'score': int(passed),
                'reason': 'equal' if passed
                else f'expected "{answer["wanted"]}"'}])
    insert(db, 'attempt', **row)


def yes(text, **more):
    return [{'text': text, 'passed': True, **more}]


def no(text, wanted, **more):
    return [{'text': text, 'passed': False, 'wanted': wanted, **more}]


LOST = [{'state': 'failed', 'class': 'overloaded', 'status': 529,
         'message': 'Overloaded', 'cost': 'free', 'usd': '0'},
        {'state': 'failed', 'class': 'server_error', 'status': 500,
         'message': 'Internal server error', 'cost': 'free', 'usd': '0'}]

ROUTES = [
    {'id': 'acme/anvil-2', 'label': 'anvil-2', 'model': 'acme/anvil-2'},
    {'id': 'forge/hammer-1', 'label': 'hammer-1', 'model': 'forge/hammer-1'},
]


def small():
    """Seven prompts: two differ, one was lost, one came after the end."""
    return {
        'id': '7f3a0001', 'started': '2026-11-20T17:00:00Z',
        'suite': 'capitals.yaml', 'stopped': 'interrupted', 'counted': 6,
        'routes': ROUTES, 'prompts': [
            {'number': 4, 'text': 'Capital of France?', 'vars':
             {'country': 'France'}, 'answers': [yes('Paris'), yes('Paris')]},
            {'number': 1, 'text': 'Capital of Peru?', 'vars':
             {'country': 'Peru'},
             'answers': [yes('Lima', ms=140), no('Cusco', 'Lima', ms=60)]},
            {'number': 0, 'text': 'What colour is this?',
             'description': 'a red picture', 'input': [
                 {'role': 'system', 'content': 'Answer in one word.'},
                 {'role': 'user', 'content': [
                     {'type': 'text', 'text': 'What colour is this?'},
                     {'type': 'image', 'media_type': 'image/png',
                      'base64': PIXEL}]}],
             'answers': [no('blue', 'red'), yes('red')]},
            {'number': 2, 'text': 'Capital of Chad?',
             'answers': [no('Lagos', 'N\'Djamena'), no('', 'N\'Djamena')]},
            {'number': 3, 'text': 'Capital of Oman?\ufffe',
             'answers': [yes('Muscat'), LOST]},
            {'number': 5, 'text': 'Capital of <b>Laos</b> & co|?\nIn one word.',
             'answers': [yes('Vientiane</td><script>alert(1)</script>'),
                         yes('=cmd|\x1b[2J "Vientiane"')]},
            {'number': 6, 'text': 'Capital of Fiji?',
             'answers': [yes('Suva'), no('Nadi', 'Suva')]},
        ],
    }


def decided():
    """Forty prompts of which one route passes sixteen more."""
    prompts = []
    for n in range(40):
        first = n % 8 != 0
        second = first and n % 5 > 1
        prompts.append({
            'number': n, 'text': f'{n} + 1 = ?', 'answers': [
                yes(str(n + 1), ms=100 + n) if first
                else no('?', str(n + 1), ms=100 + n),
                yes(str(n + 1), ms=50 + n) if second
                else no('?', str(n + 1), ms=50 + n)]})
    return {'id': '9c0ffee1', 'started': '2026-11-21T09:30:00Z',
            'suite': 'sums.jsonl', 'stopped': 'decided', 'counted': 40,
            'routes': ROUTES, 'prompts': prompts}


def unscored():
    """Two prompts without assertions; one is answered in other words."""
    return {
        'id': 'aa11aa11', 'started': '2026-11-19T08:00:00Z',
        'suite': 'letters.txt', 'stopped': 'complete', 'routes': ROUTES,
        'prompts': [
            {'number': 0, 'text': 'Say hello.',
             'answers': [[{'text': 'Hello!'}], [{'text': ' Hello! '}]]},
            {'number': 1, 'text': 'Say goodbye.',
             'answers': [[{'text': 'Goodbye.'}], [{'text': 'Farewell.'}]]},
        ],
    }


def large():
    """Twenty thousand prompts, for what may not grow with them."""
    return {'id': 'b1b1b1b1', 'started': '2026-11-18T08:00:00Z',
            'suite': 'large.jsonl', 'stopped': 'complete', 'routes': ROUTES,
            'mode': 'fixed', 'prompts': [
                {'number': n, 'text': f'Prompt {n}', 'answers':
                 [yes('word ' * 100), yes('word ' * 100) if n % 100
                  else no('no', 'yes')]} for n in range(20000)]}


SHAPES = {'small': small, 'decided': decided, 'unscored': unscored,
          'large': large}


def main():
    store, sql, *shapes = sys.argv[1:]
    db = sqlite3.connect(store)
    with open(sql, encoding='utf-8') as script:
        db.executescript(script.read())
    db.execute("insert or replace into meta values ('ledger', '1')")
    for shape in shapes:
        add_run(db, SHAPES[shape]())
    db.commit()
    db.close()


if __name__ == '__main__':
    main()
