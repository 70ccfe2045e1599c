#!/usr/bin/env python3
"""kill -9 of `assay import` at random moments: kill_imports.py ASSAY KILLS

The first few kills fall into the creation of the store, the others into an
import of a list of 2,000 routes whose prices all bear the number of the
reading. After each one the store must open, be whole, and show one reading:
the one before or the new one. The moments are chosen with a fixed seed from
the time that an import takes here.
"""

import json
import random
import signal
import subprocess
import sys
import time

import generate

ROUTES = 2000
CREATIONS = 4
ANY = 987654  # stands nowhere else in a list
LIST = generate.catalog(ROUTES, ANY)


def fail(text):
    sys.exit(f'kill_imports: {text}')


class Store:
    def __init__(self, assay, path):
        self.assay, self.path = assay, path

    def command(self, *words):
        return [self.assay, *words, '--store', self.path]

    def run(self, *words):
        done = subprocess.run(self.command(*words), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        if done.returncode != 0:
            fail(f'{words}: exit code {done.returncode}\n'
                 f'{done.stdout.decode()}{done.stderr.decode()}')
        return json.loads(done.stdout)

    def reading(self):
        """The number of the one reading that the whole store shows."""
        for check in self.run('doctor', '--format', 'json')['checks']:
            if check['state'] == 'failed':
                fail(f'doctor: {check}')
        sources = [one for one in
                   self.run('sources', '--format', 'json')['sources']
                   if one['id'] == 'modelsdev']
        if not sources:
            return 0
        facts = self.run('export', 'json', '--source', 'modelsdev')
        seen = {price['usd_per_million'] for route in facts['routes']
                for price in route['prices']
                if price['meter'] == 'input_tokens'}
        seen |= {str(route['context_tokens'] // 1000)
                 for route in facts['routes']}
        if len(facts['routes']) != ROUTES or len(seen) != 1:
            fail(f'{len(facts["routes"])} routes with the prices {seen}')
        number = int(seen.pop())
        for day in facts['source']['retrieved'], sources[0]['retrieved']:
            if day != day_of(number):
                fail(f'prices of reading {number}, read on {day}')
        return number


def day_of(number):
    return f'20{20 + number // 300:02}-{number // 25 % 12 + 1:02}-' \
           f'{number % 25 + 1:02}'


def write_list(number):
    with open('list.json', 'w', encoding='utf-8') as file:
        file.write(LIST.replace(str(ANY), str(number)))


def start(store, number):
    write_list(number)
    return subprocess.Popen(
        store.command('import', 'modelsdev', 'list.json', '--retrieved',
                      day_of(number)),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def measure(store, number):
    process = start(store, number)
    begin = time.monotonic()
    if process.wait() != 0:
        fail(process.stderr.read().decode())
    return time.monotonic() - begin


def kill_one(store, number, moment):
    """True when the import was still running."""
    process = start(store, number)
    time.sleep(moment)
    process.send_signal(signal.SIGKILL)
    code = process.wait()
    if code not in (0, -signal.SIGKILL):
        fail(f'exit code {code}: {process.stderr.read().decode()}')
    return code != 0


def main(assay, kills):
    chance = random.Random(20261122)
    took = measure(Store(assay, 'measure.db'), 1)
    store, shown, killed, moved = Store(assay, 'killed.db'), 0, 0, 0
    for i in range(kills):
        if i < CREATIONS:
            store, shown = Store(assay, f'created-{i}.db'), 0
        elif i == CREATIONS:
            store, shown = Store(assay, 'killed.db'), 1
            took = max(measure(store, 1), measure(store, 1), 0.02)
        moment = chance.random() * took
        number = shown + 1
        if kill_one(store, number, moment):
            killed += 1
        else:
            took *= 0.9
        now = store.reading()
        if now not in (shown, number):
            fail(f'reading {now}, not {shown} or {number}')
        moved += now > shown
        shown = now
    measure(store, shown + 1)
    if store.reading() != shown + 1:
        fail('no import takes place after the last kill')
    print(f'{kills} times, the store held one reading whole')
    if killed < kills / 2:
        fail(f'only {killed} of {kills} imports were still running')
    print(f'{killed} killed; {moved} new readings', file=sys.stderr)


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]))
