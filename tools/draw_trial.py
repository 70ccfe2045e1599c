#!/usr/bin/env python3
"""Draws the prompts of data/trial/short-tasks.jsonl: fresh ones of the tasks
that the nano models were trained on, mostly of those on which the two differ
(data/nano/nano-*.json), each with its one right answer, asked at temperature
0, so that any server says what the weights say:

    tools/draw_trial.py >data/trial/short-tasks.jsonl

None of them stands in data/nano/prompts.jsonl. Drawn once, seed 60, before
any of them was put to a model.
"""
import json
import pathlib
import random

ROOT = pathlib.Path(__file__).resolve().parent.parent
SEED = 60
PROMPTS = {
    'larger': 14, 'last': 12, 'first': 8, 'reverse': 8, 'repeat': 6, 'add': 4,
    'sub': 2, 'upper': 2, 'contains': 2, 'capital': 1, 'mood': 1,
}


def tasks():
    """The tasks of train_nano.py, without what it needs for training."""
    text = (ROOT / 'tools/train_nano.py').read_text()
    begin = text.index('WORDS = (')
    end = text.index('HARD = (')
    names = {'json': json}
    exec(compile(text[begin:end], 'train_nano.py', 'exec'), names)
    return names['TASKS']


def main():
    known = {json.loads(line)['prompt'] for line in
             (ROOT / 'data/nano/prompts.jsonl').read_text().splitlines()}
    draw = tasks()
    for name, count in PROMPTS.items():
        r = random.Random(f'{SEED} {name}')
        while count:
            prompt, answer = draw[name](r)
            if prompt in known:
                continue
            known.add(prompt)
            count -= 1
            print(json.dumps({'prompt': prompt, 'equals': answer,
                              'options': {'temperature': 0}}))


if __name__ == '__main__':
    main()
