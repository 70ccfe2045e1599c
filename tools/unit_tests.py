#!/usr/bin/env python3
"""Runs the unit tests of a meson build folder and prints a line per test
function: unit_tests.py FOLDER

The programs print TAP (cmocka does, CMOCKA_MESSAGE_OUTPUT=TAP); a program
that stops before its plan is fulfilled, or fails without naming a test,
counts as one failure. Everything printed by a failing program is shown.
"""

import json
import os
import re
import subprocess
import sys

RESULT = re.compile(r'^(ok|not ok) \d+(?: -)? ?(.*)$')
PLAN = re.compile(r'^1\.\.(\d+)$')
SKIP = re.compile(r'^# ?skip\b[: ]*(.*)$', re.IGNORECASE)


def report(record):
    """Prints the lines of one test program; True when all is well."""
    name = record['name'].split(' / ')[-1].removeprefix('assay:')
    planned = seen = failed = 0
    reason = ''
    for line in record.get('stdout', '').splitlines():
        plan, result = PLAN.match(line), RESULT.match(line)
        if plan:
            planned += int(plan[1])
        elif line.startswith('skip: '):
            reason = line.removeprefix('skip: ')
        elif result:
            seen += 1
            title = result[2]
            skipped = SKIP.match(title)  # cmocka 1.1.5: "not ok 2 # SKIP"
            if result[1] == 'not ok' and not skipped:
                failed += 1
                print(f'FAIL {name}: {title}')
            elif skipped:
                print(f'skip: {name}: {skipped[1]}: {reason or "no reason"}')
            else:
                print(f'ok {name}: {title}')
            reason = ''
    if seen < planned or seen == 0 and record['result'] != 'OK':
        failed += 1
        print(f'FAIL {name}: {record["result"]}, '
              f'{seen} of {planned} tests ended')
    elif record['result'] != 'OK' and not failed:
        failed += 1
        print(f'FAIL {name}: {record["result"]} after its tests')
    elif planned == 0:
        failed += 1
        print(f'FAIL {name}: ran no test')
    if failed:
        for stream in ('stdout', 'stderr'):
            for line in record.get(stream, '').splitlines():
                print(f'    {line}')
    return failed == 0


def main(folder):
    log = os.path.join(folder, 'meson-logs', 'testlog.json')
    if os.path.exists(log):
        os.remove(log)
    run = subprocess.run(
        ['meson', 'test', '-C', folder, '--no-rebuild', '--quiet'],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if not os.path.exists(log):
        if 'No tests defined' in run.stdout:
            return 0
        print(run.stdout)
        return 1
    with open(log, encoding='utf-8') as file:
        well = [report(json.loads(line)) for line in file if line.strip()]
    return 0 if all(well) and well else 1


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
