"""Cases of test_try.py: lm-eval tasks, likelihoods worked out by hand."""
import json
import math
import os
import re
import signal
import subprocess

import trial_world as world
from trial_world import (
    Mock, case, expect, path, rows_of, sent, serve_nano, try_suite)

QUESTIONS = [
    ('Which is larger, 12 or 7?', ['12', '7'], 0),
    ('Reverse the word: stone', ['enots', 'stone', 'e'], 0),
    ('What is 3 + 4?', ['seven or so', '7', '8'], 1),
    ('A word? ', ['caf\u00e9 au lait', 'tea'], 1),
    ('Sort: 3 1 2', ['1 2 3', '3 2 1', '1'], 2),
    ('Two\nlines', ['no', 'a rather long answer that nobody gives'], 0)]


def task(kind, more):
    folder = path('task')
    os.mkdir(folder)
    with open(os.path.join(folder, 'rows.jsonl'), 'w') as out:
        for question, choices, gold in QUESTIONS:
            out.write(json.dumps({'question': question, 'choices': choices,
                                  'gold': gold,
                                  'answer': choices[gold]}) + '\n')
    file = os.path.join(folder, 'task.yaml')
    with open(file, 'w') as out:
        out.write('task: by_hand\ndataset_path: json\n'
                  'dataset_kwargs: {data_files: {test: rows.jsonl}}\n'
                  'test_split: test\noutput_type: %s\n'
                  'doc_to_text: "{{question}}"\n%s' % (kind, more))
    return file


def tokens(text):
    """With BOS."""
    return json.loads(subprocess.run(
        [world.ASSAY, 'tokenize', 'nano-s', '-', '--controls'],
        input=('<bos>' + text).encode(), stdout=subprocess.PIPE,
        check=True).stdout)


def log_likelihood(context, continuation):
    """lm_eval/api/model.py: _encode_pair and loglikelihood."""
    spaces = len(context) - len(context.rstrip())
    if spaces:
        continuation = context[-spaces:] + continuation
        context = context[:-spaces]
    whole, before = tokens(context + continuation), tokens(context)
    file = path('tokens.json')
    with open(file, 'w') as out:
        json.dump(whole, out)
    logits = json.loads(subprocess.run(
        [world.ASSAY, 'logits', 'nano-s', file], stdout=subprocess.PIPE,
        check=True).stdout)['logits']
    total = 0
    for at in range(len(before), len(whole)):
        row = logits[at - 1]
        top = max(row)
        total += row[whole[at]] - top - math.log(sum(
            math.exp(value - top) for value in row))
    return total


@case('likelihoods of an lm-eval task are those of its formula')
def _():
    suite = task('multiple_choice',
                 'doc_to_target: gold\ndoc_to_choice: "{{choices}}"\n'
                 'metric_list: [{metric: acc}, {metric: acc_norm}]\n')
    store = path('choice.db')
    result = try_suite(suite, ['local:nano-s'], store, '--fixed')
    run = result.json()
    rows = sent(rows_of(run['run'], store))
    expect(result.code in (0, 1) and run['scoring'] == 'loglikelihood' and
           len(rows) == len(QUESTIONS) and run['errors'] == 0, 'a run',
           result.text(), run)
    right, apart = 0, 0
    for row in rows:
        question, choices, gold = QUESTIONS[row['number']]
        logs = [log_likelihood(question, ' ' + choice) for choice in choices]
        # task.py: lengths are those of the choices, without the delimiter
        shares = [log / len(choice) for log, choice in zip(logs, choices)]
        acc = logs.index(max(logs)) == gold
        acc_norm = shares.index(max(shares)) == gold
        right += acc
        apart += acc != acc_norm
        for check, told, passed in zip(row['checks'], (logs, shares),
                                       (acc, acc_norm)):
            seen = [float(number) for number in
                    re.findall(r'-?\d+\.\d+', check['reason'])]
            expect(len(seen) == len(told) and all(
                abs(a - b) < 2e-3 * max(1, abs(b)) for a, b in
                zip(seen, told)), 'log-likelihoods', question, seen, told)
            expect((check['mark'] == 'passed') == passed, check['type'],
                   question, check, told)
        expect((row['mark'] == 'passed') == acc and
               row['text'] == ' ' + choices[logs.index(max(logs))],
               'what is the likeliest', row, logs)
    expect(run['passed'] == right and 0 < right < len(rows) and apart,
           'some are right, and the two metrics differ', right, apart)


@case('likelihoods over HTTP are refused before anything is sent')
def _():
    suite = task('multiple_choice',
                 'doc_to_target: gold\ndoc_to_choice: "{{choices}}"\n')
    with Mock() as mock:
        result = try_suite(suite, [mock.route('mock-1.0')], path('http.db'))
        expect(result.code == 65 and mock.count() == 0 and
               result.out == b'' and b'rows.jsonl:' in result.err and
               b'local:FILE' in result.err and
               b'generate_until' in result.err, 'refused, and what would do',
               result.text())


@case('an lm-eval task is written the same here and through the server')
def _():
    suite = task('generate_until', 'doc_to_target: "{{answer}}"\n'
                 'generation_kwargs: {until: ["\\n"], max_gen_toks: 12}\n')
    server, url = serve_nano()
    try:
        store = path('written.db')
        routes = ['local:nano-s', 'openai:%s/v1#nano-s' % url]
        result = try_suite(suite, routes, store, '--fixed')
        answers = {route: {} for route in routes}
        for row in sent(rows_of(result.json()['run'], store)):
            expect(row['state'] == 'done', 'an answer', row)
            answers[row['route']][row['number']] = (row['text'], row['mark'])
        here, there = answers.values()
        expect(len(here) == len(QUESTIONS) and here == there, 'the same',
               here, there)
        # what would be needed for likelihoods is refused by its name there
        body = json.dumps({'model': 'nano-s', 'prompt': 'a', 'echo': True,
                           'logprobs': 1, 'max_tokens': 1})
        said = subprocess.run(
            ['curl', '-s', '-H', 'Content-Type: application/json', '-d', body,
             url + '/v1/completions'], stdout=subprocess.PIPE, check=True)
        expect(b'echo' in said.stdout and b'error' in said.stdout,
               'refused by name', said.stdout)
    finally:
        server.signal(signal.SIGTERM)
        server.end()
