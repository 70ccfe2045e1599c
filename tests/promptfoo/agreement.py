#!/usr/bin/env python3
"""The same suite, the same mock provider, the same marks: suite/ is run by
`assay try` and by the npm package promptfoo, and every row is compared: what
was sent, the answer, pass or fail, score and cost.

    tests/promptfoo/agreement.py ASSAY MOCK_PROVIDER

Prints `ok`, `FAIL` or `skip:` lines for tools/check.sh."""

import json
import os
import subprocess
import sys
import tempfile

import peer

HERE = os.path.dirname(os.path.abspath(__file__))
SUITE = os.path.join(HERE, 'suite', 'promptfooconfig.yaml')
LEAST_ROWS = 150


def messages_of(raw):
    """What a rendered prompt sends: its messages, or one of the user."""
    try:
        messages = json.loads(raw)
    except ValueError:
        return [{'role': 'user', 'content': raw}]
    return messages if isinstance(messages, list) else \
        [{'role': 'user', 'content': raw}]


def row(description, messages, said, passed, score, cost):
    return {'of': '%s: %s' % (description, json.dumps(messages)),
            'said': said, 'passed': passed, 'score': score, 'cost': cost}


def rows_of_promptfoo(folder):
    """By testIdx and promptIdx: the order of the suite."""
    out = os.path.join(folder, 'promptfoo.json')
    peer.evaluate(SUITE, out)
    with open(out, encoding='utf-8') as file:
        results = json.load(file)['results']['results']
    results.sort(key=lambda r: (r['testIdx'], r['promptIdx']))
    return [row(r['testCase'].get('description', ''),
                messages_of(r['prompt']['raw']), r['response'].get('output'),
                r['success'], r['score'], r['cost']) for r in results]


def rows_of_assay(assay, folder):
    store = ['--store', os.path.join(folder, 'runs.db')]
    done = subprocess.run([assay, 'try', SUITE, '--fixed', '--yes', *store],
                          capture_output=True, text=True, check=False,
                          timeout=120, env=peer.environment())
    if done.returncode not in (0, 1):
        raise peer.Failed('assay try: %s' % done.stderr[-800:])
    done = subprocess.run([assay, 'report', '--format', 'jsonl', *store],
                          capture_output=True, text=True, check=True,
                          timeout=60)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    results.sort(key=lambda r: r['number'])
    return [row(r.get('description', ''), r['input'], r.get('text'),
                # no assertion: nothing failed, which promptfoo calls a pass
                r['mark'] in ('passed', 'unscored'),
                1 if r['mark'] == 'unscored' else r['score'],
                float(r['cost_usd'])) for r in results if r['final']]


def by_what_was_asked(rows):
    table = {}
    for one in rows:
        table.setdefault(one['of'], []).append(one)
    return table


def is_same(ours, theirs):
    return ours['said'] == theirs['said'] and \
        ours['passed'] == theirs['passed'] and \
        abs(ours['score'] - theirs['score']) < 1e-6 and \
        abs(ours['cost'] - theirs['cost']) < 1e-9


def differences(ours, theirs):
    ours, theirs = by_what_was_asked(ours), by_what_was_asked(theirs)
    for key in {**theirs, **ours}:
        a, b = ours.get(key, []), theirs.get(key, [])
        if len(a) != len(b):
            yield '%s: %d rows of assay, %d of promptfoo' % (
                key, len(a), len(b))
            continue
        for mine, other in zip(a, b):
            if not is_same(mine, other):
                yield '%s:\n        assay     %s\n        promptfoo %s' % (
                    key, *(json.dumps({k: v for k, v in r.items()
                                       if k != 'of'}) for r in (mine, other)))


def compare(assay, folder):
    ours = rows_of_assay(assay, folder)
    theirs = rows_of_promptfoo(folder)
    wrong = list(differences(ours, theirs))
    if len(theirs) < LEAST_ROWS:
        wrong.append('only %d rows' % len(theirs))
    name = 'assay try marks %d rows as promptfoo does' % len(theirs)
    print(('FAIL ' if wrong else 'ok ') + name)
    for line in wrong:
        print('    ' + line)
    return 1 if wrong else 0


def main():
    assay, provider = map(os.path.abspath, sys.argv[1:3])
    missing = peer.fetch()
    if missing:
        print('skip: promptfoo: ' + missing)
        return 0
    with tempfile.TemporaryDirectory() as folder, peer.Mock(provider, folder):
        try:
            return compare(assay, folder)
        except peer.Failed as failed:
            print('FAIL promptfoo: %s' % failed)
            return 1


if __name__ == '__main__':
    sys.exit(main())
