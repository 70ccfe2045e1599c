#!/usr/bin/env python3
"""Runs the engine and llama.cpp in turns on one file and prints the table:

    engine_table.py ASSAY FILE NAME ROUNDS [PEER...]

PEER is the command of engine_peer.mjs. Medians with spread; a ratio is that
of the medians. What the machine can do at most is measured by assay in each
round, with two threads.
"""
import json
import os
import statistics
import subprocess
import sys

# MACs of Gemma 2 2B for a token that is read: without the output matrix
READ_OPERATIONS = 2 * 2_024_275_968


def spread(values):
    return '%6.1f [%.1f-%.1f]' % (statistics.median(values), min(values),
                                  max(values))


def ours(assay, path):
    out = subprocess.run(
        [assay, 'bench', path, '--runs', '1', '--threads', '2', '--format',
         'json'], check=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL).stdout
    return json.loads(out)


def main():
    assay, path, name, rounds = sys.argv[1:5]
    peer = None
    if sys.argv[5:]:
        peer = subprocess.Popen(sys.argv[5:], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        peer.stdout.readline()  # loaded and warm
    mine = {'prefill': [], 'decode': [], 'eight': []}
    theirs = {'prefill': [], 'decode': []}
    gigabytes, operations = [], []
    for _ in range(int(rounds)):
        result = ours(assay, path)
        mine['prefill'].append(result['prefill_tokens_per_s'])
        mine['decode'].append(result['decode_tokens_per_s'])
        mine['eight'].append(result['batch'][0]['decode_tokens_per_s'])
        gigabytes.append(result['read_bandwidth_bytes_per_s'] / 1e9)
        operations.append(result['int8_peak_ops_per_s'] / 1e9)
        if peer:
            peer.stdin.write('\n')
            peer.stdin.flush()
            words = peer.stdout.readline().split()
            theirs['prefill'].append(float(words[1]))
            theirs['decode'].append(float(words[3]))
    if peer:
        peer.stdin.close()
        peer.wait(30)
    size = os.path.getsize(path)
    limits = {
        'prefill': ('int8 peak', READ_OPERATIONS / 1e9, operations),
        'decode': ('the bandwidth', size / 1e9, gigabytes),
    }
    for what, (limit, each, most) in limits.items():
        median = statistics.median(mine[what])
        line = '%-7s %-8s assay %s' % (name, what, spread(mine[what]))
        if theirs[what]:
            line += '  llama.cpp %s  %.2fx' % (
                spread(theirs[what]),
                median / statistics.median(theirs[what]))
        print('%s  %.0f %% of %s' % (
            line, 100 * median * each / statistics.median(most), limit))
    print('%-7s eight    assay %s  %.2fx one' % (
        name, spread(mine['eight']),
        statistics.median(mine['eight']) / statistics.median(mine['decode'])))
    print('%-7s memory   %.0f MB at most, weights %.0f MB; two threads read '
          '%s GB/s, int8 peak %s GOPS' % (
              name, result['peak_rss_bytes'] / 1e6,
              result['weights_bytes'] / 1e6, spread(gigabytes).strip(),
              spread(operations).strip()))


if __name__ == '__main__':
    main()
