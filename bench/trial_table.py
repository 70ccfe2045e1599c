#!/usr/bin/env python3
"""The rows of bench_trial.sh:

    trial_table.py ASSAY MOCK_PROVIDER ROWS

Start-up, processor time of a request, peak memory, and the latency that is
reported beside what the mock provider's own log says: from the request read to
the last byte sent, of the attempt that answered."""

import contextlib
import json
import os
import statistics
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'promptfoo'))

import peer  # noqa: E402
from measure import Case, digits, show  # noqa: E402

ROWS, AT_ONCE, TURNS = 2000, 8, 3
LATENCIES = (
    ('mock-1.0', 'at once', 200),
    ('mock-body-200', 'body after 200 ms', 50),
    # a 429 without advice promptfoo would wait out for a minute each
    ('mock-1.0+429-after-seconds-once', 'after a 429', 5),
)
SUITE = """prompts: ['What is {{a}} + {{b}}?']
providers:
  - id: openai:chat:%s
    config: {apiBaseUrl: '{{env.MOCK_URL}}', apiKeyEnvar: MOCK_API_KEY}
evaluateOptions: {maxConcurrency: %d}
tests: file://rows.csv
"""


class Bench:
    def __init__(self, assay, folder):
        self.assay, self.folder = assay, folder
        self.once = os.environ['ONCE']
        self.report = os.path.join(folder, 'report')
        self.has_peer = not peer.fetch()

    def path(self, name):
        return os.path.join(self.folder, name)

    def suite(self, model, rows, at_once):
        """A suite of so many sums, in a folder of its own."""
        folder = self.path('%s-%d-%d' % (
            model.replace('+', '-'), rows, at_once))
        if not os.path.exists(folder):
            os.mkdir(folder)
            with open(os.path.join(folder, 'rows.csv'), 'w') as file:
                file.write('a,b,__expected\n')
                for i in range(rows):
                    file.write('%d,7,contains:%d\n' % (i, i + 7))
            with open(os.path.join(folder, 'suite.yaml'), 'w') as file:
                file.write(SUITE % (model, at_once))
        return os.path.join(folder, 'suite.yaml')

    def cases(self, model, rows, aims=(), peer_too=True, at_once=AT_ONCE):
        suite = self.suite(model, rows, at_once)
        found = [Case([
            'assay', 'run=%s try %s --fixed --yes --quiet --store %s' % (
                self.assay, suite, self.path('runs.db')),
            'before=rm -f %s*' % self.path('runs.db'), *aims])]
        if peer_too and self.has_peer:
            found.append(Case([
                'promptfoo', 'run=%s eval -c %s -o %s --no-cache --no-table '
                '--no-write --no-progress-bar' % (
                    ' '.join(peer.COMMAND), suite,
                    self.path('promptfoo.json'))]))
        return found

    def take_turns(self, cases, turns):
        for _ in range(turns):
            for case in cases:
                case.run(self.once, self.report)


def start_up(bench):
    cases = [Case(['assay try --help', 'run=%s try --help' % bench.assay,
                   'aim_ms=10'])]
    if bench.has_peer:
        cases.append(Case(['promptfoo --version', 'run=%s --version' %
                           ' '.join(peer.COMMAND)]))
    bench.take_turns(cases, 1)
    for case in cases:
        case.forget()
    bench.take_turns(cases, 5)
    show('evaluators: start-up', cases, 5, None)


def aim(met, text, value, most):
    print('    aim %s %s' % (text, 'met' if met else 'MISSED by %sx' %
                             digits(value / most)))


def requests(bench, few, rows, turns, aims, peer_too=True):
    """What so many rows take, and of it each request beyond the first."""
    many = bench.cases('mock-1.0', rows, aims, peer_too)
    bench.take_turns(many, turns)
    show('evaluators: %s rows, %d at once' % (format(rows, ','), AT_ONCE),
         many, turns, rows)
    for one, all_of_them in zip(few, many):
        own = statistics.median(one.cpu_us)
        each = [(us - own) / (rows - 1) / 1e3 for us in all_of_them.cpu_us]
        median = statistics.median(each)
        print('%-31s %8s %14s' % (
            one.name + ', CPU of a request', digits(median) + ' ms',
            '%s-%s ms' % (digits(min(each)), digits(max(each)))))
        if one is few[0]:
            aim(median <= 0.2, '0.2 ms', median, 0.2)


# ---- latency


def truth(log):
    """Milliseconds of the answers with status 200, by the mock's clock."""
    began, ms = {}, []
    with open(log, encoding='utf-8') as file:
        for line in file:
            at = json.loads(line)
            key = (at['connection'], at.get('request'))
            if at['event'] == 'request':
                began[key] = at['ns']
            elif at['event'] == 'answer' and at['status'] == 200:
                ms.append((at['last_byte_ns'] - began[key]) / 1e6)
    return statistics.median(ms)


def said_by_assay(bench):
    done = os.popen('%s report --format jsonl --store %s' % (
        bench.assay, bench.path('runs.db')))
    with done:
        rows = [json.loads(line) for line in done]
    return statistics.median(r['latency_ms'] for r in rows if r['final'])


def said_by_promptfoo(bench):
    with open(bench.path('promptfoo.json'), encoding='utf-8') as file:
        rows = json.load(file)['results']['results']
    return statistics.median(r['latencyMs'] for r in rows)


def latency(bench, program, model, what, rows):
    """Each program meets a mock provider of its own: a fault that befalls
    the first request of each body befalls both. One request at a time, so
    that nothing but the clock is looked at."""
    cases = bench.cases(model, rows, at_once=1)
    for case, said in zip(cases, (said_by_assay, said_by_promptfoo)):
        with tempfile.TemporaryDirectory() as folder:
            with peer.Mock(program, folder) as mock:
                case.run(bench.once, bench.report)
            real = truth(mock.log)
        told = said(bench)
        print('%-31s %8s %14s %8s' % (
            '%s: %s' % (case.name, what), digits(told), digits(real),
            digits(told - real)))
        if case is cases[0]:
            aim(abs(told - real) <= 0.2, '0.2 ms', abs(told - real), 0.2)


def main():
    assay, program, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
    sys.stdout.reconfigure(line_buffering=True)
    os.environ.update(peer.QUIET)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as on:
        bench = Bench(assay, folder)
        os.environ['PROMPTFOO_CONFIG_DIR'] = bench.path('promptfoo')
        # a row that fails is no reason to stop
        os.environ['PROMPTFOO_PASS_RATE_THRESHOLD'] = '0'
        if not bench.has_peer:
            print('skip: promptfoo: %s' % peer.fetch())
        start_up(bench)
        on.enter_context(peer.Mock(program, folder))
        few = bench.cases('mock-1.0', 1)
        bench.take_turns(few, TURNS)
        requests(bench, few, ROWS, TURNS, ['aim_mb=15'])
        requests(bench, few, rows, 1, ['aim_mb=40'], peer_too=False)
        on.close()
        print('\nevaluators: p50 in ms           %8s %14s %8s' % (
            'said', "mock's log", 'off by'))
        for model, what, count in LATENCIES:
            latency(bench, program, model, what, count)


if __name__ == '__main__':
    main()
