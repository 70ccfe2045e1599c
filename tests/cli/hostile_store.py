#!/usr/bin/env python3
"""Stores that somebody else has written to: hostile_store.py ASSAY COUNT

COUNT stores with bytes changed, cut or put in, and COUNT with values in their
tables that assay never writes. Whatever is asked of one, the program ends by
itself with a code of its own, in time, and prints no control character.
"""

import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys

COMMANDS = [
    ['sources'],
    ['doctor'],
    ['show', 'gemma-2-2b'],
    ['show', 'gemma-2-2b', '--history'],
    ['show', 'gpt-4o', '--explain'],
    ['compare', 'gemma-2-2b', 'gpt-4-vision-preview'],
    ['compare', 'gemma-2-2b', 'gpt-4-vision-preview', '--format', 'html'],
    ['find', 'context>=8k'],
    ['show', 'no-such-model'],
    ['export', 'csv'],
    ['export', 'json', '--source', 'openai-docs'],
    ['price', 'response.json', '--provider', 'openai'],
    ['import', 'facts', 'facts.json'],
]
CODES = {0, 65, 66, 74}
CONTROL = re.compile(rb'[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]')
SECONDS = 60

TABLES = {
    'meta': ['value'],
    'source': ['id', 'title', 'url', 'license', 'kind', 'num'],
    'reading': ['retrieved', 'format', 'origin', 'rows'],
    'subject': ['kind', 'id', 'model', 'rule', 'via', 'num'],
    'statement': ['subject', 'source', 'first', 'ended', 'stated', 'body',
                  'body', 'body'],
    'name': ['key', 'model', 'how', 'spelling'],
    'model': ['id', 'name', 'family', 'task', 'context', 'monthly_usd',
              'status', 'num'],
}
VALUES = [
    None, '', 0, -1, 1, 2 ** 63 - 1, -2 ** 63, 1e300, float('inf'),
    b'\xff\x00\xfe', '\x1b]0;x\x07\u202e\x9b31m', 'a\x00b', '/', 'a/b', 'a//b',
    '\n\n', 'x' * 100000, 'NaN', '-1', '1e400', '9' * 400, '[' * 5000, '{',
    '{}', '[]', 'null', '7', '""', '{"prices":7}', '{"prices":[7]}',
    '{"prices":[{"meter":"input_tokens","usd_per_million":"-1"}]}',
    '{"prices":[{"meter":"input_tokens","usd_per_million":"1e400"}]}',
    '{"prices":[{"meter":7,"usd_each":[]}],"model":7,"provider":[]}',
    '{"context_tokens":-1,"name":7,"task":{},"aliases":7}',
    '{"context_tokens":99999999999999999999999,"aliases":[7,[],{}]}',
    '{"capabilities":7,"modalities_in":{},"lifecycle":[]}',
    '{"lifecycle":{"status":7,"retired_on":"2026-99-99","replacement":[]}}',
    '{"lifecycle":{"status":"retired","replacement":"google/gemma-2-2b"}}',
    '{"benchmarks":7}', '{"benchmarks":[7,{"name":[],"value":7}]}',
    '{"image_tokens":{"rule":"openai-tiles","tile_px":0}}',
    '{"match":{"regex":"(((((a+)+)+)+)+)$"},"fallback":[7]}',
    '{"license":{"a":[1]},"released":"99999-99-99","parameters_total":"x"}',
]


def change_bytes(chance, path):
    with open(path, 'rb') as file:
        data = bytearray(file.read())
    kind = chance.randrange(4)
    if kind == 0:
        del data[chance.randrange(len(data)):]
    elif kind == 1:
        at = chance.randrange(len(data) // 4096) * 4096
        data[at:at + 4096] = chance.randbytes(4096)
    else:
        for _ in range(1 << chance.randrange(10)):
            at = chance.randrange(100 if kind == 2 else 0, len(data))
            data[at] = chance.randrange(256)
    with open(path, 'wb') as file:
        file.write(data)
    return f'bytes, kind {kind}'


def change_values(chance, path):
    db = sqlite3.connect(path)
    db.execute('pragma writable_schema = on')
    db.execute("update sqlite_schema set sql = replace(replace(replace(sql,"
               " 'not null', ''), 'unique (kind, id)', 'check (1)'),"
               " 'unique', '')")
    db.execute("delete from sqlite_schema where sql is null")
    db.commit()
    db.close()
    db = sqlite3.connect(path)
    done = []
    for _ in range(chance.randrange(1, 4)):
        table = chance.choice(list(TABLES))
        column = chance.choice(TABLES[table])
        value = chance.choice(VALUES)
        part = chance.choice(['1', 'abs(random()) % 3 = 0', '1'])
        try:
            db.execute(f'update or ignore {table} set {column} = ?'
                       f' where {part}', (value,))
        except sqlite3.Error:
            continue
        done.append(f'{table}.{column} = {value!r:.60}')
    db.commit()
    db.close()
    return '; '.join(done)


def ask(assay, words):
    """What is wrong with the answer, or nothing."""
    try:
        done = subprocess.run([assay, *words, '--store', 'hostile.db'],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f'no end in {SECONDS} s'
    said = done.stderr.decode(errors='replace')
    gate = done.returncode == 1 and 'doctor' in words
    if (done.returncode not in CODES and not gate) or 'Sanitizer' in said:
        return f'exit code {done.returncode}: {said[-3000:]}'
    if 'csv' not in words and CONTROL.search(done.stdout):
        return f'a control character: {CONTROL.search(done.stdout)}'
    if CONTROL.search(done.stderr):
        return f'a control character in the message {said!r:.200}'
    if done.returncode != 0 and 'doctor' not in words and not said:
        return f'exit code {done.returncode} without a message'
    return ''


def main(assay, count):
    chance = random.Random(7)
    faults = 0
    subprocess.run([assay, 'sources', '--store', 'sound.db'], check=True,
                   stdout=subprocess.DEVNULL)
    for change in change_bytes, change_values:
        for _ in range(count):
            shutil.copy('sound.db', 'changed.db')
            what = change(chance, 'changed.db')
            for words in COMMANDS:
                for name in os.listdir('.'):
                    if name.startswith('hostile.db'):
                        os.remove(name)
                shutil.copy('changed.db', 'hostile.db')
                fault = ask(assay, words)
                if fault:
                    faults += 1
                    print(f'{what}\n{" ".join(words)}: {fault}')
                    shutil.copy('changed.db', f'fault-{faults}.db')
        print(f'{change.__name__}: each ended as it should' if not faults
              else f'{change.__name__}: {faults} faults')
    return faults > 0


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
