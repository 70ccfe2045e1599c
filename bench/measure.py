#!/usr/bin/env python3
"""Runs commands by turns and prints a table of what they took:

    measure.py --once PROGRAM [--runs N] [--items N] TITLE CASE...

Each CASE is NAME KEY=VALUE... up to the next "--":
    run=COMMAND     split like a shell does, run without one
    before=COMMAND  run first by a shell, not measured
    out=FILE        where its standard output goes; else it is discarded
    aim_ms=N aim_mb=N aim_ratio=N
The first case is assay; ratios are the time of a case over its time. With
--items, how many per second are said too. One round warms up, then there are
N rounds; a round runs every case once, so that what else the machine does
meets all of them alike. A median and its spread are what is printed.
"""
import argparse
import os
import shlex
import statistics
import subprocess
import sys
import tempfile

PATIENCE = 600  # seconds for one run
KEYS = ('run', 'before', 'out', 'aim_ms', 'aim_mb', 'aim_ratio')
ROW = '%-31s %8s %14s %8s %5s %6s'


class Case:
    def __init__(self, words):
        self.name = words[0]
        self.given = {}
        for word in words[1:]:
            key, _, value = word.partition('=')
            if key not in KEYS:
                sys.exit('measure.py: %s: no such key' % word)
            self.given[key] = value
        self.command = shlex.split(self.given['run'])
        self.forget()

    def run(self, once, report):
        if 'before' in self.given:
            subprocess.run(self.given['before'], shell=True, check=True)
        with open(self.given.get('out', os.devnull), 'wb') as out, \
                tempfile.TemporaryFile() as errors:
            # timeout(1) ends what the command started, too
            done = subprocess.run(
                ['timeout', str(PATIENCE), once, report] + self.command,
                stdin=subprocess.DEVNULL, stdout=out, stderr=errors,
                check=False)
            if done.returncode:
                sys.exit('%s: %s' % (
                    self.name, 'not done in %d s' % PATIENCE
                    if done.returncode == 124 else 'it could not be run'))
            with open(report, encoding='ascii') as file:
                wall_us, cpu_us, rss_kib, code = map(int, file.read().split())
            if code:
                errors.seek(0)
                sys.exit('%s: exit code %d: %s' % (
                    self.name, code, errors.read().decode()[-400:]))
        self.wall_us.append(wall_us)
        self.cpu_us.append(cpu_us)
        self.rss_kib.append(rss_kib)

    def forget(self):
        self.wall_us, self.cpu_us, self.rss_kib = [], [], []

    def median_us(self):
        return statistics.median(self.wall_us)

    def peak_mb(self):
        return max(self.rss_kib) * 1024 / 1e6


def digits(number):
    """Three digits of it."""
    return '%.0f' % number if number >= 99.5 else \
        '%.1f' % number if number >= 9.95 else '%.2f' % number


def duration(us):
    return digits(us / 1e3) + ' ms' if us < 1e6 else digits(us / 1e6) + ' s'


def spread(case):
    low, high = min(case.wall_us), max(case.wall_us)
    if high < 1e6:
        return '%s-%s ms' % (digits(low / 1e3), digits(high / 1e3))
    return '%s-%s s' % (digits(low / 1e6), digits(high / 1e6))


def aims(case, ratio_of_peer):
    said = []
    for key, value, unit in (
            ('aim_ms', case.median_us() / 1e3, ' ms'),
            ('aim_mb', case.peak_mb(), ' MB'),
            ('aim_ratio', ratio_of_peer, 'x')):
        if key not in case.given or value is None:
            continue
        aim = float(case.given[key])
        met = value >= aim if key == 'aim_ratio' else value <= aim
        said.append('%g%s %s' % (aim, unit, 'met' if met else
                                 'MISSED by %sx' % digits(
                                     max(aim / value, value / aim))))
    return said


def show(title, cases, runs, items):
    print('\n%s (%d runs)' % (title, runs))
    ours = cases[0].median_us()
    ratios = [case.median_us() / ours for case in cases]
    for case, ratio in zip(cases, ratios):
        said = aims(case, ratios[1] if len(cases) > 1 else None)
        name = case.name
        if items:
            name += ', %s/s' % format(
                round(items * 1e6 / case.median_us(), -2), ',.0f')
        print(ROW % (name, duration(case.median_us()), spread(case),
                     duration(statistics.median(case.cpu_us)),
                     digits(case.peak_mb()), digits(ratio) + 'x'))
        if said:
            print('    aim ' + ', '.join(said))


def read_cases(words):
    cases, at = [], []
    for word in words + ['--']:
        if word != '--':
            at.append(word)
        elif at:
            cases.append(Case(at))
            at = []
    return cases


def main():
    split = sys.argv.index('--') if '--' in sys.argv else len(sys.argv)
    parser = argparse.ArgumentParser()
    parser.add_argument('--once', default=os.environ.get('ONCE'))
    parser.add_argument('--runs', type=int, default=15)
    parser.add_argument('--items', type=int)
    parser.add_argument('title')
    options = parser.parse_args(sys.argv[1:split])
    cases = read_cases(sys.argv[split + 1:])
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, 'report')
        for turn in range(options.runs + 1):
            for case in cases:
                case.run(options.once, report)
            if turn == 0:
                for case in cases:
                    case.forget()
    show(options.title, cases, options.runs, options.items)


if __name__ == '__main__':
    main()
